"""How an array is set: what a panel's controls, its history and its code have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Number = float | int | bool

#: Up to so many elements are set one by one.
MOST_ELEMENTS = 64


@dataclass(frozen=True, slots=True)
class Scaled:
    """What is made of a large array: all of it times `scale`, plus `noise` times random numbers of its own size."""

    scale: float = 1.0
    noise: float = 0.0

    def of(self, array: Array) -> Array:
        """Return what is made of `array`: the same numbers on every call."""
        scaled = array * self.scale
        if self.noise:
            scaled += self.noise * largest_of(array) * np.random.default_rng(0).standard_normal(array.shape)
        return np.asarray(scaled).astype(array.dtype)


#: How an array is set: its numbers in row-major order, or what is made of it as a whole.
Setting = tuple[Number, ...] | Scaled


def array_of(setting: Setting, start: Array) -> Array:
    """Return the array that a setting stands for, in shape and dtype as `start`."""
    if isinstance(setting, Scaled):
        return setting.of(start)
    return np.array(setting, dtype=start.dtype).reshape(start.shape)


def label(name: str, index: tuple[int, ...]) -> str:
    """Return how an element is called: ``w``, ``w[0]``, ``w[0,1]``."""
    return f"{name}[{','.join(map(str, index))}]" if index else name


def largest_of(array: Array) -> float:
    """Return the largest finite magnitude, or 1 where everything is zero."""
    magnitudes = np.abs(array[np.isfinite(array)].astype(np.float64))
    return float(magnitudes.max(initial=0.0)) or 1.0
