"""The exercises of lesson 10, gradients of your own."""

from __future__ import annotations

from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine.tensor import Tensor
from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_A_FUNCTION = Words(
    en="This exercise asks for a function of one tensor, such as lambda x: tf.identity(x).",
    zh="这道题要的是一个张量的函数，例如 lambda x: tf.identity(x)。",
)
_A_TENSOR = Words(
    en="The function should give back a tensor of the shape of its input.",
    zh="这个函数应当返回与输入同形的张量。",
)
_FORWARD = Words(
    en="The gradient is doubled, but the value too. On the way forward nothing may change.",
    zh="梯度是加倍了，值也跟着变了。往前走时什么都不能变。",
)
_NOTHING_COMES = Words(
    en="The value is right, and nothing comes back: the gradient is None. A wall everywhere is one too many.",
    zh="值对了，却什么也没传回来：梯度是 None。处处立墙，墙就多了。",
)
_UNCHANGED = Words(
    en="The value is right, but the gradient comes back as it was. Let the rule return 2 · upstream.",
    zh="值对了，但梯度原样回来了。让规则返回 2 · upstream。",
)
_OTHER_GRADIENT = Words(
    en="The value is right; the gradient is neither as it was nor doubled. What does your rule return?",
    zh="值对了；梯度既不是原样，也不是两倍。看看规则返回的是什么。",
)


def _doubled(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_A_FUNCTION)
    start = np.array([1.5, -2.0], np.float32)
    with tf.Graph().as_default() as graph:
        x = tf.Variable(start)
        y = answer(x.value())
        if not isinstance(y, Tensor) or y.shape.as_list() != [2]:
            return _A_TENSOR
        gradient = tf.gradients(y, [x])[0]
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            value = session.run(y)
            found = None if gradient is None else session.run(gradient)
    if not np.allclose(value, start):
        return _FORWARD
    if found is None:
        return _NOTHING_COMES
    if np.allclose(found, 2):
        return None
    return _UNCHANGED if np.allclose(found, 1) else _OTHER_GRADIENT


@tf.custom_gradient
def _with_a_rule(x: Any) -> Any:
    return tf.identity(x), lambda upstream: 2.0 * upstream


_BY_VALUE = Words(
    en="That is clipping by value. By norm the direction stays: both numbers shrink by the same factor.",
    zh="这是按值裁剪。按范数裁剪方向不变：两个数缩小同样的倍数。",
)
_LENGTH_ONE = Words(
    en="The direction is right, the length is 1. It was to be clipped to 5.",
    zh="方向对了，长度却是 1。题目要裁剪到 5。",
)
_NOT_CLIPPED = Words(
    en="Its length is 10, more than 5. It has to become shorter.",
    zh="它的长度是 10，超过了 5，应当缩短。",
)
_THE_LENGTH = Words(
    en="Mind the length: √(6² + 8²) = 10. Which factor makes 5 out of it?",
    zh="注意长度：√(6² + 8²) = 10。乘多少才变成 5？",
)


def _clipped(answer: Any) -> Words | None:
    found = numbers(answer, (2,))
    for right, hint in (([5, 5], _BY_VALUE), ([0.6, 0.8], _LENGTH_ONE), ([6, 8], _NOT_CLIPPED)):
        if np.allclose(found, right):
            return hint
    return None if np.allclose(found, [3, 4]) else _THE_LENGTH


_SIGN = Words(
    en="The size is right. A reversal turns the sign.",
    zh="大小对了。反转是要变号的。",
)
_NO_HALF = Words(
    en="The sign is right; what becomes of the half?",
    zh="符号对了；那个二分之一呢？",
)
_FORGOT_THREE = Words(
    en="That is the rule for an upstream of 1. What arrives at the reversal is 3.",
    zh="这是上游梯度为 1 时的结果。到达反转处的是 3。",
)
_VALUE_RULE = Words(
    en="Walk back: the product hands 3 to the reversal, and the reversal makes −½ of it.",
    zh="往回走：乘积把 3 交给反转，反转再乘上 −½。",
)


def _reversed(answer: Any) -> Words | None:
    found = float(numbers(answer, ()))
    hints = {1.5: _SIGN, -3.0: _NO_HALF, -0.5: _FORGOT_THREE}
    return None if found == -1.5 else hints.get(found, _VALUE_RULE)


EXERCISES = (
    Exercise(
        "10.1",
        judge=_doubled,
        praise=Words(
            en="Yes: the same value forward, twice the gradient back.",
            zh="对：往前值不变，往回梯度加倍。",
        ),
        right=(_with_a_rule, lambda x: 2.0 * x - tf.stop_gradient(x)),
        wrong=(
            (lambda x: 2.0 * x, _FORWARD),
            (lambda x: tf.stop_gradient(x), _NOTHING_COMES),
            (lambda x: tf.identity(x), _UNCHANGED),
            (lambda x: 3.0 * x - tf.stop_gradient(2.0 * x), _OTHER_GRADIENT),
            (lambda x: tf.reduce_sum(x), _A_TENSOR),
            (2.0, _A_FUNCTION),
        ),
    ),
    Exercise(
        "10.2",
        judge=_clipped,
        praise=Words(
            en="Yes: half as long, and in the same direction.",
            zh="对：长度减半，方向不变。",
        ),
        right=([3, 4], (3.0, 4.0)),
        wrong=(([5, 5], _BY_VALUE), ([0.6, 0.8], _LENGTH_ONE), ([6, 8], _NOT_CLIPPED), ([1, 3], _THE_LENGTH)),
    ),
    Exercise(
        "10.3",
        judge=_reversed,
        praise=Words(
            en="Yes: 3 arrives, and −½ of it is passed on.",
            zh="对：到来的是 3，往下传的是它的 −½。",
        ),
        right=(-1.5,),
        wrong=((1.5, _SIGN), (-3, _NO_HALF), (-0.5, _FORGOT_THREE), (3, _VALUE_RULE)),
    ),
)
