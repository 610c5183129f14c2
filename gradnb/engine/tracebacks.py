"""Tracebacks that show the program's lines alone, and not the library's own in between."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import FrameType, FunctionType, TracebackType
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

#: Set to ``full``, tracebacks keep the library's own lines: for those who work on it.
VARIABLE: Final = "GRADNB_TRACEBACK"

_PACKAGE: Final = str(Path(__file__).parents[1]) + os.sep


def shorten(error: BaseException) -> None:
    """Take the library's own lines out of the traceback of an error, and of those that led to it.

    Lines of the program stay, those of a function that the library has called among them; an error that led to it and
    has no such line is left out. A ``raise`` without operand behind it adds no line.
    """
    if os.environ.get(VARIABLE) == "full":
        return
    error.__traceback__ = without_own_lines(error.__traceback__)
    seen = {id(error)}
    cause = _behind(error)
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        cause.__traceback__ = without_own_lines(cause.__traceback__)
        if cause.__traceback__ is None:
            error.__cause__ = _behind(cause)
        else:
            error = cause
        cause = _behind(error)


def _behind(error: BaseException) -> BaseException | None:
    """Return the error that is shown as what led to this one."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def shorten_for_program(error: BaseException) -> None:
    """Shorten the traceback of an error that leaves the library; inside of the library's own calls it stays whole."""
    frame = sys._getframe(1).f_back
    while frame is not None:
        if is_own(frame):
            return
        frame = frame.f_back
    shorten(error)


def with_short_tracebacks(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function whose errors do not show the library's own lines."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            shorten_for_program(error)
            raise

    return called


def short_tracebacks(kind: type[T]) -> type[T]:
    """Let the errors of all methods that a class defines itself show none of the library's own lines."""
    for name, method in list(vars(kind).items()):
        if isinstance(method, FunctionType):
            setattr(kind, name, with_short_tracebacks(method))
    return kind


def without_own_lines(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the library's own lines; None if there are no others."""
    links: list[TracebackType] = []
    while traceback is not None:
        if not is_own(traceback.tb_frame):
            links.append(traceback)
        traceback = traceback.tb_next
    kept: TracebackType | None = None
    for link in reversed(links):
        kept = TracebackType(kept, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return kept


def is_own(frame: FrameType) -> bool:
    """Return whether a frame runs the library's own code."""
    return frame.f_code.co_filename.startswith(_PACKAGE)
