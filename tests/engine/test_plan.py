"""Plans: to the bit what the interpreter computes, whatever is fetched, fed, held, nested or interrupted."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import Array, Program, programs
from test_ops_generic import drawn

import gradnb as tf
from gradnb.engine import plan as planning
from gradnb.engine import tiles
from gradnb.engine.build import add_operation
from gradnb.engine.plan import Plan
from gradnb.engine.registry import OpDef, all_ops

SETTINGS = settings(
    max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
MANY = settings(SETTINGS, max_examples=3000)


def same_bits(first: Any, second: Any) -> bool:
    """Return whether two values agree in type, shape and every bit; NaNs are alike."""
    if type(first) is not type(second):
        return False
    one, two = np.asarray(first), np.asarray(second)
    if one.dtype != two.dtype or one.shape != two.shape:
        return False
    if one.dtype.kind == "O":
        return one.tolist() == two.tolist()
    if one.dtype.kind in "fc":
        one, two = (np.where(np.isnan(array), array.dtype.type(np.nan), array) for array in (one, two))
    return one.tobytes() == two.tobytes()


class Pair:
    """Two sessions on one graph, of which the second does without plans."""

    def __init__(self) -> None:
        self.planned, self.plain = tf.Session(), tf.Session()
        self.plain.plain = True

    def run(self, fetches: Any, feeds: Any = None) -> Any:
        """Run in both, and return what both give: values of the same bits, or errors of the same words."""
        found = [outcome(session, fetches, feeds) for session in (self.planned, self.plain)]
        assert found[0][0] == found[1][0]
        for one, two in zip(flat(found[0][1]), flat(found[1][1]), strict=True):
            assert same_bits(one, two), f"{one!r} and {two!r}"
        held = [{op.name: array for op, array in s.variables().items()} for s in (self.planned, self.plain)]
        assert held[0].keys() == held[1].keys()
        assert all(same_bits(held[0][name], held[1][name]) for name in held[0])
        return found[0][1]


def outcome(session: tf.Session, fetches: Any, feeds: Any) -> tuple[str, Any]:
    """Return the error's words and the values of a run."""
    try:
        return "", session.run(fetches, feeds)
    except tf.errors.OpError as error:
        return f"{type(error).__name__} at {error.op and error.op.name}: {error}", ()


def flat(values: Any) -> Iterator[Any]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from flat(value)
    else:
        yield values


