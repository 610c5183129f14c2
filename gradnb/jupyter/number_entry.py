"""What a person types into a number field, read as a number of the array's dtype; what is no number is refused."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from gradnb.harmless import harmless
from gradnb.messages import text

#: What fits into a field is longer than any number that makes sense; an exponent of a million digits is not worked out.
_LONGEST = 40


class Refused(ValueError):
    """What was typed is no number that fits; the message says so kindly, in one sentence."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where a number may go, and in steps of which size a slider does."""

    low: float
    high: float
    step: float


def read_number(typed: str, dtype: np.dtype[Any], language: str, bounds: Bounds | None = None) -> float | int:
    """Return the number that was typed, rounded as `dtype` rounds it.

    Parameters
    ----------
    typed : str
        ``2``, ``-0.5``, ``1e-3``, ``1/3``, ``inf``; full-width digits and the typographic minus serve too.
    dtype : dtype
        A floating-point or integer dtype.
    language : str
        The language of a refusal.
    bounds : Bounds, optional
        Where the number must lie.

    Returns
    -------
    float or int
        An int for an integer dtype.

    Raises
    ------
    Refused
        If it is no number, does not fit the dtype, or lies outside of the bounds.

    Examples
    --------
    >>> read_number("1/4", np.dtype("float32"), "en")
    0.25
    """
    plain = unicodedata.normalize("NFKC", typed).replace("−", "-").strip()
    if any(map(_is_raised, typed)):
        raise Refused(text("controls.no_number", language, typed=_shortened(typed.strip())))
    if not plain:
        raise Refused(text("controls.empty", language))
    number = _parsed(plain, language)
    if number is None:
        raise Refused(text("controls.no_number", language, typed=_shortened(typed.strip())))
    fitting = _whole(number, plain, dtype, language) if dtype.kind in "iu" else _rounded(number, plain, dtype, language)
    if bounds is not None and not bounds.low <= fitting <= bounds.high:
        low, high = (number_text(bound, np.dtype(np.float64)) for bound in (bounds.low, bounds.high))
        raise Refused(text("controls.outside", language, typed=plain, low=low, high=high))
    return fitting


def number_text(number: float | int, dtype: np.dtype[Any]) -> str:
    """Return a number as it stands in a field: as few digits as say it exactly in its dtype.

    Examples
    --------
    >>> number_text(np.float32(0.1).item(), np.dtype("float32"))
    '0.1'
    """
    if dtype.kind in "iu":
        return str(number)
    return str(dtype.type(number)).removesuffix(".0")


def _is_raised(character: str) -> bool:
    """Return whether a character is a power or an index: 2² is not 22."""
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>"))


def _parsed(plain: str, language: str) -> float | Fraction | None:
    if len(plain) > _LONGEST or "_" in plain:
        return None
    above, slash, below = plain.partition("/")
    try:
        if not slash:
            number = float(plain)
            # A whole number is kept as it is: a float holds no more than 15 digits of it.
            return number if not math.isfinite(number) or not _is_whole_number(plain) else Fraction(int(plain))
        if not math.isfinite(float(above)) or not math.isfinite(float(below)):
            return None
        if not float(below):
            raise Refused(text("controls.divided_by_zero", language, typed=plain))
        return Fraction(float(above)) / Fraction(float(below))
    except Refused:
        raise
    except ValueError:
        return None


def _is_whole_number(plain: str) -> bool:
    return plain.lstrip("+-").isdecimal()


def _whole(number: float | Fraction, plain: str, dtype: np.dtype[Any], language: str) -> int:
    if not math.isfinite(number) or number != int(number):
        raise Refused(text("controls.whole_only", language, typed=plain, dtype=dtype.name))
    limits = np.iinfo(dtype)
    if not limits.min <= number <= limits.max:
        raise Refused(
            text("controls.beyond_dtype", language, typed=plain, dtype=dtype.name, low=limits.min, high=limits.max)
        )
    return int(number)


def _rounded(number: float | Fraction, plain: str, dtype: np.dtype[Any], language: str) -> float:
    limits = np.finfo(dtype)
    written_as_infinite = plain.lstrip("+-").lower() in ("inf", "infinity", "nan")
    try:
        with np.errstate(over="ignore"):
            rounded = float(dtype.type(float(number)))
    except OverflowError:
        rounded = math.inf
    if not math.isfinite(rounded) and not written_as_infinite:
        low, high = (f"{float(limit):.8g}" for limit in (limits.min, limits.max))
        raise Refused(text("controls.beyond_dtype", language, typed=plain, dtype=dtype.name, low=low, high=high))
    return rounded


def _shortened(typed: str) -> str:
    return harmless(typed if len(typed) <= _LONGEST else f"{typed[:_LONGEST]}…")
