"""Raw operations: those that the call itself adds, with values, and with the operation whose gradient they are."""

from __future__ import annotations

from typing import Any

import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.view.model import RawOperation
from gradnb.view.raw import MOST_LISTED
from tests.engine.programs import EXAMPLES, grown
from tests.view.conftest import Program


def told(ys: Any, xs: Any, **options: Any) -> Explanation:
    return explain(ys, xs, views=["raw"], language="en", **options)


def value(operation: RawOperation) -> str | None:
    return None if operation.value is None else operation.value.text


def test_they_are_listed_in_order_with_what_they_compute() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.multiply(x, x, name="y")
    found = told(y, [x], grad_ys=[tf.constant([1.0, 10.0], name="weight")], names={"x": x, "y": y}).view.raw
    assert [(o.name, o.type, o.inputs, o.shape, value(o), o.forward) for o in found] == [
        ("gradients/grad_ys_0", "Identity", ("weight",), "(2,)", "[1. 10.]", ""),
        ("gradients/y_grad/Mul", "Mul", ("gradients/grad_ys_0", "x/read"), "(2,)", "[1. 20.]", "y"),
        ("gradients/y_grad/Mul_1", "Mul", ("gradients/grad_ys_0", "x/read"), "(2,)", "[1. 20.]", "y"),
        (
            "gradients/AddN",
            "AddN",
            ("gradients/y_grad/Mul", "gradients/y_grad/Mul_1"),
            "(2,)",
            "[2. 40.]",
            "",
        ),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_they_are_what_the_call_adds_to_the_graph(seed: int) -> None:
    program = grown(seed, leaves=3, length=6, through=EXAMPLES[seed % len(EXAMPLES)])
    names = program.run(tf)
    ys, xs = [names[y] for y in program.ys], [names[x] for x in program.xs]
    rest = {"grad_ys": [eval(w, names) for w in program.seeds], "stop_gradients": [names[s] for s in program.stops]}
    found = told(ys, xs, **rest, feed_dict=program.feeds(names)).view.raw
    graph = tf.get_default_graph()
    before = graph.version
    tf.gradients(ys, xs, **rest)
    added = graph.get_operations()[before : before + MOST_LISTED]
    listed = dict.fromkeys((o.name.partition(":")[0], o.type, o.inputs) for o in found)
    assert list(listed) == [
        (operation.name, operation.type, tuple(tensor.name.removesuffix(":0") for tensor in operation.inputs))
        for operation in added
    ]


def test_what_else_an_explanation_adds_to_its_copy_is_not_listed(sums: Program) -> None:
    alone = sums.explain("y1 y2", "w3", views=["raw"]).view.raw
    everything = sums.explain("y1 y2", "w3", views=["paths", "jacobian", "steps", "raw"], check=True).view.raw
    assert alone == everything
    assert [operation.name for operation in alone][-1] == "gradients/AddN"


def test_a_call_of_the_program_has_the_names_that_it_was_given(sums: Program) -> None:
    tf.gradients(sums.y1, sums.w1, name="mine")
    found = sums.explain("y1", "w1", views=["raw"]).view.raw
    assert found[0].name == "gradients/Shape"


def test_each_output_has_a_line() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    parts = tf.stack([x[0], x[1] * 2.0], name="parts")
    found = told(tf.reduce_sum(parts * parts), [x]).view.raw
    unstacked = [o for o in found if o.type == "Unpack"]
    assert [(o.name, value(o)) for o in unstacked] == [
        ("gradients/parts_grad/Unpack:0", "2.0"),
        ("gradients/parts_grad/Unpack:1", "8.0"),
    ]


def test_what_must_only_run_before_has_a_mark() -> None:
    from gradnb.engine.gradients import recording
    from gradnb.explanation import explain_call

    x, z = tf.Variable(2.0, name="x"), tf.Variable(3.0, name="z")
    with recording() as calls:
        tf.gradients(x * z, [x, z], gate_gradients=True)
    found = explain_call(calls[0], views=["raw"]).view.raw
    assert any(name.startswith("^") for operation in found for name in operation.inputs)
    assert any(operation.type == "NoOp" and operation.shape == "" for operation in found)


def test_many_are_counted_and_the_first_listed() -> None:
    x = tf.Variable(1.0, name="x")
    y = x
    for _ in range(150):
        y = tf.sin(y)
    view = told(y, [x]).view
    assert len(view.raw) == MOST_LISTED == 200
    assert view.notes[-1] == "103 more operations are added and not listed."


def test_without_values_they_are_listed_all_the_same() -> None:
    p, w = tf.placeholder(tf.float32, [2], name="p"), tf.Variable([1.0, 2.0], name="w")
    found = told(p * w, [w]).view.raw
    assert {o.type: value(o) for o in found if o.type in ("Fill", "Mul")} == {"Fill": "[1. 1.]", "Mul": None}


def test_hidden_gradients_are_not_given_away() -> None:
    w, v = tf.Variable([[1.0, 2.0]], name="w"), tf.Variable([[9.0], [10.0]], name="v")
    y = tf.matmul(w, v)
    names = {"w": w, "v": v, "y": y}
    secret = told(y * 3.0, [w, v], hide=["w"], names=names)
    found = {operation.name: operation for operation in secret.view.raw}
    assert found["gradients/MatMul_grad/MatMul"].secret
    assert not found["gradients/MatMul_grad/MatMul_1"].secret
    shown = {value(operation) for operation in secret.view.raw}
    assert "[[27. 30.]]" not in shown
    assert "[[27. 30.]]" not in secret.text() + secret.html() + secret.markdown() + secret.latex()
    assert "[[3.] [6.]]" in shown


def test_what_only_leads_to_a_hidden_gradient_is_hidden_and_what_is_computed_from_it() -> None:
    b, x = tf.Variable([1.0, 2.0], name="b"), tf.constant([[1.0, 2.0], [3.0, 4.0]])
    h = tf.multiply(b, 3.0, name="h")
    y = tf.add(x, h, name="y")
    explanation = told(
        y, [b, h], grad_ys=[tf.constant([[1.0, 2.0], [4.0, 8.0]])], hide=["h"], names={"b": b, "h": h, "y": y}
    )
    for operation in explanation.view.raw:
        if operation.forward in ("y", "h"):
            assert operation.secret
            assert operation.value is None


def test_they_are_built_only_when_they_are_asked_for(sums: Program) -> None:
    explanation = sums.explain("y1", "w1", views=["table"])
    assert explanation.view.raw == ()
    assert "raw_finder" not in vars(explanation._setting.scene)
    assert explanation.partial_view(["raw"]).raw
