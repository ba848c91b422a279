"""Pages of what was found, beside optuna-dashboard's of trials; a WSGI application around it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from mdm_opt.errors import InputError, MdmOptError
from mdm_opt.persistence import Repository, shown
from mdm_opt.plugins import one_line
from mdm_opt.show.dashboard.wsgi import (
    RESULTS,
    TRIALS,
    Environ,
    Headers,
    call_application,
    request,
)
from mdm_opt.show.report.overview import StudySummary, overview, summary
from mdm_opt.show.report.pages import html
from mdm_opt.show.report.report_data import report_of
from mdm_opt.show.snapshot import Snapshots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

# A page of a study that is running is asked for again after so many seconds.
_AGAIN_SECONDS = "20"
_JSON = [("Content-Type", "application/json")]
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class ResultPages:
    """Answers ``/results`` and ``/results/NAME``; ``/`` leads to the first.

    ``/results?study=ID`` is what was found in the study of that id in optuna-dashboard, as JSON.

    Args:
        application: optuna-dashboard on the same database.
        repository: our tables.
        snapshots: of its studies.
        prepare: told the page of trials that is likely to be opened next.
    """

    def __init__(
        self,
        application: WSGIApplication,
        repository: Repository,
        snapshots: Snapshots,
        prepare: Callable[[str], None] = lambda address: None,
    ) -> None:
        self._application, self._repository = application, repository
        self._snapshots, self._prepare = snapshots, prepare

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        path = _decoded(str(environ.get("PATH_INFO", ""))).rstrip("/")
        method = environ.get("REQUEST_METHOD")
        ours = path == RESULTS or path.startswith(f"{RESULTS}/")
        if method not in ("GET", "HEAD") or not (ours or path == ""):
            return self._application(environ, start_response)
        if path == "":
            start_response("302 Found", [("Location", RESULTS), ("Content-Length", "0")])
            return []
        try:
            study = parse_qs(str(environ.get("QUERY_STRING", ""))).get("study")
            if path == RESULTS and study:
                return _answer(environ, start_response, "200 OK", _JSON, self._result(study[0]))
            page, live = self._page(path.removeprefix(RESULTS).removeprefix("/"))
        except MdmOptError as error:
            unknown = isinstance(error, InputError)
            status = "404 Not Found" if unknown else "503 Service Unavailable"
            plain = [("Content-Type", "text/plain; charset=utf-8")]
            return _answer(environ, start_response, status, plain, f"{one_line(error)}\n")
        headers = [("Content-Type", "text/html; charset=utf-8")]
        headers.append(("Content-Security-Policy", policy_of(page)))
        if live:
            headers.append(("Refresh", _AGAIN_SECONDS))
        return _answer(environ, start_response, "200 OK", headers, page)

    def _page(self, name: str) -> tuple[str, bool]:
        """A page, and whether it will change: that of a study, or that of all."""
        if name:
            data = report_of(self._snapshots.read(name))
            links = [("all results", RESULTS)]
            if name in (trials := self._trial_addresses()):
                links.append(("trials", trials[name]))
                self._prepare(trials[name])
            return html(data, links), not data.found.progress.settled
        trials = self._trial_addresses()
        studies, live = [], False
        for record in self._repository.studies():
            address = f"{RESULTS}/{quote(record.name, safe='')}"
            try:
                found = self._snapshots.read(record.name)
            except MdmOptError as error:  # one that cannot be read does not hide the others
                studies.append(StudySummary(record.name, address, failure=one_line(error)))
                continue
            studies.append(summary(found, address, trials.get(record.name, "")))
            live = live or not found.progress.settled
        if studies and studies[-1].name in trials:
            self._prepare(trials[studies[-1].name])
        return overview(studies, shown(self._repository.url), TRIALS), live

    def _result(self, study_id: str) -> str:
        """What was found in a study of optuna-dashboard's; ``{}`` where it is not ours."""
        address = f"{TRIALS}/studies/{study_id}"
        names = [name for name, at in self._trial_addresses().items() if at == address]
        if not names or self._repository.find_study(names[0]) is None:
            return "{}"
        found = self._snapshots.read(names[0])
        shown = summary(found, f"{RESULTS}/{quote(names[0], safe='')}", address)
        return json.dumps(asdict(shown) | {"live": not found.progress.settled})

    def _trial_addresses(self) -> dict[str, str]:
        """Pages of trials by the name of the study; of those that the mirror has."""
        status, _, content = call_application(self._application, request("/api/studies"))
        if not status.startswith("200"):
            return {}
        listed = json.loads(content)["study_summaries"]
        return {one["study_name"]: f"{TRIALS}/studies/{one['study_id']}" for one in listed}


def policy_of(page: str) -> str:
    """The Content-Security-Policy under which a page's own scripts run and no others."""
    scripts = [
        "'sha256-" + base64.b64encode(hashlib.sha256(found.encode()).digest()).decode() + "'"
        for found in _SCRIPT.findall(page)
    ]
    allowed = " ".join(scripts or ["'none'"])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:"
    )


def _decoded(path: str) -> str:
    """A path as text: WSGI has its bytes as Latin-1."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _answer(
    environ: Environ, start_response: StartResponse, status: str, headers: Headers, text: str
) -> Iterable[bytes]:
    content = text.encode()
    start_response(status, [*headers, ("Content-Length", str(len(content)))])
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [content]
