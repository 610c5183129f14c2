"""In a real JupyterLab: lesson 2's panel by keyboard alone, with Tab, arrows, Enter, Space and what is typed."""

from __future__ import annotations

import shutil

import pytest
from lab import REPOSITORY, Lab
from panels import card, row, words_of_the_step
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

LESSON = REPOSITORY / "notebooks" / "en" / "02_many_outputs_and_grad_ys.ipynb"

_HERE = "document.activeElement"
_NAME = f"""() => {_HERE}.ariaLabel || {_HERE}.labels?.[0]?.textContent || {_HERE}.title || ''"""
_KINDS = 'button, input, select, textarea, summary, a[href], [tabindex="0"]'
_REACHABLE = f"""panel => [...panel.querySelectorAll('{_KINDS}')]
    .filter(part => part.checkVisibility() && !part.disabled && part.tabIndex >= 0)"""
_COUNT = f"panel => ({_REACHABLE})(panel).length"
_PLACE = f"panel => ({_REACHABLE})(panel).indexOf({_HERE})"


def name(page: Page) -> str:
    """Return the name of what the keyboard is at."""
    return str(page.evaluate(_NAME))


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Press Tab until something with this name is reached."""
    seen = []
    for _ in range(100):
        page.keyboard.press(key)
        seen.append(name(page))
        if seen[-1].startswith(wanted):
            return
    raise AssertionError(f"Tab never reaches {wanted!r}, but {seen}")


def reached(page: Page, panel: Locator) -> dict[int, str]:
    """Press Tab through a whole panel, and return the places of it that were reached, with their names."""
    found: dict[int, str] = {}
    for _ in range(100):
        page.keyboard.press("Tab")
        place = panel.evaluate(_PLACE)
        if place >= 0:
            found[place] = name(page)
        elif found:
            return found
    raise AssertionError(f"there is no way out of the panel; so far {found}")


def test_lesson_2_with_the_keyboard_alone(lab: Lab) -> None:
    shutil.copy(LESSON, lab.folder / "keyboard.ipynb")
    with lab.notebook("keyboard.ipynb") as notebook:
        page = notebook.page
        notebook.run_all()
        sources: list[str] = page.evaluate(
            "jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"
            ".map(cell => cell.model.sharedModel.source)"
        )
        cell = sources.index('%gradgraph y1 y2 --wrt w1 w2 w3 w4 --grad-ys "[1., 2.]" "[3., 4.]"')
        notebook.select(cell)
        panel = page.locator(".jp-Cell.jp-mod-active .gradnb-panel")
        panel.wait_for()

        # From the cell, which the keyboard is at when it has run, every control is reached, and the way goes on.
        page.locator(".jp-Cell.jp-mod-active").focus()
        names = reached(page, panel)
        assert len(names) == panel.evaluate(_COUNT) > 40
        assert all(names.values()), names
        assert len(set(names.values())) > 35

        # Lesson 2: the gradient of w4 becomes zero when the weight of y2 does.
        page.locator(".jp-Cell.jp-mod-active").focus()
        for weight in ("grad_ys y2[0]", "grad_ys y2[1]"):
            tab_to(page, weight)  # the slider
            page.keyboard.press("ArrowRight")
            expect(row(panel, "w4")).not_to_contain_text("[3. 4.]")
            page.keyboard.press("Tab")  # its field
            assert name(page) == weight
            page.keyboard.press("Control+A")
            page.keyboard.insert_text("0")
            page.keyboard.press("Enter")
        expect(row(panel, "w4")).to_contain_text("[0. 0.]")
        expect(row(panel, "w3")).to_contain_text("[1. 2.]")

        tab_to(page, "stop at w1 + w2")
        page.keyboard.press("Space")
        expect(row(panel, "w1")).to_contain_text("None")
        page.keyboard.press("Space")
        expect(row(panel, "w1")).to_contain_text("[1. 2.]")

        # The picture is one stop of Tab: in it the arrows walk, and say of each thing how its numbers come about.
        tab_to(page, "w1, variable")
        expect(card(panel)).to_contain_text("w1")
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        assert name(page).startswith("w3, variable")
        expect(card(panel).get_by_role("heading", name="w3 variable")).to_be_visible()
        page.keyboard.press("ArrowRight")
        assert name(page).startswith("gradient from")
        page.keyboard.press("Enter")
        expect(row(panel, "w3")).not_to_contain_text("2 paths")
        page.keyboard.press("Enter")
        expect(row(panel, "w3")).to_contain_text("2 paths")
        tab_to(page, "Card of what is selected")

        # Steps.
        tab_to(page, "Show the next step", "Shift+Tab")
        page.keyboard.press("Enter")
        expect(words_of_the_step(panel)).to_contain_text("step 1 of")
        page.keyboard.press("Space")
        expect(words_of_the_step(panel)).to_contain_text("step 2 of")

        # Further views, the way back, and what to copy.
        tab_to(page, "story")
        page.keyboard.press("Space")
        expect(panel.locator(".gradnb-view-story")).to_be_visible()
        tab_to(page, "Show the code", "Shift+Tab")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("textbox", name="code")).to_be_focused()
        tab_to(page, "Undo the last change", "Shift+Tab")
        page.keyboard.press("Enter")
        tab_to(page, "Bring back the values", "Shift+Tab")
        page.keyboard.press("Enter")
        expect(row(panel, "w4")).to_contain_text("[3. 4.]")
        assert not notebook.problems
