"""A dashboard to ask: over HTTP from a thread, or without a server."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO

import numpy as np
from study_files import database, write_study

from mdm_opt.objectives.base import Objective
from mdm_opt.run.trials import run_trials
from mdm_opt.show.dashboard import Access, make_dashboard
from mdm_opt.show.dashboard.connections import IDLE_SECONDS
from mdm_opt.study.opening import create_study


@dataclass(frozen=True)
class Answer:
    """An answer with its headers by lower-case name."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def plain(self):
        """The content, whether it was compressed or not."""
        compressed = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(self.content) if compressed else self.content

    @property
    def text(self):
        return self.plain.decode()

    @property
    def json(self):
        return json.loads(self.plain)


@dataclass
class Served:
    """A dashboard that answers."""

    address: str
    access: Access
    port: int
    _connections: list[http.client.HTTPConnection] = field(default_factory=list)
    _asked: float = 0.0

    @property
    def trials(self):
        """Where optuna-dashboard is."""
        return self.address.replace("/results", "/dashboard", 1)

    def ask(self, method, path, *, body=b"", host=None, **headers):
        """One request; ``content_type`` and so on are headers, None leaves one out."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"accept-encoding": "gzip", "host": host or f"127.0.0.1:{self.port}"} | given
        if body:
            given |= {"content-length": str(len(body))}
        if self._connections and time.monotonic() - self._asked > IDLE_SECONDS / 2:
            # The server may have ended it, as it does with idle ones.
            self._connections.pop().close()
        self._asked = time.monotonic()
        if not self._connections:
            self._connections.append(http.client.HTTPConnection("127.0.0.1", self.port, 60))
        (connection,) = self._connections
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body or None)
        found = connection.getresponse()
        headers = {name.lower(): value for name, value in found.getheaders()}
        assert len(headers) == len(found.getheaders()), "a header came twice"
        return Answer(found.status, headers, found.read())

    def send(self, method, path, value, **headers):
        """JSON as the dashboard's own page sends it."""
        given = {"content_type": "application/json"} | headers
        return self.ask(method, path, body=json.dumps(value).encode(), **given)

    def close(self):
        for connection in self._connections:
            connection.close()


@contextmanager
def served(url, **options):
    """A dashboard in a thread."""
    dashboard = make_dashboard(url, port=0, **options)
    thread = threading.Thread(target=dashboard.serve)
    thread.start()
    port = int(dashboard.address.partition("/results")[0].rpartition(":")[2])
    found = Served(dashboard.address, dashboard.access, port)
    try:
        yield found
    finally:
        found.close()
        dashboard.close()
        thread.join(20)
        assert not thread.is_alive()


def asked(application, method="GET", path="/", *, query="", body=b"", **environ):
    """One request without a server (PEP 3333)."""
    caught = []

    def start_response(status, headers, exc_info=None):
        caught.append((status, headers))

    given = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": None,
        "wsgi.url_scheme": "http",
    }
    parts = application(given | environ, start_response)
    content = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    ((status, headers),) = caught
    return Answer(
        int(status.split()[0]), {name.lower(): value for name, value in headers}, content
    )


@dataclass(frozen=True)
class FirstStep:
    """The more the first step reveals the better, and five tokens are too many."""

    of: Objective
    direction: str = "maximize"

    def __getattr__(self, name):
        return getattr(self.of, name)

    def score(self, denoiser, reveals):
        first = reveals.counts[:, 0].astype(np.float64)
        scores = self.of.score(denoiser, reveals)
        return replace(scores, values=first / 16, guards={"first": first - 4.5})


def guarded_study(folder, **changes):
    """Runs a study in which the trials of the best values are infeasible."""
    opened = create_study(write_study(folder, **changes), database(folder))
    problem = replace(opened.problem, objective=FirstStep(opened.problem.objective))
    list(run_trials(replace(opened, problem=problem)))
    return opened
