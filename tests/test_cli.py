"""The command `gradnb`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from gradnb import cli
from gradnb.cli import main
from gradnb.lessons import lessons
from gradnb.messages import text

ROOT = Path(__file__).parent.parent

ONE_VARIABLE = """\
import tensorflow as tf
w1=tf.Variable([[1,2]],dtype=tf.float32)
w2=tf.Variable([[3,4]],dtype=tf.float32)
y=tf.matmul(w1,tf.convert_to_tensor([[9],[10]],dtype=tf.float32))
grads=tf.gradients(y,[w1])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("gradient:",sess.run(grads))
"""

TWO_CALLS = """\
import gradnb as tf
x = tf.Variable(3.)
first = tf.gradients(x * x, [x])
second = tf.gradients(x * x, [x], grad_ys=10.)
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `gradnb` with the arguments in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Answer:
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = stop.code
        return Answer(code, *capsys.readouterr())

    return run


def test_a_program_is_run_and_its_call_explained(run: Run) -> None:
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    code, out, err = run("explain", "program.py")
    assert (code, err) == (0, "")
    assert out.startswith("gradient: [array([[ 9., 10.]], dtype=float32)]\n")
    assert "tf.gradients(y, [w1])" in out
    assert "[[29.]]" in out


def test_every_call_is_explained_in_order(run: Run) -> None:
    Path("program.py").write_text(TWO_CALLS, encoding="utf-8")
    code, out, _ = run("explain", "program.py")
    assert code == 0
    assert out.count("tf.gradients(") == 2
    assert out.index("6.") < out.index("60.")


def test_at_most_eight_calls_are_explained_and_the_others_counted(run: Run) -> None:
    Path("program.py").write_text(
        "import gradnb as tf\nx = tf.Variable(3.)\nfor _ in range(10): tf.gradients(x * x, [x])\n", encoding="utf-8"
    )
    _, out, _ = run("explain", "program.py", "--lang", "en")
    assert out.count("tf.gradients(") == 8
    assert text("cli.more_calls", "en", most=8, number=2) in out


def test_what_is_shown_can_be_chosen(run: Run) -> None:
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    _, table, _ = run("explain", "program.py", "--view", "table")
    _, more, _ = run("explain", "program.py", "--view", "steps", "--view", "story", "--lang", "en")
    assert "w1  (1, 2)" in table
    assert "Steps" not in table
    assert more.index("Steps") < more.index("The gradient with respect to w1")
    assert "w1  (1, 2)" not in more


def test_the_explanation_can_be_written_to_a_file(run: Run) -> None:
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    code, out, _ = run("explain", "program.py", "-o", "out.html")
    assert code == 0
    assert "out.html" in out
    assert "<table" in Path("out.html").read_text(encoding="utf-8")


def test_several_explanations_are_numbered(run: Run) -> None:
    Path("program.py").write_text(TWO_CALLS, encoding="utf-8")
    assert run("explain", "program.py", "-o", "out.html").code == 0
    assert sorted(file.name for file in Path().glob("*.html")) == ["out-1.html", "out-2.html"]


def test_the_language_can_be_chosen(run: Run) -> None:
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    _, out, _ = run("explain", "program.py", "--lang", "zh")
    assert re.search("[\u4e00-\u9fff]", out)


def test_the_program_runs_as_python_would_run_it(run: Run) -> None:
    folder = Path("elsewhere")
    folder.mkdir()
    (folder / "beside.py").write_text("number = 3.\n", encoding="utf-8")
    (folder / "program.py").write_text(
        "import sys, beside, tensorflow as tf\n"
        "if __name__ == '__main__':\n"
        "    x = tf.Variable(beside.number)\n"
        "    tf.gradients(x * x, [x])\n"
        "    print(sys.argv, __file__, sys.modules['__main__'].x is x)\n"
        "    sys.exit()\n",
        encoding="utf-8",
    )
    program = str(folder / "program.py")
    before = sys.modules["__main__"], sys.argv, sys.path
    code, out, _ = run("explain", program)
    assert code == 0
    assert out.startswith(f"{[program]} {program} True\n")
    assert (sys.modules["__main__"], sys.argv, sys.path) == before


