"""Rearranging arrays: reshaping, joining, cutting, picking and scattering elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, SupportsIndex

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import add_operation, apply, constant_from, convert_to_tensor
from gradnb.engine.dtypes import INDEX, NUMBER, REAL, DType, as_dtype, bool_, int32
from gradnb.engine.graph import get_default_graph, name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import as_shape, broadcast_to, reshape, shape, zeros_like
from gradnb.engine.ops.math import cast, conj
from gradnb.engine.ops.state import convert_each, identity
from gradnb.engine.registry import NOT_DIFFERENTIABLE, Example, OpDef, register
from gradnb.engine.shapes import InferenceError, Spec, StaticShape, bracket_text
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.static import constant_shape, constant_value
from gradnb.engine.tensor import Tensor, serves_operator

__all__ = [
    "argsort",
    "boolean_mask",
    "concat",
    "diag",
    "diag_part",
    "ensure_shape",
    "expand_dims",
    "gather",
    "gather_nd",
    "invert_permutation",
    "linspace",
    "matrix_band_part",
    "matrix_diag",
    "matrix_diag_part",
    "matrix_set_diag",
    "matrix_transpose",
    "meshgrid",
    "one_hot",
    "pad",
    "rank",
    "reverse",
    "roll",
    "scatter_nd",
    "segment_sum",
    "sequence_mask",
    "shape_n",
    "size",
    "sort",
    "split",
    "squeeze",
    "stack",
    "strided_slice",
    "tile",
    "transpose",
    "unsorted_segment_sum",
    "unstack",
]


def known_int(value: Any, what: str) -> int:
    """Return a number that must be known while the graph is built, such as an axis.

    Raises
    ------
    TypeError
        If it is known only when the graph runs, or is no integer.
    """
    known = constant_value(value)
    if known is None or known.dtype.kind not in "iu" or known.size != 1:
        raise TypeError(f"{what} must be an int that is known when the graph is built, not {value!r}.")
    return int(known.reshape(()))


def _known_ints(value: Any, what: str) -> tuple[int, ...]:
    known = constant_value(value)
    if known is None or known.dtype.kind not in "iu":
        raise TypeError(f"{what} must be ints that are known when the graph is built, not {value!r}.")
    return tuple(int(entry) for entry in np.atleast_1d(known))


def rank_of(tensor: Tensor) -> int | None:
    """Return the number of axes; None when it is unknown."""
    return None if tensor.static_shape is None else len(tensor.static_shape)


def _in_scope(name: str) -> str | None:
    """Return TensorFlow's default name of a function's operation; inside gradients operations are named by type."""
    return None if get_default_graph().builds_gradient else name


# Axes: their order, and axes of size 1


def _transpose_spec(x: Tensor, *, perm: tuple[int, ...] | None, **_: Any) -> Spec:
    static = x.static_shape
    if perm is None:
        return x.dtype.base_dtype, None if static is None else static[::-1]
    if static is None:
        return x.dtype.base_dtype, (None,) * len(perm)
    if len(static) != len(perm):
        raise InferenceError(f"Dimension must be {len(static)} but is {len(perm)}")
    if any(not -len(perm) <= axis < len(perm) for axis in perm) or len({axis % len(perm) for axis in perm}) < len(perm):
        raise InferenceError(f"perm must list each of the axes 0 to {len(perm) - 1} once, but is {list(perm)}")
    return x.dtype.base_dtype, tuple(static[axis] for axis in perm)


register(
    OpDef(
        type="Transpose",
        label="transpose",
        signature="x: T",
        kernel=lambda x, *, perm: np.transpose(x, perm),
        view=True,
        never_fails=True,
        infer=_transpose_spec,
        gradient=lambda z, g, x, *, perm: _transposed(
            g, None if perm is None else tuple(int(axis) for axis in np.argsort([axis % len(perm) for axis in perm]))
        ),
        formula="{x}ᵀ",
        example=Example((2, 3, 4), attributes={"perm": (2, 0, 1)}),
    )
)


def _transposed(x: Tensor, perm: tuple[int, ...] | None) -> Tensor:
    return apply("Transpose", x, name=_in_scope("transpose"), perm=perm)


def transpose(a: Any, perm: Any = None, name: str | None = None, conjugate: bool = False) -> Tensor:
    """Return the tensor with its axes in another order.

    Parameters
    ----------
    a : Tensor
        Any tensor.
    perm : list of int, optional
        For each axis of the result, which axis of `a` it is; by default the axes in reverse.
    name : str, optional
        The operation's name.
    conjugate : bool
        Whether to conjugate complex elements too.

    Returns
    -------
    Tensor
        The same elements, with ``shape[i] = a.shape[perm[i]]``.

    Raises
    ------
    ValueError
        If `perm` does not list each axis once.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.transpose([[1, 2], [3, 4]])).tolist())
    [[1, 3], [2, 4]]
    """
    tensor = convert_to_tensor(a)
    order = None if perm is None else _known_ints(perm, "perm")
    turned = apply("Transpose", tensor, name=name or _in_scope("transpose"), perm=order)
    return conj(turned) if conjugate else turned


def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> Tensor:
    """Return the tensor with its last two axes exchanged.

    Parameters
    ----------
    a : Tensor
        Matrices, of shape ``(…, n, m)``, of known rank.
    name : str, optional
        The operation's name.
    conjugate : bool
        Whether to conjugate complex elements too.

    Returns
    -------
    Tensor
        Of shape ``(…, m, n)``.

    Raises
    ------
    ValueError
        If `a` has fewer than two axes, or its rank is unknown.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.linalg.matrix_transpose(tf.zeros([5, 2, 3])).shape
    TensorShape([5, 3, 2])
    """
    tensor = convert_to_tensor(a)
    rank = rank_of(tensor)
    if rank is None:
        raise ValueError(f"matrix_transpose needs a known rank. Call set_shape on {tensor!r} first.")
    if rank < 2:
        raise ValueError(f"Argument `a` should be a (batch) matrix with rank >= 2. Received `a` = {tensor!r}.")
    order = [*range(rank - 2), rank - 1, rank - 2]
    return transpose(tensor, order, name or _in_scope("matrix_transpose"), conjugate)


def _expand_dims_spec(x: Tensor, *, axis: int) -> Spec:
    static = x.static_shape
    if static is None:
        return x.dtype.base_dtype, None
    rank = len(static)
    if not -rank - 1 <= axis <= rank:
        raise InferenceError(f"dim {axis} not in the interval [{-rank - 1}, {rank}]")
    position = axis % (rank + 1)
    return x.dtype.base_dtype, (*static[:position], 1, *static[position:])


register(
    OpDef(
        type="ExpandDims",
        label="expand_dims",
        signature="input: T",
        kernel=lambda x, *, axis: np.expand_dims(x, axis),
        view=True,
        never_fails=True,
        infer=_expand_dims_spec,
        gradient=lambda z, g, x, *, axis: reshape(g, shape(x)),
        formula="expand_dims({input})",
        example=Example((2, 3), attributes={"axis": 1}),
    )
)


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """Return the tensor with one more axis, of size 1.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    axis : int
        The position of the new axis in the result; negative ones count from the end.
    name : str, optional
        The operation's name.
    dim
        TensorFlow's old name of `axis`.

    Returns
    -------
    Tensor
        The same elements, with a 1 in the shape at `axis`.

    Raises
    ------
    ValueError
        If there is no such position.
    TypeError
        If `axis` is no whole number that is known while the graph is built.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.expand_dims(tf.zeros([2, 3]), 0).shape
    TensorShape([1, 2, 3])
    """
    position = dim if axis is None else axis
    if position is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return apply("ExpandDims", input, name=name, axis=known_int(position, "axis"))


def _squeeze_spec(x: Tensor, *, axis: tuple[int, ...]) -> Spec:
    static = x.static_shape
    if static is None:
        return x.dtype.base_dtype, None
    if not axis:
        return x.dtype.base_dtype, None if None in static else tuple(size for size in static if size != 1)
    dropped = {_axis_in(a, len(static)) for a in axis}
    for position in sorted(dropped):
        if static[position] not in (1, None):
            raise InferenceError(f"Can not squeeze dim[{position}], expected a dimension of 1, got {static[position]}")
    return x.dtype.base_dtype, tuple(size for i, size in enumerate(static) if i not in dropped)


def _axis_in(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise InferenceError(f"axis {axis} is not in [{-rank}, {rank})")
    return axis % rank


register(
    OpDef(
        type="Squeeze",
        label="squeeze",
        signature="input: T",
        kernel=lambda x, *, axis: np.squeeze(x, axis or None),
        view=True,
        never_fails=True,
        infer=_squeeze_spec,
        gradient=lambda z, g, x, *, axis: reshape(g, shape(x)),
        formula="squeeze({input})",
        example=Example((2, 1, 3), attributes={"axis": (1,)}),
    )
)


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Tensor:
    """Return the tensor without axes of size 1.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    axis : int or list of int, optional
        Which axes to drop; by default all of size 1.
    name : str, optional
        The operation's name.
    squeeze_dims
        TensorFlow's old name of `axis`.

    Returns
    -------
    Tensor
        The same elements, with fewer axes.

    Raises
    ------
    ValueError
        If an axis to drop has another size.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.squeeze(tf.zeros([1, 2, 1])).shape
    TensorShape([2])
    """
    chosen = squeeze_dims if axis is None else axis
    return apply("Squeeze", input, name=name, axis=() if chosen is None else _known_ints(chosen, "axis"))


# Joining and cutting


def _concat_spec(*values: Tensor, axis: int) -> Spec:
    known = [value.static_shape for value in values if value.static_shape is not None]
    dtype = values[0].dtype.base_dtype
    if not known:
        return dtype, None
    first = known[0]
    if not first:
        raise InferenceError("Can't concatenate scalars (use tf.stack instead)")
    position = _axis_in(axis, len(first))
    merged: list[int | None] = list(first)
    merged[position] = 0
    for value in values:
        static = value.static_shape
        if static is None:
            merged[position] = None
            continue
        if len(static) != len(first):
            raise InferenceError(f"Shapes must be equal rank, but are {len(first)} and {len(static)}")
        for i, size in enumerate(static):
            if i == position:
                total = merged[i]
                merged[i] = None if size is None or total is None else total + size
            elif merged[i] is not None and size is not None and merged[i] != size:
                raise InferenceError(
                    f"Dimension {i} in both shapes must be equal, but are {merged[i]} and {size}. "
                    f"Shapes are {bracket_text(first)} and {bracket_text(static)}."
                )
            elif merged[i] is None:
                merged[i] = size
    return dtype, tuple(merged)


def _concat_gradient(
    z: Tensor, g: Tensor | IndexedSlices, *values: Tensor, axis: int
) -> Sequence[Tensor | IndexedSlices]:
    if isinstance(g, IndexedSlices):
        return _rows_of_each(g, values, axis % len(z.static_shape) if z.static_shape else axis)
    lengths = [shapes.is_full(value.static_shape) for value in values]
    if all(lengths):
        sizes: Any = np.array([shapes.sizes(value.static_shape)[axis] for value in values], np.int32)
    else:
        sizes = apply("Pack", *(_getitem(shape(value), axis) for value in values), axis=0)
    return add_operation("SplitV", g, sizes, num_split=len(values), axis=axis).outputs


def _rows_of_each(g: IndexedSlices, values: Sequence[Tensor], axis: int) -> list[IndexedSlices]:
    """Return, for each tensor that was joined, what of some rows of the whole belongs to it."""
    found = []
    start = convert_to_tensor(0)
    for value in values:
        stop = start + _getitem(shape(value), axis)
        if axis == 0:
            first, end = cast(start, g.indices.dtype), cast(stop, g.indices.dtype)
            inside = apply("LogicalAnd", apply("GreaterEqual", g.indices, first), apply("Less", g.indices, end))
            taken = reshape(apply("Where", inside), [-1])
            indices = apply("GatherV2", g.indices, taken, axis=0) - first
            found.append(IndexedSlices(apply("GatherV2", g.values, taken, axis=0), indices, shape(value)))
        else:
            columns = _getitem(g.values, (*(slice(None),) * axis, slice(start, stop)))
            found.append(IndexedSlices(columns, g.indices, shape(value)))
        start = stop
    return found


register(
    OpDef(
        type="ConcatV2",
        label="concat",
        signature="values: T*",
        kernel=lambda *values, axis: np.concatenate(values, axis),
        into=lambda *values, axis: np.concatenate(values[:-1], axis, values[-1]),
        never_fails=True,
        infer=_concat_spec,
        gradient=_concat_gradient,
        formula="concat({values:, })",
        example=Example((2, 3), (2, 1), (2, 2), attributes={"axis": 1}),
    )
)


def concat(values: Any, axis: Any, name: str | None = None) -> Tensor:
    """Return tensors joined along an axis that they have.

    Parameters
    ----------
    values : list of Tensor
        Tensors of one dtype whose shapes agree but for `axis`.
    axis : int
        The axis along which they follow one another.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The joined tensor; its size along `axis` is the sum of theirs.

    Raises
    ------
    ValueError
        If their shapes do not agree.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.concat([[1, 2], [3]], 0)))
    [1 2 3]
    """
    if isinstance(axis, (list, tuple)):
        raise ValueError(f"axis must be one int, not {axis!r}. The tensors come first: tf.concat(values, axis).")
    tensors = convert_each(values if isinstance(values, (list, tuple)) else [values])
    if not tensors:
        raise ValueError("concat needs at least one tensor.")
    position = known_int(axis, "axis")
    if len(tensors) == 1:
        return identity(tensors[0], name=name or "concat")
    return apply("ConcatV2", *tensors, name=name or _in_scope("concat"), axis=position)


def _pack_spec(*values: Tensor, axis: int) -> Spec:
    dtype = values[0].dtype.base_dtype
    merged: StaticShape = None
    for value in values:
        static = value.static_shape
        if merged is not None and static is not None and len(merged) != len(static):
            raise InferenceError(f"Shapes must be equal rank, but are {len(merged)} and {len(static)}")
        if not shapes.compatible(merged, static):
            i, a, b = next(
                (i, a, b)
                for i, (a, b) in enumerate(zip(merged or (), static or (), strict=True))
                if a is not None and b is not None and a != b
            )
            raise InferenceError(
                f"Dimension {i} in both shapes must be equal, but are {a} and {b}. "
                f"Shapes are {bracket_text(merged)} and {bracket_text(static)}."
            )
        merged = shapes.merge(merged, static)
    if merged is None:
        return dtype, None
    position = _axis_in(axis, len(merged) + 1)
    return dtype, (*merged[:position], len(values), *merged[position:])


register(
    OpDef(
        type="Pack",
        label="stack",
        signature="values: T*",
        kernel=lambda *values, axis: np.stack(values, axis),
        into=lambda *values, axis: np.stack(values[:-1], axis, values[-1]),
        never_fails=True,
        infer=_pack_spec,
        gradient=lambda z, g, *values, axis: add_operation("Unpack", g, num=len(values), axis=axis).outputs,
        formula="stack({values:, })",
        example=Example((2, 3), (2, 3), attributes={"axis": 1}),
    )
)


def stack(values: Any, axis: Any = 0, name: str | None = None) -> Tensor:
    """Return tensors of one shape side by side, along a new axis.

    Parameters
    ----------
    values : list of Tensor
        Tensors of one dtype and shape.
    axis : int
        The position of the new axis.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        With an axis of size ``len(values)`` at `axis`, of their dtype.

    Raises
    ------
    ValueError
        If their shapes differ, or there is no such position.

    Notes
    -----
    Its inverse is `unstack`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.stack([[1, 2], [3, 4]], axis=1)).tolist())
    [[1, 3], [2, 4]]
    """
    tensors = _parts(values)
    position = known_int(axis, "axis")
    rank = rank_of(tensors[0])
    if rank is not None and not -rank - 1 <= position <= rank:
        raise ValueError(f"Argument `axis` = {position} not in range [{-rank - 1}, {rank + 1})")
    return apply("Pack", *tensors, name=name or _in_scope("stack"), axis=position)


def _parts(values: Any) -> list[Tensor]:
    if isinstance(values, Tensor):
        return unstack(values)
    tensors = convert_each(list(values))
    if not tensors:
        raise ValueError("stack needs at least one tensor.")
    return tensors


def _unpack_spec(x: Tensor, *, num: int, axis: int) -> list[Spec]:
    static = x.static_shape
    if static is None:
        return [(x.dtype.base_dtype, None)] * num
    position = _axis_in(axis, len(static))
    if static[position] not in (None, num):
        raise InferenceError(f"Dimension must be {num} but is {static[position]}")
    return [(x.dtype.base_dtype, static[:position] + static[position + 1 :])] * num


def _unpack(x: Array, *, num: int, axis: int) -> Any:
    parts = tuple(np.moveaxis(x, axis, 0))
    if len(parts) != num:
        raise ValueError(f"Input shape axis {axis} must equal {num}, got shape {bracket_text(x.shape)}")
    return parts[0] if num == 1 else parts


def _together(g: Any) -> Any:
    """Return the gradients of the outputs as a tuple, also when there is only one output."""
    return g if isinstance(g, tuple) else (g,)


register(
    OpDef(
        type="Unpack",
        label="unstack",
        signature="value: T",
        kernel=_unpack,
        view=True,
        never_fails=True,
        infer=_unpack_spec,
        gradient=lambda z, g, x, *, num, axis: apply("Pack", *_together(g), axis=axis),
        formula="unstack({value})",
        example=Example((2, 3), attributes={"num": 3, "axis": 1}),
    )
)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Tensor]:
    """Return the slices of a tensor along one axis, which they no longer have.

    Parameters
    ----------
    value : Tensor
        What to take apart.
    num : int, optional
        The size of the axis; needed only when it is unknown.
    axis : int
        The axis.
    name : str, optional
        The operation's name.

    Returns
    -------
    list of Tensor
        The slices.

    Raises
    ------
    ValueError
        If the size of the axis is unknown, or there is no such axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> a, b = tf.unstack(tf.zeros([2, 3]))
    >>> a.shape
    TensorShape([3])
    """
    tensor = convert_to_tensor(value)
    rank = rank_of(tensor)
    if num is None:
        if rank is not None and not -rank <= axis < rank:
            raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
        num = None if tensor.static_shape is None else tensor.static_shape[axis]
    if num is None:
        raise ValueError(f"Cannot infer argument `num` from shape {shapes.shape_text(tensor.static_shape)}")
    return list(add_operation("Unpack", tensor, name=name or _in_scope("unstack"), num=num, axis=axis).outputs)


def _split_spec(x: Tensor, *, num_split: int, axis: int) -> list[Spec]:
    static = x.static_shape
    if static is None:
        return [(x.dtype.base_dtype, None)] * num_split
    position = _axis_in(axis, len(static))
    size = static[position]
    if size is not None and size % num_split:
        raise InferenceError(f"Dimension size must be evenly divisible by {num_split} but is {size}")
    part = None if size is None else size // num_split
    return [(x.dtype.base_dtype, (*static[:position], part, *static[position + 1 :]))] * num_split


def _split(x: Array, *, num_split: int, axis: int) -> Any:
    if x.shape[axis] % num_split:
        raise ValueError(
            f"Number of ways to split should evenly divide the split dimension, but got split_dim {axis} "
            f"(size = {x.shape[axis]}) and num_split {num_split}"
        )
    parts = np.split(x, num_split, axis)
    return parts[0] if num_split == 1 else tuple(parts)


register(
    OpDef(
        type="Split",
        label="split",
        signature="value: T",
        kernel=_split,
        view=True,
        never_fails=True,
        infer=_split_spec,
        gradient=lambda z, g, x, *, num_split, axis: apply("ConcatV2", *_together(g), axis=axis),
        formula="split({value})",
        example=Example((4, 3), attributes={"num_split": 2, "axis": 0}),
    )
)


def _split_sizes_spec(x: Tensor, sizes: Tensor, *, num_split: int, axis: int) -> list[Spec]:
    static = x.static_shape
    if static is None:
        return [(x.dtype.base_dtype, None)] * num_split
    position = _axis_in(axis, len(static))
    known = constant_value(sizes)
    size = static[position]
    lengths: list[int | None] = [None] * num_split if known is None else [None if n < 0 else int(n) for n in known]
    if known is not None and size is not None:
        lengths = [*_lengths(known, size)]
    return [(x.dtype.base_dtype, (*static[:position], length, *static[position + 1 :])) for length in lengths]


def _lengths(sizes: Array, size: int) -> list[int]:
    lengths = [int(length) for length in sizes]
    rest = size - sum(length for length in lengths if length >= 0)
    if lengths.count(-1) > 1 or rest < 0 or (rest and -1 not in lengths):
        raise InferenceError(
            "Determined shape must either match input shape along split_dim exactly if fully specified, or be less "
            "than the size of the input along split_dim if not fully specified.  "
            f"Got: {sum(length for length in lengths if length >= 0)}"
        )
    return [rest if length == -1 else length for length in lengths]


def _split_at(x: Array, sizes: Array, *, num_split: int, axis: int) -> Any:
    parts = np.split(x, np.cumsum(_lengths(sizes, x.shape[axis]))[:-1], axis)
    return parts[0] if num_split == 1 else tuple(parts)


register(
    OpDef(
        type="SplitV",
        label="split",
        signature="value: T, size_splits: int32|int64",
        kernel=_split_at,
        view=True,
        never_fails=True,
        infer=_split_sizes_spec,
        gradient=lambda z, g, x, sizes, *, num_split, axis: (apply("ConcatV2", *_together(g), axis=axis), None),
        formula="split({value}, {size_splits})",
        example=Example((4, 3), np.array([1, 3], np.int32), attributes={"num_split": 2, "axis": 0}),
    )
)


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str | None = None
) -> list[Tensor]:
    """Return a tensor cut into pieces along an axis.

    Parameters
    ----------
    value : Tensor
        What to cut.
    num_or_size_splits : int, or list of int
        How many pieces of equal size, or the size of each; one may be -1: what is left.
    axis : int
        The axis along which to cut.
    num : int, optional
        The number of pieces; needed only when the sizes are a tensor of unknown shape.
    name : str, optional
        The operation's name.

    Returns
    -------
    list of Tensor
        The pieces.

    Raises
    ------
    ValueError
        If the sizes do not add up, or the axis cannot be cut into equal pieces.

    Examples
    --------
    >>> import gradnb as tf
    >>> p, q = tf.split([1.0, 2.0, 3.0], [1, 2])
    >>> q.shape
    TensorShape([2])
    """
    tensor = convert_to_tensor(value)
    position = known_int(axis, "axis")
    name = name or _in_scope("split")
    sizes = convert_to_tensor(num_or_size_splits, preferred_dtype=int32)
    if sizes.static_shape == ():
        count = known_int(sizes, "num_or_size_splits")
        if count < 1:
            raise ValueError(f"Cannot split into {count} pieces.")
        return list(add_operation("Split", tensor, name=name, num_split=count, axis=position).outputs)
    count_known = num if sizes.static_shape is None else sizes.static_shape[0]
    if count_known is None:
        raise ValueError(f"Cannot infer argument `num` from shape {shapes.shape_text(sizes.static_shape)}")
    return list(add_operation("SplitV", tensor, sizes, name=name, num_split=count_known, axis=position).outputs)


# Slicing


@dataclass(frozen=True, slots=True)
class Bound:
    """A place in an index that a tensor fills when the graph runs.

    Attributes
    ----------
    position : int
        Which of the operation's tensors.
    """

    position: int


class Index(tuple[Any, ...]):
    """What stands between the brackets of ``x[…]``, and how it prints there.

    Examples
    --------
    >>> print(Index((0, Ellipsis, slice(1, None), slice(None, None, -2), None)))
    0, …, 1:, ::−2, newaxis
    """

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(map(_entry_text, self))


def _entry_text(entry: Any) -> str:
    if isinstance(entry, slice):
        parts = ["" if part is None else _entry_text(part) for part in (entry.start, entry.stop, entry.step)]
        return ":".join(parts[: 2 if entry.step is None else 3])
    if isinstance(entry, Bound):
        return "ijklmn"[entry.position % 6]
    return {None: "newaxis", Ellipsis: "…"}.get(entry) or str(entry).replace("-", "−")


Entries = tuple[Any, ...]


def _spread_out(index: Entries, rank: int) -> Entries:
    """Return `index` with an entry for each axis in place of the Ellipsis, or at the end."""
    used = sum(entry is not None and entry is not Ellipsis for entry in index)
    if used > rank:
        raise InferenceError(f"Index out of range using input dim {rank}; input has only {rank} dims")
    missing = (slice(None),) * (rank - used)
    if Ellipsis not in index:
        return (*index, *missing)
    place = index.index(Ellipsis)
    return (*index[:place], *missing, *index[place + 1 :])


def _sliced_shape(static: StaticShape, index: Entries) -> StaticShape:
    if static is None:
        return None
    sizes = iter(enumerate(static))
    result: list[int | None] = []
    for entry in _spread_out(index, len(static)):
        if entry is None:
            result.append(1)
            continue
        axis, size = next(sizes)
        if isinstance(entry, slice):
            result.append(_sliced_size(entry, axis, size))
        elif not isinstance(entry, Bound) and size is not None and not -size <= entry < size:
            raise InferenceError(f"slice index {entry} of dimension {axis} out of bounds.")
    return tuple(result)


def _sliced_size(entry: slice, axis: int, size: int | None) -> int | None:
    if entry.step == 0:
        raise InferenceError(f"strides[{axis}] must be non-zero")
    if size is None or any(isinstance(part, Bound) for part in (entry.start, entry.stop, entry.step)):
        return None
    return len(range(*entry.indices(size)))


def _filled_in(index: Entries, bounds: Sequence[Array]) -> Entries:
    """Return `index` with the tensors' values in their places."""

    def value(part: Any) -> Any:
        return int(bounds[part.position]) if isinstance(part, Bound) else part

    return tuple(
        slice(value(entry.start), value(entry.stop), value(entry.step)) if isinstance(entry, slice) else value(entry)
        for entry in index
    )


