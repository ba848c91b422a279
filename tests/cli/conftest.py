"""A finished study, which the commands that read leave as it is."""

from __future__ import annotations

import pytest
from commands import succeed
from study_files import database, write_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished and verified study, made by the command; its folder and database."""
    folder = tmp_path_factory.mktemp("cli")
    path, url = write_study(folder, steps="[4, 8]", trials="8"), database(folder)
    result = succeed("run", path, "--storage", url)
    return path, url, result
