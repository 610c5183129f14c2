"""Work that is done when the kernel is idle: of many requests in a row one remains, and never two run at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

#: The shortest time from one run to the next, in seconds: as often as a screen shows something else.
_PAUSE = 1 / 60


class WhenIdle:
    """Does something when it was requested and the kernel has time.

    What comes in meanwhile is not queued: the action reads the state of the moment. Half of the kernel's time stays
    free for everything else, however long the action takes.

    Parameters
    ----------
    action : callable
        What is to be done; it raises nothing.
    """

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._lock = threading.RLock()
        self._is_requested = self._is_closed = False
        self._not_before = 0.0

    def request(self) -> None:
        """Do it soon; at once where no event loop runs, as in a plain script."""
        if self._is_requested:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.now()
            return
        self._is_requested = True
        loop.call_later(max(self._not_before - time.monotonic(), 0.0), self.now)

    def now(self) -> None:
        """Do it at once."""
        with self._lock:  # a front end may send its messages to a thread of their own
            self._is_requested = False
            if self._is_closed:
                return
            start = time.monotonic()
            self._action()
            end = time.monotonic()
            self._not_before = end + max(_PAUSE, end - start)

    def close(self) -> None:
        """Do nothing from here on, and forget the action."""
        self._is_closed = True
        self._action = _nothing


def _nothing() -> None:
    """Do nothing."""
