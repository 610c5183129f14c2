"""What a learner asks for: ``explain`` a call of ``tf.gradients``, ``show`` it, keep the `Explanation`."""

from __future__ import annotations

import importlib
import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from gradnb.against.answer import Answer, ask_tensorflow, beside
from gradnb.engine import shapes
from gradnb.engine.custom import lets_pass
from gradnb.engine.gradients import Call
from gradnb.engine.literals import converted, described
from gradnb.engine.naming import given_names
from gradnb.engine.paths import shown_as
from gradnb.engine.session import Session
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Tensor
from gradnb.engine.tracebacks import with_short_tracebacks
from gradnb.engine.variables import Variable
from gradnb.files import check_place, write_whole
from gradnb.garbage import collected_later
from gradnb.harmless import harmless
from gradnb.messages import checked, current_language
from gradnb.messages import text as message
from gradnb.render import dot as dot_renderer
from gradnb.render import html as html_renderer
from gradnb.render import latex as latex_renderer
from gradnb.render import markdown as markdown_renderer
from gradnb.render import svg as svg_renderer
from gradnb.render import text as text_renderer
from gradnb.render.layout import LayoutUnavailable, dpi_for, draw
from gradnb.view.build import ALWAYS, Builder, Options, Scene
from gradnb.view.card import card_of
from gradnb.view.derivation import Derivation, Question, derive
from gradnb.view.hiding import unknown_name
from gradnb.view.mistakes import Laboratory
from gradnb.view.model import Card, View
from gradnb.view.names import Names
from gradnb.view.numbers import Calculator, Inputs, Numbers, checked_seed, inputs_of
from gradnb.view.outline import Known, outline_of
from gradnb.view.quiz import TOLERANCE, Quiz
from gradnb.view.quiz import State as QuizState
from gradnb.view.recipe import Recipe

Array = np.ndarray[Any, Any]

VIEWS: Final = ("graph", "table", "steps", "paths", "jacobian", "story", "raw")
LAYOUTS: Final = ("LR", "TB")
THEMES: Final = ("auto", "light", "dark")
LARGEST_PRECISION: Final = 17

#: How an explanation is written to a file, by the ending of the file's name.
_WRITERS: Final[Mapping[str, Callable[[Explanation], bytes]]] = {
    ".svg": lambda explanation: explanation.svg().encode(),
    ".png": lambda explanation: explanation.png(),
    ".pdf": lambda explanation: explanation.pdf(),
    ".html": lambda explanation: _page(explanation).encode(),
    ".dot": lambda explanation: explanation.dot().encode(),
    ".txt": lambda explanation: f"{explanation.text()}\n".encode(),
}
FILE_FORMATS: Final = tuple(_WRITERS)

#: What of a view the outline of a very large call has.
_OUTLINED: Final = frozenset(ALWAYS)

#: Of so many sets of stops the derivations are kept, for a learner who goes to and fro.
_SETTINGS_KEPT: Final = 16


@dataclass(frozen=True)
class Problem:
    """What an explanation follows from, by display names: what a panel offers to change.

    Attributes
    ----------
    inputs : Mapping of str to ndarray
        The values of variables and placeholders on which the numbers depend.
    weights : Mapping of str to ndarray
        The weight of each y.
    stops : frozenset of str
        Where ``stop_gradients`` stops.
    stoppable : tuple of str
        Where it could stop.
    lifted : frozenset of str
        The program's own ``stop_gradient`` operations that are lifted as a what-if.
    liftable : tuple of str
        Those that could be lifted.
    """

    inputs: Mapping[str, Array]
    weights: Mapping[str, Array]
    stops: frozenset[str]
    stoppable: tuple[str, ...]
    lifted: frozenset[str] = frozenset()
    liftable: tuple[str, ...] = ()


