"""Files of clean sequences that a profile cannot be measured on."""

from __future__ import annotations

import pytest
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import InputError
from mdm_opt.study.profile_result import profile_study

SEEDED = SUDOKU4.replace('seeds = ["energy", "baselines"]', 'seeds = ["energy", "profile"]')


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (3, r"\[profile\] references: .* leaves 3 sequences for the profile; at least 4"),
        (None, r"\[profile\] references: cannot read .*missing\.txt"),
    ],
)
def test_bad_references_are_refused(tmp_path, lines, message):
    name = "missing.txt" if lines is None else "few.txt"
    if lines is not None:
        (tmp_path / name).write_text("\n".join(["1234341221434321"] * lines))
    text = SEEDED + f'[profile]\nreferences = "{name}"\n'
    with pytest.raises(InputError, match=message):
        profile_study(write_study(tmp_path, text), database(tmp_path))
