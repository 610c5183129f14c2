"""What Binder would build: the Dockerfile that repo2docker writes, and its steps in a fresh environment."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BINDER = ROOT / "binder"


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the Dockerfile that repo2docker writes for the binder folder and what pip needs beside it."""
    pytest.importorskip("repo2docker", reason="repo2docker does not run on Windows")
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(BINDER, folder / "binder")
    shutil.copy(ROOT / "pyproject.toml", folder)
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--no-run", "--debug", str(folder)]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout + answer.stderr


@pytest.mark.parametrize(
    "line",
    [
        "apt-get install --yes --no-install-recommends fonts-noto-cjk",
        '/bin/pip install --no-cache-dir -r "binder/requirements.txt"',
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ],
)
def test_the_dockerfile_says(line: str, dockerfile: str) -> None:
    assert line in dockerfile


def test_the_dockerfile_is_for_the_chosen_python(dockerfile: str) -> None:
    python = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip()
    assert f"environment for python={python.removeprefix('python-')}" in dockerfile


def test_pip_runs_after_the_repository_has_been_copied(dockerfile: str) -> None:
    assert dockerfile.index("src/ ${REPO_DIR}/\n") < dockerfile.index("/bin/pip install")


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_the_script_is_executable_and_stops_at_an_error(name: str) -> None:
    script = BINDER / name
    assert script.stat().st_mode & stat.S_IXUSR
    assert "\nset -e\n" in script.read_text(encoding="utf-8")


def test_the_apt_packages_exist() -> None:
    if shutil.which("apt-cache") is None:
        pytest.skip("there is no apt here")
    for package in (BINDER / "apt.txt").read_text(encoding="utf-8").split():
        answer = subprocess.run(["apt-cache", "show", package], capture_output=True, text=True)
        if not answer.stdout and not any(Path("/var/lib/apt/lists").glob("*_Packages*")):
            pytest.skip("apt's lists of packages are empty: run apt-get update")
        assert f"Package: {package}\n" in answer.stdout


def test_its_steps_work_in_a_fresh_environment(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    hidden = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, repository, ignore=hidden)
    venv.create(tmp_path / "environment", with_pip=True)
    programs = tmp_path / "environment" / "bin"
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}

    def run(*command: str) -> str:
        answer = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    run(str(programs / "pip"), "install", "--quiet", "-r", "binder/requirements.txt")
    run("./binder/postBuild")
    assert run("./binder/start", "jupyter", "lab", "--version").startswith("4.")
    kept_environment = run("./binder/start", "python", "-c", "import os, gradnb; print(os.environ['OMP_NUM_THREADS'])")
    assert kept_environment == "1\n"
