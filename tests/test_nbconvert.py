"""Notebooks on paper and on plain pages: nbconvert's HTML, LaTeX and PDF show every picture, and nothing hidden.

The lessons as they are stored, and a notebook with panels that is stored with the state of its widgets.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
pypandoc = pytest.importorskip("pypandoc", reason="pypandoc-binary, which brings pandoc, is not installed")

ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

pytestmark = [
    # nbconvert's own templates and its asynchronous client, not ours.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def pictures(lesson: Path) -> int:
    """Return how many explanations a lesson's stored outputs hold."""
    outputs = [output for cell in nbformat.read(lesson, 4).cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def name(lesson: Path) -> str:
    return f"{lesson.parent.name}-{lesson.stem}"


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_html_shows_every_picture_with_its_alternative_text(lesson: Path) -> None:
    page, _ = nbconvert.HTMLExporter().from_filename(str(lesson))
    images = re.findall(r'<img[^>]* src="data:image/[^>]*>', page)
    assert len(images) == pictures(lesson) > 0
    assert all(re.search(r'alt="[^"]{20,}', image) for image in images)
    assert "No description has been provided" not in page, "nbconvert's words for an image that has none"


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_latex_includes_every_picture(lesson: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(pypandoc.get_pandoc_path()).parent), os.environ["PATH"]]))
    source, resources = nbconvert.LatexExporter().from_filename(str(lesson))
    files = [file for file in resources["outputs"] if file.endswith(".png")]
    assert len(files) == pictures(lesson) > 0
    assert all(file in source for file in files)
    assert not [file for file in resources["outputs"] if file.endswith(".svg")], "LaTeX would need Inkscape for it"


@pytest.fixture
def installed_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nbconvert print with the browser that is installed."""
    from playwright.async_api import BrowserType

    launch = BrowserType.launch
    browser = next(filter(None, map(shutil.which, BROWSERS)))

    def with_the_installed_browser(self: Any, **options: Any) -> Any:
        return launch(self, executable_path=browser, **options)

    monkeypatch.setattr(BrowserType, "launch", with_the_installed_browser)


def is_paper_with_pictures(pdf: bytes) -> bool:
    return pdf.startswith(b"%PDF") and len(re.findall(rb"/Subtype\s*/Image|/Type\s*/Page\b", pdf)) > 0


@pytest.mark.browser
@pytest.mark.usefixtures("installed_browser")
@pytest.mark.parametrize("lesson", [LESSONS[1], LESSONS[-1]], ids=name)
def test_webpdf_prints_the_lesson(lesson: Path) -> None:
    pdf, _ = nbconvert.WebPDFExporter(disable_sandbox=True).from_filename(str(lesson))
    assert is_paper_with_pictures(pdf)


# A notebook with panels

#: The gradient of w3 is 400.25 + 17.5 and 30.75 + 6.5; all views but the first two show how it comes about.
PREDICT = """%%gradgraph --hide w3 --check --lang {language} --view graph table steps paths jacobian story raw
w1, w3, w4 = (tf.Variable([float(i)] * 2, name=f"w{{i}}") for i in (1, 3, 4))
y1, y2 = w1 + w3, w3 + w4
g = tf.gradients([y1, y2], [w1, w3, w4], grad_ys=[[400.25, 30.75], [17.5, 6.5]])"""
HIDDEN = re.compile(r"417\.(75|8),? +37\.25|417\.75[^\d]")
OPEN = ("400.2", "17.5")


@pytest.fixture(scope="module", params=["en", "zh"])
def with_panels(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return a language, and a notebook that was run and is stored with the state of its widgets."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    new = nbformat.v4
    cells = ["%load_ext gradnb\nimport gradnb as tf", PREDICT.format(language=request.param)]
    notebook = new.new_notebook(cells=[new.new_code_cell(cell) for cell in cells])
    folder = tmp_path_factory.mktemp("panels")
    nbclient.NotebookClient(notebook, kernel_name="python3", store_widget_state=True).execute(cwd=str(folder))
    nbformat.write(notebook, folder / "panels.ipynb")
    return request.param, folder / "panels.ipynb"


def all_text(stored: str) -> str:
    """Return a text with all that is encoded in it."""
    encoded = re.findall(r"data:[\w/+.-]+;base64,([\w+/=]+)", stored)
    return stored + "".join(base64.b64decode(data).decode("utf-8", "replace") for data in encoded)


def test_a_saved_panel_holds_nothing_that_is_hidden(with_panels: tuple[str, Path]) -> None:
    stored = with_panels[1].read_text(encoding="utf-8")
    states = json.loads(stored)["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    pictures = [model["state"]["svg"] for model in states.values() if "svg" in model["state"]]
    assert len(pictures) == 1
    assert all(number in pictures[0] for number in OPEN)
    assert not HIDDEN.search(all_text(stored))


def test_a_saved_panel_as_html(with_panels: tuple[str, Path]) -> None:
    page, _ = nbconvert.HTMLExporter().from_filename(str(with_panels[1]))
    assert re.search(r'<details open[^>]*>.*?<img[^>]* src="data:image/svg\+xml;base64,', page, re.DOTALL)
    assert all(number in all_text(page) for number in OPEN)
    assert not HIDDEN.search(all_text(page))


def test_a_saved_panel_as_latex(with_panels: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(pypandoc.get_pandoc_path()).parent), os.environ["PATH"]]))
    source, resources = nbconvert.LatexExporter().from_filename(str(with_panels[1]))
    assert [file[-4:] for file in resources["outputs"]] == [".png"]
    assert "includegraphics" in source
    assert not HIDDEN.search(source)


@pytest.mark.browser
@pytest.mark.usefixtures("installed_browser")
def test_a_saved_panel_on_paper(with_panels: tuple[str, Path]) -> None:
    pdf, _ = nbconvert.WebPDFExporter(disable_sandbox=True).from_filename(str(with_panels[1]))
    assert is_paper_with_pictures(pdf)
