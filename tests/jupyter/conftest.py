"""A real IPython shell for each test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from shells import Notebook
from traitlets.config import Config

from gradnb.jupyter import extension


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    with np.printoptions():  # the magic %precision changes NumPy's for the whole process
        yield shell
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


@pytest.fixture
def notebook(shell: InteractiveShell) -> Notebook:
    extension.load(shell)
    notebook = Notebook(shell)
    notebook.ok("import gradnb as tf\nimport numpy as np\ntf.reset_default_graph()")
    return notebook
