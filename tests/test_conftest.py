"""A test that is skipped for want of a program is seen, and fails where the program is required."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

TESTS = """\
import pytest

@pytest.mark.browser
def test_that_needs_a_browser(): pass

@pytest.mark.dot
def test_that_skips_itself(): pytest.skip("a reason of its own")

def test_that_needs_nothing(): pass

def test_that_skips_for_another_reason(): pytest.skip("of no concern")
"""


def outcome(folder: Path, *arguments: str, programs: str = "") -> tuple[int, str]:
    """Run the tests above with only `programs` on the PATH; return the exit code and the closing lines."""
    shutil.copy(Path(__file__).parent / "conftest.py", folder)
    (folder / "test_sample.py").write_text(TESTS, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    dot\n    browser\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-rfs", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PATH": programs, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return answer.returncode, answer.stdout + answer.stderr


def test_what_is_missing_is_skipped_with_a_reason(tmp_path: Path) -> None:
    code, said = outcome(tmp_path)
    assert code == 0
    assert "1 passed, 3 skipped" in said
    assert "none of chromium" in said


def test_a_required_program_that_is_missing_is_an_error(tmp_path: Path) -> None:
    code, said = outcome(tmp_path, "--require", "browser")
    assert code == 1
    assert "1 passed, 2 skipped, 1 error" in said
    assert "--require asks for every `browser` test" in said


def test_a_required_test_that_skips_itself_fails(tmp_path: Path) -> None:
    program = tmp_path / "programs" / "dot"
    program.parent.mkdir()
    program.touch(mode=0o755)
    code, said = outcome(tmp_path, "--require", "dot", programs=str(program.parent))
    assert code == 1
    assert "1 failed, 1 passed, 2 skipped" in said
    assert "a reason of its own" in said


def test_other_skips_stay_skips(tmp_path: Path) -> None:
    code, said = outcome(tmp_path, "--require", "browser,dot", "-k", "nothing or another")
    assert code == 0
    assert "1 passed, 1 skipped" in said


def test_a_module_that_skips_as_a_whole_could_hide_a_required_test(tmp_path: Path) -> None:
    (tmp_path / "test_whole.py").write_text("import pytest\npytest.importorskip('no_such_module')\n", encoding="utf-8")
    assert outcome(tmp_path)[0] == 0
    assert outcome(tmp_path, "--require", "dot")[0] != 0


def test_an_unknown_marker_is_a_usage_error(tmp_path: Path) -> None:
    code, said = outcome(tmp_path, "--require", "dots")
    assert code == 4
    assert "--require knows dot, browser, not dots" in said
