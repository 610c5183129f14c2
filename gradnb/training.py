"""What a learner asks for about learning: ``train_view`` an optimizer at work, ``compare_optimizers`` side by side."""

from __future__ import annotations

import importlib
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from gradnb.engine.naming import given_names, names_of_callers
from gradnb.engine.session import Session
from gradnb.engine.tracebacks import with_short_tracebacks
from gradnb.engine.variables import Variable
from gradnb.messages import checked, current_language
from gradnb.messages import text as message
from gradnb.render import figure
from gradnb.render import learning as renderer
from gradnb.view.learning import Comparison, Landscape, Learning, Step, Stop
from gradnb.view.numbers import checked_seed
from gradnb.view.report import report
from gradnb.view.trainer import Trainer

Array = np.ndarray[Any, Any]

_THEMES: Final = ("auto", "light", "dark")
_LARGEST_PRECISION: Final = 17

#: The scores of a decision boundary are computed at so many places along each input.
_PLACES: Final = 81


class _Shown(ABC):
    """What a notebook shows as a picture with tables, and a terminal as text."""

    @abstractmethod
    def text(self) -> str:
        """Return it as plain text that holds every number."""

    @abstractmethod
    def html(self) -> str:
        """Return it as a fragment of HTML: the picture as an image, and tables."""

    @abstractmethod
    def png(self) -> bytes:
        """Return the picture as PNG."""

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, Any]:
        """Return what a notebook stores: text, HTML, and the picture for where HTML is not shown."""
        return {"text/plain": self.text(), "text/html": self.html(), "image/png": self.png()}


