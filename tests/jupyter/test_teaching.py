"""What a teacher sets: presets become states, ranges become bounds, and what does not fit is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gradnb.explanation import Problem
from gradnb.jupyter.history import State
from gradnb.jupyter.number_entry import Bounds
from gradnb.jupyter.teaching import BadSetting, read_presets, read_ranges, shared_out

PROBLEM = Problem(
    inputs={
        "w1": np.array([1, 2], np.float32),
        "n": np.array(3, np.int32),
        "flags": np.array([True, False]),
        "z": np.array([1j]),
        "large": np.zeros((10, 10), np.float32),
    },
    weights={"y1": np.ones(2, np.float32), "y2": np.ones((), np.float32)},
    stops=frozenset({"a"}),
    stoppable=("a", "b"),
    lifted=frozenset(),
    liftable=("s",),
)


def preset(values: Any, ranges: dict[str, Bounds] | None = None) -> State:
    return read_presets({"calm": values}, PROBLEM, ranges or {}, "en")["calm"]


def refused(read: Any, *arguments: Any) -> str:
    with pytest.raises(BadSetting) as error:
        read(*arguments)
    return str(error.value)


def test_a_preset_is_a_state() -> None:
    assert preset({"w1": [0, 0.5], "grad_ys y2": 7, "stop_gradients": ["b"], "lifted": ["s"]}) == State(
        {"w1": (0.0, 0.5)}, {"y2": (7.0,)}, frozenset({"b"}), frozenset({"s"})
    )


def test_what_a_preset_does_not_mention_is_as_at_the_start() -> None:
    assert preset({}) == State(stops=frozenset({"a"}))
    assert preset({"w1": [1.0, 2.0]}) == State(stops=frozenset({"a"}))


def test_weights_may_be_written_as_tf_gradients_takes_them() -> None:
    assert preset({"grad_ys": [None, 3.0]}).weights == {"y2": (3.0,)}
    assert preset({"grad_ys": [[2.0, 1.0], None]}).weights == {"y1": (2.0, 1.0)}
    assert "one weight for each y in grad_ys, 2 in all" in refused(preset, {"grad_ys": [1.0]})


def test_a_single_number_fills_an_array() -> None:
    assert preset({"w1": 0}).inputs == {"w1": (0.0, 0.0)}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"w11": 1}, "A preset sets 'w11', which is nothing that can be set here. Known: w1."),
        ({"stop_gradients": ["c"]}, "'c', which is nothing that can be set here. Known: a, b."),
        ({"w1": [1, 2, 3]}, "sets w1 to [1, 2, 3], which is no float32 of the shape (2,)."),
        ({"w1": "abc"}, "sets w1 to 'abc', which is no float32"),
        ({"n": 2.5}, "sets n to 2.5, which is no int32 of the shape ()."),
        ({"z": 1j}, "z keeps its value here: there is no slider for complex128."),
        ({"large": 1.0}, "large is too large for a preset; only arrays of up to 64 elements can be set."),
        (5, "The preset 'calm' is of type int. Write the values by name: {'w1'"),
    ],
)
def test_what_does_not_fit_is_refused(values: Any, said: str) -> None:
    assert said in refused(preset, values)


def test_a_preset_outside_of_a_range_is_refused() -> None:
    ranges = {"w1": Bounds(-1, 1, 0.1), "w1[1]": Bounds(0, 10, 1)}
    assert preset({"w1": [0.5, 9.0]}, ranges).inputs == {"w1": (0.5, 9.0)}
    assert refused(preset, {"w1": [2.0, 9.0]}, ranges) == (
        "The preset 'calm' sets w1[0] to 2.0, outside of its range from -1 to 1."
    )


def test_ranges_are_bounds() -> None:
    given = {"w1": (-5, 5, 0.1), "w1[1]": [0, 1], "grad_ys y1": (-2.0, 2.0), "n": (0, 9)}
    assert read_ranges(given, PROBLEM, "en") == {
        "w1": Bounds(-5, 5, 0.1),
        "w1[1]": Bounds(0, 1, 0.01),
        "grad_ys y1": Bounds(-2, 2, 0.04),
        "n": Bounds(0, 9, 1),
    }


@pytest.mark.parametrize(
    "value", [(1,), (1, 2, 3, 4), 5, "ab", (2, 1), (0, 1, 2), (0, 1, -0.1), (0, np.inf), (0, np.nan)]
)
def test_what_is_no_range_is_refused(value: Any) -> None:
    said = refused(read_ranges, {"w1": value}, PROBLEM, "en")
    assert said.startswith(f"The range of w1 is {value!r}. Write (lowest, highest) or (lowest, highest, step)")


def test_a_range_for_what_has_no_number_control_is_refused() -> None:
    assert "'w11', which has no number control here. Known: w1" in refused(read_ranges, {"w11": (0, 1)}, PROBLEM, "en")
    for name in ("flags", "z", "large", "w1[2]"):
        assert f"'{name}'" in refused(read_ranges, {name: (0, 1)}, PROBLEM, "en")
    assert "int32 holds whole numbers only" in refused(read_ranges, {"n": (0, 1, 0.5)}, PROBLEM, "en")


def test_of_several_problems_each_takes_what_it_knows() -> None:
    other = replace(PROBLEM, inputs={"v": np.float32(1.0), "w1": PROBLEM.inputs["w1"]})
    presets = {"both": {"w1": 0.5}, "first": {"n": 3}, "second": {"v": 2.0}}
    ranges = {"v": (-5.0, 5.0), "w1": (0.0, 1.0)}
    first, second = shared_out(presets, ranges, [PROBLEM, other], "en")
    assert (list(first["presets"]), list(second["presets"])) == (["both", "first"], ["both", "second"])
    assert (list(first["ranges"]), list(second["ranges"])) == (["w1"], ["v", "w1"])
    assert "'u', which has no number" in refused(shared_out, {}, {"u": (0, 1)}, [PROBLEM, other], "en")
    assert "outside of its range" in refused(shared_out, {"far": {"w1": 9.0}}, ranges, [PROBLEM, other], "en")