def last_plan(session: tf.Session) -> Plan:
    """Return the plan for the fetches that a session was asked for last, for the first time."""
    return next(reversed(session._plans.values()))._idle[-1]


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let arrays of a few elements count as large; NumPy adds 128 of them without halving."""
    monkeypatch.setattr(tiles, "_WORTH", 1)
    monkeypatch.setattr(tiles, "_TILE", 128 * 8)


# Random programs


def check(program: Program, choices: st.DataObject) -> None:
    """Compare runs of random parts of a program, with parts of it fed, in turns."""
    with tf.Graph().as_default():
        names = program.run(tf)
        made = [names[name] for name in names if name[1:].isdigit()]
        try:
            gradients = [g for g in program.gradients(tf, names) if g is not None]
        except (LookupError, ValueError):
            gradients = []
        tensors = [*made, *(tf.convert_to_tensor(gradient) for gradient in gradients)]
        pair = Pair()
        pair.run(tf.global_variables_initializer())
        feeds = program.feeds(names)
        whole = pair.run(tensors, feeds)
        some = st.lists(st.sampled_from(range(len(tensors))), min_size=1, max_size=5)
        asked = [choices.draw(some) for _ in range(3)]
        fed = [choices.draw(st.sampled_from(range(len(tensors)))) for _ in range(2)]
        held: list[tuple[Array, bytes]] = []
        for _ in range(2):
            for places in asked:
                for place in (None, *fed):
                    extra = {} if place is None else {tensors[place]: np.array(whole[place]) * 0.5} if whole else {}
                    before = [np.array(value) for value in {**feeds, **extra}.values()]
                    found = pair.run([tensors[p] for p in places], {**feeds, **extra})
                    held += [(np.asarray(value), np.asarray(value).tobytes()) for value in found]
                    assert all(
                        same_bits(np.array(a), b) for a, b in zip({**feeds, **extra}.values(), before, strict=True)
                    )
        assert all(array.tobytes() == content for array, content in held)


@SETTINGS
@given(programs(smooth=False), st.data())
def test_random_programs(program: Program, choices: st.DataObject) -> None:
    check(program, choices)


@pytest.mark.usefixtures("small_tiles")
@SETTINGS
@given(programs(smooth=False), st.data())
def test_random_programs_in_tiles(program: Program, choices: st.DataObject) -> None:
    check(program, choices)


@pytest.mark.slow
@MANY
@given(programs(smooth=False), st.data())
def test_many_random_programs(program: Program, choices: st.DataObject) -> None:
    check(program, choices)


# Random graphs with variables, views, sums of many, open shapes and functions of the program


class Wild:
    """A random graph that mixes all that a plan treats in a way of its own.

    Batches of any size are fed; results of each operation may feed any later one that they fit.
    """

    def __init__(self, seed: int, length: int) -> None:
        self.random = np.random.default_rng(seed)
        self.batch = tf.placeholder(tf.float32, [None, 3], name="batch")
        self.fixed = tf.placeholder(tf.float32, [4, 3], name="fixed")
        self.variables = [tf.Variable(self.numbers(4, 3)), tf.Variable(self.numbers(3))]
        self.tensors = [self.batch, self.fixed, *(v.value() for v in self.variables), tf.constant(self.numbers(4, 3))]
        self.operations: list[Any] = []
        steps = [self.unary, self.binary, self.view, self.total, self.reduced, self.joined, self.open, self.written]
        weights = np.array([4, 5, 4, 2, 2, 1, 1.5, 1.5])
        while len(self.tensors) < length:
            step = steps[self.random.choice(len(steps), p=weights / weights.sum())]
            try:
                step()
            except (ValueError, IndexError):
                continue
        near = [t for t in self.tensors if t.shape.ndims is not None][-3:]
        with suppress(ValueError, LookupError):
            self.tensors += [g for g in tf.gradients(near, self.tensors[:4]) if isinstance(g, tf.Tensor)]
        loss = sum(tf.reduce_mean(tf.square(v)) for v in self.variables) + tf.reduce_mean(tf.sin(self.tensors[-1]))
        optimizer = self.one_of(
            [
                tf.train.GradientDescentOptimizer(0.1),
                tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=bool(self.random.integers(2))),
                tf.train.AdamOptimizer(0.01),
                tf.train.AdagradOptimizer(0.1),
            ]
        )
        self.operations.append(optimizer.minimize(loss))

    def numbers(self, *shape: int) -> Array:
        return self.random.standard_normal(shape).astype(np.float32)

    def one_of(self, choices: Sequence[Any]) -> Any:
        return choices[self.random.integers(len(choices))]

    def pick(self) -> Any:
        """Choose a tensor, rather a late one."""
        return self.tensors[max(self.random.integers(len(self.tensors), size=2))]

    def unary(self) -> None:
        functions = (tf.negative, tf.sin, tf.square, tf.nn.relu, tf.sigmoid, tf.tanh, tf.identity, tf.stop_gradient)
        others = (lambda x: tf.cast(tf.cast(x, tf.float64), tf.float32), lambda x: tf.clip_by_value(x, -1.0, 1.0))
        more = (lambda x: tf.where(x > 0.0, x, tf.zeros_like(x)), lambda x: tf.maximum(x, 0.5 * x), tf.exp)
        self.tensors.append(self.one_of([*functions, *others, *more])(self.pick()))

    def binary(self) -> None:
        first = self.pick()
        second = self.one_of([self.pick(), first, self.one_of([2.0, 0.5])])
        self.tensors.append(self.one_of([tf.add, tf.subtract, tf.multiply, tf.minimum])(first, second))

    def view(self) -> None:
        x = self.pick()
        rank = x.shape.ndims
        ways: list[Callable[[Any], Any]] = [
            tf.transpose,
            lambda x: tf.reshape(x, [-1]),
            lambda x: tf.reshape(x, [-1, 3]),
            lambda x: tf.expand_dims(x, 0),
            lambda x: tf.reshape(x, tf.shape(x)),
            tf.check_numerics,
        ]
        if rank:
            ways += [lambda x: x[1:], lambda x: x[::-1], lambda x: x[..., :2], lambda x: tf.reverse(x, [0])]
            ways += [lambda x: x[..., 0], lambda x: tf.unstack(x, axis=-1)[-1], lambda x: x[tf.newaxis]]
        if rank == 2:
            ways += [lambda x: tf.transpose(x, [1, 0]), lambda x: tf.linalg.diag_part(x)]
        way = self.one_of(ways)
        self.tensors.append(way(x, "here") if way is tf.check_numerics else way(x))

    def total(self) -> None:
        x = self.pick()
        alike = [t for t in self.tensors if t.shape.ndims is not None and t.shape == x.shape and t.dtype == x.dtype]
        chosen = [self.one_of(alike) for _ in range(self.random.integers(2, 6))] if alike else [x, x]
        self.tensors.append(tf.add_n(chosen))

    def reduced(self) -> None:
        x = self.pick()
        axis = None if not x.shape.ndims else self.one_of([None, 0, -1])
        keep = bool(self.random.integers(2))
        function = self.one_of([tf.reduce_sum, tf.reduce_mean, tf.reduce_max])
        self.tensors.append(function(x, axis=axis, keepdims=keep))

    def joined(self) -> None:
        x, y = self.pick(), self.pick()
        ways = [
            lambda: tf.concat([x, x], 0),
            lambda: tf.stack([x, y]),
            lambda: tf.matmul(x, y, transpose_b=True),
            lambda: tf.matmul(x, y, transpose_a=True),
            lambda: tf.gather(x, [0, 1, 0]),
            lambda: tf.broadcast_to(x, [2, 4, 3]),
            lambda: tf.tile(x, [2, 1]),
        ]
        self.tensors.append(self.one_of(ways)())

    def open(self) -> None:
        """Add what has a shape that only a run knows."""
        x = self.pick()
        ways = [
            lambda: tf.boolean_mask(tf.reshape(x, [-1]), tf.reshape(x, [-1]) > 0.0),
            lambda: tf.py_func(lambda a: a * np.float32(2), [x], tf.float32),
            lambda: tf.py_func(lambda a: a, [x], tf.float32),
            lambda: tf.fill(tf.shape(x), 1.5),
            lambda: tf.ones_like(x),
            lambda: tf.reshape(x, tf.concat([[1], tf.shape(x)], 0)),
        ]
        self.tensors.append(self.one_of(ways)())

    def written(self) -> None:
        """Add what changes a variable, and what reads it afterwards."""
        variable = self.one_of(self.variables)
        fitting = [t for t in self.tensors if t.shape.ndims is not None and t.shape == variable.shape]
        value = self.one_of(fitting) if fitting else variable.value()
        change = self.one_of([variable.assign, variable.assign_add, variable.assign_sub])(tf.sin(value))
        with tf.control_dependencies([change]):
            self.tensors += [variable.read_value(), tf.square(variable)]
        self.operations.append(change.op)
        self.tensors.append(change)

    def feeds(self, size: int) -> dict[Any, Array]:
        return {self.batch: self.numbers(size, 3), self.fixed: self.numbers(4, 3)}


def check_wild(seed: int, length: int) -> None:
    """Run random parts of a random graph in turns, with batches of changing sizes and tensors fed."""
    with tf.Graph().as_default():
        wild = Wild(seed, length)
        pair = Pair()
        pair.run(tf.global_variables_initializer())
        asked = []
        for _ in range(4):
            fetches = [wild.pick() for _ in range(wild.random.integers(1, 5))]
            if wild.random.random() < 0.4:
                fetches.append(wild.one_of(wild.operations))
            if wild.random.random() < 0.2:
                fetches.append(wild.one_of(wild.variables))
            asked.append(fetches)
        held: list[tuple[Array, bytes]] = []
        for _ in range(10):
            feeds = wild.feeds(int(wild.one_of([2, 4, 4, 5])))
            if wild.random.random() < 0.4:
                fed = wild.pick()
                if fed.shape.is_fully_defined():
                    feeds[fed] = wild.numbers(*fed.shape.as_list())
            before = {key: array.tobytes() for key, array in feeds.items()}
            found = pair.run(wild.one_of(asked), feeds)
            assert all(array.tobytes() == before[key] for key, array in feeds.items()), "a feed was changed"
            held += [(value, value.tobytes()) for value in found if isinstance(value, np.ndarray)]
            for array, content in held:
                assert array.tobytes() == content, "a fetched array was changed"
        for number, (array, _) in enumerate(held):
            assert not any(np.shares_memory(array, other) for other, _ in held[:number]), "two fetches share memory"


@SETTINGS
@given(st.integers(0, 2**32), st.integers(8, 40))
def test_wild_graphs(seed: int, length: int) -> None:
    check_wild(seed, length)


@pytest.mark.usefixtures("small_tiles")
@SETTINGS
@given(st.integers(0, 2**32), st.integers(8, 40))
def test_wild_graphs_in_tiles(seed: int, length: int) -> None:
    check_wild(seed, length)


@pytest.mark.slow
@MANY
@given(st.integers(0, 2**32), st.integers(8, 80))
def test_many_wild_graphs(seed: int, length: int) -> None:
    check_wild(seed, length)


# What operations say of themselves


SHOWN = [definition for definition in all_ops() if definition.example is not None and not definition.stateful]


@pytest.mark.parametrize("definition", SHOWN, ids=lambda definition: definition.type)
def test_operations_say_what_a_plan_may_do_with_them(definition: OpDef) -> None:
    """A result shares memory only where `view` says so, and `into` writes what the kernel gives, to the bit."""
    assert definition.example is not None
    inputs = [np.asarray(array) for array in drawn(definition)]
    attributes = definition.example.attributes
    result = definition.kernel(*inputs, **attributes)
    results = result if isinstance(result, tuple) else (result,)
    shares = any(np.may_share_memory(one, other) for one in results for other in inputs)
    assert definition.view or not shares
    into: Any = None if definition.into is None else partial(definition.into, **attributes)
    if definition.into_for is not None:
        into = definition.into_for(*(array.shape for array in inputs), **attributes)
    if into is not None:
        out = np.full(np.shape(result), 7, np.asarray(result).dtype)
        into(*inputs, out)
        assert same_bits(out, np.asarray(result))
        if definition.elementwise and out.shape == inputs[0].shape and out.dtype == inputs[0].dtype:
            first = inputs[0].copy()
            into(first, *inputs[1:], first)
            assert same_bits(first, out)
        for place, array in enumerate(inputs if definition.elementwise else []):
            single = array.reshape(-1)[0]
            repeated = [*inputs[:place], np.full_like(array, single), *inputs[place + 1 :]]
            into(*inputs[:place], np.array(single), *inputs[place + 1 :], out)
            assert same_bits(out, np.asarray(definition.kernel(*repeated, **attributes)))
    if definition.of_shape:
        assert same_bits(definition.kernel(np.zeros_like(inputs[0]), **attributes), result)


# Memory


def test_buffers_are_used_again() -> None:
    x = y = tf.placeholder(tf.float32, [1000])
    for _ in range(50):
        y = tf.exp(tf.sin(y) * 0.5) - 0.3
    (gradient,) = tf.gradients(y, x)
    session = tf.Session()
    session.run([tf.reduce_sum(y) + 1.0, tf.reduce_sum(gradient) + 1.0], {x: np.zeros(1000, np.float32)})
    # The sines' arguments and the exponentials wait for the way back, and little else.
    assert last_plan(session).nbytes <= (2 * 50 + 3) * 4000 + 100


def test_a_sum_of_many_takes_each_as_soon_as_it_is_there() -> None:
    x = tf.placeholder(tf.float32, [1000])
    total = tf.add_n([tf.sin(x * float(factor)) for factor in range(100)])
    session = tf.Session()
    session.run(tf.reduce_max(total), {x: np.zeros(1000, np.float32)})
    assert last_plan(session).nbytes <= 3 * 4000 + 8


@pytest.mark.parametrize("type", ["SqrtGrad", "RsqrtGrad", "ReciprocalGrad", "ReluGrad", "DivNoNan", "Xlogy"])
def test_an_input_that_is_read_twice_is_not_written_over(type: str) -> None:
    x = tf.placeholder(tf.float32, [5])
    y = tf.sin(x)
    pair = Pair()
    pair.run(add_operation(type, y, y).outputs[0] * 1.0, {x: np.array([0.0, 1.0, -2.0, 3.0, 0.5], np.float32)})


def test_no_block_is_used_again_under_a_view() -> None:
    """The slice of a is read after b and c were computed, for which a's own last use made room.

    x ── a = sin ──┬── slice ───────────────────────┐
                   └── b = cos ── c = exp ── d = -c ── + ── y
    """
    x = tf.placeholder(tf.float32, [6])
    a = tf.sin(x)
    view = tf.reshape(a, [2, 3])[1]
    b = tf.cos(a)
    d = -tf.exp(b)
    y = view + tf.reduce_sum(d)
    value = np.arange(6, dtype=np.float32)
    pair = Pair()
    for _ in range(2):
        pair.run(y * 1.0, {x: value})
        pair.run([view, tf.reduce_sum(d)], {x: value})


def test_large_arrays_are_let_go_of() -> None:
    """What was fed, fetched, or made on the way is not held between runs; nor is memory once a session is closed."""
    x = tf.placeholder(tf.float32, [None])
    doubled = tf.boolean_mask(x, x > 0.0) * 2.0
    y = tf.sin(x)
    session = tf.Session()
    fed = np.ones(100_000, np.float32)
    found = session.run([y, doubled], {x: fed})
    graph = tf.get_default_graph()
    watched = [weakref.ref(array) for array in (fed, *found)]
    bound = [array for _, arguments in last_plan(session)._calls for array in arguments]
    memory = [weakref.ref(array) for array in bound if isinstance(array, np.ndarray) and array.nbytes > 1000]
    assert memory
    del bound
    session.run([y, doubled], {x: np.ones(100_001, np.float32)})
    del fed, found
    gc.collect()
    assert [reference() for reference in watched] == [None] * 3
    session.close()
    gc.collect()
    assert all(block() is None for block in memory)
    assert len(graph.runs) == 1


def test_plans_for_many_shapes_are_bounded() -> None:
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(tf.sin(x))
    with tf.Session() as session:
        for size in range(1, 40):
            assert session.run(y, {x: np.zeros(size, np.float32)}) == 0.0
        (plans,) = session._plans.values()
        assert len(plans._idle) <= 8


def test_the_memory_that_plans_keep_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_KEPT", 10_000)
    x = tf.placeholder(tf.float32, [None])
    fetches = [tf.reduce_sum(tf.sin(x) + float(number)) for number in range(4)]
    with tf.Session() as session:
        for size in (100, 200, 300, 2000, 5000, 100):
            for fetch in fetches:
                session.run(fetch, {x: np.zeros(size, np.float32)})
                latest = next(reversed(session._plans.values())).nbytes
                assert sum(plans.nbytes for plans in session._plans.values()) <= max(10_000, 4 * size + latest)


def test_very_many_operations_are_planned_when_they_run_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_MANY", 2)
    x = tf.placeholder(tf.float32, [2])
    y = tf.sin(x) + tf.cos(x)
    pair = Pair()
    for runs in range(6):
        assert len(next(iter(pair.planned._plans.values()))._idle if runs else []) == (runs > 4)
        pair.run(y, {x: [1.0, 2.0]})


def test_plans_for_many_fetches_are_bounded() -> None:
    constants = [tf.placeholder_with_default(float(i), []) + 1.0 for i in range(200)]
    with tf.Session() as session:
        for constant in constants:
            session.run(constant)
            session.run([constant])
        assert len(session._plans) <= 64
        assert len(session._requests) <= 2 * 64 + 1


def test_shapes_that_change_get_plans_of_their_own() -> None:
    x, w = tf.placeholder(tf.float32, [None, 3]), tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2))
    y = tf.nn.relu(tf.matmul(x, w))
    gradients = tf.gradients(tf.reduce_mean(y), [x, w])
    pair = Pair()
    for size in (2, 5, 2, 1, 5, 0):
        pair.run([y, *gradients], {x: np.linspace(-1, 1, 3 * size, dtype=np.float32).reshape(size, 3)})


def test_a_shape_that_is_fed_in_place_of_a_constant_counts() -> None:
    x, shape = tf.placeholder(tf.float32, [6]), tf.constant([3, 2])
    y = tf.reduce_sum(tf.reshape(tf.sin(x), shape), axis=0) * 2.0
    pair = Pair()
    value = np.arange(6, dtype=np.float32)
    assert pair.run(y, {x: value}).shape == (2,)
    assert pair.run(y, {x: value, shape: [2, 3]}).shape == (3,)
    assert pair.run(y, {x: value}).shape == (2,)


def test_a_shape_that_the_program_only_claims_does_not_count() -> None:
    x = tf.placeholder(tf.float32, [3])
    y = tf.py_func(lambda a: a[:2], [x], tf.float32)
    y.set_shape([3])
    pair = Pair()
    assert pair.run(tf.sin(y) + 1.0, {x: [1.0, 2.0, 3.0]}).shape == (2,)
    assert pair.run(tf.add_n([tf.sin(y), tf.cos(x)]), {x: [1.0, 2.0, 3.0]}) == ()


@pytest.mark.parametrize("first", [(2, 3), (1, 1), (3, 1), (1, 4), (4, 2, 3)])
@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
def test_products_of_matrices_of_any_shape(first: Any, transpose_a: bool, transpose_b: bool) -> None:
    """With zeros, infinities and NaN, which no way to compute a product may lose."""
    random = np.random.default_rng(0)
    inner = first[-2] if transpose_a else first[-1]
    for other in ((inner, 1), (inner, 5)):
        pair = Pair()
        a, b = (
            tf.placeholder(tf.float32, [None] * len(shape)) for shape in (first, other[::-1] if transpose_b else other)
        )
        y = tf.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
        for _ in range(8):
            values = [
                random.choice([0.0, 1.5, -2.0, np.inf, np.nan], size=s)
                for s in (first, other[::-1] if transpose_b else other)
            ]
            left = np.swapaxes(values[0], -1, -2) if transpose_a else values[0]
            right = values[1].T if transpose_b else values[1]
            with np.errstate(invalid="ignore"):
                expected = (left[..., :, :, None] * right[..., None, :, :]).sum(axis=-2)
            np.testing.assert_array_equal(
                pair.run(tf.identity(y) * 1.0, dict(zip((a, b), values, strict=True))), expected
            )


@pytest.mark.parametrize("size", [5, 5000])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128, np.int32, np.bool_])
def test_elements_are_chosen_by_their_bits(size: int, dtype: Any) -> None:
    random = np.random.default_rng(0)
    values = [0.0, -0.0, 1.0, -2.0] + ([np.inf, -np.inf, np.nan] if np.dtype(dtype).kind in "fc" else [])
    arrays = [random.choice(values, size=(2, size)).astype(dtype) for _ in range(2)]
    condition = random.random((2, size)) < 0.5
    t, e = (tf.placeholder(dtype, [2, None]) for _ in range(2))
    c = tf.placeholder(tf.bool, [2, None])
    pair = Pair()
    feeds = {c: condition, t: arrays[0], e: arrays[1]}
    row = tf.constant(arrays[0][:, :1])
    fetches = [tf.where(c, t, e), tf.where_v2(c, t, row), tf.where_v2(c, row, e), tf.where([True, False], t, e)]
    for chosen, other in ((fetches, False), ([tf.identity(value)[:, ::-1] for value in fetches], True)):
        for value, (mask, one, two) in zip(
            pair.run(chosen, feeds),
            [
                (condition, *arrays),
                (condition, arrays[0], arrays[0][:, :1]),
                (condition, arrays[0][:, :1], arrays[1]),
                (np.array([[True], [False]]), *arrays),
            ],
            strict=True,
        ):
            expected = np.where(mask, one, two)
            assert value.tobytes() == np.array(expected[:, ::-1] if other else expected, order="C").tobytes()


@pytest.mark.parametrize("size", [5, 5000])
def test_truth_values_are_chosen_by_truth_values(size: int) -> None:
    c, t, e = (tf.placeholder(tf.bool, [size]) for _ in range(3))
    y = tf.logical_not(tf.where(tf.logical_not(c), t, e))
    values = [np.random.default_rng(seed).random(size) < 0.5 for seed in range(3)]
    found = Pair().run(y, dict(zip((c, t, e), values, strict=True)))
    np.testing.assert_array_equal(found, ~np.where(~values[0], values[1], values[2]))


# Large arrays


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5000,), (7, 800), (3, 11, 101), (1, 4097)])
def test_tiles_add_up_as_numpy_does(shape: Any, dtype: Any, small_tiles: None) -> None:
    x, w, b = (tf.placeholder(dtype, shape) for _ in range(3))
    h = tf.tanh(x * w + b)
    loss = tf.reduce_sum(tf.square(h))
    fetches = [loss, *tf.gradients(loss, [w, b]), *tf.gradients(tf.reduce_mean(h), [x])]
    random = np.random.default_rng(0)
    pair = Pair()
    for _ in range(2):
        pair.run(fetches, {leaf: random.standard_normal(shape).astype(dtype) for leaf in (x, w, b)})
    (step,) = [arguments for function, arguments in last_plan(pair.planned)._calls if _is_tiled(function, arguments)]
    assert step


def _is_tiled(function: Any, arguments: Any) -> bool:
    return isinstance(function, tiles.Tiles) or isinstance(arguments[0], tiles.Tiles)


def test_between_tiles_nothing_large_is_made() -> None:
    """Nothing of the size of the arrays is kept but the three that are fetched or fed."""
    x = tf.placeholder(tf.float32, [1 << 20])
    y = tf.sin(tf.exp(tf.negative(tf.square(x))))
    session = tf.Session()
    session.run([tf.reduce_sum(y), *tf.gradients(y, x)], {x: np.zeros(1 << 20, np.float32)})
    assert last_plan(session).nbytes < 1 << 16


# Arrays of others


def test_what_was_fetched_and_fed_stays_as_it_is() -> None:
    v = tf.Variable(np.arange(4, dtype=np.float32))
    x = tf.placeholder(tf.float32, [4])
    y = tf.sin(x)
    update = tf.assign_add(v, y)
    fetches = [x, tf.identity(x), y, tf.identity(y), tf.reshape(y, [2, 2]), v, v.value(), update, tf.constant([1.0])]
    pair = Pair()
    pair.run(v.initializer)
    held: list[tuple[Array, bytes]] = []
    for number in range(5):
        value = np.full(4, number, np.float32)
        held += [(array, array.tobytes()) for array in (value, *pair.run(fetches, {x: value}))]
    assert all(array.tobytes() == content for array, content in held)
    assert not any(np.shares_memory(a, b) for i, (a, _) in enumerate(held) for b, _ in held[:i])


def test_changing_what_was_fetched_changes_no_later_run() -> None:
    v = tf.Variable([1.0, 2.0])
    fetches = [v, tf.constant([3.0]), tf.fill([2], 4.0), tf.sin(v) * 2.0, tf.reshape(v, [2, 1])]
    with tf.Session() as session:
        session.run(v.initializer)
        first = [np.array(value) for value in session.run(fetches)]
        for _ in range(2):
            for value in session.run(fetches):
                value[...] = -1.0
        for value, expected in zip(session.run(fetches), first, strict=True):
            np.testing.assert_array_equal(value, expected)


def test_remembered_runs_keep_their_values_while_training_goes_on() -> None:
    v = tf.Variable(np.ones(5000, np.float32), name="v")
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(tf.square(v)) / 2.0)
    with tf.Session() as session:
        session.run(v.initializer)
        kept = []
        for step in range(6):
            session.run(train)
            run = tf.get_default_graph().runs[-1]
            kept.append((run, 0.5**step))
        for run, value in kept:
            (before,), (after,) = run.variables.values(), run.variables_after.values()
            assert (before == value).all() and (after == value / 2).all()


def test_training_asks_for_no_new_memory() -> None:
    v = tf.Variable(np.ones(5000, np.float32))
    train = tf.train.AdamOptimizer(0.5).minimize(tf.reduce_sum(tf.square(v)))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        places = set()
        for _ in range(20):
            session.run(train)
            places.add(session.variables()[v.op].ctypes.data)
    assert len(places) <= 3


def test_the_value_of_a_variable_that_somebody_has_is_not_written_over() -> None:
    v = tf.Variable(np.ones(5000, np.float32))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(v))
    with tf.Session() as session:
        session.run(v.initializer)
        held = []
        for step in range(5):
            held.append((session.variables()[v.op][::2], 1.0 - step))
            session.run(train)
        assert all((view == value).all() for view, value in held)


# Variables in the order of the program


def test_reads_and_assigns_keep_their_order() -> None:
    v = tf.Variable(1.0)
    with tf.control_dependencies([v.value()]):
        first = v.assign_add(1.0)
    with tf.control_dependencies([first]):
        between = v.read_value() * 10.0
        with tf.control_dependencies([between]):
            second = v.assign(between)
    with tf.control_dependencies([second]):
        last = v.read_value()
    pair = Pair()
    pair.run(v.initializer)
    assert pair.run([v.value(), first, between, second, last, v]) == [1.0, 2.0, 20.0, 20.0, 20.0, 20.0]
    assert pair.run([last, v.value()]) == [210.0, 20.0]


@pytest.mark.parametrize("size", [3, 6000, 100_000])
def test_a_variable_that_does_not_change_is_there_in_each_run(size: int) -> None:
    v = tf.Variable(np.arange(size, dtype=np.float32))
    uses = [tf.reshape(v, [1, -1]), tf.add_n([v * float(number) for number in range(8)])]
    pair = Pair()
    pair.run(v.initializer)
    for fetches in ([v.value()], [v.value(), v.value() * 2.0], uses, [v, *uses], v.value()):
        for _ in range(3):
            pair.run(fetches)
    pair.run(v.assign_add(np.ones(size, np.float32)))
    for fetches in ([v.value()], uses):
        for _ in range(2):
            pair.run(fetches)


def test_a_variable_is_read_after_a_function_that_sets_it() -> None:
    v = tf.Variable(1.0)
    sessions: list[tf.Session] = []
    change = tf.py_func(lambda: sessions[0].run(v.assign(7.0)) and None, [], [])
    before = tf.identity(v)
    with tf.control_dependencies([before, change]):
        after = v.read_value() + 1.0
    for plain in (False, True):
        with tf.Session() as session:
            session.plain = plain
            sessions[:] = [session]
            session.run(v.initializer)
            assert session.run([v.initializer, after])[1] == 8.0


def test_a_variable_may_change_its_shape_between_runs() -> None:
    v = tf.Variable([1.0, 2.0], validate_shape=False)
    x = tf.placeholder(tf.float32)
    longer = tf.assign(v, x, validate_shape=False)
    y = tf.sin(v) * 2.0
    pair = Pair()
    pair.run(v.initializer)
    for size in (2, 3, 1):
        pair.run(longer, {x: np.arange(size, dtype=np.float32)})
        assert pair.run(y).shape == (size,)


# Errors


def failing() -> list[tuple[Callable[[], Any], str]]:
    def x() -> Any:
        return tf.placeholder(tf.float32, [None], name="x")

    return [
        (lambda: x() + x(), "Incompatible shapes"),
        (lambda: tf.reshape(tf.sin(x()), [2, 2]), "Input to reshape"),
        (lambda: tf.gather(tf.sin(x()), [7]), "is not in"),
        (lambda: tf.check_numerics(tf.log(x() - 9.0), "word"), "word : Tensor had NaN"),
        (lambda: tf.floordiv(tf.cast(x(), tf.int32), 0), "Integer division by zero"),
        (lambda: tf.Variable(1.0) + x(), "uninitialized"),
        (lambda: tf.placeholder(tf.float32, name="p") + x(), "must feed a value"),
        (lambda: tf.add_n([x(), tf.boolean_mask(x(), [True, False])]), "same size and shape"),
        (lambda: tf.pow(tf.cast(x(), tf.int32), -1), "negative integer powers"),
        (lambda: tf.linalg.inv(tf.zeros([2, 2]) * x()[0]), "not invertible"),
    ]


@pytest.mark.parametrize("number", range(len(failing())))
def test_errors_are_those_of_the_interpreter(number: int) -> None:
    make, words = failing()[number]
    y = make() * 1.0 if number != 4 and number != 8 else make()
    holders = [op.outputs[0] for op in tf.get_default_graph().get_operations() if op.name.startswith("x")]
    values = [np.array([1.0, 2.0, 3.0], np.float32), np.array([1.0, 2.0], np.float32)]
    feeds = dict(zip(holders, values, strict=False))
    found = [outcome(session, y, feeds) for session in (tf.Session(), Pair().plain)]
    assert found[0] == found[1]
    assert words in found[0][0]


def test_what_only_has_to_succeed_fails_in_a_plan_too() -> None:
    x = tf.placeholder(tf.float32, [2])
    with tf.control_dependencies([tf.check_numerics(x, "word"), tf.gather(x, tf.cast(x, tf.int32))]):
        y = tf.constant(1.0)
    pair = Pair()
    assert pair.run(y, {x: [0.0, 1.0]}) == 1.0
    assert pair.run(y, {x: [0.0, np.inf]}) == ()
    assert pair.run(y, {x: [0.0, 2.0]}) == ()


def test_what_cannot_fail_is_not_computed_for_its_success() -> None:
    """The gradient for the data of a layer, for which the gradient for its weights would only wait."""
    x, w = tf.placeholder(tf.float32, [4, 3]), tf.constant(np.ones((3, 2), np.float32))
    _, second = tf.tuple([tf.matmul(x, w), tf.sin(x)])
    session = tf.Session()
    session.run(second * 2.0, {x: np.zeros((4, 3), np.float32)})
    assert {operation.type for operation in last_plan(session)._origins} == {"Sin", "Mul"}


class Interrupted(BaseException):
    """Stands for an interrupt by the keyboard."""


@pytest.mark.parametrize("kind", [KeyboardInterrupt, Interrupted, ValueError])
def test_no_stale_buffer_after_an_interrupt_at_any_call(kind: type[BaseException]) -> None:
    x = tf.placeholder(tf.float32, [3])
    v = tf.Variable([1.0, 2.0, 3.0])
    h = tf.sin(x) * v + tf.boolean_mask(x, [True, True, True])
    y = tf.reduce_sum(tf.add_n([h, tf.cos(h), tf.reshape(tf.exp(h), [3])]))
    fetches = [y, *tf.gradients(y, [x, v]), v.assign_add(h)]
    feeds = {x: np.array([1.0, 2.0, 3.0], np.float32)}
    with tf.Session() as session, tf.Session() as reference:
        reference.plain = True
        for one in (session, reference):
            one.run(v.initializer)
        session.run(fetches, feeds)
        plans = next(reversed(session._plans.values()))
        number = 0
        while number < len(plans._idle[-1]._calls):
            plan = plans._idle[-1]
            interrupted = plan._origins[number]

            def stop(*arguments: Any) -> None:
                raise kind("broadcast")

            plan._calls[number] = (stop, plan._calls[number][1])
            with pytest.raises(tf.errors.InvalidArgumentError if kind is ValueError else kind) as raised:
                session.run(fetches, feeds)
            if kind is ValueError:
                assert raised.value.op is interrupted
            assert plan not in plans._idle
            for one in (session, reference):
                one.run(v.initializer)
            assert all(map(same_bits, session.run(fetches, feeds), reference.run(fetches, feeds)))
            number += 1


# Runs inside of runs, and at the same time


def test_a_run_may_run_itself_inside() -> None:
    """y(x) = sin(x)² + y(x - 1), down to zero; the inner run does not disturb the outer one's numbers."""
    x = tf.placeholder(tf.float32, [2])
    session = tf.Session()

    def inner(value: Array) -> Array:
        if value[0] <= 0.0:
            return np.zeros(2, np.float32)
        return np.asarray(session.run(y, {x: value - 1.0}))

    a = tf.square(tf.sin(x))
    deeper = tf.py_func(inner, [x], tf.float32)
    deeper.set_shape([2])
    with tf.control_dependencies([deeper]):
        y = tf.exp(tf.log(a + 1.0)) - 1.0 + deeper
    for _ in range(3):
        found = session.run(y, {x: np.array([4.0, 5.0], np.float32)})
        expected = np.sin(np.array([[4, 3, 2, 1, 0], [5, 4, 3, 2, 1]])) ** 2
        np.testing.assert_allclose(found, expected.sum(axis=1), rtol=1e-5)


