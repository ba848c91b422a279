"""The schema: fresh, brought up from every revision there was, and left alone by a failure."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

import alembic
import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from copies import BACKENDS
from records import snapshot, study_record
from sqlalchemy import MetaData, NullPool, create_engine, inspect, select, text
from study_files import optuna_trials

from mdm_opt.errors import InputError
from mdm_opt.measurement import draw
from mdm_opt.persistence import (
    ProfileKey,
    Profiles,
    Repository,
    TrialQueue,
    database,
    upgrade_database,
)
from mdm_opt.persistence.tables import Base
from mdm_opt.results.best import best
from mdm_opt.run.trials import run_trials
from mdm_opt.statistics import mean_interval
from mdm_opt.study.opening import create_study
from mdm_opt.study.stored_file import stored_study_file

HEAD = "0008"
DUMPS = sorted((Path(__file__).parent / "databases").glob("*.sql"))
FIRST = DUMPS[0]
# From 0003 on a database has profiles and races.
RACED = [dump for dump in DUMPS if dump.stem >= "0003"]
# From 0004 on samples are kept.
SAMPLED = [dump for dump in DUMPS if dump.stem >= "0004"]
# Columns of a measurement that its candidate has now.
CANDIDATE = ("steps", "schedule", "beta_a", "beta_b", "counts")
FIRST_TABLES = ("mdm_studies", "mdm_measurements", "mdm_scores")


def load(dump, folder):
    """A database file with the content of a dump."""
    file = folder / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump.read_text())
    return file


def lines(file):
    """A database file as SQL."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def table(file, query):
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def to_revision(connection, revision):
    """Runs our migrations up to one of them."""
    config = Config()
    config.set_main_option("script_location", str(files("mdm_opt.persistence") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.fixture
def first_revision(postgres_url, tmp_path):
    """A server's database at revision 0001 with the rows of the first dump."""
    old = create_engine(f"sqlite:///{load(FIRST, tmp_path)}", poolclass=NullPool)
    new = create_engine(postgres_url, poolclass=NullPool)
    with old.connect() as source, new.begin() as target:
        to_revision(target, "0001")
        theirs, ours = MetaData(), MetaData()
        theirs.reflect(source, only=FIRST_TABLES)
        ours.reflect(target, only=FIRST_TABLES)
        for name in FIRST_TABLES:
            rows = [dict(row) for row in source.execute(select(theirs.tables[name])).mappings()]
            target.execute(ours.tables[name].insert(), rows)
        for name in ("mdm_studies", "mdm_measurements"):
            target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608
                    f"(SELECT max(id) FROM {name}))"
                )
            )
    return postgres_url


def test_threads_may_make_databases_at_the_same_time(tmp_path):
    urls = [f"sqlite:///{tmp_path / f'{i}.db'}" for i in range(8)]
    with ThreadPoolExecutor(len(urls)) as pool:
        made = list(pool.map(upgrade_database, urls))
    assert made == [(None, HEAD)] * len(urls)
    assert all(lines(tmp_path / f"{i}.db") for i in range(len(urls)))


def test_there_is_a_dump_of_every_revision():
    assert [dump.stem for dump in DUMPS][-1] == HEAD
    versions = files("mdm_opt.persistence") / "migrations" / "versions"
    revisions = {path.name[:4] for path in versions.iterdir() if path.name[:4].isdigit()}
    assert {dump.stem for dump in DUMPS} == revisions


def differences(url):
    engine = create_engine(url, poolclass=NullPool)
    options = {
        "version_table": "mdm_alembic_version",
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or name.startswith("mdm_"),
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, Base.metadata)


def test_migrations_make_exactly_the_declared_tables(repository):
    assert differences(repository.url) == []
    assert all(name.startswith("mdm_") for name in Base.metadata.tables)


