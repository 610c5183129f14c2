"""In a real JupyterLab: what a learner does with a lesson, from opening it to running all of it once more."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from lab import Lab, Open
from panels import LOAD, TWO_YS, card, drag, edge, node, readout, row, slider, type_number, words_of_the_step
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

PREDICT = '%gradgraph y1 y2 --wrt w3 w4 --grad-ys "[1., 2.]" "[3., 4.]" --hide w3'
WIDGETS = "from ipywidgets.widgets.widget import _instances\nlen(_instances)"


def lesson(folder: Path) -> str:
    """Write a small lesson: a picture to play with, a gradient to predict, and a count of what is alive."""
    new = nbformat.v4
    cells = [
        new.new_markdown_cell("# Two results\n\nWhat will stand in $\\partial L/\\partial w_3$?"),
        *(new.new_code_cell(source) for source in (LOAD, TWO_YS.format(line=""))),
        new.new_markdown_cell("## Predict"),
        *(new.new_code_cell(source) for source in (PREDICT, WIDGETS)),
    ]
    notebook = new.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "journey.ipynb")
    return "journey.ipynb"


def panels(notebook: Open) -> Locator:
    return notebook.page.locator(".gradnb-panel")


def rows(panel: Locator) -> list[str]:
    """Return what the table says."""
    return [row(panel, name).inner_text() for name in ("w1", "w2", "w3", "w4")]


def test_a_learner_works_through_a_lesson(lab: Lab) -> None:
    with lab.notebook(lesson(lab.folder)) as notebook:
        notebook.run_all()
        expect(panels(notebook)).to_have_count(2)
        play, predict = panels(notebook).nth(0), panels(notebook).nth(1)
        drawing = play.locator("svg").first

        # Numbers: with the mouse, and typed.
        weight = drag(slider(play, "grad_ys y1[0]"), 40)
        assert weight > 1
        expect(readout(play, "grad_ys y1[0]")).to_have_value(f"{weight:g}")
        written = re.escape(f"{weight:#.4g}".rstrip("0"))
        expect(row(play, "w1")).to_contain_text(re.compile(rf"\[{written} +2\."))
        expect(node(play, "w1")).to_have_attribute("aria-label", re.compile(rf"gradient \[{written}"))
        type_number(play, "grad_ys y2[0]", "5")
        expect(row(play, "w4")).to_contain_text("[5. 4.]")
        expect(drawing).to_contain_text("[5. 4.]")
        type_number(play, "w1[0]", "9")
        expect(row(play, "w1")).to_contain_text("[9. 1.]")
        type_number(play, "grad_ys y2[1]", "four")
        expect(play.get_by_role("alert")).to_contain_text("'four' is not a number")
        expect(readout(play, "grad_ys y2[1]")).to_have_value("4")

        # Stops: by check box, and at the edge.
        stop = play.get_by_label("stop at a", exact=True)
        stop.check()
        expect(row(play, "w1")).to_contain_text("None")
        expect(drawing).to_contain_text("stopped")
        expect(play.locator("code").first).to_contain_text("stop_gradients=[a]")
        stop.uncheck()
        expect(row(play, "w1")).not_to_contain_text("None")
        for _ in range(2):
            edge(play, "a", "w1").locator("text").first.click()
        expect(row(play, "w2")).to_contain_text("None")
        expect(stop).to_be_checked()

        # Back, on again, and back to the start.
        play.get_by_role("button", name="Undo the last change").click()
        expect(row(play, "w2")).not_to_contain_text("None")
        play.get_by_role("button", name="Do again what was undone").click()
        expect(row(play, "w2")).to_contain_text("None")
        play.get_by_role("button", name="Reset").click()
        expect(row(play, "w3")).to_contain_text("[4. 6.]")
        expect(readout(play, "grad_ys y1[0]")).to_have_value("1")
        expect(stop).not_to_be_checked()

        # Steps: one by one, then by themselves, while a number moves.
        play.get_by_role("button", name="Step", exact=True).click()
        expect(words_of_the_step(play)).to_contain_text("step 1 of")
        expect(play.locator("[data-lit]").first).to_be_attached()
        play.get_by_label("speed").select_option("4×")
        play.get_by_role("button", name="Play").click()
        expect(words_of_the_step(play)).to_contain_text("step 3 of")
        play.get_by_role("button", name="Pause").click()
        type_number(play, "grad_ys y1[1]", "7")
        expect(row(play, "w1")).to_contain_text("[1. 7.]")
        expect(words_of_the_step(play)).to_contain_text(re.compile(r"step [345] of"))

        # A node and its card.
        node(play, "w3").locator("text").first.click()
        expect(card(play).get_by_role("heading", name="w3 variable")).to_be_visible()
        expect(card(play)).to_contain_text("[4. 11.]")

        # A prediction, wrong and right.
        field = predict.get_by_role("textbox", name="your prediction: gradient of w3")
        field.fill("[1, 2]")
        field.press("Enter")
        expect(predict.get_by_role("status").filter(has_text="What comes from y2 is missing")).to_be_visible()
        expect(row(predict, "w3")).not_to_contain_text("[4. 6.]")
        field.fill("[4, 6]")
        field.press("Enter")
        expect(row(predict, "w3")).to_contain_text("[4. 6.]")
        expect(predict.get_by_text("1 of 1 right")).to_be_visible()

        # The code of what is shown, pasted into a cell of its own.
        type_number(play, "grad_ys y2[0]", "-2")
        stop.check()
        expect(row(play, "w1")).to_contain_text("None")
        expect(row(play, "w4")).to_contain_text("[-2. 4.]")
        shown = rows(play)
        play.get_by_role("button", name="Copy as code").click()
        play.get_by_role("button", name="Copy", exact=True).click()
        notebook.select(1)
        notebook.do("notebook:insert-cell-below")
        notebook.page.locator(".jp-Cell.jp-mod-active .cm-content").click()
        notebook.page.keyboard.press("Control+V")
        notebook.page.keyboard.press("Shift+Enter")
        expect(panels(notebook)).to_have_count(3)
        pasted = panels(notebook).nth(1)
        expect(row(pasted, "w4")).to_contain_text("[-2. 4.]")
        assert rows(pasted) == shown

        # A cell that runs again closes what it had opened.
        widgets = notebook.run(4)
        notebook.run(1)
        expect(row(play, "w4")).to_contain_text("[3. 4.]")
        expect(panels(notebook)).to_have_count(3)
        assert notebook.run(4) == widgets

        notebook.restart_and_run_all()
        expect(panels(notebook)).to_have_count(3)
        type_number(panels(notebook).nth(0), "grad_ys y2[0]", "5")
        expect(row(panels(notebook).nth(0), "w4")).to_contain_text("[5. 4.]")
        assert not notebook.problems
