"""Layers: an operation together with the variables that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.graph import GraphKeys, get_default_graph
from gradnb.engine.initializers import zeros_initializer
from gradnb.engine.ops.broadcast import reshape, shape
from gradnb.engine.ops.linalg import matmul
from gradnb.engine.ops.nn import bias_add
from gradnb.engine.ops.nn import dropout as nn_dropout
from gradnb.engine.ops.state import identity
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Tensor
from gradnb.engine.variables import get_variable, variable_scope

__all__ = [
    "dense",
    "dropout",
    "flatten",
]


def dense(
    inputs: Any,
    units: int,
    activation: Callable[[Tensor], Tensor] | None = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = zeros_initializer,
    kernel_regularizer: Callable[[Any], Any] | None = None,
    bias_regularizer: Callable[[Any], Any] | None = None,
    activity_regularizer: Callable[[Any], Any] | None = None,
    kernel_constraint: Callable[..., Any] | None = None,
    bias_constraint: Callable[..., Any] | None = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """Return ``activation(inputs · kernel + bias)`` with variables of its own.

    Parameters
    ----------
    inputs : Tensor
        Of any rank from 2; the size of the last axis must be known.
    units : int
        The size of the last axis of the result.
    activation : callable, optional
        Applied at the end.
    use_bias : bool
        Whether a bias is added.
    kernel_initializer, bias_initializer
        How the first values are made; by default Glorot's uniform distribution, and zeros.
    kernel_regularizer, bias_regularizer, activity_regularizer : callable, optional
        Their results are added to the regularization losses.
    kernel_constraint, bias_constraint : callable, optional
        Applied by optimizers after each step.
    trainable : bool
        Whether optimizers change the variables.
    name : str, optional
        The scope, by default ``dense``, ``dense_1``, ….
    reuse : bool or AUTO_REUSE, optional
        Whether variables that exist are used.

    Returns
    -------
    Tensor
        Of the shape of `inputs`, with `units` as its last size.

    Raises
    ------
    ValueError
        If the last size of `inputs` is not known, or its rank is below 2.
    TypeError
        If `units` is no whole number.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> y = tf.layers.dense(tf.ones([4, 3]), 2, activation=tf.nn.relu)
    >>> y.shape, [v.name for v in tf.trainable_variables()]
    (TensorShape([4, 2]), ['dense/kernel:0', 'dense/bias:0'])
    """
    x = convert_to_tensor(inputs)
    static = x.static_shape
    if static is None or len(static) < 2:
        raise ValueError(
            f"Input 0 of layer {name or 'dense'} is incompatible with the layer: its rank is undefined or below "
            f"min_ndim=2, found shape {shapes.shape_text(static)}."
        )
    if static[-1] is None:
        raise ValueError("The last dimension of the inputs to `Dense` should be defined. Found `None`.")
    dtype = x.dtype.base_dtype
    with variable_scope(name, default_name="dense", values=[x], reuse=reuse):
        if activation is not None and not callable(activation):
            raise ValueError(f"Unknown activation function: {activation!r}. Give the function itself: tf.nn.relu.")
        kernel = get_variable(
            "kernel",
            [static[-1], units],
            dtype,
            kernel_initializer,
            kernel_regularizer,
            trainable,
            constraint=kernel_constraint,
        )
        bias = None
        if use_bias:
            bias = get_variable(
                "bias", [units], dtype, bias_initializer, bias_regularizer, trainable, constraint=bias_constraint
            )
        if len(static) == 2:
            result = matmul(x, kernel)
        else:
            rows = matmul(reshape(x, [-1, static[-1]]), kernel)
            leading: Any = static[:-1]
            if not shapes.is_full(leading):
                sizes = shape(x)
                leading = [sizes[i] if size is None else size for i, size in enumerate(leading)]
            result = reshape(rows, [*leading, units])
            result.set_shape([*static[:-1], units])
        if bias is not None:
            result = bias_add(result, bias)
        if activation is not None:
            result = activation(result)
        if activity_regularizer is not None:
            get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, activity_regularizer(result))
        return result


def flatten(inputs: Any, name: str | None = None, data_format: str = "channels_last") -> Tensor:
    """Return each example as one row.

    Parameters
    ----------
    inputs : Tensor
        The first axis counts the examples.
    name : str, optional
        The scope, by default ``flatten``.
    data_format : str
        ``channels_last``.

    Returns
    -------
    Tensor
        Of shape ``(batch, n)``, the `n` elements of an example in row-major order.

    Raises
    ------
    ValueError
        If `data_format` is another.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.layers.flatten(tf.zeros([5, 2, 3])).shape
    TensorShape([5, 6])
    """
    if data_format != "channels_last":
        raise ValueError(f"The `data_format` argument must be 'channels_last'. Received: {data_format}")
    x = convert_to_tensor(inputs)
    static = x.static_shape
    with x.graph.as_default(), x.graph.name_scope(name or "flatten"):
        if static is None or len(static) < 1:
            return reshape(x, [shape(x)[0], -1] if static is None else [-1, 1])
        width = shapes.element_count(static[1:])
        if width is not None and (static[0] is not None or width):
            return reshape(x, [-1 if static[0] is None else static[0], width])
        return reshape(x, [shape(x)[0], -1])


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Tensor:
    """Return the inputs, in training with some of them set to zero and the others made larger in return.

    Parameters
    ----------
    inputs : Tensor
        Floating-point numbers.
    rate : float
        The fraction that is set to zero.
    noise_shape : list of int, optional
        The shape of the random mask, which is broadcast.
    seed : int, optional
        Makes it reproducible.
    training : bool or Tensor
        Whether it is done.
    name : str, optional
        The scope, by default ``dropout``.

    Returns
    -------
    Tensor
        Of the shape and dtype of `inputs`.

    Raises
    ------
    ValueError
        In training, if `rate` is not from 0 up to, but without, 1.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.layers.dropout(tf.ones([2]))))
    [1. 1.]
    """
    x = convert_to_tensor(inputs)
    with x.graph.as_default(), x.graph.name_scope(name or "dropout"):
        known = constant_value(training) if isinstance(training, Tensor) else np.asarray(training)
        if known is not None and not known:
            return identity(x)
        dropped = nn_dropout(x, noise_shape=noise_shape, seed=seed, rate=rate)
        return dropped if known is not None else apply("SelectV2", training, dropped, x)
