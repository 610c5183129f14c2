"""Copy as code: the cell is run in a fresh shell behind the program, and its gradients are those of the panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from shells import Notebook
from traitlets.config import Config

import gradnb as tf
from gradnb.engine.gradients import recording
from gradnb.engine.naming import given_names
from gradnb.explanation import Explanation, explain, explain_call
from gradnb.jupyter.code import cell
from gradnb.jupyter.settings import Scaled

TWO_YS = """
import gradnb as tf
w1 = tf.get_variable("w1", initializer=tf.constant([1., 1.]))
w2 = tf.get_variable("w2", initializer=tf.constant([2., 2.]))
w3 = tf.get_variable("w3", initializer=tf.constant([3., 3.]))
w4 = tf.get_variable("w4", initializer=tf.constant([4., 4.]))
a = tf.multiply(w1, w2)
y1 = a + w3
y2 = w3 * w4
"""


def ran(program: str) -> dict[str, Any]:
    """Return what a program binds, on a fresh graph."""
    tf.reset_default_graph()
    names: dict[str, Any] = {}
    exec(program, names)
    return {name: value for name, value in names.items() if not name.startswith("_")}


def in_a_fresh_shell(program: str, code: str) -> Explanation:
    """Run a program and a copied cell behind it, and return the explanation that the cell makes."""
    tf.reset_default_graph()
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    try:
        notebook = Notebook(shell)
        notebook.ok(program)
        notebook.ok(code)
        explanation = notebook.names["explanation"]
        assert isinstance(explanation, Explanation)
        return explanation
    finally:
        shell.restore_sys_module_state()
        InteractiveShell.clear_instance()


def assert_same(program: str, shown: Explanation, bound: Mapping[str, Any], **scaled: Any) -> str:
    code = cell(shown.recipe, given_names(bound), **scaled)
    again = in_a_fresh_shell(program, code)
    for ours, theirs in zip(shown.gradients, again.gradients, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert (ours is None) == (theirs is None)
        assert ours is None or ours.dtype == theirs.dtype
    # Values that are written out are no initial values any more.
    assert replace(again.view, notes=()) == replace(shown.view, notes=())
    return code


def test_the_state_of_a_panel_comes_back() -> None:
    names = ran(TWO_YS)
    xs = [names[f"w{n}"] for n in (1, 2, 3, 4)]
    start = explain([names["y1"], names["y2"]], xs, names=names)
    changed = start.recompute({"w1": [0.1, -2.5]}, {"y2": [5.0, 1 / 3]}, {"a"})
    code = assert_same(TWO_YS, changed, names)
    assert code.splitlines() == [
        "import gradnb",
        "",
        "explanation = gradnb.explain(",
        "    [y1, y2],",
        "    [w1, w2, w3, w4],",
        "    grad_ys=[None, [5.0, 0.33333334]],",
        "    stop_gradients=[a],",
        "    feed_dict={w1: [0.1, -2.5], w2: [2.0, 2.0], w3: [3.0, 3.0], w4: [4.0, 4.0]},",
        "    names={'w1': w1, 'w2': w2, 'w3': w3, 'w4': w4, 'a': a, 'y1': y1, 'y2': y2},",
        ")",
        "gradnb.show(explanation)",
    ]


def test_what_was_trained_since_is_written_out() -> None:
    names = ran(TWO_YS)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(names["w1"].assign([7.0, 8.0]))
        session.run(names["y1"])
    shown = explain(names["y1"], names["w2"], names=names)
    assert_same(TWO_YS, shown, names)
    np.testing.assert_array_equal(shown.gradients[0], [7.0, 8.0])


def test_the_options_come_back() -> None:
    names = ran(TWO_YS)
    options = {"views": ("steps", "table"), "precision": 3, "language": "zh", "theme": "dark", "seed": 5}
    shown = explain(names["y1"], [names["w1"], names["w4"]], None, None, "zero", names=names, layout="TB", **options)
    code = assert_same(TWO_YS, shown, names)
    assert "unconnected_gradients='zero'" in code
    assert "views=['steps', 'table']" in code


def test_a_stop_of_the_programs_own_that_is_lifted() -> None:
    program = TWO_YS + "b = tf.stop_gradient(a)\ny = b * w3 + tf.stop_gradient(w4)\n"
    names = ran(program)
    start = explain(names["y"], [names["w1"], names["w4"]], names=names)
    unnamed = next(name for name in start.problem.liftable if name != "b")
    assert_same(program, start.recompute(lifted=["b"]), names)
    assert_same(program, start.recompute(lifted=[unnamed]), names)


def test_placeholders_of_every_dtype_are_fed() -> None:
    program = """
