"""What an export format is, and how a schedule is laid out in blocks."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from mdm_opt.candidates import ORDERS
from mdm_opt.errors import InputError
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.schedules import reveal_counts, reveal_grid

DEFAULT_MODULE = "schedule"


@dataclass(frozen=True)
class Target:
    """What the user says about the place where the schedule will run.

    Attributes:
        block_length: tokens of a block that is filled before the next; None for one block.
        file: name of the artefact's file; None where it has none yet.
    """

    block_length: int | None = None
    file: str | None = None

    @property
    def module(self) -> str:
        """The file's name without its suffix."""
        return PurePath(self.file or DEFAULT_MODULE).stem

    def named(self, suffix: str) -> str:
        """The file's name; one with that suffix where it has none yet."""
        return self.file or DEFAULT_MODULE + suffix

    @property
    def importing(self) -> str:
        """The line of Python that imports the artefact as ``schedule``."""
        if self.module == DEFAULT_MODULE:
            return "import schedule"
        if self.module.isidentifier() and not keyword.iskeyword(self.module):
            return f"import {self.module} as schedule"
        return f"import importlib; schedule = importlib.import_module({self.module!a})"


@dataclass(frozen=True)
class Artefact:
    """A schedule in one format.

    Attributes:
        text: content of its file.
        use: lines that say how to use it; three for every format of ours.
        notes: what the target does differently from the sampler that was measured.
        companions: further files that belong beside it, content by name.
    """

    text: str
    use: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    companions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """An export format.

    Attributes:
        name: as on the command line.
        target: the programs that read it.
        suffix: of its file.
        render: makes the artefact; raises InputError where the target cannot express a schedule.
        render_rule: the same for a candidate that is a rule; None where the target has no place
            for one.
        render_grid: likewise for a schedule of births or of uniform corruption.
        render_own: likewise for the arguments of a sampler that is not ours.
    """

    name: str
    target: str
    suffix: str
    render: Callable[[ExportedSchedule, Target], Artefact]
    render_rule: Callable[[ExportedSchedule, Target], Artefact] | None = None
    render_grid: Callable[[ExportedSchedule, Target], Artefact] | None = None
    render_own: Callable[[ExportedSchedule, Target], Artefact] | None = None


@dataclass(frozen=True)
class Layout:
    """A schedule as the target runs it: the same in each of ``blocks`` blocks, left to right.

    Attributes:
        blocks: number of blocks.
        block_length: tokens of a block.
        steps: of a block.
        counts: tokens that each step of a block reveals; None under ancestral reveal.
        alpha: the schedule at the boundaries of the steps, ``steps + 1`` fractions from 0 to 1.
    """

    blocks: int
    block_length: int
    steps: int
    counts: tuple[int, ...] | None
    alpha: tuple[float, ...]

    @property
    def boundaries(self) -> tuple[float, ...]:
        """Revealed fraction at the boundaries of the steps, whose counts are met exactly."""
        if self.counts is None:
            return self.alpha
        revealed = [sum(self.counts[:step]) for step in range(self.steps + 1)]
        return tuple(count / self.block_length for count in revealed)

    @property
    def empty_steps(self) -> int:
        """Steps that reveal no token."""
        return sum(count == 0 for count in self.counts or ())


def layout(exported: ExportedSchedule, format_name: str, block_length: int | None) -> Layout:
    """Applies a schedule to every block.

    Args:
        exported: the schedule.
        format_name: for messages.
        block_length: tokens of a block; None for those that were measured.

    Raises:
        InputError: where the blocks do not share length and steps evenly, have more steps than
            tokens, are others than the measured ones, or the schedule is of the family ``free``,
            whose counts cannot be rescaled.
    """
    values = exported.schedule
    block_length = block_length or values.block_length
    if block_length is None or block_length == values.length == measured_blocks(exported):
        counts = None if values.counts is None else tuple(values.counts)
        return Layout(1, values.length, values.steps, counts, tuple(values.revealed))
    accepted = _accepted_block_lengths(exported)
    if block_length not in accepted:
        family = f" of the family {values.family!r}" if exported.by_counts else ""
        raise InputError(
            f"format {format_name}: block_length: {block_length} is not accepted for "
            f"{values.steps} steps over {values.length} tokens{family}; accepted: "
            f"{', '.join(map(str, accepted))}"
        )
    blocks = values.length // block_length
    steps, schedule = values.steps // blocks, exported.mask_schedule
    block_counts = None
    if values.counts is not None:
        block_counts = tuple(
            reveal_counts(schedule, steps, block_length, values.decoding.rounding).tolist()
        )
    grid = tuple(reveal_grid(schedule, steps).tolist())
    return Layout(blocks, block_length, steps, block_counts, grid)


def measured_blocks(exported: ExportedSchedule) -> int:
    """Tokens of the blocks in which a schedule was measured; all tokens where it had none."""
    return exported.schedule.block_length or exported.schedule.length


