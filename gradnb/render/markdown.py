"""The table of xs in Markdown."""

from __future__ import annotations

import re

from gradnb.render.plain import clean
from gradnb.render.table import xs_table
from gradnb.view.model import View

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&])")


def render(view: View) -> str:
    """Return a view's table as a table in GitHub's Markdown, every special sign escaped."""
    table = xs_table(clean(view))
    headings, *rows = (tuple(_SPECIAL.sub(r"\\\1", cell) for cell in row) for row in (table.headings, *table.rows))
    rule = ("---",) * len(headings)
    return "\n".join(f"| {' | '.join(line)} |" for line in (headings, rule, *rows))
