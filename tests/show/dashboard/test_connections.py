"""Connections that are kept open: dropped in time, and in nobody's way."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from attacks import status

from mdm_opt.show.dashboard import connections

HALF = b"GET /api/meta HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
WHOLE = b"GET /api/meta HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"
LARGE = 8 * 2**20
# Limits of 0.5 s are looked at once a second; a busy machine takes its time.
SOON = 5.0


@pytest.fixture
def _short(monkeypatch):
    for name in ("HEADER_SECONDS", "BODY_SECONDS", "IDLE_SECONDS", "UNREAD_SECONDS"):
        monkeypatch.setattr(connections, name, 0.5)


@contextmanager
def serving(application):
    """The port of a server with an application of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = connections.make_server(application, listening, threads=2, most_bytes=2**20)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.end()
        thread.join(20)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive()


def application(environ, start_response):
    """Reads the body, takes as long as the path says, answers much where it says so."""
    path = environ["PATH_INFO"]
    environ["wsgi.input"].read()
    if path == "/slow":
        time.sleep(2.5)
    content = b"x" * (LARGE if path == "/large" else 2)
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


def connected(port, stack, sent=b""):
    one = stack.enter_context(socket.create_connection(("127.0.0.1", int(port)), 20))
    one.sendall(sent)
    return one


def ended(one):
    """Seconds until the server ends a connection, having sent nothing."""
    started = time.monotonic()
    with suppress(ConnectionResetError):
        assert one.recv(1) == b""
    return time.monotonic() - started


def answered(one):
    """Whether the short answer comes; headers and content may come apart."""
    found = b""
    while not found.endswith(b"\r\n\r\nxx"):
        part = one.recv(65536)
        if not part:
            return False
        found += part
    return status(found) == 200


def seconds_to_answer(port):
    started = time.monotonic()
    with ExitStack() as stack:
        assert status(connected(port, stack, WHOLE).recv(65536)) == 200
    return time.monotonic() - started


@pytest.mark.parametrize("count", [130, 300])
def test_half_headers_keep_nobody_out(board, count):
    """With the times that everybody has; 130 locked everybody out for two minutes."""
    with ExitStack() as stack:
        for _ in range(count):
            connected(board.port, stack, HALF)
        for _ in range(5):
            assert seconds_to_answer(board.port) < SOON
    assert seconds_to_answer(board.port) < SOON


@pytest.mark.parametrize("kept", ["silent", "half", "body"])
def test_a_crowd_that_comes_again_keeps_nobody_out(kept, monkeypatch):
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 20)
    sent = {"silent": b"", "half": HALF, "body": BODY}[kept]
    with serving(application) as port, ExitStack() as stack:
        for _ in range(10):
            crowd = [connected(port, stack, sent) for _ in range(25)]
            assert seconds_to_answer(port) < SOON
            # The first of them have gone for the others.
            assert ended(crowd[0]) < SOON


@pytest.mark.usefixtures("_short")
def test_half_a_header_has_its_time():
    with serving(application) as port, ExitStack() as stack:
        silent, half, body = (connected(port, stack, sent) for sent in (b"", HALF, BODY))
        for one in (silent, half, body):
            assert ended(one) < SOON


@pytest.mark.usefixtures("_short")
def test_a_byte_now_and_then_is_no_request():
    with serving(application) as port, ExitStack() as stack:
        slow = connected(port, stack, HALF)
        started = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() < started + 20:
                slow.sendall(b"x")
                time.sleep(0.05)
        assert time.monotonic() - started < SOON


@pytest.mark.usefixtures("_short")
def test_requests_follow_each_other_for_as_long_as_they_come():
    with serving(application) as port, ExitStack() as stack:
        one = connected(port, stack)
        # Longer than any limit; each pause is shorter, on a busy machine too.
        for _ in range(30):
            one.sendall(WHOLE)
            assert answered(one)
            time.sleep(0.05)
        assert ended(one) < SOON


def test_a_body_and_a_pause_may_take_longer_than_a_header(monkeypatch):
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.1)
    with serving(application) as port, ExitStack() as stack:
        one = connected(port, stack, BODY)
        time.sleep(1.4)
        one.sendall(b"body")
        assert answered(one)
        time.sleep(1.4)
        one.sendall(WHOLE)
        assert answered(one)


def test_a_request_that_comes_in_one_piece_is_one(monkeypatch):
    """Whoever has asked is idle, not silent."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.1)
    with serving(application) as port, ExitStack() as stack:
        one = connected(port, stack, WHOLE)
        for _ in range(2):
            assert answered(one)
            time.sleep(2.4)
            one.sendall(WHOLE)
        assert answered(one)


@pytest.mark.usefixtures("_short")
def test_an_answer_may_take_longer_than_a_client():
    with serving(application) as port, ExitStack() as stack:
        one = connected(port, stack, WHOLE.replace(b"/api/meta", b"/slow"))
        assert answered(one)


@pytest.mark.usefixtures("_short")
def test_answers_that_nobody_reads_block_no_thread():
    """Requests sent at once have their answers kept until 16 MiB wait; then a thread does."""
    with serving(application) as port, ExitStack() as stack:
        large = WHOLE.replace(b"/api/meta", b"/large")
        for _ in range(2):
            connected(port, stack, large * 10)
        time.sleep(0.5)
        assert seconds_to_answer(port) < 2 * SOON


def test_the_end_waits_for_no_client():
    """Nor do threads that have more to answer than anybody reads."""
    with serving(application) as port, ExitStack() as stack:
        for _ in range(2):
            connected(port, stack, WHOLE.replace(b"/api/meta", b"/large") * 10)
        time.sleep(0.5)
        started = time.monotonic()
    assert time.monotonic() - started < SOON


def test_an_end_may_come_while_threads_tell_of_their_answers(monkeypatch):
    """Descriptors of a server that has ended are another's: nobody writes to them."""
    written, write = [], os.write

    def slowly(descriptor, content):
        # Whoever has decided to write is overtaken by the loop, if it can be.
        time.sleep(0.05)
        written.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", slowly)
    for _ in range(5):
        with serving(application) as port, ExitStack() as stack:
            for _ in range(3):
                assert answered(connected(port, stack, WHOLE))
    assert written
    assert all(name.startswith("pipe:") for name in written)


def test_who_has_ended_may_be_ended_again():
    listening = socket.create_server(("127.0.0.1", 0))
    server = connections.make_server(application, listening, threads=1, most_bytes=2**20)
    server.end()
    server.run()
    server.end()
    server.close_all()
    server.pull_trigger()
    server.task_dispatcher.shutdown()
    assert listening.fileno() == -1


def test_a_large_answer_is_read_slowly(monkeypatch):
    """Whoever reads on keeps the connection."""
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 1.5)
    with serving(application) as port, ExitStack() as stack:
        one = connected(port, stack, WHOLE.replace(b"/api/meta", b"/large"))
        found = 0
        while found < LARGE:
            part = one.recv(2**18)
            assert part
            found += len(part)
            time.sleep(0.07)
        assert seconds_to_answer(port) < SOON
