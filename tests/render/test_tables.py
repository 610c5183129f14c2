"""The table of xs in its other forms."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sample_views as samples

from gradnb.render import latex, markdown
from gradnb.render.table import edges_list, gradient_state, xs_table
from gradnb.view.model import Difference, Gradient, Other, State


def test_contributions_have_columns_when_there_are_several_ys() -> None:
    assert xs_table(samples.two_ys()).headings == ("x", "shape", "value", "gradient", "from y1", "from y2", "state")
    assert xs_table(samples.two_ys()).rows[2] == (
        "w3",
        "(2,)",
        "[3. 3.]",
        "[4. 6.]",
        "[1. 2.]",
        "[3. 4.]",
        "computed, 2 paths",
    )
    assert xs_table(samples.one_variable()).headings == ("x", "shape", "value", "gradient", "state")


def test_no_contribution_is_a_dash() -> None:
    assert xs_table(samples.two_ys()).rows[0][4:6] == ("[1. 2.]", "–")


def test_a_dtype_other_than_float32_has_a_column() -> None:
    view = samples.one_variable()
    table = xs_table(replace(view, rows=(replace(view.rows[0], dtype="float64"),)))
    assert table.headings[2] == "dtype"
    assert table.rows[0][2] == "float64"


def test_headings_are_in_the_language_of_the_view() -> None:
    assert xs_table(samples.chinese()).headings == ("x", "形状", "值", "梯度", "状态")


def test_edges_say_what_stops_and_what_blocks() -> None:
    assert "a_stoped → a: stopped · [1. 2.]" in edges_list(samples.stopped())
    assert "f → none: blocked · floor has no gradient" in edges_list(samples.all_states())
    assert "y → p: ?" in edges_list(samples.all_states())


def test_finite_differences_have_columns_when_they_were_asked() -> None:
    view = samples.further()
    table = xs_table(view)
    assert table.headings[6:10] == ("finite difference, stops held", "relative error", "without the stops", "kept out")
    assert table.rows[0][6:10] == ("[0. 0.]", "–", "[1. 2.]", "[1. 2.]")
    assert table.rows[3][6:10] == ("–", "more than 64 numbers: not compared", "–", "–")
    free = tuple(replace(row, difference=Difference(row.value, "< 1e-6")) for row in view.rows[:1])
    assert xs_table(replace(view, rows=free)).headings[6:8] == ("finite difference", "relative error")


def test_what_another_library_says_stands_beside() -> None:
    view = samples.two_ys()
    found = (
        Other("torch", samples.pair(1, 2), "< 1e-6"),
        Other("torch", None, "both are None"),
        None,
        Other("torch", samples.pair(9, 9), "8e-01"),
    )
    rows = [replace(row, other=other) for row, other in zip(view.rows, found, strict=True)]
    rows[3] = replace(rows[3], gradient=Gradient(State.HIDDEN))
    table = xs_table(replace(view, rows=tuple(rows)))
    assert table.headings[6:] == ("torch", "relative difference", "state")
    assert [row[6:8] for row in table.rows] == [
        ("[1. 2.]", "< 1e-6"),
        ("None", "both are None"),
        ("–", "–"),
        ("?", "?"),
    ]


def test_where_finite_differences_have_nothing_to_say_stand_dashes() -> None:
    view = samples.further()
    rows = (view.rows[0], replace(view.rows[1], difference=None))
    assert xs_table(replace(view, rows=rows)).rows[1][6:10] == ("–",) * 4


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        (Gradient(State.COMPUTED, samples.pair(1, 2)), "computed"),
        (Gradient(State.NOT_FINITE, samples.pair(1, 2), "NaN or inf"), "NaN or inf"),
        (Gradient(State.STOPPED, None, "Stopped at a"), "Stopped at a"),
        (Gradient(State.NONE, None, "floor has no gradient"), "None: floor has no gradient"),
        (Gradient(State.HIDDEN, None, "your turn: what is it?"), "your turn: what is it?"),
        (Gradient(State.COMPUTED, samples.pair(1, 2), lifted="with a lifted"), "computed, with a lifted"),
    ],
)
def test_a_state_says_its_word_once(gradient: Gradient, words: str) -> None:
    assert gradient_state(gradient, "en") == words


def test_a_hidden_gradient_has_no_difference_either() -> None:
    view = samples.further()
    secret = replace(view.rows[0], gradient=Gradient(State.HIDDEN))
    assert xs_table(replace(view, rows=(secret, *view.rows[1:]))).rows[0][6:10] == ("?",) * 4


def test_markdown_has_as_many_cells_in_each_line(view) -> None:  # type: ignore[no-untyped-def]  # fixture
    lines = markdown.render(replace(view, shown=("graph", "table"))).splitlines()
    assert len(lines) == 2 + len(view.rows)
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


def test_markdown_escapes_what_it_would_read() -> None:
    assert markdown.render(samples.hostile()).splitlines()[2].startswith(r"| \<script\>alert\(1\)\</script\> |")


def test_latex_has_as_many_cells_in_each_line(view) -> None:  # type: ignore[no-untyped-def]  # fixture
    shown = replace(view, shown=("graph", "table"))
    lines = [line for line in latex.render(shown).splitlines() if line.endswith(r"\\")]
    assert len(lines) == 1 + len(view.rows)
    assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {len(xs_table(view).headings) - 1}


@pytest.mark.parametrize("render", [markdown.render, latex.render])
def test_every_part_but_the_picture_is_written(render) -> None:  # type: ignore[no-untyped-def]  # one of two functions
    view = samples.one_variable()
    everything = render(view)
    for part in ("table", "steps", "story"):
        assert render(replace(view, shown=(part,))) in everything
    further = samples.further()
    for part in further.shown:
        assert render(replace(further, shown=(part,))) in render(further)
    assert render(replace(view, shown=("graph",))) == render(replace(view, shown=("table",)))


def test_latex_writes_signs_as_its_commands() -> None:
    view = replace(samples.one_variable(), story=("x\u03041 += y\u0304 · aᵀ → ⌊z⌋² − √(b⁻¹)",), shown=("story",))
    assert (
        r"  \item $\bar{x}$1 += $\bar{y}$ $\cdot$ a$^{\top}$ $\rightarrow$ "
        r"$\lfloor$z$\rfloor$$^2$ $-$ $\surd$(b$^{-1}$)"
    ) in latex.render(view)


def test_latex_escapes_what_it_would_read() -> None:
    view = samples.one_variable()
    row = replace(view.rows[0], name=r"a_b\c%{$#^~&}[1]<|>")
    assert (
        r"a\_b\textbackslash{}c\%\{\$\#\textasciicircum{}\textasciitilde{}\&\}{[}1{]}\textless{}\textbar{}\textgreater{}"
        in latex.render(replace(view, rows=(row,)))
    )
