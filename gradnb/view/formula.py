"""Operations as formulas, and the rules of their gradients, printed from what the rules build."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gradnb.engine.build import apply
from gradnb.engine.dtypes import DType
from gradnb.engine.gradients import AnyGradient, apply_rule
from gradnb.engine.graph import Graph
from gradnb.engine.registry import ATOM, PRODUCT, SUM, Argument
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.values import is_whole, number_text, value_of

_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_BAR = "\u0304"
#: Operations that change nothing when input and output have the same shape.
_ONLY_SHAPE = ("SumToShape", "Reshape", "BroadcastTo", "Squeeze", "ExpandDims", "Identity")


class Part(NamedTuple):
    """A piece of a formula, and how tightly it holds together: ``SUM``, ``PRODUCT``, ``POWER`` or ``ATOM``."""

    text: str
    binds: int


class Rule(NamedTuple):
    """How an operation computes, and how its gradient does.

    Attributes
    ----------
    forward : str
        ``z = x · y``.
    backward : tuple of str
        ``x̄ += z̄ · y``, one line for each input; empty for an input that gets no gradient.
    """

    forward: str
    backward: tuple[str, ...]


# Operations


def snake_case(type: str) -> str:
    """Return an operation's type as TensorFlow's function would be called.

    Examples
    --------
    >>> snake_case("StopGradient"), snake_case("BatchMatMulV2"), snake_case("ReLU6")
    ('stop_gradient', 'batch_mat_mul', 're_lu6')
    """
    words = re.sub(r"V\d+$", "", type)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()


def operation_part(operation: Operation, operands: Sequence[Part], transparent: bool = True) -> Part:
    """Return an operation as a formula of its operands.

    Parameters
    ----------
    operation : Operation
        The operation.
    operands : sequence of Part
        Its inputs.
    transparent : bool
        Whether an operation that only hands its input on prints as that input; else it prints as a call.

    Returns
    -------
    Part
        The formula.
    """
    definition = operation.definition
    template = definition.formula
    hands_on = len(operands) == 1 and _PLACE.fullmatch(template) is not None
    if not template or (hands_on and not transparent):
        return Part(f"{snake_case(operation.type)}({', '.join(part.text for part in operands)})", ATOM)
    if hands_on:
        return operands[0]
    filled = _Template(operation, operands)
    return Part(_PLACE.sub(filled.replacement, template), definition.binds)


class _Template:
    """Fills the places of one operation's formula."""

    def __init__(self, operation: Operation, operands: Sequence[Part]) -> None:
        self._operation = operation
        self._binds = operation.definition.binds
        self._operands = _by_argument(operation.definition.arguments, operands)
        self._first = True

    def replacement(self, place: re.Match[str]) -> str:
        """Return what stands in a place."""
        name, detail = place.group(1), place.group(2)
        if name not in self._operands:
            value = self._operation.attributes.get(name)
            return (detail if value else "") if detail is not None else str(value)
        separator = detail or ", "
        before, after = place.string[: place.start()], place.string[place.end() :]
        enclosed = before.endswith(("(", ", ", "|", "[")) and after.startswith((")", ",", "|", "]"))
        binds = ATOM if self._is_marked(after) else self._binds
        written = []
        for part in self._operands[name]:
            # On the right of its sign an equally loose part needs parentheses: x − (y − z).
            loose = part.binds < binds or (part.binds == binds < ATOM and (not self._first or binds > PRODUCT))
            written.append(f"({part.text})" if loose and not enclosed else part.text)
            self._first = False
        return separator.join(written)

    def _is_marked(self, after: str) -> bool:
        """Return whether a mark such as ``ᵀ``, which must hold for all of the operand, follows."""
        mark = _PLACE.match(after)
        return mark is not None and bool(self._operation.attributes.get(mark.group(1)))


