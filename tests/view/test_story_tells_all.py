"""The story, read as text, says all that the picture says: of every program that TensorFlow ran, and of every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain, explain_call
from gradnb.messages import text
from gradnb.render.palette import LIGHT
from gradnb.render.parts import Parts, shows_value
from gradnb.view.model import BackwardEdge, Flow, Gradient, Node, State, View
from tests.view.test_every_program import PROGRAMS, calls_of

LANGUAGES = ("en", "zh")


def untold(view: View) -> Iterator[str]:
    """Yield what the picture says and the story does not."""
    nodes = {node.id: node for node in view.nodes}
    for node in view.nodes:
        if not any(is_told(view, form) for form in forms(node)):
            yield f"the node {node.name}"
        if shows_value(node) and node.value is not None and not is_told(view, node.name, node.value.text):
            yield f"the value of {node.name}"
        if node.gradient is not None:
            yield from untold_gradient(view, node, node.gradient)
    for seed in view.seeds:
        value = seed.value.text if seed.value is not None else text("story.unknown", view.language)
        fixed = words(view, "seed" if seed.given else "seed_default")
        if not is_told(view, nodes[seed.target].name, value, *([seed.name] if seed.given else []), *fixed):
            yield f"the weight {seed.name}"
    for row in view.rows:
        value = row.gradient.value.text if row.gradient.value is not None and not row.gradient.state.is_secret else ""
        if not is_told(view, words(view, "result")[0], row.name, value):
            yield f"the result for {row.name}"
    for edge in view.backward_edges:
        if not is_edge_told(view, edge, nodes):
            yield f"{edge.flow.value} from {nodes[edge.source].name} to {nodes[edge.target].name}"


def forms(node: Node) -> tuple[str, ...]:
    """Return how a node may be called: a constant without a name is a number in an equation."""
    if shows_value(node) or node.value is None:
        return (node.name,)
    return node.name, node.name.removesuffix(".0"), node.name.removesuffix(".0").replace("-", "−")


def is_told(view: View, *pieces: str) -> bool:
    """Return whether one sentence holds all pieces."""
    return any(all(piece in sentence for piece in pieces) for sentence in view.story)


def words(view: View, key: str) -> list[str]:
    """Return what a kind of sentence says always, whatever its values are."""
    filled = dict.fromkeys(("name", "target", "value", "reason", "parts", "seed"), "\0")
    return [piece for piece in text(f"story.{key}", view.language, **filled).split("\0") if piece.strip(" 。.")]


def untold_gradient(view: View, node: Node, gradient: Gradient) -> Iterator[str]:
    name = f"the gradient of {node.name}"
    if gradient.terms:
        terms = [piece for term in gradient.terms for piece in (term.value.text, term.source)]
        if not is_told(view, node.name, *terms, gradient.value.text if gradient.value is not None else ""):
            yield f"{name}, as a sum"
    if gradient.state is State.HIDDEN:
        pieces = [text("story.between_hidden", view.language, names="x").partition("x")[2]]
    elif gradient.state is not State.COMPUTED:
        value = [gradient.value.text] if gradient.value is not None else []
        pieces = [gradient.reason or text(f"state.{gradient.state.value}", view.language), *value]
        if gradient.state in (State.NONE, State.STOPPED):
            pieces.append("None")
    elif gradient.lifted:
        pieces = [gradient.lifted]
    else:
        pieces = [gradient.value.text] if gradient.value is not None else []
    if not any(is_told(view, form, *pieces) for form in forms(node)):
        yield f"{name}: {pieces}"


def is_edge_told(view: View, edge: BackwardEdge, nodes: dict[str, Node]) -> bool:
    names = nodes[edge.source].name, nodes[edge.target].name
    value = [edge.contribution.text] if edge.contribution is not None else []
    word = {
        Flow.PASSES: "passes",
        Flow.STOPPED: "wall" if value else "wall_alone",
        Flow.LIFTED: "lifted" if value else "lifted_alone",
        Flow.HIDDEN: "secret",
        Flow.BLOCKED: "blocked",
    }[edge.flow]
    reason = [edge.reason] if edge.reason and not value else []
    return is_told(view, *names, *value, *reason, *words(view, word))


@pytest.mark.parametrize(("language", "every"), [("en", 1), ("zh", 5), pytest.param("zh", 1, marks=pytest.mark.slow)])
def test_of_every_program_that_tensorflow_ran(language: str, every: int) -> None:
    faults = {}
    met = 0
    for case in PROGRAMS[::every]:
        with tf.Graph().as_default():
            calls, names, feeds = calls_of(case)
            tensors = {name: value for name, value in names.items() if isinstance(value, (tf.Tensor, tf.Variable))}
            for call in calls[:2]:
                try:
                    explanation = explain_call(
                        call, feed_dict=feeds, names=tensors, views=["graph", "story"], language=language
                    )
                except Exception:  # what cannot be explained is tested elsewhere
                    continue
                if explanation.view.nodes and len(explanation.view.nodes) <= 40:
                    met += 1
                    if missing := list(untold(explanation.view)):
                        faults[case["id"]] = missing
    assert met > 200 // every
    assert faults == {}


def everything() -> Explanation:
    """Return an explanation with each state of a gradient and each kind of edge that there is without a quiz."""
    # x ── a ── s ╫ ─┐
    # x ── ⌊ ⌋ ──────┼ + ── y     u ── log ── y2      k ── gather ── y3     p is never fed
    # z ── · 0 ──────┘
    x, z, u = (tf.constant([number], name=name) for name, number in (("x", 1.5), ("z", 2.0), ("u", 0.0)))
    k, p = tf.constant([1.0, 2.0, 3.0], name="k"), tf.placeholder(tf.float32, [1], name="p")
    a = tf.multiply(x, 2.0, name="a")
    b = tf.multiply(a, 3.0, name="b")
    s = tf.stop_gradient(b, name="s")
    held = tf.multiply(z, z, name="held")
    nothing = tf.multiply(u * 0.0, 0.0, name="nothing")
    y = s + tf.floor(x) + held * 0.0
    ys = [y, tf.log(nothing) * nothing + u, tf.gather(k, [0, 0]), p * p]
    names = {"x": x, "z": z, "u": u, "k": k, "p": p, "a": a, "b": b, "s": s, "held": held, "y": y}
    return explain(ys, [x, z, u, k, p, a, tf.constant(7.0, name="apart")], names=names, views=["graph", "story"])


def test_of_every_state() -> None:
    view = everything().view
    states = {node.gradient.state for node in view.nodes if node.gradient is not None}
    assert states >= {State.STOPPED, State.ZERO, State.SPARSE, State.NOT_COMPUTED, State.NOT_FINITE}
    assert {edge.flow for edge in view.backward_edges} >= {Flow.STOPPED, Flow.BLOCKED, Flow.PASSES}
    assert list(untold(view)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_what_is_hidden_and_of_what_is_lifted(language: str) -> None:
    w = tf.Variable([1.0, 2.0], name="w")
    c = tf.multiply(w, 2.0, name="c")
    s = tf.stop_gradient(c, name="s")
    y = s * s + w
    explanation = explain(y, w, names={"w": w, "c": c, "s": s, "y": y}, views=["graph", "story"], language=language)
    lifted = explanation.recompute(lifted=["s"])
    assert any(edge.flow is Flow.LIFTED for edge in lifted.view.backward_edges)
    assert list(untold(lifted.view)) == []
    hidden = lifted.with_hidden(["c"])
    assert {State.HIDDEN, State.VEILED} <= {node.gradient.state for node in hidden.view.nodes if node.gradient}
    assert list(untold(hidden.view)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_what_is_collapsed_and_of_what_is_large(language: str) -> None:
    x = tf.constant([[float(i * j) for i in range(6)] for j in range(6)], name="x")
    with tf.name_scope("layer"):
        h = tf.sin(x) * tf.cos(x)
    explanation = explain(tf.exp(h), x, names={"x": x}, views=["graph", "story"], language=language)
    assert list(untold(explanation.view)) == []
    assert list(untold(explanation.with_scopes(collapsed=["layer"]).view)) == []


def test_each_sign_of_the_legend_has_its_words() -> None:
    view = everything().view
    legend = Parts(view, LIGHT).legend()
    assert len(legend) >= 8
    assert list(untold(view)) == []  # what the signs stand for is told where it stands


def test_what_is_left_out_would_be_found() -> None:
    # alpha ── beta ╫ gamma ─┐
    # delta ─────────────────┴ epsilon
    alpha, delta = tf.Variable([2.0, 3.0], name="alpha"), tf.Variable([5.0, 7.0], name="delta")
    beta = tf.multiply(alpha, 11.0, name="beta")
    gamma = tf.stop_gradient(beta, name="gamma")
    epsilon = tf.multiply(gamma * delta, delta, name="epsilon")
    names = {"alpha": alpha, "beta": beta, "gamma": gamma, "delta": delta, "epsilon": epsilon}
    view = explain(epsilon, [alpha, delta], [[13.0, 17.0]], names=names, views=["graph", "story"]).view
    assert list(untold(view)) == []
    for number, sentence in enumerate(view.story):
        shorter = (*view.story[:number], *view.story[number + 1 :])
        assert list(untold(replace(view, story=shorter))), f"nobody would miss {sentence!r}"
