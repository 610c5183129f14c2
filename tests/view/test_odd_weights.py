"""A weight that only at run time turns out not to have its y's shape: what can be told is told, and nothing breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import VIEWS, Explanation
from gradnb.view.model import State
from gradnb.view.numbers import added, fitted


def odd(weight: Any, fed: Any = (1.0, 2.0, 3.0), **options: Any) -> Explanation:
    p = tf.placeholder(tf.float32, None, name="p")
    y = tf.multiply(p, 2.0, name="y")
    z = tf.tanh(y)
    names = {"p": p, "y": y, "z": z}
    return tf.explain(
        [y, z], p, [weight, None], feed_dict={p: list(fed)}, names=names, views=VIEWS, language="en", **options
    )


@pytest.mark.parametrize(
    "weight", [np.ones((2, 2), "f4"), np.ones(2, "f4"), np.ones((1, 3), "f4"), np.ones(0, "f4"), 1.0]
)
def test_every_view_is_there(weight: Any) -> None:
    explanation = odd(weight, check=True)
    assert "y" in explanation.text()
    for made in (explanation.markdown(), explanation.latex(), explanation.dot(), explanation.html()):
        assert made
    for node in explanation.view.nodes:
        assert explanation.card(node.id).lines
    hidden = explanation.with_hidden("p")
    assert hidden.text()
    assert not hidden.quiz().check("p", "1, 2, 3").hint.startswith("Error")


def test_a_sum_of_what_does_not_fit_is_not_computed() -> None:
    p = tf.placeholder(tf.float32, None, name="p")
    explanation = tf.explain([p, p], tf.Variable(1.0), [np.ones(2), np.ones(3)], feed_dict={p: [1.0, 2.0]})
    assert explanation.view.nodes[0].gradient.state is State.NOT_COMPUTED


def test_arrays_are_added_or_not() -> None:
    ones, twos = np.ones(2), np.full(3, 2.0)
    assert added([ones, None]) is None
    assert added([ones, twos]) is None
    np.testing.assert_array_equal(np.asarray(added([ones, ones])), twos[:2])


def test_a_weight_fits_or_not() -> None:
    assert fitted(None, (2,)) is None
    assert fitted(np.ones(3), (2,)) is None
    np.testing.assert_array_equal(np.asarray(fitted(np.ones(()), (2,))), np.ones(2))


def test_infinite_numbers_are_no_surprise_to_finite_differences() -> None:
    x = tf.Variable([np.inf, 1.0], name="x")
    assert "x" in tf.explain(x * x, x, check=True).text()


def test_truth_values_have_no_mistakes_of_sign() -> None:
    x = tf.Variable([1.0, 3.0], name="x")
    c = tf.greater(x, 2.0, name="c")
    quiz = tf.explain(c, x, hide="c", names={"x": x, "c": c}).quiz()
    for answer in ("1, 1", "0, 0", "2, 2", "None"):
        assert quiz.check("c", answer).hint is not None


def test_a_hint_about_a_stop_needs_no_gradient_behind_it() -> None:
    x = tf.Variable([1.5, 2.5], name="x")
    kept = tf.stop_gradient(tf.truncatemod(x, 2.0))
    quiz = tf.explain(kept * x, x, hide="x", names={"x": x}, language="en").quiz()
    assert not quiz.check("x", "7, 7").right


def test_what_is_unpacked_may_have_another_length_than_was_expected() -> None:
    p = tf.placeholder(tf.float32, None, name="p")
    parts = tf.unstack(p, num=2, name="parts")
    with tf.Session() as session:
        assert session.run(parts, {p: [1.0, 2.0]}) == [1.0, 2.0]
        with pytest.raises(tf.errors.InvalidArgumentError, match="parts"):
            session.run(parts, {p: [1.0, 2.0, 3.0]})


def test_of_no_elements_there_are_no_differences() -> None:
    x = tf.constant(np.zeros(0, np.complex64), name="x")
    assert "x" in tf.explain(tf.real(x * x), x, check=True).text()


def test_a_diagonal_of_no_elements_has_a_gradient() -> None:
    x = tf.constant(np.zeros((0, 2), np.float32))
    with tf.Session() as session:
        assert session.run(tf.gradients(tf.diag(x), x)[0]).shape == (0, 2)


def test_an_x_that_is_its_own_y_has_the_weight_as_its_gradient_whatever_its_shape() -> None:
    x = tf.constant([1.0, 2.0], name="x")
    explanation = tf.explain(x, x, [[1.0, 2.0, 3.0]], names={"x": x}, check=True, language="en")
    (row,) = explanation.view.rows
    assert row.gradient.value is not None
    assert row.gradient.value.text == "[1. 2. 3.]"
    assert "[nan nan]" in explanation.text()
