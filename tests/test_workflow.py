"""The workflow for GitHub fits GitHub's schema, and names the systems and Pythons that the package declares."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"


def problems(workflow: Path) -> str:
    """Return what the schema that comes with check-jsonschema has against a workflow."""
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", workflow]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def test_it_fits_the_schema(tmp_path: Path) -> None:
    assert problems(WORKFLOW) == ""
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOW.read_text(encoding="utf-8").replace("runs-on:", "runs-at:"), encoding="utf-8")
    assert "runs-on" in problems(wrong)


def test_it_runs_on_each_system_with_each_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    matrix = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["elsewhere"]["strategy"]["matrix"]
    assert matrix["os"] == ["macos-latest", "windows-latest", "ubuntu-latest"]
    assert [f"Programming Language :: Python :: {version}" for version in matrix["python"]] == [
        name for name in project["classifiers"] if ":: Python :: 3." in name
    ]


def test_its_commands_are_those_that_are_there() -> None:
    steps = [
        step for job in yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values() for step in job["steps"]
    ]
    run = "\n".join(step["run"] for step in steps if "run" in step)
    assert (ROOT / ".ci" / "run").is_file()
    assert "bash .ci/run" in run
    assert (ROOT / ".ci" / "constraints.txt").is_file()
    assert '-c .ci/constraints.txt -e ".[test]"' in run
