"""In a real JupyterLab: a training takes steps, a long run is stopped, the slider moves, and the copy is static."""

from __future__ import annotations

import re

import pytest
from lab import Lab, write
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

VALLEY = """import gradnb as tf
x = tf.Variable(4.0)
y = tf.Variable(1.0)
loss = x ** 2 + 10.0 * y ** 2
tf.train_view(loss, tf.train.MomentumOptimizer({rate}, 0.5), steps=2{options})"""


def the_training(notebook: object) -> Locator:
    panel: Locator = notebook.page.locator(".gradnb-train:visible").first  # type: ignore[attr-defined]  # an open notebook
    panel.wait_for()
    return panel


def steps_taken(panel: Locator) -> int:
    """Return how many steps the panel says it has taken."""
    said = panel.get_by_role("status").inner_text()
    found = re.search(r"In (\d+) steps", said)
    assert found, said
    return int(found[1])


def test_steps_a_long_run_that_is_stopped_and_the_slider(lab: Lab) -> None:
    name = write(lab.folder, "train.ipynb", [VALLEY.format(rate="0.0001", options=""), "[x.graph is y.graph]"])
    with lab.notebook(name) as notebook:
        notebook.run_all()
        panel = the_training(notebook)
        expect(panel).to_contain_text("In 2 steps the loss fell from 26.0 to")
        picture = panel.get_by_role("img", name=re.compile("Curves over the steps: the loss"))
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
        drawn = picture.get_attribute("src")

        panel.get_by_role("button", name="Step").click()
        expect(panel).to_contain_text("In 3 steps the loss fell from 26.0 to")
        expect(picture).not_to_have_attribute("src", drawn or "")

        count = panel.get_by_label("steps")
        count.fill("1000000")
        count.press("Enter")
        panel.get_by_role("button", name="Run").click()
        stop = panel.get_by_role("button", name="Stop")
        expect(panel).to_contain_text("of 1000000 steps")
        stop.press("Enter")
        expect(panel.get_by_role("button", name="Run")).to_be_focused()
        taken = steps_taken(panel)
        assert 3 < taken < 1_000_000

        handle = panel.get_by_role("slider", name="learning rate", exact=True)
        handle.focus()
        handle.press("ArrowRight")
        expect(panel).to_contain_text("learning_rate=0.00015, momentum=0.5")
        handle.press("End")
        expect(panel).to_contain_text("learning_rate=7, momentum=0.5")
        panel.get_by_role("button", name="Start again").click()
        expect(panel).to_contain_text("Before the first step the loss is 26.0.")
        panel.get_by_role("button", name="Run").click()
        expect(panel).to_contain_text("every step leaps over the minimum")
        assert not notebook.problems


def test_the_static_copy_keeps_the_state_of_the_cell_and_is_folded(lab: Lab) -> None:
    name = write(lab.folder, "copy.ipynb", [VALLEY.format(rate="0.01", options=', language="zh"')])
    with lab.notebook(name) as notebook:
        notebook.run_all()
        panel = the_training(notebook)
        panel.get_by_role("button", name="走一步").click()
        expect(panel).to_contain_text("走了 3 步")
        copy = notebook.page.locator(".jp-OutputArea-executeResult details")
        expect(copy).not_to_have_attribute("open", re.compile(".*"))
        copy.locator("summary").click()
        expect(copy.locator("img")).to_be_visible()
        expect(copy).to_contain_text("走了 2 步")
        live, static = notebook.outputs()[0]
        assert "application/vnd.jupyter.widget-view+json" in live["data"]
        assert "走了 2 步" in "".join(static["data"]["text/plain"])
        assert not notebook.problems


def test_on_a_dark_page_the_picture_is_dark(lab: Lab) -> None:
    name = write(lab.folder, "dark.ipynb", [VALLEY.format(rate="0.01", options="")])
    with lab.notebook(name, dark=True) as notebook:
        notebook.run_all()
        picture = the_training(notebook).get_by_role("img")
        assert "invert" in picture.evaluate("image => getComputedStyle(image).filter")


def test_a_cell_that_runs_again_has_one_panel(lab: Lab) -> None:
    count = "from ipywidgets.widgets.widget import _instances\nlen(_instances)"
    name = write(lab.folder, "twice.ipynb", [VALLEY.format(rate="0.01", options=""), count])
    with lab.notebook(name) as notebook:
        notebook.run_all()
        the_training(notebook)
        widgets = notebook.outputs()[1][0]["data"]
        notebook.run_all()
        assert notebook.outputs()[1][0]["data"] == widgets, "the widgets of the first run are closed"
        expect(notebook.page.locator(".gradnb-train")).to_have_count(1)
