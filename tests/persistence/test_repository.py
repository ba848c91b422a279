"""What is particular to SQLite: its file, its settings, its URLs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from records import study_record

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository, storage_url


@pytest.fixture
def file(tmp_path):
    """A database with a study ``s``."""
    repository = Repository(f"sqlite:///{tmp_path}/r.db", create=True)
    repository.add_study(study_record())
    repository.close()
    return tmp_path / "r.db"


def test_newer_schema_is_refused(file):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("update mdm_alembic_version set version_num = '9999'")
    with pytest.raises(InputError, match="schema '9999' is newer"):
        Repository(f"sqlite:///{file}", create=False)


def test_other_tables_of_the_database_are_left_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection, connection:
        connection.execute("create table their_version (version_num text)")
        connection.execute("insert into their_version values ('theirs')")
    Repository(f"sqlite:///{tmp_path}/r.db", create=True).close()
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        kept = connection.execute("select version_num from their_version").fetchall()
    assert kept == [("theirs",)]


def test_a_version_table_of_another_program_is_refused_and_left_alone(tmp_path):
    """Optuna would take it for its own."""
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection, connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('theirs')")
    with pytest.raises(InputError, match="another program uses the table 'alembic_version'"):
        Repository(f"sqlite:///{tmp_path}/r.db", create=True)
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        kept = connection.execute("select version_num from alembic_version").fetchall()
        tables = connection.execute("select name from sqlite_master").fetchall()
    assert (kept, tables) == ([("theirs",)], [("alembic_version",)])


def test_write_ahead_log_is_on(file):
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_plain_file_names_are_sqlite_urls(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert storage_url("a.db") == f"sqlite:///{tmp_path}/a.db"
    assert storage_url("sqlite:///b.db") == "sqlite:///b.db"
