"""The package's tests and two lessons pass with the lowest and the newest of what it is built on, on each Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.environments import REPOSITORY, installed, own_environment

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: What the tests below are run with, besides the package and its extras.
RUNNERS = ("hypothesis", "nbclient", "nbformat", "nbval", "pandas", "pytest")
#: Releases of the time of the lowest ones, of packages that come along with these.
CONTEMPORARIES = ("pyparsing==3.0.9",)
SUPPORTED = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "Python :: 3." in name]
#: Everything but what drives a browser, makes environments, or holds this tree to the tools' findings.
TESTS = (
    "tests/engine",
    "tests/view",
    "tests/render",
    "tests/jupyter",
    "tests/test_explanation.py",
    "tests/test_cli.py",
)
LESSONS = ("notebooks/en/03_stopping_the_gradient.ipynb", "notebooks/zh/06_learning.ipynb")


def declared(*extras: str) -> list[Requirement]:
    """Return what the package and some of its extras require, gradnb's own extras left out."""
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    requirements = [Requirement(text) for entries in lists for text in entries]
    return [requirement for requirement in requirements if requirement.name != PROJECT["name"]]


def lowest() -> list[str]:
    """Return each requirement with the lowest release that it admits."""
    runners = [requirement for requirement in declared("test") if requirement.name in RUNNERS]
    pinned = []
    for requirement in [*declared("dot", "lab", "site"), *runners]:
        (floor,) = requirement.specifier
        assert floor.operator == ">="
        pinned.append(f"{requirement.name}=={floor.version}")
    return pinned


def interpreter(version: str) -> str:
    """Return a Python of that version, or skip the test: of those on the PATH, and of pyenv's."""
    pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*/bin/python"))
    for python in (shutil.which(f"python{version}"), *map(str, pyenv)):
        if python and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            return python
    pytest.skip(f"there is no Python {version} here")


def passes_the_tests(python: Path) -> None:
    """Run the tests and the lessons with an interpreter."""
    # What other packages of such different ages warn each other of decides nothing.
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "default", "--disable-warnings"]
    done = subprocess.run(
        [*command, *TESTS, *LESSONS], cwd=REPOSITORY, env=own_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def test_every_requirement_has_a_floor() -> None:
    pinned = lowest()
    assert {"numpy==1.26", "ipython==8.12"} <= set(pinned)
    assert {entry.partition("==")[0] for entry in pinned} >= set(RUNNERS)


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="the lowest NumPy has no wheel for this Python")
def test_with_the_lowest_of_everything(tmp_path: Path) -> None:
    passes_the_tests(installed(tmp_path / "environment", REPOSITORY, *lowest(), *CONTEMPORARIES))


@pytest.mark.slow
@pytest.mark.parametrize("version", SUPPORTED)
def test_with_the_newest_of_everything(version: str, tmp_path: Path) -> None:
    python = interpreter(version)
    passes_the_tests(installed(tmp_path / "environment", f"{REPOSITORY}[dot,lab,site]", *RUNNERS, python=python))
