"""Gradients of which only some rows are given."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import DType
from gradnb.engine.graph import Graph
from gradnb.engine.shapes import TensorShape
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Operation, Tensor

Array = np.ndarray[Any, Any]


class IndexedSlicesValue(NamedTuple):
    """The value of an `IndexedSlices`: rows and where they belong.

    Attributes
    ----------
    values : ndarray
        The rows.
    indices : ndarray
        The row of the whole to which each belongs; repeated ones add.
    dense_shape : ndarray or None
        The shape of the whole.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant([[1.0], [2.0], [3.0]])
    >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
    >>> with tf.Session() as session:
    ...     print(session.run(slices).indices)
    [2 2]
    """

    values: Array
    indices: Array
    dense_shape: Array | None


class IndexedSlices:
    """A gradient of which only some rows are given: what ``gather`` passes back.

    Parameters
    ----------
    values : Tensor
        The rows, of shape ``(n, …)``.
    indices : Tensor
        The row of the whole to which each belongs, of shape ``(n,)``; repeated ones add.
    dense_shape : Tensor, optional
        The shape of the whole.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant([[1.0], [2.0], [3.0]])
    >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
    >>> with tf.Session() as session:
    ...     print(session.run(tf.convert_to_tensor(slices)).tolist())
    [[0.0], [0.0], [2.0]]
    """

    __slots__ = ("dense_shape", "indices", "values")

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self.values = convert_to_tensor(values)
        self.indices = convert_to_tensor(indices)
        self.dense_shape = None if dense_shape is None else convert_to_tensor(dense_shape)

    @property
    def dtype(self) -> DType:
        """The type of the rows' elements.

        Examples
        --------
        >>> import gradnb as tf
        >>> x = tf.constant([[1.0], [2.0], [3.0]])
        >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
        >>> slices.dtype
        tf.float32
        """
        return self.values.dtype

    @property
    def name(self) -> str:
        """The name of the rows.

        Examples
        --------
        >>> import gradnb as tf
        >>> x = tf.constant([[1.0], [2.0], [3.0]])
        >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
        >>> slices.name.startswith("gradients")
        True
        """
        return self.values.name

    @property
    def op(self) -> Operation:
        """The operation that computes the rows.

        Examples
        --------
        >>> import gradnb as tf
        >>> x = tf.constant([[1.0], [2.0], [3.0]])
        >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
        >>> slices.op is slices.values.op
        True
        """
        return self.values.op

    @property
    def graph(self) -> Graph:
        """The graph it belongs to.

        Examples
        --------
        >>> import gradnb as tf
        >>> x = tf.constant([[1.0], [2.0], [3.0]])
        >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
        >>> slices.graph is x.graph
        True
        """
        return self.values.graph

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape of the whole.

        Examples
        --------
        >>> import gradnb as tf
        >>> x = tf.constant([[1.0], [2.0], [3.0]])
        >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
        >>> print(slices.shape)
        (3, 1)
        """
        known = None if self.dense_shape is None else constant_value(self.dense_shape)
        return TensorShape(None if known is None else known.tolist())

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def as_tensor(self, dtype: DType | None = None, as_reference: bool = False) -> Tensor:
        """Return the whole: zeros, with the rows added in.

        Raises
        ------
        ValueError
            If the shape of the whole is not given, or `dtype` is another.
        """
        if self.dense_shape is None:
            raise ValueError("Tensor conversion requested for IndexedSlices without dense_shape: " + repr(self))
        if dtype is not None and dtype.base_dtype is not self.dtype.base_dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with dtype {self.dtype.name}"
            )
        return apply("UnsortedRowSum", self.values, self.indices, self.dense_shape)

    def __repr__(self) -> str:
        shape = "" if self.dense_shape is None else f", dense_shape={self.dense_shape}"
        return f"IndexedSlices(indices={self.indices}, values={self.values}{shape})"
