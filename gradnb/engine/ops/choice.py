"""Comparisons, logic, and choices between values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import ALL, NUMBER, REAL, bool_, int64
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import fit, zeros, zeros_like
from gradnb.engine.registry import NOT_DIFFERENTIABLE, PRODUCT, SUM, Example, OpDef, register
from gradnb.engine.shapes import Spec, bracket_text
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Tensor, serves_operator

__all__ = [
    "clip_by_value",
    "equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "not_equal",
    "where",
    "where_v2",
]


register(
    OpDef(
        type="Equal",
        label="=",
        signature="x: T, y: T",
        allowed=ALL,
        kernel=np.equal,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} = {y}",
        binds=SUM,
    )
)


def equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` equals `y`.

    Parameters
    ----------
    x, y : Tensor
        Values of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.equal([1.0, 2.0], 2.0)))
    [False  True]
    """
    return apply("Equal", x, y, name=name)


register(
    OpDef(
        type="NotEqual",
        label="≠",
        signature="x: T, y: T",
        allowed=ALL,
        kernel=np.not_equal,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} ≠ {y}",
        binds=SUM,
    )
)


def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` differs from `y`.

    Parameters
    ----------
    x, y : Tensor
        Values of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.not_equal([1.0, 2.0], 2.0)))
    [ True False]
    """
    return apply("NotEqual", x, y, name=name)


register(
    OpDef(
        type="Less",
        label="<",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=np.less,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} < {y}",
        binds=SUM,
    )
)


def less(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` is below `y`.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.less([1.0, 2.0], 2.0)))
    [ True False]
    """
    return apply("Less", x, y, name=name)


register(
    OpDef(
        type="LessEqual",
        label="≤",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=np.less_equal,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} ≤ {y}",
        binds=SUM,
    )
)


def less_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` is not above `y`.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no real numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.less_equal([1.0, 2.0], 2.0)))
    [ True  True]
    """
    return apply("LessEqual", x, y, name=name)


register(
    OpDef(
        type="Greater",
        label=">",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=np.greater,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} > {y}",
        binds=SUM,
    )
)


def greater(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` is above `y`.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no real numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.greater([1.0, 2.0], 2.0)))
    [False False]
    """
    return apply("Greater", x, y, name=name)


register(
    OpDef(
        type="GreaterEqual",
        label="≥",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=np.greater_equal,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} ≥ {y}",
        binds=SUM,
    )
)


def greater_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` is not below `y`.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no real numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.greater_equal([1.0, 2.0], 2.0)))
    [False  True]
    """
    return apply("GreaterEqual", x, y, name=name)


register(
    OpDef(
        type="LogicalAnd",
        label="∧",
        signature="x: bool, y: bool",
        kernel=np.logical_and,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} ∧ {y}",
        binds=SUM,
    )
)


def logical_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where both `x` and `y` are true.

    Parameters
    ----------
    x, y : Tensor
        Truth values; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values, of the shape to which theirs broadcast.

    Raises
    ------
    TypeError
        If something else than truth values is given.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.logical_and([True, False], True)))
    [ True False]
    """
    return apply("LogicalAnd", x, y, name=name)


register(
    OpDef(
        type="LogicalOr",
        label="∨",
        signature="x: bool, y: bool",
        kernel=np.logical_or,
        infer=shapes.comparison,
        gradient=NOT_DIFFERENTIABLE,
        formula="{x} ∨ {y}",
        binds=SUM,
    )
)


