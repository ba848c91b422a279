"""The profile of mdm-opt doctor: whether anything depends on the schedule."""

from __future__ import annotations

from examined import contents, examined
from study_files import SUDOKU4, database, write_study

from mdm_opt.study.profile_result import profile_study

LAW = 'law = "sudoku4"'
INDEPENDENT = 'law = "flat_laws:pairs"\noptions = { flip = 0.5 }'


def kept(folder, text):
    """A study file, and a database with a profile of its model."""
    path, url = write_study(folder, text), database(folder)
    profile_study(path, url, sequences=8)
    return path, url


def test_a_flat_profile_that_is_kept_is_said(tmp_path):
    path, url = kept(tmp_path, SUDOKU4.replace(LAW, INDEPENDENT))
    before = contents(tmp_path)
    found = examined(path, "--storage", url)["profile"]
    assert found.status == "warn"
    assert "8 sequences: the profile is flat: nothing depends on the schedule" in found.found
    assert found.mend == "keep the linear schedule, a search has nothing to find"
    assert contents(tmp_path) == before


def test_another_profile_says_by_how_much_schedules_differ(tmp_path):
    path, url = kept(tmp_path, SUDOKU4)
    found = examined(path, "--storage", url)["profile"]
    assert (found.status, found.mend) == ("ok", "")
    assert found.found.startswith("8 sequences: at 4 steps schedules differ by up to ")
    assert "; its choice is expected to cost more than the best Beta schedule by " in found.found
    assert "is wanted, and 8 of 48 sequences are measured" in found.found


def test_nothing_is_said_where_no_profile_is_kept(made):
    path, url = made
    assert "profile" not in examined(path, "--storage", url)
    assert "profile" not in examined(path)
