"""A program on gradnb and on TensorFlow, from the same initial values: what comes out, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from gradnb.against.difference import in_words, is_same, lines_that_differ, relative_difference
from gradnb.against.process import ask, check_installed
from gradnb.explanation import Explanation, explain_call
from gradnb.harmless import harmless
from gradnb.messages import text
from gradnb.programs import run_program
from gradnb.render.table import Table, gradient_number
from gradnb.render.text import aligned
from gradnb.view.values import value_of


@dataclass(frozen=True)
class Compared:
    """One gradient on both sides.

    Attributes
    ----------
    call, x, ours, theirs, difference : str
        In words.
    same : bool
        Whether it is the same up to rounding.
    """

    call: str
    x: str
    ours: str
    theirs: str
    difference: str
    same: bool


@dataclass(frozen=True)
class Comparison:
    """A program on both sides.

    Attributes
    ----------
    program : Path
        Its file.
    version : str
        TensorFlow's.
    gradients : tuple of Compared
        For each x of each call.
    numbers : (int, int)
        How many calls of ``tf.gradients`` were made.
    lines : tuple of (str, str)
        What was printed, where it differs by more than rounding.
    errors : (str, str)
        With what it ended: type and first line; empty where it ran through.
    """

    program: Path
    version: str
    gradients: tuple[Compared, ...]
    numbers: tuple[int, int]
    lines: tuple[tuple[str, str], ...]
    errors: tuple[str, str]

    @property
    def same(self) -> bool:
        """Whether both sides agree in everything."""
        agree = self.numbers[0] == self.numbers[1] and self.errors[0] == self.errors[1] and not self.lines
        return agree and all(gradient.same for gradient in self.gradients)

    def text(self) -> str:
        """Return it as plain text."""
        return "\n".join(map(harmless, self._lines()))

    def _lines(self) -> Iterator[str]:
        yield text("against.heading", file=self.program, version=self.version)
        if self.gradients:
            headings = tuple(text(f"against.{key}") for key in ("call", "x", "ours", "theirs", "difference", "verdict"))
            rows = (
                (g.call, g.x, g.ours, g.theirs, g.difference, text(f"against.{'same' if g.same else 'different'}"))
                for g in self.gradients
            )
            yield ""
            yield from (line.rstrip() for line in aligned(Table(headings, tuple(rows))))
        yield ""
        if self.numbers[0] != self.numbers[1]:
            yield text("against.numbers", ours=self.numbers[0], theirs=self.numbers[1])
        if self.errors[0] != self.errors[1]:
            ours, theirs = (error or text("against.no_error") for error in self.errors)
            yield text("against.errors", ours=ours, theirs=theirs)
        for ours, theirs in self.lines:
            yield text("against.line", ours=ours, theirs=theirs)
        yield text("against.all_same" if self.same else "against.not_same")


def compare(program: Path) -> Comparison:
    """Run a program on gradnb and on TensorFlow.

    Parameters
    ----------
    program : Path
        Its file.

    Returns
    -------
    Comparison
        What came out.

    Raises
    ------
    OSError
        If the file cannot be read.
    TensorFlowUnavailable
        If TensorFlow is not installed or its process fails.
    """
    check_installed()
    with redirect_stdout(StringIO()) as printed:
        ran = run_program(program)
    explanations = [explain_call(call, names=ran.names) for call in ran.calls]
    theirs = ask(
        {
            "program": str(program),
            "initial": ran.initial_values,
            "calls": [explanation.values for explanation in explanations],
        }
    )
    found = [
        compared
        for explanation, answers in zip(explanations, theirs["calls"], strict=False)
        for compared in _compared(explanation, answers)
    ]
    error = "" if ran.error is None else f"{type(ran.error).__name__}: {(str(ran.error).splitlines() or [''])[0]}"
    return Comparison(
        program,
        theirs["version"],
        tuple(found),
        (len(explanations), theirs["number"]),
        tuple(lines_that_differ(printed.getvalue(), theirs["printed"])),
        (error, theirs["error"]),
    )


def _compared(explanation: Explanation, answers: list[Any]) -> Iterator[Compared]:
    view = explanation.view
    for row, ours, theirs in zip(view.rows, explanation.gradients, answers, strict=True):
        number = gradient_number(row.gradient)
        if isinstance(theirs, str):
            yield Compared(view.caption, row.name, number, theirs, "–", False)
            continue
        shown = "None" if theirs is None else value_of(theirs).text
        difference = "–" if ours is None or theirs is None else in_words(relative_difference(ours, theirs))
        yield Compared(view.caption, row.name, number, shown, difference, is_same(ours, theirs))
