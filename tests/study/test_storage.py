"""Making, upgrading and copying: nothing lost, nothing half done, nothing overwritten."""

from __future__ import annotations

import json
import pkgutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import optuna
import pytest
from click.testing import CliRunner
from copies import (
    BACKENDS,
    BETWEEN,
    PROFILED,
    content,
    copy_all,
    copy_database,
    execute,
    finish,
    full_study,
    optuna_names,
    plain_optuna,
)
from sqlalchemy import inspect
from study_files import database, optuna_trials, write_study

from mdm_opt.cli.main import main
from mdm_opt.errors import InputError, RunError
from mdm_opt.handoff.export import export_schedule
from mdm_opt.persistence import Repository
from mdm_opt.persistence import database as schemas
from mdm_opt.results.best import best
from mdm_opt.results.verification import verify
from mdm_opt.study.deletion import delete_study
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import create_study, open_study
from mdm_opt.study.storage import upgrade_storage

WHOLE = {"trials": "14", "sampler": '"gp"', "steps": "[4, 6]"}
OLD_DATABASE = Path(__file__).parents[1] / "persistence" / "databases" / "0001.sql"


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The folder of a finished study, made once for all tests."""
    folder = tmp_path_factory.mktemp("once")
    finish(write_study(folder), database(folder))
    return folder


@pytest.fixture
def source(once, tmp_path):
    """A copy of its database, which may be changed."""
    copy_database(database(once), tmp_path)
    return database(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What the trials of an undisturbed study measure."""
    folder = tmp_path_factory.mktemp("whole")
    return finish(write_study(folder, **WHOLE), database(folder))


