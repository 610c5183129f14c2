"""Predictions of gradients, checked, with hints that come from the wrong answer itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from gradnb.engine.reasons import Cause
from gradnb.engine.tensor import Tensor
from gradnb.files import write_whole
from gradnb.harmless import harmless
from gradnb.messages import text as message
from gradnb.view.build import Scene
from gradnb.view.flow import downstream
from gradnb.view.mistakes import Laboratory, Mistake, Mistakes
from gradnb.view.numbers import Numbers, added
from gradnb.view.typed import Unreadable, read
from gradnb.view.values import value_of

Array = np.ndarray[Any, Any]

#: How far an answer may lie from the gradient, as a share of it.
TOLERANCE: Final = 0.01
#: A whole number is to be met more closely than that: within so many times the tolerance.
_WHOLE_SHARE: Final = 5
_LARGEST_WHOLE: Final = 1e6
#: What is wrong by no more than so many times the tolerance was probably rounded.
_ROUNDED: Final = 8
_MOST_PLACES: Final = 6
_MOST_ALIKE: Final = 64


class _Missing:
    """Stands for a gradient that could not be computed."""


_MISSING: Final = _Missing()
_Gradient = Array | _Missing | None


@dataclass(frozen=True, repr=False)
class Verdict:
    """What is said of an answer; as a truth value, whether it is right.

    Attributes
    ----------
    right : bool
        Whether it is.
    hint : str
        A sentence or two in the learner's language, which don't give the number away.
    kind : str
        ``right``, or what went wrong: one of `KINDS`.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> x = tf.Variable(3.0, name="x")
    >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
    >>> verdict = quiz.check("x", "6")
    >>> bool(verdict), verdict.kind
    (True, 'right')
    """

    right: bool
    hint: str
    kind: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '…' if self.kind == 'not_tried' else '✗'} {self.hint}"


#: What can be wrong with an answer.
KINDS: Final = (
    "not_tried",
    "unreadable",
    "not_computed",
    "zero_for_none",
    "number_for_none",
    "none_for_zero",
    "none_for_number",
    "zero_for_number",
    "stop_ignored",
    "default_seed",
    "forgotten_path",
    "doubled_path",
    "missing_sum",
    "transposed",
    "sign",
    "count",
    "value",
    "upstream",
    "local",
    "other_x",
    "reciprocal",
    "shape",
    "rounding",
    "factor",
    "partly",
    "unknown",
)
#: These are not counted as attempts.
_NOT_COUNTED: Final = ("not_tried", "unreadable", "not_computed")


@dataclass(frozen=True)
class Attempt:
    """One answer, as it was typed, and what was said of it.

    Attributes
    ----------
    answer : str
        As it was typed.
    verdict : Verdict
        What was said of it.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> x = tf.Variable(3.0, name="x")
    >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
    >>> _ = quiz.check("x", "6")
    >>> quiz.answers["x"][0].answer
    '6'
    """

    answer: str
    verdict: Verdict


@dataclass(frozen=True)
class State:
    """What a quiz asks about: a call with its numbers.

    Attributes
    ----------
    scene : Scene
        The call.
    numbers : Numbers
        Its numbers.
    laboratory : Laboratory
        Where wrong ways are computed.
    hidden : tuple of str
        What the learner does not see.
    language : str
        ``en`` or ``zh``.
    precision : int
        Significant digits of an answer that is shown.
    """

    scene: Scene
    numbers: Numbers
    laboratory: Laboratory
    hidden: tuple[str, ...]
    language: str
    precision: int


class HasQuiz(Protocol):
    """An explanation, which knows its present state."""

    def quiz_state(self) -> State:
        """Return what a quiz on it asks about."""


class Quiz:
    """Gradients to predict, and how far the learner has come.

    It is made by `Explanation.quiz`.

    Parameters
    ----------
    names : iterable of str
        Display names of the gradients.
    state : State
        The call.
    tolerance : float
        How far an answer may lie from the gradient, as a share of it. Whole numbers are to be met within five times
        this share of 1 as well: with 0.01, 100 is met by 100.04 and not by 101.

    Attributes
    ----------
    names : tuple of str
        What is asked.
    language : str
        In which it speaks.

    Raises
    ------
    ValueError
        If a name is none of the call's, or `tolerance` is not from 0 up to, but without, 1.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> x = tf.Variable(3.0, name="x")
    >>> quiz = tf.explain(x * x, x, names={"x": x}, hide="x", language="en").quiz()
    >>> quiz.check("x", "6")
    ✓ Right: that is the gradient of x.
    >>> quiz
    1 of 1 right · x: ✓, 1 attempt
    """

    def __init__(self, names: Iterable[str], state: State, tolerance: float = TOLERANCE) -> None:
        if not isinstance(tolerance, int | float | np.number) or not 0 <= tolerance < 1:
            raise ValueError(message("quiz.bad_tolerance", state.language, value=tolerance))
        self.names = tuple(dict.fromkeys(names))
        self.language = state.language
        self._state = state
        self._tolerance = tolerance
        self._attempts: dict[str, list[Attempt]] = {name: [] for name in self.names}
        self._found: dict[str, bool] = {}
        self._mistakes: dict[str, Mistakes] = {}

    # Answering

    def check(self, name: str, answer: object) -> Verdict:
        """Check an answer.

        Parameters
        ----------
        name : str
            Which gradient; one of `names`.
        answer : str, number, array or None
            As a learner types it: ``[4, 6]``, ``4 6``, ``1/3``, ``None``, Chinese punctuation too. It is never run as a
            program. Three dots stand for "not tried yet".

        Returns
        -------
        Verdict
            Whether it is right, and what helps if it is not. What cannot be read does not count as an attempt, nor does
            what is checked after the gradient was found or shown.

        Raises
        ------
        ValueError
            If `name` is not asked.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> quiz.check("x", "-6")
        ✗ Look at the sign: does the result grow or shrink when x grows?
        """
        self._check_name(name)
        if answer is ...:
            return Verdict(False, message("exercise.your_turn", self.language), "not_tried")
        verdict = self._verdict(name, answer)
        if name not in self._found and verdict.kind not in _NOT_COUNTED:
            self._attempts[name].append(Attempt(harmless(_as_typed(answer)), verdict))
            if verdict.right:
                self._found[name] = True
        return verdict

    def give_up(self, name: str) -> str:
        """Show a gradient that was not found.

        Parameters
        ----------
        name : str
            Which gradient; one of `names`.

        Returns
        -------
        str
            The gradient as it is written: ``[4. 6.]``, or ``None``.

        Raises
        ------
        ValueError
            If `name` is not asked.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> quiz.give_up("x")
        '6.0'
        """
        self._check_name(name)
        self._found.setdefault(name, False)
        return self._text(name)

    def follow(self, explanation: HasQuiz) -> tuple[str, ...]:
        """Ask from now on about another explanation of the same call, such as one with other values.

        What was found stays found.

        Parameters
        ----------
        explanation : Explanation
            It comes from this quiz's own by `Explanation.recompute`.

        Returns
        -------
        tuple of str
            The names of what is another gradient now.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, hide="x", language="en")
        >>> quiz = explanation.quiz()
        >>> quiz.follow(explanation.recompute({"x": 5.0}))
        ('x',)
        >>> quiz.check("x", "10").right
        True
        """
        before = {name: self._gradient(name) for name in self.names}
        self._state = explanation.quiz_state()
        self._mistakes.clear()
        return tuple(name for name, gradient in before.items() if not _identical(gradient, self._gradient(name)))

    # How far it is

    @property
    def answers(self) -> dict[str, tuple[Attempt, ...]]:
        """The attempts at each gradient, in order.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> _ = quiz.check("x", "6")
        >>> [attempt.answer for attempt in quiz.answers["x"]]
        ['6']
        """
        return {name: tuple(attempts) for name, attempts in self._attempts.items()}

    @property
    def revealed(self) -> tuple[str, ...]:
        """The gradients that were found or shown: what need not be hidden any more.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> _ = quiz.check("x", "6")
        >>> quiz.revealed
        ('x',)
        """
        return tuple(name for name in self.names if name in self._found)

    @property
    def right(self) -> tuple[str, ...]:
        """The gradients that were found.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> _ = quiz.check("x", "6")
        >>> quiz.right
        ('x',)
        """
        return tuple(name for name in self.names if self._found.get(name))

    @property
    def is_complete(self) -> bool:
        """Whether all of them were found or shown.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> _ = quiz.check("x", "6")
        >>> quiz.is_complete
        True
        """
        return len(self._found) == len(self.names)

    def results(self, **about: str) -> dict[str, Any]:
        """Return how it went, for a teacher's gradebook: without any answer, and the same on every machine.

        Parameters
        ----------
        **about : str
            What the caller adds: ``who="Li Wei"``, ``exercise="3.2"``, ``when="2026-01-05"``.

        Returns
        -------
        dict
            ``right`` and ``of`` count; ``gradients`` holds for each its ``name``, ``attempts``, whether it is
            ``right`` or was ``shown``, and the kinds of its ``hints`` in order.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> _ = quiz.check("x", "6")
        >>> results = quiz.results(who="Li Wei")
        >>> results["who"], results["right"], results["of"]
        ('Li Wei', 1, 1)
        """
        gradients = [
            {
                "name": name,
                "attempts": len(attempts),
                "right": self._found.get(name, False),
                "shown": not self._found.get(name, True),
                "hints": [attempt.verdict.kind for attempt in attempts if not attempt.verdict],
            }
            for name, attempts in self._attempts.items()
        ]
        return {**about, "right": len(self.right), "of": len(self.names), "gradients": gradients}

    def save(self, file: str | os.PathLike[str], **about: str) -> Path:
        """Write the results as JSON.

        Parameters
        ----------
        file : str or path
            What was there is replaced.
        **about : str
            As for `results`.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OSError
            If it cannot be written.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     print(quiz.save(f"{folder}/results.json", who="Li Wei").name)
        results.json
        """
        return write_whole(Path(file), self.json(**about).encode(), self.language)

    def json(self, **about: str) -> str:
        """Return the results as `save` writes them.

        Parameters
        ----------
        **about : str
            As for `results`.

        Returns
        -------
        str
            JSON, with its keys in order.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> import json
        >>> json.loads(quiz.json())["of"]
        1
        """
        return json.dumps(self.results(**about), ensure_ascii=False, indent=2) + "\n"

    def __repr__(self) -> str:
        lines = []
        for name, attempts in self._attempts.items():
            sign = {True: "✓", False: "…", None: "?"}[self._found.get(name)]
            key = "one_attempt" if len(attempts) == 1 else "attempts"
            lines.append(f"{name}: {sign}{self._say('comma')}{self._say(key, count=len(attempts))}")
        return " · ".join([self.progress, *lines])

    @property
    def progress(self) -> str:
        """How many are right, in words: ``1 of 2 right``.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> quiz = tf.explain(x * x, x, hide="x", language="en").quiz()
        >>> _ = quiz.check("x", "6")
        >>> quiz.progress
        '1 of 1 right'
        """
        return self._say("progress", right=len(self.right), of=len(self.names))

    # Judging

    def _say(self, key: str, **values: object) -> str:
        return message(f"quiz.{key}", self.language, **values)

    def _check_name(self, name: str) -> None:
        if name not in self.names:
            raise ValueError(self._say("not_asked", name=name, names=", ".join(self.names)))

    def _tensor(self, name: str) -> Tensor:
        return self._state.scene.hideable[name][0]

    def _gradient(self, name: str) -> _Gradient:
        """Return a gradient: None where TensorFlow gives None."""
        scene, numbers, tensor = self._state.scene, self._state.numbers, self._tensor(name)
        total = scene.flow.total(tensor)
        if total is None and tensor in scene.xs:
            position = scene.xs.index(tensor)
            total = scene.trace.gradients[position] if scene.trace.filled[position] else None
            if total is None:
                return None
        if total is None:
            parts = [numbers.get(scene.derivation.whole(a.gradient)) for a in scene.flow.arrivals(tensor)]
            if not parts:
                return None
            array = added(parts)
        else:
            array = numbers.get(scene.derivation.whole(total))
        return _MISSING if array is None else array

    def _text(self, name: str) -> str:
        gradient = self._gradient(name)
        if isinstance(gradient, _Missing):
            return "…"
        return "None" if gradient is None else value_of(gradient, self._state.precision, self.language).text

    def _verdict(self, name: str, answer: object) -> Verdict:
        try:
            given = read(answer)
        except Unreadable as problem:
            piece = harmless(problem.piece)
            return Verdict(False, self._say(f"unreadable_{problem.key}", name=name, piece=piece), "unreadable")
        gradient = self._gradient(name)
        if isinstance(gradient, _Missing):
            return self._wrong("not_computed", name)
        if gradient is None:
            return self._right(name) if given is None else self._not_none(name, given)
        if given is None:
            return self._not_a_number(name, gradient)
        if agrees(given, gradient, self._tolerance):
            return self._right(name)
        return self._other_number(name, given, gradient)

    def _right(self, name: str) -> Verdict:
        return Verdict(True, self._say("right", name=name), "right")

    def _wrong(self, kind: str, name: str, key: str = "", **words: object) -> Verdict:
        return Verdict(False, self._say(key or kind, name=name, **words), kind)

    def _not_none(self, name: str, given: Array) -> Verdict:
        """Return what is said of a number where the gradient is None."""
        if given.size and not given.any():
            return self._wrong("zero_for_none", name, **self._ys(name))
        exact, loose = self._fitting(name, given)
        for mistake in exact + loose:
            return self._verdict_of(mistake, name, "stop_ignored_none" if mistake.kind == "stop_ignored" else "")
        cause = self._state.scene.flow.reasons(self._tensor(name))[0].cause
        key = "stopped" if cause is Cause.STOPPED else "no_path" if cause is Cause.NO_PATH else "no_rule"
        return self._wrong("number_for_none", name, f"number_for_none_{key}", **self._ys(name))

    def _not_a_number(self, name: str, gradient: Array) -> Verdict:
        """Return what is said of ``None`` where the gradient is a number."""
        scene, tensor = self._state.scene, self._tensor(name)
        if tensor in scene.xs and scene.trace.filled[scene.xs.index(tensor)]:
            return self._wrong("none_for_zero", name, "none_for_filled")
        if gradient.size and not gradient.any():
            return self._wrong("none_for_zero", name, **self._ys(name))
        return self._wrong("none_for_number", name, **self._ys(name))

    def _other_number(self, name: str, given: Array, gradient: Array) -> Verdict:
        exact, loose = self._fitting(name, given)
        same = given.size == gradient.size and agrees(given.reshape(gradient.shape), gradient, self._tolerance)
        # The right numbers in another shape are just that, whatever else has those numbers too.
        fitting = exact if same else exact + loose
        first = next(iter(fitting), None)
        if first is not None:
            verdict = self._verdict_of(first, name)
            # Two ways lead to the same number: the less likely one is mentioned.
            also = next((other for other in fitting if other.kind != first.kind and other.kind in _ALSO), None)
            if also is None:
                return verdict
            words = self._say(f"also_{also.kind}")
            return Verdict(False, self._say("also", hint=verdict.hint, words=words), verdict.kind)
        if given.size and not given.any() and gradient.any():
            return self._wrong("zero_for_number", name, **self._ys(name))
        if given.shape != gradient.shape:
            spread = np.full(gradient.shape, given.ravel()[0]) if given.size == 1 and gradient.ndim else given
            alike = agrees(spread, gradient, self._tolerance)
            key = "shape_only" if same else "shape_alike" if alike else "shape"
            form = _form(gradient.shape)
            return self._wrong("shape", name, key, shape=gradient.shape, given=given.shape, form=form)
        if agrees(given, gradient, min(_ROUNDED * self._tolerance, 0.5), whole=False):
            return self._wrong("rounding", name)
        if _is_multiple(given, gradient, self._tolerance):
            return self._wrong("factor", name)
        places = np.argwhere(_agreeing(given, gradient, self._tolerance))
        if len(places):
            shown = [f"[{', '.join(map(str, place))}]" for place in places[:_MOST_PLACES].tolist()]
            more = ["…"] if len(places) > _MOST_PLACES else []
            return self._wrong("partly", name, places=" ".join(shown + more), count=len(places), of=gradient.size)
        paths = self._state.scene.flow.paths(self._tensor(name))
        return self._wrong("unknown", name, "unknown_paths" if paths > 1 else "unknown", count=paths, **self._ys(name))

    def _ys(self, name: str) -> dict[str, str]:
        """Return the ys that depend on a tensor, or all of them if none does, as words of a hint."""
        scene = self._state.scene
        dependent = downstream(scene.picture, [self._tensor(name)])
        ys = [y for y in scene.ys if y in dependent] or scene.ys
        *before, last = dict.fromkeys(map(scene.names, ys))
        comma = message("view.comma", self.language)
        joined = message("view.and", self.language, first=comma.join(before), last=last) if before else last
        return {"ys": joined}

    def _verdict_of(self, mistake: Mistake, name: str, key: str = "") -> Verdict:
        return self._wrong(mistake.kind, name, key or mistake.key, **mistake.words)

    def _fitting(self, name: str, given: Array) -> tuple[list[Mistake], list[Mistake]]:
        """Return the mistakes that give an answer, likeliest first: those in its very shape, and the others."""
        if name not in self._mistakes:
            self._mistakes[name] = Mistakes(self._state.laboratory, name)
        mistakes = self._mistakes[name]
        found = [mistake for mistake in mistakes.found if given.any() or mistake.kind == "stop_ignored"]
        found += self._others(mistakes) if given.any() else []
        exact = [mistake for mistake in found if agrees(given, mistake.array, self._tolerance)]
        loose = [
            mistake
            for mistake in found
            if mistake not in exact
            and np.squeeze(mistake.array).shape == np.squeeze(given).shape
            and agrees(np.squeeze(given), np.squeeze(mistake.array), self._tolerance)
        ]
        return exact, loose

    def _others(self, mistakes: Mistakes) -> Iterator[Mistake]:
        """Yield the gradients that the learner can see, taken for the one that is asked."""
        scene = self._state.scene
        secret = scene.veil(tuple(name for name in self._state.hidden if name not in self._found))
        seen = [x for x in scene.xs[:_MOST_ALIKE] if not secret.covers(x)]
        yield from mistakes.other_gradients(dict.fromkeys(map(scene.names, seen)))


#: Kinds that are worth mentioning as a second way to the same number.
_ALSO: Final = ("value", "default_seed", "forgotten_path")


def agrees(given: Array, gradient: Array, tolerance: float, *, whole: bool = True) -> bool:
    """Return whether an answer is near enough to a gradient, everywhere.

    Parameters
    ----------
    given, gradient : ndarray
        Of any shapes; those of different shapes don't agree.
    tolerance : float
        The distance that is allowed, as a share of the gradient's number.
    whole : bool
        Whether whole numbers are to be met more closely.
    """
    return given.shape == gradient.shape and bool(_agreeing(given, gradient, tolerance, whole=whole).all())


def _agreeing(given: Array, gradient: Array, tolerance: float, *, whole: bool = True) -> Array:
    truth = np.asarray(gradient, np.complex128 if gradient.dtype.kind == "c" else np.float64)
    finite = np.isfinite(truth)
    with np.errstate(all="ignore"):
        sizes = np.abs(truth)
        # A hair more: two digits of a third are one hundredth off.
        limit = 1.001 * tolerance * sizes
        if whole:
            near = np.abs(truth - np.round(truth)) <= np.minimum(1e-5 * np.maximum(sizes, 1), 0.01)
            limit = np.where(near & (sizes < _LARGEST_WHOLE), np.minimum(limit, _WHOLE_SHARE * tolerance), limit)
        # Next to large numbers the last bits of small ones are noise.
        limit = np.maximum(limit, 1e-6 * sizes[finite].max(initial=0.0))
        close = np.abs(given - truth) <= limit
        other = np.where(np.isnan(truth), np.isnan(given), given == truth)
    return np.asarray(np.where(finite, close, other))


def _identical(one: _Gradient, other: _Gradient) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    return one is other


def _is_multiple(given: Array, gradient: Array, tolerance: float) -> bool:
    """Return whether all numbers are right up to one and the same factor."""
    if gradient.size < 2 or not (np.isfinite(gradient).all() and np.isfinite(given).all() and given.any()):
        return False
    largest = np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape)
    ratio = given[largest] / gradient[largest] if gradient[largest] else 0.0
    return bool(ratio) and agrees(given, gradient * ratio, tolerance, whole=False)


def _form(shape: tuple[int, ...]) -> str:
    """Return how an array of a shape is written, with a dot for each number: ``[[· ·]]``."""
    if not shape:
        return "·"
    inner = _form(shape[1:])
    return f"[{' '.join([inner] * shape[0])}]" if shape[0] <= _MOST_PLACES else f"[{inner} … {inner}]"


def _as_typed(answer: object) -> str:
    return answer.strip() if isinstance(answer, str) else str(answer)
