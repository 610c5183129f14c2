"""What a reader has set holds: forced colours, twice the size, no motion; pages of nbconvert are as open as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

import nbformat
from audit import barriers
from bare import bare_page
from chrome import running_browser
from playwright.sync_api import Browser, Page

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter.graph_view import GraphView
from gradnb.lessons import lessons
from gradnb.render.palette import LIGHT

pytestmark = pytest.mark.browser

PACKAGE = Path(tf.__file__).parent
SCHEMES = ("light", "dark")
#: Windows and JupyterLab show at 200 % what fits into half the width.
AT_200_PERCENT: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def walls(views: tuple[str, ...] = ("graph", "table", "story")) -> Explanation:
    #  w1 ─┐
    #  w2 ─┴ a ─╫ s ─┬ y
    #  w3 ──── · ────┘
    tf.reset_default_graph()
    w1, w2, w3 = (tf.Variable([float(number)] * 2, name=f"w{number}") for number in (1, 2, 3))
    a = w1 + w2
    s = tf.stop_gradient(a)
    y = s + w3 * w3
    names = {"a": a, "s": s, "y": y}
    return explain(y, [w1, w2, w3], names=names, language="en", views=views)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_forced_colours_a_saved_explanation_can_be_read(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    file = walls().save(tmp_path / "walls.html")
    context = browser.new_context(forced_colors="active", color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert barriers(page, "html", "color-contrast") == []
    assert page.locator("img").evaluate("image => image.complete && image.naturalWidth > 100")
    context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_forced_colours_the_live_picture_keeps_its_own_and_shows_where_the_keyboard_is(
    browser: Browser, scheme: Any
) -> None:
    widget = GraphView()
    widget.show(walls().view)
    with bare_page(browser, widget) as bare:
        bare.page.emulate_media(forced_colors="active", color_scheme=scheme)
        bare.page.locator('[data-id="n0-name"]').wait_for(state="attached")
        bare.page.keyboard.press("Tab")
        bare.page.locator(".ring").wait_for(state="attached")
        colors = bare.page.evaluate(
            """() => {
              const color = (chosen, part) => getComputedStyle(document.querySelector(chosen))[part];
              const name = color('[data-id="n0-name"]', 'fill');
              return [color('.graph > polygon', 'fill'), name, color('.ring', 'stroke')];
            }"""
        )
        # Its words and signs are dark on its own light ground, whatever the page's ground is.
        assert colors == [rgb(LIGHT.background), rgb(LIGHT.text), rgb(LIGHT.text)]
        assert bare.page.locator(".ring").evaluate("ring => ring.getBBox().width > 10")
        assert not bare.problems


def rgb(color: str) -> str:
    return f"rgb({', '.join(str(int(color[place : place + 2], 16)) for place in (1, 3, 5))})"


def is_as_wide_as_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= document.documentElement.clientWidth"))


def test_at_twice_the_size_a_saved_explanation_fits_and_what_is_wider_scrolls_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    file = walls(("graph", "table", "steps", "paths", "jacobian", "story", "raw")).save(tmp_path / "walls.html")
    context = browser.new_context(**AT_200_PERCENT)
    page = context.new_page()
    page.goto(file.as_uri())
    assert is_as_wide_as_the_window(page)
    assert page.locator("details").evaluate("box => getComputedStyle(box).overflowX") == "auto"
    assert page.locator("img").evaluate("image => image.getBoundingClientRect().width <= innerWidth")
    assert barriers(page) == []
    # Only the letters twice as large, as a browser's own setting makes them.
    page.set_viewport_size({"width": 1280, "height": 800})
    page.add_style_tag(content="html { font-size: 200%; }")
    assert is_as_wide_as_the_window(page)
    context.close()


def test_at_twice_the_size_the_live_picture_keeps_its_buttons(browser: Browser) -> None:
    widget = GraphView()
    widget.show(walls().view)
    with bare_page(browser, widget, width=300) as bare:
        for button in bare.page.locator(".gradnb-tools button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 320
        assert not bare.problems


def test_nothing_moves_by_itself(browser: Browser) -> None:
    """There is no motion to reduce: nothing glides, fades or pulses, so the reader's wish needs no second style."""
    styles = [file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.css")]
    code = [file.read_text(encoding="utf-8") for file in (*PACKAGE.rglob("*.js"), PACKAGE / "site.py")]
    code += [file.read_text(encoding="utf-8") for file in (PACKAGE / "render").glob("*.py")]
    moving = r"transition\s*:|animation(-\w+)?\s*:|@keyframes|<animate|\.animate\(|scroll-behavior|['\"]smooth['\"]"
    assert len(styles) >= 2
    assert [found[0] for text in (*styles, *code) for found in re.finditer(moving, text)] == []
    explanation = walls()
    widget = GraphView()
    widget.show(explanation.view)
    with bare_page(browser, widget) as bare:
        bare.page.emulate_media(reduced_motion="reduce")
        widget.show(explanation.recompute({"w3": [5.0, 6.0]}).view)
        bare.put()
        assert bare.page.evaluate("document.getAnimations().length") == 0


# nbconvert's own templates, not ours.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_on_a_page_of_nbconvert(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    exporter = pytest.importorskip("nbconvert").HTMLExporter(theme=scheme)
    lesson = next(file for file in lessons("en") if file.stem.startswith("02"))
    page_of_it, _ = exporter.from_notebook_node(nbformat.read(lesson, 4))
    file = tmp_path / "lesson.html"
    # What nbconvert fetches from elsewhere is not looked at.
    file.write_text(re.sub(r"<script[^>]*src=[^>]*></script>", "", page_of_it), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".jp-RenderedHTMLCommon > details").count() >= 3
    assert barriers(page, ".jp-RenderedHTMLCommon > details") == []
    context.close()
