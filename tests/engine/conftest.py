"""Every test of the engine starts from a fresh default graph and leaves none of its own behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradnb.engine.graph import Graph, replace_base_graph


@pytest.fixture(autouse=True)
def fresh_default_graph() -> Iterator[None]:
    before = replace_base_graph(Graph())
    yield
    replace_base_graph(before)
