"""A study and its figures."""

from __future__ import annotations

import pytest
from figure_studies import finished

from mdm_opt.show.figures import figures


@pytest.fixture(scope="session")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    return finished(folder, steps="[4, 8]", trials="18")


@pytest.fixture(scope="session")
def drawn(found):
    return figures(found)
