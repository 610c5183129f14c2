"""A matplotlib figure of the program's own, shown with the words that stand for it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gradnb.render.learning import image_html

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 144
_PIXELS_PER_INCH = 96  # of a page


@dataclass(frozen=True, repr=False, eq=False)
class Described:
    """A picture and its words: a page shows the one, a terminal and a screen reader the other.

    Attributes
    ----------
    png : bytes
        The picture.
    words : str
        What it shows.
    width : int
        How many pixels of a page it is wide.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> described(Figure(), "An empty page.").words
    'An empty page.'
    """

    png: bytes
    words: str
    width: int

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, Any]:
        """Return what a notebook stores: the words, HTML with both, and the picture for where HTML is not shown."""
        html = image_html(self.png, self.words, self.width)
        return {"text/plain": self.words, "text/html": html, "image/png": self.png}


def described(figure: Figure, words: str) -> Described:
    """Give a figure the words that stand for it where it is not seen: for the last line of a notebook's cell.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure. One of `matplotlib.pyplot` is closed, so that the notebook does not show it a second time.
    words : str
        What it shows, in a sentence.

    Returns
    -------
    Described
        The picture with its words.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> lines = figure.subplots().plot([4.0, 2.0, 1.0])
    >>> described(figure, "The place is halved with each step.")
    The place is halved with each step.
    """
    file = BytesIO()
    figure.savefig(file, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return Described(file.getvalue(), words, round(figure.get_figwidth() * _PIXELS_PER_INCH))
