"""What became of the gradients since an explanation that was kept, with the cause of each difference in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradnb.explanation import Explanation
from gradnb.jupyter.settings import label
from gradnb.messages import text
from gradnb.render.table import gradient_number
from gradnb.view.model import Gradient, Row, Value, View
from gradnb.view.values import is_whole, number_text, value_of

Array = np.ndarray[Any, Any]

#: Up to so many elements are told one by one, of more the arrays as wholes.
_MOST_ELEMENTS = 3
#: To find out which of several changes made a difference each is tried alone; of more changes all count as the cause.
_MOST_TRIED = 8
_MOST_NAMED = 4
#: So many gradients are told of.
_MOST_TOLD = 12


@dataclass(frozen=True)
class Change:
    """One thing that is set otherwise.

    Attributes
    ----------
    words : str
        What happened, as a part of a sentence: ``y2's weight went 3 → 5``.
    alone : Mapping of str to object
        The arguments of `Explanation.recompute` that change this and nothing else.
    """

    words: str
    alone: Mapping[str, Any]


def differences(before: Explanation, now: Explanation, precision: int, language: str) -> tuple[str, ...]:
    """Return what became of the gradients.

    Parameters
    ----------
    before : Explanation
        The one that was kept.
    now : Explanation
        Of the same call with other values, weights or stops.
    precision : int
        Significant digits.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    tuple of str
        Sentences about each x whose gradient is another: ``w3: 4 → 6, because y2's weight went 3 → 5.`` Nothing is said
        of what is to be predicted.
    """
    rows = list(zip(before.partial_view(["table"]).rows, now.partial_view(["table"]).rows, strict=True))
    arrays = list(zip(before.gradients, now.gradients, strict=True))
    differing = [
        number
        for number, (old, new) in enumerate(rows)
        if not (old.gradient.state.is_secret or new.gradient.state.is_secret or _same(*arrays[number]))
    ]
    if not differing:
        return ()
    changes = tuple(_changes(before, now, precision, language))
    alone = _tried_alone(before, changes)
    told: list[str] = []
    for number in differing[:_MOST_TOLD]:
        for place, name, was, became in _parts(rows[number], *arrays[number], precision):
            causes = [
                change
                for change, gradients in zip(changes, alone, strict=True)
                if gradients is None or _leads(*arrays[number], gradients[number], place)
            ]
            because = _listed([change.words for change in causes or changes], language)
            told.append(text("what_if.difference", language, name=name, was=was, became=became, because=because))
    if len(differing) > _MOST_TOLD:
        told.append(text("what_if.more", language, count=len(differing) - _MOST_TOLD))
    return tuple(told)


def ghosts(before: View, now: View) -> dict[str, str]:
    """Return what the numbers of nodes were, by the nodes' ids, for those that are others now.

    Parameters
    ----------
    before, now : View
        With their pictures.
    """
    old_nodes = {node.id: node for node in before.nodes}
    found = {}
    for node in now.nodes:
        old = old_nodes.get(node.id)
        if old is None:
            continue
        parts = [_value_text(old.value)] if _value_text(old.value) != _value_text(node.value) else []
        was, became = _gradient_text(old.gradient), _gradient_text(node.gradient)
        parts += [f"∂ {was}"] if was != became and was and became else []
        if any(parts):
            found[node.id] = text("what_if.was", now.language, number=" · ".join(filter(None, parts)))
    return found


def _value_text(value: Value | None) -> str:
    return "" if value is None else value.text


def _gradient_text(gradient: Gradient | None) -> str:
    return "" if gradient is None or gradient.state.is_secret else gradient_number(gradient)


def _same(old: Array | None, new: Array | None) -> bool:
    if old is None or new is None:
        return old is new
    return np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")


def _parts(
    rows: tuple[Row, Row], old: Array | None, new: Array | None, precision: int
) -> Iterator[tuple[tuple[int, ...] | None, str, str, str]]:
    """Yield a place, a name, what was there and what is there: for a few elements each, else for the whole."""
    name = rows[1].name
    places = _places(old, new)
    if old is None or new is None or places is None:
        was, became = (_whole(row, array, precision) for row, array in zip(rows, (old, new), strict=True))
        yield None, name, was, became
        return
    for place in places:
        yield place, label(name, place), number_text(old[place], precision), number_text(new[place], precision)


def _whole(row: Row, array: Array | None, precision: int) -> str:
    return gradient_number(row.gradient) if array is None or array.ndim else number_text(array, precision)


def _places(old: Array | None, new: Array | None) -> list[tuple[int, ...]] | None:
    """Return where two arrays differ; None where that can't be told element by element."""
    if old is None or new is None or old.shape != new.shape:
        return None
    if not old.ndim:
        return [()]
    both_nan = (old != old) & (new != new)
    places = [tuple(map(int, place)) for place in np.argwhere((old != new) & ~both_nan)]
    return places if len(places) <= _MOST_ELEMENTS else None


