"""The workloads as a user of JAX writes them: each step is one compiled function, on the CPU."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ..workloads import Array, Chain, Curvature, Elementwise, Fan, Job, Network, Sums

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)


def _slider(problem: Sums, all_values: bool) -> Job:
    seeds = cycle(problem.seeds)
    weights = tuple(map(jnp.asarray, problem.weights))

    @jax.jit
    def compute(weights: Any, seed: Any) -> Any:
        def ys(w1: Any, w2: Any, w3: Any, w4: Any) -> Any:
            return w1 + w2 + w3, w3 + w4

        values, pullback = jax.vjp(ys, *weights)
        return (*values, *pullback(seed)) if all_values else pullback(seed)

    return Job(lambda: jax.block_until_ready(compute(weights, next(seeds))))


def sum_gradients(problem: Sums) -> Job:
    """W1."""
    return _slider(problem, all_values=False)


def sum_values(problem: Sums) -> Job:
    """W1b."""
    return _slider(problem, all_values=True)


def _value_and_gradient(function: Any, problem: Chain | Fan) -> Job:
    @jax.jit
    def compute(x: Any, seed: Any) -> Any:
        value, pullback = jax.vjp(function, x)
        return (value, *pullback(seed))

    return Job(lambda: jax.block_until_ready(compute(problem.x, problem.seed)))


def chain(problem: Chain) -> Job:
    """W2."""

    def function(y: Any) -> Any:
        for _ in range(problem.repeats):
            y = jnp.exp(jnp.sin(y) * 0.5) - 0.3
        return y

    return _value_and_gradient(function, problem)


def new_chain(problem: Chain) -> Job:
    """W7, of 100 operations: compiled anew each time."""
    return Job(lambda: chain(problem).step())


def long_chain(problem: Chain) -> Array:
    """W7."""
    gradient: Array = chain(problem).step()[1]
    return gradient


def fan(problem: Fan) -> Job:
    """W3: the factors are an argument, since its compiler does not get done with 500 constants."""
    factors = jnp.asarray(problem.factors, problem.x.dtype)

    @jax.jit
    def compute(x: Any, factors: Any, seed: Any) -> Any:
        def function(x: Any) -> Any:
            y = x * factors[0]
            for number in range(1, len(factors)):
                y = y + x * factors[number]
            return y

        value, pullback = jax.vjp(function, x)
        return (value, *pullback(seed))

    return Job(lambda: jax.block_until_ready(compute(problem.x, factors, problem.seed)))


def _training(problem: Network, logits: Any) -> Job:
    weights = [jnp.asarray(w) for w in (*problem.weights, *problem.biases)]
    pictures, labels = jnp.asarray(problem.pictures), jnp.asarray(problem.labels)

    def loss(weights: Any, pictures: Any, labels: Any) -> Any:
        return -jnp.sum(labels * jax.nn.log_softmax(logits(weights, pictures))) / len(labels)

    @jax.jit
    def train(weights: Any, pictures: Any, labels: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, pictures, labels)
        return value, [w - problem.rate * gradient for w, gradient in zip(weights, gradients, strict=True)]

    def step() -> tuple[Any]:
        nonlocal weights
        value, weights = jax.block_until_ready(train(weights, pictures, labels))
        return (value,)

    return Job(step, lambda: weights)


def perceptron(problem: Network) -> Job:
    """W4."""

    def logits(weights: Any, pictures: Any) -> Any:
        w1, w2, w3, b1, b2, b3 = weights
        return jax.nn.relu(jax.nn.relu(pictures @ w1 + b1) @ w2 + b2) @ w3 + b3

    return _training(problem, logits)


def elementwise(problem: Elementwise) -> Job:
    """W5."""
    x, w, b = map(jnp.asarray, (problem.x, problem.w, problem.b))

    @jax.jit
    def compute(x: Any, w: Any, b: Any) -> Any:
        value, gradients = jax.value_and_grad(lambda w, b: jnp.sum(jnp.tanh(x * w + b) ** 2), (0, 1))(w, b)
        return (value, *gradients)

    return Job(lambda: jax.block_until_ready(compute(x, w, b)))


def convolution(problem: Network) -> Job:
    """W6."""

    def logits(weights: Any, pictures: Any) -> Any:
        h = pictures
        for kernel, bias in zip(weights[:2], weights[3:5], strict=True):
            h = lax.conv_general_dilated(h, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            h = jax.nn.relu(h + bias)
            h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "SAME")
        return h.reshape(len(pictures), -1) @ weights[2] + weights[5]

    return _training(problem, logits)


def curvature(problem: Curvature) -> Job:
    """W8: the derivative of the gradient along the vector, as JAX's documentation does it."""
    x, target = problem.x, problem.target
    weights = tuple(map(jnp.asarray, problem.weights))
    vectors = cycle(problem.vectors)

    def loss(weights: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = weights
        hidden = jnp.tanh(jnp.tanh(x @ w1 + b1) @ w2 + b2)
        return jnp.mean((hidden @ w3 + b3 - target) ** 2)

    @jax.jit
    def product(weights: Any, vector: Any) -> Any:
        return jax.jvp(jax.grad(loss), (weights,), (vector,))[1]

    return Job(lambda: jax.block_until_ready(product(weights, next(vectors))))
