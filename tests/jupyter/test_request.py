"""The magic's line: every option, and one kind sentence for every way to get it wrong."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from gradnb import explanation
from gradnb.jupyter.request import VIEWS, Request, help_text, parse
from gradnb.messages import LANGUAGES


def test_an_empty_line_asks_for_nothing() -> None:
    assert parse("") == Request()


def test_the_call_of_the_product_page() -> None:
    request = parse('y1 y2 --wrt w1 w2 --grad-ys "[1,2]" "[3,4]" --stop a')
    assert request == Request(ys=("y1", "y2"), wrt=("w1", "w2"), grad_ys=("[1,2]", "[3,4]"), stop=("a",))


def test_names_may_stand_on_both_sides_of_an_option() -> None:
    assert parse("y1 --static y2 --seed 3 y3") == Request(ys=("y1", "y2", "y3"), static=True, seed=3)


def test_every_option() -> None:
    line = (
        'y --wrt ws[0] model.w --grad-ys None --stop a --unconnected zero --feed "x = [1., 2.]" z=3 --feed t=-1 '
        "--hide w3 'w1 + w2' --hide params['w'] "
        "--range \"w1 = (-5, 5, 0.1)\" 'grad_ys y=(0, 1)' "
        "--preset \"very calm={'w1': [0, 0]}\" --preset b=settings['b'] "
        "--view story graph graph --layout TB --precision 6 --lang zh --theme dark --save 'out put.svg' -o e "
        "--keep-graph --seed 7 --tensorflow --static --check"
    )
    assert parse(line) == Request(
        ys=("y",),
        wrt=("ws[0]", "model.w"),
        grad_ys=("None",),
        stop=("a",),
        unconnected="zero",
        feed=(("x", "[1., 2.]"), ("z", "3"), ("t", "-1")),
        hide=("w3", "w1 + w2", "params['w']"),
        range=(("w1", "(-5, 5, 0.1)"), ("grad_ys y", "(0, 1)")),
        preset=(("very calm", "{'w1': [0, 0]}"), ("b", "settings['b']")),
        view=("story", "graph"),
        layout="TB",
        precision=6,
        lang="zh",
        theme="dark",
        save="out put.svg",
        output="e",
        keep_graph=True,
        seed=7,
        tensorflow=True,
        static=True,
        check=True,
    )
    assert parse("--new-graph").new_graph


def test_every_view_can_be_asked_for() -> None:
    line = "--view graph table steps paths jacobian story raw"
    assert parse(line).view == VIEWS == explanation.VIEWS


@pytest.mark.parametrize("weight", ["-1", "-1.5e3", "-w", "-.5", "1/3", "tf.ones([2])", "[[1,-2]]"])
def test_a_weight_may_be_any_expression(weight: str) -> None:
    assert parse(f"y --wrt x --grad-ys {weight}").grad_ys == (weight,)


def test_quotation_marks_inside_an_expression_stay() -> None:
    assert parse("""y --grad-ys "d['k']" """).grad_ys == ("d['k']",)


def test_a_backslash_is_part_of_a_path() -> None:
    assert parse(r'--save "C:\new folder\t.svg"').save == r"C:\new folder\t.svg"


def test_names_may_be_chinese() -> None:
    assert parse("损失 --wrt 权重").wrt == ("权重",)


WRONG = {
    "y --viw graph": "--view",
    "y --grad 1": "--grad-ys",
    "y --lay TB": "--layout",
    "--nonsense": "--keep-graph",
    "--help": "%%gradgraph?",
    "y -p": "Unknown option -p",
    "y --view grph": "graph, table, steps, paths, jacobian, story, raw",
    "--check=1": "takes no value",
    "y --view graph table y2": "'y2'",
    "--layout RL": "LR, TB",
    "--lang de": "en, zh",
    "--theme blue": "auto, light, dark",
    "y --unconnected nan": "none, zero",
    "--precision 0": "from 1 to 17",
    "--precision 18": "from 1 to 17",
    "--precision many": "from 1 to 17",
    "--seed pi": "whole number",
    "--static=1": "takes no value",
    "y --wrt": "needs a value",
    "-o": "needs a value",
    "-o 3d": "'3d'",
    "-o class": "'class'",
    "--save picture.jpg": ".svg .png .pdf .html .dot",
    "--save picture": ".svg .png .pdf .html .dot",
    "y --feed x": 'x=[1., 2.]"',
    "y --feed 3=x": "'3=x'",
    'y --feed "x=1 2"': "'1 2'",
    "y --grad-ys [1, 2]": "quotation marks",
    '"y': "quotation mark",
    "w1*w2": "'w1*w2'",
    "y --wrt w1,w2": "w1 w2",
    "--hide w1,w2": "w1 w2",
    "--hide": "needs a value",
    "--range w1": '--range "w1=(-5, 5, 0.1)"',
    "--range =3": "'=3'",
    'y --range "w1=1 2"': "'1 2'",
    "--preset {}": "is not name=value",
    "--preset": "needs a value",
    "y1 y2 --grad-ys 1": "length 1 and there are 2 ys",
    "--keep-graph --new-graph": "contradict",
    "--wrt w": "--wrt",
    "--grad-ys 1": "--grad-ys",
    "--stop a": "--stop",
    "--unconnected zero": "--unconnected",
}


@pytest.mark.parametrize(("line", "says"), WRONG.items())
def test_a_wrong_line_is_one_sentence_that_says_what_is_allowed(line: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(line, "en")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", WRONG)
def test_it_is_said_in_chinese_too(line: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(line, "zh")
    assert any("一" <= character <= "鿿" for character in str(caught.value))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_explains_every_option_and_the_three_forms(language: str) -> None:
    printed = help_text(language)
    options = [f"--{name.replace('_', '-')}" for name in Request.__slots__ if name not in {"ys", "output"}]
    for words in [*options, "-o NAME", "%%gradgraph y1 y2 --wrt", "%gradgraph y --wrt x", "%config GradGraph"]:
        assert words in printed


def test_the_request_lists_its_expressions() -> None:
    request = parse('y --wrt w --grad-ys "[k]" --stop a --feed x=v')
    assert request.expressions == ("y", "w", "[k]", "a", "x", "v")
