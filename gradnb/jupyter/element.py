"""The control of one element: a number field with a slider beside it, or a check box."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import ipywidgets as widgets
import numpy as np

from gradnb.jupyter.desk import Desk
from gradnb.jupyter.number_entry import Bounds, Refused, number_text, read_number
from gradnb.jupyter.settings import Number

# A browser's numbers skip whole numbers beyond.
_LARGEST_EXACT = 2**53
_LARGEST_SLIDER = 1e300
_SMALLEST_WHOLE_LIMIT = 10


class TruthControl:
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


class NumberControl:
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
