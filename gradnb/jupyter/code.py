"""The present state of a panel as the code of a cell that shows it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradnb.engine.paths import shown_as
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Tensor
from gradnb.engine.variables import Variable
from gradnb.jupyter.settings import MOST_ELEMENTS, Scaled, largest_of
from gradnb.jupyter.teaching import WEIGHT
from gradnb.messages import text
from gradnb.view.recipe import Recipe

Array = np.ndarray[Any, Any]

#: A placeholder has no value but the one that it is fed, so more of its numbers are written than of a variable's.
_MOST_FED = 1000
_WIDTH = 88


def cell(
    recipe: Recipe,
    bound: Mapping[Tensor, str],
    scaled: Mapping[str, Scaled] | None = None,
    starts: Mapping[str, Array] | None = None,
) -> str:
    """Return the code of a cell that shows what a recipe describes.

    It runs behind the program that built the graph, and shows the same numbers also when variables have changed since.

    Parameters
    ----------
    recipe : Recipe
        The call with its present values.
    bound : Mapping of Tensor to str
        What the notebook calls its tensors. Others are found by their operations' names.
    scaled : Mapping of str to Scaled, optional
        Arrays that are too large to write out, and what is made of them, by display name; weights as ``grad_ys y``.
    starts : Mapping of str to ndarray, optional
        For those, what they were at the start.

    Returns
    -------
    str
        Python code.
    """
    return _Cell(recipe, bound, scaled or {}, starts or {}).text()


class _Cell:
    def __init__(
        self, recipe: Recipe, bound: Mapping[Tensor, str], scaled: Mapping[str, Scaled], starts: Mapping[str, Array]
    ) -> None:
        self._recipe = recipe
        self._bound = bound
        self._scaled = scaled
        self._starts = starts
        self._language = recipe.options.get("language")
        self._needs_numpy = self._needs_graph = False

    def text(self) -> str:
        """Return the whole cell."""
        arguments, changes = list(self._arguments()), list(self._changes())
        head = ["import numpy as np", ""] if self._needs_numpy else []
        lines = [*head, "import gradnb", "", *self._graph_lines(), *_call("explanation = gradnb.explain", arguments)]
        if changes:
            lines += _call("explanation = explanation.recompute", changes)
        return "\n".join([*lines, "gradnb.show(explanation)"])

    def _arguments(self) -> Iterator[_Argument]:
        recipe, question = self._recipe, self._recipe.question
        ys = list(map(self._tensor, question.ys))
        yield _Argument(ys) if len(ys) > 1 else _Argument(ys, around="")
        yield _Argument(map(self._tensor, question.xs))
        weights = [self._weight(number) for number in range(len(recipe.weights))]
        if any(weight != "None" for weight in weights):
            yield _Argument(weights, "grad_ys=")
        if recipe.stops:
            yield _Argument(map(self._tensor, recipe.stops), "stop_gradients=")
        zero = getattr(question.unconnected_gradients, "value", question.unconnected_gradients)
        if zero != "none":
            yield _Argument([repr(zero)], "unconnected_gradients=", around="")
        feeds = [
            f"{self._tensor(tensor)}: {_numbers(array)}"
            for name, (tensor, array) in recipe.inputs.items()
            if self._is_written(name, tensor, array)
        ]
        if feeds:
            yield _Argument(feeds, "feed_dict=", "{}")
        names = [f"{name!r}: {self._tensor(tensor)}" for tensor, name in recipe.names.items()]
        if names:
            yield _Argument(names, "names=", "{}")
        for option, value in recipe.options.items():
            if isinstance(value, tuple):
                yield _Argument(map(repr, value), f"{option}=")
            else:
                yield _Argument([repr(value)], f"{option}=", around="")

    def _changes(self) -> Iterator[_Argument]:
        """Yield what can't be said to ``explain``: what is made of large arrays, and stops that are lifted."""
        inputs = [self._change(name, name, "inputs") for name in self._scaled if name in self._recipe.inputs]
        weights = [
            self._change(name, name.removeprefix(WEIGHT), "weights")
            for name in self._scaled
            if name not in self._recipe.inputs
        ]
        if inputs:
            yield _Argument(inputs, "inputs=", "{}")
        if weights:
            yield _Argument(weights, "weights=", "{}")
        if self._recipe.lifted:
            yield _Argument(map(repr, self._recipe.lifted), "lifted=")

    def _change(self, key: str, name: str, where: str) -> str:
        setting = self._scaled[key]
        array = f"explanation.problem.{where}[{name!r}]"
        change = f"{array} * {setting.scale!r}"
        if setting.noise:
            self._needs_numpy = True
            size, shape = largest_of(self._starts[key]), self._starts[key].shape
            change += f" + {setting.noise!r} * {size!r} * np.random.default_rng(0).standard_normal({shape})"
        return f"{name!r}: {change}"

    def _is_written(self, name: str, tensor: Tensor, array: Array) -> bool:
        if name in self._scaled:
            return False
        return bool(array.size <= (MOST_ELEMENTS if tensor.op.type == "VariableV2" else _MOST_FED))

    def _weight(self, number: int) -> str:
        given = (self._recipe.question.grad_ys or (None,) * len(self._recipe.weights))[number]
        if isinstance(given, IndexedSlices):
            return self._tensor(given)
        name, array = self._recipe.weights[number]
        if f"{WEIGHT}{name}" in self._scaled:
            start = self._starts[f"{WEIGHT}{name}"]
            array = None if given is None and (start == 1).all() else start
        if array is None:
            return "None"
        if array.size > _MOST_FED and isinstance(given, Tensor | Variable):
            return self._tensor(given)
        if array.dtype == np.float32:
            return _numbers(array)
        self._needs_numpy = True
        return f"np.array({_numbers(array)}, {array.dtype.name!r})"

    def _tensor(self, value: Any) -> str:
        """Return an expression for a tensor: a name of the notebook's, else by the name of its operation."""
        if isinstance(value, IndexedSlices):
            parts = [value.values, value.indices, *([] if value.dense_shape is None else [value.dense_shape])]
            return f"gradnb.IndexedSlices({', '.join(map(self._tensor, parts))})"
        tensor = value.as_tensor(as_reference=True) if isinstance(value, Variable) else value
        name = self._bound.get(shown_as(tensor))
        if name is not None:
            return name
        self._needs_graph = True
        return f"graph.get_tensor_by_name({tensor.name!r})"

    def _graph_lines(self) -> Iterator[str]:
        if not self._needs_graph:
            return
        graph = self._recipe.question.graph
        known = next((name for tensor, name in self._bound.items() if tensor.graph is graph), None)
        if known is not None:
            yield f"graph = {known}.graph"
        else:
            yield f"# {text('code.default_graph', self._language)}"
            yield "graph = gradnb.get_default_graph()"


