"""The element types of tensors, with TensorFlow's names."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

__all__ = [
    "DType",
    "as_dtype",
    "complex64",
    "complex128",
    "double",
    "float16",
    "float32",
    "float64",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


class DType:
    """The type of a tensor's elements.

    Parameters
    ----------
    name : str
        TensorFlow's name, ``"float32"`` or, for the reference that a variable hands out, ``"float32_ref"``.
    numpy_type : type
        The NumPy scalar type that holds an element.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.float32.as_numpy_dtype
    <class 'numpy.float32'>
    >>> tf.float32.is_floating, tf.int32.is_floating
    (True, False)
    """

    __slots__ = ("_reference", "as_numpy_dtype", "base_dtype", "is_complex", "is_trainable", "name", "numpy")

    def __init__(self, name: str, numpy_type: type[np.generic] | type[object], base: DType | None = None) -> None:
        self.name: Final = name
        self.as_numpy_dtype: Final = numpy_type
        self.numpy: Final[np.dtype[Any]] = np.dtype(numpy_type)
        #: Whether it is a complex type.
        self.is_complex: Final = self.numpy.kind == "c"
        #: Whether a gradient can flow through tensors of this type.
        self.is_trainable: Final = self.numpy.kind in "fc"
        #: The plain type behind a reference type; itself otherwise.
        self.base_dtype: Final[DType] = base or self
        self._reference = None if base is not None else DType(f"{name}_ref", numpy_type, self)

    @property
    def reference(self) -> DType:
        """The type of a reference to a variable of this type.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.float32.reference
        tf.float32_ref
        """
        return self._reference or self

    @property
    def is_reference(self) -> bool:
        """Whether this is the type of a reference to a variable.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.float32.is_reference
        False
        """
        return self.base_dtype is not self

    @property
    def is_floating(self) -> bool:
        """Whether it is a real floating-point type.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.float32.is_floating
        True
        """
        return self.numpy.kind == "f"

    @property
    def is_integer(self) -> bool:
        """Whether it is a signed or unsigned integer type.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.float32.is_integer
        False
        """
        return self.numpy.kind in "iu"

    @property
    def is_unsigned(self) -> bool:
        """Whether it is an unsigned integer type.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.uint8.is_unsigned
        True
        """
        return self.numpy.kind == "u"

    @property
    def is_bool(self) -> bool:
        """Whether it is the type of truth values.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.bool.is_bool
        True
        """
        return self.numpy.kind == "b"

    @property
    def is_string(self) -> bool:
        """Whether it is the type of strings.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.string.is_string
        True
        """
        return self.numpy.kind == "O"

    @property
    def real_dtype(self) -> DType:
        """The type of the real part.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.complex64.real_dtype
        tf.float32
        """
        return {"complex64": float32, "complex128": float64}.get(self.base_dtype.name, self)

    @property
    def size(self) -> int:
        """Bytes of one element.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.float32.size
        4
        """
        return self.numpy.itemsize

    @property
    def min(self) -> Any:
        """The smallest number of this type.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.uint8.min)
        0
        """
        return np.finfo(self.numpy).min if self.is_floating else np.iinfo(self.numpy).min

    @property
    def max(self) -> Any:
        """The largest number of this type.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.uint8.max)
        255
        """
        return np.finfo(self.numpy).max if self.is_floating else np.iinfo(self.numpy).max

    @property
    def enum_name(self) -> str:
        """The name as it stands in TensorFlow's messages: ``DT_FLOAT``.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.float32.enum_name
        'DT_FLOAT'
        """
        return "DT_" + _ENUM_NAMES.get(self.base_dtype.name, self.base_dtype.name.upper())

    def __eq__(self, other: object) -> bool:
        if other is self:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return NotImplemented

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"


_ENUM_NAMES = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}

float16 = DType("float16", np.float16)
float32 = DType("float32", np.float32)
float64 = DType("float64", np.float64)
complex64 = DType("complex64", np.complex64)
complex128 = DType("complex128", np.complex128)
int8 = DType("int8", np.int8)
int16 = DType("int16", np.int16)
int32 = DType("int32", np.int32)
int64 = DType("int64", np.int64)
uint8 = DType("uint8", np.uint8)
uint16 = DType("uint16", np.uint16)
uint32 = DType("uint32", np.uint32)
uint64 = DType("uint64", np.uint64)
bool_ = DType("bool", np.bool_)
string = DType("string", object)

half, double = float16, float64

FLOATING: Final = frozenset({float16, float32, float64})
COMPLEX: Final = frozenset({complex64, complex128})
INTEGER: Final = frozenset({int8, int16, int32, int64, uint8, uint16, uint32, uint64})
REAL: Final = FLOATING | INTEGER
NUMBER: Final = REAL | COMPLEX
INDEX: Final = frozenset({int32, int64})
CONTINUOUS: Final = FLOATING | COMPLEX
ALL: Final = NUMBER | {bool_, string}

_BY_NAME = {dtype.name: dtype for dtype in ALL} | {dtype.reference.name: dtype.reference for dtype in ALL}
_BY_NAME |= {"half": float16, "float": float32, "double": float64}
_BY_NUMPY = {dtype.numpy: dtype for dtype in ALL - {string}}
_BY_PYTHON: dict[object, DType] = {
    float: float32,
    int: int32,
    bool: bool_,
    complex: complex128,
    str: string,
    bytes: string,
}


def as_dtype(value: Any) -> DType:
    """Return the `DType` that `value` names.

    Parameters
    ----------
    value : DType, str, numpy.dtype or type
        ``tf.float32``, ``"float32"``, ``np.float32``, ``float``, ….

    Returns
    -------
    DType
        The one object that stands for the type.

    Raises
    ------
    TypeError
        If no such type exists.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.as_dtype("float64")
    tf.float64
    """
    if isinstance(value, DType):
        return value
    if isinstance(value, str) and value in _BY_NAME:
        return _BY_NAME[value]
    if isinstance(value, type) and value in _BY_PYTHON:
        return _BY_PYTHON[value]
    try:
        numpy_type = np.dtype(value)
    except (TypeError, ValueError):
        numpy_type = None
    if numpy_type is not None and value is not None:
        if numpy_type in _BY_NUMPY:
            return _BY_NUMPY[numpy_type]
        if numpy_type.kind in "OSU":
            return string
    raise TypeError(f"Cannot convert {value!r} to a TensorFlow DType.")
