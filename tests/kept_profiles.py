"""Information profiles of a model that are kept in a database."""

from __future__ import annotations

from records import MODEL
from sqlalchemy import text

from mdm_opt.persistence import MeasuredSequence, ProfileKey

KEY = ProfileKey(MODEL, "text", seed=2**63 - 1, boundaries=3, orders=2)

KNOWN = [0, 2, 3]

TABLES = ("mdm_profiles", "mdm_profile_sequences", "mdm_profile_values")


def sequence(number, first=1.0, calls=6, seconds=0.25):
    """A measured sequence; what its values are follows from its number."""
    return MeasuredSequence(number, [first + number, 1 / 3, 0.0], calls, seconds)


def add(profiles, *numbers, key=KEY, **changes):
    profiles.add(key, KNOWN, [sequence(number, **changes) for number in numbers])


def count(repository):
    """Rows of profiles, sequences and values."""
    with repository.transaction() as session:
        return tuple(session.scalar(text(f"select count(*) from {t}")) for t in TABLES)  # noqa: S608
