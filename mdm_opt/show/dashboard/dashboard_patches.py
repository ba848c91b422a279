"""What is wrong in optuna-dashboard's own page, put right; a WSGI application around it.

Its plot of the Pareto front calls dominated trials best where they tie with another one, because
an assignment in its loop is not part of the condition; and a sample of one long line makes its
page many screens wide. A release in which neither is found is served as it is. Besides (`page/`),
the page of a study begins with what was found, every page leads to that of the results, fits
narrow screens and can be read, and buttons that would be refused are hidden.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING

from mdm_opt.show.dashboard.wsgi import RESULTS, TRIALS, Environ, call_application, respond

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_SCRIPT = "/static/bundle.js"
# dominated[i] = true : best = e[1], last = e[0]; the comma ends the condition.
_TIES = re.compile(rb"\]=!0:(\w+)=(\w+)\[1\],(\w+)=\2\[0\]")
_PAGE = files("mdm_opt.show.dashboard") / "page"
_OURS = "/static/mdm-opt.js"
_LINK = f'<a id="mdm-opt-results" href="{RESULTS}">results</a>'.encode()


def patched_script(content: bytes) -> bytes:
    """The dashboard's script with a Pareto front that has dominated trials on it no more."""
    return _TIES.sub(rb"]=!0:(\1=\2[1],\3=\2[0])", content)


def patched_page(content: bytes, *, writable: bool = False) -> bytes:
    """The dashboard's page with a way to the results, our styles, and our script.

    Args:
        content: of the page.
        writable: whether studies may be changed; otherwise the buttons for it are hidden.
    """
    sheets = ["page.css"] if writable else ["page.css", "read_only.css"]
    style = "".join((_PAGE / sheet).read_text() for sheet in sheets)
    ours = f'<style>\n{style}</style>\n<script defer src="{_OURS}"></script>'.encode()
    found = content.replace(b"</head>", ours + b"</head>", 1)
    return found.replace(b"</body>", _LINK + b"</body>", 1)


class PatchedDashboard:
    """Changes the dashboard's page and script on their way.

    Args:
        application: optuna-dashboard.
        writable: whether studies may be changed through it.
    """

    def __init__(self, application: WSGIApplication, *, writable: bool = False) -> None:
        self._application, self._writable = application, writable
        # The script by whether it is compressed; it is large and stays the same.
        self._scripts: dict[bool, bytes] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        path = str(environ.get("PATH_INFO", ""))
        if environ.get("REQUEST_METHOD") == "GET" and path == _SCRIPT:
            return self._script(environ, start_response)
        if environ.get("REQUEST_METHOD") == "GET" and path == _OURS:
            kind = [("Content-Type", "text/javascript; charset=utf-8")]
            content = (_PAGE / "page.js").read_bytes()
            return respond(start_response, "200 OK", kind, content)
        if environ.get("REQUEST_METHOD") == "GET" and f"{path}/".startswith(f"{TRIALS}/"):
            status, headers, content = call_application(self._application, environ)
            return respond(
                start_response, status, headers, patched_page(content, writable=self._writable)
            )
        return self._application(environ, start_response)

    def _script(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        compressed = "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", ""))
        plain = {name: value for name, value in environ.items() if name != "HTTP_RANGE"}
        status, headers, content = call_application(
            self._application, plain | {"HTTP_ACCEPT_ENCODING": "identity"}
        )
        if not status.startswith("200"):
            return respond(start_response, status, headers, content)
        if compressed not in self._scripts:
            mended = patched_script(content)
            self._scripts[compressed] = gzip.compress(mended, 6) if compressed else mended
        headers = [(name, value) for name, value in headers if name.lower() != "accept-ranges"]
        headers += [("Content-Encoding", "gzip")] if compressed else []
        return respond(start_response, status, headers, self._scripts[compressed])
