"""A laid-out picture made ready to be shown, and filled with new numbers without a new layout."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from gradnb.render.palette import palette
from gradnb.render.parts import GAP, GAP_SIZE, Parts, Row, Run, keyed
from gradnb.render.plain import clean, points
from gradnb.view.model import View

_SVG = "http://www.w3.org/2000/svg"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MARGIN = 3.0
# Graphviz draws the lines of an edge with several colours so far apart.
_BETWEEN_LINES = 2.0

ET.register_namespace("", _SVG)


class StructureChanged(ValueError):
    """A view can't be shown in a picture that was laid out for another: it needs a layout of its own."""


def finish(raw_svg: str, view: View) -> str:
    """Return Graphviz's SVG as it is shown.

    Parameters
    ----------
    raw_svg : str
        What a layout engine made of `gradnb.render.dot.render(view)`.
    view : View
        The same view.

    Returns
    -------
    str
        An ``<svg role="img">`` with a title and a description (the story), an id on each node, edge and number, and
        nothing of Graphviz's own comments and titles.
    """
    try:
        return Template(raw_svg, view).fill(view)
    except StructureChanged:
        # An engine that writes its texts in a way not known here has drawn a good picture all the same.
        root = _parsed(raw_svg)
        _describe(root, clean(view))
        return _written(root)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands: its middle, its base line, the width there is, and how wide Graphviz found its text."""

    middle: float
    base: float
    room: float
    width: float


@dataclass(slots=True)
class _Drawn:
    """A row as it was drawn: its cell, the cells of its strip, its lines.

    ``measures`` holds for each line how much wider its font is than `points` expects.
    """

    cell: ET.Element
    strip: list[ET.Element]
    lines: list[ET.Element]
    places: list[_Place]
    measures: list[float]


class Template:
    """A laid-out picture whose numbers can be exchanged.

    Parameters
    ----------
    raw_svg : str
        What a layout engine made of `gradnb.render.dot.render(view)`, with or without ``live``.
    view : View
        The view from which it was laid out.

    Raises
    ------
    StructureChanged
        If the SVG isn't that of this view.
    """

    def __init__(self, raw_svg: str, view: View) -> None:
        view = clean(view)
        parts = Parts(view, palette(view.theme))
        self._form = _form(view, parts)
        self._root = _parsed(raw_svg)
        groups = {group.get("id", ""): group for group in self._root.iter(_tag("g"))}
        wanted = (*parts.owners(), *(edge.id for edge in view.forward_edges))
        missing = [owner for owner in wanted if owner not in groups and f"{owner}-end" not in groups]
        if missing:
            raise StructureChanged(f"The picture has nothing with the id {missing[0]!r}.")
        _join_edges(groups, view)
        self._groups = groups
        self._drawn = {owner: _drawn(groups[owner], owner, rows) for owner, rows in parts.owners().items() if rows}
        names = {node.id: node.name for node in view.nodes} | {seed.id: seed.name for seed in view.seeds}
        for identity, name in names.items():
            title = ET.Element(_tag("title"))
            title.text = name
            groups[identity].insert(0, title)

    def fill(self, view: View) -> str:
        """Return the SVG with the numbers and words of `view`.

        Parameters
        ----------
        view : View
            A view of the same graph with other numbers. Numbers may become zero or stop being finite; a wall that is
            set or lifted needs a layout of its own.

        Returns
        -------
        str
            The finished SVG.

        Raises
        ------
        StructureChanged
            If `view` has other nodes, edges or states than fit this layout.
        """
        view = clean(view)
        parts = Parts(view, palette(view.theme))
        self._check(_form(view, parts))
        for owner, rows in parts.owners().items():
            for row, line_ids, drawn in zip(rows, keyed(owner, rows), self._drawn.get(owner, ()), strict=True):
                _write(row, line_ids, drawn)
        for group, classes in _classes(view).items():
            self._groups[group].set("class", classes)
        _describe(self._root, view)
        return _written(self._root)

    def patch(self, old_view: View, new_view: View) -> dict[str, str]:
        """Return the texts that differ between two views of this picture, by element id.

        Parameters
        ----------
        old_view, new_view : View
            What is shown, and what is to be shown.

        Returns
        -------
        dict of str to str
            The new texts: each id is that of a ``<tspan>`` of the finished SVG.

        Raises
        ------
        StructureChanged
            If either view has other nodes, edges or states than fit this layout.
        """
        old, new = self._texts(old_view), self._texts(new_view)
        return {identity: text for identity, text in new.items() if old[identity] != text}

    def _texts(self, view: View) -> dict[str, str]:
        view = clean(view)
        parts = Parts(view, palette(view.theme))
        self._check(_form(view, parts))
        return {
            identity: run.text
            for owner, rows in parts.owners().items()
            for row in keyed(owner, rows)
            for line in row
            for identity, run in line
        }

    def _check(self, form: object) -> None:
        if form != self._form:
            raise StructureChanged("The picture's nodes, edges or states are other ones now; it needs a new layout.")


def _form(view: View, parts: Parts) -> object:
    """Return all of a view's picture that only a new layout can change."""
    rows = {
        owner: tuple(
            (row.key, row.style, len(row.strip), tuple(tuple(run.key for run in line) for line in row.lines))
            for row in rows
        )
        for owner, rows in parts.owners().items()
    }
    forward = tuple((edge.id, edge.source, edge.target) for edge in view.forward_edges)
    backward = tuple((edge.id, edge.source, edge.target, edge.flow) for edge in view.backward_edges)
    seeds = tuple((seed.id, seed.target) for seed in view.seeds)
    marks = tuple((node.id, node.name, node.kind, node.is_x, node.is_y, node.scope) for node in view.nodes)
    return rows, forward, backward, seeds, marks, view.layout, view.theme, view.language


