"""The plan: what a run has to do, worked out once for the shapes that are fed, so that a run only calls NumPy.

`Program` is a set of fetches and feeds with the operations behind them. For the shapes that are fed first, it makes a
`Plan`, and later runs with these shapes only go through its list of calls: a function with its arguments, most of them
arrays that stay the same from run to run. A plan comes about in five steps:

1. `_Planner.add` takes the operations in order. What can be known already becomes a constant; what only passes a value
   on stands for that value; the rest becomes a step, from values to values. The shapes are inferred anew with those
   that are fed; where one depends on numbers that only a run will know, it stays open from there on.
2. `_Planner.wanted` leaves out steps of which only the success is waited for, if they cannot fail.
3. `_Planner.share` gives each value of known shape a block of memory from the step that makes it to the last one that
   needs it. Blocks are used again; an element-by-element step writes into the block of an input that is not needed
   any more. A view keeps the block of what it is a view of.
4. `Plan.__init__` binds each step to arrays. A step of which all arguments stay the same is a tuple; in the lists of
   the others, what is fed, read from a variable, or made anew in each run is put in its places when it is there.
5. What is fetched is made anew in each run, or copied: it belongs to the caller.

A plan serves one run at a time. It is taken away while it runs, so that a run inside of a run, or in another thread,
gets one of its own; after an error nobody puts it back, and its buffers with half of the numbers are gone with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import Context
from functools import cached_property, partial
from operator import attrgetter, itemgetter, length_hint
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.cells import VARIABLE, Cell
from gradnb.engine.fetches import COPIED, as_fed
from gradnb.engine.interpreter import FAILURES, failure, in_order, interpret, needed
from gradnb.engine.literals import Array
from gradnb.engine.registry import unchanged
from gradnb.engine.tensor import Operation, Tensor
from gradnb.errors import OpError

if TYPE_CHECKING:
    from gradnb.engine.session import Session

#: For how many sets of fed shapes a program keeps a plan.
_PLANS_KEPT: Final = 8

#: Constants of at most so many bytes are computed when the plan is made.
_FOLDED: Final = 1 << 12

#: Arrays of at least so many bytes are let go of when they are not needed any more.
_LARGE: Final = 1 << 14

Shape = tuple[int, ...]
#: Where an array goes that is known only in a run: a list of arguments, and a position in it.
Places = list[tuple[list[Any], int]]


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
        self._idle: list[Plan] = []

    @cached_property
    def evaluated(self) -> frozenset[Operation]:
        """The operations that it runs."""
        return frozenset(self.operations)

    def forget_plans(self) -> None:
        """Give back the memory that plans keep for the next runs."""
        self._idle.clear()

    def run(self, session: Session, values: Iterable[Any]) -> tuple[list[Any], list[Array]]:
        """Return the values of the fetches, and the arrays as which `values` were fed.

        Raises
        ------
        TypeError, ValueError
            If a value does not fit the tensor to which it is fed.
        OpError
            If an operation fails.
        """
        plan, arrays = self._idle_plan(values)
        if arrays is None:
            arrays = [as_fed(tensor, value) for tensor, value in zip(self.feeds, values, strict=True)]
            plan = self._plan_for(arrays)
        if session.plain:
            plan = None
        elif plan is None or not plan.fits():
            plan = _planned(session, self, arrays)
        if plan is None:
            feeds = dict(zip(self.feeds, arrays, strict=True))
            return interpret(session, self.operations, self.elements, feeds), arrays
        results = plan.run(arrays)
        self._idle.append(plan)
        return results, arrays

    def _idle_plan(self, values: Iterable[Any]) -> tuple[Plan | None, list[Array] | None]:
        """Return the plan of the last run with `values` as arrays, if they are what it is for."""
        try:
            plan = self._idle.pop()
        except IndexError:
            return None, None
        arrays = plan.accept(values)
        if arrays is not None:
            return plan, arrays
        self._idle.append(plan)
        return None, None

    def _plan_for(self, arrays: Sequence[Array]) -> Plan | None:
        shapes = [array.shape for array in arrays]
        for plan in self._idle:
            if plan.shapes == shapes:
                self._idle.remove(plan)
                return plan
        del self._idle[: 1 - _PLANS_KEPT]
        return None


class Value:
    """What a plan knows of a value.

    Attributes
    ----------
    dtype : dtype
        The type of its elements.
    shape : tuple of int, or None
        Its shape; None if only a run will know.
    array : ndarray, Cell or None
        The array itself, if it is the same one in each run; what stands for a variable that is written.
    made : int
        The place of the step that makes it; -1 if it is there from the start.
    roots : tuple of Value
        The values of whose memory it may be a part; empty if it has memory of its own.
    last : int
        The last step that needs it, or a view of it.
    block : int or None
        The block of memory that it gets.
    fetched, wanted : bool
        Whether it is fetched, whether any step that is left needs it.
    owned : bool
        Whether a run makes it anew for this run alone.
    places : list
        Where it goes when it is found in a run.
    """

    __slots__ = ("array", "block", "dtype", "fetched", "last", "made", "owned", "places", "roots", "shape", "wanted")

    def __init__(self, dtype: np.dtype[Any], shape: Shape | None, array: Any = None, made: int = -1) -> None:
        self.dtype = dtype
        self.shape = shape
        self.array = array
        self.made = made
        self.roots: tuple[Value, ...] = ()
        self.last = -1
        self.block: int | None = None
        self.fetched = self.wanted = self.owned = False
        self.places: Places = []

    @property
    def size(self) -> int:
        """How many bytes it has, as far as that is known."""
        return _LARGE if self.shape is None else shapes.element_count(self.shape) * self.dtype.itemsize  # type: ignore[operator]  # the shape is full


class Step:
    """One call: it makes values from values.

    Attributes
    ----------
    operation : Operation
        Whose step it is.
    function : callable
        Gives the results for the arrays of the inputs.
    inputs, outputs : sequence of Value
        From what it makes what.
    into : callable or None
        Writes the result into the array that comes behind those of the inputs.
    elementwise : bool
        Whether that may be one of the inputs.
    view : bool
        Whether results may share the memory of inputs.
    fixed : bool
        Whether it must run although nobody wants its results.
    order : pair of int
        Its place among the steps.
    """

    __slots__ = ("elementwise", "fixed", "function", "inputs", "into", "operation", "order", "outputs", "view")

    def __init__(
        self,
        operation: Operation,
        function: Callable[..., Any],
        inputs: Sequence[Value],
        outputs: Sequence[Value],
        order: tuple[int, int],
        into: Callable[..., Any] | None = None,
        elementwise: bool = False,
        view: bool = False,
        fixed: bool = False,
    ) -> None:
        self.operation = operation
        self.function = function
        self.inputs = inputs
        self.outputs = outputs
        self.order = order
        self.into = into
        self.elementwise = elementwise
        self.view = view
        self.fixed = fixed


class _Unready(Exception):
    """A variable has no value yet: the interpreter says at which operation that matters."""


def _planned(session: Session, program: Program, arrays: Sequence[Array]) -> Plan | None:
    """Return a plan for what is fed, or None if it can't be made before variables are initialized."""
    try:
        with np.errstate(all="ignore"):
            return Plan(_Planner(session, program, arrays))
    except _Unready:
        return None


