"""In a live notebook too a gradient that is to be predicted stands nowhere: no widget's state holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

from gradnb.explanation import VIEWS, Explanation
from gradnb.jupyter.panel import Panel
from gradnb.render import layout
from gradnb.view.build import PARTS
from tests.view.test_hidden import found_in, made, secrets

pytestmark = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")

SEARCHED = ("distinctive", "network", "three_ys", "broadcast_sum", "scores")


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


def everything() -> str:
    """Return the state of every widget there is: what a notebook would save."""
    return json.dumps([widget.get_state() for widget in open_widgets.values()], default=repr, ensure_ascii=False)


def numbers_of(explanation: Explanation, name: str) -> set[str]:
    view = explanation.with_hidden([]).partial_view(PARTS)
    (node,) = [node for node in view.nodes if node.name == name]
    return secrets(view, node.id)


@pytest.mark.parametrize("program", SEARCHED)
def test_no_state_of_the_panel_holds_it(program: str) -> None:
    explanation = made(program)
    assert explanation is not None
    names = [row.name for row in explanation.view.rows if numbers_of(explanation, row.name)]
    assert names
    hiding = explanation.with_hidden(names)
    panel = Panel(hiding)
    hidden = {name: numbers_of(explanation, name) for name in names}
    panel.views.choose(VIEWS)
    picture = hiding.partial_view(["graph"])
    for thing in (*picture.nodes, *picture.backward_edges):
        panel.graph.selected = thing.id
        for name, numbers in hidden.items():
            assert not found_in(everything(), numbers), f"{name}, with {thing.id} selected"


def test_it_appears_when_it_was_found() -> None:
    explanation = made("distinctive")
    assert explanation is not None
    panel = Panel(explanation.with_hidden(["x", "k"]))
    numbers = numbers_of(explanation, "k")
    assert panel.quiz is not None
    gradient = explanation.gradients[1]
    assert gradient is not None
    panel.quiz.questions["k"].field.value = " ".join(map(str, gradient.tolist()))
    panel.quiz.check("k")
    assert panel.explanation.hidden == ("x",)
    assert found_in(everything(), numbers)
    assert not found_in(everything(), numbers_of(explanation, "x"))


def test_moving_numbers_keeps_it_hidden_and_asks_about_the_new_ones() -> None:
    explanation = made("distinctive")
    assert explanation is not None
    panel = Panel(explanation.with_hidden(["k"]))
    panel.views.choose(VIEWS)
    panel.keep()
    panel.change(weights={"z": [2.311, 7.177]})
    moved = explanation.recompute(weights={"z": [2.311, 7.177]})
    assert panel.explanation.hidden == ("k",)
    assert not found_in(everything(), numbers_of(explanation, "k") | numbers_of(moved, "k"))
    assert panel.quiz is not None
    old, new = explanation.gradients[1], moved.gradients[1]
    assert old is not None
    assert new is not None
    assert not panel.quiz.quiz.check("k", old)
    assert panel.quiz.quiz.check("k", new)


def test_stepping_through_keeps_it_hidden() -> None:
    explanation = made("distinctive")
    assert explanation is not None
    panel = Panel(explanation.with_hidden(["p"]))
    numbers = numbers_of(explanation, "p")
    steps = panel.explanation.partial_view(["graph", "steps"]).steps
    for _ in steps:
        panel.player.step()
        assert not found_in(everything(), numbers)
