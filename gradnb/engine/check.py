"""Gradients checked against finite differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradnb.engine.defaults import get_default_session
from gradnb.engine.dtypes import CONTINUOUS
from gradnb.engine.gradients import gradients, not_recording
from gradnb.engine.literals import Array
from gradnb.engine.ops.broadcast import ones
from gradnb.engine.ops.state import identity
from gradnb.engine.session import Session
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Tensor

__all__ = [
    "compute_gradient",
    "compute_gradient_error",
]


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Sequence[int],
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> Any:
    """Return the Jacobian twice: as the gradients give it, and from finite differences.

    Parameters
    ----------
    x : Tensor, Variable, or list of those
        With respect to what; it is fed.
    x_shape : list of int, or list of those
        Its shape.
    y : Tensor
        What is differentiated.
    y_shape : list of int
        Its shape.
    x_init_value : array, or list of those, optional
        The point; random numbers between 0 and 1 by default.
    delta : float
        Half the distance of the points from which a difference is taken.
    init_targets : list of Operation, optional
        What to run first, in the default session.
    extra_feed_dict : Mapping, optional
        What to feed besides.

    Returns
    -------
    tuple of (ndarray, ndarray), or list of those when x is a list
        Two matrices with a row for each element of x and a column for each of y; complex elements have two of them, for
        the real and the imaginary part.

    Raises
    ------
    ValueError
        If there is no default session, a shape does not fit, or y does not depend on x.
    TypeError
        If x or y is neither floating-point nor complex.

    Examples
    --------
    >>> import numpy as np
    >>> import gradnb as tf
    >>> x = tf.placeholder(tf.float64, [2])
    >>> with tf.Session():
    ...     theirs, ours = tf.test.compute_gradient(x, [2], x * x, [2], x_init_value=np.array([1.0, 3.0]))
    >>> theirs
    array([[2., 0.],
           [0., 6.]])
    >>> bool((abs(theirs - ours) < 1e-6).all())
    True
    """
    session = get_default_session()
    if session is None:
        raise ValueError(
            "No default session is registered. Use `with sess.as_default()` or call it inside `with tf.Session():`."
        )
    for target in init_targets or ():
        target.run(session=session)
    feeds = dict(extra_feed_dict or {})
    if isinstance(x, list):
        points = [None] * len(x) if x_init_value is None else x_init_value
        return [
            _compared(session, entry, shape, y, y_shape, point, delta, feeds)
            for entry, shape, point in zip(x, x_shape, points, strict=True)
        ]
    return _compared(session, x, x_shape, y, y_shape, x_init_value, delta, feeds)


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Sequence[int],
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> float:
    """Return how far the Jacobian from gradients is at most from that of finite differences.

    Parameters
    ----------
    x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict
        As for `compute_gradient`.

    Returns
    -------
    float
        The largest difference of two elements.

    Raises
    ------
    ValueError, TypeError
        As `compute_gradient`.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.placeholder(tf.float64, [2])
    >>> with tf.Session():
    ...     error = tf.test.compute_gradient_error(x, [2], tf.sin(x), [2])
    >>> error < 1e-5
    True
    """
    found = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    pairs = [found] if isinstance(found, tuple) else found
    return max((float(np.fabs(a - b).max()) for a, b in pairs if a.size), default=0.0)


def _compared(
    session: Session,
    x: Any,
    x_shape: Sequence[int],
    y: Tensor,
    y_shape: Sequence[int],
    x_init_value: Any,
    delta: float,
    feeds: dict[Any, Any],
) -> tuple[Array, Array]:
    for tensor, name in ((x, "x"), (y, "y")):
        if tensor.dtype.base_dtype not in CONTINUOUS:
            raise TypeError(f"Don't support type {tensor.dtype.name} for {name}")
    point = _point(x, list(x_shape), x_init_value)
    with y.graph.as_default(), not_recording():
        seed = identity(ones(list(y_shape), y.dtype.base_dtype))
        (gradient,) = gradients(y, x, grad_ys=seed)
    if gradient is None:
        raise ValueError(f"{y} does not depend on {x}: its gradient is None, so there is nothing to check.")
    from_gradients = _from_gradients(session, x, point, gradient, seed, list(y_shape), feeds)
    return from_gradients, _from_differences(session, x, point, y, list(y_shape), delta, feeds)


def _point(x: Any, x_shape: list[int], given: Any) -> Array:
    dtype = x.dtype.base_dtype.numpy
    if given is not None:
        point = np.array(given, dtype)
        if list(point.shape) != x_shape:
            raise ValueError(f"x_shape = {x_shape}, init_data shape = {list(point.shape)}")
        return point
    # The numbers come from NumPy's global state, as TensorFlow's do: a test that seeds it gets the same ones again.
    point = np.asarray(np.random.random_sample(x_shape)).astype(dtype)  # noqa: NPY002  # see above
    if point.dtype.kind == "c":
        point.imag = np.random.random_sample(x_shape)  # noqa: NPY002  # see above
    return point


def _parts(array: Array) -> Array:
    """Return an array's numbers in a row; of a complex one, the real and the imaginary parts in turn."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype)


def _from_gradients(
    session: Session,
    x: Any,
    point: Array,
    gradient: Tensor | IndexedSlices,
    seed: Tensor,
    y_shape: list[int],
    feeds: dict[Any, Any],
) -> Array:
    weights = np.zeros(y_shape, seed.dtype.base_dtype.numpy)
    each = _parts(weights)
    columns = []
    for position in range(each.size):
        one_hot = np.zeros_like(each)
        one_hot[position] = 1
        value = session.run(gradient, {**feeds, x: point, seed: one_hot.view(weights.dtype).reshape(y_shape)})
        if isinstance(gradient, IndexedSlices):
            whole = np.zeros_like(point)
            np.add.at(whole, value.indices, value.values)
            value = whole
        columns.append(_parts(np.asarray(value, point.dtype)))
    return np.stack(columns, axis=1) if columns else np.zeros((_parts(point).size, 0), _parts(point).dtype)


def _from_differences(
    session: Session,
    x: Any,
    point: Array,
    y: Tensor,
    y_shape: list[int],
    delta: float,
    feeds: dict[Any, Any],
) -> Array:
    numbers = _parts(point)

    def value_at(position: int, step: float) -> Array:
        moved = numbers.copy()
        moved[position] += step
        value = session.run(y, {**feeds, x: moved.view(point.dtype).reshape(point.shape)})
        return _parts(np.asarray(value))

    rows = [
        (value_at(position, delta) - value_at(position, -delta)) / np.asarray(2 * delta, y.dtype.real_dtype.numpy)
        for position in range(numbers.size)
    ]
    columns = _parts(np.zeros(y_shape, y.dtype.base_dtype.numpy)).size
    return np.stack(rows) if rows else np.zeros((0, columns), numbers.dtype)
