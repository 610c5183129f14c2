"""gradnb: TensorFlow 1's gradients on NumPy, drawn and explained."""

from __future__ import annotations

from gradnb.engine.dtypes import (
    DType as DType,
)
from gradnb.engine.dtypes import as_dtype, bool_, complex64, complex128, float16, float32, float64, int32, int64, string
from gradnb.engine.gradients import AggregationMethod, UnconnectedGradients, gradients
from gradnb.engine.graph import Graph, GraphKeys, IndexedSlices, Operation, Tensor, control_dependencies, convert_to_tensor, get_default_graph, name_scope, reset_default_graph
from gradnb.engine.ops.broadcast import broadcast_to, fill, ones, ones_like, reshape, shape, zeros, zeros_like
from gradnb.engine.ops.linalg import matmul
from gradnb.engine.ops.math import add, add_n, cast, multiply, negative, subtract
from gradnb.engine.ops.random import random_normal, random_uniform, set_random_seed, truncated_normal
from gradnb.engine.ops.reductions import reduce_sum
from gradnb.engine.ops.state import assign, assign_add, assign_sub, constant, group, identity, no_op, placeholder, placeholder_with_default, stop_gradient
from gradnb.engine.session import ConfigProto, InteractiveSession, Session
from gradnb.engine.variables import *
from gradnb.messages import set_language
