"""Wrong answers that learners give, each with the kind of mistake that it is: what quizzes are tested on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import gradnb as tf
from gradnb.explanation import Explanation, explain

#: What ``explain`` takes besides the ys and the xs.
Options = dict[str, Any]


def _explained(names: dict[str, Any], ys: str, xs: str, **options: Any) -> Explanation:
    """Explain tensors by their names."""
    chosen = ([names[name] for name in words.split()] for words in (ys, xs))
    return explain(*chosen, names=names, **options)


def _variable(*numbers: Any) -> tf.Variable:
    return tf.Variable(np.array(numbers[0] if len(numbers) == 1 else numbers, np.float32))


def sums(**options: Any) -> Explanation:
    # w1 ─┐
    # w2 ─┴ w1 + w2 ─┬ y1 ── [1. 2.]
    # w3 ─┬──────────┘
    # w4 ─┴─────────── y2 ── [3. 4.]
    w1, w2, w3, w4 = (_variable(float(i), float(i)) for i in (5, 6, 7, 8))
    names = {"w1": w1, "w2": w2, "w3": w3, "w4": w4, "y1": w1 + w2 + w3, "y2": w3 + w4}
    return _explained(names, "y1 y2", "w1 w2 w3 w4", grad_ys=[[1.0, 2.0], [3.0, 4.0]], **options)


def stopped(**options: Any) -> Explanation:
    # w1 ─┐
    # w2 ─┴ a ─╫ stop ─┐
    # w3 ──────────────┴ y ── [5. 6.]
    w1, w2, w3 = (_variable(float(i), float(i)) for i in (1, 2, 3))
    a = w1 + w2
    stop = tf.stop_gradient(a)
    names = {"w1": w1, "w2": w2, "w3": w3, "a": a, "stop": stop, "y": stop + w3}
    return _explained(names, "y", "w1 w2 w3", grad_ys=[[5.0, 6.0]], **options)


def one_variable(**options: Any) -> Explanation:
    # w (1, 2) ── @ [[9] [10]] ── y      unused
    w, unused = _variable([[1, 2]]), _variable([[3, 4]])
    names = {"w": w, "unused": unused, "y": tf.matmul(w, tf.constant([[9.0], [10.0]]))}
    return _explained(names, "y", "w unused", **options)


def total(**options: Any) -> Explanation:
    # a ─┬─── · ─ b ─┬─ · ─┬ d
    # 3 ─┼────┘      │     │        d = a · b + b · c
    #    └───────────┼─────┘
    # c ─────────────┴ · ──
    a, c = _variable(2.0), _variable(5.0)
    b = 3.0 * a
    return _explained({"a": a, "b": b, "c": c, "d": a * b + b * c}, "d", "a b c", **options)


def partial(**options: Any) -> Explanation:
    # a ─┬─────────── + ─ s        the gradient stops at b
    # 2 ─┴ · ─╫ b ────┘
    a = _variable(7.0)
    b = 2.0 * a
    return _explained({"a": a, "b": b, "s": a + b}, "s", "a b", stop_gradients=[b], **options)


def two_stops(**options: Any) -> Explanation:
    # x ─┬ · 3 ─╫ p ─┐
    #    ├ · 4 ─╫ q ─┼ y        y = p + q + x · x
    #    └ x · x ────┘
    x = _variable(10.0)
    p, q = tf.stop_gradient(3.0 * x), tf.stop_gradient(4.0 * x)
    return _explained({"x": x, "p": p, "q": q, "y": p + q + x * x}, "y", "x", **options)


def broadcast(**options: Any) -> Explanation:
    # x (3, 2) ─ · ─ + ─ y ── weights (3, 2)
    # k () ──────┘   │
    # b (2,) ────────┘
    x, k, b = _variable([[1, 2], [3, 4], [5, 6]]), _variable(3.0), _variable(40.0, 50.0)
    names = {"x": x, "k": k, "b": b, "y": x * k + b}
    return _explained(names, "y", "x k b", grad_ys=[[[1.0, 10.0], [2.0, 20.0], [4.0, 50.0]]], **options)


def squares(**options: Any) -> Explanation:
    # p (2, 2) ─┐
    # q (2, 2) ─┴ @ ─ y ── [[1 2] [3 5]]
    p, q = _variable([[2, 3], [5, 7]]), _variable([[1, 4], [6, 9]])
    return _explained({"p": p, "q": q, "y": tf.matmul(p, q)}, "y", "p q", grad_ys=[[[1.0, 2.0], [3.0, 5.0]]], **options)


def turned(**options: Any) -> Explanation:
    # m (2, 2) ── ᵀ ── · ── y ── [[1 2] [3 4]]
    m = _variable([[2, 3], [5, 7]])
    names = {"m": m, "y": tf.transpose(m) * tf.constant([[1.0, 10.0], [100.0, 1000.0]])}
    return _explained(names, "y", "m", grad_ys=[[[1.0, 2.0], [3.0, 4.0]]], **options)


def chain(**options: Any) -> Explanation:
    # x ── · 3 ── h ── ² ── s ── · 5 ── y ── 2.
    x = _variable(3.0)
    h = 3.0 * x
    s = tf.square(h)
    return _explained({"x": x, "h": h, "s": s, "y": 5.0 * s}, "y", "x h", grad_ys=[2.0], **options)


def error(**options: Any) -> Explanation:
    # guess ─┐
    # truth ─┴ − ─ d ── ² ── mean ── loss
    guess, truth = _variable(4.0, 7.0, 1.0, 9.0), _variable(1.0, 2.0, 3.0, 2.0)
    d = guess - truth
    names = {"guess": guess, "truth": truth, "d": d, "loss": tf.reduce_mean(tf.square(d))}
    return _explained(names, "loss", "guess truth", **options)


def added(**options: Any) -> Explanation:
    # x (4,) ── · 3 ── sum ── y ── 7.
    x = _variable(1.0, 2.0, 4.0, 8.0)
    return _explained({"x": x, "y": tf.reduce_sum(3.0 * x)}, "y", "x", grad_ys=[7.0], **options)


def quotient(**options: Any) -> Explanation:
    # a ─┐
    # b ─┴ / ─ y ── [1. 1.]
    a, b = _variable(3.0, 7.0), _variable(2.0, 4.0)
    return _explained({"a": a, "b": b, "y": a / b}, "y", "a b", **options)


def flat(**options: Any) -> Explanation:
    # x ── relu ── · 3 ─┐
    # x ── sign ────────┴ + ─ y
    x, s = _variable(-2.0, -3.0), _variable(4.0, 5.0)
    return _explained({"x": x, "s": s, "y": 3.0 * tf.nn.relu(x) + tf.sign(s)}, "y", "x s", **options)


def filled(**options: Any) -> Explanation:
    # x ── · 3 ── y      unused
    x, unused = _variable(2.0, 5.0), _variable(1.0, 1.0)
    names = {"x": x, "unused": unused, "y": 3.0 * x}
    return _explained(names, "y", "x unused", unconnected_gradients="zero", **options)


def steps_down(**options: Any) -> Explanation:
    # x ── floor ── · k ── y
    x, k = _variable(2.5, 3.5), _variable(4.0, 5.0)
    return _explained({"x": x, "k": k, "y": tf.floor(x) * k}, "y", "x k", **options)


def rows(**options: Any) -> Explanation:
    # table (3, 2) ── gather [2, 0, 2] ── y ── weights
    table = _variable([[1, 2], [3, 4], [5, 6]])
    weights = [[[1.0, 2.0], [3.0, 5.0], [10.0, 20.0]]]
    return _explained({"table": table, "y": tf.gather(table, [2, 0, 2])}, "y", "table", grad_ys=weights, **options)


def layer(**options: Any) -> Explanation:
    # x (2, 3) ─┐
    # w (3, 2) ─┴ @ ─ + ─ relu ── h ── sum ── loss
    # b (2,) ─────────┘
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
    w, b = _variable([[1, 0], [2, 1], [0, 3]]), _variable(1.0, -2.0)
    h = tf.nn.relu(tf.matmul(x, w) + b)
    return _explained({"x": x, "w": w, "b": b, "h": h, "loss": tf.reduce_sum(h)}, "loss", "w b", **options)


def waiting(**options: Any) -> Explanation:
    # x (a placeholder without a value) ── · w ── y
    x, w = tf.placeholder(tf.float32, [2]), _variable(2.0, 3.0)
    return _explained({"x": x, "w": w, "y": x * w}, "y", "x w", **options)


def at_the_edge(**options: Any) -> Explanation:
    # x ── log ── · 2 ── y      z ── log ── times zero ── y
    x, z = _variable(0.0, 4.0), _variable(0.0, 2.0)
    names = {"x": x, "z": z, "y": 2.0 * tf.log(x) + 0.0 * tf.log(z)}
    return _explained(names, "y", "x z", **options)


def waves(**options: Any) -> Explanation:
    # x ── sin ── y      k ── exp ── y
    x, k = _variable(1.0), _variable(0.5)
    return _explained({"x": x, "k": k, "y": tf.sin(x) * tf.exp(k)}, "y", "x k", **options)


PROGRAMS: dict[str, Callable[..., Explanation]] = {
    function.__name__: function
    for function in (
        *(sums, stopped, one_variable, total, partial, two_stops, broadcast, squares, turned, chain, error, added),
        *(quotient, flat, filled, steps_down, rows, layer, waiting, at_the_edge, waves),
    )
}


class Wrong(NamedTuple):
    """An answer to one gradient of a program, its kind, and words that its hint must hold."""

    program: str
    name: str
    answer: str
    kind: str
    says: str = ""


class Right(NamedTuple):
    """A gradient of a program in several spellings."""

    program: str
    name: str
    spellings: tuple[str, ...]


BANK: tuple[Wrong, ...] = (
    # What cannot be read
    Wrong("sums", "w3", "", "unreadable", "[4, 6]"),
    Wrong("sums", "w3", "two", "unreadable", "'two'"),
    Wrong("sums", "w3", "[1, 2", "unreadable", "bracket"),
    Wrong("sums", "w3", "1+3 2+4", "unreadable", "'1+3'"),
    Wrong("one_variable", "w", "[[1, 2], [3]]", "unreadable", "row by row"),
    Wrong("chain", "x", "__import__('os').getcwd()", "unreadable"),
    Wrong("quotient", "b", "1/0 2", "unreadable", "'1/0'"),
    # What cannot be computed yet
    Wrong("waiting", "x", "[2, 3]", "right"),
    Wrong("waiting", "w", "[2, 3]", "not_computed"),
    Wrong("waiting", "w", "0", "not_computed"),
    Wrong("waiting", "w", "None", "not_computed"),
    Wrong("waiting", "w", "1", "not_computed", "a value is missing"),
    # None, zero and numbers
    Wrong("stopped", "w1", "0", "zero_for_none", "w1"),
    Wrong("stopped", "w2", "[0, 0]", "zero_for_none"),
    Wrong("one_variable", "unused", "[[0, 0]]", "zero_for_none"),
    Wrong("steps_down", "x", "0", "zero_for_none"),
    Wrong("stopped", "w1", "[3, 7]", "number_for_none", "get past the stop"),
    Wrong("one_variable", "unused", "[[9, 10]]", "other_x", "gradient of w"),
    Wrong("one_variable", "unused", "[[1, 1]]", "number_for_none", "any part"),
    Wrong("one_variable", "unused", "12", "number_for_none"),
    Wrong("steps_down", "x", "[1, 1]", "number_for_none", "every operation"),
    Wrong("steps_down", "x", "[4, 5]", "number_for_none"),
    Wrong("flat", "x", "None", "none_for_zero", "from x to y"),
    Wrong("flat", "s", "None", "none_for_zero"),
    Wrong("filled", "unused", "None", "none_for_zero", "'zero'"),
    Wrong("flat", "s", "无", "none_for_zero"),
    Wrong("sums", "w3", "None", "none_for_number", "from w3 to y1 and y2"),
    Wrong("sums", "w4", "none", "none_for_number", "from w4 to y2"),
    Wrong("stopped", "w3", "None", "none_for_number"),
    Wrong("partial", "a", "None", "none_for_number"),
    Wrong("sums", "w3", "0", "zero_for_number", "from w3 to y1 and y2"),
    Wrong("error", "truth", "[0, 0, 0, 0]", "zero_for_number"),
    Wrong("chain", "x", "0", "zero_for_number"),
    Wrong("partial", "a", "0", "zero_for_number"),
    # A stop ignored
    Wrong("stopped", "w1", "[5, 6]", "stop_ignored", "stop at stop"),
    Wrong("stopped", "w2", "5 6", "stop_ignored"),
    Wrong("stopped", "a", "[5, 6]", "stop_ignored"),
    Wrong("partial", "a", "3", "stop_ignored", "stop at b"),
    Wrong("two_stops", "x", "27", "stop_ignored", "stop at p and q"),
    Wrong("two_stops", "x", "23", "stop_ignored", "stop at p."),
    Wrong("two_stops", "x", "24", "stop_ignored", "stop at q."),
    # Ones instead of the weights
    Wrong("sums", "w3", "[2, 2]", "default_seed", "each y"),
    Wrong("sums", "w1", "[1, 1]", "default_seed"),
    Wrong("sums", "w3", "[4, 5]", "default_seed", "weight of y1"),
    Wrong("sums", "w3", "[2, 3]", "default_seed", "weight of y2"),
    Wrong("stopped", "w3", "[1, 1]", "default_seed"),
    Wrong("broadcast", "b", "[3, 3]", "default_seed"),
    Wrong("chain", "x", "270", "default_seed"),
    Wrong("added", "x", "[3, 3, 3, 3]", "default_seed"),
    # A path forgotten
    Wrong("sums", "w3", "[1, 2]", "forgotten_path", "from y2 is missing"),
    Wrong("sums", "w3", "[3, 4]", "forgotten_path", "from y1 is missing"),
    Wrong("total", "a", "6", "forgotten_path", "a → b → "),
    Wrong("total", "a", "21", "forgotten_path", "a → a · b → d"),
    Wrong("total", "b", "2", "forgotten_path", "b → b · c → d"),
    Wrong("total", "b", "5", "forgotten_path"),
    Wrong("two_stops", "x", "10", "forgotten_path", "take a value"),
    # A path counted twice
    Wrong("sums", "w3", "[5, 8]", "doubled_path", "w3 → y1"),
    Wrong("sums", "w3", "[7, 10]", "doubled_path", "w3 → y2"),
    Wrong("sums", "w1", "[2, 4]", "doubled_path", "only one path"),
    Wrong("total", "a", "33", "doubled_path"),
    Wrong("total", "a", "42", "doubled_path", "take a value"),
    Wrong("two_stops", "x", "30", "doubled_path"),
    # A sum that broadcasting asks for
    Wrong("broadcast", "b", "[[1, 10], [2, 20], [4, 50]]", "missing_sum", "until it has the shape of b"),
    Wrong("broadcast", "b", "[7/3, 80/3]", "missing_sum", "not averaged"),
    Wrong("broadcast", "k", "[[1, 20], [6, 80], [20, 300]]", "missing_sum"),
    Wrong("broadcast", "k", "71.17", "missing_sum"),
    Wrong("layer", "b", "[[1, 1], [1, 1]]", "missing_sum"),
    # Transposes
    Wrong("one_variable", "w", "[[9], [10]]", "transposed", "shape of w"),
    Wrong("squares", "p", "[[9, 23], [24, 63]]", "transposed", "rows and columns"),
    Wrong("squares", "p", "[[13, 22], [33, 57]]", "transposed", "matrix product at y"),
    Wrong("squares", "q", "[[11, 19], [26, 45]]", "transposed", "matrix product at y"),
    Wrong("turned", "m", "[[1, 20], [300, 4000]]", "transposed"),
    # Signs
    Wrong("sums", "w3", "[-4, -6]", "sign"),
    Wrong("quotient", "b", "[3/4, 7/16]", "sign", "when b grows"),
    Wrong("error", "truth", "[1.5, 2.5, -1, 3.5]", "sign"),
    Wrong("chain", "h", "-180", "sign"),
    Wrong("total", "a", "-27", "sign"),
    # A mean and a sum
    Wrong("error", "guess", "[6, 10, -4, 14]", "count", "mean"),
    Wrong("error", "truth", "[-6, -10, 4, -14]", "count"),
    Wrong("added", "x", "[5.25, 5.25, 5.25, 5.25]", "count", "not a mean"),
    Wrong("layer", "b", "[0.5, 0.5]", "count"),
    # A value
    Wrong("sums", "w3", "[7, 7]", "value", "w3 itself"),
    Wrong("one_variable", "w", "29", "value", "value of y"),
    Wrong("one_variable", "w", "[1, 2]", "value", "w itself"),
    Wrong("chain", "h", "9", "value"),
    Wrong("steps_down", "x", "[2.5, 3.5]", "value"),
    # An operation's own derivative left out
    Wrong("chain", "x", "180", "upstream", "At h"),
    Wrong("chain", "x", "30", "upstream", "At s"),
    Wrong("chain", "h", "36", "upstream", "At y"),
    Wrong("broadcast", "x", "[[1, 10], [2, 20], [4, 50]]", "upstream"),
    Wrong("waves", "x", "1.6487", "upstream"),
    Wrong("waves", "x", "0.5403", "upstream", "At y"),
    # What arrives left out
    Wrong("chain", "x", "3", "value"),
    Wrong("chain", "x", "54", "local", "how s changes with x"),
    Wrong("chain", "h", "18", "local", "how s changes with h"),
    Wrong("error", "guess", "[1, 1, 1, 1]", "local"),
    Wrong("total", "a", "3", "local", "how b changes with a"),
    # Another gradient
    Wrong("sums", "w2", "[3, 4]", "other_x", "gradient of w4"),
    Wrong("sums", "w1", "[4, 6]", "other_x", "gradient of w3"),
    Wrong("sums", "w4", "[1, 2]", "other_x", "gradient of w1"),
    Wrong("quotient", "b", "[0.5, 0.25]", "other_x", "gradient of a"),
    # Upside down
    Wrong("quotient", "a", "[2, 4]", "reciprocal"),
    Wrong("sums", "w3", "[1/4, 1/6]", "reciprocal"),
    Wrong("chain", "x", "1/540", "reciprocal"),
    Wrong("added", "x", "1/21 1/21 1/21 1/21", "reciprocal"),
    # Another shape
    Wrong("one_variable", "w", "[9, 10]", "shape", "(1, 2): [[· ·]]"),
    Wrong("sums", "w3", "4", "shape", "(2,)"),
    Wrong("added", "x", "21", "shape", "one number for each"),
    Wrong("total", "a", "[1, 1]", "shape", "()"),
    Wrong("rows", "table", "3 5 0 0 11 22", "shape", "right numbers"),
    # Rounded too soon
    Wrong("waves", "x", "0.9", "rounding"),
    Wrong("waves", "k", "1.3", "rounding"),
    Wrong("quotient", "b", "-0.75, -0.46", "rounding"),
    Wrong("rows", "table", "[[3, 5], [0, 0], [11.5, 22]]", "rounding"),
    # All off by one factor
    Wrong("error", "guess", "[4.5, 7.5, -3, 10.5]", "factor"),
    Wrong("quotient", "b", "-3 -7/4", "factor"),
    Wrong("sums", "w3", "[12, 18]", "factor"),
    Wrong("rows", "table", "[[9, 15], [0, 0], [33, 66]]", "factor"),
    # Some right
    Wrong("sums", "w3", "[4, 10]", "partly", "[0]"),
    Wrong("rows", "table", "[[3, 5], [0, 0], [10, 20]]", "partly", "[0, 0] [0, 1] [1, 0] [1, 1]"),
    Wrong("error", "guess", "[1.5, 2.5, -1, 18]", "partly", "3 of 4"),
    Wrong("squares", "p", "[[9, 24], [0, 1]]", "partly"),
    # What no mistake of these explains
    Wrong("sums", "w3", "[17, 1]", "unknown", "2 paths"),
    Wrong("total", "c", "1000", "unknown"),
    Wrong("chain", "x", "77", "unknown", "back to x"),
    Wrong("layer", "w", "[[17, 1], [2, 90], [5, 6]]", "unknown"),
)

RIGHT: tuple[Right, ...] = (
    Right(
        "sums",
        "w3",
        (
            *("[4, 6]", "4 6", "4,6", "4，6", "【4，6】", "[4. 6.]", "[4.00, 6.0]", "(4, 6)", "（4、6）", "４，６"),
            *(
                "w3 = [4, 6]",
                "array([4., 6.], dtype=float32)",
                "[8/2, 12/2]",
                "4e0 0.6e1",
                "[3.999, 6.001]",
                "[4, 6]。",
            ),
        ),
    ),
    Right("one_variable", "w", ("[[9, 10]]", "[[9. 10.]]", "[[9 10]]", "【【9，10】】", "((9, 10))", "[[9, 10.0]]")),
    Right("one_variable", "unused", ("None", "none", "NONE", "None.", "`None`", "无", "w = None")),
    Right("stopped", "w1", ("None", "没有")),
    Right("squares", "p", ("[[9, 24], [23, 63]]", "9 24; 23 63", "[9 24; 23 63]", "9 24\n23 63", "[9,24],[23,63]")),
    Right("quotient", "a", ("[1/2, 1/4]", "0.5 .25", "½ ¼", "[0.5，0。25]")),
    Right("quotient", "b", ("-3/4 -7/16", "−0.75，−0.4375", "[-0.75, -0.438]", "-.75, -.44")),
    Right("waves", "x", ("0.891", "0.89", ".8908", "8.9e-1", "8.908×10^-1")),
    Right("flat", "x", ("[0, 0]", "0 0", "[-0, 0.0]")),
    Right("filled", "unused", ("[0, 0]",)),
    Right("at_the_edge", "x", ("[inf, 0.5]", "∞ 1/2", "inf, .5", "[Infinity, 0.5]")),
    Right("at_the_edge", "z", ("[nan, 0]", "NaN 0")),
    Right("rows", "table", ("[[3, 5], [0, 0], [11, 22]]", "3 5; 0 0; 11 22")),
    Right("partial", "a", ("1", "1.", "1.0", "+1", "1。0")),
    Right("total", "a", ("27", "27.0", "2.7e1")),
)
