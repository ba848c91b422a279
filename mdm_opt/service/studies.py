"""Creating, opening, listing and deleting studies."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm_opt import __version__
from mdm_opt.config import PLACE_KEYS, StudyFile, load_study_file, parse_study
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.persistence import (
    NoStudies,
    Repository,
    StudyRecord,
    TrialQueue,
    database_file,
    is_sqlite,
    schema_lock,
    shown,
)
from mdm_opt.schedules.base import Array
from mdm_opt.search import SearchStudy, check_pairs, seeds
from mdm_opt.service.history import earlier_schedules
from mdm_opt.service.instances import InstanceSets
from mdm_opt.service.problems import build_problem
from mdm_opt.service.profiling import (
    Advance,
    check_sequences,
    find_profile,
    measured_profile,
    model_record,
)
from mdm_opt.service.study_files import stored_study_file
from mdm_opt.storage_errors import Patience

MORE_WORKERS = (
    "For more, start a server with 'mdm-opt storage start' and move the study to it with "
    "'mdm-opt storage copy'"
)

_PLAN_SECONDS = 30.0


@dataclass(frozen=True, eq=False)
class OpenStudy:
    """A study that can be worked on.

    Attributes:
        study_file: as asked for now.
        record: as it was created.
        problem: its model and objective.
        repository: our tables.
        queue: the trials of its budget.
        search: Optuna's side.
        sets: its instances.
        profile: float64 ``(length,)``, h(m) of the model; None where the study starts without it.
    """

    study_file: StudyFile
    record: StudyRecord
    problem: Problem
    repository: Repository
    queue: TrialQueue
    search: SearchStudy
    sets: InstanceSets
    profile: Array | None

    @property
    def name(self) -> str:
        """The study's name."""
        return self.record.name


def create_study(
    path: str | Path, url: str, advance: Advance = lambda done, total: None
) -> OpenStudy:
    """Opens the study of a study file, after making it where it does not exist yet.

    Everything that can be wrong is found before anything is written. Tables, study and the trials
    of its budget are there once this returns; workers make none of them.

    Args:
        path: of the study file.
        url: of the database.
        advance: called while the information profile is measured, where the study starts from
            one that the database does not have.

    Raises:
        InputError: where the file, the model or the database cannot be used, or a study of that
            name was made from another file.
        RunError: where the profile of the model cannot be measured.
    """
    study_file, folder = load_study_file(path), Path(path).resolve().parent
    return make_study(study_file, folder, url, lambda: build_problem(study_file, folder), advance)


def make_study(
    study_file: StudyFile,
    folder: Path,
    url: str,
    build: Callable[[], Problem],
    advance: Advance = lambda done, total: None,
) -> OpenStudy:
    """The same for a study file that has been read, and a problem from wherever it comes.

    Args:
        study_file: the study.
        folder: in which relative paths and modules of the study are looked for.
        url: of the database.
        build: makes the model and the objective; called once what needs neither is checked.
        advance: see `create_study`.

    Raises:
        InputError: as `create_study`.
        RunError: as `create_study`.
    """
    check_pairs(study_file)
    existing = _existing(study_file.study.name, url)
    if existing is not None:
        check_same(existing, study_file)
    problem = build()
    if existing is not None:
        _check_version(existing)
        _check_unchanged(existing, problem)
    if study_file.needs_profile:
        check_sequences(study_file, folder, problem.denoiser)
    repository = Repository(url, create=True)
    name = study_file.study.name
    profile, length = None, problem.denoiser.length
    if study_file.needs_profile:
        kept = measured_profile(study_file, folder, problem.denoiser, repository, advance)
        profile = kept.sample.profile()
    history = earlier_schedules(study_file, problem, repository)
    first = seeds(study_file, length, profile, history)
    with exclusive(name, url), schema_lock(url):
        SearchStudy.create_tables(repository.engine)
        existing, planned = repository.find_study(name), study_file.search.trials
        if existing is None:
            SearchStudy.create(repository.engine, study_file, problem.objective.direction)
            existing = _new_record(study_file, folder, problem)
            repository.add_study(existing)
        else:
            check_same(existing, study_file)
        # A worker that joins now must not find fewer trials than the study file asks for.
        queue = TrialQueue(repository, name)
        Patience(_PLAN_SECONDS)(lambda: queue.plan(first, study_file.space.steps, planned))
        repository.update_study_file(name, study_file.canonical(), str(folder))
    return _open(study_file, existing, problem, repository, profile)


def open_study(
    name: str,
    url: str,
    *,
    own_file: str | Path | None = None,
    device: str | None = None,
    to_work: bool = False,
) -> OpenStudy:
    """Opens an existing study with its model.

    Args:
        name: of the study.
        url: of the database.
        own_file: this machine's copy of the study file; relative paths and modules are looked for
            beside it. None takes the folder that the study was created from.
        device: where the model runs, in place of the study file's.
        to_work: whether trials are to be added, which another version must not do.

    Raises:
        InputError: where it does not exist, was made from another study file or by another
            version, or its model cannot be loaded or has changed.
    """
    repository = Repository(url, create=False)
    record = repository.study(name)
    study_file, folder = stored_study_file(record), Path(record.folder)
    if own_file is not None:
        check_same(record, load_study_file(own_file))
        folder = Path(own_file).resolve().parent
    if device is not None:
        study_file = _on_device(study_file, device)
    if to_work:
        _check_version(record)
        _check_planned(repository, record)
    problem = build_problem(study_file, folder)
    _check_unchanged(record, problem)
    profile = None
    if study_file.needs_profile:
        kept = find_profile(study_file, folder, problem.denoiser, repository)
        profile = kept.sample.profile() if kept else None
        if kept is None and study_file.space.family == "free":
            raise InputError(
                f"study {name!r} searches counts around the profile of its model, which is not in "
                f"{shown(url)}; 'mdm-opt profile' with its study file measures it"
            )
    return _open(study_file, record, problem, repository, profile)


