"""A training run, and several side by side, as text and as HTML."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape

from gradnb.harmless import harmless
from gradnb.messages import text as message
from gradnb.render.card_picture import on_card
from gradnb.render.html import table_html
from gradnb.render.plain import clean
from gradnb.render.table import Table
from gradnb.render.text import aligned
from gradnb.view.learning import Comparison, Learning, Step, number_of

#: Rows of a table: of longer runs and larger networks some are left out.
_MOST_STEPS, _MOST_VARIABLES = 8, 12


def text(learning: Learning) -> str:
    """Return a run as text: what is said of it, some of its steps, and the variables.

    Parameters
    ----------
    learning : Learning
        The run.

    Returns
    -------
    str
        Lines without trailing blanks; the same for the same run, everywhere.
    """
    blocks = [
        [learning.caption],
        learning.sentences,
        *map(aligned, (_steps_table(learning), _variables_table(learning))),
    ]
    return "\n\n".join("\n".join(harmless(line).rstrip() for line in block) for block in blocks if block)


def html(learning: Learning, picture: bytes | None = None) -> str:
    """Return a run as a fragment of HTML, as `gradnb.render.html.render` returns a view.

    Parameters
    ----------
    learning : Learning
        The run.
    picture : bytes, optional
        The PNG file of its curves.
    """
    caption = escape(harmless(learning.caption))
    image = "" if picture is None else image_html(picture, alt(learning))
    parts = ["<details open>", f"<summary><code>{caption}</code></summary>", sentences_html(learning), image]
    return "\n".join([*filter(None, parts), steps_html(learning), variables_html(learning), "</details>"])


def sentences_html(learning: Learning) -> str:
    """Return what is said of a run as HTML."""
    return "".join(f"<p>{escape(harmless(sentence))}</p>" for sentence in learning.sentences)


def steps_html(learning: Learning) -> str:
    """Return some of a run's steps as a table."""
    return table_html(_steps_table(learning), _say(learning, "steps_heading"))


def variables_html(learning: Learning) -> str:
    """Return what is trained as a table."""
    heading = _say(learning, "variables_heading", step=learning.steps[-1].number)
    return table_html(_variables_table(learning), heading)


def alt(learning: Learning) -> str:
    """Return what the picture of a run shows, in words."""
    return _say(learning, "alt", story=harmless(" ".join(learning.sentences)))


def image_html(picture: bytes, words: str, width: int = 922) -> str:
    """Return a PNG file as an image so many pixels wide, on a card, with the words that stand for it."""
    data = base64.b64encode(on_card(picture)).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" width="{width}" alt="{escape(words)}">'


def comparison_text(compared: Comparison) -> str:
    """Return several runs as text: a row for each, and what is said of those that ended early."""
    lines = [*aligned(_comparison_table(compared)), *(f"\n* {note}" for note in _notes(compared))]
    return "\n".join(line.rstrip() for line in lines)


def comparison_html(compared: Comparison, picture: bytes) -> str:
    """Return several runs as a fragment of HTML."""
    table = table_html(_comparison_table(compared), _say(compared, "comparison"))
    notes = "".join(f"<li>{escape(note)}</li>" for note in _notes(compared))
    words = harmless(_say(compared, "comparison_alt", names=", ".join(compared.names)))
    heading = escape(_say(compared, "comparison"))
    parts = [f"<details open>\n<summary>{heading}</summary>", image_html(picture, words), table]
    return "\n".join([*parts, *([f"<ul>{notes}</ul>"] if notes else []), "</details>"])


def _steps_table(learning: Learning) -> Table:
    """Return one row for some of the steps; a setting has a column when it changed."""
    steps, precision = learning.steps, learning.precision
    changing = [place for place in range(len(learning.settings)) if len({step.settings[place] for step in steps}) > 1]
    headings = [_say(learning, "step"), learning.loss, _say(learning, "whole_size")]
    headings += [setting_name(learning.settings[place], learning.language) for place in changing]
    rows = []
    for step in _chosen(steps):
        numbers = [step.loss, math.hypot(*step.sizes), *(step.settings[place] for place in changing)]
        rows.append((str(step.number), *(number_of(number, precision) for number in numbers)))
    return clean(Table(tuple(headings), tuple(rows)))


def _variables_table(learning: Learning) -> Table:
    first, last = learning.steps[0], learning.steps[-1]
    ends = [first] if last is first else [first, last]
    headings = [_say(learning, "variable"), *(_say(learning, "size_at", step=end.number) for end in ends)]
    headings.append(_say(learning, "value"))
    rows = []
    for place, variable in enumerate(learning.variables):
        sizes = [number_of(end.sizes[place], learning.precision) for end in ends]
        rows.append((variable.name, *sizes, variable.value.text))
    if len(rows) > _MOST_VARIABLES:
        kept = _MOST_VARIABLES - 2
        more = _say(learning, "more_variables", count=len(rows) - kept - 1)
        rows = [*rows[:kept], (f"… {more}", *[""] * (len(headings) - 1)), rows[-1]]
    return clean(Table(tuple(headings), tuple(rows)))


def _chosen(steps: Sequence[Step]) -> list[Step]:
    """Return some of the steps: the first, the last, and between them 1, 2, 5, 10, 20, …, the latest of those.

    Examples
    --------
    >>> [step.number for step in _chosen([Step(number, 0.0, (), ()) for number in range(151)])]
    [0, 5, 10, 20, 50, 100, 150]
    """
    last = len(steps) - 1
    round_ones = [factor * 10**power for power in range(len(str(last))) for factor in (1, 2, 5)]
    # One that lies just before the last says nothing more.
    between = [number for number in round_ones if 1 <= number <= 0.8 * last][-(_MOST_STEPS - 3) :]
    return [steps[number] for number in sorted({0, *between, last})]


def setting_name(name: str, language: str) -> str:
    """Return what a setting of an optimizer is called in a language; one of a program's own as it is."""
    return message(f"train_view.{name}", language) if name in _SETTINGS else name


_SETTINGS = ("learning_rate", "momentum", "decay")


def _comparison_table(compared: Comparison) -> Table:
    keys = ("optimizer", "steps_taken", "loss_start", "loss_end", "loss_lowest")
    rows = []
    for name, run in zip(compared.names, compared.runs, strict=True):
        losses = [step.loss for step in run.steps]
        finite = [loss for loss in losses if math.isfinite(loss)] or [math.nan]
        numbers = (number_of(loss, run.precision) for loss in (losses[0], losses[-1], min(finite)))
        rows.append((name, str(len(losses) - 1), *numbers))
    return clean(Table(tuple(_say(compared, key) for key in keys), tuple(rows)))


def _notes(compared: Comparison) -> list[str]:
    return [
        harmless(_say(compared, "of_run", name=name, sentences=" ".join(run.sentences)))
        for name, run in zip(compared.names, compared.runs, strict=True)
        if run.stop is not None
    ]


def _say(described: Learning | Comparison, key: str, **values: object) -> str:
    return message(f"train_view.{key}", described.language, **values)
