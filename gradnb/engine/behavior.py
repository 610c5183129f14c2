"""What today's programs switch off before they use TensorFlow 1: here it is never on."""

from __future__ import annotations

__all__ = [
    "disable_eager_execution",
    "disable_resource_variables",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
    "executing_eagerly",
]


def disable_v2_behavior() -> None:
    """Do nothing: gradnb always behaves like TensorFlow 1.

    Examples
    --------
    >>> import gradnb.compat.v1 as tf
    >>> tf.disable_v2_behavior()
    """


def disable_eager_execution() -> None:
    """Do nothing: gradnb always builds a graph first.

    Examples
    --------
    >>> import gradnb.compat.v1 as tf
    >>> tf.disable_eager_execution()
    """


def disable_resource_variables() -> None:
    """Do nothing: gradnb's variables are always TensorFlow 1's reference variables.

    Examples
    --------
    >>> import gradnb.compat.v1 as tf
    >>> tf.disable_resource_variables()
    """


def disable_v2_tensorshape() -> None:
    """Do nothing: an entry of a shape is always a `Dimension`.

    Examples
    --------
    >>> import gradnb.compat.v1 as tf
    >>> tf.disable_v2_tensorshape()
    """


def executing_eagerly() -> bool:
    """Return False: gradnb always builds a graph first.

    Returns
    -------
    bool
        False.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.executing_eagerly()
    False
    """
    return False
