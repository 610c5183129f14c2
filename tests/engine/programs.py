"""Random TensorFlow 1 programs about gradients, as source text that gradnb and TensorFlow run and people read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

import gradnb
from gradnb.engine.build import add_operation
from gradnb.engine.registry import all_ops, lookup
from tests.engine.test_ops_generic import drawn

Array = np.ndarray[Any, Any]

#: Sizes of the leaves; few of them, so that many pairs of tensors fit together.
SHAPES = [(), (3,), (2, 3), (3, 3), (2, 1), (2, 2, 3)]

#: How far values keep from kinks and ties, and how large they may get, where slopes are measured.
APART, LARGEST = 0.02, 30.0

#: Inputs of examples that must stay as they are: the rule takes for granted that they sum to one.
FIXED = {("SoftmaxCrossEntropyWithLogits", 1)}

EXAMPLES = [d.type for d in all_ops() if d.example is not None and callable(d.gradient)]


@dataclass(frozen=True)
class Program:
    """A program: its leaves, its lines, and what it asks of `gradients`."""

    leaves: dict[str, Array]
    kinds: dict[str, str]
    lines: tuple[str, ...]
    ys: tuple[str, ...]
    xs: tuple[str, ...]
    seeds: tuple[str, ...]
    stops: tuple[str, ...]

    @property
    def source(self) -> str:
        """The whole program."""
        declared = [
            f"{name} = {declaration(self.kinds[name], value)}  # {np.array2string(value, separator=', ')}".replace(
                "\n", ""
            )
            for name, value in self.leaves.items()
        ]
        call = (
            f"gradients = tf.gradients([{', '.join(self.ys)}], [{', '.join(self.xs)}], "
            f"grad_ys=[{', '.join(self.seeds)}], stop_gradients=[{', '.join(self.stops)}])"
        )
        return "\n".join([*declared, *self.lines, call])

    def __repr__(self) -> str:
        return "Program:\n" + self.source

    def run(self, tf: Any) -> dict[str, Any]:
        """Run the program's lines with a TensorFlow, and return its names."""
        names: dict[str, Any] = {"tf": tf, "np": np, "example": example}
        for name, value in self.leaves.items():
            names[name] = eval(declaration(self.kinds[name], value), {**names, "value": value})
        exec("\n".join(self.lines), names)
        return names

    def gradients(self, tf: Any, names: dict[str, Any], **options: Any) -> list[Any]:
        """Build the gradients that the program asks for."""
        return tf.gradients(
            [names[y] for y in self.ys],
            [names[x] for x in self.xs],
            grad_ys=[eval(seed, names) for seed in self.seeds],
            stop_gradients=[names[s] for s in self.stops],
            **options,
        )

    def feeds(self, names: dict[str, Any]) -> dict[Any, Array]:
        """Return the values of its placeholders."""
        return {names[name]: value for name, value in self.leaves.items() if "placeholder" in self.kinds[name]}


def declaration(kind: str, value: Array) -> str:
    """Return the expression that makes a leaf; it takes its numbers from the name ``value``."""
    if kind == "placeholder":
        return f"tf.placeholder(tf.{value.dtype}, {list(value.shape)})"
    if kind == "vague placeholder":
        return f"tf.placeholder(tf.{value.dtype}, {[None] * value.ndim})"
    return f"tf.{kind}(value)"


def example(type: str, *sources: Any) -> Sequence[Any]:
    """Return the outputs of an operation near its example's numbers: the sources move them a little."""
    definition = lookup(type)
    given = definition.example
    assert given is not None
    tensors = []
    for place, (entry, base) in enumerate(zip(given.inputs, drawn(definition), strict=True)):
        tensor = gradnb.constant(base)
        if isinstance(entry, tuple) and (type, place) not in FIXED:
            source = gradnb.reshape(sources[place % len(sources)], [-1])
            taken = gradnb.gather(source, np.arange(base.size, dtype=np.int32) % np.int32(source.shape[0].value or 1))
            nudge = gradnb.reshape(0.015 * gradnb.sin(taken), base.shape)
            mask = (base != 0.0).astype(base.dtype) if given.transform else np.ones_like(base)
            tensor = tensor + nudge * mask
        tensors.append(tensor)
    return [o for o in add_operation(type, *tensors, **given.attributes).outputs if o.dtype.is_trainable]


