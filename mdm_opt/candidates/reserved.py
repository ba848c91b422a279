"""Names that no family and no parameter of one may have."""

from __future__ import annotations

from mdm_opt.candidates.decoding import SEARCHABLE

# Keys that stand beside the parameters of a family, in a study file, in the exported schedule and
# in what `best --json` prints.
RESERVED = (
    *(
        "family",
        "steps",
        "bounds",
        "parameters",
        "arguments",
        "length",
        "reveal",
        "rounding",
        "sampler",
    ),
    *SEARCHABLE,
    *("process", "counts", "revealed", "candidate", "trial", "label", "nfe", "calls"),
    *("value", "interval"),
    *(
        "verified",
        "feasible",
        "guards",
        "trials_since",
        "instances",
        "baselines",
        "gain_over_linear",
    ),
    *("better_than_linear", "families", "decided_early", "decision"),
    *("gain_over_baseline", "against_reference", "keeps_quality", "only_score"),
    *("linear_steps_for_equal_quality", "linear_steps_interval", "equal_linear_sought"),
)
