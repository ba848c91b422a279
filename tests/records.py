"""Records of our tables for tests, and what a database holds."""

from __future__ import annotations

import numpy as np
from sqlalchemy import MetaData, NullPool, create_engine, select

from mdm_opt.candidates import beta
from mdm_opt.persistence import MeasurementRecord, ModelRecord, StudyRecord, TrialRecord

MODEL = ModelRecord(
    fingerprint="f",
    source={"kind": "enumerated", "law": "sudoku4"},
    process="masked",
    length=4,
    vocab_size=3,
)


def study_record(name="s", **changes):
    values = {
        "name": name,
        "study_file": {"space": {"steps": [8]}, "objective": {"kind": "validity"}},
        "identity_hash": "h",
        "folder": "/",
        "model": MODEL,
        "objective": "o",
        "objective_fingerprint": "p",
        "unit": "u",
        "direction": "minimize",
        "deterministic": False,
        "package_version": "0",
    }
    return StudyRecord(**(values | changes))


def measurement(**changes):
    values = {
        "role": "search",
        "label": "l",
        "budget_steps": 8,
        "candidate": beta(0.1, 1 / 3, 8),
        "scores": np.array([1 / 3, -2.0, 1e-300]),
        "nfe": 2.0,
        "feasible": True,
        "guards": {"entropy": -0.5},
        "sequence_calls": 6,
        "seconds": 0.25,
        "device": "cpu",
    }
    values |= changes
    return MeasurementRecord(calls=np.full(len(values["scores"]), values["nfe"]), **values)


def trial_record(**changes):
    """A trial that nobody has taken."""
    values = {
        "id": 1,
        "position": 0,
        "label": "search",
        "steps": 4,
        "candidate": None,
        "trial_number": None,
        "worker_id": None,
        "attempts": 0,
        "failures": 0,
        "last_error": None,
        "started_at": None,
        "finished_at": None,
    }
    return TrialRecord(**(values | changes))


def snapshot(url):
    """Tables, columns, constraints, indexes and rows of a database."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            name: (
                [(column.name, str(column.type), column.nullable) for column in one.columns],
                sorted(str(key.columns.keys()) for key in one.constraints),
                sorted(str(index.name) for index in one.indexes),
                connection.execute(select(one)).all(),
            )
            for name, one in found.tables.items()
        }


def pair(candidate):
    """(a, b) of a candidate of the Beta family; (None, None) of another."""
    return tuple(candidate.parameters.get(name) for name in ("beta_a", "beta_b"))


def counts_of(opened, record):
    """Tokens that each step of a measurement reveals; none where that is random."""
    counts = opened.problem.plan(record.candidate).counts
    return [] if counts is None else counts.tolist()
