"""Rebuilds a graph in TensorFlow, operation by operation, and asks for its gradients.

A description is ``{"graph": nodes, "ys": …, "xs": …, "weights": …, "stops": …, "unconnected": …, "feeds": …}``. A node
is ``(type, inputs, attributes)`` with gradnb's type and attributes; an input, a y and an x is ``(node, output)``; a
stop is a node; a weight is an array or None; a feed is such a pair and its value. The answer is ``{"gradients":
[array or None]}`` or ``{"error": text}``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Attributes = Mapping[str, Any]
Builder = Callable[[Any, Sequence[Any], Attributes], Any]


def answer_for(tf: Any, description: Mapping[str, Any]) -> dict[str, Any]:
    """Return TensorFlow's gradients for a graph."""
    try:
        with tf.Graph().as_default():
            return {"gradients": _gradients(tf, description)}
    except Exception as problem:
        return {"error": f"{type(problem).__name__}: {(str(problem).splitlines() or [''])[0]}"}


def _gradients(tf: Any, description: Mapping[str, Any]) -> list[Any]:
    outputs: list[list[Any]] = []
    for kind, inputs, attributes in description["graph"]:
        built = _build(tf, kind, [outputs[node][output] for node, output in inputs], attributes)
        outputs.append(list(built) if isinstance(built, (list, tuple)) else [built])
    weights = description["weights"]
    gradients = tf.gradients(
        [outputs[node][output] for node, output in description["ys"]],
        [outputs[node][output] for node, output in description["xs"]],
        None if weights is None else [None if weight is None else tf.constant(weight) for weight in weights],
        stop_gradients=[outputs[node][0] for node in description["stops"]] or None,
        unconnected_gradients=description["unconnected"],
    )
    whole = [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in gradients]
    feeds = {outputs[node][output]: value for (node, output), value in description["feeds"]}
    with tf.Session() as session:
        return [None if gradient is None else np.asarray(session.run(gradient, feeds)) for gradient in whole]


def _build(tf: Any, kind: str, inputs: Sequence[Any], attributes: Attributes) -> Any:
    if kind in _SPECIAL:
        return _SPECIAL[kind](tf, inputs, attributes)
    operation = getattr(tf.raw_ops, kind, None)
    if operation is None or attributes:
        raise NotImplementedError(kind)
    names = list(inspect.signature(operation).parameters)
    return operation(**dict(zip(names, inputs, strict=False)))


def _reduction(name: str) -> Builder:
    return lambda tf, inputs, a: getattr(tf, name)(inputs[0], axis=a["axis"], keepdims=a["keepdims"])


def _cumulative(name: str) -> Builder:
    return lambda tf, inputs, a: getattr(tf, name)(inputs[0], a["axis"], a["exclusive"], a["reverse"])


def _window(name: str) -> Builder:
    return lambda tf, inputs, a: getattr(tf.nn, name)(inputs[0], _four(a["ksize"]), _four(a["strides"]), a["padding"])


def _convolution(name: str) -> Builder:
    return lambda tf, inputs, a: getattr(tf.raw_ops, name)(
        input=inputs[0],
        filter=inputs[1],
        strides=_four(a["strides"]),
        padding=a["padding"],
        dilations=_four(a["dilations"]),
    )


def _four(pair: Sequence[int]) -> list[int]:
    return [1, *pair, 1]


def _matmul(tf: Any, inputs: Sequence[Any], attributes: Attributes) -> Any:
    return tf.matmul(*inputs, **attributes)


def _part(tf: Any, inputs: Sequence[Any], attributes: Attributes) -> Any:
    tensor, *bounds = inputs

    def entry(part: Any) -> Any:
        if isinstance(part, slice):
            return slice(*(None if end is None else entry(end) for end in (part.start, part.stop, part.step)))
        return bounds[part.position] if hasattr(part, "position") else tf.newaxis if part is None else part

    return tensor[tuple(map(entry, attributes["index"]))]


def _sum_to_shape(tf: Any, inputs: Sequence[Any], attributes: Attributes) -> Any:
    gradient, shape, broadcast = inputs
    axes = tf.raw_ops.BroadcastGradientArgs(s0=shape, s1=broadcast)[0]
    return tf.reshape(tf.reduce_sum(gradient, axes), shape)


