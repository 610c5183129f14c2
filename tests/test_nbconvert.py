"""The lessons on paper and on plain pages: nbconvert's HTML, LaTeX and PDF show every picture and every number."""

from __future__ import annotations

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


@pytest.mark.browser
@pytest.mark.parametrize("lesson", [LESSONS[1], LESSONS[-1]], ids=name)
def test_webpdf_prints_the_lesson(lesson: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from playwright.async_api import BrowserType

    launch = BrowserType.launch
    browser = next(filter(None, map(shutil.which, BROWSERS)))

    def with_the_installed_browser(self: Any, **options: Any) -> Any:
        return launch(self, executable_path=browser, **options)

    monkeypatch.setattr(BrowserType, "launch", with_the_installed_browser)
    pdf, _ = nbconvert.WebPDFExporter(disable_sandbox=True).from_filename(str(lesson))
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Subtype\s*/Image|/Type\s*/Page\b", pdf)) > 0
