"""Whatever a database and a store hold, nothing of it becomes active."""

from __future__ import annotations

import json
import re
from pathlib import Path

import optuna_dashboard
import pytest
from attacks import (
    HOSTILE,
    HOSTILE_TO_DISK,
    HTML,
    KEY,
    PNG,
    SVG,
    foreign,
    raw,
    routes,
    status,
)
from copies import copy_database
from served import served
from study_files import database


def test_all_answers_have_the_headers_of_a_safe_page(board, outside, folder):
    for one, more in ((board, {}), (outside, {}), (outside, {"authorization": f"Bearer {KEY}"})):
        for method, path in sorted(routes(folder) | {("GET", "/nowhere"), ("GET", "/csv/x")}):
            headers = one.ask(method, path, **more).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            page = headers.get("content-type", "").startswith("text/html")
            assert page is ("script-src" in headers["content-security-policy"])
            assert page <= path.startswith("/dashboard")
            assert page != ("sandbox" in headers["content-security-policy"])
            assert not {"access-control-allow-origin", "server"} & headers.keys()


def test_errors_are_inert_and_say_nothing_of_the_machine(board, folder):
    for path in ("/<img src=x onerror=alert(1)>", "/dashboard/%0a<script>", "/csv/99", "/csv/x",
                 "/api/studies/99", "/api/studies/1?after=x", "/artifacts/1/1/5a-ffffffff-0",
                 "/artifacts/1/1/5a-fffffff-0", "/artifacts/1/1/5a-1-fffffff",
                 f"/artifacts/1/1/5a-{'f' * 500}-0", f"/api/studies/{'9' * 40}",
                 "/static/../_app.py", "/static/..%2f_app.py", "/static/%2e%2e/index.html",
                 "/static//etc/passwd", "/api/studies/1/plot/<b>", "/static/%00"):  # fmt: skip
        answer = board.ask("GET", path.replace(" ", "%20"))
        assert answer.status in (400, 403, 404, 500), path
        assert not answer.headers["content-type"].startswith("text/html"), path
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "Traceback" not in answer.text
        assert str(folder) not in answer.text
        assert str(Path(optuna_dashboard.__file__).parent) not in answer.text


def test_an_answer_to_head_has_no_body(board, outside):
    """Else what follows would be taken for the next answer: a sample could forge one."""
    second = b"GET /api/meta HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for one, path, expected in (
        (board, "/artifacts/1/1/5a-1-0", 200),
        (board, "/artifacts/1/1/5a-1-ff", 404),
        (board, "/dashboard", 200),
        (board, "/csv/1", 200),
        (outside, "/dashboard", 401),
    ):
        first = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        answer = raw(one.port, first, second)
        assert status(answer) == expected
        head, _, rest = answer.partition(b"\r\n\r\n")
        assert int(re.search(rb"Content-Length: (\d+)", head)[1]) > 0
        assert rest.startswith(b"HTTP/1.1 "), path


@pytest.mark.parametrize("name", [HOSTILE, HOSTILE_TO_DISK])
def test_a_hostile_name_of_a_study_is_inert(board, name):
    listed = board.ask("GET", "/api/studies")
    assert listed.headers["content-type"] == "application/json"
    (number,) = [s["study_id"] for s in listed.json["study_summaries"] if s["study_name"] == name]
    shown = board.ask("GET", f"/api/studies/{number}")
    assert shown.headers["content-type"] == "application/json"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.json["name"] == name
    for more in ("", "?after=1"):
        assert board.ask("GET", f"/api/studies/{number}{more}").json["note"]["body"] == ""
    table = board.ask("GET", f"/csv/{number}")
    assert table.headers["content-type"].startswith("text/csv")
    disposition = table.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9_][A-Za-z0-9._-]*\.csv"', disposition)
    assert ".html" not in disposition.removesuffix('.csv"')[-5:]
    page = board.ask("GET", f"/dashboard/studies/{number}")
    assert "onerror" not in page.text


def test_artifacts_are_never_active(board, outside, folder):
    with foreign(folder) as storage:
        numbers = {s.study_name: s._study_id for s in storage.get_all_studies()}
        trials = {
            name: storage.get_all_trials(number)[0]._trial_id for name, number in numbers.items()
        }
    contents = {"html": HTML, "svg": SVG, "png": PNG, "js": HTML}
    shows = {"authorization": f"Bearer {KEY}"}
    for kind, of_trial, name, artifact in json.loads((folder / "artifacts.json").read_text()):
        path = f"/artifacts/{numbers[name]}/"
        path += f"{trials[name]}/{artifact}" if of_trial else artifact
        for one, more in ((board, {}), (outside, shows)):
            answer = one.ask("GET", path, origin=f"http://127.0.0.1:{one.port}", **more)
            assert (answer.status, answer.content) == (200, contents[kind])
            headers = answer.headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["content-security-policy"].startswith("default-src 'none'; sandbox;")
            assert "access-control-allow-origin" not in headers
            if kind == "png":
                assert headers["content-type"] == "image/png"
                assert "content-disposition" not in headers
            else:
                assert headers["content-type"] == "application/octet-stream"
                assert headers["content-disposition"] == "attachment"
        for wrong in (f"/{path}", f"{path}/", path.replace("artifacts", "%61rtifacts")):
            headers = board.ask("GET", wrong).headers
            assert not headers["content-type"].startswith(("text/html", "image/svg"))
        assert outside.ask("GET", path).status == 401


def test_what_is_uploaded_is_not_active_either(url, tmp_path):
    copy_database(url, tmp_path)
    (tmp_path / "artifacts").mkdir()
    store = tmp_path / "artifacts"
    with served(database(tmp_path), writable=True, artifacts=store) as board:
        for name in ("a.html", "a.svg", "a.xhtml", "a.js", "a.pdf", "../../a.html", "a"):
            value = {"file": "data:text/html;base64,PHNjcmlwdD4=", "filename": name}
            made = board.send("POST", "/api/artifacts/1", value)
            assert made.status == 201
            answer = board.ask("GET", f"/artifacts/1/{made.json['artifact_id']}")
            assert answer.content == b"<script>"
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"] == "attachment"
        assert len(list(store.iterdir())) == 7
    assert {path.name for path in tmp_path.iterdir()} >= {"artifacts", "test.db"}
    assert not list(tmp_path.glob("**/*.html"))


def test_a_type_that_an_artifact_claims_cannot_break_out(url, tmp_path):
    """Whoever may write to the database may claim anything."""
    copy_database(url, tmp_path)
    store = tmp_path / "artifacts"
    store.mkdir()
    claims = ["text/html", "", " ", "image/png, text/html", "text/css", "text/html;charset=utf-7",
              "IMAGE/SVG+XML", "image/png/text/html"]  # fmt: skip
    with foreign(tmp_path) as storage:
        for number, claim in enumerate(claims):
            (store / f"{number}").write_bytes(HTML)
            meta = {"artifact_id": f"{number}", "filename": "a", "mimetype": claim}
            value = json.dumps(meta | {"encoding": None})
            storage.set_study_system_attr(1, f"artifacts:{number}", value)
    with served(database(tmp_path), artifacts=store) as board:
        for number, claim in enumerate(claims):
            headers = board.ask("GET", f"/artifacts/1/{number}").headers
            assert headers["content-type"] == "application/octet-stream", claim
            assert headers["content-disposition"] == "attachment"
            assert "sandbox" in headers["content-security-policy"]
