"""The slope of a function, from its values around a place, and whether it has one there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple

#: The first step, as a part of the place, or of 1 if that is more; each further one is a tenth of the one before.
_FIRST_STEP: Final = 1.1e-3
_STEPS: Final = 5
#: A place nearer to zero than the smallest of them is also looked at from so near.
_NEAR_ZERO: Final = 1e-4
#: How many last bits a function's value may be wrong by.
_LAST_BITS: Final = 16 * 2.0**-52
#: Two steps agree when their slopes are as close as this.
_AGREES: Final = 1e-7
#: Where no two do, there is a slope all the same if two steps find it as close as this.
_PLAUSIBLE: Final = 1e-3
#: Half the step leaves half of what a curve bends by, all of a kink, and twice as much of a jump.
_OF_A_KINK, _OF_A_JUMP = 0.6, 1.25


class Place(Enum):
    """What a function does at a place."""

    SMOOTH = "smooth"
    KINK = "kink"
    JUMP = "jump"
    EDGE = "edge"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope at a place.

    Attributes
    ----------
    place : Place
        At a ``KINK`` the slopes of both sides differ, at a ``JUMP`` it has none (also where it is infinitely steep), at
        an ``EDGE`` the function ends, and ``NOWHERE`` it has no finite values.
    value : float
        The slope; at a kink the mean of both sides; else NaN.
    doubt : float
        How far it may be from the true one.
    left, right : float
        The slopes of the two sides of a kink.
    """

    place: Place
    value: float = math.nan
    doubt: float = 0.0
    left: float = math.nan
    right: float = math.nan


class _Sides(NamedTuple):
    """The slopes of both sides by one step, and how much of them may be rounding."""

    left: float
    right: float
    noise: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def bend(self) -> float:
        return self.right - self.left


def slope_of(change: Callable[[float], tuple[float, float]], place: float, expected: float = math.nan) -> Slope:
    """Return the slope of a function at a place.

    Steps are made smaller until two of them agree.

    Parameters
    ----------
    change : callable
        For a step gives how much the function changes by it, and how large the numbers are whose difference that is.
    place : float
        Where; it decides the size of the steps alone.
    expected : float
        A slope that would be no surprise: if it is found, no smaller steps are tried.

    Returns
    -------
    Slope
        The slope.

    Examples
    --------
    >>> found = slope_of(lambda step: (abs(step), abs(step)), 0.0)
    >>> found.place.value, found.left, found.right
    ('kink', -1.0, 1.0)
    """
    tried: list[Slope] = []
    for step in _steps(place):
        slope, apart = _judged(_sides(change, step), _sides(change, step / 2))
        if apart <= _AGREES * abs(slope.value) and _is(slope, expected):
            return slope
        tried.append(slope)
    # The smallest step sees best what a function does here, but rounding harms it most.
    best, finest = _most_alike(tried), tried[-1]
    if finest.place is not Place.SMOOTH:
        return best if best is not None and _is(best, expected) else finest
    return best or _limit(tried)


def _steps(place: float) -> Iterator[float]:
    size = abs(place)
    steps = [_FIRST_STEP * max(size, 1.0) / 10**power for power in range(_STEPS)]
    yield from steps
    if 0 < _NEAR_ZERO * size < steps[-1]:
        yield _NEAR_ZERO * size


def _is(slope: Slope, expected: float) -> bool:
    return math.isnan(expected) or abs(slope.value - expected) <= max(slope.doubt, 10 * _AGREES * abs(expected))


def _most_alike(tried: Sequence[Slope]) -> Slope | None:
    """Return the better one of the two successive steps whose slopes are most alike, if any two are."""
    found: list[Slope] = []
    for pair in pairwise(tried):
        spread = abs(pair[0].value - pair[1].value)
        better = min(pair, key=lambda slope: slope.doubt)
        if spread <= _PLAUSIBLE * abs(better.value) + better.doubt and all(s.place is Place.SMOOTH for s in pair):
            found.append(replace(better, doubt=max(better.doubt, spread)))
    return min(found, key=lambda slope: slope.doubt, default=None)


def _limit(tried: Sequence[Slope]) -> Slope:
    """Return the slope that ever smaller steps come to, if they come to one."""
    smooth = [slope for slope in tried if slope.place is Place.SMOOTH]
    spreads = [abs(before.value - after.value) for before, after in pairwise(smooth)]
    if len(spreads) > 1 and spreads[-1] < spreads[-2] / 2:
        return replace(smooth[-1], doubt=max(smooth[-1].doubt, spreads[-1]))
    return Slope(Place.JUMP)


def _sides(change: Callable[[float], tuple[float, float]], step: float) -> _Sides:
    forward, size = change(step)
    backward, other = change(-step)
    return _Sides(-backward / step, forward / step, _LAST_BITS * max(size, other) / step)


def _judged(wide: _Sides, narrow: _Sides) -> tuple[Slope, float]:
    """Return what a step and half of it say of a place, and how far apart their slopes are: infinitely at a kink."""
    sides = [all(map(math.isfinite, pair)) for pair in ((wide.left, narrow.left), (wide.right, narrow.right))]
    if not all(sides) or not math.isfinite(narrow.noise):
        return Slope(Place.EDGE if sum(sides) == 1 else Place.NOWHERE), math.inf
    if abs(narrow.bend) > max(_OF_A_KINK * abs(wide.bend), 8 * narrow.noise):
        return _kink(wide, narrow), math.inf
    apart = abs(narrow.middle - wide.middle)
    return Slope(Place.SMOOTH, (4 * narrow.middle - wide.middle) / 3, narrow.noise + apart), apart


def _kink(wide: _Sides, narrow: _Sides) -> Slope:
    left, right = 2 * narrow.left - wide.left, 2 * narrow.right - wide.right
    apart = max(abs(narrow.left - wide.left), abs(narrow.right - wide.right))
    if abs(narrow.bend) > _OF_A_JUMP * abs(wide.bend) or apart > abs(narrow.bend) / 8:
        return Slope(Place.JUMP)
    return Slope(Place.KINK, (left + right) / 2, narrow.noise + apart, left, right)
