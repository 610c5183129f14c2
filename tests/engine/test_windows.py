"""Convolution and pooling, in windows of all kinds, against loops; relu and sums of rows against NumPy, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gradnb as tf
from gradnb.engine.ops import nn, reductions
from gradnb.engine.registry import lookup

Array = np.ndarray[Any, Any]

FEW = settings(max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=1500)


class Case:
    """A window on images, and how its positions lie on them, counted one by one."""

    def __init__(
        self,
        batch: int,
        channels: int,
        filters: int,
        image: tuple[int, int],
        window: tuple[int, int],
        strides: tuple[int, int],
        dilations: tuple[int, int],
        padding: str,
        whole: bool,
    ) -> None:
        self.how = {"strides": strides, "padding": padding}
        self.window, self.strides, self.dilations, self.image = window, strides, dilations, image
        self.output, self.before = [], []
        for n, w, s, d in zip(image, window, strides, dilations, strict=True):
            reach = (w - 1) * d + 1
            positions = -(-n // s) if padding == "SAME" else (n - reach) // s + 1
            self.output.append(positions)
            self.before.append(max((positions - 1) * s + reach - n, 0) // 2 if padding == "SAME" else 0)
        generator = np.random.default_rng(batch + channels + filters + sum(image) + sum(window))

        def draw(*shape: int) -> Array:
            # Whole numbers tie often, which matters where the largest is looked for.
            return generator.integers(-2, 3, shape).astype(float) if whole else generator.normal(size=shape)

        self.x = draw(batch, *image, channels)
        self.filters = draw(*window, channels, filters)
        self.g = draw(batch, *self.output, filters)
        self.pooled_g = draw(batch, *self.output, channels)

    def meetings(self) -> Iterator[tuple[tuple[int, int], tuple[int, int], tuple[int, int]]]:
        """Yield each position, each place of the window, and the pixel that stands there."""
        for position in np.ndindex(*self.output):
            for place in np.ndindex(self.window):
                i, j = (
                    o * s + k * d - b
                    for o, s, k, d, b in zip(position, self.strides, place, self.dilations, self.before, strict=True)
                )
                if 0 <= i < self.image[0] and 0 <= j < self.image[1]:
                    yield position, place, (i, j)


@st.composite
def cases(draw: Any, dilated: bool) -> Case:
    size = st.integers(1, 7)
    padding = draw(st.sampled_from(["SAME", "VALID"]))
    window, dilations, strides, image = [], [], [], []
    for _ in range(2):
        w, d = draw(st.integers(1, 5)), draw(st.integers(1, 3)) if dilated else 1
        least = (w - 1) * d + 1 if padding == "VALID" else 1
        window.append(w)
        dilations.append(d)
        strides.append(draw(st.integers(1, 4)))
        image.append(draw(st.integers(least, max(least, 9))))
    pairs = [(first, second) for first, second in (image, window, strides, dilations)]
    return Case(draw(st.integers(0, 3)), draw(size), draw(size), *pairs, padding, draw(st.booleans()))


def computed(type: str, *inputs: Array, **attributes: Any) -> Array:
    """Return what a kernel gives, which is to the bit what it writes, the same for arrays in another order."""
    definition = lookup(type)
    result: Array = definition.kernel(*inputs, **attributes)
    out = np.full(result.shape, 7.0, result.dtype)
    assert definition.into is not None
    definition.into(*inputs, out, **attributes)
    assert out.tobytes() == result.tobytes()
    turned = [np.asfortranarray(array) for array in inputs]
    np.testing.assert_allclose(definition.kernel(*turned, **attributes), result, rtol=1e-12, atol=1e-12)
    return result


def same(found: Array, expected: Array) -> None:
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def check_convolution(case: Case, bytes_at_a_time: int) -> None:
    how: dict[str, Any] = {**case.how, "dilations": case.dilations}
    y, of_x, of_filters = np.zeros_like(case.g), np.zeros_like(case.x), np.zeros_like(case.filters)
    for position, place, pixel in case.meetings():
        (p, q), (i, j), (u, v) = position, place, pixel
        y[:, p, q] += case.x[:, u, v] @ case.filters[i, j]
        of_x[:, u, v] += case.g[:, p, q] @ case.filters[i, j].T
        of_filters[i, j] += case.x[:, u, v].T @ case.g[:, p, q]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn, "_PATCHES", bytes_at_a_time)
        same(computed("Conv2D", case.x, case.filters, **how), y)
        sizes = np.array(case.x.shape, np.int32)
        same(computed("Conv2DBackpropInput", sizes, case.filters, case.g, **how), of_x)
        sizes = np.array(case.filters.shape, np.int32)
        same(computed("Conv2DBackpropFilter", case.x, sizes, case.g, **how), of_filters)


AT_A_TIME = st.sampled_from([1, 1000, 1 << 19])


@FEW
@given(cases(dilated=True), AT_A_TIME)
def test_convolution(case: Case, bytes_at_a_time: int) -> None:
    check_convolution(case, bytes_at_a_time)


@pytest.mark.slow
@MANY
@given(cases(dilated=True), AT_A_TIME)
def test_convolutions(case: Case, bytes_at_a_time: int) -> None:
    check_convolution(case, bytes_at_a_time)


@FEW
@given(cases(dilated=True))
def test_depthwise_convolution(case: Case) -> None:
    how: dict[str, Any] = {**case.how, "dilations": case.dilations}
    batch, channels, multiplier = len(case.x), *case.filters.shape[2:]
    g = np.random.default_rng(7).normal(size=(batch, *case.output, channels, multiplier))
    y, of_x, of_filters = np.zeros_like(g), np.zeros_like(case.x), np.zeros_like(case.filters)
    for position, place, pixel in case.meetings():
        (p, q), (i, j), (u, v) = position, place, pixel
        y[:, p, q] += case.x[:, u, v, :, None] * case.filters[i, j]
        of_x[:, u, v] += (g[:, p, q] * case.filters[i, j]).sum(-1)
        of_filters[i, j] += (case.x[:, u, v, :, None] * g[:, p, q]).sum(0)
    flat = (batch, *case.output, channels * multiplier)
    same(computed("DepthwiseConv2dNative", case.x, case.filters, **how), y.reshape(flat))
    sizes = np.array(case.x.shape, np.int32)
    same(
        computed("DepthwiseConv2dNativeBackpropInput", sizes, case.filters, g.reshape(flat), **how),
        of_x,
    )
    sizes = np.array(case.filters.shape, np.int32)
    same(computed("DepthwiseConv2dNativeBackpropFilter", case.x, sizes, g.reshape(flat), **how), of_filters)


@FEW
@given(cases(dilated=False))
def test_largest_of_a_window(case: Case) -> None:
    how = {**case.how, "ksize": case.window}
    batch, channels = len(case.x), case.x.shape[3]
    y, of_x, again = np.full_like(case.pooled_g, -np.inf), np.zeros_like(case.x), np.zeros_like(case.pooled_g)
    for n, c in np.ndindex(batch, channels):
        first = {}
        for position, _, pixel in case.meetings():
            if case.x[n, *pixel, c] > y[n, *position, c]:
                y[n, *position, c] = case.x[n, *pixel, c]
                first[position] = pixel
        for position, pixel in first.items():
            of_x[n, *pixel, c] += case.pooled_g[n, *position, c]
            again[n, *position, c] = case.x[n, *pixel, c] * 2
    same(computed("MaxPool", case.x, **how), y)
    same(computed("MaxPoolGrad", case.x, y, case.pooled_g, **how), of_x)
    same(computed("MaxPoolGradGrad", case.x, y, case.x * 2, **how), again)


@FEW
@given(cases(dilated=False))
def test_mean_of_a_window(case: Case) -> None:
    how = {**case.how, "ksize": case.window}
    y, of_x, counts = np.zeros_like(case.pooled_g), np.zeros_like(case.x), np.zeros((1, *case.output, 1))
    for (p, q), _, _ in case.meetings():
        counts[0, p, q] += 1
    for (p, q), _, (u, v) in case.meetings():
        y[:, p, q] += case.x[:, u, v] / counts[0, p, q]
        of_x[:, u, v] += case.pooled_g[:, p, q] / counts[0, p, q]
    same(computed("AvgPool", case.x, **how), y)
    same(computed("AvgPoolGrad", np.array(case.x.shape, np.int32), case.pooled_g, **how), of_x)


POOL: dict[str, Any] = {"ksize": (2, 2), "strides": (2, 2), "padding": "SAME"}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("arriving", [np.inf, np.nan, -0.0])
def test_what_arrives_goes_to_the_largest_element_alone(dtype: type, arriving: float) -> None:
    """TensorFlow too gives 0 to the others, and not 0 times what arrives."""
    x = np.array([[1, 3], [3, 2]], dtype).reshape(1, 2, 2, 1)
    g = np.full((1, 1, 1, 1), arriving, dtype)
    found = lookup("MaxPoolGrad").kernel(x, x[:, :1, :1], g, **POOL)
    expected = np.array([[0, arriving], [0, 0]], dtype)
    assert found[0, :, :, 0].tobytes() == expected.tobytes()


def test_margins_never_win() -> None:
    """All elements are as small as can be: in TensorFlow too the first of them that is none of the margin wins."""
    x = np.full((1, 3, 3, 1), -np.inf)
    g = np.arange(1.0, 10.0).reshape(1, 3, 3, 1)
    found = lookup("MaxPoolGrad").kernel(x, x, g, ksize=(3, 3), strides=(1, 1), padding="SAME")
    assert found[0, :, :, 0].tolist() == [[12, 9, 0], [15, 9, 0], [0, 0, 0]]


def test_where_there_is_a_nan_it_is_the_largest() -> None:
    x = np.array([[1, np.nan], [3, 2]]).reshape(1, 2, 2, 1)
    assert np.isnan(lookup("MaxPool").kernel(x, **POOL)).all()


def test_zeros_of_the_margin_times_infinity_are_nan() -> None:
    """The numbers are those of TensorFlow's depthwise convolution."""
    x, filters = np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1))
    filters[0, 0] = np.inf
    how = {"strides": (1, 1), "padding": "SAME", "dilations": (1, 1)}
    expected = [[np.nan, np.nan, np.nan], [np.nan, np.inf, np.inf], [np.nan, np.inf, np.inf]]
    for type in ("Conv2D", "DepthwiseConv2dNative"):
        with np.errstate(invalid="ignore"):
            found = lookup(type).kernel(x, filters, **how)
        np.testing.assert_array_equal(found[0, :, :, 0], expected)


