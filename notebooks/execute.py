"""Runs lessons from top to bottom and stores their outputs: all of them, or the files given on the command line.

What differs between two runs and helps no reader is left out: times, the folder that this machine keeps gradnb in, and
the live panels, whose kernel is gone when somebody opens the stored lesson. The static copy below each panel stays.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
LIVE = "application/vnd.jupyter.widget-view+json"


def execute(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(lesson.parent)}},
        record_timing=False,
        store_widget_state=False,
    ).execute()
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(LIVE, None)
            if output.output_type == "error":
                output.traceback = [line.replace(f"{HERE.parent}/", "") for line in output.traceback]
    lesson.write_text(nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for lesson in [Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*/*.ipynb")):
        print(lesson)
        execute(lesson)
