"""The table of operations: how each computes, infers, differentiates and prints, found by its type."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gradnb.engine.dtypes import ALL, DType, as_dtype

#: How tightly a printed formula holds together: a smaller part needs parentheses inside a larger one.
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4


class _NotDifferentiable:
    """The gradient of an operation through which none flows: ``None`` for every input."""

    def __repr__(self) -> str:
        return "NOT_DIFFERENTIABLE"


NOT_DIFFERENTIABLE: Final = _NotDifferentiable()


def unchanged(value: Any, **attributes: Any) -> Any:
    """Return the value itself: the kernel of operations that only mark a tensor."""
    return value


class Example:
    """Inputs on which an operation's generic tests run.

    Parameters
    ----------
    *inputs : tuple of int, or array
        A tuple is the shape of an input that the tests fill with numbers and differentiate; an array is used as it is.
    low, high : float
        The range from which the numbers are drawn.
    distinct : bool
        Draw numbers that lie well apart, for operations with kinks where two of them tie.
    transform : callable, optional
        Applied to each drawn array, for operations with a special domain, such as positive definite matrices.
    attributes : Mapping
        The operation's attributes.

    Examples
    --------
    >>> Example((2, 3), (3,)).inputs
    ((2, 3), (3,))
    """

    __slots__ = ("attributes", "distinct", "high", "inputs", "low", "transform")

    def __init__(
        self,
        *inputs: Any,
        low: float = -2.0,
        high: float = 2.0,
        distinct: bool = False,
        transform: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]] | None = None,
        attributes: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.inputs = inputs
        self.low = low
        self.high = high
        self.distinct = distinct
        self.transform = transform
        self.attributes = attributes


@dataclass(frozen=True, slots=True)
class Argument:
    """One input of an operation, as its signature declares it.

    Attributes
    ----------
    name : str
        The argument's name.
    variable : str
        A type variable (``T``): all arguments with it share one dtype. Empty when `choices` says all.
    choices : frozenset of DType
        The dtypes that are allowed.
    variadic : bool
        Whether it stands for any number of inputs.
    """

    name: str
    variable: str
    choices: frozenset[DType]
    variadic: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpDef:
    """One operation: all that gradnb knows of it.

    Attributes
    ----------
    type : str
        TensorFlow's name of the operation: ``Mul``.
    label : str
        The sign or word by which a picture calls it: ``×``.
    signature : str
        Its inputs: ``x: T, y: T`` share a dtype; ``shape: int32|int64`` names dtypes; ``inputs: T*`` takes any number.
    allowed : frozenset of DType
        The dtypes that a type variable may stand for.
    kernel : callable
        ``kernel(*arrays, **attributes)`` gives the output array, or a tuple of them. A `numpy.ufunc`, or `unchanged`,
        says by itself all that a plan needs to know.
    infer : callable
        ``infer(*tensors, **attributes)`` gives ``(dtype, static shape)``, or a list of those for several outputs.
    gradient : callable, None or NOT_DIFFERENTIABLE
        ``gradient(z, g, *inputs, **attributes)`` builds, in graph operations, the gradient for each input from `g`, the
        gradient of the output `z` (tuples when there are several outputs). None: asking for it is a ``LookupError``.
    formula : str
        How it prints, with the arguments' names in braces: ``{x} · {y}``. By default a call: ``type(x, y)``.
    binds : int
        How tightly the formula holds together: ``SUM``, ``PRODUCT``, ``POWER`` or ``ATOM``.
    note : str
        The key of a message about a convention at a kink or another surprise; empty when there is none.
    example : Example or None
        On what the generic tests run it.
    stateful : bool
        Whether the kernel also takes the run's context as its first argument: variables, random numbers, placeholders.
    writes : bool
        Whether it changes a variable.
    outside : bool
        Whether it has an effect outside of the session, so that an explanation must never run it: it calls a function
        of the program.
    into : callable, optional
        ``into(*arrays, out, **attributes)`` writes the result of the kernel, to the bit, into the array `out`, which
        comes last, is in C order, and has the shape and dtype that `infer` gives.
    into_for : callable, optional
        ``into_for(*shapes, **attributes)`` gives such a function, without attributes, for inputs of these shapes.
    elementwise : bool
        Whether each element of the result follows from the elements at its place alone: `out` may be the first input,
        all may be parts of arrays, and an input may be one number for all elements.
    view : bool
        Whether the result may share memory with an input.
    of_shape : bool
        Whether the result follows from the shape of the input alone.
    never_fails : bool
        Whether the kernel takes any values whose shapes and dtypes fit: it need not run for nothing but its success.
    adds : numpy.ufunc, optional
        By what it combines inputs of one shape, one after the other: a plan may add each as soon as it is there.
    """

    type: str
    label: str
    signature: str
    kernel: Callable[..., Any]
    infer: Callable[..., Any]
    gradient: Callable[..., Any] | _NotDifferentiable | None
    allowed: frozenset[DType] = ALL
    formula: str = ""
    binds: int = ATOM
    note: str = ""
    example: Example | None = None
    stateful: bool = False
    writes: bool = False
    outside: bool = False
    into: Callable[..., Any] | None = None
    into_for: Callable[..., Callable[..., Any]] | None = None
    elementwise: bool = False
    view: bool = False
    of_shape: bool = False
    never_fails: bool = False
    adds: np.ufunc | None = None
    arguments: tuple[Argument, ...] = field(init=False)
    variadic: bool = field(init=False)

    def __post_init__(self) -> None:
        arguments = _parsed(self.signature, self.allowed)
        object.__setattr__(self, "arguments", arguments)
        object.__setattr__(self, "variadic", any(argument.variadic for argument in arguments))


@cache  # most operations share their signature with others
def _parsed(signature: str, allowed: frozenset[DType]) -> tuple[Argument, ...]:
    return tuple(_parse(signature, allowed))


def _parse(signature: str, allowed: frozenset[DType]) -> Iterator[Argument]:
    for declaration in filter(None, (part.strip() for part in signature.split(","))):
        name, _, kind = (part.strip() for part in declaration.partition(":"))
        variadic = kind.endswith("*")
        kind = kind.removesuffix("*")
        if len(kind) == 1 and kind.isupper():
            yield Argument(name, kind, allowed, variadic)
        else:
            yield Argument(name, "", frozenset(as_dtype(choice.strip()) for choice in kind.split("|")), variadic)


_ops: dict[str, OpDef] = {}
_places: dict[str, str] = {}


def register(definition: OpDef) -> OpDef:
    """Add an operation to the table.

    Parameters
    ----------
    definition : OpDef
        The operation.

    Returns
    -------
    OpDef
        The same.

    Raises
    ------
    KeyError
        If an operation of this type exists; the message says where it was registered.
    """
    type = definition.type
    if type in _ops:
        raise KeyError(f"Registering two operations of type {type!r}! The first is at {_places[type]}.")
    caller = sys._getframe(1)
    _ops[type] = definition
    _places[type] = f"{caller.f_globals['__name__']}, line {caller.f_lineno}"
    return definition


def lookup(type: str) -> OpDef:
    """Return the operation of a type.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _ops[type]


def all_ops() -> tuple[OpDef, ...]:
    """Return every operation, by type in alphabetical order."""
    return tuple(_ops[type] for type in sorted(_ops))
