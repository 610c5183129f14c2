"""Arithmetic on numbers, element by element: sums, products, quotients, powers, complex parts, and other types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_like, convert_to_tensor
from gradnb.engine.dtypes import ALL, COMPLEX, CONTINUOUS, FLOATING, NUMBER, REAL, as_dtype, float32, float64, string
from gradnb.engine.graph import get_default_graph, name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import fit, ones_like, zeros_like
from gradnb.engine.ops.choice import greater, less, not_equal, where
from gradnb.engine.ops.state import convert_each
from gradnb.engine.registry import NOT_DIFFERENTIABLE, POWER, PRODUCT, SUM, Example, OpDef, register
from gradnb.engine.shapes import Spec
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operators, Tensor, serves_operator

__all__ = [
    "accumulate_n",
    "add",
    "add_n",
    "angle",
    "atan2",
    "cast",
    "complex",
    "conj",
    "div",
    "div_no_nan",
    "divide",
    "floor_div",
    "floordiv",
    "floormod",
    "imag",
    "mod",
    "multiply",
    "multiply_no_nan",
    "negative",
    "pow",
    "real",
    "realdiv",
    "scalar_mul",
    "squared_difference",
    "subtract",
    "to_complex64",
    "to_complex128",
    "to_double",
    "to_float",
    "to_int32",
    "to_int64",
    "truediv",
    "truncatediv",
    "truncatemod",
    "xdivy",
    "xlogy",
]


register(
    OpDef(
        type="Conj",
        label="conj",
        signature="input: T",
        allowed=COMPLEX,
        kernel=np.conjugate,
        infer=shapes.same,
        gradient=lambda z, g, x: conj(g),
        formula="conj({input})",
    )
)


def conj(x: Any, name: str | None = None) -> Tensor:
    """Return the complex conjugate; the tensor itself when it is real.

    Parameters
    ----------
    x : Tensor
        A number for each element.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    TypeError
        If `x` is not complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(1.0)
    >>> tf.math.conj(x) is x
    True
    """
    x = convert_to_tensor(x)
    result: Tensor = apply("Conj", x, name=name) if x.dtype.is_complex else x
    return result


register(
    OpDef(
        type="AddV2",
        label="+",
        signature="x: T, y: T",
        allowed=NUMBER,
        kernel=np.add,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (fit(g, x, z), fit(g, y, z)),
        formula="{x} + {y}",
        binds=SUM,
        example=Example((2, 3), (3,)),
    )
)


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x + y``, element by element.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The sum.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.add([1.0, 2.0], 1.0)))
    [2. 3.]
    """
    return apply("AddV2", x, y, name=name or "Add")


register(
    OpDef(
        type="Sub",
        label="−",
        signature="x: T, y: T",
        allowed=NUMBER,
        kernel=np.subtract,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (fit(g, x, z), fit(-g, y, z)),
        formula="{x} − {y}",
        binds=SUM,
        example=Example((2, 3), (3,)),
    )
)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x - y``, element by element.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The difference.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.subtract([1.0, 2.0], 1.0)))
    [0. 1.]
    """
    return apply("Sub", x, y, name=name)


register(
    OpDef(
        type="Mul",
        label="×",
        signature="x: T, y: T",
        allowed=NUMBER,
        kernel=np.multiply,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (fit(g * conj(y), x, z), fit(g * conj(x), y, z)),
        formula="{x} · {y}",
        binds=PRODUCT,
        example=Example((2, 3), (3,)),
    )
)


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x * y``, element by element.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The product.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.multiply([1.0, 2.0], 3.0)))
    [3. 6.]
    """
    return apply("Mul", x, y, name=name)


register(
    OpDef(
        type="Neg",
        label="−",
        signature="x: T",
        allowed=NUMBER,
        kernel=np.negative,
        infer=shapes.same,
        gradient=lambda z, g, x: -g,
        formula="−{x}",
        binds=PRODUCT,
        example=Example((2, 3)),
    )
)


def negative(x: Any, name: str | None = None) -> Tensor:
    """Return ``-x``, element by element.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    TypeError
        If `x` holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.negative(2.0)))
    -2.0
    """
    return apply("Neg", x, name=name)


