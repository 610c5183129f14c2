"""The panel of a training: what its buttons and sliders do, in a script, in an event loop, and for a screen reader."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets
from shells import Notebook

import gradnb as tf
from gradnb.jupyter import display, train_view
from gradnb.jupyter.figure import FigureWidget
from gradnb.jupyter.train_view import TrainPanel, choices
from gradnb.training import TrainView


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


def training(optimizer: Any = None, start: float = 4.0, **options: Any) -> TrainView:
    w = tf.Variable(start, name="w")
    return tf.train_view(tf.square(w), optimizer or tf.train.GradientDescentOptimizer(0.25), **options)


def everything(widget: widgets.Widget) -> list[widgets.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


def control(shown: widgets.Widget, description: str) -> Any:
    (found,) = [widget for widget in everything(shown) if getattr(widget, "description", None) == description]
    return found


def htmls(shown: widgets.Widget) -> str:
    return "\n".join(widget.value for widget in everything(shown) if isinstance(widget, widgets.HTML))


def figure(shown: widgets.Widget) -> FigureWidget:
    (found,) = [widget for widget in everything(shown) if isinstance(widget, FigureWidget)]
    return found


def test_it_starts_where_the_training_is() -> None:
    shown = TrainPanel(training(steps=2))
    assert "In 2 steps the loss fell from 16.0 to 1.0." in htmls(shown)
    assert "<code>tf.train.GradientDescentOptimizer(learning_rate=0.25).minimize(w²)</code>" in htmls(shown)
    assert figure(shown).png.startswith(b"\x89PNG")
    assert "In 2 steps the loss fell" in figure(shown).words


def test_every_control_says_what_it_is() -> None:
    shown = TrainPanel(training(tf.train.RMSPropOptimizer(0.1, momentum=0.5)))
    controls = [w for w in everything(shown) if isinstance(w, (widgets.Button, widgets.ValueWidget)) and w.description]
    assert [widget.description for widget in controls] == [
        *("Step", "Run", "steps", "Start again"),
        *("learning rate", "decay", "momentum"),
    ]
    assert all(widget.tooltip for widget in controls)


def test_one_step_and_many() -> None:
    view = training()
    shown = TrainPanel(view)
    before = figure(shown).png
    control(shown, "Step").click()
    assert view.losses.tolist() == [16.0, 4.0]
    assert "In one step the loss fell from 16.0 to 4.0." in htmls(shown)
    assert figure(shown).png != before
    control(shown, "steps").value = 3
    control(shown, "Run").click()
    assert len(view.steps) == 5
    assert re.search(r"<td>0\.25</td>", htmls(shown))


def test_start_again_keeps_the_settings_and_shows_the_run_before() -> None:
    view = training()
    shown = TrainPanel(view)
    control(shown, "Step").click()
    control(shown, "learning rate").value = 0.05
    control(shown, "Start again").click()
    assert view.losses.tolist() == [16.0]
    assert view.settings == {"learning_rate": 0.05}
    assert [step.loss for step in view.learning.before] == [16.0, 4.0]
    assert "Before the first step" in htmls(shown)


def test_a_slider_counts_from_the_next_step_on() -> None:
    view = training()
    shown = TrainPanel(view)
    control(shown, "learning rate").value = 0.5
    assert "learning_rate=0.5)" in htmls(shown)
    control(shown, "Step").click()
    assert view.losses.tolist() == [16.0, 0.0]


def test_the_learning_rate_goes_through_round_numbers_and_the_programs_own() -> None:
    slider = control(TrainPanel(training(tf.train.GradientDescentOptimizer(0.0123))), "learning rate")
    labels = [label for label, _ in slider.options]
    assert slider.value == 0.0123
    assert labels[labels.index("0.0123") - 1 : labels.index("0.0123") + 3] == ["0.01", "0.0123", "0.015", "0.02"]
    assert choices(0.0123)[0] <= 1e-4
    assert choices(1e-7)[0] < 1e-9
    assert choices(300.0)[-1] > 3000


@pytest.mark.parametrize("rate", [0.0, -0.5])
def test_a_rate_that_is_not_positive_has_a_field(rate: float) -> None:
    field = control(TrainPanel(training(tf.train.GradientDescentOptimizer(rate))), "learning rate")
    assert isinstance(field, widgets.FloatText)
    assert field.value == rate


def test_a_rate_that_the_program_computes_has_no_slider() -> None:
    count = tf.train.create_global_step()
    rate = tf.train.exponential_decay(0.5, count, 1, 0.5)
    shown = TrainPanel(training(tf.train.GradientDescentOptimizer(rate), global_step=count))
    assert "learning rate" not in [getattr(widget, "description", "") for widget in everything(shown)]
    control(shown, "Step").click()
    assert "learning_rate=0.25)" in htmls(shown)


def test_a_run_that_flies_away_stops_in_words_and_can_go_on() -> None:
    view = training(tf.train.GradientDescentOptimizer(1.5))
    shown = TrainPanel(view)
    control(shown, "Run").click()
    assert len(view.steps) < 10
    assert '<div role="status" class="gradnb-stopped"><p>The loss has grown' in htmls(shown)
    control(shown, "steps").value = 2
    before = len(view.steps)
    control(shown, "Run").click()
    assert len(view.steps) == before + 2


def test_an_error_of_a_step_is_shown_and_goes_away() -> None:
    w = tf.Variable(4.0, name="w")
    x = tf.placeholder(tf.float32, [], name="x")
    values = [1.0, "<b>", 2.0]
    view = tf.train_view(tf.square(w * x), tf.train.GradientDescentOptimizer(0.1), lambda step: {x: values[step]})
    shown = TrainPanel(view)
    control(shown, "Run").click()
    assert 'role="alert"' in htmls(shown)
    assert "&lt;b&gt;" in htmls(shown)
    assert control(shown, "Run").icon == "play"
    values[1] = 1.0
    control(shown, "Step").click()
    assert 'role="alert"' not in htmls(shown)
    assert len(view.steps) == 2


# While steps are taken in an event loop


def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page be heard and the picture be drawn after every step."""
    monkeypatch.setattr(train_view, "_SLICE", 0.0)
    monkeypatch.setattr(train_view, "_REDRAWN_AFTER", 0.0)


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


