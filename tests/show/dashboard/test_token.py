"""Where others can reach it a token is needed, in its place."""

from __future__ import annotations

import http.client
import logging

import pytest
from attacks import (
    BODIES,
    KEY,
    OUTSIDE,
    WRITES,
    raw,
    routes,
    state_of,
)
from served import served


def test_outside_nothing_is_read_or_written_without_the_token(outside, folder):
    before = state_of(folder)
    assert outside.access.token == KEY
    for method, path in sorted(routes(folder) | {("GET", "/artifacts/1/1/5a-1-0")}):
        for one in {method, "GET", "HEAD", *WRITES}:
            answer = outside.ask(
                one, path, body=BODIES["application/json"], content_type="application/json"
            )
            assert answer.status == 401, (one, path)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "set-cookie" not in answer.headers
            assert "sudoku" not in answer.text
    assert state_of(folder) == before


WRONG = {
    "wrong": {"authorization": "Bearer T0ken-with-enough-of-iT"},
    "beginning": {"authorization": f"Bearer {KEY[:-1]}"},
    "longer": {"authorization": f"Bearer {KEY}x"},
    "empty": {"authorization": "Bearer "},
    "bare": {"authorization": KEY},
    "basic": {"authorization": f"Basic {KEY}"},
    "bytes": {"authorization": "Bearer T\xf6ken-with-enough-of-it"},
    "cookie": {"cookie": f"token={KEY}"},
    "header": {"x_token": KEY, "token": KEY, "x_api_key": KEY},
    "referer": {"referer": f"http://localhost/dashboard?token={KEY}"},
    "agent": {"user_agent": KEY},
}


@pytest.mark.parametrize("where", WRONG)
def test_a_token_in_the_wrong_header_is_none(outside, where):
    for path in ("/dashboard", "/api/studies", "/static/bundle.js"):
        answer = outside.ask("GET", path, **WRONG[where])
        assert (answer.status, "set-cookie" in answer.headers) == (401, False)
        assert KEY not in answer.text + str(answer.headers)
    name = outside.access.cookie
    assert outside.ask("GET", "/api/studies", cookie=f"{name}={KEY}").status == 401


def test_a_token_in_the_wrong_part_of_the_address_is_none(outside):
    for path in ("/api/studies?token={}", "/csv/1?token={}", "/static/bundle.js?token={}",
                 "/artifacts/1/1/5a-1-0?token={}", "/{}", "/dashboard/{}", "/dashboard;token={}",
                 "/dashboard?Token={}", "/dashboard?x=token={}", "/dashboard?token={}x",
                 "/dashboard#token={}", "/nowhere?token={}"):  # fmt: skip
        answer = outside.ask("GET", path.format(KEY))
        assert (answer.status, "set-cookie" in answer.headers) == (401, False), path
        assert KEY not in answer.text + str(answer.headers)
    body = f"token={KEY}".encode()
    for method in ("GET", "POST"):
        kind = "application/x-www-form-urlencoded"
        answer = outside.ask(method, "/dashboard", body=body, content_type=kind)
        assert answer.status == 401


def test_the_printed_address_opens_the_door_once_and_for_all(outside):
    path = outside.address.partition(f":{outside.port}")[2]
    assert path == f"/results?token={KEY}"
    welcome = outside.ask("GET", path, sec_fetch_site="cross-site", sec_fetch_mode="navigate")
    assert (welcome.status, welcome.headers["location"]) == (303, "/results")
    cookie, *attributes = welcome.headers["set-cookie"].split("; ")
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Lax"]
    assert cookie.startswith(f"mdm_opt_dashboard_{outside.port}=")
    assert KEY not in welcome.text + str(welcome.headers)
    page = outside.ask("GET", "/dashboard", cookie=cookie)
    assert page.status == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert outside.ask("GET", "/api/studies", cookie=f'x={{"y"; {cookie}').status == 200
    assert outside.ask("GET", "/api/studies", authorization=f"Bearer {KEY}").status == 200
    # It only reads.
    assert outside.send("POST", "/api/studies", {}, cookie=cookie).status == 403
    assert outside.ask("GET", "/api/studies", cookie=cookie, origin="null").status == 403


