"""What a view shows besides its picture, in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradnb.render.plain import clean
from gradnb.render.sections import Section, sections
from gradnb.render.table import Table
from gradnb.view.model import View

_SIGNS = {
    "→": r"\rightarrow",
    "·": r"\cdot",
    "×": r"\times",
    "−": "-",
    "∂": r"\partial",
    "∞": r"\infty",
    "√": r"\surd",
    "Σ": r"\Sigma",
    "Γ": r"\Gamma",
    "σ": r"\sigma",
    "ψ": r"\psi",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "∧": r"\wedge",
    "∨": r"\vee",
    "¬": r"\neg",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "²": "^2",
    "³": "^3",
    "⁻¹": "^{-1}",
    "ᵀ": r"^{\top}",
}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    # After the line end `\\` LaTeX takes a bracket for an argument.
    "[": "{[}",
    "]": "{]}",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    **{sign: "\\" + sign for sign in "&%$#_{}"},
    **{sign: f"${command}$" for sign, command in _SIGNS.items()},
}
_SPECIAL = re.compile("|".join(map(re.escape, sorted(_ESCAPES, key=len, reverse=True))))
_BARRED = re.compile("(\\w)\u0304")


def render(view: View) -> str:
    """Return the tables and lists of a view in LaTeX without packages, every special sign escaped.

    A view that shows its picture alone gives the table of gradients.
    """
    view = clean(view)
    shown = [part for part in view.shown if part != "graph"] or ["table"]
    return "\n\n".join(block for part in shown for section in sections(view, part) for block in _blocks(section))


def _blocks(section: Section) -> Iterator[str]:
    if section.title:
        yield rf"\noindent\textbf{{{_escaped(section.title)}}}"
    if section.table is not None:
        yield _table(section.table)
    if section.lines:
        items = [rf"  \item {_escaped(line)}" for line in section.lines]
        yield "\n".join([r"\begin{itemize}", *items, r"\end{itemize}"])


def _table(table: Table) -> str:
    lines = [" & ".join(map(_escaped, row)) + r" \\" for row in (table.headings, *table.rows)]
    columns = "l" * len(table.headings)
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", lines[0], r"\hline", *lines[1:], r"\end{tabular}"])


def _escaped(text: str) -> str:
    escaped = _SPECIAL.sub(lambda sign: _ESCAPES[sign[0]], text)
    return _BARRED.sub(r"$\\bar{\1}$", escaped)
