"""The live picture's traits: all that a page knows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter.graph_view import GraphView
from gradnb.render import layout
from gradnb.render.palette import DARK, LIGHT, variables
from gradnb.view.model import View

pytestmark = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")


@pytest.fixture
def explanation() -> Explanation:
    tf.reset_default_graph()
    w1, w2 = tf.Variable([1.0, 1.0], name="w1"), tf.Variable([2.0, 2.0], name="w2")
    a = w1 * w2
    y = a + w2
    return explain(y, [w1, w2], names={"a": a, "y": y}, language="en")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is laid out."""
    layouts: list[str] = []
    draw = layout.draw

    def counted(dot: str, *arguments: object, **options: object) -> bytes:
        layouts.append(dot)
        return draw(dot, *arguments, **options)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(layout, "draw", counted)
    return layouts


def shown(widget: GraphView) -> dict[str, str]:
    """Return the texts of the picture by id, as a page shows them that opens now."""
    root = ET.fromstring(widget.svg)
    elements = {element.get("id", ""): element for element in root.iter()}
    for identity, changes in widget.patch.items():
        elements[identity].text = changes.get("text", elements[identity].text)
    return {identity: element.text or "" for identity, element in elements.items()}


def test_new_numbers_travel_as_a_patch_and_nothing_is_laid_out_anew(explanation: Explanation, drawn: list[str]) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    picture = widget.svg
    assert shown(widget)["n0-gradient"] == "∂ [2. 2.]"
    widget.show(explanation.recompute({"w2": [5.0, 6.0]}).view)
    assert shown(widget)["n0-gradient"] == "∂ [5. 6.]"
    assert widget.patch["n0-gradient"] == {"text": "∂ [5. 6.]"}
    assert widget.svg is picture
    assert len(drawn) == 1


def test_a_page_that_opens_late_shows_the_last_state(explanation: Explanation) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    for number in range(5):
        widget.show(explanation.recompute({"w1": [float(number), 1.0], "w2": [1.0, float(number)]}).view)
    late = GraphView()
    late.show(explanation.recompute({"w1": [4.0, 1.0], "w2": [1.0, 4.0]}).view)
    assert shown(widget) == shown(late)


def test_back_at_the_first_numbers_the_picture_is_the_first_one(explanation: Explanation) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    first = shown(widget)
    widget.show(explanation.recompute({"w1": [7.0, 8.0]}).view)
    assert shown(widget) != first
    widget.show(explanation.view)
    assert shown(widget) == first


def test_the_same_view_sends_nothing(explanation: Explanation) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    messages = _messages(widget)
    widget.show(explanation.view)
    widget.show(explanation.recompute({}).view)
    assert messages == []


def test_a_stop_is_a_new_layout_in_one_message(explanation: Explanation, drawn: list[str]) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    widget.show(explanation.recompute({"w1": [3.0, 3.0]}).view)
    widget.selected = "n0"
    messages = _messages(widget)
    widget.show(explanation.recompute(stops=["a"]).view)
    assert len(drawn) == 2
    assert len(messages) == 1
    assert {"svg", "patch"} <= messages[0].keys()
    assert messages[0]["patch"] == {}
    assert "None" in shown(widget)["n0-gradient"]


def test_a_selection_outlives_a_new_layout_if_what_is_selected_does(explanation: Explanation) -> None:
    view = explanation.view
    edge = next(edge.id for edge in view.backward_edges if edge.target == "n0")
    for selected, kept in ((edge, edge), ("n1", "n1"), ("b99", "")):
        widget = GraphView()
        widget.show(view)
        widget.selected = selected
        widget.show(explanation.recompute(stops=["a"]).view)
        assert widget.selected == kept


def test_edges_keep_their_ids_when_others_go(explanation: Explanation) -> None:
    before = {(e.source, e.target): e.id for e in explanation.view.backward_edges}
    after = {(e.source, e.target): e.id for e in explanation.recompute(stops=["y"]).view.backward_edges}
    assert after
    assert after.items() <= before.items()


