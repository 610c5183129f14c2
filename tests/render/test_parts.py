"""The rows of a picture: what is the same in two views has the same rows."""

from __future__ import annotations

from dataclasses import replace

import sample_views as samples

from gradnb.messages import text
from gradnb.render.palette import DARK, LIGHT
from gradnb.render.parts import Parts, Row
from gradnb.view.model import Gradient, State, Value, View


def test_rows_of_what_is_the_same_object_are_taken_over(view: View) -> None:
    before = Parts(view, LIGHT)
    after = Parts(replace(view, caption="another"), LIGHT, before=before)
    assert all(rows is before.owners()[owner] for owner, rows in after.owners().items())


def test_rows_of_what_changed_are_made_anew() -> None:
    view = samples.two_ys()
    moved = replace(view.nodes[0], value=samples.pair(9, 9))
    changed = replace(view, nodes=(moved, *view.nodes[1:]))
    before = Parts(view, LIGHT)
    after = Parts(changed, LIGHT, before=before)
    assert after.owners() == Parts(changed, LIGHT).owners() != before.owners()
    assert [owner for owner, rows in after.owners().items() if rows is not before.owners()[owner]] == [moved.id]


def test_nothing_is_taken_over_where_it_would_be_drawn_otherwise() -> None:
    view = samples.two_ys()
    before = Parts(view, LIGHT)
    for after, alone in (
        (Parts(view, DARK, before=before), Parts(view, DARK)),
        (Parts(view, LIGHT, live=True, before=before), Parts(view, LIGHT, live=True)),
        (Parts(replace(view, language="zh"), LIGHT, before=before), Parts(replace(view, language="zh"), LIGHT)),
        (
            Parts(replace(view, nodes=view.nodes[1:]), LIGHT, before=before),
            Parts(replace(view, nodes=view.nodes[1:]), LIGHT),
        ),
    ):
        assert after.owners() == alone.owners()


def written(rows: tuple[Row, ...]) -> list[str]:
    return [" ".join(run.text for run in line) for row in rows for line in row.lines]


def test_a_gradient_that_follows_from_a_prediction_is_a_question_mark_with_the_reason() -> None:
    view = samples.two_ys()
    veiled = replace(view.nodes[0], gradient=Gradient(State.VEILED, reason="follows from w3"))
    parts = Parts(replace(view, nodes=(veiled, *view.nodes[1:])), LIGHT)
    assert written(parts.nodes["n0"])[-1] == "∂ ? · follows from w3"
    meanings = {line[0].text: sign.meaning for sign in parts.legend() for line in sign.sample.lines}
    assert meanings["∂ ?"] == "waits for what you predict"


def test_the_legend_of_a_live_picture_has_what_moving_numbers_and_stops_can_bring() -> None:
    view = samples.two_ys()
    still, live = ({sign.meaning for sign in Parts(view, LIGHT, live).legend()} for live in (False, True))
    fresh = {text(f"render.legend_{key}", "en") for key in ("zero", "not_finite", "stopped", "wall")}
    assert fresh.isdisjoint(still)
    assert live == still | fresh
    stopped = Parts(samples.stopped(), LIGHT, live=True).legend()
    assert text("render.legend_lifted", "en") in {sign.meaning for sign in stopped}


def test_zeros_that_are_put_in_but_not_computed_are_dots_with_the_reason() -> None:
    view = samples.two_ys()
    filled = replace(view.nodes[0], gradient=Gradient(State.FILLED, None, "zeros for None"))
    (*_, row) = Parts(replace(view, nodes=(filled, *view.nodes[1:])), LIGHT).nodes["n0"]
    assert written((row,)) == ["∂ … · zeros for None"]
    assert (row.fill, row.style) == (LIGHT.none_fill, "dashed")


def test_a_weight_without_a_number_says_so_and_a_large_one_is_a_strip() -> None:
    view = samples.two_ys()
    first, second = view.seeds
    parts = Parts(replace(view, seeds=(replace(first, value=None), replace(second, value=samples.MANY))), LIGHT)
    assert written(parts.seeds["s0"]) == ["grad_ys[0] no value yet "]
    assert parts.seeds["s0"][0].strip == ()
    assert written(parts.seeds["s1"]) == ["grad_ys[1] min -1.2 · mean 0.01 · max 1.3 "]
    assert len(parts.seeds["s1"][0].strip) == 32


def test_only_two_short_terms_stand_on_one_line() -> None:
    view, one, two = samples.two_ys(), samples.array("1."), samples.array("2.")

    def lines(*terms: tuple[Value, str]) -> list[str]:
        node = replace(view.nodes[0], gradient=samples.computed(samples.array("5."), *terms))
        (*_, row) = Parts(replace(view, nodes=(node, *view.nodes[1:])), LIGHT).nodes["n0"]
        return [line.strip() for line in written((row,))]

    assert lines((two, "y1"), (two, "y2")) == ["∂ 5. = 2. (y1) + 2. (y2)"]
    assert lines((two, "y1"), (two, "y2"), (one, "y3")) == ["∂ 5.", "= 2. (y1)", "+ 2. (y2)", "+ 1. (y3)"]


def test_where_nothing_is_computed_a_live_legend_speaks_of_no_numbers() -> None:
    view = samples.two_ys()
    bare = replace(view, nodes=tuple(replace(node, gradient=None) for node in view.nodes))
    signs = {line[0].text for sign in Parts(bare, LIGHT, live=True).legend() for line in sign.sample.lines}
    assert "grad_ys" in signs
    assert not {sign for sign in signs if sign.startswith("∂")}
