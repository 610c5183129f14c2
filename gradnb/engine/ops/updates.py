"""What optimizers do to variables: one operation for each step of a variable, with TensorFlow's formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gradnb.engine.dtypes import FLOATING, NUMBER
from gradnb.engine.literals import Array
from gradnb.engine.registry import NOT_DIFFERENTIABLE, OpDef, register
from gradnb.engine.shapes import Spec, bracket_text
from gradnb.engine.tensor import Operation, Tensor

if TYPE_CHECKING:
    from gradnb.engine.cells import Cell
    from gradnb.engine.session import Session


def _spec(variable: Tensor, *_: Tensor, **__: Any) -> Spec:
    return variable.dtype, variable.static_shape


def _second(session: Session, operation: Operation, position: int) -> Cell:
    """Return where a variable other than the first that an operation changes is kept."""
    return session.cell(operation.inputs[position].op)


def _added_by_row(gradient: Array, indices: Array, variable: Array) -> tuple[Array, Array]:
    """Return the rows that occur in `indices`, each once, and what is added up for each."""
    outside = (indices < 0) | (indices >= len(variable))
    if outside.any():
        position = int(np.flatnonzero(outside)[0])
        raise ValueError(f"indices[{position}] = {indices[position]} is not in [0, {len(variable)})")
    rows, places = np.unique(indices, return_inverse=True)
    total = np.zeros((len(rows), *gradient.shape[1:]), gradient.dtype)
    np.add.at(total, places.reshape(-1), gradient)
    return rows, total


def _with_rows(whole: Array, rows: Array, values: Array) -> Array:
    changed = whole.copy()
    changed[rows] = values
    return changed


def _value(operation: Operation, variable: Cell, gradient: Array) -> Array:
    """Return what a variable has, if its gradient has the same shape."""
    value = variable.read(operation)
    if value.shape != gradient.shape:
        raise ValueError(
            f"var and grad do not have the same shape {bracket_text(value.shape)} {bracket_text(gradient.shape)}"
        )
    return value


def _moved(average: Array, towards: Array, rest: Array, out: Array) -> Array:
    """Write into `out`, which may be `towards`, what lies between `average` and it: of the latter the part `rest`."""
    np.subtract(towards, average, out)
    np.multiply(out, rest, out)
    return np.add(average, out, out)


def _descend(session: Session, operation: Operation, variable: Cell, rate: Array, gradient: Array) -> Array:
    value = _value(operation, variable, gradient)
    step = np.multiply(rate, gradient, variable.fresh(value))
    variable.array = after = np.subtract(value, step, step)
    return after


register(
    OpDef(
        type="ApplyGradientDescent",
        label="descent",
        signature="var: T, alpha: T, delta: T",
        allowed=NUMBER,
        kernel=_descend,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _subtract_rows(session: Session, operation: Operation, variable: Cell, indices: Array, updates: Array) -> Array:
    before = variable.read(operation)
    rows, total = _added_by_row(updates, indices, before)
    variable.array = after = _with_rows(before, rows, before[rows] - total)
    return after


register(
    OpDef(
        type="ScatterSub",
        label="descent",
        signature="ref: T, indices: int32|int64, updates: T",
        allowed=NUMBER,
        kernel=_subtract_rows,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _momentum_step(
    variable: Array,
    before: Array,
    rate: Array,
    gradient: Array,
    momentum: Array,
    use_nesterov: bool,
    value: Array | None = None,
    after: Array | None = None,
) -> tuple[Array, Array]:
    """Return the new value and the new average, in the arrays `value` and `after` if they are given."""
    after = np.add(np.multiply(before, momentum, after), gradient, after)
    if use_nesterov:
        step = np.add(np.multiply(gradient, rate, value), after * momentum * rate, value)
    else:
        step = np.multiply(after, rate, value)
    return np.subtract(variable, step, value), after


def _momentum(
    session: Session,
    operation: Operation,
    variable: Cell,
    before: Array,
    rate: Array,
    gradient: Array,
    momentum: Array,
    *,
    use_nesterov: bool,
) -> Array:
    whole, average = _value(operation, variable, gradient), _second(session, operation, 1)
    variable.array, average.array = _momentum_step(
        whole, before, rate, gradient, momentum, use_nesterov, variable.fresh(whole), average.fresh(before)
    )
    return variable.read(operation)


register(
    OpDef(
        type="ApplyMomentum",
        label="momentum",
        signature="var: T, accum: T, lr: T, grad: T, momentum: T",
        allowed=NUMBER,
        kernel=_momentum,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _momentum_rows(
    session: Session,
    operation: Operation,
    variable: Cell,
    before: Array,
    rate: Array,
    gradient: Array,
    indices: Array,
    momentum: Array,
    *,
    use_nesterov: bool,
) -> Array:
    whole = variable.read(operation)
    rows, total = _added_by_row(gradient, indices, whole)
    value, after = _momentum_step(whole[rows], before[rows], rate, total, momentum, use_nesterov)
    variable.array = new = _with_rows(whole, rows, value)
    _second(session, operation, 1).array = _with_rows(before, rows, after)
    return new


register(
    OpDef(
        type="SparseApplyMomentum",
        label="momentum",
        signature="var: T, accum: T, lr: T, grad: T, indices: int32|int64, momentum: T",
        allowed=NUMBER,
        kernel=_momentum_rows,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _adagrad(
    session: Session, operation: Operation, variable: Cell, before: Array, rate: Array, gradient: Array
) -> Array:
    whole, squares = _value(operation, variable, gradient), _second(session, operation, 1)
    after = squares.fresh(before)
    np.add(before, np.multiply(gradient, gradient, after), after)
    value = variable.fresh(whole)
    np.divide(np.multiply(gradient, rate, value), np.sqrt(after), value)
    variable.array, squares.array = np.subtract(whole, value, value), after
    return value


register(
    OpDef(
        type="ApplyAdagrad",
        label="Adagrad",
        signature="var: T, accum: T, lr: T, grad: T",
        allowed=FLOATING,
        kernel=_adagrad,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _adagrad_rows(
    session: Session,
    operation: Operation,
    variable: Cell,
    before: Array,
    rate: Array,
    gradient: Array,
    indices: Array,
) -> Array:
    whole = variable.read(operation)
    rows, total = _added_by_row(gradient, indices, whole)
    after = before[rows] + total * total
    variable.array = value = _with_rows(whole, rows, whole[rows] - total * rate / np.sqrt(after))
    _second(session, operation, 1).array = _with_rows(before, rows, after)
    return value


register(
    OpDef(
        type="SparseApplyAdagrad",
        label="Adagrad",
        signature="var: T, accum: T, lr: T, grad: T, indices: int32|int64",
        allowed=FLOATING,
        kernel=_adagrad_rows,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _rms_step(
    square: Array,
    mean: Array | None,
    momentum_before: Array,
    rate: Array,
    decay: Array,
    momentum: Array,
    epsilon: Array,
    gradient: Array,
) -> tuple[Array, Array | None, Array]:
    """Return the new mean square, the new mean (when it is centered), and the step."""
    new_square = square + (gradient * gradient - square) * (1 - decay)
    new_mean = None if mean is None else mean + (gradient - mean) * (1 - decay)
    spread = new_square if new_mean is None else new_square - new_mean * new_mean
    step = momentum_before * momentum + rate * gradient / np.sqrt(spread + epsilon)
    return new_square, new_mean, step


def _rms(
    session: Session,
    operation: Operation,
    variable: Cell,
    square: Array,
    step_before: Array,
    rate: Array,
    decay: Array,
    momentum: Array,
    epsilon: Array,
    gradient: Array,
    indices: Array | None = None,
) -> Array:
    whole = variable.read(operation)
    if indices is None:
        new_square, _, step = _rms_step(square, None, step_before, rate, decay, momentum, epsilon, gradient)
        value = np.asarray(whole - step)
    else:
        rows, total = _added_by_row(gradient, indices, whole)
        row_square, _, row_step = _rms_step(
            square[rows], None, step_before[rows], rate, decay, momentum, epsilon, total
        )
        new_square, step = _with_rows(square, rows, row_square), _with_rows(step_before, rows, row_step)
        value = _with_rows(whole, rows, whole[rows] - row_step)
    _second(session, operation, 1).array = np.asarray(new_square)
    _second(session, operation, 2).array = np.asarray(step)
    variable.array = value
    return value


register(
    OpDef(
        type="ApplyRMSProp",
        label="RMSProp",
        signature="var: T, ms: T, mom: T, lr: T, rho: T, momentum: T, epsilon: T, grad: T",
        allowed=FLOATING,
        kernel=_rms,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)

register(
    OpDef(
        type="SparseApplyRMSProp",
        label="RMSProp",
        signature="var: T, ms: T, mom: T, lr: T, rho: T, momentum: T, epsilon: T, grad: T, indices: int32|int64",
        allowed=FLOATING,
        kernel=_rms,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _centered_rms(
    session: Session,
    operation: Operation,
    variable: Cell,
    mean: Array,
    square: Array,
    step_before: Array,
    rate: Array,
    decay: Array,
    momentum: Array,
    epsilon: Array,
    gradient: Array,
    indices: Array | None = None,
) -> Array:
    whole = variable.read(operation)
    if indices is None:
        new_square, new_mean, step = _rms_step(square, mean, step_before, rate, decay, momentum, epsilon, gradient)
        value = np.asarray(whole - step)
    else:
        rows, total = _added_by_row(gradient, indices, whole)
        row_square, row_mean, row_step = _rms_step(
            square[rows], mean[rows], step_before[rows], rate, decay, momentum, epsilon, total
        )
        assert row_mean is not None  # a mean went in
        new_square, new_mean = _with_rows(square, rows, row_square), _with_rows(mean, rows, row_mean)
        step, value = _with_rows(step_before, rows, row_step), _with_rows(whole, rows, whole[rows] - row_step)
    _second(session, operation, 1).array = np.asarray(new_mean)
    _second(session, operation, 2).array = np.asarray(new_square)
    _second(session, operation, 3).array = np.asarray(step)
    variable.array = value
    return value


register(
    OpDef(
        type="ApplyCenteredRMSProp",
        label="RMSProp",
        signature="var: T, mg: T, ms: T, mom: T, lr: T, rho: T, momentum: T, epsilon: T, grad: T",
        allowed=FLOATING,
        kernel=_centered_rms,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)

register(
    OpDef(
        type="SparseApplyCenteredRMSProp",
        label="RMSProp",
        signature="var: T, mg: T, ms: T, mom: T, lr: T, rho: T, momentum: T, epsilon: T, grad: T, indices: int32|int64",
        allowed=FLOATING,
        kernel=_centered_rms,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)


def _adam(
    session: Session,
    operation: Operation,
    variable: Cell,
    first: Array,
    second: Array,
    beta1_power: Array,
    beta2_power: Array,
    rate: Array,
    beta1: Array,
    beta2: Array,
    epsilon: Array,
    gradient: Array,
) -> Array:
    whole, slots = _value(operation, variable, gradient), [_second(session, operation, place) for place in (1, 2)]
    corrected = rate * np.sqrt(1 - beta2_power) / (1 - beta1_power)
    new_first, new_second, value = slots[0].fresh(first), slots[1].fresh(second), variable.fresh(whole)
    _moved(first, gradient, 1 - beta1, new_first)
    _moved(second, np.multiply(gradient, gradient, new_second), 1 - beta2, new_second)
    # Epsilon stands outside of the root, beside a second moment that is not corrected: "epsilon hat" in the paper.
    np.add(np.sqrt(new_second, value), epsilon, value)
    np.subtract(whole, np.divide(new_first * corrected, value, value), value)
    variable.array, slots[0].array, slots[1].array = value, new_first, new_second
    return value


register(
    OpDef(
        type="ApplyAdam",
        label="Adam",
        signature=(
            "var: T, m: T, v: T, beta1_power: T, beta2_power: T, lr: T, beta1: T, beta2: T, epsilon: T, grad: T"
        ),
        allowed=FLOATING,
        kernel=_adam,
        infer=_spec,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
        writes=True,
    )
)
