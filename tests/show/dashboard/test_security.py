"""Hosts, origins, changes: the real dashboard, asked by those who should not be answered."""

from __future__ import annotations

import pytest
from attacks import (
    BODIES,
    HOSTILE,
    KEY,
    OUTSIDE,
    WRITES,
    raw,
    routes,
    state_of,
    status,
)


def test_reading_works_as_it_comes(board):
    for path in (
        "/",
        "/results",
        "/dashboard",
        "/dashboard/studies/1",
        "/static/bundle.js",
        "/favicon.ico",
    ):
        assert board.ask("GET", path).status in (200, 302)
    assert [s["study_id"] for s in board.ask("GET", "/api/studies").json["study_summaries"]]
    assert board.ask("GET", "/api/studies/1").json["name"] == "sudoku4"
    assert board.ask("GET", "/").headers["location"] == "/results"
    assert board.access.token is None
    assert "token" not in board.address


def test_nothing_can_be_changed(board, folder):
    before = state_of(folder)
    paths = sorted({path for _, path in routes(folder)})
    for method in WRITES:
        for path in paths:
            for kind, body in BODIES.items():
                answer = board.ask(method, path, body=body, content_type=kind)
                assert answer.status == 403, (method, path, kind)
                assert "read-only" in answer.text
    assert state_of(folder) == before


def test_no_way_round_it(board, folder):
    """Methods in other places, paths in other forms, reads of everything."""
    before = state_of(folder)
    body = BODIES["application/json"]
    for method, path in sorted(routes(folder)):
        for override in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            named = {override: method, "content_type": "application/json"}
            board.ask("GET", f"{path}?_method={method}", body=body, **named)
        board.ask("HEAD", path)
    for path in ("//api/studies", "/api/studies/", "/api//studies", "/./api/studies",
                 "/%61pi/studies", "/api/studies%2f", "/api/studies/%ff", "/api/studies?_=POST",
                 "http://127.0.0.1/api/studies"):  # fmt: skip
        for method in WRITES:
            answer = board.ask(method, path, body=body, content_type="application/json")
            assert answer.status == 403
    for method in ("post", "Post", "GET\tPOST", "POST\x00"):
        line = f"{method} /api/studies HTTP/1.1\r\nHost: localhost\r\n"
        head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        assert status(raw(board.port, line.encode(), head.encode(), body)) in (400, 403)
    assert state_of(folder) == before


def test_the_same_changes_a_database_that_may_be_changed(writable, tmp_path):
    (tmp_path / "artifacts").mkdir()
    before = state_of(tmp_path)
    made = writable.send("POST", "/api/studies", {"study_name": "n", "directions": ["minimize"]})
    assert made.status == 201
    assert state_of(tmp_path) != before
    number = made.json["study_summary"]["study_id"]
    assert writable.ask("DELETE", f"/api/studies/{number}").status == 204
    assert writable.send("POST", "/api/studies/2/rename", {"study_name": "m"}).status == 201
    names = [s["study_name"] for s in writable.ask("GET", "/api/studies").json["study_summaries"]]
    assert HOSTILE not in names
    assert "m" in names
    assert "n" not in names


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:8080", "localhost@evil.example",
     "10.0.0.1", OUTSIDE, "localhost evil.example", "localhost,evil.example", "%6cocalhost",
     "[::ffff:10.0.0.1]", "localhost/", "-"],
)  # fmt: skip
def test_a_hostile_host_is_refused(board, outside, host):
    shows = {"authorization": f"Bearer {KEY}"}
    for path in ("/", "/dashboard", "/api/studies", "/static/bundle.js", "/artifacts/1/1/5a-1-0"):
        answer = board.ask("GET", path, host=host)
        assert answer.status == 421
        assert "sudoku" not in answer.text
        if "." not in host or "evil" in host:
            assert outside.ask("GET", path, host=host, **shows).status == 421
    assert board.send("POST", "/api/studies", {}, host=host).status == 421


