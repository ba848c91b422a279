"""mdm-opt storage: a PostgreSQL server of one's own, schema upgrades, moving studies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdm_opt.cli.common import (
    Commands,
    adopt_option,
    example,
    json_option,
    print_json,
    storage_option,
    typed,
    url_of,
)

if TYPE_CHECKING:
    from mdm_opt.persistence import CopiedStudy
    from mdm_opt.server.embedded import EmbeddedServer


@click.group(cls=Commands)
def storage() -> None:
    """Run a PostgreSQL server of your own, upgrade a database, move studies between two.

    The server of your own lets several workers share a study. It needs no administrator and no
    password, listens on a socket that is yours alone, and keeps its data in storage/postgres
    where there is a folder storage, else in mdm-opt-postgres.
    """


@storage.command(epilog=example("mdm-opt storage start"))
@json_option
def start(as_json: bool) -> None:
    """Start the server, or find it running.

    It goes on after this command and after a Ctrl-C, until it is stopped.
    """
    server = _server()
    server.start()
    if as_json:
        print_json(server.facts())
        return
    click.echo(f"PostgreSQL runs; its data are in {_shown(server.folder)}")
    click.echo(f"{_use()}\n")
    click.echo(f"next: {typed('study create studies/quickstart.toml', None)}")
    click.echo(f"then: {typed('launch quickstart --workers 2', None)}")
    file = server.folder.with_name("mdm-opt.db")
    if file.is_file():
        copy = typed(f"storage copy {_shown(file)}", None)
        click.echo(f"to go on with the studies of {_shown(file)}: {copy}")


@storage.command(epilog=example("mdm-opt storage stop"))
@json_option
def stop(as_json: bool) -> None:
    """Stop the server; its data stay.

    Workers lose their connection and wait for it to come back.
    """
    server = _server()
    stopped = server.stop()
    if as_json:
        print_json({"stopped": stopped, "data_folder": str(server.folder)})
    elif stopped:
        click.echo(f"stopped; the data stay in {_shown(server.folder)}")
    else:
        click.echo(f"no server runs in {_shown(server.folder)}; nothing to stop")


@storage.command(epilog=example("mdm-opt storage status", "mdm-opt storage status --json"))
@json_option
def status(as_json: bool) -> None:
    """Show whether the server runs, where and how large.

    Connections are those of other programs.
    """
    server = _server()
    facts = server.facts()
    if as_json:
        print_json(facts)
        return
    if not facts["exists"]:
        click.echo(
            f"there is no server in {_shown(server.folder)}; "
            f"'{typed('storage start', None)}' makes one"
        )
        return
    for line in _lines(facts):
        click.echo(line)


@storage.command(epilog=example("mdm-opt storage upgrade"))
@storage_option
@click.option(
    "--worker-role",
    metavar="ROLE",
    help="PostgreSQL: give this role what workers need, to read all and to write little.",
)
@adopt_option
@json_option
def upgrade(storage: str | None, worker_role: str | None, adopt: bool, as_json: bool) -> None:
    """Bring a database to this version's schema; make all tables in an empty one.

    Back it up first, and stop its workers.
    """
    from mdm_opt.persistence import shown
    from mdm_opt.study.storage import upgrade_storage

    url = url_of(storage)
    before, now = upgrade_storage(url, worker_role, adopt=adopt)
    if as_json:
        print_json({"storage": shown(url), "before": before, "now": now})
        return
    if before is None:
        click.echo(f"made the tables of schema {now} in {shown(url)}")
    elif before == now:
        click.echo(f"{shown(url)} has schema {now} already; nothing to do")
    else:
        click.echo(f"brought {shown(url)} from schema {before} to {now}")
    if worker_role is not None:
        click.echo(f"workers may connect as {worker_role}")


@storage.command(
    epilog=example(
        "mdm-opt storage copy storage/mdm-opt.db",
        "mdm-opt storage copy old.db --study quickstart --storage new.db",
    )
)
@click.argument("source")
@click.option("--study", "names", multiple=True, metavar="NAME", help="May be given again.")
@storage_option
@adopt_option
@json_option
def copy(
    source: str, names: tuple[str, ...], storage: str | None, adopt: bool, as_json: bool
) -> None:
    """Copy the studies of SOURCE, a file or URL, to another database.

    All of them, or those named with --study, with trials, scores and exports. SOURCE stays as it
    is. An interrupted copy leaves no half study behind.
    """
    from mdm_opt.persistence import shown
    from mdm_opt.run.signals import StopSignal
    from mdm_opt.study.storage import copy_studies

    source_url, url = url_of(source), url_of(storage)
    copied: list[CopiedStudy] = []
    with StopSignal() as stop:
        try:
            with stop.allowed():
                for study in copy_studies(source_url, url, names, adopt=adopt):
                    copied.append(study)
                    if not as_json:
                        click.echo(f"copied to {shown(url)}: {_counted(study)}")
        except KeyboardInterrupt as stopped:
            click.echo(f"\ninterrupted: {len(copied)} studies were copied", err=True)
            raise click.exceptions.Exit(getattr(stopped, "exit_code", 130)) from None
    if as_json:
        print_json([vars(study) for study in copied])
        return
    for study in copied:
        click.echo(f"next: {typed(_next(study, url), storage)}")


def _counted(study: CopiedStudy) -> str:
    return (
        f"{study.name}, {study.finished} of {study.trials} trials finished, "
        f"{study.measurements} measurements with {study.scores} scores, {study.exports} exports"
    )


def _next(study: CopiedStudy, url: str) -> str:
    """The command that goes on with a copied study."""
    from mdm_opt.persistence import is_sqlite

    if study.finished == study.trials:
        return f"best {study.name}"
    return f"worker {study.name}" if is_sqlite(url) else f"launch {study.name} --workers 2"


def _server() -> EmbeddedServer:
    from mdm_opt.server.embedded import EmbeddedServer, embedded_folder

    return EmbeddedServer(embedded_folder())


def _use() -> str:
    from mdm_opt.persistence.location import STORAGE_VARIABLE

    if os.environ.get(STORAGE_VARIABLE):
        return f"{STORAGE_VARIABLE} is set and names another database: unset it to use this server"
    return f"commands without --storage and {STORAGE_VARIABLE} use it from now on"


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [
        f"running: {'yes, process ' + str(facts['pid']) if facts['running'] else 'no'}",
        f"data: {_shown(Path(facts['data_folder']))}, {facts['data_bytes'] / 1e6:.0f} MB",
        f"PostgreSQL: {facts['postgresql']}",
        f"log: {_shown(Path(facts['log_file']))}",
    ]
    if facts["running"]:
        lines += [f"URL: {facts['url']}", f"connections: {facts['connections']}"]
    else:
        lines.append(f"start it with: {typed('storage start', None)}")
    return lines


def _shown(path: Path) -> str:
    """A path as short as it can be typed here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
