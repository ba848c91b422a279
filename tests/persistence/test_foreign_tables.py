"""Tables of other programs: Optuna's are welcome, what collides is refused and left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine, inspect

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.foreign_tables import check_foreign_tables
from mdm_opt.persistence.optuna_tables import make_tables

OURS, THEIRS = "mdm_models (id int)", "version_info (library_version text)"


def test_a_version_table_of_another_program_is_refused_and_left_alone(tmp_path):
    """Optuna would take it for its own."""
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection, connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('theirs')")
    with pytest.raises(InputError, match="another program uses the table 'alembic_version'"):
        Repository(f"sqlite:///{tmp_path}/r.db", create=True)
    with closing(sqlite3.connect(tmp_path / "r.db")) as connection:
        kept = connection.execute("select version_num from alembic_version").fetchall()
        tables = connection.execute("select name from sqlite_master").fetchall()
    assert (kept, tables) == ([("theirs",)], [("alembic_version",)])


def check(*tables, ours=False, version=None, adopt=False):
    """Looks at a database with these tables."""
    with create_engine("sqlite://").connect() as connection:
        for table in tables:
            connection.exec_driver_sql(f"CREATE TABLE {table}")
        if version is not None:
            connection.exec_driver_sql("INSERT INTO version_info VALUES (?)", (version,))
        check_foreign_tables(inspect(connection), connection, "here.db", ours=ours, adopt=adopt)


def test_tables_of_other_names_are_welcome():
    check()
    check("users (id int)", "their_mdm_models (id int)", adopt=True)


def test_what_optuna_of_this_major_version_has_made_is_welcome(tmp_path):
    check(THEIRS, "studies (id int)", "alembic_version (version_num text)", version="5.99.1")
    # Its first command has been interrupted.
    check(THEIRS, "studies (id int)")
    engine = create_engine(f"sqlite:///{tmp_path}/optuna.db")
    make_tables(engine)
    with engine.connect() as connection:
        check_foreign_tables(inspect(connection), connection, "here.db", ours=False, adopt=False)
    engine.dispose()


def test_tables_of_our_names_are_ours_only_where_our_version_table_says_so():
    strangers = [f"mdm_{letter} (id int)" for letter in "dbca"]
    check(*strangers, ours=True)
    with pytest.raises(InputError) as no:
        check(*strangers, "users (id int)")
    assert str(no.value) == (
        "storage here.db: its tables mdm_a, mdm_b, mdm_c are not mdm-opt's; or give mdm-opt a "
        "database of its own"
    )


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        (["trials (id int)", "users (id int)", "studies (id int)"], "studies"),
        (["version_info (version text)"], "version_info"),
        ([OURS, "alembic_version (version_num text)"], "alembic_version"),
    ],
)
def test_a_name_that_optuna_needs_must_be_free_or_optunas(tables, named):
    with pytest.raises(InputError, match=f"another program uses the table '{named}', which Opt"):
        check(*tables, ours=True)


@pytest.mark.parametrize("version", ["4.2.1", "6.0.0", "50.1"])
def test_another_major_version_of_optuna_is_named_with_what_to_do(version):
    with pytest.raises(InputError, match=rf"Optuna {version} made it, this is Optuna 5; back it"):
        check(THEIRS, "trials (id int)", version=version)


def test_tables_of_another_program_are_named_unless_ours_may_stand_beside():
    many = [f"app_{letter} (id int)" for letter in "fedcba"]
    with pytest.raises(InputError) as caught:
        check(*many)
    assert "tables of another program (app_a, app_b, app_c, app_d, app_e, ...)" in str(
        caught.value
    )
    assert "--adopt" in str(caught.value)
    check(*many, adopt=True)
    check(THEIRS, version="5.0.0")
    with pytest.raises(InputError, match=r"another program \(app_f\)"):
        check(THEIRS, "app_f (id int)", version="5.0.0")


def test_nothing_is_made_in_a_database_of_another_program_unless_it_is_asked_for(tmp_path):
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("create table invoices (id int)")
    before = file.read_bytes()
    url = f"sqlite:///{file}"
    with pytest.raises(InputError, match=r"another program \(invoices\): --adopt makes ours"):
        Repository(url, create=True)
    assert file.read_bytes() == before
    Repository(url, create=True, adopt=True).close()
    # Once they are there, nothing needs to be said again.
    Repository(url, create=True).close()
    with closing(sqlite3.connect(file)) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master")}
    assert {"invoices", "mdm_studies"} <= tables
