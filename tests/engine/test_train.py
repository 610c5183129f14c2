"""Optimizers take TensorFlow's steps: each is computed here by its formula, over several steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import train
from gradnb.engine.gradients import recording
from gradnb.engine.graph import GraphKeys
from gradnb.engine.slices import IndexedSlices

STEPS = 4
START = np.array([1.0, -2.0, 0.5])


def gradient_at(v: np.ndarray, number: int) -> np.ndarray:
    """The gradient of the loss below, which changes from step to step."""
    return 2.0 * v + number


def descent(rate: float) -> Iterator[np.ndarray]:
    v = START.copy()
    for number in range(STEPS):
        v = v - rate * gradient_at(v, number)
        yield v


def momentum(rate: float, kept: float, nesterov: bool) -> Iterator[np.ndarray]:
    v, a = START.copy(), np.zeros(3)
    for number in range(STEPS):
        g = gradient_at(v, number)
        a = kept * a + g
        v = v - rate * (g + kept * a if nesterov else a)
        yield v


def adagrad(rate: float, start: float) -> Iterator[np.ndarray]:
    v, a = START.copy(), np.full(3, start)
    for number in range(STEPS):
        g = gradient_at(v, number)
        a = a + g**2
        v = v - rate * g / np.sqrt(a)
        yield v


def rms(rate: float, decay: float, kept: float, epsilon: float, centered: bool) -> Iterator[np.ndarray]:
    v, s, m, step = START.copy(), np.ones(3), np.zeros(3), np.zeros(3)
    for number in range(STEPS):
        g = gradient_at(v, number)
        s = decay * s + (1 - decay) * g**2
        m = decay * m + (1 - decay) * g
        step = kept * step + rate * g / np.sqrt(s - centered * m**2 + epsilon)
        v = v - step
        yield v


def adam(rate: float, beta1: float, beta2: float, epsilon: float) -> Iterator[np.ndarray]:
    v, m, s = START.copy(), np.zeros(3), np.zeros(3)
    for number in range(STEPS):
        g, t = gradient_at(v, number), number + 1
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        v = v - rate * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(s) + epsilon)
        yield v


CASES: dict[str, tuple[Callable[[], train.Optimizer], Callable[[], Iterator[np.ndarray]]]] = {
    "descent": (lambda: train.GradientDescentOptimizer(0.125), lambda: descent(0.125)),
    "momentum": (lambda: train.MomentumOptimizer(0.125, 0.75), lambda: momentum(0.125, 0.75, False)),
    "nesterov": (
        lambda: train.MomentumOptimizer(0.125, 0.75, use_nesterov=True),
        lambda: momentum(0.125, 0.75, True),
    ),
    "adagrad": (lambda: train.AdagradOptimizer(0.5, 0.25), lambda: adagrad(0.5, 0.25)),
    "rmsprop": (
        lambda: train.RMSPropOptimizer(0.125, 0.75, momentum=0.5, epsilon=0.0625),
        lambda: rms(0.125, 0.75, 0.5, 0.0625, False),
    ),
    "centered": (
        lambda: train.RMSPropOptimizer(0.125, 0.75, momentum=0.5, epsilon=0.0625, centered=True),
        lambda: rms(0.125, 0.75, 0.5, 0.0625, True),
    ),
    "adam": (
        lambda: train.AdamOptimizer(0.125, beta1=0.5, beta2=0.75, epsilon=0.0625),
        lambda: adam(0.125, 0.5, 0.75, 0.0625),
    ),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CASES)
def test_the_steps_follow_the_formula(name: str, dtype: str) -> None:
    make, expected = CASES[name]
    v = tf.get_variable("v", initializer=tf.constant(START, tf.as_dtype(dtype)))
    number = tf.placeholder(dtype, [])
    step = make().minimize(tf.reduce_sum(v * v + number * v))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for count, value in enumerate(expected()):
            assert session.run(step, {number: count}) is None
            found = session.run(v)
            assert found.dtype == dtype
            np.testing.assert_allclose(found, value, rtol=1e-12 if dtype == "float64" else 1e-5)


def test_a_python_rate_is_rounded_to_float32_as_in_tensorflow() -> None:
    v = tf.get_variable("v", initializer=tf.constant(0.0, tf.float64))
    step = train.GradientDescentOptimizer(0.1).minimize(v)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run(v) == -np.float64(np.float32(0.1))


def test_the_defaults_are_tensorflows() -> None:
    v = tf.get_variable("v", initializer=tf.constant([1.0, -2.0]))
    loss = tf.reduce_sum(v * v)
    optimizers = [train.AdamOptimizer(), train.RMSPropOptimizer(0.01), train.AdagradOptimizer(0.01)]
    expected = [
        [1.0 - 0.001, -2.0 + 0.001],
        [1.0 - 0.01 * 2 / np.sqrt(0.9 + 0.1 * 4), -2.0 + 0.01 * 4 / np.sqrt(0.9 + 0.1 * 16)],
        [1.0 - 0.01 * 2 / np.sqrt(0.1 + 4), -2.0 + 0.01 * 4 / np.sqrt(0.1 + 16)],
    ]
    steps = [optimizer.minimize(loss) for optimizer in optimizers]
    with tf.Session() as session:
        for step, value in zip(steps, expected, strict=True):
            session.run(tf.global_variables_initializer())
            session.run(step)
            np.testing.assert_allclose(session.run(v), value, rtol=1e-6)


# Rows


ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


@pytest.mark.parametrize("name", CASES)
def test_a_gradient_of_some_rows_is_added_up_row_by_row(name: str) -> None:
    make, _ = CASES[name]
    whole, by_rows = (
        tf.get_variable(f"{kind}", initializer=tf.constant(ROWS, tf.float64)) for kind in ("whole", "rows")
    )
    weights = tf.constant([[1.0, 2.0], [0.5, -1.0], [4.0, 3.0]], tf.float64)
    slices = IndexedSlices(weights, tf.constant([2, 0, 2]))
    dense = tf.constant([[0.5, -1.0], [0.0, 0.0], [5.0, 5.0]], tf.float64)
    first = make().apply_gradients([(dense, whole)])
    second = make().apply_gradients([(slices, by_rows)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([first, second])
        np.testing.assert_allclose(session.run(by_rows), session.run(whole), rtol=1e-12)
        session.run([first, second])
        np.testing.assert_allclose(session.run(by_rows)[[0, 2]], session.run(whole)[[0, 2]], rtol=1e-12)


def test_momentum_leaves_rows_without_gradient_alone_and_adam_does_not() -> None:
    moved = {}
    for name in ("momentum", "adam"):
        v = tf.get_variable(name, initializer=tf.constant(ROWS, tf.float64))
        row = tf.placeholder(tf.int32, [1])
        slices = IndexedSlices(tf.ones([1, 2], tf.float64), row)
        step = CASES[name][0]().apply_gradients([(slices, v)])
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(step, {row: [0]})
            before = session.run(v)
            session.run(step, {row: [1]})
            moved[name] = bool((session.run(v)[0] != before[0]).any())
    assert moved == {"momentum": False, "adam": True}


def test_a_row_that_does_not_exist_is_an_error() -> None:
    v = tf.get_variable("v", initializer=tf.constant(ROWS, tf.float32))
    slices = IndexedSlices(tf.ones([1, 2]), tf.constant([3]))
    step = train.GradientDescentOptimizer(1.0).apply_gradients([(slices, v)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[0\] = 3 is not in \[0, 3\)"):
            session.run(step)
        np.testing.assert_array_equal(session.run(v), ROWS)


# Names and collections


def test_names_are_tensorflows() -> None:
    w = tf.get_variable("w", initializer=1.0)
    optimizer = train.AdamOptimizer()
    step = optimizer.minimize(w * w)
    assert step.name == "Adam" and isinstance(step, tf.Operation)
    assert [v.name for v in tf.global_variables()] == [
        "w:0",
        "beta1_power:0",
        "beta2_power:0",
        "w/Adam:0",
        "w/Adam_1:0",
    ]
    assert tf.trainable_variables() == [w]
    assert tf.get_default_graph().get_operation_by_name("Adam/update_w/ApplyAdam").type == "ApplyAdam"
    assert tf.get_default_graph().get_collection(GraphKeys.TRAIN_OP) == [step]
    assert optimizer.get_slot_names() == ["m", "v"]
    first, second = optimizer.get_slot(w, "m"), optimizer.get_slot(w, "v")
    assert first is not None and second is not None
    assert (first.name, second.name) == ("w/Adam:0", "w/Adam_1:0")
    assert optimizer.get_slot(w, "nothing") is None
    assert [v.name for v in optimizer.variables()] == ["beta1_power:0", "beta2_power:0", "w/Adam:0", "w/Adam_1:0"]
    assert optimizer.get_name() == "Adam"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("descent", []),
        ("momentum", ["w/Momentum:0"]),
        ("adagrad", ["w/Adagrad:0"]),
        ("rmsprop", ["w/RMSProp:0", "w/RMSProp_1:0"]),
    ],
)
def test_what_is_kept_is_named_after_variable_and_optimizer(name: str, expected: list[str]) -> None:
    w = tf.get_variable("w", initializer=1.0)
    with tf.name_scope("elsewhere"):
        CASES[name][0]().minimize(w * w)
    assert [v.name for v in tf.global_variables()[1:]] == expected


def test_a_second_call_shares_what_is_kept() -> None:
    w = tf.get_variable("w", initializer=1.0)
    optimizer = train.MomentumOptimizer(0.1, 0.9)
    first, second = optimizer.minimize(w * w), optimizer.minimize(w)
    assert (first.name, second.name) == ("Momentum", "Momentum_1")
    assert len(tf.global_variables()) == 2


# Two halves


def test_compute_gradients_pairs_each_variable_even_with_none() -> None:
    v, w = tf.get_variable("v", initializer=2.0), tf.get_variable("w", initializer=1.0)
    tf.get_variable("fixed", initializer=1.0, trainable=False)
    (first, its), (second, other) = train.GradientDescentOptimizer(0.1).compute_gradients(v * v)
    assert (its, second, other) == (v, None, w)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(first) == 4.0


def test_gradients_can_be_changed_between_the_halves() -> None:
    v, w = tf.get_variable("v", initializer=2.0), tf.get_variable("w", initializer=1.0)
    optimizer = train.GradientDescentOptimizer(1.0)
    pairs = optimizer.compute_gradients(10.0 * v)
    step = optimizer.apply_gradients([(g / 10.0, x) if g is not None else (g, x) for g, x in pairs])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run([v, w]) == [1.0, 1.0]


def test_only_the_variables_that_are_named_change() -> None:
    v, w = tf.get_variable("v", initializer=2.0), tf.get_variable("w", initializer=1.0)
    step = train.GradientDescentOptimizer(1.0).minimize(v + w, var_list=[w])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run([v, w]) == [2.0, 0.0]


def test_grad_loss_is_the_weight_of_the_loss() -> None:
    v = tf.get_variable("v", initializer=2.0)
    ((gradient, _),) = train.GradientDescentOptimizer(1.0).compute_gradients(v * v, grad_loss=tf.constant(10.0))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(gradient) == 40.0


def test_the_gradients_call_is_recorded_once() -> None:
    v = tf.get_variable("v", initializer=2.0)
    loss = v * v
    with recording() as calls:
        train.GradientDescentOptimizer(1.0).minimize(loss)
    assert [(call.ys, call.xs, call.gate_gradients) for call in calls] == [((loss,), (v,), True)]


@pytest.mark.parametrize("gate", [train.Optimizer.GATE_NONE, train.Optimizer.GATE_OP, train.Optimizer.GATE_GRAPH])
def test_gates_change_the_graph_and_no_number(gate: int) -> None:
    v, w = tf.get_variable("v", initializer=2.0), tf.get_variable("w", initializer=5.0)
    pairs = train.GradientDescentOptimizer(1.0).compute_gradients(v * w, gate_gradients=gate)
    waits = [any(op.type == "NoOp" for op in gradient.op.control_inputs) for gradient, _ in pairs]
    assert waits == [gate != train.Optimizer.GATE_NONE] * 2
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([gradient for gradient, _ in pairs]) == [5.0, 2.0]


def test_a_constraint_holds_after_each_step() -> None:
    v = tf.get_variable("v", initializer=0.5, constraint=lambda x: tf.clip_by_value(x, 0.0, 1.0))
    step = train.GradientDescentOptimizer(1.0).minimize(v)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run(v) == 0.0


def test_a_variable_of_unknown_shape_can_be_trained() -> None:
    v = tf.Variable(tf.placeholder_with_default([1.0, 2.0], None), validate_shape=False)
    step = train.MomentumOptimizer(0.5, 0.5).apply_gradients([(tf.constant([1.0, 2.0]), v)])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        np.testing.assert_array_equal(session.run(v), [0.5, 1.0])


# Errors


def test_no_gradient_for_any_variable() -> None:
    v = tf.get_variable("v", initializer=2.0)
    loss = tf.constant(1.0)
    with pytest.raises(ValueError) as caught:
        train.GradientDescentOptimizer(1.0).minimize(loss)
    assert str(caught.value).startswith(
        "No gradients provided for any variable, check your graph for ops that do not support gradients, "
        f"between variables [\"<tf.Variable 'v:0' shape=() dtype=float32_ref>\"] and loss {loss}."
    )
    with pytest.raises(ValueError, match=r"^No gradients provided for any variable: "):
        train.GradientDescentOptimizer(1.0).apply_gradients([(None, v)])


def test_misuse_is_told() -> None:
    optimizer = train.GradientDescentOptimizer(1.0)
    with pytest.raises(ValueError, match=r"^No variables to optimize"):
        optimizer.minimize(tf.constant(1.0))
    v = tf.get_variable("v", initializer=2.0)
    with pytest.raises(ValueError, match=r"^No variables provided"):
        optimizer.apply_gradients([])
    with pytest.raises(ValueError, match=r"^gate_gradients must be one of"):
        optimizer.compute_gradients(v * v, gate_gradients=7)
    with pytest.raises(TypeError, match=r"^Gradient must be convertible to a Tensor"):
        optimizer.apply_gradients([(object(), v)])
    with pytest.raises(ValueError, match=r"^Invalid type tf.int32 for"):
        optimizer.compute_gradients(tf.constant(1), [v])
    with pytest.raises(ValueError, match=r"^initial_accumulator_value must be positive: 0"):
        train.AdagradOptimizer(1.0, 0.0)
    with pytest.raises(NotImplementedError, match=r"^Trying to update a Tensor"):
        optimizer.apply_gradients([(tf.constant(1.0), tf.constant(1.0))])
    with pytest.raises(NotImplementedError, match=r"^Trying to optimize unsupported type"):
        optimizer.compute_gradients(v * v, ["v"])


# The count of steps


def test_the_global_step_is_found_again() -> None:
    assert train.get_global_step() is None
    step = train.get_or_create_global_step()
    assert (step.name, step.dtype.base_dtype) == ("global_step:0", tf.int64)
    assert train.get_or_create_global_step() is step and train.get_global_step() is step
    assert step in tf.global_variables() and step not in tf.trainable_variables()
    with pytest.raises(ValueError, match='"global_step" already exists'):
        train.create_global_step()


def test_a_variable_of_that_name_counts_as_the_global_step() -> None:
    step = tf.Variable(0, trainable=False, name="global_step")
    assert train.get_global_step() is step


def test_two_global_steps_are_an_error() -> None:
    for _ in range(2):
        tf.get_default_graph().add_to_collection(GraphKeys.GLOBAL_STEP, tf.Variable(0, trainable=False))
    with pytest.raises(ValueError, match=r"^Multiple tensors in global_step collection"):
        train.get_global_step()


def test_minimize_counts_after_the_step() -> None:
    v = tf.get_variable("v", initializer=2.0)
    count = train.get_or_create_global_step()
    rate = train.exponential_decay(1.0, count, 1, 0.5)
    step = train.GradientDescentOptimizer(rate).minimize(v, global_step=count)
    assert step.name == "GradientDescent"
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for expected in (1.0, 0.5, 0.25):
            session.run(step)
            assert session.run(v) == expected
        assert train.global_step(session, count) == 3


# Learning rates


def rates(make: Callable[[Any], Any], steps: list[int]) -> list[float]:
    step = tf.placeholder(tf.int64, [])
    rate = make(step)
    with tf.Session() as session:
        return [float(session.run(rate, {step: number})) for number in steps]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda s: train.exponential_decay(0.1, s, 10, 0.5), [0.1, 0.1 * 0.5**0.5, 0.05, 0.1 * 0.5**2.5]),
        (lambda s: train.exponential_decay(0.1, s, 10, 0.5, staircase=True), [0.1, 0.1, 0.05, 0.025]),
        (lambda s: train.natural_exp_decay(0.1, s, 10, 0.5), [0.1 * np.exp(-0.5 * t) for t in (0, 0.5, 1, 2.5)]),
        (lambda s: train.inverse_time_decay(0.1, s, 10, 0.5), [0.1 / (1 + 0.5 * t) for t in (0, 0.5, 1, 2.5)]),
        (lambda s: train.inverse_time_decay(0.1, s, 10, 0.5, True), [0.1 / (1 + 0.5 * t) for t in (0, 0, 1, 2)]),
        (
            lambda s: train.polynomial_decay(0.1, s, 10, 0.02, power=2.0),
            [0.08 * (1 - t) ** 2 + 0.02 for t in (0, 0.5, 1, 1)],
        ),
        (
            lambda s: train.polynomial_decay(0.1, s, 10, 0.02, cycle=True),
            [0.08 * (1 - t) + 0.02 for t in (0, 0.5, 1, 25 / 30)],
        ),
        (lambda s: train.cosine_decay(0.1, s, 10, 0.2), [0.1, 0.1 * 0.6, 0.02, 0.02]),
        (lambda s: train.piecewise_constant(s, [5, 10], [0.3, 0.2, 0.1]), [0.3, 0.3, 0.2, 0.1]),
    ],
)
def test_the_rate_decays_by_its_formula(make: Callable[[Any], Any], expected: list[float]) -> None:
    np.testing.assert_allclose(rates(make, [0, 5, 10, 25]), expected, rtol=1e-6)


@pytest.mark.parametrize("decay", [train.exponential_decay, train.natural_exp_decay, train.inverse_time_decay])
def test_a_decay_needs_the_number_of_steps(decay: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=f"^global_step is required for {decay.__name__}"):
        decay(0.1, None, 10, 0.5)


def test_pieces_fit_their_boundaries() -> None:
    with pytest.raises(ValueError, match=r"^The length of boundaries should be 1 less than the length of values"):
        train.piecewise_constant(1, [1], [0.1])
    with pytest.raises(ValueError, match=r"^Boundaries \(float32\) must have the same dtype as x \(int32\)"):
        train.piecewise_constant(1, [1.5], [0.1, 0.2])


def test_adam_keeps_its_powers_in_single_precision_also_for_a_double_variable() -> None:
    w = tf.Variable(tf.constant(0.3, tf.float64))
    step = tf.train.AdamOptimizer(0.1).minimize(-w)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        # What TensorFlow 2.21 gives; powers in double precision would give 0.4000006.
        assert session.run(w) == pytest.approx(0.3999999698671457, abs=1e-12)


# Optimizers of a program's own


class Own(tf.train.Optimizer):  # type: ignore[misc]  # the base class is for subclasses
    def __init__(self) -> None:
        super().__init__(False, "Own")


def test_an_optimizer_must_say_how_it_changes_a_variable() -> None:
    with pytest.raises(NotImplementedError, match=r"Own does not say how it changes a variable: _apply_dense"):
        Own().minimize(tf.Variable([1.0]) * 3.0)


def test_an_optimizer_may_keep_zeros_for_each_variable() -> None:
    class Keeping(Own):
        def _create_slots(self, var_list: Any) -> None:
            for variable in var_list:
                self._zeros_slot(variable, "kept", "Keeping")

        def _apply_dense(self, grad: Any, var: Any) -> Any:
            kept = self.get_slot(var, "kept")
            return var.assign(tf.assign_add(kept, grad))

    v = tf.Variable([1.0])
    step = Keeping().minimize(v * 3.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for expected in (3.0, 6.0):
            session.run(step)
            assert session.run(v).tolist() == [expected]


def test_a_step_that_is_finished_by_the_same_operation_is_counted_once() -> None:
    class Joined(tf.train.GradientDescentOptimizer):
        def _finish(self, update_ops: Any, name_scope: str) -> Any:
            return done

    done = tf.group(name="done")
    loss = tf.Variable([1.0]) * 3.0
    for _ in range(2):
        assert Joined(0.1).minimize(loss) is done
    assert tf.get_collection(tf.GraphKeys.TRAIN_OP) == [done]


def test_a_constraint_cannot_hold_for_some_rows_alone() -> None:
    v = tf.get_variable("v", initializer=tf.constant([[1.0], [2.0]]), constraint=lambda value: value)
    with pytest.raises(RuntimeError, match="Cannot use a constraint function on a sparse variable"):
        tf.train.GradientDescentOptimizer(0.1).minimize(tf.gather(v, [0]))


def test_variables_may_be_listed_in_a_dict() -> None:
    v, w = tf.Variable([1.0]), tf.Variable([2.0])
    pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(v * w, var_list={"first": v, "rest": [w]})
    assert [variable for _, variable in pairs] == [v, w]


def test_the_pieces_of_a_schedule_have_one_type() -> None:
    with pytest.raises(ValueError, match="Values must have elements all with the same dtype"):
        tf.train.piecewise_constant(tf.constant(1), [2], [1.0, 2])
