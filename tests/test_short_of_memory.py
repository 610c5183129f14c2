"""A machine that is short of memory: what does not fit is said clearly, and everything else goes on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")

#: Runs with little more memory than it has, and prints what happens.
PROGRAM = """
import resource

import ipywidgets
import numpy as np

import gradnb as tf
from gradnb.jupyter.panel import Panel

x = tf.Variable(tf.ones([1000]), name="x")
rows = tf.placeholder(tf.int32, [], name="rows")
whole = tf.fill([rows, 1000], 1.0, name="whole")
y = tf.reduce_sum(tf.sin(whole * x))
(gradient,) = tf.gradients(y, x)
session = tf.Session()
session.run(tf.global_variables_initializer())
explanation = tf.explain(y, x, feed_dict={rows: 2}, session=session, language="en")
panel = Panel(explanation)
operations = tf.get_default_graph().get_operations()

with open("/proc/self/status") as status:
    used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (used + (200 << 20),) * 2)


def tried(what, action):
    try:
        action()
    except MemoryError as error:
        print(f"{what}: {str(error).splitlines()[0]}")
    else:
        print(f"{what}: no error")


MANY = 200_000
tried("run", lambda: session.run(y, {rows: MANY}))
tried("gradient", lambda: session.run(gradient, {rows: MANY}))
tried("explain", lambda: tf.explain(y, x, feed_dict={rows: MANY}, session=session))
tried("recompute", lambda: explanation.recompute({"rows": MANY}).view)
tried("known shape", lambda: session.run(tf.ones([MANY, 1000], name="unit") + 1.0))
tried("feed", lambda: session.run(y, {whole: np.broadcast_to(np.float32(1.0), (MANY, 1000))}))

print(session.run(gradient, {rows: 2})[0].round(3))
print(explanation.recompute({"rows": 3}).gradients[0][0].round(3))
print(tf.explain(y, x, feed_dict={rows: 2}, session=session).gradients[0][0].round(3))
field = next(
    w for w in ipywidgets.widgets.widget._instances.values()
    if isinstance(w, ipywidgets.Text) and w.description == "rows"
)
field.value = str(MANY)
print("OOM" in panel._message.value, len(panel.explanation.view.rows))
field.value = "4"
print(panel._message.value == "", panel.explanation.gradients[0][0].round(3))
print(tf.get_default_graph().get_operations()[: len(operations)] == operations)
"""

TOO_LARGE = "OOM when allocating tensor with shape[200000,1000] and type float32 (800000000 bytes) at operation"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    # One thread: each other one would reserve room of its own.
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "GRADNB_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("number", "what", "operation"),
    [
        (0, "run", "whole"),
        (1, "gradient", "whole"),
        (2, "explain", "whole"),
        (3, "recompute", "whole"),
        (4, "known shape", "unit"),
    ],
)
def test_what_does_not_fit_is_named_with_its_shape_and_bytes(
    lines: list[str], number: int, what: str, operation: str
) -> None:
    assert lines[number] == f"{what}: {TOO_LARGE} '{operation}'"


def test_a_feed_that_does_not_fit_is_named_with_its_shape(lines: list[str]) -> None:
    assert lines[5].startswith("feed: ")
    assert "(200000, 1000)" in lines[5] or "[200000,1000]" in lines[5]


def test_graph_session_explanation_and_panel_go_on(lines: list[str]) -> None:
    assert lines[6:] == ["1.081", "1.621", "1.081", "True 1", "True 2.161", "True"]
