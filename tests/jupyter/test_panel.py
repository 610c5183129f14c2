"""The panel: picture, views and words follow what is moved, without touching the learner's program."""

from __future__ import annotations

import asyncio
import gc
import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter import display
from gradnb.jupyter.history import PAUSE
from gradnb.jupyter.panel import Panel
from gradnb.jupyter.teaching import BadSetting
from gradnb.render import layout
from gradnb.view.build import Builder

pytestmark = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


def two_ys(**options: object) -> tuple[Explanation, dict[str, Any]]:
    #  w1 ┐
    #     + ─ a ┐
    #  w2 ┘     + ─ y1        y2 ─ + ┬ w3
    #      w3 ──┘                    └ w4
    tf.reset_default_graph()
    ws = {f"w{n}": tf.get_variable(f"w{n}", initializer=tf.constant([float(n)] * 2)) for n in (1, 2, 3, 4)}
    a = ws["w1"] + ws["w2"]
    y1, y2 = a + ws["w3"], ws["w3"] + ws["w4"]
    names = {**ws, "a": a, "y1": y1, "y2": y2}
    weights = [np.array([1, 2], np.float32), np.array([3, 4], np.float32)]
    options = {"names": names, "language": "en", **options}
    return explain([y1, y2], list(ws.values()), weights, **options), names  # type: ignore[arg-type]  # options of explain


def two_ys_panel(**options: object) -> Panel:
    return Panel(two_ys(**options)[0])


def square(value: Any = 3.0, **options: object) -> Explanation:
    tf.reset_default_graph()
    x = tf.Variable(value, name="x")
    options = {"names": {"x": x}, "language": "en", **options}
    return explain(x * x, x, **options)  # type: ignore[arg-type]  # options of explain


