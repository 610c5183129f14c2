"""A view as DOT text."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import graphviz

from gradnb.render.palette import Palette, palette
from gradnb.render.parts import GAP, GAP_SIZE, OPEN, Line, Parts, Row, Run, Sign, boxes_of, shows_value
from gradnb.render.plain import clean
from gradnb.view.model import BackwardEdge, Flow, Node, NodeKind, View

# Wide enough wherever the picture is opened: what is laid out with one of these isn't wider in another.
FONT = "Helvetica,Arial,sans-serif"
# Of more lines than this the last bit of tidiness, and curves around what is in the way, take Graphviz many seconds.
_MANY_WAYS = 200
_SOON_CONTENT = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.2", "splines": "line"}
_CELL = 'BORDER="0" CELLPADDING="0" WIDTH="7" HEIGHT="14"'


def render(view: View, *, live: bool = False) -> str:
    """Return a view's picture in the DOT language.

    Parameters
    ----------
    view : View
        What to draw.
    live : bool
        Whether its numbers will change in place: cells then keep room for longer numbers.

    Returns
    -------
    str
        A digraph whose nodes and edges carry the view's ids.
    """
    view = clean(view)
    colors = palette(view.theme)
    parts = Parts(view, colors, live)
    graph = graphviz.Digraph("gradnb", comment=view.caption)
    graph.attr("graph", **_graph_attributes(view, colors, parts, live))
    graph.attr("node", shape="plain", fontname=FONT)
    graph.attr("edge", fontname=FONT, fontsize="11.5")
    _nodes(graph, view, colors, parts, live)
    _seeds(graph, view, colors, parts)
    _edges(graph, view, colors, parts)
    return str(graph.source)


def _graph_attributes(view: View, colors: Palette, parts: Parts, live: bool) -> dict[str, str]:
    across = view.layout == "LR"
    return {
        "rankdir": "LR" if across else "TB",
        "bgcolor": colors.background,
        "fontname": FONT,
        "fontcolor": colors.text,
        "pad": "0.15",
        # In a live picture a badge and the mark of a what-if have room between two nodes.
        "nodesep": ("0.45" if live else "0.3") if across else "0.5",
        "ranksep": "0.45" if across else "0.4",
        # Lets variables share a column although some stand in a name scope's box.
        "newrank": "true",
        "label": _legend(parts.legend(), colors, 3 if across and len(view.nodes) > 3 else 2),
        "labelloc": "b",
        "labeljust": "l",
        "id": "picture",
        **(_SOON_CONTENT if _ways(view) > _MANY_WAYS else {}),
    }


def _ways(view: View) -> int:
    return len(view.forward_edges) + 2 * len(view.backward_edges) + len(view.seeds)


# Nodes


@dataclass
class _Scope:
    """A name scope with what stands directly in it."""

    path: str = ""
    nodes: list[Node] = field(default_factory=list)
    inner: dict[str, _Scope] = field(default_factory=dict)
    labels: list[BackwardEdge] = field(default_factory=list)


def _scopes(view: View) -> _Scope:
    """Return the tree of scopes; an edge's label stands in the innermost one that holds both of its ends."""
    root = _Scope()
    ways: dict[str, list[_Scope]] = {}
    for node in view.nodes:
        way = [root]
        for name in filter(None, node.scope.split("/")):
            path = f"{way[-1].path}/{name}" if way[-1].path else name
            way.append(way[-1].inner.setdefault(name, _Scope(path)))
        way[-1].nodes.append(node)
        ways[node.id] = way
    for edge in view.backward_edges:
        shared = [one for one, other in zip(ways[edge.source], ways[edge.target], strict=False) if one is other]
        shared[-1].labels.append(edge)
    return root


