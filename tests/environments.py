"""Environments of their own for tests: other interpreters, other versions of what gradnb is built on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def installed(folder: Path, *packages: str | Path, python: str | Path = sys.executable) -> Path:
    """Make an environment with some packages, and return its interpreter.

    Parameters
    ----------
    folder : Path
        Where it is made.
    *packages : str or Path
        What pip takes; gradnb as it is here is `REPOSITORY`.
    python : str or Path
        The interpreter that it is made from.
    """
    subprocess.run([python, "-m", "venv", folder], check=True)
    inside = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    done = subprocess.run(command, env=own_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return inside


def own_environment(**further: str) -> dict[str, str]:
    """Return the environment variables without those by which this process's packages and versions would be found."""
    # What the tests' own environment is held to would forbid other versions.
    foreign = ("PIP_CONSTRAINT", "PYTHONPATH", "PYTHONHASHSEED", "GRADNB_LANG")
    return {name: value for name, value in os.environ.items() if name not in foreign} | further
