"""Finished pictures, and pictures that are filled with new numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from random import Random

import pytest
import sample_views as samples

from gradnb.render import dot, layout, svg
from gradnb.render.palette import LIGHT, variables
from gradnb.render.plain import clean, points
from gradnb.view.model import BackwardEdge, Flow, Gradient, NodeKind, State, Value, View

TEXT = "{http://www.w3.org/2000/svg}text"
GROUP = "{http://www.w3.org/2000/svg}g"
PATH = "{http://www.w3.org/2000/svg}path"

ENGINES = ["pygraphviz", pytest.param("dot", marks=pytest.mark.dot)]
pytestmark = pytest.mark.parametrize("engine", ENGINES)


@cache
def laid_out(name: str, engine: layout.Engine, live: bool = False) -> str:
    if engine == "pygraphviz":
        pytest.importorskip("pygraphviz")
    return layout.draw(dot.render(samples.VIEWS[name](), live=live), "svg", engine=engine).decode()


def by_id(picture: str) -> dict[str, ET.Element]:
    return {element.get("id", ""): element for element in ET.fromstring(picture).iter() if element.get("id")}


def words(element: ET.Element) -> str:
    return "".join(element.itertext())


def with_numbers(view: View, value: Value) -> View:
    """Return `view` with `value` wherever there was a number."""
    nodes = tuple(
        replace(
            node,
            value=value,
            gradient=node.gradient
            and replace(
                node.gradient,
                value=node.gradient.value and value,
                terms=tuple(replace(term, value=value) for term in node.gradient.terms),
            ),
        )
        for node in view.nodes
    )
    edges = tuple(replace(edge, contribution=edge.contribution and value) for edge in view.backward_edges)
    return replace(view, nodes=nodes, backward_edges=edges, seeds=tuple(replace(s, value=value) for s in view.seeds))


@pytest.mark.parametrize("name", sorted(samples.VIEWS))
def test_a_finished_picture_is_well_formed_and_described(name: str, engine: layout.Engine) -> None:
    view = samples.VIEWS[name]()
    picture = svg.finish(laid_out(name, engine), view)
    assert not picture.startswith("<?xml")
    assert "<!" not in picture
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert [child.tag.rpartition("}")[2] for child in root[:2]] == ["title", "desc"]
    assert root[0].text == clean(view).caption
    assert root[1].text == " ".join(clean(view).story)
    groups = by_id(picture)
    for part in (*view.nodes, *view.seeds, *view.forward_edges, *view.backward_edges):
        assert groups[part.id].tag == GROUP, part.id


@pytest.mark.parametrize("name", sorted(samples.VIEWS))
def test_nothing_but_drawing_is_in_the_picture(name: str, engine: layout.Engine) -> None:
    root = ET.fromstring(svg.finish(laid_out(name, engine), samples.VIEWS[name]()))
    allowed = {"svg", "g", "title", "desc", "text", "tspan", "path", "polygon", "polyline", "ellipse"}
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= allowed
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on") or "href" in key]


def test_a_hostile_name_is_shown_as_it_is(engine: layout.Engine) -> None:
    picture = by_id(svg.finish(laid_out("hostile", engine), samples.hostile()))
    assert words(picture["n0-name"]) == "<script>alert(1)</script>"
    assert words(picture["n1-name"]) == r"\N \G & &amp; 'q'"
    assert words(picture["s0-name"]) == 'a"];b [label="x'
    assert words(picture["n1-value"]) == r"\x1b[31mred\u202eevil\n"
    assert words(picture["n2-name"]) == "x" * 26
    assert words(picture["n2-name-3"]).endswith("…")


def test_ids_are_unique(engine: layout.Engine) -> None:
    for name in samples.VIEWS:
        root = ET.fromstring(svg.finish(laid_out(name, engine), samples.VIEWS[name]()))
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), name


def test_the_numbers_stand_where_their_ids_say(engine: layout.Engine) -> None:
    picture = by_id(svg.finish(laid_out("two_ys", engine), samples.two_ys()))
    shown = {
        identity: words(picture[identity]) for identity in ("n3-value", "n3-gradient", "n3-sum", "b2-label", "s1-value")
    }
    assert shown == {
        "n3-value": "[3. 3.]",
        "n3-gradient": "∂ [4. 6.]",
        "n3-sum": "= [1. 2.] (y1) + [3. 4.] (y2)",
        "b2-label": "[3. 4.]",
        "s1-value": "[3. 4.]",
    }


def test_filling_a_picture_with_its_own_view_changes_nothing(engine: layout.Engine) -> None:
    view = samples.large()
    template = svg.Template(laid_out("large", engine), view)
    first = template.fill(view)
    flat = replace(view.nodes[0], value=replace(samples.MANY, summary=replace(samples.BRIEF, strip=(0.5,) * 32)))
    other = template.fill(replace(view, nodes=(flat, *view.nodes[1:])))
    assert other.count(LIGHT.heat(0.5)) >= 32
    assert template.fill(view) == first == svg.finish(laid_out("large", engine), view)


def test_new_numbers_stand_in_the_same_places(engine: layout.Engine) -> None:
    view = samples.two_ys()
    template = svg.Template(laid_out("two_ys", engine), view)
    before, after = by_id(template.fill(view)), by_id(template.fill(with_numbers(view, samples.pair(7, 8))))
    assert words(after["n3-sum"]) == "= [7. 8.] (y1) + [7. 8.] (y2)"
    assert words(after["b0-label"]) == words(after["s0-value"]) == "[7. 8.]"
    for node in view.nodes:
        corners = [[part.get("points") for part in picture[node.id]] for picture in (before, after)]
        assert corners[0] == corners[1]


def test_a_number_that_is_too_wide_is_squeezed_into_its_cell(engine: layout.Engine) -> None:
    view = samples.two_ys()
    template = svg.Template(laid_out("two_ys", engine), view)
    assert "textLength" not in template.fill(view)
    group = by_id(template.fill(with_numbers(view, samples.array("[-123456. 0.000012]", 2))))["n4"]
    squeezed = [text for text in group.iter(TEXT) if text.get("textLength")]
    assert [words(text) for text in squeezed] == ["[-123456. 0.000012]", "∂ [-123456. 0.000012]"]
    corners = [float(c.split(",")[0]) for p in group.iter() for c in (p.get("points") or "").split()]
    assert all(float(text.get("textLength", "0")) < max(corners) - min(corners) for text in squeezed)


def test_numbers_are_squeezed_as_soon_as_they_are_too_wide(engine: layout.Engine) -> None:
    view = samples.two_ys()
    template = svg.Template(laid_out("two_ys", engine), view)
    before = ""
    for digits in range(1, 60):
        text = f"[{'1' * digits}. 2.]"
        group = by_id(template.fill(with_numbers(view, samples.array(text, 2))))["n4"]
        squeezed = [line.get("textLength") for line in group.iter(TEXT) if words(line) == text]
        if squeezed != [None]:
            break
        before = text
    # What was one digit shorter filled the room.
    assert before
    assert float(squeezed[0] or "0") > 0.8 * points(before, 13.0)


def test_a_live_picture_has_room_before_it_squeezes(engine: layout.Engine) -> None:
    view = samples.two_ys()
    numbers = with_numbers(view, samples.array("[12.34 56.78]", 2))
    tight = svg.Template(laid_out("two_ys", engine), view).fill(numbers)
    roomy = svg.Template(laid_out("two_ys", engine, True), view).fill(numbers)
    assert "textLength" in tight
    assert "textLength" not in roomy


def test_the_line_of_an_edge_runs_up_to_its_label(engine: layout.Engine) -> None:
    view = samples.two_ys()
    edge = by_id(svg.Template(laid_out("two_ys", engine, True), view).fill(view))["b0"]
    line, cell = edge[0], edge[1]
    assert (line.get("stroke"), line.get("stroke-width")) == (LIGHT.backward, "2.2")
    ends = [float(end.split(",")[0]) for end in (line.get("d") or "").removeprefix("M").split("L")]
    corners = [float(corner.split(",")[0]) for corner in (cell.get("points") or "").split()]
    assert ends[0] < min(corners) < max(corners) < ends[1]
    # It lies on both halves of the line: no seam shows.
    drawn = by_id(laid_out("two_ys", engine, True))["b0"].find("{http://www.w3.org/2000/svg}polygon")
    assert drawn is not None
    border = [float(corner.split(",")[0]) for corner in (drawn.get("points") or "").split()]
    assert ends[0] < min(border) < max(border) < ends[1]


def test_a_gradient_that_becomes_zero_looks_so_without_a_new_layout(engine: layout.Engine) -> None:
    view = samples.two_ys()
    zero = replace(view.nodes[0], gradient=Gradient(State.ZERO, samples.pair(0, 0)))
    picture = by_id(svg.Template(laid_out("two_ys", engine), view).fill(replace(view, nodes=(zero, *view.nodes[1:]))))
    assert words(picture["n0-gradient"]) == "∂ [0. 0.]"
    assert words(picture["n0-state"]) == "zero"
    assert "state-zero" in (picture["n0"].get("class") or "").split()
    fills = [element.get("fill") for element in picture["n0"]]
    assert LIGHT.backward_fill not in fills
    assert LIGHT.backward_fill in [element.get("fill") for element in picture["n1"]]


def _stop_w1(view: View) -> View:
    node = replace(view.nodes[0], gradient=Gradient(State.STOPPED, reason="stopped at w1 + w2"))
    return replace(view, nodes=(node, *view.nodes[1:]))


def _stop_edge(view: View) -> View:
    return replace(view, backward_edges=(replace(view.backward_edges[0], flow=Flow.STOPPED), *view.backward_edges[1:]))


def _more_edges(view: View) -> View:
    return replace(view, backward_edges=(*view.backward_edges, BackwardEdge("b9", "n6", "n0", Flow.PASSES, None)))


def _hide(view: View) -> View:
    hidden = replace(view.nodes[0], gradient=Gradient(State.HIDDEN, reason="your turn: what is it?"))
    return replace(view, nodes=(hidden, *view.nodes[1:]))


@pytest.mark.parametrize("change", [_stop_w1, _stop_edge, _more_edges, _hide], ids=lambda change: change.__name__)
def test_another_structure_asks_for_a_layout_of_its_own(change, engine: layout.Engine) -> None:  # type: ignore[no-untyped-def]  # View -> View
    view = samples.two_ys()
    template = svg.Template(laid_out("two_ys", engine), view)
    before = template.fill(view)
    with pytest.raises(svg.StructureChanged):
        template.fill(change(view))
    with pytest.raises(svg.StructureChanged):
        template.patch(view, change(view))
    assert template.fill(view) == before


def test_the_picture_of_another_view_is_refused(engine: layout.Engine) -> None:
    with pytest.raises(svg.StructureChanged):
        svg.Template(laid_out("one_variable", engine), samples.two_ys())


def test_a_picture_in_an_unknown_dialect_is_shown_as_it_is(engine: layout.Engine) -> None:
    view = samples.two_ys()
    strange = laid_out("two_ys", engine).replace("</text>", "</text><text>!</text>", 40)
    with pytest.raises(svg.StructureChanged):
        svg.Template(strange, view)
    root = ET.fromstring(svg.finish(strange, view))
    assert root.get("role") == "img"
    assert root[1].text == " ".join(view.story)
    assert "[4. 6.]" in words(root)


def without(raw: str, tag: str, *identities: str) -> str:
    """Return an SVG in which these groups have no element of one kind."""
    root = ET.fromstring(raw)
    for group in (element for element in root.iter() if element.get("id") in identities):
        for parent in list(group.iter()):
            for element in parent.findall(f"{{http://www.w3.org/2000/svg}}{tag}"):
                parent.remove(element)
    return ET.tostring(root, encoding="unicode")


@pytest.mark.parametrize(
    ("name", "tag", "identities", "problem"),
    [
        ("two_ys", "path", ("b0-start", "b0-end"), "an edge without a line"),
        ("two_ys", "polygon", ("n3",), "a text outside of every cell"),
        ("two_ys", "text", ("n3",), "other texts than the view"),
        ("large", "text", ("scope0",), "a box without a name"),
    ],
)
def test_what_is_missing_in_a_picture_is_named(
    name: str, tag: str, identities: tuple[str, ...], problem: str, engine: layout.Engine
) -> None:
    view = replace(samples.VIEWS[name](), theme="page", collapsible=("layer",) if name == "large" else ())
    strange = without(laid_out(name, engine, True), tag, *identities)
    with pytest.raises(svg.StructureChanged, match=problem):
        svg.Template(strange, view, live=True)


def test_a_strip_of_another_length_is_refused(engine: layout.Engine) -> None:
    view = samples.large()
    longer = replace(samples.MANY, summary=replace(samples.BRIEF, strip=samples.BRIEF.strip * 3))
    other = replace(view, nodes=(replace(view.nodes[0], value=longer), *view.nodes[1:]))
    with pytest.raises(svg.StructureChanged, match="another heat strip"):
        svg.Template(laid_out("large", engine), other)


def test_from_top_to_bottom_lines_run_through_their_labels_as_they_were_drawn(engine: layout.Engine) -> None:
    view = replace(samples.two_ys(), layout="TB")
    raw = layout.draw(dot.render(view), "svg", engine=engine).decode()
    drawn = by_id(raw)
    halves = [path.get("d") for half in ("b0-end", "b0-start") for path in drawn[half].iter(PATH)]
    picture = by_id(svg.finish(raw, view))
    assert [path.get("d") for path in picture["b0"].iter(PATH)] == halves
    assert words(picture["b0-label"]) == "[1. 2.]"


def test_an_edge_of_which_nothing_is_known_is_a_line_that_can_be_reached(engine: layout.Engine) -> None:
    view = replace(samples.two_ys(), theme="page")
    bare = replace(view.backward_edges[0], contribution=None)
    view = replace(view, backward_edges=(bare, *view.backward_edges[1:]))
    raw = layout.draw(dot.render(view, live=True), "svg", engine=engine).decode()
    edge = by_id(svg.Template(raw, view, live=True).fill(view))["b0"]
    assert words(edge).strip() == ""
    assert edge.get("tabindex") == "-1"
    assert edge.get("aria-label") == "gradient from y1 to w1 + w2: not computed yet"
    assert edge.get("class") == "edge backward passes"


def test_an_edge_without_label_and_head_ends_where_its_line_does(engine: layout.Engine) -> None:
    view = replace(samples.two_ys(), theme="page")
    view = replace(view, backward_edges=(replace(view.backward_edges[0], contribution=None), *view.backward_edges[1:]))
    raw = layout.draw(dot.render(view, live=True), "svg", engine=engine).decode()
    things = by_id(svg.Template(without(raw, "polygon", "b0"), view, live=True).fill(view))
    assert things["b0"].get("data-right") == view.backward_edges[0].source
    assert things["b0"].get("data-left") == view.backward_edges[0].target


def test_a_patch_holds_the_texts_that_differ(engine: layout.Engine) -> None:
    view = samples.two_ys()
    template = svg.Template(laid_out("two_ys", engine), view)
    assert template.patch(view, view) == {}
    changed = replace(view, seeds=(view.seeds[0], replace(view.seeds[1], value=samples.pair(5, 5))))
    assert template.patch(view, changed) == {"s1-value": {"text": "[5. 5.]"}}
    assert words(by_id(template.fill(changed))["s1-value"]) == "[5. 5.]"


def shaken(view: View, dice: Random) -> View:
    """Return `view` with other numbers, states and words that its layout may still hold."""

    def value(old: Value | None) -> Value | None:
        if old is None or dice.random() < 0.3:
            return old
        if old.summary is not None:
            strip = tuple(dice.choice((float("nan"), dice.uniform(-1, 1))) for _ in old.summary.strip)
            return replace(old, summary=replace(old.summary, mean=str(dice.random()), strip=strip))
        number = dice.choice(["0.", "nan", "-123456.", f"{dice.random():.4}", "1e+30"])
        return replace(old, text=f"[{number} {dice.randint(0, 99999)}.]" if old.shape == (2,) else number)

    def gradient(old: Gradient | None) -> Gradient | None:
        if old is None or old.value is None:
            return old
        state, reason = dice.choice(
            [(old.state, old.reason), (State.COMPUTED, ""), (State.ZERO, ""), (State.NOT_FINITE, "NaN or inf")]
        )
        terms = tuple(replace(term, value=value(term.value) or term.value) for term in old.terms)
        return replace(old, state=state, reason=reason, value=value(old.value), terms=terms)

    nodes = (replace(node, value=value(node.value), gradient=gradient(node.gradient)) for node in view.nodes)
    edges = (replace(edge, contribution=value(edge.contribution)) for edge in view.backward_edges)
    seeds = (replace(seed, value=value(seed.value), given=dice.random() < 0.5) for seed in view.seeds)
    return replace(
        view,
        caption=dice.choice([view.caption, 'tf.gradients(<b>"]</b>)', "梯度\x1b[0m"]),
        story=dice.choice([view.story, (), ("<script>", str(dice.random()))]),
        nodes=tuple(nodes),
        backward_edges=tuple(edges),
        seeds=tuple(seeds),
    )


def patched(picture: str, changes: svg.Changes) -> ET.Element:
    """Return a finished picture as a page makes it by a patch."""
    root = ET.fromstring(picture)
    elements = {element.get("id", ""): element for element in root.iter()}
    for identity, changed in changes.items():
        for name, new in changed.items():
            element = elements[identity]
            if name == "text":
                element.text = new
            elif name == "fills":
                assert new is not None
                for child, fill in zip(element, new.split(" "), strict=True):
                    child.set("fill", fill)
            elif new is None:
                del element.attrib[name]
            else:
                element.set(name, new)
    return root


def described(element: ET.Element) -> object:
    return element.tag, element.attrib, element.text or "", element.tail or "", [described(part) for part in element]


@pytest.mark.parametrize("theme", ["light", "page"])
@pytest.mark.parametrize("name", sorted(samples.VIEWS))
def test_a_patched_picture_is_the_one_that_is_filled_anew(name: str, theme: str, engine: layout.Engine) -> None:
    view = replace(samples.VIEWS[name](), theme=theme)
    live = theme == "page"
    template = svg.Template(layout.draw(dot.render(view, live=live), "svg", engine=engine).decode(), view, live=live)
    dice = Random(f"{name} {theme}")
    shown, picture = view, template.fill(view)
    fitting = different = 0
    for _ in range(40):
        other = shaken(view, dice)
        try:
            changes = template.patch(shown, other)
        except svg.StructureChanged:
            continue
        fitting += 1
        different += bool(changes)
        filled = template.fill(other)
        assert described(patched(picture, changes)) == described(ET.fromstring(filled))
        shown, picture = other, filled
    assert fitting >= 5
    assert different >= 5


def test_a_live_picture_says_what_each_thing_is_and_where_the_keys_lead(engine: layout.Engine) -> None:
    view = replace(samples.two_ys(), theme="page")
    template = svg.Template(layout.draw(dot.render(view, live=True), "svg", engine=engine).decode(), view, live=True)
    picture = template.fill(view)
    things = by_id(picture)
    assert things["picture-all"].get("role") == "application"
    assert things["picture-all"].get("aria-label") == view.caption
    for part in (*view.nodes, *view.seeds, *view.backward_edges):
        assert (things[part.id].get("role"), things[part.id].get("tabindex")) == ("button", "-1")
    sum_ = "[4. 6.], which is [1. 2.] (y1) + [3. 4.] (y2)"
    assert things["n3"].get("aria-label") == f"w3, variable (2,), value [3. 3.], gradient {sum_}"
    assert things["b1"].get("aria-label") == "gradient from y1 to w3: [1. 2.]"
    assert things["s0"].get("aria-label") == "grad_ys[0]: the weight of y1 is [1. 2.]"
    assert (things["b1"].get("data-source"), things["b1"].get("data-target")) == ("n4", "n3")
    walked = ["n0"]
    while "data-right" in things[walked[-1]].attrib:
        walked.append(things[walked[-1]].get("data-right", ""))
    assert walked == ["n0", "b4", "n2", "b0", "n4", "s0"]
    changed = with_numbers(view, samples.pair(7, 8))
    said = "w3, variable (2,), value [7. 8.], gradient [7. 8.], which is [7. 8.] (y1) + [7. 8.] (y2)"
    assert template.patch(view, changed)["n3"] == {"aria-label": said}


def test_a_live_picture_has_the_pages_colours_alone(engine: layout.Engine) -> None:
    for name in samples.VIEWS:
        view = replace(samples.VIEWS[name](), theme="page")
        raw = layout.draw(dot.render(view, live=True), "svg", engine=engine).decode()
        root = ET.fromstring(svg.Template(raw, view, live=True).fill(view))
        colors = {element.get(kind) for element in root.iter() for kind in ("fill", "stroke")}
        colors -= {None, "none", "transparent"}
        # Graphviz frames a strip in a grey that is seen on light and on dark.
        others = {color for color in colors if color and not color.startswith("var(--")} - {"#888888"}
        assert not others, name
        known = variables(LIGHT)
        assert {str(color)[4:-1] for color in colors - {"#888888"}} <= known.keys()


def test_the_box_of_an_open_scope_has_a_sign_that_collapses_it(engine: layout.Engine) -> None:
    view = replace(samples.large(), theme="page", collapsible=("layer", "layer/inner"))
    raw = layout.draw(dot.render(view, live=True), "svg", engine=engine).decode()
    signs = by_id(svg.Template(raw, view, live=True).fill(view))
    assert words(signs["scope0-sign"]).split() == ["▾", "layer"]
    assert signs["scope1-sign"].get("data-scope") == "layer/inner"
    assert signs["scope1-sign"].get("aria-label") == "name scope layer/inner, open"
    still = by_id(svg.finish(laid_out("large", engine), replace(view, theme="auto")))
    assert words(still["scope0"]).split() == ["layer"]


def test_a_collapsed_scope_can_be_opened(engine: layout.Engine) -> None:
    view = samples.large()
    group = replace(
        view.nodes[3], name="layer/inner", kind=NodeKind.GROUP, value=None, gradient=None, opens="layer/inner"
    )
    view = replace(view, theme="page", nodes=(*view.nodes[:3], group, view.nodes[4]))
    raw = layout.draw(dot.render(view, live=True), "svg", engine=engine).decode()
    drawn = by_id(svg.Template(raw, view, live=True).fill(view))["n3"]
    assert words(drawn).split()[1:3] == ["▸", "layer/inner"]
    assert drawn.get("data-scope") == "layer/inner"
    assert (drawn.get("aria-label") or "").startswith("name scope layer/inner, closed")
