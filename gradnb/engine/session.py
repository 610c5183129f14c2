"""The session: it runs the part of a graph that some fetches need, and holds the variables' values.

This is the plain interpreter: one operation after the other, in the order in which they were made.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.defaults import sessions
from gradnb.engine.graph import Graph, get_default_graph
from gradnb.engine.literals import Array, as_array
from gradnb.engine.slices import IndexedSlices, IndexedSlicesValue
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.why import why_none
from gradnb.errors import FailedPreconditionError, InvalidArgumentError, OpError
from gradnb.messages import text

__all__ = [
    "ConfigProto",
    "InteractiveSession",
    "Session",
]

#: How many sets of fetches a session keeps prepared.
_PLANS_KEPT = 64


class Cell:
    """Where a session keeps the value of one variable; an array in it is replaced, never changed."""

    __slots__ = ("array", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.array: Array | None = None

    def read(self, reader: Operation) -> Array:
        """Return the value.

        Raises
        ------
        FailedPreconditionError
            If it was not initialized.
        """
        if self.array is None:
            raise FailedPreconditionError(
                reader,
                f"Attempting to use uninitialized value {self.name}",
                text("session.uninitialized", name=self.name),
            )
        return self.array


@dataclass(frozen=True)
class Plan:
    """What a run with given fetches and feeds has to do."""

    operations: tuple[Operation, ...]

    @cached_property
    def evaluated(self) -> frozenset[Operation]:
        """The operations that it runs."""
        return frozenset(self.operations)


@dataclass(frozen=True, slots=True)
class Run:
    """What is remembered of one `Session.run`.

    Attributes
    ----------
    variables, variables_after : dict of Operation to ndarray
        The initialized variables' values before and after it.
    feeds : dict of Tensor to ndarray
        What was fed.
    plan : Plan
        What it evaluated.
    number : int
        Runs of one process are numbered in their order.
    """

    variables: Mapping[Operation, Array]
    variables_after: Mapping[Operation, Array]
    feeds: Mapping[Tensor, Array]
    plan: Plan
    number: int


_recorder: ContextVar[list[Run] | None] = ContextVar("_recorder", default=None)


@contextmanager
def recording_runs() -> Iterator[list[Run]]:
    """Record the runs of sessions inside the ``with`` block, in a list that grows with each of them."""
    runs: list[Run] = []
    token = _recorder.set(runs)
    try:
        yield runs
    finally:
        _recorder.reset(token)


class ConfigProto:
    """Accepted for the sake of programs that pass one; NumPy needs no configuration.

    Examples
    --------
    >>> import gradnb as tf
    >>> session = tf.Session(config=tf.ConfigProto(allow_soft_placement=True))
    """

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.gpu_options = type("GPUOptions", (), {})()


class Session(AbstractContextManager["Session"]):
    """Runs a graph.

    Parameters
    ----------
    target : str
        Only ``""``: this process.
    graph : Graph, optional
        By default the default graph.
    config : ConfigProto, optional
        Accepted, not needed.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.constant(2.0) * 3.0))
    6.0
    """

    _runs = 0

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        if target:
            raise ValueError(f"Session target {target!r}: " + text("session.no_target"))
        self.graph = graph if graph is not None else get_default_graph()
        self._closed = False
        self._cells: dict[Operation, Cell] = {}
        self._generators: dict[Operation, np.random.Generator] = {}
        self._plans: OrderedDict[object, Plan] = OrderedDict()
        self._entered: list[ExitStack] = []
        #: Seeds random operations that have no seed of their own; None draws fresh numbers.
        self.fallback_seed: int | None = None
        #: Whether operations that do nothing but print pass their input on in silence.
        self.silent = False

    # State

    def cell(self, variable: Operation) -> Cell:
        """Return where the value of `variable` is kept."""
        cell = self._cells.get(variable)
        if cell is None:
            cell = self._cells[variable] = Cell(variable.name)
        return cell

    def variables(self) -> dict[Operation, Array]:
        """Return the values of the initialized variables."""
        return {op: cell.array for op, cell in self._cells.items() if cell.array is not None}

    def generator(self, operation: Operation) -> np.random.Generator:
        """Return the random numbers of one operation: reproducible in each session when a seed is set."""
        generator = self._generators.get(operation)
        if generator is None:
            graph_seed, op_seed = operation.attributes["seed"]
            if graph_seed is None and op_seed is None:
                entropy = None if self.fallback_seed is None else [self.fallback_seed, operation.index]
            else:
                entropy = [abs(graph_seed or 0), abs(op_seed or 0)]
            generator = self._generators[operation] = np.random.Generator(
                np.random.Philox(np.random.SeedSequence(entropy))
            )
        return generator

    @property
    def closed(self) -> bool:
        """Whether it can run no more."""
        return self._closed

    def close(self) -> None:
        """Give back the variables' memory; the session cannot run afterwards."""
        self._closed = True
        self._cells.clear()
        self._plans.clear()

    def as_default(self) -> AbstractContextManager[Any]:
        """Make it the default session inside a ``with`` block, without closing it at its end."""
        return sessions.pushed(self)

    def __enter__(self) -> Session:
        stack = ExitStack()
        stack.enter_context(self.graph.as_default())
        stack.enter_context(sessions.pushed(self))
        self._entered.append(stack)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop().close()
        self.close()

    # Running

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """Compute `fetches`.

        Parameters
        ----------
        fetches : Tensor, Operation, Variable, IndexedSlices, str or nested list, tuple, dict or namedtuple of those
            What to compute; an operation gives None.
        feed_dict : Mapping, optional
            Values of placeholders, or of any other tensors in place of what they would compute.
        options, run_metadata
            Accepted, not used.

        Returns
        -------
        ndarray, NumPy scalar, or the structure of `fetches` with those in it
            The values; they belong to the caller.

        Raises
        ------
        TypeError, ValueError
            If a fetch or feed is not of this graph or does not fit.
        InvalidArgumentError
            If a placeholder was not fed, or values do not fit an operation.
        FailedPreconditionError
            If a variable was not initialized.
        RuntimeError
            If the session is closed or the graph is empty.
        """
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self.graph.version:
            raise RuntimeError("The Session graph is empty. Add operations to the graph before calling run().")
        elements: list[Tensor | Operation] = []
        rebuild = _collect(fetches, self.graph, elements)
        feeds = self._feeds(feed_dict or {})
        computed = self._compute(elements, feeds)
        return rebuild(iter(computed))

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """Return a function that runs `fetches` with its arguments fed to `feed_list`."""
        keys = list(feed_list or [])

        def run(*values: Any) -> Any:
            if len(values) != len(keys):
                raise TypeError(
                    f"This callable feeds {len(keys)} tensors, but was called with {len(values)} arguments."
                )
            return self.run(fetches, dict(zip(keys, values, strict=True)))

        return run

    def _feeds(self, feed_dict: Mapping[Any, Any]) -> dict[Tensor, Any]:
        if not isinstance(feed_dict, Mapping):
            raise TypeError(f"The feed_dict must map tensors to values, not be a {type(feed_dict).__name__}.")
        feeds: dict[Tensor, Any] = {}
        for key, value in feed_dict.items():
            for tensor, part in _feed_parts(key, value):
                feeds[_feed_key(tensor, self.graph)] = part
        return {tensor: _feed_value(tensor, value) for tensor, value in feeds.items()}

    def _compute(self, elements: Sequence[Tensor | Operation], feeds: dict[Tensor, Array]) -> list[Any]:
        key = (tuple(elements), tuple(feeds))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = Plan(_needed(elements, feeds))
            if len(self._plans) > _PLANS_KEPT:
                self._plans.popitem(last=False)
        before = self.variables()
        values: dict[Tensor, Any] = dict(feeds)
        with np.errstate(all="ignore"):
            for operation in plan.operations:
                self._run_one(operation, values)
        results = [_given_away(element, values) for element in elements]
        after = self.variables() if any(operation.definition.writes for operation in plan.operations) else before
        Session._runs += 1
        run = Run(before, after, feeds, plan, Session._runs)
        self.graph.remember_run(key, run)
        if (recorded := _recorder.get()) is not None:
            recorded.append(run)
        return results

    def _run_one(self, operation: Operation, values: dict[Tensor, Any]) -> None:
        definition = operation.definition
        inputs = [values[tensor] for tensor in operation.inputs]
        for position, value in enumerate(inputs):
            if type(value) is Cell and not (definition.writes and position == 0):
                inputs[position] = value.read(operation)
        try:
            if definition.stateful:
                result = definition.kernel(self, operation, *inputs, **operation.attributes)
            else:
                result = definition.kernel(*inputs, **operation.attributes)
        except OpError:
            raise
        except (ValueError, IndexError, ZeroDivisionError, np.linalg.LinAlgError) as error:
            raise InvalidArgumentError(operation, _complaint(error, inputs)) from error
        outputs = operation.outputs
        # What is fed stays: the operation may run for another of its outputs, or because another waits for it.
        for output, value in zip(outputs, (result,) if len(outputs) == 1 else result or (), strict=True):
            values.setdefault(output, value)


