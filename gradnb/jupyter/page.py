"""A widget without a face: what a live panel needs the page for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets


class PageScript(anywidget.AnyWidget):
    """Folds the static copies below a panel, names its sliders, and copies, as long as a kernel answers.

    Parameters
    ----------
    copies : int
        How many of the following outputs it folds.
    """

    _esm = Path(__file__).with_name("static") / "page.js"
    _css = Path(__file__).with_name("static") / "panel.css"
    copies = traitlets.Int(1).tag(sync=True)

    def __init__(self, copies: int, **options: Any) -> None:
        super().__init__(copies=copies, **options)
        self.on_msg(lambda *_: self.send("it is"))
