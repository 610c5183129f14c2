"""Neural networks: activations, losses, normalization, convolution and pooling."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import FLOATING, REAL, bool_
from gradnb.engine.graph import name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.arrays import concat, known_int, rank_of
from gradnb.engine.ops.broadcast import as_shape, broadcast_to, shape, zeros_like
from gradnb.engine.ops.math import cast
from gradnb.engine.ops.random import random_uniform
from gradnb.engine.ops.reductions import axes_of, sum_rows
from gradnb.engine.ops.state import identity, stop_gradient
from gradnb.engine.registry import NOT_DIFFERENTIABLE, PRODUCT, SUM, Example, OpDef, register
from gradnb.engine.shapes import InferenceError, Spec, bracket_text, shape_text
from gradnb.engine.static import constant_shape
from gradnb.engine.tensor import Tensor
from gradnb.errors import InvalidArgumentError

__all__ = [
    "avg_pool",
    "batch_normalization",
    "bias_add",
    "conv2d",
    "conv2d_transpose",
    "crelu",
    "depthwise_conv2d",
    "dropout",
    "elu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid_cross_entropy_with_logits",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "weighted_cross_entropy_with_logits",
    "xw_plus_b",
]

#: The constants with which `selu` keeps mean 0 and variance 1.
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


# Activations

#: NumPy takes the larger of many pairs at a time, but not where one of the two is always the same number.
_ZEROS = 1 << 12


@cache
def _zeros_in_a_row(dtype: np.dtype[Any]) -> Array:
    zeros = np.zeros(_ZEROS, dtype)
    zeros.flags.writeable = False
    return zeros


def _relu(x: Array, out: Array | None = None) -> Array:
    if x.size < 2 * _ZEROS or not x.flags.c_contiguous:
        small: Array = np.maximum(x, np.zeros((), x.dtype), out=out)
        return small
    result = np.empty_like(x) if out is None else out
    zeros, rows = _zeros_in_a_row(x.dtype), x.size // _ZEROS * _ZEROS
    numbers, places = x.reshape(-1), result.reshape(-1)
    np.maximum(numbers[:rows].reshape(-1, _ZEROS), zeros, out=places[:rows].reshape(-1, _ZEROS))
    np.maximum(numbers[rows:], zeros[: x.size - rows], out=places[rows:])
    return result


register(
    OpDef(
        type="Relu",
        label="relu",
        signature="features: T",
        allowed=REAL,
        kernel=_relu,
        into=_relu,
        elementwise=True,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("ReluGrad", g, z),
        formula="relu({features})",
        note="ops.relu_at_zero",
        example=Example((2, 3), distinct=True),
    )
)

register(
    OpDef(
        type="ReluGrad",
        label="where > 0",
        signature="gradients: T, features: T",
        allowed=REAL,
        kernel=lambda g, x: g * (x > 0),
        into=lambda g, x, out: np.multiply(g, x > 0, out),
        elementwise=True,
        never_fails=True,
        infer=shapes.elementwise,
        gradient=lambda z, g, upstream, x: (apply("ReluGrad", g, x), zeros_like(x)),
        formula="{gradients} · [{features} > 0]",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), distinct=True),
    )
)


def relu(features: Any, name: str | None = None) -> Tensor:
    """Return ``max(features, 0)``, element by element.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Negative elements become 0; the derivative at 0 is 0.

    Raises
    ------
    TypeError
        If `features` holds no real numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.relu([-1.0, 0.0, 2.0])))
    [0. 0. 2.]
    """
    return apply("Relu", features, name=name)


register(
    OpDef(
        type="Relu6",
        label="relu6",
        signature="features: T",
        allowed=REAL,
        kernel=lambda x: np.clip(x, np.zeros((), x.dtype), np.array(6, x.dtype)),
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("Relu6Grad", g, z),
        formula="relu6({features})",
        note="ops.relu6_at_bounds",
        example=Example((2, 3), low=-3.0, high=9.0),
    )
)

register(
    OpDef(
        type="Relu6Grad",
        label="where in (0, 6)",
        signature="gradients: T, features: T",
        allowed=REAL,
        kernel=lambda g, x: g * ((x > 0) & (x < 6)),
        never_fails=True,
        infer=shapes.elementwise,
        gradient=lambda z, g, upstream, x: (apply("Relu6Grad", g, x), zeros_like(x)),
        formula="{gradients} · [0 < {features} < 6]",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), low=-3.0, high=9.0),
    )
)


def relu6(features: Any, name: str | None = None) -> Tensor:
    """Return ``min(max(features, 0), 6)``, element by element.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Raises
    ------
    TypeError
        If `features` holds no real numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.relu6([-1.0, 2.0, 8.0])))
    [0. 2. 6.]
    """
    return apply("Relu6", features, name=name)


def _leaky(g: Array, x: Array, *, alpha: float) -> Array:
    return np.where(x > 0, g, g * np.array(alpha, g.dtype))


register(
    OpDef(
        type="LeakyRelu",
        label="leaky_relu",
        signature="features: T",
        allowed=FLOATING,
        kernel=lambda x, *, alpha: _leaky(x, x, alpha=alpha),
        never_fails=True,
        infer=lambda x, *, alpha: shapes.same(x),
        gradient=lambda z, g, x, *, alpha: apply("LeakyReluGrad", g, x, alpha=alpha),
        formula="leaky_relu({features})",
        note="ops.leaky_relu_at_zero",
        example=Example((2, 3), distinct=True, attributes={"alpha": 0.2}),
    )
)

register(
    OpDef(
        type="LeakyReluGrad",
        label="leaky",
        signature="gradients: T, features: T",
        allowed=FLOATING,
        kernel=_leaky,
        never_fails=True,
        infer=shapes.elementwise,
        gradient=lambda z, g, upstream, x, *, alpha: (apply("LeakyReluGrad", g, x, alpha=alpha), zeros_like(x)),
        formula="{gradients} · leaky_relu′({features})",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), distinct=True, attributes={"alpha": 0.2}),
    )
)


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """Return `features` where it is positive and ``alpha * features`` elsewhere.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    alpha : float
        The slope for negative numbers, and the derivative at 0.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Raises
    ------
    TypeError
        If `features` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.leaky_relu([-2.0, 2.0], alpha=0.5)))
    [-1.  2.]
    """
    x = convert_to_tensor(features)
    if x.dtype.is_integer:
        x = cast(x, "float32")
    if isinstance(alpha, str):
        raise TypeError(f"Expected float for argument 'alpha' not {alpha!r}.")
    # TensorFlow keeps the attribute in 32 bits, which shows in the digits of float64 results.
    return apply("LeakyRelu", x, name=name, alpha=float(np.float32(alpha)))


def _elu(x: Array) -> Array:
    return np.where(x < 0, np.expm1(x), x)


def _elu_gradient_gradient(z: Tensor, g: Tensor, upstream: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return apply("EluGrad", g, y), _where_negative(y, g * upstream)


def _where_negative(y: Tensor, value: Tensor) -> Tensor:
    return apply("SelectV2", y < 0, value, zeros_like(y))


register(
    OpDef(
        type="Elu",
        label="elu",
        signature="features: T",
        allowed=FLOATING,
        kernel=_elu,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("EluGrad", g, z),
        formula="elu({features})",
        example=Example((2, 3), distinct=True),
    )
)

register(
    OpDef(
        type="EluGrad",
        label="elu′",
        signature="gradients: T, outputs: T",
        allowed=FLOATING,
        kernel=lambda g, y: np.where(y < 0, g * np.add(y, 1, dtype=y.dtype), g),  # NumPy 1 widens a number by itself
        never_fails=True,
        infer=shapes.elementwise,
        gradient=_elu_gradient_gradient,
        formula="{gradients} · elu′({outputs})",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), distinct=True),
    )
)


def elu(features: Any, name: str | None = None) -> Tensor:
    """Return `features` where it is positive and ``exp(features) - 1`` elsewhere.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Raises
    ------
    TypeError
        If `features` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.elu([0.0, 2.0])))
    [0. 2.]
    """
    return apply("Elu", features, name=name)


def _selu(x: Array) -> Array:
    scale, alpha = np.array(_SELU_SCALE, x.dtype), np.array(_SELU_SCALE * _SELU_ALPHA, x.dtype)
    return np.where(x < 0, alpha * np.expm1(x), scale * x)


def _selu_gradient(g: Array, y: Array) -> Array:
    scale, alpha = np.array(_SELU_SCALE, y.dtype), np.array(_SELU_SCALE * _SELU_ALPHA, y.dtype)
    result: Array = np.where(y < 0, g * (y + alpha), g * scale)
    return result


register(
    OpDef(
        type="Selu",
        label="selu",
        signature="features: T",
        allowed=FLOATING,
        kernel=_selu,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("SeluGrad", g, z),
        formula="selu({features})",
        note="ops.selu_at_zero",
        example=Example((2, 3), distinct=True),
    )
)

register(
    OpDef(
        type="SeluGrad",
        label="selu′",
        signature="gradients: T, outputs: T",
        allowed=FLOATING,
        kernel=_selu_gradient,
        never_fails=True,
        infer=shapes.elementwise,
        gradient=lambda z, g, upstream, y: (apply("SeluGrad", g, y), _where_negative(y, g * upstream)),
        formula="{gradients} · selu′({outputs})",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), distinct=True),
    )
)


def selu(features: Any, name: str | None = None) -> Tensor:
    """Return `elu`, scaled so that a deep network keeps mean 0 and variance 1.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.selu([0.0, 1.0])))
    [0.       1.050701]
    """
    return apply("Selu", features, name=name)


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Tensor:
    """Return ``relu(features)`` and ``relu(-features)``, joined.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The scope of the operations.
    axis : int
        The axis along which to join.

    Returns
    -------
    Tensor
        Of the dtype of `features`, twice as long along `axis`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.crelu([-1.0, 2.0])))
    [0. 2. 1. 0.]
    """
    x = convert_to_tensor(features)
    with name_scope(name, "CRelu", [x]) as scope:
        return relu(concat([x, -x], axis), name=scope)


def _softplus(x: Array) -> Array:
    return np.logaddexp(x, np.zeros((), x.dtype))


register(
    OpDef(
        type="Softplus",
        label="softplus",
        signature="features: T",
        allowed=FLOATING,
        kernel=_softplus,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: g * apply("Sigmoid", x),
        formula="softplus({features})",
        example=Example((2, 3)),
    )
)


def softplus(features: Any, name: str | None = None) -> Tensor:
    """Return ``log(exp(features) + 1)``, element by element.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Positive numbers, of the shape and dtype of `features`.

    Raises
    ------
    TypeError
        If `features` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.softplus([0.0, 100.0])))
    [  0.6931472 100.       ]
    """
    return apply("Softplus", features, name=name)


register(
    OpDef(
        type="Softsign",
        label="softsign",
        signature="features: T",
        allowed=FLOATING,
        kernel=lambda x: x / (1 + np.abs(x)),
        infer=shapes.same,
        gradient=lambda z, g, x: apply("SoftsignGrad", g, x),
        formula="softsign({features})",
        note="ops.softsign_once",
    )
)

register(
    OpDef(
        type="SoftsignGrad",
        label="softsign′",
        signature="gradients: T, features: T",
        allowed=FLOATING,
        kernel=lambda g, x: g / np.square(1 + np.abs(x)),
        infer=shapes.elementwise,
        gradient=None,
        formula="{gradients} / (1 + |{features}|)²",
        binds=PRODUCT,
    )
)


def softsign(features: Any, name: str | None = None) -> Tensor:
    """Return ``features / (1 + abs(features))``, element by element.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Numbers between -1 and 1. As in TensorFlow its gradient has no gradient.

    Raises
    ------
    TypeError
        If `features` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.softsign([-1.0, 3.0])))
    [-0.5   0.75]
    """
    return apply("Softsign", features, name=name)


def _swish_gradient(z: Tensor, g: Tensor, x: Tensor) -> Tensor:
    gate = apply("Sigmoid", x)
    return g * (gate * (1 + x * (1 - gate)))


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    one = np.ones((), x.dtype)  # of the same type: NumPy 1 widens a number by itself
    return np.where(x >= 0, one / (one + small), small / (one + small))


register(
    OpDef(
        type="Swish",
        label="swish",
        signature="features: T",
        allowed=FLOATING,
        kernel=lambda x: x * _sigmoid(x),
        never_fails=True,
        infer=shapes.same,
        gradient=_swish_gradient,
        formula="swish({features})",
        example=Example((2, 3)),
    )
)


def swish(features: Any, name: str | None = None) -> Tensor:
    """Return ``features * sigmoid(features)``, element by element.

    Parameters
    ----------
    features : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Notes
    -----
    Known elsewhere as ``silu`` (PyTorch).

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.swish([0.0, 100.0])))
    [  0. 100.]
    """
    return apply("Swish", features, name=name)


# Softmax and losses


def _log_softmax(x: Array, out: Array | None = None, *, axis: int) -> Array:
    result: Array = np.subtract(x, np.maximum.reduce(x, axis, keepdims=True), out)
    result -= np.log(np.add.reduce(np.exp(result), axis, keepdims=True))
    return result


def _softmax(x: Array, out: Array | None = None, *, axis: int) -> Array:
    result: Array = np.subtract(x, np.maximum.reduce(x, axis, keepdims=True), out)
    np.exp(result, result)
    result /= np.add.reduce(result, axis, keepdims=True)
    return result


def _along_spec(x: Tensor, *, axis: int) -> Spec:
    if x.static_shape is not None:
        if not x.static_shape:
            raise InferenceError("Shape must be at least rank 1 but is rank 0")
        shapes.normalize_axis(axis, len(x.static_shape))
    return shapes.same(x)


def _sum_along(x: Tensor, axis: int) -> Tensor:
    return apply("Sum", x, axis=(axis,), keepdims=True)


def _result_along(type: str, z: Tensor, x: Tensor, axis: int) -> Tensor:
    """Return the result of a softmax for its gradient.

    TensorFlow turns another axis than the last to be the last and back: its gradient knows the result only by way of
    the logits, and the second gradient with respect to `z` itself is none.
    """
    last = -1 if x.static_shape is None else len(x.static_shape) - 1
    return z if axis in (-1, last) else apply(type, x, axis=axis)


def _softmax_gradient(z: Tensor, g: Tensor, x: Tensor, *, axis: int) -> Tensor:
    y = _result_along("Softmax", z, x, axis)
    return (g - _sum_along(g * y, axis)) * y


register(
    OpDef(
        type="Softmax",
        label="softmax",
        signature="logits: T",
        allowed=FLOATING,
        kernel=_softmax,
        into=_softmax,
        never_fails=True,
        infer=_along_spec,
        gradient=_softmax_gradient,
        formula="softmax({logits})",
        example=Example((2, 4), attributes={"axis": -1}),
    )
)


def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """Return ``exp(logits)``, divided by its sum along an axis.

    Parameters
    ----------
    logits : Tensor
        Real numbers.
    axis : int, optional
        The axis along which the result sums to 1; the last by default.
    name : str, optional
        The operation's name.
    dim
        TensorFlow's old name of `axis`.

    Returns
    -------
    Tensor
        Positive numbers that sum to 1 along `axis`.

    Raises
    ------
    ValueError
        If there is no such axis.
    InvalidArgumentError
        If there is no such axis.
    TypeError
        If `logits` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.softmax([1.0, 1.0])))
    [0.5 0.5]
    """
    return apply("Softmax", logits, name=name, axis=_last_axis(axis, dim, logits))


def _last_axis(axis: Any, dim: Any, logits: Any) -> int:
    given = dim if axis is None else axis
    chosen = -1 if given is None else known_int(given, "axis")
    static = getattr(logits, "static_shape", None)
    if static and not -len(static) <= chosen < len(static):
        raise InvalidArgumentError(
            None,
            f"`axis` must be in the range [{-len(static)}, {len(static)}) where {len(static)} is the number of "
            f"dimensions in the input. Received: axis={chosen}",
        )
    return chosen


def _in_top_k_spec(predictions: Tensor, targets: Tensor, *, k: int) -> Spec:
    for tensor, rank in ((predictions, 2), (targets, 1)):
        if tensor.static_shape is not None and len(tensor.static_shape) != rank:
            raise InferenceError(f"Shape must be rank {rank} but is rank {len(tensor.static_shape)}")
    if predictions.static_shape is not None and targets.static_shape is not None:
        shapes.equal_dimensions(predictions.static_shape[0], targets.static_shape[0])
    return bool_, targets.static_shape


register(
    OpDef(
        type="LogSoftmax",
        label="log_softmax",
        signature="logits: T",
        allowed=FLOATING,
        kernel=_log_softmax,
        into=_log_softmax,
        never_fails=True,
        infer=_along_spec,
        gradient=lambda z, g, x, *, axis: (
            g - _sum_along(g, axis) * apply("Exp", _result_along("LogSoftmax", z, x, axis))
        ),
        formula="log_softmax({logits})",
        example=Example((2, 4), attributes={"axis": -1}),
    )
)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """Return the logarithm of `softmax`, computed so that nothing overflows.

    Parameters
    ----------
    logits : Tensor
        Real numbers.
    axis : int, optional
        The axis; the last by default.
    name : str, optional
        The operation's name.
    dim
        TensorFlow's old name of `axis`.

    Returns
    -------
    Tensor
        Of the shape and dtype of `logits`; numbers that are not positive.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `logits` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.log_softmax([0.0, 1000.0])))
    [-1000.     0.]
    """
    return apply("LogSoftmax", logits, name=name, axis=_last_axis(axis, dim, logits))


def _cross_entropy(logits: Array, labels: Array, out: Array | None = None, *, axis: int) -> Array:
    if logits.shape != labels.shape:
        raise ValueError(
            f"logits and labels must be broadcastable: logits_size={bracket_text(logits.shape)} "
            f"labels_size={bracket_text(labels.shape)}"
        )
    parts = _log_softmax(logits, axis=axis)
    np.multiply(labels, parts, parts)
    result: Array = np.negative(parts.sum(axis, logits.dtype, out), out)
    return result


def _cross_entropy_spec(logits: Tensor, labels: Tensor, *, axis: int) -> Spec:
    dtype, static = shapes.elementwise(logits, labels)
    if static is None:
        return dtype, None
    if not static:
        raise InferenceError("Shape must be at least rank 1 but is rank 0")
    return dtype, shapes.reduced(static, (axis,), keepdims=False)


def _cross_entropy_gradient(
    z: Tensor, g: Tensor, logits: Tensor, labels: Tensor, *, axis: int
) -> tuple[Tensor, Tensor]:
    spread = apply("ExpandDims", g, axis=axis)
    return spread * (softmax(logits, axis) - labels), spread * -log_softmax(logits, axis)


register(
    OpDef(
        type="SoftmaxCrossEntropyWithLogits",
        label="softmax cross entropy",
        signature="features: T, labels: T",
        allowed=FLOATING,
        kernel=_cross_entropy,
        into=_cross_entropy,
        never_fails=True,
        infer=_cross_entropy_spec,
        gradient=_cross_entropy_gradient,
        formula="cross_entropy(softmax({features}), {labels})",
        note="ops.labels_sum_to_one",
        # The rule holds, as TensorFlow's does, for labels that sum to 1.
        example=Example((2, 4), (2, 4), transform=lambda x: _softmax(x, axis=-1), attributes={"axis": -1}),
    )
)


def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
    axis: int | None = None,
) -> Tensor:
    """Return the cross entropy between `labels` and ``softmax(logits)``; no gradient flows to `labels`.

    Parameters
    ----------
    labels : Tensor
        Probabilities that sum to 1 along `axis`.
    logits : Tensor
        Real numbers, of the same shape and dtype.
    dim : int
        The axis of the classes.
    name : str, optional
        The scope of the operations.
    axis : int, optional
        Another name of `dim`.

    Returns
    -------
    Tensor
        One loss for each example: the shape without `axis`.

    Raises
    ------
    ValueError
        If an argument is not named, or is missing, or shapes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.softmax_cross_entropy_with_logits(labels=[[1.0, 0.0]], logits=[[5.0, 5.0]])))
    [0.6931472]
    """
    _check_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    logits = convert_to_tensor(logits, name="logits")
    labels = convert_to_tensor(labels, logits.dtype.base_dtype if not isinstance(labels, Tensor) else None)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [labels, logits]) as scope:
        constant = stop_gradient(labels, name="labels_stop_gradient")
        return _soft_loss(constant, logits, dim if axis is None else axis, scope)


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> Tensor:
    """Return the cross entropy between `labels` and ``softmax(logits)``; gradient flows to both.

    Parameters
    ----------
    labels : Tensor
        Probabilities that sum to 1 along `axis`.
    logits : Tensor
        Real numbers, of the same shape and dtype.
    axis : int, optional
        The axis of the classes; the last by default.
    name : str, optional
        The operation's name.
    dim
        TensorFlow's old name of `axis`.

    Returns
    -------
    Tensor
        One loss for each example: the shape without `axis`.

    Raises
    ------
    ValueError
        If shapes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.softmax_cross_entropy_with_logits_v2([[1.0, 0.0]], [[5.0, 5.0]])))
    [0.6931472]
    """
    logits = convert_to_tensor(logits, name="logits")
    labels = convert_to_tensor(labels, logits.dtype.base_dtype if not isinstance(labels, Tensor) else None)
    return _soft_loss(labels, logits, _last_axis(axis, dim, logits), name or "softmax_cross_entropy_with_logits")


def _soft_loss(labels: Tensor, logits: Tensor, axis: int, name: str) -> Tensor:
    if labels.dtype.base_dtype is not logits.dtype.base_dtype:
        labels = cast(labels, logits.dtype)
    return apply("SoftmaxCrossEntropyWithLogits", logits, labels, name=name, axis=axis)


def _check_named(function: str, sentinel: Any, labels: Any, logits: Any) -> None:
    if sentinel is not None:
        raise ValueError(
            f"Only call `{function}` with named arguments (labels=..., logits=..., ...). "
            f"Received unnamed argument: {sentinel!r}"
        )
    if labels is None or logits is None:
        raise ValueError(f"Both `labels` and `logits` must be provided. Received: labels={labels} and logits={logits}")


def _sparse_cross_entropy(logits: Array, labels: Array, out: Array | None = None) -> Array:
    classes = logits.shape[-1]
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            "logits and labels must have the same first dimension, got logits shape "
            f"{bracket_text(logits.shape)} and labels shape {bracket_text(labels.shape)}"
        )
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ValueError(
            f"Received a label value of {outside.ravel()[0]} which is outside the valid range of [0, {classes}).  "
            f"Label values: {' '.join(map(str, labels.ravel().tolist()))}"
        )
    rows = _log_softmax(logits, axis=-1).reshape(-1, classes)
    chosen = rows[np.arange(labels.size), labels.ravel()].reshape(labels.shape)
    result: Array = np.negative(chosen, out)
    return result


def _sparse_cross_entropy_spec(logits: Tensor, labels: Tensor) -> Spec:
    static = logits.static_shape
    if static is None:
        return logits.dtype.base_dtype, labels.static_shape
    return logits.dtype.base_dtype, shapes.merge(static[:-1], labels.static_shape)


def _sparse_cross_entropy_gradient(z: Tensor, g: Tensor, logits: Tensor, labels: Tensor) -> tuple[Tensor, None]:
    dtype = logits.dtype.base_dtype.numpy
    static = logits.static_shape
    depth: Any = static[-1] if static is not None else None
    if depth is None:
        depth = shape(logits)[-1]
    on, off = np.array(1, dtype), np.array(0, dtype)
    truth = apply("OneHot", labels, depth, on, off, axis=-1)
    return apply("ExpandDims", g, axis=-1) * (softmax(logits) - truth), None


register(
    OpDef(
        type="SparseSoftmaxCrossEntropyWithLogits",
        label="softmax cross entropy",
        signature="features: T, labels: int32|int64",
        allowed=FLOATING,
        kernel=_sparse_cross_entropy,
        into=_sparse_cross_entropy,
        infer=_sparse_cross_entropy_spec,
        gradient=_sparse_cross_entropy_gradient,
        formula="cross_entropy(softmax({features}), {labels})",
        example=Example((2, 4), np.array([3, 1], np.int32)),
    )
)


def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """Return the cross entropy of ``softmax(logits)`` when each example belongs to one class.

    Parameters
    ----------
    labels : integer Tensor
        The class of each example, from 0.
    logits : Tensor
        Real numbers, of shape ``labels.shape + (classes,)``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        One loss for each example, of the shape of `labels`.

    Raises
    ------
    ValueError
        If an argument is not named, or is missing, or shapes do not fit.
    InvalidArgumentError
        When it runs, if there is no such class.
    TypeError
        If `labels` are no integers, or `logits` are not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[[5.0, 5.0]])))
    [0.6931472]
    """
    _check_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    classes, scores = convert_to_tensor(labels), convert_to_tensor(logits)
    score_rank, label_rank = rank_of(scores), rank_of(classes)
    if score_rank == 0:
        raise ValueError(f"`logits` cannot be a scalar. Received logits={scores!r}")
    if score_rank is not None and label_rank is not None and label_rank != score_rank - 1:
        raise ValueError(
            "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: "
            f"labels.shape={shape_text(classes.static_shape)} of rank {label_rank} "
            f"and logits.shape={shape_text(scores.static_shape)} of rank {score_rank}"
        )
    name = name or "SparseSoftmaxCrossEntropyWithLogits"
    return apply("SparseSoftmaxCrossEntropyWithLogits", scores, classes, name=name)


def _logistic_loss(logits: Array, labels: Array, out: Array | None = None) -> Array:
    rest = np.asarray(np.abs(logits))
    np.log1p(np.exp(np.negative(rest, rest), rest), rest)
    product = logits * labels
    result: Array = np.maximum(logits, np.zeros((), logits.dtype), out=out)
    result = np.subtract(result, product, out)
    result = np.add(result, rest, out)
    return result


register(
    OpDef(
        type="SigmoidCrossEntropyWithLogits",
        label="sigmoid cross entropy",
        signature="logits: T, labels: T",
        allowed=FLOATING,
        kernel=_logistic_loss,
        into=_logistic_loss,
        elementwise=True,
        never_fails=True,
        infer=shapes.elementwise,
        gradient=lambda z, g, logits, labels: (g * (apply("Sigmoid", logits) - labels), g * -logits),
        formula="cross_entropy(sigmoid({logits}), {labels})",
        example=Example((2, 3), (2, 3)),
    )
)


def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """Return the cross entropy between `labels` and ``sigmoid(logits)``, element by element.

    Parameters
    ----------
    labels : Tensor
        Probabilities.
    logits : Tensor
        Real numbers, of the same shape and dtype.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        One loss for each element, of the shape and dtype of `logits`.

    Raises
    ------
    ValueError
        If an argument is not named, or is missing, or shapes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[0.0])))
    [0.6931472]
    """
    _check_named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    x, truth = _pair(logits, labels)
    return apply("SigmoidCrossEntropyWithLogits", x, truth, name=name or "logistic_loss")


def _pair(logits: Any, labels: Any) -> tuple[Tensor, Tensor]:
    x = convert_to_tensor(logits, name="logits")
    truth = labels if isinstance(labels, Tensor) else convert_to_tensor(labels, x.dtype.base_dtype, name="labels")
    if not shapes.compatible(x.static_shape, truth.static_shape):
        raise ValueError(
            "`logits` and `labels` must have the same shape, received "
            f"({shape_text(x.static_shape)} vs {shape_text(truth.static_shape)})."
        )
    return x, truth


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None, targets: Any = None
) -> Tensor:
    """Return `sigmoid_cross_entropy_with_logits` with another weight for what is true.

    Parameters
    ----------
    labels : Tensor
        Probabilities.
    logits : Tensor
        Real numbers, of the same shape and dtype.
    pos_weight : Tensor
        The weight of positive examples.
    name : str, optional
        The scope of the operations.
    targets
        TensorFlow's old name of `labels`.

    Returns
    -------
    Tensor
        One loss for each element, of the shape and dtype of `logits`.

    Raises
    ------
    ValueError
        If shapes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.weighted_cross_entropy_with_logits([1.0], [0.0], 2.0)))
    [1.3862944]
    """
    x, truth = _pair(logits, targets if labels is None else labels)
    with name_scope(name, "logistic_loss", [x, truth]) as scope:
        weight = 1 + (pos_weight - 1) * truth
        loss = softplus(-apply("Abs", x)) + relu(-x)
        return apply("AddV2", (1 - truth) * x, weight * loss, name=scope)


def _half_sum_of_squares(x: Array) -> Any:
    return np.sum(np.square(x), dtype=x.dtype) / np.array(2, x.dtype)


register(
    OpDef(
        type="L2Loss",
        label="l2_loss",
        signature="t: T",
        allowed=FLOATING,
        kernel=_half_sum_of_squares,
        never_fails=True,
        infer=lambda x: (x.dtype.base_dtype, ()),
        gradient=lambda z, g, x: x * g,
        formula="½ Σ {t}²",
        example=Example((2, 3)),
    )
)


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Return half the sum of the squares.

    Parameters
    ----------
    t : Tensor
        Real numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        A number of the dtype of `t`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.l2_loss([1.0, 3.0])))
    5.0
    """
    return apply("L2Loss", t, name=name)


