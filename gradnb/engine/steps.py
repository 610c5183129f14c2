"""From operations to steps: what a run has to compute from what, with all that is known before it begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.cells import VARIABLE, Cell
from gradnb.engine.interpreter import FAILURES, in_order
from gradnb.engine.literals import Array
from gradnb.engine.registry import unchanged
from gradnb.engine.tensor import Operation, Tensor

if TYPE_CHECKING:
    from gradnb.engine.session import Session

Shape = tuple[int, ...]
#: Where an array goes that only a run finds: a list of arguments, and a position in it.
Places = list[tuple[list[Any], int]]

_NOWHERE: Final[Places] = []

#: Arrays of at least so many bytes are let go of when they are not needed any more.
LARGE: Final = 1 << 14

#: Constants of at most so many bytes are computed before the run.
_FOLDED: Final = 1 << 12

#: Which input of an operation is repeated in its result.
_REPEATED: Final = {"BroadcastTo": 0, "Fill": 1}


class Value:
    """What is known of a value before a run.

    Attributes
    ----------
    dtype : dtype
        The type of its elements.
    shape : tuple of int, or None
        Its shape; None if only a run will know.
    nbytes : int
        The size of its array; as much as counts as large if only a run will know.
    array : ndarray, Cell or None
        The array itself, if it is the same one in each run; for a variable that is written, its cell.
    made : int
        The place of the step that makes it; -1 if it is there from the start.
    owned : bool
        Whether a run makes it anew, for this run alone.
    roots : tuple of Value
        The values of whose memory it may be a part; empty if it has memory of its own.
    single : Value or None
        The one number that is repeated in it.
    fetched : bool
        Whether it is fetched.
    uses : int
        How often steps, or the caller, need it.
    last : int
        The last step that needs it, or a view of it.
    block : int or None
        The block of memory that it gets.
    places : list
        Where it goes when a run finds it; a list of its own only if one does.
    """

    __slots__ = (
        "array",
        "block",
        "dtype",
        "fetched",
        "last",
        "made",
        "nbytes",
        "owned",
        "places",
        "roots",
        "shape",
        "single",
        "uses",
    )

    def __init__(
        self,
        dtype: np.dtype[Any],
        shape: Shape | None,
        array: Any = None,
        made: int = -1,
        owned: bool = False,
        roots: tuple[Value, ...] = (),
    ) -> None:
        self.dtype = dtype
        self.shape = shape
        self.nbytes = LARGE if shape is None else math.prod(shape) * dtype.itemsize
        self.array = array
        self.made = made
        self.owned = owned
        self.roots = roots
        self.single: Value | None = None
        self.fetched = False
        self.uses = 0
        self.last = -1
        self.block: int | None = None
        self.places = _NOWHERE


class Step:
    """One call, which makes values from values.

    Attributes
    ----------
    operation : Operation
        Whose step it is.
    function : callable
        Gives the result for the arrays of the inputs; a tuple of results if `several`.
    inputs, outputs : sequence of Value
        From what it makes what.
    fixed : bool
        Whether it must run although nobody needs its results.
    into : callable or None
        Writes the result into an array that is given behind those of the inputs.
    written : sequence of Value
        The results that it can write so.
    writable : int
        So many of the inputs, from the first, may be that array.
    view : bool
        Whether results may share the memory of inputs.
    several : bool
        Whether `function` gives a tuple of results.
    """

    __slots__ = (
        "fixed",
        "function",
        "inputs",
        "into",
        "operation",
        "outputs",
        "several",
        "view",
        "writable",
        "written",
    )

    def __init__(
        self,
        operation: Operation,
        function: Callable[..., Any],
        inputs: Sequence[Value],
        outputs: Sequence[Value],
        fixed: bool = False,
        into: Callable[..., Any] | None = None,
        writable: int = 0,
        view: bool = False,
    ) -> None:
        self.operation = operation
        self.function = function
        self.inputs = inputs
        self.outputs = outputs
        self.fixed = fixed
        self.into = into
        self.writable = writable
        self.view = view
        self.written = outputs if into is not None else ()
        self.several = len(outputs) > 1


class Unready(Exception):
    """A variable has no value yet: the interpreter says at which operation that matters."""


class _KnownOperation:
    """Stands for the operation of a tensor of which a value, or nothing, is known while shapes are inferred."""

    def __init__(self, value: Array | None) -> None:
        self.type = "" if value is None else "Const"
        self.inputs = ()
        self.attributes = {"value": value}


_UNKNOWN: Final = _KnownOperation(None)


class Steps:
    """The steps of a set of operations, in an order in which they can run.

    Parameters
    ----------
    session : Session
        Whose variables they read.
    operations : sequence of Operation
        The operations, inputs first.
    elements : sequence of (Tensor or Operation)
        What is fetched.
    feeds, arrays : sequence of Tensor, sequence of ndarray
        What is fed, and arrays of the shapes in question.

    Attributes
    ----------
    steps : list of Step
        The steps.
    fed : list of Value
        What is fed.
    read : list of (Cell, Value)
        Each variable that is read at the start.
    results : list of (Value or None)
        The value of each fetch; None for an operation.

    Raises
    ------
    Unready
        If a variable is not initialized.
    """

    def __init__(
        self,
        session: Session,
        operations: Sequence[Operation],
        elements: Sequence[Tensor | Operation],
        feeds: Sequence[Tensor],
        arrays: Sequence[Array],
    ) -> None:
        self.fed = [Value(array.dtype, array.shape) for array in arrays]
        self.read: list[tuple[Cell, Value]] = []
        self._session = session
        self._steps: list[Step] = []
        #: Sums that run earlier than in the order of the operations: behind the step of a number.
        self._behind: dict[int, list[Step]] = {}
        self._values: dict[Tensor, Value] = dict(zip(feeds, self.fed, strict=True))
        self._asked_for = {element for element in elements if isinstance(element, Operation)}
        #: What is computed once although several operations ask for it: constants, ufuncs of the same values.
        self._once: dict[tuple[Any, ...], Value] = {}
        #: What each variable holds at this point; those of which that is not what they held at the start.
        self._present: dict[Cell, Value] = {}
        self._written: set[Cell] = set()
        self._all_written = False
        for operation in operations:
            self._add(operation)
        self.steps = [part for place, step in enumerate(self._steps) for part in (step, *self._behind.pop(place, ()))]
        self.results = [None if isinstance(element, Operation) else self._values[element] for element in elements]
        for value in self.results:
            if value is not None:
                value.fetched = True

    def _add(self, operation: Operation) -> None:
        definition, outputs = operation.definition, operation.outputs
        if definition.type == VARIABLE:
            cell = self._session.cell(operation)
            self._values.setdefault(outputs[0], Value(outputs[0].dtype.numpy, None, cell))
            return
        if definition.type == "Const":
            self._values.setdefault(outputs[0], self._constant(operation.attributes["value"]))
            return
        inputs = [self._values[tensor] for tensor in operation.inputs]
        for position, value in enumerate(inputs):
            if type(value.array) is Cell and not (definition.writes and position == 0):
                inputs[position] = self._reading(value, operation)
        if definition.kernel is unchanged:
            self._values.setdefault(outputs[0], inputs[0])
            return
        found = self._inferred(operation, inputs)
        known = self._known(operation, inputs, found)
        is_ufunc = isinstance(definition.kernel, np.ufunc)
        if known is None and is_ufunc:
            known = self._once.get((definition.kernel, *inputs))
        if known is not None:
            self._values.setdefault(outputs[0], known)
            return
        made = len(self._steps)
        owned = not (definition.view or definition.stateful)
        roots = _roots(inputs) if definition.view else ()
        values = []
        for tensor, shape in zip(outputs, found, strict=True):
            value = Value(tensor.dtype.numpy, shape, None, made, owned, roots)
            values.append(value)
            # What is fed stays: the operation may run for another of its outputs, or because another waits for it.
            self._values.setdefault(tensor, value)
        if is_ufunc:
            self._once[(definition.kernel, *inputs)] = value
        elif definition.type in _REPEATED and inputs[_REPEATED[definition.type]].shape == ():
            value.single = inputs[_REPEATED[definition.type]]
        if definition.adds is not None and None not in found and len(inputs) > 1:
            self._add_up(operation, inputs, value)
            return
        self._steps.append(self._step(operation, inputs, values))
        if definition.writes or definition.outside:
            self._forget_variables(operation)

    def _step(self, operation: Operation, inputs: Sequence[Value], values: Sequence[Value]) -> Step:
        definition, attributes = operation.definition, operation.attributes
        kernel = definition.kernel
        into, writable = definition.into, int(definition.elementwise)
        if into is None and isinstance(kernel, np.ufunc):
            into, writable = kernel, len(inputs)
        open_shape = any(value.shape is None for value in values)
        if open_shape or any(value.dtype.kind == "O" for value in values):
            into = None
        elif definition.into_for is not None:
            into = definition.into_for(*(value.shape for value in inputs), **attributes)
        elif into is not None and attributes:
            into = partial(into, **attributes)
        fixed = definition.stateful or open_shape or operation in self._asked_for
        if not fixed and not definition.never_fails:
            fixed = into is not kernel or (kernel is np.power and inputs[0].dtype.kind in "iu")
        if definition.stateful:
            kernel = partial(kernel, self._session, operation, **attributes)
        elif attributes:
            kernel = partial(kernel, **attributes)
        return Step(operation, kernel, inputs, values, fixed, into, writable, definition.view)

    # Variables

    def _reading(self, variable: Value, reader: Operation) -> Value:
        """Return the value that a variable has at this point."""
        cell: Cell = variable.array
        value = self._present.get(cell)
        if value is None:
            if not self._all_written and cell not in self._written:
                if cell.value is None:
                    raise Unready
                value = Value(cell.value.dtype, cell.value.shape)
                self.read.append((cell, value))
            else:
                value = Value(variable.dtype, None, made=len(self._steps))
                self._steps.append(Step(reader, partial(cell.read, reader), (), [value], fixed=True))
            self._present[cell] = value
        return value

    def _forget_variables(self, operation: Operation) -> None:
        """Let variables that an operation may have changed be read anew."""
        if operation.definition.outside:
            self._all_written = True
            self._present.clear()
        for tensor in operation.inputs:
            if tensor.op.type == VARIABLE:
                cell = self._session.cell(tensor.op)
                self._written.add(cell)
                self._present.pop(cell, None)

    # What is known before

    def _constant(self, array: Array) -> Value:
        if array.nbytes > 16:
            return Value(array.dtype, array.shape, array)
        key = array.dtype, array.shape, array.tobytes()
        return self._once.setdefault(key, Value(array.dtype, array.shape, array))

    def _inferred(self, operation: Operation, inputs: Sequence[Value]) -> list[Shape | None]:
        """Return the shapes of the results, as far as they are known before a run."""
        definition = operation.definition
        found: list[shapes.StaticShape] = [None] * len(operation.outputs)
        for value in inputs:
            # Where one is open, `infer` may take for granted that it fits the others.
            if value.shape is None and type(value.array) is not Cell:
                return [None] * len(found)
        try:
            if isinstance(definition.kernel, np.ufunc):
                shape: shapes.StaticShape = inputs[0].shape
                for value in inputs[1:]:
                    if value.shape != shape:
                        shape = shapes.broadcast_shapes(shape, value.shape)
                found = [shape]
            else:
                stand_ins = [_stand_in(tensor, value) for tensor, value in zip(operation.inputs, inputs, strict=True)]
                specs = definition.infer(*stand_ins, **operation.attributes)
                found = [spec[1] for spec in specs] if isinstance(specs, list) else [specs[1]]
        except FAILURES:
            return [None] * len(found)
        return [None if shape is None or None in shape else shape for shape in found]  # type: ignore[misc]  # none of its dimensions is None

    def _known(self, operation: Operation, inputs: Sequence[Value], found: Sequence[Shape | None]) -> Value | None:
        """Return the only result if it can be computed now."""
        definition = operation.definition
        if definition.stateful or len(found) != 1 or found[0] is None:
            return None
        if definition.of_shape and inputs[0].shape is not None:
            arrays = [np.broadcast_to(np.empty((), inputs[0].dtype), inputs[0].shape)]
        else:
            arrays = []
            for value in inputs:
                if value.array is None or type(value.array) is Cell:
                    return None
                arrays.append(value.array)
            if not definition.view and math.prod(found[0]) * operation.outputs[0].dtype.size > _FOLDED:
                return None
        try:
            result = definition.kernel(*arrays, **operation.attributes)
        except FAILURES:
            return None
        array = np.asarray(result if definition.view else in_order(result))
        known = Value(array.dtype, array.shape, array)
        if definition.type in _REPEATED and inputs[_REPEATED[definition.type]].shape == ():
            known.single = inputs[_REPEATED[definition.type]]
        return known

    # Sums

    def _add_up(self, operation: Operation, inputs: Sequence[Value], result: Value) -> None:
        """Add a sum of many values as steps that take one more each, as soon as it is there."""
        adds, fixed = operation.definition.adds, operation in self._asked_for
        place = next((value.made for value in inputs if value.made >= 0), len(self._steps))
        total = inputs[0]
        for number, value in enumerate(inputs[1:], start=2):
            place = max(place, total.made, value.made)
            more = result if number == len(inputs) else Value(result.dtype, result.shape, owned=True)
            more.made = place
            assert adds is not None  # this is why it was called
            step = Step(operation, adds, (total, value), [more], fixed, adds, writable=2)
            if place == len(self._steps):
                self._steps.append(step)
            else:
                self._behind.setdefault(place, []).append(step)
            total = more


def _roots(inputs: Sequence[Value]) -> tuple[Value, ...]:
    """Return the values of whose memory a view of `inputs` may be a part."""
    return tuple(dict.fromkeys(root for value in inputs if value.array is None for root in value.roots or (value,)))


def _stand_in(tensor: Tensor, value: Value) -> Tensor:
    """Return a tensor of which all is known that is known of its value, for `infer`."""
    if type(value.array) is Cell:
        return tensor
    operation: Any = _UNKNOWN if value.array is None else _KnownOperation(value.array)
    return Tensor(operation, 0, tensor.dtype, value.shape)
