"""Matrices: products, decompositions, norms and what is made of them."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import add_operation, apply, constant_from, convert_like, convert_to_tensor
from gradnb.engine.dtypes import CONTINUOUS, FLOATING, NUMBER, as_dtype
from gradnb.engine.graph import get_default_graph, name_scope
from gradnb.engine.literals import Array
from gradnb.engine.ops.arrays import matrix_diag_part, matrix_transpose, rank_of
from gradnb.engine.ops.broadcast import fit, ones, shape
from gradnb.engine.ops.math import cast, conj
from gradnb.engine.ops.reductions import axes_of
from gradnb.engine.ops.state import convert_each
from gradnb.engine.registry import PRODUCT, Example, OpDef, register
from gradnb.engine.shapes import InferenceError, Spec, StaticShape, bracket_text
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.static import constant_shape
from gradnb.engine.tensor import Tensor, serves_operator

__all__ = [
    "cholesky",
    "clip_by_average_norm",
    "clip_by_global_norm",
    "clip_by_norm",
    "cross",
    "einsum",
    "eye",
    "global_norm",
    "matmul",
    "matrix_determinant",
    "matrix_inverse",
    "matrix_solve",
    "matrix_triangular_solve",
    "norm",
    "qr",
    "self_adjoint_eig",
    "self_adjoint_eigvals",
    "svd",
    "tensordot",
    "trace",
]


def _turned(shape: StaticShape, transpose: bool) -> StaticShape:
    if shape is None or not transpose:
        return shape
    return (*shape[:-2], shape[-1], shape[-2])


def _matmul_spec(a: Tensor, b: Tensor, *, transpose_a: bool = False, transpose_b: bool = False) -> Spec:
    for known in (a.static_shape, b.static_shape):
        if known is not None and len(known) < 2:
            raise InferenceError(f"Shape must be at least rank 2 but is rank {len(known)}")
    left, right = _turned(a.static_shape, transpose_a), _turned(b.static_shape, transpose_b)
    if left is None or right is None:
        return a.dtype.base_dtype, None
    shapes.equal_dimensions(left[-1], right[-2])
    batch = shapes.broadcast_shapes(left[:-2], right[:-2])
    return a.dtype.base_dtype, None if batch is None else (*batch, left[-2], right[-1])


def _matmul(
    a: Array, b: Array, out: Array | None = None, *, transpose_a: bool = False, transpose_b: bool = False
) -> Array:
    left = a.swapaxes(-1, -2) if transpose_a else a
    right = b.swapaxes(-1, -2) if transpose_b else b
    if a.ndim == b.ndim == 2 and a.size != 1 != b.size and left.shape[1] == right.shape[0]:
        # It reaches BLAS sooner than np.matmul. Of a single number times 0 or infinity it makes 0: not for those.
        product: Array = np.dot(left, right, out)
        return product
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(
            f"Matrix size-incompatible: In[0]: {shapes.bracket_text(a.shape)}, In[1]: {shapes.bracket_text(b.shape)}"
        )
    result: Array = np.matmul(left, right, out)
    return result


def _matmul_into(
    a: tuple[int, ...], b: tuple[int, ...], *, transpose_a: bool = False, transpose_b: bool = False
) -> Callable[..., Any]:
    """Return what `_matmul` comes to for matrices of these shapes."""
    if len(a) != 2 or len(b) != 2 or math.prod(a) == 1 or math.prod(b) == 1:
        return partial(_matmul, transpose_a=transpose_a, transpose_b=transpose_b)
    if transpose_a:
        return (lambda a, b, out: np.dot(a.T, b.T, out)) if transpose_b else (lambda a, b, out: np.dot(a.T, b, out))
    return (lambda a, b, out: np.dot(a, b.T, out)) if transpose_b else np.dot


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
    """Undo the broadcasting of the batch axes; the matrix axes of a gradient have the operand's sizes already."""
    if rank_of(operand) == rank_of(gradient) == 2:
        return gradient
    return fit(gradient, operand, gradient)


for _type in ("MatMul", "BatchMatMulV2"):
    register(
        OpDef(
            type=_type,
            label="matmul",
            signature="a: T, b: T",
            allowed=NUMBER,
            kernel=_matmul,
            into_for=_matmul_into,
            never_fails=True,
            infer=_matmul_spec,
            gradient=_matmul_gradient,
            formula="{a}{transpose_a:ᵀ} @ {b}{transpose_b:ᵀ}",
            binds=PRODUCT,
            example=Example((2, 3), (3, 4)) if _type == "MatMul" else Example((5, 2, 3), (3, 4)),
        )
    )


@serves_operator("matmul")
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
    TypeError
        If the dtypes differ, or are no numbers.

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
    plain = all(rank is None or rank <= 2 for rank in (rank_of(left), rank_of(right)))
    attributes = {key: True for key, value in {"transpose_a": transpose_a, "transpose_b": transpose_b}.items() if value}
    type = "MatMul" if plain else "BatchMatMulV2"
    return apply(
        type, left, right, name=name or (None if get_default_graph().builds_gradient else "MatMul"), **attributes
    )


@serves_operator("rmatmul")
def _matmul_from_left(other: Any, tensor: Any) -> Tensor:
    return matmul(convert_like(other, tensor), tensor)


# Products along any axes


