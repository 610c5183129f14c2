"""Sums and other reductions over axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.dtypes import NUMBER
from gradnb.engine.graph import Tensor, apply, constant_value, convert_to_tensor
from gradnb.engine.ops.broadcast import broadcast_to, reshape, shape
from gradnb.engine.registry import Example, OpDef, register


def axes_of(axis: Any) -> tuple[int, ...] | None:
    """Return the axes to reduce as a tuple, None for all.

    Raises
    ------
    TypeError
        If they are known only when the graph runs.
    """
    if axis is None:
        return None
    value = constant_value(axis)
    if value is None or value.dtype.kind not in "iu":
        raise TypeError(f"axis must be an int or a list of ints that is known when the graph is built, not {axis!r}.")
    return tuple(int(a) for a in np.atleast_1d(value))


def spread(g: Tensor, x: Tensor, axis: tuple[int, ...] | None, keepdims: bool) -> Tensor:
    """Repeat the gradient `g` of a reduction along the axes that were reduced, to the shape of `x`."""
    return broadcast_to(restore_axes(g, x, axis, keepdims), shape(x))


def restore_axes(g: Tensor, x: Tensor, axis: tuple[int, ...] | None, keepdims: bool) -> Tensor:
    """Put the axes that a reduction of `x` removed back into `g`, with size 1."""
    if keepdims or axis is None:
        return g
    if x.static_shape is not None:
        kept = shapes.reduced(x.static_shape, axis, keepdims=True)
        if shapes.is_full(kept):
            return reshape(g, shapes.TensorShape(kept))
        ordered = sorted(shapes.normalize_axis(a, len(x.static_shape)) for a in axis)
    elif all(a >= 0 for a in axis):
        ordered = sorted(axis)
    elif all(a < 0 for a in axis):
        ordered = sorted(axis, reverse=True)
    else:
        raise ValueError(
            f"The gradient of a reduction of axes {axis} needs the rank of {x}, or axes that all count from one side."
        )
    for position in ordered:
        g = apply("ExpandDims", g, axis=position)
    return g


register(
    OpDef(
        type="Sum",
        label="Σ",
        signature="input: T",
        allowed=NUMBER,
        kernel=lambda x, *, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype),
        infer=shapes.reduction,
        gradient=lambda z, g, x, *, axis, keepdims: spread(g, x, axis, keepdims),
        formula="Σ {input}",
        example=Example((2, 3), attributes={"axis": (1,), "keepdims": False}),
    )
)


def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the sum over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Numbers.
    axis : int or list of int, optional
        The axes to sum over; by default all.
    keepdims : bool, optional
        Whether a summed axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]], axis=0)))
    [4. 6.]
    """
    return _reduce("Sum", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def _reduce(
    type: str,
    x: Any,
    axis: Any,
    keepdims: bool | None,
    name: str | None,
    reduction_indices: Any,
    keep_dims: bool | None,
) -> Tensor:
    tensor = convert_to_tensor(x, name="input_tensor")
    axes = axes_of(reduction_indices if axis is None else axis)
    return apply(type, tensor, name=name, axis=axes, keepdims=bool(keep_dims if keepdims is None else keepdims))
