"""How the first values of variables are made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradnb.engine.attempts import all_or_nothing
from gradnb.engine.dtypes import as_dtype, float32
from gradnb.engine.ops.arrays import matrix_diag_part, transpose
from gradnb.engine.ops.broadcast import ones, reshape, zeros
from gradnb.engine.ops.functions import sign
from gradnb.engine.ops.linalg import qr
from gradnb.engine.ops.random import random_normal, random_uniform, truncated_normal
from gradnb.engine.ops.state import constant
from gradnb.engine.tensor import Tensor

__all__ = [
    "constant_initializer",
    "glorot_normal_initializer",
    "glorot_uniform_initializer",
    "ones_initializer",
    "orthogonal_initializer",
    "random_normal_initializer",
    "random_uniform_initializer",
    "truncated_normal_initializer",
    "variance_scaling_initializer",
    "zeros_initializer",
]

#: The standard deviation of what is left of a normal distribution that is cut at two standard deviations.
_LEFT_OF_STDDEV = 0.87962566103423978


class Initializer:
    """Makes the first value of a variable: called with a shape and a dtype, it returns a tensor."""

    def __init_subclass__(cls) -> None:
        if "__call__" in vars(cls):
            cls.__call__ = all_or_nothing(cls.__call__)  # type: ignore[method-assign]  # it keeps its signature

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Return the first value.

        Parameters
        ----------
        shape : list of int
            Its shape.
        dtype : DType, optional
            Its type.
        partition_info
            Accepted, not used.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say how to make a value. Give it a __call__(shape, dtype) method."
        )


class zeros_initializer(Initializer):  # TensorFlow's name
    """Zeros.

    Parameters
    ----------
    dtype : DType
        Their type when the variable does not say.

    Raises
    ------
    TypeError
        If `dtype` is none.
    ValueError
        When it is called with a shape that has a negative size.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("zeros_example", [2], initializer=tf.zeros_initializer())
    """

    def __init__(self, dtype: Any = float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        return zeros(shape, dtype or self.dtype)


class ones_initializer(Initializer):  # TensorFlow's name
    """Ones.

    Parameters
    ----------
    dtype : DType
        Their type when the variable does not say.

    Raises
    ------
    TypeError
        If `dtype` is none.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("ones_example", [2], initializer=tf.ones_initializer())
    """

    def __init__(self, dtype: Any = float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        return ones(shape, dtype or self.dtype)


class constant_initializer(Initializer):  # TensorFlow's name
    """A constant: one number for all elements, or a list of them.

    Parameters
    ----------
    value : number, list or array
        The value; missing elements repeat the last one.
    dtype : DType
        Its type when the variable does not say.
    verify_shape : bool
        Whether `value` must have the variable's shape.

    Raises
    ------
    TypeError
        If `dtype` is none; when it is called, if `value` does not fit the shape or the dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("constant_example", [2], initializer=tf.constant_initializer([1.0, 2.0]))
    """

    def __init__(self, value: Any = 0, dtype: Any = float32, verify_shape: bool = False) -> None:
        self.value = value
        self.dtype = as_dtype(dtype)
        self.verify_shape = verify_shape

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        return constant(self.value, dtype or self.dtype, shape, verify_shape=self.verify_shape)


class random_uniform_initializer(Initializer):  # TensorFlow's name
    """Numbers drawn evenly between two bounds.

    Parameters
    ----------
    minval, maxval : number
        The bounds.
    seed : int, optional
        Makes them reproducible.
    dtype : DType
        Their type when the variable does not say.

    Raises
    ------
    TypeError
        If `dtype` is none; when it is called, if a bound is no number.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("uniform_example", [2], initializer=tf.random_uniform_initializer(-1.0, 1.0))
    """

    def __init__(self, minval: Any = 0, maxval: Any = None, seed: int | None = None, dtype: Any = float32) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        return random_uniform(shape, self.minval, self.maxval, dtype or self.dtype, self.seed)


class random_normal_initializer(Initializer):  # TensorFlow's name
    """Normally distributed numbers.

    Parameters
    ----------
    mean, stddev : number
        Their mean and standard deviation.
    seed : int, optional
        Makes them reproducible.
    dtype : DType
        Their type when the variable does not say.

    Raises
    ------
    TypeError
        If `dtype` is none, or no floating-point type.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("normal_example", [2], initializer=tf.random_normal_initializer(stddev=0.1))
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 1.0, seed: int | None = None, dtype: Any = float32) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        return random_normal(shape, self.mean, self.stddev, dtype or self.dtype, self.seed)


