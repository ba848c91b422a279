"""The family ``entropy_bound``: the EB-Sampler (Ben-Hamu et al. 2025, arXiv 2505.24857)."""

from __future__ import annotations

from typing import ClassVar

from mdm_opt.candidates.base import NamedSeeds
from mdm_opt.candidates.parameters import Range
from mdm_opt.candidates.rules import PublishedRule, ladder


class EntropyBound(PublishedRule):
    """Reveals positions by rising entropy while all but the largest sum to at most the cutoff.

    In nats; the first position is always among them. The study's order does not matter. A
    sequence takes as many steps as it needs.
    """

    name = "entropy_bound"
    measure = "bound"
    parameters = (
        Range(
            "cutoff",
            (1e-6, 1e6),
            (0.01, 100.0),
            about="nats that all entropies but the largest may sum to, on a log scale.",
        ),
    )
    named_seeds: ClassVar[NamedSeeds] = {
        "baselines": ladder("entropy bound", (0.1, 0.5, 2.0, 8.0, 32.0)),
    }


ENTROPY_BOUND = EntropyBound()
