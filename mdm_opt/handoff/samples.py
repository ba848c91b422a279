"""Samples under the best schedule of a study, or under a baseline."""

from __future__ import annotations

from collections.abc import Sequence

from mdm_opt.candidates import BASELINES, Candidate, baseline
from mdm_opt.errors import InputError
from mdm_opt.handoff.export import pick_budget
from mdm_opt.measurement import draw, measure
from mdm_opt.results.best import best
from mdm_opt.sample_texts import Sample
from mdm_opt.study.instances import SET_STARTS
from mdm_opt.study.opening import OpenStudy, open_study
from mdm_opt.study.samples import readable


def sample(
    name: str, url: str, *, count: int, steps: int | None = None, schedule: str = "best"
) -> list[Sample]:
    """Fresh samples with their prompts, on instances of their own.

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
    opened, candidate = _opened(name, url, steps, schedule)
    ids = _ids(count)
    return readable(opened.problem, draw(opened.problem, candidate, ids).texts, ids)


def scored_samples(
    name: str, url: str, *, count: int, steps: int | None = None, schedule: str = "best"
) -> tuple[list[Sample], list[float] | None]:
    """Those of `sample`, and the score of each; None where the objective reads no texts.

    Raises:
        InputError: likewise.
        RunError: likewise, and where the objective fails.
    """
    opened, candidate = _opened(name, url, steps, schedule)
    ids, problem = _ids(count), opened.problem
    found = None if problem.objective.deterministic else measure(problem, candidate, ids)
    if found is None or not found.texts:
        return readable(problem, draw(problem, candidate, ids).texts, ids), None
    return readable(problem, found.texts, ids), found.scores.tolist()


def _ids(count: int) -> Sequence[int]:
    first = SET_STARTS["samples"]
    return range(first, first + count)


def _opened(name: str, url: str, steps: int | None, schedule: str) -> tuple[OpenStudy, Candidate]:
    """A study and what is sampled of it."""
    budget = pick_budget(best(name, url), steps)
    opened = open_study(name, url)
    if schedule != "best" and opened.study_file.process == "own":
        raise InputError(
            f"--schedule: {schedule!r} is not accepted: a sampler of your own knows no schedules; "
            "accepted: best"
        )
    if schedule not in ("best", *BASELINES):
        raise InputError(
            f"--schedule: {schedule!r} is not accepted; accepted: best, {', '.join(BASELINES)}"
        )
    return opened, (budget.candidate if schedule == "best" else baseline(schedule, budget.steps))
