"""Fuzzes by coverage what reads a person's text: ``python -m tests.fuzz TARGET [SECONDS]``.

It needs atheris, which is in no extra, since it has wheels for few platforms: ``pip install atheris`` into an
environment of its own, besides gradnb. What makes a target fail is written to a file ``crash-…`` in the present folder.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from xml.etree import ElementTree

import atheris
import numpy as np

with atheris.instrument_imports(include=["gradnb"]):
    from IPython.core.error import UsageError

    import gradnb as tf
    from gradnb.engine.fetches import as_fed
    from gradnb.jupyter.number_entry import Refused, read_number
    from gradnb.jupyter.request import parse
    from gradnb.render import dot, html, latex, markdown, text
    from gradnb.view.model import View


_WORDS = [
    *("", "", "", "y", "--wrt", "w[0]", "--grad-ys", "'[1, 2]'", "--stop", "--feed", "x=[1.]", "--hide", "--preset"),
    *("a={'x': 1}", "--range", "x=(0, 1)", "--view", "graph", "--layout", "TB", "--precision", "3", "--lang", "zh"),
    *("--save", "a.svg", "-o", "e", "--seed", "--static", "--check", "--against", "tensorflow", "--new-graph", "="),
]


def request(data: atheris.FuzzedDataProvider) -> None:
    """The line of the magic: a request, or a usage error."""
    count = data.ConsumeIntInRange(0, 8)
    words = [data.PickValueInList(_WORDS) or data.ConsumeBytes(12).decode("utf-8", "replace") for _ in range(count)]
    try:
        parse(" ".join(words) + data.ConsumeUnicode(40), "en")
    except UsageError as error:
        assert str(error)


def number(data: atheris.FuzzedDataProvider) -> None:
    """A number field: a number of its dtype, or a refusal."""
    dtype = np.dtype(data.PickValueInList(["f2", "f4", "f8", "i1", "i4", "i8", "u1", "u8"]))
    try:
        found = read_number(data.ConsumeUnicode(60), dtype, "en")
    except Refused as reason:
        assert str(reason)
    else:
        assert not np.isfinite(found) or dtype.type(found) == found


def thing(data: atheris.FuzzedDataProvider, depth: int = 0) -> object:
    kind = data.ConsumeIntInRange(0, 7 if depth < 4 else 5)
    if kind == 0:
        return data.ConsumeInt(data.ConsumeIntInRange(1, 20))
    if kind == 1:
        return data.ConsumeFloat()
    if kind == 2:
        return data.ConsumeUnicode(8)
    if kind == 3:
        return data.ConsumeBytes(8)
    if kind == 4:
        return data.PickValueInList([None, True, 1j, object(), {}, b"", range(3), np.datetime64("NaT"), Ellipsis])
    if kind == 5:
        dtype = data.PickValueInList(["f2", "f4", "i8", "u1", "?", "c8", "S2", "U2", "M8[s]", "V3", "i4,f4"])
        raw = data.ConsumeBytes(24)
        size = np.dtype(dtype).itemsize
        return np.frombuffer(raw[: len(raw) // size * size], dtype)
    parts = [thing(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
    return parts if kind == 6 else tuple(parts)


def feed(data: atheris.FuzzedDataProvider) -> None:
    """What is fed: an array that fits, or an error that names the placeholder."""
    tf.reset_default_graph()
    dtype = data.PickValueInList(["float32", "float16", "int32", "uint8", "bool", "string", "complex64"])
    tensor = tf.placeholder(dtype, data.PickValueInList([None, [], [2], [None, 2]]), "fed")
    try:
        with np.errstate(all="ignore"):
            array = as_fed(tensor, thing(data))
    except (TypeError, ValueError) as error:
        assert "fed:0" in str(error)
    else:
        assert tensor.shape.is_compatible_with(array.shape)


_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_TAG = re.compile(r"</?[a-z]\w*")
_VIEWS = ("graph", "table", "story")


def _view(name: str) -> View:
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, name="x")  # without a value, which a name could equal
    return tf.explain(x, x, names={x: name}, language="en", views=_VIEWS).view


_PLAIN = _view("name")


def shown(data: atheris.FuzzedDataProvider) -> None:
    """A display name in HTML, DOT, LaTeX, Markdown and text: it stays text."""
    view = _view(data.ConsumeBytes(40).decode("utf-8", "replace"))
    assert _TAG.findall(html.render(view)) == _TAG.findall(html.render(_PLAIN))
    source = _COMMAND.sub("", latex.render(view))
    assert source.count("{") == source.count("}")
    assert not set("%#") & set(source)
    for label in re.findall(r"label=<(.*?)> id=", dot.render(view)):
        ElementTree.fromstring(f"<label>{label}</label>")
    assert markdown.render(view)
    assert text.render(view).encode()


TARGETS: dict[str, Callable[[atheris.FuzzedDataProvider], None]] = {
    target.__name__: target for target in (request, number, feed, shown)
}


def main() -> None:
    name, seconds, *_ = [*sys.argv[1:], "300", ""] if len(sys.argv) > 1 else ["", ""]
    if name not in TARGETS or not seconds.isdigit():
        raise SystemExit(f"usage: python -m tests.fuzz {'|'.join(TARGETS)} [SECONDS]")
    target = TARGETS[name]
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={seconds}", "-max_len=4000", "-timeout=20"],
        lambda data: target(atheris.FuzzedDataProvider(data)),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
