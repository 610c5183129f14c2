"""An optimizer's steps, taken on a private copy of the graph."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.build import convert_to_tensor
from gradnb.engine.gradients import AnyGradient, not_recording
from gradnb.engine.graph import Graph, GraphKeys
from gradnb.engine.ops.broadcast import shape
from gradnb.engine.ops.state import placeholder
from gradnb.engine.paths import operations_behind
from gradnb.engine.session import Session
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.train import Optimizer
from gradnb.engine.variables import Variable
from gradnb.messages import text as message
from gradnb.view.learning import Landscape, Step, Stop
from gradnb.view.names import Names
from gradnb.view.numbers import values_in

Array = np.ndarray[Any, Any]
Batch = Mapping[Any, Any]

#: A loss that has grown to so many times its start, or so many times one, has left every valley.
GROWN: Final = 1000.0

#: A landscape is computed at so many places along each number, and given up after so many seconds.
_PLACES: Final = {1: 201, 2: 41}
_MOST_SECONDS: Final = 2.0


class Trainer:
    """Takes the steps of an optimizer on a private copy of the graph.

    The learner's graph, session, variables and optimizer stay as they are. A step applies the gradients of the present
    point; then the loss and the gradients at the next point are computed, so that both are always known.

    Parameters
    ----------
    loss : Tensor
        What is made small: one number.
    optimizer : Optimizer
        How. What it keeps for each variable goes on from the values that it has, in the copy.
    feed : Mapping, callable or iterable of Mapping, optional
        The values of placeholders: the same for each step; or ``feed(step)``, called with the number of steps taken; or
        one batch after the other, from the first again after the last. By default those of the last run of the loss.
    variables : sequence of Variable, optional
        What is changed; by default the trainable variables on which the loss depends.
    global_step : Variable, optional
        Counts the steps, as in `Optimizer.minimize`.
    session : Session, optional
        Where the variables have their values; by default those that the last run on the graph left. Variables without
        a value begin with their initial values.
    names, callers : Mapping of Tensor to str
        Display names: those that were given, and those of the calling program. It may have names for some of its
        variables alone, such as for the last ones that a loop made: then all are called as the graph calls them.
    seed : int
        For initial values and random operations without a seed of their own.

    Attributes
    ----------
    steps : list of Step
        The points reached, from the start on.
    stop : Stop or None
        Why it goes no further.
    unchanged : tuple of str
        Variables that would be changed if a gradient reached them.

    Raises
    ------
    TypeError
        If `loss`, `optimizer`, `feed` or `session` is of another kind.
    ValueError
        If `loss` is not one number, reaches no trainable variable, or depends on a placeholder without a value.
    RuntimeError
        If `session` is closed.
    """

    def __init__(
        self,
        loss: Any,
        optimizer: Any,
        feed: Any = None,
        *,
        variables: Sequence[Variable] | None = None,
        global_step: Variable | None = None,
        session: Session | None = None,
        names: Mapping[Tensor, str] | None = None,
        callers: Mapping[Tensor, str] | None = None,
        seed: int = 0,
    ) -> None:
        self._loss = _scalar(loss)
        if not isinstance(optimizer, Optimizer):
            raise TypeError(message("train_view.no_optimizer", kind=type(optimizer).__name__))
        self._optimizer = optimizer
        self._graph: Graph = self._loss.graph
        self._seed = seed
        self._values = {op.name: array for op, array in _values(session, self._graph).items()}
        self._feed = _Feed(self._last_feed() if feed is None else feed)
        wanted = self._trainable() if variables is None else list(variables)
        self._names = Names(_display_names(names or {}, callers or {}, wanted))
        self._program = self._built(wanted, global_step)
        self.unchanged = tuple(self._name(variable) for variable in wanted if variable.op.name in self._program.without)
        changed = [variable for variable in wanted if variable.op.name not in self._program.without]
        self._labels = _unique(map(self._name, changed))
        self._settings: dict[str, float] = {
            name: float(value)
            for name, value in _numbers(self._optimizer).items()
            if name in self._program.placeholders
        }
        self._complete: set[frozenset[str]] = set()
        self._goes_on = self._is_ahead = False
        self.steps: list[Step] = []
        self.stop: Stop | None = None
        self.reset()

    # What is known

    @property
    def loss(self) -> str:
        """What the loss is called."""
        return self._names(self._loss)

    @property
    def optimizer(self) -> Optimizer:
        """The learner's optimizer, which stays as it is."""
        return self._optimizer

    @property
    def variables(self) -> dict[str, Array]:
        """The values of the trained variables at the present point, by display name."""
        arrays = (_array(self._session, variable).copy() for variable in self._program.variables)
        return dict(zip(self._labels, arrays, strict=True))

    @property
    def settings(self) -> dict[str, float]:
        """The optimizer's settings at the present point, by the names of its constructor's arguments."""
        return dict(zip(self._program.settings, self.steps[-1].settings, strict=True)) | self._settings

    @property
    def adjustable(self) -> tuple[str, ...]:
        """The settings that can be changed: those that the program gave as numbers."""
        return tuple(self._settings)

    @property
    def batches(self) -> bool:
        """Whether each step has its own data."""
        return not self._feed.constant

    @property
    def can_step(self) -> bool:
        """Whether one more step leads anywhere."""
        return self.stop in (None, Stop.DIVERGED)

    # Changing

    def reset(self) -> None:
        """Go back to the start, with the settings as they are."""
        self._feed.restart()
        batch = self._feed.next(0)
        if batch is not None:
            self._batch = self._fed(batch)
        elif not self.steps:
            raise ValueError(message("train_view.empty_feed"))
        # What can be gone through once only has no first batch any more: then the last one serves.
        self._begin()

    def set(self, **settings: float) -> None:
        """Change settings of the optimizer, from the next step on.

        Raises
        ------
        KeyError
            If the optimizer has no such number.
        ValueError
            If the value is no finite number.
        """
        for name, value in settings.items():
            if name not in self._settings:
                known = ", ".join(self._settings) or "–"
                raise KeyError(message("train_view.no_setting", name=name, known=known))
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
                raise ValueError(message("train_view.bad_setting", name=name, value=value))
        self._settings |= {name: float(value) for name, value in settings.items()}
        if len(self.steps) == 1:
            self._begin()  # what the optimizer keeps may start from a setting

    def advance(self, count: int = 1) -> int:
        """Take steps until there are `count`, or until one more would lead nowhere; return how many were taken."""
        self._goes_on |= self.stop is Stop.DIVERGED
        taken = 0
        while taken < count and self.can_step and (taken == 0 or self.stop is None):
            batch = self._feed.next(len(self.steps))
            if batch is None and self._feed.spent:
                self.stop = Stop.EXHAUSTED
                break
            # The last batch serves once more, to look at the last point.
            fed = self._batch if batch is None else self._fed(batch)
            if not self._is_ahead:
                self._session.run(self._program.train, {**self._gradient_feed, **self._set_feed, **self._batch})
            # If what follows fails, the step has been taken all the same.
            self._is_ahead = True
            self._batch = fed
            self._look()
            self._is_ahead = False
            self._feed.spent = batch is None
            taken += 1
        return taken

    def run(self, fetches: Any, feed_dict: Batch | None = None) -> Any:
        """Compute tensors of the learner's graph at the present point.

        Parameters
        ----------
        fetches : Tensor, Variable or nested list of those
            Made before the training was.
        feed_dict : Mapping, optional
            Values of placeholders, in place of those of the present step.

        Returns
        -------
        ndarray, or the structure of `fetches`
            The values.
        """
        probe = self._probe()
        batch = self._batch if feed_dict is None else feed_dict
        return probe.run(fetches, {**self._set_feed, **batch})

    def landscape(self, within: Sequence[tuple[float, float]] | None = None) -> Landscape | None:
        """Return the loss around the path; None when more than two numbers are trained, or it takes too long.

        Parameters
        ----------
        within : sequence of (float, float), optional
            The range of each number; by default `ranges`.
        """
        if not self.steps[-1].point:
            return None
        names = [
            f"{name}[{','.join(map(str, index))}]" if index else name
            for name, value in self.variables.items()
            for index in np.ndindex(value.shape)
        ]
        places = _PLACES[len(names)]
        axes = tuple(np.linspace(low, high, places) for low, high in within or self.ranges())
        probe, heights = self._probe(), []
        end = time.perf_counter() + _MOST_SECONDS
        for point in np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, len(axes)):
            self._put(probe, point)
            heights.append(float(probe.run(self._program.loss, self._batch)))
            if time.perf_counter() > end:
                return None
        return Landscape(tuple(names), axes, np.reshape(heights, [places] * len(axes)))

    # Inside

    @property
    def _set_feed(self) -> dict[Tensor, float]:
        """What to feed for the settings to have their values."""
        return {self._program.placeholders[name]: value for name, value in self._settings.items()}

    def _name(self, variable: Variable) -> str:
        return self._names(variable.as_tensor(as_reference=True))

    def _trainable(self) -> list[Variable]:
        behind = set(operations_behind([self._loss]))
        found = [
            variable
            for variable in self._graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
            if variable.op in behind and variable.dtype.is_trainable
        ]
        if not found:
            raise ValueError(message("train_view.no_variables", loss=self._loss.op.name))
        return found

    def _last_feed(self) -> Batch:
        """Return what was fed to the last run of the loss."""
        runs = [run for run in self._graph.runs if self._loss.op in run.plan.evaluated]
        return max(runs, key=lambda run: run.number).feeds if runs else {}

    def _built(self, wanted: Sequence[Variable], global_step: Variable | None) -> _Program:
        names = {variable.op.name: self._name(variable) for variable in wanted}

        def build(adjustable: bool) -> _Program:
            return _built(self._loss, self._optimizer, wanted, names, global_step, adjustable)

        try:
            return build(adjustable=True)
        except (TypeError, ValueError):
            # An optimizer of the program's own may need its settings as plain numbers; any other error comes again.
            return build(adjustable=False)

    def _new_session(self) -> Session:
        session = Session(graph=self._program.graph)
        session.fallback_seed = self._seed
        session.silent = True
        return session

    def _begin(self) -> None:
        """Put all variables to where they start, and look at that point."""
        graph = self._program.graph
        self._session = self._new_session()
        for name, array in self._values.items():
            self._session.cell(graph.get_operation_by_name(name)).array = np.array(array)
        without = [graph.initializers[op] for op in self._program.state(self._values) if op.name not in self._values]
        if without:
            self._session.run(without, {**self._set_feed, **self._batch})
        self._goes_on = self._is_ahead = False
        self._feed.spent = False
        self.steps.clear()
        self._look()

    def _look(self) -> None:
        """Compute the loss and the gradients at the present point, and note them."""
        program = self._program
        fetches = [program.loss, program.gradients, program.wholes, [*program.settings.values()]]
        loss, gradients, wholes, settings = self._session.run(fetches, {**self._set_feed, **self._batch})
        if np.ndim(loss):
            raise ValueError(message("train_view.not_scalar", loss=self.loss, shape=np.shape(loss)))
        self._gradient_feed = dict(zip(program.gradients, gradients, strict=True))
        sizes = tuple(float(np.linalg.norm(np.asarray(whole).astype(_wide(whole)))) for whole in wholes)
        arrays = [_array(self._session, variable) for variable in program.variables]
        few = sum(array.size for array in arrays) <= max(_PLACES)
        point = tuple(float(number) for array in arrays for number in array.flat) if few else ()
        step = Step(len(self.steps), float(loss), sizes, tuple(map(float, settings)), point)
        self.steps.append(step)
        self.stop = self._stopped_by(step)

    def _stopped_by(self, step: Step) -> Stop | None:
        if not math.isfinite(step.loss):
            return Stop.LOSS
        if not all(map(math.isfinite, step.sizes)):
            return Stop.GRADIENT
        grown = step.loss > GROWN * max(1.0, abs(self.steps[0].loss))
        return Stop.DIVERGED if grown and not self._goes_on else None

    def _fed(self, batch: Any) -> dict[Tensor, Any]:
        """Return a batch by the tensors of the private graph; what it lacks is named."""
        if not isinstance(batch, Mapping):
            raise TypeError(message("train_view.no_batch", kind=type(batch).__name__, step=len(self.steps)))
        fed: dict[Tensor, Any] = {}
        for key, value in batch.items():
            tensor = self._graph.as_graph_element(key, allow_operation=False)
            fed[self._program.graph.get_tensor_by_name(tensor.name)] = value
        names = frozenset(tensor.name for tensor in fed)
        if names not in self._complete:
            unfed = self._program.unfed(fed, self._values)
            if unfed:
                tensors = [self._graph.get_operation_by_name(op.name).outputs[0] for op in unfed]
                missing = ", ".join(f"{self._names(t)} {shapes.shape_text(t.static_shape)}" for t in tensors)
                entries = ", ".join(f"{self._names(t)}: …" for t in tensors)
                raise ValueError(message("train_view.unfed", names=missing, entries=entries))
            self._complete.add(names)
        return fed

    def _probe(self) -> Session:
        """Return a session with the present values, in which something can be tried out."""
        probe = self._new_session()
        for variable, array in self._session.variables().items():
            probe.cell(variable).array = np.array(array)
        return probe

    def _put(self, session: Session, point: Array) -> None:
        """Give the trained variables the numbers of a point."""
        start = 0
        for variable in self._program.variables:
            before = _array(session, variable)
            numbers = point[start : start + before.size]
            session.cell(variable).array = numbers.reshape(before.shape).astype(before.dtype)
            start += before.size

    def ranges(self) -> list[tuple[float, float]]:
        """Return a range for each trained number that holds the path as far as it does not climb; empty if too many."""
        if not self.steps[-1].point:
            return []
        first = self.steps[0]
        # Where a path climbs far above its start it has left the valley: that part decides nothing.
        highest = first.loss + 2 * abs(first.loss)
        kept = [step.point for step in self.steps if step.loss <= highest]
        return around(kept or [first.point])


