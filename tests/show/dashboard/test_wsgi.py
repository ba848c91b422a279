"""Calling another WSGI application, and answering in its place."""

from __future__ import annotations

import pytest

from mdm_opt.show.dashboard.wsgi import call_application, respond


class Answer:
    """Parts of an answer, which say whether they were closed."""

    def __init__(self, *parts, error=None):
        self.parts, self.error, self.closed = parts, error, 0

    def __iter__(self):
        yield from self.parts
        if self.error:
            raise self.error

    def close(self):
        self.closed += 1


def application(answer, *started):
    """An application that starts its answers and gives that one."""
    seen = []

    def called(environ, start_response):
        seen.append(environ)
        for one in started:
            start_response(*one)
        return answer

    called.seen = seen
    return called


def test_status_headers_and_the_whole_content_are_returned():
    headers = [("Content-Type", "text/plain"), ("X", "y")]
    answer = Answer(b"a", b"", b"bc")
    asked = application(answer, ("200 OK", headers))
    assert call_application(asked, {"PATH_INFO": "/x"}) == ("200 OK", headers, b"abc")
    assert asked.seen == [{"PATH_INFO": "/x"}]
    assert answer.closed == 1
    # Most answers cannot be closed.
    assert call_application(application([b"z"], ("204 No", [])), {}) == ("204 No", [], b"z")


def test_an_answer_that_begins_late_is_an_answer():
    """PEP 3333: a generator starts when it is asked for its first part."""

    def late(environ, start_response):
        start_response("200 OK", [])
        yield b"late"

    assert call_application(late, {}) == ("200 OK", [], b"late")


def test_an_error_takes_the_place_of_what_was_begun():
    begun, failed = ("200 OK", []), ("500 Sorry", [("X", "y")], (ValueError, ValueError(), None))
    found = call_application(application([b"sorry"], begun, failed), {})
    assert found == ("500 Sorry", [("X", "y")], b"sorry")


def test_an_answer_that_breaks_off_is_closed():
    answer = Answer(b"a", error=OSError("gone"))
    with pytest.raises(OSError, match="gone"):
        call_application(application(answer, ("200 OK", [])), {})
    assert answer.closed == 1


@pytest.mark.parametrize(
    ("content", "length"), [(b"new content", [("Content-Length", "11")]), (b"", [])]
)
def test_the_length_is_that_of_the_new_content(content, length):
    started = []
    headers = [("content-length", "3"), ("ETag", "e"), ("Content-Length", "4")]
    found = respond(lambda *given: started.append(given), "200 OK", headers, content)
    assert b"".join(found) == content
    assert started == [("200 OK", [("ETag", "e"), *length])]
    # What was given stays as it was.
    assert len(headers) == 3
