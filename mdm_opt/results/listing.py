"""What studies a database has, without loading any model."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from mdm_opt.persistence import Progress, Repository, StudyRecord, TrialQueue
from mdm_opt.persistence.summaries import StudySummary, study_summaries


def list_studies(url: str) -> list[dict[str, Any]]:
    """Facts of each study: name, objective, steps, trials, state, values, when it was made.

    `values` has each step count that has any: the verified value, else the best one of the search,
    which is biased. For `state` see `state_words`.
    """
    repository = Repository(url, create=False)
    found = study_summaries(repository)
    return [_summary(repository, one, found[one.name]) for one in repository.studies()]


def show_study(name: str, url: str) -> dict[str, Any]:
    """Everything about a study but its results: summary, study file, model, versions."""
    repository = Repository(url, create=False)
    record = repository.study(name)
    return {
        **_summary(repository, record, study_summaries(repository)[name]),
        "study_file": dict(record.study_file),
        "study_file_hash": record.identity_hash,
        "model_fingerprint": record.model.fingerprint,
        "objective_fingerprint": record.objective_fingerprint,
        "accepted_changes": repository.accepted_reasons(name),
        "length": record.model.length,
        "package_version": record.package_version,
    }


def state_words(progress: Progress, workers: int, steps: int, verified: int) -> str:
    """How far a study is, in a word or two.

    Args:
        progress: of its trials.
        workers: that are alive.
        steps: how many step counts it has.
        verified: how many of these are verified.
    """
    if not progress.settled:
        if workers:
            return "running"
        return "stopped" if progress.finished else "new"
    if verified == steps:
        return "verified"
    given_up = "" if progress.finished else ", all given up"
    return "partly verified" if verified else f"not verified{given_up}"


def _summary(repository: Repository, record: StudyRecord, known: StudySummary) -> dict[str, Any]:
    steps = list(record.study_file["space"]["steps"])
    queue = TrialQueue(repository, record.name)
    progress, workers = queue.progress(), len(queue.workers.alive())
    values = {
        str(one): {"value": found[one], "verified": found is known.verified}
        for one in steps
        for found in [known.verified if one in known.verified else known.searched]
        if one in found
    }
    verified = repository.verified_steps(record.name)
    return {
        "study": record.name,
        "objective": record.objective,
        "unit": record.unit,
        "direction": record.direction,
        "steps": steps,
        "trials": progress.total,
        "finished": progress.finished,
        "running": progress.running,
        "failed": progress.failed,
        "workers": workers,
        "state": state_words(progress, workers, len(steps), len(verified)),
        "values": values,
        "verified_steps": verified,
        "created_at": known.created_at.replace(tzinfo=UTC).isoformat(timespec="seconds"),
    }
