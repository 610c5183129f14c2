"""What a program's author sees of an error: lines of the program, and none of the library's own."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

import gradnb as tf
from gradnb.engine import tracebacks


@pytest.fixture(autouse=True)
def for_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tracebacks.VARIABLE)


def lines(error: BaseException) -> list[str]:
    """Return the source lines that the traceback shows below the line of the test itself."""
    return [str(frame.line) for frame in traceback.extract_tb(error.__traceback__)][1:]


def refused(arguments: Any) -> Any:
    raise KeyError("mine")


@tf.custom_gradient
def with_a_failing_gradient(x: Any) -> Any:
    def gradient(_: Any) -> Any:
        raise LookupError("in my gradient")

    return 2.0 * x, gradient


X = [1.0, 2.0]
FAILING: dict[str, Callable[[], object]] = {
    "a function": lambda: tf.reshape(X, [3]),
    "an operator": lambda: tf.constant(X) * [1.0, 2.0, 3.0],
    "an index": lambda: tf.constant(X)[5, 6],
    "the gradients": lambda: tf.gradients(tf.constant(X), [], [1.0, 2.0]),
    "a class": lambda: tf.Variable(object()),
    "a method": lambda: tf.Variable(X).assign([1.0]),
    "eval": lambda: tf.constant(X).eval(),
    "an operation's run": lambda: tf.no_op().run(),
    "an optimizer": lambda: tf.train.AdamOptimizer(0.1).minimize(5),
    "a fetch": lambda: tf.Session().run(7),
    "a feed": lambda: tf.Session().run(tf.constant(X), {tf.constant(X): [1.0]}),
    "a run": lambda: tf.Session().run(tf.placeholder(tf.float32)),
    "NumPy, in a run": lambda: tf.Session().run(tf.reshape(X, tf.Variable([3]).initial_value * tf.size(X))),
    "explain": lambda: tf.explain(tf.constant(X), "x"),
    "show": lambda: tf.show(tf.constant(X), "x"),
    "train_view": lambda: tf.train_view(5, tf.train.AdamOptimizer(0.1)),
}


@pytest.mark.parametrize("call", FAILING.values(), ids=FAILING)
def test_the_last_line_is_the_programs(call: Callable[[], object]) -> None:
    with pytest.raises(Exception, match=r".") as raised:
        call()
    error: BaseException | None = raised.value
    assert len(lines(raised.value)) == 1
    while error is not None:
        assert all("/gradnb/" not in frame.filename for frame in traceback.extract_tb(error.__traceback__))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_lines_of_a_function_that_the_library_calls_stay() -> None:
    x = tf.constant(X)
    y = with_a_failing_gradient(x)
    with pytest.raises(LookupError, match="in my gradient") as raised:
        tf.gradients(y, x)
    assert lines(raised.value) == ['raise LookupError("in my gradient")']
    with pytest.raises(tf.errors.UnknownError, match="mine") as told, tf.Session() as session:
        session.run(tf.py_func(refused, [1.0], tf.float32))
    assert lines(told.value) == []
    assert isinstance(told.value.__cause__, KeyError)
    assert [frame.name for frame in traceback.extract_tb(told.value.__cause__.__traceback__)] == ["refused"]


def test_what_led_to_an_error_inside_of_the_library_is_left_out() -> None:
    with pytest.raises(TypeError, match="came up in Variable") as raised:
        tf.Variable(X, trainable=True, collections=5)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_who_works_on_the_library_sees_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tracebacks.VARIABLE, "full")
    with pytest.raises(ValueError, match="reshape") as raised:
        tf.reshape(X, [3])
    assert any("/gradnb/engine/" in frame.filename for frame in traceback.extract_tb(raised.value.__traceback__))
