"""Names: what a cell reads, what that holds, and what its tensors are called."""

from __future__ import annotations

import ast
import types

import pytest

from gradnb.jupyter.names import Bindings, names_read, values_read


def read(source: str, then: tuple[str, ...] = ()) -> list[str]:
    return [
        reading.name + "".join(f".{key}" if isinstance(key, str) else f"[{key}]" for key in reading.path)
        for reading in names_read(ast.parse(source), then)
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("y = w * x", ["w", "x"]),
        ("w = 3\ny = w", []),
        ("y = w\nw = 3", ["w"]),
        ("y += 1", ["y"]),
        ("ws[0] += k", ["k", "ws[0]"]),
        ("y: int", ["int"]),
        ("y: int = w", ["int", "w"]),
        ("a, (b, *c) = d\na; b; c", ["d"]),
        ("x = y = w\nx; y", ["w"]),
        ("(n := w) + n", ["w"]),
        ("del w\nw", []),
        ("ws[0] = k", ["k", "ws[0]"]),
        ("model.w", ["model.w"]),
        ("model.layers[1].w.op", ["model.layers[1].w.op"]),
        ("params['w']", ["params.w"]),
        ("ws[i].op", ["i", "ws"]),
        ("f(w)[0].op", ["f", "w"]),
        ("f'{w} {v!r:>{width}}'", ["w", "v", "width"]),
        ("for i in ws: z = i * q\nz; i", ["ws", "q"]),
        ("while c: c = w", ["c", "w"]),
        ("if c: w = 1\nw", ["c"]),
        ("with s as t: t.run(y)", ["s", "y"]),
        ("try: a\nexcept E as e: e", ["a", "E"]),
        ("match p:\n  case [a, *b]: a; b\n  case {'k': c, **d}: c; d", ["p"]),
        ("import a.b as c, d.e\nc; d", []),
        ("from m import n as k\nk; n", ["n"]),
        ("[w * k for w in ws if w in h]", ["k", "ws", "h"]),
        ("{a: b for a, b in c for d in b}", ["c"]),
        ("[m := w for _ in r]\nm", ["w", "r"]),
        ("map(lambda t: t * w, ws)", ["map", "w", "ws"]),
    ],
)
def test_what_a_cell_reads(source: str, expected: list[str]) -> None:
    assert read(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a): return a * b", []),
        ("def f(a): return a * b\nf(2)", ["b"]),
        ("def f(a): return a * b\nb = 1\nf(2)", []),
        ("def f(a):\n  c = a\n  return c * b\nf(2)", ["b"]),
        ("def f(a=d): return a\nf()", ["d"]),
        ("f = lambda t: t * late\nlate = 2\nf(1)", []),
        ("f = lambda: g()\ng = lambda: w\nf()", ["w"]),
        ("def f():\n  global y\n  y = w\n  return y\nf()\ny", ["w"]),
        ("def f():\n  return [i * w for i in r]\nf()", ["w", "r"]),
        ("def f(n): return f(n - 1)\nf(3)", []),
        ("@wrap\ndef f(): return w", ["wrap"]),
        ("@wrap\ndef f(): return w\nf()", ["wrap", "w"]),
        ("class A(B):\n  v = w\n  def g(self): return self.x * u\nu = 1\nA().g()", ["B", "w"]),
    ],
)
def test_a_function_reads_where_it_is_used(source: str, expected: list[str]) -> None:
    assert read(source) == expected


def test_the_line_reads_after_the_cell() -> None:
    assert read("y = x", then=("y", "w", " -v")) == ["x", "w", "v"]


def held(source: str, namespace: dict[str, object]) -> list[object]:
    readings = names_read(ast.parse(source))
    return [value for value in values_read(readings, namespace) if isinstance(value, float)]


