"""Bodies that cannot be meant: refused in one line, and nothing is written."""

from __future__ import annotations

import json
import shutil

import pytest
from attacks import foreign, raw, state_of, status
from copies import copy_database
from served import asked, served
from study_files import database

from mdm_opt.show.dashboard.bodies import CheckedBodies

JSON = {"content_type": "application/json"}
DEEP = b"[" * 100_000
# What no route takes.
UNFIT = {
    "empty": b"",
    "no JSON": b"{",
    "two": b"{}{}",
    "a form": b"study_name=new&directions=minimize",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"study_name"',
    "a number": b"1",
    "UTF-16": '{"study_name": "new"}'.encode("utf-16"),
    "Latin-1": '{"study_name": "ä"}'.encode("latin-1"),
    "with a mark": b'\xef\xbb\xbf{"study_name": "new"}',
    "compressed": b"\x1f\x8b\x08\x00",
    "deep lists": DEEP,
    "deep lists in a text's place": b'{"study_name": ' + DEEP,
    "deep objects": b'{"a": ' * 100_000,
    "nested as deep as the parser goes": b'{"a": ' * 900 + b"1" + b"}" * 900,
    "33 levels": b'{"a": ' * 33 + b"1" + b"}" * 33,
    "not a number": b'{"a": NaN}',
    "infinite": b'{"a": [-Infinity]}',
    "too large": b'{"a": 1e999}',
    "65 bits": b'{"a": {"b": 18446744073709551616}}',
    "many digits": b'{"a": ' + b"9" * 5000 + b"}",
    "half a pair": b'{"a": "\\ud800"}',
    "half a pair in a name": b'{"\\udfff": 1}',
    "a zero": b'{"a": "b\\u0000c"}',
}
NEW = {"study_name": "new", "directions": ["minimize"]}
NOTE = {"version": 1, "body": "note"}
PREFERENCE = {"mode": "ChooseWorst", "candidates": [0], "clicked": 0}
FILE = {"file": "data:text/plain;base64,aGk=", "filename": "a.txt"}
# Route on a study with two trials, what it takes, and values that it does not, by name.
ROUTES = {
    ("POST", "/api/studies"): (
        NEW,
        {"study_name": [1, [], {}, "", "x" * 513, True, None],
         "directions": [1, "minimize", [1], {"a": 1}, [None], None]},
    ),
    ("POST", "/api/studies/2/rename"): (NEW, {"study_name": [1, [], {}, "x" * 513, None]}),
    ("PUT", "/api/studies/2/note"): (
        NOTE,
        {"version": ["1", 1.0, [], {}, True, None, -1, 10**18], "body": [1, [], {}, True, None]},
    ),
    ("PUT", "/api/studies/2/1/note"): (NOTE, {"version": ["1", {}], "body": [1, ["a"]]}),
    ("POST", "/api/studies/2/preference"): (
        PREFERENCE,
        {"mode": [1, [], None, "other"],
         "candidates": [0, "0", {}, None, [None], ["0"], [[0]], [0.5], [10**18], [2], [-1]],
         "clicked": ["0", 0.5, [], None, 10**18, 2, -1]},
    ),
    ("PUT", "/api/studies/2/preference_feedback_component"): (
        {"output_type": "note"},
        {"output_type": [1, [], {}, None, "other"], "artifact_key": [1, [], {}]},
    ),
    ("POST", "/api/trials/{running}/tell"): (
        {"state": "Complete", "values": [1.0]},
        {"state": [1, [], {}, None, "other", "Running"],
         "values": [1, "1", {}, [None], ["x"], [[1]], [True], None]},
    ),
    ("POST", "/api/trials/{running}/user-attrs"): (
        {"user_attrs": {"a": 1}},
        {"user_attrs": [1, "a", [], ["a"], {}, None, {"x" * 513: 1}, {"": 1}]},
    ),
    ("POST", "/api/artifacts/2"): (
        FILE,
        {"file": [1, [], {}, None, "", "data:", "data:text/plain", "x:text/plain,aGk=",
                  "data:text/plain;base64,a", "data:text/plain;base64,ä"],
         "filename": [1, [], {}, None]},
    ),
    ("POST", "/api/artifacts/2/{running}"): (FILE, {"file": [1, "data:x"], "filename": [1, []]}),
}  # fmt: skip