@lru_cache(maxsize=256)
def _parsed(equation: str, ranks: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """Return the labels of each operand and of the result, one letter for each axis, also for those behind ``...``.

    Raises
    ------
    ValueError
        If the equation does not fit operands of these ranks.
    """
    text = equation.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise InferenceError(f"Expected {len(terms)} inputs for equation {equation!r} but got {len(ranks)}")
    letters = text.replace("...", "").replace("->", "").replace(",", "")
    if not all(letter in string.ascii_letters for letter in letters):
        raise InferenceError(f"Indices have incorrect format: {equation}")
    free = [letter for letter in string.ascii_letters[::-1] if letter not in letters]
    most = max(
        (rank - len(term) + 3 for term, rank in zip(terms, ranks, strict=True) if "..." in term),
        default=0,
    )
    batch = "".join(free[:most])[::-1]
    labels = []
    for term, rank in zip(terms, ranks, strict=True):
        hidden = rank - len(term.replace("...", ""))
        if hidden < 0 or (hidden and "..." not in term):
            raise InferenceError(f"Expected input to have rank {len(term.replace('...', ''))} but got: {rank}")
        labels.append(term.replace("...", batch[most - hidden :]))
    if not arrow:
        right = "..." * bool(batch) + "".join(sorted(a for a in set(letters) if letters.count(a) == 1))
    result = right.replace("...", batch)
    if len(set(result)) < len(result) or not set(result) <= set("".join(labels)):
        raise InferenceError(f"Expected each label of the result once, and in an input: {equation}")
    return tuple(labels), result


def _sizes_of(labels: Sequence[str], operand_shapes: Sequence[StaticShape]) -> dict[str, int | None]:
    """Return the size for each label; axes of size 1 broadcast."""
    sizes: dict[str, int | None] = {}
    for term, static in zip(labels, operand_shapes, strict=True):
        for label, size in zip(term, static or (), strict=True):
            known = sizes.get(label, 1)
            if known in (1, None):
                sizes[label] = known if size in (1, None) and known is None else size
            elif size not in (1, None, known):
                raise InferenceError(f"Expected dimension {known} at axis {term.index(label)} but got dimension {size}")
    return sizes


def _einsum_spec(*inputs: Tensor, equation: str) -> Spec:
    static = [tensor.static_shape for tensor in inputs]
    dtype = inputs[0].dtype.base_dtype
    if any(known is None for known in static):
        return dtype, None
    labels, result = _parsed(equation, tuple(len(known) for known in static if known is not None))
    sizes = _sizes_of(labels, static)
    return dtype, tuple(sizes[label] for label in result)


def _einsum(*inputs: Array, equation: str) -> Array:
    labels, result = _parsed(equation, tuple(x.ndim for x in inputs))
    _sizes_of(labels, [x.shape for x in inputs])
    return _sum_of_products(labels, result, inputs)


def _sum_of_products(labels: Sequence[str], result: str, inputs: Sequence[Array]) -> Array:
    """Return what an equation says, as a product of matrices where it is one."""
    if len(inputs) == 2 and inputs[0].dtype.char in "fdFD":
        left, right = inputs
        axes = _axes_of_matrices(labels[0], labels[1], result)
        if axes is not None and all(left.shape[i] == right.shape[j] for i, j in axes.shared):
            a, b = left.transpose(axes.left), right.transpose(axes.right)
            batch, rows = a.shape[: axes.batch], a.shape[axes.batch : axes.batch + axes.rows]
            inner, columns = a.shape[axes.batch + axes.rows :], b.shape[axes.batch + axes.inner :]
            between = math.prod(inner)
            product: Array = np.matmul(
                a.reshape(*batch, math.prod(rows), between), b.reshape(*batch, between, math.prod(columns))
            )
            product = product.reshape(batch + rows + columns)
            return product.transpose(axes.result)
    total: Array = np.einsum(f"{','.join(labels)}->{result}", *inputs, optimize=len(inputs) > 1)
    return total


class _Axes(NamedTuple):
    """How the axes of two arrays become those of matrices: batch, rows and inner ones, batch, inner ones and columns.

    Attributes
    ----------
    left, right, result : tuple of int
        The order of the axes of each operand, and of those of the product.
    batch, rows, inner : int
        How many there are of each kind.
    shared : tuple of (int, int)
        The axes of the two operands that have one label.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    result: tuple[int, ...]
    batch: int
    rows: int
    inner: int
    shared: tuple[tuple[int, int], ...]


@lru_cache(maxsize=256)
def _axes_of_matrices(left: str, right: str, result: str) -> _Axes | None:
    """Return how an equation of two operands is a product of matrices; None if it is none."""
    batch = [label for label in result if label in left and label in right]
    inner = [label for label in left if label in right and label not in result]
    rows = [label for label in left if label not in right]
    columns = [label for label in right if label not in left]
    repeats = len(set(left)) < len(left) or len(set(right)) < len(right)
    if repeats or not inner or not set(rows + columns) <= set(result):
        return None
    product = [*batch, *rows, *columns]
    return _Axes(
        tuple(map(left.index, batch + rows + inner)),
        tuple(map(right.index, batch + inner + columns)),
        tuple(map(product.index, result)),
        len(batch),
        len(rows),
        len(inner),
        tuple((left.index(label), right.index(label)) for label in batch + inner),
    )


def _einsum_gradient(z: Tensor, g: Tensor, *inputs: Tensor, equation: str) -> list[Tensor]:
    return [_einsum_backward(g, inputs, position, equation) for position in range(len(inputs))]


def _einsum_backward(g: Tensor, inputs: Sequence[Tensor], position: int, equation: str) -> Tensor:
    others = [conj(x) for i, x in enumerate(inputs) if i != position]
    return apply("EinsumGrad", shape(inputs[position]), g, *others, equation=equation, position=position)


def _einsum_put_back(target: Array, g: Array, *others: Array, equation: str, position: int) -> Array:
    """Return the gradient for one operand: what `_einsum` does, read backwards."""
    ranks = [x.ndim for x in others]
    ranks.insert(position, len(target))
    terms, result = _parsed(equation, tuple(ranks))
    mine, labels = terms[position], [*terms[:position], *terms[position + 1 :]]
    unique = "".join(dict.fromkeys(mine))
    reached = "".join(label for label in unique if label in result or label in "".join(labels))
    total = _sum_of_products([result, *labels], reached, [g, *others])
    sizes = {label: int(size) for label, size in zip(mine, target, strict=True)}
    axes = tuple(i for i, label in enumerate(reached) if sizes[label] == 1)
    total = np.sum(total, axis=axes, keepdims=True, dtype=g.dtype)
    absent = tuple(i for i, label in enumerate(unique) if label not in reached)
    total = np.broadcast_to(np.expand_dims(total, absent), [sizes[label] for label in unique])
    if unique == mine:
        return total
    whole = np.zeros(tuple(target), g.dtype)
    diagonal = np.einsum(f"{mine}->{unique}", whole)  # a view of the elements whose repeated labels agree
    diagonal[...] = total
    return whole


def _einsum_put_back_gradient(
    z: Tensor, g: Tensor, target: Tensor, upstream: Tensor, *others: Tensor, equation: str, position: int
) -> list[Tensor | None]:
    operands, turned = [conj(x) for x in others], list(others)
    operands.insert(position, g)
    turned.insert(position, conj(g))
    places = [i for i in range(len(turned)) if i != position]
    return [
        None,
        apply("Einsum", *operands, equation=equation),
        *(_einsum_backward(conj(upstream), turned, i, equation) for i in places),
    ]


register(
    OpDef(
        type="Einsum",
        label="einsum",
        signature="inputs: T*",
        allowed=NUMBER,
        kernel=_einsum,
        view=True,
        infer=_einsum_spec,
        gradient=_einsum_gradient,
        formula="einsum({inputs:, })",
        example=Example((2, 3), (3, 4), attributes={"equation": "ij,jk->ik"}),
    )
)

register(
    OpDef(
        type="EinsumGrad",
        label="einsum backward",
        signature="shape: int32, upstream: T, others: T*",
        allowed=NUMBER,
        kernel=_einsum_put_back,
        infer=lambda target, g, *_, **__: (g.dtype.base_dtype, constant_shape(target)),
        gradient=_einsum_put_back_gradient,
        formula="einsum_gradient({upstream}, {others:, })",
        example=Example(
            np.array([2, 3], np.int32), (2, 4), (3, 4), attributes={"equation": "ij,jk->ik", "position": 0}
        ),
    )
)


def einsum(equation: str, *inputs: Any, name: str | None = None, **options: Any) -> Tensor:
    """Return a sum of products, as an equation of index letters says.

    Parameters
    ----------
    equation : str
        The letters of each tensor's axes, then those of the result: ``"ij,jk->ik"``. What stands only on the left is
        summed over; ``...`` stands for any axes, which broadcast; without ``->`` the letters that occur once remain.
    *inputs : Tensor
        The tensors, of one dtype.
    name : str, optional
        The operation's name.
    **options
        TensorFlow's settings of speed, which are accepted and not needed.

    Returns
    -------
    Tensor
        Its axes are the letters on the right, of the dtype of the inputs.

    Raises
    ------
    ValueError
        If the equation does not fit the tensors.
    TypeError
        If an input holds no numbers.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.einsum("i,i->", [1.0, 2.0], [3.0, 4.0])))
    11.0
    """
    if options.keys() - {"optimize"}:
        raise TypeError(f"einsum() got an unexpected keyword argument {min(options.keys() - {'optimize'})!r}")
    return apply("Einsum", *convert_each(inputs), name=name or "einsum", equation=equation)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """Return the sum of products over axes of two tensors.

    Parameters
    ----------
    a, b : Tensor
        Tensors of one dtype and known rank.
    axes : int, or pair of lists of int
        How many of the last axes of `a` meet the first ones of `b`; or which axes of `a` meet which of `b`.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The remaining axes of `a`, then those of `b`.

    Raises
    ------
    ValueError
        If a rank is unknown, or the axes do not fit.
    IndexError
        If there is no such axis.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.tensordot(tf.ones([2, 3, 4]), tf.ones([3, 4, 5]), 2).shape
    TensorShape([2, 5])
    """
    left, right = convert_each([a, b])
    first, second = rank_of(left), rank_of(right)
    if first is None or second is None:
        raise ValueError("tensordot needs tensors of known rank. Call set_shape first.")
    if isinstance(axes, int):
        if not 0 <= axes <= min(first, second):
            raise ValueError(f"`axes` must be in [0, {min(first, second)}]. Received: {axes}")
        of_left, of_right = list(range(first - axes, first)), list(range(axes))
    else:
        if len(axes) != 2:
            raise ValueError(f"`axes` must be an integer or have length 2. Received {axes}.")
        of_left, of_right = ([int(axis) for axis in np.atleast_1d(np.asarray(part, np.int64))] for part in axes)
        if len(of_left) != len(of_right):
            raise ValueError(f"Different number of contraction axes `a` and `b`, {len(of_left)} != {len(of_right)}.")
    for part, rank in ((of_left, first), (of_right, second)):
        for axis in part:
            if not -rank <= axis < rank:
                raise IndexError(f"`axes` names axis {axis}, and the tensor has {rank} axes. Received: {axes}.")
    labels = string.ascii_letters[:first]
    more = list(string.ascii_letters[first : first + second])
    for i, j in zip(of_left, of_right, strict=True):
        more[j] = labels[i]
    kept = [label for label in labels if label not in more] + [label for label in more if label not in labels]
    equation = f"{labels},{''.join(more)}->{''.join(kept)}"
    return apply("Einsum", left, right, name=name or "Tensordot", equation=equation)


# Square matrices


def _square(x: Tensor) -> StaticShape:
    """Return the shape of square matrices, which `x` must be.

    Raises
    ------
    ValueError
        If it is known to be something else.
    """
    static = x.static_shape
    if static is None:
        return None
    if len(static) < 2:
        raise InferenceError(f"Shape must be at least rank 2 but is rank {len(static)}")
    size = shapes.equal_dimensions(static[-2], static[-1])
    return (*static[:-2], size, size)


def _same_square(x: Tensor, **_: Any) -> Spec:
    return x.dtype.base_dtype, _square(x)


def _number_for_each(x: Tensor, **_: Any) -> Spec:
    static = _square(x)
    return x.dtype.base_dtype, None if static is None else static[:-2]


def _invertible(compute: Callable[[], Array]) -> Array:
    try:
        return compute()
    except np.linalg.LinAlgError:
        raise ValueError("Input is not invertible.") from None


def _adjoint(x: Array) -> Array:
    result: Array = np.conj(np.swapaxes(x, -1, -2))
    return result


def _well_conditioned(x: Array) -> Array:
    """Return matrices that are far from singular, for examples."""
    return x + 3 * np.eye(x.shape[-1])


register(
    OpDef(
        type="MatrixInverse",
        label="inverse",
        signature="input: T",
        allowed=CONTINUOUS,
        kernel=lambda x: _invertible(lambda: np.linalg.inv(x)),
        infer=_same_square,
        gradient=lambda z, g, x: -matmul(z, matmul(g, z, adjoint_b=True), adjoint_a=True),
        formula="{input}⁻¹",
        example=Example((3, 3), transform=_well_conditioned),
    )
)


def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """Return the inverses of square matrices.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, n)``.
    adjoint : bool
        Whether to transpose and conjugate them first.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    ValueError
        If they are not square.
    InvalidArgumentError
        When it runs, if one has no inverse.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_inverse([[2.0, 0.0], [0.0, 4.0]])).tolist())
    [[0.5, 0.0], [0.0, 0.25]]
    """
    tensor = convert_to_tensor(input)
    return apply("MatrixInverse", conj(_swapped(tensor)) if adjoint else tensor, name=name)


def _per_matrix(g: Tensor) -> Tensor:
    """Give one number for each matrix two axes of size 1 behind it."""
    return apply("ExpandDims", apply("ExpandDims", g, axis=-1), axis=-1)


def _determinant_gradient(z: Tensor, g: Tensor, x: Tensor) -> Tensor:
    return _per_matrix(g * conj(z)) * _inverse_adjoint(x)


def _inverse_adjoint(x: Tensor) -> Tensor:
    inverse = apply("MatrixInverse", x)
    return conj(_swapped(inverse))


def _swapped(x: Tensor) -> Tensor:
    """Return the matrices transposed, also when their rank is unknown."""
    if rank_of(x) is not None:
        return matrix_transpose(x)
    return apply("SwapLastAxes", x)


register(
    OpDef(
        type="SwapLastAxes",
        label="transpose",
        signature="x: T",
        kernel=lambda x: np.swapaxes(x, -1, -2),
        view=True,
        never_fails=True,
        infer=lambda x: (x.dtype.base_dtype, None if x.static_shape is None else _turned(x.static_shape, True)),
        gradient=lambda z, g, x: apply("SwapLastAxes", g),
        formula="{x}ᵀ",
        example=Example((2, 3, 4)),
    )
)

register(
    OpDef(
        type="MatrixDeterminant",
        label="det",
        signature="input: T",
        allowed=CONTINUOUS,
        kernel=np.linalg.det,
        infer=_number_for_each,
        gradient=_determinant_gradient,
        formula="det({input})",
        example=Example((3, 3), transform=_well_conditioned),
    )
)


def matrix_determinant(input: Any, name: str | None = None) -> Tensor:
    """Return the determinants of square matrices.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, n)``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Shape ``(…)``. The gradient needs invertible matrices.

    Raises
    ------
    ValueError
        If they are not square.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_determinant([[2.0, 0.0], [0.0, 4.0]])))
    8.0
    """
    return apply("MatrixDeterminant", input, name=name)


def _log_determinant_spec(x: Tensor) -> list[Spec]:
    dtype, static = _number_for_each(x)
    return [(dtype, static), (dtype, static)]


register(
    OpDef(
        type="LogMatrixDeterminant",
        label="log det",
        signature="input: T",
        allowed=CONTINUOUS,
        kernel=lambda x: tuple(np.asarray(part, x.dtype) for part in np.linalg.slogdet(x)),
        infer=_log_determinant_spec,
        gradient=lambda z, g, x: _per_matrix(g[1]) * _inverse_adjoint(x),
        formula="log |det({input})|",
        example=Example((3, 3), transform=_well_conditioned),
    )
)


def slogdet(input: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return the signs of determinants, and the logarithms of their absolute values.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, n)``.
    name : str, optional
        The operation's name.

    Returns
    -------
    sign, log_abs_determinant : Tensor
        Both of shape ``(…)``.

    Raises
    ------
    TypeError
        If `input` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> sign, logarithm = tf.linalg.slogdet([[2.0, 0.0], [0.0, -4.0]])
    >>> with tf.Session() as session:
    ...     print(*session.run([sign, logarithm]))
    -1.0 2.0794415
    """
    sign, logarithm = add_operation("LogMatrixDeterminant", input, name=name).outputs
    return sign, logarithm


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """Return the logarithms of the determinants of positive definite matrices.

    Parameters
    ----------
    matrix : Tensor
        Symmetric positive definite matrices, of shape ``(…, n, n)``.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape ``(…)`` and the dtype of `matrix`.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.linalg.logdet([[2.0, 0.0], [0.0, 4.0]])))
    2.0794415
    """
    tensor = convert_to_tensor(matrix)
    with name_scope(name, "logdet", [tensor]):
        diagonal = matrix_diag_part(cholesky(tensor))
        if diagonal.dtype.is_complex:
            diagonal = apply("Real", diagonal)
        return 2 * apply("Sum", apply("Log", diagonal), axis=(-1,), keepdims=False)


