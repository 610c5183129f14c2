"""In JupyterLab 4.4, Notebook 7 and Voilà: a lesson runs, and its panels do what they do elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from frontends import FRONT_ENDS, installed, opened
from lab import REPOSITORY
from panels import card, drag, node, readout, row, slider, type_number, words_of_the_step
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = REPOSITORY / "notebooks" / "en" / "02_many_outputs_and_grad_ys.ipynb"


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], Path]:
    """Return what makes an environment for some packages, once."""
    made: dict[tuple[str, ...], Path] = {}

    def make(packages: tuple[str, ...]) -> Path:
        if packages not in made:
            made[packages] = installed(tmp_path_factory.mktemp("environment"), packages)
        return made[packages]

    return make


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_a_learner_works_with_a_lesson(
    name: str, interpreter: Callable[[tuple[str, ...]], Path], tmp_path: Path
) -> None:
    front_end = FRONT_ENDS[name]
    with opened(front_end, interpreter(front_end.packages), tmp_path, LESSON) as notebook:
        work_with_lesson_2(notebook.page)
        assert [problem for problem in notebook.problems if front_end.is_ours(problem)] == []


def work_with_lesson_2(page: Page) -> None:
    # The one to play with is the last one with these weights.
    panels = page.locator(".gradnb-panel:visible")
    weights = "[w1, w2, w3, w4], grad_ys=[[1. 2.], [3. 4.]]"
    panels.filter(has=page.locator(".gradnb-caption", has_text=weights)).last.wait_for()
    captions = panels.locator(".gradnb-caption").all_inner_texts()
    panel = panels.nth(max(number for number, caption in enumerate(captions) if weights in caption))
    expect(row(panel, "w3")).to_contain_text("[4. 6.]")
    drawing = panel.locator("svg").first

    handle = slider(panel, "grad_ys y1[0]")
    handle.focus()
    handle.press("End")
    most = float(handle.get_attribute("aria-valuemax") or "nan")
    expect(row(panel, "w1")).to_contain_text(f"[{most:g}. 2.]")
    expect(drawing).to_contain_text(f"[{most:g}. 2.]")
    handle.press("PageDown")
    expect(row(panel, "w1")).not_to_contain_text(f"[{most:g}. 2.]")
    weight = drag(slider(panel, "grad_ys y1[1]"), -40)
    assert weight < 2
    expect(readout(panel, "grad_ys y1[1]")).to_have_value(f"{weight:g}")

    type_number(panel, "grad_ys y2[0]", "5")
    expect(row(panel, "w4")).to_contain_text("[5. 4.]")
    type_number(panel, "grad_ys y2[0]", "five")
    expect(panel.get_by_role("alert")).to_contain_text("'five' is not a number")

    stop = panel.get_by_label("stop at w1 + w2", exact=True)
    stop.check()
    expect(row(panel, "w1")).to_contain_text("None")
    expect(drawing).to_contain_text("stopped")
    panel.get_by_role("button", name="Undo the last change").click()
    expect(stop).not_to_be_checked()
    expect(row(panel, "w1")).not_to_contain_text("None")

    panel.get_by_role("button", name="Step", exact=True).click()
    expect(words_of_the_step(panel)).to_contain_text("step 1 of")
    expect(panel.locator("[data-lit]").first).to_be_attached()

    node(panel, "w3").locator("text").first.click()
    expect(card(panel).get_by_role("heading", name="w3 variable")).to_be_visible()

    asked = page.locator(".gradnb-panel:visible").filter(has=page.locator(".gradnb-quiz")).first
    field = asked.get_by_role("textbox", name="your prediction: gradient of x")
    for answer, verdict in (("12", re.compile("✗")), ("7", re.compile("✓"))):
        field.fill(answer)
        field.press("Enter")
        expect(asked.get_by_role("status").filter(has_text=verdict)).to_be_visible()
    expect(row(asked, "x")).to_contain_text("7")
