"""Second derivatives."""

from __future__ import annotations

from typing import Any

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.gradients import gradients, not_recording
from gradnb.engine.graph import name_scope
from gradnb.engine.ops.broadcast import reshape
from gradnb.engine.tensor import Tensor
from gradnb.messages import text

__all__ = ["hessians"]


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
) -> list[Tensor]:
    """Build the second derivatives of the sum of `ys` with respect to each of `xs`.

    Parameters
    ----------
    ys : Tensor or list of Tensor
        What to differentiate.
    xs : Tensor, Variable, or list of those
        With respect to what; all dimensions known.
    name : str
        The scope of the operations that differentiate the gradients.
    colocate_gradients_with_ops, gate_gradients, aggregation_method
        As for `gradients`.

    Returns
    -------
    list of Tensor
        For each x its Hessian, whose shape is twice that of the x: ``(3, 3)`` for an x of shape ``(3,)``.

    Raises
    ------
    ValueError
        If `ys` or their gradient do not depend on an x, or its shape is not known.

    Notes
    -----
    One gradient is built for each element of an x, so this is for a small x.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.Session() as session:
    ...     print(session.run(tf.hessians(x[0] ** 3 + x[0] * x[1], x)[0]).tolist())
    [[6.0, 1.0], [1.0, 0.0]]
    """
    options: dict[str, Any] = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    x_list = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    with not_recording():
        first = gradients(ys, x_list, **options)
        return [_hessian(gradient, x, name, options) for gradient, x in zip(first, x_list, strict=True)]


def _hessian(gradient: Any, x: Any, name: str, options: dict[str, Any]) -> Tensor:
    x_name = getattr(x, "name", x)
    if gradient is None:
        raise ValueError("None values not supported.\n" + text("second_order.no_first", name=x_name))
    static = gradient.static_shape if isinstance(gradient, Tensor) else None
    static = shapes.merge(static, convert_to_tensor(x).static_shape)
    if not shapes.is_full(static):
        raise ValueError(text("second_order.unknown_shape", name=x_name, shape=shapes.shape_text(static)))
    sizes = shapes.sizes(static)
    with name_scope(name, "hessians", [gradient]):
        flat = reshape(convert_to_tensor(gradient), [-1])
        rows = []
        for position in range(shapes.element_count(sizes) or 0):
            (row,) = gradients(flat[position], x, **options)
            if row is None:
                raise ValueError("None values not supported.\n" + text("second_order.no_second", name=x_name))
            rows.append(convert_to_tensor(row))
        if not rows:
            return reshape(flat, [*sizes, *sizes])
        return reshape(apply("Pack", *rows, axis=0), [*sizes, *sizes])
