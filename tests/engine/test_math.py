"""Arithmetic, functions of one number, and choices: TensorFlow's conventions at kinks, its dtypes, names and errors."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.ops import functions

Array = np.ndarray[Any, Any]


def value(fetch: Any, feeds: dict[Any, Any] | None = None) -> Any:
    with tf.Session() as session:
        return session.run(fetch, feeds)


def slopes(function: Callable[..., Any], *points: Any) -> list[Any]:
    """Return the gradients of a function at points, each as a list or None."""
    xs = [tf.constant(point, tf.float64) for point in points]
    return [None if g is None else value(g).tolist() for g in tf.gradients(function(*xs), xs)]


# Kinks and poles


@pytest.mark.parametrize(
    ("function", "points", "expected"),
    [
        (tf.abs, [[-2.0, 0.0, 3.0]], [[-1.0, 0.0, 1.0]]),
        (tf.sign, [[-2.0, 0.0, 3.0]], [[0.0, 0.0, 0.0]]),
        (tf.maximum, [[1.0, 2.0], [1.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]]),
        (tf.minimum, [[1.0, 2.0], [1.0, 3.0]], [[1.0, 1.0], [0.0, 0.0]]),
        (lambda x: tf.maximum(tf.constant(1.0, tf.float64), x), [1.0], [0.0]),
        (lambda x: tf.maximum(x, 1.0), [1.0], [1.0]),
        (lambda x: tf.maximum(x, -x), [0.0], [1.0]),
        (lambda x: tf.maximum(x, x), [0.0], [1.0]),
        (lambda x: tf.clip_by_value(x, -1.0, 1.0), [[-2.0, -1.0, 0.0, 1.0, 2.0]], [[0.0, 1.0, 1.0, 1.0, 0.0]]),
        (tf.sqrt, [[0.0, 4.0]], [[np.inf, 0.25]]),
        (tf.rsqrt, [[0.0, 4.0]], [[-np.inf, -0.0625]]),
        (tf.log, [[0.0, 2.0]], [[np.inf, 0.5]]),
        (tf.acos, [[-1.0, 1.0]], [[-np.inf, -np.inf]]),
        (lambda x: x**2, [0.0], [0.0]),
        (lambda x: x**1, [0.0], [1.0]),
        (lambda x: x**0, [0.0], [np.nan]),
        (lambda x: x**0.5, [0.0], [np.inf]),
        (tf.pow, [[-2.0, 0.0, 2.0], [2.0, 2.0, 3.0]], [[-4.0, 0.0, 12.0], [0.0, 0.0, 8.0 * np.log(2.0)]]),
        (tf.pow, [0.0, -1.0], [-np.inf, np.nan]),
        (tf.div_no_nan, [[1.0, 1.0], [0.0, 2.0]], [[0.0, 0.5], [0.0, -0.25]]),
        (tf.xlogy, [0.0, 0.0], [0.0, 0.0]),
        (tf.atan2, [0.0, 0.0], [np.nan, np.nan]),
        (tf.floormod, [[7.0, -7.0], [3.0, 3.0]], [[1.0, 1.0], [-2.0, 3.0]]),
    ],
)
def test_the_slope_at_a_kink_is_tensorflows(
    function: Callable[..., Any], points: list[Any], expected: list[Any]
) -> None:
    for found, wanted in zip(slopes(function, *points), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-15)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (tf.sqrt, 0.0),
        (tf.reciprocal, 0.0),
        (tf.rsqrt, 0.0),
        (tf.log, np.nan),
        (lambda x: 1.0 / x, np.nan),
        (lambda x: x**0.5, np.nan),
    ],
)
def test_a_pole_that_is_not_chosen(function: Callable[[Any], Any], expected: float) -> None:
    """TensorFlow guards sqrt, rsqrt and reciprocal against 0 · ∞, and only those."""
    found = slopes(lambda x: tf.where(x > 0.0, function(x), tf.zeros_like(x)), [0.0, 1.0])[0]
    np.testing.assert_equal(found[0], expected)
    assert np.isfinite(found[1])


def test_choosing_twice_is_safe() -> None:
    def safe(x: tf.Tensor) -> tf.Tensor:
        return tf.where(x > 0.0, tf.log(tf.where(x > 0.0, x, tf.ones_like(x))), tf.zeros_like(x))

    assert slopes(safe, [0.0, 2.0]) == [[0.0, 0.5]]


@pytest.mark.parametrize("name", ["floor", "ceil", "round", "rint", "is_nan"])
def test_no_gradient_passes(name: str) -> None:
    assert slopes(getattr(tf, name), [1.5]) == [None]


@pytest.mark.parametrize("compare", [tf.equal, tf.less, tf.floordiv, tf.truncatediv, tf.greater_equal])
def test_no_gradient_passes_to_either(compare: Callable[..., Any]) -> None:
    assert slopes(compare, [1.5], [2.0]) == [None, None]


def test_a_remainder_of_zero_keeps_the_sign_of_what_is_divided() -> None:
    x, y = tf.constant([1.0, -1.0, 1.0, 7.0, -7.0, 7.0]), tf.constant([-0.5, 0.5, 0.5, 3.0, 3.0, -3.0])
    assert value(1.0 / tf.mod(x, y))[:3].tolist() == [np.inf, -np.inf, np.inf]
    assert value(tf.mod(x, y))[3:].tolist() == [1.0, 2.0, -2.0]
    assert value(tf.mod([7, -7, 7], [3, 3, -3])).tolist() == [1, 2, -2]


def test_clip_passes_no_gradient_at_nan() -> None:
    x = tf.constant([np.nan, -2.0, 0.5, 1.0])
    (found,) = tf.gradients(tf.clip_by_value(x, -1.0, 1.0), x)
    assert value(found).tolist() == [0.0, 0.0, 1.0, 1.0]


def test_a_gradient_of_polygamma_at_a_pole_is_nan_where_the_sign_changes() -> None:
    at = [0.0, -2.0, 1.0]
    assert value(tf.polygamma([1.0, 1.0, 1.0], at)).tolist()[:2] == [np.inf, np.inf]
    second = value(tf.polygamma([2.0, 2.0, 2.0], at))
    assert np.isnan(second).tolist() == [True, True, False]
    (found,) = slopes(lambda x: tf.polygamma(tf.ones_like(x), x), at)
    assert np.isnan(found).tolist() == [True, True, False]


def test_log_sigmoid_does_not_overflow() -> None:
    assert value(tf.log_sigmoid([-1000.0, 0.0])) == pytest.approx([-1000.0, -np.log(2.0)])
    assert tf.math.log_sigmoid is tf.log_sigmoid
    assert slopes(tf.log_sigmoid, [-1000.0, 0.0]) == [[1.0, 0.5]]


def test_truncatemod_has_no_gradient() -> None:
    with pytest.raises(LookupError, match="TruncateMod"):
        slopes(tf.truncatemod, [1.5], [2.0])


# Higher orders


def orders(function: Callable[[Any], Any], x: float, count: int) -> list[Any]:
    point = tf.constant(x, tf.float64)
    y, found = function(point), []
    for _ in builtins.range(count):
        y = None if y is None else tf.gradients(y, point)[0]
        found.append(None if y is None else value(y))
    return found


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (lambda x: x * x, 3.0, [6.0, 2.0, None]),
        (tf.square, 3.0, [6.0, 2.0, None]),
        (lambda x: 2.0 * x, 3.0, [2.0, None]),
        (lambda x: x**3.0, 2.0, [12.0, 12.0, 6.0, 0.0]),
        (tf.abs, -2.0, [-1.0, 0.0]),
        (tf.sign, -2.0, [0.0, None]),
        (tf.sin, 0.0, [1.0, 0.0, -1.0, 0.0, 1.0]),
        (tf.exp, 0.0, [1.0, 1.0, 1.0]),
        (tf.sqrt, 4.0, [1 / 4, -1 / 32, 3 / 256]),
        (tf.rsqrt, 4.0, [-1 / 16, 3 / 128, -15 / 1024]),
        (tf.reciprocal, 2.0, [-1 / 4, 1 / 4, -3 / 8]),
    ],
)
def test_higher_orders(function: Callable[[Any], Any], x: float, expected: list[Any]) -> None:
    found = orders(function, x, len(expected))
    assert [entry is None for entry in found] == [entry is None for entry in expected]
    for entry, wanted in zip(found, expected, strict=True):
        if wanted is not None:
            np.testing.assert_allclose(entry, wanted, rtol=1e-14, atol=1e-15)


def test_the_gradient_of_exp_is_that_of_its_output() -> None:
    y = tf.exp(tf.constant(0.5))
    slope = tf.gradients(y, y.op.inputs[0])[0]
    assert value(tf.gradients(slope, y)[0]) == 1.0


# Dtypes


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [(tf.int8, tf.float32), (tf.int32, tf.float64), (tf.int64, tf.float64), (tf.float32, tf.float32)],
)
def test_dividing_gives(dtype: tf.DType, expected: tf.DType) -> None:
    quotient = tf.constant([7, 8], dtype) / tf.constant([2, 2], dtype)
    assert quotient.dtype is expected
    assert value(quotient).tolist() == [3.5, 4.0]
    assert value(quotient).dtype == expected.as_numpy_dtype


def test_dividing_two_types_is_refused() -> None:
    with pytest.raises(TypeError, match=r"must have the same dtype, got tf\.float32 != tf\.int32"):
        tf.constant(1.0) / tf.constant(2)


def test_python_numbers_take_the_tensors_type() -> None:
    x = tf.constant(2.0, tf.float64)
    for result in (1.0 / x, x / 3, x**2, 2**x, x // 2, 7.0 % x, tf.divide(1.0, x), tf.maximum(x, 0.0)):
        assert result.dtype is tf.float64
    with pytest.raises(TypeError, match="Input 'y' of 'Maximum' Op has type float64"):
        tf.maximum(0.0, x)


@pytest.mark.parametrize(
    ("function", "x", "y", "expected"),
    [
        (tf.floordiv, [7, -7, 7, -7], [2, 2, -2, -2], [3, -4, -4, 3]),
        (tf.truncatediv, [7, -7, 7, -7], [2, 2, -2, -2], [3, -3, -3, 3]),
        (tf.floormod, [7, -7, 7, -7], [3, 3, -3, -3], [1, 2, -2, -1]),
        (tf.truncatemod, [7, -7, 7, -7], [3, 3, -3, -3], [1, -1, 1, -1]),
        (tf.div, [7, -7], [2, 2], [3, -4]),
        (tf.floordiv, [1.0, -7.0], [0.1, 2.0], [10.0, -4.0]),
        (tf.div, [7.0], [2.0], [3.5]),
        (tf.pow, [2, 3], [3, 2], [8, 9]),
    ],
)
def test_whole_numbers(function: Callable[..., Any], x: list[Any], y: list[Any], expected: list[Any]) -> None:
    found = value(function(x, y))
    assert found.tolist() == expected
    assert found.dtype == (np.int32 if isinstance(x[0], int) else np.float32)


@pytest.mark.parametrize("function", [tf.floordiv, tf.floormod, tf.truncatediv, tf.truncatemod])
def test_an_integer_divided_by_zero_fails_when_it_runs(function: Callable[..., Any]) -> None:
    result = function([1, 2], [0, 1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
        value(result)


def test_casting() -> None:
    x = tf.constant([1.7, -1.7])
    assert tf.cast(x, tf.float32) is x
    assert value(tf.cast(x, tf.int32)).tolist() == [1, -1]
    assert value(tf.cast([True, False], tf.float32)).tolist() == [1.0, 0.0]
    assert value(tf.cast(tf.constant(3 + 4j), tf.float64)) == 3.0
    assert tf.gradients(tf.cast(x, tf.int32), x) == [None]
    back = tf.gradients(tf.cast(x, tf.float64), x)[0]
    assert back is not None
    assert back.dtype is tf.float32
    with pytest.raises(TypeError, match="string"):
        tf.cast("a", tf.float32)


# Choices


def test_one_truth_value_chooses_a_row() -> None:
    x, y = np.arange(6.0).reshape(2, 3), -np.ones((2, 3))
    assert value(tf.where([True, False], x, y)).tolist() == [[0.0, 1.0, 2.0], [-1.0, -1.0, -1.0]]
    assert value(tf.where(True, x, y)).tolist() == x.tolist()


def test_where_without_values_gives_places() -> None:
    places = tf.where([[True, False], [False, True]])
    assert places.shape.as_list() == [None, 2]
    assert value(places).tolist() == [[0, 0], [1, 1]]
    assert value(places).dtype == np.int64


def test_where_refuses() -> None:
    with pytest.raises(ValueError, match="must both be non-None"):
        tf.where([True], [1.0])
    with pytest.raises(ValueError, match="not compatible"):
        tf.where([True, False], [1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="must be equal, but are 3 and 2"):
        tf.where([True, False], np.ones((3, 2)), np.ones((3, 2)))
    condition, x = tf.placeholder(tf.bool), tf.placeholder(tf.float32)
    chosen = tf.where(condition, x, x)
    with pytest.raises(tf.errors.InvalidArgumentError, match="'condition' must have the shape"):
        value(chosen, {condition: [True, False], x: np.ones((3, 2))})


def test_bounds_must_fit_what_they_clip() -> None:
    with pytest.raises(ValueError, match="not compatible"):
        tf.clip_by_value([1.0, 2.0], np.zeros((2, 1), np.float32), 1.0)


def test_the_gradient_of_clipping_goes_to_the_bound_beyond_it() -> None:
    assert slopes(tf.clip_by_value, [-2.0, 0.0, 2.0], -1.0, 1.0) == [[0.0, 1.0, 0.0], 1.0, 1.0]


def test_sparse_gradients_are_clipped_and_scaled_row_by_row() -> None:
    slices = tf.IndexedSlices(tf.constant([[3.0], [0.5]]), tf.constant([0, 2]), tf.constant([3, 1]))
    assert value(tf.clip_by_value(slices, -1.0, 1.0)).values.tolist() == [[1.0], [0.5]]
    assert value(tf.scalar_mul(2.0, slices)).values.tolist() == [[6.0], [1.0]]


def test_operators_on_truth_values() -> None:
    a, b = tf.constant([True, True, False, False]), tf.constant([True, False, True, False])
    found = value([a & b, a | b, a ^ b, ~a])
    assert [entry.tolist() for entry in found] == [
        [True, False, False, False],
        [True, True, True, False],
        [False, True, True, False],
        [False, False, True, True],
    ]


# Complex numbers


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (tf.abs, (0.6, 0.8)),
        (tf.angle, (-4 / 25, 3 / 25)),
        (tf.real, (1.0, 0.0)),
        (tf.imag, (0.0, 1.0)),
        (lambda c: tf.real(tf.conj(c) * c), (6.0, 8.0)),
        (lambda c: tf.imag(tf.conj(c)), (0.0, -1.0)),
    ],
)
def test_parts_of_a_complex_number(function: Callable[[Any], Any], expected: tuple[float, float]) -> None:
    assert slopes(lambda a, b: function(tf.complex(a, b)), 3.0, 4.0) == pytest.approx(list(expected), rel=1e-15)


def test_the_gradient_of_a_complex_number_is_conjugated() -> None:
    c = tf.constant([1 + 2j])
    gradient = tf.gradients(c * c, c, grad_ys=tf.constant([1 + 0j]))[0]
    assert value(gradient).tolist() == [2 - 4j]


def test_the_length_of_zero_has_no_slope() -> None:
    assert slopes(lambda a, b: tf.abs(tf.complex(a, b)), 0.0, 0.0) == [0.0, 0.0]


def test_real_numbers_are_their_own_parts() -> None:
    x = tf.constant([-1.0, 2.0])
    assert tf.real(x) is x
    assert tf.conj(x) is x
    assert value(tf.imag(x)).tolist() == [0.0, 0.0]
    np.testing.assert_allclose(value(tf.angle(x)), [np.pi, 0.0], rtol=1e-6)


@pytest.mark.parametrize(("dtype", "expected"), [(np.float32, np.complex64), (np.float64, np.complex128)])
def test_complex_keeps_the_precision(
    dtype: type[np.floating[Any]], expected: type[np.complexfloating[Any, Any]]
) -> None:
    c = tf.complex(np.ones(2, dtype), np.zeros((3, 1), dtype))
    found = value([c, tf.abs(c), tf.real(c), tf.angle(c)])
    assert [entry.dtype for entry in found] == [expected, dtype, dtype, dtype]
    assert found[0].shape == (3, 2)


# Functions from elsewhere


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (tf.erf, 0.5, 0.5204998778130465),
        (tf.erfc, 0.5, 0.4795001221869535),
        (tf.lgamma, 5.0, np.log(24.0)),
        (tf.digamma, 1.0, -0.5772156649015329),
        (lambda x: tf.polygamma(tf.ones_like(x), x), 1.0, np.pi**2 / 6),
        (tf.sigmoid, -1.0, 1 / (1 + np.e)),
        (tf.expm1, 1e-20, 1e-20),
        (tf.log1p, 1e-20, 1e-20),
    ],
)
def test_values(function: Callable[[Any], Any], x: float, expected: float) -> None:
    assert value(function(tf.constant(x, tf.float64))) == pytest.approx(expected, rel=1e-14)


def test_without_scipy_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    y = tf.erf(1.0)
    with pytest.raises(ImportError, match=r"erf needs SciPy.*pip install scipy"):
        value(y)


def test_only_the_functions_that_need_scipy_load_it() -> None:
    assert "scipy" not in vars(functions)


@pytest.mark.parametrize("x", [-1000.0, -40.0, 40.0, 1000.0])
def test_sigmoid_and_tanh_do_not_overflow(x: float) -> None:
    for function in (tf.sigmoid, tf.tanh):
        point = tf.constant(x)
        y = function(point)
        assert np.isfinite(value([y, *tf.gradients(y, point)])).all()


# Names


def test_operations_are_named_as_tensorflow_names_them() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    named = [x / 2.0, x**2.0, x // 2.0, x % 2.0, abs(x), x > 0.0, tf.square(x), tf.clip_by_value(x, 0.0, 1.0)]
    assert [tensor.name for tensor in named] == [
        "truediv:0",
        "pow:0",
        "floordiv:0",
        "mod:0",
        "Abs:0",
        "Greater:0",
        "Square:0",
        "clip_by_value:0",
    ]
    assert tf.gradients(x / 2.0, x)[0].name == "gradients/truediv_1_grad/RealDiv:0"


def test_add_n_and_its_like_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="at least one"):
        tf.add_n([])
    with pytest.raises(ValueError, match="not compatible"):
        tf.accumulate_n([tf.constant([1.0])], shape=[2])
    with pytest.raises(ValueError, match=r"must be a 0-D value\. Received shape \(2,\)"):
        tf.scalar_mul([1.0, 2.0], tf.constant(1.0))
