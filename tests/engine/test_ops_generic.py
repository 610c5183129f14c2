"""What every operation must do: its gradients are right at two orders, its types stay, and what it infers comes true.

The operations come from the table itself, each with the example that stands in its block: a new one is tested from its
first day.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import shapes
from gradnb.engine.build import add_operation
from gradnb.engine.dtypes import COMPLEX, DType
from gradnb.engine.registry import Example, OpDef, all_ops, lookup, register

Array = np.ndarray[Any, Any]

#: Operations with a gradient that the examples cannot serve, and where they are tested instead.
WITHOUT_EXAMPLE = {
    "Angle": "complex: test_math.py",
    "Cholesky": "reads one triangle of its matrix: test_linalg.py",
    "Complex": "complex: test_math.py",
    "ComplexAbs": "complex: test_math.py",
    "Conj": "complex: test_math.py",
    "IdentityN": "passes its inputs on, like Identity",
    "Imag": "complex: test_math.py",
    "Real": "complex: test_math.py",
    "Print": "passes its input on, and prints: test_host.py",
    "PlaceholderWithDefault": "passes its input on, like Identity",
    "Qr": "several answers are right: test_linalg.py",
    "SelfAdjointEigV2": "several answers are right: test_linalg.py",
    "Softsign": "its gradient has none: test_nn.py",
    "Svd": "several answers are right: test_linalg.py",
}

#: Operations whose result has another type than their numbers.
CHANGES_TYPE = {"Cast"}

#: Operations that infer as elementwise ones do, but work along an axis.
NEEDS_AN_AXIS = {"Cross", "Cumprod", "Cumsum"}

#: Operations that are no function of a complex number that could be differentiated.
NOT_HOLOMORPHIC = {
    "Cumprod",  # TensorFlow forgets to conjugate
    "EuclideanNorm",
    "LogMatrixDeterminant",
    "MulNoNan",  # TensorFlow forgets to conjugate
    "ReciprocalGrad",
    "RsqrtGrad",
    "SqrtGrad",
    "SquaredDifference",
}

# Central differences: the values' rounding is divided by the step, the third derivative is multiplied by its square.
# With this step both stay below 1e-7 for third derivatives up to 1000.
STEP = 1e-5
DIFFERENCES = {"rtol": 1e-6, "atol": 1e-6}

WITH_EXAMPLE = [definition for definition in all_ops() if definition.example is not None]
DIFFERENTIABLE = [definition for definition in WITH_EXAMPLE if callable(definition.gradient)]
BROADCASTING = [
    definition
    for definition in WITH_EXAMPLE
    if definition.infer is shapes.broadcast and all(isinstance(entry, tuple) for entry in definition.example.inputs)
]
ELEMENTWISE = [
    d
    for d in WITH_EXAMPLE
    if d.infer in (shapes.broadcast, shapes.same, shapes.elementwise) and d.type not in NEEDS_AN_AXIS
]


def each(definitions: Sequence[OpDef]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("definition", definitions, ids=lambda definition: definition.type)


def drawn(definition: OpDef, inputs: Sequence[Any] | None = None) -> list[Array]:
    """Return arrays for an operation's inputs, the same in each run."""
    example = definition.example
    assert example is not None
    generator = np.random.default_rng(zlib.crc32(definition.type.encode()))
    wanted = example.inputs if inputs is None else inputs
    counts = [int(np.prod(entry)) if isinstance(entry, tuple) else 0 for entry in wanted]
    if example.distinct:
        numbers = generator.permutation(np.linspace(example.low, example.high, sum(counts)))
    else:
        numbers = generator.uniform(example.low, example.high, sum(counts))
    arrays = []
    for entry, part in zip(wanted, np.split(numbers, np.cumsum(counts)[:-1]), strict=True):
        array = part.reshape(entry) if isinstance(entry, tuple) else np.asarray(entry)
        arrays.append(example.transform(array) if example.transform and isinstance(entry, tuple) else array)
    return arrays


def known(shape: tuple[int, ...]) -> Any:
    return shape


def unknown_sizes(shape: tuple[int, ...]) -> Any:
    return [None] * len(shape)


