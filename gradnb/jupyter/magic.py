"""What ``%%gradgraph`` does: run a cell in the right graph, and explain the gradients that it asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn, TypeGuard

import numpy as np
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import no_var_expand, output_can_be_silenced

from gradnb.against.process import TensorFlowUnavailable, check_installed
from gradnb.aliases import tensorflow_means_gradnb
from gradnb.engine.gradients import Call, recording
from gradnb.engine.graph import Graph, get_default_graph, replace_base_graph, reset_default_graph
from gradnb.engine.session import Session
from gradnb.engine.slices import IndexedSlices
from gradnb.engine.tensor import Operation, Tensor
from gradnb.engine.tracebacks import shorten, without_own_lines
from gradnb.engine.variables import Variable, names_given_again
from gradnb.errors import OpError
from gradnb.explanation import Explanation, explain, explain_call
from gradnb.jupyter.config import GradGraph
from gradnb.jupyter.display import show
from gradnb.jupyter.names import Bindings, names_read, values_read
from gradnb.jupyter.request import Request, help_text, is_name, parse
from gradnb.jupyter.teaching import BadSetting
from gradnb.messages import current_language, speaking, text
from gradnb.view.hiding import unknown_name

MOST_CALLS = 8

_NOTHING = object()


def magic(shell: InteractiveShell, defaults: GradGraph) -> Callable[[str, str | None], object]:
    """Return the function that is registered as ``%gradgraph`` and ``%%gradgraph``."""
    runner = Runner(shell, defaults)

    @no_var_expand
    @output_can_be_silenced
    def gradgraph(line: str, cell: str | None = None) -> object:
        try:
            return runner.run(line, cell)
        except TensorFlowUnavailable as problem:
            raise UsageError(str(problem)) from problem

    gradgraph.__doc__ = help_text()
    # IPython asks for this before it takes __doc__: so the help is in the language of the moment.
    gradgraph.getdoc = lambda: help_text(defaults.lang)  # type: ignore[attr-defined]  # functions take attributes
    return gradgraph


@dataclass
class Runner:
    """Runs the magic in one shell.

    Attributes
    ----------
    shell : InteractiveShell
        Whose cells are run.
    defaults : GradGraph
        What an option is that the line does not mention.
    bindings : Bindings
        In which order the cells so far bound their names.
    """

    shell: InteractiveShell
    defaults: GradGraph
    bindings: Bindings = field(default_factory=Bindings)

    def run(self, line: str, cell: str | None) -> object:
        """Run the magic; return what the cell's last expression gives, unless that was drawn.

        Raises
        ------
        UsageError
            If the line is wrong or there is nothing to draw.
        """
        request = self.defaults.completed(parse(line, self.defaults.lang))
        with speaking(request.lang):
            if request.against:
                check_installed()
            if cell is None:
                if not request.ys:
                    raise UsageError(text("magic.forms"))
                self._show(self._with_hidden([self._own_call(request)], request), request)
                return None
            calls, last = self._run_cell(cell, request)
            if request.ys:
                explanations = [self._own_call(request)]
            elif calls:
                explanations = [self._explained(request, partial(explain_call, call)) for call in calls[:MOST_CALLS]]
            elif isinstance(last, Tensor | Variable):
                explanations = [self._explained(request, partial(explain, last))]
                last = _NOTHING
            else:
                raise UsageError(text("magic.forms"))
            self._show(self._with_hidden(explanations, request), request)
            if not request.ys and len(calls) > MOST_CALLS:
                print(text("magic.more_calls", most=MOST_CALLS, number=len(calls) - MOST_CALLS))
            return None if last is _NOTHING else last

    # Running the cell

    def _run_cell(self, cell: str, request: Request) -> tuple[list[Call], object]:
        """Run the cell as the shell would; return the calls of ``tf.gradients`` and the last expression's value."""
        tree, code, ending = self._compiled(cell)
        read = self._graphs_read(tree, request)
        before = get_default_graph()
        if not (request.keep_graph or (get_default_graph() in read and not request.new_graph)):
            # Inside a graph that an earlier cell entered for good, the cell goes on with that one.
            with suppress(AssertionError):
                reset_default_graph()
        started = get_default_graph()
        value = _NOTHING
        with ExitStack() as stack:
            for graph in (*read, get_default_graph()):
                stack.enter_context(names_given_again(graph))
            if request.tensorflow:
                stack.enter_context(tensorflow_means_gradnb())
            calls = stack.enter_context(recording())
            try:
                exec(code, self.shell.user_global_ns, self.shell.user_ns)
                if ending is not None:
                    value = eval(ending, self.shell.user_global_ns, self.shell.user_ns)
            except BaseException as error:
                if not started.version and get_default_graph() is started is not before:
                    # A cell that failed before it built anything leaves the graph of those before as the default.
                    replace_base_graph(before)
                self._hide_own_frames(error)
                raise
            finally:
                self.bindings.note(tree)
        return calls, value

    def _compiled(self, cell: str) -> tuple[ast.Module, CodeType, CodeType | None]:
        """Return the cell's tree and its code, that of a last expression whose value is shown apart."""
        # The empty line stands for the magic's own, so that line numbers are those of the notebook's cell.
        source = "\n" + self.shell.transform_cell(cell)
        name = self.shell.compile.cache(source, self.shell.execution_count)
        compiler: Callable[..., CodeType] = self.shell.compile
        try:
            tree = self.shell.transform_ast(self.shell.compile.ast_parse(source, name))
            *body, last = tree.body or [ast.Pass()]
            if not self._shows_last(last):
                return tree, compiler(tree, name, "exec"), None
            before = ast.Module(body, tree.type_ignores)
            return tree, compiler(before, name, "exec"), compiler(ast.Expression(last.value), name, "eval")
        except SyntaxError as error:
            self._show_without_stack(error)

    def _shows_last(self, statement: ast.stmt) -> TypeGuard[ast.Expr]:
        return isinstance(statement, ast.Expr) and self.shell.ast_node_interactivity != "none"

    def _graphs_read(self, tree: ast.Module, request: Request) -> list[Graph]:
        """Return the graphs of which the cell reads something."""
        values = values_read(names_read(tree, request.expressions), self.shell.user_ns)
        return list(dict.fromkeys(graph for value in values if (graph := _graph_of(value)) is not None))

    # Errors of the learner's own

    def _hide_own_frames(self, error: BaseException) -> None:
        """Let IPython show `error` with the learner's frames alone."""
        shorten(error)
        kept = without_own_lines(error.__traceback__)
        present = self.shell.InteractiveTB

        def lines() -> list[str]:
            return present.structured_traceback(type(error), error, kept, tb_offset=0)

        error._render_traceback_ = lines  # type: ignore[attr-defined]  # IPython asks an exception for this

    def _show_without_stack(self, error: SyntaxError) -> NoReturn:
        """Raise what IPython shows as it shows a cell's own syntax error: without the frames that led to the parser."""
        lines = self.shell.SyntaxTB.structured_traceback(type(error), error, None)
        kind = type(type(error).__name__, (_Unreadable,), {})  # the name is what the front end is told
        raise kind(str(error), lines) from None

    # Explaining

    def _own_call(self, request: Request) -> Explanation:
        """Return the explanation of the call that the line describes."""
        ys = [self._tensor(name) for name in request.ys]
        xs = [x for name in request.wrt for x in self._tensors(name)]
        seeds = [self._weight(expression, y) for expression, y in zip(request.grad_ys, ys, strict=False)]
        stops = [stop for name in request.stop for stop in self._tensors(name)]
        weights, walls = seeds or None, stops or None
        return self._explained(request, partial(explain, ys, xs or None, weights, walls, request.unconnected))

    def _explained(self, request: Request, explaining: Callable[..., Explanation]) -> Explanation:
        """Return the explanation with the line's options, some of which may not fit the call."""
        options = self._options(request)
        try:
            return explaining(**options)
        except (ValueError, TypeError, LookupError, OpError) as error:
            raise UsageError(str(error)) from error

    def _with_hidden(self, explanations: list[Explanation], request: Request) -> list[Explanation]:
        """Return the explanations with the gradients of ``--hide`` hidden wherever they occur."""
        hidden: list[list[str]] = [[] for _ in explanations]
        for name in request.hide:
            found = [_hidden_names(explanation, (name, *self._tensors_called(name))) for explanation in explanations]
            if not any(found):
                known = dict.fromkeys(known for explanation in explanations for known in explanation.can_be_hidden)
                raise UsageError(unknown_name(name, known, current_language()))
            for names, more in zip(hidden, found, strict=True):
                names += more
        pairs = zip(explanations, hidden, strict=True)
        return [explanation.with_hidden(names) if names else explanation for explanation, names in pairs]

    def _tensors_called(self, name: str) -> list[Any]:
        """Return what goes by a Python name, which may differ from the name that is shown; nothing if nothing does."""
        with suppress(UsageError):
            return self._tensors(name) if is_name(name) else []
        return []

    def _options(self, request: Request) -> dict[str, Any]:
        return {
            "names": self.bindings.names(self.shell.user_ns, (Tensor, Variable)),
            "feed_dict": self._feeds(request) or None,
            "seed": request.seed,
            "against": request.against,
            "check": request.check,
            "views": request.view,
            "layout": request.layout,
            "precision": request.precision,
            "language": request.lang,
            "theme": request.theme,
        }

    def _feeds(self, request: Request) -> dict[Any, object]:
        feeds = {}
        for name, expression in self.defaults.feeds:
            try:
                feeds[self._tensor(name)] = self._value(expression, "feed")
            except UsageError:  # a default for cells that know the name
                continue
        for name, expression in request.feed:
            feeds[self._tensor(name)] = self._value(expression, "--feed")
        return feeds

    def _weight(self, expression: str, y: Any) -> object:
        """Return the weight on dy that `expression` gives: a tensor as it is, numbers in the dtype of `y`."""
        value = self._value(expression, "--grad-ys")
        if value is None or isinstance(value, Tensor | Variable):
            return value
        numbers = np.asarray(value)
        return numbers.astype(y.dtype.as_numpy_dtype) if numbers.dtype.kind in "iuf" else value

    def _tensors(self, name: str) -> list[Any]:
        """Return the tensor called `name`, or those of the list that is called so."""
        value = self._looked_up(name)
        if isinstance(value, list | tuple) and value and all(isinstance(item, Tensor | Variable) for item in value):
            return list(value)
        return [self._tensor(name)]

    def _tensor(self, name: str) -> Any:
        value = self._looked_up(name)
        if not isinstance(value, Tensor | Variable):
            raise UsageError(text("magic.not_a_tensor", name=name, kind=type(value).__name__))
        return value

    def _looked_up(self, name: str) -> object:
        node = ast.parse(name, mode="eval").body
        if isinstance(node, ast.Subscript) and isinstance(self._looked_up(ast.unparse(node.value)), Tensor | Variable):
            raise UsageError(text("magic.bad_name", value=name))  # an element would be a new operation in the graph
        try:
            return eval(name, self.shell.user_global_ns, self.shell.user_ns)
        except Exception as error:
            known = list(self.bindings.names(self.shell.user_ns, (Tensor, Variable)))
            near = get_close_matches(name, known, n=1) or known[:6]
            raise UsageError(
                text("magic.not_found", name=name, reason=str(error), known=", ".join(near) or "–")
            ) from error

    def _value(self, expression: str, option: str) -> object:
        """Return the value of a Python expression; tensors that it makes on the way stay out of the learner's graph."""
        scratch = Graph()
        try:
            with scratch.as_default():
                value = eval(expression, self.shell.user_global_ns, self.shell.user_ns)
                if isinstance(value, Tensor) and value.graph is scratch:
                    with Session() as session:
                        value = session.run(value)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise UsageError(text("magic.failed_expression", option=option, value=expression, reason=reason)) from error
        return value

    # Showing

    def _show(self, explanations: list[Explanation], request: Request) -> None:
        settings = {
            f"{option}s": {
                name: self._value(expression, f"--{option}") for name, expression in getattr(request, option)
            }
            for option in ("preset", "range")
        }
        try:
            show(explanations, static=request.static, **settings)
        except BadSetting as error:
            raise UsageError(str(error)) from error
        if request.output:
            self.shell.user_ns[request.output] = explanations[0] if len(explanations) == 1 else explanations
        # Afterwards: what cannot be written can still be seen.
        if request.save:
            for explanation, file in zip(explanations, numbered(request.save, len(explanations)), strict=True):
                try:
                    explanation.save(file)
                except (OSError, ValueError) as error:
                    raise UsageError(str(error)) from error


class _Unreadable(Exception):
    """A cell that is not Python, with the lines that IPython shows of it."""

    def __init__(self, message: str, lines: list[str]) -> None:
        super().__init__(message)
        self._lines = lines

    def _render_traceback_(self) -> list[str]:
        return self._lines


def numbered(file: str, number: int) -> Sequence[Path]:
    """Return `number` paths: `file` itself, or with ``-1``, ``-2``, … before its ending when there are several."""
    path = Path(file)
    return [path] if number == 1 else [path.with_stem(f"{path.stem}-{place}") for place in range(1, number + 1)]


def _hidden_names(explanation: Explanation, wanted: Sequence[Any]) -> list[str]:
    """Return the names under which an explanation can hide what is wanted."""
    found: list[str] = []
    for name in wanted:
        with suppress(ValueError):
            found += explanation.with_hidden([name]).hidden
    return found


def _graph_of(value: object) -> Graph | None:
    if isinstance(value, Graph):
        return value
    return value.graph if isinstance(value, Tensor | Operation | Variable | Session | IndexedSlices) else None
