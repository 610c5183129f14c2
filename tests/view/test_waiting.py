"""What nodes wait for at each step, and the sums that have come together so far."""

from __future__ import annotations

import numpy as np

import gradnb as tf
from gradnb.explanation import Explanation, explain


def two_ways(**options: object) -> Explanation:
    #  x ─┬─ × ─ a ┬──── + ─ y
    #  w ─┼──┘     × ─ b ┘
    #     └────────┘
    x, w = tf.Variable(3.0, name="x"), tf.Variable(2.0, name="w")
    a = x * w
    b = a * x
    y = a + b
    return explain(y, [x, w], names={"x": x, "w": w, "a": a, "b": b, "y": y}, **options)  # type: ignore[arg-type]  # options of explain


def badges(explanation: Explanation) -> list[dict[str, tuple[int, str]]]:
    view = explanation.partial_view(["graph", "steps"])
    names = {node.id: node.name for node in view.nodes}
    return [{names[badge.node]: (badge.count, badge.so_far) for badge in step.badges} for step in view.steps]


def test_counts_go_down_and_sums_grow_until_a_node_is_through() -> None:
    assert badges(two_ways()) == [
        {"x": (2, ""), "w": (1, ""), "a": (2, ""), "b": (1, ""), "y": (0, "1.0")},
        {"x": (2, ""), "w": (1, ""), "a": (1, "1.0"), "b": (0, "1.0")},
        {"x": (1, "6.0"), "w": (1, ""), "a": (0, "4.0")},
        {"x": (0, "14.0"), "w": (0, "12.0")},
        {"w": (0, "12.0")},
        {},
    ]


def test_what_is_to_be_predicted_is_no_sum_that_can_be_read() -> None:
    shown = badges(two_ways(hide=["a"]))
    assert [step["a"] for step in shown[:3]] == [(2, ""), (1, "?"), (0, "?")]
    assert shown[2]["x"] == (1, "?"), "what follows from it is hidden too"


def test_a_number_that_is_not_there_is_said_so() -> None:
    p = tf.placeholder(tf.float32, [2], name="p")
    shown = badges(explain(p * p, p, names={"p": p}, language="en"))
    assert shown[1]["p"] == (0, "a value still to be computed")


def test_a_large_array_is_named_by_its_shape() -> None:
    w = tf.Variable(np.ones((4, 4), np.float32), name="w")
    shown = badges(explain(w * 2.0, w, language="en"))
    assert shown[1]["w"] == (0, "an array of shape (4, 4)")


def test_a_group_of_tensors_has_no_badge() -> None:
    x = tf.Variable(1.0, name="x")
    parts = tf.split(tf.stack([x, x]), 2)
    shown = explain(parts[0] + parts[1], x).partial_view(["graph", "steps"])
    groups = {node.id for node in shown.nodes if node.kind.value == "group"}
    assert groups
    assert not groups & {badge.node for step in shown.steps for badge in step.badges}
