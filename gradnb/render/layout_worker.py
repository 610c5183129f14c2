"""The kept child process that lays pictures out with pygraphviz: jobs in on stdin, pictures out on stdout.

A job is a line of JSON, ``{"dot": …, "format": …, "dpi": …}``. Its answer is a line of JSON, ``{"size": n, "error":
…, "missing": …}``, and then `n` bytes; `missing` says that pygraphviz cannot be imported. The process ends when stdin
does.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any, BinaryIO


def main() -> None:
    """Answer jobs until there are no more."""
    # What Graphviz's C code prints must not run into the answers: it gets a file in place of both streams.
    answers = os.fdopen(os.dup(1), "wb")
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        for line in sys.stdin.buffer:
            _answer(json.loads(line), said, answers)


def _answer(job: dict[str, Any], said: BinaryIO, answers: BinaryIO) -> None:
    said.seek(0)
    said.truncate()
    error, picture, missing = "", b"", False
    try:
        picture = _draw(job["dot"], job["format"], job["dpi"])
    except Exception as problem:  # whatever went wrong, the parent is told and the worker lives on
        said.seek(0)
        error = f"{problem} {said.read().decode(errors='replace')}".strip()
        missing = isinstance(problem, ImportError)
    head = {"size": len(picture), "error": error, "missing": missing}
    answers.write(json.dumps(head).encode() + b"\n" + picture)
    answers.flush()


def _draw(dot: str, format: str, dpi: int | None) -> bytes:
    import pygraphviz

    with pygraphviz.AGraph(string=dot) as graph:
        if dpi is not None:
            graph.graph_attr["dpi"] = str(dpi)
        picture = graph.draw(format=format, prog="dot")
    if not picture:
        raise ValueError("Graphviz gave no picture.")
    return bytes(picture)


if __name__ == "__main__":  # pragma: no branch  # it is only ever run as a program
    main()