def test_without_an_engine_there_is_advice_and_later_a_picture(
    explanation: Explanation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise layout.LayoutUnavailable("render.no_engine", command=layout.INSTALL_COMMAND)

    widget = GraphView()
    with monkeypatch.context() as context:
        context.setattr(layout, "draw", fail)
        widget.show(explanation.view)
        widget.show(explanation.recompute({"w1": [3.0, 3.0]}).view)
        assert layout.INSTALL_COMMAND in widget.advice
        assert not widget.svg
    widget.show(explanation.view)
    assert widget.svg
    assert not widget.advice


def test_what_a_reader_does_is_passed_on(explanation: Explanation) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    heard: list[str] = []
    widget.on_stop(heard.append)
    widget.on_scope(heard.append)
    widget._handle_custom_msg({"stop": "b1"}, [])
    widget._handle_custom_msg({"scope": "layer/inner"}, [])
    assert heard == ["b1", "layer/inner"]
    widget.on_stop(heard.append, remove=True)
    widget._handle_custom_msg({"stop": "b1"}, [])
    widget._handle_custom_msg({"stop": 7}, [])
    widget._handle_custom_msg(["stop"], [])
    assert len(heard) == 2


def test_marks_ask_for_no_layout(explanation: Explanation, drawn: list[str]) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    widget.lit, widget.badges, widget.ghosts = ["n1", "b0"], {"n1": "waits for 1"}, {"n0": "was [1. 1.]"}
    widget.show(explanation.recompute({"w1": [3.0, 3.0]}).view)
    assert len(drawn) == 1
    assert (widget.lit, widget.badges, widget.ghosts) == (
        ["n1", "b0"],
        {"n1": "waits for 1"},
        {"n0": "was [1. 1.]"},
    )


def test_the_words_are_the_views_language(explanation: Explanation) -> None:
    english, chinese = GraphView(), GraphView()
    english.show(explanation.view)
    chinese.show(replace(explanation.view, language="zh"))
    assert english.words["zoom_in"] == "zoom in"
    assert english.words.keys() == chinese.words.keys()
    assert not set(english.words.values()) & set(chinese.words.values())


def test_whatever_a_name_holds_is_text(explanation: Explanation) -> None:
    view = explanation.view
    evil = '</svg><script>alert("]")</script>'
    nodes = (replace(view.nodes[0], name=evil, label=evil), *view.nodes[1:])
    widget = GraphView()
    widget.show(replace(view, nodes=nodes, caption=evil, story=(evil,)))
    assert "<script" not in widget.svg
    assert ET.fromstring(widget.svg).get("aria-label") == evil


def test_the_theme_is_the_pages_unless_it_is_fixed(explanation: Explanation) -> None:
    widget = GraphView()
    widget.show(explanation.view)
    assert widget.theme == "auto"
    for color in (LIGHT.variable, DARK.variable):
        assert color not in widget.svg
    widget.show(replace(explanation.view, theme="dark"))
    assert widget.theme == "dark"


def test_both_themes_have_every_colour() -> None:
    style = GraphView._css
    assert style.count("--gradnb-variable:") == 3, "light, dark, and dark where the page says nothing"
    for color in (*variables(LIGHT).values(), *variables(DARK).values()):
        assert color in style
    for used in re.findall(r"var\((--[\w-]+)\)", style):
        assert used in variables(LIGHT)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(("text", ground) for ground in ("variable", "placeholder", "constant", "operation", "cell", "seed_fill")),
        *(("muted", ground) for ground in ("variable", "placeholder", "constant", "operation", "scope_fill")),
        *((kind, f"{kind}_fill") for kind in ("backward", "stopped", "none", "warning", "predict")),
        *((kind, "background") for kind in ("backward", "stopped", "none", "predict", "lifted", "muted")),
        ("seed_text", "seed_fill"),
        ("backward", "cell"),
        ("none", "cell"),
        ("muted", "cell"),
    ],
)
def test_text_stands_out_from_its_ground(colors: object, text: str, ground: str) -> None:
    light, dark = sorted((_luminance(getattr(colors, text)), _luminance(getattr(colors, ground))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_its_text_is_the_same_on_every_run(explanation: Explanation) -> None:
    widgets = GraphView(), GraphView()
    for widget in widgets:
        widget.show(explanation.view)
    assert repr(widgets[0]) == repr(widgets[1])
    assert "0x" not in repr(widgets[0])


def test_the_script_is_one_module_that_loads_nothing() -> None:
    script = str(GraphView._esm)
    assert script.count("\n") < 300
    assert not re.search(
        r"\bimport\b(?! *\{)|fetch\(|XMLHttpRequest|https?://(?!www\.w3\.org)|innerHTML|eval\(", script
    )


def _messages(widget: GraphView) -> list[dict[str, object]]:
    """Collect what the widget sends from here on."""
    sent: list[dict[str, object]] = []

    def send_state(key: object = None) -> None:
        sent.append(widget.get_state(key))

    widget.send_state = send_state
    return sent


def test_a_view_can_be_anything_that_is_drawn(explanation: Explanation) -> None:
    widget = GraphView()
    empty: View = replace(explanation.view, nodes=(), seeds=(), forward_edges=(), backward_edges=())
    widget.show(empty)
    assert not widget.svg
    widget.show(explanation.view)
    assert widget.svg
