"""The card of a node, a seed or an edge, as HTML and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from gradnb.render.plain import clean
from gradnb.view.model import Card, CardLine, LineKind

_LABELLED = (LineKind.FACT, LineKind.FORMULA, LineKind.RESULT)


def html(card: Card) -> str:
    """Return a card as a fragment of HTML.

    Parameters
    ----------
    card : Card
        What to write.

    Returns
    -------
    str
        A ``<section class="gradnb-card">`` without styles: a heading, and below it lists of labels with what they
        say, and paragraphs; each has the kind of its line as class.
    """
    card = clean(card)
    kind = f' <span class="gradnb-kind">{escape(card.kind)}</span>' if card.kind else ""
    parts = [f'<h3 class="gradnb-title">{escape(card.title)}{kind}</h3>']
    for labelled, lines in groupby(card.lines, key=lambda line: line.kind in _LABELLED):
        write = _pairs if labelled else _paragraphs
        parts.append(write(lines))
    return f'<section class="gradnb-card">{"".join(parts)}</section>'


def _pairs(lines: Iterable[CardLine]) -> str:
    written: list[str] = []
    for line in lines:
        text = escape(line.text)
        if line.kind is not LineKind.FACT:
            text = f"<code>{text}</code>"
        if line.label or not written:
            label = f"<dt>{escape(line.label)}</dt>" if line.label else ""
            written.append(f'{label}<dd class="gradnb-{line.kind.value}">{text}</dd>')
        else:
            written[-1] = written[-1].removesuffix("</dd>") + f"<br>{text}</dd>"
    return f"<dl>{''.join(written)}</dl>"


def _paragraphs(lines: Iterable[CardLine]) -> str:
    tags = ((line, "h4" if line.kind is LineKind.HEADING else "p") for line in lines)
    return "".join(f'<{tag} class="gradnb-{line.kind.value}">{escape(line.text)}</{tag}>' for line, tag in tags)


def text(card: Card) -> str:
    """Return a card as plain text, one line for each of its lines."""
    card = clean(card)
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield f"{card.title}    {card.kind}".rstrip()
    for line in card.lines:
        match line.kind:
            case LineKind.HEADING:
                yield f"\n{line.text}"
            case LineKind.HINT:
                yield f"* {line.text}"
            case LineKind.FORMULA if not line.label:
                yield f"    {line.text}"
            case _:
                yield f"  {line.label}: {line.text}" if line.label else f"  {line.text}"
