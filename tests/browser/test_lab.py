"""In a real JupyterLab: the lessons run, controls change the numbers, errors stop, and the static copy is folded."""

from __future__ import annotations

import re
import shutil
from dataclasses import astuple
from pathlib import Path

import nbformat
import pytest
from lab import REPOSITORY, Lab, Open, write
from playwright.sync_api import Locator, expect

from gradnb.render.palette import DARK

pytestmark = pytest.mark.browser

#: A Chinese lesson has the cells of the English one: of those one is enough for the everyday run.
EVERYDAY = ("en", "06_learning")


def _lesson(path: Path) -> object:
    marks = [] if path.parent.name in EVERYDAY or path.stem in EVERYDAY else [pytest.mark.slow]
    return pytest.param(path, id=f"{path.parent.name}/{path.name}", marks=marks)


LESSONS = [_lesson(path) for path in sorted((REPOSITORY / "notebooks").glob("*/*.ipynb"))]

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

LOAD = "%load_ext gradnb\nimport gradnb as tf"


def readout(panel: Locator, name: str) -> Locator:
    """Return the number beside the slider that is described so."""
    return panel.get_by_role("textbox", name=name, exact=True)


def type_number(panel: Locator, name: str, number: str) -> None:
    field = readout(panel, name)
    field.fill(number)
    field.press("Enter")


def row(panel: Locator, name: str) -> Locator:
    return panel.locator("table tbody tr").filter(has=panel.page.locator("th", has_text=re.compile(f"^{name}$")))


def the_panel(notebook: Open) -> Locator:
    panel = notebook.page.locator(".gradnb-panel:visible").first
    panel.wait_for()
    return panel


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_from_top_to_bottom(lab: Lab, lesson: Path) -> None:
    name = f"{lesson.parent.name}-{lesson.name}"
    shutil.copy(lesson, lab.folder / name)
    with lab.notebook(name) as notebook:
        notebook.run_all()
        the_panel(notebook)
        expected = [
            "raises-exception" in cell.metadata.get("tags", ())
            for cell in nbformat.read(lesson, 4).cells
            if cell.cell_type == "code"
        ]
        failed = [any(output["output_type"] == "error" for output in cell) for cell in notebook.outputs()]
        assert failed == expected
        assert not notebook.problems


def test_moving_a_weight_changes_the_numbers_of_picture_and_table(lab: Lab) -> None:
    name = write(lab.folder, "weights.ipynb", [LOAD, TWO_YS.format(line=""), "print(sess.graph is w1.graph)"])
    with lab.notebook(name) as notebook:
        notebook.run_all()
        panel = the_panel(notebook)
        expect(row(panel, "w3")).to_contain_text("[4. 6.]")
        drawing = panel.locator("svg").first
        expect(drawing).to_contain_text("[4. 6.]")

        type_number(panel, "grad_ys y2[0]", "5")
        expect(row(panel, "w3")).to_contain_text("[6. 6.]")
        expect(row(panel, "w4")).to_contain_text("[5. 4.]")
        expect(drawing).to_contain_text("[6. 6.]")
        expect(drawing).not_to_contain_text("[4. 6.]")

        handle = panel.get_by_role("slider", name="grad_ys y1[1]", exact=True)
        handle.focus()
        handle.press("End")
        expect(row(panel, "w1")).to_contain_text("[1. 7.]")
        expect(drawing).to_contain_text("[6. 11.]")

        panel.get_by_role("button", name="Reset").click()
        expect(row(panel, "w3")).to_contain_text("[4. 6.]")
        expect(drawing).to_contain_text("[4. 6.]")
        assert not notebook.problems


def test_a_variable_a_stop_and_the_learners_session(lab: Lab) -> None:
    cells = [LOAD, "%%gradgraph y --wrt x w\nx = tf.Variable(3.)\nw = tf.Variable(2.)\na = x * x\ny = a * w"]
    with lab.notebook(write(lab.folder, "stop.ipynb", cells)) as notebook:
        notebook.run_all()
        panel = the_panel(notebook)
        expect(row(panel, "x")).to_contain_text("12")
        type_number(panel, "x", "5")
        expect(row(panel, "x")).to_contain_text("20")
        expect(row(panel, "w")).to_contain_text("25")
        panel.get_by_label("stop at a", exact=True).check()
        expect(row(panel, "x")).to_contain_text("None")
        expect(panel.locator("svg").first).to_contain_text("stopped: 10.0")
        expect(panel.locator("code").first).to_have_text("tf.gradients(y, [x, w], stop_gradients=[a])")
        panel.get_by_label("stop at a", exact=True).uncheck()
        expect(row(panel, "x")).to_contain_text("20")
        assert not notebook.problems


def test_the_static_copy_is_folded_while_the_kernel_lives(lab: Lab) -> None:
    with lab.notebook(write(lab.folder, "fold.ipynb", [LOAD, TWO_YS.format(line="")])) as notebook:
        notebook.run_all()
        the_panel(notebook)
        copy = notebook.page.locator(".jp-OutputArea-output > details, .jp-RenderedHTML > details")
        expect(copy).to_have_count(1)
        expect(copy).not_to_have_attribute("open", re.compile(".*"))
        saved = notebook.outputs()[1][-1]["data"]["text/html"]
        assert "<details open>" in "".join(saved), "what is saved is open"
        copy.locator("summary").click()
        expect(copy.locator("img")).to_be_visible()


