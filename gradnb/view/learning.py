"""Frozen descriptions of a training run: its steps, the variables that it trains, and what is said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from gradnb.view.model import Value
from gradnb.view.values import value_of

Array = np.ndarray[Any, Any]


class Stop(Enum):
    """Why a run goes no further."""

    LOSS = "loss"
    """The loss is NaN or infinite."""

    GRADIENT = "gradient"
    """The loss is a number, and a gradient is NaN or infinite."""

    DIVERGED = "diverged"
    """The loss has grown out of all proportion; it may be run on all the same."""

    EXHAUSTED = "exhausted"
    """There is no further batch."""


@dataclass(frozen=True, slots=True)
class Step:
    """The point that a number of steps has led to.

    Attributes
    ----------
    number : int
        The number of steps taken: 0 is where the run starts.
    loss : float
        The loss there.
    sizes : tuple of float
        The length ``‖∂loss/∂v‖`` of the gradient of each trained variable there.
    settings : tuple of float
        The optimizer's settings there, the learning rate among them.
    point : tuple of float
        The trained numbers themselves when they are one or two, else empty.
    """

    number: int
    loss: float
    sizes: tuple[float, ...]
    settings: tuple[float, ...]
    point: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Trained:
    """A variable that the optimizer changes: its name, and its value at the last step."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """The loss over a range of the one or two numbers that are trained.

    Attributes
    ----------
    names : tuple of str
        What the numbers are called.
    axes : tuple of ndarray
        For each of them, where the loss was computed.
    heights : ndarray
        The loss, of shape ``(len(axes[-1]), …, len(axes[0]))``: a picture's rows are those of the second number.
    """

    names: tuple[str, ...]
    axes: tuple[Array, ...]
    heights: Array


@dataclass(frozen=True, slots=True)
class Learning:
    """A training run as it is shown.

    Attributes
    ----------
    caption : str
        The optimizer's call.
    loss : str
        What the loss is called.
    variables : tuple of Trained
        What the optimizer changes.
    settings : tuple of str
        The names of the optimizer's settings.
    steps : tuple of Step
        From step 0 on.
    sentences : tuple of str
        What is said of the run, the most important first.
    stop : Stop or None
        Why it went no further.
    batches : bool
        Whether each step has its own data.
    landscape : Landscape or None
        The loss around the path, when one or two numbers are trained.
    before : tuple of Step
        The run from the same start before this one, if there was one.
    language : str
        ``en`` or ``zh``.
    theme : str
        ``auto``, ``light`` or ``dark``.
    precision : int
        Significant digits.
    """

    caption: str
    loss: str
    variables: tuple[Trained, ...]
    settings: tuple[str, ...]
    steps: tuple[Step, ...]
    sentences: tuple[str, ...] = ()
    stop: Stop | None = None
    batches: bool = False
    landscape: Landscape | None = None
    before: tuple[Step, ...] = ()
    language: str = "en"
    theme: str = "auto"
    precision: int = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several optimizers' runs from the same start.

    Attributes
    ----------
    names : tuple of str
        What the runs are called.
    runs : tuple of Learning
        The runs.
    landscape : Landscape or None
        The loss around all paths, when one or two numbers are trained.
    language : str
        ``en`` or ``zh``.
    theme : str
        ``auto``, ``light`` or ``dark``.
    """

    names: tuple[str, ...]
    runs: tuple[Learning, ...]
    landscape: Landscape | None = None
    language: str = "en"
    theme: str = "auto"


def number_of(value: float, precision: int = 4) -> str:
    """Return a number of a run as it is written everywhere.

    Examples
    --------
    >>> number_of(0.30000001192), number_of(4.0), number_of(float("nan")), number_of(-0.0)
    ('0.3', '4.0', 'NaN', '0.0')
    """
    if math.isnan(value):
        return "NaN"
    # Of a number in single precision every machine gives six digits alike.
    return value_of(float(f"{value:.5e}"), precision).text
