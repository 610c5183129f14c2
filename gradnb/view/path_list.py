"""Every path from an x to a y, with what the gradient is along it alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.custom import lets_pass
from gradnb.engine.gradients import AnyGradient, apply_rule, not_recording
from gradnb.engine.paths import is_read, operations_behind, shown_as
from gradnb.engine.reasons import Cause, Reason
from gradnb.engine.registry import ATOM, PRODUCT, SUM
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.formula import Part, tensor_part
from gradnb.view.hiding import Veil
from gradnb.view.model import Flow, Gradient, Path, PathList, Value
from gradnb.view.numbers import Calculator, Inputs, Numbers, added

if TYPE_CHECKING:
    from gradnb.view.build import Scene

Array = np.ndarray[Any, Any]

#: Of so many paths to one x each is listed; of fewer when there are many xs, and so many paths in all.
MOST_LISTED = 64
_MOST_IN_ALL = 256
_FEWEST = 4
#: So many rules are applied for all paths together; the paths behind are only counted.
_MOST_RULES = 4000
#: A longer path is shown by its ends, a longer formula not at all.
_LONGEST_PATH = 12
_LONGEST_FORMULA = 72
#: How far the sum of what came by several paths may be from the gradient, by bytes of a real number.
_ROUNDING = {2: 1e-2, 4: 1e-4, 8: 1e-9}


class Words(Protocol):
    """What the builder says, and what it keeps to itself."""

    veil: Veil

    def say(self, key: str, **values: object) -> str:
        """Return a message in the view's language."""

    def shown(self, array: Any) -> Value:
        """Return an array as it is shown."""

    def reason(self, reasons: Sequence[Reason]) -> str:
        """Return why no gradient arrives, in words."""

    def gradient(self, tensor: Tensor) -> Gradient:
        """Return the gradient of a tensor as it is shown."""

    def count(self, number: int) -> str:
        """Return a count that may have thousands of digits."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A step of a path back: from an operation's output to one of its inputs.

    Attributes
    ----------
    output : Tensor
        Where it comes from.
    operation : Operation
        The operation that computes it.
    position : int
        Through which of its inputs it goes.
    """

    output: Tensor
    operation: Operation
    position: int

    @property
    def target(self) -> Tensor:
        """The tensor at which it arrives."""
        return shown_as(self.operation.inputs[self.position])


@dataclass(frozen=True, slots=True)
class Route:
    """A path from a y back to an x.

    Attributes
    ----------
    y : int
        The number of the y.
    hops : tuple of Hop
        From the y on; empty when the x is the y itself.
    arrived : tuple of (Tensor, IndexedSlices or None)
        What has come so far, by this path alone: the weight of the y, then what each hop passes on; None from where on
        nothing could pass even without stops.
    reason : Reason or None
        Where the gradient is stopped or blocked first.
    """

    y: int
    hops: tuple[Hop, ...]
    arrived: tuple[AnyGradient | None, ...]
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Routes:
    """The paths of one x.

    Attributes
    ----------
    open, cut : tuple of Route
        Those that a gradient takes, and the others.
    all_open, all_cut : int
        How many there are, also of those that are not listed.
    """

    open: tuple[Route, ...]
    cut: tuple[Route, ...]
    all_open: int
    all_cut: int


