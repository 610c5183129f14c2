"""Layout in child processes: what comes out, and everything that may go wrong."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradnb.render import layout
from gradnb.render.layout import LayoutUnavailable, draw

GRAPH = 'digraph { a -> b [label="梯度"] }'
MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
ROOT = Path(__file__).parents[2]

needs_pygraphviz = pytest.mark.skipif(importlib.util.find_spec("pygraphviz") is None, reason="pygraphviz isn't here")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="writes a shell script, forks or asks for a session")

ENGINES = [pytest.param("pygraphviz", marks=needs_pygraphviz), pytest.param("dot", marks=pytest.mark.dot)]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[layout._Worker]:
    """A kept process of the test's own."""
    own = layout._Worker()
    monkeypatch.setattr(layout, "_worker", own)
    yield own
    own.end()


@pytest.fixture
def played(worker: layout._Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]  # a function
    """Let the kept process run a program of the test's, and have no `dot`."""
    monkeypatch.setattr(layout, "_has_pygraphviz", lambda: True)
    monkeypatch.setenv("PATH", str(tmp_path))

    def play(program: str) -> None:
        script = tmp_path / "worker.py"
        script.write_text(program)
        monkeypatch.setattr(layout, "_WORKER", script)

    return play


def fake_dot(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    command = folder / "dot"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("format", sorted(MAGIC))
def test_each_engine_draws_each_format(engine: layout.Engine, format: layout.Format) -> None:
    assert draw(GRAPH, format, engine=engine).startswith(MAGIC[format])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_png_is_crisp(engine: layout.Engine) -> None:
    small = draw('digraph { graph [size="1,1!" ratio=fill] a }', "png", engine=engine)
    width = int.from_bytes(small[16:20], "big")
    assert width == pytest.approx(144, abs=12)


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_printed(engine: layout.Engine, capfd: pytest.CaptureFixture[str]) -> None:
    draw("digraph { a [shape=nosuchshape] a:nosuchport -> b }", engine=engine)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_graph_that_is_none_is_refused_with_what_graphviz_said(engine: layout.Engine) -> None:
    with pytest.raises(LayoutUnavailable, match=r"syntax error|failed") as caught:
        draw("digraph { a [ }", engine=engine)
    assert caught.value.reason == "render.no_layout"
    assert draw(GRAPH, engine=engine).startswith(MAGIC["svg"])


def test_without_an_engine_the_advice_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(layout, "_has_pygraphviz", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not layout.engine_available()
    with pytest.raises(LayoutUnavailable) as caught:
        draw(GRAPH)
    for language in ("en", "zh"):
        advice = caught.value.advice(language)
        assert "python -m pip install pygraphviz" in advice
        assert "\n" not in advice


@pytest.mark.dot
def test_without_pygraphviz_the_command_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_has_pygraphviz", lambda: False)
    assert layout.engine_available()
    assert draw(GRAPH).startswith(MAGIC["svg"])


@pytest.mark.dot
def test_where_pygraphviz_is_broken_the_command_draws(
    worker: layout._Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(layout, "_has_pygraphviz", lambda: True)
    script = tmp_path / "worker.py"
    script.write_text("raise SystemExit(1)")
    monkeypatch.setattr(layout, "_WORKER", script)
    assert draw(GRAPH).startswith(MAGIC["svg"])


def test_too_many_edges_are_not_laid_out() -> None:
    many = "digraph {" + "a -> b;" * (layout.EDGE_CAP + 1) + "}"
    with pytest.raises(LayoutUnavailable, match=str(layout.EDGE_CAP)) as caught:
        draw(many)
    assert caught.value.reason == "render.too_many_edges"


@posix_only
def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_dot(tmp_path, monkeypatch, "exec sleep 600")
    with pytest.raises(LayoutUnavailable) as caught:
        draw(GRAPH, engine="dot", limit=0.2)
    assert caught.value.reason == "render.too_slow"
    assert "0.2" in caught.value.advice("zh")


@posix_only
def test_a_command_that_fails_is_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_dot(tmp_path, monkeypatch, "echo 'no fonts at all' >&2; exit 3")
    with pytest.raises(LayoutUnavailable, match="no fonts at all"):
        draw(GRAPH, engine="dot")
    assert capfd.readouterr() == ("", "")


@posix_only
def test_a_command_that_cannot_be_started_is_no_exception_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_dot(tmp_path, monkeypatch, "")
    (tmp_path / "dot").write_bytes(b"\x7fELF no program at all")
    with pytest.raises(LayoutUnavailable, match="Exec format error") as caught:
        draw(GRAPH, engine="dot")
    assert caught.value.reason == "render.no_layout"


@posix_only
@pytest.mark.parametrize("format", sorted(MAGIC))
def test_a_command_that_writes_anything_else_has_drawn_nothing(
    format: layout.Format, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_dot(tmp_path, monkeypatch, "echo hello")
    with pytest.raises(LayoutUnavailable, match=f"hello.* is no {format.upper()}"):
        draw(GRAPH, format, engine="dot")


def test_a_kept_process_that_hangs_is_ended(played, worker: layout._Worker) -> None:  # type: ignore[no-untyped-def]  # fixture
    played("import sys, time; sys.stdin.readline(); time.sleep(600)")
    with pytest.raises(LayoutUnavailable) as caught:
        draw(GRAPH, engine="pygraphviz", limit=0.5)
    assert caught.value.reason == "render.too_slow"
    assert worker._process is None


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import sys; sys.stdin.readline(); print('nonsense', flush=True)",
        'print(\'{"size": 9, "error": ""}\')',
    ],
)
def test_a_kept_process_that_breaks_is_no_exception_of_its_own(played, program: str) -> None:  # type: ignore[no-untyped-def]  # fixture
    played(program)
    with pytest.raises(LayoutUnavailable) as caught:
        draw(GRAPH, engine="pygraphviz")
    assert caught.value.reason == "render.no_layout"


def test_a_pygraphviz_that_cannot_be_imported_counts_as_missing(played) -> None:  # type: ignore[no-untyped-def]  # fixture
    played('import sys; sys.stdin.readline(); print(\'{"size": 0, "error": "no C library", "missing": true}\')')
    with pytest.raises(LayoutUnavailable) as caught:
        draw(GRAPH, engine="pygraphviz")
    assert caught.value.reason == "render.no_engine"


@posix_only
def test_the_kept_process_says_when_pygraphviz_cannot_be_imported(
    worker: layout._Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('no C library')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LayoutUnavailable) as caught:
        worker.draw(GRAPH, "svg", 10.0, 144)
    assert caught.value.reason == "render.no_engine"


@needs_pygraphviz
def test_the_kept_process_answers_job_after_job_and_ends_when_there_are_no_more() -> None:
    jobs = [
        {"dot": GRAPH, "format": "svg", "dpi": None},
        {"dot": "digraph { a [ }", "format": "svg", "dpi": None},
        {"dot": GRAPH, "format": "png", "dpi": 144},
    ]
    done = subprocess.run(
        [sys.executable, "-P", str(layout._WORKER)],
        input="".join(json.dumps(job) + "\n" for job in jobs).encode(),
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    said, answers = io.BytesIO(done.stdout), []
    while line := said.readline():
        head = json.loads(line)
        answers.append((head, said.read(head["size"])))
    assert [picture[:4] for _, picture in answers] == [b"<?xm", b"", b"\x89PNG"]
    assert [bool(head["error"]) for head, _ in answers] == [False, True, False]
    assert "syntax error" in answers[1][0]["error"]
    assert not any(head["missing"] for head, _ in answers)


@posix_only
def test_a_picture_of_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pygraphviz.py").write_text(
        "class AGraph:\n"
        "    def __init__(self, string): print('what the library prints is no answer', flush=True)\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self, *problem): pass\n"
        "    def draw(self, format, prog): return None\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", str(layout._WORKER)],
        input=json.dumps({"dot": GRAPH, "format": "svg", "dpi": None}).encode() + b"\n",
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    head = json.loads(done.stdout)
    assert head == {
        "size": 0,
        "error": "Graphviz gave no picture. what the library prints is no answer",
        "missing": False,
    }


@needs_pygraphviz
def test_one_process_is_kept(worker: layout._Worker) -> None:
    assert worker._process is None
    draw(GRAPH, engine="pygraphviz")
    first = worker._process
    draw(GRAPH, engine="pygraphviz")
    assert worker._process is first


@needs_pygraphviz
def test_a_process_that_died_is_started_anew(worker: layout._Worker) -> None:
    draw(GRAPH, engine="pygraphviz")
    died = worker._process
    assert died is not None
    died.kill()
    died.wait()
    assert draw(GRAPH, engine="pygraphviz").startswith(MAGIC["svg"])
    assert worker._process is not died


@needs_pygraphviz
def test_after_an_interrupt_the_next_picture_is_the_right_one(
    worker: layout._Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = layout._ask

    def interrupted(process: subprocess.Popen[bytes], job: bytes) -> bytes:
        assert process.stdin is not None
        process.stdin.write(job)
        process.stdin.flush()
        raise KeyboardInterrupt

    monkeypatch.setattr(layout, "_ask", interrupted)
    with pytest.raises(KeyboardInterrupt):
        draw("digraph { wrong }", engine="pygraphviz")
    monkeypatch.setattr(layout, "_ask", asked)
    assert b"wrong" not in draw('digraph { right [label="right"] }', engine="pygraphviz")


@needs_pygraphviz
@posix_only
def test_an_interrupt_from_the_keyboard_does_not_reach_the_kept_process(worker: layout._Worker) -> None:
    draw(GRAPH, engine="pygraphviz")
    assert worker._process is not None
    assert os.getpgid(worker._process.pid) != os.getpgid(0)


@needs_pygraphviz
@posix_only
@pytest.mark.parametrize("drawn_before", [True, False])
def test_a_forked_child_draws_with_a_process_of_its_own(drawn_before: bool) -> None:
    program = f"""
        import os
        from gradnb.render.layout import draw, _worker
        if {drawn_before}:
            draw("digraph {{ a }}", engine="pygraphviz")
        kept = _worker._process
        child = os.fork()
        if child == 0:
            assert _worker._process is None
            good = draw("digraph {{ b }}", engine="pygraphviz").startswith(b"<?xml")
            _worker.end()
            os._exit(0 if good else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert draw("digraph {{ c }}", engine="pygraphviz").startswith(b"<?xml")
        assert kept is None or _worker._process is kept
    """
    # Python 3.12 and later warn of any fork beside another thread: here of the timer's, for as long as it takes to end.
    command = [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", textwrap.dedent(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@needs_pygraphviz
@posix_only
def test_the_kept_process_ends_with_the_interpreter() -> None:
    program = "from gradnb.render.layout import *; from gradnb.render.layout import _worker; "
    program += "draw('digraph { a }', engine='pygraphviz'); print(_worker._process.pid)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), signal.SIG_DFL)
