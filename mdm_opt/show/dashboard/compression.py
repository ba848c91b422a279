"""Answers in a tenth of their bytes; a WSGI application around the dashboard."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mdm_opt.show.dashboard.wsgi import RESULTS, TRIALS, Environ, call_application, respond

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

# Artifacts and the table of trials are sent in parts as they are.
_PAGES = ("/api/", TRIALS, RESULTS)
_KINDS = ("application/json", "text/html")
# Of less nothing is saved.
_LEAST_BYTES = 2**10
# Higher levels take several times as long for a tenth less.
_LEVEL = 1


class Compressed:
    """Compresses JSON and pages for those that accept it (gzip).

    Args:
        application: what answers.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        accepted = "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", ""))
        ours = str(environ.get("PATH_INFO", "")).startswith(_PAGES)
        if not (accepted and ours) or environ.get("REQUEST_METHOD") != "GET":
            return self._application(environ, start_response)
        status, headers, content = call_application(self._application, environ)
        by_name = {name.lower(): value for name, value in headers}
        kind = by_name.get("content-type", "").partition(";")[0]
        if kind in _KINDS and len(content) >= _LEAST_BYTES and "content-encoding" not in by_name:
            # Without a time the same content is the same bytes.
            content = gzip.compress(content, _LEVEL, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return respond(start_response, status, headers, content)
