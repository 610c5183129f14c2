"""A call of ``tf.gradients`` worked out again on a private copy of its graph, with every pass that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gradnb.engine.build import convert_to_tensor
from gradnb.engine.gradients import AnyGradient, Call, Outcome, Step, Trace, apply_rule, build_gradients, not_recording
from gradnb.engine.graph import Graph, graph_of
from gradnb.engine.paths import operations_behind
from gradnb.engine.registry import lookup
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.variables import Variable
from gradnb.messages import text as message

#: One more pass for each y is made as long as all of them together meet at most so many operations.
_MOST_PASSED = 20_000


@dataclass(frozen=True)
class Question:
    """A call in terms of the learner's graph, which is only read.

    Attributes
    ----------
    ys, xs, grad_ys, stop_gradients, unconnected_gradients, name, gate_gradients, aggregation_method
        The call's arguments; `grad_ys` is None or a tuple.
    graph : Graph
        The learner's graph.
    before : int
        The index of the first operation that was not there yet when the call was made.
    names_in_use : Mapping
        The names in use at that time.
    result : tuple
        What the call returned; empty when it was not made by the program itself.
    """

    ys: tuple[Any, ...]
    xs: tuple[Any, ...]
    grad_ys: tuple[Any, ...] | None
    stop_gradients: tuple[Any, ...]
    unconnected_gradients: Any
    graph: Graph
    before: int
    names_in_use: Mapping[str, int]
    name: str | None = "gradients"
    gate_gradients: bool = False
    aggregation_method: int | None = None
    result: tuple[AnyGradient | None, ...] = ()

    @classmethod
    def of_call(cls, call: Call) -> Question:
        """Return the question that a recorded call put."""
        return cls(
            ys=call.ys,
            xs=call.xs,
            grad_ys=call.grad_ys,
            stop_gradients=call.stop_gradients,
            unconnected_gradients=call.unconnected_gradients,
            graph=call.graph,
            before=call.first_index,
            names_in_use=call.names_in_use,
            name=call.name,
            gate_gradients=call.gate_gradients,
            aggregation_method=call.aggregation_method,
            result=call.result,
        )

    @classmethod
    def of_arguments(cls, ys: Any, xs: Any, grad_ys: Any, stop_gradients: Any, unconnected_gradients: Any) -> Question:
        """Return the question that these arguments of ``tf.gradients`` put; without `xs`, about the variables reached.

        Raises
        ------
        ValueError
            If there is no `xs` and no variable is reached, or the tensors belong to several graphs.
        """
        y_list = _listed(ys)
        for what, given in (("ys", y_list), ("xs", _listed(xs)), ("stop_gradients", _listed(stop_gradients))):
            for value in given:
                if isinstance(value, str):
                    raise TypeError(message("explain.is_text", what=what, value=value))
        graph = graph_of([*y_list, *_listed(xs)])
        return cls(
            ys=y_list,
            xs=_variables_behind(y_list) if xs is None else _listed(xs),
            grad_ys=None if grad_ys is None else _listed(grad_ys),
            stop_gradients=() if stop_gradients is None else _listed(stop_gradients),
            unconnected_gradients=unconnected_gradients,
            graph=graph,
            before=graph.version,
            names_in_use=graph.names_snapshot(),
        )


@dataclass(frozen=True)
class Derivation:
    """The call on a private copy of the graph.

    Attributes
    ----------
    graph : Graph
        The copy; operations of the learner's have the same names in it.
    became : Mapping of Operation to Operation
        What each operation of the learner's graph is in it.
    trace : Trace
        The call, step by step.
    alone : tuple of Trace
        For each y, the call about that y alone; empty when that would take too long.
    walls : Mapping of Operation to tuple
        For each operation at which the gradient is stopped: what would pass to its inputs.
    stops : frozenset of str
        The names of the operations of ``stop_gradients``.
    lifted : frozenset of str
        The names of the program's own ``stop_gradient`` operations through which the gradient passes here all the same.
    added : tuple of Operation
        What the call adds to the graph.
    is_outline : bool
        Whether `graph` is the learner's own, and the trace has neither steps nor gradients of its own making.
    """

    graph: Graph
    became: Mapping[Operation, Operation]
    trace: Trace
    alone: tuple[Trace, ...]
    walls: Mapping[Operation, tuple[Tensor | None, ...]]
    stops: frozenset[str]
    lifted: frozenset[str] = frozenset()
    added: tuple[Operation, ...] = ()
    is_outline: bool = False
    _whole: dict[IndexedSlices, Tensor | None] = field(default_factory=dict)

    def here(self, tensor: Tensor) -> Tensor | None:
        """Return what stands here for a tensor of the learner's graph; None if the call has nothing to do with it."""
        if self.is_outline:
            return tensor
        operation = self.became.get(tensor.op)
        return None if operation is None else operation.outputs[tensor.value_index]

    def whole(self, gradient: AnyGradient | None) -> Tensor | None:
        """Return a gradient as one tensor; None where it cannot be made whole."""
        if isinstance(gradient, IndexedSlices):
            if gradient not in self._whole:
                with self.graph.as_default():
                    dense = gradient.dense_shape is not None
                    self._whole[gradient] = convert_to_tensor(gradient) if dense else None
            return self._whole[gradient]
        return gradient


