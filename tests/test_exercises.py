"""Exercises: what is right passes, and each way of going wrong gets its hint, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gradnb.exercises import Exercise, NotAnAnswer, Words, check, exercises, numbers
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


def _slope(hint: Words | str) -> Exercise:
    def judge(answer: object) -> Words | str | None:
        found = numbers(answer, ())
        if found > 100:
            raise ZeroDivisionError("much too far")
        return None if found == 6 else hint

    return Exercise("slope", judge, "Yes: 2·3.", right=(6,), wrong=((9, hint),))


def test_an_exercise_of_ones_own_is_checked_like_those_of_the_lessons(language: str) -> None:
    bilingual = Words(en="That is the value.", zh="这是值。")
    own = _slope(bilingual)
    assert check(own, 6)
    assert repr(check(own, 6)) == "✓ Yes: 2·3."
    assert repr(check(own, 9)) == f"✗ {getattr(bilingual, language)}"
    assert repr(check(own)).startswith("… ")
    assert "(2,)" in repr(check(own, [1, 2]))
    assert "much too far" in repr(check(own, 1000))


def test_its_words_may_be_of_one_language_only() -> None:
    assert repr(check(_slope("That is the value."), 9)) == "✗ That is the value."

    def unreadable(_: object) -> str | None:
        raise NotAnAnswer("Write a number.")

    assert repr(check(Exercise("words", unreadable, "", right=(), wrong=()), "x")) == "✗ Write a number."


def test_it_needs_no_name_of_its_own() -> None:
    """A teacher's exercise may be called as one of the lessons is; each keeps its judge."""
    own = Exercise("1.2", lambda answer: None if answer == "mine" else "no", "Yes.", right=("mine",), wrong=())
    assert check(own, "mine")
    assert not check("1.2", "mine")


@pytest.mark.parametrize("nothing", [1.1, None, ["1.1"]])
def test_what_is_no_exercise_is_told(nothing: object) -> None:
    with pytest.raises(TypeError, match=type(nothing).__name__):
        check(nothing, 1)  # type: ignore[arg-type]  # the mistake itself
