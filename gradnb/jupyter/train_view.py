"""The live panel of a training: step, run, stop, start again, and sliders for the optimizer's settings."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from gradnb.harmless import harmless
from gradnb.jupyter.display import Live, display_live, is_live
from gradnb.jupyter.figure import FigureWidget
from gradnb.messages import text
from gradnb.render import learning as renderer
from gradnb.training import TrainView

#: Steps are taken for so many seconds at a time; for so many in between, the kernel listens to the page.
_SLICE, _BREATH = 0.03, 0.002
#: While steps are taken, the picture is drawn after so many seconds at the earliest, and takes so much of the time.
_REDRAWN_AFTER, _SHARE = 0.15, 0.3

_MOST_STEPS = 1_000_000

_SHARES = ("momentum", "decay", "beta1", "beta2")
_LARGEST_SHARE = 0.999
#: Numbers that make no difference that a learner could see.
_WITHOUT_SLIDER = ("epsilon",)

_STYLE = """
.gradnb-train p { margin: .2em 0; }
.gradnb-train :is(p, th, td) { line-height: 1.5; }
.gradnb-train code { white-space: pre-wrap; overflow-wrap: anywhere; }
.gradnb-train .gradnb-stopped { border-left: 4px solid var(--jp-error-color1, #b3261e); padding: .1em .8em; }
.gradnb-train table { border-collapse: collapse; }
.gradnb-train caption { text-align: left; font-weight: 600; padding: .5em 0 .2em; white-space: nowrap; }
.gradnb-train :is(th, td) { padding: .2em .8em; text-align: left; }
.gradnb-train tr { border-bottom: 1px solid var(--jp-border-color2, #8886); }
"""


def show(view: TrainView) -> None:
    """Display a panel where a kernel can answer it; the static copy is the value of the cell."""
    if is_live():
        language = view.learning.language
        display_live(Live(TrainPanel(view), 1, text("train_view.static", language)))


class TrainPanel(widgets.VBox):  # type: ignore[misc]  # ipywidgets carries no types
    """Buttons and sliders for a training, with its curves and tables.

    Parameters
    ----------
    view : TrainView
        The training, which goes on from where it is.
    """

    def __init__(self, view: TrainView) -> None:
        self._view = view
        learning = view.learning
        self._language = learning.language
        self._left = 0
        self._problem = ""
        self._is_running = self._is_stopped = self._starts_again = False
        self._task: asyncio.Future[None] | None = None
        self._caption = widgets.HTML()
        self._words = widgets.HTML()
        self._picture = FigureWidget(learning.theme)
        self._picture.observe(lambda _: self._guarded(self._draw), "narrow")
        self._table = widgets.HTML()
        self._step = self._button("step_button", "step_tip", "step-forward", self._take_one)
        self._run = self._button("run_button", "run_tip", "play", self._run_or_stop)
        self._reset = self._button("reset_button", "reset_tip", "undo", self.reset)
        self._count = widgets.BoundedIntText(
            100,
            min=1,
            max=_MOST_STEPS,
            description=self._say("count"),
            tooltip=self._say("count"),
            style={"description_width": "initial"},
            layout=widgets.Layout(width="9em"),
        )
        self._bar = widgets.IntProgress(0, 0, 1, layout=widgets.Layout(width="100%", height="6px", visibility="hidden"))
        self._progress = widgets.HTML()
        self._settings = {name: self._slider(name, view.settings[name]) for name in view.adjustable}
        self._settings = {name: slider for name, slider in self._settings.items() if slider is not None}
        super().__init__(
            [
                widgets.HTML(f"<style>{_STYLE}</style>"),
                self._caption,
                self._row([self._step, self._run, self._count, self._reset, self._progress]),
                self._row([*self._settings.values()]),
                self._bar,
                self._words,
                self._picture,
                self._table,
            ]
        )
        self.add_class("gradnb-train")
        self._paint()

    # The controls

    def _button(self, key: str, tip: str, icon: str, clicked: Callable[[], None]) -> widgets.Button:
        button = widgets.Button(
            description=self._say(key),
            tooltip=self._say(tip),
            icon=icon,
            layout=widgets.Layout(width="auto"),
        )
        button.on_click(lambda _: clicked())
        return button

    def _slider(self, name: str, value: float) -> Any:
        """Return the control of a setting; None for one that needs none."""
        if name in _WITHOUT_SLIDER:
            return None
        called = renderer.setting_name(name, self._language)
        common = {
            "description": called,
            "tooltip": called,
            "style": {"description_width": "initial"},
            "layout": widgets.Layout(width="24em"),
        }
        if name in _SHARES and 0 <= value < 1:
            largest = max(_LARGEST_SHARE, value)
            slider = widgets.FloatSlider(value, min=0, max=largest, step=0.001, readout_format=".3f", **common)
        elif value > 0:
            slider = widgets.SelectionSlider(
                options=[(f"{choice:.4g}", choice) for choice in choices(value)], value=value, **common
            )
        else:
            slider = widgets.FloatText(value, **common)
        slider.observe(lambda change: self._guarded(lambda: self._set(name, change.new)), "value")
        return slider

    def _row(self, children: list[widgets.Widget]) -> widgets.HBox:
        return widgets.HBox(children, layout=widgets.Layout(flex_flow="row wrap", align_items="center"))

    # What they do

    @property
    def is_running(self) -> bool:
        """Whether steps are being taken."""
        # The loop may have ended before the run: a front end can have a thread of its own in the kernel, for its time.
        if self._task is not None and not self._task.get_loop().is_running():
            self._is_running, self._task = False, None
            self._show_running(0)
        return self._is_running

    def run(self, count: int) -> None:
        """Take steps, and listen to the page in between; without an event loop, all at once."""
        if self.is_running:
            return
        self._left, self._is_running, self._is_stopped, self._problem = count, True, False, ""
        self._bar.max, self._bar.value = count, 0
        self._show_running(count)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            while self._goes_on:
                self._guarded(self._take_some)
            self._rest()
        else:
            self._task = asyncio.ensure_future(self._run_on())

    def stop(self) -> None:
        """Take no further step; one that has begun is finished."""
        self._is_stopped = True

    def reset(self) -> None:
        """Bring the variables back to where they started."""
        if self.is_running:
            self._starts_again = True
            self.stop()
        else:
            self._guarded(self._start_again)

    def close(self) -> None:
        """Close the panel; what runs, stops."""
        self.stop()
        super().close()

    def _take_one(self) -> None:
        if not self.is_running:
            self._problem = ""
            self._guarded(self._view.step)
            self._guarded(self._paint)

    def _run_or_stop(self) -> None:
        was_running = self._is_running
        if self.is_running:
            self.stop()
        elif was_running:
            self._guarded(self._paint)
        else:
            self.run(self._count.value)

    def _set(self, name: str, value: float) -> None:
        self._view.set(**{name: value})
        if not self._is_running:
            self._say_caption()

    def _start_again(self) -> None:
        self._problem = ""
        self._view.reset()
        self._paint()

    # Running

    @property
    def _goes_on(self) -> bool:
        return self._left > 0 and not self._is_stopped

    async def _run_on(self) -> None:
        painted, cost = time.perf_counter(), 0.0
        while self._goes_on:
            self._guarded(self._take_some)
            now = time.perf_counter()
            if self._goes_on and now - painted > max(_REDRAWN_AFTER, cost / _SHARE):
                self._guarded(self._paint)
                painted = time.perf_counter()
                cost = painted - now
            await asyncio.sleep(_BREATH)
        self._rest()

    def _take_some(self) -> None:
        """Take steps for a short while."""
        end = time.perf_counter() + _SLICE
        while self._goes_on:
            self._view.step()
            self._left -= 1
            if self._view.stop is not None:
                self.stop()
            if time.perf_counter() > end:
                break
        self._bar.value = self._bar.max - self._left

    def _rest(self) -> None:
        """Show where the run has ended."""
        self._is_running, self._task = False, None
        self._show_running(0)
        self._guarded(self._start_again if self._starts_again else self._paint)
        self._starts_again = False

    def _show_running(self, count: int) -> None:
        # One button, so that the keyboard's focus stays where it is.
        key, tip, icon = ("stop_button", "stop_tip", "stop") if count else ("run_button", "run_tip", "play")
        self._run.description, self._run.tooltip, self._run.icon = self._say(key), self._say(tip), icon
        self._bar.layout.visibility = "visible" if count > 1 else "hidden"
        self._progress.value = ""

    # Showing

    def _guarded(self, action: Callable[[], object]) -> None:
        """Do something; an error is shown in the panel and ends a run."""
        try:
            action()
        except Exception as error:
            self.stop()
            self._problem = self._say("failed", reason=harmless(f"{type(error).__name__}: {error}"))
            self._say_words()

    def _paint(self) -> None:
        learning = self._view.learning
        self._say_caption()
        self._say_words()
        self._draw()
        self._table.value = renderer.variables_html(learning)
        if self._is_running:
            done, count = self._bar.value, self._bar.max
            self._progress.value = escape(self._say("progress", done=done, count=count))

    def _draw(self) -> None:
        self._picture.show(self._view.png(self._picture.narrow), renderer.alt(self._view.learning))

    def _say_words(self) -> None:
        if self._problem:
            self._words.value = f'<p class="gradnb-stopped" role="alert">{escape(self._problem)}</p>'
            return
        learning = self._view.learning
        kind = "" if learning.stop is None else ' class="gradnb-stopped"'
        # What changes many times a second is not to be read aloud each time.
        role = "" if self._is_running else ' role="status"'
        self._words.value = f"<div{role}{kind}>{renderer.sentences_html(learning)}</div>"

    def _say_caption(self) -> None:
        self._caption.value = f"<code>{escape(self._view.learning.caption)}</code>"

    def _say(self, key: str, **values: object) -> str:
        return text(f"train_view.{key}", self._language, **values)


def choices(value: float) -> list[float]:
    """Return round numbers that grow by about the same factor, from far below a number to far above, and the number.

    Examples
    --------
    >>> [choice for choice in choices(0.04) if 0.01 <= choice <= 0.1]
    [0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1]
    """
    exponent = math.floor(math.log10(value))
    powers = range(min(exponent - 3, -4), max(exponent + 2, 1))
    return sorted({value, *(float(f"{factor}e{power}") for power in powers for factor in (1, 1.5, 2, 3, 5, 7))})
