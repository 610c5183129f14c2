"""Operations that reach out of the graph: they print, call a function of the program, or check a value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from gradnb.engine.build import add_operation, apply, convert_to_tensor
from gradnb.engine.dtypes import ALL, FLOATING, DType, as_dtype
from gradnb.engine.literals import Array, as_array
from gradnb.engine.registry import NOT_DIFFERENTIABLE, Example, OpDef, register
from gradnb.engine.shapes import no_output, same
from gradnb.engine.tensor import Operation, Tensor
from gradnb.errors import InvalidArgumentError, OpError, UnknownError
from gradnb.messages import text

if TYPE_CHECKING:
    from gradnb.engine.session import Session

__all__ = [
    "Assert",
    "Print",
    "check_numerics",
    "numpy_function",
    "py_func",
]

_ANYTHING = "|".join(sorted(dtype.name for dtype in ALL))
#: How many elements of an array are printed when the program does not say.
_PRINTED = 3

_printed: WeakKeyDictionary[Any, dict[Operation, int]] = WeakKeyDictionary()


def _summary(array: Array, most: int | None) -> str:
    """Return the first elements of an array as TensorFlow prints them: ``[1 2 3...]``."""
    most = _PRINTED if most is None else array.size if most < 0 else most
    if array.ndim == 0:
        return _element(array[()])
    return _summary_of_rows(array, most)


def _summary_of_rows(array: Array, most: int) -> str:
    if array.ndim == 1:
        parts = " ".join(map(_element, array[:most].tolist()))
        return f"[{parts}...]" if array.size > most else f"[{parts}]"
    rows: list[str] = []
    left = most
    for row in array:
        if left <= 0:
            return f"[{''.join(rows)}...]"
        rows.append(_summary_of_rows(row, left))
        left -= row.size
    return f"[{''.join(rows)}]"


def _element(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return f"{value:.9g}"
    return str(value)


def _print(
    session: Session,
    operation: Operation,
    value: Array,
    *data: Array,
    message: str,
    first_n: int,
    summarize: int | None,
) -> Array:
    if session.silent:
        return value
    counts = _printed.setdefault(session, {})
    counts[operation] = counts.get(operation, 0) + 1
    if first_n < 0 or counts[operation] <= first_n:
        shown = "".join(
            _summary(array, summarize) if array.ndim else f"[{_summary(array, summarize)}]" for array in data
        )
        print(f"{message}{shown}", file=sys.stderr)
    return value


register(
    OpDef(
        type="Print",
        label="print",
        signature=f"input: T, data: {_ANYTHING}*",
        kernel=_print,
        view=True,
        infer=lambda value, *data, **_: (value.dtype.base_dtype, value.static_shape),
        gradient=lambda z, g, value, *data, **_: (g, *(None for _ in data)),
        formula="{input}",
        stateful=True,
    )
)


def Print(
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Return a tensor with the value of `input_` that prints `data` whenever it is computed.

    Parameters
    ----------
    input_ : Tensor
        The tensor to pass on; gradients pass through.
    data : list of Tensor
        What to print, to the standard error stream.
    message : str, optional
        What to print before it.
    first_n : int, optional
        Print only so many times in a session.
    summarize : int, optional
        How many elements of each tensor to print: 3 by default, all when it is negative.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        `input_`, of its shape and dtype.

    Raises
    ------
    TypeError
        If `data` is no list.

    Notes
    -----
    An explanation never runs it, since that would print.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> y = tf.Print(x, [x], "x = ")
    """
    if not isinstance(data, (list, tuple)):
        raise TypeError(f"Expected list for 'data' argument to 'Print' Op, not {data!r}.")
    return apply(
        "Print",
        input_,
        *data,
        name=name,
        message=message or "",
        first_n=-1 if first_n is None else first_n,
        summarize=summarize,
    )


