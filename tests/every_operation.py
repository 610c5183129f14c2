"""Explains the example of each operation in every view and both languages, and prints the texts as JSON.

It needs gradnb and what gradnb itself depends on, nothing of the tests' own environment.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine.build import add_operation
from gradnb.engine.registry import Example, all_ops
from gradnb.explanation import VIEWS
from gradnb.messages import LANGUAGES

#: What SciPy computes stands only where it is installed.
NEEDS_SCIPY = {"Digamma", "Erf", "Erfc", "Lgamma", "Polygamma"}


def numbers(example: Example) -> list[Any]:
    """Return arrays for an operation's inputs: steps through its range, no two alike."""
    sizes = [int(np.prod(entry)) if isinstance(entry, tuple) else 0 for entry in example.inputs]
    steps = np.linspace(example.low, example.high, sum(sizes) + 2)[1:-1]
    parts = np.split(np.roll(steps[::-1], 1), np.cumsum(sizes)[:-1])
    filled = []
    for entry, part in zip(example.inputs, parts, strict=True):
        if not isinstance(entry, tuple):
            filled.append(np.asarray(entry))
        else:
            filled.append(example.transform(part.reshape(entry)) if example.transform else part.reshape(entry))
    return filled


def texts(type: str, example: Example) -> dict[str, str]:
    """Return what is said about the gradients of one operation."""
    tf.reset_default_graph()
    inputs: list[Any] = []
    xs: list[Any] = []
    for array, entry in zip(numbers(example), example.inputs, strict=True):
        if isinstance(entry, tuple):
            xs.append(tf.Variable(array, dtype=tf.float64, name=f"x{len(xs) + 1}"))
            inputs.append(xs[-1])
        else:
            inputs.append(tf.constant(array.astype(float) if array.dtype.kind == "f" else array))
    outputs: Sequence[Any] = add_operation(type, *inputs, **example.attributes).outputs
    ys = [output for output in outputs if output.dtype.is_trainable]
    if not ys or not xs:
        return {}
    said = {}
    for language in LANGUAGES:
        told = tf.explain(ys, xs, views=VIEWS, language=language, check=True)
        said |= {f"{language} {kind}": getattr(told, kind)() for kind in ("text", "markdown", "latex", "dot")}
    return said


if __name__ == "__main__":
    with_example = {op.type: op.example for op in all_ops() if op.example and op.type not in NEEDS_SCIPY}
    json.dump({type: texts(type, example) for type, example in with_example.items()}, sys.stdout, indent=1)