def _strided_slice(x: Array, *bounds: Array, index: Entries) -> Any:
    index = _filled_in(index, bounds)
    _sliced_shape(x.shape, index)  # it complains of bad indices in TensorFlow's words
    return x[index]


register(
    OpDef(
        type="StridedSlice",
        label="slice",
        signature="input: T, bounds: int32|int64*",
        kernel=_strided_slice,
        view=True,
        never_fails=True,
        infer=lambda x, *bounds, index: (x.dtype.base_dtype, _sliced_shape(x.static_shape, index)),
        gradient=lambda z, g, x, *bounds, index: (
            apply("StridedSliceGrad", shape(x), g, *bounds, index=index),
            *(None for _ in bounds),
        ),
        formula="{input}[{index}]",
        example=Example((4, 3), attributes={"index": (slice(None, None, -2), 1)}),
    )
)


def _strided_slice_gradient(target: Array, g: Array, *bounds: Array, index: Entries) -> Array:
    result = np.zeros(tuple(target), g.dtype)
    result[_filled_in(index, bounds)] = g
    return result


def _strided_slice_gradient_into(target: Array, g: Array, *bounds: Array, index: Entries) -> None:
    *bounds_, out = bounds
    out[...] = 0
    out[_filled_in(index, bounds_)] = g


