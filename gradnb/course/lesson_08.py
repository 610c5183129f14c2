"""The exercises of lesson 8, gradients that are None, zero or NaN."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine.tensor import Tensor
from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_ALL_OF_THEM = Words(
    en="Above that number every example gets through. One is enough: which of them gets through first?",
    zh="大于这个数时，每个样本都能通过。只要一个就够：最先通过的是哪个？",
)
_TURNED = Words(
    en="The size is right, the sign isn't: the examples are positive, and b may take that much away from them.",
    zh="大小对了，符号不对：样本都是正的，b 最多可以从中减去这么多。",
)
_AS_IT_IS = Words(
    en="That is where b is now. A little above it, the largest example still comes to about −4.",
    zh="b 现在就在那里。比它大一点点时，最大的样本还只有 −4 左右。",
)
_WHERE_POSITIVE = Words(
    en="Which of the examples 2, 4, 6 makes example + b largest? It is positive as soon as b is greater than …",
    zh="2、4、6 之中，哪个使“样本 + b”最大？b 大于多少，它就是正的？",
)


def _revived(answer: Any) -> Words | None:
    found = float(numbers(answer, ()))
    hints = {-2.0: _ALL_OF_THEM, 6.0: _TURNED, -10.0: _AS_IT_IS}
    return None if found == -6 else hints.get(found, _WHERE_POSITIVE)


_A_FUNCTION = Words(
    en="This exercise asks for a function of one tensor: answer = lambda x: …",
    zh="这道题要的是一个张量的函数：answer = lambda x: ……",
)
_A_TENSOR = Words(
    en="The function should give back a tensor of the shape of x.",
    zh="这个函数应当返回与 x 同形的张量。",
)
_VALUE_AT_ZERO = Words(
    en="At x = 0 the value was to be 0. Yours is another one.",
    zh="x = 0 时值应当是 0，你的不是。",
)
_OTHER_VALUES = Words(
    en="For x other than 0 the value was to stay 1/x. Yours has changed: try x = 0.5 and x = −4.",
    zh="x 不为 0 时值应当仍是 1/x。你的变了，用 x = 0.5 和 x = −4 试试。",
)
_NO_GRADIENT = Words(
    en="No NaN any more, but no gradient either: it is None. Don't stop it, keep the bad number from arising.",
    zh="NaN 没有了，梯度也没有了：得到的是 None。不要截断它，而要让坏数根本不出现。",
)
_STILL_NAN = Words(
    en="The values are right, and the gradient at 0 is still NaN: 1/x is computed at 0, chosen or not. Mend the input.",
    zh="值对了，但 0 处的梯度仍是 NaN：不管选没选中，1/x 都在 0 处算了。要改的是输入。",
)
_OTHER_SLOPES = Words(
    en="The values are right and the gradient is finite; but at 0 it was to be 0, and elsewhere −1/x².",
    zh="值对了，梯度也是有限的；可是 0 处应当是 0，别处应当是 −1/x²。",
)

_PLACES = np.array([0.0, 0.5, -4.0, 0.001], np.float32)


def _mended(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_A_FUNCTION)
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [4])
        y = answer(x)
        if not isinstance(y, Tensor) or y.shape.as_list() != [4]:
            return _A_TENSOR
        gradient = tf.gradients(y, [x])[0]
        with tf.Session(graph=graph) as session:
            value, slope = session.run([y, y if gradient is None else gradient], {x: _PLACES})
    if value[0] != 0:
        return _VALUE_AT_ZERO
    if not np.allclose(value[1:], 1 / _PLACES[1:], rtol=1e-4):
        return _OTHER_VALUES
    if gradient is None:
        return _NO_GRADIENT
    if not np.isfinite(slope).all():
        return _STILL_NAN
    return None if slope[0] == 0 and np.allclose(slope[1:], -1 / _PLACES[1:] ** 2, rtol=1e-3) else _OTHER_SLOPES


def _sick(x: Any) -> Any:
    return tf.where(tf.equal(x, 0.0), tf.zeros_like(x), 1.0 / x)


def _with_a_harmless_input(x: Any) -> Any:
    is_zero = tf.equal(x, 0.0)
    return tf.where(is_zero, tf.zeros_like(x), 1.0 / tf.where(is_zero, tf.ones_like(x), x))


_THREE = Words(
    en="This exercise asks for a list of three: None without quotation marks, a number, or 'nan'.",
    zh="这道题要一个三项的列表：每一项写 None（不加引号）、一个数，或者 'nan'。",
)
_CAST = Words(
    en="Look at (a) again: the whole number in the middle carries no gradient, and nothing gets past it.",
    zh="再看 (a)：中间那个整数不带梯度，什么也过不去。",
)
_FLAT = Words(
    en="Look at (b) again: a path is there, so it isn't None. At x = 0 relu gets −1, and there it is flat.",
    zh="再看 (b)：路是有的，所以不是 None。x = 0 时 relu 的输入是 −1，那里是平的。",
)
_ROOT = Words(
    en="Look at (c) again: the slope of the root at 0 is infinite, and the slope of x² there is 0. What is ∞ · 0?",
    zh="再看 (c)：根号在 0 处的斜率是无穷大，x² 在那里的斜率是 0。∞ · 0 是多少？",
)


def _symptoms(answer: Any) -> Words | None:
    if isinstance(answer, str) or not isinstance(answer, list | tuple) or len(answer) != 3:
        raise NotAnAnswer(_THREE)
    cast, flat, root = map(_symptom, answer)
    if cast is not None:
        return _CAST
    if flat != 0:
        return _FLAT
    return None if root is not None and math.isnan(root) else _ROOT


def _symptom(word: Any) -> float | None:
    return None if word is None or str(word).strip().lower() == "none" else float(numbers(word, ()))


EXERCISES = (
    Exercise(
        "8.1",
        judge=_revived,
        praise=Words(
            en="Yes: the example 6 gets through first, as soon as 6 + b > 0.",
            zh="对：样本 6 最先通过，只要 6 + b > 0。",
        ),
        right=(-6, -6.0),
        wrong=((-2, _ALL_OF_THEM), (6, _TURNED), (-10, _AS_IT_IS), (0, _WHERE_POSITIVE)),
    ),
    Exercise(
        "8.2",
        judge=_mended,
        praise=Words(
            en="Yes: 1/x is never computed at 0, so there is nothing to go wrong on the way back.",
            zh="对：1/x 再也不在 0 处计算，回来的路上也就没有什么会出错。",
        ),
        right=(_with_a_harmless_input, lambda x: tf.div_no_nan(tf.ones_like(x), x)),
        wrong=(
            (_sick, _STILL_NAN),
            (lambda x: 1.0 / (x + 1e-6), _VALUE_AT_ZERO),
            (lambda x: x / (x * x + 1e-6), _OTHER_VALUES),
            (lambda x: tf.stop_gradient(_with_a_harmless_input(x)), _NO_GRADIENT),
            (lambda x: x * tf.stop_gradient(tf.square(_with_a_harmless_input(x))), _OTHER_SLOPES),
            (lambda x: tf.reduce_sum(_with_a_harmless_input(x)), _A_TENSOR),
            (1.0, _A_FUNCTION),
        ),
    ),
    Exercise(
        "8.3",
        judge=_symptoms,
        praise=Words(
            en="Yes: no path, a flat piece, and ∞ · 0. Three symptoms, three causes.",
            zh="对：没有路，平的一段，∞ · 0。三种症状，三种病因。",
        ),
        right=([None, 0, "nan"], (None, 0.0, math.nan), ["None", 0, "NaN"]),
        wrong=(
            ([0, 0, "nan"], _CAST),
            ([None, None, "nan"], _FLAT),
            ([None, 1, "nan"], _FLAT),
            ([None, 0, "inf"], _ROOT),
            ([None, 0, 1], _ROOT),
            ([None, 0, None], _ROOT),
            ([None, 0], _THREE),
        ),
    ),
)
