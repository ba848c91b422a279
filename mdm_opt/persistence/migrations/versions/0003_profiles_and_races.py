"""Information profiles, races, counts of any shape."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mdm_profiles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "model_fingerprint",
            sa.String(128),
            sa.ForeignKey("mdm_models.fingerprint"),
            nullable=False,
        ),
        sa.Column("references_fingerprint", sa.String(128), nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("boundaries", sa.Integer, nullable=False),
        sa.Column("orders", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint(
            "model_fingerprint",
            "references_fingerprint",
            "seed",
            "boundaries",
            "orders",
            name="uq_mdm_profiles",
        ),
    )
    op.create_table(
        "mdm_profile_sequences",
        sa.Column(
            "profile_id",
            sa.Integer,
            sa.ForeignKey("mdm_profiles.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence_calls", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
    )
    op.create_table(
        "mdm_profile_values",
        sa.Column("profile_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("known", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nats", sa.Float(53), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id", "sequence"],
            ["mdm_profile_sequences.profile_id", "mdm_profile_sequences.sequence"],
            ondelete="CASCADE",
        ),
    )
    op.add_column("mdm_trials", sa.Column("counts", sa.JSON))
    op.add_column("mdm_measurements", sa.Column("rival_number", sa.Integer))
    op.add_column("mdm_measurements", sa.Column("paired_value", sa.Float(53)))
    op.add_column("mdm_measurements", sa.Column("paired_error", sa.Float(53)))
    op.add_column(
        "mdm_measurements",
        sa.Column("stopped_early", sa.Boolean, nullable=False, server_default=sa.false()),
    )
