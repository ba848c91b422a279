"""Opening a database: its file, its settings, its schema, and what must not be touched."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import closing

import pytest
from records import study_record
from sqlalchemy import text

from mdm_opt.errors import InputError
from mdm_opt.persistence import NoStudies, Repository, storage_url, upgrade_database
from mdm_opt.persistence.database import elsewhere, make_engine, open_database, schema_lock


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
    Repository(f"sqlite:///{tmp_path}/r.db", create=True, adopt=True).close()
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        kept = connection.execute("select version_num from their_version").fetchall()
    assert kept == [("theirs",)]


def test_write_ahead_log_is_on(file):
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_what_is_not_there_is_made_only_where_that_is_wanted(tmp_path):
    url = f"sqlite:///{tmp_path}/r.db"
    with pytest.raises(NoStudies, match=r"no database at .*r\.db; 'mdm-opt run STUDY.toml' makes"):
        open_database(url, create=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "r.db").touch()
    with pytest.raises(NoStudies, match=r"no studies in .*r\.db; 'mdm-opt study create STUDY.to"):
        open_database(url, create=False)
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == []
    open_database(url, create=True).dispose()
    open_database(url, create=False).dispose()
    for create in (False, True):
        with pytest.raises(InputError, match=r"no database at|the folder .*none does not exist"):
            open_database(f"sqlite:///{tmp_path}/none/r.db", create=create)


def test_tables_are_made_once(url):
    before, now = upgrade_database(url)
    assert before is None
    assert upgrade_database(url) == (now, now)


def test_rows_without_what_they_refer_to_are_refused(repository):
    orphan = "INSERT INTO mdm_scores (measurement_id, instance, score) VALUES (7, 0, 1.0)"
    with pytest.raises(InputError, match=r"(?i)foreign key"), repository.transaction() as session:
        session.execute(text(orphan))


def test_of_two_that_change_tables_the_second_waits(url):
    upgrade_database(url)
    began, done = threading.Event(), threading.Event()

    def second():
        began.set()
        with schema_lock(url):
            done.set()

    thread = threading.Thread(target=second)
    with schema_lock(url):
        thread.start()
        assert began.wait(30)
        assert not done.wait(0.2)
    assert done.wait(30)
    thread.join()


def test_a_missing_driver_is_named_with_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"psycopg 3: pip install 'mdm-opt\[postgres\]'") as no:
        make_engine("postgresql+psycopg://me:secret@there/studies")
    assert "secret" not in str(no.value)


def test_files_of_before_are_named_where_they_hold_what_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "storage").mkdir()
    server = "postgresql+psycopg://me@host/db"
    assert elsewhere(server) == ""
    (tmp_path / "mdm-opt.db").write_text("no database")
    with closing(Repository(storage_url("storage/mdm-opt.db"), create=True)) as repository:
        assert elsewhere(server) == ""
        repository.add_study(study_record("s"))
        said = "; study 's' is in storage/mdm-opt.db: --storage storage/mdm-opt.db reads it there"
        assert elsewhere(server, "s").startswith(said)
        assert elsewhere(server).startswith("; studies are in storage/mdm-opt.db: ")
        assert elsewhere(server, "other") == ""
        # Not in itself.
        assert elsewhere(repository.url, "s") == ""
        assert elsewhere(storage_url("a.db"), "s") != ""
