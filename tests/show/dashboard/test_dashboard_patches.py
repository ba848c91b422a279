"""What is put right in optuna-dashboard's page and script."""

from __future__ import annotations

import gzip
import re
from bisect import bisect
from pathlib import Path

import optuna_dashboard
import pytest
from optuna.storages import InMemoryStorage
from served import asked

from mdm_opt.show.dashboard.dashboard_patches import PatchedDashboard, patched_page, patched_script

PUBLIC = Path(optuna_dashboard.__file__).parent / "public"


def pretend(status, headers, content):
    def application(environ, start_response):
        start_response(status, headers)
        return [content]

    return PatchedDashboard(application)


@pytest.fixture(scope="module")
def application():
    return PatchedDashboard(optuna_dashboard.wsgi(InMemoryStorage()))


@pytest.fixture(scope="module")
def script():
    return (PUBLIC / "bundle.js").read_bytes()


def test_the_script_is_changed_in_one_place(script):
    mended = patched_script(script)
    # Two parentheses, and the same otherwise.
    assert len(mended) == len(script) + 2
    start = bisect(range(len(script)), 0, key=lambda n: script[:n] != mended[:n]) - 1
    assert mended[start - 1 : start + 1] == b":("
    (changed,) = re.findall(rb"^\((\w=\w\[1\],\w=\w\[0\])\)", mended[start : start + 40])
    assert script[start:] == changed + mended[start + len(changed) + 2 :]
    assert patched_script(mended) == mended


def test_a_release_that_is_right_stays_as_it_is():
    for content in (b"", b"x]=!0:(n=e[1],r=e[0])", b"x]=!0:n=e[1],r=t[0]"):
        assert patched_script(content) == content
    assert patched_page(b"no page") == b"no page"


@pytest.mark.parametrize("encoding", ["gzip", "gzip, deflate, br", "identity", "br", None])
def test_the_script_arrives_whole(application, script, encoding):
    given = {} if encoding is None else {"HTTP_ACCEPT_ENCODING": encoding}
    for _ in range(2):
        answer = asked(application, "GET", "/static/bundle.js", HTTP_RANGE="bytes=5-9", **given)
        assert answer.status == 200
        assert int(answer.headers["content-length"]) == len(answer.content)
        compressed = answer.headers.get("content-encoding") == "gzip"
        assert compressed is ("gzip" in (encoding or ""))
        content = gzip.decompress(answer.content) if compressed else answer.content
        assert content == patched_script(script)
        assert answer.headers["content-type"].startswith(("text/javascript", "application/java"))
        assert "accept-ranges" not in answer.headers


def test_a_browser_that_has_the_script_is_not_sent_it_again(application):
    first = asked(application, "GET", "/static/bundle.js", HTTP_ACCEPT_ENCODING="gzip")
    again = asked(
        application,
        "GET",
        "/static/bundle.js",
        HTTP_ACCEPT_ENCODING="gzip",
        HTTP_IF_NONE_MATCH=first.headers["etag"],
    )
    assert (again.status, again.content) == (304, b"")
    assert "content-length" not in again.headers


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/", "/dashboard/studies/1"])
def test_code_in_the_page_is_no_wider_than_its_place(application, path):
    answer = asked(application, "GET", path, HTTP_ACCEPT_ENCODING="")
    assert answer.status == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    head, _, rest = answer.text.partition("</head>")
    assert "pre code { white-space: pre-wrap !important; overflow-wrap: anywhere; }" in head
    assert head.endswith('</style>\n<script defer src="/static/mdm-opt.js"></script>')
    assert rest.count("<script") == 0
    assert "Optuna Dashboard" in head


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/studies"),
        ("GET", "/dashboards"),
        ("POST", "/dashboard"),
        ("HEAD", "/static/bundle.js"),
    ],
)
def test_everything_else_passes_unchanged(method, path):
    headers = [("Content-Type", "text/html"), ("Content-Length", "7")]
    answer = asked(pretend("200 OK", headers, b"</head>"), method, path)
    assert answer.content == b"</head>"
    assert answer.headers == {"content-type": "text/html", "content-length": "7"}


def test_an_error_in_place_of_the_script_passes(application):
    refused = pretend("404 Not Found", [("Content-Type", "text/plain")], b"]=!0:n=e[1],r=e[0]")
    answer = asked(refused, "GET", "/static/bundle.js", HTTP_ACCEPT_ENCODING="gzip")
    assert (answer.status, answer.content) == (404, b"]=!0:n=e[1],r=e[0]")


def test_our_script_is_served_beside_the_dashboards():
    answer = asked(pretend("404 Not Found", [], b""), "GET", "/static/mdm-opt.js")
    assert (answer.status, answer.headers["content-type"]) == (
        200,
        "text/javascript; charset=utf-8",
    )
    assert int(answer.headers["content-length"]) == len(answer.content)
    # Texts of users are never read as HTML.
    assert not re.search("innerHTML|insertAdjacentHTML|eval|document.write", answer.text)


@pytest.mark.parametrize("writable", [False, True])
def test_buttons_are_there_for_those_who_may_use_them(writable):
    page = patched_page(b"<head></head><body></body>", writable=writable)
    assert (b"delete study" in page) is not writable
    assert page.count(b'href="/results"') == 1
    assert page.endswith(b"</a></body>")
