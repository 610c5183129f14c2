"""Laying DOT out in a child process: a kept one with pygraphviz, else the ``dot`` command."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal
from xml.etree import ElementTree

from gradnb.messages import text as message

Format = Literal["svg", "png", "pdf"]
Engine = Literal["auto", "pygraphviz", "dot"]

LIMIT_SECONDS = 10.0
EDGE_CAP = 400
PNG_DPI = 144
#: A larger PNG would take seconds to make, and megabytes in each notebook.
_MOST_DOTS = 8_000_000
INSTALL_COMMAND = "python -m pip install pygraphviz"

_BEGINNINGS = {"png": b"\x89PNG", "pdf": b"%PDF"}
_WORKER = Path(__file__).with_name("layout_worker.py")


class LayoutUnavailable(Exception):
    """There is no picture, for a reason that can be told.

    Parameters
    ----------
    reason : str
        The key of the reason's message: ``render.no_engine``, ``render.too_slow``, ``render.too_many_edges`` or
        ``render.no_layout``.
    **values
        What the message needs.
    """

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(message(reason, "en", **values))
        self.reason = reason
        self.values = values

    def advice(self, language: str | None = None) -> str:
        """Return the one line that a reader sees in place of the picture."""
        return message(self.reason, language, **self.values)


def engine_available() -> bool:
    """Return whether there is anything that lays pictures out: pygraphviz, or ``dot`` on the PATH."""
    return _has_pygraphviz() or shutil.which("dot") is not None


def draw(
    dot: str, format: Format = "svg", *, engine: Engine = "auto", limit: float = LIMIT_SECONDS, dpi: int = PNG_DPI
) -> bytes:
    """Lay out DOT text.

    Parameters
    ----------
    dot : str
        A graph in the DOT language.
    format : str
        ``svg`` (UTF-8), ``png`` or ``pdf``.
    engine : str
        ``pygraphviz`` or ``dot``; ``auto`` tries the first and then the second.
    limit : float
        Seconds after which an engine is ended.
    dpi : int
        Dots per inch of a ``png``.

    Returns
    -------
    bytes
        The picture.

    Raises
    ------
    LayoutUnavailable
        If there is no engine, or it failed, or it took too long, or there are too many edges.
    """
    edges = dot.count(" -> ")
    if edges > EDGE_CAP:
        raise LayoutUnavailable("render.too_many_edges", edges=edges, cap=EDGE_CAP)
    problem = _no_engine()
    if engine != "dot" and _has_pygraphviz():
        try:
            return _checked(_worker.draw(dot, format, limit, dpi), format)
        except LayoutUnavailable as failed:
            # Another engine would be as slow; but pygraphviz may be broken where `dot` is well.
            if failed.reason == "render.too_slow":
                raise
            problem = failed
    command = shutil.which("dot")
    if engine != "pygraphviz" and command is not None:
        return _checked(_draw_with_command(command, dot, format, limit, dpi), format)
    raise problem


def _checked(picture: bytes, format: Format) -> bytes:
    """Return a picture that is one: what calls itself ``dot`` may write anything."""
    if format == "svg":
        try:
            is_picture = ElementTree.fromstring(picture).tag.endswith("svg")
        except ElementTree.ParseError:
            is_picture = False
    else:
        is_picture = picture.startswith(_BEGINNINGS[format])
    if not is_picture:
        raise _failed(f"{picture[:40]!r} is no {format.upper()}")
    return picture


def _has_pygraphviz() -> bool:
    return importlib.util.find_spec("pygraphviz") is not None


def dpi_for(svg: str) -> int:
    """Return with how many dots per inch a picture that is known as SVG becomes a PNG: fewer if it is very large."""
    found = re.search(r'<svg[^>]* width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if found is None:
        return PNG_DPI
    square_inches = float(found[1]) * float(found[2]) / 72**2
    return max(1, min(PNG_DPI, int((_MOST_DOTS / square_inches) ** 0.5)))


def _no_engine() -> LayoutUnavailable:
    return LayoutUnavailable("render.no_engine", command=INSTALL_COMMAND)


def _failed(detail: str) -> LayoutUnavailable:
    lines = [line for line in detail.strip().splitlines() if "fontconfig" not in line.lower()]
    return LayoutUnavailable("render.no_layout", detail=(lines or ["?"])[-1][:200])


def _own_group() -> dict[str, Any]:
    """Return how a child is started so that an interrupt meant for the notebook doesn't reach it."""
    if sys.platform == "win32":  # pragma: no cover  # only Windows runs it
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _draw_with_command(command: str, dot: str, format: Format, limit: float, dpi: int) -> bytes:
    arguments: list[str] = [command, f"-T{format}", *([f"-Gdpi={dpi}"] if format == "png" else [])]
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            arguments, input=dot.encode(), capture_output=True, timeout=limit, **_own_group()
        )
    except subprocess.TimeoutExpired:
        raise LayoutUnavailable("render.too_slow", seconds=f"{limit:g}") from None
    except OSError as problem:
        raise _failed(str(problem)) from None
    if done.returncode != 0 or not done.stdout:
        raise _failed(done.stderr.decode(errors="replace"))
    return done.stdout


