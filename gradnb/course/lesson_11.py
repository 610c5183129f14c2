"""The exercises of lesson 11, which is for teachers."""

from __future__ import annotations

from typing import Any

import gradnb as tf
from gradnb.exercises import Exercise, NotAnAnswer, Words, check
from gradnb.explanation import Explanation

_A_PAIR = Words(
    en="This exercise asks for two things: an explanation, and what the learner types. (tf.explain(y, [x]), '3')",
    zh="这道题要两样东西：一个 explanation，和学生填的答案。例如 (tf.explain(y, [x]), '3')。",
)
_ONE_GRADIENT = Words(
    en="Ask for one gradient only: one x, or one hidden name.",
    zh="只问一个梯度：一个 x，或者一个 hide 的名字。",
)
_RIGHT_ANSWER = Words(
    en="That answer is right. What would a learner get who overlooks one of the paths?",
    zh="这个答案是对的。漏看了一条路径的学生会得到什么？",
)
_ONE_PATH = Words(
    en="In this program only one path leads back to x, so none can be forgotten. Use x twice.",
    zh="这个程序里只有一条路径回到 x，漏不掉。让 x 用上两次。",
)
_ANOTHER_MISTAKE = Words(
    en="Wrong in another way: the hint was another one. Take the sum over all paths, and leave out one of its terms.",
    zh="错得不一样，得到的是别的提示。把所有路径之和写出来，再去掉其中一项。",
)


def _forgotten_path(answer: Any) -> Words | None:
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not isinstance(answer[0], Explanation):
        raise NotAnAnswer(_A_PAIR)
    explanation, typed = answer
    quiz = explanation.quiz()
    if len(quiz.names) != 1:
        return _ONE_GRADIENT
    verdict = quiz.check(quiz.names[0], typed)
    if verdict.right:
        return _RIGHT_ANSWER
    if verdict.kind == "forgotten_path":
        return None
    paths = explanation.partial_view(["paths"]).paths
    return _ONE_PATH if sum(len(found.paths) for found in paths) < 2 else _ANOTHER_MISTAKE


def _question(use: Any) -> Explanation:
    with tf.Graph().as_default():
        x = tf.Variable(3.0, name="x")
        return tf.explain(use(x), [x], names={"x": x})


def _question_about_two() -> Explanation:
    with tf.Graph().as_default():
        a, b = tf.Variable(3.0, name="a"), tf.Variable(4.0, name="b")
        return tf.explain(a * b, [a, b])


_AN_EXERCISE = Words(
    en="This exercise asks for an Exercise, with its judge, praise, right and wrong.",
    zh="这道题要的是一个 Exercise，写好 judge、praise、right 和 wrong。",
)
_TOO_FEW = Words(
    en="Give it at least one right answer and two wrong ones with different hints, so that it can be tested.",
    zh="至少给出一个正确答案，和两个提示各不相同的错误答案，这样才能测试它。",
)
_RIGHT_FAILS = Words(
    en="An answer that you list as right doesn't pass. Your judge returns None for what is right.",
    zh="你列为正确的答案没有通过。答对时，judge 要返回 None。",
)
_WRONG_PASSES = Words(
    en="An answer that you list as wrong passes. For it your judge has to return a hint.",
    zh="你列为错误的答案通过了。对它，judge 要返回一条提示。",
)
_OTHER_HINT = Words(
    en="A wrong answer gets another hint than the one that you list beside it.",
    zh="有个错误答案得到的提示，和你写在它旁边的不一样。",
)
_ANYTHING_PASSES = Words(
    en="Your examples are fine, but the word 'rubbish' passes too. Compare with what is right, not with what is wrong.",
    zh="你的例子都没问题，可是 'rubbish' 这个词也通过了。要和正确答案比，而不是只排除错误答案。",
)


def _an_exercise(answer: Any) -> Words | None:
    if not isinstance(answer, Exercise):
        raise NotAnAnswer(_AN_EXERCISE)
    if not answer.right or len({str(hint) for _, hint in answer.wrong}) < 2:
        return _TOO_FEW
    if not all(check(answer, right) for right in answer.right):
        return _RIGHT_FAILS
    for wrong, hint in answer.wrong:
        feedback = check(answer, wrong)
        if feedback:
            return _WRONG_PASSES
        if repr(feedback) != f"✗ {hint}":
            return _OTHER_HINT
    return _ANYTHING_PASSES if check(answer, "rubbish") else None


def _judge(answer: object) -> str | None:
    if answer == 6:
        return None
    return "That is the value." if answer == 9 else "Mind the sign." if answer == -6 else "Use the power rule."


def _own(judge: Any = _judge, right: tuple[Any, ...] = (6,), wrong: tuple[Any, ...] | None = None) -> Exercise:
    examples = ((9, "That is the value."), (-6, "Mind the sign.")) if wrong is None else wrong
    return Exercise("mine", judge, "Yes.", right, examples)


EXERCISES = (
    Exercise(
        "11.1",
        judge=_forgotten_path,
        praise=Words(
            en="Yes: your learner is told which path is missing, and you wrote no line of checking code.",
            zh="对：学生会被告知漏了哪条路径，而你一行批改代码也没有写。",
        ),
        right=(
            (_question(lambda x: x * x + x), "6"),
            (_question(lambda x: x * x + x), 1),
            [_question(lambda x: 2.0 * x + tf.square(x)), 2.0],
        ),
        wrong=(
            ((_question(lambda x: x * x + x), "7"), _RIGHT_ANSWER),
            ((_question(lambda x: 2.0 * x), "1"), _ONE_PATH),
            ((_question(lambda x: x * x + x), "-7"), _ANOTHER_MISTAKE),
            ((_question(lambda x: x * x + x), "None"), _ANOTHER_MISTAKE),
            ((_question_about_two(), "4"), _ONE_GRADIENT),
            ("6", _A_PAIR),
        ),
    ),
    Exercise(
        "11.2",
        judge=_an_exercise,
        praise=Words(
            en="Yes: what is right passes, each mistake gets its hint, and nonsense gets one as well.",
            zh="对：正确答案能通过，每种错误各有提示，乱写也会得到提示。",
        ),
        right=(_own(),),
        wrong=(
            (_own(right=()), _TOO_FEW),
            (_own(wrong=((9, "Wrong."), (-6, "Wrong."))), _TOO_FEW),
            (_own(right=(7,)), _RIGHT_FAILS),
            (_own(wrong=((9, "That is the value."), (6, "Mind the sign."))), _WRONG_PASSES),
            (_own(wrong=((9, "That is the value."), (-6, "Look again."))), _OTHER_HINT),
            (_own(lambda answer: _judge(answer) if answer in (9, -6) else None), _ANYTHING_PASSES),
            (6, _AN_EXERCISE),
        ),
    ),
)
