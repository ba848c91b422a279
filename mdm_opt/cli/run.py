"""mdm-opt run and verify: the commands that take time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdm_opt.cli.common import (
    console,
    example,
    interrupted,
    json_option,
    made_study,
    print_json,
    storage_option,
    typed,
    url_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from mdm_opt.service.studies import OpenStudy


@click.command(epilog=example("mdm-opt run studies/quickstart.toml"))
@click.argument("study_file", type=click.Path(dir_okay=False))
@storage_option
@click.option("--no-verify", is_flag=True, help="Stop after the search.")
@json_option
def run(study_file: str, storage: str | None, no_verify: bool, as_json: bool) -> None:
    """Search the best schedules of STUDY_FILE and verify them.

    Makes the study where it does not exist. The same command resumes an interrupted one.
    """
    screen = console(err=True)
    opened = made_study(study_file, storage, "run")
    try:
        _search(opened, screen)
        if not no_verify:
            _verify(opened, screen)
    except KeyboardInterrupt as stopped:
        interrupted(stopped, opened.queue.progress(), typed(f"run {study_file}", storage))
    _show_best(opened.name, storage, as_json)


@click.command(epilog=example("mdm-opt verify quickstart"))
@click.argument("name")
@storage_option
@json_option
def verify(name: str, storage: str | None, as_json: bool) -> None:
    """Measure the best schedules of study NAME on fresh instances, paired with the baselines."""
    from mdm_opt.service.studies import open_study

    url = url_of(storage)
    screen = console(err=True)
    with screen.status("loading the model"):
        opened = open_study(name, url)
    try:
        _verify(opened, screen)
    except KeyboardInterrupt as stopped:
        interrupted(stopped, None, typed(f"verify {name}", storage))
    _show_best(name, storage, as_json)


@click.command(epilog=example("mdm-opt best quickstart", "mdm-opt best quickstart --json"))
@click.argument("name")
@storage_option
@json_option
def best(name: str, storage: str | None, as_json: bool) -> None:
    """Show the best schedule of every step count of study NAME."""
    _show_best(name, storage, as_json)


def _search(opened: OpenStudy, screen: Console) -> None:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    from mdm_opt.service.running import Manners, run_trials
    from mdm_opt.service.stopping import StopSignal

    total = opened.study_file.search.trials
    record = opened.record
    screen.print(
        f"study {record.name}: {record.objective} in {record.unit}, {record.direction}; "
        f"steps {', '.join(map(str, opened.study_file.space.steps))}; {total} trials of "
        f"{opened.sets.search} instances on {opened.problem.denoiser.device}",
        markup=False,
    )
    values: dict[int, float] = {}
    columns = (
        TextColumn("search"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with StopSignal() as stop, Progress(*columns, console=screen) as progress:
        finished = opened.queue.progress().finished
        task = progress.add_task("", total=total, completed=min(total, finished))
        stopped = 0
        manners = Manners(report=lambda line: progress.console.print(line, markup=False))
        for trial in run_trials(opened, manners, stop):
            if trial.standing is not None:
                values[trial.proposal.point.steps] = trial.standing
            best_so_far = ", ".join(f"{n} steps {v:.4g}" for n, v in sorted(values.items()))
            stopped += len(trial.measurement.instances) < opened.sets.search
            early = f"; {stopped} stopped early" if stopped else ""
            progress.update(
                task, completed=trial.finished, description=f"best so far: {best_so_far}{early}"
            )


def _verify(opened: OpenStudy, screen: Console) -> None:
    from mdm_opt.service.verification import verify as verify_study

    with screen.status("verifying") as status:
        verify_study(opened, lambda line: status.update(f"verifying: {line}"))


def _show_best(name: str, storage: str | None, as_json: bool) -> None:
    from mdm_opt.service.best import best as best_of

    result = best_of(name, url_of(storage))
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    from mdm_opt.cli.tables import best_table, conclusions

    screen = console()
    screen.print(best_table(result))
    for line in conclusions(result, typed(f"verify {name}", storage)):
        screen.print(line, markup=False, soft_wrap=True)
    steps = result.budgets[-1].steps
    export = f"export {name} --steps {steps} --out {name}-{steps}.json"
    click.echo("\nnext: " + typed(f"sample {name} --steps {steps} --count 2", storage))
    click.echo("      " + typed(export, storage))
