"""Connections of the dashboard: whoever keeps one without asking loses it.

waitress counts a connection as alive while a byte comes now and then, accepts nobody once 100 are
open, and waits for ever for a client that does not read its answer.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# From the first byte of a request, or the connection, to the end of its headers.
HEADER_SECONDS = 10.0
# To the end of its body; an artifact of 64 MiB comes in time at 0.6 MB/s.
BODY_SECONDS = 120.0
# Between requests, and without reading on in an answer.
IDLE_SECONDS, UNREAD_SECONDS = 60.0, 30.0
# Above this the one that has waited longest goes for a new one. Each takes a descriptor, of which
# some systems give 256.
MOST_CONNECTIONS = 200
# Of those that are being answered, none of which goes; waitress then accepts nobody.
_MOST_BUSY = 40
_CHECK_SECONDS = 1


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that knows how long its client has kept it waiting."""

    def __init__(self, *arguments: Any, **keys: Any) -> None:
        self.since = time.monotonic()
        self.dropped = False
        # Whether it has asked for something, and whether that is being answered.
        self._asked = self._answering = False
        # When its client last read on in an answer, and since when it has not.
        self._read, self._unread_since = 0.0, 0.0
        super().__init__(*arguments, **keys)

    def received(self, data: bytes) -> Any:
        """Takes what has come (waitress)."""
        before = self.request
        found = super().received(data)
        if self.request is not before:
            # The first bytes of a request, or the last ones; not of one that came whole.
            self.since = time.monotonic()
        return found

    def service(self) -> None:
        """Answers a request (waitress)."""
        self._asked = self._answering = True
        super().service()
        # waitress has forgotten the request by now, the time counts from here.
        self.since = time.monotonic()
        self._answering = False

    def is_overdue(self) -> bool:
        """Whether the client had its time."""
        now = time.monotonic()
        if self.total_outbufs_len:
            if self._read != self.last_activity:
                self._read, self._unread_since = self.last_activity, now
            return now > self._unread_since + UNREAD_SECONDS
        self._read = 0.0
        if self.requests or self._answering:
            return False
        if self.request is not None:
            allowed = BODY_SECONDS if self.request.headers_finished else HEADER_SECONDS
        else:
            allowed = IDLE_SECONDS if self._asked else HEADER_SECONDS
        return now > self.since + allowed

    def drop(self) -> None:
        """Ends the connection; the server's loop then finds it closed, whatever it waits for."""
        self.dropped = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends it at once, with the server: a thread that waits for its client goes on."""
        self.handle_close()


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """waitress, with a time for everything that a client does and a place for the next one."""

    channel_class = Channel

    def __init__(self, application: WSGIApplication, sockets: dict[int, Any], **keys: Any) -> None:
        self._sockets = sockets
        self._ending = self._closed = False
        # The trigger is written to or closed: its descriptor could be another's by then.
        self._trigger_lock = threading.Lock()
        super().__init__(application, sockets, **keys)

    def pull_trigger(self) -> None:
        """Lets the loop look at what threads have for it (waitress); from any thread."""
        with self._trigger_lock:
            if not self._closed:
                super().pull_trigger()

    def end(self) -> None:
        """Lets the loop close everything and return; from any thread, as often as one likes."""
        self._ending = True
        self.pull_trigger()

    def close_all(self) -> None:
        """Closes everything that is open; in the loop's thread, or where there is none."""
        self.close()
        wasyncore.close_all(self._sockets, ignore_all=True)

    def close(self) -> None:
        """Stops listening (waitress)."""
        with self._trigger_lock:
            self._closed = True
            super().close()

    def readable(self) -> bool:
        """Whether a new connection is wanted (waitress); asked before each wait."""
        if self._ending:
            self.close_all()
            return False
        return bool(super().readable())

    def handle_accept(self) -> None:
        """Takes a connection, for which another one goes where there are many."""
        super().handle_accept()
        channels = [one for one in self.active_channels.values() if not one.dropped]
        waiting = [one for one in channels if not one.requests]
        if len(channels) > MOST_CONNECTIONS and waiting:
            # One that still has to read an answer goes last.
            min(waiting, key=lambda one: (one.total_outbufs_len > 0, one.since)).drop()

    def maintenance(self, now: float) -> None:
        """Drops whoever is overdue (waitress)."""
        for channel in self.active_channels.values():
            if not channel.dropped and channel.is_overdue():
                channel.drop()


def make_server(
    application: WSGIApplication,
    listening: socket.socket,
    *,
    threads: int,
    most_bytes: int,
) -> Server:
    """A server on a bound socket.

    Args:
        application: what it serves.
        listening: the socket.
        threads: in which requests are answered.
        most_bytes: of the body of a request.
    """
    adjustments = Adjustments(
        sockets=[listening],
        ident=None,
        max_request_body_size=most_bytes,
        clear_untrusted_proxy_headers=True,
        connection_limit=MOST_CONNECTIONS + _MOST_BUSY,
        cleanup_interval=_CHECK_SECONDS,
        # The other way knows no descriptors above 1024.
        asyncore_use_poll=True,
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    about = (listening.family, listening.type, listening.proto, listening.getsockname())
    return Server(
        application,
        {},
        _start=True,
        _sock=listening,
        dispatcher=dispatcher,
        adj=adjustments,
        bind_socket=False,
        sockinfo=about,
    )
