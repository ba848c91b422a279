"""What writing a sequence says of the profile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("divergence_nats", "entropy_nats", "exchange_nats"):
        op.add_column("mdm_profile_sequences", sa.Column(name, sa.Float(53)))
