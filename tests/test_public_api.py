"""The front door: what it exports, how it is called, and that all of it is documented."""

from __future__ import annotations

import importlib.metadata
import inspect
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import gradnb
from tests.public_api import SNAPSHOT, lines

ROOT = Path(__file__).parent.parent

# TensorFlow 1 programs call by position, so the order of the parameters is part of the interface.
SIGNATURES = {
    "gradients": (
        "ys xs grad_ys name colocate_gradients_with_ops gate_gradients aggregation_method stop_gradients "
        "unconnected_gradients"
    ),
    "explain": "ys xs grad_ys stop_gradients unconnected_gradients",
    "stop_gradient": "input name",
    "constant": "value dtype shape name verify_shape",
    "placeholder": "dtype shape name",
    "convert_to_tensor": "value dtype name",
    "Variable": "initial_value trainable collections validate_shape caching_device name",
    "get_variable": "name shape dtype initializer regularizer trainable collections",
    "Session": "target graph config",
    "matmul": "a b transpose_a transpose_b adjoint_a adjoint_b",
    "reduce_sum": "input_tensor axis keepdims name",
    "concat": "values axis name",
    "reshape": "tensor shape name",
    "where": "condition x y name",
    "cast": "x dtype name",
    "clip_by_value": "t clip_value_min clip_value_max name",
    "one_hot": "indices depth on_value off_value axis dtype name",
}

DOCUMENTED = [name for name in gradnb.__all__ if callable(getattr(gradnb, name))]
FUNCTIONS = [name for name in DOCUMENTED if inspect.isfunction(getattr(gradnb, name))]


def test_every_exported_name_exists_once() -> None:
    assert len(set(gradnb.__all__)) == len(gradnb.__all__)
    assert [name for name in gradnb.__all__ if not hasattr(gradnb, name)] == []


def test_no_exported_name_is_private() -> None:
    assert [name for name in gradnb.__all__ if name.startswith("_")] == []


def test_dir_shows_what_is_exported() -> None:
    assert set(gradnb.__all__) <= set(dir(gradnb))


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_parameters_stand_in_tensorflows_order(name: str) -> None:
    expected = SIGNATURES[name].split()
    assert list(inspect.signature(getattr(gradnb, name)).parameters)[: len(expected)] == expected


@pytest.mark.parametrize("name", DOCUMENTED)
def test_it_is_documented_by_one_sentence_first(name: str) -> None:
    docstring = inspect.getdoc(getattr(gradnb, name))
    assert docstring, f"tf.{name} has no docstring"
    assert docstring.partition("\n\n")[0].rstrip().endswith("."), f"tf.{name} opens with {docstring.splitlines()[0]!r}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_documented_parameter_is_one(name: str) -> None:
    function = getattr(gradnb, name)
    parameters = set(inspect.signature(function).parameters)
    assert parameters_in(inspect.getdoc(function) or "") <= parameters


def parameters_in(docstring: str) -> set[str]:
    """Return the names that the section Parameters of a NumPy docstring describes."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if section is None:
        return set()
    headings = re.findall(r"^(\S.*?)(?: : .*)?$", section[1], re.MULTILINE)
    return {name.lstrip("*") for heading in headings for name in heading.split(", ")}


def test_the_sections_are_read_as_numpy_writes_them() -> None:
    docstring = "One.\n\nParameters\n---\nx, y : Tensor\n    Two.\n*rest\n    More.\n\nReturns\n---\nTensor\n"
    assert parameters_in(docstring) == {"x", "y", "rest"}


def test_nothing_that_was_promised_is_missing_or_changed() -> None:
    promised = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    broken = sorted(set(promised) - set(lines()))
    assert not broken, (
        "Removed, or called otherwise. It goes on working with a DeprecationWarning first: see the README's "
        f"'Versions'. What cannot break a program is written down by `python -m tests.public_api`: {broken}"
    )


def test_what_is_public_is_written_down() -> None:
    promised = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    fresh = [line for line in lines() if line not in promised]
    assert not fresh, f"`python -m tests.public_api` writes down what is public from now on: {fresh}"


def test_the_version_is_that_of_the_package() -> None:
    assert gradnb.__version__ == importlib.metadata.version("gradnb")


def test_asking_for_the_version_reads_no_metadata() -> None:
    # `importlib.metadata` costs as much as all of gradnb; an editable installation may have loaded it before.
    loaded = "import sys, numpy; before = set(sys.modules); import gradnb; gradnb.__version__; "
    program = loaded + "print('importlib.metadata' in set(sys.modules) - before)"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_what_the_readme_and_the_lessons_call_is_exported() -> None:
    texts = [(ROOT / "README.md").read_text(encoding="utf-8")]
    for lesson in sorted((ROOT / "notebooks").glob("*/*.ipynb")):
        texts += [cell.source for cell in nbformat.read(lesson, 4).cells]
    named = {name for text in texts for name in re.findall(r"(?<![\w.])tf\.(\w+)", text)}
    assert {"gradients", "Session", "stop_gradient"} <= named
    assert named - set(gradnb.__all__) == set()


def test_one_function_has_the_name_that_tensorflow_gives_it_in_each_namespace() -> None:
    assert gradnb.math.divide_no_nan is gradnb.div_no_nan
    assert not hasattr(gradnb.math, "div_no_nan")
