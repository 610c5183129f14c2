"""A name that gradnb does not have is answered with what serves instead."""

from __future__ import annotations

from typing import Any

import pytest

import gradnb as tf
from gradnb import missing
from gradnb.api import initializers, layers, linalg, losses, math, nn, random, raw_ops, test, train
from gradnb.errors import NotInGradnbError
from gradnb.messages import catalogue, speaking

NAMESPACES = [initializers, layers, linalg, losses, math, nn, random, raw_ops, test, train]


@pytest.mark.parametrize("module", NAMESPACES, ids=lambda module: module.__name__)
def test_each_namespace_has_what_it_lists_and_answers_for_the_rest(module: Any) -> None:
    assert module.__all__ and sorted(module.__all__) == module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    with pytest.raises(NotInGradnbError, match=r"^module 'tf\.\w+' has no attribute 'zzzzzz'\."):
        _ = module.zzzzzz


@pytest.mark.parametrize(
    ("namespace", "name", "words"),
    [
        ("", "cond", "tf.cond is not part of gradnb yet. To choose between values use tf.where"),
        ("", "while_loop", "Python's if and for"),
        ("train", "Saver", "tf.train.Saver is not part of gradnb yet. A session keeps its variables"),
        ("", "summary", "%%gradgraph draws the graph"),
        ("", "contrib", "tf.nn, tf.layers, tf.losses"),
        ("", "keras", "tf.layers.dense"),
        ("", "GradientTape", "tf.gradients(ys, xs, grad_ys=...)"),
        ("", "enable_eager_execution", "tf.Session"),
        ("", "device", "leave this line out"),
        ("", "bfloat16", "tf.float16"),
        ("", "flags", "Leave this line out"),
        ("layers", "conv2d", "the function of tf.nn"),
    ],
)
def test_what_is_out_says_what_serves_instead(namespace: str, name: str, words: str) -> None:
    found = missing.error(namespace, name)
    place = f"tf.{namespace}" if namespace else "tf"
    assert isinstance(found, NotInGradnbError)
    assert str(found).startswith(f"module '{place}' has no attribute '{name}'. ")
    assert words in str(found)


@pytest.mark.parametrize(
    ("namespace", "name", "words"),
    [
        ("", "gradient", "Did you mean tf.gradients"),
        ("", "redcue_sum", "Did you mean tf.reduce_sum"),
        ("", "session", "Did you mean tf.Session?"),
        ("", "relu", "Did you mean tf.nn.relu?"),
        ("nn", "rleu", "Did you mean tf.nn.relu?"),
        ("train", "AdamOptimiser", "Did you mean tf.train.AdamOptimizer"),
        ("nn", "gradients", "Did you mean tf.gradients?"),
        ("", "mean_square_error", "Did you mean tf.losses.mean_squared_error?"),
    ],
)
def test_a_misspelt_or_misplaced_name_gives_the_nearest(namespace: str, name: str, words: str) -> None:
    assert words in str(missing.error(namespace, name))


def test_the_front_door_answers_too() -> None:
    with pytest.raises(NotInGradnbError, match=r"Did you mean tf\.reduce_sum"):
        _ = tf.redcue_sum  # type: ignore[attr-defined]  # what the test is about
    assert not hasattr(tf, "while_loop")


def test_a_name_that_is_like_none_says_so() -> None:
    assert "no name here is near" in str(missing.error("", "xqzkvw"))


def test_what_python_asks_for_gets_a_plain_answer() -> None:
    found = missing.error("nn", "__wrapped__")
    assert type(found) is AttributeError
    assert not hasattr(nn, "__wrapped__")


def test_no_name_that_exists_is_said_to_be_out() -> None:
    known = {f"{space}.{name}" if space else name for space, names in missing._known.items() for name in names}
    assert known & set(missing._OUT) == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_name_that_is_out_has_its_sentence(language: str) -> None:
    keys = {key.removeprefix("missing.") for key in catalogue(language) if key.startswith("missing.")}
    assert keys == {*missing._OUT.values(), "out", "near", "unknown"}
    for name in missing._OUT:
        namespace, _, last = name.rpartition(".")
        with speaking(language):
            assert f"tf.{name}" in str(missing.error(namespace, last))


def test_the_help_is_in_the_chosen_language() -> None:
    with speaking("zh"):
        assert "目前还没有 tf.cond" in str(missing.error("", "cond"))