class TrainView(_Shown):
    """An optimizer at work on a private copy of the graph.

    It is made by `train_view`. As the last line of a notebook's cell it shows curves and tables; printed, it is text.
    The learner's session, variables and optimizer stay as they are.

    Attributes
    ----------
    learning : Learning
        Everything that it shows.
    steps : tuple of Step
        The points reached: the loss, the sizes of the gradients and the settings at each.
    stop : Stop or None
        Why the run goes no further.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> w = tf.Variable(4.0, name="w")
    >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25))
    >>> view.step(2)
    >>> view.losses
    array([16.,  4.,  1.])
    >>> view.variables
    {'w': array(1., dtype=float32)}
    """

    def __init__(self, trainer: Trainer, language: str, theme: str, precision: int) -> None:
        self._trainer = trainer
        self._look = (language, theme, precision)
        self._before: tuple[Step, ...] = ()
        self._landscape: Landscape | None = None
        self._charts: dict[bool, figure.Chart] = {}
        # A front end may send what is clicked to a thread of its own, while a cell takes steps too.
        self._lock = threading.RLock()

    # The run

    @property
    def learning(self) -> Learning:
        """Everything that it shows.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> type(view.learning).__name__
        'Learning'
        """
        with self._lock:
            return replace(report(self._trainer, *self._look, self._before), landscape=self._present_landscape())

    @property
    def steps(self) -> tuple[Step, ...]:
        """The points reached, from the start on.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> [float(step.loss) for step in view.steps]
        [16.0, 4.0, 1.0]
        """
        return tuple(self._trainer.steps)

    @property
    def stop(self) -> Stop | None:
        """Why the run goes no further; None as long as it does.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.stop is None
        True
        """
        return self._trainer.stop

    @property
    def can_step(self) -> bool:
        """Whether one more step leads anywhere.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.can_step
        True
        """
        return self._trainer.can_step

    @property
    def losses(self) -> Array:
        """The loss at the start and after each step, a float64 array.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.losses
        array([16.,  4.,  1.])
        """
        return np.array([step.loss for step in self._trainer.steps])

    @property
    def variables(self) -> dict[str, Array]:
        """The values of the trained variables, by display name.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.variables
        {'w': array(1., dtype=float32)}
        """
        with self._lock:
            return self._trainer.variables

    @property
    def settings(self) -> dict[str, float]:
        """The optimizer's settings, by the names of its constructor's arguments.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.settings
        {'learning_rate': 0.25}
        """
        return self._trainer.settings

    @property
    def adjustable(self) -> tuple[str, ...]:
        """The settings that `set` changes.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.adjustable
        ('learning_rate',)
        """
        return self._trainer.adjustable

    def step(self, count: int = 1) -> None:
        """Take steps: fewer than `count` when the loss or a gradient becomes NaN or infinite, or the loss flies away.

        Parameters
        ----------
        count : int
            How many.

        Raises
        ------
        ValueError
            If `count` is no whole number, or negative.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.step()
        >>> view.variables
        {'w': array(0.5, dtype=float32)}
        """
        with self._lock:
            self._trainer.advance(_count(count))

    def reset(self) -> None:
        """Go back to the start; the settings stay, and the run so far is shown behind the next.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.reset()
        >>> view.losses
        array([16.])
        """
        with self._lock:
            if len(self._trainer.steps) > 1:
                self._before = self.steps
            self._trainer.reset()

    def set(self, **settings: float) -> None:
        """Change settings of the optimizer from the next step on: ``view.set(learning_rate=0.01)``.

        Parameters
        ----------
        **settings : float
            New values, by the names that `adjustable` gives.

        Raises
        ------
        KeyError
            If the optimizer has no such number.
        ValueError
            If the value is no finite number.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.set(learning_rate=0.5)
        >>> view.step()
        >>> view.variables
        {'w': array(0., dtype=float32)}
        """
        with self._lock:
            self._trainer.set(**settings)

    def run(self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None) -> Any:
        """Compute tensors of the program with the variables as they are trained so far.

        Parameters
        ----------
        fetches : Tensor, Variable, or nested list, tuple or dict of those
            Made before the view was.
        feed_dict : Mapping, optional
            Values of placeholders, in place of those of the present step.

        Returns
        -------
        ndarray, NumPy scalar, or the structure of `fetches` with those in it
            The values.

        Raises
        ------
        TypeError
            If something in `fetches` can be neither tensor nor name.
        ValueError
            If it is not of this graph, or was made after the view.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> twice = 2.0 * w
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> print(view.run(twice))
        2.0
        """
        with self._lock:
            return self._trainer.run(fetches, feed_dict)

    def decision_boundary(
        self,
        output: Any,
        placeholder: Any,
        points: Any,
        labels: Any,
        names: Sequence[str] = ("x[0]", "x[1]"),
        *,
        classes: Sequence[str] | None = None,
    ) -> Boundary:
        """Return a picture of what a network of two inputs answers where, as it is trained so far.

        Parameters
        ----------
        output : Tensor of shape (n,), (n, 1) or (n, k)
            What the network answers: more than one half is yes; or the class with the largest of its k scores.
        placeholder : Tensor of shape (n, 2)
            Where it takes its inputs.
        points : array of shape (n, 2)
            Inputs, to be drawn.
        labels : array of shape (n,)
            1 where the right answer is yes, else 0; or the number of the right class, from 0 on.
        names : sequence of two str
            What the inputs are called.
        classes : sequence of str, optional
            What the k classes are called; by default by their numbers.

        Returns
        -------
        Boundary
            The picture; its text counts the right answers.

        Raises
        ------
        ValueError
            If `points` is not of shape (n, 2), there is not one label for each, or `classes` are not k names.
        TypeError
            If `output` is no tensor.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> inputs = tf.placeholder(tf.float32, [None, 2])
        >>> w = tf.Variable([[1.0], [-1.0]], name="w")
        >>> answer = tf.sigmoid(tf.matmul(inputs, w))
        >>> points = [[2.0, 0.0], [0.0, 2.0]]
        >>> loss = tf.reduce_mean(tf.squared_difference(answer, [[1.0], [0.0]]))
        >>> view = tf.train_view(loss, tf.train.GradientDescentOptimizer(0.5), {inputs: points}, language="en")
        >>> print(view.decision_boundary(answer, inputs, points, [1, 0]).text())
        After 0 steps 2 of 2 points are on their own side of the boundary.
        """
        points, labels = np.asarray(points), np.asarray(labels).reshape(-1)
        if points.dtype.kind not in "biuf" or labels.dtype.kind not in "biuf":
            kinds = {"points": points.dtype, "labels": labels.dtype}
            raise ValueError(message("train_view.no_points", **kinds))
        if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(labels) or not len(points):
            shapes = {"points": points.shape, "labels": labels.shape}
            raise ValueError(message("train_view.bad_points", **shapes))
        low, high = points.min(axis=0), points.max(axis=0)
        room = 0.12 * np.where(high > low, high - low, 1.0)
        axes = [np.linspace(low[i] - room[i], high[i] + room[i], _PLACES) for i in (0, 1)]
        grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
        scores, answers = (
            np.asarray(self.run(output, {placeholder: places})).reshape(len(places), -1) for places in (grid, points)
        )
        count = scores.shape[1]
        if classes is not None and (count == 1 or len(classes) != count):
            raise ValueError(message("train_view.bad_classes", names=len(classes), count=count))
        if count == 1:
            called: tuple[str, ...] = ()
            is_right = (answers[:, 0] > 0.5) == (labels > 0.5)
        else:
            called = tuple(map(str, range(count) if classes is None else classes))
            is_right = np.argmax(answers, axis=1) == labels
        scores = scores.reshape(_PLACES, _PLACES, *([count] if called else []))
        return Boundary(axes, scores, points, labels, tuple(names), int(is_right.sum()), self.learning, called)

    def _present_landscape(self) -> Landscape | None:
        """Return the loss around the path, computed anew when the path has left it."""
        ranges = self._trainer.ranges()
        known = self._landscape
        if ranges and (
            known is None
            or any(low < axis[0] or high > axis[-1] for (low, high), axis in zip(ranges, known.axes, strict=True))
        ):
            # Once it has to grow, with room for what follows.
            room = 1.0 if known is None else 1.5
            self._landscape = self._trainer.landscape([(low * room, high * room) for low, high in ranges])
        return self._landscape

    # Showing

    def text(self) -> str:
        """Return it as plain text: what is said of the run, some of its steps, and the variables.

        Returns
        -------
        str
            Lines; the same on every machine.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> print(view.text().splitlines()[2])
        In 2 steps the loss fell from 16.0 to 1.0.
        """
        return renderer.text(self.learning)

    def html(self) -> str:
        """Return it as a fragment of HTML: the curves as an image, and tables.

        Returns
        -------
        str
            Of ``img``, ``table``, ``details`` and text alone.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> "<table" in view.html()
        True
        """
        with self._lock:
            return renderer.html(self.learning, self.png())

    def png(self, narrow: bool = False) -> bytes:
        """Return the curves as PNG, side by side or one below the other.

        Parameters
        ----------
        narrow : bool
            Whether they stand one below the other.

        Returns
        -------
        bytes
            A PNG file.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> view.png()[1:4]
        b'PNG'
        """
        return self._drawn("png", narrow)

    def svg(self, narrow: bool = False) -> bytes:
        """Return the curves as SVG, side by side or one below the other.

        Parameters
        ----------
        narrow : bool
            Whether they stand one below the other.

        Returns
        -------
        bytes
            An SVG file.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> view = tf.train_view(w * w, tf.train.GradientDescentOptimizer(0.25), steps=2, language="en")
        >>> b"<svg" in view.svg()
        True
        """
        return self._drawn("svg", narrow)

    def _drawn(self, format: figure.Format, narrow: bool) -> bytes:
        with self._lock:
            if narrow not in self._charts:
                self._charts[narrow] = figure.Chart(self.learning, narrow)
            return self._charts[narrow].draw(self.learning, format)


