"""The plan: what a run has to do, worked out once for the shapes that are fed, so that a run only calls NumPy.

A `Program` is a set of fetches and feeds with the operations behind them. For the shapes that are fed first, `Plans`
makes a `Plan`; later runs with these shapes only go through its calls: functions with their arguments, most of which
are arrays that stay the same from run to run. A plan comes about so:

1. `Steps` takes the operations in order. What can be known already becomes a constant, what only passes a value on
   stands for that value, and the rest becomes a step from values to values. Shapes are inferred anew with those that
   are fed; where one depends on numbers that only a run will find, it stays open, and so do those that follow from it.
2. `_only_needed` leaves out steps of which only the success is waited for, if they cannot fail.
3. `in_tiles` lets runs of element-by-element steps over large arrays run together, tile by tile.
4. `_share_memory` gives each value of known shape a block of memory from the step that makes it to the last one that
   needs it. Blocks are used again; an element-by-element step may write into the block of an input that is needed no
   more. A view keeps the block of what it is a view of.
5. `Plan` binds each step to arrays. Where all arguments stay the same they are a tuple; in the lists of the others,
   what is fed, read from a variable, or made anew in each run is put in its places when it is there.

What is fetched belongs to the caller: it is made anew in each run, or copied. A plan serves one run at a time. It is
taken away while it runs, so that a run inside of a run, or in another thread, gets one of its own; after an error
nobody puts it back, and its arrays with half of the numbers are gone with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextvars import Context
from functools import cached_property, partial
from operator import attrgetter, itemgetter, length_hint
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradnb.engine.cells import Cell
from gradnb.engine.fetches import COPIED, as_fed
from gradnb.engine.interpreter import FAILURES, exhausted, failure, in_order, interpret, needed
from gradnb.engine.literals import Array
from gradnb.engine.steps import LARGE, Places, Shape, Step, Steps, Unready, Value
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.tiles import in_tiles
from gradnb.errors import OpError

if TYPE_CHECKING:
    from gradnb.engine.session import Session

#: For how many sets of fed shapes a program keeps a plan.
_PLANS_KEPT: Final = 8

#: How many bytes the plans of a session keep; only a single plan may keep more.
_KEPT: Final = 1 << 28

#: Of so many operations there is no plan before they ran as often as takes the time to make one: many run only once.
_MANY: Final = 1 << 13
_RUNS_BEFORE: Final = 4

#: What is fed to more steps than this is copied to one place, instead of being put in each of their lists.
_FEW: Final = 6

#: Of a value that is there from the start: dtype, shape, whether it is small, its one place if it has one, its places.
Start = tuple[np.dtype[Any], Shape | None, bool, Array | None, Places]


class Program:
    """What a run with given fetches and feeds has to do.

    Attributes
    ----------
    elements : tuple of (Tensor or Operation)
        The fetches.
    feeds : tuple of Tensor
        What is fed.
    operations : tuple of Operation
        The operations behind the fetches, in their order.
    key : str
        The same for the same fetches and feeds in any session.
    """

    def __init__(self, elements: tuple[Tensor | Operation, ...], feeds: tuple[Tensor, ...]) -> None:
        self.elements = elements
        self.feeds = feeds
        self.operations = needed(elements, feeds)
        self.key = "|".join(",".join(part.name for part in parts) for parts in (elements, feeds))

    @property
    def is_large(self) -> bool:
        """Whether there are so many operations that it takes a while."""
        return len(self.operations) > _MANY

    @cached_property
    def evaluated(self) -> frozenset[Operation]:
        """The operations that it runs."""
        return frozenset(self.operations)


class Plans:
    """The plans of one session for one program: one for each of the latest sets of shapes, in the order of their use.

    Parameters
    ----------
    session : Session
        Whose variables they read and write.
    program : Program
        What they do.
    """

    def __init__(self, session: Session, program: Program) -> None:
        self.program = program
        self._session = session
        self._idle: list[Plan] = []
        self._runs = 0

    @property
    def nbytes(self) -> int:
        """How much memory they keep for the next runs."""
        return sum(plan.nbytes for plan in self._idle)

    def forget(self) -> None:
        """Give back this memory."""
        self._idle.clear()

    def run(self, values: Iterable[Any]) -> tuple[list[Any], list[Array]]:
        """Return the values of the fetches, and the arrays as which `values` were fed.

        Raises
        ------
        TypeError, ValueError
            If a value does not fit the tensor to which it is fed.
        OpError
            If an operation fails.
        """
        plan = None if self._session.plain else self._last()
        if plan is not None:
            found = plan.run(values)
            self._idle.append(plan)
            if found is not None:
                return found
            plan.let_go()
        program = self.program
        arrays = [as_fed(tensor, value) for tensor, value in zip(program.feeds, values, strict=True)]
        plan = None if self._session.plain else self._fitting(arrays) or self._made(arrays)
        self._runs += 1
        found = None if plan is None else plan.run(arrays)
        if plan is None or found is None:
            feeds = dict(zip(program.feeds, arrays, strict=True))
            return interpret(self._session, program.operations, program.elements, feeds), arrays
        self._idle.append(plan)
        return found

    def _last(self) -> Plan | None:
        """Take away the plan that ran last."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _fitting(self, arrays: Sequence[Array]) -> Plan | None:
        """Take away the plan for the shapes of `arrays`, and of what the variables have."""
        for plan in self._idle:
            if plan.is_for(arrays):
                self._idle.remove(plan)
                return plan
        return None

    def _made(self, arrays: Sequence[Array]) -> Plan | None:
        """Return a plan for what is fed; None if that is for later, or there are strings or variables without value."""
        program = self.program
        if program.is_large and self._runs < _RUNS_BEFORE:
            return None
        if any(array.dtype.kind == "O" for array in arrays):
            return None
        try:
            with np.errstate(all="ignore"):
                steps = Steps(self._session, program.operations, program.elements, program.feeds, arrays)
                plan = Plan(steps, program.elements, program.feeds)
        except Unready:
            return None
        del self._idle[: 1 - _PLANS_KEPT]
        if plan.nbytes + self.nbytes > _KEPT:
            self._idle.clear()
        self._session.make_room(_KEPT - plan.nbytes)
        return plan


