"""Shapes as values, and broadcasting with its undoing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, constant_from, convert_to_tensor
from gradnb.engine.dtypes import NUMBER, as_dtype, int32
from gradnb.engine.literals import Array
from gradnb.engine.registry import NOT_DIFFERENTIABLE, Example, OpDef, register
from gradnb.engine.shapes import InferenceError, Spec, bracket_text
from gradnb.engine.static import constant_shape, constant_value
from gradnb.engine.tensor import Tensor

__all__ = [
    "broadcast_to",
    "fill",
    "ones",
    "ones_like",
    "reshape",
    "shape",
    "zeros",
    "zeros_like",
]

register(
    OpDef(
        type="Shape",
        label="shape",
        signature="input: T",
        kernel=lambda x, *, out_type: np.array(x.shape, out_type.numpy),
        of_shape=True,
        never_fails=True,
        infer=lambda x, *, out_type: (out_type, None if x.static_shape is None else (len(x.static_shape),)),
        gradient=NOT_DIFFERENTIABLE,
    )
)


def shape(input: Any, name: str | None = None, out_type: Any = int32) -> Tensor:
    """Return the shape of a tensor as a tensor.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    name : str, optional
        The operation's name.
    out_type : DType
        ``int32`` or ``int64``.

    Returns
    -------
    Tensor
        An integer vector; a constant when the static shape is known.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.placeholder(tf.float32, [None, 3])
    >>> with tf.Session() as session:
    ...     print(session.run(tf.shape(x), {x: [[1, 2, 3]]}))
    [1 3]
    """
    tensor = convert_to_tensor(input)
    dtype = as_dtype(out_type)
    if shapes.is_full(tensor.static_shape):
        return constant_from(np.array(tensor.static_shape, dtype.numpy), name or "Shape")
    return apply("Shape", tensor, name=name, out_type=dtype)


def _reshape_spec(x: Tensor, target: Tensor) -> Spec:
    wanted = constant_shape(target)
    count = shapes.element_count(x.static_shape)
    if wanted is None:
        return x.dtype.base_dtype, None
    if wanted.count(None) == 1 and count is not None:
        rest = int(np.prod([size for size in wanted if size is not None], dtype=np.int64))
        if rest and count % rest == 0:
            return x.dtype.base_dtype, tuple(count // rest if size is None else size for size in wanted)
        if rest:
            raise InferenceError(f"Dimension size must be evenly divisible by {rest} but is {count}")
    elements = 0 if 0 in wanted else shapes.element_count(wanted)
    if count is not None and elements is not None and elements != count:
        raise InferenceError(
            f"Cannot reshape a tensor with {count} elements to shape {bracket_text(wanted)} ({elements} elements)"
        )
    return x.dtype.base_dtype, wanted


def _reshape(x: Array, target: Array) -> Array:
    wanted = target.tolist()
    known = math.prod(size for size in wanted if size >= 0)
    sizes = list(wanted)
    if wanted.count(-1) == 1:
        # A dimension of size 0 that was asked for does not count: what is left follows from the others.
        asked_for_none = 0 in wanted
        elements = math.prod(size for size in x.shape if size or not asked_for_none)
        sizes[wanted.index(-1)] = elements // (math.prod(size for size in wanted if size > 0) or 1)
    if min(sizes, default=0) < 0 or math.prod(sizes) != x.size:
        raise ValueError(
            f"Input to reshape is a tensor with {x.size} values, "
            f"but the requested shape {bracket_text(tuple(wanted))} has {known}"
        )
    return np.reshape(x, sizes)


register(
    OpDef(
        type="Reshape",
        label="reshape",
        signature="tensor: T, shape: int32|int64",
        kernel=_reshape,
        view=True,
        never_fails=True,
        infer=_reshape_spec,
        gradient=lambda z, g, x, target: (reshape(g, shape(x)), None),
        formula="reshape({tensor}, {shape})",
        example=Example((2, 3), np.array([3, 2], np.int32)),
    )
)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """Return the elements of a tensor, in row-major order, in another shape.

    Parameters
    ----------
    tensor : Tensor
        Any tensor.
    shape : list of int, or integer vector
        The new shape; one entry may be -1: what is left.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `tensor` and shape `shape`; in it a view, not a copy.

    Raises
    ------
    ValueError
        If the number of elements differs.
    TypeError
        If `shape` holds anything but whole numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reshape([1.0, 2.0, 3.0, 4.0], [2, -1])).tolist())
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return apply("Reshape", tensor, as_shape(shape), name=name)


def as_shape(value: Any) -> Tensor:
    """Return a shape as an integer vector; an empty list is a scalar's."""
    if isinstance(value, shapes.TensorShape):
        value = value.as_list()
    if isinstance(value, (list, tuple)) and not value:
        return convert_to_tensor([], int32)
    if isinstance(value, str):
        raise TypeError(f"{value!r} is not a shape. Give a list such as [2, 3].")
    return convert_to_tensor(value, preferred_dtype=int32)


