"""How long a slider's event takes until the picture's patch is on its way: ``python -m tests.benchmarks.picture``.

Times are medians, in milliseconds of this process: without the front end, and without other processes' share.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import gradnb as tf
from gradnb.explanation import Explanation, explain
from gradnb.jupyter.graph_view import GraphView
from gradnb.jupyter.panel import Panel

EVENTS = 200
BURST = 1000
PARTS = ("graph", "table")
#: For each line of the table how many tensors there are, and over how many name scopes they are spread. The last
#: pictures hold as many as are laid out, as many as are drawn, and are too large to be drawn.
SIZES = [(5, 0), (15, 0), (40, 0), (80, 0), (400, 10), (400, 0), (500, 0)]
COLUMNS = ("recompute", "view", "patch", "together", "panel")


def program(tensors: int, scopes: int = 0) -> Explanation:
    """Return the explanation of a program of so many tensors, each a pair of numbers, whose gradients are sums."""
    # w0 ─┬─ · ─ tanh ─ + ─ sin ─ · ─ …
    # w1 ─┘      w0 ────┘    w1 ──┘
    tf.reset_default_graph()
    w0, w1 = (tf.get_variable(f"w{i}", initializer=tf.constant([0.5 + i, 0.25 - i])) for i in range(2))
    h: Any = w0
    names: dict[str, Any] = {"w0": w0, "w1": w1}
    steps: list[Callable[[Any], Any]] = [lambda h: h * w1, tf.tanh, lambda h: h + w0, tf.sin]
    for number in range(tensors - 2):
        with tf.name_scope(f"block{number * scopes // tensors}/" if scopes else None):
            h = steps[number % 4](h)
        names[f"h{number}"] = h
    return explain(h, [w0, w1], names=names, language="en")


def moved(event: int) -> float:
    """Return where the slider stands after an event."""
    return (event + 1) % 100 / 100


def times_of(explanation: Explanation) -> dict[str, list[float]]:
    """Return the times of events that move the first number of w0, on which all the others depend."""
    picture = GraphView()
    picture.show(explanation.partial_view(PARTS))
    times: dict[str, list[float]] = {column: [] for column in COLUMNS}
    for event in range(EVENTS):
        start = time.thread_time()
        after = explanation.recompute({"w0": [moved(event), 0.25]})
        _ = after.gradients
        computed = time.thread_time()
        view = after.partial_view(PARTS)
        built = time.thread_time()
        # What has no layout takes its time to find that out.
        if not picture.advice and view.nodes:
            picture.show(view)
        end = time.thread_time()
        steps = (computed - start, built - computed, end - built, end - start)
        for column, step in zip(COLUMNS, steps, strict=False):
            times[column].append(step)
    picture.close()
    return times


def until_the_patch(panel: Panel) -> list[float]:
    """Return the times from a slider's event to the patch, with all that the panel does between."""
    sent: list[float] = []
    panel.graph.observe(lambda _: sent.append(time.thread_time()), "patch")
    slider = first_slider(panel)
    times = []
    for event in range(EVENTS):
        sent.clear()
        start = time.thread_time()
        slider.value = moved(event)
        times += [sent[0] - start] if sent else []
    return times


def first_slider(panel: Panel) -> Any:
    """Return the slider of the first number of w0."""

    def rows(widget: Any) -> Iterator[Any]:
        if "gradnb-number" in getattr(widget, "_dom_classes", ()):
            yield widget
        for child in getattr(widget, "children", ()):
            yield from rows(child)

    return next(row.children[0] for row in rows(panel) if row.children[-1].description == "w0[0]")


async def burst(panel: Panel) -> tuple[int, bool]:
    """Send events as fast as they come in; return how often was recomputed, and whether the last one is shown."""
    shown: set[int] = set()
    panel.graph.observe(lambda _: shown.add(id(panel.explanation)), "patch")
    kept = [panel.explanation]  # so that no two have the same id
    panel.graph.observe(lambda _: kept.append(panel.explanation), "patch")
    slider = first_slider(panel)
    for event in range(BURST):
        slider.value = moved(event)
        await asyncio.sleep(0.001)  # a mouse is slower
    await asyncio.sleep(0.5)
    last = float(panel.explanation.problem.inputs["w0"][0])
    return len(shown), abs(last - moved(BURST - 1)) < 1e-6


def main() -> None:
    """Print the table."""
    print(f"{'tensors':>8}{'scopes':>8}{'drawn':>7}" + "".join(f"{column:>11}" for column in COLUMNS) + "   ms")
    for tensors, scopes in SIZES:
        explanation = program(tensors, scopes)
        times = times_of(explanation)
        panel = Panel(explanation)
        times["panel"] = until_the_patch(panel)
        cells = [f"{1000 * statistics.median(found):>11.2f}" if found else f"{'–':>11}" for found in times.values()]
        drawn = len(explanation.view.nodes) if panel.graph.svg else 0
        print(f"{tensors:>8}{scopes:>8}{drawn:>7}" + "".join(cells))
        panel.close()
    recomputed, last = asyncio.run(burst(Panel(program(15))))
    print(f"A burst of {BURST} events: recomputed {recomputed} times; the last value is {'' if last else 'NOT '}shown.")


if __name__ == "__main__":
    main()
