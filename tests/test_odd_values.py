"""Values that fail when they are looked at, NumPy set to be strict, threads, a folder that is gone."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import VIEWS, Explanation
from gradnb.jupyter.panel import Panel
from gradnb.jupyter.teaching import BadSetting
from gradnb.render import layout

needs_layout = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")


class Unwilling:
    def __array__(self, *_: object, **__: object) -> Any:
        raise RuntimeError("I am no array")

    def __repr__(self) -> str:
        raise RuntimeError("I have no words")


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


@pytest.fixture
def explanation() -> Explanation:
    x, w = tf.Variable([1.0, 2.0], name="x"), tf.Variable(3.0, name="w")
    y = x * w
    return tf.explain(y, [x, w], names={"x": x, "w": w, "y": y}, language="en")


@pytest.mark.parametrize(
    ("use", "kind", "says"),
    [
        (lambda e: e.recompute({"x": Unwilling()}), ValueError, "x takes float32 numbers"),
        (lambda e: e.recompute({"x": 10**4000}), ValueError, "x takes float32 numbers"),
        (lambda e: e.recompute({("x",): 1.0}), KeyError, "nothing called"),
        (lambda e: e.recompute(stops=[[]]), KeyError, "nothing called"),
        (lambda e: e.partial_view([["graph"]]), TypeError, "parts must be one name or a list of them"),
        (lambda e: e.with_scopes([["a"]]), TypeError, "opened must be one name or a list of them"),
        (lambda e: e.with_scopes(collapsed=[None]), TypeError, "collapsed must be one name or a list of them"),
        (lambda e: tf.explain(tf.Variable(1.0), layout=np.array([1, 2])), ValueError, "layout"),
        (lambda e: tf.explain(tf.Variable(1.0), language=np.array([])), ValueError, "Unknown language"),
        (lambda e: tf.explain(tf.Variable(1.0), against=np.array([1, 2])), ValueError, "against"),
        (lambda e: tf.constant(np.array([1.0, None], object)), TypeError, "Expected binary or unicode string"),
        (lambda e: tf.constant(Unwilling()), TypeError, "<Unwilling object>"),
    ],
)
def test_it_is_named_in_a_few_words(
    explanation: Explanation, use: Callable[[Explanation], object], kind: type[Exception], says: str
) -> None:
    before = explanation.text()
    with pytest.raises(kind, match=says) as raised:
        use(explanation)
    assert type(raised.value) is kind
    assert len(str(raised.value)) < 1500
    assert explanation.text() == before


@needs_layout
@pytest.mark.parametrize(
    ("use", "kind", "says"),
    [
        (lambda p: p.change({"x": [1j, 2.0]}), BadSetting, "x"),
        (lambda p: p.change({"x": Unwilling()}), BadSetting, "x"),
        (lambda p: p.change(3), TypeError, "inputs must map names to values"),
        (lambda p: p.change(None, [3]), TypeError, "weights must map names to values"),
        (lambda p: p.change(stops=[["y"]]), BadSetting, "Known: y"),
        (lambda p: p.choose(["a"]), BadSetting, "no preset"),
        (lambda p: p.toggle_scope(None), TypeError, "must be one name"),
    ],
)
def test_a_panel_names_it_too(
    explanation: Explanation, use: Callable[[Panel], object], kind: type[Exception], says: str
) -> None:
    panel = Panel(explanation, names={})
    before = panel.state
    with pytest.raises(kind, match=says):
        use(panel)
    assert panel.state == before
    assert panel.explanation is explanation


@needs_layout
def test_a_panel_outlives_its_graph_and_variables() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    panel = Panel(tf.explain(x * x, x, names={"x": x}), names={})
    del x
    tf.reset_default_graph()
    panel.change({"x": [5.0, 6.0]})
    np.testing.assert_array_equal(panel.explanation.gradients[0], [10.0, 12.0])
    panel.toggle_stop("an edge of another panel")
    assert panel.explanation.text()
    assert not tf.get_default_graph().get_operations()


def test_numpy_may_be_strict() -> None:
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        x = tf.Variable([0.0, 1e30, -1.0], name="x")
        y = tf.log(x) / x + tf.exp(x) * x + tf.constant(1e300) + tf.constant(np.array(1e-300), tf.float32)
        p = tf.placeholder(tf.float32, name="p")
        step = tf.train.AdamOptimizer(0.1).minimize(y)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            assert session.run(p, {p: 1e300}) == np.inf
            session.run(step)
            assert not np.isfinite(session.run(y)).any()
        explanation = tf.explain(y, x, names={"x": x, "y": y}, views=VIEWS, check=True)
        assert explanation.text()
        assert explanation.recompute({"x": [1e300, 0.0, np.nan]}).text()


def test_a_session_may_be_left_twice() -> None:
    x = tf.Variable(1.0)
    with tf.Session() as session:
        session.run(x.initializer)
    session.__exit__(None, None, None)
    with pytest.raises(RuntimeError, match="closed Session"):
        session.run(x)
    assert tf.get_default_session() is None


def test_threads_explain_side_by_side() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    shared = x * x
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(5):
                with tf.Graph().as_default():
                    a = tf.Variable([float(number)] * 2)
                    own = tf.explain(a * a + a, a, names={"a": a})
                    np.testing.assert_array_equal(own.gradients[0], [2.0 * number + 1.0] * 2)
                    assert own.text()
                moved = tf.explain(shared, x, names={"x": x}).recompute({"x": [float(number), 0.0]})
                np.testing.assert_array_equal(moved.gradients[0], [2.0 * number, 0.0])
                assert moved.dot()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the present folder")
def test_the_present_folder_may_be_gone(
    explanation: Explanation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert explanation.html()
    with pytest.raises(FileNotFoundError, match=r"a\.txt"):
        explanation.save("a.txt")
    assert explanation.save(tmp_path / "a.txt").read_text(encoding="utf-8").startswith("tf.gradients(")


@pytest.mark.parametrize("images, filters", [((), (2, 2, 1, 1)), ((1, 4, 4, 1), ()), ((4,), (2, 2, 1, 1))])
def test_images_and_filters_have_four_axes(images: tuple[int, ...], filters: tuple[int, ...]) -> None:
    for convolve in (tf.nn.conv2d, tf.nn.depthwise_conv2d):
        with pytest.raises(ValueError, match=r"Shape must be rank 4 but is rank [01]"):
            convolve(tf.ones(images), tf.ones(filters), [1, 1, 1, 1], "SAME")
    with pytest.raises(ValueError, match="Shape must be rank 4 but is rank 0"):
        tf.nn.max_pool(tf.ones(()), [1, 2, 2, 1], [1, 1, 1, 1], "SAME")


def test_cards_tell_of_a_gradient_that_check_numerics_refuses() -> None:
    x = tf.Variable([0.0, 1.0], name="x")
    checked = tf.check_numerics(x, "checked")
    y = tf.sqrt(checked)
    explanation = tf.explain(y, x, names={"x": x, "checked": checked, "y": y}, language="en")
    for node in explanation.view.nodes:
        assert explanation.card(node.id).lines


def test_what_has_no_end_is_no_dtype() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ValueError, match="That came up in as_dtype"):
        tf.as_dtype(deep)