def needs_counts(exported: ExportedSchedule, format_name: str) -> None:
    """Refuses a schedule without counts.

    Raises:
        InputError: naming the format.
    """
    if exported.schedule.counts is None:
        raise InputError(
            f"format {format_name}: reveal: 'ancestral' is not accepted, it has no counts; "
            "accepted: 'fixed'"
        )


def needs_known_order(exported: ExportedSchedule, format_name: str) -> str:
    """The order in which the schedule was measured.

    Raises:
        InputError: where it is none of mdm-opt's.
    """
    order = exported.masked_sampler.order
    if order not in ORDERS:
        raise InputError(
            f"format {format_name}: sampler.order: {order!r} is not accepted; accepted: "
            f"{', '.join(ORDERS)}"
        )
    return order


def needs_no_blocks(format_name: str, target: Target, exported: ExportedSchedule) -> None:
    """Refuses blocks where the target has none.

    Raises:
        InputError: naming the format.
    """
    measured = measured_blocks(exported)
    if measured != exported.schedule.length:
        raise InputError(
            f"format {format_name}: the schedule was measured in blocks of {measured} tokens, and "
            "this format has no blocks; formats that have: json, llada, dllm, sglang, diffusers, "
            "llada2, sdar, mmada"
        )
    needs_own_blocks(format_name, target, exported)


def needs_own_blocks(format_name: str, target: Target, exported: ExportedSchedule) -> None:
    """Refuses blocks other than those that were measured.

    Raises:
        InputError: naming the format.
    """
    measured = measured_blocks(exported)
    if target.block_length not in (None, measured):
        kept = measured != exported.schedule.length
        why = "keeps the measured blocks" if kept else "has no blocks"
        raise InputError(
            f"format {format_name}: block_length: {target.block_length} is not accepted, this "
            f"format {why}; accepted: {measured}, or none"
        )


def block_note(exported: ExportedSchedule, plan: Layout) -> tuple[str, ...]:
    """What is not known about a schedule in blocks in which it was not measured."""
    if plan.block_length == measured_blocks(exported):
        return ()
    total = plan.blocks * plan.block_length
    return (
        f"The result belongs to the schedule over all {total} tokens at once: in {plan.blocks} "
        f"blocks of {plan.block_length} tokens it was not measured.",
    )


def attention_note(exported: ExportedSchedule, server: str) -> tuple[str, ...]:
    """What a target that shows a model no later block makes of a result.

    Args:
        exported: the schedule, whose provenance says how the model was asked.
        server: name of the target.
    """
    if exported.provenance.model.get("attention") == "block_causal":
        return ()
    return (
        f"NOT verified for {server}: it shows the model no block after the current one, and the "
        "model that was measured saw all of them, masked; measure one with [model] attention = "
        "'block_causal'.",
    )


def lacking_note(
    exported: ExportedSchedule,
    *lacking: str,
    how: str = "which this target has no setting for; without it nothing was measured",
) -> tuple[str, ...]:
    """What the target lacks of how answers were sampled.

    Args:
        exported: the schedule.
        lacking: ``guidance`` and ``end_last``, what the target has no setting for.
        how: the end of the sentence.
    """
    sampler = exported.masked_sampler
    used = {
        "guidance": f"classifier-free guidance of scale {sampler.guidance:g}"
        if sampler.guidance
        else "",
        "end_last": "tokens that end the text coming last" if sampler.end_last else "",
    }
    return tuple(
        f"The result was measured with {used[name]}, {how}." for name in lacking if used[name]
    )


def prompt_note(block_length: int) -> tuple[str, ...]:
    """What becomes of blocks that are counted from the beginning of the prompt."""
    if block_length == 1:
        return ()
    return (
        "Blocks are counted from the beginning of the prompt: after one of a multiple of "
        f"{block_length} tokens exactly this runs. After others the first block has fewer masked "
        "tokens; it takes the steps from the first on and is complete before the last. The last "
        "block is filled whole, and cut.",
    )


def empty_note(plan: Layout) -> tuple[str, ...]:
    """What steps without tokens cost where the target calls the model for them."""
    if not plan.empty_steps:
        return ()
    return (
        f"{plan.empty_steps} of {plan.steps} steps reveal no token; this target calls the model "
        "for them all the same, mdm-opt did not.",
    )


def _accepted_block_lengths(exported: ExportedSchedule) -> list[int]:
    values, found = exported.schedule, []
    if values.block_length is not None:
        return [values.block_length]
    for blocks in range(1, min(values.steps, values.length) + 1):
        if values.length % blocks or values.steps % blocks:
            continue
        block_length, steps = values.length // blocks, values.steps // blocks
        if blocks == 1 or (steps <= block_length and not exported.by_counts):
            found.append(block_length)
    return found