def _solve_spec(matrix: Tensor, rhs: Tensor, **_: Any) -> Spec:
    left, right = _square(matrix), rhs.static_shape
    if left is None or right is None:
        return matrix.dtype.base_dtype, right
    if len(right) < 2:
        raise InferenceError(f"Shape must be at least rank 2 but is rank {len(right)}")
    rows = shapes.equal_dimensions(left[-1], right[-2])
    return matrix.dtype.base_dtype, (*(shapes.merge(left[:-2], right[:-2]) or ()), rows, right[-1])


def _solve_gradient(z: Tensor, g: Tensor, matrix: Tensor, rhs: Tensor, **how: Any) -> tuple[Tensor, Tensor]:
    adjoint = how.pop("adjoint")
    grad_rhs = apply(z.op.type, matrix, g, adjoint=not adjoint, **how)
    pair = (z, grad_rhs) if adjoint else (grad_rhs, z)
    grad_matrix = -matmul(*pair, adjoint_b=True)
    if "lower" in how:
        low, high = (-1, 0) if how["lower"] else (0, -1)
        grad_matrix = apply("MatrixBandPart", grad_matrix, lower=low, upper=high)
    return grad_matrix, grad_rhs


register(
    OpDef(
        type="MatrixSolve",
        label="solve",
        signature="matrix: T, rhs: T",
        allowed=CONTINUOUS,
        kernel=lambda a, b, *, adjoint: _invertible(lambda: np.linalg.solve(_adjoint(a) if adjoint else a, b)),
        infer=_solve_spec,
        gradient=_solve_gradient,
        formula="solve({matrix}, {rhs})",
        example=Example((3, 3), (3, 3), transform=_well_conditioned, attributes={"adjoint": False}),
    )
)


