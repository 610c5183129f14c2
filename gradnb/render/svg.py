"""A laid-out picture made ready to be shown, and filled with new numbers without a new layout."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gradnb.render.palette import css, palette
from gradnb.render.parts import GAP, GAP_SIZE, Line, Parts, Row, Run, boxes_of, keyed
from gradnb.render.plain import clean, points
from gradnb.render.spoken import Speaker
from gradnb.render.walk import Box, walk
from gradnb.view.model import BackwardEdge, ForwardEdge, Node, Seed, View

_SVG = "http://www.w3.org/2000/svg"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MARGIN = 3.0
# Graphviz draws the lines of an edge with several colours so far apart.
_BETWEEN_LINES = 2.0
# So far a line's parts lie on each other, so that no seam shows.
_OVERLAP = 1.0
_GAP_WIDTH = points(GAP, GAP_SIZE)

ET.register_namespace("", _SVG)

#: What changes in a picture: for an element's id its attributes, None for one that goes. ``text`` stands for what is
#: written in the element, ``fills`` for the colours of its children.
Changes = dict[str, dict[str, str | None]]


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
        _describe(root)
        view = clean(view)
        root[0].text, root[1].text = view.caption, _story(view)
        return _written(root)


@dataclass(frozen=True, slots=True)
class _LinePlace:
    """Where a line stands: its id and those of its runs, its middle, the width there is.

    ``measure`` is how much wider its font is than `points` expects.
    """

    id: str
    runs: tuple[str, ...]
    middle: float
    room: float
    measure: float


@dataclass(frozen=True, slots=True, eq=False)
class _RowPlace:
    """Where a row stands: the id and the box of its cell, the id of its strip, its lines."""

    cell: str
    box: Box
    strip: str
    lines: tuple[_LinePlace, ...]


_Thing = Node | Seed | BackwardEdge | ForwardEdge
#: By element id, what stands in its attributes.
_Attributes = dict[str, dict[str, str]]


class _Drawing:
    """What a view draws.

    Parameters
    ----------
    view : View
        The view.
    before : _Drawing, optional
        What was drawn before: all that both views have in common is taken over.
    """

    def __init__(self, view: View, before: _Drawing | None = None) -> None:
        self.given = view
        self._picture: View = replace(view, rows=(), steps=(), notes=())
        known = (None, None) if before is None else (before._picture, before.view)
        self.view: View = clean(self._picture, *known)
        self._parts: Parts = Parts(self.view, palette(view.theme), before=None if before is None else before._parts)
        self.owners = self._parts.owners()
        safe = self.view
        things: tuple[_Thing, ...] = (*safe.nodes, *safe.seeds, *safe.backward_edges, *safe.forward_edges)
        self.things: dict[str, _Thing] = {thing.id: thing for thing in things}
        self._frames: dict[str, object] = {
            identity: before._frames[identity]
            if before is not None and before.things.get(identity) is thing
            else _frame(thing, self.owners.get(identity, ()))
            for identity, thing in self.things.items()
        }
        #: What stands in each row, and what is said of each thing beside its rows, once it was asked for.
        self.written: dict[str, _Attributes] = {}
        self.own: dict[str, _Attributes] = {}

    @property
    def frame(self) -> object:
        """All of it that only a new layout can change."""
        view = self.view
        return self._frames, view.collapsible, view.layout, view.theme, view.language

    def attributes(self, row: Row, place: _RowPlace) -> _Attributes:
        """Return what stands in a row of it."""
        if place.cell not in self.written:
            self.written[place.cell] = dict(_row_attributes(row, place))
        return self.written[place.cell]

    @cached_property
    def speaker(self) -> Speaker:
        """What says its names."""
        return Speaker(self.view)


class Template:
    """A laid-out picture whose numbers can be exchanged.

    Parameters
    ----------
    raw_svg : str
        What a layout engine made of `gradnb.render.dot.render(view)`, with or without ``live``.
    view : View
        The view from which it was laid out.
    live : bool
        Whether nodes and edges are things of their own that a reader goes to, each with its name for a screen reader;
        else the picture is one image.

    Raises
    ------
    StructureChanged
        If the SVG isn't that of this view.
    """

    def __init__(self, raw_svg: str, view: View, *, live: bool = False) -> None:
        drawing = self._last = _Drawing(view)
        view = drawing.view
        self._live = live
        self._root = _parsed(raw_svg)
        groups = {group.get("id", ""): group for group in self._root.iter(_tag("g"))}
        wanted = (*drawing.owners, *(edge.id for edge in view.forward_edges))
        missing = [owner for owner in wanted if owner not in groups and f"{owner}-end" not in groups]
        if missing:
            raise StructureChanged(f"The picture has nothing with the id {missing[0]!r}.")
        _join_edges(groups, view)
        self._places = {owner: _placed(groups[owner], owner, rows) for owner, rows in drawing.owners.items() if rows}
        _mark(groups, view, live)
        _describe(self._root, live)
        self._elements = {element.get("id", ""): element for element in self._root.iter() if element.get("id")}

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
        drawing = self._drawing(view)
        found = self._whole(drawing)
        for owner in drawing.things:
            found |= self._own(drawing, owner)
            for row, place in zip(drawing.owners.get(owner, ()), self._places.get(owner, ()), strict=True):
                found |= drawing.attributes(row, place)
        for identity, attributes in found.items():
            _set(self._elements[identity], attributes)
        return _written(self._root)

    def patch(self, old_view: View, new_view: View) -> Changes:
        """Return what differs between two views of this picture.

        Parameters
        ----------
        old_view, new_view : View
            What is shown, and what is to be shown.

        Returns
        -------
        dict
            For the ids of elements of the finished SVG, what changes there: see `Changes`. Done to
            ``fill(old_view)``, it gives ``fill(new_view)``.

        Raises
        ------
        StructureChanged
            If either view has other nodes, edges or states than fit this layout.
        """
        old, new = self._drawing(old_view), self._drawing(new_view)
        changes = _difference(self._whole(old), self._whole(new))
        for owner, thing in new.things.items():
            if thing is old.things[owner]:
                continue
            changes |= _difference(self._own(old, owner), self._own(new, owner))
            rows = zip(old.owners.get(owner, ()), new.owners.get(owner, ()), self._places.get(owner, ()), strict=True)
            for before, after, place in rows:
                if before != after:
                    changes |= _difference(old.attributes(before, place), new.attributes(after, place))
        return changes

    def _drawing(self, view: View) -> _Drawing:
        """Return what a view draws in this layout."""
        if view is self._last.given:
            return self._last
        drawing = _Drawing(view, self._last)
        if drawing.frame != self._last.frame:
            raise StructureChanged("The picture's nodes, edges or states are other ones now; it needs a new layout.")
        # What is shown is asked for again, together with what comes next.
        self._last = drawing
        return drawing

    def _own(self, drawing: _Drawing, owner: str) -> _Attributes:
        """Return what is said of one thing beside its rows."""
        if owner not in drawing.own:
            thing = drawing.things[owner]
            own = {"class": _class(thing)}
            if self._live and not isinstance(thing, ForwardEdge):
                own["aria-label"] = drawing.speaker.name(thing)
            drawing.own[owner] = {owner: own}
        return drawing.own[owner]

    def _whole(self, drawing: _Drawing) -> _Attributes:
        """Return what is said of the picture as a whole."""
        view = drawing.view
        caption = (
            {"picture-all": {"aria-label": view.caption}} if self._live else {"picture-title": {"text": view.caption}}
        )
        return caption | {"picture-story": {"text": _story(view)}}


def _difference(old: _Attributes, new: _Attributes) -> Changes:
    """Return what changes from one state of some elements to another one."""
    changes: Changes = {}
    for identity, attributes in new.items():
        known = old[identity]
        if attributes != known:
            changed: dict[str, str | None] = {name: v for name, v in attributes.items() if known.get(name) != v}
            changes[identity] = changed | dict.fromkeys(known.keys() - attributes.keys())
    return changes


def _frame(thing: _Thing, rows: tuple[Row, ...]) -> object:
    """Return all of a thing that only a new layout can change."""
    match thing:
        case Node():
            mark: object = (thing.name, thing.kind, thing.is_x, thing.is_y, thing.scope, thing.opens)
        case Seed():
            mark = thing.target
        case BackwardEdge():
            mark = (thing.source, thing.target, thing.flow)
        case _:
            mark = (thing.source, thing.target)
    return mark, _form(rows)


def _form(rows: tuple[Row, ...]) -> object:
    """Return all of an owner's rows that only a new layout can change."""
    return tuple(
        (
            row.key,
            row.style,
            # A border of its own is drawn once.
            row.edge if row.style != "solid" else "",
            len(row.strip),
            tuple(tuple(run.key for run in line) for line in row.lines),
        )
        for row in rows
    )


