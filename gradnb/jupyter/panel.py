"""The live panel: what goes into a gradient can be moved, and picture, views and words follow."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.core.getipython import get_ipython

from gradnb.engine.naming import given_names
from gradnb.explanation import Explanation
from gradnb.harmless import harmless
from gradnb.jupyter import code, what_if
from gradnb.jupyter.board import Board
from gradnb.jupyter.drawer import Drawer
from gradnb.jupyter.graph_view import GraphView
from gradnb.jupyter.history import History, State
from gradnb.jupyter.idle import WhenIdle
from gradnb.jupyter.player import Player
from gradnb.jupyter.quiz_box import QuizBox
from gradnb.jupyter.teaching import BadSetting, read_presets, read_ranges
from gradnb.jupyter.views_box import ViewsBox
from gradnb.messages import text
from gradnb.render import card
from gradnb.view.model import View

#: Pictures up to so many points of width stand beside their controls in a panel of medium, large, and very large width:
#: the style sheet knows from where on. Others have a row of their own.
_FITTING = {"medium": 560.0, "large": 880.0, "huge": 1450.0}


class Panel(widgets.VBox):  # type: ignore[misc]  # ipywidgets carries no types
    """Controls for one explanation, with its picture, the card of what is selected, steps and views.

    Everything happens on the explanation's own copy of the graph: the learner's session and variables stay as they are.

    Parameters
    ----------
    explanation : Explanation
        What is shown at first.
    presets : Mapping of str to Mapping, optional
        States with names, as `gradnb.jupyter.teaching.read_presets` takes them.
    ranges : Mapping of str to tuple, optional
        Where numbers may go, as `gradnb.jupyter.teaching.read_ranges` takes it.
    names : Mapping of str to object, optional
        What a program calls its tensors, for the code that is copied; by default the notebook's names.

    Attributes
    ----------
    explanation : Explanation
        What is shown at present.
    graph : GraphView
        The picture.
    player : Player
        The steps.
    views : ViewsBox
        What stands below.
    drawer : Drawer
        Where texts are copied and files are named.
    quiz : QuizBox or None
        Where gradients are predicted, if any is hidden.

    Raises
    ------
    BadSetting
        If a preset or a range does not fit.
    """

    def __init__(
        self,
        explanation: Explanation,
        *,
        presets: Mapping[str, Any] | None = None,
        ranges: Mapping[str, Any] | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        self.explanation = self._start = explanation
        self._base = explanation
        self._names = names
        problem = explanation.problem
        empty = explanation.partial_view([])
        self._language, self._precision = empty.language, int(explanation.recipe.options.get("precision", 4))
        bounds = read_ranges(ranges or {}, problem, self._language)
        self._presets = read_presets(presets or {}, problem, bounds, self._language)
        self._scopes: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._hidden = explanation.hidden
        self._kept: Explanation | None = None
        self._gesture = ""

        self._board = Board(problem, self._changed, bounds, self._language)
        self._history = History(self._board.start)
        self._idle = WhenIdle(self._follow)
        self.graph = GraphView()
        self.graph.on_stop(lambda edge: self._guarded(lambda: self.toggle_stop(edge)))
        self.graph.on_scope(lambda scope: self._guarded(lambda: self.toggle_scope(scope)))
        self.graph.observe(lambda _: self._guarded(self._paint_card), "selected")
        self.player = Player(self._steps, self._paint_step, self._guarded, self._language)
        self.views = ViewsBox(empty.shown, self._chosen, self._language)
        self.drawer = Drawer(self.save, self._guarded, self._language)
        self.quiz = QuizBox(explanation.quiz(), self._revealed) if explanation.hidden else None
        self._make_toolbar()
        self._caption = widgets.HTML()
        self._caption.add_class("gradnb-caption")
        self._message = widgets.HTML()
        self._differences = widgets.HTML(tabbable=True, tooltip=self._say("what_if_tip"), layout={"display": "none"})
        self._differences.add_class("gradnb-differences")
        # What scrolls can be reached and scrolled by keyboard.
        self._card = widgets.HTML(tabbable=True, tooltip=self._say("card"))
        self._card.add_class("gradnb-aside")
        self._body = _box("gradnb-body", [self._board.box, self.graph, self._card])
        self._body.children[1].add_class("gradnb-picture")
        super().__init__(
            [
                *([] if self.quiz is None else [self.quiz]),
                self._caption,
                self._toolbar,
                self.drawer.box,
                _box("gradnb-bar", [self.player.box, self.player.words]),
                self._message,
                self._differences,
                self._body,
                self.views.choice,
                self.views.box,
            ]
        )
        self.add_class("gradnb-panel")
        self._paint()

    def __repr__(self) -> str:
        """Return what a page without widgets says in its place: the same text on every run, on every machine."""
        return self._say("static")

    def _make_toolbar(self) -> None:
        self._undo = self._button("undo", "undo", self.undo, with_words=False)
        self._redo = self._button("redo", "repeat", self.redo, with_words=False)
        self._what_if = widgets.Checkbox(
            False, description=self._say("what_if"), tooltip=self._say("what_if_tip"), indent=False, layout=_narrow()
        )
        self._what_if.add_class("gradnb-chip")
        self._what_if.observe(lambda change: self._guarded(lambda: self.keep(change["new"])), "value")
        self._preset = widgets.Dropdown(
            options=[("–", ""), *((name, name) for name in self._presets)],
            description=self._say("presets"),
            layout={"width": "auto", "display": None if self._presets else "none"},
        )
        self._preset.observe(self._preset_chosen, "value")
        self._ask = self._button("ask", "question", self.ask_tensorflow)
        if not self._start.is_compared:
            self._ask.layout.display = "none"
        self._toolbar = _box(
            "gradnb-bar",
            [
                self._button("reset", "refresh", self.reset),
                self._undo,
                self._redo,
                self._preset,
                self._what_if,
                self._ask,
                self._button("copy_code", "code", lambda: self.drawer.show_text(self.code(), "code")),
                self._button("copy_latex", "", lambda: self.drawer.show_text(self.latex(), "latex")),
                self._button("copy_markdown", "", lambda: self.drawer.show_text(self.markdown(), "markdown")),
                self._button("save", "save", self.drawer.ask_for_file),
            ],
        )

    def _button(self, key: str, icon: str, action: Callable[[], None], with_words: bool = True) -> widgets.Button:
        button = widgets.Button(
            description=self._say(key) if with_words else "",
            tooltip=self._say(f"{key}_tip"),
            icon=icon,
            layout=_narrow(),
        )
        button.on_click(lambda _: self._guarded(action))
        return button

    # What is set

    @property
    def state(self) -> State:
        """What is set."""
        return self._board.state

    def change(
        self,
        inputs: Mapping[str, Any] | None = None,
        weights: Mapping[str, Any] | None = None,
        stops: Iterable[str] | None = None,
        lifted: Iterable[str] | None = None,
    ) -> None:
        """Set values, weights, stops as `Explanation.recompute` takes them; what is not mentioned stays."""
        for what, given in (("inputs", inputs), ("weights", weights)):
            if not isinstance(given, Mapping | None):
                raise TypeError(text("explain.no_values", self._language, what=what, kind=type(given).__name__))
        values: dict[str, Any] = {**(inputs or {}), **{f"grad_ys {name}": w for name, w in (weights or {}).items()}}
        known = self.state
        values["stop_gradients"] = known.stops if stops is None else stops
        values["lifted"] = known.lifted if lifted is None else lifted
        (new,) = read_presets({"": values}, self._start.problem, {}, self._language).values()
        self._put(State({**known.inputs, **new.inputs}, {**known.weights, **new.weights}, new.stops, new.lifted))

    def undo(self) -> None:
        """Go one gesture back."""
        self._go(self._history.undone())

    def redo(self) -> None:
        """Go one gesture on."""
        self._go(self._history.redone())

    def reset(self) -> None:
        """Bring back the values that the cell had; that, too, can be undone."""
        self._put(self._board.start)

    def choose(self, preset: str) -> None:
        """Set what a preset sets."""
        if not isinstance(preset, str) or preset not in self._presets:
            raise BadSetting(
                text("teaching.no_preset", self._language, name=preset, known=", ".join(self._presets) or "–")
            )
        self._put(self._presets[preset])

    def _preset_chosen(self, change: Mapping[str, Any]) -> None:
        if change["new"] and change["new"] != self._present_preset:
            self._guarded(lambda: self.choose(change["new"]))

    @property
    def _present_preset(self) -> str:
        """The name of the preset that sets what is set, or nothing."""
        return next((name for name, state in self._presets.items() if state == self._history.present), "")

    def toggle_stop(self, edge: str) -> None:
        """Stop the gradient where an edge of the picture begins, or let it pass there again.

        The *producing operation* stops, as TensorFlow stops by operation. A stop of the program's own is lifted as a
        what-if.

        Parameters
        ----------
        edge : str
            The id of a backward edge.
        """
        names, state, liftable = self.explanation.producers(edge), self.state, self._start.problem.liftable
        stops = state.stops ^ {name for name in names if name not in liftable}
        lifted = state.lifted ^ {name for name in names if name in liftable}
        self._put(State(state.inputs, state.weights, stops, lifted))

    def toggle_scope(self, scope: str) -> None:
        """Open a name scope that is drawn as one box, or close one that is open."""
        opened, collapsed = self._scopes
        if scope in self.explanation.partial_view(["graph"]).collapsible:
            self._scopes = (tuple(name for name in opened if name != scope), (*collapsed, scope))
        else:
            self._scopes = ((*opened, scope), tuple(name for name in collapsed if name != scope))
        self._rebase()

    def keep(self, kept: bool = True) -> None:
        """Keep the present state as a ghost, with which all that follows is compared; or forget it."""
        self._what_if.value = kept
        self._kept = self.explanation if kept else None
        self._paint_differences(self.explanation.partial_view(["graph"]))

    def ask_tensorflow(self) -> None:
        """Ask TensorFlow about the present state; it takes some seconds."""
        self._message.value = f'<p role="status">{escape(self._say("asking"))}</p>'
        self.explanation = self.explanation.against_tensorflow()
        self._paint()

    # What is taken away

    def code(self) -> str:
        """Return a cell that shows the present state."""
        names = self._names
        if names is None:
            shell: Any = get_ipython()
            names = {} if shell is None else {n: v for n, v in shell.user_ns.items() if not n.startswith("_")}
        scaled, starts = self._board.scaled()
        return code.cell(self._as_shown().recipe, given_names(names), scaled, starts)

    def latex(self) -> str:
        """Return the views in LaTeX."""
        return self._as_shown().latex()

    def markdown(self) -> str:
        """Return the views in Markdown."""
        return self._as_shown().markdown()

    def save(self, file: str) -> Path:
        """Write what is shown to a file, as `Explanation.save` does."""
        return self._as_shown().save(file)

    def _as_shown(self) -> Explanation:
        return self.explanation.with_views(self.views.shown or ("table",))

    # Following

    def _changed(self, gesture: str) -> None:
        """Follow what a person moved when the kernel is idle: of many changes only the last state is computed."""
        self._gesture = gesture
        self._idle.request()

    def _follow(self) -> None:
        def follow() -> None:
            self._history = self._history.changed(self._board.state, self._gesture, time.monotonic())
            self._compute()

        self._guarded(follow)

    def _put(self, state: State) -> None:
        self._go(self._history.changed(state, "", time.monotonic()))

    def _go(self, history: History) -> None:
        self._history = history
        self._board.put(history.present)
        self._compute()

    def _revealed(self, names: tuple[str, ...]) -> None:
        self._guarded(lambda: self._reveal(names))

    def _reveal(self, names: tuple[str, ...]) -> None:
        """Show gradients that were predicted."""
        self._hidden = tuple(name for name in self._start.hidden if name not in names)
        if self._kept is not None:
            self._kept = self._kept.with_hidden(self._hidden)
        self._rebase()

    def _rebase(self) -> None:
        """Start from an explanation with the scopes that are open, and without what need not be predicted any more."""
        base = self._start if self._hidden == self._start.hidden else self._start.with_hidden(self._hidden)
        self._base = base.with_scopes(*self._scopes) if any(self._scopes) else base
        self._compute()

    def _compute(self) -> None:
        state = self._history.present
        inputs, weights = self._board.arrays(state)
        explanation = self._base
        if state != self._board.start:
            explanation = explanation.recompute(inputs, weights, state.stops, state.lifted)
        # First of all: where there is no memory for its numbers, the one before stays.
        explanation.partial_view(["graph"])
        self.explanation = explanation
        if self.quiz is not None:
            self.quiz.follow(self.explanation)
        self._paint()

    def _chosen(self) -> None:
        self._guarded(self._paint)

    # Showing

    def _paint(self) -> None:
        self._board.refresh()
        view = self.explanation.partial_view(["graph"])
        self._caption.value = f"<code>{escape(view.caption)}</code>"
        self._undo.disabled, self._redo.disabled = not self._history.past, not self._history.future
        self._preset.value = self._present_preset
        self._paint_picture(view)
        self._paint_differences(view)
        if self.player.position:
            self.player.show(self._steps())
        self.views.show(self.explanation)
        self._paint_step()
        self._paint_card()

    def _paint_picture(self, view: View) -> None:
        shown = "graph" in self.views.shown and bool(view.nodes)
        if shown:
            self.graph.show(view)
        for widget in (self.graph, self._card):
            widget.layout.display = None if shown else "none"
        width = _width(self.graph.svg)
        for panel, widest in _FITTING.items():
            (self._body.add_class if width <= widest else self._body.remove_class)(f"gradnb-fits-{panel}")

    def _paint_step(self) -> None:
        self.graph.lit, self.graph.badges = self.player.lit, self.player.badges
        self.views.mark_step(self.player.position)

    def _paint_card(self) -> None:
        if "graph" not in self.views.shown:
            return
        selected = self.graph.selected
        self._card.value = (
            card.html(self.explanation.card(selected))
            if selected
            else f'<p class="gradnb-muted">{escape(self._say("no_card"))}</p>'
        )

    def _paint_differences(self, view: View) -> None:
        self._differences.layout.display = "none" if self._kept is None else None
        if self._kept is None:
            self.graph.ghosts, self._differences.value = {}, ""
            return
        self.graph.ghosts = what_if.ghosts(self._kept.partial_view(["graph"]), view)
        told = what_if.differences(self._kept, self.explanation, self._precision, self._language)
        lines = "".join(f"<li>{escape(line)}</li>" for line in told)
        words = f"<ul>{lines}</ul>" if told else f"<p>{escape(self._say('no_difference'))}</p>"
        self._differences.value = f'<div role="status">{words}</div>'

    def _steps(self) -> Any:
        return self.explanation.partial_view(["graph", "steps"]).steps

    def _guarded(self, action: Callable[[], None]) -> None:
        """Do something; what goes wrong is said in the panel, which lives on."""
        try:
            action()
        except Exception as error:
            reason = harmless(f"{type(error).__name__}: {error}")
            self._message.value = (
                f'<p class="gradnb-error" role="alert">{escape(self._say("failed", reason=reason))}</p>'
            )
        else:
            self._message.value = ""

    def close(self) -> None:
        """Close the panel, and stop what goes on by itself."""
        if self.comm is not None:
            self._idle.close()
            self.player.pause()
        super().close()

    def _say(self, key: str, **values: object) -> str:
        return text(f"panel.{key}", self._language, **values)


def _box(name: str, children: Iterable[widgets.Widget]) -> widgets.Box:
    box = widgets.Box(list(children), layout=_narrow())
    box.add_class(name)
    return box


def _narrow() -> widgets.Layout:
    return widgets.Layout(width="auto")


def _width(drawn: str) -> float:
    """Return the width of an SVG in points."""
    found = re.search(r'<svg[^>]* viewBox="[\d.-]+ [\d.-]+ ([\d.]+)', drawn)
    return float(found[1]) if found else 0.0
