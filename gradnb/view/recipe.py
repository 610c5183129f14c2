"""What an explanation was made from, in terms of the learner's graph: what a program needs to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradnb.engine.tensor import Tensor
from gradnb.view.derivation import Question

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Recipe:
    """A call with its present values.

    Attributes
    ----------
    question : Question
        The call as it was put.
    names : Mapping of Tensor to str
        The display names that the learner gave, of what is shown.
    weights : tuple of (str, ndarray or None)
        For each y the display name under which its weight can be changed, and the present weight; None for TensorFlow's
        default, and for an ``IndexedSlices``, which has no such name either.
    stops : tuple of Tensor
        Where ``stop_gradients`` stops at present.
    lifted : tuple of str
        Display names of the program's own stops that are lifted.
    inputs : Mapping of str to (Tensor, ndarray)
        The variables and placeholders with their present values, by display name.
    options : Mapping of str to object
        The options of `gradnb.explain` that are not as they are without being mentioned.
    """

    question: Question
    names: Mapping[Tensor, str]
    weights: tuple[tuple[str, Array | None], ...]
    stops: tuple[Tensor, ...]
    lifted: tuple[str, ...]
    inputs: Mapping[str, tuple[Tensor, Array]]
    options: Mapping[str, Any]