def around(points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Return for each number a range that holds the points, zero, and some room around them.

    Examples
    --------
    >>> around([(2.0, 0.0), (1.0, -4.0)])
    [(-2.4, 2.4), (-4.8, 4.8)]
    """
    largest = np.abs(np.asarray(points, np.float64)).max(axis=0)
    sizes = np.where(largest > 0, largest, max(float(largest.max()), 1.0)) * 1.2
    return [(-float(size), float(size)) for size in sizes]


@dataclass(frozen=True)
class _Program:
    """The private graph with the way from a loss to a step.

    Attributes
    ----------
    loss : Tensor
        The loss.
    variables : list of Operation
        The variables that are changed.
    gradients : list of Tensor or IndexedSlices
        Their gradients, as they are applied.
    wholes : list of Tensor
        The same, each as one tensor.
    train : Operation
        Takes a step.
    settings : dict of str to Tensor
        The optimizer's settings.
    placeholders : dict of str to Tensor
        Those of them that can be changed.
    without : frozenset of str
        The names of the variables without a gradient.
    """

    loss: Tensor
    variables: list[Operation]
    gradients: list[AnyGradient]
    wholes: list[Tensor]
    train: Operation
    settings: dict[str, Tensor]
    placeholders: dict[str, Tensor]
    without: frozenset[str]

    @property
    def graph(self) -> Graph:
        """The private graph."""
        return self.loss.graph

    def state(self, known: Mapping[str, Array]) -> list[Operation]:
        """Return the variables that a step reads or writes, and those that the initial values of unknown ones need."""
        return [op for op in self._touched({}, known) if op.type == "VariableV2"]

    def unfed(self, fed: Mapping[Tensor, Any], known: Mapping[str, Array]) -> list[Operation]:
        """Return the placeholders that need a value besides those that have one."""
        values = {*fed, *self.placeholders.values()}
        return [op for op in self._touched(fed, known) if op.type == "Placeholder" and op.outputs[0] not in values]

    def _touched(self, fed: Mapping[Tensor, Any], known: Mapping[str, Array]) -> list[Operation]:
        tensors = [self.loss, *self.wholes, *self.settings.values()]
        waiting = [self.train, *(tensor.op for tensor in tensors)]
        found: set[Operation] = set()
        while waiting:
            operation = waiting.pop()
            if operation in found:
                continue
            found.add(operation)
            waiting += [tensor.op for tensor in operation.inputs if tensor not in fed]
            waiting += operation.control_inputs
            if operation in self.graph.initializers and operation.name not in known:
                waiting.append(self.graph.initializers[operation])
        return sorted(found, key=lambda operation: operation.index)


def _built(
    loss: Tensor,
    optimizer: Optimizer,
    wanted: Sequence[Variable],
    names: Mapping[str, str],
    global_step: Variable | None,
    adjustable: bool,
) -> _Program:
    graph, became = loss.graph.copy()
    twin = optimizer.copied(became)
    with graph.as_default(), not_recording():
        placeholders: dict[str, Tensor] = {}
        settings: dict[str, Tensor] = {}
        for name, (attribute, value) in _settings(optimizer).items():
            if adjustable and not hasattr(value, "graph"):
                placeholders[name] = placeholder(convert_to_tensor(value).dtype, [], name=name)
                setattr(twin, attribute, placeholders[name])
            settings[name] = convert_to_tensor(getattr(twin, attribute))
        pairs = twin.compute_gradients(graph.own(loss), var_list=[variable.copied(became) for variable in wanted])
        changed = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        if not changed:
            listed = ", ".join(names.values())
            raise ValueError(f"{message('train_view.no_gradients', names=listed)} {message('train.no_gradients')}")
        counts = None if global_step is None else global_step.copied(became)
        train = twin.apply_gradients(changed, counts)
        wholes = [_whole(gradient, variable) for gradient, variable in changed]
    return _Program(
        graph.own(loss),
        [variable.op for _, variable in changed],
        [gradient for gradient, _ in changed],
        wholes,
        train,
        settings,
        placeholders,
        frozenset(variable.op.name for gradient, variable in pairs if gradient is None),
    )


def _whole(gradient: Any, variable: Variable) -> Tensor:
    if isinstance(gradient, IndexedSlices):
        dense_shape = shape(variable) if gradient.dense_shape is None else gradient.dense_shape
        gradient = IndexedSlices(gradient.values, gradient.indices, dense_shape)
    return convert_to_tensor(gradient)


def _settings(optimizer: Optimizer) -> dict[str, tuple[str, Any]]:
    """Return the numbers and tensors that an optimizer keeps as its constructor calls them, with their attributes."""
    found: dict[str, tuple[str, Any]] = {}
    for kind in type(optimizer).__mro__:
        constructor = vars(kind).get("__init__")
        for name in () if constructor is None else inspect.signature(constructor).parameters:
            for attribute in (f"_{name}", name):
                value = vars(optimizer).get(attribute)
                if _is_number(value) or isinstance(value, (Tensor, Variable)):
                    found.setdefault(name, (attribute, value))
    return found


def _numbers(optimizer: Optimizer) -> dict[str, float]:
    return {name: value for name, (_, value) in _settings(optimizer).items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _array(session: Session, variable: Operation) -> Array:
    array = session.cell(variable).array
    assert array is not None  # all variables of a step have been initialized
    return array


def _wide(array: Any) -> type[Any]:
    """Return a dtype in which the square of no element overflows early."""
    return np.complex128 if np.iscomplexobj(array) else np.float64


def _unique(names: Iterable[str]) -> list[str]:
    """Return names of which equal ones are numbered.

    Examples
    --------
    >>> _unique(["w", "b", "w"])
    ['w', 'b', 'w (2)']
    """
    found: list[str] = []
    for name in names:
        number = 2
        unique = name
        while unique in found:
            unique = f"{name} ({number})"
            number += 1
        found.append(unique)
    return found


def _display_names(
    given: Mapping[Tensor, str], callers: Mapping[Tensor, str], trained: Sequence[Variable]
) -> dict[Tensor, str]:
    variables = {variable.as_tensor(as_reference=True) for variable in trained}
    if not variables <= callers.keys():
        callers = {tensor: name for tensor, name in callers.items() if tensor not in variables}
    return {**callers, **given}


def _scalar(loss: Any) -> Tensor:
    tensor = loss.as_tensor() if isinstance(loss, Variable) else loss
    if not isinstance(tensor, Tensor):
        raise TypeError(message("train_view.no_loss", kind=type(loss).__name__))
    if tensor.static_shape not in (None, ()):
        shown = shapes.shape_text(tensor.static_shape)
        raise ValueError(message("train_view.not_scalar", loss=tensor.name, shape=shown))
    return tensor


def _values(session: Session | None, graph: Graph) -> Mapping[Operation, Array]:
    if session is not None:
        return values_in(session, graph)
    last = max(graph.runs, key=lambda run: run.number, default=None)
    return {} if last is None else last.variables_after


class _Feed:
    """One batch for each step, whatever form they were given in.

    Attributes
    ----------
    constant : bool
        Whether all steps have the same.
    spent : bool
        Whether the last batch has served twice.
    """

    def __init__(self, given: Any) -> None:
        self._given = given
        self._batches: Iterator[Any] = iter(())
        self.constant = isinstance(given, Mapping)
        self.spent = False
        if not (self.constant or callable(given) or hasattr(given, "__iter__")) or isinstance(given, (str, bytes)):
            raise TypeError(message("train_view.no_feed", kind=type(given).__name__))

    def restart(self) -> None:
        """Begin with the first batch again, where the form allows it."""
        self.spent = False
        if not self.constant and not callable(self._given):
            self._batches = iter(self._given)

    def next(self, step: int) -> Any:
        """Return the batch of a step; None if there are no more."""
        if self.constant:
            return self._given
        if callable(self._given):
            return self._given(step)
        batch = next(self._batches, None)
        if batch is None:
            self._batches = iter(self._given)
            batch = next(self._batches, None)
        return batch
