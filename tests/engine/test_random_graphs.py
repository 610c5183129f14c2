"""Random programs: gradients are slopes, of two orders; parts of a graph run as the whole does; TensorFlow agrees."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from programs import EXAMPLES, Array, Program, grown, programs

import gradnb as tf

FEW = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
MANY = settings(FEW, max_examples=2000)

#: A step of the central differences, and by how much it is made smaller where the function bends too much for it.
STEP, FINER = 2e-4, 1 / 16


#: Where the gradient that arrives is zero, the second gradient of these is NaN, as TensorFlow's is.
NAN_AT_ZERO = ("EuclideanNorm",)


class Slopes:
    """A program in one session, where tensors can be moved and held."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = program.run(tf)
        self.feeds = program.feeds(self.names)
        self.xs = [self.names[x] for x in program.xs]
        self.session = tf.Session()

    def value(self, tensors: Sequence[Any], feeds: dict[Any, Array] | None = None) -> list[Array]:
        return [np.asarray(v) for v in self.session.run(list(tensors), {**self.feeds, **(feeds or {})})]

    def held(self, stops: Sequence[Any]) -> dict[Any, Array]:
        """Return the values of what the gradient takes for constant."""
        walls = [o for op in tf.get_default_graph().get_operations() if op.type == "StopGradient" for o in op.outputs]
        outputs = [*walls, *(output for stop in stops for output in stop.op.outputs)]
        return dict(zip(outputs, self.value(outputs), strict=True))

    def check(
        self, ys: Sequence[Any], weights: Sequence[Array], stops: Sequence[Any], gradients: Sequence[Any]
    ) -> None:
        """Check gradients against central differences of the weighted sum of the ys, x by x, in one direction each."""
        held = self.held(stops)
        starts = self.value(self.xs)
        found = self.value([tf.zeros_like(x) if g is None else g for x, g in zip(self.xs, gradients, strict=True)])
        for place, (x, start, gradient) in enumerate(zip(self.xs, starts, found, strict=True)):
            assert gradient.shape == start.shape
            direction = np.asarray(np.random.default_rng(place).uniform(0.5, 1.5, start.shape))
            direction = direction * np.random.default_rng(place + 10).choice([-1.0, 1.0], start.shape)

            def along(distance: float, x: Any = x, start: Array = start, direction: Array = direction) -> float:
                values = self.value(ys, {**held, x: start + distance * direction})
                return float(sum((w * v).sum() for w, v in zip(weights, values, strict=True)))

            expected, doubt = slope(along)
            scale = 1.0 + abs(expected) + float(np.abs(gradient * direction).sum())
            if doubt > 1e-5 * scale:
                continue
            assert float((gradient * direction).sum()) == pytest.approx(expected, abs=1e-5 * scale + 10 * doubt), (
                f"the gradient of {self.program.xs[place]}"
            )


def slope(along: Any) -> tuple[float, float]:
    """Return the slope of a function at 0, extrapolated from two steps, and how far the two disagree about it."""
    best = (0.0, np.inf)
    for step in (STEP, STEP * FINER):
        wide = (along(step) - along(-step)) / (2 * step)
        narrow = (along(step / 2) - along(-step / 2)) / step
        extrapolated = (4 * narrow - wide) / 3
        if abs(wide - narrow) < best[1]:
            best = (extrapolated, abs(wide - narrow))
        if best[1] < 1e-5 * (1 + abs(extrapolated)):
            break
    return best


def check(program: Program) -> None:
    """Check all that must be true of a program and its gradients."""
    with tf.Graph().as_default():
        slopes = Slopes(program)
        names = slopes.names
        stops = [names[s] for s in program.stops]
        ys = [names[y] for y in program.ys]
        gradients = program.gradients(tf, names)
        dense = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
        seeds = [1.0 if s == "None" else eval(s, names) for s in program.seeds]
        weights = [
            np.broadcast_to(slopes.value([s])[0] if isinstance(s, tf.Tensor) else s, v.shape)
            for s, v in zip(seeds, slopes.value(ys), strict=True)
        ]
        slopes.check(ys, weights, stops, dense)
        zeros_for_none(slopes, dense)
        parts_run_as_the_whole(slopes, [g for g in dense if g is not None])
        once = [g for g in dense if g is not None]
        if once and not set(NAN_AT_ZERO) & {op.type for op in tf.get_default_graph().get_operations()}:
            numbers = [np.cos(np.arange(v.size, dtype=v.dtype)).reshape(v.shape) for v in slopes.value(once)]
            twice = tf.gradients(once, slopes.xs, grad_ys=[tf.constant(number) for number in numbers])
            slopes.check(once, numbers, [], [None if g is None else tf.convert_to_tensor(g) for g in twice])


