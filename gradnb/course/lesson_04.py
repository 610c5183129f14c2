"""The exercises of lesson 4, the chain rule as a sum over paths."""

from __future__ import annotations

from typing import Any

import gradnb as tf
from gradnb.engine.tensor import Tensor
from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_NO_FUNCTION = Words(
    en="This exercise asks for a function of x, such as lambda x: x + x.",
    zh="这道题要的是 x 的函数，例如 lambda x: x + x。",
)
_NO_TENSOR = Words(
    en="The function should give back a single number that is computed from x by TensorFlow's operations.",
    zh="这个函数应当返回由 x 经 TensorFlow 操作算出的一个数。",
)
_NO_PATH = Words(
    en="No path leads from x to that: its gradient is None. Let x itself go in.",
    zh="从 x 到它一条路也没有，梯度是 None。要让 x 本身参与计算。",
)
_OTHER_PATHS = Words(
    en="The gradient is 12, but the number of paths isn't three. Each place where x stands is the beginning of a path.",
    zh="梯度是 12，但路不是三条。x 每出现一次，就开始一条路。",
)
_OTHER_GRADIENT = Words(
    en="Three paths it has; their products don't add up to 12 yet. Which power of x has three factors?",
    zh="路是三条了，但乘积加起来还不是 12。x 的几次方有三个因子？",
)
_NEITHER = Words(
    en="Neither three paths nor a gradient of 12 yet. Begin with the paths: use x three times.",
    zh="路不是三条，梯度也不是 12。先从路入手：把 x 用三次。",
)


def _three_paths(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_NO_FUNCTION)
    with tf.Graph().as_default():
        x = tf.Variable(2.0, name="x")
        y = answer(x)
        if not isinstance(y, Tensor) or y.shape.as_list() != []:
            return _NO_TENSOR
        explanation = tf.explain(y, [x], names={"x": x}, views=["paths"])
        (gradient,) = explanation.gradients
        if gradient is None:
            return _NO_PATH
        paths = len(explanation.view.paths[0].paths)
    if abs(float(gradient) - 12) < 1e-4:
        return None if paths == 3 else _OTHER_PATHS
    return _OTHER_GRADIENT if paths == 3 else _NEITHER


_RIGHT_SUM = Words(
    en="37 is what += gives. With =, what has arrived before is overwritten.",
    zh="37 是 += 的结果。写成 =，先到的会被后到的覆盖掉。",
)
_FIRST = Words(
    en="1 is what comes first, straight from y. Others deliver later and overwrite it.",
    zh="1 是最先到的，直接来自 y。后面的会把它覆盖。",
)
_TWO_OF_THEM = Words(
    en="With = nothing is added, not even the two deliveries of b. Which single one comes last?",
    zh="写成 = 就什么也不加，连 b 送来的两份也不加。最后一份单独是多少？",
)
_NOT_LAST = Words(
    en="Only what is delivered last survives. Who is the last to deliver to x, and how much: its gradient times 2?",
    zh="只有最后送到的留得下来。最后给 x 送梯度的是谁？送来的是它的梯度乘 2，是多少？",
)


def _overwritten(answer: Any) -> Words | None:
    match float(numbers(answer, ())):
        case 12.0:
            return None
        case 37.0:
            return _RIGHT_SUM
        case 1.0:
            return _FIRST
        case 24.0:
            return _TWO_OF_THEM
        case _:
            return _NOT_LAST


_MULTIPLIED = Words(
    en="0.01 is what f's path brings. Another path leads from x to y: it goes straight into the sum.",
    zh="0.01 只是经过 f 的那条路送来的。从 x 到 y 还有一条路，直接进入加法。",
)
_STRAIGHT_ONLY = Words(
    en="1 comes by the straight path. Add what comes through f.",
    zh="1 是直接那条路送来的，再加上经过 f 的那一份。",
)
_SUBTRACTED = Words(
    en="Where paths meet, they are added: not subtracted.",
    zh="汇合处是相加，不是相减。",
)
_COUNT_PATHS = Words(
    en="Two paths: one brings the derivative of x with respect to x, the other 0.01. Where they meet …",
    zh="有两条路：一条送来 x 对 x 的导数，另一条送来 0.01。它们汇合时……",
)


def _residual(answer: Any) -> Words | None:
    found = float(numbers(answer, ()))
    if abs(found - 1.01) < 1e-6:
        return None
    for number, hint in ((0.01, _MULTIPLIED), (1.0, _STRAIGHT_ONLY), (0.99, _SUBTRACTED)):
        if abs(found - number) < 1e-6:
            return hint
    return _COUNT_PATHS


def _one_constant(x: Any) -> Any:
    return tf.constant(3.0)


EXERCISES = (
    Exercise(
        "4.1",
        judge=_three_paths,
        praise=Words(
            en="Yes: three paths, whose products add up to 12.",
            zh="对：三条路，乘积加起来正好是 12。",
        ),
        right=(lambda x: x * x * x, lambda x: 4.0 * (x + x + x), lambda x: 2 * x * x + 4 * x),
        wrong=(
            (lambda x: 12.0 * x, _OTHER_PATHS),
            (lambda x: x + x + x, _OTHER_GRADIENT),
            (lambda x: x * x, _NEITHER),
            (_one_constant, _NO_PATH),
            (lambda x: 12.0, _NO_TENSOR),
            (12, _NO_FUNCTION),
        ),
    ),
    Exercise(
        "4.2",
        judge=_overwritten,
        praise=Words(
            en="Yes: 12, from b's second input. The other 25 are lost, and no error says so.",
            zh="对：12，来自 b 的第二个输入。另外的 25 丢了，而且不会报任何错。",
        ),
        right=(12, 12.0),
        wrong=((37, _RIGHT_SUM), (1, _FIRST), (24, _TWO_OF_THEM), (6, _NOT_LAST), (0, _NOT_LAST)),
    ),
    Exercise(
        "4.3",
        judge=_residual,
        praise=Words(
            en="Yes: however little comes through f, the straight path brings a whole 1 along.",
            zh="对：无论经过 f 的有多少，直接的那条路总会送来完整的 1。",
        ),
        right=(1.01, 1 + 0.01),
        wrong=((0.01, _MULTIPLIED), (1, _STRAIGHT_ONLY), (0.99, _SUBTRACTED), (2, _COUNT_PATHS)),
    ),
)
