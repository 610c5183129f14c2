"""A drawer below the toolbar of a panel, with a text to copy or the name of a file to write."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import ipywidgets as widgets

from gradnb.harmless import harmless
from gradnb.messages import text

_MOST_ROWS = 16


class Drawer:
    """Shows one text, or asks for one name.

    Parameters
    ----------
    save : callable
        Writes what the panel shows to a file whose name it is given, and returns the file.
    guarded : callable
        Wraps what a button does, so that an error in it is shown to the learner.
    language : str
        ``en`` or ``zh``.

    Attributes
    ----------
    box : Box
        Its widgets; hidden while it is closed.
    text : str
        What is there to be copied.
    """

    def __init__(
        self, save: Callable[[str], Path], guarded: Callable[[Callable[[], None]], None], language: str
    ) -> None:
        self._save = save
        self._language = language
        narrow = {"width": "auto"}
        self._area = widgets.Textarea(layout={"width": "auto", "display": "none"})
        self._area.add_class("gradnb-text")
        self._copy = widgets.Button(
            description=self._say("copy"), tooltip=self._say("copy_tip"), icon="copy", layout=narrow
        )
        self._copy.add_class("gradnb-copy")
        self._file = widgets.Text("gradnb.svg", description=self._say("file"), layout=narrow, continuous_update=True)
        self._write = widgets.Button(
            description=self._say("write"), tooltip=self._say("write_tip"), icon="save", layout=narrow
        )
        self._write.on_click(lambda _: guarded(self.write))
        self._close = widgets.Button(
            description=self._say("close"), tooltip=self._say("close_tip"), icon="times", layout=narrow
        )
        self._close.on_click(lambda _: guarded(self.shut))
        self._words = widgets.HTML()
        self._row = widgets.Box([self._copy, self._file, self._write, self._close, self._words])
        self._row.add_class("gradnb-bar")
        self.box = widgets.VBox([self._area, self._row], layout={"display": "none"})
        self.box.add_class("gradnb-drawer")

    @property
    def text(self) -> str:
        """What is there to be copied."""
        return str(self._area.value)

    @property
    def is_open(self) -> bool:
        """Whether anything is shown."""
        return bool(self.box.layout.display != "none")

    def show_text(self, content: str, kind: str) -> None:
        """Open it with a text to copy: its kind is ``code``, ``latex`` or ``markdown``."""
        self._open(text_shown=True)
        self._area.description = self._say(f"text_{kind}")
        self._area.value = content
        self._area.rows = min(content.count("\n") + 1, _MOST_ROWS)
        self._say_below(self._say("copy_hint"))
        self._area.focus()

    def ask_for_file(self) -> None:
        """Open it to ask where to write a file."""
        self._open(text_shown=False)
        self._say_below(self._say("save_hint"))
        self._file.focus()

    def write(self) -> None:
        """Write the file of that name; what prevents it is said here."""
        try:
            file = self._save(self._file.value.strip())
        except (OSError, ValueError) as problem:
            self._say_below(str(problem), "alert")
        else:
            self._say_below(self._say("written", file=file))

    def shut(self) -> None:
        """Close it."""
        self.box.layout.display = "none"
        self._area.value = ""

    def _open(self, text_shown: bool) -> None:
        for widget, is_shown in (
            *((widget, text_shown) for widget in (self._area, self._copy)),
            *((widget, not text_shown) for widget in (self._file, self._write)),
        ):
            widget.layout.display = None if is_shown else "none"
        self.box.layout.display = None

    def _say_below(self, words: str, role: str = "status") -> None:
        self._words.value = f'<span role="{role}">{escape(harmless(words))}</span>'

    def _say(self, key: str, **values: object) -> str:
        return text(f"drawer.{key}", self._language, **values)