def unknown_rank(shape: tuple[int, ...]) -> Any:
    return None


class Built:
    """An operation on placeholders, the weights of its outputs, and its gradients of two orders.

    The second order differentiates the first gradients, added with weights of their own, by the inputs alone.
    """

    def __init__(
        self,
        definition: OpDef,
        arrays: Sequence[Array],
        dtype: DType = tf.float64,
        declare: Callable[[tuple[int, ...]], Any] = known,
        order: int = 2,
    ) -> None:
        example = definition.example
        assert example is not None
        generator = np.random.default_rng(1)
        self.feeds: dict[Any, Array] = {}
        tensors: list[Any] = []
        self.xs: list[Any] = []
        for array, entry in zip(arrays, example.inputs, strict=True):
            if isinstance(entry, tuple):
                x = self._placeholder(array.astype(dtype.as_numpy_dtype), declare)
                self.xs.append(x)
                tensors.append(x)
            else:
                tensors.append(tf.constant(array.astype(dtype.as_numpy_dtype) if array.dtype.kind == "f" else array))
        self.operation = add_operation(definition.type, *tensors, **example.attributes)
        self.outputs = list(self.operation.outputs)
        self.orders: list[tuple[list[Any], list[Any]]] = []
        ys = [output for output in self.outputs if output.dtype.is_trainable]
        for _ in range(order):
            weights = []
            for value in self.run(ys):
                weights.append(
                    self._placeholder(np.asarray(generator.uniform(0.5, 1.5, np.shape(value)), value.dtype), declare)
                )
            gradients = tf.gradients(ys, self.xs, grad_ys=weights)
            self.orders.append((weights, gradients))
            ys = [tf.convert_to_tensor(gradient) for gradient in gradients if gradient is not None]
            if not ys:
                break

    def _placeholder(self, array: Array, declare: Callable[[tuple[int, ...]], Any]) -> Any:
        placeholder = tf.placeholder(array.dtype, declare(array.shape))
        self.feeds[placeholder] = array
        return placeholder

    def run(self, fetches: Any, feeds: dict[Any, Array] | None = None) -> Any:
        with tf.Session() as session:
            return session.run(fetches, {**self.feeds, **(feeds or {})})

    def gradients(self, order: int = 1) -> list[Array]:
        """Return the gradients of an order, None as zeros."""
        found = [None if g is None else tf.convert_to_tensor(g) for g in self.orders[order - 1][1]]
        values = iter(self.run([gradient for gradient in found if gradient is not None]))
        return [
            np.zeros_like(self.feeds[x]) if gradient is None else next(values)
            for x, gradient in zip(self.xs, found, strict=True)
        ]


def numeric(built: Built, order: int) -> list[Array]:
    """Return central differences of the outputs, or of the first gradients, added with their weights."""
    weights, _ = built.orders[order - 1]
    if order == 1:
        ys = [output for output in built.outputs if output.dtype.is_trainable]
    else:
        ys = [tf.convert_to_tensor(g) for g in built.orders[order - 2][1] if g is not None]
    with tf.Session() as session:

        def value(feeds: dict[Any, Array]) -> float:
            values = session.run(ys, {**built.feeds, **feeds})
            return float(sum((v * built.feeds[w]).sum() for v, w in zip(values, weights, strict=True)))

        slopes = []
        for x in built.xs:
            start = built.feeds[x]
            slope = np.zeros_like(start)
            for index in np.ndindex(start.shape):
                ends = []
                for sign in (1, -1):
                    moved = np.array(start)
                    moved[index] += sign * STEP
                    ends.append(value({x: moved}))
                slope[index] = (ends[0] - ends[1]) / (2 * STEP)
            slopes.append(slope)
    return slopes


def test_every_operation_with_a_gradient_has_an_example() -> None:
    without = {d.type for d in all_ops() if d.example is None and callable(d.gradient)}
    assert without - set(WITHOUT_EXAMPLE) == set()
    assert {d.type for d in WITH_EXAMPLE} & set(WITHOUT_EXAMPLE) == set()


