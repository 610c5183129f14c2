"""The rows of a picture: what is the same in two views has the same rows."""

from __future__ import annotations

from dataclasses import replace

import sample_views as samples

from gradnb.render.palette import DARK, LIGHT
from gradnb.render.parts import Parts
from gradnb.view.model import View


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
