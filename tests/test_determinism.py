"""A notebook says the same wherever it runs: with any hash seed, Graphviz, NumPy, IPython, processor, and language."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.environments import REPOSITORY, installed, own_environment

TESTS = REPOSITORY / "tests"
LESSONS = sorted((REPOSITORY / "notebooks").glob("*/*.ipynb"))
EMBEDDED = re.compile(r"data:image/svg\+xml;base64,([\w+/=]+)")


def answer(python: str | Path, script: str, *arguments: str | Path, **environment: str) -> Any:
    """Run one of the scripts beside this file with an interpreter, and return what it says."""
    command = [python, TESTS / script, *arguments]
    done = subprocess.run(command, env=own_environment(**environment), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return json.loads(done.stdout)


def told(python: str | Path, lessons: list[Path], **environment: str) -> dict[str, Any]:
    """Return what lessons say, picture by picture and widget by widget."""
    return dict(answer(python, "told.py", *lessons, **environment))


def here(**environment: str) -> dict[str, str]:
    """Return environment variables with which gradnb is found as it is here."""
    return {"PYTHONPATH": str(REPOSITORY), **environment}


@pytest.mark.parametrize(
    "lessons",
    [[lesson for lesson in LESSONS if lesson.match("zh/03*")], pytest.param(LESSONS, marks=pytest.mark.slow)],
    ids=["lesson 3", "all lessons"],
)
def test_all_is_the_same_with_any_hash_seed(lessons: list[Path]) -> None:
    """The text, the pictures to the byte, and the state of every widget."""
    first, second = (told(sys.executable, lessons, **here(PYTHONHASHSEED=seed)) for seed in ("1", "2"))
    assert len(first) == len(lessons) > 0
    for lesson, cells in first.items():
        assert any("image/png" in output for cell in cells for output in cell.get("displayed", ()))
        assert cells == second[lesson], lesson


# With other versions


def texts(cells: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the texts of what a notebook displayed, with their kinds; of a picture the words, wherever they stand."""
    for cell in cells[:-1]:
        yield "stdout", cell["stdout"]
        yield "stderr", cell["stderr"]
        for output in cell["displayed"]:
            for kind, data in output.items():
                if kind != "image/png":
                    yield kind, EMBEDDED.sub(words, data)


def words(picture: re.Match[str]) -> str:
    """Return the words of an embedded picture: Graphviz places them, and may write them in any order."""
    svg = base64.b64decode(picture[1]).decode()
    return "\n".join(sorted(re.findall(r"<(?:text|title|desc)\b[^>]*>([^<]*)", svg)))


@pytest.fixture(scope="module")
def as_here() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what lessons say here, and what is said of each operation."""
    return told(sys.executable, LESSONS, **here()), answer(sys.executable, "every_operation.py", **here())


def says_the_same(
    as_here: tuple[dict[str, Any], dict[str, Any]], python: str | Path, **environment: str
) -> dict[str, Any]:
    """Compare all lessons with those here, and return what they say."""
    lessons, _ = as_here
    others = told(python, LESSONS, **environment)
    assert list(others) == list(lessons)
    for lesson, cells in lessons.items():
        assert list(texts(others[lesson])) == list(texts(cells)), lesson
    return others


@pytest.fixture(scope="module")
def lowest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment without pygraphviz, with old releases of NumPy and IPython."""
    return installed(tmp_path_factory.mktemp("lowest"), REPOSITORY, "numpy==1.26.0", "ipython==8.12.0")


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with pygraphviz and the newest releases of everything."""
    return installed(tmp_path_factory.mktemp("newest"), f"{REPOSITORY}[dot]")


@pytest.mark.slow
@pytest.mark.dot
def test_texts_are_the_same_with_old_versions_and_the_dot_command(
    as_here: tuple[dict[str, Any], dict[str, Any]], lowest: Path
) -> None:
    others = says_the_same(as_here, lowest)
    assert any("data:image/svg" in str(cell) for cells in others.values() for cell in cells), "it draws, with `dot`"
    assert answer(lowest, "every_operation.py") == as_here[1]


@pytest.mark.slow
def test_texts_are_the_same_with_the_newest_versions(
    as_here: tuple[dict[str, Any], dict[str, Any]], newest: Path
) -> None:
    says_the_same(as_here, newest)
    assert answer(newest, "every_operation.py") == as_here[1]


@pytest.mark.slow
def test_plain_texts_are_the_same_without_any_layout_engine(
    as_here: tuple[dict[str, Any], dict[str, Any]], lowest: Path, tmp_path: Path
) -> None:
    """Tables stand in the HTML where the pictures would be; all else is the same."""
    lessons, _ = as_here
    others = told(lowest, LESSONS, PATH=str(tmp_path))
    assert "data:image/svg" not in json.dumps(others)
    for lesson, cells in lessons.items():
        plain = [[pair for pair in texts(said) if pair[0] != "text/html"] for said in (cells, others[lesson])]
        assert plain[0] == plain[1], lesson


@pytest.mark.slow
def test_texts_are_the_same_on_an_older_processor(as_here: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """NumPy and its linear algebra choose their kernels by the processor; digits beyond the shown ones may differ."""
    internal: Any = np._core._multiarray_umath  # type: ignore[attr-defined]  # no public name lists them all
    usable = [name for name in internal.__cpu_dispatch__ if internal.__cpu_features__.get(name)]
    if not usable:
        pytest.skip("NumPy has one set of kernels for this processor")
    older = here(NPY_DISABLE_CPU_FEATURES=" ".join(usable), OPENBLAS_CORETYPE="Nehalem")
    says_the_same(as_here, sys.executable, **older)
