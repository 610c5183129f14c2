"""What a learner set, as frozen states, and the way back and forth through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gradnb.jupyter.settings import Setting

#: Changes of one control that follow each other within so many seconds are one gesture: a drag, a held key.
PAUSE = 1.0
#: The oldest states are forgotten beyond.
MOST_STATES = 500


@dataclass(frozen=True)
class State:
    """What is set in a panel; an array that is not mentioned is as at the start.

    Attributes
    ----------
    inputs, weights : Mapping of str to Setting
        How variables and placeholders, and the weights of ys, are set.
    stops : frozenset of str
        Where ``stop_gradients`` stops.
    lifted : frozenset of str
        The program's own stops that are lifted.
    """

    inputs: Mapping[str, Setting] = field(default_factory=dict)
    weights: Mapping[str, Setting] = field(default_factory=dict)
    stops: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class History:
    """The states of a panel, one for each finished gesture.

    Attributes
    ----------
    present : State
        The state shown.
    past, future : tuple of State
        The states before it and those that were undone, each in order of time.
    gesture : str
        What was moved last, if moving it further belongs to the same gesture.
    moment : float
        When that was, in seconds.
    """

    present: State
    past: tuple[State, ...] = ()
    future: tuple[State, ...] = ()
    gesture: str = ""
    moment: float = 0.0

    def changed(self, state: State, gesture: str, moment: float) -> History:
        """Return the history after a change.

        Parameters
        ----------
        state : State
            What is set afterwards.
        gesture : str
            What was moved; empty for what is a gesture of its own: a preset, a reset.
        moment : float
            When, in seconds.
        """
        if state == self.present:
            return self
        goes_on = gesture and gesture == self.gesture and moment - self.moment <= PAUSE
        past = self.past if goes_on else (*self.past, self.present)[-MOST_STATES:]
        return History(state, past, (), gesture, moment)

    def undone(self) -> History:
        """Return the history one gesture back; the same where nothing was done."""
        if not self.past:
            return self
        *past, present = self.past
        return History(present, tuple(past), (self.present, *self.future))

    def redone(self) -> History:
        """Return the history one gesture on; the same where nothing was undone."""
        if not self.future:
            return self
        present, *future = self.future
        return replace(self, present=present, past=(*self.past, self.present), future=tuple(future), gesture="")
