"""Layers with TensorFlow 1's signatures, names and numbers."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import layers
from gradnb.engine.ops import nn


def run(fetches: Any, feeds: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


def test_parameters_stand_in_tensorflows_order() -> None:
    assert " ".join(inspect.signature(layers.dense).parameters) == (
        "inputs units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
        "activity_regularizer kernel_constraint bias_constraint trainable name reuse"
    )
    assert " ".join(inspect.signature(layers.dropout).parameters) == "inputs rate noise_shape seed training name"
    assert " ".join(inspect.signature(layers.flatten).parameters) == "inputs name data_format"


def test_dense_multiplies_adds_and_activates() -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    y = layers.dense(
        x,
        3,
        activation=nn.relu,
        kernel_initializer=tf.constant_initializer([1, 2, 3, -4, -5, -6]),
        bias_initializer=tf.constant_initializer([0.5, 0.25, -1.0]),
    )
    assert y.shape.as_list() == [None, 3]
    value = np.array([[1.0, 0.0], [2.0, 1.0]])
    expected = np.maximum(value @ [[1, 2, 3], [-4, -5, -6]] + [0.5, 0.25, -1.0], 0)
    np.testing.assert_allclose(run(y, {x: value}), expected)


def test_dense_names_its_parts_as_tensorflow_does() -> None:
    x = tf.ones([4, 2])
    first = layers.dense(x, 3, activation=nn.relu)
    layers.dense(first, 2)
    layers.dense(first, 2, name="out", use_bias=False)
    assert [v.name for v in tf.trainable_variables()] == [
        "dense/kernel:0",
        "dense/bias:0",
        "dense_1/kernel:0",
        "dense_1/bias:0",
        "out/kernel:0",
    ]
    assert first.name == "dense/Relu:0"
    assert first.op.inputs[0].op.name == "dense/BiasAdd"
    assert first.op.inputs[0].op.inputs[0].op.name == "dense/MatMul"


def test_dense_starts_with_glorot_and_zeros() -> None:
    layers.dense(tf.ones([1, 200]), 100)
    kernel, bias = run(tf.trainable_variables())
    limit = np.sqrt(6 / 300)
    assert np.abs(kernel).max() <= limit and kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    np.testing.assert_array_equal(bias, np.zeros(100))


def test_dense_can_share_its_variables() -> None:
    x = tf.ones([4, 2])
    layers.dense(x, 3, name="shared")
    with pytest.raises(ValueError, match=r"^Variable shared/kernel already exists, disallowed"):
        layers.dense(x, 3, name="shared")
    layers.dense(x, 3, name="shared", reuse=True)
    layers.dense(x, 3, name="shared", reuse=tf.AUTO_REUSE)
    assert len(tf.trainable_variables()) == 2


def test_dense_works_along_the_last_axis() -> None:
    x = tf.placeholder(tf.float64, [None, 5, 2])
    y = layers.dense(x, 3)
    assert y.shape.as_list() == [None, 5, 3] and y.dtype is tf.float64
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        value = np.arange(20.0).reshape(2, 5, 2)
        kernel = session.run(tf.trainable_variables()[0])
        np.testing.assert_allclose(session.run(y, {x: value}), value @ kernel)


def test_dense_is_trained() -> None:
    x = tf.ones([2, 3])
    y = layers.dense(x, 1)
    kernel, bias = tf.trainable_variables()
    first, second = run(tf.gradients(y, [kernel, bias]))
    np.testing.assert_array_equal(first, np.full((3, 1), 2.0))
    np.testing.assert_array_equal(second, [2.0])


def test_dense_regularizes_and_can_be_frozen() -> None:
    layers.dense(tf.ones([2, 3]), 1, kernel_regularizer=nn.l2_loss, trainable=False)
    assert tf.trainable_variables() == []
    assert len(tf.get_default_graph().get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1


def test_dense_needs_to_know_the_last_axis() -> None:
    with pytest.raises(ValueError, match=r"^The last dimension of the inputs to `Dense` should be defined"):
        layers.dense(tf.placeholder(tf.float32, [2, None]), 3)
    with pytest.raises(ValueError, match=r"below min_ndim=2, found shape \(3,\)"):
        layers.dense(tf.ones([3]), 3)


@pytest.mark.parametrize(
    ("static", "expected"),
    [([2, 3, 4], [2, 12]), ([None, 3, 4], [None, 12]), ([2, None, 4], [2, None]), (None, None), ([2], [2, 1])],
)
def test_flatten_keeps_the_first_axis(static: Any, expected: Any) -> None:
    x = tf.placeholder(tf.float32, static)
    y = layers.flatten(x)
    assert y.op.name == "flatten/Reshape"
    if expected is not None:
        assert y.shape.is_compatible_with(expected)
    value = np.arange(2.0) if static == [2] else np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(run(y, {x: value}), value.reshape(2, -1))


def test_flatten_refuses_another_format() -> None:
    with pytest.raises(ValueError, match="must be 'channels_last'"):
        layers.flatten(tf.ones([2, 3]), data_format="channels_first")


def test_dropout_only_works_in_training() -> None:
    x = tf.ones([1000])
    training = tf.placeholder(tf.bool, [])
    idle, active = layers.dropout(x), layers.dropout(x, rate=0.25, seed=1, training=True)
    chosen = layers.dropout(x, rate=0.25, seed=1, training=training)
    np.testing.assert_array_equal(run(idle), np.ones(1000))
    dropped = run(active)
    assert set(np.unique(dropped).tolist()) == {0.0, float(np.float32(1 / 0.75))}
    assert 0.2 < (dropped == 0).mean() < 0.3
    np.testing.assert_array_equal(run(chosen, {training: False}), np.ones(1000))
    assert (run(chosen, {training: True}) == 0).any()


def test_dense_works_along_the_last_of_several_known_dimensions() -> None:
    x = tf.ones([2, 3, 4])
    y = tf.layers.dense(x, 5, kernel_initializer=tf.ones_initializer())
    assert y.shape == [2, 3, 5]
    assert run(y).tolist() == np.full((2, 3, 5), 4.0).tolist()


def test_what_a_layer_gives_can_be_regularized() -> None:
    y = tf.layers.dense(
        tf.ones([2, 3]), 4, kernel_initializer=tf.ones_initializer(), activity_regularizer=tf.reduce_sum
    )
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert run([loss, tf.reduce_sum(y)]) == [24.0, 24.0]
