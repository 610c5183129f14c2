"""The card of a node, a seed or a backward edge: what it is, what arrives there, and how its numbers come about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.gradients import AnyGradient
from gradnb.engine.paths import shown_as
from gradnb.engine.reasons import Reason
from gradnb.engine.registry import ATOM
from gradnb.engine.session import Session
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.errors import OpError
from gradnb.messages import text as message
from gradnb.view.flow import Arrival
from gradnb.view.formula import Part, SymbolicRule, operation_part, symbolic_rule, unfolded
from gradnb.view.hiding import Veil
from gradnb.view.model import BackwardEdge, Card, CardLine, Flow, Gradient, LineKind, Node, Seed, State, Value, View
from gradnb.view.numbers import Numbers
from gradnb.view.picture import Link, Spot

if TYPE_CHECKING:
    from gradnb.view.build import Scene

#: A longer equation has a line for each of its sides; for an array that takes more its shape stands.
_LONGEST_LINE: Final = 44
_LONGEST_OPERAND: Final = 64
#: Of a rule with more intermediate results only the last one is shown with numbers.
_MOST_STEPS: Final = 6
_MOST_ARRIVALS: Final = 6
_MOST_NAMES: Final = 8


class Words(Protocol):
    """What the builder says, and what it keeps to itself."""

    veil: Veil

    def say(self, key: str, **values: object) -> str:
        """Return a message in the view's language."""

    def value(self, tensor: AnyGradient | None) -> Value | None:
        """Return the number of a tensor as it is shown."""

    def shown(self, array: Any) -> Value:
        """Return an array as it is shown."""

    def reason(self, reasons: Sequence[Reason]) -> str:
        """Return why no gradient arrives, in words."""

    def sources(self, arrivals: Sequence[Arrival]) -> list[str]:
        """Return the ways by which contributions came."""


def card_of(scene: Scene, numbers: Numbers, view: View, words: Words, id: str) -> Card:
    """Return the card of what has an id in a view.

    Parameters
    ----------
    scene : Scene
        The call.
    numbers : Numbers
        Its numbers.
    view : View
        With its picture.
    words : Words
        How it is said.
    id : str
        Of a node, a seed or a backward edge.

    Raises
    ------
    KeyError
        If the picture has nothing of this id.
    """
    return _Cards(scene, numbers, view, words).card(id)