def test_own_hosts_are_accepted(board):
    for host in ("localhost", "127.0.0.1", "[::1]", "LOCALHOST"):
        assert board.ask("GET", "/api/studies", host=host).status == 200
        assert board.ask("GET", "/api/studies", host=f"{host}:{board.port}").status == 200


def test_strange_requests_for_the_host(board):
    good, evil = b"Host: localhost\r\n", b"Host: evil.example\r\n"
    line = b"GET /api/studies HTTP/1.1\r\n"
    assert status(raw(board.port, line, good, b"\r\n")) == 200
    for request in (
        line + b"\r\n",
        b"GET /api/studies HTTP/1.0\r\n\r\n",
        b"GET /api/studies\r\n\r\n",
        line + good + evil + b"\r\n",
        line + evil + good + b"\r\n",
        line + good + good + b"\r\n",
        b"GET http://localhost/api/studies HTTP/1.1\r\n" + evil + b"\r\n",
        line + evil + b"X-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\n\r\n",
        line + b"Host : localhost\r\n\r\n",
        line + b"Ho_st: localhost\r\nH\xf6st: localhost\r\n\r\n",
        line + b"Host: evil.example\r\n\tlocalhost\r\n\r\n",
    ):
        answer = raw(board.port, request)
        assert status(answer) in (400, 421), request
        assert b"sudoku" not in answer


ORIGINS = ("null", "http://evil.example", "https://localhost.evil.example", "http://localhost:1",
           "http://127.0.0.1", "file://", "", "http://localhost:{port}@evil.example")  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_hostile_origin_is_refused_and_told_nothing(board, writable, origin, tmp_path):
    (tmp_path / "artifacts").mkdir()
    before = state_of(tmp_path)
    for one in (board, writable):
        given = {"origin": origin.format(port=one.port)}
        assert one.ask("GET", "/api/studies", **given).status == 403
        for method in WRITES:
            for kind, body in BODIES.items():
                answer = one.ask(method, "/api/studies", body=body, content_type=kind, **given)
                assert answer.status == 403
        asked = {"access_control_request_method": "POST"}
        asked |= {"access_control_request_headers": "content-type"}
        preflight = one.ask("OPTIONS", "/api/studies", **given, **asked)
        assert preflight.status == 403
        assert not [name for name in preflight.headers if name.startswith("access-control")]
    assert state_of(tmp_path) == before


def test_the_own_origin_may_change_what_may_be_changed(writable):
    for number, scheme in enumerate(("http", "https")):
        answer = writable.send(
            "POST",
            "/api/studies",
            {"study_name": f"n{number}", "directions": ["minimize"]},
            origin=f"{scheme}://127.0.0.1:{writable.port}",
            sec_fetch_site="same-origin",
            sec_fetch_mode="cors",
        )
        assert answer.status == 201


def test_forms_and_other_sites_change_nothing(writable, tmp_path):
    (tmp_path / "artifacts").mkdir()
    before = state_of(tmp_path)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
        body = BODIES["text/plain"]
        assert writable.ask("POST", "/api/studies", body=body, content_type=kind).status == 415
        assert writable.ask("PUT", "/api/studies/1/note", content_type=kind).status == 415
    for site in ("cross-site", "same-site"):
        for mode in ("cors", "no-cors", "navigate"):
            other = {"sec_fetch_site": site, "sec_fetch_mode": mode}
            value = {"study_name": "n", "directions": ["minimize"]}
            assert writable.send("POST", "/api/studies", value, **other).status == 403
            assert writable.ask("DELETE", "/api/studies/1", **other).status == 403
            read = 200 if mode == "navigate" else 403
            assert writable.ask("GET", "/api/studies", **other).status == read
    assert writable.send("OPTIONS", "/api/studies", {}).status == 405
    assert state_of(tmp_path) == before
