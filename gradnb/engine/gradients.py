"""``tf.gradients``: gradients are built into the graph, operation by operation, and leave a trace of how.

The algorithm is TensorFlow's: of the operations between the xs and the ys each waits until all its consumers have been
differentiated; then what arrived at its outputs is added, its rule is asked what passes to its inputs, and its inputs
wait for one consumer less.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from itertools import islice
from typing import Any, NamedTuple

from gradnb.engine import shapes
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.custom import Rule, rule_of
from gradnb.engine.dtypes import DType
from gradnb.engine.graph import Graph, get_default_graph, graph_of, name_scope
from gradnb.engine.ops.broadcast import ones, shape, zeros_like
from gradnb.engine.ops.math import add_n
from gradnb.engine.ops.state import identity, tuple_
from gradnb.engine.paths import is_read
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.messages import text

__all__ = [
    "AggregationMethod",
    "UnconnectedGradients",
    "gradients",
]

AnyGradient = Tensor | IndexedSlices

#: A longer path is shown by its ends.
_LONGEST_PATH = 10


class UnconnectedGradients(Enum):
    """What the gradient is when no path leads from an x to a y.

    Attributes
    ----------
    NONE
        ``None``.
    ZERO
        Zeros of the shape of the x.

    Examples
    --------
    >>> import gradnb as tf
    >>> x, z = tf.constant(3.0), tf.constant(1.0)
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.gradients(x * x, z, unconnected_gradients=tf.UnconnectedGradients.ZERO)))
    0.0
    """

    NONE = "none"
    ZERO = "zero"


class AggregationMethod:
    """How the gradients that arrive at one tensor are added; the sum is the same.

    Attributes
    ----------
    ADD_N, DEFAULT : int
        One operation that adds them all.
    EXPERIMENTAL_TREE, EXPERIMENTAL_ACCUMULATE_N : int
        One addition after the other.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(3.0)
    >>> y = x * x
    >>> method = tf.AggregationMethod.EXPERIMENTAL_TREE
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.gradients(y, x, aggregation_method=method)))
    6.0
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class Outcome(Enum):
    """What the algorithm does with an operation that it takes from the queue."""

    DIFFERENTIATED = "differentiated"
    STOPPED = "stopped"
    BOUNDARY = "boundary"
    NOT_DIFFERENTIABLE = "not_differentiable"
    NOTHING_ARRIVES = "nothing_arrives"


class Queue(Sequence[Operation]):
    """The operations that were ready and not yet taken: a part of the order in which all became ready.

    A copy for each step would need memory as the square of what waits.
    """

    __slots__ = ("_end", "_order", "_start")

    def __init__(self, order: list[Operation], start: int, end: int) -> None:
        self._order = order
        self._start = start
        self._end = end

    def __len__(self) -> int:
        return self._end - self._start

    def __getitem__(self, index: Any) -> Any:
        return self._order[self._start : self._end][index]

    def __iter__(self) -> Iterator[Operation]:
        return islice(self._order, self._start, self._end)

    def __repr__(self) -> str:
        return repr(list(self))


class Step(NamedTuple):
    """One operation taken from the queue.

    Attributes
    ----------
    operation : Operation
        The operation.
    outcome : Outcome
        What happens to it: an x behind which the search ends is a ``BOUNDARY``.
    upstream : tuple of (Tensor, IndexedSlices or None)
        For each output, the gradient that arrived, all contributions added.
    summands : tuple of tuple
        For each output, the contributions that were added, in the order in which they came.
    contributions : tuple of (Tensor, IndexedSlices or None)
        For each input, what passes on to it.
    ready : Queue
        The queue afterwards.
    pending : tuple of (Operation, int)
        The inputs' operations that still wait, and for how many consumers.
    """

    operation: Operation
    outcome: Outcome
    upstream: tuple[AnyGradient | None, ...]
    summands: tuple[tuple[AnyGradient, ...], ...]
    contributions: tuple[AnyGradient | None, ...]
    ready: Queue
    pending: tuple[tuple[Operation, int], ...]


