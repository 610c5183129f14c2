"""The session: it runs the part of a graph that some fetches need, and holds the variables' values."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from contextvars import ContextVar
from itertools import count
from types import MappingProxyType, TracebackType
from typing import Any, Final, NamedTuple

import numpy as np

from gradnb.engine.cells import Cell
from gradnb.engine.defaults import sessions
from gradnb.engine.fetches import SINGLE, collect, fed, lasting
from gradnb.engine.graph import Graph, get_default_graph
from gradnb.engine.literals import Array
from gradnb.engine.plan import Plans, Program
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.tracebacks import shorten_for_program
from gradnb.messages import text

__all__ = [
    "ConfigProto",
    "InteractiveSession",
    "Session",
]

#: For how many sets of fetches and feeds a session keeps what it prepared.
_PROGRAMS_KEPT: Final = 64

#: How many bytes of what a run of many operations fetched are remembered: to run it again would take long.
_FETCHED_KEPT: Final = 1 << 20

_NO_FEEDS: Final[Mapping[Any, Any]] = MappingProxyType({})

_numbers = count(1)


class Run:
    """What is remembered of one `Session.run`.

    Attributes
    ----------
    variables, variables_after : Mapping of Operation to ndarray
        The initialized variables' values before and after it.
    plan : Program
        What it evaluated.
    number : int
        Runs of one process are numbered in their order.
    fetched : Mapping of str to ndarray
        What it fetched, by the tensor's name: of a run of many operations, if that is little.
    """

    __slots__ = ("_fed", "fetched", "number", "plan", "variables", "variables_after")

    def __init__(
        self,
        variables: Mapping[Operation, Array],
        variables_after: Mapping[Operation, Array],
        plan: Program,
        fed: Sequence[Array],
        fetched: Mapping[str, Array] = _NO_FEEDS,
    ) -> None:
        self.variables = variables
        self.variables_after = variables_after
        self.plan = plan
        self.number = next(_numbers)
        self._fed = fed
        self.fetched = fetched

    @property
    def feeds(self) -> dict[Tensor, Array]:
        """What was fed."""
        return dict(zip(self.plan.feeds, self._fed, strict=True))


class _Request(NamedTuple):
    """A set of fetches and feeds as it was written, understood.

    Attributes
    ----------
    plans : Plans
        What has to be done, and how.
    rebuild : callable or None
        Puts the values into the structure of the fetches; None for a list, which they are in already.
    plain : bool
        Whether each feed is the value of one tensor.
    """

    plans: Plans
    rebuild: Callable[[Iterator[Any]], Any] | None
    plain: bool


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

    Parameters
    ----------
    **options
        TensorFlow's settings of devices and threads, which are ignored.

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

    Raises
    ------
    ValueError
        If `target` is another process.
    TypeError
        If `graph` is no graph.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.constant(2.0) * 3.0))
    6.0
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        if target:
            raise ValueError(f"Session target {target!r}: " + text("session.no_target"))
        self.graph = graph if graph is not None else get_default_graph()
        self._closed = False
        self._cells: dict[Operation, Cell] = {}
        self._generators: dict[Operation, np.random.Generator] = {}
        self._variables: Mapping[Operation, Array] | None = None
        self._plans: OrderedDict[tuple[Any, ...], Plans] = OrderedDict()
        self._requests: dict[tuple[Any, ...], _Request] = {}
        self._entered: list[ExitStack] = []
        #: Seeds random operations that have no seed of their own; None draws fresh numbers.
        self.fallback_seed: int | None = None
        #: Whether operations that do nothing but print pass their input on in silence.
        self.silent = False
        #: Whether each operation is run by itself, without a plan: for comparison.
        self.plain = False

    # State

    def cell(self, variable: Operation) -> Cell:
        """Return where the value of `variable` is kept."""
        cell = self._cells.get(variable)
        if cell is None:
            cell = self._cells[variable] = Cell(variable.name, self._forget_variables)
        return cell

    def variables(self) -> Mapping[Operation, Array]:
        """Return the values of the initialized variables; whoever keeps them keeps what they are at this time."""
        if self._variables is None:
            values = {op: cell.value for op, cell in self._cells.items() if cell.value is not None}
            self._variables = MappingProxyType(values)
        return self._variables

    def _forget_variables(self) -> None:
        self._variables = None

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
        """Whether it can run no more.

        Examples
        --------
        >>> import gradnb as tf
        >>> with tf.Session() as session:
        ...     print(session.closed)
        False
        >>> session.closed
        True
        """
        return self._closed

    def close(self) -> None:
        """Give back the variables' memory; the session cannot run afterwards.

        Examples
        --------
        >>> import gradnb as tf
        >>> session = tf.Session()
        >>> session.close()
        >>> session.closed
        True
        """
        self._closed = True
        self._cells.clear()
        self._variables = None
        self._requests.clear()
        while self._plans:
            self._plans.popitem()[1].forget()

    def as_default(self) -> AbstractContextManager[Any]:
        """Make it the default session inside a ``with`` block, without closing it at its end.

        Returns
        -------
        context manager
            Yields the session.

        Examples
        --------
        >>> import gradnb as tf
        >>> session = tf.Session()
        >>> with session.as_default():
        ...     print(tf.constant(2.0).eval())
        2.0
        >>> session.closed
        False
        >>> session.close()
        """
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
        if self._entered:
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
        UnknownError
            If a function of the program, called by `py_func`, fails.

        Examples
        --------
        >>> import gradnb as tf
        >>> p = tf.placeholder(tf.float32, [2])
        >>> y = 2.0 * p
        >>> with tf.Session() as session:
        ...     print(session.run({"y": y, "its gradient": tf.gradients(y, p)[0]}, {p: [1.0, 2.0]}))
        {'y': array([2., 4.], dtype=float32), 'its gradient': array([2., 2.], dtype=float32)}
        """
        try:
            if feed_dict is None:
                feed_dict = _NO_FEEDS
            kind = type(fetches)
            try:
                values = feed_dict.values()
                if kind is list or kind is tuple:
                    request = self._requests[((kind, *fetches), *feed_dict)]
                else:
                    request = self._requests[(fetches, *feed_dict)]
            except (AttributeError, KeyError, TypeError):
                request = self._understood(fetches, feed_dict)
            plans, rebuild, plain = request
            if not plain:
                values = fed(feed_dict, self.graph).values()
            before = self._variables or self.variables()
            results, arrays = plans.run(values)
            program = plans.program
            fetched = _copied(program, results) if program.is_large else _NO_FEEDS
            run = Run(before, self._variables or self.variables(), program, arrays, fetched)
            self.graph.remember_run(program.key, run)
            if (recorded := _recorder.get()) is not None:
                recorded.append(run)
            return results if rebuild is None else rebuild(iter(results))
        except Exception as error:
            shorten_for_program(error)
            raise

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """Return a function that runs `fetches` with its arguments fed to `feed_list`.

        Parameters
        ----------
        fetches
            As for `run`.
        feed_list : list of Tensor, optional
            What the arguments are fed to, in order.
        accept_options : bool
            Accepted, not used.

        Returns
        -------
        callable
            Takes one value for each entry of `feed_list`; returns what `run` does.

        Raises
        ------
        TypeError
            If `feed_list` is no list; when it is called, if there is not one argument for each entry.

        Examples
        --------
        >>> import gradnb as tf
        >>> p = tf.placeholder(tf.float32, [])
        >>> with tf.Session() as session:
        ...     double = session.make_callable(2.0 * p, [p])
        ...     print(double(3.0))
        6.0
        """
        keys = list(feed_list or [])

        def run(*values: Any) -> Any:
            if len(values) != len(keys):
                raise TypeError(
                    f"This callable feeds {len(keys)} tensors, but was called with {len(values)} arguments."
                )
            return self.run(fetches, dict(zip(keys, values, strict=True)))

        return run

    def _understood(self, fetches: Any, feed_dict: Any) -> _Request:
        """Return what fetches and feeds ask for, and keep it where it is found at once the next time."""
        written: tuple[Any, ...] | None = None
        with suppress(TypeError, RecursionError):
            written = lasting(fetches), *map(lasting, feed_dict)
            if written in self._requests:
                return self._requests[written]
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self.graph.version:
            raise RuntimeError("The Session graph is empty. Add operations to the graph before calling run().")
        elements: list[Tensor | Operation] = []
        try:
            rebuild = collect(fetches, self.graph, elements)
        except RecursionError:
            raise ValueError("Argument `fetch` holds itself, or lists in lists without end.") from None
        feeds = tuple(fed(feed_dict, self.graph))
        key = (*elements, None, *feeds)
        plans = self._plans.get(key)
        if plans is None:
            plans = self._plans[key] = Plans(self, Program(tuple(elements), feeds))
            if len(self._plans) > _PROGRAMS_KEPT:
                self._plans.popitem(last=False)[1].forget()
                self._requests.clear()
        self._plans.move_to_end(key)
        if len(self._requests) > 2 * _PROGRAMS_KEPT:
            self._requests.clear()
        is_list = type(fetches) is list and all(isinstance(part, SINGLE) for part in fetches)
        plain = len(feeds) == len(feed_dict) and all(isinstance(key, SINGLE) for key in feed_dict)
        request = _Request(plans, None if is_list else rebuild, plain)
        if written is not None:
            self._requests[written] = request
        return request

    def make_room(self, most: int) -> None:
        """Let the plans of all fetches together keep at most so many bytes, those of the latest fetches first."""
        for plans in reversed(tuple(self._plans.values())):
            if plans.nbytes > most:
                plans.forget()
            most -= plans.nbytes


def _copied(program: Program, results: Sequence[Any]) -> Mapping[str, Array]:
    """Return copies of what a run fetched, by the tensor's name: nothing if they are large."""
    found = {
        element.name: np.asarray(result)
        for element, result in zip(program.elements, results, strict=True)
        if isinstance(element, Tensor)
    }
    if sum(array.nbytes for array in found.values()) > _FETCHED_KEPT:
        return _NO_FEEDS
    return {name: array.copy() for name, array in found.items()}


class InteractiveSession(Session):
    """A session that is the default one from its creation until it is closed.

    Parameters
    ----------
    target, graph, config
        As for `Session`.

    Raises
    ------
    ValueError
        If `target` is another process.
    TypeError
        If `graph` is no graph.

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
        """Stop being the default session, and give back the variables' memory.

        Examples
        --------
        >>> import gradnb as tf
        >>> session = tf.InteractiveSession()
        >>> session.close()
        >>> tf.get_default_session() is session
        False
        """
        self._kept.close()
        super().close()
