"""Controls: one per element, named for everybody, with a sensible range."""

from __future__ import annotations

import numpy as np
import pytest

from gradnb.jupyter.controls import ArrayControls, has_controls, label


def controls(value: object, dtype: str = "float32") -> ArrayControls:
    return ArrayControls("w", np.array(value, dtype=dtype), lambda: None)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        *[((), True), ((1,), True), ((12,), True), ((13,), False), ((6, 6), True), ((3, 4), True), ((7, 6), False)],
        *[((2, 2, 3), True), ((2, 2, 4), False), ((0,), False), ((0, 3), False)],
    ],
)
def test_which_arrays_have_controls(shape: tuple[int, ...], expected: bool) -> None:
    assert has_controls(np.zeros(shape, np.float32)) is expected


@pytest.mark.parametrize("value", [np.nan, np.inf, True, 1j, "word"])
def test_what_no_slider_can_show_has_none(value: object) -> None:
    assert not has_controls(np.array([value]))


def test_every_element_says_what_it_is() -> None:
    assert [element.description for element in controls([[1, 2], [3, 4]]).box.children] == [
        "w[0,0]",
        "w[0,1]",
        "w[1,0]",
        "w[1,1]",
    ]
    assert label("w", ()) == "w"
    assert label("grad_ys y1", (0,)) == "grad_ys y1[0]"


@pytest.mark.parametrize(
    ("value", "limit"),
    [(0.0, 1.0), (1.0, 2.0), (-3.0, 10.0), (10.0, 20.0), (0.7, 2.0), (0.001, 0.002), (123.0, 500.0)],
)
def test_a_slider_reaches_as_far_to_both_sides(value: float, limit: float) -> None:
    (slider,) = controls([value]).box.children
    assert (slider.min, slider.max) == pytest.approx((-limit, limit))
    assert slider.value == pytest.approx(value)
    assert slider.step == pytest.approx(limit / 100)


def test_whole_numbers_move_by_one() -> None:
    (slider,) = controls([3], dtype="int32").box.children
    assert slider.step == 1.0


def test_the_value_keeps_shape_and_dtype() -> None:
    box = controls([[1, 2]])
    box.box.children[1].value = -1.5
    np.testing.assert_array_equal(box.value, np.array([[1, -1.5]], np.float32))
    assert box.value.dtype == np.float32
    assert controls(2.0).value.shape == ()
    assert controls([3], dtype="int32").value.dtype == np.int32


def test_a_matrix_of_many_elements_is_a_grid_of_fields() -> None:
    box = controls(np.arange(20.0).reshape(4, 5))
    assert box.box.layout.grid_template_columns == "repeat(5, auto)"
    assert len(box.box.children) == 20
    box.box.children[7].value = 1000.0
    assert box.value[1, 2] == 1000.0


def test_a_change_is_told_and_reset_brings_the_start_back() -> None:
    told = []
    box = ArrayControls("w", np.array([1.0, 2.0], np.float32), lambda: told.append(box.value.tolist()))
    box.box.children[0].value = 0.5
    box.reset()
    assert told == [[0.5, 2.0], [1.0, 2.0]]
