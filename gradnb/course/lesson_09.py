"""The exercises of lesson 9, gradients of gradients."""

from __future__ import annotations

from typing import Any

import gradnb as tf
from gradnb.engine.tensor import Tensor
from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_THE_SLOPE = Words(
    en="6 is the slope at 1. Divide it by the curvature, and go that far down.",
    zh="6 是 1 处的坡度。把它除以曲率，再往下走那么远。",
)
_THE_STEP = Words(
    en="That is how far you go. You started from 1, and you go down.",
    zh="那是走的距离。你从 1 出发，而且是往下走。",
)
_UPHILL = Words(
    en="You went up: a slope of +6 means that down is to the left.",
    zh="你往上走了：坡度为 +6，下坡在左边。",
)
_WHOLE_SLOPE = Words(
    en="That is a step of the whole slope, a learning rate of 1. Divide the slope by the curvature first.",
    zh="这一步走了整个坡度，相当于学习率为 1。先用坡度除以曲率。",
)
_STEP_FORMULA = Words(
    en="The slope is 2·x + 4 and the curvature 2. New place = place − slope / curvature, at x = 1.",
    zh="坡度是 2·x + 4，曲率是 2。新位置 = 位置 − 坡度 / 曲率，在 x = 1 处代入。",
)


def _newton(answer: Any) -> Words | None:
    found = float(numbers(answer, ()))
    hints = {6.0: _THE_SLOPE, 3.0: _THE_STEP, -3.0: _THE_STEP, 4.0: _UPHILL, -5.0: _WHOLE_SLOPE}
    return None if found == -2 else hints.get(found, _STEP_FORMULA)


_A_FUNCTION = Words(
    en="This exercise asks for a function of x, such as lambda x: tf.square(x).",
    zh="这道题要的是 x 的函数，例如 lambda x: tf.square(x)。",
)
_A_NUMBER = Words(
    en="The function should give back a single number that is computed from x.",
    zh="这个函数应当返回由 x 算出的一个数。",
)
_NO_CURVATURE = Words(
    en="Its curvature is None: no x is left in the gradient. Let x be multiplied by itself.",
    zh="它的曲率是 None：梯度里已经没有 x 了。让 x 与自己相乘。",
)
_NOT_FLAT = Words(
    en="The curvature is 4, but the function isn't flat at 1. Move its lowest point there: x − 1 instead of x.",
    zh="曲率是 4，可是函数在 1 处并不平。把最低点移到那里：用 x − 1 代替 x。",
)
_OTHER_CURVATURE = Words(
    en="It is flat at 1, as it should be, but bends too much or too little. The square of x − 1 has the curvature 2.",
    zh="在 1 处确实是平的，但弯得太多或太少。x − 1 的平方，曲率是 2。",
)
_UPSIDE_DOWN = Words(
    en="It is flat at 1, and its curvature is −4: a hilltop. Turn it over.",
    zh="在 1 处是平的，但曲率是 −4，是个山顶。把它翻过来。",
)
_NEITHER = Words(
    en="Neither is right yet. Begin with a parabola whose lowest point is at 1.",
    zh="两样都还不对。先写一条最低点在 1 处的抛物线。",
)


def _a_valley(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_A_FUNCTION)
    with tf.Graph().as_default() as graph:
        x = tf.Variable(1.0)
        y = answer(x)
        if not isinstance(y, Tensor) or y.shape.as_list() != []:
            return _A_NUMBER
        slope = tf.gradients(y, [x])[0]
        curvature = None if slope is None else tf.gradients(slope, [x])[0]
        if curvature is None:
            return _NO_CURVATURE
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            flat, bend = (round(float(number), 4) for number in session.run([slope, curvature]))
    if flat == 0:
        return {4.0: None, -4.0: _UPSIDE_DOWN}.get(bend, _OTHER_CURVATURE)
    return _NOT_FLAT if bend == 4 else _NEITHER


_FIRST_ROW = Words(
    en="These pick the first row. The second one belongs to the second slope, f_b.",
    zh="这样取出的是第一行。第二行属于第二个坡度 f_b。",
)
_BOTH_ROWS = Words(
    en="With a weight on both slopes you get both rows, added. One of them must not count.",
    zh="两个坡度都有权重，得到的是两行之和。其中一个不该算。",
)
_THE_ROW = Words(
    en="That is the row itself. You were asked for the weights that pick it out.",
    zh="那是这一行本身。题目问的是把它取出来的权重。",
)
_SCALED = Words(
    en="The right row, multiplied by a number. Let the slope count once.",
    zh="行取对了，却乘上了一个数。让这个坡度只算一次。",
)


def _second_row(answer: Any) -> Words | None:
    first, second = numbers(answer, (2,)).tolist()
    if (first, second) == (2, 0):
        return _THE_ROW
    if first == 0:
        return None if second == 1 else _SCALED
    return _FIRST_ROW if second == 0 else _BOTH_ROWS


EXERCISES = (
    Exercise(
        "9.1",
        judge=_newton,
        praise=Words(
            en="Yes: 1 − 6/2 = −2, and that is the lowest point: for a parabola one step is enough.",
            zh="对：1 − 6/2 = −2，正是最低点。对抛物线，一步就够。",
        ),
        right=(-2, -2.0),
        wrong=(
            (6, _THE_SLOPE),
            (3, _THE_STEP),
            (4, _UPHILL),
            (-5, _WHOLE_SLOPE),
            (0, _STEP_FORMULA),
        ),
    ),
    Exercise(
        "9.2",
        judge=_a_valley,
        praise=Words(
            en="Yes: flat at 1, and the slope grows by 4 with each unit.",
            zh="对：在 1 处是平的，每走一个单位坡度增加 4。",
        ),
        right=(lambda x: 2.0 * tf.square(x - 1.0), lambda x: 2.0 * x * x - 4.0 * x),
        wrong=(
            (lambda x: 4.0 * x, _NO_CURVATURE),
            (lambda x: 2.0 * tf.square(x), _NOT_FLAT),
            (lambda x: tf.square(x - 1.0), _OTHER_CURVATURE),
            (lambda x: -2.0 * tf.square(x - 1.0), _UPSIDE_DOWN),
            (lambda x: x * x, _NEITHER),
            (lambda x: 4.0, _A_NUMBER),
            (4.0, _A_FUNCTION),
        ),
    ),
    Exercise(
        "9.3",
        judge=_second_row,
        praise=Words(
            en="Yes: a weight of 1 on f_b alone gives its row, (2, 0).",
            zh="对：只在 f_b 上放权重 1，得到的就是它那一行 (2, 0)。",
        ),
        right=([0, 1], (0.0, 1.0)),
        wrong=(([1, 0], _FIRST_ROW), ([1, 1], _BOTH_ROWS), ([2, 0], _THE_ROW), ([0, 2], _SCALED)),
    ),
)
