"""What typical mistakes would give in place of a gradient, worked out on private copies of the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations
from typing import Any, Final

import numpy as np

from gradnb.engine.build import convert_to_tensor
from gradnb.engine.custom import lets_pass
from gradnb.engine.gradients import AnyGradient, build_gradients, not_recording
from gradnb.engine.paths import shown_as
from gradnb.engine.tensor import Operation, Tensor
from gradnb.messages import text as message
from gradnb.view.build import Scene
from gradnb.view.flow import downstream
from gradnb.view.numbers import Numbers
from gradnb.view.path_list import MOST_LISTED, PathFinder

Array = np.ndarray[Any, Any]

#: Of up to so many paths every set is tried as forgotten; of more, each path alone.
_MOST_COMBINED: Final = 6
#: Links are looked at near the x, from where the rest of the way is short, and a few near the ys, by the call's steps.
_NEAR_X: Final = 12
_NEAR_Y: Final = 4
_FEW_STEPS: Final = 100
_MOST_WEIGHTS: Final = 8
_MOST_STOPS: Final = 6
_MOST_NAMED: Final = 3
_LONGEST_WAY: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A way of going wrong, and what it gives.

    Attributes
    ----------
    kind : str
        Its kind, as `Verdict.kind` says it.
    array : ndarray
        What it gives.
    key : str
        The hint, as a message of the section ``quiz``.
    words : Mapping of str to str
        What the hint names: a path, a y, a stop, an operation.
    """

    kind: str
    array: Array
    key: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Laboratory:
    """Where what-ifs are computed: copies of a call that nothing else uses.

    Attributes
    ----------
    copy : callable
        Makes a new copy of the call, stopped at these operations, with these ``stop_gradient`` operations lifted.
    compute : callable
        Returns the numbers of tensors of such a copy, from the inputs of the explanation.
    stops, lifted : frozenset of str
        Where the call stops, and which of the program's own stops are lifted.
    language : str
        Of names that are words.
    """

    copy: Callable[[frozenset[str], frozenset[str]], Scene]
    compute: Callable[[Scene, Iterable[Tensor]], Numbers]
    stops: frozenset[str]
    lifted: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True)
class _Way:
    """A path from a y to the x: the tensors on it in forward order, the y's number, and what comes along it."""

    tensors: tuple[Tensor, ...]
    y: int
    gradient: Tensor


@dataclass(frozen=True, slots=True)
class _Link:
    """An operation on the way with what it passes to one of its inputs; `before_sum` is that before it was added up."""

    operation: Operation
    position: int
    upstream: Tensor
    passed: Tensor
    before_sum: Tensor | None


