"""From a derivation and its numbers to a view."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any, Final, TypeVar

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.gradients import AnyGradient
from gradnb.engine.paths import is_read, operations_behind, shown_as
from gradnb.engine.reasons import Cause, Reason
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.static import constant_value
from gradnb.engine.tensor import Operation, Tensor
from gradnb.messages import text as message
from gradnb.view.derivation import Derivation
from gradnb.view.differences import Differences, differences_of, kept_out
from gradnb.view.flow import Arrival, Flow
from gradnb.view.formula import snake_case
from gradnb.view.hiding import Veil, can_be_hidden
from gradnb.view.jacobian import JacobianRows, jacobians_of
from gradnb.view.kept import Kept
from gradnb.view.model import (
    MOST_ROWS,
    BackwardEdge,
    ForwardEdge,
    Gradient,
    Jacobian,
    Node,
    NodeKind,
    PathList,
    RawOperation,
    Row,
    Seed,
    State,
    Step,
    Term,
    Value,
    View,
)
from gradnb.view.model import Flow as FlowKind
from gradnb.view.names import Names
from gradnb.view.numbers import Inputs, Numbers, added, settled
from gradnb.view.path_list import PathFinder, paths_of
from gradnb.view.picture import DRAWN_IN_FULL, MOST_WAYS, Link, Picture, Spot, count_of, picture_of
from gradnb.view.raw import RawFinder, raw_of
from gradnb.view.steps import steps_of
from gradnb.view.story import story_of
from gradnb.view.values import value_of

#: What a view consists of, besides its caption and its notes.
PARTS: Final = ("graph", "table", "steps", "story", "paths", "jacobian", "raw")
#: Every view has these: the picture and the table are shown by most, and the story is the picture's alt text.
ALWAYS: Final = ("graph", "table", "story")

_T = TypeVar("_T")

_MOST_SCOPES = 12
#: Of several edges drawn as one the first of these kinds is shown.
_BEFORE = (FlowKind.HIDDEN, FlowKind.PASSES, FlowKind.LIFTED, FlowKind.STOPPED, FlowKind.BLOCKED)
#: Behind more operations there are no expressions for names: each depends on all before it.
_MOST_READ = 10_000
_NUMBER = re.compile(r"_?\d+$")
_LONGEST_SEED = 40
#: Of more names in a list only these first ones are told, and the last.
_MOST_NAMED = 100
_FIRST_NAMED = 20
#: Larger arrays, in bytes, are written anew each time.
_MOST_REMEMBERED = 512
#: For so many ways to show one scene it is kept what was made last.
_WAYS_KEPT = 8


@dataclass(frozen=True)
class Options:
    """How a view is shown: see `View`.

    `precision` is the number of significant digits; with `check` the table has finite differences.
    """

    views: tuple[str, ...] = ("graph", "table")
    layout: str = "LR"
    precision: int = 4
    language: str = "en"
    theme: str = "auto"
    check: bool = False


class Scene:
    """A derivation with its picture and flow: all of an explanation that does not depend on numbers.

    Parameters
    ----------
    derivation : Derivation
        The call.
    names : Names
        What its tensors are called.
    opened, collapsed : collection of str
        Name scopes to open and to collapse: see `picture_of`.
    """

    def __init__(
        self, derivation: Derivation, names: Names, opened: Collection[str] = (), collapsed: Collection[str] = ()
    ) -> None:
        self.derivation = derivation
        self.names = names
        trace = self.trace = derivation.trace
        # An outline has no steps that could be drawn.
        self.picture: Picture = count_of(trace) if derivation.is_outline else picture_of(trace, opened, collapsed)
        self.flow = Flow(derivation, self.picture)
        self.ys = tuple(shown_as(y.values if isinstance(y, IndexedSlices) else y) for y in self.trace.ys)
        self.xs = tuple(shown_as(x) for x in self.trace.xs)
        # In the order in which they were made, so that names do not depend on what is shown first.
        behind = self.picture.paths.behind
        names.expressions = bool(self.picture.spots) and len(behind) <= _MOST_READ
        for operation in behind if names.expressions else ():
            for output in operation.outputs:
                names.part(output)
        self._read = {op.inputs[0]: op.outputs[0] for op in self.picture.paths.behind if is_read(op)}
        self._veils: dict[tuple[str, ...], Veil] = {}
        self._jacobian_rows: dict[tuple[tuple[int, ...] | None, ...], JacobianRows] = {}
        self._kept: dict[tuple[Options, tuple[str, ...]], Kept] = {}

    def kept(self, options: Options, hidden: tuple[str, ...]) -> Kept:
        """Return what was made last of a view that is shown in one way."""
        if (options, hidden) not in self._kept and len(self._kept) == _WAYS_KEPT:
            self._kept.clear()
        return self._kept.setdefault((options, hidden), Kept())

    @cached_property
    def hideable(self) -> dict[str, tuple[Tensor, ...]]:
        """The tensors whose gradients can be hidden, by display name."""
        return can_be_hidden(self)

    def veil(self, names: tuple[str, ...]) -> Veil:
        """Return what is not shown while the gradients of these display names are to be predicted."""
        if names not in self._veils:
            self._veils[names] = Veil(self, names)
        return self._veils[names]

    @cached_property
    def path_finder(self) -> PathFinder:
        """Its paths."""
        return PathFinder(self)

    def jacobian_rows(self, shapes: tuple[tuple[int, ...] | None, ...]) -> JacobianRows:
        """Return the rows of its Jacobians for ys of these shapes."""
        if shapes not in self._jacobian_rows:
            self._jacobian_rows[shapes] = JacobianRows(self, shapes)
        return self._jacobian_rows[shapes]

    @cached_property
    def raw_finder(self) -> RawFinder:
        """The operations that its call adds."""
        return RawFinder(self)

    @cached_property
    def differences(self) -> Differences:
        """Its finite differences."""
        return Differences(self)

    def read(self, tensor: Tensor) -> Tensor:
        """Return the tensor whose number is shown for a tensor: a variable's value as it is read."""
        return self._read.get(tensor, tensor)

    def wanted(self) -> tuple[Tensor, ...]:
        """Return every tensor whose number the explanation shows."""
        return tuple(tensor for tensor in self._wanted() if tensor is not None)

    def _wanted(self) -> Iterator[Tensor | None]:
        whole = self.derivation.whole
        yield from map(self.read, (*self.ys, *self.xs))
        for trace in (self.trace, *self.derivation.alone):
            yield from map(whole, trace.gradients)
        for gradient in self.trace.gradients:
            if isinstance(gradient, IndexedSlices):
                yield gradient.indices
        yield from map(whole, self.trace.seeds)
        spots = [tensor for spot in self.picture.spots for tensor in spot.tensors]
        for tensor in spots:
            yield self.read(tensor)
            yield whole(self.flow.total(tensor))
            for arrival in self.flow.arrivals(tensor):
                yield whole(arrival.gradient)
        if spots:
            for passing in self.derivation.walls.values():
                yield from passing
            passed = [
                whole(gradient) for step in self.trace.steps for gradient in (*step.upstream, *step.contributions)
            ]
            yield from passed
            # Their shapes say which operations of a rule change nothing.
            for operation in operations_behind(gradient for gradient in passed if gradient is not None):
                if operation.forward is not None:
                    yield from operation.outputs

    def array_of(self, numbers: Numbers, tensor: Tensor) -> Any:
        """Return the array of a tensor where it is known."""
        array = numbers.get(tensor)
        return constant_value(tensor) if array is None else array


