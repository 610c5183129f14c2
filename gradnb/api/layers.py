"""``tf.layers``: operations together with the variables that they need."""

from __future__ import annotations

from gradnb.engine.layers import (
    dense,
    dropout,
    flatten,
)
from gradnb.missing import absent

__all__ = [
    "dense",
    "dropout",
    "flatten",
]

__getattr__ = absent("layers", __all__)