@dataclass
class Growing:
    """A program while it grows: its tensors' values decide what may come next.

    With `smooth`, every operation gets numbers at which its slope can be measured.
    """

    random: np.random.Generator
    smooth: bool
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    feeds: dict[Any, Array] = field(default_factory=dict)

    def one_of(self, choices: Iterable[Any]) -> Any:
        found = list(choices)
        return found[self.random.integers(len(found))]

    def late_one_of(self, choices: Sequence[Any]) -> Any:
        """Choose rather what came late, so that programs grow deep."""
        return choices[max(self.random.integers(len(choices), size=3))]

    def pick(self, fits: Callable[[Array], bool] = lambda value: True) -> str | None:
        """Choose a tensor of real numbers."""
        found = [n for n, v in self.values.items() if v.dtype.kind == "f" and fits(v)]
        return self.late_one_of(found) if found else None

    def pair(self, fit: Callable[[Array, Array], bool]) -> tuple[str, str] | None:
        """Choose two tensors that fit together, perhaps twice the same."""
        real = [n for n, v in self.values.items() if v.dtype.kind == "f"]
        found = [(a, b) for a, b in itertools.product(real, repeat=2) if fit(self.values[a], self.values[b])]
        return self.late_one_of(found) if found else None

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.values[name].shape)

    def axis(self, name: str) -> int:
        rank = len(self.shape(name))
        return int(self.one_of(range(-rank, rank)))

    def within(self, name: str, low: float, high: float, always: bool = False) -> str:
        """Return an expression of a tensor whose values lie in a range."""
        value = self.values[name]
        if not (self.smooth or always) or (value.size and low <= value.min() and value.max() <= high):
            return name
        return f"({(low + high) / 2} + {(high - low) / 2.1:.4g} * tf.sin({name}))"

    def apart(self, *distances: Array) -> bool:
        return not self.smooth or all(d.size == 0 or np.abs(d).min() > APART for d in distances)

    def distinct(self, value: Array) -> bool:
        if not self.smooth:
            return not np.isnan(value).any()
        return value.size < 2 or bool(np.diff(np.sort(value, axis=None)).min() > APART)

    def add(self, expression: str, several: bool = False) -> bool:
        """Add a line, unless its numbers are too large to measure slopes with."""
        before, after = dict(self.names), len(self.values)
        target = f"t{after}"
        line = f"{target} = {expression}"
        exec(line, self.names)
        tensor = gradnb.convert_to_tensor(self.names[target])
        with gradnb.Session() as session:
            value = np.asarray(session.run(tensor, self.feeds))
        if value.size > 60 or value.size == 0 or (self.smooth and not np.abs(value).max() <= LARGEST):
            self.names.clear()
            self.names.update(before)
            return False
        self.lines.append(line)
        self.values[target] = value
        return True


SMOOTH = [
    *("-{}", "tf.square({})", "tf.exp({})", "tf.expm1({})", "tf.sin({})", "tf.cos({})", "tf.tanh({})"),
    *("tf.sinh({})", "tf.cosh({})", "tf.sigmoid({})", "tf.atan({})", "tf.asinh({})", "tf.nn.softplus({})"),
    *("tf.nn.swish({})", "tf.identity({})", "tf.stop_gradient({})", "tf.zeros_like({})", "tf.ones_like({})"),
    *("tf.nn.l2_loss({})", "tf.math.log_sigmoid({})", "{}**2", "{}**3", "2.0*{}", "{}+1.0", "1.0-{}", "{}/2.0"),
]

#: Functions without a gradient of the first or of the second order: asking for it is an error.
WITHOUT_GRADIENT = ["tf.nn.softsign({})", "tf.truncatemod({0}, {0} + 0.5)"]

