"""``tf.logging``: how loud a program wants TensorFlow to be, and its own messages, by Python's logging."""

from __future__ import annotations

from typing import Any

from gradnb.missing import absent

_LEVELS = ("DEBUG", "ERROR", "FATAL", "INFO", "WARN")
_MESSAGES = ("debug", "error", "fatal", "info", "log", "warn", "warning")

__all__ = sorted([*_LEVELS, *_MESSAGES, "get_verbosity", "set_verbosity"])


def _logger() -> Any:
    import logging  # only when a program logs: it would make every start of gradnb slower

    # The name under which TensorFlow logs too: a program that configures it by that name finds it.
    return logging.getLogger("tensorflow")


def set_verbosity(v: int | str) -> None:
    """Show messages of level `v` and above.

    Parameters
    ----------
    v : int or str
        A level: ``tf.logging.ERROR``.

    Raises
    ------
    ValueError, TypeError
        If it is no level.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.logging.set_verbosity(tf.logging.ERROR)
    """
    _logger().setLevel(v)


def get_verbosity() -> Any:
    """Return the level below which messages are not shown.

    Returns
    -------
    int
        ``tf.logging.WARN`` to begin with.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.logging.set_verbosity(tf.logging.INFO)
    >>> tf.logging.get_verbosity() == tf.logging.INFO
    True
    """
    return _logger().getEffectiveLevel()


_no_such_name = absent("logging", __all__)


def __getattr__(name: str) -> Any:
    if name in _MESSAGES:
        return getattr(_logger(), "warning" if name == "warn" else name)
    if name in _LEVELS:
        import logging

        return getattr(logging, name)
    return _no_such_name(name)


def __dir__() -> list[str]:
    return __all__
