"""Gradients that a program gives itself: by a rule's name, for a type of operation, or for a function of its own."""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Final

from gradnb.engine import registry
from gradnb.engine.build import add_operation, apply, convert_to_tensor
from gradnb.engine.dtypes import ALL
from gradnb.engine.graph import GraphKeys, get_default_graph
from gradnb.engine.registry import NOT_DIFFERENTIABLE, OpDef, register
from gradnb.engine.tensor import Operation, Tensor

__all__ = [
    "NoGradient",
    "NotDifferentiable",
    "RegisterGradient",
    "custom_gradient",
    "grad_pass_through",
]

#: Builds the gradients for an operation's inputs from those of its outputs.
Rule = Callable[[Sequence[Any]], Any]

#: A gradient by name: ``rule(operation, *gradients of its outputs)`` gives the gradient for each input.
NamedRule = Callable[..., Any]

_named: Final[dict[str, NamedRule | None]] = {}
_places: Final[dict[str, str]] = {}
_numbers = itertools.count(1)


def rule_of(operation: Operation) -> Rule | None:
    """Return what builds the gradients for an operation's inputs from those of its outputs.

    Parameters
    ----------
    operation : Operation
        The operation.

    Returns
    -------
    callable or None
        Takes the gradients of the outputs; None if none is to flow through the operation.

    Raises
    ------
    LookupError
        If the operation has no gradient; the argument is its name, or that of the gradient that it was to use.
    """
    name = operation.graph.gradient_overrides.get(operation)
    own = operation.definition.gradient
    if name is None and own is not None:
        return None if own is NOT_DIFFERENTIABLE else _bound(operation.definition, operation)
    wanted = operation.type if name is None else name
    if wanted in _named:
        rule = _named[wanted]
        return None if rule is None else lambda gradients: rule(operation, *gradients)
    try:
        definition = registry.lookup(wanted)
    except KeyError:
        raise LookupError(f"gradient registry has no entry for: {wanted}") from None
    if definition.gradient is None:
        raise LookupError(f"gradient registry has no entry for: {wanted}")
    return None if definition.gradient is NOT_DIFFERENTIABLE else _bound(definition, operation)


def lets_pass(operation: Operation) -> bool:
    """Return whether a gradient may flow through an operation, be it that the rule for it is missing."""
    try:
        return rule_of(operation) is not None
    except LookupError:
        return True


def _bound(definition: OpDef, operation: Operation) -> Rule:
    """Return the rule of `definition` for `operation`, which may be of another type."""
    rule = definition.gradient
    assert callable(rule), f"{definition.type} has no rule"
    attributes = operation.attributes
    if definition is not operation.definition:
        parameters = inspect.signature(rule).parameters.values()
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            known = {parameter.name for parameter in parameters}
            attributes = {key: value for key, value in attributes.items() if key in known}
    single = len(operation.outputs) == 1

    def build(gradients: Sequence[Any]) -> Any:
        z, g = (operation.outputs[0], gradients[0]) if single else (operation.outputs, tuple(gradients))
        return rule(z, g, *operation.inputs, **attributes) if attributes else rule(z, g, *operation.inputs)

    return build


def _keep(name: str, rule: NamedRule | None) -> None:
    if not isinstance(name, str):
        raise TypeError("op_type must be a string")
    built_in = name in {definition.type for definition in registry.all_ops() if definition.gradient is not None}
    if name in _named or built_in:
        where = _places.get(name, "gradnb itself")
        raise KeyError(f"Registering two gradient with name '{name}'! (Previous registration was in {where})")
    frame = sys._getframe(2)
    _named[name] = rule
    _places[name] = f"{frame.f_globals.get('__name__')}, line {frame.f_lineno}"


class RegisterGradient:
    """A decorator that registers a function as a gradient, under a name or for a type of operation.

    Parameters
    ----------
    op_type : str
        The type of the operations, if they have no gradient yet; else a new name, for `Graph.gradient_override_map`.

    Raises
    ------
    TypeError
        If `op_type` is no string.
    KeyError
        If it has a gradient already.

    Notes
    -----
    The function is called with the operation and the gradient of each of its outputs, and returns the gradient for each
    of its inputs (None where there is none), a single one as it is.

    Examples
    --------
    >>> import gradnb as tf
    >>> @tf.RegisterGradient("ExampleHalf")
    ... def half(op, grad):
    ...     return grad * 0.5
    >>> x = tf.constant(3.0)
    >>> with tf.get_default_graph().gradient_override_map({"Identity": "ExampleHalf"}):
    ...     y = tf.identity(x)
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.gradients(y, x)))
    0.5
    """

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._name = op_type

    def __call__(self, f: NamedRule) -> NamedRule:
        """Register `f`, and return it."""
        _keep(self._name, f)
        return f


def NotDifferentiable(op_type: str) -> None:
    """Say that no gradient flows through the operations of a type: it is None, and no error.

    Parameters
    ----------
    op_type : str
        The type of the operations, or a new name, for `Graph.gradient_override_map`.

    Raises
    ------
    TypeError
        If `op_type` is no string.
    KeyError
        If it has a gradient already.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.NotDifferentiable("ExampleNothing")
    >>> x = tf.constant(3.0)
    >>> with tf.get_default_graph().gradient_override_map({"Square": "ExampleNothing"}):
    ...     y = tf.square(x)
    >>> tf.gradients(y, x)
    [None]
    """
    _keep(op_type, None)


NoGradient = NotDifferentiable