#: Functions that take numbers of a range.
RANGES = {
    "tf.erf({})": (-3.0, 3.0),
    "tf.math.erfc({})": (-3.0, 3.0),
    "tf.log({})": (0.3, 3.0),
    "tf.log1p({})": (-0.6, 3.0),
    "tf.sqrt({})": (0.3, 4.0),
    "tf.rsqrt({})": (0.3, 4.0),
    "tf.reciprocal({})": (0.4, 4.0),
    "1.0 / {}": (0.4, 4.0),
    "{} ** 0.5": (0.3, 4.0),
    "{} ** -1.5": (0.4, 4.0),
    "2.0 ** {}": (-2.0, 2.0),
    "tf.asin({})": (-0.8, 0.8),
    "tf.acos({})": (-0.8, 0.8),
    "tf.atanh({})": (-0.8, 0.8),
    "tf.tan({})": (-1.0, 1.0),
    "tf.acosh({})": (1.3, 4.0),
    "tf.lgamma({})": (0.5, 3.0),
    "tf.digamma({})": (0.5, 3.0),
    "tf.math.polygamma(tf.ones_like({0}), {0})": (0.5, 3.0),
}

#: Functions with kinks.
KINKS: dict[str, tuple[float, ...]] = {
    "tf.abs({})": (0.0,),
    "tf.sign({})": (0.0,),
    "tf.nn.relu({})": (0.0,),
    "tf.nn.relu6({})": (0.0, 6.0),
    "tf.nn.elu({})": (0.0,),
    "tf.nn.selu({})": (0.0,),
    "tf.nn.leaky_relu({})": (0.0,),
    "tf.nn.leaky_relu({}, alpha=0.3)": (0.0,),
    "tf.clip_by_value({}, -0.5, 0.5)": (-0.5, 0.5),
    "tf.where({0} > 0.0, {0}, 0.5 * {0})": (0.0,),
    "tf.where({0} > 0.5, tf.square({0}), tf.zeros_like({0}))": (0.5,),
    "tf.cast({0} > 0.0, {0}.dtype.base_dtype) * {0}": (0.0,),
    "tf.maximum({}, 0.0)": (0.0,),
    "tf.minimum({}, 0.0)": (0.0,),
}

#: Functions that jump at whole or half numbers.
JUMPS = [
    *("tf.floor({})", "tf.ceil({})", "tf.round({})", "tf.rint({})"),
    "tf.cast(tf.cast({0}, tf.int32), {0}.dtype.base_dtype)",
]


def unary(grow: Growing) -> str | None:
    name = grow.pick()
    return name and grow.one_of(SMOOTH if grow.smooth else SMOOTH + WITHOUT_GRADIENT).format(name)


def ranged(grow: Growing) -> str | None:
    function, limits = grow.one_of(RANGES.items())
    name = grow.pick()
    # TensorFlow's erf of an infinite number depends on the processor.
    return name and function.format(grow.within(name, *limits, always="erf" in function))


def kinked(grow: Growing) -> str | None:
    function, kinks = grow.one_of(KINKS.items())
    name = grow.pick(lambda v: grow.apart(*(v - kink for kink in kinks)))
    return name and function.format(name)


def jumping(grow: Growing) -> str | None:
    name = grow.pick(lambda v: grow.apart(2 * v - np.round(2 * v)))
    return name and grow.one_of(JUMPS).format(name)


def broadcastable(a: Array, b: Array) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a.shape[::-1], b.shape[::-1], strict=False)) and a.dtype == b.dtype


def binary(grow: Growing) -> str | None:
    operator = grow.one_of(["{} + {}", "{} - {}", "{} * {}", "tf.squared_difference({}, {})", "tf.add({}, {})"])
    found = grow.pair(broadcastable)
    return found and operator.format(*found)


def ranged_binary(grow: Growing) -> str | None:
    operators = ["{} / {}", "tf.atan2({}, {})", "tf.div_no_nan({}, {})", "{1} ** {0}", "tf.pow({1}, {0})"]
    operators += ["tf.math.xlogy({}, {})", "tf.math.xdivy({}, {})", "tf.math.multiply_no_nan({}, {})"]
    found = grow.pair(broadcastable)
    return found and grow.one_of(operators).format(grow.within(found[0], -2.0, 2.0), grow.within(found[1], 0.5, 3.0))


