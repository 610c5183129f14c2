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

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> y = tf.placeholder(tf.float32, name="p") * 2.0
    >>> with tf.Session() as session:
    ...     try:
    ...         session.run(y)
    ...     except tf.errors.OpError as error:
    ...         print(type(error).__name__, "at", error.op.name)
    InvalidArgumentError at p
    """

    def __init__(self, operation: Operation | None, message: str, help: str = "") -> None:
        self.op = operation
        if operation is not None:
            name = operation.name
            message = f"Graph execution error:\n\nNode: '{name}'\n{message}\n\t [[{{{{node {name}}}}}]]"
        self.message = f"{message}\n{help}" if help else message
        super().__init__(self.message)


class InvalidArgumentError(OpError):
    """A value does not fit: a shape, an index, a placeholder that was not fed.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> gathered = tf.gather([1.0, 2.0], tf.placeholder_with_default(5, []), name="gathered")
    >>> with tf.Session() as session:
    ...     try:
    ...         session.run(gathered)
    ...     except tf.errors.InvalidArgumentError as error:
    ...         print(type(error).__name__, "at", error.op.name)
    InvalidArgumentError at gathered
    """


class FailedPreconditionError(OpError):
    """The state does not fit: a variable that was not initialized.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> v = tf.Variable(1.0, name="v")
    >>> with tf.Session() as session:
    ...     try:
    ...         session.run(v)
    ...     except tf.errors.FailedPreconditionError as error:
    ...         print(type(error).__name__, "at", error.op.name)
    FailedPreconditionError at v
    """


class NotFoundError(OpError):
    """Something that was asked for does not exist.

    Examples
    --------
    >>> import gradnb as tf
    >>> error = tf.errors.NotFoundError(None, "What went wrong.")
    >>> isinstance(error, tf.errors.OpError), error.message
    (True, 'What went wrong.')
    """


class OutOfRangeError(OpError):
    """A position lies past the end.

    Examples
    --------
    >>> import gradnb as tf
    >>> error = tf.errors.OutOfRangeError(None, "What went wrong.")
    >>> isinstance(error, tf.errors.OpError), error.message
    (True, 'What went wrong.')
    """


class UnimplementedError(OpError):
    """The operation exists, but not for these arguments.

    Examples
    --------
    >>> import gradnb as tf
    >>> error = tf.errors.UnimplementedError(None, "What went wrong.")
    >>> isinstance(error, tf.errors.OpError), error.message
    (True, 'What went wrong.')
    """


class InternalError(OpError):
    """A promise inside the engine was broken.

    Examples
    --------
    >>> import gradnb as tf
    >>> error = tf.errors.InternalError(None, "What went wrong.")
    >>> isinstance(error, tf.errors.OpError), error.message
    (True, 'What went wrong.')
    """


class UnknownError(OpError):
    """A function of the program's own failed.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> failing = tf.py_func(lambda: 1 / 0, [], tf.float32, name="failing")
    >>> with tf.Session() as session:
    ...     try:
    ...         session.run(failing)
    ...     except tf.errors.UnknownError as error:
    ...         print(type(error).__name__, "at", error.op.name)
    UnknownError at failing
    """


class OperatorNotAllowedInGraphError(TypeError):
    """A tensor was used as a Python value while the graph is only being built.

    Examples
    --------
    >>> import gradnb as tf
    >>> try:
    ...     bool(tf.constant(1.0) > 0.0)
    ... except tf.errors.OperatorNotAllowedInGraphError:
    ...     print("a tensor has no value while the graph is built")
    a tensor has no value while the graph is built
    """


class NotInGradnbError(AttributeError):
    """A name of TensorFlow that gradnb does not have, or a misspelt one.

    Examples
    --------
    >>> import gradnb as tf
    >>> try:
    ...     tf.reduce_sun
    ... except tf.errors.NotInGradnbError as error:
    ...     print("reduce_sum" in str(error))
    True
    """