class Trace(NamedTuple):
    """How gradients were built.

    Attributes
    ----------
    ys, xs : tuple of Tensor
        Of what, with respect to what; variables as references.
    seeds : tuple of (Tensor or IndexedSlices)
        The weight of each y: what was given, else ones.
    given : tuple of bool
        Which of them were given.
    stops : frozenset of Operation
        The operations of ``stop_gradients``.
    ready : tuple of Operation
        The queue at the start.
    pending : tuple of (Operation, int)
        The operations between, and for how many consumers each waits at the start.
    steps : tuple of Step
        In their order.
    gradients : tuple of (Tensor, IndexedSlices or None)
        For each x; None where no gradient arrived.
    filled : tuple of bool
        Which of them are zeros put in for None.
    """

    ys: tuple[AnyGradient, ...]
    xs: tuple[Tensor, ...]
    seeds: tuple[AnyGradient, ...]
    given: tuple[bool, ...]
    stops: frozenset[Operation]
    ready: tuple[Operation, ...]
    pending: tuple[tuple[Operation, int], ...]
    steps: tuple[Step, ...]
    gradients: tuple[AnyGradient | None, ...]
    filled: tuple[bool, ...]


class Call(NamedTuple):
    """One call of `gradients` by a program, as it was recorded.

    Attributes
    ----------
    ys, xs, grad_ys, stop_gradients, unconnected_gradients, name, gate_gradients, aggregation_method
        Its arguments; `grad_ys` is None or a tuple, the lists are tuples of tensors.
    graph : Graph
        The graph to which it added.
    first_index : int
        The index of the first operation that it added.
    names_in_use : Mapping
        The names in use before it, for `Graph.copy`.
    result : tuple
        What it returned.
    """

    ys: tuple[Any, ...]
    xs: tuple[Any, ...]
    grad_ys: tuple[Any, ...] | None
    stop_gradients: tuple[Any, ...]
    unconnected_gradients: UnconnectedGradients
    name: str | None
    gate_gradients: bool
    aggregation_method: int
    graph: Graph
    first_index: int
    names_in_use: Mapping[str, int]
    result: tuple[AnyGradient | None, ...]


class Unanswered(NamedTuple):
    """A call that gave a None.

    Attributes
    ----------
    trace : Trace
        Without its steps.
    result : list
        The very list that it returned.
    """

    trace: Trace
    result: list[AnyGradient | None]


_recorder: ContextVar[list[Call] | None] = ContextVar("_recorder", default=None)


@contextmanager
def recording() -> Iterator[list[Call]]:
    """Record the calls of `gradients` made inside the ``with`` block.

    Yields
    ------
    list of Call
        Grows with each call; calls that gradnb itself makes while it serves another are left out.
    """
    calls: list[Call] = []
    token = _recorder.set(calls)
    try:
        yield calls
    finally:
        _recorder.reset(token)


