"""mdm-opt study: create, list, show, accept, delete, schema."""

from __future__ import annotations

import json
from typing import Any

import click

from mdm_opt.cli.common import (
    Commands,
    adopt_option,
    console,
    example,
    json_option,
    made_study,
    print_json,
    prints_aside,
    say,
    storage_option,
    typed,
    url_of,
)
from mdm_opt.cli.completion import name_argument


@click.group(cls=Commands)
def study() -> None:
    """Create, list, show and delete studies, accept an edited metric; the study file's schema."""


@study.command(epilog=example("mdm-opt study create studies/quickstart.toml"))
@click.argument("study_file", type=click.Path(dir_okay=False))
@storage_option
@adopt_option
@json_option
def create(study_file: str, storage: str | None, adopt: bool, as_json: bool) -> None:
    """Check STUDY_FILE, load its model and make the study without running it."""
    from mdm_opt.persistence import is_sqlite
    from mdm_opt.results.listing import show_study

    opened = made_study(study_file, storage, "study create", adopt=adopt)
    if as_json:
        print_json(show_study(opened.name, url_of(storage)))
    else:
        # A server has workers; a file has one, which run is.
        served = not is_sqlite(url_of(storage))
        command = f"launch {opened.name}" if served else f"run {study_file}"
        click.echo(f"study {opened.name} is ready\n\nnext: " + typed(command, storage))


@study.command("list", epilog=example("mdm-opt study list"))
@storage_option
@json_option
def list_(storage: str | None, as_json: bool) -> None:
    """List the studies of the database: how far they are, their best values, their age."""
    from mdm_opt.results.listing import list_studies

    studies = list_studies(url_of(storage))
    if as_json:
        print_json(studies)
        return
    from mdm_opt.cli.tables import studies_table

    screen = console()
    screen.print(studies_table(studies))
    if any(not value["verified"] for one in studies for value in one["values"].values()):
        say(
            screen,
            "~ is the best value of a search, which is biased; 'mdm-opt verify' measures it",
        )


@study.command(epilog=example("mdm-opt study show quickstart"))
@name_argument
@storage_option
@json_option
def show(name: str, storage: str | None, as_json: bool) -> None:
    """Show what study NAME was made from and how far it is."""
    from mdm_opt.cli.tables import value_words
    from mdm_opt.results.listing import show_study

    found = show_study(name, url_of(storage))
    if as_json:
        print_json(found)
        return
    found["values"] = value_words(found["values"])
    for key, value in found.items():
        if key != "study_file":
            click.echo(f"{key}: {_numbers(value) if isinstance(value, list) else value}")
    for table, content in found["study_file"].items():
        for key, value in content.items():
            click.echo(f"[{table}] {key} = {value}")


@study.command(epilog=example("mdm-opt study delete quickstart --yes"))
@name_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@storage_option
def delete(name: str, yes: bool, storage: str | None) -> None:
    """Delete study NAME with all its trials and measurements."""
    from mdm_opt.results.listing import show_study
    from mdm_opt.study.deletion import delete_study

    url = url_of(storage)
    facts = show_study(name, url)
    if not yes:
        click.confirm(f"delete {name} with {facts['finished']} finished trials?", abort=True)
    delete_study(name, url)
    click.echo(f"deleted {name}")


@study.command(
    epilog=example("mdm-opt study accept quickstart --reason 'only a comment has changed'")
)
@name_argument
@click.option("--reason", required=True, help="Why its scores stay comparable; it is kept.")
@storage_option
def accept(name: str, reason: str, storage: str | None) -> None:
    """Accept the metric of study NAME as it is now, after it was edited.

    The source of a metric, verifier or score is part of its study: one that has been edited is
    refused, because its scores could not be compared with those that are there.
    """
    from mdm_opt.study.acceptance import accept_objective

    with prints_aside():
        accept_objective(name, url_of(storage), reason)
    click.echo(f"the objective of study {name} is accepted as it is now")


@study.command(epilog=example("mdm-opt study schema --out study.schema.json"))
@click.option("--out", type=click.Path(dir_okay=False), help="File.  [default: standard output]")
def schema(out: str | None) -> None:
    """Print the JSON Schema of the study file, for editors.

    A study file whose first line is '#:schema ./study.schema.json' is then checked and completed
    by editors that know TOML schemas (Even Better TOML, taplo). What goes together is checked by
    mdm-opt alone.
    """
    from mdm_opt.config.schema import study_schema
    from mdm_opt.handoff.files import write_text

    found = study_schema()
    if out is None:
        print_json(found)
        return
    write_text(out, json.dumps(found, indent=2) + "\n")
    click.echo(f"wrote {out}")


def _numbers(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values)