class Explanation:
    """One call of ``tf.gradients``, explained.

    It is made by `explain`. As the last line of a notebook's cell it shows a picture and a table; printed, it is text.

    Attributes
    ----------
    view : View
        Everything that it shows.
    problem : Problem
        What its numbers follow from.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.Variable(3.0, name="x")
    >>> explanation = tf.explain(x * x, x, names={"x": x})
    >>> explanation.gradients
    [array(6., dtype=float32)]
    """

    def __init__(
        self,
        setting: _Setting,
        inputs: Inputs,
        answer: Answer | None = None,
        hidden: tuple[str, ...] = (),
        numbers: Numbers | None = None,
    ) -> None:
        self._setting = setting
        self._inputs = inputs
        self._answer = answer
        self._hidden = hidden
        self._known_numbers = numbers

    @cached_property
    def _numbers(self) -> Numbers:
        known = self._known_numbers
        return self._setting.calculator.compute(self._inputs) if known is None else known

    @cached_property
    def view(self) -> View:
        """Everything that it shows.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.view.caption, [row.name for row in explanation.view.rows]
        ('tf.gradients(x · x, [x])', ['x'])
        """
        return self.partial_view((*ALWAYS, *self._setting.options.views))

    def partial_view(self, parts: Iterable[str]) -> View:
        """Return only some parts of what it can show, at the cost of these alone.

        Parameters
        ----------
        parts : iterable of str
            Of ``graph``, ``table``, ``steps``, ``story``, ``paths``, ``jacobian``, ``raw``.

        Returns
        -------
        View
            With its caption and notes; what belongs to other parts is empty.

        Raises
        ------
        ValueError
            If there is no such part.
        TypeError
            If `parts` is no list.

        Examples
        --------
        >>> import gradnb as tf
        >>> x = tf.Variable(3.0, name="x")
        >>> view = tf.explain(x * x, x, names={"x": x}).partial_view(["table"])
        >>> len(view.rows), len(view.nodes)
        (1, 0)
        """
        chosen = frozenset(_names(parts, "parts"))
        if not chosen <= _OUTLINED and self._derived is not self:
            return self._derived.partial_view(chosen)
        view = self._builder.view(chosen)
        if self._answer is None or "table" not in chosen:
            return view
        return beside(view, self.gradients, self._answer, self._setting.options)

    @cached_property
    def _builder(self) -> Builder:
        return Builder(self._setting.scene, self._numbers, self._inputs, self._setting.options, self._hidden)

    @property
    def gradients(self) -> list[Array | None]:
        """The gradient for each x as an array; None where TensorFlow gives None, or where a value is missing.

        Also those that are hidden: they are a program's numbers, with which a teacher checks.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.gradients
        [array(6., dtype=float32)]
        """
        if self._derived is not self:
            return self._derived.gradients
        scene = self._setting.scene
        found = [self._numbers.get(scene.derivation.whole(gradient)) for gradient in scene.trace.gradients]
        return [None if array is None else array.copy() for array in found]

    @cached_property
    def _derived(self) -> Explanation:
        """This one; of an outline, the same with everything worked out."""
        setting = self._setting
        if not setting.derivation.is_outline:
            return self
        with collected_later():
            setting = replace(setting, derivation=derive(setting.question), _others=OrderedDict())
            return Explanation(setting, setting.calculator.complete(self._inputs), None, self._hidden)

    @property
    def values(self) -> dict[str, dict[str, Array]]:
        """What the numbers were computed from: ``variables`` by operation name, ``feeds`` by tensor name.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.values["variables"]
        {'x': array(3., dtype=float32)}
        """
        feeds = {**self._setting.calculator.drawn(self._numbers), **self._inputs.drawn, **self._inputs.feeds}
        return {"variables": dict(self._inputs.variables), "feeds": feeds}

    @property
    def is_compared(self) -> bool:
        """Whether TensorFlow's answer stands beside.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.is_compared
        False
        """
        return self._answer is not None

    def against_tensorflow(self) -> Explanation:
        """Return the same explanation with TensorFlow's answer beside it, from the same values; it takes some seconds.

        Returns
        -------
        Explanation
            With one more column in its table.

        Raises
        ------
        RuntimeError
            If TensorFlow is not installed.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.against_tensorflow().is_compared  # doctest: +SKIP
        True
        """
        if self._derived is not self:
            return self._derived.against_tensorflow()
        setting = self._setting
        inputs = replace(self._inputs, drawn={**self._inputs.drawn, **setting.calculator.drawn(self._numbers)})
        answer = ask_tensorflow(setting.derivation, inputs, setting.seed_number, setting.options.language)
        return Explanation(setting, self._inputs, answer, self._hidden, self._numbers)

    # Hiding

    @property
    def hidden(self) -> tuple[str, ...]:
        """The display names of the gradients that a learner is to predict.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.with_hidden("x").hidden
        ('x',)
        """
        return self._hidden

    @property
    def can_be_hidden(self) -> tuple[str, ...]:
        """The display names of all gradients that could be hidden: the xs, then what lies between them and the ys.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.can_be_hidden
        ('x', 'x · x')
        """
        return tuple(self._setting.scene.hideable)

    def with_hidden(self, names: str | Iterable[Any]) -> Explanation:
        """Return the same explanation with exactly these gradients left for the learner to predict.

        Parameters
        ----------
        names : str or iterable of (str, Tensor or Variable)
            Display names of xs, or of any tensor between them and the ys; or the tensors themselves. Without any,
            everything is shown.

        Returns
        -------
        Explanation
            In which the number of a hidden gradient stands nowhere, nor anything from which it could be read.

        Raises
        ------
        ValueError
            If there is no gradient of that name in this call.
        TypeError
            If `names` is neither.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> print(tf.explain(x * x, x, views=["table"], language="en").with_hidden("x").text().splitlines()[-3])
        x  ()     3.0    ?         your turn: what is it?
        """
        wanted = _each(names, "hide")
        chosen = tuple(dict.fromkeys(self._setting.hidden_name(name) for name in wanted))
        return Explanation(self._setting, self._inputs, self._answer, chosen, self._numbers)

    # Predicting

    def quiz(self, names: str | Iterable[Any] | None = None, *, tolerance: float = TOLERANCE) -> Quiz:
        """Return a quiz in which the learner predicts gradients.

        Parameters
        ----------
        names : str or iterable of (str, Tensor or Variable), optional
            Which ones, as `with_hidden` takes them; by default the hidden ones, or those of all xs if none is hidden.
        tolerance : float
            How far an answer may lie from the gradient, as a share of it. Whole numbers are to be met more closely.

        Returns
        -------
        Quiz
            It checks what is typed, with hints that come from the wrong answer itself.

        Raises
        ------
        ValueError
            If there is no gradient of that name in this call.
        TypeError
            If `names` is neither, or `tolerance` is no number.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable([1.0, 2.0], name="x")
        >>> y = x * x
        >>> quiz = tf.explain(y, x, [[10.0, 1.0]], names={"x": x, "y": y}, hide="x", language="en").quiz()
        >>> quiz.check("x", "2, 4")
        ✗ That would be right for a weight of ones. Here grad_ys gives another weight on dy: begin with that one.
        >>> quiz.check("x", "[20, 4]")
        ✓ Right: that is the gradient of x.
        """
        if names is None:
            names = self._hidden or dict.fromkeys(map(self._setting.scene.names, self._setting.scene.xs))
        wanted = _each(names, "names")
        return Quiz(map(self._setting.hidden_name, wanted), self.quiz_state(), tolerance)

    def quiz_state(self) -> QuizState:
        """Return what a quiz on this explanation asks about, for `Quiz.follow`.

        Returns
        -------
        State
            Names, gradients, and what wrong answers are recognized by.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.quiz_state().language
        'en'
        """
        if self._derived is not self:
            return self._derived.quiz_state()
        setting, numbers = self._setting, self._numbers
        inputs = replace(self._inputs, drawn={**self._inputs.drawn, **setting.calculator.drawn(numbers)})

        def copy(stops: frozenset[str], lifted: frozenset[str]) -> Scene:
            # A copy of its own: what-ifs add operations.
            return replace(setting, derivation=derive(setting.question, stops, lifted)).scene

        def compute(scene: Scene, wanted: Iterable[Tensor]) -> Numbers:
            return Calculator(scene.derivation, wanted, setting.seed_number).compute(inputs)

        derivation, language = setting.derivation, setting.options.language
        laboratory = Laboratory(copy, compute, derivation.stops, derivation.lifted, language)
        return QuizState(setting.scene, numbers, laboratory, self._hidden, language, setting.options.precision)

    def card(self, id: str) -> Card:
        """Return what is told of one node, seed or backward edge.

        Parameters
        ----------
        id : str
            Its id in the view: ``n0``, ``s0``, ``b0``.

        Returns
        -------
        Card
            Value, gradient and rule; the rule with the numbers in; what arrives from where, or why nothing does.
            Of what is to be predicted it gives nothing away.

        Raises
        ------
        KeyError
            If the picture has nothing of this id.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> card = tf.explain(2.0 * x, x, language="en").card("b0")
        >>> card.title, [line.text for line in card.lines if line.label == "x receives"]
        ('2 · x → x', ['2.0'])
        """
        return card_of(self._setting.scene, self._numbers, self.partial_view(["graph"]), self._builder, id)

    # Opening and closing name scopes

    def with_scopes(self, opened: Collection[str] = (), collapsed: Collection[str] = ()) -> Explanation:
        """Return the same explanation with other name scopes open in its picture.

        Parameters
        ----------
        opened : collection of str
            Name scopes to open that are collapsed because the graph is large. The picture is kept small enough to be
            read: the first ones are opened, and a note names those that stay closed.
        collapsed : collection of str
            Name scopes to collapse.

        Returns
        -------
        Explanation
            With the same numbers; nodes have the same ids, a collapsed scope that of its first tensor.

        Raises
        ------
        TypeError
            If `opened` or `collapsed` is no collection of names.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> with tf.name_scope("layer"):
        ...     y = tf.sin(x * x)
        >>> [node.name for node in tf.explain(tf.exp(y), x).with_scopes(collapsed=["layer"]).view.nodes]
        ['x', 'layer', 'exp(sin(x · x))']
        """
        # In the order given: of more than can be read the first ones are opened.
        first = _names(opened, "opened")
        shut = frozenset(_names(collapsed, "collapsed"))
        setting = self._setting.with_scopes(tuple(first) if isinstance(opened, Sequence) else frozenset(first), shut)
        return Explanation(setting, self._inputs, self._answer, self._hidden, self._numbers)

    # Changing

    @cached_property
    def problem(self) -> Problem:
        """What its numbers follow from.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> sorted(explanation.problem.inputs), sorted(explanation.problem.weights)
        (['x'], ['x · x'])
        """
        setting = self._setting
        if setting.derivation.is_outline:
            # A change would have to work out everything.
            return Problem({}, {}, frozenset(), ())
        inputs = {
            name: np.asarray(array)
            for name, tensor in setting.adjustable.items()
            if (array := self._numbers.get(tensor)) is not None
        }
        weights = {
            name: array
            for name, number in setting.weighted.items()
            if (array := self._numbers.get(setting.seed(number))) is not None
        }
        stoppable = setting.stoppable
        stops = frozenset(name for name, operation in stoppable.items() if operation in setting.derivation.stops)
        liftable = setting.liftable
        lifted = frozenset(name for name, operation in liftable.items() if operation in setting.derivation.lifted)
        return Problem(inputs, weights, stops, tuple(stoppable), lifted, tuple(liftable))

    def recompute(
        self,
        inputs: Mapping[str, Any] | None = None,
        weights: Mapping[str, Any] | None = None,
        stops: Iterable[str] | None = None,
        lifted: Iterable[str] | None = None,
    ) -> Explanation:
        """Return the explanation for other values, as quickly as a slider moves.

        Parameters
        ----------
        inputs : Mapping of str to array, optional
            New values of variables and placeholders, by the names that `problem` gives.
        weights : Mapping of str to array, optional
            New weights of ys.
        stops : iterable of str, optional
            Where to stop, in place of where it stops now.
        lifted : iterable of str, optional
            Which of the program's own ``stop_gradient`` operations are to pass the gradient on, in place of those that
            do now. It is a what-if, and marked as one wherever it is shown: ``tf.gradients`` itself stops there.

        Returns
        -------
        Explanation
            With the same nodes under the same ids; what is not mentioned is as it is here.

        Raises
        ------
        KeyError
            If a name is none that `problem` gives.
        ValueError
            If the shape of a value is not that of its variable or placeholder.
        TypeError
            If something is given that does not name values, or names.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.recompute({"x": 5.0}).gradients
        [array(10., dtype=float32)]
        >>> explanation.recompute(weights={"x · x": 0.5}).gradients
        [array(3., dtype=float32)]
        """
        if self._derived is not self:
            return self._derived.recompute(inputs, weights, stops, lifted)
        setting = self._setting
        walls, openings = setting.derivation.stops, setting.derivation.lifted
        if stops is not None:
            walls = frozenset(_found(setting.stoppable, name) for name in _each(stops, "stops"))
        if lifted is not None:
            openings = frozenset(_found(setting.liftable, name) for name in _each(lifted, "lifted"))
        setting = setting.with_walls(walls, openings)
        known = self._inputs
        if self._setting.calculator.draws:
            known = replace(known, drawn={**known.drawn, **self._setting.calculator.drawn(self._numbers)})
        variables, feeds = dict(known.variables), dict(known.feeds)
        for name, value in _by_name(inputs, "inputs").items():
            tensor = _found(setting.adjustable, name)
            array = _array(name, value, tensor)
            if not shapes.compatible(tensor.static_shape, array.shape):
                shape = shapes.shape_text(tensor.static_shape)
                raise ValueError(message("explain.wrong_shape", name=name, shape=shape, found=array.shape))
            reference = shown_as(tensor)
            if reference.op.type == "VariableV2":
                variables[reference.op.name] = array
                # A value that a run fed in the variable's place gives way too.
                for fed in (reference.name, tensor.name):
                    feeds.pop(fed, None)
            else:
                feeds[tensor.name] = array
        seeds = dict(known.seeds)
        for name, value in _by_name(weights, "weights").items():
            number = _found(setting.weighted, name)
            seed = self._setting.seed(number)
            assert seed is not None  # only what is one tensor is among the weights
            before = self._numbers.get(seed)
            array = _array(name, value, seed)
            if not shapes.compatible(seed.static_shape, array.shape):
                shape = shapes.shape_text(seed.static_shape)
                raise ValueError(message("explain.wrong_shape", name=name, shape=shape, found=array.shape))
            if before is None or not np.array_equal(array, before):
                seeds[number] = array
        return Explanation(setting, replace(known, variables=variables, feeds=feeds, seeds=seeds), None, self._hidden)

    def producers(self, edge: str) -> tuple[str, ...]:
        """Return where a backward edge of the picture could be cut, or a cut one be joined.

        Parameters
        ----------
        edge : str
            The edge's id.

        Returns
        -------
        tuple of str
            Of `Problem.stoppable` and `Problem.liftable`, the operations that pass this contribution on; several where
            a collapsed name scope makes one edge of many. Nothing if there is no such edge.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.producers("b0")
        ('x · x',)
        """
        setting = self._setting
        passing = {link.operation.name for link in setting.scene.picture.links if link.id == edge}
        if not passing:
            return ()
        found = {**setting.stoppable, **setting.liftable}
        return tuple(name for name, operation in found.items() if operation in passing)

    @property
    def recipe(self) -> Recipe:
        """What a program needs to make it again: the call, and the present values.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> type(explanation.recipe).__name__
        'Recipe'
        """
        setting, problem = self._setting, self.problem
        question, shown = setting.question, setting.scene.picture.ids
        adjustable = {name: shown_as(tensor) for name, tensor in setting.adjustable.items()}
        in_sight = {*shown, *adjustable.values(), *setting.scene.ys, *setting.scene.xs}
        y_names = {number: name for name, number in setting.weighted.items()}
        return Recipe(
            question=question,
            names={
                tensor: name for tensor, name in setting.given.items() if setting.derivation.here(tensor) in in_sight
            },
            weights=tuple(
                (
                    y_names.get(number, ""),
                    self._numbers.get(setting.seed(number)) if number in y_names and given else None,
                )
                for number, given in enumerate(self._builder.given)
            ),
            stops=tuple(question.graph.get_operation_by_name(n).outputs[0] for n in sorted(setting.derivation.stops)),
            lifted=tuple(name for name in problem.liftable if name in problem.lifted),
            inputs={
                name: (question.graph.get_tensor_by_name(adjustable[name].name), array)
                for name, array in problem.inputs.items()
            },
            options=setting.chosen_options | ({"hide": self._hidden} if self._hidden else {}),
        )

    def with_views(self, views: str | Iterable[str]) -> Explanation:
        """Return the same explanation with other views shown.

        Parameters
        ----------
        views : str or iterable of str
            What is shown, in order, as `explain` takes it.

        Returns
        -------
        Explanation
            With the same numbers.

        Raises
        ------
        ValueError
            If there is no such view.
        TypeError
            If `views` is no list.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> print(explanation.with_views("paths").text().splitlines()[0])
        tf.gradients(x · x, [x])
        """
        setting, old = self._setting, self._setting.options
        options = replace(old, views=_options(views, old.layout, old.precision, old.language, old.theme).views)
        known = replace(self._inputs, drawn={**self._inputs.drawn, **setting.calculator.drawn(self._numbers)})
        return Explanation(replace(setting, options=options, _others=OrderedDict()), known, self._answer, self._hidden)

    # Showing

    def text(self) -> str:
        """Return it as plain text that holds every number.

        Returns
        -------
        str
            Lines; the same on every machine.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> print(explanation.with_views("table").text().splitlines()[-3])
        x  ()     3.0    6.0       computed, 2 paths
        """
        return text_renderer.render(self.view)

    def html(self) -> str:
        """Return it as a fragment of HTML: the picture as an image, and tables.

        Returns
        -------
        str
            Of ``img``, ``table``, ``details`` and text alone, so that GitHub shows it too; every name in it is escaped.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> "<table" in explanation.html(), "<script" in explanation.html()
        (True, False)
        """
        view = self.view
        try:
            picture = self.svg() if self._has_picture else None
        except LayoutUnavailable as problem:
            return html_renderer.render(replace(view, notes=(*view.notes, problem.advice(view.language))))
        return html_renderer.render(view, picture)

    def markdown(self) -> str:
        """Return its tables and lists in Markdown.

        Returns
        -------
        str
            Every name in it is escaped.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> print(explanation.with_views("table").markdown().splitlines()[0])
        | x | shape | value | gradient | state |
        """
        return markdown_renderer.render(self.view)

    def latex(self) -> str:
        """Return its tables and lists in LaTeX.

        Returns
        -------
        str
            For any document; it needs no package.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.latex().splitlines()[3].startswith("x & () & 3.0 & 6.0 & computed, 2 paths")
        True
        """
        return latex_renderer.render(self.view)

    def dot(self) -> str:
        """Return the picture in Graphviz's language.

        Returns
        -------
        str
            A ``digraph``; no layout engine is needed to write it.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.dot().splitlines()[1]
        'digraph gradnb {'
        """
        return dot_renderer.render(self.view)

    def svg(self) -> str:
        """Return the picture as SVG.

        Returns
        -------
        str
            One ``<svg>``, with alternative text, without scripts and references to anything outside.

        Raises
        ------
        LayoutUnavailable
            If there is no layout engine, or the picture is too large.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.svg().startswith("<svg")
        True
        """
        return self._svg

    @cached_property
    def _svg(self) -> str:
        return svg_renderer.finish(draw(self.dot()).decode(), self.view)

    def png(self) -> bytes:
        """Return the picture as PNG.

        Returns
        -------
        bytes
            A PNG file.

        Raises
        ------
        LayoutUnavailable
            If there is no layout engine, or the picture is too large.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.png()[1:4]
        b'PNG'
        """
        return draw(self.dot(), "png", dpi=dpi_for(self.svg()))

    def pdf(self) -> bytes:
        """Return the picture as PDF.

        Returns
        -------
        bytes
            A PDF file of one page.

        Raises
        ------
        LayoutUnavailable
            If there is no layout engine, or the picture is too large.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> explanation.pdf()[:4]
        b'%PDF'
        """
        return draw(self.dot(), "pdf")

    @property
    def _has_picture(self) -> bool:
        return "graph" in self.view.shown and bool(self.view.nodes)

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write it to a file, in the format that the ending of its name says.

        Parameters
        ----------
        file : str or path
            Ends in ``.svg``, ``.png``, ``.pdf``, ``.dot`` (the picture), ``.html`` or ``.txt`` (everything). What was
            there is replaced, and only by a whole file.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If the ending names no format.
        OSError
            If the folder is missing, `file` is a folder, or there is no layout engine for a picture.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> explanation = tf.explain(x * x, x, language="en")
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     print(explanation.save(f"{folder}/square.dot").name)
        square.dot
        """
        path = Path(file)
        language = self.view.language
        check_file(path, language)
        try:
            content = _WRITERS[path.suffix.lower()](self)
        except LayoutUnavailable as problem:
            raise OSError(f"{path}: {problem.advice(language)}") from problem
        return write_whole(path, content, language)

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, Any]:
        """Return what a notebook stores: text, HTML, and the picture for where HTML is not shown."""
        bundle: dict[str, Any] = {"text/plain": self.text(), "text/html": self.html()}
        if self._has_picture:
            with suppress(LayoutUnavailable):  # the HTML says so already
                bundle["image/png"] = self.png()
        return bundle


@dataclass(frozen=True)
class _Setting:
    """A question with its derivation, and how it is shown: what explanations for other values share."""

    question: Question
    given: Mapping[Tensor, str]
    options: Options
    seed_number: int
    derivation: Derivation
    opened: Collection[str] = ()
    collapsed: Collection[str] = ()
    _others: OrderedDict[tuple[frozenset[str], frozenset[str]], _Setting] = field(
        default_factory=OrderedDict, compare=False
    )

    def hidden_name(self, name: Any) -> str:
        """Return the display name that a gradient can be hidden by, or raise ``ValueError``."""
        if isinstance(name, Variable):
            name = name.as_tensor()
        if isinstance(name, Tensor):
            tensor = self.derivation.here(name)
            name = name.name if tensor is None else self.scene.names(tensor)
        known, wanted = self.scene.hideable, harmless(str(name))
        if wanted not in known:
            raise ValueError(unknown_name(wanted, known, self.options.language))
        return wanted

    @cached_property
    def scene(self) -> Scene:
        here = self.derivation.here
        names = {tensor: name for given, name in self.given.items() if (tensor := here(given)) is not None}
        return Scene(self.derivation, Names(names, self.options.precision), self.opened, self.collapsed)

    @cached_property
    def calculator(self) -> Calculator | Known:
        if self.derivation.is_outline:
            return Known(self.question, self.scene, self.seed_number)
        shown = [self.scene.read(tensor) for tensor in self._adjustable_tensors]
        return Calculator(self.derivation, (*self.scene.wanted(), *shown), self.seed_number)

    def with_scopes(self, opened: Collection[str], collapsed: Collection[str]) -> _Setting:
        """Return the same with other name scopes open."""
        return replace(self, opened=opened, collapsed=collapsed, _others=OrderedDict())

    def with_walls(self, stops: frozenset[str], lifted: frozenset[str]) -> _Setting:
        """Return the same where the gradient stops at `stops`, and passes `lifted`; the last ones are kept."""
        if (stops, lifted) == (self.derivation.stops, self.derivation.lifted):
            return self
        others = self._others
        if (stops, lifted) not in others:
            others[stops, lifted] = replace(self, derivation=derive(self.question, stops, lifted))
            if len(others) > _SETTINGS_KEPT:
                others.popitem(last=False)
        others.move_to_end((stops, lifted))
        return others[stops, lifted]

    @property
    def chosen_options(self) -> dict[str, Any]:
        """The options of `explain` that differ from its own."""
        plain, given = Options(), self.options
        chosen = {field.name: getattr(given, field.name) for field in fields(Options)}
        differing = {name: value for name, value in chosen.items() if value != getattr(plain, name)}
        return differing | ({"seed": self.seed_number} if self.seed_number else {})

    def seed(self, number: int) -> Tensor | None:
        return self.derivation.whole(self.derivation.trace.seeds[number])

    @cached_property
    def _adjustable_tensors(self) -> tuple[Tensor, ...]:
        if self.derivation.is_outline:
            return ()
        behind = self.scene.picture.paths.behind
        kinds = ("VariableV2", "Placeholder", "PlaceholderWithDefault")
        return tuple(op.outputs[0] for op in behind if op.type in kinds)

    @cached_property
    def adjustable(self) -> dict[str, Tensor]:
        """The variables and placeholders by display name."""
        return _unique((self.scene.names(tensor), self.scene.read(tensor)) for tensor in self._adjustable_tensors)

    @cached_property
    def weighted(self) -> dict[str, int]:
        """The numbers of the ys by display name."""
        trace = self.scene.trace
        return _unique(
            (self.scene.names(y), number)
            for number, y in enumerate(self.scene.ys)
            if not isinstance(trace.seeds[number], IndexedSlices)
        )

    @cached_property
    def stoppable(self) -> dict[str, str]:
        """The names of the operations at which the gradient can be stopped, by display name."""
        scene = self.scene
        found = [op for op in scene.picture.operations if op.type != "StopGradient"]
        stops = [op for op in scene.trace.stops if op not in found]
        return _unique(
            (scene.names.of_operation(operation), operation.name)
            for operation in sorted([*found, *stops], key=lambda operation: operation.index)
        )

    @cached_property
    def liftable(self) -> dict[str, str]:
        """The names of the program's own operations that stop the gradient, by display name."""
        scene = self.scene
        stops = [op for op in scene.picture.operations if op.type == "StopGradient"]
        return _unique(
            (scene.names.of_operation(operation), operation.name)
            for operation in stops
            if not lets_pass(operation) or operation.name in self.derivation.lifted
        )


