"""Every example in a docstring runs and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType

import pytest

import gradnb
from gradnb.render.layout import engine_available


def examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for found in pkgutil.walk_packages(gradnb.__path__, "gradnb."):
        if found.name != "gradnb.__main__":  # importing it runs the command
            module = importlib.import_module(found.name)
            tests = [*finder.find(module), *cached_in(module, finder)]
            yield from (test for test in tests if test.examples)


def cached_in(module: ModuleType, finder: doctest.DocTestFinder) -> Iterator[doctest.DocTest]:
    """Yield the examples of cached properties, which doctest passes over."""
    for kind in vars(module).values():
        if inspect.isclass(kind) and kind.__module__ == module.__name__:
            for name, value in vars(kind).items():
                if isinstance(value, cached_property):
                    yield from finder.find(value.func, f"{module.__name__}.{kind.__name__}.{name}", globs=vars(module))


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.name)
def test_the_example_is_true(example: doctest.DocTest) -> None:
    if "LayoutUnavailable" in (example.docstring or "") and not engine_available():
        pytest.skip("it draws, and there is no layout engine")
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=said.append)
    assert result.failed == 0, "".join(said)
