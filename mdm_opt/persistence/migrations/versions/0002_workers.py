"""Models, workers, the trials of a budget, exported schedules."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _models()
    _workers_and_trials()
    _measurements()
    op.create_table(
        "mdm_exports",
        sa.Column("id", sa.Integer, primary_key=True),
        _study_id(),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("schedule", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_mdm_exports_study_id", "mdm_exports", ["study_id"])


def _study_id() -> sa.Column[int]:
    return sa.Column(
        "study_id",
        sa.Integer,
        sa.ForeignKey("mdm_studies.id", ondelete="CASCADE"),
        nullable=False,
    )


def _worker_id() -> sa.Column[int]:
    return sa.Column("worker_id", sa.Integer, sa.ForeignKey("mdm_workers.id", ondelete="SET NULL"))


def _models() -> None:
    models = op.create_table(
        "mdm_models",
        sa.Column("fingerprint", sa.String(128), primary_key=True),
        sa.Column("source", sa.JSON, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("vocab_size", sa.Integer),
        sa.Column("mask_token_id", sa.Integer),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    studies = op.get_bind().execute(
        sa.text(
            "SELECT model_fingerprint, model_length, study_file, created_at FROM mdm_studies "
            "ORDER BY id"
        ).columns(created_at=sa.DateTime)
    )
    first = {row.model_fingerprint: row for row in reversed(studies.all())}
    rows = [
        {
            "fingerprint": fingerprint,
            "source": json.loads(row.study_file)["model"],
            "length": row.model_length,
            "created_at": row.created_at,
        }
        for fingerprint, row in first.items()
    ]
    if rows:
        op.bulk_insert(models, rows)
    with op.batch_alter_table("mdm_studies") as table:
        table.drop_column("model_length")
        table.add_column(
            sa.Column("objective_fingerprint", sa.String(128), nullable=False, server_default="")
        )
        table.create_foreign_key(
            "fk_mdm_studies_model", "mdm_models", ["model_fingerprint"], ["fingerprint"]
        )


def _workers_and_trials() -> None:
    op.create_table(
        "mdm_workers",
        sa.Column("id", sa.Integer, primary_key=True),
        _study_id(),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("package_version", sa.String(32), nullable=False),
        sa.Column("grace_seconds", sa.Float(53), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("heartbeat_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("ended", sa.String(16)),
    )
    op.create_index("ix_mdm_workers_study_id", "mdm_workers", ["study_id"])
    op.create_table(
        "mdm_trials",
        sa.Column("id", sa.Integer, primary_key=True),
        _study_id(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("beta_a", sa.Float(53)),
        sa.Column("beta_b", sa.Float(53)),
        sa.Column("trial_number", sa.Integer),
        _worker_id(),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_error", sa.Text),
        sa.Column("started_at", sa.DateTime),
        sa.Column("finished_at", sa.DateTime),
        sa.UniqueConstraint("study_id", "position", name="uq_mdm_trials_position"),
        sa.UniqueConstraint("study_id", "trial_number", name="uq_mdm_trials_number"),
    )
    op.create_index("ix_mdm_trials_worker_id", "mdm_trials", ["worker_id"])
    # What has been measured is finished; the rest of the budget is added when the study is opened.
    op.execute(
        "INSERT INTO mdm_trials (study_id, position, label, steps, beta_a, beta_b, trial_number, "
        "attempts, finished_at) "
        "SELECT study_id, row_number() OVER (PARTITION BY study_id ORDER BY trial_number) - 1, "
        "label, steps, beta_a, beta_b, trial_number, 1, created_at "
        "FROM mdm_measurements WHERE role = 'search' AND trial_number IS NOT NULL"
    )


def _measurements() -> None:
    with op.batch_alter_table(
        "mdm_measurements", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(sa.Column("worker_id", sa.Integer))
        table.create_foreign_key(
            "fk_mdm_measurements_worker",
            "mdm_workers",
            ["worker_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_unique_constraint("uq_mdm_measurements_number", ["study_id", "trial_number"])
