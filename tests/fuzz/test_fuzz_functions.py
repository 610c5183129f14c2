"""Every public function with arguments that may or may not fit: operations, or an error that says which call it was."""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradnb as tf
from tests.fuzz.strange import FEW, MANY, ODD, said

MODULES = ("nn", "math", "linalg", "losses", "layers", "random", "initializers", "raw_ops", "train", "test")
#: They change what all of the process shares, or are Jupyter's.
LEFT_OUT = {
    *("load_ipython_extension", "unload_ipython_extension", "set_language", "main"),
    *("disable_v2_behavior", "enable_v2_behavior", "disable_eager_execution", "reset_default_graph"),
    *("NoGradient", "NotDifferentiable"),
}


def public() -> dict[str, Any]:
    """Return each public function and class once, by the name under which a program calls it."""
    found: dict[Any, str] = {}
    for module in ("", *MODULES):
        place: Any = getattr(tf, module) if module else tf
        for name in place.__all__:
            value = getattr(place, name)
            kept = not name.startswith("_") and name not in LEFT_OUT and callable(value)
            if kept and isinstance(value, FunctionType) and getattr(value, "__module__", "").startswith("gradnb."):
                found.setdefault(value, f"{module}.{name}".lstrip("."))
    return {name: value for value, name in found.items()}


FUNCTIONS = public()

#: TensorFlow's own types for what is no tensor, no operation, or has no gradient.
THEIRS = (
    "has no attribute 'op'",
    "has no attribute 'assign",
    "in the graph",
    "radient defined for op",
    "symbolic tf.Tensor",
    "no outputs",
)


class Stage:
    """What a program may have at hand, and the random choice among it."""

    def __init__(self, seed: int) -> None:
        tf.reset_default_graph()
        self.random = np.random.default_rng(seed)
        self.x, self.w = tf.Variable([1.0, 2.0], name="x"), tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w")
        self.n, self.u = tf.Variable(3, name="n"), tf.placeholder(tf.float32, None, name="u")
        self.p, self.k = tf.placeholder(tf.float32, [None, 3], name="p"), tf.placeholder(tf.int32, [None], name="k")
        self.h = tf.placeholder(tf.int32, [], name="h")
        self.tensors = [
            *(self.x, self.w, self.n, self.u, self.p, self.k, self.h, tf.reduce_sum(self.x), tf.constant("abc")),
            *(tf.constant([True, False]), tf.zeros([0, 2]), tf.constant([0, 1]), tf.ones([1, 4, 4, 1])),
            *(tf.constant([1j, 2.0]), tf.gradients(tf.gather(self.x, [0]), self.x)[0], tf.constant(2.0, tf.float64)),
        ]
        self.session = tf.Session()
        self.session.run(tf.global_variables_initializer())
        self.feeds = {
            self.u: self.random.standard_normal(self.random.integers(0, 4, self.random.integers(3))),
            self.p: np.ones((2, 3)),
            self.k: self.random.integers(-2, 4, self.random.integers(4)),
            self.h: self.one_of([0, 1, -1, 3, 7]),
        }

    def one_of(self, choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def value(self) -> Any:
        """Return what could be an argument, more often one that fits."""
        kind = int(self.random.integers(20))
        if kind < 7:
            return self.one_of(self.tensors)
        if kind < 9:
            return self.one_of([0, 1, 2, -1, 3, 0.0, 1.0, -1.5, 0.5, np.nan, np.inf, True, False, None])
        if kind < 11:
            return [self.one_of([0, 1, 2, -1, 3, 1.0, 0.5]) for _ in range(self.random.integers(4))]
        if kind == 11:
            words = ["float32", "SAME", "VALID", "NHWC", "a", "x", "", "REFLECT", "zero", "none", "ij,jk->ik", "i->"]
            return self.one_of(words)
        if kind == 12:
            return self.one_of([tf.float32, tf.int32, tf.bool, tf.string, tf.float64, tf.int64, tf.complex64])
        if kind == 13:
            array = self.random.standard_normal(self.random.integers(0, 4, self.random.integers(4)))
            with np.errstate(all="ignore"):
                return array.astype(self.one_of(["f4", "f8", "i4", "?", "i8", "c8"]))
        if kind == 14:
            return [self.one_of(self.tensors) for _ in range(self.random.integers(3))]
        if kind == 15:
            return self.one_of([lambda *a: a[0] if a else 1.0, tf.nn.relu, tf.zeros_initializer(), [[0, 0], [1, 1]]])
        if kind == 16:
            return self.one_of([[1, 1, 1, 1], tf.train.GradientDescentOptimizer(0.1), (2, None), (None, 3)])
        return self.one_of(ODD)()

    def arguments(self, function: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
        given: list[Any] = []
        named: dict[str, Any] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                given += [self.value() for _ in range(self.random.integers(3))]
            elif parameter.kind is not parameter.VAR_KEYWORD and (
                parameter.default is parameter.empty or self.random.random() < 0.25
            ):
                named[parameter.name] = self.value()
        positional = [
            named.pop(p.name)
            for p in inspect.signature(function).parameters.values()
            if p.kind is p.POSITIONAL_ONLY or (given and p.kind is p.POSITIONAL_OR_KEYWORD and p.name in named)
        ]
        return [*positional, *given], named


@contextlib.contextmanager
def answered(call: str, *more: type[Exception]) -> Iterator[None]:
    """Let an error pass that says something about the call."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (TypeError, ValueError, tf.errors.OpError, *more) as error:
        assert len(str(error)) > 10, call
    except (AttributeError, LookupError, RuntimeError) as error:
        # TensorFlow's own, or of an object that fails when it is looked at.
        assert any(words in str(error) for words in THEIRS) or str(error).startswith("I "), call


def calls(name: str, seed: int) -> None:
    stage = Stage(seed)
    function = FUNCTIONS[name]
    given, named = stage.arguments(function)
    words = (
        f"{name}({', '.join(map(said, given))}, {', '.join(f'{key}={said(value)}' for key, value in named.items())})"
    )
    graph = tf.get_default_graph()
    before, made = graph.version, None
    with answered(words):
        made = function(*given, **named)
    if made is None:
        assert graph.version == before or inspect.getmodule(function).__name__ == "gradnb.engine.losses", words
    parts = made if isinstance(made, (list, tuple)) else [made]
    found = [part for part in parts if isinstance(part, (tf.Tensor, tf.Operation)) and part.graph is graph]
    if found:
        with answered(words):
            stage.session.run(found, stage.feeds)
        reals = [part for part in found if isinstance(part, tf.Tensor) and part.dtype.is_floating]
        with answered(words, LookupError):
            gradients = [g for g in tf.gradients(reals, [stage.x, stage.w, stage.u, stage.p]) if g is not None]
            stage.session.run(gradients or stage.x, stage.feeds)
    np.testing.assert_array_equal(stage.session.run(stage.w)[0, 0], stage.session.run(stage.w[0, 0]))


NAMES, SEEDS = st.sampled_from(sorted(FUNCTIONS)), st.integers(0, 2**40)


def test_there_are_all_public_functions() -> None:
    assert len(FUNCTIONS) > 250
    assert not any(isinstance(value, ModuleType) for value in FUNCTIONS.values())


@settings(FEW, max_examples=300)
@given(NAMES, SEEDS)
def test_a_call_makes_operations_or_says_what_is_wrong(name: str, seed: int) -> None:
    calls(name, seed)


@pytest.mark.slow
@settings(MANY, max_examples=30_000)
@given(NAMES, SEEDS)
def test_many_calls(name: str, seed: int) -> None:
    calls(name, seed)
