"""Every number of an explanation, by one run on the private copy of the graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gradnb.engine.cells import Cell
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
#: For so many sets of known names it is kept what follows from them alone.
_RECIPES_KEPT = 32


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
    fetched : Mapping of str to ndarray
        What a run of many operations with exactly these values fetched, by the tensor's name.
    """

    variables: Mapping[str, Array] = field(default_factory=dict)
    feeds: Mapping[str, Array] = field(default_factory=dict)
    seeds: Mapping[int, Array] = field(default_factory=dict)
    drawn: Mapping[str, Array] = field(default_factory=dict)
    invented: tuple[str, ...] = ()
    fetched: Mapping[str, Array] = field(default_factory=dict)


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


def added(arrays: Sequence[Array | None]) -> Array | None:
    """Return the sum of one or more arrays of one dtype; infinities of both signs give NaN in silence, as in a run.

    There is none where one of them is missing, or their shapes do not fit together.
    """
    known = [array for array in arrays if array is not None]
    if len(known) < len(arrays):
        return None
    try:
        fitting = np.broadcast_arrays(*known)
    except ValueError:
        return None
    with np.errstate(all="ignore"):
        return np.asarray(np.sum(fitting, axis=0, dtype=known[0].dtype))


def fitted(weight: Array | None, shape: tuple[int, ...]) -> Array | None:
    """Return the weight of a y in the y's shape; None where it is missing or does not fit."""
    try:
        return None if weight is None else np.broadcast_to(weight, shape)
    except ValueError:
        return None


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
    fetched: Mapping[str, Array] = {}
    if not isinstance(feed_dict, Mapping | None):
        raise TypeError(message("explain.no_mapping", kind=type(feed_dict).__name__))
    if session is not None:
        variables = values_in(session, graph)
    else:
        runs = sorted(graph.runs, key=lambda run: run.number)
        asked = _last_with(runs, question.result) or _last_with(runs, question.ys)
        if asked is not None:
            variables, feeds = asked.variables, asked.feeds
            fetched = {} if feed_dict else asked.fetched
        elif runs:
            variables, feeds = runs[-1].variables_after, runs[-1].feeds
    fed = {tensor.name: array for tensor, array in feeds.items() if tensor.op.index < question.before}
    for key, value in (feed_dict or {}).items():
        tensor = graph.as_graph_element(key, allow_operation=False)
        assert isinstance(tensor, Tensor)  # what allow_operation=False says, for the type checker
        fed[tensor.name] = value
    known = {op.name: array for op, array in variables.items() if op.index < question.before}
    return Inputs(known, fed, fetched=fetched)


def checked_seed(seed: Any) -> int:
    """Return the seed that was given, 0 by default; or raise ``ValueError`` if it is none."""
    if seed is None:
        return 0
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise ValueError(message("explain.bad_seed", value=seed))
    return int(seed)


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
        self._session = Session(graph=self._graph)
        self._session.fallback_seed = seed
        self._session.silent = True
        tensors = tuple(dict.fromkeys(wanted))
        self._operations = tuple(operations_behind(tensors))
        self._random = tuple(op.outputs[0] for op in self._operations if is_random(op))
        self._runner = _Runner(self._session, (*tensors, *self._random), self._operations, derivation.trace.seeds)

    def complete(self, inputs: Inputs) -> Inputs:
        """Return `inputs` with the initial values of variables that have no value yet."""
        while True:
            known = {*inputs.variables, *(name.removesuffix(":0") for name in inputs.feeds)}
            unknown = [op for op in _reached(self._operations, self._graph) if op.name not in known]
            starts = {op: self._graph.initializers[op].inputs[1] for op in unknown}
            found = self._initial(tuple(starts.values()), inputs)
            new = {op.name: found[start] for op, start in starts.items() if start in found}
            if not new:
                return inputs
            inputs = replace(inputs, variables={**inputs.variables, **new}, invented=(*inputs.invented, *new))

    def _initial(self, starts: tuple[Tensor, ...], inputs: Inputs) -> Mapping[Tensor, Array]:
        return _Runner(self._session, starts, tuple(operations_behind(starts)), ()).run(inputs).values

    def compute(self, inputs: Inputs) -> Numbers:
        """Return the numbers that follow from `inputs`."""
        return self._runner.run(inputs)

    def drawn(self, numbers: Numbers) -> dict[str, Array]:
        """Return the random numbers among `numbers`, for the next inputs."""
        return {tensor.name: numbers.values[tensor] for tensor in self._random if tensor in numbers.values}

    @property
    def draws(self) -> bool:
        """Whether any of the numbers is a random one."""
        return bool(self._random)


def settled(inputs: Inputs, numbers: Numbers) -> Inputs:
    """Return `inputs` with the random numbers among `numbers`, so that no others are drawn."""
    drawn = {tensor.name: array for tensor, array in numbers.values.items() if is_random(tensor.op)}
    return replace(inputs, drawn={**inputs.drawn, **drawn}) if drawn else inputs


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
            start = graph.initializers[variable].inputs[1]
            waiting += [op for op in operations_behind([start]) if op.type == "VariableV2"]
    return list(found)


