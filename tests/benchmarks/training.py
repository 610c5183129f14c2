"""How quickly a training steps, is drawn, and stops when it is told to: ``python -m tests.benchmarks.training``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import gradnb as tf
from gradnb.jupyter.train_view import TrainPanel
from gradnb.render.figure import Chart

STEPS, PICTURES, STOPS = 1000, 20, 10


def network() -> tuple[Any, dict[Any, Any]]:
    """Return the loss of a perceptron 2-8-8-8-1 and what to feed: 200 points, inside a circle or not."""
    points = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    x, y = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.float32, [None, 1])
    h: Any = x
    for number, units in enumerate((8, 8, 8, 1)):
        h = tf.layers.dense(h, units, tf.tanh if units > 1 else None, name=f"layer{number}")
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=h))
    return loss, {x: points, y: (np.sum(points**2, axis=1, keepdims=True) < 1.2).astype(np.float32)}


def milliseconds(action: Callable[[], object], times: int) -> float:
    """Return how long an action takes, at the median."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(1000 * (time.perf_counter() - start))
    return median(found)


async def stopping(panel: TrainPanel) -> float:
    """Return how many milliseconds pass from telling a long run to stop until its last picture is drawn."""
    panel.run(1_000_000)
    await asyncio.sleep(0.5)
    start = time.perf_counter()
    panel.stop()
    while panel.is_running:
        await asyncio.sleep(0.001)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    loss, feed = network()
    view = tf.train_view(loss, tf.train.AdamOptimizer(0.01), feed)
    step = tf.train.AdamOptimizer(0.01).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        plain = milliseconds(lambda: session.run([step, loss], feed), STEPS)
    rows = {
        "a step of the session itself": plain,
        "a step of the view": milliseconds(view.step, STEPS),
        "the picture in a new figure": milliseconds(lambda: Chart(view.learning).draw(view.learning), PICTURES),
        "the picture in the same figure": milliseconds(view.png, PICTURES),
        "the same on a narrow page": milliseconds(lambda: view.png(narrow=True), PICTURES),
        "from stop to the last picture": median(asyncio.run(stopping(TrainPanel(view))) for _ in range(STOPS)),
    }
    for name, time_taken in rows.items():
        print(f"{name:32}{time_taken:10.2f} ms")


if __name__ == "__main__":
    main()
