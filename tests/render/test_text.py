"""Views as plain text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
import sample_views as samples

from gradnb.harmless import harmless
from gradnb.render import text
from gradnb.render.plain import columns, wrap
from gradnb.render.sections import waiting
from gradnb.render.table import edges_list, gradient_state, nodes_table
from gradnb.view.model import Flow, Gradient, Node, NodeKind, RawOperation, State, Step, View


def numbers(view: View) -> set[str]:
    """Return every number that a view shows in its picture or table."""
    gradients = [node.gradient for node in view.nodes if node.gradient is not None]
    values = [node.value for node in view.nodes] + [seed.value for seed in view.seeds]
    values += [gradient.value for gradient in gradients] + [term.value for g in gradients for term in g.terms]
    values += [edge.contribution for edge in view.backward_edges]
    values += [part for row in view.rows for part in row.contributions]
    return {harmless(value.text) for value in values if value is not None}


def test_the_text_holds_every_number(view: View) -> None:
    shown = text.render(replace(view, shown=("graph", *view.shown)))
    missing = {number for number in numbers(view) if number not in shown}
    assert not missing


@pytest.mark.parametrize("name", ["further", "further_chinese"])
def test_the_parts_on_request_hold_every_number(name: str) -> None:
    view = samples.VIEWS[name]()
    shown = text.render(view)
    values = [value for row in view.rows if (d := row.difference) for value in (d.value, d.plain, d.gap)]
    values += [path.contribution for found in view.paths for path in found.paths if path.flow is not Flow.BLOCKED]
    values += [operation.value for operation in view.raw]
    assert all(value.text in shown for value in values if value is not None)
    assert all(path.formula in shown for found in view.paths for path in found.paths)
    for matrix in (matrix for found in view.jacobian for matrix in found.matrices if matrix.entries):
        for cells in zip(matrix.rows, matrix.weights, *zip(*matrix.entries, strict=True), strict=True):
            assert any(line.split() == list(cells) for line in shown.splitlines())


@pytest.mark.parametrize("name", ["further", "further_chinese"])
def test_every_table_is_as_wide_in_each_line_chinese_or_not(name: str) -> None:
    view = samples.VIEWS[name]()
    for part in ("jacobian", "raw"):
        lines = text.render(replace(view, shown=(part,))).splitlines()
        for number, line in enumerate(lines):
            if line and set(line) == {"-", " "}:
                last = columns(line[: line.rindex(" ") + 1])
                heading = lines[number - 1]
                start = next(i for i in range(len(heading) + 1) if columns(heading[:i]) == last)
                assert heading[start - 1] == " "
                assert heading[start] != " "


def test_only_the_chosen_views_are_written() -> None:
    view = samples.one_variable()
    assert "Steps" in text.render(view)
    assert "Steps" not in text.render(replace(view, shown=("table",)))
    assert "1×" not in text.render(replace(view, shown=()))
    assert text.render(replace(view, shown=())) == view.caption


def test_of_a_graph_too_large_to_draw_the_table_and_the_note_are_left() -> None:
    view = replace(samples.two_ys(), nodes=(), seeds=(), forward_edges=(), backward_edges=(), notes=("too large",))
    caption, table, note = text.render(view).split("\n\n")
    assert (caption, note) == (view.caption, "* too large")
    assert table.splitlines()[0].split()[:2] == ["x", "shape"]


def test_without_xs_there_is_no_table() -> None:
    view = replace(samples.one_variable(), rows=(), shown=("table", "story"))
    assert text.render(view) == "\n\n".join((view.caption, "\n".join(view.story)))


def test_there_is_no_heading_without_steps(view: View) -> None:
    assert "Steps" not in text.render(replace(view, steps=(), shown=("steps",), language="en"))


def test_a_contribution_that_is_still_to_be_computed_is_a_dash() -> None:
    view = samples.one_variable()
    edge = replace(view.backward_edges[0], flow=Flow.PASSES, contribution=None, reason="")
    assert edges_list(replace(view, backward_edges=(edge,)))[0].endswith(": –")


def test_a_collapsed_scope_has_no_value_to_miss() -> None:
    group = Node("n0", "layer", NodeKind.GROUP, "4 tensors", "", None, None)
    (cells,) = nodes_table(replace(samples.one_variable(), nodes=(group,), seeds=())).rows
    assert cells == ("layer", "4 tensors", "", "", "", "")


def test_chinese_lists_have_chinese_marks() -> None:
    step = Step(1, "", "", "", (), ("a", "b"), (("c", 1), ("d", 2)), ())
    assert waiting(step, "zh") == "可以处理：a、b；还在等待：c（还差 1 个）、d（还差 2 个）"
    assert gradient_state(Gradient(State.NONE, reason="没有路径"), "zh") == "None：没有路径"


def test_nothing_in_it_moves_the_cursor_or_the_order_of_reading(view: View) -> None:
    assert not {c for c in text.render(view) if c != "\n" and unicodedata.category(c) in {"Cc", "Cf"}}


def test_a_gradient_to_be_predicted_is_nowhere() -> None:
    assert "5. 5." not in text.render(samples.all_states())


def test_columns_are_aligned_in_chinese_too() -> None:
    lines = text.aligned(text.xs_table(samples.chinese()))
    starts = {columns(line.partition("(2,)")[0]) for line in lines if "(2,)" in line}
    assert starts == {columns(lines[1].partition("  ")[0]) + 2}


def test_no_line_ends_in_blanks(view: View) -> None:
    assert all(line == line.rstrip() for line in text.render(view).splitlines())


@pytest.mark.parametrize("name", ["a\u0000b", "a\u2028b", "a\u202eb", "a\ud800b", "a\uffffb", "a\x1b[0mb", "a\u200bb"])
def test_characters_that_do_harm_are_spelled_out(name: str) -> None:
    spelled = harmless(name)
    assert spelled.startswith("a\\")
    spelled.encode()


@pytest.mark.parametrize(
    "text", ["short", "x" * 90, "a_long_name/with_parts/and_more_of_them", "截断后的中间结果处的梯度" * 4]
)
def test_wrapped_pieces_fit(text: str) -> None:
    pieces = wrap(text, 20)
    assert len(pieces) <= 3
    assert all(columns(piece) <= 20 for piece in pieces)
    kept = "".join(pieces)
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))


def test_inputs_that_stand_in_the_table_are_named_by_their_numbers() -> None:
    def operation(name: str, *inputs: str) -> RawOperation:
        return RawOperation(name, "Some", inputs, "()", None, "")

    raw = (operation("a:0", "x"), operation("a:1", "x"), operation("b", "a", "a:1", "y:1"), operation("c", "^b", "^z"))
    lines = text.render(replace(samples.further(), raw=raw, shown=("raw",))).splitlines()
    assert [re.split(r" {2,}", line)[3] for line in lines[-4:]] == ["x", "x", "#1, #2, y:1", "^#3, ^z"]
