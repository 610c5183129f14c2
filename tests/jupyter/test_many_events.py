"""A long day at the slider, and many panels in one notebook: the last value is shown, and memory does not grow."""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
import weakref
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter import display
from gradnb.jupyter.panel import Panel
from gradnb.render import layout

pytestmark = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")

#: What a person can do in a day: an event each third of a second for nine hours.
A_DAY = 100_000


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    tf.reset_default_graph()
    yield
    for widget in list(open_widgets.values()):
        widget.close()


def fifteen_nodes() -> Explanation:
    x = y = tf.Variable([1.0, 2.0], name="x")
    for _ in range(7):
        y = tf.sin(y) * 1.5
    return explain(y, x, names={"x": x, "y": y}, language="en")


def slider(shown: widgets.Widget, description: str) -> Any:
    (row,) = [
        widget
        for widget in _inside(shown)
        if "gradnb-number" in getattr(widget, "_dom_classes", ()) and widget.children[-1].description == description
    ]
    return row.children[0]


def _inside(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _inside(child)


async def drag(moved: Any, events: int) -> None:
    """Send what a page sends while a slider is dragged to and fro; each message is a task of its own."""
    for number in range(events):
        moved.set_state({"value": round(-2.0 + number % 400 * 0.01, 2)})
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)


def gradient_at(x: list[float]) -> Any:
    value, slope = np.float64(x), np.ones(2)
    for _ in range(7):
        slope = slope * np.cos(value) * 1.5
        value = np.sin(value) * 1.5
    return slope


def test_of_ten_thousand_events_the_last_value_is_shown_and_nothing_is_left_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = Panel(fifteen_nodes())
    computed = 0
    recompute = Explanation.recompute

    def counting(self: Explanation, *arguments: Any) -> Explanation:
        nonlocal computed
        computed += 1
        return recompute(self, *arguments)

    monkeypatch.setattr(Explanation, "recompute", counting)
    moved = slider(shown, "x[0]")

    async def long_drag() -> None:
        await drag(moved, 10_000)
        # Nothing waits behind the event loop's back.
        before = computed
        await asyncio.sleep(0.1)
        assert computed == before
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(long_drag())
    assert 0 < computed < 5_000
    np.testing.assert_allclose(shown.explanation.gradients[0], gradient_at([1.99, 2.0]), rtol=1e-4)
    text = shown.explanation.view.rows[0].gradient.value
    assert text is not None
    assert any(text.text in str(change) for change in shown.graph.patch.values())


def events_without_a_loop(shown: Panel, count: int) -> None:
    """Let each event be computed, as in a kernel that is idle between two of them."""
    moved = slider(shown, "x[0]")
    for number in range(count):
        moved.set_state({"value": round(-2.0 + number % 40 * 0.1, 2)})


@pytest.mark.parametrize("events", [1_000, pytest.param(A_DAY, marks=pytest.mark.slow)])
def test_the_events_of_a_day_leave_no_objects_behind(events: int) -> None:
    shown = Panel(fifteen_nodes())
    events_without_a_loop(shown, 200)  # what is kept of each number's text, and the like, is there afterwards
    gc.collect()
    blocks, objects = sys.getallocatedblocks(), len(gc.get_objects())
    events_without_a_loop(shown, events)
    gc.collect()
    assert len(gc.get_objects()) - objects < 200
    assert sys.getallocatedblocks() - blocks < 1_000
    assert len(open_widgets) < 300


def test_events_take_no_more_memory_with_time() -> None:
    shown = Panel(fifteen_nodes())
    tracemalloc.start()
    try:
        events_without_a_loop(shown, 80)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        events_without_a_loop(shown, 200)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 50_000
    finally:
        tracemalloc.stop()


def test_a_panel_takes_about_a_megabyte() -> None:
    explanation = fifteen_nodes()
    lives = [display.LivePanel([explanation])]
    tracemalloc.start()
    try:
        lives += [display.LivePanel([explanation]) for _ in range(4)]
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] / 4 < 1_500_000
    finally:
        tracemalloc.stop()


def test_of_a_hundred_panels_each_follows_its_own_slider_and_is_freed_when_it_is_closed() -> None:
    explanation = fifteen_nodes()
    lives = [display.LivePanel([explanation]) for _ in range(100)]
    panels = [live.children[0] for live in lives]
    before = [dict(panel.graph.patch) for panel in panels]
    slider(panels[50], "x[0]").value = 0.5
    assert [number for number, panel in enumerate(panels) if panel.explanation is not explanation] == [50]
    changed = [number for number, panel in enumerate(panels) if panel.graph.patch != before[number]]
    assert changed == [50]
    gone = [weakref.ref(thing) for panel in panels for thing in (panel, panel.graph, panel.player)]
    for live in lives:
        live.close_all()
    del live, lives, panels
    gc.collect()
    assert [reference() for reference in gone] == [None] * len(gone)
    assert not open_widgets