def _call(operation: Operation, function: Callable[..., Any], arrays: Sequence[Array], dtypes: Sequence[DType]) -> Any:
    called = getattr(function, "__name__", type(function).__name__)
    try:
        result = function(*arrays)
    except OpError:
        raise
    except Exception as error:
        kind = InvalidArgumentError if isinstance(error, (TypeError, ValueError)) else UnknownError
        raise kind(operation, f"{type(error).__name__}: {error}") from error
    values = list(result) if isinstance(result, (list, tuple)) and len(dtypes) != 1 else [result]
    if isinstance(result, (list, tuple)) and len(dtypes) == 1 and len(result) == 1:
        values = list(result)
    if not dtypes:
        return ()
    if len(values) != len(dtypes):
        raise InvalidArgumentError(
            operation, f"{called} returns {len(values)} values, but expects to see {len(dtypes)} values."
        )
    found = []
    for position, (value, dtype) in enumerate(zip(values, dtypes, strict=True)):
        # Only what NumPy did not choose itself is given the dtype that was promised, as TensorFlow does.
        try:
            array = np.asarray(value) if isinstance(value, (np.ndarray, np.generic)) else as_array(value, dtype)
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(
                operation,
                f"{position}-th value returned by {called} is no {dtype.name}: {error}",
                text("host.wrong_dtype", name=called, dtype=dtype.name),
            ) from error
        if as_dtype(array.dtype) is not dtype:
            raise InvalidArgumentError(
                operation,
                f"{position}-th value returned by {called} is {as_dtype(array.dtype).name}, but expects {dtype.name}",
                text("host.wrong_dtype", name=called, dtype=dtype.name),
            )
        found.append(as_array(array, dtype) if dtype.is_string else array)
    return found[0] if len(found) == 1 else tuple(found)


def _kernel(session: Session, operation: Operation, *arrays: Array, function: Any, dtypes: Any) -> Any:
    # A copy for the function: it may keep its arguments and change them.
    return _call(operation, function, [np.array(array) for array in arrays], dtypes)


for _type in ("PyFunc", "PyFuncStateless"):
    register(
        OpDef(
            type=_type,
            label="Python",
            signature=f"input: {_ANYTHING}*",
            kernel=_kernel,
            infer=lambda *inputs, function, dtypes: [(dtype, None) for dtype in dtypes],
            gradient=NOT_DIFFERENTIABLE,
            stateful=True,
            outside=True,
        )
    )


