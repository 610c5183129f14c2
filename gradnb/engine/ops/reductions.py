"""Sums and other reductions over axes, and running sums and products along one."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import CONTINUOUS, NUMBER, REAL, DType, as_dtype, int64
from gradnb.engine.graph import name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import broadcast_to, reshape, shape, zeros, zeros_like
from gradnb.engine.ops.choice import equal, maximum, not_equal, where
from gradnb.engine.ops.functions import exp, is_finite, log, sqrt, square
from gradnb.engine.ops.math import add, cast, conj, div_no_nan
from gradnb.engine.ops.state import stop_gradient
from gradnb.engine.registry import NOT_DIFFERENTIABLE, PRODUCT, SUM, Example, OpDef, register
from gradnb.engine.shapes import Spec
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Tensor

__all__ = [
    "argmax",
    "argmin",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "reduce_all",
    "reduce_any",
    "reduce_euclidean_norm",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_std",
    "reduce_sum",
    "reduce_variance",
]


#: Reductions without what np.sum and its like do around them, which takes twice as long for small arrays.
_ADD: Any = np.add.reduce
_MULTIPLY: Any = np.multiply.reduce
_LARGER: Any = np.maximum.reduce
_SMALLER: Any = np.minimum.reduce

#: With longer rows it does not matter how each begins.
_SHORT = 128


def axes_of(axis: Any) -> tuple[int, ...] | None:
    """Return the axes to reduce as a tuple, None for all.

    Raises
    ------
    TypeError
        If they are known only when the graph runs.
    """
    if axis is None:
        return None
    value = np.zeros(0, int) if isinstance(axis, (list, tuple)) and not axis else constant_value(axis)
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


def sum_rows(x: Array, out: Array | None = None) -> Array:
    """Return the sums over all axes but the last, to the bit what ``np.add.reduce`` gives."""
    total: Array
    if 1 < x.shape[-1] <= _SHORT and x.dtype.char in "fd" and x.flags.c_contiguous:
        # It too adds one row after the other, but does not start anew with each.
        total = np.einsum("ij->j", x.reshape(-1, x.shape[-1]), out=out)
    else:
        total = _ADD(x, tuple(range(x.ndim - 1)), x.dtype, out)
    return total


def _sum(x: Array, out: Array | None = None, *, axis: tuple[int, ...] | None, keepdims: bool) -> Array:
    if x.ndim > 1 and axis == tuple(range(x.ndim - 1)) and not keepdims:
        return sum_rows(x, out)
    total: Array = _ADD(x, axis, x.dtype, out, keepdims)
    return total


register(
    OpDef(
        type="Sum",
        label="Σ",
        signature="input: T",
        allowed=NUMBER,
        kernel=_sum,
        into=_sum,
        never_fails=True,
        infer=shapes.reduction,
        gradient=lambda z, g, x, *, axis, keepdims: spread(g, x, axis, keepdims),
        formula="Σ {input}",
        binds=SUM,
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

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]], axis=0)))
    [4. 6.]
    """
    return _reduce("Sum", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def _mean(x: Array, out: Array | None = None, *, axis: tuple[int, ...] | None, keepdims: bool) -> Array:
    total = _sum(x, out, axis=axis, keepdims=keepdims)
    count = x.dtype.type(x.size // total.size if total.size else 0)
    if x.dtype.kind not in "iu":
        mean: Array = np.true_divide(total, count, out)
        return mean
    # Of no whole numbers the mean is 0, since there is no NaN for it.
    whole: Array = np.trunc(np.true_divide(total, count or 1)).astype(x.dtype)
    if out is not None:
        out[...] = whole
    return whole


def _mean_gradient(z: Tensor, g: Tensor, x: Tensor, *, axis: tuple[int, ...] | None, keepdims: bool) -> Tensor:
    spread_out = spread(g, x, axis, keepdims)
    whole, reduced = shapes.element_count(x.static_shape), shapes.element_count(z.static_shape)
    if whole is not None and reduced is not None:
        return spread_out / (whole // max(reduced, 1))
    size: Tensor = _count(x) // maximum(_count(z), 1)
    return spread_out / cast(size, g.dtype)


def _count(x: Tensor) -> Tensor:
    return apply("Prod", shape(x), axis=None, keepdims=False)


register(
    OpDef(
        type="Mean",
        label="mean",
        signature="input: T",
        allowed=NUMBER,
        kernel=_mean,
        into=_mean,
        infer=shapes.reduction,
        gradient=_mean_gradient,
        formula="mean({input})",
        example=Example((2, 3), attributes={"axis": (1,), "keepdims": False}),
    )
)


def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the mean over axes; of integers it is rounded towards zero.

    Parameters
    ----------
    input_tensor : Tensor
        Numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_mean([[1.0, 2.0], [3.0, 4.0]], axis=0)))
    [2. 3.]
    """
    return _reduce("Mean", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def _share_among_ties(z: Tensor, g: Tensor, x: Tensor, *, axis: tuple[int, ...] | None, keepdims: bool) -> Tensor:
    chosen = cast(equal(restore_axes(z, x, axis, keepdims), x), g.dtype)
    number = apply("Sum", chosen, axis=axis, keepdims=True)
    return chosen / number * restore_axes(g, x, axis, keepdims)


def _smallest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _largest(dtype: np.dtype[Any]) -> Any:
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


def _max(x: Array, out: Array | None = None, *, axis: tuple[int, ...] | None, keepdims: bool) -> Array:
    largest: Array = _LARGER(x, axis, x.dtype, out, keepdims, _smallest(x.dtype))
    return largest


def _min(x: Array, out: Array | None = None, *, axis: tuple[int, ...] | None, keepdims: bool) -> Array:
    smallest: Array = _SMALLER(x, axis, x.dtype, out, keepdims, _largest(x.dtype))
    return smallest


register(
    OpDef(
        type="Max",
        label="max",
        signature="input: T",
        allowed=REAL,
        kernel=_max,
        into=_max,
        never_fails=True,
        infer=shapes.reduction,
        gradient=_share_among_ties,
        formula="max({input})",
        note="ops.ties_share",
        example=Example((2, 3), distinct=True, attributes={"axis": (1,), "keepdims": False}),
    )
)


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the largest element over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Real numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no real numbers.

    Notes
    -----
    Where several elements are the extreme one, each gets an equal share of the gradient.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_max([[1.0, 2.0], [3.0, 4.0]], axis=0)))
    [3. 4.]
    """
    return _reduce("Max", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


register(
    OpDef(
        type="Min",
        label="min",
        signature="input: T",
        allowed=REAL,
        kernel=_min,
        into=_min,
        never_fails=True,
        infer=shapes.reduction,
        gradient=_share_among_ties,
        formula="min({input})",
        note="ops.ties_share",
        example=Example((2, 3), distinct=True, attributes={"axis": (1,), "keepdims": False}),
    )
)


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the smallest element over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Real numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no real numbers.

    Notes
    -----
    Where several elements are the extreme one, each gets an equal share of the gradient.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_min([[1.0, 2.0], [3.0, 4.0]], axis=0)))
    [1. 2.]
    """
    return _reduce("Min", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def _product_of_others(x: Tensor, axis: tuple[int, ...]) -> Tensor | None:
    """Return, for each element, the product of all others along the axes, of a shape that broadcasts to that of `x`."""
    if not axis:
        return None
    first, *rest = axis
    along = conj(cumprod(x, first, exclusive=True)) * conj(cumprod(x, first, exclusive=True, reverse=True))
    across = _product_of_others(apply("Prod", x, axis=(first,), keepdims=True), tuple(rest))
    return along if across is None else along * across


def _prod_gradient(z: Tensor, g: Tensor, x: Tensor, *, axis: tuple[int, ...] | None, keepdims: bool) -> Tensor:
    if axis is None and (x.static_shape is None or len(x.static_shape) != 1):
        flat = reshape(x, [-1])
        return spread(g, x, axis, keepdims) * reshape(_product_of_others(flat, (0,)), shape(x))
    others = _product_of_others(x, (0,) if axis is None else axis)
    spread_out = spread(g, x, axis, keepdims)
    return spread_out if others is None else spread_out * others


def _prod(x: Array, out: Array | None = None, *, axis: tuple[int, ...] | None, keepdims: bool) -> Array:
    product: Array = _MULTIPLY(x, axis, x.dtype, out, keepdims)
    return product


register(
    OpDef(
        type="Prod",
        label="Π",
        signature="input: T",
        allowed=NUMBER,
        kernel=_prod,
        into=_prod,
        never_fails=True,
        infer=shapes.reduction,
        gradient=_prod_gradient,
        formula="Π {input}",
        binds=PRODUCT,
        note="ops.prod_of_others",
        example=Example((2, 3), attributes={"axis": (1,), "keepdims": False}),
    )
)


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the product over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no numbers.

    Notes
    -----
    The gradient of an element is the product of all others, computed without division: zeros do no harm.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_prod([[1.0, 2.0], [3.0, 4.0]], axis=0)))
    [3. 8.]
    """
    return _reduce("Prod", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


register(
    OpDef(
        type="EuclideanNorm",
        label="norm",
        signature="input: T",
        allowed=CONTINUOUS,
        kernel=lambda x, *, axis, keepdims: np.sqrt(
            np.sum(np.square(np.absolute(x)), axis=axis, keepdims=keepdims)
        ).astype(x.dtype),
        infer=shapes.reduction,
        gradient=lambda z, g, x, *, axis, keepdims: (
            x / (restore_axes(z, x, axis, keepdims) / restore_axes(g, x, axis, keepdims))
        ),
        formula="‖{input}‖",
        note="ops.norm_at_zero",
        example=Example((2, 3), attributes={"axis": (1,), "keepdims": False}),
    )
)


def reduce_euclidean_norm(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the square root of the sum of the squares over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no numbers.

    Notes
    -----
    At 0 the gradient is NaN.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.math.reduce_euclidean_norm([[3.0, 4.0]], axis=1)))
    [5.]
    """
    return _reduce("EuclideanNorm", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


register(
    OpDef(
        type="Any",
        label="any",
        signature="input: bool",
        kernel=lambda x, *, axis, keepdims: np.any(x, axis=axis, keepdims=keepdims),
        infer=shapes.reduction,
        gradient=NOT_DIFFERENTIABLE,
        formula="any({input})",
    )
)


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return whether any element is true, over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Truth values.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Truth values, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds anything but truth values.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_any([[True, False], [False, False]], axis=1)))
    [ True False]
    """
    return _reduce("Any", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


register(
    OpDef(
        type="All",
        label="all",
        signature="input: bool",
        kernel=lambda x, *, axis, keepdims: np.all(x, axis=axis, keepdims=keepdims),
        infer=shapes.reduction,
        gradient=NOT_DIFFERENTIABLE,
        formula="all({input})",
    )
)


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return whether all elements are true, over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Truth values.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Truth values, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds anything but truth values.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_all([[True, True], [True, False]], axis=1)))
    [ True False]
    """
    return _reduce("All", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return ``log(sum(exp(x)))`` over axes, without overflow.

    Parameters
    ----------
    input_tensor : Tensor
        Real numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims
        TensorFlow's old names of `axis` and `keepdims`.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reduce_logsumexp([[0.0, 0.0], [1000.0, -1000.0]], axis=1)))
    [6.931472e-01 1.000000e+03]
    """
    axes, kept = _settings(axis, keepdims, reduction_indices, keep_dims)
    with name_scope(name, "ReduceLogSumExp") as scope:
        x = convert_to_tensor(input_tensor, name="input_tensor")
        largest = apply("Max", x, axis=axes, keepdims=True)
        # Any constant may be taken out; the largest element keeps exp from overflowing.
        constant = stop_gradient(where(is_finite(largest), largest, zeros_like(largest)))
        result = log(apply("Sum", exp(x - constant), axis=axes, keepdims=kept))
        if not kept:
            constant = reshape(constant, shape(result))
        return add(result, constant, name=scope)


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
    input: Any = None,
) -> Tensor:
    """Return how many elements are not zero, over axes.

    Parameters
    ----------
    input_tensor : Tensor
        Numbers or truth values.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool, optional
        Whether a reduced axis stays, with size 1.
    dtype : DType
        The type of the result.
    name : str, optional
        The operation's name.
    reduction_indices, keep_dims, input
        Other names of `axis`, `keepdims` and `input_tensor`.

    Returns
    -------
    Tensor
        Of dtype `dtype`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.count_nonzero([[0.0, 2.0], [3.0, 4.0]], axis=0)))
    [1 2]
    """
    axes, kept = _settings(axis, keepdims, reduction_indices, keep_dims)
    with name_scope(name, "count_nonzero"):
        x = convert_to_tensor(input if input_tensor is None else input_tensor, name="input_tensor")
        counted = x if x.dtype.is_bool else not_equal(x, zeros([], x.dtype))
        return cast(apply("Sum", cast(counted, int64), axis=axes, keepdims=kept), dtype)


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Return the variance over axes: the mean of the squared distances from the mean.

    Parameters
    ----------
    input_tensor : Tensor
        Floating-point numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.math.reduce_variance([[1.0, 3.0], [2.0, 10.0]], axis=1)))
    [ 1. 16.]
    """
    with name_scope(name, "reduce_variance"):
        x = convert_to_tensor(input_tensor, name="input_tensor")
        mean = reduce_mean(x, axis, keepdims=True)
        return reduce_mean(square(x - mean), axis, keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Return the standard deviation over axes: the square root of the variance.

    Parameters
    ----------
    input_tensor : Tensor
        Floating-point numbers.
    axis : int or list of int, optional
        The axes to reduce; by default all.
    keepdims : bool
        Whether a reduced axis stays, with size 1.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of the dtype of `input_tensor`, without the axes that are reduced; with `keepdims` they have size 1.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If `input_tensor` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.math.reduce_std([[1.0, 3.0], [2.0, 10.0]], axis=1)))
    [1. 4.]
    """
    with name_scope(name, "reduce_std"):
        return sqrt(reduce_variance(input_tensor, axis, keepdims))


