"""The exercises of lesson 1, one variable."""

from __future__ import annotations

from typing import Any

from gradnb.exercises import Exercise, Words, numbers

_TRANSPOSED = Words(
    en="The right numbers, in the shape of the other factor. A gradient has its variable's shape: w is a column.",
    zh="数对了，形状却是另一个因子的。梯度与变量同形，而 w 是一列。",
)
_VALUE = Words(
    en="29 is the value of y. The gradient says for each number of w how much y grows when that one grows by 1.",
    zh="29 是 y 的值。梯度对 w 的每个数都给出一个数：那个数增加 1 时，y 增加多少。",
)
_ITSELF = Words(
    en="That is w itself. What stood beside w in the product is what comes back.",
    zh="这是 w 自己。传回来的，是乘积中站在 w 旁边的那个因子。",
)
_NUMBERS = Words(
    en="Two numbers in a column it is, but other ones. Make one number of w larger by 1: by how much does y grow?",
    zh="确实是一列两个数，但数不对。让 w 的一个数增加 1，y 会增加多少？",
)


def _a_column(answer: Any) -> Words | None:
    found = numbers(answer).tolist()
    if found == [[9], [10]]:
        return None
    if found in ([[9, 10]], [9, 10]):
        return _TRANSPOSED
    if found in (29, [29], [[29]]):
        return _VALUE
    if found == [[1], [2]]:
        return _ITSELF
    numbers(answer, (2, 1))
    return _NUMBERS


_ROOT = Words(
    en="At 0 and at 6 it is y that is zero. Where is its gradient zero: where does y neither rise nor fall?",
    zh="在 0 和 6 处为零的是 y。题目问的是梯度在哪里为零，也就是 y 既不升也不降的地方。",
)
_SIGN = Words(
    en="Almost: look at the sign. The gradient is 2·x − 6; put your number in.",
    zh="差一点，注意符号。梯度是 2·x − 6，把你的数代进去看看。",
)
_ELSEWHERE = Words(
    en="There the gradient, 2·x − 6, is not zero yet. Try it with the slider: does y rise or fall at your number?",
    zh="在那里梯度 2·x − 6 还不是零。用滑块试一试：在你给的数处，y 是升还是降？",
)


def _where_it_is_flat(answer: Any) -> Words | None:
    x = float(numbers(answer, ()))
    if x == 3:
        return None
    return _ROOT if x in (0, 6) else _SIGN if x == -3 else _ELSEWHERE


EXERCISES = (
    Exercise(
        "1.1",
        judge=_a_column,
        praise=Words(
            en="Yes: 9 and 10, standing upright as w does.",
            zh="对：9 和 10，而且和 w 一样竖着排。",
        ),
        right=([[9], [10]], [[9.0], [10.0]]),
        wrong=(
            ([[9, 10]], _TRANSPOSED),
            ([9, 10], _TRANSPOSED),
            (29, _VALUE),
            ([[1], [2]], _ITSELF),
            ([[10], [9]], _NUMBERS),
        ),
    ),
    Exercise(
        "1.2",
        judge=_where_it_is_flat,
        praise=Words(
            en="Yes: at 3 the gradient is 2·3 − 6 = 0, and there lies the lowest point of y.",
            zh="对：在 3 处梯度为 2·3 − 6 = 0，那里正是 y 的最低点。",
        ),
        right=(3, 3.0),
        wrong=((0, _ROOT), (6, _ROOT), (-3, _SIGN), (1.5, _ELSEWHERE)),
    ),
)