def test_threads_do_not_disturb_one_another() -> None:
    x = tf.placeholder(tf.float32, [2000])
    y = x
    for _ in range(30):
        y = tf.sin(y) + tf.cos(y * 0.5)
    fetches = [y, *tf.gradients(y, x)]
    session = tf.Session()
    values = [np.linspace(-n, n, 2000, dtype=np.float32) for n in range(1, 5)]
    expected = [session.run(fetches, {x: value}) for value in values]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(30):
            found = session.run(fetches, {x: values[number]})
            if not all(map(same_bits, found, expected[number])):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# Fetches and feeds of every kind


def test_strings_go_the_plain_way() -> None:
    s = tf.placeholder(tf.string, [2])
    pair = Pair()
    for value in (["a", "b"], np.array(["c", "d"], object)):
        found = pair.run([tf.identity(s), tf.constant("x")], {s: value})
        assert [array.tolist() if array.ndim else array for array in map(np.asarray, found)][1] == b"x"
        assert all(isinstance(entry, bytes) for entry in found[0].tolist())


def test_strings_need_no_feed() -> None:
    """Neither many constant ones, which are not joined before the run, nor those that a function returns."""
    many = tf.constant([str(number) for number in range(1000)])
    found = Pair().run([tf.concat([many, many], 0), tf.stack([many, many])])
    assert found[0].shape == (2000,) and found[1][1, 7] == b"7"
    word = tf.py_func(lambda: "word", [], tf.string)
    assert Pair().run([tf.stack([word, tf.constant("x")]), word])[1] == b"word"


