"""Prints the table: ``python -m tests.benchmarks``, with ``--help`` for what can be chosen."""

from __future__ import annotations

import os

from .measuring import ONE_THREAD, ROOT, importing, in_a_process, in_turn, ratio

os.environ.update(ONE_THREAD)  # before NumPy is imported

import argparse
import platform
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from statistics import median

from .columns import COLUMNS, Column
from .workloads import WORKLOADS, Job, Workload, after_three_steps, disagreement

IMPORT, CHAIN, PICTURE = "W0", "W7", "picture"
ROWS = (IMPORT, *(workload.key for workload in WORKLOADS), PICTURE)
LENGTHS = (1_000, 10_000, 100_000)
PACKAGES = {"hand": "numpy", "tensorflow": "tensorflow.compat.v1"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables that the command line asks for; return 1 if two columns disagree."""
    options = _options(arguments)
    columns = [column for column in COLUMNS.values() if column.name in options.columns and column.installed]
    print(_machine(columns))
    absent = [name for name in options.columns if not COLUMNS[name].installed]
    if absent:
        print(f"Not installed: {', '.join(absent)}.")
    agree = True
    chosen = [workload for workload in WORKLOADS if _is_chosen(workload.key, options.workloads)]
    if not options.no_times:
        if _is_chosen(IMPORT, options.workloads):
            _print_imports(columns, options.rounds)
        if chosen:
            agree = _print_times(chosen, columns, options.rounds, options.slice)
    if chosen and not options.no_memory and sys.platform == "linux":
        _print_memory(chosen, columns)
    if _is_chosen(CHAIN, options.workloads):
        _print_parts(columns, options.rounds)
        if sys.platform == "linux":
            _print_chains(columns, options.lengths, options.timeout)
    if _is_chosen(PICTURE, options.workloads):
        _print_pictures()
    return 0 if agree else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Times gradnb beside NumPy by hand and other frameworks, in turn, on one thread.",
        epilog="The rows are described in tests/benchmarks/workloads.py.",
    )
    parser.add_argument(
        "workloads", nargs="*", metavar="ROW", help=f"rows, or the beginning of their names: {', '.join(ROWS)}"
    )
    parser.add_argument(
        "--columns",
        nargs="+",
        default=list(COLUMNS),
        choices=list(COLUMNS),
        metavar="NAME",
        help=f"columns beside hand: {', '.join(COLUMNS)}",
    )
    parser.add_argument("--rounds", type=int, default=15, help="how often each column has its turn (15)")
    parser.add_argument("--slice", type=float, default=0.03, metavar="SECONDS", help="how long a turn lasts (0.03)")
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS, help="lengths of the chains of W7")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds that a chain may take (60)")
    parser.add_argument("--no-memory", action="store_true", help="leave the table of memory out")
    parser.add_argument("--no-times", action="store_true", help="leave the table of times out")
    options = parser.parse_args(arguments)
    for name in options.workloads:
        if not any(_is_chosen(row, [name]) for row in ROWS):
            parser.error(f"no row is called {name}: choose from {', '.join(ROWS)}")
    options.columns = list(dict.fromkeys(["hand", *options.columns]))
    return options


def _is_chosen(key: str, chosen: Sequence[str]) -> bool:
    return not chosen or any(key == name or key.startswith(f"{name} ") for name in chosen)


def _machine(columns: Iterable[Column]) -> str:
    versions = ", ".join(f"{column.name} {_version(column.package)}" for column in columns if column.package != "numpy")
    return (
        f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {version('numpy')}; one thread; {versions}"
    )


def _version(package: str) -> str:
    module = import_module(package)
    return str(getattr(module, "__version__", None) or version(package))


def _print_imports(columns: Sequence[Column], rounds: int) -> None:
    packages = {c.name: PACKAGES.get(c.name, c.package) for c in columns if c.name != "tuned"}
    found = importing(packages, rounds)
    more = {name: [a - b for a, b in zip(found[name], found["hand"], strict=True)] for name in packages}
    rows = [
        [f"{IMPORT} import, ms", *(f"{median(found[name]) * 1e3:.0f}" for name in packages)],
        ["more than NumPy, ms", *(f"{median(more[name]) * 1e3:.0f}" for name in packages)],
    ]
    _print_table("Whole processes that import the package (hand: NumPy), median", list(packages), rows)


def _print_times(workloads: Sequence[Workload], columns: Sequence[Column], rounds: int, slice_seconds: float) -> bool:
    names = [column.name for column in columns]
    rows = []
    agree = True
    for workload in workloads:
        jobs = _jobs(workload, columns)
        wrong = _disagreements(workload, jobs)
        agree = agree and not wrong
        found = in_turn({name: job.step for name, job in jobs.items()}, rounds, slice_seconds)
        hand = median(found["hand"])
        cells = [f"{workload.key} {workload.title}", _time(hand)]
        for name in names[1:]:
            cells.append("–" if name not in found else wrong.get(name) or _ratio(found[name], found["hand"]))
        rows.append(cells)
        print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    _print_table("Time: of hand, and ratios to hand (median of the rounds, quartiles)", names, rows)
    return agree


def _jobs(workload: Workload, columns: Iterable[Column]) -> dict[str, Job]:
    problem = workload.problem()
    jobs = {column.name: column.job(workload, problem) for column in columns}
    return {name: job for name, job in jobs.items() if job is not None}


def _disagreements(workload: Workload, jobs: Mapping[str, Job]) -> dict[str, str]:
    """Return what stands in the cells of columns that compute something else."""
    expected = after_three_steps(jobs["hand"])
    wrong = {}
    for name, job in jobs.items():
        difference = disagreement(after_three_steps(job), expected)
        if not difference <= workload.tolerance:
            wrong[name] = f"differs by {difference:.1g}"
    return wrong


def _print_memory(workloads: Sequence[Workload], columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    rows = []
    for workload in workloads:
        cells = [f"{workload.key} {workload.title}"]
        for column in columns:
            found = in_a_process("memory", column.name, workload.key, timeout=300.0)
            held = "" if found is None or found["held"] is None else f"{found['held']:.1f} + "
            cells.append("–" if found is None else f"{held}{found['step']:.1f}")
        rows.append(cells)
    _print_table(
        "Memory, MB: arrays held between steps + peak that a step adds (torch, jax, tensorflow: the process's growth)",
        names,
        rows,
    )


def _print_parts(columns: Sequence[Column], rounds: int) -> None:
    problem = next(workload for workload in WORKLOADS if workload.key == CHAIN).problem()
    names, rows = [], []
    for column in columns:
        if hasattr(column.load(), "parts_of_a_new_chain"):
            parts = [column.load().parts_of_a_new_chain(problem) for _ in range(rounds)]
            names = list(parts[0])
            rows.append([column.name, *(f"{median(part[name] for part in parts) * 1e3:.2f}" for name in names)])
    _print_table("A new chain of 100 operations, ms: median", names, rows)


def _print_pictures() -> None:
    if find_spec("ipywidgets") is None:
        print("\nPictures are not measured: ipywidgets is not installed.")
        return
    print("\nFrom a slider's event to the picture\n", flush=True)
    subprocess.run([sys.executable, "-m", "tests.benchmarks.picture"], cwd=ROOT, check=True)


def _print_chains(columns: Sequence[Column], lengths: Iterable[int], timeout: float) -> None:
    columns = [column for column in columns if column.name not in ("hand", "tuned")]
    rows = []
    for length in lengths:
        cells = [f"{CHAIN} {length}"]
        for column in columns:
            found = in_a_process("chain", column.name, str(length), timeout=timeout)
            cells.append(
                "–" if found is None else f"{found['seconds']:.3g} s, {found['peak']:.0f} (+{found['added']:.0f}) MB"
            )
        rows.append(cells)
    _print_table(
        "Chains: building, gradients and first run; peak of the process (and more than after the import)",
        [column.name for column in columns],
        rows,
    )


def _time(value: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1.0:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e6:.2f} µs"


def _ratio(found: Sequence[float], hand: Sequence[float]) -> str:
    middle, low, high = ratio(found, hand)
    digits: Callable[[float], str] = lambda value: f"{value:.2f}" if value < 10 else f"{value:.0f}"  # noqa: E731  # used three times below
    return f"{digits(middle)} ({digits(low)}–{digits(high)})"


def _print_table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = [["", *names], *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    print(f"\n{title}\n")
    for number, row in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of the peers, about each other and about Python
    sys.exit(main())
