"""Graphs: names, scopes, look-ups, collections, order, the default graph, and private copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf


def said(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value)


def names() -> list[str]:
    return [operation.name for operation in tf.get_default_graph().get_operations()]


# Names


def test_an_operation_is_called_by_its_type_or_its_operator() -> None:
    a = tf.constant(1.0)
    assert [a.name, (a + a).name, (a * a).name, (-a).name, (a - a).name] == [
        "Const:0",
        "add:0",
        "mul:0",
        "Neg:0",
        "sub:0",
    ]


def test_a_function_names_its_operation_differently_from_the_operator() -> None:
    a = tf.constant(1.0)
    assert tf.add(a, a).name == "Add:0"
    assert tf.multiply(a, a).name == "Mul:0"


def test_names_are_made_unique_by_a_number() -> None:
    assert [tf.no_op(name="a").name for _ in range(3)] == ["a", "a_1", "a_2"]


def test_a_number_that_is_taken_is_passed_over() -> None:
    assert [tf.no_op(name=name).name for name in ("a_1", "a", "a", "a_1")] == ["a_1", "a", "a_2", "a_1_1"]


def test_names_that_differ_only_in_case_are_made_unique() -> None:
    assert [tf.no_op(name=name).name for name in ("Mul", "mul", "MUL")] == ["Mul", "mul_1", "MUL_2"]


def test_a_python_number_becomes_a_constant_inside_the_operation() -> None:
    y = tf.constant(1.0) * 2.0
    z = 3.0 - y
    assert y.op.inputs[1].name == "mul/y:0"
    assert z.op.inputs[0].name == "sub/x:0"
    assert z.name == "sub:0"


@pytest.mark.parametrize("name", ["a b", "_a", "-a", "<script>alert(1)</script>", 'a"];b', "é", "a:0", "a+b", "a\n"])
def test_a_name_that_tensorflow_does_not_allow_is_an_error_and_adds_nothing(name: str) -> None:
    with pytest.raises(ValueError, match="is not a valid node name"):
        tf.constant(1.0, name=name)
    with pytest.raises(ValueError, match="is not a valid root scope name"), tf.name_scope(name):
        pass
    assert names() == []
    assert tf.no_op(name="a").name == "a"


@pytest.mark.parametrize("name", ["a", "A.b", "a/b", "a-b", "a>b", "1", ".a", "a_"])
def test_a_name_that_tensorflow_allows_is_kept(name: str) -> None:
    assert tf.no_op(name=name).name == name


def test_inside_a_scope_a_name_may_begin_with_an_underscore() -> None:
    with tf.name_scope("s"):
        assert tf.no_op(name="_a").name == "s/_a"


def test_reprs_and_texts_are_tensorflows() -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    unknown = tf.placeholder(tf.int32, name="u")
    assert repr(x) == "<tf.Tensor 'x:0' shape=(?, 2) dtype=float32>"
    assert str(x) == 'Tensor("x:0", shape=(?, 2), dtype=float32)'
    assert repr(unknown) == "<tf.Tensor 'u:0' shape=<unknown> dtype=int32>"
    assert str(unknown) == 'Tensor("u:0", dtype=int32)'
    assert repr(x.op) == "<tf.Operation 'x' type=Placeholder>"


# Scopes


def test_scopes_nest_and_are_made_unique() -> None:
    with tf.name_scope("s") as outer, tf.name_scope("t") as inner:
        assert (outer, inner, tf.no_op(name="a").name) == ("s/", "s/t/", "s/t/a")
    with tf.name_scope("s") as again:
        assert (again, tf.no_op(name="a").name) == ("s_1/", "s_1/a")


def test_a_scope_with_a_slash_is_entered_again() -> None:
    with tf.name_scope("s") as scope:
        pass
    with tf.name_scope("t"), tf.name_scope(scope):
        assert tf.no_op(name="a").name == "s/a"


def test_an_empty_scope_is_the_root() -> None:
    with tf.name_scope("s"), tf.name_scope("") as root:
        assert (root, tf.no_op(name="a").name) == ("", "a")
    with tf.name_scope("s"), tf.get_default_graph().name_scope(None):
        assert tf.no_op(name="b").name == "b"


def test_a_scope_has_a_default_name() -> None:
    with tf.name_scope(None, "default") as scope:
        assert scope == "default/"
    with tf.name_scope("given", "default") as scope:
        assert scope == "given/"


def test_a_scope_is_left_when_its_block_fails() -> None:
    with pytest.raises(KeyError), tf.name_scope("s"):
        raise KeyError
    assert tf.no_op(name="a").name == "a"


def test_a_scope_takes_the_graph_of_its_values() -> None:
    other = tf.Graph()
    with other.as_default():
        x = tf.constant(1.0)
    with tf.name_scope("s", values=[x]):
        assert tf.get_default_graph() is other
        assert tf.no_op(name="a").name == "s/a"


# Graphs apart


def test_an_operation_is_added_to_the_graph_of_its_inputs() -> None:
    other = tf.Graph()
    with other.as_default():
        x = tf.constant(1.0)
    assert (x + 1.0).graph is other
    assert (2.0 * x).graph is other
    assert names() == []


def test_tensors_of_two_graphs_do_not_meet() -> None:
    x = tf.constant(1.0, name="x")
    with tf.Graph().as_default():
        y = tf.constant(1.0, name="y")
        with pytest.raises(ValueError) as raised:
            y + x
    assert said(raised).startswith(
        'Tensor("x:0", shape=(), dtype=float32) must be from the same graph as Tensor("y:0", shape=(), dtype=float32) '
        "(graphs are "
    )


def test_a_tensor_of_before_a_reset_does_not_meet_a_new_one() -> None:
    x = tf.constant(1.0)
    tf.reset_default_graph()
    with pytest.raises(ValueError, match="must be from the same graph as"):
        x + tf.constant(1.0)


# Tensors are symbols


def test_equality_of_tensors_is_identity_and_they_are_keys() -> None:
    a, b = tf.constant(1.0), tf.constant(1.0)
    assert a == a and a != b
    assert {a: 1, b: 2}[a] == 1
    assert a in [b, a] and a not in [b]


def test_a_tensor_is_no_truth_value_no_sequence_and_no_array() -> None:
    a = tf.constant([1.0])
    with pytest.raises(TypeError, match=r"Using a symbolic `tf\.Tensor` as a Python `bool` is not allowed") as raised:
        bool(a)
    assert type(raised.value) is tf.errors.OperatorNotAllowedInGraphError
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match=r"Iterating over a symbolic `tf\.Tensor`"):
        list(a)
    with pytest.raises(TypeError, match="len is not well defined"):
        len(a)
    with pytest.raises(NotImplementedError, match="Cannot convert a symbolic"):
        float(__import__("numpy").sum(a))


def test_consumers_are_the_operations_that_take_the_tensor() -> None:
    a = tf.constant(1.0)
    y, z = a + a, tf.identity(a)
    assert a.consumers() == [y.op, z.op]
    assert y.consumers() == []


# Look-ups


def test_elements_are_found_by_name() -> None:
    a = tf.constant(1.0, name="s/a")
    graph = tf.get_default_graph()
    assert graph.get_operation_by_name("s/a") is a.op
    assert graph.get_tensor_by_name("s/a:0") is a
    assert graph.as_graph_element("s/a") is a.op
    assert graph.as_graph_element("s/a:0") is a
    assert graph.as_graph_element(a) is a


def test_a_variable_stands_for_its_reference() -> None:
    v = tf.Variable(1.0, name="v")
    assert tf.get_default_graph().as_graph_element(v).name == "v:0"


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        (
            "b:0",
            KeyError,
            "The name 'b:0' refers to a Tensor which does not exist. The operation, 'b', does not exist in the graph.",
        ),
        ("b", KeyError, "The name 'b' refers to an Operation which does not exist"),
        (
            "a:1",
            KeyError,
            "refers to a Tensor which does not exist. The operation, 'a', exists but only has 1 outputs.",
        ),
        ("a:x", ValueError, "The name 'a:x' looks a like a Tensor name, but is not a valid one."),
        ("a:", ValueError, "The name 'a:' looks a like a Tensor name, but is not a valid one."),
    ],
)
def test_a_name_that_finds_nothing_says_why(name: str, error: type[Exception], message: str) -> None:
    tf.constant(1.0, name="a")
    with pytest.raises(error) as raised:
        tf.get_default_graph().as_graph_element(name)
    assert message in said(raised)


def test_a_name_of_the_other_kind_is_refused() -> None:
    tf.constant(1.0, name="a")
    graph = tf.get_default_graph()
    with pytest.raises(ValueError, match="The name 'a' refers to an Operation, not a Tensor"):
        graph.get_tensor_by_name("a")
    with pytest.raises(ValueError, match="Name 'a:0' appears to refer to a Tensor, not a Operation"):
        graph.get_operation_by_name("a:0")


def test_what_is_no_element_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"^Can not convert a int into a Tensor or Operation\.$"):
        tf.get_default_graph().as_graph_element(1)


def test_an_attribute_is_read_by_name() -> None:
    y = tf.matmul(tf.ones([2, 2]), tf.ones([2, 2]), transpose_a=True)
    assert y.op.get_attr("transpose_a") is True
    assert y.op.get_attr("T") is tf.float32
    with pytest.raises(ValueError, match=r"^Operation 'MatMul' has no attr named 'nope'\.$"):
        y.op.get_attr("nope")


# Collections


def test_collections_keep_what_is_added_in_order() -> None:
    graph = tf.get_default_graph()
    graph.add_to_collection("mine", 1)
    graph.add_to_collections(["mine", "yours", "mine"], 2)
    assert graph.get_collection("mine") == [1, 2]
    assert graph.get_collection("yours") == [2]
    assert graph.get_all_collection_keys() == ["mine", "yours"]
    graph.clear_collection("mine")
    assert graph.get_collection("mine") == []


def test_a_collection_is_handed_out_as_a_copy_unless_the_list_itself_is_asked_for() -> None:
    graph = tf.get_default_graph()
    graph.add_to_collection("mine", 1)
    graph.get_collection("mine").append(2)
    assert graph.get_collection("mine") == [1]
    graph.get_collection_ref("mine").append(2)
    assert graph.get_collection("mine") == [1, 2]


def test_a_scope_filters_a_collection_by_the_beginning_of_names() -> None:
    graph = tf.get_default_graph()
    items = [tf.constant(1.0, name=name) for name in ("a/x", "b/x")]
    for item in [*items, "no name"]:
        graph.add_to_collection("mine", item)
    assert graph.get_collection("mine", "a") == [items[0]]
    assert graph.get_collection("mine", "x") == []


# Order


def test_control_dependencies_add_up_and_none_lifts_them() -> None:
    a, b = tf.no_op(name="a"), tf.constant(1.0, name="b")
    with tf.control_dependencies([a]):
        with tf.control_dependencies([b, a]):
            assert tf.no_op().control_inputs == (a, b.op)
        assert tf.no_op().control_inputs == (a,)
        with tf.control_dependencies(None):
            assert tf.no_op().control_inputs == ()
    assert tf.no_op().control_inputs == ()


def test_an_operation_comes_after_its_inputs_and_its_index_is_its_place() -> None:
    y = (tf.constant(1.0) + 2.0) * 3.0
    operations = tf.get_default_graph().get_operations()
    assert [op.index for op in operations] == list(range(len(operations)))
    assert all(tensor.op.index < op.index for op in operations for tensor in op.inputs)
    assert operations[-1] is y.op


# Finalized


def test_a_finalized_graph_takes_no_operation_and_no_member_of_a_collection() -> None:
    x = tf.constant(1.0)
    graph = tf.get_default_graph()
    graph.finalize()
    assert graph.finalized
    for change in (
        lambda: tf.no_op(),
        lambda: x + 1.0,
        lambda: tf.Variable(1.0),
        lambda: tf.gradients(x, x),
        lambda: graph.add_to_collection("mine", 1),
    ):
        with pytest.raises(RuntimeError, match=r"^Graph is finalized and cannot be modified\.$"):
            change()
    assert names() == ["Const"]
    with tf.Session() as session:
        assert session.run(x) == 1.0


# The default graph


def test_the_default_graph_is_that_of_the_innermost_block() -> None:
    base = tf.get_default_graph()
    with tf.Graph().as_default() as outer:
        with tf.Graph().as_default() as inner:
            assert tf.get_default_graph() is inner
        assert tf.get_default_graph() is outer
    assert tf.get_default_graph() is base


def test_a_reset_gives_an_empty_graph_in_which_names_begin_anew() -> None:
    before = tf.get_default_graph()
    tf.constant(1.0)
    tf.reset_default_graph()
    assert tf.get_default_graph() is not before
    assert tf.constant(1.0).name == "Const:0"


def test_a_reset_inside_a_graphs_block_is_refused() -> None:
    with tf.Graph().as_default() as graph:
        with pytest.raises(AssertionError, match=r"^Do not use tf\.reset_default_graph\(\) to clear nested graphs\."):
            tf.reset_default_graph()
        assert tf.get_default_graph() is graph


def test_a_thread_has_its_own_stack_of_graphs() -> None:
    import threading

    found: list[Any] = []
    base = tf.get_default_graph()
    with tf.Graph().as_default():
        thread = threading.Thread(target=lambda: found.append(tf.get_default_graph()))
        thread.start()
        thread.join()
    assert found == [base]


# Copies


def drawn() -> tuple[tf.Variable, Any]:
    """Build a graph with a variable, a scope, a control dependency and a gradient.

    v ── s/mul ── s/add ── y
    p ──┘   1.0 ──┘
    """
    v = tf.Variable([1.0, 2.0], name="v")
    p = tf.placeholder(tf.float32, [2], name="p")
    with tf.name_scope("s"), tf.control_dependencies([p]):
        y = v * p + 1.0
    tf.gradients(y, v)
    return v, y


def described(graph: tf.Graph) -> list[tuple[Any, ...]]:
    return [
        (
            op.name,
            op.type,
            op.index,
            [tensor.name for tensor in op.inputs],
            [control.name for control in op.control_inputs],
            [str(tensor) for tensor in op.outputs],
            None if op.forward is None else op.forward.name,
        )
        for op in graph.get_operations()
    ]


def test_a_copy_has_the_same_operations_and_nothing_in_common() -> None:
    v, _ = drawn()
    graph = tf.get_default_graph()
    twin, became = graph.copy()
    assert described(twin) == described(graph)
    assert set(became) == set(graph.get_operations())
    assert not set(twin.get_operations()) & set(graph.get_operations())
    assert all(tensor.graph is twin for op in twin.get_operations() for tensor in (*op.inputs, *op.outputs))
    assert twin.initializers == {became[v.op]: became[v.initializer]}


def test_a_copy_goes_on_with_the_same_names() -> None:
    drawn()
    graph = tf.get_default_graph()
    twin, _ = graph.copy()
    for name in ("v", "mul", "s/mul", "gradients", "new"):
        assert twin.unique_name(name, mark_as_used=False) == graph.unique_name(name, mark_as_used=False)


def test_what_a_copy_grows_leaves_no_trace_in_the_original() -> None:
    _, y = drawn()
    graph = tf.get_default_graph()
    graph.finalize()
    before, snapshot, keys = described(graph), graph.names_snapshot(), graph.get_all_collection_keys()
    twin, became = graph.copy()
    with twin.as_default():
        copied = became[y.op].outputs[0]
        tf.Variable(1.0, name="more")
        tf.gradients(copied * 2.0, copied)
        copied.set_shape([2])
    with tf.Session(graph=twin) as session:
        session.run(tf.no_op())
    assert described(graph) == before
    assert graph.names_snapshot() == snapshot
    assert graph.get_all_collection_keys() == keys
    assert graph.finalized and not twin.finalized
    assert graph.runs == ()


def test_a_copy_of_an_earlier_state_has_only_what_was_there_then() -> None:
    x = tf.constant(1.0, name="x")
    graph = tf.get_default_graph()
    count, snapshot = graph.version, graph.names_snapshot()
    tf.identity(x, name="later")
    twin, became = graph.copy(count, snapshot)
    assert [op.name for op in twin.get_operations()] == ["x"]
    assert set(became) == {x.op}
    assert twin.unique_name("later") == "later"


def test_a_copy_draws_the_same_random_numbers_as_its_original() -> None:
    tf.set_random_seed(1)
    x = tf.random_normal([3])
    twin, became = tf.get_default_graph().copy()
    with tf.Session() as session, tf.Session(graph=twin) as other:
        assert session.run(x).tolist() == other.run(became[x.op].outputs[0]).tolist()


# Copies on demand


def test_a_copy_on_demand_has_what_was_asked_for_and_all_behind_it() -> None:
    v, _ = drawn()
    graph = tf.get_default_graph()
    other = tf.sin(tf.constant(1.0, name="far"), name="away")
    with tf.control_dependencies([other]):
        y = tf.identity(v * 2.0, name="y")
    twin, became = graph.copy(on_demand=True)
    assert (twin.get_operations(), became, twin.version) == ([], {}, graph.version)
    copied = twin.own(y)
    assert copied.graph is twin
    assert copied.op is became[y.op]
    assert copied.op.control_inputs == (), "what would have to run before it is left out"
    assert v.initializer in became
    assert twin.initializers == {became[v.op]: became[v.initializer]}
    assert other.op not in became
    assert [op.index for op in twin.get_operations()] == sorted(op.index for op in became)
    assert twin.own(y) is copied


def test_a_copy_on_demand_finds_the_rest_by_name_and_grows_like_a_whole_copy() -> None:
    _, y = drawn()
    far = tf.sin(tf.constant(1.0), name="far")
    graph = tf.get_default_graph()
    whole, _ = graph.copy()
    twin, became = graph.copy(on_demand=True)
    for copy in (whole, twin):
        with copy.as_default():
            tf.gradients(copy.own(y), copy.own(y))
    first = twin.version
    assert first == whole.version
    assert twin.get_operation_by_name("far") is became[far.op]
    assert twin.version == first, "the place of the next operation is not moved by a copy"
    for copy in (whole, twin):
        with copy.as_default():
            tf.cos(copy.own(far), name="more")
    assert [op.name for op in twin.operations_since(first)] == ["more"]
    assert twin.get_operation_by_name("more").index == whole.get_operation_by_name("more").index == first
    grown = [op for op in described(whole) if op[2] >= graph.version]
    assert [op for op in described(twin) if op[2] >= graph.version] == grown
    with pytest.raises(KeyError):
        twin.get_operation_by_name("nowhere")


def test_a_copy_on_demand_has_nothing_that_came_later() -> None:
    x = tf.constant(1.0, name="x")
    graph = tf.get_default_graph()
    count, snapshot = graph.version, graph.names_snapshot()
    late = tf.identity(x, name="late")
    twin, _ = graph.copy(count, snapshot, on_demand=True)
    with pytest.raises(ValueError, match="made after the graph was copied"):
        twin.own(late)
    with pytest.raises(KeyError):
        twin.get_tensor_by_name("late:0")
    again, _ = twin.copy()
    assert again.get_operations() == []
    assert again.own(x).name == "x:0"
    assert again.version == count


def test_copies_that_were_made_for_something_that_failed_are_made_again() -> None:
    x = tf.constant(1.0, name="x")
    graph = tf.get_default_graph()
    twin, became = graph.copy(on_demand=True)

    def fail() -> None:
        twin.own(x)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        twin.attempted(fail)
    assert (twin.get_operations(), became, twin.version) == ([], {}, graph.version)
    assert twin.own(x).op in twin.get_operations()


# What is refused while the graph is built


def test_shapes_that_do_not_fit_are_described_with_the_operation() -> None:
    with pytest.raises(ValueError) as raised:
        tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]), name="m")
    assert said(raised).startswith("Dimensions must be equal, but are 3 and 2 for '{{node m}} = MatMul[T=DT_FLOAT")
    assert said(raised).endswith("with input shapes: [2,3], [2,3].")
    with pytest.raises(ValueError) as raised:
        tf.add(tf.ones([2], name="a"), tf.ones([3], name="b"))
    assert "Dimensions must be equal, but are 2 and 3 for '{{node Add}} = AddV2[T=DT_FLOAT](a, b)'" in said(raised)


def test_an_operation_that_fails_leaves_no_operation_and_no_name_behind() -> None:
    a, b = tf.ones([2]), tf.ones([3])
    before = names()
    with pytest.raises(ValueError):
        tf.add(a, b, name="sum")
    assert names() == before
    assert tf.add(a, a, name="sum").name == "sum:0"


def test_dtypes_are_not_mixed() -> None:
    single, double = tf.constant(1.0), tf.constant(1.0, tf.float64)
    with pytest.raises(TypeError) as raised:
        tf.multiply(single, double)
    assert said(raised) == ("Input 'y' of 'Mul' Op has type float64 that does not match type float32 of argument 'x'.")


def test_a_python_number_takes_the_tensors_dtype() -> None:
    double, whole = tf.constant(1.0, tf.float64), tf.constant(1)
    assert (double + 1).dtype is tf.float64
    assert (2.5 * double).dtype is tf.float64
    assert (whole + 1).dtype is tf.int32
    with pytest.raises(TypeError):
        whole + 1.5
    with pytest.raises(TypeError):
        1.5 - whole
    with pytest.raises(TypeError):
        tf.constant(1.0) + "a"


def test_the_static_value_of_a_long_or_doubling_graph_is_found() -> None:
    value = tf.constant(1)
    for _ in range(5000):
        value = value + 0
    assert tf.get_static_value(value) == 1
    unknown = tf.placeholder(tf.int32, [])
    for _ in range(100):
        value, unknown = value * value, unknown + unknown
    assert tf.get_static_value(value) == 1
    assert tf.get_static_value(unknown) is None


def test_operations_are_found_by_name_also_if_they_were_made_after_the_last_search() -> None:
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    assert graph.get_operation_by_name("a") is a.op
    with pytest.raises(KeyError):
        graph.get_operation_by_name("b")
    b = tf.constant(1.0, name="b")
    assert (graph.get_operation_by_name("b"), graph.get_operation_by_name("a")) == (b.op, a.op)


def test_an_operation_has_as_many_outputs_as_it_computes() -> None:
    one = tf.negative(1.0)
    several = tf.split([1.0, 2.0], 2)
    assert (one.op.outputs, one.op.values()) == ((one,), (one,))
    assert several[0].op.outputs == tuple(several)
    assert tf.no_op().outputs == ()


def test_operations_without_settings_share_what_none_can_change() -> None:
    first, second = tf.negative(1.0).op, tf.negative(2.0).op
    assert first.attributes is second.attributes and not first.attributes
    with pytest.raises(TypeError):
        first.attributes["axis"] = 0


# What becomes a tensor


def test_a_tensor_of_another_type_is_no_value() -> None:
    with pytest.raises(ValueError, match="requested dtype int32 for Tensor with dtype float32"):
        tf.convert_to_tensor(tf.constant(1.0), tf.int32)


@pytest.mark.parametrize("kind", ["operation", "graph"])
def test_operations_and_graphs_are_no_values(kind: str) -> None:
    value = tf.constant(1.0).op if kind == "operation" else tf.get_default_graph()
    with pytest.raises(TypeError, match="Failed to convert object of type"):
        tf.convert_to_tensor(value)


def test_shapes_and_their_dimensions_are_values_where_they_are_known() -> None:
    x = tf.zeros([2, 3])
    with tf.Session() as session:
        assert session.run(tf.convert_to_tensor(x.shape)).tolist() == [2, 3]
        assert session.run(tf.convert_to_tensor(x.shape, tf.int64)).dtype == "int64"
        assert session.run(tf.stack([x.shape[1], 5])).tolist() == [3, 5]
        assert session.run(tf.constant(2) * x.shape[1]) == 6
        assert session.run(tf.reshape(x, [x.shape[1], -1])).shape == (3, 2)
    with pytest.raises(ValueError, match=r"Cannot convert a partially known TensorShape \(\?, 2\) to a Tensor"):
        tf.convert_to_tensor(tf.TensorShape([None, 2]))


def test_lists_may_hold_arrays_lists_and_tensors() -> None:
    with tf.Session() as session:
        pairs = session.run(tf.constant([np.array([1, 2], np.int16), np.array([3, 4], np.int16)]))
        assert (pairs.dtype, pairs.tolist()) == (np.int16, [[1, 2], [3, 4]])
        assert session.run(tf.convert_to_tensor([[1, tf.constant(2)], [3, 4]])).tolist() == [[1, 2], [3, 4]]


def test_operators_work_from_both_sides() -> None:
    two, yes = tf.constant(2), tf.constant(True)
    with tf.Session() as session:
        assert session.run([7 // two, 7 % two, two.__rsub__(tf.constant(9))]) == [3, 1, 7]
        assert session.run([True & yes, False | yes, True ^ yes]) == [True, True, False]
    with pytest.raises(TypeError, match=r"bad operand type for unary \+"):
        _ = +two  # type: ignore[operator]  # the test's point: TensorFlow has none either


def test_an_operation_is_written_as_its_node() -> None:
    text = str(tf.constant(1.0, name="c").op)
    assert text.startswith('name: "c"\nop: "Const"\n')


def test_a_name_scope_without_any_name_is_refused() -> None:
    with pytest.raises(ValueError, match="At least one of name"), tf.name_scope(None, None, [tf.constant(1.0)]):
        pass


def test_default_graphs_may_be_left_in_another_order_than_they_were_entered() -> None:
    before, first, second = tf.get_default_graph(), tf.Graph(), tf.Graph()
    entered = [first.as_default(), second.as_default()]
    for block in entered:
        block.__enter__()
    entered[0].__exit__(None, None, None)
    assert tf.get_default_graph() is second
    entered[1].__exit__(None, None, None)
    assert tf.get_default_graph() is before


def test_what_a_call_copied_before_it_failed_is_copied_anew() -> None:
    x = tf.exp(tf.constant([1.0, 2.0]))
    twin, _ = x.graph.copy(on_demand=True)
    with twin.as_default():
        with pytest.raises(ValueError, match="Cannot reshape a tensor with 2 elements"):
            tf.reshape(x, [5])
        assert twin.get_operations() == []
        row = tf.reshape(x, [1, 2])
    with tf.Session(graph=twin) as session:
        assert session.run(row).shape == (1, 2)


def test_a_constant_may_be_checked_for_its_shape() -> None:
    with pytest.raises(TypeError, match=r"Expected Tensor's shape: \(3,\), but got \(2,\)"):
        tf.constant([1, 2], shape=[3], verify_shape=True)
