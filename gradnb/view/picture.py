"""Which tensors and edges are shown: what lies on the paths from the xs to the ys, and what stands beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from gradnb.engine.gradients import Trace
from gradnb.engine.graph import Graph
from gradnb.engine.paths import Paths, paths_between, shown_as
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor

#: More nodes than the first number are made fewer by collapsing name scopes, more than the second are not drawn.
DRAWN_IN_FULL = 40
DRAWN_AT_MOST = 400
#: More lines from node to node cannot be followed. A line back has two parts, with its number between them; leaves that
#: stand below each other hang together.
MOST_WAYS = 400


@dataclass(frozen=True, slots=True)
class Spot:
    """A node of the picture.

    Attributes
    ----------
    id : str
        ``n0``, ``n1``, …: the same whatever is collapsed; a collapsed scope has that of its first tensor.
    tensors : tuple of Tensor
        The tensor that it shows; several when a name scope is collapsed into it; none for an operation of its own.
    operation : Operation
        Where it stands.
    on_path : bool
        Whether it lies between an x and a y, or is one.
    box : str
        The name scope in which it stands, or empty.
    scope : str
        The name scope that is collapsed into it, else empty.
    """

    id: str
    tensors: tuple[Tensor, ...]
    operation: Operation
    on_path: bool
    box: str = ""
    scope: str = ""

    @property
    def tensor(self) -> Tensor | None:
        """The one tensor that it shows, if it shows one."""
        return self.tensors[0] if len(self.tensors) == 1 and not self.scope else None


@dataclass(frozen=True, slots=True)
class Link:
    """A way from an operation's output back to one of its inputs.

    Attributes
    ----------
    id : str
        ``b0``, ``b1``, …: the same whatever is collapsed. Links that a collapsed scope makes one share the first one's.
    source, target : str
        Ids of spots: of the operation's output, of the input.
    operation : Operation
        The operation.
    position : int
        Which of its inputs; -1 on the way from one of several outputs to the operation's own spot.
    output : Tensor or None
        That output.
    """

    id: str
    source: str
    target: str
    operation: Operation
    position: int
    output: Tensor | None = None

    @property
    def tensor(self) -> Tensor:
        """The tensor to which it leads."""
        return shown_as(self.operation.inputs[self.position]) if self.output is None else self.output


@dataclass(frozen=True)
class Picture:
    """The structure of an explanation, which does not depend on numbers or stops.

    Attributes
    ----------
    spots : tuple of Spot
        In forward order; empty when there are too many.
    forward : tuple of (str, str)
        From spot to spot.
    links : tuple of Link
        In the order of the backward pass.
    ids : dict of Tensor to str
        The spot at which a tensor is shown.
    paths : Paths
        From the xs to the ys, also behind a stop.
    scopes : tuple of (str, int)
        When there are too many spots: how many tensors stand in each outermost name scope.
    collapsible : tuple of str
        The name scopes that are open and could be collapsed.
    large : bool
        Whether scopes are collapsed because there would be too many spots.
    refused : tuple of (str, int)
        The name scopes that are not opened as was asked, each with the number of spots that there would be.
    ways : int
        How many lines there would be between the spots, forward, backward and from the weights, where these are too
        many.
    """

    spots: tuple[Spot, ...]
    forward: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    ids: dict[Tensor, str]
    paths: Paths
    scopes: tuple[tuple[str, int], ...] = ()
    collapsible: tuple[str, ...] = ()
    large: bool = False
    refused: tuple[tuple[str, int], ...] = ()
    ways: int = 0

    @property
    def path(self) -> frozenset[Tensor]:
        """Every tensor on a path, by what it is shown as."""
        return self.paths.tensors

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations on the paths, in forward order."""
        return self.paths.operations


def picture_of(trace: Trace, opened: Collection[str] = (), collapsed: Collection[str] = ()) -> Picture:
    """Return the structure of the picture of a call.

    Parameters
    ----------
    trace : Trace
        The call.
    opened : collection of str
        Name scopes to open that else were collapsed; where there would be too many spots, the first ones.
    collapsed : collection of str
        Name scopes to collapse.
    """
    ys = [_tensor(y) for y in trace.ys]
    paths = paths_between(ys, trace.xs)
    if len(paths.tensors) > DRAWN_AT_MOST:
        return _counted(paths)
    beside = [shown_as(t) for op in paths.operations for t in op.inputs]
    nodes = sorted({*paths.tensors, *beside}, key=lambda t: (t.op.index, t.value_index))
    if len(nodes) > DRAWN_AT_MOST:
        return _counted(paths)
    ends = {shown_as(tensor) for tensor in (*ys, *trace.xs)}
    drawn = _drawn(nodes, paths, _Boxes(nodes, ends, opened, collapsed))
    leaves = [spot for spot in drawn.spots if not spot.operation.inputs and not spot.box]
    ways = len(drawn.forward) + 2 * len({link.id for link in drawn.links}) + len(ys) + len(leaves)
    return drawn if ways <= MOST_WAYS else replace(_counted(paths), ways=ways)


