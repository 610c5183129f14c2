"""Interrupts at any moment, broken helpers, full disks and missing fonts leave everything usable."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

import gradnb as tf
from gradnb import messages
from gradnb.engine.defaults import graphs, sessions
from gradnb.engine.graph import get_default_graph
from gradnb.explanation import Explanation
from gradnb.files import write_whole
from gradnb.jupyter.panel import Panel
from gradnb.render import layout

ROOT = Path(__file__).parents[1]
PACKAGE = str(ROOT / "gradnb") + os.sep
#: So many moments, spread over all of an action.
MOMENTS = 60

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="writes a shell script or limits a process")
needs_layout = pytest.mark.skipif(not layout.engine_available(), reason="no layout engine is installed")


#: An interrupt that comes while a generator is thrown away is told to nobody.
unraisable = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def close_widgets() -> Iterator[None]:
    yield
    for widget in list(open_widgets.values()):
        widget.close()


# Interrupts


class Interrupter:
    """Raises ``KeyboardInterrupt`` at one of the moments at which Python may do so, and counts them.

    They are the beginning of each function of gradnb's, and the end of each call that one makes.
    """

    def __init__(self, at: int | None = None) -> None:
        self.moments = 0
        self._at = at

    def __enter__(self) -> Interrupter:
        self._before = sys.getprofile()
        sys.setprofile(self._profile)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_return") and frame.f_code.co_filename.startswith(PACKAGE):
            self.moments += 1
            if self.moments == self._at:
                sys.setprofile(None)
                raise KeyboardInterrupt


def interrupted(act: Callable[[], object], check: Callable[[], None]) -> None:
    """Interrupt an action at many moments; after each, what must hold is checked."""
    with Interrupter() as counter:
        act()
    for at in sorted({1, *np.linspace(1, counter.moments, MOMENTS).astype(int).tolist()}):
        with suppress(KeyboardInterrupt), Interrupter(at):
            act()
        assert graphs.innermost is None
        assert sessions.innermost is None
        assert messages._chosen is None
        check()


@unraisable
def test_while_a_graph_is_built() -> None:
    x = tf.placeholder(tf.float32, [None, 3], name="x")

    def build() -> Any:
        hidden = tf.layers.dense(x, 4, activation=tf.nn.relu, name=None)
        loss = tf.losses.mean_squared_error(tf.zeros([5, 4]), hidden)
        return tf.train.AdamOptimizer(0.1).minimize(loss)

    def check() -> None:
        nonlocal x
        graph = get_default_graph()
        names = [operation.name for operation in graph.get_operations()]
        assert len(set(names)) == len(names)
        assert not graph.unique_name("at the root", mark_as_used=False).startswith(("dense", "gradients", "Adam"))
        step = build()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(step, {x: np.ones((5, 3))})
        tf.reset_default_graph()
        x = tf.placeholder(tf.float32, [None, 3], name="x")

    interrupted(build, check)


@unraisable
def test_one_call_that_is_interrupted_adds_nothing() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.reduce_sum(tf.sin(x) * x, name="y")
    optimizer = tf.train.AdamOptimizer(0.1)
    graph = get_default_graph()

    def state() -> Any:
        names = [operation.name for operation in graph.get_operations()]
        collections = {key: graph.get_collection(key) for key in graph.get_all_collection_keys()}
        return names, graph.names_snapshot(), collections, optimizer.get_slot_names(), tf.get_variable_scope().name

    for call in (
        lambda: tf.gradients(y, x),
        lambda: tf.clip_by_norm(x, 1.0),
        lambda: tf.Variable(3.0),
        lambda: tf.get_variable(f"new{graph.version}", [2]),
        lambda: tf.losses.mean_squared_error(x, x),
        lambda: tf.nn.moments(x, [0]),
        lambda: optimizer.minimize(y),
        lambda: tf.hessians(y, x),
    ):
        with Interrupter() as counter:
            call()
        for at in range(1, counter.moments, counter.moments // 200 + 1):
            before, done = state(), False
            with suppress(KeyboardInterrupt), Interrupter(at):
                call()
                done = True
            assert done or state() == before
            assert graphs.innermost is None
            assert graph._attempt is None


@unraisable
def test_while_gradients_run_and_are_explained() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    y = tf.multiply(x, x, name="y")
    expected = tf.explain(
        y, x, [[1.0, 10.0]], names={"x": x, "y": y}, views=["graph", "table", "steps", "story"]
    ).text()
    graph = get_default_graph()
    names = graph.names_snapshot()

    def act() -> Explanation:
        return tf.explain(y, x, [[1.0, 10.0]], names={"x": x, "y": y}, views=["graph", "table", "steps", "story"])

    def check() -> None:
        assert act().text() == expected
        assert graph.names_snapshot() == names

    interrupted(act, check)


@unraisable
def test_while_a_session_runs() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    step = tf.assign_add(x, [1.0, 1.0])
    y = tf.reduce_sum(x * x)
    session = tf.Session()

    def act() -> None:
        with session.as_default():
            session.run(x.initializer)
            session.run([y, step])

    def check() -> None:
        session.run(x.initializer)
        assert session.run(y) == 5.0
        session.run(step)
        assert session.run(x).tolist() == [2.0, 3.0]

    interrupted(act, check)


@needs_layout
@unraisable
def test_while_it_is_drawn() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    explanation = tf.explain(x * x, x, names={"x": x}, language="en")
    expected = explanation.svg()

    def act() -> None:
        explanation.with_views(["graph"]).svg()

    def check() -> None:
        assert explanation.with_views(["graph"]).svg() == expected

    interrupted(act, check)


@needs_layout
@unraisable
def test_while_a_panel_follows() -> None:
    x = tf.Variable([1.0, 2.0], name="x")
    explanation = tf.explain(x * x, x, names={"x": x}, language="en", views=["graph", "table"])
    panel = Panel(explanation, names={})
    numbers = iter(range(1, 10_000))

    def act() -> None:
        panel.change({"x": [float(next(numbers)), 1.0]})

    def check() -> None:
        panel.change({"x": [3.0, 1.0]})
        assert panel.explanation.gradients[0].tolist() == [6.0, 2.0]
        assert any("[6. 2.]" in part.value for part in panel.views.box.children if hasattr(part, "value"))
        panel.reset()
        assert panel.explanation.gradients[0].tolist() == [2.0, 4.0]

    interrupted(act, check)


# A layout engine that is broken


@pytest.fixture
def fake_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    monkeypatch.setattr(layout, "_has_pygraphviz", lambda: False)

    def write(script: str) -> None:
        command = tmp_path / "dot"
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return write


@posix_only
@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exec sleep 60", "longer than 0.5 seconds"),
        ("kill -SEGV $$", "the layout engine failed"),
        ("exit 3", "the layout engine failed"),
        ("echo 'no memory' >&2; exit 1", "no memory"),
        ("echo rubbish", "is no SVG"),
        ("printf '\\000\\377\\376'", "is no SVG"),
        ("echo '<svg>'", "is no SVG"),
        ("echo '<?xml version=\"1.0\"?><html/>'", "is no SVG"),
        ("cat > /dev/null", "the layout engine failed"),
        ("exec 0<&-; sleep 0.1; echo rubbish", "is no SVG"),
    ],
)
def test_a_dot_that_hangs_crashes_or_prints_rubbish(
    fake_dot: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, script: str, says: str, capfd: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(layout, "LIMIT_SECONDS", 0.5)
    monkeypatch.setattr(layout.draw, "__kwdefaults__", layout.draw.__kwdefaults__ | {"limit": 0.5})
    fake_dot(script)
    x = tf.Variable(3.0, name="x")
    explanation = tf.explain(x * x, x, names={"x": x}, language="en")
    assert says in explanation.html() and "6.0" in explanation.html()
    assert "6.0" in explanation.text()
    bundle = explanation._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    panel = Panel(explanation, names={})
    assert says in panel.graph.advice
    panel.change({"x": 5.0})
    assert panel.explanation.gradients == [np.float32(10.0)]
    with pytest.raises(OSError, match=r"picture\.svg"):
        explanation.save(tmp_path / "picture.svg")
    assert not list(tmp_path.glob("*.part")) and not (tmp_path / "picture.svg").exists()
    assert capfd.readouterr() == ("", "")


@posix_only
def test_a_picture_of_another_structure_is_shown_without_numbers_that_follow(
    fake_dot: Callable[[str], None],
) -> None:
    fake_dot("echo '<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>'")
    x = tf.Variable(3.0, name="x")
    explanation = tf.explain(x * x, x, names={"x": x}, language="en")
    ElementTree.fromstring(explanation.svg())
    panel = Panel(explanation, names={})
    assert panel.graph.svg and not panel.graph.advice
    panel.change({"x": 5.0})
    assert panel.explanation.gradients == [np.float32(10.0)]


# Disks, permissions, fonts


SAVES = """
    import resource, sys
    from pathlib import Path
    import gradnb as tf
    x = tf.Variable(3.0, name="x")
    explanation = tf.explain(x * x, x, names={"x": x}, language="en", hide="x")
    quiz = explanation.quiz()
    folder = Path(sys.argv[1])
    writes = {
        "picture.svg": explanation.save, "page.html": explanation.save, "text.txt": explanation.save,
        "graph.dot": explanation.save, "results.json": quiz.save,
    }
    explanation.html()
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
    for name, write in writes.items():
        try:
            write(folder / name)
        except OSError as error:
            assert name in str(error), error
        else:
            raise AssertionError(name)
    from gradnb.lessons import copy_lessons
    from gradnb.new_lesson import new_lesson
    from gradnb.site import build_site
    for act in (lambda: copy_lessons(folder, "en"), lambda: new_lesson("9_x", folder), lambda: build_site(folder)):
        try:
            act()
        except OSError:
            continue
        raise AssertionError(act)
