"""The plain interpreter: one operation after the other, each by its kernel; what a plan does is compared with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.cells import Cell
from gradnb.engine.literals import Array
from gradnb.engine.tensor import Operation, Tensor
from gradnb.errors import InvalidArgumentError, OpError
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.session import Session

#: What a kernel raises when values do not fit.
FAILURES: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def needed(elements: Sequence[Tensor | Operation], feeds: Sequence[Tensor]) -> tuple[Operation, ...]:
    """Return the operations that must run, in the order of their creation, in which inputs come first."""
    fed = set(feeds)
    waiting = [e if isinstance(e, Operation) else e.op for e in elements if isinstance(e, Operation) or e not in fed]
    found: set[Operation] = set()
    while waiting:
        operation = waiting.pop()
        if operation in found:
            continue
        found.add(operation)
        waiting.extend(tensor.op for tensor in operation.inputs if tensor not in fed)
        # A placeholder that is fed has nothing left to do before another operation.
        waiting.extend(
            before
            for before in operation.control_inputs
            if not (before.type == "Placeholder" and before.outputs[0] in fed)
        )
    return tuple(sorted(found, key=lambda operation: operation.index))


def interpret(
    session: Session,
    operations: Sequence[Operation],
    elements: Sequence[Tensor | Operation],
    feeds: Mapping[Tensor, Array],
) -> list[Any]:
    """Run operations, and return the values of `elements` as the caller's own.

    Raises
    ------
    OpError
        If an operation fails.
    """
    values: dict[Tensor, Any] = dict(feeds)
    with np.errstate(all="ignore"):
        for operation in operations:
            _run(session, operation, values)
    return [_given_away(element, values) for element in elements]


def _run(session: Session, operation: Operation, values: dict[Tensor, Any]) -> None:
    definition = operation.definition
    inputs = [values[tensor] for tensor in operation.inputs]
    for position, value in enumerate(inputs):
        if type(value) is Cell and not (definition.writes and position == 0):
            inputs[position] = value.read(operation)
    try:
        if definition.stateful:
            result = definition.kernel(session, operation, *inputs, **operation.attributes)
        else:
            result = definition.kernel(*inputs, **operation.attributes)
    except OpError:
        raise
    except FAILURES as error:
        raise failure(error, operation, inputs) from error
    except MemoryError as error:
        raise exhausted(error, operation) from None
    outputs = operation.outputs
    # What is fed stays: the operation may run for another of its outputs, or because another waits for it.
    for output, value in zip(outputs, (result,) if len(outputs) == 1 else result or (), strict=True):
        values.setdefault(output, value if definition.view else in_order(value))


def failure(error: Exception, operation: Operation, inputs: Sequence[Any]) -> InvalidArgumentError:
    """Return what a run raises when a kernel raises `error`."""
    message = str(error)
    if message.startswith("operands could not be broadcast"):
        given = [shapes.bracket_text(np.shape(value)) for value in inputs]
        message = f"Incompatible shapes: {' vs. '.join(given)}"
    return InvalidArgumentError(operation, message)


def exhausted(error: MemoryError, operation: Operation) -> MemoryError:
    """Return what a run raises when there is no memory for what an operation computes."""
    shape: Any = getattr(error, "shape", None)  # NumPy says for what it asked
    dtype: Any = getattr(error, "dtype", None)
    if shape is None or dtype is None:
        return MemoryError(f"OOM at operation '{operation.name}': {error}\n{text('session.out_of_memory')}")
    nbytes = math.prod(shape) * dtype.itemsize
    return MemoryError(
        f"OOM when allocating tensor with shape{shapes.bracket_text(shape)} and type {dtype} "
        f"({nbytes} bytes) at operation '{operation.name}'\n{text('session.out_of_memory')}"
    )


def in_order(value: Any) -> Any:
    """Return the result of a kernel in C order, so that sums over it do not depend on the layout of what it is from."""
    return value if type(value) is not np.ndarray or value.flags.c_contiguous else value.copy()


def _given_away(element: Tensor | Operation, values: Mapping[Tensor, Any]) -> Any:
    """Return the value of a fetch as the caller's own: scalars as NumPy scalars, arrays as copies."""
    if isinstance(element, Operation):
        return None
    value = values[element]
    if type(value) is Cell:
        value = value.read(element.op)
    return np.array(value)[()]
