"""Tables of other programs in the database: Optuna's are welcome, what collides is refused."""

from __future__ import annotations

from sqlalchemy import Connection, Inspector, text

from mdm_opt.errors import InputError

# Names that Optuna's tables take. Its alembic_version has the name that most programs use.
_OPTUNA_TABLES = {
    "studies",
    "study_directions",
    "study_system_attributes",
    "study_user_attributes",
    "trials",
    "trial_heartbeats",
    "trial_intermediate_values",
    "trial_params",
    "trial_system_attributes",
    "trial_user_attributes",
    "trial_values",
    "alembic_version",
}
_OPTUNA_VERSION = "version_info"
_OPTUNA_MAJOR = 5


def check_foreign_tables(
    inspector: Inspector, connection: Connection, shown: str, *, ours: bool, adopt: bool
) -> None:
    """Refuses a database whose tables are not what their names say.

    Args:
        inspector: of the database.
        connection: to it.
        shown: the database as it may be printed.
        ours: whether our own version table says that the ``mdm_`` tables are ours.
        adopt: whether ours may stand beside tables of another program.

    Raises:
        InputError: for tables of another program under our names or Optuna's, and for a database
            that another major version of Optuna has made.
    """
    tables = set(inspector.get_table_names())
    strangers = sorted(name for name in tables if name.startswith("mdm_"))
    if strangers and not ours:
        _refuse(shown, f"its tables {', '.join(strangers[:3])} are not mdm-opt's")
    columns = (
        {column["name"] for column in inspector.get_columns(_OPTUNA_VERSION)}
        if _OPTUNA_VERSION in tables
        else set()
    )
    if "library_version" not in columns:
        taken = sorted(tables & (_OPTUNA_TABLES | {_OPTUNA_VERSION}))
        if taken:
            _refuse(shown, f"another program uses the table {taken[0]!r}, which Optuna needs")
        _check_alone(tables, shown, adopt)
        return
    version = connection.execute(text("SELECT library_version FROM version_info")).scalar()
    major = str(version or _OPTUNA_MAJOR).partition(".")[0]
    if major != str(_OPTUNA_MAJOR):
        _refuse(
            shown,
            f"Optuna {version} made it, this is Optuna {_OPTUNA_MAJOR}; back it up and run "
            "'optuna storage upgrade --storage URL'",
        )
    _check_alone(tables, shown, adopt)


def _check_alone(tables: set[str], shown: str, adopt: bool) -> None:
    """Refuses tables of another program, unless ours may stand beside them."""
    theirs = {name for name in tables if not name.startswith("mdm_")}
    theirs -= _OPTUNA_TABLES | {_OPTUNA_VERSION}
    if theirs and not adopt:
        named = ", ".join(sorted(theirs)[:5]) + (", ..." if len(theirs) > 5 else "")
        _refuse(shown, f"it holds tables of another program ({named}): --adopt makes ours beside")


def _refuse(shown: str, reason: str) -> None:
    raise InputError(f"storage {shown}: {reason}; or give mdm-opt a database of its own")
