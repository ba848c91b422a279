"""The database of mdm-opt doctor: where it is, its server, its schema."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from examined import contents, examined
from study_files import write_study

from mdm_opt.cli.main import main
from mdm_opt.doctor import database as database_checks
from mdm_opt.persistence.health import ServerFacts
from mdm_opt.study.opening import create_study

DUMP = Path(__file__).parents[1] / "persistence" / "databases" / "0001.sql"


def test_where_the_storage_was_named_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MDM_OPT_STORAGE", "mine.db")
    assert examined()["storage"].found == f"{tmp_path}/mine.db (named by MDM_OPT_STORAGE)"
    found = examined("--storage", "other.db")
    assert found["storage"].found == f"{tmp_path}/other.db (named by --storage)"
    monkeypatch.delenv("MDM_OPT_STORAGE")
    (tmp_path / "storage").mkdir()
    expected = f"{tmp_path}/storage/mdm-opt.db (in the folder storage)"
    assert examined()["storage"].found == expected


def test_an_older_schema_is_left_as_it_is(tmp_path):
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(DUMP.read_text())
    before = contents(tmp_path)
    found = examined("--storage", file)
    assert found["schema"].status == "warn"
    assert found["schema"].found.startswith("0001 is older than this version's ")
    assert "mdm-opt storage upgrade" in found["schema"].mend
    assert examined("--study", "old", "--storage", file, code=1)["study"].status == "fail"
    assert contents(tmp_path) == before


def test_a_newer_schema_fails(tmp_path, made):
    path, url = made
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection, connection:
        connection.execute("UPDATE mdm_alembic_version SET version_num = '9999'")
    found = examined(path, "--storage", url, code=1)
    assert "'9999' is newer than this version of mdm-opt knows" in found["schema"].found
    assert found["objective"].status == "ok"


def test_what_is_no_database_fails(tmp_path):
    (tmp_path / "text.db").write_text("no database at all, but long enough to be one" * 100)
    assert "not a database" in examined("--storage", "text.db", code=1)["schema"].found
    found = examined("--storage", "nowhere/new.db", code=1)
    assert "the folder does not exist" in found["storage"].found
    assert "schema" not in found
    (tmp_path / "folder.db").mkdir()
    found = examined("--storage", "folder.db", code=1)
    assert "folder.db (named by --storage): it is no file" in found["storage"].found
    assert "schema" not in found
    found = examined("--storage", "mysql://root:secret@host/db", code=1)
    assert "secret" not in found["storage"].found
    assert found["model"].status == "ok"


def test_a_folder_that_cannot_be_written_to_fails(monkeypatch):
    monkeypatch.setattr(database_checks.os, "access", lambda path, mode: False)
    found = examined(code=1)
    assert "it cannot be written to" in found["storage"].found


def test_a_file_on_a_network_is_a_warning(monkeypatch):
    monkeypatch.setattr(database_checks, "file_system", lambda folder: "nfs4")
    found = examined()
    assert found["storage"].status == "warn"
    assert "network file system (nfs4)" in found["storage"].found
    assert "storage start" in found["storage"].mend


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\nserver:/x /home nfs4 rw 0 0\n/dev/b /home/me\\040too xfs rw 0 0\n"
    )
    monkeypatch.setattr(database_checks, "_MOUNTS", mounts)
    kinds = {"/": "ext4", "/homes": "ext4", "/home": "nfs4", "/home/me": "nfs4"}
    kinds["/home/me too/deep"] = "xfs"
    assert {path: database_checks.file_system(Path(path)) for path in kinds} == kinds
    monkeypatch.setattr(database_checks, "_MOUNTS", tmp_path / "none")
    assert database_checks.file_system(tmp_path) == ""


def test_a_server_that_cannot_be_reached_fails_without_its_password():
    pytest.importorskip("psycopg")
    url = "postgresql://me:secret@127.0.0.1:1/db"
    shown = CliRunner().invoke(main, ["doctor", "--storage", url])
    assert shown.exit_code == 1
    assert "secret" not in shown.output
    found = examined("--storage", url, code=1)
    assert (
        found["storage"].found == "postgresql+psycopg://me:***@127.0.0.1:1/db (named by --storage)"
    )
    for name in ("server", "schema"):
        assert found[name].status == "fail"
        assert "start the server" in found[name].mend
    assert found["model"].status == "ok"


@pytest.mark.postgres
def test_a_server_is_looked_at_and_left_alone(postgres_url, tmp_path):
    from records import snapshot

    path = write_study(tmp_path)
    found = examined(path, "--storage", postgres_url)
    assert found["server"].found.startswith("PostgreSQL ")
    assert "connections free, time zone " in found["server"].found
    assert found["schema"].found == "no tables yet; the first study makes them"
    assert snapshot(postgres_url) == {}
    create_study(path, postgres_url).repository.close()
    before = snapshot(postgres_url)
    found = examined("--study", "sudoku4", "--storage", postgres_url)
    assert {check.status for check in found.values()} == {"ok"}
    assert snapshot(postgres_url) == before


@pytest.mark.parametrize(
    ("number", "free", "status", "said"),
    [(13, 50, "fail", "PostgreSQL 14 or newer"), (16, 1, "warn", "max_connections")],
)
def test_an_old_or_crowded_server_is_said(monkeypatch, number, free, status, said):
    pytest.importorskip("psycopg")
    facts = ServerFacts(f"{number}.1", number, free, 100, "Europe/Vienna")
    monkeypatch.setattr(database_checks, "server_facts", lambda url: facts)
    monkeypatch.setattr(database_checks, "schema_revision", lambda url: ("0001", "0002"))
    found = examined("--storage", "postgresql://me@host/db", code=1)
    assert found["server"].status == status
    assert said in found["server"].mend
    assert "time zone Europe/Vienna" in found["server"].found
    # Only the owner upgrades a server.
    assert found["schema"].status == "fail"
