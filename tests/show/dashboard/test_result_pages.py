"""Pages of what was found, beside those of trials."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from pages import Page
from served import asked
from study_files import database, write_study

from mdm_opt.errors import RunError
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.results.text import conclusions, headings, result_rows
from mdm_opt.run.trials import run_trials
from mdm_opt.show.dashboard.guard import Access, Guard
from mdm_opt.show.dashboard.result_pages import ResultPages, policy_of
from mdm_opt.show.snapshot import Snapshots
from mdm_opt.study.opening import create_study

HOSTS = frozenset({"localhost"})


def trials(environ, start_response):
    """Stands for optuna-dashboard; knows one study."""
    if environ["PATH_INFO"] == "/api/studies":
        listed = {"study_summaries": [{"study_name": "sudoku4", "study_id": 7}]}
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(listed).encode()]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".encode()]


@pytest.fixture
def pages(url):
    repository = Repository(url, create=False)
    yield ResultPages(trials, repository, Snapshots(repository))
    repository.close()


def test_the_home_page_is_that_of_results(pages):
    answer = asked(pages, path="/")
    assert (answer.status, answer.headers["location"]) == (302, "/results")


def test_all_studies_are_listed_with_what_was_found(pages):
    answer = asked(pages, path="/results")
    assert answer.status == 200
    assert {"/results/sudoku4", "/dashboard/studies/7"} <= set(Page(answer.text).addresses)
    assert "best: beta(" in answer.text
    assert "refresh" not in answer.headers, "nothing is running"
    assert asked(pages, path="/results/").text == answer.text


def test_a_study_has_its_report_with_a_way_back(pages):
    answer = asked(pages, path="/results/sudoku4")
    assert answer.status == 200
    links = [a["href"] for tag, a in Page(answer.text).elements if tag == "a"]
    assert links == ["/results", "/dashboard/studies/7"]
    assert "Where the numbers come from" in answer.text


def test_what_was_found_in_a_study_of_the_dashboards_is_json(pages, url):
    result = best("sudoku4", url)
    answer = asked(pages, path="/results", query="study=7")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    said = answer.json
    assert (said["name"], said["address"]) == ("sudoku4", "/results/sudoku4")
    assert said["rows"] == [
        {"cells": list(row.cells), "best": row.best} for row in result_rows(result)
    ]
    assert said["headings"] == list(headings(result))
    assert said["said"] == conclusions(result, "mdm-opt verify sudoku4")
    assert said["live"] is False


@pytest.mark.parametrize("study", ["8", "", "x", "7/.."])
def test_studies_of_others_have_nothing(pages, study):
    answer = asked(pages, path="/results", query=f"study={study}&other=1")
    assert answer.status == 200
    assert answer.text == ("{}" if study else asked(pages, path="/results").text)


def test_what_is_no_study_is_not_found(pages):
    answer = asked(pages, path="/results/other")
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(answer.text.splitlines()) == 1
    assert "other" in answer.text
    assert asked(pages, path="/results/<b>").headers["content-type"].startswith("text/plain")


def test_head_has_no_content(pages):
    answer = asked(pages, "HEAD", "/results")
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(asked(pages, path="/results").content)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/dashboard"), ("POST", "/results"), ("GET", "/resultsx")]
)
def test_everything_else_is_the_dashboards(pages, method, path):
    assert asked(pages, method, path).text == f"{method} {path}"


def test_a_running_study_is_read_anew(url, tmp_path):
    opened = create_study(write_study(tmp_path, trials="6"), database(tmp_path))
    running = run_trials(opened)
    next(running)
    pages = ResultPages(trials, opened.repository, Snapshots(opened.repository))
    first = asked(pages, path="/results")
    assert "1 of 6 trials finished" in first.text
    assert int(first.headers["refresh"]) > 0
    list(running)
    last = asked(pages, path="/results")
    assert "6 of 6 trials finished" in last.text
    assert "refresh" not in last.headers
    opened.repository.close()


def test_a_database_that_does_not_answer_is_said_in_one_line(pages, monkeypatch):
    def silent(_):
        raise RunError("the database\ndoes not answer")

    monkeypatch.setattr(Repository, "studies", silent)
    answer = asked(pages, path="/results")
    assert (answer.status, answer.text) == (503, "the database does not answer\n")


def test_only_the_scripts_of_a_page_may_run(pages):
    page = asked(pages, path="/results/sudoku4").text
    assert page.count("<script>") == 2
    for part in page.split("<script>")[1:]:
        digest = hashlib.sha256(part.partition("</script>")[0].encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy_of(page)
    assert "unsafe-inline" not in policy_of(page).partition("style-src")[0]
    assert "script-src 'none'" in policy_of("<p>nothing to run</p>")


def test_the_guard_lets_the_pages_through_as_pages(pages):
    guarded = Guard(pages, Access(HOSTS))
    answer = asked(guarded, path="/results")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    needed = Guard(pages, Access(HOSTS, token="a" * 20))
    assert asked(needed, path="/results").status == 401
    shown = asked(needed, path="/results", query=f"token={'a' * 20}")
    assert (shown.status, shown.headers["location"]) == (303, "/results")
