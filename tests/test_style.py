"""The whole tree passes ruff and mypy with no finding."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("arguments", [("ruff", "check"), ("mypy",)], ids=lambda arguments: arguments[0])
def test_there_is_no_finding(arguments: tuple[str, ...]) -> None:
    found = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
