"""An optimizer's steps, taken on a private copy of the graph."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.graph import Graph, GraphKeys
from gradnb.engine.paths import operations_behind
from gradnb.engine.session import Session
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.train import Optimizer
from gradnb.engine.variables import Variable
from gradnb.messages import text as message
from gradnb.view.descent import descend
from gradnb.view.feed import Feed
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
        Display names: those that were given, and those of the calling descent. It may have names for some of its
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
        self._feed = Feed(self._last_feed() if feed is None else feed)
        wanted = self._trainable() if variables is None else list(variables)
        self._names = Names(_display_names(names or {}, callers or {}, wanted))
        self._descent = descend(self._loss, optimizer, wanted, [*map(self._name, wanted)], global_step)
        self.unchanged = tuple(self._name(variable) for variable in wanted if variable.op.name in self._descent.without)
        changed = [variable for variable in wanted if variable.op.name not in self._descent.without]
        self._labels = _unique(map(self._name, changed))
        self._settings = dict(self._descent.numbers)
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
        arrays = (_array(self._session, variable).copy() for variable in self._descent.variables)
        return dict(zip(self._labels, arrays, strict=True))

    @property
    def settings(self) -> dict[str, float]:
        """The optimizer's settings at the present point, by the names of its constructor's arguments."""
        return dict(zip(self._descent.settings, self.steps[-1].settings, strict=True)) | self._settings

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
                self._session.run(self._descent.train, {**self._gradient_feed, **self._set_feed, **self._batch})
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

        It is None too where there is nothing to show: no point of the path is a number, or no loss around it.

        Parameters
        ----------
        within : sequence of (float, float), optional
            The range of each number; by default `ranges`.
        """
        ranges = within or self.ranges()
        if not ranges:
            return None
        names = [
            f"{name}[{','.join(map(str, index))}]" if index else name
            for name, value in self.variables.items()
            for index in np.ndindex(value.shape)
        ]
        places = _PLACES[len(names)]
        axes = tuple(np.linspace(low, high, places) for low, high in ranges)
        probe, heights = self._probe(), []
        end = time.perf_counter() + _MOST_SECONDS
        for point in np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, len(axes)):
            self._put(probe, point)
            heights.append(float(probe.run(self._descent.loss, self._batch)))
            if time.perf_counter() > end:
                return None
        if not np.isfinite(heights).any():
            return None
        return Landscape(tuple(names), axes, np.reshape(heights, [places] * len(axes)))

    # Inside

    @property
    def _set_feed(self) -> dict[Tensor, float]:
        """What to feed for the settings to have their values."""
        return {self._descent.placeholders[name]: value for name, value in self._settings.items()}

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

    def _new_session(self) -> Session:
        session = Session(graph=self._descent.graph)
        session.fallback_seed = self._seed
        session.silent = True
        return session

    def _begin(self) -> None:
        """Put all variables to where they start, and look at that point."""
        graph = self._descent.graph
        self._session = self._new_session()
        for name, array in self._values.items():
            self._session.cell(graph.get_operation_by_name(name)).array = np.array(array)
        without = [graph.initializers[op] for op in self._descent.state(self._values) if op.name not in self._values]
        if without:
            self._session.run(without, {**self._set_feed, **self._batch})
        self._goes_on = self._is_ahead = False
        self._feed.spent = False
        self.steps.clear()
        self._look()

    def _look(self) -> None:
        """Compute the loss and the gradients at the present point, and note them."""
        descent = self._descent
        fetches = [descent.loss, descent.gradients, descent.wholes, [*descent.settings.values()]]
        loss, gradients, wholes, settings = self._session.run(fetches, {**self._set_feed, **self._batch})
        if np.ndim(loss):
            raise ValueError(message("train_view.not_scalar", loss=self.loss, shape=np.shape(loss)))
        self._gradient_feed = dict(zip(descent.gradients, gradients, strict=True))
        sizes = tuple(float(np.linalg.norm(np.asarray(whole).astype(_wide(whole)))) for whole in wholes)
        arrays = [_array(self._session, variable) for variable in descent.variables]
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
            fed[self._descent.graph.get_tensor_by_name(tensor.name)] = value
        names = frozenset(tensor.name for tensor in fed)
        if names not in self._complete:
            unfed = self._descent.unfed(fed, self._values)
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
        for variable in self._descent.variables:
            before = _array(session, variable)
            numbers = point[start : start + before.size]
            session.cell(variable).array = numbers.reshape(before.shape).astype(before.dtype)
            start += before.size

    def ranges(self) -> list[tuple[float, float]]:
        """Return a range for each trained number that holds the path as far as it does not climb.

        Empty if there are too many numbers, or the path begins at one that is NaN or infinite.
        """
        if not self.steps[-1].point or not np.isfinite(self.steps[0].point).all():
            return []
        first = self.steps[0]
        # Where a path climbs far above its start it has left the valley: that part decides nothing.
        highest = first.loss + 2 * abs(first.loss)
        kept = [step.point for step in self.steps if step.loss <= highest and np.isfinite(step.point).all()]
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


def _array(session: Session, variable: Operation) -> Array:
    array = session.cell(variable).array
    assert array is not None  # all variables of a step have been initialized
    return array


def _wide(array: Any) -> type[Any]:
    """Return a dtype in which the square of no element overflows early."""
    return np.complex128 if np.iscomplexobj(array) else np.float64
