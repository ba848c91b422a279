"""Commands in a process of their own, with a script in place of the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mdm_opt import supervised
from mdm_opt.cli import supervision
from mdm_opt.cli.supervision import entry, supervise

# Writes down what it was told, and then does what the test has written.
SCRIPT = """#!/bin/bash
echo "$@|$MDM_OPT_DIED" >> {folder}/told
times=$(wc -l < {folder}/told)
tell() {{ echo "$1" >&${{MDM_OPT_SUPERVISED%%:*}}; }}
{lines}
"""
PARENT = """
import sys, time
from mdm_opt.cli import supervision

class Slow(supervision._Child):
    def __init__(self, *given):
        super().__init__(*given)
        end = time.monotonic() + float(sys.argv[2])
        while time.monotonic() < end:
            time.sleep(0.01)

supervision._Child = Slow
sys.executable = sys.argv[1]
sys.exit(supervision.supervise(["run", "a.toml"], goes_on=True))
"""


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Makes a command out of lines of shell; gives the path of the script."""

    def make(lines):
        script = tmp_path / "python"
        script.write_text(SCRIPT.format(folder=tmp_path, lines=lines))
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))
        return script

    return make


def told(folder):
    return (folder / "told").read_text().splitlines()


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_a_command_that_says_its_end_has_ended_so(command, tmp_path, capfd, code):
    # Whatever foreign code does after that.
    command(f"""echo result; tell '{{"end": {code}}}'; exit 7""")
    assert supervise(["run", "a.toml"], goes_on=True) == code
    assert told(tmp_path) == ["-P -m mdm_opt run a.toml|"]
    assert capfd.readouterr() == ("result\n", "")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("exit 0", "starting: the model: its process ended with exit code 0"),
        ("kill -9 $$", "starting: the model: its process was killed by SIGKILL"),
        (
            """tell '{"model": "model '"'m:f'"'"}'; tell '{"doing": "trial 3"}'; exit 9""",
            "trial 3: model 'm:f': its process ended with exit code 9",
        ),
        (
            """tell '{"doing": "trial 3", "limit": 0.3}'; sleep 60""",
            "trial 3: the model: its process took more than 0.3 s",
        ),
        (
            """tell 'no JSON'; tell '[1]'; exit 0""",
            "starting: the model: its process ended with exit code 0",
        ),
    ],
)
def test_one_that_dies_without_a_word_has_failed(command, capfd, lines, said):
    command(lines)
    assert supervise(["sample", "a"], goes_on=False) == 1
    assert capfd.readouterr() == ("", f"error: {said}\n")


def test_a_limit_that_was_kept_is_over(command):
    command("""tell '{"limit": 0.3}'; tell '{"limit": null}'; sleep 1.5; tell '{"end": 0}'""")
    assert supervise(["run", "a.toml"], goes_on=True) == 0


def test_the_time_for_which_it_is_suspended_does_not_count(parent, tmp_path):
    process = parent(
        """tell '{"limit": 3}'; trap 'tell "{\\"end\\": 0}"; exit' TERM; """
        + READY.format(tmp_path)
    )
    wait_for((tmp_path / "pid").exists)
    process.send_signal(signal.SIGTSTP)
    wait_for(lambda: state(process.pid) == "T")
    time.sleep(3.5)
    process.send_signal(signal.SIGCONT)
    wait_for(lambda: state(process.pid) != "T")
    time.sleep(0.5)
    process.terminate()
    assert process.wait(30) == 0


def test_a_run_goes_on_and_is_told_how_the_one_before_died(command, tmp_path, capfd):
    command("""
        if [ $times = 4 ]; then tell '{"end": 0}'; exit 0; fi
        tell "{\\"finished\\": $((times / 2))}"; exit 9
    """)
    assert supervise(["run", "a.toml"], goes_on=True) == 0
    first, *others = told(tmp_path)
    assert first == "-P -m mdm_opt run a.toml|"
    for line in others:
        pid, _, words = line.partition("|")[2].partition(":")
        assert int(pid) > 0
        assert words == "the model: its process ended with exit code 9"
    said = capfd.readouterr().err.splitlines()
    assert (
        said == ["starting: the model: its process ended with exit code 9; starting it again"] * 3
    )


def test_three_deaths_without_a_finished_trial_end_it(command, tmp_path, capfd):
    command("""tell '{"finished": 5}'; exit 9""")
    assert supervise(["run", "a.toml"], goes_on=True) == 1
    assert len(told(tmp_path)) == 3
    last = capfd.readouterr().err.splitlines()[-1]
    assert last.startswith("error: ")
    assert last.endswith("exit code 9 (3 times without a finished trial)")


