"""What applications around another WSGI application need (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
# Where our pages are, and optuna-dashboard's.
RESULTS, TRIALS = "/results", "/dashboard"


def request(path: str) -> Environ:
    """What is asked for by a GET of a path, by the dashboard itself."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
    }


def call_application(application: WSGIApplication, environ: Environ) -> tuple[str, Headers, bytes]:
    """Status, headers and the whole content of an application's answer."""
    caught: list[tuple[str, Headers]] = []

    def catch(status: str, headers: Headers, _: Any = None) -> Callable[[bytes], object]:
        caught.append((status, headers))
        return lambda _: None

    answer = application(environ, catch)
    try:
        content = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    return *caught[-1], content


def respond(
    start_response: StartResponse, status: str, headers: Headers, content: bytes
) -> Iterable[bytes]:
    """Answers with a content in place of the one that the headers were made for."""
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    # An answer without content says nothing of its length.
    length = [("Content-Length", str(len(content)))] if content else []
    start_response(status, [*kept, *length])
    return [content]
