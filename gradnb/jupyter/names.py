"""What a cell's Python names say: which of them it reads, and what its tensors are called."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

Path = tuple[str | int, ...]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda

# How far a value is searched for tensors: a network of layers of variables fits, a data set does not hold us up.
_DEEPEST = 4
_MOST_VALUES = 2000


# Which names does a cell read?


@dataclass(frozen=True, slots=True)
class Reading:
    """Something that a cell reads without having made it.

    Attributes
    ----------
    name : str
        The Python name.
    path : tuple of (str or int)
        The attributes and constant items that are taken of it: ``("ws", 0)`` for ``model.ws[0]``.
    """

    name: str
    path: Path = ()


def names_read(tree: ast.AST, then: Iterable[str] = ()) -> tuple[Reading, ...]:
    """Return what a cell reads before it assigns it, in order.

    The order is that of the text: a name that an earlier branch or loop may have assigned counts as assigned. What a
    function reads is read where the function is first used, and not at all if it never is.

    Parameters
    ----------
    tree : ast.Module
        The cell.
    then : iterable of str, optional
        Expressions that are evaluated when the cell has run.

    Returns
    -------
    tuple of Reading
        Names of Python's own such as ``print`` are among them.

    Examples
    --------
    >>> names_read(ast.parse("y = model.w * x; x = y"))
    (Reading(name='model', path=('w',)), Reading(name='x', path=()))
    """
    cell = _Cell()
    cell.visit(tree)
    for expression in then:
        cell.visit(ast.parse(expression.strip(), mode="eval"))
    return tuple(cell.readings)


@dataclass
class _Cell(ast.NodeVisitor):
    """Walks through a cell's code in the order in which it runs."""

    readings: dict[Reading, None] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    definitions: dict[str, Definition] = field(default_factory=dict)

    def load(self, reading: Reading) -> None:
        if reading.name not in self.assigned:
            self.readings[reading] = None
        definition = self.definitions.pop(reading.name, None)
        if definition is not None:
            self.enter(definition)

    def assign(self, name: str, value: ast.AST | None = None) -> None:
        self.assigned.add(name)
        self.definitions.pop(name, None)
        if isinstance(value, Definition):
            self.definitions[name] = value

    def enter(self, scope: ast.AST) -> None:
        """Read what an inner scope takes from the cell; what it declares ``global`` it gives to the cell."""
        own = set(_names_bound(scope))
        self.assigned |= {name for node in ast.walk(scope) if isinstance(node, ast.Global) for name in node.names}
        for reading in _chains(scope):
            if reading.name not in own:
                self.load(reading)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load(Reading(node.id))
        else:
            self.assign(node.id)

    def visit_Attribute(self, node: ast.Attribute | ast.Subscript) -> None:
        for reading in _chains(node):
            self.load(reading)

    visit_Subscript = visit_Attribute

    def visit_Assign(self, node: ast.Assign) -> None:
        self.give(node.value, node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.give(node.value, [node.target])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.give(node.value, [node.target])

    def give(self, value: ast.expr, targets: Iterable[ast.expr]) -> None:
        """Assign `value` to `targets`; a lambda is read when its name is used."""
        if not isinstance(value, ast.Lambda):
            self.visit(value)
        for target in targets:
            if isinstance(target, ast.Name):
                self.assign(target.id, value)
            else:
                self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.load(Reading(node.target.id))
        self.visit(node.value)
        self.visit(node.target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    visit_AsyncFor = visit_For

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self.assign(node.name, node)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.enter(node)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.enter(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                self.assign(inner.target.id)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def generic_visit(self, node: ast.AST) -> None:
        for name in _names_bound_by(node):
            self.assign(name)
        super().generic_visit(node)


def _names_bound(tree: ast.AST) -> Iterator[str]:
    """Yield every name that something inside `tree` binds, in the order of the text."""
    for node in _in_order(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        yield from _names_bound_by(node)


def _names_bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that `node` itself binds without an `ast.Name`."""
    match node:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            for alias in aliases:
                yield (alias.asname or alias.name).partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
            yield name
        case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name) | ast.arg(arg=name):
            yield name


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _in_order(child)


def _chains(node: ast.AST) -> Iterator[Reading]:
    """Yield every name that is loaded inside `node`, each with the longest path taken of it."""
    path: list[str | int] = []
    link = node
    while isinstance(link, ast.Attribute | ast.Subscript):
        if isinstance(link, ast.Attribute):
            path.insert(0, link.attr)
        elif isinstance(link.slice, ast.Constant) and isinstance(link.slice.value, str | int):
            path.insert(0, link.slice.value)
        else:
            yield from _chains(link.slice)
            path.clear()
        link = link.value
    if isinstance(link, ast.Name):
        if isinstance(link.ctx, ast.Load):
            yield Reading(link.id, tuple(path))
    else:
        for child in ast.iter_child_nodes(link):
            yield from _chains(child)


# What do those names hold?


_HISTORY = (Reading("In"), Reading("Out"))


def values_read(readings: Iterable[Reading], namespace: Mapping[str, object]) -> Iterator[object]:
    """Yield the values that a cell reads, with what they hold: items, attributes, what a function uses.

    Parameters
    ----------
    readings : iterable of Reading
        From `names_read`.
    namespace : mapping
        The user's names.

    Yields
    ------
    object
        Each value once, at most 2000 of them. No property is called, and nothing inside a module is yielded that the
        cell does not name.
    """
    seen: dict[int, object] = {}
    waiting = [
        (_at(reading, namespace), 0) for reading in readings if reading.name in namespace and reading not in _HISTORY
    ]
    while waiting and len(seen) < _MOST_VALUES:
        value, depth = waiting.pop(0)
        if id(value) in seen or isinstance(value, ModuleType):
            continue
        seen[id(value)] = value
        yield value
        if depth < _DEEPEST:
            waiting += [(part, depth + 1) for part in _parts(value, namespace)]


def _at(reading: Reading, namespace: Mapping[str, object]) -> object:
    """Return what `reading` leads to, or the last value on the way if the rest is no stored attribute or item."""
    value = namespace[reading.name]
    for key in reading.path:
        if isinstance(value, list | tuple | dict):
            try:
                value = value[key]  # type: ignore[index]  # a wrong key is an error that is caught
            except (LookupError, TypeError):
                break
        else:
            attributes = getattr(value, "__dict__", {})
            if key not in attributes:
                break
            value = attributes[key]
    return value


def _parts(value: object, namespace: Mapping[str, object]) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif isinstance(value, MethodType):
        yield from (value.__self__, value.__func__)
    elif isinstance(value, FunctionType):
        if value.__globals__ is namespace:
            yield from (namespace[name] for name in _globals_of(value.__code__) if name in namespace)
        yield from inspect.getclosurevars(value).nonlocals.values()
        yield from value.__defaults__ or ()
    elif isinstance(value, type):
        if value.__module__ == "__main__":
            yield from vars(value).values()
    else:
        yield from getattr(value, "__dict__", {}).values()
        if type(value).__module__ == "__main__":
            yield type(value)


def _globals_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_of(constant)


# What are the cell's tensors called?


@dataclass
class Bindings:
    """The order in which the user's names were bound, as far as cells told us."""

    order: dict[str, bool] = field(default_factory=dict)

    def note(self, tree: ast.AST) -> None:
        """Take in the names that a cell binds: they come after all earlier ones."""
        passing = set(_names_bound_in_loops(tree))
        for name in dict.fromkeys(_names_bound_outside_functions(tree)):
            self.order.pop(name, None)
            self.order[name] = name in passing

    def names(self, namespace: Mapping[str, object], kinds: tuple[type, ...]) -> dict[str, Any]:
        """Return the display names of all values of the given kinds that the user's names lead to.

        Parameters
        ----------
        namespace : mapping
            The user's names. Those that begin with an underscore, and IPython's own, are left out.
        kinds : tuple of type
            What to look for: tensors and variables.

        Returns
        -------
        dict
            Display names to values, each value once. A plain name comes before an item (``ws[0]``, ``params['w']``,
            ``model.w``), an item before a name that a loop binds again and again; among equals the first bound.
        """
        unknown = [name for name in namespace if name not in self.order]
        ranked = [name for name in (*unknown, *self.order) if name in namespace and not _is_history(name)]
        lasting = [name for name in ranked if not self.order.get(name)]
        passing = [name for name in ranked if self.order.get(name)]
        found: dict[str, Any] = {}
        named: set[int] = set()

        def take(name: str, value: object) -> None:
            if isinstance(value, kinds) and id(value) not in named:
                named.add(id(value))
                found[name] = value

        for name in lasting:
            take(name, namespace[name])
        for name in lasting:
            for item, value in _items(name, namespace[name], kinds):
                take(item, value)
        for name in passing:
            take(name, namespace[name])
        return found


def _is_history(name: str) -> bool:
    """Return whether `name` is private or one of IPython's: ``_``, ``_12``, ``In``, ``Out``."""
    return name.startswith("_") or Reading(name) in _HISTORY


def _names_bound_outside_functions(tree: ast.AST) -> Iterator[str]:
    if isinstance(tree, ast.Name) and isinstance(tree.ctx, ast.Store):
        yield tree.id
    yield from _names_bound_by(tree)
    if not isinstance(tree, Definition | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for child in ast.iter_child_nodes(tree):
            yield from _names_bound_outside_functions(child)


def _names_bound_in_loops(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            yield from _names_bound_outside_functions(node)


def _items(name: str, value: object, kinds: tuple[type, ...], depth: int = 0) -> Iterator[tuple[str, object]]:
    """Yield the values of the given kinds that `value` holds, with the expression that leads to each."""
    if isinstance(value, (*kinds, ModuleType, type)) or depth == _DEEPEST:
        return
    parts: Iterable[tuple[str, object]] = ()
    if isinstance(value, dict):
        parts = ((f"{name}[{key!r}]", part) for key, part in value.items() if isinstance(key, str | int))
    elif isinstance(value, list | tuple):
        parts = ((f"{name}[{index}]", part) for index, part in enumerate(value[:_MOST_VALUES]))
    elif type(value).__module__ == "__main__":
        parts = ((f"{name}.{key}", part) for key, part in getattr(value, "__dict__", {}).items())
    for item, part in parts:
        if isinstance(part, kinds):
            yield item, part
        else:
            yield from _items(item, part, kinds, depth + 1)
