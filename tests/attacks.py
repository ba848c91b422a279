"""What an attacker sends, and what there is to attack."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from contextlib import closing, contextmanager

import optuna
import optuna_dashboard
from study_files import database

# All interfaces; asked through this machine's own, it obeys the rules for others.
OUTSIDE = "0.0.0.0"  # noqa: S104
KEY = "T0ken-with-enough-of-it"
HOSTILE = "<img src=x onerror=alert(1)>/../../etc"
HOSTILE_TO_DISK = 'x.html;filename="../../y.html" <script>\\:..'
HTML = b"<!DOCTYPE html><script>fetch('/api/studies', {method: 'POST'})</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + HTML
WRITES = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "MKCOL")


@contextmanager
def foreign(folder):
    """The database as another program's Optuna sees it."""
    storage = optuna.storages.RDBStorage(database(folder))
    try:
        yield storage
    finally:
        storage.scoped_session.remove()
        storage.engine.dispose()


def state_of(folder):
    """All that the database and the folder of artifacts hold, byte for byte."""
    with closing(sqlite3.connect(folder / "test.db")) as connection:
        rows = "\n".join(connection.iterdump())
    return rows, {file.name: file.read_bytes() for file in (folder / "artifacts").glob("*")}


def routes(folder):
    """Method and address of everything that the dashboard can do, on trial 1 and study 2."""
    values = {"study_id": 2, "trial_id": 1, "plot_type": "slice", "history_id": "x"}
    values |= {"artifact_id": "ab-cd", "filename": "bundle.js"}
    with foreign(folder) as storage:
        application = optuna_dashboard.wsgi(storage)
    found = set()
    for route in application.routes:
        rule = re.sub(r"<:re:.*>", "", route.rule)
        rule = re.sub(r"<(\w+)(:[^>]*)?>", lambda match: str(values[match[1]]), rule)
        found.add((route.method, rule))
    assert len(found) > 30
    assert not [rule for _, rule in found if "<" in rule]
    return found


def raw(port, *requests):
    """What comes back for bytes."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"".join(requests))
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


def status(answer):
    return int(answer.split()[1])


BODIES = {
    "application/json": json.dumps(
        {"study_name": "new", "directions": ["minimize"], "body": "n", "version": 1}
        | {"state": "fail", "user_attrs": {"a": 1}, "file": "data:text/html;base64,aGk="}
        | {"filename": "a.html", "mode": "ChooseWorst", "candidates": [0], "clicked": 0}
        | {"output_type": "note"}
    ).encode(),
    "application/x-www-form-urlencoded": b"study_name=new&_method=DELETE",
    "text/plain": b'{"study_name": "new", "directions": ["minimize"]}',
    None: b"",
}
