"""Whole outputs, compared with files that were read and found good.

``python tests/render/test_golden.py`` writes them anew; then read the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sample_views as samples

from gradnb.render import dot, html, latex, markdown, text
from gradnb.view.model import View

FOLDER = Path(__file__).with_name("golden")
FORMATS: dict[str, Callable[[View], str]] = {
    "txt": text.render,
    "dot": dot.render,
    "html": lambda view: html.render(view, "<svg/>"),
    "md": markdown.render,
    "tex": latex.render,
}
FILES = ["two_ys.txt", "two_ys.dot", "two_ys.html", "two_ys.md", "two_ys.tex", "one_variable.txt", "one_variable.html"]
FILES += ["all_states.txt", "all_states.dot", "chinese.txt", "hostile.dot", "hostile.html"]
FILES += ["lifted.txt", "lifted.dot"]
FILES += ["further.txt", "further.html", "further.md", "further.tex", "further_chinese.txt", "further_chinese.tex"]


def rendered(file: str) -> str:
    name, _, ending = file.partition(".")
    return FORMATS[ending](samples.VIEWS[name]()).rstrip("\n") + "\n"


@pytest.mark.parametrize("file", FILES)
def test_the_output_is_as_it_was_read(file: str) -> None:
    assert rendered(file) == (FOLDER / file).read_text(encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for written in FILES:
        (FOLDER / written).write_text(rendered(written), encoding="utf-8")
