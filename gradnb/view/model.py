"""What an explanation shows: frozen descriptions that every renderer reads and none changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

#: Of more xs the first ones have rows.
MOST_ROWS: Final = 1000


class State(Enum):
    """The state of a gradient: the word that stands beside it, never colour alone.

    A ``HIDDEN`` one is for the learner to predict; a ``VEILED`` one is computed from such a one, and waits for it.
    """

    COMPUTED = "computed"
    ZERO = "zero"
    NOT_FINITE = "not_finite"
    SPARSE = "sparse"
    STOPPED = "stopped"
    NONE = "none"
    FILLED = "filled"
    NOT_COMPUTED = "not_computed"
    HIDDEN = "hidden"
    VEILED = "veiled"

    @property
    def is_secret(self) -> bool:
        """Whether nothing may be said of the gradient: it is to be predicted, or follows from one that is."""
        return self in (State.HIDDEN, State.VEILED)


class NodeKind(Enum):
    """What a node stands for; a group is a collapsed name scope, or an operation with several outputs."""

    VARIABLE = "variable"
    PLACEHOLDER = "placeholder"
    CONSTANT = "constant"
    OPERATION = "operation"
    GROUP = "group"


class Flow(Enum):
    """What happens on a backward edge."""

    PASSES = "passes"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    LIFTED = "lifted"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Summary:
    """A large array in brief.

    Attributes
    ----------
    minimum, mean, maximum : str
        Formatted numbers.
    strip : tuple of float
        Up to 32 cells, each in [-1, 1]: the array in row-major order, averaged in runs and divided by its largest
        magnitude. Not-finite cells are NaN.
    """

    minimum: str
    mean: str
    maximum: str
    strip: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """An array as it is shown.

    Attributes
    ----------
    text : str
        The whole array on one line (``[1. 2.]``), or the summary in words when it is too large to write out.
    shape : tuple of int
        The array's shape.
    dtype : str
        The dtype's name.
    summary : Summary or None
        Present when the array is too large to write out.
    """

    text: str
    shape: tuple[int, ...]
    dtype: str
    summary: Summary | None = None

    @property
    def summand(self) -> str:
        """The array as it stands in a written sum: a negative number in parentheses."""
        return f"({self.text})" if self.text.startswith("-") else self.text


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a gradient: its value and the way it came (``direct``, ``via b``, ``y1``)."""

    value: Value
    source: str


