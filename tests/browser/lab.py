"""A notebook's front end with a browser before it: opens notebooks, runs them, and says what went wrong on the page."""

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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from chrome import heard, running_browser
from playwright.sync_api import Browser, Page, TimeoutError, expect

from gradnb.lessons import __file__ as _module_of_the_package

REPOSITORY = Path(__file__).parents[2]
PACKAGE_PARENT = Path(_module_of_the_package).parents[1]
SECONDS_TO_START = 60
MILLISECONDS = 60_000
expect.set_options(timeout=20_000)  # a machine with other work

KERNEL = "window.jupyterapp?.shell.currentWidget?.context?.sessionContext.session?.kernel"
KERNEL_IS_IDLE = f"() => {KERNEL}?.status === 'idle'"
_CODE_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"

#: What every server is told: where it listens, whom it lets in, and what it shows.
SERVER = ("--ServerApp.ip=127.0.0.1", "--ServerApp.port={port}", "--ServerApp.port_retries=0")
SERVER = (*SERVER, "--IdentityProvider.token=", "--ServerApp.root_dir={folder}", "--no-browser", "--allow-root")
JUPYTERLAB = (
    *("jupyterlab", *SERVER, "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
    *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"),
)


class Lab:
    """A running JupyterLab and a browser, with one page in which a notebook is opened after the other.

    Attributes
    ----------
    folder : Path
        The folder that the server shows.
    """

    def __init__(self, url: str, folder: Path, browser: Browser) -> None:
        self.folder = folder
        self._url = url
        self._browser = browser
        self._page: tuple[Page, list[str]] | None = None

    @contextmanager
    def notebook(self, name: str, *, dark: bool = False, width: int = 1400) -> Iterator[Open]:
        """Open a notebook of the folder; after a test that failed, in another page."""
        page, problems = self._page or self._new_page()
        self._page = None
        page.set_viewport_size({"width": width, "height": 1000})
        put_theme(page, dark)
        page.evaluate(
            "path => { jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' }); }", name
        )
        page.wait_for_function("name => jupyterapp.shell.currentWidget?.context?.path === name", arg=name)
        page.wait_for_function(KERNEL_IS_IDLE)
        problems.clear()
        try:
            yield Open(page, problems)
        except BaseException:
            page.context.close()
            raise
        page.evaluate(
            """async () => {
                const notebook = jupyterapp.shell.currentWidget;
                await notebook.context.sessionContext.shutdown();
                notebook.dispose();
            }"""
        )
        self._page = (page, problems)

    def _new_page(self) -> tuple[Page, list[str]]:
        context = self._browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(MILLISECONDS)
        problems = heard(page)
        page.goto(f"{self._url}/lab?reset")
        page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
        return page, problems


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
        self.page.wait_for_function("window.ran")
        try:
            # The last answers may still be on their way.
            self.page.wait_for_function(
                f"{_CODE_CELLS}.every(cell => cell.model.executionCount !== null)", timeout=20_000
            )
        except TimeoutError:
            raise AssertionError(f"not every cell has run: {self._errors()}") from None
        self.page.wait_for_function(KERNEL_IS_IDLE)

    def restart_and_run_all(self) -> None:
        """Start the kernel anew, run all cells, and wait until every one has run."""
        self.do("notebook:restart-run-all")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_function(f"{_CODE_CELLS}.every(cell => cell.model.executionCount === null)")
        self.page.wait_for_function(f"{_CODE_CELLS}.every(cell => cell.model.executionCount !== null)")
        self.page.wait_for_function(KERNEL_IS_IDLE)

    def select(self, number: int) -> None:
        """Make one of the code cells the active one."""
        self.page.evaluate(
            f"""number => {{
                const {{ content }} = jupyterapp.shell.currentWidget;
                content.activeCellIndex = content.widgets.indexOf({_CODE_CELLS}[number]);
                content.mode = 'command';
            }}""",
            number,
        )

    def run(self, number: int) -> list[dict[str, Any]]:
        """Run one of the code cells, and return its outputs."""
        self.select(number)
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
        self.page.wait_for_function(KERNEL_IS_IDLE)
        return [{"data": None} | output | {"execution_count": None} for output in self.outputs()[number]]

    def run_until_it_stops(self) -> None:
        """Run all cells, of which one stops the others, and wait until all is quiet."""
        self._start()
        self.page.wait_for_function("window.ran")
        # The kernel answers in order: when it has done this, it has done whatever was sent before.
        self.page.evaluate(f"{KERNEL}.requestExecute({{code: ''}}).done.then(() => null)")

    def _start(self) -> None:
        """Clear what is stored or was there before, and run all cells."""
        self.page.evaluate(
            """async () => {
                await jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
                window.ran = false;
                jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.ran = true; });
            }"""
        )

    def _errors(self) -> list[str]:
        every = (output for cell in self.outputs() for output in cell if output["output_type"] == "error")
        return [f"{error['ename']}: {error['evalue']}" for error in every]

    def do(self, command: str) -> None:
        """Start a command of the front end, without waiting for its end."""
        self.page.evaluate("command => { jupyterapp.commands.execute(command); }", command)

    def save(self) -> None:
        """Save the notebook, and wait until it is saved."""
        self.do("docmanager:save")
        self.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")

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


def put_theme(page: Page, dark: bool) -> None:
    """Let a page be light or dark."""
    theme = "Dark" if dark else "Light"
    page.evaluate(f"{{ jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}}); }}")
    page.wait_for_selector(f'body[data-jp-theme-light="{str(not dark).lower()}"]', state="attached")


def write(folder: Path, name: str, cells: list[str]) -> str:
    """Write a notebook of code cells into the folder and return its name."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / name)
    return name


@contextmanager
def running_lab(scratch: Path) -> Iterator[Lab]:
    """Start JupyterLab on a free port, with everything that it keeps in `scratch`, and a browser."""
    with running_server(scratch, sys.executable, JUPYTERLAB) as (url, folder), running_browser() as browser:
        yield Lab(url, folder, browser)


@contextmanager
def running_server(
    scratch: Path, python: str | Path, command: Sequence[str], packages: Path | None = PACKAGE_PARENT
) -> Iterator[tuple[str, Path]]:
    """Start a module with its options on a free port, and give its address and the folder that it shows.

    Parameters
    ----------
    scratch : Path
        An empty folder for everything that the server keeps.
    python : str or Path
        The interpreter of the server and of its kernels.
    command : sequence of str
        The module and its options, in which ``{port}`` and ``{folder}`` stand for themselves.
    packages : Path, optional
        Where its kernels look for packages first.
    """
    folder = scratch / "notebooks"
    folder.mkdir()
    shutil.copytree(REPOSITORY / "notebooks" / "data", scratch / "data")  # what lessons read beside themselves
    # A cell that is scrolled out of sight is on the page all the same, and no question about news lies on top.
    for file, settings in {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = scratch / "settings" / "@jupyterlab" / f"{file}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    port = _free_port()
    arguments = [python, "-m", *(part.format(port=port, folder=folder) for part in command)]
    log = scratch / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            arguments, stdout=output, stderr=subprocess.STDOUT, env=_environment(scratch, packages)
        ) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server, log)
            yield url, folder
        finally:
            server.terminate()


def _environment(scratch: Path, packages: Path | None) -> dict[str, str]:
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "jupyter-data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    foreign = ("JUPYTER", "IPYTHON", "GRADNB", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    first = {} if packages is None else {"PYTHONPATH": str(packages)}
    return kept | {name: str(scratch / place) for name, place in places.items()} | first


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")
