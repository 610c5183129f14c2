"""The lessons that travel with gradnb, and a learner's own copy of them."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Copy:
    """A learner's folder of lessons.

    Attributes
    ----------
    folder : Path
        Where the lessons are.
    lessons : tuple of Path
        All of them, in the order of the course.
    kept : tuple of Path
        Those that were there before and differ from the fresh ones: the learner's work, left as it was.
    """

    folder: Path
    lessons: tuple[Path, ...]
    kept: tuple[Path, ...]


def lessons(language: str) -> Iterator[Path]:
    """Yield the notebooks of one language in the order of the course."""
    for root in (_PACKAGE / "_lessons", _PACKAGE.parent / "notebooks"):  # a wheel, or a checkout
        if root.is_dir():
            yield from sorted((root / language).glob("*.ipynb"))
            return


def copy_lessons(folder: Path, language: str) -> Copy:
    """Bring the lessons of one language into `folder`; a file that is there already is never touched.

    Parameters
    ----------
    folder : Path
        The learner's folder; made when it is missing. The notebooks go into its subfolder named after the language.
    language : str
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Copy
        What is there now.

    Raises
    ------
    OSError
        If `folder` can't be made or written.
    """
    target = folder / language
    target.mkdir(parents=True, exist_ok=True)
    copies, kept = [], []
    for lesson in lessons(language):
        copy = target / lesson.name
        if not copy.exists():
            shutil.copyfile(lesson, copy)
        elif not filecmp.cmp(lesson, copy, shallow=False):
            kept.append(copy)
        copies.append(copy)
    return Copy(target, tuple(copies), tuple(kept))
