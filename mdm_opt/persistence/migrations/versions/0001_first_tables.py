"""Studies, measurements and per-instance scores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mdm_studies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("study_file", sa.Text, nullable=False),
        sa.Column("identity_hash", sa.String(64), nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("model_fingerprint", sa.String(128), nullable=False),
        sa.Column("model_length", sa.Integer, nullable=False),
        sa.Column("objective", sa.String(255), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("deterministic", sa.Boolean, nullable=False),
        sa.Column("package_version", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "mdm_measurements",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "study_id",
            sa.Integer,
            sa.ForeignKey("mdm_studies.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("trial_number", sa.Integer),
        sa.Column("budget_steps", sa.Integer, nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("schedule", sa.String(32), nullable=False),
        sa.Column("beta_a", sa.Float(53)),
        sa.Column("beta_b", sa.Float(53)),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("standard_error", sa.Float(53), nullable=False),
        sa.Column("instances", sa.Integer, nullable=False),
        sa.Column("nfe", sa.Float(53), nullable=False),
        sa.Column("feasible", sa.Boolean, nullable=False),
        sa.Column("guards", sa.JSON, nullable=False),
        sa.Column("sequence_calls", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_mdm_measurements_study_role",
        "mdm_measurements",
        ["study_id", "role", "budget_steps"],
    )
    op.create_table(
        "mdm_scores",
        sa.Column(
            "measurement_id",
            sa.Integer,
            sa.ForeignKey("mdm_measurements.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("instance", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("score", sa.Float(53), nullable=False),
    )
