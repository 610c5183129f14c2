"""The table of operations: it says what the operations say of themselves today."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from gradnb.engine.registry import all_ops
from gradnb.messages import LANGUAGES

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SCRIPT = NOTEBOOKS / "operations.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_up_to_date(language: str, script: dict[str, Any]) -> None:
    stored = (NOTEBOOKS / language / "operations.md").read_text(encoding="utf-8")
    assert script["page"](language) == stored, "run: python notebooks/operations.py"


def test_every_operation_with_a_gradient_that_a_function_makes_stands_in_it(script: dict[str, Any]) -> None:
    page = script["page"]("en")
    names = script["public_names"]()
    wanted = [d.type for d in all_ops() if d.type in names and d.example is not None and callable(d.gradient)]
    assert len(wanted) > 100
    assert [type for type in wanted if f"| {type} |" not in page] == []


def test_a_row_has_the_name_the_formula_the_rule_and_the_note(script: dict[str, Any]) -> None:
    rows = {line.split(" | ")[1]: line for line in script["page"]("en").splitlines() if line.startswith("| `")}
    x, y, z = (letter + "\u0304" for letter in "xyz")
    assert rows["Mul"].startswith(f"| `tf.multiply` | Mul | `z = x · y` | `{x} += {z} · y, {y} += {z} · x` |")
    assert rows["Sum"].startswith("| `tf.reduce_sum` | Sum | `z = Σ x` |")
    assert "the slope 0 there" in rows["Relu"]
    assert rows["Abs"].count("\\|") == 2
