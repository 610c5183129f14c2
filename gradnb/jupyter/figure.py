"""An image that the kernel draws again and again, as a widget with the words that stand for it."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from gradnb.jupyter.graph_view import DARK_PAGES, SILENT_PAGE

# The picture is light; turned over, its colours keep their hues on a dark page, and follow it at once.
_IMAGE = ".gradnb-figure-auto img"
_DARK = "{ filter: invert(0.92) hue-rotate(180deg); }"


class FigureWidget(anywidget.AnyWidget):
    """Shows a PNG file.

    Parameters
    ----------
    theme : str
        ``auto``: a light picture follows a dark page; ``light``, ``dark``: it stays as it is.

    Attributes
    ----------
    png : bytes
        The file.
    words : str
        What it shows, for those who do not see it; set before `png`.
    narrow : bool
        Whether the page has little room for it.
    """

    # Its text and not its path: of a path every widget that was ever made would be kept.
    _esm = Path(__file__).with_name("static").joinpath("figure.js").read_text(encoding="utf-8")
    _css = f"""
.gradnb-figure img {{ display: block; width: 100%; max-width: 960px; height: auto; }}
{", ".join(f"{page} {_IMAGE}" for page in DARK_PAGES)} {_DARK}
@media (prefers-color-scheme: dark) {{ {SILENT_PAGE} {_IMAGE} {_DARK} }}
"""

    png = traitlets.Bytes().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    narrow = traitlets.Bool().tag(sync=True)

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.add_class("gradnb-figure")
        self.add_class(f"gradnb-figure-{theme}")

    def show(self, png: bytes, words: str) -> None:
        """Show another picture."""
        with self.hold_sync():
            self.words, self.png = words, png
