"""Asks TensorFlow in a child process, which alone imports it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gradnb.messages import text

_ROOT = Path(__file__).parent.parent.parent
_SECONDS = 600


class TensorFlowUnavailable(RuntimeError):
    """TensorFlow is not installed, or its process failed."""


def check_installed() -> None:
    """Raise `TensorFlowUnavailable` where TensorFlow is not installed; it is looked for, not imported."""
    if "tensorflow" not in sys.modules and find_spec("tensorflow") is None:
        raise TensorFlowUnavailable(text("against.not_installed"))


def ask(job: dict[str, Any]) -> dict[str, Any]:
    """Let TensorFlow do a job, as `gradnb.against.child` describes them.

    Raises
    ------
    TensorFlowUnavailable
        If it is not installed, fails, or takes longer than ten minutes.
    """
    check_installed()
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "TF_ENABLE_ONEDNN_OPTS": "0"}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "gradnb.against.child"],
            input=pickle.dumps(job),
            capture_output=True,
            timeout=_SECONDS,
            env={**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(paths)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TensorFlowUnavailable(text("against.too_slow", seconds=_SECONDS)) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise TensorFlowUnavailable(text("against.failed", reason=said[-1] if said else done.returncode))
    answer: dict[str, Any] = pickle.loads(done.stdout)
    return answer
