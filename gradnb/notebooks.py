"""Notebooks run from top to bottom, with their outputs stored for every viewer and for the test of the next run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_LIVE = "application/vnd.jupyter.widget-view+json"
_PLACE_OF_PACKAGE = f"{Path(__file__).parent.parent}/"


def execute(notebook: Path) -> None:
    """Run a notebook and store its outputs.

    What differs between two runs and helps no reader is left out: times, the folder that this machine keeps gradnb in,
    and the live panels, whose kernel is gone when somebody opens the stored notebook. The static copy below each panel
    stays.

    Parameters
    ----------
    notebook : Path
        A notebook; it is run in its own folder.

    Raises
    ------
    ImportError
        If ``nbclient`` is not installed.
    NoSuchKernel
        If there is no kernel ``python3``.
    CellExecutionError
        If a cell fails that isn't tagged ``raises-exception``; then the file is as it was.
    """
    import nbformat
    from nbclient import NotebookClient

    read: Any = nbformat.read  # these carry no types
    writes: Any = nbformat.writes
    content = read(notebook, as_version=4)
    NotebookClient(
        content,
        kernel_name="python3",
        resources={"metadata": {"path": str(notebook.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # in how many pieces a cell's text arrives depends on the machine's speed
    ).execute()
    content.metadata.language_info = {"name": "python"}
    for cell in content.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(_LIVE, None)
            if output.output_type == "error":
                output.traceback = [line.replace(_PLACE_OF_PACKAGE, "") for line in output.traceback]
    notebook.write_text(f"{writes(content, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
