"""Runs migrations on the connection that `mdm_opt.persistence.database` hands over."""

from alembic import context

from mdm_opt.persistence.tables import Base

VERSION_TABLE = "mdm_alembic_version"


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Optuna's tables in the same database are none of our business."""
    return kind != "table" or (name or "").startswith("mdm_")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    include_name=is_ours,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
