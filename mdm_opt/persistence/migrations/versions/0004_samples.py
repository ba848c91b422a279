"""Samples to look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mdm_samples",
        sa.Column(
            "measurement_id",
            sa.Integer,
            sa.ForeignKey("mdm_measurements.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("instance", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
    )