def test_a_long_run_listens_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    view = training(tf.train.GradientDescentOptimizer(1e-4))
    shown = TrainPanel(view)
    slow(monkeypatch)

    async def use() -> None:
        control(shown, "steps").value = 1_000_000
        control(shown, "Run").click()
        assert len(view.steps) == 1, "the click itself returns at once"
        await until(lambda: len(view.steps) > 5)
        button = control(shown, "Stop")
        (bar,) = [widget for widget in everything(shown) if isinstance(widget, widgets.IntProgress)]
        assert (bar.max, bar.layout.visibility) == (1_000_000, "visible")
        assert 0 < bar.value < 1000
        await until(lambda: "of 1000000 steps" in htmls(shown))
        assert 'role="status"' not in htmls(shown), "nothing is read aloud many times a second"
        control(shown, "learning rate").value = 0.01
        changed = len(view.steps)
        await until(lambda: len(view.steps) > changed)
        control(shown, "Step").click()
        button.click()
        await until(lambda: not shown.is_running)
        assert control(shown, "Run") is button, "the focus stays where it is"
        assert bar.layout.visibility == "hidden"
        taken = len(view.steps)
        await asyncio.sleep(0.02)
        assert len(view.steps) == taken
        assert view.steps[-1].settings == pytest.approx((0.01,))
        assert f"In {taken - 1} steps" in htmls(shown)
        assert 'role="status"' in htmls(shown)

    asyncio.run(use())


def test_start_again_while_it_runs_stops_first(monkeypatch: pytest.MonkeyPatch) -> None:
    view = training(tf.train.GradientDescentOptimizer(1e-4))
    shown = TrainPanel(view)
    slow(monkeypatch)

    async def use() -> None:
        shown.run(1_000_000)
        await until(lambda: len(view.steps) > 3)
        control(shown, "Start again").click()
        await until(lambda: not shown.is_running)
        assert view.losses.tolist() == [16.0]
        assert len(view.learning.before) > 3

    asyncio.run(use())


