"""A picture on a card stands well on a light page and on a dark one."""

from __future__ import annotations

from io import BytesIO

import pytest
from matplotlib.figure import Figure
from PIL import Image

from gradnb.render.card_picture import on_card
from gradnb.render.learning import image_html


def picture(width: int = 60, height: int = 40, color: str = "#ffffff") -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), color).save(file, format="png")
    return file.getvalue()


def luminance(color: tuple[int, ...]) -> float:
    parts = [part / 255 for part in color[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_its_corners_are_round_and_nothing_inside_is_changed() -> None:
    with Image.open(BytesIO(on_card(picture(color="#fedcba")))) as card:
        assert (card.size, card.mode) == ((60, 40), "RGBA")
        assert [card.getpixel(corner)[3] for corner in ((0, 0), (59, 0), (0, 39), (59, 39))] == [0, 0, 0, 0]
        assert card.getpixel((30, 20)) == (0xFE, 0xDC, 0xBA, 255)


def test_its_edge_is_seen_on_a_light_page_and_on_a_dark_one() -> None:
    with Image.open(BytesIO(on_card(picture()))) as card:
        edge = card.getpixel((30, 0))
    assert edge[3] == 255
    assert min(contrast(edge, (255, 255, 255)), contrast(edge, (0x11, 0x13, 0x18))) > 3.0


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 50), (50, 2)])
def test_a_very_small_picture_is_one_too(width: int, height: int) -> None:
    with Image.open(BytesIO(on_card(picture(width, height)))) as card:
        assert card.size == (width, height)


def test_the_same_picture_gives_the_same_card() -> None:
    assert on_card(picture()) == on_card(picture())


def test_an_image_in_html_stands_on_one() -> None:
    figure, file = Figure(figsize=(1, 1)), BytesIO()
    figure.savefig(file, format="png")
    assert image_html(file.getvalue(), "words") == image_html(file.getvalue(), "words")
    assert len(image_html(file.getvalue(), "words")) > 200
