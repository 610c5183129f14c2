"""Reductions: which axes, ties and zeros, empty arrays, whole numbers, and running sums and products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradnb as tf

X = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
REDUCTIONS = {
    "reduce_sum": np.sum,
    "reduce_mean": np.mean,
    "reduce_max": np.max,
    "reduce_min": np.min,
    "reduce_prod": np.prod,
    "reduce_variance": np.var,
    "reduce_std": np.std,
    "reduce_euclidean_norm": lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis, keepdims=keepdims)),
    "reduce_logsumexp": lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis, keepdims=keepdims)),
}


def value(fetch: Any, feeds: dict[Any, Any] | None = None) -> Any:
    with tf.Session() as session:
        return session.run(fetch, feeds)


def slope(function: Callable[[Any], Any], point: Any) -> Any:
    x = tf.constant(point, tf.float64)
    gradient = tf.gradients(function(x), x)[0]
    return None if gradient is None else value(gradient).tolist()


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (-1, -2)], ids=str)
def test_axes(name: str, axis: Any, keepdims: bool) -> None:
    expected = REDUCTIONS[name](X, axis=axis, keepdims=keepdims)
    reduced = getattr(tf, name)(X, axis=list(axis) if isinstance(axis, tuple) else axis, keepdims=keepdims)
    assert reduced.shape.as_list() == list(expected.shape)
    np.testing.assert_allclose(value(reduced), expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean", "reduce_max", "reduce_prod", "reduce_logsumexp"])
@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2], [-1, 1]], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_gradients_do_not_need_the_shape(name: str, axis: Any, keepdims: bool) -> None:
    numbers = np.linspace(0.5, 2.0, 24).reshape(2, 3, 4)
    found = []
    for declared in ([2, 3, 4], [None, None, None]):
        x = tf.placeholder(tf.float64, declared)
        y = getattr(tf, name)(x, axis=axis, keepdims=keepdims)
        found.append(value(tf.gradients(y * y, x)[0], {x: numbers}))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-14)


def test_axes_that_count_from_both_sides_need_the_rank() -> None:
    x = tf.placeholder(tf.float64)
    with pytest.raises(ValueError, match="needs the rank"):
        tf.gradients(tf.reduce_sum(x, axis=[0, -1]), x)


def test_the_old_names_of_the_arguments() -> None:
    old = tf.reduce_sum(X, reduction_indices=[1], keep_dims=True)
    assert value(old).tolist() == X.sum(1, keepdims=True).tolist()
    assert value(tf.reduce_sum(X, 1, True)).tolist() == X.sum(1, keepdims=True).tolist()
    assert value(tf.argmax(X, dimension=1)).tolist() == [2, 1]
    with pytest.raises(ValueError, match="Cannot specify both 'reduction_indices' and 'axis'"):
        tf.reduce_sum(X, axis=0, reduction_indices=[0])
    with pytest.raises(ValueError, match="Cannot specify both 'keep_dims' and 'keepdims'"):
        tf.reduce_sum(X, keepdims=True, keep_dims=False)
    with pytest.raises(ValueError, match="Cannot specify both 'dimension' and 'axis'"):
        tf.argmax(X, axis=0, dimension=0)


def test_axes_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="Invalid reduction dimension 2 for input with 2 dimensions"):
        tf.reduce_sum(X, axis=2)
    with pytest.raises(TypeError, match="known when the graph is built"):
        tf.reduce_sum(X, axis=tf.placeholder(tf.int32, []))
    beyond = tf.cumsum(X, axis=-3)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"axis in the range \[-2, 2\), but got -3"):
        value(beyond)
    with pytest.raises(ValueError, match="One axis is needed"):
        tf.cumsum(X, axis=[0, 1])


def test_no_axes_change_nothing() -> None:
    assert value(tf.reduce_sum(X, axis=[])).tolist() == X.tolist()
    assert slope(lambda x: tf.reduce_prod(x, axis=[]), [2.0, 3.0]) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("function", "point", "expected"),
    [
        (tf.reduce_max, [1.0, 3.0, 3.0, 2.0], [0.0, 0.5, 0.5, 0.0]),
        (tf.reduce_min, [1.0, 1.0, 1.0, 2.0], [1 / 3, 1 / 3, 1 / 3, 0.0]),
        (lambda x: tf.reduce_max(x, axis=1), [[1.0, 1.0], [0.0, 2.0]], [[0.5, 0.5], [0.0, 1.0]]),
        (tf.reduce_prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
        (tf.reduce_prod, [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
        (lambda x: tf.reduce_prod(x, axis=[0, 1]), [[2.0, 0.0], [3.0, 5.0]], [[0.0, 30.0], [0.0, 0.0]]),
        (tf.cumprod, [2.0, 0.0, 3.0], [1.0, 0.0, 0.0]),
        (tf.reduce_mean, [[1.0, 2.0], [3.0, 4.0]], [[0.25, 0.25], [0.25, 0.25]]),
        (tf.reduce_euclidean_norm, [0.0, 0.0], [np.nan, np.nan]),
    ],
)
def test_ties_and_zeros(function: Callable[[Any], Any], point: Any, expected: Any) -> None:
    np.testing.assert_allclose(slope(function, point), expected, rtol=1e-15)


def test_the_gradient_of_a_maximum_does_not_depend_on_the_numbers() -> None:
    x = tf.constant([1.0, 2.0])
    assert tf.gradients(tf.gradients(tf.reduce_max(x), x)[0], x) == [None]


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64, tf.float32, tf.float64])
@pytest.mark.parametrize("name", ["reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod"])
def test_the_type_stays(name: str, dtype: tf.DType) -> None:
    for shape in ((3,), (2, 2), ()):
        reduced = getattr(tf, name)(np.full(shape, 3, dtype.as_numpy_dtype))
        assert reduced.dtype is dtype
        assert value(reduced).dtype == dtype.as_numpy_dtype


def test_the_mean_of_whole_numbers_is_rounded_towards_zero() -> None:
    assert value(tf.reduce_mean([1, 2, 4])) == 2
    assert value(tf.reduce_mean([-1, -2, -4])) == -2


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (tf.reduce_sum, 0.0),
        (tf.reduce_prod, 1.0),
        (tf.reduce_max, -np.inf),
        (tf.reduce_min, np.inf),
        (tf.reduce_mean, np.nan),
    ],
)
def test_nothing_reduces_to(function: Callable[[Any], Any], expected: float) -> None:
    np.testing.assert_equal(value(function(np.zeros((0,), np.float32))), np.float32(expected))


def test_logsumexp_does_not_overflow() -> None:
    x = tf.constant([1000.0, 1000.0, -np.inf], tf.float64)
    y = tf.reduce_logsumexp(x)
    assert value(y) == pytest.approx(1000.0 + np.log(2.0))
    assert value(tf.gradients(y, x)[0]).tolist() == [0.5, 0.5, 0.0]


def test_counting() -> None:
    assert value(tf.count_nonzero([[0.0, 1.0], [2.0, 3.0]], axis=1)).tolist() == [1, 2]
    assert value(tf.count_nonzero([True, False], dtype=tf.int32)).dtype == np.int32
    assert value(tf.reduce_any([[True, False], [False, False]], axis=1)).tolist() == [True, False]
    assert value(tf.reduce_all([[True, True], [False, False]], axis=0, keepdims=True)).tolist() == [[False, False]]
    with pytest.raises(TypeError, match="does not match expected type of bool"):
        tf.reduce_all(tf.constant([1.0]))


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_running_sums_and_products(axis: int, exclusive: bool, reverse: bool) -> None:
    for function, neutral, combine in ((tf.cumsum, 0.0, np.sum), (tf.cumprod, 1.0, np.prod)):
        found = value(function(X, axis, exclusive, reverse))
        for place in range(X.shape[axis]):
            if reverse:
                part = X.take(range(place + exclusive, X.shape[axis]), axis)
            else:
                part = X.take(range(place + 1 - exclusive), axis)
            expected = combine(part, axis=axis) if part.size else np.full(found.take(place, axis).shape, neutral)
            np.testing.assert_allclose(found.take(place, axis), expected, rtol=1e-15)


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_the_gradients_of_running_sums_and_products(exclusive: bool, reverse: bool) -> None:
    numbers, weights = np.array([2.0, 3.0, 5.0]), np.array([1.0, 10.0, 100.0])
    for function in (tf.cumsum, tf.cumprod):
        x = tf.constant(numbers)
        y = function(x, exclusive=exclusive, reverse=reverse)
        found = value(tf.gradients(y, x, grad_ys=weights)[0])
        for i in range(3):
            moved = numbers.copy()
            moved[i] += 1.0
            # Both are linear in each number alone, so that a step of one gives the slope exactly.
            change = value(function(moved, exclusive=exclusive, reverse=reverse)) - value(y)
            assert found[i] == pytest.approx(float(change @ weights))


def test_the_place_of_the_largest() -> None:
    assert value(tf.argmax(X)).tolist() == [1, 1, 0]
    assert value(tf.argmin(X, axis=1, output_type=tf.int32)).tolist() == [1, 2]
    assert value(tf.argmin(X, axis=1, output_type=tf.int32)).dtype == np.int32
    assert tf.argmax(tf.placeholder(tf.float32, [None, 3]), axis=1).shape.as_list() == [None]
    assert slope(lambda x: tf.argmax(x, axis=0), [1.0, 2.0]) is None


@pytest.mark.parametrize(
    ("shape", "axis", "expected"), [((0,), None, 0), ((0, 3), 0, [0, 0, 0]), ((0, 3), 1, []), ((3, 0), 1, [0, 0, 0])]
)
def test_the_mean_of_no_whole_numbers_is_zero(shape: Any, axis: Any, expected: Any) -> None:
    # What TensorFlow 2.21 gives.
    assert value(tf.reduce_mean(tf.zeros(list(shape), tf.int32), axis)).tolist() == expected


def test_the_mean_of_whole_numbers_is_cut_off_each_time() -> None:
    p = tf.placeholder(tf.int32, [3])
    mean = tf.reduce_mean(p) + 1
    with tf.Session() as session:
        for _ in range(4):
            assert session.run(mean, {p: [3, 4, -9]}) == 1
            assert session.run(mean, {p: [3, 4, 9]}) == 6


def test_whole_random_numbers_lie_between_their_bounds() -> None:
    drawn = value(tf.random_uniform([1000], 2, 5, tf.int32, seed=1))
    assert (drawn.dtype, sorted(set(drawn.tolist()))) == (np.int32, [2, 3, 4])


def test_the_length_of_a_vector_is_never_negative() -> None:
    assert value(tf.norm([3.0, -4.0])) == 5.0
    assert value(tf.norm(tf.constant([3 + 4j, 0], tf.complex64))) == 5.0