def _of_one_type(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Return two operands as tensors; a Python number takes the type of the first.

    Raises
    ------
    TypeError
        If they are of two types.
    """
    first = convert_to_tensor(x, name="x")
    dtype = first.dtype.base_dtype
    second = convert_to_tensor(y, preferred_dtype=dtype, name="y")
    if second.dtype.base_dtype is not dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {dtype!r} != {second.dtype.base_dtype!r}.")
    return first, second


register(
    OpDef(
        type="RealDiv",
        label="/",
        signature="x: T, y: T",
        allowed=CONTINUOUS,
        kernel=np.true_divide,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(g / conj(y), x, z),
            fit(g * (-conj(x) / conj(y) / conj(y)), y, z),
        ),
        formula="{x} / {y}",
        binds=PRODUCT,
        example=Example((2, 3), (3,), low=0.5),
    )
)


@serves_operator("truediv")
def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y``, element by element; integers give float64, or float32 when they are of 8 or 16 bits.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The quotient.

    Raises
    ------
    TypeError
        If the dtypes differ.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.truediv([1, 2], 4)))
    [0.25 0.5 ]
    """
    if get_default_graph().builds_gradient:
        return apply("RealDiv", x, y, name=name)
    with name_scope(name, "truediv", [value for value in (x, y) if isinstance(value, Tensor)]) as scope:
        first, second = _of_one_type(x, y)
        dtype = first.dtype.base_dtype
        if dtype.is_integer:
            wider = "float32" if dtype.size < 4 else "float64"
            first, second = cast(first, wider), cast(second, wider)
        return apply("RealDiv", first, second, name=scope)


def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y``, as the operator does.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The quotient.

    Raises
    ------
    TypeError
        If the dtypes differ.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.divide([1.0, 2.0], 4.0)))
    [0.25 0.5 ]
    """
    if not isinstance(x, Operators) and isinstance(y, Operators):
        x = convert_like(x, y)
    return truediv(x, y, name)


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y`` of floating-point or complex numbers.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype, no integers; their shapes broadcast.
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
        If the dtypes differ, or are neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.realdiv([1.0, 2.0], 4.0)))
    [0.25 0.5 ]
    """
    return apply("RealDiv", x, y, name=name)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y`` as Python 2 divided: integers are rounded down.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast.

    Raises
    ------
    TypeError
        If the dtypes differ.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.div([7, 8], 4)))
    [1 2]
    """
    with name_scope(name, "div", [value for value in (x, y) if isinstance(value, Tensor)]) as scope:
        first, second = _of_one_type(x, y)
        return apply("RealDiv" if first.dtype.is_trainable else "FloorDiv", first, second, name=scope)


def _whole_numbers(x: Array, y: Array) -> bool:
    """Return whether integers are to be divided, by which only floating-point numbers may be zero."""
    if x.dtype.kind not in "iu":
        return False
    if not np.all(y):
        raise ZeroDivisionError("Integer division by zero")
    return True


def _floor_divide(x: Array, y: Array) -> Array:
    # NumPy's floor_divide differs from the floor of the quotient where that was rounded: 1.0 // 0.1.
    result: Array = np.floor_divide(x, y) if _whole_numbers(x, y) else np.floor(np.true_divide(x, y))
    return result


def _modulo(x: Array, y: Array) -> Array:
    _whole_numbers(x, y)
    cut = np.fmod(x, y)
    # A zero keeps the sign of x, as TensorFlow's does; np.mod gives it the sign of y.
    result: Array = np.where((cut != 0) & ((y < 0) != (cut < 0)), cut + y, cut)
    return result


@serves_operator("rtruediv")
def _divided_by(other: Any, tensor: Any) -> Tensor:
    return truediv(convert_like(other, tensor), tensor)


register(
    OpDef(
        type="FloorDiv",
        label="//",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=_floor_divide,
        infer=shapes.broadcast,
        gradient=NOT_DIFFERENTIABLE,
        formula="⌊{x} / {y}⌋",
    )
)


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y`` rounded down.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast. Whole numbers.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an integer is divided by zero.
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.floordiv([7, -7], 2)))
    [ 3 -4]
    """
    return apply("FloorDiv", x, y, name=name or "floordiv")


register(
    OpDef(
        type="FloorMod",
        label="mod",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=_modulo,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (fit(g, x, z), fit(g * -floordiv(x, y), y, z)),
        formula="{x} mod {y}",
        binds=PRODUCT,
        note="ops.mod_jumps",
        example=Example((2, 3), np.array([0.7, 1.3, -1.1])),
    )
)


