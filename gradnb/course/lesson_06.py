"""The exercises of lesson 6, from gradient to learning."""

from __future__ import annotations

from typing import Any

from gradnb.exercises import Exercise, NotAnAnswer, Words, numbers

_OF_THE_FIRST_VALLEY = Words(
    en="That was the limit for y = x². This valley is more curved: what is its gradient?",
    zh="那是 y = x² 的界限。这个山谷更弯：它的梯度是什么？",
)
_AT_ONCE = Words(
    en="With this rate the factor is 0, and a single step leads to the bottom. Longer steps still come nearer.",
    zh="用这个学习率，倍数是 0，一步就到谷底。再大一些，仍然会越走越近。",
)
_FIVE_FOR_TEN = Words(
    en="You have taken 5 for the curvature. The gradient of 5·x² is 10·x.",
    zh="你把 5 当成了曲率。5·x² 的梯度是 10·x。",
)
_THE_CURVATURE = Words(
    en="That is how fast the slope grows, the curvature. The limit is 2 divided by it.",
    zh="那是坡度增加的快慢，也就是曲率。界限是 2 除以它。",
)
_FROM_THE_FACTOR = Words(
    en="The gradient is 10·x, so each step multiplies x by 1 − 10·rate. That must stay above −1.",
    zh="梯度是 10·x，所以每一步把 x 乘上 1 − 10·学习率。这个数必须大于 −1。",
)


def _largest_rate(answer: Any) -> Words | None:
    found = round(float(numbers(answer, ())), 9)
    hints = {1.0: _OF_THE_FIRST_VALLEY, 0.1: _AT_ONCE, 0.4: _FIVE_FOR_TEN, 10.0: _THE_CURVATURE}
    return None if found == 0.2 else hints.get(found, _FROM_THE_FACTOR)


_A_FUNCTION = Words(
    en="This exercise asks for a function of place, velocity and gradient.",
    zh="这道题要的是位置、速度和梯度的函数。",
)
_TWO_NUMBERS = Words(
    en="The function should give back two numbers: the new place and the new velocity.",
    zh="这个函数应当返回两个数：新的位置和新的速度。",
)
_TURNED_ROUND = Words(
    en="Both numbers are right, but in the other order: first the new place, then the new velocity.",
    zh="两个数都对，次序反了：先是新的位置，再是新的速度。",
)
_UPHILL = Words(
    en="The velocity is right. With gradients that point uphill, the place goes the other way: minus.",
    zh="速度对了。梯度指向上坡，位置要往相反的方向走：用减号。",
)
_OLD_VELOCITY = Words(
    en="The velocity is right. But the place has moved by the velocity before; take the new one.",
    zh="速度对了。可是位置是按旧的速度移动的，要用新的速度。",
)
_NO_RATE = Words(
    en="The velocity is right. The place moves by the learning rate times it.",
    zh="速度对了。位置移动的距离是学习率乘速度。",
)
_BY_THE_GRADIENT = Words(
    en="The velocity is right. But the place has moved by the gradient alone, as if there were no momentum.",
    zh="速度对了。可是位置只按梯度移动，好像没有动量一样。",
)
_AN_AVERAGE = Words(
    en="You let the gradient count by a tenth: that is an average, as Adam keeps it. Here it counts in full.",
    zh="你让梯度只算十分之一：那是平均，Adam 才这样做。这里梯度全算。",
)
_AS_IN_KERAS = Words(
    en="The place is right. Your velocity has the minus and the rate in it, as Keras keeps it; here it has not.",
    zh="位置对了。你的速度里已经带着负号和学习率，Keras 是这样记的；这里不带。",
)
_OTHER_VELOCITY = Words(
    en="The velocity is not right yet. From velocity 10 and gradient 4 it should become 0.9·10 + 4 = 13.",
    zh="速度还不对。速度是 10、梯度是 4 时，它应当变成 0.9·10 + 4 = 13。",
)
_OTHER_PLACE = Words(
    en="The velocity is right, the place isn't. From place 5 and new velocity 13 it should become 5 − 0.1·13 = 3.7.",
    zh="速度对了，位置不对。位置是 5、新的速度是 13 时，它应当变成 5 − 0.1·13 = 3.7。",
)

#: What a mistake makes of a place, a velocity and a gradient, with its hint.
_MISTAKES = (
    (lambda x, v, g: (0.9 * v + g, x - 0.1 * (0.9 * v + g)), _TURNED_ROUND),
    (lambda x, v, g: (x + 0.1 * (0.9 * v + g), 0.9 * v + g), _UPHILL),
    (lambda x, v, g: (x - 0.1 * v, 0.9 * v + g), _OLD_VELOCITY),
    (lambda x, v, g: (x - (0.9 * v + g), 0.9 * v + g), _NO_RATE),
    (lambda x, v, g: (x - 0.1 * g, 0.9 * v + g), _BY_THE_GRADIENT),
    (lambda x, v, g: (x - 0.1 * (0.9 * v + 0.1 * g), 0.9 * v + 0.1 * g), _AN_AVERAGE),
    (lambda x, v, g: (x + 0.9 * v - 0.1 * g, 0.9 * v - 0.1 * g), _AS_IN_KERAS),
)
_TRIALS = ((4.0, 0.0, 8.0), (5.0, 10.0, 4.0), (-3.0, 2.0, -6.0))


