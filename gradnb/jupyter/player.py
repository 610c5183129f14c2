"""A player for the steps of the algorithm: buttons that walk through them, and what happens at each in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from gradnb.messages import text
from gradnb.render.plain import clean
from gradnb.render.sections import waiting
from gradnb.view.model import Badge, Step

#: How long a step stands at the speed 1, in seconds.
SECONDS = 2.0
SPEEDS = (0.5, 1.0, 2.0, 4.0)


class Player:
    """Walks through steps; position 0 is the whole, without any step.

    Parameters
    ----------
    steps : callable
        Returns the steps as they are at the moment; it is only asked when one is to be shown.
    moved : callable
        Called without arguments when another step is to be shown.
    guarded : callable
        Wraps what a button does, so that an error in it is shown to the learner.
    language : str
        ``en`` or ``zh``.

    Attributes
    ----------
    box : Box
        The buttons.
    words : HTML
        What happens at the step.
    position : int
        The number of the step that is shown.
    plays : bool
        Whether it goes on by itself.
    """

    def __init__(
        self,
        steps: Callable[[], tuple[Step, ...]],
        moved: Callable[[], None],
        guarded: Callable[[Callable[[], None]], None],
        language: str,
    ) -> None:
        self._steps = steps
        self._moved = moved
        self._guarded = guarded
        self._language = language
        self._shown: tuple[Step, ...] = ()
        self._timer: asyncio.TimerHandle | None = None
        self.position = 0
        self._layout = widgets.Layout(width="auto")
        self._play_button = self._button("play", "play", self._play_or_pause)
        self._speed = widgets.Dropdown(
            options=[(f"{speed:g}×", speed) for speed in SPEEDS],
            value=1.0,
            description=self._say("speed"),
            layout=self._layout,
            style={"description_width": "auto"},
        )
        buttons = [
            self._button("first", "fast-backward", self.first),
            self._button("back", "step-backward", self.back),
            self._play_button,
            self._button("step", "step-forward", self.step),
            self._button("last", "fast-forward", self.last),
        ]
        self.box = widgets.Box([*buttons, self._speed])
        self.box.add_class("gradnb-player")
        # It scrolls, and so it is reached by keyboard too.
        self.words = widgets.HTML(tabbable=True, tooltip=self._say("words"))
        self.words.add_class("gradnb-step")
        self.show(())

    @property
    def plays(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer is not None

    @property
    def current(self) -> Step | None:
        """The step that is shown."""
        return self._shown[self.position - 1] if self.position else None

    @property
    def lit(self) -> list[str]:
        """The ids of what lights up at the step."""
        step = self.current
        return [] if step is None else [identity for identity in (step.node, *step.edges) if identity]

    @property
    def badges(self) -> dict[str, str]:
        """What nodes wait for after the step, and what arrived at them so far, by their ids."""
        step = self.current
        return {} if step is None else {badge.node: self._badge_text(badge) for badge in step.badges}

    def show(self, steps: tuple[Step, ...]) -> None:
        """Show the steps as they are at the moment: the same position, as far as there are so many."""
        self._shown = steps
        self.position = min(self.position, len(steps))
        self.words.value = self._in_words()

    def go(self, position: int) -> None:
        """Show another step; 0 shows the whole.

        A position before the first or behind the last step stands for that one.
        """
        steps = self._steps()
        self.position = max(0, min(position, len(steps)))
        self.show(steps)
        self._moved()

    def first(self) -> None:
        """Show the first step."""
        self.pause()
        self.go(1)

    def back(self) -> None:
        """Show the step before; before the first comes the whole."""
        self.pause()
        self.go(self.position - 1)

    def step(self) -> None:
        """Show the next step."""
        self.pause()
        self.go(self.position + 1)

    def last(self) -> None:
        """Show the last step."""
        self.pause()
        self.go(len(self._steps()))

    def play(self) -> None:
        """Go on by itself in the kernel's loop, from the beginning when all steps were shown; without a loop, stand."""
        count = len(self._steps())
        self.go(1 if self.position >= count else self.position + 1)
        self._wait()

    def pause(self) -> None:
        """Stand still."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._name_play_button()

    def _play_or_pause(self) -> None:
        if self.plays:
            self.pause()
        else:
            self.play()

    def _wait(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self.position >= len(self._shown):
            self.pause()
            return
        self._timer = loop.call_later(SECONDS / self._speed.value, self._next)
        self._name_play_button()

    def _next(self) -> None:
        # What was paused in another thread meanwhile stands still.
        if self._timer is None:
            return
        self._timer = None
        self._guarded(lambda: self.go(self.position + 1))
        self._wait()

    def _name_play_button(self) -> None:
        key = "pause" if self.plays else "play"
        self._play_button.icon = key
        self._play_button.description = self._say(key)
        self._play_button.tooltip = self._say(f"{key}_tip")

    def _button(self, key: str, icon: str, action: Callable[[], None]) -> widgets.Button:
        # The outermost two say by their icons what they do, and in words to those who do not see them.
        words = "" if key in ("first", "last") else self._say(key)
        tip = self._say(f"{key}_tip")
        button = widgets.Button(description=words, icon=icon, tooltip=tip, layout=self._layout)
        button.on_click(lambda _: self._guarded(action))
        return button

    def _badge_text(self, badge: Badge) -> str:
        if not badge.count:
            return self._say("badge_ready", sum=badge.so_far)
        if badge.so_far:
            return self._say("badge_waits_with", sum=badge.so_far, count=badge.count)
        return self._say("badge_waits", count=badge.count)

    def _in_words(self) -> str:
        step = self.current
        if step is None:
            return f'<p role="status">{escape(self._say("whole"))}</p>'
        step = clean(step)
        place = escape(self._say("place", number=self.position, count=len(self._shown)))
        rule = f" <code>{escape(step.rule)}</code>" if step.rule else ""
        sentences = escape(self._say("between").join(step.sentences))
        queue = escape(waiting(step, self._language))
        return (
            f'<p role="status"><b>{place}</b> · <b>{escape(step.title)}</b>{rule}<br>{sentences}'
            f'<br><span class="gradnb-muted">{queue}</span></p>'
        )

    def _say(self, key: str, **values: object) -> str:
        return text(f"player.{key}", self._language, **values)
