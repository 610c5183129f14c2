"""The exercises of lesson 3, stopping the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine.tensor import Tensor
from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_IGNORED = Words(
    en="That would be it without the stop. Behind the wall w counts as a constant: w + 1 is held at 6.",
    zh="没有截断时才是这样。墙后的 w 当作常量：w + 1 固定为 6。",
)
_WRONG_SIDE = Words(
    en="That is what would have come through the wall. What comes the other way, through 2w?",
    zh="这是本来要穿过墙的那一份。走另一条路，也就是经过 2w 的，是多少？",
)
_WITHOUT_TWO = Words(
    en="6 arrives at 2w. One more step: from there to w.",
    zh="到达 2w 的是 6。还差一步：从那里到 w。",
)
_A_VALUE = Words(
    en="60 is the value of y. The stop leaves that as it is; the question is for the gradient.",
    zh="60 是 y 的值，截断不改变它。问的是梯度。",
)
_A_PATH_IS_LEFT = Words(
    en="A wall stands on one of the two ways only. The other one is open.",
    zh="墙只立在两条路中的一条上，另一条是通的。",
)
_BY_PARTS = Words(
    en="Hold w + 1 at 6. Then y = 2w · 6, and that is a straight line.",
    zh="把 w + 1 固定为 6，那么 y = 2w · 6，就是一条直线。",
)


def _with_one_wall(answer: Any) -> Words | None:
    if answer is None:
        return _A_PATH_IS_LEFT
    found = float(numbers(answer, ()))
    hints = {22.0: _IGNORED, 10.0: _WRONG_SIDE, 6.0: _WITHOUT_TWO, 60.0: _A_VALUE, 0.0: _A_PATH_IS_LEFT}
    return None if found == 12 else hints.get(found, _BY_PARTS)


_A_FUNCTION = Words(
    en="This exercise asks for a function of one tensor, such as lambda x: tf.square(x).",
    zh="这道题要的是一个张量的函数，例如 lambda x: tf.square(x)。",
)
_A_TENSOR = Words(
    en="The function should give back a tensor of the shape of its input.",
    zh="这个函数应当返回与输入同形的张量。",
)
_OTHER_VALUE = Words(
    en="The value was to be x². A stop never changes a value, so you can have both.",
    zh="值应当是 x²。截断从不改变值，所以两样可以兼得。",
)
_STOPPED_ALL = Words(
    en="The value is right, but nothing comes back: the gradient is None. Leave one of the two factors free.",
    zh="值对了，但什么也没有传回来：梯度是 None。两个因子里要留一个不截断。",
)
_NOT_STOPPED = Words(
    en="The value is right, and the gradient is 2x still. Write x² as a product, and hold one factor fixed.",
    zh="值对了，但梯度仍是 2x。把 x² 写成两个因子的乘积，固定住其中一个。",
)
_OTHER_GRADIENT = Words(
    en="The value is right. The gradient is neither 2x nor x: try it at x = 1.5 by hand.",
    zh="值对了。梯度既不是 2x，也不是 x：在 x = 1.5 处动手算一算。",
)

_PLACES = np.array([1.5, -2.0], np.float32)


def _half_the_gradient(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_A_FUNCTION)
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [2])
        y = answer(x)
        if not isinstance(y, Tensor) or y.shape.as_list() != [2]:
            return _A_TENSOR
        gradient = tf.gradients(y, [x])[0]
        with tf.Session(graph=graph) as session:
            value, found = session.run([y, y if gradient is None else gradient], {x: _PLACES})
    if not np.allclose(value, _PLACES**2):
        return _OTHER_VALUE
    if gradient is None:
        return _STOPPED_ALL
    if np.allclose(found, _PLACES):
        return None
    return _NOT_STOPPED if np.allclose(found, 2 * _PLACES) else _OTHER_GRADIENT


EXERCISES = (
    Exercise(
        "3.1",
        judge=_with_one_wall,
        praise=Words(
            en="Yes: w + 1 is held at 6, so y climbs as 2w · 6 does.",
            zh="对：w + 1 固定为 6，所以 y 升得和 2w · 6 一样快。",
        ),
        right=(12, 12.0),
        wrong=(
            (22, _IGNORED),
            (10, _WRONG_SIDE),
            (6, _WITHOUT_TWO),
            (60, _A_VALUE),
            (None, _A_PATH_IS_LEFT),
            (0, _A_PATH_IS_LEFT),
            (7, _BY_PARTS),
        ),
    ),
    Exercise(
        "3.2",
        judge=_half_the_gradient,
        praise=Words(
            en="Yes: the value of x², with the gradient of one factor only.",
            zh="对：值是 x²，梯度却只算了一个因子。",
        ),
        right=(lambda x: x * tf.stop_gradient(x), lambda x: (tf.square(x) + tf.stop_gradient(tf.square(x))) / 2.0),
        wrong=(
            (lambda x: tf.square(x), _NOT_STOPPED),
            (lambda x: tf.stop_gradient(x * x), _STOPPED_ALL),
            (lambda x: tf.square(x) / 2.0, _OTHER_VALUE),
            (lambda x: x + tf.stop_gradient(x * x - x), _OTHER_GRADIENT),
            (lambda x: tf.reduce_sum(x * x), _A_TENSOR),
            (3.0, _A_FUNCTION),
        ),
    ),
)
