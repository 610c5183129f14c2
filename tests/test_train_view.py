"""train_view and compare_optimizers in a script: what they return, print and refuse."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.render.card_picture import on_card

ROOT = Path(__file__).parent.parent

PROGRAM = """
import sys
import gradnb as tf
w = tf.get_variable("w", [2, 1], initializer=tf.random_normal_initializer())
x = tf.placeholder(tf.float32, [None, 2])
loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
print(tf.train_view(loss, tf.train.AdamOptimizer(0.1), {x: [[1.0, 2.0], [3.0, -1.0]]}, steps=30))
print([name for name in ("IPython", "ipywidgets", "anywidget") if name in sys.modules])
"""


def bowl() -> Any:
    w = tf.Variable(4.0, name="w")
    return tf.square(w)


def test_a_script_prints_the_same_on_every_run_and_loads_nothing_of_jupyter() -> None:
    found = [
        subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
        for _ in range(2)
    ]
    assert found[0].stderr == ""
    assert found[0].stdout == found[1].stdout
    assert "In 30 steps the loss fell from " in found[0].stdout
    assert found[0].stdout.endswith("[]\n")


def test_it_takes_the_steps_that_are_asked_for_and_further_ones() -> None:
    view = tf.train_view(bowl(), tf.train.GradientDescentOptimizer(0.25), steps=2)
    assert view.losses.tolist() == [16.0, 4.0, 1.0]
    view.step()
    view.step(0)
    assert view.losses.tolist() == [16.0, 4.0, 1.0, 0.25]
    assert view.variables == {"w": 0.5}
    assert view.settings == {"learning_rate": 0.25}
    view.set(learning_rate=0.5)
    view.step()
    assert view.losses[-1] == 0.0
    view.reset()
    assert view.losses.tolist() == [16.0]
    assert view.settings == {"learning_rate": 0.5}
    assert [step.loss for step in view.learning.before] == [16.0, 4.0, 1.0, 0.25, 0.0]


def test_a_notebook_stores_text_html_and_a_picture() -> None:
    view = tf.train_view(bowl(), tf.train.GradientDescentOptimizer(0.25), steps=2)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert bundle["text/plain"] == repr(view) == view.text()
    (data,) = re.findall(r'src="data:image/png;base64,([^"]*)"', bundle["text/html"])
    assert base64.b64decode(data) == on_card(view.png())
    assert bundle["image/png"] == view.png()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert view.svg().startswith(b"<?xml")
    view.step()
    assert view._repr_mimebundle_()["image/png"] != bundle["image/png"]


def test_names_are_those_of_the_program_unless_others_are_given() -> None:
    speed = tf.Variable(2.0)
    error = tf.square(speed - 1.0)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    view = tf.train_view(error, optimizer)
    assert view.text().startswith("tf.train.GradientDescentOptimizer(learning_rate=0.1).minimize(error)")
    assert list(view.variables) == ["speed"]
    assert list(tf.train_view(error, optimizer, names={"v": speed}).variables) == ["v"]


def test_language_theme_and_precision() -> None:
    optimizer = tf.train.GradientDescentOptimizer(0.3)
    assert "走了 3 步" in tf.train_view(bowl(), optimizer, steps=3, language="zh").text()
    tf.set_language("zh")
    assert "走了 3 步" in tf.train_view(bowl(), optimizer, steps=3).text()
    tf.set_language("en")
    assert " 0.07 " in tf.train_view(bowl(), optimizer, steps=3, precision=1).text()
    light, dark = (tf.train_view(bowl(), optimizer, theme=theme).png() for theme in ("light", "dark"))
    assert light != dark


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"steps": -1}, ValueError, "steps: -1 is not allowed"),
        ({"steps": 1.5}, ValueError, "steps: 1.5 is not allowed"),
        ({"steps": True}, ValueError, "steps: True is not allowed"),
        ({"theme": "blue"}, ValueError, "theme"),
        ({"precision": 0}, ValueError, "precision"),
        ({"language": "fr"}, ValueError, "'fr'"),
        ({"var_list": [1.0]}, TypeError, r"var_list holds something of type float"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        tf.train_view(bowl(), tf.train.GradientDescentOptimizer(0.25), **options)


def test_a_refusal_leaves_nothing_behind() -> None:
    loss = bowl()
    before = [operation.name for operation in tf.get_default_graph().get_operations()]
    with pytest.raises(TypeError):
        tf.train_view(loss, 0.1)
    assert [operation.name for operation in tf.get_default_graph().get_operations()] == before


def test_its_own_gradients_call_is_not_among_those_of_the_program() -> None:
    from gradnb.engine.gradients import recording

    loss = bowl()
    with recording() as calls:
        tf.train_view(loss, tf.train.AdamOptimizer(0.1), steps=2)
    assert calls == []


def test_the_landscape_grows_with_the_path() -> None:
    view = tf.train_view(tf.square(tf.Variable(1.0) - 100.0), tf.train.GradientDescentOptimizer(0.25))
    first = view.learning.landscape
    assert view.learning.landscape is first, "it is computed once"
    view.step()
    grown = view.learning.landscape
    assert first is not None
    assert grown is not None
    assert first.axes[0][-1] < view.steps[-1].point[0] < grown.axes[0][-1]


# Side by side


def valley() -> Any:
    x, y = tf.Variable(4.0, name="x"), tf.Variable(1.0, name="y")
    return tf.square(x) + 10.0 * tf.square(y)


@pytest.mark.parametrize("start", [float("nan"), float("inf"), -1.0])
def test_where_no_loss_is_a_number_the_rest_is_shown(start: float) -> None:
    x = tf.Variable(start)
    loss = tf.log(x - 1e9) + x
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    view = tf.train_view(loss, optimizer, steps=3)
    assert view.learning.landscape is None
    assert view.png().startswith(b"\x89PNG")
    assert tf.compare_optimizers(loss, [optimizer, optimizer], steps=3).png().startswith(b"\x89PNG")


def test_optimizers_are_compared_from_the_same_start() -> None:
    loss = valley()
    compared = tf.compare_optimizers(
        loss,
        {"slow": tf.train.GradientDescentOptimizer(0.01), "momentum": tf.train.MomentumOptimizer(0.01, 0.9)},
        steps=20,
    )
    assert list(compared.losses) == ["slow", "momentum"]
    alone = tf.train_view(loss, tf.train.GradientDescentOptimizer(0.01), steps=20)
    assert compared.losses["slow"].tolist() == alone.losses.tolist()
    assert compared.views["momentum"].losses[0] == alone.losses[0]
    bundle = compared._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert "momentum   20" in bundle["text/plain"]
    assert compared.svg().startswith(b"<?xml")


def test_one_that_flies_away_is_told_and_does_not_hide_the_others() -> None:
    compared = tf.compare_optimizers(
        valley(), {"calm": tf.train.GradientDescentOptimizer(0.05), "wild": tf.train.GradientDescentOptimizer(0.2)}
    )
    assert re.search(r"(?m)^\* wild: The loss has grown from 26\.0 to ", compared.text())
    assert compared.comparison.landscape is not None
    assert compared.comparison.landscape.axes[1][-1] < 10


def test_a_list_of_optimizers_is_called_by_their_names() -> None:
    kinds = [tf.train.GradientDescentOptimizer(0.1), tf.train.GradientDescentOptimizer(0.2), tf.train.AdamOptimizer()]
    compared = tf.compare_optimizers(bowl(), kinds, steps=1)
    assert list(compared.losses) == ["GradientDescent", "GradientDescent (2)", "Adam"]


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no optimizer to compare"):
        tf.compare_optimizers(bowl(), {})
    with pytest.raises(TypeError, match="The optimizer is of type float"):
        tf.compare_optimizers(bowl(), [0.1])


# The boundary of a network


def test_a_decision_boundary_counts_the_right_answers() -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    w = tf.Variable([[0.0], [0.0]], name="w")
    logits = tf.matmul(x, w)
    answer = tf.sigmoid(logits)
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
    points = np.array([[1.0, 1.0], [2.0, -1.0], [-1.0, 0.5], [-2.0, -1.0], [-0.5, 0.0]])
    labels = np.array([1, 1, 0, 0, 1])
    view = tf.train_view(loss, tf.train.GradientDescentOptimizer(1.0), {x: points, y: labels[:, None]}, steps=10)
    boundary = view.decision_boundary(answer, x, points, labels)
    assert boundary.right == 4
    assert boundary.text() == "After 10 steps 4 of 5 points are on their own side of the boundary."
    assert set(boundary._repr_mimebundle_()) == {"text/plain", "text/html", "image/png"}
    with pytest.raises(ValueError, match=r"of the shapes \(5, 2\) and \(4,\)"):
        view.decision_boundary(answer, x, points, labels[:4])
    with pytest.raises(ValueError, match=r"of the shapes \(5, 3\)"):
        view.decision_boundary(answer, x, np.ones((5, 3)), labels)


def test_of_several_classes_the_largest_score_decides() -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]], name="w")
    scores = tf.matmul(x, w)
    column = scores[:, :1]
    points = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    view = tf.train_view(tf.reduce_sum(tf.square(scores)), tf.train.GradientDescentOptimizer(0.0), {x: points})
    boundary = view.decision_boundary(scores, x, points, [0, 1, 2, 2], classes=["east", "west", "north"])
    assert boundary.right == 3
    assert boundary.classes == ("east", "west", "north")
    assert boundary.png().startswith(b"\x89PNG")
    assert view.decision_boundary(scores, x, points, [1, 0, 0, 0]).classes == ("0", "1", "2")
    for output in (scores, column):
        with pytest.raises(ValueError, match="classes gives 2 names, and the output has"):
            view.decision_boundary(output, x, points, [0, 1, 2, 2], classes=["east", "west"])
