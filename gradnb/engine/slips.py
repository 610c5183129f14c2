"""An error that no line of the engine raises on purpose is told in words about the call in which it came up."""

from __future__ import annotations

import dis
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from gradnb.engine.tracebacks import is_own
from gradnb.messages import text

#: What Python and NumPy raise where something is used as what it is not.
SLIPS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    StopIteration,
    TypeError,
    ValueError,
)

_NUMPY: Final = str(Path(np.__file__).parent)
_RAISE: Final = dis.opmap["RAISE_VARARGS"]


def in_words(error: Exception, function: str) -> Exception:
    """Return what to raise in place of an error that says nothing about the call: of an index, an attribute.

    Parameters
    ----------
    error : Exception
        What came up in a call.
    function : str
        What was called.

    Returns
    -------
    Exception
        A ``TypeError`` or ``ValueError``; the same error where a line of the engine, or a function of the program's
        own, raised it.
    """
    if not _is_slip(error.__traceback__):
        return error
    kind = TypeError if isinstance(error, (AttributeError, TypeError)) else ValueError
    return kind(f"{error}\n{text('slips.misfit', function=function)}")


def _is_slip(traceback: TracebackType | None) -> bool:
    """Return whether an error came up in the engine or in NumPy, and not in a ``raise`` of the engine."""
    if traceback is None:
        return False
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    if is_own(traceback.tb_frame):
        return code.co_code[traceback.tb_lasti] != _RAISE
    return code.co_filename.startswith(_NUMPY)