@contextmanager
def not_recording() -> Iterator[None]:
    """Leave the calls made inside the ``with`` block out of the record."""
    token = _recorder.set(None)
    try:
        yield
    finally:
        _recorder.reset(token)


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str | None = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
) -> list[AnyGradient | None]:
    """Build the gradient of the sum of `ys`, weighted with `grad_ys`, with respect to each of `xs`.

    Nothing is computed yet: operations are added to the graph, and `Session.run` of what is returned gives the numbers.
    For each x they are ``Σ grad_ys[i] · ∂ys[i]/∂x``, over all elements of all ys: a vector-Jacobian product, of the
    shape of the x, and never the Jacobian itself. Where an x reaches the ys on several paths, what comes along each of
    them is added.

    Parameters
    ----------
    ys, xs : Tensor, Variable, or list of those
        What to differentiate, and with respect to what; of any shapes. One alone counts as a list of one.
    grad_ys : Tensor, array, or list of (those or None), optional
        One weight for each y, of its shape and dtype: the row vector by which the Jacobian is multiplied from the left.
        Ones by default, and in place of each None. It weights ``dy``; it is not the value of a y.
    name : str
        The name scope of the operations that are added.
    colocate_gradients_with_ops : bool
        Whether each of them notes the operation that it belongs to as its colocation group.
    gate_gradients : bool
        Whether all gradients of an operation wait for each other.
    aggregation_method : int, optional
        One of `AggregationMethod`: how what comes along several paths is added; the sum is the same.
    stop_gradients : Tensor or list of Tensor, optional
        Tensors that count as constants in this call: nothing passes back through the operations that compute them.
        Whole operations are stopped, as in TensorFlow.
    unconnected_gradients : UnconnectedGradients or str
        ``"none"`` or ``"zero"``: what stands for a gradient to which no path leads.

    Returns
    -------
    list of (Tensor, IndexedSlices or None)
        For each x, in order, its gradient, of its shape and dtype. `IndexedSlices` where only rows were taken out of
        the x, as `gather` does; `convert_to_tensor` makes it whole. None where no gradient arrives: see the notes.

    Raises
    ------
    ValueError
        If there are not as many `grad_ys` as `ys`, a weight's shape does not fit its y, or an option is unknown.
    TypeError
        If a weight's dtype does not fit its y, or a y that is complex has none.
    LookupError
        If an operation on the way has no gradient; the message names it and the path on which it lies.
    AttributeError
        If a y or an x is None, as TensorFlow says it.

    Notes
    -----
    *None is not zero.* The gradient of an x is None when no path leads from it to a y; when every path is cut, by
    `stop_gradient` or `stop_gradients`; when each passes an operation such as `floor` or `argmax`, through which none
    flows; or when it passes a tensor of whole numbers. `Session.run` of that None is a ``TypeError``, which says which
    of these it was. A gradient that is computed and happens to be 0 is a tensor of zeros.

    *Two ways to stop.* `stop_gradient` is an operation of the program, there for every call. `stop_gradients` holds for
    one call: it turns a total derivative into a partial one. An x that is stopped itself still gets what arrives at it.

    *Elsewhere.* The weights are known as ``grad_outputs`` (PyTorch's ``torch.autograd.grad``), ``output_gradients``
    (``tf.GradientTape.gradient``), and as the cotangent given to the function that ``jax.vjp`` returns.

    *To see it.* `explain` takes the same arguments and draws the backward pass; ``%%gradgraph`` does it for each call
    in a notebook's cell. The list that is returned is the same in both cases.

    References
    ----------
    TensorFlow 1: ``tf.gradients``, in ``tensorflow/python/ops/gradients_impl.py``.
    A. Griewank, A. Walther: Evaluating Derivatives. 2nd edition, SIAM (2008), chapter 3.
    A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind: Automatic Differentiation in Machine Learning: a
    Survey. Journal of Machine Learning Research 18 (2018).

    Examples
    --------
    The weights `grad_ys` multiply what begins to flow at each element of y:

    >>> import gradnb as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> gradient, = tf.gradients(x * x, x, grad_ys=tf.constant([1.0, 10.0]))
    >>> with tf.Session() as session:
    ...     print(session.run(gradient))
    [ 2. 40.]

    Of several ys, what each sends back is added; the weights say how much of each:

    >>> y1, y2 = 3.0 * x, 5.0 * x
    >>> with tf.Session() as session:
    ...     print(session.run(tf.gradients([y1, y2], x))[0])
    ...     print(session.run(tf.gradients([y1, y2], x, grad_ys=[[1.0, 1.0], [0.0, 2.0]]))[0])
    [8. 8.]
    [ 3. 13.]

    None, where no path leads; zeros, when they are asked for:

    >>> z = tf.constant(1.0)
    >>> tf.gradients(x * x, z)
    [None]
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.gradients(x * x, z, unconnected_gradients="zero")))
    0.0

    With ``b = 2 * a``, the total derivative of ``a + b`` for a is 3; with b held, the partial one is 1:

    >>> a = tf.constant(0.0)
    >>> b = 2.0 * a
    >>> with tf.Session() as session:
    ...     print(*session.run(tf.gradients(a + b, [a, b])))
    ...     print(*session.run(tf.gradients(a + b, [a, b], stop_gradients=[a, b])))
    3.0 1.0
    1.0 1.0

    The gradient of a gradient, since it is a tensor as any other:

    >>> first, = tf.gradients(x * x * x, x)
    >>> with tf.Session() as session:
    ...     print(session.run(tf.gradients(first, x))[0])
    [ 6. 12.]
    """
    calls = _recorder.get()
    values = [*_listed(ys), *_listed(xs)]
    graph = graph_of(value for value in values if not isinstance(value, (list, tuple, dict)))
    first_index = graph.version
    names = graph.names_snapshot() if calls is not None else {}
    with not_recording():
        trace = build_gradients(
            ys,
            xs,
            grad_ys,
            name,
            colocate_gradients_with_ops,
            gate_gradients,
            aggregation_method,
            stop_gradients,
            unconnected_gradients,
            keep_steps=False,
        )
    if calls is not None and not graph.builds_gradient:
        call = Call(
            tuple(_listed(ys)),
            tuple(_listed(xs)),
            None if grad_ys is None else tuple(_listed(grad_ys)),
            () if stop_gradients is None else tuple(_listed(stop_gradients)),
            _checked_unconnected(unconnected_gradients),
            name,
            gate_gradients,
            aggregation_method or AggregationMethod.DEFAULT,
            graph,
            first_index,
            names,
            trace.gradients,
        )
        made = len(calls)
        graph.when_undone(lambda: calls.__delitem__(slice(made, None)))
        calls.append(call)
    result = list(trace.gradients)
    if any(gradient is None for gradient in result):
        unanswered = Unanswered(trace, result)
        graph.when_undone(lambda: graph.forget_unanswered(unanswered))
        graph.unanswered.append(unanswered)
    return result