def test_the_programs_own_error_is_its_own_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADNB_TRACEBACK")
    Path("program.py").write_text(
        "import tensorflow as tf\n"
        "def build(x):\n"
        "    return tf.gradients(x, [x], grad_ys=[1., 2.])\n"
        "build(tf.Variable(3.))\n",
        encoding="utf-8",
    )
    code, out, err = run("explain", "program.py")
    assert (code, out) == (1, "")
    assert err.startswith("Traceback (most recent call last):\n")
    assert re.findall(r'File "(.*?)", line (\d+)', err) == [("program.py", "4"), ("program.py", "3")]
    assert "ValueError: Length mismatch. Passed 2 grad_ys for 1 ys" in err


def test_a_syntax_error_shows_the_programs_line_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADNB_TRACEBACK")
    Path("program.py").write_text("x = (1,\ny = 2\n", encoding="utf-8")
    code, _, err = run("explain", "program.py")
    assert code == 1
    assert re.findall(r'File "(.*?)"', err) == ["program.py"]
    assert "SyntaxError" in err


def test_a_program_that_exits_with_a_code_keeps_it(run: Run) -> None:
    Path("program.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    assert run("explain", "program.py").code == 3


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["explain", "missing.py"], "missing.py"),
        (["explain", "."], "."),
        (["explain", "nothing.py"], "nothing.py"),
        (["explain", "program.py", "-o", "no/such/folder/out.html"], "folder"),
        (["explain", "program.py", "-o", "out.docx"], ".html"),
        (["explain", "program.py", "--lang", "fr"], "'en', 'zh'"),
        (["explain", "program.py", "--colour"], "--colour"),
        (["explain", "program.py", "--view", "graph", "film"], "'film'"),
        (["explain"], "PROGRAM.py"),
        (["lessons", "--port", "many"], "many"),
        ([], "explain | against | lessons | new-lesson | build-site"),
    ],
)
def test_a_wrong_argument_is_one_line_and_code_2(arguments: list[str], named: str, run: Run) -> None:
    Path("program.py").write_text(TWO_CALLS, encoding="utf-8")
    Path("nothing.py").write_text("import gradnb\n", encoding="utf-8")
    code, _, err = run(*arguments)
    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith("gradnb")
    assert named in err


def test_python_minus_m_gradnb_is_the_same_command(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "gradnb", "explain", "program.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "tf.gradients(y, [w1])" in answer.stdout


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the arguments with which JupyterLab would be started."""
    from jupyterlab.labapp import LabApp

    given: list[str] = []
    monkeypatch.setattr(LabApp, "launch_instance", lambda argv: given.extend(argv))
    return given


def test_the_lessons_open_at_the_first_one(run: Run, launched: list[str]) -> None:
    assert run("lessons", "--folder", "mine", "--lang", "zh", "--no-browser", "--port", "8890").code == 0
    assert f"--ServerApp.root_dir={Path('mine/zh').resolve()}" in launched
    assert "--LabApp.default_url=/lab/tree/01_one_variable.ipynb" in launched
    assert "--no-browser" in launched
    assert "--ServerApp.port=8890" in launched


def test_a_browser_is_opened_unless_told_otherwise(run: Run, launched: list[str]) -> None:
    run("lessons", "--folder", "mine")
    assert "--no-browser" not in launched
    assert not [argument for argument in launched if "port" in argument]


def test_the_lessons_are_kept_in_the_home_folder_by_default(
    run: Run, launched: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    _, out, _ = run("lessons", "--lang", "en")
    assert str(tmp_path / "home" / "gradnb-lessons" / "en") in out


def test_edited_lessons_are_named(run: Run, launched: list[str]) -> None:
    run("lessons", "--folder", "mine", "--lang", "en")
    Path("mine/en/01_one_variable.ipynb").write_text("{}", encoding="utf-8")
    _, out, _ = run("lessons", "--folder", "mine", "--lang", "en")
    assert text("cli.kept", "en", files="01_one_variable.ipynb") in out
    assert text("cli.get_fresh", "en") in out
    _, out, _ = run("lessons", "--folder", "mine", "--lang", "en", "--fresh")
    assert text("cli.fresh_ones", "en", files="01_one_variable-fresh.ipynb") in out


def test_without_jupyterlab_one_line_says_how_to_install_it(
    run: Run, launched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    code, out, err = run("lessons", "--folder", "mine", "--lang", "en")
    assert (code, out, launched) == (2, "", [])
    assert err == f"gradnb: {text('cli.no_jupyterlab', 'en')}\n"


def test_a_folder_that_cannot_be_made_is_one_line(run: Run, launched: list[str]) -> None:
    Path("taken").write_text("", encoding="utf-8")
    code, _, err = run("lessons", "--folder", "taken")
    assert code == 2
    assert err.count("\n") == 1
    assert "taken" in err


def test_jupyterlab_really_serves_the_lessons(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "gradnb", "lessons", "--no-browser", "--folder", str(tmp_path / "mine")]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        port, token = announced_address(server)
        names = [entry["name"] for entry in listing(f"http://127.0.0.1:{port}/api/contents?token={token}")["content"]]
        assert sorted(names) == [lesson.name for lesson in lessons("en")]
    finally:
        server.terminate()
        server.communicate(timeout=60)


def announced_address(server: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the port and the token that the server prints."""
    said = []
    for line in server.stderr or ():
        said.append(line)
        if address := re.search(r"http://127\.0\.0\.1:(\d+)/\S*token=(\w+)", line):
            return address[1], address[2]
    pytest.fail("".join(said))


def listing(address: str) -> dict[str, list[dict[str, str]]]:
    """Return what the server answers; it prints its address a moment before it listens."""
    patience = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.1)