@dataclass(frozen=True, slots=True)
class Gradient:
    """A gradient with its state, its reason and, where several paths meet, its sum.

    Attributes
    ----------
    state : State
        Which of the states it is in.
    value : Value or None
        The number; absent for ``None``, stopped, not computed and hidden gradients.
    reason : str
        Why it is in that state, in a few words of the view's language (``stopped at a_stoped``); empty when computed.
    terms : tuple of Term
        Two or more summands when several contributions were added, else empty.
    lifted : str
        At which ``stop_gradient`` operations of the program it came through because they are lifted as a what-if, in
        words; else empty.
    """

    state: State
    value: Value | None = None
    reason: str = ""
    terms: tuple[Term, ...] = ()
    lifted: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A tensor in the picture.

    Attributes
    ----------
    id : str
        Unique in the view and stable between views of the same graph: ``n0``, ``n1``, …
    name : str
        The display name; any text, never trusted.
    kind : NodeKind
        What the tensor is.
    label : str
        The operation in a word or sign: ``+``, ``matmul``, ``variable``.
    shape : str
        The static or actual shape as text: ``(2,)``.
    value : Value or None
        The forward value, when it was computed.
    gradient : Gradient or None
        None for tensors through which no gradient was asked: constants and other side inputs.
    is_y, is_x : bool
        Whether it is one of the call's ys or xs.
    scope : str
        Its name scope (``layer/inner``) or ``""``.
    opens : str
        The name scope that is collapsed into it, or ``""``.
    """

    id: str
    name: str
    kind: NodeKind
    label: str
    shape: str
    value: Value | None
    gradient: Gradient | None
    is_y: bool = False
    is_x: bool = False
    scope: str = ""
    opens: str = ""

    @property
    def hidden(self) -> bool:
        """Whether its gradient is to be predicted: its text says so in every place."""
        return self.gradient is not None and self.gradient.state is State.HIDDEN


@dataclass(frozen=True, slots=True)
class Seed:
    """A weight on a y: one entry of ``grad_ys``.

    Attributes
    ----------
    id : str
        ``s0``, ``s1``, …
    name : str
        ``grad_ys`` when there is one y, else ``grad_ys[i]``.
    value : Value or None
        The weight, when it was computed.
    target : str
        The id of the y's node.
    given : bool
        False when TensorFlow's default, ones, is used.
    """

    id: str
    name: str
    value: Value | None
    target: str
    given: bool


@dataclass(frozen=True, slots=True)
class ForwardEdge:
    """A value that flows from the node `source` into the node `target`."""

    id: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class BackwardEdge:
    """A contribution that flows back from the node `source` to the node `target`.

    Attributes
    ----------
    id : str
        ``b0``, ``b1``, …
    source, target : str
        Node ids; `source` is the output of an operation, `target` one of its inputs.
    flow : Flow
        Whether it passes, is stopped (then `contribution` is what would have passed), has no gradient to give, or
        passes only because the program's own ``stop_gradient`` is lifted here as a what-if. Which of these is not said
        where it would give a prediction away; a stop that the program contains is shown all the same.
    contribution : Value or None
        The vector-Jacobian product of this edge alone; absent where it would give a prediction away.
    reason : str
        For a blocked edge, why: ``floor has no gradient``.
    """

    id: str
    source: str
    target: str
    flow: Flow
    contribution: Value | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Another library's answer.

    Attributes
    ----------
    library : str
        Its name.
    value : Value or None
        The gradient there; None for its None.
    difference : str
        How far it is from ours, relative to the largest number: ``< 1e-6``.
    """

    library: str
    value: Value | None
    difference: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What finite differences say of a gradient; empty where it would give a prediction away.

    Attributes
    ----------
    value : Value or None
        The slope with respect to each element, with stopped tensors held at their values; NaN where there is none.
    error : str
        How far the gradient is from it, relative to the largest number (``< 1e-6``), and at which elements there is a
        kink; or in words why there is no difference.
    plain : Value or None
        The slope of the program as it stands, when anything is stopped.
    gap : Value or None
        `plain` less `value`: the gradient that was kept out.
    """

    value: Value | None
    error: str
    plain: Value | None = None
    gap: Value | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One x in the table.

    Attributes
    ----------
    node : str
        The id of its node.
    name, shape, dtype : str
        As displayed.
    value : Value or None
        The forward value.
    gradient : Gradient
        The result of the call for this x.
    state : str
        The state in words, with its reason: ``computed, 2 paths``; ``None: stopped at a_stoped``.
    contributions : tuple of (Value or None)
        Per y of the call, the part of the gradient that comes from that y alone; None shows as a dash.
    other : Other or None
        Another library's gradient, when it was asked.
    difference : Difference or None
        The finite difference, when it was asked.
    """

    node: str
    name: str
    shape: str
    dtype: str
    value: Value | None
    gradient: Gradient
    state: str
    contributions: tuple[Value | None, ...]
    other: Other | None = None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """What a node waits for after a step.

    Attributes
    ----------
    node : str
        The node's id.
    count : int
        For how many contributions it still waits; 0 when it stands in the queue.
    so_far : str
        The sum of what arrived, empty when nothing did.
    """

    node: str
    count: int
    so_far: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the algorithm, in the order in which it runs.

    Attributes
    ----------
    number : int
        From 1.
    node : str
        The node whose operation is taken from the queue; empty for the first step (the seeds).
    title : str
        ``y2 = w3 + w4``.
    rule : str
        The derived rule, ``x̄ += z̄ · y``; may be empty.
    sentences : tuple of str
        What happens: the upstream gradient, each contribution, each sum, what is stopped.
    queue : tuple of str
        Display names waiting in the ready queue afterwards.
    pending : tuple of (str, int)
        Display names of operations that still wait, with the number of consumers they wait for.
    edges : tuple of str
        Ids of the backward edges (and seeds) that light up at this step.
    badges : tuple of Badge
        What nodes wait for afterwards, and what arrived at them so far.
    """

    number: int
    node: str
    title: str
    rule: str
    sentences: tuple[str, ...]
    queue: tuple[str, ...]
    pending: tuple[tuple[str, int], ...]
    edges: tuple[str, ...]
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """One path from a y back to an x.

    Attributes
    ----------
    names : tuple of str
        Display names from the x to the y; of a long path the middle is left out: ``…``.
    nodes : tuple of str
        Ids of the nodes on it that are drawn, in the same order.
    flow : Flow
        Whether the gradient passes all of it, is stopped or blocked on the way, or passes only because the program's
        own ``stop_gradient`` is lifted as a what-if.
    formula : str
        The weight of the y times the local derivatives (``[1. 2.] · 1``); empty where it would be too long to follow.
    contribution : Value or None
        What comes to the x by this path alone; of a stopped one, what would come.
    reason : str
        Where it is stopped or blocked, in words.
    """

    names: tuple[str, ...]
    nodes: tuple[str, ...]
    flow: Flow
    formula: str
    contribution: Value | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PathList:
    """All paths between the ys and one x.

    Attributes
    ----------
    node : str
        The id of the x's node.
    name : str
        The x's display name.
    headline : str
        How many paths there are, in words.
    paths : tuple of Path
        Those that the gradient takes first. The first ones only when there are many; then `remarks` says so.
    remarks : tuple of str
        The sum of what comes by them, which is the gradient, and what else there is to say.
    """

    node: str
    name: str
    headline: str
    paths: tuple[Path, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The derivative of one y by one x: a row for each element of the y, a column for each of the x.

    Attributes
    ----------
    y : str
        The y's display name.
    seed : str
        The name of its weight: ``grad_ys[0]``.
    rows : tuple of str
        What the y's elements are called: ``y1[0]``.
    weights : tuple of str
        The weight of each row.
    entries : tuple of tuple of str
        The numbers, row by row; empty when the matrix is not shown.
    product : tuple of str
        The weights times the matrix: what this y gives to each element of the x; empty when it is not known.
    remark : str
        Why there is no matrix.
    """

    y: str
    seed: str
    rows: tuple[str, ...]
    weights: tuple[str, ...]
    entries: tuple[tuple[str, ...], ...]
    product: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Jacobian:
    """The derivatives of all ys by one x.

    Attributes
    ----------
    node : str
        The id of the x's node.
    name : str
        The x's display name.
    columns : tuple of str
        What the x's elements are called: ``w1[0,1]``.
    matrices : tuple of Matrix
        One for each y.
    total : tuple of str
        The sum of what the ys give, the gradient; empty for one y, and where it is not known.
    """

    node: str
    name: str
    columns: tuple[str, ...]
    matrices: tuple[Matrix, ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawOperation:
    """One operation that the call adds to the graph, or one output of it when there are several.

    Attributes
    ----------
    name : str
        TensorFlow's name of the operation: ``gradients/y_grad/Mul``.
    type : str
        Its type: ``Mul``.
    inputs : tuple of str
        The names of its inputs; what must merely run before it has a ``^`` before its name.
    shape : str
        The shape of what it computes.
    value : Value or None
        What it computes.
    forward : str
        The display name of the operation whose gradient it helps to compute; empty when there is none.
    secret : bool
        Whether its value would give a prediction away, and so is absent.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    shape: str
    value: Value | None
    forward: str
    secret: bool = False


class LineKind(Enum):
    """What a line of a card is."""

    HEADING = "heading"
    FACT = "fact"
    FORMULA = "formula"
    RESULT = "result"
    TEXT = "text"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of a card.

    Attributes
    ----------
    kind : LineKind
        What it is: a fact, a formula or a result has a label; the others are sentences.
    text : str
        What it says.
    label : str
        What stands before it; empty for a sentence, and for a formula that goes on from the line before.
    """

    kind: LineKind
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What is told of one node, seed or backward edge.

    Attributes
    ----------
    title : str
        ``y2 = w3 + w4``.
    kind : str
        What it is, in a few words: ``matmul (1, 1)``.
    lines : tuple of CardLine
        In reading order.
    """

    title: str
    kind: str
    lines: tuple[CardLine, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything that is shown of one ``tf.gradients`` call.

    Attributes
    ----------
    caption : str
        The call in TF's words: ``tf.gradients([y1, y2], [w1, w2], grad_ys=[…])``.
    y_names : tuple of str
        Display names of the ys, in order.
    nodes, seeds, forward_edges, backward_edges
        The picture, in drawing order. Empty when the graph is too large to draw; then `notes` says so.
    rows : tuple of Row
        The table, one row per x.
    steps : tuple of Step
        The algorithm.
    story : tuple of str
        The same in sentences; joined, it is the alt text.
    notes : tuple of str
        Lines of advice under the picture: a placeholder without a value, a graph that is too large, an op's convention
        at a kink.
    language : str
        ``en`` or ``zh``.
    layout : str
        ``LR`` or ``TB``.
    theme : str
        ``auto``, ``light`` or ``dark``.
    collapsible : tuple of str
        The name scopes in the picture that are open and can be collapsed.
    shown : tuple of str
        Which views are shown, in order: of ``graph table steps paths jacobian story raw``.
    paths : tuple of PathList
        One for each x.
    jacobian : tuple of Jacobian
        One for each x.
    raw : tuple of RawOperation
        What the call adds to the graph, in order.
    """

    caption: str
    y_names: tuple[str, ...]
    nodes: tuple[Node, ...]
    seeds: tuple[Seed, ...]
    forward_edges: tuple[ForwardEdge, ...]
    backward_edges: tuple[BackwardEdge, ...]
    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    story: tuple[str, ...]
    notes: tuple[str, ...] = ()
    language: str = "en"
    layout: str = "LR"
    theme: str = "auto"
    collapsible: tuple[str, ...] = ()
    shown: tuple[str, ...] = ("graph", "table")
    paths: tuple[PathList, ...] = ()
    jacobian: tuple[Jacobian, ...] = ()
    raw: tuple[RawOperation, ...] = ()
