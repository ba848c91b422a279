"""Where the dashboard listens, for whom, until when."""

from __future__ import annotations

import re
import socket
import time

import pytest
from attacks import KEY, OUTSIDE, raw, status
from served import served

from mdm_opt.errors import InputError
from mdm_opt.show.dashboard import make_dashboard
from mdm_opt.show.dashboard import serving as serving_module


@pytest.mark.parametrize(
    ("host", "needs"),
    [("127.0.0.1", False), ("localhost", False), ("127.0.0.2", False), (OUTSIDE, True)],
)
def test_what_others_can_reach_needs_a_token(url, host, needs):
    dashboard = make_dashboard(url, host=host, port=0)
    try:
        assert (dashboard.access.token is not None) is needs
        assert ("?token=" in dashboard.address) is needs
        assert host in dashboard.access.hosts
        assert dashboard.access.addresses is needs
        assert dashboard.access.writable is False
    finally:
        dashboard.close()


def test_a_name_is_judged_by_the_address_that_it_stands_for(url, monkeypatch):
    """A file of hosts may call anything localhost."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (OUTSIDE, 0))]
    monkeypatch.setattr(serving_module.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(serving_module.socket, "getfqdn", lambda: "here")
    dashboard = make_dashboard(url, host="localhost", port=0)
    dashboard.close()
    assert dashboard.access.token is not None


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_the_other_loopback_works_too(url):
    try:
        dashboard = make_dashboard(url, host="::1", port=0)
    except InputError as error:
        pytest.skip(str(error))
    assert dashboard.access.token is None
    assert re.fullmatch(r"http://\[::1\]:\d+/results", dashboard.address)
    dashboard.close()


def test_nothing_secret_is_in_a_repr(url):
    dashboard = make_dashboard(url, port=0, token=KEY)
    assert KEY not in repr(dashboard)
    dashboard.close()


def test_large_requests_are_refused(board, writable):
    head = "POST /api/studies HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n"
    assert status(raw(board.port, head.format(2 * 2**20).encode())) == 413
    assert status(raw(writable.port, head.format(2**30).encode())) == 413
    for length in ("-1", "1e3", "0x10", "5, 5", "9" * 40, "+5", "\u0665"):
        request = head.replace("POST", "PUT").format(length).encode()
        assert status(raw(writable.port, request)) in (400, 413)
    assert board.ask("GET", "/api/meta").status == 200


def test_slow_and_broken_clients_keep_nobody_waiting(board):
    slow = []
    for _ in range(20):
        slow.append(socket.create_connection(("127.0.0.1", board.port), 20))
        slow[-1].sendall(b"POST /api/studies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n")
    started = time.monotonic()
    assert board.ask("GET", "/api/meta").status == 200
    assert time.monotonic() - started < 5
    for one in slow:
        one.close()
    assert status(raw(board.port, b"\x00\xff\x00\r\n\r\n")) == 400


def test_a_dashboard_can_be_closed_before_during_and_after(url):
    dashboard = make_dashboard(url, port=0)
    port = dashboard.access.cookie.rpartition("_")[2]
    dashboard.close()
    dashboard.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), 5)
    with served(url) as board:
        idle = socket.create_connection(("127.0.0.1", board.port), 5)
        started = time.monotonic()
    # `served` waits for the end, which waits for nobody.
    assert time.monotonic() - started < 5
    idle.close()


def test_a_free_port_is_taken_and_names_the_cookie(url):
    first, second = make_dashboard(url, port=0), make_dashboard(url, port=0)
    try:
        ports = [
            re.fullmatch(r"http://127\.0\.0\.1:(\d+)/results", board.address)[1]
            for board in (first, second)
        ]
        assert ports[0] != ports[1]
        assert [board.access.cookie for board in (first, second)] == [
            f"mdm_opt_dashboard_{port}" for port in ports
        ]
        message = f"--port {ports[0]}: .*; '--port 0' takes a free one"
        with pytest.raises(InputError, match=message):
            make_dashboard(url, port=int(ports[0]))
    finally:
        first.close()
        second.close()
