"""The workloads as a user of PyTorch writes them, on one thread."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import torch
from torch.nn import functional

from ..workloads import Array, Chain, Curvature, Elementwise, Fan, Job, Network, Sums

torch.set_num_threads(1)


def _leaves(arrays: Any) -> list[Any]:
    return [torch.from_numpy(array.copy()).requires_grad_() for array in arrays]


def _slider(problem: Sums, all_values: bool) -> Job:
    seeds = cycle(problem.seeds)
    w1, w2, w3, w4 = weights = _leaves(problem.weights)

    def step() -> tuple[Any, ...]:
        ys = [w1 + w2 + w3, w3 + w4]
        gradients = torch.autograd.grad(ys, weights, [torch.from_numpy(seed) for seed in next(seeds)])
        return (*(y.detach() for y in ys), *gradients) if all_values else gradients

    return Job(step)


def sum_gradients(problem: Sums) -> Job:
    """W1."""
    return _slider(problem, all_values=False)


def sum_values(problem: Sums) -> Job:
    """W1b."""
    return _slider(problem, all_values=True)


def _value_and_gradient(function: Any, problem: Chain | Fan) -> Job:
    (x,) = _leaves([problem.x])
    seed = torch.from_numpy(problem.seed)

    def step() -> tuple[Any, Any]:
        y = function(x)
        (gradient,) = torch.autograd.grad(y, x, seed)
        return y.detach(), gradient

    return Job(step)


def chain(problem: Chain) -> Job:
    """W2."""

    def function(y: Any) -> Any:
        for _ in range(problem.repeats):
            y = torch.exp(torch.sin(y) * 0.5) - 0.3
        return y

    return _value_and_gradient(function, problem)


#: W7, of 100 operations: each step builds its graph anew.
new_chain = chain


def long_chain(problem: Chain) -> Array:
    """W7."""
    gradient: Array = chain(problem).step()[1].numpy()
    return gradient


def fan(problem: Fan) -> Job:
    """W3."""

    def function(x: Any) -> Any:
        y = x * problem.factors[0]
        for factor in problem.factors[1:]:
            y = y + x * factor
        return y

    return _value_and_gradient(function, problem)


def _training(problem: Network, weights: list[Any], logits: Any) -> Job:
    optimizer = torch.optim.SGD(weights, problem.rate)
    classes = torch.from_numpy(problem.labels.argmax(axis=1))

    def step() -> tuple[Any]:
        optimizer.zero_grad()
        loss = functional.cross_entropy(logits(), classes)
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return Job(step, lambda: [weight.detach() for weight in weights])


def perceptron(problem: Network) -> Job:
    """W4."""
    w1, w2, w3, b1, b2, b3 = weights = _leaves((*problem.weights, *problem.biases))
    pictures = torch.from_numpy(problem.pictures)

    def logits() -> Any:
        return torch.relu(torch.relu(pictures @ w1 + b1) @ w2 + b2) @ w3 + b3

    return _training(problem, weights, logits)


def elementwise(problem: Elementwise) -> Job:
    """W5."""
    x = torch.from_numpy(problem.x)
    w, b = _leaves([problem.w, problem.b])

    def step() -> tuple[Any, Any, Any]:
        loss = torch.sum(torch.tanh(x * w + b) ** 2)
        return (loss.detach(), *torch.autograd.grad(loss, [w, b]))

    return Job(step)


def convolution(problem: Network) -> Job:
    """W6: PyTorch has the channels before the pixels, in pictures and in kernels."""
    pictures = torch.from_numpy(problem.pictures).permute(0, 3, 1, 2).contiguous()
    kernels = [kernel.transpose(3, 2, 0, 1) for kernel in problem.weights[:2]]
    k1, k2, w3, b1, b2, b3 = weights = _leaves((*kernels, problem.weights[2], *problem.biases))

    def logits() -> Any:
        h = pictures
        for kernel, bias in ((k1, b1), (k2, b2)):
            h = functional.max_pool2d(torch.relu(functional.conv2d(h, kernel, bias, padding=1)), 2)
        return h.permute(0, 2, 3, 1).reshape(len(pictures), -1) @ w3 + b3

    job = _training(problem, weights, logits)

    def in_their_order() -> list[Any]:
        *kernels, w3, b1, b2, b3 = job.weights()
        return [*(kernel.permute(2, 3, 1, 0) for kernel in kernels), w3, b1, b2, b3]

    return Job(job.step, in_their_order)


def curvature(problem: Curvature) -> Job:
    """W8."""
    w1, b1, w2, b2, w3, b3 = weights = _leaves(problem.weights)
    x, target = torch.from_numpy(problem.x), torch.from_numpy(problem.target)
    vectors = cycle(problem.vectors)

    def step() -> Any:
        hidden = torch.tanh(torch.tanh(x @ w1 + b1) @ w2 + b2)
        loss = torch.mean((hidden @ w3 + b3 - target) ** 2)
        gradients = torch.autograd.grad(loss, weights, create_graph=True)
        return torch.autograd.grad(gradients, weights, [torch.from_numpy(v) for v in next(vectors)])

    return Job(step)
