"""Whatever a name, a string or an answer says, it is shown as text: nothing is executed, nothing is broken."""

from __future__ import annotations

import ast
import base64
import json
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mistune
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import VIEWS, Explanation
from gradnb.harmless import harmless
from gradnb.jupyter.panel import Panel
from gradnb.render import card, layout
from tests.hostile import PAYLOADS

#: What may stand in HTML: each tag with its attributes.
HTML_TAGS: dict[str, set[str]] = {
    **{tag: set() for tag in ("summary", "table", "caption", "thead", "tbody", "tr", "td", "ol", "ul", "li", "b")},
    **{tag: {"class", "role"} for tag in ("p", "div", "span", "dl", "dt", "dd", "h3", "h4", "section")},
    "details": {"open"},
    "img": {"src", "alt"},
    "th": {"scope"},
    "code": set(),
    "br": set(),
}
LONELY = {"br", "img"}
SVG = "{http://www.w3.org/2000/svg}"

BENIGN = "name"
NAMED = pytest.mark.parametrize("payload", PAYLOADS, ids=[f"{i}" for i in range(len(PAYLOADS))])
needs_layout = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")


@pytest.fixture(scope="module", autouse=True)
def forget_explanations() -> Iterator[None]:
    yield
    explained.cache_clear()


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


@cache
def explained(payload: str, views: tuple[str, ...] = VIEWS) -> Explanation:
    """Explain a call in which the payload is the name of everything, and the value of a string."""
    tf.reset_default_graph()
    x = tf.Variable([1.0, 2.0], name="x")
    w = tf.Variable(3.0, name="w")
    text = tf.constant(payload.encode("utf-8", "surrogatepass"), name="text")
    kept = tf.stop_gradient(x * w)
    chosen = tf.where(tf.equal([text, text], text), x * w, kept)
    y = chosen * w + kept
    names = {x: payload, w: f"{payload}2", y: f"y{payload}", kept: f"kept{payload}", chosen: f"chosen{payload}"}
    return tf.explain(y, [x, w], names=names, language="en", views=views)


