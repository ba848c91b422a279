"""What `mdm-opt doctor` tries of a sampler that is not ours: its speed, and its batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mdm_opt.candidates import Candidate, OwnDecoding
from mdm_opt.doctor.checks import Check, Known
from mdm_opt.measurement import Problem
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.present import present_setting
from mdm_opt.words import duration

# Answers that are written one by one and together.
_COMPARED = 4


@dataclass(frozen=True)
class OwnComparison:
    """The same instances answered in batches of one and of several.

    Attributes:
        samples: instances.
        differing: those whose texts differ.
        sequence_calls: sequences that were put through the model to find out.
    """

    samples: int
    differing: int
    sequence_calls: int


def compare_own_batches(problem: Problem, candidate: Candidate, first: int) -> OwnComparison:
    """Answers instances one by one and together, and counts the texts that differ.

    Each batch has a seed of its own, so that a sampler that draws random numbers differs.

    Args:
        problem: with a sampler that is not ours.
        candidate: its arguments.
        first: instance id, a multiple of 4.
    """
    ids = range(first, first + _COMPARED)
    found = []
    for size in (1, _COMPARED):
        sized = problem.decoding.model_copy(update={"batch": size})
        batch = replace(problem, decoding=sized).batch(candidate, ids)
        found.append(batch.sample(problem.denoiser))
    alone, together = (one.texts or () for one in found)
    return OwnComparison(
        samples=_COMPARED,
        differing=sum(a != b for a, b in zip(alone, together, strict=True)),
        sequence_calls=sum(one.sequence_calls for one in found),
    )


def check_own_sampler(known: Known) -> Iterator[Check]:
    """How long an answer takes at the present setting, and whether it depends on its batch."""
    file, problem = known.study_file, known.problem
    if file is None or problem is None or not isinstance(file.sampler, OwnDecoding):
        return
    present = present_setting(file, problem.denoiser, file.space.steps[0])
    first, size = InstanceSets.of(file).ids("search")[0], file.sampler.batch
    started = time.perf_counter()
    written = problem.batch(present, [first]).sample(problem.denoiser)
    seconds = time.perf_counter() - started
    calls, trials = float(written.nfe[0]), file.most_trials
    total = trials * file.objective.instances / size * seconds
    counted = "as the function reports" if _is_served(problem) else "counted"
    yield Check(
        "speed",
        "ok",
        f"the present setting ({present.label}): {calls:g} model calls of an answer, {counted}; "
        f"a batch of {size} takes {duration(seconds)}; the search takes at most about "
        f"{duration(total)} "
        f"({trials} trials x {file.objective.instances} instances at its speed)",
    )
    compared = compare_own_batches(problem, present, first)
    found = (
        f"{compared.differing} of {compared.samples} answers differ between batches of 1 and of "
        f"{compared.samples}; {compared.sequence_calls} sequence calls"
    )
    if compared.differing:
        found += (
            f"; answers depend on their batch: [sampler] batch = {size} belongs to the study, and "
            "results are those of such batches"
        )
    yield Check("batches", "ok", found)


def _is_served(problem: Problem) -> bool:
    return bool(getattr(problem.denoiser, "is_served", False))
