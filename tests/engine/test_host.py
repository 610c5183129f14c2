"""Operations that reach out of the graph."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import custom, registry
from gradnb.engine.custom import RegisterGradient
from gradnb.engine.ops.host import Assert, Print, check_numerics, numpy_function, py_func


def run(fetches: Any, feeds: Any = None) -> Any:
    with tf.Session() as session:
        return session.run(fetches, feeds)


# Print


def test_print_writes_to_the_error_stream_and_passes_the_value_on(capsys: pytest.CaptureFixture[str]) -> None:
    x = tf.constant([1.0, 2.5, 3.0, 4.0])
    y = Print(x, [x, tf.constant(7), tf.constant([[True], [False]]), "text"], message="x is ")
    np.testing.assert_array_equal(run(y), [1.0, 2.5, 3.0, 4.0])
    captured = capsys.readouterr()
    assert captured.err == "x is [1 2.5 3...][7][[1][0]][text]\n"
    assert captured.out == ""


def test_print_shows_as_many_elements_as_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    x = tf.constant([[1, 2, 3], [4, 5, 6]])
    run([Print(x, [x], summarize=4), Print(x, [x], summarize=-1), Print(x, [x], summarize=3)])
    assert capsys.readouterr().err.splitlines() == ["[[1 2 3][4...]]", "[[1 2 3][4 5 6]]", "[[1 2 3]...]"]


def test_print_counts_in_each_session(capsys: pytest.CaptureFixture[str]) -> None:
    y = Print(tf.constant(1.0), [tf.constant(1)], first_n=2)
    for _ in range(2):
        with tf.Session() as session:
            for _ in range(3):
                session.run(y)
    assert capsys.readouterr().err == "[1]\n" * 4


def test_gradients_pass_through_print_to_its_input_only() -> None:
    x, other = tf.constant(3.0), tf.constant(4.0)
    first, second = tf.gradients(Print(x * x, [other * x]), [x, other])
    assert second is None and run(first) == 6.0


def test_what_has_an_effect_outside_is_marked() -> None:
    importlib.import_module("gradnb.engine.train")
    marked = {definition.type for definition in registry.all_ops() if definition.outside}
    assert marked == {"PyFunc", "PyFuncStateless"}


def test_a_silent_session_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    y = Print(tf.constant(2.0), [tf.constant(1)])
    session = tf.Session()
    session.silent = True
    assert session.run(y) == 2.0
    assert capsys.readouterr().err == ""


# py_func


def test_py_func_calls_a_function_with_arrays() -> None:
    x = tf.placeholder(tf.float32, [3])
    y = py_func(np.sort, [x], tf.float32)
    assert isinstance(y, tf.Tensor) and y.shape.ndims is None
    np.testing.assert_array_equal(run(y, {x: [3.0, 1.0, 2.0]}), [1.0, 2.0, 3.0])


def test_py_func_returns_a_list_when_types_are_a_list() -> None:
    results = py_func(lambda a: (-a, str(int(a))), [tf.constant(3)], [tf.int32, tf.string])
    assert run(results) == [-3, b"3"]
    (single,) = py_func(lambda a: -a, [tf.constant(3)], [tf.int32])
    assert run(single) == -3


def test_row_49_no_gradient_flows_through_py_func() -> None:
    x = tf.constant(1.0)
    for function in (py_func, numpy_function):
        assert tf.gradients(function(lambda a: a * 2, [x], tf.float32), x) == [None]
    assert tf.gradients(py_func(lambda a: a, [x], tf.float32, stateful=False), x) == [None]


def test_py_func_can_be_given_a_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "_named", dict(custom._named))

    @RegisterGradient("TestSquareOutside")
    def rule(op: tf.Operation, grad: tf.Tensor) -> tf.Tensor:
        return 2.0 * op.inputs[0] * grad

    x = tf.constant(3.0)
    with tf.get_default_graph().gradient_override_map({"PyFunc": "TestSquareOutside"}):
        y = py_func(np.square, [x], [tf.float32], name="square")[0]
    assert y.op.name == "square"
    assert run([y, *tf.gradients(y, x)]) == [9.0, 6.0]


def test_the_function_cannot_change_what_the_graph_computes_with() -> None:
    def spoil(array: Any) -> Any:
        array[...] = 0
        return array

    x = tf.constant([1.0, 2.0])
    spoiled, kept = run([py_func(spoil, [x], tf.float32), x * 1.0])
    np.testing.assert_array_equal(spoiled, [0.0, 0.0])
    np.testing.assert_array_equal(kept, [1.0, 2.0])


def test_a_wrong_dtype_or_number_of_results_is_told() -> None:
    x = tf.constant(1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="0-th value returned by wrong is float64"):

        def wrong(a: Any) -> Any:
            return np.float64(a)

        run(py_func(wrong, [x], tf.float32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="returns 2 values, but expects to see 3 values"):
        run(py_func(lambda a: (a, a), [x], [tf.float32] * 3))
    with pytest.raises(ValueError, match=r"^Expected func to be callable"):
        py_func(3, [x], tf.float32)  # type: ignore[arg-type]  # what the test is about


def test_a_function_without_result_is_an_operation() -> None:
    seen: list[float] = []
    operation = py_func(lambda a: seen.append(float(a)), [tf.constant(2.0)], [])
    assert run(operation) is None and seen == [2.0]


# Checks


@pytest.mark.parametrize(
    ("value", "words"), [([np.nan], "NaN"), ([np.inf, 1.0], "Inf"), ([np.nan, -np.inf], "Inf and NaN")]
)
def test_check_numerics_finds_what_is_not_finite(value: list[float], words: str) -> None:
    x = tf.placeholder(tf.float32)
    checked = check_numerics(x, "here")
    np.testing.assert_array_equal(run(checked, {x: [1.0, 2.0]}), [1.0, 2.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"here : Tensor had {words} values"):
        run(checked, {x: value})


def test_check_numerics_checks_the_gradient_too() -> None:
    x = tf.constant(0.0)
    (gradient,) = tf.gradients(tf.sqrt(check_numerics(x, "here")), x)
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"detected in gradient\. Reason: here : Tensor had Inf values"
    ):
        run(gradient)


def test_assert_shows_its_data() -> None:
    x = tf.placeholder(tf.float32, [])
    with tf.control_dependencies([Assert(x > 0.0, ["x must be positive:", x])]):
        y = tf.identity(x)
    assert run(y, {x: 2.0}) == 2.0
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"assertion failed: \[x must be positive:\] \[-1\]"):
        run(y, {x: -1.0})


def test_one_result_may_come_in_a_list() -> None:
    one = np.float32(1)
    assert run(py_func(lambda a: [-a], [one], tf.float32)) == -1.0
    assert run(py_func(lambda a: [-a], [one], [tf.float32])) == [-1.0]


def test_an_error_of_the_engine_in_a_function_stays_what_it_is() -> None:
    def fails(array: Any) -> Any:
        with tf.Graph().as_default(), tf.Session() as session:
            return session.run(tf.check_numerics(tf.constant(array) * np.float32("nan"), "inside"))

    with pytest.raises(tf.errors.InvalidArgumentError, match="inside : Tensor had NaN values"):
        run(py_func(fails, [np.float32(1)], tf.float32))
