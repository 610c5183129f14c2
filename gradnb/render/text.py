"""A view as plain text, for terminals and for comparing the output of notebooks."""

from __future__ import annotations

from gradnb.messages import text as message
from gradnb.render.plain import clean, columns, pad, wrap
from gradnb.render.sections import Section, sections, waiting
from gradnb.render.table import Table, edges_list, nodes_table, xs_table
from gradnb.view.model import View

# A longer name would push every number off the screen.
NAME_COLUMNS = 48


def render(view: View) -> str:
    """Return a view as text that holds every number of its views.

    Parameters
    ----------
    view : View
        What to write.

    Returns
    -------
    str
        Lines without trailing blanks; the same for the same view, everywhere.
    """
    view = clean(view)
    blocks = [[view.caption]]
    for part in view.shown:
        match part:
            case "graph":
                blocks += _graph(view)
            case "table":
                blocks.append(aligned(xs_table(view)))
            case "steps":
                blocks.append([message("render.steps", view.language), *_steps(view)] if view.steps else [])
            case "story":
                blocks.append(list(view.story))
            case _:
                blocks += map(_section, sections(view, part))
    blocks.append([f"* {note}" for note in view.notes])
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block)


def aligned(table: Table) -> list[str]:
    """Return a table's lines: its headings underlined, its columns as wide as their widest cell, Chinese included."""
    if not table.rows:
        return []
    lines = [table.headings, *(tuple(map(_short, row[:2])) + row[2:] for row in table.rows)]
    widths = [max(columns(cell) for cell in column) for column in zip(*lines, strict=True)]
    rule = tuple("-" * width for width in widths)
    return ["  ".join(map(pad, line, widths)) for line in (lines[0], rule, *lines[1:])]


def _short(name: str) -> str:
    return wrap(name, NAME_COLUMNS, lines=1)[0]


def _graph(view: View) -> list[list[str]]:
    if not view.nodes:
        return []
    edges = edges_list(view)
    nodes = [message("render.nodes", view.language), *aligned(nodes_table(view))]
    return [nodes, [message("render.edges", view.language), *(f"  {edge}" for edge in edges)] if edges else []]


def _section(section: Section) -> list[str]:
    table = [] if section.table is None else aligned(section.table)
    return [section.title, *table, *(f"  {line}" for line in section.lines)]


def _steps(view: View) -> list[str]:
    lines = []
    for step in view.steps:
        rule = f"    {step.rule}" if step.rule else ""
        lines.append(f"{step.number:>3}. {step.title}{rule}")
        lines += [f"     {sentence}" for sentence in step.sentences]
        lines.append(f"     {waiting(step, view.language)}")
    return lines
