"""The prompts of samples, and how their model shows them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("prompt", "lines"):
        op.add_column("mdm_samples", sa.Column(name, sa.Text))