class PathFinder:
    """The paths of a scene, and what is needed to compute what comes by each.

    Parameters
    ----------
    scene : Scene
        The call.
    xs : sequence of Tensor, optional
        Where the paths end; by default the xs of the call.
    """

    def __init__(self, scene: Scene, xs: Sequence[Tensor] | None = None) -> None:
        self._scene = scene
        self._along = _Along(scene)
        self._most = min(MOST_LISTED, max(_FEWEST, _MOST_IN_ALL // max(len(scene.xs), 1)))
        self.routes: tuple[Routes, ...] = tuple(map(self._routes, scene.xs if xs is None else xs))
        listed = [route for routes in self.routes for route in (*routes.open, *routes.cut)]
        whole = scene.derivation.whole
        wanted = [tensor for route in listed for g in route.arrived if (tensor := whole(g)) is not None]
        wanted += [tensor for gradient in scene.trace.gradients if (tensor := whole(gradient)) is not None]
        leaves = [t for route in listed for hop in route.hops for t in (*hop.operation.inputs, *hop.operation.outputs)]
        self._calculator = Calculator(scene.derivation, (*wanted, *leaves, *_of_unknown_shape(wanted)), 0)

    def numbers(self, inputs: Inputs) -> Numbers:
        """Return the numbers along all paths."""
        return self._calculator.compute(inputs)

    def _routes(self, x: Tensor) -> Routes:
        counted = _Counted(self._scene, x)
        starts = [(number, y) for number, y in enumerate(self._scene.ys)]
        opened = self._listed(counted.walks(starts, cut=False), self._most)
        cut = self._listed(counted.walks(starts, cut=True), self._most - len(opened))
        return Routes(
            tuple(opened),
            tuple(cut),
            sum(counted.open.get(y, 0) for _, y in starts),
            sum(counted.cut(y) for _, y in starts),
        )

    def _listed(self, walks: Iterator[tuple[int, tuple[Hop, ...]]], most: int) -> list[Route]:
        found: list[Route] = []
        while len(found) < most and self._along.rules_applied < _MOST_RULES:
            walk = next(walks, None)
            if walk is None:
                break
            number, hops = walk
            found.append(Route(number, hops, self._along.arrived(number, hops), self._obstacle(hops)))
        return found

    def _obstacle(self, hops: Sequence[Hop]) -> Reason | None:
        flow = self._scene.flow
        for hop in hops:
            if not passes(self._scene, hop.operation, hop.position):
                step = flow.step(hop.operation)
                if step is not None and step.contributions[hop.position] is not None:
                    return Reason(Cause.STOPPED, hop.target)  # the wall stands where the variable is read
                return flow.barrier(hop.operation, hop.position)
        return None


def passes(scene: Scene, operation: Operation, position: int) -> bool:
    """Return whether the call lets a gradient pass from an operation to one of its inputs, as far as the variable."""
    step = scene.flow.step(operation)
    if step is None or step.contributions[position] is None:
        return False
    tensor = operation.inputs[position]
    if not is_read(tensor.op) or tensor in scene.trace.xs:
        return True
    reading = scene.flow.step(tensor.op)
    return reading is not None and reading.contributions[0] is not None


class _Counted:
    """How many paths lead from each tensor back to one x, and which."""

    def __init__(self, scene: Scene, x: Tensor) -> None:
        self._scene = scene
        self._x = x
        self.open: dict[Tensor, int] = {x: 1}
        self.all: dict[Tensor, int] = {x: 1}
        for operation in scene.picture.operations:
            everything = opened = 0
            for position, tensor in enumerate(map(shown_as, operation.inputs)):
                if tensor in self.all:
                    everything += self.all[tensor]
                    if tensor in self.open and passes(scene, operation, position):
                        opened += self.open[tensor]
            for output in operation.outputs if everything else ():
                self.all[output] = everything
                self.open[output] = opened

    def cut(self, tensor: Tensor) -> int:
        """Return how many paths from a tensor to the x are cut somewhere."""
        return self.all.get(tensor, 0) - self.open.get(tensor, 0)

    def walks(self, starts: Sequence[tuple[int, Tensor]], cut: bool) -> Iterator[tuple[int, tuple[Hop, ...]]]:
        """Yield the paths that are cut, or those that are not: from the first y on, first inputs first."""
        for number, y in starts:
            if self.cut(y) if cut else self.open.get(y, 0):
                yield from ((number, hops) for hops in self._from(y, cut))

    def _from(self, y: Tensor, cut: bool) -> Iterator[tuple[Hop, ...]]:
        # Not by recursion: a path may be as long as it likes. The way to each entry is a chain of those before it.
        waiting: list[tuple[_Way | None, Tensor, bool]] = [(None, y, False)]
        while waiting:
            way, tensor, is_cut = waiting.pop()
            if tensor is self._x:
                yield () if way is None else way.hops()
                continue
            following = []
            for position, target in enumerate(map(shown_as, tensor.op.inputs)):
                if target in self.all:
                    through = is_cut or not passes(self._scene, tensor.op, position)
                    left = self.all[target] if through else self.cut(target) if cut else self.open[target]
                    if left and (cut or not through):
                        following.append((_Way(Hop(tensor, tensor.op, position), way), target, through))
            waiting += reversed(following)


class _Way(NamedTuple):
    """The last hop of a way, and the way before it."""

    hop: Hop
    before: _Way | None

    def hops(self) -> tuple[Hop, ...]:
        found: list[Hop] = []
        way: _Way | None = self
        while way is not None:
            found.append(way.hop)
            way = way.before
        return tuple(reversed(found))


class _Along:
    """Builds what a gradient is along single paths, in the private copy of the graph.

    Where the call itself did the same, what it built is taken.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._passed: dict[tuple[Tensor, AnyGradient], Sequence[AnyGradient | None]] = {}
        self.rules_applied = 0

    def arrived(self, number: int, hops: Sequence[Hop]) -> tuple[AnyGradient | None, ...]:
        """Return the weight of a y and what each hop from it passes on."""
        current: AnyGradient | None = self._scene.trace.seeds[number]
        found = [current]
        with self._scene.derivation.graph.as_default(), not_recording():
            for hop in hops:
                if current is not None:
                    current = self._passes(hop, current)
                found.append(current)
        return tuple(found)

    def _passes(self, hop: Hop, upstream: AnyGradient) -> AnyGradient | None:
        key = (hop.output, upstream)
        if key not in self._passed:
            self._passed[key] = self._passes_anew(hop, upstream)
        return self._passed[key][hop.position]

    def _passes_anew(self, hop: Hop, upstream: AnyGradient) -> Sequence[AnyGradient | None]:
        operation, step = hop.operation, self._scene.flow.step(hop.operation)
        if step is not None and step.upstream == (upstream,):
            return self._scene.derivation.walls.get(operation, step.contributions)
        if operation.type == "StopGradient" and not lets_pass(operation):
            return (upstream,)
        self.rules_applied += 1
        arriving = [upstream if output is hop.output else None for output in operation.outputs]
        try:
            return apply_rule(operation, arriving)
        except (LookupError, ValueError, TypeError):
            # Behind a stop there may be operations without a gradient, and types that carry none.
            return (None,) * len(operation.inputs)


def _of_unknown_shape(tensors: Sequence[Tensor]) -> Iterator[Tensor]:
    """Yield what rules build on the way to tensors and only a run knows the shape of: formulas need to know it."""
    for operation in operations_behind(tensors):
        if operation.forward is not None:
            yield from (output for output in operation.outputs if not shapes.is_full(output.static_shape))


def paths_of(scene: Scene, inputs: Inputs, words: Words) -> Iterator[PathList]:
    """Yield for each x its paths.

    Parameters
    ----------
    scene : Scene
        The call.
    inputs : Inputs
        What the numbers follow from, random numbers that were drawn included.
    words : Words
        How it is said.
    """
    finder = scene.path_finder
    numbers = finder.numbers(inputs)
    for position, routes in enumerate(finder.routes):
        yield _Told(scene, numbers, words, position, routes).path_list()


class _Told:
    """The paths of one x in words and numbers."""

    def __init__(self, scene: Scene, numbers: Numbers, words: Words, position: int, routes: Routes) -> None:
        self._scene = scene
        self._numbers = numbers
        self._words = words
        self._say = words.say
        self._x = scene.xs[position]
        self._gradient = scene.trace.gradients[position]
        self._routes = routes

    def path_list(self) -> PathList:
        """Return them."""
        scene, routes = self._scene, self._routes
        name, node = scene.names(self._x), scene.picture.ids.get(self._x, "")
        if self._words.veil.covers(self._x):
            return PathList(node, name, "?", (), (self._words.gradient(self._x).reason,))
        paths = tuple(map(self._path, (*routes.open, *routes.cut)))
        return PathList(node, name, self._headline(), paths, tuple(self._remarks()))

    def _headline(self) -> str:
        opened, cut = self._routes.all_open, self._routes.all_cut
        if cut and not opened:
            return self._counted("all_cut", cut)
        said = [self._counted("open", opened)] + ([self._counted("cut", cut)] if cut else [])
        return self._say("view.semicolon").join(said)

    def _counted(self, key: str, number: int) -> str:
        form = {0: "none", 1: "one"}.get(number, "several")
        return self._say(f"paths.{key}_{form}", count=self._words.count(number))

    def _path(self, route: Route) -> Path:
        tensors = [self._scene.ys[route.y], *(hop.target for hop in route.hops)]
        drawn = (self._scene.picture.ids.get(tensor, "") for tensor in reversed(tensors))
        secret = any(map(self._words.veil.covers, tensors))
        array = None if secret else self._array(route)
        value = None if array is None else self._words.shown(array)
        formula = "" if value is None else self._formula(route)
        return Path(
            names=self._names(route),
            nodes=tuple(dict.fromkeys(filter(None, drawn))),
            flow=self._flow(route),
            # A y that is the x itself has nothing but its weight.
            formula=formula if route.hops else "",
            contribution=value,
            reason="" if route.reason is None else self._words.reason([route.reason]),
        )

    def _names(self, route: Route) -> tuple[str, ...]:
        found = [self._scene.names(self._x)]
        for hop in reversed(route.hops):
            name = self._scene.names(hop.output)
            used = [shown_as(tensor) for tensor in hop.operation.inputs].count(hop.target)
            found.append(self._say("paths.as_input", name=name, number=hop.position + 1) if used > 1 else name)
        if len(found) > _LONGEST_PATH:
            found[_LONGEST_PATH // 2 : -_LONGEST_PATH // 2 + 1] = ["…"]
        return tuple(found)

    def _flow(self, route: Route) -> Flow:
        if route.reason is not None:
            return Flow.STOPPED if route.reason.cause is Cause.STOPPED else Flow.BLOCKED
        lifted = any(self._scene.flow.is_lifted(hop.operation) for hop in route.hops)
        return Flow.LIFTED if lifted else Flow.PASSES

    def _array(self, route: Route) -> Array | None:
        return self._numbers.get(self._scene.derivation.whole(route.arrived[-1]))

    # The product

    def _formula(self, route: Route) -> str:
        """Return the weight times the local derivatives, or nothing when it would be too long to follow."""
        product = self._number(self._scene.derivation.whole(route.arrived[0]))
        for hop, before, after in zip(route.hops, route.arrived, route.arrived[1:], strict=False):
            if not isinstance(before, Tensor) or not isinstance(after, Tensor) or len(product.text) > _LONGEST_FORMULA:
                return ""
            product = self._times(product, hop, before, after)
        return product.text if len(product.text) <= _LONGEST_FORMULA and "…" not in product.text else ""

    def _times(self, product: Part, hop: Hop, before: Tensor, after: Tensor) -> Part:
        if after is before:
            return Part(f"({product.text}) · 1" if product.binds < PRODUCT else f"{product.text} · 1", PRODUCT)
        known = {*hop.operation.inputs, *hop.operation.outputs}

        def leaf(tensor: Tensor) -> Part | None:
            if tensor is before:
                return product
            return self._number(tensor) if tensor in known else None

        return tensor_part(after, leaf, lambda tensor: self._scene.array_of(self._numbers, tensor))

    def _number(self, tensor: Tensor | None) -> Part:
        array = self._numbers.get(tensor)
        value = None if array is None else self._words.shown(array)
        if value is None or value.summary is not None:
            return Part("…", ATOM)
        return Part(value.text, SUM if value.text.startswith("-") else ATOM)

    # The sum

    def _remarks(self) -> Iterator[str]:
        routes = self._routes
        total = self._numbers.get(self._scene.derivation.whole(self._gradient))
        if len(routes.open) < routes.all_open:
            value = self._say("story.unknown") if total is None else self._words.shown(total).text
            counts = {"listed": len(routes.open), "count": self._words.count(routes.all_open)}
            yield self._say("paths.first_ones", **counts, value=value)
        elif total is not None and routes.open:
            yield from self._sum(total)
        stopped = [route for route in routes.cut if self._flow(route) is Flow.STOPPED]
        if len(stopped) > 1 and not any(map(self._is_secret, stopped)):
            kept_out = added([self._array(route) for route in stopped])
            if kept_out is not None:
                yield self._say("paths.kept_out", value=self._words.shown(kept_out).text)
        if left := routes.all_cut - len(routes.cut):
            yield self._counted("left", left)

    def _is_secret(self, route: Route) -> bool:
        return any(self._words.veil.covers(hop.output) for hop in route.hops)

    def _sum(self, total: Array) -> Iterator[str]:
        """Yield the sum of what comes by the paths, and whether it is the gradient."""
        arrays = [self._array(route) for route in self._routes.open]
        by_hand, gradient = added(arrays), self._words.shown(total).text
        if by_hand is None:
            return
        if np.isfinite(total).all() and not _alike(by_hand, total):
            yield self._say("paths.not_linear", value=self._words.shown(by_hand).text, gradient=gradient)
        elif len(arrays) > 1:
            terms = " + ".join(self._words.shown(array).summand for array in arrays if array is not None)
            if len(terms) > _LONGEST_FORMULA:
                yield self._say("paths.sum_alone", value=gradient)
            else:
                yield self._say("paths.sum", terms=terms, value=gradient)


def _alike(by_hand: Array, total: Array) -> bool:
    if by_hand.shape != total.shape:
        return False
    tolerance = _ROUNDING.get(total.real.dtype.itemsize, 1e-9)
    with np.errstate(all="ignore"):
        largest = np.abs(total[np.isfinite(total)]).max(initial=1.0)
        return bool(np.allclose(by_hand, total, rtol=tolerance, atol=tolerance * largest, equal_nan=True))
