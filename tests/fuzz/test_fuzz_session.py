"""Whatever is fed and fetched, a session answers with values, or with an error that names what does not fit."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradnb as tf
from tests.fuzz.strange import ANSWERS, FEW, MANY, THINGS

KINDS = ["float32", "float64", "int32", "uint8", "bool", "string", "complex64"]


class Stage:
    """A graph with a placeholder of each kind, and a session that must stay usable."""

    def __init__(self) -> None:
        tf.reset_default_graph()
        self.fed = [tf.placeholder(kind, shape, f"p_{kind}") for kind, shape in zip(KINDS, SHAPES, strict=True)]
        self.x = tf.Variable([1.0, 2.0], name="x")
        self.y = tf.multiply(self.x, self.x, name="y")
        self.session = tf.Session()
        self.session.run(tf.global_variables_initializer())

    def is_usable(self) -> bool:
        found = self.session.run({"y": self.y, "more": [self.y, (self.x,)]}, {self.fed[0]: [1.0, 2.0]})
        return found["y"].tolist() == found["more"][0].tolist() == [1.0, 4.0]


SHAPES = [[2], None, None, [None, 2], [], [None], None]


def feeds_or_refuses(make: Callable[[], Any], place: int) -> None:
    stage = Stage()
    tensor, value = stage.fed[place], make()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's own, about numbers that are cut
            array = stage.session.run(tensor, {tensor: value})
    except NotImplementedError as error:  # TensorFlow's type for a tensor among numbers
        assert "symbolic tf.Tensor" in str(error)
    except (TypeError, ValueError) as error:
        assert tensor.name in str(error)
        assert len(str(error)) < 3000
    else:
        assert tensor.shape.is_compatible_with(array.shape)
    assert stage.is_usable()


def fetches_or_refuses(make: Callable[[], Any], beside: bool) -> None:
    stage = Stage()
    thing = make()
    try:
        stage.session.run([thing, {"y": stage.y}] if beside else thing)
    except ANSWERS as error:
        assert "fetch" in str(error) or "feed a value for placeholder" in str(error) or "uninitialized" in str(error)
        assert len(str(error)) < 3000
    assert stage.is_usable()


def keys_or_refuses(make: Callable[[], Any], value: Callable[[], Any]) -> None:
    stage = Stage()
    key = make()
    for feed in (key, *([{key: value()}] if is_key(key) else [])):
        try:
            stage.session.run(stage.y, feed)
        except ANSWERS as error:
            assert "feed" in str(error)
            assert len(str(error)) < 3000
        assert stage.is_usable()


def is_key(thing: Any) -> bool:
    try:
        hash(thing)
    except Exception:
        return False
    return True


@FEW
@given(THINGS, st.sampled_from(range(len(KINDS))))
def test_a_feed_fits_or_is_named(make: Callable[[], Any], place: int) -> None:
    feeds_or_refuses(make, place)


@FEW
@given(THINGS, st.booleans())
def test_a_fetch_is_found_or_named(make: Callable[[], Any], beside: bool) -> None:
    fetches_or_refuses(make, beside)


@FEW
@given(THINGS, THINGS)
def test_a_key_is_found_or_named(make: Callable[[], Any], value: Callable[[], Any]) -> None:
    keys_or_refuses(make, value)


@pytest.mark.slow
@MANY
@given(THINGS, st.sampled_from(range(len(KINDS))))
def test_many_feeds(make: Callable[[], Any], place: int) -> None:
    feeds_or_refuses(make, place)


@pytest.mark.slow
@MANY
@given(THINGS, st.booleans())
def test_many_fetches(make: Callable[[], Any], beside: bool) -> None:
    fetches_or_refuses(make, beside)


@pytest.mark.slow
@MANY
@given(THINGS, THINGS)
def test_many_keys(make: Callable[[], Any], value: Callable[[], Any]) -> None:
    keys_or_refuses(make, value)
