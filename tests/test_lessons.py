"""The lessons as files: the same course in both languages, with outputs that any viewer can show."""

from __future__ import annotations

import io
import json
import tokenize
from pathlib import Path

import nbformat
import pytest

from gradnb.lessons import copy_lessons, lessons
from gradnb.messages import LANGUAGES

LESSONS = {language: list(lessons(language)) for language in LANGUAGES}
EVERY_LESSON = [lesson for language in LANGUAGES for lesson in LESSONS[language]]
each_lesson = pytest.mark.parametrize("lesson", EVERY_LESSON, ids=lambda lesson: f"{lesson.parent.name}/{lesson.name}")


def test_both_languages_have_the_same_lessons_in_the_same_order() -> None:
    english, chinese = ([lesson.name for lesson in LESSONS[language]] for language in ("en", "zh"))
    assert english == chinese
    assert [name[:2] for name in english] == [f"{number:02d}" for number in range(1, len(english) + 1)]


@pytest.mark.parametrize("name", [lesson.name for lesson in LESSONS["en"]])
def test_both_languages_run_the_same_programs(name: str) -> None:
    """They differ in what they say, in strings and comments, and in the first cell, which chooses the language."""
    english, chinese = (
        [program(cell.source) for cell in nbformat.read(folder[0].parent / name, 4).cells if cell.cell_type == "code"]
        for folder in (LESSONS["en"], LESSONS["zh"])
    )
    assert english[1:] == chinese[1:]
    assert chinese[0][: len(english[0])] == english[0]


def program(source: str) -> list[str]:
    """Return the tokens of a cell without its comments, its layout and the text of its strings."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in silent]
    return ["a sentence" if token.string.startswith('"') else token.string for token in tokens]


@each_lesson
def test_it_is_valid_and_tied_to_no_machine(lesson: Path) -> None:
    notebook = nbformat.read(lesson, 4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}, "saved widget state breaks GitHub's viewer"
    assert [cell.id for cell in notebook.cells] == [f"cell-{place + 1:02d}" for place in range(len(notebook.cells))]
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)


@each_lesson
def test_every_cell_was_run_once_from_top_to_bottom(lesson: Path) -> None:
    cells = [cell for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        raised = any(output.output_type == "error" for output in cell.outputs)
        assert raised == ("raises-exception" in cell.metadata.get("tags", []))
        assert not any(output.get("name") == "stderr" for output in cell.outputs)


@each_lesson
def test_every_picture_is_stored_so_that_it_shows_without_a_kernel(lesson: Path) -> None:
    cells = [cell for cell in nbformat.read(lesson, 4).cells if cell.source.startswith(("%%gradgraph", "%gradgraph"))]
    drawn = [cell for cell in cells if "graph" in asked_views(cell.source)]
    assert drawn
    for cell in drawn:
        bundles = [output.data for output in cell.outputs if "text/html" in output.get("data", {})]
        assert bundles
        for data in bundles:
            assert "data:image/svg+xml;base64," in data["text/html"]
            assert "image/png" in data
            assert "image/svg+xml" not in data


def asked_views(source: str) -> list[str]:
    """Return the views that a cell's magic names; the picture where it names none."""
    options = source.splitlines()[0].partition(" --view ")[2].split(" --")[0].split()
    return options or ["graph"]


@each_lesson
def test_it_ends_with_what_was_left_out(lesson: Path) -> None:
    *_, last = nbformat.read(lesson, 4).cells
    title = {"en": "## What we left out", "zh": "## 这一课没有讲的"}[lesson.parent.name]
    assert last.cell_type == "markdown"
    assert title in last.source


@each_lesson
def test_its_links_lead_to_lessons(lesson: Path) -> None:
    for cell in nbformat.read(lesson, 4).cells:
        if cell.cell_type == "markdown":
            for target in cell.source.split("](")[1:]:
                assert (lesson.parent / target.partition(")")[0]).is_file()


def test_a_copy_has_all_lessons_of_the_language(tmp_path: Path) -> None:
    copy = copy_lessons(tmp_path / "mine", "zh")
    assert copy.folder == tmp_path / "mine" / "zh"
    assert [lesson.name for lesson in copy.lessons] == [lesson.name for lesson in LESSONS["zh"]]
    assert copy.lessons[0].read_bytes() == LESSONS["zh"][0].read_bytes()
    assert copy.kept == copy.fresh == ()
    assert (tmp_path / "mine" / "data" / "penguins.csv").stat().st_size > 1000


def test_what_a_learner_edited_is_never_overwritten(tmp_path: Path) -> None:
    first, *others = copy_lessons(tmp_path, "en").lessons
    first.write_text(json.dumps({"edited": True}), encoding="utf-8")
    others[0].unlink()
    copy = copy_lessons(tmp_path, "en")
    assert json.loads(first.read_text(encoding="utf-8")) == {"edited": True}
    assert copy.kept == (first,)
    assert others[0].is_file(), "a lesson that is missing comes back"


def test_a_fresh_lesson_stands_beside_the_edited_one(tmp_path: Path) -> None:
    first, *_ = copy_lessons(tmp_path, "en").lessons
    original = first.read_bytes()
    first.write_text("mine", encoding="utf-8")
    (fresh,) = copy_lessons(tmp_path, "en", fresh=True).fresh
    assert fresh == first.with_stem(f"{first.stem}-fresh")
    assert fresh.read_bytes() == original
    assert copy_lessons(tmp_path, "en", fresh=True).fresh == (fresh,), "it is still as fresh"
    fresh.write_text("mine too", encoding="utf-8")
    (another,) = copy_lessons(tmp_path, "en", fresh=True).fresh
    assert another == first.with_stem(f"{first.stem}-fresh-2")
    assert [file.read_text(encoding="utf-8") for file in (first, fresh)] == ["mine", "mine too"]
