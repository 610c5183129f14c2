"""The live picture in a real browser: patches, selection, keys, zoom, marks, themes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from bare import Bare, bare_page
from chrome import running_browser
from playwright.sync_api import Browser, Locator, expect

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter.graph_view import GraphView
from gradnb.render.palette import DARK, LIGHT, Palette

sys.path.insert(0, str(Path(__file__).parents[1] / "render"))
import sample_views as samples

pytestmark = pytest.mark.browser

Opened = Callable[..., AbstractContextManager[Bare]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Opened:
    def open_page(widget: GraphView, **options: Any) -> AbstractContextManager[Bare]:
        return bare_page(browser, widget, **options)

    return open_page


def two_ys() -> Explanation:
    #  w1 ─┐
    #  w2 ─┴ a ─┐
    #  w3 ─┬────┴ y1 ── [1. 2.]
    #  w4 ─┴───── y2 ── [3. 4.]
    tf.reset_default_graph()
    w1, w2, w3, w4 = (tf.Variable([float(number)] * 2, name=f"w{number}") for number in (1, 2, 3, 4))
    a = w1 + w2
    y1, y2 = a + w3, w3 + w4
    names = {"a": a, "y1": y1, "y2": y2}
    return explain([y1, y2], [w1, w2, w3, w4], [[1.0, 2.0], [3.0, 4.0]], names=names, language="en")


def scoped() -> Explanation:
    tf.reset_default_graph()
    x = tf.Variable([3.0, 1.0], name="x")
    h = x
    for number in range(2):
        with tf.name_scope(f"layer{number}"):
            h = tf.tanh(tf.sin(h) + tf.cos(h))
    y = tf.reduce_sum(h)
    return explain(y, x, names={"y": y}, language="en")


def picture_of(explanation: Explanation) -> GraphView:
    widget = GraphView()
    widget.show(explanation.view)
    return widget


def named(explanation: Explanation, name: str) -> str:
    return next(node.id for node in explanation.view.nodes if node.name == name)


def between(explanation: Explanation, source: str, target: str) -> str:
    ends = (named(explanation, source), named(explanation, target))
    return next(edge.id for edge in explanation.view.backward_edges if (edge.source, edge.target) == ends)


# Numbers


def test_new_numbers_change_the_texts_and_nothing_else(opened: Opened) -> None:
    explanation = two_ys()
    widget = picture_of(explanation)
    with opened(widget) as bare:
        w3 = named(explanation, "w3")
        expect(bare.thing(f"{w3}-gradient")).to_have_text("∂ [4. 6.]")
        bare.page.get_by_role("button", name="zoom in").click()
        bare.thing(w3).click()
        bare.page.evaluate("document.querySelector('svg').kept = true; window.scrollTo(0, 40)")
        before = bare.look(), bare.focused, bare.selected, bare.page.evaluate("window.scrollY")
        widget.show(explanation.recompute(weights={"y2": [5.0, 5.0]}).view)
        bare.put()
        expect(bare.thing(f"{w3}-gradient")).to_have_text("∂ [6. 7.]")
        expect(bare.page.get_by_role("button", name=re.compile(r"^w3, .*gradient \[6\. 7\.\]"))).to_be_attached()
        assert bare.page.evaluate("document.querySelector('svg').kept") is True
        assert (bare.look(), bare.focused, bare.selected, bare.page.evaluate("window.scrollY")) == before


def test_of_a_burst_the_last_state_is_shown(opened: Opened) -> None:
    explanation = two_ys()
    widget = picture_of(explanation)
    patches = []
    for number in range(30):
        widget.show(explanation.recompute(weights={"y2": [float(number), 0.0]}).view)
        patches.append(widget.patch)
    with opened(widget) as bare:
        bare.page.evaluate("(all) => { for (const patch of all) window.change({ patch }); }", patches * 30)
        bare.settle()
        expect(bare.thing(f"{named(explanation, 'w4')}-gradient")).to_have_text("∂ [29. 0.]")


def test_a_page_that_opens_late_shows_the_same(opened: Opened) -> None:
    explanation = two_ys()
    widget = picture_of(explanation)
    widget.show(explanation.recompute(weights={"y2": [7.0, 7.0]}).view)
    widget.selected = named(explanation, "w4")
    with opened(widget) as bare:
        expect(bare.thing(f"{named(explanation, 'w4')}-gradient")).to_have_text("∂ [7. 7.]")
        expect(bare.thing(named(explanation, "w4"))).to_have_attribute("aria-current", "true")


def test_two_views_of_one_picture_share_what_is_selected(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        bare.page.evaluate("() => { window.open_view(document.querySelector('#below')); }")
        w3 = bare.thing(named(explanation, "w3"))
        w3.first.click()
        bare.settle()
        for number in range(2):
            expect(w3.nth(number)).to_have_attribute("aria-current", "true")
        ids = bare.page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
        assert sorted(ids) == ["below", "host"], "two pictures on a page hold no ids twice"


def test_a_heat_strip_is_patched(opened: Opened) -> None:
    view = samples.large()
    widget = GraphView()
    widget.show(view)
    summary = view.nodes[1].value and view.nodes[1].value.summary
    assert summary is not None
    assert view.nodes[1].value is not None
    flat = replace(view.nodes[1].value, summary=replace(summary, strip=(1.0,) * 32))
    with opened(widget) as bare:
        widget.show(replace(view, nodes=(view.nodes[0], replace(view.nodes[1], value=flat), *view.nodes[2:])))
        bare.put()
        cells = bare.page.locator('[data-id="n1-value-strip"] polygon')
        fills = cells.evaluate_all("(cells) => cells.map((cell) => getComputedStyle(cell).fill)")
        assert fills == [css(LIGHT.heat_high)] * 32


def test_a_closed_view_listens_no_longer(opened: Opened) -> None:
    with opened(picture_of(two_ys())) as bare:
        assert bare.page.evaluate("window.handlers()") > 0
        bare.page.evaluate("window.close_view()")
        assert bare.page.evaluate("window.handlers()") == 0


def test_advice_stands_in_place_of_the_picture(opened: Opened) -> None:
    widget = picture_of(two_ys())
    with opened(widget) as bare:
        bare.put(svg="", advice="Install <b>pygraphviz</b>.", patch={})
        expect(bare.page.get_by_text("Install <b>pygraphviz</b>.")).to_be_visible()
        expect(bare.page.locator("svg")).to_have_count(0)
        expect(bare.page.get_by_role("button")).to_have_count(0)
        bare.put(svg=widget.svg, advice="")
        expect(bare.page.locator("svg")).to_be_visible()


# Selection


def test_a_click_selects_and_a_click_beside_lets_go(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        bare.thing(named(explanation, "a")).click()
        assert bare.selected == named(explanation, "a")
        assert bare.page.evaluate("window.saved") == [named(explanation, "a")]
        expect(bare.page.locator(".ring")).to_have_count(1)
        bare.page.locator(".gradnb-frame").click(position={"x": 3, "y": 3})
        assert bare.selected == ""
        bare.settle()
        expect(bare.page.locator(".ring")).to_have_count(0)
        assert bare.sent == []


def test_a_resting_pointer_selects_until_a_click_has_chosen(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        bare.thing(named(explanation, "w1")).hover()
        bare.page.wait_for_function("window.model.get('selected') !== ''")
        assert bare.selected == named(explanation, "w1")
        bare.thing(named(explanation, "w2")).click()
        bare.thing(named(explanation, "w4")).hover()
        bare.page.wait_for_timeout(500)
        assert bare.selected == named(explanation, "w2")


def test_a_pointer_over_a_node_shows_its_edges(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        bare.thing(named(explanation, "y2")).hover()
        near = bare.page.locator("[data-near]").evaluate_all("(all) => all.map((edge) => edge.dataset.id)")
        edges = [*explanation.view.backward_edges, *explanation.view.forward_edges]
        y2 = named(explanation, "y2")
        assert set(near) == {edge.id for edge in edges if y2 in (edge.source, edge.target)} | {"s1-edge"}
        bare.page.locator("#below").hover()
        expect(bare.page.locator("[data-near]")).to_have_count(0)


def test_keys_walk_along_the_edges(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        bare.page.keyboard.press("Tab")
        assert bare.focused == bare.selected == named(explanation, "w1")
        walked = []
        for key in ("ArrowRight",) * 5:
            bare.page.keyboard.press(key)
            assert bare.focused == bare.selected
            walked.append(bare.focused)
        assert walked == [
            between(explanation, "a", "w1"),
            named(explanation, "a"),
            between(explanation, "y1", "a"),
            named(explanation, "y1"),
            "s0",
        ]
        for key, end in (("Home", named(explanation, "w1")), ("ArrowDown", named(explanation, "w2"))):
            bare.page.keyboard.press(key)
            assert bare.focused == end
        bare.page.keyboard.press("Escape")
        assert bare.selected == ""
        assert bare.page.locator('[tabindex="0"]').count() == 1
        bare.page.keyboard.press("Tab")
        expect(bare.page.get_by_role("button", name="zoom out")).to_be_focused()


def test_every_thing_has_a_name(opened: Opened) -> None:
    with opened(picture_of(two_ys())) as bare:
        names = bare.page.get_by_role("button").evaluate_all("(all) => all.map((thing) => thing.ariaLabel)")
        assert all(names)
        assert len(set(names)) == len(names)
        expect(bare.page.get_by_role("application")).to_have_attribute("aria-roledescription", "graph")


def test_the_notebooks_own_keys_are_not_pressed_with_the_pictures(opened: Opened) -> None:
    with opened(picture_of(two_ys())) as bare:
        bare.page.evaluate("() => { window.heard = []; document.onkeydown = ({ key }) => window.heard.push(key); }")
        bare.page.keyboard.press("Tab")
        for key in ("ArrowDown", "Enter", "0", "x", "Control+Enter"):
            bare.page.keyboard.press(key)
        assert bare.page.evaluate("window.heard") == ["Tab", "x", "Control", "Enter"]


# Stops


def test_a_second_click_on_an_edge_asks_for_a_stop(opened: Opened) -> None:
    explanation = two_ys()
    edge = between(explanation, "y1", "a")
    with opened(picture_of(explanation)) as bare:
        bare.label(edge).click()
        assert bare.selected == edge
        assert bare.sent == []
        bare.settle()
        expect(bare.page.get_by_role("status")).to_contain_text("stop the gradient here")
        bare.label(edge).click()
        assert bare.sent == [{"stop": edge}]


def test_an_edge_that_a_resting_pointer_selected_is_not_stopped_by_the_first_click(opened: Opened) -> None:
    explanation = two_ys()
    edge = between(explanation, "y1", "a")
    with opened(picture_of(explanation)) as bare:
        bare.label(edge).hover()
        bare.page.wait_for_function("window.model.get('selected') !== ''")
        bare.label(edge).click()
        assert bare.sent == []


def test_the_sign_at_a_selected_edge_and_the_keys_ask_for_a_stop(opened: Opened) -> None:
    explanation = two_ys()
    edge = between(explanation, "y1", "a")
    with opened(picture_of(explanation)) as bare:
        bare.label(edge).click()
        bare.settle()
        bare.page.locator(".sign").click()
        bare.page.keyboard.press("Enter")
        bare.page.keyboard.press("Delete")
        assert bare.sent == [{"stop": edge}] * 3
        assert bare.selected == edge
        bare.thing(named(explanation, "a")).click()
        bare.page.keyboard.press("Enter")
        bare.page.keyboard.press("Delete")
        assert len(bare.sent) == 3


def test_where_nothing_passes_nothing_can_be_stopped(opened: Opened) -> None:
    widget = GraphView()
    widget.show(samples.all_states())
    with opened(widget) as bare:
        blocked = next(edge.id for edge in samples.all_states().backward_edges if edge.reason)
        bare.label(blocked).click()
        bare.label(blocked).click()
        bare.page.keyboard.press("Enter")
        bare.settle()
        expect(bare.page.locator(".sign")).to_have_count(0)
        assert bare.selected == blocked
        assert bare.sent == []


def test_a_wall_keeps_what_is_selected_and_offers_to_be_lifted(opened: Opened) -> None:
    explanation = two_ys()
    widget = picture_of(explanation)
    edge = between(explanation, "y1", "a")
    with opened(widget) as bare:
        bare.page.get_by_role("button", name="zoom in").click()
        bare.label(edge).click()
        bare.settle()
        place = bare.thing(f"{edge}-label-cell").bounding_box()
        assert place is not None
        widget.selected = edge
        widget.show(explanation.recompute(stops=["y1"]).view)
        bare.put()
        assert bare.selected == edge
        assert bare.focused == edge
        expect(bare.page.get_by_role("status")).to_contain_text("let the gradient pass")
        after = bare.thing(f"{edge}-label-cell").bounding_box()
        assert after is not None
        middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in (place, after)]
        assert all(abs(a - b) < 2 for a, b in zip(*middles, strict=True)), "it stays where it was"
        bare.page.keyboard.press("Enter")
        assert bare.sent == [{"stop": edge}]


# Name scopes


def test_a_box_is_collapsed_and_opened(opened: Opened) -> None:
    explanation = scoped()
    widget = picture_of(explanation)
    with opened(widget) as bare:
        bare.page.get_by_role("button", name="show all of the picture").click()
        bare.page.get_by_role("button", name="name scope layer1, open").click()
        assert bare.sent == [{"scope": "layer1"}]
        widget.show(explanation.with_scopes(collapsed=["layer1"]).view)
        bare.put()
        closed = bare.page.get_by_role("button", name=re.compile("name scope layer1, closed"))
        expect(closed).to_be_visible()
        expect(bare.page.get_by_role("button", name="name scope layer1, open")).to_have_count(0)
        assert bare.selected == "", "the sign of a box is no thing with a card"
        closed.focus()
        bare.page.keyboard.press("Enter")
        assert bare.sent == [{"scope": "layer1"}] * 2


def test_a_box_that_is_opened_or_collapsed_stays_in_its_place(opened: Opened) -> None:
    explanation = scoped()
    widget = picture_of(explanation)
    with opened(widget) as bare:
        bare.page.get_by_role("button", name="zoom in").click()
        sign = bare.page.get_by_role("button", name="name scope layer0, open")
        before = sign.bounding_box()
        sign.focus()
        bare.page.keyboard.press("Enter")
        widget.show(explanation.with_scopes(collapsed=["layer0"]).view)
        bare.put()
        after = bare.page.get_by_role("button", name=re.compile("name scope layer0, closed")).bounding_box()
        assert before is not None
        assert after is not None
        for axis, size in (("x", "width"), ("y", "height")):
            middles = [box[axis] + box[size] / 2 for box in (dict(before), dict(after))]
            assert middles[0] == pytest.approx(middles[1], abs=2)


def test_who_asked_for_the_whole_sees_the_whole_of_a_new_layout(opened: Opened) -> None:
    explanation = scoped()
    widget = picture_of(explanation)
    with opened(widget, width=700) as bare:
        bare.page.get_by_role("button", name="show all of the picture").click()
        widget.show(explanation.with_scopes(collapsed=["layer0"]).view)
        bare.put()
        x, y, width, height = bare.look()
        drawn = [float(number) for number in widget.svg.split('viewBox="')[1].split('"')[0].split()]
        assert x <= 0.5
        assert y <= 0.5
        assert x + width >= drawn[2] - 0.5
        assert y + height >= drawn[3] - 0.5


# Where one looks


def test_buttons_zoom_and_show_all(opened: Opened) -> None:
    with opened(picture_of(two_ys())) as bare:
        start = bare.look()
        bare.page.get_by_role("button", name="zoom in").click()
        nearer = bare.look()
        assert nearer[2] < start[2]
        assert nearer[0] + nearer[2] / 2 == pytest.approx(start[0] + start[2] / 2)
        bare.page.get_by_role("button", name="zoom out").click()
        assert bare.look() == pytest.approx(start)
        bare.page.get_by_role("button", name="zoom out").click()
        bare.page.get_by_role("button", name="show all of the picture").click()
        assert bare.look() == pytest.approx(start)
        bare.thing(named(two_ys(), "a")).click()
        bare.page.keyboard.press("+")
        assert bare.look()[2] < start[2]
        bare.page.keyboard.press("0")
        assert bare.look() == pytest.approx(start)


def test_the_wheel_is_the_pages_unless_a_key_is_held(opened: Opened) -> None:
    with opened(picture_of(two_ys())) as bare:
        start = bare.look()
        bare.page.mouse.move(300, 150)
        bare.page.mouse.wheel(0, 200)
        bare.page.wait_for_function("window.scrollY > 0")
        assert bare.look() == start
        bare.page.evaluate("window.scrollTo(0, 0)")
        bare.page.keyboard.down("Control")
        bare.page.mouse.wheel(0, -200)
        bare.page.keyboard.up("Control")
        bare.page.wait_for_function("document.querySelector('[data-moved]') !== null")
        now = bare.look()
        assert now[2] < start[2]
        left, top = bare.page.evaluate(
            "(() => { const { x, y } = document.querySelector('svg').getBoundingClientRect(); return [x, y]; })()"
        )
        for axis, place in enumerate((300 - left, 150 - top)):
            scales = [1000 / look[2] for look in (start, now)]
            seen = [look[axis] + place / scale for look, scale in zip((start, now), scales, strict=True)]
            assert seen[0] == pytest.approx(seen[1], abs=2), "what is under the pointer stays there"


def test_dragging_moves_the_picture_and_selects_nothing(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        start, box = bare.look(), bare.thing(named(explanation, "a")).bounding_box()
        assert box is not None
        x, y = box["x"] + 5, box["y"] + 5
        bare.page.mouse.move(x, y)
        bare.page.mouse.down()
        bare.page.mouse.move(x + 60, y + 30, steps=4)
        bare.page.mouse.up()
        moved = bare.thing(named(explanation, "a")).bounding_box()
        assert moved is not None
        assert moved["x"] - box["x"] == pytest.approx(60, abs=1)
        assert moved["y"] - box["y"] == pytest.approx(30, abs=1)
        assert bare.look()[2] == pytest.approx(start[2])
        assert bare.selected == ""


def test_two_fingers_zoom(opened: Opened) -> None:
    with opened(picture_of(two_ys()), touch=True) as bare:
        start = bare.look()
        session = bare.page.context.new_cdp_session(bare.page)

        def touch(kind: str, apart: float) -> None:
            points = [{"x": 400 - apart, "y": 200, "id": 0}, {"x": 400 + apart, "y": 200, "id": 1}]
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if kind == "touchEnd" else points}
            )

        touch("touchStart", 40)
        for apart in (50, 60, 80, 120):
            touch("touchMove", apart)
        touch("touchEnd", 0)
        bare.page.wait_for_function("document.querySelector('[data-moved]') !== null")
        assert bare.look()[2] < 0.7 * start[2]


def test_the_keyboard_brings_what_it_reaches_into_sight(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation)) as bare:
        bare.page.keyboard.press("Tab")
        for _ in range(6):
            bare.page.keyboard.press("+")
        bare.page.keyboard.press("End")
        box, frame = bare.thing(bare.focused).bounding_box(), bare.page.locator(".gradnb-frame").bounding_box()
        assert box is not None
        assert frame is not None
        assert frame["x"] < box["x"] + box["width"] / 2 < frame["x"] + frame["width"]
        assert frame["y"] < box["y"] + box["height"] / 2 < frame["y"] + frame["height"]


def test_a_picture_that_is_shown_later_is_fitted_then(opened: Opened) -> None:
    with opened(picture_of(two_ys())) as bare:
        whole = bare.look()
        bare.page.evaluate(
            """() => {
                window.close_view();
                const host = document.querySelector("#host");
                host.replaceChildren();
                host.hidden = true;
                window.close_view = window.open_view(host);
                host.hidden = false;
            }"""
        )
        bare.settle()
        assert bare.look() == pytest.approx(whole, abs=2)


def test_the_frame_never_becomes_lower(opened: Opened) -> None:
    explanation = scoped()
    widget = picture_of(explanation)
    with opened(widget) as bare:
        below = bare.page.locator("#below").bounding_box()
        widget.show(explanation.with_scopes(collapsed=["layer0", "layer1"]).view)
        bare.put()
        assert bare.page.locator("#below").bounding_box() == below


# What is marked


def overlap(first: dict[str, float], second: dict[str, float]) -> bool:
    return all(
        first[axis] + first[size] > second[axis] + 0.5 and second[axis] + second[size] > first[axis] + 0.5
        for axis, size in (("x", "width"), ("y", "height"))
    )


def boxes(found: Locator) -> list[dict[str, float]]:
    return list(found.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().toJSON())"))


def test_badges_and_ghosts_stand_beside_the_numbers(opened: Opened) -> None:
    explanation = two_ys()
    widget = picture_of(explanation)
    with opened(widget) as bare:
        texts = boxes(bare.page.locator(".gradnb-frame text"))
        layout = bare.page.locator("svg").inner_html()
        ids = [node.id for node in explanation.view.nodes]
        bare.put(badges=dict.fromkeys(ids, "waits for 1"), ghosts=dict.fromkeys([*ids, "s0"], "was [1. 1.]"))
        marks = boxes(bare.page.locator(".badge, .ghost"))
        assert len(marks) == 2 * len(ids) + 1
        # What stands beside a node is told with it.
        assert bare.thing(ids[0]).get_attribute("aria-description") == "waits for 1 · was [1. 1.]"
        assert bare.thing("s0").get_attribute("aria-description") == "was [1. 1.]"
        assert not [(mark, text) for mark in marks for text in texts if overlap(mark, text)]
        bare.put(badges={}, ghosts={})
        assert bare.page.locator("svg").inner_html() == layout


def test_a_step_is_lit_by_more_than_colour(opened: Opened) -> None:
    explanation = two_ys()
    y1, edge = named(explanation, "y1"), between(explanation, "y1", "a")
    with opened(picture_of(explanation)) as bare:
        line = bare.thing(edge).locator("path").first

        def width() -> float:
            return float(str(line.evaluate("(path) => getComputedStyle(path).strokeWidth")).removesuffix("px"))

        before = width()
        bare.put(lit=[y1, edge])
        assert width() > before
        expect(bare.page.locator(".light")).to_have_count(1)
        expect(bare.page.locator(".pointer")).to_have_count(1)
        other = bare.thing(named(explanation, "w1"))
        assert float(str(other.locator("polygon").first.evaluate("(one) => getComputedStyle(one).opacity"))) < 1
        bare.put(lit=[])
        assert width() == before
        expect(bare.page.locator(".light")).to_have_count(0)


# Themes


def css(color: str) -> str:
    """Return ``#rrggbb`` as a browser says it."""
    return f"rgb({', '.join(str(int(color[place : place + 2], 16)) for place in (1, 3, 5))})"