register(
    OpDef(
        type="StridedSliceGrad",
        label="put back",
        signature="shape: int32|int64, dy: T, bounds: int32|int64*",
        kernel=_strided_slice_gradient,
        into=_strided_slice_gradient_into,
        never_fails=True,
        infer=lambda target, g, *bounds, index: (g.dtype.base_dtype, constant_shape(target)),
        gradient=lambda z, g, target, dy, *bounds, index: (
            None,
            apply("StridedSlice", g, *bounds, index=index),
            *(None for _ in bounds),
        ),
        formula="put_back({dy})",
        example=Example(np.array([4, 3], np.int32), (2,), attributes={"index": (slice(None, None, -2), 1)}),
    )
)


@serves_operator("getitem")
def _getitem(tensor: Any, key: Any) -> Tensor:
    """Return ``tensor[key]``."""
    if getattr(key, "dtype", None) in (bool_, np.dtype(bool)) and not isinstance(key, np.bool_):
        return boolean_mask(tensor, key)
    bounds: list[Tensor] = []
    index = Index(_entry(part, bounds) for part in (key if isinstance(key, (list, tuple)) else (key,)))
    if sum(part is Ellipsis for part in index) > 1:
        raise ValueError("Multiple ellipses in slice spec not allowed")
    return apply("StridedSlice", tensor, *bounds, name=_in_scope("strided_slice"), index=index)


def _entry(part: Any, bounds: list[Tensor]) -> int | slice | Bound | EllipsisType | None:
    if part is None or part is Ellipsis:
        return part
    if isinstance(part, slice):
        return slice(*(None if p is None else _number(p, bounds) for p in (part.start, part.stop, part.step)))
    return _number(part, bounds)


def _number(part: Any, bounds: list[Tensor]) -> int | Bound:
    if isinstance(part, Tensor) or hasattr(part, "as_tensor"):
        tensor = convert_to_tensor(part)
        if tensor.dtype.base_dtype in INDEX and rank_of(tensor) in (0, None):
            bounds.append(tensor)
            return Bound(len(bounds) - 1)
    elif isinstance(part, SupportsIndex) and not isinstance(part, (bool, np.bool_)) and not np.ndim(part):  # type: ignore[arg-type]  # np.ndim takes any object
        return part.__index__()
    raise TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors "
        f"are valid indices, got {part!r}"
    )


def strided_slice(input_: Any, begin: Any, end: Any = None, strides: Any = None, name: str | None = None) -> Tensor:
    """Return ``input_[begin[0]:end[0]:strides[0], begin[1]:end[1]:strides[1], …]``.

    Parameters
    ----------
    input_ : Tensor
        What to cut from.
    begin, end, strides : list of int
        For the first axes, as in a Python slice.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `input_`.

    Raises
    ------
    ValueError
        If the lists differ in length, a step is zero, or there are more entries than axes.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.strided_slice([1, 2, 3, 4], [3], [0], [-1])))
    [4 3 2]
    """
    first = _known_ints(begin, "begin")
    last = [b + 1 for b in first] if end is None else _known_ints(end, "end")
    steps = [1] * len(first) if strides is None else _known_ints(strides, "strides")
    if not len(first) == len(last) == len(steps):
        lengths = f"{len(first)}, {len(last)} and {len(steps)}"
        raise ValueError(f"begin, end and strides must be of one length, but have {lengths}.")
    index = Index(slice(*bounds) for bounds in zip(first, last, steps, strict=True))
    return apply("StridedSlice", input_, name=name or _in_scope("StridedSlice"), index=index)


def _slice_spec(x: Tensor, begin: Tensor, size: Tensor) -> Spec:
    starts, counts = constant_value(begin), constant_value(size)
    static = x.static_shape
    for given in (begin, size):
        length = _length_of(given)
        if static is not None and length is not None and length != len(static):
            raise InferenceError(f"Dimension must be {len(static)} but is {length}")
    if counts is None:
        return x.dtype.base_dtype, _unknown(len(static) if static is not None else _length_of(begin))
    if static is None:
        return x.dtype.base_dtype, tuple(None if count < 0 else int(count) for count in counts)
    result: list[int | None] = []
    for axis, (length, count) in enumerate(zip(static, counts.tolist(), strict=True)):
        start = None if starts is None else int(starts[axis])
        if count >= 0:
            if start is not None and length is not None and not 0 <= start <= length:
                raise InferenceError(f"Expected begin[{axis}] in [0, {length}], but got {start}")
            if start is not None and length is not None and start + count > length:
                raise InferenceError(f"Expected size[{axis}] in [0, {length - start}], but got {count}")
            result.append(count)
        else:
            result.append(None if length is None or start is None else length - start)
    return x.dtype.base_dtype, tuple(result)


def _slice(x: Array, begin: Array, size: Array) -> Array:
    for axis, (length, start, count) in enumerate(zip(x.shape, begin.tolist(), size.tolist(), strict=True)):
        if not 0 <= start <= length:
            raise ValueError(f"Expected begin[{axis}] in [0, {length}], but got {start}")
        if not -1 <= count <= length - start:
            raise ValueError(f"Expected size[{axis}] in [0, {length - start}], but got {count}")
    result: Array = x[tuple(slice(b, None if n == -1 else b + n) for b, n in zip(begin, size, strict=True))]
    return result


def _slice_gradient(z: Tensor, g: Tensor, x: Tensor, begin: Tensor, size: Tensor) -> tuple[Tensor, None, None]:
    starts = constant_value(begin)
    if starts is not None and shapes.is_full(x.static_shape) and shapes.is_full(z.static_shape):
        after = np.array(shapes.sizes(x.static_shape)) - np.array(shapes.sizes(z.static_shape)) - starts
        paddings: Any = np.stack([starts, after], axis=1).astype(np.int32)
    else:
        after = shape(x, out_type=begin.dtype) - shape(z, out_type=begin.dtype) - begin
        paddings = apply("Pack", begin, after, axis=1)
    return apply("Pad", g, paddings), None, None


register(
    OpDef(
        type="Slice",
        label="slice",
        signature="input: T, begin: I, size: I",
        kernel=_slice,
        view=True,
        never_fails=True,
        infer=_slice_spec,
        gradient=_slice_gradient,
        formula="slice({input}, {begin}, {size})",
        example=Example((4, 3), np.array([1, 0], np.int32), np.array([2, -1], np.int32)),
    )
)


def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """Return the block that begins at `begin` and has the shape `size`.

    Parameters
    ----------
    input_ : Tensor
        What to cut from.
    begin : list of int, or integer vector
        For each axis, where the block begins.
    size : list of int, or integer vector
        For each axis, how long it is; -1: to the end.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `input_`, of shape `size`.

    Raises
    ------
    ValueError
        If the block reaches past the end.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.slice([[1, 2], [3, 4]], [0, 1], [-1, 1])).tolist())
    [[2], [4]]
    """
    start = as_shape(begin)
    return apply("Slice", input_, start, convert_to_tensor(size, start.dtype.base_dtype), name=name)


# Picking and scattering rows and elements


