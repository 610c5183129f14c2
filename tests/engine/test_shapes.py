"""Static shapes: what they say of themselves, how they combine, and gradients where they are unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import shapes
from gradnb.errors import InvalidArgumentError


def test_a_shape_is_made_from_lists_numbers_and_shapes() -> None:
    assert tf.TensorShape([2, None]).as_list() == [2, None]
    assert tf.TensorShape(3).as_list() == [3]
    assert tf.TensorShape(tf.TensorShape([1])).as_list() == [1]
    assert tf.TensorShape([tf.Dimension(2), np.int64(3)]).as_list() == [2, 3]
    assert tf.TensorShape([]).as_list() == []


def test_shapes_print_as_tensorflows() -> None:
    assert [str(tf.TensorShape(s)) for s in ([], [2], [2, None], None)] == ["()", "(2,)", "(2, ?)", "<unknown>"]
    assert repr(tf.TensorShape([2, None])) == "TensorShape([2, None])"
    assert repr(tf.TensorShape(None)) == "TensorShape(None)"


@pytest.mark.parametrize(
    ("value", "error"), [("ab", TypeError), (2.5, TypeError), ([2.5], TypeError), ([-1], ValueError)]
)
def test_what_is_no_shape_is_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        tf.TensorShape(value)


def test_an_unknown_rank_has_no_length_list_or_items() -> None:
    unknown = tf.TensorShape(None)
    assert unknown.ndims is None and unknown.dims is None and unknown.num_elements() is None
    assert not unknown and not unknown.is_fully_defined()
    assert unknown[0].value is None and unknown[1:].ndims is None
    for attempt in (unknown.as_list, lambda: len(unknown), lambda: list(unknown)):
        with pytest.raises(ValueError):
            attempt()


def test_dimensions_count_and_stay_unknown() -> None:
    shape = tf.TensorShape([2, None])
    two, unknown = shape
    assert two == 2 and int(two) == 2 and (two + 1).value == 3 and (2 * two).value == 4 and (two // 2).value == 1
    assert (unknown + 1).value is None and str(unknown) == "?" and repr(two) == "Dimension(2)"
    with pytest.raises(TypeError, match="An unknown dimension has no integer value"):
        int(unknown)
    assert shape[0] == 2 and shape[:1].as_list() == [2] and len(shape) == 2
    assert [0] * shape[0] == [0, 0]


def test_shapes_merge_what_each_knows_or_contradict_each_other() -> None:
    assert tf.TensorShape([2, None]).merge_with([None, 3]).as_list() == [2, 3]
    assert tf.TensorShape(None).merge_with([2]).as_list() == [2]
    with pytest.raises(ValueError, match=r"Shapes \(2,\) and \(3,\) are not compatible"):
        tf.TensorShape([2]).merge_with([3])
    with pytest.raises(ValueError):
        tf.TensorShape([2]).with_rank(2)
    assert tf.TensorShape([2]).concatenate([3]).as_list() == [2, 3]
    assert tf.TensorShape([2]).is_compatible_with([None])
    assert not tf.TensorShape([2]).is_compatible_with([2, 1])
    assert tf.TensorShape([2, 3]).num_elements() == 6
    assert tf.TensorShape([2]) == [2] and tf.TensorShape([2]) != [3] and tf.TensorShape([2]) != "ab"


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ((2, 3), (3,), (2, 3)),
        ((2, 1), (1, 3), (2, 3)),
        ((), (2,), (2,)),
        ((None,), (3,), (3,)),
        ((None,), (1,), (None,)),
        ((None, 3), (2, 1), (2, 3)),
        ((None,), (None,), (None,)),
        (None, (3,), None),
        ((0,), (1,), (0,)),
    ],
)
def test_broadcasting_in_either_order(first: Any, second: Any, result: Any) -> None:
    assert shapes.broadcast_shapes(first, second) == result
    assert shapes.broadcast_shapes(second, first) == result


def test_a_tensors_shape_learns_and_refuses_contradictions() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    x.set_shape([2, None])
    assert x.shape.as_list() == [2, 3] and x.get_shape() == [2, 3]
    with pytest.raises(ValueError):
        x.set_shape([4, 3])
    assert x.shape.as_list() == [2, 3]


def run(fetches: Any, feeds: dict[Any, Any]) -> Any:
    with tf.Session() as session:
        return session.run(fetches, feeds)


@pytest.mark.parametrize("first_shape", [None, [None, None], [None, 3], [2, None], [2, 3]], ids=str)
@pytest.mark.parametrize("second_shape", [None, [None], [3], [1]], ids=str)
def test_a_gradient_has_its_xs_shape_whatever_was_known(first_shape: Any, second_shape: Any) -> None:
    """Weight the product of a matrix and a row.

    a (2, 3) ──┐
               mul ── y
    b (3,) ────┘
    """
    a = tf.placeholder(tf.float64, first_shape)
    b = tf.placeholder(tf.float64, second_shape)
    weight = np.arange(6.0).reshape(2, 3)
    da, db = tf.gradients(a * b, [a, b], grad_ys=weight)
    values = np.arange(1.0, 7.0).reshape(2, 3), np.array([5.0] if second_shape == [1] else [5.0, 6.0, 7.0])
    da_value, db_value = run([da, db], {a: values[0], b: values[1]})
    np.testing.assert_array_equal(da_value, weight * values[1])
    summed = (weight * values[0]).sum(axis=0)
    np.testing.assert_array_equal(db_value, [summed.sum()] if second_shape == [1] else summed)


@pytest.mark.parametrize("second", [[4.0], 4.0, [[4.0], [5.0]], [4.0, 5.0, 6.0]], ids=str)
def test_broadcasting_that_shows_only_at_run_time_is_undone_then(second: Any) -> None:
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    gradients = tf.gradients(a + b, [a, b])
    a_value, b_value = np.ones((2, 3), np.float32), np.array(second, np.float32)
    da, db = run(gradients, {a: a_value, b: b_value})
    assert da.tolist() == [[1.0] * 3] * 2
    assert db.shape == b_value.shape and db.sum() == 6.0
    # One graph serves other shapes too.
    da, db = run(gradients, {a: 1.0, b: [1.0, 2.0]})
    assert (da.tolist(), db.tolist()) == (2.0, [1.0, 1.0])


def test_gradients_of_gradients_work_with_unknown_shapes() -> None:
    """The derivative of the sum of g = 2 a b² is 4 b c for b, with a = 3, b = [1, 2].

    a ──┐
        mul ── y, y · y ── z, g = dz/da = 2 y b
    b ──┘
    """
    a, b = tf.placeholder(tf.float64), tf.placeholder(tf.float64)
    y = a * b
    first = tf.gradients(y * y, a)[0]
    second = tf.gradients(first, [a, b])
    da, db = run(second, {a: 3.0, b: [1.0, 2.0]})
    assert da == 2.0 * (1.0 + 4.0)
    assert db.tolist() == [12.0, 24.0]


def test_an_unknown_ys_default_weight_is_ones_of_its_run_time_shape() -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    gradient = tf.gradients(x, x)[0]
    assert gradient.shape.as_list() == [None, 2] or gradient.shape.ndims is None
    assert run(gradient, {x: np.zeros((3, 2))}).tolist() == [[1.0, 1.0]] * 3


def test_zeros_for_the_unconnected_have_the_run_time_shape() -> None:
    x, y = tf.placeholder(tf.float32, [None]), tf.constant(1.0)
    gradient = tf.gradients(y, x, unconnected_gradients="zero")[0]
    assert run(gradient, {x: [1.0, 2.0]}).tolist() == [0.0, 0.0]


def test_a_weight_that_does_not_fit_is_found_at_run_time_when_shapes_are_unknown() -> None:
    x = tf.placeholder(tf.float32)
    weight = tf.placeholder(tf.float32)
    gradient = tf.gradients(x * x, x, grad_ys=weight)[0]
    with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \[2\] vs\. \[3\]"):
        run(gradient, {x: [1.0, 2.0, 3.0], weight: [1.0, 2.0]})


@pytest.mark.parametrize("shape", [None, [None, None], [None, 3], [2, None]], ids=str)
def test_matrices_and_sums_of_unknown_shape_have_gradients(shape: Any) -> None:
    """y = Σ (x · w): dx is the rows of w summed, dw the columns of x summed.

    x (2, 3) ── MatMul ── Sum ── y
    w (3, 2) ──┘
    """
    x = tf.placeholder(tf.float64, shape)
    w = tf.placeholder(tf.float64, None if shape is None else shape[::-1])
    gradients = tf.gradients(tf.reduce_sum(tf.matmul(x, w)), [x, w])
    x_value, w_value = np.arange(6.0).reshape(2, 3), np.arange(6.0, 12.0).reshape(3, 2)
    dx, dw = run(gradients, {x: x_value, w: w_value})
    np.testing.assert_array_equal(dx, np.ones((2, 2)) @ w_value.T)
    np.testing.assert_array_equal(dw, x_value.T @ np.ones((2, 2)))


def test_reshape_learns_from_its_target_and_refuses_what_cannot_fit() -> None:
    x = tf.placeholder(tf.float32, [2, 3])
    assert tf.reshape(x, [-1]).shape == [6]
    assert tf.reshape(x, [3, -1]).shape == [3, 2]
    assert tf.reshape(tf.placeholder(tf.float32), [2, -1]).shape.as_list() == [2, None]
    with pytest.raises(ValueError, match="Cannot reshape a tensor with 6 elements to shape"):
        tf.reshape(x, [4])
    with pytest.raises(ValueError, match="evenly divisible by 4"):
        tf.reshape(x, [4, -1])


def test_arrays_without_elements_have_gradients_without_elements() -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    gradient = tf.gradients(x * tf.constant([1.0, 2.0]), x)[0]
    assert run(gradient, {x: np.zeros((0, 2))}).shape == (0, 2)


def test_shapes_count_as_one_in_a_set_and_dimensions_calculate() -> None:
    assert len({tf.TensorShape([1, 2]), tf.TensorShape([1, 2]), tf.TensorShape(None)}) == 2
    five = tf.zeros([5]).shape[0]
    assert (five - 2).value == 3
    assert (five + 2).value == 7
    with pytest.raises(TypeError, match="unhashable"):
        hash(five)


def test_what_one_shape_knows_is_not_lost_where_the_other_knows_nothing() -> None:
    known, unknown = tf.TensorShape([2, None]), tf.TensorShape(None)
    assert known.merge_with(unknown).as_list() == unknown.merge_with(known).as_list() == [2, None]
    assert known.merge_with([None, 3]).as_list() == [2, 3]


def test_a_part_of_a_shape_at_a_place_that_only_a_run_knows() -> None:
    p, place = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, [])
    assert tf.zeros([tf.shape(p)[1]]).shape.as_list() == [3]
    at, behind = tf.zeros([tf.shape(p)[place]]), tf.zeros(tf.shape(p)[place:])
    assert at.shape.as_list() == [None]
    with tf.Session() as session:
        found = session.run([at, behind], {p: np.zeros((5, 3)), place: 0})
    assert [array.shape for array in found] == [(5,), (5, 3)]
