"""Fetches of many forms: each is answered in the form in which it was asked."""

from __future__ import annotations

import pytest

import gradnb as tf


def test_of_however_many_names_one_fetch_is_asked_for_by_the_answer_is_right() -> None:
    x = tf.constant(3.0)
    with tf.Session() as session:
        for number in range(300):
            assert session.run({f"name{number}": x}) == {f"name{number}": 3.0}


def test_sparse_values_of_a_kind_of_the_programs_own_are_fetched_like_others() -> None:
    class Rows(tf.IndexedSlices):  # type: ignore[misc]  # the public name carries no type
        pass

    rows = Rows(tf.constant([[1.0]]), tf.constant([2]))
    with tf.Session() as session:
        for _ in range(2):
            found = session.run(rows)
            assert (found.values.tolist(), found.indices.tolist()) == ([[1.0]], [2])


def test_of_what_was_fetched_large_arrays_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    x = tf.constant([1.0, 2.0])
    y = x * 2.0
    program = {"names": {"x": x, "y": y}}
    monkeypatch.setattr("gradnb.engine.session._FETCHED_KEPT", 4)
    with tf.Session() as session:
        session.run(y)
    assert tf.explain(y, x, **program).view.rows[0].gradient.value.text == "[2. 2.]"
