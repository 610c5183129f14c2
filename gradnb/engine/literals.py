"""Python and NumPy values become the arrays of constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from gradnb.engine import dtypes, shapes
from gradnb.engine.dtypes import DType, as_dtype

Array = np.ndarray[Any, Any]

_MOST_WORDS: Final = 1000

#: In this order, since a bool is an int.
_PYTHON_DTYPES: Final[Mapping[type, DType]] = {
    bool: dtypes.bool_,
    int: dtypes.int32,
    float: dtypes.float32,
    complex: dtypes.complex128,
    str: dtypes.string,
    bytes: dtypes.string,
}


def as_array(value: Any, dtype: DType | None = None) -> Array:
    """Return `value` as the array of a constant: Python floats as float32, ints as int32, strings as bytes.

    Parameters
    ----------
    value : array, number, string or nested list
        What to convert.
    dtype : DType, optional
        The type to have.

    Raises
    ------
    TypeError
        If an element is not of the type.
    ValueError
        If a nested list is ragged.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value)
        if array.dtype.kind in "SU" or array.dtype.kind == "O":
            return _strings(array)
        return converted(array, (dtype or as_dtype(array.dtype)).numpy)
    leaves = [value] if isinstance(value, (float, int)) else leaves_of(value)
    if dtype is None:
        dtype = _natural_dtype(leaves)
    for leaf in leaves:
        if not _fits(leaf, dtype):
            raise TypeError(f"Expected {dtype.name}, but got {described(leaf)} of type '{type(leaf).__name__}'.")
    try:
        if dtype is dtypes.string:
            return _strings(np.array(value, dtype=object))
        if dtype.is_integer and not all(dtype.min <= int(leaf) <= dtype.max for leaf in leaves):
            raise OverflowError  # NumPy 1 would let it wrap around
        return converted(value, dtype.numpy)
    except OverflowError:
        raise ValueError(
            f"{described(value)} does not fit into {dtype.name}, whose range is {dtype.min} to {dtype.max}."
        ) from None
    except ValueError:
        raise ValueError(f"Can't convert non-rectangular Python sequence to Tensor: {described(value)}.") from None


def converted(value: Any, dtype: np.dtype[Any]) -> Array:
    """Return a value as a new array: too large a number is infinite, too small a one zero, whatever NumPy is set to."""
    try:
        return np.array(value, dtype=dtype, order="C")
    except (FloatingPointError, RuntimeWarning):
        with np.errstate(all="ignore"):
            return np.array(value, dtype=dtype, order="C")


def described(value: object, words: Callable[[Any], str] = repr) -> str:
    """Return a value as an error names it: cut where it is long, and by its type where it has no words of its own."""
    try:
        found = words(value)
    except Exception:  # an object's own words may fail in any way
        found = f"<{type(value).__name__} object>"
    return found if len(found) <= _MOST_WORDS else f"{found[:_MOST_WORDS]}…"


def leaves_of(value: Any) -> list[Any]:
    """Return what stands in nested lists, or raise ``ValueError`` if they never end."""
    try:
        return list(_leaves(value))
    except RecursionError:
        raise ValueError(
            f"Can't convert a {type(value).__name__} to Tensor that holds itself, or lists in lists without end."
        ) from None


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for entry in value:
            yield from _leaves(entry)
    elif isinstance(value, np.ndarray):
        yield from value.ravel()[:1]
    elif isinstance(value, range):
        yield from value
    else:
        yield value


def _natural_dtype(leaves: Sequence[Any]) -> DType:
    if not leaves:
        return dtypes.float32
    found = {as_dtype(leaf.dtype) if isinstance(leaf, np.generic) else _python_dtype(leaf) for leaf in leaves}
    if found == {dtypes.int32} and not all(
        isinstance(leaf, np.generic) or -(2**31) <= int(leaf) < 2**31 for leaf in leaves
    ):
        return dtypes.int64
    for dtype in (dtypes.string, dtypes.complex128, dtypes.complex64, dtypes.float64, dtypes.float32, dtypes.float16):
        if dtype in found:
            return dtype
    numbers = found - {dtypes.bool_}
    return max(numbers, key=lambda dtype: (dtype.size, dtype.name)) if numbers else dtypes.bool_


def _python_dtype(leaf: Any) -> DType:
    if leaf is None:
        raise ValueError("None values not supported.")
    if isinstance(leaf, shapes.Dimension):
        return dtypes.int32
    for kind, dtype in _PYTHON_DTYPES.items():
        if isinstance(leaf, kind):
            return dtype
    raise TypeError(
        f"Failed to convert object of type {type(leaf).__name__} to Tensor. Contents: {described(leaf)}. "
        "Consider casting elements to a supported type."
    )


def _fits(leaf: Any, dtype: DType) -> bool:
    if isinstance(leaf, np.generic):
        return True
    if isinstance(leaf, (bool, np.bool_)):
        return dtype.is_bool
    if isinstance(leaf, (int, shapes.Dimension)):
        return dtype.is_integer or dtype.is_trainable
    if isinstance(leaf, float):
        return dtype.is_trainable
    if isinstance(leaf, complex):
        return dtype.is_complex
    return isinstance(leaf, (str, bytes)) and dtype.is_string


def _strings(array: Array) -> Array:
    for item in array.flat:
        if not isinstance(item, (str, bytes)):
            raise TypeError(f"Expected binary or unicode string, got {described(item)}")
    as_bytes = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    result = np.empty(len(as_bytes), dtype=object)
    result[:] = as_bytes
    return result.reshape(array.shape)
