"""``tf.raw_ops``: operations by their own names."""

from __future__ import annotations

from gradnb.engine.custom import (
    PreventGradient,
)
from gradnb.missing import absent

__all__ = [
    "PreventGradient",
]

__getattr__ = absent("raw_ops", __all__)
