"""Samples under the best schedule of a study."""

from __future__ import annotations

import pytest

from mdm_opt.errors import InputError
from mdm_opt.handoff.samples import sample, scored_samples
from mdm_opt.sudoku import is_valid


def test_samples_are_new_and_repeatable(finished):
    url = finished.repository.url
    texts = sample("sudoku4", url, count=70, steps=8)
    assert texts == sample("sudoku4", url, count=70, steps=8)
    assert len(set(texts)) > 40
    assert any(is_valid(texts))
    assert all(set(text) <= set("1234") and len(text) == 16 for text in texts)
    assert sample("sudoku4", url, count=3, steps=8, schedule="sine") != texts[:3]


def test_more_samples_begin_with_the_same_ones(finished):
    url = finished.repository.url
    assert sample("sudoku4", url, count=5, steps=4) == sample("sudoku4", url, count=9, steps=4)[:5]


def test_scores_are_those_of_the_texts(finished):
    asked = {"count": 20, "steps": 8}
    texts, scores = scored_samples("sudoku4", finished.repository.url, **asked)
    assert texts == sample("sudoku4", finished.repository.url, **asked)
    assert scores == [float(valid) for valid in is_valid(texts)]
    assert set(scores) == {0.0, 1.0}
    assert [("^" in text.shown) for text in texts] == [not score for score in scores]


def test_the_step_count_must_be_one_of_the_study_s(finished):
    url = finished.repository.url
    with pytest.raises(InputError, match=r"a step count is needed: .* has results for 4, 8"):
        sample("sudoku4", url, count=1)
    with pytest.raises(InputError, match=r"5 is not accepted: .* has results for 4, 8"):
        sample("sudoku4", url, count=1, steps=5)
    with pytest.raises(InputError, match="no study 'other'"):
        sample("other", url, count=1, steps=4)


def test_the_schedule_must_be_the_best_or_a_baseline(finished):
    said = "--schedule: 'quadratic' is not accepted; accepted: best, linear, sin2, sine"
    with pytest.raises(InputError, match=said):
        sample("sudoku4", finished.repository.url, count=1, steps=4, schedule="quadratic")