@dataclass(frozen=True, repr=False, eq=False)
class Boundary(_Shown):
    """What a network of two inputs answers where; made by `TrainView.decision_boundary`.

    Attributes
    ----------
    axes, scores, points, labels, names, classes
        As `gradnb.render.figure.boundary` takes them.
    right : int
        How many of the points it answers rightly.
    learning : Learning
        The run that led there.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> inputs = tf.placeholder(tf.float32, [None, 2])
    >>> answer = tf.sigmoid(tf.matmul(inputs, tf.Variable([[1.0], [-1.0]], name="w")))
    >>> points = [[2.0, 0.0], [0.0, 2.0]]
    >>> loss = tf.reduce_mean(tf.squared_difference(answer, [[1.0], [0.0]]))
    >>> view = tf.train_view(loss, tf.train.GradientDescentOptimizer(0.5), {inputs: points}, language="en")
    >>> boundary = view.decision_boundary(answer, inputs, points, [1, 0])
    >>> boundary.right
    2
    """

    axes: Sequence[Array]
    scores: Array
    points: Array
    labels: Array
    names: tuple[str, ...]
    right: int
    learning: Learning
    classes: tuple[str, ...] = ()

    def text(self) -> str:
        """Return how many of the points are answered rightly.

        Returns
        -------
        str
            One sentence.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> inputs = tf.placeholder(tf.float32, [None, 2])
        >>> answer = tf.sigmoid(tf.matmul(inputs, tf.Variable([[1.0], [-1.0]], name="w")))
        >>> points = [[2.0, 0.0], [0.0, 2.0]]
        >>> loss = tf.reduce_mean(tf.squared_difference(answer, [[1.0], [0.0]]))
        >>> view = tf.train_view(loss, tf.train.GradientDescentOptimizer(0.5), {inputs: points}, language="en")
        >>> boundary = view.decision_boundary(answer, inputs, points, [1, 0])
        >>> boundary.text()
        'After 0 steps 2 of 2 points are on their own side of the boundary.'
        """
        step, count = self.learning.steps[-1].number, len(self.points)
        return message("train_view.boundary", self.learning.language, step=step, right=self.right, count=count)

    def html(self) -> str:
        """Return the picture as an image with the count below.

        Returns
        -------
        str
            A fragment of ``img`` and text.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> inputs = tf.placeholder(tf.float32, [None, 2])
        >>> answer = tf.sigmoid(tf.matmul(inputs, tf.Variable([[1.0], [-1.0]], name="w")))
        >>> points = [[2.0, 0.0], [0.0, 2.0]]
        >>> loss = tf.reduce_mean(tf.squared_difference(answer, [[1.0], [0.0]]))
        >>> view = tf.train_view(loss, tf.train.GradientDescentOptimizer(0.5), {inputs: points}, language="en")
        >>> boundary = view.decision_boundary(answer, inputs, points, [1, 0])
        >>> "2 of 2" in boundary.html()
        True
        """
        return f"{renderer.image_html(self.png(), self.text(), 518)}\n<p>{self.text()}</p>"

    def png(self) -> bytes:
        """Return the picture as PNG.

        Returns
        -------
        bytes
            A PNG file.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> inputs = tf.placeholder(tf.float32, [None, 2])
        >>> answer = tf.sigmoid(tf.matmul(inputs, tf.Variable([[1.0], [-1.0]], name="w")))
        >>> points = [[2.0, 0.0], [0.0, 2.0]]
        >>> loss = tf.reduce_mean(tf.squared_difference(answer, [[1.0], [0.0]]))
        >>> view = tf.train_view(loss, tf.train.GradientDescentOptimizer(0.5), {inputs: points}, language="en")
        >>> boundary = view.decision_boundary(answer, inputs, points, [1, 0])
        >>> boundary.png()[1:4]
        b'PNG'
        """
        look = (self.learning.language, self.learning.theme)
        return figure.boundary(
            self.axes, self.scores, self.points, self.labels, self.names, *look, classes=self.classes
        )


