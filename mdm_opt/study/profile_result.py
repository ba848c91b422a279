"""What ``mdm-opt profile`` finds out about a study's model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from mdm_opt.config import StudyFile, load_study_file
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.registry import build_denoiser
from mdm_opt.persistence import Repository
from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.schedules.base import Array
from mdm_opt.schedules.step_costs import places
from mdm_opt.schedules.step_sample import MOST_STEPS
from mdm_opt.study.flatness import Flatness, flatness
from mdm_opt.study.measured_profile import Advance, measured_profile
from mdm_opt.study.predictions import PredictedBudget, Predictions
from mdm_opt.study.profile_estimator import Estimator, EstimatorCheck
from mdm_opt.study.profile_sequences import check_sequences


class StepLoss(BaseModel):
    """What a step between neighbouring alphas loses, nats a sequence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: float
    after: float
    nats: float


class ProfileResult(BaseModel):
    """What ``mdm-opt profile`` prints.

    `mean` is h(m) at the boundaries `known`, in nats a token, with its standard error; `smooth` is
    what schedules are predicted from. Each sequence is measured at `boundaries` of them; `placed`
    are those that were placed anew, where the first sequences saw the profile fall.
    `estimator` is `orders` where sequences are measured in `orders` independent random orders, and
    `chain` where along the order in which the model wrote each (`orders` is 0 then); `check` is
    what the first sequences said of that, null where it was not asked. `sequence_calls` counts
    what all sequences and the check cost, `new_sequences` those that were not in the database
    before.

    Of models of births `known` are places i of alpha = sin^2(pi/2 i/boundaries), and `mean` is
    f(alpha); of uniform corruption they are the cells i * boundaries + j of c(alpha_i, alpha_j),
    in nats. `lost` says of these what short steps between neighbouring places lose; null for
    masked models. `flatness` says of masked models whether anything depends on the schedule, and
    is null for others. `precision` is the expected excess at which measuring would have ended, 0
    where a number of sequences was asked for; `most_sequences` are measured at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_fingerprint: str
    length: int
    references: str
    sequences: int
    new_sequences: int
    estimator: Estimator
    check: EstimatorCheck | None
    orders: int
    sequence_calls: int
    seconds: float
    boundaries: int
    process: str
    known: list[int]
    placed: list[int]
    mean: list[float]
    standard_error: list[float]
    smooth: list[float]
    lost: list[StepLoss] | None
    budgets: list[PredictedBudget]
    precision: float
    most_sequences: int
    flatness: Flatness | None


def profile_study(
    path: str | Path,
    url: str,
    advance: Advance = lambda done, total: None,
    steps: Sequence[int] | None = None,
    sequences: int | None = None,
) -> ProfileResult:
    """Measures the profile of a study's model as far as it is not kept yet, and predicts.

    Args:
        path: of the study file; the study itself need not exist.
        url: of the database.
        advance: called with the number of sequences measured and to be measured.
        steps: step budgets; the study file's where None.
        sequences: in place of the study file's.

    Raises:
        InputError: where the file, the model, the references or the database cannot be used.
        RunError: where the profile cannot be measured.
    """
    study_file = load_study_file(path)
    if sequences is not None:
        table = study_file.profile.model_copy(update={"sequences": sequences, "precision": 0.0})
        study_file = study_file.model_copy(update={"profile": table})
    _check_whole(study_file)
    folder = Path(path).resolve().parent
    denoiser = build_denoiser(study_file.model, folder)
    budgets = list(steps or study_file.space.steps)
    space = study_file.space.model_copy(update={"steps": budgets})
    study_file = study_file.model_copy(update={"space": space})
    masked = study_file.model.process == "masked"
    if masked and budgets[-1] > denoiser.length:
        raise InputError(
            f"--steps: {budgets[-1]} is not accepted: the model writes {denoiser.length} tokens"
        )
    if not masked and budgets[-1] > MOST_STEPS:
        raise InputError(
            f"--steps: {budgets[-1]} is not accepted: step costs tell nothing beyond {MOST_STEPS} "
            "steps"
        )
    check_sequences(study_file, folder, denoiser)
    repository = Repository(url, create=True)
    found = measured_profile(study_file, folder, denoiser, repository, advance)
    kept, sample = found.record, found.record.sample
    predictions = Predictions(sample, study_file)
    predicted = [predictions.budget(n) for n in budgets]
    return ProfileResult(
        model_fingerprint=denoiser.fingerprint,
        length=denoiser.length,
        references=study_file.profile_references,
        sequences=len(sample),
        new_sequences=found.new,
        estimator="orders" if found.key.orders else "chain",
        check=found.check,
        orders=found.key.orders,
        sequence_calls=kept.sequence_calls,
        seconds=kept.seconds,
        boundaries=_boundaries(sample),
        process=study_file.model.process,
        known=sample.known.tolist(),
        placed=sample.placed.tolist(),
        mean=sample.mean.tolist(),
        standard_error=sample.standard_error.tolist(),
        smooth=_smooth(sample).tolist(),
        lost=None if isinstance(sample, ProfileSample) else _lost(sample),
        budgets=predicted,
        precision=study_file.profile.precision,
        most_sequences=study_file.profile.sequences,
        flatness=flatness_of(sample, predicted),
    )


def open_words(
    budgets: Sequence[PredictedBudget], measured: int, most: int, precision: float
) -> str:
    """What a profile leaves open, and what to do where that is more than is wanted.

    Args:
        budgets: what it predicts, at least one.
        measured: sequences that it was measured on.
        most: that are measured at most.
        precision: the expected excess that is wanted; 0 for none.
    """
    shares = ", ".join(f"{one.expected_excess:.1%} at {one.steps}" for one in budgets)
    found = f"its choice is expected to cost more than the best Beta schedule by {shares} steps"
    # As it is shown, and not a hair above.
    if not precision or round(max(one.expected_excess for one in budgets), 3) <= precision:
        return found
    wanted = f"{found}; {key_name('profile.precision')} = {precision:g} is wanted"
    if measured < most:
        return f"{wanted}, and {measured} of {most} sequences are measured"
    return f"{wanted}: raise {key_name('profile.sequences')} above {most} for less"


def flatness_of(
    sample: ProfileSample | StepSample, budgets: Sequence[PredictedBudget]
) -> Flatness | None:
    """Whether anything depends on the schedule; None for what is no masked model.

    Args:
        sample: what was measured.
        budgets: what it predicts, at least one.
    """
    if isinstance(sample, StepSample):
        return None
    differences = [budget.largest_difference for budget in budgets]
    return flatness(differences, max(float(sample.plain().sum()), 0.0))


def _boundaries(sample: ProfileSample | StepSample) -> int:
    if isinstance(sample, StepSample):
        return sample.table.count
    return int((~np.isnan(sample.nats[0])).sum())


def _smooth(sample: ProfileSample | StepSample) -> Array:
    found = sample.profile()
    return found[sample.known] if isinstance(sample, ProfileSample) else found


def _lost(sample: StepSample) -> list[StepLoss]:
    table = sample.table
    alphas, nats = places(table.count).tolist(), table.small_steps(sample.profile()).tolist()
    ends = zip(alphas[:-1], alphas[1:], nats, strict=True)
    return [StepLoss(before=before, after=after, nats=lost) for before, after, lost in ends]


def has_profile(study_file: StudyFile) -> bool:
    """Whether a profile says something of a study: our sampler, neither prompts nor blocks."""
    own = study_file.process == "own"
    return not (own or study_file.prompted or study_file.has_blocks)


def _check_whole(study_file: StudyFile) -> None:
    """Refuses studies of which a profile says nothing.

    Raises:
        InputError: for prompts, blocks, or a sampler that is not ours.
    """
    if study_file.process == "own":
        raise InputError(
            f"{key_name('sampler.kind')}: a profile predicts nothing of a sampler of your own; "
            "there is none to measure"
        )
    if not has_profile(study_file):
        found = "block_length" if study_file.has_blocks else "prompts"
        raise InputError(
            f"a profile is that of whole sequences without prompts, and this study has {found}; "
            "its schedules cannot be predicted"
        )