class _Cards:
    def __init__(self, scene: Scene, numbers: Numbers, view: View, words: Words) -> None:
        self._scene = scene
        self._numbers = numbers
        self._view = view
        self._words = words
        self._names = scene.names
        self._nodes = {node.id: node for node in view.nodes}

    def card(self, id: str) -> Card:
        """Return the card of what has this id; hints stand at its end, each once."""
        card = self._card(id)
        hints = dict.fromkeys(line for line in card.lines if line.kind is LineKind.HINT)
        return replace(card, lines=(*(line for line in card.lines if line.kind is not LineKind.HINT), *hints))

    def _card(self, id: str) -> Card:
        for seed in self._view.seeds:
            if seed.id == id:
                return self._seed(seed)
        for edge in self._view.backward_edges:
            if edge.id == id:
                return self._edge(edge)
        for spot in self._scene.picture.spots:
            if spot.id == id:
                return self._node(self._nodes[id], spot)
        raise KeyError(message("card.unknown", self._view.language, id=id))

    def _say(self, key: str, **values: object) -> str:
        return self._words.say(f"card.{key}", **values)

    def _fact(self, key: str, text: str) -> CardLine:
        return CardLine(LineKind.FACT, text, self._say(key))

    # Seeds and edges

    def _seed(self, seed: Seed) -> Card:
        target = self._nodes[seed.target].name
        lines = [
            self._fact("weight", self._text(seed.value)),
            CardLine(LineKind.TEXT, self._say("seed_given" if seed.given else "seed_default", name=target)),
            CardLine(LineKind.TEXT, self._say("seed_is", name=target)),
            CardLine(LineKind.HINT, self._say("seed_elsewhere")),
        ]
        return Card(seed.name, self._say("seed", name=target), tuple(lines))

    def _edge(self, edge: BackwardEdge) -> Card:
        source, target = self._nodes[edge.source].name, self._nodes[edge.target].name
        links = [link for link in self._scene.picture.links if link.id == edge.id]
        lines = self._link(links[0]) if len(links) == 1 else self._links(edge, links)
        return Card(f"{source} → {target}", self._say("edge"), tuple(lines))

    def _link(self, link: Link) -> Iterator[CardLine]:
        operation = link.operation
        for output in operation.outputs if link.output is None else (link.output,):
            shown = shown_as(output)
            if self._words.veil.covers(shown):
                yield CardLine(LineKind.TEXT, self._say("secret", name=self._names(shown)))
            elif (total := self._scene.flow.total(shown)) is not None:
                text = self._text(self._words.value(total))
                yield CardLine(LineKind.FACT, text, self._say("upstream", name=self._names(shown)))
        if link.output is None:
            yield from self._passes(operation, [link.position])

    def _links(self, edge: BackwardEdge, links: Sequence[Link]) -> Iterator[CardLine]:
        """Yield what passes on an edge that stands for several, because a name scope is collapsed."""
        yield CardLine(LineKind.TEXT, self._say("several", count=len(links)))
        for link in links[:_MOST_ARRIVALS]:
            step = self._scene.flow.step(link.operation)
            passed = None if step is None or link.output is not None else step.contributions[link.position]
            source, target = self._names.of_operation(link.operation), self._names(link.tensor)
            secret = edge.flow is Flow.HIDDEN
            text = "?" if secret else "–" if passed is None else self._text(self._words.value(passed))
            yield CardLine(LineKind.FACT, text, f"{source} → {target}")

    # Nodes

    def _node(self, node: Node, spot: Spot) -> Card:
        if spot.scope:
            return self._scope(node, spot.tensors)
        right = self._names.right_side(spot.operation) if spot.operation.inputs else ""
        title = node.name if right in ("", node.name) else f"{node.name} = {right}"
        about = " ".join(part for part in (node.label, node.shape) if part)
        lines = [] if spot.tensor is None else list(self._tensor_lines(node))
        return Card(title, about, (*lines, *(self._rule_lines(spot.operation) if spot.on_path else ())))

    def _scope(self, node: Node, tensors: Sequence[Tensor]) -> Card:
        names = [self._names(tensor) for tensor in tensors[:_MOST_NAMES]] + ["…"] * (len(tensors) > _MOST_NAMES)
        inside = self._words.say("view.comma").join(names)
        return Card(node.opens, node.label, (CardLine(LineKind.TEXT, self._say("scope", names=inside)),))

    def _tensor_lines(self, node: Node) -> Iterator[CardLine]:
        """Yield a tensor's value, its gradient, and why it is what it is."""
        yield self._fact("value", self._text(node.value))
        gradient = node.gradient
        if gradient is None:
            yield CardLine(LineKind.TEXT, self._say("not_asked"))
            return
        if not gradient.state.is_secret:
            yield self._fact("gradient", self._gradient_text(gradient))
        yield from (CardLine(LineKind.TEXT, sentence) for sentence in self._why(gradient))

    def _gradient_text(self, gradient: Gradient) -> str:
        if gradient.state in (State.NONE, State.STOPPED):
            return "None"
        if gradient.value is None or not gradient.terms:
            return self._text(gradient.value)
        terms = " + ".join(f"{term.value.summand} ({term.source})" for term in gradient.terms)
        return f"{terms} = {gradient.value.text}"

    def _why(self, gradient: Gradient) -> Iterator[str]:
        match gradient.state:
            case State.COMPUTED:
                pass
            case State.ZERO | State.STOPPED | State.NONE | State.FILLED | State.NOT_FINITE:
                yield self._say(f"why_{gradient.state.value}", reason=gradient.reason)
            case _:
                yield gradient.reason
        if gradient.lifted:
            yield self._say("why_lifted", lifted=gradient.lifted)

    def _rule_lines(self, operation: Operation) -> Iterator[CardLine]:
        """Yield what an operation passes to its inputs; of a tensor that none computes, how what arrives came about."""
        path, flow = self._scene.picture.path, self._scene.flow
        inputs = [position for position, tensor in enumerate(operation.inputs) if shown_as(tensor) in path]
        if inputs:
            arrived = any(flow.arrived(shown_as(output)) for output in operation.outputs)
            if arrived or self._words.veil.covers_outputs(operation):
                yield from self._passes(operation, inputs)
            return
        tensor = operation.outputs[0]
        for arrival in () if self._words.veil.covers(tensor) else flow.arrivals(tensor)[:_MOST_ARRIVALS]:
            if arrival.operation is not None:
                yield from self._passes(arrival.operation, [arrival.position])

    # What an operation passes on

    def _passes(self, operation: Operation, positions: Sequence[int]) -> Iterator[CardLine]:
        """Yield the rule of an operation, and how what it passes to some of its inputs comes about."""
        yield from self._rule(operation, positions)
        rule = self._symbolic(operation)
        for position in positions:
            yield from self._passing(operation, position, rule)
        if operation.definition.note:
            yield CardLine(LineKind.HINT, self._words.say(operation.definition.note))
        step = self._scene.flow.step(operation)
        secret = self._words.veil.covers_outputs(operation) or self._words.veil.lies_ahead(operation)
        if not secret and step is not None and any(step.contributions[position] is not None for position in positions):
            yield CardLine(LineKind.HINT, self._say("chain"))

    def _rule(self, operation: Operation, positions: Sequence[int]) -> Iterator[CardLine]:
        name = self._names.of_operation(operation)
        right = self._names.right_side(operation)
        yield CardLine(LineKind.HEADING, self._say("passes", name=name if right == name else f"{name} = {right}"))
        rule = self._symbolic(operation)
        if rule is None or self._words.veil.lies_ahead(operation):
            return
        printed = rule.printed
        lines = [printed.forward, *(printed.backward[position] for position in positions)]
        yield CardLine(LineKind.FORMULA, ",  ".join(filter(None, lines)), self._say("rule"))
        symbols = zip(
            (*rule.operation.outputs, *rule.operation.inputs), (*operation.outputs, *operation.inputs), strict=True
        )
        meant = {rule.leaves[symbol].text: self._names(tensor) for symbol, tensor in symbols}
        here = [self._say("is", symbol=symbol, name=name) for symbol, name in meant.items() if symbol != name]
        if here:
            yield self._fact("here", self._words.say("view.comma").join(here))

    def _symbolic(self, operation: Operation) -> SymbolicRule | None:
        # Whether anything arrives is part of what is to be predicted.
        secret = self._words.veil.covers_outputs(operation)
        upstream = self._upstream(operation)
        try:
            return symbolic_rule(operation, self._array_of, lambda number: secret or upstream[number] is not None)
        except (ValueError, TypeError, LookupError):
            # A rule may look at more of its inputs than symbols have; then the card stays without it.
            return None

    def _upstream(self, operation: Operation) -> tuple[AnyGradient | None, ...]:
        step = self._scene.flow.step(operation)
        if step is not None and any(gradient is not None for gradient in step.upstream):
            return step.upstream
        return tuple(self._scene.flow.total(shown_as(output)) for output in operation.outputs)

    def _passing(self, operation: Operation, position: int, rule: SymbolicRule | None) -> Iterator[CardLine]:
        """Yield how what an operation passes to one input comes about, or why nothing does."""
        target, flow, veil = operation.inputs[position], self._scene.flow, self._words.veil
        name = self._names(target)
        if veil.covers_outputs(operation) or veil.is_predicted(target):
            yield CardLine(LineKind.TEXT, self._say("secret", name=name))
            return
        step = flow.step(operation)
        passed = None if step is None else step.contributions[position]
        if passed is None:
            yield from self._barrier(operation, position, name, rule)
            return
        if flow.is_lifted(operation):
            yield CardLine(LineKind.TEXT, self._say("lifted", name=self._names.of_operation(operation)))
        if rule is not None and not veil.lies_ahead(operation):
            yield from self._worked(operation, position, rule)
        yield CardLine(LineKind.RESULT, self._text(self._words.value(passed)), self._say("receives", name=name))

    def _barrier(self, operation: Operation, position: int, name: str, rule: SymbolicRule | None) -> Iterator[CardLine]:
        reason = self._scene.flow.barrier(operation, position)
        wall = self._scene.derivation.walls.get(operation)
        if wall is None or wall[position] is None:
            blocked = self._say("blocked", name=name, reason=self._words.reason([reason]))
            yield CardLine(LineKind.TEXT, blocked)
            return
        own = operation.type == "StopGradient"
        yield CardLine(
            LineKind.TEXT, self._say("own_wall" if own else "wall", name=self._names.of_operation(operation))
        )
        if rule is not None:
            yield from self._worked(operation, position, rule)
        yield CardLine(
            LineKind.RESULT, self._text(self._words.value(wall[position])), self._say("would_receive", name=name)
        )

    # With the numbers in

    def _worked(self, operation: Operation, position: int, rule: SymbolicRule) -> Iterator[CardLine]:
        """Yield the steps from what arrives to what is passed on, with their numbers."""
        passed = rule.passed[position]
        if passed is None:
            return
        whole = passed.values if isinstance(passed, IndexedSlices) else passed
        known = self._known(operation, rule)
        found = unfolded(whole, rule.leaves.get)
        shown = found.computed if len(found.computed) <= _MOST_STEPS else found.computed[-1:]
        if known is None:
            return
        if not shown and whole in known:
            yield from self._equation("step", [found.parts[whole].text, self._operand(known[whole]).text])
        wanted = dict.fromkeys(tensor for step in shown for tensor in (step, *step.op.inputs) if tensor not in known)
        try:
            with Session(graph=rule.graph) as session:
                values = session.run([*wanted], known)
        except OpError:  # what check_numerics finds in a gradient is said where the gradient is
            return
        arrays = {**known, **dict(zip(wanted, map(np.asarray, values), strict=True))}
        for step in shown:
            yield from self._step(step, found.parts, arrays, operation.inputs[position])

    def _known(self, operation: Operation, rule: SymbolicRule) -> dict[Tensor, Any] | None:
        """Return the arrays of a rule's symbols; None where one is missing or has another shape."""
        pairs: list[tuple[Tensor, AnyGradient]] = []
        pairs += zip(rule.operation.inputs, operation.inputs, strict=True)
        pairs += zip(rule.operation.outputs, operation.outputs, strict=True)
        pairs += [
            (a, b)
            for a, b in zip(rule.upstream, self._upstream(operation), strict=True)
            if a is not None and b is not None
        ]
        found = {symbol: self._array_of(self._scene.derivation.whole(tensor)) for symbol, tensor in pairs}
        # A weight of a single number stands for all elements of its y: it has another shape than its symbol.
        fits = (
            array is not None and symbol.shape.is_compatible_with(np.shape(array)) for symbol, array in found.items()
        )
        return found if all(fits) else None

    def _step(
        self, step: Tensor, parts: Mapping[Tensor, Part], arrays: Mapping[Tensor, Any], target: Tensor
    ) -> Iterator[CardLine]:
        """Yield one operation of a rule with its numbers, after the transposes that it makes on the way."""
        operation = step.op
        for operand in _transposed(operation):
            array = arrays[operand]
            turned = self._operand(np.swapaxes(array, -1, -2)).text
            symbol, numbers = parts[operand].text, self._operand(array).text
            yield from self._equation("transpose", [f"{symbol}ᵀ", f"{numbers}ᵀ", turned])
        kind = {"Transpose": "transpose", "Sum": "sum", "SumToShape": "sum"}.get(operation.type, "step")
        before, after = np.shape(arrays[operation.inputs[0]]), np.shape(arrays[step])
        if kind == "sum" and before != after and _without_ones(self._shape(target)) == _without_ones(after):
            texts = {"shape": shapes.shape_text(self._shape(target)), "larger": shapes.shape_text(before)}
            yield CardLine(LineKind.TEXT, self._say("broadcast", name=self._names(target), **texts))
        numbers = operation_part(operation, [self._operand(arrays[tensor]) for tensor in operation.inputs]).text
        yield from self._equation(kind, [parts[step].text, numbers, self._operand(arrays[step]).text])

    def _equation(self, key: str, sides: Sequence[str]) -> Iterator[CardLine]:
        """Yield an equation on one line, or when it is long with a line for each side."""
        sides = list(dict.fromkeys(sides))
        whole = " = ".join(sides)
        label = self._say(key)
        if len(whole) <= _LONGEST_LINE:
            yield CardLine(LineKind.FORMULA, whole, label)
            return
        for number, side in enumerate(sides):
            yield CardLine(LineKind.FORMULA, f"= {side}" if number else side, "" if number else label)

    def _shape(self, tensor: Tensor) -> tuple[int, ...]:
        return tuple(np.shape(self._array_of(tensor)))

    def _operand(self, array: Any) -> Part:
        """Return an array as it stands in a formula: its numbers, or when there are too many its shape."""
        value = self._words.shown(array)
        short = value.summary is None and len(value.text) <= _LONGEST_OPERAND
        return Part(value.text if short else shapes.shape_text(value.shape), ATOM)

    def _array_of(self, tensor: Tensor | None) -> Any:
        return None if tensor is None else self._scene.array_of(self._numbers, tensor)

    def _text(self, value: Value | None) -> str:
        return self._words.say("state.not_computed") if value is None else value.text


def _transposed(operation: Operation) -> Iterator[Tensor]:
    """Yield the operands that an operation transposes before it computes."""
    for attribute, operand in zip(("transpose_a", "transpose_b"), operation.inputs, strict=False):
        if operation.attributes.get(attribute):
            yield operand


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)
