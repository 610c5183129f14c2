"""What is measured: the workloads W1 to W8, and the problems that all columns solve.

====  =========================================================================================================
W0    a whole process that imports the package (the column ``hand`` imports NumPy)
W1    y1 = w1 + w2 + w3 and y2 = w3 + w4: the gradients of the four for new ``grad_ys`` each time
W1b   the same, with the values of y1 and y2
W2    a chain of 200 elementwise operations on 10 numbers, 50 times sin, · 0.5, exp, − 0.3: value and gradient
W3    one variable of 1000 numbers used 500 times: the value and gradient of x · c1 + x · c2 + …
W4    a training step of a perceptron 784-256-128-10 on 128 pictures, relu, softmax cross entropy, SGD
W5    sum(tanh(x · w + b)²) on 4 million elements: value and the gradients of w and b
W6    a training step of a small convolutional network on 32 pictures of 28 × 28
W7    a chain of 100 operations, made anew each time: building, gradients and one run; the same with 1000, 10 000 and
      100 000 operations in a fresh process each
W8    a product of the Hessian of a perceptron 20-32-32-1 with a new vector each time, 64 samples
====  =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Job(NamedTuple):
    """What a column does again and again.

    Attributes
    ----------
    step : callable
        Does the work once and returns its results.
    weights : callable
        Returns the weights that training has changed so far.
    """

    step: Callable[[], Sequence[Any]]
    weights: Callable[[], Sequence[Any]] = tuple


@dataclass(frozen=True)
class Sums:
    """W1: four vectors, and pairs of seeds that a job takes in turn."""

    weights: tuple[Array, ...]
    seeds: tuple[tuple[Array, Array], ...]


@dataclass(frozen=True)
class Chain:
    """W2: where it starts, the weight of its end, and how often its four operations are repeated."""

    x: Array
    seed: Array
    repeats: int


@dataclass(frozen=True)
class Fan:
    """W3: the variable, the weight of the sum, and by what each use multiplies."""

    x: Array
    seed: Array
    factors: tuple[float, ...]


@dataclass(frozen=True)
class Network:
    """W4 and W6: pictures, their classes as rows with a single one, weights and biases of each layer, learning rate."""

    pictures: Array
    labels: Array
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    rate: float


@dataclass(frozen=True)
class Elementwise:
    """W5: three arrays of one shape."""

    x: Array
    w: Array
    b: Array


@dataclass(frozen=True)
class Curvature:
    """W8: samples with their targets, the perceptron's weights, and vectors that a job takes in turn.

    Weights and vectors are lists of arrays: a matrix and a bias for each of the three layers.
    """

    x: Array
    target: Array
    weights: tuple[Array, ...]
    vectors: tuple[tuple[Array, ...], ...]


def sums(rng: np.random.Generator, size: int) -> Sums:
    """Return the problem of W1 with vectors of `size` numbers."""
    draw = partial(_normal, rng, np.float32)
    return Sums(tuple(draw(size) for _ in range(4)), tuple((draw(size), draw(size)) for _ in range(16)))


def chain(rng: np.random.Generator, repeats: int) -> Chain:
    """Return the problem of W2 with 4 · `repeats` operations."""
    return Chain(_normal(rng, np.float32, 10), _normal(rng, np.float32, 10), repeats)


def fan(rng: np.random.Generator, uses: int, size: int) -> Fan:
    """Return the problem of W3 with `uses` uses of a variable of `size` numbers."""
    factors = tuple(float(factor) for factor in _normal(rng, np.float32, uses))
    return Fan(_normal(rng, np.float32, size), _normal(rng, np.float32, size), factors)


def perceptron(rng: np.random.Generator, dtype: type, batch: int, widths: tuple[int, ...]) -> Network:
    """Return the problem of W4 with layers of the given widths."""
    draw = partial(_normal, rng, dtype)
    layers = list(pairwise(widths))
    return Network(
        draw(batch, widths[0]),
        _one_hot(rng, dtype, batch, widths[-1]),
        tuple(draw(*layer) / dtype(layer[0] ** 0.5) for layer in layers),
        tuple(draw(width) * dtype(0.1) for width in widths[1:]),
        2.0**-7,
    )


def elementwise(rng: np.random.Generator, dtype: type, size: int) -> Elementwise:
    """Return the problem of W5 with `size` elements."""
    return Elementwise(*(_normal(rng, dtype, size) for _ in range(3)))


def convolution(rng: np.random.Generator, batch: int, side: int, channels: tuple[int, int]) -> Network:
    """Return the problem of W6 with `batch` pictures of `side` × `side`."""
    draw = partial(_normal, rng, np.float32)
    first, second = channels
    flat = (side // 4) ** 2 * second
    return Network(
        draw(batch, side, side, 1),
        _one_hot(rng, np.float32, batch, 10),
        (
            draw(3, 3, 1, first) / np.float32(3.0),
            draw(3, 3, first, second) / np.float32((9 * first) ** 0.5),
            draw(flat, 10) / np.float32(flat**0.5),
        ),
        tuple(draw(width) * np.float32(0.1) for width in (first, second, 10)),
        2.0**-7,
    )


def curvature(rng: np.random.Generator, samples: int, widths: tuple[int, ...]) -> Curvature:
    """Return the problem of W8 with layers of the given widths."""
    draw = partial(_normal, rng, np.float32)
    shapes = [shape for layer in pairwise(widths) for shape in (layer, layer[1:])]
    return Curvature(
        draw(samples, widths[0]),
        draw(samples, widths[-1]),
        tuple(draw(*shape) / np.float32(shape[0] ** 0.5) for shape in shapes),
        tuple(tuple(draw(*shape) for shape in shapes) for _ in range(4)),
    )


def _normal(rng: np.random.Generator, dtype: type, *shape: int) -> Array:
    return rng.standard_normal(shape).astype(dtype)


def _one_hot(rng: np.random.Generator, dtype: type, batch: int, classes: int) -> Array:
    array: Array = np.eye(classes, dtype=dtype)[rng.integers(0, classes, batch)]
    return array


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes
    ----------
    key : str
        Its short name: ``W4 f32``.
    title : str
        What it is, in a few words.
    task : str
        The name of the function that does it, in each column.
    full, tiny : callable
        Draw the problem, in the size that is measured and in a size for tests.
    tolerance : float
        How far results may differ from those of the column ``hand``, relative to their largest element.
    """

    key: str
    title: str
    task: str
    full: Callable[[np.random.Generator], Any]
    tiny: Callable[[np.random.Generator], Any]
    tolerance: float = 2e-4

    def problem(self, tiny: bool = False) -> Any:
        """Return the problem: the same one each time."""
        return (self.tiny if tiny else self.full)(np.random.default_rng(5))


