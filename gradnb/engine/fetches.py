"""Fetches and feeds: from what a program writes to tensors and arrays, and the words in which misuse is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.graph import Graph
from gradnb.engine.literals import Array, as_array, converted, described
from gradnb.engine.slices import IndexedSlices, IndexedSlicesValue
from gradnb.engine.tensor import Operation, Operators, Tensor
from gradnb.engine.why import why_none

#: What stands for one tensor or operation, and always for the same.
SINGLE: Final = (Tensor, Operation, Operators, str)

#: A fed array of at most so many bytes is copied, since a run is remembered with what was fed; a larger one is kept as
#: it is, and whoever changes it afterwards changes what is remembered.
COPIED: Final = 1 << 16


def collect(
    fetch: Any, graph: Graph, elements: list[Tensor | Operation], within: Any = None
) -> Callable[[Iterator[Any]], Any]:
    """Append the elements of a fetch structure, and return what puts their values into the same structure.

    Raises
    ------
    TypeError, ValueError
        If something in it is neither a tensor nor an operation of the graph.
    """
    if fetch is None:
        raise TypeError(
            f'Argument `fetch` = None has invalid type "NoneType". Cannot be None\n{why_none(graph, within)}'
        )
    if isinstance(fetch, Mapping):
        parts = {key: collect(value, graph, elements) for key, value in fetch.items()}
        kind = dict if type(fetch) is dict else type(fetch)
        return lambda values: kind((key, part(values)) for key, part in parts.items())  # type: ignore[call-arg]  # a Mapping's class takes pairs
    if isinstance(fetch, (list, tuple)) and not isinstance(fetch, IndexedSlicesValue):
        items = [collect(value, graph, elements, fetch) for value in fetch]
        if hasattr(fetch, "_fields"):
            return lambda values: type(fetch)(*(item(values) for item in items))
        return lambda values: (list if isinstance(fetch, list) else tuple)(item(values) for item in items)
    if isinstance(fetch, IndexedSlices):
        tensors = [fetch.values, fetch.indices, *([] if fetch.dense_shape is None else [fetch.dense_shape])]
        slots = [collect(tensor, graph, elements) for tensor in tensors]

        def slices(values: Iterator[Any]) -> IndexedSlicesValue:
            found = [slot(values) for slot in slots]
            return IndexedSlicesValue(found[0], found[1], found[2] if len(found) > 2 else None)

        return slices
    try:
        elements.append(graph.as_graph_element(fetch))
    except TypeError as error:
        raise TypeError(
            f'Argument `fetch` = {described(fetch, str)} has invalid type "{type(fetch).__name__}" '
            f"must be a string or Tensor. ({error})"
        ) from None
    except (KeyError, ValueError) as error:  # a KeyError's text is in quotation marks, as TensorFlow shows it
        raise ValueError(
            f"Argument `fetch` = {described(fetch, str)} cannot be interpreted as a Tensor. ({error})"
        ) from None
    return next


def lasting(fetch: Any) -> Any:
    """Return what is equal for all structures of the same form with the same tensors in them: ``(list, a, b)``.

    Raises
    ------
    TypeError
        If something in it is no tensor or operation, nor always stands for the same.
    """
    if isinstance(fetch, SINGLE) or type(fetch) is IndexedSlices:
        return fetch
    if isinstance(fetch, Mapping):
        return (type(fetch), tuple(fetch), *map(lasting, fetch.values()))
    if isinstance(fetch, (list, tuple)):
        return (type(fetch), *map(lasting, fetch))
    raise TypeError


def fed(feed_dict: Any, graph: Graph) -> dict[Tensor, Any]:
    """Return what is fed to each tensor, as the program wrote it.

    Raises
    ------
    TypeError, ValueError
        If a key is no tensor of the graph, or a group of tensors gets another number of values.
    """
    if not isinstance(feed_dict, Mapping):
        raise TypeError(f"The feed_dict must map tensors to values, not be a {type(feed_dict).__name__}.")
    feeds: dict[Tensor, Any] = {}
    for key, value in feed_dict.items():
        for tensor, part in _parts(key, value):
            feeds[_tensor(tensor, graph)] = part
    return feeds


def _parts(key: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(key, IndexedSlices):
        key = [key.values, key.indices, *([] if key.dense_shape is None else [key.dense_shape])]
        if isinstance(value, IndexedSlicesValue):
            value = value[: len(key)]
    if isinstance(key, (list, tuple)):
        try:
            entries = list(value)
        except Exception:  # an object may refuse to be gone through in any way
            raise TypeError(f"A feed key of {len(key)} tensors got {described(value)}.") from None
        if len(key) != len(entries):
            raise ValueError(f"A feed key of {len(key)} tensors got {len(entries)} values.")
        for part, entry in zip(key, entries, strict=True):
            yield from _parts(part, entry)
    else:
        yield key, value


def _tensor(key: Any, graph: Graph) -> Tensor:
    try:
        element = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0]}") from None
    assert isinstance(element, Tensor)  # what allow_operation=False says, for the type checker
    return element


def as_fed(tensor: Tensor, value: Any) -> Array:
    """Return a fed value as an array of the tensor's dtype, which nobody changes.

    Raises
    ------
    TypeError, ValueError
        If it is a tensor, or no array that the tensor can have for its value.
    """
    if isinstance(value, (Tensor, IndexedSlices)) or hasattr(value, "as_tensor"):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
            f"lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was {value} which was passed "
            f"to the argument `feed_dict` with key {tensor}."
        )
    dtype = tensor.dtype.base_dtype
    if type(value) is np.ndarray and value.dtype is dtype.numpy and value.nbytes > COPIED and not dtype.is_string:
        array = value
    else:
        try:
            array = as_array(value, dtype) if dtype.is_string else converted(value, dtype.numpy)
        except MemoryError:
            raise
        except Exception as error:  # an object's own conversion may fail in any way
            kind = next((kind for kind in (TypeError, NotImplementedError) if isinstance(error, kind)), ValueError)
            raise kind(
                f"Cannot feed {described(value)} for Tensor {tensor.name}, which has dtype {dtype.name}: {error}"
            ) from None
    if not shapes.compatible(tensor.static_shape, array.shape):
        raise ValueError(
            f"Cannot feed value of shape {array.shape} for Tensor {tensor.name}, "
            f"which has shape {shapes.shape_text(tensor.static_shape)}"
        )
    return array
