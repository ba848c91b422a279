"""[study] and [search]: what a study is called, is compared with, and how it looks for more."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from mdm_opt.candidates import FAMILIES, Family, setting_candidate
from mdm_opt.messages import key_name
from mdm_opt.table import Table


def _setting(value: Any) -> dict[str, Any]:
    """A schedule or rule with its parameters and decoding."""
    if not isinstance(value, dict):
        raise ValueError("a table { family = ..., ... } is expected")
    setting_candidate(value, 1)
    return value


GivenSetting = Annotated[Any, BeforeValidator(_setting)]


class StudyTable(Table):
    """[study]; what the study is called and compared with.

    Attributes:
        name: of the study, in the database and on the command line.
        seed: fixes instances, noise and proposals.
        baseline: how you sample today, ``{ family = "threshold", cutoff = 0.9, block_length = 32
            }``, or a schedule by name, with ``steps`` (else those of each step count), parameters,
            and settings that differ from [sampler]; every result is said beside it. May be changed
            later.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    seed: int = Field(0, ge=0, lt=2**63)
    baseline: GivenSetting | None = None


# Of the family in the context of a validation.
FAMILY = "family"
SEED_NAMES = ("energy", "profile", "baselines", "history")


def _seed(value: Any, info: ValidationInfo) -> str | list[Any] | dict[str, Any]:
    """A name, or the parameters of a candidate of the study's family."""
    family: Family = (info.context or {}).get(FAMILY, FAMILIES["beta"])
    if isinstance(value, str) and value in SEED_NAMES:
        return value
    if isinstance(value, list) and family.accepts_seed(value):
        return [float(one) if isinstance(one, int) else one for one in value]
    if isinstance(value, dict) and family.is_open:
        table: Any = value
        if family.accepts_seed(table):
            return value
    raise ValueError(f"must be one of {', '.join(SEED_NAMES)}, or {family.given_words}")


# One validator instead of a union, whose messages would not say what is accepted.
Seed = Annotated[Any, BeforeValidator(_seed)]

AUTO = "auto"
_MOST_TRIALS = 1_000_000
# Under "auto": at most so many trials for each step count, and in all at least the other number.
_AUTO_TRIALS, _AUTO_TRIALS_IN_ALL = 20, 40
_AUTO_TOLERANCE = 0.2


def _trials(value: Any) -> int | str:
    """A number of trials, or as many as it takes."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value == AUTO or (whole and 1 <= value <= _MOST_TRIALS):
        return int(value) if whole else AUTO
    raise ValueError(f"must be a whole number from 1 to {_MOST_TRIALS}, or {AUTO!r}")


class SearchTable(Table):
    """[search]; the goal, and how candidates are looked for.

    Attributes:
        goal: ``quality``: the best at each step count; ``calls``: the fewest calls that keep a
            quality (docs/decoding.md).
        quality: with goal ``calls``: share of the reference's value that is kept, for values that
            are maximised and not negative.
        margin: with goal ``calls``, in place of ``quality``: by how much the value may be worse.
        reference: with goal ``calls``: a setting as ``[study] baseline``. Default: one token a
            step; of births and uniform corruption linear in 128 steps.
        trials: finished trials in all, seeds included, or ``auto``: at most 20 a step count and at
            least 40 in all, with ``tolerance``.
        tolerance: the search of a step count ends, its seeds done, once another trial is expected
            to gain less than this share of the gain that ``[verify] instances`` can show; needs
            sampler ``shape``. Default: none, 0.2 under ``auto``.
        sampler: what proposes candidates: ``shape``, or one of Optuna's.
        seeds: candidates that are tried first, at every step count: by name (docs/search.md), or
            by their parameters in their order, ``[a, b]``. Of a sampler with a ``kind`` its
            present setting is the default.
        racing: stops trials that are clearly worse than the best one; from 32 instances on.
        samples: samples of each trial that are kept to look at; where the objective draws none
            they cost ``steps`` model calls each. Unless it is 0, all that the metric reads in the
            verification are kept, up to 250,000 characters a measurement.
        trial_seconds: longest time of a trial, after which it has failed; larger measurements,
            such as the verification, have as much longer. There is a warning before. Default: 20
            times the longest so far, at least 300.
    """

    goal: Literal["quality", "calls"] = "quality"
    quality: float | None = Field(None, gt=0, le=1)
    margin: float | None = Field(None, ge=0)
    reference: GivenSetting | None = None
    trials: Annotated[Any, BeforeValidator(_trials)] = 40
    tolerance: float | None = Field(None, gt=0, le=1)
    sampler: Literal["shape", "gp", "tpe", "random"] = "shape"
    seeds: list[Seed] = ["energy", "profile", "baselines"]
    racing: bool = True
    samples: int = Field(3, ge=0, le=64)
    trial_seconds: float | None = Field(None, gt=0, le=10_000_000)

    def most_trials(self, step_counts: int) -> int:
        """Trials of the whole search, seeds included; with a tolerance at most so many.

        Args:
            step_counts: of the study.
        """
        if self.trials == AUTO:
            return max(_AUTO_TRIALS_IN_ALL, _AUTO_TRIALS * step_counts)
        return int(self.trials)

    @property
    def least_gain(self) -> float | None:
        """Share of the half width of a gain's interval at which it ends; None for no end."""
        if self.tolerance is None and self.trials == AUTO:
            return _AUTO_TOLERANCE
        return self.tolerance

    @model_validator(mode="after")
    def _goal_fits(self) -> Self:
        given = [key for key in ("quality", "margin") if getattr(self, key) is not None]
        if self.goal == "calls" and len(given) != 1:
            raise ValueError(
                f"{key_name('search.goal')} = 'calls' needs one of {key_name('search.quality')} "
                f"and {key_name('search.margin')}, got {' and '.join(given) or 'none'}"
            )
        more = [*given, *(["reference"] if self.reference is not None else [])]
        if self.goal == "quality" and more:
            raise ValueError(
                f"{key_name(f'search.{more[0]}')} = {getattr(self, more[0])!r} needs "
                f"{key_name('search.goal')} = 'calls'"
            )
        return self

    @model_validator(mode="after")
    def _end_fits(self) -> Self:
        if self.least_gain is not None and self.sampler != "shape":
            key = "trials" if self.tolerance is None else "tolerance"
            raise ValueError(
                f"{key_name(f'search.{key}')} = {getattr(self, key)!r} needs "
                f"{key_name('search.sampler')} = 'shape', got {self.sampler!r}"
            )
        return self
