"""A folder for every test, and a study in it."""

from __future__ import annotations

import pytest
from examined import made_study


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test in a folder of its own, which is as it was before at its end."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(tmp_path):
    """A study file and the database in which its study is."""
    return made_study(tmp_path)