class InteractiveSession(Session):
    """A session that is the default one from its creation until it is closed.

    Examples
    --------
    >>> import gradnb as tf
    >>> session = tf.InteractiveSession()
    >>> print(tf.constant(2.0).eval())
    2.0
    >>> session.close()
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._kept = ExitStack()
        if graph is not None:
            self._kept.enter_context(graph.as_default())
        self._kept.enter_context(sessions.pushed(self))

    def close(self) -> None:
        """Stop being the default session, and give back the variables' memory."""
        self._kept.close()
        super().close()


def _needed(elements: Sequence[Tensor | Operation], feeds: Mapping[Tensor, Any]) -> tuple[Operation, ...]:
    """Return the operations that must run, in the order of their creation, in which inputs come first."""
    waiting = [e if isinstance(e, Operation) else e.op for e in elements if isinstance(e, Operation) or e not in feeds]
    needed: set[Operation] = set()
    while waiting:
        operation = waiting.pop()
        if operation in needed:
            continue
        needed.add(operation)
        waiting.extend(tensor.op for tensor in operation.inputs if tensor not in feeds)
        waiting.extend(before for before in operation.control_inputs if not _is_fed_placeholder(before, feeds))
    return tuple(sorted(needed, key=lambda operation: operation.index))


def _is_fed_placeholder(operation: Operation, feeds: Mapping[Tensor, Any]) -> bool:
    """Return whether an operation has nothing left to do before another: what is fed is there already."""
    return operation.type == "Placeholder" and operation.outputs[0] in feeds