def _accumulated(combine: np.ufunc, x: Array, axis: int, exclusive: bool, reverse: bool) -> Array:
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"ScanOp: Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got {axis}")
    ordered = np.flip(x, axis) if reverse else x
    if exclusive:
        front = np.moveaxis(ordered, axis, 0)
        shifted = np.full_like(front, combine.identity)
        shifted[1:] = front[:-1]
        ordered = np.moveaxis(shifted, 0, axis)
    result: Array = combine.accumulate(ordered, axis=axis, dtype=x.dtype)
    return np.flip(result, axis) if reverse else result


def _cumsum_gradient(z: Tensor, g: Tensor, x: Tensor, *, axis: int, exclusive: bool, reverse: bool) -> Tensor:
    return cumsum(g, axis, exclusive=exclusive, reverse=not reverse)


register(
    OpDef(
        type="Cumsum",
        label="cumsum",
        signature="x: T",
        allowed=NUMBER,
        kernel=lambda x, *, axis, exclusive, reverse: _accumulated(np.add, x, axis, exclusive, reverse),
        never_fails=True,
        infer=shapes.same,
        gradient=_cumsum_gradient,
        formula="cumsum({x})",
        example=Example((2, 3), attributes={"axis": 1, "exclusive": False, "reverse": False}),
    )
)


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """Return the sums of the elements up to each place along an axis.

    Parameters
    ----------
    x : Tensor
        Numbers.
    axis : int
        The axis to follow.
    exclusive : bool
        Whether an element itself is left out of what stands in its place.
    reverse : bool
        Whether to begin at the end.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        When it runs, if there is no such axis.
    TypeError
        If `x` holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cumsum([1.0, 2.0, 3.0])))
    [1. 3. 6.]
    """
    return apply("Cumsum", x, name=name, axis=_one_axis(axis), exclusive=exclusive, reverse=reverse)


