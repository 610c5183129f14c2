"""Exercises that check themselves: what is right, and for each way of going wrong a hint that fits."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from gradnb.messages import current_language, text

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in each language of the course; as a string, in the chosen one.

    Attributes
    ----------
    en, zh : str
        The sentence in English and in Chinese.

    Examples
    --------
    >>> from gradnb.messages import speaking
    >>> with speaking("zh"):
    ...     print(Words(en="Well done.", zh="做得好。"))
    做得好。
    """

    en: str
    zh: str

    def __str__(self) -> str:
        chosen: str = getattr(self, current_language())
        return chosen


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise of a lesson, or of a teacher's own.

    Attributes
    ----------
    name : str
        The lesson's number and its own: ``1.1``.
    judge : callable
        Takes an answer and returns None when it is right, else the hint. What it raises is told as a hint, too.
    praise : Words or str
        What a right answer has shown, in one sentence.
    right : tuple
        Answers that pass.
    wrong : tuple of (answer, Words or str)
        Answers that don't, three or more, each with the hint that it must get.

    Examples
    --------
    >>> def judge(answer):
    ...     return None if answer == 6 else "Look at the power rule again."
    >>> slope = Exercise("slope", judge, praise="Yes: 2·3.", right=(6,), wrong=((9, "Look at the power rule again."),))
    >>> check(slope, 6)
    ✓ Yes: 2·3.
    >>> check(slope, 9)
    ✗ Look at the power rule again.
    """

    name: str
    judge: Callable[[Any], Words | str | None]
    praise: Words | str
    right: tuple[Any, ...]
    wrong: tuple[tuple[Any, Words | str], ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an answer is told; as a truth value, whether it is right.

    Attributes
    ----------
    right : bool
        Whether the answer is.
    words : str
        Praise or a hint, in the learner's language.

    Examples
    --------
    >>> bool(Feedback(False, "✗ Look again.")), Feedback(True, "✓ Yes.")
    (False, ✓ Yes.)
    """

    right: bool
    words: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.words


class NotAnAnswer(Exception):
    """An answer can't be read; `words` say what would be.

    Parameters
    ----------
    words : Words or str
        What would be an answer.

    Examples
    --------
    >>> def judge(answer):
    ...     if not isinstance(answer, int):
    ...         raise NotAnAnswer("A whole number, please.")
    >>> whole = Exercise("whole", judge, praise="Yes.", right=(6,), wrong=())
    >>> check(whole, "six")
    ✗ A whole number, please.
    """

    def __init__(self, words: Words | str) -> None:
        super().__init__(str(words))
        self.words = words


def check(exercise: str | Exercise, answer: Any = ...) -> Feedback:
    """Check an answer to an exercise of the lessons, or to one of your own.

    Parameters
    ----------
    exercise : str or Exercise
        The name of one of the lessons' exercises, ``"1.1"``; or an exercise.
    answer : object
        What the exercise asks for. Three dots stand for "not tried yet".

    Returns
    -------
    Feedback
        Shown as a sentence: right, a hint, or that it is the reader's turn.

    Raises
    ------
    KeyError
        If the lessons have no exercise of that name.
    TypeError
        If it is neither a name nor an exercise.

    Examples
    --------
    >>> check("1.1")
    … Your turn: put your answer in place of the three dots, and run the cell again.
    """
    if isinstance(exercise, str):
        exercise = _found(exercise)
    if not isinstance(exercise, Exercise):
        raise TypeError(text("exercise.no_exercise", kind=type(exercise).__name__))
    if answer is ...:
        return Feedback(False, f"… {text('exercise.your_turn')}")
    try:
        hint = exercise.judge(answer)
    except NotAnAnswer as problem:
        hint = problem.words
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return Feedback(False, f"✗ {text('exercise.failed', reason=reason)}")
    if hint is None:
        return Feedback(True, f"✓ {exercise.praise}")
    return Feedback(False, f"✗ {hint}")


def exercises() -> Iterator[Exercise]:
    """Yield the exercises of all lessons, in their order.

    Yields
    ------
    Exercise
        Of the first lesson first.

    Examples
    --------
    >>> next(exercises()).name
    '1.1'
    """
    # By name, since the lessons' modules build on this one.
    for module in sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent / "course")])):
        yield from importlib.import_module(f"gradnb.course.{module}").EXERCISES


def numbers(answer: Any, shape: tuple[int, ...] | None = None) -> Array:
    """Return an answer as an array of floats.

    Parameters
    ----------
    answer : number, list or array
        What the reader gave.
    shape : tuple of int, optional
        The shape that the question asks for.

    Returns
    -------
    ndarray of float64
        The numbers.

    Raises
    ------
    NotAnAnswer
        If they aren't numbers, or have another shape.

    Examples
    --------
    >>> numbers([[9, 10]]).shape
    (1, 2)
    >>> try:
    ...     numbers([9, 10], (1, 2))
    ... except NotAnAnswer as problem:
    ...     print("(1, 2)" in str(problem))
    True
    """
    try:
        array = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        raise NotAnAnswer(_words("not_numbers", kind=type(answer).__name__)) from None
    if shape is not None and array.shape != shape:
        raise NotAnAnswer(_words("other_shape", shape=shape, found=array.shape))
    return array


def _words(key: str, **values: object) -> Words:
    return Words(*(text(f"exercise.{key}", language, **values) for language in ("en", "zh")))


def _found(name: str) -> Exercise:
    known = {exercise.name: exercise for exercise in exercises()}
    if name not in known:
        nearest = get_close_matches(name, known, n=3) or list(known)[:3]
        raise KeyError(text("exercise.unknown", name=name, nearest=", ".join(nearest)))
    return known[name]