@dataclass(frozen=True)
class _Recipe:
    """How to run when certain variables, feeds and seeds are known, whatever their values.

    Attributes
    ----------
    feeds : tuple of (Tensor, str)
        What is fed by its name.
    seeds : tuple of (Tensor, int)
        What is fed with another weight, by the number of the y.
    assigned : tuple of (Tensor, str)
        Results of assignments, fed with the value of the variable.
    cells : tuple of (Cell, str)
        Where the session keeps variables.
    missing : frozenset of Operation
        What cannot run, and what cannot run without it.
    fetches : tuple of Tensor
        What can be computed.
    unfed, uninitialized, not_run : tuple of Operation
        See `Numbers`.
    """

    feeds: tuple[tuple[Tensor, str], ...]
    seeds: tuple[tuple[Tensor, int], ...]
    assigned: tuple[tuple[Tensor, str], ...]
    cells: tuple[tuple[Cell, str], ...]
    missing: frozenset[Operation]
    fetches: tuple[Tensor, ...]
    unfed: tuple[Operation, ...]
    uninitialized: tuple[Operation, ...]
    not_run: tuple[Operation, ...]


class _Runner:
    """Runs the same tensors again and again: what does not depend on values is worked out once."""

    def __init__(
        self, session: Session, wanted: tuple[Tensor, ...], operations: tuple[Operation, ...], seeds: tuple[Any, ...]
    ) -> None:
        self._session = session
        self._wanted = wanted
        self._operations = operations
        self._seeds = seeds
        self._recipes: dict[object, _Recipe] = {}

    def run(self, inputs: Inputs) -> Numbers:
        """Return the numbers that follow from `inputs`."""
        recipe = self._recipe(inputs)
        for cell, variable in recipe.cells:
            cell.array = np.asarray(inputs.variables[variable])
        named = {**inputs.drawn, **inputs.feeds}
        feeds: dict[Tensor, Any] = {tensor: named[name] for tensor, name in recipe.feeds}
        feeds |= {tensor: inputs.seeds[number] for tensor, number in recipe.seeds}
        feeds |= {tensor: inputs.variables[variable] for tensor, variable in recipe.assigned}
        fetches: Sequence[Tensor] = recipe.fetches
        missing: set[Operation] = set()
        failed: list[tuple[Operation, str]] = []
        while True:
            try:
                values = self._session.run(list(fetches), feeds) if self._session.graph.version else []
            except OpError as error:
                if error.op is None or error.op in missing or len(failed) == _MOST_FAILURES:
                    raise
                missing = missing or set(recipe.missing)
                missing.add(error.op)
                failed.append((error.op, _core(error)))
                fetches = self._possible(missing, feeds)
            else:
                break
        numbers = {tensor: np.asarray(value) for tensor, value in zip(fetches, values, strict=True)}
        return Numbers(numbers, recipe.unfed, recipe.uninitialized, recipe.not_run, tuple(failed))

    def _recipe(self, inputs: Inputs) -> _Recipe:
        known = tuple(inputs.drawn), tuple(inputs.feeds), tuple(inputs.seeds), tuple(inputs.variables)
        recipe = self._recipes.get(known)
        if recipe is None:
            if len(self._recipes) == _RECIPES_KEPT:
                self._recipes.clear()
            recipe = self._recipes[known] = self._made(inputs)
        return recipe

    def _made(self, inputs: Inputs) -> _Recipe:
        session = self._session
        names = dict.fromkeys((*inputs.drawn, *inputs.feeds))
        feeds = tuple((session.graph.get_tensor_by_name(name), name) for name in names)
        seeds = tuple((self._seeds[number], number) for number in inputs.seeds)
        fed = {tensor for tensor, _ in (*feeds, *seeds)}
        assigned: list[tuple[Tensor, str]] = []
        cells: list[tuple[Cell, str]] = []
        missing: set[Operation] = set()
        causes: dict[str, list[Operation]] = {"unfed": [], "uninitialized": [], "not_run": []}
        for operation in self._operations:
            output = operation.outputs[0] if operation.outputs else None
            if output in fed:
                continue
            if operation.type == "VariableV2":
                if operation.name in inputs.variables:
                    cells.append((session.cell(operation), operation.name))
                else:
                    causes["uninitialized"].append(operation)
            elif operation.type == "Placeholder":
                causes["unfed"].append(operation)
            elif operation.definition.writes and output is not None:
                variable = operation.inputs[0].op.name
                if variable in inputs.variables:
                    assigned.append((output, variable))
                    fed.add(output)
                else:
                    missing.add(operation)
            elif operation.definition.outside:
                causes["not_run"].append(operation)
        for group in causes.values():
            missing.update(group)
        fetches = self._possible(missing, fed)
        tuples = {key: tuple(group) for key, group in causes.items()}
        return _Recipe(feeds, seeds, tuple(assigned), tuple(cells), frozenset(missing), fetches, **tuples)

    def _possible(self, missing: set[Operation], fed: Collection[Tensor]) -> tuple[Tensor, ...]:
        """Return what can be computed; `missing` grows by every operation that cannot run without one of them."""
        for operation in self._operations:
            if any(tensor.op in missing and tensor not in fed for tensor in operation.inputs):
                missing.add(operation)
        return tuple(tensor for tensor in self._wanted if tensor in fed or tensor.op not in missing)


def _core(error: OpError) -> str:
    """Return what went wrong without TensorFlow's frame around it."""
    _, _, rest = error.message.partition("'\n")
    return (rest or error.message).partition("\n")[0]
