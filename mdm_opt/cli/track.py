"""mdm-opt track: sending a study to its trackers."""

from __future__ import annotations

import time

import click

from mdm_opt.cli.common import (
    console,
    example,
    interrupted,
    storage_option,
    tracked,
    typed,
    url_of,
    whole_lines,
)
from mdm_opt.cli.completion import name_argument

_LOOK_SECONDS = 1.0


@click.command(epilog=example("mdm-opt track quickstart", "mdm-opt track quickstart --follow"))
@name_argument
@storage_option
@click.option("--follow", is_flag=True, help="Go on until all trials are finished.")
def track(name: str, storage: str | None, follow: bool) -> None:
    """Send study NAME to the trackers of its [track] table.

    Sends what they do not have. `run`, `verify` and `launch` do the same while they work; a worker
    that was started by itself does not.
    """
    from mdm_opt.config.track import check_installed
    from mdm_opt.errors import InputError, RunError
    from mdm_opt.persistence import Repository, TrialQueue
    from mdm_opt.study.stored_file import stored_study_file
    from mdm_opt.track.sending import send

    url, screen = url_of(storage), console(err=True)
    repository = Repository(url, create=False)
    file = stored_study_file(repository.study(name))
    if not file.track.names:
        raise InputError(
            f"study {name!r} has no tracker; accepted: mlflow, wandb or tensorboard in the table "
            "[track] of its study file, which 'mdm-opt study create' reads again"
        )
    check_installed(file.track)
    queue = TrialQueue(repository, name)
    if follow:
        try:
            with tracked(file, url, screen):
                while not queue.progress().settled:
                    time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt as stopped:
            interrupted(stopped, queue.progress(), typed(f"track {name} --follow", storage))
    lacking = send(file.track, name, url, whole_lines(screen))
    if lacking:
        raise RunError(f"not everything has arrived: {', '.join(lacking)}")
    click.echo(f"study {name} is in {', '.join(file.track.names)}")