@dataclass(frozen=True)
class _Course:
    """A backward edge without its number, and the tensors whose sum that is."""

    plain: BackwardEdge
    tensors: tuple[AnyGradient, ...] = ()


class Builder:
    """Builds the parts of a scene's view, each when it is asked for.

    Parameters
    ----------
    scene : Scene
        What does not depend on numbers.
    numbers : Numbers
        The numbers.
    inputs : Inputs
        What they follow from.
    options : Options
        How they are shown.
    hidden : tuple of str
        Display names of gradients that a learner is to predict: nothing that is built holds them.
    """

    def __init__(
        self, scene: Scene, numbers: Numbers, inputs: Inputs, options: Options, hidden: tuple[str, ...] = ()
    ) -> None:
        self._scene = scene
        self._names = scene.names
        self._flow = scene.flow
        self._numbers = numbers
        self._inputs = inputs
        self._options = options
        self.veil = scene.veil(hidden)
        self._kept = scene.kept(options, hidden)
        self._values: dict[Tensor, tuple[Value, State] | None] = {}
        self._gradients: dict[Tensor, Gradient] = {}

    def view(self, parts: Iterable[str]) -> View:
        """Return the view with these of `PARTS`; the others are empty.

        Raises
        ------
        ValueError
            If there is no such part.
        """
        chosen = frozenset(parts)
        for unknown in sorted(chosen.difference(PARTS)):
            raise ValueError(self.say("explain.bad_option", name="parts", value=unknown, allowed=", ".join(PARTS)))
        view = self._empty
        if "graph" in chosen:
            view = self._with_picture(view)
        if "table" in chosen:
            view = replace(view, rows=self._table)
            if self._options.check:
                view = self._with_differences(view)
        if "steps" in chosen:
            view = replace(view, steps=self._steps)
        if "paths" in chosen:
            view = replace(view, paths=self._paths)
        if "jacobian" in chosen:
            view = replace(view, jacobian=self._jacobian)
        if "story" in chosen:
            view = replace(view, story=self._story)
        if "raw" in chosen:
            view = replace(view, raw=self._raw, notes=(*view.notes, *self._raw_notes()))
        return view

    @cached_property
    def _empty(self) -> View:
        options = self._options
        return View(
            caption=self._kept("caption", (self.given, tuple(map(self.value, self._scene.trace.seeds))), self._caption),
            y_names=self._kept("y_names", (), lambda: tuple(self._y_names())),
            nodes=(),
            seeds=(),
            forward_edges=(),
            backward_edges=(),
            rows=(),
            steps=(),
            story=(),
            notes=self._kept("notes", self._missing, lambda: tuple(dict.fromkeys(self._notes()))),
            language=options.language,
            layout=options.layout,
            theme=options.theme,
            collapsible=self._scene.picture.collapsible,
            shown=options.views,
        )

    def _with_picture(self, view: View) -> View:
        nodes, seeds, forward, backward = self._picture
        return replace(view, nodes=nodes, seeds=seeds, forward_edges=forward, backward_edges=backward)

    @cached_property
    def _picture(
        self,
    ) -> tuple[tuple[Node, ...], tuple[Seed, ...], tuple[ForwardEdge, ...], tuple[BackwardEdge, ...]]:
        picture = self._scene.picture
        return (
            self._same("nodes", map(self._node, picture.spots)),
            self._same("seeds", self._seeds() if picture.spots else ()),
            self._kept("forward", (), self._forward_edges),
            self._same("edges", self._edges()),
        )

    def _same(self, key: str, things: Iterable[_T]) -> tuple[_T, ...]:
        """Return things as a tuple: that of the last time if they are the same."""
        found = tuple(things)
        return self._kept(key, found, lambda: found)

    def _forward_edges(self) -> tuple[ForwardEdge, ...]:
        return tuple(ForwardEdge(f"f{number}", *ends) for number, ends in enumerate(self._scene.picture.forward))

    @cached_property
    def _table(self) -> tuple[Row, ...]:
        return self._same("rows", self._rows())

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        if not self._scene.picture.spots:
            return ()
        return tuple(steps_of(self._scene, self._numbers, self._with_picture(self._empty), self))

    def _with_differences(self, view: View) -> View:
        return replace(view, rows=self._checked, notes=(*view.notes, *kept_out(self._checked, self)))

    @cached_property
    def _checked(self) -> tuple[Row, ...]:
        found = differences_of(self._scene, self._numbers, self._settled, self)
        pairs = zip(self._table, found, strict=True)
        return self._same("checked", (replace(row, difference=difference) for row, difference in pairs))

    @cached_property
    def _settled(self) -> Inputs:
        """What the numbers follow from, the random ones among them included."""
        return settled(self._inputs, self._numbers)

    @cached_property
    def _paths(self) -> tuple[PathList, ...]:
        return self._same("paths", paths_of(self._scene, self._settled, self))

    @cached_property
    def _jacobian(self) -> tuple[Jacobian, ...]:
        return self._same("jacobian", jacobians_of(self._scene, self._numbers, self._settled, self))

    @cached_property
    def _raw(self) -> tuple[RawOperation, ...]:
        return self._same("raw", raw_of(self._scene, self._settled, self))

    def _raw_notes(self) -> Iterator[str]:
        if left_out := self._scene.raw_finder.left_out:
            yield self.say("raw.left_out", count=left_out)

    @cached_property
    def _story(self) -> tuple[str, ...]:
        right_sides = self._right_sides() if self._scene.picture.spots else {}
        return tuple(story_of(replace(self._with_picture(self._empty), rows=self._table), right_sides))

    # Words

    def say(self, key: str, **values: object) -> str:
        """Return a message in the view's language."""
        return message(key, self._options.language, **values)

    def value(self, tensor: Tensor | IndexedSlices | None) -> Value | None:
        """Return the number of a tensor as it is shown."""
        shown = self._shown(tensor)
        return None if shown is None else shown[0]

    def _shown(self, tensor: AnyGradient | None) -> tuple[Value, State] | None:
        """Return the number of a tensor as it is shown, and the state of a gradient of this number."""
        whole = self._scene.derivation.whole(tensor)
        if whole is None:
            return None
        if whole not in self._values:
            array = self._numbers.get(whole)
            self._values[whole] = None if array is None else self._shown_array(array)
        return self._values[whole]

    def shown(self, array: Any) -> Value:
        """Return an array as it is shown."""
        return self._shown_array(array)[0]

    def _shown_array(self, array: Any) -> tuple[Value, State]:
        precision, language = self._options.precision, self._options.language
        if array.nbytes > _MOST_REMEMBERED or array.dtype.hasobject:
            return value_of(array, precision, language), _state(array)
        return _shown_bytes(array.tobytes(), array.dtype, array.shape, precision, language)

    @cached_property
    def _missing(self) -> tuple[object, ...]:
        """What is missing among the numbers, and why."""
        numbers = self._numbers
        return self._inputs.invented, numbers.unfed, numbers.uninitialized, numbers.not_run, numbers.failed

    def joined(self, words: Iterable[str]) -> str:
        """Return words as a list in a sentence."""
        *before, last = dict.fromkeys(words) or ("",)
        return self.say("view.and", first=self.say("view.comma").join(before), last=last) if before else last

    def reason(self, reasons: Sequence[Reason]) -> str:
        """Return why no gradient arrives, in words."""
        stopped = [self._names(reason.place) for reason in reasons if reason.cause is Cause.STOPPED]
        parts = [self.say("reason.stopped", names=self.joined(stopped))] if stopped else []
        parts += [self._cause(reason) for reason in reasons if reason.cause is not Cause.STOPPED]
        return self.say("view.semicolon").join(dict.fromkeys(parts))

    def _cause(self, reason: Reason) -> str:
        place = reason.place
        match reason.cause:
            case Cause.NO_PATH:
                ys = self.joined(self._y_names()) or self.say("view.any_y")
                return self.say("reason.no_path", name=self._names(place), ys=ys)
            case Cause.DTYPE:
                return self.say("reason.dtype", name=self._names(place), dtype=place.dtype.base_dtype.name)
            case _:
                return self.say(f"reason.{reason.cause.value}", name=self._with_label(place))

    def _with_label(self, tensor: Tensor) -> str:
        """Return a tensor's name, and the operation where the name does not say it."""
        name, label = self._names(tensor), tensor.op.definition.label
        known = label in name or snake_case(tensor.op.type) in name
        return name if known else self.say("reason.with_label", name=name, label=label)

    def source(self, arrival: Arrival) -> str:
        """Return the way by which a contribution came: ``direct``, ``via b``, ``y1``."""
        if arrival.operation is None:
            return self.seed_name(arrival.position)
        outputs = [shown_as(tensor) for tensor in arrival.operation.outputs]
        ys = [output for output in outputs if output in self._scene.ys]
        if ys:
            return self._names(ys[0]) if len(self._scene.ys) > 1 else self.say("view.direct")
        return self.say("view.via", name=self._names.of_operation(arrival.operation))

    def sources(self, arrivals: Sequence[Arrival]) -> list[str]:
        """Return the ways by which contributions came, told apart where one operation uses a tensor twice."""
        found = [self.source(arrival) for arrival in arrivals]
        times = Counter(found)
        return [
            self.say("view.as_input", source=source, number=arrival.position + 1) if times[source] > 1 else source
            for source, arrival in zip(found, arrivals, strict=True)
        ]

    @property
    def precision(self) -> int:
        """The number of significant digits."""
        return self._options.precision

    def count(self, number: int) -> str:
        """Return a count that may have thousands of digits."""
        return _count(number)

    def _y_names(self) -> Iterable[str]:
        return map(self._names, self._scene.ys)

    def seed_name(self, number: int) -> str:
        """Return what the weight of a y is called."""
        return "grad_ys" if len(self._scene.ys) == 1 else f"grad_ys[{number}]"

    # The picture

    def _node(self, spot: Spot) -> Node:
        plain: Node = self._kept(("plain", spot.id), (), lambda: self._plain_node(spot))
        tensor = spot.tensor
        if tensor is None:
            return plain
        value = self.value(self._scene.read(tensor))
        gradient = self.gradient(tensor) if spot.on_path else None
        return self._kept(("node", spot.id), (value, gradient), lambda: self._filled(plain, tensor, value, gradient))

    def _plain_node(self, spot: Spot) -> Node:
        """Return a node without numbers."""
        operation, tensor = spot.operation, spot.tensor
        if tensor is None:
            name = spot.scope or operation.name
            key, count = ("tensors", len(spot.tensors)) if spot.scope else ("outputs", len(operation.outputs))
            label = self.say(f"view.{key}", count=count)
            return Node(spot.id, name, NodeKind.GROUP, label, "", None, None, scope=spot.box, opens=spot.scope)
        kind = _kind(operation)
        label = operation.definition.label if kind is NodeKind.OPERATION else self.say(f"view.{kind.value}")
        if self._flow.is_lifted(operation):
            label = self.say("view.lifted_label", label=label)
        return Node(
            id=spot.id,
            name=self._names(tensor),
            kind=kind,
            label=label,
            shape=shapes.shape_text(tensor.static_shape),
            value=None,
            gradient=None,
            is_y=tensor in self._scene.ys,
            is_x=tensor in self._scene.xs,
            scope=spot.box,
        )

    def _filled(self, plain: Node, tensor: Tensor, value: Value | None, gradient: Gradient | None) -> Node:
        """Return a node with its numbers."""
        name = plain.name
        if plain.kind is NodeKind.CONSTANT and value is not None and not self._names.is_given(tensor):
            name = value.text if value.summary is None else name
        return replace(plain, name=name, shape=self._shape(tensor, value), value=value, gradient=gradient)

    def _shape(self, tensor: Tensor, value: Value | None) -> str:
        return shapes.shape_text(tensor.static_shape if value is None else value.shape)

    def _seeds(self) -> Iterator[Seed]:
        for number, (y, seed, given) in enumerate(
            zip(self._scene.ys, self._scene.trace.seeds, self.given, strict=True)
        ):
            value, name, target = self.value(seed), self.seed_name(number), self._scene.picture.ids[y]
            yield self._kept(("seed", number), (value, given), partial(Seed, f"s{number}", name, value, target, given))

    @cached_property
    def given(self) -> tuple[bool, ...]:
        """Whether each y has a weight of its own, by the call or by a change."""
        return tuple(given or number in self._inputs.seeds for number, given in enumerate(self._scene.trace.given))

    def _edges(self) -> Iterator[BackwardEdge]:
        courses: tuple[_Course, ...] = self._kept("courses", (), lambda: tuple(self._courses()))
        for course in courses:
            plain, value = course.plain, self._sum_of(course.tensors)
            yield self._kept(("edge", plain.id), value, partial(replace, plain, contribution=value))

    def _sum_of(self, tensors: Sequence[AnyGradient]) -> Value | None:
        """Return the sum of tensors as it is shown."""
        if len(tensors) < 2:
            return self.value(tensors[0]) if tensors else None
        total = added([self._numbers.get(self._scene.derivation.whole(tensor)) for tensor in tensors])
        return None if total is None else self._shown_array(total)[0]

    def _courses(self) -> Iterator[_Course]:
        by_id: dict[str, list[Link]] = {}
        for link in self._scene.picture.links:
            by_id.setdefault(link.id, []).append(link)
        for identity, links in by_id.items():
            found = {link: course for link in links if (course := self._course(link)) is not None}
            if found:
                joint = self._joint(found)
                yield replace(joint, plain=replace(joint.plain, id=identity))

    def _joint(self, courses: Mapping[Link, _Course]) -> _Course:
        """Return the edges between two spots as one: what passes, if any does, added up where it goes to one tensor."""
        flow = min((course.plain.flow for course in courses.values()), key=_BEFORE.index)
        alike = {link: course for link, course in courses.items() if course.plain.flow is flow}
        first = next(iter(alike.values()))
        if len(alike) == 1 or flow is FlowKind.HIDDEN:
            return first
        if flow is FlowKind.BLOCKED:
            reasons = dict.fromkeys(course.plain.reason for course in alike.values())
            return _Course(replace(first.plain, reason=self.say("view.semicolon").join(reasons)))
        if len({link.tensor for link in alike}) > 1:
            return _Course(replace(first.plain, reason=self.say("view.gradients", count=len(alike))))
        return _Course(first.plain, tuple(tensor for course in alike.values() for tensor in course.tensors))

    def _course(self, link: Link) -> _Course | None:
        """Return what happens on a link, whatever the numbers are; None where no gradient arrives."""
        operation, flow = link.operation, self._flow

        def course(kind: FlowKind, tensor: AnyGradient | None = None, reason: str = "") -> _Course:
            plain = BackwardEdge("", link.source, link.target, kind, None, reason)
            return _Course(plain, () if tensor is None else (tensor,))

        if link.output is not None:
            if self.veil.covers(link.output):
                return course(FlowKind.HIDDEN)
            total = flow.total(link.output)
            return None if total is None else course(FlowKind.PASSES, total)
        if self.veil.covers_outputs(operation) or self.veil.is_predicted(operation.inputs[link.position]):
            secret = self._secret_kind(link)
            return None if secret is None else course(secret[0], None, secret[1])
        if not any(flow.arrived(shown_as(output)) for output in operation.outputs):
            return None
        step = flow.step(operation)
        passing = None if step is None else step.contributions[link.position]
        if passing is not None:
            return course(FlowKind.LIFTED if flow.is_lifted(operation) else FlowKind.PASSES, passing)
        reason = flow.barrier(operation, link.position)
        if reason.cause is Cause.STOPPED:
            would_pass = self._scene.derivation.walls.get(operation, (None,) * len(operation.inputs))[link.position]
            if would_pass is not None:
                return course(FlowKind.STOPPED, would_pass)
        return course(FlowKind.BLOCKED, None, self.reason([reason]))

    def _secret_kind(self, link: Link) -> tuple[FlowKind, str] | None:
        """Return what happens on a link that gives nothing away; a stop that the program contains stays where it is."""
        operation, position, flow = link.operation, link.position, self._flow
        secret = self.veil.covers_outputs(operation)
        if not secret and not any(flow.arrived(shown_as(output)) for output in operation.outputs):
            return None
        kind = FlowKind.LIFTED if flow.is_lifted(operation) else FlowKind.HIDDEN
        if not self.veil.passes(operation, position):
            barrier = flow.barrier(operation, position)
            if barrier.cause is Cause.STOPPED:
                return FlowKind.STOPPED, ""
            if not self.veil.is_predicted(operation.inputs[position]):
                return FlowKind.BLOCKED, self.reason([barrier])
        return kind, ""

    def _right_sides(self) -> dict[str, str]:
        """Return for each node that an operation on a path computes how it does."""
        ids = self._scene.picture.ids
        found = {}
        for operation in self._scene.picture.operations:
            right = self._names.right_side(operation)
            for number, output in enumerate(operation.outputs):
                if output in ids:
                    found[ids[output]] = right if len(operation.outputs) == 1 else f"{right}[{number}]"
        return found

    # Gradients

    def gradient(self, tensor: Tensor) -> Gradient:
        """Return the gradient of a tensor as it is shown."""
        if tensor not in self._gradients:
            self._gradients[tensor] = self._gradient(tensor)
        return self._gradients[tensor]

    def _gradient(self, tensor: Tensor) -> Gradient:
        key = ("gradient", tensor)
        if self.veil.covers(tensor):
            return self._kept(key, (), lambda: self._secret(tensor))
        total = self._flow.total(tensor)
        if total is None:
            if self._flow.arrived(tensor) and tensor not in self._scene.xs:
                return self._added_by_hand(tensor)
            zeros = self._zeros(tensor)
            return self._kept(key, zeros, lambda: self._absent(tensor, zeros))
        shown = self._shown(total)
        if shown is None:
            return self._kept(key, self._missing, lambda: self._not_computed(tensor, total))
        # Where nothing is drawn there may be thousands.
        arrivals = self._flow.arrivals(tensor) if self._scene.picture.spots else ()
        parts = tuple(self.value(arrival.gradient) for arrival in arrivals) if len(arrivals) > 1 else ()
        rows = self._rows_given(total)
        return self._kept(key, (shown, parts, rows), lambda: self._computed(tensor, shown, parts, rows))

    def _secret(self, tensor: Tensor) -> Gradient:
        """Return a gradient that is to be predicted, or that follows from one that is."""
        if self.veil.is_predicted(tensor):
            return Gradient(State.HIDDEN, reason=self.say("state.hidden"))
        names = self.joined(map(self._names, self.veil.sources(tensor)))
        return Gradient(State.VEILED, reason=self.say("hiding.follows", names=names))

    def _computed(
        self, tensor: Tensor, shown: tuple[Value, State], parts: Sequence[Value | None], rows: str | None
    ) -> Gradient:
        value, state = shown
        reason = ""
        if state is State.NOT_FINITE:
            reason = self.say("state.not_finite")
        elif rows is not None:
            state, reason = State.SPARSE, self.say("reason.sparse", rows=rows)
        return Gradient(state, value, reason, self._terms(tensor, parts), self._lifted(tensor))

    def _rows_given(self, gradient: AnyGradient) -> str | None:
        """Return which rows a sparse gradient gives; None for a dense one."""
        if not isinstance(gradient, IndexedSlices):
            return None
        indices = self._numbers.get(gradient.indices)
        return "" if indices is None else _runs(indices.ravel().tolist())

    def _not_computed(self, tensor: Tensor, total: AnyGradient) -> Gradient:
        return Gradient(State.NOT_COMPUTED, reason=self._what_is_missing(total), lifted=self._lifted(tensor))

    def _lifted(self, tensor: Tensor) -> str:
        """Return in words at which lifted operations a gradient came through."""
        through = self._flow.through(tensor)
        return self.say("view.lifted", names=self.joined(map(self._names.of_operation, through))) if through else ""

    def _terms(self, tensor: Tensor, parts: Sequence[Value | None]) -> tuple[Term, ...]:
        """Return a gradient as a sum, if it is one of several parts."""
        if len(parts) < 2:
            return ()
        sources: list[str] = self._kept(("sources", tensor), (), lambda: self.sources(self._flow.arrivals(tensor)))
        return tuple(Term(part, source) for part, source in zip(parts, sources, strict=True) if part is not None)

    def _added_by_hand(self, tensor: Tensor) -> Gradient:
        """Return the gradient of a y that no x reaches: its weights, which the call did not need to add."""
        arrivals = self._flow.arrivals(tensor)
        terms = self._terms(tensor, [self.value(arrival.gradient) for arrival in arrivals])
        total = added([self._numbers.get(self._scene.derivation.whole(arrival.gradient)) for arrival in arrivals])
        if total is None:
            return Gradient(State.NOT_COMPUTED)
        value, state = self._shown_array(total)
        return Gradient(state, value, "", terms)

    def _zeros(self, tensor: Tensor) -> tuple[Value | None] | None:
        """Return the zeros that are put in for a missing gradient, if any are."""
        trace = self._scene.trace
        position = self._scene.xs.index(tensor) if tensor in self._scene.xs else -1
        return (self.value(trace.gradients[position]),) if position >= 0 and trace.filled[position] else None

    def _absent(self, tensor: Tensor, filled: tuple[Value | None] | None) -> Gradient:
        reasons = self._flow.reasons(tensor)
        words = self.reason(reasons)
        if filled is not None:
            (zeros,) = filled
            return Gradient(State.FILLED, zeros, self.say("reason.filled", reason=words))
        stopped = any(reason.cause is Cause.STOPPED for reason in reasons)
        return Gradient(State.STOPPED if stopped else State.NONE, None, words)

    def _what_is_missing(self, gradient: Tensor | IndexedSlices) -> str:
        """Return why a gradient could not be computed."""
        whole = self._scene.derivation.whole(gradient)
        if whole is None:
            return self.say("reason.not_whole")
        if self._scene.derivation.is_outline:
            return self.say("reason.outline")
        behind = set(operations_behind([whole]))
        for key, operations in (
            ("needs", (*self._numbers.unfed, *self._numbers.uninitialized)),
            ("not_run", self._numbers.not_run),
            ("failed", tuple(operation for operation, _ in self._numbers.failed)),
        ):
            # What helps to compute a gradient goes by the name of the operation whose gradient it is.
            found = (operation.forward or operation for operation in operations if operation in behind)
            names = list(dict.fromkeys(map(self._names.of_operation, found)))
            if names:
                return self.say(f"reason.{key}{'_several' * (len(names) > 1)}", names=self.joined(names))
        return ""

    # The table

    def _rows(self) -> Iterator[Row]:
        scene = self._scene
        for position, tensor in enumerate(scene.xs[:MOST_ROWS]):
            numbers = self.value(scene.read(tensor)), self.gradient(tensor), tuple(self._contributions(position))
            yield self._kept(("row", position), numbers, partial(self._row, tensor, *numbers))

    def _row(
        self, tensor: Tensor, value: Value | None, gradient: Gradient, contributions: tuple[Value | None, ...]
    ) -> Row:
        return Row(
            node=self._scene.picture.ids.get(tensor, ""),
            name=self._names(tensor),
            shape=self._shape(tensor, value),
            dtype=tensor.dtype.base_dtype.name,
            value=value,
            gradient=gradient,
            state=self._state_in_words(tensor, gradient),
            contributions=contributions,
        )

    def _contributions(self, position: int) -> Iterator[Value | None]:
        """Yield what comes from each y alone."""
        if self.veil.covers(self._scene.xs[position]):
            yield from (None for _ in self._scene.ys)
            return
        for trace in self._scene.derivation.alone:
            yield None if trace.filled[position] else self.value(trace.gradients[position])
        if not self._scene.derivation.alone:
            yield from (None for _ in self._scene.ys)

    def _state_in_words(self, tensor: Tensor, gradient: Gradient) -> str:
        words = self._plain_state(tensor, gradient)
        return self.say("view.with_lifted", state=words, lifted=gradient.lifted) if gradient.lifted else words

    def _plain_state(self, tensor: Tensor, gradient: Gradient) -> str:
        state = gradient.state
        word = self.say(f"state.{state.value}")
        if state is State.STOPPED:
            word = "None"
        if state in (State.COMPUTED, State.ZERO):
            paths = self._flow.paths(tensor)
            return self.say("view.with_paths", state=word, count=_count(paths)) if paths > 1 else word
        if not gradient.reason or word in gradient.reason or state.is_secret:
            return gradient.reason or word
        return self.say("view.with_reason", state=word, reason=gradient.reason)

    # The caption and the notes

    def _caption(self) -> str:
        scene = self._scene
        ys = list(self._y_names())
        arguments = [_as_list(ys, always=False), _as_list(map(self._names, scene.xs))]
        if any(self.given):
            weights = [
                self._weight(seed) if given else "None"
                for seed, given in zip(scene.trace.seeds, self.given, strict=True)
            ]
            arguments.append(f"grad_ys={_as_list(weights, always=False)}")
        stops = sorted(scene.trace.stops, key=lambda stop: stop.index)
        if stops:
            names = map(self._names.of_operation, stops)
            arguments.append(f"stop_gradients={_as_list(names)}")
        if any(scene.trace.filled):
            arguments.append("unconnected_gradients='zero'")
        call = f"tf.gradients({', '.join(arguments)})"
        # Nobody is to take it for what TensorFlow answers.
        return self.say("view.lifted_caption", call=call, names=self._lifted_names()) if self._lifted_names() else call

    def _lifted_names(self) -> str:
        derivation = self._scene.derivation
        return self.joined(map(self._name_of, sorted(derivation.lifted))) if derivation.lifted else ""

    def _weight(self, seed: Tensor | IndexedSlices) -> str:
        value = self.value(seed)
        return "…" if value is None or value.summary is not None or len(value.text) > _LONGEST_SEED else value.text

    def _notes(self) -> Iterator[str]:
        numbers, names = self._numbers, self._names
        if self._lifted_names():
            yield self.say("view.lifted_note", names=self._lifted_names())
        for placeholder in numbers.unfed:
            tensor = placeholder.outputs[0]
            yield self.say("view.unfed", name=names(tensor), example=_example(tensor))
        shown = [self._name_of(name) for name in self._inputs.invented]
        if shown:
            yield self.say("view.invented", names=self.joined(shown))
        for operation in numbers.uninitialized:
            yield self.say("view.uninitialized", name=names.of_operation(operation))
        for operation in numbers.not_run:
            yield self.say("view.not_run", name=names.of_operation(operation), label=operation.definition.label)
        # Where the program itself fails, what only its gradients did besides says nothing new.
        own = [failure for failure in numbers.failed if failure[0].forward is None]
        for operation, problem in own or numbers.failed:
            yield self.say("view.failed", name=names.of_operation(operation), problem=problem)
        if not self._scene.picture.spots:
            yield self._too_large()
            yield self._by_operation()
        elif self._scene.picture.large:
            yield self.say("view.collapsed")
        for scope, number in self._scene.picture.refused:
            yield self.say("view.stays_closed", name=scope, count=number, most=DRAWN_IN_FULL)
        if more := len(self._scene.xs[MOST_ROWS:]):
            yield self.say("view.more_rows", count=more, shown=MOST_ROWS)
        if not self._scene.derivation.alone and len(self._scene.ys) > 1:
            yield self.say("view.not_alone")
        for operation in self._scene.picture.operations[:1000]:
            # A convention may be the very answer.
            if operation.definition.note and not self.veil.lies_ahead(operation):
                yield self.say(operation.definition.note)

    def _name_of(self, operation: str) -> str:
        return self._names.of_operation(self._scene.derivation.graph.get_operation_by_name(operation))

    def _too_large(self) -> str:
        scopes = self._scene.picture.scopes
        if len(scopes) > DRAWN_IN_FULL:
            # A loop makes a scope in each turn: they differ in a number.
            alike: Counter[str] = Counter()
            for name, count in scopes:
                alike[_NUMBER.sub("_…", name)] += count
            scopes = tuple(alike.items())
        counted = [
            self.say("view.scope", name=name or self.say("view.no_scope"), count=count)
            for name, count in sorted(scopes, key=lambda pair: (-pair[1], pair[0]))[:_MOST_SCOPES]
        ]
        if len(scopes) > _MOST_SCOPES:
            counted.append("…")
        total = sum(count for _, count in scopes)
        listed = self.say("view.comma").join(counted)
        if ways := self._scene.picture.ways:
            return self.say("view.too_many_ways", count=total, ways=ways, most=MOST_WAYS, scopes=listed)
        return self.say("view.too_large", count=total, scopes=listed)

    def _by_operation(self) -> str:
        """Return how often each operation occurs on the paths of a picture that is too large to draw."""
        found = Counter(operation.definition.label for operation in self._scene.picture.operations)
        told = [
            self.say("view.scope", name=label, count=count)
            for label, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_SCOPES]
        ]
        if len(found) > _MOST_SCOPES:
            told.append("…")
        return self.say("view.by_operation", operations=self.say("view.comma").join(told))


