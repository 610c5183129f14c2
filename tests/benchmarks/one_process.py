"""What is measured in a fresh process: the memory of a step, and long chains; prints one line of JSON."""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .columns import COLUMNS, Column
from .workloads import WORKLOADS, Workload, chain

MEGABYTE = 1 << 20


def main(kind: str, column: str, what: str) -> dict[str, Any]:
    """Return what was measured.

    Parameters
    ----------
    kind : str
        ``memory`` or ``chain``.
    column : str
        The column.
    what : str
        The workload's key, or the chain's length.
    """
    if kind == "chain":
        return long_chain(COLUMNS[column], int(what))
    (workload,) = (workload for workload in WORKLOADS if workload.key == what)
    return memory(COLUMNS[column], workload)


def memory(column: Column, workload: Workload) -> dict[str, Any]:
    """Return the megabytes of arrays that a job holds between two steps, and the peak that a step adds."""
    problem = workload.problem()
    if column.numpy_arrays:
        return _traced(column, workload, problem)
    job = column.job(workload, problem)
    assert job is not None, f"{column.name} does {workload.key}"
    for _ in range(3):
        job.step()
    gc.collect()
    # Since the process began its memory may have been larger than it is now: the high-water mark starts anew.
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    job.step()
    return {"held": None, "step": _status("VmHWM") - before}


def _traced(column: Column, workload: Workload, problem: Any) -> dict[str, Any]:
    import numpy as np

    arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)

    def held() -> float:
        gc.collect()
        snapshot = tracemalloc.take_snapshot().filter_traces([arrays])
        return sum(trace.size for trace in snapshot.traces) / MEGABYTE

    tracemalloc.start()
    job = column.job(workload, problem)
    assert job is not None, f"{column.name} does {workload.key}"
    for _ in range(3):
        job.step()
    kept = held()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    job.step()
    _, peak = tracemalloc.get_traced_memory()
    return {"held": kept, "step": (peak - before) / MEGABYTE}


def _status(field: str) -> float:
    """Return a field of Linux's description of this process, in megabytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) / 1024
    raise LookupError(field)


def long_chain(column: Column, length: int) -> dict[str, Any]:
    """Return the seconds and the peak memory of building a chain, its gradient, and running it once."""
    import numpy as np

    library = column.load()
    build: Callable[[Any], Any] = library.long_chain
    build(chain(np.random.default_rng(5), 1))
    problem = chain(np.random.default_rng(5), length // 4)
    before = _status("VmRSS")
    start = time.perf_counter()
    gradient = build(problem)
    passed = time.perf_counter() - start
    return {
        "seconds": passed,
        "peak": _status("VmHWM"),
        "added": _status("VmHWM") - before,
        "sum": float(gradient.sum()),
    }


if __name__ == "__main__":
    sys.setrecursionlimit(1_000_000)
    print(json.dumps(main(*sys.argv[1:])))
