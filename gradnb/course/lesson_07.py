"""The exercises of lesson 7, a network."""

from __future__ import annotations

from typing import Any

import numpy as np

import gradnb as tf
from gradnb.exercises import Exercise, Words, numbers

_WHAT_IT_SAID = Words(
    en="That is what the network said. What was right is still to be subtracted: [0, 1, 0].",
    zh="那是网络说的。还要减去对的：[0, 1, 0]。",
)
_OTHER_SIGN = Words(
    en="These are the numbers, with the other sign. A gradient points uphill: where does the loss rise?",
    zh="数是对的，符号反了。梯度指向上坡：往哪里走，损失会变大？",
)
_OF_THE_PROBABILITIES = Words(
    en="That is the gradient with respect to the probabilities, −1/p. The scores lie on the other side of softmax.",
    zh="那是对概率的梯度，−1/p。问的是对分数的梯度，在 softmax 的另一边。",
)
_OTHER_SPECIES = Words(
    en="You have subtracted the 1 from another species. The bird belongs to the second.",
    zh="你在别的种上减了 1。这只鸟属于第二种。",
)
_SOFTMAX_MINUS_ONE_HOT = Words(
    en="Take what the network said, 0.7, 0.2, 0.1, and subtract 1 where the right species stands.",
    zh="取网络说的 0.7、0.2、0.1，在正确的那一种处减去 1。",
)


def _at_the_scores(answer: Any) -> Words | None:
    found = numbers(answer, (3,))
    hints = (
        ([0.7, -0.8, 0.1], None),
        ([0.7, 0.2, 0.1], _WHAT_IT_SAID),
        ([-0.7, 0.8, -0.1], _OTHER_SIGN),
        ([0, -5, 0], _OF_THE_PROBABILITIES),
        ([-0.3, 0.2, 0.1], _OTHER_SPECIES),
        ([0.7, 0.2, -0.9], _OTHER_SPECIES),
    )
    for values, hint in hints:
        if np.allclose(found, values, atol=1e-6):
            return hint
    return _SOFTMAX_MINUS_ONE_HOT


_VARIANCE = Words(
    en="That is the variance, 2/50. The standard deviation is its root.",
    zh="那是方差，2/50。标准差是它的平方根。",
)
_UNIFORM = Words(
    en="That is the limit of a uniform distribution with the same spread, √(6/50). Asked is the standard deviation.",
    zh="那是同样散布的均匀分布的边界，√(6/50)。问的是标准差。",
)
_INPUTS_ALONE = Words(
    en="You have counted the inputs alone. On the way back the outputs count too.",
    zh="你只算了输入。往回走时，输出也要算。",
)
_ONE_FOR_TWO = Words(
    en="Above the line stands a 2, since below it inputs and outputs are added, and it is their mean that counts.",
    zh="分子是 2：分母里输入与输出相加，起作用的是它们的平均。",
)
_THE_RULE = Words(
    en="Put inputs + outputs = 50 into the rule: the root of 2/50.",
    zh="把输入数 + 输出数 = 50 代入规则：2/50 的平方根。",
)


def _glorot(answer: Any) -> Words | None:
    found = float(numbers(answer, ()))
    if abs(found - 0.2) < 1e-6:
        return None
    hints = (
        (0.04, _VARIANCE),
        (0.12**0.5, _UNIFORM),
        ((1 / 30) ** 0.5, _INPUTS_ALONE),
        ((2 / 30) ** 0.5, _INPUTS_ALONE),
        (0.02**0.5, _ONE_FOR_TWO),
    )
    # Of a root a reader may give three digits.
    return next((hint for value, hint in hints if abs(found - value) < 1e-3), _THE_RULE)


