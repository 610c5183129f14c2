"""Text made safe and measured: what a name may contain, how wide it is, where it breaks."""

from __future__ import annotations

import dataclasses
import operator
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any, TypeVar

from gradnb.harmless import harmless

_T = TypeVar("_T")

_BREAK_AFTER = " /_.,;:·，。；：、)"
_NARROW = " .,;:'|!()[]{}ijlt-·"


def clean(described: _T, before: _T | None = None, cleaned: _T | None = None) -> _T:
    """Return a view, or any part of one, with every text in it made harmless.

    Parameters
    ----------
    described : View, or any part of one
        What holds no harmful text is returned as it is.
    before, cleaned : the same, optional
        An earlier one, and what was returned for it: what both have in common is not looked at again.
    """
    if cleaned is not None and described is before:
        return cleaned
    result: Any = described
    if isinstance(described, str):
        result = harmless(described)
    elif isinstance(described, tuple):
        old: Any = (None,) * len(described)
        new: Any = old
        if isinstance(before, tuple) and isinstance(cleaned, tuple) and len(before) == len(cleaned) == len(described):
            old, new = before, cleaned
        parts = tuple(map(clean, described, old, new))
        result = parts if any(map(operator.is_not, parts, described)) else described
    else:
        changed = {}
        kind: Any = type(described)
        for name in _fields(kind):
            part = getattr(described, name)
            old = getattr(before, name, None)
            if part is old and before is cleaned:
                continue
            safe = clean(part, old, getattr(cleaned, name, None))
            if safe is not part:
                changed[name] = safe
        result = dataclasses.replace(result, **changed) if changed else described
    return result  # type: ignore[no-any-return]  # each branch keeps the type of what it was given


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; of another class, nothing."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes; a Chinese character takes two.

    Examples
    --------
    >>> columns("梯度 y")
    6
    """
    return sum(map(_columns_of, text))


@lru_cache(maxsize=4096)
def _columns_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    """Return `text` with blanks added up to `width` columns."""
    return text + " " * (width - columns(text))


@lru_cache(maxsize=4096)
def wrap(text: str, width: int, lines: int = 3) -> tuple[str, ...]:
    """Return `text` in at most `lines` pieces of at most `width` columns, the last one ending in ``…`` if some is left.

    Examples
    --------
    >>> wrap("stopped at layer_one", 12)
    ('stopped at', 'layer_one')
    """
    pieces: list[str] = []
    rest = text.strip()
    while columns(rest) > width and len(pieces) < lines - 1:
        end = _fitting(rest, width)
        # A break in the first half would leave a ragged stump: better to cut the word.
        good = [i + 1 for i in range(end // 2, end) if rest[i] in _BREAK_AFTER]
        end = good[-1] if good else end
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if columns(rest) > width:
        rest = rest[: _fitting(rest, width - 1)].rstrip() + "…"
    return (*pieces, rest)


def _fitting(text: str, width: int) -> int:
    """Return how many characters of `text` fit into `width` columns, at least one."""
    return max(bisect_right(list(accumulate(map(_columns_of, text))), width), 1)


@lru_cache(maxsize=4096)
def points(text: str, size: float, bold: bool = False) -> float:
    """Return about how wide `text` is in a sans-serif font of `size` points; rather too wide than too narrow."""
    ems = sum(map(_ems, text))
    return ems * size * (1.08 if bold else 1.0)


@lru_cache(maxsize=4096)
def _ems(character: str) -> float:
    count = _columns_of(character)
    if count != 1:
        return count / 2
    if character in _NARROW:
        return 0.37
    return 0.72 if character.isupper() else 0.62
