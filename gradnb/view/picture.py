"""Which tensors and edges are shown: what lies on the paths from the xs to the ys, and what stands beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradnb.engine.gradients import Trace
from gradnb.engine.graph import Graph
from gradnb.engine.paths import Paths, paths_between, shown_as
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor

#: More nodes than the first number are made fewer by collapsing name scopes, more than the second are not drawn.
DRAWN_IN_FULL = 40
DRAWN_AT_MOST = 400


@dataclass(frozen=True, slots=True)
class Spot:
    """A node of the picture.

    Attributes
    ----------
    id : str
        ``n0``, ``n1``, …
    tensors : tuple of Tensor
        The tensor that it shows; several when a name scope is collapsed into it; none for an operation of its own.
    operation : Operation
        Where it stands.
    on_path : bool
        Whether it lies between an x and a y, or is one.
    scope : str
        The name scope that is collapsed into it, else empty.
    """

    id: str
    tensors: tuple[Tensor, ...]
    operation: Operation
    on_path: bool
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
    source, target : str
        Ids of spots: of the operation's output, of the input.
    operation : Operation
        The operation.
    position : int
        Which of its inputs; -1 on the way from one of several outputs to the operation's own spot.
    output : Tensor or None
        That output.
    """

    source: str
    target: str
    operation: Operation
    position: int
    output: Tensor | None = None


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
    """

    spots: tuple[Spot, ...]
    forward: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    ids: dict[Tensor, str]
    paths: Paths
    scopes: tuple[tuple[str, int], ...] = ()

    @property
    def path(self) -> frozenset[Tensor]:
        """Every tensor on a path, by what it is shown as."""
        return self.paths.tensors

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations on the paths, in forward order."""
        return self.paths.operations


def picture_of(trace: Trace) -> Picture:
    """Return the structure of the picture of a call."""
    ys = [_tensor(y) for y in trace.ys]
    paths = paths_between(ys, trace.xs)
    beside = [shown_as(t) for op in paths.operations for t in op.inputs]
    nodes = sorted({*paths.tensors, *beside}, key=lambda t: (t.op.index, t.value_index))
    if len(nodes) > DRAWN_AT_MOST:
        counted = Counter(scope_of(tensor).partition("/")[0] for tensor in nodes if tensor in paths.tensors)
        return Picture((), (), (), {}, paths, tuple(sorted(counted.items())))
    ends = {shown_as(tensor) for tensor in (*ys, *trace.xs)}
    return _drawn(nodes, paths, _collapsed(nodes, ends) if len(nodes) > DRAWN_IN_FULL else {})


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


def _collapsed(nodes: Sequence[Tensor], ends: set[Tensor]) -> dict[Tensor, str]:
    """Return the scope into which each tensor is collapsed: the innermost scopes first, until few nodes are left."""
    scopes = {tensor: scope_of(tensor) for tensor in nodes if tensor not in ends}
    found: dict[Tensor, str] = {}
    candidates = {outer for scope in scopes.values() for outer in _outer_scopes(scope)}
    members = {
        scope: [tensor for tensor, own in scopes.items() if f"{own}/".startswith(f"{scope}/")]
        for scope in sorted(candidates)
    }
    for depth in sorted({scope.count("/") for scope in members}, reverse=True):
        if len(nodes) - len(found) + len(set(found.values())) <= DRAWN_IN_FULL:
            break
        for scope, inside in members.items():
            if scope.count("/") == depth and len(inside) > 1:
                found |= dict.fromkeys(inside, scope)
    return found


def _outer_scopes(scope: str) -> Iterator[str]:
    """Yield a scope and all those around it."""
    while scope:
        yield scope
        scope = scope.rpartition("/")[0]


def _drawn(nodes: Sequence[Tensor], paths: Paths, collapsed: dict[Tensor, str]) -> Picture:
    path, inner = paths.tensors, paths.operations
    groups: dict[object, list[Tensor]] = {}
    own: list[Operation] = [
        op for op in inner if len(op.outputs) > 1 and not all(t in collapsed for t in op.outputs if t in path)
    ]
    for tensor in nodes:
        groups.setdefault(collapsed.get(tensor, tensor), []).append(tensor)
    entries: list[tuple[tuple[int, int], object]] = [
        ((tensors[0].op.index, tensors[0].value_index), key) for key, tensors in groups.items()
    ]
    entries += [((operation.index, -1), operation) for operation in own]
    spots: list[Spot] = []
    ids: dict[Tensor, str] = {}
    own_ids: dict[Operation, str] = {}
    for number, (_, key) in enumerate(sorted(entries, key=lambda entry: entry[0])):
        identity = f"n{number}"
        if isinstance(key, Operation):
            own_ids[key] = identity
            spots.append(Spot(identity, (), key, True))
            continue
        tensors = groups[key]
        ids |= dict.fromkeys(tensors, identity)
        scope = key if isinstance(key, str) else ""
        spots.append(Spot(identity, tuple(tensors), tensors[0].op, any(t in path for t in tensors), scope))
    forward = dict.fromkeys(_forward(inner, path, ids, own_ids))
    links = tuple(link for link in _links(inner, path, ids, own_ids) if link.source != link.target)
    return Picture(tuple(spots), tuple(forward), links, ids, paths)


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
    for operation in reversed(inner):
        outputs = _outputs(operation, path)
        if operation in own:
            yield from (Link(ids[output], own[operation], operation, -1, output) for output in outputs)
        source = own.get(operation) or ids[outputs[0]]
        for position, tensor in enumerate(operation.inputs):
            if shown_as(tensor) in path:
                yield Link(source, ids[shown_as(tensor)], operation, position)
