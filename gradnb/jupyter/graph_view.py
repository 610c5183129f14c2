"""The live picture as a widget: laid out once, then only what changes travels to the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from gradnb.messages import text
from gradnb.render import dot, layout, svg
from gradnb.render.palette import DARK, LIGHT, Palette, variables
from gradnb.view.model import BackwardEdge, Node, Seed, View

_STATIC = Path(__file__).with_name("static")
#: How hosts say that their page is dark: JupyterLab, Notebook and Voilà; VS Code; Colab.
DARK_PAGES = (
    'body[data-jp-theme-light="false"]',
    "body.vscode-dark",
    "body.vscode-high-contrast:not(.vscode-high-contrast-light)",
    'html[theme="dark"]',
)
#: A page that says nothing follows the reader's system.
SILENT_PAGE = ':root:not([theme]) body:not([data-jp-theme-light], [class*="vscode-"])'
_WORDS = ("zoom_in", "zoom_out", "fit", "picture", "hint", "edge_hint", "wall_hint", "scope_hint", "stop", "lift")


class GraphView(anywidget.AnyWidget):
    """A picture that one can zoom, walk through by keyboard, and click; its numbers change in place.

    Everything that a page needs to show is in the traits: a page that opens late shows the same as the others.

    Attributes
    ----------
    selected : str
        The id of the node, seed or backward edge that is selected, or empty.
    lit : list of str
        Ids of nodes, seeds and backward edges that are highlighted; the others stand back.
    badges : dict of str to str
        A few words at a corner of a node, by its id: what it waits for, a partial sum.
    ghosts : dict of str to str
        What a number was before, by the node's id.
    advice : str
        What is shown in place of a picture that can't be drawn.
    """

    # Its text and not its path: of a path every widget that was ever made would be kept.
    _esm = _STATIC.joinpath("graph_view.js").read_text(encoding="utf-8")

    svg = traitlets.Unicode().tag(sync=True)
    patch = traitlets.Dict().tag(sync=True)
    advice = traitlets.Unicode().tag(sync=True)
    theme = traitlets.Unicode("auto").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    lit = traitlets.List(traitlets.Unicode()).tag(sync=True)
    badges = traitlets.Dict().tag(sync=True)
    ghosts = traitlets.Dict().tag(sync=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._template: svg.Template | None = None
        self._shown: View | None = None
        self._stop_callbacks = widgets.CallbackDispatcher()
        self._scope_callbacks = widgets.CallbackDispatcher()
        self.on_msg(self._hear)

    def __repr__(self) -> str:
        """Return what a page without widgets says in its place: the same text on every run."""
        return text("panel.static", self._shown.language if self._shown is not None else None)

    def show(self, view: View) -> None:
        """Show a view: its new numbers in the present layout, or where they don't fit, in a new one.

        Parameters
        ----------
        view : View
            What to show; the picture's colours are those of the page unless its theme is ``light`` or ``dark``.
        """
        self.theme = view.theme
        view = replace(view, theme="page")
        if self._template is not None and self._shown is not None:
            try:
                changes = self._template.patch(self._shown, view)
            except svg.StructureChanged:
                pass
            else:
                self._shown = view
                if changes:
                    self.patch = {**self.patch, **{key: self.patch.get(key, {}) | new for key, new in changes.items()}}
                return
        self._lay_out(view)

    def _lay_out(self, view: View) -> None:
        picture, advice = "", ""
        self._template = None
        try:
            if view.nodes:
                raw = layout.draw(dot.render(view, live=True)).decode()
                try:
                    self._template = svg.Template(raw, view, live=True)
                    picture = self._template.fill(view)
                except svg.StructureChanged:
                    # An engine that writes in a way not known here: a picture without numbers that follow.
                    self._template, picture = None, svg.finish(raw, view)
        except layout.LayoutUnavailable as reason:
            advice = reason.advice(view.language)
        self._shown = view
        drawn: list[Node | Seed | BackwardEdge] = [*view.nodes, *view.seeds, *view.backward_edges]
        with self.hold_sync():
            self.words = {key: text(f"graph_view.{key}", view.language) for key in _WORDS}
            self.svg, self.advice, self.patch = picture, advice, {}
            if self.selected not in {thing.id for thing in drawn}:
                self.selected = ""

    def on_stop(self, callback: Callable[[str], object], remove: bool = False) -> None:
        """Call `callback` with a backward edge's id when a reader asks to stop the gradient there, or to lift the stop.

        Parameters
        ----------
        callback : callable
            Takes the id.
        remove : bool
            Leave it out from here on.
        """
        self._stop_callbacks.register_callback(callback, remove=remove)

    def on_scope(self, callback: Callable[[str], object], remove: bool = False) -> None:
        """Call `callback` with a name scope when a reader opens or closes its box.

        Parameters
        ----------
        callback : callable
            Takes the scope's name.
        remove : bool
            Leave it out from here on.
        """
        self._scope_callbacks.register_callback(callback, remove=remove)

    def _hear(self, _: object, content: object, __: object) -> None:
        for key, callbacks in (("stop", self._stop_callbacks), ("scope", self._scope_callbacks)):
            if isinstance(content, dict) and isinstance(content.get(key), str):
                callbacks(content[key])


def _style() -> str:
    """Return the widget's style sheet, with the colours of both themes."""

    def colors(selector: str, palette: Palette) -> str:
        return f"{selector} {{ {' '.join(f'{name}: {color};' for name, color in variables(palette).items())} }}"

    automatic = '.gradnb-graph[data-theme="auto"]'
    dark = [*(f"{page} {automatic}" for page in DARK_PAGES), '.gradnb-graph[data-theme="dark"]']
    silent = f"@media (prefers-color-scheme: dark) {{ {colors(f'{SILENT_PAGE} {automatic}', DARK)} }}"
    rules = (_STATIC / "graph_view.css").read_text(encoding="utf-8")
    return "\n".join([colors(".gradnb-graph", LIGHT), colors(", ".join(dark), DARK), silent, rules])


GraphView._css = _style()
