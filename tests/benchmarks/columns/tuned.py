"""The same mathematics with all that NumPy offers: reused buffers, constants as arrays, tiles, im2col by channel."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np

from ..workloads import Array, Chain, Curvature, Elementwise, Fan, Job, Network

#: Elements of a tile that stays in the cache while several operations pass over it.
_TILE = 1 << 15


def chain(problem: Chain) -> Job:
    """W2."""
    half, shift = np.array(0.5, np.float32), np.array(0.3, np.float32)
    shape = (problem.repeats, *problem.x.shape)
    cosines, exponentials = np.empty(shape, np.float32), np.empty(shape, np.float32)
    rounds = list(zip(cosines, exponentials, strict=True))
    back = rounds[::-1]
    sin, cos, exp, multiply, subtract = np.sin, np.cos, np.exp, np.multiply, np.subtract

    def step() -> tuple[Array, Array]:
        x = problem.x
        y = np.empty_like(x)
        for c, e in rounds:
            cos(x, c)
            sin(x, y)
            multiply(y, half, y)
            exp(y, e)
            x = subtract(e, shift, y)
        g = problem.seed.copy()
        for c, e in back:
            multiply(g, e, g)
            multiply(g, half, g)
            multiply(g, c, g)
        return y, g

    return Job(step)


def new_chain(problem: Chain) -> Job:
    """W7, of 100 operations, the buffers made anew."""
    return Job(lambda: chain(problem).step())


def fan(problem: Fan) -> Job:
    """W3."""
    first, *factors = (np.array(factor, np.float32) for factor in problem.factors)
    term = np.empty_like(problem.x)
    add, multiply = np.add, np.multiply

    def weighted_sum(x: Array) -> Array:
        total: Array = x * first
        for factor in factors:
            multiply(x, factor, term)
            add(total, term, total)
        return total

    return Job(lambda: (weighted_sum(problem.x), weighted_sum(problem.seed)))


class _CrossEntropy:
    """The mean cross entropy: its gradient replaces the logits."""

    def __init__(self, labels: Array) -> None:
        self._labels = labels
        self._scratch = np.empty_like(labels)
        self._column = np.empty((len(labels), 1), labels.dtype)
        self._count = np.array(len(labels), labels.dtype)

    def __call__(self, logits: Array) -> Any:
        scratch, column = self._scratch, self._column
        np.maximum.reduce(logits, axis=1, keepdims=True, out=column)
        np.subtract(logits, column, logits)
        np.multiply(self._labels, logits, scratch)
        picked = np.add.reduce(scratch, axis=None)
        np.exp(logits, logits)
        np.add.reduce(logits, axis=1, keepdims=True, out=column)
        np.divide(logits, column, logits)
        np.log(column, column)
        np.multiply(self._labels, column, scratch)
        loss = (np.add.reduce(scratch, axis=None) - picked) / self._count
        np.subtract(logits, self._labels, logits)
        np.divide(logits, self._count, logits)
        return loss


def _descend(weight: Array, gradient: Array, rate: Array) -> None:
    np.multiply(gradient, rate, gradient)
    np.subtract(weight, gradient, weight)


def perceptron(problem: Network) -> Job:
    """W4."""
    x, labels = problem.pictures, problem.labels
    rate, zero = np.array(problem.rate, x.dtype), np.array(0, x.dtype)
    weights, biases = [w.copy() for w in problem.weights], [b.copy() for b in problem.biases]
    of_weights, of_biases = [np.empty_like(w) for w in weights], [np.empty_like(b) for b in biases]
    outputs = [np.empty((len(x), len(b)), x.dtype) for b in biases]
    arriving = [np.empty_like(h) for h in outputs[:-1]]
    masks = [np.empty(h.shape, bool) for h in arriving]
    ones = np.ones(len(x), x.dtype)
    entropy = _CrossEntropy(labels)
    last = len(weights) - 1

    def step() -> tuple[Any]:
        h = x
        for number, (w, b, out) in enumerate(zip(weights, biases, outputs, strict=True)):
            np.matmul(h, w, out)
            h = np.add(out, b, out)
            if number < last:
                np.maximum(h, zero, out=h)
        loss = entropy(h)
        d = h
        for number in range(last, -1, -1):
            below = outputs[number - 1] if number else x
            np.matmul(below.T, d, of_weights[number])
            np.matmul(ones, d, of_biases[number])
            if number:
                down = arriving[number - 1]
                np.matmul(d, weights[number].T, down)
                np.greater(below, zero, masks[number - 1])
                d = np.multiply(down, masks[number - 1], down)
            _descend(weights[number], of_weights[number], rate)
            _descend(biases[number], of_biases[number], rate)
        return (loss,)

    return Job(step, lambda: (*weights, *biases))


def elementwise(problem: Elementwise) -> Job:
    """W5."""
    x, w, b = problem.x, problem.w, problem.b
    tiles = [slice(start, start + _TILE) for start in range(0, x.size, _TILE)]
    t_buffer, s_buffer = np.empty(_TILE, x.dtype), np.empty(_TILE, x.dtype)
    one, two = np.array(1, x.dtype), np.array(2, x.dtype)

    def step() -> tuple[Any, Array, Array]:
        dw, db = np.empty_like(x), np.empty_like(x)
        total = x.dtype.type(0)
        for tile in tiles:
            part = x[tile]
            t, s = t_buffer[: part.size], s_buffer[: part.size]
            np.multiply(part, w[tile], t)
            np.add(t, b[tile], t)
            np.tanh(t, t)
            np.multiply(t, t, s)
            total += np.add.reduce(s)
            np.subtract(one, s, s)
            np.multiply(t, two, t)
            out = np.multiply(t, s, db[tile])
            np.multiply(out, part, dw[tile])
        return total, dw, db

    return Job(step)


class _Convolution:
    """A 3 × 3 convolution, relu and 2 × 2 pooling on arrays of (channels, pictures, height, width)."""

    def __init__(self, kernel: Array, bias: Array, pictures: int, side: int) -> None:
        channels, filters = kernel.shape[2:]
        self._kernel, self._bias = kernel, bias
        self._padded = np.zeros((channels, pictures, side + 2, side + 2), kernel.dtype)
        self._columns = np.empty((3, 3, channels, pictures, side, side), kernel.dtype)
        self._rows = self._columns.reshape(9 * channels, -1)
        self._h = np.empty((filters, pictures, side, side), kernel.dtype)
        half = (filters, pictures, side // 2, side // 2)
        self._halves = np.empty((filters, pictures, side, side // 2), kernel.dtype)
        self.pooled = np.empty(half, kernel.dtype)
        self._d = np.empty_like(self._h)
        self._here, self._free, self._positive = (np.empty(half, bool) for _ in range(3))
        self._of_kernel, self._of_bias = np.empty((9 * channels, filters), kernel.dtype), np.empty_like(bias)
        self._of_columns = np.empty_like(self._columns) if channels > 1 else None
        self._zero = np.array(0, kernel.dtype)
        self._ones = np.ones(pictures * side * side, kernel.dtype)

    def forward(self, x: Array) -> Array:
        side = x.shape[-1]
        self._padded[:, :, 1:-1, 1:-1] = x
        for i in range(3):
            for j in range(3):
                self._columns[i, j] = self._padded[:, :, i : i + side, j : j + side]
        h = self._h
        flat = h.reshape(len(h), -1)
        np.matmul(self._kernel.reshape(len(self._rows), -1).T, self._rows, flat)
        np.add(flat, self._bias[:, None], flat)
        np.maximum(h[..., ::2], h[..., 1::2], out=self._halves)
        np.maximum(self._halves[:, :, ::2], self._halves[:, :, 1::2], out=self.pooled)
        # The largest of relu is relu of the largest, on a quarter of the pixels.
        return np.maximum(self.pooled, self._zero, out=self.pooled)

    def backward(self, arriving: Array, rate: Array) -> Array | None:
        h, d = self._h, self._d
        np.greater(self.pooled, self._zero, self._free)
        for i in range(2):
            for j in range(2):
                np.equal(h[:, :, i::2, j::2], self.pooled, self._here)
                np.logical_and(self._here, self._free, self._here)
                np.multiply(arriving, self._here, d[:, :, i::2, j::2])
                np.greater(self._free, self._here, self._free)
        flat = d.reshape(len(d), -1)
        kernel = self._kernel.reshape(len(self._rows), -1)
        np.matmul(self._rows, flat.T, self._of_kernel)
        np.matmul(flat, self._ones, self._of_bias)
        below = None
        if self._of_columns is not None:
            np.matmul(kernel, flat, self._of_columns.reshape(len(kernel), -1))
            side = h.shape[-1]
            self._padded.fill(0)
            for i in range(3):
                for j in range(3):
                    self._padded[:, :, i : i + side, j : j + side] += self._of_columns[i, j]
            below = self._padded[:, :, 1:-1, 1:-1].copy()
            self._padded.fill(0)
        _descend(kernel, self._of_kernel, rate)
        _descend(self._bias, self._of_bias, rate)
        return below


def convolution(problem: Network) -> Job:
    """W6."""
    pictures = problem.pictures.transpose(3, 0, 1, 2)
    rate = np.array(problem.rate, np.float32)
    k1, k2, w3 = (w.copy() for w in problem.weights)
    b1, b2, b3 = (b.copy() for b in problem.biases)
    count, side = pictures.shape[1:3]
    first, second = _Convolution(k1, b1, count, side), _Convolution(k2, b2, count, side // 2)
    flat = np.empty((count, len(w3)), np.float32)
    squares = flat.reshape(count, side // 4, side // 4, k2.shape[-1])
    logits = np.empty((count, len(b3)), np.float32)
    of_w3, of_b3 = np.empty_like(w3), np.empty_like(b3)
    arriving, arriving2 = np.empty_like(flat), np.empty_like(second.pooled)
    ones = np.ones(count, np.float32)
    entropy = _CrossEntropy(problem.labels)

    def step() -> tuple[Any]:
        squares[...] = second.forward(first.forward(pictures)).transpose(1, 2, 3, 0)
        np.matmul(flat, w3, logits)
        np.add(logits, b3, logits)
        loss = entropy(logits)
        np.matmul(flat.T, logits, of_w3)
        np.matmul(ones, logits, of_b3)
        np.matmul(logits, w3.T, arriving)
        arriving2[...] = arriving.reshape(squares.shape).transpose(3, 0, 1, 2)
        below = second.backward(arriving2, rate)
        assert below is not None, "the second convolution has something below it"
        first.backward(below, rate)
        _descend(w3, of_w3, rate)
        _descend(b3, of_b3, rate)
        return (loss,)

    return Job(step, lambda: (k1, k2, w3, b1, b2, b3))


def curvature(problem: Curvature) -> Job:
    """W8."""
    x, target = problem.x, problem.target
    w1, b1, w2, b2, w3, b3 = problem.weights
    vectors = cycle(problem.vectors)
    one, two = np.array(1, x.dtype), np.array(2, x.dtype)
    scale = np.array(2 / target.size, x.dtype)
    ones = np.ones(len(x), x.dtype)
    wide, thin = (len(x), len(b1)), target.shape
    a1, a2, slope1, slope2, moved1, moved2, g, d1, d2, moved_d2, extra = (np.empty(wide, x.dtype) for _ in range(11))
    d3, moved_d3, extra3 = (np.empty(thin, x.dtype) for _ in range(3))
    add, subtract, multiply, matmul = np.add, np.subtract, np.multiply, np.matmul

    def slope(a: Array, out: Array) -> None:
        multiply(a, a, out)
        subtract(one, out, out)

    def step() -> tuple[Array, ...]:
        v1, c1, v2, c2, v3, c3 = next(vectors)
        h1, h2, h3, h4, h5, h6 = results = tuple(map(np.empty_like, problem.weights))
        np.tanh(add(matmul(x, w1, a1), b1, a1), a1)
        np.tanh(add(matmul(a1, w2, a2), b2, a2), a2)
        subtract(add(matmul(a2, w3, d3), b3, d3), target, d3)
        slope(a1, slope1)
        slope(a2, slope2)
        multiply(add(matmul(x, v1, moved1), c1, moved1), slope1, moved1)
        add(matmul(moved1, w2, moved2), matmul(a1, v2, extra), moved2)
        multiply(add(moved2, c2, moved2), slope2, moved2)
        multiply(d3, scale, d3)
        add(matmul(moved2, w3, moved_d3), matmul(a2, v3, extra3), moved_d3)
        multiply(add(moved_d3, c3, moved_d3), scale, moved_d3)
        matmul(d3, w3.T, g)
        multiply(g, slope2, d2)
        add(matmul(moved_d3, w3.T, moved_d2), matmul(d3, v3.T, extra), moved_d2)
        multiply(moved_d2, slope2, moved_d2)
        multiply(multiply(multiply(a2, moved2, extra), two, extra), g, extra)
        subtract(moved_d2, extra, moved_d2)
        add(matmul(a2.T, moved_d3, h5), matmul(moved2.T, d3), h5)
        matmul(ones, moved_d3, h6)
        add(matmul(a1.T, moved_d2, h3), matmul(moved1.T, d2), h3)
        matmul(ones, moved_d2, h4)
        matmul(d2, w2.T, g)
        add(matmul(moved_d2, w2.T, d1), matmul(d2, v2.T, extra), d1)
        multiply(d1, slope1, d1)
        multiply(multiply(multiply(a1, moved1, extra), two, extra), g, extra)
        subtract(d1, extra, d1)
        matmul(x.T, d1, h1)
        matmul(ones, d1, h2)
        return results

    return Job(step)
