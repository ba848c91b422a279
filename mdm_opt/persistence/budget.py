"""Which trials a budget has: what is added to those there are, and what is taken away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mdm_opt.candidates import Candidate, Seed
from mdm_opt.persistence.tables import TrialRow

SEARCHED = "search"


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
    rows: Sequence[TrialRow], seeds: Sequence[Seed], steps: Sequence[int], total: int
) -> list[tuple[str, int, Candidate | None]]:
    """Label, step count and candidate of what has to be added so that there are ``total`` trials.

    Seeds that are not there yet come first; what is searched has no candidate yet.
    """
    have = {(row.label, row.steps) for row in rows}
    room = total - len(rows)
    new = [seed for seed in seeds if (seed.label, seed.candidate.steps) not in have]
    added: list[tuple[str, int, Candidate | None]] = [
        (seed.label, seed.candidate.steps, seed.candidate) for seed in new[: max(0, room)]
    ]
    shares = Counter([row.steps for row in rows] + [count for _, count, _ in added])
    for _ in range(room - len(added)):
        fewest = min(steps, key=lambda count: shares[count])
        shares[fewest] += 1
        added.append((SEARCHED, fewest, None))
    return added
