"""Training on a private copy: the numbers of a plain session, nothing of the learner's changed, clear refusals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.view.learning import Stop
from gradnb.view.trainer import Trainer, around

OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "gradient descent": lambda: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda: tf.train.MomentumOptimizer(0.05, 0.9),
    "nesterov": lambda: tf.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True),
    "adagrad": lambda: tf.train.AdagradOptimizer(0.3),
    "rmsprop": lambda: tf.train.RMSPropOptimizer(0.01),
    "centered": lambda: tf.train.RMSPropOptimizer(0.01, momentum=0.5, centered=True),
    "adam": lambda: tf.train.AdamOptimizer(0.05),
}

# Points on a line, with a little noise.
DATA = np.linspace(-1, 1, 12, dtype=np.float32).reshape(-1, 1)
ANSWERS = 3 * DATA - 1 + 0.1 * np.sin(20 * DATA)


class Line:
    """A line through points: x ── · w ── + b ── − y ── square ── mean."""

    def __init__(self) -> None:
        self.x = tf.placeholder(tf.float32, [None, 1], name="x")
        self.y = tf.placeholder(tf.float32, [None, 1], name="y")
        self.w = tf.Variable([[0.5]], name="w")
        self.b = tf.Variable([0.0], name="b")
        self.output = tf.matmul(self.x, self.w) + self.b
        self.loss = tf.reduce_mean(tf.square(self.output - self.y), name="loss")
        self.feed = {self.x: DATA, self.y: ANSWERS}


def bowl(start: float = 4.0) -> tuple[Any, Any]:
    """Return a variable and its square."""
    w = tf.Variable(start, name="w")
    return w, tf.square(w, name="loss")


def losses(trainer: Trainer) -> list[float]:
    return [step.loss for step in trainer.steps]


# The numbers


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_losses_are_those_of_the_same_optimizer_in_a_session(name: str) -> None:
    line = Line()
    trainer = Trainer(line.loss, OPTIMIZERS[name](), line.feed)
    trainer.advance(25)
    step = OPTIMIZERS[name]().minimize(line.loss)
    expected = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(26):
            expected.append(float(session.run(line.loss, line.feed)))
            values = session.run([line.w, line.b])
            session.run(step, line.feed)
    assert losses(trainer) == expected
    assert [array.tolist() for array in trainer.variables.values()] == [value.tolist() for value in values]


def test_the_sizes_are_the_lengths_of_the_gradients() -> None:
    line = Line()
    trainer = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), line.feed)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        gradients = session.run(tf.gradients(line.loss, [line.w, line.b]), line.feed)
    assert trainer.steps[0].sizes == pytest.approx([np.linalg.norm(gradient) for gradient in gradients], rel=1e-6)


def test_repeated_rows_of_a_sparse_gradient_are_added_before_they_are_measured() -> None:
    table = tf.Variable([[1.0], [2.0], [3.0]], name="table")
    loss = tf.reduce_sum(tf.gather(table, [0, 0, 2]))
    trainer = Trainer(loss, tf.train.MomentumOptimizer(0.5, 0.0))
    assert trainer.steps[0].sizes == pytest.approx([math.sqrt(4 + 1)])
    trainer.advance()
    assert trainer.variables["table"].tolist() == [[0.0], [2.0], [2.5]]


def test_several_steps_at_once_are_as_many_single_ones_even_when_numbers_are_drawn() -> None:
    def trained(counts: list[int]) -> list[float]:
        tf.reset_default_graph()
        w = tf.Variable(tf.ones([20]), name="w")
        loss = tf.reduce_mean(tf.square(tf.nn.dropout(w, 0.5)))
        trainer = Trainer(loss, tf.train.GradientDescentOptimizer(1.0))
        for count in counts:
            trainer.advance(count)
            trainer.run(loss)
        return losses(trainer)

    assert trained([6]) == trained([1, 2, 3])
    assert len(set(trained([6]))) == 7


def test_initial_values_follow_the_seed() -> None:
    w = tf.get_variable("w", [3])
    loss = tf.reduce_sum(w * w)

    def start(seed: int) -> list[float]:
        return Trainer(loss, tf.train.GradientDescentOptimizer(0.1), seed=seed).variables["w"].tolist()  # type: ignore[no-any-return]  # a list of floats

    assert start(1) == start(1) != start(2)


def test_reset_begins_the_same_run_again() -> None:
    w = tf.Variable(tf.ones([20]), name="w")
    loss = tf.reduce_mean(tf.square(tf.nn.dropout(w, 0.5)))
    trainer = Trainer(loss, tf.train.AdamOptimizer(0.1))
    trainer.advance(5)
    first = losses(trainer)
    trainer.reset()
    assert losses(trainer) == first[:1]
    trainer.advance(5)
    assert losses(trainer) == first


def test_a_global_step_lets_the_learning_rate_decay() -> None:
    count = tf.train.create_global_step()
    _, loss = bowl()
    rate = tf.train.exponential_decay(0.5, count, 1, 0.5)
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(rate), global_step=count)
    trainer.advance(2)
    assert [step.settings for step in trainer.steps] == [(0.5,), (0.25,), (0.125,)]
    assert losses(trainer) == [16.0, 0.0, 0.0]
    assert trainer.adjustable == ()


def test_a_constraint_holds() -> None:
    w = tf.Variable(1.0, name="w", constraint=lambda value: tf.maximum(value, 0.25))
    trainer = Trainer(tf.square(w), tf.train.GradientDescentOptimizer(0.5))
    trainer.advance()
    assert trainer.variables["w"] == 0.25


# Settings


def test_a_setting_that_is_changed_counts_from_the_next_step_on() -> None:
    _, loss = bowl()
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(0.25))
    trainer.advance()
    trainer.set(learning_rate=0.5)
    trainer.advance()
    assert losses(trainer) == [16.0, 4.0, 0.0]
    assert [step.settings for step in trainer.steps] == [(0.25,), (0.25,), (0.5,)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gradient descent", ["learning_rate"]),
        ("momentum", ["learning_rate", "momentum"]),
        ("adagrad", ["learning_rate"]),
        ("rmsprop", ["learning_rate", "decay", "momentum", "epsilon"]),
        ("adam", ["learning_rate", "beta1", "beta2", "epsilon"]),
    ],
)
def test_the_settings_are_what_the_constructor_was_given_as_numbers(name: str, expected: list[str]) -> None:
    _, loss = bowl()
    assert list(Trainer(loss, OPTIMIZERS[name]()).adjustable) == expected


def test_what_the_optimizer_keeps_starts_from_a_setting_changed_before_the_first_step() -> None:
    _, loss = bowl()
    changed = Trainer(loss, tf.train.AdamOptimizer(0.1))
    changed.set(beta1=0.5)
    built = Trainer(loss, tf.train.AdamOptimizer(0.1, beta1=0.5))
    for trainer in (changed, built):
        trainer.advance(5)
    assert losses(changed) == losses(built)


def test_a_setting_that_is_no_number_or_not_there_is_refused() -> None:
    _, loss = bowl()
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(0.25))
    with pytest.raises(KeyError, match=r"no number called 'momentum' to change\. It has: learning_rate"):
        trainer.set(learning_rate=1.0, momentum=0.5)
    for value in (math.nan, math.inf, "0.1", True):
        with pytest.raises(ValueError, match=r"learning_rate: .* is no finite number"):
            trainer.set(learning_rate=value)  # type: ignore[arg-type]  # that is the test
    assert trainer.settings == {"learning_rate": 0.25}


def test_an_optimizer_of_the_programs_own_may_need_plain_numbers() -> None:
    class SignDescent(tf.train.Optimizer):
        def __init__(self, rate: float) -> None:
            super().__init__(False, "SignDescent")
            self._rate = rate

        def _apply_dense(self, grad: Any, var: Any) -> Any:
            return tf.assign_sub(var, math.sqrt(self._rate) * tf.sign(grad))

    _, loss = bowl()
    trainer = Trainer(loss, SignDescent(4.0))
    trainer.advance(2)
    assert losses(trainer) == [16.0, 4.0, 0.0]
    assert trainer.adjustable == ()
    assert trainer.settings == {"rate": 4.0}


def test_an_optimizer_of_the_programs_own_has_its_settings_changed() -> None:
    class Halving(tf.train.Optimizer):
        def __init__(self, share: float) -> None:
            super().__init__(False, "Halving")
            self.share = share

        def _apply_dense(self, grad: Any, var: Any) -> Any:
            return tf.assign(var, var * self.share)

    _, loss = bowl()
    trainer = Trainer(loss, Halving(0.5))
    trainer.set(share=0.25)
    trainer.advance()
    assert losses(trainer) == [16.0, 1.0]


# The learner's things


def test_graph_session_variables_and_optimizer_stay_as_they_are() -> None:
    line = Line()
    optimizer = tf.train.AdamOptimizer(0.1)
    step = optimizer.minimize(line.loss)
    graph = tf.get_default_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step, line.feed)
        everything = tf.global_variables()

        def state() -> tuple[Any, ...]:
            return (
                [operation.name for operation in graph.get_operations()],
                graph.unique_name("add", False),
                {key: list(graph.get_collection(key)) for key in graph.get_all_collection_keys()},
                [session.run(variable).tolist() for variable in everything],
                [slot.op for name in optimizer.get_slot_names() for slot in [optimizer.get_slot(line.w, name)]],
                vars(optimizer).copy(),
            )

        before = state()
        trainer = Trainer(line.loss, optimizer, line.feed)
        trainer.advance(5)
        trainer.set(learning_rate=0.5)
        trainer.advance(5)
        trainer.reset()
        assert state() == before


def test_it_goes_on_from_the_last_run_with_what_the_optimizer_has_kept() -> None:
    line = Line()
    optimizer = tf.train.AdamOptimizer(0.1)
    step = optimizer.minimize(line.loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            session.run(step, line.feed)
        expected = [float(session.run(line.loss, line.feed))]
        trainer = Trainer(line.loss, optimizer)
        for _ in range(5):
            session.run(step, line.feed)
            expected.append(float(session.run(line.loss, line.feed)))
    trainer.advance(5)
    assert losses(trainer) == expected, "also what was fed is that of the last run"


def test_a_session_can_be_named() -> None:
    w, loss = bowl()
    with tf.Session() as first, tf.Session() as second:
        for session, value in ((first, 2.0), (second, 3.0)):
            session.run(w.initializer)
            w.load(value, session)
        assert losses(Trainer(loss, tf.train.GradientDescentOptimizer(0.1), session=first)) == [4.0]
        assert losses(Trainer(loss, tf.train.GradientDescentOptimizer(0.1))) == [9.0]
    with pytest.raises(RuntimeError, match="closed Session"):
        Trainer(loss, tf.train.GradientDescentOptimizer(0.1), session=first)


def test_a_finalized_graph_is_trained() -> None:
    _, loss = bowl()
    tf.get_default_graph().finalize()
    trainer = Trainer(loss, tf.train.AdamOptimizer(0.1))
    assert trainer.advance(3) == 3


def test_only_what_is_listed_is_trained() -> None:
    a, b = tf.Variable(1.0, name="a"), tf.Variable(1.0, name="b")
    trainer = Trainer(a * b, tf.train.GradientDescentOptimizer(0.5), variables=[b])
    trainer.advance()
    assert trainer.variables == {"b": 0.5}


def test_a_variable_without_a_gradient_is_named_and_left_alone() -> None:
    a, b = tf.Variable(2.0, name="a"), tf.Variable(1.0, name="b")
    trainer = Trainer(tf.square(a) + tf.stop_gradient(b), tf.train.GradientDescentOptimizer(0.25))
    trainer.advance()
    assert trainer.unchanged == ("b",)
    assert trainer.variables == {"a": 1.0}


def test_tensors_of_the_program_are_computed_at_the_present_point() -> None:
    line = Line()
    other = tf.Variable(7.0, name="other")
    trainer = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), line.feed)
    trainer.advance(200)
    line_there = trainer.run(line.output, {line.x: [[1.0], [0.0]]})
    w, b = trainer.variables["w"], trainer.variables["b"]
    assert line_there.tolist() == pytest.approx(np.array([[w[0, 0] + b[0]], [b[0]]]))
    assert trainer.run({"loss": line.loss, "w": line.w})["loss"] == np.float32(trainer.steps[-1].loss)
    with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value other"):
        trainer.run(other)


# Names


def test_names_of_a_loop_are_no_names_for_some_of_its_variables() -> None:
    layers = [tf.get_variable(f"W{number}", initializer=1.0) for number in (1, 2)]
    loss = layers[0] * layers[1]
    last = layers[1].as_tensor(as_reference=True)
    first = layers[0].as_tensor(as_reference=True)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    assert list(Trainer(loss, optimizer, callers={last: "w"}).variables) == ["W1", "W2"]
    assert list(Trainer(loss, optimizer, callers={last: "w", first: "v"}).variables) == ["v", "w"]
    assert list(Trainer(loss, optimizer, callers={last: "w", first: "w"}).variables) == ["w", "w (2)"]
    assert list(Trainer(loss, optimizer, names={last: "mine"}).variables) == ["W1", "mine"]


# Feeds


def batches(line: Line) -> list[dict[Any, Any]]:
    return [{line.x: DATA[start : start + 4], line.y: ANSWERS[start : start + 4]} for start in (0, 4, 8)]


def test_batches_are_taken_one_after_the_other_and_again() -> None:
    line = Line()
    given = batches(line)
    by_list = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), given)
    asked: list[int] = []

    def feed(step: int) -> dict[Any, Any]:
        asked.append(step)
        return given[step % 3]

    by_function = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), feed)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(line.loss)
    expected = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for number in range(8):
            expected.append(float(session.run(line.loss, given[number % 3])))
            session.run(step, given[number % 3])
    for trainer in (by_list, by_function):
        trainer.advance(7)
        assert losses(trainer) == expected
        assert trainer.batches
        trainer.reset()
        trainer.advance(3)
        assert losses(trainer) == expected[:4]
    assert asked == [*range(8), *range(4)]


def test_what_can_be_gone_through_once_gives_as_many_steps_as_batches() -> None:
    line = Line()

    def once() -> Iterator[dict[Any, Any]]:
        yield from batches(line)

    trainer = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), once())
    assert trainer.advance(10) == 3
    assert trainer.stop is Stop.EXHAUSTED
    assert not trainer.can_step
    again = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), batches(line))
    again.advance(3)
    assert losses(trainer)[:3] == losses(again)[:3]


def test_begun_again_what_can_be_gone_through_once_goes_on_with_the_last_batch() -> None:
    line = Line()
    trainer = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), iter(batches(line)))
    trainer.advance(10)
    last = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), batches(line)[2])
    trainer.reset()
    assert losses(trainer) == losses(last)


def test_a_feed_of_another_kind_is_refused() -> None:
    line = Line()
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with pytest.raises(TypeError, match=r"The feed is of type float\. It can be a dict"):
        Trainer(line.loss, optimizer, 0.5)
    with pytest.raises(TypeError, match="something of type tuple for step 0"):
        Trainer(line.loss, optimizer, [(DATA, ANSWERS)])
    with pytest.raises(ValueError, match="The feed is empty"):
        Trainer(line.loss, optimizer, [])
    with pytest.raises(ValueError, match=r"Cannot feed value of shape \(2,\)"):
        Trainer(line.loss, optimizer, {line.x: [1.0, 2.0], line.y: ANSWERS})


def test_a_placeholder_that_the_feed_lacks_is_named() -> None:
    line = Line()
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with pytest.raises(ValueError, match=r"lacks a value for y \(\?, 1\)\. Give it one: feed=\{y: …\}"):
        Trainer(line.loss, optimizer, {line.x: DATA})
    with pytest.raises(ValueError, match=r"lacks a value for x \(\?, 1\), y \(\?, 1\)"):
        Trainer(line.loss, optimizer)
    second = Trainer(line.loss, optimizer, [line.feed, {line.x: DATA}])
    with pytest.raises(ValueError, match="lacks a value for y"):
        second.advance()


def test_after_a_batch_that_failed_the_same_step_is_finished_and_not_taken_twice() -> None:
    line = Line()
    given: list[Any] = [line.feed, {line.x: [[1.0, 2.0]], line.y: ANSWERS}, None]
    trainer = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), lambda step: given[step])
    for bad in (given[1], {line.x: DATA}, 0.5, {line.x: "many", line.y: ANSWERS}):
        given[1] = bad
        with pytest.raises((ValueError, TypeError)):
            trainer.advance()
        assert len(trainer.steps) == 1
    given[1] = line.feed
    trainer.advance()
    alone = Trainer(line.loss, tf.train.GradientDescentOptimizer(0.1), line.feed)
    alone.advance()
    assert losses(trainer) == losses(alone)


def test_what_lies_behind_a_fed_tensor_needs_no_value() -> None:
    line = Line()
    trainer = Trainer(
        line.loss, tf.train.GradientDescentOptimizer(0.1), {line.x: DATA, line.y: ANSWERS, line.output: ANSWERS}
    )
    assert trainer.steps[0].loss == 0.0


def test_a_learning_rate_can_be_fed() -> None:
    _, loss = bowl()
    rate = tf.placeholder(tf.float32, [], name="rate")
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(rate), lambda step: {rate: 0.25 if step == 0 else 0.5})
    trainer.advance(2)
    assert losses(trainer) == [16.0, 4.0, 0.0]
    with pytest.raises(ValueError, match="lacks a value for rate"):
        Trainer(loss, tf.train.GradientDescentOptimizer(rate), {})


# What cannot be trained


def test_a_loss_that_is_not_one_number_is_refused() -> None:
    w = tf.Variable([1.0, 2.0], name="w")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with pytest.raises(ValueError, match=r"has the shape \(2,\), and a loss is one number: take its tf.reduce_mean"):
        Trainer(w * w, optimizer)
    shapeless = tf.placeholder(tf.float32, name="factor")
    with pytest.raises(ValueError, match=r"has the shape \(2,\)"):
        Trainer(w[0] * shapeless, optimizer, {shapeless: [1.0, 2.0]})
    with pytest.raises(TypeError, match="The loss is of type float"):
        Trainer(0.5, optimizer)


def test_what_is_no_optimizer_is_refused() -> None:
    _, loss = bowl()
    with pytest.raises(TypeError, match=r"type Operation\. Give the optimizer itself"):
        Trainer(loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss))
    with pytest.raises(TypeError, match="type float"):
        Trainer(loss, 0.1)


def test_a_loss_without_variables_is_refused() -> None:
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with pytest.raises(ValueError, match="'c' depends on no trainable variable"):
        Trainer(tf.constant(1.0, name="c"), optimizer)
    fixed = tf.Variable(1.0, trainable=False)
    with pytest.raises(ValueError, match="depends on no trainable variable"):
        Trainer(fixed * 2.0, optimizer)


def test_variables_that_no_gradient_reaches_are_named() -> None:
    w = tf.Variable(1.0, name="w")
    with pytest.raises(ValueError, match=r"No gradient reaches w\. .*stop_gradient"):
        Trainer(tf.stop_gradient(w) * 2.0, tf.train.GradientDescentOptimizer(0.1))


# Where it ends


def test_it_stops_before_a_loss_that_is_no_number_spoils_the_variables() -> None:
    w = tf.Variable(1.0, name="w")
    trainer = Trainer(tf.log(w), tf.train.GradientDescentOptimizer(2.0))
    assert trainer.advance(10) == 1
    assert trainer.stop is Stop.LOSS
    assert math.isnan(trainer.steps[-1].loss)
    assert trainer.variables["w"] == -1.0
    assert trainer.advance(10) == 0


def test_it_stops_where_a_gradient_is_no_number_and_the_loss_still_is() -> None:
    w = tf.Variable(0.0, name="w")
    trainer = Trainer(tf.sqrt(w), tf.train.GradientDescentOptimizer(0.1))
    assert trainer.advance() == 0
    assert trainer.stop is Stop.GRADIENT
    assert trainer.variables["w"] == 0.0


def test_it_stops_when_the_loss_flies_away_and_goes_on_when_asked_again() -> None:
    _, loss = bowl(1.0)
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(1.5))
    assert trainer.advance(1000) == 5
    assert (trainer.stop, trainer.steps[-1].loss) == (Stop.DIVERGED, 2.0**10)
    taken = trainer.advance(1000)
    assert trainer.stop is Stop.LOSS
    assert 50 < taken < 100
    trainer.reset()
    assert trainer.advance(1000) == 5, "after a new start it is warned again"


def test_a_large_loss_that_falls_is_no_flight() -> None:
    _, loss = bowl(1e6)
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(0.25))
    assert trainer.advance(20) == 20
    assert trainer.stop is None


# The ground on which a path lies


def test_the_landscape_of_two_numbers_is_the_loss_there() -> None:
    x, y = tf.Variable(2.0, name="x"), tf.Variable([-1.0], name="y")
    trainer = Trainer(tf.square(x) + 3.0 * y[0], tf.train.GradientDescentOptimizer(0.1))
    trainer.advance(3)
    before = {name: value.tolist() for name, value in trainer.variables.items()}
    found = trainer.landscape([(-2.0, 2.0), (-1.0, 1.0)])
    assert found is not None
    assert found.names == ("x", "y[0]")
    across, up = np.meshgrid(*found.axes)
    np.testing.assert_allclose(found.heights, across**2 + 3 * up, atol=1e-5)
    assert {name: value.tolist() for name, value in trainer.variables.items()} == before
    assert trainer.steps[1].point == pytest.approx((1.6, -1.3))


def test_the_landscape_of_one_number_is_a_curve() -> None:
    _, loss = bowl()
    found = Trainer(loss, tf.train.GradientDescentOptimizer(0.1)).landscape()
    assert found is not None
    np.testing.assert_allclose(found.heights, found.axes[0] ** 2, rtol=1e-5)
    assert found.axes[0][[0, -1]].tolist() == [-4.8, 4.8]


def test_more_than_two_numbers_have_no_landscape() -> None:
    w = tf.Variable([1.0, 2.0, 3.0])
    trainer = Trainer(tf.reduce_sum(w * w), tf.train.GradientDescentOptimizer(0.1))
    assert trainer.landscape() is None
    assert trainer.ranges() == []
    assert trainer.steps[0].point == ()


def test_a_path_that_flies_away_does_not_widen_the_landscape() -> None:
    _, loss = bowl()
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(1.5))
    trainer.advance(5)
    assert abs(trainer.steps[-1].point[0]) > 100
    assert trainer.ranges() == around([(4.0,)])


def test_at_zero_there_is_room_too() -> None:
    assert around([(0.0, 0.0)]) == [(-1.2, 1.2), (-1.2, 1.2)]


def test_a_landscape_that_takes_too_long_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    _, loss = bowl()
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(0.1))
    assert trainer.landscape() is not None
    monkeypatch.setattr("gradnb.view.trainer._MOST_SECONDS", -1.0)
    assert trainer.landscape() is None


def test_where_no_loss_is_a_number_there_is_no_landscape() -> None:
    w = tf.Variable(1.0, name="w")
    loss = tf.log(-tf.square(w) - 1.0, name="loss")
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(0.1))
    assert trainer.landscape([(-1.0, 1.0)]) is None
