"""Writes the table of operations in each language, from what the operations say of themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import gradnb as tf
from gradnb.engine import shapes
from gradnb.engine.build import add_operation
from gradnb.engine.registry import OpDef, all_ops
from gradnb.messages import LANGUAGES, text
from gradnb.view.formula import rule_of, snake_case

HERE = Path(__file__).parent
NAMESPACES = {"tf": tf, "tf.math": tf.math, "tf.nn": tf.nn, "tf.linalg": tf.linalg}
LONGEST = 90

TITLES = {
    "en": "Operations",
    "zh": "运算一览",
}
INTRODUCTIONS = {
    "en": "All operations that have a gradient, with how each computes and what it passes back: z̄ is the gradient that "
    "arrives at the result z, x̄ what is added to the gradient of x. A rule that is too long for a line is left out. "
    "Sizes are those of small examples. This page is written by `notebooks/operations.py`.",
    "zh": "所有有梯度的运算，以及每个运算怎样计算、向后传什么：z̄ 是到达结果 z 的梯度，x̄ 是累加到 x 上的梯度。"
    "太长、一行写不下的规则没有列出；式中的尺寸来自小例子。本页由 `notebooks/operations.py` 生成。",
}
HEADINGS = {
    "en": ("name", "type", "computes", "passes back", "remark"),
    "zh": ("名称", "类型", "计算", "反向传播", "说明"),
}
OTHERS = {
    "en": {
        "gradient": "These have a gradient too",
        "none": "No gradient passes through these, `tf.gradients` gives `None`",
        "error": "Asking for the gradient of these is a `LookupError`",
    },
    "zh": {
        "gradient": "下列运算也有梯度",
        "none": "梯度不能通过下列运算，`tf.gradients` 给出 `None`",
        "error": "求下列运算的梯度会引发 `LookupError`",
    },
}


def public_names() -> dict[str, list[str]]:
    """Return, for each operation's type, the public functions that name it in their code, the most telling first."""
    types = {definition.type for definition in all_ops()}
    names: dict[str, list[str]] = {}
    seen: set[Any] = set()
    for prefix, namespace in NAMESPACES.items():
        for name, function in functions(namespace):
            if function not in seen:
                seen.add(function)
                constants = inspect.unwrap(function).__code__.co_consts
                for type in types.intersection(c for c in constants if isinstance(c, str)):
                    names.setdefault(type, []).append(f"{prefix}.{name}")
    return {type: sorted(found, key=lambda name: (distance(type, name), len(name))) for type, found in names.items()}


def distance(type: str, name: str) -> int:
    """Return how far a function's name is from the operation's: 0 for the same word, 3 for another."""
    function, word = (part.replace("_", "").lower() for part in (name.rpartition(".")[2], snake_case(type)))
    words = (word, f"reduce{word}", word.removeprefix("matrix"))
    return words.index(function) if function in words else 3


def functions(namespace: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield a namespace's functions with their names."""
    for name in sorted(dir(namespace)):
        function = getattr(namespace, name)
        if not name.startswith("_") and inspect.isfunction(function):
            yield name, function


def rule(definition: OpDef) -> tuple[str, str]:
    """Return how an operation computes and what it passes back, in symbols."""
    example = definition.example
    assert example is not None
    entries = list(example.inputs)
    if definition.infer is shapes.broadcast:
        entries = [entries[0] if isinstance(entry, tuple) else entry for entry in entries]
    with tf.Graph().as_default():
        inputs = [
            tf.placeholder(tf.float64, entry) if isinstance(entry, tuple) else tf.constant(np.asarray(entry))
            for entry in entries
        ]
        found = rule_of(add_operation(definition.type, *inputs, **example.attributes))
    back = [line for line in found.backward if line]
    return found.forward, ", ".join(back) if back and all(len(line) <= LONGEST for line in back) else ""


def code(shown: str) -> str:
    """Return text as code inside a table's cell."""
    return "`" + shown.replace("|", "\\|") + "`" if shown else ""


def page(language: str) -> str:
    """Return the whole page in one language."""
    names = public_names()
    head = HEADINGS[language]
    lines = [f"# {TITLES[language]}", "", INTRODUCTIONS[language], ""]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    written = set()
    others: dict[str, list[str]] = {"gradient": [], "none": [], "error": []}
    for definition in sorted(all_ops(), key=lambda d: names.get(d.type, [""])[0].rpartition(".")[2]):
        if definition.type not in names:
            continue
        name = names[definition.type][0]
        note = text(definition.note, language) if definition.note else ""
        if callable(definition.gradient) and definition.example is not None:
            forward, back = rule(definition)
            written.add(code(name))
            lines.append(f"| {code(name)} | {definition.type} | {code(forward)} | {code(back)} | {note} |")
        else:
            kind = "gradient" if callable(definition.gradient) else "error" if definition.gradient is None else "none"
            others[kind].append(code(name if distance(definition.type, name) < 3 else definition.type))
    for kind, found in others.items():
        stop, comma = (".", ", ") if language == "en" else ("。", "、")
        colon = ": " if language == "en" else "："
        lines += ["", f"{OTHERS[language][kind]}{colon}{comma.join(sorted(set(found) - written))}{stop}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for language in LANGUAGES:
        (HERE / language / "operations.md").write_text(page(language), encoding="utf-8")
