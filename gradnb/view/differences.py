"""Finite differences of what a call differentiates, taken with double precision beside the gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from gradnb.engine.paths import operations_behind, shown_as
from gradnb.engine.precision import in_double
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Tensor
from gradnb.view.hiding import Veil
from gradnb.view.model import Difference, Row, Value
from gradnb.view.names import element_names
from gradnb.view.numbers import Calculator, Inputs, Numbers, fitted
from gradnb.view.slope import Place, Slope, slope_of
from gradnb.view.values import number_text

if TYPE_CHECKING:
    from gradnb.view.build import Scene

Array = np.ndarray[Any, Any]
_Key = TypeVar("_Key")

#: An x with more elements has no difference.
MOST_ELEMENTS = 64
#: So many operations may run for the differences of one explanation, about; the xs behind have none.
_MOST_RUN = 400_000
_RUNS_PER_ELEMENT = 8
#: A smaller relative error is rounding, and another one on every processor.
_ROUNDING = 1e-6
#: From this on a gradient's own rounding shows in the digits that are written.
_VISIBLE = 1e-3
#: Doubts that are as large a part of a slope leave nothing to compare.
_SEEN = 0.1
_MOST_NAMED = 3
_MOST_NOTES = 6


class Words(Protocol):
    """What the builder says, and what it keeps to itself."""

    veil: Veil

    def say(self, key: str, **values: object) -> str:
        """Return a message in the view's language."""

    def shown(self, array: Any) -> Value:
        """Return an array as it is shown."""

    def joined(self, words: Sequence[str]) -> str:
        """Return words as a list in a sentence."""


@dataclass(frozen=True)
class Slopes:
    """The slopes of the weighted sum of the ys with respect to each element of one x.

    Attributes
    ----------
    held : tuple of Slope
        With stopped tensors held at their values.
    plain : tuple of Slope
        Of the program as it stands; empty when nothing is stopped.
    gradient : ndarray or None
        The gradient, with double precision.
    shape : tuple of int
        The shape of the x.
    """

    held: tuple[Slope, ...]
    plain: tuple[Slope, ...]
    gradient: Array | None
    shape: tuple[int, ...]


