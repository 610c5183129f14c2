"""The line of the magic, read into a frozen `Request`."""

from __future__ import annotations

import ast
import keyword
import re
from argparse import Action, ArgumentError
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import PurePath
from typing import Any, NoReturn

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser, argument, kwds, magic_arguments

from gradnb.explanation import FILE_FORMATS, LARGEST_PRECISION, LAYOUTS, THEMES, VIEWS
from gradnb.harmless import harmless
from gradnb.messages import LANGUAGES, text

UNCONNECTED = ("none", "zero")
AGAINST = ("tensorflow",)

_CHOICES = {
    "view": VIEWS,
    "layout": LAYOUTS,
    "lang": LANGUAGES,
    "theme": THEMES,
    "unconnected": UNCONNECTED,
    "against": AGAINST,
}
_OPTION_LETTER = "-o"
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_WORD = re.compile(rf"""(?:[^\s"']|{_QUOTED.pattern})+(?=\s|$)""")
_OF_A_CALL = ("wrt", "grad_ys", "stop", "unconnected")


@dataclass(frozen=True, slots=True)
class Request:
    """What the line asks for; what it does not mention is empty or None, and the configuration decides.

    Attributes
    ----------
    ys, wrt, stop : tuple of str
        Python names, as ``w1``, ``ws[0]`` or ``model.w``.
    grad_ys : tuple of str
        Python expressions, one per y.
    feed : tuple of (str, str)
        A Python name and the expression to feed to it.
    hide : tuple of str
        Names, as they are shown, of gradients to predict.
    preset, range : tuple of (str, str)
        What a panel offers, and where its numbers may go: a name and an expression each.
    unconnected, layout, lang, theme, against : str or None
        One of the words that the option allows.
    view : tuple of str
        The views in the order in which they are shown.
    precision, seed : int or None
        Digits shown; the seed of variables that nothing has initialized.
    save, output : str or None
        The file to write; the Python name to bind the explanation to.
    keep_graph, new_graph, tensorflow, static, check : bool
        Whether the flag is there.
    """

    ys: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    grad_ys: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    unconnected: str | None = None
    feed: tuple[tuple[str, str], ...] = ()
    hide: tuple[str, ...] = ()
    preset: tuple[tuple[str, str], ...] = ()
    range: tuple[tuple[str, str], ...] = ()
    view: tuple[str, ...] = ()
    layout: str | None = None
    precision: int | None = None
    lang: str | None = None
    theme: str | None = None
    save: str | None = None
    output: str | None = None
    keep_graph: bool = False
    new_graph: bool = False
    seed: int | None = None
    tensorflow: bool = False
    static: bool = False
    check: bool = False
    against: str | None = None

    @property
    def expressions(self) -> tuple[str, ...]:
        """Every Python expression in the line."""
        fed = tuple(part for pair in self.feed for part in pair)
        offered = tuple(expression for _, expression in self.preset + self.range)
        return self.ys + self.wrt + self.grad_ys + self.stop + fed + offered


def parse(line: str, language: str | None = None) -> Request:
    """Read the line of the magic.

    Parameters
    ----------
    line : str
        What stands behind ``%%gradgraph`` or ``%gradgraph``.
    language : str, optional
        The language of an error; by default the current language.

    Returns
    -------
    Request
        What is asked for. Expressions are kept as text: they are evaluated when the cell has run.

    Raises
    ------
    UsageError
        If the line is wrong: one sentence that names the option and what it allows.

    Examples
    --------
    >>> parse('y1 y2 --wrt w --grad-ys "[1, 2]" -1').grad_ys
    ('[1, 2]', '-1')
    """
    parser = magic_parser(language)
    words = _split(line, language)
    _refuse_unknown_options(words, parser, language)
    try:
        found = parser.parse_intermixed_args(words)  # names may stand on both sides of an option
    except ArgumentError as error:
        _refuse(_unfit_number_of_values(error, parser), language, option=error.argument_name)
    return _checked(vars(found), language)


def help_text(language: str | None = None) -> str:
    """Return what ``%%gradgraph?`` prints."""
    return magic_parser(language).format_help()


