"""Samples under the best schedule of a study, or under a baseline."""

from __future__ import annotations

from mdm_opt.measurement import Candidate, draw
from mdm_opt.schedules import named_schedule
from mdm_opt.service.best import best, budget_schedule
from mdm_opt.service.exporting import pick_budget
from mdm_opt.service.instances import SET_STARTS
from mdm_opt.service.studies import open_study


def sample(
    name: str, url: str, *, count: int, steps: int | None = None, schedule: str = "best"
) -> list[str]:
    """Texts of fresh samples, on instances of their own.

    Args:
        name: of the study.
        url: of the database.
        count: number of samples.
        steps: step count; may be left out where the study has one.
        schedule: ``best``, or the name of a baseline at the same number of steps.

    Raises:
        InputError: where there is no such study, step count or schedule.
        RunError: where the study has no feasible trial yet, or the model fails.
    """
    budget = pick_budget(best(name, url), steps)
    opened = open_study(name, url)
    chosen = budget_schedule(budget) if schedule == "best" else named_schedule(schedule)
    first = SET_STARTS["samples"]
    candidate = Candidate(chosen, budget.steps)
    return list(draw(opened.problem, candidate, range(first, first + count)).texts)
