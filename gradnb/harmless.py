"""Text that commands no terminal and reorders nothing: what harms is spelled out."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Format characters that join letters and reorder nothing.
_JOINERS = "\u200c\u200d"


def harmless(text: str) -> str:
    r"""Return `text` with control, bidirectional and unassigned characters spelled out.

    Examples
    --------
    >>> harmless("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    if (text.isascii() and text.isprintable()) or not any(map(_is_harmful, text)):
        return text
    return "".join(_spelled(character) if _is_harmful(character) else character for character in text)


@lru_cache(maxsize=4096)
def _is_harmful(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"} and character not in _JOINERS


def _spelled(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
