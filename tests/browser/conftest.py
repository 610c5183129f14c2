"""One JupyterLab with one browser for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


# Not for the whole session: while Playwright is open its event loop runs, and tests that start one of their own cannot.
@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    lab = pytest.importorskip("lab", reason="playwright or JupyterLab is not installed")
    with lab.running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running
