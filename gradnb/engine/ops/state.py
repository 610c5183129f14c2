"""Where values come from and stay: constants, placeholders, variables, and the identities that mark a tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import add_operation, apply, constant_from, convert_to_tensor
from gradnb.engine.dtypes import NUMBER, DType, as_dtype
from gradnb.engine.graph import get_default_graph, name_scope
from gradnb.engine.literals import Array, as_array
from gradnb.engine.registry import NOT_DIFFERENTIABLE, Example, OpDef, register, unchanged
from gradnb.engine.shapes import StaticShape
from gradnb.engine.tensor import Operation, Tensor
from gradnb.errors import InvalidArgumentError
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.cells import Cell
    from gradnb.engine.session import Session

__all__ = [
    "assign",
    "assign_add",
    "assign_sub",
    "constant",
    "group",
    "identity",
    "no_op",
    "placeholder",
    "placeholder_with_default",
    "stop_gradient",
]

register(
    OpDef(
        type="Const",
        label="constant",
        signature="",
        kernel=lambda *, value: value,
        view=True,
        infer=lambda *, value: (as_dtype(value.dtype), value.shape),
        gradient=NOT_DIFFERENTIABLE,
    )
)


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str = "Const", verify_shape: bool = False
) -> Tensor:
    """Return a tensor with a fixed value.

    Parameters
    ----------
    value : array, number, string or nested list
        The value.
    dtype : DType, optional
        Its type; by default Python floats give float32, ints int32, arrays their own.
    shape : list of int, optional
        Its shape; missing elements repeat the last one.
    name : str
        Its name.
    verify_shape : bool
        Whether `shape` must be that of `value`.

    Returns
    -------
    Tensor
        The constant.

    Raises
    ------
    TypeError
        If `value` is not of type `dtype`.
    ValueError
        If it is ragged or has more elements than `shape`.
    RuntimeError
        If the graph is finalized.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.constant([1.0, 2.0], shape=[3]).shape
    TensorShape([3])
    """
    array = as_array(value, None if dtype is None else as_dtype(dtype).base_dtype)
    if shape is not None:
        wanted = tuple(size or 0 for size in shapes.as_static_shape(shape) or ())
        if verify_shape and wanted != array.shape:
            raise TypeError(f"Expected Tensor's shape: {wanted}, but got {array.shape}.")
        count = int(np.prod(wanted))
        if array.size > count:
            raise ValueError(f"Too many elements provided. Takes at most {count:d}, but got {array.size:d}")
        flat = array.ravel()
        array = np.concatenate([flat, np.repeat(flat[-1:], count - array.size)]).reshape(wanted)
    return constant_from(array, name)


def _feed_missing(session: Session, operation: Operation, **_: Any) -> Array:
    tensor = operation.outputs[0]
    dtype = {"float32": "float", "float64": "double", "float16": "half"}.get(tensor.dtype.name, tensor.dtype.name)
    shape = tensor.static_shape
    of_shape = "" if shape is None else f" and shape {shapes.bracket_text(shape)}"
    raise InvalidArgumentError(
        operation,
        f"You must feed a value for placeholder tensor '{operation.name}' with dtype {dtype}{of_shape}",
        text("session.no_feed", name=operation.name),
    )


register(
    OpDef(
        type="Placeholder",
        label="placeholder",
        signature="",
        kernel=_feed_missing,
        infer=lambda *, dtype, shape: (dtype, shape),
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
    )
)


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """Return a tensor whose value is fed when a session runs.

    Parameters
    ----------
    dtype : DType
        Its type.
    shape : list of (int or None), optional
        Its shape, None for an unknown dimension; without it the rank is unknown too.
    name : str, optional
        Its name.

    Returns
    -------
    Tensor
        The placeholder.

    Raises
    ------
    ValueError
        If a size is negative.
    TypeError
        If there is no such dtype, or `shape` is none.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.placeholder(tf.float32, [None, 2])
    >>> with tf.Session() as session:
    ...     print(session.run(x * 2.0, {x: [[1.0, 2.0]]}))
    [[2. 4.]]
    """
    return apply("Placeholder", name=name, dtype=as_dtype(dtype).base_dtype, shape=shapes.as_static_shape(shape))


def _shape_to_feed(value: Tensor, shape: StaticShape) -> StaticShape:
    if not shapes.compatible(value.static_shape, shape):
        have, want = shapes.bracket_text(value.static_shape), shapes.bracket_text(shape)
        raise shapes.InferenceError(f"The default value has shape {have}, which does not fit {want}")
    return shape


register(
    OpDef(
        type="PlaceholderWithDefault",
        label="placeholder",
        signature="input: T",
        kernel=unchanged,
        view=True,
        infer=lambda value, *, shape: (value.dtype.base_dtype, _shape_to_feed(value, shape)),
        gradient=lambda z, g, value, *, shape: g,
        formula="{input}",
    )
)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """Return a tensor that has the value of `input` unless another is fed.

    Parameters
    ----------
    input : Tensor or array
        The default value.
    shape : list of (int or None)
        The shape that fed values must have.
    name : str, optional
        Its name.

    Returns
    -------
    Tensor
        Of the dtype of `input` and the static shape `shape`.

    Raises
    ------
    ValueError
        If the default value does not fit `shape`.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.placeholder_with_default(1.0, [])
    >>> with tf.Session() as session:
    ...     print(session.run(x), session.run(x, {x: 2.0}))
    1.0 2.0
    """
    return apply("PlaceholderWithDefault", input, name=name, shape=shapes.as_static_shape(shape))


register(
    OpDef(
        type="Identity",
        label="identity",
        signature="input: T",
        kernel=unchanged,
        view=True,
        infer=shapes.same,
        gradient=lambda z, g, value: g,
        formula="{input}",
        example=Example((2, 3)),
    )
)


def identity(input: Any, name: str | None = None) -> Tensor:
    """Return a tensor with the same value.

    Parameters
    ----------
    input : Tensor
        Any tensor.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.

    Raises
    ------
    ValueError
        If `input` cannot be a tensor: None, or rows of different length.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(1.0)
    >>> tf.identity(x) is x
    False
    """
    return apply("Identity", input, name=name)


register(
    OpDef(
        type="StopGradient",
        label="stop_gradient",
        signature="input: T",
        kernel=unchanged,
        view=True,
        infer=shapes.same,
        gradient=NOT_DIFFERENTIABLE,
        formula="stop_gradient({input})",
    )
)


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """Return a tensor with the same value through which no gradient flows.

    Parameters
    ----------
    input : Tensor
        The tensor that is to count as a constant from here on.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The same value; its gradient can be asked for, but it is not passed on to `input`.

    Notes
    -----
    Known elsewhere as ``detach`` (PyTorch) and ``lax.stop_gradient`` (JAX).

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(3.0)
    >>> tf.gradients(tf.stop_gradient(x), x)
    [None]
    """
    return apply("StopGradient", input, name=name)


register(
    OpDef(
        type="PreventGradient",
        label="prevent_gradient",
        signature="input: T",
        kernel=unchanged,
        view=True,
        infer=shapes.same,
        gradient=None,
        formula="prevent_gradient({input})",
    )
)


register(
    OpDef(
        type="NoOp",
        label="no_op",
        signature="",
        kernel=lambda: None,
        never_fails=True,
        infer=shapes.no_output,
        gradient=NOT_DIFFERENTIABLE,
    )
)


def no_op(name: str | None = None) -> Operation:
    """Return an operation that does nothing, for others to depend on.

    Parameters
    ----------
    name : str, optional
        The operation's name.

    Returns
    -------
    Operation
        Its value in a fetch is None.

    Raises
    ------
    TypeError
        If `name` is no string.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.no_op(name="nothing")
    <tf.Operation 'nothing' type=NoOp>
    """
    return add_operation("NoOp", name=name)


def group(*inputs: Any, name: str | None = None) -> Operation:
    """Return an operation that is done when all of `inputs` are.

    Parameters
    ----------
    *inputs : Operation or Tensor
        What must run.
    name : str, optional
        The operation's name.

    Returns
    -------
    Operation
        Its value in a fetch is None.

    Raises
    ------
    TypeError
        If something among `inputs` is neither operation nor tensor.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.Variable(1.0)
    >>> both = tf.group(tf.assign_add(v, 1.0), tf.no_op())
    """
    flat = [item for entry in inputs for item in (entry if isinstance(entry, (list, tuple)) else [entry])]
    with get_default_graph().control_dependencies(flat):
        return no_op(name or "group_deps")


def tuple_(
    tensors: Sequence[Any], name: str | None = None, control_inputs: Sequence[Any] | None = None
) -> list[Tensor | None]:
    """Return tensors with the values of `tensors`, none of which is available before all are.

    Parameters
    ----------
    tensors : sequence of (Tensor or None)
        What to wait for.
    name : str, optional
        The scope of the operations.
    control_inputs : sequence, optional
        What else to wait for.

    Returns
    -------
    list of (Tensor or None)
        One for each of `tensors`, of its shape and dtype.

    Raises
    ------
    ValueError
        If every one is None, or there is none.
    TypeError
        If `tensors` is no list, or something in `control_inputs` is neither operation nor tensor.

    Examples
    --------
    >>> import gradnb as tf
    >>> a, b = tf.tuple([tf.constant(1.0), tf.constant(2.0)])
    """
    if not any(tensor is not None for tensor in tensors):
        raise ValueError(f"'tensors' must have at least one Tensor. Received: {tensors}.")
    with name_scope(name, "tuple", [t for t in tensors if t is not None]):
        ready = group(*(t for t in tensors if t is not None), *(control_inputs or ()))
        with get_default_graph().control_dependencies([ready]):
            return [None if t is None else identity(t, name="control_dependency") for t in tensors]


register(
    OpDef(
        type="VariableV2",
        label="variable",
        signature="",
        kernel=lambda session, operation, **_: session.cell(operation),
        infer=lambda *, dtype, shape: (dtype.reference, shape),
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
    )
)


def _keep(session: Session, operation: Operation, cell: Cell, array: Array) -> Array:
    expected = operation.inputs[0].static_shape
    if not shapes.compatible(expected, array.shape) and operation.attributes.get("validate_shape", True):
        raise ValueError(
            f"Assign requires shapes of both tensors to match. lhs shape= {shapes.bracket_text(expected)} "
            f"rhs shape= {shapes.bracket_text(array.shape)}"
        )
    cell.array = array
    return array


def _assign_spec(reference: Tensor, value: Tensor, **attributes: Any) -> shapes.Spec:
    if not attributes.get("validate_shape", True):
        return reference.dtype, value.static_shape
    ours, theirs = reference.static_shape, value.static_shape
    if ours is not None and theirs is not None and len(ours) == len(theirs):
        for position, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            if a is not None and b is not None and a != b:
                raise shapes.InferenceError(
                    f"Dimension {position} in both shapes must be equal, but are {a} and {b}. "
                    f"Shapes are {shapes.bracket_text(ours)} and {shapes.bracket_text(theirs)}."
                )
    elif not shapes.compatible(ours, theirs):
        raise shapes.InferenceError(f"Shapes must be equal rank, but are {len(ours or ())} and {len(theirs or ())}")
    return reference.dtype, shapes.merge(ours, theirs)


def _assigned(session: Session, operation: Operation, cell: Cell, value: Array, **_: Any) -> Array:
    array = cell.fresh(value)
    array[...] = value
    return _keep(session, operation, cell, array)


register(
    OpDef(
        type="Assign",
        label="assign",
        signature="ref: T, value: T",
        kernel=_assigned,
        infer=_assign_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _reference(ref: Any, method: str) -> Any:
    """Return `ref` if it is a variable or a reference to one, else raise TensorFlow's ``AttributeError``."""
    if not getattr(getattr(ref, "dtype", None), "is_reference", False):
        raise AttributeError(f"'{type(ref).__name__}' object has no attribute '{method}'")
    return ref