register(
    OpDef(
        type="IdentityN",
        label="custom",
        signature=f"input: {'|'.join(sorted(dtype.name for dtype in ALL))}*",
        kernel=lambda *values: values if len(values) > 1 else values[0],
        view=True,
        never_fails=True,
        infer=lambda *inputs: [(tensor.dtype.base_dtype, tensor.static_shape) for tensor in inputs],
        gradient=lambda z, g, *inputs: g,
    )
)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes what `f` does, and has the gradient that `f` says.

    Parameters
    ----------
    f : callable
        Takes tensors and returns ``(result, grad)``: its result, a tensor or a list of them, and a function that is
        given the gradient of each result and returns the gradient for each argument of `f` (None where there is none).
        If `f` uses variables and ``grad`` has a parameter ``variables``, it is given the list of them, and returns a
        pair: the gradients for the arguments, and those for the variables.

    Returns
    -------
    callable
        Takes what `f` takes, by position, and returns its result.

    Raises
    ------
    ValueError
        When it is called with keywords; when a gradient is built and ``grad`` returns another number of gradients.
    TypeError
        When `f` makes variables and ``grad`` has no parameter ``variables``.

    Examples
    --------
    >>> import gradnb as tf
    >>> @tf.custom_gradient
    ... def clipped(x):
    ...     def grad(dy):
    ...         return tf.clip_by_value(dy, -1.0, 1.0)
    ...     return tf.identity(x), grad
    >>> x = tf.constant(2.0)
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.gradients(clipped(x) * 100.0, x)))
    1.0
    """

    @wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when eager execution is "
                "enabled. Pass them by position."
            )
        arguments = _refilled(args, iter([convert_to_tensor(leaf) for leaf in _leaves(args)]))
        before = set(_known_variables())
        result, grad = f(*arguments)
        inputs = list(_leaves(arguments))
        results = [convert_to_tensor(leaf) for leaf in _leaves(result)]
        variables = _variables_between(results, inputs) if _accepts_variables(grad) else []
        made = [variable for variable in _variables_between(results, inputs) if variable not in before]
        if made and not variables:
            raise TypeError(
                "@tf.custom_gradient grad_fn must accept keyword argument 'variables', "
                f"since function uses variables: {made}"
            )

        def rule(operation: Operation, *gradients: Any) -> list[Any]:
            arriving = gradients[: len(results)]
            if variables:
                for_inputs, for_variables = grad(*arriving, variables=list(variables))
                if len(for_variables) != len(variables):
                    raise ValueError("Must return gradient for each variable from @custom_gradient grad_fn.")
            else:
                for_inputs, for_variables = grad(*arriving), []
            return [None] * len(results) + list(_leaves(for_inputs)) + list(for_variables)

        name = f"CustomGradient-{next(_numbers)}"
        _named[name] = rule
        with get_default_graph().gradient_override_map({"IdentityN": name}):
            references = [variable.as_tensor(as_reference=True) for variable in variables]
            operation = add_operation("IdentityN", *results, *inputs, *references)
        return _refilled(result, iter(operation.outputs))

    return decorated


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes what `f` does, and passes gradients back as if it had changed nothing.

    Parameters
    ----------
    f : callable
        Takes tensors and returns a tensor for each of them.

    Returns
    -------
    callable
        Takes what `f` takes.

    Notes
    -----
    Known as the straight-through estimator.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(2.6)
    >>> y = tf.grad_pass_through(tf.round)(x)
    >>> with tf.Session() as session:
    ...     print(*session.run([y] + tf.gradients(y, x)))
    3.0 1.0
    """

    @custom_gradient
    def passed(*args: Any) -> Any:
        def grad(*gradients: Any, variables: Sequence[Any] | None = None) -> Any:
            return gradients if variables is None else (gradients, [None] * len(variables))

        return f(*args), grad

    return wraps(f)(passed)


def PreventGradient(*, input: Any, message: str = "", name: str | None = None) -> Tensor:
    """Return a tensor with the same value; to ask for a gradient through it is an error.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    message : str
        Why there is no gradient.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(1.0)
    >>> y = tf.raw_ops.PreventGradient(input=x, message="not here")
    >>> tf.gradients(y, x)
    Traceback (most recent call last):
        ...
    LookupError: Gradient explicitly disabled. Reason: b'not here'
    """
    return apply("PreventGradient", input, name=name, message=message)


def _leaves(structure: Any) -> Iterator[Any]:
    if isinstance(structure, (list, tuple)):
        for entry in structure:
            yield from _leaves(entry)
    elif isinstance(structure, dict):
        for key in sorted(structure):
            yield from _leaves(structure[key])
    else:
        yield structure


def _refilled(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(_refilled(entry, leaves) for entry in structure))
    if isinstance(structure, (list, tuple)):
        return type(structure)(_refilled(entry, leaves) for entry in structure)
    if isinstance(structure, dict):
        return {key: _refilled(structure[key], leaves) for key in sorted(structure)}
    return next(leaves)


def _accepts_variables(grad: Callable[..., Any]) -> bool:
    parameters = inspect.signature(grad).parameters
    return "variables" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _known_variables() -> list[Any]:
    graph = get_default_graph()
    keys = (GraphKeys.TRAINABLE_VARIABLES, GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES)
    return list(dict.fromkeys(variable for key in keys for variable in graph.get_collection(key)))


def _variables_between(results: Sequence[Tensor], inputs: Sequence[Tensor]) -> list[Any]:
    """Return the variables from which `results` are computed other than through `inputs`, by name."""
    ends = set(inputs)
    seen: set[Operation] = set()
    waiting = [tensor.op for tensor in results if tensor not in ends]
    while waiting:
        operation = waiting.pop()
        if operation not in seen:
            seen.add(operation)
            waiting.extend(tensor.op for tensor in operation.inputs if tensor not in ends)
    found = [variable for variable in _known_variables() if variable.op in seen]
    return sorted(found, key=lambda variable: str(variable.name))