def _nodes(graph: graphviz.Digraph, view: View, colors: Palette, parts: Parts, live: bool) -> None:
    boxes = boxes_of(view)

    def fill(target: graphviz.Digraph, scope: _Scope) -> None:
        for node in scope.nodes:
            frame = colors.backward if node.is_x else colors.seed if node.is_y else colors.border
            label = _table(parts.nodes[node.id], frame, 2 if node.is_x or node.is_y else 1)
            target.node(node.id, label=label, id=node.id)
        for edge in scope.labels:
            if rows := parts.edges[edge.id]:
                target.node(edge.id, label=_table(rows, "", 0, padding=2), id=edge.id)
        for name, inner in scope.inner.items():
            sign = f"{OPEN} {name}" if live and inner.path in view.collapsible else name
            with target.subgraph(name=boxes[inner.path].replace("scope", "cluster_")) as box:
                box.attr(
                    "graph",
                    id=boxes[inner.path],
                    label=_text_label(sign, colors.muted),
                    style="rounded,filled",
                    color=colors.scope,
                    fillcolor=colors.scope_fill,
                    margin="10",
                    labelloc="t",
                    labeljust="l",
                )
                fill(box, inner)

    fill(graph, _scopes(view))
    given = [n.id for n in view.nodes if n.kind in (NodeKind.VARIABLE, NodeKind.PLACEHOLDER) and not n.scope]
    fed = {edge.target for edge in view.forward_edges}
    column = [node for node in given if node not in fed]
    if len(column) > 1:
        with graph.subgraph() as same:
            same.attr("graph", rank="same")
            for above, below in pairwise(column):
                same.edge(above, below, style="invis")


def _seeds(graph: graphviz.Digraph, view: View, colors: Palette, parts: Parts) -> None:
    for seed in view.seeds:
        graph.node(
            seed.id,
            label=_table(parts.seeds[seed.id], "", 0),
            id=seed.id,
            shape="box",
            style="rounded,filled",
            color=colors.seed,
            fillcolor=colors.seed_fill,
            penwidth="1.5",
            margin="0.06,0.02",
        )


# Edges


def _edges(graph: graphviz.Digraph, view: View, colors: Palette, parts: Parts) -> None:
    nodes = {node.id: node for node in view.nodes}
    across = view.layout == "LR"
    for edge in view.forward_edges:
        graph.edge(
            _port(nodes[edge.source], "value", "e", across),
            _port(nodes[edge.target], "value", "w", across),
            id=edge.id,
            color=colors.forward,
            penwidth="1",
            arrowsize="0.6",
            # As long as a backward edge with its label, so that tensors and labels stand in columns of their own.
            minlen="2",
        )
    for back in view.backward_edges:
        _backward(graph, back, nodes, bool(parts.edges[back.id]), colors, across)
    for seed in view.seeds:
        graph.edge(
            _port(nodes[seed.target], "gradient", "e", across),
            seed.id,
            id=f"{seed.id}-edge",
            dir="back",
            color=colors.seed,
            penwidth="2.2",
            arrowsize="0.8",
            weight="4",
        )


def _port(node: Node, row: str, side: str, across: bool) -> str:
    missing = node.gradient is None if row == "gradient" else not shows_value(node)
    if not across or missing:
        return node.id
    return f"{node.id}:{row}:{side}"


def _backward(
    graph: graphviz.Digraph,
    edge: BackwardEdge,
    nodes: dict[str, Node],
    labelled: bool,
    colors: Palette,
    across: bool,
) -> None:
    """Draw an edge that runs through its label: beside the line, Graphviz bends the line around it.

    It is written from input to output, so that both directions agree about who stands left of whom.
    """
    start = _port(nodes[edge.target], "gradient", "e", across)
    end = _port(nodes[edge.source], "gradient", "w", across)
    # Heavier than forward edges: straighter, and their labels near the nodes.
    arrow = _flow(edge, colors) | {"weight": "3"}
    if not labelled:
        graph.edge(start, end, id=edge.id, dir="back", **arrow)
        return
    graph.edge(start, _side(edge.id, "w", across), id=f"{edge.id}-end", dir="back", **arrow)
    graph.edge(_side(edge.id, "e", across), end, id=f"{edge.id}-start", **(arrow | {"dir": "none"}))


def _side(label: str, side: str, across: bool) -> str:
    return f"{label}:{side}" if across else label


def _flow(edge: BackwardEdge, colors: Palette) -> dict[str, str]:
    match edge.flow:
        case Flow.STOPPED:
            return {
                "color": colors.stopped,
                "style": "dashed",
                "penwidth": "2.2",
                "arrowtail": "tee",
                "arrowsize": "1.3",
            }
        case Flow.BLOCKED:
            return {"color": colors.none, "style": "dotted", "penwidth": "1.8", "arrowtail": "odot", "arrowsize": "0.8"}
        case Flow.HIDDEN:
            return {"color": colors.predict, "style": "dotted", "penwidth": "2.2", "arrowsize": "0.8"}
        case Flow.LIFTED:
            return {
                # Two lines beside each other, and a hollow arrow.
                "color": f"{colors.lifted}:{colors.lifted}",
                "penwidth": "0.9",
                "arrowtail": "empty",
                "arrowsize": "1.1",
            }
        case _:
            return {"color": colors.backward, "penwidth": "2.2", "arrowsize": "0.8"}