def _page(explanation: Explanation) -> str:
    view = explanation.view
    return html_renderer.page([explanation.html()], view.caption, view.language)


def check_file(file: Path, language: str | None = None) -> None:
    """Raise ``ValueError`` or ``OSError`` if no explanation can be saved there."""
    if file.suffix.lower() not in FILE_FORMATS:
        raise ValueError(message("explain.bad_ending", language, file=file, allowed=" ".join(FILE_FORMATS)))
    check_place(file, language)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a dict in which equal names are numbered."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        number = 2
        unique = name
        while unique in found:
            unique = f"{name} ({number})"
            number += 1
        found[unique] = value
    return found


def _found(values: Mapping[str, Any], name: str) -> Any:
    if not isinstance(name, str) or name not in values:
        raise KeyError(message("explain.unknown_name", name=name, known=", ".join(values) or "–"))
    return values[name]


def _each(given: Any, what: str) -> list[Any]:
    """Return what was given as a list: one name or tensor, or several."""
    if isinstance(given, str | Tensor | Variable):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, bytes):
        raise TypeError(message("explain.no_list", what=what, kind=type(given).__name__))
    return list(given)


def _names(given: Any, what: str) -> list[str]:
    """Return one name or several as a list."""
    found = _each(given, what)
    for name in found:
        if not isinstance(name, str):
            raise TypeError(message("explain.no_list", what=what, kind=type(name).__name__))
    return found