def build_gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str | None = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
    keep_steps: bool = True,
) -> Trace:
    """Do what `gradients` does, and return how it was done.

    Parameters
    ----------
    ys, xs, grad_ys, name
        As for `gradients`.
    colocate_gradients_with_ops, gate_gradients, aggregation_method, stop_gradients, unconnected_gradients
        As for `gradients`.
    keep_steps : bool
        Whether the trace holds the steps.

    Returns
    -------
    Trace
        The gradients, and the steps that led to them.
    """
    unconnected = _checked_unconnected(unconnected_gradients)
    y_list, x_list, stop_list = _listed(ys), _listed(xs), [] if stop_gradients is None else _listed(stop_gradients)
    weights = [None] * len(y_list) if grad_ys is None else _listed(grad_ys)
    stops = frozenset(map(_stopped, stop_list))
    with name_scope(name, "gradients", [*_tensors(y_list), *_tensors(x_list), *stop_list, *_tensors(weights)]):
        y_tensors = [_as_end(y, "y") for y in y_list]
        x_tensors = [_as_start(x) for x in x_list]
        seeds = _seeds(weights, y_tensors)
        builder = _Builder(colocate_gradients_with_ops, gate_gradients, aggregation_method, keep_steps)
        try:
            builder.run(y_tensors, x_tensors, seeds, stops)
        except ValueError as error:
            if (misfit := _misfit(y_tensors, seeds)) is None:
                raise
            raise ValueError(f"{error}\n{misfit}") from error
    found = [builder.gradient_of(x) for x in x_tensors]
    filled = tuple(gradient is None and unconnected is UnconnectedGradients.ZERO for gradient in found)
    return Trace(
        ys=tuple(y_tensors),
        xs=tuple(x_tensors),
        seeds=tuple(seeds),
        given=tuple(weight is not None for weight in weights),
        stops=stops,
        ready=builder.ready_at_start,
        pending=builder.pending_at_start,
        steps=tuple(builder.steps),
        gradients=tuple(zeros_like(x) if fill else g for x, g, fill in zip(x_tensors, found, filled, strict=True)),
        filled=filled,
    )