def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """Return the solutions x of ``matrix @ x = rhs``.

    Parameters
    ----------
    matrix : Tensor
        Square matrices, of shape ``(…, n, n)``.
    rhs : Tensor
        Right-hand sides, of shape ``(…, n, k)``.
    adjoint : bool
        Whether to transpose and conjugate `matrix` first.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `rhs`.

    Raises
    ------
    InvalidArgumentError
        When it runs, if a matrix has no inverse.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_solve([[2.0, 0.0], [0.0, 4.0]], [[2.0], [2.0]])).tolist())
    [[1.0], [0.5]]
    """
    return apply("MatrixSolve", matrix, rhs, name=name, adjoint=adjoint)


def _triangular_solve(matrix: Array, rhs: Array, *, lower: bool, adjoint: bool) -> Array:
    triangle = np.tril(matrix) if lower else np.triu(matrix)
    return _invertible(lambda: np.linalg.solve(_adjoint(triangle) if adjoint else triangle, rhs))


register(
    OpDef(
        type="MatrixTriangularSolve",
        label="solve",
        signature="matrix: T, rhs: T",
        allowed=CONTINUOUS,
        kernel=_triangular_solve,
        infer=_solve_spec,
        gradient=_solve_gradient,
        formula="solve({matrix}, {rhs})",
        example=Example((3, 3), (3, 3), transform=_well_conditioned, attributes={"lower": True, "adjoint": False}),
    )
)


