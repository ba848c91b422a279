"""The table of formats, and exporters of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import (
    amused,
    bionemo,
    canonical,
    diffusers,
    dllm,
    dream,
    esm3,
    flow_matching,
    llada,
    llada2,
    llada_rule,
    maskgit,
    mdlm,
    mmada,
    python,
    python_grid,
    python_own,
    python_rule,
    sdar,
    sglang,
    sglang_rule,
)
from mdm_opt.handoff.formats.base import Artefact, Format, Target, needs_own_blocks
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.plugins import is_reference, load_callable, one_line

FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "json",
            "mdm_opt.load_schedule, and any program",
            ".json",
            canonical.render,
            canonical.render,
            canonical.render,
            canonical.render_own,
        ),
        Format(
            "python",
            "your own sampling loop",
            ".py",
            python.render,
            python_rule.render,
            python_grid.render,
            python_own.render,
        ),
        Format("llada", "LLaDA and Fast-dLLM", ".py", llada.render, llada_rule.render),
        Format("dllm", "dllm", ".py", dllm.render),
        Format("mdlm", "MDLM and SEDD", ".py", mdlm.render),
        Format("dream", "Dream", ".py", dream.render),
        Format("sglang", "SGLang", ".yaml", sglang.render, sglang_rule.render),
        Format(
            "diffusers",
            "diffusers (LLaDA2Pipeline)",
            ".py",
            diffusers.render,
            diffusers.render_rule,
        ),
        Format(
            "llada2",
            "LLaDA2's generate, and dllm (LLaDA2Sampler)",
            ".py",
            llada2.render,
            llada2.render_rule,
        ),
        Format("sdar", "SDAR", ".py", sdar.render, sdar.render_rule),
        Format("maskgit", "muse-maskgit-pytorch", ".py", maskgit.render),
        Format("amused", "aMUSEd (diffusers) and Meissonic", ".py", amused.render),
        Format("mmada", "MMaDA, texts and images", ".py", mmada.render),
        Format("esm3", "ESM3 (esm)", ".py", esm3.render),
        Format("bionemo", "bionemo-moco", ".py", bionemo.render),
        Format("flow_matching", "flow_matching", ".py", flow_matching.render),
    )
}

_GRID_FORMATS = [entry.name for entry in FORMATS.values() if entry.render_grid is not None]
_OWN_FORMATS = [entry.name for entry in FORMATS.values() if entry.render_own is not None]
_RULE_FORMATS = [entry.name for entry in FORMATS.values() if entry.render_rule is not None]


def format_named(name: str) -> Format:
    """The format of that name.

    Args:
        name: one of `FORMATS`, or ``package.module:function``, a function that takes an
            `ExportedSchedule` and returns the text.

    Raises:
        InputError: where there is none, or it cannot be imported.
    """
    if name in FORMATS:
        return FORMATS[name]
    if not is_reference(name):
        raise InputError(
            f"--format: {one_line(repr(name))} is not accepted; accepted: {', '.join(FORMATS)}, "
            "or package.module:function"
        )
    function = load_callable(name, "--format", Path.cwd())

    def render_own(exported: ExportedSchedule, target: Target) -> Artefact:
        needs_own_blocks(name, target, exported)
        return Artefact(_own_text(name, function(exported)))

    return Format(name, name, ".txt", render_own, render_own, render_own, render_own)


def render(
    exported: ExportedSchedule,
    format_name: str,
    *,
    block_length: int | None = None,
    file: str | None = None,
) -> Artefact:
    """A schedule in a format.

    Args:
        exported: the schedule.
        format_name: see `format_named`.
        block_length: tokens of a block, for targets that fill a sequence block by block.
        file: name of the artefact's file; None where it has none yet.

    Raises:
        InputError: naming format and key, where the target cannot express the schedule.
    """
    return rendered_by(format_named(format_name), exported, Target(block_length, file))


def rendered_by(found: Format, exported: ExportedSchedule, target: Target) -> Artefact:
    """A schedule in a format; what a user's exporter raises becomes one line.

    Raises:
        InputError: as `render`, and for a rule where the target has no place for one.
    """
    process = exported.schedule.process
    if process == "own" and found.render_own is None:
        raise InputError(
            f"format {found.name}: schedule.process: 'own' is not accepted: this target is "
            "another sampler than the study's, which is given keyword arguments; formats for it: "
            f"{', '.join(_OWN_FORMATS)}"
        )
    if process not in ("masked", "own") and found.render_grid is None:
        raise InputError(
            f"format {found.name}: schedule.process: {process!r} is not accepted: this target "
            f"reveals masked tokens; formats for it: {', '.join(_GRID_FORMATS)}"
        )
    rendering = found.render if exported.candidate.rule is None else found.render_rule
    if process != "masked":
        rendering = found.render_own if process == "own" else found.render_grid
    if rendering is None:
        raise InputError(
            f"format {found.name}: schedule.family: {exported.schedule.family!r} is not accepted: "
            "the model's answers decide what its steps reveal, which this target has no place "
            f"for; formats that have: {', '.join(_RULE_FORMATS)}"
        )
    try:
        return rendering(exported, target)
    except InputError:
        raise
    except Exception as error:  # a user's exporter may raise anything
        if found.name in FORMATS:
            raise
        raise InputError(
            f"--format: {found.name!r} raised {type(error).__name__}: {one_line(error)}"
        ) from error


def kept_name(format_name: str) -> str:
    """A format's name as the database keeps it, which has 16 characters for it."""
    return format_name if format_name in FORMATS else "plug-in"


def _own_text(name: str, text: Any) -> str:
    if not isinstance(text, str):
        raise InputError(f"--format: {name!r} returned a {type(text).__name__}; accepted: str")
    return text
