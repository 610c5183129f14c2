"""What gradnb promises to those who use it: every public name, written as one line each.

``python -m tests.public_api`` writes the lines to ``public_api.txt``, with which a test compares.
"""

from __future__ import annotations

import argparse
import enum
import inspect
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import gradnb
from gradnb import cli, exercises, lessons, new_lesson, pictures, site, training
from gradnb.jupyter import request
from gradnb.view import quiz

SNAPSHOT = Path(__file__).with_name("public_api.txt")

NAMESPACES = (
    "errors",
    "initializers",
    "layers",
    "linalg",
    "logging",
    "losses",
    "math",
    "nn",
    "random",
    "raw_ops",
    "test",
    "train",
)

#: What lessons, teachers and programs take from elsewhere, by the name of the module.
ELSEWHERE: dict[ModuleType, tuple[str, ...]] = {
    exercises: ("Exercise", "Feedback", "NotAnAnswer", "Words", "check", "exercises", "numbers"),
    lessons: ("copy_lessons", "course", "lessons"),
    new_lesson: ("new_lesson",),
    pictures: ("Described", "described"),
    quiz: ("Attempt", "Quiz", "Verdict"),
    site: ("build_site",),
    training: ("Boundary", "OptimizerComparison"),
}

#: By what the parts of gradnb reach each other in classes that are public otherwise; it may change at any time.
INTERNAL = {
    "DType": {"numpy"},
    "Graph": {
        *("attempted", "builds_gradient", "check_not_finalized", "copy", "create_operation", "forget_unanswered"),
        *("gradient_of", "is_copied_from", "names_snapshot", "operations_since", "own", "remember_run", "runs"),
        *("unanswered", "undone", "when_undone"),
    },
    "IndexedSlices": {"as_tensor"},
    "Operation": {"attributes", "definition", "forward", "index"},
    "Optimizer": {"copied"},
    "Session": {"cell", "generator", "make_room", "variables"},
    "Tensor": {"as_tensor", "static_shape"},
    "Variable": {"as_tensor", "copied", "static_shape"},
}

#: Made by gradnb alone: how they are constructed is no promise.
MADE_BY_GRADNB = {
    *("Attempt", "Boundary", "Described", "Explanation", "Operation", "OptimizerComparison", "Quiz", "Tensor"),
    *("TrainView", "VariableScope", "Verdict"),
}


def names() -> Iterator[tuple[str, Any]]:
    """Yield every public name with what it stands for; of a class, its members too."""
    seen: set[int] = set()
    for name, value in _top():
        yield name, value
        if inspect.isclass(value) and id(value) not in seen:
            seen.add(id(value))
            for member, of in members(value):
                yield f"{name}.{member}", of


def _top() -> Iterator[tuple[str, Any]]:
    for name in sorted(gradnb.__all__):
        yield f"gradnb.{name}", getattr(gradnb, name)
    for space in NAMESPACES:
        module = getattr(gradnb, space)
        for name in sorted(module.__all__):
            yield f"gradnb.{space}.{name}", getattr(module, name)
    for module, chosen in ELSEWHERE.items():
        for name in chosen:
            yield f"{module.__name__}.{name}", getattr(module, name)


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield what users may call or read of a class, in alphabetical order."""
    internal = {name for base in kind.__mro__ for name in INTERNAL.get(base.__name__, ())}
    if issubclass(kind, BaseException):
        return
    for name in sorted(dir(kind)):
        home = next((base for base in kind.__mro__ if name in vars(base)), object)
        if not name.startswith("_") and name not in internal and home.__module__.startswith("gradnb"):
            yield name, inspect.getattr_static(kind, name)


def function_of(value: Any) -> Callable[..., Any] | None:
    """Return the function behind a name: itself, a method, or what a property calls."""
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    elif isinstance(value, cached_property):
        value = value.func
    return inspect.unwrap(value) if inspect.isfunction(value) else None


def lines() -> Iterator[str]:
    """Yield what is promised: names with their parameters, the magic's options, the commands and theirs."""
    for name, value in names():
        yield _line(name, value)
    for option in sorted(_options(request.magic_parser("en"))):
        yield f"%%gradgraph {option}"
    for option in sorted(_options(cli._parser())):
        yield f"$ {option}"


def _line(name: str, value: Any) -> str:
    if isinstance(value, property | cached_property):
        return f"{name}: property"
    if inspect.isclass(value):
        return f"class {name}{_parameters(value) if _is_constructed(value) else ''}"
    function = function_of(value)
    if function is not None:
        return f"{name}{_parameters(function)}"
    if isinstance(value, ModuleType):
        return f"{name}: module"
    if isinstance(value, enum.Enum | int | str):
        return f"{name} = {value!r}"
    if inspect.isdatadescriptor(value):
        return f"{name}: attribute"
    return f"{name}: {type(value).__name__}"


def _is_constructed(kind: type) -> bool:
    written = inspect.isfunction(inspect.getattr_static(kind, "__init__"))
    return written and not issubclass(kind, enum.Enum) and kind.__name__ not in MADE_BY_GRADNB


def _parameters(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def _options(parser: argparse.ArgumentParser, prefix: str = "") -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, inner in action.choices.items():
                yield f"gradnb {command}"
                yield from _options(inner, f"gradnb {command} ")
        else:
            name = max(action.option_strings, key=len, default=action.metavar or action.dest)
            choices = f" {{{','.join(map(str, action.choices))}}}" if action.choices else ""
            yield f"{prefix}{name}{choices}"


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(lines()) + "\n", encoding="utf-8")
