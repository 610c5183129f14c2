"""Views written by hand: what the renderers are tested on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gradnb.view.model import (
    BackwardEdge,
    Difference,
    Flow,
    ForwardEdge,
    Gradient,
    Jacobian,
    Matrix,
    Node,
    NodeKind,
    Path,
    PathList,
    RawOperation,
    Row,
    Seed,
    State,
    Step,
    Summary,
    Term,
    Value,
    View,
)

NONE_YET = Gradient(State.NOT_COMPUTED)


def array(text: str, *shape: int) -> Value:
    return Value(text, shape, "float32")


def pair(first: float, second: float) -> Value:
    return array(f"[{first:g}. {second:g}.]", 2)


def computed(value: Value, *terms: tuple[Value, str]) -> Gradient:
    return Gradient(State.COMPUTED, value, terms=tuple(Term(*term) for term in terms))


def variable(number: int, name: str, value: Value, gradient: Gradient, shape: str = "(2,)") -> Node:
    return Node(f"n{number}", name, NodeKind.VARIABLE, "variable", shape, value, gradient, is_x=True)


def operation(number: int, name: str, label: str, value: Value, gradient: Gradient | None, **more: object) -> Node:
    return Node(f"n{number}", name, NodeKind.OPERATION, label, "", value, gradient, **more)  # type: ignore[arg-type]  # fields


def one_variable() -> View:
    #  w1 (1, 2) ── matmul ── y    the constant [[9.] [10.]] asks for no gradient
    row = array("[[9. 10.]]", 1, 2)
    one = array("[[1.]]", 1, 1)
    return View(
        caption="tf.gradients(y, [w1])",
        y_names=("y",),
        nodes=(
            variable(0, "w1", array("[[1. 2.]]", 1, 2), computed(row), "(1, 2)"),
            Node("n1", "Const", NodeKind.CONSTANT, "constant", "(2, 1)", array("[[9.] [10.]]", 2, 1), None),
            operation(2, "y", "matmul", array("[[29.]]", 1, 1), computed(one), is_y=True),
        ),
        seeds=(Seed("s0", "grad_ys", one, "n2", given=False),),
        forward_edges=(ForwardEdge("f0", "n0", "n2"), ForwardEdge("f1", "n1", "n2")),
        backward_edges=(BackwardEdge("b0", "n2", "n0", Flow.PASSES, row),),
        rows=(Row("n0", "w1", "(1, 2)", "float32", array("[[1. 2.]]", 1, 2), computed(row), "computed", (row,)),),
        steps=(
            Step(1, "", "seeds", "", ("y gets ones, the default weight.",), ("y",), (), ("s0",)),
            Step(2, "n2", "y = matmul(w1, Const)", "w̄1 += ȳ · Constᵀ", ("w1 gets [[9. 10.]].",), (), (), ("b0",)),
        ),
        story=("y is matmul of w1 and Const.", "The gradient of y with respect to w1 is [[9. 10.]]."),
        shown=("graph", "table", "steps", "story"),
    )


def two_ys() -> View:
    #  w1 ─┐
    #  w2 ─┴ w1 + w2 ─┐
    #  w3 ─┬──────────┴ y1 ── [1. 2.]
    #  w4 ─┴─────────── y2 ── [3. 4.]
    first, second, total = pair(1, 2), pair(3, 4), pair(4, 6)
    nodes = (
        variable(0, "w1", pair(1, 1), computed(first)),
        variable(1, "w2", pair(2, 2), computed(first)),
        operation(2, "w1 + w2", "+", pair(3, 3), computed(first)),
        variable(3, "w3", pair(3, 3), computed(total, (first, "y1"), (second, "y2"))),
        operation(4, "y1", "+", pair(6, 6), computed(first), is_y=True),
        variable(5, "w4", pair(4, 4), computed(second)),
        operation(6, "y2", "+", pair(7, 7), computed(second), is_y=True),
    )
    ways = ((0, 2), (1, 2), (2, 4), (3, 4), (3, 6), (5, 6))
    back = ((4, 2, first), (4, 3, first), (6, 3, second), (6, 5, second), (2, 0, first), (2, 1, first))
    parts = {0: (first, None), 1: (first, None), 3: (first, second), 5: (None, second)}
    return View(
        caption="tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[[1. 2.], [3. 4.]])",
        y_names=("y1", "y2"),
        nodes=nodes,
        seeds=(Seed("s0", "grad_ys[0]", first, "n4", given=True), Seed("s1", "grad_ys[1]", second, "n6", given=True)),
        forward_edges=tuple(ForwardEdge(f"f{i}", f"n{a}", f"n{b}") for i, (a, b) in enumerate(ways)),
        backward_edges=tuple(
            BackwardEdge(f"b{i}", f"n{a}", f"n{b}", Flow.PASSES, value) for i, (a, b, value) in enumerate(back)
        ),
        rows=tuple(_row(nodes[i], "computed, 2 paths" if i == 3 else "computed", *part) for i, part in parts.items()),
        steps=(
            Step(1, "", "seeds", "", ("y1 gets [1. 2.].", "y2 gets [3. 4.]."), ("y1", "y2"), (), ("s0", "s1")),
            Step(2, "n6", "y2 = w3 + w4", "w̄3 += ȳ2", ("w3 gets [3. 4.].",), ("y1",), (("w1 + w2", 1),), ("b2", "b3")),
        ),
        story=("y1 is weighted with [1. 2.] and y2 with [3. 4.].", "w3 gets [4. 6.] = [1. 2.] (y1) + [3. 4.] (y2)."),
    )


def stopped() -> View:
    #  w1 ─┐
    #  w2 ─┴ a ─╫ a_stoped ─┐
    #  w3 ──────────────────┴ y3 ── [1. 2.]
    seed = pair(1, 2)
    cut = Gradient(State.STOPPED, reason="stopped at a_stoped")
    nodes = (
        variable(0, "w1", pair(1, 1), cut),
        variable(1, "w2", pair(2, 2), cut),
        operation(2, "a", "+", pair(3, 3), cut),
        operation(3, "a_stoped", "stop_gradient", pair(3, 3), computed(seed)),
        variable(4, "w3", pair(3, 3), computed(seed)),
        operation(5, "y3", "+", pair(6, 6), computed(seed), is_y=True),
    )
    ways = ((0, 2), (1, 2), (2, 3), (3, 5), (4, 5))
    return View(
        caption="tf.gradients(y3, [w1, w2, w3], grad_ys=[1. 2.])",
        y_names=("y3",),
        nodes=nodes,
        seeds=(Seed("s0", "grad_ys", seed, "n5", given=True),),
        forward_edges=tuple(ForwardEdge(f"f{i}", f"n{a}", f"n{b}") for i, (a, b) in enumerate(ways)),
        backward_edges=(
            BackwardEdge("b0", "n5", "n3", Flow.PASSES, seed),
            BackwardEdge("b1", "n5", "n4", Flow.PASSES, seed),
            BackwardEdge("b2", "n3", "n2", Flow.STOPPED, seed),
        ),
        rows=(
            _row(nodes[0], "stopped at a_stoped", None),
            _row(nodes[1], "stopped at a_stoped", None),
            _row(nodes[4], "computed", seed),
        ),
        steps=(),
        story=("The wall at a_stoped keeps [1. 2.] out.",),
    )


def _row(node: Node, state: str, *contributions: Value | None) -> Row:
    gradient = node.gradient or NONE_YET
    return Row(node.id, node.name, node.shape, "float32", node.value, gradient, state, contributions)


BRIEF = Summary("-1.2", "0.01", "1.3", tuple(((i * 7) % 17 - 8) / 8 for i in range(32)))
MANY = Value("128 numbers: min -1.2, mean 0.01, max 1.3", (8, 16), "float32", BRIEF)


def large() -> View:
    #  x (8, 16) ─┐
    #  W (16, 32) ┴ h ── relu ── y    in the scopes layer and layer/inner
    many = MANY
    bad = Value(
        "16 numbers: min nan, mean nan, max nan",
        (16,),
        "float32",
        Summary("nan", "nan", "nan", (float("nan"), *BRIEF.strip[:15])),
    )
    nodes = (
        Node("n0", "x", NodeKind.PLACEHOLDER, "placeholder", "(8, 16)", many, None),
        replace(variable(1, "layer/kernel", many, computed(many), "(8, 16)"), scope="layer"),
        operation(2, "h", "matmul", many, computed(many), scope="layer"),
        operation(3, "a", "relu", many, Gradient(State.NOT_FINITE, bad, "NaN or inf"), scope="layer/inner"),
        operation(4, "loss", "mean", array("0.01"), computed(array("1.")), is_y=True),
    )
    ways = ((0, 2), (1, 2), (2, 3), (3, 4))
    back = ((4, 3), (3, 2), (2, 1))
    return View(
        caption="tf.gradients(loss, [layer/kernel])",
        y_names=("loss",),
        nodes=nodes,
        seeds=(Seed("s0", "grad_ys", array("1."), "n4", given=False),),
        forward_edges=tuple(ForwardEdge(f"f{i}", f"n{a}", f"n{b}") for i, (a, b) in enumerate(ways)),
        backward_edges=tuple(
            BackwardEdge(f"b{i}", f"n{a}", f"n{b}", Flow.PASSES, many) for i, (a, b) in enumerate(back)
        ),
        rows=(_row(nodes[1], "computed", many),),
        steps=(),
        story=("The loss is the mean of a.",),
        notes=("relu: at 0 its derivative is taken to be 0.",),
    )


def all_states() -> View:
    #  every state of a gradient, each on an input of its own; floor blocks, and p is to be predicted
    zero = pair(0, 0)
    nodes = (
        variable(0, "zero", pair(1, 1), Gradient(State.ZERO, zero)),
        variable(1, "nan", pair(1, 1), Gradient(State.NOT_FINITE, array("[nan inf]", 2), "NaN or inf")),
        variable(2, "sparse", pair(1, 1), Gradient(State.SPARSE, pair(0, 3), "sparse: rows [1]")),
        variable(3, "stopped", pair(1, 1), Gradient(State.STOPPED, reason="stopped at s")),
        variable(4, "none", pair(1, 1), Gradient(State.NONE, reason="floor has no gradient")),
        variable(
            5, "filled", pair(1, 1), Gradient(State.FILLED, zero, "zeros for None, since unconnected_gradients='zero'")
        ),
        replace(variable(6, "waiting", pair(1, 1), NONE_YET), value=None),
        variable(7, "p", pair(1, 1), Gradient(State.HIDDEN, reason="your turn: what is it?")),
        operation(8, "s", "stop_gradient", pair(1, 1), computed(pair(1, 1))),
        operation(9, "f", "floor", pair(1, 1), computed(pair(1, 1))),
        operation(10, "y", "add_n", pair(8, 8), computed(pair(1, 1)), is_y=True),
    )
    ways = ((0, 10), (1, 10), (2, 10), (3, 8), (8, 10), (4, 9), (9, 10), (6, 10), (7, 10))
    return View(
        caption="tf.gradients(y, xs)",
        y_names=("y",),
        nodes=nodes,
        seeds=(Seed("s0", "grad_ys", pair(1, 1), "n10", given=False),),
        forward_edges=tuple(ForwardEdge(f"f{i}", f"n{a}", f"n{b}") for i, (a, b) in enumerate(ways)),
        backward_edges=(
            BackwardEdge("b0", "n10", "n0", Flow.PASSES, zero),
            BackwardEdge("b1", "n10", "n1", Flow.PASSES, array("[nan inf]", 2)),
            BackwardEdge("b2", "n10", "n2", Flow.PASSES, pair(0, 3)),
            BackwardEdge("b3", "n8", "n3", Flow.STOPPED, pair(1, 1)),
            BackwardEdge("b4", "n10", "n8", Flow.PASSES, pair(1, 1)),
            BackwardEdge("b5", "n9", "n4", Flow.BLOCKED, None, "floor has no gradient"),
            BackwardEdge("b6", "n10", "n9", Flow.PASSES, pair(1, 1)),
            BackwardEdge("b7", "n10", "n7", Flow.HIDDEN),
        ),
        rows=tuple(_row(node, node.gradient.reason if node.gradient else "", None) for node in nodes[:8]),
        steps=(),
        story=("Each state once.",),
        notes=("waiting has no value: give it one with --feed.",),
    )


def chinese() -> View:
    view = stopped()
    names = {"w1": "权重一", "a": "中间结果", "a_stoped": "截断后的中间结果", "y3": "输出 y3"}
    reason = "在“截断后的中间结果”处被截断，梯度不再往回传"

    def told(node: Node) -> Node:
        gradient = node.gradient
        if gradient is not None and gradient.state is State.STOPPED:
            gradient = replace(gradient, reason=reason)
        label = {"variable": "变量"}.get(node.label, node.label)
        return replace(node, name=names.get(node.name, node.name), label=label, gradient=gradient)

    rows = tuple(
        replace(row, name=names.get(row.name, row.name), state=reason if row.gradient.value is None else "已算出")
        for row in view.rows
    )
    return replace(
        view,
        nodes=tuple(map(told, view.nodes)),
        rows=rows,
        y_names=("输出 y3",),
        story=("墙挡住了 [1. 2.]。",),
        language="zh",
    )


def lifted() -> View:
    #  as stopped, but that the program's own stop is lifted
    view = stopped()
    value, words = pair(1, 2), "with stop_gradient lifted at a_stoped"

    def told(node: Node) -> Node:
        if node.gradient is not None and node.gradient.state is State.STOPPED:
            return replace(node, gradient=replace(computed(value), lifted=words))
        return replace(node, label="stop_gradient, lifted") if node.label == "stop_gradient" else node

    nodes = tuple(map(told, view.nodes))
    gradients = {node.id: node.gradient for node in nodes}
    edges = (replace(edge, flow=Flow.LIFTED) if edge.flow is Flow.STOPPED else edge for edge in view.backward_edges)
    rows = (
        replace(row, gradient=gradient, state=f"computed, {words}" if gradient.lifted else row.state)
        for row in view.rows
        if (gradient := gradients[row.node]) is not None
    )
    caption = f"what if: {view.caption} {words}"
    story = ("What if: with stop_gradient lifted at a_stoped, [1. 2.] passes to a.",)
    return replace(view, caption=caption, nodes=nodes, backward_edges=tuple(edges), rows=tuple(rows), story=story)


def further() -> View:
    #  two_ys with everything that is shown on request, a stopped path, a blocked one and a lifted one
    view = two_ys()
    first, second, total, none = pair(1, 2), pair(3, 4), pair(4, 6), pair(0, 0)
    passing = (
        Path(("w3", "y1"), ("n3", "n4"), Flow.PASSES, "[1. 2.] · 1", first),
        Path(("w3", "y2"), ("n3", "n6"), Flow.PASSES, "[3. 4.] · 1", second),
    )
    others = (
        Path(("w1", "a", "y1"), ("n0", "n4"), Flow.STOPPED, "[1. 2.] · 1 · 1", first, "stopped at a"),
        Path(("w1", "floor", "y1"), ("n0", "n4"), Flow.BLOCKED, "", None, "floor has no gradient"),
        Path(("w1", "s", "y1"), ("n0", "n4"), Flow.LIFTED, "", MANY),
    )
    unit = (("1.", "0."), ("0.", "1."))
    matrices = (
        Matrix("y1", "grad_ys[0]", ("y1[0]", "y1[1]"), ("1.", "2."), unit, ("1.", "2.")),
        Matrix("y2", "grad_ys[1]", ("y2[0]", "y2[1]"), ("3.", "4."), unit, ("3.", "4.")),
    )
    nothing = Matrix("y2", "grad_ys[1]", ("y2[0]", "y2[1]"), ("3.", "4."), (), (), "y2 passes nothing to w1")
    differences = (
        Difference(none, "–", first, first),
        Difference(first, "< 1e-6", first, none),
        Difference(total, "2.5e-01; at a kink (0 on its left, 1 on its right): w3[0]", total, none),
        Difference(None, "more than 64 numbers: not compared"),
    )
    sum_inputs = tuple(f"gradients/{name}" for name in ("grad_ys_0", "y2_grad/Mul", "a", "b", "c", "d", "e"))
    raw = (
        RawOperation("gradients/grad_ys_0", "Identity", ("Const",), "(2,)", first, ""),
        RawOperation("gradients/y2_grad/Mul", "Mul", ("gradients/grad_ys_0", "w3/read"), "(2,)", second, "y2"),
        RawOperation("gradients/AddN", "AddN", sum_inputs, "(2,)", None, "", secret=True),
        RawOperation("gradients/group_deps", "NoOp", ("^gradients/AddN", "^init"), "", None, ""),
    )
    return replace(
        view,
        rows=tuple(replace(row, difference=d) for row, d in zip(view.rows, differences, strict=True)),
        paths=(
            PathList("n3", "w3", "2 paths", passing, ("sum: [1. 2.] + [3. 4.] = [4. 6.], the gradient",)),
            PathList("n0", "w1", "3 paths, but all of them are cut", others, ()),
            PathList("n5", "w4", "?", (), ("your turn: what is it?",)),
        ),
        jacobian=(
            Jacobian("n3", "w3", ("w3[0]", "w3[1]"), matrices, ("4.", "6.")),
            Jacobian("n0", "w1", ("w1[0]", "w1[1]"), (matrices[0], nothing), ("1.", "2.")),
            Jacobian("n5", "w4", (), (replace(nothing, remark="9 × 2 numbers"),)),
        ),
        raw=raw,
        shown=("table", "paths", "jacobian", "raw"),
    )


def further_chinese() -> View:
    view = further()
    paths = tuple(
        replace(found, paths=tuple(replace(path, names=("权重三", *path.names[1:])) for path in found.paths))
        for found in view.paths[:2]
    )
    stopped = replace(paths[1].paths[0], reason="在 a 处被截断")
    jacobian = replace(view.jacobian[0], name="权重三", columns=("权重三[0]", "权重三[1]"))
    return replace(
        view,
        rows=tuple(replace(row, name="权重", state="已算出") for row in view.rows),
        paths=(
            replace(paths[0], name="权重三", headline="2 条路径", remarks=()),
            replace(paths[1], name="权重三", headline="1 条路径，但走不通", paths=(stopped,)),
        ),
        jacobian=(jacobian,),
        language="zh",
    )


HOSTILE = ("<script>alert(1)</script>", 'a"];b [label="x', r"\N \G & &amp; 'q'", "\x1b[31mred\u202eevil\n", "x" * 200)


def hostile() -> View:
    view = one_variable()
    script, quote, escapes, control, long = HOSTILE
    reason = f"{script} {quote}"
    one = array(script, 1, 1)
    path = Path((quote, control), (), Flow.STOPPED, script, one, escapes)
    matrix = Matrix(control, script, (quote,), ("1.",), (("2.",),), ("2.",), script)
    nodes = (
        replace(view.nodes[0], name=script, label=quote, gradient=Gradient(State.NONE, reason=reason)),
        replace(view.nodes[1], name=escapes, scope=f"{quote}/{script}", value=Value(control, (2, 1), "string")),
        replace(view.nodes[2], name=long, label=control),
    )
    return replace(
        view,
        caption=f"tf.gradients({script})",
        y_names=(quote,),
        nodes=nodes,
        seeds=(replace(view.seeds[0], name=quote, value=Value(script, (), "float32")),),
        backward_edges=(replace(view.backward_edges[0], flow=Flow.BLOCKED, contribution=None, reason=reason),),
        rows=(replace(view.rows[0], name=script, state=control, gradient=Gradient(State.NONE, reason=quote)),),
        story=(script, quote, escapes, control),
        notes=(script,),
        paths=(PathList("n0", script, quote, (path,), (quote,)),),
        jacobian=(Jacobian("n0", quote, (script,), (matrix,)),),
        raw=(RawOperation(script, quote, (control, escapes), script, one, control),),
    )


VIEWS: dict[str, Callable[[], View]] = {
    "one_variable": one_variable,
    "two_ys": two_ys,
    "stopped": stopped,
    "lifted": lifted,
    "large": large,
    "all_states": all_states,
    "chinese": chinese,
    "further": further,
    "further_chinese": further_chinese,
    "hostile": hostile,
}
