"""The lesson in sentences."""

from __future__ import annotations

import html

import numpy as np

import gradnb as tf
from gradnb.explanation import explain
from tests.view.conftest import Program


def test_the_lesson_of_a_wall(sums: Program) -> None:
    assert sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0])).view.story == (
        "Given: w1 = [1. 1.], w2 = [2. 2.] and w3 = [3. 3.].",
        "Forward: a = w1 + w2 = [3. 3.]; a_stoped = stop_gradient(a) = [3. 3.]; y3 = a_stoped + w3 = [6. 6.].",
        "The backward pass begins at y3: its weight grad_ys is [1. 2.].",
        "y3 passes back [1. 2.] to a_stoped and [1. 2.] to w3.",
        "At a_stoped stands a wall: nothing passes to a. Without it, [1. 2.] would.",
        "The gradient of a is None: stopped at a_stoped.",
        "The gradient with respect to w1 is None: stopped at a_stoped.",
        "The gradient with respect to w2 is None: stopped at a_stoped.",
        "The gradient with respect to w3 is [1. 2.].",
    )


def test_the_same_in_chinese(sums: Program) -> None:
    assert sums.explain("y3", "w1 w2 w3", grad_ys=tf.constant([1.0, 2.0]), language="zh").view.story == (
        "已知：w1 = [1. 1.]、w2 = [2. 2.] 和 w3 = [3. 3.]。",
        "前向计算：a = w1 + w2 = [3. 3.]；a_stoped = stop_gradient(a) = [3. 3.]；y3 = a_stoped + w3 = [6. 6.]。",
        "反向传播从 y3 开始，它的权重 grad_ys 是 [1. 2.]。",
        "y3 往回传：给 a_stoped 传 [1. 2.]，给 w3 传 [1. 2.]。",
        "a_stoped 处有一堵墙，梯度传不到 a；如果没有这堵墙，会传过去 [1. 2.]。",
        "a 的梯度是 None：在 a_stoped 处被截断。",
        "对 w1 的梯度是 None：在 a_stoped 处被截断。",
        "对 w2 的梯度是 None：在 a_stoped 处被截断。",
        "对 w3 的梯度是 [1. 2.]。",
    )


def test_constants_that_are_called_by_their_value_are_not_introduced(one_variable: Program) -> None:
    story = one_variable.explain("y", "w1").view.story
    assert story[:2] == ("Given: w1 = [[1. 2.]].", "Forward: y = w1 @ [[9.] [10.]] = [[29.]].")


def test_sums_are_told(sums: Program) -> None:
    weights = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    story = sums.explain("y1 y2", "w1 w2 w3 w4", grad_ys=weights).view.story
    assert "At w3 the contributions are added: [1. 2.] (y1) + [3. 4.] (y2) = [4. 6.]." in story
    assert "w1 + w2 = [3. 3.]" in story[1]


def test_what_blocks_and_what_is_missing_is_told() -> None:
    x, u = tf.constant([1.5]), tf.placeholder(tf.float32, [1], name="u")
    f = tf.floor(x)
    y = f + u * u
    story = explain(y, [x, u], names={"x": x, "f": f, "y": y}).view.story
    assert any(sentence.startswith("f passes nothing to x: f") for sentence in story)
    assert story[-1] == "The gradient with respect to u: not computed yet: u has no value yet."
    assert "u = a value still to be computed" in story[0]


def test_every_result_is_told_with_its_state() -> None:
    x, u = tf.constant([1.0]), tf.constant([2.0])
    story = explain(x * 0.0, [x, u], unconnected_gradients="zero", names={"x": x, "u": u}).view.story
    assert story[-2:] == (
        "The gradient with respect to x is [0.]: computed, all zero.",
        "The gradient with respect to u is [0.]: filled with zeros: no path leads from u to x · 0.",
    )


def test_large_arrays_are_told_by_their_shape_and_the_results_in_brief() -> None:
    x = tf.constant(np.ones((4, 5), np.float32))
    story = explain(x * 2.0, x, names={"x": x}).view.story
    assert story[0] == "Given: x = an array of shape (4, 5) (20 numbers: min 1.0, mean 1.0, max 1.0)."
    assert story[-1] == "The gradient with respect to x is 20 numbers: min 2.0, mean 2.0, max 2.0."


def test_of_a_larger_picture_only_weights_walls_and_results_are_told() -> None:
    x = tf.Variable([1.0], name="x")
    y = x.value()
    for _ in range(45):
        y = -y
    story = explain(tf.stop_gradient(y) + y, x, names={"y": y}).view.story
    assert len(story) == 4
    assert story[0].startswith("The picture holds 48 tensors")
    assert story[2].startswith("At stop_gradient(y) stands a wall")


def test_many_results_are_counted() -> None:
    xs = [tf.constant(float(i), name=f"x{i}") for i in range(46)]
    story = explain(tf.add_n(xs), xs, names={f"x{i}": x for i, x in enumerate(xs)}).view.story
    assert story[-1] == "The table holds 6 more."


def test_a_negative_summand_stands_in_parentheses_wherever_a_sum_is_written() -> None:
    x = tf.constant(1.0)
    y = tf.square(x) - 6.0 * x
    explanation = explain(y, x, names={"x": x, "y": y}, views=["graph", "table", "story", "steps"], language="en")
    written = "2.0 (via x²) + (-6.0) (via 6 · x)"
    assert any(written in sentence for sentence in explanation.view.story)
    assert any(written in sentence for step in explanation.view.steps for sentence in step.sentences)
    assert f"-4.0 = {written}" in explanation.with_views("graph").text()
    assert "(-6.0) (via 6 · x)" in html.unescape(explanation.dot().replace("&#160;", " "))
    node = next(node for node in explanation.view.nodes if node.is_x)
    assert any(written in text for line in explanation.card(node.id).lines for text in [line.text])
    for output in (explanation.text(), explanation.dot(), explanation.markdown(), explanation.latex()):
        assert "+ -" not in output