def _by_name(given: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping | None):
        raise TypeError(message("explain.no_values", what=what, kind=type(given).__name__))
    return given or {}


def _array(name: str, value: Any, tensor: Tensor) -> Array:
    dtype = tensor.dtype.base_dtype
    try:
        return converted(value, dtype.numpy)
    except (NotImplementedError, MemoryError):  # a tensor says so itself
        raise
    except Exception:  # an object's own conversion may fail in any way
        words = message(
            "explain.wrong_value",
            name=name,
            value=described(value),
            dtype=dtype.name,
            shape=shapes.shape_text(tensor.static_shape),
        )
        raise ValueError(words) from None


@with_short_tracebacks
def explain(
    ys: Any,
    xs: Any = None,
    grad_ys: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = "none",
    *,
    session: Session | None = None,
    feed_dict: Mapping[Any, Any] | None = None,
    names: Mapping[Any, Any] | None = None,
    seed: int | None = None,
    views: Iterable[str] = ("graph", "table"),
    layout: str = "LR",
    precision: int = 4,
    language: str | None = None,
    theme: str = "auto",
    against: str | None = None,
    hide: str | Iterable[Any] = (),
    check: bool = False,
) -> Explanation:
    """Explain ``tf.gradients(ys, xs, grad_ys, …)`` without changing the graph or any session.

    Parameters
    ----------
    ys, xs, grad_ys, stop_gradients, unconnected_gradients
        As for `gradients`; without `xs`, the variables on which the ys depend.
    session : Session, optional
        Whose variables are shown; by default those of the last run that has to do with the call. Variables without a
        value have their initial values.
    feed_dict : Mapping, optional
        Values of placeholders.
    names : Mapping, optional
        Display names: ``{name: tensor}``, as ``vars()`` gives them, or ``{tensor: name}``.
    seed : int, optional
        For the initial values of variables and random operations that have no seed; by default 0.
    views : iterable of str
        What is shown, in order: of ``graph``, ``table``, ``steps``, ``paths``, ``jacobian``, ``story``, ``raw``.
    layout : str
        ``LR``, left to right, or ``TB``, top to bottom.
    precision : int
        Significant digits.
    language : str, optional
        ``en`` or ``zh``; by default the current language.
    theme : str
        ``auto``, ``light`` or ``dark``.
    against : str, optional
        ``tensorflow``: its answer stands beside, from the same values. It takes some seconds.
    hide : str or iterable of (str, Tensor or Variable)
        Gradients that the learner is to predict, as `Explanation.with_hidden` takes them.
    check : bool
        Whether the table compares each gradient with finite differences, taken with double precision. They hold what is
        stopped at its value; beside them stand those of the program as it is.

    Returns
    -------
    Explanation
        The picture, the table, and the words.

    Raises
    ------
    ValueError, TypeError, LookupError
        Whatever `gradients` raises; and if an option is not among its values.
    RuntimeError
        If `session` is closed; if TensorFlow is to be asked and is not installed.
    AttributeError
        If a y or an x is None, as TensorFlow says it.
    KeyError
        If `xs` or `feed_dict` names nothing of the graph.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> x = tf.Variable([1.0, 2.0], name="x")
    >>> y = x * x
    >>> print(tf.explain(y, x, names={"y": y}, views=["table"]).text().splitlines()[-3])
    x  (2,)   [1. 2.]  [2. 4.]   computed, 2 paths
    """
    options = _options(views, layout, precision, language, theme, check)
    question = Question.of_arguments(ys, xs, grad_ys, stop_gradients, unconnected_gradients)
    return _explained(question, session, feed_dict, names, seed, options, against, hide)


