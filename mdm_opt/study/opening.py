"""Making a study and opening it, with its model, to work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mdm_opt import __version__
from mdm_opt.config import StudyFile, load_study_file, parse_study
from mdm_opt.config.track import check_installed
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.persistence import (
    NoStudies,
    Profiles,
    Repository,
    StudyRecord,
    TrialQueue,
    schema_lock,
    shown,
)
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.persistence.optuna_tables import check_name, check_schema, make_tables
from mdm_opt.search import SearchSpace, check_given_seeds, seeds
from mdm_opt.storage_errors import Patience
from mdm_opt.study.changes import check_planned, check_same, check_unchanged, check_version
from mdm_opt.study.history import earlier_schedules
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.locks import exclusive
from mdm_opt.study.measured_profile import (
    Advance,
    MeasuredProfile,
    measured_profile,
    model_record,
)
from mdm_opt.study.present import present_seeds
from mdm_opt.study.problem import build_problem
from mdm_opt.study.profile_sequences import check_sequences
from mdm_opt.study.rehearsal import rehearse
from mdm_opt.study.search_space import space_of
from mdm_opt.study.stored_file import stored_study_file

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
        mirror: the study in Optuna's tables.
        space: where candidates are looked for, with the profile of the model where the study
            starts from one.
        sets: its instances.
        news: what is worth a line, since it was last opened.
    """

    study_file: StudyFile
    record: StudyRecord
    problem: Problem
    repository: Repository
    queue: TrialQueue
    mirror: Mirror
    space: SearchSpace
    sets: InstanceSets
    news: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The study's name."""
        return self.record.name


def create_study(
    path: str | Path,
    url: str,
    advance: Advance = lambda done, total: None,
    *,
    adopt: bool = False,
) -> OpenStudy:
    """Opens the study of a study file, after making it where it does not exist yet.

    Everything that can be wrong is found before anything is written. Tables, study and the trials
    of its budget are there once this returns; workers make none of them.

    Args:
        path: of the study file.
        url: of the database.
        advance: called while the information profile is measured, where the study starts from
            one that the database does not have.
        adopt: whether missing tables are made beside tables of another program.

    Raises:
        InputError: where the file, the model or the database cannot be used, or a study of that
            name was made from another file.
        RunError: where the profile of the model cannot be measured, or a few samples cannot be
            scored.
    """
    study_file, folder = load_study_file(path), Path(path).resolve().parent
    return make_study(
        study_file, folder, url, lambda: build_problem(study_file, folder), advance, adopt=adopt
    )


def make_study(
    study_file: StudyFile,
    folder: Path,
    url: str,
    build: Callable[[], Problem],
    advance: Advance = lambda done, total: None,
    *,
    adopt: bool = False,
) -> OpenStudy:
    """Makes or opens the study of a study file that has been read.

    Args:
        study_file: the study.
        folder: in which relative paths and modules of the study are looked for.
        url: of the database.
        build: makes the model and the objective; called once what needs neither is checked.
        advance: see `create_study`.
        adopt: see `create_study`.

    Raises:
        InputError: as `create_study`.
        RunError: as `create_study`.
    """
    check_given_seeds(study_file)
    check_installed(study_file.track)
    existing = _existing(study_file.study.name, url)
    if existing is not None:
        check_same(existing, study_file)
    problem = build()
    if existing is not None:
        check_version(existing)
        check_unchanged(existing, problem)
    else:
        rehearse(study_file, problem)
    if study_file.needs_profile:
        check_sequences(study_file, folder, problem.denoiser)
    repository = Repository(url, create=True, adopt=adopt)
    name = study_file.study.name
    profile: MeasuredProfile | None = None
    before = None if existing is None else Profiles(repository).of_study(name)
    sample = None
    if study_file.needs_profile:
        if before is not None and existing is not None and _asks_the_same(existing, study_file):
            sample = before.sample
        else:
            profile = measured_profile(study_file, folder, problem.denoiser, repository, advance)
            sample = profile.record.sample
    history = [
        *present_seeds(study_file, problem.denoiser),
        *earlier_schedules(study_file, problem, repository),
    ]
    h, draws = (None, None) if sample is None else (sample.profile(), sample.draws())
    own = problem.process.seeds(problem.denoiser)
    first = seeds(study_file, problem.denoiser.length, h, history, draws, own)
    with exclusive(name, url), schema_lock(url):
        make_tables(repository.engine)
        existing = repository.find_study(name)
        if existing is None:
            check_name(repository.engine, name)
            existing = _new_record(study_file, folder, problem)
            repository.add_study(existing)
        else:
            check_same(existing, study_file)
        news = _take_objective(repository, existing, problem)
        if profile is not None:
            Profiles(repository).use(name, profile.key, profile.record.sequences)
        opened = _open(study_file, existing, problem, repository)
        # A worker that joins now must not find fewer trials than the study file asks for.
        taken, planned = opened.mirror.sync(), study_file.most_trials
        if not _has_ended(opened, existing):
            Patience(_PLAN_SECONDS)(
                lambda: opened.queue.plan(first, study_file.space.steps, planned, after=taken)
            )
        repository.update_study_file(name, study_file.canonical(), str(folder))
    if (
        before is not None
        and sample is not None
        and not np.array_equal(before.sample.nats, sample.nats, equal_nan=True)
    ):
        said = f"study {name} has another profile than before: [profile] or [verify] has changed"
        news = (*news, said)
    return replace(opened, news=news)


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
    check_schema(repository.engine)
    study_file, folder = stored_study_file(record), Path(record.folder)
    if own_file is not None:
        check_same(record, load_study_file(own_file))
        folder = Path(own_file).resolve().parent
    if device is not None:
        study_file = _on_device(study_file, device)
    if to_work:
        check_version(record)
        check_planned(repository, record)
    problem = build_problem(study_file, folder)
    check_unchanged(record, problem)
    opened = _open(study_file, record, problem, repository)
    if opened.space.profile is None and opened.space.family.needs_profile:
        raise InputError(
            f"study {name!r} searches counts around the profile of its model, which is not in "
            f"{shown(url)}; 'mdm-opt study create' with its study file measures it"
        )
    return opened


