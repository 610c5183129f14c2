"""What axe-core finds on a page that keeps people out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_GRAVE = ("serious", "critical")
_axe = Axe()


def barriers(page: Page, part: str = "html", *rules: str) -> list[str]:
    """Return the serious and critical violations in a part of a page, each with where it is.

    Parameters
    ----------
    page : Page
        As it is at the moment.
    part : str
        A CSS selector.
    *rules : str
        The rules to look at; without any, all.
    """
    assert page.locator(part).count(), f"nothing on the page is {part}"
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = _axe.run(page, context={"include": [[part]]}, options=options).response
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
        if (node.get("impact") or violation["impact"]) in _GRAVE
    ]
