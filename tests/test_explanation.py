"""explain, show and the Explanation: whose numbers, what is left behind, what comes out."""

from __future__ import annotations

import gc
import itertools
import os
import random
import re
import subprocess
import sys
import tracemalloc
import types
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb import messages
from gradnb.engine.gradients import recording
from gradnb.explanation import FILE_FORMATS, VIEWS, Explanation, explain, explain_call, show
from gradnb.harmless import harmless
from gradnb.render import layout
from gradnb.view.build import PARTS
from gradnb.view.model import View

ROOT = Path(__file__).parent.parent

ENGINE = pytest.mark.skipif(not layout.engine_available(), reason="nothing lays pictures out here")


def value(view: View, name: str) -> str | None:
    (found,) = [node.value for node in view.nodes if node.name == name]
    return None if found is None else found.text


def numbers(explanation: Explanation) -> list[Any]:
    return [None if gradient is None else gradient.tolist() for gradient in explanation.gradients]


@pytest.fixture
def square() -> tuple[tf.Variable, tf.Tensor]:
    x = tf.Variable([3.0, 4.0], name="x")
    return x, x * x


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(*_: Any, **__: Any) -> bytes:
        raise layout.LayoutUnavailable("render.no_engine", command=layout.INSTALL_COMMAND)

    monkeypatch.setattr("gradnb.explanation.draw", draw)


# The seed programs


def test_the_gradients_are_numbers() -> None:
    w1 = tf.Variable([[1, 2]], dtype=tf.float32)
    w2 = tf.Variable([[3, 4]], dtype=tf.float32)
    y = tf.matmul(w1, tf.convert_to_tensor([[9], [10]], dtype=tf.float32))
    explanation = explain(y, [w1, w2])
    assert numbers(explanation) == [[[9.0, 10.0]], None]
    found = explanation.gradients[0]
    assert found is not None
    assert found.dtype == np.float32