def zeros_for_none(slopes: Slopes, dense: Sequence[Any]) -> None:
    filled = slopes.program.gradients(tf, slopes.names, unconnected_gradients="zero")
    values = slopes.value([tf.convert_to_tensor(g) for g in filled])
    for x, gradient, value in zip(slopes.xs, dense, values, strict=True):
        expected = np.zeros_like(slopes.value([x])[0]) if gradient is None else slopes.value([gradient])[0]
        np.testing.assert_array_equal(value, expected)


def parts_run_as_the_whole(slopes: Slopes, gradients: Sequence[Any]) -> None:
    """Whatever is fetched together, and whatever is fed with the value that it has, the numbers are the same."""
    made = [slopes.names[n] for n in slopes.names if n[1:].isdigit()]
    everything = [*made, *gradients]
    whole = slopes.value(everything)
    for tensor, value in list(zip(everything, whole, strict=True))[::3]:
        np.testing.assert_array_equal(slopes.value([tensor])[0], value)
    for got, value in zip(slopes.value(everything[::-1]), whole[::-1], strict=True):
        np.testing.assert_array_equal(got, value)
    for place in range(len(slopes.program.leaves), len(made), 2):
        for got, value in zip(slopes.value(everything, {made[place]: whole[place]}), whole, strict=True):
            np.testing.assert_array_equal(got, value)


@FEW
@given(programs())
def test_gradients_are_slopes_and_parts_run_as_the_whole(program: Program) -> None:
    check(program)


@pytest.mark.parametrize("type", EXAMPLES)
def test_each_operation_does_its_part_in_a_program(type: str) -> None:
    program = grown(zlib.crc32(type.encode()), leaves=2, length=4, through=type)
    assert program.lines[0].startswith(f"{program.ys[-1]} = example('{type}'")
    check(program)


@pytest.mark.slow
@MANY
@given(programs())
def test_many_programs(program: Program) -> None:
    check(program)


def outcome(tensorflow: Any, program: Program) -> Any:
    """Return what a TensorFlow makes of a program: each value and gradient, or the type of its error."""
    try:
        with tensorflow.Graph().as_default():
            names = program.run(tensorflow)
            made = [names[n] for n in names if n[1:].isdigit()]
            gradients = program.gradients(tensorflow, names)
            found = [None if g is None else tensorflow.convert_to_tensor(g) for g in [*made, *gradients]]
            sparse = ["" if g is None else ("rows" if hasattr(g, "dense_shape") else "dense") for g in gradients]
            again = [g for g in found[len(made) :] if g is not None]
            found += [tensorflow.convert_to_tensor(g) for g in tensorflow.gradients(again, made) if g is not None]
            with tensorflow.Session() as session:
                session.run(tensorflow.global_variables_initializer())
                numbers = iter(session.run([t for t in found if t is not None], program.feeds(names)))
            return sparse, [None if t is None else np.asarray(next(numbers)) for t in found]
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:300]}"


@pytest.mark.slow
@settings(FEW, max_examples=600)
@given(programs(smooth=False))
def test_tensorflow_gives_the_same(program: Program) -> None:
    """With ties, zeros, infinities, and both sizes of numbers: values, None, dtypes, sparse rows and error types."""
    v1 = pytest.importorskip("tensorflow", reason="TensorFlow is not installed").compat.v1
    v1.disable_v2_behavior()
    ours, theirs = outcome(tf, program), outcome(v1, program)
    if isinstance(ours, str) or isinstance(theirs, str):
        assert str(ours).partition(":")[0] == str(theirs).partition(":")[0]
        return
    assert ours[0] == theirs[0]
    exact = outcome(tf, in_float64(program))
    for found, expected, precise in zip(ours[1], theirs[1], exact[1], strict=True):
        assert (found is None) == (expected is None)
        if found is not None:
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            digits = 1e-9 if found.dtype == np.float64 else 2e-4
            with np.errstate(invalid="ignore"):
                # Where single precision loses digits, the two need not agree on them.
                lost = np.nan_to_num(50 * np.abs(found - precise), nan=0.0, posinf=0.0)
            np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))
            np.testing.assert_array_equal(found[~np.isfinite(found)], expected[~np.isfinite(found)])
            with np.errstate(invalid="ignore"):
                apart = np.abs(found - expected)[np.isfinite(found)]
            assert (apart <= (digits * (1 + np.abs(expected)) + lost)[np.isfinite(found)]).all()


def in_float64(program: Program) -> Program:
    """Return the same program with numbers of double precision."""
    return replace(
        program,
        leaves={name: value.astype(np.float64) for name, value in program.leaves.items()},
        seeds=tuple(seed.replace("np.float32", "np.float64") for seed in program.seeds),
    )
