"""TensorFlow's answer to a call that gradnb explains, and how it stands beside gradnb's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradnb.against.description import Undescribable, describe
from gradnb.against.difference import in_words, relative_difference
from gradnb.against.process import ask, check_installed
from gradnb.messages import text
from gradnb.view.build import Options
from gradnb.view.derivation import Derivation
from gradnb.view.model import Other, View
from gradnb.view.numbers import Inputs
from gradnb.view.values import value_of

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Answer:
    """TensorFlow's gradients, or in a sentence why there are none."""

    gradients: tuple[Array | None, ...] = ()
    problem: str = ""


def ask_tensorflow(derivation: Derivation, inputs: Inputs, seed: int, language: str) -> Answer:
    """Ask TensorFlow for the gradients of a call, at the same values.

    Raises
    ------
    TensorFlowUnavailable
        If it is not installed or its process fails.
    """
    check_installed()
    try:
        (answer,) = ask({"graphs": [describe(derivation, inputs, seed)]})["answers"]
    except Undescribable as problem:
        return Answer(problem=str(problem))
    if "error" in answer:
        return Answer(problem=text("against.failed_there", language, reason=answer["error"]))
    return Answer(tuple(answer["gradients"]))


def beside(view: View, gradients: Sequence[Array | None], answer: Answer, options: Options) -> View:
    """Return a view with TensorFlow's answer in its table, or with a note on why there is none."""
    if answer.problem:
        return replace(view, notes=(*view.notes, answer.problem))
    rows = [
        row if row.gradient.state.is_secret else replace(row, other=_other(ours, theirs, options))
        for row, ours, theirs in zip(view.rows, gradients, answer.gradients, strict=True)
    ]
    return replace(view, rows=tuple(rows))


def _other(ours: Array | None, theirs: Array | None, options: Options) -> Other:
    value = None if theirs is None else value_of(theirs, options.precision, options.language)
    difference = "–" if ours is None or theirs is None else in_words(relative_difference(ours, theirs))
    return Other("TensorFlow", value, difference)