def derive(question: Question, stops: Iterable[str] | None = None, lifted: Iterable[str] = ()) -> Derivation:
    """Work a call out anew.

    Parameters
    ----------
    question : Question
        The call.
    stops : iterable of str, optional
        The names of the operations at which to stop, in place of the call's own.
    lifted : iterable of str, optional
        The names of ``stop_gradient`` operations of the program that are to pass the gradient on, as a what-if.

    Returns
    -------
    Derivation
        On a fresh copy of the graph.

    Raises
    ------
    ValueError, TypeError, LookupError, AttributeError
        Whatever ``tf.gradients`` itself raises.
    """
    # What must run first has side effects: an explanation does without.
    graph, became = question.graph.copy(question.before, question.names_in_use, on_demand=True)
    what_if = frozenset(lifted)
    for name in what_if:
        _lift(graph.get_operation_by_name(name))
    move = _Mover(graph)
    stop_tensors = [move.tensor(stop, as_reference=True) for stop in question.stop_gradients]
    if stops is not None:
        stop_tensors = [graph.get_operation_by_name(name).outputs[0] for name in sorted(stops)]
    with graph.as_default(), not_recording():
        ys = [move.tensor(y) for y in question.ys]
        xs = [move.tensor(x, as_reference=True) for x in question.xs]
        weights = None if question.grad_ys is None else [move.tensor(weight) for weight in question.grad_ys]

        def gradients(ys: list[Any], weights: list[Any] | None, name: str | None, keep_steps: bool) -> Trace:
            return build_gradients(
                ys,
                xs,
                weights,
                name,
                gate_gradients=question.gate_gradients,
                aggregation_method=question.aggregation_method,
                stop_gradients=stop_tensors or None,
                unconnected_gradients=question.unconnected_gradients,
                keep_steps=keep_steps,
            )

        before = graph.version
        trace = gradients(ys, weights, question.name, keep_steps=True)
        added = tuple(graph.operations_since(before))
        alone: tuple[Trace, ...] = ()
        if len(trace.ys) == 1:
            alone = (trace,)
        elif len(trace.ys) * len(trace.steps) <= _MOST_PASSED:
            pairs = zip(trace.ys, trace.seeds, strict=True)
            alone = tuple(
                gradients([y], [seed], f"y{number}", keep_steps=False) for number, (y, seed) in enumerate(pairs)
            )
        walls = {
            step.operation: _would_pass(step.operation, step.upstream)
            for step in trace.steps
            if step.outcome is Outcome.STOPPED or _is_wall(step)
        }
    stopped = frozenset(tensor.op.name for tensor in stop_tensors)
    return Derivation(graph, became, trace, alone, walls, stopped, what_if, added)


def _lift(operation: Operation) -> None:
    """Let the gradient pass through a ``stop_gradient`` as through an identity."""
    operation.definition = replace(operation.definition, gradient=lookup("Identity").gradient)
    operation.graph.gradient_overrides.pop(operation, None)


def _is_wall(step: Step) -> bool:
    return step.operation.type == "StopGradient" and step.outcome is Outcome.NOT_DIFFERENTIABLE


def _would_pass(operation: Operation, upstream: tuple[AnyGradient | None, ...]) -> tuple[Tensor | None, ...]:
    """Return what an operation would pass to its inputs, were it not for the stop."""
    passing: Sequence[AnyGradient | None] = upstream
    if operation.type != "StopGradient":
        try:
            passing = apply_rule(operation, upstream)
        except LookupError:
            passing = (None,) * len(operation.inputs)
    return tuple(None if gradient is None else convert_to_tensor(gradient) for gradient in passing)


class _Mover:
    """Brings the arguments of a call from the learner's graph to its copy."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def tensor(self, value: Any, as_reference: bool = False) -> Any:
        """Return what stands in the copy for a tensor, a variable, or a list of those; other values as they are."""
        if isinstance(value, Variable):
            value = value.as_tensor(as_reference=as_reference)
        if isinstance(value, Tensor):
            return self._graph.own(value)
        if isinstance(value, IndexedSlices):
            shape = None if value.dense_shape is None else self.tensor(value.dense_shape)
            return IndexedSlices(self.tensor(value.values), self.tensor(value.indices), shape)
        if isinstance(value, (list, tuple)):
            return [self.tensor(item, as_reference) for item in value]
        return value


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _variables_behind(ys: tuple[Any, ...]) -> tuple[Any, ...]:
    tensors = [y.as_tensor() if isinstance(y, Variable) else y for y in ys]
    behind = operations_behind(tensor for tensor in tensors if isinstance(tensor, Tensor))
    found = tuple(op.outputs[0] for op in behind if op.type == "VariableV2" and op.outputs[0].dtype.is_trainable)
    if not found:
        raise ValueError(message("explain.no_variables"))
    return found
