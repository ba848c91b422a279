"""Studies to be copied from one database to another, and everything that a database has of one."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing, contextmanager

import numpy as np
import optuna
import pytest
from sqlalchemy import text
from study_files import SUDOKU4, optuna_trials, write_study

from mdm_opt.handoff.export import export_schedule
from mdm_opt.persistence import database as schemas
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study
from mdm_opt.study.storage import copy_studies

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]

BETWEEN = [
    pytest.param("sqlite", "postgresql", marks=pytest.mark.postgres),
    pytest.param("postgresql", "sqlite", marks=pytest.mark.postgres),
]


# Shortest texts, subnormal, largest, one unit in the last place apart.
ODD = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 1.0, np.nextafter(1.0, 2.0), -2.5e-17]

ODD_TEXT = "ü\n\t'\"\\%(x)s :name \ufffd 😀 " + "long " * 50_000


# With a profile, and instances enough for a race.
PROFILED = SUDOKU4.replace(
    "[verify]", "[profile]\nsequences = 8\nboundaries = 6\norders = 1\nseed = 6\n[verify]"
)


def execute(url, statement, **values):
    engine = schemas.make_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement), values)
        rows = found.all() if found.returns_rows else []
    engine.dispose()
    return rows


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


def copy_database(url, folder):
    """An SQLite database as it is now, as the one of another folder."""
    with (
        closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(folder / "test.db")) as target,
    ):
        source.backup(target)
