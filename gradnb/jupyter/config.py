"""The defaults of the magic's options, set by ``%config GradGraph``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from IPython.core.error import UsageError
from traitlets import Bool, Bunch, Enum, Int, List, TraitError, Unicode, validate
from traitlets.config import Configurable

from gradnb.explanation import LARGEST_PRECISION, LAYOUTS, THEMES, VIEWS
from gradnb.jupyter.request import AGAINST, UNCONNECTED, Request, check_file, check_output, read_feed
from gradnb.messages import LANGUAGES, text


class GradGraph(Configurable):
    """The defaults of ``%%gradgraph``; an option in a cell's line comes before them."""

    unconnected = Enum(UNCONNECTED, "none", help="What an x that no y depends on gets: none or zero.").tag(config=True)
    feed = List(Unicode(), help='Values for placeholders, as ["x=[1., 2.]"].').tag(config=True)
    view = List(Enum(VIEWS), ["graph", "table"], minlen=1, help="What is shown, in order.").tag(config=True)
    layout = Enum(LAYOUTS, "LR", help="Left to right or top to bottom.").tag(config=True)
    precision = Int(4, min=1, max=LARGEST_PRECISION, help="Significant digits of the numbers shown.").tag(config=True)
    lang = Enum(LANGUAGES, None, allow_none=True, help="The language; None: gradnb.set_language's.").tag(config=True)
    theme = Enum(THEMES, "auto", help="Light or dark colours; auto follows the reader.").tag(config=True)
    save = Unicode(None, allow_none=True, help="A file that every explained cell writes.").tag(config=True)
    output = Unicode(None, allow_none=True, help="The name that every explanation is bound to.").tag(config=True)
    keep_graph = Bool(False, help="Go on with the present default graph.").tag(config=True)
    new_graph = Bool(False, help="Start every cell from a new default graph.").tag(config=True)
    seed = Int(None, allow_none=True, help="The seed of variables that no session has initialized.").tag(config=True)
    tensorflow = Bool(False, help="import tensorflow gives gradnb.").tag(config=True)
    static = Bool(False, help="No live panel.").tag(config=True)
    check = Bool(False, help="Compare gradients with finite differences.").tag(config=True)
    against = Enum(AGAINST, None, allow_none=True, help="Whose answer stands beside.").tag(config=True)

    def completed(self, request: Request) -> Request:
        """Return `request` with these defaults where its line says nothing.

        The feeds stay apart, in `feeds`: a cell that does not know a default feed's name does without it.
        """
        chosen = {name: getattr(self, name) for name in _COPIED if not _says_something(getattr(request, name))}
        if not request.view:
            chosen["view"] = tuple(self.view)
        if request.keep_graph or request.new_graph:
            chosen |= {"keep_graph": request.keep_graph, "new_graph": request.new_graph}
        return replace(request, **chosen)

    @property
    def feeds(self) -> tuple[tuple[str, str], ...]:
        """The default feeds: a name and an expression each."""
        return tuple(read_feed(word) for word in self.feed)

    @validate("feed", "save", "output")
    def _check_as_on_the_line(self, proposal: Bunch) -> Any:
        checks: dict[str, Callable[[Any], object]] = {
            "feed": lambda words: [read_feed(word) for word in words],
            "save": check_file,
            "output": check_output,
        }
        if proposal.value:
            try:
                checks[proposal.trait.name](proposal.value)
            except UsageError as error:
                raise TraitError(str(error)) from None
        return proposal.value or self.trait_defaults(proposal.trait.name)

    @validate("keep_graph", "new_graph")
    def _check_graph(self, proposal: Bunch) -> bool:
        other = "new_graph" if proposal.trait.name == "keep_graph" else "keep_graph"
        if proposal.value and getattr(self, other):
            raise TraitError(text("magic.keep_and_new", self.lang))
        return bool(proposal.value)


_COPIED = tuple(name for name in GradGraph.class_own_traits(config=True) if name not in {"view", "feed"})


def _says_something(value: object) -> bool:
    return value is not None and value is not False and value != ()
