"""Where a session keeps the values of variables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from gradnb.engine.literals import Array
from gradnb.errors import FailedPreconditionError
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.tensor import Operation

#: The type of operations that stand for a variable: what they give is its cell, from which others read.
VARIABLE: Final = "VariableV2"

_held = [np.empty(0)]
#: The count of references to an array that nothing but one list holds, taken in the way in which `Cell.fresh` takes it.
_HELD_BY_A_LIST: Final = sys.getrefcount(_held[0])


class Cell:
    """Where a session keeps the value of one variable; an array in it is replaced, and not changed while it is held.

    Whoever took the value (a remembered run, a fetch, an operation that still waits) may go on with it. The arrays of
    earlier values are written anew when nobody holds them any more, so that training asks for no memory at each step.

    Parameters
    ----------
    name : str
        The variable's name.
    changed : callable
        Called whenever the value is replaced.

    Attributes
    ----------
    value : ndarray or None
        What `array` gives, for who reads it often; it is only set through `array`.
    """

    __slots__ = ("_changed", "_earlier", "name", "value")

    def __init__(self, name: str, changed: Callable[[], None]) -> None:
        self.name = name
        self.value: Array | None = None
        self._changed = changed
        self._earlier: list[Array] = []

    @property
    def array(self) -> Array | None:
        """The value; None until it is initialized."""
        return self.value

    @array.setter
    def array(self, value: Array) -> None:
        before = self.value
        if before is not value:
            try:
                self.value = value
            finally:  # also when the keyboard interrupts just here
                self._changed()
            if before is not None:
                self._earlier.append(before)
                del self._earlier[:-2]

    def read(self, reader: Operation) -> Array:
        """Return the value.

        Raises
        ------
        FailedPreconditionError
            If it was not initialized.
        """
        if self.value is None:
            raise FailedPreconditionError(
                reader,
                f"Attempting to use uninitialized value {self.name}",
                text("session.uninitialized", name=self.name),
            )
        return self.value

    def fresh(self, like: Array) -> Array:
        """Return an array of the shape and dtype of `like` for the next value to be written into."""
        earlier = self._earlier
        for _ in range(len(earlier)):
            held = [earlier.pop(0)]
            array = held[0]
            fits = array.shape == like.shape and array.dtype == like.dtype and array.base is None and array.flags.carray
            del array
            # Whoever has a view of an array holds the array too.
            if fits and sys.getrefcount(held[0]) == _HELD_BY_A_LIST:
                return held[0]
            earlier.append(held[0])
        return np.empty(like.shape, like.dtype)