def _check_indices(indices: Array, size: int) -> None:
    outside = np.argwhere((indices < 0) | (indices >= size))
    if len(outside):
        place = tuple(outside[0].tolist())
        where = f"[{','.join(map(str, place))}]" if place else ""
        raise ValueError(f"indices{where} = {indices[place]} is not in [0, {size})")


def _gather(params: Array, indices: Array, out: Array | None = None, *, axis: int) -> Any:
    if params.ndim == 0:
        raise ValueError("params must be at least 1 dimensional")
    _check_indices(indices, params.shape[axis])
    # All indices are inside: nothing is cut off, but NumPy would write to a copy of `out` if it had to look itself.
    return np.take(params, indices, axis, out, "raise" if out is None else "clip")


def _gather_spec(params: Tensor, indices: Tensor, *, axis: int) -> Spec:
    static, picked = params.static_shape, indices.static_shape
    if static is not None and not static:
        raise InferenceError("Shape must be at least rank 1 but is rank 0")
    position = axis if static is None else _axis_in(axis, len(static))
    if static is None or picked is None:
        return params.dtype.base_dtype, None
    return params.dtype.base_dtype, (*static[:position], *picked, *static[position + 1 :])


def _gather_gradient(
    z: Tensor, g: Tensor, params: Tensor, indices: Tensor, *, axis: int
) -> tuple[Tensor | IndexedSlices, None]:
    target = shape(params)
    # The first axis counted from the end, too, gets a dense gradient: TensorFlow looks for a 0.
    if axis != 0:
        return apply("GatherGrad", target, indices, g, axis=axis), None
    if rank_of(indices) == 1:
        return IndexedSlices(g, indices, target), None
    row = _getitem(target, slice(1, None))
    values = reshape(g, apply("ConcatV2", np.array([-1], np.int32), row, axis=0))
    if params.static_shape is not None and indices.static_shape is not None:
        values.set_shape((shapes.element_count(indices.static_shape), *params.static_shape[1:]))
    return IndexedSlices(values, reshape(indices, [-1]), target), None


register(
    OpDef(
        type="GatherV2",
        label="gather",
        signature="params: T, indices: int32|int64",
        kernel=_gather,
        into=_gather,
        infer=_gather_spec,
        gradient=_gather_gradient,
        formula="gather({params}, {indices})",
        note="ops.only_rows_taken",
        example=Example((4, 3), np.array([[2, 0], [2, 1]], np.int32), attributes={"axis": 1}),
    )
)


def _scatter_along(target: Array, indices: Array, updates: Array, *, axis: int) -> Array:
    result = np.zeros(tuple(target), updates.dtype)
    axis %= result.ndim
    flat = updates.reshape(*updates.shape[:axis], indices.size, *result.shape[axis + 1 :])
    chosen = indices.ravel()
    inside = (chosen >= 0) & (chosen < result.shape[axis])
    np.add.at(np.moveaxis(result, axis, 0), chosen[inside], np.moveaxis(flat, axis, 0)[inside])
    return result


register(
    OpDef(
        type="GatherGrad",
        label="put back",
        signature="shape: int32|int64, indices: int32|int64, updates: T",
        allowed=NUMBER,
        kernel=_scatter_along,
        infer=lambda target, indices, updates, *, axis: (updates.dtype.base_dtype, constant_shape(target)),
        gradient=lambda z, g, target, indices, updates, *, axis: (
            None,
            None,
            apply("GatherV2", g, indices, axis=axis),
        ),
        formula="put_back({updates}, {indices})",
        example=Example(np.array([4, 3], np.int32), np.array([2, 0, 2], np.int32), (4, 3), attributes={"axis": 1}),
    )
)


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = 0,
    batch_dims: int = 0,
) -> Tensor:
    """Return slices of a tensor: those at `indices` along an axis.

    Parameters
    ----------
    params : Tensor
        From which to take.
    indices : int, list of int, or integer Tensor
        Which slices, from 0; some may be taken more than once.
    validate_indices
        Accepted; indices are always checked.
    name : str, optional
        The operation's name.
    axis : int
        The axis along which to take.
    batch_dims : int
        Only 0 is supported.

    Returns
    -------
    Tensor
        Shape ``params.shape[:axis] + indices.shape + params.shape[axis + 1:]``. Along axis 0 the gradient that it
        passes back is an `IndexedSlices`: only the rows that were taken.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an index is not in ``[0, params.shape[axis])``.
    TypeError
        If the indices are no integers.
    ValueError
        If there is no such axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.gather([10.0, 20.0, 30.0], [2, 0, 2])))
    [30. 10. 30.]
    """
    if batch_dims:
        raise ValueError(f"gather supports only batch_dims=0, not {batch_dims}. Use gather_nd.")
    position = 0 if axis is None else known_int(axis, "axis")
    return apply("GatherV2", _as_value(params), _as_indices(indices), name=name, axis=position)


def _as_value(params: Any) -> Tensor:
    return convert_to_tensor(params, name="params")


def _as_indices(indices: Any) -> Tensor:
    return convert_to_tensor(indices, name="indices", preferred_dtype=int32)


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: float | None = None,
) -> Tensor:
    """Return the rows of a table that belong to `ids`.

    Parameters
    ----------
    params : Tensor or Variable
        The table: one row for each id.
    ids : integer Tensor
        Which rows.
    partition_strategy, validate_indices
        Accepted, not needed.
    name : str, optional
        The operation's name.
    max_norm : float, optional
        Not supported.

    Returns
    -------
    Tensor
        Of shape ``ids.shape + params.shape[1:]``. The gradient that it passes back is an `IndexedSlices`: only the rows
        that were taken.

    Raises
    ------
    ValueError
        If the table is given in several parts, or `max_norm` is given.
    TypeError
        If `ids` are no integers.

    Examples
    --------
    >>> import gradnb as tf
    >>> table = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> with tf.Session() as session:
    ...     print(session.run(tf.nn.embedding_lookup(table, [1])).tolist())
    [[3.0, 4.0]]
    """
    tables = list(params) if isinstance(params, (list, tuple)) else [params]
    if len(tables) != 1:
        raise ValueError(f"embedding_lookup takes one table, not {len(tables)}. Join them with tf.concat first.")
    if max_norm is not None:
        raise ValueError("embedding_lookup does not support max_norm. Use tf.clip_by_norm on the result.")
    with name_scope(name, "embedding_lookup", [t for t in tables if isinstance(t, Tensor)]) as scope:
        return identity(gather(tables[0], ids), name=scope)


def _gather_nd_shape(params: StaticShape, indices: StaticShape) -> StaticShape:
    if params is None or indices is None or not indices or indices[-1] is None:
        return None
    if indices[-1] > len(params):
        raise InferenceError(
            f"indices.shape[-1] must be <= params.rank, but saw indices shape: {bracket_text(indices)} "
            f"and params shape: {bracket_text(params)}"
        )
    return (*indices[:-1], *params[indices[-1] :])


def _places(indices: Array, target: Sequence[int], what: str) -> tuple[Array, ...]:
    """Return an index array for each of the first axes, after checking that all are inside `target`."""
    depth = indices.shape[-1]
    flat = indices.reshape(-1, depth)
    outside = np.flatnonzero(((flat < 0) | (flat >= np.array(target[:depth]))).any(axis=1))
    if len(outside):
        first = np.unravel_index(outside[0], indices.shape[:-1]) if indices.ndim > 1 else ()
        where = f"[{','.join(map(str, first))}]" if len(first) else ""
        raise ValueError(
            f"indices{where} = [{', '.join(map(str, flat[outside[0]]))}] does not index into {what} shape "
            f"{bracket_text(tuple(int(n) for n in target))}"
        )
    return tuple(np.moveaxis(indices, -1, 0))


def _gather_nd_gradient(z: Tensor, g: Tensor, params: Tensor, indices: Tensor) -> tuple[Tensor | IndexedSlices, None]:
    if rank_of(indices) == 2 and indices.static_shape is not None and indices.static_shape[1] == 1:
        return IndexedSlices(g, apply("Squeeze", indices, axis=(-1,)), shape(params)), None
    return apply("ScatterNd", indices, g, shape(params, out_type=indices.dtype.base_dtype)), None


register(
    OpDef(
        type="GatherNd",
        label="gather_nd",
        signature="params: T, indices: int32|int64",
        kernel=lambda params, indices: params[_places(indices, params.shape, "param")],
        view=True,
        infer=lambda params, indices: (
            params.dtype.base_dtype,
            _gather_nd_shape(params.static_shape, indices.static_shape),
        ),
        gradient=_gather_nd_gradient,
        formula="gather_nd({params}, {indices})",
        example=Example((4, 3), np.array([[0, 1], [3, 2], [0, 1]], np.int32)),
    )
)


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: int = 0) -> Tensor:
    """Return elements or slices of a tensor, each found by a whole index.

    Parameters
    ----------
    params : Tensor
        From which to take.
    indices : integer Tensor
        Its last axis lists an index into the first axes of `params`.
    name : str, optional
        The operation's name.
    batch_dims : int
        Only 0 is supported.

    Returns
    -------
    Tensor
        Shape ``indices.shape[:-1] + params.shape[indices.shape[-1]:]``.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an index lies outside.
    TypeError
        If the indices are no integers.
    ValueError
        If an index has more entries than `params` has axes.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]])))
    [2 3]
    """
    if batch_dims:
        raise ValueError(f"gather_nd supports only batch_dims=0, not {batch_dims}.")
    return apply("GatherNd", _as_value(params), _as_indices(indices), name=name)


def _scatter_nd(indices: Array, updates: Array, target: Array) -> Array:
    result = np.zeros(tuple(target), updates.dtype)
    expected = _gather_nd_shape(result.shape, indices.shape)
    if updates.shape != expected:
        raise ValueError(f"Must have updates.shape = {bracket_text(expected)}, got {bracket_text(updates.shape)}")
    np.add.at(result, _places(indices, result.shape, ""), updates)
    return result