# Reading what Graphviz wrote


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _parsed(raw_svg: str) -> ET.Element:
    """Return the root of an SVG; comments, the DOCTYPE and Graphviz's titles are gone."""
    root = ET.fromstring(raw_svg)
    for element in root.iter():
        for title in element.findall(_tag("title")):
            element.remove(title)
    return root


def _join_edges(groups: dict[str, ET.Element], view: View) -> None:
    """Put the two halves of an edge and the label between them into one group that has the edge's id."""
    picture = groups["picture"]
    for edge in view.backward_edges:
        halves = [groups[f"{edge.id}-{half}"] for half in ("end", "start") if f"{edge.id}-{half}" in groups]
        if not halves:
            continue
        label = groups[edge.id]
        for half in halves:
            picture.remove(half)
            label.extend(half)
        if view.layout == "LR":
            _draw_through(label)
    for seed in view.seeds:
        groups[f"{seed.id}-edge"].set("class", "edge seed")


def _draw_through(label: ET.Element) -> None:
    """Draw an edge's line behind its label: where a cell keeps room for longer numbers, the line reaches the text."""
    cell, lines = label.find(_tag("polygon")), label.findall(_tag("path"))
    if cell is None or not lines:
        raise StructureChanged("The picture has an edge without a line.")
    left, bottom, right, top = _box(cell)
    middle = (bottom + top) / 2
    style = {name: value for name, value in lines[0].attrib.items() if name != "d"}
    # Each half of an edge is as many lines beside each other as the edge is.
    count = len(lines) // 2
    for number in range(count):
        height = middle + _BETWEEN_LINES * (number - (count - 1) / 2)
        label.insert(number, ET.Element(_tag("path"), {"d": f"M{left:g},{height:g}L{right:g},{height:g}", **style}))


def _box(cell: ET.Element) -> tuple[float, float, float, float]:
    corners = [tuple(map(float, corner.split(","))) for corner in (cell.get("points") or "").split()]
    across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(across), min(down), max(across), max(down)


def _drawn(group: ET.Element, owner: str, rows: tuple[Row, ...]) -> list[_Drawn]:
    """Return the rows of a group, found by their order: for each a filled cell, its strip's cells, its lines."""
    cell: ET.Element | None = None
    since: list[ET.Element] = []
    lines: list[tuple[ET.Element, list[ET.Element], list[ET.Element]]] = []
    for element in group:
        if element.tag == _tag("polygon") and element.get("fill") != "none":
            since.append(element)
        elif element.tag == _tag("text"):
            if since:
                cell = since[-1]
            if cell is None:
                raise StructureChanged("The picture has a text outside of every cell.")
            if lines and not since and lines[-1][0].get("y") == element.get("y"):
                lines[-1][1].append(element)
            else:
                lines.append((element, [], since))
            since = []
    if len(lines) != sum(len(row.lines) for row in rows):
        raise StructureChanged("The picture has other texts than the view.")
    found = []
    for row, written in zip(rows, keyed(owner, rows), strict=True):
        mine = [lines.pop(0) for _ in row.lines]
        cells = mine[0][2]
        box = cells[-1]
        for _, extra, _ in mine:
            for element in extra:
                group.remove(element)
        places = [_place(first, box) for first, _, _ in mine]
        strip = cells[-1 - len(row.strip) : -1] if row.strip else []
        if len(strip) != len(row.strip):
            raise StructureChanged("The picture has another heat strip than the view.")
        estimates = [_estimate(line) for line in written]
        measures = [place.width / estimate for place, estimate in zip(places, estimates, strict=True)]
        found.append(_Drawn(box, strip, [first for first, _, _ in mine], places, measures))
    return found


