"""What is said when a gradient is None and is fetched, or cannot be built: which call, which path, why."""

from __future__ import annotations

from typing import Any

import pytest

import gradnb as tf
from gradnb.engine.build import apply

FIRST_LINE = 'Argument `fetch` = None has invalid type "NoneType". Cannot be None'


def why(fetches: Any) -> list[str]:
    """Return the sentences between TensorFlow's own and the advice."""
    with tf.Session() as session, pytest.raises(TypeError) as raised:
        session.run(fetches)
    first, *reasons, advice = str(raised.value).splitlines()
    assert first == FIRST_LINE
    assert "unconnected_gradients='zero'" in advice
    return reasons


def test_a_wall_on_every_path_is_named_as_the_program_names_it() -> None:
    w1 = tf.Variable(1.0)
    w2 = tf.Variable(2.0)
    a_stoped = tf.stop_gradient(w1 + w2)
    y3 = a_stoped * 3.0
    gradients = tf.gradients(y3, [w1])
    assert why(gradients) == [
        "tf.gradients(y3, [w1]) gave None for w1: every path from y3 to w1 passes a_stoped, which stops the gradient."
    ]


def test_an_x_that_is_not_used_has_no_path() -> None:
    w3, w4 = tf.Variable(1.0), tf.Variable(2.0)
    y3 = w3 * 2.0
    assert why(tf.gradients(y3, [w3, w4])) == [
        "tf.gradients(y3, [w3, w4]) gave None for w4: no path leads from w4 to y3."
    ]


def test_an_operation_without_a_gradient_is_named_with_its_type() -> None:
    x = tf.constant(1.5)
    whole = tf.floor(x)
    y = whole * 2.0
    (line,) = why(tf.gradients(y, [x]))
    assert line.endswith("every path from y to x passes whole (Floor), which has no gradient.")


def test_an_integer_on_the_way_is_named_with_its_dtype() -> None:
    x = tf.constant(1.5)
    whole = tf.cast(x, tf.int32)
    y = tf.cast(whole, tf.float32)
    (line,) = why(tf.gradients(y, [x]))
    assert line.endswith("passes whole (Cast), which is int32 and carries no gradient.")


def test_an_integer_x_is_told_so() -> None:
    x = tf.constant(3)
    y = tf.cast(x, tf.float32)
    (line,) = why(tf.gradients(y, [x]))
    assert line.endswith("x is int32, and only floating-point and complex numbers have a gradient.")


def test_an_input_to_which_a_rule_passes_nothing_is_explained() -> None:
    x = tf.constant([1.0, 2.0])
    y = tf.where(x > 0.0, tf.ones([2]), tf.zeros([2]))
    (line,) = why(tf.gradients(y, [x]))
    assert "every path from y to x passes " in line


def test_a_stop_of_the_call_is_a_wall_too() -> None:
    x = tf.Variable(1.0)
    b = x * x
    y = b * 2.0
    (line,) = why(tf.gradients(y, [x], stop_gradients=[b]))
    assert line.endswith("every path from y to x passes b, which stops the gradient.")


def test_a_stopped_reading_of_the_variable_itself_is_explained() -> None:
    x = tf.Variable(1.0)
    y = x * 2.0
    (line,) = why(tf.gradients(y, [x], stop_gradients=[x.value()]))
    assert line.endswith("every path from y to x passes x, which stops the gradient.")


def test_paths_that_are_cut_at_several_places_name_each() -> None:
    x = tf.Variable(1.0)
    s, f = tf.stop_gradient(x), tf.floor(x)
    y = s + f
    (line,) = why(tf.gradients(y, [x]))
    assert "every path from y to x is cut, at " in line
    assert "s, which stops the gradient" in line
    assert "f (Floor), which has no gradient" in line


def test_of_two_calls_that_returned_the_same_the_one_that_is_fetched_is_named() -> None:
    x = tf.constant(1.0)
    y1, y2 = tf.floor(x), tf.stop_gradient(x)
    first, second = tf.gradients(y1, [x]), tf.gradients(y2, [x])
    assert [line.split(" gave")[0] for line in why(first)] == ["tf.gradients(y1, [x])"]
    assert [line.split(" gave")[0] for line in why([y1, second])] == ["tf.gradients(y2, [x])"]


def test_a_none_that_may_be_of_several_calls_tells_of_the_latest() -> None:
    x = tf.constant(1.0)
    ys = [tf.floor(x), tf.ceil(x), tf.stop_gradient(x), tf.floor(x)]
    for number in range(4):
        tf.gradients(ys[number], [x])
    lines = why(None)
    assert len(lines) == 3
    assert lines[0].startswith("tf.gradients(ys[3], [x])")


