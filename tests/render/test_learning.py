"""A training run as text and HTML: few rows, four digits, everything escaped, only what notebook viewers let pass."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from gradnb.render import learning as renderer
from gradnb.view.learning import Comparison, Learning, Step, Stop, Trained, number_of
from gradnb.view.values import value_of

_file = BytesIO()
Image.new("RGB", (8, 8)).save(_file, format="png")
PICTURE = _file.getvalue()


def run(count: int, names: tuple[str, ...] = ("w", "b"), **fields: object) -> Learning:
    """Return a run of so many steps in which the loss halves each time."""
    steps = tuple(
        Step(n, 8.0 * 0.5**n, tuple(3.0 * 0.5**n + i for i in range(len(names))), (0.1,)) for n in range(count + 1)
    )
    variables = tuple(Trained(name, value_of([1.0, 2.0 / 3.0])) for name in names)
    learning = Learning("minimize(loss)", "loss", variables, ("learning_rate",), steps, ("It fell.", "Well."))
    return replace(learning, **fields)  # type: ignore[arg-type]  # fields of Learning


TEXT = """\
minimize(loss)

It fell.
Well.

step  loss   whole gradient
----  -----  --------------
0     8.0    5.0
1     4.0    2.915
2     2.0    1.904
6     0.125  1.048

variable  gradient at step 0  gradient at step 6  value
--------  ------------------  ------------------  -----------
w         3.0                 0.04688             [1. 0.6667]
b         4.0                 1.047               [1. 0.6667]"""


def test_text_holds_what_is_said_some_steps_and_the_variables() -> None:
    assert renderer.text(run(6)) == TEXT


def test_before_the_first_step_there_is_one_column_of_gradients() -> None:
    assert "variable  gradient at step 0  value" in renderer.text(run(0))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, [0]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (100, [0, 2, 5, 10, 20, 50, 100]),
        (12_345, [0, 500, 1000, 2000, 5000, 12_345]),
    ],
)
def test_of_a_long_run_some_steps_are_shown(count: int, expected: list[int]) -> None:
    shown = [int(number) for number in re.findall(r"(?m)^(\d+) ", renderer.text(run(count)).partition("step  ")[2])]
    assert shown[0] == 0
    assert shown[-1] == count
    assert set(expected) <= set(shown)
    assert len(shown) <= 8


def test_of_a_large_network_some_variables_are_shown() -> None:
    text = renderer.text(run(1, tuple(f"W{number}" for number in range(40))))
    assert "… 29 more variables" in text
    assert len(re.findall(r"(?m)^W\d+ ", text)) == 11
    assert re.search(r"(?m)^W39 ", text)


def test_a_setting_has_a_column_when_it_changed() -> None:
    learning = run(2)
    assert "learning rate" not in renderer.text(learning)
    changed = replace(learning, steps=(*learning.steps[:2], replace(learning.steps[2], settings=(0.05,))))
    assert re.search(r"whole gradient  learning rate\n.*\n.* 0\.1\n.* 0\.1\n.* 0\.05\n", renderer.text(changed))
    assert "学习率" in renderer.text(replace(changed, language="zh"))
    own = replace(changed, settings=("learning",))
    assert "whole gradient  learning\n" in renderer.text(own), "a setting of the program's own keeps its name"


def test_numbers_that_are_none_are_written_so() -> None:
    assert [number_of(number) for number in (float("nan"), float("inf"), 1e30, 1e-30, -0.0)] == [
        "NaN",
        "inf",
        "1e+30",
        "1e-30",
        "0.0",
    ]


def test_html_is_details_with_image_and_tables() -> None:
    html = renderer.html(run(6), PICTURE)
    assert set(re.findall(r"<(\w+)", html)) == {
        "details", "summary", "code", "p", "img", "table", "caption", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert html.startswith("<details open>\n<summary><code>minimize(loss)</code></summary>")
    (alt,) = re.findall(r'alt="([^"]*)"', html)
    assert "It fell. Well." in alt
    assert "<img" not in renderer.html(run(6))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "a&b", "\x1b[31mred\n"])
def test_any_name_is_text(name: str) -> None:
    learning = run(1, (name,), caption=name, loss=name, sentences=(name,))
    html = renderer.html(learning, PICTURE)
    assert "<script" not in html
    assert html.count("<img") == 1
    assert "\x1b" not in html + renderer.text(learning)
    compared = Comparison((name,), (replace(learning, stop=Stop.LOSS),))
    shown = renderer.comparison_html(compared, PICTURE)
    assert "<script" not in shown
    assert shown.count("<img") == 1
    assert "\x1b" not in shown + renderer.comparison_text(compared)


def test_a_comparison_has_a_row_for_each_run_and_says_what_ended_early() -> None:
    flown = replace(run(3), steps=(*run(1).steps, Step(2, float("nan"), (1.0, 1.0), (0.1,))), stop=Stop.LOSS)
    text = renderer.comparison_text(Comparison(("calm", "wild"), (run(3), flown)))
    assert text.splitlines() == [
        "optimizer  steps  loss at the start  loss at the end  lowest loss",
        "---------  -----  -----------------  ---------------  -----------",
        "calm       3      8.0                1.0              1.0",
        "wild       2      8.0                NaN              4.0",
        "",
        "* wild: It fell. Well.",
    ]
    html = renderer.comparison_html(Comparison(("calm", "wild"), (run(3), flown)), PICTURE)
    assert "<li>wild: It fell. Well.</li>" in html


def test_chinese() -> None:
    text = renderer.text(run(2, language="zh"))
    assert "第 2 步的梯度" in text
