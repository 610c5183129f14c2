"""``tf.test``: gradients checked against finite differences."""

from __future__ import annotations

from gradnb.engine.check import (
    compute_gradient,
    compute_gradient_error,
)
from gradnb.missing import absent

__all__ = [
    "compute_gradient",
    "compute_gradient_error",
]

__getattr__ = absent("test", __all__)
