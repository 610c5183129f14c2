"""Losses: how far predictions are from what they should be, weighted and averaged to one number."""

from __future__ import annotations

from typing import Any

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import float32
from gradnb.engine.graph import GraphKeys, get_default_graph, name_scope
from gradnb.engine.ops.broadcast import broadcast_to, ones_like, shape, zeros_like
from gradnb.engine.ops.math import add_n, cast
from gradnb.engine.ops.nn import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
from gradnb.engine.ops.state import stop_gradient
from gradnb.engine.tensor import Tensor

__all__ = [
    "Reduction",
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]


class Reduction:
    """How weighted losses become one number.

    Attributes
    ----------
    NONE : str
        They do not.
    SUM : str
        Their sum.
    SUM_OVER_BATCH_SIZE : str
        The sum, divided by how many they are.
    MEAN : str
        The sum, divided by the sum of the weights.
    SUM_BY_NONZERO_WEIGHTS, SUM_OVER_NONZERO_WEIGHTS : str
        The sum, divided by how many of them have a weight other than zero.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.absolute_difference([1.0, 2.0], [2.0, 4.0], reduction=tf.losses.Reduction.SUM)))
    3.0
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Return all of them.

        Returns
        -------
        tuple of str
            In TensorFlow's order.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.losses.Reduction.SUM in tf.losses.Reduction.all()
        True
        """
        return (cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_BY_NONZERO_WEIGHTS)

    @classmethod
    def validate(cls, key: str) -> None:
        """Raise ``ValueError`` if `key` is none of them.

        Parameters
        ----------
        key : str
            One of them.

        Raises
        ------
        ValueError
            If it is none.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.losses.Reduction.validate(tf.losses.Reduction.SUM)
        >>> try:
        ...     tf.losses.Reduction.validate("mean")
        ... except ValueError as error:
        ...     print(error)
        Invalid ReductionKey mean. Choose one of: none, weighted_sum, weighted_mean, weighted_sum_over_batch_size,
        weighted_sum_by_nonzero_weights.
        """
        if key not in cls.all():
            raise ValueError(f"Invalid ReductionKey {key}. Choose one of: {', '.join(cls.all())}.")