def kinked_binary(grow: Growing) -> str | None:
    operators = ["tf.maximum({}, {})", "tf.minimum({}, {})", "tf.where({0} - {1} > 0.0, {0} + 0.0*{1}, {1} + 0.0*{0})"]
    found = grow.pair(lambda a, b: broadcastable(a, b) and grow.apart(a - b))
    return found and grow.one_of(operators).format(*found)


def dividing(grow: Growing) -> str | None:
    found = grow.pair(
        lambda a, b: (
            broadcastable(a, b) and (not grow.smooth or (np.abs(b).min() > 0.3 and grow.apart(a / b - np.round(a / b))))
        )
    )
    return found and grow.one_of(["{} % {}", "{} // {}", "tf.mod({}, {})"]).format(*found)


def reduced(grow: Growing) -> str | None:
    functions = ["sum", "mean", "prod", "max", "min", "logsumexp", "euclidean_norm", "variance", "std"]
    function = grow.one_of(functions)
    fits: dict[str, Callable[[Array], bool]] = {
        "max": grow.distinct,
        "min": grow.distinct,
        "euclidean_norm": grow.apart,
        "std": grow.distinct,
    }
    name = grow.pick(lambda v: (v.size > 1 or function != "std") and fits.get(function, lambda v: True)(v))
    if name is None:
        return None
    rank = len(grow.shape(name))
    axis = grow.one_of([None, *range(-rank, rank), *([[0, -1]] if rank > 1 else [])])
    if function == "std" and grow.smooth:
        axis = None
    prefix = "tf.math" if function in ("euclidean_norm", "variance", "std") else "tf"
    return f"{prefix}.reduce_{function}({name}, axis={axis}, keepdims={grow.one_of([False, True])})"


def along(grow: Growing) -> str | None:
    """Operations along one axis that keep the size."""
    name = grow.pick(lambda v: v.ndim > 0 and bool(np.isfinite(v).all()))
    if name is None:
        return None
    options = f"axis={grow.axis(name)}"
    flags = f"exclusive={grow.one_of([False, True])}, reverse={grow.one_of([False, True])}"
    shift = grow.one_of([-2, 1, 4])
    functions = [f"tf.cumsum({name}, {options}, {flags})", f"tf.reverse({name}, [{grow.axis(name)}])"]
    functions += [f"tf.nn.softmax({name}, {options})", f"tf.nn.log_softmax({name}, {options})"]
    functions += [
        f"tf.roll({name}, {shift}, {options})",
        f"tf.nn.l2_normalize({grow.within(name, 0.5, 2.0)}, {options})",
    ]
    functions += [f"tf.cumprod({grow.within(name, 0.5, 2.0)}, {options}, {flags})"]
    functions += [f"tf.concat([{name}, {name}], {options})", f"tf.stack([{name}, 2.0 * {name}], {options})"]
    functions += [f"tf.expand_dims({name}, {grow.axis(name)})"]
    return grow.one_of(functions)


def ordered(grow: Growing) -> str | None:
    name = grow.pick(lambda v: v.ndim > 0 and grow.distinct(v))
    if name is None:
        return None
    size = grow.shape(name)[-1]
    k = grow.one_of(range(1, size + 1))
    axis = grow.axis(name)
    functions = [f"tf.nn.top_k({name}, k={k})[0]", f"tf.sort({name}, axis={axis})"]
    functions += [f"tf.sort({name}, axis={axis}, direction='DESCENDING')"]
    functions += [f"tf.one_hot(tf.argmax({name}, -1), {size}, dtype={name}.dtype.base_dtype) * {name}"]
    functions += [f"tf.norm({name}, ord=np.inf)"]
    return grow.one_of(functions)


