"""axe-core finds nothing grave in a panel with everything open, in a training, and in their static copies."""

from __future__ import annotations

import pytest
from audit import barriers
from lab import Lab, write
from panels import LOAD, node, the_panel, type_number
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

#: All that a panel can hold: numbers, a grid, a large array, truth values, a stop of the program's own, presets.
PROGRAM = """x = tf.Variable([1., 2., 3.], name="x")
matrix = tf.Variable([[1., 2., 3.], [4., 5., 6.], [7., 8., 9.]], name="matrix")
large = tf.Variable(np.linspace(0., 1., 300, dtype=np.float32).reshape(3, 100), name="large")
chosen = tf.placeholder_with_default([True, False, True], [3], name="chosen")
with tf.name_scope("layer"):
    h = tf.where(chosen, tf.squeeze(tf.matmul(matrix, tf.reshape(x, [3, 1]))), x)
target = tf.stop_gradient(h)
y = tf.reduce_sum(tf.square(h - 2. * target)) + tf.reduce_sum(tf.matmul(tf.reshape(h, [1, 3]), large))
z = x * 2.
views = ["graph", "table", "steps", "paths", "jacobian", "story", "raw"]
explanation = gradnb.explain([y, z], [x, matrix, large], names=dict(x=x, h=h, y=y, z=z, target=target),
                             language="LANGUAGE", views=views, hide=["x", "matrix"], check=True)
gradnb.show(explanation, presets={"as it was": {}, "twice": {"x": [2., 4., 6.]}})"""

TRAINING = """v = tf.Variable(4.0)
tf.train_view(v ** 2, tf.train.MomentumOptimizer(0.1, 0.5), steps=3, language="LANGUAGE")"""


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh", True)])
def test_a_panel_with_everything_open_and_a_training(lab: Lab, language: str, dark: bool) -> None:
    cells = [LOAD + "\nimport gradnb\nimport numpy as np", PROGRAM, TRAINING]
    name = write(lab.folder, f"open-{language}.ipynb", [cell.replace("LANGUAGE", language) for cell in cells])
    with lab.notebook(name, dark=dark) as notebook:
        notebook.run_all()
        panel = the_panel(notebook)
        node(panel, "h").focus()
        expect(panel.locator(".gradnb-aside h3")).to_be_visible()
        field = panel.locator(".gradnb-quiz input[type=text]").first
        for _ in range(3):
            field.fill("[1, 2, 3]")
            field.press("Enter")
        expect(panel.locator(".gradnb-wrong")).to_be_visible()
        panel.locator(".gradnb-quiz .fa-download").click()
        panel.locator(".gradnb-bar .gradnb-chip input").check()
        type_number(panel, "x[0]", "2")
        expect(panel.locator(".gradnb-differences li").first).to_be_visible()
        panel.locator(".fa-step-forward").click()
        panel.locator(".fa-code").click()
        expect(panel.locator(".gradnb-drawer textarea")).to_be_focused()
        type_number(panel, "x[1]", "two")
        expect(panel.get_by_role("alert").first).to_be_visible()
        notebook.page.locator("details").evaluate_all("every => every.forEach(details => { details.open = true; })")
        assert barriers(notebook.page, ".gradnb-panel") == []
        assert barriers(notebook.page, ".gradnb-train") == []
        assert barriers(notebook.page, ".jp-OutputArea-output > details, .jp-RenderedHTML > details") == []
        assert not notebook.problems
