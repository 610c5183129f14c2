"""What a screen reader says of a node, a seed or an edge is all that stands there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sample_views as samples

from gradnb.messages import text
from gradnb.render.parts import shows_value
from gradnb.render.plain import clean
from gradnb.render.spoken import Speaker
from gradnb.view.model import Flow, Gradient, State


@pytest.mark.parametrize("name", sorted(samples.VIEWS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_node_says_what_it_shows(name: str, language: str) -> None:
    view = replace(clean(samples.VIEWS[name]()), language=language)
    speaker = Speaker(view)
    for node in view.nodes:
        said = speaker.name(node)
        assert (node.opens or node.name) in said
        assert node.label in said
        if node.opens:
            continue
        assert node.shape in said
        if shows_value(node) and node.value is not None:
            assert node.value.text in said
        for piece in pieces(node.gradient, language):
            assert piece in said


def pieces(gradient: Gradient | None, language: str) -> list[str]:
    """Return what must be said of a gradient: its number or ``None``, its state, its reason, and the sum."""
    if gradient is None:
        return []
    if gradient.state.is_secret:
        return [gradient.reason or text(f"state.{gradient.state.value}", language)]
    found = [gradient.reason, gradient.lifted, *(term.source for term in gradient.terms)]
    found += [term.value.summand for term in gradient.terms]
    if gradient.state in (State.NONE, State.STOPPED):
        found.append("None")
    elif gradient.value is not None:
        found.append(gradient.value.text)
    if gradient.state is not State.COMPUTED and not gradient.reason:
        found.append(text(f"state.{gradient.state.value}", language))
    return found


@pytest.mark.parametrize("name", sorted(samples.VIEWS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_seed_and_an_edge_say_what_they_show(name: str, language: str) -> None:
    view = replace(clean(samples.VIEWS[name]()), language=language)
    speaker, names = Speaker(view), {node.id: node.name for node in view.nodes}
    for seed in view.seeds:
        said = speaker.name(seed)
        assert seed.name in said
        assert names[seed.target] in said
        assert (seed.value.text if seed.value else text("state.not_computed", language)) in said
    for edge in view.backward_edges:
        said = speaker.name(edge)
        assert names[edge.source] in said
        assert names[edge.target] in said
        if edge.contribution is not None and edge.flow is not Flow.HIDDEN:
            assert edge.contribution.text in said
        if edge.flow is Flow.BLOCKED:
            assert edge.reason in said


def test_what_waits_for_a_prediction_says_so() -> None:
    view = samples.two_ys()
    veiled = replace(view.nodes[0], gradient=Gradient(State.VEILED, reason="follows from w3"))
    assert Speaker(view).name(veiled).endswith("gradient: follows from w3")


def test_what_is_not_there_is_said_once() -> None:
    node = samples.two_ys().nodes[0]
    speaker = Speaker(samples.two_ys())
    assert speaker.name(replace(node, gradient=Gradient(State.NOT_COMPUTED))).endswith("], gradient not computed yet")
    assert speaker.name(replace(node, gradient=Gradient(State.NONE))).endswith("], gradient None")
    assert speaker.name(replace(node, gradient=Gradient(State.STOPPED))).endswith("], gradient None, stopped")


def test_every_state_and_every_flow_is_among_them() -> None:
    views = [make() for make in samples.VIEWS.values()]
    states = {node.gradient.state for view in views for node in view.nodes if node.gradient}
    assert states | {State.VEILED} == set(State)
    assert {edge.flow for view in views for edge in view.backward_edges} == set(Flow)
    assert any(node.gradient and node.gradient.terms for view in views for node in view.nodes)