register(
    OpDef(
        type="ScatterNd",
        label="scatter_nd",
        signature="indices: I, updates: T, shape: I",
        kernel=_scatter_nd,
        infer=lambda indices, updates, target: (updates.dtype.base_dtype, constant_shape(target)),
        gradient=lambda z, g, indices, updates, target: (None, apply("GatherNd", g, indices), None),
        formula="scatter_nd({indices}, {updates})",
        example=Example(np.array([[0, 1], [3, 2], [0, 1]], np.int32), (3,), np.array([4, 3], np.int32)),
    )
)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Return zeros of a shape, with `updates` added in at `indices`.

    Parameters
    ----------
    indices : integer Tensor
        Its last axis lists an index into the first axes of the result; repeated ones add.
    updates : Tensor
        What to add, of shape ``indices.shape[:-1] + shape[indices.shape[-1]:]``.
    shape : list of int, or integer vector
        The shape of the result.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of shape `shape` and the dtype of `updates`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.scatter_nd([[1], [1]], [2.0, 3.0], [3])))
    [0. 5. 0.]
    """
    places = _as_indices(indices)
    return apply("ScatterNd", places, updates, convert_to_tensor(shape, places.dtype.base_dtype), name=name)


def boolean_mask(tensor: Any, mask: Any, name: str | None = None, axis: int | None = None) -> Tensor:
    """Return the elements or slices of a tensor where a mask is true.

    Parameters
    ----------
    tensor : Tensor
        From which to take.
    mask : boolean Tensor
        Its shape is that of axes of `tensor`; its rank must be known.
    name : str, optional
        The scope of the operations.
    axis : int, optional
        The first of those axes; 0 by default.

    Returns
    -------
    Tensor
        The axes that `mask` covers become one, with the chosen entries.

    Raises
    ------
    ValueError
        If the mask is a scalar, its rank is unknown, or its shape does not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.boolean_mask([1, 2, 3], [True, False, True])))
    [1 3]
    """
    value, chosen = convert_to_tensor(tensor), convert_to_tensor(mask)
    covered, start = chosen.static_shape, axis or 0
    if covered is None:
        raise ValueError(
            "Number of mask dimensions must be specified, even if some dimensions are None. "
            "E.g. shape=[None] is ok, but shape=None is not."
        )
    if not covered:
        raise ValueError("mask cannot be scalar.")
    static = value.static_shape
    if static is not None and not shapes.compatible(static[start : start + len(covered)], covered):
        raise ValueError(
            f"Shapes {bracket_text(static[start : start + len(covered)])} and {bracket_text(covered)} are incompatible"
        )
    with name_scope(name, "boolean_mask", [value, chosen]):
        # TensorFlow reshapes also where the shape stays, so that what passes back is whole, not an IndexedSlices.
        outer = shape(value)
        joined = [_getitem(outer, slice(None, start)), np.array([-1], np.int32)]
        joined.append(_getitem(outer, slice(start + len(covered), None)))
        value = reshape(value, concat(joined, 0))
        if len(covered) > 1:
            chosen = reshape(chosen, [-1])
        places = apply("Squeeze", apply("Where", chosen), axis=(1,))
        return gather(value, places, axis=start)


def _along_axis_spec(x: Tensor, indices: Tensor, *, axis: int) -> Spec:
    return x.dtype.base_dtype, indices.static_shape


register(
    OpDef(
        type="TakeAlongAxis",
        label="take",
        signature="input: T, indices: int32|int64",
        kernel=lambda x, indices, *, axis: np.take_along_axis(x, indices, axis),
        infer=_along_axis_spec,
        gradient=lambda z, g, x, indices, *, axis: (
            apply("PutAlongAxis", shape(x), indices, g, axis=axis),
            None,
        ),
        formula="take({input}, {indices})",
        example=Example((2, 3), np.array([[2, 0], [1, 1]], np.int32), attributes={"axis": 1}),
    )
)


def _put_along(target: Array, indices: Array, updates: Array, *, axis: int) -> Array:
    result = np.zeros(tuple(target), updates.dtype)
    grid: list[Array] = list(np.indices(indices.shape, sparse=True))
    grid[axis] = indices
    np.add.at(result, tuple(grid), updates)
    return result


register(
    OpDef(
        type="PutAlongAxis",
        label="put back",
        signature="shape: int32|int64, indices: int32|int64, updates: T",
        kernel=_put_along,
        infer=lambda target, indices, updates, *, axis: (updates.dtype.base_dtype, constant_shape(target)),
        gradient=lambda z, g, target, indices, updates, *, axis: (
            None,
            None,
            apply("TakeAlongAxis", g, indices, axis=axis),
        ),
        formula="put_back({updates}, {indices})",
        example=Example(
            np.array([2, 3], np.int32), np.array([[2, 0], [1, 1]], np.int32), (2, 2), attributes={"axis": 1}
        ),
    )
)


# Order


def _along(x: Tensor, axis: int) -> StaticShape:
    """Return the shape of `x`, which must have the axis."""
    rank = rank_of(x)
    if rank is not None and not -rank <= axis < rank:
        raise InferenceError(f"axis {axis} is not in [{-rank}, {rank})")
    return x.static_shape


def _order(x: Array, *, axis: int, descending: bool) -> Array:
    """Return the places of the elements in order; of equal ones the first comes first."""
    if not descending:
        forwards: Array = np.argsort(x, axis, kind="stable")
        return forwards.astype(np.int32)
    backwards: Array = np.argsort(np.flip(x, axis), axis, kind="stable")
    places: Array = np.flip(x.shape[axis] - 1 - backwards, axis)
    return places.astype(np.int32)


register(
    OpDef(
        type="ArgSort",
        label="argsort",
        signature="input: T",
        allowed=REAL,
        kernel=_order,
        infer=lambda x, *, axis, descending: (int32, _along(x, axis)),
        gradient=NOT_DIFFERENTIABLE,
        formula="argsort({input})",
    )
)


def argsort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """Return the places of the elements, in the order of their values.

    Parameters
    ----------
    values : Tensor
        Numbers.
    axis : int
        The axis along which to sort.
    direction : str
        ``"ASCENDING"`` or ``"DESCENDING"``.
    stable : bool
        Accepted; of equal elements the first always comes first.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        int32 indices, of the shape of `values`.

    Raises
    ------
    ValueError
        If `direction` is another.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.argsort([3.0, 1.0, 2.0])))
    [1 2 0]
    """
    return apply("ArgSort", values, name=name or _in_scope("argsort"), axis=axis, descending=_descending(direction))


def _descending(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Argument `direction` should be one of 'ASCENDING' or 'DESCENDING'. Received: {direction!r}")
    return direction == "DESCENDING"


register(
    OpDef(
        type="Sort",
        label="sort",
        signature="input: T",
        allowed=REAL,
        kernel=lambda x, *, axis, descending: np.take_along_axis(x, _order(x, axis=axis, descending=descending), axis),
        infer=lambda x, *, axis, descending: (x.dtype.base_dtype, _along(x, axis)),
        gradient=lambda z, g, x, *, axis, descending: apply(
            "PutAlongAxis", shape(x), apply("ArgSort", x, axis=axis, descending=descending), g, axis=axis
        ),
        formula="sort({input})",
        example=Example((4, 3), distinct=True, attributes={"axis": 0, "descending": False}),
    )
)


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """Return the elements in order.

    Parameters
    ----------
    values : Tensor
        Numbers.
    axis : int
        The axis along which to sort.
    direction : str
        ``"ASCENDING"`` or ``"DESCENDING"``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `values`.

    Raises
    ------
    ValueError
        If `direction` is another.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sort([3.0, 1.0, 2.0], direction="DESCENDING")))
    [3. 2. 1.]
    """
    return apply("Sort", values, name=name or _in_scope("sort"), axis=axis, descending=_descending(direction))


def _top_k_spec(x: Tensor, *, k: int) -> list[Spec]:
    static = x.static_shape
    if k < 0:
        raise InferenceError(f"Dimension size, given by scalar input 1, must be non-negative but is {k}")
    if static is not None:
        if not static:
            raise InferenceError("Shape must be at least rank 1 but is rank 0")
        if static[-1] is not None and static[-1] < k:
            raise InferenceError(f"input must have last dimension >= k = {k} but is {static[-1]}")
        static = (*static[:-1], k)
    return [(x.dtype.base_dtype, static), (int32, static)]


def _top_k(x: Array, *, k: int) -> tuple[Array, Array]:
    if x.shape[-1] < k:
        raise ValueError("input must have at least k columns")
    places = _order(x, axis=-1, descending=True)[..., :k]
    return np.take_along_axis(x, places, -1), places


register(
    OpDef(
        type="TopKV2",
        label="top_k",
        signature="input: T",
        allowed=REAL,
        kernel=_top_k,
        infer=_top_k_spec,
        gradient=lambda z, g, x, *, k: apply("PutAlongAxis", shape(x), z[1], g[0], axis=-1),
        formula="top_k({input})",
        example=Example((2, 4), distinct=True, attributes={"k": 2}),
    )
)


def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return the `k` largest elements along the last axis, and their places.

    Parameters
    ----------
    input : Tensor
        Numbers.
    k : int
        How many.
    sorted : bool
        Accepted; the largest always comes first, and of equal ones the first.
    name : str, optional
        The operation's name.

    Returns
    -------
    values, indices : Tensor
        Both with `k` elements along the last axis.

    Raises
    ------
    ValueError
        If there are fewer than `k`.

    Examples
    --------
    >>> import gradnb as tf
    >>> values, places = tf.nn.top_k([1.0, 5.0, 3.0], 2)
    >>> with tf.Session() as session:
    ...     print(*session.run([values, places]))
    [5. 3.] [1 2]
    """
    values, places = add_operation("TopKV2", input, name=name, k=known_int(k, "k")).outputs
    return values, places


# Repeating, padding, turning


def _unknown(rank: int | None) -> StaticShape:
    return None if rank is None else (None,) * rank


def _length_of(tensor: Tensor) -> int | None:
    """Return the size of the first axis; None when it is unknown."""
    return tensor.static_shape[0] if tensor.static_shape else None


def _tile_spec(x: Tensor, multiples: Tensor) -> Spec:
    known = constant_value(multiples)
    if known is not None and known.min(initial=0) < 0:
        raise InferenceError(f"Expected multiples >= 0, but got {known.tolist()}")
    static, times = x.static_shape, constant_shape(multiples)
    if static is None or times is None:
        return x.dtype.base_dtype, _unknown(len(static) if static is not None else _length_of(multiples))
    if len(static) != len(times):
        raise InferenceError(f"Dimension must be {len(static)} but is {len(times)}")
    return x.dtype.base_dtype, tuple(
        None if size is None or n is None else size * n for size, n in zip(static, times, strict=True)
    )


def _tile(x: Array, multiples: Array) -> Array:
    if len(multiples) != x.ndim:
        raise ValueError(
            f"Expected multiples argument to be a vector of length {x.ndim} but got length {len(multiples)}"
        )
    return np.tile(x, tuple(multiples))


register(
    OpDef(
        type="Tile",
        label="tile",
        signature="input: T, multiples: int32|int64",
        kernel=_tile,
        never_fails=True,
        infer=_tile_spec,
        gradient=lambda z, g, x, multiples: (_shaped(apply("TileGrad", g, multiples), x), None),
        formula="tile({input}, {multiples})",
        example=Example((4, 3), np.array([2, 1], np.int32)),
    )
)


def _shaped(g: Tensor, x: Tensor) -> Tensor:
    """Return `g`, of which the graph now knows that it has the shape of `x`."""
    g.set_shape(x.static_shape)
    return g


