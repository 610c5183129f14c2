"""The operations that a call adds to the graph, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

from gradnb.engine import shapes
from gradnb.engine.gradients import AnyGradient
from gradnb.engine.paths import shown_as
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.hiding import Veil
from gradnb.view.model import RawOperation, Value
from gradnb.view.numbers import Calculator, Inputs, Numbers

if TYPE_CHECKING:
    from gradnb.view.build import Scene

#: Of so many operations each is listed.
MOST_LISTED: Final = 200


class Words(Protocol):
    """What the builder says, and what it keeps to itself."""

    veil: Veil

    def shown(self, array: Any) -> Value:
        """Return an array as it is shown."""


class RawFinder:
    """The first operations that a call adds, and what is needed to compute them.

    Parameters
    ----------
    scene : Scene
        The call.
    """

    def __init__(self, scene: Scene) -> None:
        self.operations = scene.derivation.added[:MOST_LISTED]
        self.left_out = len(scene.derivation.added) - len(self.operations)
        outputs = (output for operation in self.operations for output in operation.outputs)
        self._calculator = Calculator(scene.derivation, outputs, 0)

    def numbers(self, inputs: Inputs) -> Numbers:
        """Return what they compute."""
        return self._calculator.compute(inputs)


def raw_of(scene: Scene, inputs: Inputs, words: Words) -> Iterator[RawOperation]:
    """Yield the operations that TensorFlow would add for a call, at most `MOST_LISTED`.

    Parameters
    ----------
    scene : Scene
        The call.
    inputs : Inputs
        What the numbers follow from, random numbers that were drawn included.
    words : Words
        How it is said.
    """
    numbers = scene.raw_finder.numbers(inputs)
    secret = _secret(scene, words.veil) if words.veil.predicted else frozenset()
    for operation in scene.raw_finder.operations:
        forward = "" if operation.forward is None else scene.names.of_operation(operation.forward)
        inputs_of = (*map(_name, operation.inputs), *(f"^{before.name}" for before in operation.control_inputs))
        hidden = operation in secret
        for output in operation.outputs or (None,):
            array = numbers.get(output)
            several = len(operation.outputs) > 1 and output is not None
            yield RawOperation(
                name=output.name if several and output is not None else operation.name,
                type=operation.type,
                inputs=inputs_of,
                shape="" if output is None else _shape(output, array),
                value=None if array is None or hidden else words.shown(array),
                forward=forward,
                secret=hidden,
            )


def _name(tensor: Tensor) -> str:
    return tensor.name.removesuffix(":0")


def _shape(tensor: Tensor, array: Any) -> str:
    return shapes.shape_text(tensor.static_shape if array is None else array.shape)


def _secret(scene: Scene, veil: Veil) -> frozenset[Operation]:
    """Return the operations whose numbers would give a prediction away.

    Those are the ones that lead to a hidden gradient alone, and all that is computed from it.
    """
    visible: set[Operation] = set(_behind_one(scene.trace.seeds))
    covered: set[Operation] = set()
    for tensor in {shown_as(tensor) for tensor in scene.picture.path}:
        arrived = [scene.flow.total(tensor), *(arrival.gradient for arrival in scene.flow.arrivals(tensor))]
        (covered if veil.covers(tensor) else visible).update(_behind_one(arrived))
    added = frozenset(scene.derivation.added)
    waiting = list(covered - visible)
    found: set[Operation] = set()
    while waiting:
        operation = waiting.pop()
        if operation in added and operation not in found and operation not in visible:
            found.add(operation)
            waiting += [tensor.op for tensor in operation.inputs]
    for operation in scene.derivation.added:
        if any(tensor.op in found for tensor in operation.inputs):
            found.add(operation)
    return frozenset(found)


def _behind_one(gradients: Any) -> Iterator[Operation]:
    """Yield the operations that compute gradients themselves."""
    gradient: AnyGradient | None
    for gradient in gradients:
        if isinstance(gradient, IndexedSlices):
            yield gradient.values.op
        elif gradient is not None:
            yield gradient.op
