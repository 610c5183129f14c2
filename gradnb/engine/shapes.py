"""Shapes that may be known only in part, and the rules by which operations' shapes follow from their inputs'.

Inside the engine a static shape is a tuple whose entries are ``int`` or, where a dimension is unknown, ``None``; a
shape of unknown rank is ``None``. `TensorShape` is the face that TensorFlow's users know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradnb.engine.dtypes import DType, bool_

if TYPE_CHECKING:
    from gradnb.engine.tensor import Tensor

StaticShape = tuple[int | None, ...] | None
Spec = tuple[DType, StaticShape]


class InferenceError(ValueError):
    """An operation's inputs do not fit together; the graph adds which operation it was."""


class Dimension:
    """One dimension of a `TensorShape`: an ``int``, or unknown.

    Parameters
    ----------
    value : int or None
        The size; None when it is unknown.

    Raises
    ------
    TypeError
        If `value` is no whole number.
    ValueError
        If it is negative.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.zeros([2, 3]).shape[1].value
    3
    """

    __slots__ = ("value",)

    def __init__(self, value: int | None) -> None:
        self.value = _dimension(value)

    def __index__(self) -> int:
        if self.value is None:
            raise TypeError("An unknown dimension has no integer value. Use tf.shape(x)[i] for its size at run time.")
        return self.value

    __int__ = __index__

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Dimension) else other)

    def _combine(self, other: Any, combine: Any) -> Dimension:
        value = other.value if isinstance(other, Dimension) else other
        if value is not None and not hasattr(value, "__index__"):
            return NotImplemented  # type: ignore[no-any-return]  # the operators pass it on
        return Dimension(None if self.value is None or value is None else combine(self.value, value))

    def __add__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a * b)

    def __floordiv__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a // b)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self) -> str:
        return f"Dimension({self.value})"

    def __str__(self) -> str:
        return dimension_text(self.value)