def rearranged(grow: Growing) -> str | None:
    name = grow.pick()
    if name is None:
        return None
    shape = grow.shape(name)
    size, rank = int(np.prod(shape)), len(shape)
    functions = [f"tf.reshape({name}, [-1])", f"tf.transpose({name})", f"tf.fill([2, 1], tf.reduce_sum({name}))"]
    functions += [f"tf.reshape({name}, [{size // d}, {d}])" for d in (1, 2, 3) if size % d == 0]
    functions += [f"tf.transpose({name}, {list(np.roll(range(rank), 1))})".replace("np.int64", "")] if rank > 2 else []
    functions += [f"tf.tile({name}, {[2] + [1] * (rank - 1)})"] if rank else []
    functions += [f"tf.pad({name}, {[[1, 0]] * rank})"] if rank else []
    functions += [f"tf.pad({name}, {[[0, 1]] * rank}, constant_values=0.7)"] if rank else []
    functions += [f"tf.pad({name}, {[[1, 0]] * rank}, mode='SYMMETRIC')"] if rank else []
    reflect = f"tf.pad({name}, {[[0, 1]] + [[0, 0]] * (rank - 1)}, mode='REFLECT')"
    functions += [reflect] if rank and shape[0] > 1 else []
    functions += [f"tf.broadcast_to({name}, {[2, *shape]})", f"tf.squeeze(tf.expand_dims({name}, 0), [0])"]
    functions += [f"tf.linalg.diag({name})"] if 0 < rank < 3 else []
    functions += [f"tf.linalg.diag_part({name})", f"tf.matrix_band_part({name}, 1, 0)"] if rank > 1 else []
    functions += [f"tf.linalg.transpose({name})", f"tf.matrix_band_part({name}, 0, -1)"] if rank > 1 else []
    functions += [f"tf.linalg.trace({name})"] if rank > 1 else []
    return grow.one_of(functions)


def taken(grow: Growing) -> str | None:
    """Parts of a tensor."""
    name = grow.pick(lambda v: v.ndim > 0)
    if name is None:
        return None
    shape = grow.shape(name)
    first, last = shape[0], shape[-1]
    axis = grow.axis(name)
    size = shape[axis]
    index = [grow.one_of(range(size)) for _ in range(grow.one_of([1, 3]))]
    rows = [grow.one_of(range(first)) for _ in range(grow.one_of([1, 3]))]
    functions = [f"tf.gather({name}, {index}, axis={axis})", f"tf.gather({name}, {rows})"]
    functions += [f"tf.nn.embedding_lookup({name}, {rows})", f"tf.gather_nd({name}, {[[row] for row in rows]})"]
    functions += [f"tf.unstack({name}, num={size}, axis={axis})[{index[0]}]", f"{name}[{index[0] % first}]"]
    functions += [f"tf.split({name}, {size}, axis={axis})[{index[0]}]", f"{name}[::-1]", f"{name}[..., {last - 1}]"]
    functions += [f"{name}[..., tf.newaxis]", f"{name}[-1:]", f"{name}[:, 0]" if len(shape) > 1 else f"{name}[0:1]"]
    functions += [f"{name}[..., ::-2]", f"tf.slice({name}, {[0] * len(shape)}, {[-1] * (len(shape) - 1) + [1]})"]
    segments = [min(i, 1) for i in range(first)]
    functions += [f"tf.segment_sum({name}, {segments})"]
    functions += [f"tf.unsorted_segment_sum({name}, {[-1, 1, 0, 1, 2, 0, 1, 2, 2, -1, 1, 0][:first]}, 3)"]
    mask = [i % 2 == 0 for i in range(first)]
    functions += [f"tf.boolean_mask({name}, {mask})"]
    functions += [f"tf.split({name}, {[1, size - 1]}, axis={axis})[1]"] if size > 1 else []
    functions += [f"tf.scatter_nd({[[2 * i] for i in range(first)]}, {name}, {[2 * first, *shape[1:]]})"]
    return grow.one_of(functions)


