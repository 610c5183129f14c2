"""In a marimo notebook, what is shown stands in the cell's output; the real marimo has its test in `browser`."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import gradnb as tf


@pytest.fixture(params=[True, False], ids=["running", "imported"])
def runs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, list[object]]:
    """Put a marimo in place; return whether it says that it runs this program, and what is added to its output."""
    shown: list[object] = []
    marimo = SimpleNamespace(running_in_notebook=lambda: request.param, output=SimpleNamespace(append=shown.append))
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    return request.param, shown


def test_what_is_shown_stands_in_the_output_of_a_running_notebook(
    runs: tuple[bool, list[object]], capsys: pytest.CaptureFixture[str]
) -> None:
    running, shown = runs
    x = tf.Variable(3.0, name="x")
    explanation = tf.explain(x * x, x)
    tf.show(explanation)
    assert shown == ([explanation] if running else [])
    assert capsys.readouterr().out == ("" if running else f"{explanation.text()}\n")