def _cumprod_gradient(z: Tensor, g: Tensor, x: Tensor, *, axis: int, exclusive: bool, reverse: bool) -> Tensor:
    product = cumprod(x, axis, exclusive=exclusive, reverse=reverse)
    return div_no_nan(cumsum(product * g, axis, exclusive=exclusive, reverse=not reverse), x)


register(
    OpDef(
        type="Cumprod",
        label="cumprod",
        signature="x: T",
        allowed=NUMBER,
        kernel=lambda x, *, axis, exclusive, reverse: _accumulated(np.multiply, x, axis, exclusive, reverse),
        never_fails=True,
        infer=shapes.same,
        gradient=_cumprod_gradient,
        formula="cumprod({x})",
        note="ops.cumprod_after_zero",
        example=Example((2, 3), low=0.5, attributes={"axis": 1, "exclusive": False, "reverse": False}),
    )
)


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """Return the products of the elements up to each place along an axis.

    Parameters
    ----------
    x : Tensor
        Numbers.
    axis : int
        The axis to follow.
    exclusive : bool
        Whether an element itself is left out of what stands in its place.
    reverse : bool
        Whether to begin at the end.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        When it runs, if there is no such axis.
    TypeError
        If `x` holds no numbers.

    Notes
    -----
    Like TensorFlow's, the gradient is wrong behind a zero.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cumprod([1.0, 2.0, 3.0])))
    [1. 2. 6.]
    """
    return apply("Cumprod", x, name=name, axis=_one_axis(axis), exclusive=exclusive, reverse=reverse)