def _tile_gradient(g: Array, multiples: Array) -> Array:
    times = multiples.tolist()
    folded = g.reshape([part for n, size in zip(times, g.shape, strict=True) for part in (n, size // n)])
    return np.sum(folded, axis=tuple(range(0, folded.ndim, 2)), dtype=g.dtype)


def _tile_gradient_spec(g: Tensor, multiples: Tensor) -> Spec:
    static, times = g.static_shape, constant_value(multiples)
    if static is None or times is None:
        return g.dtype.base_dtype, None if static is None else (None,) * len(static)
    return g.dtype.base_dtype, tuple(
        None if size is None else size // int(n) for size, n in zip(static, times, strict=True)
    )


register(
    OpDef(
        type="TileGrad",
        label="Σ tiles",
        signature="input: T, multiples: int32|int64",
        allowed=NUMBER,
        kernel=_tile_gradient,
        never_fails=True,
        infer=_tile_gradient_spec,
        gradient=lambda z, g, x, multiples: (apply("Tile", g, multiples), None),
        formula="Σ_tiles {input}",
        example=Example((4, 3), np.array([2, 1], np.int32)),
    )
)


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """Return a tensor repeated along its axes.

    Parameters
    ----------
    input : Tensor
        What to repeat.
    multiples : list of int, or integer vector
        For each axis, how often.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `input`; the size of each axis is multiplied.

    Raises
    ------
    ValueError
        If there is not one number for each axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.tile([1, 2], [2])))
    [1 2 1 2]
    """
    return apply("Tile", input, as_shape(multiples), name=name)


def _pad_spec(x: Tensor, paddings: Tensor, *_: Tensor, **__: Any) -> Spec:
    return x.dtype.base_dtype, _padded_shape(x.static_shape, paddings, 1)


def _padded_shape(static: StaticShape, paddings: Tensor, sign: int) -> StaticShape:
    amounts = constant_value(paddings)
    if amounts is None:
        return _unknown(len(static) if static is not None else _length_of(paddings))
    if amounts.ndim != 2 or amounts.shape[1] != 2:
        raise InferenceError(f"Dimension must be 2 but is {amounts.shape[-1] if amounts.ndim else 0}")
    if amounts.min(initial=0) < 0 and sign > 0:
        raise InferenceError(f"Paddings must be non-negative: {amounts.tolist()}")
    if static is None:
        return (None,) * len(amounts)
    if len(static) != len(amounts):
        raise InferenceError(f"Dimension must be {len(static)} but is {len(amounts)}")
    return tuple(
        None if size is None else size + sign * int(sum(amount)) for size, amount in zip(static, amounts, strict=True)
    )


def _pad(x: Array, paddings: Array, fill: Any = 0) -> Array:
    if len(paddings) != x.ndim:
        raise ValueError(
            f"The first dimension of paddings must be the rank of inputs{list(paddings.shape)} {list(x.shape)}"
        )
    if (paddings < 0).any():
        first = paddings[(paddings < 0).any(axis=1)][0]
        raise ValueError(f"Paddings must be non-negative: {first[0]} {first[1]}")
    return np.pad(x, paddings, constant_values=np.asarray(fill, x.dtype)) if x.ndim else x


def _unpadded(g: Tensor, x: Tensor, paddings: Tensor) -> Tensor:
    amounts = constant_value(paddings)
    begin: Any = _getitem(paddings, (slice(None), 0)) if amounts is None else amounts[:, 0].copy()
    return apply("Slice", g, begin, shape(x, out_type=paddings.dtype.base_dtype))


register(
    OpDef(
        type="Pad",
        label="pad",
        signature="input: T, paddings: int32|int64",
        kernel=_pad,
        infer=_pad_spec,
        gradient=lambda z, g, x, paddings: (_unpadded(g, x, paddings), None),
        formula="pad({input}, {paddings})",
        example=Example((4, 3), np.array([[1, 0], [0, 2]], np.int32)),
    )
)

register(
    OpDef(
        type="PadV2",
        label="pad",
        signature="input: T, paddings: int32|int64, constant_values: T",
        kernel=_pad,
        infer=_pad_spec,
        gradient=lambda z, g, x, paddings, fill: (
            _unpadded(g, x, paddings),
            None,
            apply("Sub", *(apply("Sum", t, axis=None, keepdims=False) for t in (g, _unpadded(g, x, paddings)))),
        ),
        formula="pad({input}, {paddings}, {constant_values})",
        example=Example((4, 3), np.array([[1, 0], [0, 2]], np.int32), ()),
    )
)


def _mirror_pad(x: Array, paddings: Array, *, mode: str) -> Array:
    return x[np.ix_(*_mirrored(x.shape, paddings, mode))] if x.ndim else x


def _mirrored(sizes: Sequence[int], paddings: Array, mode: str) -> list[Array]:
    """Return, for each axis, which element of the unpadded array stands at each place."""
    for size, amounts in zip(sizes, paddings.tolist(), strict=True):
        limit = size if mode == "SYMMETRIC" else size - 1
        if not all(0 <= amount <= limit for amount in amounts):
            bound = "no greater" if mode == "SYMMETRIC" else "less"
            raise ValueError(
                f"paddings must be {bound} than the dimension size: {amounts[0]}, {amounts[1]} {bound} than {size}"
            )
    how: Any = mode.lower()
    return [np.pad(np.arange(n), tuple(amount), mode=how) for n, amount in zip(sizes, paddings.tolist(), strict=True)]


register(
    OpDef(
        type="MirrorPad",
        label="pad",
        signature="input: T, paddings: int32|int64",
        kernel=_mirror_pad,
        infer=_pad_spec,
        gradient=lambda z, g, x, paddings, *, mode: (
            _shaped(apply("MirrorPadGrad", g, paddings, mode=mode), x),
            None,
        ),
        formula="pad({input}, {paddings})",
        example=Example((4, 3), np.array([[1, 1], [2, 0]], np.int32), attributes={"mode": "SYMMETRIC"}),
    )
)


def _mirror_pad_gradient(g: Array, paddings: Array, *, mode: str) -> Array:
    inner = tuple(size - sum(amount) for size, amount in zip(g.shape, paddings.tolist(), strict=True))
    result = np.zeros(inner, g.dtype)
    if g.ndim:
        np.add.at(result, np.ix_(*_mirrored(inner, paddings, mode)), g)
        return result
    return np.array(g)


register(
    OpDef(
        type="MirrorPadGrad",
        label="Σ mirrored",
        signature="input: T, paddings: int32|int64",
        allowed=NUMBER,
        kernel=_mirror_pad_gradient,
        infer=lambda g, paddings, *, mode: (g.dtype.base_dtype, _padded_shape(g.static_shape, paddings, -1)),
        gradient=lambda z, g, x, paddings, *, mode: (apply("MirrorPad", g, paddings, mode=mode), None),
        formula="Σ_mirrored {input}",
        example=Example((6, 5), np.array([[1, 1], [2, 0]], np.int32), attributes={"mode": "SYMMETRIC"}),
    )
)


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """Return a tensor with a border.

    Parameters
    ----------
    tensor : Tensor
        What to put a border around.
    paddings : list of pairs of int
        For each axis, how much before and how much after.
    mode : str
        ``"CONSTANT"``, ``"REFLECT"`` (mirrored without the edge) or ``"SYMMETRIC"`` (mirrored with the edge).
    name : str, optional
        The operation's name.
    constant_values : number
        What the border is filled with in mode ``"CONSTANT"``.

    Returns
    -------
    Tensor
        Of the dtype of `tensor`; each axis is longer by its pair of `paddings`.

    Raises
    ------
    ValueError
        If `mode` is another, or there is not one pair for each axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.pad([1, 2, 3], [[1, 2]])))
    [0 1 2 3 0 0]
    """
    kind = mode.upper()
    amounts = convert_to_tensor(paddings, preferred_dtype=int32)
    if kind == "CONSTANT":
        if not isinstance(constant_values, Tensor) and np.ndim(constant_values) == 0 and constant_values == 0:
            return apply("Pad", tensor, amounts, name=name)
        return apply("PadV2", tensor, amounts, constant_values, name=name)
    if kind in ("REFLECT", "SYMMETRIC"):
        return apply("MirrorPad", tensor, amounts, name=name, mode=kind)
    raise ValueError(
        f"Value of argument `mode` expected to be one of 'CONSTANT', 'REFLECT' or 'SYMMETRIC'. Received {mode!r}."
    )


def _reverse_spec(x: Tensor, *, axis: tuple[int, ...]) -> Spec:
    if x.static_shape is not None:
        positions = [_axis_in(a, len(x.static_shape)) for a in axis]
        if len(set(positions)) < len(positions):
            raise InferenceError(f"axis {list(axis)} names a dimension twice")
    return shapes.same(x)


register(
    OpDef(
        type="ReverseV2",
        label="reverse",
        signature="tensor: T",
        kernel=lambda x, *, axis: np.flip(x, axis),
        view=True,
        never_fails=True,
        infer=_reverse_spec,
        gradient=lambda z, g, x, *, axis: apply("ReverseV2", g, axis=axis),
        formula="reverse({tensor})",
        example=Example((2, 3), attributes={"axis": (1,)}),
    )
)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """Return a tensor with the elements along some axes in reverse order.

    Parameters
    ----------
    tensor : Tensor
        Any tensor.
    axis : list of int
        The axes.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `tensor`.

    Raises
    ------
    TypeError
        If `axis` holds anything but whole numbers.
    ValueError
        If there is no such axis, or one is named twice.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reverse([1, 2, 3], [0])))
    [3 2 1]
    """
    return apply("ReverseV2", tensor, name=name, axis=_known_ints(axis, "axis"))


def _roll_spec(x: Tensor, shift: Tensor, *, axis: tuple[int, ...]) -> Spec:
    count = () if shift.static_shape is None else shift.static_shape
    if len(count) == 1 and count[0] not in (None, len(axis)):
        raise InferenceError(f"Dimension 0 in both shapes must be equal, but are {count[0]} and {len(axis)}")
    return shapes.same(x)


def _roll(x: Array, shift: Array, *, axis: tuple[int, ...]) -> Array:
    result: Array = np.roll(x, tuple(np.atleast_1d(shift).tolist()), axis)
    return result


register(
    OpDef(
        type="Roll",
        label="roll",
        signature="input: T, shift: int32|int64",
        kernel=_roll,
        infer=_roll_spec,
        gradient=lambda z, g, x, shift, *, axis: (apply("Roll", g, apply("Neg", shift), axis=axis), None),
        formula="roll({input}, {shift})",
        example=Example((4, 3), np.array(1, np.int32), attributes={"axis": (0,)}),
    )
)


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """Return a tensor with the elements moved along axes; what leaves at the end comes back at the start.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    shift : int or list of int
        By how many places.
    axis : int or list of int
        Along which axes, one for each shift.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    ValueError
        If there is not one shift for each axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.roll([1, 2, 3], 1, axis=0)))
    [3 1 2]
    """
    return apply("Roll", input, shift, name=name, axis=_known_ints(axis, "axis"))


# Shapes and ranges


def rank(input: Any, name: str | None = None) -> Tensor:
    """Return the number of axes as a tensor.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        An int32 scalar; a constant when the rank is known.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.rank(tf.zeros([2, 3]))))
    2
    """
    tensor = convert_to_tensor(input)
    known = rank_of(tensor)
    if known is not None:
        return constant_from(np.array(known, np.int32), name or "Rank")
    return apply("Rank", tensor, name=name)


register(
    OpDef(
        type="Rank",
        label="rank",
        signature="input: T",
        kernel=lambda x: np.array(x.ndim, np.int32),
        of_shape=True,
        never_fails=True,
        infer=lambda x: (int32, ()),
        gradient=NOT_DIFFERENTIABLE,
        formula="rank({input})",
    )
)

register(
    OpDef(
        type="Size",
        label="size",
        signature="input: T",
        kernel=lambda x, *, out_type: np.array(x.size, out_type.numpy),
        of_shape=True,
        never_fails=True,
        infer=lambda x, *, out_type: (out_type, ()),
        gradient=NOT_DIFFERENTIABLE,
        formula="size({input})",
    )
)


def size(input: Any, name: str | None = None, out_type: Any = int32) -> Tensor:
    """Return the number of elements as a tensor.

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
        A scalar; a constant when the static shape is known.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.size(tf.zeros([2, 3]))))
    6
    """
    tensor = convert_to_tensor(input)
    dtype = as_dtype(out_type)
    count = shapes.element_count(tensor.static_shape)
    if count is not None:
        return constant_from(np.array(count, dtype.numpy), name or "Size")
    return apply("Size", tensor, name=name, out_type=dtype)


def shape_n(input: Any, out_type: Any = int32, name: str | None = None) -> list[Tensor]:
    """Return the shape of each of several tensors.

    Parameters
    ----------
    input : list of Tensor
        Any tensors.
    out_type : DType
        ``int32`` or ``int64``.
    name : str, optional
        The operations' name.

    Returns
    -------
    list of Tensor
        For each an integer vector; a constant when its static shape is known.

    Raises
    ------
    TypeError
        If `input` is no list.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.shape_n([tf.zeros([2]), tf.zeros([3, 4])])))
    [2] [3 4]
    """
    if not isinstance(input, (list, tuple)):
        raise TypeError(f"Expected list for 'input' argument to 'shape_n' Op, not {input!r}.")
    return [shape(tensor, name=name, out_type=out_type) for tensor in input]


def _ensure_shape(x: Array, *, shape: StaticShape) -> Array:
    if not shapes.compatible(shape, x.shape):
        raise ValueError(
            f"Shape of tensor is not compatible with expected shape: {bracket_text(x.shape)} vs. {bracket_text(shape)}"
        )
    return x


def _ensure_shape_spec(x: Tensor, *, shape: StaticShape) -> Spec:
    return x.dtype.base_dtype, shapes.merge(x.static_shape, shape)


register(
    OpDef(
        type="EnsureShape",
        label="ensure_shape",
        signature="input: T",
        kernel=_ensure_shape,
        view=True,
        never_fails=True,
        infer=_ensure_shape_spec,
        gradient=lambda z, g, x, *, shape: g,
        formula="{input}",
        example=Example((2, 3), attributes={"shape": (None, 3)}),
    )
)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """Return a tensor, known to have a shape; it is checked when the graph runs.

    Parameters
    ----------
    x : Tensor
        Any tensor.
    shape : list of (int or None)
        The shape that it must have.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The same values; its static shape is what is known of either shape.

    Raises
    ------
    ValueError
        If its static shape is another.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.placeholder(tf.float32)
    >>> tf.ensure_shape(x, [None, 3]).shape
    TensorShape([None, 3])
    """
    return apply("EnsureShape", x, name=name, shape=shapes.as_static_shape(shape))


def _range_spec(start: Tensor, limit: Tensor, delta: Tensor) -> Spec:
    values = [constant_value(bound) for bound in (start, limit, delta)]
    if any(value is None for value in values):
        return start.dtype.base_dtype, (None,)
    first, last, step = (value for value in values if value is not None)
    return start.dtype.base_dtype, (len(_range(first, last, step)),)


def _range(start: Array, limit: Array, delta: Array) -> Array:
    if delta == 0:
        raise InferenceError("Requires delta != 0")
    if (limit - start) * delta < 0:
        order, sign = ("<=", ">") if delta > 0 else (">=", "<")
        raise InferenceError(f"Requires start {order} limit when delta {sign} 0: {start}/{limit}")
    bounds: list[Any] = [start.item(), limit.item(), delta.item()]
    return np.arange(*bounds, dtype=start.dtype)


register(
    OpDef(
        type="Range",
        label="range",
        signature="start: T, limit: T, delta: T",
        allowed=REAL,
        kernel=_range,
        infer=_range_spec,
        gradient=NOT_DIFFERENTIABLE,
        formula="range({start}, {limit}, {delta})",
    )
)


def range_(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = None) -> Tensor:
    """Return the numbers from `start` up to, but without, `limit`.

    Parameters
    ----------
    start : number
        The first number; when it stands alone it is the limit, and the first number is 0.
    limit : number, optional
        Where to stop.
    delta : number
        The step.
    dtype : DType, optional
        Their type.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        A vector of ``ceil((limit - start) / delta)`` numbers, of the dtype of the bounds: int32 for Python's ints,
        float32 for its floats.

    Raises
    ------
    ValueError
        If the step is zero or leads away from `limit`.
    TypeError
        If a bound is no real number.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.range(3)), session.run(tf.range(1, 6, 2)))
    [0 1 2] [1 3 5]
    """
    first, last = (0, start) if limit is None else (start, limit)
    bounds = [first, last, delta]
    with name_scope(name, "range", [bound for bound in bounds if isinstance(bound, Tensor)]) as scope:
        wanted = max(map(_dtype_of, bounds), key=_width) if dtype is None else as_dtype(dtype).base_dtype
        return apply("Range", *(_in_dtype(bound, wanted) for bound in bounds), name=scope)


def _dtype_of(number: Any) -> DType:
    return as_dtype(number.dtype if hasattr(number, "dtype") else type(number)).base_dtype


def _width(dtype: DType) -> tuple[bool, int]:
    return dtype.is_floating, dtype.size


def _in_dtype(number: Any, dtype: DType) -> Tensor:
    return cast(number, dtype) if isinstance(number, Tensor) else convert_to_tensor(number, dtype)


register(
    OpDef(
        type="LinSpace",
        label="linspace",
        signature="start: T, stop: T, num: int32|int64",
        allowed=REAL,
        kernel=lambda start, stop, num: np.linspace(start, stop, int(num), dtype=start.dtype),
        infer=lambda start, stop, num: (
            start.dtype.base_dtype,
            (None if constant_value(num) is None else known_int(num, "num"),),
        ),
        gradient=NOT_DIFFERENTIABLE,
        formula="linspace({start}, {stop}, {num})",
    )
)


def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Tensor:
    """Return numbers at equal distances, from `start` to `stop`, both included.

    Parameters
    ----------
    start, stop : float
        The first and the last number.
    num : int
        How many.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        A vector of `num` numbers, of the dtype of `start`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.linspace(0.0, 1.0, 5)))
    [0.   0.25 0.5  0.75 1.  ]
    """
    return apply("LinSpace", start, stop, num, name=name)


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Tensor]:
    """Return coordinates spread over a grid.

    Parameters
    ----------
    *args : Tensor
        Vectors, one for each axis of the grid.
    indexing : str
        ``"xy"``: the first vector runs along the second axis; ``"ij"``: along the first.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    list of Tensor
        For each vector a tensor of the shape of the grid.

    Raises
    ------
    ValueError
        If `indexing` is another.

    Examples
    --------
    >>> import gradnb as tf
    >>> x, y = tf.meshgrid([1, 2, 3], [10, 20])
    >>> with tf.Session() as session:
    ...     print(session.run(x + y).tolist())
    [[11, 12, 13], [21, 22, 23]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'")
    with name_scope(name, "meshgrid", [a for a in args if isinstance(a, Tensor)]):
        vectors = [reshape(a, [-1]) for a in args]
        count = len(vectors)
        places = list(range(count))
        if indexing == "xy" and count > 1:
            places[:2] = [1, 0]
        along = [vectors[places.index(axis)] for axis in range(count)]
        if all(shapes.is_full(vector.static_shape) for vector in along):
            grid: Any = [shapes.sizes(vector.static_shape)[0] for vector in along]
        else:
            grid = concat([shape(vector) for vector in along], 0)
        return [
            broadcast_to(reshape(vector, [-1 if axis == place else 1 for axis in range(count)]), grid)
            for vector, place in zip(vectors, places, strict=True)
        ]


def _one_hot_spec(indices: Tensor, depth: Tensor, on: Tensor, off: Tensor, *, axis: int) -> Spec:
    static = indices.static_shape
    if static is None:
        return on.dtype.base_dtype, None
    known = constant_value(depth)
    if known is not None and known.size == 1 and int(known) < 0:
        raise InferenceError(f"Dimension size, given by scalar input 1, must be non-negative but is {int(known)}")
    position = axis % (len(static) + 1)
    return on.dtype.base_dtype, (
        *static[:position],
        None if known is None else int(known),
        *static[position:],
    )


def _one_hot(indices: Array, depth: Array, on: Array, off: Array, *, axis: int) -> Array:
    hot = np.expand_dims(indices, axis) == np.arange(int(depth)).reshape(
        [-1 if i == axis % (indices.ndim + 1) else 1 for i in range(indices.ndim + 1)]
    )
    return np.where(hot, on, off)


register(
    OpDef(
        type="OneHot",
        label="one_hot",
        signature="indices: uint8|int8|int32|int64, depth: int32, on_value: T, off_value: T",
        kernel=_one_hot,
        never_fails=True,
        infer=_one_hot_spec,
        gradient=NOT_DIFFERENTIABLE,
        formula="one_hot({indices}, {depth})",
    )
)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """Return a tensor that is `on_value` at `indices` and `off_value` elsewhere.

    Parameters
    ----------
    indices : integer Tensor
        Which place along the new axis is on; one outside means none.
    depth : int
        The size of the new axis.
    on_value, off_value : number
        One and zero by default.
    axis : int, optional
        The position of the new axis; the last by default.
    dtype : DType, optional
        The type of the result; float32 by default.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The shape of `indices` with `depth` inserted at `axis`; float32 unless the values or `dtype` say otherwise.

    Raises
    ------
    TypeError
        If the two values and `dtype` do not agree.
    ValueError
        If `depth` is negative.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.one_hot([1, 0], 3)).tolist())
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    given = [convert_to_tensor(v, dtype) for v in (on_value, off_value) if v is not None]
    wanted = given[0].dtype.base_dtype if given else as_dtype(dtype or "float32").base_dtype
    on = np.array(1, wanted.numpy) if on_value is None else convert_to_tensor(on_value, dtype)
    off = np.array(0, wanted.numpy) if off_value is None else convert_to_tensor(off_value, dtype)
    position = -1 if axis is None else axis
    return apply("OneHot", _as_indices(indices), depth, on, off, name=name or _in_scope("one_hot"), axis=position)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool_, name: str | None = None) -> Tensor:
    """Return a mask that is true for the first places along a new last axis.

    Parameters
    ----------
    lengths : integer Tensor
        How many.
    maxlen : int, optional
        The size of the new axis; by default the largest length.
    dtype : DType
        The type of the result.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape ``lengths.shape + (maxlen,)``.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sequence_mask([1, 2], 3, tf.int32)).tolist())
    [[1, 0, 0], [1, 1, 0]]
    """
    with name_scope(name, "SequenceMask", [lengths] if isinstance(lengths, Tensor) else []):
        counts = convert_to_tensor(lengths)
        if maxlen is None:
            maxlen = apply("Max", counts, axis=None, keepdims=False)
        places = range_(0, maxlen, 1, dtype=counts.dtype)
        mask = apply("Less", places, apply("ExpandDims", counts, axis=-1))
        wanted = as_dtype(dtype).base_dtype
        return cast(mask, wanted)