def explain_call(
    call: Call,
    *,
    session: Session | None = None,
    feed_dict: Mapping[Any, Any] | None = None,
    names: Mapping[Any, Any] | None = None,
    seed: int | None = None,
    views: Iterable[str] = ("graph", "table"),
    layout: str = "LR",
    precision: int = 4,
    language: str | None = None,
    theme: str = "auto",
    against: str | None = None,
    hide: str | Iterable[Any] = (),
    check: bool = False,
) -> Explanation:
    """Explain a call that a program made, as `gradnb.engine.gradients.recording` keeps it.

    Parameters
    ----------
    call : Call
        The call.
    session, feed_dict, names, seed, views, layout, precision, language, theme, against, hide, check
        As for `explain`.

    Returns
    -------
    Explanation
        The picture, the table, and the words.
    """
    options = _options(views, layout, precision, language, theme, check)
    return _explained(Question.of_call(call), session, feed_dict, names, seed, options, against, hide)


@with_short_tracebacks
def show(
    explanation: Any,
    *arguments: Any,
    presets: Mapping[str, Any] | None = None,
    ranges: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """Display an explanation: with its live panel in Jupyter, with its picture in marimo, as text elsewhere.

    Parameters
    ----------
    explanation : Explanation, or ys
        An explanation, or the first argument of `explain`.
    presets : Mapping of str to Mapping, optional
        States that the panel offers by name, for lessons: ``{"no weight": {"grad_ys": [0.0]}, "far off": {"w1": 9.0,
        "stop_gradients": ["a"]}}``. Values stand under the names of their controls; what a preset does not mention is
        as at the start.
    ranges : Mapping of str to tuple, optional
        Where the panel's numbers may go, and in which steps: ``{"w1": (-5, 5, 0.1), "grad_ys y1": (0, 1)}``.
    *arguments, **options
        The other arguments of `explain`.

    Raises
    ------
    ValueError
        If a preset or a range does not fit what the panel can change.
    TypeError
        If further arguments come with an explanation that is made already; and whatever `explain` raises.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> x = tf.Variable(3.0, name="x")
    >>> tf.show(x + x, x, views=["table"], language="en")  # doctest: +ELLIPSIS
    tf.gradients(x + x, [x])
    ...
    """
    if not isinstance(explanation, Explanation):
        explanation = explain(explanation, *arguments, **options)
    elif arguments or options:
        raise TypeError(message("explain.no_options"))
    if _in_notebook():
        # The layers below Jupyter know it only by name: a script never loads it.
        display = importlib.import_module("gradnb.jupyter.display")
        display.show([explanation], presets=presets, ranges=ranges)
    elif (marimo := _running_marimo()) is not None:
        marimo.output.append(explanation)
    else:
        print(explanation.text())


def _in_notebook() -> bool:
    ipython: Any = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None


def _running_marimo() -> Any:
    """Return marimo where a notebook of its own runs this program, else None; a program that imports it may be any."""
    marimo: Any = sys.modules.get("marimo")
    return marimo if marimo is not None and marimo.running_in_notebook() else None


def _options(
    views: Iterable[str], layout: str, precision: int, language: str | None, theme: str, check: bool = False
) -> Options:
    chosen = tuple(_each(views, "views"))
    for name, values, allowed in (
        ("views", chosen, VIEWS),
        ("layout", (layout,), LAYOUTS),
        ("theme", (theme,), THEMES),
    ):
        for value in values:
            if not isinstance(value, str) or value not in allowed:
                raise ValueError(message("explain.bad_option", name=name, value=value, allowed=", ".join(allowed)))
    if not isinstance(precision, int) or isinstance(precision, bool) or not 1 <= precision <= LARGEST_PRECISION:
        raise ValueError(message("explain.bad_precision", value=precision, largest=LARGEST_PRECISION))
    spoken = current_language() if language is None else checked(language)
    return Options(tuple(dict.fromkeys(chosen)), layout, precision, spoken, theme, check)


def _explained(
    question: Question,
    session: Session | None,
    feed_dict: Mapping[Any, Any] | None,
    names: Mapping[Any, Any] | None,
    seed: int | None,
    options: Options,
    against: str | None,
    hide: str | Iterable[Any],
) -> Explanation:
    if against is not None and not (isinstance(against, str) and against == "tensorflow"):
        raise ValueError(message("against.unknown", value=against))
    inputs = inputs_of(question, session, feed_dict)
    with collected_later():
        brief = against is None and not options.check and _OUTLINED.issuperset(options.views)
        derivation = (outline_of(question) if brief else None) or derive(question)
        setting = _Setting(question, given_names(names), options, checked_seed(seed), derivation)
        explanation = Explanation(setting, setting.calculator.complete(inputs)).with_hidden(hide)
        # Now, and not when it is first shown: what does not fit is the caller's error.
        _ = explanation.view
    return explanation if against is None else explanation.against_tensorflow()