@dataclass(frozen=True, repr=False, eq=False)
class OptimizerComparison(_Shown):
    """Several optimizers at work from the same start; made by `compare_optimizers`.

    Attributes
    ----------
    views : Mapping of str to TrainView
        The runs.
    comparison : Comparison
        What it shows.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> w = tf.Variable(4.0, name="w")
    >>> rates = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
    >>> compared = tf.compare_optimizers(w * w, rates, steps=2, language="en")
    >>> compared.views["long"].variables
    {'w': array(1., dtype=float32)}
    """

    views: Mapping[str, TrainView]
    comparison: Comparison

    @property
    def losses(self) -> dict[str, Array]:
        """For each optimizer the loss at the start and after each step.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> rates = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
        >>> compared = tf.compare_optimizers(w * w, rates, steps=2, language="en")
        >>> compared.losses["long"]
        array([16.,  4.,  1.])
        """
        return {name: view.losses for name, view in self.views.items()}

    def text(self) -> str:
        """Return a row for each optimizer.

        Returns
        -------
        str
            Lines; the same on every machine.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> rates = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
        >>> compared = tf.compare_optimizers(w * w, rates, steps=2, language="en")
        >>> compared.text().splitlines()[2].split()[:2]
        ['short', '2']
        """
        return renderer.comparison_text(self.comparison)

    def html(self) -> str:
        """Return it as a fragment of HTML: paths and curves as an image, and a table.

        Returns
        -------
        str
            Of ``img``, ``table``, ``details`` and text alone.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> rates = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
        >>> compared = tf.compare_optimizers(w * w, rates, steps=2, language="en")
        >>> "<table" in compared.html()
        True
        """
        return renderer.comparison_html(self.comparison, self.png())

    def png(self) -> bytes:
        """Return paths and curves as PNG.

        Returns
        -------
        bytes
            A PNG file.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> rates = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
        >>> compared = tf.compare_optimizers(w * w, rates, steps=2, language="en")
        >>> compared.png()[1:4]
        b'PNG'
        """
        return figure.comparison(self.comparison)

    def svg(self) -> bytes:
        """Return paths and curves as SVG.

        Returns
        -------
        bytes
            An SVG file.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> w = tf.Variable(4.0, name="w")
        >>> rates = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
        >>> compared = tf.compare_optimizers(w * w, rates, steps=2, language="en")
        >>> b"<svg" in compared.svg()
        True
        """
        return figure.comparison(self.comparison, "svg")


