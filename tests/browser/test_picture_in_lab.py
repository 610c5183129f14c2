"""The live picture in a real JupyterLab: it talks with its kernel."""

from __future__ import annotations

import pytest
from lab import Lab, write
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CELLS = [
    """import gradnb as tf
from gradnb.jupyter.graph_view import GraphView
x = tf.Variable([1., 2.], name="x")
a = x * x
y = tf.exp(a)
explanation = tf.explain(y, x, names={"a": a, "y": y})
picture = GraphView()
picture.show(explanation.view)
def stop(edge):
    picture.show(explanation.recompute(stops=["a"]).view)
picture.on_stop(stop)
picture""",
    """from ipywidgets import FloatSlider
slider = FloatSlider(2., description="x[1]", min=-5, max=5)
slider.observe(lambda change: picture.show(explanation.recompute({"x": [1., change["new"]]}).view), "value")
slider""",
]


def test_numbers_a_selection_and_a_stop_go_between_kernel_and_picture(lab: Lab) -> None:
    with lab.notebook(write(lab.folder, "picture.ipynb", CELLS)) as notebook:
        notebook.run_all()
        picture = notebook.page.locator(".gradnb-graph")
        value = picture.locator('[data-id="n0-value"]')
        expect(value).to_have_text("[1. 2.]")
        number = notebook.page.locator(".widget-readout")
        number.fill("3")
        number.press("Enter")
        expect(value).to_have_text("[1. 3.]")
        node = picture.locator('[data-id="n1"]')
        node.click()
        expect(node).to_have_attribute("aria-current", "true")
        for _ in range(2):
            picture.locator('[data-id="b1-label"]').click()
        expect(picture.get_by_role("button", name="wall between a and x").first).to_be_visible()
        expect(picture.locator('[data-id="n0-gradient"]')).to_have_text("∂ None")
        assert not notebook.problems
