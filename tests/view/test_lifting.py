"""The program's own ``stop_gradient`` lifted as a what-if, and said to be one wherever it is shown."""

from __future__ import annotations

import numpy as np
import pytest

import gradnb as tf
from gradnb import messages
from gradnb.explanation import Explanation, explain
from gradnb.view.build import PARTS
from gradnb.view.model import Flow, State, View
from tests.view.conftest import Program


@pytest.fixture
def stopped(sums: Program) -> Explanation:
    return sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0]))


def flows(view: View) -> dict[tuple[str, str], Flow]:
    names = {node.id: node.name for node in view.nodes}
    return {(names[edge.source], names[edge.target]): edge.flow for edge in view.backward_edges}


def test_a_program_says_what_can_be_lifted(stopped: Explanation) -> None:
    assert (stopped.problem.liftable, stopped.problem.lifted) == (("a_stoped",), frozenset())
    assert "a_stoped" not in stopped.problem.stoppable


def test_a_lifted_stop_passes_the_gradient(stopped: Explanation) -> None:
    lifted = stopped.recompute(lifted=["a_stoped"])
    assert [None if g is None else g.tolist() for g in stopped.gradients] == [None, None, [1.0, 2.0]]
    assert [None if g is None else g.tolist() for g in lifted.gradients] == [[1.0, 2.0]] * 3
    assert lifted.problem.lifted == {"a_stoped"}
    assert (lifted.problem.liftable, lifted.problem.stoppable) == (stopped.problem.liftable, stopped.problem.stoppable)


def test_it_is_an_edge_of_its_own_kind(stopped: Explanation) -> None:
    before, after = flows(stopped.view), flows(stopped.recompute(lifted=["a_stoped"]).view)
    assert before["a_stoped", "a"] is Flow.STOPPED
    assert after["a_stoped", "a"] is Flow.LIFTED
    assert {edge for edge, flow in after.items() if flow is not Flow.PASSES} == {("a_stoped", "a")}


def test_what_came_through_says_so(stopped: Explanation) -> None:
    view = stopped.recompute(lifted=["a_stoped"]).view
    words = "with stop_gradient lifted at a_stoped"
    assert [row.state for row in view.rows] == [f"computed, {words}", f"computed, {words}", "computed"]
    assert {node.name: node.gradient.lifted for node in view.nodes if node.gradient} == {
        **dict.fromkeys(("w1", "w2", "a"), words),
        **dict.fromkeys(("w3", "a_stoped", "y3"), ""),
    }
    (node,) = [node for node in view.nodes if node.name == "a_stoped"]
    assert node.label == "stop_gradient, lifted"


@pytest.mark.parametrize(("language", "words"), [("en", "what if"), ("zh", "假如")])
def test_nobody_takes_it_for_the_answer_of_tf_gradients(sums: Program, language: str, words: str) -> None:
    options = {"language": language, "views": ["graph", "table", "steps", "story"]}
    before = sums.explain("y3", "w1 w2 w3", **options)
    after = before.recompute(lifted=["a_stoped"])
    assert words not in before.text().lower()
    view = after.view
    assert view.caption.startswith(words)
    assert "tf.gradients(y3, [w1, w2, w3])" in view.caption
    assert view.notes[0].lower().startswith(words)
    (sentence,) = [sentence for sentence in view.story if words in sentence.lower()]
    assert sentence in [told for step in view.steps for told in step.sentences]
    for written in (after.text(), after.html(), after.dot()):
        assert words in written.lower()
    for table in (after.markdown(), after.latex()):
        assert messages.text("view.lifted", language, names="a_stoped") in table.replace("\\", "")


def test_a_lifted_line_is_drawn_as_no_other(stopped: Explanation) -> None:
    lines = [line for line in stopped.recompute(lifted=["a_stoped"]).dot().splitlines() if "->" in line]
    hollow = [line for line in lines if "arrowtail=empty" in line]
    assert [line.split()[0].partition(":")[0] for line in hollow] == ["n3", "b2"]
    assert "stop_gradient is lifted" in stopped.recompute(lifted=["a_stoped"]).dot().replace("&#160;", " ")


def test_lifting_and_stopping_go_together(stopped: Explanation) -> None:
    lifted = stopped.recompute(lifted=["a_stoped"])
    walled = lifted.recompute(stops=["a"])
    assert walled.problem.lifted == {"a_stoped"}
    assert [row.gradient.state for row in walled.view.rows] == [State.STOPPED, State.STOPPED, State.COMPUTED]
    assert walled.view.rows[0].gradient.reason == "stopped at a"
    back = walled.recompute(stops=[], lifted=[])
    for part in PARTS:
        assert back.partial_view([part]) == stopped.partial_view([part])


def test_each_can_be_lifted_alone() -> None:
    x = tf.Variable(2.0, name="x")
    first, second = tf.stop_gradient(x, name="first"), tf.stop_gradient(x * x, name="second")
    explanation = explain(first + second, x, names={"x": x, "first": first, "second": second})
    assert explanation.problem.liftable == ("first", "second")
    found = {
        names: explanation.recompute(lifted=names).view.rows[0]
        for names in [("first",), ("second",), ("second", "first")]
    }
    assert {names: row.gradient.value and row.gradient.value.text for names, row in found.items()} == {
        ("first",): "1.0",
        ("second",): "4.0",
        ("second", "first"): "5.0",
    }
    assert found["second", "first"].state == "computed, 3 paths, with stop_gradient lifted at first and second"


def test_through_a_wall_behind_a_lifted_one_nothing_passes() -> None:
    x = tf.Variable(2.0, name="x")
    inner = tf.stop_gradient(x * x, name="inner")
    outer = tf.stop_gradient(inner * 3.0, name="outer")
    explanation = explain(outer, x, names={"x": x, "inner": inner, "outer": outer}).recompute(lifted=["outer"])
    (row,) = explanation.view.rows
    assert row.state == "None: stopped at inner"
    assert Flow.LIFTED in flows(explanation.view).values()
    assert "what if" in explanation.view.caption


def test_what_a_program_lets_pass_already_is_not_to_be_lifted() -> None:
    x = tf.Variable(2.0, name="x")
    with x.graph.gradient_override_map({"StopGradient": "Identity"}):
        y = tf.stop_gradient(x, name="y")
    assert explain(y, x, names={"x": x, "y": y}).problem.liftable == ()


def test_lifting_is_refused_where_nothing_stands(stopped: Explanation) -> None:
    with pytest.raises(KeyError, match=r"nothing called 'a' to change here. Known: a_stoped\."):
        stopped.recompute(lifted=["a"])


def test_the_numbers_are_those_of_the_program_without_its_stop(sums: Program) -> None:
    lifted = sums.explain("y3", "w1 w2 w3").recompute({"w1": [5.0, -1.0]}, lifted=["a_stoped"])
    plain = explain(sums.a + sums.w3, [sums.w1, sums.w2, sums.w3]).gradients
    for ours, theirs in zip(lifted.gradients, plain, strict=True):
        np.testing.assert_array_equal(ours, theirs)
