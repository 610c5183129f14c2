"""A marimo notebook, installed into an environment of its own: what is shown has its picture, live and exported."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from chrome import heard, running_browser
from lab import MILLISECONDS, running_server
from playwright.sync_api import expect

from tests.environments import REPOSITORY, installed, own_environment

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = """\
import marimo

app = marimo.App()


@app.cell
def _():
    import gradnb as tf
    x = tf.Variable(3.0)
    y = x * x + x
    tf.show(y, x, names=globals())
    return tf, x, y


@app.cell
def _(tf, x, y):
    tf.explain(y, x, names=globals(), language="zh")
    return
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with marimo."""
    return installed(tmp_path_factory.mktemp("environment"), REPOSITORY, "marimo")


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    file = tmp_path / "notebook.py"
    file.write_text(NOTEBOOK, encoding="utf-8")
    return file


def test_a_reader_sees_both_pictures(python: Path, notebook: Path, tmp_path: Path) -> None:
    command = ("marimo", "run", str(notebook), "--headless", "--no-token", "--port={port}")
    with running_server(tmp_path, python, command, packages=None) as (url, _), running_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(MILLISECONDS)
        problems = heard(page)
        page.goto(url)
        shown = page.locator("details")
        expect(shown).to_have_count(2)
        for words in ("computed, 3 paths", "已算出，共 3 条路径"):
            explanation = shown.filter(has_text=words)
            expect(explanation.locator("summary")).to_have_text("tf.gradients(y, [x])")
            expect(explanation.locator("table")).to_contain_text("7.0")
            # The picture is there when its bytes are those of an image.
            picture = explanation.locator("img")
            assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth; }") > 300
        assert problems == []


def test_an_exported_page_holds_both_pictures(python: Path, notebook: Path, tmp_path: Path) -> None:
    command = [python, "-m", "marimo", "export", "html", notebook, "-o", "page.html"]
    done = subprocess.run(
        command, cwd=tmp_path, env=own_environment(HOME=str(tmp_path)), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("tf.gradients(y, [x])") >= 2
    assert page.count("data:image/svg+xml;base64,") == 2
