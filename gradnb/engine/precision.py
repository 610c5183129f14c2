"""A copy of a graph that computes with double precision: what rounding alone makes of a result shows beside it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from gradnb.engine.dtypes import DType, complex64, complex128, float16, float32, float64
from gradnb.engine.graph import Graph
from gradnb.engine.tensor import Operation

_PLAIN: Final = {float16: float64, float32: float64, complex64: complex128}
_DOUBLE: Final = _PLAIN | {single.reference: double.reference for single, double in _PLAIN.items()}


def in_double(graph: Graph) -> tuple[Graph, dict[Operation, Operation]]:
    """Return a private copy of a graph in which every floating-point or complex number has double precision.

    Parameters
    ----------
    graph : Graph
        It is only read. Its constants keep their values: a float32 0.1 stays 0.10000000149.

    Returns
    -------
    Graph
        The copy; tensors of integers, truth values and strings keep their types.
    dict of Operation to Operation
        What each operation became in it.

    Examples
    --------
    >>> import numpy as np
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> x = tf.constant(1.0) / 3.0
    >>> twin, became = in_double(x.graph)
    >>> with tf.Session(graph=twin) as session:
    ...     print(session.run(became[x.op].outputs[0]))
    0.3333333333333333
    """
    twin, became = graph.copy()
    for operation in became.values():
        operation.attributes = {name: _doubled(value) for name, value in operation.attributes.items()}
        for tensor in operation.outputs:
            tensor.dtype = _DOUBLE.get(tensor.dtype, tensor.dtype)
    return twin, became


def _doubled(value: Any) -> Any:
    if isinstance(value, DType):
        return _DOUBLE.get(value, value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        return value.astype(np.result_type(value.dtype, np.float64))
    return value
