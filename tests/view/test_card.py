"""The cards of nodes, seeds and edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.static import constant_value
from gradnb.explanation import Explanation, explain
from gradnb.view.model import Card, Flow, LineKind


@pytest.fixture(autouse=True)
def _fresh_graph() -> None:
    tf.reset_default_graph()


def network(**options: object) -> Explanation:
    # x (3, 2) ─┐
    # W (2, 2) ─┴ x @ W ─┐
    # b (2,) ────────────┴ h ── relu ── y
    tf.reset_default_graph()
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0], [0.0, -9.0]], name="x")
    w = tf.Variable([[1.0, -1.0], [2.0, 3.0]], name="W")
    b = tf.Variable([1.0, 2.0], name="b")
    h = tf.matmul(x, w) + b
    y = tf.nn.relu(h)
    names = {"h": h, "y": y}
    return explain(y, [x, w, b], language="en", names=names, **options)  # type: ignore[arg-type]  # options of explain


def node(explanation: Explanation, name: str) -> Card:
    return explanation.card(next(node.id for node in explanation.view.nodes if node.name == name))


def edge(explanation: Explanation, source: str, target: str) -> Card:
    ids = {node.name: node.id for node in explanation.view.nodes}
    ends = (ids[source], ids[target])
    return explanation.card(next(e.id for e in explanation.view.backward_edges if (e.source, e.target) == ends))


def labelled(card: Card, label: str) -> list[str]:
    """Return the texts behind a label, with the lines that go on from each."""
    found: list[str] = []
    inside = False
    for line in card.lines:
        if line.label == label:
            found.append(line.text)
        elif inside and line.kind is LineKind.FORMULA and not line.label:
            found[-1] += f" {line.text}"
            continue
        inside = line.label == label
    return found


def sentences(card: Card) -> str:
    return "\n".join(line.text for line in card.lines if line.kind in (LineKind.TEXT, LineKind.HINT))


def everything(card: Card) -> str:
    return "\n".join((card.title, card.kind, *(f"{line.label} {line.text}" for line in card.lines)))


def test_a_products_card_has_value_gradient_rule_numbers_and_results() -> None:
    x, w = tf.Variable(3.0, name="x"), tf.Variable(2.0, name="w")
    p = x * w
    card = node(explain(p * p, [x, w], names={"p": p}, language="en"), "p")
    assert card.title == "p = x · w"
    assert card.kind == "× ()"
    assert labelled(card, "value") == ["6.0"]
    assert labelled(card, "gradient") == [
        "6.0 (via p · p, as input 1) + 6.0 (via p · p, as input 2) = 12.0".replace("via p · p", "direct")
    ]
    assert labelled(card, "rule") == ["z = x · y,  x̄ += z̄ · y,  ȳ += z̄ · x"]
    assert labelled(card, "here") == ["z is p, y is w"]
    assert labelled(card, "in numbers") == ["z̄ · y = 12.0 · 2.0 = 24.0", "z̄ · x = 12.0 · 3.0 = 36.0"]
    assert labelled(card, "x receives") == ["24.0"]
    assert labelled(card, "w receives") == ["36.0"]
    assert "upstream" in sentences(card)


def test_the_transpose_of_a_matmul_is_a_step_of_its_own() -> None:
    card = edge(network(), "x @ W", "x")
    assert labelled(card, "transposed") == ["bᵀ = [[1. -1.] [2. 3.]]ᵀ = [[1. 2.] [-1. 3.]]"]
    assert labelled(card, "in numbers") == [
        "z̄ @ bᵀ = [[1. 1.] [1. 1.] [0. 0.]] @ [[1. -1.] [2. 3.]]ᵀ = [[0. 5.] [0. 5.] [0. 0.]]"
    ]
    assert labelled(card, "x receives") == ["[[0. 5.] [0. 5.] [0. 0.]]"]
    other = edge(network(), "x @ W", "W")
    assert labelled(other, "transposed")[0].startswith("aᵀ = ")


def test_the_sum_that_undoes_a_broadcast_is_a_step_of_its_own() -> None:
    card = edge(network(), "h", "b")
    assert "b has the shape (2,) and was used as (3, 2)" in sentences(card)
    assert labelled(card, "summed") == ["Σ z̄ = Σ [[1. 1.] [1. 1.] [0. 0.]] = [2. 2.]"]
    assert "was used as" not in sentences(edge(network(), "h", "x @ W"))


def test_a_sum_that_belongs_to_a_rule_undoes_no_broadcast() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.nn.softmax(x)
    card = edge(explain(y, x, names={"y": y}, language="en"), "y", "x")
    assert len(labelled(card, "summed")) == 1
    assert "was used as" not in sentences(card)


def test_a_sum_over_a_kept_axis_undoes_a_broadcast_too() -> None:
    x, y = tf.Variable([[1.0], [2.0]], name="x"), tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="y")
    card = edge(explain(x * y, [x, y], language="en"), "x · y", "x")
    assert "x has the shape (2, 1) and was used as (2, 2)" in sentences(card)
    assert labelled(card, "x receives") == ["[[3.] [7.]]"]


def test_every_intermediate_result_of_a_rule_has_its_numbers() -> None:
    x = tf.Variable(0.5, name="x")
    y = tf.tanh(x)
    steps = labelled(edge(explain(y, x, names={"y": y}, language="en"), "y", "x"), "in numbers")
    assert [step.split(" = ")[0] for step in steps] == ["z²", "1 − z²", "z̄ · (1 − z²)"]
    assert steps[-1].endswith(f" = {1 - np.tanh(0.5) ** 2:.4f}")


def test_what_passes_unchanged_is_said_in_numbers() -> None:
    x, y = tf.Variable([1.0, 2.0], name="x"), tf.Variable([3.0, 4.0], name="y")
    z = x + y
    card = edge(explain(z, [x, y], [[3.0, 4.0]], names={"z": z}, language="en"), "z", "x")
    assert labelled(card, "rule") == ["z = x + y,  x̄ += z̄"]
    assert labelled(card, "arrives at z") == ["[3. 4.]"]
    assert labelled(card, "in numbers") == ["z̄ = [3. 4.]"]
    assert labelled(card, "x receives") == ["[3. 4.]"]


def test_a_variables_card_says_how_each_contribution_came_about() -> None:
    w = tf.Variable(3.0, name="w")
    a, b = 2.0 * w, w * w
    card = node(explain([a, b], w, names={"a": a, "b": b}, language="en"), "w")
    assert labelled(card, "gradient") == ["2.0 (a) + 3.0 (b, as input 1) + 3.0 (b, as input 2) = 8.0"]
    headings = [line.text for line in card.lines if line.kind is LineKind.HEADING]
    assert headings == ["What a = 2 · w passes back", "What b = w · w passes back", "What b = w · w passes back"]
    assert labelled(card, "w receives") == ["2.0", "3.0", "3.0"]


def test_large_arrays_stand_by_their_shapes() -> None:
    x, w = tf.Variable(np.ones((8, 16), np.float32), name="x"), tf.Variable(np.ones((16, 4), np.float32), name="w")
    y = tf.matmul(x, w)
    card = edge(explain(y, [x, w], names={"y": y}, language="en"), "y", "w")
    assert labelled(card, "transposed") == ["aᵀ = (8, 16)ᵀ = (16, 8)"]
    assert labelled(card, "in numbers") == ["aᵀ @ z̄ = (8, 16)ᵀ @ (8, 4) = (16, 4)"]
    assert labelled(card, "w receives") == ["64 numbers: min 8.0, mean 8.0, max 8.0"]


def test_a_convention_at_a_kink_is_told() -> None:
    assert "At 0 relu has a kink" in sentences(node(network(), "y"))
    assert "kink" not in sentences(node(network(), "h"))


def test_the_card_of_a_seed_says_what_grad_ys_is() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = x * x
    names = {"y": y}
    given = explain(y, x, [[3.0, 4.0]], names=names, language="en").card("s0")
    assert (given.title, given.kind) == ("grad_ys", "the weight on dy")
    assert labelled(given, "weight") == ["[3. 4.]"]
    assert "given by grad_ys" in sentences(given)
    assert "output_gradients" in sentences(given)
    assert "every element weighs 1" in sentences(explain(y, x, names=names, language="en").card("s0"))


def test_a_wall_says_what_would_have_passed() -> None:
    x = tf.Variable(3.0, name="x")
    a = x * x
    s = tf.stop_gradient(a)
    y = 2.0 * s
    explanation = explain(y, x, names={"a": a, "s": s, "y": y}, language="en")
    card = edge(explanation, "s", "a")
    assert labelled(card, "a would receive") == ["2.0"]
    assert "A wall: s is a stop_gradient" in sentences(card)
    assert "upstream" not in sentences(card)
    assert "None: stopped at s." in sentences(node(explanation, "x"))
    stopped = explain(y, x, names={"a": a, "s": s, "y": y}, stop_gradients=[y], language="en")
    card = edge(stopped, "y", "s")
    assert "stop_gradients takes y as a constant" in sentences(card)
    assert labelled(card, "in numbers") == ["z̄ · x = 1.0 · 2.0 = 2.0"]
    assert labelled(card, "s would receive") == ["2.0"]


def test_a_lifted_stop_says_that_it_is_a_what_if() -> None:
    x = tf.Variable(3.0, name="x")
    s = tf.stop_gradient(x, name="s")
    explanation = explain(s * s, x, names={"s": s}, language="en").recompute(lifted=["s"])
    assert [e.flow for e in explanation.view.backward_edges][-1] is Flow.LIFTED
    card = edge(explanation, "s", "x")
    assert "What if" in sentences(card)
    assert labelled(card, "x receives") == ["6.0"]
    assert "tf.gradients itself" in sentences(node(explanation, "x"))


def test_why_there_is_none_zero_or_no_number_is_told() -> None:
    x, unused = tf.Variable(3.0, name="x"), tf.Variable(1.0, name="unused")
    flat = tf.floor(x, name="flat")
    y = flat + 0.0 * x
    explanation = explain(y, [x, unused], names={"flat": flat, "y": y}, language="en")
    assert "no path leads from unused to y" in sentences(node(explanation, "unused"))
    assert "it is zero" in sentences(node(explanation, "x"))
    assert "Nothing passes to x: flat (⌊x⌋) has no gradient." in sentences(edge(explanation, "flat", "x"))
    filled = explain(y, [unused], unconnected_gradients="zero", language="en")
    assert "in place of None" in sentences(node(filled, "unused"))
    p = tf.placeholder(tf.float32, [2], name="p")
    waiting = explain(p * p, p, language="en")
    assert labelled(node(waiting, "p"), "value") == ["not computed yet"]
    assert "p has no value yet" in sentences(node(waiting, "p"))


def test_a_constant_is_asked_for_nothing() -> None:
    x = tf.Variable(3.0, name="x")
    c = tf.constant([1.0, 2.0], name="c")
    card = node(explain(x * c, x, names={"c": c}, language="en"), "c")
    assert "No gradient is asked for here" in sentences(card)
    assert not labelled(card, "rule")


@pytest.mark.parametrize("hidden", ["x", "W", "b", "h", "y"])
def test_the_card_of_a_hidden_gradient_gives_nothing_away(hidden: str) -> None:
    plain, secret = network(), network(hide=hidden)
    answer = next(
        n.gradient.value.text for n in plain.view.nodes if n.name == hidden and n.gradient and n.gradient.value
    )
    assert answer in everything(node(plain, hidden))
    ids = [thing.id for things in (secret.view.nodes, secret.view.backward_edges) for thing in things]
    for told in map(secret.card, ids):
        assert answer not in everything(told), told
    own = everything(node(secret, hidden))
    assert "gradient " not in own
    assert "in numbers" not in own


def test_whether_anything_arrives_is_hidden_too() -> None:
    def card_of_h(stop: bool) -> Card:
        tf.reset_default_graph()
        x = tf.Variable(3.0, name="x")
        h = x * x
        y = 2.0 * (tf.stop_gradient(h) if stop else tf.identity(h))
        return node(explain(y, x, names={"h": h, "y": y}, hide=["h"], language="en"), "h")

    assert card_of_h(stop=True) == card_of_h(stop=False)


def test_an_operation_with_several_outputs_has_its_card() -> None:
    x = tf.Variable([1.0, 2.0, 3.0, 4.0], name="x")
    first, second = tf.split(x, 2)
    explanation = explain(2.0 * first + second, x, language="en")
    card = node(explanation, "split")
    assert labelled(card, "x receives") == ["[2. 2. 1. 1.]"]
    assert labelled(card, "rule")[0].startswith("z1, z2 = split(")
    assert all(explanation.card(e.id).title for e in explanation.view.backward_edges)


def test_a_collapsed_scope_says_what_is_in_it_and_an_edge_what_it_stands_for() -> None:
    x = tf.Variable(3.0, name="x")
    with tf.name_scope("layer"):
        y = x * tf.sin(x)
    explanation = explain(tf.exp(y), x, names={"y": y}, language="en").with_scopes(collapsed=["layer"])
    card = node(explanation, "layer")
    assert card.kind == "2 tensors"
    assert "sin(x), y" in sentences(card)
    joined = edge(explanation, "layer", "x")
    assert "stands for 2" in sentences(joined)
    assert set(labelled(joined, "y → x") + labelled(joined, "sin(x) → x")) > {"–"} or labelled(joined, "y → x")
    (drawn,) = [e for e in explanation.view.backward_edges if e.target == "n0"]
    total = explanation.gradients[0]
    assert drawn.contribution is not None
    assert drawn.contribution.text == f"{float(total):.4}" if total is not None else False


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="'n99'"):
        network().card("n99")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cards_speak_the_views_language(language: str) -> None:
    x = tf.Variable(3.0, name="x")
    explanation = explain(x * x, x, language=language)
    card = explanation.card("b0")
    assert (card.kind == "a gradient on its way back") == (language == "en")


def demanding(z: tf.Tensor, g: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """A rule that cannot be run on symbols: it wants to see its input's numbers."""
    if constant_value(x) is None:
        raise ValueError("the numbers of x must be known")
    return g * 2.0 * x


@pytest.mark.parametrize("stopped", [False, True])
def test_an_operation_whose_rule_cannot_be_printed_has_its_numbers_alone(stopped: bool) -> None:
    x = tf.constant([1.0, 2.0])
    z = tf.square(x)
    z.op.definition = replace(z.op.definition, gradient=demanding)
    y = z * 2.0
    stops = [z] if stopped else None
    explanation = explain(y, [x], stop_gradients=stops, names={"x": x, "z": z, "y": y}, views=["graph", "steps"])
    card = edge(explanation, "z", "x")
    assert labelled(card, "x would receive" if stopped else "x receives") == ["[4. 8.]"]
    assert not labelled(card, "rule")
    assert explanation.view.steps[2].title == "z = x²"
    assert explanation.view.steps[2].rule == ""
    assert ("A wall" in sentences(card)) is stopped
