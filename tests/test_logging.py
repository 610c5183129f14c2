"""``tf.logging``, the line at the top of many a book's program."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

import gradnb as tf


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    before = logging.getLogger("tensorflow").level
    yield
    logging.getLogger("tensorflow").setLevel(before)


def test_messages_below_the_verbosity_are_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.logging.info("step %d", 1)
    tf.logging.error("step %d", 2)
    assert [record.getMessage() for record in caplog.records] == ["step 2"]
    assert tf.logging.get_verbosity() == tf.logging.ERROR


def test_a_level_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        tf.logging.set_verbosity("LOUD")