def test_a_run_whose_thread_has_ended_can_be_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    view = training(tf.train.GradientDescentOptimizer(1e-4))
    shown = TrainPanel(view)
    slow(monkeypatch)

    async def leave() -> None:
        shown.run(1_000_000)
        await until(lambda: len(view.steps) > 3)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave())
    taken = len(view.steps)
    control(shown, "Stop").click()
    assert not shown.is_running
    assert len(view.steps) == taken
    control(shown, "steps").value = 2
    control(shown, "Run").click()
    assert len(view.steps) == taken + 2
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_an_error_ends_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    view = training()
    shown = TrainPanel(view)

    def fail(self: TrainView, count: int = 1) -> None:
        raise RuntimeError("<b>too hot</b>")

    monkeypatch.setattr(TrainView, "step", fail)

    async def use() -> None:
        shown.run(1000)
        await until(lambda: not shown.is_running)

    asyncio.run(use())
    assert "RuntimeError: &lt;b&gt;too hot&lt;/b&gt;" in htmls(shown)


def test_a_closed_panel_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    view = training(tf.train.GradientDescentOptimizer(1e-4))
    shown = TrainPanel(view)
    slow(monkeypatch)

    async def use() -> None:
        shown.run(1_000_000)
        await until(lambda: len(view.steps) > 3)
        display.Live(shown, 1, "").close_all()
        await until(lambda: not shown.is_running)

    asyncio.run(use())
    assert len(view.steps) < 100_000


def test_a_cell_may_take_steps_while_the_panel_does(monkeypatch: pytest.MonkeyPatch) -> None:
    view = training(tf.train.GradientDescentOptimizer(1e-4))
    shown = TrainPanel(view)

    async def use() -> None:
        shown.run(3000)
        await until(lambda: not shown.is_running)

    panel = threading.Thread(target=lambda: asyncio.run(use()))
    panel.start()
    for _ in range(300):
        view.step()
        _ = view.learning
    panel.join()
    assert len(view.steps) == 3301
    alone = training(tf.train.GradientDescentOptimizer(1e-4), steps=3300)
    assert view.losses.tolist() == alone.losses.tolist()


# In a notebook


def test_it_speaks_chinese() -> None:
    descriptions = {getattr(w, "description", "") for w in everything(TrainPanel(training(language="zh")))}
    assert {"走一步", "运行", "步数", "重新开始", "学习率"} <= descriptions


def test_any_name_is_shown_as_text() -> None:
    w = tf.Variable(4.0, name="w")
    name = "<script>alert(1)</script>"
    shown = TrainPanel(tf.train_view(tf.square(w), tf.train.GradientDescentOptimizer(0.1), names={name: w}))
    assert "<script" not in htmls(shown)
    assert "&lt;script&gt;" in htmls(shown)


def test_a_theme_that_was_chosen_does_not_follow_the_page() -> None:
    for theme in ("auto", "light", "dark"):
        assert f"gradnb-figure-{theme}" in figure(TrainPanel(training(theme=theme)))._dom_classes
    assert ".gradnb-figure-auto img" in FigureWidget._css
    assert ".gradnb-figure-dark" not in FigureWidget._css


def test_without_a_kernel_the_value_of_the_cell_is_all(notebook: Notebook) -> None:
    shown = notebook.ok("w = tf.Variable(4.0)\ntf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=1)")
    assert shown.displayed == []
    assert isinstance(shown.result.result, TrainView)


def test_with_a_kernel_the_panel_stands_above_the_value_of_the_cell(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_view, "is_live", lambda: True)
    cell = "w = tf.Variable(4.0)\ntf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=1)"
    shown = [notebook.ok(cell) for _ in range(2)]
    for output in shown:
        (bundle,) = output.displayed
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["text/plain"] == "Run this cell in a live notebook to take further steps."
    assert repr(shown[0].result.result) == repr(shown[1].result.result)