def _by_argument(arguments: Sequence[Argument], operands: Sequence[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    rest = list(operands)
    for number, argument in enumerate(arguments):
        count = len(rest) - (len(arguments) - number - 1) if argument.variadic else 1
        found[argument.name], rest = rest[:count], rest[count:]
    return found


# What a rule built


def tensor_part(
    tensor: Tensor,
    leaves: Callable[[Tensor], Part | None],
    array_of: Callable[[Tensor], Any] = constant_value,
    precision: int = 4,
) -> Part:
    """Return a tensor as a formula down to its leaves.

    Products with one are left out, and so is what changes nothing at this tensor's shape.

    Parameters
    ----------
    tensor : Tensor
        The tensor.
    leaves : callable
        Gives the part for a tensor at which the formula ends, None for one to look into.
    array_of : callable
        Gives a tensor's array where it is known.
    precision : int
        Significant digits of constants.

    Returns
    -------
    Part
        The formula.
    """
    return unfolded(tensor, leaves, array_of, precision).parts[tensor]


class Unfolded(NamedTuple):
    """A formula with its intermediate results.

    Attributes
    ----------
    parts : Mapping of Tensor to Part
        Each tensor in it as a formula; what changes nothing has the formula of what it is computed from.
    computed : tuple of Tensor
        Those that an operation of the formula computes, in the order of computing.
    """

    parts: Mapping[Tensor, Part]
    computed: tuple[Tensor, ...]


def unfolded(
    tensor: Tensor,
    leaves: Callable[[Tensor], Part | None],
    array_of: Callable[[Tensor], Any] = constant_value,
    precision: int = 4,
) -> Unfolded:
    """Return a tensor as a formula, like `tensor_part`, with its intermediate results."""
    parts: dict[Tensor, Part] = {}
    computed = []
    waiting = [tensor]
    while waiting:
        current = waiting[-1]
        if current in parts:
            waiting.pop()
            continue
        leaf = leaves(current) or _number_part(current, array_of, precision)
        if leaf is not None:
            parts[current] = leaf
            continue
        shown = _shown_inputs(current.op, leaves, array_of)
        unknown = [i for i in shown if i not in parts]
        if unknown:
            waiting += unknown
        elif len(shown) == 1 and (shown != current.op.inputs or _changes_nothing(current.op, array_of)):
            parts[current] = parts[shown[0]]
        else:
            part = operation_part(current.op, [parts[i] for i in current.op.inputs])
            several = len(current.op.outputs) > 1
            parts[current] = Part(f"{part.text}[{current.value_index}]", ATOM) if several else part
            computed.append(current)
    return Unfolded(parts, tuple(computed))


def _number_part(tensor: Tensor, array_of: Callable[[Tensor], Any], precision: int) -> Part | None:
    """Return a constant as a part: one number for all of it where all are the same."""
    operation = tensor.op
    value = operation.attributes["value"] if operation.type == "Const" else None
    if operation.type == "Fill":
        value = array_of(operation.inputs[1])
    if value is None:
        return None if operation.inputs else Part(operation.name, ATOM)
    array = np.asarray(value)
    if array.dtype.kind in "fiu" and array.size and (array == array.flat[0]).all():
        return number_part(array.flat[0], precision)
    return Part(value_of(array, precision).text if is_whole(array.shape) else operation.name, ATOM)


def number_part(number: Any, precision: int = 4) -> Part:
    """Return a number as it stands in a formula; a negative one asks for parentheses."""
    text = number_text(number, precision)
    return Part(text.replace("-", "−", 1), SUM) if text.startswith("-") else Part(text, ATOM)


def _shown_inputs(
    operation: Operation, leaves: Callable[[Tensor], Part | None], array_of: Callable[[Tensor], Any]
) -> tuple[Tensor, ...]:
    """Return the inputs of an operation that are shown: of a product with one, the other factor."""
    if operation.type == "Mul":
        x, y = operation.inputs
        for one, other in ((x, y), (y, x)):
            whole = _shape(operation.outputs[0], array_of)
            if leaves(one) is None and _is_one(one) and whole is not None and whole == _shape(other, array_of):
                return (other,)
    if _changes_nothing(operation, array_of):
        return operation.inputs[:1]
    return operation.inputs


def _is_one(tensor: Tensor) -> bool:
    if tensor.op.type == "Fill":
        return _is_one(tensor.op.inputs[1])
    if tensor.op.type != "Const":
        return False
    value = np.asarray(tensor.op.attributes["value"])
    return value.dtype.kind in "fiuc" and value.size > 0 and bool((value == 1).all())


def _changes_nothing(operation: Operation, array_of: Callable[[Tensor], Any]) -> bool:
    if operation.type not in _ONLY_SHAPE:
        return False
    before = _shape(operation.inputs[0], array_of)
    return before is not None and before == _shape(operation.outputs[0], array_of)


def _shape(tensor: Tensor, array_of: Callable[[Tensor], Any]) -> tuple[int, ...] | None:
    array = array_of(tensor)
    if array is not None:
        return tuple(np.shape(array))
    known = tensor.static_shape
    return None if known is None or None in known else tuple(size for size in known if size is not None)


# The rule of an operation


@dataclass(frozen=True)
class SymbolicRule:
    """An operation's rule, run on symbols in a graph of its own.

    Attributes
    ----------
    graph : Graph
        Where it ran.
    operation : Operation
        What stands for the operation there.
    upstream : tuple of (Tensor or None)
        The gradients of its outputs, as far as one arrives.
    passed : tuple of (Tensor, IndexedSlices or None)
        What the rule built for each input; all None when no gradient passes.
    symbols : tuple of str
        What its inputs are called.
    leaves : Mapping of Tensor to Part
        The symbols of its inputs, outputs, and their gradients.
    """

    graph: Graph
    operation: Operation
    upstream: tuple[Tensor | None, ...]
    passed: tuple[AnyGradient | None, ...]
    symbols: tuple[str, ...]
    leaves: Mapping[Tensor, Part]

    @property
    def printed(self) -> Rule:
        """Its lines."""
        right = operation_part(self.operation, [Part(symbol, ATOM) for symbol in self.symbols])
        outputs = ", ".join(self.leaves[tensor].text for tensor in self.operation.outputs)
        return Rule(f"{outputs} = {right.text}", tuple(_backward(self.symbols, self.passed, self.leaves)))


def symbolic_rule(
    operation: Operation,
    array_of: Callable[[Tensor], Any] = constant_value,
    arrives: Callable[[int], bool] = lambda _: True,
) -> SymbolicRule:
    """Run the rule of an operation on symbols.

    Parameters
    ----------
    operation : Operation
        The operation, which is left as it is.
    array_of : callable
        Gives a tensor's array where it is known; shapes that only a run knows come from it.
    arrives : callable
        Says whether a gradient arrives at the output of a number.

    Raises
    ------
    ValueError, TypeError, LookupError
        If the rule looks at more of its inputs than symbols have.
    """
    scratch = Graph()
    with scratch.as_default():
        symbols = _symbols(operation)
        inputs = [_symbol(tensor, array_of) for tensor in operation.inputs]
        twin = scratch.create_operation(operation.definition, inputs, None, operation.attributes)
        pairs = zip(twin.outputs, operation.outputs, strict=True)
        upstream = [
            _placeholder_like(original, z.dtype.base_dtype, array_of) if arrives(number) else None
            for number, (z, original) in enumerate(pairs)
        ]
        z = ["z"] if len(upstream) == 1 else [f"z{number}" for number in range(1, len(upstream) + 1)]
        leaves = {tensor: Part(symbol, ATOM) for tensor, symbol in zip(inputs, symbols, strict=True)}
        leaves |= {tensor: Part(symbol, ATOM) for tensor, symbol in zip(twin.outputs, z, strict=True)}
        leaves |= {
            tensor: Part(barred(symbol), ATOM) for tensor, symbol in zip(upstream, z, strict=True) if tensor is not None
        }
        passed: Sequence[AnyGradient | None] = (None,) * len(inputs)
        if callable(operation.definition.gradient) and operation not in operation.graph.gradient_overrides:
            passed = apply_rule(twin, upstream)
    return SymbolicRule(scratch, twin, tuple(upstream), tuple(passed), tuple(symbols), leaves)


def rule_of(operation: Operation, array_of: Callable[[Tensor], Any] = constant_value) -> Rule:
    """Return an operation's rule in symbols, printed from what its gradient builds.

    Parameters
    ----------
    operation : Operation
        The operation, which is left as it is: its rule is run in a graph of its own.
    array_of : callable
        Gives a tensor's array where it is known; shapes that only a run knows come from it.

    Returns
    -------
    Rule
        Its lines; all those of the gradient are empty when none passes.
    """
    return symbolic_rule(operation, array_of).printed


def _backward(
    symbols: Sequence[str], passed: Sequence[AnyGradient | None], leaves: Mapping[Tensor, Part]
) -> Iterator[str]:
    for symbol, gradient in zip(symbols, passed, strict=True):
        if gradient is None:
            yield ""
        elif isinstance(gradient, IndexedSlices):
            rows = tensor_part(gradient.indices, leaves.get).text
            yield f"{barred(symbol)}[{rows}] += {tensor_part(gradient.values, leaves.get).text}"
        else:
            yield f"{barred(symbol)} += {tensor_part(gradient, leaves.get).text}"


def barred(symbol: str) -> str:
    """Return the symbol of a gradient: ``x̄`` for ``x``, ``x̄1`` for ``x1``."""
    return f"{symbol[0]}{_BAR}{symbol[1:]}" if len(symbol.rstrip("0123456789")) == 1 else f"∂{symbol}"


def _symbol(tensor: Tensor, array_of: Callable[[Tensor], Any]) -> Tensor:
    """Return a tensor that stands for another in a rule: its value only where the rule may look at it."""
    known = constant_value(tensor)
    if known is not None and not tensor.dtype.is_trainable:
        return apply("Const", value=known)
    return _placeholder_like(tensor, tensor.dtype.base_dtype, array_of)


def _placeholder_like(tensor: Tensor, dtype: DType, array_of: Callable[[Tensor], Any]) -> Tensor:
    known = _shape(tensor, array_of)
    return apply("Placeholder", dtype=dtype, shape=tensor.static_shape if known is None else known)


def _symbols(operation: Operation) -> list[str]:
    """Return one symbol for each input: its argument's name if that is a letter, else the next of x, y, …."""
    names = [argument.name for argument in operation.definition.arguments]
    spare = iter([letter for letter in "xyuvw" if letter not in names])
    found = []
    for argument, operands in _by_argument(
        operation.definition.arguments, [Part("", ATOM)] * len(operation.inputs)
    ).items():
        definition = next(a for a in operation.definition.arguments if a.name == argument)
        gradual = any(choice.is_trainable for choice in definition.choices)
        letter = next(spare, argument) if gradual and len(argument) > 1 else argument
        found += [letter] if not definition.variadic else [f"{letter}{i}" for i in range(1, len(operands) + 1)]
    return found