def _only_needed(steps: Sequence[Step], fetched: Iterable[Value]) -> list[Step]:
    """Leave out steps that nobody waits for, and say how often each value is needed."""
    for step in steps:
        for value in step.inputs:
            value.uses = 0
        for value in step.outputs:
            value.uses = 0
    for value in fetched:
        value.uses += 1
    kept = []
    for step in reversed(steps):
        if step.fixed or any(value.uses for value in step.outputs):
            kept.append(step)
            for value in step.inputs:
                value.uses += 1
    return kept[::-1]


def _endings(steps: Sequence[Step], fetched: Iterable[Value]) -> Iterator[list[Value]]:
    """Return for each step what was made and is not needed behind it any more, neither itself nor a view of it."""
    for place, step in enumerate(steps):
        for value in step.outputs:
            value.last = place
        for value in step.inputs:
            value.last = place
            for root in value.roots:
                root.last = place
    for value in fetched:
        value.last = len(steps)
        for root in value.roots:
            root.last = len(steps)
    made = sorted((value for step in steps for value in step.outputs), key=attrgetter("last"))
    begin = 0
    for place in range(len(steps)):
        end = begin
        while end < len(made) and made[end].last == place:
            end += 1
        yield made[begin:end]
        begin = end


class _Memory:
    """Blocks of memory, which values have for a time."""

    def __init__(self) -> None:
        self.blocks: list[Array] = []
        self._free: dict[int, list[int]] = {}
        self._arrays: dict[tuple[int, Shape, Any], Array] = {}

    def give(self, step: Step, place: int) -> None:
        """Give arrays to the values that a step writes, but for those that are fetched."""
        for value in step.written:
            if not value.fetched:
                assert value.shape is not None  # what is written has a size
                value.block = self._over_an_input(step, place, value)
                if value.block is None:
                    free = self._free.get(value.nbytes)
                    value.block = free.pop() if free else len(self.blocks)
                    if value.block == len(self.blocks):
                        self.blocks.append(_block(step, value))
                key = value.block, value.shape, value.dtype
                value.array = self._arrays.get(key)
                if value.array is None:
                    array = np.ndarray(value.shape, value.dtype, self.blocks[value.block])
                    value.array = self._arrays[key] = array

    def _over_an_input(self, step: Step, place: int, output: Value) -> int | None:
        """Take over the block of an input that the step may write over, since it is the last to need it."""
        for value in step.inputs[: step.writable]:
            if (
                value.block is not None
                and value.last == place
                and value.shape == output.shape
                and value.dtype == output.dtype
                and not any(value in other.roots for other in step.inputs)
                # Only a ufunc reads an element for the last time when it writes it.
                and (step.writable == len(step.inputs) or step.inputs.count(value) == 1)
            ):
                block, value.block = value.block, None
                return block
        return None

    def take_back(self, values: Iterable[Value]) -> None:
        """Take back the blocks of values that are not needed any more."""
        for value in values:
            if value.block is not None:
                self._free.setdefault(value.nbytes, []).append(value.block)


