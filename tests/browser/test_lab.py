"""In a real JupyterLab: the lessons run, controls change the numbers, errors stop, and the static copy is folded."""

from __future__ import annotations

import re
import shutil
from dataclasses import astuple
from pathlib import Path

import nbformat
import pytest
from lab import REPOSITORY, Lab, write
from panels import LOAD, TWO_YS, row, the_panel, type_number
from playwright.sync_api import expect

from gradnb.render.palette import DARK

pytestmark = pytest.mark.browser

#: A Chinese lesson has the cells of the English one: of those one is enough for the everyday run.
EVERYDAY = ("en", "06_learning")


def _lesson(path: Path) -> object:
    marks = [] if path.parent.name in EVERYDAY or path.stem in EVERYDAY else [pytest.mark.slow]
    return pytest.param(path, id=f"{path.parent.name}/{path.name}", marks=marks)


LESSONS = [_lesson(path) for path in sorted((REPOSITORY / "notebooks").glob("*/*.ipynb"))]


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
        # JupyterLab says so in the panel's place, and on the console: the next test must not be blamed for it.
        expect(notebook.page.get_by_text("model not found").first).to_be_visible()


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
