"""TensorFlow's side: one job in on stdin, its answer out on stdout, both pickled from plain values and arrays.

A job ``{"program": path, "initial": {variable: [values]}, "calls": [inputs]}`` runs a program with the given initial
values, each one time after the other, and then computes the gradients of each of its calls for the given inputs,
``{"variables": {name: value}, "feeds": {tensor name: value}}``. The answer is ``{"version", "printed", "error",
"calls"}``, with a list of gradients for each call: an array, None, or a text that says what went wrong.

A job ``{"graphs": descriptions}`` rebuilds graphs, as `gradnb.against.rebuild` describes them; its answer is
``{"version", "answers"}``.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

from gradnb.against.rebuild import answer_for


def main() -> None:
    """Do the job that stands on stdin."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what TensorFlow's C++ code prints must not run into the answer
    job = pickle.load(sys.stdin.buffer)
    tf = _tensorflow()
    if "program" in job:
        answer = _answer_for_program(tf, job)
    else:
        answer = {"answers": [answer_for(tf, description) for description in job["graphs"]]}
    answers.write(pickle.dumps({"version": tf.version.VERSION, **answer}))
    answers.close()


def _tensorflow() -> Any:
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


def _answer_for_program(tf: Any, job: Mapping[str, Any]) -> dict[str, Any]:
    printed = io.StringIO()
    error = ""
    path = Path(job["program"])
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    sys.argv = [str(path)]
    sys.path.insert(0, str(path.resolve().parent))
    with _calls(tf) as calls, _names_mean(tf), _same_start(tf, job["initial"]), redirect_stdout(printed):
        sys.modules["__main__"] = module
        try:
            exec(compile(path.read_bytes(), str(path), "exec"), vars(module))
        except SystemExit:
            pass
        except Exception as problem:
            error = _said(problem)
    found = [_computed(tf, results, inputs) for results, inputs in zip(calls, job["calls"], strict=False)]
    return {"printed": printed.getvalue(), "error": error, "calls": found, "number": len(calls)}


def _said(problem: Exception) -> str:
    """Return an error's type and first line."""
    return f"{type(problem).__name__}: {(str(problem).splitlines() or [''])[0]}"


@contextmanager
def _names_mean(tf: Any) -> Iterator[None]:
    """Make every name by which a program may import TensorFlow mean its graph mode."""
    compat = types.ModuleType("compat")
    compat.v1 = tf  # type: ignore[attr-defined]  # a module made by hand
    names = {"tensorflow": tf, "tensorflow.compat": compat, "tensorflow.compat.v1": tf}
    names |= {"gradnb": tf, "gradnb.compat": compat, "gradnb.compat.v1": tf}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    try:
        yield
    finally:
        sys.modules.update({name: module for name, module in before.items() if module is not None})


@contextmanager
def _calls(tf: Any) -> Iterator[list[list[Any]]]:
    """Record what the outermost calls of ``tf.gradients`` return, an optimizer's among them."""
    inner: Any = importlib.import_module("tensorflow.python.ops.gradients")  # where optimizers look it up
    gradients, hessians = tf.gradients, tf.hessians
    calls: list[list[Any]] = []
    depth = 0

    def outermost(function: Callable[..., Any], keep: bool) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal depth
            depth += 1
            try:
                result = function(*arguments, **options)
            finally:
                depth -= 1
            if keep and not depth:
                calls.append(result)
            return result

        return call

    tf.gradients = inner.gradients = outermost(gradients, keep=True)
    tf.hessians = outermost(hessians, keep=False)
    try:
        yield calls
    finally:
        tf.gradients = inner.gradients = gradients
        tf.hessians = hessians


@contextmanager
def _same_start(tf: Any, initial: Mapping[str, list[Any]]) -> Iterator[None]:
    """Let each initialization of a variable give it the next of its `initial` values."""
    kind = tf.Session.__mro__[1]  # tf.InteractiveSession shares its run
    run = kind.run
    left = {name: list(values) for name, values in initial.items()}
    known: dict[Any, list[Any]] = {}

    def run_from_same_start(
        session: Any, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        elements = tuple(_elements(session.graph, fetches))
        if elements not in known:
            known[elements] = _initializers(elements)
        fed = dict(feed_dict or {})
        for assign in known[elements]:
            values = left.get(assign.name.removesuffix("/Assign"), [])
            if values and not any(key is assign.inputs[1] for key in fed):
                fed[assign.inputs[1]] = values.pop(0) if len(values) > 1 else values[0]
        return run(session, fetches, fed or None, options, run_metadata)

    kind.run = run_from_same_start
    try:
        yield
    finally:
        kind.run = run


def _elements(graph: Any, fetches: Any) -> Iterator[Any]:
    if isinstance(fetches, Mapping):
        fetches = list(fetches.values())
    if isinstance(fetches, (list, tuple)):
        for fetch in fetches:
            yield from _elements(graph, fetch)
    elif fetches is not None:
        try:
            element = graph.as_graph_element(fetches)
        except (TypeError, ValueError, KeyError):
            return  # the run itself says what is wrong
        yield getattr(element, "op", element)


def _initializers(operations: tuple[Any, ...]) -> list[Any]:
    """Return the first assignments to variables on which operations depend."""
    waiting, found = list(operations), set()
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting += [tensor.op for tensor in operation.inputs]
            waiting += operation.control_inputs
    return [op for op in found if op.type == "Assign" and op.name == f"{op.inputs[0].op.name}/Assign"]


def _computed(tf: Any, results: list[Any], inputs: Mapping[str, Any]) -> list[Any]:
    """Return the values of gradients for given values of variables and placeholders."""
    present = [result for result in results if result is not None]
    if not present:
        return [None] * len(results)
    graph = (present[0].values if hasattr(present[0], "indices") else present[0]).graph
    feeds = {name: value for name, value in inputs["feeds"].items() if _has(graph, name)}
    with tf.Session(graph=graph) as session:
        for name, value in inputs["variables"].items():
            if _has(graph, f"{name}/Assign"):
                assign = graph.get_operation_by_name(f"{name}/Assign")
                session.run(assign, {assign.inputs[1]: value})
        return [None if result is None else _value(session, result, feeds) for result in results]


def _has(graph: Any, name: str) -> bool:
    try:
        graph.as_graph_element(name)
    except (KeyError, ValueError):
        return False
    return True


def _value(session: Any, result: Any, feeds: Mapping[str, Any]) -> Any:
    try:
        value = session.run(result, feeds)
    except Exception as problem:
        return _said(problem)
    if not hasattr(value, "indices"):
        return np.asarray(value)
    if value.dense_shape is None:
        return "IndexedSlices"
    whole = np.zeros(value.dense_shape, value.values.dtype)
    np.add.at(whole, value.indices, value.values)
    return whole


if __name__ == "__main__":
    main()
