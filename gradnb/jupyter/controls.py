"""Controls for arrays: a slider or number field for every element, by ipywidgets."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import numpy as np

Array = np.ndarray[Any, Any]

MOST_SLIDERS = 12
WIDEST_GRID = 6

_DESCRIPTION = {"description_width": "8em"}
_WHOLE = {"flex": "0 0 auto"}  # a scrolling parent must not squeeze it


def has_controls(value: Array) -> bool:
    """Return whether an array gets a control per element: real finite numbers, and few enough of them."""
    is_grid = value.ndim == 2 and max(value.shape) <= WIDEST_GRID
    few = value.size > 0 and (value.size <= MOST_SLIDERS or is_grid)
    return few and value.dtype.kind in "fiu" and bool(np.isfinite(value).all())


class ArrayControls:
    """The controls of one array.

    Parameters
    ----------
    name : str
        What the array is called; element ``[0, 1]`` is described as ``name[0,1]``.
    value : ndarray
        Its numbers at the start, also those that `reset` brings back.
    changed : callable
        Called without arguments after any change.

    Attributes
    ----------
    box : Box
        The widget that holds them.
    """

    def __init__(self, name: str, value: Array, changed: Callable[[], None]) -> None:
        self._start = value
        limit, step = _range_and_step(value)
        make = _slider if value.size <= MOST_SLIDERS else _field
        self._elements = [
            make(label(name, index), float(number), limit, step) for index, number in np.ndenumerate(value)
        ]
        for element in self._elements:
            element.observe(lambda _: changed(), "value")
        self.box = widgets.VBox(self._elements, layout=_WHOLE)
        if make is _field:
            columns = f"repeat({value.shape[1]}, auto)"
            grid = {"display": "grid", "grid_template_columns": columns, "overflow": "auto"}
            self.box = widgets.Box(self._elements, layout=_WHOLE | grid)

    @property
    def value(self) -> Array:
        """The array as the controls show it, in its own dtype."""
        numbers = [element.value for element in self._elements]
        return np.array(numbers).reshape(self._start.shape).astype(self._start.dtype)

    @property
    def moved(self) -> bool:
        """Whether any number differs from the start."""
        return not np.array_equal(self.value, self._start)

    def reset(self) -> None:
        """Bring the first numbers back."""
        for element, number in zip(self._elements, self._start.flat, strict=True):
            element.value = float(number)


def label(name: str, index: tuple[int, ...]) -> str:
    """Return how an element is called: ``w``, ``w[0]``, ``w[0,1]``."""
    return f"{name}[{','.join(map(str, index))}]" if index else name


def _slider(description: str, value: float, limit: float, step: float) -> widgets.FloatSlider:
    return widgets.FloatSlider(
        value=value,
        min=-limit,
        max=limit,
        step=step,
        description=description,
        tooltip=description,
        readout_format=f".{_decimals(step)}f",
        style=_DESCRIPTION,
        layout=widgets.Layout(width="auto"),
    )


def _decimals(step: float) -> int:
    return 0 if step == 1.0 else max(2, -math.floor(math.log10(step)))


def _field(description: str, value: float, _: float, step: float) -> widgets.FloatText:
    return widgets.FloatText(
        value=value,
        step=step,
        description=description,
        tooltip=description,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="auto", min_width="8em"),
    )


def _range_and_step(value: Array) -> tuple[float, float]:
    """Return how far a slider goes to both sides, a round number at least twice the largest, and its step."""
    magnitudes = np.abs(value.astype(np.float64))
    largest = float(magnitudes[np.isfinite(magnitudes)].max(initial=0.0))
    wanted = 2 * largest or 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    limit = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * (1 - 1e-6))
    return limit, 1.0 if value.dtype.kind in "iu" else limit / 100
