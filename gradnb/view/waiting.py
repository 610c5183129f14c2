"""What each node waits for in the course of the algorithm, and what has arrived at it so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gradnb.engine.gradients import AnyGradient
from gradnb.engine.paths import shown_as
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.hiding import Veil
from gradnb.view.model import Badge
from gradnb.view.numbers import Numbers, added
from gradnb.view.story import in_brief
from gradnb.view.values import value_of

if TYPE_CHECKING:
    from gradnb.view.build import Scene


class Waiting:
    """Follows the algorithm from step to step.

    Parameters
    ----------
    scene : Scene
        What is explained.
    numbers : Numbers
        Its numbers.
    veil : Veil
        What must not be shown of them.
    language : str
        ``en`` or ``zh``.
    """

    def __init__(self, scene: Scene, numbers: Numbers, veil: Veil, language: str) -> None:
        self._scene = scene
        self._numbers = numbers
        self._veil = veil
        self._language = language
        self._nodes = {spot.tensor: spot.id for spot in scene.picture.spots if spot.tensor is not None}
        self._coming: dict[Operation | None, list[tuple[Tensor, AnyGradient]]] = {}
        for tensor in self._nodes:
            for arrival in scene.flow.arrivals(tensor):
                self._coming.setdefault(arrival.operation, []).append((tensor, arrival.gradient))
        self._arrived: dict[Tensor, list[AnyGradient]] = {}

    def follow(self, operation: Operation | None) -> None:
        """Note what an operation passes on; None stands for the weights on the ys."""
        for tensor, gradient in self._coming.get(operation, ()):
            self._arrived.setdefault(tensor, []).append(gradient)

    def badges(self, pending: Mapping[Operation, int], ready: Iterable[Operation]) -> tuple[Badge, ...]:
        """Return what is to be said of the nodes that are not through yet, in the order of the picture.

        Parameters
        ----------
        pending : Mapping of Operation to int
            For how many contributions operations wait.
        ready : iterable of Operation
            What stands in the queue.
        """
        counts = {shown_as(output): count for op, count in pending.items() if count for output in op.outputs}
        counts |= {shown_as(output): 0 for op in ready for output in op.outputs}
        return tuple(
            Badge(node, counts[tensor], self._so_far(tensor))
            for tensor, node in self._nodes.items()
            if tensor in counts
        )

    def _so_far(self, tensor: Tensor) -> str:
        arrived = self._arrived.get(tensor, ())
        if not arrived:
            return ""
        if self._veil.covers(tensor):
            return "?"
        total = added([self._numbers.get(self._scene.derivation.whole(gradient)) for gradient in arrived])
        shown = None if total is None else value_of(total, self._scene.names.precision, self._language)
        return in_brief(shown, self._language)
