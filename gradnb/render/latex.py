"""The table of xs in LaTeX."""

from __future__ import annotations

from gradnb.render.plain import clean
from gradnb.render.table import xs_table
from gradnb.view.model import View

_ESCAPES = str.maketrans(
    {
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
        "…": r"\ldots{}",
        **{sign: "\\" + sign for sign in "&%$#_{}"},
    }
)


def render(view: View) -> str:
    """Return a view's table as a ``tabular`` without packages, every special sign escaped."""
    table = xs_table(clean(view))
    lines = [" & ".join(cell.translate(_ESCAPES) for cell in row) + r" \\" for row in (table.headings, *table.rows)]
    columns = "l" * len(table.headings)
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", lines[0], r"\hline", *lines[1:], r"\end{tabular}"])
