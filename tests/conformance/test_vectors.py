"""Programs whose results were computed by TensorFlow itself: gradnb must give the same.

The files ``*_vectors.json`` hold each program with its inputs and what came out; ``make_vectors.py`` makes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradnb

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = [
    case
    for name in ("tf_vectors.json", "more_vectors.json")
    for case in json.loads((HERE / name).read_text(encoding="utf-8"))["cases"]
]
NOT_YET = (HERE / "not_yet.txt").read_text(encoding="utf-8").split()

#: Relative and absolute. Results of float64 agree to rounding; those of float32 depend on the order of sums.
TOLERANCES = {"float64": (1e-9, 1e-12), "float32": (2e-5, 2e-6), "complex64": (2e-5, 2e-6), "complex128": (1e-9, 1e-12)}


def marks(case: dict[str, Any]) -> list[pytest.MarkDecorator]:
    """Let a case fail that uses what is not there yet, and only then: on the day it passes its line is to go."""
    listed = case["id"] in NOT_YET
    return [pytest.mark.xfail(strict=True, reason="uses what gradnb does not have yet")] if listed else []


def array_of(stored: dict[str, Any]) -> np.ndarray[Any, Any]:
    dtype = np.dtype(stored["dtype"])
    numbers = [complex(*map(float, entry)) if isinstance(entry, list) else entry for entry in stored["data"]]
    kind = dtype if dtype.kind in "biu" else np.dtype(complex) if dtype.kind == "c" else np.dtype(float)
    return np.array(numbers, kind).astype(dtype).reshape(stored["shape"])


def run(case: dict[str, Any]) -> list[Any]:
    names: dict[str, Any] = {"tf": gradnb, "np": np}
    with gradnb.Graph().as_default():
        exec(compile(case["program"], case["id"], "exec"), names)
        fetches = names["fetches"]
        feeds = {names[name]: array_of(stored) for name, stored in case["inputs"].items()}
        wanted = [fetch for fetch in fetches if isinstance(fetch, (gradnb.Tensor, gradnb.IndexedSlices))]
        with gradnb.Session() as session:
            if gradnb.global_variables():
                session.run(gradnb.global_variables_initializer())
            values = iter(session.run(wanted, feeds) if wanted else [])
        return [next(values) if any(fetch is each for each in wanted) else fetch for fetch in fetches]


def check_array(found: Any, stored: dict[str, Any]) -> None:
    expected = array_of(stored)
    assert isinstance(found, (np.ndarray, np.generic))
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    relative, absolute = TOLERANCES.get(stored["dtype"], (0.0, 0.0))
    np.testing.assert_allclose(found, expected, relative, absolute)


def check(found: Any, stored: dict[str, Any] | None) -> None:
    if stored is None:
        assert found is None
    elif stored["kind"] == "py":
        assert found == stored["value"]
        assert type(found) is type(stored["value"])
    elif stored["kind"] == "indexed_slices":
        assert isinstance(found, gradnb.IndexedSlicesValue)
        check_array(found.values, stored["values"])
        check_array(found.indices, stored["indices"])
        assert found.dense_shape is not None
        assert found.dense_shape.tolist() == stored["dense_shape"]
    else:
        check_array(found, stored)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"], marks=marks(case)) for case in CASES])
def test_gradnb_gives_what_tensorflow_gives(case: dict[str, Any]) -> None:
    expected = case["error"]
    if expected is None:
        results = run(case)
        assert len(results) == len(case["outputs"])
        for found, stored in zip(results, case["outputs"], strict=True):
            check(found, stored)
        return
    with pytest.raises(Exception) as raised:
        run(case)
    assert expected["type"] in [kind.__name__ for kind in type(raised.value).__mro__], repr(raised.value)


def test_what_is_not_there_yet_is_named_rightly() -> None:
    assert sorted(NOT_YET) == NOT_YET
    assert set(NOT_YET) <= {case["id"] for case in CASES}


def test_the_checks_see_a_difference() -> None:
    stored = {"kind": "dense", "dtype": "float64", "shape": [2], "data": [1.0, "nan"]}
    check(np.array([1.0, np.nan]), stored)
    for wrong in (None, np.array([1.0, 1.0]), np.array([1.0, np.nan], np.float32), np.array([[1.0, np.nan]])):
        with pytest.raises(AssertionError):
            check(wrong, stored)
    with pytest.raises(AssertionError):
        check(np.array([0.0]), None)
