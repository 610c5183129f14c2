"""Large graphs: what is shown of them is small, and little is made for it."""

from __future__ import annotations

import base64
import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.engine.gradients import recording
from gradnb.engine.graph import Graph
from gradnb.engine.plan import Program
from gradnb.explanation import Explanation, explain, explain_call
from gradnb.garbage import collected_later
from gradnb.jupyter.panel import Panel
from gradnb.render.layout import dpi_for, engine_available
from gradnb.view import outline
from gradnb.view.model import MOST_ROWS, State
from tests.benchmarks.graphs import (
    SHAPES,
    Ends,
    behind_a_chain,
    beside_a_chain,
    chain,
    dense,
    many_inputs,
    many_xs,
    many_ys,
    recurrent,
)

MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    tf.reset_default_graph()
    yield
    for widget in list(open_widgets.values()):
        widget.close()


def explained(ends: Ends, run: bool = True, **options: Any) -> Explanation:
    """Return the explanation of a call that a program makes and, usually, runs."""
    ys, xs = ends
    with recording() as calls:
        gradients = tf.gradients(ys, xs)
    if run:
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(gradients)
    return explain_call(calls[0], names={"x": xs[0]}, language="en", **options)


# Sizes

HEAVY = [pytest.param(build, size, id=name, marks=pytest.mark.slow) for name, (build, size) in SHAPES.items()]
LIGHTER = [pytest.param(build, size // 100, id=f"{name}, a hundredth") for name, (build, size) in SHAPES.items()]
IN_BETWEEN = [pytest.param(SHAPES["recurrent"][0], size, id=f"recurrent {size}") for size in (60, 120, 160)]


@pytest.mark.parametrize(("build", "size"), [*LIGHTER, *IN_BETWEEN, *HEAVY])
def test_what_a_notebook_keeps_of_a_graph_has_less_than_five_megabytes(build: Callable[[int], Ends], size: int) -> None:
    explanation = explained(build(size))
    bundle = explanation._repr_mimebundle_()
    image = base64.b64encode(bundle.pop("image/png", b""))
    Panel(explanation)
    state = json.dumps(widgets.Widget.get_manager_state(drop_defaults=True))
    kept = {"image": len(image), "widgets": len(state), **{kind: len(text) for kind, text in bundle.items()}}
    assert sum(kept.values()) < 5 * MEGABYTE, kept
    assert explanation.view.rows
    assert explanation.view.nodes or any("No picture" in note for note in explanation.view.notes)


@pytest.mark.parametrize("size", [10, 1_000, 10_000, 100_000])
def test_a_graph_of_any_size_is_drawn_or_counted_and_its_gradient_is_shown(size: int) -> None:
    explanation = explained(chain(size))
    (row,) = explanation.view.rows
    assert row.gradient.state is State.COMPUTED
    assert bool(explanation.view.nodes) == (size == 10)
    if size > 10:
        assert f"No picture: {size + 1} tensors lie between the xs and the ys" in explanation.text()
        assert f"Operations on the paths: sin {size // 2}, × {size // 2}." in explanation.text()


def test_more_lines_than_can_be_followed_are_counted() -> None:
    view = explain(*dense(60), language="en").view
    assert not view.nodes
    (note,) = [note for note in view.notes if "No picture" in note]
    assert "lines between" in note
    assert "(at most 400)" in note
    assert "+" not in explain(*many_inputs(500), language="en").text(), "nor is a sum of 500 parts written out"


def test_scopes_that_a_loop_makes_are_counted_as_one() -> None:
    text = explain(*recurrent(800), language="en").text()
    assert "By name scope: step_… 800, (none) 3." in text


def test_of_very_many_xs_the_first_ones_have_rows() -> None:
    explanation = explain(*many_xs(MOST_ROWS + 5), language="en")
    assert len(explanation.view.rows) == MOST_ROWS
    assert any(note.startswith("5 more xs are not listed") for note in explanation.view.notes)
    assert explanation.view.caption == f"tf.gradients(AddN, [{', '.join(f'x{n}' for n in range(20))}, …, x1004])"
    assert [float(gradient) for gradient in explanation.gradients[-2:]] == [2.0 * 1003, 2.0 * 1004]


def test_a_panel_has_controls_for_the_first_two_hundred_arrays() -> None:
    panel = Panel(explain(*many_ys(300), language="en"))
    sliders = [widget for widget in open_widgets.values() if isinstance(widget, widgets.FloatSlider)]
    assert panel.explanation.view.rows
    assert len(sliders) < 100
    words = [widget.value for widget in open_widgets.values() if isinstance(widget, widgets.HTML)]
    assert any("100 more have no controls here" in value for value in words)


@pytest.mark.skipif(not engine_available(), reason="no layout engine is installed")
def test_the_dots_of_a_large_png_are_limited() -> None:
    def dots(ends: Ends) -> tuple[int, int]:
        picture = explain(*ends).png()
        return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])

    width, height = dots(recurrent(60))
    assert 4_000_000 < width * height < 8_200_000
    assert dpi_for(explain(*chain(4)).svg()) == 144
    assert dpi_for("no picture") == 144


