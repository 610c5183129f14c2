"""Why a gradient is None: at which tensors every path is cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from gradnb.engine.custom import lets_pass
from gradnb.engine.gradients import Outcome, Step, Trace
from gradnb.engine.paths import Paths, is_read, shown_as
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor


class Cause(Enum):
    """Why no gradient arrives."""

    STOPPED = "stopped"
    NOT_DIFFERENTIABLE = "not_differentiable"
    NO_GRADIENT = "no_gradient"
    DTYPE = "dtype"
    NO_PATH = "no_path"


class Reason(NamedTuple):
    """A cause, and the tensor at which it lies."""

    cause: Cause
    place: Tensor


class Reasons:
    """Why no gradient arrives where none does.

    Tensors are those as which others are shown: a variable stands for its value too.

    Parameters
    ----------
    trace : Trace
        A call, with its steps.
    paths : Paths
        From its xs to its ys.
    """

    def __init__(self, trace: Trace, paths: Paths) -> None:
        self._paths = paths
        self._steps = {step.operation: step for step in trace.steps}
        self._stops = trace.stops
        self._arrived = {shown_as(y.values if isinstance(y, IndexedSlices) else y) for y in trace.ys}
        self._arrived.update(tensor for step in trace.steps for tensor in _given_to(step))
        self._cuts = self._cut_before()
        self._found = self._explained()

    def of(self, tensor: Tensor) -> Sequence[Reason]:
        """Return why no gradient arrives at a tensor, nearest to the ys first."""
        return self._found.get(tensor) or (Reason(Cause.NO_PATH, tensor),)

    def is_wall(self, operation: Operation) -> bool:
        """Return whether an operation stops the gradient because the program says so."""
        return operation in self._stops or (operation.type == "StopGradient" and not lets_pass(operation))

    def barrier(self, operation: Operation, position: int) -> Reason:
        """Return why an operation at whose outputs a gradient arrives passes none to one of its inputs."""
        outputs = [tensor for tensor in operation.outputs if shown_as(tensor) in self._paths.tensors]
        tensor = operation.inputs[position]
        step = self._steps.get(operation)
        if self.is_wall(operation) and (step is None or step.outcome is not Outcome.DIFFERENTIATED):
            return Reason(Cause.STOPPED, outputs[0])
        if not tensor.dtype.is_trainable:
            return Reason(Cause.DTYPE, shown_as(tensor))
        for output in outputs:
            if not output.dtype.is_trainable:
                return Reason(Cause.DTYPE, output)
        if step is None:
            cuts = self._cuts.get(shown_as(tensor))
            return next(iter(cuts)) if cuts else Reason(Cause.NO_PATH, tensor)
        if step.outcome is Outcome.DIFFERENTIATED:
            return Reason(Cause.NO_GRADIENT, outputs[0])
        return Reason(Cause.NOT_DIFFERENTIABLE, outputs[0])

    def _cut_before(self) -> dict[Tensor, dict[Reason, None]]:
        """Return for each tensor where, on the way from an x to it, a dtype carries no gradient."""
        found: dict[Tensor, dict[Reason, None]] = {}
        for operation in self._paths.operations:
            cuts = _merged(found.get(shown_as(tensor), {}) for tensor in operation.inputs)
            for tensor in map(shown_as, operation.inputs):
                if tensor in self._paths.tensors and not tensor.dtype.is_trainable:
                    cuts[Reason(Cause.DTYPE, tensor)] = None
            for output in operation.outputs:
                if output in self._paths.tensors:
                    found[output] = cuts
        return found

    def _explained(self) -> dict[Tensor, tuple[Reason, ...]]:
        """Return for each tensor on a path without a gradient all reasons, each once, nearest to the ys first."""
        found: dict[Tensor, dict[Reason, None]] = {}
        for operation in reversed(self._paths.operations):
            outputs = [output for output in operation.outputs if shown_as(output) in self._paths.tensors]
            arrived = any(output in self._arrived for output in outputs)
            behind = _merged(found.get(output, {}) for output in outputs)
            for position, tensor in enumerate(operation.inputs):
                shown = shown_as(tensor)
                if shown in self._paths.tensors and shown not in self._arrived:
                    new = {self.barrier(operation, position): None} if arrived else behind
                    if not tensor.dtype.is_trainable:
                        new = {Reason(Cause.DTYPE, shown): None}
                    found.setdefault(shown, {}).update(new)
        # A value that is read where the reading is stopped: the wall stands inside the variable's own node.
        for operation in self._stops:
            if is_read(operation) and not self._passes(operation):
                shown = shown_as(operation.outputs[0])
                found.setdefault(shown, {})[Reason(Cause.STOPPED, shown)] = None
        return {tensor: tuple(reasons) for tensor, reasons in found.items()}

    def _passes(self, read: Operation) -> bool:
        """Return whether the variable that an operation reads gets a gradient through it."""
        step = self._steps.get(read)
        return step is not None and any(gradient is not None for gradient in step.contributions)


def _given_to(step: Step) -> list[Tensor]:
    """Return the tensors to which a step passes a gradient."""
    if is_read(step.operation):
        return []
    pairs = zip(step.operation.inputs, step.contributions, strict=True)
    return [shown_as(tensor) for tensor, gradient in pairs if gradient is not None]


def _merged(groups: Iterable[dict[Reason, None]]) -> dict[Reason, None]:
    merged: dict[Reason, None] = {}
    for group in groups:
        merged.update(group)
    return merged
