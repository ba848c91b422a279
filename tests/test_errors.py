"""Errors that a user sees as one line and an exit code."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from mdm_opt.cli.main import main
from mdm_opt.errors import InputError, MdmOptError, RunError


@pytest.mark.parametrize(
    ("error", "code", "builtin"),
    [(MdmOptError, 1, Exception), (InputError, 2, ValueError), (RunError, 1, RuntimeError)],
)
def test_callers_can_tell_what_was_given_from_what_went_wrong(error, code, builtin):
    assert error.exit_code == code
    with pytest.raises(builtin, match=r"^said$"):
        raise error("said")
    assert issubclass(error, MdmOptError)


@pytest.mark.parametrize("error", [MdmOptError, InputError, RunError])
def test_a_command_prints_one_line_and_returns_the_code(error):
    @main.command("fail-on-purpose")
    def fail():
        raise error("said")

    try:
        result = CliRunner().invoke(main, ["fail-on-purpose"])
    finally:
        del main.commands["fail-on-purpose"]
    assert (result.exit_code, result.stderr) == (error.exit_code, "error: said\n")
