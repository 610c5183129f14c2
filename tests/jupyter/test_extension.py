"""Loading adds the magic and its configuration; unloading takes away exactly that."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from shells import Notebook

from gradnb.jupyter import extension


def registered(shell: InteractiveShell) -> tuple[object, ...]:
    magics = {kind: dict(functions) for kind, functions in shell.magics_manager.magics.items()}
    return magics, dict(vars(shell.magics_manager.user_magics)), list(shell.configurables), list(shell.user_ns)


def test_unloading_takes_away_exactly_what_loading_added(shell: InteractiveShell) -> None:
    before = registered(shell)
    extension.load(shell)
    assert registered(shell) != before
    extension.unload(shell)
    assert registered(shell) == before


def test_loading_twice_adds_nothing(shell: InteractiveShell) -> None:
    extension.load(shell)
    once = registered(shell)
    extension.load(shell)
    assert registered(shell) == once


def test_unloading_what_was_not_loaded_is_no_error(shell: InteractiveShell) -> None:
    before = registered(shell)
    extension.unload(shell)
    assert registered(shell) == before


def test_load_ext_and_unload_ext(shell: InteractiveShell) -> None:
    shell.run_line_magic("load_ext", "gradnb")
    assert shell.find_cell_magic("gradgraph") is not None
    assert shell.find_line_magic("gradgraph") is not None
    shell.run_line_magic("unload_ext", "gradnb")
    assert shell.find_cell_magic("gradgraph") is None
    assert shell.find_line_magic("gradgraph") is None


def test_importing_gradnb_registers_nothing_and_imports_no_jupyter() -> None:
    unwanted = ["IPython", "ipywidgets", "anywidget", "traitlets", "matplotlib", "graphviz"]
    code = f"import sys, gradnb; print([name for name in {unwanted} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", ["%gradgraph", "%%gradgraph"])
def test_a_question_mark_prints_the_help(notebook: Notebook, kind: str) -> None:
    found = notebook.shell.object_inspect(kind)
    assert found["found"]
    for words in ("--grad-ys", "%%gradgraph y1 y2 --wrt w1 w2", "The weight on dy of each y"):
        assert words in found["docstring"]


def test_the_help_follows_the_configured_language(notebook: Notebook) -> None:
    notebook.ok("%config GradGraph.lang = 'zh'")
    assert "每个 y 的 dy 上的权重" in notebook.shell.object_inspect("%%gradgraph")["docstring"]


def test_config_lists_and_sets_the_defaults(notebook: Notebook) -> None:
    assert "GradGraph.precision" in notebook.ok("%config GradGraph").stdout
    notebook.ok("%config GradGraph.view = ['story', 'table']")
    assert notebook.ok("%config GradGraph.view").result.result == ["story", "table"]
