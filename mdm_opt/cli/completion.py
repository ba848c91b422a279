"""What a shell completes: study names, formats, studies that ship."""

from __future__ import annotations

import click

from mdm_opt.errors import MdmOptError


def study_names(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the studies in the database that the command line names so far.

    Nothing is said where they cannot be read: the command says it when it is run.
    """
    from mdm_opt.persistence import storage_url
    from mdm_opt.persistence.health import study_names as names_of

    try:
        found = names_of(storage_url(ctx.params.get("storage")))
    except MdmOptError:
        return []
    taken = ctx.params.get("names") or ()
    return [name for name in found if name.startswith(incomplete) and name not in taken]


def format_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the export formats."""
    from mdm_opt.handoff.formats.registry import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def example_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the studies that ship."""
    from mdm_opt.config.examples import example_names as names_of

    try:
        return [name for name in names_of() if name.startswith(incomplete)]
    except MdmOptError:
        return []


name_argument = click.argument("name", shell_complete=study_names)
