"""Random numbers, reproducible wherever a seed is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gradnb.engine.build import apply
from gradnb.engine.dtypes import as_dtype, float32
from gradnb.engine.graph import get_default_graph, name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import as_shape
from gradnb.engine.ops.math import cast
from gradnb.engine.registry import NOT_DIFFERENTIABLE, OpDef, register
from gradnb.engine.shapes import Spec
from gradnb.engine.static import constant_shape
from gradnb.engine.tensor import Operation, Tensor

if TYPE_CHECKING:
    from gradnb.engine.session import Session

__all__ = [
    "random_normal",
    "random_uniform",
    "set_random_seed",
    "truncated_normal",
]


def set_random_seed(seed: int) -> None:
    """Make the random numbers of the default graph's operations that are made from now on reproducible.

    Parameters
    ----------
    seed : int
        Any integer. The numbers are the same on every platform, but not TensorFlow's.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.set_random_seed(1)
    >>> x = tf.random_normal([2])
    >>> with tf.Session() as a, tf.Session() as b:
    ...     print(bool((a.run(x) == b.run(x)).all()))
    True
    """
    get_default_graph().seed = seed


def seeds(op_seed: int | None) -> tuple[int | None, int | None]:
    """Return the pair of seeds that an operation made now keeps: the graph's and its own."""
    graph = get_default_graph()
    if op_seed is not None and not hasattr(op_seed, "__index__"):
        raise TypeError(f"The seed must be an int, not {op_seed!r}.")
    if op_seed is None and graph.seed is not None:
        op_seed = graph.version
    return graph.seed, op_seed


def _spec(shape: Tensor, *, dtype: Any, seed: Any) -> Spec:
    return dtype, constant_shape(shape)


def _uniform(session: Session, operation: Operation, shape: Array, *, dtype: Any, seed: Any) -> Array:
    return session.generator(operation).random(tuple(shape)).astype(dtype.numpy)


def _normal(session: Session, operation: Operation, shape: Array, *, dtype: Any, seed: Any) -> Array:
    return session.generator(operation).standard_normal(tuple(shape)).astype(dtype.numpy)


def _truncated(session: Session, operation: Operation, shape: Array, *, dtype: Any, seed: Any) -> Array:
    generator = session.generator(operation)
    numbers = generator.standard_normal(tuple(shape))
    while (outside := np.abs(numbers) > 2).any():
        numbers[outside] = generator.standard_normal(int(outside.sum()))
    return numbers.astype(dtype.numpy)


for _type, _kernel in {
    "RandomUniform": _uniform,
    "RandomStandardNormal": _normal,
    "TruncatedNormal": _truncated,
}.items():
    register(
        OpDef(
            type=_type,
            label="random",
            signature="shape: int32|int64",
            kernel=_kernel,
            infer=_spec,
            gradient=NOT_DIFFERENTIABLE,
            stateful=True,
        )
    )


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Return numbers drawn evenly between `minval` and `maxval`, anew at each run.

    Parameters
    ----------
    shape : list of int, or integer vector
        How many.
    minval, maxval : number or Tensor
        The bounds; the upper one is left out. By default 0 and 1.
    dtype : DType
        Floating-point or integer.
    seed : int, optional
        Makes them reproducible.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape `shape` and dtype `dtype`.

    Raises
    ------
    ValueError
        If integers are asked for without `maxval`.
    TypeError
        If `shape` is none, or a bound is no number.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(bool((session.run(tf.random_uniform([5])) < 1).all()))
    True
    """
    wanted = as_dtype(dtype)
    if maxval is None:
        if wanted.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {wanted.name}")
        maxval = 1
    with name_scope(name, "random_uniform"):
        drawn = wanted if wanted.is_floating else as_dtype("float64")
        for bound in (minval, maxval):
            if isinstance(bound, str):
                raise TypeError(f"Expected {wanted.name}, but got {bound!r} of type 'str'.")
        numbers: Tensor = apply("RandomUniform", as_shape(shape), dtype=drawn, seed=seeds(seed))
        if wanted.is_integer:
            return cast(apply("Floor", numbers * (float(maxval) - float(minval)) + float(minval)), wanted)
        spread: Tensor = numbers * (maxval - minval) + minval
        return spread


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Return normally distributed numbers, drawn anew at each run.

    Parameters
    ----------
    shape : list of int, or integer vector
        How many.
    mean, stddev : number or Tensor
        Their mean and standard deviation.
    dtype : DType
        Floating-point.
    seed : int, optional
        Makes them reproducible.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape `shape` and dtype `dtype`.

    Raises
    ------
    TypeError
        If `shape` is none, or `dtype` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.random_normal([2, 3]).shape
    TensorShape([2, 3])
    """
    with name_scope(name, "random_normal"):
        numbers: Tensor = apply("RandomStandardNormal", as_shape(shape), dtype=as_dtype(dtype), seed=seeds(seed))
        scaled: Tensor = numbers * stddev + mean
        return scaled


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Return normally distributed numbers, those beyond two standard deviations drawn again.

    Parameters
    ----------
    shape : list of int, or integer vector
        How many.
    mean, stddev : number or Tensor
        Mean and standard deviation before the tails are cut.
    dtype : DType
        Floating-point.
    seed : int, optional
        Makes them reproducible.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape `shape` and dtype `dtype`.

    Raises
    ------
    TypeError
        If `shape` is none, or `dtype` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(bool((abs(session.run(tf.truncated_normal([100]))) <= 2).all()))
    True
    """
    with name_scope(name, "truncated_normal"):
        numbers: Tensor = apply("TruncatedNormal", as_shape(shape), dtype=as_dtype(dtype), seed=seeds(seed))
        scaled: Tensor = numbers * stddev + mean
        return scaled