def assign(
    ref: Any, value: Any, validate_shape: bool | None = None, use_locking: Any = None, name: str | None = None
) -> Tensor:
    """Return a tensor that, when it is run, sets the variable `ref` to `value`, and has the new value.

    Parameters
    ----------
    ref : Variable
        The variable.
    value : Tensor
        Its new value, of its shape and dtype.
    validate_shape : bool, optional
        False to let the shape change.
    use_locking
        Accepted, not needed.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The variable's new value; of a program that goes on computing with it, it is computed after the change.

    Raises
    ------
    ValueError, TypeError
        If shape or dtype differ.
    AttributeError
        If `ref` is no variable.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.Variable(1.0)
    >>> with tf.Session() as session:
    ...     print(session.run(tf.assign(v, 5.0)))
    5.0
    """
    settings = {} if validate_shape is None else {"validate_shape": validate_shape}
    return apply("Assign", _reference(ref, "assign"), value, name=name, **settings)


def _updated(combine: np.ufunc) -> Any:
    def kernel(session: Session, operation: Operation, cell: Cell, value: Array, **_: Any) -> Array:
        before = cell.read(operation)
        out = cell.fresh(before) if value.shape == before.shape else None
        return _keep(session, operation, cell, np.asarray(combine(before, value, out)))

    return kernel


