"""The lessons as a site of plain pages: no script, nothing from elsewhere, for a desk, a phone and a printer."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gradnb.files import write_whole
from gradnb.lessons import DATA, course, lessons
from gradnb.messages import LANGUAGES, text

_OPERATIONS = "operations.md"

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --link: #0b57d0; --wrong: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --link: #8ab4f8; --wrong: #f2b8b5; } }
* { box-sizing: border-box; }
html { background: Canvas; color: CanvasText; }
body { font: 1.06rem/1.65 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
body { margin: 0 auto; max-width: 52rem; padding: 0 1rem 3rem; overflow-wrap: break-word; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: .9rem 0; border-bottom: 1px solid var(--line); }
nav .other { margin-left: auto; }
h1, h2, h3 { line-height: 1.25; margin: 1.8rem 0 .6rem; }
pre { overflow-x: auto; padding: .7rem .9rem; margin: .8rem 0; font-size: .9rem; line-height: 1.45; tab-size: 4; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
:not(pre) > code { background: var(--soft); padding: .1em .3em; border-radius: .2em; }
.input_area pre { border: 1px solid var(--line); border-radius: .4rem; background: var(--soft); }
.output_area { overflow-x: auto; }
.output_area pre { border-left: .25rem solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
.output_error pre span { background: none !important; color: inherit !important; }
.output_error pre { border-left-color: var(--wrong); }
.prompt, .anchor-link { display: none; }
img { max-width: 100%; height: auto; border-radius: .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .8rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top; }
.output_area :is(th, td) { white-space: nowrap; }
summary { cursor: pointer; }
math[display="block"] { margin: 1rem 0; overflow-x: auto; }
li { margin: .25rem 0; }
@media (max-width: 40rem) { .output_area img { max-width: none; } }
@media print { nav { display: none; } body { max-width: none; } }
"""


class CannotBuild(Exception):
    """What builds the pages is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Site:
    """What was written: the folder, and its pages with the first one first."""

    folder: Path
    pages: tuple[Path, ...]


def build_site(folder: Path) -> Site:
    """Write every lesson in every language, the table of operations, and a first page that leads to them.

    Parameters
    ----------
    folder : Path
        Where the pages go; made when it is missing. Pages of the same name are replaced, nothing else is touched.

    Returns
    -------
    Site
        Its pages.

    Raises
    ------
    CannotBuild
        If nbconvert or latex2mathml is not installed.
    OSError
        If `folder` can't be written.

    Examples
    --------
    >>> build_site(Path("site"))  # doctest: +SKIP
    """
    folder = Path(folder)
    writer = _writer()
    pages = [folder / "index.html"]
    folder.mkdir(parents=True, exist_ok=True)
    _write(pages[0], _index())
    (folder / ".nojekyll").touch()  # GitHub Pages then shows the files as they are
    shutil.copytree(course() / DATA, folder / DATA, dirs_exist_ok=True)
    for language in LANGUAGES:
        (folder / language).mkdir(exist_ok=True)
        all_lessons = list(lessons(language))
        for number, lesson in enumerate(all_lessons):
            after = all_lessons[number + 1] if number + 1 < len(all_lessons) else None
            before = all_lessons[number - 1] if number else None
            page = _page(writer.notebook(lesson), title(lesson), language, lesson.stem, before, after)
            pages.append(_write(folder / language / f"{lesson.stem}.html", page))
        operations = course() / language / _OPERATIONS
        source = operations.read_text(encoding="utf-8")
        page = _page(writer.markdown(source), _heading(source), language, operations.stem, None, None)
        pages.append(_write(folder / language / f"{operations.stem}.html", page))
    return Site(folder, tuple(pages))


def title(lesson: Path) -> str:
    """Return a lesson's title: its first heading."""
    import json

    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    return _heading("".join(cells[0]["source"]))


def _heading(source: str) -> str:
    return source.partition("\n")[0].lstrip("# ").replace("`", "")


def _write(file: Path, page: str) -> Path:
    return write_whole(file, page.encode())


# Pages


def _index() -> str:
    parts = []
    for language in LANGUAGES:
        items = "".join(
            f'<li><a href="{language}/{lesson.stem}.html">{escape(title(lesson))}</a></li>'
            for lesson in lessons(language)
        )
        operations = escape(text("site.operations", language))
        parts.append(
            f'<section lang="{_tag(language)}"><h2>{escape(text("site.course", language))}</h2>'
            f"<p>{escape(text('site.about', language))}</p>"
            f'<ol class="lessons">{items}</ol><p><a href="{language}/operations.html">{operations}</a></p></section>'
        )
    style = f"{_STYLE}ol.lessons {{ list-style: none; padding: 0; }}"
    return _document("gradnb", "en", f"<h1>gradnb</h1>{''.join(parts)}", style)


def _page(body: str, title: str, language: str, stem: str, before: Path | None, after: Path | None) -> str:
    other = next(name for name in LANGUAGES if name != language)
    links = [f'<a href="../index.html">{escape(text("site.all", language))}</a>']
    for lesson, key, relation in ((before, "before", "prev"), (after, "after", "next")):
        if lesson is not None:
            words = text(f"site.{key}", language)
            links.append(f'<a href="{lesson.stem}.html" rel="{relation}">{escape(words)}</a>')
    name = escape(text("site.language", other))
    links.append(f'<a class="other" href="../{other}/{stem}.html" lang="{_tag(other)}">{name}</a>')
    navigation = f'<nav aria-label="{escape(text("site.all", language))}">{"".join(links)}</nav>'
    return _document(title, language, f"{navigation}<main>{body}</main>{navigation}", _STYLE + _code_style())


def _document(title: str, language: str, body: str, style: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="{_tag(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else language


def _code_style() -> str:
    """Return the colours of programs, light and dark."""
    from pygments.formatters import HtmlFormatter

    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    transparent = ".highlight, .highlight pre { background: none; }"
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n{transparent}"


# What nbconvert and latex2mathml do


def _writer() -> Any:
    try:
        from latex2mathml.converter import convert
        from nbconvert import HTMLExporter
        from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
    except ImportError as error:
        raise CannotBuild(text("site.missing", name=error.name)) from error

    class Renderer(IPythonRenderer):
        """Writes formulas as MathML, which browsers show by themselves."""

        def block_math(self, body: str) -> str:
            formula = _math(body, "block").replace("<math", '<math tabindex="0"', 1)
            return f"<p>{formula}</p>"

        def table(self, text: str) -> str:
            # What may scroll is reached by keyboard.
            return f'<div class="wide" tabindex="0"><table>{text}</table></div>'

        def inline_math(self, body: str) -> str:
            return _math(body, "inline")

    def _math(body: str, display: str) -> str:
        # In \\texttt an underscore is written \\_, which the converter would print as it is.
        words: str = convert(re.sub(r"(?<=[\w}])\\_", "_", body), display=display)
        return words.replace(r"\_", "_")

    class Writer:
        def __init__(self) -> None:
            make: Any = HTMLExporter  # it carries no types
            self._exporter = make(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
            self._exporter.register_filter("markdown2html", lambda *given: self.markdown(given[-1]))

        def notebook(self, lesson: Path) -> str:
            written, _ = self._exporter.from_filename(str(lesson))
            return re.sub(r'(<div class="[^"]*highlight[^"]*"><pre)>', r'\1 tabindex="0">', str(written))

        def markdown(self, source: str) -> str:
            rendered = MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)
            return re.sub(r'href="([^":]+?)\.(?:ipynb|md)((?:#[^"]*)?)"', r'href="\1.html\2"', str(rendered))

    return Writer()
