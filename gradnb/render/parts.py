"""The picture in rows and lines of text: what DOT lays out once and SVG fills again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, chain

from gradnb.messages import text as message
from gradnb.render.palette import Palette
from gradnb.render.plain import points, wrap
from gradnb.view.model import BackwardEdge, Flow, Gradient, Node, NodeKind, Seed, State, Term, Value, View

NAME_COLUMNS = 26
REASON_COLUMNS = 30
# What stands between two runs of a line.
GAP = "\u00a0\u00a0"
GAP_SIZE = 12.0
# Before the name of a collapsed name scope, and of an open one.
CLOSED, OPEN = "▸", "▾"
# A number that a slider makes longer than this is squeezed into its cell.
LIVE_COLUMNS_PER_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one style; `key` names it within its owner (``value``)."""

    key: str
    text: str
    color: str
    size: float = 13.0
    bold: bool = False
    italic: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A cell as wide as its node.

    Attributes
    ----------
    key : str
        ``name``, ``value`` or ``gradient``: also the port to which edges are attached.
    lines : tuple of Line
        What is written, each line centred.
    fill, edge : str
        Colours of the cell and of its own border.
    style : str
        ``solid`` (no border of its own), ``dashed`` or ``dotted``.
    strip : tuple of str
        Colours of a heat strip above the lines.
    room : float
        Width in points kept free for numbers that grow.
    """

    key: str
    lines: tuple[Line, ...]
    fill: str
    edge: str = ""
    style: str = "solid"
    strip: tuple[str, ...] = ()
    room: float = 0.0


@dataclass(frozen=True, slots=True)
class Sign:
    """An entry of the legend: a sample and what it means."""

    sample: Row
    meaning: str


class Parts:
    """Every row of a view's picture.

    Parameters
    ----------
    view : View
        Already made harmless.
    colors : Palette
        The palette of its theme.
    live : bool
        Whether numbers will change: then cells keep room for longer ones.
    before : Parts, optional
        Those of another view: its rows are taken over for all that is the same object in both.
    """

    def __init__(self, view: View, colors: Palette, live: bool = False, before: Parts | None = None) -> None:
        self.view = view
        self.colors = colors
        self.live = live
        known = before._common(self) if before is not None else {}
        self.nodes = {node.id: known[node.id] if node.id in known else self._node(node) for node in view.nodes}
        self.seeds = {seed.id: known[seed.id] if seed.id in known else self._seed(seed) for seed in view.seeds}
        self.edges = {edge.id: known[edge.id] if edge.id in known else self._edge(edge) for edge in view.backward_edges}

    def _common(self, after: Parts) -> dict[str, tuple[Row, ...]]:
        """Return the rows of all that is the same object in the view of other parts, if those are drawn alike."""
        if self._manner != after._manner:
            return {}
        old, new, rows = self.view, after.view, self.owners()
        pairs: Iterable[tuple[Node | Seed | BackwardEdge, object]] = chain(
            zip(old.nodes, new.nodes, strict=False),
            zip(old.seeds, new.seeds, strict=False),
            zip(old.backward_edges, new.backward_edges, strict=False),
        )
        return {thing.id: rows[thing.id] for thing, other in pairs if thing is other}

    @property
    def _manner(self) -> object:
        """All on which rows depend beside the things themselves."""
        return self.view.language, self.colors, self.live

    def owners(self) -> dict[str, tuple[Row, ...]]:
        """Return the rows of everything that has an id, in drawing order."""
        return {**self.nodes, **self.seeds, **self.edges}

    def _say(self, key: str, **values: object) -> str:
        return message(key, self.view.language, **values)

    # Nodes

    def _node(self, node: Node) -> tuple[Row, ...]:
        rows = [self._head(node)]
        if shows_value(node):
            rows.append(self._value(node))
        if node.gradient is not None:
            rows.append(self._gradient(node.gradient))
        return tuple(rows)

    def _head(self, node: Node) -> Row:
        fill = self.colors.seed_fill if node.is_y else _kind_fill(node.kind, self.colors)
        name = f"{CLOSED} {node.name}" if node.opens else node.name
        about = " ".join(part for part in (node.label, node.shape) if part)
        return _head_row(name, about, fill, self.colors.text, self.colors.muted)

    def _value(self, node: Node) -> Row:
        colors = self.colors
        if node.value is None:
            words = self._say("render.no_value")
            return Row("value", ((Run("value", words, colors.muted, italic=True, size=12.0),),), colors.cell)
        return self._numbers("value", node.value, "", colors.text, colors.cell, bold=False)

    def _numbers(self, key: str, value: Value, sign: str, color: str, fill: str, bold: bool) -> Row:
        """Return a row with an array written out, or with its strip and summary."""
        strip: tuple[str, ...] = ()
        if value.summary is None:
            texts = _array_lines(value)
            size = 13.0
        else:
            strip = tuple(self.colors.heat(level) for level in value.summary.strip)
            texts = (self.summary(value),)
            size = 12.0
        lines = tuple((Run(key, sign * (i == 0) + text, color, size, bold),) for i, text in enumerate(texts))
        return Row(key, lines, fill, strip=strip, room=self._room(value, sign, size, bold))

    def _room(self, value: Value, sign: str, size: float, bold: bool) -> float:
        if not self.live or value.summary is not None:
            return 0.0
        rows = len(_array_lines(value))
        numbers = max(1, math.prod(value.shape) // rows)
        return points(sign + "[]" * len(value.shape) + "0" * LIVE_COLUMNS_PER_NUMBER * numbers, size, bold)

    def summary(self, value: Value) -> str:
        """Return an array's numbers as an edge or a row shows them: whole, or its least, mean and greatest."""
        brief = value.summary
        if brief is None:
            return value.text
        return self._say("render.summary", minimum=brief.minimum, mean=brief.mean, maximum=brief.maximum)

    def _gradient(self, gradient: Gradient) -> Row:
        colors = self.colors
        reason = gradient.reason or self._say(f"state.{gradient.state.value}")
        match gradient.state:
            case State.STOPPED:
                return self._words("None", reason, colors.stopped, colors.stopped_fill, "dashed")
            case State.NONE:
                return self._words("None", reason, colors.none, colors.none_fill, "dotted")
            case State.NOT_COMPUTED:
                return self._words("…", reason, colors.none, colors.cell, "dotted")
            case State.HIDDEN:
                return self._words("?", reason, colors.predict, colors.predict_fill, "dotted")
            case State.VEILED:
                return self._words("?", reason, colors.none, colors.cell, "dotted")
        color, fill = colors.backward, colors.backward_fill
        state, style = "", "solid"
        if gradient.state is State.COMPUTED:
            pass
        elif gradient.state is State.ZERO:
            fill, state = colors.cell, self._say("render.zero")
        elif gradient.state is State.NOT_FINITE:
            color, fill, state = colors.warning, colors.warning_fill, reason
        elif gradient.state is State.FILLED:
            color, fill, state, style = colors.none, colors.none_fill, reason, "dashed"
        else:
            state = reason
        if gradient.lifted:
            state = " · ".join(filter(None, (state, self._say("render.what_if"))))
        value = gradient.value
        if value is None:
            return self._words("…", reason, color, fill, style)
        row = self._numbers("gradient", value, "∂ ", color, fill, bold=True)
        if gradient.terms:
            row = self._with_terms(row, value, gradient.terms, color)
        # The word stands on the last line, so that a number can become zero and back without a new layout.
        pieces = wrap(state, REASON_COLUMNS) if state else ("",)
        said = [Run("state", piece, color, size=12.0) for piece in pieces]
        *before, last = row.lines
        lines = (*before, (*last, said[0])) if len(said) == 1 else (*row.lines, *((run,) for run in said))
        return replace(row, lines=lines, style=style, edge=color)

    def _with_terms(self, base: Row, value: Value, summands: tuple[Term, ...], color: str) -> Row:
        """Return the row of a gradient that several paths add up to; on one line when it is short."""
        values = [term.value.summand if term.value.summary is None else self.summary(term.value) for term in summands]
        terms = [f"{value} ({term.source})" for value, term in zip(values, summands, strict=True)]
        rooms = [self._room(term.value, f"+ ({term.source})", 13.0, False) for term in summands]
        short = len(terms) <= 2 and math.prod(value.shape) <= 2 and value.summary is None
        if short:
            whole = Run("sum", "= " + " + ".join(terms), color)
            return replace(base, lines=((*base.lines[0], whole),), room=base.room + sum(rooms))
        signs = ["="] + ["+"] * (len(terms) - 1)
        written = tuple((Run("sum", f"{sign} {term}", color),) for sign, term in zip(signs, terms, strict=True))
        return replace(base, lines=(*base.lines, *written), room=max(base.room, *rooms))

    def _words(self, sign: str, reason: str, color: str, fill: str, style: str) -> Row:
        first = Run("gradient", f"∂ {sign}", color, bold=True)
        pieces = wrap(reason, REASON_COLUMNS)
        runs = [Run("state", piece, color, size=12.0) for piece in pieces]
        if len(runs) == 1:
            lines: tuple[Line, ...] = ((first, replace(runs[0], text=f"· {runs[0].text}")),)
        else:
            lines = ((first,), *((run,) for run in runs))
        return Row("gradient", lines, fill, edge=color, style=style)

    # Seeds

    def _seed(self, seed: Seed) -> tuple[Row, ...]:
        colors = self.colors
        text = self.summary(seed.value) if seed.value is not None else self._say("render.no_value")
        runs = (
            Run("name", seed.name, colors.seed_text, bold=True),
            Run("value", text, colors.seed_text),
            Run("state", "" if seed.given else self._say("render.default_seed"), colors.seed_text, size=11.0),
        )
        strip: tuple[str, ...] = ()
        room = 0.0
        if seed.value is not None:
            if seed.value.summary is not None:
                strip = tuple(colors.heat(level) for level in seed.value.summary.strip)
            room = self._room(seed.value, seed.name, 13.0, bold=True)
        return (Row("seed", (runs,), colors.seed_fill, strip=strip, room=room),)

    # Edges

    def _edge(self, edge: BackwardEdge) -> tuple[Row, ...]:
        colors = self.colors
        value = edge.contribution
        pieces = self._edge_lines(value) if value is not None else ()
        # Less than a node's: the line stops at the label's room.
        room = 0.9 * self._room(value, "", 11.5, False) if value is not None else 0.0
        match edge.flow:
            case Flow.PASSES:
                # What passes to several tensors of a collapsed scope has a word in place of a number.
                color, texts = colors.backward, pieces or (edge.reason,)
            case Flow.STOPPED:
                word = self._say("state.stopped")
                color = colors.stopped
                texts = (self._say("render.wall", word=word, value=pieces[0]), *pieces[1:]) if pieces else (word,)
                room += points(word, 11.5) if room else 0.0
            case Flow.LIFTED:
                word = self._say("render.what_if")
                color = colors.lifted
                texts = (self._say("render.wall", word=word, value=pieces[0]), *pieces[1:]) if pieces else (word,)
                room += points(word, 11.5) if room else 0.0
            case Flow.HIDDEN:
                color, texts = colors.predict, ("?",)
            case _:  # blocked
                color, texts = colors.none, wrap(edge.reason or self._say("render.blocked"), REASON_COLUMNS)
        lines = tuple((Run("label", text, color, size=11.5),) for text in texts if text)
        return (Row("label", lines, colors.background, room=room),) if lines else ()

    def _edge_lines(self, value: Value) -> tuple[str, ...]:
        return _array_lines(value) if value.summary is None else tuple(self.summary(value).split(" · "))

    # Legend

    def legend(self) -> tuple[Sign, ...]:
        """Return the signs that occur in this picture, or may when numbers and stops change, with their meanings."""
        colors, view = self.colors, self.view
        signs: list[Sign] = []

        def add(when: bool, sample: str, color: str, key: str, fill: str = "", style: str = "solid") -> None:
            if when:
                run = Run("sign", sample, color, size=12.0, bold=True)
                row = Row("sign", ((run,),), fill or colors.background, edge=color, style=style)
                signs.append(Sign(row, self._say(key)))

        flows = {edge.flow for edge in view.backward_edges}
        states = {n.gradient.state for n in view.nodes if n.gradient is not None}
        if self.live:
            if Flow.STOPPED in flows:
                flows.add(Flow.LIFTED)
            if State.COMPUTED in states:
                states |= {State.ZERO, State.NOT_FINITE, State.STOPPED}
                flows.add(Flow.STOPPED)
        gradients = [n.gradient for n in view.nodes if n.gradient is not None]
        values = [n.value for n in view.nodes] + [s.value for s in view.seeds] + [g.value for g in gradients]
        strips = [value.summary.strip for value in values if value is not None and value.summary is not None]

        add(bool(view.forward_edges), "→", colors.forward, "render.legend_forward")
        add(Flow.PASSES in flows, "←", colors.backward, "render.legend_backward")
        add(bool(view.seeds), "grad_ys", colors.seed_text, "render.legend_seed", colors.seed_fill)
        add(Flow.STOPPED in flows, "┠ ╌ ╌", colors.stopped, "render.legend_wall")
        add(Flow.BLOCKED in flows, "○ · · ·", colors.none, "render.legend_blocked")
        add(Flow.LIFTED in flows, "◁═══", colors.lifted, "render.legend_lifted")
        add(State.COMPUTED in states, "∂", colors.backward, "render.legend_computed", colors.backward_fill)
        add(State.ZERO in states, "∂ 0", colors.backward, "render.legend_zero", colors.cell)
        add(State.STOPPED in states, "∂", colors.stopped, "render.legend_stopped", colors.stopped_fill, "dashed")
        add(State.NONE in states, "∂", colors.none, "render.legend_none", colors.none_fill, "dotted")
        add(State.NOT_COMPUTED in states, "∂ …", colors.none, "render.legend_not_computed", colors.cell, "dotted")
        add(State.FILLED in states, "∂ 0", colors.none, "render.legend_filled", colors.none_fill, "dashed")
        add(State.NOT_FINITE in states, "∂", colors.warning, "render.legend_not_finite", colors.warning_fill)
        add(State.HIDDEN in states, "∂ ?", colors.predict, "render.legend_predict", colors.predict_fill, "dotted")
        add(State.VEILED in states, "∂ ?", colors.none, "render.legend_veiled", colors.cell, "dotted")
        if strips:
            heat = Row("sign", (), colors.background, strip=tuple(colors.heat(x / 3) for x in range(-3, 4)))
            signs.append(Sign(heat, self._say("render.legend_heat")))
        if any(not math.isfinite(level) for strip in strips for level in strip):
            heat = Row("sign", (), colors.background, strip=(colors.heat_not_finite,))
            signs.append(Sign(heat, self._say("state.not_finite")))
        return tuple(signs)


