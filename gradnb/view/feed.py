"""What is fed to each step of a training, in whatever form it was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gradnb.messages import text as message


class Feed:
    """One batch for each step.

    Parameters
    ----------
    given : Mapping, callable or iterable
        The same for each step; or called with the number of a step; or one after the other, from the first again after
        the last.

    Attributes
    ----------
    constant : bool
        Whether all steps have the same.
    spent : bool
        Whether the last batch has served twice.

    Raises
    ------
    TypeError
        If `given` is of another kind.
    """

    def __init__(self, given: Any) -> None:
        self._given = given
        self._batches: Iterator[Any] = iter(())
        self.constant = isinstance(given, Mapping)
        self.spent = False
        if not (self.constant or callable(given) or hasattr(given, "__iter__")) or isinstance(given, (str, bytes)):
            raise TypeError(message("train_view.no_feed", kind=type(given).__name__))

    def restart(self) -> None:
        """Begin with the first batch again, where the form allows it."""
        self.spent = False
        if not self.constant and not callable(self._given):
            self._batches = iter(self._given)

    def next(self, step: int) -> Any:
        """Return the batch of a step; None if there are no more."""
        if self.constant:
            return self._given
        if callable(self._given):
            return self._given(step)
        batch = next(self._batches, None)
        if batch is None:
            self._batches = iter(self._given)
            batch = next(self._batches, None)
        return batch