def test_random_numbers_are_those_of_the_interpreter() -> None:
    tf.set_random_seed(3)
    x = tf.random_normal([4]) * tf.random_uniform([4], seed=1)
    pair = Pair()
    first = pair.run([x, tf.identity(x)])
    second = pair.run([x, tf.identity(x)])
    assert same_bits(*first) and same_bits(*second) and not same_bits(first[0], second[0])


def test_arrays_of_every_layout_may_be_fed() -> None:
    x = tf.placeholder(tf.float32, [60, 400])
    y = [tf.reduce_sum(tf.exp(x), axis=0), tf.reduce_sum(x * 2.0), tf.transpose(x) * 1.0, x[::2] + 1.0]
    whole = np.random.default_rng(0).standard_normal((120, 800)).astype(np.float32)
    layouts = [whole[:60, :400], whole[::2, ::2], np.asfortranarray(whole[:60, :400]), whole[:60, 799:399:-1]]
    layouts += [np.broadcast_to(whole[:1, :400], (60, 400)), whole[:60, :400].astype(">f4")]
    read_only = whole[:60, :400].copy()
    read_only.flags.writeable = False
    pair = Pair()
    for value in [*layouts, read_only]:
        for array in pair.run(y, {x: value})[2:]:
            assert array.flags.c_contiguous


