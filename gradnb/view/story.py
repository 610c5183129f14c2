"""A view in sentences: the whole lesson for a reader who does not see the picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gradnb.messages import text as message
from gradnb.view.model import BackwardEdge, Flow, Gradient, Node, NodeKind, Row, State, Value, View

#: Of a larger picture only the weights, the walls and the results are told.
_TOLD_IN_FULL = 40
_MOST_ROWS = 40


def story_of(view: View, right_sides: Mapping[str, str]) -> Iterator[str]:
    """Yield the sentences that tell a view.

    Parameters
    ----------
    view : View
        Without its story.
    right_sides : Mapping of str to str
        For each node that is computed from others, how: ``w1 + w2``.
    """
    return _Story(view, right_sides).sentences()


class _Story:
    def __init__(self, view: View, right_sides: Mapping[str, str]) -> None:
        self._view = view
        self._right_sides = right_sides
        self._nodes = {node.id: node for node in view.nodes}

    def sentences(self) -> Iterator[str]:
        """Yield forward pass, weights, backward pass and results: with nothing left out that the picture says."""
        in_full = len(self._view.nodes) <= _TOLD_IN_FULL
        if in_full:
            yield from self._forward()
        else:
            yield self._say("in_short", count=len(self._view.nodes))
        yield from self._seeds()
        yield from self._backward(in_full)
        if in_full:
            yield from self._between()
        yield from self._results()

    def _say(self, key: str, **values: object) -> str:
        return message(f"story.{key}", self._view.language, **values)

    def _list(self, words: Iterable[str], key: str = "view.and") -> str:
        *before, last = words
        comma = message("view.comma" if key == "view.and" else "story.between_parts", self._view.language)
        return message(key, self._view.language, first=comma.join(before), last=last) if before else last

    def _text(self, value: Value | None) -> str:
        brief = in_brief(value, self._view.language)
        if value is None or value.summary is None:
            return brief
        return self._say("with_numbers", array=brief, numbers=value.text)

    def _summand(self, value: Value) -> str:
        return value.summand if value.summary is None else self._text(value)

    def _forward(self) -> Iterator[str]:
        given = [node for node in self._view.nodes if node.id not in self._right_sides and _has_a_name(node)]
        if given:
            yield self._say("given", values=self._list(f"{node.name} = {self._text(node.value)}" for node in given))
        if constants := list(dict.fromkeys(filter(self._is_mute, map(_called_by_value, self._view.nodes)))):
            yield self._say("constants", values=self._list(constants))
        computed = [node for node in self._view.nodes if node.id in self._right_sides]
        if computed:
            semicolon = message("view.semicolon", self._view.language)
            yield self._say("forward", values=semicolon.join(map(self._equation, computed)))
        for node in self._view.nodes:
            if node.kind is NodeKind.GROUP:
                yield self._say("group", name=node.name, label=node.label)

    def _is_mute(self, constant: str) -> bool:
        """Return whether a constant that is called by its value stands in no equation, where a 2.0 is a 2."""
        written = {constant, constant.removesuffix(".0"), constant.removesuffix(".0").replace("-", "−")}
        return bool(constant) and not any(form in right for right in self._right_sides.values() for form in written)

    def _equation(self, node: Node) -> str:
        right = self._right_sides[node.id]
        left = node.name if right == node.name else f"{node.name} = {right}"
        return f"{left} = {self._text(node.value)}"

    def _seeds(self) -> Iterator[str]:
        for seed in self._view.seeds:
            name = self._nodes[seed.target].name
            key = "seed" if seed.given else "seed_default"
            yield self._say(key, name=name, seed=seed.name, value=self._text(seed.value))

    def _backward(self, in_full: bool) -> Iterator[str]:
        for node in reversed(self._view.nodes):
            if in_full and node.gradient is not None and node.gradient.terms:
                terms = " + ".join(f"{self._summand(term.value)} ({term.source})" for term in node.gradient.terms)
                yield self._say("sum", name=node.name, terms=terms, value=self._text(node.gradient.value))
            edges = [edge for edge in self._view.backward_edges if edge.source == node.id]
            passing = [edge for edge in edges if edge.flow is Flow.PASSES]
            if in_full and passing:
                yield self._say("passes", name=node.name, parts=self._list(map(self._part, passing), "story.parts"))
            for edge in edges:
                target = self._nodes[edge.target].name
                if edge.flow is Flow.HIDDEN:
                    if in_full:
                        yield self._say("secret", name=node.name, target=target)
                elif edge.contribution is None and edge.flow is Flow.STOPPED:
                    yield self._say("wall_alone", name=node.name, target=target)
                elif edge.contribution is None and edge.flow is Flow.LIFTED:
                    yield self._say("lifted_alone", name=node.name, target=target)
                elif edge.flow is Flow.STOPPED:
                    yield self._say("wall", name=node.name, target=target, value=self._text(edge.contribution))
                elif edge.flow is Flow.LIFTED:
                    yield self._say("lifted", name=node.name, target=target, value=self._text(edge.contribution))
                elif edge.flow is Flow.BLOCKED:
                    yield self._say("blocked", name=node.name, target=target, reason=edge.reason)

    def _part(self, edge: BackwardEdge) -> str:
        # What passes to several tensors of a collapsed scope has a word in place of a number.
        passed = edge.reason if edge.contribution is None and edge.reason else self._text(edge.contribution)
        return self._say("part", value=passed, name=self._nodes[edge.target].name)

    def _between(self) -> Iterator[str]:
        """Yield in which state the gradients between the ys and the xs are, where it says more than their numbers."""
        alike: dict[Gradient, list[str]] = {}
        told = {row.node for row in self._view.rows[:_MOST_ROWS]}
        for node in reversed(self._view.nodes):
            gradient = node.gradient
            if gradient is None or node.id in told:
                continue
            if gradient.state is not State.COMPUTED or gradient.lifted:
                alike.setdefault(replace(gradient, terms=()), []).append(node.name)
        for gradient, names in alike.items():
            yield self._of_a_node(self._list(names), gradient)

    def _of_a_node(self, names: str, gradient: Gradient) -> str:
        state = message(f"state.{gradient.state.value}", self._view.language)
        if gradient.state.is_secret:
            return self._say(f"between_{gradient.state.value}", names=names, reason=gradient.reason)
        if gradient.state is State.NOT_COMPUTED:
            return self._say("between_unknown", names=names, reason=gradient.reason or state)
        value = "None" if gradient.value is None else gradient.value.text
        return self._say("between", names=names, value=value, reason=gradient.lifted or gradient.reason or state)

    def _results(self) -> Iterator[str]:
        rows = self._view.rows
        for row in rows[:_MOST_ROWS]:
            yield self._result(row)
        if len(rows) > _MOST_ROWS:
            yield self._say("more_results", count=len(rows) - _MOST_ROWS)

    def _result(self, row: Row) -> str:
        gradient = row.gradient
        if gradient.state.is_secret:
            return self._say(f"result_{gradient.state.value}", name=row.name, reason=gradient.reason)
        if gradient.state is State.NOT_COMPUTED:
            return self._say("result_unknown", name=row.name, state=row.state)
        value = "None" if gradient.value is None else gradient.value.text
        if gradient.lifted:
            return self._say("result_because", name=row.name, value=value, reason=gradient.lifted)
        if gradient.state is State.COMPUTED:
            return self._say("result", name=row.name, value=value)
        reason = gradient.reason or row.state
        return self._say("result_because", name=row.name, value=value, reason=reason)


def in_brief(value: Value | None, language: str) -> str:
    """Return an array as it stands in the middle of a sentence: a large one by its shape."""
    if value is None:
        return message("story.unknown", language)
    if value.summary is None:
        return value.text
    return message("story.array", language, shape=value.shape)


def _called_by_value(node: Node) -> str:
    """Return the name of a constant that is its value, or nothing."""
    return node.name if node.kind is NodeKind.CONSTANT and not _has_a_name(node) else ""


def _has_a_name(node: Node) -> bool:
    """Return whether a node's name says something else than its value: a constant may be called by its value."""
    if node.kind is NodeKind.GROUP:
        return False
    return node.value is None or node.name != node.value.text
