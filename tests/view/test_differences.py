"""Finite differences beside gradients: right, stable, honest about what they cannot say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.view.model import Difference, View
from tests.engine.programs import EXAMPLES, grown
from tests.view.conftest import Program


def checked(ys: Any, xs: Any, **options: Any) -> Explanation:
    return explain(ys, xs, check=True, views=["table"], language=options.pop("language", "en"), **options)


def difference(explanation: Explanation, name: str) -> Difference:
    (found,) = [row.difference for row in explanation.view.rows if row.name == name]
    assert found is not None
    return found


def texts(found: Difference) -> tuple[str | None, ...]:
    values = (found.value, found.plain, found.gap)
    return (found.error, *(None if value is None else value.text for value in values))


def test_the_difference_is_the_gradient(sums: Program) -> None:
    weights = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    explanation = sums.explain("y1 y2", "w1 w2 w3 w4", grad_ys=weights, check=True)
    assert texts(difference(explanation, "w3")) == ("< 1e-6", "[4. 6.]", None, None)
    assert texts(difference(explanation, "w4")) == ("< 1e-6", "[3. 4.]", None, None)


def test_without_check_there_is_none(sums: Program) -> None:
    assert all(row.difference is None for row in sums.explain("y1", "w1").view.rows)


def test_a_stopped_tensor_is_held_and_the_gap_is_what_was_kept_out(sums: Program) -> None:
    explanation = sums.explain("y3", "w1 w2 w3", grad_ys=[tf.constant([1.0, 2.0])], check=True, language="en")
    assert texts(difference(explanation, "w1")) == ("–", "[0. 0.]", "[1. 2.]", "[1. 2.]")
    assert texts(difference(explanation, "w3")) == ("< 1e-6", "[1. 2.]", "[1. 2.]", "[0. 0.]")
    assert [note for note in explanation.view.notes if "kept out" in note] == [
        "w1 and w2: with what is stopped held at its value, the finite difference is [0. 0.]; without the stops it is "
        "[1. 2.]. What is kept out is [1. 2.]."
    ]


def test_stop_gradients_is_held_too(sums: Program) -> None:
    explanation = sums.explain("y1", "w1 w3", stop_gradients=[sums.y1.op.inputs[0]], check=True)
    assert texts(difference(explanation, "w1")) == ("–", "[0. 0.]", "[1. 1.]", "[1. 1.]")
    assert texts(difference(explanation, "w3")) == ("< 1e-6", "[1. 1.]", "[1. 1.]", "[0. 0.]")


def test_an_x_at_which_the_gradient_stops_moves_all_the_same(sums: Program) -> None:
    explanation = sums.explain("y3", "w3 a_stoped", stop_gradients=[sums.w3, sums.a_stoped], check=True)
    assert texts(difference(explanation, "w3"))[:2] == ("< 1e-6", "[1. 1.]")
    assert texts(difference(explanation, "a_stoped"))[:2] == ("< 1e-6", "[1. 1.]")


def test_what_is_lifted_is_not_held(sums: Program) -> None:
    lifted = sums.explain("y3", "w1", check=True).recompute(lifted=["a_stoped"])
    assert texts(difference(lifted, "w1")) == ("< 1e-6", "[1. 1.]", None, None)


def test_without_a_stop_there_are_two_columns_with_one_four(sums: Program) -> None:
    def headings(explanation: Explanation) -> list[str]:
        return explanation.text().splitlines()[2].split("  ")

    options: dict[str, Any] = {"check": True, "language": "en", "views": ["table"]}
    assert "finite difference" in headings(sums.explain("y1", "w1", **options))
    stopped = headings(sums.explain("y3", "w1", **options))
    for heading in ("finite difference, stops held", "relative error", "without the stops", "kept out"):
        assert heading in [word.strip() for word in stopped]


def test_single_precision_is_no_reason_for_an_error() -> None:
    x = tf.Variable(np.float32([1000.1, 0.1]), name="x")
    explanation = checked(tf.exp(tf.sin(x) * 1e-3) * x + x / 3.0, [x])
    assert difference(explanation, "x").error == "< 1e-6"


def test_rounding_that_shows_is_named() -> None:
    x = tf.Variable(1.0, name="x")
    lost = (x * 1e-5 + 1.0) - 1.0  # float32 keeps two of its digits
    found = difference(checked(lost * lost * 1e10, [x]), "x")
    assert texts(found)[:2] == ("< 1e-6 in exact arithmetic, but float32 is off by up to 1e-2", "2.0")


@pytest.mark.parametrize(
    ("language", "error"),
    [
        ("en", "< 1e-6; at a kink (0 on its left, 1 on its right): x[0]"),
        ("zh", "< 1e-6；在折点处（左侧 0，右侧 1）：x[0]"),
    ],
)
def test_a_kink_is_no_error(language: str, error: str) -> None:
    x = tf.Variable([0.0, 1.0, -2.0], name="x")
    assert difference(checked(tf.nn.relu(x), [x], language=language), "x").error == error


def test_several_kinks_are_named() -> None:
    x = tf.Variable([0.0, 1.0, 0.0, 0.0, 0.0], name="x")
    assert difference(checked(tf.abs(x), [x]), "x").error == "< 1e-6; at a kink: x[0], x[2], …"


def test_a_scalar_at_a_kink_needs_no_name() -> None:
    x = tf.Variable(0.0, name="x")
    found = difference(checked(tf.abs(x), [x]), "x")
    assert texts(found) == ("at a kink (-1 on its left, 1 on its right)", "0.0", None, None)


@pytest.mark.parametrize("function", [tf.floor, tf.round, lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32)])
def test_between_jumps_what_is_not_differentiable_is_constant(function: Any) -> None:
    x = tf.Variable(2.3, name="x")
    assert texts(difference(checked(function(x) * x, [x]), "x")) == ("< 1e-6", "2.0", None, None)


def test_on_a_jump_there_is_no_slope() -> None:
    x = tf.Variable(2.0, name="x")
    assert texts(difference(checked(tf.floor(x) * x, [x]), "x")) == ("at a jump", "nan", None, None)


def test_the_straight_through_estimator_keeps_its_slope_and_the_gap_is_shown() -> None:
    x = tf.Variable(2.3, name="x")
    y = x + tf.stop_gradient(tf.round(x) - x)
    assert texts(difference(checked(y, [x]), "x")) == ("< 1e-6", "1.0", "0.0", "-1.0")


def test_the_edge_of_a_domain_is_named() -> None:
    x = tf.Variable(0.0, name="x")
    assert difference(checked(tf.sqrt(x), [x]), "x").error == "at the edge of the domain"


def test_whole_numbers_have_no_small_steps() -> None:
    i, x = tf.Variable(3, name="i"), tf.Variable(2.0, name="x")
    explanation = checked(tf.cast(i, tf.float32) * x, [i, x])
    assert texts(difference(explanation, "i")) == ("int32 has no small steps", None, None, None)
    assert difference(explanation, "x").error == "< 1e-6"


def test_a_large_x_is_not_compared_and_says_so() -> None:
    large, small = tf.get_variable("large", shape=[65]), tf.get_variable("small", shape=[64])
    y = tf.reduce_sum(large * large) + tf.reduce_sum(small * small)
    explanation = checked(y, [large, small])
    assert texts(difference(explanation, "large"))[:2] == ("more than 64 numbers: not compared", None)
    assert difference(explanation, "small").error == "< 1e-6"


def test_what_would_take_long_is_not_compared() -> None:
    x = tf.get_variable("x", shape=[64])
    y = x
    for _ in range(2000):
        y = y * 1.0001
    assert difference(checked(y, [x]), "x").error == "not compared: it would take long"


def test_complex_numbers_are_compared_in_both_parts() -> None:
    z = tf.Variable(np.array([1 + 2j, 0.5 - 1j], np.complex64), name="z")
    found = difference(checked([tf.abs(z), tf.real(z * z)], [z]), "z")
    assert found.error == "< 1e-6"


def test_weights_count_as_constants() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    assert texts(difference(checked(x * x, [x], grad_ys=[x]), "x"))[:2] == ("< 1e-6", "[2. 8.]")


def test_random_numbers_are_held() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    assert difference(checked(x * tf.random_uniform([2]), [x]), "x").error == "< 1e-6"


def test_a_fed_value_on_the_way_cuts_the_x_off() -> None:
    x = tf.Variable(3.0, name="x")
    y = x * x
    found = difference(checked(tf.exp(y), [x], feed_dict={y: 0.0}), "x")
    assert texts(found)[:2] == ("a fed value stands between: a change does not arrive", None)


def test_what_is_fed_itself_moves() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x * x
    explanation = checked(tf.exp(y), [x, y], feed_dict={x: [0.5, 1.0]}, names={"x": x, "y": y})
    assert difference(explanation, "x").error == difference(explanation, "y").error == "< 1e-6"


def test_what_has_no_value_yet_is_not_compared() -> None:
    x, w = tf.placeholder(tf.float32, [2], name="x"), tf.Variable([1.0, 2.0], name="w")
    assert texts(difference(checked(x * w, [w]), "w"))[:2] == ("not computed yet", None)


def test_a_gradient_that_the_program_gives_itself_is_named_as_the_cause() -> None:
    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return tf.identity(x), lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

    x = tf.Variable(2.0, name="x")
    found = difference(checked(clipped(x) * 100.0, [x]), "x")
    assert texts(found)[:2] == ("9.9e-01: at IdentityN the program gives itself a gradient", "100.0")


def test_a_wrong_gradient_is_found() -> None:
    x = tf.Variable([2.0, 0.0, 3.0], name="x")
    # TensorFlow's own: after a zero it gives 0 in place of 8.
    assert texts(difference(checked(tf.cumprod(x), [x]), "x"))[:2] == ("1.0e+00", "[1. 8. 0.]")


def test_hidden_gradients_are_not_given_away(sums: Program) -> None:
    explanation = sums.explain("y3", "w1 w3", check=True, hide=["w3"], language="en", views=["table"])
    assert texts(difference(explanation, "w3")) == ("", None, None, None)
    assert difference(explanation, "w1").value is not None
    line = next(line for line in explanation.text().splitlines() if line.startswith("w3"))
    assert line.split()[4:9] == ["?", "?", "?", "?", "?"]


def test_the_gap_of_what_stands_behind_a_hidden_gradient_is_hidden_too() -> None:
    w = tf.Variable([3.0], name="w")
    h = tf.stop_gradient(w) * 5.0
    y = h * 7.0
    names = {"w": w, "h": h, "y": y}
    shown = difference(checked(y, [w, h], names=names), "w")
    assert shown.plain is not None
    assert shown.plain.text == "[35.]"
    secret = difference(checked(y, [w, h], names=names, hide=["h"]), "w")
    assert (secret.plain, secret.gap) == (None, None)


def test_a_slider_moves_the_difference_too(sums: Program) -> None:
    explanation = sums.explain("y1", "w1", check=True)
    moved = explanation.recompute(weights={"y1": [5.0, 6.0]})
    assert texts(difference(moved, "w1"))[:2] == ("< 1e-6", "[5. 6.]")


def test_it_is_the_same_each_time(sums: Program) -> None:
    first, again = (checked(tf.sin(sums.y1) / 3.0, [sums.w1]).text() for _ in range(2))
    assert first == again


def explained(seed: int, views: tuple[str, ...] = ("table",)) -> View:
    """Return the view of a random program, checked."""
    program = grown(seed, leaves=3, length=6, through=EXAMPLES[seed % len(EXAMPLES)])
    names = program.run(tf)
    return explain(
        [names[y] for y in program.ys],
        [names[x] for x in program.xs],
        [eval(weight, names) for weight in program.seeds],
        [names[stop] for stop in program.stops],
        feed_dict=program.feeds(names),
        views=views,
        check=True,
        language="en",
    ).view


@pytest.mark.parametrize("seed", range(60))
def test_in_random_programs_no_gradient_differs(seed: int) -> None:
    for row in explained(seed).rows:
        assert row.difference is not None
        assert row.difference.error == "–" or row.difference.error.startswith(("<", "too small"))


def test_where_a_gradient_is_no_number_and_the_slope_is_one_the_error_is_infinite() -> None:
    # The famous trap: what is not chosen is multiplied by zero, and 0 · NaN is NaN.
    x = tf.Variable([-1.0, 4.0], name="x")
    y = tf.where(x > 0.0, x**0.5, tf.zeros_like(x))
    explanation = checked(y, [x])
    assert np.isnan(explanation.gradients[0]).tolist() == [True, False]
    assert texts(difference(explanation, "x"))[:2] == ("∞", "[0. 0.25]")


def test_where_a_small_step_gives_another_shape_there_is_no_slope() -> None:
    x = tf.Variable([0.0, 2.0], name="x")
    y = tf.boolean_mask(x, x > 0.0)
    assert texts(difference(checked(y, [x]), "x"))[:2] == ("< 1e-6; at the edge of the domain: x[0]", "[nan 1.]")
