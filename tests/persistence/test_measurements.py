"""Measurements as rows: what a row holds, and that it gives its measurement back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from records import measurement

from mdm_opt.candidates import beta, counts_candidate
from mdm_opt.persistence.candidates import candidate_row
from mdm_opt.persistence.measurements import measurement_records, measurement_row


def as_row(record, study_id=1):
    return measurement_row(study_id, record, candidate_row(study_id, record.candidate))


def keep(repository, *records):
    """Keeps measurements of the study ``s``; returns their ids."""
    with repository.transaction() as session:
        study_id = repository.row(session, "s").id
        rows = [as_row(record, study_id) for record in records]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def test_a_row_says_its_mean_and_its_error():
    record = measurement(scores=np.array([1.0, 2.0, 4.0]), id=99, guards={"entropy": -0.5})
    row = as_row(record, study_id=5)
    assert (row.study_id, row.role, row.label, row.guards) == (5, "search", "l", {"entropy": -0.5})
    # The squared differences to 7/3 add up to 14/3: their variance is 7/3, that of the mean 7/9.
    assert row.value == pytest.approx(7 / 3, rel=1e-15)
    assert row.standard_error == pytest.approx((7 / 9) ** 0.5, rel=1e-15)
    assert row.instances == 3
    # The database gives it one.
    assert row.id is None


def test_scores_calls_and_samples_stand_under_their_instances():
    record = measurement(scores=np.array([0.5, -1.0]), samples=("a\x00b", "", "c"))
    record = replace(record, calls=np.array([3.0, np.nan]))
    row = as_row(record)
    assert [(s.instance, s.score, s.calls) for s in row.scores] == [(0, 0.5, 3.0), (1, -1.0, None)]
    assert [(s.instance, s.text) for s in row.samples] == [(0, "a\ufffdb"), (1, ""), (2, "c")]


def test_scores_and_calls_must_be_of_the_same_instances():
    with pytest.raises(ValueError, match="shorter"):
        as_row(replace(measurement(), calls=np.array([1.0])))


def test_calls_that_an_older_version_did_not_keep_are_not_numbers(repository):
    record = replace(measurement(), calls=np.array([1.0, np.nan, 3.0]))
    ids = keep(repository, record)
    with repository.transaction() as session:
        (found,) = measurement_records(session, ids)
    np.testing.assert_array_equal(found.calls, record.calls)
    np.testing.assert_array_equal(found.scores, record.scores)


def test_measurements_come_by_id_each_with_its_own_scores(repository):
    records = [
        measurement(candidate=beta(1.0, 2.0, 8), scores=np.array([1.0, 2.0])),
        measurement(candidate=counts_candidate([1, 3]), scores=np.array([7.0])),
        measurement(label="last", scores=np.arange(5.0)),
    ]
    first, second, third = keep(repository, *records)
    with repository.transaction() as session:
        found = measurement_records(session, [third, first, third + 1])
        assert measurement_records(session, []) == []
    assert [(m.id, m.label, m.candidate) for m in found] == [
        (first, "l", records[0].candidate),
        (third, "last", records[2].candidate),
    ]
    assert [m.scores.tolist() for m in found] == [[1.0, 2.0], [0.0, 1.0, 2.0, 3.0, 4.0]]
    assert second not in {m.id for m in found}
