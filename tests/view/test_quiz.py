"""Quizzes: what is typed is read, right answers pass, and each wrong one gets the hint that fits it."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.explanation import Explanation, explain, explain_call
from gradnb.messages import LANGUAGES
from gradnb.view.model import State
from gradnb.view.quiz import KINDS, Quiz
from gradnb.view.typed import Unreadable, read
from gradnb.view.values import value_of
from tests.view.quiz_bank import BANK, PROGRAMS, RIGHT, Right, Wrong
from tests.view.test_every_program import PROGRAMS as CALLING
from tests.view.test_every_program import calls_of


@cache
def explained(program: str, language: str = "en") -> Explanation:
    with tf.Graph().as_default():
        return PROGRAMS[program](language=language)


def quiz_on(program: str, *names: str, language: str = "en") -> Quiz:
    return explained(program, language).quiz(names or None)


def identity(entry: Wrong | Right) -> str:
    return "-".join(map(str, entry[:3])) if isinstance(entry, Wrong) else f"{entry.program}-{entry.name}"


# The bank


def test_the_bank_is_large_enough() -> None:
    counted = Counter(wrong.kind for wrong in BANK)
    assert {kind: count for kind, count in counted.items() if count < 4 and kind != "right"} == {}
    assert set(KINDS) - {"not_tried"} <= set(counted)
    assert len(BANK) >= 100
    assert len({wrong.program for wrong in BANK}) >= 16


@pytest.mark.parametrize("wrong", BANK, ids=identity)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_answer_gets_the_hint_that_fits(wrong: Wrong, language: str) -> None:
    verdict = quiz_on(wrong.program, wrong.name, language=language).check(wrong.name, wrong.answer)
    assert (verdict.kind, verdict.right) == (wrong.kind, wrong.kind == "right")
    if language == "en":
        assert wrong.says in verdict.hint
    else:
        assert re.search("[一-鿿]", verdict.hint)
        assert not re.search(r"[一-鿿][,;:]|[{}]", verdict.hint), "Chinese sentences have Chinese marks"


@pytest.mark.parametrize("wrong", [wrong for wrong in BANK if wrong.kind not in ("unreadable", "right")], ids=identity)
def test_no_hint_gives_the_gradient_away(wrong: Wrong) -> None:
    explanation = explained(wrong.program)
    truth = dict(zip((row.name for row in explanation.view.rows), explanation.gradients, strict=True)).get(wrong.name)
    hint = quiz_on(wrong.program, wrong.name).check(wrong.name, wrong.answer).hint
    if truth is None:
        assert "None" not in re.sub("where nothing arrives", "", hint)
        return
    numbers = {number for number in re.findall(r"\d+(?:\.\d+)?", value_of(truth).text) if len(number) > 1}
    assert not numbers & set(re.findall(r"\d+(?:\.\d+)?", hint))


@pytest.mark.parametrize("right", RIGHT, ids=identity)
def test_a_right_answer_passes_however_it_is_spelt(right: Right) -> None:
    for spelling in right.spellings:
        verdict = quiz_on(right.program, right.name).check(right.name, spelling)
        assert verdict, f"{spelling!r}: {verdict}"
        assert verdict.kind == "right"


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "waiting"])
def test_what_the_explanation_computed_is_right_and_what_it_shows_is(program: str) -> None:
    explanation = explained(program)
    for row, gradient in zip(explanation.view.rows, explanation.gradients, strict=True):
        quiz = explanation.quiz(row.name)
        assert quiz.check(row.name, gradient)
        shown = "None" if row.gradient.value is None else row.gradient.value.text
        assert quiz.check(row.name, shown), shown


# Reading


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1/3", 1 / 3),
        ("-1/3", -1 / 3),
        ("− 3", -3.0),
        ("1.2×10^-3", 1.2e-3),
        ("1e-3-2e-4j", 1e-3 - 2e-4j),
        ("[1+2j, 3]", [1 + 2j, 3]),
        ("[[1 2]\n [3 4]]", [[1, 2], [3, 4]]),
        ("1 2\n3 4\n", [[1, 2], [3, 4]]),
        ("4;6", [[4], [6]]),
        ("[[[1]]]", [[[1]]]),
        ("[]", []),
        ("tf.constant([1, 2], shape=(2,))", [1, 2]),
        ("∂w3 = 6", 6.0),
    ],
)
def test_typed_text_becomes_an_array(typed: str, value: object) -> None:
    found = read(typed)
    assert found is not None
    assert found.shape == np.shape(value)
    np.testing.assert_array_equal(found, np.array(value, found.dtype))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "empty"),
        (" 　", "empty"),
        (",", "empty"),
        ("[4, 6", "bracket"),
        ("4 6]", "bracket"),
        ("[" * 50, "ragged"),
        ("[1, [2, 3]]", "ragged"),
        ("1 2; 3", "ragged"),
        ("2*3", "arithmetic"),
        ("4 - 6", "arithmetic"),
        ("1/0", "division"),
        ("4.5.6", "word"),
        ("[1, x]", "word"),
        ("lambda: 1", "word"),
        ("1,2" * 10_000, "too_long"),
    ],
)
def test_what_is_no_number_is_refused_with_what_is_wrong(typed: str, key: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(typed)
    assert caught.value.key == key
    assert len(caught.value.piece) <= 24


def test_values_may_be_given_as_values() -> None:
    for given in (3, 3.0, np.float32(3), np.array(3), True + 2):
        assert read(given) == 3.0
    assert read(None) is None
    assert read(((1, 2), (3, 4))) is not None
    for given, key in (
        ([1, [2]], "ragged"),
        (["a"], "ragged"),
        ({}, "kind"),
        (object(), "kind"),
        (tf.ones([2]), "kind"),
    ):
        with pytest.raises(Unreadable) as caught:
            read(given)
        assert caught.value.key == key


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "[" * 10_000, "9" * 19_000, "1e999999", "\x00", "１" * 99]
)
def test_whatever_is_typed_is_answered(typed: str) -> None:
    verdict = quiz_on("sums", "w3").check("w3", typed)
    assert not verdict
    assert len(verdict.hint) < 400


# Tolerance


def scaled(factor: float, **options: object) -> Quiz:
    x = tf.Variable(1.0)
    return explain(x * factor, x, names={"x": x}, language="en").quiz("x", **options)  # type: ignore[arg-type]  # options of quiz


@pytest.mark.parametrize(
    ("gradient", "answers"),
    [
        (1 / 3, {"0.33": True, "0.336": True, "0.34": False, "1/3": True}),
        (100.0, {"100.04": True, "100.1": False, "101": False}),
        (6.0, {"6.04": True, "6.06": False}),
        (0.25, {"0.2524": True, "0.26": False}),
        (123456.7, {"1.235e5": True, "123000": True, "120000": False}),
        (1e-6, {"1e-6": True, "0": False, "2e-6": False}),
    ],
)
def test_how_near_is_near_enough(gradient: float, answers: dict[str, bool]) -> None:
    quiz = scaled(gradient)
    assert {answer: quiz.check("x", answer).right for answer in answers} == answers


def test_a_teacher_sets_the_tolerance() -> None:
    assert scaled(1 / 3, tolerance=0.1).check("x", "0.31")
    assert not scaled(1 / 3, tolerance=0.0001).check("x", "0.333")
    assert scaled(1 / 3, tolerance=0).check("x", np.float32(1 / 3))
    for wrong in (-0.1, 1, float("nan")):
        with pytest.raises(ValueError, match="tolerance"):
            scaled(1.0, tolerance=wrong)


def test_the_noise_of_rounding_beside_large_numbers_is_zero() -> None:
    x = tf.Variable([1.0, 1.0])
    quiz = explain(x * [1e-9, 1000.0], x, names={"x": x}).quiz("x")
    assert quiz.check("x", "[0, 1000]")


# Keeping count


def test_the_hidden_gradients_are_asked_else_those_of_all_xs() -> None:
    explanation = explained("sums")
    assert explanation.quiz().names == ("w1", "w2", "w3", "w4")
    assert explanation.with_hidden(["w3", "w1 + w2"]).quiz().names == ("w3", "w1 + w2")
    assert explanation.quiz("w4").names == ("w4",)
    with pytest.raises(ValueError, match=r"'w33'.*w3"):
        explanation.quiz("w33")


def test_attempts_are_counted_until_it_is_right() -> None:
    quiz = quiz_on("sums", "w3", "w4")
    assert repr(quiz) == "0 of 2 right · w3: ?, 0 attempts · w4: ?, 0 attempts"
    for answer in ("[1, 2]", "nonsense", "[4, 6]", "[0, 0]"):
        quiz.check("w3", answer)
    assert [attempt.answer for attempt in quiz.answers["w3"]] == ["[1, 2]", "[4, 6]"]
    assert (quiz.revealed, quiz.right, quiz.is_complete) == (("w3",), ("w3",), False)
    quiz.check("w4", np.array([3.0, 3.0]))
    assert repr(quiz) == "1 of 2 right · w3: ✓, 2 attempts · w4: ?, 1 attempt"
    assert quiz.give_up("w4") == "[3. 4.]"
    quiz.check("w4", "[3, 4]")
    assert (quiz.revealed, quiz.right, quiz.is_complete) == (("w3", "w4"), ("w3",), True)
    assert repr(quiz) == "1 of 2 right · w3: ✓, 2 attempts · w4: …, 1 attempt"


def test_a_name_that_is_not_asked_is_refused() -> None:
    quiz = quiz_on("sums", "w3")
    for use in (lambda: quiz.check("w4", "1"), lambda: quiz.give_up("w4")):
        with pytest.raises(ValueError, match=r"'w4'.*w3"):
            use()


def test_a_verdict_is_a_sentence_and_a_truth_value() -> None:
    quiz = quiz_on("sums", "w3")
    wrong = quiz.check("w3", "[-4, -6]")
    assert not wrong
    assert repr(wrong) == "✗ Look at the sign: does the result grow or shrink when w3 grows?"
    assert repr(quiz.check("w3", "[4, 6]")) == "✓ Right: that is the gradient of w3."
    assert repr(quiz_on("sums", "w3", language="zh").check("w3", "[4, 6]")) == "✓ 答对了：这就是 w3 的梯度。"


def test_results_say_how_it_went_without_any_answer(tmp_path: Path) -> None:
    quiz = quiz_on("sums", "w3", "w4")
    for answer in ("[1, 2]", "[2, 2]", "[4, 6]"):
        quiz.check("w3", answer)
    quiz.check("w4", "[1, 2]")
    quiz.give_up("w4")
    expected = {
        "who": "李伟",
        "right": 1,
        "of": 2,
        "gradients": [
            {
                "name": "w3",
                "attempts": 3,
                "right": True,
                "shown": False,
                "hints": ["forgotten_path", "default_seed"],
            },
            {"name": "w4", "attempts": 1, "right": False, "shown": True, "hints": ["other_x"]},
        ],
    }
    assert quiz.results(who="李伟") == expected
    file = quiz.save(tmp_path / "results.json", who="李伟")
    assert json.loads(file.read_text(encoding="utf-8")) == expected
    assert "李伟" in file.read_text(encoding="utf-8")
    assert file.read_bytes() == quiz.json(who="李伟").encode()
    with pytest.raises(OSError, match="missing"):
        quiz.save(tmp_path / "missing" / "results.json")


def test_it_follows_an_explanation_with_other_numbers() -> None:
    explanation = explained("sums").with_hidden("w3")
    quiz = explanation.quiz()
    assert quiz.check("w3", "[1, 2]").kind == "forgotten_path"
    moved = explanation.recompute(weights={"y1": [10.0, 20.0]})
    assert moved.hidden == ("w3",)
    assert quiz.follow(explanation) == ()
    assert quiz.follow(moved) == ("w3",)
    assert quiz.check("w3", "[10, 20]").kind == "forgotten_path"
    assert quiz.check("w3", "[4, 6]").kind != "right"
    assert quiz.check("w3", "[13, 24]")
    assert len(quiz.answers["w3"]) == 4


def test_it_follows_into_a_what_if() -> None:
    explanation = explained("stopped").with_hidden("w1")
    quiz = explanation.quiz()
    lifted = explanation.recompute(lifted=["stop"])
    quiz.follow(lifted)
    assert quiz.check("w1", "None").kind == "none_for_number"
    assert quiz.check("w1", "[5, 6]")


def test_weights_moved_in_the_panel_are_not_those_of_ones() -> None:
    x = tf.Variable([2.0, 3.0])
    explanation = explain(x * 10.0, x, names={"x": x}).recompute(weights={"x · 10": [7.0, 9.0]})
    quiz = explanation.quiz("x")
    assert quiz.check("x", "[10, 10]").kind == "default_seed"
    assert quiz.check("x", "[70, 90]")


def test_random_numbers_are_those_of_the_explanation() -> None:
    x = tf.Variable([2.0, 3.0])
    noise = tf.random_normal([2])
    explanation = explain(x * noise * [5.0, 7.0], x, names={"x": x, "noise": noise})
    (gradient,) = explanation.gradients
    assert gradient is not None
    quiz = explanation.quiz("x")
    assert quiz.check("x", gradient / [5.0, 7.0]).kind == "upstream"
    assert quiz.check("x", -gradient).kind == "sign"
    assert quiz.check("x", gradient)


def test_asking_leaves_no_trace_in_the_learners_graph_nor_in_the_explanation() -> None:
    x = tf.Variable(3.0)
    explanation = explain(x * x + tf.stop_gradient(x), x, names={"x": x}, views=["graph", "table", "steps"])
    before, text = tf.get_default_graph().version, explanation.text()
    quiz = explanation.quiz()
    for answer in ("3", "7", "12", "[1]"):
        quiz.check("x", answer)
    assert tf.get_default_graph().version == before
    assert explanation.recompute(inputs={"x": 3.0}).text() == text


def test_the_gradient_of_what_cannot_be_told_apart_is_not_named_while_it_is_hidden() -> None:
    # w1 and w4 stand to be predicted too: that an answer is right for them is not said.
    explanation = explained("sums").with_hidden(["w1", "w2", "w3", "w4"])
    assert "w4" not in explanation.quiz().check("w2", "[3, 4]").hint
    assert "w4" in explained("sums").with_hidden("w2").quiz().check("w2", "[3, 4]").hint


# Any program


@pytest.mark.parametrize("case", CALLING, ids=lambda case: case["id"])
def test_whatever_is_answered_about_any_program_is_judged(case: dict[str, Any]) -> None:
    with tf.Graph().as_default():
        calls, _, feeds = calls_of(case)
        for call in calls:
            explanation = explain_call(call, feed_dict=feeds)
            for row, gradient in zip(explanation.view.rows, explanation.gradients, strict=True):
                quiz = explanation.quiz(row.name)
                for answer in ("None", "0", "-1", "12345.5", "[1, 2]", "[[3]]"):
                    assert quiz.check(row.name, answer).kind in ("right", *KINDS)
                if row.gradient.state is not State.NOT_COMPUTED:
                    assert quiz.check(row.name, gradient)


# What is asked while something is missing


def test_while_a_value_is_missing_nothing_is_judged_and_nothing_counts() -> None:
    x, k = tf.Variable([1.0, 2.0], name="x"), tf.placeholder(tf.float32, [2], name="k")
    quiz = explain(x * k, [x], language="en").quiz()
    verdict = quiz.check("x", [1.0, 2.0])
    assert (verdict.right, verdict.kind) == (False, "not_computed")
    assert quiz.give_up("x") == "…"


def test_the_weights_of_a_y_that_no_x_reaches_may_be_missing_too() -> None:
    x, y, k = tf.Variable([1.0], name="x"), tf.constant([3.0]), tf.placeholder(tf.float32, [1])
    call = {"grad_ys": [k, k], "names": {"y": y}, "language": "en"}
    assert explain([y, y], [x], **call).quiz(["y"]).check("y", [2.0]).kind == "not_computed"
    assert explain([y, y], [x], feed_dict={k: [1.0]}, **call).quiz(["y"]).check("y", [2.0]).right


def test_with_very_many_paths_none_is_counted_twice_or_forgotten_in_a_hint() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = x
    for _ in range(8):
        y = y + y
    quiz = explain(y, [x], language="en").quiz()
    assert quiz.check("x", [1.0, 1.0]).kind == "factor"
    assert quiz.check("x", [256.0, 256.0]).right


def test_of_two_stops_one_behind_the_other_only_both_can_be_forgotten() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    first = tf.stop_gradient(x)
    second = tf.stop_gradient(first)
    names = {"first": first, "second": second}
    verdict = explain(second * 3.0 + x * 2.0, [x], names=names, language="en").quiz().check("x", [5.0, 5.0])
    assert verdict.kind == "stop_ignored"
    assert "first and second" in str(verdict)


def test_the_weights_of_complex_ys_cannot_be_forgotten() -> None:
    x = tf.Variable(np.array([1 + 1j, 2], np.complex64), name="x")
    y, size = x * x, tf.abs(x)
    weights = [tf.constant([1 + 0j, 2 + 0j], tf.complex64), tf.constant([5.0, 5.0])]
    quiz = explain([y, size], [x], grad_ys=weights, names={"y": y, "size": size}, language="en").quiz()
    without_size = 2 * np.conj([1 + 1j, 2]) * [1, 2] + np.array([1 + 1j, 2]) / np.abs([1 + 1j, 2])
    assert quiz.check("x", without_size).kind == "default_seed"
    assert not quiz.check("x", [7.0, 7.0]).right


def test_what_only_the_program_itself_could_run_gives_no_hint() -> None:
    @tf.custom_gradient
    def outside(x: tf.Tensor) -> Any:
        return tf.py_func(lambda array: array, [x], tf.float32), lambda g: g * 3.0

    x = tf.Variable([1.0, 2.0], name="x")
    y = outside(x)
    quiz = explain(y, [x], grad_ys=[tf.constant([1.0, 10.0])], names={"y": y}, language="en").quiz()
    assert not quiz.check("x", [3.0, 3.0]).right
    assert quiz.check("x", [3.0, 30.0]).right


def test_a_matrix_product_behind_which_nothing_passes_may_lack_its_factor() -> None:
    x, k = tf.Variable([[1.0, 2.0]], name="x"), tf.placeholder(tf.float32, [2, 2], name="k")
    quiz = explain(tf.matmul(tf.floor(x), k) + x * 3.0, [x], language="en").quiz()
    assert quiz.check("x", [[-3.0, -3.0]]).kind == "sign"
    assert quiz.check("x", [[3.0, 3.0]]).right


def test_three_dots_are_no_answer_yet() -> None:
    x = tf.Variable(3.0, name="x")
    quiz = explain(x * x, x, language="en").quiz()
    assert quiz.check("x", ...).kind == "not_tried"
    assert repr(quiz).endswith("x: ?, 0 attempts")


def test_where_one_stop_behind_another_keeps_all_out_only_both_can_be_forgotten() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    first = tf.stop_gradient(x)
    second = tf.stop_gradient(first)
    quiz = explain(second * 3.0, [x], names={"first": first, "second": second}, language="en").quiz()
    verdict = quiz.check("x", [3.0, 3.0])
    assert verdict.kind == "stop_ignored"
    assert "first and second" in str(verdict)
    assert quiz.check("x", "None").right
