"""The colours of both themes: words stand out from their ground, and lines and frames from the page."""

from __future__ import annotations

import pytest

from gradnb.render.palette import DARK, LIGHT, Palette

WORDS = 4.5
LINES = 3.0

#: Which words stand on which grounds.
ON = {
    "text": ("background", "cell", "variable", "placeholder", "constant", "operation", "seed_fill", "scope_fill"),
    "muted": ("background", "cell", "variable", "placeholder", "constant", "operation", "seed_fill", "scope_fill"),
    "backward": ("background", "backward_fill", "cell"),
    "seed_text": ("seed_fill",),
    "stopped": ("background", "stopped_fill"),
    "lifted": ("background",),
    "none": ("background", "cell", "none_fill"),
    "warning": ("background", "warning_fill"),
    "predict": ("background", "predict_fill"),
}

#: What tells one thing from another by a line or a frame. Seeds and plain frames are told by words and shape as well.
DRAWN = ("backward", "stopped", "lifted", "none", "predict", "forward")


def luminance(color: str) -> float:
    """Return how light ``#rrggbb`` is, as the Web Content Accessibility Guidelines define it."""
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_what_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(colors: Palette) -> None:
    weak = {
        f"{words} on {ground}": round(contrast(getattr(colors, words), getattr(colors, ground)), 2)
        for words, grounds in ON.items()
        for ground in grounds
    }
    assert {pair: ratio for pair, ratio in weak.items() if ratio < WORDS} == {}


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_stand_out_from_the_page(colors: Palette) -> None:
    ratios = {line: round(contrast(getattr(colors, line), colors.background), 2) for line in DRAWN}
    assert {line: ratio for line, ratio in ratios.items() if ratio < LINES} == {}
