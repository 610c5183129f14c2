"""The columns of the table: each does the workloads in its own way.

What a column loads has a function for each workload that it can do, under the name of the workload's task. The function
takes the problem and returns a `Job`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..workloads import Job, Workload


def _module(name: str) -> Any:
    return import_module(f".{name}", __name__)


def _graph_programs(package: str) -> Any:
    return _module("graph_programs").GraphPrograms(package)


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes
    ----------
    name : str
        What stands above it.
    package : str
        What must be installed.
    load : callable
        Returns what has the functions.
    numpy_arrays : bool
        Whether its arrays are NumPy's, so that Python itself can tell how much memory they take.
    """

    name: str
    package: str
    load: Callable[[], Any]
    numpy_arrays: bool = True

    @property
    def installed(self) -> bool:
        """Whether it can run here."""
        return find_spec(self.package) is not None

    def job(self, workload: Workload, problem: Any) -> Job | None:
        """Return the job for a problem; None if the column cannot do the workload."""
        build: Callable[[Any], Job] | None = getattr(self.load(), workload.task, None)
        return None if build is None else build(problem)


COLUMNS = {
    column.name: column
    for column in (
        Column("hand", "numpy", partial(_module, "hand")),
        Column("tuned", "numpy", partial(_module, "tuned")),
        Column("gradnb", "gradnb", partial(_graph_programs, "gradnb")),
        Column("autograd", "autograd", partial(_module, "with_autograd")),
        Column("mygrad", "mygrad", partial(_module, "with_mygrad")),
        Column("torch", "torch", partial(_module, "with_torch"), numpy_arrays=False),
        Column("jax", "jax", partial(_module, "with_jax"), numpy_arrays=False),
        Column("tensorflow", "tensorflow", partial(_graph_programs, "tensorflow.compat.v1"), numpy_arrays=False),
    )
}
