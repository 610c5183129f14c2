"""Loading and unloading the IPython extension: what one adds, the other takes away."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Configurable

from gradnb.jupyter.config import GradGraph
from gradnb.jupyter.magic import magic

_NAME = "gradgraph"


def load(shell: InteractiveShell) -> None:
    """Register ``%gradgraph``, ``%%gradgraph`` and ``%config GradGraph``; once, however often it is called."""
    if _loaded(shell):
        return
    defaults = GradGraph(parent=shell)
    _configurables(shell).append(defaults)
    shell.magics_manager.register_function(magic(shell, defaults), "line_cell", _NAME)


def unload(shell: InteractiveShell) -> None:
    """Take away what `load` added."""
    for defaults in _loaded(shell):
        _configurables(shell).remove(defaults)
        for kind in ("line", "cell"):
            shell.magics_manager.magics[kind].pop(_NAME, None)
        # register_function also keeps the function here.
        vars(shell.magics_manager.user_magics).pop(_NAME, None)


def _loaded(shell: InteractiveShell) -> list[GradGraph]:
    return [configurable for configurable in _configurables(shell) if isinstance(configurable, GradGraph)]


def _configurables(shell: InteractiveShell) -> list[Configurable]:
    """Return what ``%config`` can set."""
    configurables: list[Any] = shell.configurables
    return configurables
