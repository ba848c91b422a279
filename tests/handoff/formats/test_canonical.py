"""Format json is the canonical file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exported_schedules import IN_BLOCKS, SCHEDULES, read_back

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import render


def test_json_is_the_canonical_file() -> None:
    found = render(SCHEDULES["fixed"], "json", file="mine-8.json")
    assert found.text == SCHEDULES["fixed"].to_json()
    assert "mdm_opt.load_schedule('mine-8.json')" in found.use[0]


def test_json_keeps_measured_blocks(tmp_path: Path) -> None:
    for block_length in (None, 16):
        found = render(IN_BLOCKS, "json", block_length=block_length)
        assert read_back(tmp_path, found.text) == IN_BLOCKS
    assert json.loads(found.text)["schedule"]["block_length"] == 16
    message = "format json: block_length: 64 is not accepted, this format keeps the measured"
    with pytest.raises(InputError, match=message):
        render(IN_BLOCKS, "json", block_length=64)