def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return what is left after ``floordiv``; it has the sign of `y`.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast. From 0 up to, but without, `y`.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an integer is divided by zero.
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no real numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.floormod([7, -7], 3)))
    [1 2]
    """
    return apply("FloorMod", x, y, name=name)


def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y`` rounded down: another name of `floordiv`.

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

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.floor_div([7, -7], 2)))
    [ 3 -4]
    """
    return floordiv(x, y, name)


def mod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return what is left after ``floordiv``: another name of `floormod`.

    Parameters
    ----------
    x, y : Tensor
        Real numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast. From 0 up to, but without, `y`.

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
    ...     print(session.run(tf.mod([7, -7], 2)))
    [1 1]
    """
    return floormod(x, y, name)


def _truncate_divide(x: Array, y: Array) -> Array:
    if not _whole_numbers(x, y):
        return np.trunc(np.true_divide(x, y))
    floor = np.floor_divide(x, y)
    quotient: Array = floor + ((floor < 0) & (floor * y != x)).astype(x.dtype)
    return quotient


def _truncate_modulo(x: Array, y: Array) -> Array:
    _whole_numbers(x, y)
    result: Array = np.fmod(x, y)
    return result


register(
    OpDef(
        type="TruncateDiv",
        label="trunc",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=_truncate_divide,
        infer=shapes.broadcast,
        gradient=NOT_DIFFERENTIABLE,
        formula="truncatediv({x}, {y})",
    )
)


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y`` rounded towards zero.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast. Whole numbers.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an integer is divided by zero.
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no real numbers.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.truncatediv([7, -7], 2)))
    [ 3 -3]
    """
    return apply("TruncateDiv", x, y, name=name)


register(
    OpDef(
        type="TruncateMod",
        label="mod",
        signature="x: T, y: T",
        allowed=REAL,
        kernel=_truncate_modulo,
        infer=shapes.broadcast,
        gradient=None,
        formula="truncatemod({x}, {y})",
    )
)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return what is left after ``truncatediv``; it has the sign of `x`.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an integer is divided by zero.
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ.

    Notes
    -----
    It has no gradient: asking for one is a ``LookupError``.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.truncatemod([7, -7], 3)))
    [ 1 -1]
    """
    return apply("TruncateMod", x, y, name=name)


def _zero_where(zeros: Array, value: Array, out: Array | None) -> Array:
    """Return `value` with zero where `zeros` is true; it is in `out`, if that is given."""
    if out is None:
        return np.where(zeros, value.dtype.type(0), value)
    np.copyto(out, out.dtype.type(0), where=zeros)
    return out


def _divide_no_nan(x: Array, y: Array, out: Array | None = None) -> Array:
    zeros = y == 0
    return _zero_where(zeros, np.true_divide(x, y, out), out)


def _multiply_no_nan(x: Array, y: Array, out: Array | None = None) -> Array:
    zeros = y == 0
    return _zero_where(zeros, np.multiply(x, y, out), out)


def _x_log_y(x: Array, y: Array, out: Array | None = None) -> Array:
    zeros = x == 0
    return _zero_where(zeros, np.multiply(x, np.log(y), out), out)


def _x_divided_by_y(x: Array, y: Array, out: Array | None = None) -> Array:
    zeros = x == 0
    return _zero_where(zeros, np.true_divide(x, y, out), out)


register(
    OpDef(
        type="DivNoNan",
        label="/",
        signature="x: T, y: T",
        allowed=CONTINUOUS,
        kernel=_divide_no_nan,
        into=_divide_no_nan,
        elementwise=True,
        never_fails=True,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(div_no_nan(g, conj(y)), x, z),
            fit(g * div_no_nan(div_no_nan(-conj(x), conj(y)), conj(y)), y, z),
        ),
        formula="{x} / {y}",
        binds=PRODUCT,
        note="ops.no_nan",
        example=Example((2, 3), (3,), low=0.5),
    )
)


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y``, and zero where `y` is zero.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
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

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.div_no_nan([1.0, 2.0], [0.0, 4.0])))
    [0.  0.5]
    """
    return apply("DivNoNan", x, y, name=name)


