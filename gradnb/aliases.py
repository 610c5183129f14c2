"""The names by which a book's program imports TensorFlow, lent to gradnb for the length of a block."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

_NAMES = {
    "tensorflow": "gradnb",
    "tensorflow.compat": "gradnb.compat",
    "tensorflow.compat.v1": "gradnb.compat.v1",
}


@contextmanager
def tensorflow_means_gradnb() -> Iterator[None]:
    """Make ``import tensorflow`` and ``import tensorflow.compat.v1`` give gradnb inside the block.

    A TensorFlow that is installed is neither imported nor changed. One that was imported before is set aside, and
    stands in its place again after the block, also when the block raises.

    Examples
    --------
    >>> import gradnb
    >>> with tensorflow_means_gradnb():
    ...     import tensorflow.compat.v1 as tf
    >>> tf.gradients is gradnb.gradients
    True
    """
    lent = {alias: import_module(name) for alias, name in _NAMES.items()}
    set_aside = _take_away_tensorflow()
    sys.modules.update(lent)
    try:
        yield
    finally:
        _take_away_tensorflow()
        sys.modules.update(set_aside)


def _take_away_tensorflow() -> dict[str, ModuleType]:
    """Remove what ``sys.modules`` holds of TensorFlow, and return it."""
    names = [name for name in sys.modules if name == "tensorflow" or name.startswith("tensorflow.")]
    return {name: sys.modules.pop(name) for name in names}
