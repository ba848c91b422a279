"""What studies a database has, without loading any model."""

from __future__ import annotations

from typing import Any

from mdm_opt.persistence import Repository, StudyRecord, TrialQueue


def list_studies(url: str) -> list[dict[str, Any]]:
    """One line of facts for each study: name, objective, steps, finished trials, verified."""
    repository = Repository(url, create=False)
    return [_summary(repository, record) for record in repository.studies()]


def show_study(name: str, url: str) -> dict[str, Any]:
    """Everything about a study but its results: summary, study file, model, versions."""
    repository = Repository(url, create=False)
    record = repository.study(name)
    return {
        **_summary(repository, record),
        "study_file": dict(record.study_file),
        "study_file_hash": record.identity_hash,
        "model_fingerprint": record.model.fingerprint,
        "objective_fingerprint": record.objective_fingerprint,
        "accepted_changes": repository.accepted_reasons(name),
        "length": record.model.length,
        "package_version": record.package_version,
    }


def _summary(repository: Repository, record: StudyRecord) -> dict[str, Any]:
    file = record.study_file
    queue = TrialQueue(repository, record.name)
    progress = queue.progress()
    return {
        "study": record.name,
        "objective": record.objective,
        "unit": record.unit,
        "direction": record.direction,
        "steps": list(file["space"]["steps"]),
        "trials": progress.total,
        "finished": progress.finished,
        "running": progress.running,
        "failed": progress.failed,
        "workers": len(queue.workers.alive()),
        "verified_steps": repository.verified_steps(record.name),
    }