class Differences:
    """Finds the slopes of a scene for any inputs.

    What the gradient takes for constant is held: the outputs of every operation at which it is stopped. The weights are
    held too, and so are random numbers.

    Parameters
    ----------
    scene : Scene
        The call.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._graph, self._became = in_double(scene.derivation.graph)
        trace, whole = scene.trace, scene.derivation.whole
        derivation = replace(
            scene.derivation,
            graph=self._graph,
            trace=trace._replace(
                seeds=tuple(s if isinstance(s, IndexedSlices) else self._twin(s) for s in trace.seeds)
            ),
        )
        pairs = [
            (y.values if isinstance(y, IndexedSlices) else y, whole(seed))
            for y, seed in zip(trace.ys, trace.seeds, strict=True)
        ]
        carrying = [(self._twin(y), self._twin(seed)) for y, seed in pairs if seed is not None and y.dtype.is_trainable]
        self._ys = tuple(y for y, _ in carrying)
        self._weights = tuple(seed for _, seed in carrying)
        self._gradients = tuple(
            None if (g := whole(gradient)) is None else self._twin(g) for gradient in trace.gradients
        )
        self._walls = tuple(self._twin(output) for wall in scene.derivation.walls for output in wall.outputs)
        self._xs = tuple(self._twin(x) for x in trace.xs)
        self._reads = tuple(self._twin(scene.read(x)) for x in trace.xs)
        known = [gradient for gradient in self._gradients if gradient is not None]
        self._base = Calculator(derivation, (*self._ys, *self._weights, *known, *self._walls, *self._reads), 0)
        self._forward = Calculator(derivation, self._ys, 0)
        self._behind = frozenset(operations_behind(self._ys))

    def _twin(self, tensor: Tensor) -> Tensor:
        return self._became[tensor.op].outputs[tensor.value_index]

    def of(self, inputs: Inputs, wanted: Callable[[Tensor], bool] = lambda x: True) -> Iterator[Slopes | str]:
        """Yield for each x its slopes, or the key of a message that says why there are none.

        Parameters
        ----------
        inputs : Inputs
            With the random numbers that were drawn.
        wanted : callable
            Says of which xs; the key of the others is empty.
        """
        inputs = _in_double(inputs)
        base = self._base.compute(inputs)
        weights = [base.get(weight) for weight in self._weights]
        ys = [base.get(y) for y in self._ys]
        known = [(y, w) for y, w in zip(ys, weights, strict=True) if y is not None and w is not None]
        left = _MOST_RUN
        for asked, x, read, gradient in zip(self._scene.trace.xs, self._xs, self._reads, self._gradients, strict=True):
            place = base.get(read)
            if not wanted(asked):
                yield ""
            elif not x.dtype.is_trainable:
                yield "difference.not_continuous"
            elif place is None or len(known) < len(ys):
                yield "difference.unknown"
            elif place.size > MOST_ELEMENTS:
                yield "difference.too_large"
            elif self._is_cut_off(x, inputs):
                yield "difference.fed"
            elif (left := left - place.size * len(self._behind) * _RUNS_PER_ELEMENT) < 0:
                yield "difference.too_long"
            else:
                yield self._slopes(x, place, base, inputs, gradient)

    def _is_cut_off(self, x: Tensor, inputs: Inputs) -> bool:
        """Return whether a fed value stands between an x and the ys, so that a change of the x does not arrive."""
        fed = (self._graph.get_tensor_by_name(name) for name in inputs.feeds)
        between = [t for t in fed if t.op.inputs and t.op is not x.op and t.op in self._behind]
        return any(x.op in operations_behind([tensor]) for tensor in between if shown_as(tensor) is not x)

    def _slopes(self, x: Tensor, place: Array, base: Numbers, inputs: Inputs, gradient: Tensor | None) -> Slopes:
        walls = {wall.name: array for wall in self._walls if (array := base.get(wall)) is not None and wall is not x}
        expected = None if gradient is None else base.get(gradient)
        if expected is not None and expected.shape != place.shape:  # a weight of another shape than its y's
            expected = None
        still = replace(inputs, feeds={**inputs.feeds, **walls})
        held = tuple(self._each(x, place, still, base, expected))
        plain = tuple(self._each(x, place, inputs, base, None if walls else expected)) if walls else ()
        return Slopes(held, plain, expected, place.shape)

    def _each(self, x: Tensor, place: Array, inputs: Inputs, base: Numbers, expected: Array | None) -> Iterator[Slope]:
        """Yield the slope for each element; of a complex one, for its real and its imaginary part."""
        numbers = _parts(place)
        likely = np.zeros(numbers.shape) if expected is None else _parts(expected.astype(place.dtype))
        for position in range(numbers.size):

            def change(step: float, position: int = position) -> tuple[float, float]:
                moved = numbers.copy()
                with np.errstate(all="ignore"):
                    moved[position] += step
                return self._change(
                    base, self._forward.compute(_moved(inputs, x, moved.view(place.dtype).reshape(place.shape)))
                )

            yield slope_of(change, float(numbers[position]), float(likely[position]))

    def _change(self, before: Numbers, after: Numbers) -> tuple[float, float]:
        """Return by how much the weighted sum of the ys changed, and how large the numbers are that did."""
        change = size = unchanged = 0.0
        with np.errstate(all="ignore"):
            for y, weight in zip(self._ys, self._weights, strict=True):
                old, new = before.get(y), after.get(y)
                w = None if old is None else fitted(before.get(weight), old.shape)
                if old is None or new is None or w is None or old.shape != new.shape:
                    return math.nan, math.nan
                factors = np.conj(w)
                moved = (new != old) & (factors != 0)
                change += float(np.real(factors[moved] * (new[moved] - old[moved])).sum())
                size += float(np.abs(factors[moved] * new[moved]).sum())
                unchanged += float(np.abs(factors[~moved] * new[~moved]).sum())
        # What changes nothing may still have a slope that is too small to be seen.
        return change, size or unchanged


def differences_of(scene: Scene, numbers: Numbers, inputs: Inputs, words: Words) -> Iterator[Difference]:
    """Yield for each x what finite differences say of its gradient.

    Parameters
    ----------
    scene : Scene
        The call.
    numbers : Numbers
        Those that are shown.
    inputs : Inputs
        What they follow from, random numbers that were drawn included.
    words : Words
        How it is said.
    """
    veil = words.veil
    predicted = operations_behind(veil.predicted)
    found = scene.differences.of(inputs, lambda x: not veil.covers(x))
    for position, (x, slopes) in enumerate(zip(scene.xs, found, strict=True)):
        if isinstance(slopes, str):
            yield Difference(
                None, words.say(slopes, most=MOST_ELEMENTS, dtype=x.dtype.base_dtype.name) if slopes else ""
            )
            continue
        gradient = scene.trace.gradients[position]
        shown = numbers.get(scene.derivation.whole(gradient))
        said = _Said(slopes, element_names(scene.names(x), slopes.shape), _own_gradient(scene, x), words)
        value, error = words.shown(said.held), said.error(shown, absent=gradient is None)
        if not slopes.plain or x.op in predicted:
            yield Difference(value, error)
        else:
            yield Difference(value, error, words.shown(said.plain), words.shown(said.gap))


def kept_out(rows: Sequence[Row], words: Words) -> Iterator[str]:
    """Yield in sentences which gradients a stop kept out of which xs."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        found = row.difference
        if found is not None and found.value is not None and found.plain is not None and found.gap is not None:
            texts = (found.value.text, found.plain.text, found.gap.text)
            if texts[0] != texts[1] and "nan" not in texts[2]:
                alike.setdefault(texts, []).append(row.name)
    for (held, plain, gap), names in list(alike.items())[:_MOST_NOTES]:
        yield words.say("difference.kept_out", names=words.joined(names), held=held, plain=plain, gap=gap)


