"""gradnb: TensorFlow 1's gradients on NumPy, drawn and explained.

``import gradnb as tf`` runs graph programs of TensorFlow 1; ``%load_ext gradnb`` brings the cell magic ``%%gradgraph``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gradnb import errors
from gradnb.api import initializers, layers, linalg, logging, losses, math, nn, random, raw_ops, test, train
from gradnb.engine import dtypes as _dtypes
from gradnb.engine import behavior as _behavior
from gradnb.engine import collections as _collections
from gradnb.engine import custom as _custom
from gradnb.engine import gradients as _gradients
from gradnb.engine import initializers as _initializers
from gradnb.engine import second_order as _second_order
from gradnb.engine import session as _session
from gradnb.engine import variables as _variables
from gradnb.engine.attempts import guard as _guard
from gradnb.engine.behavior import *
from gradnb.engine.collections import *
from gradnb.engine.custom import *
from gradnb.engine.dtypes import *
from gradnb.engine.dtypes import bool_ as bool
from gradnb.engine.gradients import *
from gradnb.engine.build import convert_to_tensor
from gradnb.engine.defaults import get_default_session
from gradnb.engine.graph import (
    Graph,
    GraphKeys,
    control_dependencies,
    get_default_graph,
    name_scope,
    reset_default_graph,
)
from gradnb.engine.slices import IndexedSlices, IndexedSlicesValue
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.static import constant_value as get_static_value
from gradnb.engine.initializers import *
from gradnb.engine.ops import arrays as _arrays
from gradnb.engine.ops import broadcast as _broadcast
from gradnb.engine.ops import choice as _choice
from gradnb.engine.ops import functions as _functions
from gradnb.engine.ops import host as _host
from gradnb.engine.ops import linalg as _linalg
from gradnb.engine.ops import math as _math
from gradnb.engine.ops import random as _random
from gradnb.engine.ops import reductions as _reductions
from gradnb.engine.ops import state as _state
from gradnb.engine.ops.arrays import *
from gradnb.engine.ops.arrays import range_ as range
from gradnb.engine.ops.arrays import slice_ as slice
from gradnb.engine.ops.broadcast import *
from gradnb.engine.ops.choice import *
from gradnb.engine.ops.functions import *
from gradnb.engine.ops.host import *
from gradnb.engine.ops.linalg import *
from gradnb.engine.ops.math import *
from gradnb.engine.ops.random import *
from gradnb.engine.ops.reductions import *
from gradnb.engine.ops.state import *
from gradnb.engine.ops.state import tuple_ as tuple
from gradnb.engine.second_order import *
from gradnb.engine.session import *
from gradnb.engine.shapes import Dimension, TensorShape
from gradnb.engine.variables import *
from gradnb.messages import set_language
from gradnb.missing import absent as _absent

if TYPE_CHECKING:
    from gradnb import compat
    from gradnb.explanation import Explanation, explain, show
    from gradnb.training import TrainView, compare_optimizers, train_view

__all__ = [
    "Dimension",
    "Explanation",
    "Graph",
    "GraphKeys",
    "IndexedSlices",
    "IndexedSlicesValue",
    "Operation",
    "Tensor",
    "TensorShape",
    "TrainView",
    "bool",
    "compare_optimizers",
    "compat",
    "control_dependencies",
    "convert_to_tensor",
    "errors",
    "explain",
    "get_default_graph",
    "get_default_session",
    "get_static_value",
    "initializers",
    "layers",
    "linalg",
    "load_ipython_extension",
    "logging",
    "losses",
    "math",
    "name_scope",
    "newaxis",
    "nn",
    "random",
    "range",
    "raw_ops",
    "reset_default_graph",
    "set_language",
    "show",
    "slice",
    "test",
    "train",
    "train_view",
    "tuple",
    "unload_ipython_extension",
]
for _module in (
    _arrays,
    _behavior,
    _broadcast,
    _choice,
    _collections,
    _custom,
    _dtypes,
    _functions,
    _gradients,
    _host,
    _initializers,
    _linalg,
    _math,
    _random,
    _reductions,
    _second_order,
    _session,
    _state,
    _variables,
):
    __all__ += _module.__all__
for _module in (initializers, layers, linalg, losses, math, nn, random, raw_ops, test, train):
    _guard(vars(_module))
_guard(globals())

__version__ = "0.1.0"

#: In an index, a new axis of size 1.
newaxis = None

#: Loaded when they are first used, since they bring Graphviz, matplotlib and the renderers along.
_LAZY = {
    **dict.fromkeys(("Explanation", "explain", "show"), "gradnb.explanation"),
    **dict.fromkeys(("TrainView", "compare_optimizers", "train_view"), "gradnb.training"),
}


_no_such_name = _absent("", __all__)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name == "compat":
        return import_module("gradnb.compat")
    return _no_such_name(name)


def load_ipython_extension(shell: Any) -> None:
    """Register ``%gradgraph`` and ``%%gradgraph``: what ``%load_ext gradnb`` calls.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The shell that gets them.

    Examples
    --------
    >>> import gradnb
    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> gradnb.load_ipython_extension(shell)
    >>> shell.find_cell_magic("gradgraph") is None
    False
    """
    from gradnb.jupyter import extension

    extension.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Remove what `load_ipython_extension` added: what ``%unload_ext gradnb`` calls.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The shell that had them.

    Examples
    --------
    >>> import gradnb
    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> gradnb.load_ipython_extension(shell)
    >>> gradnb.unload_ipython_extension(shell)
    >>> shell.find_cell_magic("gradgraph") is None
    True
    """
    from gradnb.jupyter import extension

    extension.unload(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
