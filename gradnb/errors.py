"""The errors that gradnb raises where Python has none of its own: TensorFlow's ``tf.errors``.

::

    Exception
    ├── OpError                              an operation failed while a session ran it
    │   ├── InvalidArgumentError             a value does not fit: a shape, an index, a missing feed
    │   ├── FailedPreconditionError          the state does not fit: an uninitialized variable
    │   ├── NotFoundError, OutOfRangeError, UnimplementedError, InternalError, UnknownError
    ├── TypeError
    │   └── OperatorNotAllowedInGraphError   ``if tensor:`` or ``for row in tensor:`` while the graph is built
    └── AttributeError
        └── NotInGradnbError                 a name of TensorFlow that gradnb does not have, or a misspelt one
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradnb.engine.tensor import Operation

__all__ = [
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "NotInGradnbError",
    "OpError",
    "OperatorNotAllowedInGraphError",
    "OutOfRangeError",
    "UnimplementedError",
    "UnknownError",
]


class OpError(Exception):
    """An operation failed while a session ran it.

    Parameters
    ----------
    operation : Operation or None
        The operation that failed.
    message : str
        What went wrong.
    help : str
        What a learner can do about it.

    Attributes
    ----------
    op : Operation or None
        The operation that failed, so that a picture can mark it.
    message : str
        The whole message.
    """

    def __init__(self, operation: Operation | None, message: str, help: str = "") -> None:
        self.op = operation
        if operation is not None:
            name = operation.name
            message = f"Graph execution error:\n\nNode: '{name}'\n{message}\n\t [[{{{{node {name}}}}}]]"
        self.message = f"{message}\n{help}" if help else message
        super().__init__(self.message)


class InvalidArgumentError(OpError):
    """A value does not fit: a shape, an index, a placeholder that was not fed."""


class FailedPreconditionError(OpError):
    """The state does not fit: a variable that was not initialized."""


class NotFoundError(OpError):
    """Something that was asked for does not exist."""


class OutOfRangeError(OpError):
    """A position lies past the end."""


class UnimplementedError(OpError):
    """The operation exists, but not for these arguments."""


class InternalError(OpError):
    """A promise inside the engine was broken."""


class UnknownError(OpError):
    """A function of the program's own failed."""


class OperatorNotAllowedInGraphError(TypeError):
    """A tensor was used as a Python value while the graph is only being built."""


class NotInGradnbError(AttributeError):
    """A name of TensorFlow that gradnb does not have, or a misspelt one."""
