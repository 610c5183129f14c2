"""Wrong uses of everything that a learner or a teacher can call, each with the error that it must give.

An entry is a line of Python, the type of its error, words of the message, and, where gradnb adds help to TensorFlow's
sentence or speaks by itself, words of that in English: in Chinese they must be replaced by Chinese ones.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np

from gradnb.cli import main
from gradnb.errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    NotInGradnbError,
    OperatorNotAllowedInGraphError,
    UnknownError,
)
from gradnb.exercises import check
from gradnb.jupyter.panel import Panel
from gradnb.jupyter.teaching import BadSetting
from gradnb.new_lesson import new_lesson
from gradnb.site import build_site


class Said(Exception):
    """What a command or a panel says to a person, without an error that a program could catch."""


#: A line of Python, the type of its error, words of TensorFlow's sentence, and words of the help in English.
Row = tuple[str, type[BaseException], str] | tuple[str, type[BaseException], str, str]


def command(*arguments: object) -> None:
    """Run the command ``gradnb``; what it says when it refuses is raised."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: Any = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
    if code:
        raise Said(f"{code}: {err.getvalue()}")


def everything(widget: Any) -> list[Any]:
    """Return a widget with all that is inside."""
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


def typed(panel: Any, name: str, text: str) -> None:
    """Type into the field of that name; what the panel says to it is raised."""
    field = next(
        widget for widget in everything(panel) if type(widget).__name__ == "Text" and widget.description == name
    )
    before = field.value
    field.value = text
    assert field.value == before  # the old number stays
    for widget in everything(panel):
        if type(widget).__name__ == "HTML" and 'role="alert"' in widget.value:
            words = unescape(widget.value.partition(">")[2].removesuffix("</p>"))
            widget.value = ""
            raise Said(words)


# What the lines find


def graph_stage(tf: Any) -> dict[str, Any]:
    """Return what a program may have at hand; `tf` is gradnb, or TensorFlow itself."""
    tf.reset_default_graph()
    graph = tf.get_default_graph()
    x = tf.Variable([1.0, 2.0], name="x")
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w")
    n = tf.Variable(3, name="n")
    kept = tf.get_variable("kept", [2])
    p = tf.placeholder(tf.float32, [2], name="p")
    p3 = tf.placeholder(tf.float32, [3], name="p3")
    q = tf.placeholder(tf.float32, [None, 3], name="q")
    k = tf.placeholder(tf.int32, [], name="k")
    m = tf.constant(np.ones((2, 3), np.float32), name="m")
    t = tf.constant([1.0, 2.0, 3.0], name="t")
    one = tf.constant(1.0, name="one")
    words = tf.constant("a", name="words")
    image = tf.constant(np.ones((1, 4, 4, 1), np.float32), name="image")
    filters = tf.constant(np.ones((2, 2, 1, 1), np.float32), name="filters")
    y = tf.multiply(x, x, name="y")
    s = tf.reduce_sum(y, name="s")
    fed = tf.multiply(p, 2.0, name="fed")
    of_words = tf.py_func(lambda v: "a", [x], tf.float32)
    divided = tf.py_func(lambda v: 1 / 0, [x], tf.float32)
    claim = tf.Assert(tf.less(x[0], 0.0), [x])
    broken = tf.check_numerics(x / 0.0, "broken")
    gathered = tf.gather(x, 5)
    scattered = tf.scatter_nd([[5]], [1.0], [3])
    squashed = tf.reshape(q, tf.stack([k, k]))
    solved = tf.matrix_inverse([[1.0, 1.0], [1.0, 1.0]])
    sliced = tf.slice(x, [0], [k])
    reshaped = tf.reshape(m, tf.stack([k, k]))
    labelled = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 9], logits=m)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    late = tf.Variable(1.0, name="late")
    unanswered = tf.gradients(y, late)
    with tf.Graph().as_default():
        stranger = tf.constant([1.0, 2.0], name="stranger")
    with tf.Graph().as_default():
        elsewhere = tf.Session()
    closed = tf.Session()
    closed.close()

    def reused(*arguments: Any) -> Any:
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            return tf.get_variable(*arguments)

    def finalized() -> None:
        other = tf.Graph()
        other.finalize()
        with other.as_default():
            tf.constant(1.0)

    return {**locals(), "np": np}


def explanation_stage(tf: Any) -> dict[str, Any]:
    """Return the same with an explanation, a quiz, and what else takes them."""
    stage = graph_stage(tf)
    names = {name: stage[name] for name in ("x", "y", "w", "s", "m", "p")}
    e = tf.explain(stage["y"], stage["x"], names=names)
    quiz = tf.explain(stage["y"], stage["x"], names=names, hide="x").quiz()
    return {**stage, "e": e, "quiz": quiz, "check": check, "new_lesson": new_lesson, "build_site": build_site}


def panel_stage(tf: Any) -> dict[str, Any]:
    """Return the same with a panel; ``typed`` types into its fields."""
    stage = explanation_stage(tf)
    whole = tf.explain(stage["n"] * 2, stage["n"], names={"n": stage["n"]})
    panel, counted = Panel(stage["e"], names={}), Panel(whole, names={}, ranges={"n": (0, 9)})
    return {**stage, "Panel": Panel, "panel": panel, "counted": counted, "typed": typed}


def training_stage(tf: Any) -> dict[str, Any]:
    """Return the same with an optimizer at work."""
    stage = graph_stage(tf)
    descent = tf.train.GradientDescentOptimizer(0.1)
    step = descent.minimize(stage["s"])
    fed_loss = tf.reduce_sum(stage["p"] * stage["x"])
    names = {"names": {"s": stage["s"], "x": stage["x"]}}
    view = tf.train_view(stage["s"], descent, **names)
    constant_loss, whole_loss = tf.reduce_sum(stage["m"]), tf.cast(stage["n"], tf.float32)
    return {**stage, **locals()}


def command_stage(tf: Any) -> dict[str, Any]:
    """Return the command, with files in the present folder."""
    tf.reset_default_graph()
    Path("empty.py").write_text("a = 1\n")
    Path("call.py").write_text("import tensorflow as tf\nx = tf.Variable(1.0)\ntf.gradients(x * x, x)\n")
    return {"command": command, "graph": tf.get_default_graph()}


# Building and running graphs