def _kind(operation: Operation) -> NodeKind:
    match operation.type:
        case "VariableV2":
            return NodeKind.VARIABLE
        case "Placeholder" | "PlaceholderWithDefault":
            return NodeKind.PLACEHOLDER
        case "Const":
            return NodeKind.CONSTANT
        case _:
            return NodeKind.OPERATION


def _state(array: Any) -> State:
    if array.dtype.kind in "fc" and not np.isfinite(array).all():
        return State.NOT_FINITE
    return State.ZERO if not array.any() else State.COMPUTED


@lru_cache(maxsize=4096)
def _shown_bytes(
    numbers: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], precision: int, language: str
) -> tuple[Value, State]:
    """Return an array as it is shown, and its state: many tensors of one picture have the same numbers."""
    array = np.frombuffer(numbers, dtype).reshape(shape)
    return value_of(array, precision, language), _state(array)


def _as_list(words: Iterable[str], always: bool = True) -> str:
    found = list(words)
    if len(found) > _MOST_NAMED:
        found[_FIRST_NAMED:-1] = ["…"]
    return found[0] if len(found) == 1 and not always else f"[{', '.join(found)}]"


def _count(number: int) -> str:
    """Return a count that may have thousands of digits."""
    if number < 10**6:
        return str(number)
    return f"10^{int((number.bit_length() - 1) * 0.30103)}+"


def _runs(numbers: Iterable[int]) -> str:
    """Return row numbers in brief: ``0–2, 5``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    written = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return ", ".join(written if len(written) <= 6 else [*written[:5], "…"])


def _example(tensor: Tensor) -> str:
    """Return numbers of a placeholder's shape, as they could be fed."""
    known = tensor.static_shape or ()
    sizes = [2 if size is None else size for size in known]
    if int(np.prod(sizes)) > 6:
        return "…"
    numbers = np.arange(1, int(np.prod(sizes)) + 1, dtype=np.float64).reshape(sizes)
    if tensor.dtype.is_integer:
        return str(numbers.astype(np.int64).tolist())
    return str(numbers.tolist()).replace(".0", ".")
