"""From a study file to what is measured."""

from __future__ import annotations

from pathlib import Path

from mdm_opt import supervised
from mdm_opt.config import DivergenceObjective, StudyFile, model_words
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.messages import key_name
from mdm_opt.models.base import Denoiser
from mdm_opt.objectives.base import Objective
from mdm_opt.study.batch_size import usual_batch_size, with_batch_size
from mdm_opt.study.instances import InstanceSets


def build_problem(study_file: StudyFile, folder: Path | None) -> Problem:
    """Loads the model and makes the objective.

    Args:
        study_file: the study.
        folder: of the study file, for relative paths and modules beside it.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.models.registry import build_denoiser

    denoiser = build_denoiser(study_file.model, folder)
    study_file.check_length(denoiser.length)
    problem = problem_of(study_file, denoiser, objective_of(study_file, folder, denoiser))
    _check_rule(study_file, denoiser)
    supervised.tell(doing="making the study", model=model_words(study_file.model.model_dump()))
    return with_batch_size(problem, study_file)


def _check_rule(study_file: StudyFile, denoiser: Denoiser) -> None:
    """Raises InputError where the law of a rule's samples is wanted and too large."""
    if not (study_file.family.by_rule and isinstance(study_file.objective, DivergenceObjective)):
        return
    from mdm_opt.processes import check_orders

    try:
        check_orders(denoiser.length)
    except InputError as error:
        raise InputError(
            f"{key_name('objective.kind')} 'divergence' with {study_file.space.words}: {error}"
        ) from None


def objective_of(study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> Objective:
    """Makes the objective of a study for its model.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.objectives.registry import Build, build_objective

    sets = InstanceSets.of(study_file)
    build = Build(denoiser, folder, sets.ranks, sets.total, study_file.study.seed)
    return build_objective(study_file.objective, build)


def problem_of(study_file: StudyFile, denoiser: Denoiser, objective: Objective) -> Problem:
    """A model and an objective with how the study samples them."""
    return Problem(
        denoiser=denoiser,
        objective=objective,
        seed=study_file.study.seed,
        decoding=study_file.sampler,
        batch_size=usual_batch_size(study_file),
    )
