"""What a program calls its tensors."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from gradnb.engine.paths import shown_as
from gradnb.engine.tensor import Tensor
from gradnb.engine.variables import Variable
from gradnb.messages import text

_PACKAGE = __name__.partition(".")[0]


def given_names(names: Mapping[Any, Any] | None) -> dict[Tensor, str]:
    """Return the display names of tensors of the learner's graph.

    Parameters
    ----------
    names : Mapping, optional
        ``{name: tensor}``, also with lists of tensors as values, or ``{tensor: name}``. Other entries are ignored. Of
        two names for one tensor the first counts, and a name of its own comes before a place in a list.
    """
    found: dict[Tensor, str] = {}

    def keep(tensor: Any, name: str) -> None:
        if isinstance(tensor, Variable):
            tensor = tensor.as_tensor(as_reference=True)
        if isinstance(tensor, Tensor):
            found.setdefault(shown_as(tensor), name)

    if not isinstance(names, Mapping | None):
        raise TypeError(text("explain.no_names", kind=type(names).__name__))
    pairs = list((names or {}).items())
    for key, value in pairs:
        if isinstance(key, str):
            keep(value, key)
        elif isinstance(value, str):
            keep(key, value)
    for key, value in pairs:
        if isinstance(key, str) and isinstance(value, (list, tuple)):
            for number, item in enumerate(value):
                keep(item, f"{key}[{number}]")
    return found


def names_of_callers() -> dict[Tensor, str]:
    """Return the names by which the code that is running knows tensors, those nearest to this call first."""
    found: dict[Tensor, str] = {}
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] != _PACKAGE:
            for scope in (frame.f_locals, frame.f_globals):
                public = {name: value for name, value in scope.items() if not name.startswith("_")}
                found = given_names(public) | found
        frame = frame.f_back
    return found