def matrix_triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """Return the solutions x of ``matrix @ x = rhs``, where only a triangle of `matrix` counts.

    Parameters
    ----------
    matrix : Tensor
        Square matrices, of shape ``(…, n, n)``.
    rhs : Tensor
        Right-hand sides, of shape ``(…, n, k)``.
    lower : bool
        Whether the lower triangle counts, else the upper.
    adjoint : bool
        Whether to transpose and conjugate `matrix` first.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `rhs`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.matrix_triangular_solve([[2.0, 9.0], [0.0, 4.0]], [[2.0], [2.0]])).tolist())
    [[1.0], [0.5]]
    """
    return apply("MatrixTriangularSolve", matrix, rhs, name=name, lower=lower, adjoint=adjoint)


# Decompositions


def _cholesky(x: Array) -> Array:
    flat = x.reshape(-1, *x.shape[-2:])
    result = np.full(flat.shape, np.nan, x.dtype)
    for position, matrix in enumerate(flat):
        try:
            result[position] = np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            result[position] = np.tril(result[position])
    return result.reshape(x.shape)


def _cholesky_gradient(z: Tensor, g: Tensor, x: Tensor) -> Tensor:
    middle = matmul(z, g, adjoint_a=True)
    middle = apply("MatrixSetDiag", middle, matrix_diag_part(middle) * 0.5)
    middle = apply("MatrixBandPart", middle, lower=-1, upper=0)
    right = _solved_from_right(z, middle)
    return (right + conj(_swapped(right))) * 0.5


def _solved_from_right(factor: Tensor, middle: Tensor) -> Tensor:
    """Return ``factor⁻ᴴ @ middle @ factor⁻¹`` for lower triangles `factor`."""
    left = apply("MatrixTriangularSolve", factor, middle, lower=True, adjoint=True)
    solved = apply("MatrixTriangularSolve", factor, conj(_swapped(left)), lower=True, adjoint=True)
    return conj(_swapped(solved))


register(
    OpDef(
        type="Cholesky",
        label="cholesky",
        signature="input: T",
        allowed=CONTINUOUS,
        kernel=_cholesky,
        infer=_same_square,
        gradient=_cholesky_gradient,
        formula="cholesky({input})",
    )
)


def cholesky(input: Any, name: str | None = None) -> Tensor:
    """Return lower triangles L with ``L @ L^T = input``.

    Parameters
    ----------
    input : Tensor
        Symmetric positive definite matrices, of shape ``(…, n, n)``; the upper triangle is not looked at.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The triangles; NaN for a matrix that is not positive definite.

    Raises
    ------
    ValueError
        If they are not square.
    TypeError
        If `input` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cholesky([[4.0, 2.0], [2.0, 2.0]])).tolist())
    [[2.0, 0.0], [1.0, 1.0]]
    """
    return apply("Cholesky", input, name=name)


def _eigen_spec(x: Tensor) -> list[Spec]:
    dtype, static = _same_square(x)
    return [(dtype, None if static is None else static[:-1]), (dtype, static)]


