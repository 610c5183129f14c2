"""What is the default inside a ``with`` block: the innermost graph, the innermost session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from gradnb.engine.graph import Graph
    from gradnb.engine.session import Session

T = TypeVar("T")


class Stack(threading.local, Generic[T]):
    """The blocks that a thread is in, the innermost last."""

    def __init__(self) -> None:
        self._items: list[T] = []

    @property
    def innermost(self) -> T | None:
        """What the innermost block made the default; None outside of all."""
        return self._items[-1] if self._items else None

    @contextmanager
    def pushed(self, item: T) -> Iterator[T]:
        """Make `item` the default inside the ``with`` block, also if blocks do not end in order."""
        items = self._items
        try:
            # Inside, since an interrupt may follow at once; and below nothing comes before the end that one could stop.
            items.append(item)
            yield item
        finally:
            if items and items[-1] is item:
                del items[-1]
            else:
                for place in [place for place, other in enumerate(items) if other is item][-1:]:
                    del items[place]


graphs: Stack[Graph] = Stack()
sessions: Stack[Session] = Stack()


def get_default_session() -> Session | None:
    """Return the session of the innermost ``with session`` block, or None.

    Returns
    -------
    Session or None
        The session that `Tensor.eval` and `Operation.run` take.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     tf.get_default_session() is session
    True
    """
    return sessions.innermost


def session_for(session: Session | None, method: str, cannot: str) -> Session:
    """Return `session`, or the default one; `cannot` and `method` say what is impossible without."""
    session = session or get_default_session()
    if session is None:
        raise ValueError(
            f"{cannot} `{method}()`: No default session is registered. "
            f"Use `with sess.as_default()` or pass an explicit session to `{method}(session=sess)`"
        )
    return session
