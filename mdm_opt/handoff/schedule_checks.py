"""Whether an exported schedule has what its family and its process are given by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdm_opt.candidates import ARGUMENTS, family_named
from mdm_opt.handoff.parts import Part
from mdm_opt.handoff.sampler_values import GridSamplerValues, OwnSamplerValues
from mdm_opt.schedules import MaskSchedule

if TYPE_CHECKING:
    from mdm_opt.handoff.schedule_file import ScheduleValues


def check_family(values: ScheduleValues) -> None:
    """Raises ValueError where a schedule lacks what its family is given by."""
    family, given = family_named(values.family), values.parameters
    named = f"needed in the family {values.family!r}"
    if family.by_rule:
        values.decoding.check_rule()
    if not family.by_counts and None in given.values():
        keys = " and ".join(f"schedule.{name}" for name in given)
        raise ValueError(f"{keys} are {named}")
    if family.by_counts:
        alone = all(value is None for value in given.values())
        if not alone or not values.counts or len(values.counts) != values.steps:
            raise ValueError(f"schedule.counts, one for each step and nothing else, are {named}")
        if sum(values.counts) != values.length:
            raise ValueError("schedule.counts contradict length")
    if values.block_length is not None and (family.by_counts or values.reveal != "fixed"):
        raise ValueError(
            "schedule.block_length needs a family that is not given by counts, and reveal 'fixed'"
        )
    if (values.family == ARGUMENTS) != (values.process == "own"):
        raise ValueError(f"family {ARGUMENTS!r} and process 'own' belong together")


def check_grid(values: ScheduleValues, sampler: Part, schedule: MaskSchedule) -> None:
    """Raises ValueError where the alphas of a file contradict the rest of it."""
    if not isinstance(sampler, GridSamplerValues):
        raise ValueError(f"sampler: has not the keys of process {values.process!r}")
    decoding = sampler.decoding()
    if decoding.process != values.process:
        raise ValueError(f"sampler: has not the keys of process {values.process!r}")
    grid, given = decoding.alphas(schedule, values.steps), values.revealed
    if len(given) != len(grid) or not np.allclose(given, grid, rtol=0, atol=1e-9):
        raise ValueError("schedule.revealed contradicts the family, steps and sampler")


def check_own(values: ScheduleValues, sampler: Part) -> None:
    """Raises ValueError where the file of a sampler that is not ours contradicts itself."""
    if not isinstance(sampler, OwnSamplerValues):
        raise ValueError("sampler: has not the keys of process 'own'")
    twice = sorted(sampler.arguments.keys() & (values.arguments or {}).keys())
    if twice:
        raise ValueError(f"{twice[0]} stands in sampler.arguments and in schedule.arguments")
    try:
        found = values.candidate
    except ValueError as error:
        raise ValueError(f"schedule.arguments.{error}") from error
    if found.parameters != values.arguments:
        raise ValueError("schedule.arguments have values that no argument can have")
