"""Samples under the best schedule of a study, or under a baseline."""

from __future__ import annotations

from mdm_opt.candidates import BASELINES, baseline
from mdm_opt.errors import InputError
from mdm_opt.handoff.export import pick_budget
from mdm_opt.measurement import draw
from mdm_opt.results.best import best
from mdm_opt.study.instances import SET_STARTS
from mdm_opt.study.opening import open_study


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
    first = SET_STARTS["samples"]
    if schedule != "best" and opened.study_file.process == "own":
        raise InputError(
            f"--schedule: {schedule!r} is not accepted: a sampler of your own knows no schedules; "
            "accepted: best"
        )
    if schedule not in ("best", *BASELINES):
        raise InputError(
            f"--schedule: {schedule!r} is not accepted; accepted: best, {', '.join(BASELINES)}"
        )
    candidate = budget.candidate if schedule == "best" else baseline(schedule, budget.steps)
    return list(draw(opened.problem, candidate, range(first, first + count)).texts)
