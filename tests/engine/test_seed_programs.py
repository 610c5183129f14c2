"""The three textbook programs print what TensorFlow prints."""

from __future__ import annotations

import numpy as np
import pytest

import gradnb as tf

ONE_VARIABLE = """
w1=tf.Variable([[1,2]],dtype=tf.float32)
w2=tf.Variable([[3,4]],dtype=tf.float32)
y=tf.matmul(w1,tf.convert_to_tensor([[9],[10]],dtype=tf.float32))
grads=tf.gradients(y,[w1])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("梯度为:",sess.run(grads))
"""

MANY_OUTPUTS = """
tf.reset_default_graph()
w1 = tf.get_variable('w1', shape=[2])
w2 = tf.get_variable('w2', shape=[2])
w3 = tf.get_variable('w3', shape=[2])
w4 = tf.get_variable('w4', shape=[2])
y1 = w1 + w2+ w3
y2 = w3 + w4
gradients= tf.gradients([y1, y2], [w1, w2, w3, w4])
gradients1 = tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[tf.convert_to_tensor([1.,2.]), tf.convert_to_tensor([3.,4.])])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(w1))
    print(sess.run(gradients1))
    print(sess.run(gradients))
"""  # noqa: E501  # the book's own lines

STOPPED = """
tf.reset_default_graph()
w1 = tf.get_variable('w1', shape=[2])
w2 = tf.get_variable('w2', shape=[2])
w3 = tf.get_variable('w3', shape=[2])
w4 = tf.get_variable('w4', shape=[2])
y1 = w1 + w2+ w3
y2 = w3 + w4
a = w1+w2
a_stoped = tf.stop_gradient(a)
y3= a_stoped+w3
gradients = tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[tf.convert_to_tensor([1.,2.]), tf.convert_to_tensor([3.,4.])])
gradients2 = tf.gradients(y3, [w1, w2, w3], grad_ys=tf.convert_to_tensor([1.,2.]))
print(gradients2)
gradients3 = tf.gradients(y3, [w3], grad_ys=tf.convert_to_tensor([1.,2.]))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(gradients))
    #print(sess.run(gradients2))  # w1 and w2 are stopped: fetching their None raises
    print(sess.run(gradients3))
"""  # noqa: E501  # the book's own lines


def run(program: str) -> dict[str, object]:
    """Run a program as a learner does, with gradnb as `tf`, and return its names."""
    names: dict[str, object] = {"tf": tf}
    exec(compile(program, "<program>", "exec"), names)
    return names


def test_one_variable_prints_its_gradient(capsys: pytest.CaptureFixture[str]) -> None:
    run(ONE_VARIABLE)
    assert capsys.readouterr().out == "梯度为: [array([[ 9., 10.]], dtype=float32)]\n"


