"""Name scopes that are drawn as one box, and opened."""

from __future__ import annotations

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.view.model import Flow, NodeKind, View
from gradnb.view.picture import DRAWN_IN_FULL


def small() -> Explanation:
    # x ─ layer: sin ─ cos ─┬─ layer/inner: exp ─ log ─ y
    #                  w ───┘
    tf.reset_default_graph()
    x = tf.Variable([1.0, 2.0], name="x")
    with tf.name_scope("layer"):
        w = tf.Variable([3.0, 4.0], name="w")
        h = tf.cos(tf.sin(x)) * w
        with tf.name_scope("inner"):
            h = tf.log(tf.exp(h))
    y = tf.reduce_sum(h)
    return explain(y, [x, w], names={"x": x, "w": w, "y": y}, language="en")


def deep(layers: int = 5) -> Explanation:
    tf.reset_default_graph()
    x = tf.Variable([3.0, 1.0], name="x")
    h = x
    for number in range(layers):
        with tf.name_scope(f"layer{number}"):
            with tf.name_scope("act"):
                h = tf.tanh(tf.sin(h) + tf.cos(h)) * h
            with tf.name_scope("norm"):
                h = h / tf.sqrt(tf.reduce_sum(h * h))
    y = tf.reduce_sum(h, name="y")
    return explain(y, x, names={"y": y}, language="en")


def closed(view: View) -> list[str]:
    return [node.opens for node in view.nodes if node.opens]


def test_a_small_graph_is_open_and_can_be_collapsed() -> None:
    view = small().view
    assert closed(view) == []
    assert view.collapsible == ("layer", "layer/inner")
    collapsed = small().with_scopes(collapsed=["layer/inner"]).view
    assert closed(collapsed) == ["layer/inner"]
    assert collapsed.collapsible == ("layer",)
    outer = small().with_scopes(collapsed=["layer", "layer/inner"]).view
    assert closed(outer) == ["layer"]
    assert outer.collapsible == ()


def test_a_collapsed_scope_is_one_node_with_what_it_holds() -> None:
    view = small().with_scopes(collapsed=["layer/inner"]).view
    (group,) = [node for node in view.nodes if node.opens]
    assert (group.kind, group.name, group.label, group.scope) == (
        NodeKind.GROUP,
        "layer/inner",
        "2 tensors",
        "layer",
    )


def test_the_xs_and_ys_of_a_collapsed_scope_stay_beside_it_in_its_box() -> None:
    view = small().with_scopes(collapsed=["layer"]).view
    places = {node.name: node.scope for node in view.nodes}
    assert places == {"x": "", "w": "layer", "layer": "layer", "y": ""}


def test_numbers_and_everything_else_stay_as_they_were() -> None:
    before, after = small(), small().with_scopes(collapsed=["layer"])
    assert after.view.rows == before.view.rows
    assert after.view.caption == before.view.caption
    pairs = zip(before.gradients, after.gradients, strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs if a is not None and b is not None)
    assert after.recompute({"x": [0.5, 0.5]}).view.rows == before.recompute({"x": [0.5, 0.5]}).view.rows


def test_boxes_stay_as_they_are_while_numbers_and_stops_change() -> None:
    explanation = small().with_scopes(collapsed=["layer/inner"])
    assert closed(explanation.recompute({"x": [0.5, 0.5]}).view) == ["layer/inner"]
    assert closed(explanation.recompute(stops=["y"]).view) == ["layer/inner"]
    assert closed(explanation.recompute(stops=["y"]).recompute(stops=[]).view) == ["layer/inner"]
    assert closed(explanation.with_scopes().view) == []


def test_what_is_drawn_keeps_its_id() -> None:
    opened, collapsed = small().view, small().with_scopes(collapsed=["layer/inner"]).view
    names = {node.name: node.id for node in opened.nodes}
    for node in collapsed.nodes:
        if not node.opens:
            assert node.id == names[node.name]
    (group,) = [node for node in collapsed.nodes if node.opens]
    inner = [node.id for node in opened.nodes if node.scope == "layer/inner"]
    assert group.id == inner[0]
    before = {edge.id: (edge.source, edge.target) for edge in opened.backward_edges}
    kept = {node.id for node in collapsed.nodes if not node.opens}
    for edge in collapsed.backward_edges:
        if {edge.source, edge.target} <= kept:
            assert before[edge.id] == (edge.source, edge.target)


def test_edges_with_the_same_ends_are_one_and_their_sum() -> None:
    tf.reset_default_graph()
    x = tf.Variable([3.0, 4.0], name="x")
    with tf.name_scope("layer"):
        h = x * tf.sin(x) + x
    y = tf.reduce_sum(h)
    explanation = explain(y, x, names={"x": x, "y": y}, language="en").with_scopes(collapsed=["layer"])
    ids = {node.name: node.id for node in explanation.view.nodes}
    edges = [(edge.source, edge.target) for edge in explanation.view.backward_edges]
    assert sorted(edges) == sorted([(ids["y"], ids["layer"]), (ids["layer"], ids["x"])])
    (total,) = [edge.contribution for edge in explanation.view.backward_edges if edge.target == ids["x"]]
    gradient = next(node.gradient for node in explanation.view.nodes if node.name == "x")
    assert total is not None
    assert gradient is not None
    assert gradient.value == total


