"""gradnb: TensorFlow 1's gradients on NumPy, drawn and explained.

``import gradnb as tf`` runs graph programs of TensorFlow 1; ``%load_ext gradnb`` brings the cell magic ``%%gradgraph``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gradnb import errors, linalg, math, nn
from gradnb.engine import dtypes as _dtypes
from gradnb.engine import gradients as _gradients
from gradnb.engine import initializers as _initializers
from gradnb.engine import session as _session
from gradnb.engine import variables as _variables
from gradnb.engine.dtypes import *
from gradnb.engine.dtypes import bool_ as bool
from gradnb.engine.gradients import *
from gradnb.engine.graph import (
    Graph,
    GraphKeys,
    IndexedSlices,
    IndexedSlicesValue,
    Operation,
    Tensor,
    control_dependencies,
    convert_to_tensor,
    get_default_graph,
    get_default_session,
    name_scope,
    reset_default_graph,
)
from gradnb.engine.graph import constant_value as get_static_value
from gradnb.engine.initializers import *
from gradnb.engine.ops import arrays as _arrays
from gradnb.engine.ops import broadcast as _broadcast
from gradnb.engine.ops import choice as _choice
from gradnb.engine.ops import functions as _functions
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
from gradnb.engine.ops.linalg import *
from gradnb.engine.ops.math import *
from gradnb.engine.ops.random import *
from gradnb.engine.ops.reductions import *
from gradnb.engine.ops.state import *
from gradnb.engine.ops.state import tuple_ as tuple
from gradnb.engine.session import *
from gradnb.engine.shapes import Dimension, TensorShape
from gradnb.engine.variables import *
from gradnb.messages import set_language

if TYPE_CHECKING:
    from gradnb.explanation import Explanation, explain, show

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
    "bool",
    "control_dependencies",
    "convert_to_tensor",
    "errors",
    "explain",
    "get_default_graph",
    "get_default_session",
    "get_static_value",
    "linalg",
    "load_ipython_extension",
    "math",
    "name_scope",
    "newaxis",
    "nn",
    "range",
    "reset_default_graph",
    "set_language",
    "show",
    "slice",
    "tuple",
    "unload_ipython_extension",
]
for _module in (
    _dtypes,
    _gradients,
    _initializers,
    _arrays,
    _broadcast,
    _choice,
    _functions,
    _linalg,
    _math,
    _random,
    _reductions,
    _state,
    _session,
    _variables,
):
    __all__ += _module.__all__

__version__ = "0.1.0"

#: In an index, a new axis of size 1.
newaxis = None

#: Loaded when they are first used, since they bring Graphviz and the renderers along.
_LAZY = {"Explanation": "gradnb.explanation", "explain": "gradnb.explanation", "show": "gradnb.explanation"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'gradnb' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Register ``%gradgraph`` and ``%%gradgraph``: what ``%load_ext gradnb`` calls."""
    from gradnb.jupyter import extension

    extension.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Remove what `load_ipython_extension` added: what ``%unload_ext gradnb`` calls."""
    from gradnb.jupyter import extension

    extension.unload(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
