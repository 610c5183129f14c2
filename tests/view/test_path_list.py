"""Paths: each one listed with its product, their sum the gradient; what is cut says where, and what would have come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.paths import shown_as
from gradnb.explanation import Explanation, explain
from gradnb.render.sections import path_line
from gradnb.view.build import Scene
from gradnb.view.derivation import Question, derive
from gradnb.view.model import Flow, PathList
from gradnb.view.names import Names
from gradnb.view.numbers import Calculator, inputs_of
from gradnb.view.path_list import MOST_LISTED
from tests.engine.programs import EXAMPLES, grown
from tests.view.conftest import Program


def paths(explanation: Explanation, name: str) -> PathList:
    (found,) = [found for found in explanation.view.paths if found.name == name]
    return found


def lines(explanation: Explanation, name: str) -> list[str]:
    found = paths(explanation, name)
    return [path_line(path, explanation.view.language) for path in found.paths] + list(found.remarks)


def told(ys: Any, xs: Any, **options: Any) -> Explanation:
    return explain(ys, xs, views=["paths"], language=options.pop("language", "en"), **options)


def test_each_path_is_a_product_and_their_sum_is_the_gradient(sums: Program) -> None:
    weights = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    explanation = sums.explain("y1 y2", "w1 w3", grad_ys=weights, views=["paths"], language="en")
    assert paths(explanation, "w3").headline == "2 paths"
    assert lines(explanation, "w3") == [
        "w3 → y1: [1. 2.] · 1 = [1. 2.]",
        "w3 → y2: [3. 4.] · 1 = [3. 4.]",
        "sum: [1. 2.] + [3. 4.] = [4. 6.], the gradient",
    ]
    assert lines(explanation, "w1") == ["w1 → w1 + w2 → y1: [1. 2.] · 1 · 1 = [1. 2.]"]


def test_a_path_names_the_nodes_that_it_lights_up(sums: Program) -> None:
    explanation = sums.explain("y1", "w1", views=["graph", "paths"])
    (path,) = paths(explanation, "w1").paths
    names = {node.id: node.name for node in explanation.view.nodes}
    assert tuple(names[node] for node in path.nodes) == path.names == ("w1", "w1 + w2", "y1")


def test_factors_are_put_in_as_numbers(total: Program) -> None:
    explanation = total.explain("d", "a c", views=["paths"], language="en")
    assert lines(explanation, "a") == [
        "a → a · b → d: 1.0 · 1 · 6.0 = 6.0",
        "a → b → a · b → d: 1.0 · 1 · 2.0 · 3.0 = 6.0",
        "a → b → b · c → d: 1.0 · 1 · 1.0 · 3.0 = 3.0",
        "sum: 6.0 + 6.0 + 3.0 = 15.0, the gradient",
    ]


def test_an_operation_that_uses_a_tensor_twice_makes_two_paths() -> None:
    x = tf.Variable([3.0, -4.0], name="x")
    explanation = told(x * x, [x])
    assert lines(explanation, "x") == [
        "x → x · x (input 1): [1. 1.] · [3. -4.] = [3. -4.]",
        "x → x · x (input 2): [1. 1.] · [3. -4.] = [3. -4.]",
        "sum: [3. -4.] + [3. -4.] = [6. -8.], the gradient",
    ]


def test_a_matmul_and_a_broadcast_are_followed() -> None:
    w, b = tf.Variable([[1.0, 2.0]], name="w"), tf.Variable([0.5], name="b")
    h = tf.matmul(tf.constant([[1.0], [3.0]]), w)
    y = h + b
    explanation = told(y, [w, b], names={"h": h, "y": y})
    assert lines(explanation, "w") == ["w → h → y: [[1.] [3.]]ᵀ @ ([[1. 1.] [1. 1.]] · 1) = [[4. 4.]]"]
    assert lines(explanation, "b") == ["b → y: reshape(Σ [[1. 1.] [1. 1.]], 1) = [4.]"]


def test_negative_numbers_stand_in_parentheses() -> None:
    x, c = tf.Variable(2.0, name="x"), tf.constant(-3.0)
    y, z = x * c, x * -1.0
    explanation = told([y, z], [x], names={"y": y, "z": z})
    assert lines(explanation, "x")[0] == "x → y: 1.0 · (-3.0) = -3.0"
    assert lines(explanation, "x")[-1] == "sum: (-3.0) + (-1.0) = -4.0, the gradient"


def test_a_y_that_is_the_x_has_its_weight_alone() -> None:
    x = tf.Variable(2.0, name="x")
    explanation = told([x, x * 3.0], [x], grad_ys=[tf.constant(5.0), None], names={"x": x})
    assert lines(explanation, "x")[0] == "x: 5.0"
    assert lines(explanation, "x")[-1] == "sum: 5.0 + 3.0 = 8.0, the gradient"


def test_a_y_that_is_given_twice_has_its_paths_twice() -> None:
    x = tf.Variable(2.0, name="x")
    y = x * 3.0
    explanation = told([y, y], [x], names={"y": y})
    assert lines(explanation, "x")[-1] == "sum: 3.0 + 3.0 = 6.0, the gradient"


@pytest.mark.parametrize(
    ("language", "headline", "line"),
    [
        (
            "en",
            "1 path, but it is cut",
            "w1 → a → a_stoped → y3: stopped at a_stoped; [1. 2.] · 1 · 1 · 1 = [1. 2.] would have come",
        ),
        (
            "zh",
            "1 条路径，但走不通",
            "w1 → a → a_stoped → y3: 在 a_stoped 处被截断；否则会传来 [1. 2.] · 1 · 1 · 1 = [1. 2.]",
        ),
    ],
)
def test_a_stopped_path_says_where_and_what_would_have_come(
    sums: Program, language: str, headline: str, line: str
) -> None:
    weights = [tf.constant([1.0, 2.0])]
    explanation = sums.explain("y3", "w1 w3", grad_ys=weights, views=["paths"], language=language)
    assert paths(explanation, "w1").headline == headline
    assert lines(explanation, "w1") == [line]


def test_stop_gradients_cuts_too_and_what_is_cut_adds_up_to_the_gap() -> None:
    x = tf.Variable(2.0, name="x")
    a, b, c = x * 3.0, x * 5.0, x * 7.0
    y = a + b + c
    explanation = told(y, [x], stop_gradients=[a, b], names={"a": a, "b": b, "c": c, "y": y})
    found = paths(explanation, "x")
    assert found.headline == "1 path; 2 more are cut"
    assert [path.flow for path in found.paths] == [Flow.PASSES, Flow.STOPPED, Flow.STOPPED]
    assert found.remarks == ("All stopped paths together would bring 8.0.",)
    compared = explain(y, [x], stop_gradients=[a, b], check=True, views=["table"]).view.rows[0].difference
    assert compared is not None
    assert compared.gap is not None
    assert compared.gap.text == "8.0"


def test_behind_a_second_stop_the_first_one_is_named() -> None:
    x = tf.Variable(2.0, name="x")
    near = tf.stop_gradient(x * 3.0)
    stop = tf.stop_gradient(near * 5.0)
    explanation = told(stop * 7.0, [x], names={"near": near, "stop": stop})
    (path,) = paths(explanation, "x").paths
    assert path.flow is Flow.STOPPED
    assert path.contribution is not None
    assert path.contribution.text == "105.0"
    assert path.reason == "stopped at stop"


def test_a_blocked_path_says_why_and_nothing_would_have_come() -> None:
    x = tf.Variable(2.3, name="x")
    floored = tf.floor(x)
    y = floored * x
    explanation = told(y, [x], names={"floored": floored, "y": y})
    assert paths(explanation, "x").headline == "1 path; 1 more is cut"
    assert lines(explanation, "x") == [
        "x → y: 1.0 · 2.0 = 2.0",
        "x → floored → y: floored has no gradient",
    ]


def test_integers_block() -> None:
    x = tf.Variable(2.3, name="x")
    y = tf.cast(tf.cast(x, tf.int32), tf.float32) * x
    (passing, blocked) = paths(told(y, [x], names={"y": y}), "x").paths
    assert (passing.flow, blocked.flow, blocked.contribution) == (Flow.PASSES, Flow.BLOCKED, None)
    assert "int32" in blocked.reason


def test_a_stop_where_a_variable_is_read_cuts_its_paths() -> None:
    v = tf.Variable(2.0, name="v")
    explanation = told(v * 3.0, [v], stop_gradients=[v.value()], names={"v": v})
    assert explanation.gradients == [None]
    (path,) = paths(explanation, "v").paths
    assert (path.flow, path.reason) == (Flow.STOPPED, "stopped at v")


def test_a_lifted_stop_passes_and_is_marked(sums: Program) -> None:
    explanation = sums.explain("y3", "w1", views=["paths"], language="en").recompute(lifted=["a_stoped"])
    (path,) = paths(explanation, "w1").paths
    assert path.flow is Flow.LIFTED
    assert lines(explanation, "w1")[0].endswith("= [1. 1.] (what if: tf.gradients itself stops here)")


def test_without_a_path_there_is_nothing_to_list(one_variable: Program) -> None:
    explanation = one_variable.explain("y", "w1 w2", views=["paths"], language="en")
    found = paths(explanation, "w2")
    assert (found.headline, found.paths, found.remarks) == ("no path", (), ())


def test_rows_of_an_indexed_slices_are_made_whole() -> None:
    x = tf.Variable([[1.0], [2.0], [3.0]], name="x")
    y = tf.gather(x, [2, 2])
    assert lines(told(y, [x], names={"y": y}), "x") == ["x → y: [[0.] [0.] [2.]]"]


def test_each_output_of_an_operation_is_a_way_of_its_own() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    first, second = tf.split(x, 2)
    y = first * 3.0 + second * 5.0
    explanation = told(y, [x], names={"first": first, "second": second, "y": y})
    found = [path.contribution.text for path in paths(explanation, "x").paths if path.contribution is not None]
    assert found == ["[3. 0.]", "[0. 5.]"]
    assert paths(explanation, "x").remarks == ("sum: [3. 0.] + [0. 5.] = [3. 5.], the gradient",)


def test_many_paths_are_counted_and_the_first_listed() -> None:
    x = tf.Variable(1.0, name="x")
    y = x
    for _ in range(7):
        y = y + y
    found = paths(told(y, [x]), "x")
    assert len(found.paths) == MOST_LISTED == 64
    assert found.headline == "128 paths"
    assert found.remarks == ("Listed: 64 of 128 paths. The gradient is the sum over all of them: 128.0.",)


def test_with_many_xs_fewer_paths_are_listed_for_each() -> None:
    xs = [tf.Variable(float(number), name=f"x{number}") for number in range(32)]
    y = tf.add_n(xs)
    for _ in range(4):
        y = y + y
    listed = told(y, xs).view.paths
    assert [len(found.paths) for found in listed] == [8] * 32
    assert listed[0].headline == "16 paths"


def test_astronomically_many_paths_are_counted_too() -> None:
    x = tf.Variable(1.0, name="x")
    y = x
    for _ in range(4000):
        y = (y + y) * 0.5
    found = paths(told(y, [x]), "x")
    assert found.headline == "10^1204+ paths"
    assert len(found.paths) <= 64


def test_one_way_through_among_astronomically_many_cut_ones_is_found() -> None:
    x = tf.Variable(1.0, name="x")
    cut = x
    for _ in range(200):
        cut = cut + cut
    found = paths(told(tf.stop_gradient(cut) + x * 2.0, [x]), "x")
    assert found.paths[0].flow is Flow.PASSES
    assert found.headline == "1 path; 10^60+ more are cut"
    assert found.remarks[-1] == "10^59+ more paths that are cut are not listed."


def test_a_path_may_be_as_long_as_it_likes() -> None:
    x = tf.Variable(1.0, name="x")
    y = x
    for _ in range(3000):
        y = tf.identity(y)
    (path,) = paths(told(y, [x]), "x").paths
    assert len(path.names) == 12
    assert path.names[6] == "…"
    assert path.contribution is not None
    assert path.contribution.text == "1.0"


def test_a_gradient_that_is_no_product_along_its_paths_is_not_passed_off_as_one() -> None:
    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return tf.identity(x), lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

    x = tf.Variable(2.0, name="x")
    c = clipped(x)
    explanation = told(c * 100.0 + c * 10.0, [x], names={"c": c})
    assert paths(explanation, "x").remarks[0].startswith("The sum is 2.0, the gradient 1.0: ")


def test_without_values_paths_are_listed_without_numbers() -> None:
    p, w = tf.placeholder(tf.float32, [2], name="p"), tf.Variable([1.0, 2.0], name="w")
    assert lines(told(p * w, [w]), "w") == ["w → p · w: –"]


def test_a_shape_that_only_a_run_knows_is_no_hindrance() -> None:
    p, b = tf.placeholder(tf.float32, [None, 2], name="p"), tf.Variable([1.0, 2.0], name="b")
    y = p + b
    explanation = told(y, [b], feed_dict={p: [[1.0, 2.0], [3.0, 4.0]]}, names={"y": y})
    assert lines(explanation, "b") == ["b → y: Σ [[1. 1.] [1. 1.]] = [2. 2.]"]


def test_a_hidden_gradient_has_neither_paths_nor_numbers(sums: Program) -> None:
    explanation = sums.explain("y3", "w1 w3", views=["paths"], hide=["w1", "w3"], language="en")
    for name in ("w1", "w3"):
        found = paths(explanation, name)
        assert (found.headline, found.paths) == ("?", ())
        assert found.remarks == ("your turn: what is it?",)


def test_a_cut_path_through_a_hidden_gradient_has_no_numbers() -> None:
    w = tf.Variable([3.0], name="w")
    h = tf.stop_gradient(w) * 5.0
    y = h * 7.0
    options = {"names": {"w": w, "h": h, "y": y}}
    assert paths(told(y, [w, h], **options), "w").paths[0].contribution is not None
    (path,) = paths(told(y, [w, h], hide=["h"], **options), "w").paths
    assert (path.flow, path.formula, path.contribution) == (Flow.STOPPED, "", None)


def test_what_a_slider_moves_moves_here_and_the_structure_stays(total: Program) -> None:
    explanation = total.explain("d", "a", views=["paths"], language="en")
    finder = explanation._setting.scene.path_finder
    moved = explanation.recompute(weights={"d": 2.0})
    assert moved._setting.scene.path_finder is finder
    assert lines(moved, "a")[-1] == "sum: 12.0 + 12.0 + 6.0 = 30.0, the gradient"


def test_paths_are_built_only_when_they_are_asked_for(total: Program) -> None:
    explanation = total.explain("d", "a", views=["table"])
    assert explanation.view.paths == ()
    assert "path_finder" not in vars(explanation._setting.scene)
    assert explanation.partial_view(["paths"]).paths


def scene_of(seed: int) -> tuple[Scene, Any]:
    program = grown(seed, leaves=3, length=7, through=EXAMPLES[seed % len(EXAMPLES)])
    names = program.run(tf)
    question = Question.of_arguments(
        [names[y] for y in program.ys],
        [names[x] for x in program.xs],
        [eval(weight, names) for weight in program.seeds],
        [names[stop] for stop in program.stops],
        "none",
    )
    scene = Scene(derive(question), Names({}))
    calculator = Calculator(scene.derivation, scene.wanted(), 0)
    return scene, calculator.complete(inputs_of(question, None, program.feeds(names)))


@pytest.mark.parametrize("seed", range(150))
def test_in_random_programs_the_paths_add_up_to_the_gradient(seed: int) -> None:
    scene, inputs = scene_of(seed)
    finder, whole = scene.path_finder, scene.derivation.whole
    numbers = finder.numbers(inputs)
    for x, gradient, routes in zip(scene.trace.xs, scene.trace.gradients, finder.routes, strict=True):
        assert routes.all_open == scene.flow.paths(shown_as(x))
        assert (gradient is None) == (routes.all_open == 0)
        assert all(route.reason is None for route in routes.open)
        assert all(route.reason is not None for route in routes.cut)
        if gradient is not None and len(routes.open) == routes.all_open:
            expected = numbers.get(whole(gradient))
            parts = [numbers.get(whole(route.arrived[-1])) for route in routes.open]
            assert expected is not None
            np.testing.assert_allclose(sum(p for p in parts if p is not None), expected, rtol=1e-6, atol=1e-9)


def masked(threshold: float) -> Any:
    """Return a function whose gradient keeps only the large ones of what arrives: another shape than its input."""

    @tf.custom_gradient
    def function(x: Any) -> Any:
        return tf.identity(x), lambda dy: tf.boolean_mask(dy, dy > threshold)

    return function


def test_what_comes_by_paths_in_another_shape_than_the_gradient_is_no_sum() -> None:
    x = tf.placeholder(tf.float32, [None], name="x")
    c = masked(1.0)(x)
    y = c * tf.constant([0.6, 0.6, 2.0]) + c * tf.constant([0.6, 2.0, 0.6])
    explanation = told(y, [x], feed_dict={x: [1.0, 1.0, 1.0]}, names={"c": c})
    assert paths(explanation, "x").remarks[0].startswith("The sum is [4.], the gradient [1.2 2.6 2.6]: ")


def test_what_comes_by_paths_in_several_shapes_is_not_added_up() -> None:
    x = tf.placeholder(tf.float32, [None], name="x")
    c = masked(1.0)(x)
    y = c * tf.constant([0.6, 0.6, 2.0, 2.0]) + c * tf.constant([0.6, 2.0, 2.0, 2.0])
    explanation = told(y, [x], feed_dict={x: [1.0, 1.0, 1.0, 1.0]}, names={"c": c})
    assert [path.contribution and path.contribution.text for path in paths(explanation, "x").paths[:2]] == [
        "[2. 2.]",
        "[2. 2. 2.]",
    ]
    assert not any("sum" in remark for remark in paths(explanation, "x").remarks)


def test_behind_a_stop_there_may_be_an_operation_without_a_gradient() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    p = tf.raw_ops.PreventGradient(input=x, message="not here")
    s = tf.stop_gradient(p)
    explanation = told(s * 2.0, [x], names={"p": p, "s": s})
    assert lines(explanation, "x") == ["x → p → s → s · 2: stopped at s"]


def test_while_one_path_is_not_known_there_is_no_sum() -> None:
    x, k = tf.Variable([1.0, 2.0], name="x"), tf.placeholder(tf.float32, [2], name="k")
    y = x * k + x
    explanation = told(y, [x], names={"y": y, "k": k})
    assert lines(explanation, "x") == ["x → x · k → y: –", "x → y: [1. 1.] · 1 = [1. 1.]"]
