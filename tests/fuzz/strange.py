"""Values that nobody should pass, and what an error about them must be like: random, and the same in each run."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import types
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import gradnb as tf

#: A few examples every day, always the same; many others under ``slow``.
FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(
    max_examples=5000,
    deadline=None,
    derandomize=False,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

#: What may be raised for a value that does not fit.
ANSWERS = (TypeError, ValueError, tf.errors.OpError)

Pair = namedtuple("Pair", "first second")


class Awkward:
    """Objects that fail when they are looked at."""

    def __repr__(self) -> str:
        raise RuntimeError("I have no words")


class Unwilling:
    """Objects that fail when they become an array."""

    def __array__(self, *_: object, **__: object) -> Any:
        raise RuntimeError("I am no array")

    def __repr__(self) -> str:
        return "<unwilling>"


class Unequal:
    """Objects that can't be compared, hashed, or be true."""

    __hash__ = None  # type: ignore[assignment]  # that is what is wrong with it

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("I am not compared")

    def __bool__(self) -> bool:
        raise RuntimeError("I am neither")

    def __repr__(self) -> str:
        return "<unequal>"


class Lying:
    """Objects that say that they are a long list."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, key: object) -> Any:
        raise LookupError(f"I have no {key}")

    def __repr__(self) -> str:
        return "<lying>"


class Numbered(float):
    """Numbers with a type of their own."""


def cyclic() -> list[Any]:
    made: list[Any] = [1.0]
    made.append(made)
    return made


def deep(depth: int = 3000) -> list[Any]:
    made: list[Any] = [1.0]
    for _ in range(depth):
        made = [made]
    return made


def generator() -> Iterator[float]:
    yield 1.0
    yield 2.0


def in_an_array(thing: Any) -> Any:
    made = np.empty(2, dtype=object)
    made[0] = made[1] = thing
    return made


#: Each makes its value anew, inside of the present graph.
ODD: list[Callable[[], Any]] = [
    *(lambda: None, lambda: True, lambda: Ellipsis, lambda: NotImplemented, object, Awkward, Unwilling, Unequal, Lying),
    *(cyclic, deep, generator, lambda: Numbered(2.0), lambda: 10**400, lambda: -(2**63) - 1, lambda: 2**31),
    *(
        lambda: 1e400,
        lambda: float("nan"),
        lambda: 1j,
        lambda: decimal.Decimal("0.1"),
        lambda: fractions.Fraction(1, 3),
    ),
    *(
        lambda: "",
        lambda: "1.0",
        lambda: "x",
        lambda: "x:0",
        lambda: "x:7",
        lambda: "x:",
        lambda: ":0",
        lambda: "\ud800",
    ),
    *(lambda: "\0", lambda: "^x", lambda: b"", lambda: b"\xff", lambda: bytearray(b"ab"), lambda: memoryview(b"ab")),
    *(lambda: array.array("d", [1.0, 2.0]), lambda: range(2), lambda: {1.0, 2.0}, lambda: frozenset({1.0}), dict),
    *(lambda: {"a": 1.0}, lambda: {None: None}, list, tuple, lambda: [[]], lambda: [[1.0], [1.0, 2.0]], lambda: [None]),
    *(lambda: Pair(1.0, 2.0), lambda: Pair(None, None), lambda: datetime.datetime(2020, 1, 1), lambda: [1.0, "a"]),
    *(
        lambda: types,
        lambda: len,
        lambda: int,
        lambda: lambda: 1.0,
        lambda: np,
        lambda: np.float32,
        lambda: np.dtype("f4"),
    ),
    *(lambda: np.datetime64("NaT"), lambda: np.timedelta64(3, "s"), lambda: np.array(None), lambda: in_an_array(None)),
    *(lambda: np.zeros(2, "i4, f4"), lambda: np.zeros(0), lambda: np.zeros((0, 2)), lambda: np.zeros((2, 0, 3))),
    *(lambda: np.ma.masked_array([1.0, 2.0], [True, False]), lambda: np.ma.masked, lambda: np.zeros(2, ">f4")),
    *(lambda: np.zeros(2, "S3"), lambda: np.zeros(2, "U3"), lambda: np.zeros(2, "V3"), lambda: np.zeros(2, "c16")),
    *(
        lambda: np.float16(1.0),
        lambda: np.longdouble(1.0),
        lambda: np.array([1.0, 2.0])[::-1],
        lambda: np.zeros((1,) * 32),
    ),
    *(lambda: np.broadcast_to(1.0, (2,)), lambda: np.broadcast_to(1.0, (10**5,)), lambda: in_an_array([1.0])),
    *(lambda: tf.constant(1.0), lambda: tf.constant([1.0, 2.0]), lambda: tf.constant("s"), lambda: tf.constant([True])),
    *(lambda: tf.placeholder(tf.float32), lambda: tf.no_op(), lambda: tf.Variable(1.0), tf.Graph, tf.get_default_graph),
    *(
        lambda: tf.Session(),
        lambda: tf.float32,
        lambda: tf.string,
        lambda: tf.TensorShape([2]),
        lambda: tf.TensorShape(None),
    ),
    *(
        lambda: tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])),
        lambda: in_an_array(tf.constant(1.0)),
        lambda: tf,
    ),
    *(lambda: tf.TensorShape([None])[0], lambda: [tf.constant(1.0), 2.0]),
]

NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.booleans(),
    st.none(),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.sampled_from([0, 1, -1, 2, 3, 1.0, -1.0, 0.0, 0.5, "float32", "SAME", "int64", "NHWC", "nan"]),
)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
DTYPES = st.one_of(
    arrays.scalar_dtypes(), arrays.array_dtypes(max_size=2), st.just(np.dtype(object)), arrays.unicode_string_dtypes()
)
ORDINARY = arrays.arrays(
    st.sampled_from(["f4", "f8", "i4", "i8", "?", "f2", "u1", "c8"]).map(np.dtype), SHAPES, fill=st.just(1)
)
ARRAYS = st.one_of(
    ORDINARY,
    DTYPES.flatmap(
        lambda dtype: (
            arrays.arrays(dtype, SHAPES) if dtype.kind != "O" else st.just(np.array([1.0, None], dtype=object))
        )
    ),
)


def as_made(value: Any) -> Callable[[], Any]:
    return lambda: value


LEAVES = st.one_of(st.sampled_from(ODD), NUMBERS.map(as_made), ARRAYS.map(as_made))


def _list_of(parts: list[Callable[[], Any]], kind: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: kind(part() for part in parts)


#: Functions that make a value: of all that Python and NumPy have, and lists and dicts of it.
THINGS: st.SearchStrategy[Callable[[], Any]] = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        _list_of,
        st.lists(inner, max_size=3),
        st.sampled_from([list, tuple, lambda parts: dict(enumerate(parts)), lambda parts: {"a": list(parts)}]),
    ),
    max_leaves=4,
)


def said(value: object) -> str:
    """Return a value in words that never fail."""
    try:
        return repr(value)[:200]
    except Exception:
        return f"<{type(value).__name__}>"
