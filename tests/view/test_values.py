"""Arrays as they are shown."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gradnb.view.values import is_whole, number_text, value_of


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (3.0, "3.0"),
        (np.float32(0.1), "0.1"),
        (2 / 3, "0.6667"),
        ([1.0, 2.0], "[1. 2.]"),
        ([[9.0, 10.0]], "[[9. 10.]]"),
        ([[9.0], [10.0]], "[[9.] [10.]]"),
        ([-0.0, 1.0], "[0. 1.]"),
        (-0.0, "0.0"),
        ([1, -2], "[1 -2]"),
        (np.int32(7), "7"),
        ([True, False], "[True False]"),
        (np.array([b"a", "ü".encode()], dtype=object), "['a' 'ü']"),
        (np.array([1 + 2j, -0.5j], np.complex64), "[1.+2.j 0.-0.5j]"),
        (1j, "0.0+1.0j"),
        ([math.nan, math.inf, -math.inf], "[nan inf -inf]"),
        (np.zeros((0, 3)), "[]"),
        (12345.678, "12346.0"),
        (123456789.0, "1.235e+08"),
        (1.5e-7, "1.5e-07"),
        (0.0001, "0.0001"),
        (9.9996, "10.0"),
        (999999.7, "1000000.0"),
    ],
)
def test_an_array_is_written_as_numpy_would(array: Any, text: str) -> None:
    assert value_of(array).text == text


def test_precision_is_the_number_of_significant_digits() -> None:
    assert [value_of(math.pi, precision).text for precision in (1, 2, 4, 8)] == ["3.0", "3.1", "3.142", "3.1415927"]
    assert value_of(123456.789, 9).text == "123456.789"


def test_what_is_smaller_than_the_largest_numbers_last_bit_is_zero() -> None:
    assert value_of(np.array([1.0, -2.9e-8], np.float32)).text == "[1. 0.]"
    assert value_of(np.array([1.0, 1e-6], np.float32)).text == "[1. 1e-06]"
    assert value_of(np.array([1.0, -1e-17])).text == "[1. 0.]"
    assert value_of(np.array([1.0, 1e-9])).text == "[1. 1e-09]"


def test_a_single_small_number_is_no_noise() -> None:
    assert value_of(np.array([1e-20])).text == "[1e-20]"


def test_not_finite_numbers_make_no_noise_of_the_others() -> None:
    assert value_of([math.inf, 1.0]).text == "[inf 1.]"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("number", [0.12345, 0.98765, 2.0005, 1234.5, 5.4325e-5])
def test_a_neighbouring_number_is_written_the_same(number: float, dtype: type[np.floating[Any]]) -> None:
    # The last bit differs from machine to machine; a tie must not fall now to this side and now to that.
    exact = dtype(number)
    neighbours = {value_of(np.nextafter(exact, dtype(end))).text for end in (-math.inf, math.inf)}
    assert neighbours == {value_of(exact).text}


def test_up_to_six_elements_or_three_by_three_are_written_out() -> None:
    shapes = [(), (6,), (3, 3), (2, 3), (1, 6), (0, 9), (2, 3, 1)]
    assert [is_whole(shape) for shape in shapes] == [True] * len(shapes)
    assert [is_whole(shape) for shape in [(7,), (3, 4), (4, 2), (2, 2, 2)]] == [False] * 4


def test_a_larger_array_is_told_in_brief() -> None:
    value = value_of(np.arange(12.0).reshape(3, 4) - 4)
    assert value.text == "12 numbers: min -4.0, mean 1.5, max 7.0"
    assert value.shape == (3, 4)
    assert value.summary is not None
    assert (value.summary.minimum, value.summary.mean, value.summary.maximum) == ("-4.0", "1.5", "7.0")
    assert value.summary.strip == tuple(round((x - 4) / 7, 6) for x in range(12))


def test_a_large_array_makes_a_strip_of_at_most_32_cells() -> None:
    summary = value_of(np.ones(1000)).summary
    assert summary is not None
    assert summary.strip == (1.0,) * 32


def test_cells_that_are_not_finite_are_nan() -> None:
    summary = value_of([1.0, math.nan, math.inf, -2.0, 0.0, 1.0, 1.0]).summary
    assert summary is not None
    assert [math.isnan(cell) for cell in summary.strip] == [False, True, True, False, False, False, False]
    assert summary.strip[3] == -1.0


def test_a_strip_of_zeros_is_zeros() -> None:
    summary = value_of(np.zeros(10)).summary
    assert summary is not None
    assert summary.strip == (0.0,) * 10


def test_the_words_are_in_the_language() -> None:
    assert value_of(np.zeros(10), language="zh").text == "10 个数：最小 0.0，平均 0.0，最大 0.0"


def test_many_strings_and_truth_values_are_counted() -> None:
    strings = value_of(np.array([b"a"] * 9, dtype=object))
    assert (strings.text, strings.summary, strings.dtype) == ("9 strings", None, "string")
    truths = value_of([True] * 6 + [False] * 2)
    assert truths.summary is not None
    assert truths.text == "8 values: 6 True"
    assert (truths.summary.minimum, truths.summary.mean, truths.summary.maximum) == ("0", "0.75", "1")


def test_a_long_string_is_cut() -> None:
    assert value_of("x" * 100).text == f"'{'x' * 31}…'"


def test_a_number_in_a_formula_has_no_idle_point() -> None:
    assert [number_text(x) for x in (2.0, -3, 0.5, np.float32(1e10))] == ["2", "-3", "0.5", "1e+10"]


@given(
    number=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.decimals(-9999, 9999, places=3).map(float)),
    precision=st.integers(1, 17),
    single=st.booleans(),
)
def test_a_number_is_rounded_as_decimal_arithmetic_rounds(number: float, precision: int, single: bool) -> None:
    with np.errstate(over="ignore", under="ignore"):
        element = np.float32(number) if single else np.float64(number)
    assume(math.isfinite(element) and element != 0)
    assert value_of(element, precision).text.removesuffix("0").removesuffix(".") == by_decimals(
        float(element), max(precision, 6 if single else 12), precision
    ).removesuffix("0").removesuffix(".")


def by_decimals(number: float, digits: int, precision: int) -> str:
    """Return a number rounded to `digits`, then to `precision` significant digits, by Python's decimal arithmetic."""
    trusted = Decimal(f"{number:.{digits - 1}e}")
    exponent = trusted.adjusted()
    if -4 <= exponent <= max(5, precision - 1):
        last = Decimal(1).scaleb(-max(0, precision - 1 - exponent))
        fixed = f"{trusted.quantize(last, ROUND_HALF_EVEN):f}"
        return fixed.rstrip("0") if "." in fixed else f"{fixed}."
    mantissa, _, power = f"{trusted:.{precision - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power):+03d}"
