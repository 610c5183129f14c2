"""Whatever stands behind the magic, it is a request or a usage error in one sentence, and reading it runs nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.error import UsageError

from gradnb.harmless import harmless
from gradnb.jupyter.names import names_read
from gradnb.jupyter.request import Request, parse
from tests.fuzz.strange import FEW, MANY
from tests.hostile import PAYLOADS

OPTIONS = [f"--{field.name.replace('_', '-')}" for field in fields(Request) if field.name not in ("ys", "output")]
WORDS = st.one_of(
    st.sampled_from(OPTIONS),
    st.sampled_from(
        ["-o", "--", "-", "y", "w1", "ws[0]", "params['w']", "a.b", "x=3", "x=[1., 2.]", "x==", "=", "a,b"]
    ),
    st.sampled_from(['"[1,', "2]'", '"', "'", "\\", "\\\n", "%", "$x", "{x}", "!ls", "?", "--view graph", "zh", "TB"]),
    st.sampled_from(
        ["f'{__import__(\"os\").abort()}'", "x=__import__('os').abort()", "(yield)", "await x", "x:=3", "*a"]
    ),
    st.sampled_from(
        ["9" * 5000, "1e999", "--precision 99", "--seed -1", "０", "x\0", "lambda: 0", "(" * 300, "-" * 300]
    ),
    st.sampled_from(PAYLOADS),
    st.text(max_size=8),
    st.integers().map(str),
)
LINES = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=8).map(" ".join), st.lists(WORDS, max_size=4).map("".join)
)

_seen: list[str] = []
_is_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _is_watching and event.partition(".")[0] in ("exec", "import", "open", "os", "subprocess", "socket"):
        _seen.append(event)


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Watch that nothing is evaluated, imported, opened or started."""
    global _is_watching
    _seen.clear()
    _is_watching = True
    try:
        yield
    finally:
        _is_watching = False
    assert not _seen


@pytest.fixture(scope="module", autouse=True)
def watch() -> None:
    for language in ("en", "zh"):  # what is loaded with the first sentence is loaded
        with pytest.raises(UsageError):
            parse("y --view grap", language)
    sys.addaudithook(_watch)  # it stays; it looks at nothing outside of these tests
    with pytest.raises(AssertionError), nothing_runs():
        eval("1")


def reads_or_refuses(line: str, language: str) -> None:
    try:
        with nothing_runs():
            request = parse(line, language)
    except UsageError as error:
        said = str(error)
        assert len(said) > 10
        assert harmless(said) == said
    else:
        assert isinstance(request, Request)
        assert parse(line, language) == request
        with nothing_runs():
            names_read(ast.parse(""), request.expressions)


@settings(FEW, max_examples=400)
@given(LINES, st.sampled_from(["en", "zh"]))
def test_a_line_is_read_or_refused(line: str, language: str) -> None:
    reads_or_refuses(line, language)


@pytest.mark.slow
@settings(MANY, max_examples=50_000)
@given(LINES, st.sampled_from(["en", "zh"]))
def test_many_lines(line: str, language: str) -> None:
    reads_or_refuses(line, language)
