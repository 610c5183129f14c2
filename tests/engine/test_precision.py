"""A graph in double precision gives the same numbers with more digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from test_ops_generic import WITH_EXAMPLE, drawn

import gradnb as tf
from gradnb.engine.build import add_operation
from gradnb.engine.precision import in_double
from gradnb.engine.registry import OpDef

Array = np.ndarray[Any, Any]


def numbers(graph: tf.Graph, tensors: Sequence[tf.Tensor]) -> list[Array]:
    with tf.Session(graph=graph) as session:
        return [np.asarray(value) for value in session.run(list(tensors))]


def example(definition: OpDef, dtype: type) -> list[tf.Tensor]:
    """Return the outputs of an operation's example and its gradients, all numbers of `dtype`."""
    assert definition.example is not None
    arrays = [a.astype(dtype) if a.dtype == np.float64 else a for a in drawn(definition)]
    inputs = [tf.constant(array) for array in arrays]
    outputs = list(add_operation(definition.type, *inputs, **definition.example.attributes).outputs)
    if not callable(definition.gradient):
        return outputs
    ys = [output for output in outputs if output.dtype.is_trainable]
    return outputs + [tf.convert_to_tensor(g) for g in tf.gradients(ys, inputs) if g is not None]


@pytest.mark.parametrize("definition", WITH_EXAMPLE, ids=lambda definition: definition.type)
def test_each_operation_computes_as_if_it_had_been_built_so(definition: OpDef) -> None:
    single = tf.Graph()
    with single.as_default():
        tensors = example(definition, np.float32)
    twin, became = in_double(single)
    moved = [became[tensor.op].outputs[tensor.value_index] for tensor in tensors]
    double = tf.Graph()
    with double.as_default():
        expected = numbers(double, example(definition, np.float64))
    for tensor, original, found, wanted in zip(moved, tensors, numbers(twin, moved), expected, strict=True):
        if original.dtype.is_trainable:
            assert tensor.dtype is tf.float64
            assert found.dtype == np.float64
        else:
            assert tensor.dtype is original.dtype
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_variables_placeholders_and_casts_become_double() -> None:
    v = tf.Variable([0.1, 0.2], name="v")
    p = tf.placeholder(tf.float32, [2], name="p")
    c = tf.placeholder(tf.complex64, [2], name="c")
    n = tf.cast(tf.cast(v, tf.int32), tf.float32) + p * v
    twin, became = in_double(n.graph)
    assert [twin.get_tensor_by_name(name).dtype for name in ("v:0", "p:0", "c:0")] == [
        tf.as_dtype("float64_ref"),
        tf.float64,
        tf.complex128,
    ]
    with tf.Session(graph=twin) as session:
        session.run(became[v.initializer])
        third = session.run(became[n.op].outputs[0], {"p:0": [1 / 3, 1 / 3]})
    np.testing.assert_array_equal(third, np.array([1 / 3, 1 / 3]) * np.float32([0.1, 0.2]).astype(np.float64))
    assert (p.dtype, c.dtype, n.dtype) == (tf.float32, tf.complex64, tf.float32)


def test_the_graph_itself_is_as_before() -> None:
    x = tf.constant([0.1], name="x")
    y = x * 2.0
    names, operations = y.graph.names_snapshot(), y.graph.get_operations()
    attributes = [dict(operation.attributes) for operation in operations]
    in_double(y.graph)
    assert y.graph.names_snapshot() == names
    assert y.graph.get_operations() == operations
    assert [dict(operation.attributes) for operation in operations] == attributes
    assert y.dtype is tf.float32