def described(engine):
    """All that a database says of our tables."""
    inspector = inspect(engine)
    ours = sorted(name for name in inspector.get_table_names() if name.startswith("mdm_"))

    def told(name):
        columns = [
            {**column, "type": repr(column["type"])} for column in inspector.get_columns(name)
        ]
        constraints = (
            inspector.get_foreign_keys(name),
            inspector.get_unique_constraints(name),
            inspector.get_check_constraints(name),
            inspector.get_indexes(name),
        )
        return (
            sorted(columns, key=lambda column: column["name"]),
            inspector.get_pk_constraint(name),
            *(sorted(map(repr, found)) for found in constraints),
        )

    return {name: told(name) for name in ours}


@pytest.mark.parametrize("backend", BACKENDS)
def test_new_tables_are_those_that_all_migrations_make(new_database, backend):
    made, migrated = new_database(backend), new_database(backend)
    assert upgrade_database(made) == (None, HEAD)
    engine = create_engine(migrated, poolclass=NullPool)
    with engine.begin() as connection:
        database.migrate(connection)
    found = described(create_engine(made, poolclass=NullPool))
    assert found == described(engine)
    assert len(found) == len(Base.metadata.tables) + 1
    assert upgrade_database(migrated) == (HEAD, HEAD)


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_an_upgraded_file_has_exactly_the_declared_tables(dump, tmp_path):
    url = f"sqlite:///{load(dump, tmp_path)}"
    assert upgrade_database(url) == (dump.stem, HEAD)
    assert differences(url) == []
    assert upgrade_database(url) == (HEAD, HEAD)


@pytest.mark.postgres
def test_an_upgraded_server_has_exactly_the_declared_tables(first_revision):
    assert upgrade_database(first_revision) == ("0001", HEAD)
    assert differences(first_revision) == []


def check_candidates(file, before):
    """What older measurements and trials say of themselves, their candidates say now."""
    repository = Repository(f"sqlite:///{file}", create=False)
    by_id = {}
    for study in repository.studies():
        decoding = stored_study_file(study).sampler
        for record in repository.measurements(study.name):
            by_id[record.id] = record
            counts = record.candidate.plan(decoding, 16).counts.tolist()
            # Under fixed reveal all instances cost the same.
            assert set(record.calls) == {record.nfe} == {float(np.count_nonzero(counts))}
            found = {"steps": record.steps, "schedule": record.candidate.family, "counts": counts}
            parameters = record.candidate.parameters
            found |= {name: parameters.get(name) for name in ("beta_a", "beta_b")}
            old = next(row for row in before if row["id"] == record.id)
            said = {key: value for key, value in old.items() if key in CANDIDATE}
            if said:
                said["counts"] = json.loads(said["counts"])
                assert said == found
        measured = {
            m.trial_number: m.candidate for m in repository.measurements(study.name, ["search"])
        }
        begun = {t.trial_number: t.candidate for t in TrialQueue(repository, study.name).trials()}
        assert measured.items() <= begun.items()
    assert len(by_id) == len(before)
    repository.close()


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_an_upgrade_loses_no_measurement_and_no_score(dump, tmp_path):
    file = load(dump, tmp_path)
    queries = [
        "select * from mdm_measurements order by id",
        "select * from mdm_scores order by measurement_id, instance",
        "select * from mdm_studies order by id",
    ]
    before = [table(file, query) for query in queries]
    Repository(f"sqlite:///{file}", create=False).close()
    after = [table(file, query) for query in queries]
    assert len(before[0]) >= 32
    for old, new in zip(before, after, strict=True):
        kept = set(old[0]) & set(new[0])
        # The length is kept with the model now, and what was measured with the candidate.
        assert set(old[0]) - kept <= {"model_length", *CANDIDATE}
        assert [{key: row[key] for key in kept} for row in new] == [
            {key: row[key] for key in kept} for row in old
        ]
    check_candidates(file, before[0])
    models = table(file, "select * from mdm_models")
    assert [(row["length"], json.loads(row["source"])["law"]) for row in models] == [
        (16, "sudoku4")
    ]


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_best_says_what_the_stored_scores_say(dump, tmp_path):
    file = load(dump, tmp_path)
    scores = {}
    for row in table(
        file,
        "select m.budget_steps, s.score from mdm_measurements m "
        "join mdm_scores s on s.measurement_id = m.id join mdm_studies t on t.id = m.study_id "
        "where t.name = 'old' and m.role = 'verification' and m.label = 'best' "
        "order by m.id, s.instance",
    ):
        scores.setdefault(row["budget_steps"], []).append(row["score"])
    result = best("old", f"sqlite:///{file}")
    assert [budget.steps for budget in result.budgets] == [4, 6] == sorted(scores)
    assert (result.trials, result.direction) == (10, "maximize")
    for budget in result.budgets:
        own = mean_interval(np.array(scores[budget.steps]), 0.95)
        assert (budget.value, budget.interval) == (own.value, (own.low, own.high))
        assert (budget.verified, budget.trials_since, budget.instances) == (True, 0, 16)
        assert set(budget.baselines) == {"linear", "sin2", "sine"}


