"""Reading the files that Weights & Biases writes."""

from __future__ import annotations

import pytest

from mdm_opt.track.wandb_files import records

BLOCK = 32768


def written(parts):
    """A file with records of these lengths, each of one letter, as LevelDB's format says."""
    content = bytearray(b":W&B\xe1\xbe\x00")
    for place, length in enumerate(parts):
        rest, kind_of = bytes([65 + place]) * length, "first"
        while True:
            left = BLOCK - len(content) % BLOCK
            if left < 7:
                content += bytes(left)
                left = BLOCK
            part, rest = rest[: left - 7], rest[left - 7 :]
            whole = kind_of == "first" and not rest
            kind = 1 if whole else 2 if kind_of == "first" else 3 if rest else 4
            content += bytes(4) + len(part).to_bytes(2, "little") + bytes([kind]) + part
            kind_of = "more"
            if not rest:
                break
    return bytes(content)


@pytest.mark.parametrize(
    "lengths",
    [[], [1], [3, 0, 5], [BLOCK - 21, 40], [BLOCK - 7 - 7 - 7 + 3, 9], [100_000, 2, 70_000, 1]],
)
def test_records_come_back_whatever_block_they_lie_in(tmp_path, lengths):
    file = tmp_path / "run.wandb"
    file.write_bytes(written(lengths))
    found = list(records(file))
    assert [len(one) for one in found] == lengths
    assert all(set(one) <= {65 + place} for place, one in enumerate(found))


def test_an_unfinished_end_is_left_out(tmp_path):
    file = tmp_path / "run.wandb"
    whole = written([10, 20, 30])
    for cut in range(7, len(whole)):
        file.write_bytes(whole[:cut])
        lengths = [len(one) for one in records(file)]
        assert lengths == [10, 20, 30][: len(lengths)]
        assert len(lengths) < 3
    file.write_bytes(whole + bytes(500))
    assert len(list(records(file))) == 3