class TensorShape:
    """The static shape of a tensor; unknown parts print as ``?``.

    Parameters
    ----------
    dims : None or iterable of (int, None or Dimension)
        The dimensions; None for an unknown rank.

    Raises
    ------
    TypeError
        If `dims` is no list, or an entry is no whole number.
    ValueError
        If an entry is negative.

    Examples
    --------
    >>> import gradnb as tf
    >>> print(tf.placeholder(tf.float32, [None, 3]).shape)
    (?, 3)
    """

    __slots__ = ("_dims",)

    def __init__(self, dims: Any) -> None:
        self._dims = as_static_shape(dims)

    @property
    def ndims(self) -> int | None:
        """The number of dimensions; None when unknown.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.TensorShape([2, None]).ndims, tf.TensorShape(None).ndims
        (2, None)
        """
        return None if self._dims is None else len(self._dims)

    rank = ndims

    @property
    def dims(self) -> list[Dimension] | None:
        """The dimensions; None when the rank is unknown.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.TensorShape([2, None]).dims
        [Dimension(2), Dimension(None)]
        """
        return None if self._dims is None else [Dimension(d) for d in self._dims]

    def as_list(self) -> list[int | None]:
        """Return the dimensions as ints, unknown ones as None.

        Returns
        -------
        list of (int or None)
            One entry for each dimension.

        Raises
        ------
        ValueError
            If the rank is unknown.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.zeros([2, 3]).shape.as_list()
        [2, 3]
        """
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def is_fully_defined(self) -> bool:
        """Return whether every dimension is known.

        Returns
        -------
        bool
            False when a size, or the rank, is unknown.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.TensorShape([2, 3]).is_fully_defined(), tf.TensorShape([2, None]).is_fully_defined()
        (True, False)
        """
        return is_full(self._dims)

    def num_elements(self) -> int | None:
        """Return the number of elements; None when unknown.

        Returns
        -------
        int or None
            The product of the dimensions.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.TensorShape([2, 3]).num_elements()
        6
        """
        return element_count(self._dims)

    def is_compatible_with(self, other: Any) -> bool:
        """Return whether one tensor could have both shapes.

        Parameters
        ----------
        other : TensorShape or list of (int or None)
            The other shape.

        Returns
        -------
        bool
            False when they contradict each other.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.TensorShape([2, None]).is_compatible_with([2, 3]), tf.TensorShape([2]).is_compatible_with([3])
        (True, False)
        """
        return compatible(self._dims, as_static_shape(other))

    def merge_with(self, other: Any) -> TensorShape:
        """Return the shape with what either of the two knows.

        Parameters
        ----------
        other : TensorShape or list of (int or None)
            The other shape.

        Returns
        -------
        TensorShape
            What is known of either.

        Raises
        ------
        ValueError
            If they contradict each other.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.TensorShape([2, None]).merge_with([None, 3]))
        (2, 3)
        """
        return TensorShape(merge(self._dims, as_static_shape(other)))

    def concatenate(self, other: Any) -> TensorShape:
        """Return this shape followed by `other`.

        Parameters
        ----------
        other : TensorShape or list of (int or None)
            What follows.

        Returns
        -------
        TensorShape
            Of unknown rank when that of either is.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.TensorShape([2]).concatenate([None, 3]))
        (2, ?, 3)
        """
        more = as_static_shape(other)
        return TensorShape(None if self._dims is None or more is None else self._dims + more)

    def with_rank(self, rank: int) -> TensorShape:
        """Return this shape, known to have `rank` dimensions.

        Parameters
        ----------
        rank : int
            The number of dimensions.

        Returns
        -------
        TensorShape
            This one; when its rank was unknown, one of unknown dimensions.

        Raises
        ------
        ValueError
            If its rank is another.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.TensorShape(None).with_rank(2))
        (?, ?)
        """
        return self.merge_with((None,) * rank)

    def __len__(self) -> int:
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self) -> bool:
        return self._dims is not None

    def __iter__(self) -> Iterator[Dimension]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter([Dimension(d) for d in self._dims])

    def __getitem__(self, key: int | slice) -> Any:
        if self._dims is None:
            return Dimension(None) if isinstance(key, int) else TensorShape(None)
        picked = self._dims[key]
        return TensorShape(picked) if isinstance(picked, tuple) else Dimension(picked)

    def __eq__(self, other: object) -> bool:
        try:
            return self._dims == as_static_shape(other)
        except TypeError:
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._dims)

    def __str__(self) -> str:
        return shape_text(self._dims)

    def __repr__(self) -> str:
        return "TensorShape(None)" if self._dims is None else f"TensorShape({list(self._dims)})"


def as_static_shape(value: Any) -> StaticShape:
    """Return what `value` says of a shape as a static shape.

    Raises
    ------
    TypeError
        If it is no shape.
    """
    if isinstance(value, TensorShape):
        return value._dims
    if value is None:
        return None
    if hasattr(value, "__index__"):
        return (_dimension(value),)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_dimension(entry) for entry in value)
    raise TypeError(f"{value!r} is not a shape. Give a list such as [2, 3], with None for an unknown dimension.")


def _dimension(value: Any) -> int | None:
    if isinstance(value, Dimension):
        return value.value
    if value is None:
        return None
    try:
        size = value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(
            f"Dimension value must be integer or None or have an __index__ method, got value {value!r}."
        ) from None
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0. Use None for an unknown dimension.")
    return int(size)


def dimension_text(dimension: int | None) -> str:
    """Return a dimension as it prints."""
    return "?" if dimension is None else str(dimension)


def shape_text(shape: StaticShape) -> str:
    """Return a shape as it prints: ``(2, ?)``, ``(3,)``, ``<unknown>``."""
    if shape is None:
        return "<unknown>"
    return f"({', '.join(map(dimension_text, shape))}{',' if len(shape) == 1 else ''})"


def bracket_text(shape: StaticShape) -> str:
    """Return a shape as it stands in TensorFlow's messages: ``[2,?]``."""
    return "<unknown>" if shape is None else f"[{','.join(map(dimension_text, shape))}]"


def is_full(shape: StaticShape) -> bool:
    """Return whether every dimension is known."""
    return shape is not None and None not in shape


