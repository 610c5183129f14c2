"""The exercises of lesson 5, shapes on the way back."""

from __future__ import annotations

from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine.tensor import Tensor
from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_A_SHAPE = Words(
    en="A shape is a tuple of whole numbers, such as (2, 3).",
    zh="形状是由整数组成的元组，例如 (2, 3)。",
)
_OF_THE_BATCH = Words(
    en="That is the shape of what arrives. The gradient has the shape of its variable; the rows have yet to be added.",
    zh="那是到来的梯度的形状。变量的梯度与变量同形，各行还没有加起来。",
)
_FLAT = Words(
    en="Ten numbers, right; but this bias was declared with an axis of size 1 in front, and its gradient keeps that.",
    zh="十个数，对了；可是这个偏置声明时前面有一个长度为 1 的轴，梯度也要保留它。",
)
_TURNED = Words(
    en="Ten numbers, but standing upright. The bias lies: one row, ten columns.",
    zh="十个数，却竖起来了。偏置是躺着的：一行十列。",
)
_HAS_ITS_SHAPE = Words(
    en="A gradient has the shape of its variable. Which one does the bias have?",
    zh="梯度与变量同形。偏置是什么形状？",
)


def _shape_of_the_bias(answer: Any) -> Words | None:
    try:
        shape = tuple(int(size) for size in answer)
    except (TypeError, ValueError):
        raise NotAnAnswer(_A_SHAPE) from None
    if shape == (1, 10):
        return None
    return {(32, 10): _OF_THE_BATCH, (10,): _FLAT, (10, 1): _TURNED}.get(shape, _HAS_ITS_SHAPE)


_OTHER_WAY = Words(
    en="That is turned over. X has a row for each number of y and a column for each of w: two rows, three columns.",
    zh="转了个方向。y 有几个数，X 就有几行；w 有几个数，X 就有几列：两行三列。",
)
_ONLY_W = Words(
    en="That is w laid down, once for each row. Each row is still to be multiplied by what arrives there.",
    zh="这只是把 w 放倒，每行放一份。每一行还要乘上那里到来的梯度。",
)
_ADDED = Words(
    en="You have added the rows up. Nothing was stretched here: each row of X was used for its own y only.",
    zh="你把各行加起来了。这里没有拉伸：X 的每一行只用来算自己的那个 y。",
)
_OUTER = Words(
    en="The shape is right. Row i is the upstream number of row i times w: ȳ · wᵀ.",
    zh="形状对了。第 i 行是第 i 个上游梯度乘 w，即 ȳ · wᵀ。",
)


def _gradient_of_x(answer: Any) -> Words | None:
    found = numbers(answer).tolist()
    if found == [[3, 4, 5], [6, 8, 10]]:
        return None
    if found == [[3, 6], [4, 8], [5, 10]]:
        return _OTHER_WAY
    if found in ([[3, 4, 5], [3, 4, 5]], [[3, 4, 5]], [3, 4, 5]):
        return _ONLY_W
    if found in ([9, 12, 15], [[9, 12, 15]]):
        return _ADDED
    numbers(answer, (2, 3))
    return _OUTER


_A_FUNCTION = Words(
    en="This exercise asks for a function of predicted and truth that gives back the loss.",
    zh="这道题要的是 predicted 和 truth 的函数，返回损失。",
)
_NOT_ONE_NUMBER = Words(
    en="A loss is one number. Take the mean of the squares over all three.",
    zh="损失是一个数。要对三个平方取平均。",
)
_STILL_STRETCHED = Words(
    en="Each prediction is still compared with every truth. Bring both to the same shape before you subtract.",
    zh="每个预测仍然和每个真实值比了一遍。先让两边形状相同，再相减。",
)
_A_SUM = Words(
    en="The shapes are right. This is the sum of the squares; the loss was their mean.",
    zh="形状对了。这是平方和，而损失是平方的平均。",
)
_OTHER_LOSS = Words(
    en="Equal lists must give 0, and a single mistake of 3 must give 3·3/3 = 3. Yours gives something else.",
    zh="两边相等时应得 0；只错一处、错了 3 时应得 3·3/3 = 3。你的结果不是这样。",
)


def _loss_as_meant(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_A_FUNCTION)
    with tf.Graph().as_default() as graph:
        predicted, truth = tf.placeholder(tf.float32, [3, 1]), tf.placeholder(tf.float32, [3])
        loss = answer(predicted, truth)
        if not isinstance(loss, Tensor) or loss.shape.as_list() != []:
            return _NOT_ONE_NUMBER
        with tf.Session(graph=graph) as session:

            def value(left: list[float], right: list[float]) -> float:
                return float(session.run(loss, {predicted: np.reshape(left, (3, 1)), truth: right}))

            equal, single = value([1, 2, 3], [1, 2, 3]), value([1, 2, 6], [1, 2, 3])
    if equal == 0 and abs(single - 3) < 1e-5:
        return None
    if abs(equal - 4 / 3) < 1e-5 or abs(equal - 12) < 1e-4:
        return _STILL_STRETCHED
    return _A_SUM if equal == 0 and abs(single - 9) < 1e-5 else _OTHER_LOSS


EXERCISES = (
    Exercise(
        "5.1",
        judge=_shape_of_the_bias,
        praise=Words(
            en="Yes: the shape of the variable. The 32 rows are added, and the axis of size 1 stays.",
            zh="对：与变量同形。32 行加在一起，长度为 1 的轴保留着。",
        ),
        right=((1, 10), [1, 10]),
        wrong=(
            ((32, 10), _OF_THE_BATCH),
            ((10,), _FLAT),
            ((10, 1), _TURNED),
            ((), _HAS_ITS_SHAPE),
            (10, _A_SHAPE),
        ),
    ),
    Exercise(
        "5.2",
        judge=_gradient_of_x,
        praise=Words(
            en="Yes: ȳ · wᵀ, a column times a row.",
            zh="对：ȳ · wᵀ，一列乘一行。",
        ),
        right=([[3, 4, 5], [6, 8, 10]],),
        wrong=(
            ([[3, 6], [4, 8], [5, 10]], _OTHER_WAY),
            ([[3, 4, 5], [3, 4, 5]], _ONLY_W),
            ([[9, 12, 15]], _ADDED),
            ([[6, 8, 10], [3, 4, 5]], _OUTER),
        ),
    ),
    Exercise(
        "5.3",
        judge=_loss_as_meant,
        praise=Words(
            en="Yes: equal predictions give 0, and nobody is compared with a stranger.",
            zh="对：预测全对时损失为 0，谁也不会和不相干的数比较。",
        ),
        right=(
            lambda predicted, truth: tf.reduce_mean(tf.square(predicted[:, 0] - truth)),
            lambda predicted, truth: tf.reduce_mean(tf.square(tf.squeeze(predicted) - truth)),
            lambda predicted, truth: tf.reduce_mean(tf.square(predicted - tf.expand_dims(truth, 1))),
        ),
        wrong=(
            (lambda predicted, truth: tf.reduce_mean(tf.square(predicted - truth)), _STILL_STRETCHED),
            (lambda predicted, truth: tf.reduce_sum(tf.square(predicted - truth)), _STILL_STRETCHED),
            (lambda predicted, truth: tf.reduce_sum(tf.square(predicted[:, 0] - truth)), _A_SUM),
            (lambda predicted, truth: tf.square(predicted[:, 0] - truth), _NOT_ONE_NUMBER),
            (lambda predicted, truth: tf.reduce_mean(tf.abs(predicted[:, 0] - truth)), _OTHER_LOSS),
            (0.0, _A_FUNCTION),
        ),
    ),
)
