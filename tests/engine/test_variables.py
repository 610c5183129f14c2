"""Variables: their making, sharing, scopes, first values, collections and updates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb import errors


def said(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value)


def started(fetches: Any) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches)


# Making


def test_a_variable_needs_a_first_value() -> None:
    with pytest.raises(ValueError, match=r"^initial_value must be specified\.$"):
        tf.Variable()


def test_names_are_made_unique_and_default_to_variable() -> None:
    assert [tf.Variable(1.0).name, tf.Variable(1.0).name] == ["Variable:0", "Variable_1:0"]
    assert [tf.Variable(1.0, name="v").name, tf.Variable(1.0, name="v").name] == ["v:0", "v_1:0"]
    with tf.name_scope("s"):
        assert tf.Variable(1.0, name="v").name == "s/v:0"


def test_a_variable_is_a_reference_an_assignment_and_a_reading() -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    assert repr(v) == "<tf.Variable 'v:0' shape=(2,) dtype=float32_ref>"
    assert [op.name for op in tf.get_default_graph().get_operations()] == ["v/initial_value", "v", "v/Assign", "v/read"]
    assert v.op.type == "VariableV2" and v.initializer.name == "v/Assign"
    assert v.value().name == "v/read:0" and v.value() is v.value()
    assert v.read_value() is not v.read_value()
    assert v.initial_value.name == "v/initial_value:0"
    assert v.shape == [2] and v.get_shape() == [2]


def test_the_dtype_is_that_of_the_value_or_the_one_given() -> None:
    assert tf.Variable(1).dtype.base_dtype is tf.int32
    assert tf.Variable([[1, 2]], dtype=tf.float32).dtype.base_dtype is tf.float32
    assert tf.Variable(np.ones(2)).dtype.base_dtype is tf.float64


def test_a_callable_makes_the_first_value() -> None:
    v = tf.Variable(lambda: tf.constant([3.0]), name="v")
    assert v.initial_value.name.startswith("v/Initializer/")
    assert started(v).tolist() == [3.0]


def test_a_variable_does_not_depend_on_what_is_around_it() -> None:
    with tf.control_dependencies([tf.placeholder(tf.float32)]):
        v = tf.Variable(1.0)
    assert started(v) == 1.0


def test_another_variables_first_value_may_be_used() -> None:
    v = tf.Variable([2.0])
    w = tf.Variable(v.initialized_value() * 3.0)
    assert started(w).tolist() == [6.0]


def test_a_first_value_of_unknown_shape_leaves_the_shape_unknown_when_that_is_allowed() -> None:
    p = tf.placeholder_with_default([1.0, 2.0], [None])
    v = tf.Variable(p, validate_shape=False)
    assert v.shape.ndims is None
    assert started(v).tolist() == [1.0, 2.0]


def test_equality_is_identity_and_variables_are_keys() -> None:
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    assert v == v and v != w and {v: 1, w: 2}[w] == 2
    with pytest.raises(errors.OperatorNotAllowedInGraphError):
        bool(v)


def test_operators_read_the_variable() -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    assert (v + 1.0).op.inputs[0] is v.value()
    found = started([v + 1.0, 1.0 - v, v * v, -v, v / 2.0, v**2.0])
    assert [value.tolist() for value in found] == [[2, 3], [0, -1], [1, 4], [-1, -2], [0.5, 1], [1, 4]]


# get_variable


def test_get_variable_makes_one_of_the_default_type_with_glorots_values() -> None:
    w = tf.get_variable("w", shape=[30, 20])
    assert repr(w) == "<tf.Variable 'w:0' shape=(30, 20) dtype=float32_ref>"
    value = started(w)
    limit = (6 / 50) ** 0.5
    assert 0.9 * limit < np.abs(value).max() <= limit
    assert value.std() == pytest.approx(limit / 3**0.5, rel=0.1)


def test_get_variable_of_integers_and_truth_values_starts_from_zero() -> None:
    whole = tf.get_variable("whole", [2], tf.int32)
    truth = tf.get_variable("truth", [2], tf.bool)
    assert [value.tolist() for value in started([whole, truth])] == [[0, 0], [False, False]]


def test_a_second_variable_of_the_name_is_refused_with_the_place_of_the_first() -> None:
    tf.get_variable("v", [2])
    with pytest.raises(ValueError) as raised:
        tf.get_variable("v", [2])
    assert said(raised).startswith(
        "Variable v already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? "
        "Originally defined at:\n\n"
    )
    assert 'tf.get_variable("v", [2])' in said(raised)


def test_reuse_returns_the_variable_and_none_that_does_not_fit() -> None:
    v = tf.get_variable("v", [2])
    with tf.variable_scope("", reuse=True):
        assert tf.get_variable("v") is v
        assert tf.get_variable("v", [2]) is v
        with pytest.raises(ValueError) as shape:
            tf.get_variable("v", [3])
        with pytest.raises(ValueError) as dtype:
            tf.get_variable("v", [2], tf.float64)
        with pytest.raises(ValueError) as missing:
            tf.get_variable("nope", [2])
    assert said(shape) == "Trying to share variable v, but specified shape (3,) and found shape (2,)."
    assert said(dtype) == "Trying to share variable v, but specified dtype float64 and found dtype float32_ref."
    assert said(missing) == (
        "Variable nope does not exist, or was not created with tf.get_variable(). "
        "Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
    )


def test_auto_reuse_makes_the_variable_once() -> None:
    found = []
    for _ in range(2):
        with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
            found.append(tf.get_variable("v", [2]))
    assert found[0] is found[1] and found[0].name == "s/v:0"


def test_get_variable_needs_a_shape_unless_its_initializer_is_a_value() -> None:
    with pytest.raises(ValueError) as none:
        tf.get_variable("u")
    assert said(none) == "Variable u did not get an initializer, so its `shape` argument must be specified."
    with pytest.raises(ValueError) as both:
        tf.get_variable("u", [2], initializer=tf.constant([1.0, 2.0]))
    assert said(both) == "If initializer is a constant, do not specify shape."
    with pytest.raises(ValueError, match=r"Shape of a new variable \(u\) must be fully defined"):
        tf.get_variable("u", [None])
    u = tf.get_variable("u", initializer=tf.constant([1.0, 2.0]))
    assert u.name == "u:0" and started(u).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("value", [[1.0, 2.0], np.array([1.0, 2.0], np.float32)], ids=["list", "array"])
def test_a_list_or_array_is_an_initializer_too(value: Any) -> None:
    assert started(tf.get_variable("u", initializer=value)).tolist() == [1.0, 2.0]


def test_name_scopes_do_not_touch_get_variable() -> None:
    with tf.name_scope("s"):
        v = tf.get_variable("v", [2])
        assert v.name == "v:0"
        assert (v + 1.0).name == "s/add:0"


def test_two_graphs_have_variables_of_their_own() -> None:
    first = tf.get_variable("v", [2])
    with tf.Graph().as_default():
        assert tf.get_variable("v", [2]) is not first


def test_after_a_reset_the_name_is_free() -> None:
    tf.get_variable("v", [2])
    tf.reset_default_graph()
    assert tf.get_variable("v", [2]).name == "v:0"


# Scopes


def test_variable_scopes_nest_and_name_operations_too() -> None:
    with tf.variable_scope("a") as outer, tf.variable_scope("b") as inner:
        v = tf.get_variable("v", [2])
        assert (v.name, tf.no_op(name="op").name) == ("a/b/v:0", "a/b/op")
        assert (outer.name, inner.name, tf.get_variable_scope()) == ("a", "a/b", inner)
    assert tf.get_variable_scope().name == ""


def test_a_scope_opened_again_keeps_its_variables_and_gives_operations_a_new_name() -> None:
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [2])
    with tf.variable_scope("a", reuse=True):
        assert tf.get_variable("v") is v
        assert tf.no_op(name="op").name == "a_1/op"


def test_a_scope_object_leads_back_to_its_scope() -> None:
    with tf.variable_scope("a") as scope:
        v = tf.get_variable("v", [2])
    with tf.variable_scope("b"), tf.variable_scope(scope, reuse=True):
        assert tf.get_variable("v") is v
    with tf.variable_scope(scope):
        assert tf.get_variable("w", [2]).name == "a/w:0"


def test_reuse_is_inherited_and_can_be_switched_on_in_the_middle() -> None:
    with tf.variable_scope("a") as scope:
        v = tf.get_variable("v", [2])
        scope.reuse_variables()
        assert tf.get_variable("v") is v
    with tf.variable_scope("a", reuse=True), tf.variable_scope("b"), pytest.raises(ValueError, match="does not exist"):
        tf.get_variable("v", [2])


def test_a_default_name_is_made_unique() -> None:
    found = []
    for _ in range(2):
        with tf.variable_scope(None, "layer"):
            found.append(tf.get_variable("v", [2]).name)
    assert found == ["layer/v:0", "layer_1/v:0"]


def test_default_names_begin_anew_in_a_scope_that_is_entered_again() -> None:
    def network(reuse: bool) -> list[str]:
        with tf.variable_scope("g", reuse=reuse):
            names = []
            for _ in range(2):
                with tf.variable_scope(None, "dense"):
                    names.append(tf.get_variable("v", [2]).name)
            return names

    assert network(False) == network(True) == ["g/dense/v:0", "g/dense_1/v:0"]
    with tf.variable_scope("g") as scope:
        pass
    for _ in range(2):
        with tf.variable_scope(scope), tf.variable_scope(None, "dense"):
            assert tf.get_variable_scope().name == "g/dense"
    with tf.variable_scope(scope):
        with tf.variable_scope("dense"):
            pass
        with tf.variable_scope(None, "dense") as inner:
            assert inner.name == "g/dense_1"


def test_a_default_name_that_a_failing_call_took_is_free_again() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    with pytest.raises(TypeError, match="nonsense"):
        tf.layers.dense(x, 2, kernel_initializer=tf.constant_initializer("nonsense"))
    assert tf.layers.dense(x, 2).op.name.startswith("dense/")
    assert [v.name for v in tf.global_variables()] == ["dense/kernel:0", "dense/bias:0"]


def test_a_scope_brings_its_initializer() -> None:
    with tf.variable_scope("a", initializer=tf.ones_initializer()), tf.variable_scope("b"):
        v = tf.get_variable("v", [2])
    assert started(v).tolist() == [1.0, 1.0]


def test_a_scope_without_any_name_is_refused() -> None:
    with pytest.raises(TypeError), tf.variable_scope(None):
        pass


def test_a_scope_that_fails_is_left() -> None:
    with pytest.raises(KeyError), tf.variable_scope("a"):
        raise KeyError
    assert tf.get_variable("v", [2]).name == "v:0"


# First values


@pytest.mark.parametrize(
    ("initializer", "expected"),
    [
        (tf.zeros_initializer(), [[0.0, 0.0], [0.0, 0.0]]),
        (tf.ones_initializer, [[1.0, 1.0], [1.0, 1.0]]),
        (tf.constant_initializer(3.0), [[3.0, 3.0], [3.0, 3.0]]),
        (tf.constant_initializer([1.0, 2.0]), [[1.0, 2.0], [2.0, 2.0]]),
    ],
)
def test_fixed_first_values(initializer: Any, expected: list[list[float]]) -> None:
    assert started(tf.get_variable("v", [2, 2], initializer=initializer)).tolist() == expected


@pytest.mark.parametrize(
    ("initializer", "mean", "deviation", "largest"),
    [
        (tf.random_uniform_initializer(-1.0, 3.0, seed=1), 1.0, 4 / 12**0.5, 3.0),
        (tf.random_normal_initializer(1.0, 2.0, seed=1), 1.0, 2.0, 20.0),
        (tf.truncated_normal_initializer(0.0, 1.0, seed=1), 0.0, 0.8796, 2.0),
        (tf.glorot_uniform_initializer(seed=1), 0.0, (2 / 300) ** 0.5, (6 / 300) ** 0.5),
        (tf.glorot_normal_initializer(seed=1), 0.0, (2 / 300) ** 0.5, 1.0),
        (tf.variance_scaling_initializer(3.0, "fan_in", "uniform", seed=1), 0.0, (3 / 100) ** 0.5, 0.3),
        (tf.variance_scaling_initializer(2.0, "fan_out", "untruncated_normal", seed=1), 0.0, (2 / 200) ** 0.5, 1.0),
    ],
)
def test_random_first_values_have_their_mean_and_deviation_and_repeat_with_a_seed(
    initializer: Any, mean: float, deviation: float, largest: float
) -> None:
    v = tf.get_variable("v", [100, 200], initializer=initializer)
    value = started(v)
    assert value.mean() == pytest.approx(mean, abs=4 * deviation / len(value.ravel()) ** 0.5)
    assert value.std() == pytest.approx(deviation, rel=0.05)
    assert np.abs(value).max() <= largest
    np.testing.assert_array_equal(value, started(v))


def test_a_kernel_of_a_convolution_counts_its_window_among_the_inputs() -> None:
    v = tf.get_variable("v", [5, 5, 2, 4], initializer=tf.variance_scaling_initializer(1.0, "fan_in", "uniform"))
    assert np.abs(started(v)).max() <= (3 / 50) ** 0.5


@pytest.mark.parametrize("arguments", [(0.0,), (1.0, "fan"), (1.0, "fan_in", "even")])
def test_an_unknown_way_of_scaling_is_refused(arguments: Any) -> None:
    with pytest.raises(ValueError, match=r"^Argument `"):
        tf.variance_scaling_initializer(*arguments)


def test_a_function_may_be_an_initializer() -> None:
    v = tf.get_variable(
        "v", [2], initializer=lambda shape, dtype=None, partition_info=None: tf.ones(shape, dtype) * 4.0
    )
    assert started(v).tolist() == [4.0, 4.0]


# Collections


def test_variables_are_collected_by_their_kind() -> None:
    a = tf.Variable(1.0, name="a")
    b = tf.Variable(1.0, name="b", trainable=False)
    c = tf.Variable(1.0, name="c", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    assert tf.global_variables() == [a, b]
    assert tf.trainable_variables() == [a, c]
    assert tf.local_variables() == [c]
    graph = tf.get_default_graph()
    keys = ("variables", "trainable_variables", "local_variables")
    assert [graph.get_collection(key) for key in keys] == [[a, b], [a, c], [c]]


def test_a_scope_filters_the_variables() -> None:
    with tf.variable_scope("s"):
        v = tf.get_variable("v", [2])
    tf.get_variable("w", [2])
    assert tf.global_variables("s") == tf.trainable_variables("s") == [v]


def test_the_initializer_of_all_is_an_operation_named_init() -> None:
    tf.Variable(1.0)
    init = tf.global_variables_initializer()
    assert (init.name, init.type) == ("init", "NoOp")
    assert tf.global_variables_initializer().name == "init_1"


def test_local_variables_have_their_own_initializer() -> None:
    v = tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(errors.FailedPreconditionError):
            session.run(v)
        session.run(tf.local_variables_initializer())
        assert session.run(v) == 1.0


def test_some_variables_may_be_initialized_alone() -> None:
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    with tf.Session() as session:
        session.run(tf.variables_initializer([v]))
        assert session.run(v) == 1.0
        with pytest.raises(errors.FailedPreconditionError):
            session.run(w)


def test_a_regularizers_loss_is_collected() -> None:
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer(), regularizer=lambda w: tf.reduce_sum(w * w))
    (loss,) = tf.get_default_graph().get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert loss.name.startswith("v/Regularizer/")
    assert started([loss, v])[0] == 2.0


# Updates


def test_updates_give_the_new_value_and_keep_it() -> None:
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(v.assign([5.0, 6.0])).tolist() == [5.0, 6.0]
        assert session.run(v.assign_add([1.0, 1.0])).tolist() == [6.0, 7.0]
        assert session.run(v.assign_sub([2.0, 2.0])).tolist() == [4.0, 5.0]
        assert session.run(tf.assign(v, [0.0, 0.0])).tolist() == [0.0, 0.0]
        assert session.run(tf.assign_add(v, [1.0, 2.0]).op) is None
        assert session.run(v).tolist() == [1.0, 2.0]


def test_gradients_follow_the_new_value() -> None:
    v = tf.Variable(2.0)
    gradient = tf.gradients(v * v, v)[0]
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(gradient) == 4.0
        session.run(v.assign(5.0))
        assert session.run(gradient) == 10.0


def test_load_and_eval_use_the_given_or_the_default_session() -> None:
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as session:
        v.load([3.0, 4.0])
        assert v.eval().tolist() == [3.0, 4.0]
        v.load([5.0, 6.0], session)
        assert v.eval(session=session).tolist() == [5.0, 6.0]
    with pytest.raises(ValueError, match="default session should be established"):
        v.load([1.0, 2.0])


def test_a_value_of_another_shape_or_dtype_is_refused() -> None:
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^Dimension 0 in both shapes must be equal, but are 2 and 3"):
        v.assign([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"^Shapes must be equal rank, but are 1 and 2"):
        v.assign([[1.0, 2.0]])
    with pytest.raises(TypeError) as raised:
        v.assign(tf.constant([1, 2]))
    assert said(raised) == (
        "Input 'value' of 'Assign' Op has type int32 that does not match type float32 of argument 'ref'."
    )


def test_a_value_whose_shape_shows_only_at_run_time_is_refused_then() -> None:
    v = tf.Variable([1.0, 2.0])
    p = tf.placeholder(tf.float32)
    update = v.assign(p)
    with tf.Session() as session:
        session.run(v.initializer)
        with pytest.raises(errors.InvalidArgumentError, match=r"lhs shape= \[2\] rhs shape= \[3\]"):
            session.run(update, {p: [1.0, 2.0, 3.0]})
        assert session.run(v).tolist() == [1.0, 2.0]


def test_only_a_variable_can_be_assigned_to() -> None:
    for update in (tf.assign, tf.assign_add, tf.assign_sub):
        with pytest.raises(AttributeError, match=f"^'Tensor' object has no attribute '{update.__name__}'$"):
            update(tf.constant(1.0), 2.0)


def test_adding_to_a_variable_without_a_value_is_refused() -> None:
    v = tf.Variable(1.0, name="v")
    with tf.Session() as session, pytest.raises(errors.FailedPreconditionError, match="uninitialized value v"):
        session.run(v.assign_add(1.0))


def test_the_names_that_books_use_serve_too() -> None:
    v, local = tf.Variable(1.0), tf.Variable(2.0, collections=[tf.GraphKeys.LOCAL_VARIABLES])
    assert tf.all_variables() == [v]
    with tf.Session() as session:
        session.run([tf.initialize_all_variables(), tf.initialize_local_variables()])
        assert session.run([v, local]) == [1.0, 2.0]
    with tf.Session() as session:
        session.run(tf.initialize_variables([v]))
        assert session.run(v) == 1.0


@pytest.mark.parametrize("shape", [[4, 4], [6, 3], [3, 6], [2, 3, 4]])
def test_an_orthogonal_start_keeps_lengths(shape: list[int]) -> None:
    v = tf.get_variable("v", shape, initializer=tf.orthogonal_initializer(gain=2.0, seed=3))
    matrix = started(v).reshape(-1, shape[-1])
    small = matrix @ matrix.T if len(matrix) <= shape[-1] else matrix.T @ matrix
    np.testing.assert_allclose(small, 4.0 * np.eye(len(small)), atol=1e-5)


def test_an_orthogonal_start_needs_a_matrix() -> None:
    with pytest.raises(ValueError, match=r"at least two-dimensional. Received: shape=\[3\]"):
        tf.get_variable("v", [3], initializer=tf.orthogonal_initializer)


# What is seldom asked for


def test_the_shape_that_is_expected_must_be_that_of_the_first_value() -> None:
    assert tf.Variable([1.0, 2.0], expected_shape=[2]).shape == [2]
    with pytest.raises(ValueError, match=r"Shapes \(2,\) and \(3,\) are not compatible"):
        tf.Variable([1.0, 2.0], expected_shape=[3])


def test_a_variable_of_unknown_shape_can_be_told_it() -> None:
    v = tf.Variable(tf.placeholder(tf.float32), validate_shape=False)
    v.set_shape([2])
    assert v.shape == [2]
    assert (v * 1.0).shape == [2]


def test_a_variable_scope_may_leave_operations_without_its_name() -> None:
    with tf.variable_scope("layer", auxiliary_name_scope=False):
        assert tf.constant(1.0, name="c").name == "c:0"
        assert tf.get_variable("v", [1]).name == "layer/v:0"
    assert tf.get_variable("w", [1]).name == "w:0"


def test_a_regularizer_may_find_nothing_to_say() -> None:
    tf.get_variable("w", [1], regularizer=lambda weight: None)
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == []


def test_a_variable_of_strings_begins_empty() -> None:
    assert started(tf.get_variable("s", [2], dtype=tf.string)).tolist() == [b"", b""]


def test_the_weights_of_a_scalar_have_one_input_and_one_output() -> None:
    assert -(3**0.5) <= started(tf.get_variable("g", [], initializer=tf.glorot_uniform_initializer(seed=1))) <= 3**0.5


def test_an_initializer_of_the_programs_own_says_how_to_make_a_value() -> None:
    class Idle(tf.zeros_initializer.__mro__[1]):  # type: ignore[misc]  # the base class of all initializers
        pass

    with pytest.raises(NotImplementedError, match="Idle does not say how to make a value"):
        tf.get_variable("v", [1], initializer=Idle())
