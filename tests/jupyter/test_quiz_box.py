"""The quiz with widgets: answers are checked on Enter and by button, and no state holds what is still to be found."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

import ipywidgets as widgets
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb.explanation import Explanation
from gradnb.jupyter.quiz_box import QuizBox
from tests.view.quiz_bank import stopped, sums


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


@pytest.fixture
def hidden() -> Explanation:
    return sums(hide=["w3", "w4"], language="en")


def everything(widget: widgets.Widget) -> list[widgets.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


def states(box: QuizBox) -> str:
    """Return the whole state that a notebook would save of these widgets."""
    return json.dumps([widget.get_state() for widget in everything(box)], default=repr, ensure_ascii=False)


def type_in(box: QuizBox, name: str, answer: str) -> None:
    """Type an answer and press Enter, as the front end reports it."""
    field = box.questions[name].field
    field.value = answer
    field._handle_custom_msg({"event": "submit"}, [])


def words(box: QuizBox, name: str) -> str:
    return re.sub("<[^>]*>", "", box.questions[name].verdict.value)


def progress(box: QuizBox) -> str:
    return re.sub("<[^>]*>", "", box.children[0].value)


def test_each_hidden_gradient_has_a_field_with_a_name(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    fields = [widget.description for widget in everything(box) if isinstance(widget, widgets.Text)]
    assert fields == ["your prediction: gradient of w3", "your prediction: gradient of w4"]
    names = [widget.description for widget in everything(box) if isinstance(widget, widgets.Button)]
    assert len(set(names)) == len(names)
    assert all(widget.tooltip for widget in everything(box) if isinstance(widget, widgets.Button))


def test_enter_checks_the_answer_and_says_so_in_words(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    assert progress(box) == "Predict first, then look: 0 of 2 right"
    type_in(box, "w3", "[1, 2]")
    assert words(box, "w3").startswith("✗ What comes from y2 is missing.")
    assert 'role="status"' in box.questions["w3"].verdict.value
    type_in(box, "w3", "[4, 6]")
    assert words(box, "w3") == "✓ Right: that is the gradient of w3."
    assert progress(box) == "Predict first, then look: 1 of 2 right"
    assert box.questions["w3"].field.disabled
    assert box.questions["w3"].button.disabled
    assert not box.questions["w4"].field.disabled
    type_in(box, "w4", "3 4")
    assert progress(box) == "All done: 2 of 2 right"


def test_the_button_does_the_same(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    box.questions["w4"].field.value = "【3，4】"
    box.questions["w4"].button.click()
    assert words(box, "w4").startswith("✓")


def test_other_messages_of_a_field_check_nothing(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    box.questions["w3"].field._handle_custom_msg({"event": "focus"}, [])
    assert words(box, "w3") == ""
    assert not box.quiz.answers["w3"]


def test_the_panel_is_told_what_was_found(hidden: Explanation) -> None:
    told: list[tuple[str, ...]] = []
    box = QuizBox(hidden.quiz(), on_reveal=told.append, attempts=1)
    for name, answer in (("w4", "[1, 2]"), ("w4", "[3, 4]"), ("w3", "[0, 1]")):
        type_in(box, name, answer)
    assert told == [("w4",)]
    box.questions["w3"].show_button.click()
    assert told == [("w4",), ("w3", "w4")]


def test_no_state_holds_an_answer_until_it_is_found(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    answers = ("[4. 6.]", "[4.0, 6.0]", "4. 6.", "[3. 4.]", "[3.0, 4.0]", "3. 4.")
    for answer in ("", "[9, 9]", "[1, 2]", "None", "[-4, -6]", "[4, 7]", "nonsense"):
        type_in(box, "w3", answer)
        assert not [found for found in answers if found in states(box)]
    box.show_answer("w3")
    assert words(box, "w3") == "The gradient of w3 is [4. 6.]."
    assert [found for found in answers[3:] if found in states(box)] == []


def test_an_answer_is_shown_only_after_enough_wrong_ones(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz(), attempts=2)
    question = box.questions["w3"]
    for answer, is_offered in (("[1, 2]", False), ("nonsense", False), ("[2, 2]", True)):
        type_in(box, "w3", answer)
        assert (question.show_button.layout.display is None) is is_offered
        if not is_offered:
            box.show_answer("w3")
            assert box.quiz.revealed == ()
    question.show_button.click()
    assert words(box, "w3") == "The gradient of w3 is [4. 6.]."
    assert (box.quiz.revealed, box.quiz.right) == (("w3",), ())
    assert question.show_button.layout.display == "none"


def test_a_teacher_can_forbid_it(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz(), attempts=0, give_up=False)
    type_in(box, "w3", "[1, 2]")
    assert box.questions["w3"].show_button.layout.display == "none"
    box.show_answer("w3")
    assert box.quiz.revealed == ()


def test_results_are_exported_as_json_without_answers(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz(), about={"exercise": "2.1"})
    type_in(box, "w3", "[1, 2]")
    button = next(
        widget for widget in everything(box) if isinstance(widget, widgets.Button) and widget.icon == "download"
    )
    (area,) = [widget for widget in everything(box) if isinstance(widget, widgets.Textarea)]
    assert area.value == ""
    button.click()
    type_in(box, "w3", "[4, 6]")
    found = json.loads(area.value)
    assert found["exercise"] == "2.1"
    assert found["gradients"][0] == {
        "name": "w3",
        "attempts": 2,
        "right": True,
        "shown": False,
        "hints": ["forgotten_path"],
    }
    (link,) = [widget.value for widget in everything(box) if "download=" in str(getattr(widget, "value", ""))]
    data = re.search('base64,([^"]*)', link)
    assert data is not None
    assert base64.b64decode(data[1]).decode() == area.value
    button.click()
    assert box.children[-1].layout.display == "none"


def test_it_follows_numbers_that_move(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    type_in(box, "w4", "[3, 4]")
    type_in(box, "w3", "[1, 2]")
    box.follow(hidden.recompute(weights={"y1": [10.0, 20.0]}))
    assert words(box, "w3") == ""
    assert words(box, "w4").startswith("✓")
    type_in(box, "w3", "[13, 24]")
    assert words(box, "w3").startswith("✓")


def test_a_hint_stays_while_its_numbers_do(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz(), on_reveal=lambda names: box.follow(hidden.with_hidden("w3")))
    type_in(box, "w3", "[1, 2]")
    type_in(box, "w4", "[3, 4]")
    assert words(box, "w3").startswith("✗ What comes from y2 is missing.")
    box.follow(hidden.recompute(inputs={"w1": [9.0, 9.0]}))
    assert words(box, "w3")


def test_none_is_an_answer() -> None:
    box = QuizBox(stopped(hide="w1", language="en").quiz())
    type_in(box, "w1", "[5, 6]")
    assert "stop at stop" in words(box, "w1")
    type_in(box, "w1", "None")
    assert progress(box) == "All done: 1 of 1 right"


def test_in_chinese() -> None:
    box = QuizBox(sums(hide="w3", language="zh").quiz())
    assert box.questions["w3"].field.description == "你的预测：w3 的梯度"
    assert progress(box) == "先预测，再看答案： 共 1 题，答对 0 题"
    type_in(box, "w3", "【1，2】")
    assert words(box, "w3").startswith("✗ 漏了从 y2 传来的部分。")


def test_names_and_answers_are_text_and_no_code() -> None:
    w = tf.Variable(2.0)
    box = QuizBox(tf.explain(w * 3.0, w, names={"<b>w</b>": w}, hide="<b>w</b>", language="en").quiz(), attempts=1)
    type_in(box, "<b>w</b>", "<script>alert(1)</script>")
    type_in(box, "<b>w</b>", "2")
    box.show_answer("<b>w</b>")
    values = [widget.value for widget in everything(box) if isinstance(widget, widgets.HTML)]
    assert not [value for value in values if "<script" in value or "<b>w" in value]


def test_its_text_is_the_same_everywhere(hidden: Explanation) -> None:
    box = QuizBox(hidden.quiz())
    assert repr(box) == "0 of 2 right · w3: ?, 0 attempts · w4: ?, 0 attempts"