def everything(widget: widgets.Widget) -> list[widgets.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


def control(shown: widgets.Widget, description: str) -> Any:
    (found,) = [widget for widget in everything(shown) if getattr(widget, "description", None) == description]
    return found


def slider(shown: widgets.Widget, description: str) -> Any:
    (row,) = [
        widget
        for widget in everything(shown)
        if "gradnb-number" in getattr(widget, "_dom_classes", ()) and widget.children[-1].description == description
    ]
    return row.children[0]


def button(shown: widgets.Widget, tooltip: str) -> widgets.Button:
    found = [w for w in everything(shown) if isinstance(w, widgets.Button) and (w.tooltip or "").startswith(tooltip)]
    assert len(found) == 1, tooltip
    return found[0]


def htmls(shown: widgets.Widget, holding: str = "") -> list[str]:
    found = [widget.value for widget in everything(shown) if isinstance(widget, widgets.HTML)]
    return [html for html in found if holding in html]


def picture(shown: Panel) -> str:
    """Return the texts of the picture as a page shows them: as drawn, with what was patched."""
    root = ElementTree.fromstring(shown.graph.svg)
    for element in root.iter():
        element.text = shown.graph.patch.get(element.get("id", ""), {}).get("text", element.text)
    return re.sub(r"\s+", " ", " ".join(root.itertext()))


def table(shown: widgets.Widget) -> dict[str, list[str]]:
    (found,) = htmls(shown, "<table")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', found)
    return {name: re.findall("<td>(.*?)</td>", cells) for name, cells in rows}


def alerts(shown: widgets.Widget) -> list[str]:
    return htmls(shown, 'role="alert"')


# Controls


def test_there_is_a_control_for_each_element_of_weights_and_inputs_and_for_each_stop() -> None:
    shown = two_ys_panel()
    described = [
        w.description for w in everything(shown) if isinstance(w, widgets.Text) and "grad" in str(w.description)
    ]
    assert described == [f"grad_ys {y}[{i}]" for y in ("y1", "y2") for i in (0, 1)]
    for name in [f"w{n}[{i}]" for n in (1, 2, 3, 4) for i in (0, 1)]:
        assert isinstance(control(shown, name), widgets.Text)
        assert isinstance(slider(shown, name), widgets.FloatSlider)
    for name in ("a", "y1", "y2"):
        assert control(shown, f"stop at {name}").value is False


def test_it_starts_with_the_explanations_numbers() -> None:
    shown = two_ys_panel()
    assert table(shown)["w3"] == ["(2,)", "[3. 3.]", "[4. 6.]", "[1. 2.]", "[3. 4.]", "computed, 2 paths"]
    assert "[4. 6.]" in picture(shown)


def test_a_weight_moves_picture_and_table_to_what_tf_gradients_gives() -> None:
    explanation, names = two_ys()
    shown = Panel(explanation)
    control(shown, "grad_ys y2[0]").value = "-2.5"
    weights = [tf.constant([1.0, 2.0]), tf.constant([-2.5, 4.0])]
    with tf.Session() as session:
        expected = session.run(tf.gradients([names["y1"], names["y2"]], [names["w3"], names["w4"]], weights))
    assert [gradient.tolist() for gradient in expected] == [[-1.5, 6.0], [-2.5, 4.0]]
    assert table(shown)["w3"][2] == "[-1.5 6.]"
    assert table(shown)["w4"][2] == "[-2.5 4.]"
    assert "[-1.5 6.]" in picture(shown)
    assert "[4. 6.]" not in picture(shown)
    assert htmls(shown, "<code>tf.gradients")[0].startswith(
        "<code>tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[[1. 2.], [-2.5 4.]]"
    )


def test_a_slider_moves_its_field_and_everything_else() -> None:
    shown = Panel(square())
    slider(shown, "x").value = 5.0
    assert table(shown)["x"][1:3] == ["5.0", "10.0"]
    assert control(shown, "x").value == "5"


def test_a_placeholder_has_controls() -> None:
    tf.reset_default_graph()
    p = tf.placeholder(tf.float32, [2], name="p")
    shown = Panel(explain(p * p, p, feed_dict={p: [1.0, 2.0]}, language="en"))
    control(shown, "p[1]").value = "-3"
    assert table(shown)["p"][1:3] == ["[1. -3.]", "[2. -6.]"]


def test_integers_and_truth_values_have_controls() -> None:
    tf.reset_default_graph()
    k, b = tf.placeholder(tf.int32, [], name="k"), tf.placeholder(tf.bool, [], name="b")
    x = tf.Variable([1.0, 2.0, 3.0], name="x")
    shown = Panel(explain(tf.where(b, x[k], -x[k]), x, feed_dict={k: 0, b: True}, language="en"))
    assert table(shown)["x"][2] == "[1. 0. 0.]"
    control(shown, "k").value = "2"
    control(shown, "b").value = False
    assert table(shown)["x"][2] == "[0. 0. -1.]"
    control(shown, "k").value = "1.5"
    assert "whole numbers only" in alerts(shown)[0]
    assert table(shown)["x"][2] == "[0. 0. -1.]"


def test_a_large_array_is_scaled() -> None:
    tf.reset_default_graph()
    w = tf.Variable(np.ones((10, 10), np.float32), name="w")
    x = tf.Variable(2.0, name="x")
    shown = Panel(explain(tf.reduce_sum(w * x), x, language="en"))
    control(shown, "scale w").value = "0.5"
    assert table(shown)["x"][2] == "50.0"


def test_what_has_no_control_is_named_with_its_reason() -> None:
    tf.reset_default_graph()
    z = tf.Variable([1 + 1j], name="z")
    html = "".join(htmls(Panel(explain(tf.real(z), z, language="en"))))
    assert "z keeps its value here: there is no slider for complex128." in html.replace("complex64", "complex128")


def test_of_many_arrays_the_last_ones_are_made_on_demand() -> None:
    tf.reset_default_graph()
    xs = [tf.Variable(np.ones(10, np.float32), name=f"x{n}") for n in range(9)]
    shown = Panel(explain(tf.add_n(xs), xs, views=["table"], language="en"))
    fields = [w.description for w in everything(shown) if isinstance(w, widgets.Text)]
    assert "x0[9]" in fields
    assert "x8[9]" not in fields
    control(shown, "show all 10 elements of x8").value = True
    control(shown, "x8[9]").value = "4"
    assert table(shown)["x8"][1].startswith("10 numbers")


# Stops


def test_a_stop_can_be_set_and_taken_away() -> None:
    shown = two_ys_panel()
    control(shown, "stop at a").value = True
    assert table(shown)["w1"][2] == "None"
    assert "stopped" in table(shown)["w1"][-1]
    assert "stopped: [1. 2.]" in picture(shown)
    control(shown, "stop at a").value = False
    assert table(shown)["w1"][2] == "[1. 2.]"


def edge(shown: Panel, source: str, target: str) -> str:
    view = shown.explanation.partial_view(["graph"])
    names = {node.id: node.name for node in view.nodes}
    (found,) = [e.id for e in view.backward_edges if (names[e.source], names[e.target]) == (source, target)]
    return found


def click_stop(shown: Panel, identity: str) -> None:
    """Do what a page sends when a reader clicks the sign at an edge."""
    shown.graph._handle_custom_msg({"stop": identity}, [])


def test_a_click_on_an_edge_stops_at_the_operation_that_passes_the_gradient() -> None:
    shown = two_ys_panel()
    click_stop(shown, edge(shown, "y1", "w3"))
    assert shown.state.stops == {"y1"}
    assert control(shown, "stop at y1").value is True
    assert [table(shown)[name][2] for name in ("w1", "w3")] == ["None", "[3. 4.]"]
    click_stop(shown, edge(shown, "y1", "w3"))
    assert shown.state.stops == set()
    assert table(shown)["w3"][2] == "[4. 6.]"


def test_a_stop_of_the_programs_own_is_lifted_as_a_what_if() -> None:
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    s = tf.stop_gradient(x * x)
    shown = Panel(explain(s * x, x, names={"x": x, "s": s}, language="en"))
    assert table(shown)["x"][2] == "9.0"
    control(shown, "lift the stop at s").value = True
    assert table(shown)["x"][2] == "27.0"
    assert "What if" in "".join(htmls(shown))
    (wall,) = [e.id for e in shown.explanation.view.backward_edges if e.flow.value == "lifted"]
    click_stop(shown, wall)
    assert table(shown)["x"][2] == "9.0"
    assert control(shown, "lift the stop at s").value is False


def test_only_a_stop_asks_for_a_new_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = layout.draw
    monkeypatch.setattr(layout, "draw", lambda *arguments: drawn.append("") or draw(*arguments))  # type: ignore[func-returns-value]  # None is falsy
    shown = two_ys_panel()
    assert len(drawn) == 1
    for value in ("0", "1", "-7.25"):
        control(shown, "grad_ys y1[0]").value = value
        control(shown, "w3[1]").value = value
    assert len(drawn) == 1
    control(shown, "stop at a").value = True
    assert len(drawn) == 2


# Undo, reset, presets


def test_reset_brings_everything_back_and_can_be_undone() -> None:
    shown = two_ys_panel()
    before = table(shown), picture(shown)
    control(shown, "stop at a").value = True
    control(shown, "w3[0]").value = "9"
    changed = table(shown), picture(shown)
    button(shown, "Bring back the values").click()
    assert (table(shown), picture(shown)) == before
    assert shown.state.stops == set()
    button(shown, "Undo").click()
    assert (table(shown), picture(shown)) == changed
    assert (control(shown, "w3[0]").value, control(shown, "stop at a").value) == ("9", True)


def test_undo_and_redo_go_from_gesture_to_gesture() -> None:
    shown = two_ys_panel()
    assert button(shown, "Undo").disabled
    for value in (0.5, 1.0, 1.5):
        slider(shown, "w3[0]").value = value
    control(shown, "grad_ys y1[0]").value = "7"
    button(shown, "Undo").click()
    assert table(shown)["w1"][2] == "[1. 2.]"
    assert table(shown)["w3"][1] == "[1.5 3.]"
    button(shown, "Undo").click()
    assert table(shown)["w3"][1] == "[3. 3.]"
    assert button(shown, "Undo").disabled
    assert slider(shown, "w3[0]").value == 3.0
    button(shown, "Do again").click()
    button(shown, "Do again").click()
    assert button(shown, "Do again").disabled
    assert table(shown)["w1"][2] == "[7. 2.]"


def test_a_pause_ends_a_gesture(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("gradnb.jupyter.panel.time.monotonic", lambda: now[0])
    shown = two_ys_panel()
    slider(shown, "w3[0]").value = 0.5
    now[0] += PAUSE + 1
    slider(shown, "w3[0]").value = 1.5
    shown.undo()
    assert table(shown)["w3"][1] == "[0.5 3.]"


def test_a_teacher_offers_presets_and_ranges() -> None:
    presets = {"far": {"w1": 5.0, "grad_ys": [None, [0.0, 0.0]], "stop_gradients": ["y2"]}, "near": {"w1": 0.5}}
    shown = Panel(two_ys()[0], presets=presets, ranges={"w1": (-6, 6, 0.5)})
    assert (slider(shown, "w1[0]").min, slider(shown, "w1[0]").step) == (-6, 0.5)
    control(shown, "Presets").value = "far"
    assert table(shown)["w1"][1] == "[5. 5.]"
    assert table(shown)["w3"][2] == "[1. 2.]"
    assert control(shown, "stop at y2").value is True
    control(shown, "Presets").value = "near"
    assert table(shown)["w1"][1] == "[0.5 0.5]"
    assert shown.state.stops == set(), "a preset begins from the start"
    button(shown, "Bring back the values").click()
    assert control(shown, "Presets").value == ""
    assert table(shown)["w1"][1] == "[1. 1.]"


def test_the_list_of_presets_shows_whether_one_is_set() -> None:
    shown = Panel(two_ys()[0], presets={"far": {"w1": 5.0}})
    control(shown, "Presets").value = "far"
    control(shown, "w1[0]").value = "7"
    assert control(shown, "Presets").value == ""
    control(shown, "Presets").value = "far"
    assert table(shown)["w1"][1] == "[5. 5.]"
    shown.undo()
    assert (control(shown, "Presets").value, table(shown)["w1"][1]) == ("", "[7. 5.]")
    shown.undo()
    assert control(shown, "Presets").value == "far"


def test_without_presets_there_is_no_list_of_them() -> None:
    assert control(two_ys_panel(), "Presets").layout.display == "none"


def test_a_preset_or_range_that_does_not_fit_is_refused_before_anything_is_shown() -> None:
    before = len(open_widgets)
    for settings in ({"presets": {"p": {"w9": 1}}}, {"ranges": {"w9": (0, 1)}}):
        with pytest.raises(BadSetting, match="'w9'"):
            Panel(two_ys()[0], **settings)  # type: ignore[arg-type]  # one of the two
    assert len(open_widgets) == before


# Steps


def test_the_steps_light_the_picture_and_follow_the_numbers() -> None:
    shown = two_ys_panel()
    assert (shown.graph.lit, shown.graph.badges) == ([], {})
    button(shown, "Show the next step").click()
    button(shown, "Show the next step").click()
    assert edge(shown, "y1", "w3") in shown.graph.lit
    names = {node.name: node.id for node in shown.explanation.view.nodes}
    assert shown.graph.badges[names["w3"]] == "[1. 2.] so far, waits for 1"
    control(shown, "grad_ys y1[0]").value = "8"
    assert shown.player.position == 2
    assert shown.graph.badges[names["w3"]] == "[8. 2.] so far, waits for 1"
    assert "w3 receives [8. 2.]." in shown.player.words.value


def test_the_step_is_marked_in_the_list_of_steps() -> None:
    shown = two_ys_panel(views=("steps",))
    marked = re.compile('<li aria-current="step"><b>(.*?)</b>')
    assert not marked.findall("".join(htmls(shown)))
    shown.player.go(2)
    assert marked.findall("".join(htmls(shown))) == ["y1 = a + w3"]
    control(shown, "w3[0]").value = "9"
    assert marked.findall("".join(htmls(shown))) == ["y1 = a + w3"]
    shown.player.go(3)
    assert marked.findall("".join(htmls(shown))) == ["y2 = w3 + w4"]
    shown.player.go(0)
    assert not marked.findall("".join(htmls(shown)))


def test_no_steps_are_built_before_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    built = built_parts(monkeypatch)
    shown = two_ys_panel()
    control(shown, "w3[0]").value = "9"
    assert "steps" not in built
    button(shown, "Show the next step").click()
    assert "steps" in built


# Views


def built_parts(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    built: set[str] = set()
    view = Builder.view

    def noting(self: Builder, parts: Any) -> Any:
        built.update(parts)
        return view(self, parts)

    monkeypatch.setattr(Builder, "view", noting)
    return built


def test_only_the_views_that_are_shown_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation, _ = two_ys(views=("graph", "paths"))
    built = built_parts(monkeypatch)
    shown = Panel(explanation)
    assert built == {"graph", "paths"}
    control(shown, "Jacobian").value = True
    assert built == {"graph", "paths", "jacobian"}


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("table", "Gradients with respect to each x"),
        ("steps", "y1 has its whole gradient"),
        ("paths", "w3"),
        ("Jacobian", "Jacobian"),
        ("story", "In words"),
        ("raw operations", "AddN"),
    ],
)
def test_each_view_can_be_shown_and_put_away(view: str, said: str) -> None:
    shown = two_ys_panel(views=("graph",))
    page = next(w for w in shown.views.box.children[1:] if f"gradnb-view-{view.split()[0].lower()}" in w._dom_classes)
    assert page.layout.display == "none"
    control(shown, view).value = True
    assert page.layout.display is None
    assert said in page.value
    control(shown, "grad_ys y1[0]").value = "123"
    assert "123" in page.value or view == "raw operations"
    control(shown, view).value = False
    assert page.layout.display == "none"


def test_the_cells_views_come_first_in_its_order() -> None:
    shown = two_ys_panel(views=("story", "table"))
    assert shown.views.shown == ("story", "table")
    classes = [name for w in shown.views.box.children for name in w._dom_classes if name.startswith("gradnb-view-")]
    assert classes[:2] == ["gradnb-view-story", "gradnb-view-table"]
    assert shown.graph.layout.display == "none"
    control(shown, "picture").value = True
    assert shown.graph.layout.display is None
    assert "[4. 6.]" in picture(shown)


def test_notes_stand_below_the_picture() -> None:
    tf.reset_default_graph()
    p = tf.placeholder(tf.float32, [2], name="p")
    assert htmls(Panel(explain(p * p, p, names={"p": p}, language="en")), "<li>p has no value yet")


def test_too_large_a_graph_is_a_note_and_no_picture() -> None:
    tf.reset_default_graph()
    x = y = tf.Variable(1.0, name="x")
    for _ in range(500):
        y = tf.sin(y)
    shown = Panel(explain(y, x, language="en"))
    assert shown.graph.layout.display == "none"
    assert htmls(shown, "No picture")
    control(shown, "x").value = "0"
    assert table(shown)["x"][1:3] == ["0.0", "1.0"]


def test_the_card_tells_of_what_is_selected_and_follows_the_numbers() -> None:
    shown = two_ys_panel()
    assert htmls(shown, "Point at a box or an edge")
    shown.graph.selected = next(node.id for node in shown.explanation.view.nodes if node.name == "w3")
    (card,) = htmls(shown, '<section class="gradnb-card"')
    assert "[4. 6.]" in card
    control(shown, "grad_ys y2[0]").value = "5"
    (card,) = htmls(shown, '<section class="gradnb-card"')
    assert "[6. 6.]" in card


def test_a_name_scope_opens_and_closes() -> None:
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    with tf.name_scope("layer"):
        y = tf.sin(x * x)
    shown = Panel(explain(tf.exp(y), x, names={"x": x}, language="en"))

    def kinds() -> dict[str, str]:
        return {node.name: node.kind.value for node in shown.explanation.partial_view(["graph"]).nodes}

    assert "layer" not in kinds()
    shown.graph._handle_custom_msg({"scope": "layer"}, [])
    assert kinds()["layer"] == "group"
    control(shown, "x").value = "2"
    assert kinds()["layer"] == "group"
    shown.graph._handle_custom_msg({"scope": "layer"}, [])
    assert "layer" not in kinds()
    assert table(shown)["x"][1] == "2.0"


# What-if


def test_the_kept_state_is_a_ghost_and_differences_have_their_causes() -> None:
    shown = two_ys_panel()
    control(shown, "what if").value = True
    assert htmls(shown, "The state is kept")
    control(shown, "grad_ys y2[0]").value = "5"
    assert htmls(shown, "<li>w3[0]: 4 → 6, because y2[0]&#x27;s weight went 3 → 5.</li>")
    names = {node.id: node.name for node in shown.explanation.view.nodes}
    assert {names[node] for node in shown.graph.ghosts} == {"w3", "w4", "y2"}
    shown.undo()
    assert shown.graph.ghosts == {}
    control(shown, "what if").value = False
    assert not htmls(shown, "The state is kept")


def test_without_a_kept_state_nothing_is_compared() -> None:
    shown = two_ys_panel()
    control(shown, "grad_ys y2[0]").value = "5"
    assert shown.graph.ghosts == {}
    assert not htmls(shown, "because")


# Predicting


def test_what_is_hidden_is_asked_for_and_shown_when_it_was_found() -> None:
    shown = two_ys_panel(hide=["w3"])
    assert shown.quiz is not None
    assert shown.children[0] is shown.quiz
    assert table(shown)["w3"][2] == "?"
    assert "[4. 6.]" not in picture(shown)
    shown.quiz.questions["w3"].field.value = "[4, 6]"
    assert shown.quiz.check("w3")
    assert table(shown)["w3"][2] == "[4. 6.]"
    assert "[4. 6.]" in picture(shown)
    control(shown, "grad_ys y2[0]").value = "5"
    assert table(shown)["w3"][2] == "[6. 6.]"


def test_what_was_found_is_compared_with_the_kept_state() -> None:
    shown = two_ys_panel(hide=["w3"])
    assert shown.quiz is not None
    shown.keep()
    shown.quiz.questions["w3"].field.value = "[4, 6]"
    assert shown.quiz.check("w3")
    control(shown, "grad_ys y2[0]").value = "5"
    assert htmls(shown, "<li>w3[0]: 4 → 6, because")


def test_the_quiz_asks_about_the_numbers_of_the_moment() -> None:
    shown = two_ys_panel(hide=["w3", "w4"])
    assert shown.quiz is not None
    control(shown, "grad_ys y2[0]").value = "5"
    shown.quiz.questions["w3"].field.value = "[4, 6]"
    assert not shown.quiz.check("w3")
    shown.quiz.questions["w3"].field.value = "[6, 6]"
    assert shown.quiz.check("w3")
    assert [table(shown)[name][2] for name in ("w3", "w4")] == ["[6. 6.]", "?"]


def test_nothing_of_what_is_hidden_is_in_any_trait() -> None:
    #  The gradient of x is 1234.5 and of w 2469; 1234.5 stands nowhere else.
    tf.reset_default_graph()
    x, w = tf.Variable(2.0, name="x"), tf.Variable(1234.5, name="w")
    y = x * w
    shown = Panel(
        explain(y, [x], names={"x": x, "y": y}, hide=["x"], views=["graph", "table", "steps", "story"], language="en")
    )
    shown.player.last()
    shown.keep()
    shown.change(weights={"y": 3.0})
    for node in shown.explanation.view.nodes:
        shown.graph.selected = node.id
        for widget in everything(shown):
            assert "3703.5" not in str(widget.get_state())


def test_without_anything_hidden_there_is_no_quiz() -> None:
    assert two_ys_panel().quiz is None


# Taking it away


def test_the_code_of_the_present_state_is_shown_to_be_copied() -> None:
    explanation, names = two_ys()
    shown = Panel(explanation, names=names)
    assert not shown.drawer.is_open
    control(shown, "grad_ys y2[0]").value = "5"
    control(shown, "stop at a").value = True
    control(shown, "story").value = True
    button(shown, "Show the code").click()
    assert shown.drawer.is_open
    assert shown.drawer.text == shown.code()
    for line in (
        "    grad_ys=[[1.0, 2.0], [5.0, 4.0]],",
        "    stop_gradients=[a],",
        "    views=['graph', 'table', 'story'],",
    ):
        assert line in shown.drawer.text.splitlines()
    bound = {**names, "explanation": None}
    exec(shown.code().replace("gradnb.show(explanation)", ""), bound)
    again = bound["explanation"]
    for ours, theirs in zip(shown.explanation.gradients, again.gradients, strict=True):  # type: ignore[attr-defined]  # made by exec
        np.testing.assert_array_equal(ours, theirs)
    button(shown, "Close this").click()
    assert not shown.drawer.is_open


def test_latex_and_markdown_of_what_is_shown() -> None:
    shown = two_ys_panel()
    control(shown, "grad_ys y2[0]").value = "5"
    button(shown, "Show the views in LaTeX").click()
    assert shown.drawer.text == shown.latex()
    assert r"\begin{tabular}" in shown.drawer.text
    button(shown, "Show the views in Markdown").click()
    assert "| w3" in shown.drawer.text
    assert "6. 6." in shown.drawer.text


@pytest.mark.parametrize("name", ["g.svg", "g.png", "g.html"])
def test_the_present_state_is_saved(name: str, tmp_path: Path) -> None:
    shown = two_ys_panel()
    control(shown, "grad_ys y2[0]").value = "5"
    button(shown, "Write what is shown").click()
    control(shown, "File").value = str(tmp_path / name)
    button(shown, "Write the file").click()
    assert htmls(shown, f"Written: {tmp_path / name}")
    content = (tmp_path / name).read_bytes()
    assert content[:4] == b"\x89PNG" if name == "g.png" else b"[6. 6.]" in content


def test_what_cannot_be_saved_is_said_in_place(tmp_path: Path) -> None:
    shown = two_ys_panel()
    for name, said in (("g.doc", "its ending names no format"), ("none/g.svg", "there is no folder")):
        control(shown, "File").value = str(tmp_path / name)
        button(shown, "Write the file").click()
        (alert,) = alerts(shown.drawer.box)
        assert said in alert
        assert "Error" not in alert
    assert list(tmp_path.iterdir()) == []


# Following


def test_an_error_is_shown_in_the_panel_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = two_ys_panel()

    def fail(*_: object) -> Explanation:
        raise RuntimeError("<b>too hot</b>")

    with monkeypatch.context() as broken:
        broken.setattr(Explanation, "recompute", fail)
        control(shown, "w3[0]").value = "9"
    (alert,) = alerts(shown)
    assert "RuntimeError: &lt;b&gt;too hot&lt;/b&gt;" in alert
    control(shown, "w3[0]").value = "8"
    assert not alerts(shown)
    assert table(shown)["w3"][1] == "[8. 3.]"


@pytest.mark.parametrize(
    "tooltip", ["Undo", "Bring back the values", "Show the next step", "Show the code", "Write the file"]
)
def test_an_error_behind_any_button_is_shown(tooltip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = two_ys_panel()
    control(shown, "w3[0]").value = "9"

    def fail(*_: object) -> Explanation:
        raise RuntimeError("too hot")

    with monkeypatch.context() as broken:
        for name in ("recompute", "partial_view", "with_views"):
            broken.setattr(Explanation, name, fail)
        button(shown, tooltip).click()
    assert alerts(shown)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    computed: list[object] = []
    recompute = Explanation.recompute

    def counting(self: Explanation, *arguments: Any) -> Explanation:
        computed.append(arguments)
        return recompute(self, *arguments)

    monkeypatch.setattr(Explanation, "recompute", counting)
    return computed


def test_of_a_burst_the_last_value_is_shown_without_a_backlog(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = two_ys_panel()
    computed = counted(monkeypatch)
    moved = slider(shown, "grad_ys y1[0]")

    async def drag() -> None:
        for number in range(1000):
            # What a page sends; each message is a task of its own.
            moved.set_state({"value": -1.0 + number * 0.004})
            await asyncio.sleep(0)
        events = len(computed)
        assert events < 200
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert len(computed) <= events + 1, "what came last is computed once, and nothing else waits"

    asyncio.run(drag())
    assert table(shown)["w1"][2] == "[3. 2.]"
    assert control(shown, "grad_ys y1[0]").value == "3"
    shown.undo()
    assert table(shown)["w1"][2] == "[1. 2.]", "the burst was one gesture"


def test_events_that_come_together_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = two_ys_panel()
    computed = counted(monkeypatch)

    async def drag() -> None:
        for value in (0.0, 1.0, 2.0, 2.5):
            slider(shown, "grad_ys y1[0]").value = value
        assert not computed
        while not computed:
            await asyncio.sleep(0.005)

    asyncio.run(drag())
    assert len(computed) == 1
    assert table(shown)["w1"][2] == "[2.5 2.]"


def test_tensorflow_is_asked_on_demand_and_never_by_a_slider(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Explanation] = []
    monkeypatch.setattr(Explanation, "is_compared", property(lambda self: True))
    monkeypatch.setattr(Explanation, "against_tensorflow", lambda self: asked.append(self) or self)  # type: ignore[func-returns-value]  # None is falsy
    shown = two_ys_panel()
    slider(shown, "w3[0]").value = 1.0
    assert asked == []
    button(shown, "Ask TensorFlow").click()
    assert asked == [shown.explanation]


def test_tensorflow_is_not_offered_where_it_was_not_asked_for() -> None:
    assert button(two_ys_panel(), "Ask TensorFlow").layout.display == "none"


# The learner's program, and other panels


def test_the_learners_graph_session_and_variables_stay_as_they_are() -> None:
    explanation, names = two_ys()
    graph = tf.get_default_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = [operation.name for operation in graph.get_operations()], graph.unique_name("add", False)
        shown = Panel(explanation)
        control(shown, "w3[0]").value = "9"
        control(shown, "stop at a").value = True
        shown.player.last()
        shown.code()
        for view in ("steps", "paths", "Jacobian", "story", "raw operations"):
            control(shown, view).value = True
        assert session.run(names["w3"]).tolist() == [3.0, 3.0]
    assert ([operation.name for operation in graph.get_operations()], graph.unique_name("add", False)) == before


def test_two_panels_on_one_graph_do_not_disturb_each_other() -> None:
    explanation, names = two_ys()
    first, second = Panel(explanation), Panel(explanation)
    third = Panel(explain(names["y1"], names["w3"], names=names, language="en"))
    control(first, "w3[0]").value = "9"
    control(first, "stop at a").value = True
    assert table(second)["w1"][2] == "[1. 2.]"
    assert table(second)["w3"][1] == "[3. 3.]"
    control(second, "grad_ys y1[0]").value = "-1"
    control(second, "stop at y2").value = True
    assert table(first)["w1"][2] == "None"
    assert table(first)["w3"][2] == "[4. 6.]"
    assert table(third)["w3"][1:3] == ["[3. 3.]", "[1. 1.]"]


def test_closing_frees_everything() -> None:
    explanation, names = two_ys()
    assert explanation.view.rows
    live = display.LivePanel([explanation])
    shown = live.children[0]
    control(shown, "stop at a").value = True
    control(shown, "w3[0]").value = "9"
    shown.keep()
    shown.player.first()
    copies = [
        weakref.ref(shown.explanation._setting.derivation.graph),
        weakref.ref(explanation._setting.derivation.graph),
    ]
    gone = [weakref.ref(thing) for thing in (shown, shown.explanation, explanation, shown.graph)] + copies
    live.close_all()
    del live, shown, explanation
    gc.collect()
    assert [reference() for reference in gone] == [None] * len(gone)
    assert not open_widgets
    assert names["w3"].graph is tf.get_default_graph()


def test_a_closed_panel_does_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    live = display.LivePanel([two_ys()[0]])
    shown = live.children[0]
    computed = counted(monkeypatch)

    async def close_in_motion() -> None:
        slider(shown, "w3[0]").value = 1.0
        shown.player.play()
        live.close_all()
        assert not shown.player.plays
        await asyncio.sleep(0.1)

    asyncio.run(close_in_motion())
    assert computed == []


# Words


def test_views_that_are_not_asked_for_are_not_shown() -> None:
    html = "".join(htmls(two_ys_panel(views=("story",))))
    assert "<table" not in html
    assert "In words" in html


def test_without_a_layout_engine_there_is_one_line_of_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise layout.LayoutUnavailable("render.no_engine", command=layout.INSTALL_COMMAND)

    monkeypatch.setattr(layout, "draw", refuse)
    shown = two_ys_panel()
    assert "python -m pip install pygraphviz" in shown.graph.advice
    control(shown, "grad_ys y2[0]").value = "5"
    assert table(shown)["w3"][2] == "[6. 6.]"


def test_any_name_is_shown_as_text() -> None:
    tf.reset_default_graph()
    x = tf.Variable([1.0], name="x")
    name = "<script>alert(1)</script>"
    shown = Panel(explain(x * x, x, names={name: x}, hide=[name], language="en"))
    for widget in everything(shown):
        assert not getattr(widget, "description_allow_html", False)
    shown.player.last()
    shown.graph.selected = "n0"
    control(shown, f"{name}[0]").value = "<script>"
    control(shown, "story").value = True
    html = "".join(htmls(shown))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_it_speaks_chinese() -> None:
    tf.reset_default_graph()
    x = tf.Variable(1.0, name="x")
    y = x * x
    shown = Panel(explain(y, x, names={"y": y}, language="zh"))
    descriptions = {getattr(widget, "description", "") for widget in everything(shown)}
    assert {"复原", "在 y 处截断", "grad_ys y", "播放", "假如", "复制为代码", "雅可比矩阵"} <= descriptions


def test_every_control_has_a_name() -> None:
    shown = two_ys_panel(hide=["w3"])
    for widget in everything(shown):
        if isinstance(widget, widgets.Button | widgets.Text | widgets.Checkbox | widgets.Dropdown | widgets.Textarea):
            hidden_for_now = isinstance(widget, widgets.Textarea)
            assert widget.description or widget.tooltip or hidden_for_now, widget
    names = [w.description for w in everything(shown) if isinstance(w, widgets.Text | widgets.Checkbox)]
    assert len(names) == len(set(names))


def test_a_wide_picture_has_a_row_of_its_own() -> None:
    def fitting(explanation: Explanation) -> set[str]:
        (body,) = [w for w in everything(Panel(explanation)) if "gradnb-body" in getattr(w, "_dom_classes", ())]
        return {name for name in body._dom_classes if name.startswith("gradnb-fits")}

    x = tf.Variable(2.0)
    y = x
    for _ in range(12):
        y = tf.sin(y)
    assert fitting(explain(y, [x])) < fitting(explain(x * x, [x]))


# Several panels, and the cell that they belong to


def test_text_is_the_same_on_every_run() -> None:
    texts = {display.LivePanel([two_ys()[0]])._repr_mimebundle_()["text/plain"] for _ in range(2)}
    assert texts == {"Run this cell in a live notebook to move these numbers."}


def test_several_calls_stand_behind_tabs() -> None:
    explanations = [two_ys()[0], two_ys()[0]]
    (tabs,) = [widget for widget in everything(display.LivePanel(explanations)) if isinstance(widget, widgets.Tab)]
    assert tabs.titles == ("1: y1, y2", "2: y1, y2")
    assert [type(child) for child in tabs.children] == [Panel, Panel]


class _Kernel:
    """What `display` asks a notebook's shell."""

    kernel = object()

    def __init__(self, cell: str | None) -> None:
        self.execution_count = 1
        self.parent_header = {"metadata": {} if cell is None else {"cellId": cell}}


def shown_in(shell: object, monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[Any]:
    displayed: list[Any] = []
    monkeypatch.setattr(display, "get_ipython", lambda: shell)
    monkeypatch.setattr(display, "display", displayed.append)
    display.show([two_ys()[0]], **options)
    return displayed


def test_a_live_notebook_gets_the_panel_and_the_static_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [type(output) for output in shown_in(_Kernel("c"), monkeypatch)]
    assert kinds == [display.LivePanel, Explanation]


def test_presets_and_ranges_reach_the_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    live, _ = shown_in(_Kernel("c"), monkeypatch, presets={"far": {"w1": 5.0}}, ranges={"w1": (-6, 6)})
    control(live, "Presets").value = "far"
    assert table(live)["w1"][1] == "[5. 5.]"
    with pytest.raises(BadSetting):
        shown_in(_Kernel("c"), monkeypatch, presets={"far": {"w9": 5.0}})


def test_static_or_without_a_kernel_there_is_the_static_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [type(output) for output in shown_in(_Kernel("c"), monkeypatch, static=True)] == [Explanation]
    assert [type(output) for output in shown_in(None, monkeypatch)] == [Explanation]


def test_a_cell_that_runs_again_closes_its_panels_with_all_their_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(open_widgets)
    shell = _Kernel("again")
    live, _ = shown_in(shell, monkeypatch)
    control(live, "stop at a").value = True
    first = set(open_widgets) - before
    shown_in(shell, monkeypatch)
    both = set(open_widgets) - before
    assert first < both, "two panels of one run stay"
    shell.execution_count += 1
    shown_in(shell, monkeypatch)
    assert not both & set(open_widgets)
    assert len(set(open_widgets) - before) == len(first)


def test_an_edge_that_is_no_longer_drawn_leaves_the_card_empty() -> None:
    shown = two_ys_panel()
    for views in (("graph", "table"), ("table",)):
        shown.views.choose(("graph", "table"))
        shown.reset()
        shown.graph.selected = edge(shown, "a", "w1")
        shown.views.choose(views)
        control(shown, "stop at y1").value = True
        assert not alerts(shown)
        shown.views.choose(("graph", "table"))
        assert not alerts(shown)
        assert htmls(shown, "Point at a box or an edge")


def test_without_widgets_it_is_one_sentence_the_same_everywhere() -> None:
    assert repr(Panel(square())) == repr(Panel(square(4.0)))
    assert "0x" not in repr(Panel(square()))
