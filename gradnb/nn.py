"""``tf.nn``: activations, losses, layers, convolution and pooling."""

from __future__ import annotations

from gradnb.engine.ops.arrays import embedding_lookup as embedding_lookup
from gradnb.engine.ops.arrays import top_k as top_k
from gradnb.engine.ops.functions import sigmoid as sigmoid
from gradnb.engine.ops.functions import tanh as tanh
from gradnb.engine.ops.nn import *
from gradnb.engine.ops.nn import avg_pool as avg_pool2d
from gradnb.engine.ops.nn import max_pool as max_pool2d
from gradnb.engine.ops.nn import swish as silu

__all__ = [name for name in globals() if not name.startswith("_") and name != "annotations"]
