"""A JupyterLab with a browser in front of it: opens notebooks, runs them, and says what went wrong on the page."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from gradnb.lessons import __file__ as _module_of_the_package

REPOSITORY = Path(__file__).parents[2]
PACKAGE_PARENT = Path(_module_of_the_package).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS_TO_START = 60
MILLISECONDS = 60_000

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_KERNEL = "window.jupyterapp?.shell.currentWidget?.context?.sessionContext.session?.kernel"
_KERNEL_IS_IDLE = f"() => {_KERNEL}?.status === 'idle'"
_CODE_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"


class Lab:
    """A running server and a browser.

    Attributes
    ----------
    folder : Path
        The folder that the server shows.
    """

    def __init__(self, url: str, folder: Path, browser: Browser) -> None:
        self.folder = folder
        self._url = url
        self._browser = browser

    @contextmanager
    def notebook(self, name: str, *, dark: bool = False) -> Iterator[Open]:
        """Open a notebook of the folder in a page of its own."""
        context = self._browser.new_context(viewport={"width": 1400, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(MILLISECONDS)
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{self._url}/lab/tree/{name}?reset")
        page.wait_for_function(_KERNEL_IS_IDLE)
        theme = "Dark" if dark else "Light"
        page.evaluate(f"{{ jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}}); }}")
        page.wait_for_selector(f'body[data-jp-theme-light="{str(not dark).lower()}"]', state="attached")
        try:
            yield Open(page, problems)
        finally:
            page.evaluate("jupyterapp.shell.currentWidget?.context.sessionContext.shutdown()")
            context.close()


class Open:
    """An open notebook.

    Attributes
    ----------
    page : Page
        The browser's page.
    problems : list of str
        What the page's console reported as an error.
    """

    def __init__(self, page: Page, problems: list[str]) -> None:
        self.page = page
        self.problems = problems

    def run_all(self) -> None:
        """Run all cells, and wait until every one has run."""
        self._start()
        try:
            self.page.wait_for_function(f"{_CODE_CELLS}.every(cell => cell.model.executionCount !== null)")
        except TimeoutError as late:
            raise AssertionError(f"not every cell has run: {self.outputs()}") from late
        self.page.wait_for_function(_KERNEL_IS_IDLE)

    def run_until_it_stops(self) -> None:
        """Run all cells, of which one stops the others, and wait until all is quiet."""
        self._start()
        self.page.wait_for_function("window.ran")
        # The kernel answers in order: when it has done this, it has done whatever was sent before.
        self.page.evaluate(f"{_KERNEL}.requestExecute({{code: ''}}).done.then(() => null)")

    def _start(self) -> None:
        """Clear what is stored or was there before, and run all cells."""
        self.page.evaluate(
            """async () => {
                await jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
                window.ran = false;
                jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.ran = true; });
            }"""
        )

    def outputs(self) -> list[list[dict[str, Any]]]:
        """Return the outputs of each code cell."""
        found: list[list[dict[str, Any]]] = self.page.evaluate(
            f"{_CODE_CELLS}.map(cell => cell.model.outputs.toJSON())"
        )
        return found

    def execution_counts(self) -> list[int | None]:
        """Return the number in front of each code cell; None where it has not run."""
        found: list[int | None] = self.page.evaluate(f"{_CODE_CELLS}.map(cell => cell.model.executionCount)")
        return found


def write(folder: Path, name: str, cells: list[str]) -> str:
    """Write a notebook of code cells into the folder and return its name."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / name)
    return name


@contextmanager
def running_lab(scratch: Path) -> Iterator[Lab]:
    """Start JupyterLab on a free port, with everything that it keeps in `scratch`, and a browser."""
    folder = scratch / "notebooks"
    folder.mkdir()
    # A cell that is scrolled out of sight is on the page all the same, and no question about news lies on top.
    for file, settings in {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = scratch / "settings" / "@jupyterlab" / f"{file}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    port = _free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"),
        *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"),
        "--LabApp.extension_manager=readonly",
    ]
    log = scratch / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=_environment(scratch)) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server, log)
            executable = next(filter(None, map(shutil.which, BROWSERS)))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
                try:
                    yield Lab(url, folder, browser)
                finally:
                    browser.close()
        finally:
            server.terminate()


def _environment(scratch: Path) -> dict[str, str]:
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "GRADNB"))}
    return kept | {name: str(scratch / place) for name, place in places.items()} | {"PYTHONPATH": str(PACKAGE_PARENT)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')}")
