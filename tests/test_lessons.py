"""The lessons as files: the same course in both languages, with outputs that any viewer can show."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from gradnb.exercises import exercises
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
def test_its_links_lead_to_files(lesson: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", prose(lesson)):
        assert target.startswith("https://") or (lesson.parent / target).is_file(), target


@each_lesson
def test_it_begins_with_a_question(lesson: Path) -> None:
    first, *_ = nbformat.read(lesson, 4).cells
    opening, mark = {"en": ("**A question first.**", "?"), "zh": ("**先想一个问题。**", "？")}[lesson.parent.name]
    assert first.cell_type == "markdown"
    assert re.match(rf"# {int(lesson.name[:2])} · .+\n\n{re.escape(opening)}", first.source)
    assert mark in first.source


@each_lesson
def test_three_gradients_or_more_are_predicted(lesson: Path) -> None:
    predicted = [cell for cell in codes(lesson) if re.match(r"%%?gradgraph .*--hide \w", cell.source)]
    assert len(predicted) >= 3, (
        "a lesson of the course lets three gradients be predicted, or more: %%gradgraph --hide x"
    )


@each_lesson
def test_it_holds_its_own_exercises_two_or_more_and_they_are_the_readers_turn(lesson: Path) -> None:
    tasks = [cell for cell in codes(lesson) if re.search(r"^check\('\d+\.\d+', answer\)$", cell.source, re.MULTILINE)]
    names = [re.findall(r"^check\('(.+)', answer\)$", cell.source, re.MULTILINE) for cell in tasks]
    own = f"{int(lesson.name[:2])}."
    assert names == [[exercise.name] for exercise in exercises() if exercise.name.startswith(own)]
    assert len(names) >= 2, f"write two exercises or more in gradnb/course, and check('{own}1', answer) in the lesson"
    for cell in tasks:
        assert "\nanswer = ...\n" in f"\n{cell.source}"
        assert cell.outputs[-1].data["text/plain"].startswith("… ")


@each_lesson
def test_each_exercise_has_its_heading(lesson: Path) -> None:
    word = {"en": "Exercise", "zh": "习题"}[lesson.parent.name]
    own = f"{int(lesson.name[:2])}."
    titles = re.findall(rf"^## {word} ([\d.]+)$", prose(lesson), re.MULTILINE)
    assert titles == [exercise.name for exercise in exercises() if exercise.name.startswith(own)]


def test_every_exercise_of_the_course_belongs_to_a_lesson() -> None:
    numbers = {int(lesson.name[:2]) for lesson in EVERY_LESSON}
    assert {int(exercise.name.partition(".")[0]) for exercise in exercises()} <= numbers


@each_lesson
def test_its_summary_has_three_sentences(lesson: Path) -> None:
    title = {"en": "## In short", "zh": "## 小结"}[lesson.parent.name]
    (summary,) = re.findall(rf"^{title}\n\n(.+?)\n\n## ", prose(lesson), re.MULTILINE | re.DOTALL)
    assert [line[:2] for line in summary.splitlines()] == ["* "] * 3


@each_lesson
def test_its_headings_are_in_order(lesson: Path) -> None:
    levels = [len(sharps) for sharps in re.findall(r"^(#+) ", prose(lesson), re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@each_lesson
def test_its_images_are_told_in_words(lesson: Path) -> None:
    assert not re.search(r"!\[\s*\]", prose(lesson))
    shown = [prose(lesson), *(data["text/html"] for data in bundles(lesson) if "text/html" in data)]
    for image in re.findall(r"<img\b[^>]*>", "".join(shown)):
        assert re.search(r'\balt="[^"]+"', image)


def codes(lesson: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]


def bundles(lesson: Path) -> Iterator[dict[str, str]]:
    """Yield what the cells of a lesson have displayed, by MIME type."""
    for cell in codes(lesson):
        for output in cell.outputs:
            yield output.get("data", {})


def prose(lesson: Path) -> str:
    """Return the text of a lesson, without the programs that it quotes."""
    texts = [cell.source for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "markdown"]
    return re.sub(r"^```.*?^```$", "", "\n\n".join(texts), flags=re.MULTILINE | re.DOTALL) + "\n"


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
