"""`gradients` behaves as TensorFlow's: forms, None and zeros, weights, dtypes, stops, errors, names, sparse rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.build import apply
from gradnb.engine.ops import arrays, nn
from gradnb.errors import InvalidArgumentError, OperatorNotAllowedInGraphError


def said(raised: pytest.ExceptionInfo[Exception]) -> str:
    return str(raised.value)


def run(fetches: Any, feeds: dict[Any, Any] | None = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


def numbers(fetches: Any, feeds: dict[Any, Any] | None = None) -> list[Any]:
    """Run a list of tensors and None, and return nested lists and None."""
    found = iter(run([fetch for fetch in fetches if fetch is not None], feeds))
    return [None if fetch is None else next(found).tolist() for fetch in fetches]


def vector() -> Any:
    return tf.constant([1.0, 2.0], name="x")


# Forms of input and result


@pytest.mark.parametrize("wrap", [lambda t: t, lambda t: [t], lambda t: (t,)], ids=["tensor", "list", "tuple"])
def test_ys_and_xs_may_be_tensors_lists_or_tuples_and_the_result_is_a_list(wrap: Any) -> None:
    x = vector()
    for found in (tf.gradients(wrap(x * x), x), tf.gradients(x * x, wrap(x))):
        assert type(found) is list and numbers(found) == [[2.0, 4.0]]


def test_empty_lists_are_allowed() -> None:
    x = vector()
    assert tf.gradients([], [x]) == [None]
    assert tf.gradients(x, []) == []
    assert tf.gradients([], []) == []


@pytest.mark.parametrize("nest", [lambda x: [[x]], lambda x: [(x,)], lambda x: {"x": x}], ids=["list", "tuple", "dict"])
def test_nested_xs_are_refused(nest: Any) -> None:
    x = vector()
    with pytest.raises(TypeError, match=r"^Expected any non-tensor type, but got a tensor instead\."):
        tf.gradients(x * x, nest(x))


def test_nested_ys_are_packed() -> None:
    x = vector()
    assert numbers(tf.gradients([[x * x, x]], x)) == [[3.0, 5.0]]


@pytest.mark.parametrize("none", [None, [None]])
def test_none_among_ys_or_xs_is_an_attribute_error(none: Any) -> None:
    x = vector()
    for arguments in ((x, none), (none, x)):
        with pytest.raises(AttributeError, match=r"^'NoneType' object has no attribute 'op'$"):
            tf.gradients(*arguments)


@pytest.mark.parametrize("value", [1.0, np.ones(2, np.float32)], ids=["number", "array"])
def test_what_is_no_tensor_becomes_a_constant_of_its_own(value: Any) -> None:
    x = vector()
    assert tf.gradients(x * x, value) == [None]
    assert tf.gradients(value, x) == [None]


def test_a_string_as_x_is_unconnected_too() -> None:
    assert tf.gradients(vector(), "a") == [None]


def test_an_x_given_twice_gets_the_same_tensor_twice() -> None:
    x = vector()
    first, second = tf.gradients(x * x, [x, x])
    assert first is second


def test_a_y_given_twice_counts_twice() -> None:
    x = tf.constant([1.0, 2.0])
    y = x * x
    assert numbers(tf.gradients([y, y], [x, x])) == [[4.0, 8.0]] * 2


def test_a_y_that_is_x_gives_ones_or_the_weight_itself() -> None:
    x = vector()
    assert numbers(tf.gradients(x, x)) == [[1.0, 1.0]]
    assert numbers(tf.gradients([x, x], x)) == [[2.0, 2.0]]
    assert numbers(tf.gradients(x, x, grad_ys=[[5.0, 6.0]])) == [[5.0, 6.0]]


def test_a_y_among_the_xs_gets_its_weight() -> None:
    x = vector()
    y = x * x
    assert numbers(tf.gradients(y, [y, x])) == [[1.0, 1.0], [2.0, 4.0]]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]], ids=str)
def test_an_x_that_depends_on_another_gives_total_derivatives_in_any_order(order: list[int]) -> None:
    """d = ab + b with b = 3a and c = ab.

    a(2) ─┬───────────── mul ── c ── add ── d
          └─ mul 3 ── b ──┴───────────┘
    """
    a = tf.constant(2.0)
    b = 3.0 * a
    c = a * b
    d = c + b
    xs, expected = [a, b, c], [15.0, 3.0, 1.0]
    assert numbers(tf.gradients(d, [xs[i] for i in order])) == [expected[i] for i in order]


def test_a_y_that_depends_on_another_y_adds_to_it() -> None:
    """z = x² and y = z · z: the weights of both reach x.

    x(2) ── square ── z ── square ── y
    """
    x = tf.constant(2.0)
    z = tf.square(x)
    y = tf.square(z)
    assert numbers(tf.gradients([y, z], [x, z])) == [36.0, 9.0]


def test_variables_and_their_readings_are_connected_and_assignments_are_not() -> None:
    v = tf.Variable([1.0, 2.0])
    assert numbers(tf.gradients(v * v, v)) == [[2.0, 4.0]]
    assert numbers(tf.gradients(v, v)) == [[1.0, 1.0]]
    assert numbers(tf.gradients(v.value() * 3.0, v)) == [[3.0, 3.0]]
    assert numbers(tf.gradients(v.read_value() * 3.0, v)) == [[3.0, 3.0]]
    assert tf.gradients(v.assign([3.0, 4.0]) * 3.0, v) == [None]
    assert tf.gradients(v.assign_add([3.0, 4.0]), v) == [None]


def test_an_unknown_keyword_or_a_missing_xs_is_a_type_error() -> None:
    x = vector()
    with pytest.raises(TypeError):
        tf.gradients(x, x, weights=1.0)
    with pytest.raises(TypeError):
        tf.gradients(x)


def test_positional_arguments_come_in_tensorflows_order() -> None:
    x = vector()
    y = x * x
    found = tf.gradients(y, [x], [[1.0, 1.0]], "named", False, False, None, [y], "zero")
    assert numbers(found) == [[0.0, 0.0]]
    assert "named/grad_ys_0" in {op.name for op in x.graph.get_operations()}


def test_the_result_is_no_truth_value() -> None:
    x = vector()
    with pytest.raises(OperatorNotAllowedInGraphError):
        bool(tf.gradients(x, x)[0])


# None and zeros


def test_an_unconnected_x_gets_none_or_zeros_when_asked_for() -> None:
    x, other = vector(), tf.constant([[3.0]])
    assert tf.gradients(x, other) == [None]
    for zero in ("zero", tf.UnconnectedGradients.ZERO):
        assert numbers(tf.gradients(x, [other, x], unconnected_gradients=zero)) == [[[0.0]], [1.0, 1.0]]


def test_zeros_for_the_unconnected_lie_outside_of_the_scope() -> None:
    x, other = vector(), tf.constant([[3.0]])
    assert tf.gradients(x, other, unconnected_gradients="zero")[0].name == "zeros_like:0"


@pytest.mark.parametrize("value", ["nonsense", None, "ZERO", 0])
def test_an_unknown_value_for_the_unconnected_is_refused_and_adds_nothing(value: Any) -> None:
    x = vector()
    before = x.graph.version
    with pytest.raises(ValueError) as raised:
        tf.gradients(x, x, unconnected_gradients=value)
    assert said(raised) == f"Unknown value for unconnected_gradients: {value!r}"
    assert x.graph.version == before


def test_a_gradient_that_happens_to_be_zero_is_a_tensor() -> None:
    x = vector()
    assert numbers(tf.gradients(x * 0.0, x)) == [[0.0, 0.0]]


NO_GRADIENT = {
    "floor": tf.floor,
    "ceil": tf.ceil,
    "round": tf.round,
    "rint": tf.rint,
    "zeros_like": tf.zeros_like,
    "ones_like": tf.ones_like,
    "stop_gradient": tf.stop_gradient,
    "greater": lambda x: tf.cast(x > 0.0, tf.float32),
    "equal": lambda x: tf.cast(tf.equal(x, 1.0), tf.float32),
    "argmax": lambda x: tf.cast(tf.argmax(x), tf.float32),
    "shape": lambda x: tf.cast(tf.shape(x), tf.float32),
    "floordiv": lambda x: x // 2.0,
    "integer cast": lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32),
    "bool cast": lambda x: tf.cast(tf.cast(x, tf.bool), tf.float32),
}


@pytest.mark.parametrize("name", NO_GRADIENT)
def test_no_gradient_passes_through(name: str) -> None:
    x = vector()
    assert tf.gradients(NO_GRADIENT[name](x), x) == [None]


def test_sign_passes_zeros_and_mod_has_its_two_gradients() -> None:
    x, divisor = tf.constant([5.0, -5.0]), tf.constant([3.0, 3.0])
    assert numbers(tf.gradients(tf.sign(x), x)) == [[0.0, 0.0]]
    assert numbers(tf.gradients(x % divisor, [x, divisor])) == [[1.0, 1.0], [-1.0, 2.0]]


def test_one_path_without_a_gradient_does_not_spoil_the_others() -> None:
    x = tf.constant([1.5, 2.5])
    assert numbers(tf.gradients(tf.floor(x) * x, x)) == [[1.0, 2.0]]
    assert numbers(tf.gradients(tf.stop_gradient(x) * x, x)) == [[1.5, 2.5]]
    assert numbers(tf.gradients([tf.floor(x), x], x)) == [[1.0, 1.0]]


def test_control_dependencies_carry_no_gradient() -> None:
    x, other = vector(), tf.constant(1.0)
    with tf.control_dependencies([x]):
        y = tf.identity(other)
    assert numbers(tf.gradients(y, [x, other])) == [None, 1.0]


def test_an_output_of_several_to_which_nothing_comes_counts_as_zeros_on_the_way() -> None:
    """Split into p and q, of which only p is used.

    x(4) ── split ─┬─ p ── Sum ── y
                   └─ q
    """
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = arrays.split(x, 2)
    y = tf.reduce_sum(p)
    assert numbers(tf.gradients(y, [x])) == [[1.0, 1.0, 0.0, 0.0]]
    assert tf.gradients(y, [q]) == [None]
    assert numbers(tf.gradients(y, [q], unconnected_gradients="zero")) == [[0.0, 0.0]]


def test_an_integer_output_beside_a_real_one_gives_zeros_as_in_tensorflow() -> None:
    x = tf.constant([1.0, 3.0, 2.0])
    _, indices = arrays.top_k(x, 2)
    assert numbers(tf.gradients(indices, x)) == [[0.0, 0.0, 0.0]]


# Weights of the ys


@pytest.mark.parametrize(
    "weight",
    [
        lambda: tf.constant([1.0, 10.0]),
        lambda: np.array([1.0, 10.0], np.float32),
        lambda: [[1.0, 10.0]],
        lambda: ([1.0, 10.0],),
    ],
    ids=["tensor", "array", "list", "tuple"],
)
def test_a_weight_may_be_a_tensor_an_array_or_a_list_with_one_entry_for_each_y(weight: Any) -> None:
    x = vector()
    assert numbers(tf.gradients(x * x, x, grad_ys=weight())) == [[2.0, 40.0]]


def test_a_number_as_weight_is_broadcast() -> None:
    x = vector()
    assert numbers(tf.gradients(x * x, x, grad_ys=5.0)) == [[10.0, 20.0]]
    assert numbers(tf.gradients(x * x, x, grad_ys=[[2.0]])) == [[4.0, 8.0]]


def test_none_in_the_list_of_weights_means_ones() -> None:
    x = vector()
    found = tf.gradients([x * x, x * 3.0], x, grad_ys=[None, [10.0, 100.0]])
    assert numbers(found) == [[32.0, 304.0]]
    assert numbers(tf.gradients([x * x], x, grad_ys=[None])) == [[2.0, 4.0]]


@pytest.mark.parametrize(("weights", "count"), [([10.0, 20.0], 2), ([], 0), (([1.0], [2.0], None), 3)])
def test_there_must_be_one_weight_for_each_y(weights: Any, count: int) -> None:
    x = vector()
    with pytest.raises(ValueError) as raised:
        tf.gradients(x * x, x, grad_ys=weights)
    assert said(raised).startswith(f"Length mismatch. Passed {count} grad_ys for 1 ys\n")


def test_a_weight_of_another_shape_fails_in_the_operation_that_takes_it() -> None:
    x = vector()
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 3 and 2"):
        tf.gradients(x * x, x, grad_ys=[[1.0, 2.0, 3.0]])
    y = tf.multiply(x, tf.constant([3.0, 4.0]), name="y")
    with pytest.raises(ValueError) as raised:
        tf.gradients(y, x, grad_ys=[[[1.0, 2.0]]])
    assert said(raised) == (
        "Incompatible shapes between op input and calculated input gradient. Forward operation: y. "
        "Input index: 0. Original input shape: (2,). Calculated input gradient shape: (1, 2)\n"
        "A weight in grad_ys must have the shape of its y: 'y' has (2,), and its weight (1, 2)."
    )


def test_a_weight_of_another_shape_is_returned_as_it_is_when_y_is_x() -> None:
    x = vector()
    assert numbers(tf.gradients(x, x, grad_ys=[[1.0, 2.0, 3.0]])) == [[1.0, 2.0, 3.0]]


def test_shapes_that_are_unknown_are_compared_when_they_are_run() -> None:
    x, weight = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    gradients = tf.gradients(x * x, x, grad_ys=weight)
    with tf.Session() as session, pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \[2\] vs\. \[3\]"):
        session.run(gradients, {x: [1.0, 2.0, 3.0], weight: [1.0, 2.0]})


def test_a_real_y_needs_a_real_or_integer_weight() -> None:
    x = vector()
    y = tf.multiply(x, x, name="mul_7")
    with pytest.raises(TypeError) as raised:
        tf.gradients(y, x, grad_ys=[[True, False]])
    assert said(raised) == (
        'Gradient type bool generated for real or integer-valued tensor Tensor("mul_7:0", shape=(2,), dtype=float32) '
        "with type float32 must be real or integer"
    )


@pytest.mark.parametrize("dtype", [tf.int32, tf.float64], ids=str)
def test_a_weight_of_another_number_type_fails_in_the_first_operation(dtype: Any) -> None:
    x = vector()
    weight = tf.constant([1, 2], dtype)
    with pytest.raises(TypeError) as raised:
        tf.gradients(x * x, x, grad_ys=weight)
    assert said(raised) == (
        f"Input 'y' of 'Mul' Op has type float32 that does not match type {dtype.name} of argument 'x'."
    )
    through_identity = tf.gradients(tf.identity(x), x, grad_ys=weight)[0]
    assert through_identity.dtype is dtype


def test_a_python_number_as_weight_is_a_float32_even_for_a_float64() -> None:
    x = tf.constant([1.0, 2.0], tf.float64)
    with pytest.raises(TypeError, match="does not match type float32"):
        tf.gradients(x * x, x, grad_ys=1.0)


def test_a_weight_is_an_input_that_can_be_differentiated() -> None:
    x, weight = vector(), tf.constant([1.0, 1.0])
    gradient = tf.gradients(x * x, x, grad_ys=weight)[0]
    assert numbers(tf.gradients(gradient, [weight, x])) == [[2.0, 4.0], [2.0, 2.0]]


def test_sparse_rows_may_be_a_weight() -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    rows = tf.IndexedSlices(tf.constant([[10.0]]), tf.constant([2]), tf.constant([3, 1]))
    assert numbers(tf.gradients(x * x, x, grad_ys=rows)) == [[[0.0], [0.0], [60.0]]]


# Dtypes


def test_integers_have_no_gradient_but_their_own() -> None:
    i = tf.constant([1, 2])
    assert tf.gradients(i * 2, i) == [None]
    own = tf.gradients(i, i)
    assert own[0].dtype is tf.int32 and numbers(own) == [[1, 1]]
    zeros = tf.gradients(i * 2, i, unconnected_gradients="zero")
    assert zeros[0].dtype is tf.int32 and numbers(zeros) == [[0, 0]]


def test_truth_values_have_no_gradient_and_no_weight() -> None:
    x = vector()
    y = tf.greater(x, 1.0, name="Greater_1")
    assert tf.gradients(y, x) == [None]
    with pytest.raises(TypeError) as raised:
        tf.gradients(y, x, grad_ys=[[1.0, 1.0]])
    assert said(raised) == (
        'Tensor Tensor("Greater_1:0", shape=(2,), dtype=bool) with type bool must be numeric '
        "to obtain a default gradient"
    )


def test_strings_have_no_weight_of_one() -> None:
    with pytest.raises(TypeError, match=r"^Expected string, but got 1 of type 'int'\.$"):
        tf.gradients(tf.constant("a"), vector())


def test_a_complex_y_needs_a_complex_weight() -> None:
    c = tf.constant([1 + 2j], tf.complex64)
    y = tf.square(c)
    with pytest.raises(TypeError) as missing:
        tf.gradients(y, c)
    assert said(missing) == (
        'Gradients of complex tensors (Tensor("Square:0", shape=(1,), dtype=complex64)) '
        "must set grad_ys (y.dtype = complex64)"
    )
    with pytest.raises(TypeError) as real:
        tf.gradients(y, c, grad_ys=[[1.0]])
    assert said(real) == (
        'Gradient type float32 generated for complex-valued tensor Tensor("Square:0", shape=(1,), dtype=complex64) '
        "with type complex64 must be real"
    )


def test_a_complex_gradient_is_conjugated() -> None:
    c = tf.constant([1 + 2j], tf.complex64)
    weight = tf.constant([1 + 0j], tf.complex64)
    assert numbers(tf.gradients(tf.square(c), c, grad_ys=weight)) == [[2 - 4j]]
    assert numbers(tf.gradients(c * c, c, grad_ys=weight)) == [[2 - 4j]]


def test_the_gradient_of_a_cast_is_cast_back() -> None:
    x = tf.constant([1.0, 2.0], tf.float16)
    gradient = tf.gradients(tf.square(tf.cast(x, tf.float64)), x)[0]
    assert gradient.dtype is tf.float16
    assert numbers([gradient]) == [[2.0, 4.0]]


def test_whole_numbers_divide_to_float64() -> None:
    assert (tf.constant(1) / tf.constant(2)).dtype is tf.float64


# Stops


def test_partial_derivatives_stop_at_the_xs_total_ones_do_not() -> None:
    a = tf.constant(1.0)
    b = 2.0 * a
    assert numbers(tf.gradients(a + b, [a, b], stop_gradients=[a, b])) == [1.0, 1.0]
    assert numbers(tf.gradients(a + b, [a, b], stop_gradients=(a, b))) == [1.0, 1.0]
    assert numbers(tf.gradients(a + b, [a, b])) == [3.0, 1.0]


def test_one_tensor_may_be_stopped_without_a_list() -> None:
    a = tf.constant(1.0)
    b = 2.0 * a
    assert numbers(tf.gradients(a + b, [a, b], stop_gradients=b)) == [1.0, 1.0]


def test_a_stop_must_be_of_the_graph() -> None:
    x = vector()
    with pytest.raises(AttributeError, match=r"^'float' object has no attribute 'op'$"):
        tf.gradients(x, x, stop_gradients=1.0)


def test_an_x_that_is_stopped_has_its_own_gradient_still() -> None:
    x = vector()
    assert numbers(tf.gradients(x * x, x, stop_gradients=x)) == [[2.0, 4.0]]


def test_a_y_that_is_stopped_gives_none_to_the_others_and_ones_to_itself() -> None:
    x = vector()
    y = x * x
    assert numbers(tf.gradients(y, [x, y], stop_gradients=[y])) == [None, [1.0, 1.0]]


def test_when_every_path_is_cut_the_gradient_is_none_or_zeros() -> None:
    x = vector()
    a, b = x * 2.0, x * 3.0
    y = a + b
    assert tf.gradients(y, x, stop_gradients=[a, b]) == [None]
    assert numbers(tf.gradients(y, x, stop_gradients=[a])) == [[3.0, 3.0]]
    assert numbers(tf.gradients(y, x, stop_gradients=[a, b], unconnected_gradients="zero")) == [[0.0, 0.0]]


def test_a_stop_holds_for_all_outputs_of_its_operation() -> None:
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    p, q = arrays.split(x, 2)
    assert tf.gradients(tf.reduce_sum(p * q), x, stop_gradients=[p]) == [None]


def test_stopping_a_variable_is_harmless_stopping_its_reading_is_not() -> None:
    v = tf.Variable([1.0, 2.0])
    assert numbers(tf.gradients(v * v, [v], stop_gradients=[v])) == [[2.0, 4.0]]
    assert tf.gradients(v * v, [v], stop_gradients=[v.value()]) == [None]


# Operations without a gradient


def walled() -> tuple[Any, Any]:
    """Return x and a product behind an operation without a gradient.

    x ── PreventGradient ── p ── mul 2 ── y
    """
    x = vector()
    p = apply("PreventGradient", x, name="p", message="foo")
    return x, p


def softsign_grad() -> tuple[Any, Any]:
    """Return x and the first derivative of softsign, whose own is not defined."""
    x = vector()
    return x, tf.gradients(nn.softsign(x), x)[0]


def test_an_operation_without_a_gradient_is_a_lookup_error() -> None:
    x, g = softsign_grad()
    with pytest.raises(LookupError) as raised:
        tf.gradients(g, x)
    assert said(raised).startswith(
        f"No gradient defined for operation'{g.op.name}' (op type: SoftsignGrad). "
        "In general every operation must have an associated `@tf.RegisterGradient` "
    )


def test_a_gradient_that_was_prevented_says_why() -> None:
    x, p = walled()
    with pytest.raises(LookupError) as raised:
        tf.gradients(p * 2.0, x)
    assert said(raised) == "Gradient explicitly disabled. Reason: b'foo'"


def test_a_missing_gradient_matters_only_when_something_is_to_pass() -> None:
    x, p = walled()
    y = p * 2.0
    assert numbers(tf.gradients(y, p)) == [[2.0, 2.0]]
    assert tf.gradients(y, x, stop_gradients=[p]) == [None]
    assert tf.gradients(tf.floor(y), x) == [None]
    assert numbers(tf.gradients([y, x * 1.0], [x], stop_gradients=[y])) == [[1.0, 1.0]]
    with pytest.raises(LookupError):
        tf.gradients([p], [x, p])


def test_an_error_leaves_the_default_graph_and_the_scope_as_they_were() -> None:
    x, p = walled()
    graph = tf.get_default_graph()
    with pytest.raises(LookupError), tf.name_scope("s"):
        tf.gradients(p, x)
    assert tf.get_default_graph() is graph and not graph.builds_gradient
    assert tf.no_op(name="after").name == "after"


# Adding up


def fan(count: int) -> tuple[Any, Any]:
    """Return x and the sum of `count` multiples of it: 1 x + 2 x + ….

    x ─┬─ mul 1 ─┐
       ├─ mul 2 ─┼─ AddN ── y
       └─ mul n ─┘
    """
    x = vector()
    return x, tf.add_n([x * float(factor) for factor in range(1, count + 1)])


@pytest.mark.parametrize("method", [None, 0, 1, 2, True, False])
def test_each_method_of_adding_gives_the_same_sum(method: Any) -> None:
    x, y = fan(4)
    assert numbers(tf.gradients(y, x, aggregation_method=method)) == [[10.0, 10.0]]


def test_gradients_are_added_by_one_operation_or_by_a_chain_of_them() -> None:
    x, y = fan(4)
    one = tf.gradients(y, x)[0]
    assert (one.op.type, len(one.op.inputs), one.name) == ("AddN", 4, "gradients/AddN:0")
    chain = tf.gradients(y, x, aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE)[0]
    assert len(chain.op.inputs) == 2
    assert chain.name.startswith("gradients_1/x_gradient_sum/AddN_2")


def test_an_unknown_method_of_adding_is_refused_when_something_is_to_be_added() -> None:
    x, y = fan(2)
    with pytest.raises(ValueError) as raised:
        tf.gradients(y, x, aggregation_method=3)
    assert said(raised) == "Invalid `aggregation_method` specified 3. Accepted values are [0, 1, 2]."
    assert tf.gradients(tf.constant(1.0), x, aggregation_method=3) == [None]


def test_gated_gradients_wait_for_each_other_and_have_the_same_values() -> None:
    a, b = vector(), tf.constant([3.0, 4.0])
    y = tf.multiply(a, b, name="y")
    gated = tf.gradients(y, [a, b], gate_gradients=True)
    assert numbers(gated) == numbers(tf.gradients(y, [a, b]))
    assert [g.name for g in gated] == [
        "gradients/y_grad/tuple/control_dependency:0",
        "gradients/y_grad/tuple/control_dependency_1:0",
    ]
    (barrier,) = gated[0].op.control_inputs
    assert barrier.name == "gradients/y_grad/tuple/group_deps"
    assert {op.name for op in barrier.control_inputs} == {g.op.inputs[0].op.name for g in gated}


def test_colocated_gradients_name_their_forward_operation() -> None:
    x = vector()
    y = tf.exp(x, name="Exp")
    colocated = tf.gradients(y, x, colocate_gradients_with_ops=True)[0]
    assert colocated.op.colocation_groups() == [b"loc:@Exp"]
    plain = tf.gradients(y, x)[0]
    assert plain.op.colocation_groups() == [f"loc:@{plain.op.name}".encode()]
    np.testing.assert_allclose(*numbers([colocated, plain]))


# Names


def test_each_call_has_a_scope_of_its_own() -> None:
    x = vector()
    assert [tf.gradients(x, x, name=name)[0].name for name in ("gradients", "gradients", "foo", "foo", None)] == [
        "gradients/grad_ys_0:0",
        "gradients_1/grad_ys_0:0",
        "foo/grad_ys_0:0",
        "foo_1/grad_ys_0:0",
        "gradients_2/grad_ys_0:0",
    ]
    with tf.name_scope("s"):
        assert tf.gradients(x, x)[0].name == "s/gradients/grad_ys_0:0"
    assert tf.gradients(x, x, name="")[0].name == "grad_ys_0:0"


def test_inside_the_scope_those_of_the_forward_operations_nest() -> None:
    x = vector()
    with tf.name_scope("deep"):
        y = tf.multiply(x, x, name="q")
    gradient = tf.gradients(y, x)[0]
    assert [tensor.name for tensor in gradient.op.inputs] == [
        "gradients/deep/q_grad/Mul:0",
        "gradients/deep/q_grad/Mul_1:0",
    ]


def test_a_name_that_is_not_allowed_is_refused() -> None:
    x = vector()
    with pytest.raises(ValueError, match="'bad name' is not a valid"):
        tf.gradients(x, x, name="bad name")


def test_a_call_adds_operations_even_when_it_finds_nothing() -> None:
    x = vector()
    before = x.graph.version
    assert tf.gradients(tf.constant(1.0), x) == [None]
    assert x.graph.get_operation_by_name("gradients/grad_ys_0").index >= before


def test_operations_that_a_rule_adds_know_their_forward_operation() -> None:
    x = vector()
    y = x * x
    gradient = tf.gradients(y, x)[0]
    assert [tensor.op.forward for tensor in gradient.op.inputs] == [y.op, y.op]
    assert gradient.op.forward is None and y.op.forward is None


# Graphs


def test_ys_and_xs_of_another_graph_than_the_default_one_stay_there() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = vector()
        y = x * x
    gradient = tf.gradients(y, x)[0]
    assert gradient.graph is graph
    with tf.Session(graph=graph) as session:
        assert session.run(gradient).tolist() == [2.0, 4.0]
    assert tf.get_default_graph().version == 0


def test_ys_and_xs_of_two_graphs_are_refused() -> None:
    x = vector()
    with tf.Graph().as_default():
        y = tf.constant(1.0)
    with pytest.raises(ValueError, match="must be from the same graph as"):
        tf.gradients(y, x)


# Gradients of gradients


def test_gradients_are_ordinary_tensors_and_have_gradients() -> None:
    x = tf.constant(2.0)
    first = tf.gradients(tf.pow(x, 4.0), x)[0]
    second = tf.gradients(first, x)[0]
    assert numbers([first, second]) == [32.0, 48.0]


def test_when_a_gradient_no_longer_depends_on_x_the_next_is_none() -> None:
    x = vector()
    first = tf.gradients(x * x, x)
    second = tf.gradients(first, x)
    assert numbers(second) == [[2.0, 2.0]]
    assert tf.gradients(second, x) == [None]
    assert tf.gradients(tf.gradients(2.0 * x, x), x) == [None]


def test_a_power_keeps_x_in_its_gradients() -> None:
    x = vector()
    found = [x**3]
    for _ in range(4):
        found = tf.gradients(found, x)
    assert numbers(found) == [[0.0, 0.0]]


def test_the_gradient_of_exp_depends_on_its_own_output() -> None:
    x = vector()
    y = tf.exp(x)
    assert numbers(tf.gradients(tf.gradients(y, x), y)) == [[1.0, 1.0]]


# Sparse rows


def test_gather_gives_rows_with_duplicates_that_add_when_made_whole() -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    rows = tf.gradients(arrays.gather(x, [2, 0, 2]), x)[0]
    assert isinstance(rows, tf.IndexedSlices)
    value, whole = run([rows, tf.convert_to_tensor(rows)])
    assert type(value) is tf.IndexedSlicesValue
    assert (value.values.tolist(), value.indices.tolist(), value.dense_shape.tolist()) == (
        [[1.0]] * 3,
        [2, 0, 2],
        [3, 1],
    )
    assert whole.tolist() == [[1.0], [0.0], [2.0]]


def test_rows_pass_an_identity_and_a_variables_reading_but_nothing_else() -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    v = tf.Variable([[1.0], [2.0], [3.0]])
    assert isinstance(tf.gradients(arrays.gather(tf.identity(x), [1]), x)[0], tf.IndexedSlices)
    assert isinstance(tf.gradients(arrays.gather(v, [1]), v)[0], tf.IndexedSlices)
    dense = tf.gradients(arrays.gather(x * 2.0, [1]), x)
    assert isinstance(dense[0], tf.Tensor)
    assert numbers(dense) == [[[0.0], [2.0], [0.0]]]


def test_gather_along_another_axis_is_dense() -> None:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    dense = tf.gradients(arrays.gather(x, [1, 1], axis=1), x)
    assert isinstance(dense[0], tf.Tensor)
    assert numbers(dense) == [[[0.0, 2.0], [0.0, 2.0]]]


def test_rows_of_two_gathers_are_put_one_after_the_other_and_with_a_dense_gradient_all_is_dense() -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    a, b = arrays.gather(x, [0]), arrays.gather(x, [2, 2])
    rows = tf.gradients([a, b], x)[0]
    assert isinstance(rows, tf.IndexedSlices)
    assert sorted(run(rows).indices.tolist()) == [0, 2, 2]
    assert run(tf.convert_to_tensor(rows)).tolist() == [[1.0], [0.0], [2.0]]
    mixed = tf.gradients([a, x * 5.0], x)
    assert isinstance(mixed[0], tf.Tensor)
    assert numbers(mixed) == [[[6.0], [5.0], [5.0]]]


def test_functions_make_rows_whole_and_operators_refuse_them_but_for_the_sign() -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    rows = tf.gradients(arrays.gather(x, [2]), x)[0]
    assert isinstance(rows, tf.IndexedSlices)
    assert numbers([tf.multiply(rows, 2.0), tf.add(rows, 1.0)]) == [[[0.0], [0.0], [2.0]], [[1.0], [1.0], [2.0]]]
    for operator in (lambda: rows + 1.0, lambda: rows * 2.0):
        with pytest.raises(TypeError):
            operator()
    assert run(-rows).values.tolist() == [[-1.0]]


@pytest.mark.parametrize("index", [5, -1])
def test_an_index_out_of_range_is_found_by_gather_and_not_by_its_gradient(index: int) -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    y = arrays.gather(x, [index])
    rows = tf.gradients(y, x)[0]
    assert run(rows).indices.tolist() == [index]
    with tf.Session() as session, pytest.raises(InvalidArgumentError) as raised:
        session.run(y)
    assert f"indices[0] = {index} is not in [0, 3)" in said(raised)


def test_the_way_to_an_operation_without_a_gradient_may_fork() -> None:
    x = tf.constant([1.0, 2.0], name="x")
    square = tf.multiply(x, x, name="square")
    blocked = tf.raw_ops.PreventGradient(input=square + x, message="not here", name="blocked")
    with pytest.raises(LookupError, match="Gradient explicitly disabled"):
        tf.gradients(blocked, x)
    missing = apply("SoftsignGrad", square, square + x, name="missing")
    words = r"No gradient defined for operation'missing'.*x → square → missing"
    with pytest.raises(LookupError, match=words) as caught:
        tf.gradients(missing, x)
    assert "SoftsignGrad" in said(caught)


def test_a_sparse_gradient_speaks_of_its_rows() -> None:
    table = tf.constant([[1.0], [2.0]])
    (rows,) = tf.gradients(tf.gather(table, [0]), table)
    assert rows.name == rows.values.name
    assert repr(rows).startswith("IndexedSlices(indices=Tensor(")
    assert "dense_shape=Tensor(" in repr(rows)
    alone = tf.IndexedSlices(rows.values, rows.indices)
    assert "dense_shape" not in repr(alone)
    with pytest.raises(ValueError, match="Tensor conversion requested for IndexedSlices without dense_shape"):
        tf.convert_to_tensor(alone)
    with pytest.raises(ValueError, match="requested dtype int32 for IndexedSlices with dtype float32"):
        tf.convert_to_tensor(rows, tf.int32)
    assert np.asarray(numbers([tf.negative(rows)])[0]).tolist() == [[-1.0], [0.0]]


def test_a_weight_that_does_not_fit_is_told_among_sparse_ones() -> None:
    rows = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0]), tf.constant([2, 1]))
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match=r"\(3,\)|\[3\]"):
        tf.gradients([rows, x * x], x, grad_ys=[rows, [1.0, 2.0, 3.0]])


def test_an_index_is_a_whole_number() -> None:
    with pytest.raises(TypeError):
        vector()[tf.constant(1.0)]
