"""The mathematics in plain NumPy, as a good programmer writes it without a thought for buffers."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np

from ..workloads import Array, Chain, Curvature, Elementwise, Fan, Job, Network, Sums


def sum_gradients(problem: Sums) -> Job:
    """W1."""
    seeds = cycle(problem.seeds)

    def step() -> tuple[Array, ...]:
        g1, g2 = next(seeds)
        return g1, g1, g1 + g2, g2

    return Job(step)


def sum_values(problem: Sums) -> Job:
    """W1b."""
    seeds = cycle(problem.seeds)
    w1, w2, w3, w4 = problem.weights

    def step() -> tuple[Array, ...]:
        g1, g2 = next(seeds)
        return w1 + w2 + w3, w3 + w4, g1, g1, g1 + g2, g2

    return Job(step)


def chain(problem: Chain) -> Job:
    """W2."""

    def step() -> tuple[Array, Array]:
        x = problem.x
        kept = []
        for _ in range(problem.repeats):
            e = np.exp(np.sin(x) * 0.5)
            kept.append((x, e))
            x = e - 0.3
        g = problem.seed
        for before, e in reversed(kept):
            g = g * e * 0.5 * np.cos(before)
        return x, g

    return Job(step)


#: W7, of 100 operations: there is nothing to build.
new_chain = chain


def fan(problem: Fan) -> Job:
    """W3."""

    def step() -> tuple[Array, Array]:
        x, seed = problem.x, problem.seed
        y = x * problem.factors[0]
        for factor in problem.factors[1:]:
            y = y + x * factor
        g = seed * problem.factors[0]
        for factor in problem.factors[1:]:
            g = g + seed * factor
        return y, g

    return Job(step)


def _cross_entropy(logits: Array, labels: Array) -> tuple[Any, Array]:
    """Return the mean cross entropy and its gradient for the logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=1, keepdims=True)
    loss = -(labels * (shifted - np.log(total))).sum() / len(labels)
    return loss, (exponentials / total - labels) / len(labels)


def perceptron(problem: Network) -> Job:
    """W4."""
    x, labels, rate = problem.pictures, problem.labels, problem.rate
    w1, w2, w3 = (w.copy() for w in problem.weights)
    b1, b2, b3 = (b.copy() for b in problem.biases)

    def step() -> tuple[Any]:
        nonlocal w1, w2, w3, b1, b2, b3
        h1 = np.maximum(x @ w1 + b1, 0)
        h2 = np.maximum(h1 @ w2 + b2, 0)
        loss, d3 = _cross_entropy(h2 @ w3 + b3, labels)
        d2 = (d3 @ w3.T) * (h2 > 0)
        d1 = (d2 @ w2.T) * (h1 > 0)
        w1, b1 = w1 - rate * (x.T @ d1), b1 - rate * d1.sum(axis=0)
        w2, b2 = w2 - rate * (h1.T @ d2), b2 - rate * d2.sum(axis=0)
        w3, b3 = w3 - rate * (h2.T @ d3), b3 - rate * d3.sum(axis=0)
        return (loss,)

    return Job(step, lambda: (w1, w2, w3, b1, b2, b3))


def elementwise(problem: Elementwise) -> Job:
    """W5."""

    def step() -> tuple[Any, Array, Array]:
        t = np.tanh(problem.x * problem.w + problem.b)
        db = 2 * t * (1 - t * t)
        return np.sum(t * t), db * problem.x, db

    return Job(step)


