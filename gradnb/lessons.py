"""The lessons that travel with gradnb, and a learner's own copy of them."""

from __future__ import annotations

import filecmp
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradnb.files import write_whole

_PACKAGE = Path(__file__).parent
#: What the lessons read beside themselves.
DATA = "data"


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
    fresh : tuple of Path
        Fresh lessons that stand beside those.
    """

    folder: Path
    lessons: tuple[Path, ...]
    kept: tuple[Path, ...]
    fresh: tuple[Path, ...]


def lessons(language: str) -> Iterator[Path]:
    """Yield the notebooks of one language in the order of the course.

    Parameters
    ----------
    language : str
        ``"en"`` or ``"zh"``.

    Yields
    ------
    Path
        A notebook.

    Examples
    --------
    >>> next(lessons("en")).name
    '01_one_variable.ipynb'
    """
    yield from sorted((course() / language).glob("*.ipynb"))


def course() -> Path:
    """Return the folder of the lessons, their data and the tables of operations.

    Returns
    -------
    Path
        In an installed gradnb or in a checkout.

    Examples
    --------
    >>> (course() / "en" / "01_one_variable.ipynb").is_file()
    True
    """
    carried = _PACKAGE / "_lessons"  # in a wheel; a checkout has them in a folder of their own
    return carried if carried.is_dir() else _PACKAGE.parent / "notebooks"


def copy_lessons(folder: Path, language: str, *, fresh: bool = False) -> Copy:
    """Bring the lessons of one language into `folder`; a file that is there already is never touched.

    Parameters
    ----------
    folder : Path
        The learner's folder; made when it is missing. The notebooks go into its subfolder named after the language, and
        what they read into its subfolder ``data``.
    language : str
        ``"en"`` or ``"zh"``.
    fresh : bool
        Put a fresh lesson beside each that differs from it, under a name of its own: ``01_one_variable-fresh.ipynb``.

    Returns
    -------
    Copy
        What is there now.

    Raises
    ------
    OSError
        If `folder` can't be made or written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(copy_lessons(Path(folder), "en").lessons[0].name)
    01_one_variable.ipynb
    """
    target = folder / language
    target.mkdir(parents=True, exist_ok=True)
    _bring_data(folder / DATA)
    copies, kept, beside = [], [], []
    for lesson in lessons(language):
        copy = target / lesson.name
        if not copy.exists():
            write_whole(copy, lesson.read_bytes())
        elif not filecmp.cmp(lesson, copy, shallow=False):
            kept.append(copy)
            if fresh:
                beside.append(_beside(lesson, copy))
        copies.append(copy)
    return Copy(target, tuple(copies), tuple(kept), tuple(beside))


def _bring_data(target: Path) -> None:
    target.mkdir(exist_ok=True)
    for file in sorted((course() / DATA).iterdir()):
        if not (target / file.name).exists():
            write_whole(target / file.name, file.read_bytes())


def _beside(lesson: Path, copy: Path) -> Path:
    """Return a fresh lesson beside a learner's copy: one that is there already, or else one with a name of its own."""
    names = itertools.chain([f"{copy.stem}-fresh"], (f"{copy.stem}-fresh-{number}" for number in itertools.count(2)))
    places = map(copy.with_stem, names)
    fresh = next(place for place in places if not place.exists() or filecmp.cmp(lesson, place, shallow=False))
    if not fresh.exists():
        write_whole(fresh, lesson.read_bytes())
    return fresh