def _broadcast_to_spec(x: Tensor, target: Tensor) -> Spec:
    wanted = constant_shape(target)
    if x.static_shape is None or wanted is None:
        return x.dtype.base_dtype, wanted
    pairs = zip(x.static_shape[::-1], wanted[::-1], strict=False)
    if len(x.static_shape) > len(wanted) or not all(have in (None, 1, want) or want is None for have, want in pairs):
        raise InferenceError(f"Incompatible shapes: {bracket_text(x.static_shape)} vs. {bracket_text(wanted)}")
    return x.dtype.base_dtype, wanted


register(
    OpDef(
        type="BroadcastTo",
        label="broadcast",
        signature="input: T, shape: int32|int64",
        kernel=lambda x, target: np.broadcast_to(x, tuple(target)),
        view=True,
        never_fails=True,
        infer=_broadcast_to_spec,
        gradient=lambda z, g, x, target: (fit(g, x, z), None),
        formula="broadcast({input})",
        example=Example((3, 1), np.array([2, 3, 4], np.int32)),
    )
)


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """Repeat a tensor along the axes in which `shape` is larger.

    Parameters
    ----------
    input : Tensor
        What to repeat.
    shape : list of int, or integer vector
        The shape to have.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of shape `shape` and the dtype of `input`.

    Raises
    ------
    ValueError
        If it does not broadcast to `shape`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.broadcast_to([1.0, 2.0], [2, 2])).tolist())
    [[1.0, 2.0], [1.0, 2.0]]
    """
    return apply("BroadcastTo", input, as_shape(shape), name=name)


def _repeated_axes(small: Any, large: Any) -> tuple[int, ...]:
    """Return the axes of `large` along which an array of shape `small` is repeated."""
    missing = len(large) - len(small)
    return tuple(range(missing)) + tuple(
        missing + i for i, (a, b) in enumerate(zip(small, large[missing:], strict=True)) if a == 1 and b != 1
    )


def _sum_to(g: Array, small: Array, large: Array) -> Array:
    sizes = small.tolist()
    axes = _repeated_axes(sizes, large.tolist())
    if not axes and list(g.shape) == sizes:
        return g
    return np.reshape(np.add.reduce(g, axes, g.dtype), sizes)


register(
    OpDef(
        type="SumToShape",
        label="Σ",
        signature="input: T, shape: int32|int64, broadcast_shape: int32|int64",
        allowed=NUMBER,
        kernel=_sum_to,
        view=True,
        never_fails=True,
        infer=lambda g, small, large: (g.dtype.base_dtype, constant_shape(small)),
        gradient=lambda z, g, x, small, large: (broadcast_to(g, large), None, None),
        formula="Σ {input}",
        example=Example((2, 3), np.array([3], np.int32), np.array([2, 3], np.int32)),
    )
)


def fit(g: Tensor, x: Tensor, z: Tensor) -> Tensor:
    """Undo broadcasting: sum `g`, which has the shape of `z`, to the shape of `x`, which was broadcast to it.

    Parameters
    ----------
    g : Tensor
        A gradient of the shape of `z`.
    x : Tensor
        The operand.
    z : Tensor
        The result of the broadcasting operation.

    Returns
    -------
    Tensor
        `g` itself when the static shapes agree, a sum when they say over which axes, else a sum that finds out when it
        runs.
    """
    if shapes.is_full(x.static_shape) and x.static_shape == z.static_shape:
        return g
    g = convert_to_tensor(g)
    if x.static_shape is not None and z.static_shape is not None and _axes_are_known(x.static_shape, z.static_shape):
        axes = _repeated_axes(x.static_shape, z.static_shape)
        summed: Tensor = apply("Sum", g, axis=axes, keepdims=False) if axes else g
        if summed.static_shape == x.static_shape and shapes.is_full(x.static_shape):
            return summed
        return reshape(summed, shape(x))
    return apply("SumToShape", g, shape(x), shape(z))


def _axes_are_known(small: tuple[int | None, ...], large: tuple[int | None, ...]) -> bool:
    aligned = large[len(large) - len(small) :]
    return all(a is not None and (a != 1 or b is not None) for a, b in zip(small, aligned, strict=True))


def _fill_spec(dims: Tensor, value: Tensor) -> Spec:
    if value.static_shape:
        raise InferenceError(f"Shape must be rank 0 but is rank {len(value.static_shape)}")
    if dims.static_shape is not None and len(dims.static_shape) != 1:
        raise InferenceError(f"Shape must be rank 1 but is rank {len(dims.static_shape)}")
    known = constant_value(dims)
    if known is not None and known.min(initial=0) < 0:
        raise InferenceError(f"Fill dimensions must be >= 0: {known.tolist()}")
    return value.dtype.base_dtype, constant_shape(dims)


