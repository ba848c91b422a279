"""What the accounts of workers may do in a PostgreSQL database."""

from __future__ import annotations

import re

from sqlalchemy import text

from mdm_opt.errors import InputError
from mdm_opt.persistence.database import make_engine
from mdm_opt.persistence.location import shown
from mdm_opt.storage_errors import storage_errors

# What workers do to our tables, besides reading all of them. A study names code and models that
# workers load, so they must not change one; nor what has been measured.
WORKER_RIGHTS = {
    "mdm_workers": "INSERT, UPDATE",
    "mdm_trials": "UPDATE",
    "mdm_candidates": "INSERT",
    "mdm_parameters": "INSERT",
    "mdm_counts": "INSERT",
    "mdm_measurements": "INSERT",
    "mdm_scores": "INSERT",
    "mdm_samples": "INSERT",
}


def grant_to_workers(url: str, role: str, others: dict[str, str]) -> None:
    """Gives a role what workers need: to read everything, and to write what they write.

    Args:
        url: of a PostgreSQL database, as the owner of its tables.
        role: that workers connect as.
        others: rights by table, on Optuna's tables.

    Raises:
        InputError: where there is no such role, or the right to grant is missing.
    """
    engine = make_engine(url)
    quoted = engine.dialect.identifier_preparer.quote(role)
    rights = WORKER_RIGHTS | others
    try:
        with storage_errors(shown(url)), engine.begin() as connection:
            for what in ("SELECT ON ALL TABLES", "USAGE ON ALL SEQUENCES"):
                connection.execute(text(f"GRANT {what} IN SCHEMA public TO {quoted}"))
            for table, right in rights.items():
                connection.execute(text(f"GRANT {right} ON {table} TO {quoted}"))
            # Who may not grant is only warned by the server.
            has = text("SELECT has_any_column_privilege(:role, :table, :right)")
            for table, right in rights.items():
                for word in re.findall(r"[A-Z]+", f"SELECT, {right}"):
                    asked = {"role": role, "table": table, "right": word}
                    if not connection.scalar(has, asked):
                        raise InputError(
                            f"storage {shown(url)}: permission denied to grant {word} on {table}; "
                            "connect as the owner of the tables"
                        )
    finally:
        engine.dispose()
