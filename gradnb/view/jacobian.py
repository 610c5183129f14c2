"""The derivative of each element of a y by each of an x, and the weights that are multiplied with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from gradnb.engine.build import constant_from
from gradnb.engine.gradients import Trace, build_gradients, not_recording
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Tensor
from gradnb.view.hiding import Veil
from gradnb.view.model import Gradient, Jacobian, Matrix
from gradnb.view.names import element_names
from gradnb.view.numbers import Calculator, Inputs, Numbers, fitted
from gradnb.view.values import number_texts

if TYPE_CHECKING:
    from gradnb.view.build import Scene

Array = np.ndarray[Any, Any]

#: Matrices are shown up to so many rows and columns.
LARGEST = 8
#: All passes together, one for each row, may meet so many operations.
_MOST_PASSED = 20_000
#: How far the weights times a matrix may be from what the y gives, by bytes of a real number.
_ROUNDING = {2: 1e-2, 4: 1e-4, 8: 1e-9}


class Words(Protocol):
    """What the builder says, and what it keeps to itself."""

    veil: Veil

    @property
    def precision(self) -> int:
        """The number of significant digits."""

    def say(self, key: str, **values: object) -> str:
        """Return a message in the view's language."""

    def gradient(self, tensor: Tensor) -> Gradient:
        """Return the gradient of a tensor as it is shown."""

    def seed_name(self, number: int) -> str:
        """Return what the weight of a y is called."""


class JacobianRows:
    """The rows of a scene's Jacobians for ys of given shapes: one pass for each element of each small y.

    The passes are those of the call: what is stopped in it is stopped here.

    Parameters
    ----------
    scene : Scene
        The call.
    shapes : sequence of tuple
        The shape of each y; None where it is not known.
    """

    def __init__(self, scene: Scene, shapes: Sequence[tuple[int, ...] | None]) -> None:
        self.passes: dict[int, tuple[Trace, ...]] = {}
        self.left_out: set[int] = set()
        trace, whole, done = scene.trace, scene.derivation.whole, 0
        self._whole = whole
        with scene.derivation.graph.as_default(), not_recording():
            for number, (y, shape) in enumerate(zip(trace.ys, shapes, strict=True)):
                if shape is None or np.prod(shape, dtype=int) > LARGEST or not y.dtype.base_dtype.is_floating:
                    continue
                done += int(np.prod(shape, dtype=int)) * len(trace.steps)
                if done > _MOST_PASSED:
                    self.left_out.add(number)
                    continue
                self.passes[number] = tuple(_passed_back(trace, y, seed) for seed in _one_by_one(y, shape))
        gradients = [g for traces in self.passes.values() for row in traces for g in row.gradients]
        wanted = [tensor for g in gradients if (tensor := whole(g)) is not None]
        self._calculator = Calculator(scene.derivation, wanted, 0)

    def numbers(self, inputs: Inputs) -> Numbers:
        """Return the numbers of all rows."""
        return self._calculator.compute(inputs)

    def matrix(self, numbers: Numbers, y: int, x: int, size: int) -> Array | None:
        """Return the matrix of one y and one x, zeros where no gradient arrives; None if it is not known."""
        rows = []
        for trace in self.passes[y]:
            gradient = trace.gradients[x]
            row = np.zeros(size) if gradient is None else numbers.get(self._whole(gradient))
            if row is None or row.size != size:
                return None
            rows.append(row.reshape(-1))
        return np.stack(rows) if rows else np.zeros((0, size))


def _one_by_one(y: Any, shape: tuple[int, ...]) -> Iterator[Tensor]:
    """Yield the weights that leave one element of a y each."""
    for place in np.ndindex(shape):
        weight = np.zeros(shape, y.dtype.base_dtype.numpy)
        weight[place] = 1
        yield constant_from(weight)


def _passed_back(trace: Trace, y: Any, seed: Tensor) -> Trace:
    stops = [operation.outputs[0] for operation in sorted(trace.stops, key=lambda operation: operation.index)]
    return build_gradients([y], list(trace.xs), [seed], "jacobian", stop_gradients=stops or None, keep_steps=False)


def jacobians_of(scene: Scene, numbers: Numbers, inputs: Inputs, words: Words) -> Iterator[Jacobian]:
    """Yield for each x the derivatives of the ys.

    Parameters
    ----------
    scene : Scene
        The call.
    numbers : Numbers
        Those that every view shows.
    inputs : Inputs
        What they follow from, random numbers that were drawn included.
    words : Words
        How it is said.
    """
    ys = [numbers.get(scene.read(y)) for y in scene.ys]
    rows = scene.jacobian_rows(tuple(None if y is None else y.shape for y in ys))
    told = _Told(scene, numbers, rows, rows.numbers(inputs), words)
    for position in range(len(scene.xs)):
        yield told.jacobian(position)