def boxes_of(view: View) -> dict[str, str]:
    """Return the element ids of the boxes around name scopes, by scope."""
    scopes = dict.fromkeys(
        path for node in view.nodes for path in accumulate(node.scope.split("/"), "{}/{}".format) if path
    )
    return {scope: f"scope{number}" for number, scope in enumerate(scopes)}


def shows_value(node: Node) -> bool:
    """Return whether a node has a row for its value: a group has none, a constant may be called by it."""
    named_by_it = node.kind is NodeKind.CONSTANT and node.value is not None and node.name == node.value.text
    return node.kind is not NodeKind.GROUP and not named_by_it


@lru_cache(maxsize=1024)
def _head_row(name: str, about: str, fill: str, color: str, muted: str) -> Row:
    """Return the row with a node's name and what it is: the same object again while numbers change."""
    names = wrap(name, NAME_COLUMNS)
    lines: list[Line] = [(Run("name", piece, color, bold=True),) for piece in names]
    pieces = wrap(about, NAME_COLUMNS)
    kinds = [Run("label", piece, muted, size=12.0) for piece in pieces]
    if len(names) == len(pieces) == 1 and len(names[0] + pieces[0]) <= NAME_COLUMNS:
        lines = [(*lines[0], kinds[0])]
    else:
        lines += [(kind,) for kind in kinds]
    return Row("name", tuple(lines), fill)