class _KnownOperation:
    """Stands for the operation of a tensor of which a value, or nothing, is known while shapes are inferred."""

    def __init__(self, value: Array | None) -> None:
        self.type = "" if value is None else "Const"
        self.inputs = ()
        self.attributes = {"value": value}


_UNKNOWN: Final = _KnownOperation(None)


class _Planner:
    """From operations to steps that know their memory."""

    def __init__(self, session: Session, program: Program, arrays: Sequence[Array]) -> None:
        self.session = session
        self.program = program
        self.steps: list[Step] = []
        self.fed = [Value(array.dtype, array.shape) for array in arrays]
        #: Each variable that is read at the start, with its value.
        self.read: list[tuple[Cell, Value]] = []
        self.blocks: list[int] = []
        self._values: dict[Tensor, Value] = dict(zip(program.feeds, self.fed, strict=True))
        self._present: dict[Cell, Value] = {}
        self._untouched = True
        self._written: set[Cell] = set()
        self._fetched_operations = {element for element in program.elements if isinstance(element, Operation)}
        for operation in program.operations:
            self.add(operation)
        self.elements = [None if isinstance(e, Operation) else self._values[e] for e in program.elements]
        for value in self.elements:
            if value is not None:
                value.fetched = value.wanted = True
        self.steps.sort(key=attrgetter("order"))
        self.wanted()
        self.share()

    # From operations to steps

    def add(self, operation: Operation) -> None:
        """Take one operation into the plan."""
        definition = operation.definition
        if definition.type == VARIABLE:
            cell = self.session.cell(operation)
            self._values.setdefault(operation.outputs[0], Value(operation.outputs[0].dtype.numpy, None, cell))
            return
        inputs = [self._values[tensor] for tensor in operation.inputs]
        for position, value in enumerate(inputs):
            if type(value.array) is Cell and not (definition.writes and position == 0):
                inputs[position] = self._reading(value.array, operation)
        if definition.kernel is unchanged:
            self._values.setdefault(operation.outputs[0], inputs[0])
            return
        found = self._inferred(operation, inputs)
        if self._is_constant(operation, inputs, found):
            return
        outputs = []
        for tensor, shape in zip(operation.outputs, found, strict=True):
            value = Value(tensor.dtype.numpy, shape, made=len(self.steps))
            outputs.append(value)
            # What is fed stays: the operation may run for another of its outputs, or because another waits for it.
            self._values.setdefault(tensor, value)
        if definition.adds is not None and None not in found and len(inputs) > 1:
            self._add_up(operation, inputs, outputs[0])
            return
        step = Step(operation, self._function(operation), inputs, outputs, (len(self.steps), 0))
        self.steps.append(step)
        safe = definition.never_fails or _takes_all(definition.kernel, inputs)
        step.fixed = definition.stateful or not safe or None in found or operation in self._fetched_operations
        if definition.view:
            step.view = True
            roots = [root for value in inputs if value.array is None for root in value.roots or (value,)]
            for value in outputs:
                value.roots = tuple(dict.fromkeys(roots))
        elif definition.into is not None:
            step.into = _with_attributes(definition.into, operation)
            step.elementwise = definition.elementwise
        elif isinstance(definition.kernel, np.ufunc):
            step.into, step.elementwise = definition.kernel, True
        if None in found:
            step.into = None
        if not (definition.view or definition.stateful):
            for value in outputs:
                value.owned = True
        if definition.writes or definition.outside:
            self._touch(step)

    def _function(self, operation: Operation) -> Callable[..., Any]:
        definition = operation.definition
        if definition.stateful:
            return partial(definition.kernel, self.session, operation, **operation.attributes)
        return _with_attributes(definition.kernel, operation)

    def _reading(self, cell: Cell, reader: Operation) -> Value:
        """Return the value that a variable has at this point."""
        value = self._present.get(cell)
        if value is None:
            if self._untouched and cell not in self._written:
                if cell.array is None:
                    raise _Unready
                value = Value(cell.array.dtype, cell.array.shape)
                self.read.append((cell, value))
            else:
                dtype = reader.inputs[0].dtype.numpy
                value = Value(dtype, None, made=len(self.steps))
                step = Step(reader, partial(cell.read, reader), (), (value,), (len(self.steps), 0), fixed=True)
                self.steps.append(step)
            self._present[cell] = value
        return value

    def _touch(self, step: Step) -> None:
        """Let variables be read anew behind a step that may change them."""
        if step.operation.definition.outside:
            self._untouched = False
            self._present.clear()
        for tensor in step.operation.inputs:
            if tensor.op.type == VARIABLE:
                cell = self.session.cell(tensor.op)
                self._written.add(cell)
                self._present.pop(cell, None)

    def _inferred(self, operation: Operation, inputs: Sequence[Value]) -> list[Shape | None]:
        """Return the shapes of the results, as far as they are known before a run."""
        definition = operation.definition
        try:
            if isinstance(definition.kernel, np.ufunc):
                shape: shapes.StaticShape = inputs[0].shape
                for value in inputs[1:]:
                    shape = shapes.broadcast_shapes(shape, value.shape)
                return [shape]  # type: ignore[list-item]  # only full shapes go in
            stand_ins = [_stand_in(t, value) for t, value in zip(operation.inputs, inputs, strict=True)]
            specs = definition.infer(*stand_ins, **operation.attributes)
        except FAILURES:
            return [None] * len(operation.outputs)
        known = [shape for _, shape in (specs if isinstance(specs, list) else (specs,))]
        return [shape if shapes.is_full(shape) else None for shape in known]

    def _is_constant(self, operation: Operation, inputs: Sequence[Value], found: Sequence[Shape | None]) -> bool:
        """Return whether the only result is known already; it is kept then."""
        definition = operation.definition
        if definition.stateful or len(found) != 1 or found[0] is None:
            return False
        dtype = operation.outputs[0].dtype.numpy
        if definition.of_shape and inputs[0].shape is not None:
            arrays = [np.broadcast_to(np.empty((), inputs[0].dtype), inputs[0].shape)]
        elif all(isinstance(value.array, np.ndarray) for value in inputs):
            size = (shapes.element_count(found[0]) or 0) * dtype.itemsize
            if size > _FOLDED and not definition.view:
                return False
            arrays = [value.array for value in inputs]
        else:
            return False
        try:
            result = definition.kernel(*arrays, **operation.attributes)
        except FAILURES:
            return False
        array = np.asarray(result if definition.view else in_order(result))
        self._values.setdefault(operation.outputs[0], Value(array.dtype, array.shape, array))
        return True

    def _add_up(self, operation: Operation, inputs: Sequence[Value], result: Value) -> None:
        """Add a sum as steps of two terms each, which run as soon as their terms are there."""
        adds = operation.definition.adds
        assert adds is not None  # this is why the caller called
        place = next((value.made for value in inputs if value.made >= 0), len(self.steps))
        total = inputs[0]
        for number, value in enumerate(inputs[1:], start=2):
            place = max(place, total.made, value.made)
            term = result if number == len(inputs) else Value(result.dtype, result.shape)
            term.made, term.owned = place, True
            fixed = operation in self._fetched_operations
            order = (place, len(self.steps))
            self.steps.append(Step(operation, adds, (total, value), (term,), order, adds, True, fixed=fixed))
            total = term

    # What runs, and in which memory

    def wanted(self) -> None:
        """Leave out steps that nobody waits for, and say up to where each value is needed."""
        kept = []
        for step in reversed(self.steps):
            if step.fixed or any(value.wanted for value in step.outputs):
                kept.append(step)
                for value in step.inputs:
                    value.wanted = True
        self.steps = kept[::-1]
        for place, step in enumerate(self.steps):
            for value in step.inputs:
                value.last = place
                for root in value.roots:
                    root.last = place
        for fetched in self.elements:
            if fetched is not None:
                for value in (fetched, *fetched.roots):
                    value.last = len(self.steps)

    def share(self) -> None:
        """Give blocks of memory to the values of known shape that are not fetched."""
        free: dict[int, list[int]] = {}
        for place, step in enumerate(self.steps):
            output = step.outputs[0] if step.into is not None else None
            if output is not None and not output.fetched:
                output.block = self._in_place(step, place, output)
                if output.block is None:
                    size = output.size
                    same = free.get(size)
                    if same:
                        output.block = same.pop()
                    else:
                        output.block = len(self.blocks)
                        self.blocks.append(size)
                if output.last < place:
                    output.last = place
                    free.setdefault(self.blocks[output.block], []).append(output.block)
            for value in dict.fromkeys(root for taken in step.inputs for root in taken.roots or (taken,)):
                if value.last == place and value.block is not None and (output is None or value.block != output.block):
                    free.setdefault(self.blocks[value.block], []).append(value.block)

    def _in_place(self, step: Step, place: int, output: Value) -> int | None:
        """Return the block of an input that the step may write over."""
        if step.elementwise:
            for value in step.inputs:
                if (
                    value.block is not None
                    and value.last == place
                    and value.shape == output.shape
                    and value.dtype == output.dtype
                    and not any(value in other.roots for other in step.inputs)
                ):
                    return value.block
        return None


