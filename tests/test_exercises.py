"""Exercises: what is right passes, and each way of going wrong gets its hint, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gradnb.exercises import Exercise, NotAnAnswer, check, exercises, numbers
from gradnb.messages import LANGUAGES, speaking

EVERY_EXERCISE = list(exercises())
each_exercise = pytest.mark.parametrize("exercise", EVERY_EXERCISE, ids=lambda exercise: exercise.name)


@pytest.fixture(params=LANGUAGES, autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with speaking(request.param):
        yield request.param


def test_their_names_are_in_order_and_each_is_there_once() -> None:
    names = [tuple(map(int, exercise.name.split("."))) for exercise in EVERY_EXERCISE]
    assert names == sorted(set(names))


@each_exercise
def test_the_right_answer_passes(exercise: Exercise, language: str) -> None:
    assert exercise.right
    for answer in exercise.right:
        feedback = check(exercise.name, answer)
        assert feedback
        assert repr(feedback) == f"✓ {getattr(exercise.praise, language)}"


@each_exercise
def test_wrong_answers_fail_with_the_hint_that_fits(exercise: Exercise, language: str) -> None:
    assert len(exercise.wrong) >= 3
    for answer, hint in exercise.wrong:
        feedback = check(exercise.name, answer)
        assert not feedback
        assert repr(feedback) == f"✗ {getattr(hint, language)}"


@each_exercise
def test_different_mistakes_get_different_hints(exercise: Exercise) -> None:
    assert len({hint for _, hint in exercise.wrong}) >= 3


@each_exercise
@pytest.mark.parametrize("answer", ["rubbish", object(), [1, "x"], float("nan"), {}, lambda: 1 / 0])
def test_rubbish_is_told_kindly(exercise: Exercise, answer: object) -> None:
    feedback = check(exercise.name, answer)
    assert repr(feedback).startswith("✗ ")
    assert " at 0x" not in repr(feedback)


@each_exercise
def test_what_was_not_tried_is_the_readers_turn(exercise: Exercise) -> None:
    feedback = check(exercise.name, ...)
    assert not feedback
    assert repr(feedback).startswith("… ")


def test_an_exercise_that_is_not_there_is_told_with_its_neighbours() -> None:
    with pytest.raises(KeyError, match=r"99\.9"):
        check("99.9", 1)


def test_numbers_of_another_shape_are_no_answer() -> None:
    assert numbers([1, 2], (2,)).dtype == np.float64
    with pytest.raises(NotAnAnswer, match=r"\(2, 1\).*\(2,\)"):
        numbers([1, 2], (2, 1))
