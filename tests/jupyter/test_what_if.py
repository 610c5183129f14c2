"""What-if: each difference is told with its cause, and only with what did cause it."""

from __future__ import annotations

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter.what_if import differences, ghosts


def two_ys(**options: object) -> Explanation:
    tf.reset_default_graph()
    w1, w2, w3, w4 = (tf.Variable(float(n), name=f"w{n}") for n in (1, 2, 3, 4))
    a = w1 * w2
    y1, y2 = a + w3, w3 + tf.stop_gradient(w4, name="s") * w4
    names = {"w1": w1, "w2": w2, "w3": w3, "w4": w4, "a": a, "y1": y1, "y2": y2}
    return explain([y1, y2], [w1, w2, w3, w4], [1.0, 3.0], names=names, **options)  # type: ignore[arg-type]  # options of explain


def told(before: Explanation, now: Explanation, language: str = "en") -> list[str]:
    return list(differences(before, now, 4, language))


def test_a_difference_is_told_with_its_cause() -> None:
    start = two_ys()
    assert told(start, start.recompute(weights={"y2": 5.0})) == [
        "w3: 4 → 6, because y2's weight went 3 → 5.",
        "w4: 12 → 20, because y2's weight went 3 → 5.",
    ]
    assert told(start, start.recompute(weights={"y2": 5.0}), "zh")[0] == "w3：4 → 6，因为 y2 的权重由 3 变为 5。"


def test_nothing_is_told_where_nothing_changed() -> None:
    start = two_ys()
    assert told(start, start.recompute(inputs={"w3": 100.0})) == []


def test_only_what_made_the_difference_is_its_cause() -> None:
    start = two_ys()
    now = start.recompute({"w1": 7.0}, {"y2": 5.0}, {"a"})
    assert told(start, now) == [
        "w1: 2 → None, because the gradient is stopped at a.",
        "w2: 1 → None, because the gradient is stopped at a.",
        "w3: 4 → 6, because y2's weight went 3 → 5.",
        "w4: 12 → 20, because y2's weight went 3 → 5.",
    ]


def test_stops_are_told_in_both_directions() -> None:
    start = two_ys()
    stopped, lifted = start.recompute(stops={"a"}), start.recompute(lifted=start.problem.liftable)
    (name,) = start.problem.liftable
    assert told(stopped, start)[0] == "w1: None → 2, because the gradient is not stopped at a any more."
    assert told(start, lifted) == [f"w4: 12 → 24, because the program's stop at {name} is lifted."]
    assert told(lifted, start) == [f"w4: 24 → 12, because the program's stop at {name} is back."]


def test_where_only_all_changes_together_make_a_difference_all_are_its_cause() -> None:
    tf.reset_default_graph()
    p, q, x = (tf.Variable(0.0, name=name) for name in "pqx")
    start = explain(p * q * x, [x])
    assert told(start, start.recompute({"p": 2.0, "q": 3.0})) == ["x: 0 → 6, because p went 0 → 2 and q went 0 → 3."]


def test_each_element_has_its_own_cause() -> None:
    tf.reset_default_graph()
    x = tf.Variable([1.0, 2.0, 3.0], name="x")
    start = explain(x * x, x, names={"y": x * x})
    assert told(start, start.recompute({"x": [5.0, -2.0, 3.0]})) == [
        "x[0]: 2 → 10, because x[0] went 1 → 5.",
        "x[1]: 4 → -4, because x[1] went 2 → -2.",
    ]


def test_a_few_elements_are_told_each_and_many_as_a_whole() -> None:
    tf.reset_default_graph()
    x = tf.Variable([1.0, 2.0, 3.0, 4.0, 5.0], name="x")
    start = explain(x * x, x)
    assert told(start, start.recompute({"x": [1.0, -2.0, 3.0, 4.0, 5.0]})) == [
        "x[1]: 4 → -4, because x[1] went 2 → -2."
    ]
    assert told(start, start.recompute({"x": np.zeros(5)})) == [
        "x: [2. 4. 6. 8. 10.] → [0. 0. 0. 0. 0.], because x went [1. 2. 3. 4. 5.] → [0. 0. 0. 0. 0.]."
    ]


def test_an_array_that_cannot_be_written_out_only_changed() -> None:
    tf.reset_default_graph()
    w = tf.Variable(np.ones(100, np.float32), name="w")
    x = tf.Variable(2.0, name="x")
    start = explain(tf.reduce_sum(w * x), x)
    assert told(start, start.recompute({"w": np.full(100, 2.0)})) == ["x: 100 → 200, because w changed."]


def test_many_changes_and_many_differences_are_counted() -> None:
    tf.reset_default_graph()
    xs = [tf.Variable(float(n), name=f"x{n}") for n in range(1, 16)]
    start = explain([tf.square(x) for x in xs], xs)
    said = told(start, start.recompute({f"x{n}": 0.0 for n in range(1, 16)}))
    assert len(said) == 13
    assert said[0].endswith("x2 went 2 → 0, x3 went 3 → 0, x4 went 4 → 0 and 11 more changes.")
    assert said[-1] == "3 more gradients differ."


def test_nothing_is_told_of_what_is_to_be_predicted() -> None:
    start = two_ys(hide=["w3"])
    now = start.recompute(weights={"y2": 5.0})
    assert [line.partition(":")[0] for line in told(start, now)] == ["w4"]
    shown = {node.id: node.name for node in now.view.nodes}
    assert "w3" not in {shown[node] for node in ghosts(start.view, now.view)}


def test_nan_is_no_difference_to_nan() -> None:
    tf.reset_default_graph()
    x = tf.Variable([0.0, 1.0], name="x")
    start = explain(tf.sqrt(x) * 0.0 / x, x)
    assert np.isnan(start.gradients[0][0])
    assert told(start, start.recompute()) == []


@pytest.mark.parametrize(("language", "was"), [("en", "was 3.0 · ∂ 4.0"), ("zh", "原为 3.0 · ∂ 4.0")])
def test_the_ghost_of_a_node_is_what_its_numbers_were(language: str, was: str) -> None:
    start = two_ys(language=language)
    now = start.recompute({"w3": 10.0}, {"y2": 5.0})
    names = {node.id: node.name for node in now.view.nodes}
    found = {names[node]: words for node, words in ghosts(start.view, now.view).items()}
    assert found["w3"] == was
    assert "w1" not in found
    assert ghosts(start.view, start.recompute().view) == {}


def test_what_was_not_drawn_before_has_no_ghost() -> None:
    tf.reset_default_graph()
    x = tf.Variable(2.0, name="x")
    with tf.name_scope("inner"):
        inside = tf.square(x, name="inside")
        y = inside * 3.0
    start = explain(y, x, names={"x": x, "inside": inside})
    closed = start.with_scopes(frozenset(), frozenset({"inner"}))
    now = start.recompute(inputs={"x": 5.0})
    shown = {node.id: node.name for node in now.view.nodes}
    assert "inside" in {shown[identity] for identity in ghosts(start.view, now.view)}
    assert "inside" not in {shown[identity] for identity in ghosts(closed.view, now.view)}
