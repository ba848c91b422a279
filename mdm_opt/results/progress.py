"""The search and the verification of a study, shown while they run."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from mdm_opt.results.text import gain_words, number
from mdm_opt.results.verification import verify
from mdm_opt.run.signals import StopSignal
from mdm_opt.run.trials import FinishedTrial, WorkerOptions, run_trials
from mdm_opt.study.opening import OpenStudy

Report = Callable[[str], None]


def search_with_progress(
    opened: OpenStudy,
    screen: Console,
    report: Report = lambda _: None,
    finished: Callable[[FinishedTrial], None] = lambda _: None,
) -> None:
    """Runs the trials of a study with a bar; where the screen is no terminal, a line a trial.

    Args:
        opened: the study.
        screen: where the bar is drawn, or the lines are said.
        report: called with a line for every finished trial, and about what is unusual.
        finished: called with every finished trial.

    Raises:
        MdmOptError: as `mdm_opt.run.trials.run_trials`.
    """
    record, planned = opened.record, opened.queue.progress()
    most = "" if opened.study_file.tolerance is None else "at most "
    screen.print(
        f"study {record.name}: {record.objective} in {record.unit}, {record.direction}; "
        f"steps {', '.join(map(str, opened.study_file.space.steps))}; {most}{planned.total} "
        f"trials of {opened.sets.search} instances on {opened.problem.denoiser.device}",
        markup=False,
    )
    shown = gain_words(opened.study_file, record.unit)
    if shown:
        screen.print(shown, markup=False)
    values: dict[int, float] = {}
    columns = (
        TextColumn("search"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with StopSignal() as stop, Progress(*columns, console=screen) as progress:
        task = progress.add_task("", total=planned.total, completed=planned.finished)
        stopped = 0

        def unusual(line: str) -> None:
            progress.console.print(line, markup=False)
            report(line)

        def done(line: str) -> None:
            _say_without_terminal(screen, line)
            report(line)

        for trial in run_trials(opened, WorkerOptions(report=unusual), stop):
            if trial.best is not None:
                values[trial.candidate.steps] = trial.best
            best_so_far = ", ".join(f"{n} steps {number(v)}" for n, v in sorted(values.items()))
            stopped += len(trial.measurement.instances) < opened.sets.search
            early = f"; {stopped} stopped early" if stopped else ""
            progress.update(
                task,
                completed=trial.finished,
                total=trial.planned,
                description=f"best so far: {best_so_far}{early}",
            )
            done(_line(trial))
            finished(trial)
        progress.update(task, total=opened.queue.progress().total)


def verify_with_progress(
    opened: OpenStudy, screen: Console, report: Report = lambda _: None
) -> None:
    """Verifies a study and says what is being measured, by lines where there is no terminal.

    Args:
        opened: the study.
        screen: where it is said.
        report: called with the same lines.

    Raises:
        MdmOptError: as `mdm_opt.results.verification.verify`.
    """
    with screen.status("verifying") as status:

        def say(measured: str) -> None:
            line = f"verifying: {measured}"
            status.update(line)
            _say_without_terminal(screen, line)
            report(line)

        verify(opened, say)


def _say_without_terminal(screen: Console, line: str) -> None:
    """Says a line where nothing can be drawn over."""
    if not screen.is_terminal:
        screen.print(line, markup=False, soft_wrap=True)


def _line(trial: FinishedTrial) -> str:
    return (
        f"trial {trial.finished} of {trial.planned}: {trial.candidate.steps} steps, "
        f"{trial.label}: {number(trial.measurement.value)}"
    )
