"""Putting explanations on the screen: in a live notebook a panel and a static copy, elsewhere the static one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as widgets
from IPython.core.getipython import get_ipython
from IPython.display import display

from gradnb.explanation import Explanation
from gradnb.jupyter.page import PageScript
from gradnb.jupyter.panel import Panel
from gradnb.jupyter.teaching import shared_out
from gradnb.messages import text

_panels_of_cell: dict[str, tuple[int, list[Live]]] = {}


def is_live() -> bool:
    """Return whether a Jupyter kernel runs this program, so that widgets can talk to it."""
    return getattr(get_ipython(), "kernel", None) is not None


def show(
    explanations: Sequence[Explanation],
    *,
    static: bool = False,
    presets: Mapping[str, Any] | None = None,
    ranges: Mapping[str, Any] | None = None,
) -> None:
    """Display explanations.

    Parameters
    ----------
    explanations : sequence of Explanation
        What to show. In a live notebook several stand behind tabs; their static copies follow one below the other, each
        with its call as caption.
    static : bool
        Leave the panel out also in a live notebook.
    presets, ranges : Mapping, optional
        For the panels: see `Panel`. Of several explanations each takes what it knows.

    Raises
    ------
    BadSetting
        If a preset or a range fits none of the explanations.
    """
    if presets or ranges:
        # Also where there is no panel: a wrong setting is wrong everywhere.
        problems = [explanation.problem for explanation in explanations]
        shared_out(presets or {}, ranges or {}, problems, explanations[0].view.language)
    if not static and is_live():
        display_live(LivePanel(explanations, presets or {}, ranges or {}))
    for explanation in explanations:
        display(explanation)


def display_live(live: Live) -> None:
    """Display what is alive, in place of what an earlier run of the same cell displayed."""
    _replace_panels_of_this_cell(live)
    display(live)


class Live(widgets.VBox):  # type: ignore[misc]  # ipywidgets carries no types
    """What stands above the static copies: widgets, and the script of their page.

    Parameters
    ----------
    shown : Widget
        The panel.
    copies : int
        How many static copies follow.
    said : str
        What a page without widgets says in its place: the same text on every run, on every machine.
    """

    def __init__(self, shown: widgets.Widget, copies: int, said: str) -> None:
        self._said = said
        super().__init__([shown, PageScript(copies)])

    def __repr__(self) -> str:
        return self._said

    def close_all(self) -> None:
        """Close the panel with all its widgets."""
        waiting: list[widgets.Widget] = [self]
        while waiting:
            widget = waiting.pop()
            waiting += getattr(widget, "children", ())
            waiting += [
                getattr(widget, part) for part in ("layout", "style") if getattr(widget, part, None) is not None
            ]
            widget.close()


class LivePanel(Live):
    """One panel of an explanation, or tabs of them."""

    def __init__(
        self,
        explanations: Sequence[Explanation],
        presets: Mapping[str, Any] | None = None,
        ranges: Mapping[str, Any] | None = None,
    ) -> None:
        problems = [explanation.problem for explanation in explanations]
        shares = shared_out(presets or {}, ranges or {}, problems, explanations[0].view.language)
        panels = [Panel(explanation, **share) for explanation, share in zip(explanations, shares, strict=True)]
        shown = panels[0] if len(panels) == 1 else widgets.Tab(panels, titles=_titles(explanations))
        super().__init__(shown, len(explanations), text("panel.static", explanations[0].view.language))


def _titles(explanations: Sequence[Explanation]) -> list[str]:
    return [
        text("panel.tab", explanation.view.language, number=number, ys=", ".join(explanation.view.y_names))
        for number, explanation in enumerate(explanations, 1)
    ]


def _replace_panels_of_this_cell(live: Live) -> None:
    """Close the panels that an earlier run of the same cell made, as far as the front end names its cells."""
    shell = get_ipython()
    parent = getattr(shell, "parent_header", None) or {}
    cell = parent.get("metadata", {}).get("cellId")
    if shell is None or cell is None:
        return
    count, panels = _panels_of_cell.get(cell, (0, []))
    if count != shell.execution_count:
        for panel in panels:
            panel.close_all()
        panels = []
    _panels_of_cell[cell] = (shell.execution_count, [*panels, live])
