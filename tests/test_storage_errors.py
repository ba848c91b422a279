"""What databases raise, in one line; which of it may pass; and waiting for one that is away."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mdm_opt.errors import InputError
from mdm_opt.storage_errors import (
    Patience,
    StorageUnavailable,
    storage_error,
    storage_errors,
    without_password,
)

SHOWN = "postgresql://me@host/db"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:secret@host:5/db", "postgresql+psycopg://me:***@host:5/db"),
        ("postgresql://host/db?password=secret&a=b", "postgresql://host/db?password=***&a=b"),
        ("postgresql://host/db?sslpassword=secret", "postgresql://host/db?sslpassword=***"),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
    ],
)
def test_no_password_is_shown(url, shown):
    found = without_password(make_url(url))
    assert make_url(found) == make_url(shown)
    assert "secret" not in found


class Refusal(Exception):
    """An error of PostgreSQL as its driver raises it."""

    def __init__(self, sqlstate, message="server\nsaid no"):
        super().__init__(message)
        self.sqlstate = sqlstate


def of_driver(kind, origin):
    return kind("SELECT 1", {}, origin)


@pytest.mark.parametrize(
    "error",
    [
        *(
            of_driver(OperationalError, Refusal(state))
            for state in ("08006", "53300", "57P01", "57P03", "40001", "40P01", "55P03", "25P02")
        ),
        of_driver(OperationalError, Refusal(None)),
        of_driver(InterfaceError, Refusal(None)),
        PoolTimeout("no connection"),
        PendingRollbackError("gone"),
    ],
    ids=repr,
)
def test_what_time_may_heal_is_said_to_be_unavailable(error):
    found = storage_error(SHOWN, error)
    assert type(found) is StorageUnavailable
    assert str(found).startswith(f"storage {SHOWN}: ")
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    "error",
    [
        *(of_driver(OperationalError, Refusal(state)) for state in ("28P01", "3D000", "42P01")),
        of_driver(ProgrammingError, Refusal(None)),
        of_driver(OperationalError, sqlite3.OperationalError("disk I/O error")),
        ArgumentError("no such thing"),
    ],
    ids=repr,
)
def test_what_time_does_not_heal_is_refused(error):
    assert type(storage_error(SHOWN, error)) is InputError


def test_a_connection_that_was_cut_in_the_middle_may_come_back():
    error = DatabaseError("SELECT 1", {}, Refusal(None), connection_invalidated=True)
    assert isinstance(storage_error(SHOWN, error), StorageUnavailable)


def test_the_drivers_own_words_are_said_in_one_line_and_the_query_is_not():
    found = storage_error(SHOWN, of_driver(OperationalError, Refusal("08006")))
    assert str(found) == f"storage {SHOWN}: server said no"


def test_a_database_that_fails_is_an_error_of_input(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    with (
        pytest.raises(InputError, match=r"^storage a\.db: no such table: nowhere$") as caught,
        storage_errors("a.db"),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT * FROM nowhere"))
    engine.dispose()
    assert type(caught.value) is InputError
    assert caught.value.exit_code == 2
    assert isinstance(caught.value.__cause__, OperationalError)


def test_other_errors_are_let_through():
    with pytest.raises(KeyError, match="mine"), storage_errors(SHOWN):
        raise KeyError("mine")


class Away:
    """A database that answers from some call on."""

    def __init__(self, calls):
        self.left = calls

    def __call__(self):
        self.left -= 1
        if self.left >= 0:
            raise StorageUnavailable("storage x: away")
        return "answer"


def test_a_call_is_repeated_with_growing_pauses_and_the_waiting_is_said_once():
    pauses, said = [], []
    patience = Patience(pause=pauses.append, report=said.append)
    assert patience(Away(9)) == "answer"
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0])
    assert said == ["storage x: away; waiting for it"]


def test_nothing_is_waited_for_or_said_where_the_answer_comes():
    pauses, said = [], []
    assert Patience(pause=pauses.append, report=said.append)(lambda: 3) == 3
    assert (pauses, said) == ([], [])


def test_patience_ends():
    pauses = []
    with pytest.raises(StorageUnavailable, match="away"):
        Patience(seconds=0.05, pause=pauses.append)(Away(1))
    assert pauses == []


def test_errors_that_do_not_pass_are_raised_at_once():
    def refuse():
        raise InputError("no such table")

    with pytest.raises(InputError, match="no such table"):
        Patience(pause=lambda _: pytest.fail("it waited"))(refuse)


def test_a_pause_may_give_up():
    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Patience(pause=interrupted)(Away(1))
