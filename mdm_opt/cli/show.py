"""mdm-opt dashboard and report: a study to look at."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mdm_opt.cli.common import example, storage_option, typed, url_of
from mdm_opt.cli.completion import name_argument, study_names
from mdm_opt.errors import InputError

_VARIABLE = "MDM_OPT_DASHBOARD_TOKEN"


@click.command(epilog=example("mdm-opt dashboard", "mdm-opt dashboard --port 0 --open"))
@storage_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Interface to listen on. Others than this machine's own need a token.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--open", "in_browser", is_flag=True, help="Open it in a browser.")
@click.option("--writable", is_flag=True, help="Allow changes and deletion through the browser.")
@click.option(
    "--require-token",
    is_flag=True,
    help="Ask for a token on this machine, too, where others have accounts on it.",
)
@click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="A further name that it is reached by, e.g. that of a reverse proxy; needs a token. "
    "Repeatable.",
)
@click.option(
    "--artifacts",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder of an Optuna artifact store to show.",
)
def dashboard(
    storage: str | None,
    host: str,
    port: int,
    in_browser: bool,
    writable: bool,
    require_token: bool,
    allow_host: tuple[str, ...],
    artifacts: Path | None,
) -> None:
    """Look at all studies of a database in a browser, while they run and after.

    It is optuna-dashboard with our tables, plots and samples in it: read-only, and for this
    machine alone, unless told otherwise. A token is printed once at the start; to choose it, set
    the variable MDM_OPT_DASHBOARD_TOKEN.
    """
    from mdm_opt.persistence import shown
    from mdm_opt.run.signals import StopSignal
    from mdm_opt.show.dashboard import make_dashboard

    url = url_of(storage)
    board = make_dashboard(
        url,
        host=host,
        port=port,
        writable=writable,
        allow_hosts=allow_host,
        # What was read from a file may end in a line break.
        token=os.environ.get(_VARIABLE, "").strip() or None,
        require_token=require_token,
        artifacts=artifacts,
    )
    rights = "writable" if writable else "read-only"
    click.echo(f"studies of {shown(url)}, {rights}, at\n\n  {board.address}\n")
    if board.access.token:
        can = "look and change" if writable else "look"
        click.echo(f"The address holds the token; whoever has it can {can}. ", nl=False)
    click.echo("Ctrl-C stops it.")
    if in_browser and board.access.token:
        # Everybody on this machine can read a browser's command line.
        click.echo("--open: not with a token; open the address yourself", err=True)
    elif in_browser:
        click.launch(board.address)
    try:
        with StopSignal() as stop:
            with stop.allowed():
                board.serve()
            # The server ends itself at a signal, and keeps it to itself.
            with stop.allowed():
                pass
    except KeyboardInterrupt as stopped:
        click.echo("\nstopped", err=True)
        raise click.exceptions.Exit(getattr(stopped, "exit_code", 130)) from None


@click.command(
    epilog=example(
        "mdm-opt report quickstart --out quickstart.html",
        "mdm-opt report quickstart --beside mine --out both.html",
    )
)
@name_argument
@click.option("--out", type=click.Path(dir_okay=False), help="File.  [default: standard output]")
@click.option(
    "--format",
    "page_format",
    type=click.Choice(["html", "md"]),
    help="html: one page with pictures that needs nothing else. md: for a model card.  "
    "[default: by the name of the file, else html]",
)
@click.option(
    "--beside",
    multiple=True,
    shell_complete=study_names,
    metavar="NAME",
    help="Another study, compared with this one as 'mdm-opt compare' does. Repeatable.",
)
@storage_option
def report(
    name: str,
    out: str | None,
    page_format: str | None,
    beside: tuple[str, ...],
    storage: str | None,
) -> None:
    """Write one page about study NAME: results, pictures, samples, and how to repeat it."""
    from mdm_opt.handoff.files import write_text
    from mdm_opt.show.report import REPORT_FORMATS, read_report

    chosen = page_format or _format_of(out)
    found = read_report(name, url_of(storage), beside)
    text = REPORT_FORMATS[chosen](found)
    if out is None:
        click.echo(text, nl=False)
        return
    write_text(out, text)
    click.echo(f"wrote {out}: {found.state}", err=True)
    if chosen == "html":
        click.echo("next: " + typed(f"report {name} --out {name}.md", storage), err=True)


def _format_of(out: str | None) -> str:
    """The format that a file's name asks for."""
    suffix = "" if out is None else Path(out).suffix.lower()
    formats = {"": "html", ".html": "html", ".htm": "html", ".md": "md", ".markdown": "md"}
    if suffix not in formats:
        raise InputError(
            f"--out: {out!r} is not accepted: a report ends in .html or .md; --format says which "
            "where its name does not"
        )
    return formats[suffix]
