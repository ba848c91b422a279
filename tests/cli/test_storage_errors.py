"""Databases that cannot be used: one line, exit code 2, nothing written, no password shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from postgres import execute, fresh_database, private_server
from records import snapshot
from sqlalchemy import make_url
from study_files import write_study

from mdm_opt.cli.main import main
from mdm_opt.persistence import TrialQueue
from mdm_opt.server.embedded import EmbeddedServer

PASSWORD = "s3cr3t"  # noqa: S105
BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def invoke(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert PASSWORD not in result.output
    assert "Traceback" not in result.output
    return result


def refused(folder: Path, url: str, message: str) -> None:
    """Every command that opens a database says the message in one line, and changes nothing."""
    path = write_study(folder)
    for command in (
        ("run", path),
        ("study", "create", path),
        ("profile", path),
        ("study", "list"),
        ("study", "delete", "sudoku4", "--yes"),
        ("best", "sudoku4"),
        ("verify", "sudoku4"),
        ("worker", "sudoku4"),
    ):
        result = invoke(*command, "--storage", url)
        assert result.exit_code == 2, (command, result.output)
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        assert line.startswith("error: ")
        assert message in line, command


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def used(url: str, tmp_path: Path) -> str:
    """The URL of a database with a study in it."""
    assert invoke("study", "create", write_study(tmp_path), "--storage", url).exit_code == 0
    return url


URLS = {
    "no port": (f"postgresql://me:{PASSWORD}@host:port/db", "cannot be read"),
    "no name of a backend": (f"a b://me:{PASSWORD}@host/db", "cannot be read"),
    "an @ in the password": (f"postgresql://me:p@{PASSWORD}@host/db", "percent-encoded"),
    "MySQL": (f"mysql://me:{PASSWORD}@host/db", "MySQL and MariaDB have not been made safe"),
    "MySQL's driver": (f"mysql+pymysql://me:{PASSWORD}@host/db", "MySQL and MariaDB"),
    "MongoDB": (f"mongodb://me:{PASSWORD}@host/db", "'mongodb' is no database that mdm-opt knows"),
    "psycopg 2": (f"postgresql+psycopg2://me:{PASSWORD}@host/db", "not 'psycopg2'"),
    "no database": (f"postgresql://me:{PASSWORD}@host", "it names no database"),
    "an empty database": (f"postgresql://me:{PASSWORD}@host/", "it names no database"),
    "password in the query": (f"postgresql://host?password={PASSWORD}", "it names no database"),
    "memory": ("sqlite://", "a file is needed"),
    "memory by name": ("sqlite:///:memory:", "a file is needed"),
    "memory by URI": ("sqlite:///file:x?mode=memory&uri=true", "a file is needed"),
    "SQLite with a host": (f"sqlite://me:{PASSWORD}@host/x.db", "a file is needed"),
    "SQLite's other driver": ("sqlite+aiosqlite:///x.db", "is no database that mdm-opt knows"),
    "nothing": ("://", "cannot be read"),
}


@pytest.mark.parametrize("case", URLS)
def test_urls_of_something_else(tmp_path: Path, case: str) -> None:
    refused(tmp_path, *URLS[case])
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"postgresql://me:{PASSWORD}@127.0.0.1:1/db", "port 1 failed: Connection refused"),
        (
            f"postgresql://me@127.0.0.1:1/db?password={PASSWORD}",
            "port 1 failed: Connection refused",
        ),
        (f"postgresql://me:{PASSWORD}@/db?host=/nowhere", '.s.PGSQL.5432" failed: No such file'),
    ],
)
def test_servers_that_are_not_there(tmp_path: Path, url: str, message: str) -> None:
    pytest.importorskip("psycopg")
    refused(tmp_path, url, message)


@pytest.mark.postgres
def test_a_database_that_is_not_there(tmp_path: Path, postgres_url: str) -> None:
    url = make_url(postgres_url).set(database="nosuch", password=PASSWORD)
    refused(tmp_path, url.render_as_string(False), 'database "nosuch" does not exist')


def test_a_missing_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    message = "needs the driver psycopg 3: pip install 'mdm-opt[postgres]'"
    refused(tmp_path, f"postgresql://me:{PASSWORD}@host/db", message)


@dataclass(frozen=True)
class Guarded:
    """A server that asks one of its roles for a password.

    Attributes:
        server: it.
        url: of a database of that role, without a password.
    """

    server: EmbeddedServer
    url: str

    def with_password(self, password: str) -> str:
        return make_url(self.url).set(password=password).render_as_string(False)


@pytest.fixture(scope="module")
def guarded_server() -> Iterator[EmbeddedServer]:
    with private_server() as server:
        url = server.start()
        execute(url, f"CREATE ROLE tuner LOGIN PASSWORD '{PASSWORD}'")
        rules = server.folder / "pg_hba.conf"
        rules.write_text("local all tuner scram-sha-256\n" + rules.read_text())
        execute(url, "SELECT pg_reload_conf()")
        yield server


@pytest.fixture
def guarded(guarded_server: EmbeddedServer) -> Iterator[Guarded]:
    with fresh_database(guarded_server) as url:
        name = make_url(url).database
        execute(url, f"ALTER DATABASE {name} OWNER TO tuner")
        yield Guarded(guarded_server, make_url(url).set(username="tuner").render_as_string(False))


@pytest.mark.postgres
def test_a_wrong_password(tmp_path: Path, guarded: Guarded) -> None:
    for wrong in (f"{PASSWORD}x", quote(f"{PASSWORD}@/:%")):
        url = guarded.with_password(wrong)
        refused(tmp_path, url, 'password authentication failed for user "tuner"')
    refused(tmp_path, guarded.url, "no password supplied")


@pytest.mark.postgres
def test_a_role_that_may_make_no_tables(tmp_path: Path, guarded: Guarded) -> None:
    name = make_url(guarded.url).database
    execute(guarded.server.start(), f"ALTER DATABASE {name} OWNER TO postgres")
    url = guarded.with_password(PASSWORD)
    result = invoke("study", "create", write_study(tmp_path), "--storage", url)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "permission denied for schema public" in line
    assert snapshot(url) == {}


@pytest.mark.cases(1)
@pytest.mark.postgres
@pytest.mark.parametrize("way", ["option", "variable", "query"])
def test_a_password_stays_where_it_was_given(
    tmp_path: Path, guarded: Guarded, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    url = guarded.with_password(PASSWORD)
    if way == "query":
        url = make_url(guarded.url).update_query_dict({"password": PASSWORD}).render_as_string()
    given: tuple[str, ...] = ("--storage", url)
    if way == "variable":
        monkeypatch.setenv("MDM_OPT_STORAGE", url)
        given = ()
    path = write_study(tmp_path)
    file = tmp_path / "schedule.json"
    for command in (
        ("study", "create", path),
        ("study", "create", path, "--json"),
        ("run", path),
        ("worker", "sudoku4"),
        ("verify", "sudoku4"),
        ("best", "sudoku4", "--json"),
        ("study", "show", "sudoku4"),
        ("study", "list"),
        ("export", "sudoku4", "--out", file),
    ):
        result = invoke(*command, *given)
        assert result.exit_code == 0, result.output
        if command[0] == "run":
            hint = next(line for line in result.stdout.splitlines() if line.startswith("next: "))
            assert ("--storage" in hint) == (way != "variable")
    tables = snapshot(url)
    assert {"mdm_studies", "mdm_workers", "mdm_trials", "trials"} <= set(tables)
    assert all(rows for name, (*_, rows) in tables.items() if name == "mdm_measurements")
    assert PASSWORD not in repr(tables)
    assert PASSWORD not in file.read_text()
    assert not [
        found
        for found in tmp_path.iterdir()
        if found.is_file() and PASSWORD.encode() in found.read_bytes()
    ]


@pytest.mark.postgres
def test_a_server_that_goes_away_in_the_middle_of_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = TrialQueue.progress
    with private_server() as server, fresh_database(server) as url:
        with_password = make_url(url).set(password=PASSWORD).render_as_string(False)
        create = ("study", "create", write_study(tmp_path), "--storage", with_password)
        assert invoke(*create).exit_code == 0
        before = snapshot(url)

        def gone(queue: TrialQueue) -> object:
            server.stop()
            return progress(queue)

        for command in (("study", "list"), ("study", "show", "sudoku4")):
            server.start()
            with monkeypatch.context() as patch:
                patch.setattr(TrialQueue, "progress", gone)
                result = invoke(*command, "--storage", with_password)
            assert result.exit_code == 2
            (line,) = result.stderr.splitlines()
            assert line.startswith("error: storage postgresql+psycopg://postgres:***@/t_")
            assert "connection" in line
        server.start()
        assert snapshot(url) == before


def change(url: str, *statements: str) -> None:
    for statement in statements:
        execute(url, statement)


def test_a_newer_schema_of_ours(tmp_path: Path, used: str) -> None:
    change(used, "UPDATE mdm_alembic_version SET version_num = '9999'")
    before = snapshot(used)
    refused(tmp_path, used, "schema '9999' is newer than this version of mdm-opt knows")
    assert snapshot(used) == before


@pytest.mark.postgres
def test_an_older_schema_on_a_server(tmp_path: Path, postgres_url: str) -> None:
    invoke("study", "create", write_study(tmp_path), "--storage", postgres_url)
    change(postgres_url, "UPDATE mdm_alembic_version SET version_num = '0001'")
    before = snapshot(postgres_url)
    message = "back it up, stop its workers, then run 'mdm-opt storage upgrade'"
    refused(tmp_path, postgres_url, message)
    assert snapshot(postgres_url) == before


def test_a_newer_schema_of_optunas(tmp_path: Path, used: str) -> None:
    change(used, "UPDATE alembic_version SET version_num = 'v9.9.9.a'")
    before = snapshot(used)
    for command in (
        ("run", tmp_path / "study.toml"),
        ("worker", "sudoku4"),
        ("verify", "sudoku4"),
        ("study", "delete", "sudoku4", "--yes"),
    ):
        result = invoke(*command, "--storage", used)
        assert result.exit_code == 2, (command, result.output)
        (line,) = result.stderr.splitlines()
        assert "optuna" in line.lower()
        assert snapshot(used) == before


def optunas(url: str) -> None:
    """Makes a database that Optuna alone has used."""
    import optuna
    from optuna.storages import RDBStorage

    storage = RDBStorage(url)
    optuna.create_study(storage=storage, study_name="theirs")
    storage.scoped_session.remove()
    storage.engine.dispose()


def test_a_newer_schema_of_optunas_without_ours(tmp_path: Path, url: str) -> None:
    optunas(url)
    change(url, "UPDATE alembic_version SET version_num = 'v9.9.9.a'")
    before = snapshot(url)
    result = invoke("run", write_study(tmp_path), "--storage", url)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "optuna" in line.lower()
    after = snapshot(url)
    assert {name: after[name] for name in before} == before
    # Our tables may have been made by then; nothing is in them.
    assert all(not after[name][-1] for name in after.keys() - before - {"mdm_alembic_version"})


def test_a_database_of_optuna_4(tmp_path: Path, url: str) -> None:
    optunas(url)
    change(url, "UPDATE version_info SET library_version = '4.5.0'")
    before = snapshot(url)
    message = (
        "Optuna 4.5.0 made it, this is Optuna 5; back it up and run 'optuna storage upgrade "
        "--storage URL'; or give mdm-opt a database of its own"
    )
    refused(tmp_path, url, message)
    assert snapshot(url) == before


def test_a_database_of_the_same_optuna_is_shared(tmp_path: Path, url: str) -> None:
    optunas(url)
    result = invoke("run", write_study(tmp_path), "--storage", url)
    assert result.exit_code == 0, result.output
    names = {row[1] for row in snapshot(url)["studies"][-1]}
    assert names == {"theirs", "sudoku4"}


STRANGERS = {
    "Optuna's name": (
        ("CREATE TABLE trials (their_id integer)", "INSERT INTO trials VALUES (7)"),
        "another program uses the table 'trials', which Optuna needs",
    ),
    "our name": (
        ("CREATE TABLE mdm_studies (their_id integer)", "INSERT INTO mdm_studies VALUES (7)"),
        "its tables mdm_studies are not mdm-opt's",
    ),
    "their Alembic": (
        (
            "CREATE TABLE alembic_version (version_num varchar(32))",
            "INSERT INTO alembic_version VALUES ('1975ea83b712')",
        ),
        "another program uses the table 'alembic_version', which Optuna needs",
    ),
    "their version": (
        ("CREATE TABLE version_info (version integer)",),
        "another program uses the table 'version_info', which Optuna needs",
    ),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_tables_of_another_program(tmp_path: Path, url: str, case: str) -> None:
    statements, message = STRANGERS[case]
    change(url, *statements)
    before = snapshot(url)
    refused(tmp_path, url, message)
    assert snapshot(url) == before


def test_tables_of_other_names_are_left_alone(tmp_path: Path, url: str) -> None:
    change(url, "CREATE TABLE theirs (x integer)", "INSERT INTO theirs VALUES (7)")
    before = snapshot(url)
    path = write_study(tmp_path)
    refused_one = invoke("run", path, "--storage", url)
    assert refused_one.exit_code == 2
    assert "tables of another program (theirs): --adopt makes ours beside" in refused_one.stderr
    assert snapshot(url) == before
    assert invoke("run", path, "--storage", url, "--adopt").exit_code == 0
    assert snapshot(url)["theirs"] == before["theirs"]
