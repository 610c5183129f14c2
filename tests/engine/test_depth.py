"""Graphs may be deep: nothing in the engine goes down into them by recursion."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import gradnb as tf
from gradnb.engine.gradients import build_gradients

DEPTH = 100_000


@pytest.fixture(autouse=True)
def little_stack() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    yield
    sys.setrecursionlimit(before)


def test_a_hundred_thousand_operations_in_a_chain_are_built_differentiated_run_and_copied() -> None:
    """Negate again and again.

    x ── Neg ── Neg ── … ── Neg ── y
    """
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x
    for _ in range(DEPTH):
        y = -y
    (gradient,) = tf.gradients(y, x, grad_ys=[[1.0, 2.0]])
    with tf.Session() as session:
        value, slope = session.run([y, gradient], {x: [3.0, 4.0]})
    assert (value.tolist(), slope.tolist()) == ([3.0, 4.0], [1.0, 2.0])
    twin, became = tf.get_default_graph().copy()
    assert len(became) == twin.version == tf.get_default_graph().version > 2 * DEPTH


def test_a_long_chain_has_one_step_for_each_operation() -> None:
    x = tf.placeholder(tf.float32, [])
    y = x
    for _ in range(DEPTH // 20):
        y = y * 1.0
    trace = build_gradients(y, x)
    assert len(trace.steps) == DEPTH // 20 + 1
    second = tf.gradients(trace.gradients[0], x)
    assert second == [None]


def test_a_tensor_with_many_consumers_adds_them_all() -> None:
    """Use one tensor many times.

         ┌─ Neg ─┐
    x ───┼─ …    ┼── AddN ── y
         └─ Neg ─┘
    """
    x = tf.constant(1.0)
    y = tf.add_n([-x for _ in range(DEPTH // 10)])
    (gradient,) = tf.gradients(y, x)
    with tf.Session() as session:
        assert session.run(gradient) == -DEPTH // 10
