"""What lies on the paths from xs to ys; a variable and the operation by which it is read count as one tensor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from gradnb.engine.tensor import Operation, Tensor


class Paths(NamedTuple):
    """Every path from some xs to some ys, also those that no gradient takes.

    Attributes
    ----------
    tensors : frozenset of Tensor
        The tensors on them and their ends, by what they are shown as.
    operations : tuple of Operation
        The operations on them, in forward order.
    behind : tuple of Operation
        All operations from which the ys and xs are computed, in forward order.
    """

    tensors: frozenset[Tensor]
    operations: tuple[Operation, ...]
    behind: tuple[Operation, ...]


def is_read(operation: Operation) -> bool:
    """Return whether an operation is the one by which a variable is read: they are shown as one."""
    if operation.definition.type != "Identity":
        return False
    variable = operation.inputs[0].op
    return variable.type == "VariableV2" and operation.name == f"{variable.name}/read"


def shown_as(tensor: Tensor) -> Tensor:
    """Return the tensor as which a tensor is shown: for a variable's value, the variable."""
    operation = tensor.op
    return operation.inputs[0] if is_read(operation) else tensor


def operations_behind(tensors: Iterable[Tensor]) -> list[Operation]:
    """Return the operations from which tensors are computed, their own among them, in the order of their creation."""
    found = {tensor.op for tensor in tensors}
    waiting = list(found)
    while waiting:
        for tensor in waiting.pop().inputs:
            if tensor.op not in found:
                found.add(tensor.op)
                waiting.append(tensor.op)
    return sorted(found, key=attrgetter("index"))


def paths_between(ys: Sequence[Tensor], xs: Sequence[Tensor]) -> Paths:
    """Return what lies on the paths from `xs` to `ys`."""
    behind = operations_behind([*ys, *xs])
    reached = set(xs)
    for operation in behind:
        if not reached.isdisjoint(operation.inputs):
            reached.update(operation.outputs)
    useful = set(ys)
    for operation in reversed(behind):
        if not useful.isdisjoint(operation.outputs):
            useful.update(operation.inputs)
    path = {shown_as(tensor) for tensor in reached & useful}
    ends = {shown_as(tensor) for tensor in (*ys, *xs)}
    joining = tuple(operation for operation in behind if _joins(operation, path))
    return Paths(frozenset(path | ends), joining, tuple(behind))


def _joins(operation: Operation, path: set[Tensor]) -> bool:
    """Return whether an operation computes a tensor on a path from one."""
    if is_read(operation):
        return False
    return not path.isdisjoint(operation.outputs) and not path.isdisjoint(map(shown_as, operation.inputs))