def _place(text: ET.Element, cell: ET.Element) -> _Place:
    left, _, right, _ = _box(cell)
    middle = (left + right) / 2
    width = 2 * (middle - float(text.get("x", "0")))
    return _Place(middle, float(text.get("y", "0")), max(right - left - 2 * _MARGIN, width), width)


# Writing


def _write(row: Row, lines: list[list[tuple[str, Run]]], drawn: _Drawn) -> None:
    drawn.cell.set("fill", row.fill)
    for cell, color in zip(drawn.strip, row.strip, strict=True):
        cell.set("fill", color)
    widths = []
    for line, element, place, measure in zip(lines, drawn.lines, drawn.places, drawn.measures, strict=True):
        _write_line(element, line, place, measure)
        widths.append(min(_estimate(line) * measure, place.room))
    if row.key == "label":
        _, bottom, _, top = _box(drawn.cell)
        middle, half = drawn.places[0].middle, max(widths) / 2 + _MARGIN
        left, right = f"{middle - half:g}", f"{middle + half:g}"
        drawn.cell.set("points", f"{left},{bottom:g} {left},{top:g} {right},{top:g} {right},{bottom:g}")


def _write_line(element: ET.Element, line: list[tuple[str, Run]], place: _Place, measure: float) -> None:
    """Write a line around the middle of its cell, so that a reader's other font spoils nothing; squeeze a wide one."""
    family = element.get("font-family") or ""
    element.clear()
    element.attrib.update({"x": f"{place.middle:g}", "y": f"{place.base:g}", "text-anchor": "middle"})
    element.attrib.update({"font-family": family, _SPACE: "preserve"})
    written = False
    for identity, run in line:
        if written and run.text:
            ET.SubElement(element, _tag("tspan"), {"font-size": f"{GAP_SIZE:g}"}).text = GAP
        span = ET.SubElement(element, _tag("tspan"), {"id": identity, "font-size": f"{run.size:g}", "fill": run.color})
        if run.bold:
            span.set("font-weight", "bold")
        if run.italic:
            span.set("font-style", "italic")
        span.text = run.text
        written = written or bool(run.text)
    if _estimate(line) * measure > place.room:
        element.attrib.update({"textLength": f"{place.room:g}", "lengthAdjust": "spacingAndGlyphs"})


def _estimate(line: list[tuple[str, Run]]) -> float:
    runs = [run for _, run in line if run.text]
    gaps = points(GAP, GAP_SIZE) * (len(runs) - 1)
    return gaps + sum(points(run.text, run.size, run.bold) for run in runs)


def _classes(view: View) -> dict[str, str]:
    """Return the class of each group: what it is, and the state that it is in."""
    classes = {}
    for node in view.nodes:
        state = "hidden" if node.hidden else node.gradient.state.value if node.gradient is not None else ""
        marks = (f"state-{state}" if state else "", "x" if node.is_x else "", "y" if node.is_y else "")
        classes[node.id] = " ".join(filter(None, ("node", node.kind.value, *marks)))
    classes |= {seed.id: "node seed" for seed in view.seeds}
    classes |= {edge.id: "edge forward" for edge in view.forward_edges}
    classes |= {edge.id: f"edge backward {edge.flow.value}" for edge in view.backward_edges}
    return classes


def _written(root: ET.Element) -> str:
    return ET.tostring(root, encoding="unicode") + "\n"


def _describe(root: ET.Element, view: View) -> None:
    """Give the picture its alternative text: the call, and the story."""
    for old in [child for child in root if child.tag in (_tag("title"), _tag("desc"))]:
        root.remove(old)
    root.set("role", "img")
    title, story = ET.Element(_tag("title")), ET.Element(_tag("desc"))
    title.text = view.caption
    story.text = " ".join(view.story) or view.caption
    root.insert(0, title)
    root.insert(1, story)
