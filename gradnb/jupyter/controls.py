"""Controls for arrays by ipywidgets: a slider with a number field for every element, a grid, or scale and noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from html import escape
from typing import Any, Protocol

import ipywidgets as widgets
import numpy as np
from ipywidgets.widgets.widget_bool import CheckboxStyle
from ipywidgets.widgets.widget_string import TextStyle

from gradnb.jupyter.number_entry import Bounds, Refused, number_text, read_number
from gradnb.messages import text

Array = np.ndarray[Any, Any]
Number = float | int | bool

#: Up to so many elements have a slider each.
MOST_SLIDERS = 12
#: A matrix up to so many rows and columns is a grid of fields.
WIDEST_GRID = 6
#: Up to so many elements can be shown.
MOST_ELEMENTS = 64

# A browser's numbers skip whole numbers beyond.
_LARGEST_EXACT = 2**53
_LARGEST_SLIDER = 1e300
_SMALLEST_WHOLE_LIMIT = 10
_SCALE = Bounds(-2.0, 2.0, 0.01)
_NOISE = Bounds(0.0, 1.0, 0.01)
_FLOAT64 = np.dtype(np.float64)


@dataclass(frozen=True, slots=True)
class Scaled:
    """What is made of a large array: all of it times `scale`, plus `noise` times random numbers of its own size."""

    scale: float = 1.0
    noise: float = 0.0

    def of(self, array: Array) -> Array:
        """Return what is made of `array`: the same numbers on every call."""
        scaled = array * self.scale
        if self.noise:
            scaled += self.noise * largest_of(array) * np.random.default_rng(0).standard_normal(array.shape)
        return np.asarray(scaled).astype(array.dtype)


#: How an array is set: its numbers in row-major order, or what is made of it as a whole.
Setting = tuple[Number, ...] | Scaled


def array_of(setting: Setting, start: Array) -> Array:
    """Return the array that a setting stands for, in shape and dtype as `start`."""
    if isinstance(setting, Scaled):
        return setting.of(start)
    return np.array(setting, dtype=start.dtype).reshape(start.shape)


def label(name: str, index: tuple[int, ...]) -> str:
    """Return how an element is called: ``w``, ``w[0]``, ``w[0,1]``."""
    return f"{name}[{','.join(map(str, index))}]" if index else name


def largest_of(array: Array) -> float:
    """Return the largest finite magnitude, or 1 where everything is zero."""
    magnitudes = np.abs(array[np.isfinite(array)].astype(np.float64))
    return float(magnitudes.max(initial=0.0)) or 1.0


@dataclass(frozen=True)
class Desk:
    """What the controls of one panel share.

    Attributes
    ----------
    changed : callable
        Told the name of a control after a person has changed it.
    language : str
        ``en`` or ``zh``.
    ranges : Mapping of str to Bounds
        Where numbers may go, by the name of an array or of one of its elements.
    """

    changed: Callable[[str], None]
    language: str = "en"
    ranges: Mapping[str, Bounds] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Return a message about controls."""
        return text(f"controls.{key}", self.language, **values)

    # Every widget has a layout and a style that travel as widgets of their own: sharing them halves what is sent.

    @cached_property
    def layout(self) -> widgets.Layout:
        """The layout of widgets that the style sheet lays out."""
        return widgets.Layout(width="auto", margin="0")

    @cached_property
    def field_style(self) -> TextStyle:
        """The style of number fields."""
        return TextStyle(description_width="auto")

    @cached_property
    def slider_style(self) -> widgets.SliderStyle:
        """The style of sliders."""
        return widgets.SliderStyle()

    @cached_property
    def box_style(self) -> CheckboxStyle:
        """The style of check boxes."""
        return CheckboxStyle(description_width="0")

    def check_box(self, ticked: bool, description: str) -> widgets.Checkbox:
        """Return a check box with its words beside it."""
        return widgets.Checkbox(ticked, description=description, indent=False, layout=self.layout, style=self.box_style)


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
        self._elements: list[_Number | _Truth] = []
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

    def _element(self, position: int, name: str, limit: float) -> _Number | _Truth:
        def change(number: Number) -> None:
            self._numbers[position] = number
            self._desk.changed(name)

        number = self._numbers[position]
        if self.start.dtype.kind == "b":
            return _Truth(name, bool(number), self._desk, change)
        bounds = self._desk.ranges.get(name, self._desk.ranges.get(self._name))
        reach = around(number, limit, self.start.dtype) if self._in_rows else None
        return _Number(name, number, self.start.dtype, self._desk, change, self._refuse, bounds or reach, bounds)

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

    def _number(self, name: str, part: str, number: float, reach: Bounds, bounds: Bounds | None = None) -> _Number:
        def change(changed: Number) -> None:
            before = {"scale": self._setting.scale, "noise": self._setting.noise}
            self._setting = Scaled(**before | {part: float(changed)})
            self._desk.changed(name)

        return _Number(name, number, _FLOAT64, self._desk, change, self._refuse, reach, bounds)

    def _refuse(self, reason: str) -> None:
        self._message.value = f'<p role="alert">{escape(reason)}</p>' if reason else ""


