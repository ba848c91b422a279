"""mdm-opt init: a study file to begin with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from mdm_opt.cli.common import example, storage_option, typed
from mdm_opt.cli.completion import example_names
from mdm_opt.errors import InputError

# Options that say what a new file is for.
_OWN = ("model", "revision", "length", "metric", "direction", "task", "steps")


@click.command(
    epilog=example(
        "mdm-opt init",
        "mdm-opt init mine.toml --model ./checkpoint --length 128 --metric my_metric:score",
        "mdm-opt init gsm8k.toml --model GSAI-ML/LLaDA-8B-Instruct --task gsm8k --no-check",
        "mdm-opt init --example sudoku_rows",
    )
)
@click.argument("study_file", required=False, type=click.Path(dir_okay=False))
@click.option(
    "--model",
    help="A checkpoint's folder, a hub id, bundled, digits, antiberty, or package.module:factory."
    "  [default: bundled]",
)
@click.option("--revision", metavar="COMMIT", help="Of a hub id.")
@click.option("--length", type=click.IntRange(min=1), help="Generated tokens.  [default: 128]")
@click.option(
    "--metric",
    metavar="MODULE:FUNCTION",
    help="Your own, of Python.  [default: path KL, which needs none; of bundled valid grids]",
)
@click.option(
    "--direction",
    type=click.Choice(["maximize", "minimize"]),
    help="Of a better metric.  [default: maximize]",
)
@click.option("--task", help="Of lm-evaluation-harness, in place of a metric.")
@click.option("--steps", metavar="N,...", help="Step counts, e.g. 8,16.")
@click.option(
    "--example",
    "shipped",
    metavar="NAME",
    shell_complete=example_names,
    help="Copy a study that ships instead.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--no-check", is_flag=True, help="Do not try the model and the metric.")
@storage_option
def init(
    study_file: str | None,
    shipped: str | None,
    force: bool,
    no_check: bool,
    storage: str | None,
    **options: Any,
) -> None:
    """Write STUDY_FILE for a model and a metric, and check it as 'mdm-opt doctor' does.

    Without options it is study.toml, for the model that ships. The file has a comment where you
    decide. The exit code is 1 where something fails; the file is kept.
    """
    given = [key for key in _OWN if options[key] is not None]
    if shipped is not None:
        if given:
            raise InputError(f"--{given[0]} does not go with --example, whose file says it all")
        path = _copy(shipped, study_file, force=force)
    else:
        path = Path(study_file or "study.toml")
        _write(path, _text(path, options), force=force)
    click.echo(f"wrote {path}\n")
    if no_check:
        click.echo("next: " + typed(f"doctor {path}", storage))
        click.echo("      " + typed(f"run {path}", storage))
        return
    _check(path, storage)


def _text(path: Path, options: dict[str, Any]) -> str:
    from mdm_opt.config.starter import Start, starter_text, study_name

    if options["metric"] is not None and options["task"] is not None:
        raise InputError("--metric and --task: one of both is accepted")
    if options["direction"] is not None and options["metric"] is None:
        raise InputError("--direction goes with --metric only")
    model = options["model"] or "bundled"
    folder = Path(model).expanduser().is_dir() and not _is_known(model)
    chosen = {key: value for key, value in options.items() if value is not None}
    chosen["model"] = _from(path.parent, model) if folder else model
    chosen["steps"] = _step_counts(options["steps"])
    return starter_text(Start(study_name(path), is_folder=folder, **chosen))


def _is_known(model: str) -> bool:
    from mdm_opt.config.models import MODEL_KINDS

    return model in MODEL_KINDS


def _from(folder: Path, model: str) -> str:
    """A path as a file in a folder is to name it."""
    found = Path(model).expanduser()
    if found.is_absolute():
        return str(found)
    return f"./{os.path.relpath(found, folder)}"


def _step_counts(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",")) if text is not None else ()
    except ValueError as error:
        raise InputError(
            f"--steps: {text!r} is not accepted: whole numbers with commas between them, e.g. 8,16"
        ) from error


def _copy(name: str, study_file: str | None, *, force: bool) -> Path:
    """Copies a study that ships, with its data beside it; returns the file."""
    from mdm_opt.config.examples import example_files

    study, *data = example_files(name)
    path = Path(study_file or study.name)
    content = {path: study, **{path.parent / one.name: one for one in data}}
    texts = {target: source.read_text(encoding="utf-8") for target, source in content.items()}
    for target in texts:
        _check_free(target, force=force)
    for target, text in texts.items():
        _write(target, text, force=force)
    return path


def _write(path: Path, text: str, *, force: bool) -> None:
    from mdm_opt.handoff.files import write_text

    _check_free(path, force=force)
    write_text(path, text)


def _check_free(path: Path, *, force: bool) -> None:
    from mdm_opt.handoff.files import is_special

    if path.exists() and not is_special(path) and not force:
        raise InputError(f"{path} is there already; name another file, or --force writes over it")


def _check(path: Path, storage: str | None) -> None:
    """Says what doctor says, and what comes next."""
    from mdm_opt.cli.doctor import say_checks
    from mdm_opt.doctor.examination import examine

    failed = [one for one in say_checks(examine(storage, path)) if one.status == "fail"]
    if failed:
        click.echo("\nnext: change what FAILs, then " + typed(f"doctor {path}", storage))
        raise click.exceptions.Exit(1)
    click.echo("\nnext: " + typed(f"run {path}", storage))
