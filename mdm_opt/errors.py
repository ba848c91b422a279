"""Errors that a user sees as one line and an exit code."""

from __future__ import annotations


class MdmOptError(Exception):
    """Base of every error raised on purpose; ``exit_code`` is what the command returns."""

    exit_code = 1


class InputError(MdmOptError, ValueError):
    """What the user gave cannot be accepted; nothing was started or written."""

    exit_code = 2


class RunError(MdmOptError, RuntimeError):
    """Something failed while running; what had been finished is kept."""

    exit_code = 1
