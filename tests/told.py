"""Runs notebooks in a shell as a kernel would, and prints all that they say, as JSON: ``python told.py NOTEBOOK...``.

It needs gradnb and what gradnb itself depends on, nothing of the tests' own environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import ipywidgets
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import gradnb

_STATE = "application/vnd.jupyter.widget-state+json"


def told(notebook: Path) -> list[dict[str, Any]]:
    """Run a notebook and return what each of its cells printed and displayed; the last one is its widgets' state."""
    os.chdir(notebook.parent)
    gradnb.reset_default_graph()
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    shell.kernel = object()  # there is one: panels are made
    ran = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        with capture_output() as captured:
            result = shell.run_cell("".join(cell["source"]), store_history=True)
        expected = "raises-exception" in cell["metadata"].get("tags", [])
        if not result.success and not expected:
            raise SystemExit(f"{notebook}: {captured.stdout}")
        error = result.error_before_exec or result.error_in_exec
        said = f"{type(error).__name__}: {error}" if error else captured.stdout
        displayed = [{kind: plain(data) for kind, data in output.data.items()} for output in captured.outputs]
        ran.append({"stdout": said, "stderr": captured.stderr, "displayed": displayed})
    return [*ran, {_STATE: widgets()}]


def plain(data: Any) -> Any:
    """Return what was displayed as text: a picture's bytes by their digest, the name of a panel left out."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    return "a panel" if isinstance(data, dict) else data


def widgets() -> list[Any]:
    """Return the state of every widget in the order of their making, with numbers in place of their random names."""
    states = ipywidgets.Widget.get_manager_state()["state"]
    text = json.dumps(list(states.values()), sort_keys=True)
    for number, name in enumerate(states):
        text = text.replace(name, f"widget {number}")
    ipywidgets.Widget.close_all()
    return json.loads(text)


if __name__ == "__main__":
    places = [Path(name).resolve() for name in sys.argv[1:]]
    everything = {f"{place.parent.name}/{place.name}": told(place) for place in places}
    json.dump(everything, sys.stdout, ensure_ascii=True, indent=1)