def study_file(file, name):
    """The study file that a stored study was made from."""
    (row,) = table(file, f"select study_file from mdm_studies where name = '{name}'")  # noqa: S608
    content = json.loads(row["study_file"])
    path = file.with_name("study.toml")
    path.write_text(
        "\n".join(
            f"[{key}]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in values.items())
            for key, values in content.items()
        )
    )
    return path


@pytest.mark.cases(2)
@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_a_study_that_an_old_version_left_half_done_goes_on_to_its_end(dump, tmp_path):
    file = load(dump, tmp_path)
    url, path = f"sqlite:///{file}", study_file(file, "old-partly")
    opened = create_study(path, url)
    before = opened.repository.measurements("old-partly")
    assert len(before) == 5
    assert len(list(run_trials(opened))) == 5
    assert opened.queue.progress().finished == opened.queue.progress().total == 10
    after = opened.repository.measurements("old-partly")
    assert len(after) == 10
    for old, new in zip(before, after, strict=False):
        assert (old.id, old.trial_number, old.label) == (new.id, new.trial_number, new.label)
        np.testing.assert_array_equal(old.scores, new.scores)
    names = ["energy: linear", "energy: sin2", "paper: (0.9, 0.3)", "paper: (1, 0.2)"]
    assert Counter((m.label, m.budget_steps) for m in after) == (
        {(name, steps): 1 for name in names for steps in (4, 6)}
        | {("search", 4): 1, ("search", 6): 1}
    )
    trials = optuna_trials(url, "old-partly")
    states = Counter(trial.state.name for trial in trials)
    assert states["COMPLETE"] == 10
    assert set(states) <= {"COMPLETE", "FAIL"}
    finished = {trial.number for trial in trials if trial.state.name == "COMPLETE"}
    assert finished == {m.trial_number for m in after}
    # What has been measured since has its samples.
    samples = opened.repository.samples("old-partly")
    assert {m.id for m in after[5:]} <= set(samples) <= {m.id for m in after}
    assert all(len(texts) == 3 for texts in samples.values())
    assert opened.study_file.search.samples == 3
    # The other study has not been touched.
    assert list(run_trials(create_study(study_file(file, "old"), url))) == []
    opened.repository.close()


@pytest.mark.parametrize("dump", SAMPLED, ids=lambda dump: dump.stem)
def test_kept_samples_are_those_that_would_be_drawn(dump, tmp_path):
    file = load(dump, tmp_path)
    opened = create_study(study_file(file, "old"), f"sqlite:///{file}")
    samples = opened.repository.samples("old")
    measured = opened.repository.measurements("old")
    assert set(samples) == {m.id for m in measured if m.role != "selection"}
    for record in measured:
        if record.role != "selection":
            candidate = record.candidate
            # From 0007 on of a verification all that the metric has read.
            whole = record.role == "verification" and dump.stem >= "0007"
            ids = opened.sets.ids(record.role)[: record.instances if whole else 3]
            assert samples[record.id] == list(draw(opened.problem, candidate, ids).texts)
            grids = {text.shown.count("|") for text in samples[record.id]}
            assert grids == ({4} if dump.stem >= "0007" else {0})
    opened.repository.close()