GRAPHS: list[Row] = [
    ("tf.matmul(m, m)", ValueError, "Dimensions must be equal, but are 3 and 2"),
    ("tf.matmul(t, t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.matmul([[1.]], [[1]], transpose_a=True, adjoint_a=True)", ValueError, "Only one of `transpose_a` and"),
    ("tf.matmul(m, 'abc')", TypeError, "Expected float32, but got 'abc' of type 'str'."),
    ("tf.add(x, t)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("x + t", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("x + n", TypeError, "Input 'y' of 'AddV2' Op has type int32 that does not match type float32"),
    ("x + 'a'", TypeError, "Expected float32 passed to parameter 'y' of op 'AddV2', got 'a' of type"),
    ("x * p3", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("x + stranger", ValueError, 'Tensor("stranger:0",', "'stranger:0' and 'x:0' belong to two graphs:"),
    ("tf.subtract(m, x)", ValueError, "Dimensions must be equal, but are 3 and 2"),
    ("tf.divide(x, 'two')", TypeError, "`x` and `y` must have the same dtype, got tf.float32 != tf.string."),
    ("tf.pow(x, t)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.maximum(x, t)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.logical_and(x, x)", TypeError, "Input 'x' of 'LogicalAnd' Op has type float32 that does not match"),
    ("tf.logical_not(1)", TypeError, "Expected bool passed to parameter 'x' of op 'LogicalNot', got 1 of type"),
    ("tf.sqrt(n)", TypeError, "Value passed to parameter 'x' has DataType int32 not in list of allowed"),
    ("tf.sin('x')", TypeError, "Value passed to parameter 'x' has DataType string not in list of"),
    ("tf.exp(True)", TypeError, "Value passed to parameter 'x' has DataType bool not in list of allowed"),
    ("tf.add_n([])", ValueError, "Inputs must be an iterable of at least one Tensor/IndexedSlices with"),
    ("tf.add_n([x, t])", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.add_n(3)", ValueError, "Inputs must be an iterable of at least one Tensor/IndexedSlices with"),
    ("tf.accumulate_n([])", ValueError, "Inputs must be an iterable of at least one Tensor/IndexedSlices with"),
    ("tf.accumulate_n([x, t])", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.scalar_mul(x, x)", ValueError, "The input scalar must be a 0-D value. Received shape (2,)."),
    ("tf.cast(x, 'float33')", TypeError, "Cannot convert 'float33' to a TensorFlow DType."),
    ("tf.cast(x, None)", TypeError, "Cannot convert None to a TensorFlow DType."),
    ("tf.as_dtype('nothing')", TypeError, "Cannot convert 'nothing' to a TensorFlow DType."),
    ("tf.as_dtype(object())", TypeError, "Cannot convert <object object at"),
    ("tf.constant('a', tf.float32)", TypeError, "Expected float32, but got 'a' of type 'str'."),
    ("tf.constant([1, [2]])", ValueError, "Can't convert non-rectangular Python sequence to Tensor: [1, [2]]."),
    ("tf.constant(1.5, tf.int32)", TypeError, "Expected int32, but got 1.5 of type 'float'."),
    ("tf.constant(300, tf.uint8)", ValueError, "300 does not fit into uint8, whose range is 0 to 255."),
    ("tf.constant(None)", ValueError, "None values not supported."),
    ("tf.constant(x)", TypeError, "Failed to convert object of type Variable to Tensor. Contents:"),
    ("tf.constant(1., dtype='floaty')", TypeError, "Cannot convert 'floaty' to a TensorFlow DType."),
    ("tf.constant(1., name='has space')", ValueError, "'has space' is not a valid node name. Accepted names"),
    ("tf.constant(1., name='<script>')", ValueError, "'<script>' is not a valid node name. Accepted names conform"),
    ("tf.constant(1., name=5)", TypeError, "expected string or bytes-like object, got 'int'"),
    ("tf.constant({'a': 1})", TypeError, "Failed to convert object of type dict to Tensor. Contents: {'a': 1}."),
    ("tf.constant(object())", TypeError, "Failed to convert object of type object to Tensor. Contents: <object"),
    ("tf.convert_to_tensor(x, tf.int32)", ValueError, "Incompatible type conversion requested to type 'int32' for"),
    ("tf.convert_to_tensor(None)", ValueError, "None values not supported."),
    ("tf.convert_to_tensor(session)", TypeError, "Failed to convert object of type Session to Tensor. Contents:"),
    ("tf.placeholder('floaty')", TypeError, "Cannot convert 'floaty' to a TensorFlow DType."),
    ("tf.placeholder(tf.float32, [-2])", ValueError, "Dimension -2 must be >= 0. Use None for an unknown"),
    ("tf.placeholder(tf.float32, 'abc')", TypeError, "'abc' is not a shape. Give a list such as [2, 3], with None"),
    ("tf.placeholder(tf.float32, [1.5])", TypeError, "Dimension value must be integer or None or have an"),
    ("tf.placeholder_with_default([1., 2.], [3])", ValueError, "The default value has shape [2], which does not"),
    ("tf.Variable()", ValueError, "initial_value must be specified."),
    ("tf.Variable(None)", ValueError, "initial_value must be specified."),
    ("tf.Variable('a', dtype=tf.float32)", TypeError, "Expected float32, but got 'a' of type 'str'."),
    ("tf.Variable(1., name='a b')", ValueError, "'a b' is not a valid root scope name. A root scope name has to"),
    ("tf.Variable(1., name='/x')", ValueError, "'/x' is not a valid root scope name. A root scope name has to"),
    ("tf.Variable(q)", ValueError, 'initial_value must have a shape specified: Tensor("q:0", shape=(?, 3),'),
    ("tf.Variable(lambda: 1 / 0)", ZeroDivisionError, "division by zero"),
    ("tf.get_variable('v')", ValueError, "Variable v did not get an initializer, so its `shape` argument must be"),
    ("tf.get_variable('v', [2], initializer=t)", ValueError, "If initializer is a constant, do not specify shape."),
    ("tf.get_variable('v', [None])", ValueError, "Shape of a new variable (v) must be fully defined, but instead"),
    ("tf.get_variable('v', [-1])", ValueError, "Dimension -1 must be >= 0. Use None for an unknown dimension."),
    ("tf.get_variable('x y', [1])", ValueError, "'x y' is not a valid root scope name. A root scope name has to"),
    ("tf.get_variable('kept', [1])", ValueError, "Variable kept already exists, disallowed. Did you mean to set"),
    ("tf.get_variable('kept', [1], initializer='nobody')", ValueError, "Variable kept already exists, disallowed."),
    ("tf.get_variable(3, [1])", TypeError, "expected string or bytes-like object, got 'int'"),
    ("tf.get_variable('v', 'abc')", TypeError, "'abc' is not a shape. Give a list such as [2, 3], with None for an"),
    ("tf.get_variable('v', [2], dtype='floaty')", TypeError, "Cannot convert 'floaty' to a TensorFlow DType."),
    ("tf.get_variable('v', [2], initializer=5)", ValueError, "If initializer is a constant, do not specify shape."),
    ("reused('v', [2])", ValueError, "Variable v does not exist, or was not created with tf.get_variable()."),
    ("reused('kept', [3])", ValueError, "Trying to share variable kept, but specified shape (3,) and found shape"),
    ("reused('kept', [2], tf.int32)", ValueError, "Trying to share variable kept, but specified dtype int32 and"),
    ("tf.variable_scope(7).__enter__()", TypeError, "VariableScope: name_or_scope must be a string or"),
    ("tf.variable_scope('a b').__enter__()", ValueError, "'a b' is not a valid root scope name. A root scope name"),
    ("tf.variable_scope('s', reuse='maybe').__enter__()", ValueError, "The reuse parameter must be True or False"),
    ("tf.name_scope('a b').__enter__()", ValueError, "'a b' is not a valid root scope name. A root scope name has"),
    ("tf.name_scope(5).__enter__()", TypeError, "expected string or bytes-like object, got 'int'"),
    ("tf.control_dependencies(x).__enter__()", OperatorNotAllowedInGraphError, "Iterating", "The graph is only"),
    ("tf.control_dependencies(5).__enter__()", TypeError, "'int' object is not iterable"),
    ("tf.control_dependencies([stranger]).__enter__()", ValueError, 'Tensor Tensor("stranger:0", shape=(2,),'),
    ("tf.assign(x, t)", ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are"),
    ("tf.assign(x, [1, 2, 3])", ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are"),
    ("tf.assign(t, t)", AttributeError, "'Tensor' object has no attribute 'assign'"),
    ("tf.assign(x, 'a')", TypeError, "Expected float32 passed to parameter 'value' of op 'Assign', got 'a' of"),
    ("tf.assign_add(x, 1.5j)", TypeError, "Expected float32 passed to parameter 'value' of op 'AssignAdd', got"),
    ("tf.assign_add(n, 1.5)", TypeError, "Expected int32 passed to parameter 'value' of op 'AssignAdd', got 1.5"),
    ("tf.assign_sub(5, 1)", AttributeError, "'int' object has no attribute 'assign_sub'"),
    ("x.assign([1., 2., 3.])", ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are"),
    ("x.assign_add([1., 2., 3.])", ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes"),
    ("x.load([1., 2., 3.], session)", ValueError, "Cannot feed value of shape (3,) for Tensor x/initial_value:0,"),
    ("x.load(1.)", ValueError, "Either session argument should be provided or default session should be"),
    ("x.load('a', session)", ValueError, "Cannot feed 'a' for Tensor x/initial_value:0, which has dtype float32:"),
    ("x.eval()", ValueError, "Cannot evaluate tensor using `eval()`: No default session is"),
    ("late.eval(session)", FailedPreconditionError, "Graph execution", "Run tf.global_variables_initializer()"),
    ("t.eval()", ValueError, "Cannot evaluate tensor using `eval()`: No default session is"),
    ("t.eval({}, 5)", AttributeError, "'int' object has no attribute 'run'"),
    ("tf.identity(None)", ValueError, "None values not supported."),
    ("tf.reshape(m, [4])", ValueError, "Cannot reshape a tensor with 6 elements to shape [4] (4 elements)"),
    ("tf.reshape(m, 'abc')", TypeError, "'abc' is not a shape. Give a list such as [2, 3]."),
    ("tf.reshape(m, [1.5])", TypeError, "Value passed to parameter 'shape' has DataType float32 not in list of"),
    ("tf.reshape(m, [5, -1])", ValueError, "Dimension size must be evenly divisible by 5 but is 6"),
    ("tf.transpose(m, [0])", ValueError, "Dimension must be 2 but is 1"),
    ("tf.transpose(m, [0, 0])", ValueError, "perm must list each of the axes 0 to 1 once, but is [0, 0]"),
    ("tf.transpose(m, [0, 5])", ValueError, "perm must list each of the axes 0 to 1 once, but is [0, 5]"),
    ("tf.concat([m, t], 0)", ValueError, "Shapes must be equal rank, but are 2 and 1"),
    ("tf.concat([m, m], 5)", ValueError, "axis 5 is not in [-2, 2)"),
    ("tf.concat([], 0)", ValueError, "concat needs at least one tensor."),
    ("tf.concat([x, n], 0)", ValueError, "Incompatible type conversion requested to type 'float32' for variable"),
    ("tf.concat(0, [m, m])", ValueError, "axis must be one int, not [<tf.Tensor 'm:0' shape=(2, 3)"),
    ("tf.stack([x, t])", ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are"),
    ("tf.stack([])", ValueError, "stack needs at least one tensor."),
    ("tf.stack([x, x], axis=5)", ValueError, "Argument `axis` = 5 not in range [-2, 2)"),
    ("tf.unstack(q, axis=0)", ValueError, "Cannot infer argument `num` from shape (?, 3)"),
    ("tf.unstack(m, num=3)", ValueError, "Dimension must be 3 but is 2"),
    ("tf.unstack(one)", ValueError, "Argument `axis` = 0 not in range [0, 0)"),
    ("tf.unstack(m, axis=4)", ValueError, "Argument `axis` = 4 not in range [-2, 2)"),
    ("tf.split(m, 4, axis=1)", ValueError, "Dimension size must be evenly divisible by 4 but is 3"),
    ("tf.split(m, [1, 1], axis=1)", ValueError, "Determined shape must either match input shape along split_dim"),
    ("tf.split(m, 2, axis=5)", ValueError, "axis 5 is not in [-2, 2)"),
    ("tf.squeeze(m, [0])", ValueError, "Can not squeeze dim[0], expected a dimension of 1, got 2"),
    ("tf.squeeze(m, [5])", ValueError, "axis 5 is not in [-2, 2)"),
    ("tf.expand_dims(m, 5)", ValueError, "dim 5 not in the interval [-3, 2]"),
    ("tf.expand_dims(m, [0, 1])", TypeError, "axis must be an int that is known when the graph is built, not [0,"),
    ("tf.expand_dims(m)", ValueError, "Must specify an axis argument to tf.expand_dims()"),
    ("tf.tile(m, [1])", ValueError, "Dimension must be 2 but is 1"),
    ("tf.tile(m, [1, -1])", ValueError, "Expected multiples >= 0, but got [1, -1]"),
    ("tf.pad(m, [[1, 1]])", ValueError, "Dimension must be 2 but is 1"),
    ("tf.pad(m, [[1, 1], [1, 1]], mode='ODD')", ValueError, "Value of argument `mode` expected to be one of"),
    ("tf.pad(m, [[-1, 1], [1, 1]])", ValueError, "Paddings must be non-negative: [[-1, 1], [1, 1]]"),
    ("tf.slice(m, [0, 0], [3, 3])", ValueError, "Expected size[0] in [0, 2], but got 3"),
    ("tf.slice(m, [0], [1])", ValueError, "Dimension must be 2 but is 1"),
    ("tf.slice(m, [0, 9], [1, 1])", ValueError, "Expected begin[1] in [0, 3], but got 9"),
    ("tf.strided_slice(m, [0, 0], [1, 1], [0, 1])", ValueError, "strides[0] must be non-zero"),
    ("m[5]", ValueError, "slice index 5 of dimension 0 out of bounds."),
    ("m[0, 0, 0]", ValueError, "Index out of range using input dim 2; input has only 2 dims"),
    ("m['a']", TypeError, "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and"),
    ("m[0.5]", TypeError, "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and"),
    ("m[::0]", ValueError, "strides[0] must be non-zero"),
    ("m[..., ..., 0]", ValueError, "Multiple ellipses in slice spec not allowed"),
    ("m[x]", TypeError, "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and"),
    ("tf.gather(x, 1.5)", TypeError, "Value passed to parameter 'indices' has DataType float32 not in list of"),
    ("tf.gather(x, [0], axis=3)", ValueError, "axis 3 is not in [-1, 1)"),
    ("tf.gather_nd(m, [[0, 0, 0]])", ValueError, "indices.shape[-1] must be <= params.rank, but saw indices"),
    ("tf.gather_nd(m, 1.5)", TypeError, "Value passed to parameter 'indices' has DataType float32 not in list of"),
    ("tf.boolean_mask(m, [True])", ValueError, "Shapes [2] and [1] are incompatible"),
    ("tf.boolean_mask(m, [[True, False]])", ValueError, "Shapes [2,3] and [1,2] are incompatible"),
    ("tf.boolean_mask(m, True)", ValueError, "mask cannot be scalar."),
    ("tf.one_hot([0], 'three')", TypeError, "Expected int32 passed to parameter 'depth' of op 'OneHot', got"),
    ("tf.one_hot([0.5], 3)", TypeError, "Value passed to parameter 'indices' has DataType float32 not in list of"),
    ("tf.one_hot([0], -3)", ValueError, "Dimension size, given by scalar input 1, must be non-negative but is -3"),
    ("tf.range(0, 10, 0)", ValueError, "Requires delta != 0"),
    ("tf.range(10, 0, 1)", ValueError, "Requires start <= limit when delta > 0: 10/0"),
    ("tf.range('a')", TypeError, "Expected string, but got 0 of type 'int'."),
    ("tf.zeros([-1])", ValueError, "Fill dimensions must be >= 0: [-1]"),
    ("tf.zeros('abc')", TypeError, "'abc' is not a shape. Give a list such as [2, 3]."),
    ("tf.ones([2], 'floaty')", TypeError, "Cannot convert 'floaty' to a TensorFlow DType."),
    ("tf.fill([2], [1., 2.])", ValueError, "Shape must be rank 0 but is rank 1"),
    ("tf.fill([-2], 1.)", ValueError, "Fill dimensions must be >= 0: [-2]"),
    ("tf.eye(-1)", ValueError, "Arguments `num_rows` and `num_columns` must be non-negative integer"),
    ("tf.eye('a')", TypeError, "Arguments `num_rows` and `num_columns` must be non-negative integer"),
    ("tf.diag(one)", ValueError, "Shape must be at least rank 1 but is rank 0"),
    ("tf.diag_part(m)", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.matrix_diag_part(t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.broadcast_to(t, [2, 2])", ValueError, "Incompatible shapes: [3] vs. [2,2]"),
    ("tf.broadcast_to(m, [3])", ValueError, "Incompatible shapes: [2,3] vs. [3]"),
    ("tf.roll(m, [1, 2], [0])", ValueError, "Dimension 0 in both shapes must be equal, but are 2 and 1"),
    ("tf.reverse(m, [5])", ValueError, "axis 5 is not in [-2, 2)"),
    ("tf.reverse(m, [0, 0])", ValueError, "axis [0, 0] names a dimension twice"),
    ("tf.reverse(m, 'a')", TypeError, "axis must be ints that are known when the graph is built, not 'a'."),
    ("tf.segment_sum(t, [0, 1])", ValueError, "Shapes must agree in front: data [3], segment_ids [2]"),
    ("tf.meshgrid(x, x, indexing='yx')", ValueError, "Argument `indexing` parameter must be either 'xy' or 'ij',"),
    ("tf.ensure_shape(x, [3])", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.shape_n(x)", TypeError, "Expected list for 'input' argument to 'shape_n' Op, not <tf.Variable"),
    ("tf.where([True, False], t, t)", ValueError, "Shapes (3,) and (2,) are not compatible"),
    ("tf.where([True], x)", ValueError, "x and y must both be non-None or both be None."),
    ("tf.where(x, x, x)", TypeError, "Input 'condition' of 'Select' Op has type float32 that does not match"),
    ("tf.clip_by_value(x, 'a', 'b')", TypeError, "Expected float32 passed to parameter 'clip_value_min' of op"),
    ("tf.clip_by_norm(x, 'a')", TypeError, "Expected float32 passed to parameter 'y' of op 'Mul', got 'a' of type"),
    ("tf.clip_by_global_norm(x, 1.)", TypeError, "`t_list` should be a sequence of tensors. Received"),
    ("tf.clip_by_global_norm([x, 5], 1.)", TypeError, "Value passed to parameter 't' has DataType int32 not in"),
    ("tf.global_norm(x)", TypeError, "`t_list` should be a sequence of tensors. Received"),
    ("tf.reduce_sum(m, 5)", ValueError, "Invalid reduction dimension 5 for input with 2 dimensions."),
    ("tf.reduce_sum(m, 'a')", TypeError, "axis must be an int or a list of ints that is known when the graph is"),
    ("tf.reduce_sum(m, 0.5)", TypeError, "axis must be an int or a list of ints that is known when the graph is"),
    ("tf.reduce_sum(True)", TypeError, "Value passed to parameter 'input' has DataType bool not in list of"),
    ("tf.reduce_mean('a')", TypeError, "Value passed to parameter 'input' has DataType string not in list of"),
    ("tf.reduce_all(x)", TypeError, "Input 'input' of 'All' Op has type float32 that does not match expected"),
    ("tf.reduce_max(m, axis=[0, 7])", ValueError, "Invalid reduction dimension 7 for input with 2 dimensions."),
    ("tf.reduce_logsumexp(n)", TypeError, "Value passed to parameter 'x' has DataType int32 not in list of allowed"),
    ("tf.argmax(m, 5)", ValueError, "Invalid reduction dimension 5 for input with 2 dimensions."),
    ("tf.argmax(m, 0.5)", TypeError, "axis must be an int or a list of ints that is known when the graph is"),
    ("tf.argmin('a')", TypeError, "Value passed to parameter 'input' has DataType string not in list of"),
    ("tf.cumprod(m, 'a')", TypeError, "axis must be an int or a list of ints that is known when the graph is"),
    ("tf.sort(m, direction='UP')", ValueError, "Argument `direction` should be one of 'ASCENDING' or 'DESCENDING'."),
    ("tf.argsort(m, axis=7)", ValueError, "axis 7 is not in [-2, 2)"),
    ("tf.norm(m, ord='odd')", ValueError, "'ord' must be a supported vector norm, got 'odd'."),
    ("tf.norm(m, ord=-1)", ValueError, "'ord' must be a supported vector norm, got -1."),
    ("tf.norm(x, axis=[0, 1, 2])", ValueError, "'axis' must be None, an integer, or a tuple of 2 unique integers,"),
    ("tf.cross(x, x)", ValueError, "Dimension must be 3 but is 2"),
    ("tf.tensordot(m, m, 1)", ValueError, "Expected dimension 3 at axis 0 but got dimension 2"),
    ("tf.tensordot(m, m, [[0], [0, 1]])", ValueError, "Different number of contraction axes `a` and `b`, 1 != 2."),
    ("tf.tensordot(m, m, [[0], [5]])", IndexError, "`axes` names axis 5, and the tensor has 2 axes. Received:"),
    ("tf.tensordot(m, m, 'a')", ValueError, "`axes` must be an integer or have length 2. Received a."),
    ("tf.einsum('ij,jk->ik', m, m)", ValueError, "Expected dimension 3 at axis 0 but got dimension 2"),
    ("tf.einsum('ij', m, m)", ValueError, "Expected 1 inputs for equation 'ij' but got 2"),
    ("tf.einsum('i?j->j', m)", ValueError, "Indices have incorrect format: i?j->j"),
    ("tf.einsum(m, 'ij->i')", TypeError, "Value passed to parameter 'inputs' has DataType string not in list of"),
    ("tf.einsum('ijk->i', m)", ValueError, "Expected input to have rank 3 but got: 2"),
    ("tf.einsum('ij->ik', m)", ValueError, "Expected each label of the result once, and in an input: ij->ik"),
    ("tf.trace(t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.cholesky(m)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.matrix_inverse(m)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.matrix_determinant(t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.matrix_solve(m, m)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.matrix_solve(w, t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.matrix_triangular_solve(m, m)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.qr(t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.svd(t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.self_adjoint_eig(m)", ValueError, "Dimensions must be equal, but are 2 and 3"),
    ("tf.matrix_band_part(m, 'a', 0)", TypeError, "num_lower must be an int that is known when the graph is"),
    ("tf.matrix_set_diag(m, t)", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.matrix_transpose(t)", ValueError, "Argument `a` should be a (batch) matrix with rank >= 2. Received `a` ="),
    ("tf.polygamma('a', 1.)", TypeError, "Value passed to parameter 'a' has DataType string not in list of"),
    ("tf.count_nonzero('a', axis=4)", ValueError, "Invalid reduction dimension 4 for input with 0 dimensions."),
    ("tf.matmull(m, m)", NotInGradnbError, "module 'tf' has no attribute 'matmull'.", "Did you mean tf.matmul?"),
    ("tf.nn.rellu(x)", NotInGradnbError, "module 'tf.nn' has no", "Did you mean tf.nn.relu, tf.nn.relu6,"),
    ("tf.train.AdmaOptimizer(0.1)", NotInGradnbError, "module 'tf.train' has", "Did you mean tf.train.AdamOptimiz"),
    ("tf.while_loop", NotInGradnbError, "module 'tf' has no", "tf.while_loop is not part of gradnb yet. To"),
    ("tf.cond", NotInGradnbError, "module 'tf' has no attribute", "tf.cond is not part of gradnb yet. To choose"),
    ("tf.keras", NotInGradnbError, "module 'tf' has no attribute", "tf.keras is not part of gradnb yet. Build the"),
    ("tf.GradientTape", NotInGradnbError, "module 'tf' has no", "tf.GradientTape is not part of gradnb yet."),
    ("tf.train.Saver", NotInGradnbError, "module 'tf.train' has no", "tf.train.Saver is not part of gradnb yet. A"),
    ("tf.enable_eager_execution()", NotInGradnbError, "module 'tf' has no", "tf.enable_eager_execution is not"),
    ("tf.nn.softmax(m, axis=5)", InvalidArgumentError, "`axis` must be in the range [-2, 2) where 2 is the number"),
    ("tf.nn.log_softmax('a')", TypeError, "Value passed to parameter 'logits' has DataType string not in list of"),
    ("tf.nn.relu('a')", TypeError, "Value passed to parameter 'features' has DataType string not in list of"),
    ("tf.nn.leaky_relu(x, 'a')", TypeError, "Expected float for argument 'alpha' not 'a'."),
    ("tf.nn.bias_add(m, x)", ValueError, "Dimensions must be equal, but are 3 and 2"),
    ("tf.nn.bias_add(t, t)", ValueError, "Shape must be at least rank 2 but is rank 1"),
    ("tf.nn.bias_add(m, t, data_format='ODD')", ValueError, "Only data_format='NHWC' (channels last) is"),
    ("tf.nn.dropout(x, keep_prob=0.)", ValueError, "`rate` must be a scalar tensor or a float in the range [0, 1)."),
    ("tf.nn.dropout(x, keep_prob=2.)", ValueError, "`rate` must be a scalar tensor or a float in the range [0, 1)."),
    ("tf.nn.dropout(x, rate=1.5)", ValueError, "`rate` must be a scalar tensor or a float in the range [0, 1)."),
    ("tf.nn.dropout(x)", ValueError, "Give one of keep_prob and rate. Received: keep_prob=None, rate=None"),
    ("tf.nn.l2_normalize(x, 5)", ValueError, "Invalid reduction dimension 5 for input with 1 dimensions."),
    ("tf.nn.moments(m, [5])", ValueError, "Invalid reduction dimension 5 for input with 2 dimensions."),
    ("tf.nn.conv2d(m, m, strides=1, padding='SAME')", ValueError, "Shape must be rank 4 but is rank 2"),
    ("tf.nn.conv2d(image, filters, strides=[1, 1, 1, 1], padding='ODD')", ValueError, "padding must be 'SAME' or"),
    ("tf.nn.conv2d(image, filters, strides=[1, 0, 0, 1], padding='SAME')", ValueError, "strides must be one, two"),
    ("tf.nn.conv2d(image, image, strides=[1, 1, 1, 1], padding='SAME')", ValueError, "Dimensions must be equal,"),
    ("tf.nn.conv2d(image, filters, strides=[1, 1], padding='SAME', data_format='ODD')", ValueError, "Only data_format"),
    ("tf.nn.conv2d(image, filters)", ValueError, "padding must be 'SAME' or 'VALID', not None."),
    ("tf.nn.max_pool(m, 2, 2, 'SAME')", ValueError, "Shape must be rank 4 but is rank 2"),
    ("tf.nn.max_pool(image, [1, 9, 9, 1], [1, 1, 1, 1], 'VALID')", ValueError, "Negative dimension size caused by"),
    ("tf.nn.max_pool(image, [1, 0, 0, 1], [1, 1, 1, 1], 'SAME')", ValueError, "ksize must be one, two or four"),
    ("tf.nn.avg_pool(image, 2, 2, 'ODD')", ValueError, "padding must be 'SAME' or 'VALID', not 'ODD'."),
    ("tf.nn.depthwise_conv2d(image, image, [1, 1, 1, 1], 'SAME')", ValueError, "Dimensions must be equal, but are"),
    ("tf.nn.embedding_lookup(m, 1.5)", TypeError, "Value passed to parameter 'indices' has DataType float32 not"),
    ("tf.nn.in_top_k(m, [0], 1)", ValueError, "Dimensions must be equal, but are 2 and 1"),
    ("tf.nn.top_k(t, 9)", ValueError, "input must have last dimension >= k = 9 but is 3"),
    ("tf.nn.top_k(t, -1)", ValueError, "Dimension size, given by scalar input 1, must be non-negative but is -1"),
    ("tf.nn.xw_plus_b(m, m, t)", ValueError, "Dimensions must be equal, but are 3 and 2"),
    ("tf.nn.batch_normalization(m, x, x, None, None, 'a')", TypeError, "Expected float32 passed to parameter 'y'"),
    ("tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=t)", ValueError, "`logits` and `labels` must have"),
    ("tf.nn.sigmoid_cross_entropy_with_logits(x, x)", ValueError, "Only call `sigmoid_cross_entropy_with_logits`"),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=m, logits=w)", ValueError, "Shapes (2, 2) and (2, 3) are not"),
    ("tf.nn.softmax_cross_entropy_with_logits(m, m)", ValueError, "Only call `softmax_cross_entropy_with_logits`"),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0.5, 1.], logits=m)", TypeError, "Value passed to"),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2], logits=m)", ValueError, "Shapes (2,) and"),
    ("tf.nn.weighted_cross_entropy_with_logits(labels=x, logits=t, pos_weight=1.)", ValueError, "`logits` and"),
    ("tf.layers.dense(t, 3)", ValueError, "Input 0 of layer dense is incompatible with the layer: its rank is"),
    ("tf.layers.dense(m, -3)", ValueError, "Dimension -3 must be >= 0. Use None for an unknown dimension."),
    ("tf.layers.dense(m, 'three')", TypeError, "Dimension value must be integer or None or have an __index__"),
    ("tf.layers.dense(m, 3, activation='relu6')", ValueError, "Unknown activation function: 'relu6'. Give the"),
    ("tf.layers.dropout(x, rate=1.5, training=True)", ValueError, "`rate` must be a scalar tensor or a float in"),
    ("tf.losses.mean_squared_error(x, t)", ValueError, "Shapes (3,) and (2,) are incompatible"),
    ("tf.losses.mean_squared_error(None, x)", ValueError, "labels must not be None."),
    ("tf.losses.mean_squared_error(x, x, weights=t)", ValueError, "weights can not be broadcast to values."),
    ("tf.losses.mean_squared_error(x, x, reduction='odd')", ValueError, "Invalid ReductionKey odd. Choose one of:"),
    ("tf.losses.absolute_difference(x, None)", ValueError, "predictions must not be None."),
    ("tf.losses.huber_loss(x, t)", ValueError, "Shapes (3,) and (2,) are incompatible"),
    ("tf.losses.log_loss(x, t)", ValueError, "Shapes (3,) and (2,) are incompatible"),
    ("tf.losses.hinge_loss(x, t)", ValueError, "Shapes (3,) and (2,) are incompatible"),
    ("tf.losses.softmax_cross_entropy(m, w)", ValueError, "Shapes (2, 2) and (2, 3) are incompatible"),
    ("tf.losses.sparse_softmax_cross_entropy([0, 1, 2], m)", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.losses.cosine_distance(x, x)", ValueError, "You must specify 'axis'."),
    ("tf.losses.compute_weighted_loss(x, 'a')", TypeError, "Value passed to parameter 'x' has DataType string not"),
    ("tf.losses.get_total_loss()", ValueError, "Inputs must be an iterable of at least one Tensor/IndexedSlices"),
    ("tf.train.GradientDescentOptimizer('fast').minimize(s)", TypeError, "Value passed to parameter 'x' has"),
    ("tf.train.GradientDescentOptimizer()", TypeError, "GradientDescentOptimizer.__init__() missing 1 required"),
    ("tf.train.GradientDescentOptimizer(0.1).minimize(5)", ValueError, "Invalid type tf.int32 for Const_4:0,"),
    ("tf.train.GradientDescentOptimizer(0.1).minimize(None)", ValueError, "None values not supported."),
    ("tf.train.GradientDescentOptimizer(0.1).minimize(s, var_list=[])", ValueError, "No variables to optimize."),
    (
        "tf.train.GradientDescentOptimizer(0.1).minimize(s, var_list=[late])",
        ValueError,
        "No gradients",
        "A gradient is None",
    ),
    (
        "tf.train.GradientDescentOptimizer(0.1).minimize(s, var_list=[t])",
        ValueError,
        "No gradients",
        "A gradient is None",
    ),
    ("tf.train.GradientDescentOptimizer(0.1).apply_gradients([])", ValueError, "No variables provided."),
    (
        "tf.train.GradientDescentOptimizer(0.1).apply_gradients([(None, x)])",
        ValueError,
        "No gradients",
        "A gradient is None",
    ),
    ("tf.train.GradientDescentOptimizer(0.1).apply_gradients([(t, x)])", ValueError, 'The gradient Tensor("t:0",'),
    ("tf.train.GradientDescentOptimizer(0.1).apply_gradients([(t, t)])", NotImplementedError, "Trying to update a"),
    ("tf.train.GradientDescentOptimizer(0.1).apply_gradients(5)", TypeError, "'int' object is not iterable"),
    ("tf.train.GradientDescentOptimizer(0.1).compute_gradients(s, gate_gradients=7)", ValueError, "gate_gradients"),
    ("tf.train.MomentumOptimizer(0.1)", TypeError, "MomentumOptimizer.__init__() missing 1 required positional"),
    ("tf.train.AdamOptimizer(None).minimize(s)", ValueError, "None values not supported."),
    ("tf.train.Optimizer(False, None)", ValueError, "Must specify the optimizer name"),
    ("tf.train.exponential_decay(0.1, None, 10, 0.9)", ValueError, "global_step is required for exponential_decay."),
    ("tf.train.piecewise_constant(n, [1, 2], [0.1])", ValueError, "The length of boundaries should be 1 less than"),
    ("tf.train.piecewise_constant(n, [1.5], [0.1, 0.2])", ValueError, "Boundaries (float32) must have the same"),
    ("tf.train.polynomial_decay(0.1, None, 10)", ValueError, "global_step is required for polynomial_decay."),
    ("tf.train.cosine_decay(0.1, None, 10)", ValueError, "global_step is required for cosine_decay."),
    ("tf.train.global_step(session, 5)", TypeError, 'Argument `fetch` = 5 has invalid type "int" must be a string'),
    ("tf.train.get_global_step('x')", AttributeError, "'str' object has no attribute 'get_collection'"),
    ("tf.random_normal('a')", TypeError, "'a' is not a shape. Give a list such as [2, 3]."),
    ("tf.random_uniform([2], 0, 5, dtype=tf.int32, seed='x')", TypeError, "The seed must be an int, not 'x'."),
    ("tf.random_uniform([2], dtype=tf.int32)", ValueError, "Must specify maxval for integer dtype int32"),
    ("tf.truncated_normal([2], dtype=tf.int32)", TypeError, "Expected int32 passed to parameter 'y' of op 'Mul',"),
    ("tf.constant_initializer('a')([2])", TypeError, "Expected float32, but got 'a' of type 'str'."),
    ("tf.zeros_initializer()([-1])", ValueError, "Fill dimensions must be >= 0: [-1]"),
    ("tf.orthogonal_initializer()([2])", ValueError, "The tensor to initialize must be at least two-dimensional."),
    ("tf.variance_scaling_initializer(scale=-1.)", ValueError, "Argument `scale` must be a positive float."),
    ("tf.variance_scaling_initializer(mode='odd')", ValueError, "Argument `mode` should be one of ('fan_in',"),
    ("tf.variance_scaling_initializer(distribution='odd')", ValueError, "Argument `distribution` should be one of"),
    ("tf.initializers.random_uniform('a')([2])", TypeError, "Expected float32, but got 'a' of type 'str'."),
    ("tf.Session('grpc://somewhere')", ValueError, "Session target", "runs in this process only; leave"),
    ("tf.InteractiveSession('x')", ValueError, "Session target 'x': gradnb", "runs in this process only; leave the"),
    ("session.run('x:0:1')", ValueError, "Argument `fetch` = x:0:1 cannot be interpreted as a Tensor. (The name"),
    ("session.run('nobody:0')", ValueError, 'Argument `fetch` = nobody:0 cannot be interpreted as a Tensor. ("The'),
    ("session.run('x:7')", ValueError, 'Argument `fetch` = x:7 cannot be interpreted as a Tensor. ("The name'),
    ("session.run('')", ValueError, "Argument `fetch` =  cannot be interpreted as a Tensor. (\"The name ''"),
    ("session.run(None)", TypeError, "Argument `fetch` = None has", "gave None for late: no path leads from late"),
    ("session.run([x, None])", TypeError, "Argument `fetch` = None", "gave None for late: no path leads from late"),
    ("session.run(5)", TypeError, 'Argument `fetch` = 5 has invalid type "int" must be a string or Tensor.'),
    ("session.run({'a': 5})", TypeError, 'Argument `fetch` = 5 has invalid type "int" must be a string or Tensor.'),
    ("session.run(object())", TypeError, "Argument `fetch` = <object object at"),
    ("session.run(stranger)", ValueError, 'Argument `fetch` = Tensor("stranger:0", shape=(2,), dtype=float32)'),
    ("session.run(late)", FailedPreconditionError, "Graph execution", "Run tf.global_variables_initializer()"),
    ("session.run(fed)", InvalidArgumentError, "Graph execution error:", "Give it a value: session.run(...,"),
    ("session.run(y, {p: [1., 2., 3.]})", ValueError, "Cannot feed value of shape (3,) for Tensor p:0, which has"),
    ("session.run(p, {p: 'a'})", ValueError, "Cannot feed 'a' for Tensor p:0, which has dtype float32: could not"),
    ("session.run(p, {p: [[1., 2.]]})", ValueError, "Cannot feed value of shape (1, 2) for Tensor p:0, which has"),
    ("session.run(p, {p: None})", ValueError, "Cannot feed value of shape () for Tensor p:0, which has shape (2,)"),
    ("session.run(p, {p: t})", TypeError, "The value of a feed cannot be a tf.Tensor object. Acceptable feed"),
    ("session.run(p, {'nobody': 1.})", TypeError, "Cannot interpret feed_dict key as Tensor: The name 'nobody'"),
    ("session.run(p, {5: 1.})", TypeError, "Cannot interpret feed_dict key as Tensor: Can not convert a int into a"),
    ("session.run(p, [1., 2.])", TypeError, "The feed_dict must map tensors to values, not be a list."),
    ("session.run(p, 5)", TypeError, "The feed_dict must map tensors to values, not be a int."),
    ("session.run(p, {stranger: 1.})", TypeError, "Cannot interpret feed_dict key as Tensor: Tensor"),
    ("session.run(y, {x.initializer: 1.})", TypeError, "Cannot interpret feed_dict key as Tensor: Can not convert"),
    ("session.run(q, {q: [[1., 2.]]})", ValueError, "Cannot feed value of shape (1, 2) for Tensor q:0, which has"),
    ("session.run(q, {q: [[1., 2.], [1.]]})", ValueError, "Cannot feed [[1.0, 2.0], [1.0]] for Tensor q:0, which"),
    ("session.run(n, {n: 'a'})", ValueError, "Cannot feed 'a' for Tensor n:0, which has dtype int32: invalid"),
    ("session.run(unanswered)", TypeError, "Argument `fetch` =", "gave None for late: no path leads from late"),
    ("closed.run(x)", RuntimeError, "Attempted to use a closed Session."),
    ("tf.get_default_session().run(x)", AttributeError, "'NoneType' object has no attribute 'run'"),
    ("graph.get_tensor_by_name('x')", ValueError, "The name 'x' refers to an Operation, not a Tensor. Tensor"),
    ("graph.get_tensor_by_name('x:5')", KeyError, "\"The name 'x:5' refers to a Tensor which does not exist. The"),
    ("graph.get_tensor_by_name('nobody:0')", KeyError, "\"The name 'nobody:0' refers to a Tensor which does not"),
    ("graph.get_tensor_by_name(5)", TypeError, "Can not convert a int into a Tensor."),
    ("graph.get_tensor_by_name(None)", TypeError, "Can not convert a NoneType into a Tensor."),
    ("graph.get_operation_by_name('nobody')", KeyError, "\"The name 'nobody' refers to an Operation which does not"),
    ("graph.get_operation_by_name('x:0')", ValueError, "Name 'x:0' appears to refer to a Tensor, not a Operation."),
    ("graph.get_operation_by_name(5)", TypeError, "Can not convert a int into a Operation."),
    ("graph.as_graph_element('x:x')", ValueError, "The name 'x:x' looks a like a Tensor name, but is not a valid"),
    ("graph.as_graph_element(5)", TypeError, "Can not convert a int into a Tensor or Operation."),
    ("graph.as_graph_element(stranger)", ValueError, 'Tensor Tensor("stranger:0", shape=(2,), dtype=float32) is'),
    ("graph.get_collection()", TypeError, "Graph.get_collection() missing 1 required positional argument: 'name'"),
    ("graph.unique_name(5)", AttributeError, "'int' object has no attribute 'lower'"),
    ("graph.add_to_collection()", TypeError, "Graph.add_to_collection() missing 2 required positional arguments:"),
    ("finalized()", RuntimeError, "Graph is finalized and cannot be modified."),
    ("tf.gradients()", TypeError, "gradients() missing 2 required positional arguments: 'ys' and 'xs'"),
    ("tf.gradients(y)", TypeError, "gradients() missing 1 required positional argument: 'xs'"),
    ("tf.gradients(y, None)", AttributeError, "'NoneType' object has no attribute 'op'"),
    ("tf.gradients(None, x)", AttributeError, "'NoneType' object has no attribute 'op'"),
    ("tf.gradients(y, [[x]])", TypeError, "Expected any non-tensor", "Give xs as one flat list of tensors or"),
    ("tf.gradients(stranger, x)", ValueError, "<tf.Variable 'x:0'", "'x:0' and 'stranger:0' belong to two"),
    ("tf.gradients(y, stranger)", ValueError, 'Tensor("stranger:0",', "'stranger:0' and 'y:0' belong to two"),
    ("tf.gradients(y, x, [1., 2.])", ValueError, "Length mismatch. Passed 2", "A list is taken as one weight for"),
    ("tf.gradients(y, x, [[1., 2., 3.]])", ValueError, "Dimensions must be equal, but are 3 and 2"),
    ("tf.gradients(y, x, [['a', 'b']])", TypeError, "Gradient type string generated for real or integer-valued"),
    ("tf.gradients(y, x, 'a')", TypeError, "Gradient type string generated for real or integer-valued tensor"),
    ("tf.gradients(y, x, 5)", TypeError, "Input 'y' of 'Mul' Op has type float32 that does not match type int32"),
    ("tf.gradients([y, s], x, [1.])", ValueError, "Length mismatch. Passed 1", "A list is taken as one weight for"),
    ("tf.gradients(y, x, [n])", TypeError, "Input 'y' of 'Mul' Op has type float32 that does not match type int32"),
    ("tf.gradients(y, x, stop_gradients=5)", AttributeError, "'int' object has no attribute 'op'"),
    ("tf.gradients(y, x, stop_gradients='x')", AttributeError, "'str' object has no attribute 'op'"),
    ("tf.gradients(y, x, stop_gradients=[stranger])", ValueError, 'Tensor("stranger:0",', "'stranger:0' and"),
    ("tf.gradients(y, x, unconnected_gradients='maybe')", ValueError, "Unknown value for unconnected_gradients:"),
    ("tf.gradients(y, x, unconnected_gradients=None)", ValueError, "Unknown value for unconnected_gradients: None"),
    ("tf.gradients(y, x, aggregation_method=99)", ValueError, "Invalid `aggregation_method` specified 99."),
    ("tf.gradients(words, x)", TypeError, "Expected string, but got 1 of type 'int'."),
    ("tf.hessians(y, late)", ValueError, "None values not", "No path leads from 'late:0' to the ys, so the"),
    ("tf.hessians(s, m)", ValueError, "None values not supported.", "No path leads from 'm:0' to the ys, so the"),
    ("tf.hessians(s, 5)", ValueError, "None values not supported.", "No path leads from '5' to the ys, so the"),
    ("tf.custom_gradient(lambda v: (v, 5))(x)", TypeError, "5 is not a callable object"),
    ("tf.RegisterGradient('Relu')(lambda op, g: g)", KeyError, "\"Registering two gradient with name 'Relu'!"),
    ("tf.RegisterGradient(5)", TypeError, "op_type must be a string"),
    ("tf.NotDifferentiable('Relu')", KeyError, "\"Registering two gradient with name 'Relu'! (Previous"),
    ("tf.NotDifferentiable(5)", TypeError, "op_type must be a string"),
    ("tf.py_func(5, [x], tf.float32)", ValueError, "Expected func to be callable. Received func=5 of type"),
    ("session.run(of_words)", InvalidArgumentError, "Graph execution error:", "Let '<lambda>' return numbers of"),
    ("session.run(divided)", UnknownError, "ZeroDivisionError: division by zero"),
    ("tf.numpy_function(5, [x], tf.float32)", ValueError, "Expected func to be callable. Received func=5 of type"),
    ("tf.Print(x, 5)", TypeError, "Expected list for 'data' argument to 'Print' Op, not 5."),
    ("tf.Assert(False, 5)", TypeError, "data must be a list of tensors, not 5."),
    ("session.run(claim)", InvalidArgumentError, "assertion failed: [1 2]"),
    ("session.run(broken)", InvalidArgumentError, "broken : Tensor had Inf values"),
    ("tf.check_numerics(n, 'a')", TypeError, "Value passed to parameter 'tensor' has DataType int32 not in list of"),
    ("tf.group(5)", TypeError, "Can not convert a int into a Tensor or Operation."),
    ("tf.tuple(5)", TypeError, "'int' object is not iterable"),
    ("tf.tuple([])", ValueError, "'tensors' must have at least one Tensor. Received: []."),
    ("tf.no_op(5)", TypeError, "expected string or bytes-like object, got 'int'"),
    ("bool(x)", OperatorNotAllowedInGraphError, "Using a symbolic", "The graph is only being built, so the"),
    ("[v for v in one]", OperatorNotAllowedInGraphError, "Iterating over a symbolic", "The graph is only being"),
    ("[v for v in q]", OperatorNotAllowedInGraphError, "Iterating over a", "The graph is only being built,"),
    ("len(x)", TypeError, "len is not well defined for <tf.Variable 'x:0' shape=(2,)"),
    ("float(t)", TypeError, "float() argument must be a string or a real number, not 'Tensor'"),
    ("np.array([y])", NotImplementedError, "Cannot convert a symbolic", "The graph is only being built, so the"),
    ("x.shape.with_rank(3)", ValueError, "Shapes (2,) and (?, ?, ?) are not compatible"),
    ("x.set_shape([3])", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("y.set_shape([3])", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.TensorShape('abc')", TypeError, "'abc' is not a shape. Give a list such as [2, 3], with None for an"),
    ("tf.TensorShape([-2])", ValueError, "Dimension -2 must be >= 0. Use None for an unknown dimension."),
    ("tf.TensorShape([1.5])", TypeError, "Dimension value must be integer or None or have an __index__ method,"),
    ("tf.TensorShape([2]).merge_with([3])", ValueError, "Shapes (2,) and (3,) are not compatible"),
    ("tf.TensorShape(None).as_list()", ValueError, "as_list() is not defined on an unknown TensorShape."),
    ("tf.Dimension(-1)", ValueError, "Dimension -1 must be >= 0. Use None for an unknown dimension."),
    ("tf.Dimension('a')", TypeError, "Dimension value must be integer or None or have an __index__ method,"),
    ("tf.IndexedSlices(x, n) + 1", TypeError, "unsupported operand type(s) for +: 'IndexedSlices' and 'int'"),
    ("tf.variables_initializer(5)", TypeError, "'int' object is not iterable"),
    ("tf.variables_initializer([t])", AttributeError, "'Tensor' object has no attribute 'initializer'"),
    ("tf.test.compute_gradient(x, [2], y, [3])", ValueError, "No default session is registered. Use `with"),
    ("tf.test.compute_gradient_error(x, [3], y, [2])", ValueError, "No default session is registered. Use `with"),
    ("tf.test.compute_gradient(5, [2], y, [2])", ValueError, "No default session is registered. Use `with"),
    ("tf.set_language('fr')", ValueError, "Unknown language 'fr'. Available: en, zh."),
    ("tf.set_language(None)", ValueError, "Unknown language None. Available: en, zh."),
    ("tf.initializers.nothing()", NotInGradnbError, "module 'tf.initializers'", "has what TensorFlow 1 programs"),
    ("tf.compat.v1.nothing", NotInGradnbError, "module 'tf' has no", "has what TensorFlow 1 programs about"),
    ("tf.raw_ops.MatMul(a=m, b=m)", NotInGradnbError, "module 'tf.raw_ops' has", "Did you mean tf.linalg.matmul?"),
    ("session.run(gathered)", InvalidArgumentError, "indices = 5 is not in [0, 2)"),
    ("session.run(scattered)", InvalidArgumentError, "indices[0] = [5] does not index into  shape [3]"),
    ("session.run(squashed, {q: [[1., 2., 3.]], k: 2})", InvalidArgumentError, "Input to reshape is a tensor with"),
    ("session.run(solved)", InvalidArgumentError, "Input is not invertible."),
    ("session.run(sliced, {k: 9})", InvalidArgumentError, "Expected size[0] in [0, 2], but got 9"),
    ("session.run(reshaped, {k: 4})", InvalidArgumentError, "Input to reshape is a tensor with 6 values, but the"),
    ("session.run(labelled)", InvalidArgumentError, "Received a label value of 9 which is outside the valid range"),
    ("bool(y)", OperatorNotAllowedInGraphError, "Using a symbolic", "The graph is only being built, so the"),
]

#: There TensorFlow accepts the line, gives an error from its depths, or lacks the function.
UNLIKE_TENSORFLOW = frozenset(
    [
        "tf.add_n(3)",
        "tf.constant(300, tf.uint8)",
        "tf.transpose(m, [0, 0])",
        "tf.concat([x, n], 0)",
        "tf.stack([])",
        "tf.expand_dims(m, [0, 1])",
        "tf.tile(m, [1, -1])",
        "tf.slice(m, [0, 0], [3, 3])",
        "tf.slice(m, [0, 9], [1, 1])",
        "tf.range('a')",
        "tf.segment_sum(t, [0, 1])",
        "tf.tensordot(m, m, 'a')",
        "tf.einsum(m, 'ij->i')",
        "tf.matrix_set_diag(m, t)",
        "tf.while_loop",
        "tf.cond",
        "tf.keras",
        "tf.GradientTape",
        "tf.train.Saver",
        "tf.enable_eager_execution()",
        "tf.nn.conv2d(image, filters)",
        "tf.nn.sigmoid_cross_entropy_with_logits(x, x)",
        "tf.nn.softmax_cross_entropy_with_logits(m, m)",
        "tf.layers.dense(t, 3)",
        "tf.layers.dense(m, -3)",
        "tf.layers.dense(m, 'three')",
        "tf.layers.dense(m, 3, activation='relu6')",
        "tf.layers.dropout(x, rate=1.5, training=True)",
        "tf.losses.compute_weighted_loss(x, 'a')",
        "tf.train.GradientDescentOptimizer('fast').minimize(s)",
        "tf.train.GradientDescentOptimizer(0.1).minimize(5)",
        "tf.train.GradientDescentOptimizer(0.1).minimize(None)",
        "tf.Session('grpc://somewhere')",
        "tf.InteractiveSession('x')",
        "bool(x)",
        "tf.test.compute_gradient_error(x, [3], y, [2])",
        "tf.test.compute_gradient(5, [2], y, [2])",
        "tf.set_language('fr')",
        "tf.set_language(None)",
        "tf.raw_ops.MatMul(a=m, b=m)",
    ]
)

EXPLAINING: list[Row] = [
    ("tf.explain(None, x)", AttributeError, "'NoneType' object has no attribute 'op'"),
    ("tf.explain(5)", ValueError, "", "There is no xs, and no variable of a"),
    ("tf.explain('y', x)", TypeError, "", "holds the text 'y'. Give the tensor itself,"),
    ("tf.explain(m)", ValueError, "", "There is no xs, and no variable of a"),
    ("tf.explain(y, [[x]])", TypeError, "Expected any non-tensor type,", "Give xs as one flat list of tensors or"),
    ("tf.explain(y, stranger)", ValueError, 'Tensor("stranger:0",', "'stranger:0' and 'y:0' belong to two"),
    ("tf.explain(stranger, x)", ValueError, "<tf.Variable 'x:0'", "'x:0' and 'stranger:0' belong to two"),
    ("tf.explain(y, x, [1., 2.])", ValueError, "Length mismatch. Passed", "A list is taken as one weight for each"),
    ("tf.explain(y, x, [[1., 2., 3.]])", ValueError, "Dimensions must be equal, but are 3 and 2"),
    ("tf.explain(y, x, [['a', 'b']])", TypeError, "Gradient type string generated for real or integer-valued"),
    ("tf.explain(y, x, stop_gradients=5)", AttributeError, "'int' object has no attribute 'op'"),
    ("tf.explain(y, x, stop_gradients=stranger)", ValueError, 'Tensor("stranger:0",', "'stranger:0' and 'y:0'"),
    ("tf.explain(y, x, unconnected_gradients='maybe')", ValueError, "Unknown value for unconnected_gradients:"),
    ("tf.explain(y, x, session=5)", TypeError, "session", "must be a Session; this is of type int."),
    ("tf.explain(y, x, session=closed)", RuntimeError, "Attempted to use a", "Its variables are gone. Leave"),
    ("tf.explain(y, x, session=elsewhere)", ValueError, "", "The session belongs to another graph than the"),
    ("tf.explain(y, x, feed_dict=5)", TypeError, "", "must map placeholders to values; this is of"),
    ("tf.explain(y, x, feed_dict=[(p, 1.)])", TypeError, "", "must map placeholders to values; this is of"),
    ("tf.explain(fed, p, feed_dict={p: [1., 2., 3.]})", ValueError, "Cannot feed value of shape (3,) for Tensor"),
    ("tf.explain(fed, p, feed_dict={p: 'a'})", ValueError, "Cannot feed 'a' for Tensor p:0, which has dtype"),
    ("tf.explain(fed, p, feed_dict={p: None})", ValueError, "Cannot feed value of shape () for Tensor p:0, which"),
    ("tf.explain(fed, p, feed_dict={p: m})", TypeError, "The value of a feed cannot be a tf.Tensor object."),
    ("tf.explain(fed, p, feed_dict={'nobody': 1.})", ValueError, "The name 'nobody' looks like an (invalid)"),
    ("tf.explain(fed, p, feed_dict={'nobody:0': 1.})", KeyError, "\"The name 'nobody:0' refers to a Tensor which"),
    ("tf.explain(fed, p, feed_dict={5: 1.})", TypeError, "Can not convert a int into a Tensor."),
    ("tf.explain(fed, p, feed_dict={stranger: [1., 2.]})", ValueError, 'Tensor Tensor("stranger:0", shape=(2,),'),
    ("tf.explain(fed, p, feed_dict={fed.op: [1., 2.]})", TypeError, "Can not convert a Operation into a Tensor."),
    ("tf.explain(y, x, names=5)", TypeError, "names", "must map names to tensors, as vars() does;"),
    ("tf.explain(y, x, names=[x, y])", TypeError, "names", "must map names to tensors, as vars() does;"),
    ("tf.explain(y, x, names='x')", TypeError, "names", "must map names to tensors, as vars() does;"),
    ("tf.explain(y, x, seed='a')", ValueError, "seed", "'a' is not allowed. It is a whole number, 0"),
    ("tf.explain(y, x, seed=1.5)", ValueError, "seed", "1.5 is not allowed. It is a whole number, 0"),
    ("tf.explain(y, x, seed=-1)", ValueError, "seed", "-1 is not allowed. It is a whole number, 0 or"),
    ("tf.explain(late, late, seed='a')", ValueError, "seed", "'a' is not allowed. It is a whole number, 0"),
    ("tf.explain(y, x, views='picture')", ValueError, "", "'picture' is not among its values. Allowed:"),
    ("tf.explain(y, x, views=['graph', 'pathes'])", ValueError, "", "'pathes' is not among its values. Allowed:"),
    ("tf.explain(y, x, views=5)", TypeError, "", "must be one name or a list of them; this is"),
    ("tf.explain(y, x, views=[5])", ValueError, "", "5 is not among its values. Allowed: graph,"),
    ("tf.explain(y, x, views=[['graph']])", ValueError, "", "['graph'] is not among its values. Allowed:"),
    ("tf.explain(y, x, views=None)", TypeError, "", "must be one name or a list of them; this is"),
    ("tf.explain(y, x, layout='diagonal')", ValueError, "layout", "'diagonal' is not among its values. Allowed:"),
    ("tf.explain(y, x, layout=None)", ValueError, "layout", "None is not among its values. Allowed: LR, TB."),
    ("tf.explain(y, x, layout=['LR'])", ValueError, "layout", "['LR'] is not among its values. Allowed: LR,"),
    ("tf.explain(y, x, precision=0)", ValueError, "precision", "0 is not allowed. It is a whole number from 1"),
    ("tf.explain(y, x, precision=99)", ValueError, "precision", "99 is not allowed. It is a whole number from"),
    ("tf.explain(y, x, precision='4')", ValueError, "precision", "'4' is not allowed. It is a whole number from"),
    ("tf.explain(y, x, precision=2.5)", ValueError, "precision", "2.5 is not allowed. It is a whole number from"),
    ("tf.explain(y, x, precision=True)", ValueError, "precision", "True is not allowed. It is a whole number"),
    ("tf.explain(y, x, precision=None)", ValueError, "precision", "None is not allowed. It is a whole number"),
    ("tf.explain(y, x, language='fr')", ValueError, "Unknown language 'fr'. Available: en, zh."),
    ("tf.explain(y, x, language=5)", ValueError, "Unknown language 5. Available: en, zh."),
    ("tf.explain(y, x, theme='pink')", ValueError, "theme", "'pink' is not among its values. Allowed:"),
    ("tf.explain(y, x, theme=None)", ValueError, "theme", "None is not among its values. Allowed: auto,"),
    ("tf.explain(y, x, against='torch')", ValueError, "against", "'torch' is not among its values. Allowed:"),
    ("tf.explain(y, x, against=5)", ValueError, "against", "5 is not among its values. Allowed:"),
    ("tf.explain(y, x, hide='nobody')", ValueError, "hide", "there is no gradient of 'nobody' here."),
    ("tf.explain(y, x, hide=5)", TypeError, "hide", "must be one name or a list of them; this is"),
    ("tf.explain(y, x, hide=[5])", ValueError, "hide", "there is no gradient of '5' here. Nearest: x,"),
    ("tf.explain(y, x, hide=stranger)", ValueError, "hide", "there is no gradient of 'stranger:0' here."),
    ("tf.explain(y, x, hide=None)", TypeError, "hide", "must be one name or a list of them; this is"),
    ("tf.explain(y, x, nothing=1)", TypeError, "explain() got an unexpected keyword argument 'nothing'"),
    ("e.partial_view(['picture'])", ValueError, "", "'picture' is not among its values. Allowed:"),
    ("e.partial_view(5)", TypeError, "", "must be one name or a list of them; this is"),
    ("e.with_hidden('nobody')", ValueError, "hide", "there is no gradient of 'nobody' here."),
    ("e.with_hidden(5)", TypeError, "hide", "must be one name or a list of them; this is"),
    ("e.with_hidden(None)", TypeError, "hide", "must be one name or a list of them; this is"),
    ("e.with_hidden([x, 5])", ValueError, "hide", "there is no gradient of '5' here. Nearest: x,"),
    ("e.with_views('picture')", ValueError, "", "'picture' is not among its values. Allowed:"),
    ("e.with_views(5)", TypeError, "", "must be one name or a list of them; this is"),
    ("e.with_scopes(opened=5)", TypeError, "opened", "must be one name or a list of them; this is"),
    ("e.card('n99')", KeyError, "", "The picture has nothing with the id 'n99'.\""),
    ("e.card(5)", KeyError, "", "The picture has nothing with the id 5.'"),
    ("e.card(None)", KeyError, "", "The picture has nothing with the id None.'"),
    ("e.card('')", KeyError, "", "The picture has nothing with the id ''.\""),
    ("e.recompute({'nobody': 1.})", KeyError, "", "There is nothing called 'nobody' to change"),
    ("e.recompute({'x': [1., 2., 3.]})", ValueError, "", "has shape (2,); a value of shape (3,) does"),
    ("e.recompute({'x': 'a'})", ValueError, "", "takes float32 numbers of shape (2,); 'a' is"),
    ("e.recompute({'x': None})", ValueError, "", "has shape (2,); a value of shape () does not"),
    ("e.recompute({'x': [[1.], [2., 3.]]})", ValueError, "", "takes float32 numbers of shape (2,); [[1.0],"),
    ("e.recompute(5)", TypeError, "inputs", "must map names to values; this is of type int."),
    ("e.recompute('x')", TypeError, "inputs", "must map names to values; this is of type str."),
    ("e.recompute(weights={'nobody': 1.})", KeyError, "", "There is nothing called 'nobody' to change"),
    ("e.recompute(weights={'y': [1., 2., 3.]})", ValueError, "", "has shape (2,); a value of shape (3,) does"),
    ("e.recompute(weights={'y': 'a'})", ValueError, "", "takes float32 numbers of shape (2,); 'a' is"),
    ("e.recompute(stops=['nobody'])", KeyError, "", "There is nothing called 'nobody' to change"),
    ("e.recompute(stops=5)", TypeError, "stops", "must be one name or a list of them; this is"),
    ("e.recompute(lifted=['nobody'])", KeyError, "", "There is nothing called 'nobody' to change"),
    ("e.recompute({'x': 1j})", ValueError, "", "takes float32 numbers of shape (2,); 1j is"),
    ("e.quiz('nobody')", ValueError, "hide", "there is no gradient of 'nobody' here."),
    ("e.quiz(5)", TypeError, "names", "must be one name or a list of them; this is"),
    ("e.quiz('x', tolerance=2)", ValueError, "tolerance", "2 is not allowed. It is a share from 0 up to"),
    ("e.quiz('x', tolerance=-1)", ValueError, "tolerance", "-1 is not allowed. It is a share from 0 up to"),
    ("e.quiz('x', tolerance='a')", ValueError, "tolerance", "'a' is not allowed. It is a share from 0 up"),
    ("e.quiz('x', tolerance=float('nan'))", ValueError, "tolerance", "nan is not allowed. It is a share from 0 up"),
    ("e.quiz('x', tolerance=None)", ValueError, "tolerance", "None is not allowed. It is a share from 0 up"),
    ("quiz.check('nobody', 1)", ValueError, "", "'nobody' is not asked here. Asked: x."),
    ("quiz.check(5, 1)", ValueError, "", "5 is not asked here. Asked: x."),
    ("quiz.check(x, 1)", ValueError, "<tf.Variable 'x:0'", "is not asked here. Asked: x."),
    ("quiz.check()", TypeError, "Quiz.check() missing 2 required positional arguments: 'name' and"),
    ("quiz.give_up('nobody')", ValueError, "", "'nobody' is not asked here. Asked: x."),
    ("quiz.save('nowhere/results.json')", FileNotFoundError, "", "nowhere/results.json cannot be written: there"),
    ("quiz.save('.')", IsADirectoryError, "", "is a folder; give the name of a file."),
    ("e.save('picture')", ValueError, "picture", "its ending names no format. Allowed: .svg"),
    ("e.save('picture.gif')", ValueError, "picture.gif", "its ending names no format. Allowed: .svg"),
    ("e.save('.svg')", ValueError, ".svg", "its ending names no format. Allowed: .svg"),
    ("e.save('')", ValueError, "", "its ending names no format. Allowed: .svg"),
    ("e.save('nowhere/picture.svg')", FileNotFoundError, "", "nowhere/picture.svg cannot be written: there"),
    ("e.save('folder.svg')", IsADirectoryError, "folder.svg", "is a folder; give the name of a file."),
    ("e.save('a\\0b.svg')", ValueError, "'a\\x00b.svg'", "holds a character that no name of a file can"),
    ("tf.show()", TypeError, "show() missing 1 required positional argument: 'explanation'"),
    ("tf.show(5)", ValueError, "", "There is no xs, and no variable of a"),
    ("tf.show(e, x)", TypeError, "", "These options belong to explain: an"),
    ("tf.show(e, precision=5)", TypeError, "", "These options belong to explain: an"),
    ("tf.show(None)", ValueError, "", "There is no xs, and no variable of a"),
    ("check('99.9', 5)", KeyError, "", "There is no exercise 99.9. Near it: 1.1, 1.2,"),
    ("check(5, 5)", TypeError, "check", "takes the name of one of the lessons'"),
    ("check(None)", TypeError, "check", "takes the name of one of the lessons'"),
    ("check('', 5)", KeyError, "", "There is no exercise . Near it: 1.1, 1.2,"),
    ("new_lesson('Bad Name', 'folder')", ValueError, "'Bad Name'", "can't be a lesson's name. Use lower-case"),
    ("new_lesson('../evil', 'folder')", ValueError, "'../evil'", "can't be a lesson's name. Use lower-case"),
    ("new_lesson('', 'folder')", ValueError, "", "can't be a lesson's name. Use lower-case"),
    ("new_lesson(5, 'folder')", ValueError, "", "can't be a lesson's name. Use lower-case"),
    ("build_site('file.txt')", FileExistsError, "[Errno 17] File exists: 'file.txt'"),
]

PANEL: list[Row] = [
    ("Panel(e, presets={'a': {'x': 'abc'}})", BadSetting, "", "The preset 'a' sets x to 'abc', which is no"),
    ("Panel(e, presets={'a': {'x': [1., 2., 3.]}})", BadSetting, "", "The preset 'a' sets x to [1.0, 2.0, 3.0],"),
    ("Panel(e, presets={'a': {'nobody': 1.}})", BadSetting, "", "A preset sets 'nobody', which is nothing that"),
    ("Panel(e, presets={'a': {'stop_gradients': ['nobody']}})", BadSetting, "", "A preset sets 'nobody', which is"),
    ("Panel(e, presets={'a': {'stop_gradients': 5}})", BadSetting, "", "The preset 'a' needs a list of names for"),
    ("Panel(e, presets={'a': {'grad_ys': 5}})", BadSetting, "", "The preset 'a' needs one weight for each y in"),
    ("Panel(e, presets={'a': {'grad_ys': [1., 2.]}})", BadSetting, "", "The preset 'a' needs one weight for each y"),
    ("Panel(e, presets={'a': 5})", BadSetting, "", "The preset 'a' is of type int. Write the"),
    ("Panel(e, presets=5)", BadSetting, "presets", "must map names to settings; this is of type"),
    ("Panel(e, presets=['a'])", BadSetting, "presets", "must map names to settings; this is of type"),
    ("Panel(e, ranges={'nobody': (0, 1)})", BadSetting, "", "A range is given for 'nobody', which has no"),
    ("Panel(e, ranges={'x': (1, 0)})", BadSetting, "", "The range of x is (1, 0). Write (lowest,"),
    ("Panel(e, ranges={'x': 5})", BadSetting, "", "The range of x is 5. Write (lowest, highest)"),
    ("Panel(e, ranges={'x': (0, 1, 2)})", BadSetting, "", "The range of x is (0, 1, 2). Write (lowest,"),
    ("Panel(e, ranges={'x': (0, float('inf'))})", BadSetting, "", "The range of x is (0, inf). Write (lowest,"),
    ("Panel(e, ranges={'x': ('a', 'b')})", BadSetting, "", "The range of x is ('a', 'b'). Write (lowest,"),
    ("Panel(e, ranges=5)", BadSetting, "ranges", "must map names to settings; this is of type"),
    ("Panel(e, ranges={5: (0, 1)})", BadSetting, "", "A range is given for '5', which has no number"),
    ("Panel(e, ranges={'x': (0, 1)}, presets={'a': {'x': 9.}})", BadSetting, "", "The preset 'a' sets x[0] to 9.0,"),
    ("panel.change({'nobody': 1.})", BadSetting, "", "A preset sets 'nobody', which is nothing that"),
    ("panel.change({'x': 'abc'})", BadSetting, "", "The preset '' sets x to 'abc', which is no"),
    ("panel.change({'x': [1., 2., 3.]})", BadSetting, "", "The preset '' sets x to [1.0, 2.0, 3.0],"),
    ("panel.change(weights={'nobody': 1.})", BadSetting, "", "A preset sets 'grad_ys nobody', which is"),
    ("panel.change(stops=['nobody'])", BadSetting, "", "A preset sets 'nobody', which is nothing that"),
    ("panel.change(stops=5)", BadSetting, "", "The preset '' needs a list of names for its"),
    ("panel.change(lifted=['nobody'])", BadSetting, "", "A preset sets 'nobody', which is nothing that"),
    ("panel.choose('nobody')", BadSetting, "", "There is no preset 'nobody' here. Known: –."),
    ("panel.save('picture')", ValueError, "picture", "its ending names no format. Allowed: .svg"),
    ("panel.save('nowhere/picture.svg')", FileNotFoundError, "", "nowhere/picture.svg cannot be written: there"),
    ("typed(panel, 'x[0]', 'abc')", Said, "", "'abc' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '')", Said, "", "Type a number, such as 2, -0.5, 1e-3 or 1/3."),
    ("typed(panel, 'x[0]', '1/0')", Said, "", "nothing can be divided by zero; the old"),
    ("typed(counted, 'n', '1.5')", Said, "", "does not fit: this is int32, which holds"),
    ("typed(panel, 'x[0]', '1e99')", Said, "1e99", "does not fit: float32 goes from"),
    ("typed(counted, 'n', '99999999999')", Said, "99999999999", "does not fit: int32 goes from -2147483648 to"),
    ("typed(counted, 'n', '10')", Said, "", "lies outside: here numbers go from 0 to 9."),
    ("typed(panel, 'x[0]', '1_000')", Said, "", "'1_000' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '1' * 99)", Said, "", "'1111111111111111111111111111111111111111…'"),
    ("typed(panel, 'x[0]', '1e999999999')", Said, "1e999999999", "does not fit: float32 goes from"),
    ("typed(panel, 'x[0]', '__import__(\"os\")')", Said, "", "'__import__(\"os\")' is not a number. Type one"),
    ("typed(counted, 'n', 'nan')", Said, "", "does not fit: this is int32, which holds"),
    ("typed(counted, 'n', 'inf')", Said, "", "does not fit: this is int32, which holds"),
    ("typed(counted, 'n', '1/2')", Said, "", "does not fit: this is int32, which holds"),
    ("typed(panel, 'x[0]', '1//2')", Said, "", "'1//2' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '1/2/3')", Said, "", "'1/2/3' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '0x10')", Said, "", "'0x10' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '²')", Said, "", "'²' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', 'inf/2')", Said, "", "'inf/2' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '1/')", Said, "", "'1/' is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '\\x00')", Said, "", "is not a number. Type one such as 2,"),
    ("typed(panel, 'x[0]', '⅓')", Said, "", "'⅓' is not a number. Type one such as 2,"),
    ("typed(counted, 'n', '²³')", Said, "", "'²³' is not a number. Type one such as 2,"),
]

TRAINING: list[Row] = [
    ("tf.train_view()", TypeError, "train_view() missing 2 required positional arguments: 'loss' and"),
    ("tf.train_view(s)", TypeError, "train_view() missing 1 required positional argument: 'optimizer'"),
    ("tf.train_view(5, descent)", TypeError, "", "The loss is of type int; a tensor is needed:"),
    ("tf.train_view(None, descent)", TypeError, "", "The loss is of type NoneType; a tensor is"),
    ("tf.train_view(y, descent)", ValueError, "", "The loss 'y:0' has the shape (2,), and a loss"),
    ("tf.train_view(s, step)", TypeError, "", "The optimizer is of type Operation. Give the"),
    ("tf.train_view(s, 'sgd')", TypeError, "", "The optimizer is of type str. Give the"),
    ("tf.train_view(constant_loss, descent)", ValueError, "", "depends on no trainable variable, so"),
    ("tf.train_view(whole_loss, descent)", ValueError, "", "'Cast' depends on no trainable variable, so"),
    ("tf.train_view(fed_loss, descent)", ValueError, "", "The feed lacks a value for p (2,). Give it"),
    ("tf.train_view(fed_loss, descent, 5)", TypeError, "", "The feed is of type int. It can be a dict"),
    ("tf.train_view(fed_loss, descent, [])", ValueError, "", "The feed is empty: not even the first step"),
    ("tf.train_view(fed_loss, descent, [5])", TypeError, "", "The feed gave something of type int for step"),
    ("tf.train_view(fed_loss, descent, lambda step: 5)", TypeError, "", "The feed gave something of type int for"),
    ("tf.train_view(fed_loss, descent, lambda: {})", TypeError, "<lambda>() takes 0 positional arguments but 1"),
    ("tf.train_view(fed_loss, descent, {p: [1., 2., 3.]})", ValueError, "Cannot feed value of shape (3,) for"),
    ("tf.train_view(fed_loss, descent, {p: 'a'})", ValueError, "Cannot feed 'a' for Tensor p:0, which has dtype"),
    ("tf.train_view(fed_loss, descent, {'p': [1., 2.]})", ValueError, "The name 'p' refers to an Operation, not a"),
    ("tf.train_view(fed_loss, descent, {5: [1., 2.]})", TypeError, "Can not convert a int into a Tensor."),
    ("tf.train_view(s, descent, steps=-1)", ValueError, "steps", "-1 is not allowed. It is a whole number, 0 or"),
    ("tf.train_view(s, descent, steps='ten')", ValueError, "steps", "'ten' is not allowed. It is a whole number, 0"),
    ("tf.train_view(s, descent, steps=1.5)", ValueError, "steps", "1.5 is not allowed. It is a whole number, 0"),
    ("tf.train_view(s, descent, var_list=5)", TypeError, "var_list", "holds something of type int; variables are"),
    ("tf.train_view(s, descent, var_list=[t])", TypeError, "var_list", "holds something of type Tensor; variables"),
    ("tf.train_view(s, descent, var_list=[])", ValueError, "No variables to optimize."),
    ("tf.train_view(s, descent, var_list=[w])", ValueError, "", "No gradient reaches w. A gradient is None"),
    ("tf.train_view(s, descent, global_step=5)", TypeError, "global_step", "is of type int; a variable is needed,"),
    ("tf.train_view(s, descent, session=5)", TypeError, "session", "must be a Session; this is of type int."),
    ("tf.train_view(s, descent, session=closed)", RuntimeError, "Attempted to use a closed", "Its variables are"),
    ("tf.train_view(s, descent, names=5)", TypeError, "names", "must map names to tensors, as vars() does;"),
    ("tf.train_view(s, descent, seed='a')", ValueError, "seed", "'a' is not allowed. It is a whole number, 0"),
    ("tf.train_view(s, descent, language='fr')", ValueError, "Unknown language 'fr'. Available: en, zh."),
    ("tf.train_view(s, descent, theme='pink')", ValueError, "theme", "'pink' is not among its values. Allowed:"),
    ("tf.train_view(s, descent, precision=0)", ValueError, "precision", "0 is not allowed. It is a whole number"),
    ("tf.train_view(stranger, descent)", ValueError, "", "a loss is one number: take its tf.reduce_mean"),
    ("view.step(-1)", ValueError, "steps", "-1 is not allowed. It is a whole number, 0 or"),
    ("view.step('a')", ValueError, "steps", "'a' is not allowed. It is a whole number, 0"),
    ("view.set(nothing=1)", KeyError, "", "\"The optimizer has no number called 'nothing'"),
    ("view.set(learning_rate='a')", ValueError, "learning_rate", "'a' is no finite number."),
    ("view.set(learning_rate=float('nan'))", ValueError, "learning_rate", "nan is no finite number."),
    ("view.set(learning_rate=None)", ValueError, "learning_rate", "None is no finite number."),
    ("view.run('nobody')", ValueError, 'Argument `fetch` = nobody cannot be interpreted as a Tensor. ("The name'),
    ("view.run(stranger)", ValueError, 'Argument `fetch` = Tensor("stranger:0", shape=(2,), dtype=float32)'),
    ("view.run(5)", TypeError, 'Argument `fetch` = 5 has invalid type "int" must be a string or Tensor.'),
    ("view.decision_boundary(y, p, [1, 2], [1])", ValueError, "points", "must be of the shape (n, 2) and have one"),
    ("view.decision_boundary(y, p, [[1., 2.]], [1, 2])", ValueError, "points", "must be of the shape (n, 2) and"),
    ("view.decision_boundary(5, p, [[1., 2.]], [1])", TypeError, 'Argument `fetch` = 5 has invalid type "int"'),
    ("view.decision_boundary(y, p, [['a', 'b']], [1])", ValueError, "points", "and labels must be numbers; they are"),
    ("tf.compare_optimizers(s, {})", ValueError, "", "There is no optimizer to compare: give a dict"),
    ("tf.compare_optimizers(s, 5)", TypeError, "", "Give the optimizers in a list, or in a dict"),
    ("tf.compare_optimizers(s, descent)", TypeError, "", "Give the optimizers in a list, or in a dict"),
    ("tf.compare_optimizers(s, [5])", TypeError, "", "The optimizer is of type int. Give the"),
    ("tf.compare_optimizers(s, {'a': 'sgd'})", TypeError, "", "The optimizer is of type str. Give the"),
    ("tf.compare_optimizers(y, [descent])", ValueError, "", "The loss 'y:0' has the shape (2,), and a loss"),
    ("tf.compare_optimizers(s, [descent], steps=-5)", ValueError, "steps", "-5 is not allowed. It is a whole"),
]

COMMAND: list[Row] = [
    ("command()", Said, "2: gradnb: the following arguments are required: explain | against |"),
    ("command('explode')", Said, "2: gradnb: argument explain | against | lessons | new-lesson |"),
    ("command('explain')", Said, "2: gradnb explain: the following arguments are required: PROGRAM.py"),
    ("command('explain', 'missing.py')", Said, "2: gradnb: cannot read", "cannot read missing.py: No such file or"),
    ("command('explain', '.')", Said, "2: gradnb: cannot read .: Is a directory", "cannot read .: Is a directory"),
    ("command('explain', 'empty.py')", Said, "2: gradnb: empty.py ran,", "ran, but it called neither tf.gradients"),
    ("command('explain', 'call.py', '-o', 'out.gif')", Said, "2: gradnb: out.gif: its", "its ending names no"),
    (
        "command('explain', 'call.py', '-o', 'nowhere/out.svg')",
        Said,
        "nowhere/out.svg",
        "cannot be written: there is no folder",
    ),
    ("command('explain', 'call.py', '-o', '.')", Said, "2: gradnb: .: its ending", "its ending names no format."),
    ("command('explain', 'call.py', '--lang', 'fr')", Said, "2: gradnb explain: argument --lang: invalid choice:"),
    ("command('explain', 'call.py', '--nothing')", Said, "2: gradnb: unrecognized arguments: --nothing"),
    ("command('explain', 'call.py', '-o')", Said, "2: gradnb explain: argument -o/--output: expected one argument"),
    ("command('against', 'torch', 'call.py')", Said, "2: gradnb against: argument other: invalid choice: 'torch'"),
    ("command('against', 'tensorflow', 'missing.py')", Said, "2: gradnb: TensorFlow is not", "TensorFlow is not"),
    ("command('against', 'tensorflow', 'call.py')", Said, "2: gradnb: TensorFlow", "TensorFlow is not installed"),
    ("command('lessons', '--port', 'abc')", Said, "2: gradnb lessons: argument --port: invalid int value: 'abc'"),
    ("command('lessons', '--folder', 'file.txt')", Said, "2: gradnb: cannot", "cannot write file.txt/en: Not"),
    ("command('new-lesson', 'Bad Name')", Said, "2: gradnb: 'Bad Name' can't be", "can't be a lesson's name. Use"),
    ("command('new-lesson', '../evil')", Said, "2: gradnb: '../evil' can't be a", "can't be a lesson's name. Use"),
    ("command('new-lesson')", Said, "2: gradnb new-lesson: the following arguments are required: NAME"),
    ("command('new-lesson', 'ok', '--folder', 'file.txt')", Said, "2: gradnb: cannot write", "cannot write"),
    ("command('build-site', 'file.txt')", Said, "2: gradnb: cannot write", "cannot write file.txt: File exists"),
]

STAGES: Mapping[str, tuple[Callable[[Any], dict[str, Any]], list[Row]]] = {
    "graphs": (graph_stage, GRAPHS),
    "explaining": (explanation_stage, EXPLAINING),
    "panel": (panel_stage, PANEL),
    "training": (training_stage, TRAINING),
    "command": (command_stage, COMMAND),
}
