"""A file name given as a storage is that file, whatever a URL would read into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository, database_file, is_sqlite, storage_url
from mdm_opt.persistence.location import shown, shown_as_given

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


@pytest.mark.parametrize(
    "text",
    [
        "me:hunter2@host/db",
        "me:hunter2@host:5432/db",
        "host=here dbname=db password=hunter2",
        "password = hunter2",
    ],
)
def test_what_seems_to_hold_a_password_is_refused_and_never_repeated(text):
    with pytest.raises(InputError) as caught:
        storage_url(text)
    assert "what seems to hold a password is no file name" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert shown_as_given(text) == "URL"


def test_options_of_a_url_are_not_shown():
    url = "postgresql+psycopg://me@host/db?options=-c%20role%3Dhunter2"
    assert "hunter2" not in shown(url)
    assert "hunter2" not in shown_as_given(url)


@pytest.mark.parametrize("text", ["a@b.db", "studies/me:x.db", "./me:hunter2@host.db"])
def test_files_may_have_such_characters(text):
    assert storage_url(text).startswith("sqlite:///")
    assert shown_as_given(text) == text