def count_of(trace: Trace) -> Picture:
    """Return what there is in place of a picture with too much in it."""
    return _counted(paths_between([_tensor(y) for y in trace.ys], trace.xs))


def _counted(paths: Paths) -> Picture:
    outermost: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for tensor in paths.tensors:
        scope = tensor.op.name.rpartition("/")[0]
        if scope not in outermost:
            outermost[scope] = scope_of(tensor).partition("/")[0]
        counted[outermost[scope]] += 1
    return Picture((), (), (), {}, paths, tuple(sorted(counted.items())))


def scope_of(tensor: Tensor) -> str:
    """Return the name scope that a tensor stands in; the scope that an operation makes for its own parts is none."""
    scope = tensor.op.name.rpartition("/")[0]
    while scope and _is_operation(tensor.graph, scope):
        scope = scope.rpartition("/")[0]
    return scope


def _is_operation(graph: Graph, name: str) -> bool:
    try:
        graph.get_operation_by_name(name)
    except KeyError:
        return False
    return True


def _tensor(y: Tensor | IndexedSlices) -> Tensor:
    return y.values if isinstance(y, IndexedSlices) else y


class _Boxes:
    """Which name scopes are collapsed: what stands in them, but for ys and xs, is one spot.

    Attributes
    ----------
    into : Mapping of Tensor to str
        The scope into which a tensor is collapsed.
    large : bool
        Whether there were too many spots without that.
    refused : list of (str, int)
        Scopes that are not opened as was asked, and how many spots there would be.
    """

    def __init__(
        self, nodes: Sequence[Tensor], ends: set[Tensor], opened: Collection[str], collapsed: Collection[str]
    ) -> None:
        self._count = len(nodes)
        self._ends = ends
        self._scopes = {tensor: scope_of(tensor) for tensor in nodes}
        inside = {tensor: scope for tensor, scope in self._scopes.items() if tensor not in ends}
        candidates = sorted({outer for scope in inside.values() for outer in _outer_scopes(scope)})
        members = {outer: [tensor for tensor, scope in inside.items() if _is_in(scope, outer)] for outer in candidates}
        #: What each scope would collapse: one tensor alone is as well shown itself.
        self._members = {scope: tensors for scope, tensors in members.items() if len(tensors) > 1}
        self.into: dict[Tensor, str] = {}
        self.refused: list[tuple[str, int]] = []
        self._make_fewer()
        self.large = bool(self.into)
        for scope in (
            sorted(opened, key=_depth) if isinstance(opened, Sequence) else sorted(opened, key=_depth_and_name)
        ):
            self._open(scope)
        for scope in sorted(collapsed, key=_depth, reverse=True):
            self.into |= dict.fromkeys(self._members.get(scope, ()), scope)

    def _make_fewer(self) -> None:
        """Collapse the innermost scopes first, until few spots are left."""
        for depth in sorted({_depth(scope) for scope in self._members}, reverse=True):
            if self._drawn(self.into) <= DRAWN_IN_FULL:
                break
            for scope, tensors in self._members.items():
                if _depth(scope) == depth:
                    self.into |= dict.fromkeys(tensors, scope)

    def _open(self, scope: str) -> None:
        """Open a collapsed scope, so that the scopes in it are collapsed ones."""
        if scope not in self.into.values():
            return
        tried = {tensor: inner for tensor, inner in self.into.items() if inner != scope}
        for inner in sorted(self._members, key=_depth, reverse=True):
            if inner != scope and _is_in(inner, scope):
                tried |= dict.fromkeys(self._members[inner], inner)
        if self._drawn(tried) <= DRAWN_IN_FULL:
            self.into = tried
        else:
            self.refused.append((scope, self._drawn(tried)))

    def _drawn(self, into: Mapping[Tensor, str]) -> int:
        return self._count - len(into) + len(set(into.values()))

    def box(self, tensor: Tensor) -> str:
        """Return the scope in whose box a tensor's spot stands; that of a collapsed one stands there with its ends."""
        scope = self.into.get(tensor)
        if scope is None:
            return self._scopes[tensor]
        return scope if any(_is_in(self._scopes[end], scope) for end in self._ends) else scope.rpartition("/")[0]

    def collapsible(self) -> tuple[str, ...]:
        """Return the open scopes that could be collapsed."""
        hidden = set(self.into.values())
        return tuple(scope for scope in self._members if not any(_is_in(scope, outer) for outer in hidden))