WORKLOADS = (
    Workload("W1", "slider, gradients", "sum_gradients", lambda rng: sums(rng, 2), lambda rng: sums(rng, 2)),
    Workload("W1b", "slider, all values", "sum_values", lambda rng: sums(rng, 2), lambda rng: sums(rng, 2)),
    Workload("W2", "chain of 200", "chain", lambda rng: chain(rng, 50), lambda rng: chain(rng, 2)),
    Workload("W3", "one variable, 500 uses", "fan", lambda rng: fan(rng, 500, 1000), lambda rng: fan(rng, 3, 4)),
    Workload(
        "W4 f32",
        "training step, perceptron",
        "perceptron",
        lambda rng: perceptron(rng, np.float32, 128, (784, 256, 128, 10)),
        lambda rng: perceptron(rng, np.float32, 5, (4, 3, 3, 2)),
    ),
    Workload(
        "W4 f64",
        "the same",
        "perceptron",
        lambda rng: perceptron(rng, np.float64, 128, (784, 256, 128, 10)),
        lambda rng: perceptron(rng, np.float64, 5, (4, 3, 3, 2)),
        tolerance=1e-10,
    ),
    Workload(
        "W5 f32",
        "sum(tanh(x·w+b)²), 4M",
        "elementwise",
        lambda rng: elementwise(rng, np.float32, 1 << 22),
        lambda rng: elementwise(rng, np.float32, 70_000),
    ),
    Workload(
        "W5 f64",
        "the same",
        "elementwise",
        lambda rng: elementwise(rng, np.float64, 1 << 22),
        lambda rng: elementwise(rng, np.float64, 70_000),
        tolerance=1e-10,
    ),
    Workload(
        "W6",
        "training step, convolutions",
        "convolution",
        lambda rng: convolution(rng, 32, 28, (16, 32)),
        lambda rng: convolution(rng, 2, 8, (3, 4)),
    ),
    Workload("W7", "a new chain of 100", "new_chain", lambda rng: chain(rng, 25), lambda rng: chain(rng, 2)),
    Workload(
        "W8",
        "Hessian times vector",
        "curvature",
        lambda rng: curvature(rng, 64, (20, 32, 32, 1)),
        lambda rng: curvature(rng, 3, (4, 3, 3, 1)),
    ),
)


def disagreement(results: Sequence[Any], expected: Sequence[Any]) -> float:
    """Return how far results lie from the expected ones, relative to the largest element of each."""
    if len(results) != len(expected):
        raise ValueError(f"There are {len(results)} results, not {len(expected)}.")
    worst = 0.0
    for number, (result, right) in enumerate(zip(results, expected, strict=True)):
        found, wanted = np.asarray(result), np.asarray(right)
        if found.shape != wanted.shape or found.dtype != wanted.dtype:
            raise ValueError(
                f"Result {number} is {found.dtype} of shape {found.shape}, not {wanted.dtype} of shape {wanted.shape}."
            )
        worst = max(worst, float(np.max(np.abs(found - wanted)) / (np.max(np.abs(wanted)) or 1.0)))
    return worst


def after_three_steps(job: Job) -> list[Any]:
    """Return the results of the third step, and the weights after it."""
    job.step()
    job.step()
    return [np.asarray(value) for value in (*job.step(), *job.weights())]
