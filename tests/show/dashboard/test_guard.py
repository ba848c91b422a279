"""Who is answered and what is let out, without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from served import asked

from mdm_opt.show.dashboard import Access, Guard
from mdm_opt.show.dashboard.guard import host_name, safe_headers

ODD_KEY = "a token+with/ä?"
HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "board.example"})
INSIDE = "what only the allowed may see"
JSON = {"CONTENT_TYPE": "application/json"}


def guarded(**options):
    """A guard, and the requests that it lets through."""
    through = []

    def application(environ, start_response):
        through.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [INSIDE.encode()]

    return Guard(application, Access(**({"hosts": HOSTS} | options))), through


def let_through(method="GET", path="/api/studies", query="", access=None, **environ):
    guard, through = guarded(**(access or {}))
    answer = asked(guard, method, path, query=query, **environ)
    if not through:
        assert answer.status in (303, 401, 403, 415, 421)
        assert INSIDE not in answer.text
    return bool(through), answer


# Every part of a request, with whether it is fit. A request is answered where all parts are.
HOST = {
    "localhost": True,
    "localhost:8080": True,
    "LocalHost": True,
    "localhost.": True,
    "127.0.0.1:1": True,
    "[::1]:8080": True,
    "board.example:443": True,
    "": False,
    "evil.example": False,
    "localhost.evil.example": False,
    "evil.example:localhost": False,
    "localhost@evil.example": False,
    "evil.example#localhost": False,
    "localhost, evil.example": False,
    "localhost evil.example": False,
    "localhost:": False,
    "localhost:80:80": False,
    "localhost\x00": False,
    "10.0.0.1": False,
    "[::2]": False,
    "0.0.0.0": False,  # noqa: S104 - a name, not bound
    "l\xf6calhost": False,
}
# {} is the Host of the same request.
ORIGIN = {
    None: True,
    "http://{}": True,
    "https://{}": True,
    "null": False,
    "": False,
    "{}": False,
    "file://": False,
    "http://evil.example": False,
    "http://{}.evil.example": False,
    "http://{}, http://evil.example": False,
    "ftp://{}": False,
    "http://{}/": False,
}
# Sec-Fetch-Site and Sec-Fetch-Mode; a link may be followed, which only reads.
FETCH = {
    (None, None): "any",
    ("none", "navigate"): "any",
    ("same-origin", "cors"): "any",
    ("cross-site", "navigate"): "read",
    ("same-site", "navigate"): "read",
    ("cross-site", "cors"): "none",
    ("cross-site", "no-cors"): "none",
    ("same-site", "no-cors"): "none",
    ("cross-site", None): "none",
    ("same-origin, cross-site", "cors"): "none",
    ("", "cors"): "none",
}
METHOD = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "LOCK")
CONTENT = (
    None,
    "application/json",
    "Application/JSON; charset=utf-8",
    "text/plain",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
)
VISIT = "v" * 43
SHOWN = {
    None: False,
    ("HTTP_AUTHORIZATION", f"Bearer {VISIT}"): False,
    ("HTTP_AUTHORIZATION", "Bearer "): False,
    ("HTTP_AUTHORIZATION", "Bearer TOKEN"): True,
    ("HTTP_AUTHORIZATION", "bearer  TOKEN"): True,
    ("HTTP_AUTHORIZATION", "Basic TOKEN"): False,
    ("HTTP_AUTHORIZATION", "TOKEN"): False,
    ("HTTP_AUTHORIZATION", "Bearer TOKENTOKEN"): False,
    ("HTTP_AUTHORIZATION", "Bearer Bearer TOKEN"): False,
    ("HTTP_AUTHORIZATION", "Bearer \xff\xfe"): False,
    ("HTTP_COOKIE", f"mdm_opt_dashboard={VISIT}"): True,
    ("HTTP_COOKIE", f'a={{"b": 1}}; mdm_opt_dashboard={VISIT}; c=d"e'): True,
    ("HTTP_COOKIE", f"mdm_opt_dashboard=x; mdm_opt_dashboard={VISIT}"): True,
    ("HTTP_COOKIE", "mdm_opt_dashboard=TOKEN"): False,
    ("HTTP_COOKIE", "mdm_opt_dashboard="): False,
    ("HTTP_COOKIE", "mdm_opt_dashboard"): False,
    ("HTTP_COOKIE", f"other={VISIT}"): False,
    ("HTTP_COOKIE", f'mdm_opt_dashboard="{VISIT}x"'): False,
    ("HTTP_COOKIE", "\xff\xfe="): False,
    ("HTTP_X_TOKEN", "TOKEN"): False,
    ("HTTP_PROXY_AUTHORIZATION", "Bearer TOKEN"): False,
    ("QUERY_STRING", "token=TOKEN"): False,
    ("QUERY_STRING", "Token=TOKEN"): False,
    ("REMOTE_USER", "TOKEN"): False,
}
KEY = "T0ken-with-enough-of-it"


@given(
    host=st.sampled_from(list(HOST)),
    origin=st.sampled_from(list(ORIGIN)),
    fetch=st.sampled_from(list(FETCH)),
    method=st.sampled_from(METHOD),
    content=st.sampled_from(CONTENT),
    shown=st.sampled_from(list(SHOWN)),
    needs=st.booleans(),
    writable=st.booleans(),
)
def test_a_request_is_answered_where_every_part_of_it_is_fit(
    host, origin, fetch, method, content, shown, needs, writable
):
    access = {"token": KEY if needs else None, "writable": writable, "visit": VISIT}
    environ = {"HTTP_HOST": host}
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin.format(host)
    for name, value in zip(("HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE"), fetch, strict=True):
        if value is not None:
            environ[name] = value
    if content is not None:
        environ["CONTENT_TYPE"] = content
    if shown is not None:
        environ[shown[0]] = shown[1].replace("TOKEN", KEY)
    reads, kind = method in ("GET", "HEAD"), str(content).lower().partition(";")[0]
    fit = {
        "host": HOST[host],
        "origin": ORIGIN[origin],
        "fetch": FETCH[fetch] == "any" or (FETCH[fetch] == "read" and reads),
        "token": not needs or SHOWN[shown],
        "method": reads or (writable and (method == "DELETE" or kind == "application/json")),
    }
    query = environ.pop("QUERY_STRING", "")
    through, answer = let_through(method, query=query, access=access, **environ)
    assert through is all(fit.values()), fit
    if not through:
        assert KEY not in answer.text + str(answer.headers)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert (answer.content == b"") is (method == "HEAD")


def test_every_part_of_the_table_matters():
    """One unfit part is enough."""
    good = {"HTTP_AUTHORIZATION": f"Bearer {KEY}", "access": {"token": KEY}}
    assert let_through(**good)[0]
    assert [let_through(**good, HTTP_HOST=host)[0] for host in HOST] == list(HOST.values())
    found = []
    for origin in list(ORIGIN)[1:]:
        found.append(let_through(**good, HTTP_ORIGIN=origin.format("localhost"))[0])
    assert found == list(ORIGIN.values())[1:]


def test_any_address_will_do_where_others_may_come():
    for host in ("10.1.2.3", "[fe80::1]:80", "[2001:db8::1]", "192.168.0.9:8080"):
        assert not let_through(HTTP_HOST=host)[0]
        assert let_through(HTTP_HOST=host, access={"addresses": True})[0]
    for host in ("evil.example", "1.2.3.4.evil.example", "1.2.3", "[evil]", "1.2.3.4,5.6.7.8"):
        assert not let_through(HTTP_HOST=host, access={"addresses": True})[0]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("A.B.:80", "a.b"),
        ("[::1]:8080", "::1"),
        ("a_b-c.d", "a_b-c.d"),
        ("::1", None),
        ("a:b", None),
        ("a:123456", None),
        ("a:\u0661", None),
        ("a/b", None),
        ("a\\b", None),
        ("a\n", None),
        (" a", None),
        ("user@a", None),
        ("", None),
        ("[a", None),
    ],
)
def test_the_name_of_a_host_header(header, name):
    assert host_name(header) == name


@given(st.text(max_size=60))
def test_no_host_header_is_too_strange(header):
    name = host_name(header)
    assert name is None or set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-:")


def test_the_address_with_the_token_becomes_a_cookie():
    access = Access(HOSTS, token=ODD_KEY, cookie="c")
    guard = Guard(guarded()[0], access)
    shown = "token=a+token%2Bwith%2F%C3%A4%3F"
    for path, query, target in (
        ("/dashboard", shown, "/dashboard"),
        ("/", shown, "/"),
        ("", shown, "/"),
        ("/dashboard/studies/1", f"a=b%20c&{shown}&d=", "/dashboard/studies/1?a=b+c&d="),
        ("/dashboard", f"token=x&{shown}", "/dashboard"),
    ):
        answer = asked(guard, path=path, query=query)
        assert (answer.status, answer.headers["location"]) == (303, target)
        assert answer.headers["set-cookie"] == (
            f"c={access.visit}; Path=/; HttpOnly; SameSite=Lax"
        )
        assert answer.headers["cache-control"] == "no-store"
        cookie = {"HTTP_COOKIE": f"c={access.visit}"}
        assert asked(guard, path="/api/studies", **cookie).status == 200
        # Nor does it stay in the address of one who was here before.
        assert asked(guard, path=path, query=query, **cookie).status == 303


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/studies"),
        ("GET", "/static/bundle.js"),
        ("GET", "/artifacts/1/1/5a-1-0"),
        ("GET", "/csv/1"),
        ("GET", "/dashboardx"),
        ("GET", "/x/../dashboard"),
        ("HEAD", "/dashboard"),
        ("POST", "/dashboard"),
        ("PUT", "/"),
    ],
)
def test_a_token_in_the_wrong_place_opens_nothing(method, path):
    access = {"token": KEY, "writable": True, "visit": VISIT}
    query = f"token={KEY}"
    through, answer = let_through(method, path, query, access, **JSON)
    assert (through, answer.status) == (False, 401)
    assert "set-cookie" not in answer.headers
    # The message of a page that is missing would repeat its address.
    cookie = {"HTTP_COOKIE": f"mdm_opt_dashboard={VISIT}"}
    assert let_through(method, path, query, access, **JSON, **cookie)[1].status == 401
    assert let_through(method, path, "", access, **JSON, **cookie)[0]


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "///evil.example/dashboard", "/\\evil.example", "/dashboard\\..", "evil"],
)
def test_the_welcome_leads_nowhere_else(path):
    access = {"token": KEY}
    _, answer = let_through(path=path, query=f"token={KEY}", access=access)
    assert (answer.status, answer.headers.get("location")) == (401, None)


@given(st.text(st.characters(max_codepoint=255), max_size=30), st.text(max_size=30))
def test_the_welcome_is_one_line_on_this_server(rest, more):
    query = f"a={more}&token={KEY}"
    _, answer = let_through(path=f"/dashboard/{rest}", query=query, access={"token": KEY})
    location = answer.headers["location"]
    assert answer.status == 303
    assert location.startswith("/dashboard/")
    assert location.isascii()
    assert location.isprintable()
    assert not set(location) & set(" \\\"'<>")


def test_nothing_secret_is_in_the_repr():
    shown = repr(Access(HOSTS, token=KEY, visit=VISIT))
    assert KEY not in shown
    assert VISIT not in shown


def test_two_dashboards_have_cookies_of_different_worth():
    assert Access(HOSTS).visit != Access(HOSTS).visit
    assert len(Access(HOSTS).visit) >= 32


PAGE = "default-src 'self';script-src 'self'"
SHOWN_TYPES = ("image/png", "image/jpeg", "application/json", "text/plain; charset=utf-8")
ACTIVE_TYPES = (
    "TEXT/HTML; charset=x",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/xml",
    "text/javascript",
    "application/javascript",
    "text/css",
    "application/pdf",
    "application/x-shockwave-flash",
    "multipart/x-mixed-replace",
    "image/png, text/html",
    "text/html,image/png",
    "*/*",
    "nonsense",
    " ",
    "",
)
PATHS = (
    "/artifacts/1/2/ab",
    "/artifacts/1/ab",
    "/csv/1",
    "/api/studies",
    "/favicon.ico",
    "/",
    "/dashboard",
    "/dashboard/x",
    "/dashboardx",
    "/static",
    "/static/x.js",
)


@given(path=st.sampled_from(PATHS), kind=st.sampled_from((*SHOWN_TYPES, *ACTIVE_TYPES)))
def test_only_the_page_and_its_scripts_are_active(path, kind):
    given = [
        ("Content-type", kind),
        ("Access-Control-Allow-Origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("Cache-Control", "public"),
        ("Server", "x"),
        ("Etag", "e"),
    ]
    found = safe_headers(path, given)
    names = [name.lower() for name, _ in found]
    assert len(names) == len(set(names))
    headers = dict(zip(names, (value for _, value in found), strict=True))
    assert not [name for name in names if name.startswith("access-control")]
    assert "server" not in headers
    assert headers["etag"] == "e"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'; sandbox;")
    script = path == "/static/x.js" and kind in (
        "text/javascript",
        "application/javascript",
        "text/css",
    )
    assert headers["cache-control"] == ("private, max-age=3600" if script else "no-store")
    if script or kind in SHOWN_TYPES:
        assert headers["content-type"] == kind
        assert "content-disposition" not in headers
    elif kind.lower() == "text/html; charset=x" and not path.startswith("/artifacts/"):
        assert headers["content-type"] == "text/plain; charset=utf-8"
    else:
        assert headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"] == "attachment"


def test_the_page_keeps_its_policy_and_gets_a_stricter_one():
    given = [("Content-Type", "text/html; charset=UTF-8"), ("Content-Security-Policy", PAGE)]
    found = dict(safe_headers("/dashboard/studies/1", given))
    assert found["Content-Type"] == "text/html; charset=UTF-8"
    assert found["Content-Security-Policy"] == (
        f"{PAGE}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    assert found["Cache-Control"] == "no-store"
    for path in ("/", "/dashboardx", "/api/studies"):
        elsewhere = dict(safe_headers(path, given))
        assert elsewhere["Content-Type"] == "text/plain; charset=utf-8"
        assert elsewhere["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")


def test_an_answer_that_says_what_is_kept_is_still_good_changes_nothing():
    found = dict(safe_headers("/static/bundle.js", [("Etag", "e")]))
    assert "Content-Type" not in found
    assert found["Cache-Control"] == "private, max-age=3600"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("attachment; filename=a study-1.csv", 'attachment; filename="a_study-1.csv"'),
        ("attachment; filename=x.html;.csv", 'attachment; filename="x.html_.csv"'),
        ("attachment; filename=x; filename*=utf-8''y.html", 'attachment; filename="x_filename'),
        ("attachment; filename=../../etc/passwd", 'attachment; filename="etc_passwd"'),
        ("attachment; filename=\"a'b<c>", 'attachment; filename="a_b_c_"'),
        ("attachment; filename=é.csv", 'attachment; filename="csv"'),
        ("inline; filename=", "attachment"),
        ("inline", "attachment"),
    ],
)
def test_files_are_saved_under_a_plain_name(given, kept):
    found = dict(
        safe_headers("/csv/1", [("Content-Type", "text/csv"), ("Content-Disposition", given)])
    )
    assert found["Content-Disposition"].startswith(kept)
    assert set(found["Content-Disposition"].partition("filename=")[2]) <= set(
        '"abcdefghijklmnopqrstuvwxyz0123456789._-'
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://board.example/dashboard", "/dashboard"),
        ("https://evil.example/a?b=c#d", "/a?b=c"),
        ("//evil.example/a", "/a"),
        ("http://localhost//evil.example", "/evil.example"),
        ("/dashboard?x=1", "/dashboard?x=1"),
        ("http://localhost", "/"),
    ],
)
def test_redirections_stay_on_this_server(given, kept):
    assert dict(safe_headers("/", [("Location", given)]))["Location"] == kept
