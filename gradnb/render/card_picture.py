"""A drawn picture as a card with round corners and an edge: it stands well on a light page and on a dark one."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

_RADIUS = 12  # of the picture's own pixels
_EDGE = 2
_EDGE_COLOR = "#8790a0"  # three times as light as a dark page, three times as dark as a light one
_FINER = 2


def on_card(picture: bytes) -> bytes:
    """Return a PNG file with round corners, transparent outside of them, and an edge all around.

    Parameters
    ----------
    picture : bytes
        A PNG file with a background of its own.

    Returns
    -------
    bytes
        A PNG file of the same size, the same for the same picture.
    """
    with Image.open(BytesIO(picture)) as opened:
        card = opened.convert("RGBA")
    width, height = card.size
    radius = min(_RADIUS, width // 2, height // 2)
    whole = _rounded((width, height), 0, radius)
    inner = _rounded((width, height), _EDGE, max(radius - _EDGE, 0))
    card.paste(_EDGE_COLOR, mask=ImageChops.subtract(whole, inner))
    card.putalpha(ImageChops.multiply(card.getchannel("A"), whole))
    file = BytesIO()
    card.save(file, format="png", compress_level=6)
    return file.getvalue()


def _rounded(size: tuple[int, int], margin: int, radius: int) -> Image.Image:
    """Return the mask of a rectangle with round corners, so far inside of a picture, with smooth edges."""
    width, height = (side * _FINER for side in size)
    mask = Image.new("L", (width, height), 0)
    box = (margin * _FINER, margin * _FINER, width - margin * _FINER - 1, height - margin * _FINER - 1)
    if box[2] >= box[0] and box[3] >= box[1]:
        ImageDraw.Draw(mask).rounded_rectangle(box, radius * _FINER, fill=255)
    return mask.resize(size, Image.Resampling.BOX)
