"""The magic: three forms, the right graph, the learner's own errors, and what is bound, saved and shown."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from IPython.core.error import UsageError
from shells import Notebook

from gradnb import get_default_graph, get_variable
from gradnb.against import answer, process
from gradnb.explanation import Explanation, explain
from gradnb.jupyter import display
from gradnb.jupyter.display import LivePanel

CALL = """%%gradgraph
w1 = tf.Variable([[1., 2.]])
y = tf.matmul(w1, tf.constant([[9.], [10.]]))
grads = tf.gradients(y, [w1])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("gradient:", sess.run(grads))
"""

TWO_YS = """
w1 = tf.get_variable("w1", initializer=tf.constant([1., 1.]))
w2 = tf.get_variable("w2", initializer=tf.constant([2., 2.]))
w3 = tf.get_variable("w3", initializer=tf.constant([3., 3.]))
w4 = tf.get_variable("w4", initializer=tf.constant([4., 4.]))
a = w1 + w2
y1 = a + w3
y2 = w3 + w4
"""


def explanation(notebook: Notebook, name: str = "e") -> Explanation:
    found = notebook.names[name]
    assert isinstance(found, Explanation)
    return found


def numbers(found: Explanation) -> list[object]:
    return [None if gradient is None else np.asarray(gradient).tolist() for gradient in found.gradients or ()]


# The three forms


def test_a_textbook_cell_works_as_it_is(notebook: Notebook) -> None:
    shown = notebook.ok(CALL)
    assert "gradient: [array([[ 9., 10.]], dtype=float32)]" in shown.stdout
    assert len(shown.displayed) == 1
    assert set(shown.displayed[0]) <= {"text/plain", "text/html", "image/png"}
    assert "[[9. 10.]]" in shown.texts[0].replace("  ", " ").replace("[ 9", "[9")


def test_a_call_is_made_after_the_cell_has_run(notebook: Notebook) -> None:
    notebook.ok('%%gradgraph y1 y2 --wrt w1 w2 w3 w4 --grad-ys "[1,2]" "[3,4]" --stop a -o e' + TWO_YS)
    assert numbers(explanation(notebook)) == [None, None, [4, 6], [3, 4]]


def test_the_line_form_takes_what_the_notebook_holds(notebook: Notebook) -> None:
    notebook.ok(TWO_YS)
    notebook.ok('%gradgraph y1 y2 --wrt w3 --grad-ys "[-1,-2]" "[3,4]" -o e')
    assert numbers(explanation(notebook)) == [[2, 2]]


def test_a_cell_that_ends_in_a_tensor_is_explained_with_respect_to_its_variables(notebook: Notebook) -> None:
    shown = notebook.ok("%%gradgraph -o e" + TWO_YS + "unused = tf.Variable(1.)\ny2")
    assert {row.name for row in explanation(notebook).view.rows} == {"w3", "w4"}
    assert shown.result.result is None, "the drawing stands for the tensor"


def test_neither_a_call_nor_a_tensor_is_a_usage_error_that_shows_both_forms(notebook: Notebook) -> None:
    for cell in ("%%gradgraph\nx = 1", "%%gradgraph\n3", "%gradgraph"):
        shown = notebook.run(cell)
        assert isinstance(shown.error, UsageError)
        assert "tf.gradients" in str(shown.error)
        assert "%%gradgraph y --wrt x" in str(shown.error)


def test_every_outermost_call_is_drawn_in_order(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph -o es" + TWO_YS + "g1 = tf.gradients(y1, w1)\ng2 = tf.gradients(y2, [w3, w4])")
    found = notebook.names["es"]
    assert [explained.view.y_names for explained in found] == [("y1",), ("y2",)]


def test_at_most_eight_calls_are_drawn_and_the_others_counted(notebook: Notebook) -> None:
    shown = notebook.ok("%%gradgraph" + TWO_YS + "for i in range(10): tf.gradients(y1, w1)")
    assert len(shown.displayed) == 8
    assert "8" in shown.stdout
    assert "2 more" in shown.stdout


def test_the_function_gives_what_the_magic_gives(notebook: Notebook) -> None:
    notebook.ok(TWO_YS)
    notebook.ok('%gradgraph y1 y2 --wrt w1 w3 --grad-ys "[1., 2.]" "[3., 4.]" --stop a -o e')
    names = {name: notebook.names[name] for name in ("w1", "w2", "w3", "w4", "a", "y1", "y2")}
    direct = explain(
        [names["y1"], names["y2"]],
        [names["w1"], names["w3"]],
        [np.array([1, 2], np.float32), np.array([3, 4], np.float32)],
        [names["a"]],
        names=names,
    )
    assert direct.text() == explanation(notebook).text()


# Predicting first

SEEDED = '%%gradgraph y1 y2 --wrt w1 w2 w3 w4 --grad-ys "[1,2]" "[3,4]" '


def test_a_hidden_gradient_is_shown_nowhere(notebook: Notebook) -> None:
    shown = notebook.ok(SEEDED + "--hide w3 -o e" + TWO_YS)
    assert explanation(notebook).hidden == ("w3",)
    assert numbers(explanation(notebook))[2] == [4, 6]
    assert "your turn" in shown.texts[0]
    assert not [data for data in shown.displayed[0].values() if "[4. 6.]" in str(data)]


def test_names_are_hidden_in_every_call_in_which_they_occur(notebook: Notebook) -> None:
    calls = "g1 = tf.gradients(y1, [w1, w3])\ng2 = tf.gradients(y2, [w3, w4])"
    notebook.ok("%%gradgraph --hide w3 w1 -o es" + TWO_YS + calls)
    assert [found.hidden for found in notebook.names["es"]] == [("w3", "w1"), ("w3",)]


def test_a_python_name_hides_what_is_shown_under_another(notebook: Notebook) -> None:
    notebook.ok(SEEDED + "--hide weights[0] a -o e" + TWO_YS + "weights = [w3]")
    assert explanation(notebook).hidden == ("w3", "a")


def test_what_has_no_name_of_its_own_is_hidden_as_it_is_shown(notebook: Notebook) -> None:
    notebook.ok('%%gradgraph y --wrt w --hide "w + w" -o e\nw = tf.Variable(2.)\ny = tf.square(w + w)')
    assert explanation(notebook).hidden == ("w + w",)


@pytest.mark.parametrize("line", ["%%gradgraph --hide w33", SEEDED + "--hide w33"])
def test_a_name_that_occurs_nowhere_is_a_usage_error_with_the_nearest(notebook: Notebook, line: str) -> None:
    shown = notebook.run(line + TWO_YS + "g1 = tf.gradients(y1, w1)\ng2 = tf.gradients(y2, w3)")
    assert isinstance(shown.error, UsageError)
    assert "'w33'" in str(shown.error)
    assert "w3" in str(shown.error).partition("Nearest")[2]
    assert not shown.displayed


# What the cell shows besides


def test_the_last_expression_is_shown_as_ipython_would(notebook: Notebook) -> None:
    shown = notebook.ok(CALL + "3 + 4")
    assert shown.result.result == 7
    assert "Out[" in shown.stdout
    assert notebook.ok(CALL + "3 + 4;").result.result is None


def test_other_magics_work_inside_the_cell(notebook: Notebook) -> None:
    notebook.ok(CALL + "%precision 3\nfiles = !echo one two")
    assert list(notebook.names["files"]) == ["one two"]


def test_python_names_are_in_the_explanation(notebook: Notebook) -> None:
    notebook.ok(
        "%%gradgraph -o e\nws = [tf.Variable([float(i)]) for i in range(2)]\nh = ws[0] * ws[1]\n_hidden = h\n"
        "z = h\nw = tf.gradients(z, ws)"
    )
    assert explanation(notebook).view.y_names == ("h",)
    assert [row.name for row in explanation(notebook).view.rows] == ["ws[0]", "ws[1]"]


# Which graph


def test_running_a_cell_twice_never_says_that_a_variable_exists(notebook: Notebook) -> None:
    for _ in range(3):
        notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    names = [operation.name for operation in get_default_graph().get_operations()]
    assert "w1" in names
    assert "w1_1" not in names


def test_a_cell_that_goes_on_with_a_graph_can_be_run_again_too(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    for _ in range(2):
        notebook.ok(
            "%%gradgraph -o e\nwith tf.variable_scope('net'):\n    v = tf.get_variable('v', initializer=[5., 5.])\n"
            "with tf.variable_scope('net', reuse=True):\n    same = tf.get_variable('v')\nz = y1 * v\nz"
        )
        assert notebook.names["same"] is notebook.names["v"]
        assert [row.name for row in explanation(notebook).view.rows] == ["w1", "w2", "w3", "v"]
        assert numbers(explanation(notebook))[3] == [6, 6]


def test_a_cell_in_a_graph_of_its_own_can_be_run_again(notebook: Notebook) -> None:
    notebook.ok("own = tf.Graph()")
    for _ in range(2):
        notebook.ok("%%gradgraph\nwith own.as_default():\n    v = tf.get_variable('v', [2])\n    tf.gradients(v, v);")


def test_within_one_cell_a_variable_is_still_made_only_once(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    shown = notebook.run("%%gradgraph\nprint(y1)\ntf.get_variable('v', [2])\ntf.get_variable('v', [2])")
    assert "Variable v already exists" in str(shown.error)
    assert "Variable w1 already exists" in str(notebook.run("tf.get_variable('w1', [2])").error)


def test_a_program_may_be_spread_over_several_cells(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph a --wrt w1" + TWO_YS)
    notebook.ok("%%gradgraph -o e\ny = a * w3\ny")
    notebook.ok("%%gradgraph -o again\nz = y * 2.\ng = tf.gradients(z, w3)")
    assert notebook.names["a"].graph is notebook.names["z"].graph is get_default_graph()
    assert numbers(explanation(notebook, "again")) == [[6, 6]]


@pytest.mark.parametrize(
    "cell",
    [
        "init = sess.graph",
        "ops = [layer for layer in model['layers']]",
        "print(net())",
        "v = holder.w",
        "op = train",
        "y1 += 1.",
    ],
)
def test_reading_something_of_the_graph_goes_on_with_it(notebook: Notebook, cell: str) -> None:
    notebook.ok(
        "%%gradgraph y1 --wrt w1"
        + TWO_YS
        + "sess = tf.Session()\nmodel = {'layers': [w1]}\ndef net(): return w2\nclass Holder: pass\n"
        "holder = Holder(); holder.w = w1\ntrain = w1.op"
    )
    before = get_default_graph()
    notebook.run(f"%%gradgraph\n{cell}")
    assert get_default_graph() is before


@pytest.mark.parametrize(
    "cell",
    [
        "k = tf.Variable(1.)",
        "y1 = tf.Variable(1.)",
        "rate = settings['rate']",
        "def later(): return w1",
        "print(other)",
        "print([w1 for w1 in range(3)])",
    ],
)
def test_any_other_cell_starts_from_a_new_graph(notebook: Notebook, cell: str) -> None:
    notebook.ok("other = tf.constant(1.)")
    notebook.ok("%%gradgraph --new-graph y1 --wrt w1" + TWO_YS + "settings = {'rate': 0.1}")
    before = get_default_graph()
    notebook.run(f"%%gradgraph\n{cell}")
    assert get_default_graph() is not before


def test_a_cell_that_fails_before_it_builds_anything_leaves_the_graph(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    before = get_default_graph()
    assert isinstance(notebook.run("%%gradgraph\nk = tf.Varable(1.)\ntf.gradients(y1 * k, k)").error, AttributeError)
    assert get_default_graph() is before
    notebook.ok("%%gradgraph\nk = tf.Variable(1.)\ntf.gradients(y1 * k, k)")
    assert get_default_graph() is before


def test_the_line_itself_reads_too(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    before = get_default_graph()
    notebook.ok("%%gradgraph y1 --wrt w1\nprint('the same graph')")
    assert get_default_graph() is before


def test_the_options_decide_otherwise(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    before = get_default_graph()
    notebook.run("%%gradgraph --keep-graph\nk = tf.Variable(1.)\nk")
    assert get_default_graph() is before
    notebook.run("%%gradgraph --new-graph\nprint(w1)")
    assert get_default_graph() is not before


def test_the_graph_may_be_reset_inside_the_cell(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1\ntf.reset_default_graph()" + TWO_YS)


def test_an_error_about_mixed_graphs_names_the_older_tensor_and_the_option(notebook: Notebook) -> None:
    notebook.ok("old = tf.constant([1.], name='old')")
    shown = notebook.run("%%gradgraph --new-graph\nnew = tf.Variable([1.], name='new')\nnew * old")
    assert isinstance(shown.error, ValueError)
    assert "old" in str(shown.error)
    assert "--keep-graph" in str(shown.error)


def test_the_recorded_list_is_what_tf_gradients_returned(notebook: Notebook) -> None:
    notebook.ok(CALL)
    assert repr(notebook.names["grads"]) == (
        "[<tf.Tensor 'gradients/MatMul_grad/MatMul:0' shape=(1, 2) dtype=float32>]"
    )


@pytest.mark.parametrize("line", ["%gradgraph y1 --wrt w1 --grad-ys tf.ones([2])", "%gradgraph y1 y2"])
def test_explaining_leaves_no_trace(notebook: Notebook, line: str) -> None:
    notebook.ok(TWO_YS)
    graph = get_default_graph()
    before = [operation.name for operation in graph.get_operations()], graph.unique_name("add", mark_as_used=False)
    notebook.ok(line)
    after = [operation.name for operation in graph.get_operations()], graph.unique_name("add", mark_as_used=False)
    assert after == before


# The learner's own errors


def traceback_of(notebook: Notebook, cell: str) -> str:
    shown = notebook.run(cell)
    assert shown.error is not None
    assert not shown.displayed
    return shown.stdout


def test_an_error_is_the_ordinary_traceback_with_the_learners_line(notebook: Notebook) -> None:
    printed = traceback_of(notebook, "%%gradgraph\nx = 1\ndef f():\n    return 1 / 0\nf()")
    assert "----> 4     return 1 / 0" in printed
    assert "----> 5 f()" in printed
    assert "ZeroDivisionError: division by zero" in printed
    assert printed.count("Traceback") == 1
    for hidden in ("magic.py", "run_cell_magic", "interactiveshell", "exec("):
        assert hidden not in printed


def test_it_looks_as_it_does_without_the_magic(notebook: Notebook) -> None:
    cell = "x = 1\ndef f():\n    return 1 / 0\nf()"
    plain = traceback_of(notebook, f"# a comment in the magic's place\n{cell}")
    with_magic = traceback_of(notebook, f"%%gradgraph\n{cell}")

    def lines(printed: str) -> list[str]:
        return [line for line in printed.splitlines() if "->" in line or "Error" in line]

    assert lines(with_magic) == lines(plain)


def test_an_engines_error_ends_at_the_learners_line(notebook: Notebook) -> None:
    printed = traceback_of(notebook, "%%gradgraph\na = tf.ones([2, 3])\nb = tf.matmul(a, a)")
    assert "----> 3 b = tf.matmul(a, a)" in printed
    assert "linalg.py" not in printed


def test_a_learners_error_is_itself(notebook: Notebook) -> None:
    error = notebook.run("%%gradgraph\nraise KeyError('k')").error
    assert type(error) is KeyError
    assert error.args == ("k",)


def test_a_syntax_error_shows_the_learners_line_and_no_stack(notebook: Notebook) -> None:
    printed = traceback_of(notebook, "%%gradgraph\nx = 1\ny = x +* 2")
    assert "line 3" in printed
    assert "y = x +* 2" in printed
    assert "SyntaxError" in printed
    assert "magic.py" not in printed
    assert "interactiveshell" not in printed


@pytest.mark.parametrize("line", ["await x", "return x"])
def test_what_only_a_function_may_do_is_a_syntax_error_before_anything_runs(notebook: Notebook, line: str) -> None:
    before = get_default_graph()
    printed = traceback_of(notebook, f"%%gradgraph\nran = True\n{line}")
    assert "line 3" in printed
    assert "outside function" in printed
    assert "magic.py" not in printed
    assert "ran" not in notebook.names
    assert get_default_graph() is before


def test_an_error_in_a_function_of_an_earlier_cell_shows_its_line(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1\ndef fail():\n    raise OSError('disk')" + TWO_YS)
    printed = traceback_of(notebook, "fail()")
    assert "----> 3     raise OSError('disk')" in printed


def test_nothing_is_bound_or_drawn_after_an_error(notebook: Notebook) -> None:
    notebook.run("%%gradgraph -o e" + TWO_YS + "tf.gradients(y1, w1)\n1 / 0")
    assert "e" not in notebook.names


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%gradgraph y9 --wrt w1", "y9"),
        ("%gradgraph y1 --wrt w9", "w9"),
        ("%gradgraph y1 --wrt np", "module"),
        ("%gradgraph y1[0] --wrt w1", "y1[0]"),
        ("%gradgraph y1 --wrt w1 --grad-ys nothing", "nothing"),
        ("%gradgraph y1 --wrt w1 --feed p=1", "p"),
        ("%gradgraph y1 --wrt w1 --grad-ys '[1., 2., 3.]'", ""),
        ("%gradgraph y1 --viw table", "--view"),
    ],
)
def test_a_wrong_line_is_one_line_without_a_traceback(notebook: Notebook, line: str, says: str) -> None:
    notebook.ok(TWO_YS)
    shown = notebook.run(line)
    assert isinstance(shown.error, UsageError)
    assert says in str(shown.error)
    assert "Traceback" not in shown.stdout + shown.stderr
    assert shown.stderr.startswith("UsageError: ")
    assert not shown.displayed


# Options


def test_tensorflow_means_gradnb_inside_the_cell_alone(notebook: Notebook) -> None:
    notebook.ok(
        "%%gradgraph --tensorflow -o e\nimport tensorflow.compat.v1 as book\nbook.disable_v2_behavior()\n"
        "x = book.Variable(3.)\nbook.gradients(x * x, x)"
    )
    assert numbers(explanation(notebook)) == [6.0]
    assert isinstance(notebook.run("import tensorflow").error, ModuleNotFoundError)


def test_a_placeholder_is_fed(notebook: Notebook) -> None:
    cell = "\nx = tf.placeholder(tf.float32, [2])\ny = x * x"
    notebook.ok("%%gradgraph y --wrt x --feed x=[1.,2.] -o e" + cell)
    assert numbers(explanation(notebook)) == [[2, 4]]
    notebook.ok("%config GradGraph.feed = ['x=[5.,6.]', 'unknown=1']")
    notebook.ok("%%gradgraph y --wrt x -o e" + cell)
    assert numbers(explanation(notebook)) == [[10, 12]]


def test_a_weight_may_be_any_expression_of_the_notebook(notebook: Notebook) -> None:
    notebook.ok(TWO_YS + "k = np.array([5, 6])")
    for weight, expected in {"k": [5, 6], "-k": [-5, -6], "tf.constant([7.,8.])": [7, 8], "None": [1, 1]}.items():
        notebook.ok(f"%gradgraph y1 --wrt w3 --grad-ys {weight} -o e")
        assert numbers(explanation(notebook)) == [expected]


def test_a_list_of_variables_may_stand_for_them(notebook: Notebook) -> None:
    notebook.ok(TWO_YS + "ws = [w3, w4]")
    notebook.ok("%gradgraph y2 --wrt ws w1 --unconnected zero -o e")
    assert numbers(explanation(notebook)) == [[1, 1], [1, 1], [0, 0]]


def test_a_name_may_hold_quotation_marks(notebook: Notebook) -> None:
    notebook.ok("params = {'w': [tf.Variable(3.)]}\ny = params['w'][0] * 2.")
    notebook.ok("%gradgraph y --wrt params['w'][0] -o e")
    assert [row.name for row in explanation(notebook).view.rows] == ["params['w'][0]"]


def test_seed_makes_initial_values_repeatable(notebook: Notebook) -> None:
    values = []
    for seed in (1, 1, 2):
        notebook.ok(f"%%gradgraph -o e --seed {seed}\nw = tf.get_variable('w', [2])\ny = w * w\ny")
        values.append(numbers(explanation(notebook)))
    assert values[0] == values[1] != values[2]


def test_the_language_of_the_line(notebook: Notebook) -> None:
    shown = notebook.ok("%%gradgraph y1 --wrt w1 w4 --lang zh --view story" + TWO_YS)
    assert any("一" <= character <= "鿿" for character in shown.texts[0])


def test_several_calls_are_saved_with_numbers(notebook: Notebook, tmp_path: Path) -> None:
    notebook.ok(f"%%gradgraph --save {tmp_path / 'g.dot'}" + TWO_YS + "tf.gradients(y1, w1); tf.gradients(y2, w3)")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["g-1.dot", "g-2.dot"]
    notebook.ok(f"%gradgraph y1 --wrt w1 --save {tmp_path / 'one.html'}")
    assert (tmp_path / "one.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_what_cannot_be_saved_is_shown_all_the_same(notebook: Notebook, tmp_path: Path) -> None:
    shown = notebook.run(f"%%gradgraph y1 --wrt w1 --save {tmp_path / 'missing' / 'g.html'}" + TWO_YS)
    assert isinstance(shown.error, UsageError)
    assert "there is no folder" in str(shown.error)
    assert len(shown.displayed) == 1


def test_an_optimizers_own_call_is_drawn(notebook: Notebook) -> None:
    notebook.ok(
        "%%gradgraph -o e\nw = tf.Variable(3., name='w')\nloss = w * w\n"
        "train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)"
    )
    assert numbers(explanation(notebook)) == [6.0]


def test_get_variable_is_new_in_each_run(notebook: Notebook) -> None:
    notebook.ok("%%gradgraph y1 --wrt w1" + TWO_YS)
    with pytest.raises(ValueError, match="already exists"):
        get_variable("w1", [2])


def test_without_tensorflow_nothing_is_run_against_it(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    shown = notebook.run("%%gradgraph --against tensorflow\nran = True\nx = tf.Variable(1.0)\nx * x")
    assert isinstance(shown.error, UsageError)
    assert "TensorFlow is not installed here." in shown.stderr
    assert "ran" not in notebook.names


def test_check_compares_with_finite_differences(notebook: Notebook) -> None:
    cell = "\nx = tf.Variable(3.0)\ny = tf.stop_gradient(x) * x\ng = tf.gradients(y, [x])"
    shown = notebook.ok("%%gradgraph --check --view table" + cell).displayed[-1]["text/plain"]
    row = next(line for line in shown.splitlines() if line.startswith("x  ()"))
    assert row.split()[2:] == ["3.0", "3.0", "3.0", "<", "1e-6", "6.0", "3.0", "computed"]
    assert "< 1e-6" not in notebook.ok("%%gradgraph --view table" + cell).displayed[-1]["text/plain"]
    notebook.ok("%config GradGraph.check = True")
    assert "< 1e-6" in notebook.ok("%%gradgraph --view table" + cell).displayed[-1]["text/plain"]


def test_each_view_is_shown_in_its_turn(notebook: Notebook) -> None:
    cell = "\nx = tf.Variable(3.0)\ny = x * x\ng = tf.gradients(y, [x])"
    shown = notebook.ok("%%gradgraph --view raw jacobian paths --lang zh" + cell).displayed[-1]
    for words in (shown["text/plain"], shown["text/html"]):
        places = [words.index(part) for part in ("tf.gradients 在计算图中新增的运算", "雅可比矩阵", "路径：")]
        assert places == sorted(places)


def test_tensorflows_answer_stands_in_the_table(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"version": "2", "answers": [{"gradients": [np.float32(6.0)]}]}
    monkeypatch.setattr("gradnb.jupyter.magic.check_installed", lambda: None)
    monkeypatch.setattr(answer, "check_installed", lambda: None)
    monkeypatch.setattr(answer, "ask", lambda job: answers)
    shown = notebook.ok("%%gradgraph --against tensorflow\nx = tf.Variable(3.0)\ng = tf.gradients(x * x, [x])")
    assert "< 1e-6" in shown.displayed[-1]["text/plain"]


def live_panels(monkeypatch: pytest.MonkeyPatch) -> list[LivePanel]:
    """Let the magic believe that a kernel runs, and return the panels that it displays."""
    shown: list[LivePanel] = []
    monkeypatch.setattr(display, "is_live", lambda: True)
    monkeypatch.setattr(display, "display_live", shown.append)
    return shown


def test_presets_and_ranges_of_the_line_reach_the_panel(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    panels = live_panels(monkeypatch)
    notebook.ok("far = 9.")
    notebook.ok(SEEDED + "--range \"w1=(-10, 10)\" --preset \"far off={'w1': far, 'grad_ys': [0., 0.]}\"" + TWO_YS)
    (live,) = panels
    panel = live.children[0]
    panel.choose("far off")
    assert panel.explanation.problem.inputs["w1"].tolist() == [9.0, 9.0]
    assert panel.explanation.problem.weights["y2"].tolist() == [0.0, 0.0]
    live.close_all()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ('--range "w9=(0, 1)"', "'w9', which has no number control here"),
        ("--preset \"p={'w1': 'abc'}\"", "sets w1 to 'abc'"),
        ('--preset "p=undefined"', "--preset: 'undefined' cannot be evaluated: NameError"),
    ],
)
def test_presets_and_ranges_that_do_not_fit_are_usage_errors(
    option: str, said: str, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels = live_panels(monkeypatch)
    shown = notebook.run(SEEDED + option + TWO_YS)
    assert isinstance(shown.error, UsageError)
    assert said in str(shown.error)
    assert panels == []
