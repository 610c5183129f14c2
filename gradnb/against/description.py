"""Describes a call for TensorFlow: what lies on its paths as operations, all that stands beside them as values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradnb.engine.dtypes import DType
from gradnb.engine.paths import is_read, paths_between, shown_as
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.messages import text
from gradnb.view.derivation import Derivation
from gradnb.view.numbers import Calculator, Inputs


class Undescribable(ValueError):
    """What TensorFlow cannot be asked, in a sentence."""


def describe(derivation: Derivation, inputs: Inputs, seed: int) -> dict[str, Any]:
    """Return a call's description for `gradnb.against.rebuild`.

    Parameters
    ----------
    derivation : Derivation
        The call.
    inputs : Inputs
        The values of its variables, placeholders and random numbers.
    seed : int
        For random numbers that are not among them.

    Raises
    ------
    Undescribable
        If a value is missing, or an operation of the path has a gradient that the program wrote.
    """
    return _Description(derivation, inputs, seed).whole()


class _Description:
    def __init__(self, derivation: Derivation, inputs: Inputs, seed: int) -> None:
        trace = derivation.trace
        self._derivation = derivation
        self._ys = [y.values if isinstance(y, IndexedSlices) else y for y in trace.ys]
        path = paths_between(self._ys, trace.xs).operations
        # What carries no gradient is a value like any other.
        self._path = [op for op in path if any(output.dtype.is_trainable for output in op.outputs)]
        made = {output for op in self._path for output in op.outputs}
        needed = [*self._ys, *trace.xs, *(tensor for op in self._path for tensor in op.inputs)]
        self._leaves = list(dict.fromkeys(tensor for tensor in map(shown_as, needed) if tensor not in made))
        reads = {op.inputs[0]: op.outputs[0] for op in derivation.graph.get_operations() if is_read(op)}
        self._reads = {leaf: reads[leaf] for leaf in self._leaves if leaf in reads}
        given = [s for s, is_given in zip(trace.seeds, trace.given, strict=True) if is_given]
        wanted = [self._reads.get(leaf, leaf) for leaf in self._leaves]
        wanted += [whole for whole in map(derivation.whole, given) if whole is not None]
        self._numbers = Calculator(derivation, wanted, seed).compute(inputs)
        self._seeded = inputs.seeds
        self._fed = inputs.feeds
        self._nodes: list[tuple[str, list[tuple[int, int]], dict[str, Any]]] = []
        self._at: dict[Tensor, tuple[int, int]] = {}
        self._node_of: dict[Operation, int] = {}

    def whole(self) -> dict[str, Any]:
        for leaf in self._leaves:
            read = self._reads.get(leaf)
            self._at[leaf] = self._add("Const", [], {"value": self._value(leaf if read is None else read)})
            if read is not None:
                self._at[read] = self._add("Identity", [self._at[leaf]], {})
                self._node_of[read.op] = self._at[read][0]
        for operation in self._path:
            if operation in operation.graph.gradient_overrides:
                raise Undescribable(text("against.own_gradient", name=operation.name))
            attributes = {key: _plain(value) for key, value in operation.attributes.items()}
            node, _ = self._add(operation.type, [self._place(tensor) for tensor in operation.inputs], attributes)
            self._node_of[operation] = node
            self._at.update((output, (node, number)) for number, output in enumerate(operation.outputs))
        trace = self._derivation.trace
        weights = [self._weight(number) for number in range(len(trace.ys))]
        return {
            "graph": self._nodes,
            "ys": [self._place(y) for y in self._ys],
            "xs": [self._at[x] if x in self._at else self._place(x) for x in trace.xs],
            "weights": weights if any(weight is not None for weight in weights) else None,
            "stops": [self._node_of[stop] for stop in trace.stops if stop in self._node_of],
            "unconnected": "zero" if any(trace.filled) else "none",
            "feeds": [
                (self._at[output], self._fed[output.name])
                for operation in self._path
                for output in operation.outputs
                if output.name in self._fed
            ],
        }

    def _add(self, type: str, inputs: Iterable[tuple[int, int]], attributes: dict[str, Any]) -> tuple[int, int]:
        self._nodes.append((type, list(inputs), attributes))
        return len(self._nodes) - 1, 0

    def _place(self, tensor: Tensor) -> tuple[int, int]:
        return self._at[tensor] if tensor in self._at else self._at[shown_as(tensor)]

    def _weight(self, number: int) -> Any:
        trace = self._derivation.trace
        if not trace.given[number] and number not in self._seeded:
            return None
        whole = self._derivation.whole(trace.seeds[number])
        return self._seeded[number] if number in self._seeded else None if whole is None else self._value(whole)

    def _value(self, tensor: Tensor) -> Any:
        value = self._numbers.get(tensor)
        if value is None:
            raise Undescribable(text("against.no_value", name=tensor.op.name))
        return value


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, DType) else value
