"""Each instance of a verification: its scores under the best schedule and beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdm_opt.persistence import MeasurementRecord
from mdm_opt.results.best import BASELINE, BEST, LINEAR, REFERENCE
from mdm_opt.results.best_result import BudgetResult
from mdm_opt.sample_texts import Sample
from mdm_opt.show.snapshot import Snapshot

# Rows of each end of the table.
MOST_ROWS = 12


@dataclass(frozen=True)
class InstanceRow:
    """An instance.

    Attributes:
        number: within the verification, from 1.
        before: score of what the best schedule is compared with.
        after: score of the best schedule.
        gain: positive where the best schedule is better, whatever the direction.
        samples: of both, in that order; None where they are not kept.
    """

    number: int
    before: float
    after: float
    gain: float
    samples: tuple[Sample | None, Sample | None]

    @property
    def prompt(self) -> str:
        """That both answer; empty where none is known."""
        return next((one.prompt for one in self.samples if one is not None), "")


@dataclass(frozen=True)
class InstanceTable:
    """The instances of a step count, sorted by gain.

    Attributes:
        steps: step count.
        names: of what the best schedule is compared with, and of itself.
        better: instances on which the best schedule is better.
        worse: instances on which it is worse.
        total: instances of both.
        most: those of the largest gains, the largest first.
        least: those of the smallest, the smallest last.
    """

    steps: int
    names: tuple[str, str]
    better: int
    worse: int
    total: int
    most: Sequence[InstanceRow]
    least: Sequence[InstanceRow]

    @property
    def left_out(self) -> int:
        """Instances between both ends that are not in the table."""
        return self.total - len(self.most) - len(self.least)

    @property
    def prompted(self) -> bool:
        """Whether prompts are known."""
        return any(row.prompt for row in (*self.most, *self.least))

    @property
    def sampled(self) -> bool:
        """Whether answers are kept."""
        rows = (*self.most, *self.least)
        return any(sample is not None for row in rows for sample in row.samples)


def instance_tables(found: Snapshot) -> list[InstanceTable]:
    """A table of each step count that is verified; none of an objective that is exact."""
    if found.result is None or found.record.deterministic:
        return []
    tables = [_table(found, budget) for budget in found.result.budgets]
    return [table for table in tables if table is not None]


def _table(found: Snapshot, budget: BudgetResult) -> InstanceTable | None:
    # Linear schedules of other steps have the label, too; the first is the one to compare with.
    first = {m.label: m for m in reversed(found.verified(budget.steps))}
    beside = next((first[name] for name in (BASELINE, REFERENCE, LINEAR) if name in first), None)
    if beside is None or BEST not in first:
        return None
    best = first[BEST]
    rows = _rows(found, beside, best)
    ends = min(MOST_ROWS, (len(rows) + 1) // 2)
    return InstanceTable(
        steps=budget.steps,
        names=(_name(beside), "best"),
        better=sum(row.gain > 0 for row in rows),
        worse=sum(row.gain < 0 for row in rows),
        total=len(rows),
        most=rows[:ends],
        least=rows[max(ends, len(rows) - ends) :],
    )


def _name(record: MeasurementRecord) -> str:
    if record.label == LINEAR:
        return LINEAR
    return f"{record.label} ({record.candidate.label})"


def _rows(
    found: Snapshot, beside: MeasurementRecord, best: MeasurementRecord
) -> list[InstanceRow]:
    """All instances of both, the largest gain first."""
    count = min(beside.instances, best.instances)
    sign = -1.0 if found.record.direction == "minimize" else 1.0
    gains = sign * (best.scores[:count] - beside.scores[:count])
    kept = [found.samples.get(record.id or 0, ()) for record in (beside, best)]
    return [
        InstanceRow(
            number=int(at) + 1,
            before=float(beside.scores[at]),
            after=float(best.scores[at]),
            gain=float(gains[at]),
            samples=(_sample(kept[0], at), _sample(kept[1], at)),
        )
        for at in np.argsort(-gains, kind="stable").tolist()
    ]


def _sample(kept: Sequence[str], at: int) -> Sample | None:
    if at >= len(kept):
        return None
    text = kept[at]
    return text if isinstance(text, Sample) else Sample(text)
