"""Every number of an explanation, by one run on the private copy of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gradnb.engine.graph import Graph
from gradnb.engine.paths import operations_behind
from gradnb.engine.session import Run, Session
from gradnb.engine.tensor import Operation, Tensor
from gradnb.errors import OpError
from gradnb.messages import text as message
from gradnb.view.derivation import Derivation, Question

Array = np.ndarray[Any, Any]

#: Of so many operations that fail, one after the other, the others' numbers are still found.
_MOST_FAILURES = 20


@dataclass(frozen=True)
class Inputs:
    """What the numbers follow from, by names that every copy of the graph shares.

    Attributes
    ----------
    variables : Mapping of str to ndarray
        By the operation's name.
    feeds : Mapping of str to ndarray
        By the tensor's name.
    seeds : Mapping of int to ndarray
        Weights in place of those that the call gave, by the number of the y.
    drawn : Mapping of str to ndarray
        Random numbers that were drawn before, by the tensor's name.
    invented : tuple of str
        Variables that no session had initialized: their initial values are among `variables`.
    """

    variables: Mapping[str, Array] = field(default_factory=dict)
    feeds: Mapping[str, Array] = field(default_factory=dict)
    seeds: Mapping[int, Array] = field(default_factory=dict)
    drawn: Mapping[str, Array] = field(default_factory=dict)
    invented: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """What was computed, and why the rest was not.

    Attributes
    ----------
    values : Mapping of Tensor to ndarray
        What was asked for and could be computed.
    unfed : tuple of Operation
        Placeholders without a value on which something depends.
    uninitialized : tuple of Operation
        Variables without a value.
    not_run : tuple of Operation
        Operations with a side effect, which an explanation does not run.
    failed : tuple of (Operation, str)
        Operations that failed, with what went wrong.
    """

    values: Mapping[Tensor, Array]
    unfed: tuple[Operation, ...] = ()
    uninitialized: tuple[Operation, ...] = ()
    not_run: tuple[Operation, ...] = ()
    failed: tuple[tuple[Operation, str], ...] = ()

    def get(self, tensor: Tensor | None) -> Array | None:
        """Return the number of a tensor, or None."""
        return None if tensor is None else self.values.get(tensor)


def inputs_of(question: Question, session: Session | None, feed_dict: Mapping[Any, Any] | None) -> Inputs:
    """Return whose numbers are shown.

    They are those of `session` if it is given. Else those of the last run that evaluated the call's gradients, else its
    ys, else what the last run on the graph left behind.

    Raises
    ------
    TypeError, ValueError, KeyError
        If a key of `feed_dict` is no tensor of the graph, or `session` is none of the graph's.
    RuntimeError
        If `session` is closed.
    """
    graph = question.graph
    variables: Mapping[Operation, Array] = {}
    feeds: Mapping[Tensor, Array] = {}
    if not isinstance(feed_dict, Mapping | None):
        raise TypeError(message("explain.no_mapping", kind=type(feed_dict).__name__))
    if session is not None:
        variables = values_in(session, graph)
    else:
        runs = sorted(graph.runs, key=lambda run: run.number)
        asked = _last_with(runs, question.result) or _last_with(runs, question.ys)
        if asked is not None:
            variables, feeds = asked.variables, asked.feeds
        elif runs:
            variables, feeds = runs[-1].variables_after, runs[-1].feeds
    fed = {tensor.name: array for tensor, array in feeds.items() if tensor.op.index < question.before}
    for key, value in (feed_dict or {}).items():
        tensor = graph.as_graph_element(key, allow_operation=False)
        assert isinstance(tensor, Tensor)  # what allow_operation=False says, for the type checker
        fed[tensor.name] = value
    return Inputs({op.name: array for op, array in variables.items() if op.index < question.before}, fed)


def values_in(session: Session, graph: Graph) -> Mapping[Operation, Array]:
    """Return the values that the variables of a graph have in a session.

    Raises
    ------
    TypeError, ValueError
        If `session` is no session, or none of the graph's.
    RuntimeError
        If it is closed.
    """
    if not isinstance(session, Session):
        raise TypeError(message("explain.no_session", kind=type(session).__name__))
    if session.closed:
        raise RuntimeError(f"Attempted to use a closed Session.\n{message('explain.closed_session')}")
    if session.graph is not graph:
        raise ValueError(message("explain.other_graph"))
    return session.variables()


def _last_with(runs: Iterable[Run], wanted: Iterable[Any]) -> Run | None:
    operations = {value.op for value in wanted if hasattr(value, "op")}
    operations |= {value.value().op for value in wanted if hasattr(value, "initializer")}
    found = [run for run in runs if not operations.isdisjoint(run.plan.evaluated)]
    return found[-1] if found else None


class Calculator:
    """Computes the same tensors again and again for other inputs.

    Parameters
    ----------
    derivation : Derivation
        Where the tensors are.
    wanted : iterable of Tensor
        The tensors.
    seed : int
        For variables that are not initialized yet, and random operations without a seed of their own.
    """

    def __init__(self, derivation: Derivation, wanted: Iterable[Tensor], seed: int) -> None:
        self._graph = derivation.graph
        self._seeds = derivation.trace.seeds
        self._wanted = tuple(dict.fromkeys(wanted))
        self._session = Session(graph=self._graph)
        self._session.fallback_seed = seed
        self._session.silent = True
        self._operations = operations_behind(self._wanted)
        self._random = tuple(op.outputs[0] for op in self._operations if is_random(op))

    def complete(self, inputs: Inputs) -> Inputs:
        """Return `inputs` with the initial values of variables that have no value yet."""
        while True:
            unknown = [op for op in _reached(self._operations, self._graph) if op.name not in inputs.variables]
            starts = {op: self._graph.initializers[op].inputs[1] for op in unknown if op in self._graph.initializers}
            found = _run(self._session, tuple(starts.values()), inputs, ()).values
            new = {op.name: found[start] for op, start in starts.items() if start in found}
            if not new:
                return inputs
            inputs = replace(inputs, variables={**inputs.variables, **new}, invented=(*inputs.invented, *new))

    def compute(self, inputs: Inputs) -> Numbers:
        """Return the numbers that follow from `inputs`."""
        return _run(self._session, (*self._wanted, *self._random), inputs, self._seeds)

    def drawn(self, numbers: Numbers) -> dict[str, Array]:
        """Return the random numbers among `numbers`, for the next inputs."""
        return {tensor.name: numbers.values[tensor] for tensor in self._random if tensor in numbers.values}


def is_random(operation: Operation) -> bool:
    """Return whether an operation draws random numbers."""
    return operation.definition.stateful and "seed" in operation.attributes


def _reached(operations: Iterable[Operation], graph: Graph) -> list[Operation]:
    """Return the variables among operations, and those from which their initial values are computed."""
    found: dict[Operation, None] = {}
    waiting = [op for op in operations if op.type == "VariableV2"]
    while waiting:
        variable = waiting.pop(0)
        if variable not in found:
            found[variable] = None
            initializer = graph.initializers.get(variable)
            if initializer is not None:
                waiting += [op for op in operations_behind([initializer.inputs[1]]) if op.type == "VariableV2"]
    return list(found)


def _run(session: Session, wanted: tuple[Tensor, ...], inputs: Inputs, seeds: tuple[Any, ...]) -> Numbers:
    graph = session.graph
    names = {**inputs.drawn, **inputs.feeds}
    feeds: dict[Tensor, Any] = {graph.get_tensor_by_name(name): array for name, array in names.items()}
    feeds |= {seeds[number]: array for number, array in inputs.seeds.items()}
    operations = operations_behind(wanted)
    missing: set[Operation] = set()
    causes: dict[str, list[Operation]] = {"unfed": [], "uninitialized": [], "not_run": []}
    failed: list[tuple[Operation, str]] = []
    for operation in operations:
        output = operation.outputs[0] if operation.outputs else None
        if output in feeds:
            continue
        if operation.type == "VariableV2":
            if operation.name in inputs.variables:
                session.cell(operation).array = np.asarray(inputs.variables[operation.name])
            else:
                causes["uninitialized"].append(operation)
        elif operation.type == "Placeholder":
            causes["unfed"].append(operation)
        elif operation.definition.writes and output is not None:
            variable = operation.inputs[0].op.name
            if variable in inputs.variables:
                feeds[output] = inputs.variables[variable]
            else:
                missing.add(operation)
        elif operation.definition.outside:
            causes["not_run"].append(operation)
    for group in causes.values():
        missing.update(group)
    while True:
        _spread(missing, operations, feeds)
        fetches = [tensor for tensor in wanted if tensor in feeds or tensor.op not in missing]
        try:
            values = session.run(fetches, feeds) if graph.version else []
        except OpError as error:
            if error.op is None or error.op in missing or len(failed) == _MOST_FAILURES:
                raise
            missing.add(error.op)
            failed.append((error.op, _core(error)))
        else:
            break
    return Numbers(
        {tensor: np.asarray(value) for tensor, value in zip(fetches, values, strict=True)},
        failed=tuple(failed),
        **{key: tuple(group) for key, group in causes.items()},
    )


def _spread(missing: set[Operation], operations: Iterable[Operation], feeds: Mapping[Tensor, Any]) -> None:
    """Add to `missing` every operation that cannot run without one of them."""
    for operation in operations:
        if any(tensor.op in missing and tensor not in feeds for tensor in operation.inputs):
            missing.add(operation)


def _core(error: OpError) -> str:
    """Return what went wrong without TensorFlow's frame around it."""
    _, _, rest = error.message.partition("'\n")
    return (rest or error.message).partition("\n")[0]
