"""What a screen reader says of each thing in a picture."""

from __future__ import annotations

from gradnb.messages import text as message
from gradnb.view.model import BackwardEdge, Gradient, Node, Seed, State, Value, View


class Speaker:
    """Names the nodes, seeds and backward edges of one view.

    Parameters
    ----------
    view : View
        Already made harmless.
    """

    def __init__(self, view: View) -> None:
        self._language = view.language
        self._nodes = {node.id: node for node in view.nodes}

    def name(self, thing: Node | Seed | BackwardEdge) -> str:
        """Return what a thing is and what stands in it: ``w1, variable (2,), value [1. 1.], gradient [1. 2.]``."""
        match thing:
            case Node():
                return self._node(thing)
            case Seed():
                known = self._nodes[thing.target].name
                value = self._value(thing.value)
                return self._say("seed" if thing.given else "default_seed", name=thing.name, target=known, value=value)
            case _:
                return self._edge(thing)

    def open_scope(self, scope: str) -> str:
        """Return what the sign at the box of an open name scope is."""
        return self._say("open_scope", name=scope)

    def _node(self, node: Node) -> str:
        if node.opens:
            return self._say("closed_scope", name=node.opens, label=node.label)
        about = " ".join(part for part in (node.label, node.shape) if part)
        parts = [node.name, about]
        if node.value is not None:
            parts.append(self._say("value", value=self._value(node.value)))
        if node.gradient is not None:
            parts.append(self._gradient(node.gradient))
        return message("view.comma", self._language).join(filter(None, parts))

    def _gradient(self, gradient: Gradient) -> str:
        if gradient.state.is_secret:
            return self._say("secret", state=gradient.reason or self._state(gradient.state))
        value = "None" if gradient.state in (State.NONE, State.STOPPED) else self._value(gradient.value)
        if gradient.terms:
            terms = " + ".join(f"{term.value.summand} ({term.source})" for term in gradient.terms)
            value = self._say("sum", value=value, terms=terms)
        # In the last two, the state itself stands in the number's place.
        told = gradient.state in (State.COMPUTED, State.NOT_COMPUTED, State.NONE)
        words = gradient.reason or ("" if told else self._state(gradient.state))
        state = message("view.comma", self._language).join(filter(None, (words, gradient.lifted)))
        key = "gradient_with_state" if state else "gradient"
        return self._say(key, value=value, state=state)

    def _edge(self, edge: BackwardEdge) -> str:
        ends = {"source": self._nodes[edge.source].name, "target": self._nodes[edge.target].name}
        return self._say(edge.flow.value, value=self._value(edge.contribution), reason=edge.reason, **ends)

    def _value(self, value: Value | None) -> str:
        return self._state(State.NOT_COMPUTED) if value is None else value.text

    def _state(self, state: State) -> str:
        return message(f"state.{state.value}", self._language)

    def _say(self, key: str, **values: object) -> str:
        return message(f"spoken.{key}", self._language, **values)