def product(grow: Growing) -> str | None:
    """Products of matrices."""
    kind = grow.one_of(["plain", "a", "b", "batch", "tensordot", "inner", "einsum", "outer"])
    fits: dict[str, tuple[Callable[[Array, Array], bool], str]] = {
        "plain": (lambda a, b: a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0], "tf.matmul({}, {})"),
        "a": (lambda a, b: a.ndim == b.ndim == 2 and a.shape[0] == b.shape[0], "tf.matmul({}, {}, transpose_a=True)"),
        "b": (lambda a, b: a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1], "tf.matmul({}, {}, transpose_b=True)"),
        "batch": (
            lambda a, b: (
                a.ndim > 1
                and b.ndim > 1
                and a.shape[-1] == b.shape[-2]
                and max(a.ndim, b.ndim) == 3
                and broadcastable(a[..., :1, :1], b[..., :1, :1])
            ),
            "{} @ {}",
        ),
        "tensordot": (lambda a, b: a.ndim > 0 and b.ndim > 0 and a.shape[-1] == b.shape[0], "tf.tensordot({}, {}, 1)"),
        "inner": (lambda a, b: a.shape == b.shape and a.ndim > 0, "tf.einsum('...i,...i->...', {}, {})"),
        "einsum": (lambda a, b: a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0], "tf.einsum('ij,jk->ki', {}, {})"),
        "outer": (lambda a, b: a.ndim == b.ndim == 1, "tf.einsum('i,j->ij', {}, {})"),
    }
    fit, text = fits[kind]
    found = grow.pair(lambda a, b: a.dtype == b.dtype and fit(a, b))
    return found and text.format(*found)


def square_matrix(grow: Growing) -> str | None:
    name = grow.pick(lambda v: v.shape == (3, 3) and bool(np.isfinite(v).all()))
    if name is None:
        return None
    matrix = f"(4.0 * tf.eye(3, dtype={name}.dtype.base_dtype) + {grow.within(name, -1.0, 1.0, always=True)})"
    symmetric = f"({matrix} + tf.transpose({matrix}))"
    functions = [f"tf.matrix_inverse({matrix})", f"tf.matrix_determinant({matrix})"]
    functions += [f"tf.linalg.logdet({symmetric})", f"tf.linalg.slogdet({matrix})[1]"]
    functions += [f"tf.matrix_solve({matrix}, {name})", f"tf.matrix_solve({matrix}, {name}, adjoint=True)"]
    functions += [f"tf.cholesky({symmetric})", f"tf.linalg.triangular_solve({matrix}, {name}, lower=True)"]
    functions += [f"tf.matrix_set_diag({name}, tf.linalg.diag_part({matrix}))", f"tf.cross({name}, {name}[::-1])"]
    return grow.one_of(functions)


def network(grow: Growing) -> str | None:
    """Layers and losses."""
    name = grow.pick(lambda v: v.shape == (2, 3) and bool(np.isfinite(v).all()))
    if name is None:
        return None
    labels = f"tf.nn.softmax({name})"
    image = f"tf.reshape({name}, [1, 2, 3, 1])"
    filters = f"tf.reshape(tf.cos({name}), [2, 1, 1, 3])"
    padding = grow.one_of(["SAME", "VALID"])
    functions = [f"tf.nn.softmax_cross_entropy_with_logits_v2(labels={labels}, logits={name})"]
    functions += [f"tf.nn.softmax_cross_entropy_with_logits(labels=tf.stop_gradient({labels}), logits={name})"]
    functions += [f"tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid({name}), logits={name})"]
    # There it is an operation of two outputs: without the 1.0 * its own second gradient would be zeros and not None.
    functions += [f"1.0 * tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits={name})"]
    functions += [f"tf.nn.bias_add({name}, {name}[0])", f"tf.nn.moments({name}, [0])[1]"]
    functions += [f"tf.nn.conv2d({image}, {filters}, strides=[1, 1, 1, 1], padding='{padding}')"]
    functions += [f"tf.nn.conv2d({image}, {filters}, strides=[1, 1, 2, 1], padding='{padding}')"]
    functions += [f"tf.nn.depthwise_conv2d({image}, {filters}, strides=[1, 1, 1, 1], padding='{padding}')"]
    functions += [f"tf.nn.avg_pool({image}, [1, 2, 2, 1], [1, 1, 1, 1], '{padding}')"]
    if grow.distinct(grow.values[name]):
        functions += [f"tf.nn.max_pool({image}, [1, 2, 2, 1], [1, 1, 1, 1], '{padding}')"]
    functions += [f"tf.clip_by_norm({name}, 0.1)"] if grow.apart(grow.values[name]) else []
    return grow.one_of(functions)