# Causes


def _changes(before: Explanation, now: Explanation, precision: int, language: str) -> Iterator[Change]:
    """Yield what is set otherwise."""
    old, new = before.problem, now.problem
    for kind, word, olds, news in (
        ("weights", "what_if.weight", old.weights, new.weights),
        ("inputs", "what_if.input", old.inputs, new.inputs),
    ):
        for name, array in news.items():
            if name in olds and not _same(olds[name], array):
                for part, became in _array_changes(name, olds[name], array, word, precision, language):
                    yield Change(part, {kind: {name: became}})
    for name in sorted(old.stops ^ new.stops):
        word = "what_if.stop_set" if name in new.stops else "what_if.stop_gone"
        yield Change(text(word, language, name=name), {"stops": old.stops ^ {name}})
    for name in sorted(old.lifted ^ new.lifted):
        word = "what_if.lifted" if name in new.lifted else "what_if.not_lifted"
        yield Change(text(word, language, name=name), {"lifted": old.lifted ^ {name}})


def _array_changes(
    name: str, old: Array, new: Array, word: str, precision: int, language: str
) -> Iterator[tuple[str, Array]]:
    """Yield what happened to a few elements each, else to the whole, and the array to which that alone leads."""
    places = _places(old, new)
    if places is None:
        told = is_whole(old.shape) and is_whole(new.shape)
        values = {"was": value_of(old, precision).text, "became": value_of(new, precision).text} if told else {}
        yield text(word if told else f"{word}_changed", language, name=name, **values), new
        return
    for place in places:
        alone = old.copy()
        alone[place] = new[place]
        values = {"was": number_text(old[place], precision), "became": number_text(new[place], precision)}
        yield text(word, language, name=label(name, place), **values), alone


def _tried_alone(before: Explanation, changes: Sequence[Change]) -> list[list[Array | None] | None]:
    """Return the gradients that each change alone leads to; None where that need not be tried, or is not."""
    if len(changes) == 1 or len(changes) > _MOST_TRIED:
        return [None] * len(changes)
    return [before.recompute(**change.alone).gradients for change in changes]


def _leads(old: Array | None, new: Array | None, alone: Array | None, place: tuple[int, ...] | None) -> bool:
    """Return whether a change that alone leads to `alone` has to do with what became of `old`, there or as a whole."""
    if (old is None) != (new is None):
        return (alone is None) == (new is None)
    if place is None or old is None or alone is None or alone.shape != old.shape:
        return not _same(old, alone)
    return not _same(old[place], alone[place])


def _listed(words: Sequence[str], language: str) -> str:
    *first, last = words[:_MOST_NAMED]
    if len(words) > _MOST_NAMED:
        first, last = [*first, last], text("what_if.others", language, count=len(words) - _MOST_NAMED)
    if not first:
        return last
    return text("view.and", language, first=text("view.comma", language).join(first), last=last)