class _Builder:
    """The state of one call: what arrived where, what waits, and what was done."""

    def __init__(self, colocate: bool, gate: bool, aggregation: int | None, keep_steps: bool) -> None:
        self._colocate = colocate
        self._gate = gate
        self._aggregation = AggregationMethod.DEFAULT if aggregation is None else aggregation
        self._keep_steps = keep_steps
        self._pending: dict[Operation, int] = {}
        self._arrived: dict[Operation, list[list[AnyGradient]]] = {}
        self._added: dict[Operation, list[AnyGradient | None]] = {}
        self._x_ops: dict[Operation, None] = {}
        self._y_ops: dict[Operation, None] = {}
        self.steps: list[Step] = []
        self.ready_at_start: tuple[Operation, ...] = ()
        self.pending_at_start: tuple[tuple[Operation, int], ...] = ()

    def run(
        self, ys: Sequence[AnyGradient], xs: Sequence[Tensor], seeds: Sequence[AnyGradient], stops: frozenset[Operation]
    ) -> None:
        x_ops = self._x_ops = dict.fromkeys(x.op for x in xs)
        y_ops = self._y_ops = dict.fromkeys(y.op for y in ys)
        between = _between(x_ops, y_ops)
        pending = self._pending = dict.fromkeys(between, 0)
        for operation in between:
            for tensor in operation.inputs:
                if tensor.op in pending:
                    pending[tensor.op] += 1
        for y, seed in zip(ys, seeds, strict=True):
            self._arrive(y if isinstance(y, Tensor) else y.values, seed)
        order = [op for op in y_ops if pending.get(op) == 0]
        boundary = {op for op in x_ops if not any(pending.get(tensor.op, 0) > 0 for tensor in op.inputs)}
        if self._keep_steps:
            self.ready_at_start = tuple(order)
            self.pending_at_start = tuple((op, count) for op, count in pending.items() if count)
        if order and self._aggregation not in (0, 1, 2):
            raise ValueError(
                f"Invalid `aggregation_method` specified {self._aggregation}. Accepted values are [0, 1, 2]."
            )
        # The queue: what is taken from its front stays in the list, and what becomes ready is added at its end.
        for taken, operation in enumerate(order, 1):
            summands = self._arrived.pop(operation, None) or [[] for _ in operation.outputs]
            upstream = self._add_up(operation, summands)
            outcome, contributions = self._differentiate(operation, upstream, boundary, stops)
            inputs = operation.inputs
            for tensor, contribution in zip(inputs, contributions, strict=True):
                if contribution is not None:
                    self._arrive(tensor, contribution)
            for tensor in inputs:
                if tensor.op in pending:
                    pending[tensor.op] -= 1
                    if pending[tensor.op] == 0:
                        order.append(tensor.op)
            if self._keep_steps:
                waiting = {tensor.op: pending.get(tensor.op, 0) for tensor in inputs}
                self.steps.append(
                    Step(
                        operation,
                        outcome,
                        tuple(upstream),
                        tuple(map(tuple, summands)),
                        tuple(contributions),
                        Queue(order, taken, len(order)),
                        tuple((op, count) for op, count in waiting.items() if count > 0),
                    )
                )

    def gradient_of(self, x: Tensor) -> AnyGradient | None:
        """Return what arrived at `x`, added."""
        operation = x.op
        return self._added[operation][x.value_index] if operation in self._added else None

    def _arrive(self, tensor: Tensor, gradient: AnyGradient) -> None:
        operation = tensor.op
        lists = self._arrived.get(operation)
        if lists is None:
            if operation not in self._pending and operation not in self._x_ops:
                return  # nobody asks what arrives there
            lists = self._arrived[operation] = [[] for _ in operation.outputs]
        lists[tensor.value_index].append(gradient)

    def _add_up(self, operation: Operation, lists: Sequence[list[AnyGradient]]) -> list[AnyGradient | None]:
        added = [
            self._sum(operation, gradients) if len(gradients) > 1 else gradients[0] if gradients else None
            for gradients in lists
        ]
        if operation in self._x_ops:
            self._added[operation] = added
        return added

    def _sum(self, operation: Operation, gradients: list[AnyGradient]) -> AnyGradient:
        tensors = [gradient for gradient in gradients if isinstance(gradient, Tensor)]
        if not tensors:
            return _concatenated([g for g in gradients if isinstance(g, IndexedSlices)])
        if len(tensors) == len(gradients) and self._aggregation != AggregationMethod.ADD_N:
            with get_default_graph().name_scope(f"{operation.name}_gradient_sum"):
                total = tensors[0]
                for gradient in tensors[1:]:
                    total = add_n([total, gradient])
                return total
        return add_n(gradients)

    def _differentiate(
        self,
        operation: Operation,
        upstream: list[AnyGradient | None],
        boundary: set[Operation],
        stops: frozenset[Operation],
    ) -> tuple[Outcome, Sequence[AnyGradient | None]]:
        rule: Rule | None = None
        if all(gradient is None for gradient in upstream):
            outcome = Outcome.NOTHING_ARRIVES
        elif operation in stops:
            outcome = Outcome.STOPPED
        elif operation in boundary:
            outcome = Outcome.BOUNDARY
        else:
            rule = self._rule(operation)
            outcome = Outcome.NOT_DIFFERENTIABLE if rule is None else Outcome.DIFFERENTIATED
        if rule is None:
            return outcome, (None,) * len(operation.inputs)
        before = get_default_graph().version
        contributions = _passed_back(rule, operation, upstream, self._gate)
        for position, (tensor, gradient) in enumerate(zip(operation.inputs, contributions, strict=True)):
            if isinstance(gradient, Tensor) and gradient.static_shape != tensor.static_shape:
                _check_shape(operation, position, tensor, gradient)
        if self._colocate:
            graph = get_default_graph()
            group = (f"loc:@{operation.name}".encode(),)
            graph.colocations.update(dict.fromkeys(graph.operations_since(before), group))
        return outcome, contributions

    def _rule(self, operation: Operation) -> Rule | None:
        try:
            return _rule(operation)
        except _RuleMissing as problem:
            path = _path_through(operation, list(self._x_ops), list(self._y_ops))
            raise LookupError(f"{problem} {text('gradients.no_gradient', name=operation.name, path=path)}") from None


