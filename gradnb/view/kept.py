"""What was made last of each part of a view, so that what stays as it was stays the same object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")


class Kept:
    """The last result for each key, with the basis from which it was made."""

    def __init__(self) -> None:
        self._last: dict[object, tuple[object, Any]] = {}

    def __call__(self, key: object, basis: object, make: Callable[[], _T]) -> _T:
        """Return what was made for a key.

        Parameters
        ----------
        key : hashable
            Which part it is.
        basis : object
            All on which it depends, apart from what never changes while this object is in use.
        make : callable
            Makes it when the basis is not equal to that of the last time.
        """
        last = self._last.get(key)
        if last is not None and last[0] == basis:
            return last[1]  # type: ignore[no-any-return]  # what `make` returned for the same key
        result = make()
        self._last[key] = (basis, result)
        return result
