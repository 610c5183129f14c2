"""What is known of values while the graph is only being built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.shapes import StaticShape
from gradnb.engine.tensor import Operation, Tensor

Array = np.ndarray[Any, Any]

#: Operations whose value can be known while the graph is built: what programs compute shapes and axes with.
_FOLDED = frozenset({"Pack", "ConcatV2", "StridedSlice", "Range", "Cast", "AddV2", "Sub", "Mul", "FloorDiv"})


def constant_value(tensor: Any) -> Array | None:
    """Return the value of a tensor that is known while the graph is built, else None.

    Parameters
    ----------
    tensor : Tensor
        A constant, or built from constants and static shapes in a way that can be seen through.

    Returns
    -------
    ndarray or None
        The value; None when only a run can tell.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.get_static_value(tf.constant([2, 3]))
    array([2, 3], dtype=int32)
    """
    if not isinstance(tensor, Tensor):
        return np.asarray(tensor)
    known: dict[Tensor, Array | None] = {}
    # Not by recursion, and each tensor once: a graph may be a chain of any length, or double at each step.
    waiting = [tensor]
    while waiting:
        current = waiting[-1]
        parts = current.op.inputs if _is_folded(current.op) else ()
        undecided = [part for part in parts if part not in known]
        if undecided and all(known[part] is not None for part in parts if part in known):
            waiting.append(undecided[0])
        else:
            known[current] = _seen_value(current, [known.get(part) for part in parts])
            waiting.pop()
    return known[tensor]


def _is_folded(op: Operation) -> bool:
    return op.type in _FOLDED and not (op.type == "StridedSlice" and op.inputs[0].op.type == "Shape")


def _seen_value(tensor: Tensor, parts: Sequence[Array | None]) -> Array | None:
    """Return the value of a tensor if it can be seen; `parts` are the values from which a folded one is computed."""
    op = tensor.op
    if op.type == "Const":
        value: Array = op.attributes["value"]
        return value
    if op.type == "Shape" and shapes.is_full(op.inputs[0].static_shape):
        return np.array(op.inputs[0].static_shape, tensor.dtype.numpy)
    if op.type == "StridedSlice" and op.inputs[0].op.type == "Shape":
        return _part_of_shape(op)
    if op.type in _FOLDED and all(part is not None for part in parts):
        return np.asarray(op.definition.kernel(*parts, **op.attributes))
    return None


def _part_of_shape(op: Operation) -> Array | None:
    """Return the value of ``shape(x)[index]`` if that part of the shape is known."""
    static, index = op.inputs[0].op.inputs[0].static_shape, op.attributes["index"]
    if static is None or len(op.inputs) > 1 or len(index) != 1 or not isinstance(index[0], (int, slice)):
        return None
    part = static[index[0]]
    known = part is not None if not isinstance(part, tuple) else None not in part
    return np.array(part, op.outputs[0].dtype.numpy) if known else None


def constant_shape(tensor: Tensor) -> StaticShape:
    """Return what is known of the static shape that the integer vector `tensor` holds."""
    known = constant_value(tensor)
    if known is not None:
        return tuple(None if size < 0 else int(size) for size in known)
    op = tensor.op
    if op.type == "Shape":
        return op.inputs[0].static_shape
    if op.type == "Pack":
        sizes = [constant_value(part) for part in op.inputs]
        return tuple(None if size is None or size < 0 else int(size) for size in sizes)
    if op.type == "StridedSlice" and len(op.inputs) == 1 and isinstance(op.attributes["index"][0], slice):
        whole = constant_shape(op.inputs[0])
        return None if whole is None else whole[op.attributes["index"][0]]
    if op.type == "ConcatV2":
        parts = [constant_shape(part) for part in op.inputs]
        return None if None in parts else tuple(size for part in parts for size in part or ())
    length = tensor.static_shape
    return None if length is None or len(length) != 1 or length[0] is None else (None,) * length[0]
