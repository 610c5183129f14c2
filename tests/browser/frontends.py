"""Other front ends than the environment's JupyterLab, each installed with gradnb into an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chrome import heard, running_browser
from lab import JUPYTERLAB, KERNEL_IS_IDLE, MILLISECONDS, REPOSITORY, SERVER, Open, running_server


@dataclass(frozen=True)
class FrontEnd:
    """A front end.

    Attributes
    ----------
    packages : tuple of str
        What is installed besides gradnb.
    command : tuple of str
        The module that is started, and its options.
    address : str
        Where it shows a notebook.
    runs_by_itself : bool
        Whether a notebook runs when it is opened.
    noise : str
        A part of what its console reports of any notebook.
    """

    packages: tuple[str, ...]
    command: tuple[str, ...]
    address: str
    runs_by_itself: bool = False
    noise: str = ""

    def is_ours(self, problem: str) -> bool:
        """Return whether a problem is none that the front end has with any notebook."""
        return not self.noise or self.noise not in problem


#: What Binder's image for Python 3.11 pins.
_BINDER = ("jupyterlab==4.4.9", "notebook==7.4.7", "ipywidgets==8.1.7")
_NOTEBOOK = ("notebook", *SERVER, "--JupyterNotebookApp.expose_app_in_browser=True")
_VOILA = ("voila", "{folder}", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1", "--Voila.port_retries=0")

FRONT_ENDS = {
    "JupyterLab 4.4.9": FrontEnd(_BINDER, JUPYTERLAB, "lab/tree/{name}?reset"),
    "Notebook 7.4.7": FrontEnd(_BINDER, _NOTEBOOK, "notebooks/{name}"),
    "Notebook 7.6.5": FrontEnd(("notebook==7.6.5",), _NOTEBOOK, "notebooks/{name}", noise="(reading 'schema')"),
    # Its page takes icons from the web.
    "Voilà 0.5.13": FrontEnd(
        ("voila==0.5.13", "ipykernel>=6"),
        _VOILA,
        "voila/render/{name}",
        runs_by_itself=True,
        noise="net::ERR_NAME_NOT_RESOLVED",
    ),
}


def installed(folder: Path, packages: tuple[str, ...]) -> Path:
    """Make an environment with some packages and gradnb as it is here, and return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # What the tests' own environment is held to would forbid other versions.
    free = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", REPOSITORY, *packages]
    done = subprocess.run(command, env=free, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return python


@contextmanager
def opened(front_end: FrontEnd, python: Path, scratch: Path, notebook: Path) -> Iterator[Open]:
    """Start a front end and open a copy of a notebook, all of whose cells have run."""
    with (
        running_server(scratch, python, front_end.command, packages=None) as (url, folder),
        running_browser() as browser,
    ):
        (folder / notebook.name).write_bytes(notebook.read_bytes())
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(MILLISECONDS)
        problems = heard(page)
        page.goto(f"{url}/{front_end.address.format(name=notebook.name)}")
        shown = Open(page, problems)
        if not front_end.runs_by_itself:
            page.wait_for_function(KERNEL_IS_IDLE)
            shown.run_all()
        yield shown
