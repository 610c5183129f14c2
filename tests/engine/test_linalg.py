"""Matrices: products against NumPy, equations of every kind, decompositions and their gradients, norms and clipping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradnb as tf
from gradnb.engine.registry import lookup
from gradnb.errors import InvalidArgumentError

A = np.array([[2.0, -1.0, 0.5], [0.3, 1.5, -0.7], [-0.2, 0.4, 3.0]])


def numbers(*shape: int) -> Any:
    return np.asarray(np.random.default_rng(sum(shape)).normal(size=shape))


def value(fetch: Any, feeds: dict[Any, Any] | None = None) -> Any:
    with tf.Session() as session:
        return session.run(fetch, feeds)


def check_gradients(function: Callable[[Any], Any], point: Any, orders: int = 2, declared: Any = "known") -> None:
    """Compare gradients with central differences, up to an order."""
    x = tf.placeholder(tf.float64, point.shape if declared == "known" else declared)
    result = function(x)
    ys = list(result) if isinstance(result, (list, tuple)) else [result]
    with tf.Session() as session:
        for _ in range(orders):
            sizes = [np.shape(found) for found in session.run(ys, {x: point})]
            loss = tf.add_n([tf.reduce_sum(y * (1.0 + numbers(*size))) for y, size in zip(ys, sizes, strict=True)])
            slope = np.zeros_like(point)
            for index in np.ndindex(*point.shape):
                ends = []
                for step in (1e-5, -1e-5):
                    moved = np.array(point)
                    moved[index] += step
                    ends.append(session.run(loss, {x: moved}))
                slope[index] = (ends[0] - ends[1]) / 2e-5
            ys = [tf.convert_to_tensor(gradient) for gradient in tf.gradients(loss, x)]
            np.testing.assert_allclose(session.run(ys[0], {x: point}), slope, rtol=1e-5, atol=1e-5)


# Products


@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("declared", ["known", [None, None, None], None], ids=str)
def test_products_of_transposed_matrices(transpose_a: bool, transpose_b: bool, declared: Any) -> None:
    other = tf.constant(numbers(2, 3, 3))
    check_gradients(lambda x: tf.matmul(x, other, transpose_a, transpose_b) ** 2, numbers(2, 3, 3) / 3, 2, declared)
    check_gradients(lambda x: tf.matmul(other, x, transpose_a, transpose_b) ** 2, numbers(2, 3, 3) / 3, 2, declared)


@pytest.mark.parametrize(
    ("left", "right"),
    [((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((6, 1, 2, 3), (5, 3, 1)), ((1, 1, 3), (5, 3, 1))],
    ids=str,
)
@pytest.mark.parametrize("unknown", ["known", "sizes", "rank"])
def test_batches_broadcast_and_their_gradients_are_added(left: Any, right: Any, unknown: str) -> None:
    a, b = numbers(*left), numbers(*right)
    np.testing.assert_allclose(value(tf.matmul(a, b)), a @ b, rtol=1e-12)
    declared = [{"known": shape, "sizes": [None] * len(shape), "rank": None}[unknown] for shape in (left, right)]
    x, y = (tf.placeholder(tf.float64, each) for each in declared)
    to_a, to_b = value(tf.gradients(tf.matmul(x, y), [x, y]), {x: a, y: b})
    ones = np.ones_like(a @ b)
    for found, whole, operand in ((to_a, ones @ np.swapaxes(b, -1, -2), a), (to_b, np.swapaxes(a, -1, -2) @ ones, b)):
        front = tuple(range(whole.ndim - operand.ndim))
        repeated = tuple(i for i, size in enumerate(operand.shape[:-2]) if size == 1)
        np.testing.assert_allclose(found, whole.sum(front).sum(repeated, keepdims=True), rtol=1e-10)


def test_products_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 3 and 2"):
        tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))
    with pytest.raises(ValueError, match="Shape must be at least rank 2 but is rank 1"):
        tf.matmul(tf.ones([3]), tf.ones([3, 3]))
    with pytest.raises(ValueError, match="Only one of `transpose_a` and `adjoint_a` can be True"):
        tf.matmul(A, A, transpose_a=True, adjoint_a=True)
    x = tf.placeholder(tf.float64)
    with pytest.raises(InvalidArgumentError, match=r"In\[0\]: \[3,3\], In\[1\]: \[2,2\]"):
        value(tf.matmul(A, x), {x: np.ones((2, 2))})


def test_the_operator_and_adjoints() -> None:
    x = tf.constant(A)
    np.testing.assert_allclose(value(x @ A), A @ A, rtol=1e-12)
    np.testing.assert_allclose(value(A @ x), A @ A, rtol=1e-12)
    c = A + 1j * A.T
    np.testing.assert_allclose(value(tf.matmul(c, c, adjoint_a=True)), c.conj().T @ c, rtol=1e-12)


EQUATIONS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,kj", (2, 3), (4, 3)),
    ("i,j->ij", (2,), (3,)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("ij->ji", (2, 3)),
    ("ij->j", (2, 3)),
    ("ij->", (2, 3)),
    ("ba", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii->", (3, 3)),
    ("ii", (3, 3)),
    ("iij->ji", (3, 3, 2)),
    ("ii,ij->j", (3, 3), (3, 2)),
    (",ij->ij", (), (2, 3)),
    ("...ij,jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,...jk->...ik", (6, 1, 2, 3), (5, 3, 4)),
    ("...ij,...jk", (5, 2, 3), (3, 4)),
    ("i...,i->...", (2, 3, 4), (2,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    (" i j , j -> i ", (2, 3), (3,)),
]


@pytest.mark.parametrize("case", EQUATIONS, ids=lambda case: case[0])
def test_equations(case: Any) -> None:
    equation, *sizes = case
    arrays = [numbers(*size) for size in sizes]
    expected = np.einsum(equation, *arrays)
    result = tf.einsum(equation, *map(tf.constant, arrays))
    np.testing.assert_allclose(value(result), expected, rtol=1e-10)
    assert result.shape.as_list() == list(expected.shape)
    for position, array in enumerate(arrays):
        for declared in ("known", None):

            def squared(x: Any, position: int = position) -> Any:
                operands = [x if i == position else tf.constant(other) for i, other in enumerate(arrays)]
                return tf.einsum(equation, *operands) ** 2

            check_gradients(squared, array, 2, declared)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_equations_of_two_operands(data: Any) -> None:
    """The axes of products come in any order, some with size 0 or 1, and the arrays in any order in memory."""
    sizes = {label: data.draw(st.sampled_from([0, 1, 2, 3, 4])) for label in "abcde"}
    left, right = (data.draw(st.lists(st.sampled_from("abcde"), max_size=4).map("".join)) for _ in range(2))
    result = "".join(data.draw(st.lists(st.sampled_from(left + right), unique=True))) if left + right else ""
    arrays = [numbers(*(sizes[label] for label in labels)) for labels in (left, right)]
    arrays = [np.array(array, order=data.draw(st.sampled_from("CF"))) for array in arrays]
    equation = f"{left},{right}->{result}"
    found = lookup("Einsum").kernel(*arrays, equation=equation)
    expected = np.einsum(equation, *arrays)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_gradients_of_complex_equations_are_conjugated() -> None:
    a, b = tf.constant([1 + 2j, 3j]), tf.constant([2 - 1j, 1 + 1j])
    by_equation = tf.gradients(tf.einsum("i,i->", a, b), [a, b], grad_ys=tf.constant(1 + 1j, tf.complex128))
    by_product = tf.gradients(tf.reduce_sum(a * b), [a, b], grad_ys=tf.constant(1 + 1j, tf.complex128))
    for found, expected in zip(value(by_equation), value(by_product), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("equation", "count", "message"),
    [
        ("ij,jk->ik", 1, "Expected 2 inputs for equation 'ij,jk->ik' but got 1"),
        ("ijk->i", 1, "Expected input to have rank 3 but got: 2"),
        ("i->i", 1, "Expected input to have rank 1 but got: 2"),
        ("ij->ijk", 1, "Expected each label of the result once, and in an input"),
        ("ij->ii", 1, "Expected each label of the result once, and in an input"),
        ("i1->i", 1, "Indices have incorrect format"),
        ("ij,jk->ik", 2, "Expected dimension 3 at axis 0 but got dimension 2"),
    ],
)
def test_equations_that_do_not_fit(equation: str, count: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tf.einsum(equation, *[tf.ones([2, 3])] * count)


@pytest.mark.parametrize("axes", [0, 1, 2, [[1], [0]], [[0, 2], [2, 1]], [2, 0], [[], []]], ids=str)
def test_tensordot(axes: Any) -> None:
    a, b = numbers(3, 3, 3), numbers(3, 3, 3)
    np.testing.assert_allclose(value(tf.tensordot(a, b, axes)), np.tensordot(a, b, axes), rtol=1e-10)


def test_tensordot_misfits() -> None:
    with pytest.raises(ValueError, match=r"`axes` must be in \[0, 2\]. Received: 3"):
        tf.tensordot(A, A, 3)
    with pytest.raises(ValueError, match="Different number of contraction axes `a` and `b`, 2 != 1"):
        tf.tensordot(A, A, [[0, 1], [0]])
    with pytest.raises(ValueError, match="known rank"):
        tf.tensordot(tf.placeholder(tf.float64), A, 1)


# Square matrices


def definite(x: Any) -> Any:
    """Return a positive definite matrix made of any one, so that it stays symmetric when the other moves."""
    return tf.matmul(x, x, transpose_b=True) + tf.eye(3, dtype=tf.float64)


def outer(left: Any, right: Any) -> Any:
    return tf.matmul(left, right, transpose_b=True)


def of_svd(x: Any) -> list[Any]:
    """Return what does not depend on the signs of singular vectors."""
    values, left, right = tf.svd(x)
    return [values, outer(left, right), left**2, right**2]


DECOMPOSITIONS: dict[str, Callable[[Any], Any]] = {
    "cholesky": lambda x: tf.cholesky(definite(x)),
    "logdet": lambda x: tf.linalg.logdet(definite(x)),
    "slogdet": lambda x: tf.linalg.slogdet(x)[1],
    "determinant": tf.matrix_determinant,
    "inverse": tf.matrix_inverse,
    "adjoint inverse": lambda x: tf.matrix_inverse(x, adjoint=True),
    "eigenvalues": lambda x: tf.self_adjoint_eigvals(definite(x)),
    "eigenvectors": lambda x: tf.self_adjoint_eig(definite(x))[1] ** 2,
    "singular values": lambda x: tf.svd(x, compute_uv=False),
    "singular vectors": of_svd,
    "solve": lambda x: tf.matrix_solve(x, tf.constant(A)),
    "solve adjoint": lambda x: tf.matrix_solve(x, tf.constant(A), adjoint=True),
    "triangular solve": lambda x: tf.matrix_triangular_solve(x, tf.constant(A)),
    "upper adjoint solve": lambda x: tf.matrix_triangular_solve(x, tf.constant(A), lower=False, adjoint=True),
}


@pytest.mark.parametrize("declared", ["known", [None, None], None], ids=str)
@pytest.mark.parametrize("name", DECOMPOSITIONS)
def test_gradients_of_decompositions(name: str, declared: Any) -> None:
    check_gradients(DECOMPOSITIONS[name], A, 2, declared)


@pytest.mark.parametrize("size", [(4, 3), (3, 4), (2, 4, 3)], ids=str)
def test_gradients_of_svd_of_other_shapes(size: tuple[int, ...]) -> None:
    check_gradients(of_svd, numbers(*size))


@pytest.mark.parametrize("size", [(3, 3), (4, 3), (2, 4, 3)], ids=str)
def test_gradients_of_qr(size: tuple[int, ...]) -> None:
    check_gradients(tf.qr, numbers(*size))


def test_decompositions_multiply_to_what_they_are_of() -> None:
    wide = numbers(2, 3, 5)
    values, left, right = value(tf.svd(wide))
    np.testing.assert_allclose(left * values[:, None] @ np.swapaxes(right, -1, -2), wide, rtol=1e-10)
    assert [part.shape.as_list() for part in tf.svd(wide, full_matrices=True)] == [[2, 3], [2, 3, 3], [2, 5, 5]]
    q, r = value(tf.qr(wide))
    np.testing.assert_allclose(q @ r, wide, rtol=1e-10)
    for full in (False, True):
        for symbolic in tf.qr(numbers(4, 2), full):
            assert symbolic.shape.as_list() == list(value(symbolic).shape)
    eigenvalues, vectors = value(tf.self_adjoint_eig(A + A.T))
    np.testing.assert_allclose(vectors * eigenvalues @ vectors.T, A + A.T, rtol=1e-10)
    triangle = value(tf.cholesky(A @ A.T))
    np.testing.assert_allclose(triangle @ triangle.T, A @ A.T, rtol=1e-10)


def test_decompositions_without_a_gradient_say_so() -> None:
    x = tf.constant(numbers(4, 3))
    with pytest.raises(ValueError, match="svd needs full_matrices=False"):
        tf.gradients(tf.svd(x, full_matrices=True)[1], x)
    with pytest.raises(ValueError, match="at least as many rows as columns"):
        tf.gradients(tf.qr(tf.transpose(x))[0], x)


def test_a_matrix_that_is_not_positive_definite_gives_nan() -> None:
    good, bad = np.eye(2), np.array([[1.0, 2.0], [2.0, 1.0]])
    found = value(tf.cholesky(np.stack([good, bad])))
    np.testing.assert_array_equal(found[0], good)
    assert np.isnan(found[1][[0, 1, 1], [0, 0, 1]]).all()


@pytest.mark.parametrize("solve", [tf.matrix_inverse, lambda x: tf.matrix_solve(x, x)], ids=["inverse", "solve"])
def test_a_matrix_without_inverse(solve: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="Input is not invertible"):
        value(solve(tf.ones([2, 2])))


@pytest.mark.parametrize("function", [tf.matrix_inverse, tf.matrix_determinant, tf.cholesky], ids=lambda f: f.__name__)
def test_only_square_matrices(function: Any) -> None:
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 2 and 3"):
        function(tf.ones([2, 3]))


# Norms and helpers


@pytest.mark.parametrize("ord", ["euclidean", 1, 2, 3, 2.5, np.inf], ids=str)
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_vectors(ord: Any, axis: int | None, keepdims: bool) -> None:
    order = 2 if ord == "euclidean" else ord
    expected = (
        np.linalg.norm(A.ravel(), order).reshape([1, 1] if keepdims else [])
        if axis is None
        else np.linalg.norm(A, order, axis, keepdims)
    )
    found = tf.norm(A, ord, axis, keepdims)
    np.testing.assert_allclose(value(found), expected, rtol=1e-12)
    check_gradients(lambda x: tf.norm(x, ord, axis, keepdims) ** 2, A, 1)


@pytest.mark.parametrize("ord", ["euclidean", "fro", 1, np.inf], ids=str)
@pytest.mark.parametrize("axis", [(0, 1), (2, 0), [-2, -1]], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_matrices(ord: Any, axis: Any, keepdims: bool) -> None:
    x = numbers(2, 3, 4)
    expected = np.linalg.norm(x, "fro" if ord == "euclidean" else ord, tuple(axis), keepdims)
    np.testing.assert_allclose(value(tf.norm(x, ord, axis, keepdims)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ord": "fro"}, "supported vector norm, got 'fro'"),
        ({"ord": -1}, "supported vector norm, got -1"),
        ({"ord": 2, "axis": [0, 1]}, "supported matrix norm"),
        ({"axis": [0, 0]}, "tuple of 2 unique integers"),
        ({"axis": [0, 1, 2]}, "tuple of 2 unique integers"),
    ],
    ids=str,
)
def test_norms_that_do_not_exist(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tf.norm(tf.ones([2, 2, 2]), **settings)


def test_the_norm_of_complex_numbers_is_real() -> None:
    assert value(tf.norm(tf.constant([3j, 4.0]))) == 5
    assert tf.norm(tf.constant([3j, 4.0])).dtype is tf.float64


def test_small_helpers() -> None:
    np.testing.assert_allclose(value(tf.trace(numbers(2, 3, 4))), np.trace(numbers(2, 3, 4), axis1=1, axis2=2))
    np.testing.assert_allclose(value(tf.cross(A, A[::-1])), np.cross(A, A[::-1]))
    np.testing.assert_array_equal(value(tf.eye(2, 3, [2], tf.int32)), [np.eye(2, 3)] * 2)
    size = tf.placeholder(tf.int32, [])
    np.testing.assert_array_equal(value(tf.eye(size), {size: 2}), np.eye(2))


# Clipping


def test_clipping_by_the_common_norm() -> None:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    rows = tf.gradients(tf.gather(x, [1]), x)[0]
    clipped, norm = tf.clip_by_global_norm([tf.constant([3.0]), None, tf.constant([4.0]), rows], 1.0)
    length = np.sqrt(9 + 16 + 2)
    assert value(norm) == pytest.approx(length)
    assert clipped[1] is None
    assert value(clipped[0]) == pytest.approx(3 / length)
    assert isinstance(clipped[3], tf.IndexedSlices)
    same, _ = tf.clip_by_global_norm([tf.constant([3.0, 4.0])], 10.0)
    assert value(same[0]).tolist() == [3, 4]
    spoilt, _ = tf.clip_by_global_norm([tf.constant([np.inf, 1.0])], 1.0)
    assert np.isnan(value(spoilt[0])).all()
    with pytest.raises(TypeError, match="`t_list` should be a sequence of tensors"):
        tf.global_norm(x)


def test_clipping_each() -> None:
    np.testing.assert_allclose(value(tf.clip_by_norm([[3.0, 4.0], [0.3, 0.4]], 1.0, [1])), [[0.6, 0.8], [0.3, 0.4]])
    assert value(tf.clip_by_norm([0.0, 0.0], 1.0)).tolist() == [0, 0]
    assert value(tf.clip_by_average_norm([3.0, 4.0], 2.5)).tolist() == [3, 4]
    for function in (lambda x: tf.clip_by_norm(x, 1.0), lambda x: tf.clip_by_average_norm(x, 0.1)):
        check_gradients(function, A)


# What is seldom asked for


def test_a_matrix_is_either_transposed_or_adjoint() -> None:
    for side in "ab":
        with pytest.raises(ValueError, match=f"Only one of `transpose_{side}` and `adjoint_{side}` can be True"):
            tf.matmul([[1.0]], [[1.0]], **{f"transpose_{side}": True, f"adjoint_{side}": True})


def test_einsum_knows_no_other_options() -> None:
    with pytest.raises(TypeError, match="'nonsense'"):
        tf.einsum("i->i", [1.0], nonsense=1)


def test_the_logarithm_of_the_determinant_of_a_hermitian_matrix_is_real() -> None:
    found = value(tf.linalg.logdet(tf.constant([[2.0, 1j], [-1j, 4.0]], tf.complex64)))
    assert found.dtype == np.float32
    assert found == pytest.approx(np.log(7.0))


def test_qr_of_an_unknown_size_has_no_gradient() -> None:
    p = tf.placeholder(tf.float32, None)
    q, r = tf.linalg.qr(p)
    assert (q.shape.ndims, r.shape.ndims) == (None, None)
    with pytest.raises(ValueError, match="The gradient of qr needs matrices of known size"):
        tf.gradients(q, p)
