"""Building the graph: values become tensors, tensors become operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from gradnb.engine import registry, shapes
from gradnb.engine.dtypes import DType, as_dtype
from gradnb.engine.graph import Graph, get_default_graph, graph_of
from gradnb.engine.literals import as_array, described, leaves_of
from gradnb.engine.registry import Argument, OpDef
from gradnb.engine.tensor import Operation, Tensor, serves_operator

Array = np.ndarray[Any, Any]


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    as_reference: bool = False,
) -> Tensor:
    """Return `value` as a tensor.

    Parameters
    ----------
    value : Tensor, Variable, array, number, string or (nested) list of those
        What to convert; what is no tensor yet becomes a constant.
    dtype : DType, optional
        The type to have; by default what NumPy finds, with Python floats as float32 and ints as int32.
    name : str, optional
        The constant's name.
    preferred_dtype : DType, optional
        The type to have if the value allows it.
    as_reference : bool
        Whether a variable gives the reference to it in place of its value, for an operation that changes it.

    Returns
    -------
    Tensor
        The value itself when it is a tensor.

    Raises
    ------
    TypeError, ValueError
        If it cannot be converted, or is a tensor of another dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.convert_to_tensor([[9], [10]], dtype=tf.float32).dtype
    tf.float32
    """
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    if isinstance(value, Tensor):
        graph, tensor = get_default_graph(), value if wanted is None else value.as_tensor(wanted)
        return tensor if tensor.op.graph is graph else graph.own(tensor)
    if hasattr(value, "as_tensor"):
        return get_default_graph().own(value.as_tensor(wanted, as_reference))
    if isinstance(value, (list, tuple)) and any(map(_is_tensor, leaves_of(value))):
        return _pack(value, wanted, name)
    if value is None:
        raise ValueError("None values not supported.")
    if isinstance(value, shapes.TensorShape):
        if not value.is_fully_defined():
            raise ValueError(f"Cannot convert a partially known TensorShape {value} to a Tensor.")
        value = np.array(value.as_list(), np.int32 if wanted is None else wanted.numpy)
    if isinstance(value, (Operation, Graph)):
        raise TypeError(
            f"Failed to convert object of type {type(value).__name__} to Tensor. Contents: {described(value)}. "
            "Consider casting elements to a supported type."
        )
    if wanted is None and preferred_dtype is not None:
        try:
            return constant_from(as_array(value, as_dtype(preferred_dtype).base_dtype), name or "Const")
        except (TypeError, ValueError):
            pass
    return constant_from(as_array(value, wanted), name or "Const")


def convert_like(value: Any, other: Any) -> Tensor:
    """Return `value` as a tensor of the dtype of `other`: how a Python number meets a tensor in an operator."""
    return value if isinstance(value, Tensor) else convert_to_tensor(value, other.dtype.base_dtype)


def constant_from(array: Array, name: str = "Const") -> Tensor:
    """Add a constant that holds `array`, which must never be changed afterwards."""
    operation = get_default_graph().create_operation(registry.lookup("Const"), (), name, {"value": array})
    return operation.outputs[0]


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or hasattr(value, "as_tensor")


def _pack(values: Sequence[Any], dtype: DType | None, name: str | None) -> Tensor:
    if dtype is None:
        dtype = next(filter(_is_tensor, leaves_of(values))).dtype.base_dtype
    return apply("Pack", *(convert_to_tensor(value, dtype) for value in values), name=name or "packed", axis=0)


def apply(type: str, *inputs: Any, name: str | None = None, **attributes: Any) -> Tensor:
    """Add an operation with one output to the graph of its inputs, and return the output.

    Parameters
    ----------
    type, *inputs, name, **attributes
        As for `add_operation`.

    Returns
    -------
    Tensor
        What it computes.
    """
    return _added(type, inputs, name, attributes).outputs[0]


def add_operation(type: str, *inputs: Any, name: str | None = None, **attributes: Any) -> Operation:
    """Add an operation to the graph of its inputs.

    Parameters
    ----------
    type : str
        The operation's type: ``"Mul"``.
    *inputs
        Tensors, or what can become one; the operation's signature says of which dtypes.
    name : str, optional
        The operation's name; by default its type.
    **attributes
        Its settings.

    Returns
    -------
    Operation
        The operation.

    Raises
    ------
    TypeError
        If dtypes do not fit.
    ValueError
        If shapes do not fit, or inputs belong to several graphs.
    """
    return _added(type, inputs, name, attributes)


def _added(type: str, inputs: Sequence[Any], name: str | None, attributes: Mapping[str, Any]) -> Operation:
    definition = registry.lookup(type)
    graph = get_default_graph()
    if _are_ready(definition, graph, inputs):
        return graph.create_operation(definition, inputs, name, attributes)
    graph = graph_of(inputs)
    if graph is not get_default_graph():
        with graph.as_default():
            return _added(type, inputs, name, attributes)
    return graph.attempted(_added_with_constants, definition, graph, inputs, name, attributes)


def _added_with_constants(
    definition: OpDef, graph: Graph, inputs: Sequence[Any], name: str | None, attributes: Mapping[str, Any]
) -> Operation:
    tensors, name = _checked_inputs(definition, graph, inputs, name)
    return graph.create_operation(definition, tensors, name, attributes)


def _are_ready(definition: OpDef, graph: Graph, inputs: Sequence[Any]) -> bool:
    """Return whether the inputs can be seen at a glance to be tensors of the graph that fit the signature."""
    if definition.variadic or len(inputs) != len(definition.arguments):
        return False
    bound: dict[str, DType] = {}
    for argument, value in zip(definition.arguments, inputs, strict=True):
        if not isinstance(value, Tensor) or value.op.graph is not graph:
            return False
        dtype = value.dtype.base_dtype
        if dtype not in argument.choices:
            return False
        if argument.variable and bound.setdefault(argument.variable, dtype) is not dtype:
            return False
    return True


def _checked_inputs(
    definition: OpDef, graph: Graph, inputs: Sequence[Any], name: str | None
) -> tuple[list[Tensor], str | None]:
    bound: dict[str, tuple[DType, str]] = {}
    tensors: list[Tensor] = []
    scope: str | None = None
    for argument, value in _paired(definition, inputs):
        variable = argument.variable
        known = bound.get(variable) if variable else None
        if isinstance(value, Tensor):
            tensor = graph.own(value)
        elif hasattr(value, "as_tensor"):
            tensor = convert_to_tensor(value, as_reference=definition.writes)
        else:
            if scope is None:
                scope = graph.unique_name(name or definition.type) if not (name or "").endswith("/") else str(name)[:-1]
            wanted = known[0] if known else (next(iter(argument.choices)) if len(argument.choices) == 1 else None)
            tensor = _converted(value, wanted, argument, definition, graph, scope)
        dtype = tensor.dtype.base_dtype
        if known and dtype is not known[0]:
            raise TypeError(
                f"Input '{argument.name}' of '{definition.type}' Op has type {dtype.name} "
                f"that does not match type {known[0].name} of argument '{known[1]}'."
            )
        if dtype not in argument.choices:
            if len(argument.choices) == 1:
                (only,) = argument.choices
                raise TypeError(
                    f"Input '{argument.name}' of '{definition.type}' Op has type {dtype.name} "
                    f"that does not match expected type of {only.name}."
                )
            allowed = ", ".join(sorted(choice.name for choice in argument.choices))
            raise TypeError(
                f"Value passed to parameter '{argument.name}' has DataType {dtype.name} "
                f"not in list of allowed values: {allowed}"
            )
        if variable and not known:
            bound[variable] = (dtype, argument.name)
        tensors.append(tensor)
    return tensors, name if scope is None else f"{scope}/"


def _converted(
    value: Any, wanted: DType | None, argument: Argument, definition: OpDef, graph: Graph, scope: str
) -> Tensor:
    with graph.name_scope(f"{scope}/"):
        try:
            return convert_to_tensor(value, wanted, argument.name)
        except (TypeError, ValueError) as error:
            if wanted is None or isinstance(value, (list, tuple)):
                raise
            raise TypeError(
                f"Expected {wanted.name} passed to parameter '{argument.name}' of op '{definition.type}', "
                f"got {described(value)} of type '{type(value).__name__}' instead. Error: {error}"
            ) from None


def _paired(definition: OpDef, inputs: Sequence[Any]) -> Iterator[tuple[Argument, Any]]:
    if not definition.variadic:
        return zip(definition.arguments, inputs, strict=True)
    rest = len(inputs) - len(definition.arguments) + 1
    arguments: list[Argument] = []
    for argument in definition.arguments:
        arguments += [argument] * (rest if argument.variadic else 1)
    return zip(arguments, inputs, strict=True)


def _operator_name(name: str) -> str | None:
    # Inside gradients TensorFlow calls its functions, whose names are the types: gradients/mul_grad/Mul.
    return None if get_default_graph().builds_gradient else name


def _reflected(type: str, name: str, other: Any, tensor: Any) -> Tensor:
    if isinstance(other, Tensor):
        return apply(type, other, tensor, name=_operator_name(name))
    with tensor.graph.as_default():
        result: Tensor = tensor.graph.attempted(_reflected_number, type, name, other, tensor)
        return result


def _reflected_number(type: str, name: str, other: Any, tensor: Any) -> Tensor:
    graph = tensor.graph
    scope = graph.unique_name(_operator_name(name) or type)
    with graph.name_scope(f"{scope}/"):
        converted = convert_to_tensor(other, tensor.dtype.base_dtype, "x")
    return apply(type, converted, tensor, name=f"{scope}/")


def _binary(type: str, name: str) -> Callable[..., Tensor]:
    return lambda left, right: _added(type, (left, right), _operator_name(name), {}).outputs[0]


def _mirrored(type: str, name: str) -> Callable[..., Tensor]:
    return lambda other, tensor: _reflected(type, name, other, tensor)


for _operator, (_type, _name) in {
    "add": ("AddV2", "add"),
    "sub": ("Sub", "sub"),
    "mul": ("Mul", "mul"),
    "floordiv": ("FloorDiv", "floordiv"),
    "mod": ("FloorMod", "mod"),
    "pow": ("Pow", "pow"),
    "and": ("LogicalAnd", "and_"),
    "or": ("LogicalOr", "or_"),
}.items():
    serves_operator(_operator)(_binary(_type, _name))
    serves_operator(f"r{_operator}")(_mirrored(_type, _name))
for _operator, _type in {
    "lt": "Less",
    "le": "LessEqual",
    "gt": "Greater",
    "ge": "GreaterEqual",
    "neg": "Neg",
    "invert": "LogicalNot",
}.items():
    serves_operator(_operator)(partial(apply, _type))