@pytest.mark.parametrize("dump", RACED, ids=lambda dump: dump.stem)
def test_a_kept_profile_is_not_measured_again(dump, tmp_path, monkeypatch):
    file = load(dump, tmp_path)
    url, path = f"sqlite:///{file}", study_file(file, "old-free")
    for name in ("sequence_profiles", "written_profiles"):
        monkeypatch.setattr(f"mdm_opt.processes.masked.process.{name}", pytest.fail)
    opened = create_study(path, url)
    # From 0006 on the model's first sequences are measured while they are written, too.
    used = "select distinct profile_id from mdm_study_profiles"
    (key,) = table(file, f"select * from mdm_profiles where id in ({used})")  # noqa: S608
    values = "select * from mdm_profile_values where profile_id in"
    rows = table(file, f"{values} ({used}) order by sequence, known")
    assert (key["seed"], key["boundaries"]) == (0, 6)
    assert key["orders"] == 1 or dump.stem >= "0006"
    model, references = opened.record.model, key["references_fingerprint"]
    kept = Profiles(opened.repository).find(ProfileKey(model, references, 0, 6, key["orders"]))
    assert kept.sequences == tuple(range(8))
    assert kept.sample.nats.ravel().tolist() == [row["nats"] for row in rows]
    np.testing.assert_array_equal(opened.space.profile, kept.sample.profile())
    # The study ranks with the same.
    assert Profiles(opened.repository).of_study("old-free").sequences == kept.sequences
    opened.repository.close()


@pytest.mark.parametrize("dump", RACED, ids=lambda dump: dump.stem)
def test_an_upgraded_study_has_the_profile_that_it_has_found_until_then(dump, tmp_path):
    repository = Repository(f"sqlite:///{load(dump, tmp_path)}", create=False)
    profiles = Profiles(repository)
    assert profiles.of_study("old-free").sequences == tuple(range(8))
    assert profiles.of_study("old") is None
    repository.close()


@pytest.mark.cases(2)
@pytest.mark.parametrize("dump", RACED, ids=lambda dump: dump.stem)
def test_races_of_an_old_version_count_and_the_study_goes_on(dump, tmp_path):
    file = load(dump, tmp_path)
    url, path = f"sqlite:///{file}", study_file(file, "old-free")
    path.write_text(path.read_text().replace("trials = 9", "trials = 11"))
    opened = create_study(path, url)
    before = {m.trial_number: m for m in opened.repository.measurements("old-free")}
    lost = {number for number, m in before.items() if m.stopped_early}
    assert lost
    assert {n for n, m in before.items() if len(m.scores) < 64} == lost
    for number in lost:
        rival = before[before[number].rival_number]
        beside = rival.scores[: len(before[number].scores)]
        paired = rival.value + (before[number].scores - beside).mean()
        assert before[number].paired_value == pytest.approx(paired, abs=1e-12)
        assert not rival.stopped_early
    assert [t.candidate for t in opened.queue.trials() if t.finished_at] == [
        before[number].candidate for number in range(9)
    ]
    states = [trial.state.name for trial in optuna_trials(url, "old-free")]
    assert states == ["PRUNED" if number in lost else "COMPLETE" for number in range(9)]
    whole = {m.value for m in before.values() if not m.stopped_early}
    assert {budget.value for budget in best("old-free", url).budgets} <= whole
    assert len(list(run_trials(opened))) == 2
    after = {m.trial_number: m for m in opened.repository.measurements("old-free")}
    assert sorted(after) == list(range(11))
    assert len({m.candidate for m in after.values()}) == 11
    opened.repository.close()


