"""Whether samples depend on the batch that they are drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from mdm_opt.candidates import Candidate
from mdm_opt.measurement import Problem


@dataclass(frozen=True)
class Composition:
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


def batch_composition(
    problem: Problem, candidate: Candidate, instances: Sequence[int]
) -> Composition:
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
    return Composition(
        samples=len(instances),
        tokens=differ.numel(),
        differing_samples=int(differ.any(dim=1).sum()),
        differing_tokens=int(differ.sum()),
        sequence_calls=together.sequence_calls + sum(one.sequence_calls for one in alone),
    )