def _on_device(study_file: StudyFile, device: str) -> StudyFile:
    """The study file with another device; checked as if it stood in the file."""
    content = study_file.canonical()
    content["model"]["device"] = device
    return parse_study(content, "--device")


def _asks_the_same(existing: StudyRecord, study_file: StudyFile) -> bool:
    """Whether a study asks for the profile that it has used so far."""
    before = stored_study_file(existing)
    # More instances of the verification may be sequences that the profile was measured on.
    return (before.profile, before.verify.instances) == (
        study_file.profile,
        study_file.verify.instances,
    )


def _has_ended(opened: OpenStudy, existing: StudyRecord) -> bool:
    """Whether the search has ended early, and is asked for with the same limits as before."""
    before, now = stored_study_file(existing), opened.study_file
    limits = [(one.most_trials, one.tolerance) for one in (before, now)]
    progress = opened.queue.progress()
    return (
        now.tolerance is not None
        and limits[0] == limits[1]
        and 0 < progress.finished == progress.total
    )


def _take_objective(
    repository: Repository, record: StudyRecord, problem: Problem
) -> tuple[str, ...]:
    """Keeps the fingerprint of an objective whose function older versions did not look at."""
    now = problem.source_fingerprint
    if record.objective_fingerprint == now:
        return ()
    said = (
        f"study {record.name} is from a version that did not look at the source of its function; "
        "from now on another one is refused"
    )
    repository.accept_objective(record.name, now, said)
    return (said,)


def _existing(name: str, url: str) -> StudyRecord | None:
    try:
        repository = Repository(url, create=False)
    except NoStudies:
        return None
    try:
        return repository.find_study(name)
    finally:
        repository.close()


def _new_record(study_file: StudyFile, folder: Path, problem: Problem) -> StudyRecord:
    return StudyRecord(
        name=study_file.study.name,
        study_file=study_file.canonical(),
        identity_hash=study_file.identity_hash(),
        folder=str(folder),
        model=model_record(study_file, problem.denoiser),
        objective=problem.objective.name,
        objective_fingerprint=problem.source_fingerprint,
        unit=problem.objective.unit,
        direction=problem.objective.direction,
        deterministic=problem.objective.deterministic,
        package_version=__version__,
    )


def _open(
    study_file: StudyFile, record: StudyRecord, problem: Problem, repository: Repository
) -> OpenStudy:
    return OpenStudy(
        study_file=study_file,
        record=record,
        problem=problem,
        repository=repository,
        queue=TrialQueue(repository, record.name),
        mirror=Mirror(repository, study_file, record.model.length),
        space=space_of(repository, record),
        sets=InstanceSets.of(study_file, deterministic=problem.objective.deterministic),
    )
