"""Random graphs of all operations with hostile numbers, shapes and names, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine.build import add_operation
from gradnb.engine.registry import OpDef, all_ops
from gradnb.explanation import LAYOUTS, THEMES, VIEWS, Explanation
from tests.engine.test_ops_generic import drawn
from tests.hostile import PAYLOADS

Array = np.ndarray[Any, Any]

TAME = [0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -2.5]
WILD = [*TAME, np.nan, np.inf, -np.inf, 1e30, 1e-30, -0.0]
TEXTS = [b"a", b"", b"<script>", b"\xff", b"]", b"long " * 20]
SHAPES = [(), (0,), (1,), (3,), (2, 3), (3, 3), (0, 2), (2, 2, 3), (1, 1)]
#: They have no example, and settings of their own: functions of the public API add them.
BY_FUNCTION: list[Callable[[Any], Any]] = [
    *(
        tf.shape,
        tf.size,
        tf.argmax,
        tf.argmin,
        tf.reduce_max,
        tf.argsort,
        tf.linalg.qr,
        tf.svd,
        tf.random_normal_initializer(),
    ),
    *(lambda x: tf.reduce_any(tf.greater(x, 0.0)), lambda x: tf.reduce_all(tf.less(x, 1.0)), tf.nn.relu, tf.nn.softmax),
    *(lambda x: tf.one_hot(tf.argmax(x, -1), 3), lambda x: tf.py_func(lambda v: v, [x], tf.float32), lambda x: x[0]),
    *(
        lambda x: tf.random_uniform(tf.shape(x)) * x,
        lambda x: tf.nn.dropout(x, rate=0.5),
        lambda x: tf.truncated_normal([2]) + x,
    ),
    *(
        lambda x: tf.gather(x, [0, 0]),
        lambda x: tf.boolean_mask(x, x > 0.0),
        tf.unstack,
        lambda x: tf.nn.top_k(x, 1)[0],
    ),
    *(
        lambda x: tf.Print(x, [x]),
        lambda x: tf.check_numerics(x, "m"),
        lambda x: tf.Assert(True, [x]) and x,
        lambda x: x @ x,
    ),
]
OPERATIONS = [
    definition for definition in all_ops() if definition.type not in ("PreventGradient", "Const", "VariableV2")
]


#: What a wiring may raise that is made below the checks of the public functions.
_REFUSED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass
class Growing:
    """A graph while it grows in the default graph.

    Attributes
    ----------
    random : Generator
        Decides everything.
    tensors : list of Tensor
        What has grown so far.
    """

    random: np.random.Generator
    tensors: list[Any] = field(default_factory=list)

    def one_of(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def late(self, choices: Sequence[Any]) -> Any:
        return choices[max(self.random.integers(len(choices), size=2))]

    def happens(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def value(self, dtype: Any, shape: Sequence[int]) -> Array:
        numbers = WILD if self.happens(0.5) else TAME
        if dtype is tf.string:
            made = np.empty(int(np.prod(shape)), object)
            made[:] = [self.one_of(TEXTS) for _ in made]
            return made.reshape(shape)
        if dtype.is_bool:
            return np.asarray(self.random.integers(0, 2, shape) > 0)
        if dtype.is_integer:
            return np.asarray(self.random.integers(0, 5, shape)).astype(dtype.as_numpy_dtype)
        with np.errstate(all="ignore"):
            found = np.asarray(self.random.choice(numbers, shape)).astype(dtype.as_numpy_dtype)
        return found

    def leaf(self, dtype: Any) -> Any:
        shape = self.one_of(SHAPES)
        kind = int(self.random.integers(5))
        if kind < 2:
            value = self.value(dtype, shape)
            return tf.constant(value, dtype) if kind else tf.Variable(value, dtype=dtype).value()
        return tf.placeholder(dtype, [shape, None, [None] * len(shape)][kind - 2])

    def pick(self, choices: Collection[Any]) -> Any:
        """Return a tensor of one of these dtypes: rather one that is there."""
        fitting = [tensor for tensor in self.tensors if tensor.dtype.base_dtype in choices]
        if fitting and self.happens(0.75):
            return self.late(fitting)
        dtype = tf.float32 if tf.float32 in choices and self.happens(0.7) else self.one_of(sorted(choices, key=str))
        self.tensors.append(self.leaf(dtype))
        return self.tensors[-1]

    def grow(self) -> None:
        """Add one operation, unless its inputs do not fit."""
        with ExitStack() as stack:
            if self.happens(0.2):
                stack.enter_context(tf.name_scope(self.one_of(["layer", "a", "b>c"])))
            try:
                if self.happens(0.2):
                    made = self.one_of(BY_FUNCTION)(self.pick([tf.float32]))
                else:
                    definition = self.one_of(OPERATIONS)
                    made = self.by_example(definition) if self.happens(0.6) else self.by_types(definition)
            except _REFUSED:
                return
        self.tensors += made if isinstance(made, (list, tuple)) else [made]

    def by_example(self, definition: OpDef) -> Sequence[Any]:
        if definition.example is None:
            return self.by_types(definition)
        inputs = []
        for base in drawn(definition):
            fitting = [t for t in self.tensors if t.dtype == base.dtype and t.shape.is_compatible_with(base.shape)]
            if fitting and self.happens(0.6):
                inputs.append(self.late(fitting))
            else:
                inputs.append(tf.constant(base) if self.happens(0.5) else tf.placeholder_with_default(base, base.shape))
        return add_operation(definition.type, *inputs, **definition.example.attributes).outputs

    def by_types(self, definition: OpDef) -> Sequence[Any]:
        bound: dict[str, Any] = {}
        inputs = []
        count = int(self.random.integers(1, 4)) if definition.variadic else len(definition.arguments)
        for place in range(count):
            argument = definition.arguments[min(place, len(definition.arguments) - 1)]
            known = bound.get(argument.variable or "")
            inputs.append(self.pick([known] if known is not None else argument.choices))
            if argument.variable:
                bound[argument.variable] = inputs[-1].dtype.base_dtype
        return add_operation(
            definition.type, *inputs, **(definition.example.attributes if definition.example else {})
        ).outputs


@dataclass(frozen=True)
class Question:
    """What is asked of a random graph: the arguments of `explain`."""

    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def __repr__(self) -> str:
        return f"explain{self.arguments} with {self.options}"

    def explained(self) -> Explanation:
        return tf.explain(*self.arguments, **self.options)


def question(seed: int, size: int) -> Question:
    """Grow a graph in a new default graph, and return a question about it."""
    tf.reset_default_graph()
    growing = Growing(np.random.default_rng(seed))
    growing.pick([tf.float32])
    for _ in range(size):
        growing.grow()
    tensors = growing.tensors
    floats = [tensor for tensor in tensors if tensor.dtype.is_floating]
    one_of, happens, late = growing.one_of, growing.happens, growing.late
    ys = [late(tensors if happens(0.1) else floats) for _ in range(1 + happens(0.3))]
    xs = [one_of(tensors if happens(0.2) else floats) for _ in range(int(growing.random.integers(1, 4)))]
    weights = None
    if happens(0.4):
        weights = [
            None if happens(0.3) or y.dtype is tf.string else growing.value(y.dtype.base_dtype, _some_shape(growing, y))
            for y in ys
        ]
    stops = [one_of(tensors)] if happens(0.3) else None
    feeds = {
        operation.outputs[0]: growing.value(operation.outputs[0].dtype, _some_shape(growing, operation.outputs[0]))
        for operation in tf.get_default_graph().get_operations()
        if operation.type == "Placeholder" and happens(0.85)
    }
    options = {
        "feed_dict": feeds,
        "names": {tensor: one_of(PAYLOADS) if happens(0.5) else f"t{n}" for n, tensor in enumerate(tensors)},
        "views": VIEWS,
        "layout": one_of(LAYOUTS),
        "theme": one_of(THEMES),
        "language": one_of(["en", "zh"]),
        "precision": int(growing.random.integers(1, 18)),
        "check": happens(0.3),
    }
    return Question((ys, None if happens(0.1) else xs, weights, stops, one_of(["none", "zero"])), options)


def _some_shape(growing: Growing, tensor: Any) -> tuple[int, ...]:
    if tensor.shape.ndims is None:
        return tuple(growing.one_of(SHAPES))
    return tuple(int(growing.random.integers(0, 4)) if size is None else size for size in tensor.shape.as_list())