def test_a_none_that_no_call_gave_is_explained_in_general() -> None:
    tf.constant(1.0)
    with tf.Session() as session, pytest.raises(TypeError) as raised:
        session.run([None])
    assert "no path carries it" in str(raised.value).splitlines()[1]


def test_operations_serve_where_the_program_has_no_names() -> None:
    def loss() -> tuple[tf.Tensor, tf.Tensor]:
        x = tf.constant(1.0, name="start")
        return tf.floor(x, name="end"), x

    (line,) = why(tf.gradients(*loss()))
    assert line.startswith("tf.gradients(end, [start]) gave None for start")


def test_it_is_said_in_chinese() -> None:
    x = tf.constant(1.0)
    y = tf.stop_gradient(x)
    gradients = tf.gradients(y, [x])
    tf.set_language("zh")
    try:
        assert why(gradients) == ["tf.gradients(y, [x]) 对 x 给出 None：从 y 到 x 的每条路径都经过 y，它截断了梯度。"]
    finally:
        tf.set_language("en")


def test_saying_why_leaves_no_trace() -> None:
    x = tf.Variable(1.0)
    gradients = tf.gradients(tf.stop_gradient(x), [x])
    graph = tf.get_default_graph()
    before = graph.get_operations(), graph.unique_name("gradients", mark_as_used=False)
    why(gradients)
    assert (graph.get_operations(), graph.unique_name("gradients", mark_as_used=False)) == before


def test_a_finalized_graph_says_why_too() -> None:
    x = tf.constant(1.0)
    gradients = tf.gradients(tf.constant(2.0), [x])
    tf.get_default_graph().finalize()
    assert "no path leads from x" in why(gradients)[0]


def test_few_calls_are_remembered_and_none_that_gave_every_gradient() -> None:
    x = tf.constant(1.0)
    for _ in range(100):
        tf.gradients(x, [x])
    assert not tf.get_default_graph().unanswered
    for _ in range(100):
        tf.gradients(tf.constant(1.0), [x])
    assert len(tf.get_default_graph().unanswered) == 8


def test_a_missing_gradient_names_the_path_that_needed_it() -> None:
    x = tf.Variable(1.0, name="x")
    first = tf.gradients(tf.nn.softsign(tf.multiply(x, 2.0, name="twice"), name="soft"), [x])[0]
    y = tf.add(first, 1.0, name="y")
    with pytest.raises(LookupError) as raised:
        tf.gradients([tf.constant(1.0), y], [x])
    message = str(raised.value)
    assert message.startswith("No gradient defined for operation'gradients/soft_grad/SoftsignGrad'")
    assert "x → twice → gradients/soft_grad/SoftsignGrad → " in message
    assert " → y: put tf.stop_gradient around it" in message


def test_a_long_path_is_shown_by_its_ends() -> None:
    x = middle = tf.constant(1.0, name="x")
    for number in range(20):
        middle = tf.identity(middle, name=f"before_{number}")
    first = tf.gradients(tf.nn.softsign(middle), middle)[0]
    y = tf.identity(first, name="y")
    with pytest.raises(LookupError) as raised:
        tf.gradients(y, [x])
    path = str(raised.value).partition("path ")[2].partition(":")[0].split(" → ")
    assert (path[0], path[-1], len(path)) == ("x", "y", 11)
    assert "…" in path


def test_a_gradient_function_that_fails_is_not_mistaken_for_a_missing_gradient() -> None:
    @tf.RegisterGradient("TestForgetsItsKey")
    def _(op: Any, gradient: Any) -> Any:
        return {}["key"]

    x = tf.constant(1.0)
    with tf.get_default_graph().gradient_override_map({"Identity": "TestForgetsItsKey"}):
        y = apply("Identity", x)
    with pytest.raises(KeyError, match="key"):
        tf.gradients(y, [x])


def test_rows_may_be_what_is_differentiated() -> None:
    table = tf.constant([[1.0], [2.0]], name="table")
    other = tf.constant([[3.0]], name="other")
    rows = tf.IndexedSlices(tf.gather(table, [0]), tf.constant([0]), tf.constant([2, 1]))
    weight = tf.IndexedSlices(tf.constant([[2.0]]), tf.constant([0]), tf.constant([2, 1]))
    found = tf.gradients(rows, [other], grad_ys=[weight])
    assert found == [None]
    assert why(found) == ["tf.gradients(GatherV2, [other]) gave None for other: no path leads from other to GatherV2."]
