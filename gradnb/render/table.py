"""The table of xs as headings and rows of words, the same for every output."""

from __future__ import annotations

from dataclasses import dataclass

from gradnb.messages import text as message
from gradnb.view.model import Difference, Flow, Gradient, NodeKind, Row, State, Value, View

_WITHOUT_NUMBER = {
    State.STOPPED: "None",
    State.NONE: "None",
    State.NOT_COMPUTED: "…",
    State.HIDDEN: "?",
    State.VEILED: "?",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows of as many cells."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def xs_table(view: View) -> Table:
    """Return one row per x: name, shape, value, gradient, contributions per y, state, and what stands beside.

    The dtype has a column when it isn't float32 everywhere; the contributions have theirs when there are several ys,
    another library and finite differences when they were asked.
    """
    several = len(view.y_names) > 1
    typed = any(row.dtype != "float32" for row in view.rows)
    say = _Words(view.language)
    headings = [say("name"), say("shape")]
    headings += [say("dtype")] if typed else []
    headings += [say("value"), say("gradient")]
    headings += [say("from_y", name=name) for name in view.y_names] if several else []
    library = next((row.other.library for row in view.rows if row.other is not None), "")
    headings += [library, say("difference")] if library else []
    checked = _checked(view.rows)
    headings += [message(f"difference.{key}", view.language) for key in checked]
    return Table(
        (*headings, say("state")),
        tuple(_cells(row, several, typed, bool(library), checked, say) for row in view.rows),
    )


def _checked(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Return what finite differences say of each x, if they were asked: more where anything is stopped."""
    found = [row.difference for row in rows if row.difference is not None]
    if any(difference.plain is not None for difference in found):
        return ("held", "error", "plain", "gap")
    return ("value", "error") if found else ()


def _cells(row: Row, several: bool, typed: bool, asked: bool, checked: tuple[str, ...], say: _Words) -> tuple[str, ...]:
    secret = row.gradient.state.is_secret
    cells = [row.name, row.shape]
    cells += [row.dtype] if typed else []
    cells += [say.number(row.value), gradient_number(row.gradient)]
    if several:
        cells += ["?" if secret else say.number(part) for part in row.contributions]
    if asked and secret:
        cells += ["?", "?"]
    elif asked and row.other is None:
        cells += [say("absent"), say("absent")]
    elif row.other is not None:
        number = "None" if row.other.value is None else row.other.value.text
        cells += [number, row.other.difference]
    if secret:
        cells += ["?"] * len(checked)
    else:
        cells += [_difference(row.difference, key, say) for key in checked]
    return (*cells, row.state)


def _difference(difference: Difference | None, key: str, say: _Words) -> str:
    if difference is None:
        return say("absent")
    if key == "error":
        return difference.error
    values = {"plain": difference.plain, "gap": difference.gap}
    return say.number(values.get(key, difference.value))


def nodes_table(view: View) -> Table:
    """Return one row per tensor and seed of the picture: operation, shape, value, gradient with its sum, and state."""
    say = _Words(view.language)
    rows = []
    for node in view.nodes:
        gradient = node.gradient
        if gradient is None:
            number = state = ""
        else:
            number, state = gradient_sum(gradient), gradient_state(gradient, view.language)
        value = "" if node.kind is NodeKind.GROUP else say.number(node.value)
        rows.append((node.name, node.label, node.shape, value, number, state))
    for seed in view.seeds:
        state = "" if seed.given else say("default_seed")
        shape = str(seed.value.shape) if seed.value is not None else ""
        name = next((node.name for node in view.nodes if node.id == seed.target), seed.target)
        rows.append((seed.name, say("weight", name=name), shape, say.number(seed.value), "", state))
    headings = tuple(say(key) for key in ("name", "operation", "shape", "value", "gradient", "state"))
    return Table(("", *headings[1:]), tuple(rows))


def edges_list(view: View) -> tuple[str, ...]:
    """Return one line for each backward edge: ``y1 → w1: [1. 2.]``."""
    names = {node.id: node.name for node in view.nodes}
    secret = {node.id for node in view.nodes if node.gradient is not None and node.gradient.state.is_secret}
    say = _Words(view.language)
    lines = []
    for edge in view.backward_edges:
        number = say.number(edge.contribution)
        if edge.contribution is None and edge.flow is Flow.BLOCKED:
            number = ""
        elif edge.contribution is None and not secret.isdisjoint((edge.source, edge.target)):
            number = "?"
        plain = edge.flow in (Flow.PASSES, Flow.HIDDEN)
        word = "" if plain else message(f"render.flow_{edge.flow.value}", view.language)
        parts = [part for part in (word, edge.reason, number) if part]
        lines.append(
            f"{names.get(edge.source, edge.source)} → {names.get(edge.target, edge.target)}: {' · '.join(parts)}"
        )
    return tuple(lines)


def gradient_number(gradient: Gradient) -> str:
    """Return a gradient as TensorFlow would give it: its number, or ``None``."""
    if gradient.value is not None:
        return gradient.value.text
    return _WITHOUT_NUMBER.get(gradient.state, "…")


def gradient_sum(gradient: Gradient) -> str:
    """Return a gradient's number, written out where it is a sum: ``[4. 6.] = [1. 2.] (y1) + [3. 4.] (y2)``."""
    number = gradient_number(gradient)
    terms = " + ".join(
        f"({term.source})" if term.value.summary else f"{term.value.summand} ({term.source})" for term in gradient.terms
    )
    return f"{number} = {terms}" if terms else number


def gradient_state(gradient: Gradient, language: str) -> str:
    """Return the state of a gradient in words, with its reason."""
    words = _plain_state(gradient, language)
    return message("view.with_lifted", language, state=words, lifted=gradient.lifted) if gradient.lifted else words


def _plain_state(gradient: Gradient, language: str) -> str:
    word = message(f"state.{gradient.state.value}", language)
    if not gradient.reason or gradient.reason == word:
        return word
    if gradient.state.is_secret:
        return gradient.reason
    # A reason that says the word itself needs no second one before it.
    if word.lower() in gradient.reason.lower():
        return gradient.reason
    return message("view.with_reason", language, state=word, reason=gradient.reason)


class _Words:
    """The messages of this section in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, key: str, **values: object) -> str:
        return message(f"render.{key}", self._language, **values)

    def number(self, value: Value | None) -> str:
        return value.text if value is not None else self("absent")