def _stand_in(tensor: Tensor, value: Value) -> Tensor:
    """Return a tensor of which all is known that the plan knows of its value, for `infer`."""
    if isinstance(value.array, Cell):
        return tensor
    operation: Any = _UNKNOWN if value.array is None else _KnownOperation(value.array)
    return Tensor(operation, 0, tensor.dtype, value.shape)


def _takes_all(kernel: Callable[..., Any], inputs: Sequence[Value]) -> bool:
    """Return whether a kernel is a ufunc, which takes any numbers: but for integers with negative exponents."""
    return isinstance(kernel, np.ufunc) and not (kernel is np.power and inputs[0].dtype.kind in "iu")


def _with_attributes(function: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
    return partial(function, **operation.attributes) if operation.attributes else function


class Plan:
    """Calls that a run goes through, bound to arrays.

    Parameters
    ----------
    planner : _Planner
        The steps.
    """

    def __init__(self, planner: _Planner) -> None:
        self.shapes = [value.shape for value in planner.fed]
        self._accepted = [(value.dtype, value.shape, value.size <= COPIED) for value in planner.fed]
        self._fed = [value.places for value in planner.fed]
        self._read = [(cell, value.shape, value.places) for cell, value in planner.read]
        self._bound: list[Array | None] = [None] * len(self._read)
        self._calls: list[tuple[Callable[..., Any], Sequence[Any]]] = []
        self._origins: list[tuple[Operation, Sequence[Any]]] = []
        self._results: list[Any] = [None] * len(planner.elements)
        self._finish: list[tuple[int, Callable[[Any], Any]]] = []
        self._released: list[Places] = []
        self.nbytes = sum(planner.blocks)
        memory = [np.empty(max(size, 1), np.uint8) for size in planner.blocks]
        arrays: dict[tuple[int, Shape, Any], Array] = {}
        outside = False
        for place, step in enumerate(planner.steps):
            outside = outside or step.operation.definition.stateful
            for value in step.outputs:
                if value.block is not None:
                    assert value.shape is not None  # what has a block has a size
                    key = value.block, value.shape, value.dtype
                    if key not in arrays:
                        arrays[key] = np.ndarray(value.shape, value.dtype, memory[value.block])
                    value.array = arrays[key]
            self._bind(step)
            self._let_go(step, place)
        for position, fetched in enumerate(planner.elements):
            if fetched is not None:
                self._give(position, planner.program.elements[position], fetched)
        starts = [*planner.fed, *(value for _, value in planner.read)]
        self._released += [value.places for value in starts if value.size >= _LARGE]
        self._large = [value.size >= _LARGE for _, value in planner.read]
        self._quiet = _quiet(outside)

    # Binding

    def _bind(self, step: Step) -> None:
        inputs = step.inputs
        if step.view and not step.fixed and self._is_same_view(step):
            return
        arguments: Sequence[Any] = [value.array for value in inputs]
        output = step.outputs[0] if step.outputs else None
        if output is not None and output.block is not None:
            arguments.append(output.array)  # type: ignore[attr-defined]  # it is a list
        changing = [position for position, value in enumerate(inputs) if value.array is None]
        for position in changing:
            inputs[position].places.append((arguments, position))  # type: ignore[arg-type]  # it is a list
        if not changing:
            arguments = tuple(arguments)
        self._origins.append((step.operation, arguments))
        if output is None:
            self._calls.append((step.function, arguments))
        elif output.block is not None:
            assert step.into is not None  # what has a block is written into it
            self._calls.append((step.into, arguments))
        elif len(step.outputs) == 1:
            keep = _keep if step.view or (output.shape is not None and len(output.shape) < 2) else _keep_in_order
            self._calls.append((keep, (step.function, arguments, output.places)))
        else:
            places = [value.places for value in step.outputs]
            self._calls.append((_keep_each, (step.function, arguments, places, step.view)))

    def _is_same_view(self, step: Step) -> bool:
        """Return whether the results are views that stay the same from run to run; they are known then."""
        arrays = [value.array for value in step.inputs]
        if any(array is None for array in arrays):
            return False
        try:
            results = step.function(*arrays)
        except FAILURES:
            return False
        if len(step.outputs) == 1:
            results = (results,)
        if not all(any(np.may_share_memory(result, array) for array in arrays) for result in results):
            return False
        for value, result in zip(step.outputs, results, strict=True):
            value.array = result
        return True

    def _let_go(self, step: Step, place: int) -> None:
        """Let go of large arrays that a run made and needs no more."""
        for value in dict.fromkeys(part for taken in step.inputs for part in (taken, *taken.roots)):
            if value.array is None and value.last == place and value.made >= 0 and value.size >= _LARGE:
                self._origins.append((step.operation, ()))
                self._calls.append((_release, (value.places,)))

    def _give(self, position: int, element: Any, value: Value) -> None:
        """Say how a result is given to the caller: its own, as a scalar if it has no axes."""
        if type(value.array) is Cell:
            self._finish.append((position, partial(_read_last, value.array, element.op)))
            return
        mine = value.owned and not any(results is self._results for results, _ in value.places)
        self._results[position] = value.array
        if value.array is None:
            value.places.append((self._results, position))
            if value.size >= _LARGE:  # a small value of a variable is only put in place when it is another
                self._released.append([(self._results, position)])
        if value.shape == ():
            self._finish.append((position, itemgetter(())))
        elif value.shape is None:
            self._finish.append((position, _taken if mine else _copied))
        elif not mine:
            self._finish.append((position, np.ndarray.copy))
        if value.owned and value.size >= _LARGE:
            self._released.append(value.places)

    # Running

    def accept(self, values: Iterable[Any]) -> list[Array] | None:
        """Return `values` as arrays, if they are arrays already, and of the dtypes and shapes for which the plan is."""
        arrays = []
        for (dtype, shape, small), value in zip(self._accepted, values, strict=True):
            if type(value) is not np.ndarray or value.dtype is not dtype or value.shape != shape:
                return None
            arrays.append(value.copy() if small else value)
        return arrays

    def fits(self) -> bool:
        """Return whether the variables are initialized and have the shapes for which the plan is."""
        return all(cell.array is not None and cell.array.shape == shape for cell, shape, _ in self._read)

    def run(self, arrays: Sequence[Array]) -> list[Any]:
        """Return the values of the fetches.

        Raises
        ------
        OpError
            If an operation fails.
        """
        for places, array in zip(self._fed, arrays, strict=True):
            for arguments, position in places:
                arguments[position] = array
        bound = self._bound
        for number, (cell, _, places) in enumerate(self._read):
            value = cell.array
            if value is not bound[number]:
                for arguments, position in places:
                    arguments[position] = value
                if not self._large[number]:
                    bound[number] = value
        self._quiet(self._go)
        results = self._results.copy()
        for position, finish in self._finish:
            results[position] = finish(results[position])
        for places in self._released:
            for arguments, position in places:
                arguments[position] = None
        return results

    def _go(self) -> None:
        calls = iter(self._calls)
        try:
            for function, arguments in calls:
                function(*arguments)
        except OpError:
            raise
        except FAILURES as error:
            operation, inputs = self._origins[len(self._calls) - length_hint(calls) - 1]
            raise failure(error, operation, inputs[: len(operation.inputs)]) from error


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


def _release(places: Places) -> None:
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
    context, before = Context(), np.geterr()
    context.run(np.seterr, all="ignore")
    if np.geterr() != before:  # NumPy 1
        np.seterr(**before)
        return _quietly
    if stateful:
        return _quietly
    # Since NumPy 2 this state belongs to a context, and to enter one takes a thirtieth of the time that errstate does.
    return context.run


def _quietly(function: Callable[[], None]) -> None:
    with np.errstate(all="ignore"):
        function()
