"""What commands share: errors, options, output."""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import shutil
import sys
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mdm_opt.errors import MdmOptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from rich.console import Console
    from rich.status import Status

    from mdm_opt.config import StudyFile
    from mdm_opt.persistence import Progress
    from mdm_opt.study.opening import OpenStudy


class Commands(click.Group):
    """A group whose errors become one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except MdmOptError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt as stopped:
            click.echo("\ninterrupted", err=True)
            ctx.exit(getattr(stopped, "exit_code", 130))
        except SystemExit as end:
            # Commands of ours end otherwise.
            click.echo(f"error: foreign code called sys.exit({end.code!r})", err=True)
            ctx.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a user needs them."""
        return list(self.commands)


storage_option = click.option(
    "--storage",
    metavar="URL",
    help="SQLite file, or URL of PostgreSQL.  [default: $MDM_OPT_STORAGE; else the server of "
    "'mdm-opt storage start' where it has been used here; else storage/mdm-opt.db where there is "
    "a folder storage; else mdm-opt.db]",
)
adopt_option = click.option(
    "--adopt", is_flag=True, help="Make missing tables beside those of another program."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def url_of(storage: str | None) -> str:
    """The database that a command works on."""
    from mdm_opt.persistence import storage_url

    return storage_url(storage)


def typed(arguments: str, storage: str | None) -> str:
    """A command as it can be typed here: by its path where it is not on the PATH."""
    program = "mdm-opt"
    if shutil.which(program) is None and Path(sys.argv[0]).name == program:
        program = sys.argv[0]
    if not storage:
        return f"{program} {arguments}"
    from mdm_opt.persistence import shown_as_given

    return f"{program} {arguments} --storage {shlex.quote(shown_as_given(storage))}"


def measuring(status: Status) -> Callable[[int, int], None]:
    """Says how far the measurement of a profile is."""

    def advance(done: int, total: int) -> None:
        status.update(f"measuring the information profile: {done} sequences of at most {total}")

    return advance


def made_study(
    study_file: str, storage: str | None, command: str, *, adopt: bool = False
) -> OpenStudy:
    """Makes or opens the study of a file, and says what takes its time.

    Args:
        study_file: its path.
        storage: as given on the command line.
        command: that goes on where this one is interrupted, e.g. ``run``.
        adopt: whether tables are made beside those of another program.

    Raises:
        click.exceptions.Exit: where it is interrupted.
    """
    from mdm_opt.study.opening import create_study

    try:
        with console(err=True).status("loading the model") as status, prints_aside():
            opened = create_study(study_file, url_of(storage), measuring(status), adopt=adopt)
    except KeyboardInterrupt as stopped:
        interrupted(stopped, None, typed(f"{command} {study_file}", storage))
    for line in opened.news:
        click.echo(line, err=True)
    return opened


def tracked(file: StudyFile, url: str, screen: Console) -> AbstractContextManager[None]:
    """Sends a study to its trackers meanwhile, and says there what goes wrong.

    Args:
        file: of the study, which is in the database.
        url: of the database.
        screen: where it is said.
    """
    from mdm_opt.track.sending import tracking

    return tracking(file.track, file.study.name, url, whole_lines(screen))


def whole_lines(screen: Console) -> Callable[[str], None]:
    """Prints lines that are not folded, for reports of what goes on meanwhile."""
    return partial(screen.print, markup=False, soft_wrap=True)


@contextmanager
def prints_aside() -> Iterator[None]:
    """What a model prints in this process goes to standard error: standard output is ours.

    What Python prints, and what compiled code and other processes write to the descriptor.
    """
    with redirect_stdout(sys.stderr), ExitStack() as stack:
        # Where either is closed, nothing can be written there.
        with suppress(OSError):
            ours = os.dup(1)
            stack.callback(_restore, ours)
            os.dup2(2, 1)
        yield


def _restore(ours: int) -> None:
    """Makes a descriptor standard output again."""
    # What compiled code holds back would come out later.
    ctypes.CDLL(None).fflush(None)
    os.dup2(ours, 1)
    os.close(ours)


def interrupted(stopped: KeyboardInterrupt, progress: Progress | None, resume: str) -> NoReturn:
    """Says what is kept and how to go on, and ends with the signal's exit code.

    Raises:
        click.exceptions.Exit: with 128 plus the number of the signal.
    """
    kept = ""
    if progress is not None:
        kept = f": {progress.finished} of {progress.total} trials are finished and kept"
    click.echo(f"\ninterrupted{kept}; go on with '{resume}'", err=True)
    raise click.exceptions.Exit(getattr(stopped, "exit_code", 130)) from None


def example(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def print_json(value: Any) -> None:
    """Prints JSON on standard output, alone."""
    click.echo(json.dumps(value, indent=2, allow_nan=False))


def console(*, err: bool = False) -> Console:
    """Where tables go; narrow pipes must not wrap them."""
    from rich.console import Console

    found = Console(stderr=err, highlight=False)
    return found if found.is_terminal else Console(stderr=err, highlight=False, width=120)


def say(screen: Console, line: str) -> None:
    """Prints a line; a terminal has it folded between words, so that no number is cut."""
    screen.print(line, markup=False, emoji=False, soft_wrap=not screen.is_terminal)
