"""The slope of a function: found, doubted where rounding doubts it, and refused where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gradnb.view.slope import Place, Slope, slope_of


def of(function: Callable[[float], float], place: float, expected: float = math.nan) -> Slope:
    at_place = function(place)

    def change(step: float) -> tuple[float, float]:
        try:
            value = function(place + step)
        except ValueError:
            value = math.nan
        return value - at_place, max(abs(value), abs(at_place))

    return slope_of(change, place, expected)


@pytest.mark.parametrize(
    ("function", "place", "slope"),
    [
        (math.sin, 1.0, math.cos(1.0)),
        (math.exp, 30.0, math.exp(30.0)),
        (lambda x: math.sin(1e5 * x), 1.0, 1e5 * math.cos(1e5)),
        (lambda x: math.sin(2000 * math.pi * x), 0.0, 2000 * math.pi),
        (lambda x: 1 / x, 1e-3, -1e6),
        (math.log, 1e-8, 1e8),
        (lambda x: x * abs(x), 0.0, 0.0),
        (lambda x: x * x, 0.0, 0.0),
        (lambda x: 7.0, 3.0, 0.0),
        (lambda x: max(x, 0.0), 4e-4, 1.0),
        (lambda x: max(x, 0.0), 1e-8, 1.0),
        (lambda x: math.floor(x) * x, 2.5, 2.0),
        (lambda x: 1e8 + x, 1.0, 1.0),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_slope_is_found_to_within_its_doubt(
    function: Callable[[float], float], place: float, slope: float, known: bool
) -> None:
    found = of(function, place, slope if known else math.nan)
    assert found.place is Place.SMOOTH
    assert abs(found.value - slope) <= found.doubt


def test_a_smooth_slope_is_hardly_doubted() -> None:
    found = of(math.sin, 1.0)
    assert found.doubt < 1e-7


def test_a_slope_that_is_small_beside_large_numbers_is_doubted() -> None:
    assert of(lambda x: 1e8 + x, 1.0).doubt > 1e-5


def test_a_wrong_expectation_does_not_change_what_is_found() -> None:
    found = of(math.sin, 1.0, 0.3)
    assert found.place is Place.SMOOTH
    assert found.value == pytest.approx(math.cos(1.0), abs=1e-8)


@pytest.mark.parametrize(
    ("function", "left", "right"),
    [
        (lambda x: max(x, 0.0), 0.0, 1.0),
        (abs, -1.0, 1.0),
        (lambda x: 1000.0 * x + max(x, 0.0), 1000.0, 1001.0),
        (lambda x: math.exp(-abs(x)), 1.0, -1.0),
    ],
)
def test_at_a_kink_both_sides_have_a_slope(function: Callable[[float], float], left: float, right: float) -> None:
    found = of(function, 0.0, left)
    assert found.place is Place.KINK
    assert (found.left, found.right) == pytest.approx((left, right), abs=1e-6)
    assert found.value == pytest.approx((left + right) / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("function", "place"),
    [
        (lambda x: math.floor(x) * x, 2.0),
        (lambda x: math.sqrt(abs(x)), 0.0),
        (lambda x: math.copysign(abs(x) ** (1 / 3), x), 0.0),
        # A float32's distance from the jump: to single precision it lies on it.
        (lambda x: math.floor(10 * x), 0.699999988),
    ],
)
def test_at_a_jump_there_is_none(function: Callable[[float], float], place: float) -> None:
    found = of(function, place, 0.0)
    assert found.place is Place.JUMP
    assert math.isnan(found.value)


def test_at_the_edge_of_the_domain_there_is_none() -> None:
    assert of(math.sqrt, 0.0).place is Place.EDGE


def test_where_nothing_is_finite_there_is_none() -> None:
    assert of(lambda x: math.nan, 0.0).place is Place.NOWHERE


def test_a_smooth_slope_is_far_better_than_its_steps_are_small() -> None:
    # A central difference by the first step alone would be wrong by 1e-7.
    assert of(math.sin, 1.0).value == pytest.approx(math.cos(1.0), abs=1e-11)


def test_a_kink_that_only_the_smallest_steps_see_is_one_unless_the_coarse_slope_was_expected() -> None:
    def bent(x: float) -> float:
        return 1e3 * x * x + 1e-3 * abs(x)

    assert of(bent, 0.0, expected=0.0).place is Place.SMOOTH
    found = of(bent, 0.0, expected=0.5)
    assert found.place is Place.KINK
    assert (found.left, found.right) == pytest.approx((-1e-3, 1e-3), rel=1e-3)