def _momentum(answer: Any) -> Words | None:
    if not callable(answer):
        raise NotAnAnswer(_A_FUNCTION)
    found = []
    for trial in _TRIALS:
        both = numbers(answer(*trial))
        if both.shape != (2,):
            return _TWO_NUMBERS
        found.append(both.round(6).tolist())

    def does(rule: Any) -> bool:
        return all(numbers(rule(*trial)).round(6).tolist() == both for trial, both in zip(_TRIALS, found, strict=True))

    for mistake, hint in _MISTAKES:
        if does(mistake):
            return hint
    velocities = [round(0.9 * velocity + gradient, 6) for _, velocity, gradient in _TRIALS]
    if [velocity for _, velocity in found] != velocities:
        return _OTHER_VELOCITY
    return None if does(lambda x, v, g: (x - 0.1 * (0.9 * v + g), 0.9 * v + g)) else _OTHER_PLACE


_THREE_NAMES = Words(
    en="Write three names, such as ['descent', 'momentum', 'adam'].",
    zh="写三个名字，例如 ['descent', 'momentum', 'adam']。",
)
_EACH_ONCE = Words(
    en="Each of the three was there once: descent, momentum, adam.",
    zh="三个各出现一次：descent、momentum、adam。",
)
_STEPS_OF_THE_RATE = Words(
    en="One of them takes steps of 0.1, the learning rate itself, although the gradient is 8. Who does that?",
    zh="其中一个每步走 0.1，恰好是学习率，尽管梯度是 8。这是谁？",
)
_GROWS = Words(
    en="A is right. Of the other two, one multiplies by 0.8 each time; the other is faster in its second step.",
    zh="A 对了。另外两个中，一个每次乘 0.8；另一个第二步更快。",
)


def _who_was_who(answer: Any) -> Words | None:
    if not isinstance(answer, (list, tuple)) or len(answer) != 3 or not all(isinstance(name, str) for name in answer):
        raise NotAnAnswer(_THREE_NAMES)
    names = [_known(name) for name in answer]
    if names == ["adam", "descent", "momentum"]:
        return None
    if len(set(names)) < 3:
        return _EACH_ONCE
    return _GROWS if names[0] == "adam" else _STEPS_OF_THE_RATE


def _known(name: str) -> str:
    """Return which of the three a name means, however it is spelled."""
    spelled = name.lower()
    for known, signs in (("adam", ("adam",)), ("momentum", ("moment", "动量")), ("descent", ("desc", "梯度", "sgd"))):
        if any(sign in spelled for sign in signs):
            return known
    raise NotAnAnswer(_THREE_NAMES)


EXERCISES = (
    Exercise(
        "6.1",
        judge=_largest_rate,
        praise=Words(
            en="Yes: the curvature is 10, and 2/10 = 0.2. With 0.2 itself you go to and fro for ever.",
            zh="对：曲率是 10，2/10 = 0.2。恰好取 0.2，就会来来去去没完没了。",
        ),
        right=(0.2, 2 / 10),
        wrong=(
            (1, _OF_THE_FIRST_VALLEY),
            (0.1, _AT_ONCE),
            (0.4, _FIVE_FOR_TEN),
            (10, _THE_CURVATURE),
            (0.5, _FROM_THE_FACTOR),
        ),
    ),
    Exercise(
        "6.2",
        judge=_momentum,
        praise=Words(
            en="Yes: first the velocity, then the place. That is all that MomentumOptimizer does.",
            zh="对：先更新速度，再更新位置。MomentumOptimizer 做的就是这些。",
        ),
        right=(
            lambda place, velocity, gradient: (place - 0.1 * (0.9 * velocity + gradient), 0.9 * velocity + gradient),
            lambda place, velocity, gradient: [
                place - 0.09 * velocity - 0.1 * gradient,
                gradient + velocity - 0.1 * velocity,
            ],
        ),
        wrong=(
            *((mistake, hint) for mistake, hint in _MISTAKES),
            (lambda place, velocity, gradient: (place - 0.1 * gradient, gradient), _OTHER_VELOCITY),
            (lambda place, velocity, gradient: (place, 0.9 * velocity + gradient), _OTHER_PLACE),
            (lambda place, velocity, gradient: place - 0.1 * gradient, _TWO_NUMBERS),
            (0.1, _A_FUNCTION),
        ),
    ),
    Exercise(
        "6.3",
        judge=_who_was_who,
        praise=Words(
            en="Yes: Adam steps by the rate itself, and momentum shows only from the second step on.",
            zh="对：Adam 的步长就是学习率，而动量要到第二步才显出来。",
        ),
        right=(["adam", "descent", "momentum"], ("Adam", "GradientDescent", "Momentum"), ["Adam", "梯度下降", "动量"]),
        wrong=(
            (["descent", "adam", "momentum"], _STEPS_OF_THE_RATE),
            (["momentum", "descent", "adam"], _STEPS_OF_THE_RATE),
            (["adam", "momentum", "descent"], _GROWS),
            (["adam", "descent", "descent"], _EACH_ONCE),
            (["adam", "descent"], _THREE_NAMES),
            (["adam", "descent", "newton"], _THREE_NAMES),
        ),
    ),
)