@each(DIFFERENTIABLE)
def test_the_gradient_is_the_slope(definition: OpDef) -> None:
    built = Built(definition, drawn(definition), order=1)
    assert any(gradient is not None for gradient in built.orders[0][1])
    for found, expected in zip(built.gradients(), numeric(built, 1), strict=True):
        np.testing.assert_allclose(found, expected, **DIFFERENCES)


@each(DIFFERENTIABLE)
def test_the_second_gradient_is_the_slope_of_the_first(definition: OpDef) -> None:
    built = Built(definition, drawn(definition))
    for found, expected in zip(built.gradients(2), numeric(built, 2), strict=True):
        np.testing.assert_allclose(found, expected, **DIFFERENCES)


@each(WITH_EXAMPLE)
def test_float32_stays_float32_and_agrees_with_float64(definition: OpDef) -> None:
    arrays = drawn(definition)
    small, large = Built(definition, arrays, tf.float32, order=1), Built(definition, arrays, order=1)
    for found, exact, output in zip(small.run(small.outputs), large.run(large.outputs), small.outputs, strict=True):
        assert found.dtype == output.dtype.base_dtype.as_numpy_dtype
        if output.dtype.is_trainable and definition.type not in CHANGES_TYPE:
            assert found.dtype == np.float32
        np.testing.assert_allclose(found, exact, rtol=1e-4, atol=1e-5)
    for found, exact in zip(small.gradients(), large.gradients(), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, exact, rtol=1e-4, atol=1e-4)


