"""Prints what heavy use costs: ``python -m tests.benchmarks.load``, with ``--help`` for what can be chosen."""

from __future__ import annotations

import argparse
import base64
import json
import os
import queue
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from .measuring import ONE_THREAD, ROOT

PARTS = ("graphs", "kernels")
#: Of a graph's explanation: seconds of processor time, and megabytes that a notebook keeps.
_GRAPH = ["build", "gradients", "first run", "explain", "panel", "text and HTML", "kept", "shown"]
#: RSS, PSS, and what is its own.
Memory = tuple[int, int, int]
_PANEL = """
import gradnb as tf
%load_ext gradnb
"""
_CELL = """%%gradgraph
w1, w2, w3, w4 = (tf.get_variable(f"w{n}", initializer=[float(n), 2.0]) for n in (1, 2, 3, 4))
a = w1 + w2
y1, y2 = a * w3, w3 + w4
tf.gradients([y1, y2], [w1, w2, w3, w4])
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.load",
        description="Measures large graphs, and many kernels on one machine.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; both by default")
    parser.add_argument("--kernels", type=int, default=50, help="how many kernels run at the same time (50)")
    parser.add_argument("--room", type=float, default=3.0, metavar="GB", help="memory that stays free (3)")
    parser.add_argument("--graph", nargs=2, metavar=("SHAPE", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.graph:
        print(json.dumps(_measured(options.graph[0], int(options.graph[1]))))
        return 0
    for unknown in set(options.parts).difference(PARTS):
        parser.error(f"there is no {unknown}: choose from {', '.join(PARTS)}")
    parts = options.parts or PARTS
    if "graphs" in parts:
        _print_graphs()
    if "kernels" in parts:
        _print_kernels(options.kernels, options.room)
    return 0


# Graphs


def _print_graphs() -> None:
    from .graphs import SHAPES

    jobs = [("chain", size) for size in (10, 1_000, 10_000)] + [(name, size) for name, (_, size) in SHAPES.items()]
    print("\nLarge graphs: seconds of processor time, each in a fresh process; kept: MB in the notebook\n")
    print("| " + " | ".join(["graph", *_GRAPH]) + " |")
    print("|" + "---|" * (len(_GRAPH) + 1))
    for shape, size in jobs:
        command = [sys.executable, "-m", "tests.benchmarks.load", "--graph", shape, str(size)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, **ONE_THREAD}
        )
        print("| " + " | ".join([f"{shape} {size:,}", *json.loads(done.stdout)]) + " |", flush=True)


def _measured(shape: str, size: int) -> list[str]:
    import ipywidgets

    import gradnb as tf
    from gradnb.engine.gradients import recording
    from gradnb.explanation import explain_call
    from gradnb.jupyter.panel import Panel

    from .graphs import SHAPES

    x = tf.Variable(1.0)
    Panel(tf.explain(x * x, x)).close()  # what is loaded once is not the graph's to pay for
    tf.reset_default_graph()
    times: list[float] = []

    def timed(action: Callable[[], Any]) -> Any:
        start = time.process_time()
        result = action()
        times.append(time.process_time() - start)
        return result

    session = None

    def run() -> None:
        nonlocal session
        session = tf.Session()
        session.run(tf.global_variables_initializer())
        session.run(gradients)

    ys, xs = timed(lambda: SHAPES[shape][0](size))
    with recording() as calls:
        gradients = timed(lambda: tf.gradients(ys, xs))
    timed(run)
    explanation = timed(lambda: explain_call(calls[0], names={"x": xs[0]}))
    timed(lambda: Panel(explanation))
    timed(lambda: (explanation.text(), explanation.html()))
    bundle = explanation._repr_mimebundle_()
    image = base64.b64encode(bundle.pop("image/png", b""))
    state = json.dumps(ipywidgets.Widget.get_manager_state(drop_defaults=True))
    kept = len(image) + len(state) + sum(map(len, bundle.values()))
    shown = f"{len(explanation.view.nodes)} nodes" if explanation.view.nodes else "a summary"
    return [*(f"{seconds:.2f}" for seconds in times), f"{kept / 1e6:.2f}", shown]


# Kernels


def _print_kernels(count: int, room: float) -> None:
    print("\nKernels with gradnb loaded and one panel open, all at the same time\n")
    with _kernels(count, room) as started:
        # Each as it was without gradnb, and as it is now that all are there.
        found = [_memory(pid) for pid, _ in started]
        bare = [before for _, before in started]
    if not found:
        print("none could be started")
        return
    print(f"{len(found)} kernels; MB each: median (least to most)\n")
    for name, place in (("RSS", 0), ("PSS", 1), ("own", 2)):
        sizes = sorted(sizes[place] / 1e6 for sizes in found)
        without = median(before[place] for before in bare) / 1e6
        print(
            f"  {name}: {median(sizes):.0f} ({sizes[0]:.0f} to {sizes[-1]:.0f}), together {sum(sizes):.0f}; "
            f"without gradnb {without:.0f}"
        )
    print("\nRSS counts memory that kernels share in each of them, PSS divides it among them; own is shared with none.")


@contextmanager
def _kernels(count: int, room: float) -> Iterator[list[tuple[int, Memory]]]:
    """Start kernels as long as memory is free; yield the process of each, and its memory before it had a panel."""
    from jupyter_client.manager import KernelManager

    managers: list[Any] = []
    started: list[tuple[int, Memory]] = []
    try:
        for _ in range(count):
            if _available() < room * 1e9:
                print(f"less than {room:g} GB are free: no more kernels")
                break
            manager = KernelManager(kernel_name="python3")
            manager.start_kernel(env={**os.environ, **ONE_THREAD}, stderr=subprocess.DEVNULL)
            managers.append(manager)
            client = manager.blocking_client()
            client.start_channels()
            client.wait_for_ready(timeout=300)
            pid = int(_executed(client, "import os; os.getpid()"))
            started.append((pid, _memory(pid)))
            for code in (_PANEL, _CELL):
                _executed(client, code)
            client.stop_channels()
            print(".", end="", flush=True, file=sys.stderr)
        print(file=sys.stderr)
        yield started
    finally:
        for manager in managers:
            manager.shutdown_kernel(now=True)


def _executed(client: Any, code: str) -> str:
    """Run a cell; return what its last expression gives as text."""
    result = ""
    message = client.execute(code)
    while True:
        try:
            answer = client.get_iopub_msg(timeout=300)
        except queue.Empty:
            raise RuntimeError("a kernel does not answer") from None
        if answer["parent_header"].get("msg_id") != message:
            continue
        if answer["msg_type"] == "error":
            raise RuntimeError("\n".join(answer["content"]["traceback"]))
        if answer["msg_type"] == "execute_result":
            result = answer["content"]["data"]["text/plain"]
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return result


def _memory(pid: int) -> Memory:
    """Return RSS, PSS, and what is its own, of a process and those that it started, in bytes."""
    totals = [0, 0, 0]
    for process in (pid, *_children(pid)):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
        own = sizes["Private_Clean"] + sizes["Private_Dirty"]
        for place, size in enumerate((sizes["Rss"], sizes["Pss"], own)):
            totals[place] += size
    return totals[0], totals[1], totals[2]


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in found]


def _available() -> int:
    with open("/proc/meminfo", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