def test_the_token_is_in_no_answer_and_no_log(url, folder, caplog, capfd, monkeypatch):
    caplog.set_level(logging.DEBUG)
    with served(url, host=OUTSIDE, artifacts=folder / "artifacts") as board:
        key = board.access.token
        assert len(key) >= 32
        assert board.address.endswith(f"/results?token={key}")
        visit = board.access.visit
        cookie = f"{board.access.cookie}={visit}"
        seen = []
        for more in ({}, {"authorization": f"Bearer {key}"}, {"cookie": cookie}):
            for method, path in sorted(routes(folder) | {("GET", "/nowhere")}):
                for query in ("", f"?token={key}", f"?token={key}&token={key}&after=x"):
                    seen.append(board.ask(method, path + query, **more))
            monkeypatch.setattr("mdm_opt.show.snapshot.read_snapshot", None)
        assert {one.status for one in seen} >= {200, 303, 401, 403, 404}
        for one in seen:
            assert key not in one.content.decode("latin-1") + str(one.headers)
            assert visit not in one.content.decode("latin-1")
        assert {visit in str(one.headers) for one in seen if one.status != 303} == {False}
        with pytest.raises(http.client.HTTPException):
            board.ask("GET", f"/dashboard\r\n\r\n?token={key}")
        answer = raw(board.port, f"GET /dashboard?token={key} HTTP/9\r\n\r\n".encode())
        assert key.encode() not in answer
    printed = capfd.readouterr()
    assert key not in caplog.text + printed.out + printed.err
    assert visit not in caplog.text + printed.out + printed.err


def test_a_token_can_be_asked_for_on_this_machine(url):
    with served(url, require_token=True) as one, served(url, require_token=True) as two:
        assert one.access.token != two.access.token
        assert one.ask("GET", "/api/studies").status == 401
        shows = {"authorization": f"Bearer {one.access.token}"}
        assert one.ask("GET", "/api/studies", **shows).status == 200
        assert two.ask("GET", "/api/studies", **shows).status == 401
        assert two.ask("GET", "/dashboard", cookie=f"{two.access.cookie}={one.access.visit}")
        # Others' addresses do not become this machine's by it.
        assert one.ask("GET", "/api/studies", host="10.0.0.1", **shows).status == 421


def test_a_further_name_needs_a_token(url):
    with served(url, allow_hosts=("Board.Example",)) as board:
        host = "board.example"
        assert board.ask("GET", "/api/studies", host=host).status == 401
        assert board.ask("GET", "/api/studies").status == 401
        shows = {"authorization": f"Bearer {board.access.token}"}
        assert board.ask("GET", "/api/studies", host=host, **shows).status == 200
        proxied = {"host": host, "origin": f"https://{host}", **shows}
        assert board.ask("GET", "/api/studies", **proxied).status == 200
        # A proxy that has TLS must not lead to a page without.
        assert board.ask("GET", "/", **proxied).headers["location"] == "/results"
        other = {"host": host, "origin": "https://localhost", **shows}
        assert board.ask("GET", "/api/studies", **other).status == 403
        assert board.ask("GET", "/api/studies", host="x.board.example", **shows).status == 421


def test_forwarded_headers_of_a_client_count_for_nothing(outside):
    told = {"x_forwarded_for": "127.0.0.1", "x_forwarded_host": "localhost",
            "forwarded": "for=127.0.0.1;host=localhost", "x_real_ip": "127.0.0.1"}  # fmt: skip
    assert outside.ask("GET", "/api/studies", **told).status == 401
    shows = {"authorization": f"Bearer {KEY}"}
    evil = {"x_forwarded_host": "evil.example", "x_forwarded_proto": "javascript"}
    assert outside.ask("GET", "/", **shows, **evil).headers["location"] == "/results"


def test_a_chosen_token_survives_the_address(url):
    odd = "a+b&c=d#e%2f?/;\"'<>\\"
    with served(url, token=odd) as board:
        path = board.address.partition(f":{board.port}")[2]
        assert board.ask("GET", path).status == 303
        assert board.ask("GET", "/api/meta", authorization=f"Bearer {odd}").status == 200
