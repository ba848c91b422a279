"""Looking at a database: what is said of it, and that nothing of it changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from postgres import execute
from records import study_record
from sqlalchemy import NullPool, create_engine, inspect, text

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository, storage_url
from mdm_opt.persistence.health import (
    find_study,
    read_study,
    readable,
    schema_revision,
    server_facts,
    study_names,
)

FIRST = Path(__file__).parent / "databases" / "0001.sql"


def test_studies_are_read_as_they_are_kept(repository):
    assert read_study(repository.url, "s") == find_study(repository.url, "s") == study_record()
    assert find_study(repository.url, "nobody") is None
    with readable(repository.url) as found:
        assert found.study("s") == study_record()
    with pytest.raises(InputError, match="no study 'nobody' in this database; there are: s"):
        read_study(repository.url, "nobody")


def test_names_are_in_the_order_in_which_studies_were_made(repository):
    repository.add_study(study_record("a"))
    assert study_names(repository.url) == ["s", "a"]


def test_the_revision_is_that_of_the_tables_and_none_without(url):
    Repository(url, create=True).close()
    revision, head = schema_revision(url)
    assert revision == head
    assert head.isdecimal()


@pytest.mark.postgres
def test_an_empty_server_has_no_revision_and_stays_empty(postgres_url):
    assert schema_revision(postgres_url)[0] is None
    engine = create_engine(postgres_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == []


def test_an_older_file_is_not_upgraded(tmp_path):
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST.read_text())
    before = file.read_bytes()
    assert schema_revision(f"sqlite:///{file}")[0] == "0001"
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["old.db"]


@pytest.mark.parametrize("name", ["r.db", "a?mode=rw#1 %20é.db"])
def test_a_file_that_nobody_has_open_gets_no_journal(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    url = storage_url(name)
    with closing(Repository(url, create=True)) as repository:
        repository.add_study(study_record())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(before) == {name, f"{name}.schema.lock"}
    assert read_study(url, "s") == study_record()
    assert schema_revision(url)[0] is not None
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_stands_in_the_journal_only_is_seen(tmp_path):
    url = f"sqlite:///{tmp_path}/r.db"
    with closing(Repository(url, create=True)) as repository:
        repository.add_study(study_record())
        with repository.engine.connect():
            assert (tmp_path / "r.db-wal").stat().st_size > 0
            assert find_study(url, "s") == study_record()


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(InputError, match="unable to open database file"):
        schema_revision(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_and_a_newer_schema_are_refused(tmp_path):
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as one\n" * 9)
    with pytest.raises(InputError, match="file is not a database"):
        schema_revision(f"sqlite:///{tmp_path}/text.db")
    url = f"sqlite:///{tmp_path}/r.db"
    Repository(url, create=True).close()
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection, connection:
        connection.execute("update mdm_alembic_version set version_num = '9999'")
    with pytest.raises(InputError, match="schema '9999' is newer"):
        schema_revision(url)


@pytest.mark.postgres
def test_a_server_says_its_version_its_room_and_its_own_time_zone(postgres_url):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    execute(postgres_url, f"ALTER DATABASE {name} SET timezone = 'America/New_York'")
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as one, engine.connect(), engine.connect():
        facts = server_facts(postgres_url)
        most = int(one.scalar(text("SHOW max_connections")))
        reserved = int(one.scalar(text("SHOW superuser_reserved_connections")))
        assert facts.version == one.scalar(text("SHOW server_version"))
    assert facts.version.startswith(f"{facts.number}.")
    assert facts.most_connections <= most - reserved
    # Three of ours, and the one that asks.
    assert 0 < facts.free_connections <= facts.most_connections - 4
    assert facts.time_zone == "America/New_York"
