"""The views that the renderers are tested on, one after the other."""

from __future__ import annotations

import pytest
import sample_views

from gradnb.view.model import View


@pytest.fixture(params=sorted(sample_views.VIEWS))
def view(request: pytest.FixtureRequest) -> View:
    """Each of the views in turn."""
    return sample_views.VIEWS[request.param]()