def test_what_it_has_left_in_its_session_ends_with_it(command, tmp_path):
    command(f"""sleep 600 & echo $! > {tmp_path}/pid; tell '{{"end": 0}}'""")
    assert supervise(["run", "a.toml"], goes_on=True) == 0
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not alive(pid))


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def parent(command, tmp_path):
    """Starts a supervisor in a process of its own, of a command that is a script."""
    started = []

    def start(lines, seconds=0):
        arguments = [sys.orig_argv[0], "-c", PARENT, str(command(lines)), str(seconds)]
        started.append(
            subprocess.Popen(
                [os.fspath(Path(sys.prefix) / "bin" / "python"), *arguments[1:]],
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
                # Where the tests run in the background, it is ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
    with suppress(OSError, ValueError):
        # A script that outlives its supervisor would keep the pipe open.
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    for one in started:
        one.communicate()


# The file is there when its content is.
READY = "echo $$ > {0}/new; mv {0}/new {0}/pid; while :; do sleep 0.01; done"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("seconds", [0, 1], ids=["watched", "being-started"])
def test_signals_are_passed_on_once(parent, tmp_path, sent, seconds):
    name = sent.name.removeprefix("SIG")
    lines = f'trap \'echo {name} >> {tmp_path}/got; tell "{{\\"end\\": 128}}"; exit\' {name}; '
    process = parent(lines + READY.format(tmp_path), seconds)
    wait_for((tmp_path / "pid").exists)
    # As a terminal does it: to the whole group.
    os.killpg(process.pid, sent)
    assert process.wait(30) == 128
    assert (tmp_path / "got").read_text().split() == [name]


def test_a_signal_that_ends_it_at_once_is_no_death_to_go_on_from(parent, tmp_path):
    process = parent(READY.format(tmp_path))
    wait_for((tmp_path / "pid").exists)
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM
    assert len(told(tmp_path)) == 1


@pytest.mark.parametrize("seconds", [0, 1], ids=["watched", "being-started"])
def test_both_are_suspended_and_go_on_together(parent, tmp_path, seconds):
    lines = 'trap \'tell "{\\"end\\": 0}"; exit\' TERM; ' + READY.format(tmp_path)
    process = parent(lines, seconds)
    wait_for((tmp_path / "pid").exists)
    child = int((tmp_path / "pid").read_text())
    process.send_signal(signal.SIGTSTP)
    wait_for(lambda: state(process.pid) == state(child) == "T")
    process.send_signal(signal.SIGCONT)
    wait_for(lambda: "T" not in (state(process.pid), state(child)))
    process.terminate()
    assert process.wait(30) == 0


def state(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_commands_without_a_model_and_helped_or_watched_ones_run_here(monkeypatch):
    ran, started = [], []
    monkeypatch.setattr("mdm_opt.cli.main.main", lambda **_: ran.append(sys.argv[1:]))
    monkeypatch.setattr(
        supervision, "supervise", lambda arguments, goes_on: started.append((arguments, goes_on))
    )
    monkeypatch.setattr(supervised, "_channel", supervised._Channel())
    here = [["best", "a"], ["study", "list"], ["run", "--help"], ["launch", "a"], []]
    for arguments in here:
        monkeypatch.setattr(sys, "argv", ["mdm-opt", *arguments])
        entry()
    assert ran == here
    monkeypatch.setenv(supervised.VARIABLE, supervised.BY_LAUNCH)
    monkeypatch.setattr(sys, "argv", ["mdm-opt", "worker", "a"])
    entry()
    assert ran == [*here, ["worker", "a"]]
    asked = (["run", "a"], ["study", "create", "a"], ["worker", "a"], ["init"])
    for arguments in asked:
        monkeypatch.setattr(sys, "argv", ["mdm-opt", *arguments])
        with pytest.raises(SystemExit):
            entry()
    assert started == [
        (["run", "a"], True),
        (["study", "create", "a"], False),
        (["worker", "a"], False),
        (["init"], False),
    ]


@pytest.mark.slow
def test_modules_of_the_folder_are_not_taken_for_ours(tmp_path):
    (tmp_path / "click.py").write_text("raise RuntimeError('shadowed')\n")
    program = Path(sys.prefix) / "bin" / "mdm-opt"
    done = subprocess.run(
        [program, "verify", "none", "--storage", "a.db"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: no database at ")


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--version"], 0), (["best", "none", "--storage", "none.db"], 2)]
)
def test_a_standard_output_that_is_closed_is_no_error(tmp_path, arguments, code):
    command = [sys.executable, "-m", "mdm_opt", *arguments]
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    done = subprocess.run(shell, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
