"""The command mdm-opt itself."""

from __future__ import annotations

import resource
import subprocess
import sys

from commands import invoke, succeed

import mdm_opt
from mdm_opt.cli.main import main


def cpu_seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_answers_at_once():
    """By its own processor time: beside other tests it has to wait for its turn."""
    seconds = []
    for _ in range(5):
        started = cpu_seconds_of_children()
        done = subprocess.run(
            [sys.executable, "-m", "mdm_opt", "--help"], capture_output=True, check=True
        )
        seconds.append(cpu_seconds_of_children() - started)
    assert b"Tune the schedule of a frozen discrete diffusion model" in done.stdout
    assert min(seconds) < 0.3


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from mdm_opt.cli.main import main; main(['--help'], standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'torch', 'transformers', 'optuna', 'sqlalchemy', "
        "'scipy', 'rich', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_commands_are_listed_in_the_order_in_which_they_are_needed():
    text = succeed("--help").stdout
    names = [line.split()[0] for line in text.partition("Commands:\n")[2].splitlines()]
    assert names == list(main.commands)
    assert names[:5] == ["init", "run", "best", "verify", "sample"]
    assert succeed("-h").stdout == text


def test_the_version_is_the_package_s():
    assert succeed("--version").stdout == f"mdm-opt, version {mdm_opt.__version__}\n"


def test_what_is_no_command_is_bad_usage():
    result = invoke("rnu")
    assert result.exit_code == 2
    assert "No such command 'rnu'" in result.stderr
