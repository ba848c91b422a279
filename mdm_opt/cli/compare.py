"""mdm-opt compare: studies beside each other."""

from __future__ import annotations

import click

from mdm_opt.cli.common import (
    console,
    example,
    json_option,
    print_json,
    say,
    storage_option,
    typed,
    url_of,
)
from mdm_opt.cli.completion import study_names


@click.command(
    epilog=example("mdm-opt compare quickstart mine", "mdm-opt compare quickstart mine --json")
)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME NAME...", shell_complete=study_names
)
@storage_option
@json_option
def compare(names: tuple[str, ...], storage: str | None, as_json: bool) -> None:
    """Show the best schedules of studies beside each other, and the gains over the first one.

    Studies of one objective that differ in order, temperature, model or budget. Each step count is
    compared with the same one of the first study, else with the nearest; on pairs of the same
    instances where objective, seed, length and step count agree.
    """
    from mdm_opt.results.side_by_side import compare as compare_studies

    found = compare_studies(names, url_of(storage))
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    from mdm_opt.cli.tables import compared_table
    from mdm_opt.results.side_by_side_text import compared_said

    screen = console()
    screen.print(compared_table(found))
    for line in compared_said(found, lambda name: typed(f"verify {name}", storage)):
        say(screen, line)
    beside = " ".join(f"--beside {name}" for name in found.studies[1:])
    first = found.studies[0]
    click.echo("\nnext: " + typed(f"report {first} {beside} --out {first}.html", storage))