@cache
def magic_parser(language: str | None = None) -> MagicArgumentParser:
    """Return the parser of the magic's line, with its help in `language`."""

    def say(key: str, **values: object) -> str:
        return text(f"magic.help_{key}", language, **values).replace("%", "%%")

    @magic_arguments("gradgraph")
    @kwds(description=text("magic.description", language))
    @argument("ys", nargs="*", help=say("ys"))
    @argument("--wrt", nargs="+", action="extend", metavar="NAME", help=say("wrt"))
    @argument("--grad-ys", nargs="+", action="extend", metavar="EXPRESSION", help=say("grad_ys"))
    @argument("--stop", nargs="+", action="extend", metavar="NAME", help=say("stop"))
    @argument("--unconnected", metavar="|".join(UNCONNECTED), help=say("unconnected"))
    @argument("--feed", nargs="+", action="extend", metavar="NAME=EXPRESSION", help=say("feed"))
    @argument("--hide", nargs="+", action="extend", metavar="NAME", help=say("hide"))
    @argument("--preset", nargs="+", action="extend", metavar="NAME=EXPRESSION", help=say("preset"))
    @argument("--range", nargs="+", action="extend", metavar="NAME=EXPRESSION", help=say("range"))
    @argument("--view", nargs="+", action="extend", metavar="|".join(VIEWS), help=say("view"))
    @argument("--layout", metavar="|".join(LAYOUTS), help=say("layout"))
    @argument("--precision", metavar="N", help=say("precision"))
    @argument("--lang", metavar="|".join(LANGUAGES), help=say("lang"))
    @argument("--theme", metavar="|".join(THEMES), help=say("theme"))
    @argument("--save", metavar="FILE", help=say("save", formats=" ".join(FILE_FORMATS)))
    @argument(_OPTION_LETTER, dest="output", metavar="NAME", help=say("output"))
    @argument("--keep-graph", action="store_true", help=say("keep_graph"))
    @argument("--new-graph", action="store_true", help=say("new_graph"))
    @argument("--seed", metavar="N", help=say("seed"))
    @argument("--tensorflow", action="store_true", help=say("tensorflow"))
    @argument("--check", action="store_true", help=say("check"))
    @argument("--against", metavar="|".join(AGAINST), help=say("against"))
    @argument("--static", action="store_true", help=say("static"))
    def gradgraph() -> None:
        """Carry the options; the magic itself is in `gradnb.jupyter.magic`."""

    parser: MagicArgumentParser = gradgraph.parser  # set by magic_arguments
    parser.exit_on_error = False
    for group, key in zip(parser._action_groups, ("names", "options"), strict=True):  # argparse names them in English
        group.title = say(key)
    return parser


def is_name(expression: str) -> bool:
    """Return whether `expression` is a Python name, or an item or attribute of one."""
    try:
        node = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return False
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name)


def read_feed(word: str, language: str | None = None) -> tuple[str, str]:
    """Return the name and the expression of ``x=[1., 2.]``, or raise ``UsageError``."""
    name, equals, expression = (part.strip() for part in word.partition("="))
    if not equals or not is_name(name):
        _refuse("bad_feed", language, value=word)
    _check_expression(expression, "--feed", language)
    return name, expression


def _read_setting(word: str, option: str, language: str | None) -> tuple[str, str]:
    """Return the name and the expression of ``w1=(-5, 5, 0.1)``; the name is any text."""
    name, equals, expression = (part.strip() for part in word.partition("="))
    if not equals or not name:
        _refuse("bad_setting", language, option=option, value=word)
    _check_expression(expression, option, language)
    return name, expression


def check_file(file: str, language: str | None = None) -> None:
    """Raise ``UsageError`` if the ending of `file` names no format."""
    if PurePath(file).suffix.lower() not in FILE_FORMATS:
        _refuse("bad_file", language, file=file, allowed=" ".join(FILE_FORMATS))


def check_output(name: str, language: str | None = None) -> None:
    """Raise ``UsageError`` if Python cannot bind `name`."""
    if not name.isidentifier() or keyword.iskeyword(name):
        _refuse("bad_output", language, name=name)


def _split(line: str, language: str | None) -> list[str]:
    """Split the line at the spaces outside of quotation marks; a backslash is an ordinary character of a path."""
    if _WORD.sub("", line).strip():
        _refuse("unclosed_quote", language, line=line.strip())
    return [_protected(_unquoted(word)) for word in _WORD.findall(line)]


def _unquoted(word: str) -> str:
    """Return a word without its quotation marks; those behind a bracket are Python's own: ``params['w']``."""
    before_mark = re.split("[\"']", word, maxsplit=1)[0]
    return word if "[" in before_mark else _QUOTED.sub(lambda mark: mark[0][1:-1], word)