class Mistakes:
    """The mistakes that can be made with one gradient.

    Parameters
    ----------
    laboratory : Laboratory
        Where they are computed.
    name : str
        The gradient, by its display name.
    """

    def __init__(self, laboratory: Laboratory, name: str) -> None:
        self._laboratory = laboratory
        self._name = name
        self._scene = laboratory.copy(laboratory.stops, laboratory.lifted)
        self._x = self._scene.hideable[name][0]
        self._arrays: dict[Tensor, Array] = {}

    @cached_property
    def found(self) -> tuple[Mistake, ...]:
        """All of them: the most specific first, so that the first that gives an answer explains it best."""
        scene = self._scene
        with scene.derivation.graph.as_default(), not_recording(), np.errstate(all="ignore"):
            if self._total is None:
                self._compute(map(scene.read, (self._x, *scene.ys)))
                return (*self._stops_ignored(), *self._values())
            self._compute(self._first_needed())
            if self._total not in self._arrays or self._truth.dtype.kind not in "ficu":
                return ()
            found = [
                *self._stops_ignored(),
                *self._default_seeds(),
                *self._paths(),
                *self._sums(),
                *self._transposes(),
                *self._signs(),
                *self._counts(),
                *self._values(),
                *self._unchanged(),
                *self._without_upstream(),
                *self._upside_down(),
            ]
        return tuple(mistake for mistake in found if not _same(mistake.array, self._truth))

    def other_gradients(self, names: Iterable[str]) -> Iterator[Mistake]:
        """Yield the gradients of other tensors, taken for this one."""
        known = self._scene.hideable
        others = {name: self._whole(self._scene.flow.total(known[name][0])) for name in names if name != self._name}
        self._compute(others.values())
        for name, total in others.items():
            if total is not None and total in self._arrays:
                yield Mistake("other_x", self._arrays[total], "other_x", {"other": name})

    # Numbers

    def _compute(self, tensors: Iterable[Tensor | None]) -> None:
        wanted = [tensor for tensor in tensors if tensor is not None and tensor not in self._arrays]
        if wanted:
            self._arrays.update(self._laboratory.compute(self._scene, wanted).values)

    def _whole(self, gradient: AnyGradient | None) -> Tensor | None:
        return self._scene.derivation.whole(gradient)

    @cached_property
    def _total(self) -> Tensor | None:
        return self._whole(self._scene.flow.total(self._x))

    @property
    def _truth(self) -> Array:
        assert self._total is not None  # asked only where there is a gradient
        return self._arrays[self._total]

    def _first_needed(self) -> Iterator[Tensor | None]:
        yield self._total
        yield from (way.gradient for way in self._ways)
        for link in self._links:
            yield from (link.upstream, link.passed, link.before_sum)
            yield from map(self._scene.read, (*link.operation.inputs, *link.operation.outputs))
        yield self._scene.read(self._x)
        yield from map(self._scene.read, self._scene.ys)
        yield from (tensor for tensor, *_ in self._seed_changes)
        yield from (tensor for tensor, _ in self._local)

    def _gradient(self, ys: Sequence[AnyGradient], seeds: Sequence[AnyGradient | None]) -> Tensor | None:
        """Return the gradient of ys with these weights, stopped as the call is; None if there is none."""
        stops = [operation.outputs[0] for operation in self._scene.trace.stops]
        try:
            trace = build_gradients(
                list(ys),
                [self._x],
                list(seeds),
                "what_if",
                stop_gradients=stops or None,
                keep_steps=False,
            )
        except (LookupError, TypeError, ValueError):
            return None
        return self._whole(trace.gradients[0])

    # The way back

    @cached_property
    def _downstream(self) -> frozenset[Tensor]:
        """The tensors that depend on the x, and itself."""
        return frozenset(downstream(self._scene.picture, [self._x]))

    @cached_property
    def _ways(self) -> tuple[_Way, ...]:
        """The paths on which a gradient comes, each with what comes along it alone; none where there are too many."""
        if not 1 <= self._scene.flow.paths(self._x) <= MOST_LISTED:
            return ()
        (routes,) = PathFinder(self._scene, [self._x]).routes
        found = []
        for route in routes.open:
            gradient = self._whole(route.arrived[-1])
            tensors = (self._x, *(shown_as(hop.output) for hop in reversed(route.hops)))
            found += [] if gradient is None else [_Way(tensors, route.y, gradient)]
        return tuple(found)

    @cached_property
    def _links(self) -> tuple[_Link, ...]:
        """What is passed where, on the way from the ys to the x, nearest to the ys first."""
        found = []
        for operation in reversed(self._scene.picture.operations):
            step = self._scene.flow.step(operation)
            if step is None or len(operation.outputs) != 1:
                continue
            upstream = self._whole(step.upstream[0])
            for position, contribution in enumerate(step.contributions):
                passed = self._whole(contribution)
                if upstream is None or passed is None or shown_as(operation.inputs[position]) not in self._downstream:
                    continue
                before = _before_sum(contribution, operation) if isinstance(contribution, Tensor) else None
                found.append(_Link(operation, position, upstream, passed, before))
        near_y = _NEAR_Y if len(self._scene.trace.steps) <= _FEW_STEPS else 1
        return tuple(found if len(found) <= near_y + _NEAR_X else (*found[:near_y], *found[-_NEAR_X:]))

    def _with_other(self, changes: Sequence[tuple[_Link, Array]]) -> list[Array | None]:
        """Return the x's gradient for each change: were something else passed at one link than is."""
        difference = [(link, np.asarray(other - self._arrays[link.passed])) for link, other in changes]
        carried = [self._carried(link, array) for link, array in difference]
        self._compute(tensor for tensor in carried if isinstance(tensor, Tensor))
        arrays = [self._arrays.get(tensor) if isinstance(tensor, Tensor) else tensor for tensor in carried]
        return [None if array is None else self._truth + array for array in arrays]

    def _carried(self, link: _Link, gradient: Array) -> Array | Tensor | None:
        """Return what a gradient at a link's input makes at the x: an array if it is the x, else a tensor."""
        tensor = link.operation.inputs[link.position]
        if shown_as(tensor) == self._x:
            return gradient
        return self._gradient([tensor], [convert_to_tensor(gradient.astype(tensor.dtype.base_dtype.numpy))])

    def _changed(self, kind: str, key: str, changes: Sequence[tuple[_Link, Array]], **words: str) -> Iterator[Mistake]:
        known = [
            (link, other)
            for link, other in changes
            if link.passed in self._arrays and other.shape == self._arrays[link.passed].shape
        ]
        for (link, _), array in zip(known, self._with_other(known), strict=True):
            if array is not None:
                yield Mistake(kind, array, key, {**words, "operation": self._operation_name(link.operation)})

    # Kinds of mistakes

    def _stops_ignored(self) -> Iterator[Mistake]:
        """Yield what the gradient would be without all stops, and without each."""
        laboratory, scene = self._laboratory, self._scene
        own = {
            op.name: op
            for op in scene.picture.operations
            if op.type == "StopGradient" and (not lets_pass(op) and op not in scene.trace.stops)
        }
        named = {op.name: op for op in scene.trace.stops}
        stops = dict(sorted({**own, **named}.items(), key=lambda pair: pair[1].index))
        sets = [tuple(stops)] if stops else []
        sets += [(name,) for name in stops] if 1 < len(stops) <= _MOST_STOPS else []
        for ignored in sets:
            lifted = laboratory.lifted | {name for name in ignored if name in own}
            try:
                other = laboratory.copy(laboratory.stops - set(ignored), lifted)
            except LookupError:  # behind the stop there is an operation without a gradient
                continue
            with other.derivation.graph.as_default():
                x = other.hideable[self._name][0]
                total = other.derivation.whole(other.flow.total(x))
                array = None if total is None else laboratory.compute(other, [total]).get(total)
            if array is not None:
                names = self._joined(scene.names.of_operation(stops[name]) for name in ignored)
                yield Mistake("stop_ignored", array, "stop_ignored", {"stops": names})

    @cached_property
    def _seed_changes(self) -> tuple[tuple[Tensor, str, str], ...]:
        """The gradient with ones in place of all given weights, and of each: with the hint's key and the y's name."""
        scene = self._scene
        count = len(scene.ys)
        found = []
        everywhere = self._gradient(scene.trace.ys, [None] * count)
        if everywhere is not None:
            found.append((everywhere, "default_seed" if count == 1 else "default_seeds", ""))
        for number in range(count) if 1 < count <= _MOST_WEIGHTS else ():
            seeds = [None if other == number else seed for other, seed in enumerate(scene.trace.seeds)]
            changed = self._gradient(scene.trace.ys, seeds)
            if changed is not None:
                found.append((changed, "default_seed_of", scene.names(scene.ys[number])))
        return tuple(found)

    def _default_seeds(self) -> Iterator[Mistake]:
        for tensor, key, y in self._seed_changes:
            if tensor in self._arrays:
                yield Mistake("default_seed", self._arrays[tensor], key, {"y": y})

    def _paths(self) -> Iterator[Mistake]:
        """Yield what some of the paths give, and what all of them give with one counted twice."""
        ways = [way for way in self._ways if way.gradient in self._arrays]
        parts = [np.asarray(self._arrays[way.gradient]) for way in ways]
        if not parts or len(parts) < len(self._ways) or not _same(sum(parts), self._truth):
            return
        if len(parts) == 1:
            yield Mistake("doubled_path", 2 * parts[0], "doubled_only_path", {"path": self._way(ways[0])})
            return
        sizes = range(1, len(parts)) if len(parts) <= _MOST_COMBINED else (1, len(parts) - 1)
        for size in sizes:
            for forgotten in combinations(range(len(parts)), size):
                # Added up anew, since a difference from the whole would show its noise.
                kept = [part for number, part in enumerate(parts) if number not in forgotten]
                missing = [ways[number] for number in forgotten]
                yield Mistake("forgotten_path", np.sum(kept, axis=0), *self._forgotten(missing, ways))
        for way, part in zip(ways, parts, strict=True):
            yield Mistake("doubled_path", self._truth + part, "doubled_path", {"path": self._way(way)})

    def _forgotten(self, missing: Sequence[_Way], ways: Sequence[_Way]) -> tuple[str, dict[str, str]]:
        """Return how forgotten paths are named: as all those of some ys where they are, else one by one."""
        scene = self._scene
        ys = {way.y for way in missing}
        if len(scene.ys) > 1 and missing == [way for way in ways if way.y in ys]:
            return "forgotten_y", {"ys": self._joined(scene.names(scene.ys[y]) for y in sorted(ys))}
        if len(missing) == 1:
            return "forgotten_path", {"path": self._way(missing[0])}
        if len(missing) > _MOST_NAMED:
            return "forgotten_many", {"count": str(len(missing)), "of": str(len(ways))}
        return "forgotten_paths", {"paths": self._joined(map(self._way, missing))}

    def _sums(self) -> Iterator[Mistake]:
        """Yield what comes without the sum that undoes a broadcast, and with a mean in its place."""
        broadcast = [link for link in self._links if self._is_summed(link)]
        for link in broadcast:
            if shown_as(link.operation.inputs[link.position]) == self._x:
                before = self._arrays[link.before_sum]  # type: ignore[index]  # _is_summed says that it is there
                others = self._truth - self._arrays[link.passed]
                name = self._operation_name(link.operation)
                yield Mistake("missing_sum", before + others, "missing_sum", {"operation": name})
        means = []
        for link in broadcast:
            passed = self._arrays[link.passed]
            means.append((link, passed * (passed.size / self._arrays[link.before_sum].size)))  # type: ignore[index]
        yield from self._changed("missing_sum", "mean_for_sum", means)

    def _is_summed(self, link: _Link) -> bool:
        before = None if link.before_sum is None else self._arrays.get(link.before_sum)
        return before is not None and link.passed in self._arrays and before.size > self._arrays[link.passed].size > 0

    def _transposes(self) -> Iterator[Mistake]:
        """Yield the gradient turned around, and what comes when a factor of a matrix product is."""
        truth = self._truth
        if truth.ndim == 2:
            yield Mistake("transposed", truth.T, "transposed", {})
        changes = []
        for link in self._links:
            if link.operation.type == "Transpose" and link.upstream in self._arrays:
                changes.append((link, self._arrays[link.upstream]))
            elif link.operation.type == "MatMul":
                changes += [(link, other) for other in self._products(link)]
        yield from self._changed("transposed", "transposed_factor", changes)
        for link in self._links:
            # Where the x itself is a factor, the product may have another shape.
            if link.operation.type == "MatMul" and shown_as(link.operation.inputs[link.position]) == self._x:
                name = self._operation_name(link.operation)
                for other in self._products(link):
                    if other.shape != truth.shape:
                        yield Mistake("transposed", other, "transposed_factor", {"operation": name})

    def _products(self, link: _Link) -> Iterator[Array]:
        """Yield the products of what arrives and the other factor, as they are or turned, in both orders."""
        upstream = self._arrays.get(link.upstream)
        factor = self._arrays.get(self._scene.read(link.operation.inputs[1 - link.position]))
        if upstream is None or factor is None or upstream.ndim != 2 or factor.ndim != 2:
            return
        for left, right in permutations((upstream, factor)):
            for first in (left, left.T):
                for second in (right, right.T):
                    if first.shape[1] == second.shape[0]:
                        yield first @ second

    def _signs(self) -> Iterator[Mistake]:
        yield Mistake("sign", -self._truth, "sign", {})
        signs = [(link, -self._arrays[link.passed]) for link in self._links if self._turns_sign(link)]
        yield from self._changed("sign", "sign_at", signs)

    def _turns_sign(self, link: _Link) -> bool:
        """Return whether an operation falls when its input rises: only there a sign can get lost."""
        if link.upstream not in self._arrays or link.passed not in self._arrays:
            return False
        upstream, passed = self._arrays[link.upstream], self._arrays[link.passed]
        if link.operation.type in ("Sub", "Neg"):
            return link.position == len(link.operation.inputs) - 1
        same_shape = upstream.shape == passed.shape and passed.dtype.kind == "f"
        return same_shape and bool((upstream * passed <= 0).all() and passed.any())

    def _counts(self) -> Iterator[Mistake]:
        """Yield what comes when a mean is taken for a sum, or a sum for a mean."""
        for type, key in (("Mean", "sum_for_mean"), ("Sum", "mean_for_total")):
            changes = []
            for link in self._links:
                if link.operation.type == type and link.position == 0 and link.passed in self._arrays:
                    passed, arrived = self._arrays[link.passed], self._arrays[link.upstream]
                    share = passed.size / max(arrived.size, 1)
                    changes.append((link, passed * share if type == "Mean" else passed / max(share, 1)))
            yield from self._changed("count", key, changes)

    def _values(self) -> Iterator[Mistake]:
        scene = self._scene
        own = self._arrays.get(scene.read(self._x))
        if own is not None and own.dtype.kind in "fciu":
            yield Mistake("value", own, "value", {})
        for y in scene.ys:
            value = self._arrays.get(scene.read(y))
            if value is not None and value.dtype.kind in "fciu" and y != self._x:
                yield Mistake("value", value, "value_of_y", {"y": scene.names(y)})

    def _unchanged(self) -> Iterator[Mistake]:
        """Yield what comes when an operation's own derivative is left out."""
        changes = [(link, self._arrays[link.upstream]) for link in self._links if link.upstream in self._arrays]
        yield from self._changed("upstream", "upstream", changes)
        if len(self._scene.flow.arrivals(self._x)) == 1:
            for link in self._links:
                if shown_as(link.operation.inputs[link.position]) == self._x and link.upstream in self._arrays:
                    name = self._operation_name(link.operation)
                    yield Mistake("upstream", self._arrays[link.upstream], "upstream", {"operation": name})

    @cached_property
    def _local(self) -> tuple[tuple[Tensor, Tensor], ...]:
        """How tensors between the x and the ys change with the x: the gradient from there, with ones."""
        scene = self._scene
        between = sorted(self._downstream - {self._x}, key=lambda tensor: (tensor.op.index, tensor.value_index))
        found = []
        for tensor in between[:_NEAR_X]:
            local = self._gradient([tensor], [None]) if scene.flow.arrived(tensor) and not _is_complex(tensor) else None
            if local is not None:
                found.append((local, tensor))
        return tuple(found)

    def _without_upstream(self) -> Iterator[Mistake]:
        for local, tensor in self._local:
            if local in self._arrays:
                yield Mistake("local", self._arrays[local], "local", {"tensor": self._scene.names(tensor)})

    def _upside_down(self) -> Iterator[Mistake]:
        truth = self._truth
        if truth.size and np.isfinite(truth).all() and (truth != 0).all():
            yield Mistake("reciprocal", 1 / truth, "reciprocal", {})

    # Words

    def _operation_name(self, operation: Operation) -> str:
        return self._scene.names.of_operation(operation)

    def _way(self, way: _Way) -> str:
        names = [self._scene.names(tensor) for tensor in way.tensors]
        if len(names) > _LONGEST_WAY:
            names = [*names[:3], "…", *names[-2:]]
        return " → ".join(names)

    def _joined(self, words: Iterable[str]) -> str:
        language = self._laboratory.language
        *before, last = dict.fromkeys(words)
        comma = message("view.comma", language)
        return message("view.and", language, first=comma.join(before), last=last) if before else last


def _before_sum(passed: Tensor, operation: Operation) -> Tensor | None:
    """Return what a rule added up at its end to undo a broadcast; None if it did not."""
    current = passed
    while current.op.forward is operation:
        if current.op.type in ("SumToShape", "Sum"):
            return current.op.inputs[0]
        if current.op.type not in ("Reshape", "Identity"):
            return None
        current = current.op.inputs[0]
    return None


def _is_complex(tensor: Tensor) -> bool:
    return tensor.dtype.is_complex


def _same(first: Any, second: Any) -> bool:
    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):
        largest = np.abs(other[np.isfinite(other)]).max(initial=0.0)
        return bool(np.allclose(one, other, rtol=1e-4, atol=1e-5 * float(largest), equal_nan=True))
