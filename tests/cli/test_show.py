"""The commands dashboard and report."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from attacks import KEY
from click.testing import CliRunner
from study_files import database, write_study

from mdm_opt.cli.main import main
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.show.dashboard import Access
from mdm_opt.study.opening import create_study


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A verified study at two step counts."""
    folder = tmp_path_factory.mktemp("shown")
    opened = create_study(write_study(folder, steps="[4, 8]", trials="10"), database(folder))
    list(run_trials(opened))
    verify(opened)
    opened.repository.close()
    return opened.repository.url


@pytest.fixture
def asked_for(monkeypatch, url):
    """What the command asks `make_dashboard` for; serving ends at once."""
    found = []

    class Fake:
        address = "http://localhost:1/dashboard"
        served = 0

        def serve(self):
            self.served += 1

    def fake(url, **options):
        found.append(options)
        fake.board.access = Access(frozenset(), token=options["token"])
        return fake.board

    fake.board = Fake()
    monkeypatch.setattr("mdm_opt.show.dashboard.make_dashboard", fake)
    monkeypatch.delenv("MDM_OPT_DASHBOARD_TOKEN", raising=False)
    return found, fake.board


def invoke(url, *options, **environ):
    arguments = ["dashboard", "--storage", url, *options]
    return CliRunner().invoke(main, arguments, env=environ)


def refused(url, *options, **environ):
    """The one line of an error that is the user's."""
    result = invoke(url, *options, **environ)
    assert result.exit_code == 2, result.output + repr(result.exception)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def test_the_command_is_safe_unless_told_otherwise(asked_for, url):
    assert invoke(url).exit_code == 0
    ((options,), board) = asked_for
    assert options == {
        "host": "127.0.0.1",
        "port": 8080,
        "writable": False,
        "allow_hosts": (),
        "token": None,
        "require_token": False,
        "artifacts": None,
    }
    assert board.served == 1


@pytest.mark.parametrize(
    ("variable", "token"), [(KEY, KEY), (f" {KEY}\n", KEY), ("", None), (" \n", None)]
)
def test_the_token_can_be_chosen(asked_for, url, variable, token):
    result = invoke(url, "--require-token", MDM_OPT_DASHBOARD_TOKEN=variable)
    assert result.exit_code == 0
    ((options,), _) = asked_for
    assert (options["token"], options["require_token"]) == (token, True)


def test_a_browser_is_not_told_the_token_on_its_command_line(asked_for, url, monkeypatch):
    launched = []
    monkeypatch.setattr("click.launch", launched.append)
    result = invoke(url, "--open", MDM_OPT_DASHBOARD_TOKEN=KEY)
    assert launched == []
    assert "--open: not with a token" in result.stderr
    assert invoke(url, "--open").exit_code == 0
    assert launched == ["http://localhost:1/dashboard"]


@pytest.mark.parametrize("token", ["short", "x" * 15, "t\u00f6ken" * 5, "with a space" * 2])
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(url, token):
    line = refused(url, "--port", "0", MDM_OPT_DASHBOARD_TOKEN=token)
    assert "MDM_OPT_DASHBOARD_TOKEN" in line
    assert token not in line


def test_what_cannot_be_served_is_one_line(url, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        line = refused(url, "--port", port)
        assert f"--port {port}" in line
        assert "--port 0" in line
    assert "'no such host'" in refused(url, "--host", "no such host")
    assert "--host" in refused(url, "--host", "x" * 70)
    assert "--host 192.0.2.1" in refused(url, "--host", "192.0.2.1", "--port", "0")
    nowhere = tmp_path / "nowhere"
    assert str(nowhere) in refused(url, "--artifacts", str(nowhere))
    assert "no folder" in refused(url, "--artifacts", str(Path(__file__)))
    assert "no studies" in refused(database(tmp_path)) or not (tmp_path / "test.db").exists()
    assert list(tmp_path.iterdir()) == []
    for name in ("a b", "a:80", "http://a", "", "*", "a/b", "::1"):
        assert f"--allow-host: {name!r}" in refused(url, "--allow-host", name)


@pytest.mark.cases(1)
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(url, sent):
    environ = {**os.environ, "MDM_OPT_DASHBOARD_TOKEN": KEY}
    command = [sys.executable, "-u", "-m", "mdm_opt", "dashboard", "--storage", url, "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        printed = ""
        while "Ctrl-C stops it." not in printed:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            printed += line
        port = int(re.search(r":(\d+)/results", printed)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, 20)
        for path, expected in (("/api/studies", 401), (f"/dashboard?token={KEY}", 303)):
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == expected
            answer.read()
        # A client that stays connected keeps nobody.
        process.send_signal(sent)
        rest, errors = process.communicate(timeout=30)
        connection.close()
    assert process.returncode == 128 + sent
    assert printed.count(KEY) == 1
    assert KEY not in rest + errors
    assert errors == "\nstopped\n"


def report(*arguments):
    return CliRunner().invoke(main, ["report", *arguments])


def test_command_writes_a_page_whole_and_names_the_next_step(url, tmp_path):
    out = tmp_path / "r.html"
    result = report("sudoku4", "--out", str(out), "--storage", url)
    assert result.exit_code == 0, result.output
    assert f"wrote {out}: 10 of 10 trials finished; verified" in result.output
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [out]


def test_command_takes_the_format_from_the_name(url, tmp_path):
    out = tmp_path / "card.md"
    assert report("sudoku4", "--out", str(out), "--storage", url).exit_code == 0
    printed = report("sudoku4", "--format", "md", "--storage", url)
    # But for the second in which it was written.
    first, second = (
        re.sub(r"reported at: .*", "", text) for text in (out.read_text(), printed.stdout)
    )
    assert first == second
    assert first.startswith("## Mask schedule of sudoku4")


@pytest.mark.parametrize("name", ["nothing", "../x", "<b>", ""])
def test_unknown_studies_are_refused_in_one_line(url, tmp_path, name):
    out = tmp_path / "r.html"
    result = report(name, "--out", str(out), "--storage", url)
    assert result.exit_code == 2
    assert f"no study {name!r}" in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_refused_in_one_line(url, tmp_path):
    result = report("sudoku4", "--out", str(tmp_path / "no" / "r"), "--storage", url)
    assert result.exit_code == 2
    assert "cannot write" in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["page.pdf", "page.txt"])
def test_a_report_of_another_suffix_is_refused(url, tmp_path, name):
    result = CliRunner().invoke(
        main, ["report", "sudoku4", "--out", str(tmp_path / name), "--storage", url]
    )
    assert result.exit_code == 2
    assert "a report ends in .html or .md" in result.stderr
    assert list(tmp_path.iterdir()) == []
