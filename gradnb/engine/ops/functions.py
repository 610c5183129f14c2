"""Functions of one number, applied to each element."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import COMPLEX, CONTINUOUS, FLOATING, NUMBER, REAL, bool_
from gradnb.engine.graph import name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import fit, ones_like, zeros_like
from gradnb.engine.ops.math import cast, complex, conj, div_no_nan, real
from gradnb.engine.registry import NOT_DIFFERENTIABLE, POWER, PRODUCT, SUM, Example, OpDef, register
from gradnb.engine.tensor import Tensor, serves_operator
from gradnb.messages import text

__all__ = [
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "ceil",
    "cos",
    "cosh",
    "digamma",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "floor",
    "is_finite",
    "is_inf",
    "is_nan",
    "lgamma",
    "log",
    "log1p",
    "log_sigmoid",
    "polygamma",
    "reciprocal",
    "rint",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
]

_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)


register(
    OpDef(
        type="Square",
        label="x²",
        signature="x: T",
        allowed=NUMBER,
        kernel=np.square,
        infer=shapes.same,
        gradient=lambda z, g, x: g * (2.0 * conj(x)),
        formula="{x}²",
        binds=POWER,
        example=Example((2, 3)),
    )
)


def square(x: Any, name: str | None = None) -> Tensor:
    """Return `x` times itself.

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
    ...     print(session.run(tf.square(3.0)))
    9.0
    """
    return apply("Square", x, name=name)


def _unless_zero(dy: Array, value: Array, out: Array | None) -> Array:
    """Return `value`, but zero where `dy` is: TensorFlow does not multiply a zero with an infinite slope."""
    if out is None:
        return np.where(dy == 0, value.dtype.type(0), value)
    np.copyto(out, out.dtype.type(0), where=dy == 0)
    return out


def _conjugate(x: Array) -> Array:
    return np.conjugate(x) if x.dtype.kind == "c" else x


def _root_gradient(y: Array, dy: Array, out: Array | None = None) -> Array:
    return _unless_zero(dy, np.divide(y.dtype.type(0.5) * dy, _conjugate(y), out), out)


def _inverse_root(x: Array, out: Array | None = None) -> Array:
    inverse: Array = np.reciprocal(np.sqrt(x, out), out)
    return inverse


def _inverse_root_gradient(y: Array, dy: Array, out: Array | None = None) -> Array:
    y = _conjugate(y)
    return _unless_zero(dy, np.multiply(y.dtype.type(-0.5) * (dy * y), y * y, out), out)


def _reciprocal_gradient(y: Array, dy: Array, out: Array | None = None) -> Array:
    return _unless_zero(dy, np.multiply(-dy, np.square(_conjugate(y)), out), out)


register(
    OpDef(
        type="Sqrt",
        label="√",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.sqrt,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("SqrtGrad", z, g),
        formula="√({x})",
        note="ops.guarded_slope",
        example=Example((2, 3), low=0.5),
    )
)


def sqrt(x: Any, name: str | None = None) -> Tensor:
    """Return the square root.

    Parameters
    ----------
    x : Tensor
        Numbers, not negative.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. NaN below 0.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Notes
    -----
    At 0 the slope is infinite; where a gradient of zero arrives, zero is passed on.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sqrt(9.0)))
    3.0
    """
    return apply("Sqrt", x, name=name)


register(
    OpDef(
        type="SqrtGrad",
        label="√′",
        signature="y: T, dy: T",
        allowed=CONTINUOUS,
        kernel=_root_gradient,
        into=_root_gradient,
        elementwise=True,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, y, dy: (-(conj(g / y)) * z, 0.5 * (g / y)),
        formula="0.5 · {dy} / {y}",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), low=0.5),
    )
)


register(
    OpDef(
        type="Rsqrt",
        label="1/√",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=_inverse_root,
        into=_inverse_root,
        elementwise=True,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("RsqrtGrad", z, g),
        formula="1 / √({x})",
        binds=PRODUCT,
        note="ops.guarded_slope",
        example=Example((2, 3), low=0.5),
    )
)


def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """Return one divided by the square root.

    Parameters
    ----------
    x : Tensor
        Numbers, not negative.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Infinite at 0.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.rsqrt(4.0)))
    0.5
    """
    return apply("Rsqrt", x, name=name)


register(
    OpDef(
        type="RsqrtGrad",
        label="1/√′",
        signature="y: T, dy: T",
        allowed=CONTINUOUS,
        kernel=_inverse_root_gradient,
        into=_inverse_root_gradient,
        elementwise=True,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, y, dy: (
            conj(g) * -1.5 * dy * square(conj(y)),
            apply("RsqrtGrad", conj(y), g),
        ),
        formula="−0.5 · {dy} · ({y})³",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), low=0.5),
    )
)


register(
    OpDef(
        type="Reciprocal",
        label="1/x",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.reciprocal,
        infer=shapes.same,
        gradient=lambda z, g, x: apply("ReciprocalGrad", z, g),
        formula="1 / {x}",
        binds=PRODUCT,
        note="ops.guarded_slope",
        example=Example((2, 3), low=0.5),
    )
)


def reciprocal(x: Any, name: str | None = None) -> Tensor:
    """Return one divided by `x`.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Infinite at 0.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.reciprocal(4.0)))
    0.25
    """
    return apply("Reciprocal", x, name=name)


register(
    OpDef(
        type="ReciprocalGrad",
        label="1/x′",
        signature="y: T, dy: T",
        allowed=CONTINUOUS,
        kernel=_reciprocal_gradient,
        into=_reciprocal_gradient,
        elementwise=True,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, y, dy: (
            conj(g) * -2.0 * dy * conj(y),
            apply("ReciprocalGrad", conj(y), g),
        ),
        formula="−{dy} · ({y})²",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3), low=0.5),
    )
)


register(
    OpDef(
        type="Exp",
        label="exp",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.exp,
        infer=shapes.same,
        gradient=lambda z, g, x: g * conj(z),
        formula="exp({x})",
        example=Example((2, 3)),
    )
)


def exp(x: Any, name: str | None = None) -> Tensor:
    """Return e to the power of `x`.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Positive; infinite where the dtype holds nothing that large.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.exp(0.0)))
    1.0
    """
    return apply("Exp", x, name=name)


register(
    OpDef(
        type="Expm1",
        label="expm1",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.expm1,
        infer=shapes.same,
        gradient=lambda z, g, x: g * exp(conj(x)),
        formula="exp({x}) − 1",
        binds=SUM,
        example=Example((2, 3)),
    )
)


def expm1(x: Any, name: str | None = None) -> Tensor:
    """Return ``exp(x) - 1``, exact for small `x`.

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
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.expm1(0.0)))
    0.0
    """
    return apply("Expm1", x, name=name)


register(
    OpDef(
        type="Log",
        label="log",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.log,
        infer=shapes.same,
        gradient=lambda z, g, x: g * reciprocal(conj(x)),
        formula="log({x})",
        note="ops.log_at_zero",
        example=Example((2, 3), low=0.5),
    )
)


def log(x: Any, name: str | None = None) -> Tensor:
    """Return the natural logarithm.

    Parameters
    ----------
    x : Tensor
        Numbers, positive.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. At 0 it is minus infinity, NaN below.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.log(1.0)))
    0.0
    """
    return apply("Log", x, name=name)


register(
    OpDef(
        type="Log1p",
        label="log1p",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.log1p,
        infer=shapes.same,
        gradient=lambda z, g, x: g * reciprocal(1.0 + conj(x)),
        formula="log(1 + {x})",
        example=Example((2, 3), low=-0.5),
    )
)


def log1p(x: Any, name: str | None = None) -> Tensor:
    """Return ``log(1 + x)``, exact for small `x`.

    Parameters
    ----------
    x : Tensor
        Numbers above -1.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.log1p(0.0)))
    0.0
    """
    return apply("Log1p", x, name=name)


register(
    OpDef(
        type="Sin",
        label="sin",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.sin,
        infer=shapes.same,
        gradient=lambda z, g, x: g * cos(conj(x)),
        formula="sin({x})",
        example=Example((2, 3)),
    )
)


def sin(x: Any, name: str | None = None) -> Tensor:
    """Return the sine.

    Parameters
    ----------
    x : Tensor
        Angles in radians.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from -1 to 1.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sin(0.0)))
    0.0
    """
    return apply("Sin", x, name=name)


register(
    OpDef(
        type="Cos",
        label="cos",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.cos,
        infer=shapes.same,
        gradient=lambda z, g, x: -g * sin(conj(x)),
        formula="cos({x})",
        example=Example((2, 3)),
    )
)


def cos(x: Any, name: str | None = None) -> Tensor:
    """Return the cosine.

    Parameters
    ----------
    x : Tensor
        Angles in radians.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from -1 to 1.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cos(0.0)))
    1.0
    """
    return apply("Cos", x, name=name)


register(
    OpDef(
        type="Tan",
        label="tan",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.tan,
        infer=shapes.same,
        gradient=lambda z, g, x: g * square(reciprocal(cos(conj(x)))),
        formula="tan({x})",
        example=Example((2, 3), low=-1.0, high=1.0),
    )
)


def tan(x: Any, name: str | None = None) -> Tensor:
    """Return the tangent.

    Parameters
    ----------
    x : Tensor
        Angles in radians.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.tan(0.0)))
    0.0
    """
    return apply("Tan", x, name=name)


register(
    OpDef(
        type="Asin",
        label="asin",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.arcsin,
        infer=shapes.same,
        gradient=lambda z, g, x: g * reciprocal(sqrt(1.0 - square(conj(x)))),
        formula="asin({x})",
        example=Example((2, 3), low=-0.7, high=0.7),
    )
)


def asin(x: Any, name: str | None = None) -> Tensor:
    """Return the angle whose sine is `x`.

    Parameters
    ----------
    x : Tensor
        Numbers from -1 to 1.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Radians from -π/2 to π/2; NaN outside of [-1, 1].

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.asin(0.0)))
    0.0
    """
    return apply("Asin", x, name=name)


register(
    OpDef(
        type="Acos",
        label="acos",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.arccos,
        infer=shapes.same,
        gradient=lambda z, g, x: -g * reciprocal(sqrt(1.0 - square(conj(x)))),
        formula="acos({x})",
        example=Example((2, 3), low=-0.7, high=0.7),
    )
)


def acos(x: Any, name: str | None = None) -> Tensor:
    """Return the angle whose cosine is `x`.

    Parameters
    ----------
    x : Tensor
        Numbers from -1 to 1.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Radians from 0 to π; NaN outside of [-1, 1].

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.acos(1.0)))
    0.0
    """
    return apply("Acos", x, name=name)


register(
    OpDef(
        type="Atan",
        label="atan",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.arctan,
        infer=shapes.same,
        gradient=lambda z, g, x: g * reciprocal(1.0 + square(conj(x))),
        formula="atan({x})",
        example=Example((2, 3)),
    )
)


def atan(x: Any, name: str | None = None) -> Tensor:
    """Return the angle whose tangent is `x`.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Radians from -π/2 to π/2.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.atan(0.0)))
    0.0
    """
    return apply("Atan", x, name=name)


register(
    OpDef(
        type="Sinh",
        label="sinh",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.sinh,
        infer=shapes.same,
        gradient=lambda z, g, x: g * cosh(conj(x)),
        formula="sinh({x})",
        example=Example((2, 3)),
    )
)


def sinh(x: Any, name: str | None = None) -> Tensor:
    """Return the hyperbolic sine.

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
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sinh(0.0)))
    0.0
    """
    return apply("Sinh", x, name=name)


register(
    OpDef(
        type="Cosh",
        label="cosh",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.cosh,
        infer=shapes.same,
        gradient=lambda z, g, x: g * sinh(conj(x)),
        formula="cosh({x})",
        example=Example((2, 3)),
    )
)


def cosh(x: Any, name: str | None = None) -> Tensor:
    """Return the hyperbolic cosine.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from 1 up.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cosh(0.0)))
    1.0
    """
    return apply("Cosh", x, name=name)


register(
    OpDef(
        type="Tanh",
        label="tanh",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.tanh,
        infer=shapes.same,
        gradient=lambda z, g, x: g * (1.0 - square(conj(z))),
        formula="tanh({x})",
        example=Example((2, 3)),
    )
)


def tanh(x: Any, name: str | None = None) -> Tensor:
    """Return the hyperbolic tangent.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from -1 to 1.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.tanh(0.0)))
    0.0
    """
    return apply("Tanh", x, name=name)


register(
    OpDef(
        type="Asinh",
        label="asinh",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.arcsinh,
        infer=shapes.same,
        gradient=lambda z, g, x: g / cosh(conj(z)),
        formula="asinh({x})",
        example=Example((2, 3)),
    )
)


def asinh(x: Any, name: str | None = None) -> Tensor:
    """Return the inverse of the hyperbolic sine.

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
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.asinh(0.0)))
    0.0
    """
    return apply("Asinh", x, name=name)


register(
    OpDef(
        type="Acosh",
        label="acosh",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.arccosh,
        infer=shapes.same,
        gradient=lambda z, g, x: g / sinh(conj(z)),
        formula="acosh({x})",
        example=Example((2, 3), low=1.5, high=3.0),
    )
)


def acosh(x: Any, name: str | None = None) -> Tensor:
    """Return the inverse of the hyperbolic cosine.

    Parameters
    ----------
    x : Tensor
        Numbers, at least 1.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Not negative; NaN below 1.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.acosh(1.0)))
    0.0
    """
    return apply("Acosh", x, name=name)


register(
    OpDef(
        type="Atanh",
        label="atanh",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=np.arctanh,
        infer=shapes.same,
        gradient=lambda z, g, x: g * reciprocal(1.0 - square(conj(x))),
        formula="atanh({x})",
        example=Example((2, 3), low=-0.7, high=0.7),
    )
)


def atanh(x: Any, name: str | None = None) -> Tensor:
    """Return the inverse of the hyperbolic tangent.

    Parameters
    ----------
    x : Tensor
        Numbers between -1 and 1.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Infinite at -1 and 1, NaN beyond.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.atanh(0.0)))
    0.0
    """
    return apply("Atanh", x, name=name)


def _sigmoid(x: Array, out: Array | None = None) -> Array:
    raised = np.exp(np.negative(x, out), out)
    result: Array = np.reciprocal(np.add(x.dtype.type(1), raised, out), out)
    return result


register(
    OpDef(
        type="Sigmoid",
        label="σ",
        signature="x: T",
        allowed=CONTINUOUS,
        kernel=_sigmoid,
        into=_sigmoid,
        elementwise=True,
        never_fails=True,
        infer=shapes.same,
        gradient=lambda z, g, x: g * conj(z) * (1.0 - conj(z)),
        formula="σ({x})",
        example=Example((2, 3)),
    )
)


def sigmoid(x: Any, name: str | None = None) -> Tensor:
    """Return ``1 / (1 + exp(-x))``.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from 0 to 1.

    Raises
    ------
    TypeError
        If `x` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sigmoid(0.0)))
    0.5
    """
    return apply("Sigmoid", x, name=name)


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """Return ``log(1 / (1 + exp(-x)))``, element by element.

    Parameters
    ----------
    x : Tensor
        Real numbers.
    name : str, optional
        The name scope of its operations.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Not positive.

    Raises
    ------
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.log_sigmoid([0.0, -100.0])))
    [  -0.6931472 -100.       ]
    """
    with name_scope(name, "LogSigmoid", [x]) as scope:
        return apply("Neg", apply("Softplus", apply("Neg", x)), name=scope)


register(
    OpDef(
        type="Abs",
        label="|x|",
        signature="x: T",
        allowed=REAL,
        kernel=np.absolute,
        infer=shapes.same,
        gradient=lambda z, g, x: g * sign(x),
        formula="|{x}|",
        note="ops.abs_at_zero",
        example=Example((2, 3), distinct=True),
    )
)


register(
    OpDef(
        type="ComplexAbs",
        label="|x|",
        signature="x: T",
        allowed=COMPLEX,
        kernel=np.absolute,
        infer=lambda x: (x.dtype.real_dtype, x.static_shape),
        gradient=lambda z, g, x: div_no_nan(complex(g, zeros_like(g)), complex(z, zeros_like(z))) * x,
        formula="|{x}|",
    )
)


@serves_operator("abs")
def abs(x: Any, name: str | None = None) -> Tensor:
    """Return the absolute value.

    Parameters
    ----------
    x : Tensor
        Real or complex numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Real numbers.

    Raises
    ------
    TypeError
        If `x` holds no numbers.

    Notes
    -----
    At 0 the gradient is 0.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.abs([-2.0, 0.0, 3.0])))
    [2. 0. 3.]
    """
    tensor = convert_to_tensor(x, name="x")
    return apply("ComplexAbs" if tensor.dtype.is_complex else "Abs", tensor, name=name or "Abs")


def _sign(x: Array) -> Array:
    # NumPy 1 gives the sign of a complex number's real part.
    return np.where(x == 0, x, x / np.absolute(x)) if x.dtype.kind == "c" else np.sign(x)


def _sign_gradient(z: Tensor, g: Tensor, x: Tensor) -> Tensor:
    if not x.dtype.is_complex:
        return zeros_like(x)
    # What changes the length alone does not change the sign.
    across: Tensor = g - z * cast(real(conj(z) * g), x.dtype)
    return across / cast(abs(x), x.dtype)


register(
    OpDef(
        type="Sign",
        label="sign",
        signature="x: T",
        allowed=NUMBER,
        kernel=_sign,
        never_fails=True,
        infer=shapes.same,
        gradient=_sign_gradient,
        formula="sign({x})",
        note="ops.sign_is_flat",
        example=Example((2, 3), distinct=True),
    )
)


def sign(x: Any, name: str | None = None) -> Tensor:
    """Return -1, 0 or 1, the sign; of a complex number ``x / abs(x)``.

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

    Notes
    -----
    The gradient of real numbers is zero everywhere; it is a tensor of zeros, not None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.sign([-2.0, 0.0, 3.0])))
    [-1.  0.  1.]
    """
    return apply("Sign", x, name=name)


register(
    OpDef(
        type="Floor",
        label="⌊x⌋",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.floor,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="⌊{x}⌋",
    )
)


def floor(x: Any, name: str | None = None) -> Tensor:
    """Return the greatest whole number that is not above `x`.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Whole numbers, in a floating-point dtype all the same.

    Raises
    ------
    TypeError
        If `x` is not complex.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.floor(1.7)))
    1.0
    """
    return apply("Floor", x, name=name)


register(
    OpDef(
        type="Ceil",
        label="⌈x⌉",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.ceil,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="⌈{x}⌉",
    )
)


def ceil(x: Any, name: str | None = None) -> Tensor:
    """Return the smallest whole number that is not below `x`.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Whole numbers, in a floating-point dtype all the same.

    Raises
    ------
    TypeError
        If `x` is not floating-point.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.ceil(1.2)))
    2.0
    """
    return apply("Ceil", x, name=name)


register(
    OpDef(
        type="Rint",
        label="rint",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.rint,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="rint({x})",
    )
)


def rint(x: Any, name: str | None = None) -> Tensor:
    """Return the nearest whole number; halves go to the even one.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Whole numbers, in a floating-point dtype all the same.

    Raises
    ------
    TypeError
        If `x` is not floating-point.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.rint([1.5, 2.5])))
    [2. 2.]
    """
    return apply("Rint", x, name=name)


register(
    OpDef(
        type="Round",
        label="round",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.rint,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="round({x})",
    )
)


def round(x: Any, name: str | None = None) -> Tensor:
    """Return the nearest whole number; halves go to the even one.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The tensor itself when it holds integers.

    Raises
    ------
    TypeError
        If `x` holds no numbers.

    Notes
    -----
    No gradient passes: it is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.round([1.4, 1.5, 2.5])))
    [1. 2. 2.]
    """
    tensor = convert_to_tensor(x, name="x")
    return tensor if tensor.dtype.is_integer else apply("Round", tensor, name=name)


register(
    OpDef(
        type="IsNan",
        label="is_nan",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.isnan,
        infer=lambda x: (bool_, x.static_shape),
        gradient=NOT_DIFFERENTIABLE,
        formula="is_nan({x})",
    )
)


def is_nan(x: Any, name: str | None = None) -> Tensor:
    """Return where `x` is not a number.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.is_nan([1.0, float('nan')])))
    [False  True]
    """
    return apply("IsNan", x, name=name)


register(
    OpDef(
        type="IsInf",
        label="is_inf",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.isinf,
        infer=lambda x: (bool_, x.static_shape),
        gradient=NOT_DIFFERENTIABLE,
        formula="is_inf({x})",
    )
)


def is_inf(x: Any, name: str | None = None) -> Tensor:
    """Return where `x` is infinite.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.is_inf([1.0, float('inf')])))
    [False  True]
    """
    return apply("IsInf", x, name=name)


register(
    OpDef(
        type="IsFinite",
        label="is_finite",
        signature="x: T",
        allowed=FLOATING,
        kernel=np.isfinite,
        infer=lambda x: (bool_, x.static_shape),
        gradient=NOT_DIFFERENTIABLE,
        formula="is_finite({x})",
    )
)


def is_finite(x: Any, name: str | None = None) -> Tensor:
    """Return where `x` is neither infinite nor NaN.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Truth values.

    Raises
    ------
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.is_finite([1.0, float('inf')])))
    [ True False]
    """
    return apply("IsFinite", x, name=name)


def _from_scipy(name: str, *arrays: Array) -> Array:
    """Compute a special function, in the type of the last array."""
    try:
        from scipy import special
    except ImportError as error:
        raise ImportError(text("ops.no_scipy", name=name)) from error
    return np.asarray(getattr(special, name)(*arrays), dtype=arrays[-1].dtype)


register(
    OpDef(
        type="Erf",
        label="erf",
        signature="x: T",
        allowed=FLOATING,
        kernel=partial(_from_scipy, "erf"),
        infer=shapes.same,
        gradient=lambda z, g, x: g * _TWO_OVER_ROOT_PI * exp(-square(x)),
        formula="erf({x})",
        example=Example((2, 3)),
    )
)


def erf(x: Any, name: str | None = None) -> Tensor:
    """Return the error function.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from -1 to 1.

    Raises
    ------
    ImportError
        When it runs, if scipy is not installed.
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.erf(0.0)))
    0.0
    """
    return apply("Erf", x, name=name)


register(
    OpDef(
        type="Erfc",
        label="erfc",
        signature="x: T",
        allowed=FLOATING,
        kernel=partial(_from_scipy, "erfc"),
        infer=shapes.same,
        gradient=lambda z, g, x: g * -_TWO_OVER_ROOT_PI * exp(-square(x)),
        formula="erfc({x})",
        example=Example((2, 3)),
    )
)


def erfc(x: Any, name: str | None = None) -> Tensor:
    """Return ``1 - erf(x)``, exact for large `x`.

    Parameters
    ----------
    x : Tensor
        Numbers.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. Numbers from 0 to 2.

    Raises
    ------
    ImportError
        When it runs, if scipy is not installed.
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.erfc(0.0)))
    1.0
    """
    return apply("Erfc", x, name=name)


def _lgamma(x: Array) -> Array:
    return np.where(np.isinf(x), np.absolute(x), _from_scipy("gammaln", x))


def _digamma(x: Array) -> Array:
    return np.where(x == 0, x.dtype.type(np.nan), _from_scipy("digamma", x))


register(
    OpDef(
        type="Lgamma",
        label="lgamma",
        signature="x: T",
        allowed=FLOATING,
        kernel=_lgamma,
        infer=shapes.same,
        gradient=lambda z, g, x: g * digamma(x),
        formula="log|Γ({x})|",
        example=Example((2, 3), low=0.5, high=3.0),
    )
)


def lgamma(x: Any, name: str | None = None) -> Tensor:
    """Return the logarithm of the absolute value of the gamma function.

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
    ImportError
        When it runs, if scipy is not installed.
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.lgamma(1.0)))
    0.0
    """
    return apply("Lgamma", x, name=name)


register(
    OpDef(
        type="Digamma",
        label="ψ",
        signature="x: T",
        allowed=FLOATING,
        kernel=_digamma,
        infer=shapes.same,
        gradient=lambda z, g, x: g * polygamma(ones_like(x), x),
        formula="ψ({x})",
        example=Example((2, 3), low=0.5, high=3.0),
    )
)


def digamma(x: Any, name: str | None = None) -> Tensor:
    """Return the derivative of `lgamma`.

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
    ImportError
        When it runs, if scipy is not installed.
    TypeError
        If `x` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.digamma(1.0)))
    -0.5772157
    """
    return apply("Digamma", x, name=name)


def _polygamma(a: Array, x: Array) -> Array:
    order, at = np.broadcast_arrays(np.asarray(a).astype(np.int64), x)
    found = np.asarray(_from_scipy("polygamma", order, at), np.asarray(x).dtype)
    # At a pole where the sign changes it is neither of the two infinities.
    return np.where((at <= 0) & (at == np.floor(at)) & (order % 2 == 0), np.array(np.nan, found.dtype), found)


register(
    OpDef(
        type="Polygamma",
        label="ψ",
        signature="a: T, x: T",
        allowed=FLOATING,
        kernel=_polygamma,
        infer=shapes.broadcast,
        gradient=lambda z, g, a, x: (None, fit(g * polygamma(a + 1.0, x), x, z)),
        formula="ψ⁽{a}⁾({x})",
        example=Example(np.ones((2, 3)), (3,), low=0.5, high=3.0),
    )
)


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """Return the derivative of order `a` of `digamma`.

    Parameters
    ----------
    a, x : Tensor
        Order (a whole number) and place, of one dtype; their shapes broadcast.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the dtype of `a` and `x`, and the shape to which theirs broadcast.

    Raises
    ------
    ImportError
        When it runs, if scipy is not installed.
    TypeError
        If the dtypes differ, or are not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.polygamma(1.0, 1.0)))
    1.644934
    """
    return apply("Polygamma", a, x, name=name)
