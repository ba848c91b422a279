"""Markdown about a study and its trials, for the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from mdm_opt.config.models import source_words
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.text import (
    conclusions,
    fenced,
    headings,
    markdown,
    markdown_table,
    number,
    result_rows,
)
from mdm_opt.sample_texts import Sample, picture
from mdm_opt.show.snapshot import Snapshot
from mdm_opt.words import duration

# Longer samples are cut here: the dashboard reads the notes of all trials at once.
LONGEST_SAMPLE = 1500


def study_note(found: Snapshot) -> str:
    """What is known about a study: progress, the table of results, what it says."""
    record, progress = found.record, found.progress
    state = f"{progress.finished} of {progress.total} trials finished"
    if progress.running:
        state += f", {progress.running} running"
    if progress.failed:
        state += f", {progress.failed} given up"
    parts = [f"**{markdown(found.metric)}**", f"{state}. Model {markdown(model_words(found))}."]
    if found.result is None:
        parts.append("No feasible trial is finished yet.")
        return "\n\n".join(parts)
    parts.append(markdown_table(headings(found.result), result_rows(found.result)))
    said = conclusions(found.result, f"mdm-opt verify {record.name}")
    parts.append("\n".join(f"- {markdown(line)}" for line in said))
    best = [f"{steps} steps: trial {n}" for steps, n in sorted(found.best_trials().items())]
    parts.append(f"Best of the search by its model, not by luck: {'; '.join(best)}.")
    return "\n\n".join(parts)


def model_words(found: Snapshot) -> str:
    """The model in a few words."""
    model = found.record.model
    return f"{source_words(model.source)}, {model.length} {found.space.decoding.numbers}"


def trial_note(found: Snapshot, record: MeasurementRecord, texts: Sequence[str]) -> str:
    """What is known about a trial: schedule, cost, value with its error, seed, samples.

    Args:
        found: the study.
        record: the trial's measurement.
        texts: of its samples; pictures among them are artifacts of the trial, not text.
    """
    facts = [
        ("schedule", record.candidate.label),
        ("tokens revealed by each step", " ".join(map(str, found.counts(record)))),
        ("step count", str(record.steps)),
        ("model calls a sequence (NFE)", number(record.nfe)),
        (f"{found.record.objective} ({found.record.unit})", value_words(found, record)),
        ("seed" if record.label != "search" else "from", record.label),
        ("guards", guard_words(record)),
        (
            "measured on",
            f"{record.instances} instances in {duration(record.seconds)}, {record.device}",
        ),
    ]
    lines = ["| | |", "| --- | --- |"]
    lines += [f"| {markdown(name)} | {markdown(value)} |" for name, value in facts if value]
    parts = ["\n".join(lines)]
    if record.trial_number in found.best_trials().values():
        parts.append(f"**The best trial of {record.budget_steps} steps.**")
    if record.stopped_early:
        parts.append(
            f"Lost its race against trial {record.rival_number}: clearly worse on the same "
            "instances, so it was stopped."
        )
    plain = [text for text in texts if picture(text) is None]
    if plain:
        parts.append("Samples, of the same instances in every trial:")
        for text in plain:
            known = text if isinstance(text, Sample) else Sample(text)
            if known.prompt:
                parts += ["Prompt:", fenced(_cut(known.prompt)), "Answer:"]
            parts.append(fenced(_cut(known.shown)))
    return "\n\n".join(parts)


def value_words(found: Snapshot, record: MeasurementRecord) -> str:
    """A value with its standard error."""
    if found.record.deterministic:
        return f"{record.value:.6g}, exact"
    return f"{number(record.value)} ± {record.standard_error:.2g} standard error"


def guard_words(record: MeasurementRecord) -> str:
    """Guards that do not hold, empty where all do."""
    missed = [f"{name} by {number(value)}" for name, value in record.guards.items() if value > 0]
    return f"INFEASIBLE: misses {', '.join(missed)}" if missed else ""


def _cut(text: str) -> str:
    return (
        text
        if len(text) <= LONGEST_SAMPLE
        else f"{text[:LONGEST_SAMPLE]}\n[{len(text)} characters]"
    )
