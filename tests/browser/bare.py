"""A bare page with the live picture on it, and a model in the page's script that stands for the kernel's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from gradnb.jupyter.graph_view import GraphView

TRAITS = ("svg", "patch", "advice", "theme", "words", "selected", "lit", "badges", "ghosts")

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>picture</title><style>body {{ margin: 12px; height: 3000px; }} {style}</style></head>
<body {body}><div id="host" style="width: {width}px"></div><p id="below">below</p></body></html>"""

_MODEL = """(state) => {
  const handlers = new Map();
  const tell = (name) => { for (const handler of [...(handlers.get(name) ?? [])]) handler(); };
  const change = (values) => {
    const changed = Object.keys(values).filter((name) => state[name] !== values[name]);
    Object.assign(state, values);
    for (const name of changed) tell(`change:${name}`);
  };
  window.sent = [];
  window.saved = [];
  window.handlers = () => [...handlers.values()].reduce((sum, found) => sum + found.size, 0);
  window.change = change;
  window.model = {
    get: (name) => state[name],
    set: (name, value) => { if (state[name] !== value) change({ [name]: value }); },
    save_changes: () => window.saved.push(state.selected),
    send: (message) => window.sent.push(message),
    on: (name, handler) => handlers.set(name, (handlers.get(name) ?? new Set()).add(handler)),
    off: (name, handler) => handlers.get(name)?.delete(handler),
  };
}"""

_SHOW = """async (script) => {
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  window.open_view = (host) => module.default.render({ model: window.model, el: host });
  window.close_view = window.open_view(document.querySelector("#host"));
}"""


class Bare:
    """A page that shows one picture.

    Attributes
    ----------
    page : Page
        The browser's page.
    problems : list of str
        What its console reported.
    """

    def __init__(self, page: Page, widget: GraphView, body: str, width: int) -> None:
        self.page = page
        self._widget = widget
        self.problems: list[str] = []
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.set_content(_PAGE.format(style=widget._css, body=body, width=width))
        page.evaluate(_MODEL, {trait: getattr(widget, trait) for trait in TRAITS})
        page.evaluate(_SHOW, str(widget._esm))
        self.settle()

    def settle(self) -> None:
        """Wait until what was changed is on the screen."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def put(self, **traits: Any) -> None:
        """Let the kernel change some traits at once; without any, all those of the widget."""
        self.page.evaluate("(values) => window.change(values)", traits or self._state())
        self.settle()

    def _state(self) -> dict[str, Any]:
        return {trait: getattr(self._widget, trait) for trait in TRAITS if trait != "selected"}

    def thing(self, id: str) -> Locator:
        """Return the node, seed or edge of this id."""
        return self.page.locator(f'[data-id="{id}"]')

    def label(self, edge: str) -> Locator:
        """Return the number at an edge, which is where one clicks it."""
        return self.page.locator(f'[data-id="{edge}-label"]')

    def look(self) -> list[float]:
        """Return the corner and the size of the part of the picture that is seen."""
        return [float(number) for number in str(self.page.locator("svg").get_attribute("viewBox")).split()]

    @property
    def sent(self) -> list[dict[str, str]]:
        """What the page sent to the kernel."""
        return list(self.page.evaluate("window.sent"))

    @property
    def selected(self) -> str:
        """What the page says is selected."""
        return str(self.page.evaluate("window.model.get('selected')"))

    @property
    def focused(self) -> str:
        """The id of what the keyboard is at."""
        return str(self.page.evaluate("document.activeElement.dataset.id ?? ''"))


@contextmanager
def bare_page(
    browser: Browser,
    widget: GraphView,
    *,
    body: str = 'data-jp-theme-light="true"',
    width: int = 1000,
    scheme: Any = "light",
    touch: bool = False,
) -> Iterator[Bare]:
    """Show a picture on a page of its own, on which nothing may go wrong."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme=scheme, has_touch=touch)
    try:
        bare = Bare(context.new_page(), widget, body, width)
        yield bare
        assert not bare.problems
    finally:
        context.close()
