"""Gradients that a program gives itself, and the errors where there are none."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import custom, registry
from gradnb.engine.build import apply
from gradnb.engine.custom import (
    NoGradient,
    NotDifferentiable,
    PreventGradient,
    RegisterGradient,
    custom_gradient,
    grad_pass_through,
)
from gradnb.engine.dtypes import FLOATING
from gradnb.engine.gradients import build_gradients
from gradnb.engine.registry import OpDef
from gradnb.engine.shapes import same

WALL = OpDef(
    type="TestHasNoGradient",
    label="none",
    signature="x: T",
    allowed=FLOATING,
    kernel=lambda x: x,
    infer=same,
    gradient=None,
)


@pytest.fixture(autouse=True)
def forget_registrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "_named", dict(custom._named))
    monkeypatch.setattr(custom, "_places", dict(custom._places))
    monkeypatch.setattr(registry, "_ops", dict(registry._ops))
    registry.register(WALL)


def run(fetches: Any, feeds: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


def has_no_gradient(x: Any, name: str = "wall") -> tf.Tensor:
    return apply("TestHasNoGradient", x, name=name)


# Rows 47 to 52 of the reference


def test_row_47_an_operation_without_gradient_is_named() -> None:
    x = tf.constant(1.0)
    with pytest.raises(LookupError) as caught:
        tf.gradients(has_no_gradient(x), x)
    assert str(caught.value).startswith(
        "No gradient defined for operation'wall' (op type: TestHasNoGradient). "
        "In general every operation must have an associated `@tf.RegisterGradient`"
    )


def test_row_48_it_is_asked_only_where_a_gradient_arrives() -> None:
    x = tf.constant(1.0)
    wall = has_no_gradient(x)
    behind = tf.identity(wall)
    (found,) = tf.gradients(behind, wall)
    assert run(found) == 1.0
    assert tf.gradients(behind, x, stop_gradients=[wall]) == [None]
    assert tf.gradients(tf.stop_gradient(behind), x) == [None]
    with pytest.raises(LookupError):
        tf.gradients([wall], [x, wall])


def test_row_49_not_differentiable_gives_none() -> None:
    NotDifferentiable("TestHasNoGradient")
    x = tf.constant(1.0)
    assert tf.gradients(has_no_gradient(x), x) == [None]
    assert NoGradient is NotDifferentiable


def test_row_50_prevent_gradient_gives_its_reason() -> None:
    x = tf.constant(2.0)
    y = PreventGradient(input=x, message="foo")
    with pytest.raises(LookupError, match=r"^Gradient explicitly disabled\. Reason: b'foo'"):
        tf.gradients(y, x)
    assert run(y) == 2.0


def test_row_51_the_number_of_gradients_is_checked() -> None:
    @RegisterGradient("TestTwo")
    def two(op: tf.Operation, grad: tf.Tensor) -> list[tf.Tensor]:
        return [grad, grad]

    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Identity": "TestTwo"}):
        y = tf.identity(x)
    with pytest.raises(ValueError, match=r"^Num gradients 2 generated for op name: \"Identity\"\n") as caught:
        tf.gradients(y, x)
    assert str(caught.value).endswith(" do not match num inputs 1")


def test_row_52_no_second_order_where_the_gradient_has_none() -> None:
    @RegisterGradient("TestHasNoGradient")
    def rule(op: tf.Operation, grad: tf.Tensor) -> tf.Tensor:
        return apply("PreventGradient", grad * op.inputs[0], message="second order")

    x = tf.constant(3.0)
    (first,) = tf.gradients(has_no_gradient(x), x)
    assert run(first) == 3.0
    with pytest.raises(LookupError, match="second order"):
        tf.gradients(first, x)


# Names


def test_a_registered_gradient_serves_a_type_that_has_none() -> None:
    @RegisterGradient("TestHasNoGradient")
    def rule(op: tf.Operation, grad: tf.Tensor) -> tf.Tensor:
        return grad * 10.0

    x = tf.constant(1.0)
    assert run(tf.gradients(has_no_gradient(x), x)) == [10.0]
    assert rule.__name__ == "rule"


def test_a_registered_gradient_sees_the_operation_and_all_gradients() -> None:
    seen = []

    @RegisterGradient("TestSeen")
    def rule(op: tf.Operation, *grads: tf.Tensor) -> Any:
        seen.append((op.type, len(op.inputs), op.get_attr("T"), len(grads)))
        return grads[0], None

    x, y = tf.constant(1.0), tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Mul": "TestSeen"}):
        z = x * y
    outside = x * y
    first, second = tf.gradients(z + outside, [x, y])
    assert seen == [("Mul", 2, tf.float32, 1)]
    assert run([first, second]) == [3.0, 1.0]


def test_an_override_may_name_a_type_of_operation() -> None:
    x = tf.constant([0.4, -2.6])
    with tf.get_default_graph().gradient_override_map({"Round": "Identity"}):
        y = tf.round(x)
    np.testing.assert_array_equal(run(tf.gradients(y, x)[0]), [1.0, 1.0])
    assert tf.gradients(tf.round(x), x) == [None]


def test_overrides_nest_and_end() -> None:
    @RegisterGradient("TestDouble")
    def double(op: tf.Operation, grad: tf.Tensor) -> tf.Tensor:
        return 2.0 * grad

    @RegisterGradient("TestTriple")
    def triple(op: tf.Operation, grad: tf.Tensor) -> tf.Tensor:
        return 3.0 * grad

    x = tf.constant(1.0)
    graph = tf.get_default_graph()
    with graph.gradient_override_map({"Identity": "TestDouble"}):
        with graph.gradient_override_map({"Identity": "TestTriple"}):
            inner = tf.identity(x)
        middle = tf.identity(x)
    outer = tf.identity(x)
    assert run([tf.gradients(y, x)[0] for y in (inner, middle, outer)]) == [3.0, 2.0, 1.0]


def test_an_unknown_name_is_an_error_when_the_gradient_is_built() -> None:
    x = tf.constant(1.0)
    with tf.get_default_graph().gradient_override_map({"Identity": "TestNobody"}):
        y = tf.identity(x)
    with pytest.raises(LookupError, match="No gradient defined for operation'Identity'"):
        tf.gradients(y, x)


@pytest.mark.parametrize("name", ["TestTwice", "Mul"])
def test_a_name_is_registered_once(name: str) -> None:
    if name == "TestTwice":
        RegisterGradient(name)(lambda op, grad: grad)
    with pytest.raises(KeyError, match=f"Registering two gradient with name '{name}'!"):
        RegisterGradient(name)(lambda op, grad: grad)
    with pytest.raises(KeyError, match=f"Registering two gradient with name '{name}'!"):
        NotDifferentiable(name)


def test_a_name_is_a_string() -> None:
    with pytest.raises(TypeError, match="op_type must be a string"):
        RegisterGradient(3)  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(TypeError, match="op_type must be a string"):
        NotDifferentiable(3)  # type: ignore[arg-type]  # what the test is about


def test_a_number_may_stand_for_a_gradient() -> None:
    @RegisterGradient("TestNumber")
    def number(op: tf.Operation, grad: tf.Tensor) -> float:
        return 5.0

    x = tf.constant(1.0, tf.float64)
    with tf.get_default_graph().gradient_override_map({"Identity": "TestNumber"}):
        y = tf.identity(x)
    (found,) = tf.gradients(y, x)
    assert found.dtype is tf.float64 and run(found) == 5.0


# custom_gradient


def test_two_arguments_one_gradient_none() -> None:
    x = tf.placeholder(tf.float64, [2])

    @custom_gradient
    def f(a: tf.Tensor, b: tf.Tensor) -> Any:
        def grad(dy: tf.Tensor) -> Any:
            return dy * a, None

        return a * b, grad

    w = tf.constant([3.0, 3.0], tf.float64)
    first, second = tf.gradients(f(x, w), [x, w])
    assert second is None
    np.testing.assert_array_equal(run(first, {x: [1.1866, -0.4163]}), [1.1866, -0.4163])


def test_the_wrong_number_of_gradients() -> None:
    @custom_gradient
    def f(a: tf.Tensor, b: tf.Tensor) -> Any:
        return a * b, lambda dy: dy

    x, w = tf.constant(1.0), tf.constant(2.0)
    with pytest.raises(ValueError, match=r'^Num gradients 2 generated for op name: "IdentityN"') as caught:
        tf.gradients(f(x, w), [x, w])
    assert str(caught.value).endswith("do not match num inputs 3")


def test_log1pexp_is_stable() -> None:
    @custom_gradient
    def log1pexp(x: tf.Tensor) -> Any:
        e = tf.exp(x)
        return tf.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    x = tf.constant(100.0)
    naive = tf.log(1.0 + tf.exp(x))
    plain, custom_made = run([tf.gradients(naive, x)[0], tf.gradients(log1pexp(x), x)[0]])
    assert np.isnan(plain) and custom_made == 1.0


def test_several_results_keep_their_structure() -> None:
    @custom_gradient
    def f(x: tf.Tensor) -> Any:
        def grad(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
            return 10.0 * first + 100.0 * second

        return [x, 2.0 * x], grad

    x = tf.constant(1.0)
    results = f(x)
    assert isinstance(results, list) and run(results) == [1.0, 2.0]
    assert run(tf.gradients(results, x)) == [110.0]
    assert run(tf.gradients(results[1], x)) == [100.0]


def test_a_list_may_be_an_argument() -> None:
    @custom_gradient
    def f(pair: list[tf.Tensor]) -> Any:
        return pair[0] * pair[1], lambda dy: [dy * 7.0, dy * 8.0]

    a, b = tf.constant(2.0), tf.constant(3.0)
    assert run([f([a, b]), *tf.gradients(f([a, b]), [a, b])]) == [6.0, 7.0, 8.0]


def test_keywords_are_refused() -> None:
    f = custom_gradient(lambda x: (x, lambda dy: dy))
    with pytest.raises(ValueError, match="supports keywords arguments only when eager"):
        f(x=tf.constant(1.0))


def test_the_name_and_docstring_are_kept() -> None:
    @custom_gradient
    def documented(x: tf.Tensor) -> Any:
        """Say it."""
        return x, lambda dy: dy

    assert (documented.__name__, documented.__doc__) == ("documented", "Say it.")


def test_second_order_differentiates_the_gradient() -> None:
    @custom_gradient
    def cube(x: tf.Tensor) -> Any:
        return x * x * x, lambda dy: dy * 5.0 * x * x

    x = tf.constant(3.0)
    (first,) = tf.gradients(cube(x), x)
    assert run([first, *tf.gradients(first, x)]) == [45.0, 30.0]


def test_variables_are_handed_over() -> None:
    v = tf.get_variable("v", initializer=2.0)
    seen = []

    @custom_gradient
    def f(x: tf.Tensor) -> Any:
        def grad(dy: tf.Tensor, variables: Any = None) -> Any:
            seen.extend(variables)
            return dy * 3.0, [dy * 4.0]

        return x * v, grad

    x = tf.constant(5.0)
    assert run([f(x), *tf.gradients(f(x), [x, v])]) == [10.0, 3.0, 4.0]
    assert seen == [v]


def test_variables_need_a_gradient_each() -> None:
    v = tf.get_variable("v", initializer=2.0)
    f = custom_gradient(lambda x: (x * v, lambda dy, variables: (dy, [])))
    with pytest.raises(ValueError, match="Must return gradient for each variable"):
        tf.gradients(f(tf.constant(1.0)), v)


def test_variables_made_inside_must_be_expected() -> None:
    @custom_gradient
    def f(x: tf.Tensor) -> Any:
        return x * tf.get_variable("inside", initializer=2.0), lambda dy: dy

    with pytest.raises(TypeError, match="must accept keyword argument 'variables'"):
        f(tf.constant(1.0))


def test_pass_through() -> None:
    x = tf.constant([0.4, 2.6])
    y = grad_pass_through(tf.round)(x)
    value, (gradient,) = run([y, tf.gradients(y * 3.0, x)])
    np.testing.assert_array_equal(value, [0.0, 3.0])
    np.testing.assert_array_equal(gradient, [3.0, 3.0])


# A copy of the graph, in which explanations work


def test_a_custom_gradient_works_on_a_copy_and_leaves_the_graph_alone() -> None:
    v = tf.get_variable("v", initializer=2.0)

    @custom_gradient
    def f(x: tf.Tensor) -> Any:
        def grad(dy: tf.Tensor) -> tf.Tensor:
            inner = x * x
            return dy * tf.sin(x) * v * tf.gradients(inner, x)[0]

        return tf.identity(x), grad

    x = tf.constant(1.5)
    y = f(x)
    expected = run(tf.gradients(y, x)[0])
    graph = tf.get_default_graph()
    graph.finalize()
    before = graph.version
    copy, became = graph.copy()
    again, its = copy.copy()
    for twin, mapping in ((copy, lambda op: became[op]), (again, lambda op: its[became[op]])):
        y_copy, x_copy = mapping(y.op).outputs[0], mapping(x.op).outputs[0]
        with twin.as_default():
            (gradient,) = build_gradients(y_copy, x_copy).gradients
        assert gradient.graph is twin
        with tf.Session(graph=twin) as session:
            session.run(twin.initializers[mapping(v.op)])
            assert session.run(gradient) == pytest.approx(expected)
            assert session.run(gradient) == pytest.approx(np.sin(1.5) * 2.0 * 2 * 1.5)
    assert graph.version == before


def test_a_tensor_made_after_the_copy_does_not_slip_into_it() -> None:
    x = tf.constant(1.0)
    copy, became = tf.get_default_graph().copy()
    late = tf.constant(2.0)
    with copy.as_default(), pytest.raises(ValueError, match="must be from the same graph"):
        tf.add(became[x.op].outputs[0], late)


# What is seldom asked for


class Pair(NamedTuple):
    first: Any
    second: Any


def test_a_function_may_return_dicts_and_named_tuples() -> None:
    @custom_gradient
    def function(x: Any) -> Any:
        results = {"b": x * 2.0, "a": [x, Pair(x * 3.0, (x,))]}
        return results, lambda *upstream: tf.add_n([10.0**n * g for n, g in enumerate(upstream)])

    x = tf.constant(1.0)
    results = function(x)
    pair = results["a"][1]
    assert isinstance(pair, Pair)
    # Dicts are gone through by their sorted keys, as TensorFlow does.
    weights = [results["a"][0], pair.first, pair.second[0], results["b"]]
    (gradient,) = tf.gradients(weights, x, grad_ys=[1.0, 2.0, 3.0, 4.0])
    with tf.Session() as session:
        assert session.run([results["b"], pair.first, gradient]) == [2.0, 3.0, 4321.0]


def test_a_variable_used_twice_is_found_once() -> None:
    v = tf.get_variable("v", initializer=2.0, use_resource=True)

    @custom_gradient
    def function(x: Any) -> Any:
        square = v * v

        def gradient(upstream: Any, variables: Any = None) -> Any:
            assert variables == [v]
            return upstream * square, [upstream * 7.0]

        return x * square * square, gradient

    x = tf.constant(3.0)
    y = function(x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([y, *tf.gradients(y, [x, v])]) == [48.0, 4.0, 7.0]


def test_where_a_rule_is_missing_a_gradient_would_pass_if_there_were_one() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"StopGradient": "Nobody"}):
        stopped = tf.stop_gradient(x)
    assert not custom.lets_pass(tf.stop_gradient(x).op)
    assert custom.lets_pass(stopped.op)
    with pytest.raises(LookupError, match="No gradient defined for operation'StopGradient'"):
        tf.gradients(stopped, x)


def test_a_rule_that_takes_any_attribute_serves_operations_of_another_type() -> None:
    matrix, rhs = tf.constant([[2.0, 0.0], [1.0, 4.0]]), tf.constant([[1.0], [1.0]])
    plain = tf.linalg.triangular_solve(matrix, rhs)
    with tf.get_default_graph().gradient_override_map({"MatrixTriangularSolve": "MatrixSolve"}):
        other = tf.linalg.triangular_solve(matrix, rhs)
    with tf.Session() as session:
        expected, found = session.run([tf.gradients(plain, rhs), tf.gradients(other, rhs)])
    np.testing.assert_allclose(found, expected)
