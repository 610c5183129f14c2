"""The player: it walks through the steps in both directions, says what happens, and goes on by itself when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from gradnb.jupyter import player as module
from gradnb.jupyter.player import Player
from gradnb.view.model import Badge, Step

STEPS = (
    Step(1, "", "the weights on dy", "", ("It begins at y.",), ("y",), (("a", 2),), ("s0",), (Badge("n0", 2, ""),)),
    Step(2, "n3", "y = a + <b>", "z = x + y", ("a receives 1.",), ("a",), (), ("b0", "b1"), (Badge("n0", 1, "1."),)),
    Step(3, "n0", "a", "", ("a is one of the xs.",), (), (), ("b2",), (Badge("n1", 0, "[2. 3.]"),)),
)


class Made:
    def __init__(self, language: str = "en") -> None:
        self.steps = STEPS
        self.asked = 0
        self.shown: list[int] = []
        self.player = Player(self._steps, lambda: self.shown.append(self.player.position), self._guarded, language)

    def _steps(self) -> tuple[Step, ...]:
        self.asked += 1
        return self.steps

    def _guarded(self, action: Callable[[], None]) -> None:
        action()

    def press(self, tooltip: str) -> None:
        (button,) = [b for b in self.player.box.children if getattr(b, "tooltip", "") == tooltip]
        button.click()

    @property
    def said(self) -> str:
        return str(self.player.words.value)


def test_it_begins_with_the_whole_and_asks_for_no_step() -> None:
    made = Made()
    assert made.player.position == 0
    assert "This is the whole backward pass" in made.said
    assert (made.player.lit, made.player.badges, made.asked) == ([], {}, 0)


def test_every_button_leads_where_it_says() -> None:
    made = Made()
    for tooltip, position in (
        ("Show the next step", 1),
        ("Show the next step", 2),
        ("Show the step before", 1),
        ("Show the last step", 3),
        ("Show the next step", 3),
        ("Show the first step", 1),
        ("Show the step before", 0),
        ("Show the step before", 0),
    ):
        made.press(tooltip)
        assert made.player.position == position
    assert made.shown == [1, 2, 1, 3, 3, 1, 0, 0]


def test_a_step_is_told_in_words_and_any_text_is_text() -> None:
    made = Made()
    made.player.go(2)
    assert made.said.startswith('<p role="status"><b>step 2 of 3</b> · <b>y = a + &lt;b&gt;</b> <code>z = x + y</code>')
    assert "a receives 1." in made.said
    assert "<b>" not in made.said.removeprefix('<p role="status"><b>step 2 of 3</b> · <b>y')


def test_a_step_lights_its_node_and_edges_and_says_what_nodes_wait_for() -> None:
    made = Made()
    made.player.go(1)
    assert (made.player.lit, made.player.badges) == (["s0"], {"n0": "waits for 2"})
    made.player.go(2)
    assert (made.player.lit, made.player.badges) == (["n3", "b0", "b1"], {"n0": "1. so far, waits for 1"})
    made.player.go(3)
    assert made.player.badges == {"n1": "[2. 3.]: ready"}


def test_it_speaks_chinese() -> None:
    made = Made("zh")
    made.player.go(2)
    assert "第 2 步，共 3 步" in made.said
    assert made.player.badges == {"n0": "目前 1.，还等 1 份"}


def test_moving_numbers_keeps_the_step() -> None:
    made = Made()
    made.player.go(2)
    made.player.show((STEPS[0], replace(STEPS[1], sentences=("a receives 7.",)), STEPS[2]))
    assert made.player.position == 2
    assert "a receives 7." in made.said


def test_where_there_are_fewer_steps_the_last_one_is_shown() -> None:
    made = Made()
    made.player.go(3)
    made.player.show(STEPS[:2])
    assert made.player.position == 2
    made.player.show(())
    assert made.player.position == 0
    assert made.player.lit == []


def test_without_a_loop_playing_shows_one_step_and_stands() -> None:
    made = Made()
    made.player.play()
    assert (made.player.position, made.player.plays) == (1, False)


def played(made: Made, during: Callable[[], None] = lambda: None) -> None:
    """Play until it stands."""

    async def run() -> None:
        made.press("Show one step after the other")
        assert made.player.plays
        during()
        while made.player.plays:
            await asyncio.sleep(0.005)

    asyncio.run(run())


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.02)


def test_it_plays_to_the_end_and_then_from_the_beginning() -> None:
    made = Made()
    played(made)
    assert made.shown == [1, 2, 3]
    played(made)
    assert made.shown == [1, 2, 3, 1, 2, 3]


def test_it_plays_on_from_where_it_is() -> None:
    made = Made()
    made.player.go(1)
    played(made)
    assert made.shown == [1, 2, 3]


def test_pausing_or_stepping_stands_still() -> None:
    for tooltip, position in (("Stand still at this step", 1), ("Show the next step", 2)):
        made = Made()
        played(made, lambda made=made, tooltip=tooltip: made.press(tooltip))  # type: ignore[misc]  # bound at once
        assert made.player.position == position
        assert [b.description for b in made.player.box.children[:5]] == ["", "Back", "Play", "Step", ""]


def test_what_was_paused_by_another_thread_in_the_last_moment_stands_still() -> None:
    made = Made()
    made.player.go(1)
    made.player._next()
    assert made.player.position == 1


def test_while_it_plays_the_button_says_pause() -> None:
    made = Made()
    names: list[str] = []
    played(made, lambda: names.append(made.player.box.children[2].description))
    assert names == ["Pause"]


def test_the_steps_may_change_while_it_plays() -> None:
    made = Made()

    def shorten() -> None:
        made.steps = STEPS[:2]

    played(made, shorten)
    assert made.shown == [1, 2]


def test_a_higher_speed_takes_less_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    made = Made()

    class Loop:
        def call_later(self, seconds: float, _: object) -> asyncio.TimerHandle:
            waits.append(seconds)
            return None  # type: ignore[return-value]  # nothing is to follow

    monkeypatch.setattr(asyncio, "get_running_loop", Loop)
    for speed in (1.0, 4.0):
        made.player.box.children[-1].value = speed
        made.player.go(0)
        made.player.play()
    assert waits == [0.02, 0.005]


def test_every_button_has_a_name() -> None:
    for control in Made().player.box.children[:5]:
        assert control.tooltip
