"""Optimizers, learning rates that decay, and the count of steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, Self

import numpy as np

from gradnb.engine import shapes
from gradnb.engine.attempts import all_or_nothing
from gradnb.engine.build import apply, convert_to_tensor
from gradnb.engine.dtypes import FLOATING, int64
from gradnb.engine.gradients import gradients
from gradnb.engine.graph import Graph, GraphKeys, get_default_graph, graph_of, name_scope
from gradnb.engine.initializers import Initializer, constant_initializer, ones_initializer, zeros_initializer
from gradnb.engine.ops import updates as _updates  # noqa: F401  # registers the operations used here
from gradnb.engine.ops.broadcast import shape, zeros_like
from gradnb.engine.ops.math import cast
from gradnb.engine.ops.state import assign, assign_add, group, tuple_
from gradnb.engine.session import Session
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.variables import Variable, get_variable, get_variable_scope, trainable_variables
from gradnb.messages import text

__all__ = [
    "AdagradOptimizer",
    "AdamOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "Optimizer",
    "RMSPropOptimizer",
    "cosine_decay",
    "create_global_step",
    "exponential_decay",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "inverse_time_decay",
    "natural_exp_decay",
    "piecewise_constant",
    "polynomial_decay",
]

GradientAndVariable = tuple[Any, Any]


class Optimizer:
    """What all optimizers share: gradients are computed, then applied.

    Parameters
    ----------
    use_locking : bool
        Accepted, not needed.
    name : str
        The name of the operation that takes a step, and of what an optimizer keeps for each variable.

    Attributes
    ----------
    GATE_NONE, GATE_OP, GATE_GRAPH : int
        What waits for what: nothing; the gradients of one operation for each other; all gradients for each other.

    Raises
    ------
    ValueError
        If `name` is empty.

    Examples
    --------
    >>> import gradnb as tf
    >>> class SignDescent(tf.train.Optimizer):
    ...     def _apply_dense(self, grad, var):
    ...         return tf.assign_sub(var, 0.5 * tf.sign(grad))
    >>> x = tf.Variable(3.0)
    >>> step = SignDescent(False, "SignDescent").minimize(x * x)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     session.run(step)
    ...     print(session.run(x))
    2.5
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking: bool = False, name: str = "") -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Operation, Variable]] = {}
        self._other_variables: dict[tuple[str, Graph], Variable] = {}

    # The way from a loss to a step

    @all_or_nothing
    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """Return an operation that takes one step to make `loss` smaller.

        Parameters
        ----------
        loss : Tensor
            What to make small.
        global_step : Variable, optional
            Counts the steps.
        var_list : list of Variable, optional
            What to change; by default all trainable variables.
        gate_gradients : int
            ``GATE_NONE``, ``GATE_OP`` or ``GATE_GRAPH``.
        aggregation_method, colocate_gradients_with_ops
            As for `gradients`.
        name : str, optional
            The operation's name.
        grad_loss : Tensor, optional
            The weight of `loss`: the `grad_ys` of `gradients`.

        Returns
        -------
        Operation
            Run it to take a step.

        Raises
        ------
        ValueError
            If no variable has a gradient, or `loss` can be no floating-point tensor.
        NotImplementedError
            If something in `var_list` is no variable.
        TypeError
            If the optimizer's own numbers are none.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> descent = tf.train.GradientDescentOptimizer(0.1)
        >>> step = descent.minimize(x * x)
        >>> with tf.Session() as session:
        ...     session.run(tf.global_variables_initializer())
        ...     session.run(step)
        ...     print(session.run(x))
        2.4
        """
        found = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(gradient is None for gradient, _ in found):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, "
                f"between variables {[str(variable) for _, variable in found]} and loss {loss}.\n"
                + text("train.no_gradients")
            )
        return self.apply_gradients(found, global_step, name)

    @all_or_nothing
    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[GradientAndVariable]:
        """Return the gradient of `loss` for each variable: the first half of `minimize`.

        Parameters
        ----------
        loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
            As for `minimize`.

        Returns
        -------
        list of (gradient, Variable)
            The gradient is None where no path leads from the variable to `loss`.

        Raises
        ------
        ValueError
            If there is no variable, or an option or a dtype is not allowed.
        NotImplementedError
            If something in `var_list` is no variable.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> descent = tf.train.GradientDescentOptimizer(0.1)
        >>> ((gradient, variable),) = descent.compute_gradients(x * x)
        >>> with tf.Session() as session:
        ...     session.run(tf.global_variables_initializer())
        ...     print(variable.name, session.run(gradient))
        x:0 6.0
        """
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  "
                f"Not {gate_gradients}"
            )
        loss = loss() if callable(loss) else loss
        self._check_dtypes([loss] + ([] if grad_loss is None else [grad_loss]))
        variables = _flat(trainable_variables() if var_list is None else var_list)
        if not variables:
            raise ValueError("No variables to optimize.")
        for variable in variables:
            if not isinstance(variable, (Variable, Tensor)):
                raise NotImplementedError(f"Trying to optimize unsupported type {variable!r}")
        found: list[Any] = gradients(
            loss,
            variables,
            grad_ys=grad_loss,
            aggregation_method=aggregation_method,
            gate_gradients=gate_gradients == self.GATE_OP,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == self.GATE_GRAPH:
            found = list(tuple_([None if g is None else convert_to_tensor(g) for g in found]))
        pairs = list(zip(found, variables, strict=True))
        self._check_dtypes([variable for gradient, variable in pairs if gradient is not None])
        return pairs

    @all_or_nothing
    def apply_gradients(
        self, grads_and_vars: Iterable[GradientAndVariable], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """Return an operation that changes variables by their gradients: the second half of `minimize`.

        Parameters
        ----------
        grads_and_vars : list of (gradient, Variable)
            What `compute_gradients` returns; pairs with None are left out.
        global_step : Variable, optional
            Counts the steps.
        name : str, optional
            The operation's name.

        Returns
        -------
        Operation
            Run it to take a step.

        Raises
        ------
        ValueError
            If there is no pair, or no gradient among them.
        TypeError
            If a gradient cannot be one.
        NotImplementedError
            If something in it is no variable, or the optimizer has no rule for such gradients.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> descent = tf.train.GradientDescentOptimizer(0.1)
        >>> pairs = descent.compute_gradients(x * x)
        >>> pairs = [(tf.clip_by_norm(gradient, 1.0), variable) for gradient, variable in pairs]
        >>> step = descent.apply_gradients(pairs)
        >>> with tf.Session() as session:
        ...     session.run(tf.global_variables_initializer())
        ...     session.run(step)
        ...     print(session.run(x))
        2.9
        """
        pairs = [(_as_gradient(gradient), variable) for gradient, variable in grads_and_vars]
        if not pairs:
            raise ValueError("No variables provided.")
        changed = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        if not changed:
            raise ValueError(
                f"No gradients provided for any variable: {[str(variable) for _, variable in pairs]}.\n"
                + text("train.no_gradients")
            )
        for gradient, variable in changed:
            if not isinstance(variable, Variable):
                raise NotImplementedError(f"Trying to update a Tensor {variable}")
            if isinstance(gradient, Tensor) and not shapes.compatible(gradient.static_shape, variable.static_shape):
                raise ValueError(
                    f"The gradient {gradient} has shape {shapes.shape_text(gradient.static_shape)}, "
                    f"and its variable '{variable.name}' has shape {shapes.shape_text(variable.static_shape)}."
                )
        graph = graph_of([variable for _, variable in changed])
        with graph.as_default():
            with graph.control_dependencies(None), graph.name_scope(None):
                self._create_slots([variable for _, variable in changed])
            with graph.name_scope(name or self._name) as scope:
                self._prepare()
                steps = []
                for gradient, variable in changed:
                    with graph.name_scope(f"update_{variable.op.name}"):
                        steps.append(self._update(gradient, variable))
                if global_step is None:
                    result = self._finish(steps, scope)
                else:
                    with graph.control_dependencies([self._finish(steps, "update")]):
                        result = assign_add(global_step, _one_like(global_step), name=scope).op
        if result not in graph.get_collection(GraphKeys.TRAIN_OP):
            graph.add_to_collection(GraphKeys.TRAIN_OP, result)
        return result

    def _update(self, gradient: Tensor | IndexedSlices, variable: Variable) -> Any:
        constraint = variable.constraint
        if isinstance(gradient, IndexedSlices):
            if constraint is not None:
                raise RuntimeError("Cannot use a constraint function on a sparse variable.")
            return self._apply_sparse(gradient, variable)
        step = self._apply_dense(gradient, variable)
        if constraint is None:
            return step
        with get_default_graph().control_dependencies([step]):
            return assign(variable, constraint(variable.read_value()))

    # What optimizers keep

    def get_name(self) -> str:
        """Return the optimizer's name.

        Returns
        -------
        str
            As its constructor took it.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.train.AdamOptimizer(0.1).get_name()
        'Adam'
        """
        return self._name

    def get_slot(self, var: Variable, name: str) -> Variable | None:
        """Return what is kept under `name` for the variable `var`; None if nothing is.

        Parameters
        ----------
        var : Variable
            A variable that it changes.
        name : str
            One of `get_slot_names`.

        Returns
        -------
        Variable or None
            Of the shape of `var`.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        >>> step = optimizer.minimize(x * x)
        >>> optimizer.get_slot(x, "momentum").name
        'x/Momentum:0'
        """
        return self._slots.get(name, {}).get(var.op)

    def get_slot_names(self) -> list[str]:
        """Return under which names something is kept for variables.

        Returns
        -------
        list of str
            In alphabetical order.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        >>> step = optimizer.minimize(x * x)
        >>> optimizer.get_slot_names()
        ['momentum']
        """
        return sorted(name for name, kept in self._slots.items() if kept)

    def variables(self) -> list[Variable]:
        """Return the variables that the optimizer itself has in the default graph.

        Returns
        -------
        list of Variable
            What it keeps for each variable, and what it counts, by name.

        Examples
        --------
        >>> import gradnb as tf
        >>> tf.reset_default_graph()
        >>> x = tf.Variable(3.0, name="x")
        >>> optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        >>> step = optimizer.minimize(x * x)
        >>> [variable.name for variable in optimizer.variables()]
        ['x/Momentum:0']
        """
        graph = get_default_graph()
        slots = [slot for kept in self._slots.values() for slot in kept.values() if slot.graph is graph]
        others = [variable for (_, place), variable in self._other_variables.items() if place is graph]
        return sorted([*slots, *others], key=lambda variable: str(variable.name))

    def copied(self, became: Mapping[Operation, Operation]) -> Self:
        """Return an optimizer with the same settings that goes on in a copy of the graph, apart from this one.

        Parameters
        ----------
        became : Mapping
            What each operation became, as `Graph.copy` returns it.
        """
        twin = copy(self)
        twin._slots = {
            name: {became[op]: slot.copied(became) for op, slot in kept.items() if op in became}
            for name, kept in self._slots.items()
        }
        twin._other_variables = {
            (name, became[variable.op].graph): variable.copied(became)
            for (name, _), variable in self._other_variables.items()
            if variable.op in became
        }
        return twin

    def _slot(self, variable: Variable, slot_name: str, initializer: Initializer | None = None) -> Variable:
        """Return what is kept for `variable`, made with `initializer` (zeros by default) at first."""
        kept = self._slots.setdefault(slot_name, {})
        if variable.op not in kept:
            variable.graph.when_undone(lambda: kept.pop(variable.op, None))
            kept[variable.op] = self._new_slot(variable, initializer or zeros_initializer())
        return kept[variable.op]

    def _zeros_slot(self, var: Variable, slot_name: str, op_name: str) -> Variable:
        """Return zeros kept for `var`, under the name that optimizers of a program's own use."""
        return self._slot(var, slot_name)

    def _new_slot(self, variable: Variable, initializer: Initializer) -> Variable:
        scope = get_variable_scope().name
        name = f"{scope}/{variable.op.name}/{self._name}" if scope else f"{variable.op.name}/{self._name}"
        static, dtype = variable.static_shape, variable.dtype.base_dtype
        if shapes.is_full(static):
            return Variable(lambda: initializer(shapes.sizes(static), dtype), trainable=False, name=name)
        like = zeros_like(variable.initialized_value())
        return Variable(like + initializer([], dtype), trainable=False, name=name, validate_shape=False)

    def _other(self, initial_value: float, name: str, variables: Sequence[Variable]) -> Variable:
        """Return a number that is kept once for all variables: float32 from a Python number, as in TensorFlow."""
        key = (name, variables[0].graph)
        if key not in self._other_variables:
            key[1].when_undone(lambda: self._other_variables.pop(key, None))
            self._other_variables[key] = Variable(initial_value, trainable=False, name=name)
        return self._other_variables[key]

    # What an optimizer has of its own

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        """Make what is kept for each variable."""

    def _prepare(self) -> None:
        """Make the tensors that all steps share."""

    def _apply_dense(self, grad: Tensor, var: Variable) -> Any:
        """Return what changes `var` by `grad`."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say how it changes a variable: _apply_dense(grad, var)."
        )

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Any:
        """Return what changes `var` by `grad`, of which some rows are given."""
        return self._apply_dense(_whole(grad, var), var)

    def _finish(self, update_ops: Sequence[Any], name: str) -> Operation:
        """Return what is done when all steps are."""
        return group(*update_ops, name=name)

    def _valid_dtypes(self) -> frozenset[Any]:
        return FLOATING

    def _check_dtypes(self, tensors: Sequence[Any]) -> None:
        for tensor in tensors:
            tensor = tensor if hasattr(tensor, "dtype") else convert_to_tensor(tensor)
            dtype = tensor.dtype.base_dtype
            if dtype not in self._valid_dtypes():
                allowed = ", ".join(sorted(choice.name for choice in self._valid_dtypes()))
                raise ValueError(f"Invalid type {dtype!r} for {tensor.name}, expected: [{allowed}].")


class GradientDescentOptimizer(Optimizer):
    """Gradient descent: ``v ← v − learning_rate · g``.

    Parameters
    ----------
    learning_rate : float or Tensor
        The length of a step.
    use_locking : bool
        Accepted, not needed.
    name : str
        The name of the operation that takes a step.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.Variable(3.0)
    >>> step = tf.train.GradientDescentOptimizer(0.1).minimize(x * x, var_list=[x])
    >>> with tf.Session() as session:
    ...     session.run(x.initializer)
    ...     session.run(step)
    ...     print(session.run(x))
    2.4
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _prepare(self) -> None:
        self._rate = _setting(self._learning_rate, "learning_rate")

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        return apply("ApplyGradientDescent", var, _like(self._rate, var), grad)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        return apply("ScatterSub", var, grad.indices, grad.values * _like(self._rate, var))


class MomentumOptimizer(Optimizer):
    """Momentum: ``a ← momentum · a + g``, ``v ← v − learning_rate · a``.

    Parameters
    ----------
    learning_rate : float or Tensor
        The length of a step.
    momentum : float or Tensor
        How much of the last direction is kept.
    use_locking : bool
        Accepted, not needed.
    name : str
        The name of the operation that takes a step.
    use_nesterov : bool
        Whether the step looks ahead: ``v ← v − learning_rate · (g + momentum · a)``.

    References
    ----------
    B. T. Polyak: Some methods of speeding up the convergence of iteration methods. USSR Computational Mathematics and
    Mathematical Physics 4 (1964). The look ahead is that of Y. Nesterov (1983), in the form of I. Sutskever, J.
    Martens, G. Dahl, G. Hinton: On the importance of initialization and momentum in deep learning. International
    Conference on Machine Learning (2013).

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.Variable(3.0)
    >>> step = tf.train.MomentumOptimizer(0.1, 0.9).minimize(x * x, var_list=[x])
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        for variable in var_list:
            self._slot(variable, "momentum")

    def _prepare(self) -> None:
        self._rate = _setting(self._learning_rate, "learning_rate")
        self._kept = _setting(self._momentum, "momentum")

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        return apply(
            "ApplyMomentum",
            var,
            self.get_slot(var, "momentum"),
            _like(self._rate, var),
            grad,
            _like(self._kept, var),
            use_nesterov=self._use_nesterov,
        )

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        return apply(
            "SparseApplyMomentum",
            var,
            self.get_slot(var, "momentum"),
            _like(self._rate, var),
            grad.values,
            grad.indices,
            _like(self._kept, var),
            use_nesterov=self._use_nesterov,
        )


class AdagradOptimizer(Optimizer):
    """Adagrad: ``a ← a + g²``, ``v ← v − learning_rate · g / √a``.

    Parameters
    ----------
    learning_rate : float or Tensor
        The length of the first steps.
    initial_accumulator_value : float
        The first ``a``, more than zero.
    use_locking : bool
        Accepted, not needed.
    name : str
        The name of the operation that takes a step.

    Raises
    ------
    ValueError
        If `initial_accumulator_value` is not more than zero.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer: Adaptive Subgradient Methods for Online Learning and Stochastic Optimization. Journal
    of Machine Learning Research 12 (2011).

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.Variable(3.0)
    >>> step = tf.train.AdagradOptimizer(0.1).minimize(x * x, var_list=[x])
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        if initial_accumulator_value <= 0.0:
            raise ValueError(f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._start = initial_accumulator_value

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        for variable in var_list:
            self._slot(variable, "accumulator", constant_initializer(self._start))

    def _prepare(self) -> None:
        self._rate = _setting(self._learning_rate, "learning_rate")

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        return apply("ApplyAdagrad", var, self.get_slot(var, "accumulator"), _like(self._rate, var), grad)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        accumulator = self.get_slot(var, "accumulator")
        return apply("SparseApplyAdagrad", var, accumulator, _like(self._rate, var), grad.values, grad.indices)


class RMSPropOptimizer(Optimizer):
    """RMSProp: ``s ← decay · s + (1 − decay) · g²``, ``v ← v − learning_rate · g / √(s + epsilon)``.

    Parameters
    ----------
    learning_rate : float or Tensor
        The length of a step.
    decay : float or Tensor
        How much of the mean square ``s`` is kept; it starts at one.
    momentum : float or Tensor
        How much of the last step is kept.
    epsilon : float or Tensor
        Added under the root.
    use_locking : bool
        Accepted, not needed.
    centered : bool
        Whether the square of the mean gradient is subtracted from ``s``.
    name : str
        The name of the operation that takes a step.

    References
    ----------
    T. Tieleman, G. Hinton: Lecture 6.5 of Neural Networks for Machine Learning, Coursera (2012). The centered form is
    that of A. Graves: Generating Sequences With Recurrent Neural Networks (2013), arXiv:1308.0850.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.Variable(3.0)
    >>> step = tf.train.RMSPropOptimizer(0.1).minimize(x * x, var_list=[x])
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        for variable in var_list:
            self._slot(variable, "rms", ones_initializer())
            if self._centered:
                self._slot(variable, "mg")
            self._slot(variable, "momentum")

    def _prepare(self) -> None:
        self._settings = [
            _setting(self._learning_rate, "learning_rate"),
            _setting(self._decay, "decay"),
            _setting(self._momentum, "momentum"),
            _setting(self._epsilon, "epsilon"),
        ]

    def _inputs(self, var: Variable) -> list[Any]:
        slots = [*(["mg"] if self._centered else []), "rms", "momentum"]
        return [var, *(self.get_slot(var, name) for name in slots), *(_like(value, var) for value in self._settings)]

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        return apply("ApplyCenteredRMSProp" if self._centered else "ApplyRMSProp", *self._inputs(var), grad)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Tensor:
        type = "SparseApplyCenteredRMSProp" if self._centered else "SparseApplyRMSProp"
        return apply(type, *self._inputs(var), grad.values, grad.indices)


class AdamOptimizer(Optimizer):
    """Adam: steps by the mean gradient over the root of the mean square, both corrected for their start at zero.

    Parameters
    ----------
    learning_rate : float or Tensor
        The length of a step.
    beta1, beta2 : float or Tensor
        How much of the mean, and of the mean square, is kept.
    epsilon : float or Tensor
        Added to the root: ``epsilon hat`` of the paper.
    use_locking : bool
        Accepted, not needed.
    name : str
        The name of the operation that takes a step.

    References
    ----------
    D. P. Kingma, J. Ba: Adam: A Method for Stochastic Optimization. International Conference on Learning
    Representations (2015), arXiv:1412.6980; `epsilon` is the ``epsilon hat`` of its section 2.

    Examples
    --------
    >>> import gradnb as tf
    >>> x = tf.Variable(3.0)
    >>> step = tf.train.AdamOptimizer(0.1).minimize(x * x, var_list=[x])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        self._power1 = self._other(_called(self._beta1), "beta1_power", var_list)
        self._power2 = self._other(_called(self._beta2), "beta2_power", var_list)
        for variable in var_list:
            self._slot(variable, "m")
            self._slot(variable, "v")

    def _prepare(self) -> None:
        self._rate = _setting(self._learning_rate, "learning_rate")
        self._keep1 = _setting(self._beta1, "beta1")
        self._keep2 = _setting(self._beta2, "beta2")
        self._small = _setting(self._epsilon, "epsilon")

    def _apply_dense(self, grad: Tensor, var: Variable) -> Tensor:
        powers = [_like(power.value(), var) for power in (self._power1, self._power2)]
        settings = [_like(value, var) for value in (self._rate, self._keep1, self._keep2, self._small)]
        return apply("ApplyAdam", var, self.get_slot(var, "m"), self.get_slot(var, "v"), *powers, *settings, grad)

    def _finish(self, update_ops: Sequence[Any], name: str) -> Operation:
        with get_default_graph().control_dependencies(update_ops):
            powers = [
                assign(power, power.value() * _like(kept, power)).op
                for power, kept in ((self._power1, self._keep1), (self._power2, self._keep2))
            ]
        return group(*update_ops, *powers, name=name)


def _flat(values: Any) -> list[Any]:
    if isinstance(values, dict):
        return _flat(list(values.values()))
    if isinstance(values, (list, tuple)):
        return [leaf for value in values for leaf in _flat(value)]
    return [values]


def _as_gradient(gradient: Any) -> Tensor | IndexedSlices | None:
    if gradient is None or isinstance(gradient, IndexedSlices):
        return gradient
    try:
        return convert_to_tensor(gradient)
    except (TypeError, ValueError):
        raise TypeError(f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient!r}") from None


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def _setting(value: Any, name: str) -> Tensor:
    """Return a number that an optimizer was given as a tensor: float32 when it is a Python number, as in TensorFlow."""
    return convert_to_tensor(_called(value), name=name)


def _like(setting: Tensor, variable: Variable) -> Tensor:
    return cast(setting, variable.dtype.base_dtype)


def _whole(gradient: IndexedSlices, variable: Variable) -> Tensor:
    dense_shape = shape(variable) if gradient.dense_shape is None else gradient.dense_shape
    return convert_to_tensor(IndexedSlices(gradient.values, gradient.indices, dense_shape))


def _one_like(step: Any) -> Any:
    return np.array(1, step.dtype.base_dtype.numpy)


# The count of steps


def create_global_step(graph: Graph | None = None) -> Variable:
    """Return a new variable that counts steps, an int64 that starts at zero.

    Parameters
    ----------
    graph : Graph, optional
        Where to make it; by default in the default graph.

    Returns
    -------
    Variable
        It is in the collection ``GraphKeys.GLOBAL_STEP``; no optimizer changes it.

    Raises
    ------
    ValueError
        If there is one already.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.train.create_global_step()
    <tf.Variable 'global_step:0' shape=() dtype=int64_ref>
    """
    target = graph or get_default_graph()
    if get_global_step(target) is not None:
        raise ValueError('"global_step" already exists.')
    with target.as_default(), target.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=int64,
            initializer=zeros_initializer(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_global_step(graph: Graph | None = None) -> Any:
    """Return the variable that counts steps, None when there is none.

    Parameters
    ----------
    graph : Graph, optional
        Where to look; by default in the default graph.

    Returns
    -------
    Variable or None
        That of the collection ``GraphKeys.GLOBAL_STEP``.

    Raises
    ------
    ValueError
        If there are several.
    AttributeError
        If `graph` is no graph.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.reset_default_graph()
    >>> tf.train.get_global_step() is None
    True
    """
    target = graph or get_default_graph()
    if not isinstance(target, Graph):
        raise AttributeError(f"'{type(target).__name__}' object has no attribute 'get_collection'")
    found = target.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) > 1:
        raise ValueError(f"Multiple tensors in global_step collection: {found}")
    if found:
        return found[0]
    named = [v for v in target.get_collection(GraphKeys.GLOBAL_VARIABLES) if v.name == "global_step:0"]
    return named[0] if named else None


def get_or_create_global_step(graph: Graph | None = None) -> Any:
    """Return the variable that counts steps, a new one when there is none.

    Parameters
    ----------
    graph : Graph, optional
        Where; by default in the default graph.

    Returns
    -------
    Variable
        That of the collection ``GraphKeys.GLOBAL_STEP``.

    Examples
    --------
    >>> import gradnb as tf
    >>> tf.train.get_or_create_global_step() is tf.train.get_or_create_global_step()
    True
    """
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found


def global_step(sess: Session, global_step_tensor: Any) -> int:
    """Return how many steps were counted in a session.

    Parameters
    ----------
    sess : Session
        The session.
    global_step_tensor : Variable
        What counts the steps.

    Returns
    -------
    int
        The variable's value.

    Raises
    ------
    TypeError
        If `global_step_tensor` is none.

    Examples
    --------
    >>> import gradnb as tf
    >>> count = tf.train.get_or_create_global_step()
    >>> with tf.Session() as session:
    ...     session.run(count.initializer)
    ...     print(tf.train.global_step(session, count))
    0
    """
    return int(sess.run(global_step_tensor))


# Learning rates


def _progress(
    learning_rate: Any, global_step: Any, decay_steps: Any, name: str, staircase: bool = False
) -> tuple[Tensor, Tensor]:
    """Return the rate as a tensor, and how many times `decay_steps` have passed."""
    if global_step is None:
        raise ValueError(f"global_step is required for {name}.")
    rate = convert_to_tensor(learning_rate, name="learning_rate")
    dtype = rate.dtype.base_dtype
    passed = cast(global_step, dtype) / cast(decay_steps, dtype)
    return rate, apply("Floor", passed) if staircase else passed


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return ``learning_rate · decay_rate ^ (global_step / decay_steps)``.

    Parameters
    ----------
    learning_rate : float or Tensor
        The rate at the start.
    global_step : Variable or Tensor
        The number of steps so far.
    decay_steps : int or Tensor
        After how many steps the rate is multiplied by `decay_rate`.
    decay_rate : float or Tensor
        The factor.
    staircase : bool
        Whether it changes only after each `decay_steps`.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        A number of the dtype of `learning_rate`, for an optimizer: it follows `global_step` from run to run.

    Raises
    ------
    ValueError
        If `global_step` is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> rate = tf.train.exponential_decay(0.5, 20, 10, 0.5)
    >>> with tf.Session() as session:
    ...     print(session.run(rate))
    0.125
    """
    with name_scope(name, "ExponentialDecay"):
        rate, passed = _progress(learning_rate, global_step, decay_steps, "exponential_decay", staircase)
        return rate * apply("Pow", cast(decay_rate, rate.dtype), passed)


def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return ``learning_rate · exp(−decay_rate · global_step / decay_steps)``.

    Parameters
    ----------
    learning_rate, global_step, decay_steps, decay_rate, staircase, name
        As for `exponential_decay`.

    Returns
    -------
    Tensor
        A number of the dtype of `learning_rate`, for an optimizer: it follows `global_step` from run to run.

    Raises
    ------
    ValueError
        If `global_step` is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> rate = tf.train.natural_exp_decay(0.5, 0, 10, 0.5)
    """
    with name_scope(name, "NaturalExpDecay"):
        rate, passed = _progress(learning_rate, global_step, decay_steps, "natural_exp_decay", staircase)
        return rate * apply("Exp", -cast(decay_rate, rate.dtype) * passed)


def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return ``learning_rate / (1 + decay_rate · global_step / decay_steps)``.

    Parameters
    ----------
    learning_rate, global_step, decay_steps, decay_rate, staircase, name
        As for `exponential_decay`.

    Returns
    -------
    Tensor
        A number of the dtype of `learning_rate`, for an optimizer: it follows `global_step` from run to run.

    Raises
    ------
    ValueError
        If `global_step` is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> rate = tf.train.inverse_time_decay(0.5, 10, 10, 1.0)
    >>> with tf.Session() as session:
    ...     print(session.run(rate))
    0.25
    """
    with name_scope(name, "InverseTimeDecay"):
        rate, passed = _progress(learning_rate, global_step, decay_steps, "inverse_time_decay", staircase)
        return rate / (1.0 + cast(decay_rate, rate.dtype) * passed)


def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return ``(learning_rate − end) · (1 − global_step / decay_steps) ^ power + end``.

    Parameters
    ----------
    learning_rate : float or Tensor
        The rate at the start.
    global_step : Variable or Tensor
        The number of steps so far.
    decay_steps : int or Tensor
        After how many steps the end is reached.
    end_learning_rate : float or Tensor
        The rate at the end.
    power : float or Tensor
        The exponent.
    cycle : bool
        Whether it goes on beyond the end, with a longer and longer time of decay.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        A number of the dtype of `learning_rate`, for an optimizer: it follows `global_step` from run to run.

    Raises
    ------
    ValueError
        If `global_step` is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> rate = tf.train.polynomial_decay(1.0, 5, 10, end_learning_rate=0.0)
    >>> with tf.Session() as session:
    ...     print(session.run(rate))
    0.5
    """
    with name_scope(name, "PolynomialDecay"):
        rate, passed = _progress(learning_rate, global_step, decay_steps, "polynomial_decay")
        dtype = rate.dtype
        one, end = convert_to_tensor(1.0, dtype), cast(end_learning_rate, dtype)
        if cycle:
            passed = passed / apply("Maximum", apply("Ceil", passed), one)
        else:
            passed = apply("Minimum", passed, one)
        return (rate - end) * apply("Pow", 1.0 - passed, cast(power, dtype)) + end


def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = None
) -> Tensor:
    """Return a rate that falls along half a cosine to `alpha` times what it was.

    Parameters
    ----------
    learning_rate : float or Tensor
        The rate at the start.
    global_step : Variable or Tensor
        The number of steps so far.
    decay_steps : int or Tensor
        After how many steps the end is reached.
    alpha : float or Tensor
        The fraction of the rate that is left.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        A number of the dtype of `learning_rate`, for an optimizer: it follows `global_step` from run to run.

    Raises
    ------
    ValueError
        If `global_step` is None.

    Examples
    --------
    >>> import gradnb as tf
    >>> rate = tf.train.cosine_decay(1.0, 10, 10)
    >>> with tf.Session() as session:
    ...     print(session.run(rate))
    0.0
    """
    with name_scope(name, "CosineDecay"):
        rate, passed = _progress(learning_rate, global_step, decay_steps, "cosine_decay")
        passed = apply("Minimum", passed, convert_to_tensor(1.0, rate.dtype))
        falling: Tensor = 0.5 * (1.0 + apply("Cos", np.pi * passed))
        decayed: Tensor = (1.0 - alpha) * falling + alpha
        return rate * decayed


def piecewise_constant(x: Any, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None) -> Tensor:
    """Return ``values[i]`` while `x` is not beyond ``boundaries[i]``, at last the last of `values`.

    Parameters
    ----------
    x : Variable or Tensor
        A number, mostly that of the steps so far.
    boundaries : list of numbers
        In increasing order, of the dtype of `x`.
    values : list of numbers
        One more than `boundaries`.
    name : str, optional
        The scope of the operations.

    Returns
    -------
    Tensor
        One of `values`, for an optimizer: it follows `x` from run to run.

    Raises
    ------
    ValueError
        If there is not one more value than boundaries, or dtypes do not fit.

    Examples
    --------
    >>> import gradnb as tf
    >>> rate = tf.train.piecewise_constant(100, [100, 200], [1.0, 0.5, 0.1])
    >>> with tf.Session() as session:
    ...     print(session.run(rate))
    1.0
    """
    if len(boundaries) != len(values) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    with name_scope(name, "PiecewiseConstant"):
        position = convert_to_tensor(x)
        dtype = position.dtype.base_dtype
        ends = [_boundary(boundary, dtype) for boundary in boundaries]
        steps = [convert_to_tensor(value) for value in values]
        if len({step.dtype.base_dtype for step in steps}) > 1:
            raise ValueError("Values must have elements all with the same dtype.")
        result = steps[-1]
        for end, step in zip(reversed(ends), reversed(steps[:-1]), strict=True):
            result = apply("Select", position <= end, step, result)
        return result


def _boundary(boundary: Any, dtype: Any) -> Tensor:
    tensor = convert_to_tensor(boundary)
    theirs = tensor.dtype.base_dtype
    if theirs is dtype:
        return tensor
    if theirs.is_integer and dtype.is_integer:
        return cast(tensor, dtype)
    raise ValueError(f"Boundaries ({theirs.name}) must have the same dtype as x ({dtype.name}).")
