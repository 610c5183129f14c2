"""What is typed: numbers as people write them are read, all else is refused in a sentence that helps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradnb.jupyter.number_entry import Bounds, Refused, number_text, read_number

FLOAT32 = np.dtype("float32")


def refusal(typed: str, dtype: str = "float32", bounds: Bounds | None = None, language: str = "en") -> str:
    with pytest.raises(Refused) as refused:
        read_number(typed, np.dtype(dtype), language, bounds)
    return str(refused.value)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        *[("2", 2.0), (" -0.5 ", -0.5), ("1e-3", np.float32(1e-3)), ("+3.", 3.0), (".25", 0.25), ("1/4", 0.25)],
        *[("1/3", np.float32(1) / np.float32(3)), ("-1.5/2", -0.75), ("−2", -2.0), ("１．５", 1.5), ("1／4", 0.25)],
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, expected: float) -> None:
    assert read_number(typed, FLOAT32, "en") == expected


def test_infinity_and_nan_may_be_typed() -> None:
    assert read_number("-inf", FLOAT32, "en") == -math.inf
    assert math.isnan(read_number("nan", FLOAT32, "en"))


def test_a_whole_number_is_exact() -> None:
    number = read_number("9007199254740993", np.dtype("int64"), "en")
    assert number == 2**53 + 1
    assert type(number) is int
    assert read_number("6/3", np.dtype("int32"), "en") == 2


@pytest.mark.parametrize("typed", ["abc", "1 2", "1,5", "1_000", "1/2/3", "2*3", "__import__('os')", "inf/2", "9" * 50])
def test_what_is_no_number_is_refused_with_an_example(typed: str) -> None:
    said = refusal(typed)
    assert "is not a number. Type one such as 2, -0.5, 1e-3 or 1/3; the old number stays." in said
    assert typed[:40] in said


def test_each_other_refusal_says_what_fits() -> None:
    assert refusal(" ") == "Type a number, such as 2, -0.5, 1e-3 or 1/3."
    assert refusal("1/0") == "1/0: nothing can be divided by zero; the old number stays."
    assert "int32, which holds whole numbers only" in refusal("2.5", "int32")
    assert "whole numbers only" in refusal("nan", "int32")
    assert refusal("300", "uint8") == "300 does not fit: uint8 goes from 0 to 255. The old number stays."
    assert "float16 goes from -65504 to 65504." in refusal("1e6", "float16")
    assert "float64 goes from" in refusal("1e999", "float64")
    assert refusal("7", bounds=Bounds(-5, 5, 0.1)).startswith("7 lies outside: here numbers go from -5 to 5.")
    assert refusal("nan", bounds=Bounds(-5, 5, 0.1)).startswith("nan lies outside")
    assert refusal("abc", language="zh") == "“abc”不是数。请输入 2、-0.5、1e-3 或 1/3 这样的数；原来的数保持不变。"


@pytest.mark.parametrize(
    ("number", "dtype", "expected"),
    [
        (0.1, "float32", "0.1"),
        (3.6400001049041748, "float32", "3.64"),
        (2.0, "float64", "2"),
        (1 / 3, "float32", "0.33333334"),
        (7, "int64", "7"),
    ],
)
def test_a_number_is_written_with_as_few_digits_as_say_it_exactly(number: float, dtype: str, expected: str) -> None:
    assert number_text(number, np.dtype(dtype)) == expected


def test_a_fraction_too_large_for_any_number_is_beyond_its_type() -> None:
    assert "float64" in refusal("1e300/1e-300", "float64")
