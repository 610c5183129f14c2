"""What the trace says of each tensor: what arrived at it, from where, on how many paths, and why nothing did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from gradnb.engine.gradients import AnyGradient, Outcome, Step
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.derivation import Derivation
from gradnb.view.names import is_read, shown_as
from gradnb.view.picture import Picture


class Cause(Enum):
    """Why no gradient arrives."""

    STOPPED = "stopped"
    NOT_DIFFERENTIABLE = "not_differentiable"
    NO_GRADIENT = "no_gradient"
    DTYPE = "dtype"
    NO_PATH = "no_path"


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause, and the tensor at which it lies."""

    cause: Cause
    place: Tensor


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contribution to a tensor's gradient.

    Attributes
    ----------
    gradient : Tensor or IndexedSlices
        What arrived.
    operation : Operation or None
        The operation that passed it; None for a seed.
    position : int
        Which input of the operation the tensor is, or which seed it was.
    """

    gradient: AnyGradient
    operation: Operation | None
    position: int


class Flow:
    """The flow of gradients in one derivation.

    Tensors are those as which others are shown: a variable stands for its value too.

    Parameters
    ----------
    derivation : Derivation
        The call.
    picture : Picture
        What lies on its paths.
    """

    def __init__(self, derivation: Derivation, picture: Picture) -> None:
        trace = derivation.trace
        self._picture = picture
        self._steps = {step.operation: step for step in trace.steps}
        self._stops = derivation.trace.stops
        self._arrivals: dict[Tensor, list[Arrival]] = {}
        self._total: dict[Tensor, AnyGradient] = {}
        self._paths: dict[Tensor, int] = {}
        self._without: set[Tensor] = set()
        for number, (y, seed) in enumerate(zip(trace.ys, trace.seeds, strict=True)):
            tensor = y.values if isinstance(y, IndexedSlices) else y
            self._arrive(tensor, Arrival(seed, None, number), 1)
        for step in trace.steps:
            self._follow(step)
        for x, gradient, filled in zip(trace.xs, trace.gradients, trace.filled, strict=True):
            if gradient is None or filled:
                self._without.add(shown_as(x))
            else:
                self._total[shown_as(x)] = gradient
        self._cuts = self._cut_before()
        self._reasons = self._explained()

    def _follow(self, step: Step) -> None:
        operation = step.operation
        for output, gradient in zip(operation.outputs, step.upstream, strict=True):
            if gradient is not None:
                self._total.setdefault(shown_as(output), gradient)
        if is_read(operation):
            return
        paths = sum(self._paths.get(output, 0) for output in operation.outputs)
        for position, (tensor, gradient) in enumerate(zip(operation.inputs, step.contributions, strict=True)):
            if gradient is not None:
                self._arrive(tensor, Arrival(gradient, operation, position), paths)

    def _arrive(self, tensor: Tensor, arrival: Arrival, paths: int) -> None:
        shown = shown_as(tensor)
        self._arrivals.setdefault(shown, []).append(arrival)
        self._paths[shown] = self._paths.get(shown, 0) + paths

    def arrivals(self, tensor: Tensor) -> Sequence[Arrival]:
        """Return what arrived at a tensor, in its order."""
        return self._arrivals.get(tensor, ())

    def total(self, tensor: Tensor) -> AnyGradient | None:
        """Return a tensor's gradient: all that arrived, added."""
        if tensor in self._without:
            return None
        if tensor in self._total:
            return self._total[tensor]
        arrived = self.arrivals(tensor)
        return arrived[0].gradient if len(arrived) == 1 else None

    def arrived(self, tensor: Tensor) -> bool:
        """Return whether any gradient arrived at a tensor."""
        return tensor in self._arrivals

    def paths(self, tensor: Tensor) -> int:
        """Return on how many paths a gradient comes to a tensor."""
        return self._paths.get(tensor, 0)

    def step(self, operation: Operation) -> Step | None:
        """Return the step in which an operation was taken from the queue."""
        return self._steps.get(operation)

    def is_wall(self, operation: Operation) -> bool:
        """Return whether an operation stops the gradient because the program says so."""
        return operation.type == "StopGradient" or operation in self._stops

    def reasons(self, tensor: Tensor) -> Sequence[Reason]:
        """Return why no gradient arrives at a tensor."""
        return self._reasons.get(tensor) or (Reason(Cause.NO_PATH, tensor),)

    def barrier(self, operation: Operation, position: int) -> Reason:
        """Return why an operation at whose outputs a gradient arrives passes none to one of its inputs."""
        outputs = [tensor for tensor in operation.outputs if shown_as(tensor) in self._picture.path]
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
        for operation in self._picture.operations:
            cuts = _merged(found.get(shown_as(tensor), {}) for tensor in operation.inputs)
            for tensor in map(shown_as, operation.inputs):
                if tensor in self._picture.path and not tensor.dtype.is_trainable:
                    cuts[Reason(Cause.DTYPE, tensor)] = None
            for output in operation.outputs:
                if output in self._picture.path:
                    found[output] = cuts
        return found

    def _explained(self) -> dict[Tensor, tuple[Reason, ...]]:
        """Return for each tensor on a path without a gradient all reasons, each once, nearest to the ys first."""
        found: dict[Tensor, dict[Reason, None]] = {}
        for operation in reversed(self._picture.operations):
            outputs = [output for output in operation.outputs if shown_as(output) in self._picture.path]
            arrived = any(self.arrived(output) for output in outputs)
            behind = _merged(found.get(output, {}) for output in outputs)
            for position, tensor in enumerate(operation.inputs):
                shown = shown_as(tensor)
                if shown in self._picture.path and not self.arrived(shown):
                    new = {self.barrier(operation, position): None} if arrived else behind
                    if not tensor.dtype.is_trainable:
                        new = {Reason(Cause.DTYPE, shown): None}
                    found.setdefault(shown, {}).update(new)
        # A value that is read where the reading is stopped: the wall stands inside the variable's own node.
        for operation in self._stops:
            if is_read(operation) and not self.arrived_at_reference(operation):
                shown = shown_as(operation.outputs[0])
                found.setdefault(shown, {})[Reason(Cause.STOPPED, shown)] = None
        return {tensor: tuple(reasons) for tensor, reasons in found.items()}

    def arrived_at_reference(self, read: Operation) -> bool:
        """Return whether the variable that an operation reads gets a gradient through it."""
        step = self._steps.get(read)
        return step is not None and any(gradient is not None for gradient in step.contributions)


def _merged(groups: Iterable[dict[Reason, None]]) -> dict[Reason, None]:
    merged: dict[Reason, None] = {}
    for group in groups:
        merged.update(group)
    return merged