def apply_rule(
    operation: Operation, upstream: Sequence[AnyGradient | None], gate: bool = False
) -> Sequence[AnyGradient | None]:
    """Build what an operation passes back: the vector-Jacobian product for each of its inputs.

    Parameters
    ----------
    operation : Operation
        The forward operation.
    upstream : sequence of (Tensor, IndexedSlices or None)
        The gradient of each output.
    gate : bool
        Whether several gradients wait for each other.

    Returns
    -------
    sequence of (Tensor, IndexedSlices or None)
        The gradient for each input.

    Raises
    ------
    LookupError
        If the operation has no gradient.
    """
    rule = _rule(operation)
    return [None] * len(operation.inputs) if rule is None else _passed_back(rule, operation, upstream, gate)


def _rule(operation: Operation) -> Rule | None:
    """Return the rule of an operation as `rule_of` does, with TensorFlow's words where it is missing."""
    try:
        return rule_of(operation)
    except LookupError:
        if operation.type == "PreventGradient":
            message = operation.attributes["message"].encode()
            raise LookupError(f"Gradient explicitly disabled. Reason: {message!r}") from None
        raise _RuleMissing(_no_gradient(operation)) from None


def _passed_back(
    rule: Rule, operation: Operation, upstream: Sequence[AnyGradient | None], gate: bool
) -> list[AnyGradient | None]:
    # In a large graph nearly all gradients are tensors, of operations with one output: what others need is passed over.
    are_tensors = len(upstream) == 1 and isinstance(upstream[0], Tensor)
    if not are_tensors:
        upstream = [
            zeros_like(tensor) if gradient is None and tensor.dtype.is_trainable else gradient
            for tensor, gradient in zip(operation.outputs, upstream, strict=True)
        ]
    with get_default_graph().gradient_of(operation):
        if not are_tensors and operation.type not in _PASS_ROWS:
            upstream = [convert_to_tensor(g) if isinstance(g, IndexedSlices) else g for g in upstream]
        result = rule(upstream)
        contributions = list(result) if isinstance(result, (list, tuple)) else [result]
        if gate and sum(gradient is not None for gradient in contributions) > 1:
            contributions = tuple_([None if c is None else convert_to_tensor(c) for c in contributions])
    inputs = operation.inputs
    if len(contributions) != len(inputs):
        raise ValueError(
            f"Num gradients {len(contributions)} generated for op {operation.node_def} "
            f"do not match num inputs {len(inputs)}"
        )
    for position, gradient in enumerate(contributions):
        if not (gradient is None or isinstance(gradient, (Tensor, IndexedSlices))):
            contributions[position] = convert_to_tensor(gradient, inputs[position].dtype.base_dtype)
    return contributions