def _one_axis(axis: Any) -> int:
    axes = axes_of(axis)
    if axes is None or len(axes) != 1:
        raise ValueError(f"One axis is needed here, not {axis!r}.")
    return axes[0]


def _place_spec(x: Tensor, *, axis: int, output_type: DType) -> Spec:
    return output_type, shapes.reduced(x.static_shape, (axis,), keepdims=False)


register(
    OpDef(
        type="ArgMax",
        label="argmax",
        signature="input: T",
        allowed=REAL,
        kernel=lambda x, *, axis, output_type: np.argmax(x, axis=axis).astype(output_type.numpy),
        infer=_place_spec,
        gradient=NOT_DIFFERENTIABLE,
        formula="argmax({input})",
    )
)


def argmax(
    input: Any,
    axis: Any = None,
    name: str | None = None,
    dimension: Any = None,
    output_type: Any = int64,
) -> Tensor:
    """Return the place of the largest element along an axis, the first of several.

    Parameters
    ----------
    input : Tensor
        Real numbers.
    axis : int, optional
        The axis to follow, by default 0.
    name : str, optional
        The operation's name.
    dimension : int, optional
        TensorFlow's old name of `axis`.
    output_type : DType
        ``int64`` or ``int32``.

    Returns
    -------
    Tensor
        Indices of dtype `output_type`, of the shape of `input` without `axis`.

    Raises
    ------
    TypeError
        If `input` holds no numbers.
    ValueError
        If there is no such axis.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.argmax([[1.0, 5.0], [3.0, 2.0]], axis=1)))
    [1 0]
    """
    place = _either("axis", axis, "dimension", dimension)
    wanted = as_dtype(output_type)
    return apply("ArgMax", input, name=name, axis=_one_axis(0 if place is None else place), output_type=wanted)


