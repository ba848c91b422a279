"""How fast a model is asked on this machine, and what that makes of a search."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from mdm_opt.candidates import Decoding
from mdm_opt.config import (
    DivergenceObjective,
    EnergyDistanceObjective,
    PathKlObjective,
    SpreadTable,
    StudyFile,
    Table,
)
from mdm_opt.doctor.checks import Check, Known
from mdm_opt.measurement import Problem, longest_first
from mdm_opt.memory import fitting
from mdm_opt.models.base import Denoiser
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import process_of
from mdm_opt.study.batch_size import usual_batch_size
from mdm_opt.study.instances import InstanceSets
from mdm_opt.words import counted, duration

# A larger batch is not worth the wait.
_LONGEST_CALL_SECONDS = 20.0


def timed_call(
    denoiser: Denoiser,
    batch: int,
    steps: int,
    decoding: Decoding,
    prompts: Prompts | None = None,
) -> tuple[int, float]:
    """One batch of nothing but noise after a warm-up with a single sequence.

    Args:
        denoiser: the model.
        batch: sequences; fewer where they do not fit into memory, or would take long.
        steps: step budget, which says how much a step asks for.
        decoding: of the study.
        prompts: at least one for each sequence; None for none.

    Returns:
        The sequences of the batch, and its wall time in seconds.
    """

    def call(size: int) -> float:
        part = None if prompts is None else prompts.part(np.arange(size))
        started = time.perf_counter()
        process_of(denoiser).one_call(denoiser, size, steps, decoding, part)
        return max(time.perf_counter() - started, 1e-9)

    call(1)
    alone = call(1)
    if alone * batch > _LONGEST_CALL_SECONDS:
        batch = max(1, int(_LONGEST_CALL_SECONDS / alone))
    return fitting(batch, call)


def search_time(study_file: StudyFile, denoiser: Denoiser, batch: int, seconds: float) -> str:
    """How long the search takes at this speed, in words."""
    instances, trials = study_file.objective.instances, study_file.most_trials
    batches, steps = instances / batch, study_file.space.steps
    if isinstance(study_file.objective, PathKlObjective):
        passes, own = process_of(denoiser).finest_calls(denoiser), study_file.objective.references
        passes *= 2 if own == "model" else 1
        counted = f"{instances} instances x {passes} model calls, once for all trials"
        total = batches * passes * seconds
    else:
        mean = sum(steps) / len(steps)
        counted = f"{trials} trials x {instances} instances x {mean:g} steps"
        total = trials * batches * mean * seconds
        samples = _samples(study_file.objective)
        if samples > 1:
            counted += f" x {samples} samples"
            total *= samples
    return (
        f"the search takes about {in_words(total)} ({counted}), not counting scoring, profile "
        "and verification"
    )


def _samples(objective: Table) -> int:
    """Samples that an instance takes, those of a guard among them."""
    own = objective.draws if isinstance(objective, EnergyDistanceObjective) else 1
    return own + (objective.spread_samples if isinstance(objective, SpreadTable) else 0)


def in_words(seconds: float) -> str:
    """A duration in the unit that suits it."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.2g} seconds"


def check_speed(known: Known) -> Iterator[Check]:
    """How fast the model is asked, and how long the search would take."""
    if known.denoiser is None or known.study_file is None:
        return
    if known.study_file.process == "own":
        # See `mdm_opt.doctor.own_sampler`.
        return
    asked = min(usual_batch_size(known.study_file), known.study_file.objective.instances)
    problem, fewest = known.problem, known.study_file.space.steps[0]
    prompts = None if problem is None else _longest_prompts(known, problem, asked)
    batch, seconds = known.speed = timed_call(
        known.denoiser, asked, fewest, known.study_file.sampler, prompts
    )
    after = "" if prompts is None else f" after prompts of {prompts.lengths.max()} tokens"
    masked = known.study_file.model.process == "masked"
    words = counted(batch, "masked sequence" if masked else "noise sequence")
    took = f"{1000 * seconds:.3g} ms" if seconds < 0.1 else duration(seconds)
    found = f"one forward of {words}{after}: {took}, {batch / seconds:.3g} sequences/s"
    if batch < asked:
        found += f" (batches of {asked} do not fit, or take too long to try)"
    if known.asked and not isinstance(known.study_file.objective, DivergenceObjective):
        found += f"; {search_time(known.study_file, known.denoiser, batch, seconds)}"
    yield Check("speed", "ok", found)


def _longest_prompts(known: Known, problem: Problem, count: int) -> Prompts | None:
    """The longest prompts of the search; None where there are none."""
    instances = InstanceSets.of(known.study_file).ids("search") if known.study_file else ()
    order = longest_first(problem, instances)[:count]
    return problem.prompts([instances[place] for place in order])
