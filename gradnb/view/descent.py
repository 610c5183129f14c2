"""An optimizer's step worked out again on a private copy of the graph, with settings that can be changed."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradnb.engine.build import convert_to_tensor
from gradnb.engine.gradients import AnyGradient, not_recording
from gradnb.engine.graph import Graph
from gradnb.engine.ops.broadcast import shape
from gradnb.engine.ops.state import placeholder
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.train import Optimizer
from gradnb.engine.variables import Variable
from gradnb.messages import text as message

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Descent:
    """The private graph with the way from a loss to a step.

    Attributes
    ----------
    loss : Tensor
        The loss.
    variables : list of Operation
        The variables that are changed.
    gradients : list of Tensor or IndexedSlices
        Their gradients, as they are applied.
    wholes : list of Tensor
        The same, each as one tensor.
    train : Operation
        Takes a step.
    settings : dict of str to Tensor
        The optimizer's settings.
    placeholders : dict of str to Tensor
        Those of them that can be changed.
    numbers : dict of str to float
        The values that the program gave them.
    without : frozenset of str
        The names of the variables without a gradient.
    """

    loss: Tensor
    variables: list[Operation]
    gradients: list[AnyGradient]
    wholes: list[Tensor]
    train: Operation
    settings: dict[str, Tensor]
    placeholders: dict[str, Tensor]
    numbers: dict[str, float]
    without: frozenset[str]

    @property
    def graph(self) -> Graph:
        """The private graph."""
        return self.loss.graph

    def state(self, known: Mapping[str, Array]) -> list[Operation]:
        """Return the variables that a step reads or writes, and those that the initial values of unknown ones need."""
        return [op for op in self._touched({}, known) if op.type == "VariableV2"]

    def unfed(self, fed: Mapping[Tensor, Any], known: Mapping[str, Array]) -> list[Operation]:
        """Return the placeholders that need a value besides those that have one."""
        values = {*fed, *self.placeholders.values()}
        return [op for op in self._touched(fed, known) if op.type == "Placeholder" and op.outputs[0] not in values]

    def _touched(self, fed: Mapping[Tensor, Any], known: Mapping[str, Array]) -> list[Operation]:
        tensors = [self.loss, *self.wholes, *self.settings.values()]
        waiting = [self.train, *(tensor.op for tensor in tensors)]
        found: set[Operation] = set()
        while waiting:
            operation = waiting.pop()
            if operation in found:
                continue
            found.add(operation)
            waiting += [tensor.op for tensor in operation.inputs if tensor not in fed]
            waiting += operation.control_inputs
            if operation in self.graph.initializers and operation.name not in known:
                waiting.append(self.graph.initializers[operation])
        return sorted(found, key=lambda operation: operation.index)


def descend(
    loss: Tensor,
    optimizer: Optimizer,
    variables: Sequence[Variable],
    names: Sequence[str],
    global_step: Variable | None = None,
) -> Descent:
    """Work out an optimizer's step anew.

    Parameters
    ----------
    loss : Tensor
        What is made small, in the learner's graph.
    optimizer : Optimizer
        The learner's optimizer.
    variables : sequence of Variable
        What is to be changed.
    names : sequence of str
        What they are called.
    global_step : Variable, optional
        Counts the steps.

    Returns
    -------
    Descent
        On a fresh copy of the graph.

    Raises
    ------
    ValueError, TypeError
        If no gradient reaches any of the variables; and whatever the optimizer itself raises.
    """
    try:
        return _built(loss, optimizer, variables, names, global_step, adjustable=True)
    except (TypeError, ValueError):
        # An optimizer of the program's own may need its settings as plain numbers; any other error comes again.
        return _built(loss, optimizer, variables, names, global_step, adjustable=False)


def _built(
    loss: Tensor,
    optimizer: Optimizer,
    variables: Sequence[Variable],
    names: Sequence[str],
    global_step: Variable | None,
    adjustable: bool,
) -> Descent:
    graph, became = loss.graph.copy()
    twin = optimizer.copied(became)
    with graph.as_default(), not_recording():
        placeholders: dict[str, Tensor] = {}
        numbers: dict[str, float] = {}
        settings: dict[str, Tensor] = {}
        for name, (attribute, value) in _settings(optimizer).items():
            if adjustable and not hasattr(value, "graph"):
                placeholders[name] = placeholder(convert_to_tensor(value).dtype, [], name=name)
                numbers[name] = float(value)
                setattr(twin, attribute, placeholders[name])
            settings[name] = convert_to_tensor(getattr(twin, attribute))
        pairs = twin.compute_gradients(graph.own(loss), var_list=[variable.copied(became) for variable in variables])
        changed = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        if not changed:
            listed = ", ".join(names)
            raise ValueError(f"{message('train_view.no_gradients', names=listed)} {message('train.no_gradients')}")
        counts = None if global_step is None else global_step.copied(became)
        train = twin.apply_gradients(changed, counts)
        wholes = [_whole(gradient, variable) for gradient, variable in changed]
    return Descent(
        graph.own(loss),
        [variable.op for _, variable in changed],
        [gradient for gradient, _ in changed],
        wholes,
        train,
        settings,
        placeholders,
        numbers,
        frozenset(variable.op.name for gradient, variable in pairs if gradient is None),
    )


def _whole(gradient: Any, variable: Variable) -> Tensor:
    if isinstance(gradient, IndexedSlices):
        dense_shape = shape(variable) if gradient.dense_shape is None else gradient.dense_shape
        gradient = IndexedSlices(gradient.values, gradient.indices, dense_shape)
    return convert_to_tensor(gradient)


def _settings(optimizer: Optimizer) -> dict[str, tuple[str, Any]]:
    """Return the numbers and tensors that an optimizer keeps as its constructor calls them, with their attributes."""
    found: dict[str, tuple[str, Any]] = {}
    for kind in type(optimizer).__mro__:
        constructor = vars(kind).get("__init__")
        for name in () if constructor is None else inspect.signature(constructor).parameters:
            for attribute in (f"_{name}", name):
                value = vars(optimizer).get(attribute)
                if _is_number(value) or isinstance(value, (Tensor, Variable)):
                    found.setdefault(name, (attribute, value))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
