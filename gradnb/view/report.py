"""What is said of a training run: its call, and sentences about its loss and its gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from gradnb.engine.train import Optimizer
from gradnb.messages import text as message
from gradnb.view.learning import Learning, Step, Stop, Trained, number_of
from gradnb.view.trainer import Trainer
from gradnb.view.values import value_of

#: Gradients that differ by this factor are worth a sentence.
NOTABLE: Final = 1000.0

#: So many names are said one by one.
_MOST_NAMES = 4


def report(
    trainer: Trainer, language: str = "en", theme: str = "auto", precision: int = 4, before: Sequence[Step] = ()
) -> Learning:
    """Return a run as it is shown.

    Parameters
    ----------
    trainer : Trainer
        The run, as far as it has come.
    language : str
        ``en`` or ``zh``.
    theme : str
        ``auto``, ``light`` or ``dark``.
    precision : int
        Significant digits.
    before : sequence of Step
        An earlier run that is shown behind it.

    Returns
    -------
    Learning
        Frozen: further steps do not change it.
    """
    trained = tuple(Trained(name, value_of(array, precision, language)) for name, array in trainer.variables.items())
    settings = trainer.settings
    say = _Sentences(trainer, tuple(variable.name for variable in trained), language, precision)
    return Learning(
        caption=f"{_call(trainer.optimizer, settings, precision)}.minimize({trainer.loss})",
        loss=trainer.loss,
        variables=trained,
        settings=tuple(settings),
        steps=tuple(trainer.steps),
        sentences=tuple(say.all()),
        stop=trainer.stop,
        batches=trainer.batches,
        before=tuple(before),
        language=language,
        theme=theme,
        precision=precision,
    )


def _call(optimizer: Optimizer, settings: dict[str, float], precision: int) -> str:
    kind = type(optimizer)
    place = "tf.train." if kind.__module__ == Optimizer.__module__ else ""
    given = ", ".join(f"{name}={number_of(value, precision).removesuffix('.0')}" for name, value in settings.items())
    return f"{place}{kind.__name__}({given})"


class _Sentences:
    """Sentences about the point that a run has reached."""

    def __init__(self, trainer: Trainer, names: tuple[str, ...], language: str, precision: int) -> None:
        self._trainer = trainer
        self._names = names
        self._language = language
        self._precision = precision
        self._first, self._last = trainer.steps[0], trainer.steps[-1]

    def all(self) -> Iterator[str]:
        """Yield them, the most important first."""
        stop = self._trainer.stop
        if stop is None or stop is Stop.EXHAUSTED:
            yield self._progress()
        if stop is not None:
            yield from self._end(stop)
        if stop in (None, Stop.EXHAUSTED):
            yield from self._sizes()
        if self._trainer.unchanged:
            yield self._say("unchanged", names=self._list(self._trainer.unchanged), loss=self._trainer.loss)

    def _progress(self) -> str:
        first, last = self._number(self._first.loss), self._number(self._last.loss)
        if self._last.number == 0:
            return self._say("start", first=first)
        kept, fell, rose = ("kept", "fell", "rose") if self._last.number > 1 else ("one_kept", "one_fell", "one_rose")
        key = kept if first == last else fell if self._last.loss < self._first.loss else rose
        return self._say(key, first=first, last=last, steps=self._last.number)

    def _end(self, stop: Stop) -> Iterator[str]:
        step, loss = self._last.number, self._number(self._last.loss)
        if stop is Stop.EXHAUSTED:
            yield self._say("exhausted", step=step)
        elif stop is Stop.DIVERGED:
            yield self._say("diverged", first=self._number(self._first.loss), last=loss, step=step)
        elif stop is Stop.GRADIENT:
            found = [
                (name, size)
                for name, size in zip(self._names, self._last.sizes, strict=True)
                if not math.isfinite(size)
            ]
            names = self._list([name for name, _ in found])
            yield self._say("bad_gradient", names=names, value=self._number(found[0][1]), loss=loss, step=step)
        elif step == 0:
            spoilt = [name for name, array in self._trainer.variables.items() if not np.isfinite(array).all()]
            key, names = ("bad_values", self._list(spoilt)) if spoilt else ("bad_start", "")
            yield self._say(key, names=names, value=loss)
        else:
            yield self._say("bad_loss", value=loss, step=step)
            yield self._say("grew_before" if self._grew() else "came_suddenly")

    def _grew(self) -> bool:
        """Return whether the loss or a gradient had grown much before the last step."""
        before = self._trainer.steps[-2]
        highest = max(self._first.sizes)
        return before.loss > 2 * abs(self._first.loss) + 1 or max(before.sizes) > max(NOTABLE * highest, NOTABLE)

    def _sizes(self) -> Iterator[str]:
        sizes = dict(zip(self._names, self._last.sizes, strict=True))
        zero = [name for name, size in sizes.items() if size == 0]
        some = {name: size for name, size in sizes.items() if size > 0}
        if not some:
            yield self._say("all_zero")
            return
        if zero:
            yield self._say("zero", names=self._list(zero))
        small, large = min(some, key=some.__getitem__), max(some, key=some.__getitem__)
        # Of one or two numbers the picture shows the valley itself.
        if some[large] > NOTABLE * some[small] and not self._last.point:
            yield self._say("vanishes", small=small, large=large, factor=_rough(some[large] / some[small]))
        grown = {
            name: size / start
            for (name, size), start in zip(sizes.items(), self._first.sizes, strict=True)
            if size > NOTABLE * start > 0
        }
        if grown:
            name = max(grown, key=grown.__getitem__)
            yield self._say("explodes", name=name, factor=_rough(grown[name]))

    def _list(self, names: Sequence[str]) -> str:
        shown = [*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])]
        return message("view.comma", self._language).join(shown)

    def _number(self, value: float) -> str:
        return number_of(value, self._precision)

    def _say(self, key: str, **values: Any) -> str:
        return message(f"train_view.{key}", self._language, **values)


def _rough(factor: float) -> str:
    """Return a factor by its first digit.

    Examples
    --------
    >>> _rough(5234.0), _rough(1.7e12)
    ('5,000', '2e+12')
    """
    return f"{float(f'{factor:.0e}'):,.0f}" if factor < 1e9 else f"{factor:.0e}"
