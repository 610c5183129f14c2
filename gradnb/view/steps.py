"""The algorithm of ``tf.gradients`` as it ran: one step for each operation that was taken from the queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from gradnb.engine.gradients import AnyGradient, Outcome
from gradnb.engine.gradients import Step as TraceStep
from gradnb.engine.paths import is_read, shown_as
from gradnb.engine.reasons import Cause, Reason
from gradnb.engine.registry import ATOM
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.flow import Arrival
from gradnb.view.formula import Part, rule_of, tensor_part
from gradnb.view.hiding import Veil
from gradnb.view.model import Badge, Step, Value, View
from gradnb.view.numbers import Numbers
from gradnb.view.story import in_brief
from gradnb.view.waiting import Waiting

if TYPE_CHECKING:
    from gradnb.view.build import Scene

#: A rule with its numbers put in is shown up to this length.
_LONGEST_FORMULA = 72


class Words(Protocol):
    """What the builder says, and what it keeps to itself."""

    veil: Veil

    def say(self, key: str, **values: object) -> str:
        """Return a message in the view's language."""

    def value(self, tensor: AnyGradient | None) -> Value | None:
        """Return the number of a tensor as it is shown."""

    def reason(self, reasons: list[Reason]) -> str:
        """Return why no gradient arrives, in words."""

    def sources(self, arrivals: list[Arrival]) -> list[str]:
        """Return the ways by which contributions came."""


def steps_of(scene: Scene, numbers: Numbers, view: View, words: Words) -> Iterator[Step]:
    """Yield the steps of a scene: first the seeds, then one for each operation.

    A variable and the operation that reads it count as one.
    """
    return _Steps(scene, numbers, view, words).steps()