class _Truth:
    """A check box for a truth value."""

    def __init__(self, name: str, number: bool, desk: Desk, change: Callable[[Number], None]) -> None:
        self._quiet = False
        self.widget = desk.check_box(number, name)
        self.widget.observe(lambda event: None if self._quiet else change(event["new"]), "value")

    def put(self, number: Number) -> None:
        """Show a value without telling anybody."""
        self._quiet = True
        self.widget.value = bool(number)
        self._quiet = False

    def refresh(self) -> None:
        """Show what was set last, which a check box does by itself."""


class _Number:
    """A field for one number, with a slider beside it where there is room.

    Parameters
    ----------
    name : str
        What it is called.
    number : float or int
        What it shows at first.
    dtype : dtype
        What numbers it takes.
    desk : Desk
        What all controls share.
    change : callable
        Told the number after a person has changed it.
    refuse : callable
        Told why what was typed is no number; ``""`` when one was typed.
    reach : Bounds, optional
        Where a slider goes; without it there is none.
    bounds : Bounds, optional
        Where the number must lie; without them the slider's reach grows with what is typed.
    """

    def __init__(
        self,
        name: str,
        number: Number,
        dtype: np.dtype[Any],
        desk: Desk,
        change: Callable[[Number], None],
        refuse: Callable[[str], None],
        reach: Bounds | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._dtype = dtype
        self._language = desk.language
        self._change = change
        self._refuse = refuse
        self._bounds = bounds
        self._number = number
        self._quiet = self._behind = False
        self._field = widgets.Text(
            number_text(number, dtype),
            description=name,
            continuous_update=False,
            layout=desk.layout,
            style=desk.field_style,
        )
        self._field.observe(self._typed, "value")
        self._reach = reach
        self._slider: widgets.Widget | None = None
        parts = [self._field]
        if self._reach is not None:
            kind = widgets.IntSlider if dtype.kind in "iu" else widgets.FloatSlider
            self._slider = kind(readout=False, layout=desk.layout, style=desk.slider_style, **self._track())
            self._slider.observe(self._slid, "value")
            parts = [self._slider, self._field]
        self.widget = widgets.Box(parts, layout=desk.layout)
        self.widget.add_class("gradnb-number")

    def put(self, number: Number) -> None:
        """Show a number without telling anybody."""
        self._number = number
        if self._reach is not None and not self._reach.low <= number <= self._reach.high:
            self._reach_out(number)
        self._show(slider=True)

    def refresh(self) -> None:
        """Show in the field what the slider was moved to."""
        if self._behind:
            self._show(slider=False)

    def _show(self, slider: bool) -> None:
        self._behind = False
        self._quiet = True
        try:
            self._field.value = number_text(self._number, self._dtype)
            if slider and self._slider is not None:
                self._slider.value = self._track()["value"]
        finally:
            self._quiet = False

    def _slid(self, event: Mapping[str, Any]) -> None:
        if self._quiet or self._reach is None or self._is_only_rounded(event["new"]):
            return
        self._number = event["new"]
        if self._dtype.kind == "f":
            # On the slider's own grid, without what a browser's arithmetic adds.
            self._number = float(self._dtype.type(round(event["new"], _decimals(self._reach))))
        # The field follows when there is time: a slider in motion has no use for it.
        self._behind = True
        self._refuse("")
        self._change(self._number)

    def _is_only_rounded(self, moved: float) -> bool:
        """Return whether a slider stands where a page puts the present number, and was not moved by anybody.

        A page that shows a slider sends back the nearest number on the slider's own grid.
        """
        track = self._track()
        steps = round((track["value"] - track["min"]) / track["step"])
        nearest = min(track["min"] + steps * track["step"], track["max"])
        return bool(math.isclose(moved, nearest, abs_tol=track["step"] * 1e-6))

    def _typed(self, event: Mapping[str, Any]) -> None:
        if self._quiet:
            return
        try:
            number = read_number(event["new"], self._dtype, self._language, self._bounds)
        except Refused as reason:
            self._show(slider=False)
            self._refuse(str(reason))
            return
        self._refuse("")
        before = self._number
        self.put(number)
        if number != before:
            self._change(number)

    def _track(self) -> dict[str, Any]:
        """Return where the slider begins, ends and stands; what is not finite or too large stays off it."""
        assert self._reach is not None  # only a slider asks
        low, high, step = self._reach.low, self._reach.high, self._reach.step
        value = min(max(self._number, low), high) if math.isfinite(self._number) else (low + high) / 2
        numbers = {"min": low, "max": high, "step": step, "value": value}
        return {key: int(number) for key, number in numbers.items()} if self._dtype.kind in "iu" else numbers

    def _reach_out(self, number: Number) -> None:
        """Make the slider reach a number outside, and as far to both sides of it that nothing is lost."""
        reach, slider = self._reach, self._slider
        if reach is None or slider is None or self._bounds is not None or not math.isfinite(number):
            return
        far = max(2 * abs(number), number - reach.low, reach.high - number)
        self._reach = around(number, far, self._dtype)
        track = self._track()
        self._quiet = True
        try:
            with slider.hold_sync():
                # First to where both reaches lie, since no end may pass the other.
                slider.min = min(track["min"], slider.min)
                slider.max = max(track["max"], slider.max)
                for key in ("value", "min", "max", "step"):
                    setattr(slider, key, track[key])
        finally:
            self._quiet = False


def around(number: Number, limit: float, dtype: np.dtype[Any]) -> Bounds:
    """Return a reach as far to both sides of a number: a round number, at least `limit`."""
    centre = float(number) if math.isfinite(number) else 0.0
    if dtype.kind in "iu":
        kind = np.iinfo(dtype)
        centre = max(-_LARGEST_EXACT, min(centre, _LARGEST_EXACT))
        limit = _round_number(max(limit, _SMALLEST_WHOLE_LIMIT))
        return Bounds(max(centre - limit, kind.min, -_LARGEST_EXACT), min(centre + limit, kind.max, _LARGEST_EXACT), 1)
    largest = min(float(np.finfo(dtype).max), _LARGEST_SLIDER)
    centre = max(-largest, min(centre, largest))
    limit = _round_number(min(max(limit, abs(centre)), largest))
    step = limit / 100
    middle = round(centre / step) * step
    decimals = _decimals(Bounds(0.0, 0.0, step))
    low, high = round(middle - limit, decimals), round(middle + limit, decimals)
    return Bounds(max(low, -largest), min(high, largest), step)


def _round_number(limit: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, …"""
    power = 10.0 ** math.floor(math.log10(limit))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= limit * (1 - 1e-6))


def _decimals(bounds: Bounds) -> int:
    """Return how many decimal places the numbers on a slider have."""
    exponents = (Decimal(repr(float(number))).as_tuple().exponent for number in (bounds.low, bounds.step))
    return max(0, *(-exponent for exponent in exponents if isinstance(exponent, int)))
