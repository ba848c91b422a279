"""What may be sent to be changed; a WSGI application around the dashboard.

optuna-dashboard takes bodies as they come: what has another form than its own page sends is an
error of the server to it, sometimes after a part was written.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mdm_opt.show.dashboard.wsgi import Environ, call_application, respond

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

# Of values within values; what the page sends has four.
_MOST_LEVELS = 32
# Of columns that Optuna keeps names and keys in.
_LONGEST_NAME = 512
_INTEGERS = range(-(2**63), 2**63)

# And halves of surrogate pairs, which JSON can name.
_NEVER_KEPT = re.compile("[\0\ud800-\udfff]")

Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _is_attributes(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_name, value))


def _is_file(value: Any) -> bool:
    """Whether a value is a file as a ``data:`` address."""
    head, comma, content = value.partition(",") if isinstance(value, str) else ("", "", "")
    if not (comma and head.startswith("data:") and content.isascii()):
        return False
    try:
        base64.standard_b64decode(content)
    except binascii.Error:
        return False
    return True


_STUDY, _TRIAL = r"/api/studies/\d+", r"/api/trials/\d+"
_NOTE: dict[str, tuple[str, Check]] = {
    "version": ("an integer", _is_integer),
    "body": ("a text", _is_text),
}
# Method and address, with what may be in the body: the names, and what they are. What is missing
# the dashboard itself refuses.
_BODIES: list[tuple[str, str, dict[str, tuple[str, Check]]]] = [
    (
        "POST",
        "/api/studies",
        {
            "study_name": ("a name of at most 512 characters", _is_name),
            "directions": ("a list of texts", _list_of(_is_text)),
        },
    ),
    (
        "POST",
        f"{_STUDY}/rename",
        {"study_name": ("a name of at most 512 characters", _is_name)},
    ),
    ("DELETE", _STUDY, {"remove_associated_artifacts": ("true or false", _or_none(_is_bool))}),
    ("PUT", rf"{_STUDY}(?:/\d+)?/note", _NOTE),
    (
        "POST",
        f"{_STUDY}/preference",
        {
            "mode": ("a text", _is_text),
            "candidates": ("a list of integers", _list_of(_is_integer)),
            "clicked": ("an integer", _is_integer),
        },
    ),
    (
        "PUT",
        f"{_STUDY}/preference_feedback_component",
        {"output_type": ("a text", _is_text), "artifact_key": ("a text", _or_none(_is_text))},
    ),
    (
        "POST",
        f"{_TRIAL}/tell",
        {
            "state": ("a text", _is_text),
            "values": ("a list of numbers", _or_none(_list_of(_is_number))),
        },
    ),
    (
        "POST",
        f"{_TRIAL}/user-attrs",
        {"user_attrs": ("an object with names of at most 512 characters", _is_attributes)},
    ),
    (
        "POST",
        r"/api/artifacts/\d+(?:/\d+)?",
        {"file": ("a data: address in base64", _is_file), "filename": ("a text", _is_text)},
    ),
]


class _Unfit(Exception):
    """A body that cannot be meant."""


class CheckedBodies:
    """Refuses bodies that the dashboard would fail at.

    Args:
        application: the dashboard.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        path = str(environ.get("PATH_INFO", "")).rstrip("/")
        method = str(environ.get("REQUEST_METHOD", ""))
        found = [form for how, where, form in _BODIES if how == method and _is_at(where, path)]
        if not found:
            return self._application(environ, start_response)
        try:
            content = _content(environ)
            # To delete takes no body.
            body = _parsed(content) if content or method != "DELETE" else {}
            _check(body, found[0])
            if path.endswith("/preference"):
                self._check_trials(body, environ, path.removesuffix("/preference"))
        except _Unfit as unfit:
            answer = json.dumps({"reason": str(unfit)}).encode()
            kind = [("Content-Type", "application/json")]
            return respond(start_response, "400 Bad Request", kind, answer)
        return self._application(environ, start_response)

    def _check_trials(self, body: dict[str, Any], environ: Environ, study: str) -> None:
        """The dashboard keeps a preference before it looks for the trials."""
        asked = {"REQUEST_METHOD": "GET", "PATH_INFO": study, "QUERY_STRING": ""}
        nothing = {"CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
        status, _, content = call_application(self._application, environ | asked | nothing)
        if not status.startswith("200"):
            raise _Unfit("there is no such study")
        count = len(json.loads(content)["trials"])
        # A negative one would be counted from the end. What is missing the dashboard refuses.
        named = [*body.get("candidates", []), *([body["clicked"]] if "clicked" in body else [])]
        for number in named:
            if number not in range(count):
                raise _Unfit(f"there is no trial {number}")


def _is_at(where: str, path: str) -> bool:
    return re.fullmatch(where, path, re.ASCII) is not None


def _content(environ: Environ) -> bytes:
    """The body, which can be read again."""
    given = str(environ.get("CONTENT_LENGTH") or "0")
    if not re.fullmatch("[0-9]{1,18}", given):
        raise _Unfit("the length of the body is not accepted")
    content: bytes = environ["wsgi.input"].read(int(given))
    environ["wsgi.input"] = io.BytesIO(content)
    return content


def _parsed(content: bytes) -> dict[str, Any]:
    """The object that a body is.

    Raises:
        _Unfit: where it is none that can be kept.
    """
    try:
        body = json.loads(content.decode())
    except RecursionError:
        raise _Unfit(f"values are nested deeper than {_MOST_LEVELS}") from None
    except UnicodeDecodeError:
        raise _Unfit("the body is not UTF-8") from None
    except ValueError:
        raise _Unfit("the body is not JSON, or has a number that is too long") from None
    if not isinstance(body, dict):
        raise _Unfit("the body is no JSON object")
    _check_values(body)
    return body


def _check_values(body: dict[str, Any]) -> None:
    """Refuses what no database keeps, wherever it stands."""
    level: list[Any] = [body]
    for _ in range(_MOST_LEVELS):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
            else:
                _check_value(value)
        if not inner:
            return
        level = inner
    raise _Unfit(f"values are nested deeper than {_MOST_LEVELS}")


def _check_value(value: Any) -> None:
    if isinstance(value, str):
        if _NEVER_KEPT.search(value):
            raise _Unfit("a text has characters that cannot be kept")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _Unfit("a number is not finite")
    elif isinstance(value, int) and value not in _INTEGERS:
        raise _Unfit("an integer has more than 64 bits")


def _check(body: dict[str, Any], form: dict[str, tuple[str, Check]]) -> None:
    for name, (what, is_it) in form.items():
        if name in body and not is_it(body[name]):
            raise _Unfit(f"{name} is not {what}")
