"""Arrays as they are shown: written out when they are small, else in brief."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from gradnb.messages import text as message
from gradnb.view.model import Summary, Value

Array = np.ndarray[Any, Any]

#: Arrays of more elements are written out only when they are matrices of at most `_WHOLE_SIDE` rows and columns.
_WHOLE_SIZE = 6
_WHOLE_SIDE = 3
_STRIP_CELLS = 32
_LONGEST_STRING = 32
#: Decimal digits that a computation can be trusted to give alike on every machine, by bytes of a real number.
_TRUSTED_DIGITS = {2: 3, 4: 6, 8: 12}
#: Numbers of other magnitudes are written with an exponent.
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = -4, 5


def value_of(array: Any, precision: int = 4, language: str | None = None) -> Value:
    """Return an array as it is shown.

    Parameters
    ----------
    array : ndarray or number
        Any shape and dtype.
    precision : int
        Significant digits of numbers that are not whole.
    language : str, optional
        The language of the words that stand for a large array.

    Returns
    -------
    Value
        Written out when it has up to 6 elements or is at most a 3 × 3 matrix, else in brief.

    Examples
    --------
    >>> value_of([[9.0, 10.0]]).text
    '[[9. 10.]]'
    >>> value_of(2 / 3).text
    '0.6667'
    """
    array = np.asarray(array)
    shape, dtype = array.shape, "string" if array.dtype.kind in "OSU" else array.dtype.name
    if is_whole(shape):
        return Value(_written(array, _Numbers(array, precision)), shape, dtype)
    if dtype == "string":
        return Value(message("view.strings", language, count=array.size), shape, dtype)
    if dtype == "bool":
        words = message("view.truths", language, count=array.size, true=int(array.sum()))
        return Value(words, shape, dtype, _summary(array.astype(np.int64), precision))
    summary = _summary(array, precision)
    words = message(
        "view.summary",
        language,
        count=array.size,
        minimum=summary.minimum,
        mean=summary.mean,
        maximum=summary.maximum,
    )
    return Value(words, shape, dtype, summary)


def is_whole(shape: tuple[int, ...]) -> bool:
    """Return whether an array of this shape is written out."""
    size = int(np.prod(shape, dtype=np.int64))
    return size <= _WHOLE_SIZE or (len(shape) == 2 and max(shape) <= _WHOLE_SIDE)


def number_text(number: Any, precision: int = 4) -> str:
    """Return one number as it stands in a formula: a whole one without its point.

    Examples
    --------
    >>> number_text(2.0), number_text(0.1)
    ('2', '0.1')
    """
    array = np.asarray(number)
    return _Numbers(array, precision).text(array[()]).removesuffix(".")


def number_texts(array: Any, precision: int = 4) -> tuple[str, ...]:
    """Return each element of an array as it stands in a table, in row-major order.

    Examples
    --------
    >>> number_texts([[1.0, 0.5], [1e-17, 1.0]])
    ('1.', '0.5', '0.', '1.')
    """
    array = np.asarray(array)
    numbers = _Numbers(array, precision)
    return tuple(_scalar(numbers.text(element)) if not array.ndim else numbers.text(element) for element in array.flat)


class _Numbers:
    """Writes the numbers of one array.

    What is smaller than the largest number's last bit is rounding noise, which differs between machines: it is zero.
    """

    def __init__(self, array: Array, precision: int) -> None:
        self._precision = precision
        self._digits, self._noise = precision, 0.0
        if array.dtype.kind in "fc":
            real = array.real.dtype
            self._digits = max(precision, _TRUSTED_DIGITS.get(real.itemsize, 12))
            with np.errstate(all="ignore"):
                sizes = np.abs(array)
            finite = sizes[np.isfinite(sizes)]
            self._noise = float(finite.max()) * float(np.finfo(real).eps) if finite.size > 1 else 0.0

    def text(self, element: Any) -> str:
        """Return one element, a whole floating-point number with a point behind it."""
        if isinstance(element, (bytes, str)):
            return _string(element)
        if isinstance(element, (bool, np.bool_)):
            return str(bool(element))
        if isinstance(element, (complex, np.complexfloating)):
            real, imaginary = self._real(float(element.real)), self._real(float(element.imag))
            return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
        if isinstance(element, (float, np.floating)):
            return self._real(float(element))
        return str(element)

    def _real(self, number: float) -> str:
        if not np.isfinite(number):
            return str(number)
        if abs(number) < self._noise or number == 0:
            return "0."
        # Rounded twice: a tie such as 0.12345 then falls on the same side whatever a machine made of its last bit.
        trusted = Decimal(f"{number:.{self._digits - 1}e}")
        exponent = trusted.adjusted()
        if _SMALLEST_EXPONENT <= exponent <= max(_LARGEST_EXPONENT, self._precision - 1):
            decimals = max(0, self._precision - 1 - exponent)
            fixed = f"{trusted.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):f}"
            return fixed.rstrip("0") if "." in fixed else f"{fixed}."
        mantissa, _, power = f"{trusted:.{self._precision - 1}e}".partition("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(power):+03d}"


def _string(element: bytes | str) -> str:
    text = element.decode("utf-8", "replace") if isinstance(element, bytes) else element
    return repr(text if len(text) <= _LONGEST_STRING else text[: _LONGEST_STRING - 1] + "…")


def _scalar(text: str) -> str:
    return f"{text}0" if text.endswith(".") else text.replace(".j", ".0j").replace(".+", ".0+").replace(".-", ".0-")


def _written(array: Array, numbers: _Numbers) -> str:
    return _nested(array, numbers) if array.ndim else _scalar(numbers.text(array[()]))


def _nested(part: Any, numbers: _Numbers) -> str:
    if not isinstance(part, np.ndarray):
        return numbers.text(part)
    return f"[{' '.join(_nested(inner, numbers) for inner in part)}]"


def _summary(array: Array, precision: int) -> Summary:
    flat = array.ravel()
    if flat.dtype.kind == "c":
        flat = np.abs(flat)
    with np.errstate(all="ignore"):
        mean = np.mean(flat, dtype=np.float64)
        numbers = _Numbers(flat, precision)
        low, middle, high = (_scalar(numbers.text(number)) for number in (flat.min(), mean, flat.max()))
    return Summary(low, middle, high, tuple(_strip(flat.astype(np.float64))))


def _strip(flat: Array) -> Iterator[float]:
    with np.errstate(all="ignore"):
        count = min(_STRIP_CELLS, flat.size)
        starts = np.arange(count) * flat.size // count
        cells = np.add.reduceat(flat, starts) / np.diff(starts, append=flat.size)
        finite = np.isfinite(cells)
        largest = np.abs(cells[finite]).max(initial=0.0)
        # Rounded, since it becomes a colour that must be the same everywhere.
        levels = np.round(cells / (largest or 1.0), 6) + 0.0
    for level, known in zip(levels, finite, strict=True):
        yield float(level) if known else float("nan")
