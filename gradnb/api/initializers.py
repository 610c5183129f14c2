"""``tf.initializers``: how the first values of variables are made."""

from __future__ import annotations

from gradnb.engine.initializers import constant_initializer as constant
from gradnb.engine.initializers import glorot_normal_initializer as glorot_normal
from gradnb.engine.initializers import glorot_uniform_initializer as glorot_uniform
from gradnb.engine.initializers import ones_initializer as ones
from gradnb.engine.initializers import orthogonal_initializer as orthogonal
from gradnb.engine.initializers import random_normal_initializer as random_normal
from gradnb.engine.initializers import random_uniform_initializer as random_uniform
from gradnb.engine.initializers import truncated_normal_initializer as truncated_normal
from gradnb.engine.initializers import variance_scaling_initializer as variance_scaling
from gradnb.engine.initializers import zeros_initializer as zeros
from gradnb.missing import absent

__all__ = [
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

__getattr__ = absent("initializers", __all__)
