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
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from mdm_opt.show.dashboard.wsgi import RESULTS, TRIALS, Environ, Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_READS = ("GET", "HEAD")
# A page may show these; SVG can carry scripts.
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_ICONS = ("image/x-icon", "image/vnd.microsoft.icon")
_DATA = ("application/json", "text/csv", "text/plain")
_SHOWN = (*_PICTURES, *_ICONS, *_DATA)
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
_DROPPED = ("server", "x-powered-by", "content-security-policy", "cache-control")


@dataclass(frozen=True)
class Access:
    """What a dashboard allows.

    Attributes:
        hosts: names that the Host header may have, lower case.
        addresses: whether any literal IP address will do, too; no foreign page can have this
            machine's as its name.
        token: that every request must show; None where none is needed.
        writable: whether studies may be changed through the browser.
        cookie: name of the cookie that stands for the token.
    """

    hosts: frozenset[str]
    addresses: bool = False
    token: str | None = field(default=None, repr=False)
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
            return _answer(environ, start_response, refused.status, str(refused))
        if welcome is not None:
            cookie = f"{self._access.cookie}={self._access.visit}; Path=/; HttpOnly; SameSite=Lax"
            headers = [("Location", welcome), ("Set-Cookie", cookie)]
            return _answer(environ, start_response, "303 See Other", "welcome", headers)
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

    def _check_token(self, environ: Environ) -> str | None:
        """Where the browser is sent that has just shown its token; None to go on."""
        token = self._access.token
        if token is None:
            return None
        path = str(environ.get("PATH_INFO", ""))
        query = parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        page = _method(environ) == "GET" and (path in ("", "/") or _is_page(path))
        # First of all, so that the token does not stay in the browser's address bar.
        if page and any(_equal(one, token) for one in given):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            # A path of two slashes would be another machine's.
            target = "/" + quote(path.lstrip("/"), encoding="latin-1")
            return target + (f"?{rest}" if rest else "")
        kind, _, shown = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        shows = kind.lower() == "bearer" and _equal(shown.strip(), token)
        visits = any(
            _equal(one, self._access.visit) for one in _cookies(environ, self._access.cookie)
        )
        # A token elsewhere in an address would end in logs and messages.
        if (shows or visits) and (page or not given):
            return None
        raise _Refused(
            "401 Unauthorized",
            "a token is needed: open the address that 'mdm-opt dashboard' has printed",
        )

    def _check_method(self, environ: Environ) -> None:
        if _method(environ) in _READS:
            return
        if not self._access.writable:
            raise _Refused(
                "403 Forbidden",
                "this dashboard is read-only; 'mdm-opt dashboard --writable' allows changes",
            )
        # A browser asks first before it sends JSON, or deletes, elsewhere.
        content = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        if _method(environ) != "DELETE" and content != "application/json":
            raise _Refused("415 Unsupported Media Type", "changes are sent as application/json")


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
        if name.lower() not in _DROPPED and not name.lower().startswith("access-control-")
    ]
    policy, own = _OTHER_POLICY, given.get("content-security-policy")
    # Without a policy it is a message of the framework.
    page = _is_page(path) and kind == "text/html" and own is not None
    if page:
        policy = f"{own}; {_PAGE_POLICY}"
    # An answer without a type says that what the browser has kept is still good.
    static = path.startswith("/static/") and (kind in _SCRIPTS or "content-type" not in given)
    if kind == "text/html" and not page and not path.startswith("/artifacts/"):
        kept = _replaced(kept, "Content-Type", "text/plain; charset=utf-8")
    elif "content-type" in given and not (page or static or kind in _SHOWN):
        kept = _replaced(kept, "Content-Type", "application/octet-stream")
        kept = _replaced(kept, "Content-Disposition", "attachment")
    elif "content-disposition" in given:
        # With the name of a study in it.
        disposition = _disposition(given["content-disposition"])
        kept = _replaced(kept, "Content-Disposition", disposition)
    if "location" in given:
        kept = _replaced(kept, "Location", _within(given["location"]))
    return [
        *kept,
        *_ALWAYS,
        ("Content-Security-Policy", policy),
        ("Cache-Control", "private, max-age=3600" if static else _NEVER_KEPT),
    ]


def host_name(header: str) -> str | None:
    """Name or address in a Host header, lower case, without the port; None where it is none."""
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", header)
    return found[1].lower().rstrip(".").strip("[]") if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_page(path: str) -> bool:
    return f"{path}/".startswith((f"{TRIALS}/", f"{RESULTS}/"))


def _method(environ: Environ) -> str:
    return str(environ.get("REQUEST_METHOD", "")).upper()


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _cookies(environ: Environ, name: str) -> list[str]:
    """The values of all cookies of a name; other programs' may be no proper cookies."""
    pairs = [one.strip().partition("=") for one in str(environ.get("HTTP_COOKIE", "")).split(";")]
    return [value for given, _, value in pairs if given == name]


def _disposition(header: str) -> str:
    """To be saved, under a name without anything special in it."""
    name = re.sub("[^A-Za-z0-9._-]+", "_", header.partition("filename=")[2]).lstrip("._")
    return f'attachment; filename="{name}"' if name else "attachment"


def _within(location: str) -> str:
    """Where a redirection leads to on this server; behind a proxy it knows no more."""
    found = urlsplit(location)
    return "/" + found.path.lstrip("/") + (f"?{found.query}" if found.query else "")


def _replaced(headers: Headers, name: str, value: str) -> Headers:
    return [(n, v) for n, v in headers if n.lower() != name.lower()] + [(name, value)]


def _answer(
    environ: Environ,
    start_response: StartResponse,
    status: str,
    text: str,
    more: Headers | None = None,
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
    # The server would send it, and the client take it for the next answer.
    return [] if _method(environ) == "HEAD" else [body]
