"""What is used wrongly gives the right error, in words that help, and leaves everything as it was."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.engine.graph import get_default_graph, replace_base_graph, reset_default_graph
from gradnb.engine.session import Session
from tests.wrong_uses import GRAPHS, STAGES, UNLIKE_TENSORFLOW

CHINESE = re.compile("[\u4e00-\u9fff]")

#: Types that a slip in gradnb's own depths has, too. They are an answer only where the message is one.
DEPTHS = (AssertionError, AttributeError, IndexError, KeyError)

USES = [(group, row) for group, (_, rows) in STAGES.items() for row in rows]

_stages: dict[tuple[str, str], dict[str, Any]] = {}


@pytest.fixture(scope="module", autouse=True)
def close_stages() -> Iterator[None]:
    yield
    _stages.clear()
    for widget in list(open_widgets.values()):
        widget.close()


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], dict[str, Any]]:
    """Make what the lines of a group find; those that left it as it was find the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "file.txt").write_text("x")

    def made(group: str, language: str) -> dict[str, Any]:
        tf.set_language(language)
        if (group, language) not in _stages or group == "command":
            _stages[group, language] = STAGES[group][0](tf)
        found = _stages[group, language]
        replace_base_graph(found["graph"])
        return {**found, "tf": tf}

    return made


def graph_state(graph: Any) -> dict[str, Any]:
    return {
        "operations": [operation.name for operation in graph.get_operations()],
        "names": graph.names_snapshot(),
        "next name": graph.unique_name("new", mark_as_used=False),
        "collections": {key: graph.get_collection(key) for key in graph.get_all_collection_keys()},
        "seed": graph.seed,
        "runs": len(graph.runs),
        "finalized": graph.finalized,
    }


def state(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a wrong use must leave as it was."""
    sessions = {name: value for name, value in names.items() if isinstance(value, Session) and not value.closed}
    found: dict[str, Any] = {
        "names": {name: id(value) for name, value in names.items()},
        "default graph": id(get_default_graph()),
        "default session": tf.get_default_session(),
        "variable scope": tf.get_variable_scope().name,
        "graph": graph_state(names["graph"]),
        "sessions": {
            name: {op.name: array.tolist() for op, array in session.variables().items()}
            for name, session in sessions.items()
        },
        "widgets": sorted(open_widgets),
        "files": sorted(map(str, Path().rglob("*"))),
        "streams": (sys.stdout, sys.stderr),
    }
    if "stranger" in names:
        found["other graph"] = graph_state(names["stranger"].graph)
    if "e" in names:
        found["explanation"] = names["e"].text()
        found["quiz"] = repr(names["quiz"])
    if "panel" in names:
        panel = names["panel"]
        found["panel"] = (panel.state, panel.explanation, panel.code(), names["counted"].state)
    if "view" in names:
        found["training"] = (names["view"].text(), names["view"].settings, names["descent"].get_slot_names())
    return found


def error_of(line: str, names: dict[str, Any]) -> BaseException:
    before = state(names)
    with pytest.raises(BaseException) as raised:  # its type and its words are what is looked at
        eval(line, names)
    names.pop("__builtins__", None)
    assert state(names) == before
    return raised.value


@pytest.mark.parametrize(("group", "row"), USES, ids=[f"{group}-{row[0]}" for group, row in USES])
def test_it_is_refused_in_words_that_help(stage: Callable[[str, str], dict[str, Any]], group: str, row: Any) -> None:
    line, kind, says, *help = row
    try:
        english, chinese = (error_of(line, stage(group, language)) for language in ("en", "zh"))
    except BaseException:
        _stages.clear()
        raise
    assert type(english) is type(chinese)
    assert isinstance(english, kind)
    assert says in str(english)
    for error in (english, chinese):
        text = str(error)
        if type(error) in DEPTHS:
            assert len(text) > 15, text
    if help:
        assert help[0] in str(english)
        assert not CHINESE.search(str(english))
        assert CHINESE.search(str(chinese))
        assert help[0] not in str(chinese)
    else:
        assert says in str(chinese)


def test_there_are_many_of_every_kind() -> None:
    lines = [row[0] for _, row in USES]
    assert len(lines) > 600
    assert len(set(lines)) == len(lines)


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in GRAPHS if row[0] not in UNLIKE_TENSORFLOW], ids=lambda row: str(row[0]))
def test_tensorflow_gives_the_same_type_of_error(row: Any) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    theirs = tensorflow.compat.v1
    theirs.disable_v2_behavior()
    names = {**STAGES["graphs"][0](theirs), "tf": theirs}
    with pytest.raises(Exception) as raised:  # its type is what is looked at
        eval(row[0], names)
    expected = next(k for k in row[1].__mro__ if k.__name__ in vars(builtins) or hasattr(theirs.errors, k.__name__))
    assert expected.__name__ in [kind.__name__ for kind in type(raised.value).__mro__]


def test_a_stage_is_told_apart_from_one_that_was_changed(stage: Callable[[str, str], dict[str, Any]]) -> None:
    names = stage("graphs", "en")
    before = state(names)
    tf.identity(names["x"])
    assert state(names) != before
    _stages.clear()
    reset_default_graph()
