"""The layers of the package, and what importing it costs."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("IPython", "anywidget", "graphviz", "ipywidgets", "matplotlib", "pandas", "pygraphviz", "scipy", "traitlets")


def test_the_import_contracts_hold() -> None:
    lint_imports = Path(sysconfig.get_path("scripts"), "lint-imports")
    found = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_module_has_a_place_in_the_layers() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = configuration["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name.strip() for layer in layers for name in layer.split("|")}
    entries = list((ROOT / "gradnb").iterdir())
    modules = {file.stem for file in entries if file.suffix == ".py"} - {"__init__", "__main__"}
    packages = {folder.name for folder in entries if (folder / "__init__.py").exists()}
    assert placed == modules | packages


@pytest.mark.parametrize("heavy", HEAVY)
def test_importing_gradnb_imports_no(heavy: str, imported: set[str]) -> None:
    assert heavy not in imported


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after ``import gradnb``."""
    program = "import json, sys, gradnb; print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    names = set(json.loads(answer.stdout))
    assert {"gradnb", "numpy"} <= names
    return names


def test_every_module_opens_with_one_sentence() -> None:
    """One sentence is the module's whole responsibility; a module without it has none."""
    import ast

    for file in sorted((ROOT / "gradnb").rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert docstring, f"{file} opens with no sentence"
        first = docstring.partition("\n\n")[0]
        assert first.rstrip().endswith((".", ":", "`")), f"{file} opens with {first!r}"