class _Argument:
    """An argument of a call: parts between brackets, with a keyword before it.

    Parameters
    ----------
    parts : iterable of str
        Its parts.
    keyword : str
        What stands before it: ``grad_ys=``.
    around : str
        The two brackets, or nothing around a single part.
    """

    def __init__(self, parts: Iterable[str], keyword: str = "", around: str = "[]") -> None:
        self._parts = list(parts)
        self._keyword = keyword
        self._left, self._right = around[:1], around[1:]

    def __str__(self) -> str:
        return f"{self._keyword}{self._left}{', '.join(self._parts)}{self._right}"

    def lines(self) -> Iterator[str]:
        """Yield its lines inside of a call: one, or where that is too long one for each part."""
        line = f"    {self},"
        if len(line) <= _WIDTH or not self._left:
            yield line
            return
        yield f"    {self._keyword}{self._left}"
        yield from (f"        {part}," for part in self._parts)
        yield f"    {self._right},"


def _numbers(array: Array) -> str:
    """Return an array as nested lists, each number with as few digits as say it exactly in its dtype."""
    if array.dtype.kind != "f":
        return repr(array.tolist())
    if array.ndim:
        return f"[{', '.join(map(_numbers, array))}]"
    number = str(array)
    return number if np.isfinite(array) else f"float({number!r})"


def _call(function: str, arguments: Sequence[_Argument]) -> list[str]:
    """Return a call, with an argument to a line where they don't fit into one."""
    line = f"{function}({', '.join(map(str, arguments))})"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{function}(", *(line for argument in arguments for line in argument.lines()), ")"]
