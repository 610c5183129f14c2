"""Runs a program file as ``python PROGRAM.py`` does, with gradnb in TensorFlow's place."""

from __future__ import annotations

import ast
import errno
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gradnb.aliases import tensorflow_means_gradnb
from gradnb.engine.gradients import Call, recording
from gradnb.engine.session import Run, recording_runs
from gradnb.engine.tensor import Tensor
from gradnb.engine.variables import Variable
from gradnb.jupyter.names import Bindings


@dataclass(frozen=True)
class Ran:
    """What came of a program.

    Attributes
    ----------
    calls : tuple of Call
        Its calls of ``tf.gradients``.
    runs : tuple of Run
        Its runs of sessions.
    names : Mapping
        What it calls its tensors and variables.
    error : Exception or None
        With what it ended.
    """

    calls: tuple[Call, ...]
    runs: tuple[Run, ...]
    names: Mapping[str, Any]
    error: Exception | None

    @property
    def initial_values(self) -> dict[str, list[Any]]:
        """The values that its initializers gave to each variable, one after the other."""
        found: dict[str, list[Any]] = {}
        for run in self.runs:
            for assign in run.plan.operations:
                variable = assign.inputs[0].op if assign.type == "Assign" else None
                if variable is None or variable.graph.initializers.get(variable) is not assign:
                    continue
                if assign.inputs[1] not in run.feeds and variable in run.variables_after:
                    found.setdefault(variable.name, []).append(run.variables_after[variable])
        return found


def run_program(program: Path) -> Ran:
    """Run a program.

    Parameters
    ----------
    program : Path
        Its file.

    Returns
    -------
    Ran
        What came of it.

    Raises
    ------
    OSError
        If the file cannot be read, or no file can have this name.
    SystemExit
        If the program ends itself with an exit code.
    """
    try:
        source = program.read_bytes()
    except ValueError as problem:
        raise OSError(errno.EINVAL, str(problem), ascii(str(program))) from problem
    tree: ast.Module | None = None
    error: Exception | None = None
    with recording() as calls, recording_runs() as runs, tensorflow_means_gradnb(), _as_main_module(program) as module:
        try:
            tree = cast(ast.Module, compile(source, str(program), "exec", ast.PyCF_ONLY_AST, dont_inherit=True))
            exec(compile(tree, str(program), "exec", dont_inherit=True), vars(module))
        except SystemExit as stop:
            if stop.code:
                raise
        except Exception as problem:
            error = problem
    bindings = Bindings()
    names: Mapping[str, Any] = {}
    if tree is not None:
        bindings.note(tree)
        names = bindings.names(vars(module), (Tensor, Variable))
    return Ran(tuple(calls), tuple(runs), names, error)


@contextmanager
def _as_main_module(program: Path) -> Iterator[types.ModuleType]:
    """Give a module to run `program` in, with ``__main__``, ``sys.argv`` and ``sys.path`` as for ``python PROGRAM``."""
    module = types.ModuleType("__main__")
    module.__file__ = str(program)
    before = sys.modules["__main__"], sys.argv, sys.path, sys.stdout, sys.stderr
    sys.modules["__main__"] = module
    sys.argv = [str(program)]
    sys.path = [str(program.resolve().parent), *sys.path]
    try:
        yield module
    finally:
        sys.modules["__main__"], sys.argv, sys.path, sys.stdout, sys.stderr = before