def _story(view: View) -> str:
    return " ".join(view.story) or view.caption


# Reading what Graphviz wrote


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _parsed(raw_svg: str) -> ET.Element:
    """Return the root of an SVG in the page's colours; comments, the DOCTYPE and Graphviz's titles are gone."""
    root = ET.fromstring(raw_svg)
    for element in root.iter():
        for title in element.findall(_tag("title")):
            element.remove(title)
        for name in ("fill", "stroke"):
            if name in element.attrib:
                element.set(name, css(element.attrib[name]))
    return root


def _describe(root: ET.Element, live: bool = False) -> None:
    """Make room for what is said of the picture as a whole: the call, and the story."""
    story = ET.Element(_tag("desc"), {"id": "picture-story"})
    root.insert(0, story)
    if live:
        # A title would follow the pointer over all of the picture.
        root.attrib |= {"id": "picture-all", "role": "application"}
    else:
        root.set("role", "img")
        root.insert(0, ET.Element(_tag("title"), {"id": "picture-title"}))


def _mark(groups: dict[str, ET.Element], view: View, live: bool) -> None:
    """Say of each group what it is; in a live picture also where a reader can go, and whereto from there."""
    names = {node.id: node.name for node in view.nodes} | {seed.id: seed.name for seed in view.seeds}
    for identity, name in names.items():
        title = ET.Element(_tag("title"))
        title.text = name
        groups[identity].insert(0, title)
    if not live:
        return
    edges: list[ForwardEdge | BackwardEdge] = [*view.forward_edges, *view.backward_edges]
    ends = {edge.id: (edge.source, edge.target) for edge in edges}
    ends |= {f"{seed.id}-edge": (seed.id, seed.target) for seed in view.seeds}
    for identity, (source, target) in ends.items():
        groups[identity].attrib |= {"data-source": source, "data-target": target}
    for edge in view.backward_edges:
        _widen(groups[edge.id])
    for node in view.nodes:
        if node.opens:
            groups[node.id].set("data-scope", node.opens)
    buttons = {identity: groups[identity] for identity in (*names, *(edge.id for edge in view.backward_edges))}
    for scope, identity in boxes_of(view).items():
        if scope in view.collapsible:
            sign = _scope_sign(groups[identity], scope)
            sign.set("aria-label", Speaker(view).open_scope(scope))
            buttons[sign.get("id", "")] = sign
    for identity, ways in walk(view, {identity: _extent(button) for identity, button in buttons.items()}).items():
        # Where the keyboard goes first, the page decides.
        buttons[identity].attrib |= {"role": "button", "tabindex": "-1"}
        buttons[identity].attrib |= {f"data-{way}": other for way, other in ways.items()}


