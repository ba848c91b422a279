"""The rows of our tables: their order, their times, and that they go with their study."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from queues import finish, worker
from records import measurement
from sqlalchemy import delete, select

from mdm_opt.candidates import counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence.candidates import candidate_row
from mdm_opt.persistence.measurements import measurement_row
from mdm_opt.persistence.tables import (
    MeasurementRow,
    ParameterRow,
    TrialRow,
    WorkerRow,
    utc_now,
)


def test_times_are_kept_as_utc(queue, repository):
    queue.plan([], [4], 1)
    one = worker(queue)
    finish(queue, one)
    queue.workers.end(one, "finished")
    with repository.transaction() as session:
        row = session.scalars(select(TrialRow)).one()
        who = session.scalars(select(WorkerRow)).one()
        times = [row.started_at, row.finished_at, who.started_at, who.heartbeat_at, who.ended_at]
    assert all(time.tzinfo is None for time in times)
    assert all(abs((utc_now() - time).total_seconds()) < 60 for time in times)


def test_now_is_utc_without_saying_so():
    before = datetime.now(UTC)
    now = utc_now()
    assert now.tzinfo is None
    assert before <= now.replace(tzinfo=UTC) <= datetime.now(UTC)


def test_what_belongs_to_a_row_comes_in_its_order_however_it_was_kept(repository):
    with repository.transaction() as session:
        study_id = repository.row(session, "s").id
        row = candidate_row(study_id, counts_candidate([5, 3, 2]))
        row.counts.reverse()
        row.parameters = [
            ParameterRow(part="sampler", name=name, number=1.0) for name in ("z", "a", "m")
        ]
        kept = measurement_row(study_id, measurement(samples=("x", "y", "z")), row)
        kept.scores.reverse()
        kept.samples.reverse()
        session.add(kept)
    with repository.transaction() as session:
        found = session.scalars(select(MeasurementRow)).one()
        assert [one.tokens for one in found.candidate.counts] == [5, 3, 2]
        assert [one.name for one in found.candidate.parameters] == ["a", "m", "z"]
        assert [one.instance for one in found.scores] == [0, 1, 2]
        assert [one.text for one in found.samples] == ["x", "y", "z"]


def test_a_worker_that_is_deleted_leaves_its_trials_and_measurements(queue, repository):
    queue.plan([], [4], 2)
    one = worker(queue)
    finish(queue, one)
    queue.claim(one)
    with repository.transaction() as session:
        session.execute(delete(WorkerRow).where(WorkerRow.id == one))
    assert [trial.worker_id for trial in queue.trials()] == [None, None]
    assert [record.worker_id for record in repository.measurements("s")] == [None]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"position": 0}, {"position": 0}),
        ({"position": 0, "trial_number": 3}, {"position": 1, "trial_number": 3}),
    ],
)
def test_a_place_in_the_budget_and_a_number_are_one_trials(repository, first, second):
    def keep(*trials):
        with repository.transaction() as session:
            study_id = repository.row(session, "s").id
            session.add_all(
                TrialRow(study_id=study_id, label="search", steps=4, **trial) for trial in trials
            )

    with pytest.raises(InputError, match=r"(?i)unique"):
        keep(first, second)
    # Many trials have no number yet.
    keep(*({"position": position} for position in range(3)))
