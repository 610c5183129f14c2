"""All controls of a panel: what can be set of a problem, under headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from html import escape
from itertools import islice
from typing import Any

import ipywidgets as widgets
import numpy as np

from gradnb.explanation import Problem
from gradnb.jupyter.controls import ArrayControls, controls_of, why_without
from gradnb.jupyter.desk import Desk
from gradnb.jupyter.history import State
from gradnb.jupyter.number_entry import Bounds
from gradnb.jupyter.settings import Scaled, Setting, array_of
from gradnb.jupyter.teaching import WEIGHT
from gradnb.messages import text

Array = np.ndarray[Any, Any]

#: Of so many elements each has its control at once, those of further arrays are made on demand.
_MOST_AT_ONCE = 60
#: Of more arrays the rest has no controls: each takes a handful of widgets.
_MOST_ARRAYS = 200
#: Of more operations the rest is stopped by a click on an edge.
_MOST_STOPS = 40


class Board:
    """Controls for inputs, weights, stops, and stops of the program's own.

    Parameters
    ----------
    problem : Problem
        What can be set, and how it is at the start.
    changed : callable
        Told the name of a control after a person has changed it.
    ranges : Mapping of str to Bounds
        Where numbers may go.
    language : str
        ``en`` or ``zh``.

    Attributes
    ----------
    box : Box
        The controls.
    """

    def __init__(
        self, problem: Problem, changed: Callable[[str], None], ranges: Mapping[str, Bounds], language: str
    ) -> None:
        self._problem = problem
        self._desk = Desk(changed, language, ranges)
        self._left = _MOST_AT_ONCE
        self._quiet = False
        self._stops, self._lifted = set(problem.stops), set(problem.lifted)
        self._weights = self._arrays(problem.weights, WEIGHT)
        self._inputs = self._arrays(problem.inputs)
        self._stop_boxes = self._boxes(problem.stoppable, self._stops, "stop_at")
        self._lift_boxes = self._boxes(problem.liftable, self._lifted, "lift")
        # The inner box flows in columns, the outer one scrolls.
        columns = widgets.Box(list(self._sections()), layout=self._desk.layout)
        self.box = widgets.Box([columns], layout=self._desk.layout)
        self.box.add_class("gradnb-controls")

    @property
    def start(self) -> State:
        """How everything is set at the start."""
        return State(stops=self._problem.stops, lifted=self._problem.lifted)

    @property
    def state(self) -> State:
        """How everything is set."""
        return State(
            {name: controls.setting for name, controls in self._inputs.items() if controls.moved},
            {name: controls.setting for name, controls in self._weights.items() if controls.moved},
            frozenset(self._stops),
            frozenset(self._lifted),
        )

    def put(self, state: State) -> None:
        """Set everything without telling anybody."""
        for arrays, settings in ((self._inputs, state.inputs), (self._weights, state.weights)):
            for name, controls in arrays.items():
                controls.put(settings.get(name))
        self._stops, self._lifted = set(state.stops), set(state.lifted)
        self._quiet = True
        try:
            for boxes, ticked in ((self._stop_boxes, self._stops), (self._lift_boxes, self._lifted)):
                for name, box in boxes.items():
                    box.value = name in ticked
        finally:
            self._quiet = False

    def refresh(self) -> None:
        """Let fields show the numbers to which sliders were moved."""
        for controls in (*self._weights.values(), *self._inputs.values()):
            controls.refresh()

    def arrays(self, state: State) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return the inputs and the weights that a state sets, as arrays."""
        return (
            {name: array_of(setting, self._problem.inputs[name]) for name, setting in state.inputs.items()},
            {name: array_of(setting, self._problem.weights[name]) for name, setting in state.weights.items()},
        )

    def scaled(self) -> tuple[dict[str, Scaled], dict[str, Array]]:
        """Return what is made of large arrays, and what they were, by the names of their controls."""
        settings: dict[str, Setting] = {**self.state.inputs}
        settings |= {f"{WEIGHT}{name}": setting for name, setting in self.state.weights.items()}
        starts = {**self._problem.inputs, **{f"{WEIGHT}{name}": array for name, array in self._problem.weights.items()}}
        scaled = {name: setting for name, setting in settings.items() if isinstance(setting, Scaled)}
        return scaled, {name: starts[name] for name in scaled}

    # The controls

    def _arrays(self, arrays: Mapping[str, Array], kind: str = "") -> dict[str, ArrayControls]:
        found = {}
        for name, array in islice(arrays.items(), _MOST_ARRAYS):
            controls = controls_of(f"{kind}{name}", array, self._desk, folded=self._left <= 0)
            if controls is not None:
                found[name] = controls
                self._left -= controls.at_first
        return found

    def _boxes(self, names: Iterable[str], ticked: set[str], key: str) -> dict[str, widgets.Checkbox]:
        found = {}
        for name in list(names)[:_MOST_STOPS]:
            found[name] = self._desk.check_box(name in ticked, self._say(key, name=name))
            found[name].observe(partial(self._tick, name, key), "value")
        return found

    def _tick(self, name: str, key: str, change: Mapping[str, Any]) -> None:
        if self._quiet:
            return
        names = self._stops if key == "stop_at" else self._lifted
        (names.add if change["new"] else names.discard)(name)
        self._desk.changed(f"{key} {name}")

    def _sections(self) -> Iterable[widgets.Widget]:
        """Yield the controls, each kind under its heading."""
        problem = self._problem
        hint = [self._words(self._say("more_stops"))] if len(problem.stoppable) > _MOST_STOPS else []
        for key, boxes, words in (
            ("weights", [c.box for c in self._weights.values()], self._without(problem.weights, WEIGHT)),
            ("inputs", [c.box for c in self._inputs.values()], self._without(problem.inputs)),
            ("stops", list(self._stop_boxes.values()), hint),
            ("lifts", list(self._lift_boxes.values()), []),
        ):
            if boxes or words:
                heading = widgets.HTML(f"<b>{escape(self._say(key))}</b>", layout=self._desk.layout)
                section = widgets.VBox([heading, *boxes, *words], layout=self._desk.layout)
                section.add_class("gradnb-section")
                section.add_class(f"gradnb-{key}")
                yield section

    def _without(self, arrays: Mapping[str, Array], kind: str = "") -> list[widgets.Widget]:
        first = islice(arrays.items(), _MOST_ARRAYS)
        reasons = [why_without(f"{kind}{name}", array, self._desk.language) for name, array in first]
        if (more := len(arrays) - _MOST_ARRAYS) > 0:
            reasons.append(self._say("more_arrays", count=more))
        return [self._words(reason) for reason in reasons if reason]

    def _words(self, words: str) -> widgets.HTML:
        return widgets.HTML(f'<span class="gradnb-muted">{escape(words)}</span>', layout=self._desk.layout)

    def _say(self, key: str, **values: object) -> str:
        return text(f"panel.{key}", self._desk.language, **values)
