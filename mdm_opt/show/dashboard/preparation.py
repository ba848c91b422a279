"""What a page asks for first is made while its script is loaded; a WSGI application around it."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mdm_opt.plugins import one_line
from mdm_opt.show.dashboard.wsgi import (
    TRIALS,
    Environ,
    Headers,
    call_application,
    request,
    respond,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_PAGE = re.compile(rf"{TRIALS}/studies/(\d{{1,9}})(?:/.*)?")
_DETAIL = re.compile(r"/api/studies/(\d{1,9})")
# Of a page that has seen no trials.
_FIRST = ("", "after=0")
# As often as a page asks again.
_KEPT_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


@dataclass
class _Made:
    """An answer about a study, once it is there; `at` is on the monotonic clock."""

    study: str
    done: threading.Event = field(default_factory=threading.Event)
    answer: tuple[str, Headers, bytes] | None = None
    at: float = 0.0


class Prepared:
    """Prepares the page of a study's trials once it, or what leads to it, is opened.

    Args:
        application: the dashboard, which keeps what it has read and drawn.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        # The newest one; it goes with whoever asks first.
        self._made: _Made | None = None
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        path = str(environ.get("PATH_INFO", "")).rstrip("/")
        if environ.get("REQUEST_METHOD") == "GET":
            self.prepare(path)
            detail = _DETAIL.fullmatch(path)
            if detail is not None and environ.get("QUERY_STRING", "") in _FIRST:
                found = self._taken(detail[1])
                if found is not None:
                    return respond(start_response, *found)
        return self._application(environ, start_response)

    def prepare(self, path: str) -> None:
        """Makes what a page will ask for, in a thread of its own; once for each study.

        Args:
            path: of the page; others than those of a study are no matter.
        """
        page = _PAGE.fullmatch(path)
        if page is None:
            return
        with self._lock:
            busy = self._made is not None and not self._made.done.is_set()
            if busy or page[1] in self._known:
                return
            self._known.add(page[1])
            made = self._made = _Made(page[1])
        threading.Thread(target=self._make, args=[made], daemon=True).start()

    def _make(self, made: _Made) -> None:
        try:
            answer = call_application(self._application, request(f"/api/studies/{made.study}"))
            made.answer, made.at = answer, time.monotonic()
        except Exception as error:  # whoever asks finds out
            _LOG.warning("mdm-opt cannot prepare a page of trials: %s", one_line(error))
        finally:
            made.done.set()

    def _taken(self, study: str) -> tuple[str, Headers, bytes] | None:
        """The answer about a study that has just been made, or is being made, for one asker."""
        with self._lock:
            made = self._made
            if made is None or made.study != study:
                return None
        made.done.wait()
        with self._lock:
            answer, made.answer = made.answer, None
        return answer if time.monotonic() - made.at < _KEPT_SECONDS else None
