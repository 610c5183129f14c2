"""The site: every page is well-formed, leads only to what is there, and loads nothing from elsewhere."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from gradnb import cli, site
from gradnb.lessons import lessons
from gradnb.messages import LANGUAGES

_ALONE = {"img", "br", "hr", "meta", "input", "col", "mspace"}


class Page(HTMLParser):
    """A page's elements; wrongly nested ones are an error."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.feed(source)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.seen[tag] += 1
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self.loaded += [str(given[name]) for name in ("src", "srcset", "data") if name in given]
        self.loaded += [str(given["href"])] if tag == "link" else []
        if tag == "img":
            self.images.append(given)
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag not in _ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ALONE:
            assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing at {self.getpos()}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> site.Site:
    return site.build_site(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def pages(built: site.Site) -> dict[Path, Page]:
    return {page: Page(page.read_text(encoding="utf-8")) for page in built.pages}


def test_every_lesson_has_a_page_in_both_languages(built: site.Site) -> None:
    expected = {f"{language}/{lesson.stem}.html" for language in LANGUAGES for lesson in lessons(language)}
    expected |= {"index.html", "en/operations.html", "zh/operations.html"}
    assert {page.relative_to(built.folder).as_posix() for page in built.pages} == expected


def test_every_link_leads_to_something(pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        for link in page.links:
            if not link.startswith(("https://", "#")):
                target = file.parent / unquote(link.partition("#")[0])
                assert target.is_file(), f"{file.name} leads to {link}"


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_run(pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        assert page.seen["script"] == 0, file
        assert all(source.startswith("data:image/") for source in page.loaded), file


def test_every_picture_says_in_words_what_it_shows(pages: dict[Path, Page]) -> None:
    drawn = [image for page in pages.values() for image in page.images]
    assert drawn
    assert all(image.get("alt") for image in drawn)


def test_headings_are_in_order(pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        assert page.headings.count(1) == 1, file
        assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False)), file


def test_formulas_are_mathml(pages: dict[Path, Page]) -> None:
    assert sum(page.seen["math"] for page in pages.values()) > 20
    for file in pages:
        words = file.read_text(encoding="utf-8")
        assert r"\frac" not in words, file
        assert r"\begin{" not in words, file


def test_building_again_replaces_pages_and_touches_nothing_else(built: site.Site) -> None:
    (built.folder / "CNAME").write_text("example.org", encoding="utf-8")
    before = built.pages[1].read_bytes()
    built.pages[1].write_text("old", encoding="utf-8")
    site.build_site(built.folder)
    assert built.pages[1].read_bytes() == before
    assert (built.folder / "CNAME").read_text(encoding="utf-8") == "example.org"


def test_the_command_says_where_the_first_page_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(site, "lessons", lambda language: iter(()))
    assert cli.main(["build-site", str(tmp_path / "pages"), "--lang", "en"]) == 0
    assert str(tmp_path / "pages" / "index.html") in capsys.readouterr().out


def test_what_is_missing_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "latex2mathml.converter", None)
    assert cli.main(["build-site", str(tmp_path / "pages"), "--lang", "en"]) == 2
    assert "python -m pip install nbconvert latex2mathml" in capsys.readouterr().err