def py_func(
    func: Callable[..., Any], inp: Sequence[Any], Tout: Any, stateful: bool = True, name: str | None = None
) -> Any:
    """Return what a Python function computes from arrays, called whenever the graph is run.

    Parameters
    ----------
    func : callable
        Takes an array for each of `inp`, and returns one for each of `Tout`.
    inp : list of Tensor
        Its arguments.
    Tout : DType, or list of DType
        The types of what it returns.
    stateful : bool
        Whether it may return different values for the same arguments.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor, or list of Tensor when `Tout` is a list
        Its results, of unknown shape; no gradient flows through them.

    Raises
    ------
    ValueError
        If something in `inp` cannot be a tensor.

    Notes
    -----
    `RegisterGradient` and `Graph.gradient_override_map` give it a gradient. An explanation never runs it.

    Examples
    --------
    >>> import numpy as np
    >>> import gradnb as tf
    >>> x = tf.constant([3.0, 1.0, 2.0])
    >>> y = tf.py_func(np.sort, [x], tf.float32)
    >>> with tf.Session() as session:
    ...     print(session.run(y))
    [1. 2. 3.]
    >>> tf.gradients(y, x)
    [None]
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func!r} of type {type(func)}.")
    many = isinstance(Tout, (list, tuple))
    dtypes = tuple(as_dtype(dtype).base_dtype for dtype in (Tout if many else [Tout]))
    operation = add_operation(
        "PyFunc" if stateful else "PyFuncStateless", *inp, name=name, function=func, dtypes=dtypes
    )
    if not dtypes:
        return operation
    return list(operation.outputs) if many else operation.outputs[0]


def numpy_function(func: Callable[..., Any], inp: Sequence[Any], Tout: Any, name: str | None = None) -> Any:
    """Do what `py_func` does.

    Parameters
    ----------
    func, inp, Tout, name
        As for `py_func`.

    Returns
    -------
    Tensor, or list of Tensor when `Tout` is a list
        Its results, of unknown shape; no gradient flows through them.

    Raises
    ------
    ValueError
        If something in `inp` cannot be a tensor.

    Examples
    --------
    >>> import numpy as np
    >>> import gradnb as tf
    >>> y = tf.numpy_function(np.sort, [tf.constant([3.0, 1.0])], tf.float32)
    """
    return py_func(func, inp, Tout, True, name)


def _checked(value: Array, *, message: str) -> Array:
    complaints = [word for word, found in (("Inf", np.isinf(value)), ("NaN", np.isnan(value))) if found.any()]
    if complaints:
        raise ValueError(f"{message} : Tensor had {' and '.join(complaints)} values")
    return value


def _checked_gradient(z: Tensor, g: Tensor, value: Tensor, *, message: str) -> Tensor:
    return check_numerics(g, f"Not a number (NaN) or infinity (Inf) values detected in gradient. Reason: {message}")


register(
    OpDef(
        type="CheckNumerics",
        label="check",
        signature="tensor: T",
        allowed=FLOATING,
        kernel=_checked,
        view=True,
        infer=same,
        gradient=_checked_gradient,
        formula="{tensor}",
        example=Example((2, 3), attributes={"message": "example"}),
    )
)


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """Return a tensor with the same value, if it holds neither NaN nor infinity; the gradient is checked too.

    Parameters
    ----------
    tensor : Tensor
        Floating-point numbers.
    message : str
        What the error begins with.
    name : str, optional
        The operation's name.

    Returns
    -------
    Tensor
        Of the shape and dtype of `tensor`.

    Raises
    ------
    InvalidArgumentError
        When it is run and finds NaN or infinity.
    TypeError
        If `tensor` is not floating-point.

    Examples
    --------
    >>> import gradnb as tf
    >>> with tf.Session() as session:
    ...     print(session.run(tf.check_numerics(tf.constant(1.0), "x")))
    1.0
    """
    return apply("CheckNumerics", tensor, name=name, message=message)


def _assert(session: Session, operation: Operation, condition: Array, *data: Array, summarize: int | None) -> tuple[()]:
    if not condition.all():
        shown = " ".join(
            _summary(array, summarize) if array.ndim else f"[{_summary(array, summarize)}]" for array in data
        )
        raise InvalidArgumentError(operation, f"assertion failed: {shown}")
    return ()


register(
    OpDef(
        type="Assert",
        label="assert",
        signature=f"condition: bool, data: {_ANYTHING}*",
        kernel=_assert,
        infer=lambda *_, **__: no_output(),
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
    )
)


def Assert(condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None) -> Operation:
    """Return an operation that fails when `condition` is not true.

    Parameters
    ----------
    condition : Tensor
        Truth values; all must be true.
    data : list of Tensor
        What the error shows.
    summarize : int, optional
        How many elements of each it shows: 3 by default.
    name : str, optional
        The operation's name.

    Returns
    -------
    Operation
        To be run, or named in `control_dependencies`.

    Raises
    ------
    InvalidArgumentError
        When it is run and `condition` is not true.
    TypeError
        If `data` is no list.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.constant(2.0)
    >>> with tf.control_dependencies([tf.Assert(x > 0.0, [x])]):
    ...     y = tf.sqrt(x)
    """
    if not isinstance(data, (list, tuple)):
        raise TypeError(f"data must be a list of tensors, not {data!r}.")
    values = [convert_to_tensor(item) for item in data]
    return add_operation("Assert", condition, *values, name=name, summarize=summarize)
