"""Cards as HTML and as text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from gradnb.render import card as renderer
from gradnb.view.model import Card, CardLine, LineKind

EVIL = '<script>alert(1)</script>"]\x1b[31m'
CARD = Card(
    EVIL,
    "matmul (1, 1)",
    (
        CardLine(LineKind.FACT, "[[29.]]", "value"),
        CardLine(LineKind.TEXT, EVIL),
        CardLine(LineKind.HEADING, "What y passes back"),
        CardLine(LineKind.FORMULA, "z̄ @ bᵀ", EVIL),
        CardLine(LineKind.FORMULA, "= [[1.]] @ [[9.] [10.]]ᵀ"),
        CardLine(LineKind.RESULT, "[[9. 10.]]", "w1 receives"),
        CardLine(LineKind.HINT, "upstream × local = downstream"),
    ),
)


def test_a_card_is_a_section_of_lists_and_paragraphs() -> None:
    section = ET.fromstring(renderer.html(CARD).replace("<br>", "<br/>"))
    assert section.get("class") == "gradnb-card"
    assert [part.tag for part in section] == ["h3", "dl", "p", "h4", "dl", "p"]
    formulas = section[4]
    assert [part.tag for part in formulas] == ["dt", "dd", "dt", "dd"]
    assert [code.text for code in formulas[1].findall("code")] == ["z̄ @ bᵀ", "= [[1.]] @ [[9.] [10.]]ᵀ"]
    assert [part.get("class") for part in formulas.findall("dd")] == ["gradnb-formula", "gradnb-result"]


def test_whatever_a_name_holds_is_shown_as_text() -> None:
    section = ET.fromstring(renderer.html(CARD).replace("<br>", "<br/>"))
    assert {element.tag for element in section.iter()} == {
        *("section", "h3", "span", "dl", "dt", "dd", "code", "br", "p", "h4")
    }
    assert "".join(section[0].itertext()).startswith('<script>alert(1)</script>"]\\x1b[31m')
    assert "\x1b" not in renderer.html(CARD) + renderer.text(CARD)


def test_as_text_each_line_has_its_own() -> None:
    assert renderer.text(CARD).splitlines()[1:] == [
        "  value: [[29.]]",
        '  <script>alert(1)</script>"]\\x1b[31m',
        "",
        "What y passes back",
        '  <script>alert(1)</script>"]\\x1b[31m: z̄ @ bᵀ',
        "    = [[1.]] @ [[9.] [10.]]ᵀ",
        "  w1 receives: [[9. 10.]]",
        "* upstream × local = downstream",
    ]