def _protected(word: str) -> str:
    """Put a space before an expression such as ``-1`` or ``-x``, so that it is not taken for an option."""
    is_option = word.startswith("--") or word == _OPTION_LETTER
    return word if is_option or not word.startswith("-") else f" {word}"


def _refuse_unknown_options(words: Iterable[str], parser: MagicArgumentParser, language: str | None) -> None:
    known = _options(parser)
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("-") and option not in known:
            _refuse_option(option, known, language)


def _options(parser: MagicArgumentParser) -> dict[str, Action]:
    """Return the parser's options by the words that they are written with."""
    return dict(parser._option_string_actions)  # argparse has no public list


def _unfit_number_of_values(error: ArgumentError, parser: MagicArgumentParser) -> str:
    option = _options(parser).get(error.argument_name or "")
    return "takes_no_value" if option is not None and option.nargs == 0 else "needs_value"


def _checked(found: dict[str, Any], language: str | None) -> Request:
    """Return the request that the words `found` make, or raise the first thing that is wrong with them."""
    found = {name: _stripped(value) for name, value in found.items() if value is not None}
    for option in ("ys", "wrt", "stop"):
        for name in found.get(option, ()):
            _check_name(name, language)
    for name in found.get("hide", ()):
        _check_commas(name, language)
    for expression in found.get("grad_ys", ()):
        _check_expression(expression, "--grad-ys", language)
    feed = tuple(read_feed(word, language) for word in found.get("feed", ()))
    for option in ("preset", "range"):
        words = found.get(option, ())
        found[option] = tuple(_read_setting(word, f"--{option}", language) for word in words)
    for option, allowed in _CHOICES.items():
        value = found.get(option, ())
        for word in (value,) if isinstance(value, str) else value:
            if word not in allowed:
                _refuse("bad_choice", language, option=f"--{option}", value=word, allowed=", ".join(allowed))
    if "precision" in found:
        found["precision"] = _whole_number("--precision", found["precision"], language, 1, LARGEST_PRECISION)
    if "seed" in found:
        found["seed"] = _whole_number("--seed", found["seed"], language)
    if "save" in found:
        check_file(found["save"], language)
    if "output" in found:
        check_output(found["output"], language)

    request = Request(**(found | {"feed": feed, "view": tuple(dict.fromkeys(found.get("view", ())))}))
    _check_combination(request, language)
    return request


def _stripped(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(word.strip() for word in value)
    return value.strip() if isinstance(value, str) else value


def _check_combination(request: Request, language: str | None) -> None:
    """Refuse options that contradict each other."""
    if request.keep_graph and request.new_graph:
        _refuse("keep_and_new", language)
    if not request.ys:
        for name in _OF_A_CALL:
            if getattr(request, name):
                _refuse("needs_ys", language, option=f"--{name.replace('_', '-')}")
    elif request.grad_ys and len(request.grad_ys) != len(request.ys):
        _refuse("seed_count", language, seeds=len(request.grad_ys), ys=len(request.ys), names=" ".join(request.ys))


def _check_name(name: str, language: str | None) -> None:
    if name.startswith("-"):
        _refuse_option(name, _options(magic_parser(language)), language)
    _check_commas(name, language)
    if not is_name(name):
        _refuse("bad_name", language, value=name)


def _check_commas(name: str, language: str | None) -> None:
    if "," in name and all(is_name(part) for part in name.split(",") if part):
        _refuse("comma_between_names", language, value=name, instead=" ".join(filter(None, name.split(","))))


def _check_expression(expression: str, option: str, language: str | None) -> None:
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        _refuse("bad_expression", language, option=option, value=expression)


def _whole_number(
    option: str, word: str, language: str | None, smallest: int | None = None, largest: int | None = None
) -> int:
    try:
        number = int(word)
    except ValueError:
        number = None
    if smallest is not None and (number is None or not smallest <= number <= (largest or number)):
        _refuse("bad_number_between", language, option=option, value=word, smallest=smallest, largest=largest)
    if number is None:
        _refuse("bad_number", language, option=option, value=word)
    return number


def _refuse_option(option: str, known: Iterable[str], language: str | None) -> NoReturn:
    options = sorted(known)
    nearest = [name for name in options if name.startswith(option)] or get_close_matches(option, options, 1, 0.75)
    if nearest:
        _refuse("unknown_option_near", language, option=option, nearest=nearest[0])
    _refuse("unknown_option", language, option=option, allowed=" ".join(options))


def _refuse(key: str, language: str | None, **values: object) -> NoReturn:
    raise UsageError(harmless(text(f"magic.{key}", language, **values)))
