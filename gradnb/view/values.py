"""Arrays as they are shown: written out when they are small, else in brief."""

from __future__ import annotations

import math
from functools import cache, lru_cache
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
    shape, dtype = array.shape, _name_of(array.dtype)
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
    return math.prod(shape) <= _WHOLE_SIZE or (len(shape) == 2 and max(shape) <= _WHOLE_SIDE)


@cache
def _name_of(dtype: np.dtype[Any]) -> str:
    # NumPy composes it anew each time.
    return "string" if dtype.kind in "OSU" else dtype.name


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
            trusted, last_bit = _accuracy(array.dtype)
            self._digits = max(precision, trusted)
            self._noise = _largest(array) * last_bit if array.size > 1 else 0.0
        #: Whole numbers below this one are written digit by digit.
        self._plain = 10.0 ** min(self._digits, max(_LARGEST_EXPONENT, precision - 1) + 1)

    def text(self, element: Any) -> str:
        """Return one element, a whole floating-point number with a point behind it."""
        if isinstance(element, (float, np.floating)):
            return self._real(float(element))
        if isinstance(element, (bytes, str)):
            return _string(element)
        if isinstance(element, (bool, np.bool_)):
            return str(bool(element))
        if isinstance(element, (complex, np.complexfloating)):
            real, imaginary = self._real(float(element.real)), self._real(float(element.imag))
            return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
        return str(element)

    def _real(self, number: float) -> str:
        if not math.isfinite(number):
            return str(number)
        if abs(number) < self._noise or number == 0:
            return "0."
        if abs(number) < self._plain and number.is_integer():
            return f"{int(number)}."
        return _rounded(number, self._digits, self._precision)


@cache
def _accuracy(dtype: np.dtype[Any]) -> tuple[int, float]:
    """Return the digits of a type's numbers that can be trusted, and the size of the last bit of a one."""
    real = np.empty((), dtype).real.dtype
    return _TRUSTED_DIGITS.get(real.itemsize, 12), float(np.finfo(real).eps)


def _largest(array: Array) -> float:
    """Return the largest magnitude of an array's finite numbers; zero where at most one is finite."""
    if array.size <= _WHOLE_SIZE and array.dtype.kind == "f":
        sizes = [abs(number) for number in array.ravel().tolist() if math.isfinite(number)]
        return max(sizes) if len(sizes) > 1 else 0.0
    if array.dtype.kind == "f":
        largest = max(abs(float(array.min())), abs(float(array.max())))
        if math.isfinite(largest):
            return largest
    with np.errstate(all="ignore"):
        magnitudes = np.abs(array)
    finite = magnitudes[np.isfinite(magnitudes)]
    return float(finite.max()) if finite.size > 1 else 0.0


@lru_cache(maxsize=4096)
def _rounded(number: float, digits: int, precision: int) -> str:
    """Return a number other than zero with `precision` significant digits, rounded from `digits` of them."""
    # Rounded twice: a tie such as 0.12345 then falls on the same side whatever a machine made of its last bit.
    mantissa, _, power = f"{abs(number):.{digits - 1}e}".partition("e")
    trusted, exponent = int(mantissa.replace(".", "")), int(power)
    sign = "-" if number < 0 else ""
    if _SMALLEST_EXPONENT <= exponent <= max(_LARGEST_EXPONENT, precision - 1):
        decimals = max(0, precision - 1 - exponent)
        figures = str(_half_even(trusted, digits - 1 - exponent - decimals)).zfill(decimals + 1)
        whole = len(figures) - decimals
        return f"{sign}{figures[:whole]}.{figures[whole:].rstrip('0')}"
    figures = str(_half_even(trusted, digits - precision))
    exponent += len(figures) - precision
    fraction = figures[1:].rstrip("0")
    return f"{sign}{figures[0]}{'.' if fraction else ''}{fraction}e{exponent:+03d}"


def _half_even(number: int, dropped: int) -> int:
    """Return a whole number without its last digits, a half rounded to the even neighbour."""
    if dropped <= 0:
        return number * int(10**-dropped)
    rest: int
    number, rest = divmod(number, 10**dropped)
    half = 5 * 10 ** (dropped - 1)
    return number + (rest > half or (rest == half and number % 2 == 1))


def _string(element: bytes | str) -> str:
    text = element.decode("utf-8", "replace") if isinstance(element, bytes) else element
    return repr(text if len(text) <= _LONGEST_STRING else text[: _LONGEST_STRING - 1] + "…")


def _scalar(text: str) -> str:
    return f"{text}0" if text.endswith(".") else text.replace(".j", ".0j").replace(".+", ".0+").replace(".-", ".0-")


def _written(array: Array, numbers: _Numbers) -> str:
    return _nested(array.tolist(), numbers) if array.ndim else _scalar(numbers.text(array[()]))


def _nested(part: Any, numbers: _Numbers) -> str:
    if not isinstance(part, list):
        return numbers.text(part)
    return f"[{' '.join([_nested(inner, numbers) for inner in part])}]"


def _summary(array: Array, precision: int) -> Summary:
    flat = array.ravel()
    if flat.dtype.kind == "c":
        flat = np.abs(flat)
    with np.errstate(all="ignore"):
        mean = np.add.reduce(flat, dtype=np.float64) / flat.size
        numbers = _Numbers(flat, precision)
        low, middle, high = (_scalar(numbers.text(number)) for number in (flat.min(), mean, flat.max()))
    return Summary(low, middle, high, _strip(flat))


def _strip(flat: Array) -> tuple[float, ...]:
    with np.errstate(all="ignore"):
        starts, lengths = _runs(flat.size)
        cells = np.add.reduceat(flat, starts, dtype=np.float64) / lengths
        finite = np.isfinite(cells)
        largest = np.abs(cells[finite]).max(initial=0.0)
        # Rounded, since it becomes a colour that must be the same everywhere.
        levels = np.round(cells / (largest or 1.0), 6) + 0.0
    levels[~finite] = np.nan
    return tuple(levels.tolist())


@lru_cache(maxsize=64)
def _runs(size: int) -> tuple[Array, Array]:
    """Return where each cell of a strip begins, and of how many elements it is the mean."""
    count = min(_STRIP_CELLS, size)
    starts = np.arange(count) * size // count
    return starts, np.diff(starts, append=size)
