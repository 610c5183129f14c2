"""Pictures of training: the same bytes for the same run, whatever matplotlib was set to and whichever fonts it has."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from gradnb.render import figure
from gradnb.render.figure import Chart
from gradnb.render.palette import DARK, LIGHT
from gradnb.view.learning import Comparison, Landscape, Learning, Step, Trained
from gradnb.view.values import value_of

ROOT = Path(__file__).parents[2]


def run(
    losses: Sequence[float],
    sizes: Sequence[Sequence[float]] | None = None,
    names: Sequence[str] = ("w",),
    points: Sequence[tuple[float, ...]] | None = None,
    **fields: object,
) -> Learning:
    """Return a run with these losses."""
    sizes = [[loss] * len(names) for loss in losses] if sizes is None else sizes
    points = [()] * len(losses) if points is None else points
    steps = [
        Step(number, loss, tuple(size), (0.1,), tuple(point))
        for number, (loss, size, point) in enumerate(zip(losses, sizes, points, strict=True))
    ]
    variables = tuple(Trained(name, value_of(1.0)) for name in names)
    learning = Learning("minimize(loss)", "loss", variables, ("learning_rate",), tuple(steps))
    return replace(learning, **fields)  # type: ignore[arg-type]  # fields of Learning


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(png)).convert("RGB"))


def words(learning: Learning) -> list[str]:
    """Return the texts of a picture: SVG keeps them when it is asked to."""
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        svg = Chart(learning).draw(learning, "svg").decode()
    return [unescape(text).strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


FALLING = run([8.0, 4.0, 2.0, 1.0])


def test_the_same_run_gives_the_same_bytes() -> None:
    assert Chart(FALLING).draw(FALLING) == Chart(FALLING).draw(FALLING)
    assert pixels(Chart(FALLING).draw(FALLING)).shape[2] == 3


def test_a_chart_that_drew_other_runs_draws_this_one_like_a_fresh_one() -> None:
    chart = Chart(FALLING)
    for losses in ([8.0], [8.0, 1e9], [8.0, float("nan")], [8.0, -3.0], [0.0, 0.0]):
        chart.draw(run(losses))
    assert chart.draw(FALLING) == Chart(FALLING).draw(FALLING)


def test_what_a_program_set_in_matplotlib_changes_nothing() -> None:
    before = Chart(FALLING).draw(FALLING)
    settings = {
        "font.size": 30,
        "font.family": "serif",
        "axes.facecolor": "red",
        "axes.grid": True,
        "lines.linewidth": 9,
    }
    with matplotlib.rc_context(settings):
        assert Chart(FALLING).draw(FALLING) == before


def test_pyplot_and_its_global_state_are_not_touched() -> None:
    program = (
        "import gradnb as tf, sys; w = tf.Variable(2.0)\n"
        "tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.1), steps=2).png()\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("False\n", "")


def test_light_and_dark() -> None:
    for theme, palette in (("auto", LIGHT), ("light", LIGHT), ("dark", DARK)):
        shown = replace(FALLING, theme=theme)
        corner = pixels(Chart(shown).draw(shown))[0, 0]
        assert "#{:02x}{:02x}{:02x}".format(*corner) == palette.background


def test_its_words_are_in_the_chosen_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"loss", "size of each gradient", "step", "w"} <= set(words(FALLING))
    families = figure._families()
    if len(families) > 1:
        assert {"损失", "各个梯度的大小", "步"} <= set(words(replace(FALLING, language="zh")))


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "_CHINESE_FONTS", ())
    for cached in (figure._families, figure._characters):
        cached.cache_clear()
    monkeypatch.setattr(figure, "_families", lambda: ("DejaVu Sans",))
    monkeypatch.setattr(figure, "_characters", figure._characters.__wrapped__)


@pytest.mark.usefixtures("no_chinese_font")
def test_without_a_chinese_font_its_words_are_english_and_no_warning_is_given() -> None:
    chinese = replace(run([4.0, 1.0], names=["权重"]), language="zh")
    shown = words(chinese)
    assert {"loss", "step", "??"} <= set(shown)
    assert Chart(chinese).draw(chinese)


@pytest.mark.parametrize("name", ["$x$", "_hidden", "a_b^2", "<script>", "%s {0}", "権重 \u202e", "W" * 60, "\\frac"])
def test_any_name_is_drawn_as_text(name: str) -> None:
    learning = run([4.0, 1.0], names=[name], points=[(1.0,), (0.5,)], landscape=curve(name))
    shown = words(learning)
    expected = name if len(name) < 16 and name.isascii() else None
    assert expected is None or any(expected in text for text in shown)
    assert Chart(learning).draw(learning)


def curve(name: str) -> Landscape:
    return Landscape((name,), (np.linspace(-1, 1, 5),), np.linspace(-1, 1, 5) ** 2)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_marked(bad: float) -> None:
    word = "NaN" if np.isnan(bad) else "inf"
    assert words(run([1.0, bad])).count(word) == 2
    assert words(run([1.0, 1.0], [[1.0], [bad]])).count(word) == 1
    assert not {"NaN", "inf"} & set(words(FALLING))


def test_what_marks_the_edge_stands_inside() -> None:
    for losses, side in (([float("nan")], "left"), ([1.0, float("nan")], "right")):
        chart = Chart(run(losses))
        chart.draw(run(losses))
        assert chart._end[0]._text.get_horizontalalignment() == side


def test_numbers_far_apart_are_on_a_logarithmic_axis() -> None:
    def scales(learning: Learning) -> list[str]:
        chart = Chart(learning)
        chart.draw(learning)
        return [chart._loss.get_yscale(), chart._sizes.get_yscale()]

    assert scales(run([1.0, 0.5])) == ["linear", "linear"]
    assert scales(run([1.0, 1e-3])) == ["log", "log"]
    assert scales(run([1.0, -1e3], [[1.0], [1e3]])) == ["linear", "log"]
    assert scales(run([0.0, 0.0])) == ["linear", "linear"]
    assert scales(run([1e3, 1.0, -1.0], [[1.0]] * 3)) == ["linear", "linear"]


def test_a_gradient_of_zero_lies_below_all_others_on_a_logarithmic_axis() -> None:
    learning = run([1.0, 1.0], [[100.0, 0.01], [1.0, 0.0]], names=["w", "dead"])
    chart = Chart(learning)
    chart.draw(learning)
    lowest = chart._size_lines[1].get_ydata()[1]
    assert 0 < lowest < 0.01
    assert chart._sizes.get_ylim()[0] < lowest


def test_of_a_long_run_every_spike_is_drawn() -> None:
    losses = np.ones(50_000)
    losses[[12_345, 49_998]] = [100.0, 0.5]
    chart = Chart(run(losses.tolist()))
    chart.draw(run(losses.tolist()))
    drawn = chart._curve.get_ydata()
    assert len(drawn) < 5_000
    assert {drawn.min(), drawn.max(), drawn[-1]} == {0.5, 100.0, 1.0}
    assert (np.diff(chart._curve.get_xdata()) >= 0).all()


def test_of_many_variables_the_first_the_last_and_some_between_have_a_line() -> None:
    names = [f"W{number}" for number in range(30)]
    shown = [text for text in words(run([2.0, 1.0], names=names)) if text.startswith("W")]
    assert len(shown) == figure.MOST_LINES
    assert (shown[0], shown[-1]) == ("W0", "W29")


def test_lines_differ_by_dashes_as_well_as_by_colour() -> None:
    chart = Chart(run([2.0, 1.0], names=list("abcdefgh")))
    styles = [(line.get_color(), str(line._dash_pattern)) for line in chart._size_lines]
    assert len(set(styles)) == 8
    assert len({dashes for _, dashes in styles[:4]}) == 4


def test_batches_get_a_running_mean() -> None:
    losses = [1.0, 3.0] * 100
    learning = run(losses, batches=True)
    chart = Chart(learning)
    chart.draw(learning)
    assert chart._noise.get_ydata().tolist() == losses
    assert np.ptp(chart._curve.get_ydata()[10:-10]) < 0.5
    assert chart._curve.get_ydata().mean() == pytest.approx(2.0, abs=0.05)


def test_the_run_before_is_drawn_behind_and_one_that_flew_away_does_not_flatten_this_one() -> None:
    before = run([8.0, 100.0, 1e6]).steps
    learning = replace(FALLING, before=before)
    assert "the run before" in words(learning)
    chart = Chart(learning)
    chart.draw(learning)
    assert chart._loss.get_ylim()[1] < 20
    assert chart._loss.get_xlim()[1] > 3


def valley() -> Landscape:
    axes = (np.linspace(-2, 2, 9), np.linspace(-1, 1, 9))
    across, up = np.meshgrid(*axes)
    heights = across**2 + 10 * up**2
    heights[0, 0] = np.nan
    return Landscape(("w[0]", "w[1]"), axes, heights)


def test_two_numbers_have_their_path_over_the_loss() -> None:
    points = [(2.0, 1.0), (1.0, 0.5), (0.5, 0.25)]
    learning = run([14.0, 3.5, 0.9], points=points, landscape=valley())
    assert {"w[0]", "w[1]"} <= set(words(learning))
    chart = Chart(learning)
    chart.draw(learning)
    assert chart._path._lines[0].get_xydata().tolist() == [list(point) for point in points]
    again = chart.draw(replace(learning, landscape=valley()))
    assert again == Chart(learning).draw(learning), "a new ground replaces the old one"
    assert Chart(replace(learning, landscape=None)).draw(replace(learning, landscape=None))


def test_a_flat_landscape_is_drawn() -> None:
    flat = Landscape(("w",), (np.linspace(-1, 1, 5),), np.zeros(5))
    level = Landscape(("a", "b"), (np.linspace(-1, 1, 5),) * 2, np.zeros((5, 5)))
    for landscape, point in ((flat, (0.5,)), (level, (0.5, 0.5))):
        learning = run([0.0], points=[point], landscape=landscape)
        assert Chart(learning).draw(learning)


def test_several_runs_are_compared_with_their_names() -> None:
    runs = [run([14.0, 3.5], points=[(2.0, 1.0), (x, 0.5)]) for x in (1.0, 0.5)]
    compared = Comparison(("slow", "quick"), tuple(runs), valley())
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        svg = figure.comparison(compared, "svg").decode()
    assert all(f">{name}</text>" in svg for name in ("slow", "quick", "loss"))
    assert figure.comparison(compared) == figure.comparison(compared)
    without = Comparison(("slow", "quick"), (FALLING, run([8.0, float("nan")])))
    assert pixels(figure.comparison(without)).any()


def test_a_boundary_has_points_of_two_shapes() -> None:
    axes = [np.linspace(-1, 1, 9)] * 2
    scores = 1 / (1 + np.exp(-4 * np.meshgrid(*axes)[0]))
    points = np.array([[-0.5, 0.0], [0.5, 0.0]])
    labels = np.array([0, 1])
    drawn = figure.boundary(axes, scores, points, labels, ("width", "length"))
    assert drawn == figure.boundary(axes, scores, points, labels, ("width", "length"))
    assert drawn != figure.boundary(axes, scores, points, 1 - labels, ("width", "length"))
    one_sided = figure.boundary(axes, np.full((9, 9), np.nan), points, labels, ("$a$", "b"), "zh", "dark")
    assert pixels(one_sided).any()


def test_a_boundary_of_several_classes_has_a_shape_and_a_region_for_each() -> None:
    axes = [np.linspace(-1, 1, 9)] * 2
    across, up = np.meshgrid(*axes)
    scores = np.stack([across, -across, up], axis=-1)
    points = np.array([[0.9, 0.0], [-0.9, 0.0], [0.0, 0.9]])
    labels = np.array([0, 1, 2])
    look = (axes, scores, points, labels, ("width", "length"))
    drawn = figure.boundary(*look, classes=("a", "b", "$c$"))
    assert drawn == figure.boundary(*look, classes=("a", "b", "$c$"))
    assert drawn != figure.boundary(axes, scores, points, labels[::-1], ("width", "length"), classes=("a", "b", "$c$"))
    assert drawn != figure.boundary(axes, -scores, points, labels, ("width", "length"), classes=("a", "b", "$c$"))
    unknown = figure.boundary(axes, scores * np.nan, points, labels, ("a", "b"), "zh", "dark", classes=("a", "b", "c"))
    assert pixels(unknown).any()


def test_a_class_that_is_first_everywhere_has_no_border() -> None:
    axes = [np.linspace(-1, 1, 9)] * 2
    across, _ = np.meshgrid(*axes)
    points, labels = np.array([[0.9, 0.0], [-0.9, 0.0]]), np.array([0, 1])

    def darkest(scores: np.ndarray) -> int:
        drawn = figure.boundary(axes, scores, points, labels, ("a", "b"), classes=("one", "two"))
        return int(pixels(drawn)[100:200, 120:500].max(axis=2).min())  # above the points

    assert darkest(np.stack([across, -across], axis=-1)) < 60
    assert darkest(np.stack([across + 2, across], axis=-1)) > 150


@pytest.mark.parametrize("points", [None, [(2.0,), (1.0,)]], ids=["curves", "with a path"])
def test_in_a_narrow_place_its_parts_stand_one_below_the_other(points: list[tuple[float, ...]] | None) -> None:
    learning = run([4.0, 1.0], points=points, landscape=None if points is None else curve("w"))
    wide, narrow = (Chart(learning, narrow=narrow) for narrow in (False, True))
    boxes = [[axes.get_position() for axes in chart._figure.axes] for chart in (wide, narrow)]
    assert len(boxes[0]) == len(boxes[1]) == (2 if points is None else 3)
    assert len({round(box.y0, 3) for box in boxes[0]}) == 1
    assert sorted((box.y0 for box in boxes[1]), reverse=True) == [box.y0 for box in boxes[1]]
    assert all(above.y0 > below.y1 for above, below in zip(boxes[1], boxes[1][1:], strict=False))
    heights = [pixels(chart.draw(learning)).shape for chart in (wide, narrow)]
    assert heights[1][1] < heights[0][1]
    assert heights[1][0] > heights[0][0]
