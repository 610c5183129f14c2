"""The command ``gradnb``: explain a program without a notebook, open the lessons."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from gradnb.engine.tracebacks import shorten
from gradnb.harmless import harmless
from gradnb.messages import LANGUAGES, current_language, set_language, text

_MOST_CALLS = 8


class _Refusal(Exception):
    """What was asked for cannot be done, in one sentence."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with an option in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command ``gradnb``.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after ``gradnb`` on the command line; by default that of this process.

    Returns
    -------
    int
        The exit code: 0, 1 when the explained program failed or TensorFlow's results differ, 2 when gradnb could not do
        what was asked.
    """
    options = _parser().parse_args(arguments)
    if options.lang is not None:
        set_language(options.lang)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every character of a picture's text
            stream.reconfigure(errors="replace")
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        code = command(options)
        print(end="", flush=True)
        return code
    except BrokenPipeError:  # whoever read along has seen enough
        _drop_the_rest()
        return 0
    except OSError as error:
        _drop_the_rest()
        print("gradnb:", text("cli.unwritable", file="stdout", reason=error.strerror), file=sys.stderr)
        return 2
    except _Refusal as refusal:
        print(f"gradnb: {harmless(str(refusal))}", file=sys.stderr)
        return 2


def _drop_the_rest() -> None:
    """Let nothing more be written to the standard output, which Python would try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> _Parser:
    parser = _Parser(prog="gradnb", description=text("cli.gradnb"))
    language = _Parser(add_help=False)
    language.add_argument("--lang", choices=LANGUAGES, help=text("cli.lang"))
    commands = parser.add_subparsers(required=True, metavar="explain | against | lessons | new-lesson | build-site")

    help_text = text("cli.explain")
    explain = commands.add_parser("explain", parents=[language], help=help_text, description=help_text)
    explain.add_argument("program", metavar="PROGRAM.py", type=Path, help=text("cli.program"))
    explain.add_argument("--view", nargs="+", action="extend", metavar="VIEW", help=text("cli.view"))
    explain.add_argument("-o", "--output", metavar="FILE", type=Path, help=text("cli.output"))
    explain.set_defaults(command=_explain)

    help_text = text("cli.against")
    against = commands.add_parser("against", parents=[language], help=help_text, description=help_text)
    against.add_argument("other", choices=["tensorflow"], help=text("cli.other"))
    against.add_argument("program", metavar="PROGRAM.py", type=Path, help=text("cli.program"))
    against.set_defaults(command=_against)

    help_text = text("cli.lessons")
    lessons = commands.add_parser("lessons", parents=[language], help=help_text, description=help_text)
    default = Path.home() / "gradnb-lessons"
    lessons.add_argument("--folder", metavar="FOLDER", type=Path, default=default, help=text("cli.folder"))
    lessons.add_argument("--fresh", action="store_true", help=text("cli.fresh"))
    lessons.add_argument("--no-browser", action="store_true", help=text("cli.no_browser"))
    lessons.add_argument("--port", metavar="N", type=int, help=text("cli.port"))
    lessons.set_defaults(command=_lessons)

    help_text = text("cli.new_lesson")
    new = commands.add_parser("new-lesson", parents=[language], help=help_text, description=help_text)
    new.add_argument("name", metavar="NAME", help=text("cli.lesson_name"))
    new.add_argument("--folder", metavar="FOLDER", type=Path, default=Path(), help=text("cli.lesson_folder"))
    new.set_defaults(command=_new_lesson)

    help_text = text("cli.build_site")
    site = commands.add_parser("build-site", parents=[language], help=help_text, description=help_text)
    site.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, default=Path("site"), help=text("cli.site_folder")
    )
    site.set_defaults(command=_build_site)
    return parser


