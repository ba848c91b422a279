"""What the rest of a study file may say where the sampler is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdm_opt.candidates import OWN, OwnDecoding
from mdm_opt.config.models import (
    DigitsModel,
    EnumeratedModel,
    HuggingFaceModel,
    ServedModel,
)
from mdm_opt.config.objectives import EnergyDistanceObjective, JudgeNllObjective
from mdm_opt.config.tables import ProfileTable
from mdm_opt.messages import key_name

if TYPE_CHECKING:
    from mdm_opt.config.study import StudyFile

# Names of seeds that there are: the present setting, and what earlier studies verified.
OWN_SEEDS = ("baselines", "history")
# Keys of a checkpoint that say how our own sampler asks it.
_OF_OUR_SAMPLER = (
    *("suffix", "mask_token", "mask_token_id", "logits_shift"),
    *("text", "time", "least_alpha"),
)


def check_own_sampler(file: StudyFile) -> None:
    """Refuses what there is not where a study brings a sampler of its own, by its name.

    Raises:
        ValueError: naming the key.
    """
    if not isinstance(file.sampler, OwnDecoding):
        if isinstance(file.model, ServedModel):
            raise ValueError(
                f"{key_name('model.kind')} 'served' needs {key_name('sampler.kind')} = "
                "'package.module:function', which asks the server"
            )
        return
    if file.space.arguments is None:
        raise ValueError(
            f"{key_name('space.arguments')}: missing: what is searched of a sampler of your own "
            "are its arguments"
        )
    _check_model(file, file.sampler)
    _check_search(file)
    _check_objective(file, file.sampler)


def _check_model(file: StudyFile, sampler: OwnDecoding) -> None:
    model = file.model
    if isinstance(model, EnumeratedModel | DigitsModel):
        raise ValueError(
            f"{key_name('model.kind')} {model.kind!r} is not accepted with "
            f"{key_name('sampler.kind')}: it has no network whose forward passes could be counted"
        )
    if isinstance(model, ServedModel):
        for key, value in (("kind", sampler.kind == OWN), ("module", sampler.module is not None)):
            if value:
                raise ValueError(
                    f"{key_name(f'sampler.{key}')} = {getattr(sampler, key)!r} is not accepted "
                    "with model kind 'served': nothing of the model is here; a function "
                    "'package.module:function' asks the server"
                )
    if isinstance(model, HuggingFaceModel):
        for key in _OF_OUR_SAMPLER:
            if getattr(model, key) is not None:
                raise ValueError(
                    f"{key_name(f'model.{key}')} is not accepted with {key_name('sampler.kind')}: "
                    "it says how mdm-opt's own sampler asks the model"
                )


def _check_search(file: StudyFile) -> None:
    given = {
        "study.baseline": file.study.baseline,
        "search.reference": file.search.reference,
    }
    for key, value in given.items():
        if value is not None:
            raise ValueError(
                f"{key_name(key)} is not accepted with {key_name('sampler.kind')}: results are "
                "compared with the present setting, the values in [sampler.arguments]"
            )
    for index, seed in enumerate(file.search.seeds):
        if isinstance(seed, str) and seed not in OWN_SEEDS:
            raise ValueError(
                f"{key_name('search.seeds', index)}: {seed!r} is not accepted: of a sampler of "
                f"your own nothing is known beforehand; accepted: {', '.join(OWN_SEEDS)}, and "
                f"{file.family.given_words}"
            )
    if file.profile != ProfileTable():
        raise ValueError(
            f"{key_name('profile')} is not accepted with {key_name('sampler.kind')}: a profile "
            "predicts nothing of a sampler of your own"
        )


def _check_objective(file: StudyFile, sampler: OwnDecoding) -> None:
    objective, judges_tokens = file.objective, None
    if isinstance(objective, EnergyDistanceObjective) and objective.feature is None:
        judges_tokens = "objective.feature"
    if isinstance(objective, JudgeNllObjective) and objective.min_entropy_nats is not None:
        judges_tokens = "objective.min_entropy_nats"
    if judges_tokens is not None:
        said = "missing: without it" if judges_tokens.endswith("feature") else "not accepted: it"
        raise ValueError(
            f"{key_name(judges_tokens)}: {said} looks at token ids, and a sampler of your own "
            "gives texts"
        )
    most_spread = getattr(objective, "most_spread", None)
    if most_spread is not None:
        raise ValueError(
            f"{key_name('objective.most_spread')} = {most_spread:g} is not accepted with "
            f"{key_name('sampler.kind')}: it is for models of uniform corruption and mdm-opt's "
            "own sampler"
        )
    counts = {
        "objective.instances": objective.instances,
        "verify.instances": file.verify.instances,
    }
    for key, count in counts.items():
        if count % sampler.batch:
            raise ValueError(
                f"{key_name(key)}: {count} is not accepted: instances are sampled in whole "
                f"batches, {key_name('sampler.batch')} = {sampler.batch}"
            )