def summed(grow: Growing) -> str | None:
    """The same tensor used several times."""
    name = grow.pick()
    if name is None:
        return None
    shape = grow.shape(name)
    others = [n for n, v in grow.values.items() if v.shape == shape and v.dtype == grow.values[name].dtype]
    chosen = [name, *(grow.one_of(others) for _ in range(2))]
    functions = [f"tf.add_n([{', '.join(chosen)}])", f"tf.stack([{', '.join(chosen)}])", f"tf.tuple([{name}])[0]"]
    functions += [f"tf.concat([{', '.join(chosen)}], 0)"] if shape else []
    return grow.one_of(functions)


def by_example(grow: Growing, type: str = "") -> str | None:
    known = [n for n in grow.values if grow.names[n].shape.is_fully_defined()]
    if not known:
        return None
    sources = sorted({grow.late_one_of(known), grow.one_of(known)})
    return f"example({type or grow.one_of(EXAMPLES)!r}, {', '.join(sources)})[0]"


PORTABLE = [
    *(unary, ranged, kinked, jumping, binary, ranged_binary, kinked_binary, dividing, reduced, along, ordered),
    *(rearranged, taken, product, square_matrix, network, summed, binary, product, taken, rearranged),
]


def grown(seed: int, leaves: int, length: int, smooth: bool = True, through: str = "") -> Program:
    """Return a program from random numbers: the shorter of two with one seed is how the longer begins.

    With `through`, it uses that operation first, and its result is one of those that are differentiated.
    """
    grow = Growing(np.random.default_rng(seed), smooth)
    dtype = "float64" if smooth else grow.one_of(["float64", "float32"])
    kinds = ["placeholder", "placeholder", "vague placeholder", *([] if smooth else ["constant", "Variable"])]
    given: dict[str, Array] = {}
    declared: dict[str, str] = {}
    with gradnb.Graph().as_default(), np.errstate(all="ignore"):
        grow.names.update(tf=gradnb, np=np, example=example)
        for i in range(leaves):
            shape = grow.one_of(SHAPES)
            if smooth:
                value = grow.random.uniform(-2.0, 2.0, shape)
            else:
                value = grow.random.choice([-2.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 2.0, 3.0, 6.0], shape)
            name = f"x{i}"
            given[name] = np.round(np.asarray(value, dtype), 3)
            declared[name] = "placeholder" if through else grow.one_of(kinds)
            vague = declared[name] == "vague placeholder"
            grow.names[name] = gradnb.placeholder(dtype, [None] * len(shape) if vague else shape)
            grow.feeds[grow.names[name]] = grow.values[name] = given[name]
        if through:
            grow.add(str(by_example(grow, through)))
        for _ in range(length):
            expression = grow.one_of([*PORTABLE, *([by_example] * 12 if smooth else [])])(grow)
            if expression is not None:
                grow.add(expression)
    made = list(grow.values)
    asks = np.random.default_rng(seed + 1)
    # The last tensors are the likeliest results: the way back is long.
    near = np.arange(1.0, len(made) + 1) ** 2
    ys = tuple(asks.choice(made, size=asks.integers(1, 3), p=near / near.sum()).tolist())
    if through:
        ys = (*ys[:1], made[leaves])
    xs = tuple(given) if asks.random() < 0.6 else tuple(asks.choice(made, size=asks.integers(1, 4)).tolist())
    stops = tuple(asks.choice(made, size=1).tolist()) if asks.random() < 0.3 else ()
    seeds = []
    for y in ys:
        value = grow.values[y]
        numbers = np.round(asks.uniform(-2.0, 2.0, value.shape), 2).tolist()
        alike = [n for n, v in grow.values.items() if v.shape == value.shape and v.dtype == value.dtype]
        choices = ["None", f"np.array({numbers}, np.{value.dtype})", asks.choice(alike)]
        seeds.append(str(choices[asks.integers(3)]))
    return Program(given, declared, tuple(grow.lines), ys, xs, tuple(seeds), stops)


def programs(smooth: bool = True, longest: int = 9) -> st.SearchStrategy[Program]:
    """Return random programs; those that are not `smooth` meet ties, zeros and what becomes of them."""
    return st.builds(grown, st.integers(0, 2**40), st.integers(1, 4), st.integers(1, longest), smooth=st.just(smooth))