class _Said:
    """The slopes of one x as arrays and words."""

    def __init__(self, slopes: Slopes, names: Sequence[str], own: str, words: Words) -> None:
        self._slopes = slopes
        self._names = names
        self._own = own
        self._words = words
        # A complex element has two slopes.
        self._dtype = np.dtype(np.float64 if len(slopes.held) == len(names) else np.complex128)

    @property
    def held(self) -> Array:
        """The slopes with stopped tensors held."""
        return self._array(self._slopes.held)

    @property
    def plain(self) -> Array:
        """The slopes of the program as it stands."""
        return self._array(self._slopes.plain)

    @property
    def gap(self) -> Array:
        """What the stops kept out."""
        pairs = zip(self._slopes.plain, self._slopes.held, strict=True)
        return self._array([Slope(p.place, p.value - h.value, p.doubt + h.doubt) for p, h in pairs])

    def _array(self, slopes: Sequence[Slope]) -> Array:
        numbers = np.array([_rounded(slope) for slope in slopes], np.float64)
        return numbers.view(self._dtype).reshape(self._slopes.shape)

    def error(self, shown: Array | None, absent: bool) -> str:
        """Return how far the gradient is from the slopes, and where there is none to compare with."""
        said = [self._compared(shown)] if not absent and self._slopes.gradient is not None else []
        said += self._rough()
        return self._words.say("view.semicolon").join(filter(None, said)) or self._words.say("render.absent")

    def _compared(self, shown: Array | None) -> str:
        exact = self._slopes.gradient
        assert exact is not None  # else nothing is compared
        # Of no elements there is no saying whether they are complex.
        numbers = _parts(exact.astype(np.promote_types(exact.dtype, self._dtype)))
        pairs = [(float(g), s) for g, s in zip(numbers, self._slopes.held, strict=True) if s.place is Place.SMOOTH]
        if not pairs:
            return ""
        said = _in_words(pairs) or self._words.say("difference.too_small")
        if self._own and not said.startswith("<"):
            said = self._words.say("difference.own", error=said, name=self._own)
        off = 0.0 if shown is None else _far(shown, exact)
        if off > _VISIBLE and shown is not None and said.startswith("<"):
            return self._words.say("difference.rounding", error=said, dtype=shown.dtype.name, size=_power_above(off))
        return said

    def _rough(self) -> Iterator[str]:
        """Yield at which elements there is no slope, and why."""
        parts = len(self._slopes.held) // max(len(self._names), 1)
        for place in (Place.KINK, Place.JUMP, Place.EDGE, Place.NOWHERE):
            found = [(number // parts, s) for number, s in enumerate(self._slopes.held) if s.place is place]
            word = self._words.say(f"difference.{place.value}")
            names = list(dict.fromkeys(self._names[number] for number, _ in found))
            if len(found) == 1 and place is Place.KINK:
                left, right = (
                    number_text(_rounded(replace(found[0][1], value=v))) for v in (found[0][1].left, found[0][1].right)
                )
                word = self._words.say("difference.sides", place=word, left=left, right=right)
            if names:
                yield word if len(self._names) == 1 else self._at(word, names)

    def _at(self, word: str, names: Sequence[str]) -> str:
        listed = names if len(names) <= _MOST_NAMED else [*names[: _MOST_NAMED - 1], "…"]
        return self._words.say("difference.at", place=word, names=self._words.say("view.comma").join(listed))


def _own_gradient(scene: Scene, x: Tensor) -> str:
    """Return the name of an operation behind which an x stands and to which the program gives a gradient of its own."""
    own = (op for op in scene.picture.operations if op in scene.derivation.graph.gradient_overrides)
    return next((scene.names.of_operation(op) for op in own if x.op in operations_behind(op.inputs)), "")


def _rounded(slope: Slope) -> float:
    """Return a slope without the digits that are rounding."""
    if not math.isfinite(slope.value) or slope.doubt <= 0:
        return slope.value
    if abs(slope.value) <= slope.doubt:
        return 0.0
    return round(slope.value, math.floor(-math.log10(slope.doubt)))


def _in_words(pairs: Sequence[tuple[float, Slope]]) -> str:
    """Return how far gradients are from slopes, relative to the largest; nothing where all of them may be rounding."""
    if not all(math.isfinite(gradient) for gradient, _ in pairs):
        return "∞"
    size = max(max(abs(gradient), abs(_rounded(slope))) for gradient, slope in pairs)
    if size == 0:
        return _below(_ROUNDING)
    error = max(abs(gradient - slope.value) / size for gradient, slope in pairs)
    doubt = max(slope.doubt / size for _, slope in pairs)
    if error > max(_ROUNDING, doubt):
        return f"{error:.1e}"
    return _below(max(_ROUNDING, doubt)) if doubt < _SEEN else ""


def _below(bound: float) -> str:
    return f"< {_power_above(bound)}"


def _power_above(number: float) -> str:
    """Return the next power of ten: what is left to say of a number whose digits are rounding."""
    return "∞" if not math.isfinite(number) else f"1e{math.ceil(math.log10(number) - 1e-9)}"


def _far(shown: Array, exact: Array) -> float:
    with np.errstate(all="ignore"):
        apart = np.abs(shown.astype(exact.dtype) - exact)
        size = np.abs(exact).max(initial=0.0)
        return float(np.max(apart[np.isfinite(exact)], initial=0.0) / size) if size and np.isfinite(size) else 0.0


def _parts(array: Array) -> Array:
    """Return an array's numbers in a row; of a complex one, real and imaginary parts in turn."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype)


def _in_double(inputs: Inputs) -> Inputs:
    """Return the same inputs with double precision."""

    def doubled(arrays: Mapping[_Key, Array]) -> dict[_Key, Array]:
        known = {key: np.asarray(array) for key, array in arrays.items()}
        floating = {key: array.dtype.kind in "fc" for key, array in known.items()}
        return {k: a.astype(np.result_type(a.dtype, np.float64)) if floating[k] else a for k, a in known.items()}

    return replace(
        inputs,
        variables=doubled(inputs.variables),
        feeds=doubled(inputs.feeds),
        seeds=doubled(inputs.seeds),
        drawn=doubled(inputs.drawn),
    )


def _moved(inputs: Inputs, x: Tensor, value: Array) -> Inputs:
    if x.op.type != "VariableV2":
        return replace(inputs, feeds={**inputs.feeds, x.name: value})
    feeds = {name: array for name, array in inputs.feeds.items() if name not in (x.name, f"{x.op.name}/read:0")}
    return replace(inputs, feeds=feeds, variables={**inputs.variables, x.op.name: value})
