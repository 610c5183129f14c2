"""What a person reads is there in every language, with the same values, and is really said somewhere."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from gradnb.messages import LANGUAGES, catalogue, text

PACKAGE = Path(__file__).parent.parent / "gradnb"


@cache
def written() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the strings in gradnb's code, and those that are put together, as patterns."""
    constants, patterns = set(), set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                if re.search(r"\w", "".join(part or "" for part in parts)):
                    patterns.add("".join("(.+)" if part is None else str(part) for part in parts))
    return frozenset(constants), tuple(map(re.compile, sorted(patterns)))


def is_said(key: str) -> bool:
    """Return whether code names a message: its whole key, or all parts of a key that is put together."""
    constants, patterns = written()
    if key in constants:
        return True
    found = (pattern.fullmatch(key) for pattern in patterns)
    return any(all(map(is_said, match.groups())) for match in found if match is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_there_in_every_language(language: str) -> None:
    file = f"gradnb/messages/{language}.toml"
    missing = {key for other in LANGUAGES for key in catalogue(other)} - catalogue(language).keys()
    assert not missing, f"{file} lacks {sorted(missing)}"


def test_every_language_says_the_same_values() -> None:
    def values(template: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(template) if name}

    english = catalogue("en")
    for language in LANGUAGES:
        other = catalogue(language)
        differing = {key for key in english.keys() & other.keys() if values(english[key]) != values(other[key])}
        assert not differing, f"{language}.toml names other values than en.toml in {sorted(differing)}"


def test_every_message_is_said_somewhere() -> None:
    silent = [key for key in catalogue("en") if not is_said(key)]
    assert not silent, f"no code says {silent}"


def test_a_message_that_nobody_says_would_be_found() -> None:
    assert is_said("story.given")
    assert not is_said("story.never_written_anywhere")
    assert not is_said("nothing_of_this.kind")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_message_says_where_it_belongs(language: str) -> None:
    with pytest.raises(KeyError, match=rf"'nothing' in the section \[story\] of gradnb/messages/{language}\.toml"):
        text("story.nothing", language)
