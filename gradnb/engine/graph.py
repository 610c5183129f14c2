"""The graph: operations, the tensors that flow between them, and the one way to add an operation, `apply`."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, NoReturn, TypeVar

import numpy as np

from gradnb.engine import dtypes, registry, shapes
from gradnb.engine.dtypes import DType, as_dtype
from gradnb.engine.registry import Argument, OpDef
from gradnb.engine.shapes import InferenceError, StaticShape, TensorShape
from gradnb.errors import OperatorNotAllowedInGraphError
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.session import Run, Session

Array = np.ndarray[Any, Any]
T = TypeVar("T")

_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_INNER_SCOPE = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")
_NO_ATTRIBUTES: Final[Mapping[str, Any]] = MappingProxyType({})
#: Operations whose value can be known while the graph is built: what programs compute shapes and axes with.
_FOLDED = frozenset({"Pack", "ConcatV2", "StridedSlice", "Range", "Cast", "AddV2", "Sub", "Mul", "FloorDiv"})
#: How many past runs a graph remembers: one for each set of fetches.
_RUNS_KEPT = 16


class GraphKeys:
    """Names of the collections that TensorFlow itself fills."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    LOSSES = "losses"
    UPDATE_OPS = "update_ops"
    GLOBAL_STEP = "global_step"
    TRAIN_OP = "train_op"


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
        outputs: Sequence[shapes.Spec],
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
        self._outputs = tuple([Tensor(self, i, dtype, shape) for i, (dtype, shape) in enumerate(outputs)])

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """The tensors that it computes."""
        return self._outputs

    @property
    def type(self) -> str:
        """The kind of operation, with TensorFlow's name: ``MatMul``."""
        return self.definition.type

    def values(self) -> tuple[Tensor, ...]:
        """Return the outputs."""
        return self._outputs

    def get_attr(self, name: str) -> Any:
        """Return one attribute; ``T`` is the dtype of the first input, ``_class`` the colocation.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        if name in self.attributes:
            return self.attributes[name]
        if name == "T" and (self.inputs or self._outputs):
            return (self.inputs or self._outputs)[0].dtype.base_dtype
        raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")

    def colocation_groups(self) -> list[bytes]:
        """Return with which operations it is to share a device, as ``[b'loc:@name']``."""
        return list(self.graph.colocations.get(self, ())) or [f"loc:@{self.name}".encode()]

    @property
    def node_def(self) -> str:
        """A description of the operation, in the form of TensorFlow's protocol buffer text."""
        lines = [f'name: "{self.name}"', f'op: "{self.type}"']
        lines += [f'input: "{tensor.name.removesuffix(":0")}"' for tensor in self.inputs]
        lines += [f'input: "^{operation.name}"' for operation in self.control_inputs]
        lines += [f'attr {{\n  key: "{key}"\n  value: {value!r}\n}}' for key, value in sorted(self.attributes.items())]
        return "\n".join(lines) + "\n"

    def run(self, feed_dict: Mapping[Any, Any] | None = None, session: Session | None = None) -> None:
        """Run the operation in `session`, by default in the default session."""
        _session_for(session, "run", "Cannot execute operation using").run(self, feed_dict)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self) -> str:
        return self.node_def


