"""Collections of the default graph: what a program and the library put there, by name."""

from __future__ import annotations

import pytest

import gradnb as tf


def test_variables_of_one_network_are_found_by_their_scope() -> None:
    for scope in ("online", "target"):
        with tf.variable_scope(scope):
            tf.layers.dense(tf.ones([1, 2]), 3)
    found = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="target")
    assert [variable.name for variable in found] == ["target/dense/kernel:0", "target/dense/bias:0"]
    assert tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES) == tf.trainable_variables()


def test_what_a_program_adds_is_found_in_its_order_and_belongs_to_its_graph() -> None:
    tf.add_to_collection("watched", 1)
    tf.add_to_collections(["watched", "kept", "kept"], 2)
    assert (tf.get_collection("watched"), tf.get_collection("kept")) == ([1, 2], [2])
    tf.get_collection("watched").clear()
    tf.get_collection_ref("watched").append(3)
    assert tf.get_collection("watched") == [1, 2, 3]
    with tf.Graph().as_default():
        assert tf.get_collection("watched") == []


def test_a_finalized_graph_takes_nothing_more() -> None:
    tf.get_default_graph().finalize()
    with pytest.raises(RuntimeError, match="finalized"):
        tf.add_to_collection("watched", 1)
    assert tf.get_collection("watched") == []


def test_regularization_losses_can_be_added_up_by_hand() -> None:
    w = tf.get_variable("w", initializer=[3.0], regularizer=tf.nn.l2_loss)
    (penalty,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    (gradient,) = tf.gradients(penalty, [w])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([penalty, gradient]) == [4.5, [3.0]]