@pytest.mark.parametrize("large", [False, True])
def test_an_array_of_another_type_is_converted_each_time(large: bool) -> None:
    size = 100_000 if large else 3
    x = tf.placeholder(tf.float32, [None])
    pair = Pair()
    for value in (
        np.ones(size, np.float32),
        np.ones(size),
        np.ones(size, int),
        [1.0] * size,
        np.ones(size, np.float32),
    ):
        assert pair.run(x * 2.0, {x: value}).dtype == np.float32


def test_each_structure_of_the_same_tensors_comes_back_as_it_is() -> None:
    a, b = tf.constant(1.0), tf.constant([2.0])
    with tf.Session() as session:
        for _ in range(2):
            assert session.run(a) == 1.0
            assert session.run([a]) == [1.0]
            assert session.run((a,)) == (1.0,)
            assert session.run([a, b])[0] == 1.0 and isinstance(session.run((a, b)), tuple)
            assert session.run([[a], (b,)])[0] == [1.0] and isinstance(session.run([[a], (b,)])[1], tuple)
            assert session.run({"k": a}) == {"k": 1.0}
            assert session.run([a.op, a]) == [None, 1.0]
            assert session.run([a.name, a]) == [1.0, 1.0]


def test_operations_are_computed_once() -> None:
    x = tf.placeholder(tf.float32, [3])
    y = tf.square(tf.tanh(x)) + tf.square(tf.tanh(x))
    pair = Pair()
    pair.run(y * 1.0, {x: [1.0, 2.0, 3.0]})
    assert [operation.type for operation in last_plan(pair.planned)._origins] == ["Tanh", "Square", "AddV2", "Mul"]


