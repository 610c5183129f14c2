"""The views below the picture: a check box for each, and those that are ticked, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape

import ipywidgets as widgets
from ipywidgets.widgets.widget_bool import CheckboxStyle

from gradnb.explanation import VIEWS, Explanation
from gradnb.messages import text
from gradnb.render import html


class ViewsBox:
    """Shows views of an explanation, and builds no other.

    Parameters
    ----------
    shown : iterable of str
        Which are shown at first.
    chosen : callable
        Called without arguments when a person chose others.
    language : str
        ``en`` or ``zh``.

    Attributes
    ----------
    choice : Box
        The check boxes.
    box : Box
        The views.
    """

    def __init__(self, shown: Iterable[str], chosen: Callable[[], None], language: str) -> None:
        first = tuple(shown)
        layout, style = widgets.Layout(width="auto", margin="0"), CheckboxStyle(description_width="0")
        # Those that the cell asked for come first, in its order.
        self._parts = (*first, *(part for part in VIEWS if part not in first))
        self._boxes: dict[str, widgets.Checkbox] = {}
        self._pages: dict[str, widgets.HTML] = {}
        for part in self._parts:
            box = widgets.Checkbox(
                part in first,
                description=text(f"panel.view_{part}", language),
                indent=False,
                layout=layout,
                style=style,
            )
            box.observe(lambda _: chosen(), "value")
            self._boxes[part] = box
            if part != "graph":
                # Wide tables scroll, and so they are reached by keyboard too.
                hidden = {"display": "none", "margin": "0"}
                self._pages[part] = widgets.HTML(tabbable=True, tooltip=box.description, layout=hidden)
                self._pages[part].add_class(f"gradnb-view-{part}")
        self._steps, self._marked = "", 0
        self._notes = widgets.HTML(layout=layout)
        label = widgets.HTML(f"<b>{escape(text('panel.views', language))}</b>", layout=layout)
        self.choice = widgets.Box([label, *(self._boxes[part] for part in VIEWS)], layout=layout)
        self.choice.add_class("gradnb-choice")
        self.box = widgets.VBox([self._notes, *self._pages.values()], layout=layout)
        self.box.add_class("gradnb-views")

    @property
    def shown(self) -> tuple[str, ...]:
        """The views that are shown, in order."""
        return tuple(part for part in self._parts if self._boxes[part].value)

    def choose(self, parts: Iterable[str]) -> None:
        """Show exactly these."""
        wanted = set(parts)
        for part, box in self._boxes.items():
            box.value = part in wanted

    def mark_step(self, number: int) -> None:
        """Mark one of the steps, if they are shown, as the one at which the learner is; 0 marks none."""
        self._marked = number
        before, *items = self._steps.split("<li>")
        marks = ('<li aria-current="step">' if place == number else "<li>" for place in range(1, len(items) + 1))
        self._pages["steps"].value = before + "".join(map("".join, zip(marks, items, strict=True)))

    def show(self, explanation: Explanation) -> None:
        """Show the chosen views of an explanation."""
        shown = self.shown
        for part, page in self._pages.items():
            if part in shown:
                content = html.body(replace(explanation.partial_view([part]), shown=(part,), notes=()))
                if part == "steps":
                    self._steps = content
                    self.mark_step(self._marked)
                else:
                    page.value = content
            page.layout.display = None if part in shown else "none"
        self._notes.value = html.body(replace(explanation.partial_view([]), shown=()))
