"""What only a run can see: shapes that do not fit are refused then, and the operation is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradnb as tf

Build = Callable[[tf.Tensor], Any]

REFUSED: dict[str, tuple[Build, Any, str]] = {
    "unstack": (lambda p: tf.unstack(p, num=2), np.zeros((3, 2)), r"must equal 2, got shape \[3,2\]"),
    "gather": (lambda p: tf.gather(p, [0]), 1.0, "params must be at least 1 dimensional"),
    "top_k": (lambda p: tf.nn.top_k(p, 3), [1.0, 2.0], "input must have at least k columns"),
    "pad": (lambda p: tf.pad(p, [[1, 1]]), [[1.0]], r"must be the rank of inputs\[1, 2\] \[1, 1\]"),
    "unsorted_segment_sum": (
        lambda p: tf.unsorted_segment_sum(p, [0, 1, 1], 2),
        [1.0, 2.0],
        r"data.shape = \[2\] does not start with segment_ids.shape = \[3\]",
    ),
    "diag_part": (tf.diag_part, np.zeros((2, 3)), r"Invalid shape \[2,3\]"),
    "where": (
        lambda p: tf.where([True, False], p, [1.0, 2.0]),
        [1.0, 2.0, 3.0],
        r"must have the same size and shape\. Input 1: \[3\] != input 2: \[2\]",
    ),
    "cross": (lambda p: tf.linalg.cross(p, p), [1.0, 2.0], r"vectors of length 3, not \[2\] and \[2\]"),
    "cross of two lengths": (
        lambda p: tf.linalg.cross(p, tf.zeros([3])),
        [[1.0, 2.0, 3.0]],
        r"not \[1,3\] and \[3\]",
    ),
    "softmax_cross_entropy": (
        lambda p: tf.nn.softmax_cross_entropy_with_logits_v2(labels=[[1.0, 0.0]], logits=p),
        [[1.0, 2.0, 3.0]],
        r"logits and labels must be broadcastable: logits_size=\[1,3\] labels_size=\[1,2\]",
    ),
    "sparse_softmax_cross_entropy": (
        lambda p: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=p),
        [[1.0, 2.0]],
        r"got logits shape \[1,2\] and labels shape \[2\]",
    ),
    "bias_add": (lambda p: tf.nn.bias_add(p, [1.0, 2.0]), [[1.0, 2.0, 3.0]], r"\[2\] vs\. \[1,3\]"),
    "bias_add to a vector": (lambda p: tf.nn.bias_add(p, [1.0, 2.0]), [1.0, 2.0], r"\[2\] vs\. \[2\]"),
    "conv2d": (
        lambda p: tf.nn.conv2d(p, tf.ones([1, 1, 2, 1]), strides=1, padding="SAME"),
        np.ones((1, 2, 2, 3)),
        "input depth must be evenly divisible by filter depth: 3 vs 2",
    ),
    "reshape": (lambda p: tf.reshape(p, [2, -1]), [1.0, 2.0, 3.0], r"with 3 values, but the requested shape \[2,-1\]"),
    "reshape twice unknown": (lambda p: tf.reshape(p, tf.constant([-1, -1])), [1.0], r"the requested shape \[-1,-1\]"),
    "reshape to nothing": (lambda p: tf.reshape(p, [0, -1]), [1.0, 2.0], r"with 2 values, but the requested shape"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_shapes_that_do_not_fit_are_refused_when_they_are_seen(name: str) -> None:
    build, value, words = REFUSED[name]
    p = tf.placeholder(tf.float32, None)
    try:
        result = build(p)
    except ValueError as error:  # it is refused before it runs: then it must be for the same reason
        pytest.fail(f"refused too early: {error}")
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match=words) as caught:
            session.run(result, {p: value})
        assert caught.value.op in p.graph.get_operations()
        assert session.run(p * 2.0, {p: 2.0}) == 4.0


def test_the_variable_that_a_step_changes_must_have_the_gradients_shape() -> None:
    v = tf.Variable(tf.placeholder_with_default([1.0, 2.0], None), validate_shape=False)
    step = tf.train.AdagradOptimizer(0.1).apply_gradients([(tf.placeholder_with_default([1.0, 2.0, 3.0], None), v)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"var and grad do not have the same shape \[2\] \[3\]"
        ):
            session.run(step)


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ((0, 3), [0, -1], (0, 3)),
        ((0, 3), [-1, 0], (3, 0)),
        ((0, 3), [-1], (0,)),
        ((0, 3), [-1, 3], (0, 3)),
        ((0, 0), [0, -1], (0, 1)),
        ((2, 0), [0, -1], (0, 2)),
        ((0, 6), [0, 4, -1], (0, 4, 1)),
        ((0, 6), [0, 3, -1], (0, 3, 2)),
        ((0,), [-1, 2], (0, 2)),
    ],
)
def test_what_is_left_of_nothing_follows_from_the_other_sizes(given: Any, wanted: Any, expected: Any) -> None:
    # What TensorFlow 2.21 gives.
    with tf.Session() as session:
        assert session.run(tf.reshape(tf.zeros(list(given)), wanted)).shape == expected


def test_something_does_not_fit_into_nothing() -> None:
    with pytest.raises(ValueError, match=r"Cannot reshape a tensor with 6 elements to shape \[0,\?\] \(0 elements\)"):
        tf.reshape(tf.zeros([2, 3]), [0, -1])