def _widen(edge: ET.Element) -> None:
    """Lay an unseen line over each line of an edge, wide enough to be hit."""
    hit = {"fill": "none", "stroke-width": "12", "pointer-events": "stroke", "class": "hit"}
    for line in edge.findall(_tag("path")):
        ET.SubElement(edge, _tag("path"), {"d": line.get("d", ""), **hit})


def _scope_sign(box: ET.Element, scope: str) -> ET.Element:
    """Make of the name of an open scope's box what collapses it."""
    text = box.find(_tag("text"))
    if text is None:
        raise StructureChanged("The picture has a box without a name.")
    x, y, width = float(text.get("x", "0")), float(text.get("y", "0")), points(text.text or "", 12.0)
    box.remove(text)
    sign = ET.SubElement(box, _tag("g"), {"id": f"{box.get('id')}-sign", "data-scope": scope})
    corners = f"{x - 4:g},{y - 14:g} {x + width:g},{y - 14:g} {x + width:g},{y + 5:g} {x - 4:g},{y + 5:g}"
    ET.SubElement(sign, _tag("polygon"), {"points": corners, "fill": "none", "pointer-events": "all"})
    sign.append(text)
    return sign


def _extent(group: ET.Element) -> Box:
    """Return where a node, a seed, an edge's label or a sign stands; of an edge without a label, where it ends."""
    corners = group.find(_tag("polygon"))
    shapes = [shape for shape in group.iter(_tag("polygon")) if group.get("data-source") is None or shape is corners]
    boxes = [_box(shape) for shape in shapes]
    boxes += [_path_box(path) for path in group.iter(_tag("path")) if not shapes]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _path_box(path: ET.Element) -> Box:
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.get("d", ""))]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


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
        way = f"M{left - _OVERLAP:g},{height:g}L{right + _OVERLAP:g},{height:g}"
        label.insert(number, ET.Element(_tag("path"), {"d": way, **style}))


def _box(cell: ET.Element) -> Box:
    corners = [tuple(map(float, corner.split(","))) for corner in (cell.get("points") or "").split()]
    across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(across), min(down), max(across), max(down)


def _placed(group: ET.Element, owner: str, rows: tuple[Row, ...]) -> tuple[_RowPlace, ...]:
    """Return where the rows of a group stand, and give ids to their cells, strips, lines and runs.

    They are found by their order: for each row a filled cell, its strip's cells, its lines.
    """
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
        cells[-1].set("id", f"{owner}-{row.key}-cell")
        for element in (element for _, extra, _ in mine for element in extra):
            group.remove(element)
        strip = cells[-1 - len(row.strip) : -1] if row.strip else []
        if len(strip) != len(row.strip):
            raise StructureChanged("The picture has another heat strip than the view.")
        if strip:
            _gather(group, strip, f"{owner}-{row.key}-strip")
        places = (
            _line_place(first, line, cells[-1], f"{owner}-{row.key}-line-{number}")
            for number, ((first, _, _), line) in enumerate(zip(mine, written, strict=True), 1)
        )
        found.append(_RowPlace(cells[-1].get("id", ""), _box(cells[-1]), f"{owner}-{row.key}-strip", tuple(places)))
    return tuple(found)