class _Worker:
    """The kept child process: started when first needed, started anew when it died, ended with the interpreter."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, dot: str, format: Format, limit: float, dpi: int) -> bytes:
        job = json.dumps({"dot": dot, "format": format, "dpi": dpi if format == "png" else None}).encode() + b"\n"
        with self._lock:
            # It may have died while it was idle, which a new one puts right; if that dies too, it's this very graph.
            picture = self._try(job, limit) or self._try(job, limit)
        if picture is None:
            raise _failed("the layout process ended unexpectedly")
        return picture

    def _try(self, job: bytes, limit: float) -> bytes | None:
        """Return the picture, or None if the process died."""
        process = self._running()
        ended = threading.Event()
        timer = threading.Timer(limit, _end_late, (process, ended))
        timer.daemon = True
        timer.start()
        try:
            return _ask(process, job)
        except (OSError, ValueError):
            self._stop()
            if ended.is_set():
                raise LayoutUnavailable("render.too_slow", seconds=f"{limit:g}") from None
            return None
        except LayoutUnavailable:
            raise
        except BaseException:
            # An interrupt between question and answer: the next question must not get this answer.
            self._stop()
            raise
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(
                # -P: this folder's html.py and its like must not hide the standard library's.
                [sys.executable, "-P", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **_own_group(),
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            _close(process)
            process.wait()

    def end(self) -> None:
        """End the process with the interpreter."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """In a forked child: leave the parent's process alone, and begin without one."""
        self._lock = threading.Lock()
        process, self._process = self._process, None
        if process is not None:
            _close(process)
            # Otherwise this child would warn about, and wait for, a process that is its parent's.
            process.returncode = 0


def _end_late(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    ended.set()
    process.kill()


def _close(process: subprocess.Popen[bytes]) -> None:
    for stream in filter(None, (process.stdin, process.stdout)):
        # What was not written yet is of no use to anybody.
        with suppress(OSError):
            stream.close()


def _ask(process: subprocess.Popen[bytes], job: bytes) -> bytes:
    questions: IO[bytes] | None = process.stdin
    answers: IO[bytes] | None = process.stdout
    assert questions is not None
    assert answers is not None
    questions.write(job)
    questions.flush()
    answer = json.loads(answers.readline())
    if answer.get("missing"):
        raise _no_engine()
    if answer["error"]:
        raise _failed(answer["error"])
    picture = answers.read(answer["size"])
    if len(picture) < answer["size"]:
        raise OSError("the picture was cut short")
    return picture


_worker = _Worker()
atexit.register(_worker.end)
if hasattr(os, "register_at_fork"):  # pragma: no branch  # Windows has no fork
    os.register_at_fork(after_in_child=_worker.forget)
