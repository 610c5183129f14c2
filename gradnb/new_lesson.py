"""The skeleton of a lesson of one's own: a notebook in each language that runs, predicts, checks and can be tested."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gradnb.exercises import Words
from gradnb.files import write_whole
from gradnb.messages import LANGUAGES, speaking, text
from gradnb.notebooks import execute

_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")

_CONFTEST = '''"""What nbval compares: the text, which holds every number; pictures differ between machines."""


def pytest_collectstart(collector):
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("image/svg+xml", "text/html")
'''

_LOAD = Words(
    en="%load_ext gradnb\nimport gradnb as tf",
    zh='%load_ext gradnb\nimport gradnb as tf\ntf.set_language("zh")',
)
_TITLE = Words(en="# {title}", zh="# {title}")
_QUESTION = Words(
    en="**A question first.** Ask something that your reader knows already, or can guess. Here: "
    "let $y = x \\cdot x + x$ and $x = 3$. When $x$ grows a little, how many times as much does $y$ grow?",
    zh="**先想一个问题。** 这里写一个读者凭已有的知识就能回答、或者能猜一猜的问题。例如：设 $y = x \\cdot x + x$，"
    "$x = 3$。$x$ 增加一点点，$y$ 的增量是它的几倍？",
)
_PREDICT = Words(
    en="## Predict\n\nThe gradient of `x` is hidden. Type what you expect into the panel, or write it down.",
    zh="## 先预测\n\n`x` 的梯度被盖住了。把你的预测填进面板，或者先写在纸上。",
)
_PROGRAM = "%%gradgraph --hide x\nx = tf.Variable(3.)\ny = x * x + x\ngradient = tf.gradients(y, [x])"
_LOOK = Words(
    en="## Look\n\nNow with everything shown. Say what the reader should see in the picture, and why it is so.",
    zh="## 再看图\n\n现在全部显示出来。这里告诉读者应该在图上看到什么，以及为什么。",
)
_SHOWN = "%gradgraph y --wrt x --view graph table steps"
_RULE = Words(
    en="## The rule\n\nOnly now the rule, in one line: $\\bar x = \\bar y \\cdot (x + x) + \\bar y$.",
    zh="## 规律\n\n这时再给出规律，一行就够：$\\bar x = \\bar y \\cdot (x + x) + \\bar y$。",
)
_EXERCISE = Words(
    en="## Your turn\n\nThis exercise checks itself, without code for it: the hint comes from the wrong answer. "
    "What is the gradient of `z` with respect to `x`?",
    zh="## 轮到你了\n\n这道题会自己批改，不需要写任何检查代码，提示就来自错误的答案本身。`z` 对 `x` 的梯度是多少？",
)
_CHECK = "z = tf.square(x) * x\nanswer = ...\ntf.explain(z, [x], names={'x': x, 'z': z}).quiz(['x']).check('x', answer)"
_SHORT = Words(
    en="## In short\n\n* Say in one sentence what was learned.\n* And the second thing.\n* And the third; no more.",
    zh="## 小结\n\n* 用一句话说出学到了什么。\n* 再说第二点。\n* 第三点到此为止，再多就记不住了。",
)
_LEFT_OUT = Words(
    en="## What we left out\n\n* Be honest about what you did not say, and where it can be found.",
    zh="## 这一课没有讲的\n\n* 坦白说出这一课没有讲什么，以及到哪里可以找到。",
)


@dataclass(frozen=True, slots=True)
class NewLesson:
    """What was written.

    Attributes
    ----------
    notebooks : tuple of Path
        One for each language.
    ran : bool
        Whether they were run, so that their outputs are stored and can be compared.
    """

    notebooks: tuple[Path, ...]
    ran: bool


def new_lesson(name: str, folder: Path) -> NewLesson:
    """Write the skeleton of a lesson in each language, and run it.

    Parameters
    ----------
    name : str
        The file's name without its ending, such as ``12_attention``: lower-case letters, digits and underscores.
    folder : Path
        Where the folders ``en`` and ``zh`` are or are made. A ``conftest.py`` that tells nbval what to compare is put
        there, unless there is one.

    Returns
    -------
    NewLesson
        The notebooks. They are not run where JupyterLab is not installed.

    Raises
    ------
    ValueError
        If `name` can't be the name of a lesson.
    FileExistsError
        If there is a lesson of that name in either language; then nothing is written.
    OSError
        If `folder` can't be written.

    Examples
    --------
    >>> new_lesson("12_attention", Path("my-lessons")).ran  # doctest: +SKIP
    True
    """
    folder = Path(folder)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(text("lesson.bad_name", name=name))
    notebooks = tuple(folder / language / f"{name}.ipynb" for language in LANGUAGES)
    for notebook in notebooks:
        if notebook.exists():
            raise FileExistsError(text("lesson.exists", file=notebook))
    for language, notebook in zip(LANGUAGES, notebooks, strict=True):
        notebook.parent.mkdir(parents=True, exist_ok=True)
        write_whole(notebook, _written(name, language).encode())
    conftest = folder / "conftest.py"
    if not conftest.exists():
        write_whole(conftest, _CONFTEST.encode())
    return NewLesson(notebooks, _run(notebooks))


def _written(name: str, language: str) -> str:
    with speaking(language):
        cells = [
            {**cell, "id": f"cell-{place:02d}", "metadata": {}} for place, cell in enumerate(_cells(name), start=1)
        ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cells(name: str) -> Iterator[Mapping[str, Any]]:
    number, _, words = name.partition("_") if name[0].isdigit() else ("", "", name)
    title = " · ".join(filter(None, (number.lstrip("0"), words.replace("_", " ").capitalize())))
    yield _markdown(str(_TITLE).format(title=title) + f"\n\n{_QUESTION}")
    yield _code(str(_LOAD))
    yield _markdown(str(_PREDICT))
    yield _code(_PROGRAM)
    yield _markdown(str(_LOOK))
    yield _code(_SHOWN)
    yield _markdown(str(_RULE))
    yield _markdown(str(_EXERCISE))
    yield _code(_CHECK)
    yield _markdown(str(_SHORT))
    yield _markdown(str(_LEFT_OUT))


def _markdown(words: str) -> Mapping[str, Any]:
    return {"cell_type": "markdown", "source": words.splitlines(keepends=True)}


def _code(program: str) -> Mapping[str, Any]:
    source = program.splitlines(keepends=True)
    return {"cell_type": "code", "source": source, "execution_count": None, "outputs": []}


def _run(notebooks: Iterable[Path]) -> bool:
    """Run notebooks and store their outputs; return whether there is what runs them."""
    if not all(map(find_spec, ("nbclient", "ipykernel"))):
        return False
    for notebook in notebooks:
        execute(notebook)
    return True