# What is made


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many operations are added to graphs or copied, and how many are prepared to run."""
    counts = {"operations": 0, "run": 0}
    create, duplicate, prepare = Graph.create_operation, Graph._duplicate, Program.__init__

    def creating(self: Graph, *arguments: Any, **options: Any) -> Any:
        counts["operations"] += 1
        return create(self, *arguments, **options)

    def duplicating(self: Graph, originals: Any, with_control: bool) -> None:
        counts["operations"] += len(originals)
        duplicate(self, originals, with_control)

    def preparing(self: Program, *arguments: Any) -> None:
        prepare(self, *arguments)
        counts["run"] += len(self.operations)

    monkeypatch.setattr(Graph, "create_operation", creating)
    monkeypatch.setattr(Graph, "_duplicate", duplicating)
    monkeypatch.setattr(Program, "__init__", preparing)
    return counts


def test_of_a_large_graph_only_what_the_call_has_to_do_with_is_copied(made: dict[str, int]) -> None:
    ys, xs = beside_a_chain(20_000)
    made.update(operations=0)
    explanation = explain(ys, xs, language="en")
    assert len(explanation.view.nodes) == 11
    assert made["operations"] < 100
    assert made["run"] < 100


@pytest.mark.parametrize("by_program", [True, False])
def test_for_a_very_large_call_nothing_is_built_and_nothing_run(made: dict[str, int], by_program: bool) -> None:
    ys, xs = chain(40_000)
    with recording() as calls:
        gradients = tf.gradients(ys, xs) if by_program else []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        expected = session.run(gradients)
    graph = tf.get_default_graph()
    version, runs = graph.version, graph.runs
    made.update(operations=0, run=0)
    explanation = explain_call(calls[0]) if by_program else explain(ys, xs, language="en")
    panel = Panel(explanation)
    assert made["operations"] < 20
    assert made["run"] < 20
    assert (graph.version, graph.runs) == (version, runs)
    assert panel.explanation is explanation
    (row,) = explanation.view.rows
    assert row.value is not None
    if by_program:
        assert row.gradient.state is State.COMPUTED
        assert explanation._numbers.get(explanation._setting.scene.trace.gradients[0]) == expected[0]
    else:
        assert row.state == "not computed yet: the call is very large; explanation.gradients works it out"


# The outline


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "WORKED_OUT", 2)


def small() -> tuple[Any, Any, Any]:
    x, unused = tf.Variable([1.0, 2.0], name="x"), tf.Variable(1.0, name="unused")
    return tf.reduce_sum(tf.sin(x) * x, name="y"), x, unused


@pytest.mark.usefixtures("everything_is_large")
def test_what_an_outline_lacks_is_worked_out_when_it_is_asked_for() -> None:
    y, x, _ = small()
    explanation = explain(y, x, names={"x": x, "y": y}, language="en")
    assert explanation._setting.derivation.is_outline
    assert explanation.view.rows[0].gradient.state is State.NOT_COMPUTED
    assert explanation.problem.inputs == {}
    assert explanation.producers("b0") == ()
    expected = np.cos([1.0, 2.0]) * [1.0, 2.0] + np.sin([1.0, 2.0])
    np.testing.assert_allclose(explanation.gradients[0], expected, rtol=1e-6)
    assert explanation.quiz("x").check("x", str(expected.tolist())).right
    moved = explanation.recompute({"x": [0.0, 0.0]}, {"y": 2.0})
    np.testing.assert_array_equal(moved.gradients[0], [0.0, 0.0])
    assert moved.view.nodes
    assert (
        explanation.with_views(["paths"]).view.paths
        == explain(y, x, names={"x": x, "y": y}, views=["paths"]).view.paths
    )
    assert explanation.partial_view(["steps"]).steps
    assert explanation.with_hidden("x").view.rows[0].gradient.state is State.HIDDEN


@pytest.mark.usefixtures("everything_is_large")
def test_an_outline_says_what_is_known_of_the_call() -> None:
    y, x, unused = small()
    weight = [3.0]
    names = {"x": x, "y": y, "unused": unused}
    explanation = explain([y], [x, unused], weight, x, names=names, language="en")
    assert explanation.view.caption == "tf.gradients(y, [x, unused], grad_ys=3.0, stop_gradients=[x])"
    first, second = explanation.view.rows
    assert (first.value.text, second.value.text) == ("[1. 2.]", "1.0")  # type: ignore[union-attr]  # both have initial values
    assert second.state == "None: no path leads from unused to y"
    assert explanation.recipe.names == {
        x.as_tensor(as_reference=True): "x",
        unused.as_tensor(as_reference=True): "unused",
        y: "y",
    }
    (filled,) = explain(y, unused, unconnected_gradients="zero", language="en").view.rows
    assert filled.gradient.state is State.FILLED


@pytest.mark.usefixtures("everything_is_large")
def test_an_outline_asks_for_what_was_not_fed_and_takes_what_was() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.reduce_sum(tf.sin(x) * x)
    explanation = explain(y, x, language="en")
    assert explanation.view.rows[0].value is None
    assert any("feed" in note for note in explanation.view.notes)
    (row,) = explain(y, x, feed_dict={x: np.float32([5.0, 6.0])}).view.rows
    assert row.value is not None
    assert row.value.text == "[5. 6.]"


@pytest.mark.usefixtures("everything_is_large")
def test_an_outline_does_not_compute_what_lies_on_the_way() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    inner = tf.sin(x)
    explanation = explain(tf.reduce_sum(inner * x), [inner, x], names={"inner": inner, "x": x}, language="en")
    first, second = explanation.view.rows
    assert (first.name, first.value) == ("inner", None)
    assert second.value is not None
    assert second.value.text == "[1. 2.]"


@pytest.mark.usefixtures("everything_is_large")
def test_why_a_gradient_is_none_is_worked_out() -> None:
    x = tf.Variable(1.0, name="x")
    y = tf.stop_gradient(tf.sin(x)) * 2.0
    explanation = explained(([y], [x]), run=False)
    assert not explanation._setting.derivation.is_outline
    assert explanation.view.rows[0].gradient.state is State.STOPPED


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1.0, 2.0], None), ValueError, "Length mismatch. Passed 2 grad_ys for 1 ys"),
        ((["word"], None), TypeError, "must be real or integer"),
        ((None, None, "none at all"), ValueError, "Unknown value for unconnected_gradients"),
    ],
)
def test_a_large_call_that_does_not_fit_is_refused_as_any_other(
    monkeypatch: pytest.MonkeyPatch, large: bool, arguments: tuple[Any, ...], error: type[Exception], words: str
) -> None:
    if large:
        monkeypatch.setattr(outline, "WORKED_OUT", 2)
    y, x, _ = small()
    with pytest.raises(error, match=words):
        explain(y, x, *arguments)


@pytest.mark.usefixtures("everything_is_large")
def test_weights_that_are_tensors_stay_as_they_are() -> None:
    y, x, _ = small()
    explanation = explain(y, x, tf.Variable(2.0, name="weight"), language="en")
    assert explanation._setting.derivation.is_outline
    assert explanation.view.caption == "tf.gradients(y, [x], grad_ys=…)"
    np.testing.assert_allclose(explanation.gradients[0], 2.0 * explain(y, x).gradients[0])


@pytest.mark.usefixtures("everything_is_large")
def test_several_calls_and_what_a_run_did_not_fetch_are_told_apart() -> None:
    y, x, _ = small()
    with recording() as calls:
        first, second = tf.gradients(y, x), tf.gradients(y * 2.0, x)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(tf.group(*first))
    states = [explain_call(call).view.rows[0].gradient.state for call in calls]
    assert states == [State.NOT_COMPUTED, State.NOT_COMPUTED], "a run of few operations is not remembered"
    assert second[0] is not None


@pytest.mark.usefixtures("everything_is_large")
def test_rows_and_other_views_are_derived_whatever_the_size() -> None:
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="table")
    y = tf.reduce_sum(tf.gather(table, [1, 1]))
    explanation = explained(([y], [table]))
    assert not explanation._setting.derivation.is_outline
    assert explanation.view.rows[0].gradient.state is State.SPARSE
    x = tf.Variable(1.0)
    assert not explain(tf.sin(x), x, views=["story", "paths"])._setting.derivation.is_outline
    assert not explain(tf.sin(x), x, check=True)._setting.derivation.is_outline
    assert explain(tf.sin(x), x, views=["story"])._setting.derivation.is_outline


@pytest.mark.usefixtures("everything_is_large")
def test_a_random_number_and_a_constant_may_be_an_x_of_an_outline() -> None:
    noise, fixed = tf.random_normal([2], name="noise"), tf.constant([3.0, 4.0], name="fixed")
    explanation = explain(tf.reduce_sum(noise * fixed), [noise, fixed], language="en")
    unknown, known = explanation.view.rows
    assert unknown.value is None
    assert known.value is not None
    assert known.value.text == "[3. 4.]"
    assert explanation.values["feeds"] == {}
    assert [gradient is not None for gradient in explanation.gradients] == [True, True]


# Behind a long chain


def test_what_begins_behind_a_long_chain_is_drawn_without_reading_the_chain() -> None:
    view = explain(*behind_a_chain(12_000), language="en").view
    assert len(view.nodes) == 11
    assert {node.name for node in view.nodes} >= {"Sin_6001", "Sin_6009"}


def test_what_is_made_is_looked_through_for_garbage_again_after_an_error() -> None:
    with pytest.raises(RuntimeError), collected_later():
        assert not gc.isenabled()
        with collected_later():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise RuntimeError
    assert gc.isenabled()
