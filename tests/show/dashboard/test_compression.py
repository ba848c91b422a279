"""Answers in fewer bytes, for those that accept it."""

from __future__ import annotations

import gzip

import pytest
from served import asked

from mdm_opt.show.dashboard.compression import Compressed

CONTENT = b'{"trials": [' + b"0, " * 2000 + b"0]}"


def application(content=CONTENT, kind="application/json", *more):
    """An application that gives one answer to everybody."""

    def called(environ, start_response):
        length = [("Content-Length", str(len(content)))]
        start_response("200 OK", [("Content-Type", kind), *length, *more])
        return [content]

    return Compressed(called)


def answer(found, path="/api/studies/1", method="GET", accepted="gzip, br"):
    return asked(found, method, path, HTTP_ACCEPT_ENCODING=accepted)


@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-8"])
def test_pages_and_json_are_compressed(kind):
    found = answer(application(CONTENT, kind))
    assert gzip.decompress(found.content) == CONTENT
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["vary"] == "Accept-Encoding"
    assert found.headers["content-type"] == kind
    assert int(found.headers["content-length"]) == len(found.content) < len(CONTENT) / 10
    assert answer(application(CONTENT, kind)).content == found.content


@pytest.mark.parametrize(
    ("made", "asked_for"),
    [
        (application(), {"accepted": "br"}),
        (application(), {"accepted": ""}),
        (application(), {"method": "PUT"}),
        # A file may be large, and is sent in parts.
        (application(), {"path": "/artifacts/1/2"}),
        (application(CONTENT, "image/png"), {}),
        (application(CONTENT[:1000]), {}),
        (application(CONTENT, "application/json", ("Content-Encoding", "br")), {}),
    ],
)
def test_others_come_as_they_are(made, asked_for):
    found = answer(made, **asked_for)
    assert CONTENT.startswith(found.content)
    assert found.headers.get("content-encoding") != "gzip"
    assert int(found.headers["content-length"]) == len(found.content) >= 1000
