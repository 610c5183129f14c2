"""The workloads as a user of MyGrad writes them."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from ..workloads import Array, Chain, Elementwise, Fan, Job, Network, Sums


def _slider(problem: Sums, all_values: bool) -> Job:
    seeds = cycle(problem.seeds)

    def step() -> tuple[Any, ...]:
        w1, w2, w3, w4 = weights = [mg.tensor(w, copy=False) for w in problem.weights]
        ys = mg.concatenate([w1 + w2 + w3, w3 + w4])
        ys.backward(np.concatenate(next(seeds)))
        gradients = [w.grad for w in weights]
        return (*np.split(ys.data, 2), *gradients) if all_values else tuple(gradients)

    return Job(step)


def sum_gradients(problem: Sums) -> Job:
    """W1."""
    return _slider(problem, all_values=False)


def sum_values(problem: Sums) -> Job:
    """W1b."""
    return _slider(problem, all_values=True)


def _value_and_gradient(function: Any, problem: Chain | Fan) -> Job:
    def step() -> tuple[Any, Any]:
        x = mg.tensor(problem.x, copy=False)
        y = function(x)
        y.backward(problem.seed)
        return y.data, x.grad

    return Job(step)


def chain(problem: Chain) -> Job:
    """W2: numbers of Python's own would make everything double precision."""
    half, shift = np.float32(0.5), np.float32(0.3)

    def function(y: Any) -> Any:
        for _ in range(problem.repeats):
            y = mg.exp(mg.sin(y) * half) - shift
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
    first, *factors = map(np.float32, problem.factors)

    def function(x: Any) -> Any:
        y = x * first
        for factor in factors:
            y = y + x * factor
        return y

    return _value_and_gradient(function, problem)


def _training(problem: Network, weights: list[Any], logits: Any) -> Job:
    classes = problem.labels.argmax(axis=1)

    def step() -> tuple[Any]:
        loss = softmax_crossentropy(logits(), classes)
        loss.backward()
        for weight in weights:
            weight.data -= problem.rate * weight.grad
        return (loss.data,)

    return Job(step, lambda: [weight.data for weight in weights])


def perceptron(problem: Network) -> Job:
    """W4."""
    w1, w2, w3, b1, b2, b3 = weights = [mg.tensor(w) for w in (*problem.weights, *problem.biases)]

    def logits() -> Any:
        h = relu(mg.matmul(problem.pictures, w1) + b1)
        return mg.matmul(relu(mg.matmul(h, w2) + b2), w3) + b3

    return _training(problem, weights, logits)


def elementwise(problem: Elementwise) -> Job:
    """W5."""

    def step() -> tuple[Any, Any, Any]:
        w, b = mg.tensor(problem.w, copy=False), mg.tensor(problem.b, copy=False)
        loss = mg.sum(mg.tanh(problem.x * w + b) ** 2)
        loss.backward()
        return loss.data, w.grad, b.grad

    return Job(step)


def convolution(problem: Network) -> Job:
    """W6: MyGrad has the channels before the pixels, in pictures and in kernels."""
    pictures = np.ascontiguousarray(problem.pictures.transpose(0, 3, 1, 2))
    kernels = [np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)) for kernel in problem.weights[:2]]
    k1, k2, w3, b1, b2, b3 = weights = [mg.tensor(w) for w in (*kernels, problem.weights[2], *problem.biases)]

    def logits() -> Any:
        h = pictures
        for kernel, bias in ((k1, b1), (k2, b2)):
            h = relu(conv_nd(h, kernel, stride=1, padding=1) + bias.reshape(1, -1, 1, 1))
            h = max_pool(h, (2, 2), 2)
        flat = mg.transpose(h, (0, 2, 3, 1)).reshape(len(pictures), -1)
        return mg.matmul(flat, w3) + b3

    job = _training(problem, weights, logits)

    def in_their_order() -> list[Array]:
        *kernels, w3, b1, b2, b3 = job.weights()
        return [*(kernel.transpose(2, 3, 1, 0) for kernel in kernels), w3, b1, b2, b3]

    return Job(job.step, in_their_order)
