"""Operations as formulas, and the rules printed from what the rules build."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.build import add_operation
from gradnb.engine.graph import Graph
from gradnb.engine.registry import OpDef, all_ops
from gradnb.engine.session import Session
from gradnb.engine.tensor import Operation
from gradnb.view.formula import Part, barred, number_part, operation_part, rule_of, snake_case, tensor_part
from gradnb.view.names import Names

BAR = "\u0304"


def holder(*shape: int | None) -> tf.Tensor:
    return tf.placeholder(tf.float32, list(shape))


def expression(tensor: tf.Tensor, **names: tf.Tensor) -> str:
    return Names({value: name for name, value in names.items()}).right_side(tensor.op)


def rule(tensor: tf.Tensor) -> tuple[str, ...]:
    found = rule_of(tensor.op)
    return (found.forward, *found.backward)


# How operations print


def test_parentheses_stand_where_the_meaning_asks_for_them() -> None:
    a, b, c = (holder(2) for _ in range(3))
    cases = {
        a + b + c: "a + b + c",
        a + (b + c): "a + (b + c)",
        a - (b - c): "a − (b − c)",
        (a - b) - c: "a − b − c",
        (a + b) * c: "(a + b) · c",
        a * b + c: "a · b + c",
        a * (b + c): "a · (b + c)",
        a / (b * c): "a / (b · c)",
        -(a + b): "−(a + b)",
        tf.exp(a + b): "exp(a + b)",
        tf.abs(a + b): "|a + b|",
        tf.square(a + b): "(a + b)²",
        tf.square(a): "a²",
        tf.maximum(a + b, c): "max(a + b, c)",
        tf.add_n([a, b, c]): "a + b + c",
        tf.stop_gradient(a + b): "stop_gradient(a + b)",
    }
    for tensor, text in cases.items():
        assert expression(tensor, a=a, b=b, c=c) == text


def test_a_mark_holds_for_all_of_its_operand() -> None:
    a, b = holder(2, 2), holder(2, 2)
    assert expression(tf.matmul(a + b, b, transpose_a=True), a=a, b=b) == "(a + b)ᵀ @ b"
    assert expression(tf.matmul(a * b, b, transpose_a=True), a=a, b=b) == "(a · b)ᵀ @ b"
    assert expression(tf.matmul(a * b, b), a=a, b=b) == "a · b @ b"


def test_a_negative_number_stands_in_parentheses() -> None:
    a = holder(2)
    assert expression(a * -2.0, a=a) == "a · (−2)"
    assert number_part(-2.0).text == "−2"


def test_an_operation_without_a_formula_prints_as_a_call() -> None:
    x = holder(2, 2)
    placeholder = OpDef(
        type="MyOpV2",
        label="mine",
        signature="x: T, y: T",
        kernel=np.add,
        infer=lambda x, y: (x.dtype, None),
        gradient=None,
    )
    operation = x.graph.create_operation(placeholder, (x, x))
    assert operation_part(operation, [Part("a", 4), Part("b + c", 1)]).text == "my_op(a, b + c)"


def test_types_become_snake_case() -> None:
    types = ["Mul", "AddV2", "StopGradient", "MatrixInverse", "LRN"]
    assert list(map(snake_case, types)) == ["mul", "add", "stop_gradient", "matrix_inverse", "lrn"]


def test_the_symbol_of_a_gradient_bears_a_bar() -> None:
    assert [barred(symbol) for symbol in ("x", "x12", "logits")] == [f"x{BAR}", f"x{BAR}12", "∂logits"]


# Derived rules


def test_rules_are_read_off_what_they_build() -> None:
    x, y, a, b = holder(2, 3), holder(2, 3), holder(2, 3), holder(3, 4)
    bars = {letter: f"{letter}{BAR}" for letter in "abxyz"}
    cases = {
        x + y: ("z = x + y", "X += Z", "Y += Z"),
        x - y: ("z = x − y", "X += Z", "Y += −Z"),
        x * y: ("z = x · y", "X += Z · y", "Y += Z · x"),
        tf.matmul(a, b): ("z = a @ b", "A += Z @ bᵀ", "B += aᵀ @ Z"),
        tf.matmul(b, a, transpose_a=True, transpose_b=True): ("z = aᵀ @ bᵀ", "A += bᵀ @ Zᵀ", "B += Zᵀ @ aᵀ"),
        tf.identity(x): ("z = x", "X += Z"),
        tf.exp(x): ("z = exp(x)", "X += Z · z"),
        tf.reduce_sum(x): ("z = Σ x", "X += broadcast(Z)"),
        tf.stop_gradient(x): ("z = stop_gradient(x)", ""),
    }
    for tensor, lines in cases.items():
        wanted = tuple(re.sub("[ABXYZ]", lambda letter: bars[letter.group().lower()], line) for line in lines)
        assert rule(tensor) == wanted


def test_the_sum_that_undoes_broadcasting_is_shown() -> None:
    assert rule(holder(2, 3) + holder(3))[2] == f"y{BAR} += Σ z{BAR}"


def test_a_sum_that_turns_out_to_do_nothing_is_hidden() -> None:
    x, y = holder(None, 3), holder(3)
    z = x + y
    assert rule_of(z.op).backward[0] == f"x{BAR} += Σ z{BAR}"
    known = {x: np.zeros((2, 3)), y: np.zeros(3), z: np.zeros((2, 3))}
    assert rule_of(z.op, known.get).backward[0] == f"x{BAR} += z{BAR}"


def test_a_product_with_one_is_left_out() -> None:
    x = holder(2)
    assert tensor_part(tf.ones([2]) * x, {x: Part("x", 4)}.get).text == "x"
    assert tensor_part(x * 1.0, {x: Part("x", 4)}.get).text == "x"
    wider = tf.ones([3, 2]) * x
    assert tensor_part(wider, {x: Part("x", 4)}.get).text == "1 · x"


def test_a_leaf_of_ones_is_kept() -> None:
    one, x = tf.ones([2]), holder(2)
    assert tensor_part(one * x, {one: Part("g", 4), x: Part("x", 4)}.get).text == "g · x"


def test_one_of_several_outputs_says_which() -> None:
    x, y = holder(2), holder(3)
    assert rule(tf.concat([x, y], 0))[2] == f"x{BAR}2 += split(z{BAR}, [2 3])[1]"


def test_rows_of_a_sparse_gradient_are_named() -> None:
    x = tf.Variable([[1.0], [2.0]])
    assert rule(tf.gather(x, [1, 1]))[1] == f"x{BAR}[indices] += z{BAR}"


def test_the_graph_of_the_operation_is_left_as_it_is() -> None:
    x = holder(2)
    y = x * x
    before = x.graph.get_operations()
    rule_of(y.op)
    assert x.graph.get_operations() == before


def test_a_long_chain_is_no_recursion() -> None:
    x = holder()
    y = x
    for _ in range(5000):
        y = -y
    assert len(tensor_part(y, {x: Part("x", 4)}.get).text) == 5001


# What is printed is what is computed

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **vars(math),
    "max": max,
    "min": min,
    "abs": abs,
    "sign": lambda x: float(np.sign(x)),
    "where": lambda condition, x, y: x if condition else y,
    "cast": float,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "swish": lambda x: x / (1 + math.exp(-x)),
}
#: The names that a formula may use: its symbols are single letters, with a bar when they are gradients.
WORD = re.compile(rf"[a-zA-Z]{BAR}?[a-zA-Z0-9]*")
SIGNS = {
    "·": "*",
    "−": "-",
    "^": "**",
    "²": "**2",
    "³": "**3",
    "√": "sqrt",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "σ": "sigmoid",
}


def as_python(formula: str) -> str:
    """Return a printed formula as a Python expression."""
    formula = re.sub(r"\|([^|]+)\|", r"abs(\1)", formula)
    formula = re.sub(r"\[([^]]+)\]", r"float(\1)", formula)
    for sign, replacement in SIGNS.items():
        formula = formula.replace(sign, replacement)
    return formula.replace(BAR, "_bar")


def elementwise() -> list[OpDef]:
    """Return the operations whose printed rule can be evaluated number by number with `FUNCTIONS`."""
    found = []
    for definition in all_ops():
        if definition.example is None or any(argument.variadic for argument in definition.arguments):
            continue
        if definition.example.attributes or not all(isinstance(i, tuple) for i in definition.example.inputs):
            continue
        try:
            operation = example_of(definition)
            printed = rule_of(operation)
        except (ValueError, TypeError, IndexError):  # it asks for more than single numbers
            continue
        if operation.outputs[0].static_shape != () or len(operation.outputs) != 1:
            continue
        lines = [printed.forward, *printed.backward]
        words = {word for line in lines for word in WORD.findall(line) if len(word.replace(BAR, "")) > 1}
        if words <= FUNCTIONS.keys() and not any(sign in "".join(lines) for sign in "Σ@×⌊⌈ψΓᵀ…′∂"):
            found.append(definition)
    return found


def example_of(definition: OpDef) -> Operation:
    with Graph().as_default():
        scalars = [tf.placeholder(tf.float64, []) for _ in definition.arguments]
        return add_operation(definition.type, *scalars)


ELEMENTWISE = elementwise()


def test_most_functions_of_numbers_are_among_those_evaluated() -> None:
    types = {definition.type for definition in ELEMENTWISE}
    assert types >= {"Abs", "AddV2", "Sub", "Mul", "RealDiv", "Neg", "Square", "Sqrt", "Exp", "Log", "Sin", "Cos"}
    assert types >= {"Tan", "Tanh", "Sigmoid", "Pow", "Maximum", "Minimum", "Relu"}
    assert len(types) >= 35


@pytest.mark.parametrize("definition", ELEMENTWISE, ids=lambda definition: definition.type)
def test_what_is_printed_is_what_is_computed(definition: OpDef) -> None:
    operation = example_of(definition)
    assert definition.example is not None
    low, high = definition.example.low, definition.example.high
    random = np.random.default_rng(1)
    weight = 1.75
    with operation.graph.as_default():
        gradients = tf.gradients(operation.outputs, operation.inputs, grad_ys=tf.constant(weight, tf.float64))
    printed = rule_of(operation)
    for _ in range(3):
        values = random.uniform(low, high, len(operation.inputs))
        symbols = [line.partition(BAR)[0] for line in printed.backward]
        names = dict(zip(symbols, values.tolist(), strict=True)) | {"z_bar": weight}
        with Session(graph=operation.graph) as session:
            feeds = dict(zip(operation.inputs, values, strict=True))
            names["z"] = float(session.run(operation.outputs[0], feeds))
            known = [float(session.run(gradient, feeds)) for gradient in gradients]
        assert evaluated(printed.forward.partition(" = ")[2], names) == pytest.approx(names["z"], rel=1e-3)
        for line, number in zip(printed.backward, known, strict=True):
            assert evaluated(line.partition(" += ")[2], names) == pytest.approx(number, rel=2e-3)


def evaluated(formula: str, names: dict[str, float]) -> float:
    try:
        return float(eval(as_python(formula), {"__builtins__": {"float": float}} | FUNCTIONS | names))
    except SyntaxError:
        pytest.fail(f"{formula!r} holds a sign without a meaning here: write a name, as log2(x), or put it into SIGNS")


def test_a_sign_without_a_meaning_says_what_to_do() -> None:
    with pytest.raises(pytest.fail.Exception, match="put it into SIGNS"):
        evaluated("log₂(x)", {"x": 2.0})


def test_the_evaluation_itself_would_notice_an_error() -> None:
    assert evaluated("x² · (−y) + √(4)", {"x": 3.0, "y": 2.0}) == -16.0
    assert evaluated("|x| + [x > 0]", {"x": -3.0}) == 3.0
    assert inspect.signature(FUNCTIONS["where"]).parameters.keys() == {"condition", "x", "y"}
