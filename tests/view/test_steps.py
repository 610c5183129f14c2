"""The algorithm as it ran, step by step."""

from __future__ import annotations

import gradnb as tf
from gradnb.explanation import explain
from tests.view.conftest import Program

BAR = "\u0304"


def test_the_first_step_puts_the_weights(sums: Program) -> None:
    view = sums.explain("y1 y2", "w1 w2 w3 w4", grad_ys=[None, tf.constant([3.0, 4.0])]).partial_view(["steps"])
    first = view.steps[0]
    assert (first.number, first.node, first.title, first.rule) == (1, "", "the weights on dy", "")
    assert first.sentences == (
        "The backward pass begins at y1: no weight was given, so it is [1. 1.].",
        "The backward pass begins at y2: its weight grad_ys[1] is [3. 4.].",
    )
    assert first.edges == ("s0", "s1")
    assert first.queue == ("y1", "y2")
    assert dict(first.pending) == {"w1 + w2": 1, "w3": 2, "w4": 1, "w1": 1, "w2": 1}


def test_each_operation_is_one_step_in_the_order_of_the_queue(sums: Program) -> None:
    view = sums.explain("y1 y2", "w1 w2 w3 w4").partial_view(["graph", "steps"])
    titles = [step.title for step in view.steps[1:]]
    assert titles == ["y1 = w1 + w2 + w3", "y2 = w3 + w4", "w1 + w2", "w3", "w4", "w1", "w2"]
    assert [step.number for step in view.steps] == list(range(1, 9))
    names = {node.id: node.name for node in view.nodes}
    assert [names[step.node] for step in view.steps[1:]] == ["y1", "y2", "w1 + w2", "w3", "w4", "w1", "w2"]


def test_an_operation_waits_until_all_its_consumers_are_done(sums: Program) -> None:
    steps = sums.explain("y1 y2", "w1 w2 w3 w4").partial_view(["steps"]).steps
    waits = [dict(step.pending).get("w3", 0) for step in steps]
    assert waits[:4] == [2, 1, 0, 0]
    assert "w3" not in steps[1].queue
    assert "w3" in steps[2].queue


def test_a_consumer_that_uses_a_tensor_twice_counts_twice() -> None:
    x = tf.constant(3.0)
    steps = explain(x * x, x, names={"x": x}).partial_view(["steps"]).steps
    assert [dict(step.pending) for step in steps] == [{"x": 2}, {}, {}]


def test_the_rule_stands_beside_and_the_numbers_in_the_sentences(total: Program) -> None:
    view = total.explain("d", "a b c").partial_view(["graph", "steps"])
    (step,) = [step for step in view.steps if step.title == "a · b"]
    assert step.rule == f"z = x · y,  x{BAR} += z{BAR} · y,  y{BAR} += z{BAR} · x"
    assert step.sentences == (
        "a · b has its whole gradient: 1.0.",
        "a receives 1.0 · 6.0 = 6.0.",
        "b receives 1.0 · 2.0 = 2.0.",
    )


def test_only_lines_of_inputs_on_a_path_stand_in_the_rule(one_variable: Program) -> None:
    step = one_variable.explain("y", "w1").partial_view(["steps"]).steps[1]
    assert step.rule == f"z = a @ b,  a{BAR} += z{BAR} @ bᵀ"


def test_a_sum_is_a_sentence(total: Program) -> None:
    view = total.explain("d", "a b c").partial_view(["graph", "steps"])
    last = view.steps[-1]
    assert last.title == "a"
    assert last.sentences == (
        "At a the contributions are added: 6.0 (via a · b) + 9.0 (via b) = 15.0.",
        "a is one of the xs: this is its result.",
    )


def test_the_edges_of_a_step_are_those_of_its_operation(sums: Program) -> None:
    view = sums.explain("y1 y2", "w1 w2 w3 w4").partial_view(["graph", "steps"])
    names = {node.id: node.name for node in view.nodes}
    ends = {edge.id: (names[edge.source], names[edge.target]) for edge in view.backward_edges}
    lit = {step.title: [ends[edge] for edge in step.edges] for step in view.steps[1:]}
    assert lit["y2 = w3 + w4"] == [("y2", "w3"), ("y2", "w4")]
    assert lit["w3"] == []
    assert sorted(edge for step in view.steps[1:] for edge in step.edges) == sorted(ends)


def test_a_wall_and_what_lies_behind_it(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0])).partial_view(["graph", "steps"])
    sentences = {step.title: step.sentences for step in view.steps}
    assert sentences["a_stoped = stop_gradient(a)"] == (
        "a_stoped has its whole gradient: [1. 2.].",
        "At a_stoped stands a wall: nothing passes to a. Without it, [1. 2.] would.",
    )
    assert sentences["a = w1 + w2"] == ("Nothing arrives at a, so it passes nothing on.",)


def test_a_blocked_input_says_why() -> None:
    x = tf.constant([1.5])
    f = tf.floor(x)
    view = explain(f, x, names={"x": x, "f": f}).partial_view(["graph", "steps"])
    assert view.steps[1].sentences[1].startswith("f passes nothing to x: f")


def test_the_reading_of_a_variable_that_is_stopped() -> None:
    v = tf.Variable([1.0], name="v")
    view = explain(v * 2.0, v, stop_gradients=[v.value()], names={"v": v}).partial_view(["graph", "steps"])
    assert view.steps[-1].sentences[-1] == "The reading of v is stopped here: nothing passes to the variable."


def test_an_x_that_is_also_a_stop_has_its_result() -> None:
    a = tf.constant(1.0)
    view = explain(a * 2.0, a, stop_gradients=a, names={"a": a}).partial_view(["graph", "steps"])
    assert view.steps[-1].sentences[-1] == "a is one of the xs: this is its result."


def test_numbers_that_are_too_long_to_follow_are_left_out() -> None:
    x = tf.constant([float(i) for i in range(20)])
    view = explain(x * x, x, names={"x": x}).partial_view(["graph", "steps"])
    assert view.steps[1].sentences[1] == "x receives an array of shape (20,)."


def test_what_is_not_computed_says_so() -> None:
    x = tf.placeholder(tf.float32, [], name="x")
    view = explain(x * 2.0, x).partial_view(["graph", "steps"])
    assert view.steps[1].sentences[1] == "x receives 1.0 · 2.0 = 2.0."
    unknown = explain(x * x, x).partial_view(["graph", "steps"])
    assert unknown.steps[1].sentences[1] == "x receives a value still to be computed."


def test_an_operation_with_several_outputs_sums_each_of_them() -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = tf.split(x, 2)
    view = explain(p * p + q, x, names={"x": x, "p": p, "q": q}).partial_view(["graph", "steps"])
    (step,) = [step for step in view.steps if step.title == "split = split(x)"]
    assert step.sentences == (
        "At p the contributions are added: "
        "[1. 2.] (via p · p, as input 1) + [1. 2.] (via p · p, as input 2) = [2. 4.].",
        "q has its whole gradient: [1. 1.].",
        "x receives concat([2. 4.], [1. 1.]) = [2. 4. 1. 1.].",
    )
