"""Creating, opening, listing and deleting studies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm_opt import __version__
from mdm_opt.config import StudyFile, load_study_file, parse_study
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.persistence import Repository, StudyRecord, database_file
from mdm_opt.search import SearchStudy, seeds
from mdm_opt.service.problems import InstanceSets, build_problem


@dataclass(frozen=True, eq=False)
class OpenStudy:
    """A study that can be worked on.

    Attributes:
        study_file: as asked for now.
        record: as it was created.
        problem: its model and objective.
        repository: our tables.
        search: Optuna's side.
        sets: its instances.
    """

    study_file: StudyFile
    record: StudyRecord
    problem: Problem
    repository: Repository
    search: SearchStudy
    sets: InstanceSets

    @property
    def name(self) -> str:
        """The study's name."""
        return self.record.name


def create_study(path: str | Path, url: str) -> OpenStudy:
    """Opens the study of a study file, after making it where it does not exist yet.

    Everything that can be wrong is found before anything is written.

    Args:
        path: of the study file.
        url: of the database.

    Raises:
        InputError: where the file, the model or the database cannot be used, or a study of that
            name was made from another file.
    """
    study_file = load_study_file(path)
    folder = Path(path).resolve().parent
    first = seeds(study_file)
    existing = _existing(study_file.study.name, url)
    if existing is not None:
        _check_same(existing, study_file)
    problem = build_problem(study_file, folder)
    if existing is not None:
        _check_version(existing)
        _check_model(existing, problem)
    repository = Repository(url, create=True)
    with exclusive(study_file.study.name, url):
        if existing is None:
            SearchStudy.create(url, study_file, problem.objective.direction, first)
            existing = _new_record(study_file, folder, problem)
            repository.add_study(existing)
        else:
            repository.update_study_file(existing.name, study_file.canonical(), str(folder))
    return _open(study_file, existing, problem, repository)


def open_study(name: str, url: str) -> OpenStudy:
    """Opens an existing study with its model.

    Raises:
        InputError: where it does not exist or its model cannot be loaded or has changed.
    """
    repository = Repository(url, create=False)
    record = repository.study(name)
    study_file = stored_study_file(record)
    problem = build_problem(study_file, Path(record.folder))
    _check_model(record, problem)
    return _open(study_file, record, problem, repository)


def stored_study_file(record: StudyRecord) -> StudyFile:
    """The study file that a study was last run with."""
    return parse_study(dict(record.study_file), f"study {record.name}")


def delete_study(name: str, url: str) -> None:
    """Deletes a study with all its trials, measurements and scores.

    Raises:
        InputError: where there is none of that name, or it is running.
    """
    repository = Repository(url, create=False)
    repository.study(name)
    with exclusive(name, url):
        SearchStudy.delete(url, name)
        repository.delete_study(name)


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
        "model_fingerprint": record.model_fingerprint,
        "length": record.model_length,
        "package_version": record.package_version,
    }


@contextmanager
def exclusive(name: str, url: str) -> Iterator[None]:
    """Holds a study for one process: SQLite serves one worker.

    Raises:
        InputError: where another process holds it.
    """
    file = database_file(url)
    lock = file.with_name(f"{file.name}.{name}.lock")
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"study {name!r} is being worked on by another process; an SQLite database "
                "serves one at a time"
            ) from error
        yield


def _summary(repository: Repository, record: StudyRecord) -> dict[str, Any]:
    file = record.study_file
    verified = {m.budget_steps for m in repository.measurements(record.name, ["verification"])}
    return {
        "study": record.name,
        "objective": record.objective,
        "unit": record.unit,
        "direction": record.direction,
        "steps": list(file["space"]["steps"]),
        "trials": file["search"]["trials"],
        "finished": repository.finished_trials(record.name),
        "verified_steps": sorted(verified),
    }


def _existing(name: str, url: str) -> StudyRecord | None:
    if not database_file(url).exists():
        return None
    repository = Repository(url, create=False)
    try:
        return repository.find_study(name)
    finally:
        repository.close()


def _check_same(record: StudyRecord, study_file: StudyFile) -> None:
    if record.identity_hash == study_file.identity_hash():
        return
    before, now = _flat(dict(record.study_file)), _flat(study_file.canonical())
    free = {"model.device", "model.batch_size", "search.trials"}
    changed = [
        f"{key} was {before.get(key)!r}, is {now.get(key)!r}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key) and key not in free and not key.startswith("verify.")
    ]
    raise InputError(
        f"study {record.name!r} was made from another study file: {'; '.join(changed)}; choose "
        "another [study] name, or delete the study first"
    )


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{name}.{key}": value for name, content in table.items() for key, value in content.items()
    }


def _new_record(study_file: StudyFile, folder: Path, problem: Problem) -> StudyRecord:
    return StudyRecord(
        name=study_file.study.name,
        study_file=study_file.canonical(),
        identity_hash=study_file.identity_hash(),
        folder=str(folder),
        model_fingerprint=problem.denoiser.fingerprint,
        model_length=problem.denoiser.length,
        objective=problem.objective.name,
        unit=problem.objective.unit,
        direction=problem.objective.direction,
        deterministic=problem.objective.deterministic,
        package_version=__version__,
    )


def _check_version(record: StudyRecord) -> None:
    """Refuses trials of a version that may measure otherwise: another major, or 0.minor."""

    def series(version: str) -> list[str]:
        parts = version.split(".")
        return parts[:2] if parts[0] == "0" else parts[:1]

    if series(record.package_version) != series(__version__):
        raise InputError(
            f"study {record.name!r} was made by mdm-opt {record.package_version}, this is "
            f"{__version__}; its trials could not be compared"
        )


def _check_model(record: StudyRecord, problem: Problem) -> None:
    if record.model_fingerprint != problem.denoiser.fingerprint:
        raise InputError(
            f"the model of study {record.name!r} has changed since it was created: fingerprint "
            f"{problem.denoiser.fingerprint[:24]}..., was {record.model_fingerprint[:24]}..."
        )


def _open(
    study_file: StudyFile, record: StudyRecord, problem: Problem, repository: Repository
) -> OpenStudy:
    return OpenStudy(
        study_file=study_file,
        record=record,
        problem=problem,
        repository=repository,
        search=SearchStudy(repository.url, study_file),
        sets=InstanceSets.of(study_file, deterministic=problem.objective.deterministic),
    )