def logical_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return where `x` or `y` or both are true.

    Parameters
    ----------
    x, y : Tensor
        Truth values; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values, of the shape to which theirs broadcast.

    Raises
    ------
    TypeError
        If something else than truth values is given.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.logical_or([True, False], True)))
    [ True  True]
    """
    return apply("LogicalOr", x, y, name=name)


register(
    OpDef(
        type="LogicalNot",
        label="¬",
        signature="x: bool",
        kernel=np.logical_not,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="¬{x}",
        binds=PRODUCT,
    )
)


def logical_not(x: Any, name: str | None = None) -> Tensor:
    """Return where `x` is false.

    Parameters
    ----------
    x : Tensor
        Truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values, of the shape of `x`.

    Raises
    ------
    TypeError
        If something else than truth values is given.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.logical_not([True, False])))
    [False  True]
    """
    return apply("LogicalNot", x, name=name)


@serves_operator("xor", "rxor")
def logical_xor(x: Any, y: Any, name: str | None = "LogicalXor") -> Tensor:
    """Return where exactly one of `x` and `y` is true.

    Parameters
    ----------
    x, y : Tensor
        Truth values; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values, of the shape to which theirs broadcast.

    Raises
    ------
    TypeError
        If something else than truth values is given.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.logical_xor([True, False], True)))
    [False  True]
    """
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)


#: Integers of the size of an element, by whose bits elements can be chosen.
_WORDS = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}

#: From so many elements on, that is faster than to branch at each of them.
_MANY = 1 << 10


def chosen(condition: Array, t: Array, e: Array, out: Array | None = None) -> Array:
    """Return the elements of `t` where `condition` is true and of `e` elsewhere, to the bit; in `out`, if it is given.

    All may broadcast to the shape of the result; `out` may be `condition`.
    """
    if out is None:
        shape = np.broadcast_shapes(np.shape(condition), np.shape(t), np.shape(e))
        if math.prod(shape) < _MANY or t.dtype.itemsize not in _WORDS or t.dtype.kind == "O":
            return np.where(condition, t, e)
        out = np.empty(shape, t.dtype)
    word = _WORDS.get(out.dtype.itemsize)
    if word is None or out.size < _MANY:
        condition = condition.copy() if out.dtype == condition.dtype else condition
        np.copyto(out, e)
        np.copyto(out, t, where=condition)
        return out
    mask = condition.astype(word)
    np.negative(mask, mask)
    first, second, bits = t.view(word), e.view(word), out.view(word)
    np.bitwise_xor(first, second, bits)
    np.bitwise_and(bits, mask, bits)
    np.bitwise_xor(bits, second, bits)
    return out


def _select_spec(condition: Tensor, t: Tensor, e: Tensor) -> Spec:
    shape = shapes.merge(t.static_shape, e.static_shape)
    chooses = condition.static_shape
    if chooses is None or shape is None or chooses == ():
        return t.dtype.base_dtype, shape
    if len(chooses) == 1 and len(shape) > 1:
        return t.dtype.base_dtype, (shapes.equal_dimensions(shape[0], chooses[0]), *shape[1:])
    return t.dtype.base_dtype, shapes.merge(shape, chooses)


def _select(condition: Array, t: Array, e: Array) -> Array:
    if t.shape != e.shape:
        raise ValueError(
            f"Inputs to operation must have the same size and shape. Input 1: {bracket_text(t.shape)} "
            f"!= input 2: {bracket_text(e.shape)}"
        )
    if condition.ndim == 1 and t.ndim > 1 and len(condition) == len(t):
        condition = _for_rows(condition, t)
    elif condition.ndim and condition.shape != t.shape:
        raise ValueError(
            f"'condition' must have the shape of 't', or be one truth value for each of its rows: "
            f"{bracket_text(condition.shape)} and {bracket_text(t.shape)}"
        )
    return chosen(condition, t, e)


def _for_rows(condition: Array, rows: Array) -> Array:
    return condition.reshape((-1,) + (1,) * (rows.ndim - 1))


def _select_into(condition: Array, t: Array, e: Array, out: Array) -> None:
    chosen(_for_rows(condition, out) if condition.ndim == 1 else condition, t, e, out)


register(
    OpDef(
        type="Select",
        label="where",
        signature="condition: bool, t: T, e: T",
        kernel=_select,
        into=_select_into,
        elementwise=True,
        never_fails=True,
        infer=_select_spec,
        gradient=lambda z, g, condition, t, e: (
            None,
            where(condition, g, zeros_like(t)),
            where(condition, zeros_like(e), g),
        ),
        formula="where({condition}, {t}, {e})",
        note="ops.where_nan",
        example=Example(np.array([True, False]), (2, 3), (2, 3)),
    )
)


register(
    OpDef(
        type="Where",
        label="where",
        signature="condition: T",
        allowed=NUMBER | {bool_},
        kernel=lambda condition: np.argwhere(condition).astype(np.int64),
        infer=lambda condition: (
            int64,
            (None, None if condition.static_shape is None else len(condition.static_shape)),
        ),
        gradient=NOT_DIFFERENTIABLE,
        formula="where({condition})",
    )
)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Return `x` where `condition` is true and `y` elsewhere; without them, the places where it is true.

    Parameters
    ----------
    condition : Tensor
        Truth values: one, one for each element, or one for each row of `x`.
    x, y : Tensor, optional
        What to choose from, of one shape and dtype.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The choice; without `x` and `y` one row of indices for each true element, of shape ``(n, rank)``.

    Raises
    ------
    ValueError
        If only one of `x` and `y` is given, or shapes do not fit.
    TypeError
        If `condition` holds no truth values.

    Notes
    -----
    An element that is not chosen gets a gradient of zero. If its own slope is infinite the product is NaN: choose a
    harmless argument first, as in ``tf.where(x > 0, tf.log(tf.where(x > 0, x, ones)), zeros)``.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.where([True, False], [1.0, 2.0], [10.0, 20.0])))
    [ 1. 20.]
    """
    if x is None and y is None:
        return apply("Where", convert_to_tensor(condition, preferred_dtype=bool_, name="condition"), name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply("Select", condition, x, y, name=name)


def _select_broadcast_spec(condition: Tensor, t: Tensor, e: Tensor) -> Spec:
    chosen = shapes.broadcast_shapes(t.static_shape, e.static_shape)
    return t.dtype.base_dtype, shapes.broadcast_shapes(condition.static_shape, chosen)


def _kept(condition: Tensor, g: Tensor) -> Tensor:
    """Return the gradient `g` where `condition` is true, else zero."""
    return where_v2(condition, g, zeros([], g.dtype))


def _dropped(condition: Tensor, g: Tensor) -> Tensor:
    """Return the gradient `g` where `condition` is false, else zero."""
    return where_v2(condition, zeros([], g.dtype), g)


register(
    OpDef(
        type="SelectV2",
        label="where",
        signature="condition: bool, t: T, e: T",
        kernel=chosen,
        into=chosen,
        elementwise=True,
        never_fails=True,
        infer=_select_broadcast_spec,
        gradient=lambda z, g, condition, t, e: (
            None,
            fit(_kept(condition, g), t, z),
            fit(_dropped(condition, g), e, z),
        ),
        formula="where({condition}, {t}, {e})",
        note="ops.where_nan",
        example=Example(np.array([True, False, True]), (2, 3), (3,)),
    )
)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Return the elements of `x` where `condition` is true and of `y` where it is false; the three broadcast.

    Parameters
    ----------
    condition : Tensor
        Truth values.
    x, y : Tensor, optional
        What to choose from, of one dtype; without them, the places where `condition` is true are returned.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The choice, of the dtype of `x`; without `x` and `y` one row of int64 indices for each true element, of shape
        ``(n, rank)``.

    Raises
    ------
    ValueError
        If only one of `x` and `y` is given.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.where_v2([True, False], [1.0, 2.0], 0.0)))
    [1. 0.]
    """
    if x is None and y is None:
        return where(condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply("SelectV2", condition, x, y, name=name)


register(
    OpDef(
        type="Maximum",
        label="max",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=np.maximum,
        into=lambda x, y, out: np.maximum(x, y, out=out),
        elementwise=True,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(_kept(greater_equal(x, y), g), x, z),
            fit(_dropped(greater_equal(x, y), g), y, z),
        ),
        formula="max({x}, {y})",
        note="ops.first_takes_all",
        example=Example((2, 3), (3,), distinct=True),
    )
)


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return the larger of `x` and `y`, element by element.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ.

    Notes
    -----
    Where both are equal, `x` gets the whole gradient.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.maximum([1.0, 5.0], 3.0)))
    [3. 5.]
    """
    return apply("Maximum", x, y, name=name)