@pytest.fixture
def changing(url, folder, tmp_path):
    """A copy with a trial that goes on and a folder of artifacts; with the trial's number."""
    copy_database(url, tmp_path)
    shutil.copytree(folder / "artifacts", tmp_path / "artifacts")
    with foreign(tmp_path) as storage:
        running = storage.create_new_trial(2)
    options = {"writable": True, "artifacts": tmp_path / "artifacts"}
    with served(database(tmp_path), **options) as board:
        yield board, running, lambda: state_of(tmp_path)


def unfit_values(good, bad):
    """Bodies that differ from a good one in one value."""
    for name, values in bad.items():
        for value in values:
            yield json.dumps(good | {name: value}).encode()


@pytest.mark.parametrize("route", ROUTES)
def test_bodies_that_cannot_be_meant_change_nothing(changing, route):
    board, running, state = changing
    before = state()
    good, bad = ROUTES[route]
    method, path = route[0], route[1].format(running=running)
    for body in [*UNFIT.values(), *unfit_values(good, bad)]:
        answer = board.ask(method, path, body=body, **JSON)
        # A note of another version is a conflict.
        allowed = (400, 409) if path.endswith("note") else (400,)
        assert answer.status in allowed, (route, body[:80], answer.text)
        assert len(answer.text.splitlines()) == 1
        assert answer.json["reason"]
        assert answer.headers["content-type"] == "application/json"
    assert state() == before
    answer = board.send(method, path, good)
    assert answer.status in (201, 204), answer.text
    assert state() != before


def test_a_study_is_deleted_with_and_without_a_body(changing):
    board, _, state = changing
    before = state()
    for name in UNFIT.keys() - {"empty"}:
        answer = board.ask("DELETE", "/api/studies/2", body=UNFIT[name], **JSON)
        assert answer.status == 400, name
    wrong = {"remove_associated_artifacts": "no"}
    assert board.send("DELETE", "/api/studies/2", wrong).status == 400
    assert state() == before
    assert board.ask("DELETE", "/api/studies/2").status == 204
    assert board.send("DELETE", "/api/studies/3", {}).status == 204
    left = board.ask("GET", "/api/studies").json["study_summaries"]
    assert [one["study_id"] for one in left] == [1]


def test_lengths_that_cannot_be_meant(changing):
    board, _, state = changing
    before = state()
    head = (
        "POST /api/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}\r\n"
    )
    for length in (64 * 2**20, 10**18, 10**4000):
        large = head.format(f"Content-Length: {length}\r\n").encode()
        assert status(raw(board.port, large, b"{")) in (400, 413)
    chunked = head.format("Transfer-Encoding: chunked\r\n").encode()
    for body, code in ((b"1\r\n{\r\n0\r\n\r\n", 400), (b"0\r\n\r\n", 400), (b"x\r\n", 400)):
        assert status(raw(board.port, chunked, body)) == code
    assert status(raw(board.port, head.format("").encode())) == 400
    assert state() == before


def test_other_addresses_and_reading_are_passed_on():
    seen = []

    def application(environ, start_response):
        seen.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b"passed on"]

    checked = CheckedBodies(application)
    for method, path in (("GET", "/api/studies"), ("POST", "/api/llm/x"), ("PUT", "/api/studies")):
        assert asked(checked, method, path, body=b"{").text == "passed on"
    assert seen == [b"{"] * 3
    # What is fit arrives as it was sent, with a slash at the end of the address, too.
    for path in ("/api/studies", "/api/studies/"):
        body = json.dumps(NEW).encode()
        assert asked(checked, "POST", path, body=body).text == "passed on"
        assert seen[-1] == body
        assert asked(checked, "POST", path, body=b"[]").status == 400
