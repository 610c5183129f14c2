"""gradnb: TensorFlow 1's gradients on NumPy, drawn and explained.

``import gradnb as tf`` runs graph programs of TensorFlow 1; ``%load_ext gradnb`` brings the cell magic ``%%gradgraph``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradnb import errors as errors
from gradnb import linalg as linalg
from gradnb import math as math
from gradnb import nn as nn
from gradnb.engine import gradients as _gradients
from gradnb.engine import graph as _graph
from gradnb.engine import initializers as _initializers
from gradnb.engine import session as _session
from gradnb.engine import variables as _variables
from gradnb.engine.dtypes import (
    DType,
    as_dtype,
    bool_,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
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
from gradnb.engine.initializers import *
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
from gradnb.engine.session import *
from gradnb.engine.shapes import Dimension, TensorShape
from gradnb.engine.variables import *
from gradnb.messages import set_language

if TYPE_CHECKING:
    from gradnb.explanation import Explanation, explain, show

#: Loaded when they are first used, since they bring Graphviz and the renderers along.
_LAZY = {"Explanation": "gradnb.explanation", "explain": "gradnb.explanation", "show": "gradnb.explanation"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

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