class _Steps:
    def __init__(self, scene: Scene, numbers: Numbers, view: View, words: Words) -> None:
        self._scene = scene
        self._numbers = numbers
        self._view = view
        self._say = words.say
        self._words = words
        self._nodes = Waiting(scene, numbers, words.veil, view.language)
        self._reads = {step.operation.inputs[0].op for step in scene.trace.steps if is_read(step.operation)}
        self._edges: dict[Operation, list[str]] = {}
        drawn = {edge.id for edge in view.backward_edges}
        for link in scene.picture.links:
            if link.id in drawn:
                self._edges.setdefault(link.operation, []).append(link.id)

    def steps(self) -> Iterator[Step]:
        """Yield the steps."""
        trace = self._scene.trace
        pending = dict(trace.pending)
        self._nodes.follow(None)
        yield Step(
            number=1,
            node="",
            title=self._say("view.seeds"),
            rule="",
            sentences=tuple(self._seed_sentences()),
            queue=self._queue(trace.ready),
            pending=self._waiting(pending),
            edges=tuple(seed.id for seed in self._view.seeds),
            badges=self._badges(pending, trace.ready),
        )
        number = 1
        for step in trace.steps:
            waiting = dict(step.pending)
            for tensor in step.operation.inputs:
                if tensor.op in pending:
                    pending[tensor.op] = waiting.get(tensor.op, 0)
            if step.operation in self._reads:
                continue
            self._nodes.follow(step.operation)
            number += 1
            yield self._step(number, step, pending)

    def _seed_sentences(self) -> Iterator[str]:
        names = {node.id: node.name for node in self._view.nodes}
        for seed in self._view.seeds:
            key = "story.seed" if seed.given else "story.seed_default"
            yield self._say(key, name=names[seed.target], seed=seed.name, value=self._text(seed.value))

    def _step(self, number: int, step: TraceStep, pending: dict[Operation, int]) -> Step:
        operation = step.operation
        output = shown_as(operation.outputs[0])
        names = self._scene.names
        name = names.of_operation(operation)
        leaf = is_read(operation) or not operation.inputs
        right = "" if leaf else names.right_side(operation)
        return Step(
            number=number,
            node=self._scene.picture.ids.get(output, ""),
            title=name if right in ("", name) else f"{name} = {right}",
            rule="" if leaf or step.outcome is Outcome.BOUNDARY else self._rule(operation),
            sentences=tuple(self._sentences(step, name, leaf)),
            queue=self._queue(step.ready),
            pending=self._waiting(pending),
            edges=tuple(dict.fromkeys(self._edges.get(operation, ()))),
            badges=self._badges(pending, step.ready),
        )

    def _badges(self, pending: dict[Operation, int], ready: Iterable[Operation]) -> tuple[Badge, ...]:
        waiting = {operation: count for operation, count in pending.items() if operation not in self._reads}
        return self._nodes.badges(waiting, (operation for operation in ready if operation not in self._reads))

    def _rule(self, operation: Operation) -> str:
        computed = all(self._numbers.get(tensor) is not None for tensor in operation.outputs)
        try:
            rule = rule_of(operation, self._array_of if computed else constant_value)
        except (ValueError, TypeError, LookupError):
            # A rule may look at more of its inputs than symbols have; then it stays without its line.
            return ""
        path = self._scene.picture.path
        lines = [
            line
            for line, tensor in zip(rule.backward, operation.inputs, strict=True)
            if line and shown_as(tensor) in path
        ]
        return ",  ".join([rule.forward, *lines])

    def _sentences(self, step: TraceStep, name: str, leaf: bool) -> Iterator[str]:
        operation = step.operation
        if self._words.veil.covers_outputs(operation):
            yield from self._secret_sentences(step, name, leaf)
            return
        if step.outcome is Outcome.NOTHING_ARRIVES:
            yield self._say("story.nothing_arrives", name=name)
            return
        for output, upstream in zip(operation.outputs, step.upstream, strict=True):
            if upstream is not None:
                yield self._arrives(output, upstream)
        if step.outcome is Outcome.BOUNDARY or (leaf and step.outcome is Outcome.DIFFERENTIATED):
            yield self._say("story.is_x", name=name)
            return
        if leaf:
            key = "story.wall_inside" if is_read(operation) else "story.is_x"
            yield self._say(key, name=name)
        for position, tensor in enumerate(operation.inputs):
            if not leaf and shown_as(tensor) in self._scene.picture.path:
                yield self._passes(step, position, tensor, name)

    def _secret_sentences(self, step: TraceStep, name: str, leaf: bool) -> Iterator[str]:
        """Yield what may be said of a step while the gradient that arrives is to be predicted, or follows from one."""
        operation = step.operation
        for output in filter(self._words.veil.covers, operation.outputs):
            yield self._say("hiding.arrives", name=self._scene.names(output))
        if leaf or shown_as(operation.outputs[0]) in self._scene.xs:
            yield self._say("story.is_x", name=name)
        for position, tensor in enumerate(operation.inputs):
            if not leaf and shown_as(tensor) in self._scene.picture.path:
                yield self._passes(step, position, tensor, name)

    def _arrives(self, output: Tensor, upstream: AnyGradient) -> str:
        name = self._scene.names(output)
        value = self._text(self._words.value(upstream))
        arrivals = list(self._scene.flow.arrivals(shown_as(output)))
        if len(arrivals) < 2:
            return self._say("story.arrives", name=name, value=value)
        terms = [
            f"{self._summand(self._words.value(arrival.gradient))} ({source})"
            for arrival, source in zip(arrivals, self._words.sources(arrivals), strict=True)
        ]
        return self._say("story.sum", name=name, terms=" + ".join(terms), value=value)

    def _passes(self, step: TraceStep, position: int, tensor: Tensor, name: str) -> str:
        target = self._scene.names(tensor)
        veil = self._words.veil
        if veil.covers_outputs(step.operation) or veil.is_predicted(tensor):
            return self._passes_secretly(step, position, tensor, name)
        passing = step.contributions[position]
        if passing is not None:
            value = self._text(self._words.value(passing))
            if self._scene.flow.is_lifted(step.operation):
                return self._say("story.lifted", name=name, target=target, value=value)
            formula = self._formula(step, passing)
            if formula and formula != value:
                value = f"{formula} = {value}"
            return self._say("story.receives", name=target, value=value)
        reason = self._scene.flow.barrier(step.operation, position)
        wall = self._scene.derivation.walls.get(step.operation)
        if wall is not None and wall[position] is not None:
            value = self._text(self._words.value(wall[position]))
            return self._say("story.wall", name=name, target=target, value=value)
        return self._say("story.blocked", name=name, target=target, reason=self._words.reason([reason]))

    def _passes_secretly(self, step: TraceStep, position: int, tensor: Tensor, name: str) -> str:
        target, veil, flow = self._scene.names(tensor), self._words.veil, self._scene.flow
        if veil.passes(step.operation, position):
            key = "story.lifted_alone" if flow.is_lifted(step.operation) else "story.secret"
            return self._say(key, name=name, target=target)
        barrier = flow.barrier(step.operation, position)
        if barrier.cause is Cause.STOPPED:
            return self._say("story.wall_alone", name=name, target=target)
        if veil.is_predicted(tensor):
            return self._say("story.secret", name=name, target=target)
        return self._say("story.blocked", name=name, target=target, reason=self._words.reason([barrier]))

    def _formula(self, step: TraceStep, passing: AnyGradient) -> str:
        """Return what is passed as a formula of numbers, or nothing when it would be too long to follow."""
        operation = step.operation
        if not isinstance(passing, Tensor):
            return ""
        known = {*operation.inputs, *operation.outputs, *(g for g in step.upstream if isinstance(g, Tensor))}

        def leaf(tensor: Tensor) -> Part | None:
            if tensor not in known:
                return None
            value = self._words.value(tensor)
            return Part("…" if value is None or value.summary is not None else value.text, ATOM)

        text = tensor_part(passing, leaf, self._array_of).text
        return text if len(text) <= _LONGEST_FORMULA and "…" not in text else ""

    def _array_of(self, tensor: Tensor) -> Any:
        return self._scene.array_of(self._numbers, tensor)

    def _text(self, value: Value | None) -> str:
        return in_brief(value, self._view.language)

    def _summand(self, value: Value | None) -> str:
        return self._text(value) if value is None or value.summary is not None else value.summand

    def _queue(self, operations: Iterable[Operation]) -> tuple[str, ...]:
        return tuple(self._scene.names.of_operation(op) for op in operations if op not in self._reads)

    def _waiting(self, pending: dict[Operation, int]) -> tuple[tuple[str, int], ...]:
        return tuple(
            (self._scene.names.of_operation(op), count)
            for op, count in pending.items()
            if count and op not in self._reads
        )
