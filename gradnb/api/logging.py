"""``tf.logging``: how loud a program wants TensorFlow to be, and its own messages, by Python's logging."""

from __future__ import annotations

from logging import DEBUG, ERROR, FATAL, INFO, WARN, getLogger
from typing import Any

from gradnb.missing import absent

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "debug",
    "error",
    "fatal",
    "get_verbosity",
    "info",
    "log",
    "set_verbosity",
    "warn",
    "warning",
]

# The name under which TensorFlow logs too: a program that configures it by that name finds it.
_logger = getLogger("tensorflow")

debug = _logger.debug
error = _logger.error
fatal = _logger.fatal
info = _logger.info
log = _logger.log
warn = _logger.warning
warning = _logger.warning


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
    _logger.setLevel(v)


def get_verbosity() -> Any:
    """Return the level below which messages are not shown.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.logging.set_verbosity(tf.logging.INFO)
    >>> tf.logging.get_verbosity() == tf.logging.INFO
    True
    """
    return _logger.getEffectiveLevel()


__getattr__ = absent("logging", __all__)