def _eigen(x: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(x)
    return values.astype(x.dtype), vectors


def _gaps(values: Tensor) -> Tensor:
    """Return the reciprocals of the differences ``values[j] - values[i]``, 0 on the diagonal."""
    differences = apply("ExpandDims", values, axis=-2) - apply("ExpandDims", values, axis=-1)
    ones_there = values * 0 + 1
    return apply("MatrixSetDiag", apply("Reciprocal", apply("MatrixSetDiag", differences, ones_there)), values * 0)


def _eigen_gradient(z: Sequence[Tensor], g: Sequence[Tensor], x: Tensor) -> Tensor:
    values, vectors = z
    inner = apply("MatrixDiag", g[0]) + _gaps(values) * matmul(vectors, g[1], adjoint_a=True)
    whole = matmul(vectors, matmul(inner, vectors, adjoint_b=True))
    # Only the lower triangle of the input counts.
    lower = apply("MatrixBandPart", whole + conj(_swapped(whole)), lower=-1, upper=0)
    return apply("MatrixSetDiag", lower, matrix_diag_part(lower) * 0.5)


register(
    OpDef(
        type="SelfAdjointEigV2",
        label="eigh",
        signature="input: T",
        allowed=CONTINUOUS,
        kernel=_eigen,
        infer=_eigen_spec,
        gradient=_eigen_gradient,
        formula="eigh({input})",
    )
)


def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return eigenvalues and eigenvectors of symmetric matrices.

    Parameters
    ----------
    tensor : Tensor
        Symmetric (or Hermitian) matrices, of shape ``(…, n, n)``; the upper triangle is not looked at.
    name : str, optional
        The operation's name.

    Returns
    -------
    values : Tensor
        Shape ``(…, n)``, in ascending order.
    vectors : Tensor
        Shape ``(…, n, n)``: each column is an eigenvector.

    Raises
    ------
    ValueError
        If they are not square.
    TypeError
        If `tensor` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> values, vectors = tf.self_adjoint_eig([[2.0, 0.0], [0.0, 1.0]])
    >>> with tf.Session() as session:
    ...     print(session.run(values))
    [1. 2.]
    """
    values, vectors = add_operation("SelfAdjointEigV2", tensor, name=name).outputs
    return values, vectors


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """Return eigenvalues of symmetric matrices, in ascending order.

    Parameters
    ----------
    tensor : Tensor
        Symmetric (or Hermitian) matrices, of shape ``(…, n, n)``; the upper triangle is not looked at.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of shape ``(…, n)``.

    Raises
    ------
    ValueError
        If they are not square.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.self_adjoint_eigvals([[2.0, 0.0], [0.0, 1.0]])))
    [1. 2.]
    """
    return self_adjoint_eig(tensor, name)[0]


def _svd(x: Array, *, full_matrices: bool) -> tuple[Array, Array, Array]:
    left, values, right = np.linalg.svd(x, full_matrices=full_matrices)
    return values.astype(x.dtype), left, _adjoint(right)


def _svd_spec(x: Tensor, *, full_matrices: bool) -> list[Spec]:
    dtype, static = x.dtype.base_dtype, x.static_shape
    if static is None:
        return [(dtype, None)] * 3
    if len(static) < 2:
        raise InferenceError(f"Shape must be at least rank 2 but is rank {len(static)}")
    *batch, rows, columns = static
    least = None if rows is None or columns is None else min(rows, columns)
    left, right = (rows, columns) if full_matrices else (least, least)
    return [(dtype, (*batch, least)), (dtype, (*batch, rows, left)), (dtype, (*batch, columns, right))]


def _svd_gradient(z: Sequence[Tensor], g: Sequence[Tensor], x: Tensor, *, full_matrices: bool) -> Tensor:
    if full_matrices:
        raise ValueError("The gradient of svd needs full_matrices=False.")
    values, left, right = z
    gaps = _gaps(values * values)
    scale = apply("ExpandDims", values, axis=-2)
    turning_left = matmul(left, g[1], adjoint_a=True)
    turning_right = matmul(right, g[2], adjoint_a=True)
    inner = gaps * (turning_left - conj(_swapped(turning_left))) * scale
    inner += apply("ExpandDims", values, axis=-1) * gaps * (turning_right - conj(_swapped(turning_right)))
    inner += apply("MatrixDiag", g[0])
    result = matmul(left, matmul(inner, right, adjoint_b=True))
    # What leads out of the spaces that the singular vectors span.
    outside_left = (g[1] - matmul(left, turning_left)) / scale
    outside_right = (g[2] - matmul(right, turning_right)) / scale
    return result + matmul(outside_left, right, adjoint_b=True) + matmul(left, outside_right, adjoint_b=True)


register(
    OpDef(
        type="Svd",
        label="svd",
        signature="input: T",
        allowed=FLOATING,
        kernel=_svd,
        infer=_svd_spec,
        gradient=_svd_gradient,
        formula="svd({input})",
    )
)


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Return the singular values of matrices, and their singular vectors.

    Parameters
    ----------
    tensor : Tensor
        Matrices, of shape ``(…, n, m)``.
    full_matrices : bool
        Whether to complete the singular vectors to square matrices; then they have no gradient.
    compute_uv : bool
        Whether to return the vectors too.
    name : str, optional
        The operation's name.

    Returns
    -------
    values : Tensor
        Shape ``(…, min(n, m))``, in descending order.
    left, right : Tensor
        With ``compute_uv``: the vectors are columns, and ``left @ diag(values) @ right^T`` is `tensor`.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two axes.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.svd([[3.0, 0.0], [0.0, -4.0]], compute_uv=False)))
    [4. 3.]
    """
    values, left, right = add_operation("Svd", tensor, name=name, full_matrices=full_matrices).outputs
    return (values, left, right) if compute_uv else values


def _qr(x: Array, *, full_matrices: bool) -> tuple[Array, Array]:
    q, r = np.linalg.qr(x, "complete" if full_matrices else "reduced")
    return q, r


def _qr_spec(x: Tensor, *, full_matrices: bool) -> list[Spec]:
    (_, values), (dtype, left), (_, right) = _svd_spec(x, full_matrices=full_matrices)
    if left is None or values is None or right is None:
        return [(dtype, None)] * 2
    return [(dtype, left), (dtype, (*values[:-1], left[-1], right[-2]))]


def _qr_gradient(z: Sequence[Tensor], g: Sequence[Tensor], x: Tensor, *, full_matrices: bool) -> Tensor:
    static = x.static_shape
    if static is None or static[-1] is None or static[-2] is None:
        raise ValueError("The gradient of qr needs matrices of known size.")
    if static[-2] < static[-1] or (full_matrices and static[-2] != static[-1]):
        raise ValueError("The gradient of qr needs at least as many rows as columns, and full_matrices=False.")
    q, r = z

    def divided(matrix: Tensor) -> Tensor:
        """Return ``matrix @ r⁻ᴴ``."""
        solved = apply("MatrixTriangularSolve", r, conj(_swapped(matrix)), lower=False, adjoint=False)
        return conj(_swapped(solved))

    turning = matmul(q, g[0], adjoint_a=True)
    shearing = matmul(r, g[1], adjoint_b=True)
    skew = turning - conj(_swapped(turning)) + shearing - conj(_swapped(shearing))
    lower = apply("MatrixBandPart", skew, lower=-1, upper=0)
    return matmul(q, g[1] + divided(lower)) + divided(g[0] - matmul(q, turning))


