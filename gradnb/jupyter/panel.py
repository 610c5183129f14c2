"""The live panel: controls for what goes into a gradient, and the picture and table that follow them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from html import escape

import ipywidgets as widgets

from gradnb.explanation import Explanation
from gradnb.jupyter.controls import Array, ArrayControls, Desk, array_of, controls_of
from gradnb.messages import text
from gradnb.render import dot, html, layout, svg
from gradnb.render.palette import DARK, LIGHT
from gradnb.view.model import View

_DARK_PAGES = ('body[data-jp-theme-light="false"]', "body.vscode-dark", 'html[theme="dark"]')

_STYLE = """
.gradnb-panel { --gradnb-line: var(--jp-border-color2, #8886); }
.gradnb-panel svg { max-width: 100%; height: auto; display: block; }
.gradnb-panel table { border-collapse: collapse; }
.gradnb-panel caption { text-align: left; font-weight: 600; padding: .3em 0; white-space: nowrap; }
.gradnb-panel :is(th, td) { border-bottom: 1px solid var(--gradnb-line); padding: .3em .8em; text-align: left; }
.gradnb-panel .gradnb-error { border-left: 4px solid var(--jp-error-color1, #b3261e); padding: .3em .8em; }
"""

# Beside each other where there is room for a legible picture, else one below the other.
_BODY = {"flex_flow": "row wrap", "align_items": "flex-start"}
_CONTROLS = {
    "flex": "1 1 22em",
    "flex_flow": "row wrap",
    "align_items": "flex-start",
    "max_height": "34em",
    "overflow": "auto",
}
_SECTION = {"flex": "1 0 21em", "min_width": "0"}
_PICTURE = {"min_width": "0", "overflow": "auto"}
# A picture that would have to be made smaller than this to stand beside the controls stands below them.
_SMALLEST_SCALE = 0.8

# How long the kernel waits for further changes, in seconds.
_PAUSE = 0.02


class Panel(widgets.VBox):  # type: ignore[misc]  # ipywidgets carries no types
    """Controls for one explanation, with its picture and table.

    Everything happens on the explanation's own copy of the graph: the learner's session and variables stay as they are.

    Parameters
    ----------
    explanation : Explanation
        What is shown at first.
    """

    def __init__(self, explanation: Explanation) -> None:
        self._start = explanation
        self._language = explanation.view.language
        self._waits = False
        self._template: svg.Template | None = None
        self._caption = widgets.HTML()
        self._picture = widgets.HTML(layout=_PICTURE)
        self._words = widgets.HTML()
        self._message = widgets.HTML()
        self._make_controls()
        reset = widgets.Button(description=self._say("reset"), tooltip=self._say("reset_tip"), icon="undo")
        reset.on_click(lambda _: self.reset())
        super().__init__(
            [
                widgets.HTML(f"<style>{_STYLE}{_dark_style(explanation.view.theme)}</style>"),
                widgets.HBox([reset, self._caption]),
                widgets.HBox([widgets.HBox(self._sections(), layout=_CONTROLS), self._picture], layout=_BODY),
                self._message,
                self._words,
            ]
        )
        self.add_class("gradnb-panel")
        self._paint(explanation.view)

    def __repr__(self) -> str:
        """Return what a page without widgets says in its place: the same text on every run, on every machine."""
        return self._say("static")

    # The controls

    def _make_controls(self) -> None:
        problem = self._start.problem
        self._weights = self._arrays({name: (f"grad_ys {name}", value) for name, value in problem.weights.items()})
        self._inputs = self._arrays({name: (name, value) for name, value in problem.inputs.items()})
        self._stops = {
            name: widgets.Checkbox(
                name in problem.stops,
                description=self._say("stop_at", name=name),
                indent=False,
                layout=widgets.Layout(width="auto"),
            )
            for name in problem.stoppable
        }
        for box in self._stops.values():
            box.observe(lambda _: self._changed(), "value")

    def _arrays(self, described: Mapping[str, tuple[str, Array]]) -> dict[str, ArrayControls]:
        desk = Desk(lambda _: self._changed(), self._language)
        found = {name: controls_of(description, value, desk) for name, (description, value) in described.items()}
        return {name: controls for name, controls in found.items() if controls is not None}

    def _sections(self) -> list[widgets.Widget]:
        """Return the controls, each kind under its heading."""
        kinds = {
            "weights": [controls.box for controls in self._weights.values()],
            "inputs": [controls.box for controls in self._inputs.values()],
            "stops": list(self._stops.values()),
        }
        sections = [
            widgets.VBox([widgets.HTML(f"<b>{escape(self._say(key))}</b>"), *boxes], layout=_SECTION)
            for key, boxes in kinds.items()
            if boxes
        ]
        problem = self._start.problem
        without = [f"grad_ys {name}" for name in problem.weights if name not in self._weights]
        without += [name for name in problem.inputs if name not in self._inputs]
        if without:
            sections.append(widgets.HTML(escape(self._say("without", names=", ".join(without))), layout=_SECTION))
        return sections

    def reset(self) -> None:
        """Bring back the values that the cell had."""
        for controls in (*self._weights.values(), *self._inputs.values()):
            controls.put(None)
        for name, box in self._stops.items():
            box.value = name in self._start.problem.stops
        self._changed()

    # Following the controls

    def _changed(self) -> None:
        """Recompute when the kernel is idle: of many changes only the state after the last is computed."""
        if self._waits:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._recompute()
            return
        self._waits = True
        loop.call_later(_PAUSE, self._recompute)

    def _recompute(self) -> None:
        """Compute with the controls' values, and show the result; an error is shown in the panel."""
        self._waits = False
        try:
            self._paint(
                self._start.recompute(
                    {n: array_of(c.setting, c.start) for n, c in self._inputs.items() if c.moved},
                    {n: array_of(c.setting, c.start) for n, c in self._weights.items() if c.moved},
                    {name for name, box in self._stops.items() if box.value},
                ).view
            )
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            self._message.value = (
                f'<p class="gradnb-error" role="alert">{escape(self._say("failed", reason=reason))}</p>'
            )
        else:
            self._message.value = ""

    def _paint(self, view: View) -> None:
        self._caption.value = f"<code>{escape(view.caption)}</code>"
        if "graph" in view.shown and view.nodes:
            self._picture.value = self._drawn(view)
        self._words.value = html.body(replace(view, shown=tuple(part for part in view.shown if part != "graph")))

    def _drawn(self, view: View) -> str:
        """Return the picture: new numbers in the old layout, or where that does not fit, in a new one."""
        if self._template is not None:
            try:
                return self._template.fill(view)
            except svg.StructureChanged:
                pass
        try:
            self._template = svg.Template(layout.draw(dot.render(view, live=True)).decode(), view)
        except layout.LayoutUnavailable as reason:
            return f"<p>{escape(reason.advice(view.language))}</p>"
        drawn = self._template.fill(view)
        self._picture.layout.flex = f"100 1 {_SMALLEST_SCALE * _width(drawn):.0f}pt"
        return drawn

    def _say(self, key: str, **values: object) -> str:
        return text(f"panel.{key}", self._language, **values)


def _width(drawn: str) -> float:
    """Return the width of an SVG in points."""
    found = re.search(r'<svg[^>]* width="([\d.]+)pt"', drawn)
    return float(found[1]) if found else 0.0


def _dark_style(theme: str) -> str:
    """Return rules that give the picture its dark colours on a dark page, if the theme follows the page."""
    if theme != "auto":
        return ""
    rules = []
    for field in fields(LIGHT):
        light, dark = getattr(LIGHT, field.name), getattr(DARK, field.name)
        for attribute in ("fill", "stroke"):
            pages = ", ".join(f'{page} .gradnb-panel svg [{attribute}="{light}"]' for page in _DARK_PAGES)
            rules.append(f"{pages} {{ {attribute}: {dark}; }}")
    return "\n".join(dict.fromkeys(rules))
