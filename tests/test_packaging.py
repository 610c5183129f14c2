"""What wheel and sdist carry, and that they work from an empty folder with nothing but the package's dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from gradnb.lessons import lessons
from gradnb.messages import LANGUAGES
from tests.environments import installed

ROOT = Path(__file__).parent.parent
PROGRAM = """\
import tensorflow as tf
w1 = tf.Variable([[1, 2]], dtype=tf.float32)
y = tf.matmul(w1, tf.convert_to_tensor([[9], [10]], dtype=tf.float32))
grads = tf.gradients(y, [w1])
"""


def run(*command: str | Path, cwd: Path, expect: int = 0) -> str:
    """Run a command without this process's paths; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    answer = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert answer.returncode == expect, answer.stdout + answer.stderr
    return answer.stdout if expect == 0 else answer.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a fresh environment into which the wheel was installed."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    folder = environment / ("Scripts" if os.name == "nt" else "bin")
    run(folder / "pip", "install", "--quiet", wheel, cwd=environment)
    return folder


def test_the_wheel_works_on_every_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_carries_what_the_package_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"gradnb/messages/en.toml", "gradnb/messages/zh.toml", "gradnb/py.typed"} <= names
    course = [lesson for language in LANGUAGES for lesson in lessons(language)]
    assert {f"gradnb/_lessons/{lesson.parent.name}/{lesson.name}" for lesson in course} <= names
    sources = {file.relative_to(ROOT).as_posix() for file in (ROOT / "gradnb").rglob("*.py")}
    assert sources <= names


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"gradnb"}
    files = [Path(name) for name in names]
    assert not [file for file in files if "tests" in file.parts or file.stem.startswith(("test_", "conftest"))]


def test_the_command_explains_a_program(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    printed = run(programs / "gradnb", "explain", "program.py", cwd=tmp_path)
    assert "tf.gradients(y, [w1])" in printed
    assert "[[9. 10.]]" in printed


def test_without_the_extra_the_lessons_say_what_to_install(programs: Path, tmp_path: Path) -> None:
    said = run(programs / "gradnb", "lessons", "--folder", "mine", cwd=tmp_path, expect=2)
    assert "python -m pip install jupyterlab" in said


def test_the_lessons_come_from_the_wheel(programs: Path, tmp_path: Path) -> None:
    program = "from gradnb.lessons import lessons; print(*(lesson.parent for lesson in lessons('zh')), sep='\\n')"
    folders = set(run(programs / "python", "-c", program, cwd=tmp_path).splitlines())
    assert [Path(folder).parts[-3:] for folder in folders] == [("gradnb", "_lessons", "zh")]


@pytest.mark.slow
def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """It is built as an index's maintainer would, unpacked nowhere near the repository, and works when installed."""
    builder = installed(tmp_path / "builder", "hatchling")
    run(builder, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (sdist,) = tmp_path.glob("gradnb-*.tar.gz")
    with tarfile.open(sdist) as archive:
        kept = {Path(name).parts[1] for name in archive.getnames()}
    assert {"LICENSE", "PKG-INFO", "README.md", "gradnb", "notebooks", "pyproject.toml", "tests"} <= kept
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, sdist, cwd=tmp_path)
    (again,) = tmp_path.glob("*.whl")
    assert contents(again) == contents(wheel)
    python = installed(tmp_path / "user", sdist)
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    assert "[[9. 10.]]" in run(python, "-m", "gradnb", "explain", "program.py", cwd=tmp_path)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
