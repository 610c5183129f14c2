"""What the trace says of each tensor: what arrived at it, from where, on how many paths, and why nothing did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gradnb.engine.gradients import AnyGradient, Step
from gradnb.engine.paths import is_read, shown_as
from gradnb.engine.reasons import Reason, Reasons
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.derivation import Derivation
from gradnb.view.picture import Picture

#: Paths are counted up to so many: in a deep graph their number may have thousands of digits.
MOST_COUNTED: Final = 1 << 1000


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
        trace = self._trace = derivation.trace
        self._known_paths = picture.paths
        self._steps = {step.operation: step for step in trace.steps}
        self._arrivals: dict[Tensor, list[Arrival]] = {}
        self._total: dict[Tensor, AnyGradient] = {}
        self._paths: dict[Tensor, int] = {}
        self._without: set[Tensor] = set()
        self._lifted = {derivation.graph.get_operation_by_name(name) for name in derivation.lifted}
        self._through: dict[Tensor, dict[Operation, None]] = {}
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
                if self._lifted:
                    self._pass_through(operation, tensor)

    def _arrive(self, tensor: Tensor, arrival: Arrival, paths: int) -> None:
        shown = shown_as(tensor)
        self._arrivals.setdefault(shown, []).append(arrival)
        self._paths[shown] = min(self._paths.get(shown, 0) + paths, MOST_COUNTED)

    def _pass_through(self, operation: Operation, tensor: Tensor) -> None:
        found = self._through.setdefault(shown_as(tensor), {})
        for output in operation.outputs:
            found.update(self._through.get(output, {}))
        if self.is_lifted(operation):
            found[operation] = None

    def is_lifted(self, operation: Operation) -> bool:
        """Return whether an operation stops the gradient in the program, and does not here."""
        return operation in self._lifted

    def through(self, tensor: Tensor) -> Sequence[Operation]:
        """Return the lifted operations through which a part of a tensor's gradient came, in the order of the graph."""
        return sorted(self._through.get(tensor, ()), key=lambda operation: operation.index)

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

    @cached_property
    def _reasons(self) -> Reasons:
        return Reasons(self._trace, self._known_paths)

    def reasons(self, tensor: Tensor) -> Sequence[Reason]:
        """Return why no gradient arrives at a tensor."""
        return self._reasons.of(tensor)

    def barrier(self, operation: Operation, position: int) -> Reason:
        """Return why an operation at whose outputs a gradient arrives passes none to one of its inputs."""
        return self._reasons.barrier(operation, position)


def downstream(picture: Picture, tensors: Iterable[Tensor]) -> dict[Tensor, Operation | None]:
    """Return what depends on some tensors, each with the operation that computes it, and the tensors themselves."""
    found: dict[Tensor, Operation | None] = dict.fromkeys(tensors)
    for operation in picture.operations:
        if any(shown_as(tensor) in found for tensor in operation.inputs):
            for output in map(shown_as, operation.outputs):
                found.setdefault(output, operation)
    return found