_ALL_ALIKE = Words(
    en="All four columns stay equal: that is one unit. A unit is a column; make two kinds of columns.",
    zh="四列始终相同，相当于一个单元。一个单元是一列，请做出两种不同的列。",
)
_ALL_DIFFERENT = Words(
    en="Four different columns, four different units. Let some of them be equal.",
    zh="四列各不相同，就是四个不同的单元。让其中几列相同。",
)
_THREE = Words(
    en="That makes three different units. Count the different columns, not the equal ones.",
    zh="这样有三个不同的单元。数一数不同的列，而不是相同的列。",
)
_NOT_FINITE = Words(
    en="Weights have to be finite numbers.",
    zh="权重必须是有限的数。",
)


def _two_units(answer: Any) -> Words | None:
    start = numbers(answer, (2, 4))
    if not np.isfinite(start).all():
        return _NOT_FINITE
    with tf.Graph().as_default() as graph:
        x = tf.constant([[-1.0, 0.5], [0.5, 1.0], [1.0, -1.0], [0.2, 0.3]], tf.float64)
        w1, b1 = tf.Variable(start), tf.Variable(np.zeros(4))
        w2 = tf.Variable(np.tile([0.5, -0.5, 0.0], (4, 1)))
        scores = tf.matmul(tf.tanh(tf.matmul(x, w1) + b1), w2)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2, 1], logits=scores)
        step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_mean(losses))
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(20):
                session.run(step)
            trained = session.run(w1)
    # What differs by rounding alone is equal.
    different = len({tuple(column) for column in trained.T.round(9).tolist()})
    return {1: _ALL_ALIKE, 2: None, 3: _THREE, 4: _ALL_DIFFERENT}[different]


EXERCISES = (
    Exercise(
        "7.1",
        judge=_at_the_scores,
        praise=Words(
            en="Yes: what it said minus what was right. The wrong 0.7 goes down, the right 0.2 goes up.",
            zh="对：说的减去对的。错的 0.7 往下降，对的 0.2 往上升。",
        ),
        right=([0.7, -0.8, 0.1], (0.7, 0.2 - 1, 0.1)),
        wrong=(
            ([0.7, 0.2, 0.1], _WHAT_IT_SAID),
            ([-0.7, 0.8, -0.1], _OTHER_SIGN),
            ([0, -5, 0], _OF_THE_PROBABILITIES),
            ([0.7 - 1, 0.2, 0.1], _OTHER_SPECIES),
            ([0, 1, 0], _SOFTMAX_MINUS_ONE_HOT),
        ),
    ),
    Exercise(
        "7.2",
        judge=_glorot,
        praise=Words(
            en="Yes: the root of 2/50 = 0.04 is 0.2.",
            zh="对：2/50 = 0.04，平方根是 0.2。",
        ),
        right=(0.2, (2 / 50) ** 0.5),
        wrong=(
            (0.04, _VARIANCE),
            (0.346, _UNIFORM),
            (0.1826, _INPUTS_ALONE),
            (0.258, _INPUTS_ALONE),
            (0.1414, _ONE_FOR_TWO),
            (1.0, _THE_RULE),
        ),
    ),
    Exercise(
        "7.3",
        judge=_two_units,
        praise=Words(
            en="Yes: equal columns stay equal, different ones stay different. Two kinds of columns are two units.",
            zh="对：相同的列始终相同，不同的列始终不同。两种列就是两个单元。",
        ),
        right=(
            [[0.5, 0.5, -0.5, -0.5], [0.5, 0.5, 0.3, 0.3]],
            [[1, 0, 1, 1], [0, 1, 0, 0]],
        ),
        wrong=(
            ([[0.5] * 4] * 2, _ALL_ALIKE),
            ([[0] * 4] * 2, _ALL_ALIKE),
            ([[0.5] * 4, [0.3] * 4], _ALL_ALIKE),
            ([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]], _ALL_DIFFERENT),
            ([[1, 1, -1, 2], [0, 0, 0, 0]], _THREE),
            ([[float("inf"), 1, 1, 1], [0, 0, 0, 0]], _NOT_FINITE),
        ),
    ),
)
