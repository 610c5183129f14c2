"""What is said when a gradient that is None is fetched: which call gave it, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gradnb.engine.gradients import AnyGradient, Trace, Unanswered, build_gradients, not_recording
from gradnb.engine.graph import Graph
from gradnb.engine.naming import names_of_callers
from gradnb.engine.paths import paths_between, shown_as
from gradnb.engine.reasons import Cause, Reason, Reasons
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.messages import text

_MOST_TOLD = 3
_MOST_NAMES = 6


def why_none(graph: Graph, fetched_with: object) -> str:
    """Return why a gradient that is to be fetched is None.

    Parameters
    ----------
    graph : Graph
        In which it is fetched.
    fetched_with : object
        The list or tuple in which the None stands, if it stands in one.

    Returns
    -------
    str
        A line for each x of the call that gave it; of every late call, when it may have been any. At most three.
    """
    names = names_of_callers()
    lines: list[str] = []
    for call in _suspects(tuple(graph.unanswered), fetched_with):
        lines += _lines(call.trace, names, _MOST_TOLD - len(lines))
    if not lines:
        return f"{text('why.in_general')} {text('why.advice')}"
    return "\n".join([*lines, text("why.advice")])


def _suspects(calls: Sequence[Unanswered], fetched_with: object) -> Sequence[Unanswered]:
    """Return the calls that may have given a None, the latest first."""
    latest_first = calls[::-1]
    same = [call for call in latest_first if call.result is fetched_with]
    if not same and isinstance(fetched_with, (list, tuple)):
        same = [call for call in latest_first if [*map(id, call.result)] == [*map(id, fetched_with)]]
    return same or latest_first


def _lines(trace: Trace, names: Mapping[Tensor, str], most: int) -> Iterator[str]:
    """Yield a sentence for each of the first `most` gradients of a call that are None."""
    without = [number for number, gradient in enumerate(trace.gradients) if gradient is None][:most]
    if not without:
        return
    again, became = _with_steps(trace)
    known = {
        became[tensor.op].outputs[tensor.value_index]: name for tensor, name in names.items() if tensor.op in became
    }
    say = _Words(known)
    ys = [_tensor(y) for y in again.ys]
    reasons = Reasons(again, paths_between(ys, again.xs))
    for number in without:
        x = shown_as(again.xs[number])
        yield text("why.call", call=say.call(ys, again.xs), x=say.name(x), reason=say.reason(reasons.of(x), x, ys))


def _with_steps(trace: Trace) -> tuple[Trace, Mapping[Operation, Operation]]:
    """Return a call made again in a private copy of its graph, with its steps."""
    graph, became = trace.xs[0].graph.copy(on_demand=True)

    def copied(value: AnyGradient) -> AnyGradient:
        if isinstance(value, IndexedSlices):
            shape = None if value.dense_shape is None else graph.own(value.dense_shape)
            return IndexedSlices(graph.own(value.values), graph.own(value.indices), shape)
        return graph.own(value)

    with graph.as_default(), not_recording():
        again = build_gradients(
            [copied(y) for y in trace.ys],
            [graph.own(x) for x in trace.xs],
            [copied(seed) for seed in trace.seeds],
            stop_gradients=[graph.own(operation.outputs[0]) for operation in trace.stops],
        )
    return again, became


def _tensor(y: AnyGradient) -> Tensor:
    return y.values if isinstance(y, IndexedSlices) else y


class _Words:
    """Says names and reasons."""

    def __init__(self, names: Mapping[Tensor, str]) -> None:
        self._names = names

    def name(self, tensor: Tensor) -> str:
        """Return what the program calls a tensor, else its operation's name."""
        tensor = shown_as(tensor)
        return self._names.get(tensor) or (tensor.op.name if len(tensor.op.outputs) == 1 else tensor.name)

    def call(self, ys: Sequence[Tensor], xs: Sequence[Tensor]) -> str:
        """Return a call in TensorFlow's words."""
        named = self._list(ys)
        return f"tf.gradients({named if len(ys) == 1 else f'[{named}]'}, [{self._list(xs)}])"

    def _list(self, tensors: Sequence[Tensor]) -> str:
        names = [self.name(tensor) for tensor in tensors[:_MOST_NAMES]]
        return ", ".join([*names, "…"] if len(tensors) > _MOST_NAMES else names)

    def reason(self, reasons: Sequence[Reason], x: Tensor, ys: Sequence[Tensor]) -> str:
        """Return in words why no gradient arrives at `x`."""
        ends = {"x": self.name(x), "ys": self._list(ys)}
        if reasons[0].cause is Cause.NO_PATH:
            return text("why.no_path", **ends)
        if reasons[0] == Reason(Cause.DTYPE, x):
            return text("why.own_dtype", x=self.name(x), dtype=x.dtype.base_dtype.name)
        cuts = [self._cut(reason) for reason in reasons]
        return text("why.every_path" if len(cuts) == 1 else "why.one_of", cuts=text("why.or").join(cuts), **ends)

    def _cut(self, reason: Reason) -> str:
        name, kind, place = self.name(reason.place), reason.place.op.type, reason.place
        if reason.cause is not Cause.STOPPED and kind.lower() not in name.lower() and kind != "VariableV2":
            name = text("why.with_type", name=name, type=kind)
        return text(f"why.{reason.cause.value}", name=name, dtype=place.dtype.base_dtype.name)
