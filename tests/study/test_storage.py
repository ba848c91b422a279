"""Making, upgrading and copying: nothing lost, nothing half done, nothing overwritten."""

from __future__ import annotations

import json
import pkgutil
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import optuna
import pytest
from click.testing import CliRunner
from postgres import fresh_database
from sqlalchemy import inspect, text
from study_files import SUDOKU4, database, optuna_trials, write_study

from mdm_opt.cli.main import main
from mdm_opt.errors import InputError, RunError
from mdm_opt.handoff.export import export_schedule
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.persistence import database as schemas
from mdm_opt.persistence.workers import Workers
from mdm_opt.results.best import best
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.deletion import delete_study
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import create_study, open_study
from mdm_opt.study.storage import copy_studies, upgrade_storage

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
BOTH_WAYS = [
    ("sqlite", "sqlite"),
    pytest.param("sqlite", "postgresql", marks=pytest.mark.postgres),
    pytest.param("postgresql", "sqlite", marks=pytest.mark.postgres),
    pytest.param("postgresql", "postgresql", marks=pytest.mark.postgres),
]
BETWEEN = BOTH_WAYS[1:3]
# Shortest texts, subnormal, largest, one unit in the last place apart.
ODD = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 1.0, np.nextafter(1.0, 2.0), -2.5e-17]
ODD_TEXT = "ü\n\t'\"\\%(x)s :name \ufffd 😀 " + "long " * 50_000
# With a profile, and instances enough for a race.
PROFILED = SUDOKU4.replace(
    "[verify]", "[profile]\nsequences = 8\nboundaries = 6\norders = 1\n[verify]"
)
OLD_DATABASE = Path(__file__).parents[1] / "persistence" / "databases" / "0001.sql"


@pytest.fixture
def new_database(tmp_path, request):
    """Makes an empty database of a backend; returns its URL."""
    made = []

    def make(backend):
        if backend == "sqlite":
            folder = tmp_path / f"database{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            return database(folder)
        made.append(fresh_database(request.getfixturevalue("postgres_server")))
        return made[-1].__enter__()

    yield make
    for context in made:
        context.__exit__(None, None, None)


def execute(url, statement, **values):
    engine = schemas.make_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement), values)
        rows = found.all() if found.returns_rows else []
    engine.dispose()
    return rows