def test_without_its_kernel_the_static_copy_is_open(lab: Lab) -> None:
    name = write(lab.folder, "reopened.ipynb", [LOAD, TWO_YS.format(line="")])
    with lab.notebook(name) as notebook:
        notebook.run_all()
        the_panel(notebook)
        notebook.save()
    with lab.notebook(name) as notebook:
        copy = notebook.page.locator(".jp-RenderedHTML > details")
        expect(copy).to_have_attribute("open", re.compile(".*"))
        expect(copy.locator("img")).to_be_visible()


def test_several_calls_stand_behind_tabs(lab: Lab) -> None:
    cell = TWO_YS.format(line="") + "h = tf.gradients(y2, [w3])"
    with lab.notebook(write(lab.folder, "tabs.ipynb", [LOAD, cell])) as notebook:
        notebook.run_all()
        panel = the_panel(notebook)
        expect(row(panel, "w3")).to_contain_text("[4. 6.]")
        notebook.page.locator(".widget-tab").get_by_role("tab").nth(1).click()
        second = the_panel(notebook)
        expect(row(second, "w3")).to_contain_text("[1. 1.]")
        assert not notebook.problems


def test_a_learners_error_stops_run_all(lab: Lab) -> None:
    cells = [LOAD, "%%gradgraph\nx = tf.Variable(1.)\nx / undefined_name", "print('not reached')"]
    with lab.notebook(write(lab.folder, "error.ipynb", cells)) as notebook:
        notebook.run_until_it_stops()
        errors = [output for output in notebook.outputs()[1] if output["output_type"] == "error"]
        assert [error["ename"] for error in errors] == ["NameError"]
        shown = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(errors[0]["traceback"]))
        assert "----> 3 x / undefined_name" in shown
        assert "gradnb" not in shown
        assert notebook.execution_counts()[2] is None
        assert notebook.outputs()[2] == []


def test_a_bad_option_stops_run_all_with_one_line(lab: Lab) -> None:
    with lab.notebook(write(lab.folder, "option.ipynb", [LOAD, "%%gradgraph --viw table\n1", "2"])) as notebook:
        notebook.run_until_it_stops()
        shown = "".join(str(output.get("text", "")) for output in notebook.outputs()[1])
        assert "UsageError: Unknown option --viw. Did you mean --view?" in shown
        assert notebook.execution_counts()[2] is None


def test_an_error_of_the_controls_is_shown_in_the_panel(lab: Lab) -> None:
    cells = [LOAD, "%%gradgraph y --wrt x\nx = tf.Variable(2.)\ny = tf.square(x)"]
    breaks = (
        "import gradnb.jupyter.panel as p\n"
        "def fail(*_): raise RuntimeError('<b>too hot</b>')\np.Explanation.recompute = fail"
    )
    with lab.notebook(write(lab.folder, "callback.ipynb", [*cells, breaks])) as notebook:
        notebook.run_all()
        panel = the_panel(notebook)
        type_number(panel, "x", "1")
        expect(panel.get_by_role("alert")).to_contain_text("RuntimeError: <b>too hot</b>")
        assert not notebook.problems


def test_a_cell_that_runs_again_has_one_panel(lab: Lab) -> None:
    cells = [LOAD, TWO_YS.format(line=""), "from ipywidgets.widgets.widget import _instances\nlen(_instances)"]
    with lab.notebook(write(lab.folder, "again.ipynb", cells)) as notebook:
        notebook.run_all()
        the_panel(notebook)
        widgets = notebook.outputs()[2]
        notebook.run_all()
        assert notebook.execution_counts() == [4, 5, 6]
        assert notebook.outputs()[2][0]["data"] == widgets[0]["data"], "the widgets of the first run are closed"
        panel = the_panel(notebook)
        expect(notebook.page.locator(".gradnb-panel")).to_have_count(1)
        type_number(panel, "grad_ys y2[0]", "5")
        expect(row(panel, "w3")).to_contain_text("[6. 6.]")


def test_on_a_dark_page_the_live_picture_is_dark(lab: Lab) -> None:
    with lab.notebook(write(lab.folder, "dark.ipynb", [LOAD, TWO_YS.format(line="")]), dark=True) as notebook:
        notebook.run_all()
        panel = the_panel(notebook)
        fills = panel.locator("svg polygon").evaluate_all("all => all.map(polygon => getComputedStyle(polygon).fill)")
        assert {fill for fill in fills if fill != "none"} <= {css(color) for color in astuple(DARK)}
        assert css(DARK.variable) in fills


def css(color: str) -> str:
    """Return ``#rrggbb`` as a browser says it."""
    return f"rgb({', '.join(str(int(color[place : place + 2], 16)) for place in (1, 3, 5))})"