register(
    OpDef(
        type="Fill",
        label="fill",
        signature="dims: int32|int64, value: T",
        kernel=lambda dims, value: np.full(tuple(dims), value, value.dtype),
        into=lambda dims, value, out: np.copyto(out, value),
        never_fails=True,
        infer=_fill_spec,
        gradient=lambda z, g, dims, value: (None, apply("Sum", g, axis=None, keepdims=False)),
        formula="fill({value})",
        example=Example(np.array([2, 3], np.int32), ()),
    )
)


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """Return a tensor with one value everywhere.

    Parameters
    ----------
    dims : list of int, or integer vector
        Its shape.
    value : number or scalar Tensor
        Its value.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of shape `dims` and the dtype of `value`.

    Raises
    ------
    ValueError
        If a size is negative, or `value` is more than one number.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.fill([2], 7.0)))
    [7. 7.]
    """
    return apply("Fill", as_shape(dims), value, name=name)


def ones(shape: Any, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return a tensor of ones.

    Parameters
    ----------
    shape : list of int, or integer vector
        Its shape.
    dtype : DType
        Its type.
    name : str, optional
        Its name.

    Returns
    -------
    Tensor
        Of shape `shape` and dtype `dtype`.

    Raises
    ------
    TypeError
        If `dtype` has no number one.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.ones([2])))
    [1. 1.]
    """
    return _filled(shape, 1, dtype, name or "ones")


def zeros(shape: Any, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return a tensor of zeros.

    Parameters
    ----------
    shape : list of int, or integer vector
        Its shape.
    dtype : DType
        Its type.
    name : str, optional
        Its name.

    Returns
    -------
    Tensor
        Of shape `shape` and dtype `dtype`.

    Raises
    ------
    ValueError
        If a size is negative.
    TypeError
        If `shape` is none, or `dtype` has no zero.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.zeros([2])))
    [0. 0.]
    """
    return _filled(shape, 0, dtype, name or "zeros")


def _filled(shape: Any, number: int, dtype: Any, name: str) -> Tensor:
    base = as_dtype(dtype).base_dtype
    if base.is_string:
        if number:
            raise TypeError("Expected string, but got 1 of type 'int'.")
        value = np.array(b"", object)
    else:
        value = np.array(number, base.numpy)
    dims = as_shape([shape] if isinstance(shape, (int, np.integer)) else shape)
    known = constant_shape(dims)
    if not isinstance(shape, Tensor) and shapes.is_full(known) and (shapes.element_count(known) or 0) < 1000:
        return constant_from(np.full(shapes.sizes(known), value, value.dtype), name)
    return fill(dims, constant_from(value, f"{name}/Const"), name)


def _like(tensor: Any, dtype: Any, name: str, number: int) -> Tensor:
    tensor = convert_to_tensor(tensor)
    base = tensor.dtype.base_dtype if dtype is None else as_dtype(dtype).base_dtype
    if shapes.is_full(tensor.static_shape):
        return _filled(tensor.static_shape, number, base, name)
    return _filled(shape(tensor), number, base, name)


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Return a tensor of zeros of the shape of another.

    Parameters
    ----------
    tensor : Tensor
        The other.
    dtype : DType, optional
        Its type; by default that of `tensor`.
    name : str, optional
        Its name.
    optimize : bool
        Accepted, not needed.

    Returns
    -------
    Tensor
        Of the shape of `tensor`, also where that is known only when it runs.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> tf.gradients(tf.zeros_like(x), x)
    [None]
    """
    return _like(tensor, dtype, name or "zeros_like", 0)


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Return a tensor of ones of the shape of another.

    Parameters
    ----------
    tensor : Tensor
        The other.
    dtype : DType, optional
        Its type; by default that of `tensor`.
    name : str, optional
        Its name.
    optimize : bool
        Accepted, not needed.

    Returns
    -------
    Tensor
        Of the shape of `tensor`, also where that is known only when it runs.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.ones_like([3.0, 4.0])))
    [1. 1.]
    """
    return _like(tensor, dtype, name or "ones_like", 1)


def _dense_spec(values: Tensor, indices: Tensor, count: Tensor) -> Spec:
    wanted = constant_shape(count)
    return values.dtype.base_dtype, wanted


def _dense(values: Array, indices: Array, dense_shape: Array, out: Array | None = None) -> Array:
    result = np.empty(tuple(dense_shape), values.dtype) if out is None else out
    result[...] = 0
    inside = (indices >= 0) & (indices < len(result))
    np.add.at(result, indices[inside], values[inside])
    return result


register(
    OpDef(
        type="UnsortedRowSum",
        label="Σ rows",
        signature="values: T, indices: int32|int64, dense_shape: int32|int64",
        allowed=NUMBER,
        kernel=_dense,
        into=_dense,
        never_fails=True,
        infer=_dense_spec,
        gradient=lambda z, g, values, indices, dense_shape: (apply("GatherV2", g, indices, axis=0), None, None),
        example=Example((3, 2), np.array([1, 0, 1], np.int32), np.array([2, 2], np.int32)),
    )
)