def _explain(options: argparse.Namespace) -> int:
    from gradnb.explanation import VIEWS, check_file, explain_call
    from gradnb.programs import run_program

    program: Path = options.program
    views = options.view or ["graph", "table"]
    for view in views:
        if view not in VIEWS:
            raise _Refusal(text("explain.bad_option", name="--view", value=view, allowed=", ".join(VIEWS)))
    if options.output is not None:
        try:  # before a program runs that may take its time
            check_file(options.output)
        except (OSError, ValueError) as error:
            raise _Refusal(str(error)) from error
    try:
        ran = run_program(program)
    except OSError as error:
        raise _Refusal(text("cli.unreadable", file=program, reason=error.strerror)) from error
    if ran.error is not None:
        shorten(ran.error)
        traceback.print_exception(ran.error)
        return 1
    if not ran.calls:
        raise _Refusal(text("cli.no_call", file=program))
    calls, names = ran.calls, ran.names
    explanations = [explain_call(call, names=names, views=views) for call in calls[:_MOST_CALLS]]
    if options.output is None:
        print("\n\n".join(explanation.text() for explanation in explanations))
    else:
        for file, explanation in zip(_numbered(options.output, len(explanations)), explanations, strict=True):
            try:
                print(harmless(text("cli.written", file=explanation.save(file))))
            except (OSError, ValueError) as error:
                raise _Refusal(str(error)) from error
    if more := len(calls) - len(explanations):
        print(text("cli.more_calls", number=more, most=_MOST_CALLS))
    return 0


def _against(options: argparse.Namespace) -> int:
    from gradnb.against.process import TensorFlowUnavailable
    from gradnb.comparison import compare

    program: Path = options.program
    try:
        comparison = compare(program)
    except OSError as error:
        raise _Refusal(text("cli.unreadable", file=program, reason=error.strerror)) from error
    except TensorFlowUnavailable as problem:
        raise _Refusal(str(problem)) from problem
    print(comparison.text())
    return 0 if comparison.same else 1


def _unwritable(error: OSError) -> str:
    if error.strerror is None:  # gradnb's own: the message names the file
        return str(error)
    return text("cli.unwritable", file=error.filename, reason=error.strerror)


def _numbered(file: Path, number: int) -> list[Path]:
    """Return `number` names for what is to be written to `file`."""
    return [file] if number == 1 else [file.with_stem(f"{file.stem}-{place + 1}") for place in range(number)]


def _lessons(options: argparse.Namespace) -> int:
    from gradnb.lessons import copy_lessons

    if find_spec("jupyterlab") is None:
        raise _Refusal(text("cli.no_jupyterlab"))
    try:
        copy = copy_lessons(options.folder, current_language(), fresh=options.fresh)
    except OSError as error:
        raise _Refusal(_unwritable(error)) from error
    print(text("cli.lessons_at", folder=copy.folder))
    if copy.kept:
        print(text("cli.kept", files=", ".join(lesson.name for lesson in copy.kept)))
        print(
            text("cli.fresh_ones", files=", ".join(x.name for x in copy.fresh)) if copy.fresh else text("cli.get_fresh")
        )

    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=list(_lab_arguments(copy.folder, copy.lessons[0].name, options)))
    return 0


def _lab_arguments(folder: Path, first: str, options: argparse.Namespace) -> Iterator[str]:
    yield f"--ServerApp.root_dir={folder.resolve()}"
    yield f"--LabApp.default_url=/lab/tree/{first}"
    yield "--LabApp.news_url=None"  # a first lesson is no place for a dialog about news
    yield "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "--allow-root"  # in a container a learner is often root, and the server listens on this machine only
    if options.no_browser:
        yield "--no-browser"
    if options.port is not None:
        yield f"--ServerApp.port={options.port}"


def _new_lesson(options: argparse.Namespace) -> int:
    from gradnb.new_lesson import new_lesson

    try:
        lesson = new_lesson(options.name, options.folder)
    except (ValueError, FileExistsError) as error:
        raise _Refusal(str(error)) from error
    except OSError as error:
        raise _Refusal(_unwritable(error)) from error
    for notebook in lesson.notebooks:
        print(text("cli.written", file=notebook))
    print(text("cli.test_lesson" if lesson.ran else "cli.lesson_not_run", files=" ".join(map(str, lesson.notebooks))))
    return 0


def _build_site(options: argparse.Namespace) -> int:
    from gradnb.site import CannotBuild, build_site

    try:
        site = build_site(options.folder)
    except CannotBuild as problem:
        raise _Refusal(str(problem)) from problem
    except OSError as error:
        raise _Refusal(_unwritable(error)) from error
    print(text("cli.built", count=len(site.pages), first=site.pages[0]))
    return 0
