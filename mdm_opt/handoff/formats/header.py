"""The comment that every artefact begins with: what it is, where it comes from, how to use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from mdm_opt.handoff.formats.base import Layout
from mdm_opt.handoff.formats.rules import rule_of, rule_said
from mdm_opt.handoff.parts import Interval
from mdm_opt.handoff.result_values import ResultValues
from mdm_opt.handoff.sampler_values import GridSamplerValues, OwnSamplerValues
from mdm_opt.handoff.schedule_file import SCHEDULE_LINE, ExportedSchedule

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ ./:()+-]*")


def document(
    exported: ExportedSchedule,
    plan: Layout,
    what: str,
    notes: Iterable[str],
    use: Iterable[str],
    body: str,
) -> str:
    """A whole artefact: the comment, then the code.

    Args:
        exported: the schedule.
        plan: as the target runs it.
        what: name of the targets.
        notes: what the target does differently.
        use: lines that say how to use it.
        body: code after the comment.
    """
    lines = [
        f"{_titled(exported)}, for {what}.",
        *_facts(exported, plan),
        *(f"NOTE: {note}" for note in notes),
        "Use:",
        *(f"    {line}" for line in use),
    ]
    comment = "\n".join(f"# {_ascii(line)}" for line in lines)
    canonical = json.dumps(exported.model_dump(mode="json"), separators=(",", ":"))
    return f"{comment}\n{SCHEDULE_LINE}{canonical}\n{body}"


def _titled(exported: ExportedSchedule) -> str:
    if exported.schedule.process == "own":
        kept = "setting that is to be kept, by a study of mdm-opt"
        return f"The {kept}" if exported.is_kept_baseline else "A setting tuned by mdm-opt"
    kind = "schedule" if exported.schedule.process != "masked" else "mask schedule"
    if exported.candidate.rule is not None:
        kind = "decoding rule"
    if exported.is_kept_baseline:
        return f"The {kind} that is to be kept, by a study of mdm-opt"
    return f"A {kind} tuned by mdm-opt"


def shown(text: Any) -> str:
    """What a user named, in ASCII on one line: quoted unless it is plain."""
    if isinstance(text, str) and _PLAIN.fullmatch(text):
        return text
    return json.dumps(text)


def _ascii(line: str) -> str:
    """A line with everything escaped that could end it, in Python or YAML."""
    return re.sub(r"[^\x20-\x7e]", lambda found: ascii(found[0])[1:-1], line)


def _facts(exported: ExportedSchedule, plan: Layout) -> list[str]:
    origin = exported.provenance
    trial = "no trial" if origin.trial is None else f"trial {origin.trial}"
    lines = [
        f"study {shown(origin.study)}, {trial} ({shown(origin.label)}), seed {origin.seed}, "
        f"exported {shown(origin.created_at)}",
        f"model {json.dumps(origin.model)}",
        f"model fingerprint {shown(origin.model_fingerprint)}",
        f"{_named(exported)}; measured {_sampled(exported)}",
    ]
    if plan.blocks > 1:
        steps = f"{plan.steps} steps"
        if exported.candidate.rule is not None:
            steps = f"at most {steps}"
        lines.append(f"here in {plan.blocks} blocks of {plan.block_length} tokens, {steps} each")
    return [*lines, *_results(exported), f"versions {json.dumps(origin.versions)}"]


def _sampled(exported: ExportedSchedule) -> str:
    """How the model was sampled."""
    if isinstance(exported.sampler, GridSamplerValues):
        given = exported.sampler.model_dump(exclude_none=True)
        return "with " + ", ".join(f"{key} {value}" for key, value in given.items())
    if isinstance(exported.sampler, OwnSamplerValues):
        return f"by {shown(exported.sampler.kind)} in batches of {exported.sampler.batch}"
    sampler = exported.sampler
    order, temperature = shown(sampler.order), sampler.temperature
    return f"in order {order} at temperature {temperature}{_conditional(exported)}"


def _named(exported: ExportedSchedule) -> str:
    """The schedule or the rule, and how long it is."""
    values, candidate = exported.schedule, exported.candidate
    if candidate.rule is not None:
        calls = f"at most {values.steps} model calls"
        if exported.is_kept_baseline:
            # A baseline takes what it takes.
            calls = f"{exported.result.nfe:g} model calls as measured"
        return (
            f"rule {shown(candidate.label)}: {rule_said(rule_of(exported))}; {calls} on average "
            f"for {values.length} tokens"
        )
    if values.process == "own":
        calls = f"at most {values.steps} model calls"
        if exported.is_kept_baseline:
            calls = f"{exported.result.nfe:g} model calls as measured"
        return f"arguments {json.dumps(exported.keywords)}; {calls} on average"
    given = ", ".join(map(str, candidate.parameters.values()))
    if values.process != "masked":
        given = f"({given})" if given else ""
        return (
            f"schedule {values.family}{given} of the process {shown(values.process)}: "
            f"{values.steps} steps for sequences of {values.length}"
        )
    kind = (
        "counts of any shape" if exported.by_counts else f"{values.family.capitalize()}({given})"
    ).removesuffix("()")
    return (
        f"schedule {kind}: {values.steps} steps for {values.length} tokens, reveal "
        f"{values.reveal}, rounding {values.rounding}"
    )


def _conditional(exported: ExportedSchedule) -> str:
    """Blocks, guidance and end tokens of the measurement, where there were any."""
    parts = []
    if exported.schedule.block_length is not None:
        parts.append(f"in blocks of {exported.schedule.block_length} tokens")
    if exported.masked_sampler.guidance:
        parts.append(f"with guidance {exported.masked_sampler.guidance:g}")
    if exported.masked_sampler.end_last:
        parts.append("with tokens that end the text last")
    return "".join(f", {part}" for part in parts)


def _results(exported: ExportedSchedule) -> list[str]:
    result = exported.result
    state = "verified on fresh instances" if result.verified else "NOT verified (search result)"
    lines = [
        f"result {shown(result.objective)} {_interval(result)} {shown(result.unit)} "
        f"({100 * result.confidence:g}% interval), to {result.direction}; {result.instances} "
        f"instances, {result.nfe:g} model calls: {state}"
    ]
    for name, baseline in result.baselines.items():
        lines.append(
            f"baseline {shown(name)} {_interval(baseline)}, {baseline.steps} steps, "
            f"{baseline.nfe:g} model calls"
        )
    if result.gain_over_linear is not None:
        lines.append(f"gain over linear {_interval(result.gain_over_linear)}")
    if result.instead_of is not None:
        found = result.instead_of
        lines.append(
            f"found, and not in this file: {shown(found.label)} {_interval(found)}, "
            f"{found.steps} steps, {found.nfe:g} model calls"
        )
        if found.gain is not None:
            lines.append(f"its gain over what is kept {_interval(found.gain)}")
    if result.decision is not None:
        lines.append(f"decision: {result.decision.said}")
    return lines


def _interval(found: Interval | ResultValues) -> str:
    low, high = found.interval
    return f"{found.value:.6g} [{low:.6g}, {high:.6g}]"
