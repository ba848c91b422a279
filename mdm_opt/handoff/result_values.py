"""What an exported schedule scored, and where it comes from."""

from __future__ import annotations

from typing import Any, Literal

from mdm_opt.handoff.parts import (
    DecisionValues,
    FoundValues,
    Interval,
    MeasuredBaseline,
    Part,
)


class ResultValues(Part):
    """What the schedule scored; biased by the search unless `verified`.

    `instead_of` is there where the schedule is the baseline that the decision says to keep: what
    was found, which the file does not have then.

    `gain_over_linear` holds together with those of the study's other step counts;
    `claim_error_rate` bounds the probability that any `better_than_linear` among them is wrong.
    `decision` says what is to be done, and is null where nothing was verified.
    """

    objective: str
    unit: str
    direction: Literal["minimize", "maximize"]
    value: float
    interval: tuple[float, float]
    confidence: float
    claim_error_rate: float | None = None
    instances: int
    nfe: float
    verified: bool
    baselines: dict[str, MeasuredBaseline]
    gain_over_linear: Interval | None
    better_than_linear: bool | None = None
    decision: DecisionValues | None = None
    linear_steps_for_equal_quality: int | None
    linear_steps_interval: tuple[int, int | None] | None = None
    instead_of: FoundValues | None = None


class Provenance(Part):
    """Where the schedule comes from, enough to measure it again."""

    study: str
    study_file: dict[str, Any]
    study_file_hash: str
    trial: int | None
    label: str
    seed: int
    model: dict[str, Any]
    model_fingerprint: str
    objective_fingerprint: str | None = None
    versions: dict[str, str]
    git_hash: str | None
    created_at: str
