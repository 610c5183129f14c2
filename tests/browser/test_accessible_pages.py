"""axe-core finds nothing grave on the pages of the site and in a saved explanation, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audit import barriers
from chrome import heard, running_browser
from playwright.sync_api import Browser

import gradnb as tf
from gradnb.explanation import VIEWS, explain
from gradnb.site import build_site

pytestmark = pytest.mark.browser

#: Which rules are looked at: in the dark only the colours are others.
SCHEMES: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def audited(browser: Browser, files: list[Path]) -> dict[str, list[str]]:
    """Return what keeps people out, by file and scheme, and what went wrong on the page."""
    found = {}
    for scheme, rules in SCHEMES.items():
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1000, "height": 900})
        page = context.new_page()
        problems = heard(page)
        for file in files:
            page.goto(file.as_uri())
            found[f"{file.parent.name}/{file.name} {scheme}"] = [*barriers(page, "html", *rules), *problems]
            problems.clear()
        context.close()
    return found


#: Pages that together hold all that a page can hold: errors, tables, formulas, curves; under `slow` all the others.
EVERYDAY = ("index", "02_many_outputs_and_grad_ys", "06_learning", "operations")


# nbconvert's own templates, not ours.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("everyday", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["some", "others"])
def test_the_site(browser: Browser, tmp_path: Path, everyday: bool) -> None:
    site = build_site(tmp_path)
    files = [page for page in site.pages if (page.parent.name != "zh" and page.stem in EVERYDAY) == everyday]
    found = audited(browser, files)
    assert len(found) == len(files) * len(SCHEMES) >= len(EVERYDAY) * len(SCHEMES)
    assert {place: barriers for place, barriers in found.items() if barriers} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_saved_explanation(browser: Browser, tmp_path: Path, language: str) -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    matrix = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="matrix")
    with tf.name_scope("layer"):
        h = tf.reshape(tf.matmul(tf.reshape(x, [1, 2]), matrix), [2])
    y = tf.reduce_sum(tf.square(h - tf.stop_gradient(h)) + h * x)
    names = {"x": x, "matrix": matrix, "h": h, "y": y}
    explanation = explain(y, [x, matrix], names=names, language=language, views=VIEWS, hide=["x"], check=True)
    file = explanation.save(tmp_path / "x.html")
    assert {place: barriers for place, barriers in audited(browser, [file]).items() if barriers} == {}
