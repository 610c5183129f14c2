"""Wrong lines and cells in a notebook, and wrong defaults: refused in one sentence, with the notebook as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError
from ipywidgets.widgets.widget import _instances as open_widgets
from shells import Notebook
from traitlets import TraitError

import gradnb as tf
from gradnb.engine.graph import get_default_graph
from gradnb.jupyter.config import GradGraph

CHINESE = re.compile("[\u4e00-\u9fff]")

PROGRAM = """
x = tf.Variable([1., 2.], name="x")
w = tf.Variable(3.)
y = x * x
z = w * y
n = 5
ws = [x, w]
p = tf.placeholder(tf.float32, [2])
fed = p * x
"""

#: A cell, the type of its error, words of the message, and words of gradnb's own in English.
Row = tuple[str, type[BaseException], str] | tuple[str, type[BaseException], str, str]

CELLS: list[Row] = [
    ("%gradgraph", UsageError, "", "There is nothing to draw: no tf.gradients(...)"),
    ("%gradgraph nobody", UsageError, "", "'nobody' cannot be read: name 'nobody' is not"),
    ("%gradgraph n", UsageError, "'n'", "is of type int; a tensor or a variable is needed."),
    ("%gradgraph y z w --wrt nobody", UsageError, "", "'nobody' cannot be read: name 'nobody' is not"),
    ("%gradgraph y --wrt n", UsageError, "'n'", "is of type int; a tensor or a variable is needed."),
    ("%gradgraph y --wrt", UsageError, "--wrt", "needs a value behind it. Help: %%gradgraph?"),
    ("%gradgraph y --wrt x, w", UsageError, "'x,'", "put a space between names, no comma: x"),
    ("%gradgraph y,z", UsageError, "'y,z'", "put a space between names, no comma: y z"),
    ("%gradgraph 1+1", UsageError, "'1+1'", "is not a name. Bind it in the cell (a = …), then"),
    ("%gradgraph x y --grad-ys 1", UsageError, "--grad-ys", "has length 1 and there are 2 ys (x y): one weight"),
    ("%gradgraph y --grad-ys [1,2", UsageError, "--grad-ys", "'[1,2' is not a Python expression. Put one that"),
    ('%gradgraph y --grad-ys "[1,2,3]"', UsageError, "Dimensions must be equal, but are 3 and 2"),
    ('%gradgraph y --grad-ys "nobody"', UsageError, "--grad-ys", "'nobody' cannot be evaluated: NameError: name"),
    ("%gradgraph y --grad-ys \"'a'\"", UsageError, "Gradient type string generated for real or integer-valued"),
    ("%gradgraph y --grad-ys 1/0", UsageError, "--grad-ys", "'1/0' cannot be evaluated: ZeroDivisionError:"),
    ('%gradgraph y --grad-ys "[1,', UsageError, "", "A quotation mark is not closed in: y --grad-ys"),
    ("%gradgraph y --stop nobody", UsageError, "", "'nobody' cannot be read: name 'nobody' is not"),
    ("%gradgraph y --stop n", UsageError, "'n'", "is of type int; a tensor or a variable is needed."),
    ("%gradgraph y --unconnected maybe", UsageError, "--unconnected", "'maybe' is not among its values. Allowed:"),
    ("%gradgraph fed --wrt p --feed p", UsageError, "--feed", "'p' is not name=value. Write it as: --feed"),
    ('%gradgraph fed --wrt p --feed "p=[1.,2.,3.]"', UsageError, "Cannot feed value of shape (3,) for Tensor"),
    ('%gradgraph fed --wrt p --feed "nobody=1"', UsageError, "", "'nobody' cannot be read: name 'nobody' is not"),
    ('%gradgraph fed --wrt p --feed "p=nobody"', UsageError, "--feed", "'nobody' cannot be evaluated: NameError: name"),
    ('%gradgraph fed --wrt p --feed "p="', UsageError, "--feed", "'' is not a Python expression. Put one that has"),
    ('%gradgraph fed --wrt p --feed "=5"', UsageError, "--feed", "'=5' is not name=value. Write it as: --feed"),
    ('%gradgraph fed --wrt p --feed "n=5"', UsageError, "'n'", "is of type int; a tensor or a variable is needed."),
    ("%gradgraph y --view picture", UsageError, "--view", "'picture' is not among its values. Allowed:"),
    ("%gradgraph y --view", UsageError, "--view", "needs a value behind it. Help: %%gradgraph?"),
    ("%gradgraph y --layout diagonal", UsageError, "--layout", "'diagonal' is not among its values. Allowed: LR,"),
    ("%gradgraph y --precision 0", UsageError, "--precision", "'0' is not allowed. It is a whole number from 1"),
    ("%gradgraph y --precision many", UsageError, "--precision", "'many' is not allowed. It is a whole number from"),
    ("%gradgraph y --precision 2.5", UsageError, "--precision", "'2.5' is not allowed. It is a whole number from 1"),
    ("%gradgraph y --seed many", UsageError, "--seed", "'many' is not a whole number."),
    ("%gradgraph y --seed -1", UsageError, "seed", "-1 is not allowed. It is a whole number, 0 or"),
    ("%gradgraph y --lang fr", UsageError, "--lang", "'fr' is not among its values. Allowed: en, zh."),
    ("%gradgraph y --theme pink", UsageError, "--theme", "'pink' is not among its values. Allowed: auto,"),
    ("%gradgraph y --against torch", UsageError, "--against", "'torch' is not among its values. Allowed:"),
    ("%gradgraph y --hide nobody", UsageError, "hide", "there is no gradient of 'nobody' here. Nearest:"),
    ("%gradgraph y --hide", UsageError, "--hide", "needs a value behind it. Help: %%gradgraph?"),
    ("%gradgraph y --save picture", UsageError, "--save", "the ending of 'picture' does not name a format."),
    ("%gradgraph y --save picture.gif", UsageError, "--save", "the ending of 'picture.gif' does not name a"),
    ("%gradgraph y --save nowhere/picture.svg", UsageError, "", "nowhere/picture.svg cannot be written: there is"),
    ("%gradgraph y --save folder.svg", UsageError, "folder.svg", "is a folder; give the name of a file."),
    ("%gradgraph y --save", UsageError, "--save", "needs a value behind it. Help: %%gradgraph?"),
    ("%gradgraph y -o 1x", UsageError, "-o", "'1x' is not a name that Python can bind."),
    ("%gradgraph y -o for", UsageError, "-o", "'for' is not a name that Python can bind."),
    ("%gradgraph y -o a.b", UsageError, "-o", "'a.b' is not a name that Python can bind."),
    ("%gradgraph y --keep-graph --new-graph", UsageError, "--keep-graph", "and --new-graph contradict each other:"),
    ("%gradgraph y --nothing", UsageError, "", "Unknown option --nothing. Options: --against"),
    ("%gradgraph y --vew graph", UsageError, "", "Unknown option --vew. Did you mean --view? Help:"),
    ("%gradgraph y --tensorflow=5", UsageError, "--tensorflow", "takes no value."),
    ("%gradgraph --wrt x", UsageError, "--wrt", "describes a call of your own, so name its ys"),
    ("%gradgraph --grad-ys 1", UsageError, "--grad-ys", "describes a call of your own, so name its ys"),
    ('%gradgraph y --preset "a"', UsageError, "--preset", "'a' is not name=value. Write it as: --range"),
    ('%gradgraph y --preset "a=5"', UsageError, "", "The preset 'a' is of type int. Write the values"),
    ("%gradgraph y --preset \"a={'nobody': 1}\"", UsageError, "", "A preset sets 'nobody', which is nothing that can"),
    ('%gradgraph y --preset "a=nobody"', UsageError, "--preset", "'nobody' cannot be evaluated: NameError: name"),
    ('%gradgraph y --range "x"', UsageError, "--range", "'x' is not name=value. Write it as: --range"),
    ('%gradgraph y --range "x=5"', UsageError, "", "The range of x is 5. Write (lowest, highest) or"),
    ('%gradgraph y --range "x=(1, 0)"', UsageError, "", "The range of x is (1, 0). Write (lowest, highest)"),
    ('%gradgraph y --range "nobody=(0, 1)"', UsageError, "", "A range is given for 'nobody', which has no"),
    ("%gradgraph ws[9]", UsageError, "", "'ws[9]' cannot be read: list index out of range."),
    ("%gradgraph x[0]", UsageError, "'x[0]'", "is not a name. Bind it in the cell (a = …), then"),
    ('%gradgraph y "', UsageError, "", 'A quotation mark is not closed in: y "'),
    ("%gradgraph y.nothing", UsageError, "", "'y.nothing' cannot be read: 'Tensor' object has"),
    ("%gradgraph for", UsageError, "'for'", "is not a name. Bind it in the cell (a = …), then"),
    ("%gradgraph y() ", UsageError, "'y()'", "is not a name. Bind it in the cell (a = …), then"),
    ("%gradgraph __import__('os').getcwd()", UsageError, "'__import__(os).getcwd()'", "is not a name. Bind it in the"),
    ("%gradgraph y --wrt x --wrt", UsageError, "--wrt", "needs a value behind it. Help: %%gradgraph?"),
    ("%gradgraph y -x", UsageError, "", "Unknown option -x. Options: --against --check"),
    ("%gradgraph 梯度", UsageError, "", "'梯度' cannot be read: name '梯度' is not defined."),
    ("%%gradgraph\ntf.gradients(y)", TypeError, "gradients() missing 1 required positional argument: 'xs'"),
    ("%%gradgraph\n1 / 0", ZeroDivisionError, "division by zero"),
    ("%%gradgraph\nraise KeyError('mine')", KeyError, "'mine'"),
    ("%%gradgraph\nnobody", NameError, "name 'nobody' is not defined"),
    ("%%gradgraph\n", UsageError, "%%gradgraph is a cell magic, but the cell body is empty. Did you mean the line"),
    ("%%gradgraph --wrt x\ny = x * x", UsageError, "--wrt", "describes a call of your own, so name its ys"),
]

#: A default, a value that it can't have, and words of the refusal.
DEFAULTS: list[tuple[str, Any, str]] = [
    ("precision", 0, "should not be less than 1"),
    ("precision", 18, "should not be greater than 17"),
    ("precision", "many", "expected an int"),
    ("lang", "fr", "['en', 'zh'] or None"),
    ("layout", "diagonal", "any of ['LR', 'TB']"),
    ("theme", "pink", "['auto', 'light', 'dark']"),
    ("view", ["picture"], "any of ['graph', 'table'"),
    ("view", [], "length"),
    ("view", 5, "expected a list"),
    ("feed", ["p"], "--feed: 'p' is not name=value"),
    ("feed", 5, "expected a list"),
    ("save", "picture.gif", "the ending of 'picture.gif'"),
    ("output", "1x", "'1x' is not a name"),
    ("seed", "many", "expected an int"),
    ("unconnected", "maybe", "['none', 'zero']"),
    ("against", "torch", "'tensorflow'"),
    ("keep_graph", "perhaps", "expected a boolean"),
    ("check", "no", "expected a boolean"),
]


def own_names(notebook: Notebook) -> dict[str, int]:
    return {
        name: id(value)
        for name, value in notebook.names.items()
        if not name.startswith("_") and name not in {"In", "Out"}
    }


def state(notebook: Notebook) -> dict[str, Any]:
    graph = notebook.names["y"].graph
    return {
        "names": own_names(notebook),
        "default graph": get_default_graph() is graph,
        "operations": [operation.name for operation in graph.get_operations()],
        "names in use": graph.names_snapshot(),
        "collections": {key: graph.get_collection(key) for key in graph.get_all_collection_keys()},
        "files": sorted(map(str, Path().rglob("*"))),
        "widgets": sorted(open_widgets),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_wrong_cell_is_refused_and_leaves_the_notebook(
    notebook: Notebook, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.svg").mkdir()
    notebook.ok(PROGRAM)
    tf.set_language(language)
    before = state(notebook)
    wrong: list[object] = []
    for cell, kind, says, *help in CELLS:
        shown = notebook.run(cell)
        text = str(shown.error)
        as_expected = type(shown.error) is kind and says in text
        if help:
            as_expected &= (help[0] in text) is (language == "en") and (language == "en" or bool(CHINESE.search(text)))
        if kind is UsageError:  # one line, no traceback
            as_expected &= "Traceback" not in shown.stdout + shown.stderr
        if not as_expected or state(notebook) != before:
            wrong.append((cell, shown.error))
            notebook.ok("tf.reset_default_graph()" + PROGRAM)
            before = state(notebook)
    assert not wrong


@pytest.mark.parametrize(("name", "value", "says"), DEFAULTS)
def test_a_wrong_default_is_refused_and_the_old_one_stays(
    notebook: Notebook, name: str, value: object, says: str
) -> None:
    defaults = next(kept for kept in notebook.shell.configurables if isinstance(kept, GradGraph))
    before = getattr(defaults, name)
    with pytest.raises(TraitError, match=re.escape(says)):
        setattr(defaults, name, value)
    notebook.run(f"%config GradGraph.{name} = {value!r}")
    assert getattr(defaults, name) == before