def _collect(
    fetch: Any, graph: Graph, elements: list[Tensor | Operation], within: Any = None
) -> Callable[[Iterator[Any]], Any]:
    """Append the elements of a fetch structure, and return what puts their values into the same structure."""
    if fetch is None:
        raise TypeError(
            f'Argument `fetch` = None has invalid type "NoneType". Cannot be None\n{why_none(graph, within)}'
        )
    if isinstance(fetch, Mapping):
        parts = {key: _collect(value, graph, elements) for key, value in fetch.items()}
        kind = dict if type(fetch) is dict else type(fetch)
        return lambda values: kind((key, part(values)) for key, part in parts.items())  # type: ignore[call-arg]  # a Mapping's class takes pairs
    if isinstance(fetch, (list, tuple)) and not isinstance(fetch, IndexedSlicesValue):
        items = [_collect(value, graph, elements, fetch) for value in fetch]
        if hasattr(fetch, "_fields"):
            return lambda values: type(fetch)(*(item(values) for item in items))
        return lambda values: (list if isinstance(fetch, list) else tuple)(item(values) for item in items)
    if isinstance(fetch, IndexedSlices):
        tensors = [fetch.values, fetch.indices, *([] if fetch.dense_shape is None else [fetch.dense_shape])]
        slots = [_collect(tensor, graph, elements) for tensor in tensors]

        def slices(values: Iterator[Any]) -> IndexedSlicesValue:
            found = [slot(values) for slot in slots]
            return IndexedSlicesValue(found[0], found[1], found[2] if len(found) > 2 else None)

        return slices
    try:
        elements.append(graph.as_graph_element(fetch))
    except TypeError as error:
        raise TypeError(
            f'Argument `fetch` = {fetch} has invalid type "{type(fetch).__name__}" '
            f"must be a string or Tensor. ({error})"
        ) from None
    except ValueError as error:
        raise ValueError(f"Argument `fetch` = {fetch} cannot be interpreted as a Tensor. ({error})") from None
    except KeyError as error:
        raise ValueError(f"Argument `fetch` = {fetch} cannot be interpreted as a Tensor. ({error.args[0]!r})") from None
    return lambda values: next(values)


def _feed_parts(key: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(key, (list, tuple)):
        if len(key) != len(value):
            raise ValueError(f"A feed key of {len(key)} tensors got {len(value)} values.")
        for part, entry in zip(key, value, strict=True):
            yield from _feed_parts(part, entry)
    elif isinstance(key, IndexedSlices):
        yield key.values, value[0]
        yield key.indices, value[1]
        if key.dense_shape is not None:
            yield key.dense_shape, value[2]
    else:
        yield key, value


def _feed_key(key: Any, graph: Graph) -> Tensor:
    try:
        element = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0]}") from None
    assert isinstance(element, Tensor)  # what allow_operation=False says, for the type checker
    return element


def _feed_value(tensor: Tensor, value: Any) -> Array:
    if isinstance(value, (Tensor, IndexedSlices)) or hasattr(value, "as_tensor"):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
            f"lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was {value} which was passed "
            f"to the argument `feed_dict` with key {tensor}."
        )
    dtype = tensor.dtype.base_dtype
    if dtype.is_string:
        array = as_array(value, dtype)
    else:
        try:
            array = np.array(value, dtype=dtype.numpy)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"Cannot feed {value!r} for Tensor {tensor.name}, which has dtype {dtype.name}: {error}"
            ) from None
    if not shapes.compatible(tensor.static_shape, array.shape):
        raise ValueError(
            f"Cannot feed value of shape {array.shape} for Tensor {tensor.name}, "
            f"which has shape {shapes.shape_text(tensor.static_shape)}"
        )
    return array


def _given_away(element: Tensor | Operation, values: Mapping[Tensor, Any]) -> Any:
    """Return the value of a fetch as the caller's own: scalars as NumPy scalars, arrays as copies."""
    if isinstance(element, Operation):
        return None
    value = values[element]
    if type(value) is Cell:
        value = value.read(element.op)
    return np.array(value)[()]


def _complaint(error: Exception, inputs: Sequence[Any]) -> str:
    message = str(error)
    if message.startswith("operands could not be broadcast"):
        given = [shapes.bracket_text(np.shape(value)) for value in inputs]
        return f"Incompatible shapes: {' vs. '.join(given)}"
    return message
