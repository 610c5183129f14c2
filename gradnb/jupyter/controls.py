"""Controls for arrays by ipywidgets: a slider with a number field for every element, a grid, or scale and noise."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Protocol

import ipywidgets as widgets
import numpy as np

from gradnb.jupyter.desk import Desk
from gradnb.jupyter.element import NumberControl, TruthControl, around
from gradnb.jupyter.number_entry import Bounds
from gradnb.jupyter.settings import MOST_ELEMENTS, Array, Number, Scaled, Setting, label, largest_of
from gradnb.messages import text

#: Up to so many elements have a slider each.
MOST_SLIDERS = 12
#: A matrix up to so many rows and columns is a grid of fields.
WIDEST_GRID = 6

_SCALE = Bounds(-2.0, 2.0, 0.01)
_NOISE = Bounds(0.0, 1.0, 0.01)
_FLOAT64 = np.dtype(np.float64)


class ArrayControls(Protocol):
    """The controls of one array.

    Attributes
    ----------
    box : Box
        The widget that holds them.
    start : ndarray
        The array at the start.
    at_first : int
        How many numbers it shows at first.
    """

    box: widgets.Box
    start: Array
    at_first: int

    @property
    def setting(self) -> Setting:
        """How the array is set."""

    @property
    def moved(self) -> bool:
        """Whether it is set in another way than at the start."""

    def put(self, setting: Setting | None) -> None:
        """Set the array without telling anybody; None sets it as at the start."""

    def refresh(self) -> None:
        """Let fields show the numbers to which sliders were moved."""


def controls_of(name: str, start: Array, desk: Desk, folded: bool = False) -> ArrayControls | None:
    """Return the controls of an array; None where there are none, and `why_without` says why.

    Parameters
    ----------
    name : str
        What the array is called; element ``[0, 1]`` is called ``name[0,1]``.
    start : ndarray
        Its numbers at the start.
    desk : Desk
        What all controls share.
    folded : bool
        Whether the elements are shown only on demand.
    """
    if why_without(name, start, desk.language):
        return None
    if start.size > MOST_ELEMENTS:
        return ScaledControls(name, start, desk)
    return ElementControls(name, start, desk, folded)


def why_without(name: str, start: Array, language: str) -> str:
    """Return in words why an array has no controls; nothing when it has some."""
    values = {"name": name, "dtype": "string" if start.dtype.kind in "OSU" else start.dtype.name}
    if start.dtype.kind not in "fiub":
        return text("controls.no_kind", language, **values)
    if start.size == 0:
        return text("controls.no_elements", language, **values)
    if start.size > MOST_ELEMENTS and start.dtype.kind != "f":
        return text("controls.too_many", language, count=start.size, most=MOST_ELEMENTS, **values)
    return ""


class ElementControls:
    """A control for each element of an array.

    Up to 12 elements stand below each other, each with a slider and a field. More stand in a grid of fields: a matrix
    up to 6 × 6 as a whole, of others one row, and the rest on demand.
    """

    def __init__(self, name: str, start: Array, desk: Desk, folded: bool = False) -> None:
        self.start = start
        self._name = name
        self._desk = desk
        self._numbers: list[Number] = [element.item() for element in start.flat]
        self._start = tuple(self._numbers)
        self._elements: list[NumberControl | TruthControl] = []
        self._message = widgets.HTML(layout=desk.layout)
        self._in_rows = start.size <= MOST_SLIDERS
        self.at_first = 0 if folded else self._count_at_first()
        parts: list[widgets.Widget] = [self._part(self.at_first)] if self.at_first else []
        if self.at_first < start.size:
            parts += self._everything()
        self.box = widgets.VBox([*parts, self._message], layout=desk.layout)
        self.box.add_class("gradnb-array")

    @property
    def setting(self) -> Setting:
        """Its numbers in row-major order."""
        return tuple(self._numbers)

    @property
    def moved(self) -> bool:
        """Whether any number differs from the start."""
        # Told apart by their text, for which NaN is itself.
        return self.setting != self._start and repr(self.setting) != repr(self._start)

    def put(self, setting: Setting | None) -> None:
        """Set the numbers without telling anybody."""
        self._refuse("")
        numbers = self._start if setting is None else setting
        assert isinstance(numbers, tuple)  # a history holds for each array what its own controls gave
        self._numbers = list(numbers)
        for element, number in zip(self._elements, self._numbers, strict=False):
            element.put(number)

    def refresh(self) -> None:
        """Let fields show the numbers to which sliders were moved."""
        for element in self._elements:
            element.refresh()

    @property
    def _columns(self) -> int:
        return min(int(self.start.shape[-1]), WIDEST_GRID)

    def _count_at_first(self) -> int:
        shape = self.start.shape
        if self._in_rows or (len(shape) == 2 and max(shape) <= WIDEST_GRID):
            return int(self.start.size)
        return self._columns

    def _part(self, count: int) -> widgets.Box:
        """Return the controls of the elements up to `count` that are not there yet."""
        limit = 2 * largest_of(self.start) if self.start.dtype.kind != "b" else 0.0
        known = len(self._elements)
        for position in range(known, count):
            index = tuple(int(place) for place in np.unravel_index(position, self.start.shape))
            self._elements.append(self._element(position, label(self._name, index), limit))
        box = widgets.Box([element.widget for element in self._elements[known:]], layout=self._desk.layout)
        box.add_class("gradnb-rows" if self._in_rows else "gradnb-grid")
        if not self._in_rows:
            box.add_class(f"gradnb-columns-{self._columns}")
        return box

    def _element(self, position: int, name: str, limit: float) -> NumberControl | TruthControl:
        def change(number: Number) -> None:
            self._numbers[position] = number
            self._desk.changed(name)

        number = self._numbers[position]
        if self.start.dtype.kind == "b":
            return TruthControl(name, bool(number), self._desk, change)
        bounds = self._desk.ranges.get(name, self._desk.ranges.get(self._name))
        reach = around(number, limit, self.start.dtype) if self._in_rows else None
        return NumberControl(name, number, self.start.dtype, self._desk, change, self._refuse, bounds or reach, bounds)

    def _everything(self) -> list[widgets.Widget]:
        """Return a check box, and below it what is shown when it is ticked."""
        key = "show_one" if self.start.size == 1 else "show_all"
        tick = self._desk.check_box(False, self._desk.say(key, count=self.start.size, name=self._name))
        rest = widgets.VBox(layout={"display": "none"})

        def follow(change: Mapping[str, Any]) -> None:
            if change["new"] and not rest.children:
                rest.children = (self._part(self.start.size),)
            rest.layout.display = None if change["new"] else "none"

        tick.observe(follow, "value")
        return [tick, rest]

    def _refuse(self, reason: str) -> None:
        self._message.value = f'<p role="alert">{escape(reason)}</p>' if reason else ""


class ScaledControls:
    """The controls of a large array as a whole: a factor, and how much noise is added."""

    def __init__(self, name: str, start: Array, desk: Desk) -> None:
        self.start = start
        self._desk = desk
        self.at_first = 2
        self._setting = Scaled()
        self._message = widgets.HTML(layout=desk.layout)
        self._scale = self._number(desk.say("scale", name=name), "scale", 1.0, _SCALE)
        self._noise = self._number(desk.say("noise", name=name), "noise", 0.0, _NOISE, _NOISE)
        rows = widgets.Box([self._scale.widget, self._noise.widget], layout=desk.layout)
        rows.add_class("gradnb-rows")
        self.box = widgets.VBox([rows, self._message], layout=desk.layout)
        self.box.add_class("gradnb-array")

    @property
    def setting(self) -> Setting:
        """Its factor and noise."""
        return self._setting

    @property
    def moved(self) -> bool:
        """Whether it is anything else than the array itself."""
        return self._setting != Scaled()

    def put(self, setting: Setting | None) -> None:
        """Set factor and noise without telling anybody."""
        self._refuse("")
        self._setting = setting if isinstance(setting, Scaled) else Scaled()
        self._scale.put(self._setting.scale)
        self._noise.put(self._setting.noise)

    def refresh(self) -> None:
        """Let fields show the numbers to which sliders were moved."""
        self._scale.refresh()
        self._noise.refresh()

    def _number(
        self, name: str, part: str, number: float, reach: Bounds, bounds: Bounds | None = None
    ) -> NumberControl:
        def change(changed: Number) -> None:
            before = {"scale": self._setting.scale, "noise": self._setting.noise}
            self._setting = Scaled(**before | {part: float(changed)})
            self._desk.changed(name)

        return NumberControl(name, number, _FLOAT64, self._desk, change, self._refuse, reach, bounds)

    def _refuse(self, reason: str) -> None:
        self._message.value = f'<p role="alert">{escape(reason)}</p>' if reason else ""
