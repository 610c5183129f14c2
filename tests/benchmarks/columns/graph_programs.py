"""The programs for graph frameworks: TensorFlow 1's, and gradnb, which runs them to the letter."""

from __future__ import annotations

from importlib import import_module
from itertools import cycle
from time import perf_counter
from typing import Any

from ..workloads import Array, Chain, Curvature, Elementwise, Fan, Job, Network, Sums


class GraphPrograms:
    """The workloads as programs of one framework.

    Parameters
    ----------
    package : str
        What such a program imports as ``tf``.
    """

    def __init__(self, package: str) -> None:
        self._tf: Any = import_module(package)
        self._tf.disable_v2_behavior()

    def _session(self, graph: Any) -> Any:
        one_thread = self._tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        session = self._tf.Session(graph=graph, config=one_thread)
        session.run(self._tf.global_variables_initializer())
        return session

    def _sums(self, problem: Sums, all_values: bool) -> Job:
        tf = self._tf
        with tf.Graph().as_default() as graph:
            w1, w2, w3, w4 = (tf.Variable(w) for w in problem.weights)
            ys = [w1 + w2 + w3, w3 + w4]
            g1, g2 = (tf.placeholder(y.dtype, y.shape) for y in ys)
            gradients = tf.gradients(ys, [w1, w2, w3, w4], grad_ys=[g1, g2])
            session = self._session(graph)
        fetches = [*ys, *gradients] if all_values else gradients
        seeds = cycle(problem.seeds)

        def step() -> Any:
            seed1, seed2 = next(seeds)
            return session.run(fetches, {g1: seed1, g2: seed2})

        return Job(step)

    def sum_gradients(self, problem: Sums) -> Job:
        """W1."""
        return self._sums(problem, all_values=False)

    def sum_values(self, problem: Sums) -> Job:
        """W1b."""
        return self._sums(problem, all_values=True)

    def _value_and_gradient(self, graph: Any, y: Any, x: Any, problem: Chain | Fan) -> Job:
        tf = self._tf
        seed = tf.placeholder(y.dtype, y.shape)
        fetches = [y, *tf.gradients(y, x, grad_ys=seed)]
        session = self._session(graph)
        return Job(lambda: session.run(fetches, {x: problem.x, seed: problem.seed}))

    def chain(self, problem: Chain) -> Job:
        """W2."""
        tf = self._tf
        with tf.Graph().as_default() as graph:
            x, y = self._links(problem)
            return self._value_and_gradient(graph, y, x, problem)

    def _links(self, problem: Chain) -> tuple[Any, Any]:
        tf = self._tf
        x = y = tf.placeholder(tf.float32, problem.x.shape)
        for _ in range(problem.repeats):
            y = tf.exp(tf.sin(y) * 0.5) - 0.3
        return x, y

    def fan(self, problem: Fan) -> Job:
        """W3."""
        tf = self._tf
        with tf.Graph().as_default() as graph:
            x = tf.placeholder(tf.float32, problem.x.shape)
            y = x * problem.factors[0]
            for factor in problem.factors[1:]:
                y = y + x * factor
            return self._value_and_gradient(graph, y, x, problem)

    def _training(self, graph: Any, problem: Network, x: Any, logits: Any, weights: list[Any]) -> Job:
        tf = self._tf
        labels = tf.placeholder(logits.dtype, problem.labels.shape)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))
        train = tf.train.GradientDescentOptimizer(problem.rate).minimize(loss)
        session = self._session(graph)
        fetches = [loss, train]
        feeds = {x: problem.pictures, labels: problem.labels}
        return Job(lambda: session.run(fetches, feeds)[:1], lambda: session.run(weights))

    def perceptron(self, problem: Network) -> Job:
        """W4."""
        tf = self._tf
        with tf.Graph().as_default() as graph:
            x = h = tf.placeholder(tf.as_dtype(problem.pictures.dtype), problem.pictures.shape)
            weights, biases = [tf.Variable(w) for w in problem.weights], [tf.Variable(b) for b in problem.biases]
            for w, b in zip(weights[:-1], biases[:-1], strict=True):
                h = tf.nn.relu(tf.matmul(h, w) + b)
            logits = tf.matmul(h, weights[-1]) + biases[-1]
            return self._training(graph, problem, x, logits, [*weights, *biases])

    def elementwise(self, problem: Elementwise) -> Job:
        """W5."""
        tf = self._tf
        with tf.Graph().as_default() as graph:
            x = tf.placeholder(tf.as_dtype(problem.x.dtype), problem.x.shape)
            # Initial values by feeds: a graph of TensorFlow holds no constants of this size.
            values = [tf.placeholder(x.dtype, x.shape) for _ in range(2)]
            w, b = (tf.Variable(value) for value in values)
            y = tf.reduce_sum(tf.square(tf.tanh(x * w + b)))
            fetches = [y, *tf.gradients(y, [w, b])]
            session = tf.Session(graph=graph, config=tf.ConfigProto(intra_op_parallelism_threads=1))
            session.run(tf.global_variables_initializer(), dict(zip(values, (problem.w, problem.b), strict=True)))
        feeds = {x: problem.x}
        return Job(lambda: session.run(fetches, feeds))

    def convolution(self, problem: Network) -> Job:
        """W6."""
        tf = self._tf
        with tf.Graph().as_default() as graph:
            x = h = tf.placeholder(tf.float32, problem.pictures.shape)
            weights, biases = [tf.Variable(w) for w in problem.weights], [tf.Variable(b) for b in problem.biases]
            for w, b in zip(weights[:-1], biases[:-1], strict=True):
                h = tf.nn.relu(tf.nn.conv2d(h, w, strides=[1, 1, 1, 1], padding="SAME") + b)
                h = tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
            flat = tf.reshape(h, [len(problem.pictures), -1])
            logits = tf.matmul(flat, weights[-1]) + biases[-1]
            return self._training(graph, problem, x, logits, [*weights, *biases])

    def curvature(self, problem: Curvature) -> Job:
        """W8."""
        tf = self._tf
        with tf.Graph().as_default() as graph:
            weights = [tf.Variable(w) for w in problem.weights]
            w1, b1, w2, b2, w3, b3 = weights
            hidden = tf.tanh(tf.matmul(tf.tanh(tf.matmul(problem.x, w1) + b1), w2) + b2)
            loss = tf.reduce_mean(tf.square(tf.matmul(hidden, w3) + b3 - problem.target))
            directions = [tf.placeholder(w.dtype.base_dtype, w.shape) for w in weights]
            product = tf.gradients(tf.gradients(loss, weights), weights, grad_ys=directions)
            session = self._session(graph)
        vectors = cycle(problem.vectors)

        def step() -> list[Array]:
            found: list[Array] = session.run(product, dict(zip(directions, next(vectors), strict=True)))
            return found

        return Job(step)

    def new_chain(self, problem: Chain) -> Job:
        """W7, of 100 operations."""
        return Job(lambda: self.chain(problem).step())

    def parts_of_a_new_chain(self, problem: Chain) -> dict[str, float]:
        """Return the seconds of each part of what `new_chain` does, and of two more runs."""
        tf = self._tf
        times = [perf_counter()]
        with tf.Graph().as_default() as graph:
            x, y = self._links(problem)
            times.append(perf_counter())
            seed = tf.placeholder(y.dtype, y.shape)
            fetches = [y, *tf.gradients(y, x, grad_ys=seed)]
            times.append(perf_counter())
            session = tf.Session(graph=graph)
            for _ in range(3):
                session.run(fetches, {x: problem.x, seed: problem.seed})
                times.append(perf_counter())
        names = ("building", "gradients", "first run", "second run", "third run")
        return {name: end - start for name, start, end in zip(names, times, times[1:], strict=False)}

    def long_chain(self, problem: Chain) -> Array:
        """W7: return the gradient at the beginning of the chain."""
        job = self.chain(problem)
        gradient: Array = job.step()[1]
        return gradient