@with_short_tracebacks
def train_view(
    loss: Any,
    optimizer: Any,
    feed: Any = None,
    *,
    steps: int = 0,
    var_list: Any = None,
    global_step: Variable | None = None,
    session: Session | None = None,
    names: Mapping[Any, Any] | None = None,
    seed: int | None = None,
    language: str | None = None,
    theme: str = "auto",
    precision: int = 4,
) -> TrainView:
    """Show an optimizer at work, without changing the graph, any session, or the optimizer.

    In a live notebook it displays a panel: one step or many at a time, a slider for the learning rate. What it returns
    is the static copy, for the last line of the cell; in a script it takes steps and prints as a table.

    Parameters
    ----------
    loss : Tensor
        What is made small: one number.
    optimizer : Optimizer
        One of `gradnb.train`, or of the program's own.
    feed : dict, callable or iterable of dict, optional
        The values of placeholders: the same at each step; or minibatches: ``feed(step)``, called with the number of
        steps taken so far, or one dict after the other, from the first again after the last. By default what the last
        run of the loss was fed.
    steps : int
        So many are taken at once.
    var_list : list of Variable, optional
        What is trained; by default the trainable variables on which the loss depends.
    global_step : Variable, optional
        Counts the steps, as in `train.Optimizer.minimize`: for a learning rate that decays.
    session : Session, optional
        Where the variables have their values; by default those that the last run on the graph left. Variables without a
        value begin with their initial values.
    names : Mapping, optional
        Display names, as for `explain`; by default the names of the calling program.
    seed : int, optional
        For initial values and random operations that have no seed; by default 0.
    language : str, optional
        ``en`` or ``zh``; by default the current language.
    theme : str
        ``auto``, ``light`` or ``dark``.
    precision : int
        Significant digits.

    Returns
    -------
    TrainView
        The run: it takes further steps, and shows them.

    Raises
    ------
    TypeError
        If `loss`, `optimizer`, `feed`, `var_list` or `session` is of another kind.
    ValueError
        If `loss` is not one number, reaches no trainable variable, or needs a placeholder that `feed` lacks; if an
        option is not among its values.
    RuntimeError
        If `session` is closed.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> w = tf.Variable(4.0, name="w")
    >>> loss = w * w
    >>> descent = tf.train.GradientDescentOptimizer(0.25)
    >>> print(tf.train_view(loss, descent, steps=3, names={"loss": loss}, language="en").text())
    tf.train.GradientDescentOptimizer(learning_rate=0.25).minimize(loss)
    <BLANKLINE>
    In 3 steps the loss fell from 16.0 to 0.25.
    <BLANKLINE>
    step  loss  whole gradient
    ----  ----  --------------
    0     16.0  8.0
    1     4.0   4.0
    2     1.0   2.0
    3     0.25  1.0
    <BLANKLINE>
    variable  gradient at step 0  gradient at step 3  value
    --------  ------------------  ------------------  -----
    w         8.0                 1.0                 0.5
    """
    look = _look(language, theme, precision)
    count = _count(steps)
    if not isinstance(global_step, Variable | None):
        raise TypeError(message("train_view.no_global_step", kind=type(global_step).__name__))
    trainer = Trainer(
        loss,
        optimizer,
        feed,
        variables=_variables(var_list),
        global_step=global_step,
        session=session,
        names=given_names(names),
        callers=names_of_callers(),
        seed=checked_seed(seed),
    )
    view = TrainView(trainer, *look)
    view.step(count)
    if "IPython" in sys.modules:
        # The layers below Jupyter know it only by name: a script never loads it.
        importlib.import_module("gradnb.jupyter.train_view").show(view)
    return view


