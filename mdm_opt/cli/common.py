"""What commands share: errors, options, output."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdm_opt.errors import MdmOptError

if TYPE_CHECKING:
    from rich.console import Console


class Commands(click.Group):
    """A group whose errors become one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except MdmOptError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a user needs them."""
        return list(self.commands)


storage_option = click.option(
    "--storage",
    metavar="URL",
    help="SQLite file or URL.  [default: $MDM_OPT_STORAGE, else storage/mdm-opt.db where there "
    "is a folder storage, else mdm-opt.db]",
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
    return f"{program} {arguments}" + (f" --storage {storage}" if storage else "")


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
