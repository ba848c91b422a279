"""Our tables: schema, round trips, what is replaced and what is deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from mdm_opt.errors import InputError
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord, storage_url
from mdm_opt.persistence.tables import Base

STUDY = StudyRecord(
    name="s",
    study_file={"space": {"steps": [8]}},
    identity_hash="h",
    folder="/",
    model_fingerprint="f",
    model_length=4,
    objective="o",
    unit="u",
    direction="minimize",
    deterministic=False,
    package_version="0",
)


def measurement(**changes):
    values = {
        "role": "search",
        "label": "l",
        "budget_steps": 8,
        "steps": 8,
        "schedule": "beta",
        "beta_a": 0.1,
        "beta_b": 1 / 3,
        "counts": [1, 3],
        "scores": np.array([1 / 3, -2.0, 1e-300]),
        "nfe": 2.0,
        "feasible": True,
        "guards": {"entropy": -0.5},
        "sequence_calls": 6,
        "seconds": 0.25,
        "device": "cpu",
    }
    return MeasurementRecord(**(values | changes))


@pytest.fixture
def repository(tmp_path):
    found = Repository(f"sqlite:///{tmp_path}/r.db", create=True)
    found.add_study(STUDY)
    yield found
    found.close()


def count(tmp_path, table):
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608


def test_migrations_make_exactly_the_declared_tables(repository, tmp_path):
    engine = create_engine(repository.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "mdm_alembic_version", "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    assert all(name.startswith("mdm_") for name in Base.metadata.tables)


def test_measurements_come_back_bit_for_bit(repository):
    repository.add_measurement("s", measurement(trial_number=0))
    (found,) = repository.measurements("s")
    np.testing.assert_array_equal(found.scores, measurement().scores)
    for field in ("beta_a", "beta_b", "counts", "guards", "nfe", "label", "sequence_calls"):
        assert getattr(found, field) == getattr(measurement(), field)
    assert found.value == measurement().scores.mean()
    assert found.standard_error == pytest.approx(measurement().scores.std(ddof=1) / 3**0.5)


def test_value_and_error_can_be_asked_in_sql(repository, tmp_path):
    repository.add_measurement("s", measurement(trial_number=0))
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        value, error, mean = connection.execute(
            "select m.value, m.standard_error, avg(s.score) from mdm_measurements m "
            "join mdm_scores s on s.measurement_id = m.id group by m.id"
        ).fetchone()
    assert value == pytest.approx(mean)
    assert error == pytest.approx(measurement().standard_error)


def test_a_trial_measured_again_replaces_the_first(repository, tmp_path):
    repository.add_measurement("s", measurement(trial_number=0))
    repository.add_measurement("s", measurement(trial_number=0, label="again"))
    assert [m.label for m in repository.measurements("s")] == ["again"]
    assert count(tmp_path, "mdm_scores") == 3


def test_a_new_verification_replaces_that_of_its_budget_only(repository):
    repository.add_measurement("s", measurement(trial_number=0))
    for budget in (8, 16):
        records = [measurement(role="verification", budget_steps=budget)]
        repository.replace_verification("s", budget, records)
    repository.replace_verification("s", 8, [measurement(role="verification", label="new")])
    found = [(m.role, m.budget_steps, m.label) for m in repository.measurements("s")]
    assert found == [("search", 8, "l"), ("verification", 16, "l"), ("verification", 8, "new")]


def test_deleting_a_study_deletes_all_that_is_its(repository, tmp_path):
    repository.add_measurement("s", measurement(trial_number=0))
    repository.delete_study("s")
    assert [count(tmp_path, t) for t in Base.metadata.tables] == [0, 0, 0]


def test_unknown_study_names_those_there_are(repository):
    with pytest.raises(InputError, match="no study 'x' in this database; there are: s"):
        repository.study("x")


def test_newer_schema_is_refused(repository, tmp_path):
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection, connection:
        connection.execute("update mdm_alembic_version set version_num = '9999'")
    with pytest.raises(InputError, match="schema '9999' is newer"):
        Repository(repository.url, create=False)


def test_other_tables_of_the_database_are_left_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection, connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('theirs')")
    Repository(f"sqlite:///{tmp_path}/r.db", create=True).close()
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        kept = connection.execute("select version_num from alembic_version").fetchall()
    assert kept == [("theirs",)]


def test_write_ahead_log_is_on(repository, tmp_path):
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_plain_file_names_are_sqlite_urls(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert storage_url("a.db") == f"sqlite:///{tmp_path}/a.db"
    assert storage_url("sqlite:///b.db") == "sqlite:///b.db"