register(
    OpDef(
        type="Qr",
        label="qr",
        signature="input: T",
        allowed=FLOATING,
        kernel=_qr,
        infer=_qr_spec,
        gradient=_qr_gradient,
        formula="qr({input})",
    )
)


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return orthogonal matrices and upper triangles whose product is `input`.

    Parameters
    ----------
    input : Tensor
        Matrices, of shape ``(…, n, m)``.
    full_matrices : bool
        Whether to complete the orthogonal matrices to square ones.
    name : str, optional
        The operation's name.

    Returns
    -------
    q, r : Tensor
        The orthogonal matrices and the triangles.

    Raises
    ------
    ValueError
        If `input` has fewer than two axes.

    Examples
    --------
    >>> import gradnb as tf
    >>> q, r = tf.qr([[1.0, 2.0], [0.0, 3.0], [0.0, 0.0]])
    >>> q.shape, r.shape
    (TensorShape([3, 2]), TensorShape([2, 2]))
    """
    q, r = add_operation("Qr", input, name=name, full_matrices=full_matrices).outputs
    return q, r


# Norms, and small helpers


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Return the norm of vectors or matrices.

    Parameters
    ----------
    tensor : Tensor
        Numbers.
    ord : str or number
        ``"euclidean"``, 1, 2, ``numpy.inf`` or another positive number for vectors; ``"fro"``, ``"euclidean"``, 1 or
        ``numpy.inf`` for matrices.
    axis : int or pair of int, optional
        The axis of the vectors or the two axes of the matrices; by default all elements form one vector.
    keepdims : bool, optional
        Whether these axes stay, with size 1.
    name : str, optional
        The scope of the operations.
    keep_dims
        TensorFlow's old name of `keepdims`.

    Returns
    -------
    Tensor
        The norms. The gradient of the Euclidean one is NaN at zero.

    Raises
    ------
    ValueError
        If there is no such norm.
    TypeError
        If `tensor` is neither floating-point nor complex.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.norm([3.0, 4.0])))
    5.0
    """
    x = convert_to_tensor(tensor)
    axes = axes_of(axis)
    matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    _check_order(ord, matrices, axes)
    kept = bool(keep_dims if keepdims is None else keepdims)
    with name_scope(name, "norm", [x]):

        def reduced(type: str, value: Tensor, over: tuple[int, ...] | None) -> Tensor:
            return apply(type, value, axis=over, keepdims=True if matrices else kept)

        if ord in ("euclidean", "fro", 2, 2.0):
            squares = x * conj(x)
            result = apply("Sqrt", apply("Sum", squares, axis=axes, keepdims=kept))
            return apply("Real", result) if x.dtype.is_complex else result
        sizes = apply("ComplexAbs" if x.dtype.is_complex else "Abs", x)
        if matrices and axes is not None:
            first, second = axes if ord == 1 else axes[::-1]
            result = reduced("Max", reduced("Sum", sizes, (first,)), (second,))
            return result if kept else apply("Squeeze", result, axis=axes)
        if ord == np.inf:
            return reduced("Max", sizes, axes)
        if ord == 1:
            return reduced("Sum", sizes, axes)
        return apply("Pow", reduced("Sum", apply("Pow", sizes, ord), axes), 1.0 / ord)


