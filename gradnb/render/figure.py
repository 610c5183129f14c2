"""Pictures of training by matplotlib: curves over the steps, paths over the loss, the boundary of a network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from typing import Any, Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from gradnb.harmless import harmless
from gradnb.messages import text as message
from gradnb.render.palette import Palette, palette
from gradnb.render.plain import wrap
from gradnb.view.learning import Comparison, Landscape, Learning, Step

Array = np.ndarray[Any, Any]
Format = Literal["png", "svg", "pdf"]

#: So many gradients have a line each.
MOST_LINES: Final = 8

_DOTS_PER_INCH = 144
_FONT = "DejaVu Sans"  # it comes with matplotlib
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "Hiragino Sans GB",
    "Heiti SC",
    "SimHei",
    "SimSun",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
_LIGHT_LINES = ("#0072b2", "#d55e00", "#007a59", "#b0518a", "#1f8fd0", "#a36b00", "#6a4aa0", "#1a1d26")
_DARK_LINES = ("#56b4e9", "#f08030", "#2fc39a", "#e79ac2", "#9fd6f7", "#ffcf6b", "#b9a0ea", "#edf0f6")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (5, 1.4, 1.2, 1.4)))

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

#: A curve of more points is drawn by the lowest and the highest of neighbours.
_MOST_POINTS = 1200
#: Points of shorter curves are marked one by one.
_MOST_MARKED = 40
#: Numbers that differ by this factor are told apart on a logarithmic axis alone.
_LOGARITHMIC = {"loss": 50.0, "sizes": 10.0}


class Chart:
    """The picture of one run, drawn again and again in one figure as the run goes on.

    Parameters
    ----------
    learning : Learning
        The run; later ones have the same variables, language and theme.
    narrow : bool
        Whether its parts stand one below the other.
    """

    def __init__(self, learning: Learning, narrow: bool = False) -> None:
        self._look = look = _Look(learning.language, learning.theme)
        self._has_path = bool(learning.steps[0].point)
        size, boxes = _places(self._has_path, narrow)
        self._figure = look.figure(*size)
        axes = [look.axes(self._figure, box) for box in boxes]
        self._loss, self._sizes = axes[-2:]
        self._noisy = learning.batches
        look.prepare(self._loss, "noisy_loss" if self._noisy else "loss", "step")
        look.prepare(self._sizes, "noisy_sizes" if self._noisy else "sizes", "step")
        if self._has_path:
            self._path = _Path(axes[0], look)
        names = [variable.name for variable in learning.variables]
        self._chosen = _spread(len(names))
        self._before = look.line(self._loss, look.colors.muted, _DASHES[1], 1.2)
        self._noise = look.line(self._loss, look.colors.border, "-", 0.8)
        self._curve = look.line(self._loss, look.lines[0], "-", 1.8)
        self._size_lines = [look.line(self._sizes, *look.style(place), 1.6) for place in range(len(self._chosen))]
        self._end = [look.mark(axes) for axes in (self._loss, self._sizes)]
        labels = [names[number] for number in self._chosen]
        beside = {} if self._has_path else {"bbox_to_anchor": (1.01, 1.03)}
        self._names = look.legend(self._sizes, self._size_lines, labels, loc="upper left", **beside)
        self._has_legend = False

    def draw(self, learning: Learning, format: Format = "png") -> bytes:
        """Return the picture of a run."""
        look, steps = self._look, learning.steps
        numbers = np.array([step.number for step in steps], np.float64)
        losses = np.array([step.loss for step in steps], np.float64)
        before = np.array([step.loss for step in learning.before], np.float64)
        sizes = np.array([step.sizes for step in steps], np.float64).T[self._chosen]
        if self._noisy:
            _put(self._noise, numbers, losses)
        _put(self._curve, numbers, self._calm(losses))
        _put(self._before, np.arange(len(before), dtype=np.float64), self._calm(before))
        if len(before) and not self._has_legend:
            self._has_legend = True
            look.legend(self._loss, [self._before], [look.say("before")], loc="upper right")
        # An earlier run that flew away must not make this one flat.
        shown = before[before <= 2 * np.nanmax(losses, initial=before[0])] if len(before) else before
        look.scale(self._loss, [losses, shown], "loss", max(numbers[-1], len(before) - 1))
        drawn = [self._calm(values) for values in sizes]
        floor = look.scale(self._sizes, drawn, "sizes", numbers[-1])
        for line, values in zip(self._size_lines, drawn, strict=True):
            _put(line, numbers, np.where(values == 0, floor, values) if floor else values)
        for mark, ends in zip(self._end, (losses[-1:], sizes[:, -1]), strict=True):
            mark.put(numbers[-1], ends)
        if self._has_path:
            self._path.draw(learning.landscape, [steps])
            grows = max(steps[-1].sizes) > max(steps[0].sizes)
            self._names.set_loc("upper left" if grows else "upper right")
        return look.written(self._figure, format)

    def _calm(self, values: Array) -> Array:
        """Return the running mean of what each batch makes jump; the rest as it is."""
        reach = len(values) // 40
        if not self._noisy or reach < 1:
            return values
        places = np.arange(len(values))
        # Towards the ends there are fewer neighbours.
        first, last = np.maximum(places - reach, 0), np.minimum(places + reach, len(values) - 1)
        sums = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(values), values, 0.0))])
        return np.where(np.isfinite(values), (sums[last + 1] - sums[first]) / (last + 1 - first), np.nan)


def comparison(compared: Comparison, format: Format = "png") -> bytes:
    """Return several runs from one start side by side: their paths over the loss, and their loss over the steps.

    Parameters
    ----------
    compared : Comparison
        The runs.
    format : str
        ``png``, ``svg`` or ``pdf``.

    Returns
    -------
    bytes
        The file's content.
    """
    look = _Look(compared.language, compared.theme)
    has_path = bool(compared.runs[0].steps[0].point)
    figure = look.figure(9.6, 4.0 if has_path else 3.4)
    curves = figure.add_axes((0.56, 0.13, 0.42, 0.68) if has_path else (0.06, 0.15, 0.92, 0.66))
    look.prepare(curves, "loss", "step")
    lines = [look.line(curves, *look.style(place), 1.7) for place in range(len(compared.runs))]
    losses = [np.array([step.loss for step in run.steps], np.float64) for run in compared.runs]
    for line, values in zip(lines, losses, strict=True):
        _put(line, np.arange(len(values), dtype=np.float64), values)
    # One that flies away must not make the others flat.
    highest = 3 * max(values[0] for values in losses)
    look.scale(curves, [values[values <= highest] for values in losses], "loss", max(map(len, losses)) - 1)
    if has_path:
        path = _Path(figure.add_axes((0.055, 0.13, 0.43, 0.68)), look)
        path.draw(compared.landscape, [run.steps for run in compared.runs])
    place = {"loc": "upper left", "bbox_to_anchor": (0.045, 0.97), "ncols": 4}
    look.legend(figure, lines, compared.names, **place)
    return look.written(figure, format)


def boundary(
    axes: Sequence[Array],
    scores: Array,
    points: Array,
    labels: Array,
    names: Sequence[str],
    language: str = "en",
    theme: str = "auto",
    format: Format = "png",
    classes: Sequence[str] = (),
) -> bytes:
    """Return where a network says yes and where no, or which class it names where, with points.

    Parameters
    ----------
    axes : sequence of two ndarray
        Where the scores were computed, along each of the two inputs.
    scores : ndarray of shape (len(axes[1]), len(axes[0])) or (len(axes[1]), len(axes[0]), len(classes))
        More than one half is yes; or the class with the largest score.
    points : ndarray of shape (n, 2)
        The points.
    labels : ndarray of shape (n,)
        1 where the answer is yes, else 0; or the number of the class.
    names : sequence of two str
        What the inputs are called.
    language, theme
        As for `Learning`.
    format : str
        ``png``, ``svg`` or ``pdf``.
    classes : sequence of str, optional
        What the classes are called.

    Returns
    -------
    bytes
        The file's content.
    """
    look = _Look(language, theme)
    figure = look.figure(5.4, 4.0)
    place = figure.add_axes((0.12, 0.13, 0.62, 0.78))
    look.prepare(place, "", "")
    place.set_xlabel(look.drawable(names[0]), fontproperties=look.font, color=look.colors.text, parse_math=False)
    place.set_ylabel(look.drawable(names[1]), fontproperties=look.font, color=look.colors.text, parse_math=False)
    finite = np.ma.masked_invalid(scores)
    if classes:
        _paint_regions(place, look, axes, finite)
        chosen = [np.asarray(labels) == number for number in range(len(classes))]
    else:
        colors = [look.colors.seed_fill, look.colors.cell, look.colors.backward_fill]
        blend = LinearSegmentedColormap.from_list("", colors)
        place.contourf(*axes, finite, levels=np.linspace(0, 1, 11), cmap=blend, extend="both")
        if finite.min() < 0.5 < finite.max():
            place.contour(*axes, finite, levels=[0.5], colors=[look.colors.text], linewidths=1.6)
        yes = np.asarray(labels) > 0.5
        chosen = [yes, ~yes]
    marks = []
    for number, some in enumerate(chosen):
        marker, color = _MARKERS[number % len(_MARKERS)], look.lines[number % len(look.lines)]
        marks += place.plot(*points[some].T, marker, color=color, markersize=5, markeredgecolor=look.colors.background)
    called = classes or [look.say("yes"), look.say("no")]
    look.legend(place, marks, called, loc="upper left", bbox_to_anchor=(1.01, 1.02))
    return look.written(figure, format)


def _paint_regions(place: Axes, look: _Look, axes: Sequence[Array], scores: Array) -> None:
    """Paint where each class has the largest score, and the lines between."""
    for number in range(scores.shape[2]):
        lead = scores[:, :, number] - np.delete(scores, number, axis=2).max(axis=2)
        if not lead.max() > 0:
            continue
        color = look.lines[number % len(look.lines)]
        place.contourf(*axes, lead, levels=[0, float(lead.max())], colors=[color], alpha=0.22)
        if lead.min() < 0:
            place.contour(*axes, lead, levels=[0], colors=[look.colors.text], linewidths=1.2)


Box = tuple[float, float, float, float]


def _places(has_path: bool, narrow: bool) -> tuple[tuple[float, float], list[Box]]:
    """Return how large a chart is, and where its axes are: left, bottom, width and height in inches."""
    beside = 1.2  # the names of many variables have a column of their own
    if narrow:
        count = 3 if has_path else 2
        heights = [0.42 + 2.45 * place for place in reversed(range(count))]
        boxes = [(0.55, bottom, 4.3, 1.7) for bottom in heights]
        if not has_path:
            boxes[-1] = (0.55, 0.42, 4.3 - beside, 1.7)
        return (5.0, 2.45 * count), boxes
    lefts, width = ((0.53, 3.79, 7.06), 2.45) if has_path else ((0.58, 4.8), 3.55)
    return (9.6, 3.1), [(left, 0.47, width, 2.23) for left in lefts]


class _Path:
    """One or several paths over the loss of one or two numbers."""

    def __init__(self, axes: Axes, look: _Look) -> None:
        self._axes, self._look = axes, look
        look.prepare(axes, "landscape", "")
        self._lines: list[Line2D] = []
        self._ends: list[Line2D] = []
        self._shown: Landscape | None = None
        self._ground: list[Any] = []

    def draw(self, landscape: Landscape | None, paths: Sequence[Sequence[Step]]) -> None:
        if landscape is not self._shown and landscape is not None:
            self._paint(landscape)
        while len(self._lines) < len(paths):
            self._add_line(alone=len(paths) == 1)
        for line, end, steps in zip(self._lines, self._ends, paths, strict=True):
            points = np.array([(*step.point, step.loss)[:2] for step in steps], np.float64)
            line.set_data(points.T)
            line.set_marker("." if len(points) <= 4 * _MOST_MARKED else "")
            end.set_data(points[-1:].T)

    def _add_line(self, alone: bool) -> None:
        look = self._look
        color, dash = (look.lines[1], "-") if alone else look.style(len(self._lines))
        line = look.line(self._axes, color, dash, 1.3)
        end = look.line(self._axes, color, "-", 1)
        end.set(marker="o", markersize=8, markeredgecolor=look.colors.background)
        for drawn, height in ((line, 3), (end, 4)):
            drawn.set_zorder(height)
        self._lines.append(line)
        self._ends.append(end)

    def _paint(self, landscape: Landscape) -> None:
        for artist in self._ground:
            artist.remove()
        look, axes = self._look, self._axes
        heights = np.ma.masked_invalid(landscape.heights)
        low, high = float(heights.min()), float(heights.max())
        axes.set_xlim(landscape.axes[0][0], landscape.axes[0][-1])
        labels = [look.drawable(name) for name in landscape.names]
        axes.set_xlabel(labels[0], fontproperties=look.font, color=look.colors.text, parse_math=False, labelpad=1)
        if len(landscape.axes) == 1:
            line = look.line(axes, look.lines[0], "-", 1.6)
            line.set_data(landscape.axes[0], landscape.heights)
            self._ground = [line]
            room = 0.06 * (high - low) or 1.0
            axes.set_ylim(low - room, high + room)
        else:
            axes.set_ylim(landscape.axes[1][0], landscape.axes[1][-1])
            axes.set_ylabel(labels[1], fontproperties=look.font, color=look.colors.text, parse_math=False, labelpad=0)
            # Denser towards the bottom, where a valley would else look flat.
            levels = low + ((high - low) or 1.0) * np.linspace(0, 1, 14) ** 2.2
            fill = LinearSegmentedColormap.from_list("", [look.deep, look.colors.background])
            self._ground = [
                axes.contourf(*landscape.axes, heights, levels=levels, cmap=fill),
                axes.contour(*landscape.axes, heights, levels=levels, colors=[look.colors.border], linewidths=0.7),
            ]
        self._shown = landscape


class _Mark:
    """Says where a number ceased to be one."""

    def __init__(self, axes: Axes, look: _Look) -> None:
        color = look.colors.stopped
        self._axes = axes
        self._line = axes.axvline(0, color=color, linewidth=1.2, linestyle=_DASHES[1], visible=False)
        self._text = axes.text(
            0, 0.97, "", transform=axes.get_xaxis_transform(), color=color, ha="right", va="top",
            fontproperties=look.bold, visible=False,
        )  # fmt: skip

    def put(self, number: float, values: Iterable[float]) -> None:
        """Show it at a step if any of `values` is no number."""
        bad = sorted({"NaN" if math.isnan(value) else "inf" for value in values if not math.isfinite(value)})
        for artist in (self._line, self._text):
            artist.set_visible(bool(bad))
        self._line.set_xdata([number, number])
        on_the_right = number < np.mean(self._axes.get_xlim())
        self._text.set(x=number, text=f" {', '.join(bad)} ", ha="left" if on_the_right else "right")


class _Look:
    """Fonts, colours and words, independent of what the program has set for its own pictures."""

    def __init__(self, language: str, theme: str) -> None:
        self.colors: Palette = palette(theme)
        self.lines = _DARK_LINES if theme == "dark" else _LIGHT_LINES
        #: The bottom of a valley.
        self.deep = "#1d5a85" if theme == "dark" else "#9ccbee"
        families = _families()
        # Without a font for it, Chinese would be a row of boxes; the text beside the picture is Chinese all the same.
        self._language = language if len(families) > 1 else "en"
        self.font = FontProperties(family=list(families), size=9)
        self.bold = FontProperties(family=list(families), size=9, weight="bold")
        self._small = FontProperties(family=list(families), size=8)

    def say(self, key: str) -> str:
        return message(f"train_view.{key}", self._language)

    def drawable(self, name: str) -> str:
        """Return a name as the fonts can draw it, short enough for a legend."""
        known = _characters()
        short = wrap(harmless(name), 16, lines=1)[0]
        drawn = "".join(character if ord(character) in known else "?" for character in short)
        # Of labels that begin with an underscore matplotlib thinks that they are its own.
        return f" {drawn}" if drawn.startswith("_") else drawn

    def figure(self, width: float, height: float) -> Figure:
        figure = Figure(figsize=(width, height), dpi=_DOTS_PER_INCH, facecolor=self.colors.background)
        FigureCanvasAgg(figure)
        return figure

    def axes(self, figure: Figure, box: Box) -> Axes:
        """Return axes at a place in inches."""
        width, height = figure.get_size_inches()
        left, bottom, across, up = box
        return figure.add_axes((left / width, bottom / height, across / width, up / height))

    def prepare(self, axes: Axes, title: str, below: str) -> None:
        colors = self.colors
        axes.set_facecolor(colors.background)
        for side, spine in axes.spines.items():
            spine.set(color=colors.border, linewidth=0.8, visible=side in ("left", "bottom"))
        axes.tick_params(
            which="both", colors=colors.muted, labelsize=8, labelfontfamily=self.font.get_family(), width=0.8
        )
        axes.grid(True, which="major", color=colors.border, alpha=0.35, linewidth=0.6, linestyle="-")
        axes.set_axisbelow(True)
        axes.set_title(self.say(title) if title else "", loc="left", fontproperties=self.bold, color=colors.text, pad=6)
        if below:
            axes.set_xlabel(self.say(below), fontproperties=self._small, color=colors.muted, labelpad=1)
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))

    def style(self, place: int) -> tuple[str, Any]:
        return self.lines[place % len(self.lines)], _DASHES[place % len(_DASHES)]

    def line(self, axes: Axes, color: str, dash: Any, width: float) -> Line2D:
        (line,) = axes.plot([], [], color=color, linestyle=dash, linewidth=width, marker="", markersize=5)
        return line

    def mark(self, axes: Axes) -> _Mark:
        return _Mark(axes, self)

    def legend(self, place: Axes | Figure, lines: Sequence[Line2D], labels: Sequence[str], **where: Any) -> Legend:
        legend = place.legend(
            list(lines),
            list(map(self.drawable, labels)),
            prop=self._small,
            frameon=True,
            framealpha=0.8,
            facecolor=self.colors.background,
            edgecolor="none",
            labelcolor=self.colors.text,
            handlelength=2.4,
            borderaxespad=0.2,
            labelspacing=0.35,
            **where,
        )
        drawn: Text
        for drawn in legend.get_texts():
            drawn.set_parse_math(False)
        return legend

    def scale(self, axes: Axes, rows: Iterable[Array], kind: str, last: float) -> float | None:
        """Choose scale and range of an axis; return where a zero is drawn when it is logarithmic."""
        axes.set_xlim(-0.02 * max(last, 1), 1.03 * max(last, 1))
        parts = [np.ravel(row) for row in rows]
        values = np.concatenate(parts) if parts else np.zeros(0)
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        positive = values[values > 0]
        smallest = float(positive.min()) if positive.size else 1.0
        if low < 0 or not positive.size or high <= _LOGARITHMIC[kind] * smallest:
            axes.set_yscale("linear")
            # Zero belongs to the picture when it is near.
            bottom = 0.0 if 0 <= low < 0.5 * high else low
            room = 0.05 * (high - bottom) or 0.05 * abs(high) or 1.0
            axes.set_ylim(bottom - room, high + room)
            axes.yaxis.set_major_locator(MaxNLocator(5))
            return None
        axes.set_yscale("log")
        floor = smallest / 3 if low == 0 else None
        axes.set_ylim((floor or smallest) / 1.6, high * 1.8)
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        axes.yaxis.set_minor_formatter(NullFormatter())
        return floor

    def written(self, figure: Figure, format: Format) -> bytes:
        file = BytesIO()
        if format == "png":
            # Quick rather than small: it is drawn several times a second.
            quick = {"compress_level": 1}
            figure.savefig(file, format="png", metadata={"Software": None}, facecolor="auto", pil_kwargs=quick)
        else:
            metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}[format]
            figure.savefig(file, format=format, metadata=metadata, facecolor=self.colors.background)
        return file.getvalue()


def _put(line: Line2D, numbers: Array, values: Array) -> None:
    """Let a line go through points; of very many, through the lowest and the highest of neighbours."""
    marked = len(values) <= _MOST_MARKED
    if len(values) > _MOST_POINTS:
        width = math.ceil(2 * len(values) / _MOST_POINTS)
        whole = len(values) // width * width
        groups = np.where(np.isfinite(values), values, np.nan)[:whole].reshape(-1, width)
        ends = np.sort([np.argmin(groups, axis=1), np.argmax(groups, axis=1)], axis=0)
        places = (np.arange(len(groups)) * width + ends).T.ravel()
        chosen = np.concatenate([places, np.arange(whole, len(values))])
        numbers, values = numbers[chosen], values[chosen]
    line.set_data(numbers, np.where(np.isfinite(values), values, np.nan))
    line.set_marker("." if marked else "")


def _spread(count: int) -> list[int]:
    """Return which of `count` variables have a line: all, or the first, the last and some between."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, MOST_LINES))})


@cache
def _families() -> tuple[str, ...]:
    installed = {entry.name for entry in fontManager.ttflist}
    return (_FONT, *[name for name in _CHINESE_FONTS if name in installed][:1])


@cache
def _characters() -> frozenset[int]:
    """Return the characters that the chosen fonts can draw."""
    files = [fontManager.findfont(FontProperties(family=family)) for family in _families()]
    return frozenset(character for file in files for character in get_font(file).get_charmap())
