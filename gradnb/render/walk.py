"""Where the arrow keys lead in a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import dist

from gradnb.view.model import View

#: Left, top, right and bottom of what stands for a thing.
Box = tuple[float, float, float, float]

_REACH = 30.0


def walk(view: View, boxes: Mapping[str, Box]) -> dict[str, dict[str, str]]:
    """Return for each thing the thing to which each arrow key leads.

    Along the graph they follow the edges: from a node to the backward edges of its inputs and on to these; where no
    gradient flows, to the inputs themselves. Across it they lead to what stands next.

    Parameters
    ----------
    view : View
        The picture's view.
    boxes : Mapping
        Where each of its things stands, by id: nodes, seeds, backward edges, the signs of name scopes.

    Returns
    -------
    dict
        By id, for some of ``left``, ``right``, ``up`` and ``down`` another id.
    """
    return _Walk(view, boxes).ways()


class _Walk:
    def __init__(self, view: View, boxes: Mapping[str, Box]) -> None:
        self._along = ("left", "right") if view.layout == "LR" else ("up", "down")
        self._before, self._after = _edges(view)
        self._nodes = {node.id for node in view.nodes}
        self._boxes = boxes
        self._middles = {identity: ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for identity, box in boxes.items()}

    def ways(self) -> dict[str, dict[str, str]]:
        """Return where each key leads from each thing."""
        back, ahead = self._along
        found = {}
        for one in self._boxes:
            ways = {"up": self._next(one, 1, -1), "down": self._next(one, 1, 1)}
            ways |= {"left": self._next(one, 0, -1), "right": self._next(one, 0, 1)}
            if one in self._nodes or one in self._before:
                ways[back] = self._nearest(one, self._before.get(one, ()))
                ways[ahead] = self._nearest(one, self._after.get(one, ()))
            found[one] = {key: other for key, other in ways.items() if other is not None}
        return found

    def _nearest(self, one: str, found: Iterable[str]) -> str | None:
        place = self._middles[one]
        known = (other for other in found if other in self._middles)
        return min(known, key=lambda other: dist(self._middles[other], place), default=None)

    def _next(self, one: str, axis: int, sense: int) -> str | None:
        """Return what stands next: first of what hangs on the same thing, then of what is in line and of its kind."""
        place, box = self._middles[one], self._boxes[one]
        beyond = [other for other, there in self._middles.items() if (there[axis] - place[axis]) * sense > 1]
        reach = _REACH + (box[3 - axis] - box[1 - axis]) / 2
        in_line = [other for other in beyond if abs(self._middles[other][1 - axis] - place[1 - axis]) < reach]
        alike = [other for other in in_line if (other in self._nodes) == (one in self._nodes)]
        siblings = self._siblings(one).intersection(beyond)
        return self._nearest(one, sorted(siblings) or alike or in_line)

    def _siblings(self, one: str) -> set[str]:
        before = (other for end in self._before.get(one, ()) for other in self._after[end])
        return {*before, *(other for end in self._after.get(one, ()) for other in self._before[end])}


def _edges(view: View) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return for each thing what comes before it, and what after, as values flow."""
    pairs = []
    joined = set()
    for edge in view.backward_edges:
        joined.add((edge.target, edge.source))
        pairs += [(edge.target, edge.id), (edge.id, edge.source)]
    pairs += [(edge.source, edge.target) for edge in view.forward_edges if (edge.source, edge.target) not in joined]
    pairs += [(seed.target, seed.id) for seed in view.seeds]
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for first, second in pairs:
        after.setdefault(first, []).append(second)
        before.setdefault(second, []).append(first)
    return before, after
