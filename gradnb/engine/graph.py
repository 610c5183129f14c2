"""The graph: operations in the order in which they were made, their names, scopes and collections."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypeVar

from gradnb.engine import shapes
from gradnb.engine.defaults import graphs
from gradnb.engine.registry import OpDef
from gradnb.engine.shapes import InferenceError
from gradnb.engine.tensor import Operation, Operators, Tensor
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.gradients import Unanswered
    from gradnb.engine.session import Run


P = ParamSpec("P")
T = TypeVar("T")


_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")


_INNER_SCOPE = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


_NO_ATTRIBUTES: Final[Mapping[str, Any]] = MappingProxyType({})


#: How many past runs a graph remembers: one for each set of fetches.
_RUNS_KEPT = 16

#: How many calls that gave a None it remembers.
_UNANSWERED_KEPT = 8


class GraphKeys:
    """Names of the collections that TensorFlow itself fills.

    Attributes
    ----------
    GLOBAL_VARIABLES, LOCAL_VARIABLES : str
        What `global_variables` and `local_variables` return.
    TRAINABLE_VARIABLES : str
        What optimizers change.
    LOSSES, REGULARIZATION_LOSSES : str
        What `losses.get_total_loss` adds.
    UPDATE_OPS, TRAIN_OP : str
        Operations that a program runs beside its fetches; gradnb adds none to the first, optimizers add theirs to the
        second.
    GLOBAL_STEP : str
        The variable that counts the steps.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> v = tf.Variable(1.0, name="v")
    >>> tf.get_default_graph().get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)
    [<tf.Variable 'v:0' shape=() dtype=float32_ref>]
    """

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    LOSSES = "losses"
    UPDATE_OPS = "update_ops"
    GLOBAL_STEP = "global_step"
    TRAIN_OP = "train_op"


class _Place(Generic[T]):
    """Lets the operations made inside a ``with`` block have a scope, and belong to the gradient of an operation.

    Graphs enter millions of such blocks, for which `contextmanager` takes several times as long.
    """

    __slots__ = ("_before", "_forward", "_graph", "_result", "_scope")

    def __init__(self, graph: Graph, scope: str, forward: Operation | None, result: T) -> None:
        self._graph = graph
        self._scope = scope
        self._forward = forward
        self._result = result

    def __enter__(self) -> T:
        graph = self._graph
        self._before = graph._scope, graph._forward
        graph._scope, graph._forward = self._scope, self._forward
        return self._result

    def __exit__(self, *_: object) -> None:
        self._graph._scope, self._graph._forward = self._before


class _Attempt:
    """What is added to a graph from `begin` on, until it is kept or taken back.

    A program makes one with each call, so what is seldom needed is only made then. An interrupt may come at any moment:
    whoever begins does so inside a ``try`` block, and takes back whatever ends it.
    """

    __slots__ = ("_actions", "_counts", "_graph", "_names", "_outer", "_place", "_version")

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._outer = graph._attempt
        self._place = graph._scope, graph._forward, graph._control
        self._version, self._names = len(graph._operations), len(graph._names_in_use)
        #: How often a name was in use that is there already: new ones stand behind those in the graph's dict.
        self._counts: dict[str, int] | None = None
        self._actions: list[Callable[[], object]] | None = None

    def begin(self) -> None:
        """Note from here on what is added."""
        self._graph._attempt = self

    def note_name(self, name: str, count: int) -> None:
        """Remember how often `name` was in use before it is taken once more."""
        if self._counts is None:
            self._counts = {}
        self._counts.setdefault(name, count)

    def when_undone(self, action: Callable[[], object]) -> None:
        """Remember what else is to be done if this is taken back."""
        if self._actions is None:
            self._actions = []
        self._actions.append(action)

    def keep(self) -> None:
        """Let what was added stay, as far as this attempt goes; it may be a part of another one."""
        outer = self._graph._attempt = self._outer
        if outer is not None:
            for action in self._actions or ():
                outer.when_undone(action)
            for name, count in (self._counts or {}).items():
                outer.note_name(name, count)

    def take_back(self) -> None:
        """Take back what was added."""
        graph, names = self._graph, self._graph._names_in_use
        graph._attempt = self._outer
        graph._scope, graph._forward, graph._control = self._place
        for action in reversed(self._actions or ()):
            action()
        for operation in graph._operations[self._version :]:
            graph._by_name.pop(operation.name, None)
            graph.gradient_overrides.pop(operation, None)
            graph.colocations.pop(operation, None)
            graph.initializers.pop(operation, None)
        del graph._operations[self._version :]
        graph._looked_up = min(graph._looked_up, self._version)
        while len(names) > self._names:
            names.popitem()
        for name, count in (self._counts or {}).items():
            if name in names:
                names[name] = count


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
        #: The operations by name: as many of the first ones as were there when one was last looked up.
        self._by_name: dict[str, Operation] = {}
        self._looked_up = 0
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
        #: The latest calls of `gradients` that gave a None: consulted only when that is fetched.
        self.unanswered: deque[Unanswered] = deque(maxlen=_UNANSWERED_KEPT)
        self._copied: tuple[Graph, dict[Operation, Operation]] | None = None
        #: Of how many operations of the graph from which it is copied there is no copy yet: now, and at first.
        self._missing = self._missing_at_first = 0
        #: Operations from this index on are its own.
        self._copied_before = 0
        self._attempt: _Attempt | None = None

    # Reading

    def get_operations(self) -> list[Operation]:
        """Return all operations in the order of their creation.

        Returns
        -------
        list of Operation
            A new list; each comes after those that it computes from.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> c = tf.constant(1.0, name="c")
        >>> [operation.name for operation in tf.get_default_graph().get_operations()]
        ['c']
        """
        return list(self._operations)

    def operations_since(self, version: int) -> list[Operation]:
        """Return the operations made since there were `version` of them."""
        # Copies that were made later stand among them.
        since = self._operations[version - self._missing_at_first :]
        return [operation for operation in since if operation.index >= version] if self._missing_at_first else since

    @property
    def version(self) -> int:
        """The number of operations so far.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.Graph().version
        0
        """
        return self._missing + len(self._operations)

    @property
    def finalized(self) -> bool:
        """Whether it can no longer change.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.Graph().finalized
        False
        """
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

    def forget_unanswered(self, call: Unanswered) -> None:
        """Forget a call that gave a None."""
        kept = [other for other in self.unanswered if other is not call]
        self.unanswered.clear()
        self.unanswered.extend(kept)

    def get_operation_by_name(self, name: str) -> Operation:
        """Return the operation called `name`.

        Parameters
        ----------
        name : str
            The operation's name, with its scopes: ``layer/add``.

        Returns
        -------
        Operation
            The operation.

        Raises
        ------
        KeyError
            If there is none.
        TypeError
            If `name` is no string.
        ValueError
            If `name` is the name of a tensor.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> c = tf.constant(1.0, name="c")
        >>> tf.get_default_graph().get_operation_by_name("c") is c.op
        True
        """
        element = self.as_graph_element(name, allow_tensor=False)
        assert isinstance(element, Operation)  # what allow_tensor=False says, for the type checker
        return element

    def get_tensor_by_name(self, name: str) -> Tensor:
        """Return the tensor called `name`, such as ``add:0``.

        Parameters
        ----------
        name : str
            The operation's name, a colon, and the number of the output.

        Returns
        -------
        Tensor
            The tensor.

        Raises
        ------
        KeyError
            If there is none.
        ValueError
            If `name` is the name of an operation.
        TypeError
            If `name` is no string.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> c = tf.constant(1.0, name="c")
        >>> tf.get_default_graph().get_tensor_by_name("c:0") is c
        True
        """
        element = self.as_graph_element(name, allow_operation=False)
        assert isinstance(element, Tensor)  # what allow_operation=False says, for the type checker
        return element

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Tensor | Operation:
        """Return the tensor or operation that `obj` is or names.

        Parameters
        ----------
        obj : Tensor, Operation, Variable or str
            The thing itself, or its name.
        allow_tensor, allow_operation : bool
            What it may be.

        Returns
        -------
        Tensor or Operation
            Of this graph.

        Raises
        ------
        TypeError
            If `obj` is neither.
        KeyError
            If nothing has that name.
        ValueError
            If it belongs to another graph or the name's form does not fit.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> c = tf.constant(1.0, name="c")
        >>> tf.get_default_graph().as_graph_element("c:0") is c
        True
        """
        wanted = " or ".join(["Tensor"] * allow_tensor + ["Operation"] * allow_operation)
        if isinstance(obj, Operators):
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
        operation = self._find(op_name)
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

    def _find(self, name: str) -> Operation | None:
        while self._looked_up < len(self._operations):
            operation = self._operations[self._looked_up]
            self._by_name[operation.name] = operation
            self._looked_up += 1
        found = self._by_name.get(name)
        if found is None and self._missing and self._copied is not None:
            original = self._copied[0]._find(name)
            found = None if original is None else self._copy_of(original)
        return found

    # Names

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """Return `name` inside the current name scope, with a number behind it if it is taken.

        Parameters
        ----------
        name : str
            The wish.
        mark_as_used : bool
            False to ask only: the name stays free.

        Returns
        -------
        str
            With the scope in front.

        Raises
        ------
        AttributeError
            If `name` is no string.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> c = tf.constant(1.0, name="c")
        >>> tf.get_default_graph().unique_name("c", mark_as_used=False)
        'c_1'
        """
        if self._scope:
            name = f"{self._scope}/{name}"
        in_use = self._names_in_use
        base = key = name.lower()
        if base == name:
            base = key = name  # one string in memory, not two that are equal
        number = in_use.get(base, 0)
        if mark_as_used:
            if number and self._attempt is not None:
                self._attempt.note_name(base, number)
            in_use[base] = number + 1
        if number:
            while key in in_use:
                key = f"{base}_{number}"
                number += 1
            if mark_as_used:
                in_use[key] = 1
            name = key if base is name else f"{name}_{number - 1}"
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

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> with tf.get_default_graph().name_scope("layer"):
        ...     c = tf.constant(1.0, name="c")
        >>> c.name
        'layer/c:0'
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
        return _Place(self, scope, self._forward, f"{scope}/" if scope else "")

    @contextmanager
    def control_dependencies(self, control_inputs: Iterable[Any] | None) -> Iterator[None]:
        """Let the operations made inside run after `control_inputs`; None lifts what is around.

        Parameters
        ----------
        control_inputs : iterable of Operation or Tensor, or None
            What must run before.

        Raises
        ------
        TypeError
            If something in it is neither.
        ValueError
            If it belongs to another graph.
        OperatorNotAllowedInGraphError
            If a tensor stands in place of a list.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> first = tf.constant(1.0, name="first")
        >>> with tf.get_default_graph().control_dependencies([first]):
        ...     second = tf.constant(2.0)
        >>> [operation.name for operation in second.op.control_inputs]
        ['first']
        """
        before = self._control
        if control_inputs is None:
            self._control = ()
        else:
            found = [self.as_graph_element(_runnable(value)) for value in control_inputs]
            new = [element.op if isinstance(element, Tensor) else element for element in found]
            self._control = before + tuple(op for op in new if op not in before)
        try:
            yield
        finally:
            self._control = before

    def gradient_of(self, forward: Operation) -> AbstractContextManager[None]:
        """Put the operations made inside into a scope of their own, as parts of the gradient of `forward`."""
        return _Place(self, self.unique_name(f"{forward.name}_grad"), forward, None)

    @property
    def builds_gradient(self) -> bool:
        """Whether an operation's gradient is being built."""
        return self._forward is not None

    # Changing

    def attempted(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns; when it ends in an error, take back what it has added.

        Operations, names and items of collections are, and what `when_undone` was told.
        """
        attempt = _Attempt(self)
        try:
            attempt.begin()
            result = function(*args, **kwargs)
            attempt.keep()
            return result
        except BaseException:
            attempt.take_back()
            raise

    def when_undone(self, action: Callable[[], object]) -> None:
        """Do something more if the present attempt is taken back; to be said before what it undoes is done."""
        if self._attempt is not None:
            self._attempt.when_undone(action)

    def finalize(self) -> None:
        """Allow no further operation.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.finalize()
        >>> graph.finalized
        True
        """
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
        if self._finalized:
            self.check_not_finalized()
        if not name:
            name = definition.type
        elif not _NAME.fullmatch(name) and not (self._scope and _INNER_SCOPE.fullmatch(name)):
            raise ValueError(f"'{name}' is not a valid node name. Accepted names conform to Regex /{_NAME.pattern}/")
        try:
            specs = definition.infer(*inputs, **attributes) if attributes else definition.infer(*inputs)
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
            attributes or _NO_ATTRIBUTES,
            specs,
            self._missing + len(self._operations),
            self._forward,
        )
        self._operations.append(operation)
        if self._override_map and definition.type in self._override_map:
            self.gradient_overrides[operation] = self._override_map[definition.type]
        return operation

    @contextmanager
    def gradient_override_map(self, op_type_map: Mapping[str, str]) -> Iterator[None]:
        """Let operations made inside, of the types that are its keys, use the gradients registered under its values.

        Parameters
        ----------
        op_type_map : Mapping of str to str
            From the type of an operation to the name under which `RegisterGradient` registered a gradient.

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

    def as_default(self) -> AbstractContextManager[Graph]:
        """Make it the default graph inside the ``with`` block.

        Returns
        -------
        context manager
            Yields the graph.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> with graph.as_default():
        ...     print(tf.get_default_graph() is graph)
        True
        """
        return graphs.pushed(self)

    def copy(
        self, before: int | None = None, names_in_use: Mapping[str, int] | None = None, on_demand: bool = False
    ) -> tuple[Graph, dict[Operation, Operation]]:
        """Return a private copy and what each operation became in it.

        Parameters
        ----------
        before : int, optional
            Copy only the operations made before the one with this index.
        names_in_use : Mapping, optional
            The names in use at that time, as `names_snapshot` gave them.
        on_demand : bool
            Copy an operation only when its copy is asked for, by `own` or by name, and then with all from which it is
            computed: a call in a large graph has to do with a part of it. What would have to run before one of these,
            for the sake of its side effects, is left out.

        Returns
        -------
        Graph
            Operations of the same names, and the same next unique names; not finalized.
        dict
            From each operation to its copy; on demand it grows.
        """
        twin = Graph()
        twin._names_in_use = dict(self._names_in_use if names_in_use is None else names_in_use)
        twin.seed = self.seed
        # Also afterwards: a gradient that the program itself wrote may hold on to tensors of this graph.
        became: dict[Operation, Operation] = {}
        twin._copied = (self, became)
        twin._copied_before = self.version if before is None else before
        twin._missing = twin._missing_at_first = twin._copied_before
        if not on_demand:
            twin._duplicate(self._operations[:before], with_control=True)
            twin._missing_at_first = twin._missing
        return twin, became

    def _copy_of(self, original: Operation) -> Operation | None:
        """Return the copy of an operation, made if need be; None if the operation came after the graph was copied."""
        assert self._copied is not None  # this is a copy
        source, became = self._copied
        if original not in became and original.index < self._copied_before:
            found = {original}
            waiting = [original]
            while waiting:
                operation = waiting.pop()
                needed = [tensor.op for tensor in operation.inputs]
                beside = (operation.forward, source.initializers.get(operation))
                needed += [other for other in beside if other is not None and other.index < self._copied_before]
                for other in needed:
                    if other not in found and other not in became:
                        found.add(other)
                        waiting.append(other)
            self._duplicate(sorted(found, key=attrgetter("index")), with_control=False)
        return became.get(original)

    def _duplicate(self, originals: Sequence[Operation], with_control: bool) -> None:
        """Copy operations of the graph of which this is a copy, inputs first."""
        assert self._copied is not None  # this is a copy
        source, became = self._copied
        for op in originals:
            specs = [(tensor.dtype, tensor.static_shape) for tensor in op.outputs]
            copied = Operation(
                self,
                op.definition,
                op.name,
                tuple([became[tensor.op].outputs[tensor.value_index] for tensor in op.inputs]),
                tuple([became[control] for control in op.control_inputs]) if with_control else (),
                op.attributes,
                specs[0] if len(specs) == 1 else specs,
                op.index,
                None if op.forward is None else became[op.forward],
            )
            became[op] = copied
            self._operations.append(copied)
            if op in source.gradient_overrides:
                self.gradient_overrides[copied] = source.gradient_overrides[op]
        self._missing -= len(originals)
        self.when_undone(partial(self._forget_copies, originals))
        for op in originals:
            initializer = source.initializers.get(op)
            if initializer in became:
                self.initializers[became[op]] = became[initializer]

    def _forget_copies(self, originals: Sequence[Operation]) -> None:
        assert self._copied is not None  # this is a copy
        for op in originals:
            del self._copied[1][op]
        self._missing += len(originals)

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
        copied = self._copy_of(self._copied[0].own(tensor).op)
        if copied is None:
            raise ValueError(f"{tensor} must be from the same graph, but it was made after the graph was copied.")
        return copied.outputs[tensor.value_index]

    def names_snapshot(self) -> dict[str, int]:
        """Return the names in use now, for `copy`."""
        return dict(self._names_in_use)

    # Collections

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Add `value` to the collection `name`.

        Parameters
        ----------
        name : str
            The collection: one of `GraphKeys`, or a name of the program's own.
        value : object
            What to add, mostly a variable or tensor.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.add_to_collection("watched", 1)
        >>> graph.get_collection("watched")
        [1]
        """
        self.check_not_finalized()
        items = self._collections.setdefault(name, [])
        length = len(items)
        self.when_undone(lambda: items.__delitem__(slice(length, None)))
        items.append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Add `value` to each of the collections `names`.

        Parameters
        ----------
        names : list of str, or str
            The collections, each once.
        value : object
            What to add.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.add_to_collections(["watched", "kept"], 1)
        >>> graph.get_collection("kept")
        [1]
        """
        for name in (names,) if isinstance(names, str) else dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """Return what is in the collection `name`; with `scope`, only items whose names begin with it.

        Parameters
        ----------
        name : str
            The collection.
        scope : str, optional
            The beginning of the names that count.

        Returns
        -------
        list
            A new one; empty when there is no such collection.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.add_to_collection("watched", 1)
        >>> graph.get_collection("watched"), graph.get_collection("nothing")
        ([1], [])
        """
        items = self._collections.get(name, [])
        if scope is None:
            return list(items)
        return [item for item in items if hasattr(item, "name") and re.match(scope, item.name)]

    def get_collection_ref(self, name: Any) -> list[Any]:
        """Return the collection `name` itself: changes of the list change it.

        Parameters
        ----------
        name : str
            The collection; made when it is missing.

        Returns
        -------
        list
            The list that the graph itself keeps.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.get_collection_ref("watched").append(1)
        >>> graph.get_collection("watched")
        [1]
        """
        return self._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list[Any]:
        """Return the names of all collections that are not empty.

        Returns
        -------
        list of str
            In the order in which they were first filled.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.add_to_collection("watched", 1)
        >>> graph.get_all_collection_keys()
        ['watched']
        """
        return [key for key, items in self._collections.items() if items]

    def clear_collection(self, name: Any) -> None:
        """Empty the collection `name`.

        Parameters
        ----------
        name : str
            The collection.

        Examples
        --------
        >>> import gradnb as tf
        >>> graph = tf.Graph()
        >>> graph.add_to_collection("watched", 1)
        >>> graph.clear_collection("watched")
        >>> graph.get_collection("watched")
        []
        """
        self._collections.pop(name, None)


def _runnable(value: Any) -> Any:
    """Return what stands for `value` in a graph: the operation of gradients that are given in rows."""
    return value if isinstance(value, (Operators, Operation, str)) else getattr(value, "op", value)


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


_base = Graph()


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
    innermost = graphs.innermost
    return _base if innermost is None else innermost


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
    if graphs.innermost is not None:
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
    TypeError
        If `name` is no string.

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

    Raises
    ------
    TypeError
        If something in `control_inputs` is neither operation nor tensor.
    ValueError
        If it belongs to another graph.
    OperatorNotAllowedInGraphError
        If a tensor stands in place of a list: its elements are known only when it runs.

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