def _gather(group: ET.Element, cells: list[ET.Element], identity: str) -> None:
    """Put the cells of a strip into a group of their own."""
    strip = ET.Element(_tag("g"), {"id": identity})
    group.insert(list(group).index(cells[0]), strip)
    for cell in cells:
        group.remove(cell)
        strip.append(cell)


def _line_place(text: ET.Element, line: list[tuple[str, Run]], cell: ET.Element, identity: str) -> _LinePlace:
    """Return where a line stands, and make it a line of runs around its middle: another font then spoils nothing."""
    left, _, right, _ = _box(cell)
    middle = (left + right) / 2
    width = 2 * (middle - float(text.get("x", "0")))
    place = {"x": f"{middle:g}", "y": f"{float(text.get('y', '0')):g}", "text-anchor": "middle"}
    family = text.get("font-family") or ""
    text.clear()
    text.attrib.update({"id": identity, **place, "font-family": family, _SPACE: "preserve"})
    runs = tuple(run for run, _ in line)
    for number, run in enumerate(runs):
        if number:
            ET.SubElement(text, _tag("tspan"), {"id": f"{run}-gap", "font-size": f"{GAP_SIZE:g}"})
        ET.SubElement(text, _tag("tspan"), {"id": run})
    room = max(right - left - 2 * _MARGIN, width)
    return _LinePlace(identity, runs, middle, room, width / (_estimate(tuple(run for _, run in line)) or 1.0))


# Writing


def _row_attributes(row: Row, place: _RowPlace) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield by id all of a row that numbers and states change."""
    cell = {"fill": css(row.fill)}
    widest = 0.0
    for line, where in zip(row.lines, place.lines, strict=True):
        width = _estimate(line) * where.measure
        widest = max(widest, min(width, where.room))
        squeezed = width > where.room
        yield where.id, {"textLength": f"{where.room:g}", "lengthAdjust": "spacingAndGlyphs"} if squeezed else {}
        written = False
        for number, (run, identity) in enumerate(zip(line, where.runs, strict=True)):
            if number:
                yield f"{identity}-gap", {"text": GAP if written and run.text else ""}
            attributes = {"text": run.text, "font-size": f"{run.size:g}", "fill": css(run.color)}
            if run.bold:
                attributes["font-weight"] = "bold"
            if run.italic:
                attributes["font-style"] = "italic"
            yield identity, attributes
            written = written or bool(run.text)
    if row.key == "label":
        _, bottom, _, top = place.box
        middle, half = place.lines[0].middle, widest / 2 + _MARGIN
        left, right = f"{middle - half:g}", f"{middle + half:g}"
        cell["points"] = f"{left},{bottom:g} {left},{top:g} {right},{top:g} {right},{bottom:g}"
    yield place.cell, cell
    if row.strip:
        yield place.strip, {"fills": " ".join(map(css, row.strip))}


def _estimate(line: Line) -> float:
    widths = [points(run.text, run.size, run.bold) for run in line if run.text]
    return _GAP_WIDTH * (len(widths) - 1) + sum(widths)


def _class(thing: Node | Seed | BackwardEdge | ForwardEdge) -> str:
    """Return the class of a group: what it is, and the state that it is in."""
    match thing:
        case Node():
            gradient = thing.gradient
            state = "hidden" if thing.hidden else gradient.state.value if gradient is not None else ""
            marks = (f"state-{state}" if state else "", "x" if thing.is_x else "", "y" if thing.is_y else "")
            return " ".join(filter(None, ("node", thing.kind.value, *marks)))
        case Seed():
            return "node seed"
        case BackwardEdge():
            return f"edge backward {thing.flow.value}"
        case _:
            return "edge forward"


def _set(element: ET.Element, attributes: dict[str, str]) -> None:
    """Give an element what depends on the view, and take away what an earlier view gave it."""
    for name in ("textLength", "lengthAdjust", "font-weight", "font-style"):
        if name not in attributes:
            element.attrib.pop(name, None)
    for name, value in attributes.items():
        if name == "text":
            element.text = value
        elif name == "fills":
            for child, fill in zip(element, value.split(" "), strict=True):
                child.set("fill", fill)
        else:
            element.set(name, value)


def _written(root: ET.Element) -> str:
    return ET.tostring(root, encoding="unicode") + "\n"
