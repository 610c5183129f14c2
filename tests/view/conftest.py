"""Programs that several tests of the view explain."""

from __future__ import annotations

from typing import Any

import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain


class Program:
    """Tensors by the names under which they are shown."""

    def __init__(self, **tensors: Any) -> None:
        self.tensors = tensors

    def __getattr__(self, name: str) -> Any:
        return self.tensors[name]

    def explain(self, ys: str, xs: str, **options: Any) -> Explanation:
        """Explain the named ys with respect to the named xs."""
        chosen = ([self.tensors[name] for name in names.split()] for names in (ys, xs))
        return explain(*chosen, names=self.tensors, **options)


@pytest.fixture
def one_variable() -> Program:
    # w1 (1, 2) ── @ ── y      w2 stands apart
    w1 = tf.Variable([[1, 2]], dtype=tf.float32)
    w2 = tf.Variable([[3, 4]], dtype=tf.float32)
    y = tf.matmul(w1, tf.convert_to_tensor([[9], [10]], dtype=tf.float32))
    return Program(w1=w1, w2=w2, y=y)


@pytest.fixture
def sums() -> Program:
    # w1 ─┐
    # w2 ─┴ w1 + w2 ─┬ y1            w1 ─┐
    # w3 ─┬──────────┘               w2 ─┴ a ─╫ a_stoped ─┬ y3
    # w4 ─┴─────────── y2            w3 ──────────────────┘
    w1, w2, w3, w4 = (tf.get_variable(f"w{i}", initializer=tf.constant([float(i), float(i)])) for i in range(1, 5))
    y1 = w1 + w2 + w3
    y2 = w3 + w4
    a = w1 + w2
    a_stoped = tf.stop_gradient(a)
    y3 = a_stoped + w3
    return Program(w1=w1, w2=w2, w3=w3, w4=w4, y1=y1, y2=y2, a=a, a_stoped=a_stoped, y3=y3)


@pytest.fixture
def total() -> Program:
    # a ─┬─── · ─ b ─┬─ · ─┬ d
    # 3 ─┼────┘      │     │
    #    └───────────┼─────┘         d = a · b + b · c
    # c ─────────────┴ · ──
    a, c = tf.constant(2.0), tf.constant(1.0)
    b = 3 * a
    return Program(a=a, b=b, c=c, d=a * b + b * c)