@pytest.mark.parametrize(
    ("body", "scheme", "theme", "colors"),
    [
        ('data-jp-theme-light="true"', "dark", "auto", LIGHT),
        ('data-jp-theme-light="false"', "light", "auto", DARK),
        ('class="vscode-dark"', "light", "auto", DARK),
        ('class="vscode-light"', "dark", "auto", LIGHT),
        ("", "dark", "auto", DARK),
        ("", "light", "auto", LIGHT),
        ('data-jp-theme-light="false"', "dark", "light", LIGHT),
        ('data-jp-theme-light="true"', "light", "dark", DARK),
    ],
)
def test_the_colours_are_those_of_the_page(opened: Opened, body: str, scheme: str, theme: str, colors: Palette) -> None:
    explanation = two_ys()
    widget = GraphView()
    widget.show(replace(explanation.view, theme=theme))
    with opened(widget, body=body, scheme=scheme) as bare:
        head = bare.thing(f"{named(explanation, 'w1')}-name-cell")
        assert head.evaluate("(cell) => getComputedStyle(cell).fill") == css(colors.variable)
        text = bare.thing(f"{named(explanation, 'w1')}-name")
        assert text.evaluate("(cell) => getComputedStyle(cell).fill") == css(colors.text)


def test_colab_says_on_the_root_that_it_is_dark(opened: Opened) -> None:
    explanation = two_ys()
    with opened(picture_of(explanation), body="") as bare:
        head = bare.thing(f"{named(explanation, 'w1')}-name-cell")
        for theme, colors in (("dark", DARK), ("light", LIGHT)):
            bare.page.evaluate("(theme) => document.documentElement.setAttribute('theme', theme)", theme)
            assert head.evaluate("(cell) => getComputedStyle(cell).fill") == css(colors.variable)