def sizes(shape: StaticShape) -> tuple[int, ...]:
    """Return a shape of which every dimension is known, as ints."""
    assert shape is not None and is_full(shape), f"{shape} is not known in full"
    return tuple(size for size in shape if size is not None)


def element_count(shape: StaticShape) -> int | None:
    """Return the number of elements; None when unknown."""
    if shape is None:
        return None
    count = 1
    for dimension in shape:
        if dimension is None:
            return None
        count *= dimension
    return count


def compatible(first: StaticShape, second: StaticShape) -> bool:
    """Return whether one array could have both shapes."""
    if first is None or second is None:
        return True
    return len(first) == len(second) and all(
        a is None or b is None or a == b for a, b in zip(first, second, strict=True)
    )


def merge(first: StaticShape, second: StaticShape) -> StaticShape:
    """Return what two shapes of one tensor know together.

    Raises
    ------
    InferenceError
        If they contradict each other.
    """
    if first is None:
        return second
    if second is None or first == second:
        return first
    if not compatible(first, second):
        raise InferenceError(f"Shapes {shape_text(first)} and {shape_text(second)} are not compatible")
    return tuple(b if a is None else a for a, b in zip(first, second, strict=True))


def equal_dimensions(first: int | None, second: int | None) -> int | None:
    """Return the dimension that both must be.

    Raises
    ------
    InferenceError
        If they differ.
    """
    if first is not None and second is not None and first != second:
        raise InferenceError(f"Dimensions must be equal, but are {first} and {second}")
    return second if first is None else first


def broadcast_shapes(first: StaticShape, second: StaticShape) -> StaticShape:
    """Return the shape to which two shapes broadcast.

    Raises
    ------
    InferenceError
        If they do not.
    """
    if first == second:
        return first
    if first is None or second is None:
        return None
    rank = max(len(first), len(second))
    padded = ((1,) * (rank - len(first)) + first, (1,) * (rank - len(second)) + second)
    result: list[int | None] = []
    for a, b in zip(*padded, strict=True):
        if a == 1:
            result.append(b)
        elif b == 1:
            result.append(a)
        elif a is None or b is None:
            result.append(b if a is None else a)
        else:
            result.append(equal_dimensions(a, b))
    return tuple(result)


def normalize_axis(axis: int, rank: int) -> int:
    """Return `axis` counted from the front.

    Raises
    ------
    InferenceError
        If there is no such axis.
    """
    if not -rank <= axis < rank:
        raise InferenceError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
    return axis % rank


def reduced(shape: StaticShape, axis: tuple[int, ...] | None, keepdims: bool) -> StaticShape:
    """Return the shape that is left when the axes `axis` (all when None) are reduced."""
    if axis is None and not keepdims:
        return ()
    if shape is None:
        return None
    axes = set(range(len(shape))) if axis is None else {normalize_axis(a, len(shape)) for a in axis}
    if keepdims:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def same(x: Tensor, *_: Tensor, **__: Any) -> Spec:
    """Infer: the output is like the first input."""
    return x.dtype.base_dtype, x.static_shape


def broadcast(x: Tensor, y: Tensor, **_: Any) -> Spec:
    """Infer: two inputs of one dtype broadcast together."""
    return x.dtype.base_dtype, broadcast_shapes(x.static_shape, y.static_shape)


def comparison(x: Tensor, y: Tensor, **_: Any) -> Spec:
    """Infer: two inputs broadcast together, the output holds truth values."""
    return bool_, broadcast_shapes(x.static_shape, y.static_shape)


def elementwise(*inputs: Tensor, **_: Any) -> Spec:
    """Infer: all inputs have one shape, and the output has it too."""
    shape: StaticShape = None
    for tensor in inputs:
        shape = merge(shape, tensor.static_shape)
    return inputs[0].dtype.base_dtype, shape


def reduction(x: Tensor, *, axis: tuple[int, ...] | None, keepdims: bool) -> Spec:
    """Infer: the axes `axis` are reduced."""
    return x.dtype.base_dtype, reduced(x.static_shape, axis, keepdims)


def no_output(*_: Tensor, **__: Any) -> Sequence[Spec]:
    """Infer: the operation has no output."""
    return []
