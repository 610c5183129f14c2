"""The exercises of lesson 2, many outputs and grad_ys."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_TWO_ENTRIES = Words(
    en="grad_ys has one entry for each result, y1 and y2, and each entry holds two numbers: [[·, ·], [·, ·]].",
    zh="grad_ys 是一个列表，y1 和 y2 各占一项，每一项有两个数：[[·, ·], [·, ·]]。",
)
_BOTH_ADDED = Words(
    en="w1 is right. But w3 hears from both results: it gets the sum of the two weights, and yours comes to [10, 7].",
    zh="w1 对了。可是 w3 同时收到两个结果传来的梯度，得到的是两组权重之和，按你的权重就是 [10, 7]。",
)
_CHANGED_OVER = Words(
    en="The right weights, in the other order. Which of the results does w1 belong to?",
    zh="权重对了，顺序反了。w1 属于哪个结果？",
)
_ONLY_THE_FIRST = Words(
    en="With these, w3 is right. But w1 gets the whole weight of y1, and that was to be [5, 0].",
    zh="这样 w3 是对的。可是 w1 得到 y1 的全部权重，题目要的是 [5, 0]。",
)
_WHAT_THEY_GET = Words(
    en="Work it out with your weights: w1 gets that of y1; w3 gets that of y1 plus that of y2.",
    zh="用你的权重算一遍：w1 得到 y1 的权重，w3 得到 y1 的权重加上 y2 的权重。",
)


def _weights_of_two(answer: Any) -> Words | None:
    found = numbers(answer).tolist()
    hints = (
        ([[5, 0], [5, 7]], _BOTH_ADDED),
        ([[0, 7], [5, 0]], _CHANGED_OVER),
        ([[5, 7], [0, 0]], _ONLY_THE_FIRST),
    )
    if found == [[5, 0], [0, 7]]:
        return None
    for wrong, hint in hints:
        if found == wrong:
            return hint
    if np.shape(found) != (2, 2):
        raise NotAnAnswer(_TWO_ENTRIES)
    return _WHAT_THEY_GET


_THE_RESULT = Words(
    en="That is the difference itself, which comes back to w. Which weights on the two numbers of y bring it?",
    zh="这是差本身，也就是传回 w 的东西。问的是：y 的两个数上放怎样的权重才能得到它。",
)
_TURNED = Words(
    en="That is the first row minus the second. The other way round, please.",
    zh="这是第一行减第二行。题目正好相反。",
)
_A_SUM = Words(
    en="Ones add the rows: [20, 22]. A difference needs a minus.",
    zh="权重全取 1 是把两行相加：[20, 22]。求差要有一个负号。",
)
_ONE_ROW = Words(
    en="That picks one row alone. Give the other one a weight, too: a negative one.",
    zh="这样只挑出了一行。另一行也要给权重，而且是负的。",
)
_ROW_BY_ROW = Words(
    en="v₁ times [9, 10] plus v₂ times [11, 12] should be [2, 2]. What does yours come to?",
    zh="v₁ 乘 [9, 10] 加上 v₂ 乘 [11, 12]，应当等于 [2, 2]。你的是多少？",
)


def _a_difference_of_rows(answer: Any) -> Words | None:
    found = numbers(answer).ravel().tolist()
    if len(found) != 2:
        numbers(answer, (2, 1))
    hints = {(2, 2): _THE_RESULT, (1, -1): _TURNED, (1, 1): _A_SUM, (0, 1): _ONE_ROW, (1, 0): _ONE_ROW}
    return None if found == [-1, 1] else hints.get((found[0], found[1]), _ROW_BY_ROW)


EXERCISES = (
    Exercise(
        "2.1",
        judge=_weights_of_two,
        praise=Words(
            en="Yes: w1 shows the weight of y1 alone, and w3 what is left for y2.",
            zh="对：从 w1 看出 y1 的权重，从 w3 看出剩给 y2 的是多少。",
        ),
        right=([[5, 0], [0, 7]], [(5.0, 0.0), (0.0, 7.0)]),
        wrong=(
            ([[5, 0], [5, 7]], _BOTH_ADDED),
            ([[0, 7], [5, 0]], _CHANGED_OVER),
            ([[5, 7], [0, 0]], _ONLY_THE_FIRST),
            ([[1, 1], [1, 1]], _WHAT_THEY_GET),
            ([5, 7], _TWO_ENTRIES),
        ),
    ),
    Exercise(
        "2.2",
        judge=_a_difference_of_rows,
        praise=Words(
            en="Yes: −1 and 1 take the first row from the second. Weights may be negative.",
            zh="对：−1 和 1 就是第二行减第一行。权重可以是负的。",
        ),
        right=([[-1], [1]], [-1, 1], [-1.0, 1.0]),
        wrong=(
            ([2, 2], _THE_RESULT),
            ([1, -1], _TURNED),
            ([[1], [1]], _A_SUM),
            ([0, 1], _ONE_ROW),
            ([3, 4], _ROW_BY_ROW),
        ),
    ),
)
