"""Graphs of any size and of several shapes, for tests and measurements of what a large one costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import gradnb as tf

#: What is differentiated, and with respect to what.
Ends = tuple[list[Any], list[Any]]


def chain(length: int) -> Ends:
    """Return a chain in which each operation has the one before it for its input."""
    x = y = tf.Variable(0.5, name="x")
    for number in range(length):
        y = y * 0.9 if number % 2 else tf.sin(y)
    return [y], [x]


def wide(width: int) -> Ends:
    """Return a sum of many functions of one variable."""
    x = tf.Variable([1.0, 2.0], name="x")
    return [tf.add_n([tf.sin(x) for _ in range(width)])], [x]


def recurrent(length: int) -> Ends:
    """Return a network that goes through the same weights again and again, each time in a scope of its own."""
    rng = np.random.default_rng(0)
    w = tf.Variable(rng.normal(size=(4, 4)).astype(np.float32) * 0.3, name="w")
    b = tf.Variable(np.full(4, 0.1, np.float32), name="b")
    h: Any = tf.zeros([2, 4])
    for number in range(max(1, length // 4)):
        with tf.name_scope(f"step_{number}"), tf.name_scope("cell"):
            h = tf.tanh(tf.matmul(h, w) + b) * 0.99
    return [tf.reduce_sum(h)], [w, b]


def dense(length: int) -> Ends:
    """Return a graph in which each operation uses ten of those before it."""
    x = tf.Variable(0.01, name="x")
    tensors = [x * 1.0]
    rng = np.random.default_rng(0)
    for _ in range(max(1, length // 2)):
        chosen = rng.integers(max(0, len(tensors) - 50), len(tensors), size=10)
        tensors.append(tf.tanh(tf.add_n([tensors[place] for place in chosen])))
    return [tensors[-1]], [x]


def fan_out(uses: int) -> Ends:
    """Return a variable that is used many times."""
    x = tf.Variable(1.0, name="x")
    y: Any = tf.constant(0.0)
    for _ in range(uses):
        y = y + x
    return [y], [x]


def many_inputs(uses: int) -> Ends:
    """Return one operation that has the same variable for very many of its inputs."""
    x = tf.Variable(1.0, name="x")
    return [tf.add_n([x] * uses)], [x]


def large_array(size: int) -> Ends:
    """Return a small graph of a large array."""
    x = tf.Variable(np.ones(size, np.float32), name="x")
    return [tf.reduce_sum(tf.sin(x) * x)], [x]


def many_ys(count: int) -> Ends:
    """Return many functions of one variable."""
    x = tf.Variable(1.0, name="x")
    return [x * float(number) for number in range(count)], [x]


def many_xs(count: int) -> Ends:
    """Return a function of many variables."""
    xs = [tf.Variable(float(number), name=f"x{number}") for number in range(count)]
    return [tf.add_n([x * x for x in xs])], xs


def beside_a_chain(length: int) -> Ends:
    """Return a path of ten operations in a graph with a long chain that it has nothing to do with."""
    chain(length)
    x = y = tf.Variable(2.0, name="other")
    for _ in range(10):
        y = tf.sin(y)
    return [y], [x]


def behind_a_chain(length: int) -> Ends:
    """Return a path of ten operations that begins at the end of a long chain."""
    (y,), _ = chain(length)
    x = y
    for _ in range(10):
        y = tf.sin(y)
    return [y], [x]


#: Each shape with the size at which it is heavy.
SHAPES: dict[str, tuple[Callable[[int], Ends], int]] = {
    "chain": (chain, 100_000),
    "wide": (wide, 10_000),
    "recurrent": (recurrent, 100_000),
    "dense": (dense, 20_000),
    "fan out": (fan_out, 100_000),
    "many inputs": (many_inputs, 100_000),
    "large array": (large_array, 10_000_000),
    "many ys": (many_ys, 1_000),
    "many xs": (many_xs, 1_000),
    "beside a chain": (beside_a_chain, 100_000),
    "behind a chain": (behind_a_chain, 100_000),
}
