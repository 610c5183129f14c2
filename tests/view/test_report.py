"""What is said of a training run: how the loss went, why it stopped, which gradients are out of proportion."""

from __future__ import annotations

from typing import Any

import pytest

import gradnb as tf
from gradnb.view.report import report
from gradnb.view.trainer import Trainer


def said(loss: Any, rate: float, steps: int, language: str = "en") -> list[str]:
    trainer = Trainer(loss, tf.train.GradientDescentOptimizer(rate))
    trainer.advance(steps)
    return list(report(trainer, language).sentences)


def bowl() -> Any:
    return tf.square(tf.Variable(4.0, name="w"), name="loss")


@pytest.mark.parametrize(
    ("rate", "steps", "expected"),
    [
        (0.25, 0, "Before the first step the loss is 16.0."),
        (0.25, 1, "In one step the loss fell from 16.0 to 4.0."),
        (0.25, 2, "In 2 steps the loss fell from 16.0 to 1.0."),
        (1.5, 1, "In one step the loss rose from 16.0 to 64.0."),
        (1.5, 2, "In 2 steps the loss rose from 16.0 to 256.0."),
        (1.0, 1, "After one step the loss is 16.0, as it was at the start."),
        (1.0, 3, "After 3 steps the loss is 16.0, as it was at the start."),
    ],
)
def test_how_the_loss_went(rate: float, steps: int, expected: str) -> None:
    assert said(bowl(), rate, steps) == [expected]


def test_a_loss_that_flies_away_is_a_matter_of_the_learning_rate() -> None:
    (sentence,) = said(bowl(), 1.5, 100)
    assert sentence.startswith("The loss has grown from 16.0 to 16384.0: every step leaps over the minimum")
    assert "The run stopped at step 5. Start again with a smaller learning rate" in sentence


def test_a_loss_that_ceases_to_be_a_number_after_growing_is_too() -> None:
    w = tf.Variable(4.0, name="w")
    trainer = Trainer(tf.square(tf.square(w)), tf.train.GradientDescentOptimizer(1.0))
    trainer.advance(100)
    trainer.advance(100)
    first, second = report(trainer).sentences
    assert first == "The loss is inf at step 3, and there the run stopped."
    assert second == "It had grown before that: the steps are too long. Start again with a smaller learning rate."


def test_a_loss_that_suddenly_is_no_number_points_to_log_division_and_root() -> None:
    first, second = said(tf.log(tf.Variable(1.0)), 2.0, 10)
    assert first == "The loss is NaN at step 1, and there the run stopped."
    assert second.startswith("It had not grown before that: look for a log of 0")


def test_variables_that_an_earlier_run_has_spoilt_are_named() -> None:
    x = tf.Variable(float("nan"), name="x")
    (sentence,) = said(x * x, 0.1, 10)
    assert sentence.startswith("The loss is NaN before any step, for x is no finite number: an earlier run")


def test_at_the_start_the_learning_rate_is_not_to_blame() -> None:
    (sentence,) = said(tf.log(tf.Variable(-1.0)), 0.1, 10)
    assert sentence.startswith("The loss is NaN before any step, so the learning rate is not to blame.")


def test_a_gradient_that_is_no_number_is_named() -> None:
    (sentence,) = said(tf.sqrt(tf.Variable(0.0, name="w")) + tf.Variable(2.0), 0.1, 10)
    assert sentence.startswith("At step 0 the loss is still 2.0, but the gradient of w is inf: one more step")


def test_gradients_of_zero_are_named() -> None:
    w, dead = tf.Variable(1.0, name="w"), tf.Variable(-1.0, name="dead")
    assert said(w * w + tf.nn.relu(dead), 0.25, 0)[1:] == ["The gradient of dead is 0: nothing changes there."]
    assert said(tf.nn.relu(dead) * 1.0, 0.25, 2)[1:] == ["All gradients are 0 here: no step leads anywhere any more."]


def test_a_gradient_that_vanishes_is_named_with_the_factor() -> None:
    first = tf.Variable([1.0, 1.0], name="first")
    last = tf.Variable([1.0], name="last")
    loss = tf.reduce_sum(last) + 0.0002 * tf.reduce_sum(first)
    assert said(loss, 0.1, 0)[1:] == [
        "Little of the gradient arrives at first: it is about 4,000 times smaller than at last."
    ]


def test_a_gradient_that_explodes_is_named_with_the_factor() -> None:
    w = tf.Variable([0.5, 0.25, 0.125], name="w")
    loss = -tf.reduce_sum(tf.square(w))
    assert said(loss, 2.0, 5)[1:] == ["The gradient explodes: at w it is about 3,000 times as large as at the start."]


def test_the_end_of_the_feed_is_said() -> None:
    x = tf.placeholder(tf.float32, [])
    trainer = Trainer(
        tf.square(tf.Variable(1.0) - x), tf.train.GradientDescentOptimizer(0.1), iter([{x: 0.0}, {x: 0.5}])
    )
    trainer.advance(9)
    assert report(trainer).sentences[1] == "After step 2 the feed had no more batches."


def test_what_is_not_trained_is_said() -> None:
    loss = tf.identity(tf.Variable(1.0, name="w") + tf.stop_gradient(tf.Variable(1.0, name="b")), name="loss")
    assert said(loss, 0.25, 0)[-1] == "Not trained, since no gradient comes from loss: b."


def test_the_caption_is_the_call_with_the_present_settings() -> None:
    trainer = Trainer(bowl(), tf.train.MomentumOptimizer(0.125, 0.5))
    assert report(trainer).caption == "tf.train.MomentumOptimizer(learning_rate=0.125, momentum=0.5).minimize(w²)"
    trainer.set(momentum=0.75)
    assert "momentum=0.75" in report(trainer).caption

    class Mine(tf.train.GradientDescentOptimizer):
        pass

    assert report(Trainer(bowl(), Mine(1))).caption == "Mine(learning_rate=1).minimize(w_1²)"


def test_it_stays_as_it_is_when_the_run_goes_on() -> None:
    trainer = Trainer(bowl(), tf.train.GradientDescentOptimizer(0.25))
    before = report(trainer)
    trainer.advance(3)
    assert len(before.steps) == 1
    assert before.variables[0].value.text == "4.0"


def test_it_speaks_chinese() -> None:
    assert said(bowl(), 0.25, 2, "zh") == ["走了 2 步，损失从 16.0 降到 1.0。"]
    (sentence,) = said(bowl(), 1.5, 100, "zh")
    assert "请调小学习率" in sentence
