"""Where the arrow keys lead."""

from __future__ import annotations

from dataclasses import replace

import sample_views as samples

from gradnb.render.walk import walk

#  n0 ── b4 ── n2 ── b0 ── n4 ── s0
#  n1 ── b5 ─┘            │
#  n3 ─────────── b1 ─────┘
#  n3 ── b2 ── n6 ── s1
#  n5 ── b3 ─┘
PLACES = {
    "n0": (0, 0),
    "n1": (0, 100),
    "n3": (0, 200),
    "n5": (0, 300),
    "b4": (100, 20),
    "b5": (100, 60),
    "b2": (100, 240),
    "b3": (100, 280),
    "n2": (200, 40),
    "n6": (200, 260),
    "b0": (300, 60),
    "b1": (250, 120),
    "n4": (400, 80),
    "s0": (500, 90),
    "s1": (300, 260),
}
BOXES = {identity: (x - 40.0, y - 10.0, x + 40.0, y + 10.0) for identity, (x, y) in PLACES.items()}


def test_left_and_right_follow_the_edges_from_node_to_edge_to_node() -> None:
    ways = walk(samples.two_ys(), BOXES)
    assert [ways["n4"][key] for key in ("left", "right")] == ["b0", "s0"]
    assert [ways["b1"][key] for key in ("left", "right")] == ["n3", "n4"]
    assert ways["s0"]["left"] == "n4"
    assert "right" not in ways["s0"]
    assert "left" not in ways["n0"]


def test_up_and_down_lead_to_what_hangs_on_the_same_node_then_to_what_is_in_line() -> None:
    ways = walk(samples.two_ys(), BOXES)
    assert ways["b0"]["down"] == "b1"
    assert ways["b4"]["down"] == "b5"
    assert [ways["n1"][key] for key in ("up", "down")] == ["n0", "n3"]


def test_what_hangs_on_the_same_node_comes_before_what_is_nearer() -> None:
    moved = BOXES | {"b2": (260.0, 140.0, 340.0, 160.0), "b1": (260.0, 230.0, 340.0, 250.0)}
    ways = walk(samples.two_ys(), moved)
    assert ways["b0"]["down"] == "b1"


def test_from_an_edge_back_to_its_node_and_to_it_again() -> None:
    view, ways = samples.two_ys(), walk(samples.two_ys(), BOXES)
    for edge in view.backward_edges:
        assert ways[edge.id]["right"] == edge.source
        assert ways[edge.id]["left"] == edge.target
        assert ways[edge.source]["left"] in {other.id for other in view.backward_edges if other.source == edge.source}


def test_where_no_gradient_flows_the_keys_follow_the_values() -> None:
    view = samples.one_variable()
    boxes = {
        identity: BOXES[key] for identity, key in (("n0", "n0"), ("n1", "n1"), ("n2", "n2"), ("b0", "b4"), ("s0", "b0"))
    }
    ways = walk(view, boxes)
    assert ways["n1"]["right"] == "n2"
    assert ways["n2"]["left"] == "b0"


def test_from_top_to_bottom_the_keys_are_turned() -> None:
    turned = {identity: (y, x, y2, x2) for identity, (x, y, x2, y2) in BOXES.items()}
    ways = walk(replace(samples.two_ys(), layout="TB"), turned)
    assert [ways["b1"][key] for key in ("up", "down")] == ["n3", "n4"]
    assert ways["b0"]["right"] == "b1"


def test_everything_is_reached_from_everywhere() -> None:
    ways = walk(samples.two_ys(), BOXES)
    for start in ways:
        reached = {start}
        waiting = [start]
        while waiting:
            new = set(ways[waiting.pop()].values()) - reached
            reached |= new
            waiting += new
        assert reached == ways.keys(), start
