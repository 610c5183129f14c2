"""Long runs of element-by-element steps, tile by tile: what lies between two of them stays in the processor's cache.

Where all elements are added up, the tiles are the parts that NumPy itself adds in pairs: it halves an array again and
again and adds the two sums. So the sum is the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.literals import Array
from gradnb.engine.steps import Shape, Step, Value

#: Arrays of at least so many bytes are worth to be cut into tiles, of so many bytes each.
_WORTH: Final = 1 << 20
_TILE: Final = 1 << 17

#: So many steps of another kind may lie between two that run together.
_APART: Final = 64

#: A function, the numbers of the tiles from which it computes, and that of its result; None when it adds up.
Call = tuple[Callable[..., Any], tuple[int, ...], int | None]


def in_tiles(steps: Sequence[Step]) -> list[Step]:
    """Return steps in which runs of element-by-element steps over large arrays became one step each."""
    result = list(steps)
    place = 0
    while place < len(result):
        shape = _tiled_shape(result[place])
        if shape is not None:
            group, before, after = _gathered(result, place, shape)
            if len(group) > 1:
                end = place + len(group) + len(before) + len(after)
                result[place:end] = [*before, _together(group, shape), *after]
                place += len(before)
        place += 1
    return result


def _tiled_shape(step: Step) -> Shape | None:
    """Return the shape of the arrays that a step goes through, if they are large and it may run in tiles."""
    shape = step.outputs[0].shape if step.writable and not step.fixed and not step.several else None
    if not shape or step.outputs[0].nbytes < _WORTH:
        return None
    fits = all(
        (value.shape == shape and not value.roots) or value.shape == () or value.single is not None
        for value in step.inputs
    )
    return shape if fits else None


def _is_total(step: Step, made: Iterable[Value]) -> bool:
    """Return whether a step adds up all elements of an array that the same run makes."""
    if step.operation.type != "Sum" or step.outputs[0].shape != ():
        return False
    (value,) = step.inputs
    return value in made and value.dtype.char in "fd"


def _gathered(steps: Sequence[Step], begin: int, shape: Shape) -> tuple[list[Step], list[Step], list[Step]]:
    """Return the steps that run together with one, and those near them that then come before and behind."""
    group: list[Step] = []
    before: list[Step] = []
    after: list[Step] = []
    made, later = set[Value](), set[Value]()
    for place in range(begin, len(steps)):
        step = steps[place]
        waits = any(value in later for value in step.inputs)
        if not waits and _tiled_shape(step) == shape:
            group.append(step)
            made.update(step.outputs)
        elif not waits and _is_total(step, made):
            group.append(step)
            later.update(step.outputs)
        elif len(before) + len(after) == _APART:
            break
        elif not waits and not any(value in made for value in step.inputs):
            before.append(step)
        elif step.fixed:
            # What has effects keeps its order.
            break
        else:
            after.append(step)
            later.update(step.outputs)
    return group, before, after


def _together(group: Sequence[Step], shape: Shape) -> Step:
    """Return one step for a run of them."""
    needed: dict[Value, int] = {}
    for step in group:
        for value in step.inputs:
            needed[value] = needed.get(value, 0) + 1
    sums = [step.outputs[0] for step in group if step.outputs[0].shape == ()]
    made = [step.outputs[0] for step in group if step.outputs[0].shape != ()]
    given = dict.fromkeys(value.single or value for value in needed if value not in made)
    kept = [value for value in made if value.fetched or value.uses > needed.get(value, 0)]
    kept.sort(key=lambda value: value.fetched)
    numbers = {value: number for number, value in enumerate((*given, *kept))}
    between: list[np.dtype[Any]] = []
    free: dict[np.dtype[Any], list[int]] = {}
    calls: list[Call] = []
    for step in group:
        inputs = tuple(numbers[value if value in numbers else value.single or value] for value in step.inputs)
        output = step.outputs[0]
        for value in step.inputs:
            needed[value] -= 1
        over = [
            value for value in dict.fromkeys(step.inputs) if not needed[value] and value in made and value not in kept
        ]
        if step.writable == len(step.inputs):
            _set_free(over, numbers, free)
        if output in sums:
            calls.append((np.add.reduce, inputs, None))
        else:
            if output not in numbers:
                fitting = free.get(output.dtype)
                numbers[output] = fitting.pop() if fitting else len(given) + len(kept) + len(between)
                if numbers[output] == len(given) + len(kept) + len(between):
                    between.append(output.dtype)
            assert step.into is not None  # it is written into a tile
            calls.append((step.into, inputs, numbers[output]))
        if step.writable != len(step.inputs):
            _set_free(over, numbers, free)
    tiles = Tiles(shape, len(given), [value.dtype for value in kept], between, calls)
    step = Step(group[-1].operation, tiles, list(given), [*kept, *sums], into=tiles)
    step.written = [value for value in kept if not value.fetched]
    step.several = True
    return step


def _set_free(values: Iterable[Value], numbers: dict[Value, int], free: dict[np.dtype[Any], list[int]]) -> None:
    for value in values:
        free.setdefault(value.dtype, []).append(numbers[value])


class Tiles:
    """Calls over arrays of one shape.

    Parameters
    ----------
    shape : tuple of int
        The shape.
    given : int
        How many arrays are given: numbers 0 to ``given - 1``. Those without axes count for each element.
    kept : sequence of dtype
        The arrays that are results; their numbers follow.
    between : sequence of dtype
        The arrays of which only one tile exists at a time; their numbers follow.
    calls : sequence of Call
        What is computed, in its order.
    """

    def __init__(
        self,
        shape: Shape,
        given: int,
        kept: Sequence[np.dtype[Any]],
        between: Sequence[np.dtype[Any]],
        calls: Sequence[Call],
    ) -> None:
        self._shape = shape
        self._size = shapes.element_count(shape) or 0
        self._given = given
        self._kept = kept
        self._calls = calls
        self._most = _TILE // max(dtype.itemsize for dtype in (*kept, *between))
        self._bounds = list(_halves(0, self._size, self._most))
        largest = max(stop - start for start, stop in self._bounds)
        self._between = [np.empty(largest, dtype) for dtype in between]

    def __call__(self, *arrays: Array) -> list[Any]:
        """Return the results, arrays first; those that are given behind the inputs are written into."""
        results = list(arrays[self._given :])
        results += [np.empty(self._shape, dtype) for dtype in self._kept[len(results) :]]
        whole = [*arrays[: self._given], *results]
        flat = [array.reshape(-1) if np.ndim(array) else None for array in whole]
        sums: list[list[Any]] = [[] for _, _, output in self._calls if output is None]
        for start, stop in self._bounds:
            tiles = [w if f is None else f[start:stop] for w, f in zip(whole, flat, strict=True)]
            tiles += [array[: stop - start] for array in self._between]
            parts = iter(sums)
            for function, inputs, output in self._calls:
                if output is None:
                    next(parts).append(function(tiles[inputs[0]]))
                else:
                    function(*[tiles[number] for number in inputs], tiles[output])
        return [*results, *(_in_pairs(iter(found), self._size, self._most) for found in sums)]


def _halves(start: int, stop: int, most: int) -> Iterator[tuple[int, int]]:
    """Return the parts in which NumPy adds in pairs, as soon as they have at most `most` elements."""
    if stop - start <= most:
        yield start, stop
    else:
        middle = start + _half(stop - start)
        yield from _halves(start, middle, most)
        yield from _halves(middle, stop, most)


def _half(size: int) -> int:
    return size // 2 - size // 2 % 8


def _in_pairs(parts: Iterator[Any], size: int, most: int) -> Any:
    """Return the sum of the sums of all parts."""
    if size <= most:
        return next(parts)
    first = _in_pairs(parts, _half(size), most)
    return first + _in_pairs(parts, size - _half(size), most)
