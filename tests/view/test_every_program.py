"""Every program whose results TensorFlow computed can be explained, and every number of the explanation is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.gradients import Call, recording
from gradnb.explanation import explain_call
from gradnb.view.build import Scene
from gradnb.view.derivation import Question, derive
from gradnb.view.model import LineKind
from gradnb.view.names import Names
from gradnb.view.numbers import Calculator, inputs_of
from tests.conformance.test_vectors import CASES, NOT_YET, array_of

PROGRAMS = [case for case in CASES if case["id"] not in NOT_YET and "tf.gradients(" in case["program"]]
Array = np.ndarray[Any, Any]


def calls_of(case: dict[str, Any]) -> tuple[list[Call], dict[str, Any], dict[tf.Tensor, Array]]:
    names: dict[str, Any] = {"tf": tf, "np": np}
    with recording() as calls:
        try:
            exec(compile(case["program"], case["id"], "exec"), names)
        except Exception:  # an error that TensorFlow raises too: what was called before it can be explained
            return calls, names, {}
    feeds = {names[name]: array_of(stored) for name, stored in case["inputs"].items()}
    return calls, names, feeds


def whole(value: Any) -> Array | None:
    """Return the value of a gradient as one array; None where its shape is not known."""
    if not hasattr(value, "indices"):
        return np.asarray(value)
    if value.dense_shape is None:
        return None
    result = np.zeros(tuple(value.dense_shape), value.values.dtype)
    np.add.at(result, value.indices, value.values)
    return result


def in_session(call: Call, feeds: dict[tf.Tensor, Array]) -> list[Array | None] | None:
    """Return the gradients as a session computes them; None if it cannot."""
    with tf.Session(graph=call.graph) as session:
        try:
            session.run(tf.global_variables_initializer())
            return [None if gradient is None else whole(session.run(gradient, feeds)) for gradient in call.result]
        except tf.errors.OpError:
            return None


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case["id"])
def test_it_is_explained_with_the_numbers_that_a_session_gives(case: dict[str, Any]) -> None:
    with tf.Graph().as_default():
        calls, names, feeds = calls_of(case)
        tensors = {name: value for name, value in names.items() if isinstance(value, (tf.Tensor, tf.Variable))}
        for call in calls:
            expected = in_session(call, feeds)
            before = call.graph.get_operations()
            explanation = explain_call(call, names=tensors, feed_dict=feeds, views=["graph", "table", "steps", "story"])
            assert explanation.text().startswith("tf.gradients(")
            assert explanation.dot()
            assert call.graph.get_operations() == before
            for found, wanted in zip(explanation.gradients, expected or (), strict=False):
                if wanted is not None:
                    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
                else:
                    assert found is None


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case["id"])
def test_sums_are_the_sums_of_their_terms(case: dict[str, Any]) -> None:
    with tf.Graph().as_default():
        calls, _, feeds = calls_of(case)
        for call in calls:
            question = Question.of_call(call)
            derivation = derive(question)
            scene = Scene(derivation, Names({}))
            calculator = Calculator(derivation, scene.wanted(), 0)
            numbers = calculator.compute(calculator.complete(inputs_of(question, None, feeds)))
            for spot in scene.picture.spots:
                if spot.tensor is not None and scene.flow.total(spot.tensor) is not None:
                    arrived = [arrival.gradient for arrival in scene.flow.arrivals(spot.tensor)]
                    check_sum(scene, numbers, scene.flow.total(spot.tensor), arrived)
            for position, gradient in enumerate(scene.trace.gradients):
                if gradient is not None and not scene.trace.filled[position]:
                    alone = [trace.gradients[position] for trace in derivation.alone]
                    check_sum(scene, numbers, gradient, [part for part in alone if part is not None])


def check_sum(scene: Scene, numbers: Any, total: Any, parts: list[Any]) -> None:
    wanted = numbers.get(scene.derivation.whole(total))
    terms = [numbers.get(scene.derivation.whole(part)) for part in parts]
    if wanted is not None and all(term is not None for term in terms):
        np.testing.assert_allclose(sum(terms), wanted, rtol=1e-4, atol=1e-5)


def test_the_programs_are_many() -> None:
    assert len(PROGRAMS) > 300


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case["id"])
def test_the_card_of_each_edge_ends_with_what_the_edge_carries(case: dict[str, Any]) -> None:
    with tf.Graph().as_default():
        calls, _, feeds = calls_of(case)
        for call in calls:
            explanation = explain_call(call, feed_dict=feeds, views=["graph"], language="en")
            for thing in (*explanation.view.nodes, *explanation.view.seeds):
                assert explanation.card(thing.id).title
            for edge in explanation.view.backward_edges:
                lines = explanation.card(edge.id).lines
                results = [line.text for line in lines if line.kind is LineKind.RESULT]
                carried = "not computed yet" if edge.contribution is None else edge.contribution.text
                assert results in ([], [carried])
                rules: list[str] = []
                steps: list[str] = []
                for line in lines:
                    if line.kind is LineKind.FORMULA:
                        (rules if line.label == "rule" else steps).append(line.text)
                last = steps[-1].split(" = ")[-1].removeprefix("= ") if steps else ""
                # A large array stands there by its shape; taken rows are put into their places only then.
                if last and not last.startswith("(") and not any("] +=" in rule for rule in rules):
                    assert results == [last]