register(
    OpDef(
        type="MulNoNan",
        label="×",
        signature="x: T, y: T",
        allowed=CONTINUOUS,
        kernel=_multiply_no_nan,
        into=_multiply_no_nan,
        elementwise=True,
        never_fails=True,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(multiply_no_nan(g, y), x, z),
            fit(multiply_no_nan(x, g), y, z),
        ),
        formula="{x} · {y}",
        binds=PRODUCT,
        note="ops.no_nan",
        example=Example((2, 3), (3,)),
    )
)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x * y``, and zero where `y` is zero, even if `x` is infinite or NaN.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
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

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.math.multiply_no_nan([float('inf'), 2.0], [0.0, 4.0])))
    [0. 8.]
    """
    return apply("MulNoNan", x, y, name=name)


def _squared_difference(x: Array, y: Array, out: Array | None = None) -> Array:
    difference = np.subtract(x, y, out)
    if difference.dtype.kind == "c":
        product: Array = np.multiply(difference, np.conj(difference), out)
        return product
    return np.square(difference, out)


def _squared_difference_gradient(z: Tensor, g: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    slope = 2.0 * g * (x - y)
    return fit(slope, x, z), fit(-slope, y, z)


register(
    OpDef(
        type="SquaredDifference",
        label="(x−y)²",
        signature="x: T, y: T",
        allowed=NUMBER,
        kernel=_squared_difference,
        into=_squared_difference,
        elementwise=True,
        never_fails=True,
        infer=shapes.broadcast,
        gradient=_squared_difference_gradient,
        formula="({x} − {y})²",
        binds=POWER,
        example=Example((2, 3), (3,)),
    )
)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``(x - y)²``, element by element; of complex numbers the square of the distance.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
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

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.squared_difference([1.0, 5.0], 3.0)))
    [4. 4.]
    """
    return apply("SquaredDifference", x, y, name=name)


def _pow_gradient(z: Tensor, g: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    base, exponent = conj(x), conj(y)
    has_logarithm = not_equal(base, 0) if x.dtype.is_complex else greater(base, 0)
    safe = where(has_logarithm, base, ones_like(base))
    logarithm = where(has_logarithm, apply("Log", safe), zeros_like(base))
    return fit(g * exponent * pow(base, exponent - 1), x, z), fit(g * conj(z) * logarithm, y, z)


register(
    OpDef(
        type="Pow",
        label="^",
        signature="x: T, y: T",
        allowed=NUMBER,
        kernel=np.power,
        infer=shapes.broadcast,
        gradient=_pow_gradient,
        formula="{x}^{y}",
        binds=POWER,
        note="ops.pow_at_zero",
        example=Example((2, 3), (3,), low=0.5),
    )
)


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return `x` to the power of `y`, element by element.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `x` and `y`, and the shape to which theirs broadcast.

    Raises
    ------
    InvalidArgumentError
        When it runs, if an integer is to have a negative power.
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are no numbers.

    Notes
    -----
    The gradient with respect to `x` is ``y * x**(y - 1)``: at 0 it is NaN for the power 0, infinite for powers below 1.
    The gradient with respect to `y` counts the logarithm of what is not positive as zero.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.pow([2.0, 3.0], 2.0)))
    [4. 9.]
    """
    return apply("Pow", x, y, name=name)


register(
    OpDef(
        type="Xlogy",
        label="xlogy",
        signature="x: T, y: T",
        allowed=FLOATING,
        kernel=_x_log_y,
        into=_x_log_y,
        elementwise=True,
        never_fails=True,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(g * xlogy(_not_zero(x), y), x, z),
            fit(g * xdivy(x, y), y, z),
        ),
        formula="{x} · log({y})",
        binds=PRODUCT,
        note="ops.no_nan",
        example=Example((2, 3), (3,), low=0.5),
    )
)


def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x * log(y)``, and zero where `x` is zero.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
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
        If the dtypes differ, or are not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.math.xlogy([0.0, 1.0], [0.0, 1.0])))
    [0. 0.]
    """
    return apply("Xlogy", x, y, name=name)


def _not_zero(x: Tensor) -> Tensor:
    """Return 1 where `x` is not zero, else 0."""
    return cast(not_equal(x, 0.0), x.dtype.base_dtype)