def _inverse(x: Array) -> Array:
    if sorted(x.tolist()) != list(range(len(x))):
        raise ValueError(f"{x.tolist()} is not a permutation of 0 to {len(x) - 1}")
    return np.argsort(x).astype(x.dtype)


register(
    OpDef(
        type="InvertPermutation",
        label="invert",
        signature="x: int32|int64",
        kernel=_inverse,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="invert_permutation({x})",
    )
)


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """Return the permutation that undoes another.

    Parameters
    ----------
    x : integer vector
        Each number from 0 up, once.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The place of each number in `x`, of its shape and dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.invert_permutation([2, 0, 1])))
    [1 2 0]
    """
    return apply("InvertPermutation", x, name=name)


# Sums of groups of rows


def _segment_spec(data: Tensor, ids: Tensor, count: int | None) -> Spec:
    static, groups = data.static_shape, ids.static_shape
    if static is None or groups is None:
        return data.dtype.base_dtype, None
    if not shapes.compatible(static[: len(groups)], groups):
        raise InferenceError(
            f"Shapes must agree in front: data {bracket_text(static)}, segment_ids {bracket_text(groups)}"
        )
    return data.dtype.base_dtype, (count, *static[len(groups) :])


def _known_count(count: Tensor) -> int | None:
    return None if constant_value(count) is None else known_int(count, "num_segments")


