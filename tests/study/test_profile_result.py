"""What 'mdm-opt profile' finds out: measured once, extended, and the law's own."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import SUDOKU
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import InputError
from mdm_opt.study.profile_result import profile_study

SEEDED = SUDOKU4.replace('seeds = ["energy", "baselines"]', 'seeds = ["energy", "profile"]')


def test_a_profile_is_measured_once_and_extended(tmp_path):
    path, url = write_study(tmp_path, SEEDED), database(tmp_path)
    first = profile_study(path, url, sequences=12)
    assert (first.sequences, first.new_sequences) == (12, 12)
    assert first.sequence_calls == 8 * (16 + 16 + 6) + 4 * 16
    again = profile_study(path, url, sequences=12)
    assert (again.sequences, again.new_sequences) == (12, 0)
    assert again.mean == first.mean
    more = profile_study(path, url, sequences=20)
    assert (more.sequences, more.new_sequences) == (20, 8)
    # Another study of the same model finds it.
    other = tmp_path / "other"
    other.mkdir()
    text = SEEDED.replace('name = "sudoku4"', 'name = "other"\nseed = 5')
    assert profile_study(write_study(other, text), url, sequences=20).new_sequences == 0


def test_the_profile_is_that_of_the_law(tmp_path):
    result = profile_study(write_study(tmp_path), database(tmp_path), sequences=64)
    error = np.maximum(np.array(result.standard_error), 1e-9)
    assert result.known == list(range(16))
    assert (np.abs(np.array(result.mean) - SUDOKU) < 4 * error + 1e-5).all()
    assert (np.diff(result.smooth) <= 1e-12).all()


def test_more_steps_than_tokens_are_refused(tmp_path):
    with pytest.raises(InputError, match="--steps: 17 is not accepted: the model writes 16"):
        profile_study(write_study(tmp_path), database(tmp_path), steps=[4, 17])


def test_four_sequences_are_enough_for_predictions(tmp_path):
    result = profile_study(write_study(tmp_path, SEEDED), database(tmp_path), sequences=4)
    assert result.sequences == 4
    for budget in result.budgets:
        values = [(one.value, one.standard_error) for one in budget.schedules]
        assert np.isfinite(values).all()