def invoke(*arguments):
    result = CliRunner().invoke(main, ["storage", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.slow
@pytest.mark.parametrize(("from_backend", "to_backend"), BETWEEN)
def test_a_copied_study_goes_on_as_the_undisturbed_one(
    tmp_path, new_database, from_backend, to_backend, whole
):
    source, target = new_database(from_backend), new_database(to_backend)
    finish(write_study(tmp_path, **(WHOLE | {"trials": "9"})), source)
    copy_all(source, target)
    path = write_study(tmp_path, **WHOLE)
    assert finish(path, target) == whole[9:]
    opened = create_study(path, target)
    verify(opened)
    assert export_schedule("sudoku4", target, 4).result.verified
    trials = optuna_trials(target)
    assert [trial.number for trial in trials] == list(range(14))
    assert {trial.state for trial in trials} == {optuna.trial.TrialState.COMPLETE}
    opened.repository.close()


@pytest.mark.parametrize("lost", ["the study", "the tables"])
def test_what_optuna_has_lost_is_made_in_the_copy(tmp_path, source, lost):
    target = f"sqlite:///{tmp_path}/target.db"
    before = [(t.number, t.state.name, t.values) for t in optuna_trials(source)]
    if lost == "the study":
        with plain_optuna(source) as storage:
            optuna.delete_study(study_name="sudoku4", storage=storage)
    else:
        tables = execute(source, "SELECT name FROM sqlite_master WHERE type = 'table'")
        with (
            closing(sqlite3.connect(tmp_path / source.rpartition("/")[2])) as connection,
            connection,
        ):
            for (name,) in tables:
                if not name.startswith(("mdm_", "sqlite_")):
                    connection.execute(f"DROP TABLE {name}")
    assert [c.name for c in copy_all(source, target)] == ["sudoku4"]
    assert [(t.number, t.state.name, t.values) for t in optuna_trials(target)] == before
    assert best("sudoku4", source) == best("sudoku4", target)
    opened = open_study("sudoku4", source)
    assert opened.queue.progress().settled
    opened.repository.close()
    delete_study("sudoku4", source)


@pytest.mark.slow
def test_chosen_studies_are_copied_beside_others(tmp_path):
    for name in "abc":
        (tmp_path / name).mkdir()
        path = write_study(tmp_path / name, PROFILED, name=f'"{name}"', seeds='["profile"]')
        finish(path, database(tmp_path))
    source, target = database(tmp_path), f"sqlite:///{tmp_path}/target.db"
    before = content(source, "b")
    assert [c.name for c in copy_all(source, target, "c", "b", "c")] == ["c", "b"]
    assert [c.name for c in copy_all(source, target, "a")] == ["a"]
    assert content(target, "b") == before
    # One model serves all three, and so do its profiles: both ways of measuring it.
    assert execute(target, "SELECT COUNT(*) FROM mdm_models") == [(1,)]
    assert execute(target, "SELECT COUNT(*) FROM mdm_profile_values") == [(96,)]
    # The last are the sequences that the study uses of it.
    assert [len(before[table]) for table in before if "profile" in table] == [2, 16, 96, 8]


def snapshot(url):
    """The tables of a database and how many rows each has."""
    engine = schemas.make_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    count = "SELECT COUNT(*) FROM TABLE"
    return {name: execute(url, count.replace("TABLE", name)) for name in names}


@pytest.mark.parametrize("backend", BACKENDS)
def test_refusals_write_nothing(tmp_path, source, new_database, backend):
    target = new_database(backend)
    (tmp_path / "own").mkdir()
    with pytest.raises(InputError, match=r"no study 'none'.*there are: sudoku4"):
        copy_all(source, target, "sudoku4", "none")
    with exclusive("sudoku4", source), pytest.raises(InputError, match="another process"):
        copy_all(source, target)
    with pytest.raises(InputError, match="is the source and the target"):
        copy_all(source, source)
    with pytest.raises(InputError, match="no database at"):
        copy_all(f"sqlite:///{tmp_path}/none.db", target)
    with pytest.raises(InputError, match=r"the folder .* does not exist"):
        copy_all(source, f"sqlite:///{tmp_path}/none/a.db")
    assert not (tmp_path / "none.db").exists()
    assert snapshot(target) == {}
    upgrade_storage(target)
    with pytest.raises(InputError, match="no studies in"):
        copy_all(target, source)
    with plain_optuna(target) as storage:
        optuna.create_study(storage=storage, study_name="sudoku4")
    before = snapshot(target)
    with pytest.raises(InputError, match="an Optuna study that mdm-opt did not make"):
        copy_all(source, target)
    assert snapshot(target) == before
    with plain_optuna(target) as storage:
        optuna.delete_study(storage=storage, study_name="sudoku4")
    copy_all(source, target)
    before = snapshot(target)
    with pytest.raises(InputError, match="study 'sudoku4' exists in"):
        copy_all(source, target)
    with pytest.raises(InputError, match="study 'sudoku4' exists in"):
        copy_all(target, source)
    assert snapshot(target) == before


@pytest.mark.usefixtures("source")
def test_the_same_file_by_another_name_is_refused(tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "test.db")
    with pytest.raises(InputError, match="is the source and the target"):
        copy_all(database(tmp_path), f"sqlite:///{tmp_path}/link.db")


PLACES = [
    ("optuna.storages:RDBStorage._create_new_trial", 4, KeyboardInterrupt),
    ("mdm_opt.persistence.maintenance:_copy_workers", 1, RunError),
    ("mdm_opt.persistence.maintenance:_copy_measurements", 1, KeyboardInterrupt),
    ("mdm_opt.study.storage:rename_mirror", 1, RunError),
]


@pytest.mark.parametrize(("place", "call", "error"), PLACES)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.slow
def test_a_copy_that_fails_in_the_middle_leaves_nothing(
    source, new_database, monkeypatch, backend, place, call, error
):
    target = new_database(backend)
    calls = []
    original = pkgutil.resolve_name(place)

    def failing(*arguments, **options):
        calls.append(1)
        if len(calls) == call:
            raise error("in the middle")
        return original(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(place.replace(":", "."), failing)
        with pytest.raises(error):
            copy_all(source, target)
    assert len(calls) >= call
    left = {t: n for t, n in snapshot(target).items() if t.startswith(("mdm_s", "mdm_m", "mdm_t"))}
    assert set(map(str, left.values())) == {"[(0,)]"}
    assert optuna_names(target) == []
    copy_all(source, target)
    assert content(source) == content(target)


STOP_IN_THE_MIDDLE = """
import sys, time
import mdm_opt.study.storage as storage
from mdm_opt.cli.main import main
copy = storage.copy_study
def slow(*arguments):
    done = copy(*arguments)
    print("in the middle", flush=True)
    time.sleep(60)
    return done
storage.copy_study = slow
main(["storage", "copy", sys.argv[1], "--storage", sys.argv[2]])
"""


@pytest.mark.parametrize(
    ("backend", "sent"),
    [
        ("sqlite", signal.SIGINT),
        ("sqlite", signal.SIGKILL),
        pytest.param("postgresql", signal.SIGTERM, marks=pytest.mark.postgres),
        pytest.param("postgresql", signal.SIGKILL, marks=pytest.mark.postgres),
    ],
)
@pytest.mark.slow
def test_a_copy_that_is_stopped_or_killed_leaves_no_half_study(
    source, new_database, backend, sent
):
    target = new_database(backend)
    process = subprocess.Popen(
        [sys.executable, "-c", STOP_IN_THE_MIDDLE, source, target],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "in the middle\n"
    process.send_signal(sent)
    _, errors = process.communicate(timeout=60)
    left = ["sudoku4 (being copied)"]
    if sent == signal.SIGKILL:
        assert process.returncode == -sent
    else:
        assert process.returncode == 128 + sent
        assert errors.strip() == "interrupted: 0 studies were copied"
        left = []
    assert optuna_names(target) == left
    assert execute(target, "SELECT * FROM mdm_studies") == []
    # What was left does not stand in the way.
    copy_all(source, target)
    assert content(source) == content(target)
    assert optuna_names(target) == ["sudoku4"]


def test_the_command_says_what_was_copied_and_what_to_type_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/mdm-opt")
    full_study(tmp_path, database(tmp_path))
    (tmp_path / "two").mkdir()
    create_study(write_study(tmp_path / "two", name='"two"'), database(tmp_path))
    result = invoke("copy", "test.db", "--storage", "new.db")
    assert result.exit_code == 0, result.output
    assert "sudoku4, 9 of 9 trials finished" in result.output
    assert "two, 0 of 6 trials finished, 0 measurements with 0 scores, 0 exp" in result.output
    assert "next: mdm-opt best sudoku4 --storage new.db" in result.output
    assert "next: mdm-opt worker two --storage new.db" in result.output
    result = invoke("copy", "test.db", "--study", "two", "--storage", "b.db", "--json")
    (copied,) = json.loads(result.stdout)
    assert (copied["name"], copied["trials"]) == ("two", 6)
    result = invoke("copy", "test.db", "--storage", "b.db")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: study 'two' exists in")
    assert result.stderr.count("\n") == 1


@pytest.mark.postgres
def test_the_next_command_of_a_server_is_launch_and_no_password_is_shown(
    tmp_path, postgres_url, monkeypatch
):
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/mdm-opt")
    create_study(write_study(tmp_path), database(tmp_path))
    url = postgres_url.replace("postgres@", "postgres:s3cret@")
    assert url != postgres_url
    said = []
    for arguments in (
        ("upgrade", "--storage", url),
        ("upgrade", "--storage", url, "--json"),
        ("copy", database(tmp_path), "--storage", url),
        ("copy", url, "--storage", f"{tmp_path}/back.db", "--json"),
        ("copy", url, "--storage", url),
        ("copy", database(tmp_path), "--storage", url),
    ):
        said.append(invoke(*arguments).output)
    assert "next: mdm-opt launch sudoku4 --workers 2 --storage" in said[2]
    assert "is the source and the target" in said[4]
    assert "exists in" in said[5]
    assert "s3cret" not in "".join(said)


@pytest.mark.parametrize("backend", BACKENDS)
def test_upgrade_makes_all_tables_once(new_database, backend):
    url = new_database(backend)
    result = invoke("upgrade", "--storage", url)
    assert result.exit_code == 0, result.output
    assert "made the tables of schema 0008 in" in result.output
    before = snapshot(url)
    assert {"mdm_trials", "mdm_exports", "studies", "trial_values", "version_info"} <= set(before)
    assert "has schema 0008 already; nothing to do" in invoke("upgrade", "--storage", url).output
    facts = json.loads(invoke("upgrade", "--storage", url, "--json").stdout)
    assert (facts["before"], facts["now"]) == ("0008", "0008")
    assert snapshot(url) == before


def old_database(url):
    """Tables as version 0.1.0 made them; on SQLite with its studies."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(OLD_DATABASE.read_text())
        return
    engine = schemas.make_engine(url)
    with engine.begin() as connection:
        schemas.migrate(connection, "0001")
    engine.dispose()


@pytest.mark.parametrize("backend", BACKENDS)
def test_upgrade_of_an_old_database(new_database, backend):
    url = new_database(backend)
    old_database(url)
    measured = execute(url, "SELECT COUNT(*) FROM mdm_measurements")
    result = invoke("upgrade", "--storage", url)
    assert result.exit_code == 0, result.output
    assert "from schema 0001 to 0008" in result.output
    assert execute(url, "SELECT COUNT(*) FROM mdm_measurements") == measured
    Repository(url, create=False).close()


def test_upgrade_of_a_file_waits_for_its_worker_to_be_stopped(new_database):
    url = new_database("sqlite")
    old_database(url)
    ((name,), *_) = execute(url, "SELECT name FROM mdm_studies")
    with exclusive(name, url):
        result = invoke("upgrade", "--storage", url)
    assert result.exit_code == 2
    assert f"study {name!r} is being worked on by another process" in result.output
    assert execute(url, "SELECT version_num FROM mdm_alembic_version") == [("0001",)]


@pytest.mark.postgres
def test_upgrade_is_refused_while_workers_are_alive_where_it_would_change_something(
    tmp_path, postgres_url
):
    opened = create_study(write_study(tmp_path), postgres_url)
    opened.queue.workers.register("elsewhere", 7, "cpu", "0", 60.0)
    assert upgrade_storage(postgres_url) == ("0008", "0008")
    execute(postgres_url, "UPDATE mdm_alembic_version SET version_num = '0001'")
    result = invoke("upgrade", "--storage", postgres_url)
    assert result.exit_code == 2
    assert "1 workers are alive, one of them process 7 on elsewhere; stop them" in result.output
    assert result.output.count("\n") == 1
    opened.repository.close()


@pytest.mark.postgres
def test_workers_of_an_upgraded_server_are_not_needed_to_make_tables(tmp_path, postgres_url):
    began = time.monotonic()
    upgrade_storage(postgres_url)
    threads = [threading.Thread(target=upgrade_storage, args=(postgres_url,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 60
    assert finish(write_study(tmp_path), postgres_url)


def test_upgrade_refuses_what_is_no_database_of_ours(tmp_path):
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as one\n" * 9)
    for given, said in (
        (f"{tmp_path}/none/a.db", "does not exist"),
        (f"{tmp_path}/text.db", "file is not a database"),
    ):
        result = invoke("upgrade", "--storage", given)
        assert result.exit_code == 2
        assert said in result.output
        assert result.output.count("\n") == 1
