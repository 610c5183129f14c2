"""The state in which each test starts, and which tests this machine can run.

Tests marked `dot` or `browser` skip with a reason where their program is missing; with ``--require`` they fail there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator

import pytest

from gradnb import messages
from gradnb.engine.graph import reset_default_graph

# Whoever reads a failure here works on gradnb itself.
os.environ.setdefault("GRADNB_TRACEBACK", "full")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

MISSING: dict[str, Callable[[], str | None]] = {
    "dot": lambda: None if shutil.which("dot") else "Graphviz's `dot` is not on the PATH",
    "browser": lambda: None if any(map(shutil.which, BROWSERS)) else f"none of {', '.join(BROWSERS)} is on the PATH",
}


@pytest.fixture(autouse=True)
def fresh_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty default graph, and English unless it chooses another language."""
    monkeypatch.delenv("GRADNB_LANG", raising=False)
    monkeypatch.setattr(messages, "_chosen", None)
    reset_default_graph()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default="",
        metavar="MARKERS",
        help="comma-separated markers whose tests must run: a skipped one counts as failed",
    )


def required_markers(config: pytest.Config) -> list[str]:
    wanted = [name for name in config.getoption("--require").split(",") if name]
    if unknown := [name for name in wanted if name not in MISSING]:
        raise pytest.UsageError(f"--require knows {', '.join(MISSING)}, not {', '.join(unknown)}")
    return wanted


def pytest_configure(config: pytest.Config) -> None:
    required_markers(config)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, missing in MISSING.items():
        if item.get_closest_marker(name) and (reason := missing()):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    required = [name for name in required_markers(item.config) if item.get_closest_marker(name)]
    if required and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but --require asks for every `{required[0]}` test: {report.longreprtext}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and required_markers(collector.config):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped as a whole, which may hide a required test"
    return report