_SPECIAL: dict[str, Builder] = {
    "Const": lambda tf, inputs, a: tf.constant(a["value"]),
    "PlaceholderWithDefault": lambda tf, inputs, a: tf.identity(inputs[0]),
    "Sum": _reduction("reduce_sum"),
    "Mean": _reduction("reduce_mean"),
    "Prod": _reduction("reduce_prod"),
    "Max": _reduction("reduce_max"),
    "Min": _reduction("reduce_min"),
    "EuclideanNorm": lambda tf, inputs, a: tf.math.reduce_euclidean_norm(inputs[0], a["axis"], a["keepdims"]),
    "Cumsum": _cumulative("cumsum"),
    "Cumprod": _cumulative("cumprod"),
    "AddN": lambda tf, inputs, a: tf.add_n(list(inputs)),
    "ConcatV2": lambda tf, inputs, a: tf.concat(list(inputs), a["axis"]),
    "Pack": lambda tf, inputs, a: tf.stack(list(inputs), a["axis"]),
    "Unpack": lambda tf, inputs, a: tf.unstack(inputs[0], a["num"], a["axis"]),
    "Split": lambda tf, inputs, a: tf.split(inputs[0], a["num_split"], a["axis"]),
    "SplitV": lambda tf, inputs, a: tf.split(inputs[0], inputs[1], a["axis"], a["num_split"]),
    "ExpandDims": lambda tf, inputs, a: tf.expand_dims(inputs[0], a["axis"]),
    "Squeeze": lambda tf, inputs, a: tf.squeeze(inputs[0], list(a["axis"]) or None),
    "Transpose": lambda tf, inputs, a: tf.transpose(inputs[0], a["perm"]),
    "ReverseV2": lambda tf, inputs, a: tf.reverse(inputs[0], list(a["axis"])),
    "Roll": lambda tf, inputs, a: tf.roll(inputs[0], tf.reshape(inputs[1], [-1]), list(a["axis"])),
    "StridedSlice": _part,
    "GatherV2": lambda tf, inputs, a: tf.gather(inputs[0], inputs[1], axis=a["axis"]),
    "Cast": lambda tf, inputs, a: tf.cast(inputs[0], a["dtype"]),
    "EnsureShape": lambda tf, inputs, a: tf.ensure_shape(inputs[0], a["shape"]),
    "CheckNumerics": lambda tf, inputs, a: tf.check_numerics(inputs[0], a["message"]),
    "MirrorPad": lambda tf, inputs, a: tf.pad(inputs[0], inputs[1], a["mode"]),
    "OneHot": lambda tf, inputs, a: tf.one_hot(*inputs, axis=a["axis"]),
    "MatMul": _matmul,
    "BatchMatMulV2": _matmul,
    "Einsum": lambda tf, inputs, a: tf.einsum(a["equation"], *inputs),
    "MatrixBandPart": lambda tf, inputs, a: tf.linalg.band_part(inputs[0], a["lower"], a["upper"]),
    "MatrixSolve": lambda tf, inputs, a: tf.linalg.solve(*inputs, adjoint=a["adjoint"]),
    "MatrixTriangularSolve": lambda tf, inputs, a: tf.linalg.triangular_solve(*inputs, a["lower"], a["adjoint"]),
    "Svd": lambda tf, inputs, a: tf.linalg.svd(inputs[0], full_matrices=a["full_matrices"]),
    "Qr": lambda tf, inputs, a: tf.linalg.qr(inputs[0], full_matrices=a["full_matrices"]),
    "SelfAdjointEigV2": lambda tf, inputs, a: tf.linalg.eigh(inputs[0]),
    "Conv2D": _convolution("Conv2D"),
    "DepthwiseConv2dNative": _convolution("DepthwiseConv2dNative"),
    "MaxPool": _window("max_pool"),
    "AvgPool": _window("avg_pool"),
    "LeakyReluGrad": lambda tf, inputs, a: tf.raw_ops.LeakyReluGrad(gradients=inputs[0], features=inputs[1], **a),
    "LeakyRelu": lambda tf, inputs, a: tf.nn.leaky_relu(inputs[0], a["alpha"]),
    "Swish": lambda tf, inputs, a: tf.nn.swish(inputs[0]),
    "Softmax": lambda tf, inputs, a: tf.nn.softmax(inputs[0], a["axis"]),
    "LogSoftmax": lambda tf, inputs, a: tf.nn.log_softmax(inputs[0], a["axis"]),
    "SigmoidCrossEntropyWithLogits": lambda tf, inputs, a: tf.nn.sigmoid_cross_entropy_with_logits(
        logits=inputs[0], labels=inputs[1]
    ),
    "SoftmaxCrossEntropyWithLogits": lambda tf, inputs, a: tf.nn.softmax_cross_entropy_with_logits_v2(
        logits=inputs[0], labels=inputs[1], axis=a["axis"]
    ),
    "SparseSoftmaxCrossEntropyWithLogits": lambda tf, inputs, a: tf.nn.sparse_softmax_cross_entropy_with_logits(
        logits=inputs[0], labels=inputs[1]
    ),
    "TopKV2": lambda tf, inputs, a: tf.nn.top_k(inputs[0], a["k"]),
    "Sort": lambda tf, inputs, a: tf.sort(inputs[0], a["axis"], "DESCENDING" if a["descending"] else "ASCENDING"),
    "Sign": lambda tf, inputs, a: tf.sign(inputs[0]),  # of a complex number it is more than the one operation
    "Real": lambda tf, inputs, a: tf.real(inputs[0]),
    "Imag": lambda tf, inputs, a: tf.imag(inputs[0]),
    "Angle": lambda tf, inputs, a: tf.angle(inputs[0]),
    "Complex": lambda tf, inputs, a: tf.complex(*inputs),
    "ComplexAbs": lambda tf, inputs, a: tf.abs(inputs[0]),
    "SumToShape": _sum_to_shape,
}
