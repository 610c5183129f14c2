"""Matrices: products and what is made of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.dtypes import NUMBER
from gradnb.engine.graph import Array, Tensor, apply, convert_to_tensor, get_default_graph, overrides_operator
from gradnb.engine.ops.broadcast import fit
from gradnb.engine.ops.math import conj
from gradnb.engine.registry import PRODUCT, Example, OpDef, register
from gradnb.engine.shapes import InferenceError, Spec, StaticShape


def _turned(shape: StaticShape, transpose: bool) -> StaticShape:
    if shape is None or not transpose:
        return shape
    return (*shape[:-2], shape[-1], shape[-2])


def _matmul_spec(a: Tensor, b: Tensor, *, transpose_a: bool = False, transpose_b: bool = False) -> Spec:
    left, right = _turned(a.static_shape, transpose_a), _turned(b.static_shape, transpose_b)
    for shape in (left, right):
        if shape is not None and len(shape) < 2:
            raise InferenceError(f"Shape must be at least rank 2 but is rank {len(shape)}")
    if left is None or right is None:
        return a.dtype.base_dtype, None
    shapes.equal_dimensions(left[-1], right[-2])
    batch = shapes.broadcast_shapes(left[:-2], right[:-2])
    return a.dtype.base_dtype, None if batch is None else (*batch, left[-2], right[-1])


def _matmul(a: Array, b: Array, *, transpose_a: bool = False, transpose_b: bool = False) -> Array:
    left = np.swapaxes(a, -1, -2) if transpose_a else a
    right = np.swapaxes(b, -1, -2) if transpose_b else b
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(
            f"Matrix size-incompatible: In[0]: {shapes.bracket_text(a.shape)}, In[1]: {shapes.bracket_text(b.shape)}"
        )
    result: Array = np.matmul(left, right)
    return result


def _matmul_gradient(
    z: Tensor, g: Tensor, a: Tensor, b: Tensor, *, transpose_a: bool = False, transpose_b: bool = False
) -> tuple[Tensor, Tensor]:
    a, b = conj(a), conj(b)
    if not transpose_a:
        grad_a = matmul(g, b, transpose_b=not transpose_b)
    else:
        grad_a = matmul(b, g, transpose_a=transpose_b, transpose_b=True)
    if not transpose_b:
        grad_b = matmul(a, g, transpose_a=not transpose_a)
    else:
        grad_b = matmul(g, a, transpose_a=True, transpose_b=transpose_a)
    return _fit_batch(grad_a, a), _fit_batch(grad_b, b)


def _fit_batch(gradient: Tensor, operand: Tensor) -> Tensor:
    """Undo the broadcasting of the batch axes: the matrix axes of a gradient have the operand's sizes already."""
    return (
        gradient
        if operand.static_shape is not None and len(operand.static_shape) == 2 == _rank(gradient)
        else fit(gradient, operand, gradient)
    )


def _rank(tensor: Tensor) -> int | None:
    return None if tensor.static_shape is None else len(tensor.static_shape)


for _type in ("MatMul", "BatchMatMulV2"):
    register(
        OpDef(
            type=_type,
            label="matmul",
            signature="a: T, b: T",
            allowed=NUMBER,
            kernel=_matmul,
            infer=_matmul_spec,
            gradient=_matmul_gradient,
            formula="{a}{transpose_a:ᵀ} @ {b}{transpose_b:ᵀ}",
            binds=PRODUCT,
            example=Example((2, 3), (3, 4)) if _type == "MatMul" else Example((5, 2, 3), (3, 4)),
        )
    )


@overrides_operator("matmul")
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the matrix product, for each pair of matrices when there are batch axes in front.

    Parameters
    ----------
    a, b : Tensor
        Matrices of shapes ``(…, n, k)`` and ``(…, k, m)``; the axes in front broadcast.
    transpose_a, transpose_b : bool
        Whether to transpose a matrix first.
    adjoint_a, adjoint_b : bool
        Whether to transpose and conjugate a matrix first.
    a_is_sparse, b_is_sparse : bool
        Accepted, not needed.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The product, of shape ``(…, n, m)``.

    Raises
    ------
    ValueError
        If the inner sizes differ, or a matrix is to be both transposed and conjugated.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matmul([[1.0, 2.0]], [[9.0], [10.0]])))
    [[29.]]
    """
    if transpose_a and adjoint_a:
        raise ValueError(
            "Only one of `transpose_a` and `adjoint_a` can be True. Received `transpose_a`=True, `adjoint_a`=True."
        )
    if transpose_b and adjoint_b:
        raise ValueError(
            "Only one of `transpose_b` and `adjoint_b` can be True. Received `transpose_b`=True, `adjoint_b`=True."
        )
    left = convert_to_tensor(a, name="a")
    right = convert_to_tensor(b, left.dtype.base_dtype, name="b") if not isinstance(b, Tensor) else b
    if adjoint_a:
        left, transpose_a = conj(left), True
    if adjoint_b:
        right, transpose_b = conj(right), True
    plain = all(rank is None or rank <= 2 for rank in (_rank(left), _rank(right)))
    attributes = {key: True for key, value in {"transpose_a": transpose_a, "transpose_b": transpose_b}.items() if value}
    type = "MatMul" if plain else "BatchMatMulV2"
    return apply(
        type, left, right, name=name or (None if get_default_graph().builds_gradient else "MatMul"), **attributes
    )
