"""Views as HTML."""

from __future__ import annotations

import base64
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import sample_views as samples

from gradnb.render import html
from gradnb.view.model import View

ALLOWED: dict[str, set[str]] = {
    "details": {"open"},
    "summary": set(),
    "img": {"src", "alt"},
    "table": set(),
    "caption": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"scope"},
    "td": set(),
    **{tag: set() for tag in ("p", "ol", "ul", "li", "b", "code", "br")},
}
PICTURE = "<svg>梯度</svg>"


class Reader(HTMLParser):
    """Reads a fragment, and fails on what a notebook's viewer might take out."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.feed(fragment)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        self.seen.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in {"img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


@pytest.mark.parametrize("picture", [None, PICTURE])
def test_a_fragment_is_details_images_tables_and_text(view: View, picture: str | None) -> None:
    everything = replace(view, shown=("graph", "table", "steps", "story"))
    reader = Reader(html.render(everything, picture))
    assert reader.seen[0] == "details"
    assert ("img" in reader.seen) == (picture is not None)


def test_the_picture_comes_with_its_story() -> None:
    view = samples.two_ys()
    reader = Reader(html.render(view, PICTURE))
    image = reader.attributes[reader.seen.index("img")]
    source = image["src"] or ""
    assert base64.b64decode(source.removeprefix("data:image/svg+xml;base64,")).decode() == PICTURE
    assert image["alt"] == " ".join(view.story)


def test_without_a_picture_its_numbers_stand_in_a_table() -> None:
    words = Reader(html.render(samples.two_ys(), None)).words
    assert "[4. 6.] = [1. 2.] (y1) + [3. 4.] (y2)" in words
    assert "y1 → w1 + w2: [1. 2.]" in words


def test_of_a_graph_too_large_to_draw_the_table_and_the_note_are_left() -> None:
    view = replace(samples.two_ys(), nodes=(), seeds=(), forward_edges=(), backward_edges=(), notes=("too large",))
    reader = Reader(html.render(view, PICTURE))
    assert "img" not in reader.seen
    assert reader.seen.count("table") == 1
    assert "too large" in reader.words


def test_without_xs_there_is_no_table() -> None:
    reader = Reader(html.render(replace(samples.one_variable(), rows=(), shown=("table",)), PICTURE))
    assert "table" not in reader.seen


def test_hostile_names_are_text() -> None:
    reader = Reader(html.render(samples.hostile(), PICTURE))
    assert "script" not in reader.seen
    assert "<script>alert(1)</script>" in reader.words
    assert reader.attributes[reader.seen.index("img")]["alt"] == " ".join(
        ("<script>alert(1)</script>", 'a"];b [label="x', r"\N \G & &amp; 'q'", r"\x1b[31mred\u202eevil\n")
    )


def test_headings_say_what_they_head() -> None:
    reader = Reader(html.render(samples.two_ys(), PICTURE))
    scopes = [
        attributes["scope"] for tag, attributes in zip(reader.seen, reader.attributes, strict=True) if tag == "th"
    ]
    assert scopes == ["col"] * 7 + ["row"] * 4


def test_the_views_come_in_the_order_asked_for() -> None:
    view = replace(samples.two_ys(), shown=("table", "graph"))
    seen = Reader(html.render(view, PICTURE)).seen
    assert seen.index("table") < seen.index("img")


def test_a_page_loads_nothing_and_escapes_its_title() -> None:
    fragment = html.render(samples.chinese(), PICTURE)
    page = html.page([fragment, fragment], "<script>alert(1)</script>", "zh")
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="zh-CN">' in page
    assert page.count(fragment) == 2
    assert "<script" not in page
    assert "http" not in page
    assert "prefers-color-scheme" in page or "color-scheme: light dark" in page
