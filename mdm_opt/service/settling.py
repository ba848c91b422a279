"""Bringing Optuna's trials to what our tables say."""

from __future__ import annotations

from mdm_opt.persistence import MAX_FAILURES, MeasurementRecord, Repository, TrialQueue
from mdm_opt.search import SearchStudy
from mdm_opt.service.standing import noise_variance


def settle(repository: Repository, queue: TrialQueue, search: SearchStudy, name: str) -> None:
    """Settles what workers left that died between our tables and Optuna.

    A trial that was measured is finished. One that no trial of the budget has any more, or that
    was given up, is failed. Others belong to a worker, or wait for one.

    Args:
        repository: the database.
        queue: of the study.
        search: Optuna's side of it.
        name: of the study.
    """
    running = search.running()
    if not running:
        return
    trials, study = queue.trials(), repository.study(name)
    by_number = {trial.trial_number: trial for trial in trials}
    by_position = {trial.position: trial for trial in trials}
    measured: dict[int | None, MeasurementRecord] = {}
    for number, position in running.items():
        trial = by_number.get(number)
        if trial is None:
            ours = by_position.get(-1 if position is None else position)
            # Its worker may be about to enter it.
            if ours is None or ours.trial_number is not None:
                search.fail(number)
        elif trial.finished_at is not None:
            if not measured:
                records = repository.measurements(name, ["search"])
                measured = {record.trial_number: record for record in records}
            tell(search, number, measured[number], deterministic=study.deterministic)
        elif trial.failures >= MAX_FAILURES and trial.worker_id is None:
            search.fail(number)


def tell(
    search: SearchStudy, number: int, record: MeasurementRecord, *, deterministic: bool
) -> None:
    """Finishes a trial in Optuna with its measurement.

    Args:
        search: Optuna's side of the study.
        number: of the trial.
        record: its measurement.
        deterministic: whether scores are exact.
    """
    measured = {
        "counts": record.counts,
        "nfe": record.nfe,
        "value": record.value if record.paired_value is None else record.paired_value,
        "standard_error": record.standard_error,
        "noise_variance": noise_variance(record, deterministic=deterministic),
        "instances": record.instances,
    }
    search.finish(
        number,
        record.value,
        record.nfe,
        record.guards,
        measured,
        pruned=record.stopped_early,
    )
