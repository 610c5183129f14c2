"""What tensors are called: by the learner's names, else by their expressions, else by their operations' names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gradnb.engine.paths import shown_as
from gradnb.engine.registry import ATOM
from gradnb.engine.tensor import Operation, Tensor
from gradnb.harmless import harmless
from gradnb.view.formula import Part, number_part, operation_part
from gradnb.view.values import is_whole, value_of

#: An expression that is longer makes no name.
LONGEST_EXPRESSION = 24


class Names:
    """The names of a derivation's tensors.

    Parameters
    ----------
    given : Mapping of Tensor to str
        Display names that the learner gave.
    precision : int
        Significant digits of constants.

    Attributes
    ----------
    precision : int
        The same.
    """

    def __init__(self, given: Mapping[Tensor, str], precision: int = 4) -> None:
        # A name that shows nothing names nothing.
        self._given = {tensor: harmless(name) for tensor, name in given.items() if name.strip()}
        self.precision = precision
        self._parts: dict[Tensor, Part] = {}
        self._taken = set(self._given.values())
        #: Whether expressions serve as names; in a graph that is not drawn they would not be looked at.
        self.expressions = True

    def __call__(self, tensor: Tensor) -> str:
        """Return the name of a tensor."""
        return self.part(tensor).text

    def is_given(self, tensor: Tensor) -> bool:
        """Return whether the learner named a tensor."""
        return shown_as(tensor) in self._given

    def of_operation(self, operation: Operation) -> str:
        """Return the name of an operation: that of its output."""
        return self(operation.outputs[0]) if len(operation.outputs) == 1 else operation.name

    def part(self, tensor: Tensor) -> Part:
        """Return the name of a tensor, and how tightly it holds together inside an expression."""
        tensor = shown_as(tensor)
        # Not by recursion: a chain may be as long as it likes.
        waiting = [tensor]
        while waiting:
            current = waiting[-1]
            unknown = [i for i in map(shown_as, self._needed(current)) if i not in self._parts]
            if current in self._parts or not unknown:
                self._parts.setdefault(current, self._named(current))
                waiting.pop()
            else:
                waiting += unknown
        return self._parts[tensor]

    def _needed(self, tensor: Tensor) -> tuple[Tensor, ...]:
        known = tensor in self._parts or tensor in self._given or _is_leaf(tensor.op)
        return tensor.op.inputs if self.expressions and not known else ()

    def _named(self, tensor: Tensor) -> Part:
        if tensor in self._parts:
            return self._parts[tensor]
        if tensor in self._given:
            return Part(self._given[tensor], ATOM)
        operation = tensor.op
        several = len(operation.outputs) > 1
        name = Part(f"{operation.name}:{tensor.value_index}" if several else operation.name, ATOM)
        if operation.type == "Const":
            value = constant_part(tensor, self.precision)
            return name if value is None or len(value.text) > LONGEST_EXPRESSION else value
        if _is_leaf(operation) or not self.expressions:
            return name
        part = operation_part(operation, [self._parts[shown_as(i)] for i in operation.inputs], transparent=False)
        if several:
            part = Part(f"{part.text}[{tensor.value_index}]", ATOM)
        # What two tensors would be called alike is no name for the second.
        if len(part.text) > LONGEST_EXPRESSION or part.text in self._taken:
            return name
        self._taken.add(part.text)
        return part

    def right_side(self, operation: Operation) -> str:
        """Return how an operation computes its outputs, in names: ``w1 + w2``."""
        return operation_part(operation, [self.part(tensor) for tensor in operation.inputs], transparent=False).text


def constant_part(tensor: Tensor, precision: int = 4) -> Part | None:
    """Return a constant as it stands in a formula, a whole number without its point; None if it is a large array."""
    array = tensor.op.attributes["value"]
    if array.ndim == 0 and array.dtype.kind in "fiu":
        return number_part(array, precision)
    return Part(value_of(array, precision).text, ATOM) if is_whole(array.shape) else None


def element_names(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return what the elements of an array are called, in row-major order.

    Examples
    --------
    >>> element_names("w", (1, 2)), element_names("y", ())
    (('w[0,0]', 'w[0,1]'), ('y',))
    """
    return tuple(f"{name}[{','.join(map(str, place))}]" if place else name for place in np.ndindex(shape))


def _is_leaf(operation: Operation) -> bool:
    return not operation.inputs or operation.type == "PlaceholderWithDefault"
