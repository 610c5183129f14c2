"""Files that are written as a whole or not at all: when it fails, what was there stays."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from gradnb.messages import text


def write_whole(file: Path, content: bytes, language: str | None = None) -> Path:
    """Put a file in place of what was there.

    Parameters
    ----------
    file : Path
        The file; its folder must be there.
    content : bytes
        What it is to hold.
    language : str, optional
        The language of an error; by default the current language.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If the folder is missing, `file` is a folder, or it can't be written.
    """
    check_place(file, language)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError as problem:
        if problem.errno is None:
            raise
        # It names the file that was asked for, not the passing one.
        raise OSError(problem.errno, problem.strerror, str(file)) from problem
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return file


def check_place(file: Path, language: str | None = None) -> None:
    """Raise ``ValueError`` or ``OSError`` if there can be no file of that name.

    Raises
    ------
    ValueError
        If the name holds a character that no file's name can hold.
    OSError
        If the folder is missing, or `file` is a folder.
    """
    try:
        os.fsencode(file)
        held = "\0" not in str(file)
    except UnicodeEncodeError:
        held = False
    if not held:
        raise ValueError(text("files.bad_name", language, file=ascii(str(file))))
    if file.is_dir():
        raise IsADirectoryError(text("files.is_folder", language, file=file))
    if not file.parent.is_dir():
        raise FileNotFoundError(text("files.no_folder", language, file=file, folder=file.parent))
