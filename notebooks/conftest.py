"""What nbval compares: the text, which holds every number. A picture differs between versions of Graphviz and fonts."""

from __future__ import annotations

import pytest


def pytest_collectstart(collector: pytest.Collector) -> None:
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("image/svg+xml", "text/html")
