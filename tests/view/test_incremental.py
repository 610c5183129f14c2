"""However a learner came to a state, what is shown is what would be shown if it had been there from the start."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.render import dot, layout
from gradnb.render.svg import Template
from gradnb.view import build, values
from gradnb.view.build import PARTS
from gradnb.view.derivation import derive
from gradnb.view.model import View

FEW = settings(max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=1500)


def sums() -> Explanation:
    # w1 ─┴ a ─╫ b ─┬ y1 = b + w2        two ys; one of the program's own stops
    # w2 ─┬─────────┘
    #     └ y2 = w2 · w1 + a
    w1, w2 = (tf.Variable([float(i), 2.0], name=f"w{i}") for i in (1, 2))
    a = w1 + w2
    b = tf.stop_gradient(a)
    y1, y2 = b + w2, w2 * w1 + a
    return explain([y1, y2], [w1, w2], names={"w1": w1, "w2": w2, "a": a, "b": b, "y1": y1, "y2": y2})


def kinks() -> Explanation:
    # Zeros, infinite slopes and NaN are near; a y that no x reaches, an x that no y needs.
    x, apart = tf.Variable([1.0, 0.0, -1.0], name="x"), tf.Variable([1.0], name="apart")
    y = tf.sqrt(x) * tf.log(x) + tf.floor(x)
    z = apart * 2.0
    return explain([y, z, z], [x, tf.Variable(2.0, name="u")], names={"x": x, "y": y, "z": z, "apart": apart})


def filled() -> Explanation:
    x, u = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="x"), tf.Variable([2.0], name="u")
    return explain(tf.matmul(x, x), [x, u], unconnected_gradients="zero", names={"x": x, "u": u})


def unfed() -> Explanation:
    # A placeholder without a value, and one whose shape may change or not fit.
    p, q = tf.placeholder(tf.float32, [None], name="p"), tf.placeholder(tf.float32, [2], name="q")
    w = tf.Variable([1.0, 2.0], name="w")
    y = w * p + q
    return explain([y, w * w], [w, p], feed_dict={p: [1.0, 2.0]}, names={"p": p, "q": q, "w": w, "y": y})


def failing() -> Explanation:
    # For some values the inverse does not exist.
    m = tf.Variable([[2.0, 0.0], [0.0, 1.0]], name="m")
    y = tf.matrix_inverse(m)
    return explain([y, m * 2.0], m, names={"m": m, "y": y})


def rows() -> Explanation:
    table, chosen = tf.Variable(np.arange(8.0).reshape(4, 2), name="table"), tf.placeholder(tf.int32, [None], "chosen")
    y = tf.gather(table, chosen)
    return explain(y * y, table, feed_dict={chosen: [0, 2, 2]}, names={"table": table, "chosen": chosen, "y": y})


def large() -> Explanation:
    x, w = tf.Variable(np.arange(12.0).reshape(3, 4), name="x"), tf.Variable(np.ones((4, 20)), name="w")
    y = tf.tanh(tf.matmul(x, w))
    return explain(tf.reduce_sum(y * y), [x, w], names={"x": x, "w": w, "y": y})


def mixed() -> Explanation:
    # Complex numbers, integers, truth values and random numbers.
    c, k = tf.Variable(1 + 2j, dtype=tf.complex64, name="c"), tf.Variable(3, name="k")
    x = tf.Variable([0.5, -0.5], name="x")
    noise = tf.random_normal([2], seed=1)
    y = tf.where(x > 0.0, x * noise, tf.cast(k, tf.float32) * x)
    return explain(
        [c * c, y], [c, x, k], grad_ys=[tf.constant(1j, tf.complex64), None], names={"c": c, "k": k, "x": x, "y": y}
    )


def scopes() -> Explanation:
    # More than are drawn in full: name scopes are collapsed, and edges between them are drawn as one.
    x = tf.Variable([0.5, 1.0], name="x")
    y: Any = x
    for layer in range(5):
        with tf.name_scope(f"layer{layer}"):
            for _ in range(5):
                y = tf.sin(y) * y
    return explain(y, x, names={"x": x, "y": y})


PROGRAMS: list[Callable[[], Explanation]] = [sums, kinks, filled, unfed, failing, rows, large, mixed, scopes]

numbers = st.one_of(
    st.floats(-3, 3, width=32), st.sampled_from([0.0, -0.0, 1.0, 1e-20, 1e6, float("nan"), float("inf"), -float("inf")])
)


def anew(explanation: Explanation) -> Explanation:
    """Return an explanation of the same inputs that shares nothing with any other."""
    setting = explanation._setting
    derivation = derive(setting.question, setting.derivation.stops, setting.derivation.lifted)
    fresh = replace(setting, derivation=derivation, _others=OrderedDict())
    build._shown_bytes.cache_clear()
    values._rounded.cache_clear()
    return Explanation(fresh, explanation._inputs, None, explanation.hidden)


def array_like(draw: Callable[[Any], Any], array: np.ndarray[Any, Any]) -> Any:
    """Draw another array of the same dtype, often only one element apart, seldom of another shape."""
    if array.dtype.kind in "iu":
        return draw(st.integers(0, 3)) * np.ones_like(array)
    if array.ndim == 1 and draw(st.integers(0, 9)) == 0:
        return np.ones(draw(st.sampled_from([1, 2, 3])), array.dtype)
    other = np.array(array)
    with np.errstate(all="ignore"):
        if array.size and draw(st.booleans()):
            other.flat[draw(st.integers(0, array.size - 1))] = draw(numbers)
        else:
            other[...] = draw(numbers)
    return other


def changed(draw: Callable[[Any], Any], explanation: Explanation) -> Explanation:
    """Draw what a learner does next."""
    problem = explanation.problem
    some = lambda names: draw(st.lists(st.sampled_from(names), unique=True, max_size=2)) if names else []  # noqa: E731  # short
    match draw(st.sampled_from(["inputs", "inputs", "inputs", "weights", "stops", "lifted", "both", "hide", "scopes"])):
        case "inputs":
            return explanation.recompute({n: array_like(draw, problem.inputs[n]) for n in some(list(problem.inputs))})
        case "weights":
            weights = {n: array_like(draw, problem.weights[n]) for n in some(list(problem.weights))}
            return explanation.recompute(weights=weights)
        case "stops":
            return explanation.recompute(stops=some(problem.stoppable))
        case "lifted":
            return explanation.recompute(lifted=some(problem.liftable))
        case "both":
            inputs = {n: array_like(draw, problem.inputs[n]) for n in some(list(problem.inputs))}
            return explanation.recompute(inputs, stops=some(problem.stoppable), lifted=some(problem.liftable))
        case "hide":
            return explanation.with_hidden(some(explanation.can_be_hidden))
        case _:
            return explanation.with_scopes(some(["layer0", "layer1", "layer4"]), some(["layer2", "layer3"]))


def check(incremental: View, fresh: View) -> None:
    """Compare two views field by field."""
    for field in fields(View):
        # By what is written, since NaN is not equal to itself.
        assert repr(getattr(incremental, field.name)) == repr(getattr(fresh, field.name)), field.name


def walk(data: st.DataObject) -> None:
    """Take a program through random changes, and compare each state with the same state built anew."""
    tf.reset_default_graph()
    current = data.draw(st.sampled_from(PROGRAMS))()
    been = [current]
    for _ in range(data.draw(st.integers(1, 6))):
        current = data.draw(st.sampled_from([been[-1], been[-1], *been]))
        try:
            following = changed(data.draw, current)
        except ValueError:  # a shape that a variable cannot have
            continue
        try:
            # What is asked for first must make no difference to what is asked for next.
            parts = data.draw(st.lists(st.sampled_from(("graph", "table", "steps", "story")), unique=True))
            first = following.partial_view(parts)
            both = following.partial_view(("graph", "table"))
        except ValueError:
            with pytest.raises(ValueError):
                _ = anew(following).view
            continue
        current = following
        been.append(current)
        fresh = anew(current)
        check(first, fresh.partial_view(parts))
        check(both, fresh.partial_view(("graph", "table")))
    check(current.partial_view(PARTS), anew(current).partial_view(PARTS))
    check(current.view, anew(current).view)


@FEW
@given(st.data())
def test_what_is_shown_does_not_depend_on_what_was_shown_before(data: st.DataObject) -> None:
    walk(data)


@pytest.mark.slow
@MANY
@given(st.data())
def test_what_is_shown_never_depends_on_what_was_shown_before(data: st.DataObject) -> None:
    walk(data)


def follow(*states: Explanation) -> None:
    """Compare each of some states with the same state built anew, in their order."""
    for state in states:
        check(state.view, anew(state).view)


def test_parts_may_change_under_the_same_sum() -> None:
    x, c, d = (tf.Variable(float(i), name=name) for i, name in enumerate("xcd", 1))
    start = explain(x * c + x * d, x, names={"x": x, "c": c, "d": d})
    follow(start, start.recompute({"c": 3.0, "d": 2.0}))


def test_other_rows_may_be_given_with_the_same_numbers() -> None:
    start = rows().recompute(weights={"y · y": np.zeros((3, 2))})
    follow(start, start.recompute({"chosen": [1, 1, 3]}))


def test_something_else_may_be_missing() -> None:
    p, q, w = tf.placeholder(tf.float32, [], "p"), tf.placeholder(tf.float32, [], "q"), tf.Variable(1.0, name="w")
    start = explain(w * p * q, w, names={"p": p, "q": q, "w": w})
    follow(start, start.recompute({"p": 1.0}), start)


def test_infinite_weights_are_added_in_silence() -> None:
    # With these weights the z, which no x reaches, has a gradient that nobody but the view adds up.
    start = kinks()
    follow(start, start.recompute(weights={"z": [float("inf")], "z (2)": [-float("inf")]}))


def test_a_weight_may_be_given_that_is_the_default_one() -> None:
    start = sums()
    given = start.recompute(weights={"y1": [2.0, 2.0]}).recompute(weights={"y1": [1.0, 1.0]})
    follow(start, given, start.recompute({"w1": [5.0, 5.0]}))


def test_the_call_names_the_present_weights() -> None:
    start = sums()
    follow(*(start.recompute(weights={"y1": [weight, 2.0]}) for weight in (2.0, 3.0)))


def test_what_stays_as_it_was_stays_the_same_object() -> None:
    start = sums()
    before = start.partial_view(("graph", "table"))
    after = start.recompute(weights={"y2": [3.0, 3.0]}).partial_view(("graph", "table"))
    same = {new.name for new, old in zip(after.nodes, before.nodes, strict=True) if new is old}
    assert same == {"b", "y1"}
    assert after.forward_edges is before.forward_edges
    assert start.recompute().partial_view(("graph", "table")).nodes is not after.nodes
    again = start.recompute({"w1": before_value(start)}).partial_view(("graph", "table"))
    assert start.recompute({"w1": before_value(start)}).partial_view(("graph", "table")).nodes is again.nodes


def before_value(explanation: Explanation) -> Any:
    return explanation.problem.inputs["w1"]


@pytest.mark.dot
@settings(FEW, max_examples=5)
@given(st.data())
def test_the_picture_follows_as_if_it_were_drawn_for_the_first_time(data: st.DataObject) -> None:
    tf.reset_default_graph()
    start = sums()
    view = start.view
    raw = layout.draw(dot.render(view, live=True)).decode()
    template = Template(raw, view, live=True)
    for _ in range(5):
        names = data.draw(st.lists(st.sampled_from(["w1", "w2"]), unique=True))
        inputs = {name: array_like(data.draw, np.ones(2, np.float32)) for name in names}
        try:
            following = start.recompute(inputs).view
            changes = template.patch(view, following)
        except ValueError:
            continue
        plain = Template(raw, start.view, live=True)
        assert changes == plain.patch(view, following)
        assert template.fill(following) == plain.fill(following)
        view = following