register(
    OpDef(
        type="Minimum",
        label="min",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=np.minimum,
        into=lambda x, y, out: np.minimum(x, y, out=out),
        elementwise=True,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(_kept(less_equal(x, y), g), x, z),
            fit(_dropped(less_equal(x, y), g), y, z),
        ),
        formula="min({x}, {y})",
        note="ops.first_takes_all",
        example=Example((2, 3), (3,), distinct=True),
    )
)


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return the smaller of `x` and `y`, element by element.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Where both are equal, `x` gets the whole gradient.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.minimum([1.0, 5.0], 3.0)))
    [1. 3.]
    """
    return apply("Minimum", x, y, name=name)


def _clip_spec(t: Tensor, low: Tensor, high: Tensor) -> Spec:
    bounds = shapes.broadcast_shapes(low.static_shape, high.static_shape)
    return t.dtype.base_dtype, shapes.merge(t.static_shape, shapes.broadcast_shapes(t.static_shape, bounds))


def _clip_gradient(z: Tensor, g: Tensor, t: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    below, above = less(t, low), greater(t, high)
    # Not the contrary of the two: a NaN is neither outside nor inside, and gets none.
    inside = logical_and(greater_equal(t, low), less_equal(t, high))
    return (
        fit(_kept(inside, g), t, z),
        fit(_kept(below, g), low, z),
        fit(_kept(above, g), high, z),
    )


register(
    OpDef(
        type="ClipByValue",
        label="clip",
        signature="t: T, clip_value_min: T, clip_value_max: T",
        allowed=REAL,
        kernel=lambda t, low, high: np.maximum(np.minimum(t, high), low),
        into=lambda t, low, high, out: np.maximum(np.minimum(t, high, out=out), low, out=out),
        elementwise=True,
        never_fails=True,
        infer=_clip_spec,
        gradient=_clip_gradient,
        formula="clip({t}, {clip_value_min}, {clip_value_max})",
        note="ops.clip_at_bounds",
        example=Example((2, 3), np.array(-0.7), np.array(0.9), distinct=True),
    )
)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Return `t` with what lies outside of the bounds replaced by the bound.

    Parameters
    ----------
    t : Tensor or IndexedSlices
        Real numbers.
    clip_value_min, clip_value_max : Tensor or number
        The bounds, of the dtype of `t`; they broadcast to its shape.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor, or IndexedSlices when `t` is one
        Of the shape and dtype of `t`.

    Raises
    ------
    ValueError
        If the bounds do not broadcast to the shape of `t`.
    TypeError
        If a bound cannot be of the dtype of `t`.

    Notes
    -----
    At a bound the gradient passes; beyond it goes to the bound.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.clip_by_value([-3.0, 0.5, 3.0], -1.0, 1.0)))
    [-1.   0.5  1. ]
    """
    if isinstance(t, IndexedSlices):
        return IndexedSlices(clip_by_value(t.values, clip_value_min, clip_value_max, name), t.indices, t.dense_shape)
    return apply("ClipByValue", t, clip_value_min, clip_value_max, name=name or "clip_by_value")