def _segment_sum(data: Array, ids: Array, count: Array) -> Array:
    if data.shape[: ids.ndim] != ids.shape:
        raise ValueError(
            f"data.shape = {bracket_text(data.shape)} does not start with segment_ids.shape = {bracket_text(ids.shape)}"
        )
    if (ids >= count).any():
        place = tuple(np.argwhere(ids >= count)[0])
        where = f"[{','.join(map(str, place))}]" if place else ""
        raise ValueError(f"segment_ids{where} = {ids[place]} is out of range [0, {count})")
    result = np.zeros((int(count), *data.shape[ids.ndim :]), data.dtype)
    np.add.at(result, ids[ids >= 0], data[ids >= 0])
    return result


register(
    OpDef(
        type="UnsortedSegmentSum",
        label="segment_sum",
        signature="data: T, segment_ids: int32|int64, num_segments: int32|int64",
        allowed=NUMBER,
        kernel=_segment_sum,
        infer=lambda data, ids, count: _segment_spec(data, ids, _known_count(count)),
        gradient=lambda z, g, data, ids, count: (apply("GatherOrZero", g, ids), None, None),
        formula="segment_sum({data}, {segment_ids})",
        example=Example((4, 3), np.array([1, 0, -1, 1], np.int32), np.array(3, np.int32)),
    )
)


def _gather_or_zero(params: Array, indices: Array) -> Array:
    rows: Array = params[np.maximum(indices, 0)].copy()
    rows[indices < 0] = 0
    return rows


register(
    OpDef(
        type="GatherOrZero",
        label="gather",
        signature="params: T, indices: int32|int64",
        allowed=NUMBER,
        kernel=_gather_or_zero,
        infer=lambda params, indices: _gather_spec(params, indices, axis=0),
        gradient=lambda z, g, params, indices: (
            apply("UnsortedSegmentSum", g, indices, _getitem(shape(params), 0)),
            None,
        ),
        formula="gather({params}, {indices})",
        example=Example((4, 3), np.array([1, -1, 3, 1], np.int32)),
    )
)


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Return the sums of groups of rows.

    Parameters
    ----------
    data : Tensor
        The rows.
    segment_ids : integer Tensor
        For each row its group; a row with a negative one counts nowhere.
    num_segments : int
        The number of groups.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        One row for each group.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.unsorted_segment_sum([1.0, 2.0, 3.0], [1, 0, 1], 3)))
    [2. 4. 0.]
    """
    return apply("UnsortedSegmentSum", data, _as_indices(segment_ids), num_segments, name=name)


def _sorted_segment_sum(data: Array, ids: Array) -> Array:
    if (np.diff(ids) < 0).any():
        raise ValueError("segment ids are not increasing")
    return _segment_sum(data, ids, np.array(ids[-1] + 1 if len(ids) else 0))


def _sorted_segment_spec(data: Tensor, ids: Tensor) -> Spec:
    known = constant_value(ids)
    return _segment_spec(data, ids, None if known is None else int(known[-1]) + 1 if known.size else 0)


register(
    OpDef(
        type="SegmentSum",
        label="segment_sum",
        signature="data: T, segment_ids: int32|int64",
        allowed=NUMBER,
        kernel=_sorted_segment_sum,
        infer=_sorted_segment_spec,
        gradient=lambda z, g, data, ids: (apply("GatherV2", g, ids, axis=0), None),
        formula="segment_sum({data}, {segment_ids})",
        example=Example((4, 3), np.array([0, 0, 1, 2], np.int32)),
    )
)


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Return the sums of groups of rows that stand together.

    Parameters
    ----------
    data : Tensor
        The rows.
    segment_ids : integer vector
        For each row its group; they must not decrease.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        One row for each group.

    Raises
    ------
    ValueError
        If `segment_ids` is no vector with an id for each row.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.segment_sum([1.0, 2.0, 3.0], [0, 0, 1])))
    [3. 3.]
    """
    return apply("SegmentSum", data, _as_indices(segment_ids), name=name)


# Diagonals and triangles


def _matrix_diag(x: Array) -> Array:
    size = x.shape[-1]
    result = np.zeros((*x.shape, size), x.dtype)
    result[..., np.arange(size), np.arange(size)] = x
    return result


def _diagonal_shape(static: StaticShape) -> StaticShape:
    if static is None:
        return None
    if len(static) < 2:
        raise InferenceError(f"Shape must be at least rank 2 but is rank {len(static)}")
    rows, columns = static[-2:]
    return (*static[:-2], None if rows is None or columns is None else min(rows, columns))


def _matrix_diag_spec(x: Tensor) -> Spec:
    static = x.static_shape
    if static is not None and not static:
        raise InferenceError("Shape must be at least rank 1 but is rank 0")
    return x.dtype.base_dtype, None if static is None else (*static, static[-1])


register(
    OpDef(
        type="MatrixDiag",
        label="diag",
        signature="diagonal: T",
        kernel=_matrix_diag,
        never_fails=True,
        infer=_matrix_diag_spec,
        gradient=lambda z, g, x: apply("MatrixDiagPart", g),
        formula="diag({diagonal})",
        example=Example((2, 3)),
    )
)


def matrix_diag(diagonal: Any, name: str | None = None) -> Tensor:
    """Return matrices with the given diagonals and zeros elsewhere.

    Parameters
    ----------
    diagonal : Tensor
        Diagonals, of shape ``(…, n)``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Shape ``(…, n, n)``.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_diag([1, 2])).tolist())
    [[1, 0], [0, 2]]
    """
    return apply("MatrixDiag", diagonal, name=name)


register(
    OpDef(
        type="MatrixDiagPart",
        label="diagonal",
        signature="input: T",
        kernel=lambda x: np.diagonal(x, axis1=-2, axis2=-1),
        view=True,
        never_fails=True,
        infer=lambda x: (x.dtype.base_dtype, _diagonal_shape(x.static_shape)),
        gradient=lambda z, g, x: apply("MatrixSetDiag", zeros_like(x), g),
        formula="diagonal({input})",
        example=Example((2, 3, 4)),
    )
)


def matrix_diag_part(input: Any, name: str | None = None) -> Tensor:
    """Return the diagonals of matrices.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, m)``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Shape ``(…, min(n, m))``.

    Raises
    ------
    ValueError
        If `input` has fewer than two axes.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_diag_part([[1, 2], [3, 4]])))
    [1 4]
    """
    return apply("MatrixDiagPart", input, name=name)


def _set_diagonal(x: Array, diagonal: Array) -> Array:
    result = x.copy()
    places = np.arange(min(x.shape[-2:]))
    result[..., places, places] = diagonal
    return result


def _set_diagonal_spec(x: Tensor, diagonal: Tensor) -> Spec:
    shapes.merge(_diagonal_shape(x.static_shape), diagonal.static_shape)
    return shapes.same(x)


register(
    OpDef(
        type="MatrixSetDiag",
        label="set_diag",
        signature="input: T, diagonal: T",
        kernel=_set_diagonal,
        never_fails=True,
        infer=_set_diagonal_spec,
        gradient=lambda z, g, x, diagonal: (
            apply("MatrixSetDiag", g, zeros_like(diagonal)),
            apply("MatrixDiagPart", g),
        ),
        formula="set_diag({input}, {diagonal})",
        example=Example((2, 3, 4), (2, 3)),
    )
)


def matrix_set_diag(input: Any, diagonal: Any, name: str | None = None) -> Tensor:
    """Return matrices with their diagonals replaced.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, m)``.
    diagonal : Tensor
        The new diagonals, of shape ``(…, min(n, m))``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_set_diag([[1, 2], [3, 4]], [0, 0])).tolist())
    [[0, 2], [3, 0]]
    """
    return apply("MatrixSetDiag", input, diagonal, name=name)


def _diag_spec(x: Tensor) -> Spec:
    if x.static_shape == ():
        raise InferenceError("Shape must be at least rank 1 but is rank 0")
    return x.dtype.base_dtype, None if x.static_shape is None else x.static_shape * 2


register(
    OpDef(
        type="Diag",
        label="diag",
        signature="diagonal: T",
        kernel=lambda x: np.diag(x.ravel()).reshape(x.shape * 2),
        never_fails=True,
        infer=_diag_spec,
        gradient=lambda z, g, x: apply("DiagPart", g),
        formula="diag({diagonal})",
        example=Example((3,)),
    )
)


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """Return a tensor with the given diagonal and zeros elsewhere.

    Parameters
    ----------
    diagonal : Tensor
        The diagonal; usually a vector.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Shape ``diagonal.shape + diagonal.shape``.

    Raises
    ------
    ValueError
        If `diagonal` is one number, without any axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.diag([1, 2])).tolist())
    [[1, 0], [0, 2]]
    """
    return apply("Diag", diagonal, name=name)


def _diag_part(x: Array) -> Array:
    half = x.shape[: x.ndim // 2]
    if half * 2 != x.shape:
        raise ValueError(f"Invalid shape {bracket_text(x.shape)}: the two halves must agree")
    size = int(np.prod(half))
    return np.diagonal(x.reshape(size, size)).reshape(half)


def _diag_part_spec(x: Tensor) -> Spec:
    static = x.static_shape
    if static is None:
        return x.dtype.base_dtype, None
    if not static or len(static) % 2:
        raise InferenceError(f"Input must have even and non-zero rank, input rank is {len(static)}")
    half = len(static) // 2
    return x.dtype.base_dtype, shapes.merge(static[:half], static[half:])


register(
    OpDef(
        type="DiagPart",
        label="diagonal",
        signature="input: T",
        kernel=_diag_part,
        view=True,
        never_fails=True,
        infer=_diag_part_spec,
        gradient=lambda z, g, x: apply("Diag", g),
        formula="diagonal({input})",
        example=Example((3, 3)),
    )
)


def diag_part(input: Any, name: str | None = None) -> Tensor:
    """Return the diagonal of a tensor.

    Parameters
    ----------
    input : Tensor
        Of shape ``s + s``; usually a square matrix.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Shape ``s``.

    Raises
    ------
    ValueError
        If the first half of the shape is not the second.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.diag_part([[1, 2], [3, 4]])))
    [1 4]
    """
    return apply("DiagPart", input, name=name)


def _band(x: Array, *, lower: int, upper: int) -> Array:
    rows, columns = x.shape[-2:]
    distance = np.arange(columns) - np.arange(rows)[:, None]
    kept = ((lower < 0) | (-distance <= lower)) & ((upper < 0) | (distance <= upper))
    return np.where(kept, x, np.zeros((), x.dtype))


register(
    OpDef(
        type="MatrixBandPart",
        label="band",
        signature="input: T",
        kernel=_band,
        never_fails=True,
        infer=lambda x, *, lower, upper: shapes.same(x),
        gradient=lambda z, g, x, *, lower, upper: apply("MatrixBandPart", g, lower=lower, upper=upper),
        formula="band({input})",
        example=Example((2, 3, 4), attributes={"lower": 1, "upper": 0}),
    )
)


def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """Return matrices with zeros far from the diagonal.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, m)``.
    num_lower, num_upper : int
        How many diagonals below and above the main one to keep; negative: all.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    TypeError
        If `num_lower` or `num_upper` is no whole number.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_band_part([[1, 2], [3, 4]], -1, 0)).tolist())
    [[1, 0], [3, 4]]
    """
    lower, upper = known_int(num_lower, "num_lower"), known_int(num_upper, "num_upper")
    return apply("MatrixBandPart", input, name=name, lower=lower, upper=upper)
