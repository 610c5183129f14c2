"""A quiz with widgets: a field for each gradient to predict, verdicts with hints, progress, and the results to export.

``QuizBox(explanation.quiz(), on_reveal=show)`` is all that a panel needs: `show` is called with the names that were
found or given up, so that the panel shows them (``explanation.with_hidden`` of the others). When the panel's numbers
have moved, ``box.follow(explanation)`` asks about the present ones. It stands as well alone in a cell. No trait of its
widgets holds an answer before the learner has found it or has asked to see it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets as widgets

from gradnb.messages import text
from gradnb.view.quiz import HasQuiz, Quiz, Verdict

_MOST_ROWS = 16
_FILE = "gradnb-quiz.json"


class QuizBox(widgets.VBox):  # type: ignore[misc]  # ipywidgets carries no types
    """Fields for the predictions of one quiz.

    Parameters
    ----------
    quiz : Quiz
        What is asked.
    on_reveal : callable, optional
        Called with the names of all gradients that were found or shown so far, each time that there are more.
    attempts : int
        After so many wrong answers a gradient can be shown.
    give_up : bool
        Whether it can be shown at all.
    about : Mapping of str to str, optional
        What the exported results say besides: ``{"exercise": "3.2"}``.

    Attributes
    ----------
    quiz : Quiz
        What is asked, and how far the learner has come.
    questions : dict of str to Question
        The widgets of each gradient.
    """

    def __init__(
        self,
        quiz: Quiz,
        on_reveal: Callable[[tuple[str, ...]], None] | None = None,
        *,
        attempts: int = 3,
        give_up: bool = True,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self.quiz = quiz
        self._on_reveal = on_reveal
        self._about = dict(about or {})
        self._patience = attempts if give_up else None
        self._progress = widgets.HTML()
        self.questions = {name: Question(name, quiz.language, self.check, self.show_answer) for name in quiz.names}
        self._results_button = widgets.Button(
            description=self._say("results"),
            tooltip=self._say("results_tip"),
            icon="download",
            layout=widgets.Layout(width="auto"),
        )
        self._results_button.on_click(lambda _: self._toggle_results())
        self._results = widgets.Textarea(
            description=self._say("results_text"),
            style={"description_width": "initial"},
            layout=widgets.Layout(width="auto"),
        )
        self._link = widgets.HTML()
        self._drawer = widgets.VBox([self._results, self._link], layout=widgets.Layout(display="none"))
        super().__init__(
            [
                self._progress,
                *(question.box for question in self.questions.values()),
                widgets.HBox([self._results_button]),
                self._drawer,
            ]
        )
        self.add_class("gradnb-quiz")
        self._paint()

    def __repr__(self) -> str:
        """Return how far the learner has come: the same text on every run, on every machine."""
        return repr(self.quiz)

    def check(self, name: str) -> Verdict:
        """Check what stands in the field of a gradient, and show the verdict."""
        question = self.questions[name]
        verdict = self.quiz.check(name, question.field.value)
        question.say(verdict)
        self._paint()
        if verdict:
            self._reveal()
        return verdict

    def show_answer(self, name: str) -> None:
        """Show a gradient that was not found; nothing happens before enough wrong answers were given."""
        if not self._may_give_up(name):
            return
        self.questions[name].tell(self._say("answer", name=name, value=self.quiz.give_up(name)))
        self._paint()
        self._reveal()

    def follow(self, explanation: HasQuiz) -> None:
        """Ask from now on about an explanation with other numbers; what was found stays found.

        Parameters
        ----------
        explanation : Explanation
            It comes from the quiz's own by `Explanation.recompute`.
        """
        for name in self.quiz.follow(explanation):
            if name not in self.quiz.revealed:
                # What was said was about other numbers.
                self.questions[name].tell("")

    @property
    def results(self) -> str:
        """The results as JSON, with what was said about them."""
        return self.quiz.json(**self._about)

    def _reveal(self) -> None:
        if self._on_reveal is not None:
            self._on_reveal(self.quiz.revealed)

    def _may_give_up(self, name: str) -> bool:
        if self._patience is None or name in self.quiz.revealed:
            return False
        return sum(not attempt.verdict for attempt in self.quiz.answers[name]) >= self._patience

    def _paint(self) -> None:
        words = self._say("complete" if self.quiz.is_complete else "title")
        self._progress.value = f'<p role="status"><b>{escape(words)}</b> {escape(self.quiz.progress)}</p>'
        for name, question in self.questions.items():
            question.close_if(name in self.quiz.revealed, self._may_give_up(name))
        if self._drawer.layout.display != "none":
            self._paint_results()

    def _toggle_results(self) -> None:
        is_open = self._drawer.layout.display != "none"
        self._drawer.layout.display = "none" if is_open else None
        if not is_open:
            self._paint_results()

    def _paint_results(self) -> None:
        content = self.results
        self._results.value = content
        self._results.rows = min(content.count("\n") + 1, _MOST_ROWS)
        data = base64.b64encode(content.encode()).decode("ascii")
        words = escape(self._say("download", file=_FILE))
        self._link.value = f'<a download="{_FILE}" href="data:application/json;base64,{data}">{words}</a>'

    def _say(self, key: str, **values: object) -> str:
        return text(f"quiz_box.{key}", self.quiz.language, **values)


class Question:
    """The widgets of one gradient.

    Parameters
    ----------
    name : str
        Its display name.
    language : str
        ``en`` or ``zh``.
    check, show : callable
        Called with the name on the button and on Enter, and on the button that shows the answer.

    Attributes
    ----------
    box : VBox
        All of them.
    field : Text
        What the learner types.
    button, show_button : Button
        They check, and show the answer.
    verdict : HTML
        What was said last.
    """

    def __init__(self, name: str, language: str, check: Callable[[str], object], show: Callable[[str], object]) -> None:
        def say(key: str) -> str:
            return text(f"quiz_box.{key}", language, name=name)

        self.field = widgets.Text(
            description=say("field"),
            placeholder=say("placeholder"),
            style={"description_width": "initial"},
            layout=widgets.Layout(flex="1 1 26em", width="auto", min_width="0"),
        )
        self.field.on_msg(lambda _, content, __: _is_enter(content) and check(name))
        narrow = widgets.Layout(width="auto", flex="0 0 auto")
        self.button = widgets.Button(description=say("check"), tooltip=say("check_tip"), layout=narrow)
        self.button.on_click(lambda _: check(name))
        self.show_button = widgets.Button(
            description=say("show"), tooltip=say("show_tip"), layout=widgets.Layout(width="auto", display="none")
        )
        self.show_button.on_click(lambda _: show(name))
        self.verdict = widgets.HTML()
        row = widgets.HBox([self.field, self.button, self.show_button], layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([row, self.verdict])

    def say(self, verdict: Verdict) -> None:
        """Show a verdict: a sign and words, which a screen reader reads out."""
        kind = "right" if verdict else "wrong"
        self.verdict.value = f'<p role="status" class="gradnb-{kind}">{escape(repr(verdict))}</p>'

    def tell(self, words: str) -> None:
        """Show words in place of a verdict; none clear it."""
        self.verdict.value = f'<p role="status">{escape(words)}</p>' if words else ""

    def close_if(self, is_over: bool, may_give_up: bool) -> None:
        """Take no more answers when the question is over, and offer the answer when it may be shown."""
        self.field.disabled = self.button.disabled = is_over
        self.show_button.layout.display = None if may_give_up else "none"


def _is_enter(content: Mapping[str, Any]) -> bool:
    return content.get("event") == "submit"
