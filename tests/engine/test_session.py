"""Sessions: what may be fetched and fed, what is kept between runs, and the words in which misuse is refused."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import gradnb as tf
import gradnb.engine.plan as planning
from gradnb import errors


def said(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value)


# Fetches


@pytest.fixture
def two() -> Any:
    """Return a named pair and a session in which to run it.

    a(2.0) ──┐
             mul ── y(6.0)
    b(3.0) ──┘
    """
    a = tf.constant(2.0, name="a")
    b = tf.constant(3.0, name="b")
    return a, b, tf.multiply(a, b, name="y")


def test_a_tensor_gives_a_numpy_scalar_or_an_array(two: Any) -> None:
    with tf.Session() as session:
        number = session.run(two[2])
        assert type(number) is np.float32 and number == 6.0
        array = session.run(tf.constant([1.0]))
        assert type(array) is np.ndarray and array.dtype == np.float32


def test_an_operation_gives_none(two: Any) -> None:
    with tf.Session() as session:
        assert session.run(two[2].op) is None
        assert session.run([tf.no_op(), two[0]]) == [None, 2.0]


def test_names_may_be_fetched(two: Any) -> None:
    with tf.Session() as session:
        assert session.run("y:0") == 6.0
        assert session.run("y") is None


def test_a_variable_gives_its_value() -> None:
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as session:
        session.run(v.initializer)
        np.testing.assert_array_equal(session.run(v), [1.0, 2.0])


def test_structures_are_kept_however_deep(two: Any) -> None:
    Pair = namedtuple("Pair", "left right")
    a, b, y = two
    fetches = {"list": [a, (b, y)], "pair": Pair(a, {"deep": [y]}), "empty": [[], (), {}]}
    with tf.Session() as session:
        found = session.run(fetches)
    assert found == {"list": [2.0, (3.0, 6.0)], "pair": Pair(2.0, {"deep": [6.0]}), "empty": [[], (), {}]}
    assert type(found["pair"]) is Pair
    assert type(found["list"][1]) is tuple


def test_an_ordered_dict_stays_one(two: Any) -> None:
    with tf.Session() as session:
        found = session.run(OrderedDict([("z", two[0]), ("a", two[1])]))
    assert type(found) is OrderedDict
    assert list(found.items()) == [("z", 2.0), ("a", 3.0)]


@pytest.mark.parametrize("empty", [[], (), {}])
def test_empty_structures_are_allowed(two: Any, empty: Any) -> None:
    with tf.Session() as session:
        assert session.run(empty) == empty


def test_one_tensor_fetched_twice_gives_two_arrays(two: Any) -> None:
    x = tf.constant([1.0])
    with tf.Session() as session:
        first, second = session.run([x, x])
    assert first is not second
    first += 1
    assert second == [1.0]


def test_indexed_slices_give_a_named_tuple() -> None:
    slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([2]), tf.constant([3, 1]))
    with tf.Session() as session:
        found = session.run(slices)
    assert type(found) is tf.IndexedSlicesValue
    assert [part.tolist() for part in found] == [[[1.0]], [2], [3, 1]]


def test_indexed_slices_without_a_shape_give_none_for_it() -> None:
    with tf.Session() as session:
        found = session.run(tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([2])))
    assert found.dense_shape is None


@pytest.mark.parametrize("fetch", [None, [None]])
def test_none_is_refused_with_a_reason(two: Any, fetch: Any) -> None:
    with tf.Session() as session, pytest.raises(TypeError) as raised:
        session.run(fetch)
    assert said(raised).startswith('Argument `fetch` = None has invalid type "NoneType". Cannot be None\n')


@pytest.mark.parametrize(
    ("fetch", "shown", "kind"),
    [(1.0, "1.0", "float"), (np.ones(2), "[1. 1.]", "ndarray"), (tf, str(tf), "module")],
)
def test_what_is_neither_tensor_nor_operation_is_refused(two: Any, fetch: Any, shown: str, kind: str) -> None:
    with tf.Session() as session, pytest.raises(TypeError) as raised:
        session.run(fetch)
    assert said(raised) == (
        f'Argument `fetch` = {shown} has invalid type "{kind}" must be a string or Tensor. '
        f"(Can not convert a {kind} into a Tensor or Operation.)"
    )


def test_a_tensor_of_another_graph_is_refused(two: Any) -> None:
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    with tf.Session() as session, pytest.raises(ValueError) as raised:
        session.run(foreign)
    assert said(raised) == (
        'Argument `fetch` = Tensor("Const:0", shape=(), dtype=float32) cannot be interpreted as a Tensor. '
        '(Tensor Tensor("Const:0", shape=(), dtype=float32) is not an element of this graph.)'
    )


def test_a_tensor_of_before_a_reset_is_refused(two: Any) -> None:
    tf.reset_default_graph()
    tf.constant(1.0)
    with tf.Session() as session, pytest.raises(ValueError, match="is not an element of this graph"):
        session.run(two[0])


def test_a_name_that_does_not_exist_is_refused(two: Any) -> None:
    with tf.Session() as session, pytest.raises(ValueError, match="cannot be interpreted as a Tensor"):
        session.run("nope:0")


def test_fetched_arrays_belong_to_the_caller() -> None:
    v = tf.Variable([1.0, 2.0])
    c = tf.constant([3.0])
    feed = np.array([4.0], np.float32)
    p = tf.placeholder(tf.float32, [1])
    with tf.Session() as session:
        session.run(v.initializer)
        for array in session.run([v, c, p, tf.identity(v), tf.assign(v, [5.0, 6.0])], {p: feed}):
            array[:] = -1.0
        assert session.run(v).tolist() == [5.0, 6.0]
        assert session.run(c).tolist() == [3.0]
        assert feed.tolist() == [4.0]


# Feeds


def test_a_placeholder_takes_python_numbers_lists_and_arrays() -> None:
    p = tf.placeholder(tf.float32, [2], name="p")
    with tf.Session() as session:
        for value in ([1, 2], (1.0, 2.0), np.array([1, 2], np.int64)):
            found = session.run(p * 2.0, {p: value})
            assert found.tolist() == [2.0, 4.0] and found.dtype == np.float32


def test_a_feed_key_may_be_a_tensors_name() -> None:
    p = tf.placeholder(tf.float32, [], name="p")
    with tf.Session() as session:
        assert session.run(p + 1.0, {"p:0": 2.0}) == 3.0


def test_a_placeholder_that_is_not_fed_is_named() -> None:
    p = tf.placeholder(tf.float32, [2], name="p")
    with tf.Session() as session, pytest.raises(errors.InvalidArgumentError) as raised:
        session.run(p + 1.0)
    assert "You must feed a value for placeholder tensor 'p' with dtype float and shape [2]\n" in said(raised)
    assert raised.value.op is p.op


def test_a_placeholder_of_unknown_rank_is_named_without_a_shape() -> None:
    p = tf.placeholder(tf.float64, name="p")
    with tf.Session() as session, pytest.raises(errors.InvalidArgumentError) as raised:
        session.run(p)
    assert "placeholder tensor 'p' with dtype double\n" in said(raised)


def test_a_fed_output_stays_when_its_operation_runs_for_another() -> None:
    x = tf.constant([1.0, 5.0, 3.0])
    largest, places = tf.nn.top_k(x, k=2)
    doubled = 2.0 * x
    with tf.control_dependencies([doubled]):
        after = tf.constant(1.0)
    with tf.Session() as session:
        found = session.run([10.0 * largest, places], {largest: [7.0, 6.0]})
        assert [value.tolist() for value in found] == [[70.0, 60.0], [1, 2]]
        assert session.run([doubled + 1.0, after], {doubled: [0.0, 0.0, 0.0]})[0].tolist() == [1.0, 1.0, 1.0]


def test_an_operation_after_a_fed_placeholder_has_nothing_to_wait_for() -> None:
    x = tf.placeholder(tf.float32, [2])
    first, second = tf.tuple([x, 2.0 * x])
    with tf.control_dependencies([x]):
        third = tf.constant(1.0)
    with tf.Session() as session:
        found = session.run([first, second, third], {x: [1.0, 2.0]})
    assert [value.tolist() for value in found] == [[1.0, 2.0], [2.0, 4.0], 1.0]


def test_a_placeholder_that_is_not_needed_need_not_be_fed() -> None:
    p = tf.placeholder(tf.float32, [2])
    c = tf.constant(1.0)
    with tf.Session() as session:
        assert session.run(c) == 1.0
        assert session.run(c, {p: [1.0, 2.0]}) == 1.0


@pytest.mark.parametrize(("value", "shape"), [([1.0, 2.0, 3.0], "(3,)"), (1.0, "()"), ([[1.0, 2.0]], "(1, 2)")])
def test_a_feed_of_the_wrong_shape_is_refused_and_scalars_do_not_broadcast(value: Any, shape: str) -> None:
    p = tf.placeholder(tf.float32, [2], name="p")
    with tf.Session() as session, pytest.raises(ValueError) as raised:
        session.run(p, {p: value})
    assert said(raised) == f"Cannot feed value of shape {shape} for Tensor p:0, which has shape (2,)"


def test_an_unknown_dimension_takes_any_size_but_not_another_rank() -> None:
    p = tf.placeholder(tf.float32, [None, 2], name="p")
    with tf.Session() as session:
        assert session.run(p, {p: np.zeros((5, 2))}).shape == (5, 2)
        with pytest.raises(
            ValueError, match=r"Cannot feed value of shape \(2,\) for Tensor p:0, which has shape \(\?, 2\)"
        ):
            session.run(p, {p: [1.0, 2.0]})


def test_feeding_a_tensor_is_refused() -> None:
    p = tf.placeholder(tf.float32, [])
    with tf.Session() as session, pytest.raises(TypeError) as raised:
        session.run(p, {p: tf.constant(1.0)})
    assert said(raised).startswith(
        "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
        "lists, numpy ndarrays, or TensorHandles."
    )


def test_feeding_a_variable_as_a_value_is_refused() -> None:
    p, v = tf.placeholder(tf.float32, []), tf.Variable(1.0)
    with tf.Session() as session, pytest.raises(TypeError, match=r"The value of a feed cannot be a tf\.Tensor object"):
        session.run(p, {p: v})


def test_a_feed_key_of_another_graph_is_refused() -> None:
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    c = tf.constant(1.0)
    with tf.Session() as session, pytest.raises(TypeError) as raised:
        session.run(c, {foreign: 1.0})
    assert said(raised) == (
        'Cannot interpret feed_dict key as Tensor: Tensor Tensor("Const:0", shape=(), dtype=float32) '
        "is not an element of this graph."
    )


def test_a_feed_key_that_is_no_tensor_is_refused() -> None:
    c = tf.constant(1.0, name="c")
    with tf.Session() as session:
        with pytest.raises(TypeError) as number:
            session.run(c, {1: 1.0})
        with pytest.raises(TypeError) as operation:
            session.run(c, {c.op: 1.0})
        with pytest.raises(TypeError) as name:
            session.run(c, {"c": 1.0})
    assert said(number) == "Cannot interpret feed_dict key as Tensor: Can not convert a int into a Tensor."
    assert said(operation) == "Cannot interpret feed_dict key as Tensor: Can not convert a Operation into a Tensor."
    assert said(name).startswith("Cannot interpret feed_dict key as Tensor: The name 'c' refers to an Operation")


def test_a_constant_may_be_fed_forward_and_backward() -> None:
    x = tf.constant(2.0)
    y = x * x
    gradient = tf.gradients(y, x)[0]
    with tf.Session() as session:
        assert session.run([y, gradient], {x: 5.0}) == [25.0, 10.0]


def test_a_variable_may_be_fed_even_when_it_was_not_initialized() -> None:
    v = tf.Variable(2.0)
    y = v * v
    gradient = tf.gradients(y, v)[0]
    with tf.Session() as session:
        assert session.run([y, gradient], {v: 5.0}) == [25.0, 10.0]
        with pytest.raises(errors.FailedPreconditionError):
            session.run(y)


def test_an_intermediate_tensor_may_be_fed_even_when_it_depends_on_constants_alone() -> None:
    """z = y * y, y = x * x: the feed of y takes part in dz/dx on the way back too.

    x(2.0) ── mul ── y (fed: 0.5) ── mul ── z
    """
    x = tf.constant(2.0)
    y = x * x
    z = y * y
    gradient = tf.gradients(z, x)[0]
    with tf.Session() as session:
        assert session.run([z, y, gradient], {y: 0.5}) == [0.25, 0.5, 4.0]
        assert session.run([z, gradient]) == [16.0, 32.0]


def test_what_lies_behind_a_feed_is_not_run() -> None:
    p = tf.placeholder(tf.float32, [])
    y = p * 2.0
    with tf.Session() as session:
        assert session.run(y + 1.0, {y: 1.0}) == 2.0


def test_a_float_fed_to_an_integer_placeholder_is_cut_off() -> None:
    p = tf.placeholder(tf.int32, [])
    with tf.Session() as session:
        assert session.run(p, {p: 2.9}) == 2


def test_a_fed_array_is_not_kept_by_reference() -> None:
    p = tf.placeholder(tf.float32, [1])
    value = np.array([1.0], np.float32)
    with tf.Session() as session:
        session.run(p, {p: value})
    value[0] = 7.0
    remembered = p.graph.runs[-1].feeds[p]
    assert remembered.tolist() == [1.0]


def test_a_feed_that_is_not_a_number_names_its_tensor() -> None:
    p = tf.placeholder(tf.float32, [], name="p")
    with tf.Session() as session, pytest.raises(ValueError, match="p:0"):
        session.run(p, {p: "a"})


def test_a_placeholder_with_default_has_it_unless_fed() -> None:
    p = tf.placeholder_with_default([1.0, 2.0], [None])
    with tf.Session() as session:
        assert session.run(p).tolist() == [1.0, 2.0]
        assert session.run(p, {p: [3.0]}).tolist() == [3.0]


# Too little memory


def exhausted(*_: Any, **__: Any) -> Any:
    raise MemoryError("no more of it")


@pytest.mark.parametrize("plain", [False, True])
def test_a_kernel_without_memory_names_its_operation_and_the_session_goes_on(plain: bool) -> None:
    p = tf.placeholder(tf.float32, [2], name="p")
    y = tf.sin(p, name="wave")
    y.op.definition = replace(y.op.definition, kernel=exhausted)
    with tf.Session() as session:
        session.plain = plain
        with pytest.raises(MemoryError, match=r"^OOM at operation 'wave': no more of it\n"):
            session.run(y, {p: [1.0, 2.0]})
        assert session.run(p + 1.0, {p: [1.0, 2.0]}).tolist() == [2.0, 3.0]


def test_a_feed_without_memory_is_not_said_to_be_of_a_wrong_kind() -> None:
    class Vast:
        __array__ = exhausted

    p = tf.placeholder(tf.float32, [2], name="p")
    with tf.Session() as session, pytest.raises(MemoryError, match="no more of it"):
        session.run(p, {p: Vast()})


# Lifetime


def test_a_closed_session_does_not_run(two: Any) -> None:
    session = tf.Session()
    session.close()
    with pytest.raises(RuntimeError, match=r"^Attempted to use a closed Session\.$"):
        session.run(two[0])


def test_a_with_block_closes_its_session(two: Any) -> None:
    with tf.Session() as session:
        pass
    with pytest.raises(RuntimeError, match=r"^Attempted to use a closed Session\.$"):
        session.run(two[0])


def test_an_empty_graph_is_reported_before_the_fetches_are_looked_at() -> None:
    with tf.Session() as session, pytest.raises(RuntimeError) as raised:
        session.run(None)
    assert said(raised) == "The Session graph is empty. Add operations to the graph before calling run()."


def test_eval_and_run_use_the_default_session(two: Any) -> None:
    with tf.Session():
        assert two[2].eval() == 6.0
        assert two[2].op.run() is None
    p = tf.placeholder(tf.float32, [])
    with tf.Session().as_default():
        assert (p + 1.0).eval({p: 1.0}) == 2.0
    assert two[2].eval(session=tf.Session()) == 6.0


def test_eval_without_a_session_says_what_to_do(two: Any) -> None:
    with pytest.raises(ValueError) as raised:
        two[0].eval()
    assert said(raised) == (
        "Cannot evaluate tensor using `eval()`: No default session is registered. "
        "Use `with sess.as_default()` or pass an explicit session to `eval(session=sess)`"
    )
    with pytest.raises(ValueError) as raised:
        two[0].op.run()
    assert said(raised).startswith("Cannot execute operation using `run()`: No default session is registered.")


def test_as_default_does_not_close_the_session(two: Any) -> None:
    session = tf.Session()
    with session.as_default():
        assert tf.get_default_session() is session
    assert tf.get_default_session() is None
    assert session.run(two[2]) == 6.0


def test_sessions_nest_and_the_innermost_is_the_default(two: Any) -> None:
    with tf.Session() as outer:
        with tf.Session() as inner:
            assert tf.get_default_session() is inner
        assert tf.get_default_session() is outer


def test_a_with_session_block_makes_its_graph_the_default_one() -> None:
    graph = tf.Graph()
    with tf.Session(graph=graph):
        assert tf.get_default_graph() is graph
    assert tf.get_default_graph() is not graph


def test_resetting_inside_a_session_block_is_refused() -> None:
    with tf.Session(), pytest.raises(AssertionError) as raised:
        tf.reset_default_graph()
    assert said(raised) == (
        "Do not use tf.reset_default_graph() to clear nested graphs. "
        "If you need a cleared graph, exit the nesting and create a new graph."
    )


def test_an_interactive_session_is_the_default_one_until_it_is_closed(two: Any) -> None:
    session = tf.InteractiveSession()
    try:
        assert tf.get_default_session() is session
        assert two[2].eval() == 6.0
    finally:
        session.close()
    assert tf.get_default_session() is None


def test_closing_an_interactive_session_twice_is_harmless(two: Any) -> None:
    session = tf.InteractiveSession()
    session.close()
    session.close()
    assert tf.get_default_session() is None


def test_only_this_process_can_be_the_target() -> None:
    with pytest.raises(ValueError, match="Session target 'grpc://somewhere'"):
        tf.Session("grpc://somewhere")


def test_a_config_is_accepted(two: Any) -> None:
    config = tf.ConfigProto(allow_soft_placement=True)
    config.gpu_options.allow_growth = True
    with tf.Session(config=config) as session:
        assert session.run(two[2]) == 6.0


# Callables


def test_make_callable_feeds_its_arguments_in_order() -> None:
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    with tf.Session() as session:
        difference = session.make_callable(a - b, [a, b])
        assert difference(5.0, 2.0) == 3.0
        assert difference(1.0, 2.0) == -1.0
        assert session.make_callable([tf.constant(1.0)])() == [1.0]
        with pytest.raises(TypeError):
            difference(1.0)


# State


def test_an_uninitialized_variable_is_named_and_the_remedy_given() -> None:
    v = tf.Variable(1.0, name="v")
    with tf.Session() as session, pytest.raises(errors.FailedPreconditionError) as raised:
        session.run(v)
    assert "Attempting to use uninitialized value v\n" in said(raised)
    assert said(raised).startswith("Graph execution error:\n\n")
    assert "global_variables_initializer" in said(raised)
    assert raised.value.op is not None and raised.value.op.type in ("Identity", "VariableV2")


def test_reading_names_the_operation_that_reads() -> None:
    v = tf.Variable(1.0, name="v")
    with tf.Session() as session, pytest.raises(errors.FailedPreconditionError) as raised:
        session.run(v + 1.0)
    assert "[[{{node v/read}}]]" in said(raised)


def test_each_session_has_its_own_values() -> None:
    v = tf.Variable(1.0)
    with tf.Session() as first, tf.Session() as second:
        first.run(v.initializer)
        second.run(v.initializer)
        first.run(v.assign(5.0))
        assert (first.run(v), second.run(v)) == (5.0, 1.0)


def test_a_failed_run_leaves_no_value_behind() -> None:
    v = tf.Variable(1.0)
    p = tf.placeholder(tf.float32, [])
    with tf.Session() as session:
        session.run(v.initializer)
        with pytest.raises(errors.InvalidArgumentError):
            session.run(v.assign(p + 1.0))
        assert session.run(v) == 1.0


def test_a_failing_kernel_is_an_invalid_argument_with_tensorflows_words() -> None:
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    y = tf.add(a, b, name="y")
    with tf.Session() as session, pytest.raises(errors.InvalidArgumentError) as raised:
        session.run(y, {a: [1.0, 2.0], b: [1.0, 2.0, 3.0]})
    assert "Incompatible shapes: [2] vs. [3]\n" in said(raised)
    assert "[[{{node y}}]]" in said(raised)
    assert raised.value.op is y.op


# Random numbers


def test_an_operations_seed_makes_two_sessions_agree() -> None:
    x = tf.random_normal([4], seed=7)
    with tf.Session() as first, tf.Session() as second:
        runs = [first.run(x), first.run(x)]
        np.testing.assert_array_equal(runs[0], second.run(x))
        np.testing.assert_array_equal(runs[1], second.run(x))
        assert not np.array_equal(*runs)


def test_the_graphs_seed_makes_two_graphs_agree_but_operations_differ() -> None:
    found = []
    for _ in range(2):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(3)
            found.append(session.run([tf.random_uniform([4]), tf.random_uniform([4])]))
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0][0], found[0][1])


def test_without_a_seed_two_sessions_differ_unless_they_fall_back_on_one() -> None:
    x = tf.random_normal([8])
    with tf.Session() as first, tf.Session() as second:
        assert not np.array_equal(first.run(x), second.run(x))
    seeded = []
    for _ in range(2):
        with tf.Session() as session:
            session.fallback_seed = 1
            seeded.append(session.run(x))
    np.testing.assert_array_equal(*seeded)


def test_a_random_tensor_is_drawn_once_for_one_run() -> None:
    x = tf.random_normal([4])
    with tf.Session() as session:
        np.testing.assert_array_equal(*session.run([tf.identity(x), x]))


# What a graph remembers of its runs


def test_a_run_is_remembered_with_variables_before_and_after_feeds_and_operations() -> None:
    v = tf.Variable(1.0, name="v")
    p = tf.placeholder(tf.float32, [], name="p")
    update = v.assign(p)
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(update, {p: 5.0})
    run = tf.get_default_graph().runs[-1]
    assert {op.name: float(value) for op, value in run.variables.items()} == {"v": 1.0}
    assert {op.name: float(value) for op, value in run.variables_after.items()} == {"v": 5.0}
    assert {tensor.name: float(value) for tensor, value in run.feeds.items()} == {"p:0": 5.0}
    assert update.op in run.plan.evaluated
    assert v.initializer not in run.plan.evaluated


def test_runs_are_remembered_oldest_first_and_once_for_each_set_of_fetches() -> None:
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.Session() as session:
        session.run(a)
        session.run(b)
        session.run(a)
    runs = tf.get_default_graph().runs
    assert [[op.name for op in run.plan.operations] for run in runs] == [["b"], ["a"]]
    assert runs[0].number < runs[1].number


def test_only_the_latest_runs_are_remembered() -> None:
    constants = [tf.constant(float(i)) for i in range(40)]
    with tf.Session() as session:
        for constant in constants:
            session.run(constant)
    runs = tf.get_default_graph().runs
    assert [run.plan.operations for run in runs] == [(constant.op,) for constant in constants[-len(runs) :]]
    assert len(runs) < 40


def test_a_run_that_fails_is_not_remembered() -> None:
    p = tf.placeholder(tf.float32, [])
    with tf.Session() as session, pytest.raises(errors.InvalidArgumentError):
        session.run(p)
    assert tf.get_default_graph().runs == ()


# Order of evaluation


def test_control_dependencies_run_before() -> None:
    v = tf.Variable(1.0)
    with tf.control_dependencies([v.assign(2.0)]):
        after = v.read_value()
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(after) == 2.0


def test_numbers_that_overflow_or_are_not_defined_warn_nobody() -> None:
    x = tf.constant([3e38])
    with tf.Session() as session:
        assert session.run(x * 10.0) == [np.inf]


# What is seldom asked for


def test_several_tensors_can_be_fed_together() -> None:
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    with tf.Session() as session:
        assert session.run(a + 2.0 * b, {(a, b): (1.0, 3.0)}) == 7.0
        with pytest.raises(ValueError, match="A feed key of 2 tensors got 1 values"):
            session.run(a + b, {(a, b): (1.0,)})


def test_a_sparse_value_without_a_shape_can_be_fed() -> None:
    rows = tf.IndexedSlices(tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int32, [None]))
    with tf.Session() as session:
        fed = {rows: ([1.0, 2.0], [4, 0])}
        assert [part.tolist() for part in session.run([rows.values * 2.0, rows.indices + 1], fed)] == [[2, 4], [5, 1]]


def test_an_interactive_session_makes_its_graph_the_default_one() -> None:
    graph = tf.Graph()
    with graph.as_default():
        four = tf.constant(4.0)
    before = tf.get_default_graph()
    session = tf.InteractiveSession(graph=graph)
    assert tf.get_default_graph() is graph
    assert four.eval() == 4.0
    session.close()
    assert tf.get_default_graph() is before


def test_of_however_many_forms_one_fetch_is_asked_for_the_answer_is_right() -> None:
    x = tf.constant(3.0)
    with tf.Session() as session:
        for times in range(1, 300):
            assert session.run((x,) * times) == (3.0,) * times


def test_fetches_that_change_while_they_stand_in_a_list_are_looked_at_each_time() -> None:
    x, y = tf.constant(3.0), tf.constant(4.0)
    fetches = {"inner": [x]}
    with tf.Session() as session:
        assert session.run(fetches) == {"inner": [3.0]}
        fetches["inner"].append(y)
        assert session.run(fetches) == {"inner": [3.0, 4.0]}


def test_what_a_run_of_many_operations_fetched_is_remembered_if_it_is_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_MANY", 2)
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.sin(x) + tf.cos(x)
    with tf.Session() as session:
        value = session.run([y, y.op], {x: [0.0, 0.0]})[0]
        value[:] = 7.0
        assert {name: array.tolist() for name, array in y.graph.runs[-1].fetched.items()} == {y.name: [1.0, 1.0]}
        session.run(y, {x: np.zeros(300_000)})
        assert y.graph.runs[-1].fetched == {}
        session.run(x, {x: [1.0]})
        assert y.graph.runs[-1].fetched == {}