#: Operations whose rules pass the rows of an `IndexedSlices` on as they are; the others get the whole gradient.
_PASS_ROWS = frozenset(
    {
        *("AddN", "AddV2", "BiasAdd", "Cast", "ConcatV2", "EnsureShape", "Identity", "Neg"),
        *("PlaceholderWithDefault", "Sub"),
    }
)


class _RuleMissing(LookupError):
    """An operation has no gradient; the path on which it lies is still to be said."""


def _no_gradient(operation: Operation) -> str:
    return (
        f"No gradient defined for operation'{operation.name}' (op type: {operation.type}). "
        "In general every operation must have an associated `@tf.RegisterGradient` for correct autodiff, "
        "which this op is lacking. If you want to pretend this operation is a constant in your program, "
        "you may insert `tf.stop_gradient`."
    )


def _check_shape(operation: Operation, position: int, tensor: Tensor, gradient: Tensor) -> None:
    try:
        gradient.static_shape = shapes.merge(gradient.static_shape, tensor.static_shape)
    except ValueError:
        raise ValueError(
            f"Incompatible shapes between op input and calculated input gradient. Forward operation: {operation.name}. "
            f"Input index: {position}. Original input shape: {shapes.shape_text(tensor.static_shape)}. "
            f"Calculated input gradient shape: {shapes.shape_text(gradient.static_shape)}"
        ) from None


def _between(x_ops: Iterable[Operation], y_ops: Iterable[Operation]) -> list[Operation]:
    """Return the operations on the paths from xs to ys, in the order in which a search back from the ys meets them.

    Paths run forward only through outputs of a dtype that can carry a gradient.
    """
    behind: set[Operation] = set()
    waiting = list(y_ops)
    while waiting:
        operation = waiting.pop()
        if operation not in behind:
            behind.add(operation)
            waiting.extend(tensor.op for tensor in operation.inputs)
    reached = set(x_ops)
    for operation in sorted(behind, key=lambda op: op.index):
        if any(tensor.op in reached and tensor.dtype.is_trainable for tensor in operation.inputs):
            reached.add(operation)
    found: dict[Operation, None] = {}
    queue = deque(y_ops)
    while queue:
        operation = queue.popleft()
        if operation in reached and operation not in found:
            found[operation] = None
            queue.extend(tensor.op for tensor in operation.inputs)
    return list(found)