import gradnb as tf
p = tf.placeholder(tf.float64, [2, 2], name="p")
k = tf.placeholder(tf.int32, [2], name="k")
b = tf.placeholder(tf.bool, [2, 2], name="b")
h = tf.placeholder(tf.float16, [], name="h")
y = tf.reduce_sum(tf.where(b, tf.gather(p, k), p * tf.cast(h, tf.float64)))
"""
    names = ran(program)
    feeds = {names["p"]: [[1, np.inf], [0.1, 4]], names["k"]: [1, 0], names["b"]: [[True, False]] * 2, names["h"]: 0.3}
    shown = explain(names["y"], [names["p"], names["h"]], [np.float64(0.25)], names=names, feed_dict=feeds)
    code = assert_same(program, shown, names)
    assert "grad_ys=[np.array(0.25, 'float64')]" in code
    assert "[[1.0, float('inf')], [0.1, 4.0]]" in code


def test_tensors_without_names_are_found_by_their_operations() -> None:
    program = """
import gradnb as tf
def build():
    w = tf.get_variable("w", [3], initializer=tf.constant_initializer(2.0))
    loss = tf.reduce_sum(tf.square(w) * tf.constant([1., 2., 3.]))
    tf.train.GradientDescentOptimizer(0.1).minimize(loss)
build()
"""
    tf.reset_default_graph()
    with recording() as calls:
        exec(program, {})
    shown = explain_call(calls[0]).recompute({"w": [1.0, 0.5, -1.0]})
    code = assert_same(program, shown, {})
    assert "graph = gradnb.get_default_graph()" in code
    assert "# the graph of the cell that made this call: run that one first" in code


def test_one_known_tensor_leads_to_the_graph_of_the_others() -> None:
    program = TWO_YS + "def loss():\n    return tf.reduce_sum(y1 * y2)\nlosses = {'total': loss()}\n"
    names = ran(program)
    shown = explain(names["losses"]["total"], [names["w1"], names["w3"]], names={"the loss": names["losses"]["total"]})
    code = assert_same(program, shown, names)
    assert "graph = w1.graph" in code
    assert "names={'the loss': graph.get_tensor_by_name('Sum:0')}" in code


def test_items_of_lists_keep_their_names() -> None:
    program = "import gradnb as tf\nws = [tf.Variable(float(n)) for n in range(1, 4)]\ny = ws[0] * ws[1] * ws[2]"
    names = ran(program)
    code = assert_same(program, explain(names["y"], names["ws"], names=names), names)
    assert "[ws[0], ws[1], ws[2]]" in code


def test_what_is_made_of_a_large_array_comes_back() -> None:
    program = """
import gradnb as tf
w = tf.get_variable("w", [10, 10], initializer=tf.ones_initializer())
v = tf.get_variable("v", [10, 10], initializer=tf.random_uniform_initializer(seed=3))
p = tf.placeholder(tf.float32, [10, 10], name="p")
y = w * v * p
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    session.run(y, {p: [[0.5] * 10] * 10})
"""
    names = ran(program)
    start = explain(names["y"], [names["w"], names["v"]], names=names)
    starts = {"p": start.problem.inputs["p"], "v": start.problem.inputs["v"], "grad_ys y": start.problem.weights["y"]}
    scaled = {"p": Scaled(2.0), "v": Scaled(1.5, 0.25), "grad_ys y": Scaled(-0.5)}
    arrays = {name: setting.of(starts[name]) for name, setting in scaled.items()}
    shown = start.recompute({"p": arrays["p"], "v": arrays["v"]}, {"y": arrays["grad_ys y"]})
    assert_same(program, shown, names, scaled=scaled, starts=starts)


def test_rows_as_ys_and_weights_come_back() -> None:
    program = """
import gradnb as tf
w = tf.get_variable("w", initializer=tf.constant([[1., 2.], [3., 4.], [5., 6.]]))
v = tf.get_variable("v", initializer=tf.constant([[1., 2.], [3., 4.]]))
g = tf.gradients(tf.reduce_sum(tf.gather(w, [0, 2]) * v * v), w)[0]
weight = tf.IndexedSlices(tf.constant([[1., 2.], [3., 4.]]), g.indices, g.dense_shape)
"""
    names = ran(program)
    shown = explain(names["g"], names["g"].values, [names["weight"]], names=names)
    np.testing.assert_array_equal(shown.gradients[0], [[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]])
    assert "gradnb.IndexedSlices(" in assert_same(program, shown, names)


def test_gradients_to_predict_stay_hidden() -> None:
    names = ran(TWO_YS)
    shown = explain([names["y1"], names["y2"]], [names["w1"], names["w3"]], names=names, hide="w3")
    assert "hide=['w3']" in assert_same(TWO_YS, shown, names)


@pytest.mark.parametrize("name", ["it's", '"]', "<script>", "w\n1"])
def test_any_name_is_a_string(name: str) -> None:
    names = ran(TWO_YS)
    shown = explain(names["y1"], [names["w1"]], names={name: names["w1"]})
    assert_same(TWO_YS, shown, names)
