"""A file name given as a storage is that file, whatever a URL would read into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.persistence import Repository, database_file, is_sqlite, storage_url

NAMES = st.text("a?#%20&=@:+;~ é[]'\"", min_size=1, max_size=12).filter(
    lambda name: name.strip() and not name.startswith("~")
)


@given(NAMES)
def test_any_name_is_that_file(name: str) -> None:
    url = storage_url(f"./{name}")
    assert is_sqlite(url)
    assert database_file(url) == Path(name).resolve()
    assert storage_url(url) == url


@pytest.mark.parametrize("name", ["a?b=1.db", "c%20d.db", "#1.db"])
def test_the_file_is_made_under_its_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Repository(storage_url(name), create=True).close()
    assert {path.name for path in tmp_path.iterdir()} == {name, f"{name}.schema.lock"}


def test_plain_file_names_are_sqlite_urls(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert storage_url("a.db") == f"sqlite:///{tmp_path}/a.db"
    assert storage_url("sqlite:///b.db") == "sqlite:///b.db"
