"""Operations and the tensors that flow between them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from gradnb.engine import shapes
from gradnb.engine.defaults import session_for
from gradnb.engine.dtypes import DType
from gradnb.engine.registry import OpDef
from gradnb.engine.shapes import StaticShape, TensorShape
from gradnb.engine.tracebacks import short_tracebacks, with_short_tracebacks
from gradnb.errors import OperatorNotAllowedInGraphError
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.graph import Graph
    from gradnb.engine.session import Session


class Operation:
    """A node of the graph: it computes tensors from tensors.

    Attributes
    ----------
    graph : Graph
        The graph it belongs to.
    name : str
        Its unique name, ``layer/add_1``.
    inputs : tuple of Tensor
        What it computes from.
    outputs : tuple of Tensor
        What it computes.
    control_inputs : tuple of Operation
        Operations that must run before it.
    attributes : Mapping
        Its settings: an axis, whether to transpose.
    index : int
        Its place in the order of creation, in which any operation comes after its inputs.
    forward : Operation or None
        The operation whose gradient it helps to compute; None outside of gradients.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> y = tf.multiply(tf.constant(2.0, name="c"), 3.0, name="y")
    >>> y.op.type, y.op.inputs[0].name, y.op.outputs[0] is y
    ('Mul', 'c:0', True)
    """

    __slots__ = (
        "_outputs",
        "attributes",
        "control_inputs",
        "definition",
        "forward",
        "graph",
        "index",
        "inputs",
        "name",
    )

    def __init__(
        self,
        graph: Graph,
        definition: OpDef,
        name: str,
        inputs: tuple[Tensor, ...],
        control_inputs: tuple[Operation, ...],
        attributes: Mapping[str, Any],
        outputs: shapes.Spec | list[shapes.Spec],
        index: int,
        forward: Operation | None,
    ) -> None:
        self.graph = graph
        self.definition = definition
        self.name = name
        self.inputs = inputs
        self.control_inputs = control_inputs
        self.attributes = attributes
        self.index = index
        self.forward = forward
        # Nearly all operations have one output; without a tuple around it a large graph takes less memory and time.
        self._outputs: Tensor | tuple[Tensor, ...]
        if isinstance(outputs, list):
            self._outputs = tuple([Tensor(self, i, dtype, shape) for i, (dtype, shape) in enumerate(outputs)])
        else:
            self._outputs = Tensor(self, 0, outputs[0], outputs[1])

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """The tensors that it computes.

        Examples
        --------
        >>> import gradnb as tf
        >>> c = tf.constant(1.0)
        >>> c.op.outputs[0] is c
        True
        """
        outputs = self._outputs
        return outputs if isinstance(outputs, tuple) else (outputs,)

    @property
    def type(self) -> str:
        """The kind of operation, with TensorFlow's name: ``MatMul``.

        Examples
        --------
        >>> import gradnb as tf
        >>> (tf.constant(1.0) + 2.0).op.type
        'AddV2'
        """
        return self.definition.type

    def values(self) -> tuple[Tensor, ...]:
        """Return the outputs.

        Returns
        -------
        tuple of Tensor
            The same as `outputs`.

        Examples
        --------
        >>> import gradnb as tf
        >>> c = tf.constant(1.0)
        >>> c.op.values() == c.op.outputs
        True
        """
        return self.outputs

    def get_attr(self, name: str) -> Any:
        """Return one attribute; ``T`` is the dtype of the first input, ``_class`` the colocation.

        Parameters
        ----------
        name : str
            The attribute's name.

        Returns
        -------
        object
            Its value.

        Raises
        ------
        ValueError
            If there is none of that name.

        Examples
        --------
        >>> import gradnb as tf
        >>> a = tf.ones([2, 3])
        >>> tf.matmul(a, a, transpose_b=True).op.get_attr("transpose_b")
        True
        """
        if name in self.attributes:
            return self.attributes[name]
        if name == "T" and (self.inputs or self.outputs):
            return (self.inputs or self.outputs)[0].dtype.base_dtype
        raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")

    def colocation_groups(self) -> list[bytes]:
        """Return with which operations it is to share a device, as ``[b'loc:@name']``.

        Returns
        -------
        list of bytes
            Its own name when it is free.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.constant(1.0, name="c_colocated").op.colocation_groups()
        [b'loc:@c_colocated']
        """
        return list(self.graph.colocations.get(self, ())) or [f"loc:@{self.name}".encode()]

    @property
    def node_def(self) -> str:
        """A description of the operation, in the form of TensorFlow's protocol buffer text.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> print(tf.placeholder(tf.float32, [2], name="p").op.node_def.splitlines()[0])
        name: "p"
        """
        lines = [f'name: "{self.name}"', f'op: "{self.type}"']
        lines += [f'input: "{tensor.name.removesuffix(":0")}"' for tensor in self.inputs]
        lines += [f'input: "^{operation.name}"' for operation in self.control_inputs]
        lines += [f'attr {{\n  key: "{key}"\n  value: {value!r}\n}}' for key, value in sorted(self.attributes.items())]
        return "\n".join(lines) + "\n"

    @with_short_tracebacks
    def run(self, feed_dict: Mapping[Any, Any] | None = None, session: Session | None = None) -> None:
        """Run the operation in `session`, by default in the default session.

        Parameters
        ----------
        feed_dict : Mapping, optional
            Values of placeholders, as for `Session.run`.
        session : Session, optional
            Where to run.

        Raises
        ------
        ValueError
            If there is no session.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session():
        ...     v.initializer.run()
        ...     print(v.eval())
        2.0
        """
        session_for(session, "run", "Cannot execute operation using").run(self, feed_dict)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self) -> str:
        return self.node_def


#: What serves each operator: filled by `serves_operator`.
_operators: dict[str, Callable[..., Tensor]] = {}


def serves_operator(*names: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Let the decorated function serve Python operators: ``mul``, or ``rmul`` with the tensor on the right."""

    def keep(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        _operators.update(dict.fromkeys(names, function))
        return function

    return keep


@short_tracebacks
class Operators:
    """Python's operators on tensors and variables: each adds an operation to the graph.

    What serves an operator is looked up when it is used, since an operation is built from tensors.
    """

    __slots__ = ()
    __array_priority__ = 100

    @abstractmethod
    def as_tensor(self, dtype: DType | None = None, as_reference: bool = False) -> Tensor:
        """Return the tensor that stands for it; for a variable that is to be written, the reference to it."""

    def __add__(self, other: Any) -> Tensor:
        return _operators["add"](self, other)

    def __radd__(self, other: Any) -> Tensor:
        return _operators["radd"](other, self)

    def __sub__(self, other: Any) -> Tensor:
        return _operators["sub"](self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _operators["rsub"](other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _operators["mul"](self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return _operators["rmul"](other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _operators["truediv"](self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _operators["rtruediv"](other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return _operators["floordiv"](self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return _operators["rfloordiv"](other, self)

    def __mod__(self, other: Any) -> Tensor:
        return _operators["mod"](self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return _operators["rmod"](other, self)

    def __pow__(self, other: Any) -> Tensor:
        return _operators["pow"](self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return _operators["rpow"](other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return _operators["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _operators["rmatmul"](other, self)

    def __neg__(self) -> Tensor:
        return _operators["neg"](self)

    def __abs__(self) -> Tensor:
        return _operators["abs"](self)

    def __lt__(self, other: Any) -> Tensor:
        return _operators["lt"](self, other)

    def __le__(self, other: Any) -> Tensor:
        return _operators["le"](self, other)

    def __gt__(self, other: Any) -> Tensor:
        return _operators["gt"](self, other)

    def __ge__(self, other: Any) -> Tensor:
        return _operators["ge"](self, other)

    def __invert__(self) -> Tensor:
        return _operators["invert"](self)

    def __and__(self, other: Any) -> Tensor:
        return _operators["and"](self, other)

    def __rand__(self, other: Any) -> Tensor:
        return _operators["rand"](other, self)

    def __or__(self, other: Any) -> Tensor:
        return _operators["or"](self, other)

    def __ror__(self, other: Any) -> Tensor:
        return _operators["ror"](other, self)

    def __xor__(self, other: Any) -> Tensor:
        return _operators["xor"](self, other)

    def __rxor__(self, other: Any) -> Tensor:
        return _operators["rxor"](other, self)

    def __getitem__(self, key: Any) -> Tensor:
        return _operators["getitem"](self, key)

    def __bool__(self) -> NoReturn:
        raise OperatorNotAllowedInGraphError(
            "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed. " + text("graph.no_bool")
        )

    def __iter__(self) -> NoReturn:
        raise OperatorNotAllowedInGraphError(
            "Iterating over a symbolic `tf.Tensor` is not allowed. " + text("graph.no_iteration")
        )

    def __len__(self) -> NoReturn:
        raise TypeError(
            f"len is not well defined for {self!r}. Please call `x.shape` rather than `len(x)` for shape information."
        )

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError(
            f"Cannot convert a symbolic tf.Tensor ({getattr(self, 'name', self)}) to a numpy array. "
            + text("graph.no_array")
        )


class Tensor(Operators):
    """One output of an operation: a value that exists when a session runs the graph.

    Attributes
    ----------
    op : Operation
        The operation that computes it.
    value_index : int
        Which of its outputs it is.
    dtype : DType
        The type of its elements.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.constant([1.0, 2.0], name="c")
    <tf.Tensor 'c:0' shape=(2,) dtype=float32>
    """

    __slots__ = ("dtype", "op", "static_shape", "value_index")

    def __init__(self, op: Operation, value_index: int, dtype: DType, static_shape: StaticShape) -> None:
        self.op = op
        self.value_index = value_index
        self.dtype = dtype
        self.static_shape = static_shape

    @property
    def name(self) -> str:
        """The operation's name and the output's number: ``add:0``.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.constant(1.0, name="named_here").name
        'named_here:0'
        """
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self) -> Graph:
        """The graph it belongs to.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.constant(1.0).graph is tf.get_default_graph()
        True
        """
        return self.op.graph

    @property
    def shape(self) -> TensorShape:
        """What is known of its shape.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.ones([2, 3]).shape.as_list()
        [2, 3]
        """
        return TensorShape(self.static_shape)

    def get_shape(self) -> TensorShape:
        """Return what is known of its shape.

        Returns
        -------
        TensorShape
            The same as `shape`.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.ones([2, 3]).get_shape())
        (2, 3)
        """
        return self.shape

    @with_short_tracebacks
    def set_shape(self, shape: Any) -> None:
        """Add knowledge of the shape.

        Parameters
        ----------
        shape : TensorShape or list of (int or None)
            What is known.

        Raises
        ------
        ValueError
            If it contradicts what is known.

        Examples
        --------
        >>> import gradnb as tf
        >>> p = tf.placeholder(tf.float32, [None, 3])
        >>> p.set_shape([2, None])
        >>> print(p.shape)
        (2, 3)
        """
        self.static_shape = shapes.merge(self.static_shape, shapes.as_static_shape(shape))

    def consumers(self) -> list[Operation]:
        """Return the operations that compute from this tensor.

        Returns
        -------
        list of Operation
            In the order in which they were made.

        Examples
        --------
        >>> import gradnb as tf
        >>> c = tf.constant(1.0)
        >>> y = tf.exp(c)
        >>> c.consumers() == [y.op]
        True
        """
        return [op for op in self.graph.get_operations() if any(tensor is self for tensor in op.inputs)]

    def as_tensor(self, dtype: DType | None = None, as_reference: bool = False) -> Tensor:
        """Return itself.

        Raises
        ------
        ValueError
            If `dtype` is another than its own.
        """
        if dtype is not None and dtype.base_dtype is not self.dtype.base_dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.base_dtype.name} for Tensor with dtype "
                f"{self.dtype.base_dtype.name}: {self!r}"
            )
        return self

    @with_short_tracebacks
    def eval(self, feed_dict: Mapping[Any, Any] | None = None, session: Session | None = None) -> Any:
        """Return the value in `session`, by default in the default session.

        Parameters
        ----------
        feed_dict : Mapping, optional
            Values of placeholders, as for `Session.run`.
        session : Session, optional
            Where to run.

        Returns
        -------
        ndarray or NumPy scalar
            The value; it belongs to the caller.

        Raises
        ------
        ValueError
            If there is neither.
        AttributeError
            If `session` is no session.

        Examples
        --------
        >>> import gradnb as tf
        >>> with tf.Session():
        ...     print((tf.constant(2.0) * 3.0).eval())
        6.0
        """
        return session_for(session, "eval", "Cannot evaluate tensor using").run(self, feed_dict)

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={shapes.shape_text(self.static_shape)} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        shape = "" if self.static_shape is None else f", shape={shapes.shape_text(self.static_shape)}"
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name})'