def test_an_edge_to_several_tensors_of_a_scope_says_how_many() -> None:
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    with tf.name_scope("layer"):
        a, b = tf.sin(x), tf.cos(x)
    y = a * b
    explanation = explain(y, x, names={"x": x, "y": y}, language="en").with_scopes(collapsed=["layer"])
    (edge,) = [edge for edge in explanation.view.backward_edges if edge.target != "n0"]
    assert (edge.flow, edge.contribution, edge.reason) == (Flow.PASSES, None, "2 gradients")


def test_an_edge_passes_if_anything_does() -> None:
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    with tf.name_scope("layer"):
        h = tf.stop_gradient(x) * x * tf.floor(x)
    explanation = explain(h, x, names={"h": h}, language="en").with_scopes(collapsed=["layer"])
    found = {(edge.source, edge.target): edge for edge in explanation.view.backward_edges}
    (edge,) = [edge for (_, target), edge in found.items() if target == "n0"]
    assert edge.flow is Flow.PASSES
    assert edge.contribution is not None
    assert edge.contribution.text == "9.0"


def test_steps_light_up_edges_that_are_drawn() -> None:
    view = small().with_scopes(collapsed=["layer"]).partial_view(["graph", "steps"])
    drawn = {thing.id for thing in view.backward_edges} | {seed.id for seed in view.seeds}
    lit = [edge for step in view.steps for edge in step.edges]
    assert set(lit) <= drawn
    assert {edge.id for edge in view.backward_edges} <= set(lit)


def test_a_large_graph_is_collapsed_and_opened_box_by_box() -> None:
    explanation = deep()
    assert closed(explanation.view)[:2] == ["layer0/act", "layer0/norm"]
    assert any("drawn as one box" in note for note in explanation.view.notes)
    opened = explanation.with_scopes(["layer0/act"]).view
    assert "layer0/act" not in closed(opened)
    assert "layer0/act" in opened.collapsible
    assert set(closed(explanation.view)) - set(closed(opened)) == {"layer0/act"}


def test_an_opened_outer_box_shows_its_inner_boxes_closed() -> None:
    explanation = deep(20)
    assert "layer3" in closed(explanation.view)
    view = explanation.with_scopes(["layer3"]).view
    assert {"layer3/act", "layer3/norm"} <= set(closed(view))
    assert "layer3" in view.collapsible


def test_what_would_be_too_much_stays_closed_and_the_reader_is_told() -> None:
    explanation = deep()
    everything = [f"layer{number}/{part}" for number in range(5) for part in ("act", "norm")]
    view = explanation.with_scopes(everything).view
    assert len(view.nodes) <= DRAWN_IN_FULL
    (note,) = [note for note in view.notes if "stays closed" in note and note.startswith(closed(view)[0])]
    assert str(DRAWN_IN_FULL) in note
    # The first ones that were asked for are open.
    assert "layer0/act" not in closed(view)
    backwards = explanation.with_scopes(everything[::-1]).view
    assert "layer4/norm" not in closed(backwards)
    assert "layer0/act" in closed(backwards)


def test_of_a_set_the_order_does_not_depend_on_chance() -> None:
    everything = frozenset(f"layer{number}/{part}" for number in range(5) for part in ("act", "norm"))
    assert deep().with_scopes(everything).view == deep().with_scopes(sorted(everything)).view


def test_unknown_scopes_change_nothing() -> None:
    assert small().with_scopes(["nowhere"], ["nothing"]).view == small().view


@pytest.mark.parametrize("hidden", ["x", "w"])
def test_a_collapsed_scope_keeps_a_secret(hidden: str) -> None:
    explanation = small().with_hidden(hidden).with_scopes(collapsed=["layer"])
    node = next(node for node in explanation.view.nodes if node.name == hidden)
    assert node.hidden
    (edge,) = [edge for edge in explanation.view.backward_edges if edge.target == node.id]
    assert (edge.flow, edge.contribution) == (Flow.HIDDEN, None)


def test_an_operation_with_several_outputs_goes_into_the_collapsed_scope_with_all_of_them() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.name_scope("parts"):
        first, second = tf.split(x, 2)
        product = first * second
    y = product * 3.0
    explanation = explain(y, [x], names={"x": x, "y": y})
    shown = [node.name for node in explanation.with_scopes(frozenset(), frozenset({"parts"})).view.nodes]
    assert shown == ["x", "parts", "3.0", "y"]
    assert "parts/split" in [node.name for node in explanation.view.nodes]
