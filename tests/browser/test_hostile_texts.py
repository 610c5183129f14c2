"""In a browser hostile texts open no dialog, ask no other server for anything, and run nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chrome import running_browser
from lab import Lab, write
from panels import LOAD, the_panel
from playwright.sync_api import Page, expect

import gradnb as tf
from gradnb.explanation import VIEWS, Explanation
from tests.hostile import PAYLOADS

pytestmark = pytest.mark.browser

#: In one picture stand the names of so many variables.
IN_ONE = 20

#: A page's own mark: a text that is executed would set it, open a dialog, or load something from elsewhere.
ARMED = tuple(payload.replace("alert(1)", "alert(window.ran_hostile=1)") for payload in PAYLOADS)

CELL = """import json
import gradnb
payloads = [json.loads(line) for line in open("payloads.jsonl")]
tf.reset_default_graph()
xs = [tf.Variable(float(place), name=f"x{place}") for place in range(len(payloads))]
text = tf.constant([payload.encode("utf-8", "surrogatepass") for payload in payloads])
stopped = tf.stop_gradient(xs[0] * xs[1])
y = tf.add_n([x * x for x in xs]) + stopped
names = dict(zip(xs, payloads)) | {y: payloads[1] + "y", stopped: payloads[2] + "stop"}
views = ["graph", "table", "steps", "paths", "jacobian", "story", "raw"]
explanation = gradnb.explain(y, xs, names=names, language="en", views=views, hide=[xs[3]])
gradnb.show(explanation, presets={payload: {} for payload in payloads if payload.strip()})
"""


def explained(payloads: tuple[str, ...]) -> Explanation:
    tf.reset_default_graph()
    xs = [tf.Variable(float(place), name=f"x{place}") for place in range(len(payloads))]
    y = tf.add_n([x * x for x in xs])
    names = {**dict(zip(xs, payloads, strict=True)), y: f"{payloads[0]}y"}
    return tf.explain(y, xs, names=names, language="en", views=VIEWS)


def watched(page: Page, home: str) -> list[str]:
    """Return a list that grows by each dialog, and by each request that leaves home."""
    seen: list[str] = []

    def dismiss(dialog: object) -> None:
        seen.append(f"dialog: {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]  # Playwright's dialogs

    page.on("dialog", dismiss)
    page.on(
        "request",
        lambda request: None if request.url.startswith((home, "data:", "blob:")) else seen.append(request.url),
    )
    return seen


def test_a_page_and_a_picture_of_their_own(tmp_path: Path) -> None:
    files = []
    for start in range(0, len(ARMED), IN_ONE):
        explanation = explained(ARMED[start : start + IN_ONE])
        files += [explanation.save(tmp_path / f"{start}{ending}") for ending in (".html", ".svg")]
    with running_browser() as browser:
        page = browser.new_context().new_page()
        seen = watched(page, tmp_path.as_uri())
        for file in files:
            page.goto(file.as_uri())
            assert page.evaluate("window.ran_hostile") is None
        assert not seen
        page.goto(files[0].as_uri())
        with page.expect_event("dialog"):  # what is watched for would have been seen
            page.set_content("<img src=http://127.0.0.1:1/x onerror=alert(1)>")
        assert len(seen) == 2


def test_a_live_panel(lab: Lab) -> None:
    chosen = [payload for payload in ARMED if payload.strip() and (not payload.isalnum() or not payload.isascii())]
    payloads = chosen[:: len(chosen) // 40]
    (lab.folder / "payloads.jsonl").write_text("".join(f"{json.dumps(payload)}\n" for payload in payloads))
    with lab.notebook(write(lab.folder, "hostile.ipynb", [LOAD, CELL])) as notebook:
        seen = watched(notebook.page, notebook.page.url.partition("/lab")[0])
        notebook.run_all()
        panel = the_panel(notebook)
        field = panel.locator(".gradnb-quiz input[type=text]").first
        number = panel.locator(".gradnb-number input[type=text]").first
        for payload in payloads[:12]:
            for place in (field, number):
                place.fill(payload.encode("utf-8", "replace").decode())
                place.press("Enter")
        expect(panel.get_by_role("alert").first).to_be_visible()
        things = panel.locator(".gradnb-graph [data-id][role=button]")
        for place in range(0, things.count(), 9):
            things.nth(place).focus()
            things.nth(place).hover(force=True)
        panel.locator(".fa-step-forward").click()
        panel.locator(".fa-code").click()
        notebook.page.locator("details").evaluate_all("every => every.forEach(details => { details.open = true; })")
        assert notebook.page.evaluate("window.ran_hostile") is None
        assert not seen
        assert not notebook.problems