class Reader(HTMLParser):
    """Reads HTML of which every tag is known and closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.alt = ""
        self.words = ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= HTML_TAGS[tag]
        for name, value in attrs:
            assert name != "src" or str(value).startswith("data:image/svg+xml;base64,")
            if name == "alt":
                self.alt += str(value)
        self.tags.append(tag)
        if tag not in LONELY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def squeezed(text: str) -> str:
    """Return text without white space, since what shows it may break and fold lines."""
    return re.sub(r"\s+", "", text)


def shows(words: str, payload: str) -> bool:
    """Return whether words hold the beginning of what a payload looks like when it is made harmless."""
    return squeezed(harmless(payload))[:12] in squeezed(words)


def is_calm(text: str, breaks: str = "\n") -> bool:
    """Return whether no character of a text commands a terminal, or reorders what stands around it."""
    return all(character in breaks or harmless(character) == character for character in text)


@NAMED
def test_text_commands_no_terminal(payload: str) -> None:
    text = explained(payload).text()
    assert is_calm(text)
    assert text.encode()
    assert shows(text, payload)


@NAMED
def test_html_holds_it_as_text(payload: str) -> None:
    explanation = explained(payload, tuple(view for view in VIEWS if view != "graph"))
    reader, benign = Reader(explanation.html()), Reader(explained(BENIGN, explanation.view.shown).html())
    assert reader.tags == benign.tags
    assert shows(reader.words, payload)
    assert is_calm(explanation.html())


@NAMED
@needs_layout
def test_svg_holds_it_as_text(payload: str) -> None:
    explanation, benign = explained(payload), explained(BENIGN)
    root, plain = (ElementTree.fromstring(drawn.svg()) for drawn in (explanation, benign))
    assert {element.tag for element in root.iter()} <= {element.tag for element in plain.iter()}
    assert names_of_attributes(root) <= names_of_attributes(plain)
    for element in root.iter():
        assert not any(name.lower().startswith("on") or name.endswith("href") for name in element.attrib)
        assert element.tag != f"{SVG}style" or element.text == next(plain.iter(f"{SVG}style")).text
    assert [group.get("data-id") for group in root.iter(f"{SVG}g")] == [g.get("data-id") for g in plain.iter(f"{SVG}g")]
    picture = Reader(explanation.html())
    assert shows(picture.alt, payload)
    (data,) = re.findall(r"data:image/svg\+xml;base64,([\w+/=]*)", explanation.html())
    ElementTree.fromstring(base64.b64decode(data))


def names_of_attributes(root: Any) -> set[tuple[str, str]]:
    return {(element.tag, name) for element in root.iter() for name in element.attrib}


@pytest.mark.dot
@NAMED
def test_dot_holds_it_as_text(payload: str) -> None:
    graph, benign = (json_of(explained(name).dot()) for name in (payload, BENIGN))
    for kind in ("objects", "edges"):
        assert [thing.get("id") for thing in graph[kind]] == [thing.get("id") for thing in benign[kind]]
        assert [sorted(thing) for thing in graph[kind]] == [sorted(thing) for thing in benign[kind]]


def json_of(source: str) -> dict[str, Any]:
    told = subprocess.run(["dot", "-Tdot_json"], input=source.encode(), capture_output=True, timeout=60, check=True)
    assert not told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")


@NAMED
def test_latex_holds_it_as_text(payload: str) -> None:
    source, benign = explained(payload).latex(), explained(BENIGN).latex()
    commands = set(COMMAND.findall(source)) - set(COMMAND.findall(benign))
    assert commands <= {
        rf"\text{kind}" for kind in ("backslash", "asciitilde", "asciicircum", "less", "greater", "bar")
    } | {
        *(rf"\{sign}" for sign in "&%$#_{}"),
        *(
            r"\ldots",
            r"\rightarrow",
            r"\cdot",
            r"\times",
            r"\bar",
            r"\infty",
            r"\partial",
            r"\surd",
            r"\neq",
            r"\leq",
            r"\geq",
        ),
    }
    bare = COMMAND.sub("", source)
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert "%" not in bare and "#" not in bare and "~" not in bare
    assert len(re.findall(r"(?<!\\)&", source)) == len(re.findall(r"(?<!\\)&", benign))
    assert re.findall(r"\\(?:begin|end){\w+}", source) == re.findall(r"\\(?:begin|end){\w+}", benign)
    assert is_calm(source)


@NAMED
def test_markdown_holds_it_as_text(payload: str) -> None:
    convert = mistune.create_markdown(
        escape=False, plugins=["table", "strikethrough", "url", "task_lists", "footnotes"]
    )
    written, benign = (str(convert(explained(name).markdown())) for name in (payload, BENIGN))
    tags = [re.findall(r"</?\w+", html) for html in (written, benign)]
    assert tags[0] == tags[1]
    assert shows(
        re.sub(r"<[^>]*>", "", written)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&amp;", "&"),
        payload,
    )


@NAMED
def test_what_a_notebook_stores_is_json(payload: str) -> None:
    explanation = explained(payload, ("table", "story"))
    stored = json.loads(json.dumps(explanation._repr_mimebundle_(), ensure_ascii=False).encode())
    assert set(stored) == {"text/plain", "text/html"}


@NAMED
def test_a_card_and_the_words_spoken_hold_it_as_text(payload: str) -> None:
    explanation, benign = explained(payload), explained(BENIGN)
    view = explanation.partial_view(["graph"])
    for id in (
        *(node.id for node in view.nodes),
        *(seed.id for seed in view.seeds),
        *(edge.id for edge in view.backward_edges),
    ):
        told = explanation.card(id)
        assert Reader(card.html(told)).tags == Reader(card.html(benign.card(id))).tags
        assert is_calm(card.text(told))


@NAMED
@needs_layout
def test_a_panel_holds_it_as_text(payload: str) -> None:
    panel = Panel(explained(payload), names={}, presets={payload: {}})
    for widget in everything(panel):
        if type(widget).__name__ == "HTML":
            assert is_calm(widget.value)
            Reader(re.sub(r"<p [^>]*>", "<p>", widget.value))
        assert not getattr(widget, "description_allow_html", False)
    ast.parse(panel.code())
    panel.change({next(iter(panel.explanation.problem.inputs)): [5.0, 6.0]})
    ast.parse(panel.code())


def everything(widget: Any) -> list[Any]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


@NAMED
def test_a_quiz_answer_is_read_or_refused_in_a_sentence(payload: str) -> None:
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    quiz = tf.explain(x * x, x, names={payload: x}, hide=[x], language="en").quiz()
    verdict = quiz.check(quiz.names[0], payload)
    assert not verdict.right
    assert is_calm(verdict.hint)
    results = json.loads(quiz.json().encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert results


@NAMED
def test_an_operation_has_the_name_or_it_is_refused(payload: str) -> None:
    allowed = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*").fullmatch(payload)
    for name_it in (lambda: tf.constant(1.0, name=payload), lambda: scoped(payload)):
        tf.reset_default_graph()
        if allowed or not payload:
            name_it()
            continue
        with pytest.raises(ValueError, match="valid"):
            name_it()
        assert not tf.get_default_graph().get_operations()
        assert tf.get_default_graph().unique_name("Const") == "Const"


def scoped(name: str) -> None:
    with tf.variable_scope(name), tf.name_scope(name):
        tf.constant(1.0)


@pytest.mark.parametrize("name", ["a>b", "a\\N", "a-->b", "a/b>c", ".>", "x\\\\"])
@needs_layout
def test_a_strange_name_that_tensorflow_allows_is_text(name: str) -> None:
    with tf.name_scope(name):
        x = tf.Variable(3.0, name=name)
        y = tf.sin(x * x, name=name)
    explanation = tf.explain(y, x, language="en", views=VIEWS)
    ElementTree.fromstring(explanation.svg())
    ElementTree.fromstring(explanation.with_scopes(collapsed=[name]).svg())
    Reader(explanation.html())


@NAMED
def test_a_file_stands_where_it_was_asked_for_or_nowhere(payload: str, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    explanation = tf.explain(x * x, x, language="en")
    asked = Path(f"{folder}/{payload}.dot")
    before = set(tmp_path.rglob("*"))
    try:
        written = explanation.save(asked)
    except (OSError, ValueError) as error:
        assert str(error)
        assert set(tmp_path.rglob("*")) == before
    else:
        assert written == asked
        assert set(tmp_path.rglob("*")) - before == {asked}


def test_there_are_more_than_200() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) > 200
    kinds = {unicodedata.category(character) for payload in PAYLOADS for character in payload}
    assert {"Cc", "Cf", "Cs", "Cn", "Co", "Mn", "Zl", "Zp", "So", "Lo"} <= kinds
