"""What stands in a report, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdm_opt.candidates import SEARCHABLE
from mdm_opt.config import StudyFile
from mdm_opt.handoff.export import export_budget
from mdm_opt.handoff.result_values import Provenance
from mdm_opt.persistence import MeasurementRecord, Repository
from mdm_opt.results.best_result import BudgetResult
from mdm_opt.results.side_by_side import Comparison, compare
from mdm_opt.results.side_by_side_text import compared_said
from mdm_opt.results.text import conclusions, schedule_words
from mdm_opt.sample_texts import Sample
from mdm_opt.show.notes import model_words
from mdm_opt.show.report.instances import InstanceTable, instance_tables
from mdm_opt.show.snapshot import Snapshot, read_snapshot
from mdm_opt.study.stored_file import FROM_PYTHON, study_toml
from mdm_opt.words import duration, grouped

# Whose samples are shown beside each other.
_COMPARED = ("best", "linear")


@dataclass(frozen=True)
class SampleGroup:
    """Samples of one step count, of the same instances under each schedule.

    Attributes:
        steps: step count.
        columns: name of the schedule and its texts, as many each.
    """

    steps: int
    columns: tuple[tuple[str, tuple[Sample, ...]], ...]


@dataclass(frozen=True, eq=False)
class ReportData:
    """A report before it is set.

    Attributes:
        found: everything that is known about the study.
        state: of its trials and its verification, one line.
        said: conclusions.
        samples: of each step count.
        instances: of each step count that is verified, sorted by gain.
        provenance: of the best schedule; None before there is one.
        facts: where the numbers come from, names and values.
        study_toml: the study file.
        repeat: how to repeat the study, one sentence that the commands or the file follow.
        commands: that do; none where it was made from Python.
        compared: the study beside others; None where none were asked for.
        compared_said: what that says.
    """

    found: Snapshot
    state: str
    said: Sequence[str]
    samples: Sequence[SampleGroup]
    instances: Sequence[InstanceTable]
    provenance: Provenance | None
    facts: Sequence[tuple[str, str]]
    study_toml: str
    repeat: str
    commands: Sequence[str]
    compared: Comparison | None = None
    compared_said: Sequence[str] = ()


def read_report(name: str, url: str, beside: Sequence[str] = ()) -> ReportData:
    """Reads what stands in a report.

    Args:
        name: of the study.
        url: of the database.
        beside: names of studies that it is compared with.

    Raises:
        InputError: where there is no such study, or studies cannot be compared.
    """
    found = read_snapshot(name, Repository(url, create=False))
    return report_of(found, compare([name, *beside], url) if beside else None)


def report_of(found: Snapshot, compared: Comparison | None = None) -> ReportData:
    """What stands in the report of a study that has been read.

    Args:
        found: the study.
        compared: it and others, where they are shown beside each other.
    """
    name, result, provenance = found.record.name, found.result, None
    if result is not None:
        provenance = export_budget(found.record, result, result.budgets[-1]).provenance
    from_python = _from_python(found)
    run = [f"mdm-opt run {name}.toml", f"mdm-opt report {name} --out {name}.html"]
    version = found.record.package_version
    return ReportData(
        found=found,
        state=state_words(found),
        said=said_of(found),
        samples=_samples(found),
        instances=instance_tables(found),
        provenance=provenance,
        facts=_facts(found, provenance),
        study_toml=study_toml(found.file),
        repeat=(
            f"Call mdm_opt.tune of mdm-opt {version} with the same objects and these settings:"
            if from_python
            else f"With this study file as {name}.toml and mdm-opt {version}:"
        ),
        commands=[] if from_python else run,
        compared=compared,
        compared_said=compared_said(compared, "mdm-opt verify {}".format) if compared else (),
    )


def said_of(found: Snapshot) -> list[str]:
    """What the results of a study say, one line for each conclusion."""
    if found.result is None:
        return ["no feasible trial is finished yet"]
    verify = "mdm_opt.tune" if _from_python(found) else f"mdm-opt verify {found.record.name}"
    return conclusions(found.result, verify)


def _from_python(found: Snapshot) -> bool:
    return FROM_PYTHON in (found.file.model.kind, found.file.objective.kind)


def state_words(found: Snapshot) -> str:
    """How far the trials of a study and its verification are."""
    progress = found.progress
    parts = [f"{progress.finished} of {progress.total} trials finished"]
    if progress.failed:
        parts.append(f"{progress.failed} given up")
    budgets = found.result.budgets if found.result else []
    verified = [b for b in budgets if b.verified]
    if verified and len(verified) == len(found.file.space.steps):
        parts.append(f"verified on {verified[0].instances} fresh instances")
    elif verified:
        steps = ", ".join(str(b.steps) for b in verified)
        parts.append(f"verified at {steps} steps, not at the others")
    else:
        parts.append("NOT verified: the best of a search is biased")
    return "; ".join(parts)


def _samples(found: Snapshot) -> list[SampleGroup]:
    groups = []
    for budget in found.result.budgets if found.result else []:
        columns = []
        for label, record in _compared(found, budget):
            texts = tuple(found.samples.get(record.id or 0, ()))[: found.file.search.samples]
            if texts:
                columns.append((label, texts))
        fewest = min((len(texts) for _, texts in columns), default=0)
        if fewest:
            groups.append(
                SampleGroup(budget.steps, tuple((name, ts[:fewest]) for name, ts in columns))
            )
    return groups


def _compared(found: Snapshot, budget: BudgetResult) -> list[tuple[str, MeasurementRecord]]:
    """The best schedule and linear: as verified, else as searched."""
    verified = found.verified(budget.steps)
    if verified:
        first = {m.label: m for m in reversed(verified)}
        return [
            (_sampled_name(label, first[label], budget), first[label])
            for label in _COMPARED
            if label in first
        ]
    number = found.best_trials().get(budget.steps)
    best = [m for m in found.trials if m.trial_number == number]
    ours = [m for m in found.trials if m.budget_steps == budget.steps]
    linear = [m for m in ours if found.space.is_baseline(m.candidate, "linear")]
    return [
        (_sampled_name(label, m, budget), m)
        for label, records in zip(_COMPARED, (best, linear), strict=True)
        for m in records[:1]
    ]


def _sampled_name(label: str, record: MeasurementRecord, budget: BudgetResult) -> str:
    words = f"found: {schedule_words(budget)}" if label == "best" else label
    return f"{words}, {record.steps} steps"


def _sampler_words(file: StudyFile) -> str:
    """How the study samples; of what it searches that it does."""
    searched = [one.name for one in file.space.settings]
    fixed = {key: said for key, said in file.sampler.words.items() if key not in searched}
    chosen = [said for key, said in fixed.items() if key in SEARCHABLE]
    given = [said for key, said in fixed.items() if key not in SEARCHABLE]
    return ", ".join([*chosen, *(f"{name} searched" for name in searched), *given])


def _facts(found: Snapshot, provenance: Provenance | None) -> list[tuple[str, str]]:
    record, file = found.record, found.file
    calls = sum(m.sequence_calls for m in found.measurements)
    seconds = sum(m.seconds for m in found.measurements)
    devices = sorted({m.device for m in found.measurements})
    facts = [
        ("model", model_words(found)),
        ("model fingerprint", record.model.fingerprint),
        ("model revision", str(record.model.source.get("revision") or "")),
        ("objective's data or judge", record.objective_fingerprint),
        ("seed", str(file.study.seed)),
        ("sampler", _sampler_words(file)),
        ("study file hash", record.identity_hash),
        ("made by", f"mdm-opt {record.package_version}"),
        (
            "measured",
            f"{grouped(calls)} model calls of one sequence in {duration(seconds)} "
            f"on {', '.join(devices)}",
        ),
    ]
    if provenance is not None:
        versions = ", ".join(f"{name} {found}" for name, found in provenance.versions.items())
        facts += [
            ("reported by", versions),
            ("git", provenance.git_hash or ""),
            ("reported at", provenance.created_at),
        ]
    return [(name, value) for name, value in facts if value]
