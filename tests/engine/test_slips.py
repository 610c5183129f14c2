"""What comes up in the engine's depths is told in words about the call; what is raised on purpose stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.slips import in_words


class Wordless:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


def cyclic() -> list[Any]:
    made: list[Any] = [1.0]
    made.append(made)
    return made


@pytest.mark.parametrize(
    ("call", "kind", "function"),
    [
        (lambda x: tf.add(1.0, x, name=[-1]), TypeError, "add"),
        (lambda x: tf.range([[0, 0]], limit=1.0), ValueError, "range"),
        (lambda x: tf.unstack(x, axis=[]), TypeError, "unstack"),
        (lambda x: tf.einsum("i->"), ValueError, "einsum"),
        (lambda x: tf.global_norm([]), ValueError, "global_norm"),
        (lambda x: tf.scalar_mul(None, None), TypeError, "scalar_mul"),
        (lambda x: tf.nn.max_pool(x, strides=float("inf")), ValueError, "max_pool"),
    ],
)
def test_a_call_is_named(call: Callable[[Any], Any], kind: type[Exception], function: str) -> None:
    x = tf.constant([1.0, 2.0])
    before = tf.get_default_graph().version
    with pytest.raises(kind, match=f"That came up in {function}: one of its arguments") as raised:
        call(x)
    assert type(raised.value) is kind
    assert raised.value.__cause__ is not None
    assert tf.get_default_graph().version == before


def test_an_error_of_a_programs_own_stays() -> None:
    def own(*_: Any) -> Any:
        return {}["mine"]

    with pytest.raises(KeyError, match=r"^'mine'$"):
        tf.get_variable("v", [2], initializer=own)
    with pytest.raises(KeyError, match=r"^'mine'$"):
        tf.layers.dense(tf.ones([2, 3]), 2, activation=own)


def test_what_is_raised_on_purpose_stays() -> None:
    x = tf.Variable(1.0)
    with pytest.raises(AttributeError, match=r"^'float' object has no attribute 'op'$"):
        tf.gradients(x, x, stop_gradients=1.0)
    with pytest.raises(KeyError, match=r"does not exist in the graph"):
        tf.group("nothing")


def test_a_kernel_that_fails_names_its_operation() -> None:
    shape = tf.placeholder(tf.int32, None)
    wide = tf.broadcast_to(1.0, shape, name="wide")
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=r"Node: 'wide'"):
        session.run(wide, {shape: 3})


def test_values_without_words_or_without_end_are_named_by_their_type() -> None:
    with pytest.raises(TypeError, match=r"Contents: <Wordless object>"):
        tf.constant(Wordless())
    for make in (cyclic, lambda: [cyclic()]):
        with pytest.raises(ValueError, match=r"a list to Tensor that holds itself"):
            tf.constant(make())
        with pytest.raises(ValueError, match=r"a list to Tensor that holds itself"):
            tf.identity(make())
    p = tf.placeholder(tf.float32, name="p")
    with tf.Session() as session:
        with pytest.raises(ValueError, match=r"Argument `fetch` holds itself"):
            session.run(cyclic_fetch(p))
        with pytest.raises(TypeError, match=r"Argument `fetch` = <Wordless object> has invalid type"):
            session.run(Wordless())
        with pytest.raises(TypeError, match=r"Cannot feed <Wordless object> for Tensor p:0"):
            session.run(p, {p: Wordless()})


def cyclic_fetch(tensor: Any) -> list[Any]:
    made: list[Any] = [tensor]
    made.append(made)
    return made


def test_a_feed_that_does_not_fit_is_named_in_few_words() -> None:
    n = tf.placeholder(tf.int32, name="n")
    s = tf.placeholder(tf.string, name="s")
    with tf.Session() as session:
        with pytest.raises(ValueError, match=r"Cannot feed 10000.* for Tensor n:0, which has dtype int32") as raised:
            session.run(n, {n: 10**4000})
        assert len(str(raised.value)) < 1500
        with pytest.raises(TypeError, match=r"Cannot feed {} for Tensor s:0, which has dtype string"):
            session.run(s, {s: {}})
        with pytest.raises(TypeError, match=r"A feed key of 2 tensors got 1.0."):
            session.run(n, {(n, s): 1.0})
        with pytest.raises(ValueError, match=r"A feed key of 2 tensors got 3 values."):
            session.run(n, {(n, s): np.zeros(3)})


def test_an_error_that_was_never_raised_came_up_nowhere() -> None:
    error = IndexError("made by hand")
    assert in_words(error, "anything") is error


def test_a_folder_whose_name_begins_like_the_librarys_is_the_programs() -> None:
    file = f"{Path(tf.__file__).parent}-lessons/mine.py"
    names: dict[str, Any] = {}
    exec(compile("def mine(*_):\n    return None.shape\n", file, "exec"), names)
    with pytest.raises(AttributeError) as raised:
        names["mine"]()
    assert in_words(raised.value, "py_func") is raised.value