register(
    OpDef(
        type="ArgMin",
        label="argmin",
        signature="input: T",
        allowed=REAL,
        kernel=lambda x, *, axis, output_type: np.argmin(x, axis=axis).astype(output_type.numpy),
        infer=_place_spec,
        gradient=NOT_DIFFERENTIABLE,
        formula="argmin({input})",
    )
)


def argmin(
    input: Any,
    axis: Any = None,
    name: str | None = None,
    dimension: Any = None,
    output_type: Any = int64,
) -> Tensor:
    """Return the place of the smallest element along an axis, the first of several.

    Parameters
    ----------
    input : Tensor
        Real numbers.
    axis : int, optional
        The axis to follow, by default 0.
    name : str, optional
        The operation's name.
    dimension : int, optional
        TensorFlow's old name of `axis`.
    output_type : DType
        ``int64`` or ``int32``.

    Returns
    -------
    Tensor
        Indices of dtype `output_type`, of the shape of `input` without `axis`.

    Raises
    ------
    TypeError
        If `input` holds no numbers.
    ValueError
        If there is no such axis.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.argmin([[1.0, 5.0], [3.0, 2.0]], axis=1)))
    [0 1]
    """
    place = _either("axis", axis, "dimension", dimension)
    wanted = as_dtype(output_type)
    return apply("ArgMin", input, name=name, axis=_one_axis(0 if place is None else place), output_type=wanted)


def _either(name: str, value: Any, old_name: str, old_value: Any) -> Any:
    """Return an argument that may have been given by its old name."""
    if value is not None and old_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{name}'.")
    return old_value if value is None else value


def _settings(
    axis: Any, keepdims: bool | None, reduction_indices: Any, keep_dims: bool | None
) -> tuple[tuple[int, ...] | None, bool]:
    """Return the axes to reduce and whether they stay, from arguments that have two names each."""
    return (
        axes_of(_either("axis", axis, "reduction_indices", reduction_indices)),
        bool(_either("keepdims", keepdims, "keep_dims", keep_dims)),
    )


def _reduce(
    type: str,
    x: Any,
    axis: Any,
    keepdims: bool | None,
    name: str | None,
    reduction_indices: Any,
    keep_dims: bool | None,
) -> Tensor:
    axes, kept = _settings(axis, keepdims, reduction_indices, keep_dims)
    return apply(type, convert_to_tensor(x, name="input_tensor"), name=name, axis=axes, keepdims=kept)
