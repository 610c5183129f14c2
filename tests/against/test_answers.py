"""TensorFlow's answer beside gradnb's own: `explain(…, against="tensorflow")`."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.against import answer, process
from gradnb.against.description import describe
from gradnb.against.difference import is_same
from gradnb.against.process import TensorFlowUnavailable, ask
from gradnb.engine.gradients import recording
from gradnb.explanation import explain_call

needs_tensorflow = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
VECTORS = Path(__file__).parent.parent / "conformance"

Answering = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Return a function that lets TensorFlow give an answer, and returns the list of what it is asked."""

    def answering(**given: Any) -> list[dict[str, Any]]:
        jobs: list[dict[str, Any]] = []

        def ask(job: dict[str, Any]) -> dict[str, Any]:
            jobs.append(job)
            return {"version": "2", "answers": [given]}

        monkeypatch.setattr(answer, "check_installed", lambda: None)
        monkeypatch.setattr(answer, "ask", ask)
        return jobs

    return answering


def square() -> tuple[tf.Tensor, tf.Variable, tf.Variable]:
    x, unused = tf.Variable([1.0, 2.0], name="x"), tf.Variable(1.0, name="unused")
    return x * x, x, unused


def test_the_table_has_its_number_and_how_far_it_is(answering: Answering) -> None:
    y, x, unused = square()
    answering(gradients=[np.array([2.0, 5.0], np.float32), None])
    explanation = tf.explain(y, [x, unused], against="tensorflow", views=["table"])
    heading, _, first, second = explanation.text().splitlines()[2:6]
    assert heading.split()[-4:] == ["TensorFlow", "relative", "difference", "state"]
    assert "[2. 4.]   [2. 5.]     2.0e-01" in first
    assert "None      None        –" in second
    for other in (explanation.html(), explanation.markdown(), explanation.latex()):
        assert "TensorFlow" in other
        assert "2.0e-01" in other


def test_without_it_nothing_is_asked_and_there_is_no_column(answering: Answering) -> None:
    y, x, _ = square()
    jobs = answering(gradients=[])
    assert "TensorFlow" not in tf.explain(y, x, views=["table"]).text()
    assert jobs == []


def test_new_values_from_a_slider_are_not_asked_about(answering: Answering) -> None:
    y, x, _ = square()
    jobs = answering(gradients=[np.array([2.0, 4.0], np.float32)])
    moved = tf.explain(y, x, names={"x": x}, against="tensorflow").recompute({"x": [3.0, 4.0]})
    assert "relative difference" not in moved.text()
    assert len(jobs) == 1


def test_an_error_of_tensorflow_is_a_note(answering: Answering) -> None:
    y, x, _ = square()
    answering(error="NotImplementedError: Mul")
    explanation = tf.explain(y, x, against="tensorflow")
    assert "TensorFlow could not answer: NotImplementedError: Mul" in explanation.view.notes
    assert explanation.view.rows[0].other is None


def test_a_gradient_that_the_program_wrote_is_not_asked_for(answering: Answering) -> None:
    @tf.custom_gradient
    def twice(x: tf.Tensor) -> Any:
        return 2.0 * x, lambda g: 3.0 * g

    x = tf.constant(1.0)
    jobs = answering(gradients=[])
    notes = tf.explain(twice(x), x, against="tensorflow").view.notes
    assert any("is the program's own" in note for note in notes)
    assert jobs == []


def test_a_value_that_is_missing_is_named(answering: Answering) -> None:
    x = tf.placeholder(tf.float32, [2], name="input")
    jobs = answering(gradients=[])
    assert "TensorFlow was not asked: input has no value yet." in tf.explain(x * x, x, against="tensorflow").view.notes
    assert jobs == []


def test_what_is_asked_are_the_paths_with_values_beside_them(answering: Answering) -> None:
    x, w = tf.Variable([1.0, 2.0], name="x"), tf.constant([3.0, 4.0])
    stop = x * tf.exp(w)
    jobs = answering(gradients=[None])
    tf.explain(stop, x, [[5.0, 6.0]], stop_gradients=[stop], against="tensorflow")
    (description,) = jobs[0]["graphs"]
    assert [kind for kind, _, _ in description["graph"]] == ["Const", "Identity", "Const", "Mul"]
    assert description["stops"] == [3]
    assert description["weights"][0].tolist() == [5.0, 6.0]
    np.testing.assert_allclose(description["graph"][2][2]["value"], np.exp([3.0, 4.0]), rtol=1e-6)


def test_without_tensorflow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    monkeypatch.delitem(process.sys.modules, "tensorflow", raising=False)
    y, x, _ = square()
    with pytest.raises(TensorFlowUnavailable, match="python -m pip install tensorflow"):
        tf.explain(y, x, against="tensorflow")


def test_another_library_is_refused() -> None:
    y, x, _ = square()
    with pytest.raises(ValueError, match="'torch' is not among its values"):
        tf.explain(y, x, against="torch")


# With TensorFlow


@pytest.mark.slow
@needs_tensorflow
def test_tensorflow_itself_gives_the_same() -> None:
    y, x, unused = square()
    explanation = tf.explain(y, [x, unused], [[1.0, 10.0]], against="tensorflow")
    first, second = explanation.view.rows
    assert first.other is not None
    assert first.other.value is not None
    assert (first.other.value.text, first.other.difference) == ("[2. 40.]", "< 1e-6")
    assert second.other is not None
    assert second.other.value is None


@pytest.mark.slow
@needs_tensorflow
def test_the_graphs_of_all_recorded_programs_can_be_rebuilt() -> None:
    cases = [
        case
        for name in ("tf_vectors.json", "more_vectors.json")
        for case in json.loads((VECTORS / name).read_text(encoding="utf-8"))["cases"]
        if case["error"] is None
    ]
    vectors = _module(VECTORS / "test_vectors.py")
    asked = []
    for case in cases:
        names: dict[str, Any] = {"tf": tf, "np": np}
        with tf.Graph().as_default():
            with recording() as calls:
                exec(case["program"], names)
            feeds = {names[name]: vectors.array_of(stored) for name, stored in case["inputs"].items()}
            for call in calls:
                explanation = explain_call(call, feed_dict=feeds)
                try:
                    description = describe(explanation._setting.derivation, explanation._inputs, 0)
                except ValueError:
                    continue
                asked.append((case["id"], explanation.gradients, description))
    answers = ask({"graphs": [description for _, _, description in asked]})["answers"]
    different = {
        case: answer.get("error")
        for (case, ours, _), answer in zip(asked, answers, strict=True)
        if "error" in answer or not all(map(is_same, ours, answer["gradients"]))
    }
    assert set(different) <= {"sem_assign_blocks", "more_where_v2"}, different
    assert len(answers) > 800


def _module(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location("vectors", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
