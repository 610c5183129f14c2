"""A view as HTML: a fragment that survives every notebook viewer, and a page of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from gradnb.messages import text as message
from gradnb.render.plain import clean
from gradnb.render.sections import Section, sections, waiting
from gradnb.render.table import Table, edges_list, nodes_table, xs_table
from gradnb.view.model import View

_STYLE = """
:root { color-scheme: light dark; }
html { background: Canvas; color: CanvasText; }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; }
details { border: 1px solid #8886; border-radius: .5rem; margin: 0 0 1.5rem; overflow-x: auto; padding: .8rem 1rem; }
summary { cursor: pointer; }
img { display: block; height: auto; margin: .8rem 0; max-width: 100%; border-radius: .3rem; }
table { border-collapse: collapse; margin: .8rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border-bottom: 1px solid #8886; padding: .35rem .8rem; text-align: left; white-space: nowrap; }
"""


def render(view: View, picture_svg: str | None = None) -> str:
    """Return a view as a fragment of HTML.

    It holds ``details``, ``img``, ``table`` and text alone, without styles or scripts: what an untrusted notebook,
    GitHub's viewer and nbconvert all let pass.

    Parameters
    ----------
    view : View
        What to write.
    picture_svg : str, optional
        The finished SVG. Without it the numbers of the picture stand in a table.

    Returns
    -------
    str
        One ``<details open>`` element.
    """
    caption = escape(clean(view).caption)
    return f"<details open>\n<summary><code>{caption}</code></summary>\n{body(view, picture_svg)}\n</details>"


def body(view: View, picture_svg: str | None = None) -> str:
    """Return the same without the ``<details>`` around it and its caption."""
    view = clean(view)
    parts: list[str] = []
    for part in view.shown:
        match part:
            case "graph":
                parts.append(_graph(view, picture_svg))
            case "table":
                parts.append(table_html(xs_table(view), message("render.gradients_of", view.language)))
            case "steps":
                parts.append(_steps(view))
            case "story":
                sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in view.story)
                parts.append(f"<p><b>{escape(message('render.story', view.language))}</b></p>{sentences}")
            case _:
                parts += map(_section, sections(view, part))
    parts.append(_list(view.notes))
    return "\n".join(part for part in parts if part)


def page(views_html: Iterable[str], title: str, language: str = "en") -> str:
    """Return a standalone HTML document that shows fragments one below the other.

    Parameters
    ----------
    views_html : iterable of str
        What `render` gave.
    title : str
        The document's title, any text.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    str
        A document that follows the reader's light or dark setting and loads nothing from elsewhere.
    """
    heading = escape(clean(title))
    body = "\n".join(views_html)
    return f"""<!DOCTYPE html>
<html lang="{"zh-CN" if language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{heading}</h1>
{body}
</body>
</html>
"""


def _graph(view: View, picture_svg: str | None) -> str:
    if not view.nodes:
        return ""
    if picture_svg is None:
        nodes = table_html(nodes_table(view), message("render.nodes", view.language))
        edges = edges_list(view)
        heading = f"<p><b>{escape(message('render.edges', view.language))}</b></p>" if edges else ""
        return nodes + heading + _list(edges)
    data = base64.b64encode(picture_svg.encode()).decode("ascii")
    story = escape(" ".join(view.story) or view.caption)
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{story}">'


def table_html(table: Table, caption: str) -> str:
    """Return a table with its caption as HTML; nothing when it has no rows."""
    if not table.rows:
        return ""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in table.headings)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in table.rows
    )
    caption = f"<caption>{escape(caption)}</caption>"
    return f"<table>\n{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _section(section: Section) -> str:
    """Return a section: its title is the caption of its table, if it has one."""
    table = "" if section.table is None else table_html(section.table, section.title)
    return (table or f"<p><b>{escape(section.title)}</b></p>") + _list(section.lines)


def _steps(view: View) -> str:
    items = []
    for step in view.steps:
        rule = f" <code>{escape(step.rule)}</code>" if step.rule else ""
        lines = [*step.sentences, waiting(step, view.language)]
        items.append(f"<li><b>{escape(step.title)}</b>{rule}{''.join(f'<br>{escape(line)}' for line in lines)}</li>")
    return f"<p><b>{escape(message('render.steps', view.language))}</b></p><ol>{''.join(items)}</ol>" if items else ""


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
