"""What a verification has measured is kept whole, and found for the same question alone."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from study_files import SUDOKU4, database, write_study

from mdm_opt.candidates import Candidate, beta
from mdm_opt.measurement import Measurement
from mdm_opt.results.measured_parts import MeasuredParts
from mdm_opt.study.opening import create_study

FOUND = Measurement(
    instances=(3, 4, 5),
    scores=np.array([1 / 3, -2e-300, 1e15]),
    calls=np.array([4.0, 3.0, 4.5]),
    sequence_calls=12,
    seconds=0.1,
    device="cuda:0",
    guards={"entropy": -1 / 3},
    batch_size=7,
    texts=("a\x00b", "\ud800", "ü\n'"),
)
CANDIDATE = beta(0.1, 1 / 3, 4)


@pytest.fixture
def opened(tmp_path):
    path = write_study(tmp_path, SUDOKU4, steps="[4, 6]", trials="8")
    return create_study(path, database(tmp_path))


def test_a_measurement_comes_back_as_it_was(opened):
    parts = MeasuredParts(opened, 4)
    assert parts.find(CANDIDATE, FOUND.instances) is None
    # What is computed from it once it is asked for is no part of it.
    assert FOUND.value > 0
    parts.keep(CANDIDATE, FOUND)
    again, interrupted = MeasuredParts(opened, 4).find(CANDIDATE, range(3, 6))
    assert interrupted
    for field in fields(Measurement):
        ours, theirs = getattr(FOUND, field.name), getattr(again, field.name)
        assert type(ours) is type(theirs)
        np.testing.assert_array_equal(ours, theirs)


def test_what_is_asked_for_twice_is_counted_once(opened):
    ours = MeasuredParts(opened, 4)
    ours.keep(CANDIDATE, FOUND)
    again, interrupted = ours.find(CANDIDATE, FOUND.instances)
    assert (again.sequence_calls, again.seconds, interrupted) == (0, 0.0, False)
    theirs = MeasuredParts(opened, 4)
    costs = [theirs.find(CANDIDATE, FOUND.instances)[0].sequence_calls for _ in range(2)]
    assert costs == [12, 0]


def test_it_is_found_for_the_same_candidate_instances_and_sources_alone(opened, monkeypatch):
    MeasuredParts(opened, 4).keep(CANDIDATE, FOUND)
    others = [
        (4, replace(CANDIDATE, steps=5), range(3, 6)),
        (4, beta(0.1, 0.3334, 4), range(3, 6)),
        (
            4,
            Candidate("beta", 4, CANDIDATE.parameters, decoding={"temperature": 0.5}),
            range(3, 6),
        ),
        (4, CANDIDATE, range(3, 7)),
        (4, CANDIDATE, range(2, 5)),
        (6, CANDIDATE, range(3, 6)),
    ]
    for steps, candidate, ids in others:
        assert MeasuredParts(opened, steps).find(candidate, ids) is None
    assert MeasuredParts(opened, 4).find(CANDIDATE, range(3, 6)) is not None
    for name in ("mdm_opt.results.measured_parts.__version__", "fingerprint"):
        with monkeypatch.context() as changed:
            if "." in name:
                changed.setattr(name, "another")
            else:
                changed.setattr(opened.problem.denoiser, name, "another")
            assert MeasuredParts(opened, 4).find(CANDIDATE, range(3, 6)) is None
    with monkeypatch.context() as changed:
        changed.setattr(opened.problem.objective, "fingerprint", "another")
        assert MeasuredParts(opened, 4).find(CANDIDATE, range(3, 6)) is None
