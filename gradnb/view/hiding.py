"""Which gradients a learner is to predict, and what must not be shown meanwhile, since it follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from gradnb.engine.custom import lets_pass
from gradnb.engine.paths import shown_as
from gradnb.engine.tensor import Operation, Tensor
from gradnb.messages import text as message
from gradnb.view.flow import downstream

if TYPE_CHECKING:
    from gradnb.view.build import Scene

_MOST_NAMES = 8


def can_be_hidden(scene: Scene) -> dict[str, tuple[Tensor, ...]]:
    """Return the tensors whose gradients can be hidden, by display name: the xs, then what lies on the paths."""
    path = sorted(scene.picture.path, key=lambda tensor: (tensor.op.index, tensor.value_index))
    found: dict[str, tuple[Tensor, ...]] = {}
    for tensor in dict.fromkeys((*scene.xs, *path)):
        name = scene.names(tensor)
        found[name] = (*found.get(name, ()), tensor)
    return found


def unknown_name(name: str, known: Iterable[str], language: str) -> str:
    """Return what is said of a name that is not there: the nearest ones, else the first."""
    names = list(known)
    nearest = get_close_matches(name, names, n=3) or names[:_MOST_NAMES]
    return message("hiding.unknown_name", language, name=name, known=", ".join(nearest))


class Veil:
    """What of a scene is hidden.

    A gradient that is to be predicted hides its number, its state, and all that is passed to it. What lies behind it,
    and so is computed from it, follows as far as a gradient could pass: from it the answer could be read backwards.

    Parameters
    ----------
    scene : Scene
        The scene.
    names : sequence of str
        Display names of the gradients to predict.

    Attributes
    ----------
    predicted : frozenset of Tensor
        The tensors whose gradients are to be predicted.
    """

    def __init__(self, scene: Scene, names: Sequence[str]) -> None:
        self._scene = scene
        known = scene.hideable if names else {}
        self.predicted = frozenset(tensor for name in names for tensor in known[name])
        self._behind: Mapping[Tensor, dict[Tensor, None]] = self._what_follows() if names else {}
        self._ahead = frozenset(downstream(scene.picture, self.predicted).values()) if names else frozenset()

    def covers(self, tensor: Tensor) -> bool:
        """Return whether a tensor's gradient is not shown."""
        shown = shown_as(tensor)
        return shown in self.predicted or shown in self._behind

    def is_predicted(self, tensor: Tensor) -> bool:
        """Return whether a tensor's gradient is to be predicted."""
        return shown_as(tensor) in self.predicted

    def sources(self, tensor: Tensor) -> Sequence[Tensor]:
        """Return the predicted tensors from whose gradients a tensor's follows, those nearest to the ys first."""
        return tuple(self._behind.get(shown_as(tensor), ()))

    def covers_outputs(self, operation: Operation) -> bool:
        """Return whether any gradient that arrives at an operation is not shown."""
        return bool(self.predicted) and any(map(self.covers, operation.outputs))

    def lies_ahead(self, operation: Operation) -> bool:
        """Return whether a predicted gradient comes through an operation, so that its rule must not be given away."""
        return operation in self._ahead

    def passes(self, operation: Operation, position: int) -> bool:
        """Return whether an operation would pass a gradient to one of its inputs if one arrived."""
        if operation in self._scene.trace.stops or not lets_pass(operation):
            return False
        differentiable = any(output.dtype.is_trainable for output in operation.outputs)
        return differentiable and operation.inputs[position].dtype.is_trainable

    def _what_follows(self) -> dict[Tensor, dict[Tensor, None]]:
        picture = self._scene.picture
        found: dict[Tensor, dict[Tensor, None]] = {}
        for operation in reversed(picture.operations):
            sources: dict[Tensor, None] = {}
            for output in map(shown_as, operation.outputs):
                sources |= {output: None} if output in self.predicted else found.get(output, {})
            for position, tensor in enumerate(map(shown_as, operation.inputs)):
                if sources and tensor in picture.path and self.passes(operation, position):
                    found.setdefault(tensor, {}).update(sources)
        return found
