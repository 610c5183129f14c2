"""What the DOT text of a view says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sample_views as samples

from gradnb.render import dot
from gradnb.view.model import NodeKind, View


def label_of(source: str, name: str) -> str:
    """Return the attributes of one node."""
    found = re.search(rf"^\s*{name} \[(.*)\]$", source, re.MULTILINE)
    assert found, f"{name} is not in the graph"
    return found[1]


def words_of(source: str, name: str) -> str:
    return (
        re.sub(r"<[^>]*>", "", label_of(source, name))
        .replace("&#160;", " ")
        .replace("\u00a0", " ")
        .replace("&#8203;", "")
    )


def test_every_node_and_edge_carries_its_id(view: View) -> None:
    source = dot.render(view)
    for part in (*view.nodes, *view.seeds, *view.forward_edges, *view.backward_edges):
        assert re.search(rf"\bid={part.id}(-end)?\b", source), part.id


def test_rendering_twice_gives_the_same_text(view: View) -> None:
    assert dot.render(view) == dot.render(view)


def test_a_sum_is_written_out() -> None:
    assert "∂ [4. 6.]  = [1. 2.] (y1) + [3. 4.] (y2)" in words_of(dot.render(samples.two_ys()), "n3")


def test_a_long_sum_has_one_term_on_each_line() -> None:
    view = samples.two_ys()
    value = samples.array("[[1. 2. 3.] [4. 5. 6.]]", 2, 3)
    node = replace(view.nodes[3], gradient=samples.computed(value, (value, "direct"), (value, "via b")))
    label = label_of(dot.render(replace(view, nodes=(*view.nodes[:3], node, *view.nodes[4:]))), "n3")
    gradient = label.split('PORT="gradient"')[1]
    assert gradient.count("<BR/>") == 3
    assert "=&#160;" in gradient
    assert "+&#160;" in gradient


def test_a_stopped_edge_ends_in_a_wall_and_says_what_would_have_passed() -> None:
    source = dot.render(samples.stopped())
    assert "stopped: [1. 2.]" in words_of(source, "b2")
    wall = next(line for line in source.splitlines() if "b2-end" in line)
    assert "arrowtail=tee" in wall
    assert "style=dashed" in wall
    assert "arrowtail=tee" not in next(line for line in source.splitlines() if "b0-end" in line)


def test_the_states_differ_in_words_and_in_shape() -> None:
    source = dot.render(samples.all_states())
    rows = {name: label_of(source, name).split('PORT="gradient"')[1] for name in (f"n{i}" for i in range(8))}
    looks = {re.sub(r"<[^>]*>", "", row.split(">", 1)[1]) for row in rows.values()}
    assert len(looks) == len(rows)
    styles = [re.search(r'BGCOLOR="(.*?)".*?(STYLE="\w+")?>', row) for row in rows.values()]
    assert len({(style[1], style[2]) for style in styles if style}) >= 7
    assert 'STYLE="dashed"' in rows["n3"]
    assert 'STYLE="dotted"' in rows["n4"]


def test_a_gradient_to_be_predicted_is_nowhere() -> None:
    source = dot.render(samples.all_states())
    assert "5." not in re.sub(r'POINT-SIZE="[\d.]+"', "", words_of(source, "n7") + words_of(source, "b7"))
    assert "your turn" in words_of(source, "n7")


def test_the_legend_explains_the_signs_of_this_picture_alone() -> None:
    calm, full = dot.render(samples.two_ys()), dot.render(samples.all_states())
    wall = "wall:&#160;what&#160;stop_gradient&#160;keeps&#160;out"
    assert wall not in calm
    assert wall in full


@pytest.mark.parametrize("theme", ["auto", "light"])
def test_the_background_is_opaque(theme: str) -> None:
    assert 'bgcolor="#ffffff"' in dot.render(replace(samples.two_ys(), theme=theme))


def test_the_dark_theme_has_colors_of_its_own() -> None:
    dark = dot.render(replace(samples.two_ys(), theme="dark"))
    assert 'bgcolor="#14171e"' in dark
    assert "#ffffff" not in dark


def test_name_scopes_are_boxes_in_boxes() -> None:
    source = dot.render(samples.large())
    outer, inner = source.index("subgraph cluster_0"), source.index("subgraph cluster_1")
    assert outer < inner < source.index("n3 [")


def test_a_large_array_is_a_strip_with_its_least_mean_and_greatest() -> None:
    label = label_of(dot.render(samples.large()), "n1")
    assert label.split('PORT="value"')[0].count('WIDTH="7"') == 32
    assert "min -1.2 · mean 0.01 · max 1.3" in words_of(dot.render(samples.large()), "n1")


def test_a_live_picture_keeps_room_for_longer_numbers() -> None:
    assert 'WIDTH="' not in dot.render(samples.two_ys())
    assert 'WIDTH="' in dot.render(samples.two_ys(), live=True)


def test_variables_stand_in_one_column() -> None:
    source = dot.render(samples.two_ys())
    column = re.search(r"\{\s*graph \[rank=same\](.*?)\}", source, re.DOTALL)
    assert column
    assert re.findall(r"n\d", column[1]) == ["n0", "n1", "n1", "n3", "n3", "n5"]


def test_an_edge_of_which_nothing_is_known_is_one_line_without_a_label() -> None:
    view = samples.two_ys()
    bare = replace(view.backward_edges[0], contribution=None)
    source = dot.render(replace(view, backward_edges=(bare, *view.backward_edges[1:])))
    (line,) = (line for line in source.splitlines() if re.search(r"\bid=b0\b", line))
    assert line.strip().startswith("n2:gradient:e -> n4:gradient:w")
    assert "dir=back" in line
    assert "b0-end" not in source


def test_a_group_has_no_gradient_to_attach_an_edge_to() -> None:
    view = samples.two_ys()
    group = replace(view.nodes[2], kind=NodeKind.GROUP, value=None, gradient=None)
    source = dot.render(replace(view, nodes=(*view.nodes[:2], group, *view.nodes[3:])))
    assert "n2:gradient" not in source
    assert "n2:value" not in source


def test_a_crowded_picture_is_laid_out_in_fewer_turns_with_straight_lines() -> None:
    view = samples.two_ys()
    edge = view.backward_edges[0]
    crowded = replace(view, backward_edges=tuple(replace(edge, id=f"b{number}") for number in range(100)))
    assert "splines" not in dot.render(view)
    assert "splines=line" in dot.render(crowded)
    assert "nslimit=2" in dot.render(crowded)
