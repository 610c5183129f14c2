"""Measuring: columns in turn in one process, memory and long chains in a fresh process each."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

#: What keeps each library on one thread; it must be set before the library is imported.
ONE_THREAD = {
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}

#: glibc gives each larger array back at once, so that the process's memory shows what is in use.
_NOTHING_KEPT = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}

ROOT = Path(__file__).parents[2]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python's garbage collection out of what is measured, as `timeit` does."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(step: Callable[[], object], times: int) -> float:
    """Return how long a step takes, on average over a number of times in a row."""
    start = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - start) / times


def in_turn(steps: Mapping[str, Callable[[], object]], rounds: int, slice_seconds: float) -> dict[str, list[float]]:
    """Return how long each step takes in each round.

    Parameters
    ----------
    steps : Mapping
        From a column's name to its step. In each round they run one after the other, beginning with another one.
    rounds : int
        How often.
    slice_seconds : float
        How long a column runs in each round, at least one step.
    """
    names = list(steps)
    found: dict[str, list[float]] = {name: [] for name in names}
    with _no_collection():
        times = {name: max(1, round(slice_seconds / seconds(steps[name], 3))) for name in names}
        for number in range(rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                # What another column has left behind, in caches and in the allocator, is not this one's to pay for.
                steps[name]()
                found[name].append(seconds(steps[name], times[name]))
    return found


def ratio(found: Sequence[float], to: Sequence[float]) -> tuple[float, float, float]:
    """Return the median of the ratios of the rounds, and their quartiles."""
    ratios = [one / other for one, other in zip(found, to, strict=True)]
    if len(ratios) < 2:
        return ratios[0], ratios[0], ratios[0]
    low, _, high = quantiles(ratios, n=4, method="inclusive")
    return median(ratios), low, high


def in_a_process(*arguments: str, timeout: float) -> dict[str, Any] | None:
    """Return what `tests.benchmarks.one_process` prints for the arguments; None if it takes too long or fails."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.one_process", *arguments]
    environment = {**os.environ, **ONE_THREAD, **_NOTHING_KEPT}
    try:
        answer = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def importing(packages: Mapping[str, str], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of whole processes that import a package, in turn.

    Parameters
    ----------
    packages : Mapping
        From a column's name to what its process imports.
    """
    commands = {name: [sys.executable, "-c", f"import {package}"] for name, package in packages.items()}
    # Compiled once and kept, as installed packages are.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def start(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, check=True)

    return in_turn({name: start(command) for name, command in commands.items()}, rounds, 0.0)
