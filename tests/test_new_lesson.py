"""The skeleton of a lesson: it runs in both languages, its outputs stay the same, and its exercise can be failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from gradnb.messages import LANGUAGES
from gradnb.new_lesson import new_lesson
from gradnb.notebooks import execute


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("mine")
    lesson = new_lesson("12_my_lesson", folder)
    assert lesson.ran
    assert lesson.notebooks == tuple(folder / language / "12_my_lesson.ipynb" for language in LANGUAGES)
    return dict(zip(LANGUAGES, lesson.notebooks, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_a_valid_notebook_with_stored_outputs(written: dict[str, Path], language: str) -> None:
    notebook = nbformat.read(written[language], 4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# 12 · My lesson\n")
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]


def test_nbval_passes_in_its_folder(written: dict[str, Path]) -> None:
    folder = written["en"].parent.parent
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", str(folder)]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(("answer", "sign"), [("27", "✓"), ("9", "✗"), ("...", "…")])
def test_its_exercise_can_be_passed_and_failed(
    written: dict[str, Path], tmp_path: Path, answer: str, sign: str
) -> None:
    tried = tmp_path / "tried.ipynb"
    tried.write_text(written["en"].read_text(encoding="utf-8").replace("answer = ...", f"answer = {answer}"))
    execute(tried)
    cell = next(c for c in nbformat.read(tried, 4).cells if "answer" in c.source and c.cell_type == "code")
    (output,) = cell.outputs
    assert output.data["text/plain"].startswith(sign)


@pytest.mark.parametrize("name", ["", "../up", "With Space", "ümlaut", "a" * 10 + ".ipynb", "-rf"])
def test_a_name_that_cannot_be_a_lessons_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="12_attention"):
        new_lesson(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_lesson_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    taken = tmp_path / "zh" / "mine.ipynb"
    taken.parent.mkdir()
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"mine\.ipynb"):
        new_lesson("mine", tmp_path)
    assert taken.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "en").exists()


def test_what_a_cell_prints_is_stored_in_one_piece_however_slowly_it_came(tmp_path: Path) -> None:
    source = "import time\nprint('one', flush=True)\ntime.sleep(0.3)\nprint('two', flush=True)"
    slow = tmp_path / "slow.ipynb"
    slow.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])))
    execute(slow)
    (output,) = nbformat.read(slow, 4).cells[0].outputs
    assert output.text == "one\ntwo\n"
