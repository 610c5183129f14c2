"""``tf.random``: random numbers, reproducible where a seed is set."""

from __future__ import annotations

from gradnb.engine.ops.random import random_normal as normal
from gradnb.engine.ops.random import random_uniform as uniform
from gradnb.engine.ops.random import (
    set_random_seed,
    truncated_normal,
)
from gradnb.missing import absent

__all__ = [
    "normal",
    "set_random_seed",
    "truncated_normal",
    "uniform",
]

__getattr__ = absent("random", __all__)
