"""The workloads as a user of autograd writes them."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import autograd.numpy as np
from autograd import grad, make_vjp, value_and_grad

from ..workloads import Array, Chain, Curvature, Elementwise, Fan, Job, Network, Sums


def _slider(problem: Sums, all_values: bool) -> Job:
    seeds = cycle(problem.seeds)

    def ys(weights: Any) -> Any:
        w1, w2, w3, w4 = weights
        return np.concatenate([w1 + w2 + w3, w3 + w4])

    def step() -> tuple[Array, ...]:
        pullback, values = make_vjp(ys)(problem.weights)
        gradients = pullback(np.concatenate(next(seeds)))
        return (*np.split(values, 2), *gradients) if all_values else tuple(gradients)

    return Job(step)


def sum_gradients(problem: Sums) -> Job:
    """W1."""
    return _slider(problem, all_values=False)


def sum_values(problem: Sums) -> Job:
    """W1b."""
    return _slider(problem, all_values=True)


def _value_and_gradient(function: Any, problem: Chain | Fan) -> Job:
    def step() -> tuple[Array, Array]:
        pullback, value = make_vjp(function)(problem.x)
        return value, pullback(problem.seed)

    return Job(step)


def chain(problem: Chain) -> Job:
    """W2."""

    def function(y: Any) -> Any:
        for _ in range(problem.repeats):
            y = np.exp(np.sin(y) * 0.5) - 0.3
        return y

    return _value_and_gradient(function, problem)


#: W7, of 100 operations: each step builds its graph anew.
new_chain = chain


def long_chain(problem: Chain) -> Array:
    """W7."""
    gradient: Array = chain(problem).step()[1]
    return gradient


def fan(problem: Fan) -> Job:
    """W3."""

    def function(x: Any) -> Any:
        y = x * problem.factors[0]
        for factor in problem.factors[1:]:
            y = y + x * factor
        return y

    return _value_and_gradient(function, problem)


def _cross_entropy(logits: Any, labels: Array) -> Any:
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    return np.sum(labels * (np.log(np.sum(np.exp(shifted), axis=1, keepdims=True)) - shifted)) / len(labels)


def _training(problem: Network, logits: Any) -> Job:
    weights = [w.copy() for w in (*problem.weights, *problem.biases)]
    loss = value_and_grad(lambda weights: _cross_entropy(logits(weights), problem.labels))

    def step() -> tuple[Any]:
        value, gradients = loss(weights)
        for number, gradient in enumerate(gradients):
            weights[number] = weights[number] - problem.rate * gradient
        return (value,)

    return Job(step, lambda: weights)


def perceptron(problem: Network) -> Job:
    """W4."""

    def logits(weights: Any) -> Any:
        w1, w2, w3, b1, b2, b3 = weights
        h = np.maximum(np.dot(problem.pictures, w1) + b1, 0)
        return np.dot(np.maximum(np.dot(h, w2) + b2, 0), w3) + b3

    return _training(problem, logits)


def elementwise(problem: Elementwise) -> Job:
    """W5."""
    loss = value_and_grad(lambda weights: np.sum(np.tanh(problem.x * weights[0] + weights[1]) ** 2))

    def step() -> tuple[Any, Array, Array]:
        value, (dw, db) = loss((problem.w, problem.b))
        return value, dw, db

    return Job(step)


def _convolved(x: Any, kernel: Any) -> Any:
    height, width = x.shape[1:3]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="constant")
    patches = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.dot(np.concatenate(patches, axis=3), np.reshape(kernel, (-1, kernel.shape[-1])))


def _pooled(x: Any) -> Any:
    n, height, width, channels = x.shape
    return np.max(np.reshape(x, (n, height // 2, 2, width // 2, 2, channels)), axis=(2, 4))


def convolution(problem: Network) -> Job:
    """W6."""

    def logits(weights: Any) -> Any:
        k1, k2, w3, b1, b2, b3 = weights
        h = _pooled(np.maximum(_convolved(problem.pictures, k1) + b1, 0))
        h = _pooled(np.maximum(_convolved(h, k2) + b2, 0))
        return np.dot(np.reshape(h, (len(problem.pictures), -1)), w3) + b3

    return _training(problem, logits)


def curvature(problem: Curvature) -> Job:
    """W8."""
    vectors = cycle(problem.vectors)

    def loss(weights: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = weights
        hidden = np.tanh(np.dot(np.tanh(np.dot(problem.x, w1) + b1), w2) + b2)
        return np.mean((np.dot(hidden, w3) + b3 - problem.target) ** 2)

    gradient = grad(loss)

    def step() -> tuple[Array, ...]:
        pullback, _ = make_vjp(gradient)(problem.weights)
        return tuple(pullback(next(vectors)))

    return Job(step)