def keyed(owner: str, rows: tuple[Row, ...]) -> list[list[list[tuple[str, Run]]]]:
    """Return rows of lines of runs, each run with its element id: ``n0-value``, then ``n0-value-2`` and so on."""
    ids = _ids(owner, [run.key for row in rows for line in row.lines for run in line])
    return [[[(ids.pop(0), run) for run in line] for line in row.lines] for row in rows]


def _ids(owner: str, keys: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    ids = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        ids.append(f"{owner}-{key}" if seen[key] == 1 else f"{owner}-{key}-{seen[key]}")
    return ids


def _kind_fill(kind: NodeKind, colors: Palette) -> str:
    return {
        NodeKind.VARIABLE: colors.variable,
        NodeKind.PLACEHOLDER: colors.placeholder,
        NodeKind.CONSTANT: colors.constant,
        NodeKind.OPERATION: colors.operation,
        NodeKind.GROUP: colors.scope_fill,
    }[kind]


def _array_lines(value: Value) -> tuple[str, ...]:
    """Return an array's text, that of a matrix with one line for each of its rows."""
    if len(value.shape) != 2 or value.shape[0] < 2:
        return (value.text,)
    rows = value.text.split("] [")
    if len(rows) != value.shape[0]:
        return (value.text,)
    last = len(rows) - 1
    return tuple(("" if i == 0 else "[") + row + ("" if i == last else "]") for i, row in enumerate(rows))
