"""What tensors are called."""

from __future__ import annotations

import gradnb as tf
from gradnb.engine.naming import given_names
from gradnb.view.names import Names


def named(**names: tf.Tensor) -> Names:
    return Names(given_names(names))


def test_a_name_of_the_learners_comes_first() -> None:
    a = tf.Variable(1.0, name="a")
    h = a + 1.0
    names = named(weight=a, h=h)
    assert (names(a.value()), names(h), names(h * 2.0)) == ("weight", "h", "h · 2")


def test_a_variable_and_its_value_have_one_name() -> None:
    v = tf.Variable(1.0, name="v")
    assert Names(given_names({v.value(): "read"}))(v.as_tensor(as_reference=True)) == "read"
    assert Names({})(v.value()) == "v"


def test_of_two_names_the_first_counts() -> None:
    x = tf.constant([1.0])
    assert named(first=x, second=x)(x) == "first"


def test_names_may_be_given_either_way_round() -> None:
    x = tf.constant([1.0])
    assert given_names({"x": x}) == given_names({x: "x"}) == {x: "x"}


def test_items_of_lists_are_named_by_their_place() -> None:
    a, b = tf.constant(1.0), tf.constant(2.0)
    assert given_names({"ws": [a, b], "b": b}) == {b: "b", a: "ws[0]"}


def test_what_is_no_tensor_is_left_out() -> None:
    assert given_names({"tf": tf, "n": 3, "s": "text", 5: 6, "__name__": "main", "l": [1, "x"]}) == {}
    assert given_names(None) == {}


def test_an_unnamed_tensor_is_called_by_its_expression_up_to_24_characters() -> None:
    x, y = tf.placeholder(tf.float32, name="first_operand"), tf.placeholder(tf.float32, name="a_second")
    assert Names({})(x + y) == "first_operand + a_second"
    z = tf.placeholder(tf.float32, name="a_second_")
    assert Names({})(x + z) == "add_1"


def test_constants_are_called_by_their_value() -> None:
    assert Names({})(tf.constant([[9.0], [10.0]])) == "[[9.] [10.]]"
    assert Names({})(tf.constant(2.0)) == "2"
    assert Names({})(tf.constant(list(range(20)), name="many")) == "many"


def test_what_only_hands_on_is_told_from_what_it_hands_on() -> None:
    x = tf.placeholder(tf.float32, name="x")
    assert Names({})(tf.identity(x)) == "identity(x)"


def test_no_two_tensors_are_called_by_the_same_expression() -> None:
    x = tf.placeholder(tf.float32, name="x")
    first, second = x * x, x * x
    names = Names({})
    assert (names(first), names(second)) == ("x · x", "mul_1")
    taken = Names(given_names({"x · x": tf.constant(1.0)}))
    assert taken(first) == "mul"


def test_one_of_several_outputs_says_which() -> None:
    x = tf.placeholder(tf.float32, [4], name="x")
    names = Names({})
    assert [names(part) for part in tf.split(x, 2)] == ["split(x)[0]", "split(x)[1]"]
    long = tf.split(tf.placeholder(tf.float32, [4], name="a_name_that_is_rather_long"), 2)
    assert [names(part) for part in long] == ["split_1:0", "split_1:1"]


def test_a_chain_of_any_length_has_names() -> None:
    x = tf.placeholder(tf.float32, name="x")
    y = x
    for _ in range(5000):
        y = y + 1.0
    assert Names({})(y) == "add_4995 + 1 + 1 + 1 + 1"