def _check_order(ord: Any, matrices: bool, axes: tuple[int, ...] | None) -> None:
    if axes is not None and len(axes) != (2 if matrices else 1):
        raise ValueError(f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {list(axes)}")
    if matrices and axes is not None and axes[0] == axes[1]:
        raise ValueError(f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axes}")
    if matrices:
        if ord not in ("euclidean", "fro", 1, np.inf):
            raise ValueError(f"'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, inf], got {ord!r}.")
    elif ord != "euclidean" and (isinstance(ord, str) or ord <= 0):
        raise ValueError(f"'ord' must be a supported vector norm, got {ord!r}.")


def trace(x: Any, name: str | None = None) -> Tensor:
    """Return the sums of the diagonals of matrices.

    Parameters
    ----------
    x : Tensor
        Matrices, of shape ``(…, n, m)``.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of shape ``(…)`` and the dtype of `x`.

    Raises
    ------
    ValueError
        If `x` has fewer than two axes.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.trace([[1.0, 2.0], [3.0, 4.0]])))
    5.0
    """
    tensor = convert_to_tensor(x, name="x")
    with name_scope(name, "Trace", [tensor]) as scope:
        return apply("Sum", matrix_diag_part(tensor), axis=(-1,), keepdims=False, name=scope)


def _cross_spec(a: Tensor, b: Tensor) -> Spec:
    for static in (a.static_shape, b.static_shape):
        if static is not None and (not static or static[-1] not in (None, 3)):
            raise InferenceError(f"Dimension must be 3 but is {static[-1] if static else 'missing'}")
    return shapes.elementwise(a, b)


def _cross(a: Array, b: Array) -> Array:
    if a.shape != b.shape or a.shape[-1:] != (3,):
        raise ValueError(
            f"Cross product needs vectors of length 3, not {bracket_text(a.shape)} and {bracket_text(b.shape)}"
        )
    result: Array = np.cross(a, b)
    return result


register(
    OpDef(
        type="Cross",
        label="cross",
        signature="a: T, b: T",
        allowed=FLOATING,
        kernel=_cross,
        infer=_cross_spec,
        gradient=lambda z, g, a, b: (apply("Cross", b, g), apply("Cross", g, a)),
        formula="{a} × {b}",
        binds=PRODUCT,
        example=Example((2, 3), (2, 3)),
    )
)


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """Return the cross products of vectors.

    Parameters
    ----------
    a, b : Tensor
        Vectors of length 3, of shape ``(…, 3)``.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `a`.

    Raises
    ------
    ValueError
        If their shapes differ, or the last axis is not of size 3.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])))
    [0. 0. 1.]
    """
    return apply("Cross", a, b, name=name)


def eye(
    num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = "float32", name: str | None = None
) -> Tensor:
    """Return identity matrices.

    Parameters
    ----------
    num_rows : int
        How many rows.
    num_columns : int, optional
        How many columns; as many as rows by default.
    batch_shape : list of int, optional
        The axes in front.
    dtype : DType
        The type.
    name : str, optional
        The name.

    Returns
    -------
    Tensor
        Of shape ``(*batch_shape, num_rows, num_columns)``.

    Raises
    ------
    TypeError
        If a size is no whole number.
    ValueError
        If a size is negative.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.eye(2)).tolist())
    [[1.0, 0.0], [0.0, 1.0]]
    """
    wanted = as_dtype(dtype).base_dtype
    if isinstance(num_rows, Tensor) and num_columns is None:
        diagonal = ones(convert_to_tensor([*(batch_shape or ()), num_rows]), wanted)
        return apply("MatrixDiag", diagonal, name=name or "eye")
    for size in (num_rows, num_columns):
        if size is not None and (not isinstance(size, (int, np.integer)) or size < 0):
            received = f"num_rows={num_rows}, num_columns={num_columns}"
            raise (ValueError if isinstance(size, (int, np.integer)) else TypeError)(
                f"Arguments `num_rows` and `num_columns` must be non-negative integer values. Received: {received}"
            )
    matrix = np.eye(int(num_rows), None if num_columns is None else int(num_columns), dtype=wanted.numpy)
    return constant_from(np.broadcast_to(matrix, (*(batch_shape or ()), *matrix.shape)).copy(), name or "eye")


# Keeping gradients small


Gradient = Tensor | IndexedSlices


def global_norm(t_list: Sequence[Any], name: str | None = None) -> Tensor:
    """Return the Euclidean norm of several tensors as if they were one vector.

    Parameters
    ----------
    t_list : list of (Tensor, IndexedSlices or None)
        The tensors; None is left out.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        A number, not negative, of the dtype of the tensors.

    Raises
    ------
    TypeError
        If it is no list.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.global_norm([tf.constant([3.0]), tf.constant([4.0])])))
    5.0
    """
    if not isinstance(t_list, (list, tuple)):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")
    values = [_values_of(t) for t in t_list if t is not None]
    with name_scope(name, "global_norm", values) as scope:
        halves = apply("Pack", *(apply("L2Loss", value) for value in values), axis=0)
        return apply("Sqrt", apply("Sum", halves, axis=None, keepdims=False) * 2.0, name=f"{scope}global_norm")


def _values_of(t: Any) -> Tensor:
    return t.values if isinstance(t, IndexedSlices) else convert_to_tensor(t)


def _scaled(t: Any, scale: Callable[[Tensor], Tensor]) -> Any:
    """Return `t`, or the rows of it that an `IndexedSlices` gives, after `scale`."""
    scaled = scale(_values_of(t))
    return IndexedSlices(scaled, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else scaled


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Return tensors, shortened together so that their common norm is at most `clip_norm`.

    Parameters
    ----------
    t_list : list of (Tensor, IndexedSlices or None)
        The tensors; None stays None.
    clip_norm : float
        The largest norm.
    use_norm : Tensor, optional
        Their norm if it is known already.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    clipped : list
        The tensors; NaN everywhere if the norm is infinite.
    norm : Tensor
        Their norm before.

    Raises
    ------
    TypeError
        If `t_list` is no list.

    Examples
    --------
    >>> import gradnb as tf
    >>> clipped, norm = tf.clip_by_global_norm([tf.constant([3.0, 4.0])], 1.0)
    >>> with tf.Session() as session:
    ...     print(session.run(clipped[0]), session.run(norm))
    [0.6 0.8] 5.0
    """
    length = global_norm(t_list, name) if use_norm is None else convert_to_tensor(use_norm)
    values = [_values_of(t) for t in t_list if t is not None]
    with name_scope(name, "clip_by_global_norm", [*values, length]):
        # An infinite norm minus itself is NaN: it must not pass unnoticed as gradients of zero.
        scale = clip_norm * apply("Minimum", 1.0 / length, 1.0 / _like(clip_norm, length)) + (length - length)
        return [None if t is None else _scaled(t, lambda value: value * scale) for t in t_list], length


def _like(number: Any, tensor: Tensor) -> Tensor:
    return number if isinstance(number, Tensor) else convert_to_tensor(number, tensor.dtype.base_dtype)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """Return a tensor, shortened so that its Euclidean norm is at most `clip_norm`.

    Parameters
    ----------
    t : Tensor or IndexedSlices
        Real numbers.
    clip_norm : float
        The largest norm.
    axes : list of int, optional
        The axes of the vectors; by default all elements form one.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor or IndexedSlices
        Like `t`.

    Raises
    ------
    TypeError
        If `t` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.clip_by_norm([3.0, 4.0], 1.0)))
    [0.6 0.8]
    """
    values = _values_of(t)
    over = axes_of(axes)

    def clipped(value: Tensor) -> Tensor:
        squares = apply("Sum", value * value, axis=over, keepdims=True)
        some = squares > 0.0
        length = apply("Select", some, apply("Sqrt", apply("Select", some, squares, squares * 0 + 1)), squares)
        return apply("RealDiv", value * clip_norm, apply("Maximum", length, clip_norm))

    with name_scope(name, "clip_by_norm", [values]):
        return _scaled(t, clipped)


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """Return a tensor, shortened so that its Euclidean norm per element is at most `clip_norm`.

    Parameters
    ----------
    t : Tensor
        Real numbers.
    clip_norm : float
        The largest norm, divided by the number of elements.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        Of the shape and dtype of `t`; shorter or the same.

    Raises
    ------
    TypeError
        If `t` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.clip_by_average_norm([3.0, 4.0], 0.5)))
    [0.6 0.8]
    """
    tensor = convert_to_tensor(t)
    with name_scope(name, "clip_by_average_norm", [tensor]) as scope:
        count = cast(apply("Size", tensor, out_type=as_dtype("int32")), tensor.dtype.base_dtype)
        inverse = apply("Rsqrt", apply("Sum", tensor * tensor, axis=None, keepdims=False))
        limit = apply("Minimum", inverse * count, 1.0 / _like(clip_norm, tensor))
        return apply("Mul", tensor * clip_norm, limit, name=scope)
