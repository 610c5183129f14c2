"""In a real JupyterLab: a gradient is predicted, wrongly and rightly, and stands nowhere before."""

from __future__ import annotations

import base64
import json
import re

import pytest
from lab import Lab, Open, write
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

LOAD = "%load_ext gradnb\nimport gradnb as tf"
TWO_YS = """%%gradgraph --hide w3 w4 --lang {language}
w1, w2, w3, w4 = (tf.get_variable(f"w{{i}}", initializer=tf.constant([float(i)] * 2)) for i in (1, 2, 3, 4))
y1 = w1 + w2 + w3
y2 = w3 + w4
g = tf.gradients([y1, y2], [w1, w2, w3, w4], grad_ys=[tf.constant([1., 2.]), tf.constant([3., 4.])])
"""


def opened(lab: Lab, language: str) -> str:
    return write(lab.folder, f"predict-{language}.ipynb", [LOAD, TWO_YS.format(language=language)])


def stored(notebook: Open) -> str:
    """Return what the outputs store, pictures as their text."""
    outputs = json.dumps(notebook.outputs())
    pictures = re.findall(r"data:image/svg\+xml;base64,([\w+/=]*)", outputs)
    return outputs + "".join(base64.b64decode(picture).decode() for picture in pictures)


def field(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("textbox", name=name, exact=True)


def test_predicting_wrongly_gives_a_hint_and_rightly_the_number(lab: Lab) -> None:
    with lab.notebook(opened(lab, "en")) as notebook:
        notebook.run_all()
        panel = notebook.page.locator(".gradnb-panel:visible").first
        expect(panel.get_by_text("0 of 2 right")).to_be_visible()
        expect(panel.get_by_text("your turn: what is it?").first).to_be_visible()
        assert "[4. 6.]" not in stored(notebook)
        assert "[4. 6.]" not in panel.inner_html()
        w3 = field(panel, "your prediction: gradient of w3")
        w3.fill("[1, 2]")
        w3.press("Enter")
        hint = panel.get_by_role("status").filter(has_text="What comes from y2 is missing")
        expect(hint).to_be_visible()
        field(panel, "your prediction: gradient of w4").fill("3 4")
        panel.get_by_role("button", name="Check w4").click()
        expect(panel.get_by_text("1 of 2 right")).to_be_visible()
        expect(hint).to_be_visible()
        assert "[4. 6.]" not in panel.inner_html()
        w3.fill("[4, 6]")
        w3.press("Enter")
        expect(panel.get_by_text("2 of 2 right")).to_be_visible()
        expect(panel.locator("svg").get_by_text("[4. 6.]").first).to_be_visible()
        expect(panel.locator("td", has_text="[4. 6.]").first).to_be_visible()
        expect(w3).to_be_disabled()
        panel.get_by_role("button", name="Results").click()
        expect(panel.get_by_role("textbox", name="results as JSON")).to_have_value(re.compile('"forgotten_path"'))
        with notebook.page.expect_download() as download:
            panel.get_by_text("Save as gradnb-quiz.json").click()
        assert json.loads(download.value.path().read_text(encoding="utf-8"))["right"] == 2
        assert "[4. 6.]" not in stored(notebook), "the static copy keeps what is to be predicted"
        assert notebook.problems == []


def test_the_keyboard_and_chinese_punctuation_suffice(lab: Lab) -> None:
    with lab.notebook(opened(lab, "zh")) as notebook:
        notebook.run_all()
        panel = notebook.page.locator(".gradnb-panel:visible").first
        field(panel, "你的预测：w3 的梯度").focus()
        keyboard = notebook.page.keyboard
        for answer in ("【1，2】", "【2，2】", "[9, 9]"):
            keyboard.press("Control+A")
            keyboard.insert_text(answer)
            keyboard.press("Enter")
            expect(panel.get_by_role("status").filter(has_text="✗")).to_be_visible()
        expect(panel.get_by_role("button", name="看 w3 的答案")).to_be_visible()
        keyboard.press("Tab")
        keyboard.press("Tab")
        expect(panel.get_by_role("button", name="看 w3 的答案")).to_be_focused()
        keyboard.press("Enter")
        expect(panel.get_by_text("w3 的梯度是 [4. 6.]。")).to_be_visible()
        expect(panel.get_by_text("共 2 题，答对 0 题")).to_be_visible()
        assert notebook.problems == []