"""


@posix_only
@needs_layout
def test_on_a_full_disk_the_old_file_stays_whole(tmp_path: Path) -> None:
    names = ("picture.svg", "page.html", "text.txt", "graph.dot", "results.json", "index.html")
    for name in names:
        (tmp_path / name).write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SAVES), str(tmp_path)],
        cwd=ROOT,
        # What measures coverage could not write either, and would say so.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all((tmp_path / name).read_text() == "old" for name in names)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted(names)


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_what_cannot_be_written_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number), str(path))

    file = tmp_path / "page.html"
    file.write_text("old")
    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OSError, match=r"page\.html'") as raised:
        write_whole(file, b"new")
    assert raised.value.errno == number
    assert raised.value.filename == str(file)
    monkeypatch.undo()
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_interrupt_while_a_file_is_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:1])
        raise KeyboardInterrupt

    file = tmp_path / "page.html"
    file.write_text("old")
    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, b"new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


DRAWS = """
    import gradnb as tf
    x = tf.Variable([1.0, 2.0], name="x")
    explanation = tf.explain(x * x, x, names={"梯度": x}, language="zh", views=["graph", "table", "story"])
    assert "梯度" in explanation.svg() and explanation.png().startswith(b"\\x89PNG")
    assert explanation.pdf().startswith(b"%PDF")
    assert set(explanation._repr_mimebundle_()) == {"text/plain", "text/html", "image/png"}
    view = tf.train_view(tf.reduce_sum(x * x), tf.train.GradientDescentOptimizer(0.1), steps=3, language="zh")
    assert view.png().startswith(b"\\x89PNG")
"""


@posix_only
@needs_layout
@pytest.mark.parametrize("engine", ["auto", "dot"])
def test_without_any_font_there_is_a_picture(tmp_path: Path, engine: str) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    program = textwrap.dedent(DRAWS)
    if engine == "dot":
        program = "from gradnb.render import layout\nlayout._has_pygraphviz = lambda: False\n" + program
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "FONTCONFIG_FILE": str(config), "MPLCONFIGDIR": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
