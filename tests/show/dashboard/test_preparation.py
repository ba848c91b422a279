"""What a page will ask for is made once it is opened, and kept for all who show the study."""

from __future__ import annotations

import threading

import optuna_dashboard
import pytest
from served import asked, guarded_study

from mdm_opt.persistence.optuna_tables import optuna_storage
from mdm_opt.show import snapshot as snapshot_module
from mdm_opt.show.dashboard import View
from mdm_opt.show.dashboard import preparation as preparation_module
from mdm_opt.show.dashboard import view as view_module
from mdm_opt.show.dashboard.preparation import Prepared
from mdm_opt.show.dashboard.result_pages import ResultPages
from mdm_opt.show.snapshot import Snapshots

PAGE = "/dashboard/studies/1"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    opened = guarded_study(tmp_path_factory.mktemp("prepared"), trials="8")
    yield opened.repository
    opened.repository.close()


@pytest.fixture
def made(repository, monkeypatch):
    """A dashboard, and how often a study has been read and drawn in it."""
    seen = {"read": 0, "drawn": 0}

    def counted(name, function):
        def called(*arguments):
            seen[name] += 1
            return function(*arguments)

        return called

    reading = counted("read", snapshot_module.read_snapshot)
    monkeypatch.setattr(snapshot_module, "read_snapshot", reading)
    monkeypatch.setattr(view_module, "figures", counted("drawn", view_module.figures))
    storage, snapshots = optuna_storage(repository.engine), Snapshots(repository)
    prepared = Prepared(View(optuna_dashboard.wsgi(storage), repository, snapshots))
    yield ResultPages(prepared, repository, snapshots, prepared.prepare), seen
    storage.remove_session()


def wait():
    """Until the threads that prepare a page have ended."""
    for thread in threading.enumerate():
        if "_make" in thread.name:
            thread.join(60)


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}/trialList", "/results", "/results/sudoku4"])
def test_a_page_is_prepared_when_it_is_opened(made, page):
    dashboard, seen = made
    assert asked(dashboard, path=page).status == 200
    wait()
    assert seen == {"read": 1, "drawn": 1}
    assert len(asked(dashboard, path="/api/studies/1").json["trials"]) == 8
    asked(dashboard, path=page)
    wait()
    assert seen == {"read": 1, "drawn": 1}


@pytest.mark.parametrize("page", ["/dashboard", "/dashboard/studies/x", "/api/studies"])
def test_other_pages_prepare_nothing(made, page):
    dashboard, seen = made
    asked(dashboard, path=page)
    wait()
    assert seen == {"read": 0, "drawn": 0}


def test_what_cannot_be_prepared_is_left_to_who_asks_for_it(made, monkeypatch, caplog):
    dashboard, _ = made
    with monkeypatch.context() as patch:
        patch.setattr(preparation_module, "call_application", None)
        assert asked(dashboard, path=PAGE).status == 200
        wait()
    assert "mdm-opt cannot prepare a page of trials" in caplog.text
    assert len(asked(dashboard, path="/api/studies/1").json["trials"]) == 8


def test_whoever_asks_first_gets_what_was_made(monkeypatch):
    """And waits for it; all others, and who has seen trials, are answered anew."""
    asked_for, go_on = [], threading.Event()

    def application(environ, start_response):
        address = environ["PATH_INFO"], environ["QUERY_STRING"]
        asked_for.append(address)
        start_response("200 OK", [("Content-Type", "text/plain")])
        if address == ("/api/studies/1", "") and len(asked_for) < 4:
            go_on.wait(60)
            return [b"prepared"]
        return [b"anew"]

    prepared = Prepared(application)
    assert asked(prepared, path=PAGE).text == "anew"
    assert asked(prepared, path="/api/studies/2", query="after=0").text == "anew"
    threading.Timer(0.05, go_on.set).start()
    assert asked(prepared, path="/api/studies/1", query="after=0").text == "prepared"
    assert asked(prepared, path="/api/studies/1", query="after=8").text == "anew"
    assert asked(prepared, path="/api/studies/1", query="after=0").text == "anew"
    # What is old is of no use.
    monkeypatch.setattr(preparation_module, "_KEPT_SECONDS", 0.0)
    prepared.prepare("/dashboard/studies/7")
    wait()
    count = len(asked_for)
    assert asked(prepared, path="/api/studies/7").text == "anew"
    assert len(asked_for) == count + 1
