"""Who may ask the dashboard what; a WSGI application around another one.

optuna-dashboard has no authentication, answers any Host and Origin, lets everybody create and
delete, and serves artifacts as whatever they call themselves.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Environ = dict[str, Any]
Headers = list[tuple[str, str]]

_READS = ("GET", "HEAD")
# A page may show these; SVG can carry scripts.
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/x-icon")
_DATA = ("application/json", "text/csv", "text/plain")
_SCRIPTS = ("text/javascript", "application/javascript", "text/css")
_NEVER_KEPT = "no-store"
_ALWAYS: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_PAGE_POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_OTHER_POLICY = f"default-src 'none'; sandbox; {_PAGE_POLICY}"
_DROPPED = ("access-control-allow-origin", "server", "x-powered-by")


@dataclass(frozen=True)
class Access:
    """What a dashboard allows.

    Attributes:
        hosts: names that the Host header may have, lower case; addresses are always accepted
            where `addresses` is set, because no foreign page can have one as its name.
        addresses: whether any literal IP address will do.
        token: that every request must show; None where none is needed.
        writable: whether studies may be changed through the browser.
        cookie: name of the cookie that stands for the token.
    """

    hosts: frozenset[str]
    addresses: bool = False
    token: str | None = None
    writable: bool = False
    cookie: str = "mdm_opt_dashboard"
    # What the cookie holds: not the token, and worth nothing after a restart.
    visit: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


class _Refused(Exception):
    """A request that is not answered."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Guard:
    """Lets through what an `Access` allows, and makes answers harmless.

    Args:
        application: what is guarded.
        access: what is allowed.
    """

    def __init__(self, application: WSGIApplication, access: Access) -> None:
        self._application, self._access = application, access

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        try:
            self._check_host(environ)
            self._check_origin(environ)
            welcome = self._check_token(environ)
            self._check_method(environ)
        except _Refused as refused:
            return _answer(start_response, refused.status, str(refused))
        if welcome is not None:
            cookie = f"{self._access.cookie}={self._access.visit}; Path=/; HttpOnly; SameSite=Lax"
            headers = [("Location", welcome), ("Set-Cookie", cookie)]
            return _answer(start_response, "303 See Other", "welcome", headers)
        path = str(environ.get("PATH_INFO", ""))

        def harmless(status: str, headers: Headers, exc_info: Any = None) -> Callable[..., Any]:
            safe = safe_headers(path, headers)
            return (
                start_response(status, safe, exc_info)
                if exc_info
                else start_response(status, safe)
            )

        return self._application(environ, harmless)

    def _check_host(self, environ: Environ) -> None:
        """A page of another name that resolves to this machine must not be answered."""
        given = str(environ.get("HTTP_HOST", ""))
        name = host_name(given)
        if name is None or not (
            name in self._access.hosts or (self._access.addresses and _is_address(name))
        ):
            raise _Refused(
                "421 Misdirected Request",
                f"Host {given[:200]!r} is not accepted; start the dashboard with --allow-host "
                "NAME for a name that it is reached by",
            )

    def _check_origin(self, environ: Environ) -> None:
        """Other sites' pages are neither answered nor obeyed."""
        origin = environ.get("HTTP_ORIGIN")
        own = environ.get("HTTP_HOST")
        if origin is not None and origin not in (f"http://{own}", f"https://{own}"):
            raise _Refused("403 Forbidden", f"Origin {str(origin)[:200]!r} is not accepted")
        site = environ.get("HTTP_SEC_FETCH_SITE", "none")
        followed = environ.get("HTTP_SEC_FETCH_MODE") == "navigate" and _method(environ) in _READS
        if site not in ("none", "same-origin") and not followed:
            raise _Refused("403 Forbidden", "requests of other sites are not accepted")
        # Without it a browser asks first whether it may send JSON elsewhere.
        content = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        if _method(environ) not in (*_READS, "DELETE") and content != "application/json":
            raise _Refused("415 Unsupported Media Type", "changes are sent as application/json")

    def _check_token(self, environ: Environ) -> str | None:
        """Where the browser is sent that has just shown its token; None to go on."""
        token = self._access.token
        if token is None:
            return None
        kind, _, shown = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if kind.lower() == "bearer" and _equal(shown.strip(), token):
            return None
        if _equal(_cookie(environ, self._access.cookie), self._access.visit):
            return None
        path = str(environ.get("PATH_INFO", ""))
        query = parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        page = _method(environ) == "GET" and (path in ("", "/") or _is_page(path))
        if page and len(given) == 1 and _equal(given[0], token):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            # A path of two slashes would be another machine's.
            return "/" + path.lstrip("/") + (f"?{rest}" if rest else "")
        raise _Refused(
            "401 Unauthorized",
            "a token is needed: open the address that 'mdm-opt dashboard' has printed",
        )

    def _check_method(self, environ: Environ) -> None:
        if _method(environ) not in _READS and not self._access.writable:
            raise _Refused(
                "403 Forbidden",
                "this dashboard is read-only; 'mdm-opt dashboard --writable' allows changes",
            )


def safe_headers(path: str, headers: Headers) -> Headers:
    """The headers of an answer, so that nothing but the dashboard's own page is active.

    Args:
        path: that was asked for.
        headers: as the dashboard made them.
    """
    given = {name.lower(): value for name, value in headers}
    kind = given.get("content-type", "").partition(";")[0].strip().lower()
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() not in (*_DROPPED, "content-security-policy", "cache-control")
    ]
    policy = _OTHER_POLICY
    page = _is_page(path) and kind == "text/html"
    if page:
        policy = "; ".join(filter(None, [given.get("content-security-policy"), _PAGE_POLICY]))
    static = path.startswith("/static/") and kind in _SCRIPTS
    if kind == "text/html" and not page:
        # Messages of the framework.
        kept = _replaced(kept, "Content-Type", "text/plain; charset=utf-8")
    elif kind and not (page or static or kind in _PICTURES or kind in _DATA):
        kept = _replaced(kept, "Content-Type", "application/octet-stream")
        kept = _replaced(kept, "Content-Disposition", "attachment")
    return [
        *kept,
        *_ALWAYS,
        ("Content-Security-Policy", policy),
        ("Cache-Control", "private, max-age=3600" if static else _NEVER_KEPT),
    ]


def host_name(header: str) -> str | None:
    """Name or address in a Host header, lower case, without the port; None where it is none."""
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?", header)
    return found[1].lower().rstrip(".").strip("[]") if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_page(path: str) -> bool:
    return path == "/dashboard" or path.startswith("/dashboard/")


def _method(environ: Environ) -> str:
    return str(environ.get("REQUEST_METHOD", "")).upper()


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _cookie(environ: Environ, name: str) -> str:
    try:
        found = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _replaced(headers: Headers, name: str, value: str) -> Headers:
    return [(n, v) for n, v in headers if n.lower() != name.lower()] + [(name, value)]


def _answer(
    start_response: StartResponse, status: str, text: str, more: Headers | None = None
) -> Iterable[bytes]:
    body = f"{text}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *(more or []),
    ]
    if status.startswith("401"):
        headers.append(("WWW-Authenticate", "Bearer"))
    start_response(status, safe_headers("", headers))
    return [body]
