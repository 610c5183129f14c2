"""The README's promises: its files are there, its commands work word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n(.*?)\n```", README)


def test_every_file_that_it_links_to_is_there() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).is_file()] == []


def test_every_lesson_has_its_row_in_each_language() -> None:
    lessons = [f"notebooks/{file.parent.name}/{file.name}" for file in (ROOT / "notebooks").glob("*/*.ipynb")]
    assert [lesson for lesson in lessons if f"]({lesson})" not in README] == []


def test_the_operation_that_it_adds_passes_the_generic_tests(tmp_path: Path) -> None:
    (block,) = [found for found in re.findall(r"```python\n(.*?)\n```", README, re.DOTALL) if "OpDef(" in found]
    for folder in ("gradnb", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "browser"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / "gradnb" / "engine" / "ops" / "functions.py"
    source = file.read_text(encoding="utf-8").replace("__all__ = [", '__all__ = [\n    "cbrt",', 1)
    file.write_text(f"{source}\n\n{block}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "Cbrt"]
    answer = subprocess.run(
        [*command, "tests/engine/test_ops_generic.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert int(re.findall(r"(\d+) passed", answer.stdout)[0]) >= 6
    program = "import gradnb as tf; print(tf.Session().run(tf.gradients(tf.cbrt(8.0), [])), tf.cbrt(8.0).op.type)"
    printed = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert printed.stdout.split()[-1] == "Cbrt"


def test_binder_opens_lessons_that_are_there() -> None:
    lessons = re.findall(r"urlpath=lab/tree/(\S+?)\)", README)
    assert len(lessons) == 2
    assert all((ROOT / lesson).is_file() for lesson in lessons)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the project without anything that was built in it."""
    hidden = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    return Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=hidden))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_command_sets_everything_up_and_opens_the_lessons(language: str, checkout: Path) -> None:
    ends = {"en": "gradnb lessons", "zh": "gradnb lessons --lang zh"}
    (command,) = [line for line in COMMANDS if "&&" in line and line.endswith(ends[language])]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HOME": str(checkout.parent), "PYTHONUNBUFFERED": "1", "GRADNB_LANG": "en"}
    server = subprocess.Popen(
        f"exec bash -c '{command} --no-browser'",
        shell=True,
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = []
    try:
        for line in server.stdout or ():
            said.append(line)
            if "/lab?token=" in line or "/lab/tree/01_one_variable.ipynb?token=" in line:
                break
        else:
            pytest.fail("".join(said))
    finally:
        os.killpg(server.pid, 15)
        server.communicate(timeout=60)
    assert (checkout.parent / "gradnb-lessons" / language / "01_one_variable.ipynb").is_file()


@pytest.mark.slow
def test_the_test_command_sets_everything_up(checkout: Path) -> None:
    (command,) = [line for line in COMMANDS if line.endswith("pytest")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    only = "tests/test_style.py tests/test_architecture.py notebooks"  # the others run here anyway
    answer = subprocess.run(
        ["bash", "-c", f"{command} {only}"], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
