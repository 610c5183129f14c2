"""How much two answers differ, and whether that is more than rounding."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

#: How far two computations of one number may be apart, by bytes of a real number.
_ROUNDING = {2: 1e-2, 4: 2e-5, 8: 1e-9}
#: Where all numbers are smaller than this, they are what rounding left over.
_SMALL = 1e-3
#: Below this a difference is noise, and another one on every processor.
_NOISE = 1e-6
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf)(?!\w)")


def relative_difference(ours: Array, theirs: Array) -> float:
    """Return the largest difference of two arrays, as a part of their largest magnitude, or of 0.001 if that is less.

    Parameters
    ----------
    ours, theirs : ndarray
        Numbers.

    Returns
    -------
    float
        0 when they are equal, NaN and infinity included; infinity when shape or dtype differ, or where only one of
        them is finite.

    Examples
    --------
    >>> relative_difference(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    0.2
    """
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return np.inf
    apart = ~((ours == theirs) | ((ours != ours) & (theirs != theirs)))
    if not apart.any():
        return 0.0
    left, right = (np.asarray(array)[apart].astype(np.complex128) for array in (ours, theirs))
    if not (np.isfinite(left) & np.isfinite(right)).all():
        return np.inf
    finite = [np.abs(array[np.isfinite(array)]).max(initial=0.0) for array in (ours, theirs)]
    return float(np.abs(left - right).max() / max(*finite, _SMALL))


def is_same(ours: Array | None, theirs: Array | None) -> bool:
    """Return whether two answers are the same up to rounding; None is only the same as None.

    Examples
    --------
    >>> is_same(np.float32(1.0), np.float32(1.000001)), is_same(np.float32(0.0), None)
    (True, False)
    """
    if ours is None or theirs is None:
        return ours is theirs
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    real = np.real(ours).dtype
    return relative_difference(ours, theirs) <= (_ROUNDING.get(real.itemsize, 0.0) if real.kind == "f" else 0.0)


def in_words(difference: float) -> str:
    """Return a difference as it is shown, the same on every processor.

    Examples
    --------
    >>> in_words(0.0), in_words(0.25), in_words(float("inf"))
    ('< 1e-6', '2.5e-01', '∞')
    """
    if np.isinf(difference):
        return "∞"
    return "< 1e-6" if difference < _NOISE else f"{difference:.1e}"


def lines_that_differ(ours: str, theirs: str) -> list[tuple[str, str]]:
    """Return the pairs of printed lines that differ by more than the rounding of the numbers in them.

    Examples
    --------
    >>> lines_that_differ("a 1.0000001\\nb", "a  1.0\\nc")
    [('b', 'c')]
    """
    left, right = ours.splitlines(), theirs.splitlines()
    length = max(len(left), len(right))
    pairs = zip(left + [""] * (length - len(left)), right + [""] * (length - len(right)), strict=True)
    return [pair for pair in pairs if not _alike(*pair)]


def _alike(ours: str, theirs: str) -> bool:
    if _NUMBER.sub("#", ours).split() != _NUMBER.sub("#", theirs).split():
        return False
    left, right = ([float(word) for word in _NUMBER.findall(line)] for line in (ours, theirs))
    return bool(np.allclose(left, right, rtol=_ROUNDING[4], atol=_NOISE, equal_nan=True))