@with_short_tracebacks
def compare_optimizers(
    loss: Any,
    optimizers: Any,
    feed: Any = None,
    *,
    steps: int = 50,
    var_list: Any = None,
    session: Session | None = None,
    names: Mapping[Any, Any] | None = None,
    seed: int | None = None,
    language: str | None = None,
    theme: str = "auto",
    precision: int = 4,
) -> OptimizerComparison:
    """Let several optimizers make the same loss small, from the same start, and show them side by side.

    When one or two numbers are trained, their paths are drawn over the loss.

    Parameters
    ----------
    loss : Tensor
        What is made small: one number.
    optimizers : dict of str to Optimizer, or list of Optimizer
        What is compared, by the names to show.
    feed, var_list, session, names, seed, language, theme, precision
        As for `train_view`. Batches that can be gone through only once are no feed here.
    steps : int
        How many steps each may take.

    Returns
    -------
    OptimizerComparison
        The picture and the table.

    Raises
    ------
    ValueError
        If there is no optimizer; and whatever `train_view` raises.
    TypeError
        If `optimizers` is neither a dict nor a list, or something in it is no optimizer.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> w = tf.Variable(4.0, name="w")
    >>> steps = {"short": tf.train.GradientDescentOptimizer(0.125), "long": tf.train.GradientDescentOptimizer(0.25)}
    >>> tf.compare_optimizers(w * w, steps, steps=2, language="en")
    optimizer  steps  loss at the start  loss at the end  lowest loss
    ---------  -----  -----------------  ---------------  -----------
    short      2      16.0               5.062            5.062
    long       2      16.0               1.0              1.0
    """
    look = _look(language, theme, precision)
    count = _count(steps)
    callers = names_of_callers()
    if not isinstance(optimizers, Mapping | list | tuple):
        raise TypeError(message("train_view.no_optimizers", kind=type(optimizers).__name__))
    named = dict(optimizers) if isinstance(optimizers, Mapping) else _named(optimizers)
    if not named:
        raise ValueError(message("train_view.nothing_to_compare"))
    views: dict[str, TrainView] = {}
    for name, optimizer in named.items():
        trainer = Trainer(
            loss,
            optimizer,
            feed,
            variables=_variables(var_list),
            session=session,
            names=given_names(names),
            callers=callers,
            seed=checked_seed(seed),
        )
        views[str(name)] = TrainView(trainer, *look)
        views[str(name)].step(count)
    trainers = [view._trainer for view in views.values()]
    runs = [report(trainer, *look) for trainer in trainers]
    ranges = [trainer.ranges() for trainer in trainers]
    widest = [(min(low for low, _ in both), max(high for _, high in both)) for both in zip(*ranges, strict=True)]
    return OptimizerComparison(views, Comparison(tuple(views), tuple(runs), trainers[0].landscape(widest), *look[:2]))


def _named(optimizers: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for optimizer in optimizers:
        base = name = optimizer.get_name() if hasattr(optimizer, "get_name") else type(optimizer).__name__
        number = 2
        while name in found:
            name = f"{base} ({number})"
            number += 1
        found[name] = optimizer
    return found


def _variables(var_list: Any) -> list[Variable] | None:
    if var_list is None:
        return None
    found = list(var_list) if isinstance(var_list, (list, tuple)) else [var_list]
    for variable in found:
        if not isinstance(variable, Variable):
            raise TypeError(message("train_view.not_variables", kind=type(variable).__name__))
    return found


def _count(steps: Any) -> int:
    if not isinstance(steps, (int, np.integer)) or isinstance(steps, bool) or steps < 0:
        raise ValueError(message("train_view.bad_steps", value=steps))
    return int(steps)


def _look(language: str | None, theme: str, precision: int) -> tuple[str, str, int]:
    if theme not in _THEMES:
        raise ValueError(message("explain.bad_option", name="theme", value=theme, allowed=", ".join(_THEMES)))
    if not isinstance(precision, int) or isinstance(precision, bool) or not 1 <= precision <= _LARGEST_PRECISION:
        raise ValueError(message("explain.bad_precision", value=precision, largest=_LARGEST_PRECISION))
    return (current_language() if language is None else checked(language), theme, precision)
