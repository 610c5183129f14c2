"""Text made safe: what is harmless stays the same object."""

from __future__ import annotations

from dataclasses import replace

import sample_views as samples

from gradnb.render.plain import clean
from gradnb.view.model import Node, NodeKind, View

HARMFUL = Node("n9", "a\x1b[31m", NodeKind.VARIABLE, "变量\u202e", "()", None, None)


def test_a_harmless_view_is_returned_as_it_is(view: View) -> None:
    safe = clean(view)
    assert (safe is view) is (safe == view)
    assert clean(safe) is safe


def test_only_what_is_harmful_is_made_anew() -> None:
    view = samples.two_ys()
    safe = clean(replace(view, nodes=(*view.nodes, HARMFUL)))
    assert all(new is old for new, old in zip(safe.nodes, view.nodes, strict=False))
    assert (safe.nodes[-1].name, safe.nodes[-1].label) == ("a\\x1b[31m", "变量\\u202e")
    assert safe.rows is view.rows


def test_what_was_made_harmless_before_is_taken_over() -> None:
    before = replace(samples.two_ys(), nodes=(*samples.two_ys().nodes, HARMFUL))
    cleaned = clean(before)
    after = replace(before, caption="\x1b", rows=())
    safe = clean(after, before, cleaned)
    assert safe == clean(after)
    assert safe.nodes is cleaned.nodes
    grown = replace(before, nodes=(*before.nodes, replace(HARMFUL, id="n10")))
    assert clean(grown, before, cleaned) == clean(grown)
    moved = replace(before, nodes=(replace(before.nodes[0], name="b\n"), *before.nodes[1:]))
    safe = clean(moved, before, cleaned)
    assert safe == clean(moved)
    assert safe.nodes[-1] is cleaned.nodes[-1]
