"""The panel: what it offers, and that picture and table follow it without touching the learner's program."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter import display, panel
from gradnb.jupyter.panel import Panel
from gradnb.render import layout

pytestmark = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


def two_ys(**options: object) -> tuple[Explanation, dict[str, object]]:
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
    return explain([y1, y2], list(ws.values()), weights, names=names, language="en", **options), names  # type: ignore[arg-type]  # options of explain


def everything(widget: widgets.Widget) -> list[widgets.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


def control(shown: widgets.Widget, description: str) -> widgets.Widget:
    (found,) = [widget for widget in everything(shown) if getattr(widget, "description", None) == description]
    return found


def htmls(shown: widgets.Widget, holding: str = "") -> list[str]:
    found = [widget.value for widget in everything(shown) if isinstance(widget, widgets.HTML)]
    return [html for html in found if holding in html]


def picture(shown: widgets.Widget) -> str:
    (found,) = htmls(shown, "<svg")
    return re.sub(r"<[^>]*>", " ", found)


def table(shown: widgets.Widget) -> dict[str, list[str]]:
    (found,) = htmls(shown, "<table")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', found)
    return {name: re.findall("<td>(.*?)</td>", cells) for name, cells in rows}


def test_there_is_a_control_for_each_element_of_weights_and_inputs_and_for_each_stop() -> None:
    explanation, _ = two_ys()
    descriptions = [getattr(widget, "description", "") for widget in everything(Panel(explanation))]
    expected = [f"grad_ys {y}[{i}]" for y in ("y1", "y2") for i in (0, 1)]
    expected += [f"w{n}[{i}]" for n in (1, 2, 3, 4) for i in (0, 1)]
    expected += [f"stop at {name}" for name in ("a", "y1", "y2")]
    assert [description for description in descriptions if description] == ["Reset", *expected]


def test_it_starts_with_the_explanations_numbers() -> None:
    explanation, _ = two_ys()
    shown = Panel(explanation)
    assert table(shown)["w3"] == ["(2,)", "[3. 3.]", "[4. 6.]", "[1. 2.]", "[3. 4.]", "computed, 2 paths"]
    assert "[4. 6.]" in picture(shown)


def test_a_weight_moves_picture_and_table_to_what_tf_gradients_gives() -> None:
    explanation, names = two_ys()
    shown = Panel(explanation)
    control(shown, "grad_ys y2[0]").value = -2.5
    weights = [tf.constant([1.0, 2.0]), tf.constant([-2.5, 4.0])]
    with tf.Session() as session:
        expected = session.run(tf.gradients([names["y1"], names["y2"]], [names["w3"], names["w4"]], weights))
    assert [gradient.tolist() for gradient in expected] == [[-1.5, 6.0], [-2.5, 4.0]]
    assert table(shown)["w3"][2] == "[-1.5 6.]"
    assert table(shown)["w4"][2] == "[-2.5 4.]"
    assert "[-1.5 6.]" in picture(shown)
    assert "[4. 6.]" not in picture(shown)


def test_a_variable_moves_values_and_gradients() -> None:
    tf.reset_default_graph()
    x = tf.Variable(3.0, name="x")
    shown = Panel(explain(x * x, x, language="en"))
    control(shown, "x").value = 5.0
    assert table(shown)["x"][1:3] == ["5.0", "10.0"]


def test_a_placeholder_has_controls() -> None:
    tf.reset_default_graph()
    p = tf.placeholder(tf.float32, [2], name="p")
    shown = Panel(explain(p * p, p, feed_dict={p: [1.0, 2.0]}, language="en"))
    control(shown, "p[1]").value = -3.0
    assert table(shown)["p"][1:3] == ["[1. -3.]", "[2. -6.]"]


def test_a_stop_can_be_set_and_lifted() -> None:
    explanation, _ = two_ys()
    shown = Panel(explanation)
    control(shown, "stop at a").value = True
    assert table(shown)["w1"][2] == "None"
    assert "stopped" in table(shown)["w1"][-1]
    assert "stopped: [1. 2.]" in re.sub(r"\s+", " ", picture(shown))
    control(shown, "stop at a").value = False
    assert table(shown)["w1"][2] == "[1. 2.]"


def test_reset_brings_everything_back() -> None:
    explanation, _ = two_ys()
    shown = Panel(explanation)
    before = table(shown), picture(shown)
    control(shown, "stop at a").value = True
    control(shown, "w3[0]").value = 9.0
    control(shown, "grad_ys y1[0]").value = 0.5
    assert (table(shown), picture(shown)) != before
    control(shown, "Reset").click()
    assert (table(shown), picture(shown)) == before


def test_only_a_stop_asks_for_a_new_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation, _ = two_ys()
    drawn: list[str] = []
    draw = layout.draw
    monkeypatch.setattr(layout, "draw", lambda *arguments: drawn.append("") or draw(*arguments))  # type: ignore[func-returns-value]  # None is falsy
    shown = Panel(explanation)
    assert len(drawn) == 1
    for value in (0.0, 1.0, -7.25):
        control(shown, "grad_ys y1[0]").value = value
        control(shown, "w3[1]").value = value
    assert len(drawn) == 1
    control(shown, "stop at a").value = True
    assert len(drawn) == 2


def test_the_learners_graph_session_and_variables_stay_as_they_are() -> None:
    explanation, names = two_ys()
    graph = tf.get_default_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = [operation.name for operation in graph.get_operations()], graph.unique_name("add", False)
        shown = Panel(explanation)
        control(shown, "w3[0]").value = 9.0
        control(shown, "stop at a").value = True
        assert session.run(names["w3"]).tolist() == [3.0, 3.0]
    assert ([operation.name for operation in graph.get_operations()], graph.unique_name("add", False)) == before


def test_an_error_is_shown_in_the_panel_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation, _ = two_ys()
    shown = Panel(explanation)

    def fail(*_: object) -> Explanation:
        raise RuntimeError("<b>too hot</b>")

    with monkeypatch.context() as broken:
        broken.setattr(Explanation, "recompute", fail)
        control(shown, "w3[0]").value = 9.0
    (alert,) = htmls(shown, 'role="alert"')
    assert "RuntimeError: &lt;b&gt;too hot&lt;/b&gt;" in alert
    control(shown, "w3[0]").value = 8.0
    assert not htmls(shown, 'role="alert"')


def test_of_many_changes_only_the_last_state_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation, _ = two_ys()
    shown = Panel(explanation)
    computed: list[object] = []
    recompute = Explanation.recompute

    def counting(self: Explanation, *arguments: object) -> Explanation:
        computed.append(arguments)
        return recompute(self, *arguments)  # type: ignore[arg-type]  # passed on as they come

    monkeypatch.setattr(Explanation, "recompute", counting)

    async def drag() -> None:
        for value in (0.0, 1.0, 2.0, 2.5):
            control(shown, "grad_ys y1[0]").value = value
        assert not computed
        while not computed:
            await asyncio.sleep(0.01)

    asyncio.run(drag())
    assert len(computed) == 1
    assert table(shown)["w1"][2] == "[2.5 2.]"


def test_views_that_are_not_asked_for_are_not_shown() -> None:
    explanation, _ = two_ys(views=("story",))
    html = "".join(htmls(Panel(explanation)))
    assert "<svg" not in html
    assert "<table" not in html
    assert "In words" in html


def test_without_a_layout_engine_there_is_one_line_of_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation, _ = two_ys()

    def refuse(*_: object) -> bytes:
        raise layout.LayoutUnavailable("render.no_engine", command=layout.INSTALL_COMMAND)

    monkeypatch.setattr(layout, "draw", refuse)
    shown = Panel(explanation)
    html = "".join(htmls(shown))
    assert "python -m pip install pygraphviz" in html
    control(shown, "grad_ys y2[0]").value = 5.0
    assert table(shown)["w3"][2] == "[6. 6.]"


def test_any_name_is_shown_as_text() -> None:
    tf.reset_default_graph()
    x = tf.Variable([1.0], name="x")
    name = "<script>alert(1)</script>"
    shown = Panel(explain(x * x, x, names={name: x}, language="en"))
    assert control(shown, f"{name}[0]").description_allow_html is False
    html = "".join(htmls(shown))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_what_is_too_large_is_named() -> None:
    tf.reset_default_graph()
    x = tf.Variable(np.zeros(13, np.float32), name="x")
    (html,) = htmls(Panel(explain(tf.reduce_sum(x), x, language="en")), "Without controls")
    assert html.endswith(": x.")


def test_it_speaks_chinese() -> None:
    tf.reset_default_graph()
    x = tf.Variable(1.0, name="x")
    y = x * x
    descriptions = {
        getattr(w, "description", "") for w in everything(Panel(explain(y, x, names={"y": y}, language="zh")))
    }
    assert {"复原", "在 y 处截断", "grad_ys y"} <= descriptions


def test_the_dark_colours_follow_the_page_unless_a_theme_is_chosen() -> None:
    def style(theme: str) -> str:
        explanation, _ = two_ys(theme=theme)
        return str(everything(Panel(explanation))[1].value)

    assert 'data-jp-theme-light="false"' in style("auto")
    assert 'data-jp-theme-light="false"' not in style("light")
    assert 'data-jp-theme-light="false"' not in style("dark")


def test_a_wide_picture_asks_for_more_room_than_a_narrow_one() -> None:
    def room(explanation: Explanation) -> float:
        (picture,) = [w for w in everything(Panel(explanation)) if isinstance(w, widgets.HTML) and "<svg" in w.value]
        return float(picture.layout.flex.split()[-1].removesuffix("pt"))

    x = tf.Variable(2.0)
    short = explain(x * x, [x])
    y = x
    for _ in range(6):
        y = tf.sin(y)
    assert 100 < room(short) < room(explain(y, [x]))


# Several panels, and the cell that they belong to


def test_text_is_the_same_on_every_run() -> None:
    texts = set()
    for _ in range(2):
        explanation, _ = two_ys()
        texts.add(display.LivePanel([explanation])._repr_mimebundle_()["text/plain"])
    assert texts == {"Run this cell in a live notebook to move these numbers."}


def test_several_calls_stand_behind_tabs() -> None:
    explanations = [two_ys()[0], two_ys()[0]]
    (tabs,) = [widget for widget in everything(display.LivePanel(explanations)) if isinstance(widget, widgets.Tab)]
    assert tabs.titles == ("1: y1, y2", "2: y1, y2")
    assert [type(child) for child in tabs.children] == [panel.Panel, panel.Panel]


class _Kernel:
    """What `display` asks a notebook's shell."""

    kernel = object()

    def __init__(self, cell: str | None) -> None:
        self.execution_count = 1
        self.parent_header = {"metadata": {} if cell is None else {"cellId": cell}}


def shown_in(shell: object, monkeypatch: pytest.MonkeyPatch, **options: bool) -> list[object]:
    displayed: list[object] = []
    monkeypatch.setattr(display, "get_ipython", lambda: shell)
    monkeypatch.setattr(display, "display", displayed.append)
    display.show([two_ys()[0]], **options)
    return displayed


def test_a_live_notebook_gets_the_panel_and_the_static_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [type(output) for output in shown_in(_Kernel("c"), monkeypatch)]
    assert kinds == [display.LivePanel, Explanation]


def test_static_or_without_a_kernel_there_is_the_static_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [type(output) for output in shown_in(_Kernel("c"), monkeypatch, static=True)] == [Explanation]
    assert [type(output) for output in shown_in(None, monkeypatch)] == [Explanation]


def test_a_cell_that_runs_again_closes_its_panels_with_all_their_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(open_widgets)
    shell = _Kernel("again")
    shown_in(shell, monkeypatch)
    first = set(open_widgets) - before
    shown_in(shell, monkeypatch)
    both = set(open_widgets) - before
    assert first < both, "two panels of one run stay"
    shell.execution_count += 1
    shown_in(shell, monkeypatch)
    assert not both & set(open_widgets)
    assert len(set(open_widgets) - before) == len(first)
