"""A call in a very large graph as far as it is known without work: nothing is built again, and nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradnb.engine.build import apply
from gradnb.engine.gradients import AnyGradient, Trace, build_gradients, not_recording
from gradnb.engine.graph import Graph
from gradnb.engine.paths import operations_behind, shown_as
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.variables import Variable
from gradnb.view.derivation import Derivation, Question
from gradnb.view.model import MOST_ROWS
from gradnb.view.numbers import Array, Calculator, Inputs, Numbers

if TYPE_CHECKING:
    from gradnb.view.build import Scene

#: So many operations, each counted with its inputs, are worked out in less than a second.
WORKED_OUT: Final = 50_000


def outline_of(question: Question) -> Derivation | None:
    """Return a call in a very large graph in terms of that graph itself, without steps; None where it is to be derived.

    Its gradients are those that the program built; where it built none, tensors stand for them that nobody computes.

    Raises
    ------
    ValueError, TypeError
        What ``tf.gradients`` itself raises when arguments do not fit each other.
    """
    ys = [_tensor(y, question) for y in question.ys]
    xs = [_tensor(x, question, as_reference=True) for x in question.xs]
    stops = [_tensor(stop, question, as_reference=True) for stop in question.stop_gradients]
    if any(tensor is None for tensor in (*ys, *xs, *stops)):
        return None
    y_tensors, x_tensors, stop_tensors = _known(ys), _known(xs), _known(stops)
    behind = operations_behind(y_tensors)
    if _size(behind) <= WORKED_OUT or _size(_leading(behind, x_tensors)) <= WORKED_OUT:
        return None
    reached = set(behind)
    connected = [x.op in reached for x in x_tensors]
    for gradient, connects in zip(question.result, connected, strict=False):
        if not isinstance(gradient, Tensor) and (connects or gradient is not None):
            return None  # why it is None only a derivation can tell
    trace = _checked(question, y_tensors, x_tensors)
    return Derivation(
        graph=question.graph,
        became={},
        trace=trace._replace(
            ys=tuple(y_tensors),
            xs=tuple(x_tensors),
            stops=frozenset(stop.op for stop in stop_tensors),
            gradients=question.result or _stand_ins(trace, connected),
            filled=tuple(fills and not connects for fills, connects in zip(trace.filled, connected, strict=True)),
        ),
        alone=(),
        walls={},
        stops=frozenset(stop.op.name for stop in stop_tensors),
        is_outline=True,
    )


def _tensor(value: Any, question: Question, as_reference: bool = False) -> Tensor | None:
    if isinstance(value, Variable):
        value = value.as_tensor(as_reference=as_reference)
    return value if isinstance(value, Tensor) and value.graph is question.graph else None


def _known(tensors: Iterable[Tensor | None]) -> list[Tensor]:
    return [tensor for tensor in tensors if tensor is not None]


def _size(operations: Iterable[Operation]) -> int:
    return sum(1 + len(operation.inputs) for operation in operations)


def _leading(behind: Iterable[Operation], xs: Sequence[Tensor]) -> list[Operation]:
    """Return the operations among those behind the ys that are computed from an x."""
    reached = set(xs)
    found = []
    for operation in behind:
        if not reached.isdisjoint(operation.inputs):
            reached.update(operation.outputs)
            found.append(operation)
    return found


def _checked(question: Question, ys: Sequence[Tensor], xs: Sequence[Tensor]) -> Trace:
    """Return the trace of a call with the same arguments in which nothing leads from the xs to the ys."""
    with Graph().as_default(), not_recording():
        weights = question.grad_ys
        return build_gradients(
            [_like(y) for y in ys],
            [_like(x) for x in xs],
            None if weights is None else [_like(w) if isinstance(w, Tensor | Variable) else w for w in weights],
            unconnected_gradients=question.unconnected_gradients,
        )


def _like(value: Tensor | Variable) -> Tensor:
    tensor = value.as_tensor() if isinstance(value, Variable) else value
    return apply("Placeholder", name=f"{tensor.op.name}/", dtype=tensor.dtype.base_dtype, shape=tensor.static_shape)


def _stand_ins(trace: Trace, connected: Iterable[bool]) -> tuple[AnyGradient | None, ...]:
    return tuple(
        x if connects else gradient for x, gradient, connects in zip(trace.xs, trace.gradients, connected, strict=True)
    )


class Known:
    """The numbers of an outline: what variables hold, what was fed, and what the program's own run fetched.

    It stands where a `Calculator` stands for what is derived.

    Parameters
    ----------
    question : Question
        The call.
    scene : Scene
        Its outline.
    seed : int
        For variables that are not initialized yet.
    """

    #: No random number is among them.
    draws: Final = False

    def __init__(self, question: Question, scene: Scene, seed: int) -> None:
        self._question = question
        self._scene = scene
        self._seed = seed

    def complete(self, inputs: Inputs) -> Inputs:
        """Return `inputs` with the initial values of variables that have no value yet, as far as they are shown."""
        question, derivation = self._question, self._scene.derivation
        shown = islice(derivation.trace.xs, MOST_ROWS)
        missing = [x for x in shown if x.op.type == "VariableV2" and x.op.name not in inputs.variables]
        if not missing:
            return inputs
        graph, _ = question.graph.copy(question.before, question.names_in_use, on_demand=True)
        wanted = [graph.own(x) for x in missing]
        return Calculator(replace(derivation, graph=graph), wanted, self._seed).complete(inputs)

    def compute(self, inputs: Inputs) -> Numbers:
        """Return what is known."""
        trace, values = self._scene.trace, {}
        unfed = []
        for x in trace.xs:
            array = self._value(x, inputs)
            if array is not None:
                values[self._scene.read(shown_as(x))] = np.asarray(array)
            elif x.op.type == "Placeholder":
                unfed.append(x.op)
        for gradient in trace.gradients:
            if isinstance(gradient, Tensor) and gradient.name in inputs.fetched and gradient.graph is x.graph:
                values[gradient] = inputs.fetched[gradient.name]
        for seed, given in zip(trace.seeds, trace.given, strict=True):
            if given and isinstance(seed, Tensor) and (array := constant_value(seed.op.inputs[0])) is not None:
                values[seed] = array
        return Numbers(values, unfed=tuple(unfed))

    def _value(self, x: Tensor, inputs: Inputs) -> Array | None:
        read = self._scene.read(shown_as(x))
        for name in (read.name, x.name):
            if name in inputs.feeds:
                return np.asarray(inputs.feeds[name])
        return inputs.variables.get(x.op.name, constant_value(x))

    def drawn(self, numbers: Numbers) -> Mapping[str, Array]:
        """Return the random numbers among `numbers`: none."""
        return {}
