"""How fast a model is asked, and what that makes of a search."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from examined import examined
from study_files import SUDOKU4, write_study

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.config import load_study_file
from mdm_opt.doctor.speed import in_words, search_time, timed_call
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4

ROOT = Path(__file__).parents[2]


def test_path_kl_is_estimated_by_its_tables(tmp_path):
    text = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"')
    found = examined(write_study(tmp_path, text))
    assert "(16 instances x 32 model calls, once for all trials)" in found["speed"].found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 6 trials x 16 instances x (4 + 8) / 2 steps in batches of 4, half a second each.
        (
            SUDOKU4.replace("steps = [4]", "steps = [4, 8]"),
            "about 72 seconds (6 trials x 16 instances x 6 steps)",
        ),
        # Three samples of each instance.
        (
            SUDOKU4.replace(
                '"validity"\nverifier = "sudoku"',
                '"energy_distance"\nreferences = "x.txt"\ndraws = 3',
            ),
            "about 2.4 minutes (6 trials x 16 instances x 4 steps x 3 samples)",
        ),
        # 16 samples of the model's own, each made and then asked for all of its 16 tokens.
        (
            SUDOKU4.replace('"validity"\nverifier = "sudoku"', '"path_kl"'),
            "about 64 seconds (16 instances x 32 model calls, once for all trials)",
        ),
        (
            SUDOKU4.replace('"validity"\nverifier = "sudoku"', '"path_kl"\nreferences = "x.txt"'),
            "about 32 seconds (16 instances x 16 model calls, once for all trials)",
        ),
    ],
)
def test_the_time_of_a_search_is_that_of_its_calls(tmp_path, text, expected):
    study_file = load_study_file(write_study(tmp_path, text))
    said = search_time(study_file, EnumeratedDenoiser(sudoku4()), 4, 0.5)
    assert said == (f"the search takes {expected}, not counting scoring, profile and verification")


def test_a_batch_that_does_not_fit_is_halved(monkeypatch):
    asked = []

    class Small:
        length, vocab_size, mask_token_id, device = 4, 2, 2, torch.device("cpu")

        def log_probs(self, tokens, positions):
            asked.append(tuple(positions.shape))
            if len(tokens) > 3:
                raise torch.cuda.OutOfMemoryError("full")
            return torch.zeros(*positions.shape, 2)

    batch, seconds = timed_call(Small(), 13, 2, MaskedDecoding())
    assert batch == 3
    assert seconds > 0
    assert asked == [(1, 2), (1, 2), (13, 2), (6, 2), (3, 2)]


def test_prompts_are_read_in_what_is_timed(tmp_path):
    study = (ROOT / "studies" / "sudoku_rows.toml").read_text()
    (tmp_path / "asked.toml").write_text(study)
    (tmp_path / "sudoku_rows.jsonl").write_text(
        (ROOT / "studies" / "sudoku_rows.jsonl").read_text()
    )
    found = examined("asked.toml")
    assert found["speed"].found.startswith(
        "one forward of 64 masked sequences after prompts of 12 tokens: "
    )


def test_durations_are_in_words():
    assert [in_words(x) for x in (0.5, 90, 7200, 10 * 3600, 3 * 86400)] == [
        "0.5 seconds", "90 seconds", "2 hours", "10 hours", "3 days",
    ]  # fmt: skip
