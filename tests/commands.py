"""Commands as a user types them."""

from __future__ import annotations

from click.testing import CliRunner

from mdm_opt.cli.main import main


def invoke(*arguments):
    """Runs a command, whatever comes of it."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def succeed(*arguments):
    """Runs a command that must succeed."""
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result