def test_one_variable_has_tensorflows_reprs_and_a_none_for_the_unused_one() -> None:
    names = run(ONE_VARIABLE)
    y, w1, w2 = names["y"], names["w1"], names["w2"]
    assert repr(names["grads"]) == "[<tf.Tensor 'gradients/MatMul_grad/MatMul:0' shape=(1, 2) dtype=float32>]"
    assert repr(tf.gradients(y, [w1, w2])) == (
        "[<tf.Tensor 'gradients_1/MatMul_grad/MatMul:0' shape=(1, 2) dtype=float32>, None]"
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert repr(sess.run(y)) == "array([[29.]], dtype=float32)"


def test_many_outputs_print_weighted_and_unweighted_gradients(capsys: pytest.CaptureFixture[str]) -> None:
    run(MANY_OUTPUTS)
    first, second, third = capsys.readouterr().out.splitlines()
    assert len(first.strip("[]").split()) == 2
    assert second == (
        "[array([1., 2.], dtype=float32), array([1., 2.], dtype=float32), "
        "array([4., 6.], dtype=float32), array([3., 4.], dtype=float32)]"
    )
    assert third == (
        "[array([1., 1.], dtype=float32), array([1., 1.], dtype=float32), "
        "array([2., 2.], dtype=float32), array([1., 1.], dtype=float32)]"
    )


def test_many_outputs_have_tensorflows_reprs() -> None:
    names = run(MANY_OUTPUTS)
    assert repr(names["gradients"]) == (
        "[<tf.Tensor 'gradients/grad_ys_0:0' shape=(2,) dtype=float32>, "
        "<tf.Tensor 'gradients/grad_ys_0:0' shape=(2,) dtype=float32>, "
        "<tf.Tensor 'gradients/AddN:0' shape=(2,) dtype=float32>, "
        "<tf.Tensor 'gradients/grad_ys_1:0' shape=(2,) dtype=float32>]"
    )
    w1 = names["w1"]
    assert isinstance(w1, tf.Variable)
    assert repr(w1) == "<tf.Variable 'w1:0' shape=(2,) dtype=float32_ref>"
    assert w1.initializer.name == "w1/Assign"


def test_many_outputs_start_within_glorots_limit_and_gradients_do_not_depend_on_it() -> None:
    names = run(MANY_OUTPUTS)
    limit = (6 / 4) ** 0.5  # a vector of two counts as two inputs and two outputs
    with tf.Session() as sess:
        for _ in range(5):
            sess.run(tf.global_variables_initializer())
            values, gradients = sess.run([[names[f"w{i}"] for i in range(1, 5)], names["gradients1"]])
            assert np.abs(values).max() <= limit
            np.testing.assert_array_equal(gradients, [[1, 2], [1, 2], [4, 6], [3, 4]])


def test_many_outputs_with_constant_first_values() -> None:
    w1, w2, w3, w4 = (tf.get_variable(f"w{i}", shape=[2], initializer=tf.constant_initializer(i)) for i in range(1, 5))
    y1 = w1 + w2 + w3
    y2 = w3 + w4
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert repr(sess.run([y1, y2])) == "[array([6., 6.], dtype=float32), array([7., 7.], dtype=float32)]"


def test_stopped_prints_none_for_what_is_behind_the_wall(capsys: pytest.CaptureFixture[str]) -> None:
    run(STOPPED)
    assert capsys.readouterr().out.splitlines() == [
        "[None, None, <tf.Tensor 'gradients_1/grad_ys_0:0' shape=(2,) dtype=float32>]",
        "[array([1., 2.], dtype=float32), array([1., 2.], dtype=float32), "
        "array([4., 6.], dtype=float32), array([3., 4.], dtype=float32)]",
        "[array([1., 2.], dtype=float32)]",
    ]


def test_stopped_alone_prints_tensorflows_names() -> None:
    w1, w2, w3 = (tf.get_variable(name, shape=[2]) for name in ("w1", "w2", "w3"))
    y3 = tf.stop_gradient(w1 + w2) + w3
    weight = tf.convert_to_tensor([1.0, 2.0])
    assert repr(tf.gradients(y3, [w1, w2, w3], grad_ys=weight)) == (
        "[None, None, <tf.Tensor 'gradients/grad_ys_0:0' shape=(2,) dtype=float32>]"
    )
    gradients3 = tf.gradients(y3, [w3], grad_ys=weight)
    assert repr(gradients3) == "[<tf.Tensor 'gradients_1/grad_ys_0:0' shape=(2,) dtype=float32>]"
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert repr(sess.run(gradients3)) == "[array([1., 2.], dtype=float32)]"


def test_stopped_with_its_commented_line_run_raises_tensorflows_error() -> None:
    program = STOPPED.replace("#print(sess.run(gradients2))", "print(sess.run(gradients2))")
    assert program != STOPPED
    with pytest.raises(TypeError) as raised:
        run(program)
    assert str(raised.value).splitlines()[0] == 'Argument `fetch` = None has invalid type "NoneType". Cannot be None'
    assert "None" in str(raised.value).splitlines()[1]


def test_partial_and_total_derivatives_differ_by_stop_gradients() -> None:
    a = tf.constant(0.0)
    b = 2 * a
    partial = tf.gradients(a + b, [a, b], stop_gradients=[a, b])
    total = tf.gradients(a + b, [a, b])
    assert repr(partial) == (
        "[<tf.Tensor 'gradients/grad_ys_0:0' shape=() dtype=float32>, "
        "<tf.Tensor 'gradients/grad_ys_0:0' shape=() dtype=float32>]"
    )
    assert repr(total) == (
        "[<tf.Tensor 'gradients_1/AddN:0' shape=() dtype=float32>, "
        "<tf.Tensor 'gradients_1/grad_ys_0:0' shape=() dtype=float32>]"
    )
    a_cut = tf.stop_gradient(tf.constant(0.0))
    b_cut = tf.stop_gradient(2 * a_cut)
    cut = tf.gradients(a_cut + b_cut, [a_cut, b_cut])
    with tf.Session() as sess:
        one, three = np.float32(1.0), np.float32(3.0)
        for fetched, expected in zip(
            sess.run([partial, total, cut]), [[one, one], [three, one], [one, one]], strict=True
        ):
            assert repr(fetched) == repr(expected)
