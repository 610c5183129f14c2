"""An answer as a learner types it becomes an array, without ever being run as a program."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final, NoReturn

import numpy as np

Array = np.ndarray[Any, Any]

_LONGEST: Final = 20_000
_DEEPEST: Final = 16
_LONGEST_PIECE: Final = 24

#: What input methods and word processors put in place of the signs on a keyboard.
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("【〔「『〖", "["),
        **dict.fromkeys("】〕」』〗", "]"),
        **dict.fromkeys("−–—‐‑", "-"),
        **dict.fromkeys("\u200b\ufeff`'\"“”‘’", ""),
        "、": ",",
        "。": ".",
        "⁄": "/",
        "∞": "inf",
    }
)
_NOTHING: Final = frozenset({"none", "null", "nil", "无", "空", "没有"})
_NAMED: Final = re.compile(r"^[^=,;\[\]()]*=\s*")
_CALLED: Final = re.compile(
    r"^(?:\w+\.)*(?:array|constant|asarray)\((.*?)(?:,\s*dtype\s*=\s*[\w.]+|,\s*shape\s*=\s*\([^)]*\))*\)$", re.DOTALL
)
_POWER: Final = re.compile(r"\s*[×*·]\s*10\s*(?:\^|\*\*)\s*([+-]?\d+)")
_LOOSE_SIGN: Final = re.compile(r"(^|[\[,;\n])(\s*)([+-])\s+(?=[\d.])")

_DIGITS: Final = r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_REAL: Final = rf"[+-]?(?:{_DIGITS}(?:\s*/\s*{_DIGITS})?|inf(?:inity)?|nan)"
_NUMBER: Final = rf"{_REAL}\s*[+-]\s*{_DIGITS}j|[+-]?{_DIGITS}j|{_REAL}"
_TOKEN: Final = re.compile(rf"(?P<space>[\s,]+)|(?P<bracket>[\[\]])|(?P<number>{_NUMBER})(?=[\s,\[\]]|$)")
#: A sum or a product that is still to be worked out.
_ARITHMETIC: Final = re.compile(r"[-+*/^×÷·]|\d[\d.e]*[-+*/^×÷·]")


class Unreadable(ValueError):
    """An answer that is no number, array or ``None``.

    Attributes
    ----------
    key : str
        What is wrong, as a message of the section ``quiz``.
    piece : str
        At which piece of what was typed.
    """

    def __init__(self, key: str, piece: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.piece = piece if len(piece) <= _LONGEST_PIECE else piece[: _LONGEST_PIECE - 1] + "…"


def read(answer: object) -> Array | None:
    """Return an answer as an array.

    Parameters
    ----------
    answer : str, number, array, list of those, or None
        What was typed or computed. Brackets may be left out around one row; rows stand in brackets of their own, or
        end with ``;``. Numbers may be fractions (``1/3``), ``nan``, ``inf`` or complex (``1+2j``), between them stands
        a space or a comma. Chinese punctuation counts as the signs that it stands for. ``w3 = …`` in front and NumPy's
        ``array(…)`` around are left out.

    Returns
    -------
    ndarray or None
        Float or complex, in the shape in which it was written; None for ``None``.

    Raises
    ------
    Unreadable
        If it is neither, with what is wrong.

    Examples
    --------
    >>> read("4, 6").tolist(), read("【1/2，-3】").tolist(), read("[[1 2] [3 4]]").shape, read("None")
    ([4.0, 6.0], [0.5, -3.0], (2, 2), None)
    """
    if answer is None:
        return None
    if isinstance(answer, str):
        return _read_text(answer)
    try:
        array = np.asarray(answer)
    except Exception:  # an object's own conversion may raise anything
        array = None
    if array is None or array.dtype.kind not in "biufc":
        raise Unreadable("ragged" if isinstance(answer, list | tuple) else "kind", type(answer).__name__)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _read_text(typed: str) -> Array | None:
    if len(typed) > _LONGEST:
        raise Unreadable("too_long")
    text = unicodedata.normalize("NFKC", typed).translate(_SIGNS).strip()
    text = _NAMED.sub("", text)
    text = re.sub(r"\]\.$", "]", text)
    if text.casefold().rstrip(".") in _NOTHING:
        return None
    if not text:
        raise Unreadable("empty")
    called = _CALLED.match(text)
    text = (called[1] if called else text).replace("(", "[").replace(")", "]").casefold()
    text = _LOOSE_SIGN.sub(r"\1\2\3", _POWER.sub(r"e\1", text))
    return _array(_nested(_with_rows(text)))


def _with_rows(text: str) -> str:
    """Put brackets around rows that end with a semicolon, or stand on lines of their own."""
    if ";" in text:
        inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        rows = inner.split(";")
    elif "[" not in text and "\n" in text:
        rows = text.splitlines()
    else:
        return text
    return f"[{' '.join(f'[{row}]' for row in rows if row.strip())}]"


def _nested(text: str) -> list[Any]:
    """Return what stands at the outermost level: numbers and lists."""
    stack: list[list[Any]] = [[]]
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            _refuse(text, position)
        position = token.end()
        if token["number"]:
            stack[-1].append(_number(token["number"]))
        elif token["bracket"] == "[":
            if len(stack) > _DEEPEST:
                raise Unreadable("ragged")
            stack.append([])
        elif token["bracket"] == "]":
            if len(stack) == 1:
                raise Unreadable("bracket", "]")
            inner = stack.pop()
            stack[-1].append(inner)
    if len(stack) > 1:
        raise Unreadable("bracket", "[")
    return stack[0]


def _refuse(text: str, position: int) -> NoReturn:
    piece = re.split(r"[\s,\[\]]", text[position:].lstrip(), maxsplit=1)[0]
    raise Unreadable("arithmetic" if _ARITHMETIC.match(piece) else "word", piece)


def _number(text: str) -> complex:
    if not text.endswith("j"):
        return _real(text)
    compact = re.sub(r"\s+", "", text)
    split = max(compact.rfind(sign, 1) for sign in "+-")
    while split > 0 and compact[split - 1] == "e":
        split = max(compact.rfind(sign, 1, split) for sign in "+-")
    real = _real(compact[:split]) if split > 0 else 0.0
    return complex(real, float(compact[max(split, 0) : -1]))


def _real(text: str) -> float:
    above, slash, below = text.partition("/")
    if not slash:
        return float(above)
    if float(below) == 0:
        raise Unreadable("division", re.sub(r"\s+", "", text))
    return float(above) / float(below)


def _array(items: list[Any]) -> Array:
    if len(items) == 1:
        items = items[0]
    elif not items:
        raise Unreadable("empty")
    try:
        return np.array(items)
    except ValueError:
        raise Unreadable("ragged") from None
