"""A figure of the program's own: a page shows it with its words, and shows it once."""

from __future__ import annotations

import struct

import pytest
from matplotlib.figure import Figure

from gradnb.pictures import described


def drawn() -> Figure:
    figure = Figure(figsize=(4, 2))
    figure.subplots().plot([3, 1, 2])
    return figure


def test_the_words_stand_for_it_everywhere() -> None:
    bundle = described(drawn(), 'Falls, then rises: "<b>".')._repr_mimebundle_()
    assert bundle["text/plain"] == 'Falls, then rises: "<b>".'
    assert 'alt="Falls, then rises: &quot;&lt;b&gt;&quot;."' in bundle["text/html"]
    assert 'width="384"' in bundle["text/html"]
    assert struct.unpack(">I", bundle["image/png"][16:20])[0] > 384, "sharp on a fine screen"


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert described(drawn(), "").png == described(drawn(), "").png


def test_a_figure_of_pyplot_is_closed_and_others_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    kept, shown = plt.figure(), plt.figure()
    described(shown, "Nothing yet.")
    assert plt.get_fignums() == [kept.number]
    plt.close(kept)
