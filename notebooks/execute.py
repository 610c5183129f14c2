"""Runs lessons from top to bottom and stores their outputs: all of them, or the files given on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

from gradnb.notebooks import execute

if __name__ == "__main__":
    for lesson in [Path(name) for name in sys.argv[1:]] or sorted(Path(__file__).parent.glob("*/*.ipynb")):
        print(lesson)
        execute(lesson)
