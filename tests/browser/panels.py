"""What tests do to a panel on a page: its controls, its picture, its table."""

from __future__ import annotations

import re

from lab import Open
from playwright.sync_api import Locator

LOAD = "%load_ext gradnb\nimport gradnb as tf"

#: The four variables of lesson 2, and what is asked of them.
TWO_YS = """%%gradgraph{line}
w1 = tf.get_variable("w1", initializer=tf.constant([1., 1.]))
w2 = tf.get_variable("w2", initializer=tf.constant([2., 2.]))
w3 = tf.get_variable("w3", initializer=tf.constant([3., 3.]))
w4 = tf.get_variable("w4", initializer=tf.constant([4., 4.]))
a = w1 + w2
y1 = a + w3
y2 = w3 + w4
g = tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[tf.constant([1., 2.]), tf.constant([3., 4.])])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(g))
"""


def the_panel(notebook: Open) -> Locator:
    """Return the first panel that is seen."""
    panel = notebook.page.locator(".gradnb-panel:visible").first
    panel.wait_for()
    return panel


def readout(panel: Locator, name: str) -> Locator:
    """Return the number beside the slider that is described so."""
    return panel.get_by_role("textbox", name=name, exact=True)


def type_number(panel: Locator, name: str, number: str) -> None:
    """Type a number into a field."""
    field = readout(panel, name)
    field.fill(number)
    field.press("Enter")


def slider(panel: Locator, name: str) -> Locator:
    """Return the handle of a slider."""
    return panel.get_by_role("slider", name=name, exact=True)


def drag(handle: Locator, to: float) -> float:
    """Drag a slider's handle with the mouse, `to` pixels to the right, and return the number to which it points."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = handle.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + to / 2, y, steps=5)
    mouse.move(x + to, y, steps=5)
    mouse.up()
    return float(handle.get_attribute("aria-valuenow") or "nan")


def row(panel: Locator, name: str) -> Locator:
    """Return the row of the table about one x."""
    return panel.locator("table tbody tr").filter(has=panel.page.locator("th", has_text=re.compile(f"^{name}$")))


def node(panel: Locator, name: str) -> Locator:
    """Return a node of the picture."""
    return panel.locator(".gradnb-graph").get_by_role("button", name=re.compile(f"^{re.escape(name)}[,、]"))


def edge(panel: Locator, source: str, target: str) -> Locator:
    """Return the edge on which a gradient goes from one node to another."""
    return panel.locator(".gradnb-graph").get_by_role("button", name=f"gradient from {source} to {target}")


def card(panel: Locator) -> Locator:
    """Return the card of what is selected."""
    return panel.locator(".gradnb-aside")


def words_of_the_step(panel: Locator) -> Locator:
    """Return what is said about the step."""
    return panel.locator(".gradnb-step")