def _block(step: Step, value: Value) -> Array:
    """Return memory for a value that a step writes."""
    try:
        return (
            np.empty(value.shape or (), value.dtype).reshape(-1).view(np.uint8)
            if value.nbytes
            else np.empty(1, np.uint8)
        )
    except MemoryError as error:
        raise exhausted(error, step.operation) from None


class Plan:
    """The calls of a run, bound to arrays.

    Parameters
    ----------
    planned : Steps
        What has to be done.
    elements : sequence of (Tensor or Operation)
        What is fetched.
    feeds : sequence of Tensor
        What is fed.
    """

    def __init__(self, planned: Steps, elements: Sequence[Tensor | Operation], feeds: Sequence[Tensor]) -> None:
        fetched = [value for value in planned.results if value is not None]
        steps = _only_needed(planned.steps, fetched)
        tiled = in_tiles(steps)
        if len(tiled) < len(steps):
            steps = _only_needed(tiled, fetched)
        memory = _Memory()
        self._calls: list[tuple[Callable[..., Any], Sequence[Any]]] = []
        #: Whose each call is.
        self._origins: list[Operation] = []
        self._results: list[Any] = [None] * len(elements)
        self._finish: list[tuple[int, Callable[[Any], Any]]] = []
        self._released: list[Places] = []
        viewed = {value for step in steps if step.view for value in step.inputs}
        self._fed = [(tensor, _start(value, COPIED, viewed)) for tensor, value in zip(feeds, planned.fed, strict=True)]
        self._read = [(cell, _start(value, LARGE - 1, viewed)) for cell, value in planned.read]
        self._bound: list[Array | None] = [None] * len(self._read)
        for place, (step, ended) in enumerate(zip(steps, _endings(steps, fetched), strict=True)):
            memory.give(step, place)
            self._bind(step)
            memory.take_back(ended)
            for value in ended:
                if value.array is None and value.nbytes >= LARGE and value.places:
                    self._call(step.operation, _empty, (value.places,))
        self.nbytes = sum(block.nbytes for block in memory.blocks)
        for position, result in enumerate(planned.results):
            if result is not None:
                self._give(position, elements[position], result)
        starts = [*planned.fed, *(value for _, value in planned.read)]
        self._released += [value.places for value in starts if value.nbytes >= LARGE]
        stateful = any(step.operation.definition.stateful for step in steps)
        self._quiet = _quiet(stateful)

    # Binding

    def _bind(self, step: Step) -> None:
        inputs, outputs = step.inputs, step.outputs
        if step.view and not step.fixed and self._stays(step):
            return
        written = [value.array for value in step.written if not value.fetched]
        arguments: list[Any] = [*(value.array for value in inputs), *written]
        changing = [position for position, value in enumerate(inputs) if value.array is None]
        for position in changing:
            inputs[position].places.append((arguments, position))
        bound = arguments if changing else tuple(arguments)
        if step.into is not None and len(written) == len(outputs):
            self._call(step.operation, step.into, bound)
        elif not outputs:
            self._call(step.operation, step.function, bound)
        else:
            for value in outputs:
                value.places = []
            if step.several:
                places = [value.places for value in outputs]
                self._call(step.operation, _keep_each, (step.function, bound, places, step.view))
            else:
                (value,) = outputs
                ordered = step.view or (value.shape is not None and len(value.shape) < 2)
                keep = _keep if ordered else _keep_in_order
                self._call(step.operation, keep, (step.function, bound, value.places))

    def _call(self, operation: Operation, function: Callable[..., Any], arguments: Sequence[Any]) -> None:
        self._origins.append(operation)
        self._calls.append((function, arguments))

    def _stays(self, step: Step) -> bool:
        """Return whether the results are views that stay the same from run to run; they are known then."""
        arrays = [value.array for value in step.inputs]
        if any(array is None for array in arrays):
            return False
        try:
            results = step.function(*arrays)
        except FAILURES:
            return False
        if not step.several:
            results = (results,)
        if not all(any(np.may_share_memory(result, array) for array in arrays) for result in results):
            return False
        for value, result in zip(step.outputs, results, strict=True):
            value.array = result
        return True

    def _give(self, position: int, element: Any, value: Value) -> None:
        """Say how a result is given to the caller, as its own, and as a scalar if it has no axes."""
        if type(value.array) is Cell:
            self._finish.append((position, partial(_read_last, value.array, element.op)))
            return
        mine = value.owned and not any(results is self._results for results, _ in value.places)
        self._results[position] = value.array
        if value.array is None:
            value.places.append((self._results, position))
            if value.nbytes >= LARGE:  # a small value of a variable is only put in place when it is another
                self._released.append([(self._results, position)])
        if value.shape == ():
            self._finish.append((position, itemgetter(())))
        elif not mine:
            self._finish.append((position, _copied if value.shape is None else np.ndarray.copy))
        elif value.shape is None:
            self._finish.append((position, _taken))
        if value.owned and value.nbytes >= LARGE:
            self._released.append(value.places)

    # Running

    def is_for(self, arrays: Sequence[Array]) -> bool:
        """Return whether it was made for the shapes of what is fed, and of what the variables have."""
        return all(array.shape == start[1] for array, (_, start) in zip(arrays, self._fed, strict=True)) and all(
            cell.value is not None and cell.value.shape == start[1] for cell, start in self._read
        )

    def run(self, values: Iterable[Any]) -> tuple[list[Any], list[Array]] | None:
        """Return the values of the fetches and the arrays that were fed; None if it is not the plan for `values`.

        Raises
        ------
        TypeError, ValueError
            If a value does not fit the tensor to which it is fed.
        OpError
            If an operation fails.
        """
        arrays = []
        for (tensor, (dtype, shape, small, copy, places)), value in zip(self._fed, values):  # noqa: B905  # takes longer
            if type(value) is not np.ndarray or value.dtype is not dtype:
                array = as_fed(tensor, value)
            else:
                array = value.copy() if small else value
            if array.shape != shape:
                return None
            arrays.append(array)
            if copy is not None:
                np.copyto(copy, array)
            for arguments, position in places:
                arguments[position] = array
        for number, (cell, (_, shape, small, copy, places)) in enumerate(self._read):
            present = cell.value
            if present is None or present.shape != shape:
                return None
            if present is not self._bound[number]:
                if copy is not None:
                    np.copyto(copy, present)
                for arguments, position in places:
                    arguments[position] = present
                if small:
                    self._bound[number] = present
        self._quiet(self._go)
        results = self._results.copy()
        for position, finish in self._finish:
            results[position] = finish(results[position])
        self.let_go()
        return results, arrays

    def let_go(self) -> None:
        """Hold no large array of a run any longer."""
        for places in self._released:
            for arguments, position in places:
                arguments[position] = None

    def _go(self) -> None:
        calls = iter(self._calls)
        try:
            for function, arguments in calls:
                function(*arguments)
        except OpError:
            raise
        except FAILURES as error:
            place = len(self._calls) - length_hint(calls) - 1
            function, arguments = self._calls[place]
            if function in (_keep, _keep_in_order, _keep_each):
                arguments = arguments[1]
            operation = self._origins[place]
            raise failure(error, operation, arguments[: len(operation.inputs)]) from error
        except MemoryError as error:
            raise exhausted(error, self._origins[len(self._calls) - length_hint(calls) - 1]) from None