register(
    OpDef(
        type="AssignAdd",
        label="assign_add",
        signature="ref: T, value: T",
        allowed=NUMBER,
        kernel=_updated(np.add),
        infer=_assign_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def assign_add(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Tensor:
    """Return a tensor that, when it is run, adds `value` to the variable `ref`, and has the new value.

    Parameters
    ----------
    ref : Variable
        The variable.
    value : Tensor
        What to add, of its shape and dtype.
    use_locking
        Accepted, not needed.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The variable's new value; of a program that goes on computing with it, it is computed after the change.

    Raises
    ------
    TypeError
        If `value` has another dtype.
    ValueError
        If `value` has another shape.
    AttributeError
        If `ref` is no variable.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.Variable(1.0)
    >>> with tf.Session() as session:
    ...     _ = session.run(v.initializer)
    ...     print(session.run(tf.assign_add(v, 2.0)))
    3.0
    """
    return apply("AssignAdd", _reference(ref, "assign_add"), value, name=name)


register(
    OpDef(
        type="AssignSub",
        label="assign_sub",
        signature="ref: T, value: T",
        allowed=NUMBER,
        kernel=_updated(np.subtract),
        infer=_assign_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def assign_sub(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Tensor:
    """Return a tensor that, when it is run, subtracts `value` from the variable `ref`, and has the new value.

    Parameters
    ----------
    ref : Variable
        The variable.
    value : Tensor
        What to subtract, of its shape and dtype.
    use_locking
        Accepted, not needed.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        The variable's new value; of a program that goes on computing with it, it is computed after the change.

    Raises
    ------
    TypeError
        If `value` has another dtype.
    ValueError
        If `value` has another shape.
    AttributeError
        If `ref` is no variable.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.Variable(1.0)
    >>> with tf.Session() as session:
    ...     _ = session.run(v.initializer)
    ...     print(session.run(tf.assign_sub(v, 2.0)))
    -1.0
    """
    return apply("AssignSub", _reference(ref, "assign_sub"), value, name=name)


def add_variable(name: str, shape: StaticShape, dtype: DType) -> Tensor:
    """Add the operation that stands for a variable, and return the reference to it."""
    return apply("VariableV2", name=name, dtype=dtype, shape=shape)


def convert_each(values: Sequence[Any], dtype: DType | None = None) -> list[Tensor]:
    """Return `values` as tensors of one dtype: that of the first tensor among them."""
    for value in values:
        if dtype is None and hasattr(value, "dtype") and not isinstance(value, (np.ndarray, np.generic)):
            dtype = value.dtype.base_dtype
    return [convert_to_tensor(value, dtype) for value in values]