def _on_device(study_file: StudyFile, device: str) -> StudyFile:
    """The study file with another device; checked as if it stood in the file."""
    content = study_file.canonical()
    content["model"]["device"] = device
    return parse_study(content, "--device")


def delete_study(name: str, url: str) -> None:
    """Deletes a study with all its trials, measurements and scores.

    Raises:
        InputError: where there is none of that name, or it is running.
    """
    repository = Repository(url, create=False)
    repository.study(name)
    check_idle(repository, name)
    with exclusive(name, url):
        SearchStudy.delete(repository.engine, name)
        repository.delete_study(name)


def check_idle(repository: Repository, name: str) -> None:
    """Refuses to go on while workers of a study are alive.

    Raises:
        InputError: naming one of them.
    """
    if is_sqlite(repository.url):
        return
    alive = TrialQueue(repository, name).alive()
    if alive:
        raise InputError(
            f"study {name!r} is being worked on by {len(alive)} workers, one of them process "
            f"{alive[0].pid} on {alive[0].host}; stop them first"
        )


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
        "length": record.model.length,
        "package_version": record.package_version,
    }


@contextmanager
def exclusive(name: str, url: str) -> Iterator[None]:
    """Holds a study in an SQLite file for one process; PostgreSQL serves any number.

    Raises:
        InputError: where another process holds it.
    """
    if not is_sqlite(url):
        yield
        return
    file = database_file(url)
    lock = file.with_name(f"{file.name}.{name}.lock")
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"study {name!r} is being worked on by another process; an SQLite file serves "
                f"one worker. {MORE_WORKERS}"
            ) from error
        yield


def _summary(repository: Repository, record: StudyRecord) -> dict[str, Any]:
    file = record.study_file
    verified = {m.budget_steps for m in repository.measurements(record.name, ["verification"])}
    queue = TrialQueue(repository, record.name)
    progress = queue.progress()
    return {
        "study": record.name,
        "objective": record.objective,
        "unit": record.unit,
        "direction": record.direction,
        "steps": list(file["space"]["steps"]),
        "trials": file["search"]["trials"],
        "finished": progress.finished,
        "running": progress.running,
        "failed": progress.failed,
        "workers": len(queue.alive()),
        "verified_steps": sorted(verified),
    }


def _existing(name: str, url: str) -> StudyRecord | None:
    try:
        repository = Repository(url, create=False)
    except NoStudies:
        return None
    try:
        return repository.find_study(name)
    finally:
        repository.close()


def check_same(record: StudyRecord, study_file: StudyFile) -> None:
    """Refuses a study file that is not the one a study was made from.

    Raises:
        InputError: naming every key that differs.
    """
    if record.identity_hash == study_file.identity_hash():
        return
    before = _flat(stored_study_file(record).canonical())
    now = _flat(study_file.canonical())
    free = {f"model.{key}" for key in PLACE_KEYS}
    free |= {"search.trials", "search.racing", "search.samples"}
    tables = ("verify.", "profile.")
    free |= {key for key in before.keys() | now.keys() if key.startswith(tables)}
    changed = [
        f"{key} was {before.get(key)!r}, is {now.get(key)!r}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
        and key not in free
        and not key.startswith(("verify.", "profile."))
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
        model=model_record(study_file, problem.denoiser),
        objective=problem.objective.name,
        objective_fingerprint=problem.objective.fingerprint,
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


def _check_planned(repository: Repository, record: StudyRecord) -> None:
    """Refuses a study of version 0.1.0, which kept no trials that had not been begun."""
    total, asked = TrialQueue(repository, record.name).progress().total, record.study_file
    if total < asked["search"]["trials"]:
        raise InputError(
            f"study {record.name!r} comes from an older version and has {total} of its "
            f"{asked['search']['trials']} trials here; 'mdm-opt study create' with its study file "
            "adds the others"
        )


def _check_unchanged(record: StudyRecord, problem: Problem) -> None:
    """Refuses another model, or another judge or reference file of the objective."""
    pairs = {
        "model": (record.model.fingerprint, problem.denoiser.fingerprint),
        "objective's data or judge": (
            record.objective_fingerprint,
            problem.objective.fingerprint,
        ),
    }
    for what, (before, now) in pairs.items():
        # Version 0.1.0 kept none for the objective.
        if before and before != now:
            raise InputError(
                f"the {what} of study {record.name!r} has changed since it was created: "
                f"fingerprint {now[:24]}..., was {before[:24]}..."
            )


def _open(
    study_file: StudyFile,
    record: StudyRecord,
    problem: Problem,
    repository: Repository,
    profile: Array | None,
) -> OpenStudy:
    return OpenStudy(
        study_file=study_file,
        record=record,
        problem=problem,
        repository=repository,
        queue=TrialQueue(repository, record.name),
        search=SearchStudy(repository.engine, study_file, problem.denoiser.length, profile),
        sets=InstanceSets.of(study_file, deterministic=problem.objective.deterministic),
        profile=profile,
    )