@pytest.mark.parametrize(
    "build",
    [
        lambda x: tf.nn.conv2d(x, np.ones((2, 2, 3, 3)), 1, "VALID"),
        lambda x: tf.nn.depthwise_conv2d(x, np.ones((2, 2, 3, 1)), 1, "VALID"),
        lambda x: tf.nn.max_pool(x, 2, 1, "VALID"),
        lambda x: tf.nn.avg_pool(x, 2, 1, "VALID"),
    ],
    ids=["conv2d", "depthwise_conv2d", "max_pool", "avg_pool"],
)
def test_gradients_that_arrive_in_another_shape(build: Any) -> None:
    """None are cut to fit: the shape is known only when it runs."""
    x, seed = tf.constant(np.ones((2, 4, 4, 3))), tf.placeholder(tf.float64)
    slope = tf.gradients(build(x), x, grad_ys=seed)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2,4,3,3\] vs\. \[2,3,3,3\]"):
        session.run(slope, {seed: np.ones((2, 4, 3, 3))})


# What is quick by another way to the same bits


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize("size", [1, 100, 4096, 8191, 8192, 3 * 4096 + 5])
def test_relu_is_the_larger_of_a_number_and_zero(dtype: type, size: int) -> None:
    numbers = np.random.default_rng(size).integers(-3, 4, size).astype(dtype)
    if dtype is not np.int32:
        numbers[::7], numbers[::11], numbers[::13], numbers[::17] = -0.0, np.nan, np.inf, -np.inf
    expected = np.maximum(numbers, np.zeros((), dtype))
    assert lookup("Relu").kernel(numbers).tobytes() == expected.tobytes()
    spread = np.repeat(numbers, 2)[::2]
    assert lookup("Relu").kernel(spread).tobytes() == expected.tobytes()


@FEW
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=3),
    st.integers(1, 2 * reductions._SHORT),
    st.sampled_from([np.float16, np.float32, np.float64, np.int32]),
    st.integers(0, 2**32),
)
def test_sums_of_rows_are_those_of_numpy_to_the_bit(rows: list[int], length: int, dtype: type, seed: int) -> None:
    generator = np.random.default_rng(seed)
    x = (generator.normal(size=(*rows, length)) * 10.0 ** generator.integers(-3, 2, (*rows, length))).astype(dtype)
    expected = np.add.reduce(x, tuple(range(len(rows))), x.dtype)
    out = np.full(length, 7, dtype)
    assert reductions.sum_rows(x).tobytes() == expected.tobytes()
    assert reductions.sum_rows(x, out) is out
    assert out.tobytes() == expected.tobytes()