@each(WITH_EXAMPLE)
@pytest.mark.parametrize("declare", [unknown_sizes, unknown_rank])
def test_unknown_shapes_give_the_same(definition: OpDef, declare: Callable[[tuple[int, ...]], Any]) -> None:
    arrays = drawn(definition)
    plain, vague = Built(definition, arrays), Built(definition, arrays, declare=declare)
    for found, expected in zip(vague.run(vague.outputs), plain.run(plain.outputs), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert len(vague.orders) == len(plain.orders)
    for order, (one, other) in enumerate(zip(vague.orders, plain.orders, strict=True), start=1):
        assert [g is None for g in one[1]] == [g is None for g in other[1]]
        for found, expected in zip(vague.gradients(order), plain.gradients(order), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@each(WITH_EXAMPLE)
@pytest.mark.parametrize("declare", [known, unknown_sizes, unknown_rank])
def test_what_is_inferred_comes_true(definition: OpDef, declare: Callable[[tuple[int, ...]], Any]) -> None:
    built = Built(definition, drawn(definition), declare=declare)
    with_gradients = built.outputs + [g for _, gradients in built.orders for g in gradients if isinstance(g, tf.Tensor)]
    for tensor, value in zip(with_gradients, built.run(with_gradients), strict=True):
        assert value.dtype == tensor.dtype.base_dtype.as_numpy_dtype
        assert shapes.compatible(tensor.static_shape, value.shape)
        if declare is known:
            assert tensor.static_shape == value.shape


@each(BROADCASTING)
@pytest.mark.parametrize(
    "inputs", [((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (2, 3)), ((2, 3), ())], ids=str
)
def test_broadcasting_is_undone(definition: OpDef, inputs: tuple[tuple[int, ...], ...]) -> None:
    example = definition.example
    assert example is not None
    small = drawn(definition, inputs)
    whole = [np.array(array) for array in np.broadcast_arrays(*small)]
    broadcast, repeated = Built(definition, small, order=1), Built(definition, whole, order=1)
    np.testing.assert_array_equal(broadcast.run(broadcast.outputs)[0], repeated.run(repeated.outputs)[0])
    for found, expected, x in zip(broadcast.gradients(), repeated.gradients(), broadcast.xs, strict=True):
        shape = broadcast.feeds[x].shape
        summed = expected.sum(axis=tuple(range(expected.ndim - len(shape))))
        repeated_axes = tuple(i for i, size in enumerate(shape) if size == 1)
        np.testing.assert_allclose(found, summed.sum(axis=repeated_axes, keepdims=True), rtol=1e-12, atol=1e-12)


def on(definition: OpDef, *values: Any) -> tuple[Any, Any]:
    """Return an operation's output on constants, and its value."""
    example = definition.example
    assert example is not None
    tensor = add_operation(definition.type, *map(tf.constant, values), **example.attributes).outputs[0]
    with tf.Session() as session:
        return tensor, session.run(tensor)


@pytest.mark.parametrize(
    ("definition", "dtype"),
    [
        pytest.param(definition, dtype, id=f"{definition.type}-{dtype.name}")
        for definition in ELEMENTWISE
        for dtype in (tf.float32, tf.float64, tf.int32, tf.int64, tf.complex64, tf.complex128)
        if all(dtype in argument.choices for argument in definition.arguments)
    ],
)
@pytest.mark.parametrize("shape", [(), (2,), (0,)], ids=str)
def test_every_allowed_type_stays(definition: OpDef, dtype: DType, shape: tuple[int, ...]) -> None:
    example = definition.example
    assert example is not None
    tensor, value = on(definition, *(np.ones(shape, dtype.as_numpy_dtype) for _ in example.inputs))
    assert value.dtype == dtype.as_numpy_dtype
    assert tensor.dtype is dtype
    assert value.shape == shape == tensor.static_shape


@each([d for d in DIFFERENTIABLE if d.arguments[0].choices >= COMPLEX and d.type not in NOT_HOLOMORPHIC | CHANGES_TYPE])
def test_gradients_of_complex_numbers_are_conjugated(definition: OpDef) -> None:
    """The gradient with respect to ``a + bi`` holds those with respect to a and to b: TensorFlow's convention."""
    example = definition.example
    assert example is not None
    arrays = drawn(definition)
    parts: list[tuple[Any, Any]] = []
    feeds: dict[Any, Array] = {}
    tensors: list[Any] = []
    for array, entry in zip(arrays, example.inputs, strict=True):
        if not isinstance(entry, tuple):
            tensors.append(tf.constant(array.astype(np.complex128) if array.dtype.kind == "f" else array))
            continue
        part = tf.placeholder(tf.float64, array.shape), tf.placeholder(tf.float64, array.shape)
        feeds[part[0]], feeds[part[1]] = array, 0.3 * np.cos(np.arange(array.size)).reshape(array.shape)
        parts.append(part)
        tensors.append(tf.complex(*part))
    outputs = add_operation(definition.type, *tensors, **example.attributes).outputs
    loss = tf.add_n([tf.reduce_sum(3.0 * tf.real(y) - 2.0 * tf.imag(y)) for y in outputs if y.dtype.is_complex])
    xs = [x for part in parts for x in part]
    gradients = tf.gradients(loss, xs, unconnected_gradients="zero")
    with tf.Session() as session:
        for x, found in zip(xs, session.run(gradients, feeds), strict=True):
            for index in np.ndindex(feeds[x].shape):
                ends = []
                for sign in (1, -1):
                    moved = np.array(feeds[x])
                    moved[index] += sign * STEP
                    ends.append(session.run(loss, {**feeds, x: moved}))
                np.testing.assert_allclose(found[index], (ends[0] - ends[1]) / (2 * STEP), **DIFFERENCES)


def test_the_numeric_check_sees_a_wrong_gradient() -> None:
    sine = lookup("Sin")
    wrong = OpDef(
        type="Sin",
        label="sin",
        signature="x: T",
        allowed=sine.allowed,
        kernel=sine.kernel,
        infer=sine.infer,
        gradient=lambda z, g, x: g * 1.001 * tf.cos(x),
        example=Example((2, 3)),
    )
    built = Built(wrong, drawn(wrong), order=1)
    built.operation.definition = wrong
    weights, _ = built.orders[0]
    found = built.run(tf.gradients(built.outputs, built.xs, grad_ys=weights))
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(found[0], numeric(built, 1)[0], **DIFFERENCES)


def test_an_operation_is_registered_once_and_says_where() -> None:
    words = r"Registering two operations of type 'Mul'! The first is at gradnb\.engine\.ops\.math, line \d+"
    with pytest.raises(KeyError, match=words):
        register(lookup("Mul"))
    assert repr(lookup("Floor").gradient) == "NOT_DIFFERENTIABLE"
