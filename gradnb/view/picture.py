"""Which tensors and edges are shown: what lies on the paths from the xs to the ys, and what stands beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradnb.engine.gradients import Trace
from gradnb.engine.graph import Graph
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.view.derivation import operations_behind
from gradnb.view.names import is_read, shown_as

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
    path : frozenset of Tensor
        Every tensor on a path from an x to a y, also those behind a stop, by what it is shown as.
    operations : tuple of Operation
        The operations on those paths, in forward order.
    scopes : tuple of (str, int)
        When there are too many spots: how many tensors stand in each outermost name scope.
    """

    spots: tuple[Spot, ...]
    forward: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    ids: dict[Tensor, str]
    path: frozenset[Tensor]
    operations: tuple[Operation, ...]
    scopes: tuple[tuple[str, int], ...] = ()


def picture_of(trace: Trace) -> Picture:
    """Return the structure of the picture of a call."""
    ys = [_tensor(y) for y in trace.ys]
    behind = operations_behind([*ys, *trace.xs])
    path = _path(behind, ys, trace.xs)
    ends = {shown_as(tensor) for tensor in (*ys, *trace.xs)}
    inner = [op for op in behind if _is_drawn(op, path)]
    shown = [shown_as(t) for op in behind for t in op.outputs if shown_as(t) in path or shown_as(t) in ends]
    beside = [shown_as(t) for op in inner for t in op.inputs]
    nodes = sorted(dict.fromkeys([*shown, *beside]), key=lambda t: (t.op.index, t.value_index))
    on_path = frozenset(path | ends)
    if len(nodes) > DRAWN_AT_MOST:
        counted = Counter(scope_of(tensor).partition("/")[0] for tensor in nodes if tensor in on_path)
        return Picture((), (), (), {}, on_path, tuple(inner), tuple(sorted(counted.items())))
    collapsed = _collapsed(nodes, ends) if len(nodes) > DRAWN_IN_FULL else {}
    return _drawn(nodes, inner, on_path, collapsed)


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


def _path(behind: Sequence[Operation], ys: Iterable[Tensor], xs: Iterable[Tensor]) -> set[Tensor]:
    reached = set(xs)
    for operation in behind:
        if any(tensor in reached for tensor in operation.inputs):
            reached.update(operation.outputs)
    useful = set(ys)
    for operation in reversed(behind):
        if any(tensor in useful for tensor in operation.outputs):
            useful.update(operation.inputs)
    return {shown_as(tensor) for tensor in reached & useful}


def _is_drawn(operation: Operation, path: set[Tensor]) -> bool:
    """Return whether an operation computes a tensor on a path from one."""
    if is_read(operation):
        return False
    return any(t in path for t in operation.outputs) and any(shown_as(t) in path for t in operation.inputs)


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


def _drawn(
    nodes: Sequence[Tensor], inner: Sequence[Operation], path: frozenset[Tensor], collapsed: dict[Tensor, str]
) -> Picture:
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
    return Picture(tuple(spots), tuple(forward), links, ids, path, tuple(inner))


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
