"""The family ``threshold``: Fast-dLLM's parallel decoding (Wu et al. 2025, arXiv 2505.22618)."""

from __future__ import annotations

from typing import ClassVar

from mdm_opt.candidates.base import NamedSeeds
from mdm_opt.candidates.parameters import Range
from mdm_opt.candidates.rules import PublishedRule, ladder


class Threshold(PublishedRule):
    """Reveals all positions whose top probability is at least the cutoff, or the most confident.

    The study's order does not matter. A sequence takes as many steps as it needs.
    """

    name = "threshold"
    measure = "confidence"
    parameters = (
        Range(
            "cutoff",
            (1e-3, 1.0),
            (0.05, 0.99),
            log=False,
            about="least top probability of a position that is revealed.",
        ),
    )
    named_seeds: ClassVar[NamedSeeds] = {
        "baselines": ladder("threshold", (0.9, 0.7, 0.5, 0.3, 0.2)),
    }


THRESHOLD = Threshold()
