"""Jacobians: the weights times the matrix are the gradient that the call gives, stops included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.view.build import Scene
from gradnb.view.derivation import Question, derive
from gradnb.view.model import Jacobian, Matrix
from gradnb.view.names import Names
from gradnb.view.numbers import Calculator, inputs_of
from tests.engine.programs import EXAMPLES, grown
from tests.view.conftest import Program


def jacobian(explanation: Explanation, name: str) -> Jacobian:
    (found,) = [found for found in explanation.view.jacobian if found.name == name]
    return found


def told(ys: Any, xs: Any, **options: Any) -> Explanation:
    return explain(ys, xs, views=["jacobian"], language=options.pop("language", "en"), **options)


def only_matrix(explanation: Explanation, name: str) -> Matrix:
    (found,) = jacobian(explanation, name).matrices
    return found


def test_the_weights_stand_in_front_of_their_rows(sums: Program) -> None:
    weights = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    explanation = sums.explain("y1 y2", "w3", grad_ys=weights, views=["jacobian"], language="en")
    found = jacobian(explanation, "w3")
    assert found.columns == ("w3[0]", "w3[1]")
    assert found.matrices == (
        Matrix("y1", "grad_ys[0]", ("y1[0]", "y1[1]"), ("1.", "2."), (("1.", "0."), ("0.", "1.")), ("1.", "2.")),
        Matrix("y2", "grad_ys[1]", ("y2[0]", "y2[1]"), ("3.", "4."), (("1.", "0."), ("0.", "1.")), ("3.", "4.")),
    )
    assert found.total == ("4.", "6.")


def test_rows_are_elements_of_the_y_and_columns_of_the_x() -> None:
    w = tf.Variable([[1.0, 2.0]], name="w")
    y = tf.matmul(w, tf.constant([[9.0, 5.0], [10.0, 7.0]]))
    explanation = told(y, [w], grad_ys=[tf.constant([[1.0, 10.0]])], names={"y": y})
    assert jacobian(explanation, "w").columns == ("w[0,0]", "w[0,1]")
    found = only_matrix(explanation, "w")
    assert found.rows == ("y[0,0]", "y[0,1]")
    assert found.entries == (("9.", "10."), ("5.", "7."))
    assert found.product == ("59.", "80.")
    assert jacobian(explanation, "w").total == ()


def test_scalars_have_no_index() -> None:
    x = tf.Variable(3.0, name="x")
    found = jacobian(told(x * x, [x], names={"x": x}), "x")
    assert (found.columns, found.matrices[0].rows, found.matrices[0].entries) == (("x",), ("x · x",), (("6.",),))


def test_rounding_noise_is_zero_in_a_matrix() -> None:
    x = tf.Variable([1.0, 1.0], name="x")
    y = tf.stack([x[0] * 1e5, x[1] * 1e-9])
    assert only_matrix(told(y, [x], names={"y": y}), "x").entries == (("100000.", "0."), ("0.", "0."))


@pytest.mark.parametrize(("language", "remark"), [("en", "stopped at a_stoped"), ("zh", "在 a_stoped 处被截断")])
def test_it_is_the_jacobian_that_tf_gradients_uses(sums: Program, language: str, remark: str) -> None:
    explanation = sums.explain("y3", "w1 w3", views=["jacobian"], language=language)
    stopped = only_matrix(explanation, "w1")
    assert (stopped.entries, stopped.product, stopped.remark) == ((), (), remark)
    assert only_matrix(explanation, "w3").entries == (("1.", "0."), ("0.", "1."))


def test_stop_gradients_counts_too() -> None:
    x = tf.Variable(2.0, name="x")
    a = x * 3.0
    explanation = told(a + x * 5.0, [x], stop_gradients=[a])
    assert only_matrix(explanation, "x").product == ("5.",)


def test_a_y_that_gives_nothing_says_so(sums: Program) -> None:
    found = jacobian(sums.explain("y1 y2", "w1", views=["jacobian"], language="en"), "w1")
    assert found.matrices[1].remark == "y2 passes nothing to w1"
    assert found.total == ("1.", "1.")


def test_without_a_path_the_reason_stands_in_its_place(one_variable: Program) -> None:
    explanation = one_variable.explain("y", "w2", views=["jacobian"], language="en")
    assert only_matrix(explanation, "w2").remark == "no path leads from w2 to y"


@pytest.mark.parametrize(
    ("language", "remark"),
    [
        ("en", "9 × 2 numbers: matrices are shown up to 8 × 8"),
        ("zh", "9 × 2 个数，最多只列出 8 × 8 的矩阵"),
    ],
)
def test_a_large_one_is_left_out_and_says_so(language: str, remark: str) -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.concat([x, x, x, x, x[:1]], axis=0)
    found = only_matrix(told(y, [x], language=language), "x")
    assert (found.entries, found.remark) == ((), remark)


def test_eight_by_eight_is_shown() -> None:
    x = tf.Variable(np.arange(8.0, dtype=np.float32), name="x")
    found = only_matrix(told(x * x, [x]), "x")
    assert len(found.entries) == len(found.entries[0]) == 8
    assert found.product == ("0.", "2.", "4.", "6.", "8.", "10.", "12.", "14.")


def test_a_shape_that_only_a_run_knows_and_that_a_feed_changes() -> None:
    p, b = tf.placeholder(tf.float32, [None], name="p"), tf.Variable(3.0, name="b")
    y = p * b
    explanation = told(y, [b], feed_dict={p: [1.0, 2.0]}, names={"y": y})
    assert only_matrix(explanation, "b").entries == (("1.",), ("2.",))
    assert only_matrix(explanation.recompute({"p": [1.0, 2.0, 4.0]}), "b").entries == (("1.",), ("2.",), ("4.",))


def test_complex_numbers_have_no_one_matrix() -> None:
    z = tf.Variable(1.0 + 2.0j, dtype=tf.complex64, name="z")
    found = only_matrix(told(tf.abs(z), [z]), "z")
    assert found.remark == "z is complex64: only real numbers are shown as a matrix"


def test_without_values_there_is_none_yet() -> None:
    p, w = tf.placeholder(tf.float32, [2], name="p"), tf.Variable([1.0, 2.0], name="w")
    assert only_matrix(told(p * w, [w]), "w").remark == "not computed yet"


def test_infinite_numbers_are_shown() -> None:
    x = tf.Variable([0.0, 1.0], name="x")
    found = only_matrix(told(tf.sqrt(x), [x]), "x")
    assert found.entries[0][0] == "inf"
    assert found.remark == ""


def test_a_gradient_that_is_not_linear_is_not_passed_off_as_a_matrix() -> None:
    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return tf.identity(x), lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

    x = tf.Variable(2.0, name="x")
    found = only_matrix(told(clipped(x), [x], grad_ys=[tf.constant(100.0)]), "x")
    assert (found.weights, found.entries, found.product) == (("100.",), (("1.",),), ("1.",))
    assert found.remark.startswith("the weights times this matrix are something else")


def test_a_hidden_gradient_has_no_numbers(sums: Program) -> None:
    explanation = sums.explain("y1 y2 y3", "w1 w3 w4", views=["jacobian"], hide=["w1", "w3"], language="en")
    for name in ("w1", "w3"):
        found = jacobian(explanation, name)
        assert {entry for matrix in found.matrices for row in matrix.entries for entry in row} == {"?"}
        assert {entry for matrix in found.matrices for entry in matrix.product} == {"?"}
        assert {matrix.remark for matrix in found.matrices} == {"your turn: what is it?"}
        assert set(found.total) == {"?"}
    assert jacobian(explanation, "w4").matrices[1].entries == (("1.", "0."), ("0.", "1."))


def test_what_a_slider_moves_moves_here_and_the_structure_stays(sums: Program) -> None:
    explanation = sums.explain("y1", "w1", views=["jacobian"])
    rows = explanation._setting.scene._jacobian_rows
    assert only_matrix(explanation, "w1").product == ("1.", "1.")
    (kept,) = rows.values()
    moved = explanation.recompute(weights={"y1": [5.0, 6.0]})
    assert only_matrix(moved, "w1").product == ("5.", "6.")
    assert list(rows.values()) == [kept]


def test_jacobians_are_built_only_when_they_are_asked_for(sums: Program) -> None:
    explanation = sums.explain("y1", "w1", views=["table"])
    assert explanation.view.jacobian == ()
    assert not explanation._setting.scene._jacobian_rows
    assert explanation.partial_view(["jacobian"]).jacobian


def test_of_a_large_graph_they_are_left_out() -> None:
    x = tf.Variable(np.ones(8, np.float32), name="x")
    y = x
    for _ in range(3000):
        y = tf.identity(y)
    assert only_matrix(told(y, [x]), "x").remark == "left out: the graph is large"


@pytest.mark.parametrize("seed", range(150))
def test_in_random_programs_the_weights_times_the_matrix_are_the_gradient(seed: int) -> None:
    program = grown(seed, leaves=3, length=7, through=EXAMPLES[seed % len(EXAMPLES)])
    names = program.run(tf)
    ys, xs = [names[y] for y in program.ys], [names[x] for x in program.xs]
    weights = [eval(weight, names) for weight in program.seeds]
    question = Question.of_arguments(ys, xs, weights, [names[stop] for stop in program.stops], "none")
    scene = Scene(derive(question), Names({}))
    whole = scene.derivation.whole
    calculator = Calculator(scene.derivation, scene.wanted(), 0)
    inputs = calculator.complete(inputs_of(question, None, program.feeds(names)))
    numbers = calculator.compute(inputs)
    values = [numbers.values[scene.read(y)] for y in scene.ys]
    rows = scene.jacobian_rows(tuple(value.shape for value in values))
    found = rows.numbers(inputs)
    for y, traces in rows.passes.items():
        weight = numbers.values[whole(scene.trace.seeds[y])]
        assert len(traces) == values[y].size
        for x, tensor in enumerate(scene.xs):
            value = numbers.values[scene.read(tensor)]
            matrix = rows.matrix(found, y, x, value.size)
            given = whole(scene.derivation.alone[y].gradients[x])
            expected = np.zeros(value.shape) if given is None else numbers.values[given]
            assert matrix is not None
            product = np.broadcast_to(weight, values[y].shape).reshape(-1) @ matrix
            np.testing.assert_allclose(product, expected.reshape(-1), rtol=1e-6, atol=1e-9)


def test_without_a_value_the_matrix_or_its_product_waits() -> None:
    x, k = tf.Variable([1.0, 2.0], name="x"), tf.placeholder(tf.float32, [2], name="k")
    y = x * k
    assert only_matrix(told(y, [x], names={"y": y}), "x").remark == "not computed yet"
    squares = x * x
    found = only_matrix(told(squares, [x], grad_ys=[k], names={"squares": squares}), "x")
    assert found.entries == (("2.", "0."), ("0.", "4."))
    assert (found.weights, found.product) == ((), ())


def test_a_derivative_that_waits_for_a_value_of_its_own_is_not_known() -> None:
    k = tf.placeholder(tf.float32, [2], name="k")

    @tf.custom_gradient
    def scaled(x: Any) -> Any:
        return x * 2.0, lambda upstream: upstream * k

    x = tf.Variable([1.0, 2.0], name="x")
    y = scaled(x)
    assert only_matrix(told(y, [x], names={"y": y}), "x").remark == "not computed yet"
    assert only_matrix(told(y, [x], names={"y": y}, feed_dict={k: [3.0, 5.0]}), "x").entries == (
        ("3.", "0."),
        ("0.", "5."),
    )
