"""The search and the verification, shown while they run."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from study_files import database, write_study

from mdm_opt.results.progress import search_with_progress, verify_with_progress
from mdm_opt.study.opening import create_study


@pytest.mark.parametrize("terminal", [True, False])
def test_every_trial_is_shown_and_reported(tmp_path, terminal):
    written, lines = io.StringIO(), []
    screen = Console(file=written, force_terminal=terminal, width=160, highlight=False)
    opened = create_study(write_study(tmp_path), database(tmp_path))
    search_with_progress(opened, screen, lines.append)
    verify_with_progress(opened, screen, lines.append)
    opened.repository.close()
    text = written.getvalue()
    assert "study sudoku4: validity in share, maximize; steps 4; 6 trials of 16 instances" in text
    assert "6/6" in text
    assert "best so far: 4 steps 0" in text
    assert ("\x1b" in text) is terminal
    trials = [line for line in lines if line.startswith("trial ")]
    assert [line.split(":")[0] for line in trials] == [f"trial {n} of 6" for n in range(1, 7)]
    assert trials[0].startswith("trial 1 of 6: 4 steps, energy: linear: 0")
    assert lines[-1].startswith("verifying: 4 steps: ")


def test_a_quiet_screen_stays_empty(tmp_path):
    written = io.StringIO()
    opened = create_study(write_study(tmp_path), database(tmp_path))
    search_with_progress(opened, Console(file=written, quiet=True))
    verify_with_progress(opened, Console(file=written, quiet=True))
    opened.repository.close()
    assert written.getvalue() == ""
