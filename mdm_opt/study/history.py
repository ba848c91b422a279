"""Seeds from the verified schedules of earlier studies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from mdm_opt.candidates import Candidate, Seed
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.persistence import MeasurementRecord, Repository, StudyRecord

_MOST = 2

# Whether model and task are the same, the study, and what it verified.
_Earlier = tuple[tuple[bool, bool], StudyRecord, MeasurementRecord]


def earlier_schedules(
    study_file: StudyFile, problem: Problem, repository: Repository
) -> list[Seed]:
    """What earlier studies of the same model or task have verified, for each step count.

    Studies of both come first, then those of the same model, then those of the same task (the
    same [objective]); among these the nearest step count, then the newest. Two for a step count at
    most. Empty unless the study file names the seed ``history``.

    Args:
        study_file: of the study that is being made.
        problem: of the same.
        repository: the database.
    """
    if "history" not in study_file.search.seeds:
        return []
    found: list[_Earlier] = []
    for study in repository.studies():
        kinship = _kinship(study, study_file, problem)
        if study.name == study_file.study.name or not any(kinship):
            continue
        # A study of a family that this process does not know has nothing for this one.
        with suppress(InputError):
            found += [
                (kinship, study, record)
                for record in repository.measurements(study.name, ["verification"])
                if record.label == "best" and record.feasible
            ]
    seeds = []
    for steps in study_file.space.steps:
        usable = [
            (one, candidate)
            for one in sorted(found, key=partial(_rank, steps))
            if (candidate := _adopted(study_file, problem, steps, one[2])) is not None
        ]
        for (_, study, record), candidate in usable[:_MOST]:
            label = f"history: {study.name}, {record.budget_steps} steps"[:64]
            seeds.append(Seed(label, candidate))
    return seeds


def _rank(steps: int, one: _Earlier) -> tuple[bool, bool, float, int]:
    """Lower for what is more likely to be good at a step count."""
    (same_model, same_task), _, record = one
    far = abs(math.log(record.budget_steps / steps))
    return (not same_model, not same_task, far, -(record.id or 0))


def _kinship(study: StudyRecord, study_file: StudyFile, problem: Problem) -> tuple[bool, bool]:
    same_model = study.model.fingerprint == problem.denoiser.fingerprint
    same_task = (
        _task(study.study_file) == _task(study_file.canonical())
        and study.objective_fingerprint == problem.source_fingerprint
    )
    return same_model, same_task


def _task(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content["objective"].items() if key != "instances"}


def _adopted(
    study_file: StudyFile, problem: Problem, steps: int, record: MeasurementRecord
) -> Candidate | None:
    """The schedule as a candidate of the study; None where it is not in its space."""
    bounds, length = study_file.space.bounds, problem.denoiser.length
    return study_file.family.adopted(record.candidate, steps, bounds, length)
