"""Every public docstring says what comes back, which errors there are, and shows an example that is run."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from traceback import walk_tb
from types import CodeType
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.engine.graph import replace_base_graph
from tests.public_api import function_of, names
from tests.test_doctests import examples
from tests.wrong_uses import STAGES

SECTIONS = ["Parameters", "Attributes", "Yields", "Returns", "Raises", "Notes", "References", "Examples"]


def section(docstring: str, name: str) -> str:
    """Return what stands in a section of a NumPy docstring."""
    found = re.search(rf"^{name}\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def documented() -> Iterator[tuple[str, Any, str]]:
    """Yield each public class, function, method and property once: its name, itself, its docstring."""
    seen: set[Any] = set()
    for name, value in names():
        described = value if inspect.isclass(value) else function_of(value)
        if described is not None and described not in seen and described.__module__.startswith("gradnb"):
            seen.add(described)
            yield name, value, inspect.getdoc(described) or ""


DOCUMENTED = list(documented())


def test_one_sentence_stands_first() -> None:
    firsts = {name: docstring.partition("\n")[0] for name, _, docstring in DOCUMENTED}
    assert {name: first for name, first in firsts.items() if not first.endswith((".", ":"))} == {}


def test_the_sections_stand_in_numpys_order() -> None:
    found = {
        name: re.findall(rf"^({'|'.join(SECTIONS)})\n-+$", docstring, re.MULTILINE) for name, _, docstring in DOCUMENTED
    }
    assert {name: order for name, order in found.items() if order != sorted(order, key=SECTIONS.index)} == {}


def test_there_is_an_example_and_it_is_run() -> None:
    run = {section(inspect.cleandoc(example.docstring or ""), "Examples").strip() for example in examples()}
    shown = {name: section(docstring, "Examples").strip() for name, _, docstring in DOCUMENTED}
    assert [name for name, example in shown.items() if ">>> " not in example] == []
    assert [name for name, example in shown.items() if example not in run] == []


def test_it_says_what_is_returned() -> None:
    faults = []
    for name, value, docstring in DOCUMENTED:
        function = function_of(value)
        if function is None or isinstance(value, property | cached_property):
            continue  # a class makes itself, and a property says it in its sentence
        returned = str(inspect.signature(function).return_annotation)
        described = bool(section(docstring, "Returns"))
        if "Iterator" in returned:
            described = bool(section(docstring, "Yields")) or returned == "Iterator[None]"
        if described != (returned != "None"):
            faults.append(f"{name} returns {returned}")
    assert faults == []


def test_every_parameter_is_described() -> None:
    missing = {}
    for name, value, docstring in DOCUMENTED:
        function = function_of(value)
        if function is not None:
            section_text = section(docstring, "Parameters")
            parameters = [p for p in inspect.signature(function).parameters if p not in ("self", "cls", "_sentinel")]
            missing[name] = [p for p in parameters if not re.search(rf"(?<!\w){p}(?!\w)", section_text)]
    assert {name: lack for name, lack in missing.items() if lack} == {}


def raised_by(function: Any) -> set[str]:
    """Return the types of error that a function's own code raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(error, ast.Name) and error.id[0].isupper():
                found.add(error.id)
    return found


def is_named(error: str | type[BaseException], docstring: str) -> bool:
    """Return whether an error, or one of which it is a kind, stands among those of a docstring."""
    kinds = [error] if isinstance(error, str) else [kind.__name__ for kind in error.__mro__[:-3]]
    heads = re.findall(r"^(\S.*)$", section(docstring, "Raises"), re.MULTILINE)
    named = {kind.strip() for head in heads for kind in head.split(",")}
    return not named.isdisjoint(kinds)


def test_it_says_what_its_own_code_raises() -> None:
    unnamed = {}
    for name, value, docstring in DOCUMENTED:
        function = vars(value).get("__init__") if inspect.isclass(value) else function_of(value)
        if inspect.isfunction(function) and function.__code__.co_filename != "<string>":  # which dataclasses write
            unnamed[name] = {error for error in raised_by(function) if not is_named(error, docstring)}
    assert {name: errors for name, errors in unnamed.items() if errors} == {}


def owners() -> dict[CodeType, tuple[str, str]]:
    """Return the name and the docstring to which a piece of code belongs."""
    found: dict[CodeType, tuple[str, str]] = {}
    for name, value, docstring in DOCUMENTED:
        if inspect.isclass(value):
            for method in ("__init__", "__call__"):
                function = vars(value).get(method)
                if inspect.isfunction(function):
                    function = inspect.unwrap(function)
                    found[function.__code__] = name, docstring
        elif (function := function_of(value)) is not None:
            found[function.__code__] = name, docstring
    return found


def asked(error: BaseException, among: dict[CodeType, tuple[str, str]]) -> tuple[str, str] | None:
    """Return which public name the failing program called."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if len(frames) > 2 and frames[-1].f_code.co_filename == "<string>":
        return None  # a function of the program's own failed
    return next((among[frame.f_code] for frame in frames if frame.f_code in among), None)


def test_the_errors_of_wrong_uses_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "file.txt").write_text("x")
    among = owners()
    met = 0
    unnamed = defaultdict(set)
    for group, (make, rows) in STAGES.items():
        if group in ("panel", "command"):
            continue  # they speak to a person, not to a program
        stage = make(tf)
        for row in rows:
            replace_base_graph(stage["graph"])
            try:
                eval(row[0], {**stage, "tf": tf})
            except BaseException as error:
                owner = asked(error, among)
                if owner is not None:
                    met += 1
                    if not is_named(type(error), owner[1]):
                        unnamed[owner[0]].add(f"{type(error).__name__}: {row[0]}")
    for widget in list(open_widgets.values()):
        widget.close()
    assert met > 400
    assert not unnamed, "\n".join(f"{name} does not name {sorted(errors)}" for name, errors in unnamed.items())


def test_what_is_missing_would_be_found() -> None:
    docstring = "Return one.\n\nReturns\n-------\nint\n    One.\n\nRaises\n------\nOSError, KeyError\n    Never.\n"
    assert section(docstring, "Returns") == "int\n    One.\n\n"
    assert section(docstring, "Examples") == ""
    assert is_named(FileNotFoundError, docstring)
    assert is_named("KeyError", docstring)
    assert not is_named(ValueError, docstring)
    assert not is_named(Exception, docstring)
