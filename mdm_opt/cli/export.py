"""mdm-opt sample and export: what a found schedule is good for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdm_opt.cli.common import (
    example,
    json_option,
    print_json,
    prints_aside,
    storage_option,
    url_of,
)
from mdm_opt.cli.completion import format_names, name_argument
from mdm_opt.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdm_opt.handoff.bundles import LeftOut
    from mdm_opt.handoff.schedule_file import ExportedSchedule
    from mdm_opt.sample_texts import Sample

# Those of `mdm_opt.candidates`, which takes longer to import than the help to show.
_BASELINES = ("linear", "sin2", "sine", "cosine", "logit", "constant_rate", "exponential_rate")

steps_option = click.option(
    "--steps", type=click.IntRange(min=1), help="Step count; needed where the study has several."
)


@click.command(epilog=example("mdm-opt sample quickstart --count 2"))
@name_argument
@steps_option
@click.option(
    "--schedule",
    type=click.Choice(["best", *_BASELINES]),
    default="best",
    show_default=True,
    help="Whose samples.",
)
@click.option(
    "--count", type=click.IntRange(1, 100_000), default=4, show_default=True, help="Samples."
)
@storage_option
@json_option
def sample(
    name: str, steps: int | None, schedule: str, count: int, storage: str | None, as_json: bool
) -> None:
    """Write samples of study NAME's model under its best schedule, after their prompts.

    On a terminal they are shown as the model shows them, e.g. a Sudoku as a grid. --json has the
    prompts and, where the objective reads texts, the score of each.
    """
    from mdm_opt.handoff.samples import sample as sample_study
    from mdm_opt.handoff.samples import scored_samples

    asked: dict[str, Any] = {"count": count, "steps": steps, "schedule": schedule}
    if as_json:
        with prints_aside():
            samples, scores = scored_samples(name, url_of(storage), **asked)
        found = {"study": name, "schedule": schedule, "samples": samples}
        prompts = [one.prompt for one in samples]
        print_json(found | {"prompts": prompts if any(prompts) else None, "scores": scores})
        return
    with prints_aside():
        samples = sample_study(name, url_of(storage), **asked)
    for line in said_samples(samples, for_people=sys.stdout.isatty()):
        click.echo(line)


def said_samples(samples: Sequence[Sample], *, for_people: bool) -> Iterator[str]:
    """Samples after their prompts; people see them as the model shows them.

    Without prompts programs get a line a sample.
    """
    for number, one in enumerate(samples):
        text = one.shown if for_people else str(one)
        if number and (one.prompt or (for_people and "\n" in text)):
            yield ""
        if one.prompt:
            yield _after("prompt", one.prompt)
            yield _after("answer", text)
        else:
            yield text


def _after(name: str, text: str) -> str:
    return f"{name}:\n{text}" if "\n" in text else f"{name}: {text}"


@click.command(
    epilog=example(
        "mdm-opt export quickstart --out quickstart.json",
        "mdm-opt export quickstart --format llada --out quickstart_llada.py",
        "mdm-opt export quickstart --all-steps --out quickstart",
    )
)
@name_argument
@steps_option
@click.option(
    "--format",
    "formats",
    metavar="FORMAT",
    multiple=True,
    shell_complete=format_names,
    help="json (canonical), python (needs nothing), llada (and Fast-dLLM), dllm, mdlm (and SEDD), "
    "dream, sglang, diffusers, llada2, sdar, maskgit, amused, mmada, esm3, bionemo, "
    "flow_matching, or package.module:function, your own: it takes the schedule and returns the "
    "text. mdm_opt.load_schedule() reads them all. With --all-steps it may be given several "
    "times.  [default: json; with --all-steps every format that can express it]",
)
@click.option(
    "--block-length",
    type=click.IntRange(min=1),
    help="Tokens of a block, for llada, dllm, sglang, diffusers, llada2, sdar and mmada, which "
    "can fill a sequence block by block; the schedule is applied in each.  [default: the whole "
    "sequence]",
)
@click.option("--all-steps", is_flag=True, help="Every step count of the study, into a folder.")
@click.option(
    "--out",
    type=click.Path(),
    help="File, or the folder of --all-steps.  [default: standard output]",
)
@click.option(
    "--found",
    is_flag=True,
    help="What was found, also where the verification says to keep the baseline.",
)
@storage_option
def export(
    name: str,
    steps: int | None,
    formats: tuple[str, ...],
    block_length: int | None,
    all_steps: bool,
    out: str | None,
    found: bool,
    storage: str | None,
) -> None:
    """Export the best schedule of study NAME with its provenance.

    Where the verification says to keep the baseline, that is what is written.
    """
    if all_steps:
        if steps is not None or out is None:
            raise click.UsageError("--all-steps needs --out FOLDER, and no --steps")
        _export_all(name, url_of(storage), formats, block_length, out, found=found)
        return
    if len(formats) > 1:
        raise click.UsageError("several --format need --all-steps")
    _export_one(
        name, url_of(storage), steps, (*formats, "json")[0], block_length, out, found=found
    )


def _export_one(
    name: str,
    url: str,
    steps: int | None,
    format_name: str,
    block_length: int | None,
    out: str | None,
    *,
    found: bool,
) -> None:
    from mdm_opt.handoff.export import export_schedule, keep_export, write_artefact
    from mdm_opt.handoff.formats import render

    _check_module(out, format_name)
    schedule = export_schedule(name, url, steps, found=found)
    file = None if out is None else Path(out).name
    artefact = render(schedule, format_name, block_length=block_length, file=file)
    if out is None:
        click.echo(artefact.text, nl=False)
        _record(lambda: keep_export(url, schedule, format_name))
        _say_kept(schedule)
        for companion in artefact.companions:
            click.echo(f"{companion} belongs beside it: --out FILE writes it, too", err=True)
        return
    _, *beside = write_artefact(out, artefact)
    _record(lambda: keep_export(url, schedule, format_name))
    click.echo(f"wrote {out}: {schedule.schedule.steps} steps, {_state(schedule)}", err=True)
    _say_kept(schedule)
    decision = schedule.result.decision
    if not schedule.is_kept_baseline and decision is not None and decision.action != "use":
        click.echo(f"note: {decision.said}", err=True)
    for path in beside:
        click.echo(f"wrote {path}", err=True)
    for note in artefact.notes:
        click.echo(f"note: {note}", err=True)
    for line in artefact.use:
        click.echo(f"  {line}", err=True)


def _state(schedule: ExportedSchedule) -> str:
    state = "verified" if schedule.result.verified else "NOT verified"
    return f"{state}, the baseline" if schedule.is_kept_baseline else state


def _say_kept(schedule: ExportedSchedule, head: str = "") -> None:
    """Says that the baseline was written, where it was."""
    result = schedule.result
    if result.instead_of is not None and result.decision is not None:
        click.echo(f"note: {head}this is the baseline; {result.decision.said}", err=True)
        if not result.decision.nothing_to_gain:
            label = result.instead_of.label
            click.echo(f"note: {head}--found writes {label}, which was found", err=True)


def _record(keep: Callable[[], None]) -> None:
    """Keeps that a schedule was handed on; it has been, whether that can be kept or not."""
    try:
        keep()
    except InputError as error:
        click.echo(f"note: not recorded in the database: {error}", err=True)


def _check_module(out: str | None, format_name: str) -> None:
    """Refuses a name under which Python could not import a module."""
    from mdm_opt.handoff.files import is_special
    from mdm_opt.handoff.formats import FORMATS

    python = format_name in FORMATS and FORMATS[format_name].suffix == ".py"
    if out is None or not python or Path(out).suffix == ".py" or is_special(Path(out)):
        return
    raise InputError(
        f"--out: {out!r} is not accepted: {format_name} is a Python module, whose name ends in .py"
    )


def _export_all(
    name: str,
    url: str,
    formats: tuple[str, ...],
    block_length: int | None,
    out: str,
    *,
    found: bool,
) -> None:
    from mdm_opt.handoff.bundles import INDEX, make_bundle, write_bundle

    bundle = make_bundle(name, url, formats, block_length, found=found)
    write_bundle(bundle, out, url)
    for entry in bundle.entries:
        steps, state = entry.exported.schedule.steps, _state(entry.exported)
        click.echo(f"wrote {Path(out) / entry.file}: {steps} steps, {state}", err=True)
    for exported in {id(entry.exported): entry.exported for entry in bundle.entries}.values():
        _say_kept(exported, f"{exported.schedule.steps} steps: ")
    for line in _said_left_out(bundle.left_out):
        click.echo(f"left out: {line}", err=True)
    click.echo(f"wrote {Path(out) / INDEX}: how to use each, and what differs there", err=True)


def _said_left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """One line for each reason, of all formats that it holds for."""
    formats: dict[tuple[int, str], list[str]] = {}
    for left in left_out:
        reason = left.reason.removeprefix(f"format {left.format_name}: ")
        named = formats.setdefault((left.steps, reason), [])
        named += [left.format_name] if reason != left.reason and left.format_name else []
    return [
        f"{steps} steps: {_formats_said(names)}{reason}"
        for (steps, reason), names in formats.items()
    ]


def _formats_said(names: Sequence[str]) -> str:
    return f"{'formats' if names[1:] else 'format'} {', '.join(names)}: " if names else ""