# Layers and normalization


def _bias_spec(value: Tensor, bias: Tensor) -> Spec:
    static, length = value.static_shape, bias.static_shape
    if length is not None and len(length) != 1:
        raise InferenceError(f"Shape must be rank 1 but is rank {len(length)}")
    if static is None:
        return shapes.same(value)
    if len(static) < 2:
        raise InferenceError(f"Shape must be at least rank 2 but is rank {len(static)}")
    last = shapes.equal_dimensions(static[-1], None if length is None else length[0])
    return value.dtype.base_dtype, (*static[:-1], last)


def _bias_add(value: Array, bias: Array) -> Array:
    if value.ndim < 2 or value.shape[-1:] != bias.shape:
        raise ValueError(
            f"Must provide as many biases as the last dimension of the input tensor: {bracket_text(bias.shape)} vs. "
            f"{bracket_text(value.shape)}"
        )
    result: Array = np.add(value, bias)
    return result


register(
    OpDef(
        type="BiasAdd",
        label="+",
        signature="value: T, bias: T",
        allowed=REAL,
        kernel=_bias_add,
        into=np.add,
        elementwise=True,
        never_fails=True,
        infer=_bias_spec,
        gradient=lambda z, g, value, bias: (g, apply("BiasAddGrad", g)),
        formula="{value} + {bias}",
        binds=SUM,
        example=Example((2, 4), (4,)),
    )
)