def _patches(x: Array) -> Array:
    """Return the 3 × 3 surroundings of each pixel, as the last axis."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(*x.shape[:3], -1)


def _from_patches(patches: Array, shape: tuple[int, ...]) -> Array:
    """Return the pictures in which each pixel is the sum of its places in the patches."""
    n, height, width, channels = shape
    padded = np.zeros((n, height + 2, width + 2, channels), patches.dtype)
    split = patches.reshape(n, height, width, 3, 3, channels)
    for i in range(3):
        for j in range(3):
            padded[:, i : i + height, j : j + width] += split[:, :, :, i, j]
    return padded[:, 1:-1, 1:-1]


def _pooled(x: Array) -> Array:
    return np.maximum(np.maximum(x[:, ::2, ::2], x[:, ::2, 1::2]), np.maximum(x[:, 1::2, ::2], x[:, 1::2, 1::2]))


def _unpooled(d: Array, x: Array, largest: Array) -> Array:
    """Return the gradient for what was pooled: `d` at the first largest pixel of each square."""
    result = np.zeros_like(x)
    free = np.ones(largest.shape, bool)
    for i in range(2):
        for j in range(2):
            here = (x[:, i::2, j::2] == largest) & free
            result[:, i::2, j::2] = d * here
            free &= ~here
    return result


def convolution(problem: Network) -> Job:
    """W6."""
    x, labels, rate = problem.pictures, problem.labels, problem.rate
    k1, k2, w3 = (w.copy() for w in problem.weights)
    b1, b2, b3 = (b.copy() for b in problem.biases)

    def step() -> tuple[Any]:
        nonlocal k1, k2, w3, b1, b2, b3
        c1 = _patches(x)
        h1 = np.maximum(c1 @ k1.reshape(-1, k1.shape[-1]) + b1, 0)
        p1 = _pooled(h1)
        c2 = _patches(p1)
        h2 = np.maximum(c2 @ k2.reshape(-1, k2.shape[-1]) + b2, 0)
        p2 = _pooled(h2)
        flat = p2.reshape(len(x), -1)
        loss, d3 = _cross_entropy(flat @ w3 + b3, labels)
        d2 = _unpooled((d3 @ w3.T).reshape(p2.shape), h2, p2) * (h2 > 0)
        rows2 = d2.reshape(-1, d2.shape[-1])
        dc2 = rows2 @ k2.reshape(-1, k2.shape[-1]).T
        d1 = _unpooled(_from_patches(dc2, p1.shape), h1, p1) * (h1 > 0)
        rows1 = d1.reshape(-1, d1.shape[-1])
        w3, b3 = w3 - rate * (flat.T @ d3), b3 - rate * d3.sum(axis=0)
        k2, b2 = k2 - rate * (c2.reshape(len(rows2), -1).T @ rows2).reshape(k2.shape), b2 - rate * rows2.sum(axis=0)
        k1, b1 = k1 - rate * (c1.reshape(len(rows1), -1).T @ rows1).reshape(k1.shape), b1 - rate * rows1.sum(axis=0)
        return (loss,)

    return Job(step, lambda: (k1, k2, w3, b1, b2, b3))


def curvature(problem: Curvature) -> Job:
    """W8: the derivative, along the vector, of the gradient of mean((prediction − target)²)."""
    x, target = problem.x, problem.target
    w1, b1, w2, b2, w3, b3 = problem.weights
    vectors = cycle(problem.vectors)

    def step() -> tuple[Array, ...]:
        v1, c1, v2, c2, v3, c3 = next(vectors)
        a1 = np.tanh(x @ w1 + b1)
        a2 = np.tanh(a1 @ w2 + b2)
        error = a2 @ w3 + b3 - target
        slope1, slope2 = 1 - a1 * a1, 1 - a2 * a2
        moved1 = slope1 * (x @ v1 + c1)
        moved2 = slope2 * (moved1 @ w2 + a1 @ v2 + c2)
        d3 = error * (2 / error.size)
        moved_d3 = (moved2 @ w3 + a2 @ v3 + c3) * (2 / error.size)
        g2 = d3 @ w3.T
        d2 = g2 * slope2
        moved_d2 = (moved_d3 @ w3.T + d3 @ v3.T) * slope2 - g2 * (2 * a2 * moved2)
        g1 = d2 @ w2.T
        moved_d1 = (moved_d2 @ w2.T + d2 @ v2.T) * slope1 - g1 * (2 * a1 * moved1)
        return (
            x.T @ moved_d1,
            moved_d1.sum(axis=0),
            moved1.T @ d2 + a1.T @ moved_d2,
            moved_d2.sum(axis=0),
            moved2.T @ d3 + a2.T @ moved_d3,
            moved_d3.sum(axis=0),
        )

    return Job(step)