@pytest.mark.parametrize("definition", SHOWN, ids=lambda definition: definition.type)
def test_every_operation_alone(definition: OpDef) -> None:
    """Each example runs as the interpreter runs it: from what is fed, from what was computed, from constants."""
    assert definition.example is not None
    arrays = [np.asarray(array) for array in drawn(definition)]
    leaves = [tf.placeholder(array.dtype, [None] * array.ndim) for array in arrays]
    moved = [leaf * 1.0 if leaf.dtype.is_floating else leaf for leaf in leaves]
    constants = [tf.constant(array) for array in arrays]
    outputs = [
        output
        for tensors in (leaves, moved, constants)
        for output in add_operation(definition.type, *tensors, **definition.example.attributes).outputs
    ]
    inner = [tf.identity(output[..., :1] if output.shape.ndims else output) for output in outputs]
    pair = Pair()
    for fetches in (outputs, inner, outputs):
        pair.run(fetches, dict(zip(leaves, arrays, strict=True)))


@pytest.mark.usefixtures("small_tiles")
def test_what_stands_far_apart_is_not_run_together() -> None:
    x = tf.placeholder(tf.float32, [5000])
    y = tf.exp(x * 0.5)
    # More steps of another size between two that could run together than are looked over.
    aside = tf.reduce_sum(y) * 0.0
    for _ in range(2 * tiles._APART):
        aside = tf.sin(aside)
    z = tf.tanh(y + aside)
    pair = Pair()
    for number in range(3):
        pair.run([z, aside], {x: np.linspace(0, 1 + number, 5000, dtype=np.float32)})