# HTML-like labels


def _escape(text: str) -> str:
    """Return `text` as it must stand in an HTML-like label: the one place where it is escaped.

    Graphviz reads the escapes of XML, and after them its own (``\\N`` is the node's name). It joins blanks, so they
    are no-break.
    """
    escaped = html.escape(graphviz.escape(text)).replace(" ", "&#160;")
    # A text of nothing but closing brackets is a syntax error to Graphviz.
    return f"&#93;{escaped[1:]}" if escaped.startswith("]") else escaped


def _run(run: Run) -> str:
    words = _escape(run.text)
    if run.bold:
        words = f"<B>{words}</B>"
    if run.italic:
        words = f"<I>{words}</I>"
    return f'<FONT COLOR="{run.color}" POINT-SIZE="{run.size:g}">{words}</FONT>'


def _line(line: Line) -> str:
    gap = f'<FONT POINT-SIZE="{GAP_SIZE:g}">{GAP}</FONT>'
    return gap.join(_run(run) for run in line if run.text)


def _lines(row: Row) -> str:
    # A zero-width space in a larger size is the only way to keep lines apart. It stands on both sides, since it
    # isn't quite without width.
    space = '<FONT POINT-SIZE="16">&#8203;</FONT>' if len(row.lines) > 1 else ""
    return "<BR/>".join(space + _line(line) + space for line in row.lines)


def _strip(colors: tuple[str, ...]) -> str:
    cells = "".join(f'<TD {_CELL} BGCOLOR="{color}"></TD>' for color in colors)
    return f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" COLOR="#888888"><TR>{cells}</TR></TABLE>'


def _rows(rows: Iterable[Row], padding: int) -> str:
    written = []
    for row in rows:
        border = f' BORDER="2" COLOR="{row.edge}" STYLE="{row.style}"' if row.style != "solid" else ""
        if row.strip:
            written.append(f'<TR><TD BGCOLOR="{row.fill}" CELLPADDING="4">{_strip(row.strip)}</TD></TR>')
        width = f' WIDTH="{row.room:.0f}"' if row.room else ""
        cell = f'PORT="{row.key}" BGCOLOR="{row.fill}" CELLPADDING="{padding}"{border}{width}'
        written.append(f"<TR><TD {cell}>{_lines(row)}</TD></TR>")
    return "".join(written)


def _table(rows: Iterable[Row], edge: str, border: int, padding: int = 6) -> str:
    frame = f'BORDER="{border}" CELLBORDER="0" CELLSPACING="0"' + (f' COLOR="{edge}"' if edge else "")
    return f"<<TABLE {frame}>{_rows(rows, padding)}</TABLE>>"


def _text_label(text: str, color: str) -> str:
    return f"<{_run(Run('scope', text, color, size=12.0))}>"


def _legend(signs: tuple[Sign, ...], colors: Palette, across: int) -> str:
    """Return the legend as a table of samples and meanings, `across` of them in a row."""
    rows = "".join(_legend_row(signs[start : start + across], colors) for start in range(0, len(signs), across))
    gap = '<TR><TD HEIGHT="8"></TD></TR>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="3">{gap}{rows}</TABLE>>'


def _legend_row(signs: tuple[Sign, ...], colors: Palette) -> str:
    cells = []
    for sign in signs:
        row = sign.sample
        framed = row.fill != colors.background or row.style != "solid"
        border = f'BORDER="1" COLOR="{row.edge}" STYLE="{row.style}"' if framed and row.edge else 'BORDER="0"'
        sample = _strip(row.strip) if row.strip else _lines(row)
        meaning = _run(Run("meaning", sign.meaning, colors.muted, size=11.0))
        cells.append(f'<TD {border} BGCOLOR="{row.fill}" CELLPADDING="3">{sample}</TD>')
        cells.append(f'<TD BORDER="0" ALIGN="LEFT" CELLPADDING="3">{meaning}&#160;&#160;&#160;</TD>')
    return f"<TR>{''.join(cells)}</TR>"
