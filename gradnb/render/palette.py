"""The colours of the picture, light and dark, told apart by colour-blind readers (after Okabe and Ito)."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour for each thing that the picture shows; all are ``#rrggbb``."""

    background: str
    text: str
    muted: str
    border: str
    cell: str
    forward: str
    variable: str
    placeholder: str
    constant: str
    operation: str
    backward: str
    backward_fill: str
    seed: str
    seed_text: str
    seed_fill: str
    stopped: str
    stopped_fill: str
    lifted: str
    none: str
    none_fill: str
    warning: str
    warning_fill: str
    predict: str
    predict_fill: str
    scope: str
    scope_fill: str
    heat_low: str
    heat_middle: str
    heat_high: str
    heat_not_finite: str

    def heat(self, level: float) -> str:
        """Return the colour of a heat strip's cell, `level` in [-1, 1] or NaN."""
        if not math.isfinite(level):
            return self.heat_not_finite
        level = max(-1.0, min(1.0, level))
        return _between(self.heat_middle, self.heat_high if level > 0 else self.heat_low, abs(level))


def _between(start: str, end: str, share: float) -> str:
    channels = ((int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


LIGHT = Palette(
    background="#ffffff",
    text="#1a1d26",
    muted="#5f6675",
    border="#aab1c0",
    cell="#ffffff",
    forward="#8b93a5",
    variable="#e6ecfb",
    placeholder="#e0f3ec",
    constant="#eef0f3",
    operation="#f6f7fa",
    backward="#005b94",
    backward_fill="#dcedf9",
    seed="#d98e04",
    seed_text="#7a4b00",
    seed_fill="#fdf1da",
    stopped="#b3261e",
    stopped_fill="#fbe6e2",
    lifted="#00664a",
    none="#5f6675",
    none_fill="#e9ebef",
    warning="#6b4e00",
    warning_fill="#f8ec8c",
    predict="#7d3c68",
    predict_fill="#f6e3ef",
    scope="#9aa3b5",
    scope_fill="#fafbfd",
    heat_low="#d55e00",
    heat_middle="#f7f7f7",
    heat_high="#0072b2",
    heat_not_finite="#1a1d26",
)

DARK = Palette(
    background="#14171e",
    text="#edf0f6",
    muted="#a3abbb",
    border="#525b6e",
    cell="#1c212b",
    forward="#7f899d",
    variable="#2a3654",
    placeholder="#1f4338",
    constant="#2b303a",
    operation="#252b37",
    backward="#7cc4f5",
    backward_fill="#12354d",
    seed="#e69f00",
    seed_text="#ffcf6b",
    seed_fill="#3b2c0c",
    stopped="#ff8a75",
    stopped_fill="#45211c",
    lifted="#4fd1a5",
    none="#a3abbb",
    none_fill="#2e333d",
    warning="#f5e27a",
    warning_fill="#46400f",
    predict="#eaa6d0",
    predict_fill="#43253a",
    scope="#5d677b",
    scope_fill="#181c24",
    heat_low="#f08030",
    heat_middle="#262b35",
    heat_high="#56b4e9",
    heat_not_finite="#f5f5f5",
)


#: Levels of a heat strip that a page has a colour for.
_LEVELS = 25


class _PagePalette(Palette):
    """Signs that stand for a page's colours, since a layout engine takes nothing but ``#rrggbb``."""

    def heat(self, level: float) -> str:
        if not math.isfinite(level):
            return self.heat_not_finite
        return _sign(100 + round((max(-1.0, min(1.0, level)) + 1) / 2 * (_LEVELS - 1)))


def _sign(number: int) -> str:
    return f"#0001{number:02x}"


def _variable(name: str) -> str:
    return f"--gradnb-{name.replace('_', '-')}"


_NAMES = [field.name for field in fields(Palette)]
_PAGE = _PagePalette(*(_sign(number) for number in range(len(_NAMES))))
_VARIABLES = {_sign(number): f"var({_variable(name)})" for number, name in enumerate(_NAMES)}
_VARIABLES |= {_sign(100 + step): f"var(--heat-{step})" for step in range(_LEVELS)}


def css(color: str) -> str:
    """Return a colour as it stands in an SVG: of the theme ``page``, the CSS variable that the page sets."""
    return _VARIABLES.get(color, color)


def variables(colors: Palette) -> dict[str, str]:
    """Return the CSS variables that a picture of the theme ``page`` asks for, in the colours of a palette."""
    found = {_variable(name): getattr(colors, name) for name in _NAMES}
    levels = (2 * step / (_LEVELS - 1) - 1 for step in range(_LEVELS))
    return found | {f"--heat-{step}": colors.heat(level) for step, level in enumerate(levels)}


def palette(theme: str) -> Palette:
    """Return the palette of a theme.

    ``auto`` is light, since a static picture can't know the page that it lands on. The colours of ``page`` are signs:
    see `css`.
    """
    return {"dark": DARK, "page": _PAGE}.get(theme, LIGHT)
