"""Controls: one per element, named for everybody, with a sensible range; what is no number is refused in place."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import numpy as np
import pytest

from gradnb.jupyter.controls import ArrayControls, ElementControls, ScaledControls, controls_of, why_without
from gradnb.jupyter.desk import Desk
from gradnb.jupyter.number_entry import Bounds
from gradnb.jupyter.settings import Scaled, array_of, label


class Made:
    """The controls of one array, found by the names of what they hold."""

    def __init__(self, value: Any, dtype: str = "float32", ranges: dict[str, Bounds] | None = None, **options: bool):
        self.told: list[str] = []
        controls = controls_of("w", np.array(value, dtype=dtype), Desk(self.told.append, "en", ranges or {}), **options)
        assert controls is not None
        self.controls: ArrayControls = controls

    @property
    def array(self) -> np.ndarray[Any, Any]:
        return array_of(self.controls.setting, self.controls.start)

    @property
    def numbers(self) -> list[widgets.Box]:
        return [w for w in everything(self.controls.box) if "gradnb-number" in w._dom_classes]

    def field(self, name: str) -> widgets.Text:
        return self._described(name)

    def slider(self, name: str) -> widgets.FloatSlider:
        (row,) = [row for row in self.numbers if row.children[-1].description == name]
        return row.children[0]

    def check_box(self, name: str) -> widgets.Checkbox:
        return self._described(name)

    @property
    def said(self) -> str:
        (message,) = [w.value for w in everything(self.controls.box) if isinstance(w, widgets.HTML)]
        return str(message)

    def _described(self, name: str) -> Any:
        (found,) = [w for w in everything(self.controls.box) if getattr(w, "description", None) == name]
        return found


def everything(widget: widgets.Widget) -> list[widgets.Widget]:
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in everything(child))]


@pytest.mark.parametrize(
    ("shape", "sliders", "fields"),
    [
        *[((), 1, 1), ((1,), 1, 1), ((12,), 12, 12), ((3, 4), 12, 12), ((2, 2, 3), 12, 12)],
        *[((6, 6), 0, 36), ((13,), 0, 6), ((7, 6), 0, 6), ((2, 32), 0, 6), ((8, 4, 2), 0, 2), ((65,), 2, 2)],
    ],
)
def test_how_many_sliders_and_fields_an_array_has(shape: tuple[int, ...], sliders: int, fields: int) -> None:
    shown = everything(Made(np.zeros(shape)).controls.box)
    assert sum(isinstance(widget, widgets.FloatSlider) for widget in shown) == sliders
    assert sum(isinstance(widget, widgets.Text) for widget in shown) == fields


def test_every_element_says_what_it_is() -> None:
    assert [row.children[-1].description for row in Made([[1, 2], [3, 4]]).numbers] == [
        "w[0,0]",
        "w[0,1]",
        "w[1,0]",
        "w[1,1]",
    ]
    assert label("w", ()) == "w"
    assert label("grad_ys y1", (0,)) == "grad_ys y1[0]"


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(0.0, -2, 2), (1.0, -1, 3), (-3.0, -13, 7), (10.0, -10, 30), (0.7, -1.3, 2.7), (0.001, -0.001, 0.003)],
)
def test_a_slider_reaches_as_far_to_both_sides_of_the_value(value: float, low: float, high: float) -> None:
    slider = Made(value).slider("w")
    assert (slider.min, slider.max) == pytest.approx((low, high))
    assert slider.value == pytest.approx(value)
    assert slider.step == pytest.approx((high - low) / 200)


def test_a_slider_moves_on_round_numbers_even_from_an_odd_one() -> None:
    made = Made(0.12345)
    slider = made.slider("w")
    assert slider.min == pytest.approx(-0.375)
    slider.value = slider.min + 150 * slider.step
    assert made.controls.setting == (np.float32(0.375),)


@pytest.mark.parametrize("value", [0.12345, np.nan, np.inf, -7.77e-5, 1 / 3])
def test_a_page_that_puts_a_slider_on_its_grid_moves_nothing(value: float) -> None:
    made = Made(value, "float64")
    slider = made.slider("w")
    steps = round((slider.value - slider.min) / slider.step)
    slider.value = slider.min + steps * slider.step
    assert made.told == []
    assert not made.controls.moved
    slider.value = slider.min + (steps + 1) * slider.step
    assert made.told == ["w"]
    slider.value = slider.min + steps * slider.step
    assert made.told == ["w", "w"]
    assert made.controls.setting[0] == pytest.approx(slider.value)  # type: ignore[index]  # a tuple of numbers


def test_a_slider_moves_its_field_when_there_is_time() -> None:
    made = Made([1.0, 2.0])
    made.slider("w[1]").value = 0.30000000000000004
    assert made.told == ["w[1]"]
    assert made.array.tolist() == [1.0, np.float32(0.3)]
    assert made.field("w[1]").value == "2"
    made.controls.refresh()
    assert made.field("w[1]").value == "0.3"


def test_a_number_typed_moves_the_slider() -> None:
    made = Made([1.0, 2.0])
    made.field("w[0]").value = "1/4"
    assert (made.slider("w[0]").value, made.field("w[0]").value) == (0.25, "0.25")
    assert made.array.tolist() == [0.25, 2.0]
    assert made.told == ["w[0]"]


@pytest.mark.parametrize(("start", "typed"), [(1.0, "100"), (1.0, "-4e6"), (1.0, "3.1"), (-3.0, "8"), (3.0, "-8")])
def test_the_range_grows_with_a_number_typed_outside(start: float, typed: str) -> None:
    made = Made(start)
    slider = made.slider("w")
    before = slider.min, slider.max
    made.field("w").value = typed
    assert slider.value == pytest.approx(float(typed))
    assert slider.min <= before[0] < before[1] <= slider.max
    assert slider.max - float(typed) == pytest.approx(float(typed) - slider.min, rel=0.01)
    made.field("w").value = "0.5"
    assert slider.value == 0.5


def test_bad_text_is_refused_in_place_and_the_old_number_stays() -> None:
    made = Made([1.0, 2.0])
    made.field("w[0]").value = "<b>abc</b>"
    assert made.field("w[0]").value == "1"
    assert made.array.tolist() == [1.0, 2.0]
    assert made.told == []
    assert made.said.startswith('<p role="alert">&#x27;&lt;b&gt;abc&lt;/b&gt;&#x27; is not a number.')
    made.field("w[0]").value = "3"
    assert made.said == ""
    assert made.told == ["w[0]"]


def test_whole_numbers_stay_whole() -> None:
    made = Made([3, 100], "int32")
    slider = made.slider("w[0]")
    assert isinstance(slider, widgets.IntSlider)
    assert slider.step == 1
    slider.value = -7
    made.field("w[1]").value = "2.5"
    assert "holds whole numbers only" in made.said
    made.field("w[1]").value = "5"
    assert made.array.tolist() == [-7, 5]
    assert made.array.dtype == np.int32


def test_a_slider_stays_within_the_dtype() -> None:
    slider = Made(250, "uint8").slider("w")
    assert (slider.min, slider.max) == (0, 255)
    slider = Made(60000.0, "float16").slider("w")
    assert slider.max == 65504.0
    made = Made(2**60, "int64")
    made.field("w").value = str(2**60 + 1)
    assert made.array == 2**60 + 1


def test_truth_values_have_check_boxes() -> None:
    made = Made([True, False], "bool")
    assert made.check_box("w[0]").value is True
    made.check_box("w[1]").value = True
    assert made.array.tolist() == [True, True]
    assert made.told == ["w[1]"]
    made.controls.put(None)
    assert made.check_box("w[1]").value is False
    assert made.told == ["w[1]"]


def test_numbers_that_are_not_finite_have_a_field_and_stay_off_the_slider() -> None:
    made = Made([np.nan, np.inf])
    assert [made.field(f"w[{i}]").value for i in (0, 1)] == ["nan", "inf"]
    assert np.isfinite([made.slider(f"w[{i}]").value for i in (0, 1)]).all()
    assert not made.controls.moved
    made.field("w[0]").value = "-inf"
    np.testing.assert_array_equal(made.array, [-np.inf, np.inf])
    assert made.controls.moved


def test_a_teachers_range_is_kept() -> None:
    made = Made([1.0, 2.0], ranges={"w": Bounds(-5, 5, 0.5), "w[1]": Bounds(0, 10, 0.1)})
    assert [(made.slider(n).min, made.slider(n).max, made.slider(n).step) for n in ("w[0]", "w[1]")] == [
        (-5, 5, 0.5),
        (0, 10, 0.1),
    ]
    made.field("w[0]").value = "7"
    assert "7 lies outside: here numbers go from -5 to 5." in made.said
    assert made.array.tolist() == [1.0, 2.0]


def test_the_value_keeps_shape_and_dtype() -> None:
    made = Made([[1, 2]])
    made.field("w[0,1]").value = "-1.5"
    np.testing.assert_array_equal(made.array, np.array([[1, -1.5]], np.float32))
    assert made.array.dtype == np.float32
    assert Made(2.0).array.shape == ()


def test_a_matrix_of_many_elements_is_a_grid_of_fields() -> None:
    made = Made(np.arange(20.0).reshape(4, 5))
    (grid,) = [w for w in everything(made.controls.box) if "gradnb-grid" in w._dom_classes]
    assert "gradnb-columns-5" in grid._dom_classes
    made.field("w[1,2]").value = "1000"
    assert made.array[1, 2] == 1000.0


def test_of_more_elements_one_row_stands_there_and_the_others_on_demand() -> None:
    made = Made(np.arange(40.0))
    assert [row.children[-1].description for row in made.numbers] == [f"w[{n}]" for n in range(6)]
    made.check_box("show all 40 elements of w").value = True
    made.field("w[39]").value = "-1"
    assert made.array.tolist() == [*range(39), -1]
    rest = made.controls.box.children[2]
    assert rest.layout.display is None
    made.check_box("show all 40 elements of w").value = False
    assert rest.layout.display == "none"
    made.check_box("show all 40 elements of w").value = True
    assert rest.layout.display is None
    assert len(made.numbers) == 40, "they are made once"
    assert made.array[39] == -1


def test_folded_controls_appear_on_demand_with_the_numbers_of_the_moment() -> None:
    made = Made([1.0, 2.0], folded=True)
    assert made.numbers == []
    made.controls.put((5.0, 6.0))
    made.check_box("show all 2 elements of w").value = True
    assert made.field("w[1]").value == "6"
    assert made.slider("w[1]").value == 6.0


def test_a_large_array_is_scaled_and_gets_noise() -> None:
    start = np.linspace(-2, 2, 100).astype(np.float32)
    made = Made(start)
    assert isinstance(made.controls, ScaledControls)
    made.slider("scale w").value = -0.5
    np.testing.assert_allclose(made.array, start * -0.5)
    made.field("noise w").value = "0.1"
    assert made.controls.setting == Scaled(-0.5, 0.1)
    np.testing.assert_array_equal(made.array, Scaled(-0.5, 0.1).of(start))
    assert 0.1 < np.std(made.array - start * -0.5) < 0.3, "a tenth of the largest number, 2"
    assert made.array.dtype == np.float32
    assert made.told == ["scale w", "noise w"]
    made.controls.put(None)
    assert not made.controls.moved
    np.testing.assert_array_equal(made.array, start)


def test_put_sets_everything_and_tells_nobody() -> None:
    made = Made([1.0, 2.0])
    made.slider("w[0]").value = 0.5
    made.controls.put((50.0, -1.0))
    assert (made.slider("w[0]").value, made.field("w[0]").value) == (50.0, "50")
    assert made.controls.moved
    made.controls.put(None)
    assert (made.slider("w[0]").value, made.field("w[0]").value) == (1.0, "1")
    assert not made.controls.moved
    assert made.told == ["w[0]"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (np.zeros(3, np.complex64), "w keeps its value here: there is no slider for complex64."),
        (np.array(["a"]), "w keeps its value here: there is no slider for string."),
        (np.zeros((0, 3)), "w has no elements to change."),
        (
            np.zeros(65, np.int32),
            "w keeps its value here: it has 65 elements of int32, and only up to 64 have controls.",
        ),
        (np.zeros(65), ""),
        (np.zeros(64, np.bool_), ""),
    ],
)
def test_what_has_no_controls_is_said_in_words(value: np.ndarray[Any, Any], why: str) -> None:
    assert why_without("w", value, "en") == why
    assert (controls_of("w", value, Desk(print)) is None) is bool(why)


def test_widgets_share_what_they_can() -> None:
    made = Made(np.zeros(12))
    assert isinstance(made.controls, ElementControls)
    assert len({row.children[0].layout.model_id for row in made.numbers}) == 1
    assert len({row.children[1].style.model_id for row in made.numbers}) == 1


def test_a_folded_number_is_shown_by_its_name() -> None:
    made = Made(1.0, folded=True)
    made.check_box("show w").value = True
    assert made.field("w").value == "1"


@pytest.mark.parametrize(("size", "count"), [(1, 1), (12, 12), (20, 6), (100, 2)])
def test_controls_know_how_many_numbers_they_show_at_first(size: int, count: int) -> None:
    assert Made(np.zeros(size)).controls.at_first == count
