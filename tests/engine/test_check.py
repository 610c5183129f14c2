"""Gradients against finite differences, as ``tf.test.compute_gradient`` compares them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.check import compute_gradient, compute_gradient_error
from gradnb.engine.custom import custom_gradient
from gradnb.engine.gradients import recording


def test_the_jacobian_has_a_row_for_each_x_and_a_column_for_each_y() -> None:
    x = tf.placeholder(tf.float64, [2])
    w = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], tf.float64)
    y = tf.squeeze(tf.matmul(x[None, :], w))
    with tf.Session():
        from_gradients, from_differences = compute_gradient(x, [2], y, [3])
    np.testing.assert_allclose(from_gradients, [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_allclose(from_differences, [[1, 2, 3], [4, 5, 6]], rtol=1e-9)


def test_a_right_gradient_has_a_small_error_and_a_wrong_one_a_large_error() -> None:
    @custom_gradient
    def wrong(x: tf.Tensor) -> Any:
        return tf.square(x), lambda dy: dy * x

    x = tf.placeholder(tf.float64, [3])
    point = np.array([1.0, -2.0, 3.0])
    with tf.Session():
        assert compute_gradient_error(x, [3], tf.square(x), [3], x_init_value=point) < 1e-8
        assert compute_gradient_error(x, [3], wrong(x), [3], x_init_value=point) == pytest.approx(3.0, abs=1e-8)


def test_several_xs_give_a_pair_each() -> None:
    a, b = tf.placeholder(tf.float64, [2]), tf.placeholder(tf.float64, [])
    with tf.Session():
        points = [np.array([1.0, 2.0]), np.array(5.0)]
        found = compute_gradient(
            [a, b], [[2], []], a * b, [2], x_init_value=points, extra_feed_dict={a: points[0], b: 5}
        )
        error = compute_gradient_error([a, b], [[2], []], a * b, [2], points, extra_feed_dict={a: points[0], b: 5})
    np.testing.assert_allclose(found[0][0], [[5, 0], [0, 5]])
    np.testing.assert_allclose(found[1][0], [[1, 2]])
    assert error < 1e-8


def test_complex_numbers_have_two_rows_and_columns() -> None:
    x = tf.placeholder(tf.complex128, [1])
    with tf.Session():
        ours, theirs = compute_gradient(x, [1], x * x, [1], x_init_value=np.array([1.0 + 2.0j]))
    np.testing.assert_allclose(ours, [[2, 4], [-4, 2]])
    np.testing.assert_allclose(theirs, ours, atol=1e-9)


def test_rows_of_a_gather() -> None:
    x = tf.placeholder(tf.float64, [3, 2])
    with tf.Session():
        ours, theirs = compute_gradient(x, [3, 2], tf.gather(x, [2, 0, 2]), [3, 2])
    expected = np.kron([[0, 1, 0], [0, 0, 0], [1, 0, 1]], np.eye(2))
    np.testing.assert_array_equal(ours, expected)
    np.testing.assert_allclose(theirs, expected, atol=1e-9)


def test_variables_are_initialized_first_and_fed() -> None:
    v = tf.Variable([1.0, 2.0], dtype=tf.float64)
    w = tf.Variable(3.0, dtype=tf.float64)
    with tf.Session():
        error = compute_gradient_error(v, [2], v * w, [2], init_targets=[tf.global_variables_initializer()])
    assert error < 1e-9


def test_the_random_point_follows_numpys_seed() -> None:
    x = tf.placeholder(tf.float64, [2])
    found = []
    with tf.Session():
        for _ in range(2):
            np.random.seed(1)  # noqa: NPY002  # TensorFlow's tests seed it so
            found.append(compute_gradient(x, [2], x * x, [2])[0])
    np.testing.assert_array_equal(found[0], found[1])
    assert found[0][0, 0] != found[0][1, 1]


def test_its_calls_of_gradients_are_not_recorded() -> None:
    x = tf.placeholder(tf.float64, [])
    with recording() as calls, tf.Session():
        compute_gradient(x, [], x * x, [])
    assert calls == []


def test_misuse_is_told() -> None:
    x = tf.placeholder(tf.float64, [2])
    with pytest.raises(ValueError, match=r"^No default session is registered"):
        compute_gradient(x, [2], x, [2])
    with tf.Session():
        with pytest.raises(ValueError, match=r"^x_shape = \[2\], init_data shape = \[3\]"):
            compute_gradient(x, [2], x, [2], x_init_value=np.zeros(3))
        with pytest.raises(TypeError, match=r"^Don't support type int32 for y"):
            compute_gradient(x, [2], tf.cast(x, tf.int32), [2])
        with pytest.raises(ValueError, match="does not depend on"):
            compute_gradient(x, [2], tf.constant(1.0), [])


def test_without_a_point_a_complex_x_is_drawn_in_both_parts() -> None:
    x = tf.placeholder(tf.complex64, [2])
    drawn: list[np.ndarray[Any, Any]] = []

    def seen(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        drawn.append(array)
        return array

    y = tf.py_func(seen, [x], tf.complex64)
    y.set_shape([2])
    with tf.Session():
        compute_gradient(x, [2], x * tf.constant(1 + 0j, tf.complex64) + 0 * tf.stop_gradient(y), [2])
    assert (drawn[0].imag != 0).all()
    assert (drawn[0].real != 0).all()