class _Told:
    """Jacobians in words and numbers."""

    def __init__(self, scene: Scene, numbers: Numbers, rows: JacobianRows, row_numbers: Numbers, words: Words) -> None:
        self._scene = scene
        self._numbers = numbers
        self._rows = rows
        self._row_numbers = row_numbers
        self._words = words

    def jacobian(self, position: int) -> Jacobian:
        """Return that of one x."""
        scene = self._scene
        x = scene.xs[position]
        name, node = scene.names(x), scene.picture.ids.get(x, "")
        value = self._numbers.get(scene.read(x))
        secret = self._words.veil.covers(x)
        columns = () if value is None or value.size > LARGEST else element_names(name, value.shape)
        matrices = tuple(self._matrix(number, position, value, secret) for number in range(len(scene.ys)))
        total: tuple[str, ...] = ()
        if len(matrices) > 1 and columns:
            total = ("?",) * len(columns) if secret else self._texts(scene.trace.gradients[position], len(columns))
        return Jacobian(node, name, columns, matrices, total)

    def _matrix(self, number: int, position: int, x: Array | None, secret: bool) -> Matrix:
        scene, words = self._scene, self._words
        y = self._numbers.get(scene.read(scene.ys[number]))
        y_name, seed_name = scene.names(scene.ys[number]), words.seed_name(number)
        remark = self._why_not(number, position, y, x)
        if remark or x is None or y is None:
            return Matrix(y_name, seed_name, (), (), (), (), remark)
        names = element_names(y_name, y.shape)
        weight = fitted(self._numbers.get(scene.derivation.whole(scene.trace.seeds[number])), y.shape)
        weights = () if weight is None else number_texts(weight.reshape(-1), words.precision)
        if secret:
            hidden = ("?",) * x.size
            why = words.gradient(scene.xs[position]).reason
            return Matrix(y_name, seed_name, names, weights, (hidden,) * y.size, hidden, why)
        if all(trace.gradients[position] is None for trace in self._rows.passes[number]):
            why = words.gradient(scene.xs[position]).reason if scene.trace.gradients[position] is None else ""
            nothing = words.say("jacobian.nothing", x=scene.names(scene.xs[position]), y=y_name)
            return Matrix(y_name, seed_name, names, weights, (), (), why or nothing)
        matrix = self._rows.matrix(self._row_numbers, number, position, x.size)
        if matrix is None:
            return Matrix(y_name, seed_name, names, weights, (), (), words.say("jacobian.unknown"))
        texts = number_texts(matrix, words.precision)
        entries = tuple(texts[start : start + x.size] for start in range(0, len(texts), max(x.size, 1)))
        with np.errstate(all="ignore"):
            product = None if weight is None else np.asarray(weight.reshape(-1) @ matrix)
        given = self._given(number, position, x.size)
        remark = "" if given is None or product is None or _alike(product, given) else words.say("jacobian.not_linear")
        shown = product if given is None else given
        products = () if shown is None else number_texts(shown.reshape(-1), words.precision)
        return Matrix(y_name, seed_name, names, weights, entries, products, remark)

    def _why_not(self, number: int, position: int, y: Array | None, x: Array | None) -> str:
        """Return why there is no matrix, if there is none."""
        say, sizes = self._words.say, {"rows": getattr(y, "size", 0), "columns": getattr(x, "size", 0)}
        if y is None or x is None:
            return say("jacobian.unknown")
        for tensor in (self._scene.ys[number], self._scene.xs[position]):
            dtype = tensor.dtype.base_dtype
            if not dtype.is_floating:
                return say("jacobian.other_dtype", name=self._scene.names(tensor), dtype=dtype.name)
        if max(y.size, x.size) > LARGEST:
            return say("jacobian.too_large", most=LARGEST, **sizes)
        return say("jacobian.left_out") if number in self._rows.left_out else ""

    def _given(self, number: int, position: int, size: int) -> Array | None:
        """Return what a y gives to an x, as the call computes it; None where that was left out or does not fit."""
        alone = self._scene.derivation.alone
        whole = self._scene.derivation.whole(alone[number].gradients[position]) if alone else None
        array = self._numbers.get(whole)
        return None if array is None or array.size != size else array

    def _texts(self, tensor: Tensor | IndexedSlices | None, size: int) -> tuple[str, ...]:
        array = self._numbers.get(self._scene.derivation.whole(tensor))
        return () if array is None or array.size != size else number_texts(array.reshape(-1), self._words.precision)


def _alike(product: Array, given: Array) -> bool:
    """Return whether the weights times a matrix are what the y gives, as far as the numbers are finite."""
    finite = np.isfinite(product) & np.isfinite(given.reshape(-1))
    tolerance = _ROUNDING.get(given.dtype.itemsize, 1e-9)
    size = np.abs(given.reshape(-1)[finite]).max(initial=1.0)
    return bool(np.allclose(product[finite], given.reshape(-1)[finite], rtol=tolerance, atol=tolerance * size))