@pytest.mark.postgres
def test_a_server_is_upgraded_when_told_to_only(first_revision):
    before = snapshot(first_revision)
    with pytest.raises(InputError, match=r"schema '0001' is older .* 'mdm-opt storage upgrade'"):
        Repository(first_revision, create=True)
    assert snapshot(first_revision) == before
    upgrade_database(first_revision)
    Repository(first_revision, create=False).close()


@pytest.mark.postgres
def test_an_upgraded_server_has_what_an_upgraded_file_has(first_revision, tmp_path):
    upgrade_database(first_revision)
    here = Repository(f"sqlite:///{tmp_path}/old.db", create=False)
    there = Repository(first_revision, create=False)
    assert there.studies() == here.studies()
    for name in ("old", "old-partly"):
        pairs = zip(there.measurements(name), here.measurements(name), strict=True)
        for found, expected in pairs:
            assert found.scores.tobytes() == expected.scores.tobytes()
            assert found.calls.tobytes() == expected.calls.tobytes()
            arrays = ("scores", "calls")
            assert {k: v for k, v in vars(found).items() if k not in arrays} == {
                k: v for k, v in vars(expected).items() if k not in arrays
            }
        assert TrialQueue(there, name).trials() == TrialQueue(here, name).trials()
    assert best("old", first_revision) == best("old", here.url)
    queue = TrialQueue(there, "old-partly")
    assert [(t.position, t.trial_number, t.attempts) for t in queue.trials()] == [
        (position, position, 1) for position in range(5)
    ]
    queue.plan([], [4, 6], 10)
    assert queue.claim(queue.workers.register("here", 1, "cpu", "0", 60.0)).position == 5
    there.add_study(study_record())
    for one in (here, there):
        one.close()


@pytest.fixture
def power_failure(monkeypatch):
    """The power fails after the last statement of migrations or new tables; gives it back."""
    batch_alter_table, make_ours = alembic.op.batch_alter_table, database.make_ours

    def making(*arguments):
        make_ours(*arguments)
        raise RuntimeError("power failure")

    @contextmanager
    def failing(name, **keys):
        with batch_alter_table(name, **keys) as batch:
            yield batch
        if name == "mdm_models":
            raise RuntimeError("power failure")

    with monkeypatch.context() as patch:
        patch.setattr(alembic.op, "batch_alter_table", failing)
        patch.setattr(database, "make_ours", making)
        yield patch


def test_a_file_whose_upgrade_fails_is_as_it_was(tmp_path, power_failure):
    file = load(FIRST, tmp_path)
    before = lines(file)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="power failure"):
            Repository(f"sqlite:///{file}", create=True)
        assert lines(file) == before
    power_failure.undo()
    assert upgrade_database(f"sqlite:///{file}") == ("0001", HEAD)


def test_tables_that_cannot_be_made_leave_nothing_behind(url, power_failure):
    with pytest.raises(RuntimeError, match="power failure"):
        Repository(url, create=True)
    assert inspect(create_engine(url, poolclass=NullPool)).get_table_names() == []
    power_failure.undo()
    Repository(url, create=True).close()


@pytest.mark.postgres
def test_a_server_whose_upgrade_fails_is_as_it_was(first_revision, power_failure):
    before = snapshot(first_revision)
    with pytest.raises(RuntimeError, match="power failure"):
        upgrade_database(first_revision)
    assert snapshot(first_revision) == before
    power_failure.undo()
    assert upgrade_database(first_revision) == ("0001", HEAD)


def test_rows_that_do_not_fit_are_one_line_and_the_file_is_as_it_was(tmp_path):
    file = load(FIRST, tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("update mdm_measurements set trial_number = 1 where id in (1, 2)")
    before = lines(file)
    with pytest.raises(InputError, match=r"UNIQUE constraint failed: mdm_trials") as caught:
        Repository(f"sqlite:///{file}", create=True)
    assert "\n" not in str(caught.value)
    assert lines(file) == before
