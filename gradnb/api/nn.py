"""``tf.nn``: activations, losses, layers, convolution and pooling."""

from __future__ import annotations

from gradnb.engine.ops.arrays import embedding_lookup, top_k
from gradnb.engine.ops.functions import sigmoid, tanh
from gradnb.engine.ops.nn import (
    avg_pool,
    batch_normalization,
    bias_add,
    conv2d,
    conv2d_transpose,
    crelu,
    depthwise_conv2d,
    dropout,
    elu,
    in_top_k,
    l2_loss,
    l2_normalize,
    leaky_relu,
    log_softmax,
    max_pool,
    moments,
    relu,
    relu6,
    selu,
    sigmoid_cross_entropy_with_logits,
    softmax,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    softplus,
    softsign,
    sparse_softmax_cross_entropy_with_logits,
    swish,
    weighted_cross_entropy_with_logits,
    xw_plus_b,
)
from gradnb.engine.ops.nn import avg_pool as avg_pool2d
from gradnb.engine.ops.nn import max_pool as max_pool2d
from gradnb.engine.ops.nn import swish as silu
from gradnb.missing import absent

__all__ = [
    "avg_pool",
    "avg_pool2d",
    "batch_normalization",
    "bias_add",
    "conv2d",
    "conv2d_transpose",
    "crelu",
    "depthwise_conv2d",
    "dropout",
    "elu",
    "embedding_lookup",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "max_pool2d",
    "moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "xw_plus_b",
]

__getattr__ = absent("nn", __all__)
