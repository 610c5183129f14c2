"""What fails leaves the graph as it was: a program's call builds all of its operations, or none."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cache, wraps
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

from gradnb.engine.graph import get_default_graph
from gradnb.engine.slips import SLIPS, in_words
from gradnb.engine.tracebacks import shorten_for_program

P = ParamSpec("P")
R = TypeVar("R")


def all_or_nothing(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that takes back what it has added to the default graph when it raises an error.

    An error that says nothing about the call is told in words about it, and no traceback shows lines of the library.

    Examples
    --------
    >>> import gradnb as tf
    >>> graph = tf.Graph()
    >>> with graph.as_default():
    ...     try:
    ...         tf.reshape([1.0, 2.0], [3])
    ...     except ValueError:
    ...         print(graph.get_operations())
    []
    """

    @wraps(function)
    def attempted(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            try:
                return get_default_graph().attempted(function, *args, **kwargs)
            except SLIPS as error:
                told = in_words(error, _called(function))
                if told is error:
                    raise
                raise told from error
        except Exception as error:
            shorten_for_program(error)
            raise

    return attempted


def _called(function: Callable[..., Any]) -> str:
    """Return what a program calls a function: ``Variable`` for its ``__init__``, ``range`` for ``range_``."""
    kind, _, method = function.__qualname__.rpartition(".")
    return kind if method.startswith("__") else method.rstrip("_")


@cache
def _attempted(function: FunctionType) -> Callable[..., Any]:
    # One for each function, so that tf.add is tf.math.add.
    return all_or_nothing(function)


def guard(names: MutableMapping[str, Any]) -> None:
    """Let every function of the engine among the names of a module be all or nothing."""
    for name, value in list(names.items()):
        if isinstance(value, FunctionType) and value.__module__.startswith("gradnb.engine."):
            names[name] = _attempted(value)
