"""Hessians, as TensorFlow's ``hessians`` gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.gradients import recording
from gradnb.engine.second_order import hessians


def run(fetches: Any, feeds: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


def test_row_64_a_quadratic_form() -> None:
    x = tf.placeholder(tf.float64, [3])
    m = np.array([[-1.7679, 0.6086, -0.6627], [1.526, -0.5539, 0.3622], [1.0466, 1.7641, 0.2499]])
    (found,) = hessians(tf.reduce_sum(x[:, None] * tf.constant(m) * x[None, :]), x)
    assert found.shape.as_list() == [3, 3]
    np.testing.assert_allclose(run(found, {x: [-1.5852, -0.8645, 0.247]}), m + m.T, rtol=1e-9)


def test_row_64_the_shape_is_that_of_x_twice() -> None:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]], tf.float64)
    (found,) = hessians(tf.reduce_sum(x * x * x), x)
    expected = np.zeros((2, 2, 2, 2))
    for i, j in np.ndindex(2, 2):
        expected[i, j, i, j] = 6 * (2 * i + j + 1)
    np.testing.assert_allclose(run(found), expected)


def test_row_64_ys_are_added() -> None:
    x = tf.constant([1.0, 2.0])
    (found,) = hessians([x * x, x * x * 2.0], [x])
    np.testing.assert_allclose(run(found), 6.0 * np.eye(2))


def test_row_64_a_scalar_and_several_xs() -> None:
    a, b = tf.get_variable("a", initializer=2.0), tf.get_variable("b", initializer=3.0)
    found = hessians(a * a * b * b, [a, b])
    assert run(found) == [18.0, 8.0]


def test_calls_made_inside_are_not_recorded() -> None:
    x = tf.constant([1.0, 2.0])
    with recording() as calls:
        hessians(x * x, x)
    assert calls == []


def test_its_own_gradient_can_be_asked_for() -> None:
    x = tf.constant([2.0])
    (found,) = hessians(x * x * x * x, x)
    assert run(tf.gradients(found, x)[0]).tolist() == [48.0]


def test_where_there_is_none() -> None:
    x, other = tf.constant([1.0, 2.0]), tf.constant(1.0)
    with pytest.raises(ValueError, match=r"^None values not supported\.\n.*does not depend"):
        hessians(other, x)
    with pytest.raises(ValueError, match=r"^None values not supported\.\n.*zero"):
        hessians(2.0 * x, x)


def test_an_unknown_shape_is_told() -> None:
    x = tf.placeholder(tf.float32, [None])
    with pytest.raises(ValueError, match=r"shape \(\?,\)"):
        hessians(x * x, x)


def test_nothing_has_a_second_derivative_of_no_rows() -> None:
    x = tf.zeros([0])
    assert run(hessians(tf.reduce_sum(x * x), x))[0].shape == (0, 0)