register(
    OpDef(
        type="BiasAddGrad",
        label="Σ",
        signature="out_backprop: T",
        allowed=REAL,
        kernel=sum_rows,
        into=sum_rows,
        never_fails=True,
        infer=lambda g: (g.dtype.base_dtype, (None,) if g.static_shape is None else g.static_shape[-1:]),
        gradient=lambda z, g, upstream: broadcast_to(g, shape(upstream)),
        formula="Σ_rows {out_backprop}",
        example=Example((2, 4)),
    )
)


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Tensor:
    """Return `value` plus one number for each entry of its last axis.

    Parameters
    ----------
    value : Tensor
        Of shape ``(…, n)``, with at least two axes.
    bias : Tensor
        Of shape ``(n,)``.
    data_format : str, optional
        Only ``"NHWC"``: the channels come last.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `value`.

    Raises
    ------
    ValueError
        If shapes do not fit, or another data format is asked for.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0])).tolist())
    [[11.0, 22.0]]
    """
    _check_format(data_format)
    tensor = convert_to_tensor(value)
    offsets = bias if isinstance(bias, Tensor) else convert_to_tensor(bias, tensor.dtype.base_dtype, name="bias")
    return apply("BiasAdd", tensor, offsets, name=name)


def _check_format(data_format: str | None) -> None:
    if data_format not in (None, "NHWC", "N...C"):
        raise ValueError(
            f"Only data_format='NHWC' (channels last) is supported, not {data_format!r}. Transpose the input."
        )


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """Return ``matmul(x, weights) + biases``.

    Parameters
    ----------
    x : Tensor
        Of shape ``(n, k)``.
    weights : Tensor
        Of shape ``(k, m)``.
    biases : Tensor
        Of shape ``(m,)``.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape ``(n, m)``.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.xw_plus_b([[1.0, 2.0]], [[3.0], [4.0]], [5.0])).tolist())
    [[16.0]]
    """
    with name_scope(name, "xw_plus_b", [v for v in (x, weights, biases) if isinstance(v, Tensor)]) as scope:
        return bias_add(apply("MatMul", x, weights), biases, name=scope)


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Tensor:
    """Return `x` divided by its Euclidean length along axes.

    Parameters
    ----------
    x : Tensor
        Real numbers.
    axis : int or list of int, optional
        The axes along which the result has length 1; all by default.
    epsilon : float
        The least that the square of the length counts.
    name : str, optional
        The scope of the operations.
    dim
        TensorFlow's old name of `axis`.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    ValueError
        If there is no such axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.l2_normalize([3.0, 4.0], 0)))
    [0.6 0.8]
    """
    tensor = convert_to_tensor(x, name="x")
    axes = axes_of(dim if axis is None else axis)
    with name_scope(name, "l2_normalize", [tensor]) as scope:
        squares = apply("Sum", apply("Square", tensor), axis=axes, keepdims=True)
        return apply("Mul", tensor, apply("Rsqrt", apply("Maximum", squares, epsilon)), name=scope)


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Return mean and variance over axes.

    Parameters
    ----------
    x : Tensor
        Real numbers.
    axes : list of int
        The axes over which to average.
    shift
        Accepted, not needed.
    name : str, optional
        The scope of the operations.
    keep_dims, keepdims : bool, optional
        Whether an averaged axis stays, with size 1.

    Returns
    -------
    mean, variance : Tensor
        The variance is that of the numbers themselves: divided by their count.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `x` holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> mean, variance = tf.nn.moments(tf.constant([1.0, 3.0]), [0])
    >>> with tf.Session() as session:
    ...     print(*session.run([mean, variance]))
    2.0 1.0
    """
    tensor = convert_to_tensor(x, name="x")
    where = axes_of(axes)
    kept = bool(keep_dims if keepdims is None else keepdims)
    with name_scope(name, "moments", [tensor]):
        mean = apply("Mean", tensor, axis=where, keepdims=True, name="mean")
        # The mean is the best centre, so the variance does not change with it; TensorFlow too leaves that path out.
        distances = apply("Square", tensor - stop_gradient(mean))
        variance = apply("Mean", distances, axis=where, keepdims=True, name="variance")
        if kept:
            return mean, variance
        dropped = where if where is not None else tuple(range(rank_of(tensor) or 0))
        return tuple(apply("Squeeze", part, axis=dropped) if dropped else part for part in (mean, variance))  # type: ignore[return-value]  # two of them


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float, name: str | None = None
) -> Tensor:
    """Return `x` with mean and variance taken out, then scaled and shifted.

    Parameters
    ----------
    x : Tensor
        Real numbers.
    mean, variance : Tensor
        What to take out; they broadcast against `x`.
    offset, scale : Tensor or None
        What to add and to multiply by.
    variance_epsilon : float
        Added to the variance, so that it is not zero.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        ``scale * (x - mean) / sqrt(variance + variance_epsilon) + offset``.

    Raises
    ------
    TypeError
        If dtypes differ.
    ValueError
        If shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.batch_normalization(tf.constant([1.0, 3.0]), 2.0, 4.0, None, None, 0.0)))
    [-0.5  0.5]
    """
    tensor = convert_to_tensor(x, name="x")
    with name_scope(name, "batchnorm", [tensor]):
        dtype = tensor.dtype.base_dtype
        centre, spread = (v if isinstance(v, Tensor) else convert_to_tensor(v, dtype) for v in (mean, variance))
        factor = apply("Rsqrt", spread + variance_epsilon)
        if scale is not None:
            factor = factor * scale
        shift = -centre * factor if offset is None else offset - centre * factor
        return tensor * factor + shift


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Return `x` with a random part of its elements set to 0, and the others enlarged so that the sum stays.

    Parameters
    ----------
    x : Tensor
        Real numbers.
    keep_prob : float, optional
        The probability that an element is kept.
    noise_shape : list of int, optional
        The shape of the random choices, which broadcasts to that of `x`.
    seed : int, optional
        Makes the choices reproducible.
    name : str, optional
        The scope of the operations.
    rate : float, optional
        The probability that an element is dropped: ``1 - keep_prob``.

    Returns
    -------
    Tensor
        Of the shape of `x`.

    Raises
    ------
    ValueError
        If both or none of `keep_prob` and `rate` are given, or one is out of range, or `x` is not real.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.dropout(tf.ones([3]), keep_prob=1.0)))
    [1. 1. 1.]
    """
    tensor = convert_to_tensor(x, name="x")
    if (keep_prob is None) == (rate is None):
        raise ValueError(f"Give one of keep_prob and rate. Received: keep_prob={keep_prob}, rate={rate}")
    if not tensor.dtype.is_floating:
        raise ValueError(f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: {tensor.dtype!r}")
    dropped = rate if rate is not None else 1 - keep_prob
    if not isinstance(dropped, Tensor) and not 0 <= dropped < 1:
        raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={dropped}")
    with name_scope(name, "dropout", [tensor]) as scope:
        if not isinstance(dropped, Tensor) and dropped == 0:
            return identity(tensor, name=scope)
        size = shape(tensor) if noise_shape is None else as_shape(noise_shape)
        chance = random_uniform(size, seed=seed, dtype=tensor.dtype.base_dtype)
        kept = apply("Mul", tensor * (1 / (1 - dropped)), cast(chance >= dropped, tensor.dtype), name=scope)
        kept.set_shape(tensor.static_shape)  # what is dropped may come from a placeholder of unknown shape
        return kept


# Convolution and pooling. Where products are added up over a window, the patches below its positions become the rows of
# a matrix. Else a window is visited place by place: for each place in it, the elements that stand there are one slice.


Pair = tuple[int, int]

#: So many bytes of patches exist at a time: they are used while they are in the processor's cache.
_PATCHES = 1 << 19


def _output_size(size: int | None, window: int, stride: int, padding: str) -> int | None:
    if size is None:
        return None
    if padding == "SAME":
        return -(-size // stride)
    if size < window:
        raise InferenceError(f"Negative dimension size caused by subtracting {window} from {size}")
    return (size - window) // stride + 1


def _margins(size: int, output: int, window: int, stride: int, padding: str) -> Pair:
    if padding == "VALID":
        return 0, 0
    total = max((output - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


class _Windows:
    """The positions of a window on images of one size.

    Parameters
    ----------
    image : pair of int
        Height and width of the images.
    window, strides, dilations : pair of int
        Of the window; its places lie `dilations` apart.
    padding : str
        ``"SAME"`` or ``"VALID"``.

    Attributes
    ----------
    output : pair of int
        How many positions it has, along the height and along the width.
    apart : bool
        Whether no element stands in the window at two of its positions.
    places : tuple of (positions, elements)
        For each place in the window, row by row: the positions where an element stands there, and which elements they
        are, as indices of results and of images. Margins are left out.
    """

    def __init__(self, image: Pair, window: Pair, strides: Pair, padding: str, dilations: Pair) -> None:
        reach = [(w - 1) * d + 1 for w, d in zip(window, dilations, strict=True)]
        sizes = [_output_size(n, r, s, padding) or 0 for n, r, s in zip(image, reach, strides, strict=True)]
        self._margins = [_margins(n, o, r, s, padding) for n, o, r, s in zip(image, sizes, reach, strides, strict=True)]
        self._window, self._strides, self._dilations = window, strides, dilations
        self.output = sizes[0], sizes[1]
        self.apart = all(r <= s for r, s in zip(reach, strides, strict=True))
        self.lines = [
            [_line(k * d - before, n, o, s) for k in range(w)]
            for (before, _), n, o, w, s, d in zip(self._margins, image, sizes, window, strides, dilations, strict=True)
        ]
        self.places = tuple(
            ((slice(None), rows, columns), (slice(None), image_rows, image_columns))
            for rows, image_rows in self.lines[0]
            for columns, image_columns in self.lines[1]
        )

    def view(self, x: Array) -> Array:
        """Return a view of images, with zeros as margins, of shape ``(batch, *output, *window, channels)``."""
        batch, height, width, channels = x.shape
        (above, below), (before, behind) = self._margins
        if above + below + before + behind:
            padded = np.zeros((batch, above + height + below, before + width + behind, channels), x.dtype)
            padded[:, above : above + height, before : before + width] = x
            x = padded
        of_image, of_row, of_column, of_channel = x.strides
        (down, right), (down_inside, right_inside) = self._strides, self._dilations
        return np.lib.stride_tricks.as_strided(
            x,
            (batch, *self.output, *self._window, channels),
            (of_image, of_row * down, of_column * right, of_row * down_inside, of_column * right_inside, of_channel),
            writeable=False,
        )

    def patches(self, x: Array) -> Iterator[tuple[tuple[slice, slice], Array]]:
        """Yield parts of the positions, as an index of results, and as rows of a matrix the patches of images there."""
        view = self.view(x)
        batch, height, width = view.shape[:3]
        size = math.prod(view.shape[3:])
        fitting = _PATCHES // max(width * size * x.itemsize, 1)  # rows of positions
        rows, images = min(height, fitting) or 1, fitting // max(height, 1) or 1
        # They are copied in runs: parts of patches that lie side by side in an image, or rows of positions.
        by_patch = self._window[1] * x.shape[3] >= width
        for image in range(0, batch, images):
            for row in range(0, height, rows):
                there = slice(image, image + images), slice(row, row + rows)
                part = view[there]
                count = math.prod(part.shape[:3])
                if by_patch:
                    yield there, part.reshape(count, size)
                else:
                    yield there, part.transpose(3, 4, 5, 0, 1, 2).reshape(size, count).T


def _line(offset: int, size: int, positions: int, stride: int) -> tuple[slice, slice]:
    """Return at which positions a place of the window stands inside of the image, and where there, along one axis."""
    first = max(-(offset // stride), 0)
    count = max(min((size - 1 - offset) // stride + 1, positions) - first, 0)
    start = first * stride + offset if count else 0
    return slice(first, first + count), slice(start, start + count * stride, stride)


#: What follows from the sizes alone is kept for the next run.
_windows = lru_cache(maxsize=64)(_Windows)


def _zeros(size: tuple[int, ...], dtype: Any, out: Array | None) -> Array:
    if out is None:
        return np.zeros(size, dtype)
    out.fill(0)
    return out


def _check_arriving(g: Array, expected: tuple[int, ...]) -> None:
    if g.shape != expected:
        raise ValueError(
            f"Size of out_backprop doesn't match computed: {bracket_text(g.shape)} vs. {bracket_text(expected)}"
        )


def _conv2d(
    x: Array, filters: Array, out: Array | None = None, *, strides: Pair, padding: str, dilations: Pair
) -> Array:
    if x.shape[-1] != filters.shape[2]:
        raise ValueError(f"input depth must be evenly divisible by filter depth: {x.shape[-1]} vs {filters.shape[2]}")
    windows = _windows(x.shape[1:3], filters.shape[:2], strides, padding, dilations)
    channels = filters.shape[3]
    result = np.empty((len(x), *windows.output, channels), x.dtype) if out is None else out
    matrix = filters.reshape(math.prod(filters.shape[:3]), channels)
    for there, patches in windows.patches(x):
        np.matmul(patches, matrix, result[there].reshape(len(patches), channels))
    return result


def _conv2d_input(
    sizes: Array,
    filters: Array,
    g: Array,
    out: Array | None = None,
    *,
    strides: Pair,
    padding: str,
    dilations: Pair,
) -> Array:
    size = tuple(sizes.tolist())
    windows = _windows(size[1:3], filters.shape[:2], strides, padding, dilations)
    _check_arriving(g, (size[0], *windows.output, filters.shape[3]))
    result = _zeros(size, g.dtype, out)
    rows = g.reshape(math.prod(g.shape[:3]), g.shape[3])
    arriving = np.empty((*g.shape[:3], size[3]), g.dtype)
    for place, (positions, elements) in zip(np.ndindex(filters.shape[:2]), windows.places, strict=True):
        np.matmul(rows, filters[place].T, arriving.reshape(len(rows), size[3]))
        result[elements] += arriving[positions]
    return result


def _conv2d_filter(
    x: Array, sizes: Array, g: Array, out: Array | None = None, *, strides: Pair, padding: str, dilations: Pair
) -> Array:
    size = tuple(sizes.tolist())
    windows = _windows(x.shape[1:3], size[:2], strides, padding, dilations)
    _check_arriving(g, (len(x), *windows.output, size[3]))
    result = _zeros(size, g.dtype, out)
    matrix = result.reshape(math.prod(size[:3]), size[3])
    for there, patches in windows.patches(x):
        matrix += patches.T @ g[there].reshape(len(patches), size[3])
    return result


def _of_rank_4(x: Tensor) -> tuple[int | None, ...]:
    """Return the shape of images or filters as far as it is known."""
    static = x.static_shape
    if static is None:
        return (None,) * 4
    if len(static) != 4:
        raise InferenceError(f"Shape must be rank 4 but is rank {len(static)}")
    return static


def _conv2d_spec(x: Tensor, filters: Tensor, *, strides: Pair, padding: str, dilations: Pair) -> Spec:
    image, window = _of_rank_4(x), _of_rank_4(filters)
    shapes.equal_dimensions(image[3], window[2])
    sizes = [
        _output_size(n, (w - 1) * d + 1, s, padding) if w is not None else None
        for n, w, s, d in zip(image[1:3], window[:2], strides, dilations, strict=True)
    ]
    return x.dtype.base_dtype, (image[0], *sizes, window[3])


def _conv2d_gradient(z: Tensor, g: Tensor, x: Tensor, filters: Tensor, **how: Any) -> tuple[Tensor, Tensor]:
    return (
        apply("Conv2DBackpropInput", shape(x), filters, g, **how),
        apply("Conv2DBackpropFilter", x, shape(filters), g, **how),
    )


_CONV = {"strides": (1, 2), "padding": "SAME", "dilations": (1, 1)}

register(
    OpDef(
        type="Conv2D",
        label="conv2d",
        signature="input: T, filter: T",
        allowed=FLOATING,
        kernel=_conv2d,
        into=_conv2d,
        never_fails=True,
        infer=_conv2d_spec,
        gradient=_conv2d_gradient,
        formula="conv2d({input}, {filter})",
        example=Example((1, 4, 4, 2), (3, 2, 2, 3), attributes=_CONV),
    )
)

register(
    OpDef(
        type="Conv2DBackpropInput",
        label="conv2d backward",
        signature="input_sizes: int32, filter: T, out_backprop: T",
        allowed=FLOATING,
        kernel=_conv2d_input,
        into=_conv2d_input,
        never_fails=True,
        infer=lambda sizes, filters, g, **_: (g.dtype.base_dtype, constant_shape(sizes)),
        gradient=lambda z, g, sizes, filters, upstream, **how: (
            None,
            apply("Conv2DBackpropFilter", g, shape(filters), upstream, **how),
            apply("Conv2D", g, filters, **how),
        ),
        formula="conv2d_transpose({out_backprop}, {filter})",
        example=Example(np.array([1, 4, 4, 2], np.int32), (3, 2, 2, 3), (1, 4, 2, 3), attributes=_CONV),
    )
)

register(
    OpDef(
        type="Conv2DBackpropFilter",
        label="conv2d backward",
        signature="input: T, filter_sizes: int32, out_backprop: T",
        allowed=FLOATING,
        kernel=_conv2d_filter,
        into=_conv2d_filter,
        never_fails=True,
        infer=lambda x, sizes, g, **_: (g.dtype.base_dtype, constant_shape(sizes)),
        gradient=lambda z, g, x, sizes, upstream, **how: (
            apply("Conv2DBackpropInput", shape(x), g, upstream, **how),
            None,
            apply("Conv2D", x, g, **how),
        ),
        formula="conv2d_filter_gradient({input}, {out_backprop})",
        example=Example((1, 4, 4, 2), np.array([3, 2, 2, 3], np.int32), (1, 4, 2, 3), attributes=_CONV),
    )
)


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: str | None = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """Return the convolution of images with filters.

    Parameters
    ----------
    input : Tensor
        Images, of shape ``(batch, height, width, channels)``.
    filter : Tensor
        Of shape ``(height, width, channels, channels of the result)``.
    strides : int or list of int
        How far the window moves: one number, one for height and width, or ``[1, height, width, 1]``.
    padding : str
        ``"SAME"``: zeros around, so that with stride 1 the size stays; ``"VALID"``: none.
    use_cudnn_on_gpu
        Accepted, not needed.
    data_format : str
        Only ``"NHWC"``: the channels come last.
    dilations : int or list of int
        How far the places of a filter lie apart, given as `strides`.
    name : str, optional
        The operation's name.
    filters : Tensor, optional
        Another name of `filter`.

    Returns
    -------
    Tensor
        Of shape ``(batch, height', width', channels of the result)``.

    Raises
    ------
    ValueError
        If shapes do not fit, or an option is not supported.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.nn.conv2d(tf.ones([1, 5, 5, 3]), tf.ones([3, 3, 3, 8]), strides=2, padding="SAME").shape
    TensorShape([1, 3, 3, 8])
    """
    _check_format(data_format)
    weights = filters if filter is None else filter
    return apply(
        "Conv2D",
        input,
        weights,
        name=name,
        strides=_two(strides, "strides"),
        padding=_checked_padding(padding),
        dilations=_two(dilations, "dilations"),
    )


def _two(value: Any, what: str) -> Pair:
    numbers = [1] if value is None else list(np.atleast_1d(np.asarray(value, np.int64)).tolist())
    if len(numbers) == 1:
        numbers *= 2
    if len(numbers) == 4:
        if numbers[0] != 1 or numbers[3] != 1:
            raise ValueError(f"{what} must be 1 for batch and channels, but are {numbers}.")
        numbers = numbers[1:3]
    if len(numbers) != 2 or min(numbers) < 1:
        raise ValueError(f"{what} must be one, two or four positive ints, not {value!r}.")
    return numbers[0], numbers[1]


def _checked_padding(padding: Any) -> str:
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"padding must be 'SAME' or 'VALID', not {padding!r}.")
    return str(padding)


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: str = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """Return the transpose of `conv2d`: what its gradient does, as an operation of its own.

    Parameters
    ----------
    value : Tensor
        Images, of shape ``(batch, height, width, channels)``.
    filter : Tensor
        Of shape ``(height, width, channels of the result, channels)``.
    output_shape : list of int
        The shape of the result.
    strides, padding, data_format, dilations
        As for `conv2d`.
    name : str, optional
        The operation's name.
    input, filters
        Other names of `value` and `filter`.

    Returns
    -------
    Tensor
        Of shape `output_shape` and the dtype of `value`.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.nn.conv2d_transpose(tf.ones([1, 2, 2, 1]), tf.ones([2, 2, 3, 1]), [1, 4, 4, 3], strides=2).shape
    TensorShape([1, 4, 4, 3])
    """
    _check_format(data_format)
    return apply(
        "Conv2DBackpropInput",
        as_shape(output_shape),
        filters if filter is None else filter,
        input if value is None else value,
        name=name or "conv2d_transpose",
        strides=_two(strides, "strides"),
        padding=_checked_padding(padding),
        dilations=_two(dilations, "dilations"),
    )


def _depthwise(
    x: Array, filters: Array, out: Array | None = None, *, strides: Pair, padding: str, dilations: Pair
) -> Array:
    height, width, channels, multiplier = filters.shape
    windows = _windows(x.shape[1:3], (height, width), strides, padding, dilations)
    result = _zeros((len(x), *windows.output, channels * multiplier), x.dtype, out)
    split = result.reshape(*result.shape[:3], channels, multiplier)
    view = windows.view(x)
    for i, j in np.ndindex(height, width):
        split += view[:, :, :, i, j, :, None] * filters[i, j]
    return result


def _depthwise_input(
    sizes: Array,
    filters: Array,
    g: Array,
    out: Array | None = None,
    *,
    strides: Pair,
    padding: str,
    dilations: Pair,
) -> Array:
    size = tuple(sizes.tolist())
    windows = _windows(size[1:3], filters.shape[:2], strides, padding, dilations)
    channels, multiplier = filters.shape[2:]
    _check_arriving(g, (size[0], *windows.output, channels * multiplier))
    upstream = g.reshape(*g.shape[:3], channels, multiplier)
    result = _zeros(size, g.dtype, out)
    for place, (positions, elements) in zip(np.ndindex(filters.shape[:2]), windows.places, strict=True):
        result[elements] += np.sum(upstream[positions] * filters[place], axis=-1)
    return result


def _depthwise_filter(
    x: Array, sizes: Array, g: Array, out: Array | None = None, *, strides: Pair, padding: str, dilations: Pair
) -> Array:
    height, width, channels, multiplier = size = tuple(sizes.tolist())
    windows = _windows(x.shape[1:3], (height, width), strides, padding, dilations)
    _check_arriving(g, (len(x), *windows.output, channels * multiplier))
    upstream = g.reshape(*g.shape[:3], channels, multiplier)
    result = np.empty(size, g.dtype) if out is None else out
    view = windows.view(x)
    for i, j in np.ndindex(height, width):
        np.sum(view[:, :, :, i, j, :, None] * upstream, axis=(0, 1, 2), out=result[i, j])
    return result


def _depthwise_spec(x: Tensor, filters: Tensor, **how: Any) -> Spec:
    dtype, static = _conv2d_spec(x, filters, **how)
    window = filters.static_shape
    if static is None or window is None or window[2] is None or window[3] is None:
        return dtype, None if static is None else (*static[:3], None)
    return dtype, (*static[:3], window[2] * window[3])


register(
    OpDef(
        type="DepthwiseConv2dNative",
        label="depthwise_conv2d",
        signature="input: T, filter: T",
        allowed=FLOATING,
        kernel=_depthwise,
        into=_depthwise,
        never_fails=True,
        infer=_depthwise_spec,
        gradient=lambda z, g, x, filters, **how: (
            apply("DepthwiseConv2dNativeBackpropInput", shape(x), filters, g, **how),
            apply("DepthwiseConv2dNativeBackpropFilter", x, shape(filters), g, **how),
        ),
        formula="depthwise_conv2d({input}, {filter})",
        example=Example((1, 4, 4, 2), (3, 2, 2, 3), attributes=_CONV),
    )
)

register(
    OpDef(
        type="DepthwiseConv2dNativeBackpropInput",
        label="depthwise_conv2d backward",
        signature="input_sizes: int32, filter: T, out_backprop: T",
        allowed=FLOATING,
        kernel=_depthwise_input,
        into=_depthwise_input,
        never_fails=True,
        infer=lambda sizes, filters, g, **_: (g.dtype.base_dtype, constant_shape(sizes)),
        gradient=lambda z, g, sizes, filters, upstream, **how: (
            None,
            apply("DepthwiseConv2dNativeBackpropFilter", g, shape(filters), upstream, **how),
            apply("DepthwiseConv2dNative", g, filters, **how),
        ),
        formula="depthwise_conv2d_transpose({out_backprop}, {filter})",
        example=Example(np.array([1, 4, 4, 2], np.int32), (3, 2, 2, 3), (1, 4, 2, 6), attributes=_CONV),
    )
)

register(
    OpDef(
        type="DepthwiseConv2dNativeBackpropFilter",
        label="depthwise_conv2d backward",
        signature="input: T, filter_sizes: int32, out_backprop: T",
        allowed=FLOATING,
        kernel=_depthwise_filter,
        into=_depthwise_filter,
        never_fails=True,
        infer=lambda x, sizes, g, **_: (g.dtype.base_dtype, constant_shape(sizes)),
        gradient=lambda z, g, x, sizes, upstream, **how: (
            apply("DepthwiseConv2dNativeBackpropInput", shape(x), g, upstream, **how),
            None,
            apply("DepthwiseConv2dNative", x, g, **how),
        ),
        formula="depthwise_filter_gradient({input}, {out_backprop})",
        example=Example((1, 4, 4, 2), np.array([3, 2, 2, 3], np.int32), (1, 4, 2, 6), attributes=_CONV),
    )
)


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: str,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Return the convolution of each channel of images with filters of its own.

    Parameters
    ----------
    input : Tensor
        Images, of shape ``(batch, height, width, channels)``.
    filter : Tensor
        Of shape ``(height, width, channels, filters per channel)``.
    strides, padding, data_format, dilations
        As for `conv2d`.
    rate
        TensorFlow's old name of `dilations`.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        With ``channels * filters per channel`` channels.

    Raises
    ------
    ValueError
        If shapes do not fit, or `ksize`, `strides`, `padding` or the data format is not allowed.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.nn.depthwise_conv2d(tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 2, 5]), [1, 1, 1, 1], "VALID").shape
    TensorShape([1, 2, 2, 10])
    """
    _check_format(data_format)
    return apply(
        "DepthwiseConv2dNative",
        input,
        filter,
        name=name or "depthwise",
        strides=_two(strides, "strides"),
        padding=_checked_padding(padding),
        dilations=_two(rate if dilations is None else dilations, "dilations"),
    )


def _pool_spec(x: Tensor, *others: Tensor, ksize: Pair, strides: Pair, padding: str) -> Spec:
    static = _of_rank_4(x)
    sizes = [_output_size(n, w, s, padding) for n, w, s in zip(static[1:3], ksize, strides, strict=True)]
    return x.dtype.base_dtype, (static[0], *sizes, static[3])


def _largest(x: Array, windows: _Windows, out: Array | None = None) -> Array:
    """Return the largest element of each position: along the height first, which leaves less for the shorter runs."""
    batch, height, width, channels = len(x), *windows.output, x.shape[3]
    tall = np.full((batch, height, x.shape[2], channels), -np.inf, x.dtype)
    for rows, image_rows in windows.lines[0]:
        np.maximum(tall[:, rows], x[:, image_rows], out=tall[:, rows])
    result = np.empty((batch, height, width, channels), x.dtype) if out is None else out
    result.fill(-np.inf)
    for columns, image_columns in windows.lines[1]:
        np.maximum(result[:, :, columns], tall[:, :, image_columns], out=result[:, :, columns])
    return result


def _max_pool(x: Array, out: Array | None = None, *, ksize: Pair, strides: Pair, padding: str) -> Array:
    return _largest(x, _windows(x.shape[1:3], ksize, strides, padding, (1, 1)), out)


def _winners(x: Array, windows: _Windows) -> Iterator[tuple[Any, Any, Array]]:
    """Yield for each place positions, elements, and whether the element is the largest: the first of them."""
    largest = _largest(x, windows)
    free = np.ones(largest.shape, bool)
    for positions, elements in windows.places:
        smaller = np.less(x[elements], largest[positions])
        yield positions, elements, np.greater(free[positions], smaller)
        free[positions] &= smaller


def _bits(x: Array) -> Array:
    """Return a view as integers: 0 or 1 times their bits is 0 or the number, be it infinite or NaN."""
    return x.view(f"i{x.itemsize}")


def _max_pool_gradient(
    x: Array, y: Array, g: Array, out: Array | None = None, *, ksize: Pair, strides: Pair, padding: str
) -> Array:
    windows = _windows(x.shape[1:3], ksize, strides, padding, (1, 1))
    _check_arriving(g, (len(x), *windows.output, x.shape[3]))
    result = _zeros(x.shape, g.dtype, out)
    for positions, elements, wins in _winners(x, windows):
        if windows.apart:
            np.multiply(_bits(g)[positions], wins, _bits(result)[elements])
        else:
            result[elements] += np.multiply(_bits(g)[positions], wins).view(g.dtype)
    return result


def _max_pool_gradient_gradient(
    x: Array, y: Array, g: Array, out: Array | None = None, *, ksize: Pair, strides: Pair, padding: str
) -> Array:
    windows = _windows(x.shape[1:3], ksize, strides, padding, (1, 1))
    _check_arriving(g, x.shape)
    result = _zeros((len(x), *windows.output, x.shape[3]), g.dtype, out)
    for positions, elements, wins in _winners(x, windows):
        np.copyto(result[positions], g[elements], where=wins)
    return result


_POOL = {"ksize": (2, 2), "strides": (2, 2), "padding": "SAME"}

register(
    OpDef(
        type="MaxPool",
        label="max_pool",
        signature="input: T",
        allowed=FLOATING,
        kernel=_max_pool,
        into=_max_pool,
        never_fails=True,
        infer=_pool_spec,
        gradient=lambda z, g, x, **how: apply("MaxPoolGrad", x, z, g, **how),
        formula="max_pool({input})",
        note="ops.first_in_window",
        example=Example((1, 5, 5, 1), distinct=True, attributes=_POOL),
    )
)

register(
    OpDef(
        type="MaxPoolGrad",
        label="max_pool backward",
        signature="orig_input: T, orig_output: T, grad: T",
        allowed=FLOATING,
        kernel=_max_pool_gradient,
        into=_max_pool_gradient,
        never_fails=True,
        infer=lambda x, y, g, **_: shapes.same(x),
        gradient=lambda z, g, x, y, upstream, **how: (
            zeros_like(x),
            zeros_like(y),
            apply("MaxPoolGradGrad", x, y, g, **how),
        ),
        formula="put_back({grad})",
        example=Example((1, 5, 5, 1), (1, 3, 3, 1), (1, 3, 3, 1), distinct=True, attributes=_POOL),
    )
)

register(
    OpDef(
        type="MaxPoolGradGrad",
        label="max_pool again",
        signature="orig_input: T, orig_output: T, grad: T",
        allowed=FLOATING,
        kernel=_max_pool_gradient_gradient,
        into=_max_pool_gradient_gradient,
        never_fails=True,
        infer=lambda x, y, g, **_: shapes.same(y),
        gradient=lambda z, g, x, y, upstream, **how: (
            zeros_like(x),
            zeros_like(y),
            apply("MaxPoolGrad", x, y, g, **how),
        ),
        formula="take({grad})",
        example=Example((1, 5, 5, 1), (1, 3, 3, 1), (1, 5, 5, 1), distinct=True, attributes=_POOL),
    )
)


def max_pool(
    value: Any = None,
    ksize: Any = None,
    strides: Any = None,
    padding: str | None = None,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """Return the largest element in each position of a window.

    Parameters
    ----------
    value : Tensor
        Images, of shape ``(batch, height, width, channels)``.
    ksize : int or list of int
        The size of the window: one number, one for height and width, or ``[1, height, width, 1]``.
    strides, padding, data_format
        As for `conv2d`.
    name : str, optional
        The operation's name.
    input : Tensor, optional
        Another name of `value`.

    Returns
    -------
    Tensor
        The gradient goes to the largest element; to the first one when several are equal.

    Raises
    ------
    ValueError
        If shapes do not fit, or `ksize`, `strides`, `padding` or the data format is not allowed.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.reshape([1.0, 2.0, 3.0, 4.0], [1, 2, 2, 1])
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.max_pool(x, 2, 2, "VALID")).ravel())
    [4.]
    """
    return _pool("MaxPool", input if value is None else value, ksize, strides, padding, data_format, name)


def _pool(
    type: str, x: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None, name: str | None
) -> Tensor:
    _check_format(data_format)
    return apply(
        type,
        x,
        name=name,
        ksize=_two(ksize, "ksize"),
        strides=_two(strides, "strides"),
        padding=_checked_padding(padding),
    )


def _counts(windows: _Windows, dtype: Any) -> Array:
    """Return how many elements, margins left out, each position of the window covers."""
    result = np.zeros((1, *windows.output, 1), dtype)
    for positions, _ in windows.places:
        result[positions] += 1
    return result


def _avg_pool(x: Array, out: Array | None = None, *, ksize: Pair, strides: Pair, padding: str) -> Array:
    windows = _windows(x.shape[1:3], ksize, strides, padding, (1, 1))
    result = _zeros((len(x), *windows.output, x.shape[3]), x.dtype, out)
    for positions, elements in windows.places:
        result[positions] += x[elements]
    result /= _counts(windows, x.dtype)
    return result


def _avg_pool_gradient(
    sizes: Array, g: Array, out: Array | None = None, *, ksize: Pair, strides: Pair, padding: str
) -> Array:
    size = tuple(sizes.tolist())
    windows = _windows(size[1:3], ksize, strides, padding, (1, 1))
    _check_arriving(g, (size[0], *windows.output, size[3]))
    result = _zeros(size, g.dtype, out)
    share = g / _counts(windows, g.dtype)
    for positions, elements in windows.places:
        result[elements] += share[positions]
    return result


register(
    OpDef(
        type="AvgPool",
        label="avg_pool",
        signature="value: T",
        allowed=FLOATING,
        kernel=_avg_pool,
        into=_avg_pool,
        never_fails=True,
        infer=_pool_spec,
        gradient=lambda z, g, x, **how: apply("AvgPoolGrad", shape(x), g, **how),
        formula="avg_pool({value})",
        example=Example((1, 5, 5, 1), attributes=_POOL),
    )
)

register(
    OpDef(
        type="AvgPoolGrad",
        label="avg_pool backward",
        signature="orig_input_shape: int32, grad: T",
        allowed=FLOATING,
        kernel=_avg_pool_gradient,
        into=_avg_pool_gradient,
        never_fails=True,
        infer=lambda sizes, g, **_: (g.dtype.base_dtype, constant_shape(sizes)),
        gradient=lambda z, g, sizes, upstream, **how: (None, apply("AvgPool", g, **how)),
        formula="spread({grad})",
        example=Example(np.array([1, 5, 5, 1], np.int32), (1, 3, 3, 1), attributes=_POOL),
    )
)


def avg_pool(
    value: Any = None,
    ksize: Any = None,
    strides: Any = None,
    padding: str | None = None,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """Return the mean of the elements in each position of a window.

    Parameters
    ----------
    value : Tensor
        Images, of shape ``(batch, height, width, channels)``.
    ksize : int or list of int
        The size of the window: one number, one for height and width, or ``[1, height, width, 1]``.
    strides, padding, data_format
        As for `conv2d`.
    name : str, optional
        The operation's name.
    input : Tensor, optional
        Another name of `value`.

    Returns
    -------
    Tensor
        The margins that ``"SAME"`` adds do not count.

    Raises
    ------
    ValueError
        If shapes do not fit, or `ksize`, `strides`, `padding` or the data format is not allowed.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.reshape([1.0, 2.0, 3.0, 4.0], [1, 2, 2, 1])
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.avg_pool(x, 2, 2, "VALID")).ravel())
    [2.5]
    """
    return _pool("AvgPool", input if value is None else value, ksize, strides, padding, data_format, name)


def _in_top_k(predictions: Array, targets: Array, *, k: int) -> Array:
    inside = (targets >= 0) & (targets < predictions.shape[1])
    chosen = np.take_along_axis(predictions, np.where(inside, targets, 0)[:, None], 1)
    result: Array = inside & np.isfinite(chosen[:, 0]) & ((predictions > chosen).sum(axis=1) < k)
    return result


register(
    OpDef(
        type="InTopK",
        label="in_top_k",
        signature="predictions: float32, targets: int32|int64",
        kernel=_in_top_k,
        infer=_in_top_k_spec,
        gradient=NOT_DIFFERENTIABLE,
        formula="in_top_k({predictions}, {targets})",
    )
)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """Return whether the right class is among the `k` most likely ones.

    Parameters
    ----------
    predictions : Tensor
        One row of float32 numbers for each example.
    targets : integer Tensor
        The right class of each example.
    k : int
        How many classes count.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values, one for each example.

    Raises
    ------
    ValueError
        If the shapes do not fit: ``(n, classes)`` and ``(n,)``.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.in_top_k([[0.1, 0.7, 0.2]], [2], 2)))
    [ True]
    """
    return apply("InTopK", predictions, targets, name=name, k=known_int(k, "k"))