class truncated_normal_initializer(random_normal_initializer):
    """Normally distributed numbers, those beyond two standard deviations drawn again.

    Parameters
    ----------
    mean, stddev : number
        Mean and standard deviation before the tails are cut.
    seed : int, optional
        Makes them reproducible.
    dtype : DType
        Their type when the variable does not say.

    Raises
    ------
    TypeError
        If `dtype` is none, or no floating-point type.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("truncated_example", [2], initializer=tf.truncated_normal_initializer(stddev=0.1))
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        return truncated_normal(shape, self.mean, self.stddev, dtype or self.dtype, self.seed)


class variance_scaling_initializer(Initializer):  # TensorFlow's name
    """Random numbers whose variance fits the number of inputs and outputs.

    Parameters
    ----------
    scale : float
        The factor of the variance.
    mode : str
        ``fan_in``, ``fan_out`` or ``fan_avg``: by what it is divided.
    distribution : str
        ``normal`` or ``truncated_normal``, ``untruncated_normal`` or ``uniform``.
    seed : int, optional
        Makes them reproducible.
    dtype : DType
        Their type when the variable does not say.

    Raises
    ------
    ValueError
        If `scale`, `mode` or `distribution` is none of those.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun: Delving Deep into Rectifiers. International Conference on Computer Vision (2015),
    arXiv:1502.01852: a `scale` of 2 with ``fan_in``.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("scaled_example", [3, 2], initializer=tf.variance_scaling_initializer(2.0))
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype: Any = float32,
    ) -> None:
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be a positive float. Received: {scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). Received: {mode}")
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                "Argument `distribution` should be one of "
                f"('normal', 'uniform', 'truncated_normal', 'untruncated_normal'). Received: {distribution}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        fan_in, fan_out = _fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, fan)
        wanted = as_dtype(dtype or self.dtype)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random_uniform(shape, -limit, limit, wanted, self.seed)
        if self.distribution == "untruncated_normal":
            return random_normal(shape, 0.0, math.sqrt(variance), wanted, self.seed)
        return truncated_normal(shape, 0.0, math.sqrt(variance) / _LEFT_OF_STDDEV, wanted, self.seed)


class glorot_uniform_initializer(variance_scaling_initializer):
    """Glorot's uniform distribution: the default of `get_variable`.

    Its bounds are ``±√(6 / (inputs + outputs))``.

    Parameters
    ----------
    seed : int, optional
        Makes them reproducible.
    dtype : DType
        Their type when the variable does not say.

    References
    ----------
    X. Glorot, Y. Bengio: Understanding the difficulty of training deep feedforward neural networks. International
    Conference on Artificial Intelligence and Statistics (2010).

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("glorot_example", [3, 2], initializer=tf.glorot_uniform_initializer())
    """

    def __init__(self, seed: int | None = None, dtype: Any = float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)


class glorot_normal_initializer(variance_scaling_initializer):
    """Glorot's normal distribution.

    Its standard deviation is ``√(2 / (inputs + outputs))``; numbers beyond two of them are drawn again.

    Parameters
    ----------
    seed : int, optional
        Makes them reproducible.
    dtype : DType
        Their type when the variable does not say.

    References
    ----------
    X. Glorot, Y. Bengio: Understanding the difficulty of training deep feedforward neural networks. International
    Conference on Artificial Intelligence and Statistics (2010).

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("glorot_normal_example", [3, 2], initializer=tf.glorot_normal_initializer())
    """

    def __init__(self, seed: int | None = None, dtype: Any = float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)


class orthogonal_initializer(Initializer):
    """A random matrix with orthogonal rows or columns, whichever are fewer; further axes count as rows.

    Parameters
    ----------
    gain : float
        The factor by which it is multiplied.
    seed : int, optional
        Makes it reproducible.
    dtype : DType
        Its type when the variable does not say.

    Raises
    ------
    ValueError
        If the variable has fewer than two axes.

    References
    ----------
    A. M. Saxe, J. L. McClelland, S. Ganguli: Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks. International Conference on Learning Representations (2014), arXiv:1312.6120.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.get_variable("orthogonal_example", [3, 2], initializer=tf.orthogonal_initializer())
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None, dtype: Any = float32) -> None:
        self.gain = gain
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Sequence[int], dtype: Any = None, partition_info: Any = None) -> Tensor:
        if len(shape) < 2:
            raise ValueError(
                f"The tensor to initialize must be at least two-dimensional. Received: shape={list(shape)}"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = random_normal([max(rows, columns), min(rows, columns)], dtype=dtype or self.dtype, seed=self.seed)
        q, r = qr(drawn)
        # The signs make every orthogonal matrix equally likely.
        q = q * sign(matrix_diag_part(r))
        return reshape(q if rows >= columns else transpose(q), shape) * self.gain


def _fans(shape: Sequence[int]) -> tuple[float, float]:
    """Return for how many inputs and outputs a weight of this shape stands."""
    if len(shape) < 1:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    receptive = float(np.prod(shape[:-2], dtype=np.int64))
    return shape[-2] * receptive, shape[-1] * receptive
