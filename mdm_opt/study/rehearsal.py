"""Scoring a few samples before a study is made, so that a broken metric costs nothing."""

from __future__ import annotations

from mdm_opt.candidates import baseline
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.measurement import Measurement, Problem, measure
from mdm_opt.messages import key_name
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.present import rehearse_present
from mdm_opt.study.samples import check_show

# Two, because a metric may look at one sample and at several otherwise.
_SAMPLES = 2
# Total variation of two answers; bfloat16 rounds probabilities to less than half of it.
_MOST_DIFFERENCE = 0.01


def rehearse(study_file: StudyFile, problem: Problem) -> Measurement:
    """The linear schedule of the fewest steps on the first search instances.

    Of a sampler that is not ours the present setting, see `rehearse_present`.

    Args:
        study_file: the study.
        problem: its model and objective.

    Raises:
        InputError: where the model answers the same question differently, or cannot show texts.
        RunError: where the model or the objective fails.
    """
    check_repeats(problem)
    sets = InstanceSets.of(study_file, deterministic=problem.objective.deterministic)
    if study_file.process == "own":
        return rehearse_present(study_file, problem, sets.ids("search")[:_SAMPLES])
    candidate = baseline("linear", study_file.space.steps[0])
    ids = sets.ids("search")[:_SAMPLES]
    found = measure(problem, candidate, ids)
    check_show(problem, found.texts, ids[: len(found.texts)])
    return found


def check_repeats(problem: Problem) -> None:
    """Refuses a model in whose answers something is random: nothing could be paired.

    Raises:
        InputError: with how far two answers to the same question are apart.
    """
    try:
        apart = problem.process.difference(problem.denoiser)
    except Exception:  # what a model raises is for the measurement to say, which asks it again
        return
    # Answers that are no numbers are for the measurement to refuse.
    if apart > _MOST_DIFFERENCE:
        raise InputError(
            f"{key_name('model')} the model answers the same question differently when asked "
            f"twice (total variation {apart:.2g}): dropout that is left on, or noise in its "
            "logits; candidates could not be compared"
        )
