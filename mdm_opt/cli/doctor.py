"""mdm-opt doctor: is everything there that a study needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdm_opt.cli.common import (
    console,
    example,
    json_option,
    print_json,
    prints_aside,
    say,
    storage_option,
)
from mdm_opt.cli.completion import study_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdm_opt.doctor.checks import Check

_WIDTH = 16


@click.command(
    epilog=example(
        "mdm-opt doctor",
        "mdm-opt doctor studies/quickstart.toml",
        "mdm-opt doctor --study quickstart",
    )
)
@click.argument("study_file", required=False, type=click.Path(dir_okay=False))
@click.option(
    "--study",
    "name",
    metavar="NAME",
    shell_complete=study_names,
    help="A study of the database.",
)
@storage_option
@json_option
def doctor(study_file: str | None, name: str | None, storage: str | None, as_json: bool) -> None:
    """Check this machine, the database, and the model and objective of STUDY_FILE.

    One line each: ok, warn or FAIL, what was found, and what to do about it. Without a study the
    bundled model is tried. Nothing is written. The exit code is 1 where something fails.
    """
    if study_file is not None and name is not None:
        raise click.UsageError("STUDY_FILE and --study: only one of them is accepted")
    from mdm_opt.doctor.examination import examine

    checks = say_checks(examine(storage, study_file, name), quiet=as_json)
    failed = sum(check.status == "fail" for check in checks)
    if as_json:
        print_json({"ok": failed == 0, "checks": [vars(check) for check in checks]})
    else:
        click.echo(_end(failed, sum(check.status == "warn" for check in checks)))
    if failed:
        raise click.exceptions.Exit(1)


def say_checks(found: Iterator[Check], *, quiet: bool = False) -> list[Check]:
    """Makes checks and says a line of each as it is made.

    Args:
        found: makes them one by one; what foreign code prints meanwhile is kept aside.
        quiet: whether nothing is said.
    """
    checks: list[Check] = []
    screen = console()
    while True:
        with prints_aside():
            check = next(found, None)
        if check is None:
            return checks
        checks.append(check)
        if not quiet:
            say(screen, _line(check))


def _line(check: Check) -> str:
    mark = "FAIL" if check.status == "fail" else check.status.ljust(4)
    mend = f"; mend: {check.mend}" if check.mend else ""
    return f"{mark} {check.name.ljust(_WIDTH)} {check.found}{mend}"


def _end(failed: int, warned: int) -> str:
    if not failed and not warned:
        return "\nall is well"
    return f"\n{failed} failed, {warned} warnings"
