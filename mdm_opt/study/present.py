"""The user's present setting of a sampler that is not ours: what results are compared with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mdm_opt.candidates import (
    OWN,
    PRESENT,
    Candidate,
    OwnDecoding,
    Range,
    SearchedArguments,
    Seed,
    Value,
)
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Measurement, Problem, measure
from mdm_opt.messages import key_name
from mdm_opt.models.base import Denoiser
from mdm_opt.models.own.samplers import Sampler

# Settings at the ends of all ranges that a sampler is asked about before anything is sampled.
_MOST_CORNERS = 256


def present_setting(study_file: StudyFile, denoiser: Denoiser, steps: int) -> Candidate:
    """The present setting as a candidate.

    Of each argument that is searched the value in ``[sampler.arguments]``, else what the sampler
    itself does where nobody says.

    Args:
        study_file: with a sampler of the user's.
        denoiser: its model, with the sampler.
        steps: step budget, which it may exceed.

    Raises:
        InputError: where an argument has neither.
    """
    family, given = _family(study_file), _sampler(study_file).arguments
    defaults = _of(denoiser).defaults()
    values: dict[str, Value] = {}
    for one in family.arguments:
        name = one.parameter.name
        if not one.is_active(values):
            continue
        value = given.get(name, defaults.get(name))
        if not isinstance(value, str | int | float):
            raise InputError(
                f"{key_name('sampler.arguments', name)}: missing: {_of(denoiser).words} has no "
                "default for it, and results are compared with its present value"
            )
        whole = isinstance(one.parameter, Range) and not isinstance(value, str)
        values[name] = one.parameter.normal(value) if whole else value
    return Candidate(family.name, steps, values)


def present_seeds(study_file: StudyFile, denoiser: Denoiser) -> list[Seed]:
    """The present setting at each step count, to be tried first; none for a sampler of ours."""
    if not isinstance(study_file.sampler, OwnDecoding):
        return []
    steps = study_file.space.steps
    return [Seed(PRESENT, present_setting(study_file, denoiser, one)) for one in steps]


def check_arguments(study_file: StudyFile, denoiser: Denoiser) -> None:
    """Refuses arguments that the sampler of a study does not know, or says that it refuses.

    Raises:
        InputError: naming the argument.
    """
    sampler, family = _of(denoiser), _family(study_file)
    given = _sampler(study_file).arguments
    sampler.check_names({"sampler.arguments": list(given), "space.arguments": family.names})
    present = present_setting(study_file, denoiser, 1)
    _check(sampler, study_file, present.parameters, "sampler.arguments")
    for values in _corners(family, present.parameters):
        _check(sampler, study_file, values, "space.arguments")


def _check(
    sampler: Sampler, study_file: StudyFile, values: Mapping[str, Value], table: str
) -> None:
    called = study_file.decoding.called_with(values)  # type: ignore[attr-defined]  # an own one
    try:
        sampler.check(called)
    except Exception as error:  # what a configuration of foreign code raises
        shown = ", ".join(f"{name} = {value!r}" for name, value in values.items())
        raise InputError(
            f"{key_name(table)}: {shown} is not accepted by {sampler.words}: {error}"
        ) from error


def _corners(
    family: SearchedArguments, present: Mapping[str, Value]
) -> Iterator[Mapping[str, Value]]:
    """Ends of all ranges with each other and all options, or of one after the other."""
    searched = {one.parameter.name: one.parameter.searched for one in family.arguments}
    number = 1
    for values in searched.values():
        number *= len(values)
    if number <= _MOST_CORNERS:
        for chosen in itertools.product(*searched.values()):
            yield family.active(dict(zip(searched, chosen, strict=True)))
        return
    yield from ends(family, present)


def ends(family: SearchedArguments, present: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    """The present setting with each argument at each end of its range, or with each option."""
    first: dict[str, Value] = {
        one.parameter.name: one.parameter.searched[0] for one in family.arguments
    }
    for one in family.arguments:
        for value in one.parameter.searched:
            values = {**first, **present, one.parameter.name: value}
            active = family.active(values)
            if one.parameter.name in active and active != present:
                yield active


def rehearse_present(study_file: StudyFile, problem: Problem, ids: Sequence[int]) -> Measurement:
    """The present setting on some instances, twice; a function also at the ends of its ranges.

    Args:
        study_file: the study.
        problem: its model and objective.
        ids: instances.

    Raises:
        InputError: where the sampler writes something else each time, or refuses a setting that
            is searched.
        RunError: where the sampler or the objective fails.
    """
    steps = study_file.space.steps[0]
    present = present_setting(study_file, problem.denoiser, steps)
    found = measure(problem, present, ids)
    sampler, served = _of(problem.denoiser), getattr(problem.denoiser, "is_served", False)
    if not served:
        again = [problem.batch(present, ids[:1]).sample(problem.denoiser) for _ in range(2)]
        if again[0].texts != again[1].texts:
            raise InputError(
                f"{key_name('sampler.kind')}: {sampler.words} writes different answers with the "
                "same seed of torch, NumPy and Python; candidates could not be compared"
            )
    if _sampler(study_file).kind != OWN:
        for values in ends(_family(study_file), present.parameters):
            candidate = replace(present, parameters=values)
            try:
                problem.batch(candidate, ids[:1]).sample(problem.denoiser)
            except RunError as error:
                raise InputError(
                    f"{key_name('space.arguments')}: {candidate.label}: {error}"
                ) from error
    return found


def _of(denoiser: Denoiser) -> Sampler:
    found: Sampler = denoiser.sampler  # type: ignore[attr-defined]  # of a `SampledModel`
    return found


def _family(study_file: StudyFile) -> SearchedArguments:
    family = study_file.family
    if not isinstance(family, SearchedArguments):
        raise TypeError(f"arguments are expected to be searched, got {family.name!r}")
    return family


def _sampler(study_file: StudyFile) -> OwnDecoding:
    sampler = study_file.sampler
    if not isinstance(sampler, OwnDecoding):
        raise TypeError(f"a sampler of the user's is expected, got {sampler.process!r}")
    return sampler