def invoke(*arguments):
    result = CliRunner().invoke(main, ["storage", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def finish(path, url):
    """Runs a study to its end; returns candidates and scores of what was measured now."""
    opened = create_study(path, url)
    done = [(t.label, t.candidate, t.measurement.scores.tolist()) for t in run_trials(opened)]
    opened.repository.close()
    return done


def full_study(tmp_path, url):
    """A finished, verified, exported study with scores that are hard to copy."""
    seeds = '["energy", "profile"]'
    study = PROFILED.replace("[profile]", "samples = 9\n[profile]")
    path = write_study(tmp_path, study, trials="9", steps="[4, 6]", seeds=seeds, instances="64")
    finish(path, url)
    opened = create_study(path, url)
    verify(opened)
    exported = export_schedule("sudoku4", url, 4)
    opened.repository.add_export(
        "sudoku4", steps=4, format_name="json", schedule=exported.model_dump(mode="json")
    )
    opened.repository.close()
    ids = [row.id for row in execute(url, "SELECT MIN(id) AS id FROM mdm_measurements")]
    for instance, score in enumerate(ODD):
        execute(
            url,
            "UPDATE mdm_scores SET score = :score WHERE measurement_id = :id AND instance = :n",
            score=float(score), id=ids[0], n=instance,
        )  # fmt: skip
    kept = "UPDATE mdm_samples SET text = :text WHERE measurement_id = :id AND instance = 0"
    execute(url, kept, text=ODD_TEXT, id=ids[0])
    return path


def content(url, name="sudoku4"):
    """Everything about a study but its ids, floats as their bits."""
    tables = {
        "mdm_studies": "SELECT x.* FROM mdm_studies x WHERE x.name = :name",
        "mdm_samples": "SELECT x.* FROM mdm_samples x JOIN mdm_measurements m "
        "ON m.id = x.measurement_id JOIN mdm_studies s ON s.id = m.study_id "
        "WHERE s.name = :name ORDER BY m.id, x.instance",
        "mdm_models": "SELECT x.* FROM mdm_models x JOIN mdm_studies s "
        "ON s.model_fingerprint = x.fingerprint WHERE s.name = :name",
        "mdm_scores": "SELECT x.* FROM mdm_scores x JOIN mdm_measurements m "
        "ON m.id = x.measurement_id JOIN mdm_studies s ON s.id = m.study_id "
        "WHERE s.name = :name ORDER BY m.id, x.instance",
    }
    ours = (
        "JOIN mdm_studies s ON s.model_fingerprint = p.model_fingerprint WHERE s.name = :name "
        "ORDER BY p.references_fingerprint, p.seed, p.boundaries, p.orders"
    )
    tables["mdm_profiles"] = f"SELECT p.* FROM mdm_profiles p {ours}"  # noqa: S608
    for table, more in (("mdm_profile_sequences", ""), ("mdm_profile_values", ", x.known")):
        tables[table] = (
            f"SELECT x.* FROM {table} x JOIN mdm_profiles p ON p.id = x.profile_id "  # noqa: S608
            f"{ours}, x.sequence{more}"
        )
    of_candidate = (
        "JOIN mdm_candidates c ON c.id = x.candidate_id JOIN mdm_studies s ON s.id = c.study_id "
        "WHERE s.name = :name ORDER BY c.id"
    )
    for table, more in (("mdm_parameters", "x.part, x.name"), ("mdm_counts", "x.step")):
        tables[table] = f"SELECT x.* FROM {table} x {of_candidate}, {more}"  # noqa: S608
    for table in (
        "mdm_workers", "mdm_candidates", "mdm_trials", "mdm_measurements", "mdm_exports",
        "mdm_study_profiles",
    ):  # fmt: skip
        tables[table] = (
            "SELECT x.* FROM TABLE x JOIN mdm_studies s ON s.id = x.study_id "
            "WHERE s.name = :name ORDER BY ORDER_KEY"
        ).replace("TABLE", table)
        order = "x.sequence" if table == "mdm_study_profiles" else "x.id"
        tables[table] = tables[table].replace("ORDER_KEY", order)
    return {
        table: [plain(row) for row in execute(url, query, name=name)]
        for table, query in tables.items()
    }


def plain(row):
    values = {}
    for key, value in row._mapping.items():
        if key == "id" or key.endswith("_id"):
            continue
        if isinstance(value, float):
            value = struct.pack("<d", value).hex()
        elif key in ("deterministic", "feasible", "stopped_early"):
            value = bool(value)
        elif key.endswith("_at") and value is not None:
            value = str(value).ljust(26, "0")[:26].replace("000000", "").rstrip(".0")
        elif key in ("source", "counts", "guards", "schedule") and value is not None:
            value = json.dumps(value) if not isinstance(value, str) else value
        values[key] = value
    return values


def as_seen_in_optuna(url, name="sudoku4"):
    keep = (
        "number", "state", "values", "params", "distributions", "user_attrs", "system_attrs",
        "constraints", "datetime_start", "datetime_complete", "intermediate_values",
    )  # fmt: skip
    return [{key: getattr(trial, key) for key in keep} for trial in optuna_trials(url, name)]


@contextmanager
def plain_optuna(url):
    storage = optuna.storages.RDBStorage(url)
    yield storage
    storage.scoped_session.remove()
    storage.engine.dispose()


def optuna_names(url):
    with plain_optuna(url) as storage:
        return optuna.get_all_study_names(storage)


def copy_all(source, target, *names):
    return list(copy_studies(source, target, names))


@pytest.mark.parametrize(("from_backend", "to_backend"), BOTH_WAYS)
def test_everything_is_copied_bit_for_bit_there_and_back(
    tmp_path, new_database, from_backend, to_backend
):
    source, target, back = map(new_database, (from_backend, to_backend, from_backend))
    full_study(tmp_path, source)
    before, seen = content(source), as_seen_in_optuna(source)
    assert {len(rows) for rows in before.values()} >= {1, 8, 9, 48}
    assert {row["stopped_early"] for row in before["mdm_measurements"]} == {False, True}
    assert {trial["state"].name for trial in seen} == {"COMPLETE", "PRUNED"}
    (copied,) = copy_all(source, target)
    assert (copied.name, copied.trials, copied.finished, copied.exports) == ("sudoku4", 9, 9, 1)
    assert copied.scores == len(before["mdm_scores"])
    assert copied.samples == len(before["mdm_samples"]) > 100
    copy_all(target, back)
    assert before == content(source) == content(target) == content(back)
    assert seen == as_seen_in_optuna(source) == as_seen_in_optuna(target)
    assert optuna_names(target) == ["sudoku4"]
    for url in (target, back):
        repository = Repository(url, create=False)
        first = repository.measurements("sudoku4", ["search"])[0]
        assert first.scores[: len(ODD)].tolist() == ODD
        assert repository.samples("sudoku4")[first.id][0] == ODD_TEXT
        repository.close()


@pytest.mark.parametrize(("from_backend", "to_backend"), BETWEEN)
def test_a_copied_study_goes_on_as_the_undisturbed_one(
    tmp_path, new_database, from_backend, to_backend
):
    (tmp_path / "whole").mkdir()
    arguments = {"trials": "14", "sampler": '"gp"', "steps": "[4, 6]"}
    whole = finish(write_study(tmp_path / "whole", **arguments), database(tmp_path / "whole"))
    source, target = new_database(from_backend), new_database(to_backend)
    finish(write_study(tmp_path, **(arguments | {"trials": "9"})), source)
    copy_all(source, target)
    path = write_study(tmp_path, **arguments)
    assert finish(path, target) == whole[9:]
    opened = create_study(path, target)
    verify(opened)
    assert export_schedule("sudoku4", target, 4).result.verified
    trials = optuna_trials(target)
    assert [trial.number for trial in trials] == list(range(14))
    assert {trial.state for trial in trials} == {optuna.trial.TrialState.COMPLETE}
    opened.repository.close()


def abandoned(tmp_path, url):
    """A study with a worker that died in the middle of its third trial."""
    path = write_study(tmp_path)
    opened = create_study(path, url)
    trials = run_trials(opened)
    next(trials)
    next(trials)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mdm_opt.run.trials.measure", killed)
        patch.setattr(Workers, "end", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            next(trials)
    assert opened.queue.progress().running == 1
    opened.repository.close()
    return path


@pytest.mark.parametrize(("from_backend", "to_backend"), BETWEEN)
def test_claims_of_dead_workers_are_free_in_the_copy(
    tmp_path, new_database, from_backend, to_backend
):
    source, target = new_database(from_backend), new_database(to_backend)
    path = abandoned(tmp_path, source)
    if from_backend == "postgresql":
        with pytest.raises(InputError, match="is being worked on by 1 workers"):
            copy_all(source, target)
        execute(
            source, "UPDATE mdm_workers SET heartbeat_at = heartbeat_at - interval '2 minutes'"
        )
    before = content(source)
    copy_all(source, target)
    assert content(source) == before
    queue = TrialQueue(Repository(target, create=False), "sudoku4")
    assert queue.progress().running == 0
    assert [worker.ended for worker in queue.workers.all()] == ["lost"]
    assert queue.workers.all()[-1].silent_seconds >= 0
    assert optuna_trials(target)[2].state == optuna.trial.TrialState.RUNNING
    assert len(finish(path, target)) == 4
    # The trial that was begun was finished under the number it had.
    trials = optuna_trials(target)
    assert [trial.number for trial in trials] == list(range(6))
    assert {trial.state for trial in trials} == {optuna.trial.TrialState.COMPLETE}


@pytest.mark.parametrize("lost", ["the study", "the tables"])
def test_what_optuna_has_lost_is_made_in_the_copy(tmp_path, lost):
    source, target = database(tmp_path), f"sqlite:///{tmp_path}/target.db"
    finish(write_study(tmp_path), source)
    before = [(t.number, t.state.name, t.values) for t in optuna_trials(source)]
    if lost == "the study":
        with plain_optuna(source) as storage:
            optuna.delete_study(study_name="sudoku4", storage=storage)
    else:
        tables = execute(source, "SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in tables:
            if not name.startswith(("mdm_", "sqlite_")):
                execute(source, f"DROP TABLE {name}")
    assert [c.name for c in copy_all(source, target)] == ["sudoku4"]
    assert [(t.number, t.state.name, t.values) for t in optuna_trials(target)] == before
    assert best("sudoku4", source) == best("sudoku4", target)
    opened = open_study("sudoku4", source)
    assert opened.queue.progress().settled
    opened.repository.close()
    delete_study("sudoku4", source)


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
    # One model serves all three, and so does its profile.
    assert execute(target, "SELECT COUNT(*) FROM mdm_models") == [(1,)]
    assert execute(target, "SELECT COUNT(*) FROM mdm_profile_values") == [(48,)]
    # The last are the sequences that the study uses of it.
    assert [len(before[table]) for table in before if "profile" in table] == [1, 8, 48, 8]


def snapshot(url):
    """The tables of a database and how many rows each has."""
    engine = schemas.make_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    count = "SELECT COUNT(*) FROM TABLE"
    return {name: execute(url, count.replace("TABLE", name)) for name in names}


@pytest.mark.parametrize("backend", BACKENDS)
def test_refusals_write_nothing(tmp_path, new_database, backend):
    source, target = database(tmp_path), new_database(backend)
    finish(write_study(tmp_path), source)
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


def test_the_same_file_by_another_name_is_refused(tmp_path):
    finish(write_study(tmp_path), database(tmp_path))
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
def test_a_copy_that_fails_in_the_middle_leaves_nothing(
    tmp_path, new_database, monkeypatch, backend, place, call, error
):
    source, target = database(tmp_path), new_database(backend)
    finish(write_study(tmp_path), source)
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
def test_a_copy_that_is_stopped_or_killed_leaves_no_half_study(
    tmp_path, new_database, backend, sent
):
    source, target = database(tmp_path), new_database(backend)
    finish(write_study(tmp_path), source)
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


@pytest.mark.postgres
def test_a_worker_that_starts_during_a_copy_waits_for_its_end(tmp_path, new_database, monkeypatch):
    source, target = new_database("postgresql"), new_database("postgresql")
    path = write_study(tmp_path)
    finish(path, source)
    from mdm_opt.study import storage

    opened = create_study(path, source)
    joined = threading.Event()

    def join():
        opened.queue.workers.register("here", 1, "cpu", "0", 60.0)
        joined.set()

    thread = threading.Thread(target=join)
    copy = storage.copy_study

    def copy_while_one_starts(*arguments):
        thread.start()
        assert not joined.wait(1.0)
        return copy(*arguments)

    monkeypatch.setattr(storage, "copy_study", copy_while_one_starts)
    (copied,) = copy_all(source, target)
    assert joined.wait(30)
    thread.join()
    assert copied.workers == 1
    assert len(opened.queue.workers.all()) == 2
    opened.repository.close()


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
    assert "made the tables of schema 0005 in" in result.output
    before = snapshot(url)
    assert {"mdm_trials", "mdm_exports", "studies", "trial_values", "version_info"} <= set(before)
    assert "has schema 0005 already; nothing to do" in invoke("upgrade", "--storage", url).output
    facts = json.loads(invoke("upgrade", "--storage", url, "--json").stdout)
    assert (facts["before"], facts["now"]) == ("0005", "0005")
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
    assert "from schema 0001 to 0005" in result.output
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
    assert upgrade_storage(postgres_url) == ("0005", "0005")
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
