"""What a view shows besides its picture, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradnb.render.plain import clean
from gradnb.render.sections import Section, sections
from gradnb.render.table import Table
from gradnb.view.model import View

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&])")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)")
_BEGINNING = re.compile(r"^(\d*)([-=.](?=[-=\s]|$))")


def render(view: View) -> str:
    """Return the tables and lists of a view in GitHub's Markdown, every special sign escaped.

    A view that shows its picture alone gives the table of gradients.
    """
    view = clean(view)
    shown = [part for part in view.shown if part != "graph"] or ["table"]
    return "\n\n".join(block for part in shown for section in sections(view, part) for block in _blocks(section))


def _blocks(section: Section) -> Iterator[str]:
    if section.title:
        yield f"**{_escaped(section.title)}**"
    if section.table is not None:
        yield _table(section.table)
    if section.lines:
        yield "\n".join(map(_item, section.lines))


def _table(table: Table) -> str:
    headings, *rows = (tuple(map(_escaped, cells)) for cells in (table.headings, *table.rows))
    rule = ("---",) * len(headings)
    return "\n".join(f"| {' | '.join(line)} |" for line in (headings, rule, *rows))


def _escaped(text: str) -> str:
    # Bare addresses would become links.
    return _ADDRESS.sub(r"\\", _SPECIAL.sub(r"\\\1", text.strip()))


def _item(line: str) -> str:
    """Return a line as the item of a list, without beginning another list or a rule in it."""
    return f"- {_BEGINNING.sub(_escaped_mark, _escaped(line))}"


def _escaped_mark(mark: re.Match[str]) -> str:
    return f"{mark[1]}\\{mark[2]}"