class Operators:
    """Python's operators on tensors and variables: each adds one operation to the graph."""

    __slots__ = ()
    __array_priority__ = 100

    def __add__(self, other: Any) -> Tensor:
        return apply("AddV2", self, other, name=_operator_name("add"))

    def __radd__(self, other: Any) -> Tensor:
        return _reflected("AddV2", "add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return apply("Sub", self, other, name=_operator_name("sub"))

    def __rsub__(self, other: Any) -> Tensor:
        return _reflected("Sub", "sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return apply("Mul", self, other, name=_operator_name("mul"))

    def __rmul__(self, other: Any) -> Tensor:
        return _reflected("Mul", "mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _overrides["truediv"](self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _overrides["truediv"](convert_like(other, self), self)

    def __floordiv__(self, other: Any) -> Tensor:
        return apply("FloorDiv", self, other, name=_operator_name("floordiv"))

    def __rfloordiv__(self, other: Any) -> Tensor:
        return _reflected("FloorDiv", "floordiv", other, self)

    def __mod__(self, other: Any) -> Tensor:
        return apply("FloorMod", self, other, name=_operator_name("mod"))

    def __rmod__(self, other: Any) -> Tensor:
        return _reflected("FloorMod", "mod", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return apply("Pow", self, other, name=_operator_name("pow"))

    def __rpow__(self, other: Any) -> Tensor:
        return _reflected("Pow", "pow", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return _overrides["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _overrides["matmul"](convert_like(other, self), self)

    def __neg__(self) -> Tensor:
        return apply("Neg", self)

    def __pos__(self) -> Tensor:
        return convert_to_tensor(self)

    def __abs__(self) -> Tensor:
        return _overrides["abs"](self)

    def __lt__(self, other: Any) -> Tensor:
        return apply("Less", self, other)

    def __le__(self, other: Any) -> Tensor:
        return apply("LessEqual", self, other)

    def __gt__(self, other: Any) -> Tensor:
        return apply("Greater", self, other)

    def __ge__(self, other: Any) -> Tensor:
        return apply("GreaterEqual", self, other)

    def __invert__(self) -> Tensor:
        return apply("LogicalNot", self)

    def __and__(self, other: Any) -> Tensor:
        return apply("LogicalAnd", self, other, name=_operator_name("and_"))

    def __rand__(self, other: Any) -> Tensor:
        return _reflected("LogicalAnd", "and_", other, self)

    def __or__(self, other: Any) -> Tensor:
        return apply("LogicalOr", self, other, name=_operator_name("or_"))

    def __ror__(self, other: Any) -> Tensor:
        return _reflected("LogicalOr", "or_", other, self)

    def __xor__(self, other: Any) -> Tensor:
        return _overrides["logical_xor"](self, other)

    def __rxor__(self, other: Any) -> Tensor:
        return _overrides["logical_xor"](self, other)

    def __getitem__(self, key: Any) -> Tensor:
        return _overrides["getitem"](self, key)

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


_overrides: dict[str, Callable[..., Tensor]] = {}


def overrides_operator(name: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Let the decorated function serve a Python operator that needs more than one operation: ``getitem``."""

    def keep(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        _overrides[name] = function
        return function

    return keep


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
        """The operation's name and the output's number: ``add:0``."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self) -> Graph:
        """The graph it belongs to."""
        return self.op.graph

    @property
    def shape(self) -> TensorShape:
        """What is known of its shape."""
        return TensorShape(self.static_shape)

    def get_shape(self) -> TensorShape:
        """Return what is known of its shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Add knowledge of the shape.

        Raises
        ------
        ValueError
            If it contradicts what is known.
        """
        self.static_shape = shapes.merge(self.static_shape, shapes.as_static_shape(shape))

    def consumers(self) -> list[Operation]:
        """Return the operations that compute from this tensor."""
        return [op for op in self.graph.get_operations() if any(tensor is self for tensor in op.inputs)]

    def eval(self, feed_dict: Mapping[Any, Any] | None = None, session: Session | None = None) -> Any:
        """Return the value in `session`, by default in the default session.

        Raises
        ------
        ValueError
            If there is neither.
        """
        return _session_for(session, "eval", "Cannot evaluate tensor using").run(self, feed_dict)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={shapes.shape_text(self.static_shape)} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        shape = "" if self.static_shape is None else f", shape={shapes.shape_text(self.static_shape)}"
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name})'


class IndexedSlicesValue(NamedTuple):
    """The value of an `IndexedSlices`: rows and where they belong.

    Attributes
    ----------
    values : ndarray
        The rows.
    indices : ndarray
        The row of the whole to which each belongs; repeated ones add.
    dense_shape : ndarray or None
        The shape of the whole.
    """

    values: Array
    indices: Array
    dense_shape: Array | None


class IndexedSlices:
    """A gradient of which only some rows are given: what ``gather`` passes back.

    Parameters
    ----------
    values : Tensor
        The rows, of shape ``(n, …)``.
    indices : Tensor
        The row of the whole to which each belongs, of shape ``(n,)``; repeated ones add.
    dense_shape : Tensor, optional
        The shape of the whole.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant([[1.0], [2.0], [3.0]])
    >>> slices = tf.gradients(tf.gather(x, [2, 2]), x)[0]
    >>> with tf.Session() as session:
    ...     print(session.run(tf.convert_to_tensor(slices)).tolist())
    [[0.0], [0.0], [2.0]]
    """

    __slots__ = ("dense_shape", "indices", "values")

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self.values = convert_to_tensor(values)
        self.indices = convert_to_tensor(indices)
        self.dense_shape = None if dense_shape is None else convert_to_tensor(dense_shape)

    @property
    def dtype(self) -> DType:
        """The type of the rows' elements."""
        return self.values.dtype

    @property
    def name(self) -> str:
        """The name of the rows."""
        return self.values.name

    @property
    def op(self) -> Operation:
        """The operation that computes the rows."""
        return self.values.op

    @property
    def graph(self) -> Graph:
        """The graph it belongs to."""
        return self.values.graph

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape of the whole."""
        known = None if self.dense_shape is None else constant_value(self.dense_shape)
        return TensorShape(None if known is None else known.tolist())

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def as_tensor(self, dtype: DType | None = None, as_reference: bool = False) -> Tensor:
        """Return the whole: zeros, with the rows added in.

        Raises
        ------
        ValueError
            If the shape of the whole is not given, or `dtype` is another.
        """
        if self.dense_shape is None:
            raise ValueError("Tensor conversion requested for IndexedSlices without dense_shape: " + repr(self))
        if dtype is not None and dtype.base_dtype is not self.dtype.base_dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with dtype {self.dtype.name}"
            )
        return _overrides["dense"](self)

    def __repr__(self) -> str:
        shape = "" if self.dense_shape is None else f", dense_shape={self.dense_shape}"
        return f"IndexedSlices(indices={self.indices}, values={self.values}{shape})"


class _Holding(Generic[T]):
    """Lets an attribute of a graph have a value inside a ``with`` block.

    Graphs enter millions of such blocks, for which `contextmanager` takes several times as long.
    """

    __slots__ = ("_attribute", "_before", "_graph", "_result", "_value")

    def __init__(self, graph: Graph, attribute: str, value: Any, result: T) -> None:
        self._graph = graph
        self._attribute = attribute
        self._value = value
        self._result = result

    def __enter__(self) -> T:
        self._before = getattr(self._graph, self._attribute)
        setattr(self._graph, self._attribute, self._value)
        return self._result

    def __exit__(self, *_: object) -> None:
        setattr(self._graph, self._attribute, self._before)


class Graph:
    """Operations and tensors, in the order in which they were made.

    Examples
    --------
    >>> import gradnb as tf
    >>> graph = tf.Graph()
    >>> with graph.as_default():
    ...     c = tf.constant(1.0)
    >>> c.graph is graph
    True
    """

    def __init__(self) -> None:
        self._operations: list[Operation] = []
        self._by_name: dict[str, Operation] = {}
        self._names_in_use: dict[str, int] = {}
        self._scope = ""
        self._control: tuple[Operation, ...] = ()
        self._collections: dict[Any, list[Any]] = {}
        self._finalized = False
        self._forward: Operation | None = None
        self._override_map: dict[str, str] = {}
        self.gradient_overrides: dict[Operation, str] = {}
        self.colocations: dict[Operation, tuple[bytes, ...]] = {}
        self.initializers: dict[Operation, Operation] = {}
        self.seed: int | None = None
        self.variable_scopes: Any = None
        self._runs: dict[object, Run] = {}
        self._copied: tuple[Graph, Mapping[Operation, Operation]] | None = None

    # Reading

    def get_operations(self) -> list[Operation]:
        """Return all operations in the order of their creation."""
        return list(self._operations)

    @property
    def version(self) -> int:
        """The number of operations so far."""
        return len(self._operations)

    @property
    def finalized(self) -> bool:
        """Whether it can no longer change."""
        return self._finalized

    @property
    def runs(self) -> tuple[Run, ...]:
        """The last run for each of the latest sets of fetches, oldest first."""
        return tuple(self._runs.values())

    def remember_run(self, key: object, run: Run) -> None:
        """Keep `run` as the last one with the fetches that `key` stands for."""
        self._runs.pop(key, None)
        self._runs[key] = run
        if len(self._runs) > _RUNS_KEPT:
            del self._runs[next(iter(self._runs))]

    def get_operation_by_name(self, name: str) -> Operation:
        """Return the operation called `name`.

        Raises
        ------
        KeyError
            If there is none.
        """
        element = self.as_graph_element(name, allow_tensor=False)
        assert isinstance(element, Operation)  # what allow_tensor=False says, for the type checker
        return element

    def get_tensor_by_name(self, name: str) -> Tensor:
        """Return the tensor called `name`, such as ``add:0``.

        Raises
        ------
        KeyError
            If there is none.
        ValueError
            If `name` is the name of an operation.
        """
        element = self.as_graph_element(name, allow_operation=False)
        assert isinstance(element, Tensor)  # what allow_operation=False says, for the type checker
        return element

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Tensor | Operation:
        """Return the tensor or operation that `obj` is or names.

        Raises
        ------
        TypeError
            If `obj` is neither.
        KeyError
            If nothing has that name.
        ValueError
            If it belongs to another graph or the name's form does not fit.
        """
        wanted = " or ".join(["Tensor"] * allow_tensor + ["Operation"] * allow_operation)
        if hasattr(obj, "as_tensor") and not isinstance(obj, IndexedSlices):
            obj = obj.as_tensor(as_reference=True)
        if isinstance(obj, str):
            return self._named(obj, allow_tensor, allow_operation, wanted)
        if isinstance(obj, Tensor):
            obj = self.own(obj)
        if (isinstance(obj, Tensor) and allow_tensor) or (isinstance(obj, Operation) and allow_operation):
            if obj.graph is not self:
                shown = obj if isinstance(obj, Tensor) else obj.name
                raise ValueError(f"{type(obj).__name__} {shown} is not an element of this graph.")
            return obj
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {wanted}.")

    def _named(self, name: str, allow_tensor: bool, allow_operation: bool, wanted: str) -> Tensor | Operation:
        form = 'Tensor names must be of the form "<op_name>:<output_index>".'
        op_name, colon, number = name.partition(":")
        operation = self._by_name.get(op_name)
        if colon and not allow_tensor:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a {wanted}.")
        if not colon and not allow_operation:
            what = "looks like an (invalid) Operation name" if operation is None else "refers to an Operation"
            raise ValueError(f"The name {name!r} {what}, not a {wanted}. {form}")
        if colon and not number.isdecimal():
            raise ValueError(f"The name {name!r} looks a like a Tensor name, but is not a valid one. {form}")
        if operation is None:
            what = (
                f"a Tensor which does not exist. The operation, {op_name!r}, does"
                if colon
                else "an Operation which does"
            )
            raise KeyError(f"The name {name!r} refers to {what} not exist in the graph.")
        if not colon:
            return operation
        if int(number) >= len(operation.outputs):
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. "
                f"The operation, {op_name!r}, exists but only has {len(operation.outputs)} outputs."
            )
        return operation.outputs[int(number)]

    # Names

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """Return `name` inside the current name scope, with a number behind it if it is taken."""
        if self._scope:
            name = f"{self._scope}/{name}"
        key = name.lower()
        number = self._names_in_use.get(key, 0)
        if mark_as_used:
            self._names_in_use[key] = number + 1
        if number:
            base = key
            while key in self._names_in_use:
                key = f"{base}_{number}"
                number += 1
            if mark_as_used:
                self._names_in_use[key] = 1
            name = f"{name}_{number - 1}"
        return name

    def name_scope(self, name: str | None) -> AbstractContextManager[str]:
        """Put the operations made inside into the scope `name`.

        Parameters
        ----------
        name : str or None
            A new scope; one that ends in ``/`` is entered again as it is; None or ``""`` is the root.

        Returns
        -------
        context manager
            Yields the scope with a slash behind it; ``""`` for the root.

        Raises
        ------
        ValueError
            If TensorFlow does not allow the name.
        """
        if name:
            pattern, kind = (_INNER_SCOPE, "scope") if self._scope else (_NAME, "root scope")
            if not pattern.fullmatch(name):
                raise ValueError(
                    f"'{name}' is not a valid {kind} name. "
                    f"A {kind} name has to match the following pattern: {pattern.pattern}"
                )
        if not name:
            scope = ""
        elif name.endswith("/"):
            scope = name[:-1]
        else:
            scope = self.unique_name(name)
        return _Holding(self, "_scope", scope, f"{scope}/" if scope else "")

    @contextmanager
    def control_dependencies(self, control_inputs: Iterable[Any] | None) -> Iterator[None]:
        """Let the operations made inside run after `control_inputs`; None lifts what is around."""
        before = self._control
        if control_inputs is None:
            self._control = ()
        else:
            found = [self.as_graph_element(c.op if isinstance(c, IndexedSlices) else c) for c in control_inputs]
            new = [element.op if isinstance(element, Tensor) else element for element in found]
            self._control = before + tuple(op for op in new if op not in before)
        try:
            yield
        finally:
            self._control = before

    def gradient_of(self, forward: Operation) -> AbstractContextManager[None]:
        """Mark the operations made inside as part of the gradient of `forward`."""
        return _Holding(self, "_forward", forward, None)

    @property
    def builds_gradient(self) -> bool:
        """Whether an operation's gradient is being built."""
        return self._forward is not None

    # Changing

    def finalize(self) -> None:
        """Allow no further operation."""
        self._finalized = True

    def check_not_finalized(self) -> None:
        """Raise ``RuntimeError`` if the graph can no longer change."""
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def create_operation(
        self,
        definition: OpDef,
        inputs: Sequence[Tensor],
        name: str | None = None,
        attributes: Mapping[str, Any] = _NO_ATTRIBUTES,
    ) -> Operation:
        """Add one operation; `apply` is the convenient way.

        Parameters
        ----------
        definition : OpDef
            What it is.
        inputs : sequence of Tensor
            What it computes from.
        name : str, optional
            Its name in the current scope; one that ends in ``/`` is taken as it is. By default its type.
        attributes : Mapping
            Its settings.

        Raises
        ------
        RuntimeError
            If the graph is finalized.
        ValueError
            If the name is not allowed or the inputs' shapes do not fit.
        """
        self.check_not_finalized()
        name = name or definition.type
        if not _NAME.fullmatch(name) and not (self._scope and _INNER_SCOPE.fullmatch(name)):
            raise ValueError(f"'{name}' is not a valid node name. Accepted names conform to Regex /{_NAME.pattern}/")
        try:
            specs = definition.infer(*inputs, **attributes)
        except InferenceError as error:
            shown = name[:-1] if name.endswith("/") else self.unique_name(name, mark_as_used=False)
            raise ValueError(_misfit(error, definition, shown, inputs, attributes)) from None
        name = name[:-1] if name.endswith("/") else self.unique_name(name)
        operation = Operation(
            self,
            definition,
            name,
            tuple(inputs),
            self._control,
            attributes,
            specs if isinstance(specs, list) else (specs,),
            len(self._operations),
            self._forward,
        )
        self._operations.append(operation)
        self._by_name[name] = operation
        override = self._override_map.get(definition.type) if self._override_map else None
        if override is not None:
            self.gradient_overrides[operation] = override
        return operation

    @contextmanager
    def gradient_override_map(self, op_type_map: Mapping[str, str]) -> Iterator[None]:
        """Let operations made inside, of the types that are its keys, use the gradients registered under its values.

        Examples
        --------
        >>> import gradnb as tf
        >>> with tf.get_default_graph().gradient_override_map({"Sign": "Identity"}):
        ...     y = tf.sign(tf.constant(3.0))
        """
        before = self._override_map
        self._override_map = {**before, **op_type_map}
        try:
            yield
        finally:
            self._override_map = before

    @contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Make it the default graph inside the ``with`` block."""
        with _pushed(_stacks.graphs, self):
            yield self

    def copy(
        self, before: int | None = None, names_in_use: Mapping[str, int] | None = None
    ) -> tuple[Graph, dict[Operation, Operation]]:
        """Return a private copy and what each operation became in it.

        Parameters
        ----------
        before : int, optional
            Copy only the operations made before the one with this index.
        names_in_use : Mapping, optional
            The names in use at that time, as `names_snapshot` gave them.

        Returns
        -------
        Graph
            Operations of the same names, and the same next unique names; not finalized.
        dict
            From each operation to its copy.
        """
        twin = Graph()
        twin._names_in_use = dict(self._names_in_use if names_in_use is None else names_in_use)
        twin.seed = self.seed
        became: dict[Operation, Operation] = {}
        for op in self._operations[:before]:
            copied = Operation(
                twin,
                op.definition,
                op.name,
                tuple(became[tensor.op].outputs[tensor.value_index] for tensor in op.inputs),
                tuple(became[control] for control in op.control_inputs),
                op.attributes,
                [(tensor.dtype, tensor.static_shape) for tensor in op.outputs],
                op.index,
                None if op.forward is None else became[op.forward],
            )
            became[op] = copied
            twin._operations.append(copied)
            twin._by_name[op.name] = copied
        # A gradient that the program itself wrote may hold on to tensors of this graph.
        twin._copied = (self, became)
        twin.gradient_overrides = {became[op]: name for op, name in self.gradient_overrides.items() if op in became}
        twin.initializers = {became[v]: became[i] for v, i in self.initializers.items() if v in became and i in became}
        return twin, became

    def is_copied_from(self, graph: Graph) -> bool:
        """Return whether this is a copy of `graph`, or of a copy of it."""
        return self._copied is not None and (self._copied[0] is graph or self._copied[0].is_copied_from(graph))

    def own(self, tensor: Tensor) -> Tensor:
        """Return what became of a tensor in this graph if it is of a graph from which this one is copied.

        Raises
        ------
        ValueError
            If it was added to that graph later.
        """
        if self._copied is None or not self.is_copied_from(tensor.graph):
            return tensor
        source, became = self._copied
        copied = became.get(source.own(tensor).op)
        if copied is None:
            raise ValueError(f"{tensor} must be from the same graph, but it was made after the graph was copied.")
        return copied.outputs[tensor.value_index]

    def names_snapshot(self) -> dict[str, int]:
        """Return the names in use now, for `copy`."""
        return dict(self._names_in_use)

    # Collections

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Add `value` to the collection `name`."""
        self.check_not_finalized()
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Add `value` to each of the collections `names`."""
        for name in (names,) if isinstance(names, str) else dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """Return what is in the collection `name`; with `scope`, only items whose names begin with it."""
        items = self._collections.get(name, [])
        if scope is None:
            return list(items)
        return [item for item in items if hasattr(item, "name") and re.match(scope, item.name)]

    def get_collection_ref(self, name: Any) -> list[Any]:
        """Return the collection `name` itself: changes of the list change it."""
        return self._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list[Any]:
        """Return the names of all collections that are not empty."""
        return [key for key, items in self._collections.items() if items]

    def clear_collection(self, name: Any) -> None:
        """Empty the collection `name`."""
        self._collections.pop(name, None)


def _misfit(
    error: Exception, definition: OpDef, name: str, inputs: Sequence[Tensor], attributes: Mapping[str, Any]
) -> str:
    settings = [f"T={inputs[0].dtype.enum_name}"] if inputs else []
    settings += [
        f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in attributes.items()
    ]
    names = ", ".join(tensor.name.removesuffix(":0") for tensor in inputs)
    given = ", ".join(shapes.bracket_text(tensor.static_shape) for tensor in inputs)
    node = f"{{{{node {name}}}}} = {definition.type}[{', '.join(settings)}]({names})"
    return f"{error} for '{node}' with input shapes: {given}."


# The default graph and session


class _Stacks(threading.local):
    def __init__(self) -> None:
        self.graphs: list[Graph] = []
        self.sessions: list[Session] = []


_stacks = _Stacks()
_base = Graph()


@contextmanager
def _pushed(stack: list[Any], item: Any) -> Iterator[None]:
    stack.append(item)
    try:
        yield
    finally:
        for position in range(len(stack) - 1, -1, -1):
            if stack[position] is item:
                del stack[position]
                break


def get_default_graph() -> Graph:
    """Return the graph to which operations are added now.

    Returns
    -------
    Graph
        That of the innermost ``with graph.as_default()`` or ``with session``, else the base graph.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.constant(1.0).graph is tf.get_default_graph()
    True
    """
    return _stacks.graphs[-1] if _stacks.graphs else _base


def reset_default_graph() -> None:
    """Start from a new, empty default graph.

    Raises
    ------
    AssertionError
        Inside a ``with graph.as_default()`` or ``with session`` block.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.get_default_graph().get_operations()
    []
    """
    if _stacks.graphs:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. "
            "If you need a cleared graph, exit the nesting and create a new graph."
        )
    replace_base_graph(Graph())


def replace_base_graph(graph: Graph) -> Graph:
    """Make `graph` the base default graph and return the one that it replaces."""
    global _base
    before, _base = _base, graph
    return before


@contextmanager
def default_session(session: Session) -> Iterator[None]:
    """Make `session` the default one inside the ``with`` block."""
    with _pushed(_stacks.sessions, session):
        yield


def get_default_session() -> Session | None:
    """Return the session of the innermost ``with session`` block, or None.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     tf.get_default_session() is session
    True
    """
    return _stacks.sessions[-1] if _stacks.sessions else None


def _session_for(session: Session | None, method: str, cannot: str) -> Session:
    session = session or get_default_session()
    if session is None:
        raise ValueError(
            f"{cannot} `{method}()`: No default session is registered. "
            f"Use `with sess.as_default()` or pass an explicit session to `{method}(session=sess)`"
        )
    return session


@contextmanager
def name_scope(name: str | None, default_name: str | None = None, values: Iterable[Any] | None = None) -> Iterator[str]:
    """Put the operations made inside into a scope: a box in the picture, a prefix in the names.

    Parameters
    ----------
    name : str or None
        The scope's name; one that ends in ``/`` is entered again as it is.
    default_name : str, optional
        The name when `name` is None.
    values : iterable, optional
        Tensors that must all belong to one graph; it is the default graph inside.

    Yields
    ------
    str
        The scope with a slash behind it.

    Raises
    ------
    ValueError
        If TensorFlow does not allow the name, or `values` belong to several graphs.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> with tf.name_scope("layer"):
    ...     tf.constant(1.0, name="bias").name
    'layer/bias:0'
    """
    graph = graph_of(values or ())
    if name is None and default_name is None and values is not None:
        raise ValueError("At least one of name (None) and default_name (None) must be provided.")
    with graph.as_default(), graph.name_scope(default_name if name is None else name) as scope:
        yield scope


@contextmanager
def control_dependencies(control_inputs: Iterable[Any] | None) -> Iterator[None]:
    """Let the operations made inside run after `control_inputs`.

    Parameters
    ----------
    control_inputs : iterable of Operation or Tensor, or None
        What must run before; None lifts the dependencies around.

    Examples
    --------
    >>> import gradnb as tf
    >>> before = tf.no_op()
    >>> with tf.control_dependencies([before]):
    ...     after = tf.identity(1.0)
    >>> after.op.control_inputs == (before,)
    True
    """
    with get_default_graph().control_dependencies(control_inputs):
        yield


def graph_of(values: Iterable[Any]) -> Graph:
    """Return the graph that all tensors among `values` share; the default graph when there are none.

    Raises
    ------
    ValueError
        If they belong to several graphs.
    """
    first: Any = None
    shared = default = get_default_graph()
    for value in values:
        graph = getattr(value, "graph", None)
        if not isinstance(graph, Graph):
            continue
        if default.is_copied_from(graph):
            graph = default
        if first is None:
            first, shared = value, graph
        elif graph is not shared:
            raise ValueError(
                f"{value} must be from the same graph as {first} (graphs are different). "
                + text("graph.mixed", older=getattr(value, "name", value), newer=getattr(first, "name", first))
            )
    return shared


# Values become tensors


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    as_reference: bool = False,
) -> Tensor:
    """Return `value` as a tensor.

    Parameters
    ----------
    value : Tensor, Variable, array, number, string or (nested) list of those
        What to convert; what is no tensor yet becomes a constant.
    dtype : DType, optional
        The type to have; by default what NumPy finds, with Python floats as float32 and ints as int32.
    name : str, optional
        The constant's name.
    preferred_dtype : DType, optional
        The type to have if the value allows it.

    Returns
    -------
    Tensor
        The value itself when it is a tensor.

    Raises
    ------
    TypeError, ValueError
        If it cannot be converted, or is a tensor of another dtype.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.convert_to_tensor([[9], [10]], dtype=tf.float32).dtype
    tf.float32
    """
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    if isinstance(value, Tensor):
        if wanted is not None and value.dtype.base_dtype is not wanted:
            raise ValueError(
                f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype "
                f"{value.dtype.base_dtype.name}: {value!r}"
            )
        return get_default_graph().own(value)
    if hasattr(value, "as_tensor"):
        return get_default_graph().own(value.as_tensor(wanted, as_reference))
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        return _pack(value, wanted, name)
    if isinstance(value, (Operation, Graph)) or value is None:
        raise TypeError(
            f"Failed to convert object of type {type(value).__name__} to Tensor. Contents: {value!r}. "
            "Consider casting elements to a supported type."
        )
    if wanted is None and preferred_dtype is not None:
        try:
            return constant_from(as_array(value, as_dtype(preferred_dtype).base_dtype), name or "Const")
        except (TypeError, ValueError):
            pass
    return constant_from(as_array(value, wanted), name or "Const")


def convert_like(value: Any, other: Any) -> Tensor:
    """Return `value` as a tensor of the dtype of `other`: how a Python number meets a tensor in an operator."""
    return value if isinstance(value, Tensor) else convert_to_tensor(value, other.dtype.base_dtype)


def constant_from(array: Array, name: str = "Const") -> Tensor:
    """Add a constant that holds `array`, which must never be changed afterwards."""
    operation = get_default_graph().create_operation(registry.lookup("Const"), (), name, {"value": array})
    return operation.outputs[0]


def constant_value(tensor: Any) -> Array | None:
    """Return the value of a tensor that is known while the graph is built, else None.

    Parameters
    ----------
    tensor : Tensor
        A constant, or built from constants and static shapes in a way that can be seen through.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.get_static_value(tf.constant([2, 3]))
    array([2, 3], dtype=int32)
    """
    if not isinstance(tensor, Tensor):
        return np.asarray(tensor)
    known: dict[Tensor, Array | None] = {}
    # Not by recursion, and each tensor once: a graph may be a chain of any length, or double at each step.
    waiting = [tensor]
    while waiting:
        current = waiting[-1]
        parts = current.op.inputs if _is_folded(current.op) else ()
        undecided = [part for part in parts if part not in known]
        if undecided and all(known[part] is not None for part in parts if part in known):
            waiting.append(undecided[0])
        else:
            known[current] = _seen_value(current, [known.get(part) for part in parts])
            waiting.pop()
    return known[tensor]


def _is_folded(op: Operation) -> bool:
    return op.type in _FOLDED and not (op.type == "StridedSlice" and op.inputs[0].op.type == "Shape")


def _seen_value(tensor: Tensor, parts: Sequence[Array | None]) -> Array | None:
    """Return the value of a tensor if it can be seen; `parts` are the values from which a folded one is computed."""
    op = tensor.op
    if op.type == "Const":
        value: Array = op.attributes["value"]
        return value
    if op.type == "Shape" and shapes.is_full(op.inputs[0].static_shape):
        return np.array(op.inputs[0].static_shape, tensor.dtype.numpy)
    if op.type == "StridedSlice" and op.inputs[0].op.type == "Shape":
        return _part_of_shape(op)
    if op.type in _FOLDED and all(part is not None for part in parts):
        return np.asarray(op.definition.kernel(*parts, **op.attributes))
    return None


def _part_of_shape(op: Operation) -> Array | None:
    """Return the value of ``shape(x)[index]`` if that part of the shape is known."""
    static, index = op.inputs[0].op.inputs[0].static_shape, op.attributes["index"]
    if static is None or len(op.inputs) > 1 or len(index) != 1 or not isinstance(index[0], (int, slice)):
        return None
    part = static[index[0]]
    known = part is not None if not isinstance(part, tuple) else None not in part
    return np.array(part, op.outputs[0].dtype.numpy) if known else None


def constant_shape(tensor: Tensor) -> StaticShape:
    """Return what is known of the static shape that the integer vector `tensor` holds."""
    known = constant_value(tensor)
    if known is not None:
        return tuple(None if size < 0 else int(size) for size in known)
    op = tensor.op
    if op.type == "Shape":
        return op.inputs[0].static_shape
    if op.type == "Pack":
        sizes = [constant_value(part) for part in op.inputs]
        return tuple(None if size is None or size < 0 else int(size) for size in sizes)
    if op.type == "StridedSlice" and len(op.inputs) == 1 and isinstance(op.attributes["index"][0], slice):
        whole = constant_shape(op.inputs[0])
        return None if whole is None else whole[op.attributes["index"][0]]
    if op.type == "ConcatV2":
        parts = [constant_shape(part) for part in op.inputs]
        return None if None in parts else tuple(size for part in parts for size in part or ())
    length = tensor.static_shape
    return None if length is None or len(length) != 1 or length[0] is None else (None,) * length[0]


def _holds_tensors(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_tensors, value))
    return isinstance(value, Tensor) or hasattr(value, "as_tensor")


def _pack(values: Sequence[Any], dtype: DType | None, name: str | None) -> Tensor:
    if dtype is None:
        found = next(_tensors_in(values))
        dtype = found.dtype.base_dtype
    return apply("Pack", *(convert_to_tensor(value, dtype) for value in values), name=name or "packed", axis=0)


def _tensors_in(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for entry in value:
            yield from _tensors_in(entry)
    elif isinstance(value, Tensor) or hasattr(value, "as_tensor"):
        yield value


def as_array(value: Any, dtype: DType | None = None) -> Array:
    """Return `value` as the array of a constant: Python floats as float32, ints as int32, strings as bytes.

    Parameters
    ----------
    value : array, number, string or nested list
        What to convert.
    dtype : DType, optional
        The type to have.

    Raises
    ------
    TypeError
        If an element is not of the type.
    ValueError
        If a nested list is ragged.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value)
        if array.dtype.kind in "SU" or array.dtype.kind == "O":
            return _strings(array)
        return array.astype((dtype or as_dtype(array.dtype)).numpy)
    leaves = list(_leaves(value))
    if dtype is None:
        dtype = _natural_dtype(leaves)
    for leaf in leaves:
        if not _fits(leaf, dtype):
            raise TypeError(f"Expected {dtype.name}, but got {leaf!r} of type '{type(leaf).__name__}'.")
    try:
        if dtype is dtypes.string:
            return _strings(np.array(value, dtype=object))
        return np.array(value, dtype=dtype.numpy)
    except OverflowError:
        raise ValueError(
            f"{value!r} does not fit into {dtype.name}, whose range is {dtype.min} to {dtype.max}."
        ) from None
    except ValueError:
        raise ValueError(f"Can't convert non-rectangular Python sequence to Tensor: {value!r}.") from None


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for entry in value:
            yield from _leaves(entry)
    elif isinstance(value, np.ndarray):
        yield from value.ravel()[:1]
    elif isinstance(value, range):
        yield from value
    else:
        yield value


def _natural_dtype(leaves: Sequence[Any]) -> DType:
    if not leaves:
        return dtypes.float32
    found = {as_dtype(leaf.dtype) if isinstance(leaf, np.generic) else _python_dtype(leaf) for leaf in leaves}
    if found == {dtypes.int32} and not all(isinstance(leaf, np.generic) or -(2**31) <= leaf < 2**31 for leaf in leaves):
        return dtypes.int64
    for dtype in (dtypes.string, dtypes.complex128, dtypes.complex64, dtypes.float64, dtypes.float32, dtypes.float16):
        if dtype in found:
            return dtype
    numbers = found - {dtypes.bool_}
    return max(numbers, key=lambda dtype: (dtype.size, dtype.name)) if numbers else dtypes.bool_


#: In this order, since a bool is an int.
_PYTHON_DTYPES: Final[Mapping[type, DType]] = {
    bool: dtypes.bool_,
    int: dtypes.int32,
    float: dtypes.float32,
    complex: dtypes.complex128,
    str: dtypes.string,
    bytes: dtypes.string,
}


def _python_dtype(leaf: Any) -> DType:
    if isinstance(leaf, shapes.Dimension):
        return dtypes.int32
    for kind, dtype in _PYTHON_DTYPES.items():
        if isinstance(leaf, kind):
            return dtype
    raise TypeError(
        f"Failed to convert object of type {type(leaf).__name__} to Tensor. Contents: {leaf!r}. "
        "Consider casting elements to a supported type."
    )


def _fits(leaf: Any, dtype: DType) -> bool:
    if isinstance(leaf, np.generic):
        return True
    if isinstance(leaf, (bool, np.bool_)):
        return dtype.is_bool
    if isinstance(leaf, (int, shapes.Dimension)):
        return dtype.is_integer or dtype.is_trainable
    if isinstance(leaf, float):
        return dtype.is_trainable
    if isinstance(leaf, complex):
        return dtype.is_complex
    return isinstance(leaf, (str, bytes)) and dtype.is_string


def _strings(array: Array) -> Array:
    as_bytes = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    result = np.empty(len(as_bytes), dtype=object)
    result[:] = as_bytes
    return result.reshape(array.shape)


# Adding operations


def apply(type: str, *inputs: Any, name: str | None = None, **attributes: Any) -> Tensor:
    """Add an operation with one output to the graph of its inputs, and return the output.

    Parameters
    ----------
    type, *inputs, name, **attributes
        As for `add_operation`.

    Returns
    -------
    Tensor
        What it computes.
    """
    return add_operation(type, *inputs, name=name, **attributes).outputs[0]


def add_operation(type: str, *inputs: Any, name: str | None = None, **attributes: Any) -> Operation:
    """Add an operation to the graph of its inputs.

    Parameters
    ----------
    type : str
        The operation's type: ``"Mul"``.
    *inputs
        Tensors, or what can become one; the operation's signature says of which dtypes.
    name : str, optional
        The operation's name; by default its type.
    **attributes
        Its settings.

    Returns
    -------
    Operation
        The operation.

    Raises
    ------
    TypeError
        If dtypes do not fit.
    ValueError
        If shapes do not fit, or inputs belong to several graphs.
    """
    definition = registry.lookup(type)
    graph = graph_of(inputs)
    if graph is not get_default_graph():
        with graph.as_default():
            return add_operation(type, *inputs, name=name, **attributes)
    tensors, name = _checked_inputs(definition, graph, inputs, name)
    return graph.create_operation(definition, tensors, name, attributes or _NO_ATTRIBUTES)


def _checked_inputs(
    definition: OpDef, graph: Graph, inputs: Sequence[Any], name: str | None
) -> tuple[list[Tensor], str | None]:
    bound: dict[str, tuple[DType, str]] = {}
    tensors: list[Tensor] = []
    scope: str | None = None
    for argument, value in _paired(definition, inputs):
        variable = argument.variable
        known = bound.get(variable) if variable else None
        if isinstance(value, Tensor):
            tensor = graph.own(value)
        else:
            if scope is None and not hasattr(value, "as_tensor"):
                scope = graph.unique_name(name or definition.type) if not (name or "").endswith("/") else str(name)[:-1]
            wanted = known[0] if known else (next(iter(argument.choices)) if len(argument.choices) == 1 else None)
            tensor = _converted(value, wanted, argument, definition, graph, scope)
        dtype = tensor.dtype.base_dtype
        if known and dtype is not known[0]:
            raise TypeError(
                f"Input '{argument.name}' of '{definition.type}' Op has type {dtype.name} "
                f"that does not match type {known[0].name} of argument '{known[1]}'."
            )
        if dtype not in argument.choices:
            if len(argument.choices) == 1:
                (only,) = argument.choices
                raise TypeError(
                    f"Input '{argument.name}' of '{definition.type}' Op has type {dtype.name} "
                    f"that does not match expected type of {only.name}."
                )
            allowed = ", ".join(sorted(choice.name for choice in argument.choices))
            raise TypeError(
                f"Value passed to parameter '{argument.name}' has DataType {dtype.name} "
                f"not in list of allowed values: {allowed}"
            )
        if variable and not known:
            bound[variable] = (dtype, argument.name)
        tensors.append(tensor)
    return tensors, name if scope is None else f"{scope}/"


def _converted(
    value: Any, wanted: DType | None, argument: Argument, definition: OpDef, graph: Graph, scope: str | None
) -> Tensor:
    if hasattr(value, "as_tensor"):
        return convert_to_tensor(value, as_reference=definition.writes)
    with graph.name_scope(f"{scope}/"):
        try:
            return convert_to_tensor(value, wanted, argument.name)
        except (TypeError, ValueError) as error:
            if wanted is None or isinstance(value, (list, tuple)):
                raise
            raise TypeError(
                f"Expected {wanted.name} passed to parameter '{argument.name}' of op '{definition.type}', "
                f"got {value!r} of type '{type(value).__name__}' instead. Error: {error}"
            ) from None


def _paired(definition: OpDef, inputs: Sequence[Any]) -> Iterator[tuple[Argument, Any]]:
    if not definition.variadic:
        return zip(definition.arguments, inputs, strict=True)
    rest = len(inputs) - len(definition.arguments) + 1
    arguments: list[Argument] = []
    for argument in definition.arguments:
        arguments += [argument] * (rest if argument.variadic else 1)
    return zip(arguments, inputs, strict=True)


def _operator_name(name: str) -> str | None:
    # Inside gradients TensorFlow calls its functions, whose names are the types: gradients/mul_grad/Mul.
    return None if get_default_graph().builds_gradient else name


def _reflected(type: str, name: str, other: Any, tensor: Any) -> Tensor:
    if isinstance(other, Tensor):
        return apply(type, other, tensor, name=_operator_name(name))
    graph = tensor.graph
    with graph.as_default():
        scope = graph.unique_name(_operator_name(name) or type)
        with graph.name_scope(f"{scope}/"):
            converted = convert_to_tensor(other, tensor.dtype.base_dtype, "x")
        return apply(type, converted, tensor, name=f"{scope}/")
