"""Variables: tensors whose values a session keeps, and the scopes in which they have names."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from gradnb.engine import shapes
from gradnb.engine.attempts import all_or_nothing
from gradnb.engine.build import convert_to_tensor
from gradnb.engine.defaults import get_default_session
from gradnb.engine.dtypes import DType, as_dtype, float32
from gradnb.engine.graph import Graph, GraphKeys, get_default_graph, graph_of
from gradnb.engine.initializers import constant_initializer, glorot_uniform_initializer, zeros_initializer
from gradnb.engine.ops.state import add_variable, assign, assign_add, assign_sub, group, identity
from gradnb.engine.shapes import StaticShape, TensorShape
from gradnb.engine.tensor import Operation, Operators, Tensor
from gradnb.engine.tracebacks import with_short_tracebacks

if TYPE_CHECKING:
    from gradnb.engine.session import Session

__all__ = [
    "AUTO_REUSE",
    "Variable",
    "VariableScope",
    "all_variables",
    "get_variable",
    "get_variable_scope",
    "global_variables",
    "global_variables_initializer",
    "initialize_all_variables",
    "initialize_local_variables",
    "initialize_variables",
    "local_variables",
    "local_variables_initializer",
    "trainable_variables",
    "variable_scope",
    "variables_initializer",
]


class Variable(Operators):
    """A tensor whose value a session keeps from one run to the next.

    Parameters
    ----------
    initial_value : Tensor, array, number or callable
        The value that its initializer sets; a callable is called to make it.
    trainable : bool
        Whether optimizers change it.
    collections : list, optional
        The collections to which it is added; by default the global variables.
    validate_shape : bool
        False to leave its shape unknown.
    caching_device, variable_def, import_scope
        Accepted, not needed.
    name : str, optional
        Its name, by default ``Variable``.
    dtype : DType, optional
        Its type.
    expected_shape : list of int, optional
        A shape that the initial value must have.
    constraint : callable, optional
        Kept for optimizers.

    Raises
    ------
    ValueError
        If there is no initial value, a size is negative, or the shape is not `expected_shape`.
    TypeError
        If the initial value or `dtype` is none.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> v = tf.Variable([1.0, 2.0], name="v")
    >>> v
    <tf.Variable 'v:0' shape=(2,) dtype=float32_ref>
    >>> with tf.Session() as session:
    ...     _ = session.run(tf.global_variables_initializer())
    ...     print(session.run(v + 1.0))
    [2. 3.]
    """

    __slots__ = ("_initial_value", "_reference", "_snapshot", "constraint", "initializer", "trainable")

    @all_or_nothing
    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool = True,
        collections: Sequence[Any] | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: Any = None,
        constraint: Callable[..., Any] | None = None,
    ) -> None:
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self.trainable = trainable
        self.constraint = constraint
        graph = graph_of([initial_value])
        graph.check_not_finalized()
        with graph.as_default(), graph.control_dependencies(None), graph.name_scope(name or "Variable") as scope:
            value = _initial(initial_value, dtype, graph)
            if validate_shape and not shapes.is_full(value.static_shape):
                raise ValueError(f"initial_value must have a shape specified: {value}")
            if expected_shape is not None:
                value.set_shape(expected_shape)
            base = value.dtype.base_dtype
            self._initial_value = value
            self._reference = add_variable(scope, value.static_shape if validate_shape else None, base)
            self.initializer: Operation = assign(
                self._reference, value, None if validate_shape else False, name="Assign"
            ).op
            self._snapshot = identity(self._reference, name="read")
        graph.initializers[self._reference.op] = self.initializer
        kept = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
        if trainable and GraphKeys.TRAINABLE_VARIABLES not in kept:
            kept.append(GraphKeys.TRAINABLE_VARIABLES)
        graph.add_to_collections(kept, self)

    def as_tensor(self, dtype: DType | None = None, as_reference: bool = False) -> Tensor:
        """Return what stands for it in the graph: the reference to it, or the operation that reads it.

        Raises
        ------
        ValueError
            If `dtype` is another than its own.
        """
        if dtype is not None and dtype.base_dtype is not self.dtype.base_dtype:
            raise ValueError(
                f"Incompatible type conversion requested to type '{dtype.name}' "
                f"for variable of type '{self.dtype.name}' (Variable: {self})"
            )
        return self._reference if as_reference else self._snapshot

    @property
    def name(self) -> str:
        """Its name, ``v:0``.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.Variable(1.0, name="named_variable").name
        'named_variable:0'
        """
        return self._reference.name

    @property
    def op(self) -> Operation:
        """The operation that stands for it.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.Variable(1.0).op.type
        'VariableV2'
        """
        return self._reference.op

    @property
    def graph(self) -> Graph:
        """The graph it belongs to.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.Variable(1.0).graph is tf.get_default_graph()
        True
        """
        return self._reference.graph

    @property
    def dtype(self) -> DType:
        """The reference type of its elements, ``float32_ref``.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.Variable(1.0).dtype, tf.Variable(1.0).dtype.base_dtype
        (tf.float32_ref, tf.float32)
        """
        return self._reference.dtype

    @property
    def static_shape(self) -> StaticShape:
        """What is known of its shape, as the engine writes it."""
        return self._reference.static_shape

    @property
    def shape(self) -> TensorShape:
        """What is known of its shape.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.Variable([1.0, 2.0]).shape)
        (2,)
        """
        return self._reference.shape

    @property
    def initial_value(self) -> Tensor:
        """The tensor that its initializer assigns.

        Examples
        --------
        >>> import gradnb as tf
        >>> with tf.Session() as session:
        ...     print(session.run(tf.Variable([1.0, 2.0]).initial_value))
        [1. 2.]
        """
        return self._initial_value

    def get_shape(self) -> TensorShape:
        """Return what is known of its shape.

        Returns
        -------
        TensorShape
            The same as `shape`.

        Examples
        --------
        >>> import gradnb as tf
        >>> print(tf.Variable([1.0, 2.0]).get_shape())
        (2,)
        """
        return self.shape

    @with_short_tracebacks
    def set_shape(self, shape: Any) -> None:
        """Add knowledge of its shape.

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
        >>> v = tf.Variable([1.0, 2.0], validate_shape=False)
        >>> v.set_shape([2])
        >>> print(v.shape)
        (2,)
        """
        self._reference.set_shape(shape)
        self._snapshot.set_shape(shape)

    def value(self) -> Tensor:
        """Return the tensor that reads it.

        Returns
        -------
        Tensor
            The same one each time: for a fresh reading there is `read_value`.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     print(session.run(v.value()))
        2.0
        """
        return self._snapshot

    def read_value(self) -> Tensor:
        """Return a new tensor that reads it, after what `control_dependencies` says.

        Returns
        -------
        Tensor
            Its value at that time.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     with tf.control_dependencies([tf.assign_add(v, 1.0)]):
        ...         after = v.read_value()
        ...     print(session.run(after))
        3.0
        """
        return identity(self._reference, name="read")

    def initialized_value(self) -> Tensor:
        """Return its initial value, for another variable's.

        Returns
        -------
        Tensor
            Its value once it is initialized, else its initial value.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable([1.0, 2.0])
        >>> twice = tf.Variable(2.0 * v.initialized_value())
        >>> with tf.Session() as session:
        ...     session.run(tf.variables_initializer([v, twice]))
        ...     print(session.run(twice))
        [2. 4.]
        """
        return self._initial_value

    @with_short_tracebacks
    def assign(self, value: Any, use_locking: Any = None, name: str | None = None, read_value: bool = True) -> Any:
        """Return a tensor that sets it to `value` when it is run.

        Parameters
        ----------
        value : Tensor
            Its new value, of its shape and dtype.
        use_locking
            Accepted, not needed.
        name : str, optional
            The operation's name.
        read_value : bool
            False to get the operation in place of its output.

        Returns
        -------
        Tensor, or Operation without `read_value`
            The new value; nothing happens until it is run.

        Raises
        ------
        ValueError
            If shapes differ.
        TypeError
            If dtypes differ.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     print(session.run(v.assign(5.0)))
        5.0
        """
        result = assign(self, value, name=name)
        return result if read_value else result.op

    @with_short_tracebacks
    def assign_add(self, delta: Any, use_locking: Any = None, name: str | None = None, read_value: bool = True) -> Any:
        """Return a tensor that adds `delta` to it when it is run.

        Parameters
        ----------
        delta : Tensor
            What to add, of its shape and dtype.
        use_locking
            Accepted, not needed.
        name : str, optional
            The operation's name.
        read_value : bool
            False to get the operation in place of its output.

        Returns
        -------
        Tensor, or Operation without `read_value`
            The new value; nothing happens until it is run.

        Raises
        ------
        ValueError
            If shapes differ.
        TypeError
            If dtypes differ.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     print(session.run(v.assign_add(5.0)))
        7.0
        """
        result = assign_add(self, delta, name=name)
        return result if read_value else result.op

    @with_short_tracebacks
    def assign_sub(self, delta: Any, use_locking: Any = None, name: str | None = None, read_value: bool = True) -> Any:
        """Return a tensor that subtracts `delta` from it when it is run.

        Parameters
        ----------
        delta : Tensor
            What to subtract, of its shape and dtype.
        use_locking
            Accepted, not needed.
        name : str, optional
            The operation's name.
        read_value : bool
            False to get the operation in place of its output.

        Returns
        -------
        Tensor, or Operation without `read_value`
            The new value; nothing happens until it is run.

        Raises
        ------
        ValueError
            If shapes differ.
        TypeError
            If dtypes differ.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     print(session.run(v.assign_sub(5.0)))
        -3.0
        """
        result = assign_sub(self, delta, name=name)
        return result if read_value else result.op

    @with_short_tracebacks
    def eval(self, session: Session | None = None) -> Any:
        """Return its value in `session`, by default in the default session.

        Parameters
        ----------
        session : Session, optional
            Where its value is kept.

        Returns
        -------
        ndarray or NumPy scalar
            A copy: changing it does not change the variable.

        Raises
        ------
        ValueError
            If there is no session.
        FailedPreconditionError
            If it was not initialized there.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     print(v.eval())
        2.0
        """
        return self._snapshot.eval(session=session)

    @with_short_tracebacks
    def load(self, value: Any, session: Session | None = None) -> None:
        """Set its value in `session`, by default in the default session.

        Parameters
        ----------
        value : array or number
            Its new value, of its shape.
        session : Session, optional
            Where its value is kept.

        Raises
        ------
        ValueError
            If there is no session, or the shape is another.

        Examples
        --------
        >>> import gradnb as tf
        >>> v = tf.Variable(2.0)
        >>> with tf.Session() as session:
        ...     session.run(v.initializer)
        ...     v.load(5.0, session)
        ...     print(session.run(v))
        5.0
        """
        found = session or get_default_session()
        if found is None:
            raise ValueError("Either session argument should be provided or default session should be established")
        found.run(self.initializer, {self.initializer.inputs[1]: value})

    def copied(self, became: Mapping[Operation, Operation]) -> Variable:
        """Return the variable that stands for it in a copy of its graph.

        Parameters
        ----------
        became : Mapping
            What each operation became, as `Graph.copy` returns it.
        """
        twin = object.__new__(Variable)
        twin.trainable, twin.constraint = self.trainable, self.constraint
        twin.initializer = became[self.initializer]
        twin._initial_value, twin._reference, twin._snapshot = (
            became[tensor.op].outputs[tensor.value_index]
            for tensor in (self._initial_value, self._reference, self._snapshot)
        )
        return twin

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={shapes.shape_text(self.static_shape)} dtype={self.dtype.name}>"


def _initial(value: Any, dtype: Any, graph: Graph) -> Tensor:
    if callable(value):
        with graph.name_scope("Initializer"):
            return convert_to_tensor(value(), dtype, name="initial_value")
    return convert_to_tensor(value, dtype, name="initial_value")


class Reuse(Enum):
    """Whether `get_variable` may return a variable that exists: ``AUTO_REUSE`` returns it, or makes it."""

    AUTO_REUSE = 1


AUTO_REUSE = Reuse.AUTO_REUSE


@dataclass
class VariableScope:
    """A prefix of variables' names, with defaults for the variables made inside.

    Attributes
    ----------
    name : str
        The prefix, ``layer/inner``.
    reuse : bool or AUTO_REUSE
        Whether variables that exist are returned.
    initializer : callable or None
        The default initializer.
    original_name_scope : str
        The name scope that was opened with it.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.variable_scope("layer_of_scope") as scope:
    ...     v = tf.get_variable("v", [2])
    >>> scope.name, v.name
    ('layer_of_scope', 'layer_of_scope/v:0')
    """

    name: str = ""
    reuse: Any = False
    initializer: Any = None
    original_name_scope: str = ""

    def reuse_variables(self) -> None:
        """Return variables that exist from now on.

        Examples
        --------
        >>> import gradnb as tf
        >>> with tf.variable_scope("shared_scope") as scope:
        ...     v = tf.get_variable("v", [2])
        ...     scope.reuse_variables()
        ...     print(tf.get_variable("v", [2]) is v)
        True
        """
        self.reuse = True


@dataclass
class _Store:
    """The variables of one graph by name, and the scope that is open."""

    variables: dict[str, Variable] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    scope: VariableScope = field(default_factory=VariableScope)
    #: The scopes that have been entered, since the one around them was left: a default name must be another one.
    entered: frozenset[str] = frozenset()
    #: Names that may be given once more, to a new variable.
    free: set[str] = field(default_factory=set)


@contextmanager
def names_given_again(graph: Graph) -> Iterator[None]:
    """Let every name that `get_variable` knows in a graph be given once more, to a new variable.

    A notebook does this while a cell goes on with the graph of earlier ones: so the cell can be run again. Variables
    that exist stay as they are, and a scope that reuses still finds them.

    Parameters
    ----------
    graph : Graph
        The graph that goes on.

    Examples
    --------
    >>> import gradnb as tf
    >>> graph = tf.Graph()
    >>> with graph.as_default():
    ...     first = tf.get_variable("w", shape=[2])
    ...     with names_given_again(graph):
    ...         tf.get_variable("w", shape=[2]) is first
    False
    """
    with graph.as_default():
        store = _store()
    store.free = set(store.variables)
    try:
        yield
    finally:
        store.free = set()


def _store() -> _Store:
    graph = get_default_graph()
    if graph.variable_scopes is None:
        graph.variable_scopes = _Store()
    store: _Store = graph.variable_scopes
    return store


def get_variable_scope() -> VariableScope:
    """Return the variable scope that is open.

    Returns
    -------
    VariableScope
        The innermost one; the root, with the name ``""``, outside of all.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.variable_scope("layer"):
    ...     print(tf.get_variable_scope().name)
    layer
    """
    return _store().scope


@contextmanager
def variable_scope(
    name_or_scope: Any,
    default_name: str | None = None,
    values: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: Any = None,
    constraint: Any = None,
    auxiliary_name_scope: bool = True,
) -> Iterator[VariableScope]:
    """Put a prefix before the names of the variables made inside, and of the operations too.

    Parameters
    ----------
    name_or_scope : str, VariableScope or None
        The prefix, or a scope to enter again.
    default_name : str, optional
        A name to make unique when `name_or_scope` is None.
    values : list, optional
        Tensors whose graph is to be the default one.
    initializer : callable, optional
        The default initializer inside.
    reuse : bool or AUTO_REUSE, optional
        True to return variables that exist, ``AUTO_REUSE`` to return or make them; inherited by default.
    regularizer, caching_device, partitioner, custom_getter, dtype, use_resource, constraint
        Accepted, not used.
    auxiliary_name_scope : bool
        Whether operations get the prefix too.

    Yields
    ------
    VariableScope
        The scope.

    Raises
    ------
    ValueError
        If neither name is given, or the name is not allowed.
    TypeError
        If `name_or_scope` is neither.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> with tf.variable_scope("layer"):
    ...     tf.get_variable("w", [2]).name
    'layer/w:0'
    """
    if name_or_scope is None and default_name is None:
        raise TypeError("If default_name is None then name_or_scope is required")
    if not isinstance(name_or_scope, (str, VariableScope, type(None))):
        raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
    if reuse not in (None, False, True, AUTO_REUSE):
        raise ValueError("The reuse parameter must be True or False or None.")
    graph = graph_of(values or ())
    with graph.as_default():
        store = _store()
        outer = store.scope
        if isinstance(name_or_scope, VariableScope):
            prefix, short = name_or_scope.name, name_or_scope.name.rpartition("/")[2]
            inherited = name_or_scope
        else:
            short = name_or_scope if name_or_scope is not None else _unused_scope(store, outer, str(default_name))
            prefix = f"{outer.name}/{short}" if outer.name else short
            inherited = outer
        graph.when_undone(partial(setattr, store, "entered", store.entered))
        store.entered |= {prefix}
        entered_again = store.entered if isinstance(name_or_scope, VariableScope) else None
        wanted = inherited.reuse or outer.reuse if reuse is None else reuse
        # TensorFlow never switches reuse off inside a scope that reuses.
        scope = VariableScope(
            prefix, wanted or inherited.reuse, inherited.initializer if initializer is None else initializer
        )
        try:
            if auxiliary_name_scope:
                with graph.name_scope(short) as opened:
                    scope.original_name_scope = opened
                    store.scope = scope
                    yield scope
            else:
                store.scope = scope
                yield scope
        finally:
            store.scope = outer
            # As in TensorFlow: in a scope that is entered again, default names begin anew, and find what is reused.
            store.entered = entered_again or frozenset(
                name for name in store.entered if not name.startswith(f"{prefix}/")
            )


def _unused_scope(store: _Store, outer: VariableScope, name: str) -> str:
    prefix = f"{outer.name}/" if outer.name else ""
    candidate, number = name, 0
    while prefix + candidate in store.entered:
        number += 1
        candidate = f"{name}_{number}"
    return candidate


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool | None = None,
    collections: Sequence[Any] | None = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Callable[..., Any] | None = None,
) -> Variable:
    """Return the variable of a name: a new one, or in a scope that reuses, the one that exists.

    Parameters
    ----------
    name : str
        Its name in the variable scope.
    shape : list of int, optional
        Its shape; not needed when `initializer` is a value.
    dtype : DType, optional
        Its type, by default float32.
    initializer : callable, class, Tensor or array, optional
        How its first value is made; by default Glorot's uniform distribution for floats, zeros for integers and bools.
    regularizer : callable, optional
        Its result for the variable is added to the regularization losses.
    trainable : bool, optional
        Whether optimizers change it.
    collections : list, optional
        The collections to which it is added.
    validate_shape : bool
        False to leave its shape unknown.
    caching_device, partitioner, use_resource, custom_getter
        Accepted, not used.
    constraint : callable, optional
        Kept for optimizers.

    Returns
    -------
    Variable
        The variable.

    Raises
    ------
    ValueError
        If it exists and may not be reused, may only be reused and does not exist, or has another shape or dtype.
    TypeError
        If `name` is no string, or `shape` or `dtype` is none.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.get_variable("w", shape=[2])
    <tf.Variable 'w:0' shape=(2,) dtype=float32_ref>
    """
    store = _store()
    scope = store.scope
    full_name = f"{scope.name}/{name}" if scope.name else name
    known = store.variables.get(full_name)
    if known is not None and (scope.reuse or full_name not in store.free):
        return _reused(known, full_name, shape, dtype, scope, store)
    if scope.reuse is True:
        raise ValueError(
            f"Variable {full_name} does not exist, or was not created with tf.get_variable(). "
            "Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
        )
    wanted = float32 if dtype is None else as_dtype(dtype).base_dtype
    value, given_dtype = _starting_value(
        full_name,
        shape,
        wanted if dtype is not None else None,
        scope.initializer if initializer is None else initializer,
    )
    graph = get_default_graph()
    with graph.name_scope(None):
        variable = Variable(
            value,
            trainable=True if trainable is None else trainable,
            collections=collections,
            validate_shape=validate_shape,
            name=full_name,
            dtype=given_dtype,
            constraint=constraint,
        )
    graph.when_undone(lambda: store.variables.pop(full_name, None))
    store.variables[full_name] = variable
    store.free.discard(full_name)
    store.places[full_name] = _place()
    if regularizer is not None:
        with graph.name_scope(None), graph.name_scope(f"{full_name}/Regularizer/"):
            loss = regularizer(variable)
        if loss is not None:
            graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
    return variable


def _reused(variable: Variable, name: str, shape: Any, dtype: Any, scope: VariableScope, store: _Store) -> Variable:
    if not scope.reuse:
        raise ValueError(
            f"Variable {name} already exists, disallowed. "
            "Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? "
            f"Originally defined at:\n\n{store.places[name]}"
        )
    if shape is not None and not shapes.compatible(variable.static_shape, shapes.as_static_shape(shape)):
        raise ValueError(
            f"Trying to share variable {name}, but specified shape {shapes.shape_text(shapes.as_static_shape(shape))} "
            f"and found shape {shapes.shape_text(variable.static_shape)}."
        )
    if dtype is not None and as_dtype(dtype).base_dtype is not variable.dtype.base_dtype:
        raise ValueError(
            f"Trying to share variable {name}, but specified dtype {as_dtype(dtype).name} "
            f"and found dtype {variable.dtype.name}."
        )
    return variable


def _starting_value(name: str, shape: Any, dtype: DType | None, initializer: Any) -> tuple[Any, DType | None]:
    if initializer is not None and not callable(initializer):
        if shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
        return initializer, dtype
    wanted = dtype or float32
    if isinstance(initializer, type):
        initializer = initializer()
    if initializer is None:
        if wanted.is_floating or wanted.is_complex:
            initializer = glorot_uniform_initializer()
        elif wanted.is_string:
            initializer = constant_initializer("")
        else:
            initializer = zeros_initializer()
    if shape is None:
        raise ValueError(f"Variable {name} did not get an initializer, so its `shape` argument must be specified.")
    sizes = shapes.as_static_shape(shape)
    if not shapes.is_full(sizes):
        raise ValueError(
            f"Shape of a new variable ({name}) must be fully defined, but instead was {shapes.shape_text(sizes)}."
        )
    return (lambda: initializer(list(sizes or ()), wanted)), wanted


def _place() -> str:
    """Return the line of the program that makes a variable now."""
    frame: Any = sys._getframe(1)
    while frame.f_globals.get("__name__", "").startswith("gradnb."):
        frame = frame.f_back
    source = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    return f"  line {frame.f_lineno}, in {frame.f_code.co_name}\n    {source}"


def global_variables(scope: str | None = None) -> list[Any]:
    """Return all variables that are not local; with `scope`, those whose names begin with it.

    Parameters
    ----------
    scope : str, optional
        The beginning of the names that count.

    Returns
    -------
    list of Variable
        In the order in which they were made.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> v = tf.Variable(1.0)
    >>> tf.global_variables() == [v]
    True
    """
    return get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Any]:
    """Return the variables that optimizers change; with `scope`, those whose names begin with it.

    Parameters
    ----------
    scope : str, optional
        The beginning of the names that count.

    Returns
    -------
    list of Variable
        In the order in which they were made.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> v = tf.Variable(1, trainable=False)
    >>> tf.trainable_variables()
    []
    """
    return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Any]:
    """Return the local variables; with `scope`, those whose names begin with it.

    Parameters
    ----------
    scope : str, optional
        The beginning of the names that count.

    Returns
    -------
    list of Variable
        In the order in which they were made.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.local_variables()
    []
    """
    return get_default_graph().get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def variables_initializer(var_list: Sequence[Any], name: str = "init") -> Operation:
    """Return the operation that initializes `var_list`.

    Parameters
    ----------
    var_list : list of Variable
        The variables.
    name : str
        The operation's name.

    Returns
    -------
    Operation
        Run it in each new session; its value in a fetch is None.

    Raises
    ------
    AttributeError
        If something in `var_list` is no variable.
    TypeError
        If `var_list` is no list.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.Variable(1.0)
    >>> init = tf.variables_initializer([v])
    """
    variables = list(var_list)
    for variable in variables:
        if not hasattr(variable, "initializer"):
            raise AttributeError(f"'{type(variable).__name__}' object has no attribute 'initializer'")
    return group(*(variable.initializer for variable in variables), name=name)


def global_variables_initializer() -> Operation:
    """Return the operation that initializes all global variables.

    Returns
    -------
    Operation
        Run it in each new session; its value in a fetch is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> v = tf.Variable(1.0)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(v))
    1.0
    """
    return variables_initializer(global_variables(), "init")


def local_variables_initializer() -> Operation:
    """Return the operation that initializes all local variables.

    Returns
    -------
    Operation
        Run it in each new session; its value in a fetch is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> init = tf.local_variables_initializer()
    """
    return variables_initializer(local_variables(), "init")


# The names that these functions had first; books use them still.
all_variables = global_variables
initialize_all_variables = global_variables_initializer
initialize_local_variables = local_variables_initializer
initialize_variables = variables_initializer
