"""Whatever is done to a panel, in whatever order: its numbers are those of its state, and every way back is exact."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import VIEWS, Explanation
from gradnb.jupyter import panel as panel_module
from gradnb.jupyter.history import State
from gradnb.jupyter.panel import Panel
from gradnb.render import layout
from tests.fuzz.strange import FEW, MANY
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")

TYPED = st.one_of(
    st.sampled_from(
        ["1", "-2.5", "0", "1/3", "1e3", "nan", "inf", "-inf", "1e39", "1e400", "−4", "３", "2²", "1/0", ""]
    ),
    st.sampled_from(["9" * 50, "1e" + "9" * 9, "0x10", "1_000", "1,5", "[1]", "True", "NaN", "-0", "1e-320", "½"]),
    st.sampled_from(PAYLOADS),
    st.floats().map(repr),
    st.integers().map(str),
    st.text(max_size=6),
)


def sums() -> Explanation:
    w1, w2 = tf.Variable([1.0, 2.0], name="w1"), tf.Variable([3.0, 0.5], name="w2")
    a = w1 + w2
    b = tf.stop_gradient(a * w1)
    with tf.name_scope("layer"):
        c = tf.tanh(b) * w2 + a
    y1, y2 = c * w1, tf.reduce_sum(a * c)
    names = {"w1": w1, "w2": w2, "a": a, "b": b, "c": c, "y1": y1, "y2": y2}
    return tf.explain([y1, y2], [w1, w2], [[1.0, 2.0], 3.0], names=names, language="en")


def kinds() -> Explanation:
    x = tf.Variable([[1.0, -2.0], [0.0, 3.0]], name="x")
    n, on = tf.Variable(2, name="n"), tf.Variable([True, False], name="on")
    y = tf.where(on, tf.sqrt(x) * tf.cast(n, tf.float32), tf.matmul(x, x) / x)
    return tf.explain(y, x, names={"x": x, "n": n, "on": on, "y": y}, language="zh", stop_gradients=[])


def asked() -> Explanation:
    x, u = tf.Variable([1.0, 2.0], name="x"), tf.Variable(3.0, name="u")
    h = x * u
    y = h * h + tf.stop_gradient(h)
    return tf.explain(y, [x, u], names={"x": x, "u": u, "h": h, "y": y}, hide=["x", "h"], language="en")


def large() -> Explanation:
    w = tf.Variable(np.linspace(-1.0, 1.0, 80, dtype=np.float32).reshape(8, 10), name="w")
    y = tf.reduce_sum(tf.nn.relu(w) * w)
    return tf.explain(y, w, names={"w": w, "y": y}, language="en")


PRESETS: dict[Callable[[], Explanation], dict[str, Any]] = {
    sums: {"far": {"w1": [9.0, -9.0], "stop_gradients": ["a"]}, "light": {"grad_ys": [[0.0, 0.0], None]}},
    kinds: {"off": {"on": [False, False], "n": 0}},
    asked: {"one": {"x": [1.0, 1.0]}},
    large: {},
}


def everything(widget: Any) -> list[Any]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


def key(state: State) -> tuple[object, ...]:
    """Return what tells states apart: for it NaN is NaN, and 0 is not -0."""
    arrays = (repr(sorted(part.items())) for part in (state.inputs, state.weights))
    return (*arrays, sorted(state.stops), sorted(state.lifted))


class Panels(RuleBasedStateMachine):
    """One panel, and the states that it should be in."""

    def __init__(self) -> None:
        super().__init__()
        self._before = set(open_widgets)
        tf.reset_default_graph()

    @initialize(make=st.sampled_from(list(PRESETS)))
    def open(self, make: Callable[[], Explanation]) -> None:
        self.start = make()
        self.graph, self.version = tf.get_default_graph(), tf.get_default_graph().version
        self.panel = Panel(self.start, names={}, presets=PRESETS[make])
        self.board = [w for w in everything(self.panel._board.box) if not isinstance(w, widgets.Box)]
        self.past: list[State] = []
        self.future: list[State] = []
        self.present = self.panel.state
        self.count = len(open_widgets)
        self.presets = list(PRESETS[make])

    def teardown(self) -> None:
        for identity in set(open_widgets) - self._before:
            open_widgets[identity].close()

    def note(self) -> None:
        """Note what the panel is set to after a gesture."""
        if key(self.panel.state) != key(self.present):
            self.past.append(self.present)
            self.future.clear()
            self.present = self.panel.state

    def of_kind(self, *kinds: type) -> list[Any]:
        return [widget for widget in self.board if isinstance(widget, kinds)]

    @rule(place=st.integers(0, 99), typed=TYPED)
    def types(self, place: int, typed: str) -> None:
        fields = self.of_kind(widgets.Text)
        if fields:
            fields[place % len(fields)].value = typed
            self.note()

    @rule(place=st.integers(0, 99), share=st.floats(0, 1))
    def slides(self, place: int, share: float) -> None:
        sliders = self.of_kind(widgets.FloatSlider, widgets.IntSlider)
        if sliders:
            slider = sliders[place % len(sliders)]
            moved = slider.min + share * (slider.max - slider.min)
            slider.value = round(moved) if isinstance(slider, widgets.IntSlider) else moved
            self.note()

    @rule(place=st.integers(0, 99))
    def ticks(self, place: int) -> None:
        boxes = self.of_kind(widgets.Checkbox)
        if boxes:
            boxes[place % len(boxes)].value ^= True
            self.note()

    @rule(place=st.integers(0, 99))
    def clicks_an_edge(self, place: int) -> None:
        edges = self.panel.explanation.partial_view(["graph"]).backward_edges
        if edges:
            self.panel.toggle_stop(edges[place % len(edges)].id)
            self.note()

    @rule()
    def undoes(self) -> None:
        self.panel.undo()
        if self.past:
            self.future.append(self.present)
            self.present = self.past.pop()

    @rule()
    def redoes(self) -> None:
        self.panel.redo()
        if self.future:
            self.past.append(self.present)
            self.present = self.future.pop()

    @rule()
    def resets(self) -> None:
        self.panel.reset()
        self.note()

    @precondition(lambda self: self.presets)
    @rule(place=st.integers(0, 9))
    def chooses_a_preset(self, place: int) -> None:
        self.panel._preset.value = self.presets[place % len(self.presets)]
        self.note()

    @rule(kept=st.booleans())
    def keeps(self, kept: bool) -> None:
        self.panel._what_if.value = kept

    @rule(views=st.lists(st.sampled_from(VIEWS), max_size=4))
    def chooses_views(self, views: list[str]) -> None:
        self.panel.views.choose(views)

    @rule(way=st.sampled_from(["first", "back", "step", "last", "play", "pause"]))
    def walks(self, way: str) -> None:
        getattr(self.panel.player, way)()

    @rule(place=st.integers(0, 99))
    def selects(self, place: int) -> None:
        view = self.panel.explanation.partial_view(["graph"])
        known = ["", *(node.id for node in view.nodes), *(edge.id for edge in view.backward_edges)]
        self.panel.graph.selected = known[place % len(known)]

    @rule(scope=st.sampled_from(["layer"]))
    def opens_a_scope(self, scope: str) -> None:
        if scope in self.panel.explanation.partial_view(["graph"]).collapsible or self.panel._scopes[1]:
            self.panel.toggle_scope(scope)

    @rule()
    def copies(self) -> None:
        ast.parse(self.panel.code())
        assert self.panel.markdown()
        assert self.panel.latex()

    @precondition(lambda self: self.panel.quiz is not None)
    @rule(place=st.integers(0, 9), answer=TYPED, gives_up=st.booleans())
    def answers(self, place: int, answer: str, gives_up: bool) -> None:
        box = self.panel.quiz
        name = box.quiz.names[place % len(box.quiz.names)]
        box.questions[name].field.value = answer
        box.check(name)
        if gives_up:
            box.show_answer(name)

    @invariant()
    def the_state_is_the_one_that_was_set(self) -> None:
        assert key(self.panel.state) == key(self.present)
        assert self.panel._undo.disabled == (not self.past)
        assert self.panel._redo.disabled == (not self.future)

    @invariant()
    def the_numbers_are_those_of_the_state(self) -> None:
        inputs, weights = self.panel._board.arrays(self.present)
        fresh = self.start.with_views(VIEWS).recompute(inputs, weights, self.present.stops, self.present.lifted)
        shown = self.panel.explanation
        assert fresh.with_hidden(shown.hidden).text() == shown.with_scopes().with_views(VIEWS).text()
        for found, wanted in zip(shown.gradients, fresh.gradients, strict=True):
            assert (found is None) == (wanted is None)
            if found is not None and wanted is not None:
                np.testing.assert_array_equal(found, wanted)

    @invariant()
    def nothing_failed_inside(self) -> None:
        assert "gradnb-error" not in self.panel._message.value

    @invariant()
    def nothing_leaks(self) -> None:
        assert len(open_widgets) <= self.count
        assert tf.get_default_graph() is self.graph
        assert self.graph.version == self.version


@pytest.fixture(autouse=True)
def each_move_is_a_gesture(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(10**9))
    monkeypatch.setattr(panel_module, "time", SimpleNamespace(monotonic=lambda: 10.0 * next(moments)))


def test_a_panel_follows_whatever_is_done_to_it() -> None:
    run_state_machine_as_test(Panels, settings=settings(FEW, max_examples=10, stateful_step_count=10))


@pytest.mark.slow
def test_a_panel_follows_whatever_is_done_to_it_for_long() -> None:
    run_state_machine_as_test(Panels, settings=settings(MANY, max_examples=150, stateful_step_count=30))