def add_loss(loss: Tensor, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Add a loss to the collection from which `get_total_loss` adds them up.

    Parameters
    ----------
    loss : Tensor
        A number.
    loss_collection : str or None
        The collection; None to leave it out.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.losses.add_loss(tf.constant(1.0))
    >>> len(tf.losses.get_losses())
    1
    """
    if loss_collection:
        get_default_graph().add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Tensor]:
    """Return the losses so far; with `scope`, those whose names begin with it.

    Parameters
    ----------
    scope : str, optional
        The beginning of their names.
    loss_collection : str
        The collection.

    Returns
    -------
    list of Tensor
        In the order in which they were made.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.losses.get_losses()
    []
    """
    return get_default_graph().get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Tensor]:
    """Return what the regularizers of variables gave; with `scope`, those whose names begin with it.

    Parameters
    ----------
    scope : str, optional
        The beginning of their names.

    Returns
    -------
    list of Tensor
        In the order in which they were made.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.losses.get_regularization_losses()
    []
    """
    return get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> Tensor:
    """Return the sum of what the regularizers of variables gave, zero when there is none.

    Parameters
    ----------
    scope : str, optional
        The beginning of their names.
    name : str
        The operation's name.

    Returns
    -------
    Tensor
        A number.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.get_regularization_loss()))
    0.0
    """
    losses = get_regularization_losses(scope)
    return add_n(losses, name=name) if losses else convert_to_tensor(0.0)


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """Return the sum of all losses.

    Parameters
    ----------
    add_regularization_losses : bool
        Whether what the regularizers of variables gave is added.
    name : str
        The operation's name.
    scope : str, optional
        The beginning of the names of the losses to add.

    Returns
    -------
    Tensor
        A number.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> loss = tf.losses.mean_squared_error([0.0, 0.0], [1.0, 3.0])
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.get_total_loss()))
    5.0
    """
    losses = get_losses(scope)
    if add_regularization_losses:
        losses += get_regularization_losses(scope)
    return add_n(losses, name=name)


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return losses, weighted and put together to one number.

    Parameters
    ----------
    losses : Tensor
        A loss for each element.
    weights : Tensor or number
        Their weights: a number, or of the rank of `losses`, with each dimension that of `losses` or 1.
    scope : str, optional
        The scope of the operations.
    loss_collection : str or None
        The collection to which the result is added.
    reduction : str
        One of `Reduction`.

    Returns
    -------
    Tensor
        A number of the dtype of `losses`, computed in float32 as TensorFlow does; all of them with ``Reduction.NONE``.

    Raises
    ------
    ValueError
        If `weights` do not fit or `reduction` is unknown.
    TypeError
        If a weight is no number.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.compute_weighted_loss([1.0, 2.0, 6.0], [1.0, 1.0, 0.0])))
    1.5
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss"):
        each = convert_to_tensor(losses)
        given = each.dtype.base_dtype
        each = cast(each, float32)
        weight = cast(weights, float32)
        _check_weights(each, weight)
        weighted = each * weight
        if reduction == Reduction.NONE:
            loss = weighted
        else:
            loss = _sum(weighted)
            if reduction == Reduction.MEAN:
                loss = _mean(loss, _sum(ones_like(weighted) * weight))
            elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
                loss = _mean(loss, _sum(ones_like(weighted)))
            elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
                present = cast(apply("NotEqual", weight, zeros_like(weight)), float32)
                loss = _mean(loss, _sum(broadcast_to(present, shape(each))))
        loss = cast(loss, given)
        add_loss(loss, loss_collection)
        return loss


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return ``|predictions - labels|``, averaged.

    Parameters
    ----------
    labels, predictions : Tensor
        What should be, and what is, of one shape.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.absolute_difference([0.0, 0.0], [1.0, -3.0])))
    2.0
    """
    with name_scope(scope, "absolute_difference"):
        target, prediction = _pair(labels, predictions)
        each = apply("Abs", prediction - target)
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return ``(predictions - labels)²``, averaged.

    Parameters
    ----------
    labels, predictions : Tensor
        What should be, and what is, of one shape; they are computed with in float32, as in TensorFlow.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.mean_squared_error([0.0, 0.0], [1.0, 3.0])))
    5.0
    """
    with name_scope(scope, "mean_squared_error"):
        target, prediction = _pair(labels, predictions)
        each = apply("SquaredDifference", prediction, target)
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return half the square of the error up to `delta`, beyond it a straight line, averaged.

    Parameters
    ----------
    labels, predictions : Tensor
        What should be, and what is, of one shape.
    delta : float
        Where the line begins.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.huber_loss([0.0, 0.0], [1.0, 3.0])))
    1.5
    """
    with name_scope(scope, "huber_loss"):
        target, prediction = _pair(labels, predictions)
        error = apply("Abs", prediction - target)
        bound = convert_to_tensor(delta, error.dtype)
        quadratic = apply("Minimum", error, bound)
        # The line is the rest of the error, not a maximum with zero: so a tie at delta has one gradient, not two.
        linear = error - quadratic
        each = 0.5 * (quadratic * quadratic) + bound * linear
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return the cross entropy of probabilities, averaged.

    Parameters
    ----------
    labels, predictions : Tensor
        What should be, and what is, of one shape: probabilities.
    epsilon : float
        Added in the logarithms.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> loss = tf.losses.log_loss([1.0, 0.0], [0.9, 0.2])
    """
    with name_scope(scope, "log_loss"):
        target, prediction = _pair(labels, predictions)
        each = -(target * apply("Log", prediction + epsilon)) - (1.0 - target) * apply(
            "Log", 1.0 - prediction + epsilon
        )
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return how far logits stay behind a margin of one, averaged.

    Parameters
    ----------
    labels : Tensor
        0 or 1 for each element.
    logits : Tensor
        Positive for 1, negative for 0.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.hinge_loss([1.0, 0.0], [0.5, -2.0])))
    0.25
    """
    with name_scope(scope, "hinge_loss"):
        target, score = _pair(labels, logits, "logits")
        each = apply("Relu", 1.0 - (2.0 * target - 1.0) * score)
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim: int | None = None,
) -> Tensor:
    """Return one minus the dot product along `axis`, averaged.

    Parameters
    ----------
    labels, predictions : Tensor
        Vectors of length one, of one shape.
    axis, dim : int
        The axis of the vectors.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If there is no axis, one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.losses.cosine_distance([[1.0, 0.0]], [[0.0, 1.0]], axis=1)))
    1.0
    """
    along = dim if axis is None else axis
    if along is None:
        raise ValueError("You must specify 'axis'.")
    with name_scope(scope, "cosine_distance_loss"):
        target, prediction = _pair(labels, predictions)
        each = 1.0 - apply("Sum", prediction * target, axis=(along,), keepdims=True)
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return the cross entropy of the sigmoids of logits, averaged.

    Parameters
    ----------
    multi_class_labels : Tensor
        What should be: probabilities, of the shape of `logits`.
    logits : Tensor
        What is, before the sigmoid.
    label_smoothing : float
        How far the labels are moved towards one half.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> loss = tf.losses.sigmoid_cross_entropy([[1.0, 0.0]], [[3.0, -2.0]])
    """
    _check_given(multi_class_labels=multi_class_labels, logits=logits)
    with name_scope(scope, "sigmoid_cross_entropy_loss"):
        score = convert_to_tensor(logits)
        target = cast(multi_class_labels, score.dtype)
        _check_shapes(score, target)
        if label_smoothing > 0:
            target = target * (1 - label_smoothing) + 0.5 * label_smoothing
        each = sigmoid_cross_entropy_with_logits(labels=target, logits=score, name="xentropy")
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return the cross entropy of the softmax of logits, averaged; no gradient flows to the labels.

    Parameters
    ----------
    onehot_labels : Tensor
        What should be: a distribution in each row, of the shape of `logits`.
    logits : Tensor
        What is, before the softmax.
    label_smoothing : float
        How far the labels are moved towards the even distribution.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> loss = tf.losses.softmax_cross_entropy([[1.0, 0.0]], [[3.0, -2.0]])
    """
    _check_given(onehot_labels=onehot_labels, logits=logits)
    with name_scope(scope, "softmax_cross_entropy_loss"):
        score = convert_to_tensor(logits)
        target = cast(onehot_labels, score.dtype)
        _check_shapes(score, target)
        if label_smoothing > 0:
            classes = cast(shape(target)[-1], score.dtype)
            target = target * (1.0 - label_smoothing) + label_smoothing / classes
        target = stop_gradient(target, name="labels_stop_gradient")
        each = softmax_cross_entropy_with_logits_v2(labels=target, logits=score, name="xentropy")
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Return the cross entropy of the softmax of logits for labels that are numbers of classes, averaged.

    Parameters
    ----------
    labels : Tensor
        The number of the class for each row.
    logits : Tensor
        What is, before the softmax: a row for each label.
    weights, scope, loss_collection, reduction
        As for `compute_weighted_loss`.

    Returns
    -------
    Tensor
        A number in float32; one for each element with ``Reduction.NONE``. It is in the collection of losses too.

    Raises
    ------
    ValueError
        If one of them is None, or shapes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> loss = tf.losses.sparse_softmax_cross_entropy([0], [[3.0, -2.0]])
    """
    _check_given(labels=labels, logits=logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss"):
        score, target = convert_to_tensor(logits), convert_to_tensor(labels)
        theirs, ours = score.static_shape, target.static_shape
        if theirs is not None and ours is not None and len(ours) == len(theirs) and ours[-1] == 1:
            target = apply("Squeeze", target, axis=(len(ours) - 1,))
        each = sparse_softmax_cross_entropy_with_logits(labels=target, logits=score, name="xentropy")
        return compute_weighted_loss(each, weights, None, loss_collection, reduction)


def _sum(tensor: Tensor) -> Tensor:
    return apply("Sum", tensor, axis=None, keepdims=False)


def _mean(total: Tensor, count: Tensor) -> Tensor:
    return apply("DivNoNan", total, count, name="value")


def _check_given(**values: Any) -> None:
    for name, value in values.items():
        if value is None:
            raise ValueError(f"{name} must not be None.")


def _check_shapes(first: Tensor, second: Tensor) -> None:
    if not shapes.compatible(first.static_shape, second.static_shape):
        raise ValueError(
            f"Shapes {shapes.shape_text(first.static_shape)} and {shapes.shape_text(second.static_shape)} "
            "are incompatible"
        )


def _pair(labels: Any, predictions: Any, name: str = "predictions") -> tuple[Tensor, Tensor]:
    _check_given(labels=labels, **{name: predictions})
    prediction, target = cast(predictions, float32), cast(labels, float32)
    _check_shapes(prediction, target)
    return target, prediction


def _check_weights(values: Tensor, weights: Tensor) -> None:
    ours, theirs = values.static_shape, weights.static_shape
    if ours is None or theirs is None or not theirs:
        return
    fits = len(ours) == len(theirs) and all(
        b == 1 or a is None or b is None or a == b for a, b in zip(ours, theirs, strict=True)
    )
    if not fits:
        raise ValueError(
            f"weights can not be broadcast to values. values.rank={len(ours)}. weights.rank={len(theirs)}. "
            f"values.shape={shapes.shape_text(ours)}. weights.shape={shapes.shape_text(theirs)}."
        )
