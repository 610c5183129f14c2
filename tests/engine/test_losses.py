"""Losses have TensorFlow's formulas, weights, and ways to become one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import losses
from gradnb.engine.losses import Reduction

LABELS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], np.float32)
GIVEN = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.5]], np.float32)


def run(fetches: Any, feeds: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


def softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def binary(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    return -labels * np.log(probabilities) - (1 - labels) * np.log(1 - probabilities)


ERROR = np.abs(GIVEN - LABELS)
SMOOTH = LABELS * 0.75 + 0.25 / 3

CASES: dict[str, tuple[Callable[[], Any], np.ndarray]] = {
    "absolute_difference": (lambda: losses.absolute_difference(LABELS, GIVEN), ERROR),
    "mean_squared_error": (lambda: losses.mean_squared_error(LABELS, GIVEN), ERROR**2),
    "huber_loss": (
        lambda: losses.huber_loss(LABELS, GIVEN, delta=1.25),
        np.where(ERROR <= 1.25, 0.5 * ERROR**2, 1.25 * ERROR - 0.5 * 1.25**2),
    ),
    "hinge_loss": (lambda: losses.hinge_loss(LABELS, GIVEN), np.maximum(0, 1 - (2 * LABELS - 1) * GIVEN)),
    "log_loss": (lambda: losses.log_loss(LABELS, sigmoid(GIVEN)), binary(LABELS, sigmoid(GIVEN))),
    "cosine_distance": (
        lambda: losses.cosine_distance(LABELS, GIVEN, axis=1),
        1 - (LABELS * GIVEN).sum(1, keepdims=True),
    ),
    "sigmoid_cross_entropy": (lambda: losses.sigmoid_cross_entropy(LABELS, GIVEN), binary(LABELS, sigmoid(GIVEN))),
    "sigmoid_smoothed": (
        lambda: losses.sigmoid_cross_entropy(LABELS, GIVEN, label_smoothing=0.25),
        binary(LABELS * 0.75 + 0.125, sigmoid(GIVEN)),
    ),
    "softmax_cross_entropy": (
        lambda: losses.softmax_cross_entropy(LABELS, GIVEN),
        -(LABELS * np.log(softmax(GIVEN))).sum(-1),
    ),
    "softmax_smoothed": (
        lambda: losses.softmax_cross_entropy(LABELS, GIVEN, label_smoothing=0.25),
        -(SMOOTH * np.log(softmax(GIVEN))).sum(-1),
    ),
    "sparse_softmax_cross_entropy": (
        lambda: losses.sparse_softmax_cross_entropy([0, 1], GIVEN),
        -(LABELS * np.log(softmax(GIVEN))).sum(-1),
    ),
    "sparse_column": (
        lambda: losses.sparse_softmax_cross_entropy([[0], [1]], GIVEN),
        -(LABELS * np.log(softmax(GIVEN))).sum(-1),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_mean_of_the_formula(name: str) -> None:
    make, expected = CASES[name]
    loss = make()
    assert loss.dtype is tf.float32
    np.testing.assert_allclose(run(loss), expected.mean(), rtol=2e-5)
    assert losses.get_losses() == [loss]


WEIGHTS = np.array([[2.0, 0.0, 1.0]], np.float32)
WEIGHTED = ERROR * WEIGHTS


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        (Reduction.NONE, WEIGHTED),
        (Reduction.SUM, WEIGHTED.sum()),
        (Reduction.MEAN, WEIGHTED.sum() / 6),
        (Reduction.SUM_OVER_BATCH_SIZE, WEIGHTED.sum() / 6),
        (Reduction.SUM_BY_NONZERO_WEIGHTS, WEIGHTED.sum() / 4),
        (Reduction.SUM_OVER_NONZERO_WEIGHTS, WEIGHTED.sum() / 4),
    ],
)
def test_each_reduction(reduction: str, expected: Any) -> None:
    loss = losses.absolute_difference(LABELS, GIVEN, weights=WEIGHTS, reduction=reduction)
    np.testing.assert_allclose(run(loss), expected, rtol=1e-6)


def test_means_of_weights_and_of_elements_differ() -> None:
    weights = [[1.0], [3.0]]
    each = [losses.compute_weighted_loss(ERROR, weights, reduction=r) for r in (Reduction.MEAN, "weighted_sum")]
    mean, total = run(each)
    assert total == pytest.approx((ERROR * weights).sum()) and mean == pytest.approx(total / 12)


def test_no_weight_at_all_gives_zero() -> None:
    x = tf.constant(GIVEN)
    loss = losses.mean_squared_error(LABELS, x, weights=0.0)
    value, (gradient,) = run([loss, tf.gradients(loss, x)])
    assert value == 0.0
    np.testing.assert_array_equal(gradient, np.zeros_like(GIVEN))


def test_the_gradient_reaches_the_predictions() -> None:
    x = tf.constant(GIVEN)
    loss = losses.softmax_cross_entropy(LABELS, x)
    np.testing.assert_allclose(run(tf.gradients(loss, x)[0]), (softmax(GIVEN) - LABELS) / 2, rtol=1e-5)


def test_no_gradient_reaches_the_labels_of_a_softmax() -> None:
    labels = tf.constant(LABELS)
    assert tf.gradients(losses.softmax_cross_entropy(labels, GIVEN), labels) == [None]


def test_huber_gradient_where_the_line_begins() -> None:
    x = tf.constant([-3.0, -1.0, 0.5, 1.0, 2.0])
    loss = losses.huber_loss(tf.zeros([5]), x, reduction=Reduction.SUM)
    np.testing.assert_allclose(run(tf.gradients(loss, x)[0]), [-1.0, -1.0, 0.5, 1.0, 1.0])


def test_float64_comes_back_from_float32() -> None:
    logits = tf.constant(GIVEN.astype(np.float64))
    loss = losses.softmax_cross_entropy(LABELS, logits)
    assert loss.dtype is tf.float64
    exact = -(LABELS * np.log(softmax(GIVEN.astype(np.float64)))).sum(-1).astype(np.float32).mean()
    assert run(loss) == pytest.approx(exact, rel=1e-6)


def test_all_losses_add_up() -> None:
    first = losses.mean_squared_error([0.0], [1.0])
    second = losses.absolute_difference([0.0], [3.0])
    tf.get_variable("w", initializer=4.0, regularizer=lambda w: w * 0.5)
    assert losses.get_losses() == [first, second]
    total, without = losses.get_total_loss(), losses.get_total_loss(add_regularization_losses=False)
    assert run([total, without, losses.get_regularization_loss()]) == [6.0, 4.0, 2.0]


def test_a_loss_can_be_left_out_and_be_found_by_its_scope() -> None:
    losses.mean_squared_error([0.0], [1.0], loss_collection=None)
    assert losses.get_losses() == []
    first = losses.mean_squared_error([0.0], [1.0], scope="first")
    losses.mean_squared_error([0.0], [1.0], scope="second")
    assert losses.get_losses(scope="first") == [first]
    assert losses.get_regularization_losses() == []
    with pytest.raises(ValueError, match="at least one Tensor"):
        losses.get_total_loss(scope="nothing")


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match=r"^labels must not be None\."):
        losses.mean_squared_error(None, [1.0])
    with pytest.raises(ValueError, match=r"^logits must not be None\."):
        losses.hinge_loss([1.0], None)
    with pytest.raises(ValueError, match=r"^Shapes \(2,\) and \(1,\) are incompatible"):
        losses.mean_squared_error([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"^weights can not be broadcast to values\. values\.rank=2\. weights\.rank=1"):
        losses.compute_weighted_loss(ERROR, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"^Invalid ReductionKey mean\."):
        losses.compute_weighted_loss(ERROR, reduction="mean")
    with pytest.raises(ValueError, match=r"^You must specify 'axis'\."):
        losses.cosine_distance(LABELS, GIVEN)
