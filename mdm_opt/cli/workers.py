"""mdm-opt worker and launch: one worker, or many."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdm_opt.cli.common import (
    console,
    example,
    interrupted,
    storage_option,
    typed,
    url_of,
    whole_lines,
)
from mdm_opt.cli.completion import name_argument
from mdm_opt.words import counted, duration

if TYPE_CHECKING:
    from mdm_opt.persistence import StudyRecord
    from mdm_opt.run.launch import Engine, LaunchState
    from mdm_opt.run.workers import Heartbeat

heartbeat_option = click.option(
    "--heartbeat",
    type=float,
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How often a worker shows that it is alive.",
)
grace_option = click.option(
    "--grace",
    type=float,
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Without a heartbeat for this long, a worker's trial goes to another one.",
)


@click.command(epilog=example("mdm-opt worker quickstart"))
@name_argument
@storage_option
@click.option(
    "--study-file",
    metavar="FILE",
    help="This machine's copy of the study file; files that it names are looked for beside it.",
)
@click.option("--device", help="Where the model runs here, e.g. cuda:1, cpu.")
@click.option(
    "--wait",
    type=float,
    default=0.0,
    metavar="SECONDS",
    help="How long to wait at the start for a database that cannot be reached.",
)
@heartbeat_option
@grace_option
def worker(
    name: str,
    storage: str | None,
    study_file: str | None,
    device: str | None,
    wait: float,
    heartbeat: float,
    grace: float,
) -> None:
    """Take trials of study NAME until its budget is spent.

    Any number of workers may run, on any machines that reach the database. SIGTERM gives the
    trial back; a worker that is killed loses its trial to another one after the grace period.
    """
    from mdm_opt.run.signals import StopSignal
    from mdm_opt.run.trials import WorkerOptions, join_study, run_trials
    from mdm_opt.run.workers import Heartbeat

    beat = Heartbeat(heartbeat, grace)
    screen = console(err=True)
    say = whole_lines(screen)
    url, done = url_of(storage), 0
    with StopSignal() as stop:
        try:
            opened = join_study(
                name, url, stop, say, wait_seconds=wait, own_file=study_file, device=device
            )
            say(f"worker of study {name} on {opened.problem.denoiser.device}")
            for trial in run_trials(opened, WorkerOptions(beat, report=say), stop):
                done += 1
                candidate, value = trial.candidate, trial.measurement.value
                instances = len(trial.measurement.instances)
                early = instances < opened.sets.search
                stopped_early = f", stopped after {instances} instances" if early else ""
                say(
                    f"trial {trial.number}: {candidate.steps} steps, "
                    f"{candidate.label}, {value:.4g} {opened.record.unit}{stopped_early}; "
                    f"{trial.finished} finished"
                )
        except KeyboardInterrupt as stopped:
            interrupted(stopped, None, typed(f"worker {name}", storage))
    say(
        f"the budget is spent; {counted(done, 'trial')} {'was' if done == 1 else 'were'} done here"
    )


@click.command(
    epilog=example(
        "mdm-opt launch quickstart --workers 4",
        "mdm-opt launch quickstart --workers 16 --engine ray --address auto --gpus 1",
    )
)
@name_argument
@storage_option
@click.option("--workers", type=int, help="How many.  [default: one for each GPU, else 1]")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Processes of this machine, or actors of a Ray cluster.",
)
@click.option(
    "--address",
    help="Ray: of the cluster; 'local' starts one on this machine.  [default: auto]",
)
@click.option("--gpus", type=float, help="Ray: GPUs of each worker.  [default: 1]")
@click.option("--cpus", type=float, help="Ray: CPU cores of each worker.  [default: 1]")
@click.option(
    "--logs",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the workers' logs.  [default: storage/logs/NAME where there is a folder "
    "storage, else mdm-opt-logs/NAME]",
)
@heartbeat_option
@grace_option
def launch(name: str, storage: str | None, heartbeat: float, grace: float, **options: Any) -> None:
    """Start workers for study NAME, watch them, and start those again that die."""
    from mdm_opt.cli.launch_view import LaunchView
    from mdm_opt.run.launch import check_launch
    from mdm_opt.run.launch import launch as launch_workers
    from mdm_opt.run.signals import StopSignal
    from mdm_opt.run.workers import Heartbeat
    from mdm_opt.study.stored_file import stored_study_file
    from mdm_opt.track.sending import tracking

    url = url_of(storage)
    beat, gpus = Heartbeat(heartbeat, grace), _gpus(options)
    workers = len(gpus) or 1 if options["workers"] is None else options["workers"]
    record = check_launch(name, url, workers)
    if _said_finished(name, storage):
        return
    chosen = {key: options[key] for key in ("address", "gpus", "cpus") if options[key] is not None}
    more = "".join(f" --{key} {value}" for key, value in chosen.items())
    where = f" --engine ray{more}" if options["engine"] == "ray" else ""
    resume = typed(f"launch {name} --workers {workers}{where}", storage)
    state = None
    view = LaunchView(console(err=True), record, workers)
    track = stored_study_file(record).track
    with StopSignal() as stop, view:
        try:
            engine = _engine(record, url, workers, gpus, beat, view.say, options)
            with (
                tracking(track, name, url, view.say),
                closing(launch_workers(name, url, engine, workers, stop)) as states,
            ):
                for state in states:
                    view.show(state)
        except KeyboardInterrupt as stopped:
            interrupted(stopped, state.progress if state else None, resume)
    _report(state, name, storage)


def _said_finished(name: str, storage: str | None) -> bool:
    """Says that a study is finished, and what comes next, where it is.

    Optuna's tables are brought up to date, as by every other opening.
    """
    from mdm_opt.results.listing import show_study
    from mdm_opt.run.launch import sync_finished

    facts = show_study(name, url_of(storage))
    if facts["finished"] < facts["trials"]:
        return False
    for line in sync_finished(name, url_of(storage)):
        click.echo(line, err=True)
    click.echo(
        f"study {name} is finished: {facts['finished']} of {facts['trials']} trials, "
        f"{facts['state']}; there is nothing to launch"
    )
    command = "best" if facts["state"] == "verified" else "verify"
    click.echo("next: " + typed(f"{command} {name}", storage))
    return True


def _gpus(options: dict[str, Any]) -> list[str]:
    """GPUs of this machine that workers are shared out to; options of another engine refused."""
    from mdm_opt.errors import InputError

    ray_only, local_only = ("address", "gpus", "cpus"), ("logs",)
    local = options["engine"] == "local"
    for key in ray_only if local else local_only:
        if options[key] is not None:
            other = "ray" if local else "local"
            raise InputError(f"--{key} goes with --engine {other} only")
    if not local:
        return []
    from mdm_opt.run.local_engine import visible_gpus

    return visible_gpus()


def _engine(
    record: StudyRecord,
    url: str,
    workers: int,
    gpus: list[str],
    heartbeat: Heartbeat,
    say: Callable[[str], None],
    options: dict[str, Any],
) -> Engine:
    if options["engine"] == "local":
        from mdm_opt.run.local_engine import LocalEngine

        here = Path("storage/logs") if Path("storage").is_dir() else Path("mdm-opt-logs")
        logs = options["logs"] or here / record.name
        return LocalEngine(record, url, workers, gpus=gpus, logs=logs, heartbeat=heartbeat)
    from mdm_opt.run.ray_engine import RayEngine

    return RayEngine(
        record.name,
        url,
        address=options["address"] or "auto",
        gpus=1.0 if options["gpus"] is None else options["gpus"],
        cpus=1.0 if options["cpus"] is None else options["cpus"],
        heartbeat=heartbeat,
        report=say,
    )


def _report(state: LaunchState | None, name: str, storage: str | None) -> None:
    if state is None:
        return
    done, restarts = state.progress, counted(state.restarts, "restart")
    click.echo(
        f"{done.finished} of {done.total} trials are finished; {restarts}, "
        f"{duration(state.seconds)}"
    )
    click.echo("next: " + typed(f"verify {name}", storage))
