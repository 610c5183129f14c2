"""Running cells in a real IPython shell, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.capture import capture_output


@dataclass(frozen=True)
class Shown:
    """What a cell printed, displayed and raised.

    Attributes
    ----------
    stdout, stderr : str
        As printed; tracebacks are in `stdout`, as in a terminal.
    displayed : list of dict
        The MIME bundles of what it displayed, in order; the value of the last expression is in `result`.
    result : ExecutionResult
        IPython's account.
    """

    stdout: str
    stderr: str
    displayed: list[dict[str, Any]]
    result: ExecutionResult

    @property
    def error(self) -> BaseException | None:
        return self.result.error_before_exec or self.result.error_in_exec

    @property
    def texts(self) -> list[str]:
        return [bundle["text/plain"] for bundle in self.displayed]


class Notebook:
    """Runs cells as a notebook does: ``tf`` is gradnb, the extension is loaded."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.names = shell.user_ns

    def run(self, cell: str) -> Shown:
        """Run a cell, whatever comes of it."""
        with capture_output() as captured:
            result = self.shell.run_cell(cell, store_history=True)
        return Shown(captured.stdout, captured.stderr, [output.data for output in captured.outputs], result)

    def ok(self, cell: str) -> Shown:
        """Run a cell that must succeed."""
        shown = self.run(cell)
        shown.result.raise_error()
        return shown
