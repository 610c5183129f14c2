"""A widget without a face: what a live panel needs the page for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_STATIC = Path(__file__).with_name("static")


class PageScript(anywidget.AnyWidget):
    """Folds the static copies below a panel, names its sliders, and copies, as long as a kernel answers.

    Parameters
    ----------
    copies : int
        How many of the following outputs it folds.
    """

    # Its text and not its path: of a path every widget that was ever made would be kept.
    _esm = _STATIC.joinpath("page.js").read_text(encoding="utf-8")
    _css = _STATIC.joinpath("panel.css").read_text(encoding="utf-8")
    copies = traitlets.Int(1).tag(sync=True)

    def __init__(self, copies: int, **options: Any) -> None:
        super().__init__(copies=copies, **options)
        self.on_msg(lambda *_: self.send("it is"))
