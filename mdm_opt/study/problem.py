"""From a study file to what is measured."""

from __future__ import annotations

from pathlib import Path

from mdm_opt import supervised
from mdm_opt.candidates import setting_candidate
from mdm_opt.config import DivergenceObjective, StudyFile, model_words
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.messages import key_name
from mdm_opt.models.base import Denoiser, offers
from mdm_opt.models.block_causal import attention_block
from mdm_opt.objectives.base import Objective
from mdm_opt.study.batch_size import usual_batch_size, with_batch_size
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.present import check_arguments


def build_problem(study_file: StudyFile, folder: Path | None) -> Problem:
    """Loads the model and makes the objective.

    Args:
        study_file: the study.
        folder: of the study file, for relative paths and modules beside it.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.models.registry import build_model

    denoiser = build_model(study_file.model, study_file.sampler, folder)
    study_file.check_length(denoiser.length, attention_block(denoiser))
    problem = problem_of(study_file, denoiser, objective_of(study_file, folder, denoiser))
    check_problem(study_file, problem)
    supervised.tell(doing="making the study", model=model_words(study_file.model.model_dump()))
    return with_batch_size(problem, study_file)


def check_problem(study_file: StudyFile, problem: Problem) -> None:
    """Raises InputError where what a study asks for does not fit its model or its objective."""
    if study_file.process == "own":
        check_arguments(study_file, problem.denoiser)
    _check_rule(study_file, problem.denoiser)
    _check_settings(study_file, problem)
    _check_share(study_file, problem.objective)


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


def _check_settings(study_file: StudyFile, problem: Problem) -> None:
    """Raises InputError where the user's baseline or reference cannot be measured."""
    baseline, reference = study_file.study.baseline, study_file.search.reference
    given = [("study.baseline", baseline, steps) for steps in study_file.space.steps]
    given.append(("search.reference", reference, problem.finest_steps))
    exact = problem.objective.name in ("path_kl", "divergence")
    for key, setting, steps in given:
        if setting is not None:
            try:
                candidate = setting_candidate(setting, steps)
                problem.plan(candidate)
                brought = study_file.sampler.with_values(candidate.decoding)
                length = problem.denoiser.length
                brought.check_attention(attention_block(problem.denoiser), length)
                if brought.guided and not offers(problem.objective, "prompt_ids"):
                    raise ValueError("guidance needs an objective with prompts (task or lm_eval)")
                if exact and (candidate.rule is not None or candidate.decoding):
                    raise ValueError(
                        f"objective {problem.objective.name!r} knows schedules of the study's "
                        "own [sampler] only"
                    )
            except ValueError as error:
                raise InputError(f"{key_name(key)}: {error}") from error


def _check_share(study_file: StudyFile, objective: Objective) -> None:
    """Raises InputError where a share of values is to be kept that are better the smaller."""
    if study_file.search.quality is not None and objective.direction == "minimize":
        raise InputError(
            f"{key_name('search.quality')} = {study_file.search.quality} is a share of values "
            f"that are maximised, and objective {objective.name!r} is minimised; give "
            f"{key_name('search.margin')} in {objective.unit}"
        )


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
        decoding=study_file.decoding,
        batch_size=usual_batch_size(study_file),
    )
