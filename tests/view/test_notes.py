"""Where TensorFlow is wrong or surprising, an explanation has TensorFlow's number and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine.registry import all_ops
from gradnb.messages import LANGUAGES, text

nan, inf = np.nan, np.inf

SURPRISES: list[tuple[str, Callable[[Any], Any], Any, Any]] = [
    ("cumprod_after_zero", tf.cumprod, [2.0, 0.0, 3.0], [1.0, 0.0, 0.0]),
    ("where_nan", lambda x: tf.where(x > 0.0, tf.log(x), tf.zeros([2])), [0.0, 2.0], [nan, 0.5]),
    ("log_at_zero", tf.log, [0.0, 2.0], [inf, 0.5]),
    ("pow_at_zero", lambda x: x**0.0, [0.0, 2.0], [nan, 0.0]),
    ("pow_at_zero", lambda x: x**0.5, [0.0, 4.0], [inf, 0.25]),
    ("first_takes_all", lambda x: tf.maximum(1.0, x), [1.0, 2.0], [0.0, 1.0]),
    ("first_takes_all", lambda x: tf.minimum(x, 1.0), [1.0, 2.0], [1.0, 0.0]),
    ("ties_share", tf.reduce_max, [1.0, 3.0, 3.0], [0.0, 0.5, 0.5]),
    ("ties_share", tf.reduce_min, [1.0, 1.0, 3.0], [0.5, 0.5, 0.0]),
    ("prod_of_others", tf.reduce_prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    ("clip_at_bounds", lambda x: tf.clip_by_value(x, 0.0, 1.0), [0.0, 1.0, 2.0], [1.0, 1.0, 0.0]),
    ("abs_at_zero", tf.abs, [0.0, -2.0], [0.0, -1.0]),
    ("sign_is_flat", tf.sign, [0.0, -2.0], [0.0, 0.0]),
    ("relu_at_zero", tf.nn.relu, [0.0, 2.0], [0.0, 1.0]),
    ("relu6_at_bounds", tf.nn.relu6, [0.0, 6.0, 3.0], [0.0, 0.0, 1.0]),
    ("leaky_relu_at_zero", tf.nn.leaky_relu, [0.0, 2.0], [0.2, 1.0]),
    ("selu_at_zero", tf.nn.selu, [0.0], [1.0507]),
    ("norm_at_zero", tf.math.reduce_euclidean_norm, [0.0, 0.0], [nan, nan]),
    ("atan2_at_origin", lambda x: tf.atan2(x, tf.zeros([1])), [0.0], [nan]),
    ("guarded_slope", lambda x: tf.where(x > 0.0, tf.sqrt(x), tf.zeros([2])), [0.0, 4.0], [0.0, 0.25]),
    (
        "first_in_window",
        lambda x: tf.nn.max_pool(tf.reshape(x, [1, 2, 2, 1]), 2, 2, "VALID"),
        [1.0] * 4,
        [1.0, 0, 0, 0],
    ),
]


@pytest.mark.parametrize(("key", "function", "point", "gradient"), SURPRISES)
def test_a_surprise_has_tensorflows_number_and_a_note(
    key: str, function: Callable[[Any], Any], point: list[float], gradient: list[float]
) -> None:
    x = tf.Variable(point)
    for language in LANGUAGES:
        explanation = tf.explain(function(x), x, language=language)
        (found,) = explanation.gradients
        assert found is not None
        np.testing.assert_allclose(found, gradient, rtol=1e-4)
        note = text(f"ops.{key}", language)
        assert note in explanation.view.notes
        assert note in explanation.text()


def test_an_operation_off_the_paths_has_no_note() -> None:
    x, other = tf.Variable([1.0, 2.0]), tf.Variable([0.0, 2.0])
    explanation = tf.explain(x * tf.nn.relu(other), x)
    assert text("ops.relu_at_zero", "en") not in explanation.view.notes


def test_a_note_is_said_once() -> None:
    x = tf.Variable([1.0, 2.0])
    notes = tf.explain(tf.nn.relu(tf.nn.relu(x)), x).view.notes
    assert notes.count(text("ops.relu_at_zero", "en")) == 1


@pytest.mark.parametrize("definition", [d for d in all_ops() if d.note], ids=lambda definition: definition.type)
def test_every_note_is_a_sentence_in_each_language(definition: Any) -> None:
    english, chinese = (text(definition.note, language) for language in LANGUAGES)
    assert english.endswith(".")
    assert chinese.endswith("。")