register(
    OpDef(
        type="Xdivy",
        label="/",
        signature="x: T, y: T",
        allowed=FLOATING,
        kernel=_x_divided_by_y,
        into=_x_divided_by_y,
        elementwise=True,
        never_fails=True,
        infer=shapes.broadcast,
        gradient=lambda z, g, x, y: (
            fit(g * xdivy(_not_zero(x), y), x, z),
            fit(g * xdivy(-x, y * y), y, z),
        ),
        formula="{x} / {y}",
        binds=PRODUCT,
        note="ops.no_nan",
        example=Example((2, 3), (3,), low=0.5),
    )
)


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return ``x / y``, and zero where `x` is zero.

    Parameters
    ----------
    x, y : Tensor
        Numbers of one dtype; their shapes broadcast.
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

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.math.xdivy([0.0, 1.0], [0.0, 2.0])))
    [0.  0.5]
    """
    return apply("Xdivy", x, y, name=name)


def _atan2_gradient(z: Tensor, g: Tensor, y: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    scaled = g / (apply("Square", x) + apply("Square", y))
    return fit(x * scaled, y, z), fit(-y * scaled, x, z)


register(
    OpDef(
        type="Atan2",
        label="atan2",
        signature="y: T, x: T",
        allowed=FLOATING,
        kernel=np.arctan2,
        infer=shapes.broadcast,
        gradient=_atan2_gradient,
        formula="atan2({y}, {x})",
        note="ops.atan2_at_origin",
        example=Example((2, 3), (3,), low=0.5),
    )
)


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """Return the angle of the point ``(x, y)``, from -π to π.

    Parameters
    ----------
    y, x : Tensor
        Coordinates of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Radians, of the dtype of `y` and `x`, and the shape to which theirs broadcast.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    TypeError
        If the dtypes differ, or are not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.atan2(0.0, 1.0)))
    0.0
    """
    return apply("Atan2", y, x, name=name)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """Return `x` times one number.

    Parameters
    ----------
    scalar : number or scalar Tensor
        The number.
    x : Tensor or IndexedSlices
        What to multiply.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor, or IndexedSlices when `x` is one
        Of the shape and dtype of `x`.

    Raises
    ------
    ValueError
        If `scalar` is not one number.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.scalar_mul(2.0, tf.constant([1.0, 2.0]))))
    [2. 4.]
    """
    factor = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if factor.static_shape != ():
        raise ValueError(
            f"The input scalar must be a 0-D value. Received shape {shapes.shape_text(factor.static_shape)}."
        )
    if isinstance(x, IndexedSlices):
        return IndexedSlices(multiply(factor, x.values, name), x.indices, x.dense_shape)
    return multiply(factor, x, name)


register(
    OpDef(
        type="AddN",
        label="Σ",
        signature="inputs: T*",
        allowed=NUMBER,
        kernel=lambda first, *rest: _sum_in_order(first, rest),
        adds=np.add,
        never_fails=True,
        infer=shapes.elementwise,
        gradient=lambda z, g, *inputs: tuple(g for _ in inputs),
        formula="{inputs: + }",
        binds=SUM,
        example=Example((2, 3), (2, 3), (2, 3)),
    )
)


def _sum_in_order(first: Any, rest: Sequence[Any]) -> Any:
    total = first
    for term in rest:
        if np.shape(term) != np.shape(first):
            raise ValueError(
                "Inputs to operation must have the same size and shape. "
                f"Input 0: {list(np.shape(first))} != input: {list(np.shape(term))}"
            )
        total = np.add(total, term)
    return total if rest else np.array(first)


def add_n(inputs: Sequence[Any], name: str | None = None) -> Tensor:
    """Return the sum of tensors of one shape.

    Parameters
    ----------
    inputs : list of Tensor
        At least one; `IndexedSlices` are made whole.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of the inputs; of a single one, its value.

    Raises
    ------
    ValueError
        If there is none, or shapes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.add_n([[1.0, 2.0], [3.0, 4.0]])))
    [4. 6.]
    """
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise ValueError(
            "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape."
        )
    tensors = convert_each(inputs)
    if len(tensors) == 1:
        return tensors[0] if name is None else apply("Identity", tensors[0], name=name)
    return apply("AddN", *tensors, name=name)


def accumulate_n(inputs: Sequence[Any], shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """Return the sum of tensors of one shape: another name of `add_n`.

    Parameters
    ----------
    inputs : list of Tensor
        At least one.
    shape : list of int, optional
        The shape that they must have.
    tensor_dtype : DType, optional
        The type that they must have.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of the inputs; of a single one, its value.

    Raises
    ------
    ValueError
        If there is none, or shapes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.accumulate_n([[1.0, 2.0], [3.0, 4.0]])))
    [4. 6.]
    """
    tensors = convert_each(inputs, None if tensor_dtype is None else as_dtype(tensor_dtype).base_dtype)
    for tensor in tensors:
        shapes.merge(shapes.as_static_shape(shape), tensor.static_shape)
    return add_n(tensors, name)


def _cast_gradient(z: Tensor, g: Tensor | IndexedSlices, x: Tensor, *, dtype: Any) -> Tensor | IndexedSlices | None:
    if not (x.dtype.is_trainable and z.dtype.is_trainable):
        return None
    if isinstance(g, IndexedSlices):
        return IndexedSlices(cast(g.values, x.dtype.base_dtype), g.indices, g.dense_shape)
    return cast(g, x.dtype.base_dtype)


def _cast(x: Array, *, dtype: Any) -> Array:
    real = x.real if x.dtype.kind == "c" and not dtype.is_complex else x
    return real.astype(dtype.numpy)


def _cast_into(x: Array, out: Array, *, dtype: Any) -> None:
    np.copyto(out, x.real if x.dtype.kind == "c" and not dtype.is_complex else x, "unsafe")


register(
    OpDef(
        type="Cast",
        label="cast",
        signature="x: T",
        allowed=ALL - {string},
        kernel=_cast,
        into=_cast_into,
        elementwise=True,
        never_fails=True,
        infer=lambda x, *, dtype: (dtype, x.static_shape),
        gradient=_cast_gradient,
        formula="cast({x})",
        example=Example((2, 3), attributes={"dtype": float64}),
    )
)


def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """Return the values in another dtype.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    dtype : DType
        The type to have.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        `x` itself when it has that type.

    Raises
    ------
    TypeError
        If there is no such dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cast([1.7, 2.0], tf.int32)))
    [1 2]
    """
    tensor = convert_to_tensor(x, name="x")
    wanted = as_dtype(dtype).base_dtype
    return tensor if tensor.dtype.base_dtype is wanted else apply("Cast", tensor, name=name, dtype=wanted)


def to_float(x: Any, name: str | None = "ToFloat") -> Tensor:
    """Return the values as float32.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `x`, of dtype float32; `x` itself when it has that dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.to_float([1, 2])))
    [1. 2.]
    """
    return cast(x, "float32", name)


def to_double(x: Any, name: str | None = "ToDouble") -> Tensor:
    """Return the values as float64.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `x`, of dtype float64; `x` itself when it has that dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.to_double([1, 2])))
    [1. 2.]
    """
    return cast(x, "float64", name)


def to_int32(x: Any, name: str | None = "ToInt32") -> Tensor:
    """Return the values as int32.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `x`, of dtype int32; `x` itself when it has that dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.to_int32([1.7, 2.0])))
    [1 2]
    """
    return cast(x, "int32", name)


def to_int64(x: Any, name: str | None = "ToInt64") -> Tensor:
    """Return the values as int64.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `x`, of dtype int64; `x` itself when it has that dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.to_int64([1.7, 2.0])))
    [1 2]
    """
    return cast(x, "int64", name)


def to_complex64(x: Any, name: str | None = "ToComplex64") -> Tensor:
    """Return the values as complex64.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `x`, of dtype complex64; `x` itself when it has that dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.to_complex64(1.0)))
    (1+0j)
    """
    return cast(x, "complex64", name)


def to_complex128(x: Any, name: str | None = "ToComplex128") -> Tensor:
    """Return the values as complex128.

    Parameters
    ----------
    x : Tensor
        Numbers or truth values.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `x`, of dtype complex128; `x` itself when it has that dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.to_complex128(1.0)))
    (1+0j)
    """
    return cast(x, "complex128", name)


def _real_spec(x: Tensor) -> Spec:
    return x.dtype.base_dtype.real_dtype, x.static_shape


register(
    OpDef(
        type="Real",
        label="Re",
        signature="input: T",
        allowed=COMPLEX,
        kernel=lambda x: np.array(x.real),
        never_fails=True,
        infer=_real_spec,
        gradient=lambda z, g, x: complex(g, 0.0),
        formula="Re({input})",
    )
)


def real(input: Any, name: str | None = None) -> Tensor:
    """Return the real part; the tensor itself when it is real.

    Parameters
    ----------
    input : Tensor
        Real or complex numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `input`; of complex64 float32, of complex128 float64.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.real(3 + 4j)))
    3.0
    """
    tensor = convert_to_tensor(input, name="input")
    return apply("Real", tensor, name=name) if tensor.dtype.is_complex else tensor


register(
    OpDef(
        type="Imag",
        label="Im",
        signature="input: T",
        allowed=COMPLEX,
        kernel=lambda x: np.array(x.imag),
        never_fails=True,
        infer=_real_spec,
        gradient=lambda z, g, x: complex(0.0, g),
        formula="Im({input})",
    )
)


def imag(input: Any, name: str | None = None) -> Tensor:
    """Return the imaginary part; zeros when the tensor is real.

    Parameters
    ----------
    input : Tensor
        Real or complex numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape of `input`; of complex64 float32, of complex128 float64.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.imag(3 + 4j)))
    4.0
    """
    tensor = convert_to_tensor(input, name="input")
    return apply("Imag", tensor, name=name) if tensor.dtype.is_complex else zeros_like(tensor, name=name)


def _complex(real: Array, imag: Array) -> Array:
    shape = np.broadcast_shapes(real.shape, imag.shape)
    result = np.empty(shape, np.complex64 if real.dtype == np.float32 else np.complex128)
    result.real, result.imag = real, imag
    return result


def _complex_spec(real: Tensor, imag: Tensor) -> Spec:
    dtype, shape = shapes.broadcast(real, imag)
    return as_dtype("complex64" if dtype is float32 else "complex128"), shape


def _parts(first: Any, second: Any) -> tuple[Tensor, Tensor]:
    """Return two parts of a complex number as tensors; a number takes the type of the tensor beside it."""
    if isinstance(second, Operators) and not isinstance(first, Operators):
        first = convert_like(first, second)
    one = convert_to_tensor(first, name="real")
    return one, convert_to_tensor(second, preferred_dtype=one.dtype.base_dtype, name="imag")


register(
    OpDef(
        type="Complex",
        label="complex",
        signature="real: T, imag: T",
        allowed=frozenset({float32, float64}),
        kernel=_complex,
        never_fails=True,
        infer=_complex_spec,
        gradient=lambda z, g, x, y: (fit(real(g), x, z), fit(imag(g), y, z)),
        formula="complex({real}, {imag})",
    )
)


def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """Return the complex number with a real and an imaginary part.

    Parameters
    ----------
    real, imag : Tensor
        float32 or float64, of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        complex64 from float32, complex128 from float64, of the shape to which theirs broadcast.

    Raises
    ------
    TypeError
        If the dtypes differ.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.complex(3.0, 4.0)))
    (3+4j)
    """
    with name_scope(name, "Complex") as scope:
        first, second = _parts(real, imag)
        types = [part.dtype.base_dtype for part in (first, second)]
        if types not in ([float32, float32], [float64, float64]):
            raise TypeError(
                f"The `real` and `imag` components have incorrect types: {types[0].name} {types[1].name}. "
                f"They must be consistent, and one of {[float32, float64]}"
            )
        return apply("Complex", first, second, name=scope)


register(
    OpDef(
        type="Angle",
        label="angle",
        signature="input: T",
        allowed=COMPLEX,
        kernel=np.angle,
        infer=_real_spec,
        gradient=lambda z, g, x: -complex(g, 0.0) * apply("Reciprocal", complex(imag(x), real(x))),
        formula="angle({input})",
    )
)


def angle(input: Any, name: str | None = None) -> Tensor:
    """Return the angle of complex numbers with the positive real axis; of real numbers 0 or π.

    Parameters
    ----------
    input : Tensor
        Real or complex numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Radians from -π to π, of the shape of `input`; of complex64 float32, of complex128 float64.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.angle(2.0 + 0j)))
    0.0
    """
    tensor = convert_to_tensor(input, name="input")
    if tensor.dtype.is_complex:
        return apply("Angle", tensor, name=name)
    return where(less(tensor, 0), np.pi * ones_like(tensor), zeros_like(tensor), name=name)
