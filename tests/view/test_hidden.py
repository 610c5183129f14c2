"""A gradient that is to be predicted stands nowhere: not in the view, not in any output, not in what follows."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import VIEWS, Explanation, explain
from gradnb.render import html as html_renderer
from gradnb.render import layout
from gradnb.view.build import PARTS
from gradnb.view.model import Flow, State, Value, View
from tests.engine.programs import grown
from tests.view.conftest import Program
from tests.view.quiz_bank import PROGRAMS

#: Numbers of fewer digits may stand anywhere by chance.
FEWEST_DIGITS = 3

RANDOM = range(12)


def distinctive() -> Explanation:
    # x ─ · 1.37 ─ p ─┬ · k ─ · ── u ─┐        every number on the way back is one of its own
    # k ──────────────┼───────┘       + ─ z ── [0.731 1.913]
    #                 ├ ² ── q ─╫ r ─ · ─ · 1.83
    #                 └───────────────┘
    x, k = tf.Variable([1.117, 2.339]), tf.Variable([3.571, 0.853])
    p = x * 1.37
    u = p * k
    q = tf.square(p)
    r = tf.stop_gradient(q)
    names = {"x": x, "k": k, "p": p, "u": u, "q": q, "r": r, "z": u + r * p * 1.83}
    weights = [np.array([0.731, 1.913], np.float32)]
    return explain(names["z"], [x, k, q], weights, names=names, views=VIEWS, language="en", check=True)


def variables(*shapes: tuple[int, ...]) -> list[tf.Variable]:
    """Return variables with numbers of which no two are alike."""
    numbers = np.random.default_rng(len(shapes))
    return [tf.Variable(numbers.uniform(0.3, 2.0, shape).astype(np.float32)) for shape in shapes]


def told(ys: str, xs: str, names: dict[str, Any], **options: Any) -> Explanation:
    """Explain tensors by their names."""
    chosen = ([names[name] for name in words.split()] for words in (ys, xs))
    return explain(*chosen, names=names, views=VIEWS, language="en", **options)


def network() -> Explanation:
    x, w1, b1, w2, truth = variables((2, 2), (2, 3), (3,), (3, 1), (2, 1))
    h = tf.tanh(tf.matmul(x, w1) + b1)
    guess = tf.matmul(h, w2)
    loss = tf.reduce_mean(tf.square(guess - truth))
    return told("loss", "w1 b1 w2", {"w1": w1, "b1": b1, "w2": w2, "h": h, "guess": guess, "loss": loss})


def three_ys() -> Explanation:
    p, q, r = variables((2,), (2,), (2,))
    names = {"p": p, "q": q, "r": r, "y1": p * q, "y2": q / r, "y3": p * r * 1.77}
    return told("y1 y2 y3", "p q r", names, grad_ys=[[1.31, 0.57], [2.83, 0.19], [0.411, 3.67]])


def gathered() -> Explanation:
    (table,) = variables((3, 2))
    names = {"table": table, "y": tf.gather(table, [2, 0, 2]) * 1.37}
    return told("y", "table", names, grad_ys=[[[1.31, 0.57], [2.83, 0.19], [0.411, 3.67]]])


def scores() -> Explanation:
    logits, scale = variables((1, 3), ())
    names = {"logits": logits, "scale": scale}
    names["y"] = tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0, 0.0]], logits=logits * scale)
    return told("y", "logits scale", names)


def second_order() -> Explanation:
    x, k = variables((), ())
    names = {"x": x, "k": k, "g": tf.gradients(tf.sin(x) * k, x)[0]}
    return told("y", "x k", {**names, "y": names["g"] * 1.71})


def broadcast_sum() -> Explanation:
    x, b, k = variables((3, 2), (2,), ())
    names = {"x": x, "b": b, "k": k, "y": tf.reduce_sum(tf.exp(x * k) * b, 0)}
    return told("y", "x b k", names, grad_ys=[[1.31, 0.57]])


def grown_program(seed: int) -> Explanation | None:
    program = grown(zlib.crc32(str(seed).encode()), leaves=3, length=7)
    names = program.run(tf)
    try:
        return explain(
            [names[y] for y in program.ys],
            [names[x] for x in program.xs],
            [eval(seed, names) for seed in program.seeds],
            [names[stop] for stop in program.stops],
            feed_dict=program.feeds(names),
            names={name: value for name, value in names.items() if isinstance(value, tf.Tensor | tf.Variable)},
            views=VIEWS,
            # So many digits that no two numbers are alike by chance.
            precision=9,
            language="en",
        )
    except LookupError:  # an operation on the way has no gradient
        return None


def bank_program(name: str) -> Explanation:
    return PROGRAMS[name](views=VIEWS, language="en")


MAKERS: dict[str, Callable[[], Explanation | None]] = {
    **{
        function.__name__: function
        for function in (distinctive, network, three_ys, gathered, scores, second_order, broadcast_sum)
    },
    **{name: lambda name=name: bank_program(name) for name in PROGRAMS},  # type: ignore[misc]  # a default binds it
    **{f"random{seed}": lambda seed=seed: grown_program(seed) for seed in RANDOM},  # type: ignore[misc]  # likewise
}


@cache
def made(name: str) -> Explanation | None:
    with tf.Graph().as_default():
        return MAKERS[name]()


@pytest.fixture(params=MAKERS)
def explanation(request: pytest.FixtureRequest) -> Explanation:
    found = made(request.param)
    if found is None:
        pytest.skip("an operation on the way has no gradient")
    return found


# What must not be seen


def numbers_of(*values: Value | None) -> set[str]:
    """Return the numbers that stand in values, those that are long enough to be told from others."""
    texts = " ".join(value.text for value in values if value is not None)
    return {number for number in re.findall(r"\d+\.?\d*(?:e[+-]\d+)?", texts) if is_distinctive(number)}


def is_distinctive(number: str) -> bool:
    return len(number.partition("e")[0].replace(".", "").strip("0")) >= FEWEST_DIGITS


def behind(view: View, start: str) -> set[str]:
    """Return the ids of nodes to which a gradient could go from a node: what is computed from its gradient."""
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        for edge in view.backward_edges:
            open_edge = edge.flow not in (Flow.STOPPED, Flow.BLOCKED)
            if edge.source == node and open_edge and edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def secrets(view: View, id: str) -> set[str]:
    """Return the numbers by which the gradient of a node could be known, without those that stand elsewhere anyway."""
    secret = {id, *behind(view, id)}
    hidden: set[str] = set()
    seen: set[str] = set(re.findall(r"\d+\.?\d*", view.caption))
    for node in view.nodes:
        seen |= numbers_of(node.value) | set(re.findall(r"\d+\.?\d*", node.name))
        if node.gradient is not None:
            terms = [term.value for term in node.gradient.terms]
            (hidden if node.id in secret else seen).update(numbers_of(node.gradient.value, *terms))
    for seed in view.seeds:
        seen |= numbers_of(seed.value)
    for edge in view.backward_edges:
        is_secret = edge.target == id or edge.source in secret
        (hidden if is_secret else seen).update(numbers_of(edge.contribution))
    for row in view.rows:
        (hidden if row.node in secret else seen).update(numbers_of(row.gradient.value, *row.contributions))
    return hidden - seen


def surfaces(explanation: Explanation, quickly: bool = False) -> Iterator[tuple[str, str]]:
    """Yield every output of an explanation, or those that are made quickly."""
    yield "view", repr(explanation.partial_view(PARTS))
    yield "text", explanation.text()
    yield "repr", repr(explanation)
    yield "markdown", explanation.markdown()
    yield "latex", explanation.latex()
    yield "dot", explanation.dot()
    view = explanation.partial_view(PARTS)
    yield "html without a picture", html_renderer.render(view)
    if quickly:
        return
    for id in [*(node.id for node in view.nodes), *(edge.id for edge in view.backward_edges)]:
        yield f"card of {id}", repr(explanation.card(id))
    if layout.engine_available():
        bundle = explanation._repr_mimebundle_()
        yield "bundle", bundle["text/plain"] + re.sub(r"base64,[^\"]*", "", bundle["text/html"])
        drawn = re.findall(r"base64,([^\"]*)", bundle["text/html"])
        yield "picture", " ".join(base64.b64decode(picture).decode() for picture in drawn)


def found_in(text: str, numbers: set[str]) -> set[str]:
    present = set(re.findall(r"\d+\.?\d*(?:e[+-]\d+)?", text))
    # A whole number may stand without its point.
    present |= {f"{number}." for number in present}
    return numbers & present


# The tests


def test_its_numbers_stand_in_no_output(explanation: Explanation) -> None:
    view = explanation.partial_view(PARTS)
    for name in explanation.can_be_hidden:
        nodes = [node for node in view.nodes if node.name == name]
        if len(nodes) != 1 or not (numbers := secrets(view, nodes[0].id)):
            continue
        hiding = explanation.with_hidden(name)
        for surface, text in surfaces(hiding, quickly=name != view.rows[0].name):
            assert not found_in(text, numbers), f"the gradient of {name} in {surface}"


def test_that_search_finds_what_is_not_hidden() -> None:
    explanation = made("distinctive")
    assert explanation is not None
    view = explanation.partial_view(PARTS)
    found: dict[str, set[str]] = {}
    for name in ("x", "k", "p", "q"):
        (node,) = [node for node in view.nodes if node.name == name]
        numbers = secrets(view, node.id)
        assert len(numbers) >= 2 if name != "q" else not numbers, "no gradient comes to q"
        found[name] = {surface for surface, text in surfaces(explanation) if found_in(text, numbers)}
    assert not found.pop("q")
    picture = {"picture"} if layout.engine_available() else set()
    for name, in_these in found.items():
        in_a_table_of_xs = {"markdown", "latex"} if name != "p" else set()
        assert in_these >= {"view", "text", "repr", "dot", "html without a picture"} | picture | in_a_table_of_xs
        assert [surface for surface in in_these if surface.startswith("card")]


def test_enough_programs_have_numbers_to_search_for() -> None:
    searched = 0
    for name in MAKERS:
        explanation = made(name)
        view = None if explanation is None else explanation.partial_view(PARTS)
        searched += view is not None and any(secrets(view, node.id) for node in view.nodes)
    assert searched >= 16


def test_the_state_is_hidden_with_the_number(explanation: Explanation) -> None:
    for name in explanation.can_be_hidden:
        view = explanation.with_hidden(name).partial_view(PARTS)
        for node in view.nodes:
            if node.name == name and node.gradient is not None:
                assert (node.gradient.state, node.gradient.value, node.gradient.terms) == (State.HIDDEN, None, ())
                assert node.hidden
        for row in view.rows:
            if row.name == name:
                assert (row.gradient.state, row.gradient.value) == (State.HIDDEN, None)
                assert row.state == "your turn: what is it?"
                assert not any(row.contributions)
        ids = {node.id for node in view.nodes if node.name == name}
        for edge in view.backward_edges:
            if edge.target in ids:
                assert edge.contribution is None
                assert edge.flow in (Flow.HIDDEN, Flow.STOPPED, Flow.LIFTED)
                assert not edge.reason


def test_what_is_hidden_stays_hidden_when_numbers_move() -> None:
    explanation = made("distinctive")
    assert explanation is not None
    moved = explanation.with_hidden("k").recompute(inputs={"x": [9.127, 8.331]})
    shown = moved.with_hidden(()).partial_view(PARTS)
    (node,) = [node for node in shown.nodes if node.name == "k"]
    numbers = secrets(shown, node.id)
    assert numbers
    assert moved.hidden == ("k",)
    for surface, text in surfaces(moved):
        assert not found_in(text, numbers), surface


def test_the_numbers_themselves_stay_for_a_teacher() -> None:
    explanation = made("distinctive")
    assert explanation is not None
    hiding = explanation.with_hidden(["x", "k"])
    for found, expected in zip(hiding.gradients, explanation.gradients, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_without_names_everything_is_shown_again(explanation: Explanation) -> None:
    again = explanation.with_hidden(explanation.can_be_hidden[:1]).with_hidden([])
    assert again.hidden == ()
    assert again.text() == explanation.text()


# Stops and what has no gradient


def flows(view: View) -> dict[str, Flow]:
    names = {node.id: node.name for node in view.nodes}
    return {f"{names[edge.source]} → {names[edge.target]}": edge.flow for edge in view.backward_edges}


def states(view: View) -> dict[str, State]:
    return {node.name: node.gradient.state for node in view.nodes if node.gradient is not None}


def test_a_stop_stays_where_the_program_put_it_without_its_number(sums: Program) -> None:
    explanation = sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.25, 2.5]), hide="a")
    view = explanation.view
    assert flows(view)["a_stoped → a"] is Flow.STOPPED
    assert [edge.contribution for edge in view.backward_edges if edge.flow is Flow.STOPPED] == [None]
    assert states(view)["a"] is State.HIDDEN
    assert "At a_stoped stands a wall: nothing passes to a." in view.story
    assert "a_stoped → a: stopped · ?" in explanation.text()


def test_what_lies_behind_a_hidden_one_waits_for_it(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0]), hide="a").view
    assert states(view)["w1"] is State.VEILED
    assert view.rows[0].state == "follows from a, which you predict first"
    # Whether anything comes is not told by an edge being there or not.
    lifted = sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0]), hide="a").recompute(lifted=["a_stoped"])
    assert flows(view)["a → w1"] is flows(lifted.view)["a → w1"] is Flow.HIDDEN


def test_behind_a_stop_nothing_waits(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0]), hide="a_stoped").view
    assert states(view)["a_stoped"] is State.HIDDEN
    assert states(view)["a"] is states(view)["w1"] is State.STOPPED
    assert [edge.contribution for edge in view.backward_edges if edge.flow is Flow.STOPPED] == [None]


@pytest.mark.parametrize("name", ["x", "k"])
def test_none_and_a_number_look_alike(name: str) -> None:
    # Of two programs, one with a gradient and one without, what is shown of the hidden one is the same.
    shown = []
    for stopped in (False, True):
        with tf.Graph().as_default():
            x, k = tf.Variable(2.0), tf.Variable(3.0)
            y = x * k
            stops = [x, k] if stopped else None
            explanation = explain(y, [x, k], stop_gradients=stops, names={"x": x, "k": k, "y": y}, hide=["x", "k"])
            view = explanation.partial_view(PARTS)
            (node,) = [node for node in view.nodes if node.name == name]
            (row,) = [row for row in view.rows if row.name == name]
            steps = [step.sentences for step in view.steps if step.node == node.id]
            shown.append((node, row, [edge for edge in view.backward_edges if edge.target == node.id], steps))
    assert shown[0] == shown[1]


def test_a_blocked_edge_does_not_say_so_while_it_is_the_answer() -> None:
    x, k = tf.Variable([2.5]), tf.Variable([3.0])
    y = tf.floor(x) * k
    explanation = explain(y, [x, k], names={"x": x, "k": k, "y": y}, views=VIEWS, language="en")
    assert Flow.BLOCKED in flows(explanation.view).values()
    hiding = explanation.with_hidden("x")
    assert flows(hiding.view)["⌊x⌋ → x"] is Flow.HIDDEN
    assert "has no gradient" not in hiding.text()


def test_a_note_that_says_the_answer_waits() -> None:
    x = tf.Variable([2.5])
    y = tf.sign(x) * 3.0
    explanation = explain(y, x, names={"x": x, "y": y}, language="en")
    assert [note for note in explanation.view.notes if "flat" in note]
    assert not [note for note in explanation.with_hidden("x").view.notes if "flat" in note]


def test_tensorflows_answer_waits_too() -> None:
    from gradnb.against.answer import Answer

    explanation = made("sums")
    assert explanation is not None
    gradients = tuple(explanation.gradients)
    asked = Explanation(explanation._setting, explanation._inputs, Answer(gradients)).with_hidden("w3")
    assert [row.other is None for row in asked.view.rows] == [False, False, True, False]
    cells = next(line for line in asked.text().splitlines() if line.startswith("w3") and "your turn" in line)
    assert "[4. 6.]" not in cells


def test_large_arrays_leave_no_strip() -> None:
    x = tf.Variable(np.linspace(0.0, 1.0, 40).astype(np.float32))
    explanation = explain(x * x, x, names={"x": x}, hide="x", language="en")
    (node,) = [node for node in explanation.view.nodes if node.name == "x"]
    assert node.gradient is not None
    assert node.gradient.value is None
    strips = [edge.contribution for edge in explanation.view.backward_edges]
    assert strips == [None] * len(strips)


def test_in_a_collapsed_graph_an_edge_into_a_box_keeps_the_secret_of_what_is_inside() -> None:
    x = tf.Variable(1.0)
    h = x
    for layer in range(6):
        with tf.name_scope(f"layer{layer}"):
            for _ in range(10):
                h = h * 1.01
    explanation = explain(h, x, names={"x": x}, language="en")
    inside = next(name for name in explanation.can_be_hidden if name.startswith("layer2/"))
    view = explanation.with_hidden(inside).view
    names = {node.id: node.name for node in view.nodes}
    into = [edge for edge in view.backward_edges if names[edge.source] == "layer2"]
    assert [(edge.flow, edge.contribution) for edge in into] == [(Flow.HIDDEN, None)]
    assert states(view)["x"] is State.VEILED


def test_a_picture_too_large_to_draw_hides_its_rows() -> None:
    x = tf.Variable(1.5)
    h = x
    for _ in range(500):
        h = h * 1.001
    explanation = explain(h, x, names={"x": x}, hide="x", language="en")
    assert not explanation.view.nodes
    (row,) = explanation.view.rows
    assert row.gradient.state is State.HIDDEN


# Names


def test_tensors_serve_as_names(sums: Program) -> None:
    explanation = sums.explain("y1 y2", "w1 w3", hide=[sums.w3, sums.y1])
    assert explanation.hidden == ("w3", "y1")
    assert sums.explain("y1", "w1", hide=sums.w1).hidden == ("w1",)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_name_is_told_with_the_nearest(sums: Program, language: str) -> None:
    with pytest.raises(ValueError, match=r"w33.*w3"):
        sums.explain("y1", "w1 w3", hide=["w33"], language=language)
    with pytest.raises(ValueError, match=r"w4.*w1"):
        sums.explain("y1", "w1 w3", hide=[sums.w4], language=language)


def test_the_same_name_twice_hides_both() -> None:
    x = tf.Variable([1.0, 2.0])
    y = x * 3.0
    explanation = explain(y, [x, x], names={"x": x}, hide=["x", "x"])
    assert explanation.hidden == ("x",)
    assert [row.gradient.state for row in explanation.view.rows] == [State.HIDDEN] * 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_words_it_is_the_readers_turn(sums: Program, language: str) -> None:
    weights = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    view = sums.explain("y1 y2", "w1 w3", grad_ys=weights, hide="w3", language=language, views=VIEWS).view
    said = {
        "en": ["What y2 passes to w3 is for you to find.", "The gradient with respect to w3 is for you to find."],
        "zh": ["y2 传给 w3 的是什么，由你来算。", "对 w3 的梯度，由你来求。"],
    }[language]
    for sentence in said:
        assert sentence in view.story
    assert said[0] in [sentence for step in view.steps for sentence in step.sentences]


def test_in_words_what_waits_says_for_what(sums: Program) -> None:
    view = sums.explain("y3", "w1 w2 w3", hide="a", language="en").view
    assert "The gradient with respect to w1 follows from a, which you predict first." in view.story


def test_what_can_have_no_gradient_follows_from_nothing() -> None:
    table, x = tf.Variable([1.0, 2.0, 3.0], name="table"), tf.Variable(1.0, name="x")
    place = tf.cast(x, tf.int32)
    taken = tf.gather(table, place)
    y = taken * 5.0
    explanation = explain(y, [table, x], names={"place": place, "taken": taken, "y": y}, hide=("taken",), language="en")
    shown = states(explanation.view)
    assert (shown["taken"], shown["table"]) == (State.HIDDEN, State.VEILED)
    assert (shown["place"], shown["x"]) == (State.NONE, State.NONE)


def test_the_way_from_a_hidden_output_to_its_operation_is_hidden() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    first, second = tf.split(x, 2)
    y = first * 3.0 + second
    names = {"first": first, "second": second, "y": y}
    explanation = explain(y, [x], names=names, hide=("first",), language="en")
    assert flows(explanation.view)["first → split"] is Flow.HIDDEN
    assert flows(explanation.view)["second → split"] is Flow.PASSES