# Beside TensorFlow, whose answers are given here


def answers(
    gradient: object, error: str = "", printed: str = "gradient: [array([[ 9., 10.]], dtype=float32)]\n"
) -> dict[str, Any]:
    return {"version": "2.16", "calls": [[gradient]], "number": 1, "printed": printed, "error": error}


@pytest.mark.parametrize(
    ("gradient", "code", "said"),
    [
        (np.array([[9.0, 10.0]], np.float32), 0, "[[9. 10.]]"),
        (np.array([[9.0, 11.0]], np.float32), 1, "[[9. 11.]]"),
        (None, 1, "None"),
        ("no such variable", 1, "no such variable"),
    ],
)
def test_a_program_is_compared_with_tensorflow(
    run: Run, monkeypatch: pytest.MonkeyPatch, gradient: object, code: int, said: str
) -> None:
    jobs: list[dict[str, Any]] = []

    def asked(job: dict[str, Any]) -> dict[str, Any]:
        jobs.append(job)
        return answers(gradient)

    monkeypatch.setattr("gradnb.comparison.check_installed", lambda: None)
    monkeypatch.setattr("gradnb.comparison.ask", asked)
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    answer = run("against", "tensorflow", "program.py")
    assert (answer.code, answer.err) == (code, "")
    assert "w1" in answer.out
    assert said in answer.out
    # TensorFlow is given the program with the values that it had here.
    (job,) = jobs
    assert job["program"] == "program.py"
    assert [array.tolist() for array in job["calls"][0]["variables"].values()] == [[[1.0, 2.0]], [[3.0, 4.0]]]


def test_a_program_that_ends_otherwise_on_tensorflow_is_not_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradnb.comparison.check_installed", lambda: None)
    right = np.array([[9.0, 10.0]], np.float32)
    monkeypatch.setattr("gradnb.comparison.ask", lambda job: answers(right, "ValueError: not here", "nothing\n"))
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    answer = run("against", "tensorflow", "program.py")
    assert answer.code == 1
    assert "ValueError: not here" in answer.out
    assert "nothing" in answer.out


def test_a_program_that_is_not_there_cannot_be_compared(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradnb.comparison.check_installed", lambda: None)
    answer = run("against", "tensorflow", "missing.py")
    assert answer.code == 2
    assert "missing.py" in answer.err
    assert "Traceback" not in answer.err


def test_an_explanation_that_cannot_be_written_says_why(run: Run) -> None:
    Path("program.py").write_text(ONE_VARIABLE, encoding="utf-8")
    answer = run("explain", "program.py", "--output", "missing/picture.txt")
    assert answer.code == 2
    assert "missing" in answer.err
    assert "Traceback" not in answer.err


def test_a_new_lesson_says_which_files_were_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradnb.new_lesson.find_spec", lambda name: None)
    answer = run("new-lesson", "12_mine", "--folder", "lessons")
    assert answer.code == 0
    for language in ("en", "zh"):
        assert Path("lessons", language, "12_mine.ipynb").exists()
        assert "12_mine.ipynb" in answer.out
    assert text("cli.lesson_not_run", files="").split()[0] in answer.out
    again = run("new-lesson", "12_mine", "--folder", "lessons")
    assert again.code == 2
    assert "12_mine.ipynb" in again.err
    conftest = Path("lessons/conftest.py")
    conftest.write_text("# a teacher's own\n", encoding="utf-8")
    assert run("new-lesson", "13_more", "--folder", "lessons").code == 0
    assert conftest.read_text(encoding="utf-8") == "# a teacher's own\n"