def in_main(source: str) -> dict[str, object]:
    """Run `source` as a notebook does."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec(source, namespace)
    return namespace


def test_containers_and_objects_are_searched() -> None:
    namespace = in_main(
        "ws = [1.5, {'k': (2.5, {3.5})}]\nclass Model: bias = 4.5\nmodel = Model(); model.w = 5.5; model.me = model"
    )
    assert sorted(held("ws", namespace)) == [1.5, 2.5, 3.5]  # type: ignore[type-var]  # floats, as `held` sees to
    assert sorted(held("model", namespace)) == [4.5, 5.5]  # type: ignore[type-var]  # floats, as `held` sees to


def test_a_path_reads_no_more_than_it_leads_to() -> None:
    namespace = in_main("class Model: pass\nmodel = Model(); model.w = 5.5; model.rate = 'slow'; ws = [1.5, 2.5]")
    assert held("model.w", namespace) == [5.5]
    assert held("model.rate", namespace) == []
    assert held("ws[1]", namespace) == [2.5]
    assert held("ws[-1]", namespace) == [1.5, 2.5]
    assert held("ws[7]", namespace) == [1.5, 2.5]


def test_a_method_reads_its_object() -> None:
    namespace = in_main("class Model:\n  def net(self): return self.w\nmodel = Model(); model.w = 5.5")
    assert held("model.net()", namespace) == [5.5]


def test_an_earlier_function_reads_what_it_uses() -> None:
    namespace = in_main(
        "w = 1.5\nv = 2.5\ndef inner(): return w\ndef net(): return [inner() for _ in 'a']\n"
        "def close(k): return lambda: k\nclosed = close(3.5)\ndef plain(x): v = x; return v"
    )
    assert held("net()", namespace) == [1.5]
    assert held("closed()", namespace) == [3.5]


def test_properties_are_not_called_and_modules_not_searched() -> None:
    namespace = in_main("class Model:\n  @property\n  def w(self): raise RuntimeError\nmodel = Model()")
    module = types.ModuleType("settings")
    module.w = 1.5  # type: ignore[attr-defined]  # a module's attributes are its author's choice
    namespace |= {"settings": module}
    assert held("model.w", namespace) == []
    assert held("settings", namespace) == []
    assert held("settings.w", namespace) == [1.5]


def test_a_long_list_does_not_hold_us_up() -> None:
    assert len(held("data", {"data": [float(number) for number in range(1_000_000)]})) < 3000


def test_ipythons_history_is_read_by_its_entry() -> None:
    namespace: dict[str, object] = {"Out": {3: 1.5}, "_": 2.5}
    assert held("Out", namespace) == []
    assert held("Out[3]", namespace) == [1.5]
    assert held("_", namespace) == [2.5]


def names(*cells: str) -> dict[str, object]:
    namespace: dict[str, object] = {"__name__": "__main__"}
    bindings = Bindings()
    for cell in cells:
        bindings.note(ast.parse(cell))
        exec(cell, namespace)
    return bindings.names(namespace, (float,))


def test_of_two_names_the_first_bound_is_shown() -> None:
    assert names("z = 0", "a = 1.5\nz = a\nb = z") == {"a": 1.5}
    assert names("a = 1.5", "a2 = a", "a = a2") == {"a2": 1.5}


def test_items_are_named_by_their_place() -> None:
    cell = "ws = [1.5, (2.5,)]\nparams = {'w': 3.5, 0: 4.5}\nclass Model: pass\nmodel = Model()\nmodel.w = 5.5"
    assert names(cell) == {"ws[0]": 1.5, "ws[1][0]": 2.5, "params['w']": 3.5, "params[0]": 4.5, "model.w": 5.5}


def test_a_plain_name_comes_before_an_item_and_an_item_before_a_loops_name() -> None:
    assert names("ws = []\nw1 = 1.5\nws.append(w1)\nfor w in [2.5, 3.5]: ws.append(w)") == {
        "w1": 1.5,
        "ws[1]": 2.5,
        "ws[2]": 3.5,
    }
    assert names("h = 1.5\nfor i in range(2): h = h * 2") == {"h": 6.0}


def test_hidden_names_and_ipythons_are_left_out() -> None:
    bindings = Bindings()
    assert bindings.names({"_": 1.5, "_3": 1.5, "In": [1.5], "Out": {3: 1.5}, "y": 2.5}, (float,)) == {"y": 2.5}


def test_a_list_that_holds_itself_is_no_trouble() -> None:
    cell = "ws = [1.5]\nws.append(ws)"
    assert names(cell) == {"ws[0]": 1.5}
