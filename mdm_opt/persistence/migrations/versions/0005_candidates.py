"""Candidates with their parameters as rows, model calls of instances, profiles of studies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A study, and what its candidate is made of: family, steps, parameters, counts.
_Candidate = tuple[int, str, int, tuple[tuple[str, float], ...], tuple[int, ...]]


def upgrade() -> None:
    _new_tables()
    op.add_column("mdm_trials", sa.Column("candidate_id", sa.Integer))
    op.add_column("mdm_measurements", sa.Column("candidate_id", sa.Integer))
    op.add_column("mdm_scores", sa.Column("calls", sa.Float(53)))
    op.add_column(
        "mdm_models",
        sa.Column("process", sa.String(16), nullable=False, server_default="masked"),
    )
    _fill_candidates()
    _fill_calls()
    _fill_profiles()
    _drop_columns()


def _new_tables() -> None:
    op.create_table(
        "mdm_study_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "study_id",
            sa.Integer,
            sa.ForeignKey("mdm_studies.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("before", sa.String(128), nullable=False),
        sa.Column("after", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_mdm_study_changes_study_id", "mdm_study_changes", ["study_id"])
    op.create_table(
        "mdm_candidates",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "study_id",
            sa.Integer,
            sa.ForeignKey("mdm_studies.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
    )
    op.create_index("ix_mdm_candidates_study_id", "mdm_candidates", ["study_id"])
    op.create_table(
        "mdm_parameters",
        _candidate_key(),
        sa.Column("part", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("number", sa.Float(53)),
        sa.Column("text", sa.Text),
    )
    op.create_table(
        "mdm_counts",
        _candidate_key(),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "mdm_study_profiles",
        sa.Column(
            "study_id",
            sa.Integer,
            sa.ForeignKey("mdm_studies.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("profile_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["profile_id", "sequence"],
            ["mdm_profile_sequences.profile_id", "mdm_profile_sequences.sequence"],
            ondelete="CASCADE",
        ),
    )


def _candidate_key() -> sa.Column[int]:
    return sa.Column(
        "candidate_id",
        sa.Integer,
        sa.ForeignKey("mdm_candidates.id", ondelete="CASCADE"),
        primary_key=True,
    )


class _Candidates:
    """Makes the rows of candidates; the same one of a study gets one row."""

    def __init__(self) -> None:
        self._connection = op.get_bind()
        tables = sa.MetaData()
        names = ("mdm_candidates", "mdm_parameters", "mdm_counts")
        tables.reflect(self._connection, only=names)
        self._candidates, self._parameters, self._counts = (tables.tables[n] for n in names)
        self._known: dict[_Candidate, int] = {}

    def id_of(self, candidate: _Candidate) -> int:
        """The row of a candidate."""
        if candidate not in self._known:
            self._known[candidate] = self._made(candidate)
        return self._known[candidate]

    def _made(self, candidate: _Candidate) -> int:
        study, family, steps, parameters, counts = candidate
        row = self._candidates.insert().values(study_id=study, family=family, steps=steps)
        made: int = self._connection.execute(row.returning(self._candidates.c.id)).scalar_one()
        of = {"candidate_id": made}
        self._insert(
            self._parameters,
            (of | {"part": "family", "name": n, "number": v} for n, v in parameters),
        )
        self._insert(
            self._counts, (of | {"step": step, "tokens": n} for step, n in enumerate(counts))
        )
        return made

    def _insert(self, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
        found = list(rows)
        if found:
            self._connection.execute(table.insert(), found)


def _fill_candidates() -> None:
    candidates = _Candidates()
    by_number: dict[tuple[int, int | None], int] = {}
    columns = "id, study_id, steps, beta_a, beta_b, counts"
    for row in _rows(f"SELECT {columns}, trial_number FROM mdm_trials ORDER BY id"):  # noqa: S608
        if row["counts"] is None and row["beta_a"] is None:
            continue
        family = "beta" if row["counts"] is None else "free"
        found = candidates.id_of(_candidate(row, family))
        _set_candidate("mdm_trials", row["id"], found)
        by_number[row["study_id"], row["trial_number"]] = found
    for row in _rows(
        f"SELECT {columns}, schedule, role, trial_number FROM mdm_measurements ORDER BY id"  # noqa: S608
    ):
        number = (row["study_id"], row["trial_number"])
        same = row["role"] == "search" and row["trial_number"] is not None
        found = by_number[number] if same and number in by_number else 0
        _set_candidate(
            "mdm_measurements",
            row["id"],
            found or candidates.id_of(_candidate(row, str(row["schedule"]))),
        )


def _rows(query: str) -> list[Mapping[str, Any]]:
    asked = sa.text(query).columns(counts=sa.JSON)
    return [dict(row) for row in op.get_bind().execute(asked).mappings()]


def _candidate(row: Mapping[str, Any], family: str) -> _Candidate:
    parameters = tuple((name, row[name]) for name in ("beta_a", "beta_b") if family == "beta")
    counts = tuple(row["counts"]) if family == "free" else ()
    return row["study_id"], family, row["steps"], parameters, counts


def _set_candidate(table: str, row_id: int, candidate_id: int) -> None:
    op.get_bind().execute(
        sa.text(f"UPDATE {table} SET candidate_id = :candidate WHERE id = :id"),  # noqa: S608
        {"candidate": candidate_id, "id": row_id},
    )


def _fill_calls() -> None:
    """Under fixed reveal all instances cost the same; of others only the mean was kept."""
    for study_id, file in _study_files():
        if file.get("sampler", {}).get("reveal", "fixed") == "fixed":
            op.get_bind().execute(
                sa.text(
                    "UPDATE mdm_scores SET calls = (SELECT m.nfe FROM mdm_measurements m "
                    "WHERE m.id = mdm_scores.measurement_id) WHERE measurement_id IN "
                    "(SELECT id FROM mdm_measurements WHERE study_id = :study)"
                ),
                {"study": study_id},
            )


def _fill_profiles() -> None:
    """Studies take all sequences of the profile that they have found until now."""
    for study_id, file in _study_files():
        profile = file.get("profile", {})
        asked = "profile" in file["search"].get("seeds", ["profile"])
        if not profile or not (asked or file["space"].get("family") == "free"):
            continue
        references = profile.get("references") or file["objective"].get("references", "model")
        op.get_bind().execute(
            sa.text(
                "INSERT INTO mdm_study_profiles (study_id, profile_id, sequence) "
                "SELECT :study, s.profile_id, s.sequence FROM mdm_profile_sequences s "
                "WHERE s.profile_id = (SELECT p.id FROM mdm_profiles p "
                "JOIN mdm_studies t ON t.model_fingerprint = p.model_fingerprint "
                "JOIN mdm_models m ON m.fingerprint = p.model_fingerprint "
                "WHERE t.id = :study AND (p.references_fingerprint = '') = :own "
                "AND p.seed = :seed AND p.orders = :orders AND p.boundaries = "
                "CASE WHEN m.length < :boundaries THEN m.length ELSE :boundaries END "
                "ORDER BY (SELECT COUNT(*) FROM mdm_profile_sequences q "
                "WHERE q.profile_id = p.id) DESC, p.id LIMIT 1)"
            ),
            {"study": study_id, "own": references == "model"}
            | {key: profile[key] for key in ("seed", "orders", "boundaries")},
        )


def _study_files() -> list[tuple[int, dict[str, Any]]]:
    rows = op.get_bind().execute(sa.text("SELECT id, study_file FROM mdm_studies ORDER BY id"))
    return [(row.id, json.loads(row.study_file)) for row in rows]


def _drop_columns() -> None:
    with op.batch_alter_table("mdm_trials") as table:
        for name in ("beta_a", "beta_b", "counts"):
            table.drop_column(name)
        table.create_foreign_key(
            "fk_mdm_trials_candidate", "mdm_candidates", ["candidate_id"], ["id"]
        )
        table.create_index("ix_mdm_trials_candidate_id", ["candidate_id"])
    with op.batch_alter_table(
        "mdm_measurements", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        for name in ("steps", "schedule", "beta_a", "beta_b", "counts"):
            table.drop_column(name)
        table.alter_column("candidate_id", existing_type=sa.Integer, nullable=False)
        table.create_foreign_key(
            "fk_mdm_measurements_candidate", "mdm_candidates", ["candidate_id"], ["id"]
        )
        table.create_index("ix_mdm_measurements_candidate_id", ["candidate_id"])
    with op.batch_alter_table("mdm_models") as table:
        table.drop_column("mask_token_id")
