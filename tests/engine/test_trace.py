"""The trace of a call: each step in its order, with the queue, who still waits, what arrived and what passed on."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.build import apply
from gradnb.engine.gradients import Outcome, Trace, apply_rule, build_gradients, not_recording, recording


def names(operations: Any) -> list[str]:
    return [operation.name for operation in operations]


def steps(trace: Trace) -> list[tuple[str, str]]:
    return [(step.operation.name, step.outcome.value) for step in trace.steps]


def step(trace: Trace, name: str) -> Any:
    (found,) = [each for each in trace.steps if each.operation.name == name]
    return found


def diamond() -> tuple[Any, Any, Any, Any]:
    """Build y = x·c + (x·c)², in which m has two consumers.

    x ── m(mul) ─┬───────── add ── y
    c ──┘        └─ s(square) ─┘
    """
    x = tf.constant([1.0, 2.0], name="x")
    c = tf.constant([3.0, 4.0], name="c")
    m = tf.multiply(x, c, name="m")
    s = tf.square(m, name="s")
    return x, m, s, tf.add(m, s, name="y")


def test_steps_come_in_the_order_of_the_queue_and_end_at_the_x() -> None:
    x, _, _, y = diamond()
    trace = build_gradients(y, x)
    assert steps(trace) == [
        ("y", "differentiated"),
        ("s", "differentiated"),
        ("m", "differentiated"),
        ("x", "boundary"),
    ]
    assert trace.ys == (y,) and trace.xs == (x,)


def test_the_queue_and_who_waits_are_kept_for_the_start_and_after_each_step() -> None:
    x, m, s, y = diamond()
    trace = build_gradients(y, x)
    assert names(trace.ready) == ["y"]
    assert dict(trace.pending) == {m.op: 2, s.op: 1, x.op: 1}
    assert [names(each.ready) for each in trace.steps] == [["s"], ["m"], ["x"], []]
    assert [[(op.name, count) for op, count in each.pending] for each in trace.steps] == [[("m", 1)], [], [], []]


def memory_of_a_trace(width: int) -> int:
    """Return how many bytes the steps take of a sum of so many negated xs, in which nearly all are ready at once."""
    tf.reset_default_graph()
    x = tf.constant(1.0)
    y = tf.add_n([-x for _ in range(width)])
    tracemalloc.start()
    trace = build_gradients(y, x)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(trace.steps) == width + 2
    return taken


def test_the_memory_of_a_trace_grows_as_its_steps_do() -> None:
    assert memory_of_a_trace(4000) < 6 * memory_of_a_trace(1000)


def test_a_queue_is_read_as_a_sequence() -> None:
    x = tf.constant(1.0)
    y = tf.add_n([-x for _ in range(3)])
    queue = build_gradients(y, x).steps[0].ready
    assert (len(queue), names(queue)) == (3, ["Neg", "Neg_1", "Neg_2"])
    assert (queue[-1].name, names(queue[1:])) == ("Neg_2", ["Neg_1", "Neg_2"])
    assert queue[0] in queue and y.op not in queue
    assert repr(queue) == repr(list(queue))
    with pytest.raises(IndexError):
        queue[3]


def test_summands_are_kept_in_the_order_in_which_they_came_and_added() -> None:
    x, _, _, y = diamond()
    trace = build_gradients(y, x)
    at_m = step(trace, "m")
    from_y, from_s = at_m.summands[0]
    assert from_y is step(trace, "y").contributions[0]
    assert from_s is step(trace, "s").contributions[0]
    assert at_m.upstream[0].op.type == "AddN" and at_m.upstream[0].op.inputs == (from_y, from_s)
    assert step(trace, "s").upstream[0] is step(trace, "s").summands[0][0]
    with tf.Session() as session:
        first, second, total = session.run([from_y, from_s, at_m.upstream[0]])
    assert (first.tolist(), second.tolist(), total.tolist()) == ([1.0, 1.0], [6.0, 16.0], [7.0, 17.0])


def test_the_gradient_of_an_x_is_what_its_own_step_added_up() -> None:
    x, _, _, y = diamond()
    trace = build_gradients(y, x)
    assert trace.gradients[0] is step(trace, "x").upstream[0]
    assert trace.filled == (False,)


def test_contributions_go_to_each_input_even_where_nobody_asked() -> None:
    x, m, _, y = diamond()
    trace = build_gradients(y, x)
    to_x, to_c = step(trace, "m").contributions
    assert to_x is trace.gradients[0]
    assert to_c is not None and m.op.inputs[1].op not in {each.operation for each in trace.steps}


def test_seeds_are_the_weights_and_say_which_were_given() -> None:
    x, m, _, y = diamond()
    trace = build_gradients([y, m], x, grad_ys=[None, [1.0, 2.0]])
    assert trace.given == (False, True)
    assert [seed.op.type for seed in trace.seeds] == ["Fill", "Identity"] or trace.seeds[0].op.type == "Const"
    assert names([seed.op for seed in trace.seeds]) == ["gradients/grad_ys_0", "gradients/grad_ys_1"]
    assert step(trace, "y").summands[0] == (trace.seeds[0],)
    assert trace.seeds[1] in step(trace, "m").summands[0]


def test_a_y_on_the_way_of_another_waits_for_it() -> None:
    x, m, _, y = diamond()
    trace = build_gradients([m, y], x)
    assert names(trace.ready) == ["y"]
    assert [name for name, _ in steps(trace)] == ["y", "s", "m", "x"]


def test_a_stop_is_a_step_from_which_nothing_passes_on() -> None:
    x, _, s, y = diamond()
    trace = build_gradients(y, x, stop_gradients=s)
    assert trace.stops == frozenset([s.op])
    assert step(trace, "s").outcome is Outcome.STOPPED
    assert step(trace, "s").contributions == (None,)
    assert step(trace, "s").upstream[0] is not None
    assert len(step(trace, "m").summands[0]) == 1


def test_behind_a_wall_nothing_arrives_but_the_steps_go_on() -> None:
    """Stop the only path, twice over.

    x ── Neg ── StopGradient ── square ── y
    """
    x = tf.constant(1.0, name="x")
    wall = tf.stop_gradient(tf.negative(x, name="n"), name="wall")
    y = tf.square(wall, name="y")
    trace = build_gradients(y, x, unconnected_gradients="zero")
    assert steps(trace) == [
        ("y", "differentiated"),
        ("wall", "not_differentiable"),
        ("n", "nothing_arrives"),
        ("x", "nothing_arrives"),
    ]
    assert trace.filled == (True,) and trace.gradients[0].op.name == "zeros_like"


def test_an_x_behind_another_x_is_a_boundary_and_the_one_before_it_is_not() -> None:
    x, m, _, y = diamond()
    trace = build_gradients(y, [m, x])
    assert step(trace, "m").outcome is Outcome.DIFFERENTIATED
    assert step(trace, "x").outcome is Outcome.BOUNDARY
    alone = build_gradients(y, [m])
    assert step(alone, "m").outcome is Outcome.BOUNDARY
    assert alone.steps[-1].operation is m.op


def test_what_is_not_between_takes_no_step() -> None:
    x, _, _, y = diamond()
    other = tf.constant(1.0)
    trace = build_gradients(y, other)
    assert trace.steps == () and trace.ready == () and trace.gradients == (None,)
    assert build_gradients(y + 1.0, x).pending


def test_an_operation_used_twice_by_one_consumer_waits_for_both_uses() -> None:
    """Square by multiplication.

    x ══ mul ── y
    """
    x = tf.constant(3.0, name="x")
    trace = build_gradients(tf.multiply(x, x, name="y"), x)
    assert dict(trace.pending) == {x.op: 2}
    assert len(step(trace, "x").summands[0]) == 2


def test_a_variable_ends_at_its_reference_behind_its_reading() -> None:
    v = tf.Variable(2.0, name="v")
    trace = build_gradients(tf.square(v, name="y"), v)
    assert steps(trace) == [("y", "differentiated"), ("v/read", "differentiated"), ("v", "boundary")]
    assert trace.xs[0].name == "v:0"


def test_building_with_and_without_a_trace_adds_the_same_operations() -> None:
    described = []
    for build in (build_gradients, tf.gradients):
        with tf.Graph().as_default() as graph:
            x, _, _, y = diamond()
            build(y, x)
            described.append([(op.name, op.type, names(t.op for t in op.inputs)) for op in graph.get_operations()])
    assert described[0] == described[1]


# What a wall keeps out


def test_a_rule_can_be_applied_alone() -> None:
    x, m, _, _ = diamond()
    to_x, to_c = apply_rule(m.op, [tf.constant([1.0, 10.0])])
    with tf.Session() as session:
        found = session.run([to_x, to_c])
    np.testing.assert_array_equal(found, [[3.0, 40.0], [1.0, 20.0]])
    with pytest.raises(LookupError):
        apply_rule(apply("PreventGradient", x, message="foo").op, [x])


# Recording


def test_the_users_calls_are_recorded_with_their_arguments_and_results() -> None:
    x, _, s, y = diamond()
    count = x.graph.version
    with recording() as calls:
        found = tf.gradients(y, [x], grad_ys=[None], stop_gradients=s, unconnected_gradients="zero", name="mine")
    (call,) = calls
    assert (call.ys, call.xs, call.grad_ys, call.stop_gradients) == ((y,), (x,), (None,), (s,))
    assert call.unconnected_gradients is tf.UnconnectedGradients.ZERO
    assert (call.name, call.graph, call.first_index, call.result) == ("mine", x.graph, count, tuple(found))
    twin, _ = call.graph.copy(call.first_index, call.names_in_use)
    assert twin.unique_name("mine") == "mine"


def test_calls_outside_of_the_block_or_left_out_are_not_recorded() -> None:
    x, _, _, y = diamond()
    tf.gradients(y, x)
    with recording() as calls:
        with not_recording():
            tf.gradients(y, x)
        assert calls == []
        tf.gradients(y, x)
        assert len(calls) == 1
    tf.gradients(y, x)
    assert len(calls) == 1


def test_a_call_that_fails_is_not_recorded() -> None:
    x, _, _, y = diamond()
    with recording() as calls, pytest.raises(ValueError):
        tf.gradients(y, x, grad_ys=[])
    assert calls == []
