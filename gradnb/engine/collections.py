"""Lists that a graph keeps by name: its variables, losses, and whatever a program puts there."""

from __future__ import annotations

from typing import Any

from gradnb.engine.graph import get_default_graph

__all__ = ["add_to_collection", "add_to_collections", "get_collection", "get_collection_ref"]


def add_to_collection(name: Any, value: Any) -> None:
    """Add `value` to a collection of the default graph.

    Parameters
    ----------
    name : str
        The collection: one of `GraphKeys`, or a name of the program's own.
    value : object
        What to add, mostly a variable or a tensor.

    Raises
    ------
    RuntimeError
        If the graph is finalized.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> w = tf.get_variable("w", initializer=2.0)
    >>> tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.nn.l2_loss(w))
    >>> tf.losses.get_regularization_losses()
    [<tf.Tensor 'L2Loss:0' shape=() dtype=float32>]
    """
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Add `value` to several collections of the default graph.

    Parameters
    ----------
    names : list of str, or str
        The collections, each once.
    value : object
        What to add.

    Raises
    ------
    RuntimeError
        If the graph is finalized.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.add_to_collections(["watched", "kept"], 1)
    >>> tf.get_collection("watched"), tf.get_collection("kept")
    ([1], [1])
    """
    get_default_graph().add_to_collections(names, value)


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """Return what is in a collection of the default graph.

    Parameters
    ----------
    key : str
        The collection: ``tf.GraphKeys.TRAINABLE_VARIABLES``, say.
    scope : str, optional
        A regular expression for the beginning of the names that count: the variables of one network among several.

    Returns
    -------
    list
        A new one; empty when there is no such collection.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> with tf.variable_scope("target"):
    ...     w = tf.get_variable("w", [2])
    >>> b = tf.get_variable("b", [2])
    >>> tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="target")
    [<tf.Variable 'target/w:0' shape=(2,) dtype=float32_ref>]
    """
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """Return a collection of the default graph itself: changes of the list change it.

    Parameters
    ----------
    key : str
        The collection; made when it is missing.

    Returns
    -------
    list
        The list that the graph keeps.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.get_collection_ref("watched").append(1)
    >>> tf.get_collection("watched")
    [1]
    """
    return get_default_graph().get_collection_ref(key)