def _path_through(operation: Operation, x_ops: Sequence[Operation], y_ops: Sequence[Operation]) -> str:
    """Return a shortest path from an x through an operation to a y: ``x → round → y``."""
    behind = _shortest([operation], set(x_ops))
    ahead = _shortest(y_ops, {operation})
    names = [op.name for op in [*behind, *ahead[1:]] if not is_read(op)]
    if len(names) > _LONGEST_PATH:
        names = [*names[: _LONGEST_PATH // 2], "…", *names[-_LONGEST_PATH // 2 :]]
    return " → ".join(names)


def _shortest(starts: Sequence[Operation], ends: Set[Operation]) -> list[Operation]:
    """Return a shortest way back from one of `starts` to one of `ends`, in forward order."""
    after: dict[Operation, Operation | None] = dict.fromkeys(starts)
    queue = deque(starts)
    found: list[Operation] = []
    while queue and not found:
        current = queue.popleft()
        if current in ends:
            found.append(current)
            while (following := after[found[-1]]) is not None:
                found.append(following)
        for tensor in current.inputs:
            if tensor.op not in after:
                after[tensor.op] = current
                queue.append(tensor.op)
    return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _tensors(values: Sequence[Any]) -> list[Any]:
    return [value for value in values if hasattr(value, "graph")]


def _as_end(value: Any, name: str) -> AnyGradient:
    if value is None:
        raise AttributeError("'NoneType' object has no attribute 'op'")
    return value if isinstance(value, IndexedSlices) else convert_to_tensor(value, name=name)


def _stopped(value: Any) -> Operation:
    if not hasattr(value, "op"):
        raise AttributeError(f"'{type(value).__name__}' object has no attribute 'op'")
    stop: Operation = value.op
    return stop


def _as_start(value: Any) -> Tensor:
    if value is None:
        raise AttributeError("'NoneType' object has no attribute 'op'")
    if isinstance(value, (list, tuple, dict, set)):
        raise TypeError("Expected any non-tensor type, but got a tensor instead.\n" + text("gradients.nested_xs"))
    return convert_to_tensor(value, name="x", as_reference=True)


def _checked_unconnected(value: Any) -> UnconnectedGradients:
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {value!r}") from None


def _seeds(weights: Sequence[Any], ys: Sequence[AnyGradient]) -> list[AnyGradient]:
    if len(weights) != len(ys):
        raise ValueError(
            f"Length mismatch. Passed {len(weights)} grad_ys for {len(ys)} ys\n" + text("gradients.one_weight_per_y")
        )
    return [_seed(weight, y, number) for number, (weight, y) in enumerate(zip(weights, ys, strict=True))]


def _misfit(ys: Sequence[AnyGradient], seeds: Sequence[AnyGradient]) -> str | None:
    """Return what to say of a weight whose shape is not that of its y.

    As in TensorFlow it is only refused by the operation in which its shape first matters.
    """
    for y, seed in zip(ys, seeds, strict=True):
        if isinstance(y, Tensor) and isinstance(seed, Tensor):
            shape, other = y.static_shape, seed.static_shape
            if not shapes.compatible(shape, other):
                given = {"name": y.op.name, "y": shapes.shape_text(shape), "weight": shapes.shape_text(other)}
                return text("gradients.weight_of_another_shape", **given)
    return None


def _seed(weight: Any, y: AnyGradient, number: int) -> AnyGradient:
    name = f"grad_ys_{number}"
    dtype: DType = y.dtype.base_dtype
    if weight is None:
        if dtype.is_complex:
            raise TypeError(f"Gradients of complex tensors ({y}) must set grad_ys (y.dtype = {dtype.name})")
        return ones(_shape_of(y), dtype, name)
    given = weight if isinstance(weight, IndexedSlices) else convert_to_tensor(weight, name=f"grad_y_{number}")
    theirs = given.dtype.base_dtype
    if dtype.is_floating or dtype.is_integer:
        if not (theirs.is_floating or theirs.is_integer):
            raise TypeError(
                f"Gradient type {theirs.name} generated for real or integer-valued tensor {y} with type {dtype.name} "
                "must be real or integer"
            )
    elif dtype.is_complex:
        if not theirs.is_complex:
            raise TypeError(
                f"Gradient type {theirs.name} generated for complex-valued tensor {y} with type {dtype.name} "
                "must be real"
            )
    else:
        raise TypeError(f"Tensor {y} with type {dtype.name} must be numeric to obtain a default gradient")
    if isinstance(given, IndexedSlices):
        dense_shape = None if given.dense_shape is None else identity(given.dense_shape, f"{name}_shape")
        return IndexedSlices(
            identity(given.values, f"{name}_values"), identity(given.indices, f"{name}_indices"), dense_shape
        )
    return identity(given, name)


def _shape_of(y: AnyGradient) -> Tensor:
    tensor = y if isinstance(y, Tensor) else y.values
    return shape(tensor)


def _concatenated(slices: Sequence[IndexedSlices]) -> IndexedSlices:
    values = apply("ConcatV2", *(s.values for s in slices), axis=0)
    indices = apply("ConcatV2", *(s.indices for s in slices), axis=0)
    return IndexedSlices(values, indices, slices[0].dense_shape)