def _start(value: Value, most: int, viewed: Set[Value]) -> Start:
    """Return how a value that is there from the start gets to its steps.

    If it has at most `most` bytes, and many uses or views, it is copied to one place: the views stay the same then.
    """
    small = value.nbytes <= most
    if small and value.shape is not None and (value.uses > _FEW or value in viewed):
        value.array = np.empty(value.shape, value.dtype)
    else:
        value.places = []
    return value.dtype, value.shape, small, value.array, value.places


def _keep(function: Callable[..., Any], arguments: Sequence[Any], places: Places) -> None:
    """Put the result of a call in its places."""
    result = function(*arguments)
    for target, position in places:
        target[position] = result


def _keep_in_order(function: Callable[..., Any], arguments: Sequence[Any], places: Places) -> None:
    """Put the result of a call in its places, in C order."""
    result = in_order(function(*arguments))
    for target, position in places:
        target[position] = result


def _keep_each(function: Callable[..., Any], arguments: Sequence[Any], places: Sequence[Places], view: bool) -> None:
    """Put the results of a call in their places."""
    for result, targets in zip(function(*arguments), places, strict=True):
        for target, position in targets:
            target[position] = result if view else in_order(result)


def _empty(places: Places) -> None:
    for target, position in places:
        target[position] = None


def _taken(value: Any) -> Any:
    return value[()]


def _copied(value: Any) -> Any:
    return np.array(value)[()]


def _read_last(cell: Cell, reader: Operation, _: Any) -> Any:
    """Return what a variable has in the end."""
    return _copied(cell.read(reader))


def _quiet(stateful: bool) -> Callable[[Callable[[], None]], None]:
    """Return what calls a function while NumPy warns of no overflow and no undefined result."""
    # Since NumPy 2 this state belongs to a context, and to enter one takes a thirtieth of the time that errstate does.
    # What kernels may look at or call shall see the program's own context.
    if stateful or np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return _quietly
    context = Context()
    context.run(np.seterr, all="ignore")
    return context.run


def _quietly(function: Callable[[], None]) -> None:
    with np.errstate(all="ignore"):
        function()
