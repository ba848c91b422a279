"""Which trials a budget has: what is added to those there are, and what is taken away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from mdm_opt.persistence.tables import TrialRow

SEARCHED = "search"


class SeedPoint(Protocol):
    """A candidate that is tried first."""

    @property
    def label(self) -> str: ...

    @property
    def steps(self) -> int: ...

    @property
    def beta_a(self) -> float | None: ...

    @property
    def beta_b(self) -> float | None: ...

    @property
    def counts(self) -> tuple[int, ...] | None: ...


def without_surplus(session: Session, rows: list[TrialRow], total: int) -> list[TrialRow]:
    """Removes the last trials that nobody has begun, down to ``total``."""
    kept, surplus = [], max(0, len(rows) - total)
    for row in reversed(rows):
        untouched = row.finished_at is None and row.worker_id is None and row.attempts == 0
        if surplus and untouched:
            session.delete(row)
            surplus -= 1
        else:
            kept.append(row)
    session.flush()
    return kept[::-1]


def missing(
    rows: Sequence[TrialRow], seeds: Sequence[SeedPoint], steps: Sequence[int], total: int
) -> list[dict[str, Any]]:
    """What has to be added so that there are ``total`` trials."""
    have = {(row.label, row.steps) for row in rows}
    room = total - len(rows)
    added: list[dict[str, Any]] = [
        {
            "label": s.label,
            "steps": s.steps,
            "beta_a": s.beta_a,
            "beta_b": s.beta_b,
            "counts": None if s.counts is None else list(s.counts),
        }
        for s in seeds
        if (s.label, s.steps) not in have
    ][: max(0, room)]
    shares = Counter([row.steps for row in rows] + [row["steps"] for row in added])
    for _ in range(room - len(added)):
        fewest = min(steps, key=lambda count: shares[count])
        shares[fewest] += 1
        added.append({"label": SEARCHED, "steps": fewest})
    return added
