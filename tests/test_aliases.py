"""`tensorflow` means gradnb inside a block, and what it meant before after it."""

from __future__ import annotations

import importlib
import sys
import types

import pytest

import gradnb
from gradnb.aliases import tensorflow_means_gradnb


@pytest.mark.parametrize(
    "line",
    [
        "import tensorflow as tf",
        "import tensorflow.compat.v1 as tf",
        "from tensorflow.compat import v1 as tf",
        "from tensorflow import compat; tf = compat.v1",
        "import gradnb as tf",
        "import gradnb.compat.v1 as tf",
    ],
)
def test_every_way_to_import_it_gives_gradnb(line: str) -> None:
    namespace: dict[str, object] = {}
    with tensorflow_means_gradnb():
        exec(line, namespace)
    assert namespace["tf"].gradients is gradnb.gradients


def test_a_single_function_can_be_imported() -> None:
    with tensorflow_means_gradnb():
        from tensorflow.compat.v1 import gradients
    assert gradients is gradnb.gradients


@pytest.mark.parametrize("ending", ["quietly", "with an error"])
def test_a_real_tensorflow_stands_in_its_place_again(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = {name: types.ModuleType(name) for name in ("tensorflow", "tensorflow.python", "tensorflow.compat")}
    for name, module in real.items():
        monkeypatch.setitem(sys.modules, name, module)
    try:
        with tensorflow_means_gradnb():
            assert importlib.import_module("tensorflow") is not real["tensorflow"]
            assert "tensorflow.python" not in sys.modules
            if ending == "with an error":
                raise KeyError
    except KeyError:
        pass
    assert {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "tensorflow"} == real


def test_nothing_is_left_where_there_was_none() -> None:
    before = set(sys.modules)
    with tensorflow_means_gradnb():
        pass
    assert not [name for name in set(sys.modules) - before if name.startswith("tensorflow")]


def test_blocks_can_be_nested() -> None:
    with tensorflow_means_gradnb():
        with tensorflow_means_gradnb():
            pass
        assert importlib.import_module("tensorflow").gradients is gradnb.gradients
    assert "tensorflow" not in sys.modules
