"""Whether samples depend on the batch that they are drawn in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from mdm_opt.candidates import Candidate, baseline
from mdm_opt.doctor.checks import Check, Known
from mdm_opt.doctor.speed import in_words
from mdm_opt.measurement import Problem
from mdm_opt.study.instances import InstanceSets

# Instances that are sampled one by one and together, and how long that may take.
_COMPARED = 4
_LONGEST_COMPARISON_SECONDS = 60.0


@dataclass(frozen=True)
class BatchComparison:
    """The same instances sampled one by one and in one batch.

    Attributes:
        samples: instances.
        tokens: of all samples.
        differing_samples: those of which a token differs.
        differing_tokens: tokens that differ.
        sequence_calls: sequences that were put through the model to find out.
    """

    samples: int
    tokens: int
    differing_samples: int
    differing_tokens: int
    sequence_calls: int


def compare_batches(
    problem: Problem, candidate: Candidate, instances: Sequence[int]
) -> BatchComparison:
    """Samples instances one by one and in one batch, and counts what differs.

    Args:
        problem: whose model is sampled, under the objective's prompts if it has any.
        candidate: schedule and step budget.
        instances: instance ids, distinct, at least one.
    """
    denoiser = problem.denoiser
    together = problem.batch(candidate, instances).sample(denoiser)
    alone = [problem.batch(candidate, [one]).sample(denoiser) for one in instances]
    differ = torch.cat([samples.tokens for samples in alone]) != together.tokens
    return BatchComparison(
        samples=len(instances),
        tokens=differ.numel(),
        differing_samples=int(differ.any(dim=1).sum()),
        differing_tokens=int(differ.sum()),
        sequence_calls=together.sequence_calls + sum(one.sequence_calls for one in alone),
    )


def check_batches(known: Known) -> Iterator[Check]:
    """Whether samples depend on the batch, where that can be tried soon enough."""
    problem = known.problem
    if problem is None or known.study_file is None or known.study_file.process == "own":
        return
    count = min(_COMPARED, known.speed[0] if known.speed else 1)
    if count < 2:
        return
    candidate = baseline("linear", known.study_file.space.steps[0])
    calls = 2 * count * candidate.steps * (1 + problem.decoding.guided)
    batch, seconds = known.speed or (1, 0.0)
    expected = calls * seconds / batch
    if expected > _LONGEST_COMPARISON_SECONDS:
        found = f"{calls} sequence calls would take about {in_words(expected)}"
        yield Check("batches", "ok", f"batch composition: not tried, {found}")
        return
    instances = InstanceSets.of(known.study_file).ids("search")[:count]
    compared = compare_batches(problem, candidate, instances)
    yield _as_check(compared, candidate.steps, problem.decoding.numbers)


def _as_check(compared: BatchComparison, steps: int, numbers: str) -> Check:
    """What sampling one by one and in one batch has shown."""
    found = (
        f"batch composition: {compared.differing_samples} of {compared.samples} samples differ "
        f"({compared.differing_tokens} of {compared.tokens} {numbers}) between batches of 1 and "
        f"{compared.samples} at {steps} steps; {compared.sequence_calls} sequence calls"
    )
    if not compared.differing_samples:
        return Check("batches", "ok", found)
    found += (
        "; decisions of near-ties flip with the last bits: the search is still unbiased, but "
        "results can differ between batch sizes"
    )
    mend = "keep one [model] batch_size, or set dtype = 'float32', where results must repeat"
    return Check("batches", "warn", found, mend)
