"""What a teacher sets for a panel: states with names, and where numbers may go."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np

from gradnb.engine.literals import described
from gradnb.explanation import Problem
from gradnb.harmless import harmless
from gradnb.jupyter.controls import why_without
from gradnb.jupyter.history import State
from gradnb.jupyter.number_entry import Bounds
from gradnb.jupyter.settings import MOST_ELEMENTS, label
from gradnb.messages import text

Array = np.ndarray[Any, Any]

#: A weight's control is called so, and the name of its y.
WEIGHT = "grad_ys "


class BadSetting(ValueError):
    """A preset or a range that does not fit what can be changed."""


def arrays_of(problem: Problem) -> dict[str, Array]:
    """Return the arrays that can be changed by the names of their controls: ``w1``, ``grad_ys y1``."""
    return {**{f"{WEIGHT}{name}": array for name, array in problem.weights.items()}, **problem.inputs}


def read_ranges(given: Mapping[str, Any], problem: Problem, language: str) -> dict[str, Bounds]:
    """Return where numbers may go.

    Parameters
    ----------
    given : Mapping of str to (float, float) or (float, float, float)
        By the name of a control, ``w1``, ``w1[0]`` or ``grad_ys y1``: from where to where, and in which steps.
    problem : Problem
        What can be changed.
    language : str
        The language of an error.

    Raises
    ------
    BadSetting
        If there is no such control, or it is no range.
    """
    arrays = arrays_of(problem)
    elements = {
        label(name, place): array
        for name, array in arrays.items()
        if array.size <= MOST_ELEMENTS
        for place in np.ndindex(array.shape)
    }
    controls = {**elements, **{name: array for name, array in arrays.items() if array.size <= MOST_ELEMENTS}}
    found = {}
    for name, value in _mapping(given, "ranges", language).items():
        array = controls.get(name)
        if array is None or array.dtype.kind not in "fiu":
            _refuse_unknown(name, "range", [n for n, a in controls.items() if a.dtype.kind in "fiu"], language)
        found[name] = _bounds(name, value, array, language)
    return found


def read_presets(
    given: Mapping[str, Any], problem: Problem, ranges: Mapping[str, Bounds], language: str
) -> dict[str, State]:
    """Return states by their names; what a preset does not mention is as at the start.

    Parameters
    ----------
    given : Mapping of str to Mapping
        For each preset the values by the name of the control, ``w1`` or ``grad_ys y1``; or for all weights ``grad_ys``,
        as `tf.gradients` takes them. ``stop_gradients`` and ``lifted`` list names.
    problem : Problem
        What can be changed.
    ranges : Mapping of str to Bounds
        Where numbers may go.
    language : str
        The language of an error.

    Raises
    ------
    BadSetting
        If a name is unknown, a value does not fit, or lies outside of its range.
    """
    pairs = [(harmless(str(name)), values) for name, values in _mapping(given, "presets", language).items()]
    return {name: _state(name, values, problem, ranges, language) for name, values in pairs}


def shared_out(
    presets: Mapping[str, Any], ranges: Mapping[str, Any], problems: Sequence[Problem], language: str
) -> list[dict[str, dict[str, Any]]]:
    """Return for each of several problems the ``presets`` and ``ranges`` that fit it.

    Raises
    ------
    BadSetting
        If one of them fits none of the problems.
    """
    shares: list[dict[str, dict[str, Any]]] = [{"presets": {}, "ranges": {}} for _ in problems]
    for kind, settings in (("ranges", ranges), ("presets", presets)):
        for name, value in _mapping(settings, kind, language).items():
            refusals = []
            for problem, share in zip(problems, shares, strict=True):
                try:
                    if kind == "ranges":
                        read_ranges({name: value}, problem, language)
                    else:
                        bounds = read_ranges(share["ranges"], problem, language)
                        read_presets({name: value}, problem, bounds, language)
                except BadSetting as refusal:
                    refusals.append(refusal)
                else:
                    share[kind][name] = value
            if len(refusals) == len(problems):
                raise refusals[0]
    return shares


def _mapping(given: Any, what: str, language: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        _refuse("no_settings", language, what=what, kind=type(given).__name__)
    return given


def _state(preset: str, given: Any, problem: Problem, ranges: Mapping[str, Bounds], language: str) -> State:
    if not isinstance(given, Mapping):
        _refuse("no_mapping", language, preset=preset, kind=type(given).__name__)
    values = dict(given)
    stops = _names(preset, values.pop("stop_gradients", problem.stops), problem.stoppable, language)
    lifted = _names(preset, values.pop("lifted", problem.lifted), problem.liftable, language)
    arrays = arrays_of(problem)
    if "grad_ys" in values and "grad_ys" not in arrays:
        weights = values.pop("grad_ys")
        if not isinstance(weights, list | tuple) or len(weights) != len(problem.weights):
            _refuse("weight_count", language, preset=preset, count=len(problem.weights))
        pairs = zip(problem.weights, weights, strict=True)
        values = {**{f"{WEIGHT}{name}": weight for name, weight in pairs if weight is not None}, **values}
    inputs: dict[str, tuple[Any, ...]] = {}
    seeds: dict[str, tuple[Any, ...]] = {}
    for name, value in values.items():
        if name not in arrays:
            _refuse_unknown(name, "preset", [*arrays, "grad_ys", "stop_gradients", "lifted"], language)
        array = _array(preset, name, value, arrays[name], ranges, language)
        if not np.array_equal(array, arrays[name]):
            kept = seeds if name.startswith(WEIGHT) and name not in problem.inputs else inputs
            kept[name.removeprefix(WEIGHT) if kept is seeds else name] = tuple(array.ravel().tolist())
    return State(inputs, seeds, stops, lifted)


def _names(preset: str, given: Any, known: Iterable[str], language: str) -> frozenset[str]:
    if not isinstance(given, Iterable):
        _refuse("no_names", language, preset=preset, kind=type(given).__name__)
    names = [given] if isinstance(given, str) else list(given)
    for name in names:
        if not isinstance(name, str) or name not in set(known):
            _refuse_unknown(str(name), "preset", list(known), language)
    return frozenset(names)


def _array(preset: str, name: str, value: Any, start: Array, ranges: Mapping[str, Bounds], language: str) -> Array:
    why = why_without(name, start, language)
    if why or start.size > MOST_ELEMENTS:
        why = why or text("teaching.too_large", language, name=name, most=MOST_ELEMENTS)
        _refuse("not_set", language, preset=preset, reason=why)
    try:
        wanted = np.asarray(value)
        if wanted.dtype.kind == "c":
            raise TypeError  # it is caught below
        array = np.broadcast_to(wanted.astype(start.dtype), start.shape)
        fits = bool(np.all(array == wanted)) or start.dtype.kind == "f"
    except Exception:  # an object's own conversion may fail in any way
        fits = False
    if not fits:
        _refuse(
            "no_fit",
            language,
            preset=preset,
            name=name,
            value=described(value),
            dtype=start.dtype.name,
            shape=start.shape,
        )
    for place in np.ndindex(array.shape):
        element = label(name, place)
        bounds = ranges.get(element, ranges.get(name))
        if bounds is not None and not bounds.low <= array[place] <= bounds.high:
            _refuse(
                "outside", language, preset=preset, name=element, value=array[place], low=bounds.low, high=bounds.high
            )
    return array


def _bounds(name: str, value: Any, array: Array, language: str) -> Bounds:
    try:
        low, high, *rest = (float(number) for number in value)
        (step,) = rest or [1.0 if array.dtype.kind in "iu" else (high - low) / 100]
    except (TypeError, ValueError):
        _refuse("no_range", language, name=name, value=value)
    if not all(map(math.isfinite, (low, high, step))) or not low < high or not 0 < step <= high - low:
        _refuse("no_range", language, name=name, value=value)
    if array.dtype.kind in "iu" and not all(number.is_integer() for number in (low, high, step)):
        _refuse("whole_range", language, name=name, value=value, dtype=array.dtype.name)
    return Bounds(low, high, step)


def _refuse_unknown(name: str, what: str, known: list[str], language: str) -> NoReturn:
    name = str(name)
    nearest = get_close_matches(name, known, 3) or known[:8]
    _refuse(f"unknown_in_{what}", language, name=name, known=", ".join(nearest) or "–")


def _refuse(key: str, language: str, **values: object) -> NoReturn:
    raise BadSetting(harmless(text(f"teaching.{key}", language, **values)))
