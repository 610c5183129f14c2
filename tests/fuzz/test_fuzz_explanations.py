"""Random graphs of all operations: they are explained, or refused in words, and every rendering is well-formed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradnb as tf
from gradnb.explanation import Explanation
from gradnb.jupyter import code
from gradnb.render import card
from tests.fuzz.graphs import WILD, question
from tests.fuzz.strange import FEW, MANY
from tests.test_hostile import Reader

#: What `explain` may raise for what `gradients` itself refuses, or what can't be shown.
REFUSED = (TypeError, ValueError, LookupError)
ANSWERS = ("1", "[1, 2]", "nan", "None", "0", "[[1, 2], [3, 4]]", "1/0", "x")
BARE = re.compile(r"\\(?:[A-Za-z]+|.)")


def latex_is_balanced(source: str) -> bool:
    depth = 0
    for sign in BARE.sub("", source):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0 and len(re.findall(r"\\begin\{", source)) == len(re.findall(r"\\end\{", source))


def every_rendering_is_well_formed(explanation: Explanation) -> None:
    assert explanation.text()
    assert explanation.markdown()
    assert latex_is_balanced(explanation.latex())
    Reader(explanation.html())
    json.dumps({kind: content for kind, content in explanation._repr_mimebundle_().items() if kind != "image/png"})
    view = explanation.partial_view(["graph"])
    for part in (*view.nodes, *view.seeds, *view.backward_edges):
        told = explanation.card(part.id)
        Reader(card.html(told))
        assert card.text(told)
    ast.parse(code.cell(explanation.recipe, {}, {}, {}))


def picture_is_well_formed(explanation: Explanation) -> None:
    told = subprocess.run(["dot", "-Tcanon"], input=explanation.dot().encode(), capture_output=True, timeout=60)
    assert (told.returncode, told.stderr) == (0, b"")
    if len(explanation.view.backward_edges) < 60:
        ElementTree.fromstring(explanation.svg())


def follows(explanation: Explanation, seed: int) -> None:
    """Hide, ask, stop, lift and move something: all of it has an answer."""
    random = np.random.default_rng(seed)
    known, problem = explanation.can_be_hidden, explanation.problem
    if known:
        hidden = explanation.with_hidden([str(random.choice(known))])
        every_rendering_is_well_formed(hidden.with_views(["table", "story"]))
        quiz = hidden.quiz()
        for answer in ANSWERS:
            assert quiz.check(quiz.names[0], answer).hint is not None
        quiz.give_up(quiz.names[0])
        json.loads(quiz.json())
    moved = explanation
    for name, array in problem.inputs.items():
        if array.dtype.kind == "f" and random.random() < 0.5:
            moved = moved.recompute(inputs={name: random.choice(WILD, array.shape)})
    try:
        if problem.stoppable:
            moved = moved.recompute(stops=[str(random.choice(problem.stoppable))])
        if problem.liftable:
            moved = moved.recompute(lifted=[str(random.choice(problem.liftable))])
    except LookupError as error:  # without the stop there would have to be a gradient where there is none
        assert "gradient defined for op" in str(error)
    assert moved.text()
    assert moved.dot()


def explained_or_refused(seed: int, size: int, pictures: bool) -> None:
    asked = question(seed, size)
    graph = tf.get_default_graph()
    before = graph.version
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            explanation = asked.explained()
        except REFUSED as error:
            assert len(str(error)) > 20
            assert type(error) not in (KeyError, IndexError)
        else:
            every_rendering_is_well_formed(explanation)
            if pictures:
                picture_is_well_formed(explanation)
            follows(explanation, seed)
    assert graph.version == before


SEEDS, SIZES = st.integers(0, 2**40), st.integers(1, 8)


@pytest.mark.dot
@settings(FEW, max_examples=40)
@given(SEEDS, SIZES)
def test_a_random_graph_is_explained_or_refused(seed: int, size: int) -> None:
    explained_or_refused(seed, size, pictures=seed % 4 == 0)


@pytest.mark.slow
@pytest.mark.dot
@settings(MANY, max_examples=4000)
@given(SEEDS, SIZES)
def test_many_random_graphs(seed: int, size: int) -> None:
    explained_or_refused(seed, size, pictures=True)
