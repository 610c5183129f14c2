"""`gradnb against tensorflow`: the same program on both sides."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent

import nbformat
import numpy as np
import pytest

from gradnb.against import process
from gradnb.against.process import TensorFlowUnavailable
from gradnb.cli import main
from gradnb.comparison import Compared, Comparison, compare
from gradnb.lessons import lessons
from gradnb.programs import run_program

needs_tensorflow = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

TRAINING = """\
import tensorflow as tf
w = tf.Variable(tf.random_normal([2, 3]), name="w")
x = tf.placeholder(tf.float32, [None, 2])
loss = tf.reduce_sum(tf.square(tf.matmul(x, w)))
step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
with tf.Session() as session:
    for attempt in range(2):
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            print(session.run([step, loss], {x: [[1, 2], [3, 4]]})[1])
"""

UNFETCHED = """\
import gradnb as tf
x = tf.constant(3.0)
s = tf.stop_gradient(x)
gradients = tf.gradients([s, x * x], [x, s])
with tf.Session() as session:
    session.run(tf.gradients(s, [x]))
"""

#: In the lesson for teachers the magic and `explain` ask for every gradient, the program for none.
WITH_GRADIENTS = [lesson for lesson in lessons("en") if not lesson.match("11_*")]

#: What lessons use that TensorFlow does not have.
GRADNB_ALONE = ("tf.explain(", "tf.show(", "tf.train_view(", "tf.compare_optimizers(", "view.decision_boundary(")

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a program into an empty folder, the current one."""
    monkeypatch.chdir(tmp_path)

    def write(source: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


# Without TensorFlow


def test_every_initialization_is_recorded_in_its_order(write: Write) -> None:
    ran = run_program(write(TRAINING))
    first, second = ran.initial_values["w"]
    assert first.shape == (2, 3)
    assert not np.array_equal(first, second)


def test_a_value_that_the_program_itself_feeds_is_no_initial_value(write: Write) -> None:
    program = "import gradnb as tf\nw = tf.Variable(1.0, name='w')\nwith tf.Session() as session:\n    w.load(2.0)\n"
    assert run_program(write(program)).initial_values == {}


def test_without_tensorflow_the_command_says_how_to_get_it(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    monkeypatch.delitem(process.sys.modules, "tensorflow", raising=False)
    write(TRAINING)
    assert main(["against", "tensorflow", "program.py"]) == 2
    assert capsys.readouterr() == (
        "",
        "gradnb: TensorFlow is not installed here. Install it with: python -m pip install tensorflow\n",
    )


def test_a_process_that_fails_is_told_with_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "check_installed", lambda: None)
    monkeypatch.setattr(process.sys, "executable", "false")
    with pytest.raises(TensorFlowUnavailable, match="TensorFlow's process failed: 1"):
        process.ask({})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"numbers": (1, 2)}, "gradnb counted 1 calls of tf.gradients, TensorFlow 2."),
        ({"errors": ("", "TypeError: no")}, "gradnb ended with: no error · TensorFlow ended with: TypeError: no"),
        ({"lines": (("1", "2"),)}, "gradnb printed: 1 · TensorFlow printed: 2"),
        ({"gradients": (Compared("c", "x", "1.", "2.", "5.0e-01", False),)}, "c     x  1.      2."),
    ],
)
def test_each_difference_is_told(change: dict[str, object], sentence: str) -> None:
    parts = {"gradients": (), "numbers": (1, 1), "lines": (), "errors": ("", "")} | change
    comparison = Comparison(Path("p.py"), "2", **parts)  # type: ignore[arg-type]  # each as its field says
    assert not comparison.same
    assert sentence in comparison.text()
    assert comparison.text().endswith("Not the same.")


def test_two_sides_that_agree_are_the_same() -> None:
    comparison = Comparison(Path("p.py"), "2", (), (1, 1), (), ("E: e", "E: e"))
    assert comparison.same
    assert comparison.text().endswith("The same, up to rounding.")


# With TensorFlow


@pytest.mark.slow
@needs_tensorflow
def test_training_from_random_values_is_the_same_each_time(write: Write) -> None:
    comparison = compare(write(TRAINING))
    assert comparison.same, comparison.text()
    assert len(comparison.gradients) == 1


@pytest.mark.slow
@needs_tensorflow
def test_nones_and_errors_are_compared_too(write: Write) -> None:
    comparison = compare(write(UNFETCHED))
    assert comparison.same, comparison.text()
    assert [(g.ours, g.theirs) for g in comparison.gradients] == [("6.0", "6.0"), ("1.0", "1.0"), ("None", "None")]
    assert comparison.errors[1].startswith("TypeError: Argument `fetch` = None has invalid type")


@pytest.mark.slow
@needs_tensorflow
def test_a_difference_is_found_and_is_exit_code_1(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    program = "import gradnb as tf\nx = tf.constant(2.0)\nscale = 1.0 if hasattr(tf, 'explain') else 3.0\n"
    write(program + "print(tf.gradients(x * x * scale, x) is None)\nprint('scale', scale)\n")
    assert main(["against", "tensorflow", "program.py"]) == 1
    out = capsys.readouterr().out
    assert "4." in out
    assert "12." in out
    assert "gradnb printed: scale 1.0 · TensorFlow printed: scale 3.0" in out


def as_program(lesson: Path) -> str:
    """Return a lesson's cells as one program; an error that a lesson shows is caught, and told by its first line."""
    parts = ["import gradnb as tf"]
    for cell in nbformat.read(lesson, 4).cells:
        source = cell.source
        if cell.cell_type != "code" or (source.startswith("%") and not source.startswith("%%gradgraph")):
            continue
        if source.startswith("%%gradgraph"):
            source = f"tf.reset_default_graph()\n{source.partition(chr(10))[2]}"
        if any(call in source for call in GRADNB_ALONE):
            continue
        source = "\n".join(line for line in source.splitlines() if not line.startswith(("check(", "described(")))
        if "raises-exception" in cell.metadata.get("tags", ()):
            source = (
                f"try:\n{indent(source, '    ')}\nexcept Exception as error:\n    print(str(error).splitlines()[0])"
            )
        parts.append(source)
    return "\n\n".join(parts)


@pytest.mark.slow
@needs_tensorflow
@pytest.mark.parametrize("lesson", WITH_GRADIENTS, ids=lambda lesson: lesson.stem)
def test_a_lesson_gives_what_tensorflow_gives(lesson: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    program = write(as_program(lesson))
    monkeypatch.chdir(lesson.parent)
    comparison = compare(program)
    assert comparison.same, comparison.text()
    assert comparison.errors == ("", "")
    assert comparison.gradients
