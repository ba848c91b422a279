"""From a study file to what is measured."""

from __future__ import annotations

from pathlib import Path

from mdm_opt.config import StudyFile
from mdm_opt.denoisers.base import Denoiser
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.objectives.base import Objective
from mdm_opt.service.batching import usual_batch_size, with_batch_size
from mdm_opt.service.instances import InstanceSets


def build_problem(study_file: StudyFile, folder: Path | None) -> Problem:
    """Loads the model and makes the objective.

    Args:
        study_file: the study.
        folder: of the study file, for relative paths and modules beside it.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.denoisers.registry import build_denoiser

    denoiser = build_denoiser(study_file.model, folder)
    check_steps(study_file, denoiser)
    problem = problem_of(study_file, denoiser, objective_of(study_file, folder, denoiser))
    return with_batch_size(problem, study_file)


def objective_of(study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> Objective:
    """Makes the objective of a study for its model.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.objectives.registry import Build, build_objective

    sets = InstanceSets.of(study_file)
    build = Build(denoiser, folder, sets.ranks, sets.total, study_file.study.seed)
    return build_objective(study_file.objective, build)


def check_steps(study_file: StudyFile, denoiser: Denoiser) -> None:
    """Refuses more steps than tokens where every step must reveal one, and uneven blocks.

    Raises:
        InputError: naming the first such step count, or the length of the blocks.
    """
    too_many = [steps for steps in study_file.space.steps if steps > denoiser.length]
    if too_many and study_file.sampler.reveal == "fixed":
        raise InputError(
            f"[space] steps: {too_many[0]} is not accepted: the model writes {denoiser.length} "
            "tokens, and more steps than tokens cannot all reveal one"
        )
    block_length = study_file.sampler.block_length
    if block_length is None:
        return
    if denoiser.length % block_length:
        raise InputError(
            f"[sampler] block_length: {block_length} is not accepted: it does not divide the "
            f"{denoiser.length} tokens that the model writes"
        )
    blocks = denoiser.length // block_length
    uneven = [steps for steps in study_file.space.steps if steps % blocks]
    if uneven:
        raise InputError(
            f"[space] steps: {uneven[0]} is not accepted: {blocks} blocks of {block_length} "
            f"tokens share the steps evenly; multiples of {blocks} are accepted"
        )


def problem_of(study_file: StudyFile, denoiser: Denoiser, objective: Objective) -> Problem:
    """A model and an objective with how the study samples them."""
    return Problem(
        denoiser=denoiser,
        objective=objective,
        seed=study_file.study.seed,
        order=study_file.sampler.order,
        temperature=study_file.sampler.temperature,
        reveal=study_file.sampler.reveal,
        rounding=study_file.sampler.rounding,
        block_length=study_file.sampler.block_length,
        guidance=study_file.sampler.guidance,
        end_last=study_file.sampler.end_last,
        batch_size=usual_batch_size(study_file),
    )
