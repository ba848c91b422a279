"""Serving the dashboard: where, for whom, until when."""

from __future__ import annotations

import errno
import ipaddress
import logging
import re
import secrets
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.optuna_tables import optuna_storage, storage_errors_of
from mdm_opt.show.dashboard.bodies import CheckedBodies
from mdm_opt.show.dashboard.compression import Compressed
from mdm_opt.show.dashboard.connections import make_server
from mdm_opt.show.dashboard.dashboard_patches import PatchedDashboard
from mdm_opt.show.dashboard.guard import Access, Guard, host_name
from mdm_opt.show.dashboard.preparation import Prepared
from mdm_opt.show.dashboard.result_pages import ResultPages
from mdm_opt.show.dashboard.view import View
from mdm_opt.show.dashboard.wsgi import RESULTS
from mdm_opt.show.snapshot import Snapshots

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_THREADS = 4
# A shorter token could be guessed.
_SHORTEST_TOKEN = 16
# Of a request. Whoever may change nothing has little to say.
_MOST_BYTES, _MOST_BYTES_READ_ONLY = 64 * 2**20, 2**20


@dataclass(frozen=True, eq=False)
class Dashboard:
    """A dashboard that is listening and not yet served.

    Attributes:
        address: to open in a browser; with the token where one is needed.
        access: what is allowed.
    """

    address: str = field(repr=False)
    access: Access
    _server: Any
    _repository: Repository
    _serving: threading.Event = field(default_factory=threading.Event)

    def serve(self) -> None:
        """Answers requests until it is interrupted or closed."""
        self._serving.set()
        try:
            self._server.run()
        finally:
            self._serving.clear()
            self.close()

    def close(self) -> None:
        """Stops listening, and serving; from any thread."""
        if self._serving.is_set():
            self._server.end()
            return
        self._server.close_all()
        self._server.task_dispatcher.shutdown()
        self._repository.close()


def make_dashboard(
    url: str,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    writable: bool = False,
    allow_hosts: tuple[str, ...] = (),
    token: str | None = None,
    require_token: bool = False,
    artifacts: Path | None = None,
) -> Dashboard:
    """Starts to listen.

    Args:
        url: of the database.
        host: interface to listen on, a name or an address.
        port: 0 takes a free one.
        writable: whether studies may be changed through the browser.
        allow_hosts: further names that it is reached by, e.g. that of a reverse proxy.
        token: that every request must show; where it is None and others than this machine can
            reach the dashboard, a new one is made.
        require_token: whether one is needed on this machine, too.
        artifacts: folder of an Optuna artifact store to show.

    Raises:
        InputError: where there is no such database, address or folder, or the port is taken.
    """
    names = [_checked_name(name) for name in allow_hosts]
    if token is not None:
        _check_token(token)
    repository = Repository(url, create=False)
    patched = PatchedDashboard(_optuna_dashboard(repository, artifacts), writable=writable)
    snapshots = Snapshots(repository)
    prepared = Prepared(View(patched, repository, snapshots))
    application = ResultPages(prepared, repository, snapshots, prepared.prepare)
    # Address and port are known once it listens.
    listening = _listen(host, port)
    bound, taken = listening.getsockname()[:2]
    loopback = ipaddress.ip_address(bound.partition("%")[0]).is_loopback
    if token is None and (require_token or names or not loopback):
        token = secrets.token_urlsafe(32)
    own = [] if loopback else [socket.gethostname().lower(), socket.getfqdn().lower()]
    access = Access(
        hosts=frozenset([*_LOOPBACK_NAMES, host.lower(), *names, *own]),
        addresses=not loopback,
        token=token,
        writable=writable,
        cookie=f"mdm_opt_dashboard_{taken}",
    )
    # A warning for each request that waits for a thread helps nobody.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = make_server(
        Guard(Compressed(CheckedBodies(application)), access),
        listening,
        threads=_THREADS,
        most_bytes=_MOST_BYTES if writable else _MOST_BYTES_READ_ONLY,
    )
    query = f"?token={quote(token, safe='')}" if token else ""
    address = f"http://{_shown_host(host)}:{taken}{RESULTS}{query}"
    return Dashboard(address, access, server, repository)


def _optuna_dashboard(repository: Repository, artifacts: Path | None) -> WSGIApplication:
    import optuna_dashboard
    from optuna.artifacts import FileSystemArtifactStore

    store = None
    if artifacts is not None:
        if not artifacts.is_dir():
            raise InputError(f"--artifacts: {artifacts} is no folder")
        store = FileSystemArtifactStore(artifacts)
    with storage_errors_of(repository.engine):
        storage = optuna_storage(repository.engine)
    application: WSGIApplication = optuna_dashboard.wsgi(storage, artifact_store=store)
    return application


def _checked_name(name: str) -> str:
    found = host_name(name)
    if found is None or ":" in name:
        raise InputError(f"--allow-host: {name!r} is not accepted; a host name without a port is")
    return found


def _check_token(token: str) -> None:
    if len(token) < _SHORTEST_TOKEN:
        raise InputError(
            f"MDM_OPT_DASHBOARD_TOKEN: {len(token)} characters are not accepted; at least "
            f"{_SHORTEST_TOKEN} are needed"
        )
    # Others cannot be sent in a header.
    if not re.fullmatch("[!-~]+", token):
        raise InputError(
            "MDM_OPT_DASHBOARD_TOKEN: only letters, digits and punctuation of ASCII are accepted"
        )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host: {host!r} is not known here: {error}") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        hint = "; '--port 0' takes a free one" if taken else ""
        raise InputError(f"--host {host} --port {port}: {error.strerror}{hint}") from error
    return listening


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
