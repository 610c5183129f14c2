"""Whatever a program file holds and whatever is typed behind ``gradnb``, the command answers with an exit code."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradnb as tf
from gradnb.cli import main
from tests.fuzz.strange import FEW, MANY

CALL = b"import tensorflow as tf\nx = tf.Variable(2.0)\ntf.gradients(x * x, x)\n"

#: A program with what it must end with.
PROGRAMS: dict[str, tuple[bytes, object]] = {
    "plain": (CALL, 0),
    "byte order mark": (b"\xef\xbb\xbf" + CALL, 0),
    "line ends of Windows": (CALL.replace(b"\n", b"\r\n"), 0),
    "line ends of old": (CALL.replace(b"\n", b"\r"), 0),
    "other encoding": (b"# -*- coding: latin-1 -*-\na = '\xe9'\n" + CALL, 0),
    "annotations that mean something": (CALL + b"def f(a: int): ...\nassert f.__annotations__ == {'a': int}\n", 0),
    "under main": (b"if __name__ == '__main__':\n    " + CALL.rstrip().replace(b"\n", b"\n    "), 0),
    "all names": (b"from tensorflow import *\nx = Variable(1.0)\ngradients(x * x, x)\n", 0),
    "other output": (CALL + b"import sys\nsys.stdout = sys.stderr = None\n", 0),
    "other folder": (b"import os\nos.chdir('/')\n" + CALL, 0),
    "graph forgotten": (CALL + b"tf.reset_default_graph()\n", 0),
    "name forgotten": (CALL + b"del x\n", 0),
    "main forgotten": (CALL + b"import sys\ndel sys.modules['__main__']\nsys.argv = sys.path = None\n", 0),
    "ends itself well": (CALL + b"raise SystemExit\n", 0),
    "many calls": (CALL + b"for i in range(12): tf.gradients(x * x, x)\n", 0),
    "empty": (b"", 2),
    "no call": (b"a = 1\n", 2),
    "ends itself": (CALL + b"raise SystemExit(3)\n", SystemExit),
    "nothing but zeros": (b"\0\0\0", 1),
    "zero inside": (CALL + b"a = 1\0\n", 1),
    "wide characters": (CALL.decode().encode("utf-16"), 1),
    "unknown bytes": (b"a = '\xe9'\n", 1),
    "unknown encoding": (b"# -*- coding: nothing -*-\n", 1),
    "not Python": (b"def (:\n", 1),
    "Python 2": (b"print 'a'\n", 1),
    "too deep": (b"(" * 300 + b")" * 300, 1),
    "much too deep": (b"x = " + b"-" * 20_000 + b"1\n", 1),
    "endless": (b"def f(): f()\nf()\n", 1),
    "fails": (b"1 / 0\n", 1),
    "fails without words": (b"class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n", 1),
    "fails in many ways": (b"raise ExceptionGroup('a', [ValueError(1), TypeError(2)])\n", 1),
    "fails in no character": (b"raise ValueError('\\ud800')\n", 1),
    "interrupted": (b"raise KeyboardInterrupt\n", KeyboardInterrupt),
}
WORDS = st.one_of(
    st.sampled_from(["explain", "explain", "against", "torch", "--lang", "en", "zh", "fr", "-o", "--output", "--help"]),
    st.sampled_from(["plain.py", "empty.py", "fails.py", "folder", "none.py", "out.svg", "out.txt", "nowhere/out.dot"]),
    st.sampled_from(["-", "--", "", "x\0y", "\ud800", "a b", "../a", "-o=out.xyz", "--fresh", "--port", "nine"]),
    st.text(max_size=5),
)


def answer(*arguments: str) -> object:
    """Return the exit code, or the type of what ended it."""
    state = sys.argv, sys.path, sys.modules["__main__"], sys.stdin
    tf.reset_default_graph()
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: Any = main(arguments)
        except SystemExit as stop:
            code = SystemExit if stop.code not in (0, 2) else stop.code
        except KeyboardInterrupt:
            code = KeyboardInterrupt
    assert (sys.argv, sys.path, sys.modules["__main__"], sys.stdin) == state
    assert (code == 0) == bool(out.getvalue())
    assert code == 0 or code in (SystemExit, KeyboardInterrupt) or err.getvalue()
    return code


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for name in ("plain", "empty", "fails"):
        Path(f"{name}.py").write_bytes(PROGRAMS[name][0])
    Path("folder").mkdir()
    yield tmp_path
    tf.set_language("en")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_explained_or_its_end_is_told(folder: Path, name: str) -> None:
    program, code = PROGRAMS[name]
    file = folder / "program.py"
    file.write_bytes(program)
    assert answer("explain", str(file)) == code


def asks(arguments: list[str]) -> None:
    if not {"lessons", "new-lesson", "build-site"} & {*arguments} and arguments[:2] != ["against", "tensorflow"]:
        assert answer(*arguments) in (0, 1, 2)


@FEW
@given(st.lists(WORDS, max_size=6))
def test_a_command_line_is_understood_or_refused(arguments: list[str]) -> None:
    asks(arguments)


@pytest.mark.slow
@settings(MANY, max_examples=5000)
@given(st.lists(WORDS, max_size=6))
def test_many_command_lines(arguments: list[str]) -> None:
    asks(arguments)


@pytest.mark.slow
@settings(MANY, max_examples=2000)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_many_files_that_are_no_programs(content: bytes) -> None:
    Path("program.py").write_bytes(b"# " + content if b"\n" not in content and b"\r" not in content else b"(" + content)
    assert answer("explain", "program.py") in (1, 2)


def test_who_reads_only_the_first_line_sees_no_traceback(folder: Path) -> None:
    many = folder / "many.py"
    many.write_bytes(PROGRAMS["many calls"][0])
    command = [sys.executable, "-m", "gradnb", "explain", str(many)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_an_output_that_is_full_is_told(folder: Path) -> None:
    with open("/dev/full", "wb") as full:
        told = subprocess.run(
            [sys.executable, "-m", "gradnb", "explain", "plain.py"], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert told.returncode == 2
    assert told.stderr.startswith(b"gradnb: cannot write stdout:")


@pytest.mark.parametrize(
    ("switch", "environment"),
    [
        ("-O", {"PYTHONIOENCODING": "ascii", "LANG": "C", "GRADNB_LANG": "zh"}),
        ("-OO", {"PYTHONUTF8": "0", "LC_ALL": "C"}),
        ("-I", {}),
        ("-Werror", {}),
    ],
)
def test_it_runs_in_poor_surroundings(folder: Path, switch: str, environment: dict[str, str]) -> None:
    bare = {"PATH": os.environ["PATH"], **environment}
    command = [sys.executable, switch, "-m", "gradnb", "explain", "plain.py"]
    told = subprocess.run(command, env=bare, capture_output=True, timeout=60)
    assert (told.returncode, told.stderr) == (0, b"")
    assert told.stdout.startswith(b"tf.gradients(")
