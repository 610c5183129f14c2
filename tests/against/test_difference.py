"""When two answers count as the same."""

from __future__ import annotations

import numpy as np
import pytest

from gradnb.against.difference import in_words, is_same, lines_that_differ, relative_difference


@pytest.mark.parametrize(
    ("dtype", "near", "far"), [("float16", 1e-3, 0.1), ("float32", 1e-6, 1e-4), ("float64", 1e-12, 1e-7)]
)
def test_rounding_is_what_the_dtype_allows(dtype: str, near: float, far: float) -> None:
    one = np.ones(3, dtype)
    assert is_same(one, (one * (1 + np.float64(near))).astype(dtype))
    assert not is_same(one, (one * (1 + np.float64(far))).astype(dtype))


def test_whole_numbers_must_be_equal() -> None:
    assert is_same(np.int32(3), np.int32(3))
    assert not is_same(np.int32(10**6), np.int32(10**6 + 1))


def test_none_is_only_the_same_as_none() -> None:
    assert is_same(None, None)
    assert not is_same(None, np.float32(0.0))
    assert not is_same(np.float32(0.0), None)


def test_shape_and_dtype_count() -> None:
    assert not is_same(np.zeros((1, 2)), np.zeros(2))
    assert not is_same(np.zeros(2), np.zeros(2, np.float32))


def test_not_finite_numbers_are_the_same_only_as_themselves() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert relative_difference(odd, odd.copy()) == 0.0
    assert relative_difference(odd, np.array([np.nan, np.inf, np.inf, 1.0])) == np.inf
    assert relative_difference(odd, np.array([0.0, np.inf, -np.inf, 1.0])) == np.inf


def test_a_difference_is_measured_by_the_largest_number() -> None:
    assert relative_difference(np.array([100.0, 1.0]), np.array([100.0, 2.0])) == 0.01


def test_what_rounding_left_over_is_no_difference() -> None:
    assert is_same(np.array([1e-17, -3e-18]), np.array([0.0, 2e-17]))
    assert not is_same(np.array([1e-8]), np.array([2e-8]))


def test_noise_is_not_written_out() -> None:
    assert [in_words(number) for number in (0.0, 3e-8, 0.031, np.inf)] == ["< 1e-6", "< 1e-6", "3.1e-02", "∞"]


def test_lines_may_differ_in_blanks_and_in_the_rounding_of_numbers() -> None:
    assert lines_that_differ("loss 0.3333333\n[1. 2.]", "loss  0.33333334\n[1. 2.]") == []


def test_lines_that_differ_in_a_number_a_word_or_their_count_are_named() -> None:
    assert lines_that_differ("loss 0.3", "loss 0.31") == [("loss 0.3", "loss 0.31")]
    assert lines_that_differ("w1 2", "w2 2") == [("w1 2", "w2 2")]
    assert lines_that_differ("a", "a\nb") == [("", "b")]
