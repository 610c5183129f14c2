"""Arithmetic and functions of one number, applied to each element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.dtypes import NUMBER, as_dtype
from gradnb.engine.graph import IndexedSlices, Tensor, apply, convert_to_tensor
from gradnb.engine.ops.broadcast import fit
from gradnb.engine.ops.state import convert_each
from gradnb.engine.registry import PRODUCT, SUM, Example, OpDef, register


def conj(x: Any, name: str | None = None) -> Tensor:
    """Return the complex conjugate; the tensor itself when it is real.

    Parameters
    ----------
    x : Tensor
        A number for each element.
    name : str, optional
        The operation's name.

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


def negative(x: Any, name: str | None = None) -> Any:
    """Return ``-x``, element by element.

    Parameters
    ----------
    x : Tensor or IndexedSlices
        Numbers.
    name : str, optional
        The operation's name.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.negative(2.0)))
    -2.0
    """
    if isinstance(x, IndexedSlices):
        return IndexedSlices(negative(x.values, name), x.indices, x.dense_shape)
    return apply("Neg", x, name=name)


register(
    OpDef(
        type="AddN",
        label="Σ",
        signature="inputs: T*",
        allowed=NUMBER,
        kernel=lambda first, *rest: _sum_in_order(first, rest),
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
                f"Inputs to operation must have the same size and shape. Input 0: {list(np.shape(first))} != input: {list(np.shape(term))}"
            )
        total = np.add(total, term)
    return total


def add_n(inputs: Sequence[Any], name: str | None = None) -> Tensor:
    """Return the sum of tensors of one shape.

    Parameters
    ----------
    inputs : list of Tensor
        At least one; `IndexedSlices` are made whole.
    name : str, optional
        The operation's name.

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
            f"Input must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape: {inputs}"
        )
    tensors = convert_each(inputs)
    if len(tensors) == 1:
        return tensors[0] if name is None else apply("Identity", tensors[0], name=name)
    return apply("AddN", *tensors, name=name)


def _cast_gradient(z: Tensor, g: Tensor, x: Tensor, *, dtype: Any) -> Tensor | None:
    return cast(g, x.dtype.base_dtype) if x.dtype.is_trainable and z.dtype.is_trainable else None


register(
    OpDef(
        type="Cast",
        label="cast",
        signature="x: T",
        kernel=lambda x, *, dtype: x.astype(dtype.numpy),
        infer=lambda x, *, dtype: (dtype, x.static_shape),
        gradient=_cast_gradient,
        formula="cast({x})",
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

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cast([1.7, 2.0], tf.int32)))
    [1 2]
    """
    x = convert_to_tensor(x)
    wanted = as_dtype(dtype).base_dtype
    if x.dtype.base_dtype is wanted:
        return x
    return apply("Cast", x, name=name, dtype=wanted)
