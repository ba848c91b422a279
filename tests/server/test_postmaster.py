"""The process of a server: where it listens, whether something does, and what a process is."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres import short_folder
from sqlalchemy import make_url

from mdm_opt.server.postmaster import Postmaster, listens, program_name

linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@pytest.fixture
def socket_file():
    """A place for a socket whose path is short enough."""
    folder = short_folder()
    yield folder / "s"
    (folder / "s").unlink(missing_ok=True)
    folder.rmdir()


def test_the_socket_lies_in_its_folder_under_its_port():
    server = Postmaster(7, 5432, "/run/mdm", ready=True)
    assert server.socket_file == Path("/run/mdm/.s.PGSQL.5432")


@pytest.mark.parametrize(
    ("variable", "port", "url"),
    [
        (None, 5432, "postgresql+psycopg://postgres@/postgres?host=/run/mdm"),
        (None, 6000, "postgresql+psycopg://postgres@/postgres?host=/run/mdm&port=6000"),
        # What libpq would take without being told.
        ("6000", 6000, "postgresql+psycopg://postgres@/postgres?host=/run/mdm"),
        ("6000", 5432, "postgresql+psycopg://postgres@/postgres?host=/run/mdm&port=5432"),
    ],
)
def test_the_port_is_named_where_a_client_would_take_another(monkeypatch, variable, port, url):
    monkeypatch.delenv("PGPORT", raising=False)
    if variable is not None:
        monkeypatch.setenv("PGPORT", variable)
    assert Postmaster(7, port, "/run/mdm", ready=True).url == url


@pytest.mark.parametrize("folder", ["/run/it's 100% äö", "/run/a&host=b?c#d", "/run/a+b@c:d"])
def test_any_folder_comes_back_from_the_url(folder):
    url = Postmaster(7, 5432, folder, ready=True).url
    assert make_url(url).query["host"] == folder
    assert make_url(url).database == "postgres"


def test_a_file_is_no_server_and_neither_is_what_a_dead_one_left(socket_file):
    assert not listens(socket_file)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(socket_file))
        assert not listens(socket_file)
        server.listen(5)
        assert listens(socket_file)
    assert socket_file.exists()
    assert not listens(socket_file)
    socket_file.unlink()
    socket_file.touch()
    assert not listens(socket_file)


def wait_in_the_queue(path, clients):
    """Connects clients that nobody accepts."""
    for _ in range(100):
        client = clients.enter_context(socket.socket(socket.AF_UNIX))
        client.setblocking(False)
        client.connect(str(path))


@linux
def test_a_server_whose_queue_is_full_listens_all_the_same(socket_file):
    with socket.socket(socket.AF_UNIX) as server, ExitStack() as clients:
        server.bind(str(socket_file))
        server.listen(0)
        with pytest.raises(BlockingIOError):
            wait_in_the_queue(socket_file, clients)
        assert listens(socket_file)


@linux
def test_a_program_has_the_name_that_the_system_shows(tmp_path):
    assert program_name(os.getpid()) == Path("/proc/self/comm").read_text().rstrip("\n")
    odd = tmp_path / "a) Z (b"
    odd.write_text("#!/bin/sh\necho there\nread -r _\n")
    odd.chmod(0o755)
    process = subprocess.Popen([odd], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"there\n"
    assert program_name(process.pid) == "a) Z (b"
    process.communicate()
    assert program_name(process.pid) is None


@linux
def test_what_has_ended_has_no_name_though_nobody_has_asked_for_its_end():
    process = subprocess.Popen(["true"], stdout=subprocess.PIPE)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert program_name(process.pid) == ""
    process.communicate()
