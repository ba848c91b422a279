"""Programs inside the sandbox, and outside of it."""

from __future__ import annotations

import subprocess
import sys

from mdm_opt.objectives.sandbox import Outcome, run_program


def run(program: str, timeout_seconds: float = 20.0, memory_mib: int = 512) -> Outcome:
    return run_program(program, timeout_seconds=timeout_seconds, memory_mib=memory_mib)


def outside(program: str) -> int:
    """Exit code of the same program without a sandbox."""
    return subprocess.run(
        [sys.executable, "-c", program], stderr=subprocess.DEVNULL, timeout=60, check=False
    ).returncode
