"""Arrays: each form of an index, joining and cutting, gathering and its sparse gradients, and what misfits say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.static import constant_value
from gradnb.errors import InvalidArgumentError

X = np.arange(24.0).reshape(2, 3, 4)
ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def value(fetch: Any, feeds: dict[Any, Any] | None = None) -> Any:
    with tf.Session() as session:
        return session.run(fetch, feeds)


def gradient(y: Any, x: Any, feeds: dict[Any, Any] | None = None) -> Any:
    return value(tf.convert_to_tensor(tf.gradients(y, x)[0]), feeds)


INDICES = {
    "int": 1,
    "negative": -1,
    "numpy int": np.int64(1),
    "slice": slice(1, None),
    "steps": (slice(None), slice(None, None, 2)),
    "backwards": (slice(None), slice(None), slice(None, None, -2)),
    "backwards from": (0, slice(2, 0, -1)),
    "past the end": slice(0, 99),
    "nothing": slice(1, 1),
    "ellipsis": (Ellipsis, 0),
    "ellipsis in the middle": (0, Ellipsis, 1),
    "ellipsis for none": (0, 1, Ellipsis, 2),
    "ellipsis alone": Ellipsis,
    "new axis": None,
    "new axes": (None, 0, None, Ellipsis, None),
    "all ints": (1, 2, 3),
    "mixed": (0, slice(1, None), slice(None, None, -2)),
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
@pytest.mark.parametrize("declared", [[2, 3, 4], [None, None, None], None], ids=["known", "sizes", "rank"])
def test_each_form_of_index(index: Any, declared: Any) -> None:
    x = tf.placeholder(tf.float64, declared)
    y = x[index]
    expected = X[index]
    np.testing.assert_array_equal(value(y, {x: X}), expected)
    if declared == [2, 3, 4]:
        assert y.shape.as_list() == list(expected.shape)
    slope = np.zeros_like(X)
    slope[index] = 2 * expected
    np.testing.assert_array_equal(gradient(y * y, x, {x: X}), slope)


def test_tensors_in_an_index() -> None:
    x = tf.constant(X)
    one, two = tf.placeholder(tf.int32, []), tf.constant(2, tf.int64)
    y = x[one, one:, two]
    assert y.shape.as_list() == [None]
    np.testing.assert_array_equal(value(y, {one: 1}), X[1, 1:, 2])
    expected = np.zeros_like(X)
    expected[1, 1:, 2] = 1
    np.testing.assert_array_equal(gradient(y, x, {one: 1}), expected)


def test_a_mask_as_index() -> None:
    x = tf.constant(ROWS)
    np.testing.assert_array_equal(value(x[x > 2.5]), ROWS[ROWS > 2.5])
    np.testing.assert_array_equal(value(x[np.array([True, False, True])]), ROWS[[0, 2]])
    np.testing.assert_array_equal(gradient(x[x > 2.5], x), ROWS > 2.5)


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (2, ValueError, "slice index 2 of dimension 0 out of bounds"),
        ((0, -4), ValueError, "slice index -4 of dimension 1 out of bounds"),
        ((0, 0, 0, 0), ValueError, "Index out of range using input dim 3; input has only 3 dims"),
        (slice(None, None, 0), ValueError, r"strides\[0\] must be non-zero"),
        ((Ellipsis, Ellipsis), ValueError, "Multiple ellipses"),
        (1.5, TypeError, r"Only integers, slices .* got 1\.5"),
        ("a", TypeError, "Only integers, slices .* got 'a'"),
        (True, TypeError, "Only integers, slices .* got True"),
    ],
    ids=str,
)
def test_bad_indices(index: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        tf.constant(X)[index]


def test_an_index_that_is_out_of_range_when_it_runs() -> None:
    x = tf.placeholder(tf.float32)
    with pytest.raises(InvalidArgumentError, match="slice index 3 of dimension 0 out of bounds"):
        value(x[3], {x: [1.0, 2.0]})


def test_a_bad_index_adds_nothing_to_the_graph() -> None:
    x = tf.constant(X)
    before = tf.get_default_graph().version
    with pytest.raises(ValueError, match="slice index"):
        x[7]
    assert tf.get_default_graph().version == before


def test_parts_of_a_shape_are_known_while_the_graph_is_built() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    size = constant_value(tf.shape(x)[1])
    assert size is not None
    assert int(size) == 3
    assert constant_value(tf.shape(x)[0]) is None
    assert tf.reshape(x, [-1, tf.shape(x)[1] * 2]).shape.as_list() == [None, 6]
    assert tf.reshape(x, tf.concat([tf.shape(x)[:-1], [3, 1]], 0)).shape.as_list() == [None, 3, 1]


# Axes


@pytest.mark.parametrize("perm", [None, [1, 0, 2], [2, 0, 1], [-1, 0, 1]], ids=str)
def test_transpose(perm: Any) -> None:
    expected = np.transpose(X, perm)
    y = tf.transpose(X, perm)
    assert y.shape.as_list() == list(expected.shape)
    np.testing.assert_array_equal(value(y), expected)


@pytest.mark.parametrize("perm", [[0, 1], [0, 1, 1], [0, 1, 3]], ids=str)
def test_transpose_wants_each_axis_once(perm: list[int]) -> None:
    with pytest.raises(ValueError, match=r"Dimension must be 3 but is 2|perm must list each of the axes 0 to 2 once"):
        tf.transpose(X, perm)


def test_transpose_can_conjugate() -> None:
    assert value(tf.transpose([[1j, 2.0]], conjugate=True)).tolist() == [[-1j], [2.0]]


@pytest.mark.parametrize("axis", [0, 1, 3, -1, -4])
def test_expand_dims(axis: int) -> None:
    assert tf.expand_dims(X, axis).shape.as_list() == list(np.expand_dims(X, axis).shape)


@pytest.mark.parametrize("axis", [4, -5])
def test_expand_dims_out_of_range(axis: int) -> None:
    with pytest.raises(ValueError, match=rf"dim {axis} not in the interval \[-4, 3\]"):
        tf.expand_dims(X, axis)


def test_squeeze() -> None:
    x = tf.ones([1, 2, 1, 3])
    assert tf.squeeze(x).shape.as_list() == [2, 3]
    assert tf.squeeze(x, [0]).shape.as_list() == [2, 1, 3]
    assert tf.squeeze(x, -2).shape.as_list() == [1, 2, 3]
    assert tf.squeeze(tf.placeholder(tf.float32, [None, 1])).shape.ndims is None
    with pytest.raises(ValueError, match=r"Can not squeeze dim\[1\], expected a dimension of 1, got 2"):
        tf.squeeze(x, [1])


# Joining and cutting


def test_concat_adds_up_what_is_known() -> None:
    some = tf.placeholder(tf.float32, [None, 3])
    assert tf.concat([tf.ones([2, 3]), some], 1).shape.as_list() == [2, 6]
    assert tf.concat([tf.ones([2, 3]), some], 0).shape.as_list() == [None, 3]
    assert tf.concat([tf.ones([2, 3]), tf.placeholder(tf.float32)], -2).shape.as_list() == [None, 3]


def test_concat_of_one_is_that_one() -> None:
    assert tf.concat([ROWS], 0).op.type == "Identity"


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (([2, 3], [2, 2]), "Dimension 1 in both shapes must be equal, but are 3 and 2"),
        (([2, 3], [3]), "Shapes must be equal rank, but are 2 and 1"),
        (([], []), "Can't concatenate scalars"),
    ],
)
def test_concat_misfits(shapes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tf.concat([tf.ones(shape) for shape in shapes], 0)


def test_concat_gives_each_its_part_of_the_gradient_when_sizes_are_unknown() -> None:
    a, b = tf.placeholder(tf.float64, [None, 2]), tf.placeholder(tf.float64, [None, 2])
    y = tf.concat([a, b], 0)
    found = value(tf.gradients(y * y, [a, b]), {a: ROWS, b: ROWS[:1]})
    assert found[0].tolist() == (2 * ROWS).tolist()
    assert found[1].tolist() == (2 * ROWS[:1]).tolist()


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_stack_and_unstack(axis: int) -> None:
    parts = [tf.constant(ROWS), tf.constant(-ROWS)]
    whole = tf.stack(parts, axis)
    np.testing.assert_array_equal(value(whole), np.stack([ROWS, -ROWS], axis))
    for part, again in zip(parts, tf.unstack(whole, axis=axis), strict=True):
        np.testing.assert_array_equal(value(again), value(part))


def test_stack_and_unstack_misfits() -> None:
    with pytest.raises(ValueError, match=r"Argument `axis` = 3 not in range \[-3, 3\)"):
        tf.stack([ROWS, ROWS], 3)
    with pytest.raises(ValueError, match="Dimension 0 in both shapes must be equal, but are 3 and 2"):
        tf.stack([tf.ones([3]), tf.ones([2])])
    with pytest.raises(ValueError, match=r"Cannot infer argument `num` from shape \(\?, 2\)"):
        tf.unstack(tf.placeholder(tf.float32, [None, 2]))
    with pytest.raises(ValueError, match=r"Argument `axis` = 2 not in range \[-2, 2\)"):
        tf.unstack(ROWS, axis=2)


def test_a_list_that_holds_tensors_becomes_one_tensor() -> None:
    x = tf.constant(2.0)
    assert value(tf.convert_to_tensor([[x, 1.0], [0.0, x]])).tolist() == [[2.0, 1.0], [0.0, 2.0]]


def test_split() -> None:
    assert [part.shape.as_list() for part in tf.split(X, 2, axis=2)] == [[2, 3, 2]] * 2
    assert [part.shape.as_list() for part in tf.split(X, [1, -1], axis=1)] == [[2, 1, 4], [2, 2, 4]]
    (whole,) = tf.split(ROWS, 1)
    assert value(whole).tolist() == ROWS.tolist()
    assert gradient(whole * whole, whole.op.inputs[0]).tolist() == (2 * ROWS).tolist()


@pytest.mark.parametrize(
    ("how", "message"),
    [(2, "evenly divisible by 2 but is 3"), ([1, 1], "Got: 2"), ([4, -1], "Got: 4"), ([-1, -1], "Got: 0")],
    ids=str,
)
def test_split_misfits(how: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tf.split(ROWS, how)


def test_split_misfits_when_it_runs() -> None:
    x = tf.placeholder(tf.float32)
    with pytest.raises(InvalidArgumentError, match="Number of ways to split should evenly divide"):
        value(tf.split(x, 2), {x: [1.0, 2.0, 3.0]})


@pytest.mark.parametrize("declared", [[2, 3, 4], [None, 3, None], None], ids=str)
def test_slice(declared: Any) -> None:
    x = tf.placeholder(tf.float64, declared)
    begin = tf.placeholder(tf.int32, [3])
    for start, feeds in (([0, 1, 0], {}), (begin, {begin: [0, 1, 0]})):
        y = tf.slice(x, start, [1, -1, 2])
        np.testing.assert_array_equal(value(y, {x: X, **feeds}), X[:1, 1:, :2])
        expected = np.zeros_like(X)
        expected[:1, 1:, :2] = 2 * X[:1, 1:, :2]
        np.testing.assert_array_equal(gradient(y * y, x, {x: X, **feeds}), expected)


def test_slice_past_the_end() -> None:
    with pytest.raises(ValueError, match=r"Expected size\[0\] in \[0, 1\], but got 2"):
        tf.slice(ROWS, [2, 0], [2, 2])
    x = tf.placeholder(tf.float64)
    with pytest.raises(InvalidArgumentError, match=r"Expected begin\[0\] in \[0, 3\], but got 4"):
        value(tf.slice(x, [4, 0], [0, 2]), {x: ROWS})


def test_strided_slice() -> None:
    np.testing.assert_array_equal(value(tf.strided_slice(X, [0, 2], [2, 0], [1, -1])), X[0:2, 2:0:-1])


# Gathering, and gradients that are IndexedSlices


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("indices", [1, [0, 1, 1], [[0], [1]]], ids=str)
def test_gather(axis: int, indices: Any) -> None:
    y = tf.gather(X, indices, axis=axis)
    expected = np.take(X, indices, axis)
    assert y.shape.as_list() == list(expected.shape)
    np.testing.assert_array_equal(value(y), expected)


def test_gather_passes_back_only_the_rows_that_were_taken() -> None:
    x = tf.placeholder(tf.float64, [3, 2])
    y = tf.gather(x, [2, 0, 2])
    (slices,) = tf.gradients(y * y, x)
    assert isinstance(slices, tf.IndexedSlices)
    assert slices.shape.as_list() == [3, 2]
    found = value(slices, {x: ROWS})
    assert isinstance(found, tf.IndexedSlicesValue)
    assert found.values.tolist() == [[10, 12], [2, 4], [10, 12]]
    assert found.indices.tolist() == [2, 0, 2]
    assert found.dense_shape.tolist() == [3, 2]
    assert value(tf.convert_to_tensor(slices), {x: ROWS}).tolist() == [[2, 4], [0, 0], [20, 24]]


@pytest.mark.parametrize("indices", [1, [[0, 1], [1, 1]]], ids=str)
def test_rows_are_flat_whatever_the_shape_of_the_indices(indices: Any) -> None:
    x = tf.placeholder(tf.float64)
    slices = value(tf.gradients(tf.gather(x, indices), x)[0], {x: ROWS})
    assert slices.values.tolist() == np.ones((np.size(indices), 2)).tolist()
    assert slices.indices.tolist() == np.ravel(indices).tolist()


def test_a_variable_and_an_identity_keep_the_rows() -> None:
    table = tf.Variable(ROWS)
    assert isinstance(tf.gradients(tf.nn.embedding_lookup(table, [1]), table)[0], tf.IndexedSlices)
    x = tf.constant(ROWS)
    assert isinstance(tf.gradients(tf.gather(tf.identity(x), [1]), x)[0], tf.IndexedSlices)


@pytest.mark.parametrize(
    "taken",
    [
        lambda x: tf.gather(x * 1.0, [1]),
        lambda x: tf.gather(x, [1], axis=1),
        lambda x: tf.gather_nd(x, [[1, 1]]),
        lambda x: x[1:],
        lambda x: tf.boolean_mask(x, [True, False, True]),
        lambda x: tf.gather(x, [1]) + tf.reduce_sum(x),
    ],
    ids=["of a computed tensor", "along another axis", "gather_nd", "a slice", "a mask", "added to a whole one"],
)
def test_other_gradients_are_whole(taken: Any) -> None:
    x = tf.constant(ROWS)
    assert isinstance(tf.gradients(taken(x), x)[0], tf.Tensor)


def test_gather_along_the_first_axis_counted_from_the_end_passes_back_a_dense_gradient() -> None:
    x = tf.constant(ROWS)
    (dense,) = tf.gradients(tf.gather(x, [0, 2, 0], axis=-2), x)
    assert isinstance(dense, tf.Tensor)
    assert value(dense).tolist() == [[2.0, 2.0], [0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (lambda x, w: -x, ["IndexedSlices", None]),
        (lambda x, w: x + w, ["IndexedSlices", "IndexedSlices"]),
        (lambda x, w: w - x, ["IndexedSlices", "IndexedSlices"]),
        (lambda x, w: tf.add_n([x, w]), ["IndexedSlices", "IndexedSlices"]),
        (lambda x, w: tf.concat([x, w], 0), ["IndexedSlices", "IndexedSlices"]),
        (lambda x, w: tf.concat([x, w], -2), ["IndexedSlices", "IndexedSlices"]),
        (lambda x, w: tf.concat([x, w], 1), ["IndexedSlices", "IndexedSlices"]),
        (lambda x, w: tf.cast(tf.cast(x, tf.float32), tf.float64), ["IndexedSlices", None]),
        (lambda x, w: tf.nn.bias_add(x, w[0]), ["IndexedSlices", "Tensor"]),
        (lambda x, w: tf.ensure_shape(x, [3, 2]), ["IndexedSlices", None]),
        (lambda x, w: w + x[:, :1], ["Tensor", "IndexedSlices"]),
        (lambda x, w: 2.0 * x, ["Tensor", None]),
        (lambda x, w: tf.square(x), ["Tensor", None]),
    ],
)
def test_rows_pass_through_what_adds_and_joins_and_become_whole_elsewhere(way: Any, expected: Any) -> None:
    x, w = tf.constant(ROWS), tf.constant(-ROWS)
    y = way(x, w)
    ways = [
        tf.gradients(tf.gather(y, [0, 2, 0]) ** 2, [x, w]),
        tf.gradients(tf.gather_nd(y, [[0], [2], [0]]) ** 2, [x, w]),
    ]
    whole = tf.gradients(tf.gather(tf.reshape(y, y.shape), [0, 2, 0]) ** 2, [x, w])
    for found in ways:
        assert [None if g is None else type(g).__name__ for g in found] == expected
        for got, wanted in zip(found, whole, strict=True):
            if wanted is not None:
                np.testing.assert_array_equal(value(tf.convert_to_tensor(got)), value(wanted))


@pytest.mark.parametrize("declared", [[None, None], [None, 1], [2, None], None])
def test_broadcast_to_takes_unknown_sizes(declared: Any) -> None:
    x = tf.placeholder(tf.float64, declared)
    y = tf.broadcast_to(x, [2, 2, 1])
    assert y.shape.as_list() == [2, 2, 1]
    feeds = {x: np.array([[1.0], [2.0]])}
    assert value(y, feeds).tolist() == [[[1.0], [2.0]]] * 2
    assert gradient(y, x, feeds).tolist() == [[2.0], [2.0]]


@pytest.mark.parametrize("declared", [[3, None], [None, None, None, None]])
def test_broadcast_to_refuses_what_cannot_fit(declared: Any) -> None:
    with pytest.raises(ValueError, match="Incompatible shapes"):
        tf.broadcast_to(tf.placeholder(tf.float64, declared), [2, 2, 1])


def test_gather_nd_of_rows_passes_rows_back() -> None:
    x = tf.constant(ROWS)
    slices = tf.gradients(tf.gather_nd(x, [[2], [2]]), x)[0]
    assert isinstance(slices, tf.IndexedSlices)
    assert value(slices).indices.tolist() == [2, 2]


def test_the_rows_of_two_gathers_stand_one_after_the_other() -> None:
    x = tf.constant(ROWS)
    slices = value(tf.gradients([tf.gather(x, [0]), 3.0 * tf.gather(x, [1, 0])], x)[0])
    assert sorted(slices.indices.tolist()) == [0, 0, 1]
    assert slices.values.sum() == 2 * (1 + 3 + 3)


def test_gather_checks_its_indices_but_its_gradient_does_not() -> None:
    x = tf.constant([1.0, 2.0, 3.0])
    y = tf.gather(x, [5])
    assert value(tf.gradients(y, x)[0]).indices.tolist() == [5]
    with pytest.raises(InvalidArgumentError, match=r"indices\[0\] = 5 is not in \[0, 3\)"):
        value(y)
    with pytest.raises(InvalidArgumentError, match=r"indices\[1,0\] = -1 is not in \[0, 3\)"):
        value(tf.gather(x, [[0], [-1]]))
    with pytest.raises(InvalidArgumentError, match=r"indices = 3 is not in \[0, 3\)"):
        value(tf.gather(x, 3))


def test_gather_nd_and_scatter_nd() -> None:
    places = [[0, 2], [1, 0], [0, 2]]
    y = tf.gather_nd(X, places)
    np.testing.assert_array_equal(value(y), X[[0, 1, 0], [2, 0, 2]])
    assert y.shape.as_list() == [3, 4]
    expected = np.zeros((2, 3))
    np.add.at(expected, ([0, 1, 0], [2, 0, 2]), [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(value(tf.scatter_nd(places, tf.constant([1.0, 2.0, 4.0]), [2, 3])), expected)
    with pytest.raises(InvalidArgumentError, match=r"indices\[1\] = \[2, 0\] does not index into param shape"):
        value(tf.gather_nd(X, [[0, 0], [2, 0]]))
    with pytest.raises(ValueError, match=r"indices.shape\[-1\] must be <= params.rank"):
        tf.gather_nd(X, [[0, 0, 0, 0]])
    with pytest.raises(InvalidArgumentError, match=r"Must have updates.shape = \[2\], got \[3\]"):
        value(tf.scatter_nd([[0], [1]], tf.ones([3]), [4]))


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_boolean_mask(axis: int | None) -> None:
    mask = np.array([True, False, True] if axis else [False, True])
    expected = np.compress(mask, X, axis or 0)
    np.testing.assert_array_equal(value(tf.boolean_mask(X, mask, axis=axis)), expected)


def test_boolean_mask_of_several_axes() -> None:
    mask = X[:, :, 0] > 5
    np.testing.assert_array_equal(value(tf.boolean_mask(X, mask)), X[mask])
    with pytest.raises(ValueError, match="mask cannot be scalar"):
        tf.boolean_mask(X, True)
    with pytest.raises(ValueError, match=r"Shapes \[2\] and \[3\] are incompatible"):
        tf.boolean_mask(X, [True] * 3)


# Order


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sort(axis: int) -> None:
    numbers = np.random.default_rng(0).permutation(12).reshape(3, 4) / 2
    x = tf.constant(numbers)
    np.testing.assert_array_equal(value(tf.sort(x, axis)), np.sort(numbers, axis))
    np.testing.assert_array_equal(value(tf.sort(x, axis, "DESCENDING")), -np.sort(-numbers, axis))
    np.testing.assert_array_equal(value(tf.argsort(x, axis)), np.argsort(numbers, axis))
    with pytest.raises(ValueError, match=r"'ASCENDING' or 'DESCENDING'\. Received: 'up'"):
        tf.sort(x, axis, "up")


def test_of_equal_elements_the_first_comes_first() -> None:
    x = [2.0, 1.0, 2.0, 1.0]
    assert value(tf.argsort(x)).tolist() == [1, 3, 0, 2]
    assert value(tf.argsort(x, direction="DESCENDING")).tolist() == [0, 2, 1, 3]
    assert value(tf.nn.top_k(x, 3)[1]).tolist() == [0, 2, 1]


def test_top_k() -> None:
    x = tf.constant([[1.0, 5.0, 3.0], [9.0, 7.0, 8.0]])
    values, places = tf.nn.top_k(x, 2)
    assert value(values).tolist() == [[5, 3], [9, 8]]
    assert value(places).tolist() == [[1, 2], [0, 2]]
    assert gradient(values * values, x).tolist() == [[0, 10, 6], [18, 0, 16]]
    with pytest.raises(ValueError, match="last dimension >= k = 4 but is 3"):
        tf.nn.top_k(x, 4)


def test_the_places_of_top_k_give_zeros_not_none() -> None:
    x = tf.constant([1.0, 5.0])
    assert value(tf.gradients(tf.nn.top_k(x, 1)[1], x)[0]).tolist() == [0, 0]


# Repeating, padding, turning


def test_tile() -> None:
    np.testing.assert_array_equal(value(tf.tile(X, [1, 2, 3])), np.tile(X, [1, 2, 3]))
    assert tf.tile(X, [1, 2, 3]).shape.as_list() == [2, 6, 12]
    with pytest.raises(ValueError, match="Dimension must be 3 but is 2"):
        tf.tile(X, [1, 2])
    rows = tf.shape(tf.placeholder(tf.float32, [None, 2]))[0]
    assert tf.tile(tf.ones([1, 3]), [rows, 2]).shape.as_list() == [None, 6]
    x = tf.placeholder(tf.float32)
    with pytest.raises(InvalidArgumentError, match="a vector of length 1 but got length 2"):
        value(tf.tile(x, [1, 2]), {x: [1.0]})


@pytest.mark.parametrize("mode", ["CONSTANT", "reflect", "SYMMETRIC"])
def test_pad(mode: str) -> None:
    paddings = [[0, 1], [1, 0], [2, 2]]
    kind: Any = mode.lower()
    np.testing.assert_array_equal(value(tf.pad(X, paddings, mode)), np.pad(X, paddings, kind))
    assert tf.pad(X, paddings, mode).shape.as_list() == [3, 4, 8]


def test_pad_with_a_number() -> None:
    x, fill = tf.constant(ROWS), tf.constant(7.0, tf.float64)
    y = tf.pad(x, [[1, 0], [0, 0]], constant_values=fill)
    assert value(y)[0].tolist() == [7, 7]
    assert gradient(y, fill) == 2
    assert gradient(y, x).tolist() == np.ones_like(ROWS).tolist()


def test_pad_misfits() -> None:
    with pytest.raises(ValueError, match=r"'REFLECT' or 'SYMMETRIC'\. Received 'edge'"):
        tf.pad(ROWS, [[0, 0], [0, 0]], "edge")
    with pytest.raises(ValueError, match="Dimension must be 2 but is 1"):
        tf.pad(ROWS, [[0, 0]])
    with pytest.raises(InvalidArgumentError, match="paddings must be less than the dimension size: 3, 0"):
        value(tf.pad(ROWS, [[3, 0], [0, 0]], "REFLECT"))
    with pytest.raises(ValueError, match=r"Paddings must be non-negative: \[\[-1, 0\], \[0, 0\]\]"):
        tf.pad(ROWS, [[-1, 0], [0, 0]])
    amounts = tf.placeholder(tf.int32, [2, 2])
    with pytest.raises(InvalidArgumentError, match="Paddings must be non-negative: -1 0"), tf.Session() as session:
        session.run(tf.pad(ROWS, amounts), {amounts: [[-1, 0], [0, 0]]})


def test_reverse_and_roll() -> None:
    np.testing.assert_array_equal(value(tf.reverse(X, [0, -1])), X[::-1, :, ::-1])
    np.testing.assert_array_equal(value(tf.roll(X, [1, -2], [0, 2])), np.roll(X, [1, -2], [0, 2]))
    with pytest.raises(ValueError, match="names a dimension twice"):
        tf.reverse(X, [0, -3])


# Shapes and ranges


def test_what_is_known_of_a_shape_is_a_constant() -> None:
    assert [tensor.op.type for tensor in (tf.rank(X), tf.size(X), *tf.shape_n([X]))] == ["Const"] * 3
    x = tf.placeholder(tf.float32)
    assert [int(found) for found in value([tf.rank(x), tf.size(x)], {x: X})] == [3, 24]


def test_ensure_shape() -> None:
    x = tf.placeholder(tf.float32)
    y = tf.ensure_shape(x, [None, 2])
    assert y.shape.as_list() == [None, 2]
    with pytest.raises(InvalidArgumentError, match=r"\[3\] vs. \[\?,2\]"):
        value(y, {x: [1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match="not compatible"):
        tf.ensure_shape(tf.ones([3]), [2])


def test_range() -> None:
    assert value(tf.range(4)).tolist() == [0, 1, 2, 3]
    assert value(tf.range(5, 0, -2)).tolist() == [5, 3, 1]
    halves = tf.range(0, 1.0, 0.5)
    assert halves.dtype is tf.float32
    assert halves.shape.as_list() == [2]
    assert tf.range(3, dtype=tf.int64).dtype is tf.int64
    limit = tf.placeholder(tf.int32, [])
    assert value(tf.range(limit), {limit: 2}).tolist() == [0, 1]
    with pytest.raises(ValueError, match="Requires start <= limit when delta > 0: 3/1"):
        tf.range(3, 1)
    with pytest.raises(ValueError, match="Requires delta != 0"):
        tf.range(0, 1, 0)


def test_linspace_and_meshgrid() -> None:
    assert value(tf.linspace(1.0, 2.0, 3)).tolist() == [1, 1.5, 2]
    for indexing in ("xy", "ij"):
        expected = np.meshgrid([1, 2, 3], [4, 5], [6], indexing=indexing)  # type: ignore[call-overload]  # takes either
        for found, each in zip(tf.meshgrid([1, 2, 3], [4, 5], [6], indexing=indexing), expected, strict=True):
            np.testing.assert_array_equal(value(found), each)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_one_hot(axis: int | None) -> None:
    hot = value(tf.one_hot([1, 2, -1], 3, on_value=5, off_value=1, axis=axis))
    expected = np.array([[1, 5, 1], [1, 1, 5], [1, 1, 1]])
    np.testing.assert_array_equal(hot, expected.T if axis == 0 else expected)
    assert hot.dtype == np.int32
    assert tf.one_hot([0], 3).dtype is tf.float32


def test_sequence_mask() -> None:
    assert value(tf.sequence_mask([0, 2])).tolist() == [[False, False], [True, True]]


def test_invert_permutation() -> None:
    assert value(tf.invert_permutation([1, 2, 0])).tolist() == [2, 0, 1]
    with pytest.raises(InvalidArgumentError, match=r"\[0, 0\] is not a permutation"):
        value(tf.invert_permutation([0, 0]))


# Segments and diagonals


def test_segment_sums() -> None:
    assert value(tf.segment_sum(ROWS, [0, 0, 2])).tolist() == [[4, 6], [0, 0], [5, 6]]
    assert value(tf.unsorted_segment_sum(ROWS, [1, -1, 1], 2)).tolist() == [[0, 0], [6, 8]]
    assert tf.segment_sum(ROWS, [0, 0, 2]).shape.as_list() == [3, 2]
    with pytest.raises(InvalidArgumentError, match="segment ids are not increasing"):
        value(tf.segment_sum(ROWS, [1, 0, 0]))
    with pytest.raises(InvalidArgumentError, match=r"segment_ids\[2\] = 2 is out of range \[0, 2\)"):
        value(tf.unsorted_segment_sum(ROWS, [0, 1, 2], 2))


def test_diagonals() -> None:
    assert value(tf.diag([1, 2])).tolist() == [[1, 0], [0, 2]]
    assert value(tf.diag_part(tf.diag(ROWS))).tolist() == ROWS.tolist()
    assert value(tf.matrix_diag(ROWS)).tolist() == [np.diag(row).tolist() for row in ROWS]
    assert value(tf.matrix_diag_part(X)).tolist() == [np.diag(matrix).tolist() for matrix in X]
    np.testing.assert_array_equal(value(tf.matrix_band_part(X, 1, 0)), np.tril(X) - np.tril(X, -2))
    np.testing.assert_array_equal(value(tf.matrix_band_part(X, -1, -1)), X)
    with pytest.raises(ValueError, match="even and non-zero rank, input rank is 3"):
        tf.diag_part(X)
    with pytest.raises(ValueError, match="at least rank 2 but is rank 1"):
        tf.matrix_diag_part([1.0])


def test_axes_must_be_known_while_the_graph_is_built() -> None:
    axis = tf.placeholder(tf.int32, [])
    with pytest.raises(TypeError, match="axis must be an int that is known when the graph is built"):
        tf.concat([ROWS, ROWS], axis)


@pytest.mark.parametrize("dtype", [tf.float32, tf.int32, tf.complex64, tf.bool, tf.string], ids=lambda d: d.name)
def test_any_type_can_be_rearranged(dtype: Any) -> None:
    numbers = (
        np.array([[b"a", b"b"]], object) if dtype is tf.string else np.array([[1, 0]]).astype(dtype.as_numpy_dtype)
    )
    x = tf.constant(numbers)
    turned = tf.concat([tf.transpose(x), tf.reshape(x, [2, 1])], 0)[::-1, 0]
    assert turned.dtype is dtype
    assert value(turned).tolist() == numbers.ravel().tolist()[::-1] * 2


def test_outputs_of_a_split_that_nobody_uses_get_zeros() -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = tf.split(x, 2)
    assert gradient(tf.reduce_sum(p), x).tolist() == [1, 1, 0, 0]
    assert tf.gradients(tf.reduce_sum(p), [q]) == [None]


def test_an_index_prints_as_it_is_written() -> None:
    row = tf.placeholder(tf.int32, [])
    index = tf.constant(X)[row, 1:, ::-2].op.get_attr("index")
    assert str(index) == "i, 1:, ::−2"
    assert str(tf.constant(X)[..., tf.newaxis].op.get_attr("index")) == "…, newaxis"


def test_one_number_is_the_length_of_a_vector_of_ones_or_zeros() -> None:
    assert (tf.ones(2).shape, tf.zeros(np.int64(3)).shape) == ((2,), (3,))


# What is seldom asked for


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda p: tf.linalg.matrix_transpose(p), "matrix_transpose needs a known rank"),
        (lambda p: tf.split(p, 0), "Cannot split into 0 pieces"),
        (lambda p: tf.split(p, tf.placeholder(tf.int32, [None])), r"Cannot infer argument `num` from shape \(\?,\)"),
        (lambda p: tf.strided_slice(p, [0], [1, 2], [1]), "must be of one length, but have 1, 2 and 1"),
        (lambda p: tf.gather(p, [0], batch_dims=1), "gather supports only batch_dims=0, not 1"),
        (lambda p: tf.gather_nd(p, [[0]], batch_dims=1), "gather_nd supports only batch_dims=0, not 1"),
        (lambda p: tf.nn.embedding_lookup([p, p], [0]), "takes one table, not 2"),
        (lambda p: tf.nn.embedding_lookup(p, [0], max_norm=1.0), "does not support max_norm"),
        (lambda p: tf.boolean_mask(p, tf.placeholder(tf.bool)), "Number of mask dimensions must be specified"),
        (lambda p: tf.nn.top_k(tf.constant(1.0), 1), "Shape must be at least rank 1 but is rank 0"),
        (lambda p: tf.pad(p, [[1, 2, 3]]), "Dimension must be 2 but is 3"),
        (lambda p: tf.fill([[2, 3]], 1.0), "Shape must be rank 1 but is rank 2"),
        (lambda p: tf.where_v2([True], x=[1.0]), "x and y must both be non-None or both be None"),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_written(build: Any, words: str) -> None:
    p = tf.placeholder(tf.float32, None)
    count = len(p.graph.get_operations())
    with pytest.raises(ValueError, match=words):
        build(p)
    assert all(op.type in ("Const", "Placeholder") for op in p.graph.get_operations()[count:])


def test_an_empty_list_of_rows_gathers_nothing() -> None:
    assert value(tf.gather([1.0, 2.0], [])).tolist() == []
    assert value(tf.gather([[1.0, 2.0]], [])).shape == (0, 2)


def test_a_tensor_may_stand_for_the_list_of_its_rows() -> None:
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert value(tf.stack(rows)).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert value(tf.stack(rows, axis=1)).tolist() == [[1.0, 3.0], [2.0, 4.0]]


def test_joining_one_tensor_passes_the_gradient_on() -> None:
    x = tf.constant([1.0, 2.0])
    assert gradient(tf.concat([x], 0) * 3.0, x).tolist() == [3.0, 3.0]


def test_a_scalar_has_no_margins_to_mirror() -> None:
    x = tf.constant(3.0)
    y = tf.pad(x, np.zeros((0, 2), np.int32), mode="REFLECT")
    assert (value(y), gradient(y, x)) == (3.0, 1.0)


def test_a_grid_of_vectors_whose_length_only_a_run_knows() -> None:
    p = tf.placeholder(tf.float32, [None])
    across, up = value(list(tf.meshgrid(p, [1.0, 2.0])), {p: [5.0, 6.0, 7.0]})
    assert across.tolist() == [[5.0, 6.0, 7.0]] * 2
    assert up.tolist() == [[1.0] * 3, [2.0] * 3]


def test_one_hot_of_an_unknown_shape_has_one() -> None:
    p = tf.placeholder(tf.int32, None)
    hot = tf.one_hot(p, 3)
    assert hot.shape.ndims is None
    assert value(hot, {p: [1]}).tolist() == [[0.0, 1.0, 0.0]]


def test_where_alone_gives_the_places() -> None:
    assert value(tf.where_v2([True, False, True])).tolist() == [[0], [2]]


def test_a_shape_asked_for_before_it_was_known_is_seen_afterwards() -> None:
    p = tf.placeholder(tf.float32, [None, None])
    size = tf.shape(p)
    assert tf.zeros(size).shape.as_list() == [None, None]
    p.set_shape([2, 3])
    assert tf.zeros(size).shape.as_list() == [2, 3]
