"""mdm-opt sample and export: what a found schedule is good for."""

from __future__ import annotations

import click

from mdm_opt.cli.common import example, json_option, print_json, storage_option, url_of

steps_option = click.option(
    "--steps", type=click.IntRange(min=1), help="Step count; needed where the study has several."
)


@click.command(epilog=example("mdm-opt sample quickstart --count 2"))
@click.argument("name")
@steps_option
@click.option(
    "--schedule",
    type=click.Choice(["best", "linear", "sin2", "sine", "cosine"]),
    default="best",
    show_default=True,
    help="Whose samples.",
)
@click.option("--count", type=click.IntRange(1, 100_000), default=4, show_default=True)
@storage_option
@json_option
def sample(
    name: str, steps: int | None, schedule: str, count: int, storage: str | None, as_json: bool
) -> None:
    """Write samples of study NAME's model under its best schedule."""
    from mdm_opt.service.samples import sample as sample_study

    texts = sample_study(name, url_of(storage), count=count, steps=steps, schedule=schedule)
    if as_json:
        print_json({"study": name, "schedule": schedule, "samples": texts})
    else:
        for text in texts:
            click.echo(text)


@click.command(epilog=example("mdm-opt export quickstart --out quickstart.json"))
@click.argument("name")
@steps_option
@click.option(
    "--format",
    "export_format",
    type=click.Choice(["json"]),
    default="json",
    show_default=True,
    help="json: parameters, counts, result and provenance; read it by mdm_opt.load_schedule().",
)
@click.option("--out", type=click.Path(dir_okay=False), help="File.  [default: standard output]")
@storage_option
def export(
    name: str, steps: int | None, export_format: str, out: str | None, storage: str | None
) -> None:
    """Export the best schedule of study NAME with its provenance."""
    from mdm_opt.schedule_file import write_text
    from mdm_opt.service.exporting import EXPORT_FORMATS, export_schedule, keep_export

    url = url_of(storage)
    schedule = export_schedule(name, url, steps)
    text = EXPORT_FORMATS[export_format](schedule)
    if out is not None:
        write_text(out, text)
    keep_export(url, schedule, export_format)
    if out is None:
        click.echo(text, nl=False)
        return
    state = "verified" if schedule.result.verified else "NOT verified"
    click.echo(f"wrote {out}: {schedule.schedule.steps} steps, {state}", err=True)
