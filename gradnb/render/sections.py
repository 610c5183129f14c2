"""The parts of a view that are told in lines and tables, the same for every output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradnb.messages import text as message
from gradnb.render.table import Table, xs_table
from gradnb.view.model import Flow, Jacobian, Matrix, Path, PathList, RawOperation, Step, View

_MOST_INPUTS = 6


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with a table, or lines, or both.

    Attributes
    ----------
    title : str
        The heading; may be empty.
    table : Table or None
        Comes first.
    lines : tuple of str
        One item each.
    """

    title: str = ""
    table: Table | None = None
    lines: tuple[str, ...] = ()


def sections(view: View, part: str) -> Iterator[Section]:
    """Yield the sections of one part of a view.

    Parameters
    ----------
    view : View
        Already made harmless.
    part : str
        Of ``table``, ``steps``, ``paths``, ``jacobian``, ``story``, ``raw``.
    """
    match part:
        case "table":
            yield Section(table=xs_table(view))
        case "steps":
            yield Section(message("render.steps", view.language), lines=tuple(_step(step, view) for step in view.steps))
        case "paths":
            yield Section(message("paths.title", view.language))
            yield from (_paths(found, view.language) for found in view.paths)
        case "jacobian":
            yield Section(message("jacobian.title", view.language))
            yield from (_jacobian(found, view) for found in view.jacobian)
        case "story":
            yield Section(message("render.story", view.language), lines=view.story)
        case _:  # raw
            yield _raw(view)


# Steps


def waiting(step: Step, language: str) -> str:
    """Return which operations are ready and which still wait after a step, in one line."""
    comma, semicolon = message("view.comma", language), message("view.semicolon", language)
    names = comma.join(step.queue) or message("render.nobody", language)
    parts = [message("render.queue", language, names=names)]
    if step.pending:
        pending = (message("render.waits_for", language, name=name, count=count) for name, count in step.pending)
        parts.append(message("render.pending", language, names=comma.join(pending)))
    return semicolon.join(parts)


def _step(step: Step, view: View) -> str:
    head = " — ".join(filter(None, (f"{step.number}. {step.title}", step.rule)))
    return " ".join((f"{head}:", *step.sentences, f"({waiting(step, view.language)})"))


# Paths


def _paths(found: PathList, language: str) -> Section:
    lines = (*(path_line(path, language) for path in found.paths), *found.remarks)
    return Section(message("paths.headline", language, name=found.name, headline=found.headline), lines=lines)


def path_line(path: Path, language: str) -> str:
    """Return a path in one line: ``w3 → y1: [1. 2.] · 1 = [1. 2.]``."""
    value = message("render.absent", language) if path.contribution is None else path.contribution.text
    product = f"{path.formula} = {value}" if path.formula else value
    match path.flow:
        case Flow.STOPPED if path.contribution is not None:
            said = message("paths.would", language, reason=path.reason, value=product)
        case Flow.STOPPED | Flow.BLOCKED:
            said = path.reason
        case Flow.LIFTED:
            said = message("paths.lifted", language, value=product)
        case _:
            said = product
    return f"{' → '.join(path.names)}: {said}"


# Jacobians


def _jacobian(found: Jacobian, view: View) -> Section:
    def say(key: str, **values: object) -> str:
        return message(f"jacobian.{key}", view.language, **values)

    names = [matrix.y for matrix in found.matrices]
    title = say("of", y=names[0] if len(names) == 1 else f"({', '.join(names)})", x=found.name)
    rows: list[tuple[str, ...]] = []
    lines: list[str] = []
    for matrix in found.matrices:
        rows += _rows(matrix, say("product", seed=matrix.seed, y=matrix.y, x=found.name))
        if matrix.remark:
            of = f"{say('of', y=matrix.y, x=found.name)}: " if len(names) > 1 else ""
            lines.append(f"{of}{matrix.remark}")
    if found.total and rows:
        rows.append((say("sum"), "", *found.total))
    table = Table((say("element"), say("weight"), *found.columns), tuple(rows)) if rows else None
    return Section(title, table, tuple(lines))


def _rows(matrix: Matrix, product: str) -> Iterator[tuple[str, ...]]:
    if matrix.entries:
        weights = matrix.weights or ("–",) * len(matrix.rows)
        for name, weight, entries in zip(matrix.rows, weights, matrix.entries, strict=True):
            yield (name, weight, *entries)
        yield (product, "", *(matrix.product or ("–",) * len(matrix.entries[0])))


# Raw operations


def _raw(view: View) -> Section:
    def say(key: str) -> str:
        return message(f"raw.{key}", view.language)

    shape, value = message("render.shape", view.language), message("render.value", view.language)
    headings = ("#", say("name"), say("type"), say("inputs"), shape, value, say("forward"))
    # An input is named like the operation when it is its first output.
    numbers = {operation.name.removesuffix(":0"): f"#{number}" for number, operation in enumerate(view.raw, 1)}
    rows = tuple(_raw_row(number, operation, numbers, view.language) for number, operation in enumerate(view.raw, 1))
    return Section(say("title"), Table(headings, rows)) if rows else Section(say("title"), lines=(say("none"),))


def _raw_row(number: int, operation: RawOperation, numbers: dict[str, str], language: str) -> tuple[str, ...]:
    """Return the cells of one operation; inputs that stand in the table are named by their numbers."""
    inputs = [_by_number(name, numbers) for name in operation.inputs]
    if len(inputs) > _MOST_INPUTS:
        inputs = [*inputs[: _MOST_INPUTS - 1], "…"]
    # What computes nothing has no shape either.
    value = "?" if operation.secret else message("render.absent", language) if operation.shape else ""
    if operation.value is not None:
        value = operation.value.text
    shown = (operation.name, operation.type, ", ".join(inputs), operation.shape, value, operation.forward)
    return (str(number), *shown)


def _by_number(name: str, numbers: dict[str, str]) -> str:
    mark = "^" if name.startswith("^") else ""
    plain = name.removeprefix(mark)
    return mark + numbers.get(plain, plain)
