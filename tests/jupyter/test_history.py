"""Undo and redo: one entry for each finished gesture, and every state comes back as it was."""

from __future__ import annotations

from gradnb.jupyter import history
from gradnb.jupyter.history import PAUSE, History, State


def at(number: float) -> State:
    return State(inputs={"w": (number,)})


def test_a_change_can_be_undone_and_redone() -> None:
    start = State(stops=frozenset({"a"}))
    changed = History(start).changed(at(1), "w", 0.0)
    assert changed.present == at(1)
    assert changed.undone().present == start
    assert changed.undone().redone().present == at(1)


def test_at_either_end_nothing_happens() -> None:
    alone = History(at(0))
    assert alone.undone() is alone
    assert alone.redone() is alone


def test_a_drag_is_one_gesture() -> None:
    dragged = History(at(0))
    for number in range(1, 100):
        dragged = dragged.changed(at(number), "w", number * 0.01)
    assert dragged.present == at(99)
    assert dragged.undone().present == at(0)
    assert dragged.undone().redone().present == at(99)


def test_a_pause_or_another_control_ends_a_gesture() -> None:
    paused = History(at(0)).changed(at(1), "w", 0.0).changed(at(2), "w", PAUSE + 0.1)
    assert paused.undone().present == at(1)
    other = History(at(0)).changed(at(1), "w", 0.0).changed(at(2), "v", 0.1).changed(at(3), "w", 0.2)
    assert [other.undone().present, other.undone().undone().present] == [at(2), at(1)]


def test_presets_and_resets_are_gestures_of_their_own() -> None:
    twice = History(at(0)).changed(at(1), "", 0.0).changed(at(2), "", 0.1)
    assert twice.undone().present == at(1)


def test_what_follows_an_undo_is_a_gesture_of_its_own_and_forgets_what_was_undone() -> None:
    undone = History(at(0)).changed(at(1), "w", 0.0).changed(at(2), "w", 5.0).undone()
    again = undone.changed(at(3), "w", 5.1)
    assert again.future == ()
    assert [again.undone().present, again.undone().undone().present] == [at(1), at(0)]


def test_a_gesture_that_does_not_change_anything_leaves_no_entry() -> None:
    start = History(at(0))
    assert start.changed(at(0), "w", 0.0) is start


def test_the_oldest_states_are_forgotten() -> None:
    long = History(at(0))
    for number in range(1, history.MOST_STATES + 11):
        long = long.changed(at(number), "", 0.0)
    assert len(long.past) == history.MOST_STATES
    assert long.past[0] == at(10)


def test_a_state_is_the_same_as_one_with_the_same_settings() -> None:
    assert State({"w": (1.0, 2.0)}, {}, frozenset("ab")) == State({"w": (1, 2)}, {}, frozenset("ba"))
    assert State({"w": (1.0,)}) != State({}, {"w": (1.0,)})
