"""Workers that take the trials of a study ``s`` and finish them."""

from __future__ import annotations

from datetime import timedelta

from records import measurement

from mdm_opt.candidates import Seed, beta
from mdm_opt.persistence.tables import WorkerRow

SEEDS = [Seed(label, beta(0.5, 1 / 3, steps)) for label in ("first", "second") for steps in (4, 8)]

ONE, OTHER = beta(1.0, 1.0, 4), beta(2.0, 2.0, 4)


def worker(queue, grace=60.0):
    return queue.workers.register("here", 1, "cpu", "0", grace)


def age(repository, worker_id, seconds):
    """Moves the last heartbeat back."""
    with repository.transaction() as session:
        row = session.get(WorkerRow, worker_id)
        row.heartbeat_at -= timedelta(seconds=seconds)


def finish(queue, worker_id, number=None):
    """Takes the next trial and finishes it."""
    trial = queue.claim(worker_id)
    after = -1 if number is None else number - 1
    begun = queue.begin(trial, beta(1.0, 2.0, trial.steps), after=after)
    assert number in (None, begun.trial_number)
    assert queue.finish(trial, worker_id, measurement(trial_number=begun.trial_number))
    return trial


def state(queue):
    """Everything about trials and workers but the times."""
    workers = [
        (w.id, w.host, w.pid, w.device, w.grace_seconds, w.ended) for w in queue.workers.all()
    ]
    return queue.trials(), workers, queue.progress()
