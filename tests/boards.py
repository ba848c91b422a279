"""Dashboards of `mdm-opt dashboard` in processes of their own."""

from __future__ import annotations

import re
import signal
import subprocess
from contextlib import contextmanager


@contextmanager
def dashboard_process(command, **options):
    """Runs a command until the end of the block; yields the address that it prints.

    It ends as SIGTERM ends it.
    """
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    said = ""
    try:
        address = None
        while address is None:
            line = process.stdout.readline()
            said += line
            assert line, f"ended without an address: {said}"
            address = re.search(r"http://\S+", line)
        yield address[0]
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 143, said + rest
