"""Networks: values against formulas, kinks, losses and labels, windows against loops, and what misfits say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.errors import InvalidArgumentError

X = np.array([[0.5, -1.0, 2.0, 0.0], [-0.5, 1.5, -3.0, 0.25]])


def value(fetch: Any, feeds: dict[Any, Any] | None = None) -> Any:
    with tf.Session() as session:
        return session.run(fetch, feeds)


def slopes(function: Any, points: Any, order: int = 1) -> Any:
    x = tf.constant(points, tf.float64)
    y = function(x)
    for _ in range(order):
        (y,) = tf.gradients(y, x)
    return value(y).tolist()


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "elu": lambda x: np.where(x < 0, np.exp(x) - 1, x),
    "selu": lambda x: 1.0507009873554805 * np.where(x < 0, 1.6732632423543772 * (np.exp(x) - 1), x),
    "softplus": lambda x: np.log(np.exp(x) + 1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "swish": lambda x: x * sigmoid(x),
    "silu": lambda x: x * sigmoid(x),
    "crelu": lambda x: np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], -1),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum(-1, keepdims=True)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    np.testing.assert_allclose(value(getattr(tf.nn, name)(X)), ACTIVATIONS[name](X), rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "points", "expected"),
    [
        (tf.nn.relu, [-1.0, 0.0, -0.0, 1.0, np.nan], [0, 0, 0, 1, 0]),
        (tf.nn.relu6, [-1.0, 0.0, 3.0, 6.0, 7.0], [0, 0, 1, 0, 0]),
        (lambda x: tf.nn.leaky_relu(x, 0.25), [-1.0, 0.0, 1.0], [0.25, 0.25, 1]),
        (tf.nn.elu, [0.0, 1.0], [1, 1]),
        (tf.nn.selu, [0.0, 1.0], [1.0507009873554805, 1.0507009873554805]),
    ],
    ids=["relu", "relu6", "leaky_relu", "elu", "selu"],
)
def test_kinks(function: Any, points: Any, expected: list[float]) -> None:
    assert slopes(function, points) == expected


@pytest.mark.parametrize("function", [tf.nn.relu, tf.nn.relu6, tf.nn.leaky_relu], ids=lambda f: f.__name__)
def test_bends_have_no_curvature(function: Any) -> None:
    assert slopes(function, [-1.0, 0.0, 1.0], order=2) == [0, 0, 0]


def test_softsign_has_one_derivative_only() -> None:
    assert slopes(tf.nn.softsign, [1.0, -3.0]) == [0.25, 0.0625]
    with pytest.raises(LookupError, match="op type: SoftsignGrad"):
        slopes(tf.nn.softsign, [1.0], order=2)


def test_nothing_overflows() -> None:
    with np.errstate(all="raise"):
        large = [-1000.0, 0.0, 1000.0]
        assert value(tf.nn.softplus(large)).tolist() == pytest.approx([0, np.log(2), 1000])
        assert value(tf.nn.swish(large)).tolist() == [0, 0, 1000]
        assert value(tf.nn.softmax(large)).tolist() == [0, 0, 1]
        assert value(tf.nn.log_softmax(large)).tolist() == [-2000, -1000, 0]
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=[0.0, 0.5, 1.0], logits=large)
        assert value(losses).tolist() == pytest.approx([0, np.log(2), 0])


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_softmax_along_any_axis(axis: int) -> None:
    raised = np.exp(X)
    np.testing.assert_allclose(value(tf.nn.softmax(X, axis)), raised / raised.sum(axis, keepdims=True), rtol=1e-13)
    with pytest.raises(ValueError, match="Invalid reduction dimension 2"):
        tf.nn.softmax(X, 2)


# Losses

LABELS = np.array([[0.25, 0.25, 0.5, 0.0], [0.0, 1.0, 0.0, 0.0]])


@pytest.mark.parametrize("function", [tf.nn.relu, tf.nn.relu6])
def test_relu_multiplies_what_arrives_by_zero(function: Any) -> None:
    x = tf.constant([-1.0, 0.0, 1.0])
    for arriving in (np.nan, np.inf):
        found = value(tf.gradients(function(x), x, grad_ys=tf.fill([3], arriving))[0])
        np.testing.assert_array_equal(found, [np.nan, np.nan, arriving])


@pytest.mark.parametrize("function", [tf.nn.elu, tf.nn.selu])
def test_the_second_gradient_of_elu_chooses_and_does_not_multiply(function: Any) -> None:
    x = tf.constant([1.0, -1.0])
    (slope,) = tf.gradients(function(x), x, grad_ys=tf.fill([2], np.nan))
    np.testing.assert_array_equal(value(tf.gradients(slope, x)[0]), [0.0, np.nan])


@pytest.mark.parametrize("function", [tf.nn.softmax, tf.nn.log_softmax])
def test_the_slope_of_a_softmax_knows_the_result_only_along_the_last_axis(function: Any) -> None:
    x = tf.constant(X)
    for axis, connected in ((-1, True), (1, True), (0, False), (-2, False)):
        y = function(x, axis=axis)
        (slope,) = tf.gradients(y, x, grad_ys=tf.constant(X))
        assert [g is not None for g in tf.gradients(slope, [y, x])] == [connected, True]


def test_cross_entropy_of_softmax() -> None:
    logits, labels = tf.constant(X), tf.constant(LABELS)
    logs = ACTIVATIONS["log_softmax"](X)
    loss = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    np.testing.assert_allclose(value(loss), -(LABELS * logs).sum(-1), rtol=1e-13)
    to_logits, to_labels = tf.gradients(loss, [logits, labels])
    assert to_labels is None
    np.testing.assert_allclose(value(to_logits), np.exp(logs) - LABELS, rtol=1e-12, atol=1e-15)
    second = tf.nn.softmax_cross_entropy_with_logits_v2(labels, logits)
    np.testing.assert_allclose(value(tf.gradients(second, labels)[0]), -logs, rtol=1e-12)


def test_the_axis_of_the_classes() -> None:
    whole = tf.nn.softmax_cross_entropy_with_logits(labels=LABELS, logits=X)
    turned = tf.nn.softmax_cross_entropy_with_logits(labels=LABELS.T, logits=X.T, dim=0)
    np.testing.assert_allclose(value(turned), value(whole), rtol=1e-13)


def test_sparse_cross_entropy_is_that_of_one_hot_labels() -> None:
    classes = np.array([3, 1])
    logits = tf.placeholder(tf.float64, [None, None])
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=logits)
    whole = tf.nn.softmax_cross_entropy_with_logits(labels=np.eye(4)[classes], logits=logits)
    np.testing.assert_allclose(value(sparse, {logits: X}), value(whole, {logits: X}), rtol=1e-13)
    found, expected = value([tf.gradients(loss, logits)[0] for loss in (sparse, whole)], {logits: X})
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_losses_want_named_arguments() -> None:
    for name in ("softmax", "sparse_softmax", "sigmoid"):
        loss = getattr(tf.nn, f"{name}_cross_entropy_with_logits")
        with pytest.raises(ValueError, match=f"Only call `{name}_cross_entropy_with_logits` with named arguments"):
            loss(X, X)
        with pytest.raises(ValueError, match="Both `labels` and `logits` must be provided"):
            loss(labels=X)


def test_losses_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="not compatible"):
        tf.nn.softmax_cross_entropy_with_logits(labels=tf.ones([2, 3]), logits=tf.ones([2, 4]))
    with pytest.raises(ValueError, match=r"must have the same shape, received \(\(2, 4\) vs \(2,\)\)"):
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones([2]), logits=tf.ones([2, 4]))
    with pytest.raises(ValueError, match="of rank 2 and logits"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[[1], [2]], logits=X)
    with pytest.raises(ValueError, match="`logits` cannot be a scalar"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=1, logits=1.0)
    with pytest.raises(TypeError, match="'labels' has DataType float32"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1.0, 2.0], logits=X)
    with pytest.raises(InvalidArgumentError, match=r"label value of 4 which is outside the valid range of \[0, 4\)"):
        value(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 4], logits=X))


def test_cross_entropy_of_sigmoid() -> None:
    logits, labels = tf.constant(X), tf.constant(LABELS)
    loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    expected = -LABELS * np.log(sigmoid(X)) - (1 - LABELS) * np.log(sigmoid(-X))
    np.testing.assert_allclose(value(loss), expected, rtol=1e-12)
    to_logits, to_labels = value(tf.gradients(loss, [logits, labels]))
    np.testing.assert_allclose(to_logits, sigmoid(X) - LABELS, rtol=1e-12)
    np.testing.assert_array_equal(to_labels, -X)
    weighted = tf.nn.weighted_cross_entropy_with_logits(LABELS, X, 3.0)
    expected = -3 * LABELS * np.log(sigmoid(X)) - (1 - LABELS) * np.log(sigmoid(-X))
    np.testing.assert_allclose(value(weighted), expected, rtol=1e-12)


def test_l2() -> None:
    assert value(tf.nn.l2_loss([[1.0, 2.0], [3.0, 4.0]])) == 15
    np.testing.assert_allclose(value(tf.nn.l2_normalize(X, 1)), X / np.sqrt((X**2).sum(1, keepdims=True)), rtol=1e-13)
    assert slopes(lambda x: tf.nn.l2_normalize(x, 0), [0.0, 0.0]) == [1e6, 1e6]


# Layers


def test_bias_add() -> None:
    y = tf.nn.bias_add(X, [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(value(y), X + np.arange(1, 5))
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 4 and 3"):
        tf.nn.bias_add(X, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="Shape must be at least rank 2 but is rank 1"):
        tf.nn.bias_add([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"'NHWC' \(channels last\) is supported, not 'NCHW'"):
        tf.nn.bias_add(X, [1.0], data_format="NCHW")


def test_moments_and_batch_normalization() -> None:
    for axes in ([0], [0, 1]):
        for keepdims in (False, True):
            mean, variance = value(tf.nn.moments(X, axes, keepdims=keepdims))
            np.testing.assert_allclose(mean, X.mean(tuple(axes), keepdims=keepdims), rtol=1e-13)
            np.testing.assert_allclose(variance, X.var(tuple(axes), keepdims=keepdims), rtol=1e-13)
    found = tf.nn.batch_normalization(X, X.mean(0), X.var(0), 1.0, 2.0, 1e-3)
    np.testing.assert_allclose(value(found), 2 * (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-3) + 1, rtol=1e-12)


def test_dropout() -> None:
    x = tf.ones([1000])
    y = tf.nn.dropout(x, rate=0.75, seed=1)
    (slope,) = tf.gradients(y, x)
    kept, slopes_found = value([y, slope])
    assert set(kept.tolist()) == {0.0, 4.0}
    assert 150 < (kept > 0).sum() < 350
    np.testing.assert_array_equal(slopes_found, kept)
    rows = value(tf.nn.dropout(tf.ones([4, 5]), keep_prob=0.5, noise_shape=[4, 1], seed=3))
    assert all(len(set(row)) == 1 for row in rows.tolist())
    assert tf.nn.dropout(tf.ones([4, 5]), keep_prob=tf.placeholder(tf.float32)).shape.as_list() == [4, 5]
    with pytest.raises(ValueError, match="Give one of keep_prob and rate"):
        tf.nn.dropout(x)
    with pytest.raises(ValueError, match=r"in the range \[0, 1\)"):
        tf.nn.dropout(x, rate=1.0)
    with pytest.raises(ValueError, match="must be a floating point tensor"):
        tf.nn.dropout([1, 2], rate=0.5)


def test_in_top_k() -> None:
    predictions = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]], np.float32)
    assert value(tf.nn.in_top_k(predictions, [2, 2, 3], 2)).tolist() == [True, False, False]


# Windows


def padded(images: Any, window: Any, strides: Any, padding: str, fill: float = 0.0) -> Any:
    """Return images with the zeros that ``SAME`` puts around, and the size of the result."""
    margins, sizes = [], []
    for size, w, s in zip(images.shape[1:3], window, strides, strict=True):
        result = -(-size // s) if padding == "SAME" else (size - w) // s + 1
        total = max((result - 1) * s + w - size, 0) if padding == "SAME" else 0
        margins.append((total // 2, total - total // 2))
        sizes.append(result)
    return np.pad(images, [(0, 0), *margins, (0, 0)], constant_values=fill), sizes


WINDOWS = [((3, 2), (1, 1)), ((2, 3), (2, 1)), ((3, 3), (2, 3))]


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("window", "strides"), WINDOWS, ids=str)
def test_windows_against_loops(window: tuple[int, int], strides: tuple[int, int], padding: str) -> None:
    generator = np.random.default_rng(2)
    images = generator.normal(size=(2, 6, 7, 3))
    filters = generator.normal(size=(*window, 3, 4))
    large, (rows, columns) = padded(images, window, strides, padding)
    lowest, _ = padded(images, window, strides, padding, -np.inf)
    gaps, _ = padded(images, window, strides, padding, np.nan)
    convolved, most, mean = (
        np.zeros((2, rows, columns, 4)),
        np.zeros((2, rows, columns, 3)),
        np.zeros((2, rows, columns, 3)),
    )
    for i in range(rows):
        for j in range(columns):
            there = np.s_[:, i * strides[0] : i * strides[0] + window[0], j * strides[1] : j * strides[1] + window[1]]
            convolved[:, i, j] = np.einsum("bijc,ijcd->bd", large[there], filters)
            most[:, i, j] = lowest[there].max((1, 2))
            mean[:, i, j] = np.nanmean(gaps[there], (1, 2))
    declared = tf.placeholder(tf.float64, [None, 6, None, 3])
    for x in (tf.constant(images), declared):
        results = [
            tf.nn.conv2d(x, filters, strides, padding),
            tf.nn.max_pool(x, window, [1, *strides, 1], padding),
            tf.nn.avg_pool(x, window, strides, padding),
        ]
        for found, expected in zip(results, (convolved, most, mean), strict=True):
            np.testing.assert_allclose(value(found, {declared: images}), expected, rtol=1e-10)
            assert tf.TensorShape(expected.shape).is_compatible_with(found.shape)
    assert results[0].shape.as_list() == [None, rows, None, 4]


def test_dilations_spread_a_filter() -> None:
    generator = np.random.default_rng(3)
    images, filters = generator.normal(size=(1, 7, 7, 2)), generator.normal(size=(2, 2, 2, 1))
    spread = np.zeros((3, 3, 2, 1))
    spread[::2, ::2] = filters
    found = tf.nn.conv2d(images, filters, 1, "VALID", dilations=2)
    np.testing.assert_allclose(value(found), value(tf.nn.conv2d(images, spread, 1, "VALID")), rtol=1e-12)


def test_conv2d_transpose_is_the_gradient_of_conv2d() -> None:
    x, filters = tf.constant(np.ones((1, 5, 5, 2))), np.random.default_rng(4).normal(size=(3, 3, 2, 4))
    y = tf.nn.conv2d(x, filters, 2, "SAME")
    weights = np.random.default_rng(5).normal(size=y.shape.as_list())
    expected = value(tf.gradients(y, x, grad_ys=weights)[0])
    np.testing.assert_array_equal(value(tf.nn.conv2d_transpose(weights, filters, [1, 5, 5, 2], 2)), expected)


def test_depthwise_conv2d_is_one_conv2d_for_each_channel() -> None:
    generator = np.random.default_rng(6)
    images, filters = generator.normal(size=(1, 5, 5, 2)), generator.normal(size=(3, 3, 2, 2))
    each = [value(tf.nn.conv2d(images[..., c : c + 1], filters[:, :, c : c + 1], 1, "SAME")) for c in range(2)]
    found = value(tf.nn.depthwise_conv2d(images, filters, [1, 1, 1, 1], "SAME"))
    np.testing.assert_allclose(found, np.concatenate(each, -1), rtol=1e-10)


def test_of_equal_elements_in_a_window_the_first_gets_the_gradient() -> None:
    x = tf.constant(np.ones((1, 2, 4, 1)))
    slope = value(tf.gradients(tf.nn.max_pool(x, 2, 2, "VALID"), x)[0])
    assert slope[0, :, :, 0].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"padding": "same"}, "padding must be 'SAME' or 'VALID', not 'same'"),
        ({"strides": [2, 1, 1, 1]}, "strides must be 1 for batch and channels"),
        ({"strides": [1, 1, 1]}, "strides must be one, two or four positive ints"),
        ({"strides": 0}, "strides must be one, two or four positive ints"),
        ({"data_format": "NCHW"}, "is supported, not 'NCHW'"),
        ({"filter": np.ones((2, 2, 3, 1))}, "Dimensions must be equal, but are 2 and 3"),
        ({"filter": np.ones((2, 2, 2))}, "Shape must be rank 4 but is rank 3"),
        ({"filter": np.ones((9, 9, 2, 1))}, "Negative dimension size caused by subtracting 9 from 5"),
    ],
    ids=str,
)
def test_convolutions_that_do_not_fit(settings: dict[str, Any], message: str) -> None:
    good = {"filter": np.ones((2, 2, 2, 1)), "strides": 1, "padding": "VALID"}
    with pytest.raises(ValueError, match=message):
        tf.nn.conv2d(np.ones((1, 5, 5, 2)), **{**good, **settings})


@pytest.mark.parametrize("name", ["softplus", "swish", "softmax", "l2_loss", "selu", "leaky_relu", "crelu"])
def test_float32_stays(name: str) -> None:
    x = tf.constant(X.astype(np.float32))
    y = getattr(tf.nn, name)(x)
    assert [found.dtype for found in value([y, tf.gradients(y, x)[0]])] == [np.float32] * 2


# What is seldom asked for


def test_leaky_relu_of_whole_numbers_gives_floats() -> None:
    found = value(tf.nn.leaky_relu([-10, 5]))
    assert (found.dtype, found.tolist()) == (np.float32, [-2.0, 5.0])


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: tf.nn.softmax(tf.constant(1.0)), "Shape must be at least rank 1 but is rank 0"),
        (lambda: tf.nn.log_softmax(tf.constant(1.0)), "Shape must be at least rank 1 but is rank 0"),
        (lambda: tf.nn.in_top_k([1.0, 2.0], [0], 1), "Shape must be rank 2 but is rank 1"),
        (
            lambda: tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.constant(1.0), logits=tf.constant(1.0)),
            "Shape must be at least rank 1 but is rank 0",
        ),
    ],
)
def test_what_needs_an_axis_refuses_a_scalar(build: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build()


def test_in_top_k_of_an_unknown_shape() -> None:
    p = tf.placeholder(tf.float32, None)
    assert value(tf.nn.in_top_k(p, [0], 1), {p: [[1.0, 2.0]]}).tolist() == [False]


def test_labels_of_another_precision_are_cast_to_that_of_the_logits() -> None:
    labels = tf.constant([1.0, 0.0], tf.float64)
    found = value(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=tf.constant([1.0, 2.0])))
    assert found.dtype == np.float32
    assert found == pytest.approx(np.log(1 + np.e))