def _is_in(scope: str, outer: str) -> bool:
    return f"{scope}/".startswith(f"{outer}/")


def _depth(scope: str) -> int:
    return scope.count("/")


def _depth_and_name(scope: str) -> tuple[int, str]:
    return _depth(scope), scope


def _outer_scopes(scope: str) -> Iterator[str]:
    """Yield a scope and all those around it."""
    while scope:
        yield scope
        scope = scope.rpartition("/")[0]


def _drawn(nodes: Sequence[Tensor], paths: Paths, boxes: _Boxes) -> Picture:
    path, inner = paths.tensors, paths.operations
    places: dict[Tensor | Operation, tuple[int, int]] = {
        tensor: (tensor.op.index, tensor.value_index) for tensor in nodes
    }
    # An operation of which several outputs are on the way has a spot of its own, between its inputs and them.
    places |= {operation: (operation.index, -1) for operation in inner if len(_outputs(operation, path)) > 1}
    groups: dict[str, list[Tensor]] = {}
    for tensor in nodes:
        if tensor in boxes.into:
            groups.setdefault(boxes.into[tensor], []).append(tensor)
    spots: list[Spot] = []
    ids: dict[Tensor, str] = {}
    own: dict[Operation, str] = {}
    for number, thing in enumerate(sorted(places, key=places.__getitem__)):
        identity = f"n{number}"
        if isinstance(thing, Operation):
            outputs = _outputs(thing, path)
            if not all(tensor in boxes.into for tensor in outputs):
                own[thing] = identity
                spots.append(Spot(identity, (), thing, True, scope_of(thing.outputs[0])))
            continue
        scope = boxes.into.get(thing, "")
        tensors = groups[scope] if scope else [thing]
        if thing is tensors[0]:
            ids |= dict.fromkeys(tensors, identity)
            on_path = any(tensor in path for tensor in tensors)
            spots.append(Spot(identity, tuple(tensors), thing.op, on_path, boxes.box(thing), scope))
    forward = dict.fromkeys(_forward(inner, path, ids, own))
    links = [link for link in _links(inner, path, ids, own) if link.source != link.target]
    return Picture(
        tuple(spots),
        tuple(forward),
        tuple(_merged(links, {spot.id for spot in spots if spot.scope})),
        ids,
        paths,
        collapsible=boxes.collapsible(),
        large=boxes.large,
        refused=tuple(boxes.refused),
    )


def _merged(links: Iterable[Link], groups: set[str]) -> Iterator[Link]:
    """Yield links, those of them as one that lead from or to a collapsed scope and have the same ends."""
    first: dict[tuple[str, str], str] = {}
    for link in links:
        ends = (link.source, link.target)
        yield replace(link, id=first.setdefault(ends, link.id)) if groups.intersection(ends) else link


def _outputs(operation: Operation, path: frozenset[Tensor]) -> list[Tensor]:
    return [tensor for tensor in operation.outputs if tensor in path]


def _forward(
    inner: Iterable[Operation], path: frozenset[Tensor], ids: dict[Tensor, str], own: dict[Operation, str]
) -> Iterator[tuple[str, str]]:
    for operation in inner:
        outputs = [ids[tensor] for tensor in _outputs(operation, path)]
        targets = [own[operation]] if operation in own else outputs
        for tensor in operation.inputs:
            yield from ((ids[shown_as(tensor)], target) for target in targets if ids[shown_as(tensor)] != target)
        if operation in own:
            yield from ((own[operation], output) for output in outputs)


def _links(
    inner: Sequence[Operation], path: frozenset[Tensor], ids: dict[Tensor, str], own: dict[Operation, str]
) -> Iterator[Link]:
    numbers = count()
    for operation in reversed(inner):
        outputs = _outputs(operation, path)
        for output in outputs if len(operation.outputs) > 1 else ():
            identity = f"b{next(numbers)}"
            if operation in own:
                yield Link(identity, ids[output], own[operation], operation, -1, output)
        source = own.get(operation) or ids[outputs[0]]
        for position, tensor in enumerate(operation.inputs):
            if shown_as(tensor) in path:
                yield Link(f"b{next(numbers)}", source, ids[shown_as(tensor)], operation, position)
