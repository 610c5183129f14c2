"""The defaults: what the line says comes first, and a wrong default is refused at once."""

from __future__ import annotations

from dataclasses import fields

import pytest
from traitlets import TraitError

from gradnb.jupyter.config import GradGraph
from gradnb.jupyter.request import Request, parse


def test_every_option_but_the_call_itself_has_a_default() -> None:
    of_the_call = {"ys", "wrt", "grad_ys", "stop", "hide", "preset", "range"}
    options = {field.name for field in fields(Request)} - of_the_call
    assert set(GradGraph.class_own_traits(config=True)) == options


def test_a_default_is_taken_where_the_line_says_nothing() -> None:
    flags = {"static": True, "check": True}
    config = GradGraph(view=["story"], layout="TB", precision=6, lang="zh", theme="dark", seed=3, **flags)
    request = config.completed(parse("y"))
    assert request == Request(
        ys=("y",),
        view=("story",),
        layout="TB",
        precision=6,
        lang="zh",
        theme="dark",
        seed=3,
        static=True,
        check=True,
        unconnected="none",
    )


def test_the_line_comes_first() -> None:
    config = GradGraph(view=["story"], precision=6, lang="zh", seed=3, keep_graph=True)
    request = config.completed(parse("--view table --precision 2 --lang en --seed 0 --new-graph"))
    assert (request.view, request.precision, request.lang, request.seed) == (("table",), 2, "en", 0)
    assert request.new_graph
    assert not request.keep_graph


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("lang", "de", "en"),
        ("layout", "RL", "LR"),
        ("theme", "blue", "dark"),
        ("view", ["grph"], "steps"),
        ("view", [], "length"),
        ("precision", 18, "17"),
        ("precision", "four", "int"),
        ("unconnected", "nan", "zero"),
        ("feed", ["x"], "x=[1., 2.]"),
        ("save", "a.jpg", ".png"),
        ("output", "3d", "'3d'"),
        ("static", "yes", "boolean"),
        ("check", "yes", "boolean"),
    ],
)
def test_a_wrong_default_is_refused_and_changes_nothing(name: str, value: object, says: str) -> None:
    config = GradGraph()
    before = getattr(config, name)
    with pytest.raises(TraitError) as caught:
        setattr(config, name, value)
    assert says in str(caught.value)
    assert getattr(config, name) == before


def test_keeping_and_renewing_the_graph_contradict_each_other() -> None:
    config = GradGraph(keep_graph=True)
    with pytest.raises(TraitError, match="contradict"):
        config.new_graph = True


def test_default_feeds_are_read() -> None:
    assert GradGraph(feed=["x=[1., 2.]", "t = 3"]).feeds == (("x", "[1., 2.]"), ("t", "3"))
