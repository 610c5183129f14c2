"""What a view holds: nodes, edges, gradients with their states, rows, captions and notes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.view.model import Flow, Gradient, Node, NodeKind, State, View
from tests.view.conftest import Program


def node(view: View, name: str) -> Node:
    (found,) = [node for node in view.nodes if node.name == name]
    return found


def gradient(view: View, name: str) -> Gradient:
    found = node(view, name).gradient
    assert found is not None
    return found


def number(view: View, name: str) -> str | None:
    value = gradient(view, name).value
    return None if value is None else value.text


def edges(view: View) -> dict[str, tuple[Flow, str | None]]:
    """Return backward edges by ``source → target``, each with its flow and number."""
    names = {node.id: node.name for node in view.nodes}
    return {
        f"{names[edge.source]} → {names[edge.target]}": (edge.flow, edge.contribution and edge.contribution.text)
        for edge in view.backward_edges
    }


def states(view: View) -> dict[str, str]:
    return {row.name: row.state for row in view.rows}


def passes(number: str) -> tuple[Flow, str]:
    return Flow.PASSES, number


# The seed programs


def test_one_variable(one_variable: Program) -> None:
    view = one_variable.explain("y", "w1").view
    assert view.caption == "tf.gradients(y, [w1])"
    assert [(n.name, n.kind, n.label, n.shape) for n in view.nodes] == [
        ("w1", NodeKind.VARIABLE, "variable", "(1, 2)"),
        ("[[9.] [10.]]", NodeKind.CONSTANT, "constant", "(2, 1)"),
        ("y", NodeKind.OPERATION, "matmul", "(1, 1)"),
    ]
    assert [n.value and n.value.text for n in view.nodes] == ["[[1. 2.]]", "[[9.] [10.]]", "[[29.]]"]
    assert number(view, "w1") == "[[9. 10.]]"
    assert node(view, "[[9.] [10.]]").gradient is None
    assert edges(view) == {"y → w1": passes("[[9. 10.]]")}
    (seed,) = view.seeds
    assert (seed.name, seed.value and seed.value.text, seed.given) == ("grad_ys", "[[1.]]", False)
    assert [node.is_x for node in view.nodes] == [True, False, False]
    assert [node.is_y for node in view.nodes] == [False, False, True]


def test_a_variable_that_is_not_used_has_none_and_says_why(one_variable: Program) -> None:
    view = one_variable.explain("y", "w1 w2").view
    assert gradient(view, "w2") == Gradient(State.NONE, None, "no path leads from w2 to y")
    assert states(view) == {"w1": "computed", "w2": "None: no path leads from w2 to y"}
    assert not any(node(view, "w2").id in (edge.source, edge.target) for edge in view.forward_edges)


def test_two_ys_with_weights(sums: Program) -> None:
    weights = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    view = sums.explain("y1 y2", "w1 w2 w3 w4", grad_ys=weights).view
    assert view.caption == "tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[[1. 2.], [3. 4.]])"
    assert [(seed.name, seed.value and seed.value.text, seed.given) for seed in view.seeds] == [
        ("grad_ys[0]", "[1. 2.]", True),
        ("grad_ys[1]", "[3. 4.]", True),
    ]
    assert {seed.target for seed in view.seeds} == {node(view, "y1").id, node(view, "y2").id}
    assert edges(view) == {
        "y1 → w1 + w2": passes("[1. 2.]"),
        "y1 → w3": passes("[1. 2.]"),
        "w1 + w2 → w1": passes("[1. 2.]"),
        "w1 + w2 → w2": passes("[1. 2.]"),
        "y2 → w3": passes("[3. 4.]"),
        "y2 → w4": passes("[3. 4.]"),
    }
    assert [(term.value.text, term.source) for term in gradient(view, "w3").terms] == [
        ("[1. 2.]", "y1"),
        ("[3. 4.]", "y2"),
    ]
    assert number(view, "w3") == "[4. 6.]"
    assert states(view) == {"w1": "computed", "w2": "computed", "w3": "computed, 2 paths", "w4": "computed"}
    parts = {row.name: tuple(part and part.text for part in row.contributions) for row in view.rows}
    assert parts == {
        "w1": ("[1. 2.]", None),
        "w2": ("[1. 2.]", None),
        "w3": ("[1. 2.]", "[3. 4.]"),
        "w4": (None, "[3. 4.]"),
    }


def test_a_wall_says_how_much_would_have_passed(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0])).view
    assert edges(view) == {
        "y3 → a_stoped": passes("[1. 2.]"),
        "y3 → w3": passes("[1. 2.]"),
        "a_stoped → a": (Flow.STOPPED, "[1. 2.]"),
    }
    assert number(view, "a_stoped") == "[1. 2.]"
    for name in ("w1", "w2", "a"):
        assert gradient(view, name) == Gradient(State.STOPPED, None, "stopped at a_stoped")
    assert states(view)["w1"] == "None: stopped at a_stoped"
    assert node(view, "a").value is not None


# Sums and paths


def test_a_sum_is_written_out_with_the_ways_its_terms_came(total: Program) -> None:
    view = total.explain("d", "a b c").view
    assert {name: number(view, name) for name in "abc"} == {"a": "15.0", "b": "3.0", "c": "6.0"}
    assert [(term.value.text, term.source) for term in gradient(view, "a").terms] == [
        ("6.0", "via a · b"),
        ("9.0", "via b"),
    ]
    assert states(view) == {"a": "computed, 3 paths", "b": "computed, 2 paths", "c": "computed"}


def test_a_direct_term_says_so() -> None:
    a = tf.constant(0.0)
    b = 2 * a
    view = explain(a + b, a, names={"a": a, "b": b}).view
    assert [(term.value.text, term.source) for term in gradient(view, "a").terms] == [
        ("1.0", "direct"),
        ("2.0", "via b"),
    ]


def test_a_tensor_used_twice_by_one_operation_gets_two_terms() -> None:
    x = tf.constant(3.0)
    view = explain(x * x, x, names={"x": x}).view
    assert [(term.value.text, term.source) for term in gradient(view, "x").terms] == [
        ("3.0", "direct, as input 1"),
        ("3.0", "direct, as input 2"),
    ]
    assert len(view.backward_edges) == 2
    assert len(view.forward_edges) == 1


def test_the_weight_of_a_y_that_leads_to_another_is_a_term() -> None:
    x = tf.constant(3.0)
    y = x * 2.0
    view = explain([y, y * 5.0], x, names={"x": x, "y": y}).view
    assert [(term.value.text, term.source) for term in gradient(view, "y").terms] == [
        ("1.0", "grad_ys[0]"),
        ("5.0", "y · 5"),
    ]


def test_a_y_twice_has_two_weights() -> None:
    x = tf.constant([3.0])
    y = x * 2.0
    view = explain([y, y], x, names={"x": x, "y": y}).view
    assert [seed.target for seed in view.seeds] == [node(view, "y").id] * 2
    assert number(view, "x") == "[4.]"


def test_a_y_that_no_x_reaches_has_its_weights_as_gradient() -> None:
    x, u = tf.constant(1.0), tf.constant(2.0)
    y = u * 3.0
    view = explain([y, y], x, grad_ys=[tf.constant(2.0), tf.constant(3.0)], names={"x": x, "y": y}).view
    assert number(view, "y") == "5.0"
    assert states(view) == {"x": "None: no path leads from x to y"}


def test_more_paths_than_can_be_written_are_counted_roughly() -> None:
    x = tf.Variable(1e-300, dtype=tf.float64)
    y = x
    for _ in range(200):
        y = y + y
    view = explain(y, x, names={"x": x}).view
    assert states(view) == {"x": "computed, 10^60+ paths"}


# States


def test_zero_is_told_from_none() -> None:
    x, u = tf.constant([1.0, 2.0]), tf.constant([1.0])
    view = explain(x * 0.0, [x, u], names={"x": x, "u": u}).view
    assert (gradient(view, "x").state, number(view, "x")) == (State.ZERO, "[0. 0.]")
    assert (gradient(view, "u").state, number(view, "u")) == (State.NONE, None)
    assert states(view)["x"] == "computed, all zero"
    partly = explain(x * tf.constant([0.0, 3.0]), x, names={"x": x}).view
    assert (gradient(partly, "x").state, number(partly, "x")) == (State.COMPUTED, "[0. 3.]")


def test_zeros_put_in_for_none_say_so() -> None:
    x, u = tf.constant([1.0, 2.0]), tf.constant([1.0])
    y = tf.stop_gradient(x) * 2.0 + x * 0.0
    view = explain(y, [x, u], unconnected_gradients="zero", names={"x": x, "u": u, "y": y}).view
    assert gradient(view, "x").state is State.ZERO
    assert gradient(view, "u").state is State.FILLED
    assert number(view, "u") == "[0.]"
    assert gradient(view, "u").reason == "filled with zeros: no path leads from u to y"
    assert view.caption.endswith("unconnected_gradients='zero')")
    (row,) = [row for row in view.rows if row.name == "u"]
    assert row.contributions == (None,)


def test_nan_and_inf_are_told() -> None:
    x = tf.constant([0.0, 1.0])
    view = explain(tf.log(x), x, names={"x": x}).view
    assert gradient(view, "x").state is State.NOT_FINITE
    assert states(view) == {"x": "NaN or inf"}


def test_integers_carry_no_gradient() -> None:
    i = tf.constant([1, 2])
    y = i * 2
    view = explain(y, i, names={"i": i, "y": y}).view
    assert gradient(view, "i") == Gradient(State.NONE, None, "i is int32, which carries no gradient")
    assert edges(view) == {"y → i": (Flow.BLOCKED, None)}
    assert view.backward_edges[0].reason == "i is int32, which carries no gradient"


def test_a_cast_to_integers_blocks() -> None:
    x = tf.constant(1.5)
    i = tf.cast(x, tf.int32)
    y = tf.cast(i, tf.float32) * 2.0
    view = explain(y, x, names={"x": x, "i": i, "y": y}).view
    assert states(view) == {"x": "None: i is int32, which carries no gradient"}
    assert node(view, "i").value is not None


def test_an_operation_without_gradient_blocks() -> None:
    x = tf.constant([1.5])
    f = tf.floor(x)
    view = explain(f * 2.0, x, names={"x": x, "f": f}).view
    assert edges(view)["f → x"] == (Flow.BLOCKED, None)
    assert gradient(view, "x").reason.startswith("f (")
    assert gradient(view, "x").reason.endswith("has no gradient")
    assert number(view, "f") == "[2.]"


def test_every_cut_is_named() -> None:
    x = tf.constant([1.5])
    s, f = tf.stop_gradient(x), tf.floor(x)
    view = explain(s + f, x, names={"x": x, "s": s, "f": f}).view
    assert gradient(view, "x").state is State.STOPPED
    assert gradient(view, "x").reason.startswith("stopped at s; f")


def test_one_cut_path_does_not_spoil_the_other() -> None:
    x = tf.constant([1.5])
    s = tf.stop_gradient(x)
    view = explain(s * x, x, names={"x": x, "s": s}).view
    assert gradient(view, "x") == Gradient(State.COMPUTED, gradient(view, "x").value, "")
    assert states(view) == {"x": "computed"}
    assert edges(view)["s → x"] == (Flow.STOPPED, "[1.5]")


def test_sparse_gradients_are_shown_whole_with_their_rows() -> None:
    x = tf.Variable([[1.0], [2.0], [3.0]])
    view = explain(tf.gather(x, [2, 2, 0]) * 2.0, x, names={"x": x}).view
    assert gradient(view, "x").state is State.SPARSE
    assert number(view, "x") == "[[2.] [0.] [4.]]"
    assert states(view) == {"x": "sparse: only rows 0, 2 are given"}


def test_complex_gradients_are_conjugated_as_tensorflow_does() -> None:
    c = tf.constant([1 + 2j], tf.complex64)
    view = explain(c * c, c, grad_ys=[tf.constant([1 + 0j], tf.complex64)], names={"c": c}).view
    assert number(view, "c") == "[2.-4.j]"


# Stops of the call


def test_a_call_stops_at_operations(sums: Program) -> None:
    y4 = sums.a * sums.w3
    view = explain(y4, [sums.w1, sums.w3], stop_gradients=[sums.a], names={**sums.tensors, "y4": y4}).view
    assert view.caption == "tf.gradients(y4, [w1, w3], stop_gradients=[a])"
    assert edges(view)["a → w1"] == (Flow.STOPPED, "[3. 3.]")
    assert gradient(view, "w1") == Gradient(State.STOPPED, None, "stopped at a")
    assert number(view, "a") == "[3. 3.]"


def test_what_would_pass_a_stop_has_gone_through_its_rule() -> None:
    x = tf.constant([3.0])
    h = tf.square(x)
    view = explain(h * 5.0, x, stop_gradients=h, names={"x": x, "h": h}).view
    assert edges(view)["h → x"] == (Flow.STOPPED, "[30.]")


def test_xs_that_are_stops_keep_their_own_gradients() -> None:
    a = tf.constant(0.0)
    b = 2 * a
    view = explain(a + b, [a, b], stop_gradients=[a, b], names={"a": a, "b": b}).view
    assert (number(view, "a"), number(view, "b")) == ("1.0", "1.0")
    assert edges(view)["b → a"] == (Flow.STOPPED, "2.0")


def test_the_reading_of_a_variable_can_be_stopped() -> None:
    v = tf.Variable([1.0], name="v")
    view = explain(v * 2.0, v, stop_gradients=[v.value()], names={"v": v}).view
    assert gradient(view, "v") == Gradient(State.STOPPED, None, "stopped at v")
    assert states(view) == {"v": "None: stopped at v"}


def test_one_stop_of_an_output_stops_all(sums: Program) -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = tf.split(x, 2)
    view = explain(p * q, x, stop_gradients=p, names={"x": x, "p": p, "q": q}).view
    assert gradient(view, "x").state is State.STOPPED


# Nodes and edges


def test_a_variable_and_its_reading_are_one_node() -> None:
    v = tf.Variable(2.0, name="v")
    view = explain(v * v, v).view
    assert [node.name for node in view.nodes] == ["v", "v · v"]


def test_a_variable_read_a_second_time_adds_both_readings() -> None:
    v = tf.Variable(2.0, name="v")
    again = v.read_value()
    view = explain(v * 3.0 + again * 5.0, v, names={"again": again}).view
    assert number(view, "v") == "8.0"
    assert {(term.value.text, term.source) for term in gradient(view, "v").terms} == {
        ("3.0", "via v · 3"),
        ("5.0", "via again"),
    }


def test_an_operation_of_which_one_output_is_on_the_way_is_one_node() -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, _ = tf.split(x, 2)
    view = explain(p * p, x, names={"x": x, "p": p}).view
    assert [node.name for node in view.nodes] == ["x", "p", "p · p"]
    assert number(view, "x") == "[2. 4. 0. 0.]"
    assert [(edge.source, edge.target) for edge in view.backward_edges][-1] == (view.nodes[1].id, view.nodes[0].id)


def test_identities_are_drawn() -> None:
    x = tf.constant(1.0)
    i = tf.identity(x, name="i")
    view = explain(i * 2.0, x, names={"x": x, "i": i}).view
    assert [node.name for node in view.nodes] == ["x", "i", "2.0", "i · 2"]
    assert node(view, "i").label == "identity"


def test_several_outputs_hang_on_a_node_of_the_operation() -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = tf.split(x, 2, name="halves")
    view = explain(p * q, x, names={"x": x, "p": p, "q": q}).view
    assert (node(view, "halves").kind, node(view, "halves").label) == (NodeKind.GROUP, "2 outputs")
    names = {n.id: n.name for n in view.nodes}
    assert [(names[edge.source], names[edge.target]) for edge in view.forward_edges[:3]] == [
        ("x", "halves"),
        ("halves", "p"),
        ("halves", "q"),
    ]
    assert edges(view) == {
        "p · q → p": passes("[3. 4.]"),
        "p · q → q": passes("[1. 2.]"),
        "p → halves": passes("[3. 4.]"),
        "q → halves": passes("[1. 2.]"),
        "halves → x": passes("[3. 4. 1. 2.]"),
    }


def test_an_output_that_leads_nowhere_is_not_drawn() -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = tf.split(x, 2)
    view = explain(p * 2.0, x, names={"x": x, "p": p, "q": q}).view
    assert "q" not in [node.name for node in view.nodes]
    assert number(view, "x") == "[2. 2. 0. 0.]"


def test_only_what_lies_between_and_what_stands_beside_is_drawn() -> None:
    x, u = tf.constant(1.0), tf.constant(2.0)
    beside = tf.exp(tf.sin(u))
    y = x * beside
    _ = tf.exp(y)
    view = explain(y, x, names={"x": x, "u": u, "beside": beside, "y": y}).view
    assert [node.name for node in view.nodes] == ["x", "beside", "y"]
    assert node(view, "beside").gradient is None


def test_nodes_are_numbered_in_forward_order(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3").view
    assert [node.id for node in view.nodes] == [f"n{i}" for i in range(len(view.nodes))]
    order = {node.id: i for i, node in enumerate(view.nodes)}
    assert all(order[edge.source] < order[edge.target] for edge in view.forward_edges)


def test_name_scopes_are_those_of_the_program() -> None:
    with tf.name_scope("outer"), tf.name_scope("inner"):
        x = tf.constant(1.0, name="x")
        y = x * 2.0
    view = explain(y, x).view
    # outer/inner/mul/y, the constant 2, stands in the scope of the multiplication, which is none of the program's.
    assert {node.scope for node in view.nodes} == {"outer/inner"}


def test_an_empty_call_is_shown() -> None:
    x = tf.constant(1.0)
    view = explain([], x, names={"x": x}).view
    assert view.caption == "tf.gradients([], [x])"
    assert states(view) == {"x": "None: no path leads from x to any y"}


# Large arrays and graphs


def test_large_arrays_are_told_in_brief() -> None:
    x = tf.constant(np.arange(20.0, dtype=np.float32))
    view = explain(x * 2.0, x, names={"x": x}).view
    value = node(view, "x").value
    assert value is not None
    assert value.summary is not None
    assert view.caption == "tf.gradients(x · 2, [x])"


def chain(length: int, scopes: int = 0) -> tuple[tf.Variable, tf.Tensor]:
    x = tf.Variable([1.0], name="x")
    y = x.value()
    for scope in range(scopes or 1):
        with tf.name_scope(f"block_{scope}" if scopes else None):
            for _ in range(length // (scopes or 1)):
                y = -y
    return x, y


def test_up_to_forty_nodes_are_drawn_in_full() -> None:
    x, y = chain(39, scopes=3)
    view = explain(y, x).view
    assert len(view.nodes) == 40
    assert NodeKind.GROUP not in {node.kind for node in view.nodes}


def test_scopes_are_collapsed_when_there_are_more() -> None:
    x, y = chain(60, scopes=3)
    view = explain(y, x, names={"y": y}).view
    assert [(node.name, node.label) for node in view.nodes] == [
        ("x", "variable"),
        ("block_0", "20 tensors"),
        ("block_1", "20 tensors"),
        ("block_2", "19 tensors"),
        ("y", "−"),
    ]
    assert edges(view) == {
        "y → block_2": passes("[-1.]"),
        "block_2 → block_1": passes("[1.]"),
        "block_1 → block_0": passes("[1.]"),
        "block_0 → x": passes("[1.]"),
    }
    assert "The graph is large: name scopes are drawn as one box each." in view.notes
    assert states(view) == {"x": "computed"}


def test_inner_scopes_are_collapsed_first() -> None:
    x = tf.Variable([1.0], name="x")
    y = x.value()
    with tf.name_scope("outer"):
        for inner in range(3):
            with tf.name_scope(f"inner_{inner}"):
                for _ in range(20):
                    y = -y
            y = tf.exp(y)
    view = explain(y, x, names={"y": y}).view
    assert [node.name for node in view.nodes if node.kind is NodeKind.GROUP] == [f"outer/inner_{i}" for i in range(3)]
    assert {node.scope for node in view.nodes if node.kind is NodeKind.GROUP} == {"outer"}


def test_beyond_four_hundred_nodes_there_is_a_summary() -> None:
    x, y = chain(10_000, scopes=4)
    explanation = explain(y, x, names={"x": x, "y": y})
    view = explanation.view
    assert (view.nodes, view.seeds, view.forward_edges, view.backward_edges, view.steps) == ((), (), (), (), ())
    (note,) = [note for note in view.notes if "10001" in note]
    assert "block_0 2500, block_1 2500" in note
    assert number_of(explanation) == "[1.]"
    assert len(explanation.text()) < 2000
    assert len(view.story) < 5


def number_of(explanation: Explanation) -> str | None:
    value = explanation.view.rows[0].gradient.value
    return None if value is None else value.text


def test_the_work_for_a_large_graph_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradnb.view import derivation

    passes: list[int] = []
    build = derivation.build_gradients

    def counted(ys: Any, *arguments: Any, **options: Any) -> Any:
        passes.append(len(ys))
        return build(ys, *arguments, **options)

    monkeypatch.setattr(derivation, "build_gradients", counted)
    x, y = chain(3000)
    view = explain([y * float(i) for i in range(20)], x).view
    assert passes == [20]
    assert view.rows[0].contributions == (None,) * 20
    assert "What comes from each y alone was left out: the graph is large." in view.notes


# What is missing


def test_a_placeholder_without_a_value_is_asked_for_and_the_rest_computed() -> None:
    x = tf.placeholder(tf.float32, [None], name="x")
    w = tf.Variable(2.0, name="w")
    y, z = w * x, w * w
    view = explain([y, z], w, names={"x": x, "w": w, "y": y, "z": z}).view
    assert view.notes[0] == (
        'x has no value yet. Give it one: --feed "x=[1., 2.]", or explain(…, feed_dict={x: [1., 2.]}).'
    )
    assert states(view) == {"w": "not computed yet: x has no value yet"}
    assert gradient(view, "w").state is State.NOT_COMPUTED
    assert gradient(view, "y").state is State.NOT_COMPUTED
    assert number(view, "z") == "1.0"
    assert [part and part.text for part in view.rows[0].contributions] == [None, "4.0"]
    assert node(view, "x").shape == "(?,)"
    assert node(view, "x").kind is NodeKind.PLACEHOLDER


@pytest.mark.parametrize(
    ("shape", "dtype", "example"),
    [
        ([], tf.float32, "1."),
        ([2, 2], tf.float32, "[[1., 2.], [3., 4.]]"),
        ([3], tf.int32, "[1, 2, 3]"),
        ([9], tf.float32, "…"),
    ],
)
def test_the_example_of_a_feed_has_its_shape(shape: list[int], dtype: tf.DType, example: str) -> None:
    x = tf.placeholder(dtype, shape, name="x")
    w = tf.Variable(2.0)
    view = explain(tf.cast(x, tf.float32) * w, w).view
    assert f"feed_dict={{x: {example}}}" in view.notes[0]


def test_an_operation_that_fails_does_not_spoil_the_rest() -> None:
    x = tf.placeholder(tf.float32, name="x")
    w = tf.Variable([1.0, 2.0], name="w")
    y, z = w * x, w * 3.0
    view = explain([y, z], w, feed_dict={x: [1.0, 2.0, 3.0]}, names={"w": w, "x": x, "y": y, "z": z}).view
    assert "y could not be computed: Incompatible shapes: [2] vs. [3]" in view.notes
    assert states(view) == {"w": "not computed yet: y failed"}
    assert number(view, "z") == "[1. 1.]"


def test_of_a_program_that_fails_only_its_own_operations_are_named() -> None:
    p = tf.placeholder(tf.float32, [None], name="p")
    x = tf.Variable([1.0, 2.0, 3.0], name="x")
    z = p * x
    view = explain(z, x, feed_dict={p: [1.0, 2.0]}, names={"x": x, "p": p, "z": z}).view
    assert [note for note in view.notes if "could not" in note] == [
        "z could not be computed: Incompatible shapes: [2] vs. [3]"
    ]
    assert states(view) == {"x": "not computed yet: z failed"}


def test_several_missing_values_are_named_together() -> None:
    p, q = tf.placeholder(tf.float32, [], name="p"), tf.placeholder(tf.float32, [], name="q")
    x = tf.Variable(1.0, name="x")
    assert states(explain(p * x * q, x).view) == {"x": "not computed yet: p and q have no value yet"}


def test_what_only_prints_passes_its_value_on_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.Print(x * x, [x], "x is ")
    view = explain(y, x, names={"x": x, "y": y}).view
    assert number(view, "x") == "[2. 4.]"
    printed = node(view, "y")
    assert (printed.label, printed.value and printed.value.text) == ("print", "[1. 4.]")
    assert capfd.readouterr() == ("", "")


def test_a_closed_session_has_no_values_to_show() -> None:
    x = tf.Variable(1.0, name="x")
    with tf.Session() as session:
        session.run(x.initializer)
    with pytest.raises(RuntimeError, match=r"closed Session\.\nIts variables are gone"):
        explain(x * x, x, session=session)


@pytest.mark.parametrize("options", [{"session": 5}, {"feed_dict": [1.0]}])
def test_what_is_no_session_or_no_mapping_is_told(options: dict[str, Any]) -> None:
    x = tf.Variable(1.0, name="x")
    with pytest.raises(TypeError, match=f"{next(iter(options))} must"):
        explain(x * x, x, **options)


@pytest.mark.skipif(os.name != "posix", reason="the longest name of a file is another elsewhere")
def test_what_cannot_be_written_is_named_as_it_was_given(tmp_path: Path) -> None:
    x = tf.Variable(1.0, name="x")
    file = tmp_path / ("n" * 300 + ".dot")
    with pytest.raises(OSError, match="too long") as caught:
        explain(x * x, x).save(file)
    assert caught.value.filename == str(file)


def test_an_assignment_is_not_run_but_shows_the_variable() -> None:
    v, w = tf.Variable([1.0], name="v"), tf.Variable(2.0, name="w")
    a = v.assign_add([5.0])
    view = explain(a * w, [v, w], names={"v": v, "a": a, "w": w}).view
    shown = node(view, "a").value
    assert shown is not None
    assert shown.text == "[1.]"
    assert states(view) == {"v": "None: a (assign_add) has no gradient", "w": "computed"}


def test_variables_without_a_value_have_their_initial_value() -> None:
    v = tf.Variable([1.0], name="v")
    assert "No session has given v a value yet: initial values are shown." in explain(v * 2.0, v).view.notes
    with tf.Session() as session:
        session.run(v.initializer)
        assert explain(v * 2.0, v).view.notes == ()


def test_conventions_at_kinks_are_noted() -> None:
    x = tf.constant([1.0, -1.0])
    notes = explain(tf.abs(x) + tf.abs(-x), x).view.notes
    assert notes == ("At 0 the absolute value has a kink; TensorFlow takes the slope 0 there.",)


# Languages


def test_everything_is_said_in_chinese(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3", language="zh").view
    assert gradient(view, "w1").reason == "在 a_stoped 处被截断"
    assert states(view)["w1"] == "None：在 a_stoped 处被截断"
    assert node(view, "w1").label == "变量"
    assert view.language == "zh"


# What is missing, and what is rare


def test_a_part_that_there_is_none_of_is_refused(one_variable: Program) -> None:
    with pytest.raises(ValueError, match=r"'picture' is not among its values\. Allowed: graph, table, steps, story"):
        one_variable.explain("y", "w1").partial_view(["graph", "picture"])


def test_a_graph_too_large_to_draw_has_no_steps_and_its_first_scopes_are_counted() -> None:
    x = tf.constant(1.0)
    y = x
    for scope in range(14):
        with tf.name_scope(f"part{scope:02}"):
            for _ in range(30 if scope else 40):
                y = tf.sin(y)
    view = explain(y, [x], names={"x": x, "y": y}, views=["graph", "steps", "table"]).view
    assert (view.nodes, view.steps) == ((), ())
    (note,) = [note for note in view.notes if "part00" in note]
    assert "part00 40, part01 30" in note
    assert "part11 30, …" in note


def test_what_several_operations_of_a_collapsed_scope_block_is_said_of_each_once() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.name_scope("inner"):
        a, b = tf.floor(x, name="a"), tf.ceil(x, name="b")
        c = tf.add(a, b, name="c")
    explanation = explain(c + x, [x], names={"x": x, "a": a, "b": b})
    view = explanation.with_scopes(frozenset(), frozenset({"inner"})).view
    (edge,) = [edge for edge in view.backward_edges if edge.flow is Flow.BLOCKED]
    assert edge.reason == "b (⌈x⌉) has no gradient; a (⌊x⌋) has no gradient"


def test_the_gradient_of_a_y_that_no_x_reaches_may_have_to_wait_for_its_weights() -> None:
    weight = tf.placeholder(tf.float32, [2])
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    call = {"grad_ys": [weight, weight], "names": {"x": x, "y": y}}
    assert gradient(explain([y, y], [x], **call).view, "y").state is State.NOT_COMPUTED
    assert number(explain([y, y], [x], feed_dict={weight: [1.0, 2.0]}, **call).view, "y") == "[2. 4.]"


def test_a_sparse_gradient_of_unknown_shape_is_not_made_whole() -> None:
    @tf.custom_gradient
    def first_row(x: tf.Tensor) -> Any:
        return tf.identity(x), lambda g: tf.IndexedSlices(tf.gather(g, [0]), [0])

    x = tf.constant([[1.0], [2.0]]) * 1.0
    y = first_row(x)
    view = explain(y, [x], names={"x": x, "y": y}).view
    assert states(view) == {"x": "not computed yet: sparse, of unknown shape"}


def test_a_variable_that_cannot_be_initialized_yet_is_named() -> None:
    start = tf.placeholder(tf.float32, [2])
    v = tf.Variable(start, name="v")
    y = v * v
    view = explain(y, [v], names={"v": v, "y": y}).view
    assert states(view) == {"v": "not computed yet: v has no value yet"}
    assert "v has no value yet: run its initializer in a session." in view.notes


def test_a_function_of_the_program_is_not_run() -> None:
    def fails(array: Any) -> Any:
        raise AssertionError("an explanation has no side effects")

    x = tf.constant([1.0, 2.0])
    f = tf.py_func(fails, [x], tf.float32)
    f.set_shape([2])
    y = f * x
    view = explain(y, [x], names={"x": x, "f": f, "y": y}).view
    assert states(view) == {"x": "not computed yet: f is not run"}
    assert [note for note in view.notes if note.startswith("f (Python) is not run")]


def test_what_would_be_assigned_to_a_variable_that_is_fed_is_not_known() -> None:
    v = tf.Variable(tf.placeholder(tf.float32, [2]), name="v")
    x = tf.constant([1.0, 2.0])
    assigned = tf.assign(v, x)
    y = assigned * x
    view = explain(y, [x], feed_dict={v: [5.0, 5.0]}, names={"v": v, "x": x, "y": y, "assigned": assigned}).view
    assert node(view, "v").value == explain(v * 1.0, [v], feed_dict={v: [5.0, 5.0]}).view.nodes[0].value
    assert node(view, "assigned").value is None
    assert states(view) == {"x": "not computed yet"}


def test_a_stop_at_an_operation_without_a_gradient_has_nothing_to_keep_out() -> None:
    x = tf.constant([1.0, 2.0])
    p = tf.raw_ops.PreventGradient(input=x, message="not here")
    y = p * 2.0
    explanation = explain(y, [x], stop_gradients=[p], names={"x": x, "p": p, "y": y})
    assert states(explanation.view) == {"x": "None: stopped at p"}
    assert edges(explanation.view) == {"y → p": passes("[2. 2.]"), "p → x": (Flow.BLOCKED, None)}


def test_large_complex_arrays_are_told_by_their_sizes() -> None:
    x = tf.constant(np.full((8, 16), 3 + 4j, np.complex64))
    value = node(explain(tf.abs(x), [x], names={"x": x}).view, "x").value
    assert value is not None
    assert value.summary is not None
    assert (value.summary.minimum, value.summary.mean, value.summary.maximum) == ("5.0", "5.0", "5.0")


def test_variables_that_begin_with_one_another_each_have_one_value() -> None:
    first = tf.Variable([1.0, 2.0], name="first")
    second = tf.Variable(first * 3.0, name="second")
    y = first * second
    view = explain(y, [first, second], names={"y": y}).view
    assert [row.value and row.value.text for row in view.rows] == ["[1. 2.]", "[3. 6.]"]
    assert number(view, "first") == "[3. 6.]"


def test_of_very_many_failures_the_first_left_over_is_raised() -> None:
    x = tf.constant([1.0, np.nan])
    y = tf.add_n([tf.check_numerics(x * float(number), f"part {number}") for number in range(30)])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"part \d+ : Tensor had NaN values"):
        explain(y, [x])


def test_whatever_is_given_and_taken_away_the_numbers_are_right() -> None:
    # More ways of giving values than are remembered.
    parts = [tf.placeholder(tf.float32, [], name=f"p{number}") for number in range(6)]
    y = tf.add_n([tf.square(part) for part in parts])
    given = {part: float(number + 1) for number, part in enumerate(parts)}
    explanation = explain(y, parts)
    for chosen in range(1, 2**6):
        some = {part.op.name: value for number, (part, value) in enumerate(given.items()) if chosen >> number & 1}
        known = explanation.recompute(inputs=some)
        expected = [2 * given[part] if part.op.name in some else None for part in parts]
        assert [None if gradient is None else float(gradient) for gradient in known.gradients] == expected


def test_what_stands_beside_a_path_counts_as_drawn_too() -> None:
    x = y = tf.constant(1.0)
    for number in range(300):
        y = y * float(number + 2)
    view = explain(y, [x], names={"x": x}).view
    assert view.nodes == ()
    assert any("too many to draw" in note for note in view.notes)


def test_of_very_many_kinds_of_operations_the_most_frequent_are_counted() -> None:
    x = y = tf.constant([0.5, 0.25])
    kinds = [tf.sin, tf.cos, tf.tanh, tf.exp, tf.abs, tf.square, tf.nn.relu, tf.sigmoid, tf.nn.softplus, tf.negative]
    kinds += [tf.identity, tf.floor, tf.ceil, tf.sign]
    for _ in range(30):
        for kind in kinds:
            y = kind(y)
    for _ in range(10):
        y = tf.sin(y)
    (note,) = [note for note in explain(y, [x], names={"x": x}).view.notes if "tanh" in note]
    assert note.rstrip(".").endswith("…")
    assert "sin 40" in note


def test_rows_may_be_explained() -> None:
    table = tf.Variable([[1.0], [2.0]], name="table")
    rows = tf.IndexedSlices(tf.gather(table, [1]), tf.constant([1]), tf.constant([2, 1]))
    assert number(explain([rows], [table]).view, "table") == "[[0.] [1.]]"
