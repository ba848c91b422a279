"""mdm-opt storage: what it says of a server, and what to type next."""

from __future__ import annotations

import json

import pytest
from commands import succeed

from mdm_opt.cli import storage
from mdm_opt.persistence import CopiedStudy


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test in a folder of its own, in which no server runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_where_no_server_is_one_can_be_made(here):
    folder = "mdm-opt-postgres"
    said = f"there is no server in {folder}; 'mdm-opt storage start' makes one\n"
    assert succeed("storage", "status").stdout == said
    facts = json.loads(succeed("storage", "status", "--json").stdout)
    assert (facts["exists"], facts["running"], facts["url"]) == (False, False, None)
    assert facts["data_folder"] == str(here / folder)
    said = f"no server runs in {folder}; nothing to stop\n"
    assert succeed("storage", "stop").stdout == said
    stopped = json.loads(succeed("storage", "stop", "--json").stdout)
    assert stopped == {"stopped": False, "data_folder": str(here / folder)}
    assert list(here.iterdir()) == []


def test_facts_of_a_server_are_lines(here):
    data = here / "storage" / "postgres"
    facts = {
        "running": True,
        "pid": 17,
        "data_folder": str(data),
        "data_bytes": 41_600_000,
        "postgresql": "16.2",
        "log_file": "/elsewhere/server.log",
        "url": "postgresql://x",
        "connections": 3,
    }
    assert storage._lines(facts) == [
        "running: yes, process 17",
        "data: storage/postgres, 42 MB",
        "PostgreSQL: 16.2",
        "log: /elsewhere/server.log",
        "URL: postgresql://x",
        "connections: 3",
    ]
    stopped = storage._lines(facts | {"running": False})
    assert stopped[0] == "running: no"
    assert stopped[-1] == "start it with: mdm-opt storage start"
    assert not any(line.startswith(("URL", "connections")) for line in stopped)


def test_a_database_that_is_named_hides_the_server(monkeypatch):
    monkeypatch.delenv("MDM_OPT_STORAGE", raising=False)
    assert storage._use() == "commands without --storage and MDM_OPT_STORAGE use it from now on"
    monkeypatch.setenv("MDM_OPT_STORAGE", "other.db")
    assert storage._use().startswith("MDM_OPT_STORAGE is set and names another database: unset it")


@pytest.mark.parametrize(
    ("finished", "url", "command"),
    [
        (6, "sqlite:///x.db", "best s"),
        (5, "sqlite:///x.db", "worker s"),
        (5, "postgresql://host/db", "launch s --workers 2"),
    ],
)
def test_the_next_command_is_the_one_that_goes_on(finished, url, command):
    study = CopiedStudy(
        "s",
        trials=6,
        finished=finished,
        workers=2,
        measurements=7,
        scores=112,
        samples=0,
        exports=1,
    )
    assert storage._next(study, url) == command
    assert storage._counted(study) == (
        f"s, {finished} of 6 trials finished, 7 measurements with 112 scores, 1 exports"
    )