def test_they_are_what_a_session_gives(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    weight = tf.constant([1.0, 10.0])
    explanation = explain(y, x, grad_ys=weight)
    with tf.Session() as session:
        session.run(x.initializer)
        expected = session.run(tf.gradients(y, x, grad_ys=weight))
    assert numbers(explanation) == [gradient.tolist() for gradient in expected]


def test_without_xs_it_is_about_the_variables_reached(square: tuple[tf.Variable, tf.Tensor]) -> None:
    _, y = square
    tf.Variable(1.0, name="elsewhere")
    view = explain(y).view
    assert [row.name for row in view.rows] == ["x"]
    with pytest.raises(ValueError, match="no variable"):
        explain(tf.constant(1.0))


def test_variables_may_be_ys(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, _ = square
    assert numbers(explain(x, x)) == [[1.0, 1.0]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"grad_ys": [1.0, 2.0]}, ValueError, "Passed 2 grad_ys for 1 ys"),
        ({"unconnected_gradients": "nonsense"}, ValueError, "unconnected_gradients"),
        ({"grad_ys": True}, TypeError, "Gradient type bool"),
        ({"views": ["pictures"]}, ValueError, "'pictures'.*graph, table, steps, paths, jacobian, story, raw"),
        ({"layout": "RL"}, ValueError, "'RL'.*LR, TB"),
        ({"theme": "pink"}, ValueError, "'pink'.*auto, light, dark"),
        ({"precision": 0}, ValueError, "0.*from 1 to 17"),
        ({"precision": 2.5}, ValueError, "2.5"),
        ({"language": "fr"}, ValueError, "'fr'"),
        ({"feed_dict": {"nothing:0": 1.0}}, KeyError, "nothing:0"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    x = tf.Variable([3.0], name="x")
    with pytest.raises(error, match=message):
        explain(x * 2.0, x, **arguments)


def test_an_operation_without_gradient_is_tensorflows_error() -> None:
    x = tf.Variable([3.0], name="x")
    blocked = tf.raw_ops.PreventGradient(input=x, message="not here")
    with pytest.raises(LookupError, match="explicitly disabled"):
        explain(blocked, x)


# Whose numbers


def test_the_last_run_of_the_gradients_says_which_values(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    with recording() as calls:
        gradients = tf.gradients(y, x)
    with tf.Session() as session:
        session.run(x.initializer)
        session.run(tf.assign(x, [5.0, 6.0]))
        session.run(gradients)
        session.run(tf.assign(x, [7.0, 8.0]))
        session.run(y)
    assert value(explain_call(calls[0]).view, "x") == "[5. 6.]"
    assert value(explain(y, x).view, "x") == "[7. 8.]"


def test_values_are_those_before_the_run_changed_them(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    with recording() as calls:
        (gradient,) = tf.gradients(y, x)
    train = tf.assign_sub(x, 0.5 * gradient)
    with tf.Session() as session:
        session.run(x.initializer)
        session.run([train, gradient])
    assert numbers(explain_call(calls[0])) == [[6.0, 8.0]]


def test_without_such_a_run_the_last_one_says(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    with tf.Session() as session:
        session.run(x.initializer)
        session.run(tf.assign(x, [1.0, 1.0]))
    assert value(explain(y, x).view, "x") == "[1. 1.]"


def test_feeds_of_the_run_are_shown_and_can_be_changed() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.Variable([3.0, 4.0], name="w")
    y = w * x
    with tf.Session() as session:
        session.run(w.initializer)
        session.run(y, {x: [1.0, 2.0]})
    assert numbers(explain(y, w)) == [[1.0, 2.0]]
    assert numbers(explain(y, w, feed_dict={x: [5.0, 6.0]})) == [[5.0, 6.0]]
    assert numbers(explain(y, w, feed_dict={"x:0": [5.0, 6.0]})) == [[5.0, 6.0]]
    with pytest.raises(ValueError, match=r"x:0.*shape \(2,\)"):
        explain(y, w, feed_dict={x: [1.0, 2.0, 3.0]})


def test_a_session_may_be_given(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    with tf.Session() as session:
        session.run(x.initializer)
        session.run(y)
        session.run(tf.assign(x, [9.0, 9.0]))
        assert value(explain(y, x, session=session).view, "x") == "[9. 9.]"
    with tf.Session(graph=tf.Graph()) as other, pytest.raises(ValueError, match="another graph"):
        explain(y, x, session=other)


def test_initial_values_follow_the_seed() -> None:
    v = tf.get_variable("v", shape=[3])
    first, again, other = (explain(v * 2.0, v, seed=seed) for seed in (1, 1, 2))
    assert value(first.view, "v") == value(again.view, "v") != value(other.view, "v")
    assert value(explain(v * 2.0, v).view, "v") == value(explain(v * 2.0, v, seed=0).view, "v")


def test_an_initial_value_may_follow_from_another_variable() -> None:
    v = tf.Variable([2.0], name="v")
    w = tf.Variable(v.initialized_value() * 3.0, name="w")
    u = tf.Variable(w * 2.0, name="u")
    assert value(explain(u * 1.0, u).view, "u") == "[12.]"


def test_random_numbers_are_drawn_once() -> None:
    x = tf.Variable([1.0, 1.0], name="x")
    mask = tf.random_uniform([2])
    explanation = explain([x * mask, mask * x], x, names={"mask": mask})
    row = explanation.view.rows[0]
    assert row.contributions[0] == row.contributions[1]
    moved = explanation.recompute({"x": [2.0, 2.0]})
    assert value(moved.view, "mask") == value(explanation.view, "mask")


def test_a_recorded_call_is_explained_as_it_was_when_it_was_made() -> None:
    x = tf.Variable(3.0, name="x")
    y = x * x
    with recording() as calls:
        tf.gradients(y, x, grad_ys=2.0)
    later = tf.identity(y, name="later")
    explanation = explain_call(calls[0], names={"y": y, "later": later})
    assert explanation.view.caption == "tf.gradients(y, [x], grad_ys=2.0)"
    assert numbers(explanation) == [12.0]


# Leaving no trace


def snapshot(graph: tf.Graph) -> dict[str, Any]:
    return {
        "operations": graph.get_operations(),
        "names": graph.names_snapshot(),
        "next": graph.unique_name("mul", mark_as_used=False),
        "collections": {key: graph.get_collection(key) for key in graph.get_all_collection_keys()},
        "runs": graph.runs,
        "shapes": [tensor.static_shape for op in graph.get_operations() for tensor in op.outputs],
        "controls": [op.control_inputs for op in graph.get_operations()],
        "finalized": graph.finalized,
        "seed": graph.seed,
        "default": tf.get_default_graph(),
        "random": random.getstate(),
        "numpy": np.random.get_state()[1].tolist(),  # noqa: NPY002 - a learner may have seeded the legacy generator
    }


@pytest.mark.parametrize("finalized", [False, True])
def test_explaining_leaves_no_trace(finalized: bool) -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.random_uniform([2], name="r")
    with tf.control_dependencies([tf.assign_add(v, [100.0, 100.0])]):
        y = tf.identity(v * r)
    z = v * v
    with recording() as calls:
        gradients = tf.gradients([y, z], v, grad_ys=[None, tf.constant([1.0, 1.0])])
    graph = tf.get_default_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(gradients)
        if finalized:
            graph.finalize()
        kept = session.run(v).tolist()
        before = snapshot(graph)
        for explanation in (
            explain([y, z], v, session=session, grad_ys=[[1.0, 2.0], None], stop_gradients=[y], seed=3),
            explain_call(calls[0], views=VIEWS, check=True),
        ):
            explanation._repr_mimebundle_()
            explanation.partial_view(PARTS)
            explanation.recompute({"v": [5.0, 5.0]}, stops=[explanation.problem.stoppable[0]]).text()
        assert snapshot(graph) == before
        assert session.run(v).tolist() == kept


def test_a_gradient_that_holds_on_to_the_learners_tensors_leaves_no_trace() -> None:
    @tf.custom_gradient
    def scaled(x: tf.Tensor) -> Any:
        e = tf.exp(x)
        return e, lambda dy: dy * e * 2.0

    x = tf.Variable(0.0, name="x")
    y = scaled(x)
    before = snapshot(tf.get_default_graph())
    explanation = explain(y, x, views=[view for view in VIEWS if view != "steps"], check=True)
    assert numbers(explanation) == [2.0]
    assert "steps" not in explanation.text()
    assert snapshot(tf.get_default_graph()) == before


def test_nothing_with_an_effect_is_run() -> None:
    calls: list[Any] = []

    def noted(x: Any) -> Any:
        calls.append(x)
        return x

    x = tf.Variable([1.0], name="x")
    outside = tf.py_func(noted, [x], tf.float32)
    view = explain(outside * x + x * 2.0, x, names={"outside": outside}, views=VIEWS, check=True).view
    assert calls == []
    assert value(view, "outside") is None
    assert any("outside" in note and "is not run" in note for note in view.notes)
    assert view.rows[0].state == "not computed yet: outside is not run"


def test_the_names_of_views_and_parts_are_the_same() -> None:
    assert set(VIEWS) == set(PARTS)


def test_a_variable_among_the_stops_stops_where_tf_gradients_stops() -> None:
    v = tf.Variable(3.0, name="v")
    y = v * v
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(tf.gradients(y, v, stop_gradients=[v])) == [6.0]
    assert numbers(explain(y, v, stop_gradients=[v])) == [6.0]


# Recomputing


def test_new_inputs_give_new_numbers_in_the_same_picture(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    explanation = explain(y, x, names={"x": x, "y": y})
    moved = explanation.recompute({"x": [10.0, 20.0]})
    assert numbers(moved) == [[20.0, 40.0]]
    assert numbers(explanation) == [[6.0, 8.0]]
    assert [node.id for node in moved.view.nodes] == [node.id for node in explanation.view.nodes]
    assert [edge.id for edge in moved.view.backward_edges] == [edge.id for edge in explanation.view.backward_edges]


def test_what_is_not_mentioned_stays(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    moved = explain(y, x, names={"x": x, "y": y}).recompute({"x": [10.0, 20.0]}).recompute(weights={"y": [1.0, 0.0]})
    assert numbers(moved) == [[20.0, 0.0]]
    assert moved.view.caption == "tf.gradients(y, [x], grad_ys=[1. 0.])"
    assert moved.view.seeds[0].given


def test_a_weight_as_it_was_is_none_that_was_given(square: tuple[tf.Variable, tf.Tensor]) -> None:
    x, y = square
    same = explain(y, x, names={"x": x, "y": y}).recompute({"x": [1.0, 1.0]}, {"y": [1.0, 1.0]}, [])
    assert same.view.caption == "tf.gradients(y, [x])"
    assert not same.view.seeds[0].given


def test_weights_reach_the_columns_of_each_y() -> None:
    w = tf.Variable([1.0, 1.0], name="w")
    y1, y2 = w * 1.0, w * 2.0
    explanation = explain([y1, y2], w, names={"y1": y1, "y2": y2})
    assert explanation.problem.weights.keys() == {"y1", "y2"}
    row = explanation.recompute(weights={"y2": [10.0, 0.0]}).view.rows[0]
    assert [part and part.text for part in row.contributions] == ["[1. 1.]", "[20. 0.]"]
    assert row.gradient.value is not None
    assert row.gradient.value.text == "[21. 1.]"


def test_stops_are_set_and_lifted() -> None:
    w = tf.Variable(2.0, name="w")
    a = tf.square(w)
    y = a * w
    names = {"a": a, "y": y}
    explanation = explain(y, w, names=names)
    assert explanation.problem.stoppable == ("a", "y")
    assert explanation.problem.stops == frozenset()
    stopped = explanation.recompute(stops=["a"])
    assert numbers(stopped) == [4.0]
    assert stopped.problem.stops == {"a"}
    assert stopped.view.caption == "tf.gradients(y, [w], stop_gradients=[a])"
    assert numbers(stopped.recompute(stops=[])) == numbers(explanation) == [12.0]
    assert [node.id for node in stopped.view.nodes] == [node.id for node in explanation.view.nodes]
    assert numbers(explain(y, w, stop_gradients=a, names=names).recompute(stops=[])) == [12.0]


def test_placeholders_and_variables_behind_the_picture_are_inputs() -> None:
    x = tf.placeholder(tf.float32, [], name="x")
    w = tf.Variable(2.0, name="w")
    k = tf.Variable(3.0, name="k")
    y = w * tf.exp(tf.sin(x) * k)
    explanation = explain(y, w, feed_dict={x: 0.0})
    assert {name: array.tolist() for name, array in explanation.problem.inputs.items()} == {
        "x": 0.0,
        "w": 2.0,
        "k": 3.0,
    }
    assert numbers(explanation.recompute({"x": 0.0, "k": 9.0})) == [1.0]
    assert numbers(explanation.recompute({"x": np.pi / 2, "k": 0.0})) == [1.0]


def test_a_placeholder_without_a_value_may_get_one_later() -> None:
    x = tf.placeholder(tf.float32, [], name="x")
    w = tf.Variable(2.0, name="w")
    explanation = explain(w * x, w)
    assert "x" not in explanation.problem.inputs
    assert numbers(explanation) == [None]
    assert numbers(explanation.recompute({"x": 5.0})) == [5.0]


def test_a_variable_that_a_run_fed_can_be_changed() -> None:
    w = tf.Variable(2.0, name="w")
    y = w * w
    with tf.Session() as session:
        session.run(w.initializer)
        session.run(y, {w: 7.0})
    explanation = explain(y, w)
    assert numbers(explanation) == [14.0]
    assert numbers(explanation.recompute({"w": 1.0})) == [2.0]


def test_equal_names_are_told_apart() -> None:
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    explanation = explain(a * b, [a, b], names={a: "w", b: "w"})
    assert list(explanation.problem.inputs) == ["w", "w (2)"]
    assert numbers(explanation.recompute({"w (2)": 5.0})) == [5.0, 1.0]


def test_a_wrong_name_is_refused(square: tuple[tf.Variable, tf.Tensor]) -> None:
    explanation = explain(square[1], square[0])
    for options in ({"inputs": {"nobody": 1.0}}, {"weights": {"nobody": 1.0}}, {"stops": ["nobody"]}):
        with pytest.raises(KeyError, match="nobody"):
            explanation.recompute(**options)  # type: ignore[arg-type]  # each is one of its parameters


def test_what_is_changed_belongs_to_the_caller(square: tuple[tf.Variable, tf.Tensor]) -> None:
    explanation = explain(square[1], square[0])
    (gradient,) = explanation.gradients
    assert gradient is not None
    gradient[:] = 0.0
    assert numbers(explanation) == [[6.0, 8.0]]


# What comes out


def test_as_a_repr_it_is_its_text(square: tuple[tf.Variable, tf.Tensor]) -> None:
    explanation = explain(square[1], square[0])
    assert repr(explanation) == explanation.text()
    assert explanation.text().startswith("tf.gradients(x · x, [x])\n")


def test_the_views_are_shown_in_their_order(square: tuple[tf.Variable, tf.Tensor]) -> None:
    text = explain(square[1], square[0], views=["story", "table"]).text()
    assert text.index("Given:") < text.index("gradient  ")
    assert "Contributions" not in text
    assert explain(square[1], square[0], views="table").view.shown == ("table",)


@ENGINE
def test_a_notebook_stores_text_html_and_png_and_nothing_else(square: tuple[tf.Variable, tf.Tensor]) -> None:
    bundle = explain(square[1], square[0])._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/html", "image/png"]
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert '<img src="data:image/svg+xml;base64,' in bundle["text/html"]


def test_without_a_layout_engine_table_and_one_line_of_advice_appear(
    square: tuple[tf.Variable, tf.Tensor], no_engine: None
) -> None:
    bundle = explain(square[1], square[0])._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/html"]
    assert bundle["text/html"].count(layout.INSTALL_COMMAND) == 1
    assert "[6. 8.]" in bundle["text/html"]
    assert layout.INSTALL_COMMAND not in bundle["text/plain"]


def test_without_the_graph_among_its_views_there_is_no_picture(square: tuple[tf.Variable, tf.Tensor]) -> None:
    bundle = explain(square[1], square[0], views=["table"])._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/html"]
    assert "<img" not in bundle["text/html"]


@ENGINE
@pytest.mark.parametrize(
    ("ending", "start"),
    [
        (".svg", b"<svg"),
        (".png", b"\x89PNG"),
        (".pdf", b"%PDF"),
        (".html", b"<!DOCTYPE html>"),
        (".dot", b"// tf.gradients"),
        (".txt", b"tf.gradients"),
        (".SVG", b"<svg"),
    ],
)
def test_it_is_saved_in_the_format_of_the_ending(
    square: tuple[tf.Variable, tf.Tensor], tmp_path: Path, ending: str, start: bytes
) -> None:
    file = tmp_path / f"梯度 1{ending}"
    file.write_bytes(b"before")
    assert explain(square[1], square[0]).save(str(file)) == file
    assert file.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_saved_is_refused(square: tuple[tf.Variable, tf.Tensor], tmp_path: Path) -> None:
    explanation = explain(square[1], square[0])
    with pytest.raises(ValueError, match=re.escape(" ".join(FILE_FORMATS))):
        explanation.save(tmp_path / "picture.docx")
    with pytest.raises(ValueError, match="no format"):
        explanation.save(tmp_path / "picture")
    with pytest.raises(FileNotFoundError, match="no folder"):
        explanation.save(tmp_path / "missing" / "picture.dot")
    (tmp_path / "folder.dot").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder"):
        explanation.save(tmp_path / "folder.dot")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.dot"]


def test_a_file_is_never_half_written(
    square: tuple[tf.Variable, tf.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_engine: None
) -> None:
    explanation = explain(square[1], square[0])
    file = tmp_path / "picture.svg"
    file.write_text("before", encoding="utf-8")
    with pytest.raises(OSError, match="pygraphviz"):
        explanation.save(file)
    text = tmp_path / "text.txt"
    text.write_text("before", encoding="utf-8")

    def fails(path: Path, target: Path) -> Path:
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="full"):
        explanation.save(text)
    assert (file.read_text(encoding="utf-8"), text.read_text(encoding="utf-8")) == ("before", "before")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["picture.svg", "text.txt"]


HOSTILE = ["<script>alert(1)</script>", 'a"];b [label="x', "\x1b[31mred\u202e\n", "{x} % & \\N"]


@ENGINE
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_of_any_kind_is_text_in_every_output(name: str) -> None:
    x = tf.Variable([3.0], name="x")
    y = tf.stop_gradient(x) * 2.0
    explanation = explain(y, x, names={name: x}, views=["graph", "table", "steps", "story"])
    assert explanation.view.rows[0].name == harmless(name)
    svg, html, text = explanation.svg(), explanation.html(), explanation.text()
    for output in (svg, html):
        assert "<script" not in output
    for output in (svg, html, text, explanation.dot()):
        assert "\x1b" not in output
        assert "\u202e" not in output
    assert explanation.png().startswith(b"\x89PNG")


def test_text_is_the_same_under_every_hash_seed() -> None:
    program = (
        "import gradnb as tf\n"
        "w = [tf.Variable([1., 2.], name=f'w{i}') for i in range(6)]\n"
        "y = tf.add_n([a * b for a, b in zip(w, w[1:])])\n"
        "z = tf.stop_gradient(y) + tf.floor(w[0]) + w[1] * y\n"
        "views = ['graph', 'table', 'steps', 'story']\n"
        "e = tf.explain([y, z], w, stop_gradients=[y], names={'w': w, 'y': y}, views=views)\n"
        "print(e.text())\n"
        "print(e.dot())\n"
        "print(e.problem.stoppable, list(e.problem.inputs), sorted(e.problem.stops))\n"
    )
    outputs = set()
    for seed in ("0", "1", "12345"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, encoding="utf-8", check=True
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert "stopped at y" in outputs.pop()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_word_is_in_the_language(language: str) -> None:
    w, x = tf.Variable([1.0], name="w"), tf.placeholder(tf.float32, [1], name="x")
    y = tf.stop_gradient(w) + tf.floor(w) + w * x
    views = ["graph", "table", "steps", "story"]
    explanation = explain(y, w, names={"y": y}, views=views, language=language)
    chinese = re.compile("[\u4e00-\u9fff]")
    lines = [*explanation.view.story, *explanation.view.notes, explanation.view.rows[0].state]
    lines += [sentence for step in explanation.view.steps for sentence in step.sentences]
    assert all(bool(chinese.search(line)) is (language == "zh") for line in lines)


def test_the_language_is_the_current_one_unless_it_is_given(square: tuple[tf.Variable, tf.Tensor]) -> None:
    tf.set_language("zh")
    assert explain(square[1], square[0]).view.language == "zh"
    assert explain(square[1], square[0], language="en").view.language == "en"


# Showing


def test_in_a_terminal_the_text_is_printed(
    square: tuple[tf.Variable, tf.Tensor], capsys: pytest.CaptureFixture[str]
) -> None:
    show(square[1], square[0], views=["table"])
    show(explain(square[1], square[0], views=["table"]))
    printed = capsys.readouterr().out
    assert printed.count("tf.gradients(x · x, [x])") == 2
    with pytest.raises(TypeError, match="explain"):
        show(explain(square[1], square[0]), views=["table"])


def test_in_a_notebook_the_panel_is_asked(
    square: tuple[tf.Variable, tf.Tensor], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[Any] = []
    display = types.ModuleType("gradnb.jupyter.display")
    display.show = lambda explanations, **options: shown.append((explanations, options))  # type: ignore[attr-defined]  # a stand-in
    ipython = types.ModuleType("IPython")
    shell = types.SimpleNamespace(kernel=object())
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "gradnb.jupyter.display", display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    explanation = explain(square[1], square[0])
    show(explanation, presets={"p": {}})
    assert shown == [([explanation], {"presets": {"p": {}}, "ranges": None})]
    assert capsys.readouterr().out == ""
    shell.kernel = None
    show(explanation)
    assert len(shown) == 1


def test_a_script_loads_nothing_of_jupyter() -> None:
    program = (
        "import sys, gradnb as tf\n"
        "x = tf.Variable(1.0)\n"
        "tf.show(x * x, x)\n"
        "print({'IPython', 'ipywidgets', 'matplotlib', 'pygraphviz'} & set(sys.modules))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, encoding="utf-8")
    assert (done.stderr, done.stdout.splitlines()[-1]) == ("", "set()")


# Parts of a view


def test_a_partial_view_holds_its_parts_and_nothing_else(square: tuple[Any, Any]) -> None:
    x, y = square
    explanation = explain(y, x, views=VIEWS)
    whole = explanation.view
    fields = {
        "graph": ["nodes", "seeds", "forward_edges", "backward_edges"],
        "table": ["rows"],
        "steps": ["steps"],
        "story": ["story"],
        "paths": ["paths"],
        "jacobian": ["jacobian"],
        "raw": ["raw"],
    }
    for part, own in fields.items():
        view = explanation.partial_view([part])
        for name in itertools.chain.from_iterable(fields.values()):
            assert getattr(view, name) == (getattr(whole, name) if name in own else ())
        assert (view.caption, view.y_names, view.notes) == (whole.caption, whole.y_names, whole.notes)
    assert explanation.partial_view(fields) == whole
    with pytest.raises(ValueError, match="parts: 'tables' is not among its values"):
        explanation.partial_view(["tables"])


def test_what_is_heavy_is_built_when_it_is_asked_for(square: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from gradnb.view import build

    x, y = square
    explanation = explain(y, x)
    for part in ("steps_of", "paths_of", "jacobians_of", "raw_of", "differences_of"):
        monkeypatch.setattr(build, part, lambda *_, part=part: pytest.fail(f"nobody asked for {part}"))
    assert explanation.recompute({"x": [1.0, 1.0]}).view.story
    monkeypatch.setattr(build, "story_of", lambda *_: pytest.fail("nobody asked for the story"))
    assert explanation.recompute({"x": [1.0, 1.0]}).partial_view(["graph", "table"]).rows


def test_a_value_of_another_shape_is_refused(square: tuple[Any, Any]) -> None:
    x, y = square
    explanation = explain(y, x, names={"x": x})
    with pytest.raises(ValueError, match=re.escape("x has shape (2,); a value of shape (3,) does not fit.")):
        explanation.recompute({"x": [1.0, 2.0, 3.0]})


def test_new_values_are_taken_as_they_are_now(square: tuple[Any, Any]) -> None:
    x, y = square
    values, weights = np.array([1.0, 2.0], np.float32), np.array([1.0, 3.0], np.float32)
    moved = explain(y, x, names={"x": x, "y": y}).recompute({"x": values}, {"y": weights})
    values[:], weights[:] = 7.0, 7.0
    assert numbers(moved) == [[2.0, 12.0]]


def test_a_weight_that_stays_as_it_was_is_not_given_with_other_stops(square: tuple[Any, Any]) -> None:
    x, y = square
    explanation = explain(y * 2.0, x, names={"x": x, "y": y})
    (name,) = explanation.problem.weights
    assert "grad_ys" not in explanation.recompute(weights={name: [1.0, 1.0]}, stops=["y"]).view.caption


# Memory


def test_a_chain_of_changes_keeps_none_of_its_ancestors(square: tuple[Any, Any]) -> None:
    x, y = square
    explanation = explain(y, x, names={"x": x, "y": y})
    ancestors = []
    for step in range(5):
        explanation = explanation.recompute(
            {"x": [float(step), 1.0]}, {"y": [1.0, float(step)]}, ["y"] if step % 2 else []
        )
        assert explanation.view.rows
        ancestors.append(weakref.ref(explanation))
    gc.collect()
    assert [ancestor() is not None for ancestor in ancestors] == [False] * 4 + [True]


def test_recomputing_takes_no_more_memory_with_time(square: tuple[Any, Any]) -> None:
    x, y = square
    start = explain(tf.sin(y) * x, x, names={"x": x, "y": y})

    def move(first: int) -> int:
        explanation = start
        for event in range(first, first + 800):
            stops = ["y"] if event % 100 == 0 else []
            explanation = explanation.recompute({"x": [event / 7, event / 11]}, stops=stops)
            assert explanation.partial_view(["graph", "table"]).nodes
        del explanation
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = move(0)
        # A chain that kept its ancestors would keep seven megabytes; bounded caches may still be filling.
        assert move(800) - before < 1_500_000
    finally:
        tracemalloc.stop()


def test_of_many_sets_of_stops_the_last_ones_are_kept() -> None:
    x = tf.Variable(1.0, name="x")
    y: Any = x
    for _ in range(8):
        y = tf.sin(y)
    explanation = explain(y, x)
    stoppable = explanation.problem.stoppable
    for first, second in itertools.combinations(stoppable, 2):
        assert explanation.recompute(stops=[first, second]).problem.stops == {first, second}
    assert len(explanation._setting._others) == 16
